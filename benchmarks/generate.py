"""Generated databases: what Tejido holds after many grants were imported, filled in bulk and kept for the next run.

    .venv/bin/python -m benchmarks.generate large

The tables are made by the application's own migrations, states, places and topics by its own writer. The rest is
inserted as the writer leaves it: the registry, the tables, their histories, the changes, the search forms, the counter.
"""

import hashlib
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from functools import lru_cache
from itertools import repeat
from pathlib import Path

from app.history.tables import HISTORY, OPEN, SEARCH_FORM
from app.migrations import migrate
from app.models.noun import Noun, Values
from app.models.nouns import BY_KIND, NOUNS
from app.models.rows import search_forms
from app.store.database import Database
from app.store.records import CREATE, create
from app.store.seed import seed_rows
from benchmarks.data import TOPICS, Keys, Known, Rows, Size, tables

__all__ = ["RELEASE", "SIZES", "begin", "database", "folder", "generate"]

RELEASE = 1
"""Raised whenever the same seed gives other rows: databases of other releases are made anew."""

SIZES = {"small": Size(150, 100), "middle": Size(20_000, 100_000), "large": Size(200_000, 1_000_000)}

_REFERENCE = ("state", "place", "topic")
_AT = "2026-01-01 00:00:00.000000"
_PRAGMAS = (
    # The file is thrown away if anything fails, so nothing has to be kept for a rollback.
    "journal_mode = DELETE",
    "journal_mode = OFF",
    "synchronous = OFF",
    "cache_size = -1000000",
    "temp_store = MEMORY",
    "threads = 2",
    # A test checks them on the small size; checked row by row they take a third of the time.
    "foreign_keys = OFF",
    "ignore_check_constraints = ON",
)
_ROOT = Path(__file__).resolve().parents[1]


def folder() -> Path:
    """Where generated databases are kept: BENCH_FOLDER, or tejido-bench among the system's temporary files."""
    made = Path(os.environ.get("BENCH_FOLDER") or Path(tempfile.gettempdir()) / "tejido-bench")
    made.mkdir(parents=True, exist_ok=True)
    return made


def database(size: Size, seed: int = 1) -> Path:
    """The SQLite file of a size, made if it is not there."""
    path = folder() / f"{size.organizations}-{size.grants}-{seed}-{_fingerprint()}.db"
    if not path.exists():
        part = path.with_suffix(f".{os.getpid()}.part")
        generate(part, size, seed)
        part.rename(path)
    return path


def _fingerprint() -> str:
    """Changes with the generator's release and with the tables."""
    migrations = sorted((_ROOT / "app" / "migrations" / "versions").glob("*.py"))
    content = b"".join(path.read_bytes() for path in migrations)
    return f"{RELEASE}-{hashlib.sha256(content).hexdigest()[:8]}"


