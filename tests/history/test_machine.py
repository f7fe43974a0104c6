"""Whatever is done, by whichever path and in whatever order: each class of reader is answered what a plain model says.

A state machine creates, edits, deletes, restores, merges, restricts and publishes records, loads files, imports several
records in one transaction, undoes import runs, and looks back. After each step these are the model's: who sees which
record in every version that there ever was, the lists of the kinds that changed, and the change feed; and in turn the
history of a record, a network of now or then, and a list or a record of then, whose bytes are those of the first
answer. At the end whole versions are. All writes are by those who see everything: what the public writes is in
`tests/visibility`.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, literal, select, union_all

from app import main
from app.caching import Cache
from app.history.tables import HISTORY
from app.history.view import View, past_view, present_view
from app.history.writer import Writer
from app.limiting import Limiter
from app.models.noun import Noun, Values
from app.models.nouns import BY_KIND
from app.models.tables import Reader
from app.problems import Problem
from app.store.changes import UNDO, Place, find_run, history_of, read_feed
from app.store.database import Database
from app.store.present import present_of
from app.store.records import PageQuery, list_page
from app.store.restoring import undo
from app.store.seed import load_seed
from app.store.snapshot import Snapshots
from tests.conftest import Backend
from tests.history.ledger import KINDS, Entry, Key, Ledger
from tests.history.picture import VERSION
from tests.support.keys import bearer, client_of, key_for
from tests.support.long import sized

NETWORK = "/v1/networks/funder-partner-state"
STATES = ("MX-AGU", "MX-JAL", "MX-OAX")
PARTNER_ROLES = {"lead", "implementing", "extending", "partner", "designer", "convener", "host"}
KIND_NAMES = tuple(dict.fromkeys(KINDS))
PAST = {kind: HISTORY[BY_KIND[kind].sql.name] for kind in KIND_NAMES}
_SEEDS = st.integers(0, 9999)
_NO_LIMIT = 10**6
_EVERY_ROW = union_all(
    *(
        select(literal(kind), past.c.id, past.c.revision, past.c.hidden, past.c.valid_from, past.c.valid_to)
        for kind, past in PAST.items()
    )
)


class Service:
    """One application for all runs: each has a database of its own put into it."""

    def __init__(self, backend: Backend, client: TestClient, key: str, folder: Path) -> None:
        """`key` opens the restricted class; it is in the database that the application began with."""
        self.backend = backend
        self.client = client
        self.app = cast("main.Service", client.app)
        self.headers = {Reader.public: {}, Reader.restricted: bearer(key)}
        self.folder = folder

    def begin(self) -> tuple[Database, Connection]:
        """An empty database, which is the application's from now on, and a connection that holds it open."""
        url = self.backend.copy("migrated")
        database = Database(url)
        self.app.state.database = database
        self.app.state.snapshots = Snapshots()
        self.present = present_of(database)
        ask = partial(FastAPI.__call__, self.app)
        self.app.cache = Cache(ask, present=self.present, most_bytes=64_000_000, limiter=Limiter(), reads="")
        return database, held_open(database)

    def end(self, database: Database, connection: Connection) -> None:
        """Throw it away."""
        connection.close()
        self.present.close()
        database.close()
        self.backend.drop(database.url.render_as_string(hide_password=False))


@pytest.fixture
def service(backend: Backend, tmp_path: Path) -> Iterator[Service]:
    """The application on either kind of database."""
    url = backend.copy("migrated")
    with client_of(url) as client:
        key = key_for(url, "restricted")
        with held_open(client.app.state.database):  # type: ignore[attr-defined]
            yield Service(backend, client, key, tmp_path)
    backend.drop(url)


def held_open(database: Database) -> Connection:
    """A connection that does nothing. When the last one is closed SQLite puts its files in order, which takes time."""
    return database.engine.connect()


