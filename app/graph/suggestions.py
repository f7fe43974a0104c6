"""Whom an organization could work with: unlinked organizations, scored by the topics and states that both have."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.graph.answers import (
    bound,
    bound_ids,
    bound_projects,
    counts_of,
    head,
    leave_out_other_basis,
    make_ready,
    named,
)
from app.graph.around import have_own_states
from app.graph.coalitions import coalitions
from app.graph.columns import NONE, Index, Integers, unique
from app.graph.facts import Facts
from app.graph.funder_partner_state import kept_links
from app.graph.links import basis_bits, taken_bits
from app.graph.network import MOST_IDS, Attributes
from app.graph.part import part_of
from app.graph.selection import (
    CERTAIN,
    Selected,
    Selection,
    is_target,
    open_groups,
    partners_by_actor,
    partners_by_project,
    partners_in,
    select,
    site_states,
)
from app.graph.spaces import LeftOut, nodes_of

_DIGITS = 9
"""Digits after the point that a score keeps: the same on every machine."""


class Having(NamedTuple):
    """Who has which ground through which project: numbers of nodes, and codes of projects."""

    actor: Integers
    ground: Integers
    project: Integers

    def where(self, kept: NDArray[np.bool_]) -> "Having":
        """Some of them."""
        return Having(*(column[kept] for column in self))

    def projects(self) -> dict[tuple[int, int], Integers]:
        """Actor and ground -> the projects, ascending."""
        order = np.lexsort((self.project, self.ground, self.actor))
        actor, ground, project = (column[order] for column in self)
        changes = (actor[1:] != actor[:-1]) | (ground[1:] != ground[:-1])
        heads = np.flatnonzero(np.concatenate(([True], changes))[: len(order)])
        parts = np.split(project, heads[1:])
        keys = zip(actor[heads].tolist(), ground[heads].tolist(), strict=True)
        return {key: unique(some) for key, some in zip(keys, parts, strict=False)}


def suggestions(
    facts: Facts,
    selection: Selection,
    *,
    organization: str,
    limit: int,
    query: Attributes,
    most: int,
    most_projects: int,
) -> Attributes:
    """Named partners of the selected projects that have no link with the organization, best first.

    The score is that of Adamic and Adar [1]_ over *grounds*, the topics and the states that both certainly have:
    the sum over shared grounds k of 1 / ln(n_k), n_k >= 2 the number of named partners that have k. So a rare ground
    counts for more than a common one. Over the certainly selected projects in which it is a partner, an organization
    has their topics, and the states in which it certainly works by the definition of `works_in`.

    A state that one certainly has and the other possibly (through a counted group with unnamed states) adds nothing:
    it is listed as possible. Linked is who has with the organization a collaboration tie, a project tie, a standing
    relation, or a funding row between the two, anywhere in the data; such organizations are no candidates. The
    organization's own projects are `most_projects` at most.

    References
    ----------
    .. [1] L. A. Adamic and E. Adar (2003). Friends and neighbors on the Web. Social Networks 25(3), 211-230.
       https://doi.org/10.1016/S0378-8733(03)00009-1
    """
    selected = select(facts, replace(selection, organization=frozenset()))
    grounds = _Grounds(facts, selection, selected, facts.code("organization", organization))
    linked = _links(facts, organization, most_projects)
    scored, possible = grounds.candidates(nodes_of(facts.columns).number(facts, ref) for ref in linked)
    left_out = LeftOut()
    leave_out_other_basis(left_out, facts, selected, selection)
    unsure = selected.taken[selected.grades[selected.taken] != CERTAIN]
    left_out.add("projects_not_certain", "project", unsure)
    for reason, some in (("candidates_beyond_limit", scored), ("possible_beyond_limit", possible)):
        left_out.add(reason, "organization", some[limit:] - nodes_of(facts.columns).start("org"), prefix="org")
    make_ready(facts, linked)
    told = _Told(facts, grounds, np.concatenate([scored[:limit], possible[:limit]]), most)
    mine = grounds.mine.projects()
    refs = nodes_of(facts.columns).refs(facts, np.array([ground for _, ground in mine], dtype=np.int64))
    return {
        **head(
            facts,
            question="suggestions",
            query=query,
            counts=counts_of(selected),
            left_out=dict(left_out.told(facts, MOST_IDS)),
        ),
        "organization": {
            **named(facts, f"org:{organization}"),
            "status": "known" if mine else "none_recorded",
            "grounds": [
                {**named(facts, ref), "projects": facts.ids("project", projects)}
                for ref, projects in sorted(zip(refs, mine.values(), strict=True), key=lambda one: one[0])
            ],
        },
        "candidates": [told.entry(one) for one in scored[:limit].tolist()],
        "possible_candidates": [told.entry(one) for one in possible[:limit].tolist()],
        "linked": [{**named(facts, ref), "links": links} for ref, links in sorted(linked.items())],
    }


class _Grounds:
    """Who shares what with one organization, over the certainly selected projects."""

    def __init__(self, facts: Facts, selection: Selection, selected: Selected, code: int) -> None:
        self.facts = facts
        self.columns = facts.columns
        self.nodes = nodes_of(facts.columns)
        self.me = int(code + self.nodes.start("org"))
        self._bits = taken_bits(selection.basis)
        self._sure = selected.mask & (selected.grades == CERTAIN)
        works_in = kept_links(self.columns, "works_in")
        start, end = (self.nodes.start(prefix) for prefix in ("state", "state_group"))
        rows = np.flatnonzero((works_in.certainty == CERTAIN) & (works_in.target >= start) & (works_in.target < end))
        rows = rows[self._sure[works_in.project[rows]] & (works_in.source[rows] < self.nodes.start("party"))]
        rows = rows[works_in.taking(self._bits, rows)]
        self._states = Having(works_in.source[rows], works_in.target[rows], works_in.project[rows])
        _, mine = partners_by_actor(self.columns).rows(np.array([code]))
        projects = partners_in(self.columns).project[self._taken(mine)]
        _, topics = self.columns.index("project_topic", "project").rows(unique(projects))
        about = self._about(topics)
        me = np.full(len(about[0]), self.me)
        states = self._states.where(self._states.actor == self.me)
        self.mine = _joined([Having(me, about[1], about[0]), states])
        self.grounds = unique(self.mine.ground)
        """Those that the organization has."""

    def _takes(self, table: str, rows: Integers) -> NDArray[np.bool_]:
        taken: NDArray[np.bool_] = (basis_bits(self.columns[table].words("basis"), rows) & self._bits) != 0
        return taken

    def _taken(self, rows: Integers) -> Integers:
        """Those of the rows of `partners_in` that make named partners of certain projects."""
        partners, parts = partners_in(self.columns), len(self.columns["participation"])
        rows = rows[self._sure[partners.project[rows]] & (partners.actor[rows] < self.columns.organizations)]
        record = partners.record[rows]
        is_part = record < parts
        taken = np.zeros(len(rows), dtype=bool)
        taken[is_part] = self._takes("participation", record[is_part])
        taken[~is_part] = self._takes("funding", record[~is_part] - parts)
        return rows[taken]

    def _about(self, rows: Integers) -> tuple[Integers, Integers]:
        """(Projects, nodes of the topics) of rows of project_topic, of certain projects."""
        table = self.columns["project_topic"]
        rows = rows[self._sure[table["project"][rows]]]
        rows = rows[self._takes("project_topic", rows)]
        return table["project"][rows].astype(np.int64), table["topic"][rows] + np.int64(self.nodes.start("topic"))

    @cached_property
    def having(self) -> Having:
        """Who has one of the organization's grounds."""
        topics = self.grounds[self.grounds >= self.nodes.start("topic")] - self.nodes.start("topic")
        projects, about = self._about(self.columns.index("project_topic", "topic").rows(topics)[1])
        at, rows = partners_by_project(self.columns).rows(projects)
        kept = np.zeros(len(partners_in(self.columns).actor), dtype=bool)
        kept[self._taken(unique(rows))] = True
        at, rows = at[kept[rows]], rows[kept[rows]]
        actors = partners_in(self.columns).actor[rows] + self.nodes.start("org")
        is_mine = np.zeros(len(self.nodes), dtype=bool)
        is_mine[self.grounds] = True
        return _joined([Having(actors, about[at], projects[at]), self._states.where(is_mine[self._states.ground])])

    @cached_property
    def sizes(self) -> dict[int, int]:
        """Ground of the organization -> how many named partners have it."""
        _, grounds = self._pairs(self.having)
        counts = np.bincount(grounds, minlength=len(self.nodes))
        return {ground: int(counts[ground]) for ground in self.grounds.tolist()}

    def _pairs(self, having: Having) -> tuple[Integers, Integers]:
        """Actor and ground, each pair once."""
        keys = unique(having.actor.astype(np.int64) * len(self.nodes) + having.ground)
        return keys // len(self.nodes), keys % len(self.nodes)

    @cached_property
    def open_rows(self) -> tuple[Integers, Integers]:
        """(Rows of `partners_in` of partners without states of their own, open groups of states of their projects)."""
        columns, groups = self.columns, open_groups(self.columns)
        taken = np.flatnonzero(self._sure[groups.project])
        taken = taken[self._takes("state_group", groups.code[taken])]
        of_project = Index(groups.project[taken], len(self._sure))
        _, partners = partners_by_project(columns).rows(unique(groups.project[taken]))
        partners = self._taken(partners)
        partners = partners[~have_own_states(columns)[partners]]
        at, group = of_project.rows(partners_in(columns).project[partners])
        return partners[at], taken[group]

    def _possible(self, rows: Integers, groups: Integers, states: Integers) -> Having:
        """Who possibly has one of some states (codes), through which project."""
        partners = partners_in(self.columns)
        place, state = np.nonzero(~open_groups(self.columns).known[np.ix_(groups, states)])
        project = partners.project[rows[place]]
        kept = ~self._are_certain(project, state, states)
        place, state, project = place[kept], state[kept], project[kept]
        actors = partners.actor[rows[place]] + self.nodes.start("org")
        return Having(actors, states[state] + self.nodes.start("state"), project)

    def _are_certain(self, projects: Integers, state: Integers, states: Integers) -> NDArray[np.bool_]:
        """Whether the projects certainly work in the states (places in `states`), whoever works there."""
        known = unique(projects)
        at, rows = self.columns.index("project_state", "project").rows(known)
        taken = is_target(self.columns)[rows] & self._takes("project_state", rows)
        at, rows = at[taken], rows[taken]
        place = np.full(self.columns.states + 1, len(states))
        place[states] = np.arange(len(states))
        found = np.zeros((len(known), len(states) + 1), dtype=bool)
        found[at, place[site_states(self.columns)[self.columns["project_state"]["site"][rows]]]] = True
        certain: NDArray[np.bool_] = found[np.searchsorted(known, projects), state]
        return certain

    @cached_property
    def mine_possibly(self) -> Having:
        """The states that the organization possibly has, and not certainly through the same project."""
        rows, groups = self.open_rows
        here = partners_in(self.columns).actor[rows] == self.me - self.nodes.start("org")
        return self._possible(rows[here], groups[here], np.arange(self.columns.states))

    @cached_property
    def maybe(self) -> tuple[Having, Having]:
        """What may be shared: states of the organization that others possibly have, and the other way round."""
        first, last = (self.nodes.start(prefix) for prefix in ("state", "state_group"))
        states = self.grounds[(self.grounds >= first) & (self.grounds < last)]
        theirs = self._possible(*self.open_rows, states - first)
        place = np.zeros(len(self.nodes), dtype=np.int64)
        place[states] = np.arange(len(states))
        has = np.zeros((self.nodes.start("party"), len(states)), dtype=bool)
        having = self.having.where((self.having.ground >= first) & (self.having.ground < last))
        has[having.actor, place[having.ground]] = True
        theirs = theirs.where(~has[theirs.actor, place[theirs.ground]])
        ours = np.zeros(len(self.nodes), dtype=bool)
        ours[self.mine_possibly.ground] = True
        ours[states] = False
        return theirs, self._states.where(ours[self._states.ground])

    def candidates(self, linked: Iterable[int]) -> tuple[Integers, Integers]:
        """Unlinked organizations (nodes): those that share a ground, by score; those that may, by how many states."""
        size = self.nodes.start("party")
        actors, grounds = self._pairs(self.having)
        worth = np.zeros(len(self.nodes), dtype=np.int64)
        for ground, count in self.sizes.items():
            worth[ground] = round(_contribution(count) * 10**_DIGITS)
        # Whole numbers of the last digit add up exactly, in any order.
        scores = np.bincount(actors, worth[grounds].astype(np.float64), minlength=size)
        maybe = np.zeros(size, dtype=np.int64)
        for having in self.maybe:
            maybe += np.bincount(self._pairs(having)[0], minlength=size)
        nobody = np.array([self.me, *linked], dtype=np.int64)
        scores[nobody], maybe[nobody] = 0, 0
        scored, possible = np.flatnonzero(scores), np.flatnonzero((maybe > 0) & (scores == 0))
        return scored[np.lexsort((scored, -scores[scored]))], possible[np.lexsort((possible, -maybe[possible]))]


