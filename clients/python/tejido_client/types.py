"""What the service takes and answers. Written by tools/client_types.py from openapi.json: `make clients`."""

from collections.abc import Sequence
from typing import Any, Literal, NotRequired, Required, TypedDict

Visibility = Literal["public", "restricted"]
Basis = Literal["stated", "implied", "attributed"]
ValueStatus = Literal["known", "none_recorded", "unknown"]
Action = Literal["create", "update", "delete", "restore", "restrict", "publish"]
OrganizationKind = Literal[
    "funder",
    "ngo",
    "foundation",
    "international",
    "government",
    "academia",
    "media",
    "company",
    "cooperative",
    "network",
    "political_party",
    "community",
    "mixed",
    "unknown",
]
Qualifier = Literal["exact", "more_than", "at_least", "about", "nearly", "range"]
ProjectKind = Literal["grant", "program", "activity", "campaign", "workshop", "platform", "call", "tool"]
ProjectStatus = Literal["planned", "ongoing", "completed", "cancelled", "unknown"]
ProjectScope = Literal["regional", "international"]
ProjectTextKind = Literal["title", "description", "objectives", "target_groups"]
CollaborationKind = Literal[
    "coalition",
    "network",
    "peer_network",
    "association",
    "committee",
    "partnership",
    "media_partnership",
    "co_design",
    "co_creation",
    "mentoring",
    "technical_assistance",
    "method_transfer",
    "exchange",
    "coordination",
    "engagement",
    "community_engagement",
    "convening",
    "dialogue",
    "interview",
]
CollaborationStatus = Literal["planned", "forming", "active", "ended", "unknown"]
MemberRole = Literal["lead", "member", "convener", "supporter"]
FindingKind = Literal["outcome", "lesson"]
Viewpoint = Literal["document", "interviewee"]
IatiOrganisationType = Literal[
    "10",
    "11",
    "15",
    "21",
    "22",
    "23",
    "24",
    "30",
    "40",
    "60",
    "70",
    "71",
    "72",
    "73",
    "80",
    "90",
]
NameKind = Literal["legal", "short", "former", "as_written", "translation", "acronym"]
StatesSplitStatus = Literal["known", "unknown", "none_recorded"]
CoverageRowStatus = Literal["known", "unknown", "none_recorded", "not_selected"]
CoverageRowUnknownBecause = Literal["unnamed_states", "nationwide", "open_dates"]
CoverageCellCertainty = Literal["certain", "possible", "nationwide"]
DiffNetwork = Literal["funder-partner-state", "coalitions"]
DuplicateReasonBy = Literal[
    "identifier",
    "name",
    "words",
    "within",
    "similar",
    "acronym",
    "website",
    "other-country",
    "other-number",
]
FirstTimeFirstInWindow = Literal["yes", "no", "unknown", "not_asked"]
FundingKind = Literal["grant", "supplement", "subgrant", "contract", "donation", "loan", "own_funds"]
FundingStage = Literal["commitment", "disbursement", "expenditure"]
OnError = Literal["refuse", "skip"]
Status = Literal["waiting", "running", "done", "checked", "refused", "failed", "cancelled"]
IndicatorKind = Literal["target", "result", "context", "coverage", "resource"]
ResultLevel = Literal["output", "outcome"]
Scope = Literal["read", "write", "restricted", "metrics", "admin"]
LinkKind = Literal["collaboration", "project", "relation", "funding"]
MeasuresNetwork = Literal["clusters", "funder-partner-state", "coalitions", "projection"]
Membership = Literal["named", "excluded"]
RelationKind = Literal["part_of", "chapter_of", "program_of", "led_by", "successor_of"]
ParticipationRole = Literal[
    "lead",
    "implementing",
    "extending",
    "accountable",
    "partner",
    "designer",
    "convener",
    "host",
    "contributor",
    "data_source",
    "target_institution",
    "counterpart",
    "standard_setter",
]
ToolKind = Literal[
    "platform",
    "observatory",
    "survey",
    "data_set",
    "website",
    "portal",
    "training",
    "creative_work",
    "data_layer",
    "monitoring",
    "protocol",
    "self_assessment",
    "checklist",
    "manual",
    "funding_call",
]
ToolStatus = Literal["planned", "in_development", "active", "transferred", "published", "abandoned", "unknown"]
StateNameKind = Literal["short", "translation", "former", "abbreviation", "as_written"]
PlaceLevel = Literal["community", "borough", "municipality", "region", "country"]
StateRole = Literal["target", "planned", "context"]
StateGroupRole = Literal["target", "planned", "dissemination", "context"]
ProjectionToldOf = Literal["funder", "partner", "state", "topic"]
ProjectionToldThrough = Literal["funder", "partner", "state", "topic", "project"]
ProjectionToldWeight = Literal["count", "newman", "jaccard", "amount"]
GetFunderPartnerStateInclude = Literal["projects", "unnamed", "supports"]
GetCoalitionsTie = Literal["collaboration", "project", "funder", "state", "topic"]
SearchKind = Literal["organization", "project", "collaboration", "tool", "state", "topic", "place"]
ListOrganizationsMissing = Literal[
    "acronym",
    "subkind",
    "iati_type",
    "country",
    "country_basis",
    "state",
    "website",
    "summary",
    "names",
    "identifiers",
    "note",
]
ListOrganizationsSort = Literal["id", "name", "kind", "country", "-id", "-name", "-kind", "-country"]
ListOrganizationsInclude = Literal[
    "total",
    "citations",
    "organization_relations",
    "documents",
    "funding",
    "participations",
    "collaboration_members",
    "indicators",
    "tools",
    "state",
]
ListStatesSort = Literal["id", "name", "inegi", "-id", "-name", "-inegi"]
ListStatesInclude = Literal[
    "total",
    "citations",
    "places",
    "organizations",
    "unnamed_parties",
    "participations",
    "project_states",
    "collaborations",
]
ListProjectsMissing = Literal[
    "acronym",
    "status_note",
    "start_date",
    "end_date",
    "date_note",
    "scope",
    "summary",
    "parent",
    "topics",
    "identifiers",
    "texts",
    "note",
]
ListProjectsSort = Literal[
    "id",
    "title",
    "kind",
    "start_date",
    "end_date",
    "project_status",
    "-id",
    "-title",
    "-kind",
    "-start_date",
    "-end_date",
    "-project_status",
]
ListProjectsInclude = Literal[
    "total",
    "citations",
    "projects",
    "funding",
    "participations",
    "state_groups",
    "project_states",
    "collaborations",
    "indicators",
    "tools",
    "legal_instruments",
    "findings",
    "beneficiary_groups",
    "parent",
]
ListFundingMissing = Literal[
    "funder",
    "funder_party",
    "recipient",
    "recipient_party",
    "project",
    "through_project",
    "kind",
    "stage",
    "amount",
    "amount_qualifier",
    "currency",
    "share_percent",
    "share_qualifier",
    "date",
    "reference",
    "note",
]
ListFundingSort = Literal["id", "date", "amount_minor", "kind", "-id", "-date", "-amount_minor", "-kind"]
ListFundingInclude = Literal[
    "total",
    "citations",
    "funder",
    "funder_party",
    "recipient",
    "recipient_party",
    "project",
    "through_project",
]
ListCollaborationsMissing = Literal["name", "status_note", "goal", "project", "states", "note"]
ListCollaborationsSort = Literal[
    "id",
    "name",
    "kind",
    "collaboration_status",
    "-id",
    "-name",
    "-kind",
    "-collaboration_status",
]
ListCollaborationsInclude = Literal["total", "citations", "collaboration_members", "findings", "project"]
ListPlacesMissing = Literal["within_state", "within_place", "inegi", "region_code", "note"]
ListPlacesSort = Literal["id", "name", "level", "-id", "-name", "-level"]
ListPlacesInclude = Literal[
    "total",
    "citations",
    "places",
    "unnamed_parties",
    "project_states",
    "collaborations",
    "within_state",
    "within_place",
]
ListTopicsMissing = Literal["crs_code", "sector_vocabulary", "sector_code", "parent", "note"]
ListTopicsSort = Literal["id", "label_en", "label_es", "-id", "-label_en", "-label_es"]
ListTopicsInclude = Literal["total", "citations", "topics", "projects", "parent"]
ListOrganizationRelationsMissing = Literal["subject", "subject_name", "note"]
ListOrganizationRelationsInclude = Literal["total", "citations", "subject", "object"]
ListUnnamedPartiesMissing = Literal["count_low", "count_high", "count_qualifier", "state", "place", "note"]
ListUnnamedPartiesSort = Literal["id", "kind", "count_low", "-id", "-kind", "-count_low"]
ListUnnamedPartiesInclude = Literal[
    "total",
    "citations",
    "funding",
    "participations",
    "collaboration_members",
    "tools",
    "state",
    "place",
]
ListDocumentsMissing = Literal[
    "publisher",
    "publisher_organization",
    "publisher_basis",
    "year",
    "year_note",
    "file_name",
    "paragraphs",
    "sha256",
    "url",
    "licence",
    "note",
]
ListDocumentsSort = Literal["id", "title", "year", "-id", "-title", "-year"]
ListDocumentsInclude = Literal["total", "citations", "findings", "publisher_organization"]
ListParticipationsMissing = Literal["organization", "party", "role_as_written", "states", "note"]
ListParticipationsInclude = Literal["total", "citations", "project", "organization", "party"]
ListStateGroupsInclude = Literal["total", "citations", "project_states", "project"]
ListProjectStatesMissing = Literal["state", "place", "state_group", "membership", "as_written", "share_percent", "note"]
ListProjectStatesSort = Literal["id", "project", "role", "-id", "-project", "-role"]
ListProjectStatesInclude = Literal["total", "citations", "project", "state", "place", "state_group"]
ListCollaborationMembersMissing = Literal["organization", "party", "note"]
ListCollaborationMembersInclude = Literal["total", "citations", "collaboration", "organization", "party"]
ListIndicatorsMissing = Literal[
    "project",
    "organization",
    "value",
    "value_high",
    "qualifier",
    "level",
    "year",
    "as_shown",
    "conflicts_with",
    "note",
]
ListIndicatorsSort = Literal[
    "id",
    "label",
    "low_micro",
    "unit",
    "year",
    "-id",
    "-label",
    "-low_micro",
    "-unit",
    "-year",
]
ListIndicatorsInclude = Literal["total", "citations", "indicators", "project", "organization", "conflicts_with"]
ListToolsMissing = Literal["owner", "owner_party", "audience", "purpose", "status_note", "projects", "note"]
ListToolsSort = Literal["id", "name", "kind", "tool_status", "-id", "-name", "-kind", "-tool_status"]
ListToolsInclude = Literal["total", "citations", "owner", "owner_party"]
ListLegalInstrumentsMissing = Literal["as_written", "projects", "note"]
ListLegalInstrumentsSort = Literal["id", "name", "kind", "-id", "-name", "-kind"]
ListFindingsMissing = Literal["theme", "causality", "project", "collaboration", "document", "note"]
ListFindingsSort = Literal["id", "kind", "theme", "-id", "-kind", "-theme"]
ListFindingsInclude = Literal["total", "citations", "project", "collaboration", "document"]
ListBeneficiaryGroupsMissing = Literal["count_low", "count_high", "count_qualifier", "note"]
ListBeneficiaryGroupsSort = Literal["id", "count_low", "-id", "-count_low"]
ListBeneficiaryGroupsInclude = Literal["total", "citations", "project"]
ListCitationsSort = Literal["id", "document", "paragraph", "-id", "-document", "-paragraph"]
ListChangesKind = Literal[
    "state",
    "place",
    "topic",
    "organization",
    "organization_relation",
    "unnamed_party",
    "document",
    "project",
    "funding",
    "participation",
    "state_group",
    "project_state",
    "collaboration",
    "collaboration_member",
    "indicator",
    "tool",
    "legal_instrument",
    "finding",
    "beneficiary_group",
    "citation",
]


class Document(TypedDict):
    """A text that facts were read from."""

    id: str
    ref: str
    revision: int
    visibility: Visibility
    title: str
    basis: Basis
    publisher: str | None
    publisher_organization: str | None
    publisher_basis: Basis | None
    year: int | None
    year_note: str | None
    language: str
    kind: str
    file_name: str | None
    paragraphs: int | None
    sha256: str | None
    url: str | None
    licence: str | None
    note: str | None
    value_status: dict[str, ValueStatus]


class About(TypedDict):
    """What this deployment holds, and by which definitions it answers."""

    service: str
    release: str
    data_version: str
    records: dict[str, int]
    definitions_release: str
    definitions: dict[str, str]
    basis: dict[str, str]
    certainty: dict[str, str]
    contact: str
    documents: list[Document]


class AdminActionRead(TypedDict):
    """What an administrator did."""

    number: int
    at: str
    actor: str
    action: str
    subject: str | None


class AdminActionPage(TypedDict):
    """One page of admin actions."""

    items: list[AdminActionRead]
    next: str | None


class Alike(TypedDict):
    """One of two organizations that may be the same."""

    id: str
    ref: str
    name: str
    kind: OrganizationKind
    country: str | None
    address: str


class AmendmentRead(TypedDict):
    """Past versions that lost something. What it was is not told: read again whatever you keep of them."""

    version: str
    first: str
    last: str


class ArticulationPoint(TypedDict):
    """A node without which its component falls apart."""

    id: str
    label: str
    parts: int
    components_without: int


class BeneficiaryGroup(TypedDict):
    """Whom a project is for, counted where the source counts."""

    id: str
    ref: str
    revision: int
    visibility: Visibility
    count_low: int | None
    count_high: int | None
    count_qualifier: Qualifier | None
    project: str
    description: str
    sensitive: bool
    basis: Basis
    note: str | None
    value_status: dict[str, ValueStatus]


class CitationFields(TypedDict):
    """Where a document says it: the paragraph counts the non-empty lines from 0."""

    document: str
    heading: NotRequired[str | None]
    paragraph: int
    cue: str


class BeneficiaryGroupCreate(TypedDict):
    """A new beneficiary group."""

    count_low: NotRequired[int | None]
    count_high: NotRequired[int | None]
    count_qualifier: NotRequired[Qualifier | None]
    project: str
    description: str
    sensitive: NotRequired[bool]
    basis: NotRequired[Basis]
    note: NotRequired[str | None]
    id: NotRequired[str | None]
    visibility: NotRequired[Visibility]
    citations: NotRequired[list[CitationFields]]


