"""Projects, where they work, who takes part, and who pays."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, model_validator
from sqlalchemy import CheckConstraint, UniqueConstraint

from app.models.currencies import DECIMAL_PLACES, from_minor, to_minor
from app.models.noun import Noun, Part
from app.models.organizations import CountedFields
from app.models.tables import (
    FactRow,
    PartRow,
    at_most_one,
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
    Flag,
    Language,
    Line,
    Money,
    PartialDate,
    Percent,
    Prose,
    PublicId,
    Qualifier,
    Schema,
    ValueStatus,
    precision_of,
)


class ProjectKind(StrEnum):
    """What sort of undertaking it is."""

    grant = "grant"
    program = "program"
    activity = "activity"
    campaign = "campaign"
    workshop = "workshop"
    platform = "platform"
    call = "call"
    tool = "tool"


class ProjectStatus(StrEnum):
    """How far it has come, as the sources say."""

    planned = "planned"
    ongoing = "ongoing"
    completed = "completed"
    cancelled = "cancelled"
    unknown = "unknown"


class ProjectScope(StrEnum):
    """Reach beyond the country."""

    regional = "regional"
    international = "international"


class ProjectTopic(PartRow, table=True):
    """A project's topic."""

    __tablename__ = "project_topic"
    __table_args__ = (
        one_of("basis", Basis),
        CheckConstraint("share_hundredths BETWEEN 0 AND 10000", name="share"),
        UniqueConstraint("project_pk", "topic_pk"),
    )

    project_pk: int = owner("project")
    topic_pk: int = reference("topic")
    basis: str = string()
    share_hundredths: int | None = maybe_number()


class ProjectIdentifier(PartRow, table=True):
    """An identifier that a publisher gave the project."""

    __tablename__ = "project_identifier"
    __table_args__ = (unique_where("uq_project_identifier_scheme", "scheme", "value"),)

    project_pk: int = owner("project")
    scheme: str = string()
    value: str = string(index=True)


class ProjectTextKind(StrEnum):
    """What a text of a project is."""

    title = "title"  # type: ignore[assignment] # the method of the same name is not used
    description = "description"
    objectives = "objectives"
    target_groups = "target_groups"


class ProjectText(PartRow, table=True):
    """A title or description as its publisher wrote it."""

    __tablename__ = "project_text"
    __table_args__ = (one_of("kind", ProjectTextKind),)

    project_pk: int = owner("project")
    kind: str = string()
    language: str | None = maybe_string()
    text: str = string()


def share_to_row(values: dict[str, Any]) -> dict[str, Any]:
    """A share in percent as whole hundredths."""
    row = dict(values)
    share = row.pop("share_percent", None)
    return row | {"share_hundredths": None if share is None else int(share.scaleb(2))}


def share_from_row(row: dict[str, Any]) -> dict[str, Any]:
    """Whole hundredths as a share in percent."""
    values = dict(row)
    share = values.pop("share_hundredths")
    return values | {"share_percent": None if share is None else Decimal(share).scaleb(-2)}


class Project(FactRow, table=True):
    """An undertaking: a grant's project, a programme, an activity, a campaign …"""

    __tablename__ = "project"
    __table_args__ = (
        one_of("basis", Basis),
        one_of("kind", ProjectKind),
        one_of("project_status", ProjectStatus),
        one_of("scope", ProjectScope),
        CheckConstraint("start_date <= end_date OR start_date LIKE end_date || '%'", name="interval"),
        CheckConstraint("parent_pk <> pk", name="not_itself"),
    )

    title: str = string(index=True)
    acronym: str | None = maybe_string(index=True)
    kind: str = string(index=True)
    project_status: str = string(index=True)
    status_note: str | None = maybe_string()
    start_date: str | None = maybe_string(index=True)
    end_date: str | None = maybe_string(index=True)
    date_note: str | None = maybe_string()
    scope: str | None = maybe_string(index=True)
    summary: str | None = maybe_string()
    parent_pk: int | None = maybe("project")


class ProjectTopicFields(Schema):
    """A project's topic."""

    topic: PublicId = Field(description="The topic.")
    basis: Basis = Field(default=Basis.implied, description="implied: the reader's judgement on the body text.")
    share_percent: Percent | None = Field(
        default=None, description="Share of the project that its publisher gives to the topic, in percent."
    )


