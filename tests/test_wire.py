"""Kept answers that the server writes at once: the same as others, in their turn, and no more than a client takes.

On PostgreSQL it has to wait for the version, so that all go through the application: what a client sees is the same.
"""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app import server
from app.caching import Cache, Question, Wire
from tests.support.sockets import PATIENCE, ask, connect, parts, rest, serving

KEPT = "/v1/organizations?limit=5"
OWN = {"x-request-id", "ratelimit", "ratelimit-policy", "date", "connection"}
Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, url: str) -> list[str]:
    """The addresses that the application was asked for; none on PostgreSQL, where it is asked for all."""
    asked: list[str] = []
    start = HttpToolsProtocol._start_asgi_task

    def starting(self: Any, cycle: Any, app: Any) -> None:
        if url.startswith("sqlite"):
            asked.append(cycle.scope["path"])
        start(self, cycle, app)

    monkeypatch.setattr(HttpToolsProtocol, "_start_asgi_task", starting)
    return asked


def request(path: str, *lines: str, method: str = "GET") -> bytes:
    """A request on a connection that goes on."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: test", *lines, "", ""]).encode()


def answers(connection: socket.socket) -> Iterator[Answer]:
    """The answers that come, one after the other; each says how long it is."""
    with connection.makefile("rb") as stream:
        while head := b"".join(iter(stream.readline, b"\r\n")):
            status, headers, _ = parts(head.removesuffix(b"\r\n"))
            yield status, headers, stream.read(int(headers.get("content-length", "0")))


def without_own(answer: Answer) -> tuple[int, dict[str, str], bytes]:
    status, headers, body = answer
    return status, {name: value for name, value in headers.items() if name not in OWN}, body


@pytest.mark.parametrize(
    "line",
    ["X-Own: y", "Accept-Encoding: gzip", "Accept-Encoding: zstd", "Origin: https://example.org", "Accept: text/csv"],
)
def test_what_is_written_at_once_is_what_the_application_sends(url: str, made: list[str], line: str) -> None:
    with serving(url, rate_limit_reads="1200/minute") as port:
        first = ask(port, request(KEPT, "Connection: close", line))
        second = ask(port, request(KEPT, "Connection: close", line))
        assert (first[0], second[1]["cache-status"]) == (200, "tejido; hit")
        assert second[1].keys() - {"connection"} >= {"x-request-id", "ratelimit", "ratelimit-policy", "date"}
        made.clear()
        with connect(port) as connection:
            connection.sendall(request(KEPT, "X-Request-ID: mine", line))
            third = next(answers(connection))
        assert made == []
        assert without_own(third) == without_own(second)
        assert third[1].keys() == second[1].keys() - {"connection"}
        assert third[1]["x-request-id"] == "mine"
        assert third[1]["ratelimit"] == '"reads";r=1197;t=60'


def test_an_end_alone_for_who_has_it_and_for_who_asks_for_it(url: str, made: list[str]) -> None:
    with serving(url) as port:
        _, headers, body = ask(port, request(KEPT, "Connection: close"))
        known = f"If-None-Match: {headers['etag']}"
        made.clear()
        with connect(port) as connection:
            connection.sendall(request(KEPT, known) + request(KEPT) + request(KEPT, method="HEAD"))
            whole = b""
            while whole.count(b"\r\n\r\n") < 3:
                whole += connection.recv(65536)
        assert made == []
        unchanged, full, head = (b"HTTP/1.1" + one for one in whole.split(b"HTTP/1.1")[1:])
        assert (parts(unchanged)[0], parts(unchanged)[2]) == (304, b"")
        assert not {"content-length", "content-type"} & parts(unchanged)[1].keys()
        assert parts(unchanged)[1]["etag"] == headers["etag"]
        assert (parts(full)[0], parts(full)[2]) == (200, body)
        assert (parts(head)[0], parts(head)[2], parts(head)[1]["content-length"]) == (200, b"", str(len(body)))


def test_answers_come_in_the_order_of_the_requests(url: str, made: list[str]) -> None:
    many = 3000
    with serving(url, rate_limit_reads="") as port:
        ask(port, request(KEPT, "Connection: close"))
        made.clear()
        with connect(port) as connection:
            # The first has to be made, and all others are there before it is.
            slow = request("/v1/networks/coalitions", "X-Request-ID: slow")
            connection.sendall(slow + b"".join(request(KEPT, f"X-Request-ID: {n}") for n in range(many)))
            found = answers(connection)
            order = [next(found)[1]["x-request-id"] for _ in range(many + 1)]
        assert order == ["slow", *map(str, range(many))]
        assert made[:1] in ([], ["/v1/networks/coalitions"])


def test_one_version_does_for_requests_that_had_begun_to_come_and_no_others(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    begun: list[bool] = []
    at_once = Cache.at_once

    def asking(self: Cache, question: Question, client: tuple[str, int] | None, *, has_begun: bool) -> Wire | None:
        begun.append(has_begun)
        return at_once(self, question, client, has_begun=has_begun)

    monkeypatch.setattr(Cache, "at_once", asking)
    sent = {
        request(KEPT): [True],
        request(KEPT) + request(KEPT): [True, False],
        b"\r\n" + request(KEPT): [False],
    }
    with serving(url) as port, connect(port) as connection:
        found = answers(connection)
        connection.sendall(request(KEPT))
        next(found)
        for asked, told in sent.items():
            begun.clear()
            connection.sendall(asked)
            for _ in told:
                assert next(found)[0] == 200
            assert begun == told
        # A loop that has read so much from one connection, or has so many, may look twice in a turn.
        for bound in ("_LARGEST_READ", "_MOST_SEEN_AT_ONCE"):
            begun.clear()
            with monkeypatch.context() as patch, connect(port) as another:
                patch.setattr(server, bound, 0)
                another.sendall(request(KEPT))
                next(answers(another))
            assert begun == [False]


def test_who_does_not_read_is_not_written_to(url: str, made: list[str]) -> None:
    address = "/v1/organizations?limit=500"
    with serving(url, rate_limit_reads="") as port:
        ask(port, request(address, "Connection: close"))
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            connection.connect(("127.0.0.1", port))
            made.clear()
            connection.settimeout(1)
            with pytest.raises(TimeoutError):
                connection.sendall(request(address, "X-Own: " + "x" * 8000) * 10_000)
            # What waits is one answer beyond what the sockets hold; the next one waits for the client to read.
            assert len(made) <= 1
            assert ask(port, request("/healthz", "Connection: close"))[0] == 200


def test_limits_hold_and_the_refused_are_told_so(url: str) -> None:
    with serving(url, rate_limit_reads="3/minute") as port, connect(port) as connection:
        found = answers(connection)
        told = []
        for _ in range(5):
            connection.sendall(request(KEPT))
            status, headers, _ = next(found)
            told.append((status, headers["ratelimit"].partition(";t")[0]))
        assert told == [(200, f'"reads";r={n}') for n in (2, 1, 0)] + [(429, '"reads";r=0')] * 2


def test_behind_a_proxy_each_client_is_counted_by_itself(url: str, made: list[str]) -> None:
    clients = ("198.51.100.7", "198.51.100.8", "198.51.100.8", "198.51.100.9", "198.51.100.9", "2001:db8::1")
    with serving(url, rate_limit_reads="1/minute") as port, connect(port) as connection:
        found = answers(connection)
        told = []
        for client in clients:
            connection.sendall(request(KEPT, f"X-Forwarded-For: {client}", "X-Forwarded-Proto: https"))
            status, headers, _ = next(found)
            told.append((status, headers.get("cache-status")))
    hit, refused = (200, "tejido; hit"), (429, None)
    assert told == [(200, "tejido; fwd=miss"), hit, refused, hit, refused, hit]
    # The first, and those who had had theirs.
    assert len(made) in (0, 3)


def test_what_a_proxy_says_is_not_believed_of_who_is_none(url: str) -> None:
    asked = request(KEPT, "X-Forwarded-For: 198.51.100.7")
    with serving(url, rate_limit_reads="3/minute", trusted_proxies="127.0.0.2") as port:
        told = []
        for own in ("127.0.0.1", "127.0.0.2") * 3:
            with socket.create_connection(("127.0.0.1", port), PATIENCE, (own, 0)) as connection:
                connection.sendall(asked)
                told.append(next(answers(connection))[1]["ratelimit"].partition(";t")[0])
    assert told == [f'"reads";r={n}' for n in (2, 2, 1, 1, 0, 0)]


def test_proxies_that_name_no_client_are_counted_each_for_itself(url: str) -> None:
    asked = request(KEPT, "X-Forwarded-Proto: https")
    with serving(url, rate_limit_reads="6/minute", trusted_proxies="127.0.0.0/8") as port:
        told = []
        for own in ("127.0.0.1", "127.0.0.2"):
            with socket.create_connection(("127.0.0.1", port), PATIENCE, (own, 0)) as connection:
                found = answers(connection)
                for _ in range(3):
                    connection.sendall(asked)
                    told.append(next(found)[1]["ratelimit"].partition(";t")[0])
    assert told == [f'"reads";r={n}' for n in (5, 4, 3)] * 2


def test_who_sends_a_key_is_answered_by_the_application(url: str, made: list[str]) -> None:
    with serving(url) as port, connect(port) as connection:
        found = answers(connection)
        for lines, status in (((), 200), (("Authorization: Bearer tjd_wrong",), 401), ((), 200)):
            connection.sendall(request(KEPT, *lines))
            assert next(found)[0] == status
    assert made in ([], ["/v1/organizations"] * 2)


def test_a_connection_that_says_nothing_but_empty_lines_is_cut(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_HEAD_SECONDS", PATIENCE)
    with serving(url) as port, connect(port) as connection:
        found = answers(connection)
        for _ in range(2):
            connection.sendall(request(KEPT))
            assert next(found)[0] == 200
        # Only now: what was to come in time had all that it needs.
        monkeypatch.setattr(server, "_HEAD_SECONDS", 0.5)
        connection.sendall(b"\r\n")
        assert parts(rest(connection))[0] == 408