class Citation(TypedDict):
    """The place in a document that supports a record."""

    id: str
    ref: str
    revision: int
    visibility: Visibility
    document: str
    heading: str | None
    paragraph: int
    cue: str
    record: str
    value_status: dict[str, ValueStatus]


class ProjectTopic(TypedDict):
    """A project's topic."""

    topic: str
    basis: Basis
    share_percent: float | str | None


class ProjectIdentifier(TypedDict):
    """An identifier that a publisher gave the project."""

    scheme: str
    value: str


class ProjectText(TypedDict):
    """A title or description as its publisher wrote it."""

    kind: ProjectTextKind
    language: str | None
    text: str


class EffectiveFunder(TypedDict):
    """Who pays for a project: its own funder, else that of the nearest ancestor that has one."""

    status: ValueStatus
    organizations: list[str]
    parties: list[str]
    inherited_from: str | None


class Project(TypedDict):
    """An undertaking: what a grant pays for, a programme, an activity, a campaign, a workshop …"""

    id: str
    ref: str
    revision: int
    visibility: Visibility
    title: str
    basis: Basis
    acronym: str | None
    kind: ProjectKind
    project_status: ProjectStatus
    status_note: str | None
    start_date: str | None
    end_date: str | None
    date_note: str | None
    scope: ProjectScope | None
    summary: str | None
    parent: str | None
    topics: list[ProjectTopic]
    identifiers: list[ProjectIdentifier]
    texts: list[ProjectText]
    note: str | None
    start_precision: str
    end_precision: str
    nationwide: bool
    place_status: ValueStatus
    result_status: ValueStatus
    effective_funder: EffectiveFunder
    value_status: dict[str, ValueStatus]


class BeneficiaryGroupIncluded(TypedDict):
    """Related records: null where `include` did not ask for them, [] where there are none."""

    citations: list[Citation] | None
    project: Project | None


class BeneficiaryGroupDetail(BeneficiaryGroup):
    """Whom a project is for, counted where the source counts."""

    included: BeneficiaryGroupIncluded | None


class BeneficiaryGroupRevision(TypedDict):
    """What one version made of a beneficiary group."""

    revision: int
    version: str
    at: str
    cause: str
    action: Action
    import_run: str | None
    actor: str | None
    changed: list[str]
    record: BeneficiaryGroup | None


class BeneficiaryGroupHistory(TypedDict):
    """One page of the history of a beneficiary group."""

    items: list[BeneficiaryGroupRevision]
    next: str | None
    data_version: str


class BeneficiaryGroupPage(TypedDict):
    """One page of beneficiary groups."""

    items: list[BeneficiaryGroupDetail]
    next: str | None
    total: int | None
    data_version: str


class BeneficiaryGroupUpdate(TypedDict):
    """Changes to a beneficiary group: what is left out stays as it is."""

    count_low: NotRequired[int | None]
    count_high: NotRequired[int | None]
    count_qualifier: NotRequired[Qualifier | None]
    project: NotRequired[str]
    description: NotRequired[str]
    sensitive: NotRequired[bool]
    basis: NotRequired[Basis]
    note: NotRequired[str | None]
    visibility: NotRequired[Visibility]


class Bridge(TypedDict):
    """Two nodes that fall apart without the edges between them."""

    source: str
    target: str
    edges: list[str]


class LeftOut(TypedDict):
    """What an answer does not show for one reason."""

    count: int
    ids: list[str]


class Broker(TypedDict):
    """An organization that joins others of several kinds."""

    id: str
    label: str
    organization_kind: str
    joins: int
    kinds: dict[str, LeftOut]
    betweenness: float


class BulkError(TypedDict):
    """One thing that is wrong with a change, and where."""

    pointer: str
    detail: str


class BulkProblem(TypedDict):
    """Why a change was refused: a problem by RFC 9457, with the members that its type has beside these."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[BulkError]


class BulkResult(TypedDict):
    """What became of a change."""

    index: int
    status: int
    ref: str | None
    revision: int | None
    etag: str | None
    problem: BulkProblem | None


class BulkAnswer(TypedDict):
    """What became of the changes."""

    items: list[BulkResult]
    data_version: str


class Reason(TypedDict):
    """A shared topic or state, with what it adds to the score."""

    id: str
    label: str
    kind: Literal["topic", "state"]
    had_by: int
    contribution: float
    projects: list[str]
    projects_of_candidate: list[str]


class PossibleReason(TypedDict):
    """A state that one certainly has and the other possibly."""

    id: str
    label: str
    certain_for: str
    projects: list[str]
    projects_of_candidate: list[str]


class Candidate(TypedDict):
    """An organization without a link."""

    id: str
    label: str
    organization_kind: str
    same_kind: bool
    score: float
    reasons: list[Reason]
    possible: list[PossibleReason]


class Named(TypedDict):
    """A prefixed id with its name."""

    id: str
    label: str


class Cast(TypedDict):
    """Funders and partners; in the coalitions network everybody with a tie is a partner."""

    funders: list[Named]
    partners: list[Named]


class CertainAndPossible(TypedDict):
    """Numbers by how surely something belongs to the year."""

    certain: int
    possible: int


class Reach(TypedDict):
    """Prefixed ids of what a project and its components at every depth reach."""

    components: list[str]
    leads: list[str]
    partners: list[str]
    institutions: list[str]
    states: list[str]
    possible_states: list[str]
    state_groups: list[str]
    nationwide: list[str]


class Chain(TypedDict):
    """The way of one funding row's money."""

    funding: str
    kind: str | None
    basis: str
    certainty: str
    funder_status: Literal["known", "unknown"]
    recipient_status: Literal["known", "unknown"]
    regranted: bool
    steps: list[Named]
    reached: Reach


class ChangeRead(TypedDict):
    """What one version did to one record."""

    id: str
    version: str
    at: str
    cause: str
    action: Action
    kind: str
    record_id: str
    ref: str
    revision: int
    address: str
    import_run: str | None
    actor: str | None


class ChangePage(TypedDict):
    """A part of the feed."""

    items: list[ChangeRead]
    amendments: list[AmendmentRead]
    next: str | None
    data_version: str


class ProjectsByCertainty(TypedDict):
    """Ids of the projects behind an edge, by how surely they are behind it."""

    certain: list[str]
    possible: list[str]
    nationwide: list[str]


class EdgeState(TypedDict):
    """What is compared of an edge; null where edges of this relation have no such ids."""

    weight: int | float
    certainty: str
    projects: ProjectsByCertainty
    records: list[str]
    collaborations: list[str] | None
    planned_collaborations: list[str] | None
    shared: list[str] | None


class ChangedEdge(TypedDict):
    """An edge that is in both, and not the same."""

    id: str
    source: str
    target: str
    relation: str
    differs: list[str]
    before: EdgeState
    after: EdgeState


class CitationCreate(TypedDict):
    """A new citation."""

    document: str
    heading: NotRequired[str | None]
    paragraph: int
    cue: str
    record: str
    id: NotRequired[str | None]
    visibility: NotRequired[Visibility]


class CitationIncluded(TypedDict):
    """Related records: null where `include` did not ask for them, [] where there are none."""

    document: Document | None


class CitationDetail(Citation):
    """The place in a document that supports a record."""

    included: CitationIncluded | None


class CitationRevision(TypedDict):
    """What one version made of a citation."""

    revision: int
    version: str
    at: str
    cause: str
    action: Action
    import_run: str | None
    actor: str | None
    changed: list[str]
    record: Citation | None


class CitationHistory(TypedDict):
    """One page of the history of a citation."""

    items: list[CitationRevision]
    next: str | None
    data_version: str


class CitationPage(TypedDict):
    """One page of citations."""

    items: list[CitationDetail]
    next: str | None
    total: int | None
    data_version: str


class CitationUpdate(TypedDict):
    """Changes to a citation: what is left out stays as it is."""

    document: NotRequired[str]
    heading: NotRequired[str | None]
    paragraph: NotRequired[int]
    cue: NotRequired[str]
    record: NotRequired[str]
    visibility: NotRequired[Visibility]


class CitedDocument(TypedDict):
    """A document that is cited."""

    id: str
    title: str
    basis: str
    publisher: str | None
    publisher_basis: str | None
    year: int | None
    kind: str
    file_name: str | None
    licence: str | None
    url: str | None


class CitedPlace(TypedDict):
    """A place in a document."""

    id: str
    document: str
    heading: str | None
    paragraph: int
    cue: str


class Citing(TypedDict):
    """How to cite an answer."""

    title: str
    permalink: str
    data_version: str
    data_version_at: str
    amended: bool
    definitions_release: str
    sha256: str
    bibtex: str
    csl: dict[str, Any]


class CollaborationState(TypedDict):
    """A state, or another place, that a collaboration acts in."""

    state: str | None
    place: str | None
    basis: Basis


class Collaboration(TypedDict):
    """Bodies that work together: a coalition, a network, a committee, a co-design … declared by a source."""

    id: str
    ref: str
    revision: int
    visibility: Visibility
    name: str | None
    kind: CollaborationKind
    collaboration_status: CollaborationStatus
    status_note: str | None
    goal: str | None
    project: str | None
    plural: bool
    states: list[CollaborationState]
    basis: Basis
    note: str | None
    value_status: dict[str, ValueStatus]


class CollaborationStateFields(TypedDict):
    """A state, or another place, that a collaboration acts in."""

    state: NotRequired[str | None]
    place: NotRequired[str | None]
    basis: NotRequired[Basis]


class CollaborationCreate(TypedDict):
    """A new collaboration."""

    name: NotRequired[str | None]
    kind: CollaborationKind
    collaboration_status: CollaborationStatus
    status_note: NotRequired[str | None]
    goal: NotRequired[str | None]
    project: NotRequired[str | None]
    plural: NotRequired[bool]
    states: NotRequired[list[CollaborationStateFields]]
    basis: Basis
    note: NotRequired[str | None]
    id: NotRequired[str | None]
    visibility: NotRequired[Visibility]
    citations: NotRequired[list[CitationFields]]


class CollaborationMember(TypedDict):
    """An organization or unnamed party in a collaboration, with its role."""

    id: str
    ref: str
    revision: int
    visibility: Visibility
    organization: str | None
    party: str | None
    collaboration: str
    role: MemberRole
    basis: Basis
    note: str | None
    value_status: dict[str, ValueStatus]


class Finding(TypedDict):
    """An outcome or a lesson in our own words, with whose view it is."""

    id: str
    ref: str
    revision: int
    visibility: Visibility
    kind: FindingKind
    summary: str
    theme: str | None
    viewpoint: Viewpoint
    causality: str | None
    sensitive: bool
    project: str | None
    collaboration: str | None
    document: str | None
    basis: Basis
    note: str | None
    value_status: dict[str, ValueStatus]


class CollaborationIncluded(TypedDict):
    """Related records: null where `include` did not ask for them, [] where there are none."""

    citations: list[Citation] | None
    collaboration_members: list[CollaborationMember] | None
    findings: list[Finding] | None
    project: Project | None


class CollaborationDetail(Collaboration):
    """Bodies that work together: a coalition, a network, a committee, a co-design … declared by a source."""

    included: CollaborationIncluded | None


class CollaborationRevision(TypedDict):
    """What one version made of a collaboration."""

    revision: int
    version: str
    at: str
    cause: str
    action: Action
    import_run: str | None
    actor: str | None
    changed: list[str]
    record: Collaboration | None


class CollaborationHistory(TypedDict):
    """One page of the history of a collaboration."""

    items: list[CollaborationRevision]
    next: str | None
    data_version: str


class CollaborationMemberCreate(TypedDict):
    """A new collaboration member."""

    organization: NotRequired[str | None]
    party: NotRequired[str | None]
    collaboration: str
    role: MemberRole
    basis: Basis
    note: NotRequired[str | None]
    id: NotRequired[str | None]
    visibility: NotRequired[Visibility]
    citations: NotRequired[list[CitationFields]]


class OrganizationName(TypedDict):
    """Another name of an organization."""

    text: str
    kind: NameKind
    language: str | None
    basis: Basis


class OrganizationIdentifier(TypedDict):
    """An identifier that a register gave the organization."""

    scheme: str
    value: str


class Organization(TypedDict):
    """A named body: a funder, a civil society organization, a public institution …"""

    id: str
    ref: str
    revision: int
    visibility: Visibility
    name: str
    basis: Basis
    acronym: str | None
    kind: OrganizationKind
    subkind: str | None
    iati_type: IatiOrganisationType | None
    country: str | None
    country_basis: Basis | None
    state: str | None
    website: str | None
    summary: str | None
    context_only: bool
    names: list[OrganizationName]
    identifiers: list[OrganizationIdentifier]
    note: str | None
    value_status: dict[str, ValueStatus]


class UnnamedParty(TypedDict):
    """Somebody whom the source counts or describes but does not name. Never merged with another."""

    id: str
    ref: str
    revision: int
    visibility: Visibility
    count_low: int | None
    count_high: int | None
    count_qualifier: Qualifier | None
    description: str
    kind: OrganizationKind
    state: str | None
    place: str | None
    basis: Basis
    note: str | None
    value_status: dict[str, ValueStatus]


class CollaborationMemberIncluded(TypedDict):
    """Related records: null where `include` did not ask for them, [] where there are none."""

    citations: list[Citation] | None
    collaboration: Collaboration | None
    organization: Organization | None
    party: UnnamedParty | None


class CollaborationMemberDetail(CollaborationMember):
    """An organization or unnamed party in a collaboration, with its role."""

    included: CollaborationMemberIncluded | None


class CollaborationMemberRevision(TypedDict):
    """What one version made of a collaboration member."""

    revision: int
    version: str
    at: str
    cause: str
    action: Action
    import_run: str | None
    actor: str | None
    changed: list[str]
    record: CollaborationMember | None


class CollaborationMemberHistory(TypedDict):
    """One page of the history of a collaboration member."""

    items: list[CollaborationMemberRevision]
    next: str | None
    data_version: str


class CollaborationMemberPage(TypedDict):
    """One page of collaboration members."""

    items: list[CollaborationMemberDetail]
    next: str | None
    total: int | None
    data_version: str


class CollaborationMemberUpdate(TypedDict):
    """Changes to a collaboration member: what is left out stays as it is."""

    organization: NotRequired[str | None]
    party: NotRequired[str | None]
    collaboration: NotRequired[str]
    role: NotRequired[MemberRole]
    basis: NotRequired[Basis]
    note: NotRequired[str | None]
    visibility: NotRequired[Visibility]