class Machine(RuleBasedStateMachine):
    """What can be done, and what holds after it."""

    def __init__(self, service: Service) -> None:
        """An empty database and an empty model."""
        super().__init__()
        self.service = service
        self.database, self._connection = service.begin()
        self.ledger = Ledger()
        self.random = Random(0)
        self.kept: dict[tuple[Reader, str], tuple[int, bytes]] = {}
        """(Class of reader, address of a past version) -> (when that version last lost something, first answer)."""
        self.checked = -1
        """The internal version of which the present was compared last."""

    def teardown(self) -> None:
        """Some of the first answers once more, and whole versions."""
        try:
            for reader, address in list(self.kept)[:5]:
                self.ask_past(reader, address)
            with self.database.read() as connection:
                for reader in Reader:
                    latest = self.ledger.latest(reader)
                    for ordinal in {latest, self.random.randint(0, latest)}:
                        self.check_a_version(past_view(present_view(connection, reader), ordinal))
        finally:
            self.service.end(self.database, self._connection)

    # What can be done

    def write(self, seed: int, work: Callable[[Ledger, Writer], object], cause: str = "api") -> None:
        """One transaction on the store and on the model, of which nothing stays where it ends with a problem."""
        draft = self.ledger.copy()
        draft.random = self.random = Random(seed)
        try:
            with self.database.write(cause=cause) as writer:
                if cause == "import":
                    writer.begin_import("a file")
                work(draft, writer)
        except Problem:
            return
        draft.commit(cause)
        self.ledger = draft

    def pick(self, seed: int) -> Key | None:
        """A record that is there."""
        self.ledger.random = Random(seed)
        return self.ledger.some_key(KINDS)

    @initialize(seed=_SEEDS)
    def start(self, seed: int) -> None:
        """A few records to refer to."""

        def work(draft: Ledger, writer: Writer) -> None:
            for public_id in STATES:
                draft.enter_state(writer, public_id)

        self.write(seed, work)
        for number, kind in enumerate(("organization", "organization", "document", "topic", "project", "project")):
            self.write(seed + number, partial(Ledger.create, noun=BY_KIND[kind]))

    @rule(seed=_SEEDS)
    def create(self, seed: int) -> None:
        self.write(seed, lambda draft, writer: draft.create(writer, BY_KIND[draft.random.choice(KINDS)]))

    @rule(seed=_SEEDS)
    def create_what_networks_show(self, seed: int) -> None:
        kind = ("funding", "participation")[seed % 2]
        self.write(seed, lambda draft, writer: draft.create(writer, BY_KIND[kind], fresh=True))

    @rule(seed=_SEEDS)
    def edit(self, seed: int) -> None:
        found = self.pick(seed)
        if found:
            self.write(seed, lambda draft, writer: draft.edit(writer, BY_KIND[found[0]], found[1]))

    @rule(seed=_SEEDS)
    def delete(self, seed: int) -> None:
        found = self.pick(seed)
        if found:
            self.write(seed, lambda draft, writer: draft.delete(writer, BY_KIND[found[0]], found[1]))

    @rule(seed=_SEEDS)
    def restrict_or_publish(self, seed: int) -> None:
        # As often the one as the other, or everything would be hidden soon.
        restricted = sorted(self.ledger.restricted & self.ledger.revisions.keys())
        found = Random(seed).choice(restricted) if restricted and seed % 2 else self.pick(seed)
        if found:
            self.write(seed, lambda draft, writer: draft.set_visibility(writer, BY_KIND[found[0]], found[1]))

    @rule(seed=_SEEDS, is_deleted=st.booleans())
    def restore(self, seed: int, is_deleted: bool) -> None:
        random, ledger = Random(seed), self.ledger
        known = sorted(key for key in ledger.last if key[0] in KINDS and (key in ledger.revisions) != is_deleted)
        if not known:
            return
        kind, public_id = key = random.choice(known)
        version = random.choice([number for number, past in enumerate(ledger.past) if key in past])
        wanted = ledger.copy()
        wanted.records.setdefault(kind, {})[public_id] = ledger.past[version][key].fields
        if not wanted.has_twins():
            self.write(seed, lambda draft, writer: draft.restore(writer, BY_KIND[kind], public_id, version))

    @rule(seed=_SEEDS)
    def load_files(self, seed: int) -> None:
        draft = self.ledger.copy()
        draft.random = Random(seed)
        rows = draft.rows()
        refusal, counts = draft.load(rows)
        if draft.has_twins():
            return
        folder = self.service.folder
        for old in folder.glob("*.toml"):
            old.unlink()
        for noun, body in rows:
            with (folder / f"{noun.path.replace('-', '_')}.toml").open("a", encoding="utf-8") as file:
                file.write(f"[[{noun.kind}]]\n" + "".join(f"{line}\n" for line in _lines(body)) + "\n")
        found: Counter[str] = Counter()
        ended_with = outcome(lambda: found.update(load_seed(self.database, folder)))
        assert ended_with == refusal
        if refusal:
            return
        assert found == counts
        with self.database.read() as connection:
            view = present_view(connection, Reader.restricted)
            for noun, body in rows:
                draft.enter_citations(view, noun, body)
        draft.commit("seed")
        self.ledger = draft

    @rule(seed=_SEEDS, count=st.integers(1, 5))
    def import_several(self, seed: int, count: int) -> None:
        def work(draft: Ledger, writer: Writer) -> None:
            for _ in range(count):
                found = draft.some_key(KINDS)
                if found and draft.random.random() < 0.4:
                    draft.edit(writer, BY_KIND[found[0]], found[1])
                else:
                    draft.create(writer, BY_KIND[draft.random.choice(KINDS)], fresh=True)

        self.write(seed, work, cause="import")

    @rule(seed=_SEEDS)
    def merge_two(self, seed: int) -> None:
        there = sorted(self.ledger.records.get("organization", {}))
        if len(there) < 2:
            return
        one, into = Random(seed).sample(there, 2)
        planned = self.ledger.copy()
        planned.merge(None, one, into)
        if not planned.has_twins():
            self.write(seed, lambda draft, writer: draft.merge(writer, one, into), cause="merge")

    @rule(seed=_SEEDS)
    def undo_a_run(self, seed: int) -> None:
        if not self.ledger.runs:
            return
        # The last ones are the ones on which the least was built.
        run = Random(seed).choice(self.ledger.runs[-3:])
        draft = self.ledger.copy()
        is_done = draft.undo(run)
        if draft.has_twins():
            return

        def work() -> None:
            with self.database.write(cause=UNDO) as writer:
                undo(writer, find_run(writer.view, f"r{run}"))

        assert outcome(work) == ("" if is_done else "undo-refused")
        if is_done:
            draft.commit(UNDO, run)
            self.ledger = draft

    @rule(seed=_SEEDS)
    def look_back(self, seed: int) -> None:
        """A time means the version that held then."""
        random = Random(seed)
        with self.database.read() as connection:
            moments = [row.at for row in connection.execute(select(VERSION.c.at).order_by(VERSION.c.number))]
        moment: datetime = random.choice(moments)
        number = sum(one <= moment for one in moments)
        kind = random.choice(KIND_NAMES)
        for reader in Reader:
            named = self.get(reader, self.list_address(reader, kind, self.ordinal(reader, number)))
            text = moment.isoformat() if moment.tzinfo else f"{moment.isoformat()}+00:00"
            address = f"/v1/{BY_KIND[kind].path}?limit=500&as_of={text.replace('+', '%2B')}"
            assert self.get(reader, address).content == named.content

    # What holds after it

    @invariant()
    def the_present_is_the_models(self) -> None:
        with self.database.read() as connection:
            self.check_who_sees_what(connection)
            changed = self.kinds_changed()
            for reader in Reader:
                view = present_view(connection, reader)
                assert view.ordinal == self.ledger.latest(reader)
                there = self.ledger.at(reader, self.ledger.version)
                for kind in changed:
                    page = list_page(view, BY_KIND[kind], PageQuery(limit=500))
                    self.compare(kind, page.items, there, self.ledger.version)
                if changed:
                    self.check_the_feed(view)
            # Of a random class of reader, here and below: a step would take twice as long.
            if self.random.random() < 0.5:
                self.check_a_history(present_view(connection, self.random.choice(list(Reader))))
        self.checked = self.ledger.version

    @invariant()
    def the_past_is_the_models(self) -> None:
        reader = self.random.choice(list(Reader))
        latest = self.ledger.latest(reader)
        ordinal = self.random.randint(0, latest)
        # One answer at a time: requests are most of what this test costs.
        choice = self.random.randrange(8)
        if choice < 2:
            self.check_a_network(reader, latest, json.loads(self.get(reader, NETWORK).content))
        elif choice < 4:
            past = self.ask_past(reader, f"{NETWORK}?as_of={self.label(reader, ordinal)}")
            self.check_a_network(reader, ordinal, json.loads(past))
        elif choice < 5:
            self.check_a_list(reader, self.random.choice(KIND_NAMES), ordinal)
        elif choice < 6:
            self.check_a_record(reader, ordinal)
        elif self.kept:
            self.ask_past(*self.random.choice(sorted(self.kept)))

    def kinds_changed(self) -> list[str]:
        """The kinds of records that are not the same, for any reader, as when the present was compared last."""
        if self.checked < 0:
            return list(KIND_NAMES)
        found: set[str] = set()
        for reader in Reader:
            before, now = self.ledger.at(reader, self.checked), self.ledger.at(reader, self.ledger.version)
            found |= {key[0] for key in before.keys() | now.keys() if before.get(key) is not now.get(key)}
        return [kind for kind in KIND_NAMES if kind in found]

    def check_who_sees_what(self, connection: Connection) -> None:
        """In every version, each class of reader sees the records of the model at their revisions."""
        found: dict[Reader, list[set[tuple[str, str, int]]]] = {
            reader: [set() for _ in self.ledger.past] for reader in Reader
        }
        for kind, public_id, revision, hidden, first, last in connection.execute(_EVERY_ROW):
            for number in range(first, min(last, len(self.ledger.past))):
                for reader in Reader:
                    if reader is Reader.restricted or not hidden:
                        found[reader][number].add((kind, public_id, revision))
        for reader in Reader:
            for number, seen in enumerate(found[reader]):
                there = self.ledger.at(reader, number).items()
                wanted = {(*key, entry.revision) for key, entry in there if key[0] in KIND_NAMES}
                assert seen == wanted, (reader, number)

    def check_a_version(self, view: View) -> None:
        """All that there is in a version."""
        there = self.ledger.at(view.reader, view.number)
        for kind in KIND_NAMES:
            self.compare(kind, list_page(view, BY_KIND[kind], PageQuery(limit=500)).items, there, view.number)

    def check_the_feed(self, view: View) -> None:
        page = read_feed(view, Place(0), limit=_NO_LIMIT)
        found = [(one.ordinal, one.action, one.kind, one.record_id, one.revision) for one in page.changes]
        assert [one[0] for one in found] == sorted(one[0] for one in found)
        assert sorted(found) == self.ledger.told(view.reader)
        assert page.is_last

    def check_a_history(self, view: View) -> None:
        kind, public_id = key = self.random.choice(sorted(self.ledger.used))
        wanted = self.ledger.history(view.reader, key)
        noun = BY_KIND[kind]
        if not wanted:
            with pytest.raises(Problem, match="No"):
                history_of(view, noun, public_id, limit=500)
            return
        found, following = history_of(view, noun, public_id, limit=500)
        assert following is None
        assert [
            (int(one.version[1:]), one.revision, one.action, one.record and _fields(noun, one.record)) for one in found
        ] == wanted

    def check_a_list(self, reader: Reader, kind: str, ordinal: int) -> None:
        address = self.list_address(reader, kind, ordinal)
        number = self.ledger.internal(reader, ordinal)
        items = json.loads(self.ask_past(reader, address))["items"]
        self.compare(kind, items, self.ledger.at(reader, number), number)

    def check_a_record(self, reader: Reader, ordinal: int) -> None:
        kind, public_id = key = self.random.choice(sorted(self.ledger.used))
        number = self.ledger.internal(reader, ordinal)
        address = f"/v1/{BY_KIND[kind].path}/{public_id}?as_of={self.label(reader, ordinal)}"
        entry = self.ledger.at(reader, number).get(key)
        if entry is None:
            answer = self.get(reader, address, ok=False)
            if answer.status_code == 308:
                assert kind == "organization"
                target = answer.headers["Location"].partition("?")[0].rpartition("/")[2]
                assert target in self.ledger.merged_with(public_id)
            else:
                assert answer.status_code in (404, 410)
        else:
            item = json.loads(self.ask_past(reader, address))
            self.compare(kind, [item], {key: entry}, number)

    def check_a_network(self, reader: Reader, ordinal: int, found: Values) -> None:
        there = self.ledger.at(reader, self.ledger.internal(reader, ordinal))
        edges = {
            (edge["source"], edge["relation"], edge["target"]): (edge["weight"], set(edge["projects"]["certain"]))
            for edge in found["edges"]
        }
        nodes = {node["id"]: set(node.get("roles", ())) for node in found["nodes"]}
        assert (nodes, edges) == network_of(there), (reader, ordinal)
        assert len(found["edges"]) == len(edges)
        assert found["graph"]["data_version"] == self.label(reader, ordinal)

    def compare(self, kind: str, items: list[Values], there: dict[Key, Entry], number: int) -> None:
        """The items are the model's records of the kind."""
        noun, public = BY_KIND[kind], self.ledger.seen[number]
        found = {item["id"]: (_fields(noun, item), item["revision"], item["visibility"]) for item in items}
        assert len(found) == len(items)
        assert found == {
            key[1]: (entry.fields, entry.revision, "public" if key in public else "restricted")
            for key, entry in there.items()
            if key[0] == kind
        }, number

    # Asking

    def label(self, reader: Reader, ordinal: int) -> str:
        """A version as the class of reader names it."""
        return f"{'v' if reader is Reader.public else 'r'}{ordinal}"

    def ordinal(self, reader: Reader, number: int) -> int:
        """An internal version as the class of reader counts it."""
        return self.ledger.public[number] if reader is Reader.public else number

    def list_address(self, reader: Reader, kind: str, ordinal: int) -> str:
        """The address of a list at a version."""
        return f"/v1/{BY_KIND[kind].path}?limit=500&as_of={self.label(reader, ordinal)}"

    def get(self, reader: Reader, address: str, *, ok: bool = True) -> Any:
        """An answer."""
        answer = self.service.client.get(address, headers=self.service.headers[reader], follow_redirects=False)
        assert answer.status_code == 200 or not ok, (address, answer.text)
        return answer

    def ask_past(self, reader: Reader, address: str) -> bytes:
        """An answer for a version: the bytes of the first time, unless something was taken from the version since."""
        ordinal = int(address.rpartition("=")[2][1:])
        number = self.ledger.internal(reader, ordinal)
        is_now = ordinal == self.ledger.latest(reader)
        # For the restricted class nothing is lost, but the records say that they are restricted.
        amended = 0 if is_now else self.ledger.amended.get(number, 0)
        before = self.kept.get((reader, address))
        # A record that was taken away is not there any more.
        answer = self.get(reader, address, ok=before is None or before[0] == amended)
        if answer.status_code == 200 and reader is Reader.public:
            assert (answer.headers.get("Data-Version-Amended") == "true") == bool(amended), address
        if answer.status_code != 200:
            del self.kept[reader, address]
        elif before is not None and before[0] == amended:
            assert answer.content == before[1], address
        else:
            self.kept[reader, address] = (amended, answer.content)
        return bytes(answer.content)


