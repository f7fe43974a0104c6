"""Two selections side by side: what they share, and what each has alone."""

from collections.abc import Mapping, Sequence

import numpy as np

from app.graph.answers import (
    bound_ids,
    counts_of,
    head,
    leave_out_other_basis,
    make_ready,
    named,
)
from app.graph.columns import NONE, Integers, unique
from app.graph.facts import Facts
from app.graph.having import HAVING, Pairs, Whereabouts, listed_by
from app.graph.links import basis_bits, taken_bits
from app.graph.money import sums_of
from app.graph.network import MOST_IDS, Attributes
from app.graph.selection import CERTAIN, CERTAINTIES, POSSIBLE, Selection, select
from app.graph.spaces import LeftOut, nodes_of

SIDES = ("a", "b")


class _Side:
    """What one selection has."""

    def __init__(self, facts: Facts, selection: Selection) -> None:
        self.facts = facts
        self.selection = selection
        self.selected = select(facts, selection)
        self.where = Whereabouts(facts, selection)
        taken, mask = self.selected.taken, self.selected.mask
        self.has = {name: have(facts, selection, mask) for name, have in HAVING.items()}
        self.has["projects"] = Pairs(taken, taken + nodes_of(facts.columns).start("project"))
        self.groups = self.where.groups[mask[self.where.group_project]]
        """Counted groups of states with unnamed members."""
        self.nationwide = self.where.nationwide[mask[self.where.nationwide]]
        """Projects that work in the whole country."""
        funding = facts.columns["funding"]
        rows = np.flatnonzero(np.append(mask, False)[funding["project"]])
        self.rows = rows[(basis_bits(funding.words("basis"), rows) & taken_bits(selection.basis)) != 0]
        """The funding rows on its projects."""

    def lists(self, pairs: Pairs, nodes: Integers, *, by_time: bool = False) -> list[Attributes]:
        """For each of the nodes, ascending, the projects that have it by certainty: of all, or of the time alone."""
        kept = np.isin(pairs.node, nodes)
        projects = pairs.project[kept]
        place = np.searchsorted(nodes, pairs.node[kept])
        group = place * len(CERTAINTIES) + (self.selected.times if by_time else self.selected.grades)[projects]
        return listed_by(self.facts, group, projects, len(nodes))

    def sure_states(self) -> Pairs:
        """The states in which projects certainly work and certainly fall into the years."""
        pairs = self.has["states"]
        sure = self.selected.times[pairs.project] == CERTAIN
        return Pairs(pairs.project[sure], pairs.node[sure])

    def possibly_in(self, state: int) -> Integers:
        """The projects that are possibly in a state (node), or possibly in the years there."""
        places = self.where.grades(state - int(nodes_of(self.facts.columns).start("state")))[self.selected.taken]
        certainty = np.maximum(places, self.selected.times[self.selected.taken])
        found: Integers = self.selected.taken[certainty == POSSIBLE]
        return found

    @property
    def is_open(self) -> bool:
        """Whether it has places that are not named, or not dated."""
        unsure = self.selected.times[self.has["states"].project] != CERTAIN
        return bool(len(self.groups) or len(self.nationwide) or unsure.any())

    @property
    def is_placed(self) -> bool:
        """Whether it has any place."""
        return bool(len(self.groups) or len(self.nationwide) or len(self.has["states"].node))

    def told(self, query: Attributes) -> Attributes:
        """What belongs to this side alone."""
        nodes, left_out = nodes_of(self.facts.columns), LeftOut()
        leave_out_other_basis(left_out, self.facts, self.selected, self.selection)
        partners = self.has["partners"]
        parties = unique(partners.node[partners.node >= nodes.start("party")])
        columns = self.facts.columns
        whole = sums_of(columns, self.selection, np.zeros(len(self.rows), dtype=np.int64), self.rows, 1)
        return {
            "query": query,
            "left_out": dict(left_out.told(self.facts, MOST_IDS)),
            "unnamed_partners": _entries(self.facts, parties, projects=self.lists(partners, parties)),
            "money": whole.told(self.facts)[0],
            "money_by_funder": self._by_funder(),
        }

    def _by_funder(self) -> list[Attributes]:
        nodes, funder = nodes_of(self.facts.columns), self.facts.columns["funding"]["funder"][self.rows]
        order = np.lexsort((self.rows, funder))
        funders = unique(funder)
        places = np.searchsorted(funders, funder[order])
        sums = sums_of(self.facts.columns, self.selection, places, self.rows[order], len(funders))
        known = funders[funders != NONE].astype(np.int64) + nodes.start("org")
        found = [{"funder": None, "label": "Unknown funder"}] if len(known) < len(funders) else []
        found += [{"funder": one["id"], "label": one["label"]} for one in _entries(self.facts, known)]
        return [{**one, "money": money} for one, money in zip(found, sums.told(self.facts), strict=True)]


