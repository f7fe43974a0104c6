"""Tables of columns that have one type each, filled row by row or column by column, and their JSON."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite
from typing import Any, ClassVar

import numpy as np

from app.graph.columns import MISSING, Integers, Texts
from app.graph.formats.cells import Buffers, numbers, plain_strings, strings, words
from app.graph.formats.files import json_bytes
from app.graph.formats.portable import LARGEST, as_text, clean, safe_name

__all__ = ["Category", "Frame", "Number", "Real", "String", "Truth", "json_object", "reals", "wholes"]

Path = tuple[str, ...]
"""The names that lead from a row to a value in it; none for an item of a list."""


# Columns


@dataclass(frozen=True)
class String:
    """Texts that are rarely the same, such as names."""

    type: ClassVar = "string"
    texts: Texts

    def cells(self) -> Buffers:
        """The array."""
        return [b"[", *strings(self.texts), b"]"]


@dataclass(frozen=True)
class Number:
    """Whole numbers that JavaScript can hold, or MISSING."""

    type: ClassVar = "integer"
    numbers: Integers

    def __len__(self) -> int:
        return len(self.numbers)

    def cells(self) -> Buffers:
        """The array."""
        return numbers(self.numbers)

    def values(self) -> list[int | None]:
        """The values."""
        return [None if number == MISSING else number for number in self.numbers.tolist()]

    def spread(self, count: int, places: Integers) -> "Number":
        """The column of so many rows that has the values at these places."""
        spread = np.full(count, MISSING)
        spread[places] = self.numbers
        return replace(self, numbers=spread)


class Counts(Number):
    """How many rows of another table belong to each row."""

    type = "list"


@dataclass(frozen=True)
class Real:
    """Other numbers."""

    type: ClassVar = "number"
    numbers: Sequence[float | None]

    def __len__(self) -> int:
        return len(self.numbers)

    def cells(self) -> Buffers:
        """The array."""
        return [json_bytes(self.numbers)]

    def values(self) -> list[float | None]:
        """The values."""
        return list(self.numbers)

    def spread(self, count: int, places: Integers) -> "Real":
        """The column of so many rows that has the values at these places."""
        spread: list[float | None] = [None] * count
        for place, number in zip(places.tolist(), self.numbers, strict=True):
            spread[place] = number
        return Real(spread)


@dataclass(frozen=True)
class Truth:
    """Truth values: 0, 1, or 2 where one is missing."""

    type: ClassVar = "boolean"
    codes: Integers

    def __len__(self) -> int:
        return len(self.codes)

    def cells(self) -> Buffers:
        """The array."""
        return words(self.codes, ("false", "true", "null"))

    def values(self) -> list[bool | None]:
        """The values."""
        return [(False, True, None)[code] for code in self.codes.tolist()]

    def spread(self, count: int, places: Integers) -> "Truth":
        """The column of so many rows that has the values at these places."""
        spread = np.full(count, 2, dtype=np.uint8)
        spread[places] = self.codes
        return Truth(spread)


@dataclass(frozen=True)
class Words:
    """Texts of a vocabulary, cleaned."""

    words: Sequence[str]

    def __len__(self) -> int:
        return len(self.words)

    def cells(self) -> Buffers:
        """JSON texts with commas between."""
        return [json_bytes(self.words)[1:-1]]

    def texts(self) -> Sequence[str]:
        """The texts."""
        return self.words


@dataclass(frozen=True)
class Ids:
    """Ids of a table, which are plain, with a prefix before each."""

    prefix: str
    ids: Texts
    codes: Integers

    def __len__(self) -> int:
        return len(self.codes)

    def cells(self) -> Buffers:
        """JSON texts with commas between."""
        return plain_strings(self.ids, self.codes, self.prefix)

    def texts(self) -> Sequence[str]:
        """The texts."""
        return [self.prefix + one for one in self.ids.list(self.codes)]


@dataclass(frozen=True)
class Category:
    """Texts as their places in a vocabulary; the place behind its end stands for a missing one."""

    type: ClassVar = "category"
    codes: Integers
    vocabulary: "Sequence[Words | Ids]"
    """One part behind the other, ascending; each text of it occurs."""

    @cached_property
    def size(self) -> int:
        """How many texts the vocabulary has."""
        return sum(map(len, self.vocabulary))

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Category":
        """A column of these texts, cleaned."""
        cleaned = {text: clean(text) for text in set(texts)}
        vocabulary = sorted(set(cleaned.values()))
        place = {text: at for at, text in enumerate(vocabulary)}
        code = {text: place[found] for text, found in cleaned.items()}
        return cls(np.array([code[text] for text in texts], dtype=np.int64), [Words(vocabulary)])

    @classmethod
    def of_words(cls, codes: Integers, words: Sequence[str | None]) -> "Category":
        """A column of words by their numbers; None is missing."""
        counts = np.bincount(codes, minlength=len(words)).tolist()
        used = sorted((word, at) for at, word in enumerate(words) if word is not None and counts[at])
        new = np.full(len(words), len(used), dtype=np.uint8)
        new[[at for _, at in used]] = np.arange(len(used))
        return cls(new.take(codes), [Words([word for word, _ in used])])

    @classmethod
    def of_ids(cls, codes: Integers, *tables: tuple[str, Texts]) -> "Category":
        """A column of ids by their codes in tables one behind the other: (prefix, ids), in the order of the ids."""
        there = np.zeros(sum(len(ids) for _, ids in tables), dtype=bool)
        there[codes] = True
        used = np.flatnonzero(there)
        new = np.empty(len(there), dtype=np.int32)
        new[used] = np.arange(len(used))
        vocabulary, start = [], 0
        for prefix, ids in tables:
            low, high = np.searchsorted(used, (start, start + len(ids)))
            if high > low:
                vocabulary.append(Ids(prefix, ids, used[low:high] - start))
            start += len(ids)
        return cls(new.take(codes), vocabulary)

    def __len__(self) -> int:
        return len(self.codes)

    def cells(self) -> Buffers:
        """The array."""
        return numbers(self.codes)

    def words(self) -> Buffers:
        """The array of the vocabulary, with null at its end where a value is missing."""
        found: Buffers = []
        for part in self.vocabulary:
            found += [b",", *part.cells()]
        if len(self.codes) and int(self.codes.max()) == self.size:
            found += [b",", b"null"]
        return [b"[", *found[1:], b"]"]

    def values(self) -> list[str | None]:
        """The values."""
        texts = [*(text for part in self.vocabulary for text in part.texts()), None]
        return [texts[code] for code in self.codes.tolist()]

    def spread(self, count: int, places: Integers) -> "Category":
        """The column of so many rows that has the values at these places."""
        spread = np.full(count, self.size, dtype=np.int32)
        spread[places] = self.codes
        return Category(spread, self.vocabulary)


Column = Number | Real | Truth | Category


def wholes(values: Integers) -> Number | Category:
    """A column of whole numbers; of texts if JavaScript cannot hold one of them."""
    if len(values) and max(-int(values.min()), int(values.max())) > LARGEST:
        return Category.of([str(value) for value in values.tolist()])
    return Number(values.astype(np.int64))


def reals(values: Sequence[float]) -> Real:
    """A column of numbers. One that is not finite is missing, one below the least normal number is 0."""
    return Real([(one if abs(one) >= sys.float_info.min else 0.0) if isfinite(one) else None for one in values])


def column_of(values: Sequence[Any]) -> Column:
    """A column of texts, numbers and truth values: of texts if they are of several kinds."""
    kinds = {str if type(value) is int and abs(value) > LARGEST else type(value) for value in values}
    if kinds == {bool}:
        return Truth(np.array(values, dtype=np.uint8))
    if kinds == {int}:
        return Number(np.array(values, dtype=np.int64))
    if kinds <= {int, float}:
        return reals([float(value) for value in values])
    return Category.of([value if isinstance(value, str) else as_text(value) for value in values])


# Tables


@dataclass(frozen=True)
class Table:
    """Columns of one length by their names."""

    count: int
    columns: Mapping[str, "Column | String"]

    def cells(self) -> Buffers:
        """The table as JSON."""
        return json_object(
            {
                "count": [json_bytes(self.count)],
                "types": [json_bytes({name: column.type for name, column in self.columns.items()})],
                "categories": json_object(
                    {name: column.words() for name, column in self.columns.items() if isinstance(column, Category)}
                ),
                "columns": json_object({name: column.cells() for name, column in self.columns.items()}),
            }
        )


def json_object(members: Mapping[str, Buffers]) -> Buffers:
    """A JSON object of members that are JSON already."""
    found: Buffers = []
    for name, content in members.items():
        found += [b",", json_bytes(name), b":", *content]
    return [b"{", *found[1:], b"}"]


class Frame:
    """A table and those of its lists while they are filled, by single values or by whole columns."""

    def __init__(self, count: int = 0) -> None:
        """A table of so many rows, without columns yet."""
        self.count = count
        self._told: dict[Path, tuple[list[int], list[Any]]] = {}
        """Single values: (rows, values)."""
        self._columns: dict[Path, tuple[Integers | None, Column]] = {}
        """Columns for some rows, or all."""
        self._lists: dict[Path, tuple[Any, Any, Frame]] = {}
        """(Rows that have the list, how many items each, the items)."""

    def tell(self, row: int, path: Path, value: Any) -> None:
        """Have the value of one row, row after row: mappings by their names, lists as rows of their own tables."""
        # The commonest kinds first: this runs for every value of a network.
        if isinstance(value, str | int) or (isinstance(value, float) and isfinite(value)):
            told = self._told.get(path)
            if told is None:
                told = self._told[path] = ([], [])
            told[0].append(row)
            told[1].append(value)
        elif isinstance(value, list | tuple):
            if path not in self._lists:
                self._lists[path] = [], [], Frame()
            rows, counts, items = self._lists[path]
            rows.append(row)
            counts.append(len(value))
            for item in value:
                items.tell(items.count, (), item)
                items.count += 1
        elif isinstance(value, dict):
            for name, item in value.items():
                self.tell(row, (*path, name), item)

    def put(self, path: Path, column: Column, rows: Integers | None = None) -> None:
        """Have a column, for these rows or for all."""
        if len(column) and not (isinstance(column, Category) and not column.size):
            self._columns[path] = rows, column

    def put_list(self, path: Path, rows: Integers, places: Integers, items: "Frame | Column") -> None:
        """Have a list in these rows, ascending: for each of its items the row that has it, and the items."""
        if len(rows):
            if not isinstance(items, Frame):
                values, items = items, Frame(len(items))
                items.put((), values)
            self._lists[path] = rows, np.bincount(places, minlength=self.count)[rows], items

    def tables(self, name: str, first: Mapping[str, "Column | String"] | None = None) -> dict[str, Table]:
        """The table, its columns by name behind the `first`, and those of its lists."""
        columns = dict(first or {})
        found = {name: Table(self.count, columns)}
        for path, is_list in sorted(
            [(path, False) for path in self._told.keys() | self._columns.keys()]
            + [(path, True) for path in self._lists]
        ):
            taken = {one.lower() for one in columns}
            made = safe_name("_".join(path), taken) if path else "items" if is_list else "value"
            if is_list:
                rows, counts, items = self._lists[path]
                columns[made] = self._whole(np.array(rows), Counts(np.array(counts)))
                found |= items.tables(f"{name}.{made}")
            else:
                columns[made] = self._column(path)
        return found

    def _column(self, path: Path) -> Column:
        if path not in self._told:
            rows, column = self._columns[path]
            return column if rows is None else self._whole(rows, column)
        told, values = self._told[path]
        if path not in self._columns:
            return self._whole(np.array(told), column_of(values))
        every: list[Any] = [None] * self.count
        rows, column = self._columns[path]
        for row, value in zip(range(self.count) if rows is None else rows.tolist(), column.values(), strict=True):
            every[row] = value
        for row, value in zip(told, values, strict=True):
            every[row] = value
        there = np.array([value is not None for value in every])
        return self._whole(np.flatnonzero(there), column_of([value for value in every if value is not None]))

    def _whole(self, rows: Integers, column: Column) -> Column:
        return column if len(rows) == self.count else column.spread(self.count, rows)
