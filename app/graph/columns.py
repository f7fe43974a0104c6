"""The facts of one data version as columns: immutable arrays, dictionary-encoded, each table in the order of its ids.

A row's *code* is its place in its table, so that codes order as ids do. References are codes, -1 where there is none.
Two spaces of codes are shared: an *actor* is an organization, or (after them) an unnamed party; a *site* is a state, or
(after them) another place.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["MISSING", "NONE", "SPEC", "Columns", "Index", "Kind", "Table", "Texts", "Words", "narrow"]

Integers = NDArray[Any]
Bytes = NDArray[np.uint8]

NONE = -1
"""Code of no row."""
MISSING = np.iinfo(np.int64).min
"""A number that is not known."""


class Kind(NamedTuple):
    """What a column holds: `text`, `word` (one of few), `letters` (three at most), `number`, `code` (a number from 0 to
    2^31), `flag`, `day` or `ref`."""

    name: str
    target: str = ""
    """For `ref` the table, or space of codes, that it points into."""


_TEXT, _WORD, _LETTERS, _NUMBER, _CODE, _FLAG, _DAY = (
    Kind(one) for one in "text word letters number code flag day".split()
)


DTYPES: Mapping[str, Any] = {
    "code": np.int32,
    "number": np.int64,
    "flag": np.bool_,
    "day": np.int32,
    "letters": np.int16,
}
"""What a column holds -> the type of its array, where that does not depend on a vocabulary or on another table."""


def _ref(target: str) -> Kind:
    return Kind("ref", target)


SPEC: Mapping[str, Mapping[str, Kind]] = {
    "organization": {"id": _TEXT, "name": _TEXT, "acronym": _TEXT, "kind": _WORD, "country": _LETTERS},
    "unnamed_party": {
        "id": _TEXT,
        "description": _TEXT,
        "kind": _WORD,
        "count_low": _NUMBER,
        "count_high": _NUMBER,
        "count_qualifier": _WORD,
    },
    "state": {"id": _TEXT, "name": _TEXT},
    "place": {
        "id": _TEXT,
        "name": _TEXT,
        "level": _WORD,
        "within_state": _ref("state"),
        "within_place": _ref("place"),
    },
    "topic": {"id": _TEXT, "label_en": _TEXT, "label_es": _TEXT},
    "document": {"id": _TEXT},
    "project": {
        "id": _TEXT,
        "title": _TEXT,
        "kind": _WORD,
        "project_status": _WORD,
        "start_date": _DAY,
        "end_date": _DAY,
        "parent": _ref("project"),
        "basis": _WORD,
    },
    "funding": {
        "id": _TEXT,
        "funder": _ref("actor"),
        "recipient": _ref("actor"),
        "project": _ref("project"),
        "through_project": _ref("project"),
        "kind": _WORD,
        "stage": _WORD,
        "amount_minor": _NUMBER,
        "amount_qualifier": _WORD,
        "currency": _LETTERS,
        "currency_presumed": _FLAG,
        "share_hundredths": _CODE,
        "share_qualifier": _WORD,
        "date": _DAY,
        "basis": _WORD,
    },
    "participation": {
        "id": _TEXT,
        "project": _ref("project"),
        "actor": _ref("actor"),
        "role": _WORD,
        "basis": _WORD,
    },
    "state_group": {
        "id": _TEXT,
        "project": _ref("project"),
        "label": _TEXT,
        "states": _NUMBER,
        "role": _WORD,
        "basis": _WORD,
    },
    "project_state": {
        "id": _TEXT,
        "project": _ref("project"),
        "site": _ref("site"),
        "role": _WORD,
        "state_group": _ref("state_group"),
        "membership": _WORD,
        "basis": _WORD,
    },
    "collaboration": {
        "id": _TEXT,
        "name": _TEXT,
        "kind": _WORD,
        "collaboration_status": _WORD,
        "project": _ref("project"),
        "plural": _FLAG,
        "basis": _WORD,
    },
    "collaboration_member": {
        "id": _TEXT,
        "collaboration": _ref("collaboration"),
        "actor": _ref("actor"),
        "role": _WORD,
        "basis": _WORD,
    },
    "organization_relation": {
        "id": _TEXT,
        "subject": _ref("organization"),
        "kind": _WORD,
        "object": _ref("organization"),
        "basis": _WORD,
    },
    # Parts: no ids of their own, in the order of their columns.
    "participation_state": {"participation": _ref("participation"), "state": _ref("state")},
    "project_topic": {"project": _ref("project"), "topic": _ref("topic"), "basis": _WORD},
    # `row` is a code in the table that `kind` names; only records of the tables above are kept, each pair once.
    "citation": {"kind": _WORD, "row": _CODE, "document": _ref("document")},
}
"""Table -> column -> what it holds. A table comes after those that it points at."""

SPACES: Mapping[str, tuple[str, ...]] = {"actor": ("organization", "unnamed_party"), "site": ("state", "place")}
"""Space of codes -> its tables, in order."""


class Texts:
    """Many texts in one buffer of UTF-8. A text that is not there is empty."""

    __slots__ = ("data", "ends")

    def __init__(self, data: Bytes, ends: Integers) -> None:
        """`ends`: one offset into `data` more than there are texts; text i is data[ends[i]:ends[i + 1]]."""
        self.data = data
        self.ends = ends

    @classmethod
    def of(cls, texts: Iterable[str | None]) -> "Texts":
        """The texts, in order."""
        parts = [(text or "").encode() for text in texts]
        ends = np.zeros(len(parts) + 1, dtype=np.uint32)
        np.cumsum([len(part) for part in parts], out=ends[1:])
        return cls(np.frombuffer(b"".join(parts), dtype=np.uint8), ends)

    @classmethod
    def joined(cls, parts: "Sequence[Texts]") -> "Texts":
        """The texts of all parts, one part behind the other."""
        ends = np.cumsum(np.concatenate([[0], *(part.lengths() for part in parts)]))
        return cls(np.concatenate([part.data for part in parts] or [np.empty(0, dtype=np.uint8)]), ends)

    def __len__(self) -> int:
        return len(self.ends) - 1

    def __getitem__(self, place: int) -> str:
        return self.data[self.ends[place] : self.ends[place + 1]].tobytes().decode()

    def place(self, text: str) -> int:
        """How many of the texts, which are in ascending order, come before a text."""
        wanted = text.encode()
        low, high = 0, len(self)
        data, ends = self.data.data, self.ends
        while low < high:
            middle = (low + high) // 2
            if bytes(data[ends[middle] : ends[middle + 1]]) < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def find(self, text: str) -> int:
        """The place of a text among texts in ascending order, or NONE."""
        place = self.place(text)
        return place if place < len(self) and self[place] == text else NONE

    def lengths(self) -> Integers:
        """Bytes of each text."""
        return np.diff(self.ends)

    def take(self, places: Integers) -> "Texts":
        """The texts at these places, in their order."""
        starts, stops = self.ends[places], self.ends[places + 1]
        ends = np.zeros(len(starts) + 1, dtype=np.uint32)
        np.cumsum(stops - starts, out=ends[1:])
        return Texts(self.data[stretches(starts, stops)], ends)

    def list(self, places: Integers | None = None) -> list[str]:
        """The texts (at these places) as Python texts."""
        texts = self if places is None else self.take(places)
        if not len(texts):
            return []
        joined = np.empty(len(texts.data) + len(texts), dtype=np.uint8)
        at = np.arange(len(texts.data), dtype=np.int64)
        at += np.repeat(np.arange(len(texts), dtype=np.int64), texts.lengths())
        joined[texts.ends[1:].astype(np.int64) + np.arange(len(texts))] = 0
        joined[at] = texts.data
        return joined.tobytes().decode().split("\0")[:-1]

    def order(self) -> Integers:
        """The places in ascending order of their texts."""
        lengths = self.lengths()
        width = -(-int(lengths.max(initial=0)) // 8) * 8
        if len(self) * width > 2**28:
            return np.array(sorted(range(len(self)), key=self.list().__getitem__), dtype=np.int64)
        padded = np.zeros((len(self), width), dtype=np.uint8)
        padded[np.arange(width) < lengths[:, None]] = self.data
        words = padded.view(">u8").astype(np.uint64)
        return np.lexsort(words.T[::-1]) if width else np.arange(len(self))

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return int(self.data.nbytes + self.ends.nbytes)


class Words:
    """Words of a small vocabulary, by their numbers. Number 0 is no word."""

    __slots__ = ("codes", "words")

    def __init__(self, codes: NDArray[np.uint8], words: Sequence[str]) -> None:
        """`words` are those of the numbers from 1 on."""
        self.codes = codes
        self.words = (None, *words)

    @classmethod
    def of(cls, values: Iterable[str | None], words: Iterable[str] = ()) -> "Words":
        """The values, with a vocabulary that has at least these words."""
        values = list(values)
        vocabulary = sorted({*words, *(value for value in values if value is not None)})
        number = {None: 0} | {word: at for at, word in enumerate(vocabulary, 1)}
        return cls(np.array([number[value] for value in values], dtype=np.uint8), vocabulary)

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, place: int) -> str | None:
        word: str | None = self.words[self.codes[place]]
        return word

    def isin(self, words: Iterable[str], places: Integers | None = None) -> NDArray[np.bool_]:
        """Where (of these places) one of the words stands."""
        wanted = set(words)
        taken = np.array([word in wanted for word in self.words], dtype=bool)
        return taken[self.codes if places is None else self.codes[places]]

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return int(self.codes.nbytes)


Column = Texts | Words | Integers


def stretches(starts: Integers, stops: Integers) -> Integers:
    """The numbers from each start up to its stop, behind each other."""
    some = np.flatnonzero(stops > starts)
    starts, stops = starts[some].astype(np.int64), stops[some].astype(np.int64)
    lengths = stops - starts
    # From one to the next it is one further, but from the last of a stretch to the first of the one after it.
    found = np.ones(int(lengths.sum()), dtype=np.int64)
    found[:1] = starts[:1]
    found[np.cumsum(lengths[:-1])] = starts[1:] - stops[:-1] + 1
    return np.cumsum(found, out=found)


def narrow(size: int) -> type[np.signedinteger[Any]]:
    """The smallest type of codes below a size."""
    return np.int16 if size < 2**15 else np.int32


def pack_letters(text: str | None) -> int:
    """Up to three letters as one number; 0 is none."""
    number = 0
    for letter in (text or "").encode():
        number = number * 32 + letter - 64
    return number


def unpack_letters(number: int) -> str | None:
    """The letters of a number."""
    letters = ""
    while number:
        number, letter = divmod(number, 32)
        letters = chr(letter + 64) + letters
    return letters or None


def pack_day(text: str | None) -> int:
    """An ISO 8601 date, to the precision known, as the number YYYYMMDD with noughts for what is unknown; 0 is none."""
    return int((text.replace("-", "") + "0000")[:8]) if text else 0


def unpack_day(number: int) -> str | None:
    """The date of a number."""
    if not number:
        return None
    year, month, day = number // 10000, number // 100 % 100, number % 100
    return f"{year:04}-{month:02}-{day:02}" if day else f"{year:04}-{month:02}" if month else f"{year:04}"


@dataclass(frozen=True)
class Table:
    """Columns of one length. `pk`: the rows' keys in the database, or the keys of the parts."""

    name: str
    columns: Mapping[str, Column]
    pk: Integers

    def __len__(self) -> int:
        return len(self.pk)

    def __getitem__(self, column: str) -> Integers:
        """A column of codes, numbers, flags or days; of words their numbers."""
        found = self.columns[column]
        if isinstance(found, Words):
            return found.codes
        if isinstance(found, Texts):
            raise TypeError(column)
        return found

    def words(self, column: str) -> Words:
        """A column of words."""
        found = self.columns[column]
        if not isinstance(found, Words):
            raise TypeError(column)
        return found

    def texts(self, column: str) -> Texts:
        """A column of texts."""
        found = self.columns[column]
        if not isinstance(found, Texts):
            raise TypeError(column)
        return found

    @property
    def ids(self) -> Texts:
        """The rows' public ids, in ascending order."""
        return self.texts("id")

    def value(self, column: str, row: int) -> Any:
        """One value as Python has it; a reference as a code, None where nothing is known."""
        kind, found = SPEC[self.name][column], self.columns[column]
        if isinstance(found, Texts):
            return found[row] or None
        if isinstance(found, Words):
            return found[row]
        return _plain(kind, int(found[row]))

    def arrays(self) -> Iterator[Integers]:
        """The arrays that the table is made of."""
        yield self.pk
        for column in self.columns.values():
            if isinstance(column, Texts):
                yield column.data
                yield column.ends
            else:
                yield column.codes if isinstance(column, Words) else column

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return sum(array.nbytes for array in self.arrays())