class ProjectIdentifierFields(Schema):
    """An identifier that a publisher gave the project."""

    scheme: Line = Field(description="Whose identifier: iati, 360giving, or a publisher's own.", examples=["iati"])
    value: Line = Field(description="The identifier.")


class ProjectTextFields(Schema):
    """A title or description as its publisher wrote it."""

    kind: ProjectTextKind = Field(description="title, description, objectives, target_groups.")
    language: Language | None = Field(default=None, description="Language of the text (ISO 639); null: not told.")
    text: Prose = Field(description="The text.")


class ProjectFields(Schema):
    """Fields of a project."""

    title: Line = Field(description="Title.")
    basis: Basis = Field(description="Whether the text gives this title (implied: it is descriptive).")
    acronym: Line | None = Field(default=None, description="Acronym.")
    kind: ProjectKind = Field(description="What sort of undertaking it is.")
    project_status: ProjectStatus = Field(description="How far it has come, as the sources say.")
    status_note: Prose | None = Field(default=None, description="The status in more words.")
    start_date: PartialDate | None = Field(default=None, description="Start, to the precision known; null: unknown.")
    end_date: PartialDate | None = Field(default=None, description="End, to the precision known; null: unknown.")
    date_note: Prose | None = Field(default=None, description="What kind of dates they are.")
    scope: ProjectScope | None = Field(default=None, description="Reach beyond the country, where it has one.")
    summary: Prose | None = Field(default=None, description="What it is for, in our words.")
    parent: PublicId | None = Field(default=None, description="The project that it is a component of.")
    topics: list[ProjectTopicFields] = Field(default_factory=list, max_length=100, description="Its topics.")
    identifiers: list[ProjectIdentifierFields] = Field(
        default_factory=list, max_length=100, description="Its identifiers in what its publishers publish."
    )
    texts: list[ProjectTextFields] = Field(
        default_factory=list, max_length=100, description="Titles and descriptions as its publishers wrote them."
    )
    note: Prose | None = Field(default=None, description="What a reader should know.")

    @model_validator(mode="after")
    def _interval(self) -> "ProjectFields":
        if self.start_date and self.end_date:
            shared = min(len(self.start_date), len(self.end_date))
            if self.start_date[:shared] > self.end_date[:shared]:
                raise ValueError("end_date lies before start_date")
        return self


class EffectiveFunder(Schema):
    """Who pays for a project: its own funder, else that of the nearest ancestor that has one."""

    status: ValueStatus = Field(description="known, or unknown: no funding row up the chain names a funder.")
    organizations: list[str] = Field(description="Ids of the funding organizations.")
    parties: list[str] = Field(description="Ids of the funding parties that are unnamed.")
    inherited_from: str | None = Field(description="The ancestor whose funding it is; null: the project's own.")


PROJECT = Noun(
    kind="project",
    path="projects",
    prefix="project",
    table=Project,
    fields=ProjectFields,
    summary="An undertaking: what a grant pays for, a programme, an activity, a campaign, a workshop …",
    id_pattern=SLUG_PATTERN,
    id_from="title",
    label="title",
    parts=(
        Part("topics", ProjectTopic, to_row=share_to_row, from_row=share_from_row),
        Part("identifiers", ProjectIdentifier),
        Part("texts", ProjectText),
    ),
    filters=("kind", "project_status", "scope", "parent", "basis", "acronym", "topics.topic", "identifiers.value"),
    sorts=("title", "kind", "start_date", "end_date", "project_status"),
    unknown_when_null=frozenset({"start_date", "end_date"}),
    searched=("title", "acronym"),
    row_fields={
        "start_precision": str,
        "end_precision": str,
        "nationwide": bool,
        "place_status": Annotated[
            ValueStatus,
            Field(description="known: a state, another place or the whole country is recorded; unknown: none is."),
        ],
        "result_status": Annotated[
            ValueStatus,
            Field(
                description="known: an outcome or a result with its figure is recorded; none_recorded: it is only "
                "planned; unknown: it runs or ran, and no source tells what came of it."
            ),
        ],
        "effective_funder": EffectiveFunder,
    },
    from_row=lambda row: (
        row | {"start_precision": precision_of(row["start_date"]), "end_precision": precision_of(row["end_date"])}
    ),
    example={
        "id": "cj-labmex",
        "title": "Mexican Laboratory of Innovation in Criminal Justice (LABMEX)",
        "basis": "stated",
        "acronym": "LABMEX",
        "kind": "platform",
        "project_status": "ongoing",
        "parent": "conjusticia",
        "topics": [{"topic": "criminal-justice-reform"}],
    },
)


