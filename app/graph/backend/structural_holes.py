"""Structural holes: constraint and effective size.

References
----------
R. S. Burt, *Structural holes: The social structure of competition*, 1992, and *Structural holes and good ideas*,
American Journal of Sociology 110 (2004).
"""

# ruff: noqa: N803  # NetworkX calls a graph G, also as a keyword

from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy.sparse import csr_array, diags_array  # type: ignore[import-untyped]

from app.graph.backend.arrays import Arrays, Column, Floats

__all__ = ["constraint", "effective_size"]

CELLS = 4_000_000
"""Entries that one block of a product may hold at most."""


def _mutual(G: Arrays, weight: str | None, nodes: Iterable[Any] | None) -> Any:
    """Weights of both directions together."""
    weights = G.weights(weight)
    if weights is not None and (weights <= 0).any():
        msg = "weights that are not positive"
        raise NotImplementedError(msg)
    if nodes is not None and (G.directed or G.loops):
        msg = "of single nodes, only in undirected graphs without self-loops"
        raise NotImplementedError(msg)
    matrix = G.matrix(weight)
    return (matrix + matrix.T).tocsr()


def _divided(matrix: Any, by: Column) -> Any:
    """Rows divided by numbers; where there is nothing to divide by, there is nothing to divide."""
    return (diags_array(np.divide(1, by, out=np.zeros(len(by)), where=by != 0)) @ matrix).tocsr()


def _product_within(left: Any, right: Any, pattern: Any) -> Any:
    """Entries of left @ right where the pattern has entries, in blocks of rows."""
    n = left.shape[0]
    reach = np.diff(right.indptr)
    work = np.concatenate([[0], np.cumsum(np.bincount(_row_of(left), weights=reach[left.indices], minlength=n))])
    blocks, start = [], 0
    while start < n:
        stop = max(start + 1, int(np.searchsorted(work, work[start] + CELLS, side="right")) - 1)
        blocks.append((left[start:stop] @ right).multiply(pattern[start:stop]).tocoo())
        start = stop
    offsets = np.cumsum([0, *(block.shape[0] for block in blocks)])[:-1]
    rows = np.concatenate([block.row + offset for block, offset in zip(blocks, offsets, strict=True)])
    columns = np.concatenate([block.col for block in blocks])
    data = np.concatenate([block.data for block in blocks])
    return csr_array((data, (rows, columns)), shape=left.shape)


def _row_of(matrix: Any) -> Column:
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def _pattern(matrix: Any) -> Any:
    return csr_array((np.ones(matrix.nnz), matrix.indices, matrix.indptr), shape=matrix.shape)


def _answer(G: Arrays, nodes: Iterable[Any] | None, values: Floats) -> dict[Any, float]:
    if nodes is None:
        return dict(zip(G.labels, values.tolist(), strict=True))
    return {label: values[G.codes[label]].item() for label in nodes}


def constraint(G: Arrays, nodes: Iterable[Any] | None = None, weight: str | None = None) -> dict[Any, float]:
    """How far each node's relations lead back to the same few nodes; nan for nodes without relations.

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> constraint(from_edges([0, 0], [1, 2], "abc"))
    {'a': 0.5, 'b': 1.0, 'c': 1.0}
    """
    mutual = _mutual(G, weight, nodes)
    if not G.labels:
        return {}
    total = np.asarray(mutual.sum(axis=1)).reshape(-1)
    share = _divided(mutual, total)
    local = share + _product_within(share, share, _pattern(share))
    local.data **= 2
    values = np.asarray(local.sum(axis=1), dtype=float).reshape(-1)
    values[total - 2 * share.diagonal() == 0] = np.nan
    return _answer(G, nodes, values)


def effective_size(G: Arrays, nodes: Iterable[Any] | None = None, weight: str | None = None) -> dict[Any, float]:
    """Number of each node's neighbours less their redundancy; nan for nodes without other neighbours.

    With weights this is what NetworkX gives for ``nodes=list(G)``. For ``nodes=None``, NetworkX 3.6 divides a row's
    weights by the maxima of its columns, where the definition has that of the row.

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> effective_size(from_edges([0, 0, 1], [1, 2, 2], "abc"))
    {'a': 1.0, 'b': 1.0, 'c': 1.0}
    """
    if G.directed or G.loops:
        msg = "only undirected graphs without self-loops"
        raise NotImplementedError(msg)
    mutual = _mutual(G, weight, nodes)
    if not G.labels:
        return {}
    share = _divided(mutual, np.asarray(mutual.sum(axis=1)).reshape(-1))
    marginal = _divided(mutual, mutual.max(axis=1).toarray().reshape(-1))
    redundant = np.asarray(_product_within(share, marginal.T.tocsr(), _pattern(share)).sum(axis=1)).reshape(-1)
    values = np.diff(share.indptr) - redundant
    values[np.asarray(share.sum(axis=1)).reshape(-1) - share.diagonal() == 0] = np.nan
    return _answer(G, nodes, values)
