"""The columns of one data version from the database: all of them, or those of an earlier version brought up to date."""

import ctypes
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import pairwise
from queue import SimpleQueue
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import Connection, func, select

from app.graph.columns import (
    NONE,
    SPACES,
    SPEC,
    Column,
    Columns,
    Integers,
    Kind,
    Table,
    Texts,
    Words,
    narrow,
    stretches,
)
from app.history.tables import HISTORY
from app.history.view import View, past_view, present_view
from app.models.tables import Change, Reader, sql_table
from app.store.database import Database
from app.store.packing import Packed, Source, read, read_ids, vocabulary
from app.store.reading import RECORD, names_of, within
from app.store.splicing import Shift, Span, spliced, spliced_numbers, spliced_texts

__all__ = ["load", "load_columns", "refresh", "refresh_columns"]

_CHANGE = sql_table(Change)

_CHUNK = 2**14
"""Rows that are read at once: what they become stays in the cache of a processor."""
_FEW = 2**12
"""Texts that are moved at once."""
_LARGE = 100_000
"""Keys from which on a database is read over two connections at once."""
_MOST_CHANGES = 10_000
"""Changes up to which columns are brought up to date; with more it is quicker to read everything."""
_MOST_BITS = 63
"""Bits of a number that is not below nought."""
_RECORDS = tuple(name for name, spec in SPEC.items() if "id" in spec)
_PARTS = tuple(name for name, spec in SPEC.items() if "id" not in spec)
_CITED = vocabulary("citation", "kind")
_TYPES: Mapping[str, Any] = {
    "word": np.uint8,
    "letters": np.int16,
    "number": np.int64,
    "code": np.int32,
    "flag": np.bool_,
    "day": np.int32,
}
"""What a column holds -> the type of its numbers. That of references goes by their target."""

_Result = TypeVar("_Result")


def load_columns(database: Database, version: int | None = None, reader: Reader = Reader.public) -> Columns:
    """The columns of a version of a class of reader; of the present one where none is named."""
    with database.read() as connection:
        return load(_view(connection, reader, version))


def refresh_columns(database: Database, columns: Columns) -> Columns:
    """The public columns of the present version, from those of an earlier one unless too much has changed since."""
    with database.read() as connection:
        view = present_view(connection)
        refreshed = refresh(view, columns)
        return load(view) if refreshed is None else refreshed


def _view(connection: Connection, reader: Reader, version: int | None) -> View:
    present = present_view(connection, reader)
    return present if version is None else past_view(present, version)


class _Codes:
    """Which code a key has, among tables of known sizes."""

    def __init__(self, sizes: Mapping[str, int], keys: int) -> None:
        """`keys`: a number above every key. No code is known yet."""
        self._sizes = sizes
        # Noughts take up no memory before they are overwritten; so a code is one less than what stands here.
        self._codes: Integers = np.zeros(keys, dtype=np.int32)
        self._kinds: Integers = np.zeros(keys, dtype=np.uint8)
        self._firsts = dict.fromkeys(_RECORDS, 0) | {second: sizes[first] for first, second in SPACES.values()}

    def add(self, name: str, pk: Integers, codes: Integers) -> None:
        """Note the codes that keys have in a table."""
        self._codes[pk] = codes + (self._firsts[name] + 1)
        self._kinds[pk] = _CITED.index(name) + 1

    def of(self, name: str, pk: Integers) -> Integers:
        """The codes that keys have in their table."""
        return self._codes[pk] - (self._firsts[name] + 1)

    def type(self, kind: Kind) -> Any:
        """The type of a column's numbers."""
        if kind.name != "ref":
            return _TYPES[kind.name]
        return narrow(sum(self._sizes[one] for one in SPACES.get(kind.target, (kind.target,))))

    def columns(self, name: str, packed: Packed) -> dict[str, Integers]:
        """`pk` and what is not text, as it stands in columns. Citations of records of other kinds are left out."""
        numbers = {"pk": packed.pk, **packed.numbers}
        if name == "citation":
            numbers["kind"] = self._kinds[numbers["row"]]
            is_held = numbers["kind"] > 0
            numbers = {column: found[is_held] for column, found in numbers.items()}
            firsts = np.array([0, *(self._firsts[one] + 1 for one in _CITED)], dtype=np.int32)
            numbers["row"] = self._codes[numbers["row"]] - firsts[numbers["kind"]]
        for column, kind in SPEC[name].items():
            if kind.name == "ref":
                codes = self._codes[numbers[column]] - 1
                first = 0 if kind.target in SPACES else self._firsts[kind.target]
                numbers[column] = np.where(codes == NONE, NONE, codes - first) if first else codes
            if kind.name != "text":
                numbers[column] = numbers[column].astype(self.type(kind), copy=False)
        return numbers


