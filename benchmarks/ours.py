"""Every call of Tejido that is measured: the one place to change when its interfaces do."""

from pathlib import Path
from typing import Any

import networkx as nx

from app.graph.assembly import Network, Shown
from app.graph.backend.arrays import from_edges
from app.graph.coalitions import together
from app.graph.columns import Columns
from app.graph.facts import Facts
from app.graph.formats import FORMATS
from app.graph.funder_partner_state import edges_over, tripartite
from app.graph.money import sums_of
from app.graph.selection import Selection, select
from app.graph.spaces import nodes_of, records_of
from app.store.database import Database
from app.store.loading import load_columns, refresh_columns
from benchmarks.filters import Filter
from benchmarks.graphs import Edges

__all__ = [
    "aggregated",
    "array_graph",
    "betweenness",
    "cold_columns",
    "columnar_bytes",
    "facts_of",
    "filtered_funds",
    "filtered_network",
    "newman",
    "node_link_bytes",
    "pagerank",
    "refreshed",
    "top_ties",
]

_NO_LIMITS: dict[str, Any] = {"include": (), "query": {}, "min_weight": 0, "max_edges": None, "most_edges": 10**9}


# The snapshot


def cold_columns(path: Path) -> Columns:
    """The columns of the present version, from the file."""
    database = Database(f"sqlite:///{path}")
    try:
        return load_columns(database)
    finally:
        database.close()


def refreshed(path: Path, columns: Columns) -> Columns:
    """The columns of the present version, from those of an earlier one."""
    database = Database(f"sqlite:///{path}")
    try:
        return refresh_columns(database, columns)
    finally:
        database.close()


def facts_of(path: Path) -> Facts:
    """The facts that networks are asked of."""
    return Facts(cold_columns(path))


# Networks


def _selection(wanted: Filter | None) -> Selection:
    if wanted is None:
        return Selection()
    return Selection(
        topic=frozenset({wanted.topic}),
        state=frozenset({wanted.state}),
        year_from=wanted.year_from,
        year_to=wanted.year_to,
    )


def aggregated(facts: Facts) -> tuple[int, int]:
    """All edges of the funder-partner-state network as arrays; answers how many, and their weights together.

    The order of the links is warm; edges that are kept from a run before are thrown away.
    """
    network = _network_of(facts, None)
    for relation in ("funds", "works_in"):
        facts.columns.kept.pop(("edges", relation, False), None)
        network.add(edges_over(network, relation, ()))
    return _counted(network.edges)


def filtered_funds(facts: Facts, wanted: Filter) -> tuple[int, int]:
    """The `funds` edges of a filter as arrays, with the sums of money of each; answers as `aggregated`."""
    network = _network_of(facts, wanted)
    edges = edges_over(network, "funds", ())
    places, links = edges.rows(edges.numbers)
    rows = edges.links.first[links] - records_of(facts.columns).start("funding")
    sums_of(facts.columns, network.selection, places, rows, len(edges))
    return _counted([edges])


def filtered_network(facts: Facts, wanted: Filter) -> tuple[int, int]:
    """All edges of a filter as arrays; answers as `aggregated`."""
    network = _network_of(facts, wanted)
    for relation in ("funds", "works_in"):
        network.add(edges_over(network, relation, ()))
    return _counted(network.edges)


def _network_of(facts: Facts, wanted: Filter | None) -> Network:
    selection = _selection(wanted)
    return Network(facts, selection, select(facts, selection), directed=True)


def _counted(edges: Any) -> tuple[int, int]:
    found = [(len(one), int(one.weight.sum())) for one in edges]
    return sum(count for count, _ in found), sum(weight for _, weight in found)


def columnar_bytes(facts: Facts, most: int) -> bytes:
    """The edges of most weight as columnar JSON."""
    return FORMATS["columnar"].written(_shown(facts, most))


def node_link_bytes(facts: Facts, most: int) -> bytes:
    """The edges of most weight as node-link JSON."""
    return FORMATS["node-link"].written(_shown(facts, most))


def _shown(facts: Facts, most: int) -> Shown:
    return tripartite(facts, _selection(None), **(_NO_LIMITS | {"max_edges": most}))


def top_ties(facts: Facts, organization: str, tie: str, count: int) -> list[tuple[str, int]]:
    """Id and weight of those with the strongest ties of one kind to one organization, by weight, then id."""
    centre = f"org:{organization}"
    limits = _NO_LIMITS | {"max_edges": count}
    shown = together(facts, _selection(None), ties=(tie,), weights={}, around=centre, **limits)
    nodes = nodes_of(facts.columns)
    ends = zip(nodes.refs(facts, shown.source), nodes.refs(facts, shown.target), shown.weight.tolist(), strict=True)
    found = [(one if other == centre else other, weight) for one, other, weight in ends]
    return sorted(((ref.removeprefix("org:"), int(weight)) for ref, weight in found), key=lambda tie: (-tie[1], tie[0]))


# Measures on array graphs


def array_graph(edges: Edges, *, directed: bool) -> Any:
    """The graph as Tejido keeps it."""
    columns = {"weight": edges.weights}
    return from_edges(edges.sources, edges.targets, edges.labels, directed=directed, columns=columns)


def pagerank(graph: Any) -> Any:
    """PageRank, called as anybody calls it."""
    return nx.pagerank(graph)


def betweenness(graph: Any, k: int, seed: int) -> Any:
    """Betweenness from so many sources."""
    return nx.betweenness_centrality(graph, k=k, seed=seed)


def newman(graph: Any, nodes: list[str]) -> Any:
    """Newman's projection onto these nodes."""
    return nx.bipartite.collaboration_weighted_projected_graph(graph, nodes)
