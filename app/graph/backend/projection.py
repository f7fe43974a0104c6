"""Projections of bipartite graphs onto one of their sides.

References
----------
M. E. J. Newman, *Scientific collaboration networks. II*, Physical Review E 64, 016132 (2001).
S. P. Borgatti and D. S. Halgin, *Analyzing affiliation networks*, 2011.
"""

# ruff: noqa: N803  # NetworkX calls a graph G, also as a keyword

from collections.abc import Callable, Iterable
from typing import Any

import networkx as nx
import numpy as np
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from app.graph.backend.arrays import Arrays, Column, Rows

__all__ = [
    "collaboration_weighted_projected_graph",
    "overlap_weighted_projected_graph",
    "projected_graph",
    "weighted_projected_graph",
]


class _Side:
    """The nodes to project onto, and the numbers of what they share."""

    def __init__(self, B: Arrays, nodes: Iterable[Any]) -> None:
        self.graph, self.labels = B, list(nodes)
        codes = [B.codes.get(label, -1) for label in self.labels]
        self.codes = np.array(codes, dtype=np.int64)
        if -1 in codes or np.bincount(self.codes, minlength=1).max() > 1:
            msg = "nodes that are not distinct, or not in the graph"
            raise NotImplementedError(msg)
        self.out, self.into = B.matrix(), B.matrix(backwards=True)

    def shared(self, through: Column | None = None) -> Any:
        """For each pair of chosen nodes, the number of nodes between them, or the sum of their numbers `through`."""
        to_all = self.out[self.codes]
        if through is not None:
            to_all = csr_array((through[to_all.indices], to_all.indices, to_all.indptr), shape=to_all.shape)
        chosen, between = (np.zeros(len(self.graph.labels), dtype=bool) for _ in range(2))
        chosen[self.codes] = True
        between[to_all.indices] = True
        rows = self.graph.rows
        if (between[rows.origins] & ~chosen[rows.indices]).any():
            msg = "the chosen nodes are not one side of a bipartite graph"
            raise NotImplementedError(msg)
        return to_all @ self.into[self.codes].T.tocsr()

    def projected(self, pairs: Any, weight: Callable[[Any], Column] | None) -> Any:
        """The graph on the chosen nodes with an edge for each pair that is not one node twice."""
        pairs.sort_indices()
        rows = np.repeat(np.arange(len(self.labels)), np.diff(pairs.indptr))
        off = rows != pairs.indices
        pointers = np.concatenate([[0], np.cumsum(np.bincount(rows[off], minlength=len(self.labels)))])
        pairs = csr_array((pairs.data[off], pairs.indices[off], pointers), shape=pairs.shape)
        graph = self.graph
        held = graph.node_attributes
        return type(graph)._of(
            self.labels,
            Rows(pairs.indptr, pairs.indices, {} if weight is None else {"weight": weight(pairs)}),
            node_attributes=None if held is None else [held[code] for code in self.codes.tolist()],
            graph=graph.graph,
        )

    def sizes(self, pairs: Any) -> tuple[Column, Column]:
        """For each entry of the pairs, the number of neighbours of either node."""
        ahead, behind = np.diff(self.out.indptr)[self.codes], np.diff(self.into.indptr)[self.codes]
        return np.repeat(ahead, np.diff(pairs.indptr)), behind[pairs.indices]


def _at(matrix: Any, pattern: Any) -> Column:
    """The matrix's values where the pattern has entries, 0 where it has none itself; entries sorted in both."""
    matrix.sort_indices()
    keys, wanted = (
        np.repeat(np.arange(one.shape[0]) * one.shape[1], np.diff(one.indptr)) + one.indices
        for one in (matrix, pattern)
    )
    place = np.searchsorted(keys, wanted)
    held = place < len(keys)
    held[held] = keys[place[held]] == wanted[held]
    values = np.zeros(len(wanted))
    values[held] = matrix.data[place[held]]
    return values


def projected_graph(B: Arrays, nodes: Iterable[Any], multigraph: bool = False) -> Any:
    """The nodes, joined where they share a neighbour.

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> list(projected_graph(from_edges([0, 1], [2, 2], "abx"), "ab").edges)
    [('a', 'b')]
    """
    if multigraph:
        msg = "there are no array multigraphs"
        raise NotImplementedError(msg)
    side = _Side(B, nodes)
    return side.projected(side.shared(), None)


def weighted_projected_graph(B: Arrays, nodes: Iterable[Any], ratio: bool = False) -> Any:
    """The nodes, joined with the number of shared neighbours, or its share of the other side, as weight."""
    side = _Side(B, nodes)
    others = len(B.labels) - len(side.labels)
    if others < 1:
        msg = f"The {len(side.labels)} nodes leave none of the graph's {len(B.labels)} for the other side."
        raise nx.NetworkXAlgorithmError(msg)

    def weight(pairs: Any) -> Column:
        weights: Column = pairs.data / others if ratio else pairs.data.astype(np.int64)
        return weights

    return side.projected(side.shared(), weight)


def collaboration_weighted_projected_graph(B: Arrays, nodes: Iterable[Any]) -> Any:
    """The nodes, joined with Newman's weight: for each shared neighbour of degree d, 1 / (d - 1).

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> list(collaboration_weighted_projected_graph(from_edges([0, 1], [2, 2], "abx"), "ab").edges(data="weight"))
    [('a', 'b', 1.0)]
    """
    side = _Side(B, nodes)
    members = np.diff(side.out.indptr)
    through = np.divide(1, members - 1, out=np.zeros(len(members)), where=members > 1)
    if B.directed:
        # A node with one successor between two others joins them with weight 0, which a sparse product leaves out.
        return side.projected(side.shared(), lambda pairs: _at(side.shared(through), pairs))
    return side.projected(side.shared(through), lambda pairs: pairs.data)


def overlap_weighted_projected_graph(B: Arrays, nodes: Iterable[Any], jaccard: bool = True) -> Any:
    """The nodes, joined with the share of their neighbours that they have in common, of all or of the fewer."""
    side = _Side(B, nodes)

    def weight(pairs: Any) -> Column:
        ahead, behind = side.sizes(pairs)
        whole = ahead + behind - pairs.data if jaccard else np.minimum(ahead, behind)
        share: Column = pairs.data / whole
        return share

    return side.projected(side.shared(), weight)
