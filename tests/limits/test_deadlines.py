"""A statement that takes too long ends; what takes long for a reason does not."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from app.main import create_app
from app.settings import Settings
from app.store.database import Database
from tests.conftest import Backend
from tests.routers.asking import problem

ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(60)",
}
CUT = r"interrupted|57014"
SECONDS = 1.0
"""What a statement may take: hundreds of times what those take that have an end."""
LONG = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500000) SELECT max(i) FROM n",
    "postgresql": "SELECT pg_sleep(0.8)",
}


@pytest.fixture
def opened(url: str) -> Iterator[Callable[..., Database]]:
    """Makes databases with a limit of their own."""
    with ExitStack() as open_ones:

        def make(query_seconds: float | None) -> Database:
            made = Database(url, query_seconds=query_seconds)
            open_ones.callback(made.close)
            return made

        yield make


def test_a_read_that_does_not_end_is_interrupted_and_the_next_is_not(
    backend: Backend, opened: Callable[..., Database]
) -> None:
    database = opened(SECONDS)
    for _ in range(2):
        started = time.monotonic()
        with database.read() as connection, pytest.raises(DBAPIError, match=CUT):
            connection.execute(text(ENDLESS[backend.name])).all()
        assert time.monotonic() - started > 0.9 * SECONDS
        with database.read() as connection:
            assert connection.execute(text("SELECT count(*) FROM topic")).scalar_one() > 0


def test_the_reading_of_the_rows_counts_too(backend: Backend, opened: Callable[..., Database]) -> None:
    if backend.name == "postgresql":
        # There the driver has read them all when the statement ends.
        rows = "SELECT i, pg_sleep(0.001) FROM generate_series(1, 100000) AS n(i)"
    else:
        rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    with opened(0.3).read() as connection, pytest.raises(DBAPIError, match=CUT):
        for _ in connection.execute(text(rows)):
            pass


def test_each_statement_has_the_time_not_the_transaction(opened: Callable[..., Database]) -> None:
    database = opened(SECONDS)
    for _ in range(2):
        with database.write_service() as connection:
            for number in range(5):
                connection.execute(text("UPDATE topic SET note = :note"), {"note": f"step {number}"})
                time.sleep(SECONDS / 4)
    with database.read() as connection:
        assert connection.execute(text("SELECT DISTINCT note FROM topic")).scalar_one() == "step 4"


def test_a_write_that_is_interrupted_leaves_nothing_behind(backend: Backend, opened: Callable[..., Database]) -> None:
    database = opened(SECONDS)
    with ExitStack() as transaction:
        transaction.enter_context(pytest.raises(DBAPIError, match=CUT))
        connection = transaction.enter_context(database.write_service())
        connection.execute(text("UPDATE topic SET note = 'half'"))
        connection.execute(text(ENDLESS[backend.name])).all()
    with database.write_service() as connection:
        assert connection.execute(text("SELECT count(*) FROM topic WHERE note = 'half'")).scalar_one() == 0


def test_a_database_without_a_limit_takes_what_it_needs(backend: Backend, opened: Callable[..., Database]) -> None:
    limited, unlimited = opened(0.1), opened(None)
    with unlimited.read() as connection, pytest.raises(DBAPIError), limited.read() as other:
        other.execute(text(ENDLESS[backend.name])).all()
    for way in (unlimited.read, unlimited.write_service, unlimited.write_schema):
        with way() as connection:
            started = time.monotonic()
            connection.execute(text(LONG[backend.name])).all()
            assert time.monotonic() - started > 0.1


def test_many_statements_at_once_are_ended_each_by_its_own_time(
    backend: Backend, opened: Callable[..., Database]
) -> None:
    database, ended = opened(2 * SECONDS), []

    def ask(statement: str) -> None:
        with database.read() as connection:
            try:
                connection.execute(text(statement)).all()
                ended.append("done")
            except DBAPIError:
                ended.append("cut")

    threads = [threading.Thread(target=ask, args=(ENDLESS[backend.name],)) for _ in range(3)]
    threads += [threading.Thread(target=ask, args=("SELECT count(*) FROM topic",)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(ended) == ["cut"] * 3 + ["done"] * 20


def test_a_request_whose_statement_takes_too_long_is_told_so(
    backend: Backend, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(Settings(database_url=url, query_seconds=SECONDS))

    def slow(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
        if "FROM topic" in statement:
            return ENDLESS[backend.name], ()
        return statement, parameters

    event.listen(app.state.database.engine, "before_cursor_execute", slow, retval=True)
    with TestClient(app, raise_server_exceptions=False) as client:
        refused = client.get("/v1/topics")
        body = problem(refused, "deadline-exceeded")
        assert (refused.status_code, body["errors"]) == (503, [])
        assert "retry-after" not in refused.headers
        assert "took too long" in caplog.text
        assert client.get("/readyz").status_code == 200
