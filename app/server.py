"""The HTTP server: uvicorn, with a bound on what a connection may cost before any request has come through it.

Several processes share one socket; SIGHUP to the first one brings a new process up for each, and then ends the old one.
"""

import asyncio
import gc
import multiprocessing
import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from functools import cache, partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import uvicorn
from starlette.responses import Response
from starlette.types import Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.utils import get_path_with_query_string
from uvicorn.supervisors import Multiprocess

from app.caching import Cache, Question, Wire, question_of
from app.logs import log_config, request_id
from app.middleware import LARGEST_HEADERS, LONGEST_ADDRESS, SecurityHeaders, problem_response
from app.problems import Problem
from app.settings import Settings
from app.store.watching import server_stops
from app.temporary import hold, temporary_folder

__all__ = ["Connection", "application", "serve", "server_options"]

_SHELF = "TEJIDO_SHELF"
"""Variable of the environment in which the first process tells the others of the folder for what they loaded."""
_METRICS = "PROMETHEUS_MULTIPROC_DIR"
"""The same for what they count; the name is that of prometheus_client."""

if TYPE_CHECKING:
    from fastapi import FastAPI
    from uvicorn._types import ASGI3Application, HTTPScope

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
_LARGEST_READ = 65_535
"""Bytes beyond which a loop may read on from a connection before it looks at the others."""
_MOST_SEEN_AT_ONCE = 1000
"""Connections beyond which libuv looks more than once in a turn."""
_LARGEST_COPY = 65_536
"""Bytes of a body that are put behind their head, so that both are written at once."""
_LAST_SECONDS = 1.0
"""Time for which a connection without a request stays open when the service stops: one may be on its way."""
_LONGEST_KNOWN = 2000
_MOST_KNOWN = 2000
"""Bytes of a request whose meaning is kept, and how many are: some 10 MB with what they mean."""


class _Request(NamedTuple):
    """What the bytes of a request mean."""

    question: Question
    client: tuple[str, int] | None
    """Who asks, where a proxy says so; None: who is connected."""
    logged: tuple[str, str, str]
    """Method, address and version, as uvicorn logs them."""


class _Known:
    """What the requests mean that were answered at once: who asks again sends the same bytes."""

    def __init__(self) -> None:
        self._requests: dict[bytes, _Request] = {}

    def find(self, data: bytes) -> _Request | None:
        """What these bytes mean, if they were told."""
        return self._requests.get(data) if len(data) <= _LONGEST_KNOWN else None

    def keep(self, data: bytes, request: _Request) -> None:
        """Tell what bytes mean: one whole request, and nothing else."""
        if len(data) <= _LONGEST_KNOWN:
            if len(self._requests) >= _MOST_KNOWN:
                # Those that are asked for often are soon there again.
                self._requests.clear()
            self._requests[data] = request


