"""The relations that paths, neighbourhoods and clusters have beside those of the networks, as links."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from app.graph.assembly import Network
from app.graph.coalitions import selected_collaborations
from app.graph.columns import NONE, Columns, Integers, expand_by
from app.graph.facts import Facts
from app.graph.funder_partner_state import kept_links
from app.graph.links import Edges, Grouping, Links, basis_bits, distinct, edges_of, links_of, taken_bits
from app.graph.network import Attributes
from app.graph.selection import CERTAIN
from app.graph.spaces import nodes_of, records_of

__all__ = ["HOPS", "edges_between", "leave_out_hops", "tell"]

Flags = NDArray[np.bool_]

_BY_TIME = frozenset({"works_in", "located_in"})
"""Relations that are as sure as the place and the time of a project, and not as the whole selection."""


def edges_between(
    network: Network, relation: str, *, within: Flags | None = None, certainly: bool = False, loops: bool = True
) -> Edges:
    """The edges of one relation for the selected projects, unnamed parties too.

    `within` says of nodes, by their numbers, which may be ends; `certainly` means those edges only that are certain.
    Without `loops` edges from a node to itself are not meant.
    """
    columns, selected = network.columns, network.selected
    make = HOPS.get(relation)
    links = kept_links(columns, relation) if make is None else make(network)
    rows = np.flatnonzero(np.append(selected.mask, True)[links.project])
    parents = columns["project"]["parent"]
    if relation == "part_of":
        rows = rows[selected.mask[parents[links.project[rows]]]]
    if network.selection.basis:
        rows = rows[links.taking(taken_bits(network.selection.basis), rows)]
    if within is not None:
        rows = rows[within[links.source[rows]] & within[links.target[rows]]]
    if not loops:
        rows = rows[links.source[rows] != links.target[rows]]
    grades = np.append(selected.times if relation in _BY_TIME else selected.grades, CERTAIN)
    certainty = np.maximum(links.certainty[rows], grades[links.project[rows]])
    if relation == "part_of":
        certainty = np.maximum(certainty, grades[parents[links.project[rows]]])
    edges = edges_of(relation, links, certainty, rows)
    if certainly:
        kept = np.repeat(edges.certainty == CERTAIN, np.diff(edges.grouping.link_starts))
        edges = edges_of(relation, links, certainty[kept], rows[kept])
    if relation == "organization_relation":
        edges.weight = np.ones(len(edges), dtype=np.int64)
    if relation == "lead_member":
        edges.weight = _agreed(columns, edges.grouping)
    return edges


def tell(facts: Facts, edge: Attributes) -> Attributes:
    """What an edge of paths and neighbourhoods says besides."""
    tables = {"participation": ("participation", "participation_roles"), "lead_member": ("collaboration", "")}
    tables["organization_relation"] = ("organization_relation", "relation_kinds")
    if edge["relation"] not in tables:
        return {}
    table, name = tables[edge["relation"]]
    ids = [ref.removeprefix(f"{table}:") for ref in edge["records"] if ref.startswith(f"{table}:")]
    rows = facts.rows(table, facts.codes(table, ids))
    if table == "participation":
        return {name: sorted({row.role for row in rows})}
    if table == "organization_relation":
        return {name: sorted({row.kind for row in rows})}
    planned = {row.id for row in rows if row.collaboration_status == "planned"}
    return {
        "collaborations": [one for one in ids if one not in planned],
        "planned_collaborations": [one for one in ids if one in planned],
    }


def _agreed(columns: Columns, grouping: Grouping) -> Integers:
    """For each edge the number of its collaborations that are not merely planned."""
    collaborations = grouping.links.second[grouping.rows] - records_of(columns).start("collaboration")
    planned = columns["collaboration"].words("collaboration_status").isin({"planned"})
    edge = np.repeat(np.arange(len(grouping.source)), np.diff(grouping.link_starts))
    agreed = ~planned[collaborations]
    edge, _ = distinct(edge[agreed], collaborations[agreed])
    return np.bincount(edge, minlength=len(grouping.source))


def _receives_for(network: Network) -> Links:
    columns = network.columns
    funding, nodes = columns["funding"], nodes_of(columns)
    rows = network.selected.rows(columns.index("funding", "project"))
    rows = rows[funding["recipient"][rows] != NONE]
    project = funding["project"][rows].astype(np.int64)
    return links_of(
        funding["recipient"][rows].astype(np.int64) + nodes.start("org"),
        project + nodes.start("project"),
        project,
        rows + records_of(columns).start("funding"),
        basis_bits(funding.words("basis"), rows),
    )


def _participation(network: Network) -> Links:
    columns = network.columns
    parts, nodes = columns["participation"], nodes_of(columns)
    rows = network.selected.rows(columns.index("participation", "project"))
    project = parts["project"][rows].astype(np.int64)
    return links_of(
        parts["actor"][rows].astype(np.int64) + nodes.start("org"),
        project + nodes.start("project"),
        project,
        rows + records_of(columns).start("participation"),
        basis_bits(parts.words("basis"), rows),
    )


def _about(network: Network) -> Links:
    columns = network.columns
    topics, nodes = columns["project_topic"], nodes_of(columns)
    rows = network.selected.rows(columns.index("project_topic", "project"))
    project = topics["project"][rows].astype(np.int64)
    return links_of(
        project + nodes.start("project"),
        topics["topic"][rows].astype(np.int64) + nodes.start("topic"),
        project,
        np.full(len(rows), NONE),
        basis_bits(topics.words("basis"), rows),
    )


def _relations(network: Network) -> Links:
    columns = network.columns
    table, start = columns["organization_relation"], nodes_of(columns).start("org")
    rows = np.flatnonzero(table["subject"] != NONE)
    return links_of(
        table["subject"][rows].astype(np.int64) + start,
        table["object"][rows].astype(np.int64) + start,
        np.full(len(rows), NONE),
        rows + records_of(columns).start("organization_relation"),
        basis_bits(table.words("basis"))[rows],
    )


def _lead_members(network: Network) -> Links:
    """From the lead of a selected collaboration to whoever is in it but a supporter: a link for each of their rows."""
    columns, bits = network.columns, taken_bits(network.selection.basis)
    rows, members = columns["collaboration"], columns["collaboration_member"]
    nodes, records = nodes_of(columns), records_of(columns)
    chosen, certainty = selected_collaborations(network)
    basis, member_basis = basis_bits(rows.words("basis")), basis_bits(members.words("basis"))
    at, member = columns.index("collaboration_member", "collaboration").rows(chosen)
    inside = ~members.words("role").isin({"supporter"})[member]
    inside &= ((basis[chosen[at]] & bits) != 0) & ((member_basis[member] & bits) != 0)
    at, member = at[inside], member[inside]
    is_lead = members.words("role").isin({"lead"})[member]
    leads = np.flatnonzero(is_lead)
    first, last = (np.searchsorted(at, at[leads], side=side) for side in ("left", "right"))
    which, other = expand_by(first, last - first)
    lead = leads[which]
    # Of two leads each leads the other: one edge, from the one whose id comes first.
    one, two = (members["actor"][member[of]].astype(np.int64) for of in (lead, other))
    kept = (lead != other) & ~(is_lead[other] & (two < one))
    lead, other, one, two = lead[kept], other[kept], one[kept], two[kept]
    collaboration = chosen[at[lead]]
    row = np.concatenate([member[lead], member[other]])
    twice = np.concatenate([collaboration, collaboration])
    return links_of(
        np.concatenate([one, one]) + nodes.start("org"),
        np.concatenate([two, two]) + nodes.start("org"),
        rows["project"][twice],
        row + records.start("collaboration_member"),
        member_basis[row],
        second=twice + records.start("collaboration"),
        second_basis=basis[twice],
        certainty=np.tile(certainty[at[lead]], 2),
    )


def _memberships(network: Network) -> Links:
    """From whoever is in a selected collaboration to the collaboration's project."""
    columns, nodes, records = network.columns, nodes_of(network.columns), records_of(network.columns)
    rows, members = columns["collaboration"], columns["collaboration_member"]
    chosen, _ = selected_collaborations(network)
    chosen = chosen[rows["project"][chosen] != NONE]
    at, member = columns.index("collaboration_member", "collaboration").rows(chosen)
    collaboration = chosen[at]
    project = rows["project"][collaboration].astype(np.int64)
    return links_of(
        members["actor"][member].astype(np.int64) + nodes.start("org"),
        project + nodes.start("project"),
        project,
        member + records.start("collaboration_member"),
        basis_bits(members.words("basis"))[member],
        second=collaboration + records.start("collaboration"),
        second_basis=basis_bits(rows.words("basis"))[collaboration],
    )


