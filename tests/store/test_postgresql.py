"""Connections to PostgreSQL: bounded in number, and in time when the server or the network is gone."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.main import create_app
from app.problems import Problem
from app.settings import Settings
from app.store import postgresql, readiness
from app.store.database import COUNTING, Database
from app.store.failures import is_away
from tests.conftest import Backend
from tests.routers.asking import problem
from tests.support.keys import bearer, key_for
from tests.support.postgres import PostgresServer
from tests.support.wire import Wire

PATIENCE = 60
TOPIC = {"label_en": "Wired", "label_es": "Por cable"}
COMMIT = b"COMMIT\0"
"""The whole statement: `READ COMMITTED` is said at the beginning."""
NOTED = "SELECT note FROM topic WHERE id = 'wired'"


@pytest.fixture(scope="module")
def backend(own_postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Backend:
    return Backend("postgresql", tmp_path_factory.mktemp("postgresql"), own_postgres)


@pytest.fixture
def wire(own_postgres: PostgresServer) -> Iterator[Wire]:
    with Wire(own_postgres.port) as made:
        yield made


@pytest.fixture
def wired(url: str, own_postgres: PostgresServer, wire: Wire) -> str:
    """The URL of the database through the wire."""
    return url.replace(f":{own_postgres.port}/", f":{wire.port}/")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are a tenth of what they are."""
    for name in ("_CONNECT_SECONDS", "_LIFE_SECONDS", "_MARGIN_SECONDS", "_FREE_SECONDS"):
        monkeypatch.setattr(postgresql, name, getattr(postgresql, name) / 10)


@pytest.fixture
def opened() -> Iterator[Callable[..., Database]]:
    """Makes databases that are closed in the end."""
    with ExitStack() as stack:

        def make(*arguments: Any, **named: Any) -> Database:
            made = Database(*arguments, **named)
            stack.callback(made.close)
            return made

        yield make


