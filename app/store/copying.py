"""The rows of whole tables, out of one database and into another, in the form in which SQLite stores them.

Numbers and texts are what they are; yes and no are 1 and 0; a moment is text in UTC; bytes are bytes. What tables and
columns there are is read from an SQLite file and not from the models, so that rows of any release can be copied.
"""

import hashlib
import io
import json
import re
import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import islice
from typing import Any

from sqlalchemy import Connection, text

__all__ = ["Counted", "Layout", "Tally", "layouts", "read", "read_file", "tally", "write", "write_file"]

Row = tuple[Any, ...]

_BATCH = 5000
_NOT_COPIED = frozenset({"alembic_version", "tejido_backup"})


@dataclass(frozen=True)
class Layout:
    """A table."""

    name: str
    columns: Mapping[str, str]
    """Name of a column -> its type, as it is declared in SQLite; by name."""
    key: tuple[str, ...]

    @property
    def table(self) -> str:
        """The table's name for a statement."""
        return _quoted(self.name)

    @property
    def listed(self) -> str:
        """The columns for a statement."""
        return ", ".join(map(_quoted, self.columns))

    @property
    def order(self) -> str:
        """The key for a statement."""
        return ", ".join(map(_quoted, self.key))


@dataclass(frozen=True)
class Tally:
    """What the rows of a table come to."""

    rows: int
    sha256: str
    """Of the rows in the order of their keys."""


class Counted:
    """Rows that are counted and hashed as they pass."""

    def __init__(self, rows: Iterable[Row]) -> None:
        """`rows` come in the order of their keys."""
        self._rows = rows
        self._count = 0
        self._hash = hashlib.sha256()

    def __iter__(self) -> Iterator[Row]:
        """The rows."""
        for row in self._rows:
            self._count += 1
            self._hash.update(json.dumps(row, default=bytes.hex).encode() + b"\n")
            yield row

    @property
    def tally(self) -> Tally:
        """What has passed so far."""
        return Tally(self._count, self._hash.hexdigest())


def layouts(source: sqlite3.Connection) -> list[Layout]:
    """The tables of an SQLite file, each after those that it refers to."""
    found: dict[str, Layout] = {}
    referred: dict[str, set[str]] = {}
    for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
        if name in _NOT_COPIED or name.startswith("sqlite_"):
            continue
        columns = source.execute("SELECT name, type, pk FROM pragma_table_info(?)", (name,)).fetchall()
        key = sorted((place, column) for column, _, place in columns if place)
        types = {column: kind.partition("(")[0] for column, kind, _ in sorted(columns)}
        found[name] = Layout(name, types, tuple(column for _, column in key))
        targets = source.execute('SELECT "table" FROM pragma_foreign_key_list(?)', (name,)).fetchall()
        referred[name] = {target for (target,) in targets} - {name}
    return [found[name] for name in TopologicalSorter(referred).static_order()]


def read(connection: Connection, layout: Layout) -> Iterator[Row]:
    """The rows of a table in the order of their keys, some at a time."""
    if connection.dialect.name == "sqlite":
        return read_file(connection.connection.driver_connection, layout)  # type: ignore[arg-type]
    return _read_postgresql(connection, layout)


def read_file(source: sqlite3.Connection, layout: Layout) -> Generator[Row]:
    """The rows of a table of an SQLite file in the order of their keys."""
    # Names of columns come from the file itself and are quoted.
    yield from source.execute(f"SELECT {layout.listed} FROM {layout.table} ORDER BY {layout.order}")  # noqa: S608


def _read_postgresql(connection: Connection, layout: Layout) -> Iterator[Row]:
    # COPY is several times quicker than rows as the driver makes them; in parts, because it holds a whole result.
    for setting in ("timezone = 'UTC'", "datestyle = 'ISO'", "bytea_output = 'hex'"):
        connection.execute(text(f"SET LOCAL {setting}"))
    kinds = list(layout.columns.values())
    places = [list(layout.columns).index(column) for column in layout.key]
    driver: Any = connection.connection.cursor()
    after = ""
    while True:
        query = f"SELECT {layout.listed} FROM {layout.table} {after} ORDER BY {layout.order} LIMIT {_BATCH}"  # noqa: S608
        written = io.BytesIO()
        driver.execute(f"COPY ({query}) TO STDOUT", stream=written)
        rows = [_row(line, kinds) for line in written.getvalue().decode().split("\n")[:-1]]
        yield from rows
        if len(rows) < _BATCH:
            return
        after = f"WHERE ({layout.order}) > ({', '.join(_literal(rows[-1][place]) for place in places)})"


def write_file(target: sqlite3.Connection, layout: Layout, rows: Iterable[Row]) -> None:
    """Insert rows into a table of an SQLite file."""
    marks = ", ".join("?" for _ in layout.columns)
    target.executemany(f"INSERT INTO {layout.table} ({layout.listed}) VALUES ({marks})", rows)  # noqa: S608


def write(connection: Connection, layout: Layout, rows: Iterable[Row]) -> None:
    """Insert rows into a table."""
    if connection.dialect.name == "sqlite":
        write_file(connection.connection.driver_connection, layout, rows)  # type: ignore[arg-type]
        return
    kinds = list(layout.columns.values())
    failures: list[Exception] = []

    def lines() -> Iterator[str]:
        try:
            passing = iter(rows)
            while some := "".join(_line(row, kinds) for row in islice(passing, 500)):
                yield some
        except Exception as failure:  # noqa: BLE001 - raised below: a COPY that is not ended leaves the connection stuck
            failures.append(failure)

    # One statement for the whole table: references within it are checked at its end, and it is the quickest way in.
    driver: Any = connection.connection.cursor()
    driver.execute(f"COPY {layout.table} ({layout.listed}) FROM STDIN", stream=lines())
    if failures:
        raise failures[0]


def tally(rows: Iterable[Row]) -> Tally:
    """What rows come to."""
    counted = Counted(rows)
    for _ in counted:
        pass
    return counted.tally


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: Any) -> str:
    """A part of a key in a statement: COPY takes no parameters."""
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _line(row: Row, kinds: list[str]) -> str:
    """A row in the text form of PostgreSQL's COPY."""
    return (
        "\t".join("\\N" if value is None else _cell(value, kind) for value, kind in zip(row, kinds, strict=True)) + "\n"
    )


def _cell(value: Any, kind: str) -> str:
    if kind == "DATETIME":
        return f"{value}+00"
    if kind == "BLOB":
        return f"\\\\x{value.hex()}"
    return str(value).translate(_ESCAPES) if isinstance(value, str) else str(value)


def _row(line: str, kinds: list[str]) -> Row:
    """A row from the text form of PostgreSQL's COPY."""
    return tuple(
        None if cell == "\\N" else _VALUES[kind](cell) for cell, kind in zip(line.split("\t"), kinds, strict=True)
    )


def _text(cell: str) -> str:
    return _ESCAPED.sub(lambda found: _LETTERS.get(found[1], found[1]), cell) if "\\" in cell else cell


def _moment(cell: str) -> str:
    seconds, _, fraction = cell.removesuffix("+00").partition(".")
    return f"{seconds}.{fraction:0<6}"


_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_VALUES: Mapping[str, Callable[[str], Any]] = {
    "VARCHAR": _text,
    "INTEGER": int,
    "BIGINT": int,
    "BOOLEAN": lambda cell: int(cell == "t"),
    "DATETIME": _moment,
    "BLOB": lambda cell: bytes.fromhex(cell[3:]),
}
"""Type of a column -> its value, as SQLite stores it, from a cell of COPY."""
