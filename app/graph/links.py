"""Edges while they are arrays: links, which are the rows behind edges, and the edges that they add up to."""

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.graph.columns import NONE, Columns, Integers, Words, expand, expand_by, in_order
from app.graph.facts import documents_of
from app.graph.selection import CERTAIN, Grades
from app.graph.spaces import records_of

__all__ = ["BASES", "Edges", "Grouping", "Links", "basis_bits", "distinct", "edges_of", "links_of", "taken_bits"]

Bits = NDArray[np.uint8]

BASES = ("attributed", "implied", "stated")
"""In the order of their bits, which is that of the words."""


def basis_bits(words: Words, rows: Integers | None = None) -> Bits:
    """The bases of (some) rows, one bit each."""
    of_word = [1 << BASES.index(word) if word in BASES else 0 for word in words.words]
    return np.array(of_word, dtype=np.uint8)[words.codes if rows is None else words.codes[rows]]


def taken_bits(basis: frozenset[str]) -> int:
    """The bits of the bases that a selection takes."""
    return sum(1 << place for place, word in enumerate(BASES) if not basis or word in basis)


@dataclass(frozen=True)
class Links:
    """Rows behind the edges of one relation: one or two records that let a project stand behind an edge."""

    source: Integers
    """Numbers of nodes."""
    target: Integers
    project: Integers
    """Codes; NONE where the link is no project's."""
    certainty: Grades
    """By the records alone, without the selection."""
    first: Integers
    """Numbers of records, or NONE."""
    second: Integers
    """The other record, or NONE."""
    first_basis: Bits
    second_basis: Bits
    """Nought where there is no other record."""
    flag: NDArray[np.bool_]
    """What the relation says of it."""

    def __len__(self) -> int:
        return len(self.source)

    def where(self, rows: Integers | NDArray[np.bool_]) -> "Links":
        """Some of the links, in this order."""
        return Links(*(getattr(self, one.name)[rows] for one in fields(self)))

    def in_order(self) -> "Links":
        """By source, target, project, and then as they are."""
        return self.where(np.lexsort((self.project, self.target, self.source)))

    def taking(self, bits: int, rows: Integers) -> NDArray[np.bool_]:
        """Which of some links have bases that are all among the bits."""
        other = np.uint8(~bits & 0xFF)
        found: NDArray[np.bool_] = ((self.first_basis[rows] | self.second_basis[rows]) & other) == 0
        return found

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return sum(int(getattr(self, one.name).nbytes) for one in fields(self))


def links_of(
    source: Integers,
    target: Integers,
    project: Integers,
    first: Integers,
    first_basis: Bits,
    *,
    second: Integers | None = None,
    second_basis: Bits | None = None,
    certainty: Grades | None = None,
    flag: NDArray[np.bool_] | None = None,
) -> Links:
    """Links in order, with the same for all where nothing is said."""
    size = len(source)
    return Links(
        source.astype(np.int32),
        target.astype(np.int32),
        project.astype(np.int32),
        np.zeros(size, dtype=np.uint8) if certainty is None else certainty,
        first.astype(np.int32),
        np.full(size, NONE, dtype=np.int32) if second is None else second.astype(np.int32),
        first_basis,
        np.zeros(size, dtype=np.uint8) if second_basis is None else second_basis,
        np.zeros(size, dtype=bool) if flag is None else flag,
    ).in_order()


def edges_of(relation: str, links: Links, certainty: Grades, rows: Integers | None = None) -> "Edges":
    """The edges of links in order, of which `rows` (ascending; else all) are meant, with the certainty of each."""
    return Edges(relation, Grouping(links, rows), certainty)


def _starts(changes: NDArray[np.bool_], size: int) -> Integers:
    """Where groups of neighbours begin, given where a row differs from the one before, and the end."""
    inner = np.flatnonzero(changes) + 1
    return np.concatenate(([0], inner, [size])) if size else np.zeros(1, dtype=np.int64)


class _Thick:
    """The groups of neighbours that have several members: most have one, and need no adding up."""

    def __init__(self, starts: Integers) -> None:
        """`starts`: where each group begins, and the end."""
        self.starts = starts
        self.groups = np.flatnonzero(np.diff(starts) > 1)
        places, members = expand(starts, self.groups)
        self.members = members.astype(np.int32)
        self.heads = np.flatnonzero(np.concatenate(([True], places[1:] != places[:-1]))[: len(places)])

    def least(self, grades: Grades) -> Grades:
        """The least of each group's members."""
        if len(self.starts) == len(grades) + 1:
            return grades
        found = grades[self.starts[:-1]]
        if len(self.groups):
            found[self.groups] = np.minimum.reduceat(grades[self.members], self.heads)
        return found

    def count(self, flags: NDArray[np.bool_]) -> Integers:
        """How many of each group's members are so."""
        found: Integers = flags[self.starts[:-1]].astype(np.int32)
        if len(self.groups):
            found[self.groups] = np.add.reduceat(flags[self.members], self.heads, dtype=np.int32)
        return found


