"""Mappings: small files, TOML or JSON, that say which column of a list of grants is what.

docs/exchange/tables.md tells users of them, with examples.
"""

import json
import tomllib
from collections.abc import Mapping as Words
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from app.exchange.drafts import FileRefused
from app.models.currencies import DECIMAL_PLACES
from app.models.organizations import OrganizationKind
from app.models.projects import FundingKind, FundingStage, ProjectStatus
from app.models.types import SLUG_PATTERN

_LARGEST = 200_000
_MOST_SHOWN = 10

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
_Name = Annotated[str, StringConstraints(pattern=SLUG_PATTERN, max_length=60)]
_Number = Annotated[int, Field(ge=1, le=16_384)]
Heading = _Text | _Number
"""A column by its heading, or by its number from 1 on."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", use_enum_values=True, validate_default=True)


class DateOrder(StrEnum):
    """In which order a date has its parts."""

    day_first = "day-month-year"
    month_first = "month-day-year"
    year_first = "year-month-day"


class FileForm(_Part):
    """How the file is written, where that cannot be seen from it."""

    sheet: _Text | None = None
    encoding: Literal["utf-8", "utf-16", "cp1252"] | None = None
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    skip_rows: Annotated[int, Field(ge=0, le=10_000)] = 0
    headings: list[_Text] | None = Field(default=None, min_length=1, max_length=16_384)
    decimal: Literal[".", ","] | None = None
    dates: DateOrder | None = None
    empty: list[_Text] = Field(default_factory=list, max_length=100)


class Columns(_Part):
    """Which column holds what."""

    id: Heading | None = None
    title: Heading | None = None
    description: Heading | list[Heading] | None = None
    objectives: Heading | list[Heading] | None = None
    funder: Heading | None = None
    funder_id: Heading | None = None
    recipient: Heading | None = None
    recipient_id: Heading | None = None
    amount: Heading | None = None
    currency: Heading | None = None
    date: Heading | None = None
    start_date: Heading | None = None
    end_date: Heading | None = None
    status: Heading | None = None
    state: Heading | None = None
    country: Heading | None = None
    topic: Heading | None = None
    programme: Heading | None = None
    reference: Heading | None = None


class Constants(_Part):
    """What is the same in every row, or where a row says nothing."""

    title: _Text | None = None
    funder: _Text | None = None
    funder_id: _Text | None = None
    funder_id_scheme: _Text | None = None
    funder_kind: OrganizationKind = OrganizationKind.unknown
    recipient: _Text | None = None
    recipient_id_scheme: _Text | None = None
    recipient_kind: OrganizationKind = OrganizationKind.unknown
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    currency_presumed: bool = False
    date: Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")] | None = None
    status: ProjectStatus = ProjectStatus.unknown
    state: _Text | None = None
    country: _Text | None = None
    topic: _Text | None = None
    topic_vocabulary: _Text | None = None
    programme: _Text | None = None
    kind: FundingKind = FundingKind.grant
    stage: FundingStage = FundingStage.commitment


class Rule(_Part):
    """A condition on one column of a row."""

    column: Heading
    equals: list[_Text] | None = Field(default=None, alias="is", min_length=1, max_length=1000)
    contains: list[_Text] | None = Field(default=None, min_length=1, max_length=1000)
    length: Annotated[int, Field(ge=1, le=500)] | None = None
    filled: bool | None = None

    @model_validator(mode="after")
    def _one_condition(self) -> "Rule":
        given = [one for one in (self.equals, self.contains, self.length, self.filled) if one is not None]
        if len(given) != 1:
            raise ValueError("give one of is, contains, length, filled")
        return self


class Mapping(_Part):
    """A whole mapping."""

    source: _Name
    title: _Text | None = None
    publisher: _Text | None = None
    licence: _Text | None = None
    url: _Text | None = None
    year: Annotated[int, Field(ge=1800, le=2200)] | None = None
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")] | None = None
    file: FileForm = Field(default_factory=FileForm)
    columns: Columns
    constants: Constants = Field(default_factory=Constants)
    words: dict[Literal["status", "state", "country", "topic", "currency"], dict[_Text, _Text]] = Field(
        default_factory=dict
    )
    separators: dict[Literal["state", "topic"], Annotated[str, StringConstraints(min_length=1, max_length=5)]] = Field(
        default_factory=dict
    )
    natural_person_if: list[Rule] = Field(default_factory=list, max_length=20)
    skip_if: list[Rule] = Field(default_factory=list, max_length=20)

    @model_validator(mode="after")
    def _whole(self) -> "Mapping":
        columns, constants = self.columns, self.constants
        if columns.recipient is None and constants.recipient is None and columns.title is None:
            raise ValueError("columns must say which one is the recipient, or the title")
        if columns.amount is not None and columns.currency is None and constants.currency is None:
            raise ValueError("an amount needs its currency: columns.currency or constants.currency")
        if constants.currency is not None and constants.currency not in DECIMAL_PLACES:
            raise ValueError("constants.currency is not an ISO 4217 code")
        statuses = [one.value for one in ProjectStatus]
        if not set(self.words.get("status", {}).values()) <= set(statuses):
            raise ValueError(f"words.status leads to one of {', '.join(statuses)}")
        return self

    def about(self) -> dict[str, str]:
        """What it says of the list as a document."""
        told = {name: getattr(self, name) for name in ("title", "publisher", "licence", "url", "year", "language")}
        return {"source": self.source} | {name: str(value) for name, value in told.items() if value is not None}


_FIELDS: Words[str, Words[str, Any]] = {
    "columns": Columns.model_fields,
    "constants": Constants.model_fields,
    "file": FileForm.model_fields,
    "natural_person_if": {"is": None, **Rule.model_fields},
    "skip_if": {"is": None, **Rule.model_fields},
}
"""Part of a mapping -> what may stand in it."""


def parse_mapping(text: str) -> Mapping:
    """The mapping that a text is, in TOML or JSON. `FileRefused`, with all that is wrong, where it is none."""
    if len(text) > _LARGEST:
        raise FileRefused("bad-mapping", f"the mapping has more than {_LARGEST:,} characters")
    content = _content(text.removeprefix("\ufeff"))
    try:
        return Mapping.model_validate(content)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False, include_input=False)
        told = "; ".join(_told(one["loc"], one["msg"], one["type"]) for one in errors[:_MOST_SHOWN])
        more = f"; and {len(errors) - _MOST_SHOWN} more" if len(errors) > _MOST_SHOWN else ""
        raise FileRefused("bad-mapping", f"the mapping: {told}{more}") from error


def _content(text: str) -> Words[str, Any]:
    is_json = text.lstrip().startswith("{")
    try:
        found = json.loads(text) if is_json else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        where = f": {error}" if isinstance(error, ValueError) and len(str(error)) < 200 else ""
        raise FileRefused("bad-mapping", f"the mapping is not {'JSON' if is_json else 'TOML'}{where}") from error
    if not isinstance(found, dict):
        raise FileRefused("bad-mapping", "the mapping is no table of names and values")
    return found


def _told(place: tuple[int | str, ...], message: str, kind: str) -> str:
    """One thing that is wrong, with its place, and what may have been meant."""
    # Which of two forms a heading was tried as says nothing to its owner.
    steps = [str(step) for step in place if not str(step).startswith(("constrained-", "list["))]
    name = ".".join(steps)[:100]
    if kind == "extra_forbidden":
        known = list(_FIELDS.get(steps[0] if len(steps) > 1 else "", Mapping.model_fields))
        near = get_close_matches(steps[-1], known, 1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(known)}"
        return f"{name} is not known{hint}"
    said = message.removeprefix("Value error, ")
    return f"{name}: {said}" if name else said