class CollaborationPage(TypedDict):
    """One page of collaborations."""

    items: list[CollaborationDetail]
    next: str | None
    total: int | None
    data_version: str


class CollaborationUpdate(TypedDict):
    """Changes to a collaboration: what is left out stays as it is."""

    name: NotRequired[str | None]
    kind: NotRequired[CollaborationKind]
    collaboration_status: NotRequired[CollaborationStatus]
    status_note: NotRequired[str | None]
    goal: NotRequired[str | None]
    project: NotRequired[str | None]
    plural: NotRequired[bool]
    states: NotRequired[list[CollaborationStateFields] | None]
    basis: NotRequired[Basis]
    note: NotRequired[str | None]
    visibility: NotRequired[Visibility]


class Collapsed(TypedDict):
    """How the network became a simple graph."""

    edges: int
    pairs: int
    self_loops: int
    parallel: int


class ProjectCount(TypedDict):
    """Numbers of projects by certainty."""

    certain: int
    possible: int
    nationwide: int


class ProjectCounts(TypedDict):
    """How many projects a selection matches."""

    projects: ProjectCount
    selected_projects: int
    undated_projects: int


class SideCounts(TypedDict):
    """Numbers of projects of both sides."""

    a: ProjectCounts
    b: ProjectCounts


class NamedWithProjects(TypedDict):
    """Something with the projects behind it."""

    id: str
    label: str
    projects: ProjectsByCertainty


class MoneySum(TypedDict):
    """Money of one currency and stage."""

    currency: str
    stage: str | None
    undated: bool
    amount_minor: int
    funding: list[str]
    presumed_currency: bool
    exact: bool


class MoneyShare(TypedDict):
    """A published share of a project's money."""

    funding: str
    percent: float
    qualifier: str | None


class Money(TypedDict):
    """Sums that are never mixed, and what they do not hold."""

    status: str
    sums: list[MoneySum]
    unknown_amounts: list[str]
    supplements_without_base: list[str]
    outside_window: list[str]
    shares: list[MoneyShare]


class MoneyOfFunder(TypedDict):
    """The money of one funder on a side's projects."""

    funder: str | None
    label: str
    money: Money


class Side(TypedDict):
    """What belongs to one side alone."""

    query: dict[str, Any]
    left_out: dict[str, LeftOut]
    unnamed_partners: list[NamedWithProjects]
    money: Money
    money_by_funder: list[MoneyOfFunder]


class SharedItem(TypedDict):
    """What both sides have."""

    id: str
    label: str
    projects_a: ProjectsByCertainty
    projects_b: ProjectsByCertainty


class Split(TypedDict):
    """What both have, and what one has alone."""

    shared: list[SharedItem]
    only_a: list[NamedWithProjects]
    only_b: list[NamedWithProjects]


class PossiblyShared(TypedDict):
    """A state that one side certainly has and the other possibly."""

    id: str
    label: str
    certain_on: Literal["a", "b"]
    certain_projects: list[str]
    possible_projects: list[str]


class StatesSplit(TypedDict):
    """States in which projects certainly work; what is not named or dated apart."""

    shared: list[SharedItem]
    only_a: list[NamedWithProjects]
    only_b: list[NamedWithProjects]
    status: StatesSplitStatus
    possibly_shared: list[PossiblyShared]
    state_groups_a: list[str]
    state_groups_b: list[str]
    nationwide_a: list[str]
    nationwide_b: list[str]


class Compare(TypedDict):
    """Two selections side by side."""

    question: str
    query: dict[str, Any]
    data_version: str
    definitions_release: str
    definitions: dict[str, str]
    left_out: dict[str, LeftOut]
    counts: SideCounts
    a: Side
    b: Side
    projects: Split
    partners: Split
    funders: Split
    topics: Split
    states: StatesSplit
    funding_in_both: list[str]


class CoverageColumn(TypedDict):
    """A topic or funder, with all its projects."""

    certain: list[str]
    possible: list[str]
    nationwide: list[str]
    no_place: list[str]
    id: str
    label: str


class CoverageProjects(TypedDict):
    """Projects by certainty; with `max_ids` also `certain_count` and so on, the numbers of all."""

    certain: list[str]
    possible: list[str]
    nationwide: list[str]


class CoverageCell(TypedDict):
    """The projects of one column in one state."""

    certain: list[str]
    possible: list[str]
    nationwide: list[str]
    column: str
    certainty: CoverageCellCertainty


class CoverageRow(TypedDict):
    """A state."""

    id: str
    label: str
    status: CoverageRowStatus
    unknown_because: list[CoverageRowUnknownBecause]
    total: CoverageProjects
    cells: list[CoverageCell]
    none: list[str]


class CoverageTotal(TypedDict):
    """Distinct projects, by the strongest certainty that they have in any selected state."""

    certain: list[str]
    possible: list[str]
    nationwide: list[str]
    no_place: list[str]


class CoverageStatus(TypedDict):
    """Prefixed ids of the states by their status."""

    known: list[str]
    unknown: list[str]
    none_recorded: list[str]
    not_selected: list[str]


class Coverage(TypedDict):
    """A row for each of the states, a column for each topic or funder."""

    question: str
    query: dict[str, Any]
    data_version: str
    definitions_release: str
    definitions: dict[str, str]
    left_out: dict[str, LeftOut]
    counts: ProjectCounts
    by: Literal["topic", "funder"]
    columns: list[CoverageColumn]
    rows: list[CoverageRow]
    total: CoverageTotal
    status: CoverageStatus


class EdgeCounts(TypedDict):
    """Numbers of edges."""

    added: int
    removed: int
    changed: int
    unchanged: int


class DiffCounts(TypedDict):
    """What the answer counts."""

    edges: EdgeCounts


class DiffSide(TypedDict):
    """One of the two networks."""

    query: dict[str, Any]
    data_version: str
    counts: dict[str, Any]
    left_out: dict[str, LeftOut]


class NetworkNode(TypedDict):
    """A node. Organizations, unnamed parties, projects, states, state groups and the country have further fields."""

    id: str
    kind: str
    label: str


class NetworkEdge(TypedDict):
    """An edge, with the reasons why it exists."""

    source: str
    target: str
    key: str
    id: str
    relation: str
    weight: int | float
    certainty: str
    projects: ProjectsByCertainty
    records: list[str]
    basis: list[str]
    documents: list[str]


class Diff(TypedDict):
    """Edges and nodes that came, went and changed."""

    question: str
    query: dict[str, Any]
    data_version: str
    definitions_release: str
    definitions: dict[str, str]
    left_out: dict[str, LeftOut]
    network: DiffNetwork
    counts: DiffCounts
    before: DiffSide
    after: DiffSide
    nodes_added: list[NetworkNode]
    nodes_removed: list[NetworkNode]
    edges_added: list[NetworkEdge]
    edges_removed: list[NetworkEdge]
    edges_changed: list[ChangedEdge]


class DistinctCreate(TypedDict):
    """Two organizations that are not the same."""

    organizations: list[str]


class DistinctRead(TypedDict):
    """Two organizations of which somebody said that they are not the same."""

    organizations: list[str]
    at: str


class DistinctPage(TypedDict):
    """One page of such pairs."""

    items: list[DistinctRead]
    next: str | None


class DocumentCreate(TypedDict):
    """A new document."""

    title: str
    basis: Basis
    publisher: NotRequired[str | None]
    publisher_organization: NotRequired[str | None]
    publisher_basis: NotRequired[Basis | None]
    year: NotRequired[int | None]
    year_note: NotRequired[str | None]
    language: str
    kind: str
    file_name: NotRequired[str | None]
    paragraphs: NotRequired[int | None]
    sha256: NotRequired[str | None]
    url: NotRequired[str | None]
    licence: NotRequired[str | None]
    note: NotRequired[str | None]
    id: NotRequired[str | None]
    visibility: NotRequired[Visibility]
    citations: NotRequired[list[CitationFields]]


class DocumentIncluded(TypedDict):
    """Related records: null where `include` did not ask for them, [] where there are none."""

    citations: list[Citation] | None
    findings: list[Finding] | None
    publisher_organization: Organization | None


class DocumentDetail(Document):
    """A text that facts were read from."""

    included: DocumentIncluded | None


class DocumentRevision(TypedDict):
    """What one version made of a document."""

    revision: int
    version: str
    at: str
    cause: str
    action: Action
    import_run: str | None
    actor: str | None
    changed: list[str]
    record: Document | None


class DocumentHistory(TypedDict):
    """One page of the history of a document."""

    items: list[DocumentRevision]
    next: str | None
    data_version: str


class DocumentPage(TypedDict):
    """One page of documents."""

    items: list[DocumentDetail]
    next: str | None
    total: int | None
    data_version: str


class DocumentUpdate(TypedDict):
    """Changes to a document: what is left out stays as it is."""

    title: NotRequired[str]
    basis: NotRequired[Basis]
    publisher: NotRequired[str | None]
    publisher_organization: NotRequired[str | None]
    publisher_basis: NotRequired[Basis | None]
    year: NotRequired[int | None]
    year_note: NotRequired[str | None]
    language: NotRequired[str]
    kind: NotRequired[str]
    file_name: NotRequired[str | None]
    paragraphs: NotRequired[int | None]
    sha256: NotRequired[str | None]
    url: NotRequired[str | None]
    licence: NotRequired[str | None]
    note: NotRequired[str | None]
    visibility: NotRequired[Visibility]


class DuplicateReason(TypedDict):
    """Why two may be the same, or may not."""

    by: DuplicateReasonBy
    first: str
    second: str


class Duplicate(TypedDict):
    """Two organizations that may be the same."""

    first: Alike
    second: Alike
    score: float
    same: bool
    reasons: list[DuplicateReason]


class DuplicatePage(TypedDict):
    """One page of candidates."""

    items: list[Duplicate]
    next: str | None
    total: int
    crowded: int
    data_version: str


class EdgeSection(TypedDict):
    """Edges, or the word that none are recorded."""

    status: str
    items: list[NetworkEdge]


class EgoTold(TypedDict):
    """How the neighbourhood was found."""

    node: str
    status: Literal["known", "none_recorded"]
    depth: int
    nodes_by_hops: list[int]
    nodes_one_hop_further: int
    not_crossed: list[str]


class EgoBlock(TypedDict):
    """What the network is, and how it was found."""

    network: str
    query: dict[str, Any]
    data_version: str
    definitions_release: str
    definitions: dict[str, str]
    counts: dict[str, Any]
    left_out: dict[str, Any]
    truncated: bool
    evidence: str
    ego: EgoTold


class EgoNetwork(TypedDict):
    """Node-link data; each node has `hops`."""

    directed: bool
    multigraph: bool
    graph: EgoBlock
    nodes: list[NetworkNode]
    edges: list[NetworkEdge]


class EvidenceItem(TypedDict):
    """One row, and where a document says it."""

    ref: str
    kind: str
    label: str | None
    address: str
    basis: str | None
    basis_in_words: str | None
    note: str | None
    status: str
    citations: list[CitedPlace]


class Evidence(TypedDict):
    """Everything behind one edge or row."""

    edge: NetworkEdge | None
    definition: str | None
    record: str | None
    status: str
    items: list[EvidenceItem]
    documents: list[CitedDocument]
    data_version: str


class Extended(TypedDict):
    """Values of properties."""

    meta: list[dict[str, Any]]
    rows: dict[str, dict[str, list[dict[str, Any]]]]


class FindingCreate(TypedDict):
    """A new finding."""

    kind: FindingKind
    summary: str
    theme: NotRequired[str | None]
    viewpoint: Viewpoint
    causality: NotRequired[str | None]
    sensitive: NotRequired[bool]
    project: NotRequired[str | None]
    collaboration: NotRequired[str | None]
    document: NotRequired[str | None]
    basis: NotRequired[Basis]
    note: NotRequired[str | None]
    id: NotRequired[str | None]
    visibility: NotRequired[Visibility]
    citations: NotRequired[list[CitationFields]]


class FindingIncluded(TypedDict):
    """Related records: null where `include` did not ask for them, [] where there are none."""

    citations: list[Citation] | None
    project: Project | None
    collaboration: Collaboration | None
    document: Document | None


class FindingDetail(Finding):
    """An outcome or a lesson in our own words, with whose view it is."""

    included: FindingIncluded | None


class FindingRevision(TypedDict):
    """What one version made of a finding."""

    revision: int
    version: str
    at: str
    cause: str
    action: Action
    import_run: str | None
    actor: str | None
    changed: list[str]
    record: Finding | None


class FindingHistory(TypedDict):
    """One page of the history of a finding."""

    items: list[FindingRevision]
    next: str | None
    data_version: str


class FindingPage(TypedDict):
    """One page of findings."""

    items: list[FindingDetail]
    next: str | None
    total: int | None
    data_version: str


class FindingUpdate(TypedDict):
    """Changes to a finding: what is left out stays as it is."""

    kind: NotRequired[FindingKind]
    summary: NotRequired[str]
    theme: NotRequired[str | None]
    viewpoint: NotRequired[Viewpoint]
    causality: NotRequired[str | None]
    sensitive: NotRequired[bool]
    project: NotRequired[str | None]
    collaboration: NotRequired[str | None]
    document: NotRequired[str | None]
    basis: NotRequired[Basis]
    note: NotRequired[str | None]
    visibility: NotRequired[Visibility]


class FirstTime(TypedDict):
    """When a recipient first got money of a funder, by all recorded rows of the two."""

    funder: Named
    recipient: Named
    unnamed: bool
    count_low: int | None
    count_high: int | None
    count_qualifier: str | None
    status: Literal["known", "unknown"]
    first_recorded_year: int | None
    first_in_window: FirstTimeFirstInWindow
    funding: list[str]
    undated_funding: list[str]


class FlowsMoney(TypedDict):
    """The money of the selected projects, each funding row once."""

    granted: Money
    regranted: Money


class FlowsBlock(TypedDict):
    """What the network is, with the chain of each funding row and who is new to a funder."""

    network: str
    query: dict[str, Any]
    data_version: str
    definitions_release: str
    definitions: dict[str, str]
    counts: dict[str, Any]
    left_out: dict[str, Any]
    truncated: bool
    evidence: str
    money: FlowsMoney
    chains: list[Chain]
    first_time: list[FirstTime]


class FlowsNetwork(TypedDict):
    """Node-link data; each node has its `level`, the least number of steps from a funder."""

    directed: bool
    multigraph: bool
    graph: FlowsBlock
    nodes: list[NetworkNode]
    edges: list[NetworkEdge]


