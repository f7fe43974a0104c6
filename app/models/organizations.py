"""Organizations, the relations between them, and parties that the sources leave unnamed."""

from enum import StrEnum

from pydantic import Field, model_validator
from sqlalchemy import CheckConstraint, UniqueConstraint

from app.models.noun import Noun, Part
from app.models.tables import (
    FactRow,
    PartRow,
    exactly_one,
    flag,
    maybe,
    maybe_number,
    maybe_string,
    one_of,
    owner,
    reference,
    string,
    unique_where,
)
from app.models.types import (
    SLUG_PATTERN,
    Basis,
    Count,
    Country,
    Flag,
    Language,
    Line,
    Prose,
    PublicId,
    Qualifier,
    Schema,
    Url,
)


class OrganizationKind(StrEnum):
    """What sort of body it is, in one word."""

    funder = "funder"
    ngo = "ngo"
    foundation = "foundation"
    international = "international"
    government = "government"
    academia = "academia"
    media = "media"
    company = "company"
    cooperative = "cooperative"
    network = "network"
    political_party = "political_party"
    community = "community"
    mixed = "mixed"
    unknown = "unknown"


class IatiOrganisationType(StrEnum):
    """IATI organisation type codes."""

    government = "10"
    local_government = "11"
    other_public_sector = "15"
    international_ngo = "21"
    national_ngo = "22"
    regional_ngo = "23"
    partner_country_based_ngo = "24"
    public_private_partnership = "30"
    multilateral = "40"
    foundation = "60"
    private_sector = "70"
    private_sector_provider = "71"
    private_sector_recipient = "72"
    private_sector_third = "73"
    academic = "80"
    other = "90"


class NameKind(StrEnum):
    """What sort of name it is."""

    legal = "legal"
    short = "short"
    former = "former"
    as_written = "as_written"
    translation = "translation"
    acronym = "acronym"


class OrganizationName(PartRow, table=True):
    """Another name of an organization."""

    __tablename__ = "organization_name"
    __table_args__ = (
        one_of("kind", NameKind),
        one_of("basis", Basis),
        UniqueConstraint("organization_pk", "text", "kind"),
    )

    organization_pk: int = owner("organization")
    text: str = string()
    kind: str = string()
    language: str | None = maybe_string()
    basis: str = string()


class OrganizationIdentifier(PartRow, table=True):
    """An identifier that a register gave the organization."""

    __tablename__ = "organization_identifier"
    __table_args__ = (unique_where("uq_organization_identifier_scheme", "scheme", "value"),)

    organization_pk: int = owner("organization")
    scheme: str = string()
    value: str = string(index=True)


class Organization(FactRow, table=True):
    """A named body."""

    __tablename__ = "organization"
    __table_args__ = (
        one_of("kind", OrganizationKind),
        one_of("basis", Basis),
        one_of("country_basis", Basis),
        one_of("iati_type", IatiOrganisationType),
    )

    name: str = string(index=True)
    acronym: str | None = maybe_string(index=True)
    kind: str = string(index=True)
    subkind: str | None = maybe_string()
    iati_type: str | None = maybe_string(index=True)
    country: str | None = maybe_string(index=True)
    country_basis: str | None = maybe_string()
    state_pk: int | None = maybe("state")
    website: str | None = maybe_string()
    summary: str | None = maybe_string()
    context_only: bool = flag()


class OrganizationNameFields(Schema):
    """Another name of an organization."""

    text: Line = Field(description="The name.")
    kind: NameKind = Field(
        description="legal, short, former, as_written (as a source spells it), translation, acronym."
    )
    language: Language | None = Field(default=None, description="Language of the name (ISO 639).")
    basis: Basis = Field(default=Basis.stated, description="Whether a source has this name.")


class OrganizationIdentifierFields(Schema):
    """An identifier that a register gave the organization."""

    scheme: Line = Field(description="Register, by its org-id.guide prefix (US-EIN, MX-RFC …).", examples=["US-EIN"])
    value: Line = Field(description="Identifier in that register.")


class OrganizationFields(Schema):
    """Fields of an organization."""

    name: Line = Field(description="Canonical name, with its accents and legal form.")
    basis: Basis = Field(description="Whether a source names it (attributed: none does).")
    acronym: Line | None = Field(default=None, description="Acronym, where a source has it.")
    kind: OrganizationKind = Field(description="What sort of body it is.")
    subkind: Line | None = Field(default=None, description="The kind more closely: think tank, film festival …")
    iati_type: IatiOrganisationType | None = Field(default=None, description="IATI organisation type code.")
    country: Country | None = Field(default=None, description="Country (ISO 3166-1 alpha-2). Not a place of work.")
    country_basis: Basis | None = Field(default=None, description="How the country is known.")
    state: PublicId | None = Field(
        default=None, description="State that an institution belongs to. Not a place of work."
    )
    website: Url | None = Field(default=None, description="Its website.")
    summary: Prose | None = Field(default=None, description="What it does in the sources, in our words.")
    context_only: Flag = Field(
        default=False, description="Mentioned as background only: takes part in nothing recorded."
    )
    names: list[OrganizationNameFields] = Field(default_factory=list, max_length=100, description="Its other names.")
    identifiers: list[OrganizationIdentifierFields] = Field(
        default_factory=list, max_length=100, description="Its identifiers in registers."
    )
    note: Prose | None = Field(default=None, description="What a reader should know.")


