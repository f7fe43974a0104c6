"""Betweenness of nodes and edges, exact or from sampled sources.

Brandes' algorithm, level by level for many sources at once: the numbers of shortest paths and the dependencies of one
level of all searches are one product of a sparse and a dense matrix. Weighted graphs, and those so deep that levels are
thin, go through the acyclic graph of their shortest paths instead.

References
----------
U. Brandes, *On variants of shortest-path betweenness centrality and their generic computation*, Social Networks 30
(2008).
U. Brandes and C. Pich, *Centrality estimation in large networks*, Int. J. Bifurcation and Chaos 17 (2007).
"""

# ruff: noqa: N803  # NetworkX calls a graph G, also as a keyword

from math import nan
from random import Random
from typing import Any

import numpy as np
from scipy.sparse.csgraph import dijkstra  # type: ignore[import-untyped]

from app.graph.backend.arrays import Arrays, Column, Floats, Integers, Rows
from app.graph.backend.paths import entries

__all__ = ["betweenness_centrality", "edge_betweenness_centrality"]

CELLS = 640_000
"""(node, source) pairs that are worked on at once."""

MOST_LEVELS = 40
"""Hops after which levels are thought too thin for matrix products."""


def betweenness_centrality(
    G: Arrays,
    k: int | None = None,
    normalized: bool = True,
    weight: str | None = None,
    endpoints: bool = False,
    seed: Any = None,
) -> dict[Any, float]:
    """Share of shortest paths between other nodes that pass through a node.

    With `k`, from k sources, drawn as NetworkX draws them: the same seed gives NetworkX's numbers.

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> betweenness_centrality(from_edges([0, 1], [1, 2], "abc"))
    {'a': 0.0, 'b': 1.0, 'c': 0.0}
    """
    n = len(G.labels)
    brandes = _Brandes(G, weight, endpoints=endpoints, edges=False)
    sources = _sources(n, None if k == n else k, seed)
    through = brandes.run(sources).nodes
    sampled = None if k is None or k == n else sources
    through *= _scale(n, normalized=normalized, directed=G.directed, endpoints=endpoints, sampled=sampled)
    return dict(zip(G.labels, through.tolist(), strict=True))


def edge_betweenness_centrality(
    G: Arrays,
    k: int | None = None,
    normalized: bool = True,
    weight: str | None = None,
    seed: Any = None,
) -> dict[tuple[Any, Any], float]:
    """Share of shortest paths that pass through an edge; as :func:`betweenness_centrality`."""
    n = len(G.labels)
    brandes = _Brandes(G, weight, endpoints=False, edges=True)
    sources = _sources(n, k, seed)
    rows = G.rows
    through = brandes.run(sources).entries
    kept = np.arange(len(rows.indices))
    if not G.directed:
        # An undirected edge was counted in each direction at the entry of that direction.
        low, high = np.minimum(rows.origins, rows.indices), np.maximum(rows.origins, rows.indices)
        _, edge = np.unique(low.astype(np.int64) * n + high, return_inverse=True)
        kept = np.flatnonzero(rows.origins <= rows.indices)
        both: Floats = np.bincount(edge, weights=through).astype(float)
        through = both[edge]
    scale = _scale(
        n, normalized=normalized, directed=G.directed, endpoints=True, sampled=None if k is None else sources
    )
    values = (through[kept] * scale[0] if n else through).tolist()
    label = G.labels.__getitem__
    starts, ends = map(label, rows.origins[kept].tolist()), map(label, rows.indices[kept].tolist())
    return dict(zip(zip(starts, ends, strict=True), values, strict=True))


def _sources(n: int, k: int | None, seed: Random) -> Integers:
    """The codes to search from: all, or k of them. Drawn last, for what is refused is drawn again by NetworkX."""
    return np.arange(n) if k is None else np.array(seed.sample(list(range(n)), k), dtype=np.int64)


def _scale(n: int, *, normalized: bool, directed: bool, endpoints: bool, sampled: Integers | None) -> Floats:
    """The factor for every code.

    With all sources there are N (N - 1) ordered pairs, N not counting the node itself unless ends count. Where ends do
    not count, a sampled source is an end of its own search, and has data from one search fewer than other nodes have.
    """
    pairs = n if endpoints else n - 1
    if pairs < 2:
        return np.ones(n)
    ordered = 1 if directed else 2
    searches = pairs if sampled is None else len(sampled)

    def factor(number: int) -> float:
        return 1 / (number * (pairs - 1)) if normalized else pairs / (number * ordered)

    factors = np.full(n, factor(searches))
    if sampled is not None and not endpoints:
        factors[sampled] = factor(searches - 1) if searches > 1 else nan
    return factors