def _joined(parts: Iterable[Having]) -> Having:
    return Having(*(np.concatenate(columns).astype(np.int64) for columns in zip(*parts, strict=True)))


def _contribution(had_by: int) -> float:
    """What a ground that so many have adds to a score; one that nobody else has adds nothing."""
    return round(1 / log(had_by), _DIGITS) if had_by > 1 else 0.0


class _Told:
    """What is told of the candidates that are shown."""

    def __init__(self, facts: Facts, grounds: _Grounds, shown: Integers, most: int) -> None:
        self.facts, self.grounds = facts, grounds
        self.me = f"org:{facts.ids('organization', np.array([grounds.me - grounds.nodes.start('org')]))[0]}"
        self.mine = grounds.mine.projects()
        self._own_ids: dict[int, list[str]] = {}
        is_shown = np.zeros(len(grounds.nodes), dtype=bool)
        is_shown[shown] = True
        self.shared, self.theirs, self.ours = (
            some.where(is_shown[some.actor]).projects() for some in (grounds.having, *grounds.maybe)
        )
        self.possible = grounds.mine_possibly.projects()
        entries = [*self.shared, *self.theirs, *self.ours]
        bound(len(entries), most)
        own: Mapping[tuple[int, int], Integers] = self.possible | self.mine
        bound_ids(
            sum(len(own[grounds.me, ground]) for _, ground in entries)
            + sum(len(some) for found in (self.shared, self.theirs, self.ours) for some in found.values()),
            most,
        )
        facts.make_ready("organization", shown - grounds.nodes.start("org"))
        self._refs = dict(zip(shown.tolist(), grounds.nodes.refs(facts, shown), strict=True))
        numbers = unique(np.array([ground for _, ground in entries], dtype=np.int64))
        self._grounds = dict(zip(numbers.tolist(), grounds.nodes.refs(facts, numbers), strict=True))

    def entry(self, actor: int) -> Attributes:
        """One candidate."""
        ref, kinds = self._refs[actor], self.facts.organizations
        kind, own = kinds[ref.removeprefix("org:")].kind, kinds[self.me.removeprefix("org:")].kind
        reasons = [self._reason(ground, projects) for ground, projects in self._of(self.shared, actor)]
        total = sum(round(reason["contribution"] * 10**_DIGITS) for reason in reasons)
        return {
            **named(self.facts, ref),
            "organization_kind": kind,
            "same_kind": kind == own,
            "score": total / 10**_DIGITS,
            "reasons": sorted(reasons, key=lambda reason: (-reason["contribution"], reason["id"])),
            "possible": self._maybe(actor, ref),
        }

    def _of(self, found: Mapping[tuple[int, int], Integers], actor: int) -> Iterable[tuple[int, Integers]]:
        """The grounds, ascending, and projects of one actor."""
        return ((ground, found[actor, ground]) for ground in self._grounds if (actor, ground) in found)

    def _reason(self, ground: int, projects: Integers) -> Attributes:
        ref = self._grounds[ground]
        return {
            **named(self.facts, ref),
            "kind": ref.partition(":")[0],
            "had_by": self.grounds.sizes[ground],
            "contribution": _contribution(self.grounds.sizes[ground]),
            "projects": self._own(ground),
            "projects_of_candidate": self._ids(projects),
        }

    def _maybe(self, actor: int, ref: str) -> list[Attributes]:
        """The states that one of the two certainly has, and the other possibly."""
        me = self.grounds.me
        found = [(ground, self.me, self.mine[me, ground], some) for ground, some in self._of(self.theirs, actor)]
        found += [(ground, ref, self.possible[me, ground], some) for ground, some in self._of(self.ours, actor)]
        return [
            {
                **named(self.facts, self._grounds[ground]),
                "certain_for": sure,
                "projects": self._ids(mine),
                "projects_of_candidate": self._ids(theirs),
            }
            for ground, sure, mine, theirs in sorted(found, key=lambda one: one[0])
        ]

    def _own(self, ground: int) -> list[str]:
        """The organization's own projects with a ground."""
        if ground not in self._own_ids:
            self._own_ids[ground] = self._ids(self.mine[self.grounds.me, ground])
        return self._own_ids[ground]

    def _ids(self, projects: Integers) -> list[str]:
        return self.facts.ids("project", projects)