ORGANIZATION = Noun(
    kind="organization",
    path="organizations",
    prefix="org",
    table=Organization,
    fields=OrganizationFields,
    summary="A named body: a funder, a civil society organization, a public institution …",
    id_pattern=SLUG_PATTERN,
    id_from="name",
    label="name",
    parts=(Part("names", OrganizationName), Part("identifiers", OrganizationIdentifier)),
    filters=("kind", "iati_type", "country", "state", "basis", "acronym", "context_only", "identifiers.value"),
    sorts=("name", "kind", "country"),
    unknown_when_null=frozenset({"country", "country_basis"}),
    searched=("name", "acronym", "names.text"),
    example={
        "id": "documenta",
        "name": "Documenta",
        "basis": "stated",
        "kind": "ngo",
        "country": "MX",
        "country_basis": "implied",
        "citations": [
            {
                "document": "doc-conjusticia",
                "heading": "Support Innovation and Collaboration",
                "paragraph": 28,
                "cue": "Led by local partner Documenta",
            }
        ],
    },
)


class RelationKind(StrEnum):
    """How one organization stands to another."""

    part_of = "part_of"
    chapter_of = "chapter_of"
    program_of = "program_of"
    led_by = "led_by"
    successor_of = "successor_of"


class OrganizationRelation(FactRow, table=True):
    """A standing relation between two organizations."""

    __tablename__ = "organization_relation"
    __table_args__ = (
        one_of("kind", RelationKind),
        one_of("basis", Basis),
        exactly_one("subject_pk", "subject_name"),
        CheckConstraint("subject_pk <> object_pk", name="not_itself"),
        unique_where("uq_organization_relation", "subject_pk", "kind", "object_pk"),
    )

    subject_pk: int | None = maybe("organization")
    subject_name: str | None = maybe_string()
    kind: str = string(index=True)
    object_pk: int = reference("organization")


class OrganizationRelationFields(Schema):
    """Fields of a relation."""

    subject: PublicId | None = Field(default=None, description="The organization that is a part, a chapter, led …")
    subject_name: Line | None = Field(
        default=None, description="Instead of `subject`: a name that is not an organization of its own (a program)."
    )
    kind: RelationKind = Field(description="How the subject stands to the object.")
    object: PublicId = Field(description="The organization that it is a part of, a chapter of, led by …")
    basis: Basis = Field(description="How the source carries it.")
    note: Prose | None = Field(default=None, description="What a reader should know.")

    @model_validator(mode="after")
    def _one_subject(self) -> "OrganizationRelationFields":
        if (self.subject is None) == (self.subject_name is None):
            raise ValueError("give either subject or subject_name")
        if self.subject == self.object:
            raise ValueError("an organization has no relation to itself")
        return self


ORGANIZATION_RELATION = Noun(
    kind="organization_relation",
    path="organization-relations",
    prefix="organization_relation",
    table=OrganizationRelation,
    fields=OrganizationRelationFields,
    summary="A standing relation: part of, chapter of, program of, led by.",
    id_pattern=SLUG_PATTERN,
    filters=("subject", "object", "kind", "basis"),
    sorts=("kind",),
    example={"subject": "labmex", "kind": "led_by", "object": "documenta", "basis": "stated"},
)


class UnnamedParty(FactRow, table=True):
    """Somebody whom the source counts or describes but does not name."""

    __tablename__ = "unnamed_party"
    __table_args__ = (
        one_of("kind", OrganizationKind),
        one_of("basis", Basis),
        one_of("count_qualifier", Qualifier),
        CheckConstraint(
            "count_low >= 0 AND (count_high IS NULL OR (count_low IS NOT NULL AND count_low <= count_high))",
            name="count_range",
        ),
    )

    description: str = string()
    kind: str = string(index=True)
    count_low: int | None = maybe_number()
    count_high: int | None = maybe_number()
    count_qualifier: str | None = maybe_string(index=True)
    state_pk: int | None = maybe("state")
    place_pk: int | None = maybe("place")


class CountedFields(Schema):
    """A count that may be exact, qualified, a range, or unknown."""

    count_low: Count | None = Field(default=None, description="The count, or the low end of a range; null: unknown.")
    count_high: Count | None = Field(default=None, description="The high end of a range; otherwise null.")
    count_qualifier: Qualifier | None = Field(default=None, description="The source's word before the number.")

    @model_validator(mode="after")
    def _range(self) -> "CountedFields":
        if self.count_high is not None and (self.count_low is None or self.count_low > self.count_high):
            raise ValueError("count_high stands for the high end of a range that starts at count_low")
        if (self.count_low is None) != (self.count_qualifier is None):
            raise ValueError("count_low and count_qualifier go together")
        return self


class UnnamedPartyFields(CountedFields):
    """Fields of an unnamed party."""

    description: Line = Field(description="Who they are, in our words.")
    kind: OrganizationKind = Field(description="What sort of body or bodies.")
    state: PublicId | None = Field(
        default=None, description="State that the party belongs to, where the source says it."
    )
    place: PublicId | None = Field(default=None, description="Place that the party belongs to.")
    basis: Basis = Field(default=Basis.stated, description="How the source carries it.")
    note: Prose | None = Field(default=None, description="What a reader should know.")


UNNAMED_PARTY = Noun(
    kind="unnamed_party",
    path="unnamed-parties",
    prefix="party",
    table=UnnamedParty,
    fields=UnnamedPartyFields,
    summary="Somebody whom the source counts or describes but does not name. Never merged with another.",
    id_pattern=SLUG_PATTERN,
    id_from="description",
    label="description",
    filters=("kind", "state", "place", "basis", "count_qualifier"),
    sorts=("kind", "count_low"),
    unknown_when_null=frozenset({"count_low", "count_qualifier"}),
    searched=("description",),
    example={
        "id": "u-cj-cs-groups",
        "description": "local civil society groups and partners strengthened",
        "kind": "ngo",
        "count_low": 80,
        "count_qualifier": "nearly",
    },
)
