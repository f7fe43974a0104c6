"""Health is told in time, whatever else there is to do; readiness means that the next request will be answered."""

import errno
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.access.routes import Need
from app.main import create_app
from app.migrations import migrate
from app.settings import Settings
from app.store import readiness
from app.store.database import Database
from tests.routers.asking import problem
from tests.support.keys import bearer, client_of, key_for
from tests.support.server import Server

PATIENCE = 60
THREADS = 40
"""In which routes run."""


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database has more time to answer than it needs on a machine that is busy with other things."""
    monkeypatch.setattr(readiness, "_SECONDS", PATIENCE)


@pytest.fixture
def asking(url: str) -> Iterator[TestClient]:
    """A client of a service, without a key."""
    with client_of(url) as made:
        yield made


def test_a_service_that_can_answer_says_so(asking: TestClient) -> None:
    for address in ("/healthz", "/readyz"):
        answer = asking.get(address)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        assert answer.headers["cache-control"] == "no-store"


def test_a_database_that_is_not_migrated_is_not_ready_and_lives(asking: TestClient, url: str) -> None:
    with closing(Database(url)) as database, database.write_service() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'of old'"))
    assert problem(asking.get("/readyz"), "busy")["detail"] == "The database is away or not migrated."
    assert asking.get("/healthz").status_code == 200


def test_a_database_that_is_not_there_is_not_ready(url: str) -> None:
    gone = "sqlite:////nowhere/at/all.db" if url.startswith("sqlite") else "postgresql+pg8000://nobody@127.0.0.1:1/none"
    client = TestClient(create_app(Settings(database_url=gone)), raise_server_exceptions=False)
    assert problem(client.get("/readyz"), "busy")["detail"] == "The database is away or not migrated."
    assert client.get("/healthz").status_code == 200


def test_a_database_that_cannot_be_written_is_not_ready(
    asking: TestClient, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asking.get("/readyz").status_code == 200
    if url.startswith("sqlite"):
        # Whoever runs the tests may write everywhere.
        monkeypatch.setattr("app.store.readiness.os.access", lambda path, mode: False)
        assert problem(asking.get("/readyz"), "busy")["detail"] == "The database cannot be written."
        return
    with closing(Database(url)) as database:
        name = database.url.database
        with database.engine.begin() as connection:
            connection.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
    # What is set there holds for connections that are opened from now on.
    asking.app.state.readiness.close()  # type: ignore[attr-defined]
    assert problem(asking.get("/readyz"), "busy")["detail"] == "The database cannot be written."


def test_a_full_disk_under_an_sqlite_file_is_not_ready(
    asking: TestClient, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = SimpleNamespace(f_bavail=100, f_frsize=4096)
    monkeypatch.setattr("app.store.readiness.os.statvfs", lambda path: full)
    answer = asking.get("/readyz")
    if url.startswith("sqlite"):
        assert problem(answer, "busy")["detail"] == "The disk of the database is full."
    else:
        assert answer.status_code == 200


def test_a_disk_that_tells_nothing_of_itself_is_not_ready(
    asking: TestClient, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("app.store.readiness.os.statvfs", broken)
    answer = asking.get("/readyz")
    if url.startswith("sqlite"):
        assert problem(answer, "busy")["detail"] == "The database is away or not migrated."
    else:
        assert answer.status_code == 200


def test_a_database_that_does_not_answer_is_asked_once_however_many_ask_and_is_not_ready(
    asking: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "_SECONDS", 0.5)
    answers_at_last = threading.Event()
    looks = []

    def look(_: readiness.Readiness) -> None:
        looks.append(threading.current_thread().name)
        assert answers_at_last.wait(PATIENCE)

    monkeypatch.setattr(readiness.Readiness, "_look", look)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: asking.get("/readyz"), range(30)))
    assert {problem(answer, "busy")["detail"] for answer in answers} == {"The database does not answer."}
    assert len(looks) == 1
    assert asking.get("/healthz").status_code == 200
    monkeypatch.setattr(readiness, "_SECONDS", PATIENCE)
    answers_at_last.set()
    assert asking.get("/readyz").status_code == 200


def test_health_readiness_and_metrics_are_told_when_every_thread_is_taken(url: str) -> None:
    key = key_for(url, "metrics")
    app = create_app(Settings(database_url=url, cache_bytes=0))
    let_go, taken = threading.Event(), threading.Semaphore(0)

    def wait() -> None:
        taken.release()
        let_go.wait(2 * PATIENCE)

    app.add_api_route("/waits", wait)
    app.state.needs["GET", "/waits"] = Need.nothing
    with TestClient(app) as client, ThreadPoolExecutor(2 * THREADS) as pool:
        waiting = [pool.submit(client.get, "/waits") for _ in range(THREADS + 10)]
        try:
            for _ in range(THREADS):
                assert taken.acquire(timeout=PATIENCE)
            assert client.get("/healthz").status_code == 200
            assert client.get("/readyz").status_code == 200
            end = time.monotonic() + PATIENCE
            # Those beyond the threads come when they come.
            while (
                f"tejido_http_requests_in_flight {THREADS + 10 + 1}.0"
                not in (metrics := client.get("/metrics", headers=bearer(key))).text
            ):
                assert metrics.status_code == 200
                assert time.monotonic() < end, metrics.text
            assert not any(one.done() for one in waiting)
        finally:
            let_go.set()
        assert {one.result().status_code for one in waiting} == {200}


def test_a_service_that_stops_is_not_ready_any_more(url: str, tmp_path: Path) -> None:
    with Server(url, tmp_path) as server:
        answer = b""
        for _ in range(3):
            answer = last_answer(server)
            if answer:
                break
            # Nobody came in the second that was left: once more.
            server.wait()
            server.start()
        assert answer.startswith(b"HTTP/1.1 503")
        assert b"The service stops." in answer
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{server.address}/readyz")
        assert server.wait() == 0


def last_answer(server: Server) -> bytes:
    """The answer with which a service that stops ends a connection; nothing if it had ended it before."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:

        def ask() -> bytes:
            """What comes until the body of the answer is there."""
            answer = b""
            with suppress(ConnectionError):
                connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: test\r\n\r\n")
                while not answer.endswith(b"}") and (some := connection.recv(65536)):
                    answer += some
            return answer

        assert ask().startswith(b"HTTP/1.1 200")
        os.kill(server.parent, signal.SIGTERM)
        # Who asks on a connection that is open is told for a second more.
        while (answer := ask()) and b"connection: close" not in answer.lower():
            time.sleep(0.02)
        return answer


def test_the_file_of_a_database_that_went_away_is_missed(tmp_path: Path) -> None:
    own = tmp_path / "own.db"
    with closing(Database(f"sqlite:///{own}")) as database, database.write_schema() as connection:
        migrate(connection)
    with client_of(f"sqlite:///{own}") as client:
        assert client.get("/readyz").status_code == 200
        own.rename(tmp_path / "elsewhere.db")
        assert problem(client.get("/readyz"), "busy")["detail"] == "The database cannot be written."