def compare(
    facts: Facts, sides: Mapping[str, Selection], *, queries: Mapping[str, Attributes], query: Attributes, most: int
) -> Attributes:
    """Projects, partners, effective funders, topics, states and money of the selections `a` and `b`.

    *shared* is what both have, *only_a* and *only_b* what one has and the other has not. A state counts as had if a
    selected project certainly works there in the window; those that only one certainly has and the other possibly are
    listed as *possibly_shared* too. Money is summed for each side by itself, over the funding rows on its projects;
    rows on both sides are named, because the two sums must not be added.
    """
    both = [_Side(facts, sides[name]) for name in SIDES]
    bound_ids(sum(len(pairs.node) for side in both for pairs in side.has.values()), most)
    named_partners = []
    for side in both:
        pairs = side.has["partners"]
        kept = pairs.node < nodes_of(facts.columns).start("party")
        named_partners.append(Pairs(pairs.project[kept], pairs.node[kept]))
    return {
        **head(
            facts,
            question="compare",
            query=query,
            counts={name: counts_of(side.selected) for name, side in zip(SIDES, both, strict=True)},
            left_out={},
        ),
        **{name: side.told(queries[name]) for name, side in zip(SIDES, both, strict=True)},
        "projects": _split(both, [side.has["projects"] for side in both]),
        "partners": _split(both, named_partners),
        "funders": _split(both, [side.has["funders"] for side in both]),
        "topics": _split(both, [side.has["topics"] for side in both]),
        "states": _states(both),
        "funding_in_both": facts.ids("funding", np.intersect1d(both[0].rows, both[1].rows)),
    }


def _entries(facts: Facts, nodes: Integers, **lists: Sequence[Attributes]) -> list[Attributes]:
    """The nodes with their names, and with one of each of the lists."""
    refs = nodes_of(facts.columns).refs(facts, nodes)
    make_ready(facts, refs)
    return [
        {**named(facts, ref), **{name: some[place] for name, some in lists.items()}} for place, ref in enumerate(refs)
    ]


def _split(both: Sequence[_Side], pairs: Sequence[Pairs], *, by_time: bool = False) -> Attributes:
    """Shared and own, each with the projects behind it."""
    one, other = (unique(some.node) for some in pairs)
    shared = np.intersect1d(one, other)
    in_both = {f"projects_{name}": both[at].lists(pairs[at], shared, by_time=by_time) for at, name in enumerate(SIDES)}
    found: Attributes = {"shared": _entries(both[0].facts, shared, **in_both)}
    for at, (name, nodes) in enumerate(zip(SIDES, (one, other), strict=True)):
        own = nodes[~np.isin(nodes, shared)]
        found[f"only_{name}"] = _entries(both[at].facts, own, projects=both[at].lists(pairs[at], own, by_time=by_time))
    return found


def _states(both: Sequence[_Side]) -> Attributes:
    facts, sure = both[0].facts, [side.sure_states() for side in both]
    possibly: list[Attributes] = []
    one_has, other_has = (unique(pairs.node) for pairs in sure)
    for state in np.setxor1d(one_has, other_has).tolist():
        certain_on = 0 if (sure[0].node == state).any() else 1
        open_projects = both[1 - certain_on].possibly_in(state)
        if len(open_projects):
            pairs = sure[certain_on]
            (entry,) = _entries(facts, np.array([state]))
            possibly.append(
                {
                    **entry,
                    "certain_on": SIDES[certain_on],
                    "certain_projects": facts.ids("project", pairs.project[pairs.node == state]),
                    "possible_projects": facts.ids("project", open_projects),
                }
            )
    split = _split(both, sure, by_time=True)
    one, other = both
    may_share = (one.is_open and other.is_placed) or (other.is_open and one.is_placed)
    return {
        "status": "known" if split["shared"] else "unknown" if may_share else "none_recorded",
        **split,
        "possibly_shared": possibly,
        "state_groups_a": facts.ids("state_group", one.groups),
        "state_groups_b": facts.ids("state_group", other.groups),
        "nationwide_a": facts.ids("project", one.nationwide),
        "nationwide_b": facts.ids("project", other.nationwide),
    }
