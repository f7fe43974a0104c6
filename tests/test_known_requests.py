"""Requests whose bytes were understood before: answered as if they were read anew, however they come."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from app import server
from app.caching import Cache
from app.limiting import Limiter
from app.models.nouns import BY_KIND
from app.server import server_options
from app.settings import Settings
from app.store import records
from app.store.database import Database
from tests.support.sockets import connect, parts, serving
from tests.test_caching import Told
from tests.test_wire import KEPT, answers, request

HEAD = "X-Request-ID: one"
WITHIN = request("/v1/a", HEAD)
REQUESTS = [
    request("/v1/a", HEAD),
    request("/v1/a", HEAD),
    request("/v1/a?x=1", HEAD),
    request("/v1/a", HEAD, "Accept: text/csv"),
    request("/v1/a", HEAD, 'If-None-Match: "v1"'),
    request("/v1/a", HEAD, 'If-None-Match: "v2"'),
    request("/v1/a", HEAD, method="HEAD"),
    request("/v1/a", HEAD, "Authorization: Bearer x"),
    request("/v1/a", HEAD, "X-Forwarded-For: 198.51.100.7"),
    request("/v1/a", HEAD, "X-Forwarded-For: 192.0.2.9, 198.51.100.7, 192.0.2.1", "X-Forwarded-Proto: https"),
    request("/v1/a", HEAD, "X-Forwarded-For: ", "X-Forwarded-Proto: ftp"),
    request("/v1/a", HEAD, "Expect: 100-continue"),
    request("/v1/a", HEAD, "Upgrade: h2c", "Connection: Upgrade"),
    request("/v1/a", HEAD, "Content-Length: 3") + b"GET",
    request("/v1/a", HEAD, "Transfer-Encoding: chunked") + b"2\r\nGE\r\n0\r\n\r\n",
    b"\r\n\r\n" + request("/v1/a", HEAD),
    request("/v1/long", HEAD, "X-Own: " + "x" * 2500),
    request("/healthz", HEAD),
    request("/slow", HEAD),
    request("/v1/a", HEAD) * 2,
    request("/v1/a", HEAD, "Content-Length: 9", method="POST") + b"GET /v1/a",
    # One request within another, whose answer does not wait for it.
    request("/early", HEAD, f"Content-Length: {len(WITHIN)}", method="POST") + WITHIN,
    b"GET /v1/a HTTP/1.1\r\nHost: test\r\nX-Own: " + WITHIN,
    # They end the connection.
    request("/v1/a", HEAD, "Connection: close"),
    request("/v1/a", HEAD).replace(b"1.1", b"1.0"),
    b"GET /v1/a\r\n\r\n",
]
LAST = 3
"""How many of them do so."""


class Service:
    """Answers with the version and what was asked, behind a cache."""

    def __init__(self, told: Told) -> None:
        self.told = told
        limiter = Limiter(clock=lambda: 0.0)
        self.cache = Cache(self.answer, present=told, most_bytes=1_000_000, limiter=limiter, reads="1000/minute")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from the cache."""
        await self.cache(scope, receive, send)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer without it."""
        if scope["path"] == "/slow":
            await asyncio.sleep(0.001)
        sent = b"" if scope["method"] != "POST" or scope["path"] == "/early" else (await receive())["body"]
        asked = scope["method"], scope["scheme"], scope["raw_path"], scope["query_string"], sent
        body = repr((self.told.version, *asked)).encode()
        headers = [(b"etag", b'"v%d"' % (self.told.version or 0)), (b"content-length", str(len(body)).encode())]
        if scope["path"].startswith("/v1/"):
            headers += [(b"data-version", b"v1"), (b"cache-control", b"no-cache")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class Transport(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep it."""
        if not self.is_closed:
            self.written += bytes(data)

    def is_closing(self) -> bool:
        """Whether the server has closed it."""
        return self.is_closed

    def close(self) -> None:
        """End."""
        self.is_closed = True

    def pause_reading(self) -> None:
        """Nothing: what has come is given all the same, as by a loop that had read it before."""

    def resume_reading(self) -> None:
        """Nothing."""

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """The two ends."""
        return ("192.0.2.1", 1) if name in ("peername", "sockname") else default


async def all_done(state: ServerState) -> None:
    while state.tasks:
        await asyncio.wait(state.tasks)


async def told_to(pieces: Sequence[bytes | int], options: dict[str, Any], *, waits: float = 1) -> bytes:
    """What a server writes on a connection on which such bytes come. A number makes that the version.

    So often the next bytes come only when it has answered.
    """
    chance = random.Random(len(pieces))
    told = Told()
    config = uvicorn.Config(Service(told), log_level="critical", lifespan="off", **options)
    config.load()
    transport = Transport()
    state = ServerState()
    state.default_headers = [(b"date", b"today")]
    connection = config.http_protocol_class(config, state, {})  # type: ignore[call-arg]
    connection.connection_made(transport)
    for piece in pieces:
        if isinstance(piece, int):
            told.version = piece
            continue
        if not transport.is_closed:
            connection.data_received(piece)
        if chance.random() < waits:
            await all_done(state)
    await all_done(state)
    connection.connection_lost(None)
    return transport.written


