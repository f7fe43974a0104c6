"""Link prediction: scores of pairs of nodes by the neighbours they share, in undirected graphs.

References
----------
D. Liben-Nowell and J. Kleinberg, *The link-prediction problem for social networks*, 2004.
T. Zhou, L. Lü and Y.-C. Zhang, *Predicting missing links via local information*, European Physical Journal B 71 (2009).
"""

# ruff: noqa: N803  # NetworkX calls a graph G, also as a keyword

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import networkx as nx
import numpy as np

from app.graph.backend.arrays import Arrays, Column, Integers

__all__ = ["adamic_adar_index", "jaccard_coefficient", "preferential_attachment", "resource_allocation_index"]

Scores = Iterator[tuple[Any, Any, float]]

PAIRS = 16_384
"""Pairs that are scored at once."""


def _non_edges(G: Arrays) -> Iterator[tuple[Integers, Integers]]:
    """All pairs of two nodes that are not joined, in blocks, the lower code first."""
    n = len(G.labels)
    for code in range(n):
        joined = G.rows.indices[G.rows.indptr[code] : G.rows.indptr[code + 1]]
        free = np.ones(n, dtype=bool)
        free[joined] = False
        free[: code + 1] = False
        others = np.flatnonzero(free)
        yield np.full(len(others), code), others


def _scored(
    G: Arrays, ebunch: Iterable[tuple[Any, Any]] | None, score: Callable[[Integers, Integers], Column]
) -> Scores:
    """Each pair with its score, in the order of pairs."""
    if ebunch is None:
        return _labelled(G, _non_edges(G), score)
    pairs = list(ebunch)
    for pair in pairs:
        for label in pair:
            if label not in G.codes:
                msg = f"Node {label} not in G."
                raise nx.NodeNotFound(msg)
    codes = np.array([[G.codes[u], G.codes[v]] for u, v in pairs], dtype=np.int64).reshape(-1, 2)
    if (codes[:, 0] == codes[:, 1]).any():
        msg = "a pair of one node"
        raise NotImplementedError(msg)
    blocks = (codes[start : start + PAIRS] for start in range(0, len(codes), PAIRS))
    return _labelled(G, ((block[:, 0], block[:, 1]) for block in blocks), score)


def _labelled(
    G: Arrays, blocks: Iterable[tuple[Integers, Integers]], score: Callable[[Integers, Integers], Column]
) -> Scores:
    label = G.labels.__getitem__
    for starts, ends in blocks:
        for first in range(0, len(starts), PAIRS):
            some = slice(first, first + PAIRS)
            scores = score(starts[some], ends[some]).tolist()
            yield from zip(map(label, starts[some].tolist()), map(label, ends[some].tolist()), scores, strict=True)


def _shared(G: Arrays, starts: Integers, ends: Integers, value: Column | None = None) -> Column:
    """Number of shared neighbours of each pair, themselves not counted, or the sum of those neighbours' values."""
    matrix = G.matrix()
    product = matrix[starts].multiply(matrix[ends]).tocsr()
    pair = np.repeat(np.arange(len(starts)), np.diff(product.indptr))
    other = (product.indices != starts[pair]) & (product.indices != ends[pair])
    weights = None if value is None else value[product.indices[other]]
    return np.bincount(pair[other], weights=weights, minlength=len(starts))


def jaccard_coefficient(G: Arrays, ebunch: Iterable[tuple[Any, Any]] | None = None) -> Scores:
    """Shared neighbours as a share of all neighbours of either node.

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> list(jaccard_coefficient(from_edges([0, 1, 1], [2, 2, 3], "abxy"), [("a", "b")]))
    [('a', 'b', 0.5)]
    """
    matrix = G.matrix()
    length = np.diff(matrix.indptr)

    def score(starts: Integers, ends: Integers) -> Column:
        common = np.asarray(matrix[starts].multiply(matrix[ends]).sum(axis=1)).reshape(-1)
        union = length[starts] + length[ends] - common
        share: Column = np.divide(_shared(G, starts, ends), union, out=np.zeros(len(starts)), where=union > 0)
        return share

    return _scored(G, ebunch, score)


def adamic_adar_index(G: Arrays, ebunch: Iterable[tuple[Any, Any]] | None = None) -> Scores:
    """Sum over shared neighbours of 1 / log(degree)."""
    degrees = G.degrees()
    with np.errstate(divide="ignore"):
        value = 1 / np.log(degrees)
    return _scored(G, ebunch, lambda starts, ends: _shared(G, starts, ends, value))


def resource_allocation_index(G: Arrays, ebunch: Iterable[tuple[Any, Any]] | None = None) -> Scores:
    """Sum over shared neighbours of 1 / degree."""
    with np.errstate(divide="ignore"):
        value = 1 / G.degrees()
    return _scored(G, ebunch, lambda starts, ends: _shared(G, starts, ends, value))


def preferential_attachment(G: Arrays, ebunch: Iterable[tuple[Any, Any]] | None = None) -> Scores:
    """Product of the two degrees."""
    degrees = G.degrees()
    return _scored(G, ebunch, lambda starts, ends: degrees[starts] * degrees[ends])
