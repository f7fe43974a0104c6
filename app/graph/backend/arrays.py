"""Graphs over arrays, which read like ``networkx.Graph``, never change, and are computed on without conversion."""

# ruff: noqa: N803  # NetworkX calls a graph G, also as a keyword

from collections.abc import Hashable, ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from enum import Enum
from functools import cached_property
from itertools import chain, compress
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NoReturn, cast

import networkx as nx
import numpy as np
from networkx.classes.reportviews import DegreeView, DiDegreeView, InDegreeView, OutDegreeView
from numpy.typing import NDArray
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from app.graph.backend.info import NAME

__all__ = [
    "MISSING",
    "ArrayDiGraph",
    "ArrayGraph",
    "Arrays",
    "from_edges",
    "from_networkx",
    "from_node_link",
    "to_networkx",
]

if NAME not in nx.config.backends:
    msg = (
        "NetworkX finds no backend named tejido, because Tejido is not installed for this Python. "
        "In Tejido's folder, run: python -m pip install --editable ."
    )
    raise ImportError(msg)

if TYPE_CHECKING:
    PlainGraph = nx.Graph[Any, Any, Any]
    PlainDiGraph = nx.DiGraph[Any, Any, Any]
    NodeDegrees = DegreeView[Any, Any, Any]
    NodeDiDegrees = DiDegreeView[Any, Any, Any]
    NodeInDegrees = InDegreeView[Any, Any, Any]
    NodeOutDegrees = OutDegreeView[Any, Any, Any]
else:
    PlainGraph = nx.Graph
    PlainDiGraph = nx.DiGraph
    NodeDegrees, NodeDiDegrees, NodeInDegrees, NodeOutDegrees = DegreeView, DiDegreeView, InDegreeView, OutDegreeView

Attributes = Mapping[str, Any]
Column = NDArray[Any]
Integers = NDArray[Any]
Floats = NDArray[np.float64]
Labels = Sequence[Hashable]

NOTHING: Attributes = MappingProxyType({})


class _Sentinel(Enum):
    """One member, so that it stays itself through pickling."""

    MISSING = "missing"

    def __repr__(self) -> str:
        """Its name."""
        return self.name


MISSING = _Sentinel.MISSING
"""What a column of attributes holds where an edge has no such attribute."""


class Rows:
    """The neighbours of every node, one row a node (compressed sparse rows).

    Attributes
    ----------
    indptr : array of n + 1 integers
        Row ``u`` is ``indices[indptr[u]:indptr[u + 1]]``.
    indices : array of integers
        Codes of the neighbours. An undirected edge stands in both its rows, a self-loop once.
    columns : dict
        Edge attributes by name, each an array as long as `indices`.
    """

    def __init__(self, indptr: Integers, indices: Integers, columns: Mapping[str, Column]) -> None:
        """Take the arrays over and close them against writing."""
        narrow = np.int32 if max(len(indptr), len(indices)) < 2**31 else np.int64
        self.indptr = indptr.astype(narrow, copy=False)
        self.indices = indices.astype(narrow, copy=False)
        self.columns = dict(columns)
        for array in (self.indptr, self.indices, *self.columns.values()):
            array.setflags(write=False)

    @cached_property
    def origins(self) -> Integers:
        """The node whose row an entry stands in, entry by entry."""
        return np.repeat(np.arange(len(self.indptr) - 1, dtype=self.indices.dtype), np.diff(self.indptr))

    @cached_property
    def canonical(self) -> Integers | None:
        """The entries in the order of (row, neighbour), or None if they stand so already."""
        steps = np.diff(self.indices)
        inner = np.diff(self.origins) == 0
        if not (inner & (steps < 0)).any():
            return None
        return np.lexsort((self.indices, self.origins))

    def reversed(self) -> "Rows":
        """The same entries with rows and neighbours exchanged."""
        order = np.argsort(self.indices, kind="stable")
        return Rows(
            _pointers(self.indices, len(self.indptr) - 1),
            self.origins[order],
            {name: column[order] for name, column in self.columns.items()},
        )

    def attributes(self, entry: int) -> Attributes:
        """The attributes of one entry's edge, read only."""
        if not self.columns:
            return NOTHING
        values = ((name, column.item(entry)) for name, column in self.columns.items())
        return MappingProxyType({name: value for name, value in values if value is not MISSING})


def _pointers(rows: Integers, n: int) -> Integers:
    """Where each of n rows begins and ends, from the row of every entry."""
    return np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n))])