def _table(name: str, numbers: Mapping[str, Integers], texts: Mapping[str, Texts]) -> Table:
    """A table from its columns' arrays."""
    columns: dict[str, Column] = {}
    for column, kind in SPEC[name].items():
        if kind.name == "text":
            columns[column] = texts[column]
        elif kind.name == "word":
            columns[column] = Words(numbers[column], vocabulary(name, column))
        else:
            columns[column] = numbers[column]
    return Table(name, columns, numbers["pk"])


# All rows


def load(view: View) -> Columns:
    """All columns, from all rows."""
    source = Source(view)
    columns = _columns(source, _tables(source))
    if source.keys >= _LARGE:
        _give_back()
    return columns


def _tables(source: Source) -> dict[str, Table]:
    with _sources(source) as sources:
        ids = _run(sources, read_ids, _RECORDS[::-1])
        codes = _Codes({name: len(pk) for name, (pk, _) in ids.items()}, source.keys)
        for name, (pk, _) in ids.items():
            codes.add(name, pk, np.arange(len(pk), dtype=np.int32))

        def table(source: Source, name: str) -> Table:
            return _records(source, name, codes, *ids.pop(name)) if name in _RECORDS else _parts(source, name, codes)

        # The large tables are in the middle of the order, so that no connection has one left for itself at the end.
        return _run(sources, table, tuple(SPEC)[::-1])


