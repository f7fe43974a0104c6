"""Columns from the database are what its rows say, however they were made."""

import re
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import CheckConstraint, text
from sqlalchemy.exc import DBAPIError

from app.graph.columns import SPEC, Columns, Index
from app.history.view import present_view
from app.history.writer import Writer
from app.migrations import migrate
from app.models.noun import part_sql
from app.models.nouns import BY_KIND, NOUNS
from app.problems import Problem
from app.store import loading, records
from app.store.database import Database
from app.store.loading import load, load_columns, refresh_columns
from app.store.packing import vocabulary
from app.store.records import CREATE
from app.store.seed import load_seed
from tests.store.columns import assert_same, columns_of_rows
from tests.store.world import write
from tests.support.long import sized

REFUSED = re.compile("UNIQUE|23505|_not_itself")
"""What a table may refuse in a random write."""
REFERENCES = [(name, column) for name, spec in SPEC.items() for column, kind in spec.items() if kind.name == "ref"]
RANDOMS = st.integers(0, 2**32).map(Random)
FEW = settings(max_examples=2, deadline=None, phases=[Phase.generate], suppress_health_check=[*HealthCheck])
MANY = settings(FEW, max_examples=sized(40))


def slow(database: Database, number: int) -> Columns:
    """The columns of a version, row by row."""
    with database.read() as connection:
        return columns_of_rows(connection, number)


def create(writer: Writer, noun: str, /, **body: Any) -> None:
    records.create(writer, BY_KIND[noun], CREATE[noun].model_validate(body))


def _new_file(path: Path) -> Database:
    """A database with tables, in a file."""
    made = Database(f"sqlite:///{quote(str(path))}")
    with made.write_schema() as connection:
        migrate(connection)
    return made


# All rows


def test_the_first_data_set_is_loaded_as_its_rows_say(seeded_database: Database) -> None:
    columns = load_columns(seeded_database)
    assert len(columns["citation"]) > 400
    assert_same(columns, slow(seeded_database, columns.number))
    nothing = load_columns(seeded_database, 0)
    assert_same(nothing, slow(seeded_database, 0))
    assert nothing.nbytes < 1000


def test_nobody_can_write_to_what_was_loaded(seeded_database: Database) -> None:
    for table in load_columns(seeded_database).tables.values():
        assert not any(array.flags.writeable for array in table.arrays())


@pytest.mark.parametrize(
    ("table", "column"), [(n, c) for n, s in SPEC.items() for c, k in s.items() if k.name == "word"]
)
def test_a_vocabulary_is_what_the_table_may_hold(table: str, column: str) -> None:
    if (table, column) == ("citation", "kind"):
        assert set(vocabulary(table, column)) == {name for name, spec in SPEC.items() if "id" in spec}
        return
    tables = {one.name: one for noun in NOUNS for one in (noun.sql, *map(part_sql, noun.parts))}
    checks = [str(one.sqltext) for one in tables[table].constraints if isinstance(one, CheckConstraint)]
    (listed,) = (check for check in checks if check.startswith(f"{column} IN ("))
    assert vocabulary(table, column) == tuple(sorted(re.findall(r"'(\w+)'", listed)))


def test_the_largest_and_the_oddest_values_come_through(database: Database) -> None:
    most = "999999999999999.99"
    with database.write(cause="api") as writer:
        create(writer, "organization", id="a", name="Ñandú 水 ❤️ " + "x" * 480, kind="ngo", basis="stated", country="MX")
        create(writer, "organization", id="a-b", name="'; DROP TABLE", kind="ngo", basis="stated", acronym="A\u00a0B")
        create(writer, "organization", id="a0", name="-", kind="unknown", basis="stated")
        for number, amount in enumerate((most, f"-{most}", "0", None)):
            fields = {"amount": amount, "currency": "USD", "share_percent": "100" if amount else None}
            create(writer, "funding", id=f"f{number}", funder="a", basis="stated", date="9999-12-31", **fields)
        create(writer, "funding", id="f9", funder="a-b", basis="stated", date="0001", currency="ZWG")
        create(
            writer,
            "unnamed_party",
            id="u",
            description="many",
            kind="mixed",
            count_low=0,
            count_high=10**12,
            count_qualifier="range",
        )
    columns = load_columns(database)
    assert_same(columns, slow(database, 1))
    assert columns["organization"].ids.list() == ["a", "a-b", "a0"]
    assert columns["funding"]["amount_minor"].tolist()[:3] == [10**17 - 1, 1 - 10**17, 0]