def _closed(values: Sequence[Any]) -> Column:
    """The values as a column: integers, floats, or objects where there is anything else."""
    kinds = set(map(type, values))
    if kinds and all(issubclass(kind, (int, float, np.integer, np.floating)) for kind in kinds) and bool not in kinds:
        column = np.array(values)
        if column.dtype in {np.dtype(np.int64), np.dtype(np.float64)}:
            return column
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


class _RowItems(ItemsView[Any, Attributes]):
    """Neighbours with their attributes, without a search for each."""

    _mapping: "_Row"

    def __iter__(self) -> Iterator[tuple[Any, Attributes]]:
        return zip(self._mapping, self._mapping.values(), strict=True)


class _RowValues(ValuesView[Attributes]):
    """Attributes of a row's edges."""

    _mapping: "_Row"

    def __iter__(self) -> Iterator[Attributes]:
        row = self._mapping
        return map(row.rows.attributes, range(row.start, row.stop))


class _Row(Mapping[Any, Attributes]):
    """One row as the mapping neighbour -> edge attributes that NetworkX reads."""

    __slots__ = ("graph", "rows", "start", "stop")

    def __init__(self, graph: "Arrays", rows: Rows, code: int) -> None:
        self.graph, self.rows = graph, rows
        self.start, self.stop = int(rows.indptr[code]), int(rows.indptr[code + 1])

    def _entry(self, label: object) -> int | None:
        code = self.graph.codes.get(label)
        if code is None:
            return None
        found = np.flatnonzero(self.rows.indices[self.start : self.stop] == code)
        return self.start + int(found[0]) if len(found) else None

    def __getitem__(self, label: object) -> Attributes:
        entry = self._entry(label)
        if entry is None:
            raise KeyError(label)
        return self.rows.attributes(entry)

    def __contains__(self, label: object) -> bool:
        return self._entry(label) is not None

    def __iter__(self) -> Iterator[Any]:
        return map(self.graph.labels.__getitem__, self.rows.indices[self.start : self.stop].tolist())

    def __len__(self) -> int:
        return self.stop - self.start

    def items(self) -> _RowItems:
        return _RowItems(self)

    def values(self) -> _RowValues:
        return _RowValues(self)

    def __repr__(self) -> str:
        return repr({label: dict(attributes) for label, attributes in self.items()})


class _Adjacency(Mapping[Any, _Row]):
    """All rows of one side as the mapping node -> row that NetworkX reads."""

    __slots__ = ("backwards", "graph")

    def __init__(self, graph: "Arrays", *, backwards: bool = False) -> None:
        self.graph, self.backwards = graph, backwards

    def __getitem__(self, label: object) -> _Row:
        graph = self.graph
        return _Row(graph, graph.predecessor_rows if self.backwards else graph.rows, graph.codes[label])

    def __contains__(self, label: object) -> bool:
        return label in self.graph.codes

    def __iter__(self) -> Iterator[Any]:
        return iter(self.graph.labels)

    def __len__(self) -> int:
        return len(self.graph.labels)

    def __repr__(self) -> str:
        return repr(dict(self))


class _Nodes(Mapping[Any, Attributes]):
    """Node attributes as the mapping that NetworkX reads."""

    __slots__ = ("graph",)

    def __init__(self, graph: "Arrays") -> None:
        self.graph = graph

    def __getitem__(self, label: object) -> Attributes:
        code = self.graph.codes[label]
        held = self.graph.node_attributes
        return NOTHING if held is None else MappingProxyType(held[code])

    def __contains__(self, label: object) -> bool:
        return label in self.graph.codes

    def __iter__(self) -> Iterator[Any]:
        return iter(self.graph.labels)

    def __len__(self) -> int:
        return len(self.graph.labels)


class _FastDegrees:
    """Degrees of many nodes at once, for the degree views."""

    _graph: "Arrays"
    _nodes: Any
    _weight: Any
    side: ClassVar[Literal["in", "out", "both"]] = "both"

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        graph = self._graph
        degrees = graph.degrees(self._weight, self.side).tolist()
        if isinstance(self._nodes, _Adjacency):
            return zip(graph.labels, degrees, strict=True)
        return ((label, degrees[graph.codes[label]]) for label in self._nodes)


class _Degrees(_FastDegrees, NodeDegrees):
    """Degrees of an undirected graph."""


