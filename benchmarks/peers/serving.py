"""Servers in processes of their own: ours, one that sends the same bytes, and a FastAPI route that says hello.

All are uvicorn with the same options and no log of each request; what differs is the application.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from app.server import application, server_options
from app.settings import Settings

__all__ = ["served"]

_ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 60
_BODY = "BENCH_BODY"
"""Variable that names the file whose bytes the constant is."""


@contextmanager
def served(what: str, **environment: str) -> Iterator[str]:
    """The address of a server for the length of the block: `ours`, `constant` or `hello`."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "benchmarks.peers.serving", what, str(port)]
    process = subprocess.Popen(command, cwd=_ROOT, env=os.environ | environment, start_new_session=True)
    try:
        _await(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
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
    return _hello() if what == "hello" else _constant(Path(os.environ[_BODY]).read_bytes())


if __name__ == "__main__":
    uvicorn.run(
        _application(sys.argv[1]),
        port=int(sys.argv[2]),
        log_level="error",
        access_log=False,
        **server_options(Settings()),
    )