def told_parts(written: bytes) -> list[Any]:
    """Status, headers in any order and body of what was written; a body begins with a bracket."""
    found: list[Any] = []
    while written:
        head, _, written = written.partition(b"\r\n\r\n")
        status, headers, _ = parts(head)
        length = int(headers.get("content-length", "0")) if written.startswith((b"(", b"{")) else 0
        found.append((status, headers, written[:length]))
        written = written[length:]
    return found


def pieces_of(chance: random.Random) -> list[bytes | int]:
    """Requests, whole or cut anywhere or some in one; now and then there is another version."""
    found: list[bytes | int] = []
    waiting = b""
    for _ in range(chance.randint(3, 12)):
        one = chance.choice(REQUESTS[:-LAST] if chance.random() < 0.97 else REQUESTS)
        shape = chance.random()
        if shape < 0.6:
            found.append(waiting + one)
            waiting = b""
        elif shape < 0.85:
            cut = one.find(WITHIN) if one.find(WITHIN) > 4 else chance.randrange(1, len(one))
            found.append(waiting + one[:cut])
            waiting = one[cut:]
        else:
            waiting += one
        if chance.random() < 0.1 and not waiting:
            found.append(chance.choice([1, 2]))
    return [*found, waiting] if waiting else found


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What uvicorn is given to read."""
    read: list[bytes] = []
    receive = HttpToolsProtocol.data_received

    def reading(self: HttpToolsProtocol, data: bytes) -> None:
        read.append(data)
        receive(self, data)

    monkeypatch.setattr(HttpToolsProtocol, "data_received", reading)
    return read


@pytest.mark.parametrize("seed", range(20))
def test_no_answer_differs_from_that_of_a_server_that_reads_everything(
    seed: int, read: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    sent = [pieces_of(chance) for _ in range(40)]
    trusted = chance.choice(["192.0.2.1", "*", "192.0.2.0/24", "127.0.0.1"])
    options = server_options(Settings(database_url="sqlite://", trusted_proxies=trusted))

    async def all_told(waits: float) -> list[bytes]:
        return [await told_to(pieces, options, waits=waits) for pieces in sent]

    some_wait, each_waits = asyncio.run(all_told(0.8)), asyncio.run(all_told(1))
    with_known = len(read)
    with monkeypatch.context() as patch:
        patch.setattr(server._Known, "find", lambda *_: None)
        assert some_wait == asyncio.run(all_told(0.8))
    # It was not for nothing.
    assert with_known < 2 * (len(read) - with_known)
    # Nor from that of uvicorn's own way, with its own reading of what proxies say. It takes longer, and a version that
    # comes in the meantime is told to those who had waited.
    monkeypatch.setattr(Cache, "at_once", lambda *_, **__: None)
    assert [told_parts(one) for one in each_waits] == [told_parts(one) for one in asyncio.run(all_told(1))]


def test_what_was_answered_at_once_is_not_read_again(url: str, read: list[bytes]) -> None:
    asked = request(KEPT)
    with serving(url, rate_limit_reads="1200/minute") as port, connect(port) as one, connect(port) as two:
        found = {one: answers(one), two: answers(two)}

        def told(connection: Any) -> tuple[dict[str, str], bytes]:
            connection.sendall(asked)
            status, headers, body = next(found[connection])
            assert status == 200
            return headers, body

        told(one)
        first = told(one)
        assert read == [asked] * 2
        headers = first[0]
        for connection in (one, two, one, one):
            headers, body = told(connection)
            assert body == first[1]
            assert headers["x-request-id"] != first[0]["x-request-id"]
        again = len(read)
        # Each was counted, by whichever way it came.
        assert headers["ratelimit"].startswith('"reads";r=1194;')
        database = Database(url)
        with database.write(cause="api") as writer:
            new = {"id": "new", "label_en": "New", "label_es": "Nuevo"}
            records.create(writer, BY_KIND["topic"], records.CREATE["topic"].model_validate(new))
        database.close()
        assert told(two)[0]["etag"] != headers["etag"]
        told(two)
    if url.startswith("sqlite"):
        # Only once more: when there was another version.
        assert (again, len(read)) == (2, 3)


def test_what_is_known_of_requests_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_MOST_KNOWN", 10)
    known = server._Known()
    options = server_options(Settings(database_url="sqlite://"))
    options["http"].keywords["known"] = (known, known)
    sent = [request(f"/v1/{n}", HEAD) for n in range(25) for _ in range(2)]
    asyncio.run(told_to([*sent, *[request("/v1/long", "X-Own: " + "x" * 2500)] * 3], options))
    assert 0 < len(known._requests) <= 10
    assert max(map(len, known._requests)) < 2000
