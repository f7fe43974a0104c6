"""Columns of a table as the database packs them: many rows in a few long values, which numpy takes apart.

With any driver, what a million rows cost is the Python object that each value becomes. So the database joins values
before they leave it. Columns of small numbers stand beside each other in one whole number of 62 bits; an aggregate
function joins the numbers of many rows into one value, each with as many decimal digits as the others, and the texts of
many rows with separators between them.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from types import NoneType
from typing import Any, NamedTuple, get_args

import numpy as np
from sqlalchemy import ColumnElement, Connection, FromClause, Select, Table, literal_column, select

from app.graph.columns import MISSING, NONE, SPEC, Integers, Texts
from app.history.view import View
from app.models.noun import part_sql
from app.models.nouns import BY_KIND, NOUNS
from app.models.tables import DataCounter, sql_table

__all__ = ["Packed", "Source", "read", "read_ids", "vocabulary"]

_COUNTER = sql_table(DataCounter)
_TABLES = {noun.kind: noun.sql for noun in NOUNS} | {
    table.name: table for noun in NOUNS for table in map(part_sql, noun.parts)
}

_CODE_BITS = 32
_PACKED_BITS = 62
_RAISED = {8: 10**7, 16: 10**15, 19: 2 * 10**18}
"""Decimal digits that a number is sent with -> what is added to it so that it has as many."""
_ABSENT = -(10**18)
"""On the way: a number that is not known. All that are known lie above it, and below 10^18."""
_SEPARATOR = "\x1f"
"""Between texts: a control character, which no text of one line may hold."""

_PAIRS = {
    "funder": ("funder_pk", "funder_party_pk"),
    "recipient": ("recipient_pk", "recipient_party_pk"),
    "actor": ("organization_pk", "party_pk"),
    "site": ("state_pk", "place_pk"),
}
"""Column of a shared space of codes -> the references that it is made of."""


@dataclass(frozen=True)
class Source:
    """The data of a view, for columns."""

    view: View

    @property
    def connection(self) -> Connection:
        """Where the rows are read."""
        return self.view.connection

    @property
    def number(self) -> int:
        """Internal data version."""
        return self.view.number

    def rows(self, name: str) -> tuple[Table, list[ColumnElement[bool]]]:
        """Where the rows of a table stand, and the conditions that they meet."""
        return self.view.rows(_TABLES[name])

    @cached_property
    def keys(self) -> int:
        """A number above every key."""
        return int(self.connection.execute(select(_COUNTER.c.next_pk)).scalar_one())

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return self.connection.dialect.name == "sqlite"


class Packed(NamedTuple):
    """Some rows of a table, in no order."""

    pk: Integers
    numbers: dict[str, Integers]
    """As in the columns; but words as their numbers, references as keys (0: none), and of citations only `row`."""
    texts: dict[str, Texts]

    def take(self, rows: Integers) -> "Packed":
        """Some of the rows, in this order."""
        numbers = {column: found[rows] for column, found in self.numbers.items()}
        return Packed(self.pk[rows], numbers, {column: found.take(rows) for column, found in self.texts.items()})


def read(source: Source, name: str, *conditions: ColumnElement[bool], with_ids: bool) -> Packed:
    """The rows of a table under conditions. With all of a large table they take much room: ask for a part."""
    layout = _Layout.of(name, source.is_sqlite, source.keys.bit_length(), with_ids)
    table, always = source.rows(name)
    query: Select[*tuple[Any, ...]] = (
        select(*map(literal_column, layout.sql)).select_from(table).where(*always, *conditions)
    )
    return layout.taken_apart(source.connection.execute(query).one())


def read_ids(source: Source, name: str) -> tuple[Integers, Texts]:
    """The keys and ids of a table's rows, in ascending order of ids."""
    layout = _Layout.of(name, source.is_sqlite, source.keys.bit_length(), with_ids=True).only_ids()
    table, always = source.rows(name)
    rows: FromClause = table
    if source.is_sqlite and source.view.is_present:
        # From its index on ids, which holds the keys too, SQLite reads them in order: twice as quick as when asked to.
        always = [*always, table.c.id >= ""]
    else:
        # Without a limit, SQLite may think that the order does not matter.
        ordered = select(table.c.pk, table.c.id).where(*always).order_by(table.c.id)
        rows, always = (ordered.limit(-1) if source.is_sqlite else ordered).subquery(), []
    query: Select[*tuple[Any, ...]] = select(*map(literal_column, layout.sql)).select_from(rows).where(*always)
    packed = layout.taken_apart(source.connection.execute(query).one())
    return packed.pk, packed.texts["id"]


@cache
def vocabulary(table: str, column: str) -> tuple[str, ...]:
    """The words that a column can hold, ascending: all of its enumeration, whether any row has them or not."""
    if (table, column) == ("citation", "kind"):
        return tuple(sorted(name for name, spec in SPEC.items() if "id" in spec))
    if table in BY_KIND:
        annotation: Any = BY_KIND[table].fields.model_fields[column].annotation
    else:
        noun, part = next((noun, part) for noun in NOUNS for part in noun.parts if part_sql(part).name == table)
        (item,) = get_args(noun.fields.model_fields[part.name].annotation)
        annotation = item.model_fields[column].annotation
    enumerations = [one for one in get_args(annotation) or (annotation,) if one is not NoneType]
    return tuple(sorted(word.value for enumeration in enumerations for word in enumeration))


