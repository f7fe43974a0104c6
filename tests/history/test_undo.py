"""An import run is undone as one unit, or not at all, with the reasons."""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from typer.testing import CliRunner

from app.cli import app as cli
from app.history.view import present_view
from app.models.nouns import BY_KIND
from app.models.tables import Reader
from app.problems import Problem
from app.store import records
from app.store.changes import UNDO, find_run, list_runs
from app.store.database import Database
from app.store.expunging import expunge, to_expunge
from app.store.records import CREATE
from app.store.restoring import undo
from app.store.seed import SEED, load_seed
from tests.history import picture
from tests.routers.asking import create, problem
from tests.support.keys import as_caller

Json = dict[str, Any]


def topic(public_id: str, **fields: Any) -> Any:
    return CREATE["topic"].model_validate({"id": public_id, "label_en": public_id, "label_es": public_id} | fields)


def words(database: Database) -> Any:
    """What the tables hold, in words."""
    with database.read() as connection:
        return picture.in_words(connection, picture.live(connection))


def run_undo(database: Database, run: str, reader: Reader = Reader.restricted) -> None:
    with database.write(cause=UNDO, actor="keeper", reader=reader) as writer:
        undo(writer, find_run(writer.view, run))


def refused(database: Database, run: str) -> list[tuple[str, str]]:
    """The reasons for which a run cannot be undone; nothing is done."""
    before = words(database)
    with pytest.raises(Problem) as caught:
        run_undo(database, run)
    assert caught.value.kind == "undo-refused"
    assert caught.value.extra["reasons_total"] == len(caught.value.extra["reasons"])
    assert words(database) == before
    return [(reason["ref"], reason["reason"]) for reason in caught.value.extra["reasons"]]


def test_what_the_first_data_set_brought_is_taken_away_again(url: str) -> None:
    database = Database(url)
    with database.read() as connection:
        count = len(connection.execute(select(picture.CHANGE.c.position)).all())
        [run] = list_runs(present_view(connection, Reader.restricted), limit=10)
        assert (run.id, run.source, run.created, run.undone_in) == ("r1", "seed", count, None)
    run_undo(database, "r1")
    assert words(database) == {}
    with database.read() as connection:
        [run] = list_runs(present_view(connection, Reader.restricted), limit=10)
        assert (run.undone_in, run.created) == ("r2", count)
        version = picture.versions(connection)[-1]
        assert (version["cause"], version["actor"], version["import_run_pk"]) == (UNDO, "keeper", run.pk)
        assert picture.past(connection, 2) == picture.live(connection)
        actions = connection.execute(select(picture.CHANGE.c.action).where(picture.CHANGE.c.version == 2)).scalars()
        assert Counter(actions) == {"delete": count}
    assert refused(database, "r1") == []
    # What was undone does not come back by itself.
    assert set(load_seed(database)) == {"left alone"}
    database.close()


def test_what_a_run_changed_is_as_it_was(url: str, tmp_path: Path) -> None:
    database = Database(url)
    before = words(database)
    folder = tmp_path / "seed"
    shutil.copytree(SEED, folder)
    topics = folder / "topics.toml"
    lines = topics.read_text(encoding="utf-8").splitlines(keepends=True)
    changed = [line.replace('label_en = "', 'label_en = "New ') for line in lines]
    added = '\n[[topic]]\nid = "aaa"\nlabel_en = "A"\nlabel_es = "A"\n'
    topics.write_text("".join(changed) + added, encoding="utf-8")
    counts = load_seed(database, folder)
    assert counts["updated"] >= 5
    assert counts["created"] == 1
    assert words(database) != before
    run_undo(database, "r2")
    assert words(database) == before
    with database.read() as connection:
        [second, first] = list_runs(present_view(connection, Reader.restricted), limit=10)
        assert (second.undone_in, first.undone_in) == ("r3", None)
        assert (second.updated, second.created) == (counts["updated"], 1)
        entries = connection.execute(select(picture.CHANGE.c.action).where(picture.CHANGE.c.version == 3)).scalars()
        assert Counter(entries) == {"restore": counts["updated"], "delete": 1}
    database.close()


def load(database: Database, work: Any) -> None:
    """An import run that does this."""
    with database.write(cause="import") as writer:
        writer.begin_import("a file")
        work(writer)


TOPIC = BY_KIND["topic"]


def test_what_a_run_deleted_comes_back_with_what_referred_to_it(database: Database) -> None:
    with database.write(cause="api") as writer:
        for one in (topic("a"), topic("b", parent="a"), topic("c", parent="b"), topic("d", parent="c")):
            records.create(writer, TOPIC, one)
    before = words(database)

    def work(writer: Any) -> None:
        records.update(writer, TOPIC, "d", {"parent": None, "note": "moved"}, 1)
        for public_id in "cba":
            records.delete(writer, TOPIC, public_id, 1)
        records.create(writer, TOPIC, topic("new"))
        records.create(writer, TOPIC, topic("newer", parent="new"))
        records.update(writer, TOPIC, "d", {"parent": "newer"}, 2)

    load(database, work)
    run_undo(database, "r2")
    assert words(database) == before
    with database.read() as connection:
        assert picture.past(connection, 3) == picture.live(connection)


