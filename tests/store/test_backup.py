"""A backup is the whole database at one moment, whatever is written meanwhile; it is restored into either kind."""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, inspect, select, text
from sqlmodel import SQLModel
from typer.testing import CliRunner, Result

from app.cli import app
from app.history.withheld import check_of
from app.migrations import head, migrate
from app.models.nouns import BY_KIND, NOUNS
from app.models.service import AdminAction, ApiKey, IdempotentAnswer, WithheldTerm
from app.models.tables import Amendment, sql_table
from app.store import backup, copying
from app.store.backup import BackupError, restore_backup, write_backup
from app.store.copying import Layout, Tally, layouts, read_file
from app.store.database import Database
from app.store.records import CREATE, create
from tests.conftest import Backend
from tests.support.imports import ended
from tests.support.keys import client_of
from tests.support.postgres import PostgresServer

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret of a deployment, long enough"
HARD = (
    "",
    "\\",
    "\\N",
    "\\.",
    "'",
    "''",
    '"',
    "%s",
    "%",
    ":key",
    "?",
    "$1",
    "\t\n\r\v\f\b\x85\u2028",
    "Ñandú 🙂",
    "a\\tb",
)
"""Texts that are hard to copy."""
WHEN = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


class Targets:
    """New databases of either kind, whatever the one that is backed up is."""

    def __init__(self, folder: Path, server: PostgresServer) -> None:
        self.folder = folder
        self.server = server
        self.number = 0
        self.opened: list[Database] = []

    def new(self, kind: str, *, migrated: bool = False) -> Database:
        """One with nothing in it, or with tables."""
        self.number += 1
        name = f"target_{self.number}"
        if kind == "postgresql":
            self.server.create_database(name, "migrated" if migrated else None)
            database = Database(self.server.url(name))
        else:
            database = Database(f"sqlite:///{self.folder}/{name}.db")
            if migrated:
                tables_of(database)
        self.opened.append(database)
        return database


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server for what is restored: that of `backend` is there for one kind only."""
    with PostgresServer() as started:
        started.create_database("migrated")
        template = Database(started.url("migrated"))
        tables_of(template)
        template.close()
        yield started


def tables_of(database: Database) -> None:
    """Make the tables."""
    with database.write_schema() as connection:
        migrate(connection)


@pytest.fixture
def targets(tmp_path: Path, server: PostgresServer) -> Iterator[Targets]:
    """Makes databases to restore into."""
    made = Targets(tmp_path, server)
    yield made
    for database in made.opened:
        database.close()
        if not database.is_sqlite:
            server.drop_database(str(database.url.database))


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """The first data set, changed here and there, with rows in the tables of the service."""
    made = Database(url, secret=SECRET)
    write_everywhere(made)
    yield made
    made.close()


def write_everywhere(database: Database) -> None:
    """Rows in every table of the service, with what is hard to copy; changes and deletions in the data."""
    later = WHEN.astimezone(timezone(timedelta(hours=-6)))
    with database.write_service() as connection:
        row = {"prefix": "tjd_0000000000", "digest": "0" * 64, "label": "".join(HARD), "scopes": "", "created_at": WHEN}
        connection.execute(insert(sql_table(ApiKey)).values(row | {"last_used_at": later}))
        connection.execute(insert(sql_table(WithheldTerm)).values(digest=check_of(SECRET) + "a" * 64, words=2, at=WHEN))
        for key in HARD:
            answer = {"caller": "", "key": key, "digest": key, "status": 201, "headers": "{}", "at": WHEN}
            connection.execute(insert(sql_table(IdempotentAnswer)).values(answer | {"body": bytes(range(256))}))
        amended = {"number": 1, "version": 1, "first": 1, "last": 2, "is_public": True, "reason": "expunged"}
        connection.execute(insert(sql_table(Amendment)).values(amended))
        for action in ("one", "two", "three"):
            done = {"at": WHEN.replace(microsecond=0), "actor": "test", "action": action, "subject": None}
            connection.execute(insert(sql_table(AdminAction)).values(done))
    with client_of(database.url.render_as_string(hide_password=False), "write", secret=SECRET) as client:
        body = {"id": "zzz", "name": "Ñandú \\N\\. 🙂", "kind": "funder", "basis": "stated", "note": "a\\b\n\tc"}
        body |= {"identifiers": [{"scheme": "XI-Ñ", "value": "\\N"}]}  # type: ignore[dict-item]
        made = client.post("/v1/organizations", json=body)
        assert made.status_code == 201, made.text
        identifiers, texts = [{"scheme": "iati", "value": "\\N"}], [{"kind": "title", "language": "es", "text": "Ñ"}]
        project = {"id": "zzz", "title": "Z", "kind": "grant", "project_status": "unknown", "basis": "stated"}
        project |= {"identifiers": identifiers, "texts": texts}  # type: ignore[dict-item]
        assert client.post("/v1/projects", json=project).status_code == 201
        pair = {"organizations": ["zzz", "ned"]}
        assert client.post("/v1/duplicates/distinct", json=pair).status_code == 201
        large = {"id": "zzz", "recipient": "zzz", "amount": "999999999999.99", "currency": "MXN", "basis": "stated"}
        assert client.post("/v1/funding", json=large).status_code == 201
        for path in ("organizations/ned", "states/MX-NLE"):
            etag = client.get(f"/v1/{path}").headers["ETag"]
            changed = client.patch(f"/v1/{path}", json={"name": "Otro nombre"}, headers={"If-Match": etag})
            assert changed.status_code == 200, changed.text
        odd = {"grants": [{"id": "360G-odd", "title": "Ñ", "amountAwarded": "a lot"}]}
        brought = client.post("/v1/imports", files={"file": ("odd.json", json.dumps(odd))}).headers["Location"]
        both = {name: [{"id": f"XI-{name}", "name": name}] for name in ("fundingOrganization", "recipientOrganization")}
        good = odd["grants"][0] | both | {"amountAwarded": 5, "currency": "MXN", "awardDate": "2020-01-02"}
        good |= {"description": "Ñ"}
        whole = json.dumps({"grants": [good]})
        again = client.post("/v1/imports", files={"file": ("good.json", whole)}).headers["Location"]
        assert (ended(client, brought)["status"], ended(client, again)["status"]) == ("refused", "done")
        gone = client.get("/v1/citations?limit=1").json()["items"][0]["id"]
        etag = client.get(f"/v1/citations/{gone}").headers["ETag"]
        assert client.delete(f"/v1/citations/{gone}", headers={"If-Match": etag}).status_code == 204


def everything(database: Database) -> dict[str, list[Any]]:
    """The rows of every table of the models, as the driver gives them; moments in UTC."""
    with database.read() as connection:
        return {
            name: [tuple(map(plain, row)) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for name, table in SQLModel.metadata.tables.items()
        }


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    return bytes(value) if isinstance(value, memoryview) else value


# Round trips


def test_the_tables_that_are_copied_are_those_of_the_models_each_after_those_it_refers_to(
    database: Database, tmp_path: Path
) -> None:
    write_backup(database, tmp_path / "one")
    with closing(sqlite3.connect(tmp_path / "one")) as file:
        found = layouts(file)
    names = [layout.name for layout in found]
    assert sorted(names) == sorted(SQLModel.metadata.tables)
    kinds = set()
    for place, layout in enumerate(found):
        table = SQLModel.metadata.tables[layout.name]
        assert sorted(layout.columns) == sorted(column.name for column in table.columns)
        assert list(layout.key) == [column.name for column in table.primary_key]
        kinds |= set(layout.columns.values())
        for foreign in table.foreign_keys:
            assert foreign.column.table.name in {*names[:place], layout.name}
    # What `app.store.copying` knows how to write in either database.
    assert kinds == {"VARCHAR", "INTEGER", "BIGINT", "BOOLEAN", "DATETIME", "BLOB"}


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize(
    ("into", "migrated"),
    [("sqlite", False), ("postgresql", False), ("postgresql", True)],
    ids=["sqlite", "bare", "migrated"],
)
def test_what_is_restored_is_what_was_backed_up(
    database: Database, targets: Targets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, into: str, migrated: bool
) -> None:
    monkeypatch.setattr(copying, "_BATCH", 7)
    before = everything(database)
    assert [name for name, rows in before.items() if not rows] == []
    made = write_backup(database, tmp_path / "one")
    target = targets.new(into, migrated=migrated)
    restored = restore_backup(target, tmp_path / "one")
    assert restored == made
    assert everything(target) == before == everything(database)
    again = write_backup(target, tmp_path / "two")
    assert again.contents.tables == made.contents.tables
    # What comes next follows what was there.
    with target.write_service() as connection:
        row = {"at": WHEN, "actor": "test", "action": "four", "subject": None}
        connection.execute(insert(sql_table(AdminAction)).values(row))
        keys = connection.execute(select(sql_table(AdminAction).c.pk)).scalars().all()
    assert sorted(keys) == sorted({*(row[0] for row in before["admin_action"]), max(keys)})
    with target.read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [head()]


ADDRESSES = [
    *(f"/v1/{noun.path}?limit=100&include=total" for noun in NOUNS),
    "/v1/networks/funder-partner-state?include=projects,unnamed,supports",
    "/v1/networks/funder-partner-state?as_of=v1&format=graphml",
    "/v1/networks/coalitions?weights=collaboration:2,topic:0.5",
    "/v1/networks/flows",
    "/v1/networks/coverage",
    "/v1/search?q=justicia",
    "/v1/states/MX-NLE/profile",
    "/v1/organizations/zzz",
    "/v1/evidence?edge=org:ned~funds~org:ficdcm",
]


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_the_service_answers_from_a_restored_database_as_before(
    database: Database, targets: Targets, tmp_path: Path, into: str
) -> None:
    write_backup(database, tmp_path / "one")
    target = targets.new(into)
    restore_backup(target, tmp_path / "one")
    with (
        client_of(database.url.render_as_string(hide_password=False)) as before,
        client_of(target.url.render_as_string(hide_password=False)) as after,
    ):
        for address in ADDRESSES:
            one, other = before.get(address), after.get(address)
            assert one.status_code == other.status_code == 200, address
            assert one.content == other.content, address
            assert one.headers.get("ETag") == other.headers.get("ETag"), address
        body = {"name": "AAA", "kind": "funder", "basis": "stated"}
    with client_of(target.url.render_as_string(hide_password=False), "write", secret=SECRET) as writer:
        assert writer.post("/v1/organizations", json=body).status_code == 201


def test_a_backup_of_an_older_release_is_brought_up_to_date(backend: Backend, targets: Targets, tmp_path: Path) -> None:
    source = Database(backend.copy("bare"))
    with source.write_schema() as connection:
        migrate(connection, "0001")
        connection.execute(text("DELETE FROM data_counter"))
        at = "2026-01-02 03:04:05.678901" if source.is_sqlite else WHEN.astimezone(timezone(timedelta(hours=-6)))
        rows: dict[str, dict[str, Any]] = {
            "data_version": {"number": 1, "public_number": 1, "at": at, "cause": "api"},
            "data_counter": {"pk": 1, "number": 1, "public_number": 1, "next_pk": 8},
            "record": {"pk": 7, "kind": "topic", "id": "x", "revision": 1, "visibility": "public", "created_in": 1},
            "topic": {"pk": 7, "id": "x", "label_en": "X", "label_es": "Ñ"},
        }
        for name, row in rows.items():
            marks = ", ".join(f":{column}" for column in row)
            connection.execute(text(f"INSERT INTO {name} ({', '.join(row)}) VALUES ({marks})"), row)
    made = write_backup(source, tmp_path / "old")
    assert (made.contents.revision, made.contents.records) == ("0001", 1)
    source.close()
    for kind, migrated in (("sqlite", True), ("postgresql", False)):
        target = targets.new(kind, migrated=migrated)
        restore_backup(target, tmp_path / "old")
        with target.read() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == head()
            assert connection.execute(text("SELECT label_es FROM topic")).scalars().all() == ["Ñ"]
        assert everything(target)["data_version"][0][2] == "2026-01-02T03:04:05.678901+00:00"


# While others write


def test_a_backup_that_is_made_while_four_write_is_one_version(
    database: Database, targets: Targets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "_STEP", 20)
    stop = threading.Event()
    failed: list[Exception] = []
    written = [0] * 4

    def write(number: int) -> None:
        noun = BY_KIND["topic"]
        try:
            while not stop.is_set():
                with database.write(cause="api") as writer:
                    name = f"t{number}-{written[number]}"
                    body = {"id": name, "label_en": name, "label_es": name}
                    create(writer, noun, CREATE["topic"].model_validate(body))
                written[number] += 1
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    made = []
    try:
        while min(written) < 2 and not failed:
            time.sleep(0.01)
        for number in range(3):
            before = sum(written)
            made.append(write_backup(database, tmp_path / f"{number}"))
            while sum(written) == before and not failed:
                time.sleep(0.01)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failed == []
    numbers = [one.contents.number for one in made]
    assert numbers == sorted(set(numbers))
    for number, one in enumerate(made):
        target = targets.new("sqlite")
        restore_backup(target, tmp_path / f"{number}")
        with target.read() as connection:
            counter = connection.execute(text("SELECT number, next_pk FROM data_counter")).one()
            assert counter.number == one.contents.number
            for query, expected in (
                ("SELECT max(number) FROM data_version", counter.number),
                ("SELECT count(*) FROM data_version", counter.number),
                ("SELECT max(version) FROM change", counter.number),
                ("SELECT max(valid_from) FROM topic_history", counter.number),
                ("SELECT max(pk) < :next FROM record", 1),
                ("SELECT count(*) FROM topic WHERE pk NOT IN (SELECT record_pk FROM change)", 0),
                ("SELECT count(*) FROM change WHERE record_pk NOT IN (SELECT pk FROM record)", 0),
                ("SELECT count(*) FROM topic t WHERE label_en NOT IN (SELECT label_en FROM topic_history)", 0),
            ):
                found = connection.execute(text(query), {"next": counter.next_pk} if ":next" in query else {}).scalar()
                assert found == expected, query


def test_a_write_during_a_backup_waits_for_nothing_and_is_not_in_it(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []

    def write_now(source: sqlite3.Connection) -> list[Layout]:
        if not done:
            with database.write(cause="api") as writer:
                body = {"id": "late", "label_en": "L", "label_es": "L"}
                create(writer, BY_KIND["topic"], CREATE["topic"].model_validate(body))
                done.append(writer.version)
        return layouts(source)

    monkeypatch.setattr(backup, "layouts", write_now)
    made = write_backup(database, tmp_path / "one")
    assert made.contents.number == done[0] - 1
    with closing(sqlite3.connect(tmp_path / "one")) as file:
        assert file.execute("SELECT count(*) FROM topic WHERE id = 'late'").fetchone() == (0,)
    monkeypatch.undo()
    assert write_backup(database, tmp_path / "two").contents.number == done[0]


# The file


def run(database: Database, *arguments: str | Path) -> Result:
    """A command, in this process."""
    settings = {"TEJIDO_DATABASE_URL": database.url.render_as_string(hide_password=False), "COLUMNS": "300"}
    return CliRunner().invoke(app, [str(one) for one in arguments], env=settings)


def said_plainly(result: Result, *words: str) -> None:
    """The command failed, and says why in one line."""
    assert (result.exit_code, type(result.exception)) == (1, SystemExit), result.output
    assert len(result.output.splitlines()) == 1, result.output
    for word in words:
        assert word in result.output


def test_a_backup_is_for_its_owner_alone_and_is_told_in_a_table(database: Database, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        result = run(database, "backup", tmp_path / "one")
    finally:
        os.umask(before)
    assert result.exit_code == 0, result.output
    assert stat.S_IMODE((tmp_path / "one").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("one")] == ["one"]
    digest = hashlib.sha256((tmp_path / "one").read_bytes()).hexdigest()
    with database.read() as connection:
        number = connection.execute(text("SELECT number FROM data_counter")).scalar()
        records = connection.execute(text("SELECT count(*) FROM record WHERE deleted_in IS NULL")).scalar()
    for word in (digest, str(records), f"{number};", "Backed up and verified."):
        assert word in result.stderr


def test_an_existing_file_is_replaced_only_by_force(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "one"
    path.write_text("a letter", encoding="utf-8")
    said_plainly(run(database, "backup", path), "--force")
    assert path.read_text(encoding="utf-8") == "a letter"
    assert run(database, "backup", path, "--force").exit_code == 0
    assert path.read_bytes().startswith(b"SQLite format 3")
    said_plainly(run(database, "backup", tmp_path, "--force"), "folder")
    said_plainly(run(database, "backup", tmp_path / "none" / "one"), "No such file")
    if database.is_sqlite:
        said_plainly(run(database, "backup", str(database.url.database), "--force"), "is the database itself")


def test_two_backups_of_one_name_do_not_meet(database: Database, tmp_path: Path) -> None:
    with (tmp_path / "one.part").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        said_plainly(run(database, "backup", tmp_path / "one"), "Another backup is being written")
    assert not (tmp_path / "one").exists()
    assert run(database, "backup", tmp_path / "one").exit_code == 0


def test_what_is_no_database_of_ours_is_not_backed_up(targets: Targets, tmp_path: Path, backend: Backend) -> None:
    empty = targets.new(backend.name)
    said_plainly(run(empty, "backup", tmp_path / "one"))
    with empty.write_schema() as connection:
        connection.execute(text("CREATE TABLE letter (content VARCHAR)"))
    said_plainly(run(empty, "backup", tmp_path / "one"), "not migrated")
    with empty.write_schema() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('9999')"))
    said_plainly(run(empty, "backup", tmp_path / "one"), "newer release")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("one")] == []
    said_plainly(run(Database("sqlite://"), "backup", tmp_path / "one"), "memory")


STAGES = {
    "when all is copied": "backup._sign = stop",
    "when it has no name": "backup._summary = stop",
}
KILLED = """
import sys, time
from pathlib import Path
from app.store import backup
from app.store.database import Database
def stop(*_):
    print("there", flush=True)
    time.sleep(600)
{stage}
backup.write_backup(Database(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("stage", STAGES)
def test_a_backup_that_is_killed_leaves_none_and_stops_no_other(database: Database, tmp_path: Path, stage: str) -> None:
    path = tmp_path / "one"
    url = database.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED.format(stage=STAGES[stage]), url, str(path)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"there\n"
        said_plainly(run(database, "backup", path), "Another backup is being written")
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    assert not path.exists()
    assert (tmp_path / "one.part").exists()
    if stage == "when all is copied":
        with pytest.raises(BackupError, match="not a backup"):
            restore_backup(Database(f"sqlite:///{tmp_path}/never.db"), tmp_path / "one.part")
    assert run(database, "backup", path).exit_code == 0
    assert sorted(one.name for one in tmp_path.iterdir() if one.name.startswith("one")) == ["one"]


def test_a_backup_that_fails_leaves_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(backup, "_sign", fail)
    said_plainly(run(database, "backup", tmp_path / "one"), "database or disk is full")
    monkeypatch.setattr(backup, "_sign", lambda *_: None)
    said_plainly(run(database, "backup", tmp_path / "one"))
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("one")] == []


def test_a_backup_that_does_not_hold_what_was_read_is_not_given_its_name(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign = backup._sign

    def sign_and_spoil(target: sqlite3.Connection, *more: Any) -> Any:
        contents = sign(target, *more)
        target.execute("UPDATE topic SET label_en = 'spoilt' WHERE pk = (SELECT min(pk) FROM topic)")
        target.commit()
        return contents

    monkeypatch.setattr(backup, "_sign", sign_and_spoil)
    said_plainly(run(database, "backup", tmp_path / "one"), "topic")
    assert not (tmp_path / "one").exists()


# What is not restored


def sql(*statements: str) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        with closing(sqlite3.connect(path)) as file:
            for statement in statements:
                file.execute(statement)
            file.commit()

    return spoil


def cut(path: Path, size: float) -> None:
    os.truncate(path, int(path.stat().st_size * size) if size <= 1 else path.stat().st_size - int(size))


def flip(path: Path, before: bytes, after: bytes) -> None:
    content = path.read_bytes()
    assert before in content
    path.write_bytes(content.replace(before, after))


def zeros(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(bytes(8192))


def into_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def another(path: Path) -> None:
    path.unlink()
    sql("CREATE TABLE a (b)")(path)


NEWER = "UPDATE tejido_backup SET contents = json_set(contents, '$.revision', '9999')"
SPOILT: dict[str, tuple[Callable[[Path], Any], str]] = {
    "is not there": (Path.unlink, "There is no file"),
    "is a folder": (into_folder, "There is no file"),
    "is empty": (lambda path: path.write_bytes(b""), "not a backup"),
    "is a letter": (lambda path: path.write_text("Estimadas y estimados: " * 999, encoding="utf-8"), "not a backup"),
    "is another database": (another, "not a backup"),
    "has lost its mark": (sql("PRAGMA application_id = 0"), "not a backup"),
    "has lost its half": (lambda path: cut(path, 0.5), "damaged"),
    "has lost its end": (lambda path: cut(path, 100), "damaged"),
    "has lost all but its head": (lambda path: cut(path, 0.001), "damaged"),
    "has zeros in the midst": (zeros, "damaged"),
    "has another letter": (lambda path: flip(path, b"National Endowment", b"National Endowmenx"), "damaged"),
    "has another value": (sql("UPDATE funding SET amount_minor = 1 WHERE amount_minor IS NOT NULL"), "funding"),
    "has lost a row": (sql("DELETE FROM change WHERE version = 1 AND position = 0"), "change"),
    "has one row more": (
        sql("INSERT INTO withheld_term VALUES ('x', 1, '2026-01-01 00:00:00.000000')"),
        "withheld_term",
    ),
    "has lost a table": (sql("DROP TABLE withheld_term"), "withheld_term"),
    "has a table more": (sql("CREATE TABLE a (b INTEGER PRIMARY KEY)"), "damaged"),
    "refers to nothing": (sql("PRAGMA foreign_keys = 0", "DELETE FROM document"), "damaged"),
    "does not say what it holds": (sql("DELETE FROM tejido_backup"), "damaged"),
    "says what nobody reads": (sql("UPDATE tejido_backup SET contents = '{'"), "damaged"),
    "says something else": (sql("UPDATE tejido_backup SET contents = '[]'"), "damaged"),
    "is of two minds": (sql("UPDATE alembic_version SET version_num = '0001'"), "damaged"),
    "is newer": (sql("UPDATE alembic_version SET version_num = '9999'", NEWER), "newer release"),
    "has no revision": (sql("DELETE FROM alembic_version"), "not migrated"),
}


@pytest.fixture(scope="module")
def good(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the first data set."""
    path = tmp_path_factory.mktemp("good") / "one"
    source = Database(backend.copy("seeded"))
    write_backup(source, path)
    source.close()
    return path


@pytest.mark.parametrize("how", SPOILT)
def test_a_file_that_is_no_whole_backup_is_refused_and_the_database_stays_as_it_was(
    good: Path, targets: Targets, tmp_path: Path, backend: Backend, how: str
) -> None:
    path = tmp_path / "one"
    shutil.copyfile(good, path)
    spoil, told = SPOILT[how]
    spoil(path)
    target = targets.new(backend.name)
    said_plainly(run(target, "restore", path), told)
    stayed_bare(target)


def stayed_bare(target: Database) -> None:
    if target.is_sqlite:
        assert [one.name for one in Path(str(target.url.database)).parent.iterdir() if "target" in one.name] == []
    else:
        with target.read() as connection:
            assert inspect(connection).get_table_names() == []


def test_a_running_database_is_no_backup(database: Database, targets: Targets, tmp_path: Path) -> None:
    if database.is_sqlite:
        said_plainly(run(targets.new("sqlite"), "restore", str(database.url.database)), "not a backup")
    path = tmp_path / "one"
    write_backup(database, path)
    used = Database(f"sqlite:///{path}")
    with used.write_service() as connection:
        connection.execute(text("DELETE FROM admin_action"))
    used.close()
    said_plainly(run(targets.new("sqlite"), "restore", path), "admin_action")
    # A database that was made by putting a backup in its place can be backed up like any other.
    used = Database(f"sqlite:///{path}")
    made = write_backup(used, tmp_path / "two")
    used.close()
    assert made.contents.tables["admin_action"].rows == 0
    restore_backup(targets.new("sqlite"), tmp_path / "two")


FILLED = {
    "data": "INSERT INTO import_run (pk, source, at) VALUES (1, 'x', '2026-01-01 00:00:00')",
    "a key": "INSERT INTO api_key (prefix, digest, label, scopes, created_at) VALUES ('', '', '', '', '2026-01-01')",
    "an admin action": "INSERT INTO admin_action (at, actor, action) VALUES ('2026-01-01 00:00:00', 'a', 'b')",
    "a table of others": "CREATE TABLE letter AS SELECT 'Dear' AS content",
    "tables of a newer release": "UPDATE alembic_version SET version_num = '9999'",
}


@pytest.mark.parametrize("what", FILLED)
def test_a_database_that_is_not_empty_is_left_alone(good: Path, targets: Targets, backend: Backend, what: str) -> None:
    target = targets.new(backend.name, migrated=True)
    with target.write_schema() as connection:
        connection.execute(text(FILLED[what]))
    before = everything(target)
    said_plainly(run(target, "restore", good), "aside" if target.is_sqlite else "Make an empty database")
    assert everything(target) == before


def test_a_database_of_somebody_else_is_left_alone(good: Path, targets: Targets, backend: Backend) -> None:
    target = targets.new(backend.name)
    with target.write_schema() as connection:
        connection.execute(text("CREATE TABLE letter (content VARCHAR)"))
    said_plainly(run(target, "restore", good), "not empty")
    with target.read() as connection:
        assert inspect(connection).get_table_names() == ["letter"]


def test_the_first_data_set_is_not_overwritten(good: Path, database: Database) -> None:
    before = everything(database)
    said_plainly(run(database, "restore", good), "not empty")
    assert everything(database) == before


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize(
    ("moment", "into"),
    [
        ("while a table is read", "bare"),
        ("while a table is written", "bare"),
        ("when all is written", "bare"),
        ("when all is written", "migrated"),
    ],
)
def test_a_restore_that_fails_changes_nothing(
    good: Path, targets: Targets, backend: Backend, monkeypatch: pytest.MonkeyPatch, moment: str, into: str
) -> None:
    target = targets.new(backend.name, migrated=into == "migrated")
    before = everything(target) if into == "migrated" else {}
    verified = backup._verified

    @contextmanager
    def fail_later(path: Path) -> Iterator[Any]:
        with verified(path) as found:
            if moment == "when all is written":
                monkeypatch.setattr(backup, "tally", lambda rows: Tally(0, ""))
            else:
                monkeypatch.setattr(backup, "read_file", broken if moment == "while a table is read" else too_long)
            yield found

    def broken(source: sqlite3.Connection, layout: Layout) -> Iterator[Any]:
        for number, row in enumerate(read_file(source, layout)):
            if layout.name == "record" and number == 1200:
                raise sqlite3.OperationalError("disk I/O error")
            yield row

    def too_long(source: sqlite3.Connection, layout: Layout) -> Iterator[Any]:
        for row in read_file(source, layout):
            yield (*row, "one cell more") if layout.name == "record" else row

    monkeypatch.setattr(backup, "_verified", fail_later)
    with pytest.raises((BackupError, ValueError)):
        restore_backup(target, good)
    monkeypatch.undo()
    if into == "bare":
        stayed_bare(target)
    else:
        assert everything(target) == before
    if moment == "while a table is read":
        restore_backup(target, good)


def test_a_postgresql_that_is_away_is_told_and_leaves_no_file(tmp_path: Path, good: Path) -> None:
    away = Database("postgresql+pg8000://somebody:geheim@127.0.0.1:1/none")
    for arguments in (("backup", tmp_path / "one"), ("restore", good)):
        result = run(away, *arguments)
        said_plainly(result, "127.0.0.1")
        assert "geheim" not in result.output
    assert list(tmp_path.iterdir()) == []
