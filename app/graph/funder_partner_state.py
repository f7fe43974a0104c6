"""The tripartite network: funders, their partners, and the states in which these work."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.graph.assembly import Network, Shown
from app.graph.columns import NONE, Columns, Index, Integers, expand_by
from app.graph.definitions import RELATIONS
from app.graph.facts import Facts
from app.graph.links import Bits, Edges, Grouping, Links, basis_bits, links_of, taken_bits
from app.graph.network import Attributes
from app.graph.selection import (
    CERTAIN,
    NATIONWIDE,
    POSSIBLE,
    Grades,
    Selected,
    Selection,
    country_site,
    is_target,
    open_groups,
    origins_of,
    partners_by_project,
    partners_in,
    select,
    site_states,
    target_rows,
)
from app.graph.spaces import nodes_of, records_of

__all__ = [
    "INCLUDES",
    "PartnerRows",
    "edges_over",
    "funder_partner_state",
    "gather",
    "kept_links",
    "partner_rows",
    "tripartite",
]

INCLUDES = ("projects", "unnamed", "supports")

Flags = NDArray[np.bool_]

_BY_TIME = frozenset({"works_in", "located_in"})
"""Relations whose place is as sure as the row that says it, and the project's time."""


def funder_partner_state(
    facts: Facts,
    selection: Selection,
    *,
    include: Sequence[str],
    query: Attributes,
    min_weight: float,
    max_edges: int | None,
    most_edges: int,
) -> Attributes:
    """The network as node-link data; `include` takes projects, unnamed, supports."""
    return tripartite(
        facts,
        selection,
        include=include,
        query=query,
        min_weight=min_weight,
        max_edges=max_edges,
        most_edges=most_edges,
    ).node_link()


def tripartite(
    facts: Facts,
    selection: Selection,
    *,
    include: Sequence[str],
    query: Attributes,
    min_weight: float,
    max_edges: int | None,
    most_edges: int,
) -> Shown:
    """The network; `include` takes projects, unnamed, supports."""
    network = gather(facts, selection, include)
    network.leave_out("funding_without_project", "funding", np.flatnonzero(facts.columns["funding"]["project"] == NONE))
    network.total_money("funds", "funds_project")
    return network.finish(
        name="funder-partner-state",
        definitions=RELATIONS,
        query=query,
        min_weight=min_weight,
        max_edges=max_edges,
        most_edges=most_edges,
    )


def gather(facts: Facts, selection: Selection, include: Sequence[str]) -> Network:
    """The nodes and edges of the network."""
    network = Network(facts, selection, select(facts, selection), directed=True)
    relations = ["funds", "works_in"]
    if "projects" in include:
        relations += ["funds_project", "takes_part", "located_in", "part_of"]
    if "supports" in include:
        relations.append("supports")
    for relation in relations:
        network.add(edges_over(network, relation, include))
    if not network.is_whole:
        _add_the_rest(network, include)
        return network
    # Everything is asked for most often, and the most work.
    key = ("whole", *sorted(include))
    kept: Network | None = facts.columns.kept.get(key)
    if kept is None:
        kept = facts.columns.kept[key] = Network(Facts(facts.columns), selection, network.selected, directed=True)
        kept.edges = network.edges
        _add_the_rest(kept, include)
    kept.rest_to(network)
    return network


def _add_the_rest(network: Network, include: Sequence[str]) -> None:
    """Nodes without an edge, and what is left out."""
    bits = taken_bits(network.selection.basis)
    _add_nodes(network, include, bits)
    _leave_out(network, include, bits)


def edges_over(network: Network, relation: str, include: Sequence[str]) -> Edges:
    """The edges of one relation over the selected projects; those of everything are kept beside the columns."""
    if not network.is_whole:
        return _edges(network, relation, include)
    key = ("edges", relation, "unnamed" in include)
    kept: Edges | None = network.columns.kept.get(key)
    if kept is None:
        kept = network.columns.kept[key] = _edges(network, relation, include)
    return kept


