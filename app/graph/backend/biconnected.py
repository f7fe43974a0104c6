"""Biconnected components, articulation points and bridges of undirected graphs.

References
----------
J. Hopcroft and R. Tarjan, *Efficient algorithms for graph manipulation*, Communications of the ACM 16 (1973).
"""

# ruff: noqa: N803  # NetworkX calls a graph G, also as a keyword

from collections.abc import Iterator
from typing import Any

import numpy as np
from networkit.components import BiconnectedComponents  # type: ignore[import-untyped]

from app.graph.backend import components
from app.graph.backend.arrays import Arrays
from app.graph.backend.networkit_graphs import in_networkit

__all__ = [
    "articulation_points",
    "biconnected_component_edges",
    "biconnected_components",
    "bridges",
    "has_bridges",
    "is_biconnected",
]


def _parts(G: Arrays) -> list[list[int]]:
    """The codes of each biconnected component, each of two nodes or more, in the order of codes."""
    with in_networkit(G) as graph:
        found = BiconnectedComponents(graph).run().getComponents()
    return sorted(sorted(codes) for codes in found if len(codes) > 1)


def biconnected_components(G: Arrays) -> Iterator[set[Any]]:
    """The largest sets of nodes that no single node's removal parts; nodes without neighbours are in none.

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> [sorted(part) for part in biconnected_components(from_edges([0, 1, 0, 2], [1, 2, 2, 3], "abcd"))]
    [['a', 'b', 'c'], ['c', 'd']]
    """
    return ({G.labels[code] for code in part} for part in _parts(G))


def biconnected_component_edges(G: Arrays) -> Iterator[list[tuple[Any, Any]]]:
    """The edges of each biconnected component; self-loops are in none."""
    for part in _parts(G):
        inside = set(part)
        yield [
            (G.labels[code], G.labels[other])
            for code in part
            for other in G.rows.indices[G.rows.indptr[code] : G.rows.indptr[code + 1]].tolist()
            if code < other and other in inside
        ]


def is_biconnected(G: Arrays) -> bool:
    """Whether one biconnected component holds all nodes."""
    parts = _parts(G)
    return len(parts) == 1 and len(parts[0]) == len(G.labels)


def articulation_points(G: Arrays) -> Iterator[Any]:
    """The nodes whose removal parts a component, in the order of nodes.

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> list(articulation_points(from_edges([0, 1], [1, 2], "abc")))
    ['b']
    """
    times = np.zeros(len(G.labels), dtype=np.int64)
    for part in _parts(G):
        times[part] += 1
    return (G.labels[code] for code in np.flatnonzero(times > 1).tolist())


def _bridges(G: Arrays, root: Any) -> list[tuple[int, int]]:
    pairs = [(part[0], part[1]) for part in _parts(G) if len(part) == 2]
    if root is None:
        return pairs
    G.code(root)
    within = components.node_connected_component(G, root)
    return [(low, high) for low, high in pairs if G.labels[low] in within]


def bridges(G: Arrays, root: Any = None) -> Iterator[tuple[Any, Any]]:
    """The edges whose removal parts a component, in the order of nodes; only in the root's component, if one is given.

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> list(bridges(from_edges([0, 1, 0, 2], [1, 2, 2, 3], "abcd")))
    [('c', 'd')]
    """
    return ((G.labels[low], G.labels[high]) for low, high in _bridges(G, root))


def has_bridges(G: Arrays, root: Any = None) -> bool:
    """Whether there is a bridge."""
    return bool(_bridges(G, root))
