"""Money down the chain: funder, programme, sub-grant, lead, whom and where it reaches; and who is new to a funder."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.graph.answers import bound, bound_projects, make_ready, named
from app.graph.assembly import Network, Shown
from app.graph.columns import NONE, Index, Integers, unique
from app.graph.definitions import FLOWS
from app.graph.facts import Facts
from app.graph.having import HAVING, Whereabouts
from app.graph.hops import edges_between
from app.graph.links import Links, basis_bits, edges_of, links_of, taken_bits
from app.graph.money import sums_of
from app.graph.network import Attributes
from app.graph.selection import (
    CERTAIN,
    CERTAINTIES,
    Grades,
    Selection,
    country_site,
    open_groups,
    origins_of,
    partners_in,
    select,
    site_states,
    target_rows,
)
from app.graph.spaces import nodes_of, records_of

LEAD_ROLES = frozenset({"lead", "implementing", "extending"})
"""Partners that carry a project."""
REACHED_ROLES = frozenset({"target_institution", "counterpart"})
"""Participants that a project is for."""
_GROUPS = ("leads", "partners", "institutions")
_BELOW = ("led_by", "joined_by", "reaches")
"""For each of these the relation from a project."""
_PAID = frozenset({"grants", "subgrants", "pays_for"})
"""Relations on which money stands."""

Flags = NDArray[np.bool_]


def flows(
    facts: Facts,
    selection: Selection,
    *,
    include: Sequence[str],
    query: Attributes,
    min_weight: float,
    max_edges: int | None,
    most_edges: int,
    most_projects: int,
) -> Attributes:
    """The network as node-link data, with the chain and the reach of every funding row.

    One funding row makes the edges of its chain: funder to recipient (`grants`), or, where the row names the project
    through which the money passed, funder to that project (`passes_through`) and that project to the recipient
    (`subgrants`); recipient to project (`receives_for`); funder to project (`pays_for`) where no recipient is known.
    Below it a project leads to its components, leads, other partners, institutions and places.

    Money stands on `grants`, `subgrants` and `pays_for` only, each row on one edge; a sub-grant is part of the money of
    the project that it passed through, so sums of granted and regranted money are apart and must not be added.
    `level` is the least number of steps from a funder; null: no known funder leads there. The selected projects are
    `most_projects` at most.
    """
    money = _Money(facts, selection, include, most_projects)
    network = money.network
    rows, through = money.rows, facts.columns["funding"]["through_project"][money.rows] != NONE
    network.block = {
        # These edges are of no network that /v1/evidence knows by edge; it has the page of each row behind them.
        "evidence": f"/v1/evidence?record={{record}}&as_of={facts.version}",
        "money": {
            name: sums_of(facts.columns, selection, np.zeros(len(some), dtype=np.int64), some, 1).told(facts)[0]
            for name, some in (("granted", rows[~through]), ("regranted", rows[through]))
        },
        "chains": _chains(money, most_edges),
        "first_time": first_time(facts, selection, rows),
    }
    shown = network.finish(
        name="flows",
        definitions=FLOWS,
        query=query,
        min_weight=min_weight,
        max_edges=max_edges,
        most_edges=most_edges,
    )
    found = shown.node_link()
    _tell(shown, found["edges"])
    return found


class _Money:
    """The funding rows of a selection, and the network of the ways that their money takes."""

    def __init__(self, facts: Facts, selection: Selection, include: Sequence[str], most_projects: int) -> None:
        self.facts = facts
        self.columns = facts.columns
        self.nodes, self.records = nodes_of(facts.columns), records_of(facts.columns)
        self.network = Network(facts, selection, select(facts, selection), directed=True)
        self.selected = self.network.selected
        bound_projects(len(self.selected.taken), most_projects)
        self._bits = taken_bits(selection.basis)
        self._unnamed = "unnamed" in include
        rows = self.selected.rows(self.columns.index("funding", "project"))
        taken = self.takes("funding", rows)
        self.network.leave_out("facts_of_other_basis", "funding", rows[~taken], prefix="funding")
        self.rows = rows[taken]
        """Those of a basis that is taken, ascending."""
        without = np.flatnonzero(self.columns["funding"]["project"] == NONE)
        self.network.leave_out("funding_without_project", "funding", without)
        self.participants, self.groups = self._participants()
        """Participations on the money's way, of a basis that is taken, and for each the place of its group."""
        self.network.have(self.selected.taken + self.nodes.start("project"))
        self._add_chains()
        self._add_components()
        self._add_participants()
        self._add_places()
        origins = origins_of(self.columns)[self.selected.taken]
        self.network.leave_out("projects_without_known_funder", "project", self.selected.taken[origins == NONE])
        self._set_levels()

    def takes(self, table: str, rows: Integers) -> Flags:
        """Which rows are of a basis that the selection takes."""
        taken: Flags = (basis_bits(self.columns[table].words("basis"), rows) & self._bits) != 0
        return taken

    def _add(self, relation: str, links: Links) -> None:
        certainty: Grades = np.maximum(links.certainty, self.selected.grades[links.project])
        self.network.add(edges_of(relation, links, certainty))

    def _shown(self, actors: Integers) -> Flags:
        """Which actors are known and shown; unnamed ones that are not asked for are noted."""
        is_party = actors >= self.columns.organizations
        if not self._unnamed:
            parties = actors[is_party] - self.columns.organizations
            self.network.leave_out("unnamed_parties", "unnamed_party", parties, prefix="party")
        shown: Flags = (actors != NONE) & (~is_party | self._unnamed)
        return shown

    def _add_chains(self) -> None:
        """The edges of the funding rows."""
        funding, rows = self.columns["funding"], self.rows
        funder, recipient, project, through = (
            funding[name][rows].astype(np.int64) for name in ("funder", "recipient", "project", "through_project")
        )
        self.network.leave_out("funding_from_unknown_funder", "funding", rows[funder == NONE])
        self.network.leave_out("funding_to_unknown_recipient", "funding", rows[recipient == NONE])
        pays, receives, passed = self._shown(funder), self._shown(recipient), through != NONE
        start, of_projects = self.nodes.start("org"), self.nodes.start("project")
        payer = np.where(passed, through + of_projects, funder + start)
        ends_here = (recipient == NONE) & (passed | pays)
        basis = basis_bits(funding.words("basis"), rows)

        def add(relation: str, source: Integers, target: Integers, kept: Flags) -> None:
            links = links_of(
                source[kept],
                target[kept],
                project[kept],
                rows[kept] + self.records.start("funding"),
                basis[kept],
            )
            self._add(relation, links)

        add("passes_through", funder + start, through + of_projects, pays & passed)
        add("subgrants", through + of_projects, recipient + start, receives & passed)
        add("grants", funder + start, recipient + start, receives & pays & ~passed)
        add("pays_for", payer, project + of_projects, ends_here)
        giving = pays & (passed | receives | (recipient == NONE))
        self.network.have(funder[giving] + start, role="funder")
        self._receiving = np.flatnonzero(receives)

    def _participants(self) -> tuple[Integers, Integers]:
        parts = self.columns["participation"]
        rows = self.selected.rows(self.columns.index("participation", "project"))
        makes_partner = np.zeros(len(parts), dtype=bool)
        behind = partners_in(self.columns).record
        makes_partner[behind[behind < len(parts)]] = True
        roles = parts.words("role")
        leads, reached = roles.isin(LEAD_ROLES, rows), roles.isin(REACHED_ROLES, rows)
        is_partner = makes_partner[rows]
        group = np.select([is_partner & leads, is_partner, reached], [0, 1, 2], NONE)
        rows, group = rows[group != NONE], group[group != NONE]
        taken = self.takes("participation", rows)
        self.network.leave_out("facts_of_other_basis", "participation", rows[~taken], prefix="participation")
        return rows[taken], group[taken]

    def _add_participants(self) -> None:
        """Who receives for a project stands above it; other participants stand below."""
        parts, funding = self.columns["participation"], self.columns["funding"]
        actor = parts["actor"][self.participants].astype(np.int64)
        shown = self._shown(actor)
        rows, group, actor = self.participants[shown], self.groups[shown], actor[shown]
        project = parts["project"][rows].astype(np.int64)
        size = self.columns.size("actor")
        to = funding["recipient"][self.rows].astype(np.int64)
        paid = funding["project"][self.rows][to != NONE] * size + to[to != NONE]
        receives = np.isin(project * size + actor, paid)
        here, who = project + self.nodes.start("project"), actor + self.nodes.start("org")
        record, basis = rows + self.records.start("participation"), basis_bits(parts.words("basis"), rows)
        for place, relation in enumerate(_BELOW):
            kept = (group == place) & ~receives
            self._add(relation, links_of(here[kept], who[kept], project[kept], record[kept], basis[kept]))
        received = self.rows[self._receiving]
        to, of_row = (funding[name][received].astype(np.int64) for name in ("recipient", "project"))
        links = links_of(
            np.concatenate([to + self.nodes.start("org"), who[receives]]),
            np.concatenate([of_row + self.nodes.start("project"), here[receives]]),
            np.concatenate([of_row, project[receives]]),
            np.concatenate([received + self.records.start("funding"), record[receives]]),
            np.concatenate([basis_bits(funding.words("basis"), received), basis[receives]]),
        )
        self._add("receives_for", links)

    def components(self) -> tuple[Integers, Integers]:
        """Selected projects, by facts of a basis that is taken, below others: (children, those above them)."""
        parents = self.columns["project"]["parent"][self.selected.taken].astype(np.int64)
        children, parents = self.selected.taken[parents != NONE], parents[parents != NONE]
        taken = self.takes("project", children)
        return children[taken], parents[taken]

    def _add_components(self) -> None:
        parents = self.columns["project"]["parent"]
        children = self.selected.taken[np.append(self.selected.mask, False)[parents[self.selected.taken]]]
        taken = self.takes("project", children)
        self.network.leave_out("facts_of_other_basis", "project", children[~taken], prefix="project")
        children, start = children[taken], self.nodes.start("project")
        above = parents[children].astype(np.int64)
        links = links_of(
            above + start,
            children + start,
            children,
            children + self.records.start("project"),
            basis_bits(self.columns["project"].words("basis"), children),
            certainty=self.selected.grades[above],
        )
        self._add("component", links)

    def _add_places(self) -> None:
        network, mask, table = self.network, self.selected.mask, self.columns["project_state"]
        network.add(edges_between(network, "located_in"))
        rows = target_rows(self.columns)
        rows = rows[mask[table["project"][rows]]]
        taken = self.takes("project_state", rows)
        network.leave_out("facts_of_other_basis", "project_state", rows[~taken], prefix="project_state")
        rows = rows[taken]
        sites = table["site"][rows]
        above = (site_states(self.columns)[sites] == NONE) & (sites != country_site(self.columns))
        network.leave_out("places_above_the_states", "project_state", rows[above], prefix="project_state")
        groups = open_groups(self.columns)
        codes = groups.code[mask[groups.project]]
        beside = codes[~self.takes("state_group", codes)]
        network.leave_out("facts_of_other_basis", "state_group", beside, prefix="state_group")

    def _set_levels(self) -> None:
        """Give every node the least number of steps from a funder."""
        source, target = (
            np.concatenate([getattr(edges, end) for edges in self.network.edges]) for end in ("source", "target")
        )
        after = Index(source, len(self.nodes))
        everybody = np.arange(len(self.nodes))
        roles = dict(self.network.roles(everybody))
        front = np.flatnonzero(roles["funder"]) if "funder" in roles else everybody[:0]
        levels = np.full(len(self.nodes), None, dtype=object)
        known = np.zeros(len(self.nodes), dtype=bool)
        level = 0
        while len(front):
            levels[front], known[front] = level, True
            following = unique(target[after.rows(front)[1]])
            front, level = following[~known[following]], level + 1
        self.network.values["level"] = levels


