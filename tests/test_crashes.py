"""kill -9 of the service while four clients write: nothing that was acknowledged is lost, and nothing is there by half.

What a client was told is looked for in the database itself, with no service running, before the next one is started.
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from threading import Event
from typing import Any, NamedTuple

import httpx
import pytest
from sqlalchemy import Connection, func, select, text

from app.graph.columns import Columns
from app.history.tables import HISTORY, OPEN
from app.history.view import View, past_view, present_view
from app.history.visibility import owned
from app.models.noun import Values
from app.models.nouns import BY_KIND, NOUNS
from app.models.rows import search_forms
from app.store import records
from app.store.database import Database
from app.store.loading import load_columns, refresh_columns
from tests.history import picture
from tests.history.picture import CHANGE, COUNTER, RECORD, TABLES, VERSION
from tests.history.test_sequences import check_spans
from tests.routers.asking import has
from tests.store.columns import assert_same, columns_of_rows
from tests.support.keys import bearer, key_for
from tests.support.long import sized
from tests.support.server import Server

SENDERS = 4
SECONDS = (0.3, 1.0)
"""Between these the service lives on after the first acknowledged write."""
PATIENCE = 60
NETWORK = "/v1/networks/funder-partner-state"
SAME = ("ETag", "Data-Version", "Content-Location", "Body-SHA256", "Content-Type")
"""Headers of a network that stay with its bytes."""
DOCUMENT = "doc-conjusticia"
CONTESTED = "contested"
"""A topic that all senders change."""

Name = tuple[str, str]
"""Kind and id."""
Change = tuple[str, str, int]
"""Kind, id, and the revision that the change made."""


# What is sent


@dataclass(frozen=True)
class Effect:
    """What a write does to one record."""

    kind: str
    id: str
    revision: int
    """Revision that it brings the record to."""
    fields: Values | None
    """What was ever sent of the record, as it is then; None: it is deleted."""
    citations: tuple[Values, ...] = ()

    @property
    def name(self) -> Name:
        """The record."""
        return self.kind, self.id

    @property
    def change(self) -> Change:
        """What stands in the log for it."""
        return self.kind, self.id, self.revision


@dataclass
class Write:
    """A request that writes, and its answer if there was one."""

    method: str
    path: str
    effects: list[Effect]
    body: Values | None = None
    revision: int | None = None
    """What If-Match names."""
    key: str | None = None
    """Its Idempotency-Key."""
    answer: httpx.Response | None = None

    def send(self, client: httpx.Client) -> httpx.Response:
        """Send it, again or for the first time."""
        headers = {"If-Match": f'"r{self.revision}"'} if self.revision is not None else {}
        headers |= {"Idempotency-Key": self.key} if self.key is not None else {}
        return client.request(self.method, self.path, json=self.body, headers=headers)


class Line:
    """What lies between the senders and the service."""

    def __init__(self) -> None:
        self.was_told = Event()
        """Anything was acknowledged."""
        self.is_cut = Event()
        """No answer arrives any more."""
        self.was_lost = Event()
        """The answer of a write that was done did not arrive."""

    def mend(self) -> None:
        """Have everything before it."""
        for event in (self.was_told, self.is_cut, self.was_lost):
            event.clear()


class Sender:
    """Sends one write after the other until the service is gone, and remembers what it was told."""

    def __init__(self, number: int, line: Line) -> None:
        self.in_flight: Write | None = None
        self.told: list[Write] = []
        """Acknowledged since the last crash."""
        self._line = line
        self._random = Random(number)
        self._names = (f"{number}-{one}" for one in count(1))
        self._own: dict[Name, Effect] = {}

    def run(self, address: str, key: str) -> None:
        """Write until nobody answers any more."""
        with httpx.Client(base_url=address, headers=bearer(key), timeout=PATIENCE) as client:
            try:
                while True:
                    write = self._next(client)
                    self.in_flight = write
                    answer = write.send(client)
                    if answer.is_success and self._line.is_cut.is_set():
                        self._line.was_lost.set()
                        return
                    self.in_flight = None
                    if not (answer.status_code == 412 and write.path.endswith(CONTESTED)):
                        self.acknowledge(write, answer)
            except httpx.TransportError:
                return

    def acknowledge(self, write: Write, answer: httpx.Response) -> None:
        """Remember that a write was answered."""
        assert answer.is_success, (write, answer.text)
        write.answer = answer
        self.told.append(write)
        self.note(write.effects)
        self._line.was_told.set()

    def note(self, effects: Iterable[Effect]) -> None:
        """Remember what the organizations that this sender made have become."""
        for effect in effects:
            if effect.kind == "organization":
                self._own[effect.name] = effect
                if effect.fields is None:
                    del self._own[effect.name]

    def _next(self, client: httpx.Client) -> Write:
        choice = self._random.random()
        if choice < 0.35 or not self._own:
            return self._create()
        if choice < 0.55:
            return self._update()
        if choice < 0.65:
            return self._delete()
        return self._bulk() if choice < 0.85 else self._contest(client)

    def _create(self) -> Write:
        name = next(self._names)
        fields = self._organization(name) | {"name": f"Crash {name}"}
        citations = [{"document": DOCUMENT, "paragraph": 1, "cue": f"cue {name} {one}"} for one in range(2)]
        made = Effect("organization", f"crash-{name}", 1, fields, tuple(citations))
        given = {"id": made.id} if self._random.random() < 0.5 else {}
        body = {**given, **fields, "citations": citations}
        return Write("POST", "/v1/organizations", [made], body, key=self._key(name))

    def _update(self) -> Write:
        before, changes = self._some(), self._organization(next(self._names))
        return Write(
            "PATCH", f"/v1/organizations/{before.id}", [self._after(before, changes)], changes, before.revision
        )

    def _delete(self) -> Write:
        before = self._some()
        gone = Effect(before.kind, before.id, before.revision + 1, None)
        return Write("DELETE", f"/v1/organizations/{before.id}", [gone], None, before.revision)

    def _bulk(self) -> Write:
        name, before = next(self._names), self._some()
        project = {"title": f"Crash {name}", "basis": "stated", "kind": "grant", "project_status": "ongoing"}
        made: dict[str, Values] = {
            "project": {**project, "topics": [{"topic": CONTESTED, "basis": "stated"}]},
            "project_state": {"state": "MX-JAL", "role": "target"},
            "funding": {"funder": "usaid", "amount": "1000.50", "currency": "USD"},
            "participation": {"organization": "documenta", "role": "partner", "states": ["MX-JAL"]},
        }
        effects, items = [], []
        for kind, own in made.items():
            fields = own if kind == "project" else {**own, "project": f"crash-{name}", "basis": "stated"}
            effects.append(Effect(kind, f"crash-{name}", 1, fields))
            items.append({"action": "create", "kind": kind, "body": {"id": f"crash-{name}", **fields}})
        changes = self._organization(name)
        effects.append(self._after(before, changes))
        named = {"id": before.id, "if_match": f'"r{before.revision}"'}
        items.append({"action": "update", "kind": before.kind, **named, "body": changes})
        return Write("POST", "/v1/bulk", effects, {"items": items}, key=self._key(name))

    def _contest(self, client: httpx.Client) -> Write:
        path = f"/v1/topics/{CONTESTED}"
        revision = client.get(path).json()["revision"]
        changes = {"note": f"note {next(self._names)}"}
        return Write("PATCH", path, [Effect("topic", CONTESTED, revision + 1, changes)], changes, revision)

    def _some(self) -> Effect:
        return self._random.choice(list(self._own.values()))

    def _after(self, before: Effect, changes: Values) -> Effect:
        fields = (before.fields or {}) | changes
        return Effect(before.kind, before.id, before.revision + 1, fields, before.citations)

    def _organization(self, name: str) -> Values:
        names = [f"Crash {name} {one}" for one in range(self._random.randint(1, 3))]
        return {
            "basis": "stated",
            "kind": "ngo",
            "note": f"note {name}",
            "names": [{"text": one, "kind": "short", "language": "es", "basis": "stated"} for one in names],
            "identifiers": [{"scheme": "MX-RFC", "value": name}],
        }

    def _key(self, name: str) -> str | None:
        return f"key-{name}" if self._random.random() < 0.7 else None


# What has to be there


class Logged(NamedTuple):
    """A change of one record in the log."""

    version: int
    action: str


@dataclass
class Ledger:
    """All that was acknowledged, or was in flight and found done."""

    start: int
    """Version before the first write."""
    done: dict[Change, Effect] = field(default_factory=dict)

    def enter(self, connection: Connection, told: Iterable[Write], in_flight: Iterable[Write]) -> list[Write]:
        """Look for the writes since the last crash. Returns those in flight that were done."""
        view, log = present_view(connection), self._log(connection)
        for write in told:
            for effect in write.effects:
                assert is_there(view, log, effect), ("lost", write)
            check_answer(view, log, write)
            self._note(write)
        found = []
        for write in in_flight:
            whole = {is_there(view, log, effect) for effect in write.effects}
            assert len(whole) == 1, ("there by half", write)
            if whole == {True}:
                assert len({log[effect.change].version for effect in write.effects}) == 1, write
                self._note(write)
                found.append(write)
        # What nobody sent is not there either: no second record, no half of one.
        assert log.keys() == self.done.keys()
        return found

    def check_again(self, connection: Connection) -> None:
        """Look for everything that was ever entered."""
        view, log = present_view(connection), self._log(connection)
        for effect in self.done.values():
            assert is_there(view, log, effect), ("lost later", effect)

    def _note(self, write: Write) -> None:
        for effect in write.effects:
            assert effect.change not in self.done, ("a revision was made twice", write)
            self.done[effect.change] = effect

    def _log(self, connection: Connection) -> dict[Change, Logged]:
        """The changes of records since the start; those of citations go with the records that they are for."""
        query = select(RECORD.c.kind, RECORD.c.id, CHANGE.c.revision, CHANGE.c.version, CHANGE.c.action)
        query = query.join(RECORD, RECORD.c.pk == CHANGE.c.record_pk)
        query = query.where(CHANGE.c.version > self.start, RECORD.c.kind != "citation")
        rows = connection.execute(query).all()
        found = {(row.kind, row.id, row.revision): Logged(row.version, row.action) for row in rows}
        assert len(found) == len(rows)
        return found


def is_there(view: View, log: Mapping[Change, Logged], effect: Effect) -> bool:
    """Whether the version that the log names for an effect holds it, with parts, citations and search forms."""
    logged = log.get(effect.change)
    if logged is None:
        return False
    if effect.fields is None:
        return logged.action == "delete"
    noun, then = BY_KIND[effect.kind], past_view(view, logged.version)
    record = as_sent(records.read(then, noun, effect.id, ("citations",)))
    forms = then[TABLES["search_form"]]
    mine = select(forms.c.field, forms.c.text, forms.c.form).join(RECORD, RECORD.c.pk == forms.c.record_pk)
    mine = mine.where(RECORD.c.kind == effect.kind, RECORD.c.id == effect.id)
    wanted = [(one["field"], one["text"], one["form"]) for one in search_forms(noun, record)]
    cited = sorted(record["included"]["citations"], key=lambda one: str(one["cue"]))
    return (
        record["revision"] == effect.revision
        and has(effect.fields, record)
        and has(list(effect.citations), cited)
        and sorted(wanted if noun.searched else []) == sorted(map(tuple, view.connection.execute(mine)))
    )


def as_sent(record: Values) -> Values:
    """A record with its numbers as they stand in JSON."""
    return dict(json.loads(json.dumps(record, default=str)))


def check_answer(view: View, log: Mapping[Change, Logged], write: Write) -> None:
    """What the sender was told is what the version of the write holds."""
    answer = write.answer
    assert answer is not None
    version = {log[effect.change].version for effect in write.effects}
    if answer.status_code == 204:
        return
    assert version == {int(answer.headers["Data-Version"].removeprefix("v"))}
    body = answer.json()
    if "items" in body:
        found = [(one["ref"].partition(":")[2], one["revision"]) for one in body["items"]]
        assert found == [(effect.id, effect.revision) for effect in write.effects]
        return
    effect = write.effects[0]
    record = as_sent(records.read(past_view(view, log[effect.change].version), BY_KIND[effect.kind], effect.id))
    assert has({name: value for name, value in body.items() if name != "included"}, record)


# What has to agree


def check_all(database: Database, older: Columns) -> Columns:
    """The books agree, and the columns with them, however they are made. Returns those of now."""
    with database.read() as connection:
        if database.is_sqlite:
            assert connection.exec_driver_sql("PRAGMA integrity_check").all() == [("ok",)]
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        wanted = columns_of_rows(connection, check_books(connection))
    fresh = load_columns(database)
    assert_same(fresh, wanted)
    assert_same(refresh_columns(database, older), fresh)
    assert_same(load_columns(database, int(older.version.removeprefix("v"))), older)
    return fresh


def check_books(connection: Connection) -> int:
    """Tables, histories, log, counters and search forms say the same. Returns the version."""
    number = check_counters(connection)
    live = picture.live(connection)
    assert live == picture.past(connection, number)
    check_spans(connection, number)
    check_log(connection, number)
    check_forms(connection, live)
    return number


def check_counters(connection: Connection) -> int:
    """Versions are counted without a gap, and the counter is at the last one; returns it."""
    counter = connection.execute(select(COUNTER)).one()
    query = select(VERSION.c.number, VERSION.c.public_number).order_by(VERSION.c.number)
    numbers = list(range(1, counter.number + 1))
    assert [tuple(row) for row in connection.execute(query)] == [(one, one) for one in numbers]
    assert counter.public_number == counter.number
    for table in (RECORD, *HISTORY.values()):
        assert connection.execute(select(func.coalesce(func.max(table.c.pk), 0))).scalar_one() < counter.next_pk
    return int(counter.number)


def check_log(connection: Connection, number: int) -> None:
    """Each version changed the rows of exactly the records that the log names for it, and raised their revisions."""
    query = select(CHANGE).order_by(CHANGE.c.version, CHANGE.c.position)
    logged: dict[int, list[Any]] = {version: [] for version in range(1, number + 1)}
    revisions: dict[int, int] = {}
    made: dict[tuple[int, int], int] = {}
    ends: dict[int, tuple[int | None, int | None]] = {}
    for row in connection.execute(query):
        assert row.position == len(logged[row.version])
        logged[row.version].append(row.record_pk)
        revisions[row.record_pk] = revisions.get(row.record_pk, 0) + 1
        assert row.revision == revisions[row.record_pk]
        made[row.record_pk, row.version] = row.revision
        assert (row.action == "create") == (row.record_pk not in ends)
        created = ends.get(row.record_pk, (row.version, None))[0]
        ends[row.record_pk] = (created, row.version if row.action == "delete" else None)
    registry = connection.execute(select(RECORD)).all()
    assert {row.pk: row.revision for row in registry} == revisions
    assert {row.pk: (row.created_in, row.deleted_in) for row in registry} == ends
    touched: dict[int, set[int]] = {version: set() for version in range(1, number + 1)}
    for table, owner in {table: owner for noun in NOUNS for table, owner in owned(noun).items()}.items():
        history = HISTORY[table.name]
        spans = select(history.c[owner].label("record"), history.c.valid_from, history.c.valid_to)
        for row in connection.execute(spans):
            touched[row.valid_from].add(row.record)
            if row.valid_to != OPEN:
                touched[row.valid_to].add(row.record)
        if owner == "pk":
            for row in connection.execute(select(history.c.pk, history.c.valid_from, history.c.revision)):
                assert made[row.pk, row.valid_from] == row.revision
    assert {version: set(found) for version, found in logged.items()} == touched


def check_forms(connection: Connection, live: picture.Rows) -> None:
    """Each record is found by what it says, and by nothing else."""
    keys = {(row.kind, row.id): row.pk for row in connection.execute(select(RECORD.c.kind, RECORD.c.id, RECORD.c.pk))}
    wanted: Counter[tuple[int, str, str, str]] = Counter()
    for kind, found in picture.in_words(connection, live).items():
        if kind != "citation":
            for public_id, values in found.items():
                forms = search_forms(BY_KIND[kind], values)
                wanted.update((keys[kind, public_id], one["field"], one["text"], one["form"]) for one in forms)
    for row in live["citation"]:
        forms = search_forms(BY_KIND["citation"], row)
        wanted.update((row["pk"], one["field"], one["text"], one["form"]) for one in forms)
    assert picture.forms(live) == wanted


def await_sessions(database: Database) -> None:
    """A session of PostgreSQL outlives its client until it next looks up: wait until all have ended."""
    if database.is_sqlite:
        return
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    end = time.monotonic() + PATIENCE
    with database.engine.connect() as connection:
        while connection.execute(text(others)).scalar_one():
            assert time.monotonic() < end, "a session of the service that was killed is still open"
            connection.rollback()
            time.sleep(0.01)


# What is done


class Crashes:
    """A service on one database that is killed again and again."""

    def __init__(self, url: str, folder: Path, seed: int) -> None:
        self.url = url
        self.key = key_for(url, "write")
        # With it no address depends on the port.
        self.server = Server(url, folder, public_url="https://tejido.example")
        self._line = Line()
        self.senders = [Sender(number, self._line) for number in range(SENDERS)]
        self.networks: dict[str, list[str | None]] = {}
        """Version -> what was answered for it, as `told_of` has it."""
        self.counts: Counter[str] = Counter()
        self._random = Random(seed)
        with closing(Database(url)) as database:
            with database.write(cause="api") as writer:
                body = {"id": CONTESTED, "label_en": "Contested", "label_es": "Disputado"}
                topic = BY_KIND["topic"]
                records.create(writer, topic, records.CREATE["topic"].model_validate(body))
            with database.read() as connection:
                self.ledger = Ledger(picture.present(connection))
            self.columns = load_columns(database)

    def write_until_killed(self, *, answers_are_lost: bool) -> None:
        """Have the senders write, and the network be asked for, until the service is killed at some time.

        `answers_are_lost`: and at least one write was done of which its sender was not told.
        """
        self._line.mend()
        seconds = self._random.uniform(*SECONDS)
        with ThreadPoolExecutor(SENDERS + 1) as pool:
            running = [pool.submit(sender.run, self.server.address, self.key) for sender in self.senders]
            running.append(pool.submit(self._kill, seconds, answers_are_lost))
            try:
                with httpx.Client(base_url=self.server.address, timeout=PATIENCE) as client:
                    while True:
                        self._remember(client.get(NETWORK))
                        version = self._random.choice(list(self.networks))
                        self._remember(client.get(NETWORK, params={"as_of": version}))
            except httpx.TransportError:
                pass
        for one in running:
            one.result()

    def _kill(self, seconds: float, answers_are_lost: bool) -> None:
        try:
            assert self._line.was_told.wait(PATIENCE), "nothing was acknowledged"
            time.sleep(seconds)
            if answers_are_lost:
                self._line.is_cut.set()
                assert self._line.was_lost.wait(PATIENCE), "nothing was done"
        finally:
            self.server.kill()

    def check(self) -> list[Write]:
        """Look for everything in the database. Returns what was in flight and was done."""
        told = [write for sender in self.senders for write in sender.told]
        in_flight = [sender.in_flight for sender in self.senders if sender.in_flight is not None]
        with closing(Database(self.url)) as database:
            await_sessions(database)
            with database.read() as connection:
                done = self.ledger.enter(connection, told, in_flight)
            self.columns = check_all(database, self.columns)
        self.counts.update({"acknowledged": len(told), "in flight": len(in_flight), "done": len(done)})
        return done

    def send_again(self, done: list[Write]) -> None:
        """Send what was in flight again, and some of what was acknowledged: nothing is done twice."""
        with httpx.Client(base_url=self.server.address, headers=bearer(self.key), timeout=PATIENCE) as client:
            for sender in self.senders:
                repeatable = [write for write in sender.told if write.key is not None]
                for one in self._random.sample(repeatable, min(2, len(repeatable))):
                    assert one.answer is not None
                    self._replayed(client, one, one.answer.content)
                sender.told = []
                write, sender.in_flight = sender.in_flight, None
                if write is None:
                    continue
                if write in done:
                    sender.note(write.effects)
                self._finish(client, sender, write, is_done=write in done)

    def _finish(self, client: httpx.Client, sender: Sender, write: Write, *, is_done: bool) -> None:
        if write.revision is not None:
            is_due = not is_done
            if write.path.endswith(CONTESTED):
                is_due = client.get(write.path).json()["revision"] == write.revision
            answer = write.send(client)
            if is_due:
                sender.acknowledge(write, answer)
            else:
                assert answer.status_code == (410 if write.method == "DELETE" else 412), answer.text
        elif write.key is not None and is_done:
            self._replayed(client, write, None)
        elif write.key is not None:
            answer = write.send(client)
            assert "Idempotent-Replayed" not in answer.headers
            sender.acknowledge(write, answer)
            self._replayed(client, write, answer.content)

    def _replayed(self, client: httpx.Client, write: Write, body: bytes | None) -> None:
        """Sent again, a write with a key is answered as before, and makes no version."""
        before = client.get(f"/v1/topics/{CONTESTED}").headers["Data-Version"]
        answer = write.send(client)
        assert answer.is_success, answer.text
        assert answer.headers["Idempotent-Replayed"] == "true"
        assert body is None or answer.content == body
        told = answer.json()
        found = [one["revision"] for one in told["items"]] if "items" in told else [told["revision"]]
        assert found == [effect.revision for effect in write.effects]
        assert client.get(f"/v1/topics/{CONTESTED}").headers["Data-Version"] == before

    def ask_again(self, most: int) -> None:
        """Ask for networks of past versions that were asked for before."""
        first, *others = self.networks
        with httpx.Client(base_url=self.server.address, timeout=PATIENCE) as client:
            for version in (first, *others[-2:], *self._random.sample(others, min(most, len(others)))):
                self._remember(client.get(NETWORK, params={"as_of": version}))
            self._remember(client.get(NETWORK))

    def _remember(self, answer: httpx.Response) -> None:
        """The first answer for a version is the one that all later ones have to be the same as."""
        version = answer.headers["Data-Version"]
        assert told_of(answer) == self.networks.setdefault(version, told_of(answer)), version


def told_of(network: httpx.Response) -> list[str | None]:
    """What has to stay the same of an answer: its bytes, by their digest, and its headers."""
    assert network.status_code == 200, network.text
    return [hashlib.sha256(network.content).hexdigest(), *(network.headers.get(name) for name in SAME)]


def crash(url: str, folder: Path, loops: int, seed: int) -> Counter[str]:
    """Kill the service so many times; returns how much was written."""
    run = Crashes(url, folder, seed)
    with run.server:
        for loop in range(loops):
            run.write_until_killed(answers_are_lost=loop % 2 == 1)
            done = run.check()
            run.server.start()
            run.send_again(done)
            run.ask_again(3)
        # Once more while nobody writes: what was the present is the present.
        present = httpx.get(f"{run.server.address}{NETWORK}", timeout=PATIENCE)
        run.server.kill()
        run.check()
        with closing(Database(url)) as database, database.read() as connection:
            run.ledger.check_again(connection)
        run.server.start()
        again = httpx.get(f"{run.server.address}{NETWORK}", timeout=PATIENCE)
        assert told_of(again) == told_of(present)
        assert run.server.stop() in (0, -15)
    assert "Traceback" not in run.server.log
    return run.counts


@pytest.mark.long_on_postgresql
def test_a_crash_loses_no_acknowledged_write_and_leaves_none_by_half(url: str, tmp_path: Path) -> None:
    counts = crash(url, tmp_path, loops=3, seed=1)
    assert counts["acknowledged"] >= 3, counts
    assert 0 < counts["done"] <= counts["in flight"], counts


@pytest.mark.long
def test_many_crashes_lose_no_acknowledged_write_and_leave_none_by_half(url: str, tmp_path: Path) -> None:
    loops = sized(50)
    counts = crash(url, tmp_path, loops=loops, seed=2)
    assert counts["acknowledged"] > loops, counts
    assert loops // 2 <= counts["done"] < counts["in flight"], counts


def test_the_check_finds_what_is_lost_or_there_by_half(url: str) -> None:
    name, cited = {"text": "Crash", "kind": "short", "basis": "stated"}, {"document": DOCUMENT, "paragraph": 1}
    fields = {"name": "Crash", "basis": "stated", "kind": "ngo", "names": [name]}
    one = {**cited, "cue": "cue 1"}
    with closing(Database(url)) as database, database.read() as connection:
        ledger = Ledger(picture.present(connection))
    sent = Effect("organization", "crash", 1, fields, (one,))
    more = [
        Effect("organization", "never-sent", 1, fields),
        Effect("organization", "crash", 2, None),
        Effect("organization", "crash", 1, fields, (one, {**cited, "cue": "cue 2"})),
        Effect("organization", "crash", 1, fields | {"names": [name, name]}, (one,)),
    ]
    with closing(Database(url)) as database:
        with database.write(cause="api") as writer:
            body = records.CREATE["organization"].model_validate({**fields, "id": "crash", "citations": [one]})
            records.create(writer, BY_KIND["organization"], body)
        with database.read() as connection:
            for effect in more:
                with pytest.raises(AssertionError, match="lost"):
                    ledger.enter(connection, [Write("POST", "/", [effect])], [])
                with pytest.raises(AssertionError, match="by half"):
                    ledger.enter(connection, [], [Write("POST", "/", [sent, effect])])
            with pytest.raises(AssertionError, match="crash"):
                ledger.enter(connection, [], [])
            write = Write("POST", "/", [sent])
            assert ledger.enter(connection, [], [write]) == [write]
        for change in (
            TABLES["search_form"].delete(),
            CHANGE.delete().where(CHANGE.c.version == ledger.start + 1, CHANGE.c.position == 0),
            TABLES["organization"].update().values(note="written past the writer"),
            TABLES["data_counter"].update().values(number=ledger.start),
        ):
            with database.engine.connect() as connection:
                check_books(connection)
                connection.execute(change)
                with pytest.raises(AssertionError):
                    check_books(connection)