class FundingKind(StrEnum):
    """What sort of money it is."""

    grant = "grant"
    supplement = "supplement"
    subgrant = "subgrant"
    contract = "contract"
    donation = "donation"
    loan = "loan"
    own_funds = "own_funds"


class FundingStage(StrEnum):
    """How far the money has gone (IATI)."""

    commitment = "commitment"
    disbursement = "disbursement"
    expenditure = "expenditure"


class Funding(FactRow, table=True):
    """Money that goes from a funder to a recipient for a project."""

    __tablename__ = "funding"
    __table_args__ = (
        one_of("basis", Basis),
        one_of("kind", FundingKind),
        one_of("stage", FundingStage),
        one_of("amount_qualifier", Qualifier),
        one_of("share_qualifier", Qualifier),
        at_most_one("funder_pk", "funder_party_pk"),
        at_most_one("recipient_pk", "recipient_party_pk"),
        CheckConstraint(
            "funder_pk IS NOT NULL OR funder_party_pk IS NOT NULL OR recipient_pk IS NOT NULL"
            " OR recipient_party_pk IS NOT NULL OR project_pk IS NOT NULL",
            name="says_something",
        ),
        CheckConstraint("amount_minor IS NULL OR currency IS NOT NULL", name="amount_has_currency"),
        CheckConstraint("share_hundredths BETWEEN 0 AND 10000", name="share"),
    )

    funder_pk: int | None = maybe("organization")
    funder_party_pk: int | None = maybe("unnamed_party")
    recipient_pk: int | None = maybe("organization")
    recipient_party_pk: int | None = maybe("unnamed_party")
    project_pk: int | None = maybe("project")
    through_project_pk: int | None = maybe("project")
    kind: str | None = maybe_string(index=True)
    stage: str | None = maybe_string(index=True)
    amount_minor: int | None = maybe_number(index=True)
    amount_qualifier: str | None = maybe_string()
    currency: str | None = maybe_string(index=True)
    currency_presumed: bool = flag()
    share_hundredths: int | None = maybe_number()
    share_qualifier: str | None = maybe_string()
    date: str | None = maybe_string(index=True)
    reference: str | None = maybe_string(index=True)


class FundingFields(Schema):
    """Fields of a funding."""

    funder: PublicId | None = Field(default=None, description="Organization that pays; null: unnamed or unknown.")
    funder_party: PublicId | None = Field(default=None, description="Unnamed party that pays.")
    recipient: PublicId | None = Field(
        default=None, description="Organization that receives; null: unnamed or unknown."
    )
    recipient_party: PublicId | None = Field(default=None, description="Unnamed party that receives.")
    project: PublicId | None = Field(default=None, description="What it pays for.")
    through_project: PublicId | None = Field(default=None, description="The project through which it passed (regrant).")
    kind: FundingKind | None = Field(default=None, description="What sort of money; null: unknown.")
    stage: FundingStage | None = Field(
        default=None, description="commitment, disbursement, expenditure; null: unknown."
    )
    amount: Money | None = Field(
        default=None, description="Amount in the currency's main unit, exact; null: unknown.", examples=["55000.00"]
    )
    amount_qualifier: Qualifier | None = Field(default=None, description="The source's word before the amount.")
    currency: str | None = Field(default=None, description="ISO 4217 code.", examples=["USD"], max_length=3)
    currency_presumed: Flag = Field(default=False, description='The text shows only a sign ("$").')
    share_percent: Percent | None = Field(default=None, description="Share of the project's money, in percent.")
    share_qualifier: Qualifier | None = Field(default=None, description="The source's word before the share.")
    date: PartialDate | None = Field(default=None, description="When, to the precision known; null: unknown.")
    reference: Line | None = Field(default=None, description="The number that its publisher gives this money.")
    basis: Basis = Field(description="How the source carries it (attributed: the text does not name the funder).")
    note: Prose | None = Field(default=None, description="What a reader should know.")

    @model_validator(mode="after")
    def _consistent(self) -> "FundingFields":
        if self.funder and self.funder_party:
            raise ValueError("give either funder or funder_party")
        if self.recipient and self.recipient_party:
            raise ValueError("give either recipient or recipient_party")
        if not (self.funder or self.funder_party or self.recipient or self.recipient_party or self.project):
            raise ValueError("a funding names a funder, a recipient or a project")
        if self.currency is not None and self.currency not in DECIMAL_PLACES:
            raise ValueError("currency is not an ISO 4217 code")
        if self.amount is not None:
            if self.currency is None:
                raise ValueError("an amount needs its currency")
            to_minor(self.amount, self.currency)
        return self


