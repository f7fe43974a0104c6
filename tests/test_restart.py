"""PostgreSQL stops dead and comes back while clients write: what was told as done is done, the rest told rightly."""

import io
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.models.nouns import BY_KIND
from app.store import records
from app.store.database import Database
from app.store.loading import load_columns
from tests.conftest import Backend
from tests.exchange.test_killed import grants
from tests.history import picture
from tests.support.keys import bearer, key_for
from tests.support.long import sized
from tests.support.postgres import PostgresServer
from tests.support.server import Server
from tests.test_crashes import CONTESTED, Ledger, Line, Sender, Write, check_all

pytestmark = pytest.mark.long

SENDERS = 4
GRANTS = 800
PATIENCE = 60


@pytest.fixture(scope="module")
def backend(own_postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Backend:
    return Backend("postgresql", tmp_path_factory.mktemp("restart"), own_postgres)


@pytest.fixture
def server(url: str, tmp_path: Path) -> Iterator[Server]:
    with Server(url, tmp_path, workers=2, database_connections="6", query_seconds="5") as running:
        yield running


def restart(postgres: PostgresServer, seconds: float, was_missed: Callable[[], object] = lambda: True) -> None:
    """Stop it dead, and start it again after a while, and when that was noticed."""
    postgres.crash()
    time.sleep(seconds)
    wait_for(was_missed)
    postgres.start_again()


def wait_for(done: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


class Patient(Sender):
    """Goes on writing while the database is away, and sends again what may be sent again."""

    def __init__(self, number: int, line: Line) -> None:
        super().__init__(number, line)
        self.unsure: list[Write] = []
        """What nobody knows of, and cannot be sent again."""
        self.counts: Counter[str] = Counter()

    def go_on(self, address: str, key: str, is_over: threading.Event) -> None:
        """Write until it is over."""
        with httpx.Client(base_url=address, headers=bearer(key), timeout=PATIENCE) as client:
            while not is_over.is_set():
                while client.get(f"/v1/topics/{CONTESTED}").status_code != 200:
                    time.sleep(0.05)
                try:
                    write = self._next(client)
                except KeyError:
                    # It was away again before it told the revision.
                    continue
                self._finish(client, write)

    def _finish(self, client: httpx.Client, write: Write) -> None:
        is_told = False
        while True:
            answer = write.send(client)
            if answer.is_success:
                self.acknowledge(write, answer)
                return
            if answer.status_code == 412 and (is_told or write.path.endswith(CONTESTED)):
                # By itself, when its answer was lost, or by somebody else.
                if is_told:
                    self._forget(write)
                return
            if answer.status_code == 410 and is_told:
                self._forget(write)
                return
            kind = json.loads(answer.content)["type"].rpartition("/")[2]
            assert answer.headers["content-type"] == "application/problem+json"
            self.counts[kind] += 1
            assert kind in ("busy", "outcome-unknown"), answer.text
            if kind == "outcome-unknown":
                assert "retry-after" not in answer.headers
                is_told = True
                if write.key is None and write.revision is None:
                    self._forget(write)
                    return
            else:
                assert answer.headers["retry-after"] == "1"
            time.sleep(0.05)

    def _forget(self, write: Write) -> None:
        """Leave alone what the write was about: it may be as it was before, or as it wanted it."""
        self.unsure.append(write)
        for effect in write.effects:
            self._own.pop(effect.name, None)


class Listener:
    """Listens to the changes as they happen, and comes back where the stream ends."""

    def __init__(self, address: str, since: str) -> None:
        self.ids: list[str] = []
        self.is_over = threading.Event()
        self._address = address
        self._last = since

    def listen(self) -> None:
        """Listen until it is over."""
        while not self.is_over.is_set():
            try:
                self._listen()
            except httpx.TransportError:
                time.sleep(0.1)

    def _listen(self) -> None:
        headers = {"Accept": "text/event-stream", "Last-Event-ID": self._last}
        with httpx.stream("GET", f"{self._address}/v1/changes", headers=headers, timeout=PATIENCE) as answer:
            if answer.status_code != 200:
                time.sleep(0.1)
                return
            fields: dict[str, str] = {}
            for line in answer.iter_lines():
                name, _, value = line.partition(": ")
                if line:
                    fields[name] = value
                else:
                    # Only what has come whole: the stream may end within an event.
                    self._last = fields.get("id", self._last)
                    if "revision" in fields.get("data", ""):
                        self.ids.append(json.loads(fields["data"])["id"])
                    fields = {}
                if self.is_over.is_set():
                    return


def changes_since(address: str, since: str) -> list[str]:
    found: list[str] = []
    with httpx.Client(base_url=address, timeout=PATIENCE) as client:
        while True:
            page = client.get("/v1/changes", params={"since": since}).json()
            found += [one["id"] for one in page["items"]]
            if page["next"] is None:
                return found
            since = page["next"]


def test_a_restart_of_the_database_loses_no_write_and_tells_none_as_done_that_is_not(
    url: str, server: Server, own_postgres: PostgresServer
) -> None:
    key = key_for(url, "write")
    with closing(Database(url)) as database:
        with database.write(cause="api") as writer:
            body = {"id": CONTESTED, "label_en": "Contested", "label_es": "Disputado"}
            records.create(writer, BY_KIND["topic"], records.CREATE["topic"].model_validate(body))
        with database.read() as connection:
            start = picture.present(connection)
        before = load_columns(database)
    senders = [Patient(number, Line()) for number in range(SENDERS)]
    listener = Listener(server.address, f"v{start}")
    is_over = threading.Event()
    readiness: list[int] = []

    def ask() -> None:
        with httpx.Client(base_url=server.address, timeout=PATIENCE) as client:
            while not is_over.is_set():
                readiness.append(client.get("/readyz").status_code)
                assert client.get("/healthz").status_code == 200
                time.sleep(0.02)

    def was_missed() -> bool:
        return 503 in readiness and any(sender.counts["busy"] for sender in senders)

    def have_written(told: list[int]) -> bool:
        return all(len(sender.told) > many for sender, many in zip(senders, told, strict=True))

    rounds = sized(12)
    with ThreadPoolExecutor(SENDERS + 2) as pool:
        writing = [pool.submit(sender.go_on, server.address, key, is_over) for sender in senders]
        beside = [pool.submit(ask), pool.submit(listener.listen)]
        try:
            for number in range(rounds):
                wait_for(partial(have_written, [len(sender.told) for sender in senders]))
                time.sleep(0.3 + 0.1 * number)
                is_last = number == rounds - 1
                restart(own_postgres, 0.2 + 0.4 * (number % 3), was_missed if is_last else lambda: True)
                # By itself, and each of them.
                wait_for(partial(have_written, [len(sender.told) for sender in senders]))
            # Readiness looks for itself, and again only a moment after it has found the server away.
            wait_for(lambda: readiness[-1] == 200)
            is_over.set()
            for one in writing:
                one.result()
            told_of = changes_since(server.address, f"v{start}")
            wait_for(lambda: len(listener.ids) >= len(told_of))
        finally:
            is_over.set()
            listener.is_over.set()
        for one in beside:
            one.result()
    assert listener.ids == told_of
    assert set(readiness) == {200, 503}
    counts = sum((sender.counts for sender in senders), Counter())
    assert counts["busy"] > 0, counts
    with closing(Database(url)) as database:
        ledger = Ledger(start)
        with database.read() as connection:
            told_done = [write for sender in senders for write in sender.told]
            ledger.enter(connection, told_done, [write for sender in senders for write in sender.unsure])
        check_all(database, before)
    assert len(told_done) >= 2 * SENDERS * rounds


def bring(client: httpx.Client, content: bytes) -> dict[str, Any]:
    """Send a file until it is taken."""
    while True:
        answer = client.post("/v1/imports", files={"file": ("grants.json", io.BytesIO(content))})
        if answer.status_code == 202:
            return dict(answer.json())
        problem_kinds = ("busy", "outcome-unknown")
        assert answer.json()["type"].rpartition("/")[2] in problem_kinds, answer.text
        time.sleep(0.1)


def ended(client: httpx.Client, job: str) -> dict[str, Any]:
    end = time.monotonic() + 2 * PATIENCE
    while True:
        answer = client.get(f"/v1/imports/{job}")
        if answer.status_code == 200 and answer.json()["status"] not in ("waiting", "running"):
            return dict(answer.json())
        assert time.monotonic() < end, answer.text
        time.sleep(0.1)


def has_begun(client: httpx.Client, job: str) -> bool:
    answer = client.get(f"/v1/imports/{job}")
    return answer.status_code == 200 and answer.json()["status"] != "waiting"


def test_an_import_goes_on_or_fails_and_can_be_sent_again(
    url: str, server: Server, own_postgres: PostgresServer
) -> None:
    key, content = key_for(url, "write"), grants(GRANTS)
    outcomes: list[str] = []
    with httpx.Client(base_url=server.address, headers=bearer(key), timeout=PATIENCE) as client:
        before = client.get("/v1/funding?include=total&limit=1").json()["total"]
        for seconds in (0.05, 0.6, 1.5, *[0.0] * 20):
            if seconds == 0 and "failed" in outcomes:
                break
            job = bring(client, content)
            time.sleep(seconds)
            if seconds == 0:
                # None of them was hit in the middle: as soon as it is worked on.
                wait_for(partial(has_begun, client, job["id"]))
            restart(own_postgres, 0.5)
            end = ended(client, job["id"])
            outcomes.append(end["status"])
            if end["status"] == "failed":
                assert "nothing was written" in end["detail"] or "wholly or not at all" in end["detail"]
        last = ended(client, bring(client, content)["id"])
        assert last["status"] == "done", last
        made = client.get("/v1/funding?include=total&limit=1").json()["total"]
    assert made == before + GRANTS
    assert set(outcomes) <= {"done", "failed"}
    assert "failed" in outcomes, outcomes
