"""Answers that are kept for the next who asks the same, in front of everything else.

What the public is told of the data depends on the public data version and the request alone. So an answer is kept for
as long as that version is the present one, as the bytes that were sent: compressed, with its entity tag. Who sends a
key is always answered anew, so that no answer crosses from one class of reader to the other.

A server that knows of the cache asks it first (`Cache.at_once`), and writes what it gives without a task, messages or a
check of each header. With any other server the cache is a layer like others.
"""

import asyncio
import re
import threading
from collections import OrderedDict
from http import HTTPStatus
from time import perf_counter
from typing import NamedTuple

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import logs
from app.limiting import Hit, Limiter, address_group
from app.middleware import request_id_for
from app.store.present import Present
from app.telemetry import Traces
from app.traffic import NO_ROUTE, Traffic

__all__ = ["Cache", "Question", "Wire", "question_of"]

_AREAS = ("/v1/", "/reconcile")
"""Beginnings of the addresses at which there are answers to keep."""
_IMPURE = ("/v1/duplicates",)
"""Of those, where an answer depends on more than the data: here, on which pairs somebody said to be distinct."""
_ASKED = (b"accept", b"accept-encoding", b"origin", b"host")
"""Headers of a request on which an answer may depend."""
_OWN = (b"x-request-id", b"ratelimit", b"ratelimit-policy")
"""Headers that belong to one answer alone."""
_OF_BODY = (b"content-length", b"content-type", b"content-encoding")
_MISS = (b"cache-status", b"tejido; fwd=miss")
"""What an answer that was not kept tells of the cache (RFC 9211)."""
_LARGEST_PART = 8
"""No answer takes more than one in so many of the bytes that there are."""
_OVERHEAD = 3000
"""Bytes that are counted for an answer beside its body: its headers, in three forms."""
_NO_HEADER = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
"""What would end a header, or is not allowed in one."""

_Headers = list[tuple[bytes, bytes]]
_Key = tuple[object, ...]


class Question(NamedTuple):
    """What of a request makes it the same as another."""

    key: _Key
    tags: bytes
    """The entity tags that the client has."""
    request_id: str
    is_head: bool
    is_forwarded: bool
    """Whether a proxy may have said for whom it asks, and by which scheme."""


class Wire(NamedTuple):
    """An answer in the bytes of HTTP/1.1."""

    status: int
    head: bytes
    """Without the empty line at its end: a server has headers of its own."""
    body: bytes
    request_id: str


class _Form(NamedTuple):
    """One of the ways in which an answer is sent."""

    status: int
    headers: _Headers
    head: bytes
    """Status and headers in the bytes of HTTP/1.1, without the empty line at the end."""
    body: bytes


class _Answer:
    """An answer, whole and without its body."""

    def __init__(self, headers: _Headers, body: bytes, route: str) -> None:
        self.route = route
        self.size = len(body) + _OVERHEAD
        """Bytes that it is counted for."""
        self._whole = _form(200, headers, body)
        self._head = self._whole._replace(body=b"")
        self._known = _form(304, [(name, value) for name, value in headers if name not in _OF_BODY], b"")
        self._tag = _tag(headers)

    def form_for(self, question: Question) -> _Form:
        """What is to be sent: the head alone where the client has the rest, or asked for no more."""
        if _is_known(self._tag, question.tags):
            return self._known
        return self._head if question.is_head else self._whole