class FundersSection(TypedDict):
    """Who pays."""

    status: str
    direct: list[NetworkEdge]
    inherited: list[NetworkEdge]
    funding_from_unknown_funder: list[str]
    projects_without_known_funder: list[str]


class Funding(TypedDict):
    """Money that goes from a funder to a recipient for a project. Funder, recipient and amount may be unknown."""

    id: str
    ref: str
    revision: int
    visibility: Visibility
    funder: str | None
    funder_party: str | None
    recipient: str | None
    recipient_party: str | None
    project: str | None
    through_project: str | None
    kind: FundingKind | None
    stage: FundingStage | None
    amount: float | str | None
    amount_qualifier: Qualifier | None
    currency: str | None
    currency_presumed: bool
    share_percent: float | str | None
    share_qualifier: Qualifier | None
    date: str | None
    reference: str | None
    basis: Basis
    note: str | None
    amount_minor: int | None
    date_precision: str
    value_status: dict[str, ValueStatus]


class FundingCreate(TypedDict):
    """A new funding."""

    funder: NotRequired[str | None]
    funder_party: NotRequired[str | None]
    recipient: NotRequired[str | None]
    recipient_party: NotRequired[str | None]
    project: NotRequired[str | None]
    through_project: NotRequired[str | None]
    kind: NotRequired[FundingKind | None]
    stage: NotRequired[FundingStage | None]
    amount: NotRequired[float | str | None]
    amount_qualifier: NotRequired[Qualifier | None]
    currency: NotRequired[str | None]
    currency_presumed: NotRequired[bool]
    share_percent: NotRequired[float | str | None]
    share_qualifier: NotRequired[Qualifier | None]
    date: NotRequired[str | None]
    reference: NotRequired[str | None]
    basis: Basis
    note: NotRequired[str | None]
    id: NotRequired[str | None]
    visibility: NotRequired[Visibility]
    citations: NotRequired[list[CitationFields]]


class FundingIncluded(TypedDict):
    """Related records: null where `include` did not ask for them, [] where there are none."""

    citations: list[Citation] | None
    funder: Organization | None
    funder_party: UnnamedParty | None
    recipient: Organization | None
    recipient_party: UnnamedParty | None
    project: Project | None
    through_project: Project | None


class FundingDetail(Funding):
    """Money that goes from a funder to a recipient for a project. Funder, recipient and amount may be unknown."""

    included: FundingIncluded | None


class FundingRevision(TypedDict):
    """What one version made of a funding."""

    revision: int
    version: str
    at: str
    cause: str
    action: Action
    import_run: str | None
    actor: str | None
    changed: list[str]
    record: Funding | None


class FundingHistory(TypedDict):
    """One page of the history of a funding."""

    items: list[FundingRevision]
    next: str | None
    data_version: str


class FundingPage(TypedDict):
    """One page of funding."""

    items: list[FundingDetail]
    next: str | None
    total: int | None
    data_version: str
    money: Money | None


class FundingUpdate(TypedDict):
    """Changes to a funding: what is left out stays as it is."""

    funder: NotRequired[str | None]
    funder_party: NotRequired[str | None]
    recipient: NotRequired[str | None]
    recipient_party: NotRequired[str | None]
    project: NotRequired[str | None]
    through_project: NotRequired[str | None]
    kind: NotRequired[FundingKind | None]
    stage: NotRequired[FundingStage | None]
    amount: NotRequired[float | str | None]
    amount_qualifier: NotRequired[Qualifier | None]
    currency: NotRequired[str | None]
    currency_presumed: NotRequired[bool]
    share_percent: NotRequired[float | str | None]
    share_qualifier: NotRequired[Qualifier | None]
    date: NotRequired[str | None]
    reference: NotRequired[str | None]
    basis: NotRequired[Basis]
    note: NotRequired[str | None]
    visibility: NotRequired[Visibility]


class Ground(TypedDict):
    """A topic or state that the organization certainly has."""

    id: str
    label: str
    projects: list[str]


class Health(TypedDict):
    """The service's state."""

    status: str


class ImportRead(TypedDict):
    """A file that was brought, as far as it is."""

    id: str
    at: str
    format: str
    file_name: str
    sha256: str
    size: int
    dry_run: bool
    on_error: OnError
    status: Status
    detail: str | None
    read: int
    counts: dict[str, dict[str, int]]
    problems: dict[str, int]
    left_out: dict[str, int]
    import_run: str | None
    ended_at: str | None


class ImportPage(TypedDict):
    """One page of imports."""

    items: list[ImportRead]
    next: str | None


class ImportProblemRead(TypedDict):
    """Something about a file that its owner should know."""

    severity: Literal["error", "warning", "note"]
    code: str
    detail: str
    line: int | None
    place: str | None
    field: str | None


class ImportProblemPage(TypedDict):
    """One page of problems."""

    items: list[ImportProblemRead]
    next: str | None


class ImportRunRead(TypedDict):
    """One loading of data from outside."""

    id: str
    source: str
    at: str
    cause: str
    created: int
    updated: int
    deleted: int
    undone_in: str | None


class ImportRunPage(TypedDict):
    """One page of import runs."""

    items: list[ImportRunRead]
    next: str | None


class Indicator(TypedDict):
    """A figure that a source gives, with its qualifier and unit. A lost figure is a row whose value is unknown."""

    id: str
    ref: str
    revision: int
    visibility: Visibility
    project: str | None
    organization: str | None
    label: str
    value: float | str | None
    value_high: float | str | None
    qualifier: Qualifier | None
    unit: str
    kind: IndicatorKind
    level: ResultLevel | None
    year: int | None
    as_shown: str | None
    conflicts_with: str | None
    basis: Basis
    note: str | None
    value_status: dict[str, ValueStatus]


class IndicatorCreate(TypedDict):
    """A new indicator."""

    project: NotRequired[str | None]
    organization: NotRequired[str | None]
    label: str
    value: NotRequired[float | str | None]
    value_high: NotRequired[float | str | None]
    qualifier: NotRequired[Qualifier | None]
    unit: str
    kind: IndicatorKind
    level: NotRequired[ResultLevel | None]
    year: NotRequired[int | None]
    as_shown: NotRequired[str | None]
    conflicts_with: NotRequired[str | None]
    basis: NotRequired[Basis]
    note: NotRequired[str | None]
    id: NotRequired[str | None]
    visibility: NotRequired[Visibility]
    citations: NotRequired[list[CitationFields]]


class IndicatorIncluded(TypedDict):
    """Related records: null where `include` did not ask for them, [] where there are none."""

    citations: list[Citation] | None
    indicators: list[Indicator] | None
    project: Project | None
    organization: Organization | None
    conflicts_with: Indicator | None


class IndicatorDetail(Indicator):
    """A figure that a source gives, with its qualifier and unit. A lost figure is a row whose value is unknown."""

    included: IndicatorIncluded | None


class IndicatorRevision(TypedDict):
    """What one version made of an indicator."""

    revision: int
    version: str
    at: str
    cause: str
    action: Action
    import_run: str | None
    actor: str | None
    changed: list[str]
    record: Indicator | None


class IndicatorHistory(TypedDict):
    """One page of the history of an indicator."""

    items: list[IndicatorRevision]
    next: str | None
    data_version: str


class IndicatorPage(TypedDict):
    """One page of indicators."""

    items: list[IndicatorDetail]
    next: str | None
    total: int | None
    data_version: str


class IndicatorUpdate(TypedDict):
    """Changes to a indicator: what is left out stays as it is."""

    project: NotRequired[str | None]
    organization: NotRequired[str | None]
    label: NotRequired[str]
    value: NotRequired[float | str | None]
    value_high: NotRequired[float | str | None]
    qualifier: NotRequired[Qualifier | None]
    unit: NotRequired[str]
    kind: NotRequired[IndicatorKind]
    level: NotRequired[ResultLevel | None]
    year: NotRequired[int | None]
    as_shown: NotRequired[str | None]
    conflicts_with: NotRequired[str | None]
    basis: NotRequired[Basis]
    note: NotRequired[str | None]
    visibility: NotRequired[Visibility]


class JoinedRead(TypedDict):
    """A row that would have said the same as another one and became one with it."""

    ref: str
    into: str
    left: dict[str, Any]


class KeyCreate(TypedDict):
    """A new key."""

    label: str
    scopes: NotRequired[list[Scope]]
    expires_at: NotRequired[str | None]


class KeyMade(TypedDict):
    """A new key, shown this once."""

    prefix: str
    label: str
    scopes: list[str]
    status: Literal["active", "expired", "revoked"]
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    revoked_at: str | None
    key: str


class KeyRead(TypedDict):
    """What is known of a key."""

    prefix: str
    label: str
    scopes: list[str]
    status: Literal["active", "expired", "revoked"]
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    revoked_at: str | None


class KeyPage(TypedDict):
    """One page of keys."""

    items: list[KeyRead]
    next: str | None


class LegalInstrument(TypedDict):
    """A law, reform, commitment or agenda that projects refer to."""

    id: str
    ref: str
    revision: int
    visibility: Visibility
    name: str
    kind: str
    as_written: str | None
    projects: list[str]
    basis: Basis
    note: str | None
    value_status: dict[str, ValueStatus]


class LegalInstrumentCreate(TypedDict):
    """A new legal instrument."""

    name: str
    kind: str
    as_written: NotRequired[str | None]
    projects: NotRequired[list[str]]
    basis: NotRequired[Basis]
    note: NotRequired[str | None]
    id: NotRequired[str | None]
    visibility: NotRequired[Visibility]
    citations: NotRequired[list[CitationFields]]


class LegalInstrumentIncluded(TypedDict):
    """Related records: null where `include` did not ask for them, [] where there are none."""

    citations: list[Citation] | None


class LegalInstrumentDetail(LegalInstrument):
    """A law, reform, commitment or agenda that projects refer to."""

    included: LegalInstrumentIncluded | None


class LegalInstrumentRevision(TypedDict):
    """What one version made of a legal instrument."""

    revision: int
    version: str
    at: str
    cause: str
    action: Action
    import_run: str | None
    actor: str | None
    changed: list[str]
    record: LegalInstrument | None


class LegalInstrumentHistory(TypedDict):
    """One page of the history of a legal instrument."""

    items: list[LegalInstrumentRevision]
    next: str | None
    data_version: str


class LegalInstrumentPage(TypedDict):
    """One page of legal instruments."""

    items: list[LegalInstrumentDetail]
    next: str | None
    total: int | None
    data_version: str


class LegalInstrumentUpdate(TypedDict):
    """Changes to a legal instrument: what is left out stays as it is."""

    name: NotRequired[str]
    kind: NotRequired[str]
    as_written: NotRequired[str | None]
    projects: NotRequired[list[str] | None]
    basis: NotRequired[Basis]
    note: NotRequired[str | None]
    visibility: NotRequired[Visibility]


class Link(TypedDict):
    """A link that there is already."""

    kind: LinkKind
    records: list[str]


class Linked(TypedDict):
    """An organization that has a link already, and is therefore no candidate."""

    id: str
    label: str
    links: list[Link]


class ReconcileType(TypedDict):
    """A type of entities."""

    id: str
    name: str


class Manifest(TypedDict):
    """What the service can do, and where."""

    versions: list[str]
    name: str
    identifierSpace: str
    schemaSpace: str
    defaultTypes: list[ReconcileType]
    batchSize: int


class MeasuredNode(TypedDict):
    """A node's place."""

    id: str
    label: str
    kind: str
    degree: int
    strength: dict[str, float]
    betweenness: float
    pagerank: float
    core: int
    community: int
    component: int
    constraint: float | None


class MeasuresSettings(TypedDict):
    """Everything that the numbers depend on beside the network."""

    seed: int
    louvain_resolution: float
    pagerank_damping: float
    betweenness: Literal["exact", "sampled"]
    betweenness_samples: int
    weights: str
    node_order: str
    library: str


class MeasuresSummary(TypedDict):
    """A graph in numbers."""

    nodes: int
    edges: int
    density: float | None
    components: int
    component_sizes: list[int]
    isolated: int
    transitivity: float | None
    average_clustering: float | None
    degree_centralisation: float | None


class NodeGroup(TypedDict):
    """A component or community."""

    number: int
    size: int
    kinds: dict[str, int]
    members: list[str]


class Met(TypedDict):
    """One of the components that meet."""

    component: int
    members: list[str]


class Meeting(TypedDict):
    """A state in which components meet."""

    id: str
    label: str
    joins: list[Met]


class Meetings(TypedDict):
    """Where components meet that are apart without the states."""

    components_without_states: int
    states: list[Meeting]


class Measures(TypedDict):
    """The measures of a network."""

    question: str
    query: dict[str, Any]
    data_version: str
    definitions_release: str
    definitions: dict[str, str]
    left_out: dict[str, LeftOut]
    counts: ProjectCounts
    network: MeasuresNetwork
    parameters: MeasuresSettings
    collapsed: Collapsed
    removed: list[str]
    whole: MeasuresSummary
    summary: MeasuresSummary
    components: list[NodeGroup]
    communities: list[NodeGroup]
    modularity: float | None
    bridges: list[Bridge]
    articulation_points: list[ArticulationPoint]
    brokers: list[Broker]
    meetings: Meetings
    organizations_outside: LeftOut
    nodes: list[MeasuredNode]


class MergeBody(TypedDict):
    """Into which organization."""

    into: str
    name_as: NotRequired[Literal["as_written", "former"]]


class MergeRead(TypedDict):
    """What a merge did."""

    organization: Organization
    merged: str
    moved: dict[str, int]
    joined: list[JoinedRead]
    removed: list[str]
    self_funding: list[str]
    left: dict[str, Any]
    import_run: str


class NetworkBlock(TypedDict):
    """What the network is: query, versions, definitions, counts, what was left out and why."""

    network: str
    query: dict[str, Any]
    data_version: str
    definitions_release: str
    definitions: dict[str, str]
    counts: dict[str, Any]
    left_out: dict[str, Any]
    truncated: bool
    evidence: str


class NodeLinkNetwork(TypedDict):
    """Node-link data: `networkx.node_link_graph` reads it as it is."""

    directed: bool
    multigraph: bool
    graph: NetworkBlock
    nodes: list[NetworkNode]
    edges: list[NetworkEdge]


OpenEnds = TypedDict(
    "OpenEnds",
    {
        "from": LeftOut,
        "to": LeftOut,
    },
)
"""Ids that touch the components of the two ends."""


