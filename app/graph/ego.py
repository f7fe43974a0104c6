"""Everything around one node: the neighbourhood of an organization, party, project, state, topic or the country."""

from collections.abc import Collection, Sequence

import numpy as np

from app.graph.answers import bound_projects, counts_of
from app.graph.around import Around, Steps
from app.graph.assembly import Network
from app.graph.coalitions import declared_ties
from app.graph.columns import NONE, Integers, unique
from app.graph.definitions import QUESTIONS, RELATIONS, TIES
from app.graph.facts import Facts
from app.graph.hops import edges_between, leave_out_hops, tell
from app.graph.network import Attributes, TooLargeError
from app.graph.part import Part, part_of
from app.graph.selection import Selection, select
from app.graph.spaces import nodes_of

__all__ = ["CROSSINGS", "MOST_HOPS", "ego"]

MOST_HOPS = 4
"""Greatest depth that may be asked for."""
CROSSINGS = {"states": ("state", "state_group"), "topics": ("topic",), "country": ("country",)}
"""What may be asked to be crossed -> the prefixes of its nodes."""
_RELATIONS = (
    *("about", "funds", "funds_project", "located_in", "organization_relation", "part_of", "participation"),
    *("receives_for", "works_in"),
)


def ego(
    facts: Facts,
    selection: Selection,
    *,
    node: str,
    depth: int,
    cross: Collection[str],
    query: Attributes,
    min_weight: float,
    max_edges: int | None,
    most_edges: int,
    most_projects: int,
) -> Attributes:
    """The nodes within `depth` hops of `node` (a prefixed id), and all edges among them, as node-link data.

    Edges are those of the funder-partner-state network with projects and unnamed parties (`funds`, `works_in`,
    `funds_project`, `part_of`, `located_in`), `participation`, `receives_for` and `organization_relation` of paths,
    the declared tie `collaboration`, and `about` from project to topic. Directions play no part in hops. States, state
    groups, topics and the country are reached and not crossed, unless `cross` names them or the node is one itself:
    everybody is two hops from everybody over the whole country.

    What is looked at is what stands around the nodes reached; the projects behind the edges among them are
    `most_projects` at most.
    """
    whole = Network(facts, selection, select(facts, selection), directed=True)
    nodes, start = nodes_of(facts.columns), nodes_of(facts.columns).number(facts, node)
    around = Around(whole)
    leave_out_hops(whole, through_projects=True)
    barred = [prefix for word, prefixes in CROSSINGS.items() if word not in cross for prefix in prefixes]
    hops = np.full(len(nodes), NONE, dtype=np.int8)
    hops[start] = 0
    front, rings = np.array([start]), [np.array([start])]
    for distance in range(1, depth + 2):
        others = _next_to(around, front if distance == 1 else front[~_are(facts, front, barred)])
        front = others[hops[others] == NONE]
        if distance <= depth:
            hops[front] = distance
            rings.append(front)
            if sum(map(len, rings)) > most_edges + 1:
                raise TooLargeError(sum(map(len, rings)), most_edges, "nodes")
    reached = np.sort(np.concatenate(rings))
    steps = _among(around, reached, hops)
    count = _count(steps, len(nodes))
    if count > most_edges and max_edges is None:
        raise TooLargeError(count, most_edges)
    network = _network(whole, _part(facts, start, steps, most_projects), hops)
    others = reached[reached != start]
    network.block = {
        "ego": {
            "node": node,
            "status": "known" if count else "none_recorded",
            "depth": depth,
            "nodes_by_hops": [len(ring) for ring in rings],
            "nodes_one_hop_further": len(front),
            "not_crossed": nodes.refs(facts, others[_are(facts, others, barred)]),
        },
    }
    found = network.finish(
        name="ego",
        definitions=RELATIONS | TIES | QUESTIONS["paths"] | QUESTIONS["ego"],
        query=query,
        min_weight=min_weight,
        max_edges=max_edges,
        most_edges=most_edges,
    ).node_link()
    found["graph"]["counts"] |= counts_of(whole.selected)
    found["graph"]["left_out"] = whole.told_left_out() | found["graph"]["left_out"]
    for edge in found["edges"]:
        edge.update(tell(network.facts, edge))
    return found


def _are(facts: Facts, numbers: Integers, prefixes: Collection[str]) -> Integers:
    """Which of the nodes are of some kinds."""
    nodes = nodes_of(facts.columns)
    kinds = [place for place, (prefix, _) in enumerate(nodes.tables) if prefix in prefixes]
    return np.isin(np.searchsorted(nodes.starts, numbers, side="right") - 1, kinds)


def _next_to(around: Around, front: Integers) -> Integers:
    """The nodes that are one hop from some of these, ascending."""
    ends = [steps.target for steps in around.leaving(front)] + [steps.source for steps in around.arriving(front)]
    return unique(np.concatenate(ends)) if ends else front[:0]


def _among(around: Around, reached: Integers, hops: Integers) -> list[Steps]:
    """The steps from a node that is reached to another one."""
    return [steps.where(hops[steps.target] != NONE) for steps in around.leaving(reached)]


def _count(steps: Sequence[Steps], size: int) -> int:
    """How many edges the steps add up to."""
    edges: dict[str, list[Integers]] = {}
    for one in steps:
        ends = (one.source, one.target)
        if one.relation == "collaboration":
            ends = (np.minimum(*ends), np.maximum(*ends))
        edges.setdefault(one.relation, []).append(ends[0] * size + ends[1])
    return sum(len(unique(np.concatenate(keys))) for keys in edges.values())


def _part(facts: Facts, start: int, steps: Sequence[Steps], most_projects: int) -> Part:
    """What stands behind the steps, and the node where they begin."""
    columns, nodes = facts.columns, nodes_of(facts.columns)
    rows: dict[str, Integers] = {}
    for relation in ("collaboration", "organization_relation"):
        found = [one.row for one in steps if one.relation == relation]
        rows[relation] = unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)
    # A project is part of another one only if both are selected.
    above = [one.target - nodes.start("project") for one in steps if one.relation == "part_of"]
    projects = unique(np.concatenate([np.empty(0, dtype=np.int64), *(one.project for one in steps), *above]))
    projects = projects[projects != NONE]
    bound_projects(len(projects), most_projects)
    ((prefix, _, _, own),) = nodes.parts(np.array([start]))
    if prefix in ("project", "state_group"):
        projects = np.union1d(projects, own if prefix == "project" else columns["state_group"]["project"][own])
    return part_of(
        columns,
        projects=projects,
        collaborations=rows["collaboration"],
        relations=rows["organization_relation"],
        actors=np.array([start - nodes.start("org")] if prefix in ("org", "party") else [], dtype=np.int64),
    )


def _network(whole: Network, part: Part, hops: Integers) -> Network:
    """The nodes reached and the edges among them, as a network of the part."""
    selected = part.selected(whole.selected)
    network = Network(part.facts, whole.selection, selected, directed=True)
    of_node = hops[part.nodes]
    within = of_node != NONE
    network.values["hops"] = of_node
    network.have(np.flatnonzero(within))
    for relation in _RELATIONS:
        network.add(edges_between(network, relation, within=within))
    aside = Network(part.facts, whole.selection, selected, directed=True)
    ties = declared_ties(aside, ["unnamed"], {"most": len(part.columns["collaboration_member"]) ** 2, "around": None})
    ties.keep(np.flatnonzero(within[ties.source] & within[ties.target]))
    network.add(ties)
    return network
