"""The HTTP server: uvicorn, with a bound on what a connection may cost before any request has come through it.

Several processes share one socket; SIGHUP to the first one brings a new process up for each, and then ends the old one.
"""

import asyncio
import os
import tempfile
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.logs import log_config
from app.middleware import LARGEST_HEADERS, LONGEST_ADDRESS, SecurityHeaders, problem_response
from app.problems import Problem
from app.settings import Settings

__all__ = ["Connection", "application", "serve", "server_options"]

_SHELF = "TEJIDO_SHELF"
"""Variable of the environment in which the first process tells the others of their folder."""

if TYPE_CHECKING:
    from fastapi import FastAPI

_HEAD_SECONDS = 10.0
"""Time that the head of a request may take to arrive, the first byte included."""
_LARGEST_HEAD = 2 * (LARGEST_HEADERS + LONGEST_ADDRESS)
"""Bytes of a head that are read at all; up to here the application says which part of it is too large."""
_KEPT_SECONDS = 20
"""Time that a connection stays open without a request."""
_STOP_SECONDS = 8
"""Time in which requests may end when the service stops: Docker kills after ten."""
_START_SECONDS = 60
"""Time in which a process has to begin, or to say that it lives."""
_LAST_SECONDS = 1.0
"""Time for which a connection without a request stays open when the service stops: one may be on its way."""


class Connection(HttpToolsProtocol):
    """uvicorn's, which reads a head of any length for any time, and answers in plain text what it cannot read."""

    def __init__(self, *args: Any, at_most: int, **named: Any) -> None:
        """As uvicorn makes one for each connection, of which there are so many at most."""
        super().__init__(*args, **named)
        self._at_most = at_most
        self._is_last = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request, if there is room."""
        super().connection_made(transport)
        if len(self.connections) > self._at_most:
            self._refuse(Problem("busy", "Too many connections are open.", headers={"Retry-After": "1"}))
        else:
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._unset_head_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the head never ends."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self._in_head and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > _LARGEST_HEAD:
                self._refuse(Problem("headers-too-large", f"Headers have {LARGEST_HEADERS} bytes at most."))

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._in_head = True
        self._head_bytes = 0
        self._expect_head()

    def on_headers_complete(self) -> None:
        """The head is there; the time of the body is the application's to bound."""
        self._in_head = False
        self._unset_head_timer()
        super().on_headers_complete()
        if self._is_last and self.cycle is not None:
            # The answer says that the connection ends.
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        """The service stops. uvicorn closes what is idle at once, and with it a request that is on its way."""
        self._is_last = True
        if self._is_idle and not self.transport.is_closing():
            self._unset_head_timer()
            self.loop.call_later(_LAST_SECONDS, self._close_if_idle)
        else:
            super().shutdown()

    def _close_if_idle(self) -> None:
        if self._is_idle:
            super().shutdown()

    @property
    def _is_idle(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words
        """Answer what is not HTTP."""
        self._refuse(Problem("bad-request", "This is not HTTP/1.1."))

    def _expect_head(self) -> None:
        self._unset_head_timer()
        self._head_timer = self.loop.call_later(_HEAD_SECONDS, self._on_late_head)

    def _unset_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _on_late_head(self) -> None:
        if not self._is_idle:
            # The next request waits behind one that is being answered: nothing is read in the meantime.
            self._expect_head()
        else:
            self._refuse(Problem("request-timeout", f"A request has {_HEAD_SECONDS:g} seconds to begin."))

    def _refuse(self, problem: Problem) -> None:
        """Answer without the application, and hang up."""
        self._unset_head_timer()
        response: Response = problem_response(problem, {})
        headers = {"Connection": "close", **dict(SecurityHeaders.headers)}
        lines = [f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}".encode()]
        lines += [name + b": " + value for name, value in response.raw_headers]
        lines += [f"{name}: {value}".encode() for name, value in headers.items()]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(response.body)]))
        self.transport.close()


def server_options(settings: Settings) -> dict[str, Any]:
    """The options of uvicorn."""
    return {
        "http": partial(Connection, at_most=settings.max_connections),
        "ws": "none",
        "server_header": False,
        "forwarded_allow_ips": settings.trusted_proxies,
        "timeout_keep_alive": _KEPT_SECONDS,
        "timeout_graceful_shutdown": _STOP_SECONDS,
        "timeout_worker_healthcheck": _START_SECONDS,
    }


def application() -> "FastAPI":
    """The application of this process, as the environment wants it."""
    # Imported here: it takes seconds, which the process that only looks after the others need not spend.
    from app.main import create_app  # noqa: PLC0415

    folder = os.environ.get(_SHELF)
    return create_app(Settings(), shelf=None if folder is None else Path(folder))


def serve(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serve in so many processes, until a signal ends it."""
    options = {"factory": True, "host": host, "port": port, "workers": workers, **server_options(settings)}
    options["log_config"] = log_config(settings.log_form)
    if workers == 1:
        uvicorn.run(f"{__name__}:application", **options)
        return
    with tempfile.TemporaryDirectory(prefix="tejido-") as folder:
        os.environ[_SHELF] = folder
        uvicorn.run(f"{__name__}:application", **options)
