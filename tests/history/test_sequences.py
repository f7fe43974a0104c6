"""Whatever is written, in whatever order: the tables, their histories and the change log tell the same story.

Random operations with fixed seeds go through the repository and through a model of plain dictionaries.
"""

import re
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from app.history.tables import HISTORY, OPEN
from app.models.nouns import BY_KIND
from app.models.rows import search_forms
from app.problems import Problem
from app.store.database import Database
from tests.history import picture
from tests.history.model import Model
from tests.history.picture import CHANGE, COUNTER, RECORD

STEPS = 60
REFUSED = re.compile("UNIQUE|23505|_not_itself")
"""What a table may refuse here: two states with one number, one participation twice, its own parent."""


class GivenUpError(Exception):
    """A transaction is rolled back on purpose."""


class Run:
    """A run of transactions, checked after each."""

    def __init__(self, database: Database, seed: int, most: int) -> None:
        self.database = database
        self.model = Model(seed)
        self.most = most
        self.copies: dict[int, tuple[picture.Rows, picture.Words]] = {0: ({name: [] for name in HISTORY}, {})}
        self.story: list[str] = []
        self.outcomes: Counter[str] = Counter()
        with database.read() as connection:
            self.state = self._everything(connection)

    def transaction(self) -> None:
        """A few operations that are committed together, or not at all."""
        random = self.model.random
        before, told = self.model.copy(), len(self.story)
        give_up = random.random() < 0.1
        with self.database.read() as connection:
            version = picture.present(connection)
        try:
            with self.database.write(cause="api", actor="tests") as writer:
                for _ in range(random.randint(1, self.most)):
                    self.story.append(self.model.step(writer))
                if give_up:
                    raise GivenUpError
        except (Problem, GivenUpError, DBAPIError) as error:
            if isinstance(error, DBAPIError) and not REFUSED.search(str(error.orig)):
                raise
            self.outcomes[type(error).__name__ + getattr(error, "kind", "")] += 1
            self.model = before
            with self.database.read() as connection:
                assert self._everything(connection) == self.state, self.story[told:]
                assert picture.past(connection, version) == self.state[0], self.story[told:]
            return
        done, self.model.log = self.model.log, []
        self.outcomes["committed" if done else "nothing to do"] += 1
        with self.database.read() as connection:
            self._check_written(connection, version, done, self.story[told:])
            self.state = self._everything(connection)

    def _everything(self, connection: Connection) -> Any:
        tables = (RECORD, picture.VERSION, CHANGE, *HISTORY.values())
        numbers = select(*(select(func.count()).select_from(table).scalar_subquery() for table in tables))
        revisions = select(func.sum(RECORD.c.revision), func.count(RECORD.c.deleted_in))
        rows = [tuple(connection.execute(query).one()) for query in (numbers, revisions, select(COUNTER))]
        return picture.live(connection), rows

    def _check_written(
        self, connection: Connection, before: int, done: list[tuple[str, str, str, int]], told: list[str]
    ) -> None:
        version = picture.present(connection)
        assert version == before + bool(done), told
        live = picture.live(connection)
        words = picture.in_words(connection, live)
        assert words == self.model.words(), told
        assert picture.past(connection, version) == live, told
        self.copies[version] = (live, words)
        self._check_log(connection, version, done or None, told)
        self._check_registry(connection)
        self._check_forms(connection, live)
        for past in {before, self.model.random.randint(0, version)} if done else ():
            self.check_past(connection, past)

    def check_past(self, connection: Connection, version: int) -> None:
        """The histories hold for the version what the model held."""
        live, words = self.copies[version]
        found = picture.past(connection, version)
        assert found == live, version
        assert picture.in_words(connection, found) == words, version

    def _check_log(
        self, connection: Connection, version: int, done: list[tuple[str, str, str, int]] | None, told: list[str]
    ) -> None:
        if done is None:
            return
        query = select(CHANGE.c.position, CHANGE.c.action, RECORD.c.kind, RECORD.c.id, CHANGE.c.revision)
        rows = connection.execute(
            query.join(RECORD, RECORD.c.pk == CHANGE.c.record_pk)
            .where(CHANGE.c.version == version)
            .order_by(CHANGE.c.position)
        ).all()
        assert [row.position for row in rows] == list(range(len(rows))), told
        # Citations have ids that the service made: they are counted.
        found = [(row.action, row.kind, "" if row.kind == "citation" else row.id, row.revision) for row in rows]
        wanted = [(action, kind, "" if kind == "citation" else one, revision) for action, kind, one, revision in done]
        assert Counter(found) == Counter(wanted), told
        assert [one for one in found if one[1] != "citation"] == [one for one in wanted if one[1] != "citation"], told

    def _check_registry(self, connection: Connection) -> None:
        rows = connection.execute(select(RECORD).where(RECORD.c.kind != "citation")).all()
        assert {(row.kind, row.id): row.revision for row in rows if row.deleted_in is None} == {
            name: revision for name, revision in self.model.revisions.items() if name[0] != "citation"
        }
        assert {(row.kind, row.id) for row in rows} == {name for name in self.model.used if name[0] != "citation"}

    def _check_forms(self, connection: Connection, live: picture.Rows) -> None:
        keys = {(row.kind, row.id): row.pk for row in connection.execute(select(RECORD))}
        wanted: Counter[tuple[int, str, str, str]] = Counter()
        for kind, found in self.model.words().items():
            if kind == "citation":
                continue
            for public_id, values in found.items():
                for form in search_forms(BY_KIND[kind], values):
                    wanted[keys[kind, public_id], form["field"], form["text"], form["form"]] += 1
        cited = {pk for (kind, _), pk in keys.items() if kind == "citation"}
        assert Counter({one: n for one, n in picture.forms(live).items() if one[0] not in cited}) == wanted