class Connection(HttpToolsProtocol):
    """uvicorn's, which reads a head of any length for any time, and answers in plain text what it cannot read."""

    def __init__(
        self, *args: Any, at_most: int, trusted_proxies: str, known: tuple[_Known, _Known], **named: Any
    ) -> None:
        """As uvicorn makes one for each connection, of which there are so many at most.

        `known` is of all connections: of those with clients, and of those with the proxies that are trusted.
        """
        super().__init__(*args, **named)
        self._at_most = at_most
        self._proxies = _proxies(trusted_proxies)
        self._is_proxy = False
        self._of_both = known
        self._known = known[0]
        # uvicorn puts a layer of its own about the application.
        self._cache: Cache | None = getattr(getattr(self.app, "app", None), "cache", None)
        self._is_last = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._in_head = True
        self._is_behind = False
        self._had_begun = False
        self._may_come_twice = False
        self._is_between = True
        self._begun = 0
        self._answered: _Request | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request, if there is room."""
        super().connection_made(transport)
        self._is_proxy = (self.client or (None,))[0] in self._proxies.trusted_hosts
        self._known = self._of_both[self._is_proxy]
        if server_stops():
            # It was on its way while the others were told.
            self.shutdown()
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
        self._is_behind = False
        # The loop found that something had come before it read it. That was the first byte; where more requests than
        # one are in what was read, or it was read twice, the others may have come between the two.
        self._may_come_twice |= len(data) > _LARGEST_READ or len(self.connections) > _MOST_SEEN_AT_ONCE
        self._had_begun = not (self._may_come_twice or data.startswith((b"\r", b"\n")))
        is_first = self._is_between and self._is_idle
        if is_first and (known := self._known.find(data)) is not None and self._answer(known):
            return
        self._begun, self._answered = 0, None
        super().data_received(data)
        if self.transport.is_closing():
            return
        if is_first and self._is_between and self._begun == 1:
            self._know(data)
        if self._in_head and not self._is_behind:
            self._head_bytes += len(data)
        if self._in_head and self._head_bytes > _LARGEST_HEAD:
            self._refuse(Problem("headers-too-large", f"Headers have {LARGEST_HEADERS} bytes at most."))
        elif self._head_timer is None and (self._in_head or (self._is_idle and self.timeout_keep_alive_task is None)):
            self._expect_head()

    def _know(self, data: bytes) -> None:
        """Keep what the bytes of a request mean, if it was answered at once."""
        if self._answered is not None:
            self._known.keep(data, self._answered)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._unset_head_timer()
        self._begun += 1
        self._is_between = False
        self._in_head = True
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        """The head is there; the time of the body is the application's to bound."""
        self._in_head = False
        self._unset_head_timer()
        super().on_headers_complete()
        if self._is_last and self.cycle is not None:
            # The answer says that the connection ends.
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """A request ends; the next one may begin within the same bytes."""
        self._is_behind = self._is_between = True
        self._had_begun = False
        super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: "ASGI3Application") -> None:
        """Write the answer at once if it is kept, else let the application make it."""
        request = None
        if self._cache is not None and cycle.keep_alive and not cycle.waiting_for_100_continue:
            request = self._request(cycle.scope)
        if request is None or not self._answer(request, cycle):
            super()._start_asgi_task(cycle, app)

    def _request(self, scope: "HTTPScope") -> _Request | None:
        """What is asked; None where no answer to it is kept."""
        question, client = question_of(cast("Scope", scope)), None
        if question is not None and question.is_forwarded and self._is_proxy:
            seen = _seen_through(self._proxies, scope)
            question = question_of(seen)
            client = None if seen["client"] == scope["client"] else seen["client"]
        if question is None:
            return None
        return _Request(question, client, (scope["method"], get_path_with_query_string(scope), scope["http_version"]))

    def _answer(self, request: _Request, cycle: RequestResponseCycle | None = None) -> bool:
        """Write the answer, if it is kept. `cycle` is what uvicorn has made of the request, where it has read it."""
        # The connection goes on, takes what is written, and has no other request that waits.
        if self._cache is None or self._is_last or self.pipeline or self.flow.write_paused:
            return False
        wire = self._cache.at_once(request.question, request.client or self.client, has_begun=self._had_begun)
        if wire is None:
            return False
        if self.access_log:
            self._log(request, wire)
        own = b"".join([b"%b: %b\r\n" % header for header in self.server_state.default_headers])
        head = b"".join((wire.head, own, b"\r\n"))
        if len(wire.body) > _LARGEST_COPY:
            self.transport.write(head)
            self.transport.write(wire.body)
        else:
            self.transport.write(head + wire.body)
        if cycle is None:
            self._in_head = False
            self._unset_head_timer()
        else:
            cycle.response_started = cycle.response_complete = True
            self._answered = request
        self.on_response_complete()
        return True

    def _log(self, request: _Request, wire: Wire) -> None:
        """Log a request as uvicorn does."""
        token = request_id.set(wire.request_id)
        host_and_port = request.client or self.client
        client = "{}:{}".format(*host_and_port) if host_and_port else ""
        self.access_logger.info('%s - "%s %s HTTP/%s" %d', client, *request.logged, wire.status)
        request_id.reset(token)

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


