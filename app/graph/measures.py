"""How a network hangs together: density, components, communities, bridges, brokers, and each node's place in it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np

from app.graph.answers import bound_projects, head, listed_nodes, told
from app.graph.assembly import Network
from app.graph.backend.arrays import from_edges
from app.graph.coalitions import declared_ties
from app.graph.columns import Integers
from app.graph.facts import Facts
from app.graph.hops import edges_between, leave_out_hops
from app.graph.network import Attributes, TooLargeError
from app.graph.selection import CERTAIN, Selection, select
from app.graph.spaces import nodes_of

__all__ = ["EXACT_UP_TO", "clusters", "measures"]

EXACT_UP_TO = 2000
"""Nodes up to which betweenness is exact; beyond, it is estimated from samples."""
AT_ONCE = 2000
"""Nodes and pairs up to which a network is measured at once; a larger one is a job."""
DAMPING = 0.85
RESOLUTION = 1.0
_DIGITS = 9
"""Digits after the point that a measure keeps: the same on every machine."""
_JOINING = ("funds", "funds_project", "membership", "part_of", "participation", "receives_for")


# The network of clusters


def clusters(
    facts: Facts, selection: Selection, *, with_states: bool, most_edges: int, most_projects: int
) -> Attributes:
    """Organizations and projects joined by funds, participation, parenthood and membership, as node-link data.

    Nodes are the selected projects, `most_projects` at most, and the named organizations that one of these relations
    joins to another node: `funds`, `funds_project`, `receives_for`, `participation`, `part_of` as in paths;
    `collaboration` as in coalitions; `membership` between any member of a selected collaboration and the
    collaboration's project. With states also `works_in` to the states in which an organization certainly works.
    """
    network = Network(facts, selection, select(facts, selection), directed=False)
    bound_projects(len(network.selected.taken), most_projects)
    nodes = nodes_of(facts.columns)
    leave_out_hops(network, through_projects=True)
    network.have(network.selected.taken + nodes.start("project"))
    is_named = np.ones(len(nodes), dtype=bool)
    is_named[nodes.start("party") : nodes.start("project")] = False
    for relation in _JOINING:
        every = edges_between(network, relation, loops=False)
        ends = np.concatenate([every.source, every.target])
        parties = ends[~is_named[ends]] - nodes.start("party")
        network.leave_out("unnamed_parties", "unnamed_party", parties, prefix="party")
        network.add(edges_between(network, relation, within=is_named, loops=False) if len(parties) else every)
    aside = Network(facts, selection, network.selected, directed=False)
    most = len(facts.columns["collaboration_member"]) ** 2
    network.add(declared_ties(aside, [], {"most": most, "around": None}))
    unsure: list[str] = []
    if with_states:
        every = edges_between(network, "works_in", within=is_named)
        is_state = np.zeros(len(nodes), dtype=bool)
        is_state[nodes.start("state") : nodes.start("state_group")] = True
        actors = np.arange(len(nodes)) < nodes.start("project")
        network.add(edges_between(network, "works_in", within=is_named & (actors | is_state), certainly=True))
        left = (every.certainty != CERTAIN) | ~is_state[every.target]
        refs = (nodes.refs(facts, some[left]) for some in (every.source, every.target))
        unsure = [f"{source}~works_in~{target}" for source, target in zip(*refs, strict=True)]
    found = network.finish(
        name="clusters", definitions={}, query={}, min_weight=0, max_edges=None, most_edges=most_edges
    ).node_link()
    found["graph"]["left_out"] |= told({"edges_not_certain": set(unsure)})
    return found


# The measures


@dataclass(frozen=True)
class Collapsed:
    """A network as a simple graph: nodes are numbers, in the order of their ids."""

    ids: list[str]
    nodes: Mapping[str, Attributes]
    pairs: dict[tuple[int, int], list[Attributes]]
    """Two nodes -> the edges between them, whatever their relation and direction."""
    loops: int
    directed: bool

    def ends(self) -> Integers:
        """The pairs, in order; shape (pairs, 2)."""
        return np.array(sorted(self.pairs), dtype=np.int64).reshape(-1, 2)

    def arrows(self) -> Integers:
        """The simple directed graph, in order; shape (edges, 2). An edge without direction points both ways."""
        number = {ref: index for index, ref in enumerate(self.ids)}
        found = {(number[edge["source"]], number[edge["target"]]) for edges in self.pairs.values() for edge in edges}
        found = found if self.directed else found | {(two, one) for one, two in found}
        return np.array(sorted(found), dtype=np.int64).reshape(-1, 2)

    def neighbours(self) -> list[list[int]]:
        """For each node the nodes that it has a pair with, ascending."""
        found: list[list[int]] = [[] for _ in self.ids]
        for one, two in sorted(self.pairs):
            found[one].append(two)
            found[two].append(one)
        return [sorted(others) for others in found]


def _at_once(function: Callable[..., Any], *args: Any) -> Any:
    return function(*args)


def measures(
    facts: Facts,
    selection: Selection,
    network: Attributes,
    *,
    name: str,
    without: Collection[str],
    seed: int,
    samples: int,
    query: Attributes,
    most: int,
    run: Callable[..., Any] = _at_once,
) -> Attributes:
    """The measures of a network that is given as node-link data, after taking the nodes `without` out.

    `run(function, *args)` does what takes long for large networks: elsewhere, and with an end to patience.

    The network is collapsed to a simple undirected graph of n nodes and m edges: parallel edges become one, directions
    and self-loops go. Only edges of a certainty that the selection takes are measured (certain ones, unless it says
    otherwise), and no ties that are merely planned; these are left out and counted. No measure but strength uses the
    weights, because weights of different relations have no common unit.

    - *density* = 2m / (n (n - 1)); *transitivity* = 3 triangles / connected triples; *average clustering*: the mean
      over all nodes of the part of their pairs of neighbours that are joined (Watts & Strogatz 1998)
    - *degree centralisation* = the sum over nodes of (greatest degree - degree) / ((n - 1) (n - 2)) [1]_
    - *strength*: for each relation, the sum of the weights of a node's edges
    - *betweenness*: the part of shortest paths between two others that go over the node [2]_; exact up to 2,000 nodes,
      else estimated from sampled sources
    - *PageRank* on the directed graph, damping 0.85 [3]_
    - *core*: the greatest k such that the node is in a subgraph whose nodes all have degree k
    - *community*: Louvain, resolution 1 [4]_
    - *constraint*: sum over others j of (p_ij + the sum over q of p_iq p_qj) squared, p the part of a node's ties [5]_

    References
    ----------
    .. [1] L. C. Freeman (1979). Centrality in social networks: conceptual clarification. Social Networks 1(3), 215-239.
    .. [2] U. Brandes (2001). A faster algorithm for betweenness centrality. J. Mathematical Sociology 25(2), 163-177.
    .. [3] L. Page, S. Brin, R. Motwani, T. Winograd (1999). The PageRank citation ranking. Stanford InfoLab.
    .. [4] V. D. Blondel, J.-L. Guillaume, R. Lambiotte, E. Lefebvre (2008). Fast unfolding of communities in large
       networks. J. Statistical Mechanics P10008.
    .. [5] R. S. Burt (1992). Structural Holes: The Social Structure of Competition. Harvard University Press.
    """
    left_out: dict[str, set[str]] = {}
    taken = selection.certainty if selection.is_graded else frozenset({"certain"})
    measured = [edge for edge in network["edges"] if _is_measured(edge, name, taken, left_out)]
    if len(network["nodes"]) + len(measured) > most:
        raise TooLargeError(len(network["nodes"]) + len(measured), most)
    whole = _collapse(network["nodes"], measured, (), directed=network["directed"])
    here = _collapse(network["nodes"], measured, without, directed=network["directed"]) if without else whole
    run = run if len(here.ids) + len(here.pairs) > AT_ONCE else _at_once
    states = [node for node, ref in enumerate(here.ids) if here.nodes[ref]["kind"] == "state"]
    computed: Computed = run(compute, len(here.ids), here.ends(), here.arrows(), states, seed, samples)
    summary = run(summarise, len(whole.ids), whole.ends()) if without else computed.summary
    parts, neighbours = computed.components, here.neighbours()
    about = network["graph"]
    outside = np.ones(facts.columns.organizations, dtype=bool)
    outside[facts.codes("organization", (ref[4:] for ref in whole.ids if ref.startswith("org:")))] = False
    counts = {word: about["counts"][word] for word in ("projects", "selected_projects", "undated_projects")}
    answer = head(facts, question="measures", query=query, counts=counts, left_out=told(left_out))
    return {
        **answer,
        "left_out": dict(sorted((about["left_out"] | answer["left_out"]).items())),
        "network": name,
        "parameters": {
            "seed": seed,
            "louvain_resolution": RESOLUTION,
            "pagerank_damping": DAMPING,
            "betweenness": "exact" if len(here.ids) <= EXACT_UP_TO else "sampled",
            "betweenness_samples": min(len(here.ids), samples if len(here.ids) > EXACT_UP_TO else len(here.ids)),
            "weights": "none, but for strength",
            "node_order": "by id",
            "library": f"networkx {nx.__version__}",
        },
        "collapsed": {
            "edges": len(measured),
            "pairs": len(whole.pairs),
            "self_loops": whole.loops,
            "parallel": len(measured) - whole.loops - len(whole.pairs),
        },
        "removed": sorted(set(without) & set(whole.ids)),
        "whole": summary,
        "summary": computed.summary,
        "components": [_group(here, number, part) for number, part in enumerate(parts)],
        "communities": [_group(here, number, part) for number, part in enumerate(computed.communities)],
        "modularity": computed.modularity,
        "bridges": _bridges(here, computed.bridges),
        "articulation_points": _articulation_points(here, computed.blocks, len(parts)),
        "brokers": _brokers(here, neighbours, computed.betweenness),
        "meetings": _meetings(here, neighbours, states, computed.apart),
        "organizations_outside": listed_nodes(facts, np.flatnonzero(outside) + nodes_of(facts.columns).start("org")),
        "nodes": _nodes(here, neighbours, computed),
    }


def _is_measured(edge: Attributes, name: str, taken: Collection[str], left_out: dict[str, set[str]]) -> bool:
    if edge["certainty"] not in taken:
        left_out.setdefault("edges_not_certain", set()).add(edge["id"])
        return False
    # The definition of clusters speaks of membership, planned or not; a tie is measured only if somebody has it.
    if name != "clusters" and edge.get("planned_collaborations") and not edge["collaborations"]:
        left_out.setdefault("planned_ties", set()).add(edge["id"])
        return False
    return True


def _collapse(
    nodes: Sequence[Attributes], edges: Iterable[Attributes], without: Collection[str], *, directed: bool
) -> Collapsed:
    kept = {node["id"]: node for node in nodes if node["id"] not in without}
    ids = sorted(kept)
    number = {ref: index for index, ref in enumerate(ids)}
    pairs: dict[tuple[int, int], list[Attributes]] = {}
    loops = 0
    for edge in edges:
        if edge["source"] not in kept or edge["target"] not in kept:
            continue
        if edge["source"] == edge["target"]:
            loops += 1
            continue
        one, two = sorted((number[edge["source"]], number[edge["target"]]))
        pairs.setdefault((one, two), []).append(edge)
    return Collapsed(ids, kept, pairs, loops, directed)


@dataclass(frozen=True)
class Computed:
    """What NetworkX says of a graph, and of each node by its number."""

    summary: Attributes
    components: list[list[int]]
    apart: list[list[int]]
    """Components without the states."""
    bridges: list[tuple[int, int]]
    blocks: Mapping[int, int]
    """Node -> biconnected components that hold it."""
    betweenness: Mapping[int, float]
    pagerank: Mapping[int, float]
    core: Mapping[int, int]
    constraint: Mapping[int, float]
    communities: list[list[int]]
    modularity: float | None


def compute(
    count: int, pairs: Integers, arrows: Integers, states: Collection[int], seed: int, samples: int
) -> Computed:
    """Everything that NetworkX is asked for, on our arrays: nodes are numbers below `count`."""
    graph = from_edges(pairs[:, 0], pairs[:, 1], range(count))
    directed = from_edges(arrows[:, 0], arrows[:, 1], range(count), directed=True)
    joined = [node for node in graph if graph.degree(node)]
    found = nx.community.louvain_communities(graph, resolution=RESOLUTION, seed=seed) if count else []
    communities = _ordered(found)
    sources = None if count <= EXACT_UP_TO else min(samples, count)
    blocks: dict[int, int] = {}
    found_blocks: Iterable[set[int]] = nx.biconnected_components(graph)  # type: ignore[assignment]  # the stubs say nodes
    for block in found_blocks:
        for node in block:
            blocks[node] = blocks.get(node, 0) + 1
    left = set(states)
    return Computed(
        summary=summarise(count, pairs),
        components=_ordered(nx.connected_components(graph)),
        apart=_ordered(nx.connected_components(graph.subgraph([node for node in graph if node not in left]))),
        bridges=sorted((min(pair), max(pair)) for pair in nx.bridges(graph)),
        blocks=blocks,
        betweenness=nx.betweenness_centrality(graph, k=sources, seed=seed),
        pagerank=nx.pagerank(directed, alpha=DAMPING, tol=1e-12, max_iter=1000) if count else {},
        core=nx.core_number(graph),
        constraint=nx.constraint(graph.subgraph(joined)) if joined else {},
        communities=communities,
        modularity=_rounded(nx.community.modularity(graph, map(set, communities))) if len(pairs) else None,
    )


def _ordered(groups: Iterable[Collection[int]]) -> list[list[int]]:
    """The groups, larger ones first, then by their first node."""
    return sorted((sorted(group) for group in groups), key=lambda group: (-len(group), group))


def _rounded(value: float) -> float:
    return round(value, _DIGITS)


def summarise(count: int, pairs: Integers) -> Attributes:
    """The measures of the whole graph."""
    graph = from_edges(pairs[:, 0], pairs[:, 1], range(count))
    n, m = count, len(pairs)
    degrees = [degree for _, degree in graph.degree()]
    sizes = sorted((len(part) for part in nx.connected_components(graph)), reverse=True)
    has_triples = any(degree > 1 for degree in degrees)
    top = max(degrees, default=0)
    return {
        "nodes": n,
        "edges": m,
        "density": _rounded(2 * m / (n * (n - 1))) if n > 1 else None,
        "components": len(sizes),
        "component_sizes": sizes,
        "isolated": degrees.count(0),
        "transitivity": _rounded(nx.transitivity(graph)) if has_triples else None,
        "average_clustering": _rounded(nx.average_clustering(graph)) if n else None,
        "degree_centralisation": (
            _rounded(sum(top - degree for degree in degrees) / ((n - 1) * (n - 2))) if n > 2 else None
        ),
    }


def _named(here: Collapsed, node: int) -> Attributes:
    return {"id": here.ids[node], "label": here.nodes[here.ids[node]]["label"]}


def _group(here: Collapsed, number: int, part: Collection[int]) -> Attributes:
    kinds: dict[str, int] = {}
    for node in part:
        kind = here.nodes[here.ids[node]]["kind"]
        kinds[kind] = kinds.get(kind, 0) + 1
    return {
        "number": number,
        "size": len(part),
        "kinds": dict(sorted(kinds.items())),
        "members": [here.ids[node] for node in sorted(part)],
    }


def _bridges(here: Collapsed, bridges: Iterable[tuple[int, int]]) -> list[Attributes]:
    """Pairs that would fall apart without the edges between them."""
    return [
        {
            "source": here.ids[pair[0]],
            "target": here.ids[pair[1]],
            "edges": sorted(edge["id"] for edge in here.pairs[pair]),
        }
        for pair in bridges
    ]


def _articulation_points(here: Collapsed, blocks: Mapping[int, int], components: int) -> list[Attributes]:
    """Nodes without which their component falls apart, and how many components there would then be."""
    # Without a node its component falls into as many parts as there are biconnected components that hold the node.
    return [
        {**_named(here, node), "parts": parts, "components_without": components - 1 + parts}
        for node, parts in sorted(blocks.items())
        if parts > 1
    ]


def _brokers(
    here: Collapsed, neighbours: Sequence[Sequence[int]], betweenness: Mapping[int, float]
) -> list[Attributes]:
    """Organizations that join organizations of two kinds and more, directly or over one project."""
    kind_of = {
        node: here.nodes[ref]["organization_kind"]
        for node, ref in enumerate(here.ids)
        if here.nodes[ref].get("organization_kind")
    }
    found = []
    for node in kind_of:
        others = set(neighbours[node])
        for project in [other for other in neighbours[node] if here.ids[other].startswith("project:")]:
            others |= set(neighbours[project])
        kinds: dict[str, set[str]] = {}
        for other in others - {node}:
            if other in kind_of:
                kinds.setdefault(kind_of[other], set()).add(here.ids[other])
        if len(kinds) > 1:
            found.append((-len(kinds), -_rounded(betweenness[node]), node, kinds))
    found.sort(key=lambda one: one[:3])
    return [
        {
            **_named(here, node),
            "organization_kind": kind_of[node],
            "joins": -count,
            "kinds": told(kinds),
            "betweenness": -less,
        }
        for count, less, node, kinds in found
    ]


def _meetings(
    here: Collapsed, neighbours: Sequence[Sequence[int]], states: Iterable[int], apart: Sequence[Sequence[int]]
) -> Attributes:
    """States in which components meet that are apart without the states."""
    number = {node: index for index, part in enumerate(apart) for node in part}
    found = []
    for state in states:
        joined: dict[int, list[str]] = {}
        for other in neighbours[state]:
            if other in number:
                joined.setdefault(number[other], []).append(here.ids[other])
        if len(joined) > 1:
            groups = [{"component": index, "members": members} for index, members in sorted(joined.items())]
            found.append({**_named(here, state), "joins": groups})
    return {"components_without_states": len(apart), "states": found}


def _nodes(here: Collapsed, neighbours: Sequence[Sequence[int]], computed: Computed) -> list[Attributes]:
    component = {node: number for number, part in enumerate(computed.components) for node in part}
    community = {node: number for number, part in enumerate(computed.communities) for node in part}
    strength: dict[int, dict[str, Any]] = {node: {} for node in range(len(here.ids))}
    for pair, edges in here.pairs.items():
        for edge in edges:
            for node in pair:
                known = strength[node].get(edge["relation"], 0)
                strength[node][edge["relation"]] = known + edge["weight"]
    return [
        {
            **_named(here, node),
            "kind": here.nodes[here.ids[node]]["kind"],
            "degree": len(neighbours[node]),
            "strength": {word: _rounded(value) for word, value in sorted(strength[node].items())},
            "betweenness": _rounded(computed.betweenness[node]),
            "pagerank": _rounded(computed.pagerank[node]),
            "core": computed.core[node],
            "community": community[node],
            "component": component[node],
            "constraint": _rounded(computed.constraint[node]) if node in computed.constraint else None,
        }
        for node in range(len(here.ids))
    ]