class _Field(NamedTuple):
    """A number below 2^bits, and how SQL says it."""

    name: str
    bits: int
    sql: str
    cases: tuple[str, ...] = ()
    """Conditions, of which the first that holds gives the number, from 1; 0 where none does."""
    least: int = 0
    """What was taken from the number, so that it is not below nought."""

    def scaled(self, scale: int) -> str:
        """The number times another."""
        if self.cases:
            cases = " ".join(f"WHEN {case} THEN {number * scale}" for number, case in enumerate(self.cases, 1))
            return f"CASE {self.sql} {cases} ELSE 0 END"
        # PostgreSQL reckons with 32 bits where both sides have no more.
        return f"({self.sql}) * CAST({scale} AS BIGINT)" if scale > 1 else f"({self.sql})"


@dataclass(frozen=True)
class _Layout:
    """How the columns of a table travel."""

    is_sqlite: bool
    packed: tuple[tuple[_Field, ...], ...]
    """The small numbers, shared out over whole numbers of 62 bits."""
    wide: tuple[str, ...]
    """Columns of numbers that may be large."""
    joined: tuple[tuple[str, str], ...]
    """Columns that travel as text, and what they hold."""

    @staticmethod
    @cache
    def of(table: str, is_sqlite: bool, key_bits: int, with_ids: bool) -> "_Layout":
        """The layout of a table, if keys have so many bits."""
        fields, wide, joined = [_Field("pk", key_bits, '"pk"')], [], []
        for column, kind in SPEC[table].items():
            if column == "id" and not with_ids:
                continue
            if kind.name == "number":
                wide.append(column)
            elif kind.name in ("text", "letters", "day"):
                joined.append((column, kind.name))
            elif (table, column) != ("citation", "kind"):
                fields.append(_field(table, column, kind.name, key_bits))
        packed: list[list[_Field]] = []
        for field in sorted(fields, key=lambda field: -field.bits):
            fits = (one for one in packed if sum(other.bits for other in one) + field.bits <= _PACKED_BITS)
            place = next(fits, None)
            if place is None:
                packed.append([field])
            else:
                place.append(field)
        return _Layout(is_sqlite, tuple(map(tuple, packed)), tuple(wide), tuple(joined))

    def only_ids(self) -> "_Layout":
        """The layout of nothing but keys and ids."""
        (pk,) = (field for one in self.packed for field in one if field.name == "pk")
        return _Layout(self.is_sqlite, ((pk,),), (), (("id", "text"),))

    @property
    def sql(self) -> list[str]:
        """What to select: one value each for all rows together."""
        found = [_joined_numbers(_in_one(fields), _digits_of(fields), self.is_sqlite) for fields in self.packed]
        found += [
            _joined_numbers(f'COALESCE("{_name(column)}", {_ABSENT})', 19, self.is_sqlite) for column in self.wide
        ]
        return found + [_joined_texts(f"COALESCE(\"{column}\", '')", self.is_sqlite) for column, _ in self.joined]

    def taken_apart(self, row: Any) -> Packed:
        """The columns from the values that `sql` selects."""
        values = iter(row)
        numbers: dict[str, Integers] = {}
        texts: dict[str, Texts] = {}
        for fields in self.packed:
            packed, shift = _numbers(next(values), _digits_of(fields)), 0
            for field in fields:
                numbers[field.name] = (packed >> shift) & (2**field.bits - 1)
                numbers[field.name] += field.least
                shift += field.bits
        for column in self.wide:
            found = _numbers(next(values), 19)
            numbers[column] = np.where(found == _ABSENT, MISSING, found)
        count = len(numbers["pk"])
        for column, kind in self.joined:
            joined = _Joined(next(values), count)
            if kind == "text":
                texts[column] = joined.texts()
            else:
                numbers[column] = joined.days() if kind == "day" else joined.letters()
        return Packed(numbers.pop("pk").astype(np.int32), numbers, texts)


def _field(table: str, column: str, kind: str, key_bits: int) -> _Field:
    """The small number that is in a column."""
    name = f'"{_name(column)}"'
    if kind == "word":
        words = vocabulary(table, column)
        return _Field(column, len(words).bit_length(), name, tuple(f"'{word}'" for word in words))
    if kind == "flag":
        return _Field(column, 1, "", (name,))
    if kind == "ref":
        names = _PAIRS.get(column, (f"{column}_pk",))
        is_there = len(names) == 1 and not _TABLES[table].c[names[0]].nullable
        listed = ", ".join(f'"{one}"' for one in names)
        return _Field(column, key_bits, listed if is_there else f"COALESCE({listed}, 0)")
    if column == "row":
        return _Field(column, key_bits, '"record_pk"')
    return _Field(column, _CODE_BITS, f"COALESCE({name}, {NONE}) + {-NONE}", least=NONE)


