"""The 32 states, and places above or below them."""

from enum import StrEnum

from pydantic import Field, model_validator
from sqlalchemy import CheckConstraint, UniqueConstraint

from app.models.noun import Noun, Part
from app.models.tables import (
    PartRow,
    RecordRow,
    at_most_one,
    maybe,
    maybe_string,
    one_of,
    owner,
    string,
    unique_where,
)
from app.models.types import PLACE_PATTERN, STATE_PATTERN, Language, Line, Prose, PublicId, Schema


class StateNameKind(StrEnum):
    """What sort of form it is."""

    short = "short"
    translation = "translation"
    former = "former"
    abbreviation = "abbreviation"
    as_written = "as_written"


class StateName(PartRow, table=True):
    """A form in which people write a state."""

    __tablename__ = "state_name"
    __table_args__ = (
        one_of("kind", StateNameKind),
        UniqueConstraint("state_pk", "text", "kind"),
    )

    state_pk: int = owner("state")
    text: str = string()
    kind: str = string()
    language: str | None = maybe_string()


class State(RecordRow, table=True):
    """One of the 32 federal entities."""

    __tablename__ = "state"
    __table_args__ = (
        unique_where("uq_state_inegi", "inegi"),
        CheckConstraint("length(id) = 6 AND id LIKE 'MX-%'", name="iso_3166_2"),
        CheckConstraint("length(inegi) = 2", name="inegi"),
    )

    inegi: str = string()
    name: str = string()
    note: str | None = maybe_string()


class StateNameFields(Schema):
    """A form in which people write a state."""

    text: Line = Field(description="The form.")
    kind: StateNameKind = Field(description="short, translation, former, abbreviation, as_written.")
    language: Language | None = Field(default=None, description="Language of the form (ISO 639).")


class StateFields(Schema):
    """Fields of a state."""

    inegi: Line = Field(pattern=r"^(0[1-9]|[12][0-9]|3[0-2])$", description="INEGI number, two digits.")
    name: Line = Field(description="Official name.")
    names: list[StateNameFields] = Field(default_factory=list, max_length=50, description="Every form people write.")
    note: Prose | None = Field(default=None, description="What a reader should know.")


STATE = Noun(
    kind="state",
    path="states",
    prefix="state",
    table=State,
    fields=StateFields,
    summary="One of the 32 federal entities of Mexico. Its id is the ISO 3166-2 code.",
    id_pattern=STATE_PATTERN,
    label="name",
    parts=(Part("names", StateName),),
    filters=("inegi",),
    sorts=("name", "inegi"),
    searched=("name", "names.text", "inegi"),
    example={
        "id": "MX-NLE",
        "inegi": "19",
        "name": "Nuevo León",
        "names": [{"text": "N.L.", "kind": "abbreviation", "language": "es"}],
    },
)


class PlaceLevel(StrEnum):
    """How large the place is."""

    community = "community"
    borough = "borough"
    municipality = "municipality"
    region = "region"
    country = "country"


class Place(RecordRow, table=True):
    """A place that is not a state: below one, or above them."""

    __tablename__ = "place"
    __table_args__ = (one_of("level", PlaceLevel), at_most_one("within_state_pk", "within_place_pk"))

    name: str = string()
    level: str = string(index=True)
    within_state_pk: int | None = maybe("state")
    within_place_pk: int | None = maybe("place")
    inegi: str | None = maybe_string(index=True)
    region_code: str | None = maybe_string(index=True)
    note: str | None = maybe_string()


class PlaceFields(Schema):
    """Fields of a place."""

    name: Line = Field(description="Name.")
    level: PlaceLevel = Field(description="community, borough, municipality, region or country.")
    within_state: PublicId | None = Field(default=None, description="State that it lies in.")
    within_place: PublicId | None = Field(default=None, description="Place that it lies in, where that is not a state.")
    inegi: Line | None = Field(default=None, pattern=r"^[0-9]{5,9}$", description="INEGI code, where it has one.")
    region_code: Line | None = Field(
        default=None, pattern=r"^[0-9]{2,4}$", description="OECD DAC region code, where it has one."
    )
    note: Prose | None = Field(default=None, description="What a reader should know.")

    @model_validator(mode="after")
    def _one_place(self) -> "PlaceFields":
        if self.within_state and self.within_place:
            raise ValueError("give either within_state or within_place")
        return self


PLACE = Noun(
    kind="place",
    path="places",
    prefix="place",
    table=Place,
    fields=PlaceFields,
    summary="A place that is not a state: a community or borough, a region, a country.",
    id_pattern=PLACE_PATTERN,
    id_from="name",
    label="name",
    filters=("level", "within_state", "within_place", "inegi", "region_code"),
    sorts=("name", "level"),
    searched=("name",),
    example={"id": "iztapalapa", "name": "Iztapalapa", "level": "borough", "within_state": "MX-CMX", "inegi": "09007"},
)