def test_records_that_refer_to_each_other_go_together(database: Database) -> None:
    indicator = BY_KIND["indicator"]

    def work(writer: Any) -> None:
        for public_id in ("one", "two"):
            body = {
                **{k: v for k, v in indicator.example.items() if k not in ("citations", "project")},
                "id": public_id,
            }
            body |= {"conflicts_with": "one"} if public_id == "two" else {}
            records.create(writer, indicator, CREATE["indicator"].model_validate(body))
        records.update(writer, indicator, "one", {"conflicts_with": "two"}, 1)

    load(database, work)
    run_undo(database, "r1")
    assert words(database) == {}


def test_a_run_is_not_undone_where_later_changes_build_on_it(database: Database) -> None:
    with database.write(cause="api") as writer:
        records.create(writer, TOPIC, topic("old"))

    def work(writer: Any) -> None:
        records.create(writer, TOPIC, topic("a"))
        records.create(writer, TOPIC, topic("b"))
        records.update(writer, TOPIC, "old", {"note": "changed"}, 1)

    load(database, work)
    with database.write(cause="api") as writer:
        records.update(writer, TOPIC, "b", {"note": "by hand"}, 1)
        records.update(writer, TOPIC, "old", {"note": "by hand"}, 2)
        records.create(writer, TOPIC, topic("below", parent="a"))
    assert sorted(refused(database, "r2")) == [
        ("topic:b", "changed-later"),
        ("topic:below", "refers-to"),
        ("topic:old", "changed-later"),
    ]


def test_a_citation_that_came_later_builds_on_the_record(database: Database) -> None:
    document = BY_KIND["document"]
    body = {"title": "t", "basis": "stated", "language": "es", "kind": "report", "id": "doc"}
    with database.write(cause="api") as writer:
        records.create(writer, document, CREATE["document"].model_validate(body))
    load(database, lambda writer: records.create(writer, TOPIC, topic("a")))
    cited = {"id": "c", "document": "doc", "record": "topic:a", "paragraph": 1, "cue": "x"}
    with database.write(cause="api") as writer:
        records.create(writer, BY_KIND["citation"], CREATE["citation"].model_validate(cited))
    assert refused(database, "r2") == [("citation:c", "refers-to")]
    with database.write(cause="api") as writer:
        records.delete(writer, BY_KIND["citation"], "c", 1)
    run_undo(database, "r2")
    assert set(words(database)) == {"document"}


def test_a_run_is_not_undone_where_something_it_needs_is_gone_or_taken(database: Database) -> None:
    organization = BY_KIND["organization"]
    number = {"scheme": "MX-RFC", "value": "XXX010101XX1"}
    body = {"id": "o", "name": "o", "kind": "ngo", "basis": "stated", "identifiers": [number]}
    with database.write(cause="api") as writer:
        for one in (topic("above"), topic("t", parent="above")):
            records.create(writer, TOPIC, one)
        records.create(writer, organization, CREATE["organization"].model_validate(body))

    def work(writer: Any) -> None:
        records.update(writer, TOPIC, "t", {"parent": None}, 1)

    load(database, work)
    load(database, lambda writer: records.delete(writer, organization, "o", 1))
    with database.write(cause="api") as writer:
        records.delete(writer, TOPIC, "above", 1)
        records.create(writer, organization, CREATE["organization"].model_validate(body | {"id": "other"}))
    assert refused(database, "r2") == [("topic:t", "reference-gone")]
    assert refused(database, "r3") == [("org:o", "duplicate")]


def test_what_a_run_made_and_took_away_again_leaves_nothing_to_undo(database: Database) -> None:
    def work(writer: Any) -> None:
        records.create(writer, TOPIC, topic("a"))
        records.create(writer, TOPIC, topic("b"))
        records.delete(writer, TOPIC, "a", 1)

    load(database, work)
    run_undo(database, "r1")
    assert words(database) == {}
    with pytest.raises(Problem, match="No import run"):
        run_undo(database, "r2")
    for unknown in ("v1", "1", "r9", ""):
        with pytest.raises(Problem, match="No import run"):
            run_undo(database, unknown)


# Over HTTP