class _DiDegrees(_FastDegrees, NodeDiDegrees):
    """Degrees of a directed graph, both ways together."""


class _InDegrees(_FastDegrees, NodeInDegrees):
    """In-degrees."""

    side = "in"


class _OutDegrees(_FastDegrees, NodeOutDegrees):
    """Out-degrees."""

    side = "out"


def _refuse(_self: object, *_args: Any, **_kwargs: Any) -> NoReturn:
    """Refuse to change."""
    msg = "An array graph does not change. Its copy() is a plain networkx graph, which does."
    raise nx.NetworkXError(msg)


class Arrays:
    """What directed and undirected array graphs share; the algorithms take either as this.

    Attributes
    ----------
    labels : list
        The nodes. A node's place in it is its *code*; the order of codes is the order of every answer.
    codes : dict
        Label -> code.
    rows : Rows
        Neighbours, or successors in a directed graph.
    node_attributes : list of dict, or None
        One for each code, if any node has attributes.
    graph : dict
        Attributes of the graph as a whole.
    """

    __networkx_backend__: ClassVar[str] = NAME
    frozen = True

    labels: list[Any]
    rows: Rows
    node_attributes: list[Attributes] | None
    graph: dict[str, Any]

    add_node: Any = _refuse
    add_nodes_from: Any = _refuse
    add_edge: Any = _refuse
    add_edges_from: Any = _refuse
    add_weighted_edges_from: Any = _refuse
    remove_node: Any = _refuse
    remove_nodes_from: Any = _refuse
    remove_edge: Any = _refuse
    remove_edges_from: Any = _refuse
    update: Any = _refuse
    clear: Any = _refuse
    clear_edges: Any = _refuse

    directed: ClassVar[bool]

    @classmethod
    def _of(
        cls,
        labels: Labels,
        rows: Rows,
        *,
        node_attributes: Sequence[Attributes] | None = None,
        graph: Attributes | None = None,
    ) -> Any:
        """The graph with these parts, which are trusted to fit together."""
        self = object.__new__(cls)
        self.labels = list(labels)
        self.rows = rows
        self.node_attributes = None if node_attributes is None else list(node_attributes)
        self.graph = dict(graph or {})
        # What networkx.Graph and DiGraph read. Nothing is copied: these look into the arrays.
        state = cast("Any", self)
        state.__networkx_cache__ = None
        state._node = _Nodes(self)
        state._adj = _Adjacency(self)
        if cls.directed:
            state._pred = _Adjacency(self, backwards=True)
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the arrays, not the views."""
        rows = (self.rows.indptr, self.rows.indices, self.rows.columns)
        return _restore, (type(self), self.labels, rows, self.node_attributes, self.graph)

    @cached_property
    def codes(self) -> dict[Any, int]:
        """Label -> code."""
        return {label: code for code, label in enumerate(self.labels)}

    @cached_property
    def predecessor_rows(self) -> Rows:
        """Rows of the reversed graph; `rows` itself if the graph is undirected."""
        return self.rows.reversed() if self.directed else self.rows

    @cached_property
    def loops(self) -> int:
        """Number of self-loops."""
        return int((self.rows.origins == self.rows.indices).sum())

    def code(self, label: object, role: str = "Node") -> int:
        """The node's code; NodeNotFound, with what the node was to be, if it is none of ours."""
        try:
            return self.codes[label]
        except (KeyError, TypeError):
            msg = f"{role} {label} is not in G"
            raise nx.NodeNotFound(msg) from None

    def weights(self, name: str | None, rows: Rows | None = None) -> Column | None:
        """The attribute as one number for each entry, 1 where an edge has none; None if no edge has one.

        Raises
        ------
        NotImplementedError
            If a value is not a finite number: NetworkX then computes it.
        """
        rows = self.rows if rows is None else rows
        column = None if name is None else rows.columns.get(name)
        if column is None:
            return None
        if column.dtype == object:
            column = _closed([1 if value is MISSING else value for value in column.tolist()])
        if column.dtype == object or not np.isfinite(column).all():
            msg = f"{name!r} is not a finite number on every edge"
            raise NotImplementedError(msg)
        return column

    def matrix(self, weight: str | None = None, *, backwards: bool = False) -> Any:
        """The adjacency matrix, a ``scipy.sparse.csr_array`` of floats in canonical order; not to be written to."""
        rows = self.predecessor_rows if backwards else self.rows
        values = self.weights(weight, rows)
        data = np.ones(len(rows.indices)) if values is None else values.astype(float)
        order = rows.canonical
        indices = rows.indices
        if order is not None:
            data, indices = data[order], indices[order]
        n = len(self.labels)
        matrix = csr_array((data, indices, rows.indptr), shape=(n, n))
        matrix.has_canonical_format = True
        return matrix

    def degrees(self, weight: str | None = None, side: Literal["in", "out", "both"] = "both") -> Column:
        """Degree of every code; a self-loop counts twice, as in NetworkX."""
        rows, n = self.rows, len(self.labels)
        values = self.weights(weight)
        if values is None:
            values = np.ones(len(rows.indices), dtype=np.int64)
        out = _sums(rows.origins, values, n)
        if side == "out":
            return out
        ends = rows.indices
        if not self.directed:
            loop = rows.origins == ends
            return out + _sums(ends[loop], values[loop], n) if self.loops else out
        into = _sums(ends, values, n)
        return into if side == "in" else out + into

    def has_edge(self, u: Any, v: Any) -> bool:
        """Whether the edge is there."""
        start, end = self.codes.get(u), self.codes.get(v)
        if start is None or end is None:
            return False
        pointers = self.rows.indptr
        return bool((self.rows.indices[pointers[start] : pointers[start + 1]] == end).any())

    def number_of_edges(self, u: Any = None, v: Any = None) -> int:
        """All edges, or those between two nodes."""
        if u is not None:
            return int(self.has_edge(u, v))
        entries = len(self.rows.indices)
        return entries if self.directed else (entries + self.loops) // 2

    def size(self, weight: str | None = None) -> Any:
        """Number of edges, or their total weight."""
        return self.number_of_edges() if weight is None else self.degrees(weight).sum().item() / 2

    def induced(self, codes: Integers) -> Any:
        """The subgraph on these codes, in the order of codes."""
        kept = np.zeros(len(self.labels), dtype=bool)
        kept[codes] = True
        place = np.cumsum(kept) - 1
        rows = self.rows
        inside = kept[rows.origins] & kept[rows.indices]
        return self._of(
            list(compress(self.labels, kept.tolist())),
            Rows(
                _pointers(place[rows.origins[inside]], int(kept.sum())),
                place[rows.indices[inside]],
                {name: column[inside] for name, column in rows.columns.items()},
            ),
            node_attributes=None
            if self.node_attributes is None
            else list(compress(self.node_attributes, kept.tolist())),
            graph=self.graph,
        )

    def subgraph(self, nodes: Any) -> Any:
        """The subgraph on those of the nodes that are in the graph: an array graph, not a view."""
        bunch = cast("Any", self).nbunch_iter(nodes)
        return self.induced(np.array([self.codes[label] for label in bunch], dtype=np.int64))

    def copy(self, as_view: bool = False) -> Any:
        """A plain graph, which can be changed; as a view, this graph itself."""
        return self if as_view else to_networkx(self)

    def to_directed(self, as_view: bool = False) -> Any:  # noqa: ARG002
        """The directed graph with every edge both ways; this graph itself if it is directed."""
        if self.directed:
            return self
        return ArrayDiGraph._of(self.labels, self.rows, node_attributes=self.node_attributes, graph=self.graph)


