"""Cores: core numbers and the k-core.

References
----------
V. Batagelj and M. Zaversnik, *An O(m) algorithm for cores decomposition of networks*, 2003.
"""

# ruff: noqa: N803  # NetworkX calls a graph G, also as a keyword

from collections.abc import Mapping
from typing import Any

import numpy as np
from networkit.centrality import CoreDecomposition  # type: ignore[import-untyped]

from app.graph.backend.arrays import Arrays
from app.graph.backend.networkit_graphs import in_networkit

__all__ = ["core_number", "k_core"]


def core_number(G: Arrays) -> dict[Any, int]:
    """The largest k such that a node is in the k-core, of an undirected graph without self-loops.

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> core_number(from_edges([0, 0, 1, 2], [1, 2, 2, 3], "abcd"))
    {'a': 2, 'b': 2, 'c': 2, 'd': 1}
    """
    if G.loops:
        msg = "self-loops"
        raise NotImplementedError(msg)
    with in_networkit(G) as graph:
        scores = CoreDecomposition(graph).run().scores()
    return dict(zip(G.labels, map(int, scores), strict=True))


def k_core(G: Arrays, k: int | None = None, core_number: Mapping[Any, int] | None = None) -> Any:
    """The largest subgraph in which every node has at least k neighbours; the innermost one for no k."""
    if not G.labels or core_number is not None:
        msg = "no node, or core numbers of another graph"
        raise NotImplementedError(msg)
    numbers = np.array(list(_core_numbers(G).values()))
    return G.induced(np.flatnonzero(numbers >= (numbers.max() if k is None else k)))


_core_numbers = core_number
