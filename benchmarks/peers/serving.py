"""Servers in processes of their own: ours, one that sends the same bytes, a FastAPI route that says hello, Datasette.

All but Datasette, which starts itself, are uvicorn with the same options; none writes a log of each request.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from app.server import application, server_options
from app.settings import Settings

__all__ = ["CONSTANT_FILE", "DATASETTE_FILE", "Served", "served"]

_ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 60
CONSTANT_FILE = "BENCHCONSTANT_FILE"
"""Variable that names the file whose bytes the constant is."""
DATASETTE_FILE = "BENCH_FILE"
"""Variable that names the SQLite file which Datasette shows."""


class Served(NamedTuple):
    """A server that runs."""

    address: str
    process: int


@contextmanager
def served(what: str, environment: Mapping[str, str] | None = None, *, workers: int = 1) -> Iterator[Served]:
    """A server for the length of the block: `ours`, `constant`, `hello` or `datasette`."""
    environment = environment or {}
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "benchmarks.peers.serving", what, str(port), str(workers)]
    if what == "datasette":
        file = environment[DATASETTE_FILE]
        command = [sys.executable, "-m", "datasette", "serve", "--immutable", file, "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=_ROOT, env={**os.environ, **environment}, start_new_session=True, stderr=subprocess.DEVNULL
    )
    try:
        _await(port, process)
        yield Served(f"http://127.0.0.1:{port}", process.pid)
    finally:
        # One that ended before has made a request fail, which is told.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(_PATIENCE)


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the server does not begin")


def _constant(body: bytes) -> ASGIApp:
    start: dict[str, Any] = {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())],
    }

    async def answer(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await send(start)
            await send({"type": "http.response.body", "body": body})

    return answer


def _hello() -> FastAPI:
    app = FastAPI()

    @app.get("/")
    async def hello() -> Mapping[str, str]:
        return {"hello": "world"}

    return app


def _application(what: str) -> ASGIApp:
    if what == "ours":
        return application()
    return _hello() if what == "hello" else _constant(Path(os.environ[CONSTANT_FILE]).read_bytes())


if __name__ == "__main__":
    _, _what, _port, _workers = sys.argv
    uvicorn.run(
        "app.server:application" if int(_workers) > 1 else _application(_what),
        factory=int(_workers) > 1,
        workers=int(_workers),
        port=int(_port),
        log_level="error",
        access_log=False,
        **server_options(Settings()),
    )
