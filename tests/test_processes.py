"""Several processes answer for one service: what was written through one is seen through all, and none is missed."""

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from app.models.nouns import BY_KIND
from app.store.database import Database
from tests.support.keys import bearer, key_for
from tests.support.server import Server

PATIENCE = 60
TOPIC = BY_KIND["topic"].sql
ROUNDS = 40
ASKERS = 3
LOOKS = ("/v1/topics/{id}", "/v1/topics", "/v1/networks/funder-partner-state", "/v1/search?q={id}")


@pytest.fixture
def server(url: str, tmp_path: Path) -> Iterator[Server]:
    limitless = {"rate_limit_reads": "", "rate_limit_writes": "", "requests_at_once": "1000"}
    with Server(url, tmp_path, workers=2, **limitless) as running:
        yield running


def sockets_of(process: int) -> set[str]:
    """The inodes of the sockets that a process has open."""
    found = set()
    for one in Path(f"/proc/{process}/fd").iterdir():
        try:
            found.add(str(one.readlink()))
        except FileNotFoundError:
            continue
    return {name.removeprefix("socket:[").removesuffix("]") for name in found if name.startswith("socket:")}


def process_of(server: Server, client: httpx.Client) -> int:
    """The process at the other end of a client's one connection."""
    local = client.get("/healthz").extensions["network_stream"].get_extra_info("client_addr")[1]
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        _, here, there, _, *_, inode = line.split()[:10]
        if int(here.split(":")[1], 16) == server.port and int(there.split(":")[1], 16) == local:
            return next(one for one in server.workers() if inode in sockets_of(one))
    raise AssertionError("nobody has the connection")


def client_of(server: Server, key: str | None) -> httpx.Client:
    """A client with one connection, which it keeps."""
    limits = httpx.Limits(max_connections=1, keepalive_expiry=PATIENCE)
    headers = {} if key is None else bearer(key)
    return httpx.Client(base_url=server.address, headers=headers, limits=limits, timeout=PATIENCE)


def clients_of(server: Server, stack: ExitStack, key: str | None) -> list[httpx.Client]:
    """A client at each process that answers, in the order of the processes."""
    found: dict[int, httpx.Client] = {}
    end = time.monotonic() + PATIENCE
    while len(found) < 2:
        assert time.monotonic() < end, "one process takes no connections"
        client = stack.enter_context(client_of(server, key))
        found.setdefault(process_of(server, client), client)
    return [found[process] for process in sorted(found)]


def version_of(answer: httpx.Response) -> int:
    return int(answer.headers["Data-Version"][1:])


def test_who_has_written_sees_it_through_every_process_also_under_load(server: Server, url: str) -> None:
    key = key_for(url, "write")
    is_over = threading.Event()

    def ask() -> int:
        """Keep the caches warm, with what is about to be old."""
        many = 0
        with client_of(server, None) as client:
            while not is_over.is_set():
                for look in LOOKS:
                    assert client.get(look.format(id="seen-0")).status_code in (200, 404)
                    many += 1
        return many

    def write(number: int) -> None:
        with ExitStack() as stack:
            writers, readers = clients_of(server, stack, key), clients_of(server, stack, None)
            for round_ in range(ROUNDS):
                name = f"seen-{number}"
                label = f"Seen {number}, round {round_}"
                body = {"label_en": label, "label_es": label}
                writer, reader = writers[round_ % 2], readers[(round_ + 1) % 2]
                if round_ == 0:
                    answer = writer.post("/v1/topics", json={"id": name, **body})
                else:
                    answer = writer.patch(f"/v1/topics/{name}", json=body, headers={"If-Match": f'"r{round_}"'})
                assert answer.is_success, answer.text
                for look in LOOKS:
                    seen = reader.get(look.format(id=name))
                    assert version_of(seen) >= version_of(answer), look
                assert reader.get(f"/v1/topics/{name}").json()["label_en"] == label
                assert label in reader.get("/v1/topics", params={"limit": 500}).text

    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(ask) for _ in range(ASKERS)]
        writing = [pool.submit(write, number) for number in range(2)]
        try:
            for one in writing:
                one.result()
        finally:
            is_over.set()
        assert all(one.result() > 0 for one in asking)
    assert "Traceback" not in server.log


def test_processes_are_replaced_without_a_request_that_fails(server: Server, url: str) -> None:
    key = key_for(url, "write")
    is_over = threading.Event()
    counts = [0] * 5

    def read(who: int, *, keeps: bool) -> None:
        with ExitStack() as stack:
            client = stack.enter_context(client_of(server, None))
            while not is_over.is_set():
                if not keeps:
                    client = stack.enter_context(client_of(server, None))
                for look in LOOKS[1:3]:
                    assert client.get(look).status_code == 200
                    counts[who] += 1

    def write(who: int) -> None:
        with client_of(server, key) as client:
            while not is_over.is_set():
                body = {"id": f"kept-{who}-{counts[who]}", "label_en": "Kept", "label_es": "Guardado"}
                assert client.post("/v1/topics", json=body).status_code == 201
                counts[who] += 1
                time.sleep(0.01)

    def go_on() -> None:
        """Wait until each of them has asked a few times more, or has failed."""
        wanted = [many + 5 for many in counts]
        end = time.monotonic() + PATIENCE
        while any(many < more for many, more in zip(counts, wanted, strict=True)) and time.monotonic() < end:
            if any(one.done() for one in asking):
                return
            time.sleep(0.02)

    before = server.workers()
    with ThreadPoolExecutor(6) as pool:
        asking = [pool.submit(read, who, keeps=who < 2) for who in range(3)]
        asking += [pool.submit(write, who) for who in (3, 4)]
        try:
            go_on()
            server.restart_workers()
            go_on()
        finally:
            is_over.set()
        for one in asking:
            one.result()
    assert min(counts) >= 10
    assert not set(server.workers()) & set(before)
    assert "Traceback" not in server.log
    with closing(Database(url)) as database, database.read() as connection:
        written = connection.execute(select(func.count()).where(TOPIC.c.id.like("kept-%"))).scalar_one()
    assert written == sum(counts[-2:])


def test_a_service_that_does_not_come_up_in_a_test_is_not_left_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def processes_here() -> list[Path]:
        found = []
        for one in Path("/proc").glob("[0-9]*/cwd"):
            with suppress(OSError):
                found += [one] if one.readlink() == tmp_path else []
        return found

    monkeypatch.setattr("tests.support.server._READY", re.compile("never"))
    monkeypatch.setattr("tests.support.server._PATIENCE", 1)
    with pytest.raises(AssertionError), Server(f"sqlite:///{tmp_path}/own.db", tmp_path):
        pass
    assert processes_here() == []