HOPS: dict[str, Callable[[Network], Links]] = {
    "about": _about,
    "lead_member": _lead_members,
    "membership": _memberships,
    "organization_relation": _relations,
    "participation": _participation,
    "receives_for": _receives_for,
}
"""Relation -> its links for the projects and collaborations that the selection takes."""


def leave_out_hops(network: Network, *, through_projects: bool) -> None:
    """Note what makes no hop: facts of other bases, unknown ends, funding without a project.

    Collaborations are noted by `selected_collaborations`, which tells those that belong to no project apart.
    """
    columns, mask, bits = network.columns, np.append(network.selected.mask, False), taken_bits(network.selection.basis)
    others = "facts_of_other_basis"
    funding = columns["funding"]
    network.leave_out("funding_without_project", "funding", np.flatnonzero(funding["project"] == NONE))
    rows = np.flatnonzero(mask[funding["project"]])
    taken = (basis_bits(funding.words("basis"))[rows] & bits) != 0
    network.leave_out(others, "funding", rows[~taken], prefix="funding")
    rows = rows[taken]
    for end, reason in (("funder", "funding_from_unknown_funder"), ("recipient", "funding_to_unknown_recipient")):
        network.leave_out(reason, "funding", rows[funding[end][rows] == NONE])
    if not network.selection.basis:
        return
    _leave_out_members(network, bits)
    relations = columns["organization_relation"]
    beside = (relations["subject"] != NONE) & ((basis_bits(relations.words("basis")) & bits) == 0)
    network.leave_out(others, "organization_relation", np.flatnonzero(beside), prefix="organization_relation")
    if through_projects:
        parts, projects = columns["participation"], columns["project"]
        beside = mask[parts["project"]] & ((basis_bits(parts.words("basis")) & bits) == 0)
        network.leave_out(others, "participation", np.flatnonzero(beside), prefix="participation")
        beside = mask[:-1] & mask[projects["parent"]] & ((basis_bits(projects.words("basis")) & bits) == 0)
        network.leave_out(others, "project", np.flatnonzero(beside), prefix="project")


def _leave_out_members(network: Network, bits: int) -> None:
    columns, others = network.columns, "facts_of_other_basis"
    found, _ = selected_collaborations(network)
    taken = (basis_bits(columns["collaboration"].words("basis"))[found] & bits) != 0
    network.leave_out(others, "collaboration", found[~taken], prefix="collaboration")
    _, member = columns.index("collaboration_member", "collaboration").rows(found[taken])
    beside = (basis_bits(columns["collaboration_member"].words("basis"))[member] & bits) == 0
    network.leave_out(others, "collaboration_member", member[beside], prefix="collaboration_member")