class Cache:
    """Answers requests without a key from what it kept, and keeps what the application answers."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        present: Present,
        most_bytes: int,
        limiter: Limiter,
        reads: str,
        traffic: Traffic | None = None,
        traces: Traces | None = None,
    ) -> None:
        """Wrap an application. At most so many bytes are kept; `reads` is the rate limit, which holds here too.

        `traffic` counts what is answered from here, and `traces` makes spans of it.
        """
        self.app = app
        self._traffic = traffic or Traffic()
        self._traces = traces or Traces()
        self.hits = self.misses = self.size = 0
        self._present = present
        self._most = most_bytes
        self._limiter = limiter
        self._reads = reads
        self._version = -1
        self._kept: OrderedDict[_Key, _Answer] = OrderedDict()
        self._coming: dict[tuple[asyncio.AbstractEventLoop, _Key], anyio.Event] = {}
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        started = perf_counter()
        question = question_of(scope)
        version = None if question is None else await self._present.number()
        if question is None or version is None:
            await self.app(scope, receive, send)
            return
        found = self._find(question.key, version)
        # An event belongs to one event loop.
        place = (asyncio.get_running_loop(), question.key)
        if found is None and place in self._coming:
            await self._coming[place].wait()
            # Who asks now may know of a write that the one who asked before did not.
            version = await self._present.number()
            found = None if version is None else self._find(question.key, version)
        hit = None
        if found is not None and self._reads:
            hit = await self._limiter.hit_soon(*self._limit(scope.get("client")))
        if found is not None and (hit is None or hit.allowed):
            form, chosen, own = self._hit(found, question, hit)
            logs.request_id.set(chosen)
            span = None
            if self._traces.are_on:
                span = self._traces.begin(scope, route=found.route, request_id=chosen, version=f"v{self._version}")
            try:
                await _send(form, [(name.encode(), value.encode()) for name, value in own.items()], send)
            finally:
                if span is not None:
                    self._traces.end(span, form.status)
                self._traffic.keep(scope["method"], found.route, form.status, perf_counter() - started)
            return
        if found is not None or version is None or question.is_head or place in self._coming:
            await self.app(scope, receive, send)
            return
        self.misses += 1
        self._coming[place] = coming = anyio.Event()
        try:
            await self._make(question, version, coming, scope, receive, send)
        finally:
            coming.set()
            self._coming.pop(place, None)

    def at_once(self, question: Question, client: tuple[str, int] | None, *, has_begun: bool) -> Wire | None:
        """What a server is to write, where the answer is kept and nothing has to be found out first.

        `client` is who asks, by the word of a proxy if there is one that is trusted.
        `has_begun` says whether the request had begun to come when the event loop looked last.
        """
        started = perf_counter()
        if self._traces.are_on or (self._reads and self._limiter.is_remote):
            return None
        version = self._present.at_once(has_begun=has_begun)
        found = None if version is None else self._find(question.key, version)
        if found is None:
            return None
        hit = self._limiter.hit(*self._limit(client)) if self._reads else None
        if hit is not None and not hit.allowed:
            return None
        form, chosen, own = self._hit(found, question, hit)
        lines = "".join([f"{name}: {value}\r\n" for name, value in own.items()]).encode()
        self._traffic.keep("HEAD" if question.is_head else "GET", found.route, form.status, perf_counter() - started)
        return Wire(form.status, form.head + lines, form.body, chosen)

    def _hit(self, found: _Answer, question: Question, hit: Hit | None) -> tuple[_Form, str, dict[str, str]]:
        """What is sent of an answer that was kept, the id of the request, and what this answer has for itself alone."""
        self.hits += 1
        chosen = request_id_for(question.request_id)
        own = {} if hit is None else hit.fields("reads")
        own["x-request-id"] = chosen
        own["cache-status"] = "tejido; hit"
        return found.form_for(question), chosen, own

    async def _make(
        self, question: Question, version: int, coming: anyio.Event, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Let the application answer, and keep that if it was made of the version that is still the present one."""
        start: Message | None = None
        parts: list[bytes] = []
        size = 0
        is_kept = False

        async def send_on(message: Message) -> None:
            nonlocal start, size, is_kept
            if message["type"] == "http.response.start":
                is_kept = _may_be_kept(message)
                is_known = message["status"] == 200 and _is_known(_tag(message["headers"]), question.tags)
                if is_known and (not is_kept or _is_long(message)):
                    # What is written piece by piece need not be written to its end.
                    own = _own(message) + ([_MISS] if is_kept else [])
                    is_kept, state["is_known"] = False, True
                    state["status"] = await _send(_answer(message, b"").form_for(question), own, send)
                elif is_kept:
                    start = message
                else:
                    await send(message)
                if not is_kept:
                    coming.set()
                return
            if not is_kept or start is None:
                if "is_known" not in state:
                    await send(message)
                return
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self._most // _LARGEST_PART:
                # Nobody waits for the end of a long answer.
                is_kept = False
                coming.set()
                await send(start)
                await send({**message, "body": b"".join(parts)})
                return
            if not message.get("more_body", False):
                answer = _answer(start, b"".join(parts), state.get("route", NO_ROUTE))
                if await self._present.number() == version:
                    self._keep(question.key, version, answer)
                coming.set()
                state["status"] = await _send(answer.form_for(question), [*_own(start), _MISS], send)

        headers = [(name, value) for name, value in scope["headers"] if name != b"if-none-match"]
        state = dict(scope.get("state", {}))
        await self.app({**scope, "headers": headers, "state": state}, receive, send_on)

    @property
    def entries(self) -> int:
        """How many answers are kept."""
        return len(self._kept)

    def _find(self, key: _Key, version: int) -> _Answer | None:
        with self._lock:
            if version != self._version:
                self._kept.clear()
                self.size, self._version = 0, version
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def _keep(self, key: _Key, version: int, answer: _Answer) -> None:
        with self._lock:
            if version != self._version:
                return
            before = self._kept.pop(key, None)
            self._kept[key] = answer
            self.size += answer.size - (before.size if before else 0)
            while self.size > self._most:
                self.size -= self._kept.popitem(last=False)[1].size

    def _limit(self, client: tuple[str, int] | None) -> tuple[str, str, str, str]:
        """What a request is counted against, and for whom."""
        address = address_group(client[0] if client else None)
        return self._reads, "reads", "address", address


