"""The public data version now, as cheaply as the database tells it: it is asked for with every request."""

import sqlite3
from typing import Protocol
from urllib.parse import quote

import anyio.to_thread
from sqlalchemy import create_engine, select
from sqlalchemy.exc import SQLAlchemyError

from app.models.tables import DataCounter, sql_table
from app.store.database import Database

__all__ = ["Present", "present_of"]

_NUMBER = select(sql_table(DataCounter).c.public_number)


class Present(Protocol):
    """Tells the present public version."""

    async def number(self) -> int | None:
        """The version that was committed last before this was asked, by whom ever; None where it cannot be told."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


def present_of(database: Database) -> Present:
    """What tells the version of a database."""
    path = database.url.database
    if not database.is_sqlite:
        return _OfServer(database)
    return _OfFile(path) if path and path != ":memory:" else _Unknown()


class _Unknown:
    """Of a database that only one connection sees."""

    async def number(self) -> int | None:
        return None

    def close(self) -> None:
        pass


class _OfFile:
    """Asks a kept connection to SQLite whether any other one has committed since, which takes some microseconds.

    `PRAGMA data_version` gives another number then, whichever process it was that committed.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._mark: int | None = None
        self._number: int | None = None

    async def number(self) -> int | None:
        try:
            if self._connection is None:
                address = f"file:{quote(self._path)}?mode=ro"
                self._connection = sqlite3.connect(
                    address, uri=True, timeout=0, isolation_level=None, check_same_thread=False
                )
            (mark,) = self._connection.execute("PRAGMA data_version").fetchone()
            if mark != self._mark:
                # What is committed between the two is read already, and read once more after the next mark.
                (self._number,) = self._connection.execute("SELECT public_number FROM data_counter").fetchone()
                self._mark = mark
        except (sqlite3.Error, TypeError):
            self.close()
            return None
        return self._number

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = self._mark = self._number = None


class _OfServer:
    """Reads the counter of PostgreSQL with every request, by one statement on a connection that is in no transaction.

    Notifications (`LISTEN`) cost nothing, but come after the commit: who has written would not always see it.
    """

    def __init__(self, database: Database) -> None:
        self._engine = create_engine(database.url, pool_size=4, max_overflow=0, isolation_level="AUTOCOMMIT")

    async def number(self) -> int | None:
        return await anyio.to_thread.run_sync(self._read)

    def _read(self) -> int | None:
        try:
            with self._engine.connect() as connection:
                return connection.execute(_NUMBER).scalar_one_or_none()
        except SQLAlchemyError:
            self._engine.dispose()
            return None

    def close(self) -> None:
        self._engine.dispose()
