"""Whether the database lets the service answer, told within a bounded time, whatever else there is to do."""

import asyncio
import os
from pathlib import Path

import anyio
import anyio.to_thread
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.migrations import head
from app.store.database import Database

__all__ = ["Readiness"]

_SECONDS = 2.0
"""Time that the database has to answer."""
_LEAST_BYTES = 16 * 2**20
"""Room on the disk of an SQLite file, below which a write may fail."""


class Readiness:
    """Looks at a database, on a connection and in a thread of its own: the others may all be taken."""

    def __init__(self, url: str) -> None:
        """Open nothing yet."""
        self._database = Database(url, query_seconds=_SECONDS)
        self._threads = anyio.CapacityLimiter(1)
        self._looking: asyncio.Task[str | None] | None = None

    async def obstacle(self) -> str | None:
        """What keeps the service from answering; None if nothing does."""
        looking = self._looking
        # However many ask at a time, one looks: this needs no key and has no rate limit.
        if looking is None or looking.done() or looking.get_loop() is not asyncio.get_running_loop():
            self._looking = looking = asyncio.create_task(self._look_soon())
        try:
            return await asyncio.wait_for(asyncio.shield(looking), _SECONDS)
        except TimeoutError:
            return "The database does not answer."

    def close(self) -> None:
        """Close the connection."""
        self._database.close()

    async def _look_soon(self) -> str | None:
        return await anyio.to_thread.run_sync(self._look, abandon_on_cancel=True, limiter=self._threads)

    def _look(self) -> str | None:
        try:
            return self._found()
        except (SQLAlchemyError, OSError):
            return _AWAY

    def _found(self) -> str | None:
        # Not `read`, which has PostgreSQL say of every transaction that it may not write.
        with self._database.engine.connect() as connection:
            revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            is_closed = not self._database.is_sqlite and connection.execute(_IS_READ_ONLY).scalar()
        if revision != head():
            return _AWAY
        path = self._database.url.database
        if is_closed or (self._database.is_sqlite and path and not os.access(path, os.R_OK | os.W_OK)):
            return "The database cannot be written."
        if self._database.is_sqlite and path and _room(Path(path)) < _LEAST_BYTES:
            return "The disk of the database is full."
        return None


_AWAY = "The database is away or not migrated."
_IS_READ_ONLY = text("SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean")


def _room(path: Path) -> int:
    """Bytes that can still be written beside a file."""
    disk = os.statvfs(path)
    return disk.f_bavail * disk.f_frsize
