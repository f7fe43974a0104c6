"""Connections to PostgreSQL that wait for nothing without an end, whatever becomes of the server or of the network.

The driver begins transactions by a statement of its own, and SQLAlchemy sets their isolation by two more, and back
again: each is a way to the server and back. Here one message begins a transaction and says all that it needs.
"""

import math
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pg8000  # type: ignore[import-untyped]
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import Dialect, ExceptionContext
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from app.store.failures import is_away

__all__ = ["plain_engine", "postgresql_engine"]

_CONNECT_SECONDS = 5.0
"""Time in which a server has to take a connection."""
_LIFE_SECONDS = 5.0
"""Time in which a server has to say that a connection that was kept still lives."""
_MARGIN_SECONDS = 5.0
"""Time beyond that of a statement in which a server has to answer: to end the statement itself is up to it."""
_FREE_SECONDS = 5.0
"""Time that a request waits for a connection when all are taken."""
_TRUSTED_SECONDS = 1.0
"""For so long after its last answer a connection is taken to live."""
_AGAIN_SECONDS = 0.5
"""Time between two attempts to reach a server that is away."""
_LOCK_SECONDS = 10
"""Time that a statement waits for a lock."""
_IDLE_SECONDS = 60
"""Time that a write may do nothing: it holds the lock that all other writers wait for."""
_PROBES = {"tcp_keepalives_idle": 30, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 3}
"""How a peer that is gone is noticed while nothing is sent: by the server, which else holds the locks for hours."""
_OWN_PROBES = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 60_000}
"""The same on this side, as the socket calls them; the last one is in milliseconds, and not every system has each."""
_ANSWERED = "answered"


def postgresql_engine(
    url: URL,
    *,
    connections: int,
    query_seconds: float | None = None,
    patience: float | None = None,
    waits: bool = True,
) -> Engine:
    """An engine that keeps so many connections open at most.

    `query_seconds` bounds each statement, on the server and on this side; `patience` the time to connect. Where all
    connections are taken, whoever wants one waits a while, or fails at once.
    """
    engine = _engine(
        url,
        connections=connections,
        answer_seconds=None if query_seconds is None else query_seconds + _MARGIN_SECONDS,
        patience=_CONNECT_SECONDS if patience is None else patience,
        free_seconds=_FREE_SECONDS if waits else 0,
    )
    _begin_by_one_message(engine, query_seconds)
    return engine


def plain_engine(url: URL, *, connections: int, answer_seconds: float) -> Engine:
    """An engine without transactions, each statement for itself, each answered in time or not at all."""
    return _engine(
        url,
        connections=connections,
        answer_seconds=answer_seconds,
        patience=_CONNECT_SECONDS,
        free_seconds=_FREE_SECONDS,
    )


def _engine(
    url: URL, *, connections: int, answer_seconds: float | None, patience: float, free_seconds: float
) -> Engine:
    door = _Door()
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=free_seconds,
        pool_use_lifo=True,
        # Errors are logged, and what was to be written may be restricted.
        hide_parameters=True,
    )

    @event.listens_for(engine, "do_connect")
    def _do_connect(_dialect: Dialect, _record: Any, arguments: Any, named: dict[str, Any]) -> Any:
        return door.pass_through(lambda: _Connection(*arguments, patience=patience, answer=answer_seconds, **named))

    @event.listens_for(engine, "connect")
    def _connect(dbapi: _Connection, record: ConnectionPoolEntry) -> None:
        dbapi.autocommit = True
        dbapi.execute_simple("; ".join(f"SET {name} = {value}" for name, value in _PROBES.items()))
        record.info[_ANSWERED] = time.monotonic()

    @event.listens_for(engine, "checkin")
    def _checkin(dbapi: Any, record: ConnectionPoolEntry) -> None:
        if dbapi is not None:
            record.info[_ANSWERED] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _checkout(dbapi: _Connection, record: ConnectionPoolEntry, _: Any) -> None:
        is_trusted = time.monotonic() - record.info[_ANSWERED] <= _TRUSTED_SECONDS
        if not is_trusted and not dbapi.lives(min(patience, _LIFE_SECONDS)):
            # What happened to one has happened to all that are as old.
            raise InvalidatePoolError

    @event.listens_for(engine, "handle_error")
    def _on_error(context: ExceptionContext) -> None:
        found = context.sqlalchemy_exception
        if found is not None and is_away(found):
            context.is_disconnect = True

    return engine