class _Brandes:
    """Sums of dependencies over sources, for nodes and if asked for edges."""

    def __init__(self, G: Arrays, weight: str | None, *, endpoints: bool, edges: bool) -> None:
        self.rows: Rows = G.rows
        self.weights = G.weights(weight)
        if self.weights is not None and (self.weights <= 0).any():
            msg = "weights that are not positive"
            raise NotImplementedError(msg)
        self.matrix = G.matrix(weight)
        self.forwards, self.backwards = G.matrix(), G.matrix(backwards=True)
        self.endpoints, self.edges = endpoints, edges
        self.nodes = np.zeros(len(G.labels))
        self.entries = np.zeros(len(self.rows.indices))

    def run(self, sources: Integers) -> "_Brandes":
        """Add up the searches from these codes."""
        n = len(self.nodes)
        by_levels = self.weights is None
        width = max(1, min(64, CELLS // max(n, 1)))
        if self.edges:
            width = max(1, min(width, CELLS // max(len(self.entries), 1)))
        for start in range(0, len(sources), width):
            some = sources[start : start + width]
            by_levels = by_levels and self._by_levels(some)
            if not by_levels:
                self._by_order(some)
        return self

    def _add(self, some: Integers, delta: Floats, reached: Column) -> None:
        """Add dependencies, given as (node, search), that are wanted at other nodes than the source."""
        searches = np.arange(len(some))
        if self.endpoints:
            delta += reached
            delta[some, searches] = reached.sum(axis=0) - 1
        else:
            delta[some, searches] = 0
        self.nodes += delta.sum(axis=1)

    def _by_levels(self, some: Integers) -> bool:
        """Search without weights; False, and nothing added, if it takes too many levels."""
        shape = (len(self.nodes), len(some))
        front = np.zeros(shape)
        front[some, np.arange(len(some))] = 1
        unseen = front == 0
        fronts = []
        while front.any():
            fronts.append(front)
            if len(fronts) > MOST_LEVELS:
                return False
            # Numbers of paths to the nodes that are one hop further.
            front = self.backwards @ front
            front *= unseen
            unseen &= front == 0
        delta, ratio = np.zeros(shape), np.zeros(shape)
        for level in range(len(fronts) - 1, 0, -1):
            ratio.fill(0)
            np.divide(delta + 1, fronts[level], out=ratio, where=fronts[level] > 0)
            if self.edges:
                paths = fronts[level - 1]
                self.entries += np.einsum("ij,ij->i", paths[self.rows.origins], ratio[self.rows.indices])
            gained = self.forwards @ ratio
            gained *= fronts[level - 1]
            delta += gained
        self._add(some, delta, ~unseen)
        return True

    def _by_order(self, some: Integers) -> None:
        """Search along the acyclic graph of shortest paths, whose nodes are the pairs (search, code)."""
        n, searches = len(self.nodes), len(some)
        rows = self.rows
        lengths = dijkstra(self.matrix, indices=some, unweighted=self.weights is None).reshape(searches, n)
        step: Any = 1 if self.weights is None else self.weights
        with np.errstate(invalid="ignore"):
            on_path = lengths[:, rows.origins] + step == lengths[:, rows.indices]
        on_path &= np.isfinite(lengths[:, rows.indices])
        search, entry = np.nonzero(on_path)
        offset: Integers = search * n
        start, end = offset + rows.origins[entry], offset + rows.indices[entry]
        dag = Rows(np.concatenate([[0], np.cumsum(np.bincount(start, minlength=n * searches))]), end, {})
        waiting = np.bincount(end, minlength=n * searches)
        paths = np.zeros(n * searches)
        front = np.arange(searches) * n + some
        paths[front] = 1
        levels = []
        while len(front):
            places, origin = entries(dag, front)
            levels.append((places, front[origin]))
            ends, back = np.unique(dag.indices[places], return_inverse=True)
            paths[ends] += np.bincount(back, weights=paths[front[origin]], minlength=len(ends))
            waiting[ends] -= np.bincount(back, minlength=len(ends))
            front = ends[waiting[ends] == 0]
        delta = np.zeros(n * searches)
        for places, starts in reversed(levels):
            ends = dag.indices[places]
            gained = paths[starts] * (1 + delta[ends]) / paths[ends]
            if self.edges:
                self.entries += np.bincount(entry[places], weights=gained, minlength=len(self.entries))
            origins, back = np.unique(starts, return_inverse=True)
            delta[origins] += np.bincount(back, weights=gained, minlength=len(origins))
        self._add(some, delta.reshape(searches, n).T.copy(), np.isfinite(lengths).T)