def _sums(groups: Integers, values: Column, n: int) -> Column:
    """Sums of values by group; whole numbers stay whole."""
    sums = np.bincount(groups, weights=values, minlength=n)
    return sums.astype(np.int64) if values.dtype.kind == "i" else sums


def _restore(
    cls: type[Arrays],
    labels: Labels,
    rows: tuple[Integers, Integers, Mapping[str, Column]],
    node_attributes: Sequence[Attributes] | None,
    graph: Attributes,
) -> Any:
    """The pickled graph."""
    return cls._of(labels, Rows(*rows), node_attributes=node_attributes, graph=graph)


class ArrayGraph(Arrays, PlainGraph):
    """An undirected simple graph over arrays, self-loops allowed.

    It reads like ``networkx.Graph`` and is one to ``isinstance``; NetworkX's algorithms take it, those that this
    backend claims on the arrays and the others by way of a plain graph. Made by :func:`from_edges`,
    :func:`from_node_link` or :func:`from_networkx`.

    Examples
    --------
    >>> import networkx as nx
    >>> G = from_edges([0, 0], [1, 2], ["a", "b", "c"])
    >>> G
    ArrayGraph with 3 nodes and 2 edges
    >>> nx.shortest_path(G, "b", "c")
    ['b', 'a', 'c']
    >>> G.add_node("d")
    Traceback (most recent call last):
    networkx.exception.NetworkXError: An array graph does not change. Its copy() is a plain networkx graph, which does.
    """

    directed = False

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """A plain ``networkx.Graph``: what NetworkX means by ``G.__class__()`` is a graph to be filled."""
        return nx.Graph(*args, **kwargs)

    __repr__ = nx.Graph.__str__

    @cached_property
    def degree(self) -> Any:
        """Degrees, as in NetworkX."""
        return _Degrees(self)

    def to_undirected(self, as_view: bool = False) -> Any:  # noqa: ARG002
        """This graph itself."""
        return self