def _edges(network: Network, relation: str, include: Sequence[str]) -> Edges:
    columns, selected = network.columns, network.selected
    of_projects = selected.times if relation in _BY_TIME else selected.grades
    parents = columns["project"]["parent"]
    if network.is_whole:
        key = ("grouping", relation, "unnamed" in include)
        grouping: Grouping | None = columns.kept.get(key)
        if grouping is None:
            grouping = columns.kept[key] = Grouping(*_chosen(network, relation, include))
        links, rows = grouping.links, grouping.rows
        return Edges(relation, grouping, links.certainty if rows is None else links.certainty[rows])
    links, chosen = _chosen(network, relation, include)
    meant = slice(None) if chosen is None else chosen
    projects = links.project[meant]
    certainty = np.maximum(links.certainty[meant], of_projects[projects])
    if relation == "part_of":
        certainty = np.maximum(certainty, of_projects[parents[projects]])
    return Edges(relation, Grouping(links, chosen), certainty)


def _chosen(network: Network, relation: str, include: Sequence[str]) -> tuple[Links, Integers | None]:
    """The links of a relation, and which of them (None: all) are the selection's."""
    columns, selected, selection = network.columns, network.selected, network.selection
    links = kept_links(columns, relation)
    rows = _links_of(columns, relation, selected)
    if relation == "part_of":
        rows = rows[selected.mask[columns["project"]["parent"][links.project[rows]]]]
    if selection.basis:
        rows = rows[links.taking(taken_bits(selection.basis), rows)]
    if "unnamed" not in include:
        rows = rows[~_are_parties(columns, links.source[rows]) & ~_are_parties(columns, links.target[rows])]
    return links, None if len(rows) == len(links) else rows


def _links_of(columns: Columns, relation: str, selected: Selected) -> Integers:
    """The links of the selected projects, ascending."""
    links = kept_links(columns, relation)
    if selected.is_whole:
        return np.arange(len(links))
    if len(selected.taken) > len(selected.grades) // 8:
        return np.flatnonzero(selected.mask[links.project])
    key = ("links by project", relation)
    index: Index | None = columns.kept.get(key)
    if index is None:
        index = columns.kept[key] = Index(links.project, len(selected.grades))
    return selected.rows(index)


# The links behind the edges, kept beside the columns


def kept_links(columns: Columns, relation: str) -> Links:
    """The links of one relation over all projects and bases, unnamed parties too.

    They are those of the network's relations, and `has_topic`: partners and the topics of their projects.
    """
    found: Links | None = columns.kept.get(("links", relation))
    if found is None:
        found = columns.kept["links", relation] = _LINKS[relation](columns)
    return found


def _bases(columns: Columns, table: str) -> Bits:
    return basis_bits(columns[table].words("basis"))


def _funds(columns: Columns) -> Links:
    funding, start = columns["funding"], nodes_of(columns).start("org")
    rows = np.flatnonzero((funding["project"] != NONE) & (funding["funder"] != NONE) & (funding["recipient"] != NONE))
    return links_of(
        funding["funder"][rows] + start,
        funding["recipient"][rows] + start,
        funding["project"][rows],
        rows + records_of(columns).start("funding"),
        _bases(columns, "funding")[rows],
    )


def _funds_project(columns: Columns) -> Links:
    funding, nodes = columns["funding"], nodes_of(columns)
    rows = np.flatnonzero((funding["project"] != NONE) & (funding["funder"] != NONE))
    return links_of(
        funding["funder"][rows] + nodes.start("org"),
        funding["project"][rows] + nodes.start("project"),
        funding["project"][rows],
        rows + records_of(columns).start("funding"),
        _bases(columns, "funding")[rows],
    )


class PartnerRows(NamedTuple):
    """The rows that make partners: project, actor, number of the record, its basis."""

    project: Integers
    actor: Integers
    record: Integers
    basis: Bits


def partner_rows(columns: Columns) -> PartnerRows:
    """The rows that make partners of projects, by facts of any basis; in the order of `partners_in`."""
    kept: PartnerRows | None = columns.kept.get("partner_rows")
    if kept is None:
        kept = columns.kept["partner_rows"] = _partner_rows(columns)
    return kept