def _funding_to_row(values: dict[str, Any]) -> dict[str, Any]:
    row = share_to_row(values)
    amount = row.pop("amount")
    return row | {"amount_minor": None if amount is None else to_minor(amount, row["currency"])}


def _funding_from_row(row: dict[str, Any]) -> dict[str, Any]:
    minor = row["amount_minor"]
    amount = None if minor is None else from_minor(minor, row["currency"])
    return share_from_row(row) | {"amount": amount, "date_precision": precision_of(row["date"])}


FUNDING = Noun(
    kind="funding",
    path="funding",
    prefix="funding",
    table=Funding,
    fields=FundingFields,
    summary="Money that goes from a funder to a recipient for a project. Funder, recipient and amount may be unknown.",
    id_pattern=SLUG_PATTERN,
    filters=(
        "funder",
        "funder_party",
        "recipient",
        "recipient_party",
        "project",
        "through_project",
        "kind",
        "stage",
        "currency",
        "basis",
        "reference",
    ),
    sorts=("date", "amount_minor", "kind"),
    unknown_when_null=frozenset(
        {"funder", "recipient", "project", "kind", "stage", "amount", "amount_minor", "currency", "date"}
    ),
    to_row=_funding_to_row,
    from_row=_funding_from_row,
    row_fields={"amount_minor": int | None, "date_precision": str},
    example={
        "id": "f-ned2020-14",
        "funder": "ned",
        "recipient": "ficdcm",
        "project": "ned2020-14",
        "kind": "supplement",
        "amount": "55000.00",
        "amount_qualifier": "exact",
        "currency": "USD",
        "currency_presumed": True,
        "date": "2020",
        "basis": "attributed",
    },
)


class ParticipationRole(StrEnum):
    """What a participant does in a project."""

    lead = "lead"
    implementing = "implementing"
    extending = "extending"
    accountable = "accountable"
    partner = "partner"
    designer = "designer"
    convener = "convener"
    host = "host"
    contributor = "contributor"
    data_source = "data_source"
    target_institution = "target_institution"
    counterpart = "counterpart"
    standard_setter = "standard_setter"


class ParticipationState(PartRow, table=True):
    """A state in which a participant worked, where the source says it of the participant."""

    __tablename__ = "participation_state"
    __table_args__ = (UniqueConstraint("participation_pk", "state_pk"),)

    participation_pk: int = owner("participation")
    state_pk: int = reference("state")


class Participation(FactRow, table=True):
    """An organization or unnamed party that takes part in a project."""

    __tablename__ = "participation"
    __table_args__ = (
        one_of("basis", Basis),
        one_of("role", ParticipationRole),
        exactly_one("organization_pk", "party_pk"),
        unique_where(
            "uq_participation_organization", "project_pk", "organization_pk", "role", filled="organization_pk"
        ),
        unique_where("uq_participation_party", "project_pk", "party_pk", "role", filled="party_pk"),
    )

    project_pk: int = reference("project")
    organization_pk: int | None = maybe("organization")
    party_pk: int | None = maybe("unnamed_party")
    role: str = string(index=True)
    role_as_written: str | None = maybe_string()


