"""Centralities of nodes other than betweenness: degree, closeness, eigenvector."""

# ruff: noqa: N803  # NetworkX calls a graph G, also as a keyword

from collections.abc import Mapping
from typing import Any

import networkx as nx
import numpy as np
from scipy.sparse.csgraph import dijkstra  # type: ignore[import-untyped]
from scipy.sparse.linalg import eigs  # type: ignore[import-untyped]

from app.graph.backend import components
from app.graph.backend.arrays import Arrays, Column

__all__ = [
    "closeness_centrality",
    "degree_centrality",
    "eigenvector_centrality",
    "eigenvector_centrality_numpy",
    "in_degree_centrality",
    "out_degree_centrality",
]

CELLS = 2_000_000
"""Numbers in one block of (node, source) pairs."""

MOST_LEVELS = 40
"""Hops after which a search from many sources at once is dearer than one after the other."""


def degree_centrality(G: Arrays) -> dict[Any, float]:
    """Share of the other nodes that each node is joined to.

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> degree_centrality(from_edges([0, 0], [1, 2], "abc"))
    {'a': 1.0, 'b': 0.5, 'c': 0.5}
    """
    return _shares(G, G.degrees())


def in_degree_centrality(G: Arrays) -> dict[Any, float]:
    """Share of the other nodes from which an edge comes."""
    return _shares(G, G.degrees(side="in"))


def out_degree_centrality(G: Arrays) -> dict[Any, float]:
    """Share of the other nodes to which an edge goes."""
    return _shares(G, G.degrees(side="out"))


def _shares(G: Arrays, degrees: Column) -> dict[Any, float]:
    if len(G.labels) <= 1:
        return dict.fromkeys(G.labels, 1)
    return dict(zip(G.labels, (degrees * (1 / (len(G.labels) - 1))).tolist(), strict=True))


def closeness_centrality(
    G: Arrays, u: Any = None, distance: str | None = None, wf_improved: bool = True
) -> dict[Any, float] | float:
    """Reciprocal of the mean distance to a node from those that reach it.

    With `wf_improved`, times their share of all other nodes (Wasserman and Faust).

    References
    ----------
    L. C. Freeman, *Centrality in social networks: Conceptual clarification*, Social Networks 1 (1979).

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> closeness_centrality(from_edges([0, 1], [1, 2], "abc"), u="b")
    1.0
    """
    n = len(G.labels)
    sources = np.arange(n) if u is None else np.array([G.code(u)])
    weights = G.weights(distance)
    if weights is not None and (weights < 0).any():
        msg = "negative distances"
        raise NotImplementedError(msg)
    # Distances *to* a node are distances from it along reversed edges.
    outward = G.matrix(distance, backwards=True)
    inward = G.matrix(backwards=False)
    values: list[float] = []
    block = max(1, CELLS // max(n, 1))
    for start in range(0, len(sources), block):
        some = sources[start : start + block]
        found = _level_sums(inward, some) if weights is None else None
        if found is None:
            lengths = dijkstra(outward, indices=some, unweighted=weights is None)
            reached = np.isfinite(lengths)
            found = reached.sum(axis=1), np.where(reached, lengths, 0).sum(axis=1)
        count, total = found
        close = np.divide(count - 1.0, total, out=np.zeros(len(some)), where=(total > 0) & (n > 1))
        if wf_improved and n > 1:
            close *= (count - 1.0) / (n - 1)
        values.extend(close.tolist())
    return values[0] if u is not None else dict(zip(G.labels, values, strict=True))


def _level_sums(onward: Any, sources: Column) -> tuple[Column, Column] | None:
    """For each source, how many nodes it reaches and their hops together; None if the graph is too deep for this.

    `onward` holds at (node, neighbour) the edges by which a node is reached from its neighbour.
    """
    onward = onward.astype(np.float32)
    front = np.zeros((onward.shape[0], len(sources)), dtype=np.float32)
    front[sources, np.arange(len(sources))] = 1
    unseen = front == 0
    count, total = np.ones(len(sources), dtype=np.int64), np.zeros(len(sources), dtype=np.int64)
    for level in range(1, MOST_LEVELS + 1):
        new = (onward @ front > 0) & unseen
        fresh = new.sum(axis=0)
        if not fresh.any():
            return count, total
        count += fresh
        total += level * fresh
        unseen &= ~new
        front = new.astype(np.float32)
    return None


def eigenvector_centrality(
    G: Arrays,
    max_iter: int = 100,
    tol: float = 1.0e-6,
    nstart: Mapping[Any, float] | None = None,
    weight: str | None = None,
) -> dict[Any, float]:
    """The left eigenvector of the largest eigenvalue, by power iteration on A + I.

    References
    ----------
    P. Bonacich, *Power and centrality: A family of measures*, American Journal of Sociology 92 (1987).

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> {label: round(value, 3) for label, value in eigenvector_centrality(from_edges([0, 1], [1, 2], "abc")).items()}
    {'a': 0.5, 'b': 0.707, 'c': 0.5}
    """
    n = len(G.labels)
    if n == 0:
        msg = "cannot compute centrality for the null graph"
        raise nx.NetworkXPointlessConcept(msg)
    if nstart is None:
        vector = np.full(n, 1 / n)
    else:
        if set(nstart) != set(G.labels):
            msg = "a start vector of other nodes"
            raise NotImplementedError(msg)
        vector = np.array([nstart[label] for label in G.labels], dtype=float)
        if not vector.any():
            msg = "initial vector cannot have all zero values"
            raise nx.NetworkXError(msg)
        if vector.sum() == 0:
            msg = "a start vector that sums to zero"
            raise NotImplementedError(msg)
        vector = vector / vector.sum()
    backwards = G.matrix(weight, backwards=True)
    for _ in range(max_iter):
        last = vector
        vector = last + backwards @ last
        vector = vector / (np.linalg.norm(vector) or 1)
        if np.abs(vector - last).sum() < n * tol:
            return dict(zip(G.labels, vector.tolist(), strict=True))
    raise nx.PowerIterationFailedConvergence(max_iter)


def eigenvector_centrality_numpy(
    G: Arrays, weight: str | None = None, max_iter: int = 50, tol: float = 0
) -> dict[Any, float]:
    """The left eigenvector of the largest eigenvalue, by ARPACK, always from the same start."""
    n = len(G.labels)
    if n == 0:
        msg = "cannot compute centrality for the null graph"
        raise nx.NetworkXPointlessConcept(msg)
    connected = components.is_strongly_connected(G) if G.directed else components.is_connected(G)
    if not connected:
        msg = "eigenvector_centrality_numpy does not give consistent results for disconnected graphs"
        raise nx.AmbiguousSolution(msg)
    if n < 3:
        msg = "ARPACK needs three nodes"
        raise NotImplementedError(msg)
    start = np.full(n, 1 / n)
    _, vectors = eigs(G.matrix(weight, backwards=True), k=1, which="LR", maxiter=max_iter, tol=tol, v0=start)
    largest = vectors.ravel().real
    largest = largest / (np.sign(largest.sum()) * np.linalg.norm(largest))
    return dict(zip(G.labels, largest.tolist(), strict=True))
