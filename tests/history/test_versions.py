"""Versions are counted without a gap, their times never go back, and every table has its history."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.history.tables import HISTORY, OPEN, current_at
from app.history.view import present_view
from app.models.noun import part_sql
from app.models.nouns import BY_KIND, NOUNS
from app.problems import Problem
from app.store import records
from app.store.database import Database
from app.store.records import CREATE
from tests.history import picture
from tests.history.picture import CHANGE, COUNTER, RECORD, TABLES, VERSION

TOPIC = BY_KIND["topic"]
ORGANIZATION = BY_KIND["organization"]

BOOKS = {"record", "import_run", "data_version", "data_counter", "change", "amendment"}
"""Tables that keep the books: they only grow, or hold the present alone."""
SERVICE = {
    "admin_action",
    "api_key",
    "distinct_pair",
    "idempotent_answer",
    "import_job",
    "import_problem",
    "source_record",
    "withheld_term",
}
"""Tables of the service itself: no version counts what is written to them."""
NOT_DATA = BOOKS | SERVICE


def topic(public_id: str, **fields: Any) -> Any:
    return CREATE["topic"].model_validate({"id": public_id, "label_en": public_id, "label_es": public_id} | fields)


def add(database: Database, *public_ids: str, cause: str = "api") -> None:
    with database.write(cause=cause) as writer:
        for public_id in public_ids:
            records.create(writer, TOPIC, topic(public_id))


def rename(database: Database, public_id: str, name: str, revision: int) -> None:
    with database.write(cause="api") as writer:
        records.update(writer, TOPIC, public_id, {"label_en": name}, revision)


# Coverage


def test_every_table_has_a_history_or_is_listed_as_not_data() -> None:
    histories = {history.name for history in HISTORY.values()}
    assert set(TABLES) == set(HISTORY) | histories | NOT_DATA
    assert not set(HISTORY) & NOT_DATA


def test_every_noun_and_every_part_of_one_has_a_history() -> None:
    for noun in NOUNS:
        assert noun.sql.name in HISTORY
        assert all(part_sql(part).name in HISTORY for part in noun.parts)
    assert "search_form" in HISTORY


@pytest.mark.parametrize("name", sorted(HISTORY))
def test_a_history_has_the_columns_of_its_table_and_the_span(name: str) -> None:
    table, history = TABLES[name], HISTORY[name]
    assert history.name == f"{name}_history"
    columns = {column.name: (str(column.type), bool(column.nullable)) for column in table.columns}
    found = {column.name: (str(column.type), bool(column.nullable)) for column in history.columns}
    assert found.pop("valid_from") == found.pop("valid_to") == ("BIGINT", False)
    assert found == columns


# Counting


def test_versions_are_gapless_and_count_transactions_that_changed_something(database: Database) -> None:
    add(database, "a", "b")
    add(database)
    add(database, "c")
    rename(database, "c", "c", 1)
    with pytest.raises(Problem):
        add(database, "d", "a")
    with pytest.raises(Problem):
        rename(database, "a", "x", 7)
    rename(database, "a", "x", 1)
    with database.read() as connection:
        assert [row["number"] for row in picture.versions(connection)] == [1, 2, 3]
        assert picture.present(connection) == present_view(connection).ordinal == 3


def test_a_version_says_by_which_path_it_came_and_who_wrote(database: Database) -> None:
    with database.write(cause="cli", actor="maintainer") as writer:
        records.create(writer, TOPIC, topic("a"))
    with database.read() as connection:
        [version] = picture.versions(connection)
    assert (version["cause"], version["actor"], version["import_run_pk"]) == ("cli", "maintainer", None)


def test_an_import_is_noted_once_and_only_when_it_changes_something(database: Database) -> None:
    runs = TABLES["import_run"]
    with database.write(cause="import") as writer:
        writer.begin_import("nothing in it")
    with database.write(cause="import") as writer:
        writer.begin_import("a file")
        records.create(writer, TOPIC, topic("a"))
        records.create(writer, TOPIC, topic("b"))
    with database.read() as connection:
        [run] = connection.execute(select(runs)).all()
        assert run.source == "a file"
        assert [row["import_run_pk"] for row in picture.versions(connection)] == [run.pk]
        assert set(connection.execute(select(RECORD.c.import_run_pk)).scalars()) == {run.pk}


def test_what_an_aborted_transaction_did_is_nowhere(database: Database) -> None:
    add(database, "a")
    with database.read() as connection:
        before = picture.live(connection), picture.versions(connection), picture.past(connection, 1)

    def abort() -> None:
        with database.write(cause="api") as writer:
            records.create(writer, TOPIC, topic("b"))
            records.update(writer, TOPIC, "a", {"label_en": "x"}, 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        abort()
    with database.read() as connection:
        assert (picture.live(connection), picture.versions(connection), picture.past(connection, 1)) == before
        assert connection.execute(select(func.count()).select_from(CHANGE)).scalar_one() == 1
    add(database, "b")
    with database.read() as connection:
        assert picture.present(connection) == 2


def test_a_record_made_and_deleted_in_one_transaction_was_never_current(database: Database) -> None:
    with database.write(cause="api") as writer:
        records.create(writer, TOPIC, topic("a"))
        records.create(writer, TOPIC, topic("b"))
        writer.flush()
        records.delete(writer, TOPIC, "a", 1)
    with database.read() as connection:
        assert [row["id"] for row in picture.past(connection, 1)["topic"]] == ["b"]
        found = connection.execute(select(CHANGE.c.action, CHANGE.c.revision).order_by(CHANGE.c.position)).all()
    assert [tuple(row) for row in found] == [("create", 1), ("create", 1), ("delete", 2)]
    with pytest.raises(Problem, match="never used twice"):
        add(database, "a")


def test_two_changes_in_one_transaction_leave_only_the_last_in_the_history(database: Database) -> None:
    add(database, "a")
    with database.write(cause="api") as writer:
        records.update(writer, TOPIC, "a", {"label_en": "first"}, 1)
        records.update(writer, TOPIC, "a", {"label_en": "second"}, 2)
    history = HISTORY["topic"]
    with database.read() as connection:
        rows = connection.execute(select(history).order_by(history.c.valid_from)).all()
    assert [(row.label_en, row.valid_from, row.valid_to) for row in rows] == [("a", 1, 2), ("second", 2, OPEN)]


def test_a_change_of_one_list_leaves_the_rows_of_the_others_alone(database: Database) -> None:
    body = {"id": "o", "name": "o", "kind": "ngo", "basis": "stated", "names": [{"text": "x", "kind": "short"}]}
    with database.write(cause="api") as writer:
        records.create(writer, ORGANIZATION, CREATE["organization"].model_validate(body))
    with database.write(cause="api") as writer:
        identifiers = [{"scheme": "MX-RFC", "value": "1"}]
        records.update(writer, ORGANIZATION, "o", {"identifiers": identifiers}, 1)
    names, found = HISTORY["organization_name"], HISTORY["organization_identifier"]
    with database.read() as connection:
        assert [tuple(row) for row in connection.execute(select(names.c.valid_from, names.c.valid_to))] == [(1, OPEN)]
        assert [tuple(row) for row in connection.execute(select(found.c.valid_from, found.c.valid_to))] == [(2, OPEN)]


def test_keys_are_never_given_out_twice_even_after_the_last_row_is_deleted(database: Database) -> None:
    seen: set[int] = set()
    body = {"name": "o", "kind": "ngo", "basis": "stated", "names": [{"text": "x", "kind": "short"}]}
    for number in range(4):
        with database.write(cause="api") as writer:
            records.create(writer, ORGANIZATION, CREATE["organization"].model_validate(body | {"id": f"o{number}"}))
        with database.read() as connection:
            keys = set(connection.execute(select(TABLES["organization_name"].c.pk)).scalars())
            keys |= {-pk for pk in connection.execute(select(ORGANIZATION.sql.c.pk)).scalars()}
        assert not keys & seen
        seen |= keys
        with database.write(cause="api") as writer:
            records.delete(writer, ORGANIZATION, f"o{number}", 1)


# Time


def test_times_never_go_back_though_the_clock_does(database: Database) -> None:
    add(database, "a")
    ahead = datetime.now(UTC) + timedelta(hours=1)
    with database.write_schema() as connection:
        # As if the clock had run an hour ahead then.
        connection.execute(update(VERSION).values(at=ahead))
    add(database, "b")
    add(database, "c")
    with database.read() as connection:
        times = [aware(row["at"]) for row in picture.versions(connection)]
    assert times == sorted(times)
    assert times[0] == ahead


def test_times_are_those_of_the_clock_and_in_the_order_of_the_versions(database: Database) -> None:
    before = datetime.now(UTC)
    for number in range(10):
        add(database, f"t{number}")
    with database.read() as connection:
        times = [aware(row["at"]) for row in picture.versions(connection)]
    assert times == sorted(times)
    assert before <= times[0] <= times[-1] <= datetime.now(UTC)


def aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


# Several at once

WRITERS, WRITES = 8, 20


def test_writers_at_once_lose_nothing_and_never_share_a_version(database: Database) -> None:
    add(database, "shared")
    start = Barrier(WRITERS)

    def work(name: int) -> list[int]:
        start.wait()
        mine = []
        for number in range(WRITES):
            with database.write(cause="api", actor=f"w{name}") as writer:
                records.create(writer, TOPIC, topic(f"w{name}-{number}"))
                mine.append(writer.version)
        return mine

    with ThreadPoolExecutor(WRITERS) as pool:
        made = list(pool.map(work, range(WRITERS)))
    assert all(mine == sorted(mine) for mine in made)
    assert sorted(version for mine in made for version in mine) == list(range(2, 2 + WRITERS * WRITES))
    with database.read() as connection:
        rows = picture.versions(connection)
        assert [row["number"] for row in rows] == list(range(1, 2 + WRITERS * WRITES))
        assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
        wrote: dict[str, list[int]] = {row["actor"]: [] for row in rows[1:]}
        for row in rows[1:]:
            wrote[row["actor"]].append(row["number"])
        assert wrote == {f"w{name}": mine for name, mine in enumerate(made)}
        ids = {row["id"] for row in picture.live(connection)["topic"]}
        assert ids == {"shared"} | {f"w{name}-{number}" for name in range(WRITERS) for number in range(WRITES)}
        assert picture.past(connection, rows[-1]["number"]) == picture.live(connection)
        logged = connection.execute(select(CHANGE.c.version).order_by(CHANGE.c.version)).scalars().all()
        assert list(logged) == [row["number"] for row in rows]


def test_of_writers_that_change_one_revision_at_once_exactly_one_succeeds(database: Database) -> None:
    add(database, "a")
    rounds = 5
    for revision in range(1, rounds + 1):
        start = Barrier(WRITERS)

        def work(name: int, revision: int = revision, start: Barrier = start) -> str:
            start.wait()
            try:
                rename(database, "a", f"{revision} by {name}", revision)
            except Problem as problem:
                return problem.kind
            return "done"

        with ThreadPoolExecutor(WRITERS) as pool:
            outcomes = sorted(pool.map(work, range(WRITERS)))
        assert outcomes == ["changed-meanwhile"] * (WRITERS - 1) + ["done"]
    with database.read() as connection:
        assert picture.present(connection) == rounds + 1
        [row] = connection.execute(select(RECORD.c.revision)).all()
        assert row.revision == rounds + 1


def test_writers_who_ask_for_one_id_at_once_get_it_once(database: Database) -> None:
    start = Barrier(WRITERS)

    def work(_name: int) -> str:
        start.wait()
        try:
            add(database, "wanted")
        except Problem as problem:
            return problem.kind
        return "done"

    with ThreadPoolExecutor(WRITERS) as pool:
        outcomes = sorted(pool.map(work, range(WRITERS)))
    assert outcomes == ["done"] + ["id-taken"] * (WRITERS - 1)


def test_readers_see_one_state_for_as_long_as_they_hold_it_while_others_write(database: Database) -> None:
    add(database, "a0", "b0")
    done = Event()
    seen: set[int] = set()
    ids = select(TOPIC.sql.c.id).order_by(TOPIC.sql.c.id)

    def write() -> None:
        try:
            for number in range(1, 40):
                with database.write(cause="api") as writer:
                    records.delete(writer, TOPIC, f"a{number - 1}", 1)
                    records.delete(writer, TOPIC, f"b{number - 1}", 1)
                    records.create(writer, TOPIC, topic(f"a{number}"))
                    records.create(writer, TOPIC, topic(f"b{number}"))
        finally:
            done.set()

    def read() -> int:
        times = 0
        while not done.is_set():
            times += 1
            with database.read() as connection:
                version = picture.present(connection)
                live = list(connection.execute(ids).scalars())
                assert live == [f"a{version - 1}", f"b{version - 1}"]
                history = HISTORY["topic"]
                past = select(history.c.id).where(current_at(history, version)).order_by(history.c.pk)
                assert list(connection.execute(past).scalars()) == live
                changed = select(func.count()).select_from(CHANGE)
                assert connection.execute(changed).scalar_one() == 2 + 4 * (version - 1)
                assert picture.present(connection) == version
                assert list(connection.execute(ids).scalars()) == live
                seen.add(version)
        return times

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        pool.submit(write).result()
        assert sum(reader.result() for reader in readers) > 3
    assert len(seen) > 3
    with database.read() as connection:
        assert connection.execute(select(COUNTER.c.number)).scalar_one() == 40


def test_a_reader_that_began_before_a_write_does_not_see_it_and_does_not_stop_it(database: Database) -> None:
    add(database, "a")
    with database.read() as connection:
        assert present_view(connection).ordinal == 1
        add(database, "b")
        assert present_view(connection).ordinal == 1
        assert [row["id"] for row in picture.live(connection)["topic"]] == ["a"]
    with database.read() as connection:
        assert present_view(connection).ordinal == 2