def _partner_rows(columns: Columns) -> PartnerRows:
    found, records = partners_in(columns), records_of(columns)
    parts = len(columns["participation"])
    is_part = found.record < parts
    record = np.where(
        is_part, found.record + records.start("participation"), found.record - parts + records.start("funding")
    )
    both = np.concatenate([_bases(columns, "participation"), _bases(columns, "funding")])
    return PartnerRows(found.project, found.actor, record, both[found.record])


def _takes_part(columns: Columns) -> Links:
    found, nodes = partner_rows(columns), nodes_of(columns)
    return links_of(
        found.actor + nodes.start("org"),
        found.project + nodes.start("project"),
        found.project,
        found.record,
        found.basis,
    )


class _Places(NamedTuple):
    """Where projects work, in the order of the projects: number of the node, certainty, record, basis."""

    project: Integers
    node: Integers
    certainty: Grades
    record: Integers
    basis: Bits


def _places(columns: Columns) -> _Places:
    kept: _Places | None = columns.kept.get("places")
    if kept is None:
        kept = columns.kept["places"] = _all_places(columns)
    return kept


def _all_places(columns: Columns) -> _Places:
    nodes, records = nodes_of(columns), records_of(columns)
    rows, targets = columns["project_state"], target_rows(columns)
    sites = rows["site"][targets].astype(np.int64)
    states = site_states(columns)[sites]
    in_country = sites == country_site(columns)
    placed = (states != NONE) | in_country
    targets, sites, states, in_country = targets[placed], sites[placed], states[placed], in_country[placed]
    country = nodes.start("country") + sites - columns.states
    node = np.where(in_country, country, nodes.start("state") + states)
    certainty = np.where(in_country, NATIONWIDE, CERTAIN)
    groups = open_groups(columns)
    found = _Places(
        np.concatenate([rows["project"][targets], groups.project]).astype(np.int64),
        np.concatenate([node, nodes.start("state_group") + groups.code]),
        np.concatenate([certainty, np.full(len(groups.code), POSSIBLE)]).astype(np.uint8),
        np.concatenate([targets + records.start("project_state"), groups.code + records.start("state_group")]),
        np.concatenate([_bases(columns, "project_state")[targets], _bases(columns, "state_group")[groups.code]]),
    )
    order = np.argsort(found.project, kind="stable")
    return _Places(*(column[order] for column in found))


def _works_in(columns: Columns) -> Links:
    nodes, partners, places = nodes_of(columns), partner_rows(columns), _places(columns)
    size, parts = len(columns["project"]), len(columns["participation"])
    own = columns.index("participation_state", "participation")
    has_own = np.zeros(parts + len(columns["funding"]), dtype=bool)
    has_own[:parts] = np.diff(own.starts) > 0
    states_own = has_own[partners_in(columns).record]
    # Whoever has states of its own in a project works there, and not in the project's other states.
    key = partners.project * columns.size("actor") + partners.actor
    heads = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1]))[: len(key)])
    lengths = np.diff(np.append(heads, len(key)))
    is_own = np.repeat(np.logical_or.reduceat(states_own, heads), lengths) if len(heads) else states_own
    named = np.bincount(partners.project[heads[partners.actor[heads] < columns.organizations]], minlength=size)
    is_alone = (named[partners.project] == 1) & (partners.actor < columns.organizations)

    with_own = np.flatnonzero(states_own)
    which, rows = own.rows(partners_in(columns).record[with_own])
    which = with_own[which]
    starts = np.searchsorted(places.project, np.arange(size + 1))
    others = np.flatnonzero(~is_own)
    projects = partners.project[others]
    at, place = expand_by(starts[projects], starts[projects + 1] - starts[projects])
    at = others[at]
    return links_of(
        np.concatenate([partners.actor[which], partners.actor[at]]) + nodes.start("org"),
        np.concatenate([columns["participation_state"]["state"][rows] + nodes.start("state"), places.node[place]]),
        np.concatenate([partners.project[which], partners.project[at]]),
        np.concatenate([partners.record[which], partners.record[at]]),
        np.concatenate([partners.basis[which], partners.basis[at]]),
        second=np.concatenate([np.full(len(which), NONE), places.record[place]]),
        second_basis=np.concatenate([np.zeros(len(which), dtype=np.uint8), places.basis[place]]),
        certainty=np.concatenate([np.full(len(which), CERTAIN, dtype=np.uint8), places.certainty[place]]),
        flag=np.concatenate([np.zeros(len(which), dtype=bool), ~is_alone[at]]),
    )