def connections_to(own_postgres: PostgresServer, url: str) -> int:
    name = url.rpartition("/")[2]
    return int(own_postgres.execute(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'")[0][0])


# How many


def test_a_process_opens_no_more_connections_than_it_is_told(
    url: str, own_postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody is told that it is busy only because the machine is.
    monkeypatch.setattr(postgresql, "_FREE_SECONDS", PATIENCE)
    monkeypatch.setattr(readiness, "_SECONDS", PATIENCE)
    app = create_app(Settings(database_url=url, database_connections=3))
    key = key_for(url, "write")
    with TestClient(app, raise_server_exceptions=False) as client, ThreadPoolExecutor(30) as pool:
        addresses = ["/v1/topics", "/v1/organizations?limit=3", "/v1/keys", "/v1/search?q=mexico", "/readyz"] * 30
        headers = [{}, bearer(key)]
        asked = [
            pool.submit(client.get, address, headers=headers[number % 2]) for number, address in enumerate(addresses)
        ]
        most = 0
        while not all(one.done() for one in asked):
            most = max(most, connections_to(own_postgres, url))
        # What was opened stays so.
        most = max(most, connections_to(own_postgres, url))
        assert {one.result().status_code for one in asked} <= {200, 401, 403}
    # One is for /readyz.
    assert 3 <= most <= 3 + COUNTING + 1


@pytest.mark.usefixtures("impatient")
def test_who_finds_no_free_connection_is_told_so_soon_and_the_rest_of_the_service_goes_on(url: str) -> None:
    app = create_app(Settings(database_url=url, database_connections=2))
    database: Database = app.state.database
    with TestClient(app, raise_server_exceptions=False) as client:
        with database.read_service(), database.read_service():
            with ThreadPoolExecutor(10) as pool:
                asked = [pool.submit(client.get, "/v1/topics") for _ in range(10)]
                assert client.get("/healthz").status_code == 200
                answers = [one.result() for one in asked]
            for answer in answers:
                problem(answer, "busy")
                assert answer.headers["retry-after"] == "1"

        def is_answered() -> None:
            assert client.get("/v1/topics").status_code == 200

        works(is_answered)


# What a transaction costs


def test_a_read_is_begun_and_ended_by_one_message_each(url: str, opened: Callable[..., Database]) -> None:
    database = opened(url)
    with database.read() as connection:
        connection.execute(text("SELECT 1"))
    sent: list[str] = []
    with database.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
    send = driver.send_QUERY

    def noted(statement: str) -> None:
        sent.append(statement)
        send(statement)

    # What has parameters, or is not sent whole, does not come here and takes three messages.
    driver.send_QUERY, driver.send_PARSE = noted, None
    with database.read() as connection:
        assert connection.connection.driver_connection is driver
        assert connection.execute(text("SHOW transaction_isolation")).scalar() == "repeatable read"
        assert connection.execute(text("SHOW transaction_read_only")).scalar() == "on"
    assert [one.split()[0] for one in sent] == ["BEGIN", "SHOW", "SHOW", "ROLLBACK"]
    sent.clear()
    with database.write_service() as connection:
        assert connection.execute(text("SHOW transaction_isolation")).scalar() == "read committed"
        assert connection.execute(text("SHOW transaction_read_only")).scalar() == "off"
    assert [one.split()[0] for one in sent] == ["BEGIN", "SHOW", "SHOW", "COMMIT"]


def test_each_transaction_says_how_long_it_may_take(url: str, opened: Callable[..., Database]) -> None:
    def told(way: Callable[[], Any]) -> dict[str, str]:
        names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "tcp_keepalives_idle")
        with way() as connection:
            return {name: connection.execute(text(f"SHOW {name}")).scalar() for name in names}

    database, patient = opened(url, query_seconds=7), opened(url)
    times = {"statement_timeout": "7s", "lock_timeout": "10s", "tcp_keepalives_idle": "30"}
    assert told(database.read) == {**times, "idle_in_transaction_session_timeout": "0"}
    assert told(database.write_service) == {**times, "idle_in_transaction_session_timeout": "1min"}
    endless = {**times, "statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
    assert told(patient.write_service) == told(patient.write_schema) == endless


def test_a_writer_that_does_nothing_does_not_hold_up_the_others(
    url: str, opened: Callable[..., Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = opened(url, query_seconds=30)
    monkeypatch.setattr(postgresql, "_IDLE_SECONDS", 2)
    short = opened(url, query_seconds=30)
    with ExitStack() as stack:
        stack.enter_context(pytest.raises(DBAPIError))
        idle = stack.enter_context(short.write_service())
        idle.execute(text("SELECT * FROM data_counter FOR UPDATE"))
        with database.write(cause="api") as writer:
            writer.connection.execute(text("UPDATE topic SET note = 'written'"))
        idle.execute(text("UPDATE topic SET note = 'idle'"))
    with database.read() as connection:
        assert connection.execute(text("SELECT DISTINCT note FROM topic")).scalar_one() == "written"


# What an error tells


# When nothing answers


def hung_read(database: Database, wire: Wire) -> None:
    with database.read() as connection:
        wire.hold()
        connection.execute(text(NOTED))


def hung_write(database: Database, wire: Wire) -> None:
    with database.write_service() as connection:
        wire.hold()
        connection.execute(text("UPDATE topic SET note = 'hung'"))


def hung_beginning(database: Database, wire: Wire) -> None:
    wire.hold()
    with database.read() as connection:
        connection.execute(text(NOTED))


def hung_rest(database: Database, wire: Wire) -> None:
    time.sleep(postgresql._TRUSTED_SECONDS + 0.1)
    hung_beginning(database, wire)


def hung_connecting(database: Database, wire: Wire) -> None:
    database.engine.dispose()
    hung_beginning(database, wire)


def works(ask: Callable[[], object]) -> None:
    """Wait until it does."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            ask()
            return
        except (DBAPIError, AssertionError):
            assert time.monotonic() < end
            time.sleep(0.1)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("use", [hung_read, hung_write, hung_beginning, hung_rest, hung_connecting])
def test_a_server_that_hangs_is_not_waited_for(
    wired: str, wire: Wire, opened: Callable[..., Database], use: Callable[[Database, Wire], None]
) -> None:
    database = opened(wired, query_seconds=0.5)

    def read() -> None:
        with database.read() as connection:
            connection.execute(text(NOTED))

    works(read)
    started = time.monotonic()
    with pytest.raises(DBAPIError) as caught:
        use(database, wire)
    assert time.monotonic() - started < PATIENCE
    assert is_away(caught.value)
    wire.release()
    works(database.counter)


@pytest.mark.usefixtures("impatient")
def test_a_commit_that_hangs_is_told_as_neither_done_nor_failed(
    wired: str, wire: Wire, opened: Callable[..., Database]
) -> None:
    database = opened(wired, query_seconds=0.5)
    started = time.monotonic()
    with ExitStack() as stack:
        stack.enter_context(pytest.raises(Problem, match="wholly or not at all"))
        connection = stack.enter_context(database.write_service())
        connection.execute(text("UPDATE topic SET note = 'hung'"))
        wire.hold()
    assert time.monotonic() - started < PATIENCE


@pytest.mark.long
@pytest.mark.usefixtures("impatient")
def test_many_who_ask_while_the_server_hangs_are_all_told_soon(wired: str, wire: Wire) -> None:
    app = create_app(Settings(database_url=wired, query_seconds=1, database_connections=5))
    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.get("/v1/topics").status_code == 200
        wire.hold()
        started = time.monotonic()
        with ThreadPoolExecutor(100) as pool:
            answers = [one.result() for one in [pool.submit(client.get, "/v1/organizations") for _ in range(200)]]
            live = client.get("/healthz")
        assert time.monotonic() - started < 2 * PATIENCE
        for answer in answers:
            problem(answer, "busy")
        assert live.status_code == 200
        problem(client.get("/readyz"), "busy")
        wire.release()

        def is_ready() -> None:
            assert client.get("/readyz").status_code == 200

        works(is_ready)
        assert client.get("/v1/organizations").status_code == 200


def test_only_one_at_a_time_tries_a_server_that_is_away(
    url: str, own_postgres: PostgresServer, opened: Callable[..., Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = opened(url.replace(f":{own_postgres.port}/", ":1/"))
    monkeypatch.setattr(postgresql, "_AGAIN_SECONDS", 0.2)
    trying, tries, most = 0, 0, 0
    lock, is_over = threading.Lock(), threading.Event()
    connect = postgresql._socket

    def slowly(*arguments: Any) -> Any:
        nonlocal trying, tries, most
        with lock:
            trying, tries, most = trying + 1, tries + 1, max(most, trying + 1)
        time.sleep(0.1)
        with lock:
            trying -= 1
        return connect(*arguments)

    monkeypatch.setattr(postgresql, "_socket", slowly)

    def ask() -> int:
        with pytest.raises(DBAPIError) as caught, gone.read():
            pass
        assert is_away(caught.value)
        return 1

    def go_on() -> int:
        many = 0
        while not is_over.is_set():
            many += ask()
        return many

    # Until somebody has found that it is away, nobody knows.
    ask()
    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(go_on) for _ in range(8)]
        end = time.monotonic() + PATIENCE
        while tries < 5 and time.monotonic() < end:
            time.sleep(0.05)
        is_over.set()
        told = sum(one.result() for one in asking)
    assert most == 1
    assert tries >= 5
    # If each of them had tried, it would be as many.
    assert told > 2 * tries


# When an answer is lost


@pytest.mark.parametrize("arrives", [True, False])
def test_a_commit_whose_answer_is_lost_is_told_as_neither_done_nor_failed(
    url: str, wired: str, wire: Wire, *, arrives: bool
) -> None:
    key = key_for(url, "write")
    app = create_app(Settings(database_url=wired))
    headers = {**bearer(key), "Idempotency-Key": "lost"}
    with TestClient(app, headers=headers, raise_server_exceptions=False) as client:
        assert client.get("/v1/topics").status_code == 200
        wire.lose(COMMIT, arrives=arrives)
        told = client.post("/v1/topics", json={"id": "wired", **TOPIC})
        assert wire.was_lost.wait(PATIENCE)
        body = problem(told, "outcome-unknown")
        assert (told.status_code, body["errors"]) == (503, [])
        assert "wholly or not at all" in body["detail"]
        assert "retry-after" not in told.headers
        assert client.get("/v1/topics/wired").status_code == (200 if arrives else 404)
        # The same request again ends it, and is done once.
        again = client.post("/v1/topics", json={"id": "wired", **TOPIC})
        assert again.status_code == 201
        assert again.headers.get("idempotent-replayed") == ("true" if arrives else None)
        assert client.get("/v1/topics/wired").json()["revision"] == 1
        # A change names the revision that it is made to: it is not made twice either.
        wire.lose(COMMIT, arrives=True)
        named = {"If-Match": '"r1"'}
        problem(client.patch("/v1/topics/wired", json={"note": "lost"}, headers=named), "outcome-unknown")
        problem(client.patch("/v1/topics/wired", json={"note": "lost"}, headers=named), "changed-meanwhile")
        assert client.get("/v1/topics/wired").json()["revision"] == 2


def test_a_write_that_is_cut_before_its_commit_is_told_as_not_done(url: str, wired: str, wire: Wire) -> None:
    key = key_for(url, "write")
    app = create_app(Settings(database_url=wired))
    with TestClient(app, headers=bearer(key), raise_server_exceptions=False) as client:
        assert client.get("/v1/topics").status_code == 200
        wire.lose(b"INSERT INTO topic", arrives=True)
        told = client.post("/v1/topics", json={"id": "wired", **TOPIC})
        problem(told, "busy")
        assert told.headers["retry-after"] == "1"
        assert client.get("/v1/topics/wired").status_code == 404
        assert client.post("/v1/topics", json={"id": "wired", **TOPIC}).status_code == 201


def test_connections_that_the_server_ended_are_replaced_without_a_request_that_fails(
    url: str, own_postgres: PostgresServer
) -> None:
    name = url.rpartition("/")[2]
    app = create_app(Settings(database_url=url))
    with TestClient(app, raise_server_exceptions=False) as client:
        for _ in range(2):
            assert client.get("/v1/topics?limit=3").status_code == 200
            own_postgres.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
            end = time.monotonic() + PATIENCE
            while connections_to(own_postgres, url):
                assert time.monotonic() < end
                time.sleep(0.02)
            time.sleep(postgresql._TRUSTED_SECONDS + 0.1)
            assert client.get("/v1/topics?limit=2").status_code == 200
