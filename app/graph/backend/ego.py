"""Ego networks."""

# ruff: noqa: N803  # NetworkX calls a graph G, also as a keyword

from typing import Any

import numpy as np

from app.graph.backend import paths
from app.graph.backend.arrays import Arrays

__all__ = ["ego_graph"]


def ego_graph(
    G: Arrays,
    n: Any,
    radius: float = 1,
    center: bool = True,
    undirected: bool = False,
    distance: str | None = None,
) -> Any:
    """The subgraph on all nodes within a radius of one node, as an array graph.

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> sorted(ego_graph(from_edges([0, 1, 2], [1, 2, 3], "abcd"), "b"))
    ['a', 'b', 'c']
    """
    searched = G if not undirected or not G.directed else G.to_undirected()  # type: ignore[attr-defined]
    within: dict[Any, float]
    if distance is None:
        within = {**paths.single_source_shortest_path_length(searched, n, cutoff=radius)}
    else:
        within = paths.single_source_dijkstra_path_length(searched, n, cutoff=radius, weight=distance)
    codes = [G.codes[label] for label in within if center or label != n]
    return G.induced(np.array(codes, dtype=np.int64))
