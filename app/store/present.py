"""The public data version now, as cheaply as the database tells it: it is asked for with every request."""

import asyncio
import sqlite3
from typing import Protocol
from urllib.parse import quote

import anyio.to_thread
from sqlalchemy.exc import SQLAlchemyError

from app.store.database import Database

__all__ = ["Present", "present_of"]


class Present(Protocol):
    """Tells the present public version."""

    async def number(self) -> int | None:
        """The version that was committed last before this was asked, by whom ever; None where it cannot be told."""
        ...

    def at_once(self, *, has_begun: bool = False) -> int | None:  # noqa: ARG002 - for those that tell
        """The same without waiting; None where that takes a while.

        `has_begun` says that the question had begun to come when the event loop looked last what has come. It is then
        no older than any number that was read since, and takes that.
        """
        return None

    def close(self) -> None:
        """Close the connection."""
        ...


def present_of(database: Database) -> Present:
    """What tells the version of a database."""
    path = database.url.database
    if not database.is_sqlite:
        return _OfServer(database)
    return _OfFile(path) if path and path != ":memory:" else _Unknown()


class _Unknown(Present):
    """Of a database that only one connection sees."""

    async def number(self) -> int | None:
        return None

    def close(self) -> None:
        pass


class _OfFile(Present):
    """Reads the counter of SQLite with every request, by one statement on a connection that is kept.

    The page with the counter stays in the memory of the connection until somebody commits: the statement takes a few
    microseconds, no more than `PRAGMA data_version` does, which would only tell that the counter is to be read.
    """

    def __init__(self, path: str) -> None:
        self._address = f"file:{quote(path)}?mode=ro"
        self._cursor: sqlite3.Cursor | None = None
        self._of_turn: int | None = None

    async def number(self) -> int | None:
        return self._read()

    def at_once(self, *, has_begun: bool = False) -> int | None:
        if not has_begun:
            return self._read()
        if self._of_turn is None:
            self._of_turn = self._read()
            # The loop calls this before it looks again.
            asyncio.get_running_loop().call_soon(self._end_turn)
        return self._of_turn

    def _end_turn(self) -> None:
        self._of_turn = None

    def _read(self) -> int | None:
        try:
            if self._cursor is None:
                self._cursor = self._connect().cursor()
            number: int
            (number,) = self._cursor.execute("SELECT public_number FROM data_counter").fetchone()
        except (sqlite3.Error, TypeError):
            self.close()
            return None
        return number

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._address, uri=True, timeout=0, isolation_level=None, check_same_thread=False)

    def close(self) -> None:
        if self._cursor is not None:
            self._cursor.connection.close()
        self._cursor = None


class _OfServer(Present):
    """Reads the counter of PostgreSQL with every request, by one statement on a connection that is in no transaction.

    Notifications (`LISTEN`) cost nothing, but come after the commit: who has written would not always see it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def number(self) -> int | None:
        return await anyio.to_thread.run_sync(self._read)

    def _read(self) -> int | None:
        try:
            number: int = self._database.counter().public_number
        except SQLAlchemyError:
            return None
        return number

    def close(self) -> None:
        """The database closes its connections by itself."""
