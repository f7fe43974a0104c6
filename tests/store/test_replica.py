"""A true replica, streamed to: it answers what it has as the database would, and nothing else."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr, ValidationError
from sqlalchemy import event, text
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlmodel import SQLModel

from app.access.routes import NEEDS
from app.main import create_app
from app.models import service
from app.models.nouns import NOUNS
from app.models.tables import sql_table
from app.settings import Settings
from app.store import replica
from app.store.database import Database
from tests.conftest import Backend
from tests.routers.asking import problem
from tests.support.commands import command
from tests.support.keys import bearer, key_for, make_key
from tests.support.postgres import PostgresServer
from tests.support.wire import Wire

PATIENCE = 60
STREAMING = {
    "wal_level": "replica",
    "max_wal_senders": "4",
    "wal_keep_size": "256MB",
    "synchronous_commit": "on",
    "hot_standby_feedback": "on",
    "wal_retrieve_retry_interval": "100ms",
}
LABELS = {"label_en": "Copied", "label_es": "Copiado"}
READS = (
    "/v1/about",
    "/v1/search?q=mexico",
    "/v1/changes",
    "/v1/changes?format=jsonl",
    "/v1/versions/v1",
    "/v1/evidence?record=org:ned",
    "/v1/visibility?record=org:ned",
    "/v1/organizations/ned/profile",
    "/v1/states/MX-NLE/profile",
    "/v1/organizations?format=csv",
    "/v1/projects?format=360giving",
    "/v1/export?format=csv",
    "/v1/networks/funder-partner-state?include=projects",
    "/v1/networks/coalitions",
    "/v1/networks/projection?of=partner",
    "/v1/networks/measures?network=coalitions",
    "/v1/networks/withdrawal?funder=ned",
    "/v1/networks/suggestions?organization=ned",
    "/v1/networks/compare?a=funder:ned&b=funder:usaid",
    "/v1/networks/paths?from=ned&to=usaid",
    "/v1/networks/ego/org:ned",
    "/v1/networks/coverage?by=topic",
    "/v1/networks/flows",
    "/v1/networks/diff?before=year_to:2020&after=year_from:2021",
    "/v1/networks/timeline?year_from=1999&year_to=2022",
    "/reconcile/suggest/entity?prefix=mex",
)
OF_THE_SERVICE = ("/v1/imports", "/v1/keys", "/v1/key", "/v1/admin-actions", "/v1/withheld-terms", "/v1/duplicates")
SECRET = SecretStr("a secret of the tests, and of nobody else")


@pytest.fixture(scope="module")
def primary() -> Iterator[PostgresServer]:
    with PostgresServer(STREAMING) as running:
        yield running


@pytest.fixture(scope="module")
def standby(primary: PostgresServer) -> Iterator[PostgresServer]:
    with PostgresServer(STREAMING, follows=primary) as running:
        yield running


@pytest.fixture(scope="module")
def backend_here(primary: PostgresServer, standby: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Backend:
    assert standby.port != primary.port
    return Backend("postgresql", tmp_path_factory.mktemp("replica"), primary)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replica, "_REST", 0.3)


class Pair:
    """A database, and a server that follows the one it is on."""

    def __init__(self, primary: PostgresServer, standby: PostgresServer, name: str) -> None:
        self.primary, self.standby, self.name = primary, standby, name
        self.url, self.replica_url = primary.url(name), standby.url(name)

    def pause(self) -> None:
        """Let the replica get no further."""
        self.standby.execute("SELECT pg_wal_replay_pause()")
        while self.standby.execute("SELECT pg_get_wal_replay_pause_state()")[0][0] != "paused":
            time.sleep(0.01)

    def go_on(self) -> None:
        """Let it catch up."""
        self.standby.execute("SELECT pg_wal_replay_resume()")

    def catch_up(self) -> None:
        """Wait until it has all that there is."""
        (reached,) = self.primary.execute("SELECT pg_current_wal_lsn()")[0]
        end = time.monotonic() + PATIENCE
        while not self.standby.execute(f"SELECT pg_last_wal_replay_lsn() >= '{reached}'")[0][0]:
            assert time.monotonic() < end, "the replica does not follow"
            time.sleep(0.01)


@pytest.fixture
def pair(backend_here: Backend, primary: PostgresServer, standby: PostgresServer) -> Iterator[Pair]:
    """A seeded database on both servers."""
    url = backend_here.copy("seeded")
    made = Pair(primary, standby, url.rpartition("/")[2])
    made.catch_up()
    yield made
    made.go_on()
    made.catch_up()
    backend_here.drop(url)


class Asked:
    """What a replica was asked for."""

    def __init__(self, database: Database) -> None:
        self.statements: list[str] = []
        found = database._replica
        assert found is not None
        event.listen(found.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "SELECT system_identifier")):
            self.statements.append(statement)

    def take(self) -> int:
        """How many statements came since the last time, but for those that compare the two."""
        many = sum("pg_is_in_recovery" not in one for one in self.statements)
        self.statements.clear()
        return many


@contextmanager
def served(pair: Pair, *scopes: str, **settings: Any) -> Iterator[tuple[TestClient, Asked]]:
    """A client of a service on both, whose key has these scopes, and what that asks the replica."""
    given: dict[str, Any] = {
        "database_url": pair.url,
        "database_replica_url": pair.replica_url,
        "cache_bytes": 0,
    } | settings
    app = create_app(Settings(**given))
    headers = bearer(key_for(pair.url, *scopes)) if scopes else {}
    with TestClient(app, headers=headers, raise_server_exceptions=False) as client:
        yield client, Asked(app.state.database)


def is_used(client: TestClient, asked: Asked) -> None:
    """Wait until reads are answered by the replica."""
    end = time.monotonic() + PATIENCE
    while True:
        asked.take()
        assert client.get("/v1/topics?limit=1").status_code == 200
        if asked.take():
            return
        assert time.monotonic() < end, "the replica is not read from"
        time.sleep(0.02)


def filled(client: TestClient) -> Iterator[str]:
    """Every address that is read from, with ids of records that there are."""
    for method, path in NEEDS:
        if method == "GET" and "{" not in path and path.startswith("/v1/") and "/networks/" not in path:
            yield path
    for noun in NOUNS:
        first = client.get(f"/v1/{noun.path}?limit=1").json()["items"]
        for record in first:
            yield f"/v1/{noun.path}/{record['id']}"
            yield f"/v1/{noun.path}/{record['id']}/history"
    yield from READS


@pytest.mark.long
def test_the_replica_answers_what_is_data_the_same_and_nothing_of_the_service(pair: Pair) -> None:
    tables = [one for one in vars(service).values() if isinstance(one, type) and issubclass(one, SQLModel)]
    names = [sql_table(one).name for one in tables if one.__module__ == service.__name__]
    assert "api_key" in names
    with served(pair, "admin", "write", secret=SECRET) as (client, asked):
        settings = Settings(database_url=pair.url, cache_bytes=0, secret=SECRET)
        client.headers["X-Request-ID"] = "the-same"
        with TestClient(create_app(settings), headers=dict(client.headers)) as alone:
            is_used(client, asked)
            for address in filled(alone):
                if address in READS:
                    # On a busy machine it may have been left alone for a moment.
                    is_used(client, asked)
                asked.take()
                answer = client.get(address)
                statements, wanted = list(asked.statements), alone.get(address)
                assert not [one for one in statements for name in names if re.search(rf"\b{name}\b", one)], address
                is_read = asked.take() > 0
                if address.startswith(OF_THE_SERVICE):
                    assert not is_read, address
                if address in READS:
                    assert is_read, address
                    assert answer.status_code == 200, answer.text
                assert answer.status_code == wanted.status_code, address
                # An archive has the time in it.
                if "export" not in address:
                    assert answer.content == wanted.content, address
                    assert answer.headers.get("etag") == wanted.headers.get("etag"), address


@pytest.mark.long
def test_who_has_written_sees_it_at_once_through_every_process_while_others_write(pair: Pair) -> None:
    with ExitStack() as stack:
        apps = [stack.enter_context(served(pair, "write", cache_bytes=1_000_000)) for _ in range(2)]
        readers = [TestClient(client.app, raise_server_exceptions=False) for client, _ in apps]

        def write(number: int) -> None:
            name = f"copied-{number}"
            for round_ in range(25):
                writer, reader = apps[round_ % 2][0], (apps[(round_ + 1) % 2][0], readers[round_ % 2])[round_ % 3 == 0]
                note = f"round {round_} of {number}"
                if round_ == 0:
                    answer = writer.post("/v1/topics", json={"id": name, "note": note, **LABELS})
                else:
                    named = {"If-Match": f'"r{round_}"'}
                    answer = writer.patch(f"/v1/topics/{name}", json={"note": note}, headers=named)
                assert answer.is_success, answer.text
                made = int(answer.headers["Data-Version"][1:])
                for look in (f"/v1/topics/{name}", "/v1/topics?limit=500", f"/v1/topics?as_of=v{made}&limit=500"):
                    seen = reader.get(look)
                    assert seen.status_code == 200, seen.text
                    assert note in seen.text, look
                    assert int(seen.headers["Data-Version"][1:]) >= made
                if round_ % 5 == 0:
                    # What lies between two writes may be read from the replica.
                    time.sleep(0.05)

        with ThreadPoolExecutor(4) as pool:
            for one in [pool.submit(write, number) for number in range(4)]:
                one.result()
        assert sum(asked.take() for _, asked in apps) > 0
        is_used(*apps[0])


def test_a_replica_that_is_behind_is_not_read_from_until_it_has_caught_up(pair: Pair, tmp_path: Path) -> None:
    with served(pair, "write") as (client, asked):
        is_used(client, asked)
        first = client.get("/v1/topics?limit=500")
        pair.pause()
        made = client.post("/v1/topics", json={"id": "copied", **LABELS})
        asked.take()
        now = made.headers["Data-Version"]
        for _ in range(3):
            assert client.get("/v1/topics/copied").json()["revision"] == 1
            listed = client.get(f"/v1/topics?as_of={now}&limit=500")
            assert (listed.status_code, listed.headers["Data-Version"]) == (200, now)
            assert "copied" in listed.text
        past = client.get(f"/v1/topics?as_of={first.headers['Data-Version']}&limit=500")
        assert past.json() == first.json()
        assert asked.take() == 0
        # A version that is nowhere yet is refused, not answered by what is there.
        problem(client.get("/v1/topics?as_of=v99"), "bad-parameter")
        # What is taken away is taken away at once.
        assert command(pair.url, tmp_path, "expunge", "topic:copied", "--yes").returncode == 0
        gone = client.get(f"/v1/topics?as_of={now}&limit=500")
        assert "copied" not in gone.text
        assert gone.headers["Data-Version-Amended"] == "true"
        assert asked.take() == 0
        pair.go_on()
        is_used(client, asked)
        again = client.get(f"/v1/topics?as_of={now}&limit=500")
        assert asked.take() > 0
        assert again.content == gone.content


def test_a_key_that_was_revoked_opens_nothing_however_far_the_replica_is(pair: Pair) -> None:
    with served(pair, "admin") as (client, asked):
        is_used(client, asked)
        database: Database = client.app.state.database  # type: ignore[attr-defined]
        key = make_key(database, "read")
        pair.catch_up()
        pair.pause()
        assert client.get("/v1/topics", headers=bearer(key)).status_code == 200
        prefix = key.rpartition("_")[0]
        while not client.get(f"/v1/keys/{prefix}").is_success:
            prefix = prefix.rpartition("_")[0]
        assert client.delete(f"/v1/keys/{prefix}").status_code == 204
        problem(client.get("/v1/topics", headers=bearer(key)), "invalid-key")
        assert client.get(f"/v1/keys/{prefix}").json()["status"] == "revoked"


def test_a_replica_that_dies_is_not_missed(pair: Pair) -> None:
    with served(pair, "write") as (client, asked):
        is_used(client, asked)
        pair.standby.crash()
        try:
            for _ in range(30):
                assert client.get("/v1/topics?limit=2").status_code == 200
            assert client.get("/readyz").status_code == 200
            assert client.post("/v1/topics", json={"id": "copied", **LABELS}).status_code == 201
            assert client.get("/v1/topics/copied").status_code == 200
        finally:
            pair.standby.start_again()
        pair.catch_up()
        is_used(client, asked)
        assert client.get("/v1/topics/copied").status_code == 200


def test_a_replica_that_hangs_is_left_alone_for_a_while(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(replica, "_PATIENCE", 0.5)
    with Wire(pair.standby.port) as wire:
        through = pair.replica_url.replace(f":{pair.standby.port}/", f":{wire.port}/")
        with served(pair, database_replica_url=through) as (client, asked):
            is_used(client, asked)
            # Until then the machine may have been too busy for it.
            caplog.clear()
            monkeypatch.setattr(replica, "_REST", 10.0 * PATIENCE)
            client.app.state.database._replica._logged.clear()  # type: ignore[attr-defined]
            time.sleep(1.1)
            wire.hold()
            assert client.get("/v1/topics").status_code == 200

            def asked_again(*_: Any, **__: Any) -> Any:
                raise AssertionError("it is waited for again")

            monkeypatch.setattr(client.app.state.database._replica, "_reading", asked_again)  # type: ignore[attr-defined]
            for _ in range(10):
                assert client.get("/v1/topics").status_code == 200
            assert caplog.text.count("the replica is not read from: it does not answer") == 1


def test_a_connection_that_could_not_be_compared_is_given_back(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    # It is kept, and with it what the stack of calls holds.
    busy = PoolTimeoutError("the connections to the database are all taken")

    def compare(*_: Any) -> bool:
        raise busy

    with closing(Database(pair.url, replica_url=pair.replica_url)) as database:
        found = database._replica
        assert found is not None
        monkeypatch.setattr(found, "_is_right", compare)
        with database.read() as connection:
            assert connection.engine.url == database.url
        assert found.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_only_a_replica_of_this_very_database_is_read_from(pair: Pair, backend_here: Backend) -> None:
    twin = backend_here.copy("seeded")
    pair.catch_up()
    name = twin.rpartition("/")[2]
    # The database itself, and the replica of another one that has the same versions.
    for other in (pair.url, pair.standby.url(name)):
        with served(pair, database_replica_url=other) as (client, asked):
            for _ in range(3):
                assert client.get("/v1/topics").status_code == 200
            assert asked.take() == 0
    pair.catch_up()
    backend_here.drop(twin)


def test_a_replica_that_was_promoted_is_not_read_from(backend_here: Backend, primary: PostgresServer) -> None:
    url = backend_here.copy("seeded")
    name = url.rpartition("/")[2]
    with PostgresServer(STREAMING, follows=primary) as standby:
        pair = Pair(primary, standby, name)
        with ExitStack() as stack:
            client, asked = stack.enter_context(served(pair, "write"))
            is_used(client, asked)
            standby.execute("SELECT pg_promote()")
            # Both are written to, and have the same version of different data.
            other = stack.enter_context(closing(Database(standby.url(name))))
            with other.write(cause="api") as writer:
                writer.connection.execute(text("UPDATE topic SET note = 'elsewhere'"))
                writer.connection.execute(text("UPDATE data_counter SET number = number + 1"))
            asked.take()
            for _ in range(3):
                assert "elsewhere" not in client.get("/v1/topics").text
            assert asked.take() == 0
    backend_here.drop(url)


def test_one_with_few_rights_may_read_from_a_replica(pair: Pair) -> None:
    pair.primary.execute("DROP ROLE IF EXISTS reader")
    pair.primary.execute("CREATE ROLE reader LOGIN")
    pair.primary.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader", pair.name)
    pair.catch_up()
    urls = [url.replace("postgres@", "reader@") for url in (pair.url, pair.replica_url)]
    with served(pair, database_url=urls[0], database_replica_url=urls[1]) as (client, asked):
        is_used(client, asked)
    pair.primary.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM reader", pair.name)
    pair.primary.execute("DROP ROLE reader")


def test_a_file_has_no_replica() -> None:
    with pytest.raises(ValidationError, match="only a PostgreSQL server has a replica"):
        Settings(database_url="sqlite:///x.db", database_replica_url="postgresql://replica/x")
    with pytest.raises(ValidationError, match="not the URL of a PostgreSQL server"):
        Settings(database_url="postgresql://primary/x", database_replica_url="sqlite:///x.db")
    both = Settings(database_url="postgresql://primary/x", database_replica_url="postgres://replica/x")
    assert both.database_replica_url == "postgresql+pg8000://replica/x"
