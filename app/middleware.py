"""What every request passes on its way in and out, as plain ASGI: no request is buffered that need not be."""

import json
import logging
import random
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

import anyio
import anyio.to_thread
from pydantic_core import from_json
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import logs, telemetry
from app.problems import Problem, unexpected

log = logging.getLogger("tejido")

LONGEST_ADDRESS = 8000
"""Bytes of path and query; the web's usual limit is 8 KiB."""
LARGEST_HEADERS = 32_000
"""Bytes of all header fields together."""
MOST_HEADERS = 200
"""Header fields of a request."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_JSON = re.compile(r"application/(?:json|merge-patch\+json)\s*(?:;.*)?", re.IGNORECASE)
FORM = re.compile(r"application/x-www-form-urlencoded\s*(?:;.*)?", re.IGNORECASE)
"""The media type of a form of texts."""
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def request_id(scope: Scope) -> str:
    """The request's id."""
    return str(scope.get("state", {}).get("request_id", ""))


def request_id_for(given: str) -> str:
    """The caller's own id if it is a plain one, else a new one."""
    # Nothing depends on nobody's guessing it, and the system need not be asked for each.
    return given if given and _REQUEST_ID.fullmatch(given) else f"{random.getrandbits(128):032x}"


def problem_response(problem: Problem, scope: Scope) -> Response:
    """The problem as an answer."""
    return JSONResponse(
        problem.body(request_id(scope)),
        status_code=problem.status,
        headers={"Cache-Control": "no-store", **problem.headers},
        media_type="application/problem+json",
    )


class Cors(CORSMiddleware):
    """Starlette's, with a problem where it answers a preflight in plain text."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """The answer to a browser that asks before it sends."""
        response = super().preflight_response(request_headers)
        if response.status_code < 400:
            return response
        problem = Problem("bad-request", "Pages of this origin may not send that method or those headers.")
        return problem_response(problem, {})


class RequestIds:
    """Gives each request an id, the caller's own if it has a plain one, and sends it back."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        chosen = request_id_for(Headers(scope=scope).get("x-request-id", ""))
        scope.setdefault("state", {})["request_id"] = chosen
        logs.request_id.set(chosen)
        telemetry.note_request(chosen)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = chosen
                telemetry.note_answer(headers.get("data-version"))
            await send(message)

        await self.app(scope, receive, send_with_id)


