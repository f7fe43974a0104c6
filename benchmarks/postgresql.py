"""A generated database in PostgreSQL: the same rows, copied from the SQLite file.

    .venv/bin/python -m benchmarks.postgresql large postgresql://postgres@localhost/bench

The database must be empty, and the user its superuser: references are not checked again while rows are copied.
"""

import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from app.history.tables import HISTORY
from app.migrations import migrate
from app.settings import Settings
from app.store.database import Database
from benchmarks.filters import opened
from benchmarks.generate import SIZES, database

__all__ = ["copy"]

_MANY = 10_000
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE schemaname = current_schema() AND indexname NOT IN (SELECT conname FROM pg_constraint)"""


def copy(path: Path, url: str) -> None:
    """Make the tables in the database at a URL, and fill them with what the file holds."""
    target = Database(url)
    source = opened(path)
    with target.write_schema() as connection:
        migrate(connection)
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("SET LOCAL timezone = 'UTC'"))
        indexes = connection.execute(text(_INDEXES)).all()
        for index in indexes:
            connection.execute(text(f'DROP INDEX "{index.indexname}"'))
        # The migration has made the counter's row.
        connection.execute(text("DELETE FROM data_counter"))
        for table in next(iter(HISTORY.values())).metadata.sorted_tables:
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            rows = source.execute(f"SELECT {names} FROM {table.name}")
            _copy_rows(connection, f"COPY {table.name} ({names}) FROM STDIN", rows)
        for index in indexes:
            connection.execute(text(index.indexdef))
    source.close()
    target.close()


def _copy_rows(connection: Connection, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    cursor.execute(statement, stream=_pieces(rows))
    cursor.close()


def _pieces(rows: Iterable[tuple[Any, ...]]) -> Iterator[bytes]:
    """The rows in PostgreSQL's text format, many at a time."""
    lines: list[str] = []
    for row in rows:
        lines.append("\t".join(["\\N" if value is None else str(value).translate(_ESCAPES) for value in row]))
        if len(lines) == _MANY:
            yield ("\n".join(lines) + "\n").encode()
            lines = []
    if lines:
        yield ("\n".join(lines) + "\n").encode()


if __name__ == "__main__":
    size, given = sys.argv[1:]
    began = time.perf_counter()
    copy(database(SIZES[size]), Settings(database_url=given).database_url)
    print(f"{size}: copied in {time.perf_counter() - began:.1f} s")
