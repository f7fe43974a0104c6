"""Snapshots are kept, brought up to date, built once for all who wait, and let go."""

import gc
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.graph.columns import Columns
from app.history.view import View, view_at
from app.models.nouns import BY_KIND
from app.problems import Problem
from app.store import records, snapshot
from app.store.database import Database
from app.store.loading import load_columns
from app.store.records import CREATE
from app.store.snapshot import Snapshots
from tests.store.columns import assert_same


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is built, in order: `load 3` for version 3 from all rows, `refresh 3` from an older one."""
    built: list[str] = []
    for name in ("load", "refresh"):
        function = getattr(snapshot, name)

        def counting(view: View, *args: Any, name: str = name, function: Any = function) -> Any:
            built.append(f"{name} {view.number}")
            return function(view, *args)

        monkeypatch.setattr(snapshot, name, counting)
    return built


def get(snapshots: Snapshots, database: Database, as_of: str | None = None) -> Columns:
    with database.read() as connection:
        return snapshots.columns(view_at(connection, as_of))


def add_topic(database: Database, public_id: str) -> None:
    body = CREATE["topic"].model_validate({"id": public_id, "label_en": "A", "label_es": "A"})
    with database.write(cause="api") as writer:
        records.create(writer, BY_KIND["topic"], body)


def test_a_version_is_built_once_and_the_next_from_it(seeded_database: Database, counted: list[str]) -> None:
    snapshots = Snapshots()
    first = get(snapshots, seeded_database)
    assert get(snapshots, seeded_database) is first
    add_topic(seeded_database, "a")
    second = get(snapshots, seeded_database)
    assert_same(second, load_columns(seeded_database))
    assert get(snapshots, seeded_database, "v1") is first
    assert get(snapshots, seeded_database, "v2") is second
    assert counted == ["load 1", "refresh 2"]


def test_a_past_version_is_that_version(seeded_database: Database, counted: list[str]) -> None:
    before = load_columns(seeded_database)
    add_topic(seeded_database, "a")
    add_topic(seeded_database, "b")
    snapshots = Snapshots()
    get(snapshots, seeded_database)
    assert_same(get(snapshots, seeded_database, "v1"), before)
    assert_same(get(snapshots, seeded_database, "v2"), load_columns(seeded_database, 2))
    assert counted == ["load 3", "load 1", "refresh 2"]


def test_who_asks_while_it_is_built_waits_for_it(
    seeded_database: Database, counted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshots = Snapshots()
    building: Callable[[View], Columns] = vars(snapshot)["load"]

    def slow(view: View) -> Columns:
        time.sleep(0.3)
        return building(view)

    monkeypatch.setattr(snapshot, "load", slow)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: get(snapshots, seeded_database), range(8)))
    assert len({id(columns) for columns in found}) == 1
    assert counted == ["load 1"]


def test_where_building_fails_the_next_who_waits_builds(
    seeded_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshots, barrier = Snapshots(), threading.Barrier(2)
    building: Callable[[View], Columns] = vars(snapshot)["load"]
    tries: list[int] = []

    def failing(view: View) -> Columns:
        tries.append(view.number)
        if len(tries) == 1:
            barrier.wait(60)
            time.sleep(0.2)
            raise ValueError("no")
        return building(view)

    monkeypatch.setattr(snapshot, "load", failing)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(get, snapshots, seeded_database)
        barrier.wait(60)
        second = pool.submit(get, snapshots, seeded_database)
        assert second.result(60).number == 1
        with pytest.raises(ValueError, match="no"):
            first.result()
    assert tries == [1, 1]


def test_those_asked_for_longest_ago_go_first(seeded_database: Database, counted: list[str]) -> None:
    snapshots = Snapshots(most=2)
    first = get(snapshots, seeded_database)
    add_topic(seeded_database, "a")
    get(snapshots, seeded_database)
    get(snapshots, seeded_database, "v1")
    get(snapshots, seeded_database, "v0")
    assert get(snapshots, seeded_database, "v1") is first
    get(snapshots, seeded_database, "v2")
    assert counted == ["load 1", "refresh 2", "load 0", "refresh 2"]


def test_what_snapshots_share_is_counted_once(seeded_database: Database, counted: list[str]) -> None:
    size = load_columns(seeded_database).nbytes
    snapshots = Snapshots(most_bytes=2 * size)
    get(snapshots, seeded_database)
    for number in range(3):
        add_topic(seeded_database, f"a{number}")
        get(snapshots, seeded_database)
    get(snapshots, seeded_database, "v1")
    assert counted == ["load 1", "refresh 2", "refresh 3", "refresh 4"]
    small = Snapshots(most_bytes=1)
    newest = get(small, seeded_database)
    assert get(small, seeded_database) is newest
    get(small, seeded_database, "v1")
    assert get(small, seeded_database) is not newest


def test_other_processes_find_the_columns_in_a_folder_as_long_as_they_are_there(seeded_database: Database) -> None:
    snapshots = Snapshots(most=1)
    columns = get(snapshots, seeded_database)
    folder = snapshots.folder(columns)
    assert snapshots.folder(columns) == folder
    assert folder.stat().st_mode & 0o777 == 0o700
    assert_same(Columns.open(folder), columns)
    add_topic(seeded_database, "a")
    newer = snapshots.folder(get(snapshots, seeded_database))
    assert folder.is_dir()
    del columns
    gc.collect()
    assert not folder.exists()
    assert newer.is_dir()


def test_a_forked_child_leaves_the_folder_alone(tmp_path: Path) -> None:
    snapshot._remove(tmp_path, os.getpid() + 1)
    assert tmp_path.is_dir()
    snapshot._remove(tmp_path, os.getpid())
    assert not tmp_path.exists()


def test_a_reader_sees_the_version_that_its_connection_sees(seeded_database: Database) -> None:
    snapshots = Snapshots()
    with seeded_database.read() as connection:
        connection.execute(text("SELECT number FROM data_counter")).one()
        add_topic(seeded_database, "a")
        assert get(snapshots, seeded_database).number == 2
        assert snapshots.columns(view_at(connection)).number == 1
        with pytest.raises(Problem, match="no such version yet"):
            snapshots.columns(view_at(connection, "v2"))