def outcome(work: Callable[[], object]) -> str:
    """The kind of problem that something ends with, if any."""
    try:
        work()
    except Problem as problem:
        return problem.kind
    return ""


def network_of(there: dict[Key, Entry]) -> tuple[dict[str, set[str]], dict[tuple[str, str, str], tuple[int, set[str]]]]:
    """The funder-partner-state network of the records, from its definition: nodes with their roles, and edges."""
    rows = {kind: [entry.fields for key, entry in there.items() if key[0] == kind] for kind in KIND_NAMES}
    projects = {key[1]: entry.fields for key, entry in there.items() if key[0] == "project"}
    funding = [row for row in rows["funding"] if row["project"] is not None]
    nodes: dict[str, set[str]] = {}
    behind: dict[tuple[str, str, str], set[str]] = {}
    partners: dict[tuple[str, str], set[str]] = {}
    """(Project, organization) -> states of its own there."""
    for row in funding:
        if row["funder"]:
            nodes.setdefault(f"org:{row['funder']}", set()).add("funder")
        if row["recipient"]:
            partners.setdefault((row["project"], row["recipient"]), set())
        if row["funder"] and row["recipient"]:
            edge = (f"org:{row['funder']}", "funds", f"org:{row['recipient']}")
            behind.setdefault(edge, set()).add(row["project"])
    for row in rows["participation"]:
        who = (row["project"], row["organization"])
        designs = row["role"] == "designer" and row["organization"] in _payers(projects, funding, row["project"])
        if row["role"] in PARTNER_ROLES and not designs:
            partners.setdefault(who, set()).update(row["states"])
    for (project, organization), states in partners.items():
        nodes.setdefault(f"org:{organization}", set()).add("partner")
        for state in states:
            behind.setdefault((f"org:{organization}", "works_in", f"state:{state}"), set()).add(project)
    for one, _, other in behind:
        nodes.setdefault(one, set())
        nodes.setdefault(other, set())
    return nodes, {edge: (len(found), found) for edge, found in behind.items()}


