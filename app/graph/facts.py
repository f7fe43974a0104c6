"""The facts of one data version as plain rows whose references are public ids: made from columns when asked for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, NamedTuple, TypeVar, cast

import numpy as np

from app.graph.columns import (
    MISSING,
    NONE,
    SPACES,
    SPEC,
    Columns,
    Integers,
    Texts,
    Words,
    unpack_day,
    unpack_letters,
)

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


_Row = TypeVar("_Row")

_SMALL = 20_000
"""Rows up to which a table is made into plain rows as a whole, and these are kept beside the columns."""

_FACTS: Mapping[str, type[Any]] = {
    "organization": OrganizationFact,
    "unnamed_party": PartyFact,
    "state": StateFact,
    "place": PlaceFact,
    "topic": TopicFact,
    "project": ProjectFact,
    "funding": FundingFact,
    "participation": ParticipationFact,
    "project_state": ProjectStateFact,
    "state_group": StateGroupFact,
    "project_topic": ProjectTopicFact,
    "collaboration": CollaborationFact,
    "collaboration_member": MemberFact,
    "organization_relation": RelationFact,
}
"""Table -> what its rows are made into."""

_PAIRS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("funding", "funder"): ("funder", "funder_party"),
    ("funding", "recipient"): ("recipient", "recipient_party"),
    ("participation", "actor"): ("organization", "party"),
    ("collaboration_member", "actor"): ("organization", "party"),
    ("project_state", "site"): ("state", "place"),
}
"""A column of two tables' codes -> the fields of plain rows, one for each table."""


class Rows(Mapping[str, _Row], Generic[_Row]):
    """The rows of a table by id."""

    def __init__(self, facts: "Facts", table: str) -> None:
        """Make none of them yet."""
        self._facts = facts
        self._table = table
        self._made: dict[str, _Row] = {}

    def __getitem__(self, public_id: str) -> _Row:
        found = self._made.get(public_id)
        if found is None:
            code = self._facts.code(self._table, public_id)
            if code == NONE:
                raise KeyError(public_id)
            found = self._made[public_id] = self._facts.rows(self._table, np.array([code]))[0]
        return found

    def __contains__(self, public_id: object) -> bool:
        return isinstance(public_id, str) and self._facts.code(self._table, public_id) != NONE

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts.ids(self._table))

    def __len__(self) -> int:
        return len(self._facts.columns[self._table])

    def add(self, codes: Integers) -> None:
        """Make many rows at once."""
        for row in self._facts.rows(self._table, codes):
            self._made[row.id] = row


class Grouped(Generic[_Row]):
    """The rows of a table by the id that one of their columns refers to."""

    def __init__(self, facts: "Facts", table: str, column: str) -> None:
        """Make none of them yet."""
        self._facts = facts
        self._table = table
        self._column = column
        self._target = SPEC[table][column].target
        self._made: dict[str, list[_Row]] = {}

    def get(self, public_id: str, default: Iterable[_Row] = ()) -> list[_Row]:
        """The rows that refer to an id, in the order of their own ids."""
        found = self._made.get(public_id)
        if found is None:
            code = self._facts.code(self._target, public_id)
            if code == NONE:
                return list(default)
            self.add(np.array([code]))
            found = self._made[public_id]
        return found

    def add(self, codes: Integers) -> None:
        """Make the rows of many ids at once."""
        places, rows = self._facts.columns.index(self._table, self._column).rows(codes)
        of: list[list[_Row]] = [[] for _ in range(len(codes))]
        for place, row in zip(places.tolist(), self._facts.rows(self._table, rows), strict=True):
            of[place].append(row)
        self._made.update(zip(self._facts.ids(self._target, codes), of, strict=True))


