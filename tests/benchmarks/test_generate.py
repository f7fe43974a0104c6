"""A generated database is one that the application could have left."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, select

from app.main import create_app
from app.migrations import migrate
from app.models.noun import part_sql
from app.models.nouns import BY_KIND, NOUNS
from app.models.rows import search_forms
from app.settings import Settings
from app.store.database import Database
from benchmarks.data import Keys, Known, Size, tables
from benchmarks.generate import SIZES, database, generate
from benchmarks.postgresql import copy
from tests.history import picture
from tests.support.keys import client_of
from tests.support.postgres import PostgresServer

MANY = Size(2_000, 20_000)


@pytest.fixture(scope="module")
def connection(small: Path) -> Iterator[Connection]:
    """A read of the small database."""
    made = Database(f"sqlite:///{small}")
    with made.read() as opened:
        yield opened
    made.close()


@pytest.fixture
def client(small: Path, tmp_path: Path) -> Iterator[TestClient]:
    """The application on a copy of the small database."""
    path = tmp_path / "copy.db"
    shutil.copyfile(small, path)
    with client_of(f"sqlite:///{path}", "write") as made:
        yield made


@pytest.fixture(scope="module")
def many() -> dict[str, dict[str, Any]]:
    """The rows of a larger database, without the database."""
    known = Known(range(1, 33), range(40, 80), 100, [101, 102], [103])
    return dict(tables(MANY, known, Keys(1000), seed=1))


def test_every_reference_and_every_constraint_holds(small: Path) -> None:
    with closing(sqlite3.connect(small)) as opened:
        assert opened.execute("PRAGMA foreign_key_check").fetchall() == []
        # It checks NOT NULL, CHECK and UNIQUE too.
        assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_no_index_is_missing(small: Path, tmp_path: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    with empty.write_schema() as opened:
        migrate(opened)
    empty.close()
    found = []
    for path in (small, tmp_path / "empty.db"):
        with closing(sqlite3.connect(path)) as opened_file:
            found.append(set(opened_file.execute("SELECT type, name, sql FROM sqlite_master")))
    assert found[0] == found[1]


def test_the_histories_hold_what_the_tables_hold(connection: Connection) -> None:
    live = picture.live(connection)
    assert picture.past(connection, picture.present(connection)) == live
    filled = {name for name, rows in live.items() if rows}
    assert {"organization", "funding", "project_state", "participation_state", "citation", "search_form"} <= filled
    before = {name for name, rows in picture.past(connection, 1).items() if rows}
    assert before == {"state", "state_name", "place", "topic", "search_form"}


def test_every_row_is_registered_and_its_making_is_a_change(connection: Connection) -> None:
    live = picture.live(connection)
    rows = {(row["pk"], noun.kind, row["id"]) for noun in NOUNS for row in live[noun.sql.name]}
    records = connection.execute(select(picture.RECORD)).all()
    assert {(row.pk, row.kind, row.id) for row in records} == rows
    changes = connection.execute(select(picture.CHANGE).order_by("version", "position")).all()
    assert sorted(row.record_pk for row in changes) == sorted(row.pk for row in records)
    assert {(row.action, row.revision) for row in changes} == {("create", 1)}
    for version in (1, 2):
        positions = [row.position for row in changes if row.version == version]
        assert positions == list(range(len(positions)))


def test_no_key_is_given_twice_and_the_next_is_free(connection: Connection) -> None:
    keys = [row["pk"] for rows in picture.live(connection).values() for row in rows]
    keys += connection.execute(select(picture.TABLES["import_run"].c.pk)).scalars()
    assert len(set(keys)) == len(keys)
    assert connection.execute(select(picture.COUNTER.c.next_pk)).scalar_one() == max(keys) + 1


def test_every_record_is_one_that_the_api_would_take(connection: Connection) -> None:
    words = picture.in_words(connection, picture.live(connection))
    for kind, records in words.items():
        for fields in records.values():
            BY_KIND[kind].fields.model_validate(fields)


def test_records_are_found_by_the_forms_of_their_names(connection: Connection) -> None:
    live = picture.live(connection)
    expected: Counter[tuple[int, str, str, str]] = Counter()
    for noun in NOUNS:
        for row in live[noun.sql.name] if noun.searched else ():
            parts = {part.name: live[part_sql(part).name] for part in noun.parts}
            own = {
                name: [item for item in rows if item[f"{noun.sql.name}_pk"] == row["pk"]]
                for name, rows in parts.items()
            }
            for form in search_forms(noun, row | own):
                expected[row["pk"], form["field"], form["text"], form["form"]] += 1
    assert picture.forms(live) == expected


def test_the_application_starts_on_it_and_answers(client: TestClient) -> None:
    answer = client.get("/v1/networks/funder-partner-state")
    assert answer.status_code == 200, answer.text
    relations = {edge["relation"] for edge in answer.json()["edges"]}
    assert relations == {"funds", "works_in"}
    assert client.get("/v1/projects?include=total").json()["total"] == 100


def test_a_write_comes_after_it(client: TestClient) -> None:
    body = {"id": "new-one", "name": "New One, A.C.", "kind": "ngo", "basis": "stated"}
    made = client.post("/v1/organizations", json=body)
    assert made.status_code == 201, made.text
    assert client.get("/v1/search?q=new+one").json()["items"][0]["ref"] == "org:new-one"
    assert client.get("/v1/networks/funder-partner-state").json()["graph"]["data_version"] == "v3"


def test_the_same_seed_gives_the_same_rows_and_another_others(small: Path, tmp_path: Path) -> None:
    found = []
    for path, seed in ((small, None), (tmp_path / "same.db", 1), (tmp_path / "other.db", 2)):
        if seed is not None:
            generate(path, SIZES["small"], seed)
        made = Database(f"sqlite:///{path}")
        with made.read() as opened:
            found.append((picture.live(opened), picture.versions(opened)))
        made.close()
    assert found[0] == found[1]
    assert found[0] != found[2]


def test_a_database_that_is_there_is_used_again(small: Path) -> None:
    before = small.stat().st_mtime_ns
    assert database(SIZES["small"]) == small
    assert small.stat().st_mtime_ns == before


def test_tails_are_heavy(many: dict[str, dict[str, Any]]) -> None:
    funding = many["funding"]
    for column, share in (("funder_pk", 0.2), ("recipient_pk", 0.01)):
        counts = sorted(Counter(pk for pk in funding[column] if pk is not None).values(), reverse=True)
        assert counts[0] > share * sum(counts)
        assert counts[0] > 5 * float(np.median(counts))


def test_as_many_are_unknown_nationwide_or_unnamed_as_is_said(many: dict[str, dict[str, Any]]) -> None:
    def share(table: str, column: str, of: int = MANY.grants) -> float:
        return sum(value is not None for value in many[table][column]) / of

    grants = MANY.grants
    assert abs(share("funding", "amount_minor") - 0.9 * 0.97) < 0.02
    assert abs(share("funding", "recipient_party_pk") - 0.01) < 0.002
    assert abs(share("project", "parent_pk") - 0.02) < 0.005
    assert abs(len(many["funding"]["pk"]) / grants - 0.97) < 0.01
    assert abs(len(many["state_group"]["pk"]) / grants - 0.05) < 0.01
    placed = many["project_state"]
    country = {project for project, place in zip(placed["project_pk"], placed["place_pk"], strict=True) if place == 100}
    assert abs(len(country) / grants - 0.08) < 0.01
    named = {project for project, state in zip(placed["project_pk"], placed["state_pk"], strict=True) if state}
    assert 0.8 < len(named) / grants < 0.86
    assert 1.4 < len(many["project_topic"]["pk"]) / grants < 1.6
    assert abs(len(many["participation"]["pk"]) / grants - 0.1) < 0.01


def test_it_can_be_copied_to_postgresql(small: Path) -> None:
    with PostgresServer() as server:
        server.create_database("generated", None)
        url = server.url("generated")
        copy(small, url)
        found = []
        for address in (url, f"sqlite:///{small}"):
            made = Database(address)
            with made.read() as opened:
                found.append(picture.live(opened))
                assert picture.past(opened, picture.present(opened)) == found[-1]
            made.close()
        assert found[0] == found[1]
        with TestClient(create_app(Settings(database_url=url))) as client:
            assert client.get("/v1/networks/funder-partner-state").status_code == 200
