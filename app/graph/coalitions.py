"""Who works together: declared collaborations, and ties inferred from shared projects, funders, states and topics."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.graph.assembly import Network, Shown
from app.graph.columns import NONE, Columns, Integers, unique
from app.graph.definitions import TIES
from app.graph.facts import Facts
from app.graph.funder_partner_state import edges_over, gather, partner_rows
from app.graph.links import Edges, basis_bits, edges_of, links_of, taken_bits
from app.graph.network import Attributes, UnknownNodeError
from app.graph.selection import CERTAIN, Grades, Selection, partners_by_project, select
from app.graph.spaces import nodes_of, records_of
from app.graph.ties import Combined, Incidence, Ties, incidence_of

__all__ = [
    "DECLARED",
    "PAIRS_PER_EDGE",
    "TALKS",
    "coalitions",
    "declared_ties",
    "together",
]

DECLARED = frozenset({"collaboration"})
PAIRS_PER_EDGE = 20
"""Where only the best are shown, pairs that may be looked at for each edge that an answer may hold."""
TALKS = frozenset({"dialogue", "interview", "convening"})
"""Kinds of collaboration whose members are not thereby tied to each other."""
_WITH_HUBS = frozenset({"funder", "state", "topic"})

Flags = NDArray[np.bool_]


def coalitions(facts: Facts, selection: Selection, **asked: Any) -> Attributes:
    """The network as node-link data: see `together`."""
    return together(facts, selection, **asked).node_link()


def together(
    facts: Facts,
    selection: Selection,
    *,
    ties: Sequence[str],
    weights: Mapping[str, float],
    include: Sequence[str],
    query: Attributes,
    min_weight: float,
    max_edges: int | None,
    most_edges: int,
    around: str | None = None,
    top_k: int | None = None,
) -> Shown:
    """The network: one edge per pair and tie.

    `weights` (tie -> number) asks for one more edge per pair, the weighted sum of its ties. `around` (a prefixed id)
    keeps the ties of one node; `top_k` of each tie the best so many of each node, by weight, then id: an edge stays if
    it is among the best of either end. All pairs that share a hub are looked at: where there are more of them than an
    answer may hold edges (20 times as many where `top_k` or `max_edges` cut them), the network is refused.
    """
    most = most_edges if top_k is None and max_edges is None else most_edges * PAIRS_PER_EDGE
    network = gather_ties(
        facts, selection, ties=ties, weights=weights, include=include, most=most, around=around, top_k=top_k
    )
    return network.finish(
        name="coalitions",
        definitions=TIES,
        query=query,
        min_weight=min_weight,
        max_edges=max_edges,
        most_edges=most_edges,
    )


def gather_ties(
    facts: Facts,
    selection: Selection,
    *,
    ties: Sequence[str],
    weights: Mapping[str, float],
    include: Sequence[str],
    most: int = 0,
    around: str | None = None,
    ends: tuple[str, str] | None = None,
    top_k: int | None = None,
) -> Network:
    """The network of `together`, of which `most` pairs may be looked at; with `ends` the ties of these two nodes."""
    network = Network(facts, selection, select(facts, selection), directed=False)
    centre = None if around is None else nodes_of(facts.columns).number(facts, around)
    if centre == NONE:
        raise UnknownNodeError(around)
    limits: dict[str, Any] = {"most": most, "around": centre}
    if ends is not None:
        limits["around"], limits["to"] = (nodes_of(facts.columns).number(facts, ref) for ref in ends)
    found: list[Ties] = []
    if "collaboration" in ties:
        found.append(declared_ties(network, include, limits))
    if "project" in ties:
        found.append(_projects(network, include, limits))
    if {"funder", "state"} & set(ties):
        found += _hubs(network, ties, include, limits)
    if "topic" in ties:
        found.append(_topics(network, include, limits))
    beyond = {one.relation: one.keep_best(top_k) for one in found} if top_k is not None else {}
    for one in found:
        network.add(one)
    weighted = [one for one in found if one.relation in weights]
    if weighted:
        network.add(Combined(weighted, dict(weights), _of_combined))
    if centre is not None:
        network.have(np.array([centre]))
    network.block |= {"ties": sorted(ties)}
    if weights:
        network.block["weights"] = dict(sorted(weights.items()))
    if top_k is not None:
        network.block |= {"top_k": top_k, "edges_beyond_top_k": dict(sorted(beyond.items()))}
        network.truncated = any(beyond.values())
    return network


def _leave_out_parties(network: Network, nodes: Integers, include: Sequence[str]) -> None:
    """Note the unnamed parties among nodes that are not asked for."""
    if "unnamed" not in include:
        start, end = (nodes_of(network.columns).start(prefix) for prefix in ("party", "project"))
        parties = nodes[(nodes >= start) & (nodes < end)] - start
        network.leave_out("unnamed_parties", "unnamed_party", parties, prefix="party")


def _are_shown(columns: Columns, nodes: Integers, include: Sequence[str]) -> Flags:
    found: Flags = (nodes < nodes_of(columns).start("party")) | ("unnamed" in include)
    return found


# Declared


def selected_collaborations(network: Network) -> tuple[Integers, Grades]:
    """The collaborations of the selection, whatever their basis, and the certainty of each: its project's."""
    rows, selection, selected = network.columns["collaboration"], network.selection, network.selected
    fits = np.ones(len(rows), dtype=bool)
    if selection.collaboration_kind:
        fits &= rows.words("kind").isin(selection.collaboration_kind)
    if selection.collaboration_status:
        fits &= rows.words("collaboration_status").isin(selection.collaboration_status)
    alone = rows["project"] == NONE
    if filters_projects(selection):
        network.leave_out("collaborations_without_project", "collaboration", np.flatnonzero(fits & alone))
        fits &= ~alone
    fits &= alone | np.append(selected.mask, False)[rows["project"]]
    found = np.flatnonzero(fits)
    certainty = np.append(selected.grades, CERTAIN)[rows["project"][found]]
    return found, certainty


