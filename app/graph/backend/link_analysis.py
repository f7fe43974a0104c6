"""Link analysis: PageRank."""

# ruff: noqa: N803  # NetworkX calls a graph G, also as a keyword

from collections.abc import Mapping
from typing import Any

import networkx as nx
import numpy as np

from app.graph.backend.arrays import Arrays, Floats

__all__ = ["pagerank"]


def pagerank(
    G: Arrays,
    alpha: float = 0.85,
    personalization: Mapping[Any, float] | None = None,
    max_iter: int = 100,
    tol: float = 1.0e-6,
    nstart: Mapping[Any, float] | None = None,
    weight: str | None = "weight",
    dangling: Mapping[Any, float] | None = None,
) -> dict[Any, float]:
    """PageRank of every node, by power iteration; parameters and errors as ``networkx.pagerank``.

    References
    ----------
    L. Page, S. Brin, R. Motwani, T. Winograd, *The PageRank citation ranking: Bringing order to the Web*, 1999.

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> ranks = pagerank(from_edges([0, 1], [2, 2], ["a", "b", "c"], directed=True))
    >>> round(ranks["c"], 3)
    0.574
    """
    n = len(G.labels)
    if n == 0:
        return {}
    backwards = G.matrix(weight, backwards=True)
    strength = np.bincount(backwards.indices, weights=backwards.data, minlength=n)
    dangles = np.flatnonzero(strength == 0)
    share = np.divide(alpha, strength, out=np.zeros(n), where=strength != 0)
    even = np.full(n, 1 / n)
    teleport = even if personalization is None else _vector(G, personalization)
    sink = teleport if dangling is None else _vector(G, dangling)
    rank = even if nstart is None else _vector(G, nstart)
    if not all(np.isfinite(vector).all() for vector in (teleport, sink, rank)):
        msg = "a vector that sums to nothing"
        raise NotImplementedError(msg)
    for _ in range(max_iter):
        last = rank
        rank = backwards @ (share * last) + alpha * last[dangles].sum() * sink + (1 - alpha) * teleport
        if np.abs(rank - last).sum() < n * tol:
            return dict(zip(G.labels, rank.tolist(), strict=True))
    raise nx.PowerIterationFailedConvergence(max_iter)


def _vector(G: Arrays, values: Mapping[Any, float]) -> Floats:
    """The values by code, 0 for none, scaled to sum to one."""
    vector = np.array([values.get(label, 0) for label in G.labels], dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled: Floats = vector / vector.sum()
    return scaled