OpenParties = TypedDict(
    "OpenParties",
    {
        "from": LeftOut,
        "to": LeftOut,
        "both": LeftOut,
    },
)
"""Unnamed parties that touch the components of the two ends."""


class OrganizationNameFields(TypedDict):
    """Another name of an organization."""

    text: str
    kind: NameKind
    language: NotRequired[str | None]
    basis: NotRequired[Basis]


class OrganizationIdentifierFields(TypedDict):
    """An identifier that a register gave the organization."""

    scheme: str
    value: str


class OrganizationCreate(TypedDict):
    """A new organization."""

    name: str
    basis: Basis
    acronym: NotRequired[str | None]
    kind: OrganizationKind
    subkind: NotRequired[str | None]
    iati_type: NotRequired[IatiOrganisationType | None]
    country: NotRequired[str | None]
    country_basis: NotRequired[Basis | None]
    state: NotRequired[str | None]
    website: NotRequired[str | None]
    summary: NotRequired[str | None]
    context_only: NotRequired[bool]
    names: NotRequired[list[OrganizationNameFields]]
    identifiers: NotRequired[list[OrganizationIdentifierFields]]
    note: NotRequired[str | None]
    id: NotRequired[str | None]
    visibility: NotRequired[Visibility]
    citations: NotRequired[list[CitationFields]]


class OrganizationRelation(TypedDict):
    """A standing relation: part of, chapter of, program of, led by."""

    id: str
    ref: str
    revision: int
    visibility: Visibility
    subject: str | None
    subject_name: str | None
    kind: RelationKind
    object: str
    basis: Basis
    note: str | None
    value_status: dict[str, ValueStatus]


class Participation(TypedDict):
    """An organization or unnamed party that takes part in a project, with its role."""

    id: str
    ref: str
    revision: int
    visibility: Visibility
    organization: str | None
    party: str | None
    project: str
    role: ParticipationRole
    role_as_written: str | None
    states: list[str]
    basis: Basis
    note: str | None
    value_status: dict[str, ValueStatus]


class Tool(TypedDict):
    """Something that others can use: a platform, an observatory, a self-assessment tool, a protocol …"""

    id: str
    ref: str
    revision: int
    visibility: Visibility
    name: str
    kind: ToolKind
    owner: str | None
    owner_party: str | None
    audience: str | None
    purpose: str | None
    tool_status: ToolStatus
    status_note: str | None
    projects: list[str]
    basis: Basis
    note: str | None
    value_status: dict[str, ValueStatus]


class StateName(TypedDict):
    """A form in which people write a state."""

    text: str
    kind: StateNameKind
    language: str | None


class State(TypedDict):
    """One of the 32 federal entities of Mexico. Its id is the ISO 3166-2 code."""

    id: str
    ref: str
    revision: int
    visibility: Visibility
    inegi: str
    name: str
    names: list[StateName]
    note: str | None
    value_status: dict[str, ValueStatus]


class OrganizationIncluded(TypedDict):
    """Related records: null where `include` did not ask for them, [] where there are none."""

    citations: list[Citation] | None
    organization_relations: list[OrganizationRelation] | None
    documents: list[Document] | None
    funding: list[Funding] | None
    participations: list[Participation] | None
    collaboration_members: list[CollaborationMember] | None
    indicators: list[Indicator] | None
    tools: list[Tool] | None
    state: State | None


class OrganizationDetail(Organization):
    """A named body: a funder, a civil society organization, a public institution …"""

    included: OrganizationIncluded | None


class OrganizationRevision(TypedDict):
    """What one version made of an organization."""

    revision: int
    version: str
    at: str
    cause: str
    action: Action
    import_run: str | None
    actor: str | None
    changed: list[str]
    record: Organization | None


class OrganizationHistory(TypedDict):
    """One page of the history of an organization."""

    items: list[OrganizationRevision]
    next: str | None
    data_version: str


class OrganizationPage(TypedDict):
    """One page of organizations."""

    items: list[OrganizationDetail]
    next: str | None
    total: int | None
    data_version: str


class WorksIn(TypedDict):
    """Where it works, by certainty."""

    status: str
    projects_without_place: list[str]
    certain: list[NetworkEdge]
    possible: list[NetworkEdge]
    nationwide: list[NetworkEdge]


class WordSection(TypedDict):
    """Ids, or the word that none are recorded."""

    status: str
    items: list[str]


class OrganizationProjects(TypedDict):
    """Its projects, or the word that none are recorded."""

    status: str
    items: list[Project]


class OrganizationProfile(TypedDict):
    """Everything known about one organization, with its evidence."""

    funders: FundersSection
    funds: EdgeSection
    works_in: WorksIn
    works_with: EdgeSection
    topics: WordSection
    evidence: list[EvidenceItem]
    documents: list[CitedDocument]
    data_version: str
    organization: OrganizationDetail
    projects: OrganizationProjects
    collaborations: list[Collaboration]


class OrganizationRelationCreate(TypedDict):
    """A new organization relation."""

    subject: NotRequired[str | None]
    subject_name: NotRequired[str | None]
    kind: RelationKind
    object: str
    basis: Basis
    note: NotRequired[str | None]
    id: NotRequired[str | None]
    visibility: NotRequired[Visibility]
    citations: NotRequired[list[CitationFields]]


class OrganizationRelationIncluded(TypedDict):
    """Related records: null where `include` did not ask for them, [] where there are none."""

    citations: list[Citation] | None
    subject: Organization | None
    object: Organization | None


class OrganizationRelationDetail(OrganizationRelation):
    """A standing relation: part of, chapter of, program of, led by."""

    included: OrganizationRelationIncluded | None


class OrganizationRelationRevision(TypedDict):
    """What one version made of an organization relation."""

    revision: int
    version: str
    at: str
    cause: str
    action: Action
    import_run: str | None
    actor: str | None
    changed: list[str]
    record: OrganizationRelation | None


class OrganizationRelationHistory(TypedDict):
    """One page of the history of an organization relation."""

    items: list[OrganizationRelationRevision]
    next: str | None
    data_version: str


class OrganizationRelationPage(TypedDict):
    """One page of organization relations."""

    items: list[OrganizationRelationDetail]
    next: str | None
    total: int | None
    data_version: str


class OrganizationRelationUpdate(TypedDict):
    """Changes to a organization relation: what is left out stays as it is."""

    subject: NotRequired[str | None]
    subject_name: NotRequired[str | None]
    kind: NotRequired[RelationKind]
    object: NotRequired[str]
    basis: NotRequired[Basis]
    note: NotRequired[str | None]
    visibility: NotRequired[Visibility]


class OrganizationUpdate(TypedDict):
    """Changes to a organization: what is left out stays as it is."""

    name: NotRequired[str]
    basis: NotRequired[Basis]
    acronym: NotRequired[str | None]
    kind: NotRequired[OrganizationKind]
    subkind: NotRequired[str | None]
    iati_type: NotRequired[IatiOrganisationType | None]
    country: NotRequired[str | None]
    country_basis: NotRequired[Basis | None]
    state: NotRequired[str | None]
    website: NotRequired[str | None]
    summary: NotRequired[str | None]
    context_only: NotRequired[bool]
    names: NotRequired[list[OrganizationNameFields] | None]
    identifiers: NotRequired[list[OrganizationIdentifierFields] | None]
    note: NotRequired[str | None]
    visibility: NotRequired[Visibility]


class OtherFunder(TypedDict):
    """Another funder of a recipient."""

    id: str
    label: str
    projects: ProjectsByCertainty
    funding: list[str]


class ParticipationCreate(TypedDict):
    """A new participation."""

    organization: NotRequired[str | None]
    party: NotRequired[str | None]
    project: str
    role: ParticipationRole
    role_as_written: NotRequired[str | None]
    states: NotRequired[list[str]]
    basis: Basis
    note: NotRequired[str | None]
    id: NotRequired[str | None]
    visibility: NotRequired[Visibility]
    citations: NotRequired[list[CitationFields]]


class ParticipationIncluded(TypedDict):
    """Related records: null where `include` did not ask for them, [] where there are none."""

    citations: list[Citation] | None
    project: Project | None
    organization: Organization | None
    party: UnnamedParty | None


class ParticipationDetail(Participation):
    """An organization or unnamed party that takes part in a project, with its role."""

    included: ParticipationIncluded | None


class ParticipationRevision(TypedDict):
    """What one version made of a participation."""

    revision: int
    version: str
    at: str
    cause: str
    action: Action
    import_run: str | None
    actor: str | None
    changed: list[str]
    record: Participation | None


class ParticipationHistory(TypedDict):
    """One page of the history of a participation."""

    items: list[ParticipationRevision]
    next: str | None
    data_version: str


class ParticipationPage(TypedDict):
    """One page of participations."""

    items: list[ParticipationDetail]
    next: str | None
    total: int | None
    data_version: str


class ParticipationUpdate(TypedDict):
    """Changes to a participation: what is left out stays as it is."""

    organization: NotRequired[str | None]
    party: NotRequired[str | None]
    project: NotRequired[str]
    role: NotRequired[ParticipationRole]
    role_as_written: NotRequired[str | None]
    states: NotRequired[list[str] | None]
    basis: NotRequired[Basis]
    note: NotRequired[str | None]
    visibility: NotRequired[Visibility]


class PathReason(TypedDict):
    """One recorded reason of a step, in the direction in which it is recorded."""

    relation: str
    source: str
    target: str
    certainty: str
    projects: ProjectsByCertainty
    collaborations: list[str]
    planned_collaborations: list[str]
    planned: bool
    participation_roles: list[str]
    relation_kinds: list[str]
    records: list[str]
    basis: list[str]
    documents: list[str]
    evidence: list[str]


class PathStep(TypedDict):
    """From one node of a chain to the next, with all reasons."""

    source: str
    target: str
    certainty: str
    planned: bool
    reasons: list[PathReason]


class Path(TypedDict):
    """A chain."""

    length: int
    certainty: str
    planned: bool
    nodes: list[Named]
    steps: list[PathStep]


class PathComponent(TypedDict):
    """Everybody who can be reached from one end, itself included."""

    size: int
    organizations: LeftOut
    projects: LeftOut


PathComponents = TypedDict(
    "PathComponents",
    {
        "from": PathComponent,
        "to": PathComponent,
        "joined": bool,
    },
)
"""The components of both ends."""


class PathOpen(TypedDict):
    """What could still make a chain, or a shorter one."""

    unnamed_parties: OpenParties
    unknown_ends: OpenEnds
    projects_not_taken: LeftOut
    length_with_them: int | None


class Shortest(TypedDict):
    """The least length."""

    length: int | None
    chains: int


Paths = TypedDict(
    "Paths",
    {
        "question": str,
        "query": dict[str, Any],
        "data_version": str,
        "definitions_release": str,
        "definitions": dict[str, str],
        "left_out": dict[str, LeftOut],
        "counts": ProjectCounts,
        "from": Named,
        "to": Named,
        "status": Literal["found", "none"],
        "shortest": Shortest,
        "more": bool,
        "chains": list[Path],
        "components": PathComponents,
        "open": PathOpen,
    },
)
"""The shortest chains between two ends; that there is none is an answer."""


class Place(TypedDict):
    """A place that is not a state: a community or borough, a region, a country."""

    id: str
    ref: str
    revision: int
    visibility: Visibility
    name: str
    level: PlaceLevel
    within_state: str | None
    within_place: str | None
    inegi: str | None
    region_code: str | None
    note: str | None
    value_status: dict[str, ValueStatus]


class PlaceCreate(TypedDict):
    """A new place."""

    name: str
    level: PlaceLevel
    within_state: NotRequired[str | None]
    within_place: NotRequired[str | None]
    inegi: NotRequired[str | None]
    region_code: NotRequired[str | None]
    note: NotRequired[str | None]
    id: NotRequired[str | None]
    visibility: NotRequired[Visibility]
    citations: NotRequired[list[CitationFields]]


class ProjectState(TypedDict):
    """A state or place of a project, and what it is to it."""

    id: str
    ref: str
    revision: int
    visibility: Visibility
    project: str
    state: str | None
    place: str | None
    role: StateRole
    state_group: str | None
    membership: Membership | None
    as_written: str | None
    share_percent: float | str | None
    basis: Basis
    note: str | None
    value_status: dict[str, ValueStatus]


class PlaceIncluded(TypedDict):
    """Related records: null where `include` did not ask for them, [] where there are none."""

    citations: list[Citation] | None
    places: list[Place] | None
    unnamed_parties: list[UnnamedParty] | None
    project_states: list[ProjectState] | None
    collaborations: list[Collaboration] | None
    within_state: State | None
    within_place: Place | None


class PlaceDetail(Place):
    """A place that is not a state: a community or borough, a region, a country."""

    included: PlaceIncluded | None


class PlaceRevision(TypedDict):
    """What one version made of a place."""

    revision: int
    version: str
    at: str
    cause: str
    action: Action
    import_run: str | None
    actor: str | None
    changed: list[str]
    record: Place | None


class PlaceHistory(TypedDict):
    """One page of the history of a place."""

    items: list[PlaceRevision]
    next: str | None
    data_version: str


class PlacePage(TypedDict):
    """One page of places."""

    items: list[PlaceDetail]
    next: str | None
    total: int | None
    data_version: str


class PlaceUpdate(TypedDict):
    """Changes to a place: what is left out stays as it is."""

    name: NotRequired[str]
    level: NotRequired[PlaceLevel]
    within_state: NotRequired[str | None]
    within_place: NotRequired[str | None]
    inegi: NotRequired[str | None]
    region_code: NotRequired[str | None]
    note: NotRequired[str | None]
    visibility: NotRequired[Visibility]


class ProjectCard(TypedDict):
    """A project in few words."""

    id: str
    title: str
    kind: str
    project_status: str
    partners: list[str]
    funder_status: str
    funders: list[str]
    topics: list[str]
    state_groups: list[str]
    evidence: str


class ProjectTopicFields(TypedDict):
    """A project's topic."""

    topic: str
    basis: NotRequired[Basis]
    share_percent: NotRequired[float | str | None]


class ProjectIdentifierFields(TypedDict):
    """An identifier that a publisher gave the project."""

    scheme: str
    value: str


class ProjectTextFields(TypedDict):
    """A title or description as its publisher wrote it."""

    kind: ProjectTextKind
    language: NotRequired[str | None]
    text: str


