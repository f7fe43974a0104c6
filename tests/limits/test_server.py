"""What reaches the service over a real socket: slow, endless, too many, and through a proxy."""

import contextlib
import json
import socket
import time

import pytest
from fastapi.testclient import TestClient

from app import server
from app.middleware import SecurityHeaders
from app.problems import BASE
from tests.routers.asking import rows
from tests.support.sockets import PATIENCE, ask, connect, parts, rest, serving

END = b" HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"
OWN = b"Content-Type: application/json\r\n"


def refused(answer: tuple[int, dict[str, str], bytes], kind: str) -> None:
    """A problem of that kind, after which the connection is closed."""
    status, headers, body = answer
    assert headers["content-type"] == "application/problem+json"
    assert (json.loads(body)["type"], json.loads(body)["status"]) == (BASE + kind, status)
    assert (headers["connection"], int(headers["content-length"])) == ("close", len(body))
    for name, value in SecurityHeaders.headers:
        assert headers[name.lower()] == value


def next_answer(connection: socket.socket) -> bytes:
    """The next answer of a connection that goes on; it may come in pieces, and has a body."""
    with connection.makefile("rb") as stream:
        head = b"".join(iter(stream.readline, b"\r\n"))
        assert head.startswith(b"HTTP/1.1 200"), head
        return head + stream.read(int(parts(head.removesuffix(b"\r\n"))[1]["content-length"]))


def test_a_body_that_dribbles_in_is_cut(client: TestClient, url: str) -> None:
    before = rows(client)
    with serving(url, body_seconds=0.5) as port, connect(port) as connection:
        connection.sendall(b"POST /v1/topics HTTP/1.1\r\nHost: test\r\n" + OWN + b"Content-Length: 100000\r\n\r\n")
        # Until it is cut, of what is far more than it would take in that time.
        with contextlib.suppress(ConnectionError):
            for _ in range(5000):
                connection.sendall(b" ")
                time.sleep(0.02)
        refused(parts(rest(connection)), "request-timeout")
    with serving(url, body_seconds=PATIENCE) as port:
        whole = b'{"label_en": "x"}'
        slow_enough = END + OWN + b"Content-Length: %d\r\n\r\n" % len(whole)
        assert ask(port, b"POST /v1/topics" + slow_enough, whole[:5], whole[5:])[0] == 401
    assert rows(client) == before


def test_a_head_that_dribbles_in_is_cut_and_so_is_a_connection_that_says_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_HEAD_SECONDS", 0.5)
    with serving(url) as port:
        for pieces in ([], [b"GET /healthz HTTP/1.1\r\n"], [b"GET /healthz HTTP/1.1\r\n", *[b"X: y\r\n"] * 5000]):
            with connect(port) as connection:
                with contextlib.suppress(ConnectionError):
                    for piece in pieces:
                        connection.sendall(piece)
                        time.sleep(0.01)
                refused(parts(rest(connection)), "request-timeout")
        # The second request of a connection has no longer than the first, which has all the time that it needs.
        monkeypatch.setattr(server, "_HEAD_SECONDS", PATIENCE)
        with connect(port) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n")
            next_answer(connection)
            monkeypatch.setattr(server, "_HEAD_SECONDS", 0.5)
            connection.sendall(b"GET /healthz HTTP/1.1\r\n")
            refused(parts(rest(connection)), "request-timeout")