def generate(path: Path, size: Size, seed: int = 1) -> None:
    """Write a database file."""
    path.unlink(missing_ok=True)
    begin(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").fetchall()
        connection.execute("BEGIN EXCLUSIVE")
        indexes = _drop_indexes(connection)
        _fill(connection, size, seed)
        for statement in indexes:
            connection.execute(statement)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL").fetchall()


def begin(path: Path) -> None:
    """The tables, and the states, places and topics of the first data set, as version 1."""
    made = Database(f"sqlite:///{path}")
    with made.write_schema() as connection:
        migrate(connection)
    with made.write(cause="seed") as writer:
        writer.begin_import("seed")
        for noun, row in seed_rows():
            if noun.kind in _REFERENCE:
                body = CREATE[noun.kind].model_validate({**row, "citations": []})
                create(writer, noun, body, fresh=True)
    made.close()


def _drop_indexes(connection: sqlite3.Connection) -> list[str]:
    """Drop every index that is not part of its table; returns the statements that make them again."""
    found = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in found:
        connection.execute(f'DROP INDEX "{name}"')
    return [statement for _, statement in found]


def _fill(connection: sqlite3.Connection, size: Size, seed: int) -> None:
    """Version 2: the import of everything that is generated."""
    first = int(connection.execute("SELECT next_pk FROM data_counter").fetchone()[0])
    version, run = 2, first
    _insert(connection, "import_run", {"pk": [run], "source": "generated", "at": _AT})
    _insert(
        connection,
        "data_version",
        {"number": [version], "public_number": 2, "at": _AT, "cause": "import", "import_run_pk": run},
    )
    keys = Keys(run + 1)
    for table, rows in tables(size, _known(connection), keys, seed):
        _insert(connection, table, rows)
        if table in BY_KIND:
            _insert_forms(connection, BY_KIND[table], rows, keys)
    _follow(connection, first, version, run)
    connection.execute("UPDATE data_counter SET number = ?, public_number = ?, next_pk = ?", (version, 2, keys.next))
    # The same seed gives the same file contents, whenever it is made.
    connection.execute("UPDATE data_version SET at = ?", (_AT,))
    connection.execute("UPDATE import_run SET at = ?", (_AT,))


def _known(connection: sqlite3.Connection) -> Known:
    def keys(query: str) -> list[int]:
        return [pk for (pk,) in connection.execute(query)]

    return Known(
        states=keys("SELECT pk FROM state ORDER BY id"),
        topics=keys("SELECT pk FROM topic ORDER BY id")[:TOPICS],
        country=keys("SELECT pk FROM place WHERE id = 'MX'")[0],
        local_places=keys("SELECT pk FROM place WHERE level IN ('borough', 'community', 'municipality') ORDER BY id"),
        regions=keys("SELECT pk FROM place WHERE level = 'region' ORDER BY id"),
    )


def _insert(connection: sqlite3.Connection, table: str, rows: Rows) -> None:
    count = len(rows["pk"] if "pk" in rows else rows["number"])
    columns = [values if isinstance(values, list) else repeat(values, count) for values in rows.values()]
    names, marks = ", ".join(f'"{name}"' for name in rows), ", ".join("?" * len(rows))
    connection.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', zip(*columns, strict=True))


def _insert_forms(connection: sqlite3.Connection, noun: Noun, rows: Rows, keys: Keys) -> None:
    """The search forms of a noun's rows."""
    if not any(name in rows for name in noun.searched):
        return
    columns = "pk, record_pk, position, field, text, form"
    statement = f"INSERT INTO {SEARCH_FORM.name} ({columns}) VALUES (?, ?, ?, ?, ?, ?)"
    first = keys.next
    inserted = connection.executemany(statement, ((first + at, *form) for at, form in enumerate(_forms(noun, rows))))
    keys.take(inserted.rowcount)


def _forms(noun: Noun, rows: Rows) -> Iterator[tuple[int, int, str, str, str]]:
    """Record, position, field, text, form."""
    names = [name.partition(".")[0] for name in noun.searched]
    parts = {part.name for part in noun.parts}

    @lru_cache(maxsize=2**16)
    def forms(*texts: str | None) -> list[tuple[str, str, str]]:
        values: Values = {name: [] if name in parts else text for name, text in zip(names, texts, strict=True)}
        return [(form["field"], form["text"], form["form"]) for form in search_forms(noun, values)]

    count = len(rows["pk"])
    given = [rows.get(name) for name in names]
    columns = [one if isinstance(one, list) else repeat(one, count) for one in given]
    for record, texts in zip(rows["pk"], zip(*columns, strict=True), strict=True):
        for position, form in enumerate(forms(*texts)):
            yield record, position, *form


def _follow(connection: sqlite3.Connection, first: int, version: int, run: int) -> None:
    """What follows from the tables: the registry, the histories, the changes. `first`: the first new key."""
    for noun in NOUNS:
        connection.execute(
            "INSERT INTO record (pk, kind, id, revision, visibility, import_run_pk, created_in)"
            f" SELECT pk, ?, id, 1, 'public', ?, ? FROM {noun.sql.name} WHERE pk >= ?",
            (noun.kind, run, version, first),
        )
    for name in HISTORY:
        columns = ", ".join(f'"{row[1]}"' for row in connection.execute(f"PRAGMA table_info({name})"))
        connection.execute(
            f"INSERT INTO {name}_history ({columns}, valid_from, valid_to)"
            f" SELECT {columns}, ?, ? FROM {name} WHERE pk >= ?",
            (version, OPEN, first),
        )
    connection.execute(
        "INSERT INTO change (version, position, record_pk, action, public_action, revision)"
        " SELECT ?, row_number() OVER (ORDER BY pk) - 1, pk, 'create', 'create', 1 FROM record"
        " WHERE created_in = ? ORDER BY pk",
        (version, version),
    )


if __name__ == "__main__":
    for word in sys.argv[1:]:
        began = time.perf_counter()
        found = database(SIZES[word])
        print(f"{word}: {found.stat().st_size / 1e6:,.0f} MB in {time.perf_counter() - began:.1f} s: {found}")