class Facts:
    """Everything a network is made from, at one data version, as plain rows over columns.

    Rows are made when they are asked for, and kept: facts of large columns are for one question and then let go.
    """

    def __init__(self, columns: Columns) -> None:
        """The facts that the columns hold."""
        self.columns = columns
        self._ids: dict[str, list[str]] = {}
        self._codes: dict[str, dict[str, int]] = {}
        self.organizations: Rows[OrganizationFact] = Rows(self, "organization")
        self.parties: Rows[PartyFact] = Rows(self, "unnamed_party")
        self.states: Rows[StateFact] = Rows(self, "state")
        self.places: Rows[PlaceFact] = Rows(self, "place")
        self.topics: Rows[TopicFact] = Rows(self, "topic")
        self.projects: Rows[ProjectFact] = Rows(self, "project")
        self.collaborations: Rows[CollaborationFact] = Rows(self, "collaboration")
        self.groups: Rows[StateGroupFact] = Rows(self, "state_group")
        self.funding_of: Grouped[FundingFact] = Grouped(self, "funding", "project")
        """Project -> its funding rows."""
        self.participations_of: Grouped[ParticipationFact] = Grouped(self, "participation", "project")
        """Project -> its participations."""
        self.states_of: Grouped[ProjectStateFact] = Grouped(self, "project_state", "project")
        """Project -> its states and places."""
        self.groups_of: Grouped[StateGroupFact] = Grouped(self, "state_group", "project")
        """Project -> its state groups."""
        self.topics_of: Grouped[ProjectTopicFact] = Grouped(self, "project_topic", "project")
        """Project -> its topics."""
        self.collaborations_of: Grouped[CollaborationFact] = Grouped(self, "collaboration", "project")
        """Project -> its collaborations."""
        self.members_of: Grouped[MemberFact] = Grouped(self, "collaboration_member", "collaboration")
        """Collaboration -> its members."""
        self.documents = Documents(self)
        self._members_of_group: dict[str, dict[str, set[str]]] = {}

    @classmethod
    def of(cls, columns: Columns) -> "Facts":
        """Facts of the columns: the same each time where these are small."""
        if sum(map(len, columns.tables.values())) > 10 * _SMALL:
            return cls(columns)
        found: Facts = columns.kept.setdefault("facts", cls(columns))
        return found

    @property
    def version(self) -> str:
        """Data version of the class of reader: `v12`, or `r12`."""
        return self.columns.version

    @property
    def number(self) -> int:
        """Internal data version."""
        return self.columns.number

    # Codes and ids

    def code(self, table: str, public_id: str) -> int:
        """The code of an id, or NONE."""
        known = self._codes.setdefault(table, {})
        found = known.get(public_id)
        if found is None:
            found = self.columns[table].ids.find(public_id)
            if found != NONE:
                known[public_id] = found
        return found

    def codes(self, table: str, public_ids: Iterable[str]) -> Integers:
        """The codes of ids that are there, ascending."""
        found = (self.code(table, one) for one in public_ids)
        return np.array(sorted(code for code in found if code != NONE), dtype=np.int64)

    def ids(self, table: str, codes: Integers | None = None) -> list[str]:
        """The ids of codes, or all of a table."""
        texts = self.columns[table].ids
        if codes is not None and len(texts) > _SMALL:
            found = texts.list(codes)
            self._codes.setdefault(table, {}).update(zip(found, codes.tolist(), strict=True))
            return found
        if table not in self._ids:
            self._ids[table] = texts.list()
            self._codes.setdefault(table, {}).update({one: code for code, one in enumerate(self._ids[table])})
        return self._ids[table] if codes is None else [self._ids[table][code] for code in codes.tolist()]

    # Rows

    def rows(self, table: str, codes: Integers) -> list[Any]:
        """Plain rows of a table, in the order of the codes."""
        if len(self.columns[table]) <= _SMALL:
            key = ("rows", table)
            if key not in self.columns.kept:
                self.columns.kept[key] = self._make(table, np.arange(len(self.columns[table])))
            whole = self.columns.kept[key]
            return [whole[code] for code in codes.tolist()]
        return self._make(table, codes)

    def _make(self, table: str, codes: Integers) -> list[Any]:
        fields: dict[str, list[Any]] = {}
        for column, kind in SPEC[table].items():
            found = self.columns[table].columns[column]
            if isinstance(found, Texts):
                if column == "id":
                    fields[column] = self.ids(table, codes)
                else:
                    fields[column] = [text or None for text in found.list(codes)]
            elif isinstance(found, Words):
                fields[column] = [found.words[number] for number in found.codes[codes].tolist()]
            elif (table, column) in _PAIRS:
                fields |= self._pair(kind.target, _PAIRS[table, column], found[codes])
            elif kind.name == "ref":
                fields[column] = self._referred(kind.target, found[codes])
            else:
                fields[column] = _values(kind.name, found[codes])
        if table == "participation":
            fields["states"] = self._own_states(codes)
        made: Callable[..., Any] = _FACTS[table]
        return [made(*values) for values in zip(*(fields[name] for name in _FACTS[table]._fields), strict=True)]

    def _referred(self, table: str, codes: Integers) -> list[str | None]:
        there = codes != NONE
        found = iter(self.ids(table, codes[there]))
        return [next(found) if known else None for known in there.tolist()]

    def _pair(self, space: str, names: tuple[str, str], codes: Integers) -> dict[str, list[str | None]]:
        (first, second), count = SPACES[space], len(self.columns[SPACES[space][0]])
        codes = codes.astype(np.int64)
        return {
            names[0]: self._referred(first, np.where(codes < count, codes, NONE)),
            names[1]: self._referred(second, np.where(codes >= count, codes - count, NONE)),
        }

    def _own_states(self, participations: Integers) -> list[tuple[str, ...]]:
        places, rows = self.columns.index("participation_state", "participation").rows(participations)
        found: list[list[str]] = [[] for _ in range(len(participations))]
        states = self.ids("state", self.columns["participation_state"]["state"][rows])
        for place, state in zip(places.tolist(), states, strict=True):
            found[place].append(state)
        return [tuple(one) for one in found]

    def make_ready(self, table: str, codes: Integers) -> None:
        """Make rows of one table at once, for look-ups by id."""
        of: Mapping[str, Rows[Any]] = {
            "organization": self.organizations,
            "unnamed_party": self.parties,
            "project": self.projects,
            "state_group": self.groups,
            "collaboration": self.collaborations,
        }
        if table in of:
            of[table].add(codes)
        if table == "state_group":
            self._gather_members(codes)

    def prepare(self, projects: Integers) -> None:
        """Make all rows of many projects, and of those above them, at once: much faster than one project at a time."""
        above = projects
        parents = self.columns["project"]["parent"]
        while len(above):
            more = np.unique(parents[above])
            above = np.setdiff1d(more[more != NONE], projects)
            projects = np.union1d(projects, above)
        self.projects.add(projects)
        for grouped in (
            self.funding_of,
            self.participations_of,
            self.states_of,
            self.groups_of,
            self.topics_of,
            self.collaborations_of,
        ):
            grouped.add(projects)

    def _all(self, table: str) -> tuple[Any, ...]:
        return tuple(self.rows(table, np.arange(len(self.columns[table]))))

    @property
    def funding(self) -> tuple[FundingFact, ...]:
        """All funding rows."""
        return self._all("funding")

    @property
    def participations(self) -> tuple[ParticipationFact, ...]:
        """All participations."""
        return self._all("participation")

    @property
    def project_states(self) -> tuple[ProjectStateFact, ...]:
        """All states and places of projects."""
        return self._all("project_state")

    @property
    def state_groups(self) -> tuple[StateGroupFact, ...]:
        """All counted groups of states."""
        return self._all("state_group")

    @property
    def project_topics(self) -> tuple[ProjectTopicFact, ...]:
        """All topics of projects."""
        return self._all("project_topic")

    @property
    def members(self) -> tuple[MemberFact, ...]:
        """All members of collaborations."""
        return self._all("collaboration_member")

    @property
    def relations(self) -> tuple[RelationFact, ...]:
        """All standing relations of organizations."""
        return self._all("organization_relation")

    # What follows from rows

    @property
    def document_ids(self) -> Mapping[str, Any]:
        """The documents."""
        return Rows(self, "document")

    def members_of_group(self, group: str) -> Mapping[str, set[str]]:
        """Membership (`named`, `excluded`) -> states of a state group."""
        if group not in self._members_of_group:
            self._gather_members(self.codes("state_group", [group]))
        return self._members_of_group.get(group, {})

    def _gather_members(self, groups: Integers) -> None:
        """Look up the members of several groups at once."""
        table = self.columns["project_state"]
        places, rows = self.columns.index("project_state", "state_group").rows(groups)
        states = self._pair("site", _PAIRS["project_state", "site"], table["site"][rows])["state"]
        membership = cast("Words", table.columns["membership"])
        found: list[dict[str, set[str]]] = [{} for _ in range(len(groups))]
        for place, state, word in zip(places.tolist(), states, membership.codes[rows].tolist(), strict=True):
            named = membership.words[word]
            if state is not None and named is not None:
                found[place].setdefault(named, set()).add(state)
        self._members_of_group.update(zip(self.ids("state_group", groups), found, strict=True))

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
        return max(0, group.states - len(self.members_of_group(group.id).get("named", ())))

    def effective_funding(self, project: str) -> tuple[str | None, list[FundingFact]]:
        """The nearest self-or-ancestor with funding rows that name a funder, and those rows; (None, []) if none has."""
        seen: set[str] = set()
        here: str | None = project
        while here is not None and here not in seen:
            seen.add(here)
            rows = [row for row in self.funding_of.get(here) if row.funder or row.funder_party]
            if rows:
                return here, rows
            here = self.projects[here].parent if here in self.projects else None
        return None, []

    def effective_funders(self, project: str) -> set[str]:
        """The organizations that are a project's effective funders."""
        return {row.funder for row in self.effective_funding(project)[1] if row.funder}