class ActorFields(Schema):
    """An organization or an unnamed party, never both."""

    organization: PublicId | None = Field(default=None, description="The organization, if it is named.")
    party: PublicId | None = Field(default=None, description="The unnamed party, if it is not.")

    @model_validator(mode="after")
    def _one_actor(self) -> "ActorFields":
        if (self.organization is None) == (self.party is None):
            raise ValueError("give either organization or party")
        return self


class ParticipationFields(ActorFields):
    """Fields of a participation."""

    project: PublicId = Field(description="The project.")
    role: ParticipationRole = Field(description="What the participant does in it.")
    role_as_written: Line | None = Field(default=None, description="The role in the reader's words.")
    states: list[PublicId] = Field(
        default_factory=list, max_length=32, description="States in which this participant worked, where that is said."
    )
    basis: Basis = Field(description="How the source carries it.")
    note: Prose | None = Field(default=None, description="What a reader should know.")


PARTICIPATION = Noun(
    kind="participation",
    path="participations",
    prefix="participation",
    table=Participation,
    fields=ParticipationFields,
    summary="An organization or unnamed party that takes part in a project, with its role.",
    id_pattern=SLUG_PATTERN,
    parts=(Part("states", ParticipationState, scalar="state"),),
    filters=("project", "organization", "party", "role", "basis", "states.state"),
    sorts=("role",),
    searched=("role_as_written",),
    example={
        "id": "pt50",
        "project": "cj-labmex",
        "organization": "documenta",
        "role": "lead",
        "basis": "stated",
    },
)


class StateRole(StrEnum):
    """What a place is to a project."""

    target = "target"
    planned = "planned"
    context = "context"


class Membership(StrEnum):
    """How a state stands to a counted group of states."""

    named = "named"
    excluded = "excluded"


class ProjectState(FactRow, table=True):
    """A state or place of a project."""

    __tablename__ = "project_state"
    __table_args__ = (
        one_of("basis", Basis),
        one_of("role", StateRole),
        one_of("membership", Membership),
        exactly_one("state_pk", "place_pk"),
        CheckConstraint("share_hundredths BETWEEN 0 AND 10000", name="share"),
        CheckConstraint("(state_group_pk IS NULL) = (membership IS NULL)", name="group_and_membership"),
        CheckConstraint("state_group_pk IS NULL OR state_pk IS NOT NULL", name="groups_hold_states"),
        unique_where(
            "uq_project_state_alone", "project_pk", "state_pk", "role", filled="state_pk", empty="state_group_pk"
        ),
        unique_where("uq_project_state_grouped", "state_pk", "state_group_pk", filled="state_group_pk"),
        unique_where("uq_project_state_place", "project_pk", "place_pk", "role", filled="place_pk"),
    )

    project_pk: int = reference("project")
    state_pk: int | None = maybe("state")
    place_pk: int | None = maybe("place")
    role: str = string(index=True)
    state_group_pk: int | None = maybe("state_group")
    membership: str | None = maybe_string(index=True)
    as_written: str | None = maybe_string()
    share_hundredths: int | None = maybe_number()


class ProjectStateFields(Schema):
    """Fields of a project's state."""

    project: PublicId = Field(description="The project.")
    state: PublicId | None = Field(default=None, description="The state.")
    place: PublicId | None = Field(
        default=None, description="Instead of `state`: another place. `MX` says that the project works nationwide."
    )
    role: StateRole = Field(description="target: it works there; planned: announced; context: mentioned only.")
    state_group: PublicId | None = Field(default=None, description="Counted group of states that this state is in.")
    membership: Membership | None = Field(default=None, description="Whether the group names the state or excludes it.")
    as_written: Line | None = Field(default=None, description="The form that the text uses.")
    share_percent: Percent | None = Field(
        default=None, description="Share of the project that its publisher gives to the place, in percent."
    )
    basis: Basis = Field(description="How the source carries it.")
    note: Prose | None = Field(default=None, description="What a reader should know.")

    @model_validator(mode="after")
    def _consistent(self) -> "ProjectStateFields":
        if (self.state is None) == (self.place is None):
            raise ValueError("give either state or place")
        if (self.state_group is None) != (self.membership is None):
            raise ValueError("state_group and membership go together")
        if self.state_group and not self.state:
            raise ValueError("a state group holds states only")
        return self


