"""Topics: the words that projects are tagged with."""

from pydantic import Field, model_validator
from sqlalchemy import CheckConstraint

from app.models.noun import Noun
from app.models.tables import RecordRow, maybe, maybe_string, string
from app.models.types import SLUG_PATTERN, Line, Prose, PublicId, Schema


class Topic(RecordRow, table=True):
    """A subject of work."""

    __tablename__ = "topic"
    __table_args__ = (
        CheckConstraint("parent_pk <> pk", name="not_itself"),
        CheckConstraint("(sector_vocabulary IS NULL) = (sector_code IS NULL)", name="sector"),
    )

    label_en: str = string()
    label_es: str = string()
    crs_code: str | None = maybe_string(index=True)
    sector_vocabulary: str | None = maybe_string()
    sector_code: str | None = maybe_string(index=True)
    parent_pk: int | None = maybe("topic")
    note: str | None = maybe_string()


class TopicFields(Schema):
    """Fields of a topic."""

    label_en: Line = Field(description="English label.")
    label_es: Line = Field(description="Spanish label.")
    crs_code: Line | None = Field(
        default=None,
        pattern=r"^[0-9]{3}(?:[0-9]{2})?$",
        description="OECD DAC CRS purpose code (five digits) or category (three), where one fits.",
    )
    sector_vocabulary: Line | None = Field(
        default=None, description="Another list of sectors: its code in IATI's SectorVocabulary, or its address."
    )
    sector_code: Line | None = Field(default=None, description="The topic's code in that list.")
    parent: PublicId | None = Field(default=None, description="The wider topic.")
    note: Prose | None = Field(default=None, description="What the topic takes in or leaves out.")

    @model_validator(mode="after")
    def _whole_sector(self) -> "TopicFields":
        if (self.sector_vocabulary is None) != (self.sector_code is None):
            raise ValueError("sector_vocabulary and sector_code go together")
        return self


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
    filters=("crs_code", "sector_code", "parent"),
    sorts=("label_en", "label_es"),
    searched=("label_en", "label_es"),
    example={
        "id": "access-to-justice",
        "label_en": "Access to justice",
        "label_es": "Acceso a la justicia",
        "crs_code": "15130",
    },
)
