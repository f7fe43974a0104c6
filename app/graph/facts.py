"""The facts of one data version, as plain rows whose references are public ids."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Protocol, TypeVar

COUNTRY = "MX"
"""Id of the place that stands for the whole country."""


class OrganizationFact(NamedTuple):
    """A named body."""

    id: str
    name: str
    acronym: str | None
    kind: str
    country: str | None


class PartyFact(NamedTuple):
    """An unnamed party."""

    id: str
    description: str
    kind: str
    count_low: int | None
    count_high: int | None
    count_qualifier: str | None


class StateFact(NamedTuple):
    """One of the 32 states."""

    id: str
    name: str


class PlaceFact(NamedTuple):
    """Another place."""

    id: str
    name: str
    level: str
    within_state: str | None
    within_place: str | None


class TopicFact(NamedTuple):
    """A topic."""

    id: str
    label_en: str
    label_es: str


class ProjectFact(NamedTuple):
    """A project; dates are ISO 8601 to the precision known."""

    id: str
    title: str
    kind: str
    project_status: str
    start_date: str | None
    end_date: str | None
    parent: str | None
    basis: str = "stated"


class FundingFact(NamedTuple):
    """Money from a funder to a recipient for a project; `amount_minor` in minor units of `currency`."""

    id: str
    funder: str | None
    funder_party: str | None
    recipient: str | None
    recipient_party: str | None
    project: str | None
    through_project: str | None
    kind: str | None
    stage: str | None
    amount_minor: int | None
    amount_qualifier: str | None
    currency: str | None
    currency_presumed: bool
    share_hundredths: int | None
    share_qualifier: str | None
    date: str | None
    basis: str


class ParticipationFact(NamedTuple):
    """A participant of a project; `states` are those recorded for the participant itself."""

    id: str
    project: str
    organization: str | None
    party: str | None
    role: str
    basis: str
    states: tuple[str, ...]


class ProjectStateFact(NamedTuple):
    """A state or place of a project."""

    id: str
    project: str
    state: str | None
    place: str | None
    role: str
    state_group: str | None
    membership: str | None
    basis: str


class StateGroupFact(NamedTuple):
    """A counted set of states of a project."""

    id: str
    project: str
    label: str
    states: int | None
    """How many states the group counts; None: unknown."""
    role: str
    basis: str


class ProjectTopicFact(NamedTuple):
    """A topic of a project."""

    project: str
    topic: str
    basis: str


class CollaborationFact(NamedTuple):
    """A declared collaboration."""

    id: str
    name: str | None
    kind: str
    collaboration_status: str
    project: str | None
    plural: bool
    basis: str


class MemberFact(NamedTuple):
    """A member of a collaboration."""

    id: str
    collaboration: str
    organization: str | None
    party: str | None
    role: str
    basis: str


class RelationFact(NamedTuple):
    """A standing relation between two organizations; `subject` is None where only a name is recorded."""

    id: str
    subject: str | None
    kind: str
    object: str
    basis: str


class _OfProject(Protocol):
    @property
    def project(self) -> str | None: ...


_Row = TypeVar("_Row", bound=_OfProject)


def _by_project(rows: Iterable[_Row]) -> dict[str, list[_Row]]:
    found: dict[str, list[_Row]] = {}
    for row in rows:
        if row.project is not None:
            found.setdefault(row.project, []).append(row)
    return found


@dataclass(frozen=True)
class Facts:
    """Everything a network is made from, at one data version. Rows are in the order of their ids."""

    version: int
    """Public data version."""
    number: int = 0
    """Internal data version."""
    organizations: Mapping[str, OrganizationFact] = field(default_factory=dict)
    parties: Mapping[str, PartyFact] = field(default_factory=dict)
    states: Mapping[str, StateFact] = field(default_factory=dict)
    places: Mapping[str, PlaceFact] = field(default_factory=dict)
    topics: Mapping[str, TopicFact] = field(default_factory=dict)
    projects: Mapping[str, ProjectFact] = field(default_factory=dict)
    funding: tuple[FundingFact, ...] = ()
    participations: tuple[ParticipationFact, ...] = ()
    project_states: tuple[ProjectStateFact, ...] = ()
    state_groups: tuple[StateGroupFact, ...] = ()
    project_topics: tuple[ProjectTopicFact, ...] = ()
    collaborations: Mapping[str, CollaborationFact] = field(default_factory=dict)
    members: tuple[MemberFact, ...] = ()
    relations: tuple[RelationFact, ...] = ()
    documents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Prefixed id of a record -> ids of the documents that are cited for it."""
    document_ids: frozenset[str] = frozenset()

    @cached_property
    def funding_of(self) -> dict[str, list[FundingFact]]:
        """Project -> its funding rows."""
        return _by_project(self.funding)

    @cached_property
    def participations_of(self) -> dict[str, list[ParticipationFact]]:
        """Project -> its participations."""
        return _by_project(self.participations)

    @cached_property
    def states_of(self) -> dict[str, list[ProjectStateFact]]:
        """Project -> its states and places."""
        return _by_project(self.project_states)

    @cached_property
    def groups_of(self) -> dict[str, list[StateGroupFact]]:
        """Project -> its state groups."""
        return _by_project(self.state_groups)

    @cached_property
    def topics_of(self) -> dict[str, list[ProjectTopicFact]]:
        """Project -> its topics."""
        return _by_project(self.project_topics)

    @cached_property
    def collaborations_of(self) -> dict[str, list[CollaborationFact]]:
        """Project -> its collaborations."""
        return _by_project(self.collaborations.values())

    @cached_property
    def members_of(self) -> dict[str, list[MemberFact]]:
        """Collaboration -> its members."""
        found: dict[str, list[MemberFact]] = {}
        for member in self.members:
            found.setdefault(member.collaboration, []).append(member)
        return found

    @cached_property
    def members_of_group(self) -> dict[str, dict[str, set[str]]]:
        """State group -> membership (`named`, `excluded`) -> states."""
        found: dict[str, dict[str, set[str]]] = {}
        for row in self.project_states:
            if row.state_group is not None and row.state is not None and row.membership is not None:
                found.setdefault(row.state_group, {}).setdefault(row.membership, set()).add(row.state)
        return found

    def state_of(self, row: ProjectStateFact) -> str | None:
        """The state that a row's state or place is, or lies in; None for places above the states."""
        if row.state is not None:
            return row.state
        seen: set[str] = set()
        place = self.places.get(row.place or "")
        while place is not None and place.id not in seen:
            seen.add(place.id)
            if place.within_state is not None:
                return place.within_state
            place = self.places.get(place.within_place or "")
        return None

    def unnamed_count(self, group: StateGroupFact) -> int | None:
        """How many of the group's states are not named; None where the count is unknown."""
        if group.states is None:
            return None
        return max(0, group.states - len(self.members_of_group.get(group.id, {}).get("named", ())))

    def effective_funding(self, project: str) -> tuple[str | None, list[FundingFact]]:
        """The nearest self-or-ancestor with funding rows that name a funder, and those rows; (None, []) if none has."""
        seen: set[str] = set()
        here: str | None = project
        while here is not None and here not in seen:
            seen.add(here)
            rows = [row for row in self.funding_of.get(here, []) if row.funder or row.funder_party]
            if rows:
                return here, rows
            here = self.projects[here].parent if here in self.projects else None
        return None, []

    def effective_funders(self, project: str) -> set[str]:
        """The organizations that are a project's effective funders."""
        return {row.funder for row in self.effective_funding(project)[1] if row.funder}
