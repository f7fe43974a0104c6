"""A replica of the database, which answers what it can answer as the database itself would.

Its state is compared within the transaction that reads from it: the counter that every write locks and moves has to be
the one that the database has, in every column. Then the replica has all that was written of the data, and no more. Who
has just written reads from the database until the replica has caught up.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, Row, func, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.history.view import COUNTER
from app.store.failures import is_busy
from app.store.postgresql import postgresql_engine

__all__ = ["Replica"]

log = logging.getLogger("tejido")

_PATIENCE = 2.0
"""Seconds in which it has to take a connection, or to say that one still lives."""
_REST = 5.0
"""Seconds for which it is not asked after it failed."""
_LATE = 30.0
"""Seconds for which it may be behind without a word about it."""
_QUIET = 60.0
"""Seconds between two lines of the log about the same."""

_STATE = COUNTER.add_columns(func.pg_is_in_recovery())
_WHICH = text(
    "SELECT system_identifier, (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "FROM pg_control_system()"
)
"""Which database it is: a replica has the identifier of what it is a replica of."""


class Replica:
    """A replica of a PostgreSQL database."""

    def __init__(self, url: URL, primary: Engine, connections: int, query_seconds: float | None) -> None:
        """`primary` is the database that it follows; so many `connections` to the replica are open at most."""
        self.engine = postgresql_engine(
            url, connections=connections, query_seconds=query_seconds, patience=_PATIENCE, waits=False
        )
        self._reading = self.engine.execution_options(tejido_reads=True)
        self._primary = primary
        self._is_checked = False
        self._lock = threading.Lock()
        self._again = 0.0
        self._level = time.monotonic()
        self._logged: dict[str, float] = {}

    def at(self, counter: Row[Any]) -> AbstractContextManager[Connection] | None:
        """A connection that sees the data as of that counter, for the length of a block; None where there is none."""
        if time.monotonic() < self._again:
            return None
        try:
            with ExitStack() as stack:
                connection = stack.enter_context(self._reading.connect())
                if self._is_right(connection) and self._is_level(connection, counter):
                    stack.pop_all()
                    return self._held(connection)
        except PoolTimeoutError:
            # As busy as it may be.
            pass
        except SQLAlchemyError as error:
            self._rest(error)
        return None

    @contextmanager
    def _held(self, connection: Connection) -> Iterator[Connection]:
        """Close the connection in the end. If the replica fails in between, the next ones read elsewhere."""
        with connection:
            try:
                yield connection
            except SQLAlchemyError as error:
                if is_busy(error):
                    self._rest(error)
                raise

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _is_right(self, connection: Connection) -> bool:
        """Whether it is a replica of this very database, and of no other with the same versions."""
        if not self._is_checked:
            with self._primary.connect() as primary:
                if primary.execute(_WHICH).one() != connection.execute(_WHICH).one():
                    self._rest(None, "it is no replica of this database")
                    return False
            self._is_checked = True
        return True

    def _is_level(self, connection: Connection, counter: Row[Any]) -> bool:
        *found, follows = connection.execute(_STATE).one()
        if not follows:
            self._rest(None, "it follows no other server any more")
            return False
        now = time.monotonic()
        if found == list(counter):
            self._level = now
            return True
        if now - self._level > _LATE:
            self._say("it is behind, or cannot keep up with the writes")
        return False

    def _rest(self, error: SQLAlchemyError | None, why: str = "it does not answer") -> None:
        self._again = time.monotonic() + _REST
        # It may be another server that comes back under its name.
        self._is_checked = False
        self._say(why, error)

    def _say(self, why: str, error: SQLAlchemyError | None = None) -> None:
        now = time.monotonic()
        with self._lock:
            if now < self._logged.get(why, 0.0):
                return
            self._logged[why] = now + _QUIET
        log.warning("the replica is not read from: %s", why, exc_info=error)