def filters_projects(selection: Selection) -> bool:
    """Whether the selection says anything of projects, so that what belongs to none is not in it."""
    return bool(set(selection.query()) - {"collaboration_kind", "collaboration_status", "basis", "currency"})


def declared_ties(network: Network, include: Sequence[str], limits: Mapping[str, Any]) -> Ties:
    columns, bits = network.columns, taken_bits(network.selection.basis)
    rows, members = columns["collaboration"], columns["collaboration_member"]
    nodes, records = nodes_of(columns), records_of(columns)
    found, certainty = selected_collaborations(network)
    basis = basis_bits(rows.words("basis"))
    taken = (basis[found] & bits) != 0
    others = "facts_of_other_basis"
    network.leave_out(others, "collaboration", found[~taken], prefix="collaboration")
    found, certainty = found[taken], certainty[taken]
    at, member = columns.index("collaboration_member", "collaboration").rows(found)
    member_basis = basis_bits(members.words("basis"))
    taken = (member_basis[member] & bits) != 0
    network.leave_out(others, "collaboration_member", member[~taken], prefix="collaboration_member")
    at, member = at[taken], member[taken]
    who = members["actor"][member] + nodes.start("org")
    _leave_out_parties(network, who, include)
    shown = _are_shown(columns, who, include)
    at, member, who = at[shown], member[shown], who[shown]
    network.have(who)
    links = links_of(
        who,
        found[at],
        rows["project"][found[at]],
        member + records.start("collaboration_member"),
        member_basis[member],
        second=found[at] + records.start("collaboration"),
        second_basis=basis[found[at]],
        certainty=certainty[at],
    )
    edges = edges_of("membership", links, links.certainty)
    incidence = incidence_of(edges, node="source", is_certain=edges.certainty == CERTAIN)
    row = links.first[edges.link_starts[:-1]][incidence.edge] - records.start("collaboration_member")
    roles = members.words("role")
    is_lead, supports = roles.isin({"lead"})[row], roles.isin({"supporter"})[row]
    is_talk = rows["plural"] | rows.words("kind").isin(TALKS)

    def tied(one: Integers, other: Integers) -> Flags:
        """Lead with member; member with member unless the row is plural or a talk. A supporter is not in it."""
        found: Flags = (is_lead[one] | is_lead[other] | ~is_talk[incidence.hub[one]]) & ~(
            supports[one] | supports[other]
        )
        return found

    planned = rows.words("collaboration_status").isin({"planned"})
    leads = np.where(is_lead, incidence.node, NONE)

    def tell(ties: Ties, shown: Shown, edges: Integers) -> list[Attributes]:
        told: list[Attributes] = [
            {"leads": [], "collaborations": [], "planned_collaborations": [], "declared": True} for _ in edges
        ]
        places, one, other = ties.entries(edges)
        hubs = incidence.hub[one]
        names = shown.facts.ids("collaboration", hubs)
        for place, name, is_planned in zip(places.tolist(), names, planned[hubs].tolist(), strict=True):
            told[place]["planned_collaborations" if is_planned else "collaborations"].append(name)
        both, ends = np.concatenate([places, places]), np.concatenate([leads[one], leads[other]])
        both, ends = both[ends != NONE], ends[ends != NONE]
        for place, ref in zip(both.tolist(), nodes.refs(shown.facts, ends), strict=True):
            if ref not in told[place]["leads"]:
                told[place]["leads"] = sorted([*told[place]["leads"], ref])
        return told

    counted = ~planned[incidence.hub]
    return Ties("collaboration", incidence, allowed=tied, counted=counted, tell=tell, **limits)


