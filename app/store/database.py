"""The engine, and the two ways to use it: a consistent read, and a write through the one writer."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, select, text
from sqlalchemy.pool import NullPool

from app.history.writer import Writer
from app.models.tables import DataCounter, sql_table

_COUNTER = sql_table(DataCounter)


class Database:
    """One database, SQLite or PostgreSQL."""

    def __init__(self, url: str) -> None:
        """Open nothing yet: connections are made when they are used."""
        self.url = make_url(url)
        self.engine = _sqlite_engine(url) if self.url.get_backend_name() == "sqlite" else _postgresql_engine(url)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is an SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the data for as long as it is held."""
        options: dict[str, Any] = {}
        if not self.is_sqlite:
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self.engine.execution_options(**options).connect() as connection:
            yield connection

    @contextmanager
    def write(self, *, cause: str, actor: str | None = None) -> Iterator[Writer]:
        """One write transaction: committed at the end of the block, undone by any exception."""
        with self.engine.execution_options(tejido_writes=True).begin() as connection:
            writer = Writer(connection, cause=cause, actor=actor)
            yield writer
            writer.close()

    @contextmanager
    def write_schema(self) -> Iterator[Connection]:
        """A connection for migrations: in a transaction, and alone in it on both databases."""
        with self.engine.execution_options(tejido_writes=True).begin() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(7426531)"))
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def present_version(connection: Connection) -> int:
    """The public data version that the connection sees."""
    return int(connection.execute(select(_COUNTER.c.public_number)).scalar_one())


def _sqlite_engine(url: str) -> Engine:
    # A connection is opened for each use: it costs some 50 µs, and nothing is shared between threads.
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": 10, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _connect(dbapi: sqlite3.Connection, _record: Any) -> None:
        # The driver's own BEGIN comes too late for a consistent read; ours is below.
        dbapi.isolation_level = None
        cursor = dbapi.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("tejido_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql_engine(url: str) -> Engine:
    engine = create_engine(url, pool_size=10, max_overflow=20, pool_pre_ping=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.execute(text("SET LOCAL statement_timeout = '30s'"))
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))

    return engine
