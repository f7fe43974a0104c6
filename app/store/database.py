"""The engine, and the two ways to use it: a consistent read, and a write through the one writer."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import URL, Connection, Engine, Row, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from app.history.view import COUNTER
from app.history.writer import Writer, now
from app.models.tables import Reader
from app.problems import Problem
from app.store.deadlines import limit_statements
from app.store.failures import is_away
from app.store.postgresql import plain_engine, postgresql_engine
from app.store.replica import Replica
from app.store.turns import Turns

_WAIT = 10.0
"""Seconds that a connection to SQLite waits for another one."""
_TURN = 5.0
"""Seconds that a writer of SQLite waits for those of the same process who came before."""
_LARGEST_LOG = 64 * 2**20
"""Bytes that the write-ahead log of SQLite keeps when everything in it is in the tables."""
_KEPT = 10
"""Connections to SQLite that stay open."""
_UNKNOWN = (
    "The database was gone before it had answered. What you sent is done wholly or not at all: look, or send it again "
    "with its Idempotency-Key or If-Match."
)
CONNECTIONS = 20
"""Connections to PostgreSQL that a process keeps open at most, where nothing else is said."""
COUNTING = 4
"""Those beside them that only read the counter: each takes part of a millisecond."""
_COUNT_SECONDS = 5.0
"""Time in which the counter is told."""


class Database:
    """One database, SQLite or PostgreSQL."""

    def __init__(
        self,
        url: str,
        *,
        secret: str | None = None,
        clock: Callable[[], datetime] = now,
        query_seconds: float | None = None,
        connections: int = CONNECTIONS,
        replica_url: str | None = None,
    ) -> None:
        """Open nothing yet: connections are made when they are used. `secret` is that of the deployment, if any.

        `query_seconds` bounds each statement, where requests are answered; migrations and imports take what they need.
        So many `connections` to a PostgreSQL server are open at most, and as many to its replica.
        """
        self.url = make_url(url)
        self.clock = clock
        self.secret = secret
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        """Whether it is an SQLite file."""
        if self.is_sqlite:
            self.engine = self._counting = _sqlite_engine(self.url, query_seconds)
        else:
            self.engine = postgresql_engine(self.url, connections=connections, query_seconds=query_seconds)
            self._counting = plain_engine(self.url, connections=COUNTING, answer_seconds=_COUNT_SECONDS)
        self._turns = Turns()
        self._reading = self.engine.execution_options(tejido_reads=True)
        self._writing = self.engine.execution_options(tejido_writes=True)
        self._replica = None
        if replica_url is not None:
            self._replica = Replica(make_url(replica_url), self._counting, connections, query_seconds)

    @property
    def engines(self) -> list[Engine]:
        """Whatever requests are answered by: the database, and its replica if there is one."""
        return [self.engine] if self._replica is None else [self.engine, self._replica.engine]

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the data, for as long as it is held: the present one, or a later one.

        It may be one to the replica, which has the data as they are now, but of all else less than that.
        """
        found = None if self._replica is None else self._replica.at(self.counter())
        with self.read_service() if found is None else found as connection:
            yield connection

    @contextmanager
    def read_service(self) -> Iterator[Connection]:
        """A connection that sees one state of everything, the tables of the service itself too."""
        with self._reading.connect() as connection:
            yield connection

    def counter(self) -> Row[Any]:
        """The counter as whoever committed last has left it: the present data version of each class of reader."""
        with self._counting.connect() as connection:
            return connection.execute(COUNTER).one()

    @contextmanager
    def write(self, *, cause: str, actor: str | None = None, reader: Reader = Reader.restricted) -> Iterator[Writer]:
        """One write transaction: committed at the end of the block, undone by any exception.

        `reader` is what the writer may see and change.
        """
        with self.write_service() as connection:
            writer = Writer(connection, cause=cause, actor=actor, reader=reader, clock=self.clock, secret=self.secret)
            yield writer
            writer.close()

    @contextmanager
    def write_service(self) -> Iterator[Connection]:
        """One transaction on the tables of the service itself: they are not data, and no version counts it.

        A problem says so where nobody knows whether it was committed: the server was gone before it had answered.
        """
        with self._in_turn(), self._writing.connect() as connection:
            transaction = connection.begin()
            # What is not committed is undone where the connection is given back.
            yield connection
            try:
                transaction.commit()
            except DBAPIError as error:
                if is_away(error):
                    raise Problem("outcome-unknown", _UNKNOWN) from error
                raise

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Write one after the other, where the database itself keeps no order; but nobody waits long for that."""
        if self.is_sqlite:
            # Who has waited so long tries all the same, and is told by the database what is in the way.
            with self._turns.turn(_TURN):
                yield
        else:
            yield

    @contextmanager
    def write_schema(self) -> Iterator[Connection]:
        """A connection for migrations: in a transaction, and alone in it on both databases."""
        with self.engine.execution_options(tejido_writes=True, tejido_schema=True).begin() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(7426531)"))
            yield connection
            if self.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise RuntimeError("after the migration some rows would refer to others that are not there")

    def gather_statistics(self) -> None:
        """Let the database look at samples of its indexes. PostgreSQL does so by itself.

        SQLite otherwise takes every index for equally good, and walks through a million rows of one role.
        """
        if self.is_sqlite:
            with closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA analysis_limit = 1000")
                connection.cursor().execute("ANALYZE")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()
        self._counting.dispose()
        if self._replica is not None:
            self._replica.close()


def _sqlite_engine(url: URL, query_seconds: float | None) -> Engine:
    # To open a connection costs as much as some statements. Those beyond the number that is kept are opened as needed.
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=_KEPT,
        max_overflow=-1,
        pool_use_lifo=True,
        connect_args={"timeout": _WAIT, "check_same_thread": False},
        # Errors are logged, and what they are about may be restricted.
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _connect(dbapi: sqlite3.Connection, _record: Any) -> None:
        # The driver's own BEGIN comes too late for a consistent read; ours is below.
        dbapi.isolation_level = None
        cursor = dbapi.cursor()
        _write_ahead(cursor)
        cursor.execute("PRAGMA synchronous = FULL")
        # What an import adds to the log does not stay on the disk once it is in the tables.
        cursor.execute(f"PRAGMA journal_size_limit = {_LARGEST_LOG}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        writes = options.get("tejido_writes", False)
        if writes:
            # SQLite changes a table by making it anew, and to drop the old one would delete what refers to it.
            held = "OFF" if options.get("tejido_schema", False) else "ON"
            connection.exec_driver_sql(f"PRAGMA foreign_keys = {held}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    if query_seconds is not None:
        limit_statements(engine, query_seconds)
    return engine


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Let a database that is new keep a write-ahead log. One that has it already is not touched."""
    end = time.monotonic() + _WAIT
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            # Of processes that open a new file at once one changes it; SQLite lets the others not wait, but fail.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.01)