def _tell(shown: Shown, found: Sequence[Attributes]) -> None:
    """Say what edges carry besides: money, and roles."""
    start, funding = records_of(shown.columns).start("funding"), shown.columns["funding"]
    for edges, places, numbers in shown.parts:
        refs = [found[place] for place in places.tolist()]
        if edges.relation in _PAID:
            at, records = edges.records(numbers)
            rows = records - start
            sums = sums_of(shown.columns, shown.network.selection, at, rows, len(numbers)).told(shown.facts)
            for edge, money in zip(refs, sums, strict=True):
                edge |= {"money": money, "regranted": []}
            passed = funding["through_project"][rows] != NONE
            for place, row in zip(at[passed].tolist(), shown.facts.ids("funding", rows[passed]), strict=True):
                refs[place]["regranted"].append(row)
        elif edges.relation in (*_BELOW, "receives_for"):
            parts = shown.columns["participation"]
            at, records = edges.records(numbers)
            rows = records - records_of(shown.columns).start("participation")
            is_part = (rows >= 0) & (rows < len(parts))
            roles: dict[int, set[str | None]] = {}
            for place, row in zip(at[is_part].tolist(), rows[is_part].tolist(), strict=True):
                roles.setdefault(place, set()).add(parts.words("role")[row])
            for place, some in roles.items():
                refs[place]["participation_roles"] = sorted(filter(None, some))