class SecurityHeaders:
    """Tells browsers what an answer is not: no page, no script, nothing to guess a type of or to put into a frame.

    An answer that sets one of them itself keeps its own, as the documentation pages do. A network as SVG is the one
    answer that a browser opens as a document: the sandbox keeps it from doing anything, least of all as this origin.
    Strict-Transport-Security is for the proxy to say, which is what speaks TLS.
    """

    headers = (
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
        ("Cross-Origin-Resource-Policy", "cross-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
    )

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = MutableHeaders(scope=message)
                for name, value in self.headers:
                    own.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class Gate:
    """Refuses what no route should ever see: endless addresses, headers and bodies, NUL, lone surrogates, NaN, nesting.

    Python's JSON reader takes NaN, keeps lone surrogates (the database then fails), takes the last of two equal keys,
    and runs out of stack on deep arrays; PostgreSQL does not store NUL. One strict reading here keeps all that out of
    the rest of the code. Being innermost, it also answers what nothing inside has caught: Starlette's own handler
    stands outside everything, and its answers have no request id and no CORS headers.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_body_bytes: int,
        body_seconds: float,
        larger: Mapping[str, int] | None = None,
        files: Mapping[str, tuple[int, float]] | None = None,
        forms: Collection[str] = (),
    ) -> None:
        """Wrap an application; every body has so many bytes at most, and so many seconds to arrive.

        `larger`: path -> the bytes that a body may have there, where the request brings a key. `files`: path -> the
        bytes and seconds of a form with a file, which is handed on as it comes and never held in memory. `forms`: paths
        to which a form of texts may be sent too.
        """
        self.app = app
        self.max_body_bytes = max_body_bytes
        self.body_seconds = body_seconds
        self.larger = larger or {}
        self.files = files or {}
        self.forms = forms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            _check_address(scope)
            _check_headers(scope)
            if scope["method"] == "POST" and scope["path"] in self.files:
                await self._pass_on(scope, receive, send)
                return
            body = await self._read(scope, receive)
            if body is None:
                return
            may_be_form = scope["path"] in self.forms
            if len(body) > self.max_body_bytes:
                # Reading so much takes a while, in which others wait for the event loop.
                await anyio.to_thread.run_sync(_check_body, Headers(scope=scope), body, may_be_form)
            elif body:
                _check_body(Headers(scope=scope), body, may_be_form)
        except Problem as problem:
            await problem_response(problem, scope)(scope, receive, send)
            return
        sent = False

        async def receive_again() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        started = False

        async def send_on(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive_again, send_on)
        except Exception as error:
            if started:
                raise
            log.exception("unexpected error", exc_info=error)
            await problem_response(unexpected(), scope)(scope, receive, send)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a form with a file through, and count it on the way."""
        most, seconds = self.files[scope["path"]]
        if scope.get("state", {}).get("caller") is None:
            most, seconds = self.max_body_bytes, self.body_seconds
        headers = Headers(scope=scope)
        if not headers.get("content-type", "").lower().startswith("multipart/form-data"):
            raise Problem(
                "unsupported-media-type", "Send multipart/form-data.", headers={"Accept": "multipart/form-data"}
            )
        if headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise Problem(
                "unsupported-media-type",
                "Send the body as it is, not compressed.",
                headers={"Accept-Encoding": "identity"},
            )
        too_large = Problem("body-too-large", f"A file has {most} bytes at most.", headers={"Connection": "close"})
        announced = _announced(headers)
        if announced > most:
            raise too_large
        size, until = 0, anyio.current_time() + seconds
        started = False

        async def receive_some() -> Message:
            nonlocal size
            with anyio.move_on_at(until):
                message = await receive()
                size += len(message.get("body", b""))
                if size > most:
                    raise too_large
                return message
            raise Problem(
                "request-timeout", f"A file has {seconds:g} seconds to arrive.", headers={"Connection": "close"}
            )

        async def send_on(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive_some, send_on)
        except Exception as error:
            if started:
                raise
            problem = error if isinstance(error, Problem) else unexpected()
            if problem is not error:
                log.exception("unexpected error", exc_info=error)
            await problem_response(problem, scope)(scope, receive, send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body; None where the client went away before its end."""
        most = self.max_body_bytes
        if scope.get("state", {}).get("caller") is not None:
            most = self.larger.get(scope["path"], most)
        too_large = Problem("body-too-large", f"A body has {most} bytes at most.", headers={"Connection": "close"})
        if _announced(Headers(scope=scope)) > most:
            raise too_large
        chunks: list[bytes] = []
        size = 0
        with anyio.move_on_after(self.body_seconds):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                chunk = message.get("body", b"")
                size += len(chunk)
                if size > most:
                    raise too_large
                chunks.append(chunk)
                if not message.get("more_body", False):
                    return b"".join(chunks)
        raise Problem(
            "request-timeout",
            f"A body has {self.body_seconds:g} seconds to arrive.",
            headers={"Connection": "close"},
        )


def _announced(headers: Headers) -> int:
    """The bytes that a body is said to have."""
    announced = headers.get("content-length", "0")
    if not announced.isdecimal():
        raise Problem("bad-request", "Content-Length is not a number of bytes.", headers={"Connection": "close"})
    # Not int() at once: it refuses numbers of more than 4,300 digits by an exception of its own.
    return 10**18 if len(announced.lstrip("0")) > 18 else int(announced)


def _check_address(scope: Scope) -> None:
    raw = scope.get("raw_path") or scope["path"].encode()
    query = scope["query_string"]
    if len(raw) + len(query) > LONGEST_ADDRESS:
        raise Problem("uri-too-long", f"Path and query have {LONGEST_ADDRESS} bytes at most.")
    for part in (raw, query):
        if _BAD_ESCAPE.search(part):
            raise Problem("bad-request", "In the address two hexadecimal digits must follow each %.")
        try:
            text = unquote_to_bytes(part).decode()
        except UnicodeDecodeError:
            raise Problem("bad-request", "The address is not UTF-8.") from None
        if "\0" in text:
            raise Problem("bad-request", "The address holds a NUL character.")


def _check_headers(scope: Scope) -> None:
    headers = scope["headers"]
    if len(headers) > MOST_HEADERS or sum(len(name) + len(value) for name, value in headers) > LARGEST_HEADERS:
        raise Problem(
            "headers-too-large", f"A request has {MOST_HEADERS} headers and {LARGEST_HEADERS} bytes of them at most."
        )


def _check_body(headers: Headers, body: bytes, may_be_form: bool) -> None:
    # Nothing that is sent is unpacked: a few bytes may stand for gigabytes.
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Problem(
            "unsupported-media-type", "Send the body as it is, not compressed.", headers={"Accept-Encoding": "identity"}
        )
    media_type = headers.get("content-type", "")
    if may_be_form and FORM.fullmatch(media_type):
        return
    if not _JSON.fullmatch(media_type):
        raise Problem("unsupported-media-type", "Send application/json.", headers={"Accept": "application/json"})
    check_json(body)


def check_json(body: bytes) -> None:
    """A problem where it is no JSON that a route should see."""
    try:
        # First the reader that bounds the nesting, so that the second one, which sees equal keys, cannot overflow.
        from_json(body, allow_inf_nan=False)
        json.loads(body, object_pairs_hook=_distinct)
    except ValueError:
        raise Problem(
            "malformed-json",
            "Not JSON by RFC 8259 (UTF-8; no NaN, no lone surrogates, no key twice in an object, "
            "nested at most 200 deep).",
        ) from None


def _distinct(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a key stands twice")


class Methods:
    """OPTIONS everywhere, and a complete Allow: a route knows only its own methods."""

    def __init__(self, app: ASGIApp, *, allowed: Callable[[Scope], Sequence[str]]) -> None:
        """Wrap an application; `allowed` tells the methods that the routes of a scope's path take."""
        self.app = app
        self.allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            allow = self._allow(scope)
            if allow:
                await Response(status_code=204, headers={"Allow": allow})(scope, receive, send)
                return

        async def send_out(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 405:
                MutableHeaders(scope=message)["Allow"] = self._allow(scope)
            await send(message)

        await self.app(scope, receive, send_out)

    def _allow(self, scope: Scope) -> str:
        methods = set(self.allowed(scope))
        if "GET" in methods:
            methods.add("HEAD")
        return ", ".join(sorted(methods | {"OPTIONS"})) if methods else ""


class EntityTags:
    """One entity tag per encoding, 304 for a reader that has the answer already, and HEAD wherever GET is.

    Stands outside the compression: `"r3"` leaves as `"r3~gzip"` when the body is gzip; and HEAD has the headers of the
    very bytes that GET would send.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        tags = ",".join(headers.getlist("if-none-match")).split(",")
        known = [tag.strip().removeprefix("W/") for tag in tags if tag.strip()]
        head = scope["method"] == "HEAD"
        reads = head or scope["method"] == "GET"
        if head:
            scope = {**scope, "method": "GET"}
            # A stream without an end has to know that nobody reads it.
            scope.setdefault("state", {})["is_head"] = True
        if len(headers.getlist("if-match")) > 1:
            # The lines of a header are one list, of which a route would see the first line alone.
            whole = ", ".join(headers.getlist("if-match")).encode("latin-1")
            raw = [(name, value) for name, value in scope["headers"] if name != b"if-match"]
            scope = {**scope, "headers": [*raw, (b"if-match", whole)]}
        matched = False

        async def send_tagged(message: Message) -> None:
            nonlocal matched
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                tag = out.get("etag")
                if tag and "accept-encoding" not in out.get("vary", "").lower():
                    out.add_vary_header("Accept-Encoding")
                if tag and "content-encoding" in out:
                    tag = f'{tag[:-1]}~{out["content-encoding"]}"'
                    out["etag"] = tag
                if tag and reads and message["status"] == 200 and (tag in known or "*" in known):
                    matched = True
                    # A long answer need not be made to its end.
                    scope.setdefault("state", {})["is_known"] = True
                    for name in ("content-length", "content-type", "content-encoding"):
                        del out[name]
                    message = {**message, "status": 304}
            elif (matched or head) and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app(scope, receive, send_tagged)
