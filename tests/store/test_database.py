"""Connections to a database: many at once, and one after the other."""

import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.access.keys import find_caller
from app.migrations import migrate
from app.store import database as database_module
from app.store.database import Database
from tests.support.keys import key_for


def test_many_open_a_new_file_at_once(tmp_path: Path) -> None:
    many = 8

    def write(path: Path, barrier: Barrier) -> None:
        database = Database(f"sqlite:///{path}")
        barrier.wait()
        with database.write_schema() as connection:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS place (name)")
        with database.read() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        database.close()

    with ThreadPoolExecutor(many) as pool:
        for number in range(100):
            barrier = Barrier(many)
            for done in [pool.submit(write, tmp_path / f"{number}.db", barrier) for _ in range(many)]:
                done.result()


def migrated(database: Database) -> None:
    with database.write_schema() as connection:
        migrate(connection)


def test_a_kept_connection_is_as_careful_as_a_new_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'kept.db'}"
    database = Database(url)
    migrated(database)
    key = key_for(url, "write")

    def told(name: str) -> int:
        with database.read() as connection:
            return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())

    def has_parents() -> bool:
        with database.write_service() as connection:
            return bool(connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one())

    careful = {"busy_timeout": 10_000, "synchronous": 2, "journal_size_limit": 64 * 2**20}
    # What each of these needs for itself must not stay with the connection that it had.
    uses: list[Callable[[], object]] = [
        partial(find_caller, database.engine, key, now=database.clock()),
        database.gather_statistics,
        partial(migrated, database),
    ]
    for use in uses:
        use()
        assert {name: told(name) for name in careful} == careful
        assert has_parents()
    database.close()


def test_the_log_of_a_large_write_does_not_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "_LARGEST_LOG", 100_000)
    path = tmp_path / "large.db"
    database = Database(f"sqlite:///{path}")
    log = path.with_name("large.db-wal")
    with database.write_schema() as connection:
        connection.exec_driver_sql("CREATE TABLE large (text)")
    with database.write_service() as connection:
        connection.exec_driver_sql("INSERT INTO large VALUES (zeroblob(5000000))")
    assert log.stat().st_size > 5_000_000
    with database.write_service() as connection:
        connection.exec_driver_sql("INSERT INTO large VALUES (1)")
    assert log.stat().st_size <= 100_000
    database.close()
    assert not log.exists()


@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO topic (id) VALUES (:words)", "SELECT :words FROM nowhere", "SELECT CAST(:words AS text), nothing"],
)
def test_an_error_does_not_tell_what_was_to_be_written_or_looked_for(seeded_database: Database, statement: str) -> None:
    words = "what only few may read"
    with pytest.raises(DBAPIError) as caught, seeded_database.write_service() as connection:
        connection.execute(text(statement), {"words": words})
    # It goes into the log as it is.
    told = "".join(traceback.format_exception(caught.value))
    assert statement.partition(":")[0] in told
    assert words not in told
