"""Requests before they are sent, and which of them are sent again: what both clients share, without any waiting."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, quote
from uuid import uuid4

import httpx

from tejido_client.problems import problem_of, retry_after

__all__ = [
    "LOST",
    "Call",
    "Retries",
    "change",
    "create",
    "get",
    "next_cursor",
    "next_offset",
    "next_since",
    "path_of",
    "upload",
    "which",
]

Parameters = Mapping[str, Any]

_SAFE = frozenset({"GET", "HEAD"})
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
LOST = (httpx.NetworkError, httpx.TimeoutException, httpx.RemoteProtocolError)
"""Ways in which a connection is lost that another one may replace."""
_FROM_A_PROXY = frozenset({502, 503, 504})


@dataclass(frozen=True)
class Call:
    """A request that can be sent as often as it takes."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    """The fields that go with a file."""
    file: tuple[str, BinaryIO] | None = None
    """A file that is sent, and its name."""
    is_timeless: bool = False
    """Whether it speaks of no version of the data: of keys, say."""

    @property
    def is_safe(self) -> bool:
        """Whether it changes nothing."""
        return self.method in _SAFE

    @property
    def is_repeatable(self) -> bool:
        """Whether sending it twice does the same as sending it once."""
        return self.is_safe or "Idempotency-Key" in self.headers

    def at(self, as_of: str | None) -> "Call":
        """The same of a version of the data; what names a version by itself keeps it."""
        if as_of is None:
            return self
        if not self.is_safe:
            msg = "a client at a version of the data can only read"
            raise ValueError(msg)
        if self.is_timeless or any(name == "as_of" for name, _ in self.query):
            return self
        return replace(self, query=(*self.query, ("as_of", as_of)))


def path_of(*parts: str) -> str:
    """The path of a resource; what is in a part stays in it."""
    if not all(part.strip(".") for part in parts):
        msg = "an id is missing"
        raise ValueError(msg)
    return "/v1/" + "/".join(quote(part, safe=":") for part in parts)


def get(address: str, parameters: Parameters | None = None, *, is_timeless: bool = False) -> Call:
    """A request that reads; the address may bring parameters of its own."""
    path, _, query = address.partition("?")
    pairs = (*parse_qsl(query, keep_blank_values=True), *_pairs(parameters or {}))
    return Call("GET", path, pairs, {"Accept": "application/json"}, is_timeless=is_timeless)


def create(path: str, body: object, idempotency_key: str | None = None) -> Call:
    """A request that creates, with a key that lets it be sent again until an answer comes."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": idempotency_key or uuid4().hex}
    return Call("POST", path, headers=headers, content=_json(body))


def change(method: str, path: str, body: object = None, *, revision: int | None = None) -> Call:
    """A request that changes something; `revision` is the one that the caller has read."""
    headers = {} if revision is None else {"If-Match": f'"r{revision}"'}
    if body is None:
        return Call(method, path, headers=headers)
    return Call(method, path, headers=headers | {"Content-Type": "application/json"}, content=_json(body))


def upload(path: str, file: tuple[str, BinaryIO], form: Parameters) -> Call:
    """A request that sends a file, and fields with it; those that are None are left out."""
    fields = {name: _text(value) for name, value in form.items() if value is not None}
    return Call("POST", path, form=fields, file=file)


def which(record: Mapping[str, Any] | str, revision: int | None) -> tuple[str, int]:
    """The id and the revision that a change speaks of: those of the record, or the two by themselves."""
    if not isinstance(record, str):
        return str(record["id"]), record["revision"] if revision is None else revision
    if revision is None:
        msg = "say which revision you have read: give the record itself, or revision="
        raise TypeError(msg)
    return record, revision


def _json(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()


def _pairs(parameters: Parameters) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in parameters.items():
        values = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        if not values:
            # Left out it would be no filter at all, and answer everything.
            msg = f"{name}: there is nothing in the list of alternatives"
            raise ValueError(msg)
        # A word of Python has `_` at its end: from_ is the parameter `from`.
        pairs += [(name.removesuffix("_"), _text(one)) for one in values if one is not None]
    return pairs


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime) else str(value)


# --- pages ---------------------------------------------------------------------------------------------------------


def next_cursor(page: Parameters, parameters: Parameters) -> Parameters | None:
    """What to ask for the page after this one: most lists."""
    return None if page["next"] is None else {**parameters, "cursor": page["next"]}


def next_since(page: Parameters, parameters: Parameters) -> Parameters | None:
    """The same for changes."""
    return None if page["next"] is None else {**parameters, "since": page["next"]}


def next_offset(page: Parameters, parameters: Parameters) -> Parameters | None:
    """The same for search."""
    reached = parameters.get("offset", 0) + len(page["items"])
    return {**parameters, "offset": reached} if page["items"] and reached < page["total"] else None


# --- repetition ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Retries:
    """How often a request is sent again, and after how long."""

    most: int = 4
    backoff: float = 0.5
    """Seconds before the first repetition; they double from one to the next, and chance takes up to half of them."""
    longest: float = 60.0
    """Seconds beyond which it does not wait, whatever the service says, but raises what it was told."""

    def pause(self, call: Call, repeated: int, outcome: httpx.Response | httpx.RequestError) -> float | None:
        """Seconds to wait before sending it again; None if what came is the end of it."""
        if repeated >= self.most or not _is_passing(call, outcome):
            return None
        # Not for secrets: clients that were refused together should not come back together.
        pause = min(self.backoff * (1 << repeated), self.longest) * random.uniform(0.5, 1)  # noqa: S311
        if isinstance(outcome, httpx.Response):
            told = retry_after(outcome)
            if told is not None:
                return max(told, pause) if told <= self.longest else None
        return pause


def _is_passing(call: Call, outcome: httpx.Response | httpx.RequestError) -> bool:
    """Whether the same request may well succeed later, and can do no harm by being sent again."""
    if isinstance(outcome, httpx.RequestError):
        return isinstance(outcome, LOST if call.is_repeatable else _NEVER_SENT)
    kind = problem_of(outcome).kind
    if outcome.status_code == httpx.codes.TOO_MANY_REQUESTS:
        return kind != "too-many-failed-keys"
    # Tejido's own 503 passes where it is busy, or has lost sight of what it did: what was too slow would be so again.
    passing = {"busy", "outcome-unknown", "about:blank"}
    return outcome.status_code in _FROM_A_PROXY and call.is_repeatable and kind in passing
