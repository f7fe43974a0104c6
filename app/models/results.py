"""What came of it: indicators, tools, legal instruments, findings."""

from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import Field, model_validator
from sqlalchemy import CheckConstraint, UniqueConstraint

from app.models.noun import Noun, Part
from app.models.tables import (
    FactRow,
    PartRow,
    at_most_one,
    flag,
    maybe,
    maybe_number,
    maybe_string,
    one_of,
    owner,
    reference,
    string,
)
from app.models.types import SLUG_PATTERN, Basis, Figure, Flag, Line, Prose, PublicId, Qualifier, Schema, Year


class IndicatorKind(StrEnum):
    """What a figure speaks of. Only `result` says what was achieved."""

    target = "target"
    result = "result"
    context = "context"
    coverage = "coverage"
    resource = "resource"


class ResultLevel(StrEnum):
    """IATI result types."""

    output = "output"
    outcome = "outcome"


class Indicator(FactRow, table=True):
    """A figure that a source gives, or lost."""

    __tablename__ = "indicator"
    __table_args__ = (
        one_of("basis", Basis),
        one_of("kind", IndicatorKind),
        one_of("level", ResultLevel),
        one_of("qualifier", Qualifier),
        at_most_one("project_pk", "organization_pk"),
        CheckConstraint(
            "high_micro IS NULL OR (low_micro IS NOT NULL AND low_micro <= high_micro)", name="value_range"
        ),
        CheckConstraint("level IS NULL OR kind = 'result'", name="level_of_results"),
    )

    project_pk: int | None = maybe("project")
    organization_pk: int | None = maybe("organization")
    label: str = string()
    low_micro: int | None = maybe_number(index=True)
    high_micro: int | None = maybe_number()
    qualifier: str | None = maybe_string(index=True)
    unit: str = string(index=True)
    kind: str = string(index=True)
    level: str | None = maybe_string(index=True)
    year: int | None = maybe_number(index=True)
    as_shown: str | None = maybe_string()
    conflicts_with_pk: int | None = maybe("indicator")


class IndicatorFields(Schema):
    """Fields of an indicator."""

    project: PublicId | None = Field(default=None, description="The project that it measures.")
    organization: PublicId | None = Field(default=None, description="Instead of `project`: the organization.")
    label: Line = Field(description="What is counted, in our words.")
    value: Figure | None = Field(default=None, description="The figure, or the low end of a range; null: unknown.")
    value_high: Figure | None = Field(default=None, description="The high end of a range; otherwise null.")
    qualifier: Qualifier | None = Field(
        default=None, description='The source\'s word before it: "more than", "nearly" …'
    )
    unit: Line = Field(description="What one is one of: people, states, percent of activities …")
    kind: IndicatorKind = Field(
        description="target: planned; result: achieved; context: background, not the project's."
    )
    level: ResultLevel | None = Field(default=None, description="Of a result: output or outcome.")
    year: Year | None = Field(default=None, description="Year that the figure is of.")
    as_shown: Line | None = Field(default=None, description="What the page shows where the figure itself is lost.")
    conflicts_with: PublicId | None = Field(default=None, description="Another figure for the same thing that differs.")
    basis: Basis = Field(default=Basis.stated, description="How the source carries it.")
    note: Prose | None = Field(default=None, description="What a reader should know.")

    @model_validator(mode="after")
    def _consistent(self) -> "IndicatorFields":
        if self.project and self.organization:
            raise ValueError("give either project or organization")
        if (self.value is None) != (self.qualifier is None):
            raise ValueError("value and qualifier go together")
        if self.value_high is not None and (self.value is None or self.value > self.value_high):
            raise ValueError("value_high stands for the high end of a range that starts at value")
        if (self.value_high is not None) != (self.qualifier == Qualifier.range):
            raise ValueError("a range has value, value_high and the qualifier range")
        if self.level is not None and self.kind != IndicatorKind.result:
            raise ValueError("only a result has a level")
        return self


def _indicator_to_row(values: dict[str, Any]) -> dict[str, Any]:
    row = dict(values)
    for field, column in (("value", "low_micro"), ("value_high", "high_micro")):
        figure = row.pop(field)
        row[column] = None if figure is None else int(figure.scaleb(6))
    return row


def _indicator_from_row(row: dict[str, Any]) -> dict[str, Any]:
    for field, column in (("value", "low_micro"), ("value_high", "high_micro")):
        micro = row.pop(column)
        row[field] = None if micro is None else plain(Decimal(micro).scaleb(-6))
    return row