PROJECT_STATE = Noun(
    kind="project_state",
    path="project-states",
    prefix="project_state",
    table=ProjectState,
    fields=ProjectStateFields,
    summary="A state or place of a project, and what it is to it.",
    id_pattern=SLUG_PATTERN,
    filters=("project", "state", "place", "role", "state_group", "membership", "basis"),
    sorts=("project", "role"),
    to_row=share_to_row,
    from_row=share_from_row,
    example={"project": "ned2020-08", "state": "MX-JAL", "role": "target", "basis": "stated"},
)


class StateGroupRole(StrEnum):
    """What a counted group of states is to a project."""

    target = "target"
    planned = "planned"
    dissemination = "dissemination"
    context = "context"


class StateGroup(FactRow, table=True):
    """A counted set of states of a project, named wholly, partly or not at all."""

    __tablename__ = "state_group"
    __table_args__ = (
        one_of("basis", Basis),
        one_of("role", StateGroupRole),
        CheckConstraint("count BETWEEN 1 AND 32", name="count"),
    )

    project_pk: int = reference("project")
    label: str = string()
    count: int | None = maybe_number()
    role: str = string(index=True)


class StateGroupFields(Schema):
    """Fields of a state group."""

    project: PublicId = Field(description="The project.")
    label: Line = Field(description="What the states have in common.")
    count: Count | None = Field(default=None, ge=1, le=32, description="How many states; null: unknown.")
    role: StateGroupRole = Field(description="target: it works there; dissemination: something reached them.")
    basis: Basis = Field(default=Basis.stated, description="How the source carries it.")
    note: Prose | None = Field(default=None, description="What a reader should know.")


STATE_GROUP = Noun(
    kind="state_group",
    path="state-groups",
    prefix="state_group",
    table=StateGroup,
    fields=StateGroupFields,
    summary="A counted set of states of a project: eight partner states, say, of which two are named.",
    id_pattern=SLUG_PATTERN,
    id_from="label",
    label="label",
    filters=("project", "role", "basis"),
    sorts=("count",),
    unknown_when_null=frozenset({"count", "unnamed_count"}),
    searched=("label",),
    row_fields={"named": list[str], "excluded": list[str], "unnamed_count": int | None},
    example={"id": "sg5", "project": "conjusticia", "label": "partner states", "count": 8, "role": "target"},
)


class BeneficiaryGroup(FactRow, table=True):
    """Whom a project is for."""

    __tablename__ = "beneficiary_group"
    __table_args__ = (
        one_of("basis", Basis),
        one_of("count_qualifier", Qualifier),
        CheckConstraint(
            "count_low >= 0 AND (count_high IS NULL OR (count_low IS NOT NULL AND count_low <= count_high))",
            name="count_range",
        ),
    )

    project_pk: int = reference("project")
    description: str = string()
    count_low: int | None = maybe_number()
    count_high: int | None = maybe_number()
    count_qualifier: str | None = maybe_string()
    sensitive: bool = flag()


class BeneficiaryGroupFields(CountedFields):
    """Fields of a beneficiary group."""

    project: PublicId = Field(description="The project.")
    description: Line = Field(description="Who they are, in our words.")
    sensitive: Flag = Field(default=False, description="People at risk: publish nothing that could point at one.")
    basis: Basis = Field(default=Basis.stated, description="How the source carries it.")
    note: Prose | None = Field(default=None, description="What a reader should know.")


BENEFICIARY_GROUP = Noun(
    kind="beneficiary_group",
    path="beneficiary-groups",
    prefix="beneficiary_group",
    table=BeneficiaryGroup,
    fields=BeneficiaryGroupFields,
    summary="Whom a project is for, counted where the source counts.",
    id_pattern=SLUG_PATTERN,
    id_from="description",
    label="description",
    filters=("project", "sensitive", "basis"),
    sorts=("count_low",),
    unknown_when_null=frozenset({"count_low", "count_qualifier"}),
    searched=("description",),
    example={
        "project": "ned2020-03",
        "description": "investigative journalists",
        "count_low": 25,
        "count_qualifier": "exact",
    },
)