# The way of each row


class _Reached(NamedTuple):
    """Project -> word -> prefixed ids that it reaches itself."""

    of: dict[int, dict[str, set[str]]]

    def add(self, word: str, projects: Integers, refs: Iterable[str]) -> None:
        """Have what projects reach."""
        for project, ref in zip(projects.tolist(), refs, strict=True):
            self.of.setdefault(project, {}).setdefault(word, set()).add(ref)


_WORDS = "components institutions leads nationwide partners possible_states state_groups states".split()


def _reached(money: _Money) -> _Reached:
    """Whom and where each selected project reaches, without its components."""
    facts, columns, selected, nodes = money.facts, money.columns, money.selected, money.nodes
    found = _Reached({})
    parts = columns["participation"]
    for place, word in enumerate(_GROUPS):
        rows = money.participants[money.groups == place]
        actors = parts["actor"][rows].astype(np.int64) + nodes.start("org")
        found.add(word, parts["project"][rows], nodes.refs(facts, actors))
    states = HAVING["states"](facts, money.network.selection, selected.mask)
    is_sure = selected.times[states.project] == CERTAIN
    for word, kept in (("states", is_sure), ("possible_states", ~is_sure)):
        found.add(word, states.project[kept], nodes.refs(facts, states.node[kept]))
    where = Whereabouts(facts, money.network.selection)
    here = selected.mask[where.group_project]
    refs = (f"state_group:{one}" for one in facts.ids("state_group", where.groups[here]))
    found.add("state_groups", where.group_project[here], refs)
    nationwide = where.nationwide[selected.mask[where.nationwide]]
    found.add("nationwide", nationwide, (f"project:{one}" for one in facts.ids("project", nationwide)))
    return found