def _give_back() -> None:
    """Return freed memory to the system, where the C library keeps it unless told otherwise (glibc does).

    What was needed on the way is as large as the columns.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _columns(source: Source, tables: Mapping[str, Table]) -> Columns:
    """Columns of tables that nobody may write to from now on."""
    for table in tables.values():
        for array in table.arrays():
            array.setflags(write=False)
    view = source.view
    return Columns(view.version, view.number, {name: tables[name] for name in SPEC})


@contextmanager
def _sources(source: Source) -> Iterator[list[Source]]:
    """The source, and where it is large the same once more on a connection of its own."""
    if not source.is_sqlite or source.keys < _LARGE:
        yield [source]
        return
    with source.connection.engine.connect() as connection:
        one, other = source.view, _view(connection, source.view.reader, source.view.ordinal)
        is_same = (one.number, one.is_present, one.amendments) == (other.number, other.is_present, other.amendments)
        yield [source, Source(other)] if is_same else [source]


def _run(sources: Sequence[Source], job: Callable[[Source, str], _Result], names: Iterable[str]) -> dict[str, _Result]:
    """The results of a job for each table: as many at once as there are sources."""
    if len(sources) == 1:
        return {name: job(sources[0], name) for name in names}
    free: SimpleQueue[Source] = SimpleQueue()
    for source in sources:
        free.put(source)

    def run(name: str) -> tuple[str, _Result]:
        source = free.get()
        try:
            return name, job(source, name)
        finally:
            free.put(source)

    with ThreadPoolExecutor(len(sources)) as pool:
        return dict(pool.map(run, names))


def _chunks(source: Source, name: str, count: int, first: int, last: int) -> Iterator[Packed]:
    """So many rows, with keys from the first to the last: some at a time, without ids. At least once, if with none."""
    pk = source.rows(name)[0].c.pk
    bounds = np.linspace(first, last + 1, max(1, -(-count // _CHUNK)) + 1).astype(np.int64).tolist()
    for low, high in pairwise(bounds):
        yield read(source, name, pk >= low, pk < high, with_ids=False)


def _records(source: Source, name: str, codes: _Codes, pk: Integers, ids: Texts) -> Table:
    """A table of records. `pk`, `ids`: all of its keys and ids, in the order of ids."""
    kinds = {column: kind for column, kind in SPEC[name].items() if kind.name != "text"}
    numbers: dict[str, Integers] = {column: np.empty(len(pk), codes.type(kind)) for column, kind in kinds.items()}
    texts: dict[str, list[Texts]] = {column: [] for column in SPEC[name] if column not in kinds and column != "id"}
    places: list[Integers] = []
    for packed in _chunks(source, name, len(pk), int(pk.min(initial=0)), int(pk.max(initial=0))):
        places.append(codes.of(name, packed.pk).astype(np.intp))
        found = codes.columns(name, packed)
        for column, values in numbers.items():
            values[places[-1]] = found[column]
        for column, some in texts.items():
            some.append(packed.texts[column])
    put = {column: _put(some, places) for column, some in texts.items()}
    return _table(name, numbers | {"pk": pk}, put | {"id": ids})


def _put(pieces: list[Texts], places: list[Integers]) -> Texts:
    """The texts of all pieces together, each at its place. Takes the pieces, so that they need no room for longer."""
    ends = np.zeros(sum(map(len, pieces)) + 1, dtype=np.uint32)
    for piece, place in zip(pieces, places, strict=True):
        ends[1 + place] = piece.lengths()
    np.cumsum(ends, out=ends)
    data = np.empty(ends[-1], dtype=np.uint8)
    for place in reversed(places):
        piece = pieces.pop()
        # Few at a time: each byte needs eight to say where it goes, and they should stay in the cache.
        for low in range(0, len(place), _FEW):
            some = place[low : low + _FEW]
            to = stretches(ends[some], ends[some + 1])
            data[to] = piece.data[piece.ends[low] : piece.ends[low + len(some)]]
    return Texts(data, ends)


def _parts(source: Source, name: str, codes: _Codes) -> Table:
    """A table of parts."""
    table, conditions = source.rows(name)
    bounds = select(func.count(), func.min(table.c.pk), func.max(table.c.pk)).where(*conditions)
    count, first, last = source.connection.execute(bounds).one()
    pieces = [codes.columns(name, packed) for packed in _chunks(source, name, count, first or 0, last or 0)]
    numbers = {column: np.concatenate([piece.pop(column) for piece in pieces]) for column in list(pieces[0])}
    return _in_order(name, numbers)


def _in_order(name: str, numbers: Mapping[str, Integers]) -> Table:
    """A table of parts in the order of its columns; of rows that say the same the one with the lowest key."""
    names = (*SPEC[name], "pk")
    bits = {column: int(numbers[column].max(initial=0)).bit_length() for column in names}
    if sum(bits.values()) > _MOST_BITS:
        order = np.lexsort([numbers[column] for column in reversed(names)])
        found = {column: numbers[column][order] for column in names}
        is_first = np.ones(len(order), dtype=bool)
        is_first[1:] = np.any([found[column][1:] != found[column][:-1] for column in SPEC[name]], axis=0)
        return _table(name, {column: values[is_first] for column, values in found.items()}, {})
    # To sort numbers is much quicker than to sort their places.
    rows: Integers = np.zeros(len(numbers["pk"]), dtype=np.int64)
    for column in names:
        rows <<= bits[column]
        rows |= numbers[column]
    rows.sort()
    said = rows >> bits["pk"]
    rows = rows[np.concatenate(([True], said[1:] != said[:-1]))[: len(rows)]]
    found = {}
    for column in reversed(names):
        found[column] = (rows & (2 ** bits[column] - 1)).astype(numbers[column].dtype)
        rows >>= bits[column]
    return _table(name, found, {})


# What has changed

_Names = dict[str, dict[int, str]]
"""Kind -> key -> id, of some records."""


def refresh(view: View, columns: Columns) -> Columns | None:
    """The columns of a later version, from those of an earlier one; None where too much has changed for that.

    They are of the same class of reader, and nothing was taken from the earlier version since they were made.
    """
    source = Source(view)
    changed = _changed(source, columns.number)
    return None if changed is None else _Refresh(source, columns, changed).columns()


def _changed(source: Source, number: int) -> _Names | None:
    """The records that were changed after an internal version; None where too many were, or the version is later."""
    if number > source.number:
        return None
    query = select(_CHANGE.c.record_pk, RECORD.c.kind, RECORD.c.id).join(RECORD, RECORD.c.pk == _CHANGE.c.record_pk)
    query = query.where(_CHANGE.c.version > number, _CHANGE.c.version <= source.number).limit(_MOST_CHANGES + 1)
    rows = source.connection.execute(query).all()
    return None if len(rows) > _MOST_CHANGES else _by_kind({pk: (kind, public_id) for pk, kind, public_id in rows})


def _by_kind(names: Mapping[int, tuple[str, str]]) -> _Names:
    found: _Names = {}
    for pk, (kind, public_id) in names.items():
        found.setdefault(kind, {})[pk] = public_id
    return found


def _in_order_of_ids(names: Mapping[int, str]) -> list[tuple[int, str]]:
    return sorted(names.items(), key=lambda item: item[1].encode())


class _Refresh:
    """The way from the columns of one version to those of a later one."""

    def __init__(self, source: Source, old: Columns, changed: _Names) -> None:
        self._source = source
        self._old = old
        self._ids = {name: old[name].ids for name in _RECORDS}
        self._new: dict[str, Packed] = {}
        self._spans: dict[str, list[Span]] = {}
        for name in _RECORDS:
            if name in changed:
                self._find_records(name, changed[name])
        self._shifts = {name: Shift.of(len(old[name]), self._spans.get(name, ())) for name in _RECORDS}
        for space, (first, second) in SPACES.items():
            self._shifts[space] = self._shifts[first].then(self._shifts[second])
        self._codes = _Codes({name: self._shifts[name].new_size for name in _RECORDS}, source.keys)
        self._owners = self._find_parts(changed)
        self._note_codes()

    def columns(self) -> Columns:
        """The columns as they are now. What did not change is shared with those before."""
        tables = {}
        for name, old in self._old.tables.items():
            new = self._new_rows(name)
            pk = old.pk if new is None else spliced_numbers(old.pk, self._spans[name], new.pk)
            columns = {column: self._column(name, column, new) for column in SPEC[name]}
            is_same = pk is old.pk and all(columns[column] is old.columns[column] for column in columns)
            tables[name] = old if is_same else Table(name, columns, pk)
        made = _columns(self._source, tables)
        made.keep_indexes_of(self._old)
        return made

    def _find_records(self, name: str, names: Mapping[int, str]) -> None:
        """Rows of changed records as they are now, in the order of ids, and where they go."""
        table = self._source.rows(name)[0]
        packed = read(self._source, name, within(self._source.connection, table.c.pk, names.keys()), with_ids=True)
        row_of = {pk: row for row, pk in enumerate(packed.pk.tolist())}
        ids, spans = self._ids[name], []
        rows: list[int] = []
        for pk, public_id in _in_order_of_ids(names):
            place, was_there, row = ids.place(public_id), ids.find(public_id) != NONE, row_of.get(pk)
            spans.append(Span(place, place + was_there, len(rows), len(rows) + (row is not None)))
            if row is not None:
                rows.append(row)
        self._new[name] = packed.take(np.array(rows, dtype=np.int64))
        self._spans[name] = spans
        self._ids[name] = spliced_texts(ids, spans, self._new[name].texts["id"])

    def _find_parts(self, changed: _Names) -> dict[str, _Names]:
        """Parts of changed records, and all citations of records with changed ones, as they are now.

        Returns, for each table of parts, the records whose parts they are.
        """
        connection = self._source.connection
        owners: dict[str, _Names] = {}
        for name in _PARTS:
            owner = next(iter(SPEC[name]))
            if name == "citation":
                history = HISTORY[name]
                cited = select(history.c.record_pk).where(
                    within(connection, history.c.pk, changed.get(name, {}).keys())
                )
                names = _by_kind(names_of(connection, connection.execute(cited).scalars())) if name in changed else {}
                owners[name] = {kind: names[kind] for kind in _CITED if kind in names}
                owner = "record"
            else:
                owners[name] = {owner: changed[owner]} if owner in changed else {}
            if owners[name]:
                column = self._source.rows(name)[0].c[f"{owner}_pk"]
                keys = {pk for names in owners[name].values() for pk in names}
                self._new[name] = read(self._source, name, within(connection, column, keys), with_ids=False)
        return owners

    def _note_codes(self) -> None:
        """Look up the codes of everything that new rows refer to."""
        keys = {0}
        for name, packed in self._new.items():
            for column, kind in SPEC[name].items():
                if kind.name == "ref" or column == "row":
                    keys.update(packed.numbers[column].tolist())
        for name, names in _by_kind(names_of(self._source.connection, keys - {0})).items():
            if name in _RECORDS:
                codes = [self._ids[name].find(public_id) for public_id in names.values()]
                self._codes.add(name, np.array(list(names), dtype=np.int64), np.array(codes, dtype=np.int32))

    def _new_rows(self, name: str) -> Table | None:
        """The rows to put into a table; notes the places of parts."""
        if name not in self._new:
            return None
        packed = self._new[name]
        numbers = self._codes.columns(name, packed)
        if name in _RECORDS:
            return _table(name, numbers, packed.texts)
        new, spans = _in_order(name, numbers), []
        for kind, names in self._owners[name].items():
            for _, public_id in _in_order_of_ids(names):
                before = self._old[kind].ids.place(public_id)
                was_there = self._old[kind].ids.find(public_id) != NONE
                start, stop = _stretch(self._old[name], kind, before)
                first, last = _stretch(new, kind, self._ids[kind].find(public_id))
                spans.append(Span(start, stop if was_there else start, first, last))
        self._spans[name] = spans
        return new

    def _column(self, name: str, column: str, new: Table | None) -> Column:
        kind, found = SPEC[name][column], self._old[name].columns[column]
        if name == "citation" and column == "row":
            found = self._moved_rows(self._old[name])
        elif kind.name == "ref" and self._shifts[kind.target].steps:
            wide = self._old[name][column]
            if wide.dtype != self._codes.type(kind):
                wide = wide.astype(np.int32)
            found = self._shifts[kind.target].moved(wide).astype(self._codes.type(kind), copy=False)
        return found if new is None else spliced(found, self._spans[name], new.columns[column])

    def _moved_rows(self, citations: Table) -> Integers:
        """The codes of cited records as they are now."""
        found = citations["row"]
        for kind in _CITED:
            if self._shifts[kind].steps:
                if found is citations["row"]:
                    found = found.copy()
                first, last = _of_kind(citations, kind)
                found[first:last] = self._shifts[kind].moved(found[first:last])
        return found


def _of_kind(citations: Table, kind: str) -> tuple[int, int]:
    """The citations of records of one kind."""
    number = _CITED.index(kind) + 1
    kinds = citations["kind"]
    first, last = (int(np.searchsorted(kinds, np.uint8(one))) for one in (number, number + 1))
    return first, last


def _stretch(parts: Table, kind: str, code: int) -> tuple[int, int]:
    """From where to where the parts of one record are: it has that code in the table of its kind."""
    if parts.name == "citation":
        first, last = _of_kind(parts, kind)
        codes = parts["row"][first:last]
    else:
        first, codes = 0, parts[kind]
    # As a number of the same type: else all codes would be made into another.
    wanted = codes.dtype.type(code)
    return first + int(np.searchsorted(codes, wanted)), first + int(np.searchsorted(codes, wanted, side="right"))