class Documents:
    """Prefixed id of a record -> ids of the documents that are cited for it."""

    def __init__(self, facts: Facts) -> None:
        """Look nothing up yet."""
        self._facts = facts
        self._found: dict[str, tuple[str, ...]] = {}

    def get(self, ref: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The documents of a record, ascending."""
        found = self._found.get(ref)
        if found is None:
            prefix, _, public_id = ref.partition(":")
            table = _TABLES.get(prefix, prefix)
            if table not in self._facts.columns.tables:
                return default
            code = self._facts.code(table, public_id)
            codes = documents_of(self._facts.columns, table)[code] if code != NONE else np.empty(0, np.int32)
            found = self._found[ref] = tuple(self._facts.ids("document", codes))
        return found or default


_TABLES = {"org": "organization", "party": "unnamed_party"}
"""Prefix of an id -> its table, where the two differ."""


class _OfRecords:
    """The documents cited for each row of one table."""

    def __init__(self, columns: Columns, table: str) -> None:
        cited = columns["citation"]
        kinds = cited.words("kind")
        kind = kinds.words.index(table) if table in kinds.words else 0
        first, last = np.searchsorted(kinds.codes, (kind, kind + 1)) if kind else (0, 0)
        self.rows: Integers = cited["row"][first:last]
        self.documents: Integers = cited["document"][first:last]

    def __getitem__(self, row: int) -> Integers:
        # With numbers of another type, all rows would be copied first.
        first, last = np.searchsorted(self.rows, np.array((row, row + 1), dtype=self.rows.dtype))
        return self.documents[first:last]


def documents_of(columns: Columns, table: str) -> _OfRecords:
    """The documents (codes, ascending) cited for each row of a table."""
    found: _OfRecords | None = columns.kept.get(("documents", table))
    if found is None:
        found = columns.kept["documents", table] = _OfRecords(columns, table)
    return found


def _values(kind: str, numbers: Integers) -> list[Any]:
    found: list[Any] = numbers.tolist()
    if kind == "flag":
        return found
    if kind == "day":
        return [unpack_day(number) for number in found]
    if kind == "letters":
        return [unpack_letters(number) for number in found]
    missing = MISSING if kind == "number" else NONE
    return [None if number == missing else number for number in found]
