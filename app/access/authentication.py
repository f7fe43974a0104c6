"""Whose key a request brings, found before any route is."""

import logging
from collections.abc import Callable

import anyio
import anyio.to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.access.callers import Caller
from app.limiting import Limiter, address_group
from app.middleware import problem_response
from app.models.tables import Reader
from app.problems import Problem

log = logging.getLogger("tejido")

_THREADS = 8
"""Keys that are looked up at a time. In threads of their own: the metrics are told also when all others are taken."""


class Authenticate:
    """Puts the caller into the request's state, for a request that brings a key; refuses every key that opens nothing.

    As middleware and not as a dependency, so that a wrong key is refused at every address, and before the request's
    body is read. A request without a key passes as it came.
    """

    def __init__(
        self, app: ASGIApp, *, find: Callable[[str], Caller | None], limiter: Limiter, failed_keys: str
    ) -> None:
        """Wrap an application; `find` tells whose key it is, and may block.

        `failed_keys` limits the keys that open nothing, from one client address; empty, it limits none. Keys that open
        something are neither counted nor refused.
        """
        self.app = app
        self.find = find
        self.limiter = limiter
        self.failed_keys = failed_keys
        self.threads = anyio.CapacityLimiter(_THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        given = Headers(scope=scope).getlist("authorization") if scope["type"] == "http" else []
        if not given:
            await self.app(scope, receive, send)
            return
        try:
            caller = await self._caller(scope, given)
        except Problem as problem:
            await problem_response(problem, scope)(scope, receive, send)
            return
        scope.setdefault("state", {})["caller"] = caller

        async def send_privately(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("cache-control") == "no-cache":
                    headers["cache-control"] = "private, no-cache"
            await send(message)

        await self.app(scope, receive, send_privately if caller.reader is Reader.restricted else send)

    async def _caller(self, scope: Scope, given: list[str]) -> Caller:
        scheme, _, whole = given[0].strip().partition(" ")
        caller = None
        if len(given) == 1 and scheme.lower() == "bearer":
            try:
                caller = await anyio.to_thread.run_sync(self.find, whole.strip(), limiter=self.threads)
            except SQLAlchemyError as error:
                log.exception("a key could not be looked up", exc_info=error)
                raise Problem("busy", "Try again in a moment.", headers={"Retry-After": "1"}) from error
        if caller is not None:
            return caller
        address = address_group(scope["client"][0] if scope.get("client") else None)
        hit = await self.limiter.hit_soon(self.failed_keys, "failed-key", address) if self.failed_keys else None
        if hit is not None and not hit.allowed:
            self.limiter.refused["failed-keys"] += 1
            raise Problem(
                "too-many-failed-keys",
                "Too many keys that open nothing came from this address.",
                headers={"Retry-After": str(hit.retry_after)},
            )
        raise Problem(
            "invalid-key",
            "The key is malformed, unknown, expired or revoked.",
            headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
        )