# Inferred


def _inferred(ties: Ties, shown: Shown, edges: Integers) -> list[Attributes]:
    told: list[Attributes] = [{"declared": False} for _ in edges]
    if ties.relation in _WITH_HUBS:
        for one in told:
            one["shared"] = []
        places, hubs, _ = ties.hubs(edges)
        for place, ref in zip(places.tolist(), nodes_of(shown.columns).refs(shown.facts, hubs), strict=True):
            told[place]["shared"].append(ref)
    return told


def _kept(edges: Edges, name: str, make: Callable[[], Incidence]) -> Incidence:
    """An incidence of edges, made once: the edges of everything are kept."""
    if name not in edges.kept:
        edges.kept[name] = make()
    found: Incidence = edges.kept[name]
    return found


def _projects(network: Network, include: Sequence[str], limits: Mapping[str, Any]) -> Ties:
    _leave_out_partners(network, include)
    edges = edges_over(network, "takes_part", include)
    incidence = _kept(edges, "project", lambda: incidence_of(edges, node="source"))
    return Ties("project", incidence, tell=_inferred, **limits)


def _leave_out_partners(network: Network, include: Sequence[str]) -> None:
    """Note the unnamed partners of the selected projects, where they are not asked for."""
    columns, partners = network.columns, partner_rows(network.columns)
    parties = columns.kept.get("unnamed partners") if network.is_whole else None
    if parties is None:
        rows = network.selected.rows(partners_by_project(columns))
        rows = rows[(partners.basis[rows] & taken_bits(network.selection.basis)) != 0]
        parties = unique(partners.actor[rows]) + nodes_of(columns).start("org")
        if network.is_whole:
            columns.kept["unnamed partners"] = parties
    _leave_out_parties(network, parties, include)


def _hubs(network: Network, ties: Sequence[str], include: Sequence[str], limits: Mapping[str, Any]) -> list[Ties]:
    """Ties over shared funders and states: neighbours in the funder-partner-state network of the same selection."""
    base = gather(network.facts, network.selection, [word for word in include if word == "unnamed"])
    for reason in ("facts_of_other_basis", "unnamed_parties"):
        network.leave_out_too(base, reason)
    found: list[Ties] = []
    if "funder" in ties:
        funds = base.plain("funds")
        incidence = _kept(funds, "funder", lambda: incidence_of(funds, node="target"))
        found.append(Ties("funder", incidence, tell=_inferred, **limits))
    if "state" in ties:
        works_in = base.plain("works_in")
        incidence = _kept(works_in, "state", lambda: _certain_states(network.columns, works_in))
        found.append(Ties("state", incidence, tell=_inferred, **limits))
    return found


def _certain_states(columns: Columns, works_in: Edges) -> Incidence:
    nodes = nodes_of(columns)
    is_state = (works_in.target >= nodes.start("state")) & (works_in.target < nodes.start("state_group"))
    return incidence_of(works_in, node="source", chosen=np.flatnonzero(is_state & (works_in.weight > 0)))


def _topics(network: Network, include: Sequence[str], limits: Mapping[str, Any]) -> Ties:
    edges = edges_over(network, "has_topic", ["unnamed"])
    if "unnamed" not in include:
        _leave_out_parties(network, edges.source, include)
        edges = edges_over(network, "has_topic", ())
    incidence = _kept(edges, "topic", lambda: incidence_of(edges, node="source"))
    return Ties("topic", incidence, tell=_inferred, **limits)


# Added up


def _of_combined(combined: Combined, _shown: Shown, edges: Integers) -> list[Attributes]:
    told: list[Attributes] = [{"parts": {}} for _ in edges]
    for one, places, own in combined.parts(edges):
        for place, weight in zip(places.tolist(), one.weight[own].tolist(), strict=True):
            told[place]["parts"][one.relation] = weight
    for found in told:
        found["parts"] = dict(sorted(found["parts"].items()))
        found["declared"] = set(found["parts"]) <= DECLARED
    return told
