"""Every call of Tejido that is measured: the one place to change when its interfaces do.

What is not there yet raises NotImplementedError with what is missing; the harness then measures the peers alone.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

import networkx as nx

from app.store.database import Database
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
    "newman",
    "node_link_bytes",
    "pagerank",
    "refreshed",
    "top_ties",
]

_NO_LIMITS: dict[str, Any] = {"include": (), "query": {}, "min_weight": 0, "max_edges": None, "most_edges": 10**9}


def _have(module: str, name: str) -> Any:
    """Something of the application; NotImplementedError if it is not there."""
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        # Without the error's own words: they name folders, and this comes into the page.
        raise NotImplementedError(f"{module}.{name} is not there") from error


# The snapshot


def cold_columns(path: Path) -> Any:
    """The columns of the present version, from the file."""
    load_columns = _have("app.store.loading", "load_columns")
    database = Database(f"sqlite:///{path}")
    try:
        return load_columns(database)
    finally:
        database.close()


def refreshed(path: Path, columns: Any) -> Any:
    """The columns of the present version, from those of an earlier one."""
    refresh_columns = _have("app.store.loading", "refresh_columns")
    database = Database(f"sqlite:///{path}")
    try:
        return refresh_columns(database, columns)
    finally:
        database.close()


def facts_of(path: Path) -> Any:
    """The facts that networks are asked of."""
    return _have("app.graph.facts", "Facts")(cold_columns(path))


# Networks


def _selection(wanted: Filter | None) -> Any:
    selection = _have("app.graph.selection", "Selection")
    if wanted is None:
        return selection()
    return selection(
        topic=frozenset({wanted.topic}),
        state=frozenset({wanted.state}),
        year_from=wanted.year_from,
        year_to=wanted.year_to,
    )


def aggregated(facts: Any) -> tuple[int, int]:
    """All edges of the funder-partner-state network as arrays; answers how many, and their weights together."""
    gather = _have("app.graph.funder_partner_state", "gather")
    network = gather(facts, _selection(None), ())
    return _counted(network.edges)


def filtered_funds(facts: Any, wanted: Filter) -> tuple[int, int]:
    """The network of a filter as arrays, with the sums of money of each edge; answers as `aggregated`, of `funds`."""
    tripartite = _have("app.graph.funder_partner_state", "tripartite")
    shown = tripartite(facts, _selection(wanted), **_NO_LIMITS)
    shown.money()
    return _counted(one for one in shown.network.edges if one.relation == "funds")


def _counted(edges: Any) -> tuple[int, int]:
    found = [(len(one), int(one.weight.sum())) for one in edges]
    return sum(count for count, _ in found), sum(weight for _, weight in found)


def columnar_bytes(facts: Any, most: int) -> bytes:
    """The edges of most weight as columnar JSON."""
    return bytes(_have("app.graph.formats.columnar", "write_shown")(_largest(facts, most)))


def node_link_bytes(facts: Any, most: int) -> bytes:
    """The edges of most weight as node-link JSON."""
    return bytes(_have("app.graph.formats.node_link", "write_shown")(_largest(facts, most)))


def _largest(facts: Any, most: int) -> Any:
    tripartite = _have("app.graph.funder_partner_state", "tripartite")
    return tripartite(facts, _selection(None), **(_NO_LIMITS | {"max_edges": most}))


def top_ties(facts: Any, organization: str, tie: str, count: int) -> list[tuple[str, int]]:
    """Id and weight of those with the strongest ties of one kind to one organization, by weight, then id."""
    together = _have("app.graph.coalitions", "together")
    nodes_of = _have("app.graph.spaces", "nodes_of")
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
    from_edges = _have("app.graph.backend.arrays", "from_edges")
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