def question_of(scope: Scope) -> Question | None:
    """What is asked; None where the answer is not to be kept."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return None
    path = scope["path"]
    if not path.startswith(_AREAS) or path.startswith(_IMPURE):
        return None
    asked: list[bytes] = []
    tags, given, is_forwarded = b"", "", False
    for name, value in scope["headers"]:
        if name == b"authorization":
            return None
        if name in _ASKED:
            asked += (name, value)
        elif name == b"if-none-match":
            tags += value + b","
        elif name == b"x-request-id":
            given = value.decode("latin-1")
        elif name.startswith(b"x-forwarded-"):
            is_forwarded = True
    address = scope.get("raw_path") or path.encode()
    key = (scope["scheme"], scope.get("root_path"), address, scope["query_string"], *asked)
    return Question(key, tags, given, scope["method"] == "HEAD", is_forwarded)


def _may_be_kept(start: Message) -> bool:
    """Whether an answer tells the data as the public sees it, and is no stream."""
    headers = dict(start["headers"])
    if any(_NO_HEADER.search(value) for value in headers.values()):
        return False
    return (
        start["status"] == 200
        and b"data-version" in headers
        and headers.get(b"cache-control") == b"no-cache"
        and not headers.get(b"content-type", b"").startswith(b"text/event-stream")
    )


def _is_long(start: Message) -> bool:
    """Whether an answer does not say how long it is: it is written piece by piece."""
    return not any(name == b"content-length" for name, _ in start["headers"])


def _own(start: Message) -> _Headers:
    """What an answer has for itself alone."""
    return [(name, value) for name, value in start["headers"] if name in _OWN]


def _tag(headers: _Headers) -> bytes:
    return next((value for name, value in headers if name == b"etag"), b"")


def _answer(start: Message, body: bytes, route: str = NO_ROUTE) -> _Answer:
    headers = [(name, value) for name, value in start["headers"] if name not in _OWN]
    if b"content-length" not in dict(headers):
        headers.append((b"content-length", str(len(body)).encode()))
    return _Answer(headers, body, route)


def _form(status: int, headers: _Headers, body: bytes) -> _Form:
    lines = [b"%b: %b\r\n" % header for header in headers]
    head = b"".join([f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode(), *lines])
    return _Form(status, headers, head, body)


async def _send(form: _Form, own: _Headers, send: Send) -> int:
    """Send an answer with what it has for itself alone. Tells the status."""
    await send({"type": "http.response.start", "status": form.status, "headers": form.headers + own})
    await send({"type": "http.response.body", "body": form.body})
    return form.status


def _is_known(tag: bytes, tags: bytes) -> bool:
    """Whether If-None-Match names the tag, which it compares weakly (RFC 9110, 13.1.2)."""
    if not tag or not tags:
        return False
    known = [one.strip().removeprefix(b"W/") for one in tags.split(b",")]
    return tag in known or b"*" in known