def test_a_request_that_takes_longer_than_its_head_may_is_answered(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_HEAD_SECONDS", 2)
    with serving(url) as port, connect(port) as connection:
        body = b'{"label_en": "x"}'
        connection.sendall(
            b"POST /v1/topics HTTP/1.1\r\nHost: test\r\n" + OWN + b"Content-Length: %d\r\n\r\n" % len(body)
        )
        time.sleep(2.5)
        # The next one is begun meanwhile, and waits.
        connection.sendall(body + b"GET /healthz" + END + b"\r\n")
        answer = rest(connection)
        assert answer.startswith(b"HTTP/1.1 401")
        assert answer.count(b"HTTP/1.1 200") == 1


def test_headers_without_an_end_are_cut(url: str) -> None:
    with serving(url) as port:
        refused(ask(port, b"GET /healthz HTTP/1.1\r\nX: ", *[b"x" * 65536] * 100), "headers-too-large")
        refused(ask(port, b"GET /healthz HTTP/1.1\r\n", *[b"X-Own: y\r\n" * 6000] * 100), "headers-too-large")
        refused(ask(port, b"GET /" + b"x" * 200_000), "headers-too-large")
        own = b"X-Own: " + b"x" * 40_000 + b"\r\n"
        status, _, body = ask(port, b"GET /healthz" + END + own + b"\r\n")
        assert (status, json.loads(body)["type"]) == (431, BASE + "headers-too-large")
        assert ask(port, b"GET /healthz" + END + b"\r\n")[0] == 200


def test_what_is_not_http_gets_a_problem_too(url: str) -> None:
    with serving(url) as port:
        for line in (b"\x16\x03\x01\x00\xa5\x01\x00", b"GET / HTTP/9.9\r\n\r\n", b"GET /\xff" + END + b"\r\n"):
            refused(ask(port, line), "bad-request")
        assert "server" not in ask(port, b"GET /healthz" + END + b"\r\n")[1]


def test_connections_are_bounded_and_one_more_is_told_so(url: str) -> None:
    with serving(url, max_connections=3) as port:
        idle = [connect(port) for _ in range(3)]
        try:
            for connection in idle:
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n")
                next_answer(connection)
            status, headers, body = ask(port, b"GET /healthz" + END + b"\r\n")
            refused((status, headers, body), "busy")
            assert headers["retry-after"] == "1"
            idle.pop().close()
            deadline = time.monotonic() + PATIENCE
            while ask(port, b"GET /healthz" + END + b"\r\n")[0] != 200:
                assert time.monotonic() < deadline
        finally:
            for connection in idle:
                connection.close()


@pytest.mark.parametrize(
    ("trusted", "forwarded", "codes"),
    [
        ("127.0.0.1", [b"198.51.100.7", b"198.51.100.8", b"198.51.100.9"], [200, 200, 200]),
        ("127.0.0.0/8", [b"198.51.100.7", b"198.51.100.7", b"198.51.100.8"], [200, 429, 200]),
        # What the client itself wrote stands before what the proxy added.
        ("127.0.0.1", [b"1.1.1.1, 198.51.100.7", b"2.2.2.2, 198.51.100.7", b"198.51.100.7"], [200, 429, 429]),
        ("10.0.0.1", [b"198.51.100.7", b"198.51.100.8", b"198.51.100.9"], [200, 429, 429]),
        ("127.0.0.1", [b"2001:db8::1", b"2001:db8::2", b"2001:db8:0:1::1"], [200, 429, 200]),
    ],
    ids=["told apart", "a network of proxies", "not believed beyond the proxy", "not a proxy", "IPv6"],
)
def test_behind_a_proxy_the_client_is_whom_the_proxy_names(
    url: str, trusted: str, forwarded: list[bytes], codes: list[int]
) -> None:
    with serving(url, trusted_proxies=trusted, rate_limit_reads="1/minute") as port:
        got = [ask(port, b"GET /docs" + END + b"X-Forwarded-For: " + value + b"\r\n\r\n")[0] for value in forwarded]
    assert got == codes


def test_a_client_that_does_not_read_its_answer_keeps_nobody_else_waiting(url: str) -> None:
    with serving(url, requests_at_once=2, rate_limit_reads="") as port:
        address = b"GET /v1/networks/funder-partner-state?include=projects HTTP/1.1\r\nHost: test\r\n\r\n"
        lazy = [connect(port) for _ in range(8)]
        try:
            for connection in lazy:
                connection.sendall(address)
            started = time.monotonic()
            assert ask(port, b"GET /healthz" + END + b"\r\n")[0] == 200
            other = END + b"X-Forwarded-For: 198.51.100.7\r\n\r\n"
            assert ask(port, b"GET /v1/topics" + other)[0] == 200
            assert time.monotonic() - started < PATIENCE
        finally:
            for connection in lazy:
                connection.close()
