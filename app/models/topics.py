"""Topics: the words that projects are tagged with."""

from pydantic import Field
from sqlalchemy import CheckConstraint

from app.models.noun import Noun
from app.models.tables import RecordRow, maybe, maybe_string, string
from app.models.types import SLUG_PATTERN, Line, Prose, PublicId, Schema


class Topic(RecordRow, table=True):
    """A subject of work."""

    __tablename__ = "topic"
    __table_args__ = (CheckConstraint("parent_pk <> pk", name="not_itself"),)

    label_en: str = string()
    label_es: str = string()
    crs_code: str | None = maybe_string(index=True)
    parent_pk: int | None = maybe("topic")
    note: str | None = maybe_string()


class TopicFields(Schema):
    """Fields of a topic."""

    label_en: Line = Field(description="English label.")
    label_es: Line = Field(description="Spanish label.")
    crs_code: Line | None = Field(
        default=None, pattern=r"^[0-9]{5}$", description="OECD DAC CRS purpose code, where one fits."
    )
    parent: PublicId | None = Field(default=None, description="The wider topic.")
    note: Prose | None = Field(default=None, description="What the topic takes in or leaves out.")


TOPIC = Noun(
    kind="topic",
    path="topics",
    prefix="topic",
    table=Topic,
    fields=TopicFields,
    summary="A subject of work, labelled in English and Spanish.",
    id_pattern=SLUG_PATTERN,
    id_from="label_en",
    label="label_en",
    filters=("crs_code", "parent"),
    sorts=("label_en", "label_es"),
    searched=("label_en", "label_es"),
    example={
        "id": "access-to-justice",
        "label_en": "Access to justice",
        "label_es": "Acceso a la justicia",
        "crs_code": "15130",
    },
)
