"""A service in this process, and requests to it over real sockets."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import uvicorn

from app.main import create_app
from app.server import server_options
from app.settings import Settings

PATIENCE = 60


@contextmanager
def serving(url: str, **settings: Any) -> Iterator[int]:
    """The port of a running service."""
    chosen = Settings(database_url=url, **settings)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        # With a time that stands still, no window of a rate limit ends in the middle of a test.
        app = create_app(chosen, clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))
        config = uvicorn.Config(app, log_level="critical", lifespan="on", **server_options(chosen))
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            deadline = time.monotonic() + PATIENCE
            while not running.started and time.monotonic() < deadline:
                time.sleep(0.02)
            yield listening.getsockname()[1]
        finally:
            running.should_exit = True
            thread.join(PATIENCE)


def connect(port: int) -> socket.socket:
    """A connection to it."""
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def rest(connection: socket.socket) -> bytes:
    """What comes until the server has no more to say."""
    answer = b""
    with contextlib.suppress(ConnectionError):
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


def ask(port: int, *pieces: bytes) -> tuple[int, dict[str, str], bytes]:
    """The parts of the answer to a request that is sent in such pieces."""
    with connect(port) as connection:
        # The server may hang up on what it refuses.
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                connection.sendall(piece)
        return parts(rest(connection))


def parts(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    pairs = [line.split(": ", 1) for line in lines[1:]]
    headers = {name.lower(): value for name, value in pairs}
    assert len(headers) == len(pairs), head
    return int(lines[0].split()[1]), headers, body
