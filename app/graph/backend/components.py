"""Components: connected, weakly and strongly connected.

They come in the order of their first nodes; strongly connected ones as in NetworkX, those first that lead to no other.

References
----------
R. Tarjan, *Depth-first search and linear graph algorithms*, SIAM Journal on Computing 1 (1972).
"""

# ruff: noqa: N803  # NetworkX calls a graph G, also as a keyword

from collections.abc import Iterator
from typing import Any, Literal

import networkx as nx
import numpy as np
from scipy.sparse.csgraph import connected_components as scipy_components  # type: ignore[import-untyped]

from app.graph.backend.arrays import Arrays, Integers

__all__ = [
    "connected_components",
    "groups",
    "is_connected",
    "is_strongly_connected",
    "is_weakly_connected",
    "node_connected_component",
    "number_connected_components",
    "number_strongly_connected_components",
    "number_weakly_connected_components",
    "strongly_connected_components",
    "weakly_connected_components",
]


def groups(G: Arrays, membership: Integers, *, by_first: bool = True) -> list[set[Any]]:
    """The nodes of each group as a set, by the group of every code, in the order of first nodes or of groups."""
    if not len(membership):
        return []
    order = np.argsort(membership, kind="stable")
    starts = np.flatnonzero(np.diff(membership[order], prepend=membership[order[0]] - 1))
    parts = np.split(order, starts[1:])
    if by_first:
        parts.sort(key=lambda codes: int(codes[0]))
    return [{G.labels[code] for code in codes.tolist()} for codes in parts]


def _membership(G: Arrays, connection: Literal["weak", "strong"]) -> tuple[int, Integers]:
    if not G.labels:
        return 0, np.zeros(0, dtype=np.int32)
    # SciPy reads the pattern, so stored zeros count as edges, as they should.
    number, membership = scipy_components(G.matrix(), directed=G.directed, connection=connection)
    return int(number), membership


def _is_one(G: Arrays, connection: Literal["weak", "strong"]) -> bool:
    if not G.labels:
        msg = "Connectivity is undefined for the null graph."
        raise nx.NetworkXPointlessConcept(msg)
    return _membership(G, connection)[0] == 1


def connected_components(G: Arrays) -> Iterator[set[Any]]:
    """The components, as sets.

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> [sorted(part) for part in connected_components(from_edges([0, 1], [3, 2], "abcd"))]
    [['a', 'd'], ['b', 'c']]
    """
    return iter(groups(G, _membership(G, "weak")[1]))


def number_connected_components(G: Arrays) -> int:
    """Number of components."""
    return _membership(G, "weak")[0]


def is_connected(G: Arrays) -> bool:
    """Whether there is one component."""
    return _is_one(G, "weak")


def node_connected_component(G: Arrays, n: Any) -> set[Any]:
    """The component of a node."""
    if n not in G.codes:
        raise KeyError(n)
    membership = _membership(G, "weak")[1]
    return {G.labels[code] for code in np.flatnonzero(membership == membership[G.codes[n]]).tolist()}


def weakly_connected_components(G: Arrays) -> Iterator[set[Any]]:
    """The components of the graph without directions, as sets."""
    return iter(groups(G, _membership(G, "weak")[1]))


def number_weakly_connected_components(G: Arrays) -> int:
    """Number of components of the graph without directions."""
    return _membership(G, "weak")[0]


def is_weakly_connected(G: Arrays) -> bool:
    """Whether the graph without directions is connected."""
    return _is_one(G, "weak")


def strongly_connected_components(G: Arrays) -> Iterator[set[Any]]:
    """The largest sets of nodes that all reach one another."""
    # SciPy numbers them as Tarjan's algorithm finds them, so that edges lead from higher numbers to lower ones.
    return iter(groups(G, _membership(G, "strong")[1], by_first=False))


def number_strongly_connected_components(G: Arrays) -> int:
    """Number of strongly connected components."""
    return _membership(G, "strong")[0]


def is_strongly_connected(G: Arrays) -> bool:
    """Whether every node reaches every other."""
    return _is_one(G, "strong")