def _begin_by_one_message(engine: Engine, query_seconds: float | None) -> None:
    times = f"SET LOCAL statement_timeout = {math.ceil((query_seconds or 0) * 1000)}"
    times += f"; SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'"
    idle = "" if query_seconds is None else f"; SET LOCAL idle_in_transaction_session_timeout = '{_IDLE_SECONDS}s'"

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("tejido_reads", False):
            # One state of the data for as long as it lasts.
            connection.exec_driver_sql(f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {times}")
        else:
            connection.exec_driver_sql(f"BEGIN ISOLATION LEVEL READ COMMITTED; {times}{idle}")


class _Connection(pg8000.Connection):  # type: ignore[misc]
    """The driver's, on a socket that does not wait for ever."""

    def __init__(self, *arguments: Any, patience: float, answer: float | None, **named: Any) -> None:
        """`patience` seconds to connect, `answer` seconds for each answer; None waits for as long as it takes."""
        host, port = named.get("host", "localhost"), named.get("port", 5432)
        own = None if "unix_sock" in named else _socket(host, port, patience)
        try:
            super().__init__(*arguments, sock=own, timeout=patience, **named)
        except BaseException as error:
            if own is not None:
                own.close()
            if isinstance(error, OSError):
                raise pg8000.InterfaceError("network error") from error
            raise
        self._answer = answer
        self._usock.settimeout(answer)

    def handle_ERROR_RESPONSE(self, data: Any, context: Any) -> None:  # noqa: N802 - the name of the driver
        """Read an error, without its detail: that repeats the row."""
        super().handle_ERROR_RESPONSE(data, context)
        context.error.args[0].pop("D", None)

    def handle_messages(self, context: Any) -> None:
        """Read an answer. The driver lets some errors of the socket through as they are, and SQLAlchemy knows none."""
        try:
            super().handle_messages(context)
        except OSError as error:
            raise pg8000.InterfaceError("network error") from error

    def commit(self) -> None:
        """End the transaction by one message; the driver's own way takes three, each with its answer."""
        self.execute_simple("COMMIT")

    def rollback(self) -> None:
        """Undo the transaction, if there is one, by one message."""
        if self._in_transaction:
            self.execute_simple("ROLLBACK")

    def lives(self, seconds: float) -> bool:
        """Whether the server answers within so many seconds."""
        self._usock.settimeout(seconds)
        try:
            self.execute_simple(";")
        except pg8000.Error:
            return False
        self._usock.settimeout(self._answer)
        return True


def _socket(host: str, port: int, patience: float) -> socket.socket:
    try:
        made = socket.create_connection((host, port), patience)
    except OSError as error:
        raise pg8000.InterfaceError(f"network error: {host} takes no connection on port {port}") from error
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _OWN_PROBES.items():
        if hasattr(socket, name):
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return made


class _Door:
    """The way to a server. While that is away one at a time tries it, and the others are told so at once.

    Else each request would wait for the server by itself, and take a thread from those that do not need it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_shut = self._is_tried = False
        self._again = 0.0

    def pass_through(self, connect: Callable[[], _Connection]) -> _Connection:
        """Connect; an error of the network where that fails, or has failed a moment ago."""
        with self._lock:
            if self._is_shut and (self._is_tried or time.monotonic() < self._again):
                raise pg8000.InterfaceError("network error: the server was away a moment ago")
            self._is_tried = True
        is_there = False
        try:
            made = connect()
            is_there = True
            return made
        except pg8000.Error as error:
            # A server that tells why it takes no connection is there.
            is_there = bool(error.args) and isinstance(error.args[0], dict)
            raise
        finally:
            with self._lock:
                self._is_shut, self._is_tried = not is_there, False
                self._again = time.monotonic() + _AGAIN_SECONDS
