"""The present version: never older than what was committed before it was asked for, whoever committed."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
from sqlalchemy import text

from app.models.nouns import BY_KIND
from app.problems import Problem
from app.store import records
from app.store.database import Database
from app.store.present import Present, present_of
from app.store.records import CREATE

PROCESS = """
import sys
from app.store.database import Database
from tests.store.test_present import add_topic

database = Database(sys.argv[1])
add_topic(database, "of-another-process")
database.close()
"""
HOLDING = """
import sys
from sqlalchemy import text
from app.store.database import Database
from app.store.present import present_of

database = Database(sys.argv[1])
told_by = present_of(database)
with database.write_service() as connection:
    connection.execute(text("UPDATE data_counter SET public_number = 2"))
    print(told_by.at_once(), flush=True)
    sys.stdin.readline()
print(told_by.at_once(), flush=True)
sys.stdin.readline()
print(told_by.at_once(), flush=True)
"""


@pytest.fixture
def of_database(seeded_database: Database) -> Iterator[Present]:
    """What tells the version of the database."""
    with closing(present_of(seeded_database)) as found:
        yield found


def number(told_by: Present) -> int | None:
    """The version, as it is told to who may wait and to who may not."""
    told = asyncio.run(told_by.number())
    assert told_by.at_once() in (told, None)
    return told


def add_topic(database: Database, public_id: str, visibility: str = "public") -> None:
    body = CREATE["topic"].model_validate({"id": public_id, "label_en": "A", "label_es": "A", "visibility": visibility})
    with database.write(cause="api") as writer:
        records.create(writer, BY_KIND["topic"], body)


def test_it_is_that_of_the_last_commit_and_of_nothing_else(seeded_database: Database, of_database: Present) -> None:
    first = number(of_database)
    assert first == 1
    add_topic(seeded_database, "one")
    assert number(of_database) == 2
    with pytest.raises(Problem, match="never used twice"):
        add_topic(seeded_database, "one")
    assert number(of_database) == 2
    add_topic(seeded_database, "x5a5a5a5a5a5a5a5a", "restricted")
    assert number(of_database) == 2
    url = seeded_database.url.render_as_string(hide_password=False)
    subprocess.run([sys.executable, "-c", PROCESS, url], check=True)
    assert number(of_database) == 3


def test_who_has_committed_is_told_of_it_whatever_others_do(seeded_database: Database, of_database: Present) -> None:
    wrong: list[tuple[int, int | None]] = []
    lock = threading.Lock()

    def write(name: int) -> None:
        for turn in range(15):
            add_topic(seeded_database, f"of-{name}-{turn}")
            with seeded_database.read() as connection:
                mine = int(connection.execute(text("SELECT public_number FROM data_counter")).scalar_one())
            # An event loop asks by itself; here the callers have to take turns.
            with lock:
                told = number(of_database)
            if told is None or told < mine:
                wrong.append((mine, told))

    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert number(of_database) == 61


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An SQLite file of which nothing is read but the counter."""
    made = tmp_path / "counter.db"
    with closing(sqlite3.connect(made)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE data_counter (public_number INTEGER)")
        connection.execute("INSERT INTO data_counter VALUES (1)")
        connection.commit()
    return made


@pytest.fixture
def of_file(path: Path) -> Iterator[Present]:
    """What tells its version."""
    with closing(Database(f"sqlite:///{path}")) as database, closing(present_of(database)) as found:
        yield found


def count(path: Path, number: int, after: str = "PRAGMA user_version") -> tuple[Any, ...]:
    """Set the counter by a connection that is closed then; gives what the statement after it gives."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE data_counter SET public_number = ?", [number])
        row: tuple[Any, ...] = connection.execute(after).fetchone()
        return row


def test_it_is_read_once_for_all_who_had_begun_to_ask_when_the_loop_looked(path: Path, of_file: Present) -> None:
    async def turns() -> None:
        assert of_file.at_once(has_begun=True) == 1
        count(path, 2)
        assert of_file.at_once(has_begun=True) == 1
        assert (of_file.at_once(), await of_file.number()) == (2, 2)
        await asyncio.sleep(0)
        assert of_file.at_once(has_begun=True) == 2

    asyncio.run(turns())


def test_a_log_that_begins_again_is_noticed(path: Path, of_file: Present) -> None:
    for version in range(2, 7):
        assert count(path, version)
        assert number(of_file) == version
        busy, *_ = count(path, version + 1, "PRAGMA wal_checkpoint(TRUNCATE)")
        assert (busy, number(of_file)) == (0, version + 1)


def test_without_a_write_ahead_log_it_is_told_too(path: Path, of_file: Present) -> None:
    assert count(path, 2, "PRAGMA journal_mode = DELETE") == ("delete",)
    for version in (2, 3, 4):
        count(path, version)
        assert number(of_file) == version


def test_what_this_process_has_locked_stays_locked_for_others(path: Path) -> None:
    # Whoever closes a descriptor of a file loses all locks of the process on it: SQLite's own, if it is its file.
    with subprocess.Popen([sys.executable, "-c", HOLDING, f"sqlite:///{path}"], stdin=PIPE, stdout=PIPE) as holding:
        assert holding.stdin
        assert holding.stdout
        assert holding.stdout.readline() == b"1\n"
        with (
            closing(sqlite3.connect(path, timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("BEGIN IMMEDIATE")
        holding.stdin.write(b"\n")
        holding.stdin.flush()
        assert holding.stdout.readline() == b"2\n"
        assert count(path, 3)
        holding.stdin.close()
        assert holding.stdout.readline() == b"3\n"
    assert holding.returncode == 0


def test_a_database_that_is_away_tells_nothing_until_it_is_there(path: Path, of_file: Present) -> None:
    path.rename(path.with_suffix(".away"))
    assert number(of_file) is None
    path.with_suffix(".away").rename(path)
    assert number(of_file) == 1