class ArrayDiGraph(Arrays, PlainDiGraph):
    """A directed simple graph over arrays, self-loops allowed; see :class:`ArrayGraph`.

    Examples
    --------
    >>> import networkx as nx
    >>> G = from_edges([0, 1], [1, 2], ["a", "b", "c"], directed=True)
    >>> list(G.predecessors("c"))
    ['b']
    >>> nx.has_path(G, "c", "a"), nx.has_path(G.reverse(), "c", "a")
    (False, True)
    """

    directed = True

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """A plain ``networkx.DiGraph``: what NetworkX means by ``G.__class__()`` is a graph to be filled."""
        return nx.DiGraph(*args, **kwargs)

    __repr__ = nx.DiGraph.__str__

    @cached_property
    def degree(self) -> Any:
        """Degrees, as in NetworkX."""
        return _DiDegrees(self)

    @cached_property
    def in_degree(self) -> Any:
        """In-degrees, as in NetworkX."""
        return _InDegrees(self)

    @cached_property
    def out_degree(self) -> Any:
        """Out-degrees, as in NetworkX."""
        return _OutDegrees(self)

    def has_successor(self, u: Any, v: Any) -> bool:
        """Whether the edge u -> v is there."""
        return self.has_edge(u, v)

    def has_predecessor(self, u: Any, v: Any) -> bool:
        """Whether the edge v -> u is there."""
        return self.has_edge(v, u)

    def reverse(self, copy: bool = True) -> Any:  # noqa: ARG002
        """The graph with every edge turned; the arrays are shared where they can be."""
        turned = self._of(self.labels, self.predecessor_rows, node_attributes=self.node_attributes, graph=self.graph)
        turned.__dict__["predecessor_rows"] = self.rows
        return turned

    def to_undirected(  # type: ignore[override]  # as in NetworkX, there is one parameter more
        self,
        reciprocal: bool = False,
        as_view: bool = False,  # noqa: ARG002
    ) -> Any:
        """The undirected graph; of two opposite edges the later one's attributes stay, as in NetworkX."""
        rows, n = self.rows, len(self.labels)
        low = np.minimum(rows.origins, rows.indices).astype(np.int64)
        keys = low * n + np.maximum(rows.origins, rows.indices)
        _, last, counts = np.unique(keys[::-1], return_index=True, return_counts=True)
        entries = len(keys) - 1 - last
        if reciprocal:
            entries = entries[(counts == 2) | (rows.origins[entries] == rows.indices[entries])]
        return from_edges(
            rows.origins[entries],
            rows.indices[entries],
            self.labels,
            columns={name: column[entries] for name, column in rows.columns.items()},
            node_attributes=self.node_attributes,
            graph=self.graph,
        )


