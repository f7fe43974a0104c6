"""Answers that are kept for the next who asks the same, in front of everything else.

What the public is told of the data depends on the public data version and the request alone. So an answer is kept for
as long as that version is the present one, as the bytes that were sent: compressed, with its entity tag. Who sends a
key is always answered anew, so that no answer crosses from one class of reader to the other.
"""

import asyncio
import threading
from collections import OrderedDict
from dataclasses import dataclass

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import logs
from app.limiting import Limiter, address_group
from app.middleware import request_id_for
from app.store.present import Present

__all__ = ["Cache"]

_AREAS = ("/v1/", "/reconcile")
"""Beginnings of the addresses at which there are answers to keep."""
_IMPURE = ("/v1/duplicates",)
"""Of those, where an answer depends on more than the data: here, on which pairs somebody said to be distinct."""
_ASKED = (b"accept", b"accept-encoding", b"origin", b"host")
"""Headers of a request on which an answer may depend."""
_OWN = (b"x-request-id", b"ratelimit", b"ratelimit-policy")
"""Headers that belong to one answer alone."""
_OF_BODY = (b"content-length", b"content-type", b"content-encoding")
_HIT = (b"cache-status", b"tejido; hit")
_MISS = (b"cache-status", b"tejido; fwd=miss")
"""What an answer tells of the cache (RFC 9211)."""
_LARGEST_PART = 8
"""No answer takes more than one in so many of the bytes that there are."""
_OVERHEAD = 1000
"""Bytes that are counted for an answer beside its body."""

_Headers = list[tuple[bytes, bytes]]
_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Question:
    """What of a request makes it the same as another."""

    key: _Key
    tags: bytes
    """The entity tags that the client has."""
    request_id: str


@dataclass(frozen=True, slots=True)
class _Answer:
    headers: _Headers
    body: bytes
    tag: bytes

    @property
    def size(self) -> int:
        """Bytes that it is counted for."""
        return len(self.body) + _OVERHEAD


class Cache:
    """Answers requests without a key from what it kept, and keeps what the application answers."""

    def __init__(self, app: ASGIApp, *, present: Present, most_bytes: int, limiter: Limiter, reads: str) -> None:
        """Wrap an application. At most so many bytes are kept; `reads` is the rate limit, which holds here too."""
        self.app = app
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
        question = _question(scope)
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
        fields = [] if found is None else await self._count(scope)
        if found is not None and fields is not None:
            self.hits += 1
            chosen = request_id_for(question.request_id)
            logs.request_id.set(chosen)
            own = [*fields, (b"x-request-id", chosen.encode()), _HIT]
            await _send(found, question, own, scope["method"] == "HEAD", send)
            return
        if found is not None or version is None or scope["method"] == "HEAD" or place in self._coming:
            await self.app(scope, receive, send)
            return
        self.misses += 1
        self._coming[place] = coming = anyio.Event()
        try:
            await self._make(question, version, coming, scope, receive, send)
        finally:
            coming.set()
            self._coming.pop(place, None)

    async def _make(
        self, question: _Question, version: int, coming: anyio.Event, scope: Scope, receive: Receive, send: Send
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
                is_known = message["status"] == 200 and _is_known(_tag(message), question.tags)
                if is_known and (not is_kept or _is_long(message)):
                    # What is written piece by piece need not be written to its end.
                    own = _own(message) + ([_MISS] if is_kept else [])
                    is_kept, state["is_known"] = False, True
                    await _send(_answer(message, b""), question, own, False, send)
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
                answer = _answer(start, b"".join(parts))
                if await self._present.number() == version:
                    self._keep(question.key, version, answer)
                coming.set()
                await _send(answer, question, [*_own(start), _MISS], False, send)

        headers = [(name, value) for name, value in scope["headers"] if name != b"if-none-match"]
        state = dict(scope.get("state", {}))
        await self.app({**scope, "headers": headers, "state": state}, receive, send_on)

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

    async def _count(self, scope: Scope) -> _Headers | None:
        """What the answer says of the rate limit; None where it refuses the request."""
        if not self._reads:
            return []
        address = address_group(scope["client"][0] if scope.get("client") else None)
        hit = await self._limiter.hit_soon(self._reads, "reads", "address", address)
        if not hit.allowed:
            return None
        return [(name.lower().encode(), value.encode()) for name, value in hit.fields("reads").items()]


def _question(scope: Scope) -> _Question | None:
    """What is asked; None where the answer is not to be kept."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return None
    path = scope["path"]
    if not path.startswith(_AREAS) or path.startswith(_IMPURE):
        return None
    asked: list[bytes] = []
    tags, given = b"", ""
    for name, value in scope["headers"]:
        if name == b"authorization":
            return None
        if name in _ASKED:
            asked += (name, value)
        elif name == b"if-none-match":
            tags += value + b","
        elif name == b"x-request-id":
            given = value.decode("latin-1")
    address = scope.get("raw_path") or path.encode()
    key = (scope["scheme"], scope.get("root_path"), address, scope["query_string"], *asked)
    return _Question(key, tags, given)


def _may_be_kept(start: Message) -> bool:
    """Whether an answer tells the data as the public sees it, and is no stream."""
    headers = dict(start["headers"])
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


def _tag(start: Message) -> bytes:
    return next((bytes(value) for name, value in start["headers"] if name == b"etag"), b"")


def _answer(start: Message, body: bytes) -> _Answer:
    headers = [(name, value) for name, value in start["headers"] if name not in _OWN]
    if b"content-length" not in dict(headers):
        headers.append((b"content-length", str(len(body)).encode()))
    return _Answer(headers, body, _tag(start))


async def _send(answer: _Answer, question: _Question, own: _Headers, is_head: bool, send: Send) -> None:
    """Send a kept answer: its end alone where the client has it, or asked for no more."""
    if _is_known(answer.tag, question.tags):
        headers = [(name, value) for name, value in answer.headers if name not in _OF_BODY]
        await send({"type": "http.response.start", "status": 304, "headers": headers + own})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": answer.headers + own})
    await send({"type": "http.response.body", "body": b"" if is_head else answer.body})


def _is_known(tag: bytes, tags: bytes) -> bool:
    """Whether If-None-Match names the tag, which it compares weakly (RFC 9110, 13.1.2)."""
    if not tag or not tags:
        return False
    known = [one.strip().removeprefix(b"W/") for one in tags.split(b",")]
    return tag in known or b"*" in known