def check_the_whole_past(run: Run) -> None:
    with run.database.read() as connection:
        last = picture.present(connection)
        assert last == max(run.copies)
        for version in range(last + 1):
            run.check_past(connection, version)
        numbers = [row["number"] for row in picture.versions(connection)]
        assert numbers == list(range(1, last + 1))
        assert [row["public_number"] for row in picture.versions(connection)] == numbers
        times = [row["at"] for row in picture.versions(connection)]
        assert times == sorted(times)
        assert {row["cause"] for row in picture.versions(connection)} == {"api"}
        assert {row["actor"] for row in picture.versions(connection)} == {"tests"}
        changed = connection.execute(select(CHANGE.c.version).distinct().order_by(CHANGE.c.version)).scalars().all()
        assert list(changed) == numbers
        check_spans(connection, last)
        check_registry_against_the_log(connection)


def check_spans(connection: Connection, last: int) -> None:
    """The spans of one row never overlap, have a length, and are open exactly for the rows that are there."""
    for name, history in HISTORY.items():
        spans: dict[int, list[tuple[int, int]]] = {}
        for row in connection.execute(select(history.c.pk, history.c.valid_from, history.c.valid_to)):
            spans.setdefault(row.pk, []).append((row.valid_from, row.valid_to))
            assert 1 <= row.valid_from <= last
            assert row.valid_from < row.valid_to
            assert row.valid_to <= last or row.valid_to == OPEN
        for pk, found in spans.items():
            ordered = sorted(found)
            assert all(one[1] <= other[0] for one, other in pairwise(ordered)), (name, pk)
        table = picture.TABLES[name]
        there = set(connection.execute(select(table.c.pk)).scalars())
        assert {pk for pk, found in spans.items() if max(found)[1] == OPEN} == there, name


def check_registry_against_the_log(connection: Connection) -> None:
    """Each record was made once, deleted at most once, and its revisions are counted without a gap."""
    for record in connection.execute(select(RECORD)).all():
        log = connection.execute(
            select(CHANGE).where(CHANGE.c.record_pk == record.pk).order_by(CHANGE.c.version, CHANGE.c.position)
        ).all()
        assert [one.revision for one in log] == list(range(1, record.revision + 1))
        actions = [one.action for one in log]
        assert actions[0] == "create"
        assert log[0].version == record.created_in
        assert set(actions[1:-1]) <= {"update"}
        deleted = actions[-1] == "delete"
        assert (record.deleted_in is not None) == deleted
        assert not deleted or log[-1].version == record.deleted_in


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("seed", [1, 2])
def test_single_writes_in_any_order_keep_tables_histories_and_log_in_step(database: Database, seed: int) -> None:
    run = Run(database, seed, most=1)
    for _ in range(STEPS):
        run.transaction()
    check_the_whole_past(run)
    assert run.outcomes["committed"] > STEPS / 3, run.outcomes


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("seed", [3, 4])
def test_several_writes_in_one_transaction_make_one_version_and_see_each_other(database: Database, seed: int) -> None:
    run = Run(database, seed, most=4)
    for _ in range(STEPS):
        run.transaction()
    check_the_whole_past(run)
    assert run.outcomes["committed"] > STEPS / 4, run.outcomes


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10, 12))
def test_long_sequences_keep_tables_histories_and_log_in_step(database: Database, seed: int) -> None:
    run = Run(database, seed, most=1 + 3 * (seed % 2))
    for _ in range(150):
        run.transaction()
    check_the_whole_past(run)
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(RECORD)).scalar_one() > 50