def from_edges(
    sources: Iterable[int] | Integers,
    targets: Iterable[int] | Integers,
    labels: Labels,
    *,
    directed: bool = False,
    columns: Mapping[str, Sequence[Any] | Column] | None = None,
    node_attributes: Sequence[Attributes] | None = None,
    graph: Attributes | None = None,
    collapse: str | None = None,
) -> Any:
    """The graph with these edges.

    Parameters
    ----------
    sources, targets : arrays of integers
        The ends of each edge, as places in `labels`.
    labels : sequence
        The nodes. Their order is the order of every answer: give them sorted, and communities stay the same
        from one build to the next.
    directed : bool
        Whether source and target differ in meaning.
    columns : dict, optional
        Edge attributes by name, one value for each edge; MISSING for none.
    node_attributes : sequence of dict, optional
        One for each label.
    graph : dict, optional
        Attributes of the graph.
    collapse : str, optional
        Two edges between the same two nodes are refused unless this names a weight: then they become one edge that
        carries their summed weight (1 for each if there is no such column) and no other attribute.

    Returns
    -------
    ArrayGraph or ArrayDiGraph

    Raises
    ------
    NetworkXError
        If an end is no node, two labels are equal, lengths differ, or edges are parallel and `collapse` is not given.

    Examples
    --------
    >>> G = from_edges([0, 0, 1], [1, 1, 2], ["a", "b", "c"], columns={"weight": [1, 2, 5]}, collapse="weight")
    >>> list(G.edges(data="weight"))
    [('a', 'b', 3), ('b', 'c', 5)]
    """
    start, end = _codes(sources), _codes(targets)
    n = len(labels)
    held = {
        name: column if isinstance(column, np.ndarray) else _closed(column) for name, column in (columns or {}).items()
    }
    if any(len(column) != len(start) for column in (end, *held.values())):
        msg = "Sources, targets and columns are not of one length."
        raise nx.NetworkXError(msg)
    if len(start) and not 0 <= min(start.min(), end.min()) <= max(start.max(), end.max()) < n:
        msg = "An edge ends at a code that is no label's place."
        raise nx.NetworkXError(msg)
    if len(set(labels)) != n or (node_attributes is not None and len(node_attributes) != n):
        msg = "Labels are not distinct, or are not as many as their attributes."
        raise nx.NetworkXError(msg)
    low, high = (start, end) if directed else (np.minimum(start, end), np.maximum(start, end))
    keys = low * n + high
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    first = np.ones(len(keys), dtype=bool)
    first[1:] = keys[1:] != keys[:-1]
    if collapse is not None:
        weight = held.get(collapse, np.ones(len(keys), dtype=np.int64))
        if weight.dtype == object:
            weight = _closed([1 if value is MISSING else value for value in weight.tolist()])
        if weight.dtype == object:
            msg = f"{collapse!r} is not a number on every edge."
            raise nx.NetworkXError(msg)
        held = {collapse: np.add.reduceat(weight[order], np.flatnonzero(first)) if len(keys) else weight}
    elif not first.all():
        msg = "There are parallel edges: name the weight to sum with collapse=."
        raise nx.NetworkXError(msg)
    else:
        held = {name: column[order] for name, column in held.items()}
    low, high = low[order][first], high[order][first]
    if not directed:
        other = np.flatnonzero(low != high)
        low, high = np.concatenate([low, high[other]]), np.concatenate([high, low[other]])
        both = np.lexsort((high, low))
        low, high = low[both], high[both]
        edges = np.concatenate([np.arange(int(first.sum())), other])[both]
        held = {name: column[edges] for name, column in held.items()}
    rows = Rows(_pointers(low, n), high, held)
    cls = ArrayDiGraph if directed else ArrayGraph
    return cls._of(labels, rows, node_attributes=node_attributes, graph=graph)


def _codes(values: Iterable[int] | Integers) -> NDArray[np.int64]:
    """The values as codes wide enough to multiply; never the caller's own array."""
    return np.array(values if isinstance(values, np.ndarray) else list(values), dtype=np.int64).reshape(-1)


def from_node_link(
    data: Mapping[str, Any], *, directed: bool | None = None, collapse: str | None = None, edges: str = "edges"
) -> Any:
    """The graph of node-link data: of a network that the service answered with, or of ``networkx.node_link_data``.

    Parameters
    ----------
    data : dict
        With ``nodes`` (each with an ``id``) and edges (each with ``source`` and ``target``); ``directed`` and
        ``graph`` are honoured.
    directed : bool, optional
        Overrides what the data says.
    collapse : str, optional
        As in :func:`from_edges`; needed where two edges join the same two nodes, as they do when a network has
        several relations.
    edges : str
        The name under which the edges stand.

    Returns
    -------
    ArrayGraph or ArrayDiGraph

    Examples
    --------
    >>> data = {"nodes": [{"id": "a"}, {"id": "b", "kind": "funder"}], "edges": [{"source": "a", "target": "b"}]}
    >>> from_node_link(data).nodes["b"]["kind"]
    'funder'
    """
    nodes, links = data["nodes"], data[edges]
    labels = [node["id"] for node in nodes]
    codes = {label: code for code, label in enumerate(labels)}
    try:
        ends = [[codes[link[end]] for link in links] for end in ("source", "target")]
    except KeyError as error:
        msg = f"An edge ends at {error.args[0]!r}, which is no node."
        raise nx.NetworkXError(msg) from None
    node_attributes = [{name: value for name, value in node.items() if name != "id"} for node in nodes]
    names = dict.fromkeys(chain.from_iterable(links))
    return from_edges(
        ends[0],
        ends[1],
        labels,
        directed=bool(data.get("directed", False)) if directed is None else directed,
        columns={
            name: _closed([link.get(name, MISSING) for link in links])
            for name in names
            if name not in {"source", "target", "key"}
        },
        node_attributes=node_attributes if any(node_attributes) else None,
        graph=dict(data.get("graph") or {}),
        collapse=collapse,
    )


