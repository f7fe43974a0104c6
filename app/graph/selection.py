"""The selection: which projects a network speaks of, and how sure that is.

Three-valued geography: for a project and a state exactly one of certain, possible, nationwide, none holds.
Three-valued time: for a project and a window of years, certain, possible or none.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.graph.columns import MISSING, NONE, SPACES, Columns, Index, Integers, Words
from app.graph.facts import COUNTRY, Facts, FundingFact, ParticipationFact, documents_of

CERTAINTIES = ("certain", "possible", "nationwide")
"""From the strongest to the weakest."""
CERTAIN, POSSIBLE, NATIONWIDE, NOT = range(4)
"""Their places, as arrays have them; NOT is weaker than all."""

Grades = NDArray[np.uint8]
"""A certainty, by its place, for each project."""

PARTNER_ROLES = frozenset({"lead", "implementing", "extending", "partner", "designer", "convener", "host"})
"""Roles that make a participant a partner; a designer only where it is not the funder too."""


@dataclass(frozen=True)
class Selection:
    """Filters: values of one are alternatives, different ones narrow each other. Empty means no filter."""

    funder: frozenset[str] = frozenset()
    partner: frozenset[str] = frozenset()
    organization: frozenset[str] = frozenset()
    state: frozenset[str] = frozenset()
    topic: frozenset[str] = frozenset()
    funder_kind: frozenset[str] = frozenset()
    partner_kind: frozenset[str] = frozenset()
    project: frozenset[str] = frozenset()
    project_kind: frozenset[str] = frozenset()
    project_status: frozenset[str] = frozenset()
    collaboration_kind: frozenset[str] = frozenset()
    collaboration_status: frozenset[str] = frozenset()
    document: frozenset[str] = frozenset()
    basis: frozenset[str] = frozenset()
    year_from: int | None = None
    year_to: int | None = None
    currency: frozenset[str] = frozenset()
    certainty: frozenset[str] = frozenset({"certain"})

    def query(self) -> dict[str, Any]:
        """The selection as normalised query parameters, empty ones left out."""
        found: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, frozenset):
                if value and not (one.name == "certainty" and not self.is_graded):
                    found[one.name] = sorted(value)
            elif value is not None:
                found[one.name] = value
        return found

    @property
    def has_filters(self) -> bool:
        """Whether it says anything of projects: basis chooses facts, and currency sums."""
        return bool(self.query().keys() - {"basis", "currency", "certainty"}) or self.is_graded

    @property
    def is_graded(self) -> bool:
        """Whether certainty plays a part: only a state or a window of years can be matched less than certainly."""
        return bool(self.state) or self.has_window

    @property
    def has_window(self) -> bool:
        """Whether the selection has a window of years."""
        return self.year_from is not None or self.year_to is not None

    def takes(self, basis: str) -> bool:
        """Whether facts of this basis are taken."""
        return not self.basis or basis in self.basis


class Selected:
    """What a selection found. Certainties are places in `CERTAINTIES`; NOT where there is none."""

    def __init__(self, facts: Facts, grades: Grades, times: Grades, found: Integers, taken: Integers) -> None:
        """`grades` and `times`: for each project its certainty, and that of its time alone."""
        self.facts = facts
        self.grades = grades
        self.times = times
        self.found = found
        """Codes of the projects that match at some certainty, ascending."""
        self.taken = taken
        """Codes of the selected projects, ascending."""

    @cached_property
    def undated(self) -> Integers:
        """Codes of projects without any date, which are possible in any window."""
        projects = self.facts.columns["project"]
        found: Integers = self.found[
            (projects["start_date"][self.found] == 0)
            & (projects["end_date"][self.found] == 0)
            & (self.times[self.found] == POSSIBLE)
        ]
        return found

    @property
    def is_whole(self) -> bool:
        """Whether every project is selected."""
        return len(self.taken) == len(self.grades)

    def rows(self, index: Index) -> Integers:
        """The rows of the selected projects, ascending, by an index of projects."""
        return np.sort(index.rows(self.taken)[1])

    @cached_property
    def projects(self) -> dict[str, str]:
        """Selected project -> its certainty under the selection."""
        self.facts.prepare(self.taken)
        return self._words(self.grades, self.taken)

    @cached_property
    def when(self) -> dict[str, str]:
        """Selected project -> certainty of its time alone (`certain` where the selection has no window)."""
        return self._words(self.times, self.taken)

    @cached_property
    def matches(self) -> dict[str, str]:
        """Every project that matches at some certainty, whether it is taken or not -> that certainty."""
        return self._words(self.grades, self.found)

    def _words(self, grades: Grades, projects: Integers) -> dict[str, str]:
        words = (CERTAINTIES[grade] for grade in grades[projects].tolist())
        return dict(zip(self.facts.ids("project", projects), words, strict=True))

    @cached_property
    def mask(self) -> NDArray[np.bool_]:
        """For each project whether it is selected."""
        found = np.zeros(len(self.grades), dtype=bool)
        found[self.taken] = True
        return found

    @cached_property
    def counts(self) -> dict[str, int]:
        """Certainty -> number of projects that match so, whether they are taken or not."""
        found = np.bincount(self.grades[self.found], minlength=len(CERTAINTIES))
        return {word: int(found[place]) for place, word in enumerate(CERTAINTIES)}


def weakest(*certainties: str) -> str:
    """The weakest of the certainties; `none` is weaker than all."""
    order = (*CERTAINTIES, "none")
    return max(certainties, key=order.index)


def strongest(*certainties: str) -> str:
    """The strongest of the certainties."""
    order = (*CERTAINTIES, "none")
    return min(certainties, key=order.index)


def state_certainty(facts: Facts, project: str, states: frozenset[str]) -> str:
    """How surely a project works in at least one of the states: certain, possible, nationwide or none."""
    targets = [row for row in facts.states_of.get(project, []) if row.role == "target" and row.membership != "excluded"]
    if any(facts.state_of(row) in states for row in targets):
        return "certain"
    for group in facts.groups_of.get(project, []):
        if group.role == "target" and facts.unnamed_count(group) != 0:
            members = facts.members_of_group(group.id)
            if states - members.get("named", set()) - members.get("excluded", set()):
                return "possible"
    return "nationwide" if any(row.place == COUNTRY for row in targets) else "none"


def year_certainty(start: str | None, end: str | None, year_from: int | None, year_to: int | None) -> str:
    """How surely something that lasts from start to end falls into the window (both years included)."""
    first = int(start[:4]) if start else None
    last = int(end[:4]) if end else None
    low = -10000 if year_from is None else year_from
    high = 10000 if year_to is None else year_to
    if first is None and last is None:
        return "possible"
    if first is not None and last is not None:
        return "certain" if first <= high and last >= low else "none"
    if first is not None:
        return "certain" if low <= first <= high else "possible" if first < low else "none"
    known = last if last is not None else 0
    return "certain" if low <= known <= high else "possible" if known > high else "none"


def partners_of(
    facts: Facts, project: str, selection: Selection
) -> dict[str, tuple[list[ParticipationFact], list[FundingFact]]]:
    """Prefixed id of each partner, named or not -> the participations and funding rows that make it one."""
    found: dict[str, tuple[list[ParticipationFact], list[FundingFact]]] = {}
    funders = {actor(row.funder, row.funder_party) for row in facts.effective_funding(project)[1]}
    for row in facts.participations_of.get(project, []):
        participant = actor(row.organization, row.party)
        is_partner = row.role in PARTNER_ROLES and not (row.role == "designer" and participant in funders)
        if is_partner and selection.takes(row.basis):
            found.setdefault(participant, ([], []))[0].append(row)
    for funding in facts.funding_of.get(project, []):
        if (funding.recipient or funding.recipient_party) and selection.takes(funding.basis):
            found.setdefault(actor(funding.recipient, funding.recipient_party), ([], []))[1].append(funding)
    return found


def actor(organization: str | None, party: str | None) -> str:
    """The prefixed id of an organization or unnamed party."""
    return f"org:{organization}" if organization is not None else f"party:{party}"


def select(facts: Facts, selection: Selection) -> Selected:
    """The projects that match every filter."""
    if not selection.has_filters:
        return _everything(facts)
    columns = facts.columns
    size = len(columns["project"])
    matching = _Matching(columns)
    _match_projects(facts, selection, matching)
    _match_actors(facts, selection, matching)
    _match_collaborations(columns, selection, matching)
    grades, times = np.full(size, NOT, dtype=np.uint8), np.zeros(size, dtype=np.uint8)
    found = matching.codes
    sure = np.zeros(len(found), dtype=np.uint8)
    if selection.state:
        sure = state_grades(facts, selection.state)[found]
        found, sure = found[sure != NOT], sure[sure != NOT]
    if selection.has_window:
        time = year_grades(columns, selection.year_from, selection.year_to, found)
        found, sure, time = found[time != NOT], sure[time != NOT], time[time != NOT]
        sure = np.maximum(sure, time)
        times[found] = time
    grades[found] = sure
    taken = found
    if selection.is_graded:
        taken = found[np.isin(sure, [CERTAINTIES.index(word) for word in selection.certainty])]
    return Selected(facts, grades, times, found, taken)


def _everything(facts: Facts) -> Selected:
    """All projects, each certain."""
    size = len(facts.columns["project"])
    kept: tuple[Grades, Integers] | None = facts.columns.kept.get("everything")
    if kept is None:
        kept = facts.columns.kept["everything"] = (np.zeros(size, dtype=np.uint8), np.arange(size))
    grades, codes = kept
    return Selected(facts, grades, grades, codes, codes)


class _Matching:
    """The projects that match the filters so far."""

    def __init__(self, columns: Columns) -> None:
        """All projects."""
        self.columns = columns
        self.size = len(columns["project"])
        self._codes: Integers | None = None

    @property
    def codes(self) -> Integers:
        """Their codes, ascending."""
        return np.arange(self.size) if self._codes is None else self._codes

    def narrow(self, *codes: Integers) -> None:
        """Keep those that are among the codes, in whatever order these come; NONE counts for nothing."""
        among = np.zeros(self.size + 1, dtype=bool)
        for some in codes:
            among[some] = True
        among = among[: self.size]
        self._codes = np.flatnonzero(among) if self._codes is None else self._codes[among[self._codes]]

    def keep(self, column: Words, words: Iterable[str]) -> None:
        """Keep those with one of the words in a column."""
        codes = self.codes
        self._codes = codes[column.isin(words, codes)]


def _match_projects(facts: Facts, selection: Selection, matching: _Matching) -> None:
    columns = matching.columns
    if selection.project:
        matching.narrow(facts.codes("project", selection.project))
    if selection.topic:
        rows = columns.index("project_topic", "topic").members(facts.codes("topic", selection.topic))
        matching.narrow(columns["project_topic"]["project"][rows])
    if selection.document:
        cited = documents_of(columns, "project")
        matching.narrow(cited.rows[np.isin(cited.documents, facts.codes("document", selection.document))])
    if selection.project_kind:
        matching.keep(columns["project"].words("kind"), selection.project_kind)
    if selection.project_status:
        matching.keep(columns["project"].words("project_status"), selection.project_status)


def _match_actors(facts: Facts, selection: Selection, matching: _Matching) -> None:
    columns = matching.columns
    funding, parts, members = (columns[name] for name in ("funding", "participation", "collaboration_member"))
    for wanted in _actors(facts, selection.funder, selection.funder_kind):
        paying = funding["project"][columns.index("funding", "funder").members(wanted)]
        heirs = heirs_of(columns)
        paid = np.zeros(matching.size + 1, dtype=bool)
        paid[paying] = True
        matching.narrow(paying, heirs[paid[origins_of(columns)[heirs]]])
    for wanted in _actors(facts, selection.partner, selection.partner_kind):
        partners = partners_in(columns)
        matching.narrow(partners.project[partners_by_actor(columns).members(wanted)])
    for wanted in _actors(facts, selection.organization, frozenset()):
        joined = members["collaboration"][columns.index("collaboration_member", "actor").members(wanted)]
        matching.narrow(
            *(funding["project"][columns.index("funding", end).members(wanted)] for end in ("funder", "recipient")),
            parts["project"][columns.index("participation", "actor").members(wanted)],
            columns["collaboration"]["project"][joined],
        )


def _actors(facts: Facts, ids: frozenset[str], kinds: frozenset[str]) -> Iterator[Integers]:
    """For each filter that is given, the actors that it names."""
    columns = facts.columns
    if ids:
        yield facts.codes("organization", ids)
    if kinds:
        of_kind = [columns[table].words("kind").isin(kinds) for table in SPACES["actor"]]
        yield np.flatnonzero(np.concatenate(of_kind))


def _match_collaborations(columns: Columns, selection: Selection, matching: _Matching) -> None:
    if not selection.collaboration_kind and not selection.collaboration_status:
        return
    rows = columns["collaboration"]
    wanted = np.ones(len(rows), dtype=bool)
    if selection.collaboration_kind:
        wanted &= rows.words("kind").isin(selection.collaboration_kind)
    if selection.collaboration_status:
        wanted &= rows.words("collaboration_status").isin(selection.collaboration_status)
    matching.narrow(rows["project"][wanted])


# What the columns say of each project, kept beside them


def origins_of(columns: Columns) -> Integers:
    """For each project its nearest self-or-ancestor with a funding row that names a funder, or NONE."""
    kept: Integers | None = columns.kept.get("origins")
    if kept is None:
        funding = columns["funding"]
        size = len(columns["project"])
        has = np.zeros(size + 1, dtype=bool)
        has[funding["project"][funding["funder"] != NONE]] = True
        has = has[:size]
        parents = columns["project"]["parent"].astype(np.int64)
        up = np.where(has | (parents == NONE), np.arange(size), parents)
        climbing = np.flatnonzero(up != np.arange(size))
        # Each round doubles how far a project has climbed, so that a circle of parents ends too.
        for _ in range(int(size).bit_length()):
            higher = up[up[climbing]]
            if (higher == up[climbing]).all():
                break
            up[climbing] = higher
        kept = columns.kept["origins"] = np.where(has[up], up, NONE) if size else up
    return kept


def heirs_of(columns: Columns) -> Integers:
    """The projects whose effective funders are those of a project above them."""
    kept: Integers | None = columns.kept.get("heirs")
    if kept is None:
        origins = origins_of(columns)
        inherits = (origins != NONE) & (origins != np.arange(len(origins)))
        kept = columns.kept["heirs"] = np.flatnonzero(inherits)
    return kept


class Partners(NamedTuple):
    """Who is a partner of which project, one row for each participation or funding row that makes it one.

    Rows are in the order of project, actor, and then participations before funding rows.
    """

    project: Integers
    actor: Integers
    record: Integers
    """Code of the row: participations as they are, funding rows after all of them."""
    basis: NDArray[np.uint8]


def partners_in(columns: Columns) -> Partners:
    """The partners of all projects, by facts of any basis."""
    kept: Partners | None = columns.kept.get("partners")
    if kept is None:
        parts, funding = columns["participation"], columns["funding"]
        is_partner = parts.words("role").isin(PARTNER_ROLES)
        designers = np.flatnonzero(parts.words("role").isin({"designer"}))
        is_partner[designers] &= ~_pays(columns, parts["project"][designers], parts["actor"][designers])
        taking_part = np.flatnonzero(is_partner)
        receiving = np.flatnonzero((funding["recipient"] != NONE) & (funding["project"] != NONE))
        project = np.concatenate([parts["project"][taking_part], funding["project"][receiving]]).astype(np.int64)
        actor = np.concatenate([parts["actor"][taking_part], funding["recipient"][receiving]]).astype(np.int64)
        record = np.concatenate([taking_part, receiving + len(parts)])
        basis = np.concatenate([parts["basis"][taking_part], funding["basis"][receiving]])
        order = np.argsort(project * columns.size("actor") + actor, kind="stable")
        kept = columns.kept["partners"] = Partners(project[order], actor[order], record[order], basis[order])
    return kept


def partners_by_actor(columns: Columns) -> Index:
    """The rows of `partners_in` by actor."""
    kept: Index | None = columns.kept.get("partners_by_actor")
    if kept is None:
        kept = columns.kept["partners_by_actor"] = Index(partners_in(columns).actor, columns.size("actor"))
    return kept


def partners_by_project(columns: Columns) -> Index:
    """The rows of `partners_in` by project."""
    kept: Index | None = columns.kept.get("partners_by_project")
    if kept is None:
        kept = columns.kept["partners_by_project"] = Index(partners_in(columns).project, len(columns["project"]))
    return kept


def _pays(columns: Columns, projects: Integers, actors: Integers) -> NDArray[np.bool_]:
    """For pairs of a project and an actor whether the actor is an effective funder of the project."""
    origins = origins_of(columns)[projects]
    places, rows = columns.index("funding", "project").rows(origins[origins != NONE])
    pays = np.zeros(len(projects), dtype=bool)
    which = np.flatnonzero(origins != NONE)[places]
    pays[which[columns["funding"]["funder"][rows] == actors[which]]] = True
    return pays


# Place and time


def site_states(columns: Columns) -> Integers:
    """For each site the state that it is or lies in, NONE for places above the states."""
    kept: Integers | None = columns.kept.get("site_states")
    if kept is None:
        places, states = columns["place"], columns.states
        within = places["within_state"].astype(np.int64)
        above = places["within_place"].astype(np.int64)
        for _ in range(len(within)):
            found = np.where((within == NONE) & (above != NONE), within[above], within)
            if (found == within).all():
                break
            within = found
        kept = columns.kept["site_states"] = np.concatenate([np.arange(states), within])
    return kept


def country_site(columns: Columns) -> int:
    """The site that stands for the whole country, or a code that no row has."""
    place = columns["place"].ids.find(COUNTRY)
    return columns.states + place if place != NONE else NONE - 1


class Groups(NamedTuple):
    """The counted groups of states with unnamed members that are targets of their projects."""

    code: Integers
    project: Integers
    known: NDArray[np.bool_]
    """Shape (groups, states): whether the state is named or excluded."""


def open_groups(columns: Columns) -> Groups:
    """The counted groups of target states of which not all are named."""
    kept: Groups | None = columns.kept.get("open_groups")
    if kept is None:
        groups, rows = columns["state_group"], columns["project_state"]
        states = site_states(columns)[: columns.states]
        members = np.flatnonzero(
            (rows["state_group"] != NONE) & (rows["membership"] != 0) & (rows["site"] < len(states))
        )
        known = np.zeros((len(groups), len(states)), dtype=bool)
        named = np.zeros((len(groups), len(states)), dtype=bool)
        known[rows["state_group"][members], rows["site"][members]] = True
        is_named = members[rows.words("membership").isin({"named"})[members]]
        named[rows["state_group"][is_named], rows["site"][is_named]] = True
        counts = groups["states"]
        is_open = (counts == MISSING) | (counts > named.sum(axis=1))
        code = np.flatnonzero(is_open & groups.words("role").isin({"target"}))
        kept = columns.kept["open_groups"] = Groups(code, groups["project"][code].astype(np.int64), known[code])
    return kept


def is_target(columns: Columns) -> NDArray[np.bool_]:
    """For each row of project_state whether it says where a project works: a target, not excluded from a group."""
    kept: NDArray[np.bool_] | None = columns.kept.get("is_target")
    if kept is None:
        rows = columns["project_state"]
        targets = rows.words("role").isin({"target"}) & ~rows.words("membership").isin({"excluded"})
        kept = columns.kept["is_target"] = targets
    return kept


def target_rows(columns: Columns) -> Integers:
    """The rows of project_state that say where a project works."""
    return np.flatnonzero(is_target(columns))


class _Placed(NamedTuple):
    """Projects by the states in which they certainly work, and those that work in the whole country."""

    project: Integers
    by_state: Index
    """Rows of `project` by state."""
    nationwide: Integers


def _placed(columns: Columns) -> _Placed:
    kept: _Placed | None = columns.kept.get("placed")
    if kept is None:
        rows, targets = columns["project_state"], target_rows(columns)
        project, sites = rows["project"][targets], rows["site"][targets]
        by_state = Index(site_states(columns)[sites], columns.states)
        kept = columns.kept["placed"] = _Placed(project, by_state, project[sites == country_site(columns)])
    return kept


def state_grades(facts: Facts, states: Iterable[str]) -> Grades:
    """For each project how surely it works in at least one of the states."""
    columns = facts.columns
    wanted, placed, groups = facts.codes("state", states), _placed(columns), open_groups(columns)
    found = np.full(len(columns["project"]), NOT, dtype=np.uint8)
    found[placed.nationwide] = NATIONWIDE
    found[groups.project[(~groups.known[:, wanted]).any(axis=1)]] = POSSIBLE
    found[placed.project[placed.by_state.members(wanted)]] = CERTAIN
    return found


def year_grades(columns: Columns, year_from: int | None, year_to: int | None, codes: Integers) -> Grades:
    """For each of some projects how surely it falls into the window (both years included)."""
    projects = columns["project"]
    low = -10000 if year_from is None else year_from
    high = 10000 if year_to is None else year_to
    first, last = projects["start_date"][codes] // 10000, projects["end_date"][codes] // 10000
    starts, ends = first != 0, last != 0
    grades = np.full(len(codes), POSSIBLE, dtype=np.uint8)
    both = starts & ends
    grades[both] = np.where((first <= high) & (last >= low), CERTAIN, NOT)[both]
    begun = starts & ~ends
    grades[begun] = np.select([(low <= first) & (first <= high), first < low], [CERTAIN, POSSIBLE], NOT)[begun]
    ended = ends & ~starts
    grades[ended] = np.select([(low <= last) & (last <= high), last > high], [CERTAIN, POSSIBLE], NOT)[ended]
    return grades