def test_a_large_table_is_read_in_pieces_and_over_two_connections(
    seeded_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = load_columns(seeded_database)
    monkeypatch.setattr(loading, "_CHUNK", 7)
    monkeypatch.setattr(loading, "_FEW", 3)
    monkeypatch.setattr(loading, "_LARGE", 1)
    assert_same(load_columns(seeded_database), whole)
    assert_same(load_columns(seeded_database, 0), slow(seeded_database, 0))


def test_parts_are_in_order_even_where_their_columns_do_not_fit_into_one_number(
    seeded_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = load_columns(seeded_database)
    monkeypatch.setattr(loading, "_MOST_BITS", 0)
    assert_same(load_columns(seeded_database), whole)
    assert_same(load_columns(seeded_database, 0), slow(seeded_database, 0))


def test_both_connections_see_the_version_of_the_first(
    seeded_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "_LARGE", 1)
    before = load_columns(seeded_database)
    with seeded_database.read() as connection:
        source = present_view(connection)
        with seeded_database.write(cause="api") as writer:
            create(writer, "topic", id="new", label_en="New", label_es="Nuevo")
        assert_same(load(source), before)
    assert_same(load_columns(seeded_database, before.number), before)
    assert_same(load_columns(seeded_database), slow(seeded_database, before.number + 1))


def test_ids_are_in_order_whatever_the_database_knows_of_its_tables(seeded_database: Database) -> None:
    before = load_columns(seeded_database)
    with seeded_database.write_schema() as connection:
        connection.execute(text("ANALYZE"))
    assert_same(load_columns(seeded_database), before)


def test_a_file_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "a b%20ñ#&"
    folder.mkdir()
    database = _new_file(folder / "100% é?.db")
    load_seed(database)
    assert_same(load_columns(database), slow(database, 1))
    database.close()
    assert [path.name for path in folder.iterdir()] == ["100% é?.db"]


# What has changed


def _change(database: Database, random: Random) -> list[str]:
    """One transaction; what was done in it, and why it was undone if it was."""
    story: list[str] = []
    try:
        with database.write(cause="api") as writer:
            story.extend(write(writer, random) for _ in range(random.choice((1, 1, 2, 8))))
    except (Problem, ValidationError, DBAPIError) as error:
        if isinstance(error, DBAPIError) and not REFUSED.search(str(error.orig)):
            raise
        story.append(f"undone: {error}")
    return story


def _refreshed(database: Database, columns: Columns) -> Columns:
    """The columns brought up to date, with the indexes that they took over compared with new ones."""
    for name, column in REFERENCES:
        columns.index(name, column)
    found = refresh_columns(database, columns)
    for name, column in REFERENCES:
        index, new = found.index(name, column), Index(found[name][column], found.size(SPEC[name][column].target))
        np.testing.assert_array_equal(index.order, new.order)
        np.testing.assert_array_equal(index.starts, new.starts)
    return found


def _check_run(database: Database, random: Random, steps: int) -> None:
    """After each of random writes, from the version before it and from any other."""
    kept = {0: load_columns(database)}
    for _ in range(steps):
        story = _change(database, random)
        columns = load_columns(database)
        if columns.number in kept:
            continue
        assert_same(columns, slow(database, columns.number))
        for number in {columns.number - 1, random.choice([*kept])}:
            try:
                assert_same(_refreshed(database, kept[number]), columns)
            except AssertionError as error:
                error.add_note(f"from {number} to {columns.number}: {story}")
                raise
        kept[columns.number] = refresh_columns(database, kept[columns.number - 1])
    for number, columns in kept.items():
        assert_same(load_columns(database, number), columns)


def _check_on_new_database(backend: Any, random: Random, steps: int) -> None:
    url = backend.copy("migrated")
    database = Database(url)
    try:
        _check_run(database, random, steps)
    finally:
        database.close()
        backend.drop(url)


@FEW
@given(random=RANDOMS)
def test_columns_brought_up_to_date_are_those_that_would_be_loaded(backend: Any, random: Random) -> None:
    _check_on_new_database(backend, random, 25)


@pytest.mark.long
@MANY
@given(random=RANDOMS)
def test_the_same_for_many_more(backend: Any, random: Random) -> None:
    _check_on_new_database(backend, random, 60)


def test_what_did_not_change_is_shared(seeded_database: Database) -> None:
    before = load_columns(seeded_database)
    with seeded_database.write(cause="api") as writer:
        records.update(writer, BY_KIND["organization"], "ned", {"summary": "Not held."}, 1)
    after = refresh_columns(seeded_database, before)
    assert (after.number, after.version) == (before.number + 1, f"v{before.number + 1}")
    assert after.tables == before.tables
    with seeded_database.write(cause="api") as writer:
        records.update(writer, BY_KIND["organization"], "ned", {"acronym": "N.E.D."}, 2)
    again = refresh_columns(seeded_database, after)
    changed = {
        (name, column)
        for name, table in again.tables.items()
        for column, found in table.columns.items()
        if found is not after[name].columns[column]
    }
    assert changed == {("organization", "acronym")}


def test_where_much_has_changed_everything_is_read(seeded_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = load_columns(seeded_database, 0)
    monkeypatch.setattr(loading, "_MOST_CHANGES", 100)
    assert_same(refresh_columns(seeded_database, nothing), load_columns(seeded_database))


def test_there_may_be_so_many_codes_that_they_need_more_room(tmp_path: Path) -> None:
    """Codes have 16 bits below 2^15 rows, and 32 from there on."""
    database = _new_file(tmp_path / "many.db")
    topic, project, most = BY_KIND["topic"], BY_KIND["project"], 2**15 - 1
    with database.write(cause="api") as writer:
        for number in range(most):
            writer.create(topic, f"t{number:05}", {"label_en": "a", "label_es": "b"}, {})
        row = {"title": "p", "kind": "grant", "project_status": "ongoing", "basis": "stated"}
        parts = [{"topic_pk": most - 5, "basis": "stated"}, {"topic_pk": 1, "basis": "stated"}]
        writer.create(project, "p", row, {part_sql(project.parts[0]): ("project_pk", parts)})
    below = load_columns(database)
    assert below["project_topic"]["topic"].dtype == np.int16
    with database.write(cause="api") as writer:
        create(writer, "topic", id="a", label_en="A", label_es="A")
    above = refresh_columns(database, below)
    assert above["project_topic"]["topic"].dtype == np.int32
    assert_same(above, load_columns(database))
    with database.write(cause="api") as writer:
        records.delete(writer, topic, "a", 1)
        records.delete(writer, topic, "t00100", 1)
    assert_same(refresh_columns(database, above), load_columns(database))
    database.close()