def _name(column: str) -> str:
    """The name of a column in the database."""
    return "count" if column == "states" else column


def _in_one(fields: tuple[_Field, ...]) -> str:
    """Each field above those before it."""
    terms, shift = [], 0
    for field in fields:
        terms.append(field.scaled(2**shift))
        shift += field.bits
    return " + ".join(terms)


def _digits_of(fields: tuple[_Field, ...]) -> int:
    """With how many digits a number is sent that is made of fields."""
    most = 2 ** sum(field.bits for field in fields)
    return next(digits for digits, raised in _RAISED.items() if most + raised < 10**digits)


def _joined_numbers(sql: str, digits: int, is_sqlite: bool) -> str:
    if is_sqlite:
        return f"CAST(group_concat({sql} + {_RAISED[digits]}, '') AS BLOB)"
    return f"string_agg(({sql} + {_RAISED[digits]})::text, '')"


def _joined_texts(sql: str, is_sqlite: bool) -> str:
    if is_sqlite:
        return f"CAST(group_concat({sql}, '{_SEPARATOR}') AS BLOB)"
    return f"string_agg({sql}, '{_SEPARATOR}')"


def _numbers(value: bytes | str | None, digits: int) -> Integers:
    """The numbers that were joined."""
    data = _bytes(value)
    count, rest = divmod(len(data), digits)
    if not count:
        return np.empty(0, dtype=np.int64)
    if rest:
        raise OverflowError("a number is longer than it may be")

    def eight(at: int) -> Integers:
        return _of_digits(np.ndarray(count, "<u8", data, at, (digits,)), 8)

    found = eight(0)
    if digits > 8:
        found *= 10**8
        found += eight(8)
    if digits > 16:
        found *= 10**3
        found += eight(11) % 10**3
    found -= _RAISED[digits]
    return found


class _Joined:
    """Many texts in one, with separators between them."""

    def __init__(self, value: bytes | str | None, count: int) -> None:
        self._bytes = _bytes(value)
        self._data: Integers = np.frombuffer(self._bytes, dtype=np.uint8)
        self._separators = np.flatnonzero(self._data == ord(_SEPARATOR))
        self._count = count
        if len(self._separators) != max(count - 1, 0):
            raise ValueError("a text holds a control character")

    def texts(self) -> Texts:
        """The texts."""
        ends = np.zeros(self._count + 1, dtype=np.uint32)
        ends[1:-1] = self._separators - np.arange(len(self._separators))
        ends[-1] = len(self._data) - len(self._separators)
        return Texts(np.frombuffer(self._bytes.replace(_SEPARATOR.encode(), b""), dtype=np.uint8), ends)

    def days(self) -> Integers:
        """The numbers of dates, as `pack_day` has them."""
        starts, lengths = self._places()
        year = np.where(lengths >= 4, _of_digits(self._from(starts, "<u4"), 4), 0)
        month = np.where(lengths >= 7, _of_digits(self._from(starts + 5, "<u2"), 2), 0)
        day = np.where(lengths >= 10, _of_digits(self._from(starts + 8, "<u2"), 2), 0)
        found: Integers = year * 10_000 + month * 100 + day
        return found

    def letters(self) -> Integers:
        """The numbers of up to three letters, as `pack_letters` has them."""
        starts, lengths = self._places()
        found: Integers = np.zeros(self._count, dtype=np.int16)
        for place in range(3):
            letter = self._from(starts + place, "u1").astype(np.int16) - 64
            found = np.where(lengths > place, found * 32 + letter, found)
        return found

    def _places(self) -> tuple[Integers, Integers]:
        """Where each text starts, and how many bytes it has."""
        bounds = np.concatenate(([-1], self._separators, [len(self._data)]))[: self._count + 1]
        return bounds[:-1] + 1, np.diff(bounds) - 1

    def _from(self, places: Integers, kind: str) -> Integers:
        """The bytes from these places on; where there are too few, no matter which."""
        size = len(self._data)
        padded = np.zeros(size + 16, dtype=np.uint8)
        padded[:size] = self._data
        every: Integers = np.ndarray(size + 9, kind, padded, 0, (1,))
        return every[places]


def _bytes(value: bytes | str | None) -> bytes:
    return value.encode() if isinstance(value, str) else value or b""


def _of_digits(digits: Integers, count: int) -> Integers:
    """The numbers that two, four or eight ASCII digits each stand for, in words that have the first digit lowest."""
    found: Integers = digits & digits.dtype.type(0x0F0F0F0F0F0F0F0F % 256**digits.dtype.itemsize)
    found = found.astype(np.uint64, copy=False)
    # Neighbours are joined to numbers of two digits, these to four, these to eight: in all places at once.
    for width, factor, mask in ((1, 10, 0x00FF00FF00FF00FF), (2, 100, 0x0000FFFF0000FFFF), (4, 10_000, 0xFFFFFFFF)):
        if width < count:
            upper = found >> np.uint64(8 * width)
            found *= np.uint64(factor)
            found += upper
            found &= np.uint64(mask)
    return found.view(np.int64)