def _plain(kind: Kind, number: int) -> Any:
    if kind.name == "flag":
        return bool(number)
    if kind.name == "day":
        return unpack_day(number)
    if kind.name == "letters":
        return unpack_letters(number)
    if kind.name == "number":
        return None if number == MISSING else number
    return None if number == NONE else number


class Index:
    """The rows of a table by a column of codes: those of code c are `order[starts[c]:starts[c + 1]]`, ascending."""

    __slots__ = ("order", "starts")

    def __init__(self, codes: Integers, size: int) -> None:
        """Rows whose code is NONE are left out."""
        known = np.flatnonzero(codes != NONE)
        counts = np.bincount(codes[known], minlength=size)
        self.starts = np.zeros(size + 1, dtype=np.int32)
        np.cumsum(counts, out=self.starts[1:])
        values = codes[known]
        is_sorted = bool((values[1:] >= values[:-1]).all()) if len(values) else True
        self.order: Integers = (known if is_sorted else known[np.argsort(values, kind="stable")]).astype(np.int32)

    def __getitem__(self, code: int) -> Integers:
        """The rows of one code."""
        return self.order[self.starts[code] : self.starts[code + 1]]

    def members(self, codes: Integers) -> Integers:
        """The rows of many codes, in the order of `codes`."""
        if len(codes) > 64:
            return self.rows(codes)[1]
        return np.concatenate([self[code] for code in codes.tolist()]) if len(codes) else self.order[:0]

    def rows(self, codes: Integers) -> tuple[Integers, Integers]:
        """The rows of many codes: (places in `codes`, rows), in the order of `codes`."""
        return expand(self.starts, codes, self.order)