class ProjectCreate(TypedDict):
    """A new project."""

    title: str
    basis: Basis
    acronym: NotRequired[str | None]
    kind: ProjectKind
    project_status: ProjectStatus
    status_note: NotRequired[str | None]
    start_date: NotRequired[str | None]
    end_date: NotRequired[str | None]
    date_note: NotRequired[str | None]
    scope: NotRequired[ProjectScope | None]
    summary: NotRequired[str | None]
    parent: NotRequired[str | None]
    topics: NotRequired[list[ProjectTopicFields]]
    identifiers: NotRequired[list[ProjectIdentifierFields]]
    texts: NotRequired[list[ProjectTextFields]]
    note: NotRequired[str | None]
    id: NotRequired[str | None]
    visibility: NotRequired[Visibility]
    citations: NotRequired[list[CitationFields]]


class StateGroup(TypedDict):
    """A counted set of states of a project: eight partner states, say, of which two are named."""

    id: str
    ref: str
    revision: int
    visibility: Visibility
    project: str
    label: str
    count: int | None
    role: StateGroupRole
    basis: Basis
    note: str | None
    named: list[str]
    excluded: list[str]
    unnamed_count: int | None
    value_status: dict[str, ValueStatus]


class ProjectIncluded(TypedDict):
    """Related records: null where `include` did not ask for them, [] where there are none."""

    citations: list[Citation] | None
    projects: list[Project] | None
    funding: list[Funding] | None
    participations: list[Participation] | None
    state_groups: list[StateGroup] | None
    project_states: list[ProjectState] | None
    collaborations: list[Collaboration] | None
    indicators: list[Indicator] | None
    tools: list[Tool] | None
    legal_instruments: list[LegalInstrument] | None
    findings: list[Finding] | None
    beneficiary_groups: list[BeneficiaryGroup] | None
    parent: Project | None


class ProjectDetail(Project):
    """An undertaking: what a grant pays for, a programme, an activity, a campaign, a workshop …"""

    included: ProjectIncluded | None


class ProjectRevision(TypedDict):
    """What one version made of a project."""

    revision: int
    version: str
    at: str
    cause: str
    action: Action
    import_run: str | None
    actor: str | None
    changed: list[str]
    record: Project | None


class ProjectHistory(TypedDict):
    """One page of the history of a project."""

    items: list[ProjectRevision]
    next: str | None
    data_version: str


class ProjectPage(TypedDict):
    """One page of projects."""

    items: list[ProjectDetail]
    next: str | None
    total: int | None
    data_version: str
    by_certainty: dict[str, int] | None


class ProjectStateCreate(TypedDict):
    """A new project state."""

    project: str
    state: NotRequired[str | None]
    place: NotRequired[str | None]
    role: StateRole
    state_group: NotRequired[str | None]
    membership: NotRequired[Membership | None]
    as_written: NotRequired[str | None]
    share_percent: NotRequired[float | str | None]
    basis: Basis
    note: NotRequired[str | None]
    id: NotRequired[str | None]
    visibility: NotRequired[Visibility]
    citations: NotRequired[list[CitationFields]]


class ProjectStateIncluded(TypedDict):
    """Related records: null where `include` did not ask for them, [] where there are none."""

    citations: list[Citation] | None
    project: Project | None
    state: State | None
    place: Place | None
    state_group: StateGroup | None


class ProjectStateDetail(ProjectState):
    """A state or place of a project, and what it is to it."""

    included: ProjectStateIncluded | None


class ProjectStateRevision(TypedDict):
    """What one version made of a project state."""

    revision: int
    version: str
    at: str
    cause: str
    action: Action
    import_run: str | None
    actor: str | None
    changed: list[str]
    record: ProjectState | None


class ProjectStateHistory(TypedDict):
    """One page of the history of a project state."""

    items: list[ProjectStateRevision]
    next: str | None
    data_version: str


class ProjectStatePage(TypedDict):
    """One page of project states."""

    items: list[ProjectStateDetail]
    next: str | None
    total: int | None
    data_version: str


class ProjectStateUpdate(TypedDict):
    """Changes to a project state: what is left out stays as it is."""

    project: NotRequired[str]
    state: NotRequired[str | None]
    place: NotRequired[str | None]
    role: NotRequired[StateRole]
    state_group: NotRequired[str | None]
    membership: NotRequired[Membership | None]
    as_written: NotRequired[str | None]
    share_percent: NotRequired[float | str | None]
    basis: NotRequired[Basis]
    note: NotRequired[str | None]
    visibility: NotRequired[Visibility]


class ProjectUpdate(TypedDict):
    """Changes to a project: what is left out stays as it is."""

    title: NotRequired[str]
    basis: NotRequired[Basis]
    acronym: NotRequired[str | None]
    kind: NotRequired[ProjectKind]
    project_status: NotRequired[ProjectStatus]
    status_note: NotRequired[str | None]
    start_date: NotRequired[str | None]
    end_date: NotRequired[str | None]
    date_note: NotRequired[str | None]
    scope: NotRequired[ProjectScope | None]
    summary: NotRequired[str | None]
    parent: NotRequired[str | None]
    topics: NotRequired[list[ProjectTopicFields] | None]
    identifiers: NotRequired[list[ProjectIdentifierFields] | None]
    texts: NotRequired[list[ProjectTextFields] | None]
    note: NotRequired[str | None]
    visibility: NotRequired[Visibility]


class ProjectionTold(TypedDict):
    """How the projection was made."""

    of: ProjectionToldOf
    through: ProjectionToldThrough
    weight: ProjectionToldWeight
    top_k: int | None
    pairs: int
    pairs_beyond_top_k: int


class ProjectionBlock(TypedDict):
    """What the network is, and how it was projected."""

    network: str
    query: dict[str, Any]
    data_version: str
    definitions_release: str
    definitions: dict[str, str]
    counts: dict[str, Any]
    left_out: dict[str, Any]
    truncated: bool
    evidence: str
    projection: ProjectionTold


class ProjectionNetwork(TypedDict):
    """Node-link data; each edge has `shared`, `shared_sizes` and `possibly_shared`, each node `neighbours`."""

    directed: bool
    multigraph: bool
    graph: ProjectionBlock
    nodes: list[NetworkNode]
    edges: list[NetworkEdge]


class Suggestion(TypedDict):
    """Something whose id or name begins so."""

    id: str
    name: str


class ProposedProperties(TypedDict):
    """The properties of a type."""

    type: str
    properties: list[Suggestion]


class ReconcileCandidate(TypedDict):
    """A record that may be meant."""

    id: str
    name: str
    type: list[ReconcileType]
    score: float
    match: bool


class ReconcileResult(TypedDict):
    """What may be meant by one query, best first."""

    result: list[ReconcileCandidate]


class ReconcileSuggestions(TypedDict):
    """What begins so."""

    result: list[Suggestion]


class RestoreBody(TypedDict):
    """Which version a record goes back to."""

    version: str


class SearchResult(TypedDict):
    """One record that was found."""

    ref: str
    kind: str
    id: str
    label: str
    matched: str
    match: str


class SearchResults(TypedDict):
    """What was found, best first."""

    items: list[SearchResult]
    total: int
    data_version: str


class StateNameFields(TypedDict):
    """A form in which people write a state."""

    text: str
    kind: StateNameKind
    language: NotRequired[str | None]


class StateCreate(TypedDict):
    """A new state."""

    inegi: str
    name: str
    names: NotRequired[list[StateNameFields]]
    note: NotRequired[str | None]
    id: NotRequired[str | None]
    visibility: NotRequired[Visibility]
    citations: NotRequired[list[CitationFields]]


class StateIncluded(TypedDict):
    """Related records: null where `include` did not ask for them, [] where there are none."""

    citations: list[Citation] | None
    places: list[Place] | None
    organizations: list[Organization] | None
    unnamed_parties: list[UnnamedParty] | None
    participations: list[Participation] | None
    project_states: list[ProjectState] | None
    collaborations: list[Collaboration] | None


class StateDetail(State):
    """One of the 32 federal entities of Mexico. Its id is the ISO 3166-2 code."""

    included: StateIncluded | None


class StateGroupCreate(TypedDict):
    """A new state group."""

    project: str
    label: str
    count: NotRequired[int | None]
    role: StateGroupRole
    basis: NotRequired[Basis]
    note: NotRequired[str | None]
    id: NotRequired[str | None]
    visibility: NotRequired[Visibility]
    citations: NotRequired[list[CitationFields]]


class StateGroupIncluded(TypedDict):
    """Related records: null where `include` did not ask for them, [] where there are none."""

    citations: list[Citation] | None
    project_states: list[ProjectState] | None
    project: Project | None


class StateGroupDetail(StateGroup):
    """A counted set of states of a project: eight partner states, say, of which two are named."""

    included: StateGroupIncluded | None


class StateGroupRevision(TypedDict):
    """What one version made of a state group."""

    revision: int
    version: str
    at: str
    cause: str
    action: Action
    import_run: str | None
    actor: str | None
    changed: list[str]
    record: StateGroup | None


class StateGroupHistory(TypedDict):
    """One page of the history of a state group."""

    items: list[StateGroupRevision]
    next: str | None
    data_version: str


class StateGroupPage(TypedDict):
    """One page of state groups."""

    items: list[StateGroupDetail]
    next: str | None
    total: int | None
    data_version: str


class StateGroupUpdate(TypedDict):
    """Changes to a state group: what is left out stays as it is."""

    project: NotRequired[str]
    label: NotRequired[str]
    count: NotRequired[int | None]
    role: NotRequired[StateGroupRole]
    basis: NotRequired[Basis]
    note: NotRequired[str | None]
    visibility: NotRequired[Visibility]


class StateRevision(TypedDict):
    """What one version made of a state."""

    revision: int
    version: str
    at: str
    cause: str
    action: Action
    import_run: str | None
    actor: str | None
    changed: list[str]
    record: State | None


class StateHistory(TypedDict):
    """One page of the history of a state."""

    items: list[StateRevision]
    next: str | None
    data_version: str


class StatePage(TypedDict):
    """One page of states."""

    items: list[StateDetail]
    next: str | None
    total: int | None
    data_version: str


class StateProjects(TypedDict):
    """The projects of one certainty."""

    count: int
    projects: list[ProjectCard]
    partners: list[str]
    funders: list[str]


class StateProfile(TypedDict):
    """Who works in a state, and how sure that is."""

    certain: StateProjects
    possible: StateProjects
    nationwide: StateProjects
    status: str
    evidence: list[EvidenceItem]
    documents: list[CitedDocument]
    data_version: str
    state: State
    institutions: list[Organization]
    unnamed_parties: list[UnnamedParty]
    places: list[Place]
    collaborations: list[Collaboration]


class StateUpdate(TypedDict):
    """Changes to a state: what is left out stays as it is."""

    inegi: NotRequired[str]
    name: NotRequired[str]
    names: NotRequired[list[StateNameFields] | None]
    note: NotRequired[str | None]
    visibility: NotRequired[Visibility]


class SuggestionsOrganization(TypedDict):
    """Who asks."""

    id: str
    label: str
    status: Literal["known", "none_recorded"]
    grounds: list[Ground]


class Suggestions(TypedDict):
    """Unlinked organizations, best first."""

    question: str
    query: dict[str, Any]
    data_version: str
    definitions_release: str
    definitions: dict[str, str]
    left_out: dict[str, LeftOut]
    counts: ProjectCounts
    organization: SuggestionsOrganization
    candidates: list[Candidate]
    possible_candidates: list[Candidate]
    linked: list[Linked]


class TimelineYear(TypedDict):
    """The network of one year, in numbers, and who came and went."""

    year: int
    projects: CertainAndPossible
    nodes: dict[str, CertainAndPossible]
    edges: dict[str, ProjectCount]
    newcomers: Cast
    possible_newcomers: Cast
    leavers: Cast
    possible_leavers: Cast


class Timeline(TypedDict):
    """The network year by year."""

    question: str
    query: dict[str, Any]
    data_version: str
    definitions_release: str
    definitions: dict[str, str]
    left_out: dict[str, LeftOut]
    network: DiffNetwork
    counts: ProjectCounts
    years: list[TimelineYear]


class ToolCreate(TypedDict):
    """A new tool."""

    name: str
    kind: ToolKind
    owner: NotRequired[str | None]
    owner_party: NotRequired[str | None]
    audience: NotRequired[str | None]
    purpose: NotRequired[str | None]
    tool_status: ToolStatus
    status_note: NotRequired[str | None]
    projects: NotRequired[list[str]]
    basis: NotRequired[Basis]
    note: NotRequired[str | None]
    id: NotRequired[str | None]
    visibility: NotRequired[Visibility]
    citations: NotRequired[list[CitationFields]]


class ToolIncluded(TypedDict):
    """Related records: null where `include` did not ask for them, [] where there are none."""

    citations: list[Citation] | None
    owner: Organization | None
    owner_party: UnnamedParty | None


class ToolDetail(Tool):
    """Something that others can use: a platform, an observatory, a self-assessment tool, a protocol …"""

    included: ToolIncluded | None


class ToolRevision(TypedDict):
    """What one version made of a tool."""

    revision: int
    version: str
    at: str
    cause: str
    action: Action
    import_run: str | None
    actor: str | None
    changed: list[str]
    record: Tool | None


class ToolHistory(TypedDict):
    """One page of the history of a tool."""

    items: list[ToolRevision]
    next: str | None
    data_version: str


class ToolPage(TypedDict):
    """One page of tools."""

    items: list[ToolDetail]
    next: str | None
    total: int | None
    data_version: str


class ToolUpdate(TypedDict):
    """Changes to a tool: what is left out stays as it is."""

    name: NotRequired[str]
    kind: NotRequired[ToolKind]
    owner: NotRequired[str | None]
    owner_party: NotRequired[str | None]
    audience: NotRequired[str | None]
    purpose: NotRequired[str | None]
    tool_status: NotRequired[ToolStatus]
    status_note: NotRequired[str | None]
    projects: NotRequired[list[str] | None]
    basis: NotRequired[Basis]
    note: NotRequired[str | None]
    visibility: NotRequired[Visibility]


class Topic(TypedDict):
    """A subject of work, labelled in English and Spanish."""

    id: str
    ref: str
    revision: int
    visibility: Visibility
    label_en: str
    label_es: str
    crs_code: str | None
    sector_vocabulary: str | None
    sector_code: str | None
    parent: str | None
    note: str | None
    value_status: dict[str, ValueStatus]


