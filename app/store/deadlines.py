"""An end to SQLite statements that take too long; PostgreSQL has one of its own.

SQLite's progress handler is not used: it needs the interpreter lock in the middle of a statement. Called as seldom as
every 100,000 steps it made a statement five times as slow while another thread computed. A thread that looks at the
clock and interrupts costs the statement nothing.
"""

import sqlite3
import threading
import time
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, event

_TICK = 0.1
"""Seconds between two looks at the clock while a connection is open."""


class _Watch:
    """One thread for all engines, which sleeps while nothing is watched."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._ends: dict[sqlite3.Connection, float] = {}
        self._sleeps = True
        self._thread: threading.Thread | None = None

    def begin(self, connection: sqlite3.Connection, end: float) -> None:
        """Interrupt what the connection does after that moment."""
        with self._changed:
            self._ends[connection] = end
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="tejido-deadlines", daemon=True)
                self._thread.start()
            elif self._sleeps:
                self._changed.notify()

    def end(self, connection: sqlite3.Connection) -> None:
        """Leave the connection alone."""
        with self._changed:
            self._ends.pop(connection, None)

    def _look(self) -> None:
        while True:
            with self._changed:
                self._sleeps = not self._ends
                # Under the lock a connection cannot go on to its next statement between the look and the interruption;
                # one that does nothing is not disturbed by it.
                self._changed.wait(None if self._sleeps else _TICK)
                now = time.monotonic()
                for connection, end in self._ends.items():
                    if now > end:
                        with suppress(sqlite3.ProgrammingError):
                            connection.interrupt()


_WATCH = _Watch()


def limit_statements(engine: Engine, seconds: float) -> None:
    """Interrupt each statement of an SQLite engine that takes longer, the reading of its rows included."""

    @event.listens_for(engine, "before_cursor_execute")
    def _begin(_connection: Connection, cursor: Any, *_: Any) -> None:
        _WATCH.begin(cursor.connection, time.monotonic() + seconds)

    # To commit is not interrupted, however long the statement before it took.
    @event.listens_for(engine, "commit")
    def _commit(connection: Connection) -> None:
        _WATCH.end(connection.connection.dbapi_connection)  # type: ignore[arg-type]

    @event.listens_for(engine, "checkin")
    def _checkin(dbapi: sqlite3.Connection | None, _record: Any) -> None:
        if dbapi is not None:
            _WATCH.end(dbapi)