def plain(figure: Decimal) -> Decimal:
    """The figure without trailing zeros or an exponent."""
    whole = figure.to_integral_value()
    return whole.quantize(Decimal(1)) if figure == whole else figure.normalize()


INDICATOR = Noun(
    kind="indicator",
    path="indicators",
    prefix="indicator",
    table=Indicator,
    fields=IndicatorFields,
    summary="A figure that a source gives, with its qualifier and unit. A lost figure is a row whose value is unknown.",
    id_pattern=SLUG_PATTERN,
    id_from="label",
    label="label",
    filters=("project", "organization", "kind", "level", "unit", "qualifier", "year", "conflicts_with", "basis"),
    sorts=("label", "low_micro", "unit", "year"),
    unknown_when_null=frozenset({"value", "qualifier"}),
    searched=("label",),
    to_row=_indicator_to_row,
    from_row=_indicator_from_row,
    example={
        "id": "i51",
        "project": "cj-mobile-community-service",
        "label": "people reached",
        "value": "500",
        "qualifier": "more_than",
        "unit": "people",
        "kind": "result",
        "level": "outcome",
    },
)


class ToolKind(StrEnum):
    """What sort of tool it is."""

    platform = "platform"
    observatory = "observatory"
    survey = "survey"
    data_set = "data_set"
    website = "website"
    portal = "portal"
    training = "training"
    creative_work = "creative_work"
    data_layer = "data_layer"
    monitoring = "monitoring"
    protocol = "protocol"
    self_assessment = "self_assessment"
    checklist = "checklist"
    manual = "manual"
    funding_call = "funding_call"


class ToolStatus(StrEnum):
    """Whether the tool can be used."""

    planned = "planned"
    in_development = "in_development"
    active = "active"
    transferred = "transferred"
    published = "published"
    abandoned = "abandoned"
    unknown = "unknown"


class ToolProject(PartRow, table=True):
    """A project that a tool comes from or serves."""

    __tablename__ = "tool_project"
    __table_args__ = (UniqueConstraint("tool_pk", "project_pk"),)

    tool_pk: int = owner("tool")
    project_pk: int = reference("project")


class Tool(FactRow, table=True):
    """Something that others can use: a platform, an observatory, a self-assessment tool, a protocol …"""

    __tablename__ = "tool"
    __table_args__ = (
        one_of("basis", Basis),
        one_of("kind", ToolKind),
        one_of("tool_status", ToolStatus),
        at_most_one("owner_pk", "owner_party_pk"),
    )

    name: str = string(index=True)
    kind: str = string(index=True)
    owner_pk: int | None = maybe("organization")
    owner_party_pk: int | None = maybe("unnamed_party")
    audience: str | None = maybe_string()
    purpose: str | None = maybe_string()
    tool_status: str = string(index=True)
    status_note: str | None = maybe_string()


class ToolFields(Schema):
    """Fields of a tool."""

    name: Line = Field(description="Name, or what it is where it has none.")
    kind: ToolKind = Field(description="What sort of tool it is.")
    owner: PublicId | None = Field(default=None, description="Organization that owns it; null: unnamed or unknown.")
    owner_party: PublicId | None = Field(default=None, description="Unnamed party that owns it.")
    audience: Line | None = Field(default=None, description="Whom it is for.")
    purpose: Prose | None = Field(default=None, description="What it is for, in our words.")
    tool_status: ToolStatus = Field(description="Whether it can be used.")
    status_note: Prose | None = Field(default=None, description="The status in more words.")
    projects: list[PublicId] = Field(default_factory=list, max_length=100, description="Projects that it belongs to.")
    basis: Basis = Field(default=Basis.stated, description="How the source carries it.")
    note: Prose | None = Field(default=None, description="What a reader should know.")

    @model_validator(mode="after")
    def _one_owner(self) -> "ToolFields":
        if self.owner and self.owner_party:
            raise ValueError("give either owner or owner_party")
        return self


TOOL = Noun(
    kind="tool",
    path="tools",
    prefix="tool",
    table=Tool,
    fields=ToolFields,
    summary="Something that others can use: a platform, an observatory, a self-assessment tool, a protocol …",
    id_pattern=SLUG_PATTERN,
    id_from="name",
    label="name",
    parts=(Part("projects", ToolProject, scalar="project"),),
    filters=("kind", "owner", "owner_party", "tool_status", "basis", "projects.project"),
    sorts=("name", "kind", "tool_status"),
    unknown_when_null=frozenset({"owner"}),
    searched=("name", "audience", "purpose"),
    example={
        "id": "t-labmex",
        "name": "LABMEX platform",
        "kind": "platform",
        "owner": "documenta",
        "tool_status": "active",
        "projects": ["cj-labmex"],
    },
)