class TopicCreate(TypedDict):
    """A new topic."""

    label_en: str
    label_es: str
    crs_code: NotRequired[str | None]
    sector_vocabulary: NotRequired[str | None]
    sector_code: NotRequired[str | None]
    parent: NotRequired[str | None]
    note: NotRequired[str | None]
    id: NotRequired[str | None]
    visibility: NotRequired[Visibility]
    citations: NotRequired[list[CitationFields]]


class TopicIncluded(TypedDict):
    """Related records: null where `include` did not ask for them, [] where there are none."""

    citations: list[Citation] | None
    topics: list[Topic] | None
    projects: list[Project] | None
    parent: Topic | None


class TopicDetail(Topic):
    """A subject of work, labelled in English and Spanish."""

    included: TopicIncluded | None


class TopicRevision(TypedDict):
    """What one version made of a topic."""

    revision: int
    version: str
    at: str
    cause: str
    action: Action
    import_run: str | None
    actor: str | None
    changed: list[str]
    record: Topic | None


class TopicHistory(TypedDict):
    """One page of the history of a topic."""

    items: list[TopicRevision]
    next: str | None
    data_version: str


class TopicPage(TypedDict):
    """One page of topics."""

    items: list[TopicDetail]
    next: str | None
    total: int | None
    data_version: str


class TopicUpdate(TypedDict):
    """Changes to a topic: what is left out stays as it is."""

    label_en: NotRequired[str]
    label_es: NotRequired[str]
    crs_code: NotRequired[str | None]
    sector_vocabulary: NotRequired[str | None]
    sector_code: NotRequired[str | None]
    parent: NotRequired[str | None]
    note: NotRequired[str | None]
    visibility: NotRequired[Visibility]


class UnnamedPartyCreate(TypedDict):
    """A new unnamed party."""

    count_low: NotRequired[int | None]
    count_high: NotRequired[int | None]
    count_qualifier: NotRequired[Qualifier | None]
    description: str
    kind: OrganizationKind
    state: NotRequired[str | None]
    place: NotRequired[str | None]
    basis: NotRequired[Basis]
    note: NotRequired[str | None]
    id: NotRequired[str | None]
    visibility: NotRequired[Visibility]
    citations: NotRequired[list[CitationFields]]


class UnnamedPartyIncluded(TypedDict):
    """Related records: null where `include` did not ask for them, [] where there are none."""

    citations: list[Citation] | None
    funding: list[Funding] | None
    participations: list[Participation] | None
    collaboration_members: list[CollaborationMember] | None
    tools: list[Tool] | None
    state: State | None
    place: Place | None


class UnnamedPartyDetail(UnnamedParty):
    """Somebody whom the source counts or describes but does not name. Never merged with another."""

    included: UnnamedPartyIncluded | None


class UnnamedPartyRevision(TypedDict):
    """What one version made of an unnamed party."""

    revision: int
    version: str
    at: str
    cause: str
    action: Action
    import_run: str | None
    actor: str | None
    changed: list[str]
    record: UnnamedParty | None


class UnnamedPartyHistory(TypedDict):
    """One page of the history of an unnamed party."""

    items: list[UnnamedPartyRevision]
    next: str | None
    data_version: str


class UnnamedPartyPage(TypedDict):
    """One page of unnamed parties."""

    items: list[UnnamedPartyDetail]
    next: str | None
    total: int | None
    data_version: str


class UnnamedPartyUpdate(TypedDict):
    """Changes to a unnamed party: what is left out stays as it is."""

    count_low: NotRequired[int | None]
    count_high: NotRequired[int | None]
    count_qualifier: NotRequired[Qualifier | None]
    description: NotRequired[str]
    kind: NotRequired[OrganizationKind]
    state: NotRequired[str | None]
    place: NotRequired[str | None]
    basis: NotRequired[Basis]
    note: NotRequired[str | None]
    visibility: NotRequired[Visibility]


class VersionRead(TypedDict):
    """What is known of a version of the data."""

    version: str
    at: str | None
    cause: str | None
    changes: int
    amended: bool
    import_run: str | None
    definitions_release: str
    actor: str | None


class VisibilityRead(TypedDict):
    """Who may see a record, and why."""

    record: str
    own: Visibility
    visibility: Visibility
    because: list[str]
    hides: list[str]
    data_version: str


class WithdrawalRecipient(TypedDict):
    """A recipient of the funders that withdraw."""

    id: str
    label: str
    projects: ProjectsByCertainty
    funding: list[str]
    other_funders: list[OtherFunder]
    unclear_funding: list[str]


class WithdrawalRecipients(TypedDict):
    """Named recipients in three parts, and unnamed ones, whose other funders cannot be known."""

    lost: list[WithdrawalRecipient]
    unclear: list[WithdrawalRecipient]
    kept: list[WithdrawalRecipient]
    unnamed: list[WithdrawalRecipient]


class WithdrawalProject(TypedDict):
    """A project."""

    id: str
    label: str
    certainty: str
    other_funders: list[str]


class WithdrawalProjects(TypedDict):
    """Projects in three parts."""

    left: list[WithdrawalProject]
    kept: list[WithdrawalProject]
    unknown_funder: list[WithdrawalProject]


class WithdrawalGround(TypedDict):
    """A state or topic in which the funders certainly have projects."""

    id: str
    label: str
    projects: list[str]
    projects_of_others: list[str]
    projects_possibly_of_others: list[str]
    projects_with_unknown_funder: list[str]


class WithdrawalGrounds(TypedDict):
    """States or topics in two parts."""

    left: list[WithdrawalGround]
    kept: list[WithdrawalGround]


class WithdrawalMoney(TypedDict):
    """The money of the funders that withdraw."""

    granted: Money
    regranted: Money


class Withdrawal(TypedDict):
    """Who and what is left without."""

    question: str
    query: dict[str, Any]
    data_version: str
    definitions_release: str
    definitions: dict[str, str]
    left_out: dict[str, LeftOut]
    counts: ProjectCounts
    funders: list[Named]
    recipients: WithdrawalRecipients
    projects: WithdrawalProjects
    states: WithdrawalGrounds
    topics: WithdrawalGrounds
    state_groups: list[str]
    nationwide_projects: list[str]
    money: WithdrawalMoney


class WithheldTermCreate(TypedDict):
    """A term that no record may contain from now on."""

    term: str


class WithheldTermRead(TypedDict):
    """What is known of a withheld term."""

    id: str
    words: int
    at: str


class WithheldTermPage(TypedDict):
    """One page of withheld terms."""

    items: list[WithheldTermRead]
    next: str | None


class ProblemError(TypedDict):
    """One thing that is wrong, and where."""

    pointer: NotRequired[str | None]
    parameter: NotRequired[str | None]
    detail: str