class Grouping:
    """How links lie together: as edges of one source and target, and within these as pairs with one project."""

    def __init__(self, links: Links, rows: Integers | None) -> None:
        """Of `links`, which are in order, `rows` (ascending; else all) are meant."""
        self.links = links
        self.rows = rows
        source, target, project = links.source, links.target, links.project
        if rows is not None:
            source, target, project = source[rows], target[rows], project[rows]
        size = len(source)
        edge_changes = source[1:] != source[:-1]
        edge_changes |= target[1:] != target[:-1]
        pair_changes = edge_changes | (project[1:] != project[:-1])
        self.link_starts = _starts(edge_changes, size)
        """Edge -> its first link."""
        self.pair_links = _starts(pair_changes, size)
        """Pair -> its first link."""
        self.pair_starts = np.searchsorted(self.pair_links, self.link_starts)
        """Edge -> its first pair."""
        self.pair_project = project[self.pair_links[:-1]]
        self.source, self.target = source[self.link_starts[:-1]], target[self.link_starts[:-1]]
        are_projects = self.pair_project != NONE
        self.are_projects = None if are_projects.all() else are_projects
        """For each pair whether there is a project in it; None: there is in all."""
        self.links_of_pairs, self.pairs_of_edges = _Thick(self.pair_links), _Thick(self.pair_starts)

    @property
    def size(self) -> int:
        """How many links there are."""
        return int(self.link_starts[-1])


class Edges:
    """The edges of one relation: what links of one source and target add up to.

    An edge has pairs (of it and a project), and a pair has links; all three lie in the same order.
    """

    def __init__(self, relation: str, grouping: Grouping, certainty: Grades) -> None:
        """`certainty` of each link under the selection."""
        self.relation = relation
        self.links = grouping.links
        self.kept: dict[str, Any] = {}
        """What is derived from the edges and used again."""
        self.grouping = grouping
        self._rows = grouping.rows
        self.source, self.target = grouping.source, grouping.target
        self.pair_project, self.pair_starts = grouping.pair_project, grouping.pair_starts
        self.pair_certainty = grouping.links_of_pairs.least(certainty)
        self.certainty = grouping.pairs_of_edges.least(self.pair_certainty)
        is_certain = self.pair_certainty == CERTAIN
        if grouping.are_projects is not None:
            is_certain &= grouping.are_projects
        self.weight = grouping.pairs_of_edges.count(is_certain)
        """Number of certain projects, unless the relation says otherwise."""

    @property
    def link_starts(self) -> Integers:
        """Edge -> the first of its rows of links."""
        return self.grouping.link_starts

    def __len__(self) -> int:
        return len(self.source)

    def pairs(self, edges: Integers) -> tuple[Integers, Integers, Grades]:
        """The projects behind edges: (places in `edges`, projects, certainties), by certainty and project."""
        places, pairs = expand(self.pair_starts, edges)
        projects, certainty = self.pair_project[pairs], self.pair_certainty[pairs]
        real = projects != NONE
        places, projects, certainty = places[real], projects[real], certainty[real]
        places, grades, projects = in_order(places, certainty, projects)
        return places, projects, grades.astype(np.uint8)

    def rows(self, edges: Integers) -> tuple[Integers, Integers]:
        """The links behind edges: (places in `edges`, links)."""
        places, rows = expand(self.link_starts, edges)
        return places, rows if self._rows is None else self._rows[rows]

    def all_rows(self) -> Integers | slice:
        """The links behind all edges."""
        return slice(None) if self._rows is None else self._rows

    def records(self, edges: Integers) -> tuple[Integers, Integers]:
        """The records behind edges, each once: (places in `edges`, records), ascending."""
        places, rows = self.rows(edges)
        found = [self.links.first[rows], self.links.second[rows]]
        there = [some != NONE for some in found]
        return distinct(
            np.concatenate([places[some] for some in there]),
            np.concatenate([records[some] for records, some in zip(found, there, strict=True)]),
        )

    def bases(self, edges: Integers) -> Bits:
        """The bases of the records behind edges."""
        _, rows = self.rows(edges)
        bits = self.links.first_basis[rows] | self.links.second_basis[rows]
        starts = self.link_starts
        counts = starts[edges + 1] - starts[edges]
        return np.bitwise_or.reduceat(bits, np.cumsum(counts) - counts) if len(bits) else bits

    @cached_property
    def numbers(self) -> Integers:
        """All edges."""
        return np.arange(len(self))


def distinct(places: Integers, values: Integers) -> tuple[Integers, Integers]:
    """Each (place, value) once, in order."""
    places, values = in_order(places, values, once=True)
    return places, values


def documents_behind(columns: Columns, places: Integers, records: Integers) -> tuple[Integers, Integers]:
    """The documents cited for records: (places, documents), each once, in order."""
    starts, documents = _citations(columns)
    first = starts[records]
    counts = starts[records + 1] - first
    cited = np.flatnonzero(counts)
    at, which = expand_by(first[cited].astype(np.int64), counts[cited])
    return distinct(places[cited[at]], documents[which])


def _citations(columns: Columns) -> tuple[Integers, Integers]:
    """The documents cited for all records: those of number i are documents[starts[i]:starts[i + 1]]."""
    if "citations" not in columns.kept:
        records = records_of(columns)
        of_tables = [(records.start(prefix), documents_of(columns, table)) for prefix, table in records.tables]
        counts = np.bincount(np.concatenate([start + cited.rows for start, cited in of_tables]), minlength=len(records))
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        columns.kept["citations"] = starts, np.concatenate([cited.documents for _, cited in of_tables])
    found: tuple[Integers, Integers] = columns.kept["citations"]
    return found