def unique(values: Integers) -> Integers:
    """Each value once, ascending. For numbers in any order this beats np.unique, which hashes them first."""
    ordered = np.sort(values)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))[: len(ordered)]]


def in_order(*columns: Integers, once: bool = False) -> list[Integers]:
    """Rows of columns of numbers from 0 on, by the first column, then by the second and so on; with `once` each once.

    For rows that are nearly in order this beats np.lexsort.
    """
    bits = [int(column.max(initial=0)).bit_length() for column in columns]
    if sum(bits) > 63:
        order = np.lexsort(columns[::-1])
        found = [column[order].astype(np.int64) for column in columns]
        differ = np.logical_or.reduce([column[1:] != column[:-1] for column in found])
        return [column[np.append(True, differ)[: len(order)]] for column in found] if once else found
    keys = np.zeros(len(columns[0]), dtype=np.int64)
    for column, width in zip(columns, bits, strict=True):
        keys <<= width
        keys |= column
    keys.sort(kind="stable")
    if once:
        keys = keys[np.append(True, keys[1:] != keys[:-1])[: len(keys)]]
    found = []
    for width in reversed(bits):
        found.append(keys & ((1 << width) - 1))
        keys >>= width
    return found[::-1]


def expand(starts: Integers, codes: Integers, order: Integers | None = None) -> tuple[Integers, Integers]:
    """Of groups that lie behind each other, the members of many: (places in `codes`, members)."""
    first = starts[codes].astype(np.int64)
    places, members = expand_by(first, starts[codes + 1] - first)
    return places, members if order is None else order[members]


