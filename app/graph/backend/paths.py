"""Shortest paths: by hops, breadth first; by weight, Dijkstra's.

Searches by hops meet nodes in NetworkX's order, so that they give its paths. Searches by weight give, of several
shortest paths, the one that SciPy settles on, which is the same every time.

References
----------
E. W. Dijkstra, *A note on two problems in connexion with graphs*, Numerische Mathematik 1 (1959).
"""

# ruff: noqa: N803  # NetworkX calls a graph G, also as a keyword

from collections.abc import Callable, Iterator
from math import inf
from typing import Any

import networkx as nx
import numpy as np
from scipy.sparse.csgraph import dijkstra  # type: ignore[import-untyped]

from app.graph.backend import components
from app.graph.backend.arrays import Arrays, Column, Integers, Rows

__all__ = [
    "all_pairs_shortest_path_length",
    "all_shortest_paths",
    "average_shortest_path_length",
    "bidirectional_dijkstra",
    "bidirectional_shortest_path",
    "dijkstra_path",
    "dijkstra_path_length",
    "entries",
    "has_path",
    "shortest_path",
    "shortest_path_length",
    "single_source_dijkstra",
    "single_source_dijkstra_path",
    "single_source_dijkstra_path_length",
    "single_source_shortest_path",
    "single_source_shortest_path_length",
    "single_target_shortest_path_length",
]

SMALL = 24
"""Nodes of a front up to which a loop is quicker than array operations."""


def entries(rows: Rows, codes: Integers) -> tuple[Integers, Integers]:
    """The entries in the rows of these codes, and for each the place of its row among the codes."""
    starts = rows.indptr[codes]
    lengths = rows.indptr[codes + 1] - starts
    places = np.repeat(np.arange(len(codes)), lengths)
    ends = np.cumsum(lengths)
    return np.arange(len(places)) + np.repeat(starts - (ends - lengths), lengths), places


def _breadth_first(rows: Rows, source: int, cutoff: float = inf) -> tuple[list[int], Column, Column]:
    """Codes in the order in which a source meets them, and for every code its hops (-1: not met) and its parent."""
    n = len(rows.indptr) - 1
    hops, parents = np.full(n, -1), np.full(n, -1)
    hops[source] = 0
    met, front, level = [source], [source], 0
    indptr, indices = rows.indptr, rows.indices
    while front and level < cutoff:
        level += 1
        new: list[int]
        if len(front) <= SMALL:
            new = []
            for code in front:
                for other in indices[indptr[code] : indptr[code + 1]].tolist():
                    if hops[other] < 0:
                        hops[other] = level
                        parents[other] = code
                        new.append(other)
        else:
            codes = np.array(front)
            places, origins = entries(rows, codes)
            ends = indices[places]
            unmet = np.flatnonzero(hops[ends] < 0)
            _, first = np.unique(ends[unmet], return_index=True)
            chosen = unmet[np.sort(first)]
            hops[ends[chosen]] = level
            parents[ends[chosen]] = codes[origins[chosen]]
            new = ends[chosen].tolist()
        met += new
        front = new
    return met, hops, parents


def _hops(G: Arrays, rows: Rows, source: Any, cutoff: float | None, role: str = "Source") -> dict[Any, int]:
    met, hops, _ = _breadth_first(rows, G.code(source, role), inf if cutoff is None else cutoff)
    return dict(zip(map(G.labels.__getitem__, met), hops[met].tolist(), strict=True))


def single_source_shortest_path_length(G: Arrays, source: Any, cutoff: float | None = None) -> dict[Any, int]:
    """Hops from a node to every node it reaches.

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> single_source_shortest_path_length(from_edges([0, 1], [1, 2], "abc"), "a")
    {'a': 0, 'b': 1, 'c': 2}
    """
    return _hops(G, G.rows, source, cutoff)


def single_target_shortest_path_length(G: Arrays, target: Any, cutoff: float | None = None) -> dict[Any, int]:
    """Hops to a node from every node that reaches it."""
    return _hops(G, G.predecessor_rows, target, cutoff, "Target")


