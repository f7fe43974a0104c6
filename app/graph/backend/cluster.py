"""Triangles and clustering.

Every triangle is found once, by pointing each edge from the end of lower degree to the other: the sparse products that
follow then stay within O(m^1.5).

References
----------
J.-P. Onnela et al., *Intensity and coherence of motifs in weighted complex networks*, Physical Review E 71 (2005).
G. Fagiolo, *Clustering in complex directed networks*, Physical Review E 76 (2007).
"""

# ruff: noqa: N803  # NetworkX calls a graph G, also as a keyword

from typing import Any

import numpy as np
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from app.graph.backend.arrays import Arrays, Column, Floats

__all__ = ["average_clustering", "clustering", "transitivity", "triangles"]


def _without_loops(matrix: Any) -> Any:
    """The matrix with an empty diagonal."""
    coo = matrix.tocoo()
    off = coo.row != coo.col
    return csr_array((coo.data[off], (coo.row[off], coo.col[off])), shape=matrix.shape)


def _triangle_sums(matrix: Any) -> Floats:
    """For each node, the sum over its triangles of the product of their three entries, of a symmetric matrix."""
    n = matrix.shape[0]
    coo = matrix.tocoo()
    degree = np.bincount(coo.row, minlength=n)
    rank = np.empty(n, dtype=np.int64)
    rank[np.lexsort((np.arange(n), degree))] = np.arange(n)
    up = rank[coo.row] < rank[coo.col]
    half = csr_array((coo.data[up], (coo.row[up], coo.col[up])), shape=(n, n))
    ends = (half @ half).multiply(half)
    middles = (half.T @ half).multiply(half)
    sums: Floats = np.asarray(ends.sum(axis=1) + ends.sum(axis=0) + middles.sum(axis=1), dtype=float).reshape(n)
    return sums


def _chosen(G: Arrays, nodes: Any, values: Column) -> Any:
    """The values of all nodes, of one, or of several."""
    if nodes is None:
        return dict(zip(G.labels, values.tolist(), strict=True))
    if _is_node(G, nodes):
        return values[G.codes[nodes]].item()
    return {label: values[G.codes[label]].item() for label in G.nbunch_iter(nodes)}  # type: ignore[attr-defined]


def _is_node(G: Arrays, nodes: Any) -> bool:
    try:
        return nodes in G.codes
    except TypeError:
        return False


def triangles(G: Arrays, nodes: Any = None) -> Any:
    """Number of triangles that each node is in.

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> triangles(from_edges([0, 1, 0, 2], [1, 2, 2, 3], "abcd"))
    {'a': 1, 'b': 1, 'c': 1, 'd': 0}
    """
    return _chosen(G, nodes, np.rint(_triangle_sums(_without_loops(G.matrix()))).astype(np.int64))


def transitivity(G: Arrays) -> float:
    """Share of the pairs of a node's neighbours that are joined, over all nodes together."""
    matrix = _without_loops(G.matrix())
    degrees = np.diff(matrix.indptr).astype(np.int64)
    closed = 2 * _triangle_sums(matrix).sum()
    return float(closed / (degrees * (degrees - 1)).sum()) if closed else 0


def _coefficients(G: Arrays, weight: str | None) -> Floats:
    matrix = G.matrix(weight)
    if weight is not None and matrix.nnz:
        greatest = matrix.data.max()
        if greatest == 0 or matrix.data.min() < 0:
            msg = "no positive weight, or negative ones"
            raise NotImplementedError(msg)
        matrix = csr_array((np.cbrt(matrix.data / greatest), matrix.indices, matrix.indptr), shape=matrix.shape)
    matrix = _without_loops(matrix)
    pattern = csr_array((np.ones(matrix.nnz), matrix.indices, matrix.indptr), shape=matrix.shape)
    if not G.directed:
        degrees = np.diff(matrix.indptr).astype(float)
        sums, possible = 2 * _triangle_sums(matrix), degrees * (degrees - 1)
    else:
        # Both directions of every edge of a triangle may be there: the sum of both stands for the choices.
        total = np.asarray((pattern + pattern.T).sum(axis=1)).reshape(-1)
        mutual = np.asarray(pattern.multiply(pattern.T).sum(axis=1)).reshape(-1)
        sums = 2 * _triangle_sums((matrix + matrix.T).tocsr())
        possible = 2 * (total * (total - 1) - 2 * mutual)
    coefficients: Floats = np.divide(sums, possible, out=np.zeros(len(sums)), where=(sums != 0) & (possible != 0))
    return coefficients


def clustering(G: Arrays, nodes: Any = None, weight: str | None = None) -> Any:
    """Share of the pairs of each node's neighbours that are joined; geometric means of weights if they count.

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> clustering(from_edges([0, 1, 0, 2], [1, 2, 2, 3], "abcd"), nodes=["a", "c"])
    {'a': 1.0, 'c': 0.3333333333333333}
    """
    return _chosen(G, nodes, _coefficients(G, weight))


def average_clustering(
    G: Arrays,
    nodes: Any = None,
    weight: str | None = None,
    count_zeros: bool = True,
) -> float:
    """Mean of the nodes' clustering."""
    if _is_node(G, nodes):
        msg = "one node has no average"
        raise NotImplementedError(msg)
    values: list[float] = list(clustering(G, nodes, weight).values())
    if not count_zeros:
        values = [value for value in values if abs(value) > 0]
    return sum(values) / len(values)