def expand_by(first: Integers, counts: Integers) -> tuple[Integers, Integers]:
    """The numbers from `first` on, so many of each: (places in `first`, numbers)."""
    places = np.repeat(np.arange(len(first), dtype=np.int64), counts)
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return places, np.arange(total, dtype=np.int64) + np.repeat(first - (ends - counts), counts)


@dataclass(frozen=True)
class Columns:
    """Everything that a network is made from, at one data version."""

    version: str
    """Data version of the class of reader that they are for: `v12`, or `r12`."""
    number: int
    """Internal data version."""
    tables: Mapping[str, Table]
    _indexes: dict[tuple[str, str], Index] = field(default_factory=dict, repr=False, compare=False)
    kept: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    """What networks derive from the columns and use again, by their own keys."""

    def __getitem__(self, table: str) -> Table:
        """One table."""
        return self.tables[table]

    def size(self, target: str) -> int:
        """How many codes a table, or a space of codes, has."""
        return sum(len(self.tables[one]) for one in SPACES.get(target, (target,)))

    def index(self, table: str, column: str) -> Index:
        """The rows of a table by one of its columns of codes."""
        found = self._indexes.get((table, column))
        if found is None:
            target = SPEC[table][column].target
            found = self._indexes[table, column] = Index(self.tables[table][column], self.size(target))
        return found

    def keep_indexes_of(self, older: "Columns") -> None:
        """Take over the indexes by columns that are shared with other columns, and whose codes did not move."""
        for (table, column), index in list(older._indexes.items()):
            is_shared = self.tables[table].columns[column] is older.tables[table].columns[column]
            target = SPEC[table][column].target
            if is_shared and self.size(target) == older.size(target):
                self._indexes[table, column] = index

    @cached_property
    def organizations(self) -> int:
        """How many actors are organizations: those with smaller codes."""
        return len(self.tables["organization"])

    @cached_property
    def states(self) -> int:
        """How many sites are states: those with smaller codes."""
        return len(self.tables["state"])

    @property
    def nbytes(self) -> int:
        """Bytes held by the columns."""
        return sum(table.nbytes for table in self.tables.values())

    # Made from rows

    @classmethod
    def from_rows(
        cls, rows: Mapping[str, Sequence[Mapping[str, Any]]], *, version: str = "v1", number: int = 0
    ) -> "Columns":
        """Columns of rows given as mappings: references by id, texts, numbers and dates as in the records.

        An actor is given as `org:…` or `party:…`, a site as `state:…` or `place:…`, the row of a citation as the id
        after its kind.
        """
        tables: dict[str, Table] = {}
        codes: dict[str, dict[str, int]] = {}
        for name, spec in SPEC.items():
            given = list(rows.get(name, ()))
            if "id" in spec:
                given.sort(key=lambda row: str(row["id"]))
                codes[name] = {row["id"]: code for code, row in enumerate(given)}
            for space, (first, second) in SPACES.items():
                if name == second:
                    prefixes = {"actor": ("org", "party"), "site": ("state", "place")}[space]
                    codes[space] = {f"{prefixes[0]}:{one}": code for one, code in codes[first].items()} | {
                        f"{prefixes[1]}:{one}": len(codes[first]) + code for one, code in codes[second].items()
                    }
            columns: dict[str, Column] = {}
            for column, kind in spec.items():
                values = [row.get(column) for row in given]
                if name == "citation" and column == "row":
                    values = [codes[row["kind"]][row["row"]] for row in given]
                columns[column] = _column(kind, values, codes)
            table = Table(name, columns, np.arange(len(given), dtype=np.int32))
            tables[name] = table if "id" in spec else _in_order(table)
        return cls(version, number, tables)

    # Kept in files

    def save(self, folder: Path) -> None:
        """Write the columns into a folder, one file an array, so that other processes can map them into memory."""
        words: dict[str, dict[str, list[str | None]]] = {}
        for name, table in self.tables.items():
            np.save(folder / f"{name}.pk.npy", table.pk)
            for column, found in table.columns.items():
                if isinstance(found, Texts):
                    np.save(folder / f"{name}.{column}.data.npy", found.data)
                    np.save(folder / f"{name}.{column}.ends.npy", found.ends)
                elif isinstance(found, Words):
                    np.save(folder / f"{name}.{column}.npy", found.codes)
                    words.setdefault(name, {})[column] = list(found.words[1:])
                else:
                    np.save(folder / f"{name}.{column}.npy", found)
        about = {"version": self.version, "number": self.number, "words": words}
        (folder / "columns.json").write_text(json.dumps(about), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> "Columns":
        """Columns that were saved: read when they are used, and shared with whoever else opens them."""
        about = json.loads((folder / "columns.json").read_text(encoding="utf-8"))

        def array(name: str) -> Any:
            found = np.load(folder / f"{name}.npy", mmap_mode="r")
            return found if len(found) else np.empty(0, dtype=found.dtype)

        def column(table: str, name: str, kind: Kind) -> Column:
            if kind.name == "text":
                return Texts(array(f"{table}.{name}.data"), array(f"{table}.{name}.ends"))
            if kind.name == "word":
                return Words(array(f"{table}.{name}"), about["words"][table][name])
            found: Integers = array(f"{table}.{name}")
            return found

        return cls(
            about["version"],
            about["number"],
            {
                table: Table(
                    table, {name: column(table, name, kind) for name, kind in spec.items()}, array(f"{table}.pk")
                )
                for table, spec in SPEC.items()
            },
        )


def _column(kind: Kind, values: list[Any], codes: Mapping[str, Mapping[str, int]]) -> Column:
    if kind.name == "text":
        return Texts.of(values)
    if kind.name == "word":
        return Words.of(values)
    if kind.name == "ref":
        known = codes[kind.target]
        numbers = [NONE if value is None else known[value] for value in values]
        return np.array(numbers, dtype=narrow(len(known)))
    pack: Mapping[str, Callable[[Any], Any]] = {
        "code": lambda value: NONE if value is None else value,
        "number": lambda value: MISSING if value is None else value,
        "flag": bool,
        "day": pack_day,
        "letters": pack_letters,
    }
    return np.array([pack[kind.name](value) for value in values], dtype=DTYPES[kind.name])


def _in_order(table: Table) -> Table:
    """The rows of a table of parts, in the order of its columns, each once."""
    keys = [table[column] for column in table.columns]
    order = np.lexsort(keys[::-1])
    same = np.ones(max(len(order) - 1, 0), dtype=bool)
    for key in keys:
        same &= key[order][1:] == key[order][:-1]
    order = order[np.concatenate(([True], ~same))[: len(order)]]
    return Table(table.name, {name: taken(column, order) for name, column in table.columns.items()}, table.pk[order])


def taken(column: Column, places: Integers) -> Column:
    """The values of a column at these places."""
    if isinstance(column, Texts):
        return column.take(places)
    if isinstance(column, Words):
        return Words(column.codes[places], [word for word in column.words[1:] if word is not None])
    found: Integers = column[places]
    return found