class LegalInstrumentProject(PartRow, table=True):
    """A project that a legal instrument matters to."""

    __tablename__ = "legal_instrument_project"
    __table_args__ = (UniqueConstraint("legal_instrument_pk", "project_pk"),)

    legal_instrument_pk: int = owner("legal_instrument")
    project_pk: int = reference("project")


class LegalInstrument(FactRow, table=True):
    """A law, reform, commitment or agenda that projects refer to."""

    __tablename__ = "legal_instrument"
    __table_args__ = (one_of("basis", Basis),)

    name: str = string(index=True)
    kind: str = string(index=True)
    as_written: str | None = maybe_string()


class LegalInstrumentFields(Schema):
    """Fields of a legal instrument."""

    name: Line = Field(description="Name.")
    kind: Line = Field(description="Law, justice system reform, international commitments …")
    as_written: Line | None = Field(default=None, description="The form that the text uses.")
    projects: list[PublicId] = Field(default_factory=list, max_length=100, description="Projects that refer to it.")
    basis: Basis = Field(default=Basis.stated, description="How the source carries it.")
    note: Prose | None = Field(default=None, description="What a reader should know.")


LEGAL_INSTRUMENT = Noun(
    kind="legal_instrument",
    path="legal-instruments",
    prefix="legal_instrument",
    table=LegalInstrument,
    fields=LegalInstrumentFields,
    summary="A law, reform, commitment or agenda that projects refer to.",
    id_pattern=SLUG_PATTERN,
    id_from="name",
    label="name",
    parts=(Part("projects", LegalInstrumentProject, scalar="project"),),
    filters=("kind", "basis", "projects.project"),
    sorts=("name", "kind"),
    searched=("name", "as_written"),
    example={
        "name": "Nuevo Sistema de Justicia Penal (NSJP)",
        "kind": "justice system reform",
        "projects": ["iri-nsjp"],
    },
)


class FindingKind(StrEnum):
    """An outcome happened; a lesson was drawn."""

    outcome = "outcome"
    lesson = "lesson"


class Viewpoint(StrEnum):
    """Whose view it is."""

    document = "document"
    interviewee = "interviewee"


class Finding(FactRow, table=True):
    """An outcome or a lesson, in our own words."""

    __tablename__ = "finding"
    __table_args__ = (one_of("basis", Basis), one_of("kind", FindingKind), one_of("viewpoint", Viewpoint))

    kind: str = string(index=True)
    summary: str = string()
    theme: str | None = maybe_string(index=True)
    viewpoint: str = string(index=True)
    causality: str | None = maybe_string()
    sensitive: bool = flag()
    project_pk: int | None = maybe("project")
    collaboration_pk: int | None = maybe("collaboration")
    document_pk: int | None = maybe("document")


class FindingFields(Schema):
    """Fields of a finding."""

    kind: FindingKind = Field(description="outcome: it happened; lesson: it was learned.")
    summary: Prose = Field(description="What was found, in our words.")
    theme: Line | None = Field(default=None, description="Theme of a lesson.")
    viewpoint: Viewpoint = Field(description="Whose view it is: the document's own, or an interviewee's opinion.")
    causality: Prose | None = Field(default=None, description="What the source says of its own share in an outcome.")
    sensitive: Flag = Field(default=False, description="Concerns people at risk; details are left out.")
    project: PublicId | None = Field(default=None, description="The project that it belongs to.")
    collaboration: PublicId | None = Field(default=None, description="The collaboration that it belongs to.")
    document: PublicId | None = Field(default=None, description="The document that draws it.")
    basis: Basis = Field(default=Basis.stated, description="How the source carries it.")
    note: Prose | None = Field(default=None, description="What a reader should know.")


FINDING = Noun(
    kind="finding",
    path="findings",
    prefix="finding",
    table=Finding,
    fields=FindingFields,
    summary="An outcome or a lesson in our own words, with whose view it is.",
    id_pattern=SLUG_PATTERN,
    filters=("kind", "theme", "viewpoint", "project", "collaboration", "document", "sensitive", "basis"),
    sorts=("kind", "theme"),
    label="summary",
    searched=("summary", "theme"),
    example={
        "id": "o09",
        "kind": "outcome",
        "summary": "State anti-corruption laws include text that came from the coalitions.",
        "viewpoint": "document",
        "project": "iri-lawful",
        "collaboration": "c27",
    },
)
