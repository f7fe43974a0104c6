"""No write escapes the history: by whatever path it came, tables, histories and log agree after it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, select
from sqlmodel import SQLModel
from typer.testing import CliRunner

from app.cli import app as cli
from app.history.tables import HISTORY, OPEN
from app.models.nouns import NOUNS
from app.models.tables import sql_table
from app.store.database import Database
from app.store.seed import SEED, load_seed
from tests.history import picture
from tests.history.picture import CHANGE, RECORD, TABLES
from tests.routers.asking import create, fresh
from tests.support.imports import ended
from tests.support.keys import as_caller

BOOKS = {"record", "import_run", "data_version", "data_counter", "change", "amendment"}
"""Tables that keep the books of the data: they only grow, or hold the present alone."""
SERVICE = {"api_key", "admin_action", "idempotent_answer", "withheld_term", "import_job", "import_problem"}
"""Tables of the service itself; no version counts what is written to them."""
BESIDE = {"source_record", "distinct_pair"}
"""Tables of the service that refer to records: what a source calls them, and which are not the same. No answer about
data depends on them."""


def check(connection: Connection) -> None:
    """Tables, histories and log say the same."""
    number = picture.present(connection)
    live = picture.live(connection)
    for name, history in HISTORY.items():
        columns = [history.c[column.name] for column in TABLES[name].columns]
        still = select(*columns).where(history.c.valid_to == OPEN).order_by(history.c.pk)
        assert [dict(row) for row in connection.execute(still).mappings()] == live[name], name
    changed = {noun.sql.name: picture.changes(connection, noun.sql.name) for noun in NOUNS}
    revisions: dict[int, int] = {}
    log: dict[int, list[Any]] = {version: [] for version in range(1, number + 1)}
    for row in connection.execute(select(CHANGE).order_by(CHANGE.c.version, CHANGE.c.position)):
        log[row.version].append(row)
    for version, rows in log.items():
        assert rows, f"version {version} changed nothing"
        assert [row.position for row in rows] == list(range(len(rows)))
        logged: dict[int, list[Any]] = {}
        for row in rows:
            assert row.revision == revisions.get(row.record_pk, 0) + 1
            revisions[row.record_pk] = row.revision
            logged.setdefault(row.record_pk, []).append(row.action)
        for name, found in changed.items():
            for pk, (old, new) in found.pop(version, {}).items():
                actions = logged[pk]
                if old is None:
                    assert actions[0] in ("create", "restore"), (name, pk, actions)
                if new is None:
                    assert actions[-1] == "delete", (name, pk, actions)
                else:
                    assert new["revision"] == revisions[pk]
    assert not any(changed.values()), "of a version that does not exist"
    assert revisions == dict(connection.execute(select(RECORD.c.pk, RECORD.c.revision)).all())


def written(database: Database, cause: str, write: Callable[[], object]) -> None:
    """What is written is one version more, of that cause, and everything agrees."""
    with database.read() as connection:
        before = picture.present(connection)
    write()
    with database.read() as connection:
        versions = picture.versions(connection)
        assert len(versions) == before + 1
        assert versions[-1]["cause"] == cause
        check(connection)


def test_every_path_writes_history_with_the_data(
    client: TestClient, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEJIDO_DATABASE_URL", url)
    database: Database = client.app.state.database  # type: ignore[attr-defined]
    keeper, admin = as_caller(client, "write", "restricted"), as_caller(client, "admin", "restricted")
    noun = next(noun for noun in NOUNS if noun.kind == "organization")
    body = fresh(noun, citations=[{"document": "doc-conjusticia", "paragraph": 1, "cue": "a cue"}])
    path = f"/v1/organizations/{body['id']}"

    def tag() -> dict[str, str]:
        return {"If-Match": client.get(path).headers["ETag"]}

    def sent(answer: Any) -> None:
        assert answer.status_code in (200, 201, 204), answer.text

    with database.read() as connection:
        check(connection)
    written(database, "api", lambda: sent(client.post("/v1/organizations", json=body)))
    names = [{"text": "Uno", "kind": "short", "basis": "stated"}]
    written(database, "api", lambda: sent(client.patch(path, json={"names": names}, headers=tag())))
    written(database, "api", lambda: sent(client.delete(path, headers=tag())))
    back = {"version": client.get(f"{path}/history").json()["items"][1]["version"]}
    written(database, "api", lambda: sent(client.post(f"{path}/restore", json=back, headers={"If-Match": '"r3"'})))
    hide = {"visibility": "restricted"}
    written(database, "api", lambda: sent(keeper.patch(path, json=hide, headers=tag())))
    written(
        database,
        "api",
        lambda: sent(keeper.patch(path, json={"visibility": "public"}, headers={"If-Match": '"r5"'})),
    )
    change = {"action": "update", "kind": "organization", "id": body["id"], "body": {"note": "bulk"}}
    items = [
        {"action": "create", "kind": "topic", "body": {"label_en": "bulk", "label_es": "bulk"}},
        {**change, "if_match": '"r6"'},
    ]
    written(database, "bulk", lambda: sent(client.post("/v1/bulk", json={"items": items})))
    folder = tmp_path / "seed"
    shutil.copytree(SEED, folder)
    with (folder / "topics.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[topic]]\nid = "aaa"\nlabel_en = "A"\nlabel_es = "A"\n')
    written(database, "seed", lambda: load_seed(database, folder))
    with database.read() as connection:
        runs = select(TABLES["data_version"].c.number).where(TABLES["data_version"].c.cause == "seed")
        second = max(connection.execute(runs).scalars())
    written(database, "undo", lambda: sent(admin.post(f"/v1/import-runs/r{second}/undo")))
    with (folder / "topics.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[topic]]\nid = "aab"\nlabel_en = "B"\nlabel_es = "B"\n')
    monkeypatch.setattr("app.cli.load_seed", lambda database: load_seed(database, folder))
    written(database, "seed", lambda: ran("seed"))
    with database.read() as connection:
        third = max(connection.execute(runs).scalars())
    written(database, "undo", lambda: ran("undo", f"r{third}"))
    own = tmp_path / "topics.jsonl"
    own.write_text('{"ref": "topic:aac", "label_en": "C", "label_es": "C"}\n', encoding="utf-8")
    written(database, "import", lambda: ran("import", str(own)))
    own.write_text('{"ref": "topic:aad", "label_en": "D", "label_es": "D"}\n', encoding="utf-8")
    written(database, "import", lambda: brought(client, own))
    one, other = create(client, "organization"), create(client, "organization")
    into = {"into": other["id"]}
    merge = f"/v1/organizations/{one['id']}/merge"
    written(database, "merge", lambda: sent(client.post(merge, json=into, headers={"If-Match": '"r1"'})))
    made = create(client, "topic")
    written(
        database,
        "api",
        lambda: sent(client.delete(f"/v1/topics/{made['id']}", headers={"If-Match": '"r1"'})),
    )


def brought(client: TestClient, file: Path) -> None:
    """A file that is brought over HTTP, and ends well."""
    address = client.post("/v1/imports", files={"file": (file.name, file.read_bytes())}).headers["Location"]
    job = ended(client, address)
    assert job["status"] == "done", job


def ran(*words: str) -> None:
    """A command that ends well."""
    result = CliRunner().invoke(cli, list(words))
    assert result.exit_code == 0, result.output


def test_every_table_has_a_history_or_is_listed() -> None:
    """A new table either is data, and then has a history, or is on one of the two lists above."""
    histories = {history.name for history in HISTORY.values()}
    assert set(TABLES) == set(HISTORY) | histories | BOOKS | SERVICE | BESIDE
    assert not set(HISTORY) & (BOOKS | SERVICE | BESIDE)


def test_every_table_that_refers_to_a_record_has_a_history() -> None:
    for name, table in SQLModel.metadata.tables.items():
        targets = {key.column.table.name for column in table.columns for key in column.foreign_keys}
        if "record" in targets or targets & set(HISTORY):
            assert name in HISTORY or name in BOOKS | BESIDE, f"{name} refers to data and has no history"
    assert {sql_table(noun.table).name for noun in NOUNS} <= set(HISTORY)


def test_the_check_finds_what_escapes(client: TestClient) -> None:
    database: Database = client.app.state.database  # type: ignore[attr-defined]
    with database.write_service() as connection:
        connection.execute(TABLES["topic"].update().values(note="written past the writer"))
    with database.read() as connection, pytest.raises(AssertionError, match="topic"):
        check(connection)