def runs(client: TestClient) -> list[Json]:
    answer = client.get("/v1/import-runs")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def test_an_administrator_undoes_a_run_and_all_is_told(client: TestClient) -> None:
    admin = as_caller(client, "admin", "write")
    [seed] = runs(client)
    assert (seed["id"], seed["source"], seed["cause"], seed["undone_in"]) == ("v1", "seed", "seed", None)
    assert seed["created"] == client.get("/v1/versions/v1").json()["changes"]
    assert client.get("/v1/import-runs/v1").json() == seed
    for unknown in ("v2", "r1", "1", "x"):
        problem(admin.get(f"/v1/import-runs/{unknown}"), "not-found")
        problem(admin.post(f"/v1/import-runs/{unknown}/undo"), "not-found")
    undone = admin.post("/v1/import-runs/v1/undo")
    assert undone.status_code == 200, undone.text
    assert undone.json() == {**seed, "undone_in": "v2"}
    assert client.get("/v1/topics?include=total").json()["total"] == 0
    problem(client.get("/v1/organizations/ned"), "gone")
    assert client.get("/v1/organizations/ned?as_of=v1").status_code == 200
    assert problem(admin.post("/v1/import-runs/v1/undo"), "undo-refused")["reasons"] == []
    told = client.get("/v1/changes?since=v1&limit=500").json()["items"]
    assert {(one["cause"], one["action"], one["import_run"]) for one in told} == {("undo", "delete", "v1")}
    assert client.get("/v1/versions/v2").json()["import_run"] == "v1"
    [entry, _] = client.get("/v1/organizations/ned/history").json()["items"]
    assert (entry["cause"], entry["import_run"], entry["record"]) == ("undo", "v1", None)
    [action] = admin.get("/v1/admin-actions?limit=1").json()["items"]
    assert (action["action"], action["subject"]) == ("undo import run", "v1")


def test_a_refusal_says_why(client: TestClient) -> None:
    admin = as_caller(client, "admin")
    made = create(client, "topic", parent="access-to-justice")
    body = problem(admin.post("/v1/import-runs/v1/undo"), "undo-refused")
    detail = "refers to topic:access-to-justice, which the run created"
    assert body["reasons"] == [{"ref": f"topic:{made['id']}", "reason": "refers-to", "detail": detail}]
    assert body["reasons_total"] == 1


def test_the_public_class_undoes_what_it_sees_and_the_rest_is_kept(client: TestClient) -> None:
    keeper, admin = as_caller(client, "write", "restricted"), as_caller(client, "admin")
    body = {"label_en": "kept", "label_es": "kept", "parent": "access-to-justice", "visibility": "restricted"}
    kept = keeper.post("/v1/topics", json=body).json()
    assert admin.post("/v1/import-runs/v1/undo").status_code == 200
    problem(client.get("/v1/topics/access-to-justice"), "gone")
    assert keeper.get(f"/v1/topics/{kept['id']}").json()["parent"] == "access-to-justice"
    assert keeper.get("/v1/topics/access-to-justice").json()["visibility"] == "restricted"
    assert [one["id"] for one in client.get("/v1/topics").json()["items"]] == []


def test_runs_of_hidden_records_are_absent_for_the_public(client: TestClient) -> None:
    keeper = as_caller(client, "write", "restricted")
    database = client.app.state.database  # type: ignore[attr-defined]
    body = {"label_en": "kept", "label_es": "kept", "visibility": "restricted"}
    load(database, lambda writer: records.create(writer, TOPIC, CREATE["topic"].model_validate(body)))
    load(database, lambda writer: records.create(writer, TOPIC, topic("open")))
    assert [run["id"] for run in runs(client)] == ["v2", "v1"]
    assert [run["id"] for run in runs(keeper)] == ["r3", "r2", "r1"]
    page = client.get("/v1/import-runs?limit=1").json()
    assert page["next"] == "v2"
    assert [run["id"] for run in client.get("/v1/import-runs?limit=1&cursor=v2").json()["items"]] == ["v1"]
    problem(client.get("/v1/import-runs?cursor=r2"), "bad-cursor")


@pytest.mark.parametrize("run", ["v1", "r1"])
def test_the_command_line_undoes_a_run(url: str, run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEJIDO_DATABASE_URL", url)
    database = Database(url)
    with database.write(cause="api") as writer:
        records.create(writer, TOPIC, topic("below", parent="access-to-justice"))
    result = CliRunner().invoke(cli, ["undo", run])
    assert result.exit_code == 1
    assert "topic:below: refers to topic:access-to-justice, which the run created" in result.output
    with database.write(cause="api") as writer:
        records.delete(writer, TOPIC, "below", 1)
    result = CliRunner().invoke(cli, ["undo", run])
    assert result.exit_code == 0, result.output
    assert words(database) == {}
    assert CliRunner().invoke(cli, ["undo", run]).exit_code == 1
    assert CliRunner().invoke(cli, ["undo", "r99"]).exit_code == 1
    database.close()


def test_what_was_expunged_since_is_not_taken_for_created(database: Database) -> None:
    with database.write(cause="api") as writer:
        for one in (topic("above"), topic("t", parent="above")):
            records.create(writer, TOPIC, one)
    load(database, lambda writer: records.update(writer, TOPIC, "t", {"parent": None}, 1))
    with database.write(cause="expunge") as writer:
        expunge(writer, to_expunge(writer.connection, "topic:above", with_referrers=False))
    assert refused(database, "r2") == [("topic:t", "past-expunged")]
