# Written by tools/client_sync.py from _async: `make clients`.
"""The records, one class a resource: what can be done with them is the same for all, what they hold is not."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, Literal, TypedDict, TypeVar, Unpack, overload

from tejido_client import types as t
from tejido_client._sync.lists import Listing, Records
from tejido_client._sync.wire import Wire
from tejido_client.calls import Call, change, create, get, path_of, which


class Identified(TypedDict):
    """What every record has."""

    id: str
    revision: int


NameAs = Literal["as_written", "former"]

Record = TypeVar("Record", bound=Identified)
New = TypeVar("New")
Changes = TypeVar("Changes")
Revision = TypeVar("Revision")


class Resource(Generic[Record, New, Changes, Revision]):
    """Records of one kind."""

    path: ClassVar[str]

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def get(self, record: str, /, *, include: str | Sequence[str] | None = None) -> Record:
        """The record with this id, with the related ones that `include` names."""
        return self._record(get(path_of(self.path, record), {"include": include}))

    def create(self, body: New, *, idempotency_key: str | None = None) -> Record:
        """A new record, created once however often it has to be sent: a key for that is made if none is given."""
        return self._record(create(path_of(self.path), body, idempotency_key))

    @overload
    def update(self, record: Record, changes: Changes) -> Record: ...
    @overload
    def update(self, record: str, changes: Changes, *, revision: int) -> Record: ...
    def update(self, record: Record | str, changes: Changes, *, revision: int | None = None) -> Record:
        """Change the fields that are named, and return the record as it is then; None empties a field.

        Give the record that you read, or its id and the revision that you saw; if it is at another one by now nothing
        is done, and `Changed` is raised.
        """
        name, revision = which(record, revision)
        return self._record(change("PATCH", path_of(self.path, name), changes, revision=revision))

    @overload
    def delete(self, record: Record) -> None: ...
    @overload
    def delete(self, record: str, *, revision: int) -> None: ...
    def delete(self, record: Record | str, *, revision: int | None = None) -> None:
        """Delete the record, and its citations with it. What it was stays in its history."""
        name, revision = which(record, revision)
        self._wire.send(change("DELETE", path_of(self.path, name), revision=revision))

    @overload
    def restore(self, record: Record, version: str) -> Record: ...
    @overload
    def restore(self, record: str, version: str, *, revision: int) -> Record: ...
    def restore(self, record: Record | str, version: str, *, revision: int | None = None) -> Record:
        """Make the record what it was at a version of the data; a deleted one by its id and its last revision."""
        name, revision = which(record, revision)
        call = change("POST", path_of(self.path, name, "restore"), {"version": version}, revision=revision)
        return self._record(call)

    def history(self, record: str, /) -> Listing[Revision, Any]:
        """Every revision of a record, newest first; also of a deleted one."""
        return Listing(self._wire, path_of(self.path, record, "history"), {})

    def _record(self, call: Call) -> Record:
        record: Record = self._wire.json(call)
        return record

    def _all(self, filters: Mapping[str, Any]) -> Records[Any, Any]:
        return Records(self._wire, path_of(self.path), filters)


class Organizations(
    Resource[t.OrganizationDetail, t.OrganizationCreate, t.OrganizationUpdate, t.OrganizationRevision],
):
    """A named body: a funder, a civil society organization, a public institution …"""

    path = "organizations"

    def list(self, **filters: Unpack[t.ListOrganizations]) -> Records[t.OrganizationDetail, t.OrganizationPage]:
        """Those that match all the filters."""
        return self._all(filters)

    def profile(self, record: str, /) -> t.OrganizationProfile:
        """Everything that is known about one organization."""
        profile: t.OrganizationProfile = self._wire.json(get(path_of(self.path, record, "profile")))
        return profile

    @overload
    def merge(
        self,
        record: t.OrganizationDetail,
        into: str,
        *,
        name_as: NameAs = "as_written",
    ) -> t.MergeRead: ...
    @overload
    def merge(
        self,
        record: str,
        into: str,
        *,
        revision: int,
        name_as: NameAs = "as_written",
    ) -> t.MergeRead: ...
    def merge(
        self,
        record: t.OrganizationDetail | str,
        into: str,
        *,
        revision: int | None = None,
        name_as: NameAs = "as_written",
    ) -> t.MergeRead:
        """Let one organization become part of another. It can be undone as a unit: `api.import_runs.undo`."""
        name, revision = which(record, revision)
        body = {"into": into, "name_as": name_as}
        call = change("POST", path_of(self.path, name, "merge"), body, revision=revision)
        told: t.MergeRead = self._wire.json(call)
        return told


class States(Resource[t.StateDetail, t.StateCreate, t.StateUpdate, t.StateRevision]):
    """One of the 32 federal entities of Mexico. Its id is the ISO 3166-2 code."""

    path = "states"

    def list(self, **filters: Unpack[t.ListStates]) -> Records[t.StateDetail, t.StatePage]:
        """Those that match all the filters."""
        return self._all(filters)

    def profile(self, record: str, /) -> t.StateProfile:
        """Who works in a state: certain, possible, nationwide."""
        profile: t.StateProfile = self._wire.json(get(path_of(self.path, record, "profile")))
        return profile


class Projects(Resource[t.ProjectDetail, t.ProjectCreate, t.ProjectUpdate, t.ProjectRevision]):
    """An undertaking: what a grant pays for, a programme, an activity, a campaign, a workshop …"""

    path = "projects"

    def list(self, **filters: Unpack[t.ListProjects]) -> Records[t.ProjectDetail, t.ProjectPage]:
        """Those that match all the filters."""
        return self._all(filters)


class Funding(Resource[t.FundingDetail, t.FundingCreate, t.FundingUpdate, t.FundingRevision]):
    """Money that goes from a funder to a recipient for a project. Funder, recipient and amount may be unknown."""

    path = "funding"

    def list(self, **filters: Unpack[t.ListFunding]) -> Records[t.FundingDetail, t.FundingPage]:
        """Those that match all the filters."""
        return self._all(filters)


class Collaborations(
    Resource[t.CollaborationDetail, t.CollaborationCreate, t.CollaborationUpdate, t.CollaborationRevision],
):
    """Bodies that work together: a coalition, a network, a committee, a co-design … declared by a source."""

    path = "collaborations"

    def list(self, **filters: Unpack[t.ListCollaborations]) -> Records[t.CollaborationDetail, t.CollaborationPage]:
        """Those that match all the filters."""
        return self._all(filters)


class Places(Resource[t.PlaceDetail, t.PlaceCreate, t.PlaceUpdate, t.PlaceRevision]):
    """A place that is not a state: a community or borough, a region, a country."""

    path = "places"

    def list(self, **filters: Unpack[t.ListPlaces]) -> Records[t.PlaceDetail, t.PlacePage]:
        """Those that match all the filters."""
        return self._all(filters)


class Topics(Resource[t.TopicDetail, t.TopicCreate, t.TopicUpdate, t.TopicRevision]):
    """A subject of work, labelled in English and Spanish."""

    path = "topics"

    def list(self, **filters: Unpack[t.ListTopics]) -> Records[t.TopicDetail, t.TopicPage]:
        """Those that match all the filters."""
        return self._all(filters)


class OrganizationRelations(
    Resource[
        t.OrganizationRelationDetail,
        t.OrganizationRelationCreate,
        t.OrganizationRelationUpdate,
        t.OrganizationRelationRevision,
    ]
):
    """A standing relation: part of, chapter of, program of, led by."""

    path = "organization-relations"

    def list(
        self, **filters: Unpack[t.ListOrganizationRelations]
    ) -> Records[t.OrganizationRelationDetail, t.OrganizationRelationPage]:
        """Those that match all the filters."""
        return self._all(filters)


class UnnamedParties(
    Resource[t.UnnamedPartyDetail, t.UnnamedPartyCreate, t.UnnamedPartyUpdate, t.UnnamedPartyRevision],
):
    """Somebody whom the source counts or describes but does not name. Never merged with another."""

    path = "unnamed-parties"

    def list(self, **filters: Unpack[t.ListUnnamedParties]) -> Records[t.UnnamedPartyDetail, t.UnnamedPartyPage]:
        """Those that match all the filters."""
        return self._all(filters)


class Documents(Resource[t.DocumentDetail, t.DocumentCreate, t.DocumentUpdate, t.DocumentRevision]):
    """A text that facts were read from."""

    path = "documents"

    def list(self, **filters: Unpack[t.ListDocuments]) -> Records[t.DocumentDetail, t.DocumentPage]:
        """Those that match all the filters."""
        return self._all(filters)


class Participations(
    Resource[t.ParticipationDetail, t.ParticipationCreate, t.ParticipationUpdate, t.ParticipationRevision],
):
    """An organization or unnamed party that takes part in a project, with its role."""

    path = "participations"

    def list(self, **filters: Unpack[t.ListParticipations]) -> Records[t.ParticipationDetail, t.ParticipationPage]:
        """Those that match all the filters."""
        return self._all(filters)


class StateGroups(Resource[t.StateGroupDetail, t.StateGroupCreate, t.StateGroupUpdate, t.StateGroupRevision]):
    """A counted set of states of a project: eight partner states, say, of which two are named."""

    path = "state-groups"

    def list(self, **filters: Unpack[t.ListStateGroups]) -> Records[t.StateGroupDetail, t.StateGroupPage]:
        """Those that match all the filters."""
        return self._all(filters)


class ProjectStates(
    Resource[t.ProjectStateDetail, t.ProjectStateCreate, t.ProjectStateUpdate, t.ProjectStateRevision],
):
    """A state or place of a project, and what it is to it."""

    path = "project-states"

    def list(self, **filters: Unpack[t.ListProjectStates]) -> Records[t.ProjectStateDetail, t.ProjectStatePage]:
        """Those that match all the filters."""
        return self._all(filters)


class CollaborationMembers(
    Resource[
        t.CollaborationMemberDetail,
        t.CollaborationMemberCreate,
        t.CollaborationMemberUpdate,
        t.CollaborationMemberRevision,
    ]
):
    """An organization or unnamed party in a collaboration, with its role."""

    path = "collaboration-members"

    def list(
        self, **filters: Unpack[t.ListCollaborationMembers]
    ) -> Records[t.CollaborationMemberDetail, t.CollaborationMemberPage]:
        """Those that match all the filters."""
        return self._all(filters)


class Indicators(Resource[t.IndicatorDetail, t.IndicatorCreate, t.IndicatorUpdate, t.IndicatorRevision]):
    """A figure that a source gives, with its qualifier and unit. A lost figure is a row whose value is unknown."""

    path = "indicators"

    def list(self, **filters: Unpack[t.ListIndicators]) -> Records[t.IndicatorDetail, t.IndicatorPage]:
        """Those that match all the filters."""
        return self._all(filters)


class Tools(Resource[t.ToolDetail, t.ToolCreate, t.ToolUpdate, t.ToolRevision]):
    """Something that others can use: a platform, an observatory, a self-assessment tool, a protocol …"""

    path = "tools"

    def list(self, **filters: Unpack[t.ListTools]) -> Records[t.ToolDetail, t.ToolPage]:
        """Those that match all the filters."""
        return self._all(filters)


class LegalInstruments(
    Resource[t.LegalInstrumentDetail, t.LegalInstrumentCreate, t.LegalInstrumentUpdate, t.LegalInstrumentRevision],
):
    """A law, reform, commitment or agenda that projects refer to."""

    path = "legal-instruments"

    def list(
        self, **filters: Unpack[t.ListLegalInstruments]
    ) -> Records[t.LegalInstrumentDetail, t.LegalInstrumentPage]:
        """Those that match all the filters."""
        return self._all(filters)


class Findings(Resource[t.FindingDetail, t.FindingCreate, t.FindingUpdate, t.FindingRevision]):
    """An outcome or a lesson in our own words, with whose view it is."""

    path = "findings"

    def list(self, **filters: Unpack[t.ListFindings]) -> Records[t.FindingDetail, t.FindingPage]:
        """Those that match all the filters."""
        return self._all(filters)


class BeneficiaryGroups(
    Resource[
        t.BeneficiaryGroupDetail,
        t.BeneficiaryGroupCreate,
        t.BeneficiaryGroupUpdate,
        t.BeneficiaryGroupRevision,
    ]
):
    """Whom a project is for, counted where the source counts."""

    path = "beneficiary-groups"

    def list(
        self, **filters: Unpack[t.ListBeneficiaryGroups]
    ) -> Records[t.BeneficiaryGroupDetail, t.BeneficiaryGroupPage]:
        """Those that match all the filters."""
        return self._all(filters)


class Citations(Resource[t.CitationDetail, t.CitationCreate, t.CitationUpdate, t.CitationRevision]):
    """The place in a document that supports a record."""

    path = "citations"

    def list(self, **filters: Unpack[t.ListCitations]) -> Records[t.CitationDetail, t.CitationPage]:
        """Those that match all the filters."""
        return self._all(filters)