def all_pairs_shortest_path_length(G: Arrays, cutoff: float | None = None) -> Iterator[tuple[Any, dict[Any, int]]]:
    """Each node with its hops to every node."""
    return ((label, _hops(G, G.rows, label, cutoff)) for label in G.labels)


def _hop_paths(G: Arrays, rows: Rows, source: Any, cutoff: float | None = None) -> dict[Any, list[Any]]:
    met, _, parents = _breadth_first(rows, G.code(source, "Source"), inf if cutoff is None else cutoff)
    labels = G.labels
    paths = {met[0]: [labels[met[0]]]}
    for code, parent in zip(met[1:], parents[met[1:]].tolist(), strict=True):
        paths[code] = [*paths[parent], labels[code]]
    return {labels[code]: path for code, path in paths.items()}


def single_source_shortest_path(G: Arrays, source: Any, cutoff: float | None = None) -> dict[Any, list[Any]]:
    """A path of fewest hops from a node to every node it reaches."""
    return _hop_paths(G, G.rows, source, cutoff)


def bidirectional_shortest_path(G: Arrays, source: Any, target: Any) -> list[Any]:
    """A path of fewest hops, searched from both ends.

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> bidirectional_shortest_path(from_edges([0, 1], [1, 2], "abc"), "c", "a")
    ['c', 'b', 'a']
    """
    start, end = G.code(source, "Source"), G.code(target, "Target")
    if start == end:
        return [source]
    sides = ((G.rows, {start: -1}, {end: -1}), (G.predecessor_rows, {end: -1}, {start: -1}))
    came, goes = sides[0][1], sides[1][1]
    fronts = [[start], [end]]
    while all(fronts):
        side = 0 if len(fronts[0]) <= len(fronts[1]) else 1
        rows, mine, others = sides[side][0], (came, goes)[side], (goes, came)[side]
        front, fronts[side] = fronts[side], []
        for code in front:
            for other in rows.indices[rows.indptr[code] : rows.indptr[code + 1]].tolist():
                if other not in mine:
                    mine[other] = code
                    fronts[side].append(other)
                if other in others:
                    return [G.labels[found] for found in _joined(came, goes, other)]
    msg = f"No path between {source} and {target}."
    raise nx.NetworkXNoPath(msg)


def _joined(came: dict[int, int], goes: dict[int, int], meeting: int) -> list[int]:
    """The path through the code at which both searches meet."""
    path, code = [], meeting
    while code >= 0:
        path.append(code)
        code = came[code]
    path.reverse()
    code = goes[meeting]
    while code >= 0:
        path.append(code)
        code = goes[code]
    return path


def has_path(G: Arrays, source: Any, target: Any) -> bool:
    """Whether a node reaches another."""
    try:
        bidirectional_shortest_path(G, source, target)
    except nx.NetworkXNoPath:
        return False
    return True


class _Weighted:
    """Dijkstra's search from one node."""

    def __init__(
        self, G: Arrays, source: Any, weight: str | None, *, cutoff: float | None = None, backwards: bool = False
    ) -> None:
        weights = G.weights(weight)
        if weights is not None and (weights < 0).any():
            msg = "negative weights"
            raise NotImplementedError(msg)
        if cutoff is not None and not cutoff >= 0:
            msg = "a negative cutoff"
            raise NotImplementedError(msg)
        self.labels, self.source = G.labels, G.code(source, "Source")
        self.distances, self.parents = dijkstra(
            G.matrix(weight, backwards=backwards),
            indices=self.source,
            return_predecessors=True,
            limit=np.inf if cutoff is None else cutoff,
        )
        self.whole = weights is None or weights.dtype.kind == "i"
        self.met = np.flatnonzero(np.isfinite(self.distances))
        self.met = self.met[np.argsort(self.distances[self.met], kind="stable")]

    def length(self, code: int) -> float:
        """The distance to a code, whole if all weights are."""
        length = float(self.distances[code])
        return int(length) if self.whole else length

    def lengths(self) -> dict[Any, float]:
        """The distance to every node that is reached, nearest first."""
        found = self.distances[self.met]
        values = found.astype(np.int64) if self.whole else found
        return dict(zip(map(self.labels.__getitem__, self.met.tolist()), values.tolist(), strict=True))

    def path(self, code: int) -> list[Any]:
        """The path to a code."""
        path = []
        while code >= 0:
            path.append(self.labels[code])
            code = int(self.parents[code])
        return path[::-1]

    def paths(self) -> dict[Any, list[Any]]:
        """The path to every node that is reached, nearest first."""
        return {self.labels[code]: self.path(code) for code in self.met.tolist()}