def _chains(money: _Money, most: int) -> list[Attributes]:
    """For each funding row: the steps of its money, and whom and where the project and its components reach."""
    facts, nodes, funding = money.facts, money.nodes, money.columns["funding"]
    reached = _reached(money)
    children: dict[int, list[int]] = {}
    for child, parent in zip(*(codes.tolist() for codes in money.components()), strict=True):
        children.setdefault(parent, []).append(child)
    starts = {"funder": "org", "through_project": "project", "recipient": "org", "project": "project"}
    steps = []
    for name, prefix in starts.items():
        codes = funding[name][money.rows].astype(np.int64)
        refs = iter(nodes.refs(facts, codes[codes != NONE] + nodes.start(prefix)))
        steps.append([next(refs) if known else None for known in (codes != NONE).tolist()])
    make_ready(facts, {ref for some in steps for ref in some if ref is not None})
    projects = funding["project"][money.rows].tolist()
    reaches: dict[int, Attributes] = {}
    certainty = [CERTAINTIES[grade] for grade in money.selected.grades[funding["project"][money.rows]].tolist()]
    found: list[Attributes] = []
    entries = 0
    for place, (public_id, project) in enumerate(zip(facts.ids("funding", money.rows), projects, strict=True)):
        if project not in reaches:
            reaches[project] = _reach(facts, reached.of, project, children)
        row = int(money.rows[place])
        stops = [some[place] for some in steps]
        found.append(
            {
                "funding": public_id,
                "kind": funding.words("kind")[row],
                "basis": funding.words("basis")[row],
                "certainty": certainty[place],
                "funder_status": "known" if stops[0] else "unknown",
                "recipient_status": "known" if stops[2] else "unknown",
                "regranted": stops[1] is not None,
                "steps": [named(facts, ref) for ref in stops if ref is not None],
                "reached": reaches[project],
            }
        )
        entries += sum(len(part) for part in reaches[project].values())
        bound(entries, most)
    return found


