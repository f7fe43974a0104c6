"""Kernels called on matrices that are ready, without any graph around them."""

from collections.abc import Callable
from typing import Any

import networkit as nk  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from benchmarks.graphs import Edges

__all__ = ["networkit_pagerank", "scipy_pagerank"]

Floats = NDArray[np.float64]


def scipy_pagerank(edges: Edges, *, tol: float = 1.0e-6) -> Callable[[], Floats]:
    """NetworkX's own power iteration, as ready as it can be: the transposed stochastic matrix stands before."""
    n = len(edges.labels)
    strength = np.bincount(edges.sources, weights=edges.weights, minlength=n)
    shares = edges.weights / strength[edges.sources]
    transposed = csr_array((shares, (edges.targets, edges.sources)), shape=(n, n))
    dangling = np.flatnonzero(strength == 0)

    def call() -> Floats:
        rank = np.full(n, 1 / n)
        for _ in range(100):
            last = rank
            rank = np.asarray(0.85 * (transposed @ last + last[dangling].sum() / n) + 0.15 / n)
            if np.abs(rank - last).sum() < n * tol:
                return rank
        raise RuntimeError("no convergence")

    return call


def networkit_pagerank(edges: Edges, *, tol: float = 1.0e-6) -> Callable[[], Any]:
    """NetworKit's PageRank of a graph that is ready, with as many threads as there are cores."""
    graph = nk.Graph(len(edges.labels), weighted=True, directed=True)
    graph.addEdges((edges.weights.astype(np.float64), (edges.sources, edges.targets)))
    n = len(edges.labels)

    def call() -> Any:
        ranked = nk.centrality.PageRank(graph, 0.85, n * tol, False, nk.centrality.SinkHandling.DistributeSinks)
        ranked.norm = nk.centrality.Norm.l1norm
        return ranked.run().scores()

    return call