def _payers(projects: dict[str, Values], funding: list[Values], project: str | None) -> set[str]:
    """The effective funders: of the project, else of the nearest one above it that has any."""
    while project is not None:
        found = {row["funder"] for row in funding if row["project"] == project and row["funder"]}
        if found:
            return found
        project = projects[project]["parent"]
    return set()


def _fields(noun: Noun, item: Values) -> Values:
    return noun.fields.model_validate({name: item[name] for name in noun.fields.model_fields}).model_dump()


def _lines(body: Values) -> Iterator[str]:
    for name, value in body.items():
        if value is not None:
            yield f"{name} = {_toml(value)}"


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(_lines(value)) + "}"
    return f"[{', '.join(_toml(one) for one in value)}]" if isinstance(value, list) else json.dumps(value)


def run(service: Service, examples: int, *, derandomize: bool) -> None:
    class OnService(Machine):
        def __init__(self) -> None:
            super().__init__(service)

    run_state_machine_as_test(
        OnService,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            database=None,
            derandomize=derandomize,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
            report_multiple_bugs=False,
        ),
    )


@pytest.mark.long_on_postgresql
def test_every_answer_of_now_and_then_is_the_models(service: Service) -> None:
    run(service, 8, derandomize=True)


@pytest.mark.long
def test_every_answer_of_now_and_then_is_the_models_at_length(service: Service) -> None:
    run(service, sized(200), derandomize="CI" in os.environ)