def _has_topic(columns: Columns) -> Links:
    nodes, partners, topics = nodes_of(columns), partner_rows(columns), columns["project_topic"]
    at, rows = columns.index("project_topic", "project").rows(partners.project)
    return links_of(
        partners.actor[at] + nodes.start("org"),
        topics["topic"][rows] + nodes.start("topic"),
        partners.project[at],
        partners.record[at],
        partners.basis[at],
        second_basis=_bases(columns, "project_topic")[rows],
    )


def _located_in(columns: Columns) -> Links:
    places, nodes = _places(columns), nodes_of(columns)
    return links_of(
        places.project + nodes.start("project"),
        places.node,
        places.project,
        places.record,
        places.basis,
        certainty=places.certainty,
    )


def _part_of(columns: Columns) -> Links:
    parents, start = columns["project"]["parent"], nodes_of(columns).start("project")
    children = np.flatnonzero(parents != NONE)
    return links_of(
        children + start,
        parents[children] + start,
        children,
        children + records_of(columns).start("project"),
        _bases(columns, "project")[children],
    )


def _supports(columns: Columns) -> Links:
    nodes, records = nodes_of(columns), records_of(columns)
    parts, funding = columns["participation"], columns["funding"]
    actors = columns.size("actor")
    received = np.flatnonzero((funding["recipient"] != NONE) & (funding["project"] != NONE))
    paid = funding["project"][received].astype(np.int64) * actors + funding["recipient"][received]
    unpaid = np.flatnonzero(~np.isin(parts["project"].astype(np.int64) * actors + parts["actor"], paid))
    origins = origins_of(columns)[parts["project"][unpaid]]
    unpaid, origins = unpaid[origins != NONE], origins[origins != NONE]
    at, rows = columns.index("funding", "project").rows(origins)
    funders, who = funding["funder"][rows], unpaid[at]
    kept = (funders != NONE) & (funders != parts["actor"][who])
    at, rows, who = at[kept], rows[kept], who[kept]
    return links_of(
        funding["funder"][rows] + nodes.start("org"),
        parts["actor"][who] + nodes.start("org"),
        parts["project"][who],
        who + records.start("participation"),
        _bases(columns, "participation")[who],
        second=rows + records.start("funding"),
        second_basis=_bases(columns, "funding")[rows],
        flag=origins[at] != parts["project"][who],
    )


_LINKS: dict[str, Callable[[Columns], Links]] = {
    "funds": _funds,
    "funds_project": _funds_project,
    "has_topic": _has_topic,
    "located_in": _located_in,
    "part_of": _part_of,
    "supports": _supports,
    "takes_part": _takes_part,
    "works_in": _works_in,
}


# Nodes without an edge, roles, and what is not shown


def _are_parties(columns: Columns, numbers: Integers) -> Flags:
    nodes = nodes_of(columns)
    found: Flags = (numbers >= nodes.start("party")) & (numbers < nodes.start("project"))
    return found


def _is_shown(columns: Columns, actors: Integers, include: Sequence[str]) -> Flags:
    shown: Flags = actors != NONE
    return shown if "unnamed" in include else shown & (actors < columns.organizations)


def _add_nodes(network: Network, include: Sequence[str], bits: int) -> None:
    columns, selected = network.columns, network.selected
    start, funding, partners = nodes_of(columns).start("org"), columns["funding"], partner_rows(columns)
    rows = selected.rows(columns.index("funding", "project"))
    funders = funding["funder"][rows[_taken(columns, "funding", rows, bits)]]
    network.have(funders[_is_shown(columns, funders, include)] + start, role="funder")
    at = selected.rows(partners_by_project(columns))
    who = partners.actor[at[(partners.basis[at] & bits) != 0]]
    network.have(who[_is_shown(columns, who, include)] + start, role="partner")
    if "projects" in include:
        network.have(selected.taken + nodes_of(columns).start("project"))
        places = _places(columns)
        network.have(places.node[selected.mask[places.project] & ((places.basis & bits) != 0)])
    if "supports" in include and network.has("supports"):
        network.have(network.plain("supports").source, role="funder")


