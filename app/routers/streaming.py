"""Streams of events: what happens, as it happens, until the client leaves or the service stops."""

import logging
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import anyio.to_thread
from fastapi import Request
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Receive, Scope, Send

from app.access.keys import read_key
from app.problems import Problem
from app.routers.common import caller_of
from app.store.database import Database
from app.store.watching import Waiting, Watch

EVENTS = "text/event-stream"
HEARTBEAT = 15.0
"""Seconds after which a stream in which nothing happens says that it lives."""
_RETRY = 2000
"""Milliseconds after which a client that lost the stream should come back."""

log = logging.getLogger("tejido")

Found = TypeVar("Found")


class EventStream(StreamingResponse):
    """Server-sent events. Each stream says in `events` what it tells."""

    media_type = EVENTS

    def __init__(self, request: Request) -> None:
        """Whose stream it is."""
        self.caller = caller_of(request)
        self.database: Database = request.app.state.database
        self._watch: Watch = request.app.state.watch
        self._is_head: bool = getattr(request.state, "is_head", False)
        super().__init__(iter(()), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events, if there is room for one more."""
        with self._watch.wait_for(self.caller.reader) as waiting:
            if waiting is None:
                why = "The service stops." if self._watch.is_ending else "Too many streams are open."
                raise Problem("busy", why, headers={"Retry-After": "5"})
            if not self._is_head:
                self.body_iterator = self._all(waiting)
            await super().__call__(scope, receive, send)

    async def _all(self, waiting: Waiting) -> AsyncIterator[bytes]:
        yield format_sse_event(retry=_RETRY)
        async for event in self.events(waiting):
            yield event

    def events(self, waiting: Waiting) -> AsyncIterator[bytes]:
        """The events, for as long as `waiting` does not end."""
        raise NotImplementedError

    async def in_a_thread(self, function: Callable[[], Found]) -> Found | None:
        """What the function says; None where the database is away, which ends the stream: its client comes back."""
        try:
            return await anyio.to_thread.run_sync(function, limiter=self._watch.threads)
        except SQLAlchemyError as error:
            log.warning("a stream of events ends: the database does not answer", exc_info=error)
            return None

    def may_listen(self, connection: Connection | None = None) -> bool:
        """Whether the key with which the stream was asked for still opens it: a stream outlives many requests."""
        if self.caller.is_anonymous:
            return True
        if connection is None:
            with self.database.read_service() as own:
                return self.may_listen(own)
        return read_key(connection, self.caller.name).status(self.database.clock()) == "active"