def from_networkx(
    G: "nx.Graph[Any, Any, Any]",
    *,
    edge_attributes: Mapping[str, Any] | None = None,
    node_attributes: bool = True,
) -> Any:
    """The array graph equal to a plain one, in its order of nodes and of neighbours.

    Parameters
    ----------
    G : networkx.Graph or networkx.DiGraph
        A multigraph is refused: ``from_node_link(nx.node_link_data(G), collapse="weight")`` sums its edges.
    edge_attributes : dict, optional
        Names of those to keep, each with the value that stands for none; all are kept, where they are, if not given.
    node_attributes : bool
        Whether nodes keep theirs.

    Returns
    -------
    ArrayGraph or ArrayDiGraph

    Examples
    --------
    >>> import networkx as nx
    >>> G = from_networkx(nx.path_graph(3))
    >>> list(G.edges), G[1]
    ([(0, 1), (1, 2)], AtlasView({0: {}, 2: {}}))
    """
    if G.is_multigraph():
        msg = "A multigraph has no array graph; from_node_link(nx.node_link_data(G), collapse='weight') sums its edges."
        raise nx.NetworkXNotImplemented(msg)
    if isinstance(G, Arrays):
        return G
    labels = list(G)
    codes = {label: code for code, label in enumerate(labels)}
    inner = cast("Any", G)._adj
    neighbours = [inner[label] for label in labels]
    lengths = np.fromiter(map(len, neighbours), np.int64, len(labels))
    indices = np.fromiter(map(codes.__getitem__, chain.from_iterable(neighbours)), np.int64, int(lengths.sum()))
    held = [attributes for row in neighbours for attributes in row.values()]
    if edge_attributes is None:
        edge_attributes = dict.fromkeys(chain.from_iterable(held), MISSING)
    columns = {name: _closed([found.get(name, default) for found in held]) for name, default in edge_attributes.items()}
    attributes = [dict(G.nodes[label]) for label in labels] if node_attributes else None
    cls = ArrayDiGraph if G.is_directed() else ArrayGraph
    return cls._of(
        labels,
        Rows(np.concatenate([[0], np.cumsum(lengths)]), indices, columns),
        node_attributes=attributes if attributes and any(attributes) else None,
        graph=G.graph,
    )


def to_networkx(G: Arrays) -> Any:
    """A plain ``networkx.Graph`` or ``DiGraph`` equal to the array graph.

    Examples
    --------
    >>> type(to_networkx(from_edges([0], [1], "ab"))).__name__
    'Graph'
    """
    plain: nx.Graph[Any, Any, Any] = nx.DiGraph() if G.directed else nx.Graph()
    plain.graph.update(G.graph)
    if G.node_attributes is None:
        plain.add_nodes_from(G.labels)
    else:
        plain.add_nodes_from(zip(G.labels, G.node_attributes, strict=True))
    rows, labels = G.rows, G.labels
    if G.directed:
        starts, ends = (map(labels.__getitem__, codes.tolist()) for codes in (rows.origins, rows.indices))
        plain.add_edges_from(zip(starts, ends, map(rows.attributes, range(len(rows.indices))), strict=True))
        return plain
    # add_edges_from would order the neighbours by the other end's turn; what NetworkX answers may hang on their order.
    adjacency = cast("Any", plain)._adj
    made: dict[tuple[int, int], dict[str, Any]] = {}
    for entry, (start, end) in enumerate(zip(rows.origins.tolist(), rows.indices.tolist(), strict=True)):
        edge = (start, end) if start <= end else (end, start)
        held = made.get(edge)
        if held is None:
            held = made[edge] = dict(rows.attributes(entry))
        adjacency[labels[start]][labels[end]] = held
    return plain