def _taken(columns: Columns, table: str, rows: Integers, bits: int) -> Flags:
    """Which rows of a table have a basis among the bits."""
    words = columns[table].words("basis")
    found: Flags = (basis_bits(words, rows) & bits) != 0
    return found


def _leave_out(network: Network, include: Sequence[str], bits: int) -> None:
    columns, selected = network.columns, network.selected
    funding, parts, rows = columns["funding"], columns["participation"], columns["project_state"]
    here = selected.rows(columns.index("funding", "project"))
    others = "facts_of_other_basis"
    taken = _taken(columns, "funding", here, bits)
    network.leave_out(others, "funding", here[~taken], prefix="funding")
    here = here[taken]
    for end, reason in (("funder", "funding_from_unknown_funder"), ("recipient", "funding_to_unknown_recipient")):
        actors = funding[end][here]
        network.leave_out(reason, "funding", here[actors == NONE])
        _leave_out_unnamed(network, actors, include)

    partners, found = partner_rows(columns), partners_in(columns)
    at = selected.rows(partners_by_project(columns))
    taken = (partners.basis[at] & bits) != 0
    record = found.record[at]
    network.leave_out(others, "participation", record[~taken & (record < len(parts))], prefix="participation")
    _leave_out_unnamed(network, partners.actor[at[taken]], include)
    if "projects" not in include:
        named = np.zeros(len(selected.grades), dtype=bool)
        named[partners.project[at[partners.actor[at] < columns.organizations]]] = True
        network.leave_out("projects_without_known_partner", "project", selected.taken[~named[selected.taken]])

    targets = selected.rows(columns.index("project_state", "project"))
    targets = targets[is_target(columns)[targets]]
    taken = _taken(columns, "project_state", targets, bits)
    network.leave_out(others, "project_state", targets[~taken], prefix="project_state")
    sites = rows["site"][targets[taken]]
    above = (site_states(columns)[sites] == NONE) & (sites != country_site(columns))
    network.leave_out("places_above_the_states", "project_state", targets[taken][above], prefix="project_state")
    groups = open_groups(columns)
    closed = selected.mask[groups.project] & ~_taken(columns, "state_group", groups.code, bits)
    network.leave_out(others, "state_group", groups.code[closed], prefix="state_group")

    if "projects" in include:
        parents = columns["project"]["parent"][selected.taken]
        below = selected.taken[(parents != NONE) & np.append(selected.mask, False)[parents]]
        network.leave_out(others, "project", below[~_taken(columns, "project", below, bits)], prefix="project")
    if "supports" in include:
        _leave_out_supports(network, include, bits)
    unknown = selected.taken[origins_of(columns)[selected.taken] == NONE]
    network.leave_out("projects_without_known_funder", "project", unknown)


def _leave_out_supports(network: Network, include: Sequence[str], bits: int) -> None:
    columns, nodes, records = network.columns, nodes_of(network.columns), records_of(network.columns)
    links = kept_links(columns, "supports")
    links = links.where(_links_of(columns, "supports", network.selected))
    taken = (links.first_basis & bits) != 0
    parts = links.first[~taken] - records.start("participation")
    network.leave_out("facts_of_other_basis", "participation", parts, prefix="participation")
    links = links.where(taken)
    _leave_out_unnamed(network, links.target - nodes.start("org"), include)
    taken = (links.second_basis & bits) != 0
    rows = links.second[~taken] - records.start("funding")
    network.leave_out("facts_of_other_basis", "funding", rows, prefix="funding")
    _leave_out_unnamed(network, links.source[taken] - nodes.start("org"), include)


def _leave_out_unnamed(network: Network, actors: Integers, include: Sequence[str]) -> None:
    if "unnamed" not in include:
        first = network.columns.organizations
        network.leave_out("unnamed_parties", "unnamed_party", actors[actors >= first] - first, prefix="party")