def single_source_dijkstra(
    G: Arrays, source: Any, target: Any = None, cutoff: float | None = None, weight: str | None = "weight"
) -> tuple[Any, Any]:
    """Distances and shortest paths from a node, to one node or to all."""
    search = _Weighted(G, source, weight, cutoff=cutoff)
    if target is None:
        return search.lengths(), search.paths()
    code = G.codes.get(target)
    if code is None or not np.isfinite(search.distances[code]):
        msg = f"No path to {target}."
        raise nx.NetworkXNoPath(msg)
    return search.length(code), search.path(code)


def single_source_dijkstra_path(
    G: Arrays, source: Any, cutoff: float | None = None, weight: str | None = "weight"
) -> dict[Any, list[Any]]:
    """A shortest path from a node to every node it reaches."""
    return _Weighted(G, source, weight, cutoff=cutoff).paths()


def single_source_dijkstra_path_length(
    G: Arrays, source: Any, cutoff: float | None = None, weight: str | None = "weight"
) -> dict[Any, float]:
    """The distance from a node to every node it reaches."""
    return _Weighted(G, source, weight, cutoff=cutoff).lengths()


def bidirectional_dijkstra(
    G: Arrays, source: Any, target: Any, weight: str | None = "weight"
) -> tuple[float, list[Any]]:
    """The distance between two nodes and a shortest path.

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> G = from_edges([0, 1, 0], [1, 2, 2], "abc", columns={"weight": [1, 1, 5]})
    >>> bidirectional_dijkstra(G, "a", "c")
    (2, ['a', 'b', 'c'])
    """
    G.code(target, "Target")
    found: tuple[float, list[Any]] = single_source_dijkstra(G, source, target, weight=weight)
    return found


def dijkstra_path(G: Arrays, source: Any, target: Any, weight: str | None = "weight") -> list[Any]:
    """A shortest path between two nodes."""
    path: list[Any] = single_source_dijkstra(G, source, target, weight=weight)[1]
    return path


def dijkstra_path_length(G: Arrays, source: Any, target: Any, weight: str | None = "weight") -> float:
    """The distance between two nodes."""
    search = _Weighted(G, source, weight)
    code = G.codes.get(target)
    if code is None or not np.isfinite(search.distances[code]):
        msg = f"Node {target} not reachable from {source}"
        raise nx.NetworkXNoPath(msg)
    return search.length(code)


def shortest_path(
    G: Arrays, source: Any = None, target: Any = None, weight: str | None = None, method: str = "dijkstra"
) -> Any:
    """Shortest paths: between two nodes, from one, to one, or between all pairs."""
    _only_dijkstra(method)
    if source is not None and target is not None:
        if weight is None:
            return bidirectional_shortest_path(G, source, target)
        return bidirectional_dijkstra(G, source, target, weight)[1]

    def from_one(label: Any, *, backwards: bool = False) -> dict[Any, list[Any]]:
        if weight is None:
            return _hop_paths(G, G.predecessor_rows if backwards else G.rows, label)
        return _Weighted(G, label, weight, backwards=backwards).paths()

    return _from_or_to(G, source, target, from_one, lambda path: path[::-1])


