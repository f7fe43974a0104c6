"""One kind of node, tied by what its nodes share: funders by partners, partners by states, states by topics."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.graph.assembly import Network, Shown
from app.graph.coalitions import PAIRS_PER_EDGE
from app.graph.columns import NONE, Integers, expand_by
from app.graph.definitions import QUESTIONS
from app.graph.facts import Facts
from app.graph.funder_partner_state import gather, partner_rows
from app.graph.links import Bits, Edges, basis_bits, edges_of, links_of, taken_bits
from app.graph.money import sums_of
from app.graph.network import Attributes
from app.graph.selection import (
    Grades,
    Selection,
    country_site,
    open_groups,
    origins_of,
    select,
    site_states,
    target_rows,
)
from app.graph.spaces import nodes_of, records_of
from app.graph.ties import Incidence, Ties, incidence_of

__all__ = ["KINDS", "THROUGH", "WEIGHTS", "gather_shared", "has_amounts", "project", "projection"]

KINDS = ("funder", "partner", "state", "topic")
"""What can be projected."""
THROUGH = (*KINDS, "project")
"""What can be shared."""
WEIGHTS = ("count", "newman", "jaccard", "amount")

_DIGITS = 9
"""Digits after the point that a weight keeps: the same on every machine."""
_FUNDS = {"funder", "partner"}
_WORKS_IN = {"partner", "state"}


def has_amounts(of: str, through: str) -> bool:
    """Whether money stands between the two kinds: only between funders and those whom they pay."""
    return {of, through} == _FUNDS


def projection(facts: Facts, selection: Selection, **asked: Any) -> Attributes:
    """The network as node-link data: see `project`."""
    return project(facts, selection, **asked).node_link()


def project(
    facts: Facts,
    selection: Selection,
    *,
    of: str,
    through: str,
    weight: str,
    top_k: int | None,
    query: Attributes,
    min_weight: float,
    max_edges: int | None,
    most_edges: int,
) -> Shown:
    """The network of the nodes of one kind: an edge for every pair that shares a neighbour.

    P are the selected projects; A and B are the sets of distinct neighbours, of the kind `through`, of two nodes of the
    kind `of`. Neighbours are: funder and partner by `funds`; partner and state by `works_in` (states that are named);
    partner, effective funder, state and topic by a project of P that has both. Only certain neighbours count towards a
    weight; those that one of the two has less certainly are `possibly_shared`.

    - *count* = \\|A ∩ B\\|
    - *newman* = the sum over shared k of 1 / (n_k - 1), n_k the number of named nodes that have k [1]_
    - *jaccard* = \\|A ∩ B\\| / \\|A ∪ B\\|
    - *amount* = the sum over shared k of the smaller amount, for each currency and stage: never one number. The weight
      of the edge is the count; `amounts` has the sums, and the k that make them lower bounds.

    `top_k` keeps the best so many of each node, by weight, then id: an edge stays if it is among the best of either
    end. All pairs that share a neighbour are looked at: where there are more of them than an answer may hold edges (20
    times as many where `top_k` or `max_edges` cut them), the network is refused.

    References
    ----------
    .. [1] M. E. J. Newman (2001). Scientific collaboration networks. II. Shortest paths, weighted networks, and
       centrality. Physical Review E 64, 016132. https://doi.org/10.1103/PhysRevE.64.016132
    """
    most = most_edges if top_k is None and max_edges is None else most_edges * PAIRS_PER_EDGE
    network = gather_shared(facts, selection, of=of, through=through, weight=weight, most=most, top_k=top_k)
    return network.finish(
        name="projection",
        definitions={},
        query=query,
        min_weight=min_weight,
        max_edges=max_edges,
        most_edges=most_edges,
    )


def gather_shared(
    facts: Facts,
    selection: Selection,
    *,
    of: str,
    through: str,
    weight: str,
    most: int = 0,
    top_k: int | None = None,
    ends: tuple[str, str] | None = None,
) -> Network:
    """The network of `project`, of which `most` pairs may be looked at; with `ends` the edge of these two nodes."""
    network = Network(facts, selection, select(facts, selection), directed=False)
    edges, node, chosen = _edges(network, of, through)
    incidence = incidence_of(edges, node=node, chosen=chosen)
    network.have(incidence.node)
    degrees = np.bincount(incidence.node[incidence.is_certain], minlength=len(nodes_of(facts.columns)))
    network.values["neighbours"] = degrees
    relation = f"shared_{through}"
    limits: dict[str, Any] = {"most": most}
    if ends is not None:
        limits["around"], limits["to"] = (nodes_of(facts.columns).number(facts, ref) for ref in ends)
    told = _teller(network, incidence, money=weight == "amount")
    ties = Ties(relation, incidence, weaken=True, tell=told, **limits)
    ties.weight = _weigh(ties, weight, degrees)
    pairs = len(ties)
    cut = ties.keep_best(top_k) if top_k is not None else 0
    network.add(ties)
    network.truncated = cut > 0
    words = QUESTIONS["projection"]
    network.block = {
        "definitions": {relation: words["shared"], "neighbours": words["neighbours"], weight: words[weight]},
        "projection": {
            "of": of,
            "through": through,
            "weight": weight,
            "top_k": top_k,
            "pairs": pairs,
            "pairs_beyond_top_k": cut,
        },
    }
    return network


def _weigh(ties: Ties, weight: str, degrees: Integers) -> NDArray[Any]:
    counts = ties.weight
    if weight == "jaccard":
        either = degrees[ties.source] + degrees[ties.target] - counts
        jaccard: NDArray[Any] = np.round(counts / np.maximum(either, 1), _DIGITS)
        return jaccard
    if weight == "newman":
        sizes = ties.incidence.sizes[ties.one]
        parts = np.where(ties.both, 1 / np.maximum(sizes - 1, 1), 0.0)
        edge = np.repeat(ties.numbers, np.diff(ties.starts))
        newman: NDArray[Any] = np.round(np.bincount(edge, parts, minlength=len(ties)), _DIGITS)
        return newman
    return counts


# Who has what


def _edges(network: Network, of: str, through: str) -> tuple[Edges, str, Integers | None]:
    """The edges between the two kinds, the end at which the nodes stand, and which edges are meant (None: all)."""
    columns = network.columns
    if "state" in (of, through):
        _leave_out_places(network)
    if {of, through} in (_FUNDS, _WORKS_IN):
        relation = "funds" if {of, through} == _FUNDS else "works_in"
        base = gather(network.facts, network.selection, [])
        for reason in ("unnamed_parties", "facts_of_other_basis"):
            network.leave_out_too(base, reason)
        edges = base.plain(relation)
        node = "source" if of == "funder" or through == "state" else "target"
        if relation == "funds":
            return edges, node, None
        nodes = nodes_of(columns)
        is_state = (edges.target >= nodes.start("state")) & (edges.target < nodes.start("state_group"))
        return edges, node, np.flatnonzero(is_state)
    mine, shared = (_ITEMS[kind](network) for kind in (of, through))
    return edges_of("has", *_joined(mine, shared)), "source", None


def _leave_out_places(network: Network) -> None:
    """Note the counted groups and the whole country, which are no states."""
    columns, mask, bits = network.columns, network.selected.mask, taken_bits(network.selection.basis)
    groups, rows, targets = open_groups(columns), columns["project_state"], target_rows(columns)
    taken = mask[groups.project] & ((basis_bits(columns["state_group"].words("basis"))[groups.code] & bits) != 0)
    network.leave_out("state_groups", "state_group", groups.code[taken])
    taken = mask[rows["project"][targets]] & ((basis_bits(rows.words("basis"))[targets] & bits) != 0)
    taken &= rows["site"][targets] == country_site(columns)
    network.leave_out("nationwide_projects", "project", rows["project"][targets[taken]])


class Items(NamedTuple):
    """The nodes of one kind that selected projects have, in the order of the projects."""

    project: Integers
    node: Integers
    certainty: Grades
    record: Integers
    """Numbers, or NONE."""
    basis: Bits

    def in_order(self) -> "Items":
        """By project."""
        order = np.argsort(self.project, kind="stable")
        return Items(*(column[order] for column in self))


def _items(network: Network, project: Integers, node: Integers, **known: NDArray[Any]) -> Items:
    grades = network.selected.grades[project]
    record = known.get("record", np.full(len(project), NONE))
    basis = known.get("basis", np.zeros(len(project), dtype=np.uint8))
    return Items(project.astype(np.int64), node, known.get("certainty", grades), record, basis).in_order()


def _projects(network: Network) -> Items:
    taken = network.selected.taken
    return _items(network, taken, taken + nodes_of(network.columns).start("project"))


def _topics(network: Network) -> Items:
    rows = network.columns["project_topic"]
    basis = basis_bits(rows.words("basis"))
    taken = network.selected.mask[rows["project"]] & ((basis & taken_bits(network.selection.basis)) != 0)
    start = nodes_of(network.columns).start("topic")
    return _items(network, rows["project"][taken], rows["topic"][taken] + start, basis=basis[taken])


def _partners(network: Network) -> Items:
    rows, bits, first = (
        partner_rows(network.columns),
        taken_bits(network.selection.basis),
        network.columns.organizations,
    )
    taken = network.selected.mask[rows.project] & ((rows.basis & bits) != 0)
    parties = rows.actor[taken & (rows.actor >= first)] - first
    network.leave_out("unnamed_parties", "unnamed_party", parties, prefix="party")
    taken &= rows.actor < first
    start = nodes_of(network.columns).start("org")
    return _items(
        network, rows.project[taken], rows.actor[taken] + start, record=rows.record[taken], basis=rows.basis[taken]
    )


def _funders(network: Network) -> Items:
    columns, bits = network.columns, taken_bits(network.selection.basis)
    funding, taken = columns["funding"], network.selected.taken
    origins = origins_of(columns)[taken]
    at, rows = columns.index("funding", "project").rows(origins[origins != NONE])
    projects = taken[origins != NONE][at]
    known = funding["funder"][rows] != NONE
    projects, rows = projects[known], rows[known]
    basis = basis_bits(funding.words("basis"))[rows]
    fits = (basis & bits) != 0
    network.leave_out("facts_of_other_basis", "funding", rows[~fits], prefix="funding")
    projects, rows, basis, first = projects[fits], rows[fits], basis[fits], columns.organizations
    funders = funding["funder"][rows]
    network.leave_out("unnamed_parties", "unnamed_party", funders[funders >= first] - first, prefix="party")
    named = funders < first
    return _items(
        network,
        projects[named],
        funders[named] + nodes_of(columns).start("org"),
        record=rows[named] + records_of(columns).start("funding"),
        basis=basis[named],
    )


def _states(network: Network) -> Items:
    columns, bits = network.columns, taken_bits(network.selection.basis)
    rows, targets = columns["project_state"], target_rows(columns)
    states = site_states(columns)[rows["site"][targets]]
    here = network.selected.mask[rows["project"][targets]] & (states != NONE)
    targets, states = targets[here], states[here]
    basis = basis_bits(rows.words("basis"))[targets]
    fits = (basis & bits) != 0
    network.leave_out("facts_of_other_basis", "project_state", targets[~fits], prefix="project_state")
    targets, states, basis = targets[fits], states[fits], basis[fits]
    return _items(
        network,
        rows["project"][targets],
        states + nodes_of(columns).start("state"),
        certainty=network.selected.times[rows["project"][targets]],
        record=targets + records_of(columns).start("project_state"),
        basis=basis,
    )


_ITEMS: dict[str, Callable[[Network], Items]] = {
    "project": _projects,
    "topic": _topics,
    "partner": _partners,
    "funder": _funders,
    "state": _states,
}


def _joined(mine: Items, shared: Items) -> tuple[Any, Grades]:
    """Links between the items of each project, and their certainties."""
    first = np.searchsorted(shared.project, mine.project, side="left")
    counts = np.searchsorted(shared.project, mine.project, side="right") - first
    one, other = expand_by(first, counts)
    links = links_of(
        mine.node[one],
        shared.node[other],
        mine.project[one],
        mine.record[one],
        mine.basis[one],
        second=shared.record[other],
        second_basis=shared.basis[other],
        certainty=np.maximum(mine.certainty[one], shared.certainty[other]),
    )
    return links, links.certainty


# What is told of an edge


def _teller(
    network: Network, incidence: Incidence, *, money: bool
) -> Callable[[Ties, Shown, Integers], list[Attributes]]:
    nodes, facts = nodes_of(network.columns), network.facts

    def tell(ties: Ties, _shown: Shown, edges: Integers) -> list[Attributes]:
        told: list[Attributes] = [{"shared": [], "shared_sizes": [], "possibly_shared": []} for _ in edges]
        places, one, _ = ties.entries(edges)
        _, hubs, both = ties.hubs(edges)
        sizes = incidence.sizes[one]
        for place, ref, size, certain in zip(
            places.tolist(), nodes.refs(facts, hubs), sizes.tolist(), both.tolist(), strict=True
        ):
            if certain:
                told[place]["shared"].append(ref)
                told[place]["shared_sizes"].append(size)
            else:
                told[place]["possibly_shared"].append(ref)
        if money:
            for place, amounts in enumerate(_amounts_of(network, ties, edges)):
                told[place]["amounts"] = amounts
        return told

    return tell


def _amounts_of(network: Network, ties: Ties, edges: Integers) -> list[Attributes]:
    """For each edge the smaller amounts of what both ends certainly share."""
    incidence, nodes = ties.incidence, nodes_of(network.columns)
    places, one, other = ties.entries(edges)
    _, hubs, both = ties.hubs(edges)
    numbers = np.unique(incidence.edge[np.concatenate([one, other])])
    at, links = incidence.edges.rows(numbers)
    rows = incidence.edges.links.first[links] - records_of(network.columns).start("funding")
    told = sums_of(network.columns, network.selection, at, rows, len(numbers)).told(network.facts)
    money = dict(zip(numbers.tolist(), told, strict=True))
    found: list[list[tuple[Attributes, Attributes, str]]] = [[] for _ in edges]
    for place, ours, theirs, ref in zip(
        places[both].tolist(),
        incidence.edge[one[both]].tolist(),
        incidence.edge[other[both]].tolist(),
        nodes.refs(network.facts, hubs[both]),
        strict=True,
    ):
        found[place].append((money[ours], money[theirs], ref))
    return [_amounts(shared) for shared in found]


def _amounts(shared: Iterable[tuple[Attributes, Attributes, str]]) -> Attributes:
    """For each currency and stage the sum of the smaller amounts; the neighbours whose amounts are not all known."""
    sums: dict[tuple[str, str, bool], int] = {}
    stages: dict[str, str | None] = {}
    unknown: list[str] = []
    for one, other, ref in shared:
        if {one["status"], other["status"]} & {"unknown", "lower_bound"}:
            unknown.append(ref)
        amounts = [
            {(row["currency"], row["stage"] or "", row["undated"]): row for row in side["sums"]}
            for side in (one, other)
        ]
        for key in amounts[0].keys() & amounts[1].keys():
            stages[key[1]] = amounts[0][key]["stage"]
            sums[key] = sums.get(key, 0) + min(side[key]["amount_minor"] for side in amounts)
    status = "lower_bound" if sums and unknown else "unknown" if unknown else "known" if sums else "none_recorded"
    return {
        "status": status,
        "sums": [
            {"currency": key[0], "stage": stages[key[1]], "undated": key[2], "amount_minor": sums[key]}
            for key in sorted(sums)
        ],
        "unknown": unknown,
    }