def _links(facts: Facts, organization: str, most_projects: int) -> dict[str, list[Attributes]]:
    """Named organizations that have a link with this one, by work, relation or money -> what the links are."""
    me, columns, code = f"org:{organization}", facts.columns, facts.code("organization", organization)
    funding = columns["funding"]
    received = columns.index("funding", "recipient")[code]
    taking_part = columns.index("participation", "actor")[code]
    projects = unique(np.concatenate([columns["participation"]["project"][taking_part], funding["project"][received]]))
    projects = projects[projects != NONE]
    bound_projects(len(projects), most_projects)
    joined = columns["collaboration_member"]["collaboration"][columns.index("collaboration_member", "actor")[code]]
    here = part_of(columns, projects=projects, collaborations=unique(joined), actors=np.array([code]))
    ties = coalitions(
        here.facts,
        Selection(),
        ties=["collaboration", "project"],
        weights={},
        include=[],
        around=me,
        query={},
        min_weight=0,
        max_edges=None,
        most_edges=10**9,
    )
    found: dict[str, list[Attributes]] = {}
    for edge in ties["edges"]:
        other = edge["target"] if edge["source"] == me else edge["source"]
        found.setdefault(other, []).append({"kind": edge["relation"], "records": edge["records"]})
    relations = columns["organization_relation"]
    others: dict[tuple[str, str], list[str]] = {}
    for table, kind, ends in (
        (funding, "funding", ("funder", "recipient")),
        (relations, "relation", ("subject", "object")),
    ):
        rows = unique(np.concatenate([columns.index(table.name, end)[code] for end in ends]))
        one, two = (table[end][rows].astype(np.int64) for end in ends)
        other = np.where(one == code, two, one)
        named_one = (other != NONE) & (other != code) & (other < columns.organizations)
        ids = zip(facts.ids("organization", other[named_one]), facts.ids(table.name, rows[named_one]), strict=True)
        for name, row in ids:
            others.setdefault((f"org:{name}", kind), []).append(f"{table.name}:{row}")
    for (ref, kind), records in sorted(others.items()):
        found.setdefault(ref, []).append({"kind": kind, "records": records})
    return found