class ProblemBody(TypedDict):
    """RFC 9457: the only shape in which anything goes wrong."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemError]
    request_id: str


class Selection(TypedDict, total=False):
    """Which projects a network speaks of."""

    partner: str | Sequence[str] | None
    state: str | Sequence[str] | None
    topic: str | Sequence[str] | None
    funder_kind: OrganizationKind | Sequence[OrganizationKind] | None
    partner_kind: OrganizationKind | Sequence[OrganizationKind] | None
    project: str | Sequence[str] | None
    project_kind: ProjectKind | Sequence[ProjectKind] | None
    project_status: ProjectStatus | Sequence[ProjectStatus] | None
    collaboration_kind: CollaborationKind | Sequence[CollaborationKind] | None
    collaboration_status: CollaborationStatus | Sequence[CollaborationStatus] | None
    document: str | Sequence[str] | None
    basis: Basis | Sequence[Basis] | None
    year_from: int | None
    year_to: int | None
    currency: str | Sequence[str] | None
    certainty: str | Sequence[str] | None
    as_of: str | None


class GetFunderPartnerState(Selection, total=False):
    """Parameters of get_funder_partner_state."""

    funder: str | Sequence[str] | None
    organization: str | Sequence[str] | None
    min_weight: float
    max_edges: int | None
    include: GetFunderPartnerStateInclude | Sequence[GetFunderPartnerStateInclude] | None


class GetCoalitions(Selection, total=False):
    """Parameters of get_coalitions."""

    funder: str | Sequence[str] | None
    organization: str | Sequence[str] | None
    min_weight: float
    max_edges: int | None
    tie: GetCoalitionsTie | Sequence[GetCoalitionsTie] | None
    include: Literal["unnamed"] | Sequence[Literal["unnamed"]] | None
    weights: str | Sequence[str] | None
    around: str | None
    top_k: int | None


class GetWithdrawal(Selection, total=False):
    """Parameters of get_withdrawal."""

    funder: Required[str | Sequence[str]]
    organization: str | Sequence[str] | None


class GetCoverage(Selection, total=False):
    """Parameters of get_coverage."""

    funder: str | Sequence[str] | None
    organization: str | Sequence[str] | None
    by: Literal["topic", "funder"]
    max_ids: int | None


class GetSuggestions(Selection, total=False):
    """Parameters of get_suggestions."""

    funder: str | Sequence[str] | None
    organization: Required[str | Sequence[str]]
    limit: int


class GetCompare(Selection, total=False):
    """Parameters of get_compare."""

    funder: str | Sequence[str] | None
    organization: str | Sequence[str] | None
    a: Required[str | Sequence[str]]
    b: Required[str | Sequence[str]]


class GetFlows(Selection, total=False):
    """Parameters of get_flows."""

    funder: str | Sequence[str] | None
    organization: str | Sequence[str] | None
    min_weight: float
    max_edges: int | None
    include: Literal["unnamed"] | Sequence[Literal["unnamed"]] | None


class GetDiff(Selection, total=False):
    """Parameters of get_diff."""

    funder: str | Sequence[str] | None
    organization: str | Sequence[str] | None
    network: DiffNetwork
    tie: GetCoalitionsTie | Sequence[GetCoalitionsTie] | None
    include: Literal["unnamed"] | Sequence[Literal["unnamed"]] | None
    before: str | Sequence[str] | None
    after: str | Sequence[str] | None


class GetTimeline(Selection, total=False):
    """Parameters of get_timeline."""

    funder: str | Sequence[str] | None
    organization: str | Sequence[str] | None
    network: DiffNetwork
    tie: GetCoalitionsTie | Sequence[GetCoalitionsTie] | None
    include: Literal["unnamed"] | Sequence[Literal["unnamed"]] | None


class GetPaths(Selection, total=False):
    """Parameters of get_paths."""

    funder: str | Sequence[str] | None
    organization: str | Sequence[str] | None
    from_: Required[str]
    to: Required[str]
    k: int
    through: Literal["organizations", "projects"]


class GetProjection(Selection, total=False):
    """Parameters of get_projection."""

    funder: str | Sequence[str] | None
    organization: str | Sequence[str] | None
    min_weight: float
    max_edges: int | None
    of: ProjectionToldOf
    through: ProjectionToldThrough | None
    weight: ProjectionToldWeight
    top_k: int | None


class GetMeasures(Selection, total=False):
    """Parameters of get_measures."""

    funder: str | Sequence[str] | None
    organization: str | Sequence[str] | None
    network: MeasuresNetwork
    with_: Literal["states"] | Sequence[Literal["states"]] | None
    include: GetFunderPartnerStateInclude | Sequence[GetFunderPartnerStateInclude] | None
    tie: GetCoalitionsTie | Sequence[GetCoalitionsTie] | None
    of: ProjectionToldOf | None
    through: ProjectionToldThrough | None
    weight: ProjectionToldWeight | None
    top_k: int | None
    without: str | Sequence[str] | None
    seed: int
    samples: int


class GetEgo(Selection, total=False):
    """Parameters of get_ego."""

    funder: str | Sequence[str] | None
    organization: str | Sequence[str] | None
    min_weight: float
    max_edges: int | None
    depth: int
    cross: Literal["states", "topics", "country"] | Sequence[Literal["states", "topics", "country"]] | None


class GetEvidence(Selection, total=False):
    """Parameters of get_evidence."""

    funder: str | Sequence[str] | None
    organization: str | Sequence[str] | None
    edge: str | None
    of: ProjectionToldOf
    weight: ProjectionToldWeight
    record: str | None


class Search(TypedDict, total=False):
    """Parameters of search."""

    as_of: str | None
    kind: SearchKind | Sequence[SearchKind] | None
    limit: int


class ListDuplicates(TypedDict, total=False):
    """Parameters of list_duplicates."""

    as_of: str | None
    organization: str | None
    kind: OrganizationKind | Sequence[OrganizationKind] | None
    min_score: float
    limit: int


class ListDistinct(TypedDict, total=False):
    """Parameters of list_distinct."""

    limit: int


class ListOrganizations(TypedDict, total=False):
    """Parameters of list_organizations."""

    as_of: str | None
    kind: OrganizationKind | Sequence[OrganizationKind] | None
    iati_type: IatiOrganisationType | Sequence[IatiOrganisationType] | None
    country: str | Sequence[str] | None
    state: str | Sequence[str] | None
    basis: Basis | Sequence[Basis] | None
    acronym: str | Sequence[str] | None
    context_only: bool | Sequence[bool] | None
    identifier: str | Sequence[str] | None
    missing: ListOrganizationsMissing | Sequence[ListOrganizationsMissing] | None
    has: ListOrganizationsMissing | Sequence[ListOrganizationsMissing] | None
    q: str | None
    sort: ListOrganizationsSort | Sequence[ListOrganizationsSort] | None
    include: ListOrganizationsInclude | Sequence[ListOrganizationsInclude] | None
    limit: int
    topic: str | Sequence[str] | None
    works_in: str | Sequence[str] | None
    certainty: str | Sequence[str] | None
    funded_by: str | Sequence[str] | None
    document: str | Sequence[str] | None


class ListStates(TypedDict, total=False):
    """Parameters of list_states."""

    as_of: str | None
    inegi: str | Sequence[str] | None
    missing: Literal["names", "note"] | Sequence[Literal["names", "note"]] | None
    has: Literal["names", "note"] | Sequence[Literal["names", "note"]] | None
    q: str | None
    sort: ListStatesSort | Sequence[ListStatesSort] | None
    include: ListStatesInclude | Sequence[ListStatesInclude] | None
    limit: int


class ListProjects(TypedDict, total=False):
    """Parameters of list_projects."""

    as_of: str | None
    kind: ProjectKind | Sequence[ProjectKind] | None
    project_status: ProjectStatus | Sequence[ProjectStatus] | None
    scope: ProjectScope | Sequence[ProjectScope] | None
    parent: str | Sequence[str] | None
    basis: Basis | Sequence[Basis] | None
    acronym: str | Sequence[str] | None
    topic: str | Sequence[str] | None
    identifier: str | Sequence[str] | None
    missing: ListProjectsMissing | Sequence[ListProjectsMissing] | None
    has: ListProjectsMissing | Sequence[ListProjectsMissing] | None
    q: str | None
    sort: ListProjectsSort | Sequence[ListProjectsSort] | None
    include: ListProjectsInclude | Sequence[ListProjectsInclude] | None
    limit: int
    funder: str | Sequence[str] | None
    partner: str | Sequence[str] | None
    organization: str | Sequence[str] | None
    document: str | Sequence[str] | None
    state: str | Sequence[str] | None
    certainty: str | Sequence[str] | None
    year_from: int | None
    year_to: int | None
    nationwide: bool | None
    placeless: bool | None


class ListFunding(TypedDict, total=False):
    """Parameters of list_funding."""

    as_of: str | None
    funder: str | Sequence[str] | None
    funder_party: str | Sequence[str] | None
    recipient: str | Sequence[str] | None
    recipient_party: str | Sequence[str] | None
    project: str | Sequence[str] | None
    through_project: str | Sequence[str] | None
    kind: FundingKind | Sequence[FundingKind] | None
    stage: FundingStage | Sequence[FundingStage] | None
    currency: str | Sequence[str] | None
    basis: Basis | Sequence[Basis] | None
    reference: str | Sequence[str] | None
    missing: ListFundingMissing | Sequence[ListFundingMissing] | None
    has: ListFundingMissing | Sequence[ListFundingMissing] | None
    sort: ListFundingSort | Sequence[ListFundingSort] | None
    include: ListFundingInclude | Sequence[ListFundingInclude] | None
    limit: int
    year_from: int | None
    year_to: int | None


class ListCollaborations(TypedDict, total=False):
    """Parameters of list_collaborations."""

    as_of: str | None
    kind: CollaborationKind | Sequence[CollaborationKind] | None
    collaboration_status: CollaborationStatus | Sequence[CollaborationStatus] | None
    project: str | Sequence[str] | None
    plural: bool | Sequence[bool] | None
    basis: Basis | Sequence[Basis] | None
    state: str | Sequence[str] | None
    missing: ListCollaborationsMissing | Sequence[ListCollaborationsMissing] | None
    has: ListCollaborationsMissing | Sequence[ListCollaborationsMissing] | None
    q: str | None
    sort: ListCollaborationsSort | Sequence[ListCollaborationsSort] | None
    include: ListCollaborationsInclude | Sequence[ListCollaborationsInclude] | None
    limit: int
    organization: str | Sequence[str] | None
    topic: str | Sequence[str] | None
    funder: str | Sequence[str] | None


class ListPlaces(TypedDict, total=False):
    """Parameters of list_places."""

    as_of: str | None
    level: PlaceLevel | Sequence[PlaceLevel] | None
    within_state: str | Sequence[str] | None
    within_place: str | Sequence[str] | None
    inegi: str | Sequence[str] | None
    region_code: str | Sequence[str] | None
    missing: ListPlacesMissing | Sequence[ListPlacesMissing] | None
    has: ListPlacesMissing | Sequence[ListPlacesMissing] | None
    q: str | None
    sort: ListPlacesSort | Sequence[ListPlacesSort] | None
    include: ListPlacesInclude | Sequence[ListPlacesInclude] | None
    limit: int


class ListTopics(TypedDict, total=False):
    """Parameters of list_topics."""

    as_of: str | None
    crs_code: str | Sequence[str] | None
    sector_code: str | Sequence[str] | None
    parent: str | Sequence[str] | None
    missing: ListTopicsMissing | Sequence[ListTopicsMissing] | None
    has: ListTopicsMissing | Sequence[ListTopicsMissing] | None
    q: str | None
    sort: ListTopicsSort | Sequence[ListTopicsSort] | None
    include: ListTopicsInclude | Sequence[ListTopicsInclude] | None
    limit: int


class ListOrganizationRelations(TypedDict, total=False):
    """Parameters of list_organization_relations."""

    as_of: str | None
    subject: str | Sequence[str] | None
    object: str | Sequence[str] | None
    kind: RelationKind | Sequence[RelationKind] | None
    basis: Basis | Sequence[Basis] | None
    missing: ListOrganizationRelationsMissing | Sequence[ListOrganizationRelationsMissing] | None
    has: ListOrganizationRelationsMissing | Sequence[ListOrganizationRelationsMissing] | None
    sort: Literal["id", "kind", "-id", "-kind"] | Sequence[Literal["id", "kind", "-id", "-kind"]] | None
    include: ListOrganizationRelationsInclude | Sequence[ListOrganizationRelationsInclude] | None
    limit: int


class ListUnnamedParties(TypedDict, total=False):
    """Parameters of list_unnamed_parties."""

    as_of: str | None
    kind: OrganizationKind | Sequence[OrganizationKind] | None
    state: str | Sequence[str] | None
    place: str | Sequence[str] | None
    basis: Basis | Sequence[Basis] | None
    count_qualifier: Qualifier | Sequence[Qualifier] | None
    missing: ListUnnamedPartiesMissing | Sequence[ListUnnamedPartiesMissing] | None
    has: ListUnnamedPartiesMissing | Sequence[ListUnnamedPartiesMissing] | None
    q: str | None
    sort: ListUnnamedPartiesSort | Sequence[ListUnnamedPartiesSort] | None
    include: ListUnnamedPartiesInclude | Sequence[ListUnnamedPartiesInclude] | None
    limit: int


class ListDocuments(TypedDict, total=False):
    """Parameters of list_documents."""

    as_of: str | None
    publisher_organization: str | Sequence[str] | None
    year: int | Sequence[int] | None
    language: str | Sequence[str] | None
    kind: str | Sequence[str] | None
    file_name: str | Sequence[str] | None
    basis: Basis | Sequence[Basis] | None
    missing: ListDocumentsMissing | Sequence[ListDocumentsMissing] | None
    has: ListDocumentsMissing | Sequence[ListDocumentsMissing] | None
    q: str | None
    sort: ListDocumentsSort | Sequence[ListDocumentsSort] | None
    include: ListDocumentsInclude | Sequence[ListDocumentsInclude] | None
    limit: int


class ListParticipations(TypedDict, total=False):
    """Parameters of list_participations."""

    as_of: str | None
    project: str | Sequence[str] | None
    organization: str | Sequence[str] | None
    party: str | Sequence[str] | None
    role: ParticipationRole | Sequence[ParticipationRole] | None
    basis: Basis | Sequence[Basis] | None
    state: str | Sequence[str] | None
    missing: ListParticipationsMissing | Sequence[ListParticipationsMissing] | None
    has: ListParticipationsMissing | Sequence[ListParticipationsMissing] | None
    q: str | None
    sort: Literal["id", "role", "-id", "-role"] | Sequence[Literal["id", "role", "-id", "-role"]] | None
    include: ListParticipationsInclude | Sequence[ListParticipationsInclude] | None
    limit: int


class ListStateGroups(TypedDict, total=False):
    """Parameters of list_state_groups."""

    as_of: str | None
    project: str | Sequence[str] | None
    role: StateGroupRole | Sequence[StateGroupRole] | None
    basis: Basis | Sequence[Basis] | None
    missing: Literal["count", "note"] | Sequence[Literal["count", "note"]] | None
    has: Literal["count", "note"] | Sequence[Literal["count", "note"]] | None
    q: str | None
    sort: Literal["id", "count", "-id", "-count"] | Sequence[Literal["id", "count", "-id", "-count"]] | None
    include: ListStateGroupsInclude | Sequence[ListStateGroupsInclude] | None
    limit: int


class ListProjectStates(TypedDict, total=False):
    """Parameters of list_project_states."""

    as_of: str | None
    project: str | Sequence[str] | None
    state: str | Sequence[str] | None
    place: str | Sequence[str] | None
    role: StateRole | Sequence[StateRole] | None
    state_group: str | Sequence[str] | None
    membership: Membership | Sequence[Membership] | None
    basis: Basis | Sequence[Basis] | None
    missing: ListProjectStatesMissing | Sequence[ListProjectStatesMissing] | None
    has: ListProjectStatesMissing | Sequence[ListProjectStatesMissing] | None
    sort: ListProjectStatesSort | Sequence[ListProjectStatesSort] | None
    include: ListProjectStatesInclude | Sequence[ListProjectStatesInclude] | None
    limit: int


class ListCollaborationMembers(TypedDict, total=False):
    """Parameters of list_collaboration_members."""

    as_of: str | None
    collaboration: str | Sequence[str] | None
    organization: str | Sequence[str] | None
    party: str | Sequence[str] | None
    role: MemberRole | Sequence[MemberRole] | None
    basis: Basis | Sequence[Basis] | None
    missing: ListCollaborationMembersMissing | Sequence[ListCollaborationMembersMissing] | None
    has: ListCollaborationMembersMissing | Sequence[ListCollaborationMembersMissing] | None
    sort: Literal["id", "role", "-id", "-role"] | Sequence[Literal["id", "role", "-id", "-role"]] | None
    include: ListCollaborationMembersInclude | Sequence[ListCollaborationMembersInclude] | None
    limit: int


class ListIndicators(TypedDict, total=False):
    """Parameters of list_indicators."""

    as_of: str | None
    project: str | Sequence[str] | None
    organization: str | Sequence[str] | None
    kind: IndicatorKind | Sequence[IndicatorKind] | None
    level: ResultLevel | Sequence[ResultLevel] | None
    unit: str | Sequence[str] | None
    qualifier: Qualifier | Sequence[Qualifier] | None
    year: int | Sequence[int] | None
    conflicts_with: str | Sequence[str] | None
    basis: Basis | Sequence[Basis] | None
    missing: ListIndicatorsMissing | Sequence[ListIndicatorsMissing] | None
    has: ListIndicatorsMissing | Sequence[ListIndicatorsMissing] | None
    q: str | None
    sort: ListIndicatorsSort | Sequence[ListIndicatorsSort] | None
    include: ListIndicatorsInclude | Sequence[ListIndicatorsInclude] | None
    limit: int


class ListTools(TypedDict, total=False):
    """Parameters of list_tools."""

    as_of: str | None
    kind: ToolKind | Sequence[ToolKind] | None
    owner: str | Sequence[str] | None
    owner_party: str | Sequence[str] | None
    tool_status: ToolStatus | Sequence[ToolStatus] | None
    basis: Basis | Sequence[Basis] | None
    project: str | Sequence[str] | None
    missing: ListToolsMissing | Sequence[ListToolsMissing] | None
    has: ListToolsMissing | Sequence[ListToolsMissing] | None
    q: str | None
    sort: ListToolsSort | Sequence[ListToolsSort] | None
    include: ListToolsInclude | Sequence[ListToolsInclude] | None
    limit: int


class ListLegalInstruments(TypedDict, total=False):
    """Parameters of list_legal_instruments."""

    as_of: str | None
    kind: str | Sequence[str] | None
    basis: Basis | Sequence[Basis] | None
    project: str | Sequence[str] | None
    missing: ListLegalInstrumentsMissing | Sequence[ListLegalInstrumentsMissing] | None
    has: ListLegalInstrumentsMissing | Sequence[ListLegalInstrumentsMissing] | None
    q: str | None
    sort: ListLegalInstrumentsSort | Sequence[ListLegalInstrumentsSort] | None
    include: Literal["total", "citations"] | Sequence[Literal["total", "citations"]] | None
    limit: int


class ListFindings(TypedDict, total=False):
    """Parameters of list_findings."""

    as_of: str | None
    kind: FindingKind | Sequence[FindingKind] | None
    theme: str | Sequence[str] | None
    viewpoint: Viewpoint | Sequence[Viewpoint] | None
    project: str | Sequence[str] | None
    collaboration: str | Sequence[str] | None
    document: str | Sequence[str] | None
    sensitive: bool | Sequence[bool] | None
    basis: Basis | Sequence[Basis] | None
    missing: ListFindingsMissing | Sequence[ListFindingsMissing] | None
    has: ListFindingsMissing | Sequence[ListFindingsMissing] | None
    q: str | None
    sort: ListFindingsSort | Sequence[ListFindingsSort] | None
    include: ListFindingsInclude | Sequence[ListFindingsInclude] | None
    limit: int


class ListBeneficiaryGroups(TypedDict, total=False):
    """Parameters of list_beneficiary_groups."""

    as_of: str | None
    project: str | Sequence[str] | None
    sensitive: bool | Sequence[bool] | None
    basis: Basis | Sequence[Basis] | None
    missing: ListBeneficiaryGroupsMissing | Sequence[ListBeneficiaryGroupsMissing] | None
    has: ListBeneficiaryGroupsMissing | Sequence[ListBeneficiaryGroupsMissing] | None
    q: str | None
    sort: ListBeneficiaryGroupsSort | Sequence[ListBeneficiaryGroupsSort] | None
    include: ListBeneficiaryGroupsInclude | Sequence[ListBeneficiaryGroupsInclude] | None
    limit: int


class ListCitations(TypedDict, total=False):
    """Parameters of list_citations."""

    as_of: str | None
    document: str | Sequence[str] | None
    record: str | Sequence[str] | None
    paragraph: int | Sequence[int] | None
    missing: Literal["heading"] | Sequence[Literal["heading"]] | None
    has: Literal["heading"] | Sequence[Literal["heading"]] | None
    q: str | None
    sort: ListCitationsSort | Sequence[ListCitationsSort] | None
    include: Literal["total", "document"] | Sequence[Literal["total", "document"]] | None
    limit: int


class ListChanges(TypedDict, total=False):
    """Parameters of list_changes."""

    as_of: str | None
    since: str | None
    kind: ListChangesKind | Sequence[ListChangesKind] | None
    record: str | None
    limit: int


class ListImports(TypedDict, total=False):
    """Parameters of list_imports."""

    limit: int


class ListImportRuns(TypedDict, total=False):
    """Parameters of list_import_runs."""

    limit: int


class ListKeys(TypedDict, total=False):
    """Parameters of list_keys."""

    limit: int


class ListAdminActions(TypedDict, total=False):
    """Parameters of list_admin_actions."""

    limit: int


class GetVisibility(TypedDict, total=False):
    """Parameters of get_visibility."""

    record: Required[str]


class ListWithheldTerms(TypedDict, total=False):
    """Parameters of list_withheld_terms."""

    limit: int
