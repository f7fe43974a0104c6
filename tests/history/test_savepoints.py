"""A part of a write that is undone leaves nothing behind: no row, no key, no place in the log, no version."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import select

from app.history.tables import HISTORY
from app.history.view import present_view
from app.history.writer import Writer
from app.models.nouns import BY_KIND
from app.models.tables import Reader
from app.problems import Problem
from app.store import records
from app.store.database import Database
from app.store.records import CREATE
from tests.history.picture import CHANGE, COUNTER, RECORD

TOPIC = BY_KIND["topic"]


def add(writer: Writer, public_id: str, *, fresh: bool = True, **fields: Any) -> None:
    body = {"id": public_id, "label_en": public_id, "label_es": public_id} | fields
    records.create(writer, TOPIC, CREATE["topic"].model_validate(body), fresh=fresh)


@contextmanager
def undone(writer: Writer) -> Iterator[None]:
    """A savepoint that fails at its end, or before."""
    with suppress(Problem), writer.savepoint():
        yield
        raise Problem("duplicate", "given up")


def give_up(writer: Writer, *public_ids: str, send: bool) -> None:
    """Create records within a savepoint, send them or not, and fail."""
    with undone(writer):
        for public_id in public_ids:
            add(writer, public_id)
        if send:
            writer.flush()


@pytest.mark.parametrize("send", [False, True])
def test_what_is_undone_is_as_if_it_had_never_been_begun(database: Database, send: bool) -> None:
    with database.write(cause="api") as writer:
        add(writer, "a")
        give_up(writer, "b", "c", send=send)
        with writer.savepoint():
            add(writer, "d")
        give_up(writer, "a", "d", send=False)
        assert writer.changes == 2
        assert set(writer.keys) == {("topic", "a"), ("topic", "d")}
    with database.read() as connection:
        found = connection.execute(select(RECORD.c.pk, RECORD.c.id).order_by(RECORD.c.pk)).all()
        assert [row.id for row in found] == ["a", "d"]
        assert connection.execute(select(CHANGE.c.position).order_by(CHANGE.c.position)).scalars().all() == [0, 1]
        counter = connection.execute(select(COUNTER)).one()
        # Each has its record, its row and three forms to find it by: no key was skipped.
        assert (counter.number, counter.next_pk - found[0].pk) == (1, 2 * (found[1].pk - found[0].pk))
        past = HISTORY["topic"]
        assert sorted(connection.execute(select(past.c.id)).scalars()) == ["a", "d"]


def test_a_write_of_which_everything_is_undone_makes_no_version(database: Database) -> None:
    with database.write(cause="api") as writer:
        give_up(writer, "a", send=True)
    with database.read() as connection:
        assert connection.execute(select(COUNTER.c.number)).scalar_one() == 0
        assert connection.execute(select(RECORD)).first() is None


def test_a_row_that_was_pending_before_is_sent_though_what_sent_it_is_undone(database: Database) -> None:
    with database.write(cause="api") as writer:
        add(writer, "a")
        give_up(writer, "b", send=True)
    with database.read() as connection:
        view = present_view(connection, Reader.public)
        assert (view.version, records.read(view, TOPIC, "a")["revision"]) == ("v1", 1)


def test_changes_and_deletions_are_undone_with_their_history(database: Database) -> None:
    with database.write(cause="api") as writer:
        add(writer, "a")
        add(writer, "b")
    with database.write(cause="api") as writer:
        records.update(writer, TOPIC, "a", {"note": "kept"}, 1)
        with undone(writer):
            records.update(writer, TOPIC, "a", {"note": "undone"}, 2)
            records.delete(writer, TOPIC, "b", 1)
            records.update(writer, TOPIC, "b", {"note": "gone"}, 2)
        records.update(writer, TOPIC, "b", {"note": "kept"}, 1)
    with database.read() as connection:
        view = present_view(connection, Reader.public)
        assert [records.read(view, TOPIC, one)["note"] for one in "ab"] == ["kept", "kept"]
        past = HISTORY["topic"]
        rows = connection.execute(select(past.c.id, past.c.revision, past.c.note).order_by(past.c.id, past.c.revision))
        assert [tuple(row) for row in rows] == [("a", 1, None), ("a", 2, "kept"), ("b", 1, None), ("b", 2, "kept")]


def test_what_the_writer_knows_of_hidden_records_is_undone(database: Database) -> None:
    seen = []
    with database.write(cause="api") as writer:
        seen.append(writer.is_anything_hidden)
        with undone(writer):
            add(writer, "x0123456789abcdef", visibility="restricted")
            seen.append(writer.is_anything_hidden)
        seen.append(writer.is_anything_hidden)
        add(writer, "a")
    assert seen == [False, True, False]
    with database.read() as connection:
        assert present_view(connection, Reader.public).version == "v1"


def test_savepoints_stand_within_each_other(database: Database) -> None:
    with database.write(cause="api") as writer:
        with writer.savepoint():
            add(writer, "a")
            give_up(writer, "b", send=True)
            add(writer, "c")
        with undone(writer), writer.savepoint():
            add(writer, "d")
    with database.read() as connection:
        assert sorted(connection.execute(select(RECORD.c.id)).scalars()) == ["a", "c"]
