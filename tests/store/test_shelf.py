"""What one process of a service loaded is not loaded by the others, and never given for what it is not."""

import gc
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from app.graph.columns import NONE, Columns, Texts
from app.history.view import View, present_view, view_at
from app.models.nouns import BY_KIND
from app.models.tables import Reader
from app.store import records, shelf
from app.store.database import Database
from app.store.expunging import expunge, to_expunge
from app.store.loading import load, load_columns
from app.store.records import CREATE
from app.store.shelf import Shelf
from app.store.snapshot import Snapshots
from tests.store.columns import assert_same

HOLDER = """
import fcntl, sys, time
with open(sys.argv[1], "w") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The versions that were loaded from the database."""
    found: list[str] = []

    def note(view: View) -> Columns:
        found.append(view.version)
        return load(view)

    monkeypatch.setattr(shelf, "load", note)
    return found


def get(folder: Path, database: Database, as_of: str | None = None, reader: Reader = Reader.public) -> Columns:
    """What another process would get: a snapshot of its own on the same folder."""
    with database.read() as connection:
        return Snapshots(shelf=Shelf(folder)).columns(view_at(connection, as_of, reader))


def add_topic(database: Database, public_id: str, visibility: str = "public") -> None:
    body = {"id": public_id, "label_en": "New", "label_es": "Nuevo", "visibility": visibility}
    with database.write(cause="api") as writer:
        records.create(writer, BY_KIND["topic"], CREATE["topic"].model_validate(body))


def shelved(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


def test_one_process_loads_and_the_others_map_its_files(
    seeded_database: Database, loaded: list[str], tmp_path: Path
) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: get(tmp_path, seeded_database), range(8)))
    assert len(loaded) == 1
    expected = load_columns(seeded_database)
    for columns in found:
        assert_same(columns, expected)
        ids = columns["organization"].columns["id"]
        assert isinstance(ids, Texts)
        assert isinstance(ids.data, np.memmap)


def test_a_later_version_is_made_from_what_is_there(
    seeded_database: Database, loaded: list[str], tmp_path: Path
) -> None:
    get(tmp_path, seeded_database)
    before = shelved(tmp_path)
    for number in range(3):
        add_topic(seeded_database, f"shelved-{number}")
        assert_same(get(tmp_path, seeded_database), load_columns(seeded_database))
    assert len(loaded) == 1
    assert shelved(tmp_path) == before


def test_a_past_version_is_loaded_and_takes_no_place(
    seeded_database: Database, loaded: list[str], tmp_path: Path
) -> None:
    add_topic(seeded_database, "shelved")
    now = get(tmp_path, seeded_database)
    before = shelved(tmp_path)
    assert_same(get(tmp_path, seeded_database, "v1"), load_columns(seeded_database, 1))
    assert loaded == [now.version, "v1"]
    assert shelved(tmp_path) == before


def test_the_classes_of_reader_have_their_own(seeded_database: Database, loaded: list[str], tmp_path: Path) -> None:
    add_topic(seeded_database, "x5a5a5a5a5a5a5a5a", "restricted")
    public, restricted = get(tmp_path, seeded_database), get(tmp_path, seeded_database, reader=Reader.restricted)
    assert len(loaded) == len(shelved(tmp_path)) == 2
    assert_same(public, load_columns(seeded_database))
    assert_same(restricted, load_columns(seeded_database, reader=Reader.restricted))
    assert restricted["topic"].ids.find("x5a5a5a5a5a5a5a5a") != NONE
    assert public["topic"].ids.find("x5a5a5a5a5a5a5a5a") == NONE


def test_what_was_expunged_is_on_no_shelf(seeded_database: Database, loaded: list[str], tmp_path: Path) -> None:
    add_topic(seeded_database, "shelved-mistake")
    get(tmp_path, seeded_database)
    with seeded_database.write(cause="expunge") as writer:
        expunge(writer, to_expunge(writer.connection, "topic:shelved-mistake", with_referrers=False))
    found = get(tmp_path, seeded_database)
    assert len(loaded) == 2
    assert_same(found, load_columns(seeded_database))
    assert not any(b"shelved-mistake" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_much_that_changed_is_loaded_again_and_takes_the_place(
    seeded_database: Database, loaded: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = get(tmp_path, seeded_database)
    add_topic(seeded_database, "shelved")
    monkeypatch.setattr(shelf, "refresh", lambda _view, _columns: None)
    second = get(tmp_path, seeded_database)
    assert loaded == [first.version, second.version]
    assert len(shelved(tmp_path)) == 1
    # Who had mapped the files of before still reads them.
    gc.collect()
    assert_same(first, load_columns(seeded_database, int(first.version[1:])))
    assert_same(get(tmp_path, seeded_database), load_columns(seeded_database))
    assert len(loaded) == 2


def test_a_process_that_was_killed_holds_nobody_up(
    seeded_database: Database, loaded: list[str], tmp_path: Path
) -> None:
    part = tmp_path / "public-0-1.part"
    part.mkdir()
    (part / "topic.pk.npy").write_bytes(b"half of it")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "public.lock")], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(get, tmp_path, seeded_database)
        assert not waiting.done()
        holder.kill()
        holder.wait(60)
        found = waiting.result(60)
    holder.stdout.close()
    assert_same(found, load_columns(seeded_database))
    with seeded_database.read() as connection:
        assert loaded == [present_view(connection).version]