def _reach(
    facts: Facts, of: Mapping[int, Mapping[str, set[str]]], project: int, children: Mapping[int, list[int]]
) -> Attributes:
    """The components of a project at every depth, and the participants and places of them all."""
    below, waiting = {project}, [project]
    while waiting:
        more = [one for one in children.get(waiting.pop(), []) if one not in below]
        below.update(more)
        waiting += more
    reach: dict[str, set[str]] = {word: set() for word in _WORDS}
    for one in below:
        for word, refs in of.get(one, {}).items():
            reach[word] |= refs
    components = np.array(sorted(below - {project}), dtype=np.int64)
    reach["components"] = {f"project:{one}" for one in facts.ids("project", components)} if len(components) else set()
    reach["possible_states"] -= reach["states"]
    return {word: sorted(refs) for word, refs in reach.items()}


def first_time(facts: Facts, selection: Selection, rows: Integers) -> list[Attributes]:
    """For each funder and recipient of the rows (codes): the first recorded year, by all rows of the pair in the data.

    The year is unknown as soon as one row of the pair has no date. `first_in_window` says whether that first year
    lies within the window of years: yes, no (some row is dated before it, or all are dated outside), unknown, or
    not_asked where there is no window. A first recorded year is not a first year: the records begin somewhere.
    """
    columns, funding = facts.columns, facts.columns["funding"]
    size = columns.size("actor") + 1

    def pairs_of(rows: Integers) -> tuple[Integers, Integers]:
        """The rows whose funder and recipient are known, and a number for each such pair."""
        kept = rows[(funding["funder"][rows] != NONE) & (funding["recipient"][rows] != NONE)]
        return kept, funding["funder"][kept].astype(np.int64) * size + funding["recipient"][kept]

    pairs = unique(pairs_of(rows)[1])
    candidates, numbers = pairs_of(np.sort(columns.index("funding", "recipient").rows(unique(pairs % size))[1]))
    place = np.minimum(np.searchsorted(pairs, numbers), len(pairs) - 1) if len(pairs) else numbers
    here = np.flatnonzero(pairs[place] == numbers) if len(pairs) else place
    here = here[np.argsort(place[here], kind="stable")]
    behind, place = candidates[here], place[here]
    starts = np.searchsorted(place, np.arange(len(pairs) + 1)).tolist()
    ids, dates = facts.ids("funding", behind), (funding["date"][behind] // 10000).tolist()
    start = nodes_of(columns).start("org")
    funders, recipients = (nodes_of(columns).refs(facts, some + start) for some in (pairs // size, pairs % size))
    make_ready(facts, [*funders, *recipients])
    found = []
    for at, (funder, recipient) in enumerate(zip(funders, recipients, strict=True)):
        of_pair = list(zip(ids[starts[at] : starts[at + 1]], dates[starts[at] : starts[at + 1]], strict=True))
        years = [year for _, year in of_pair if year]
        undated = [row for row, year in of_pair if not year]
        party = facts.parties.get(recipient.removeprefix("party:")) if recipient.startswith("party:") else None
        found.append(
            {
                "funder": named(facts, funder),
                "recipient": named(facts, recipient),
                "unnamed": party is not None,
                "count_low": party.count_low if party else None,
                "count_high": party.count_high if party else None,
                "count_qualifier": party.count_qualifier if party else None,
                "status": "unknown" if undated else "known",
                "first_recorded_year": None if undated else min(years),
                "first_in_window": _in_window(selection, years, is_open=bool(undated)),
                "funding": [row for row, _ in of_pair],
                "undated_funding": undated,
            }
        )
    return found


def _in_window(selection: Selection, years: Sequence[int], *, is_open: bool) -> str:
    if not selection.has_window:
        return "not_asked"
    if selection.year_from is not None and any(year < selection.year_from for year in years):
        return "no"
    if is_open:
        return "unknown"
    return "yes" if selection.year_to is None or min(years) <= selection.year_to else "no"