@cache
def _proxies(trusted: str) -> ProxyHeadersMiddleware:
    """What finds in a request, as uvicorn does before the application, what a trusted proxy says of its client."""
    return ProxyHeadersMiddleware(_nothing, trusted)


def _seen_through(proxies: ProxyHeadersMiddleware, scope: "HTTPScope") -> Scope:
    """The request as the application will see it."""
    seen = {**scope}
    # Nothing of it waits, so that it ends at the first step.
    with suppress(StopIteration):
        proxies(cast("HTTPScope", seen), cast("Any", _nothing), _nothing).send(None)
    return seen


async def _nothing(*_: Any) -> None:
    pass


def server_options(settings: Settings) -> dict[str, Any]:
    """The options of uvicorn."""
    return {
        "http": partial(
            Connection,
            at_most=settings.max_connections,
            trusted_proxies=settings.trusted_proxies,
            known=(_Known(), _Known()),
        ),
        "ws": "none",
        "server_header": False,
        "forwarded_allow_ips": settings.trusted_proxies,
        "timeout_keep_alive": _KEPT_SECONDS,
        "timeout_graceful_shutdown": _STOP_SECONDS,
        "timeout_worker_healthcheck": _START_SECONDS,
    }


class _Ending(threading.Event):
    """Whether to end; also from the moment that a signal says so, not only when its turn has come.

    uvicorn handles one signal after the other, and to replace all processes takes seconds.
    """

    def __init__(self, waiting: list[int]) -> None:
        """`waiting` are the signals that have come."""
        super().__init__()
        self._waiting = waiting

    def is_set(self) -> bool:
        return super().is_set() or signal.SIGTERM in self._waiting or signal.SIGINT in self._waiting


class _Processes(Multiprocess):
    """uvicorn's, which does not bring up the last new process before it notices that it is to end."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        self.should_exit = _Ending(self.signal_queue)


def application() -> "FastAPI":
    """The application of this process, as the environment wants it."""
    # All that is made now stays: to look again and again whether something of it can go takes a third of the time.
    gc.disable()
    # Imported here: it takes seconds, which the process that only looks after the others need not spend.
    from app.main import create_app  # noqa: PLC0415

    folder = os.environ.get(_SHELF)
    if folder is not None:
        hold(Path(folder).parent)
    if (parent := multiprocessing.parent_process()) is not None:
        threading.Thread(target=_follow, args=(parent,), name="parent", daemon=True).start()
    app = create_app(Settings(), shelf=None if folder is None else Path(folder))
    gc.enable()
    # Nor is it looked through later, while requests wait.
    gc.freeze()
    return app


def _follow(parent: Any) -> None:
    """End when the first process has: who kills it wants the service to end, and its address to be free."""
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


def serve(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serve in so many processes, until a signal ends it."""
    options = {"factory": True, "host": host, "port": port, "workers": workers, **server_options(settings)}
    options["log_config"] = log_config(settings.log_form)
    for name in (_SHELF, _METRICS):
        os.environ.pop(name, None)
    with temporary_folder() as folder:
        if workers == 1:
            # uvicorn sends itself the signal once more when all is done, and would die of it before the folder is gone.
            signal.signal(signal.SIGTERM, lambda *_: sys.exit())
            # There is no other process that could answer meanwhile.
            signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
            uvicorn.run(f"{__name__}:application", **options)
            return
        for name, inside in ((_SHELF, "shelf"), (_METRICS, "metrics")):
            (folder / inside).mkdir(mode=0o700)
            os.environ[name] = str(folder / inside)
        config = uvicorn.Config(f"{__name__}:application", **options)
        _Processes(config, [config.bind_socket()]).run()