def shortest_path_length(
    G: Arrays, source: Any = None, target: Any = None, weight: str | None = None, method: str = "dijkstra"
) -> Any:
    """Lengths of shortest paths: between two nodes, from one, to one, or between all pairs."""
    _only_dijkstra(method)
    if source is not None and target is not None:
        if weight is None:
            return len(bidirectional_shortest_path(G, source, target)) - 1
        return dijkstra_path_length(G, source, target, weight)

    def from_one(label: Any, *, backwards: bool = False) -> dict[Any, float]:
        if weight is None:
            return {**_hops(G, G.predecessor_rows if backwards else G.rows, label, None)}
        return _Weighted(G, label, weight, backwards=backwards).lengths()

    return _from_or_to(G, source, target, from_one, lambda length: length)


def _from_or_to(G: Arrays, source: Any, target: Any, from_one: Callable[..., Any], turned: Callable[..., Any]) -> Any:
    if source is not None:
        return from_one(source)
    if target is not None:
        return {label: turned(value) for label, value in from_one(target, backwards=True).items()}
    return ((label, from_one(label)) for label in G.labels)


def _only_dijkstra(method: str) -> None:
    if method != "dijkstra":
        raise NotImplementedError(method)


def average_shortest_path_length(G: Arrays, weight: str | None = None, method: str | None = None) -> float:
    """Mean distance over all ordered pairs of nodes of a connected graph."""
    if method not in {None, "dijkstra", "unweighted"}:
        raise NotImplementedError(method)
    if method == "unweighted":
        weight = None
    n = len(G.labels)
    if n == 0:
        msg = "The graph without nodes has no paths."
        raise nx.NetworkXPointlessConcept(msg)
    if n == 1:
        return 0
    if not (components.is_strongly_connected(G) if G.directed else components.is_connected(G)):
        msg = "Graph is not strongly connected." if G.directed else "Graph is not connected."
        raise nx.NetworkXError(msg)
    if weight is None:
        total: Any = sum(int(_breadth_first(G.rows, code)[1].sum()) for code in range(n))
    else:
        total = sum(_Weighted(G, label, weight).distances.sum() for label in G.labels)
    return float(total / (n * (n - 1)))


def all_shortest_paths(
    G: Arrays, source: Any, target: Any, weight: str | None = None, method: str = "dijkstra"
) -> Iterator[list[Any]]:
    """All shortest paths between two nodes, in NetworkX's order.

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> list(all_shortest_paths(from_edges([0, 0, 1, 2], [1, 2, 3, 3], "abcd"), "a", "d"))
    [['a', 'b', 'd'], ['a', 'c', 'd']]
    """
    _only_dijkstra(method)
    start = G.code(source, "Source")
    rows = G.predecessor_rows
    if weight is None:
        met, lengths, _ = _breadth_first(G.rows, start)
        weights: Column = np.ones(len(rows.indices), dtype=np.int64)
    else:
        held = G.weights(weight, rows)
        weights = np.ones(len(rows.indices), dtype=np.int64) if held is None else held
        if (weights <= 0).any():
            msg = "weights that are not positive"
            raise NotImplementedError(msg)
        search = _Weighted(G, source, weight)
        met, lengths = search.met.tolist(), search.distances
    order = np.full(len(G.labels), -1)
    order[met] = np.arange(len(met))

    def before(code: int) -> list[int]:
        """The codes that come before this one on a shortest path, those first that the search met first."""
        places = slice(rows.indptr[code], rows.indptr[code + 1])
        others = rows.indices[places]
        fit = (order[others] >= 0) & (lengths[others] + weights[places] == lengths[code])
        chosen = others[fit]
        found: list[int] = chosen[np.argsort(order[chosen])].tolist()
        return found

    def walk() -> Iterator[list[Any]]:
        end = G.codes.get(target)
        if end is None or order[end] < 0:
            msg = f"Target {target} cannot be reached from given sources"
            raise nx.NetworkXNoPath(msg)
        path, choices = [end], [iter([] if end == start else before(end))]
        if end == start:
            yield [source]
        while path:
            code = next(choices[-1], None)
            if code is None:
                path.pop()
                choices.pop()
            elif code == start:
                yield [source, *(G.labels[one] for one in reversed(path))]
            else:
                path.append(code)
                choices.append(iter(before(code)))

    return walk()
