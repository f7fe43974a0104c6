"""The change feed: complete, in order, without gaps, each class of reader its own, in pages, lines and events."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.access.keys import revoke_key
from app.main import create_app
from app.models.nouns import BY_KIND
from app.settings import Settings
from app.store import records, watching
from app.store.database import Database
from app.store.records import CREATE
from tests.routers.asking import create, problem
from tests.support.keys import as_caller, bearer, client_of, key_for
from tests.support.ports import free_port

Json = dict[str, Any]
PATIENCE = 60
TOPIC = BY_KIND["topic"]


def topic(client: TestClient, public_id: str | None, **fields: Any) -> Json:
    label = public_id or "a topic kept back"
    body = {"id": public_id, "label_en": label, "label_es": label} | fields
    made = client.post("/v1/topics", json={name: value for name, value in body.items() if value is not None})
    assert made.status_code == 201, made.text
    return dict(made.json())


def change(client: TestClient, path: str, **fields: Any) -> None:
    tag = client.get(path).headers["ETag"]
    answer = client.patch(path, json=fields, headers={"If-Match": tag})
    assert answer.status_code == 200, answer.text


def delete(client: TestClient, path: str) -> None:
    answer = client.delete(path, headers={"If-Match": client.get(path).headers["ETag"]})
    assert answer.status_code == 204, answer.text


def page(client: TestClient, **query: Any) -> Json:
    answer = client.get("/v1/changes", params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def feed(client: TestClient, **query: Any) -> list[Json]:
    """All changes, page by page."""
    found: list[Json] = []
    while True:
        one = page(client, **query)
        found += one["items"]
        if one["next"] is None:
            return found
        query["since"] = one["next"]


def told(changes: list[Json]) -> list[tuple[str, str, str]]:
    return [(one["id"], one["action"], one["record_id"]) for one in changes]


# Pages


def test_the_feed_tells_every_change_in_order_with_what_made_it(empty: TestClient) -> None:
    topic(empty, "a")
    change(empty, "/v1/topics/a", note="new")
    delete(empty, "/v1/topics/a")
    topic(empty, "b")
    found = feed(empty)
    assert told(found) == [
        ("1.0", "create", "a"),
        ("2.0", "update", "a"),
        ("3.0", "delete", "a"),
        ("4.0", "create", "b"),
    ]
    first = found[0]
    assert first["at"].endswith("Z")
    assert {name: first[name] for name in first if name != "at"} == {
        "id": "1.0",
        "version": "v1",
        "cause": "api",
        "action": "create",
        "kind": "topic",
        "record_id": "a",
        "ref": "topic:a",
        "revision": 1,
        "address": "/v1/topics/a?as_of=v1",
        "import_run": None,
        "actor": None,
    }


def test_each_entry_is_the_record_as_it_was_at_its_version(empty: TestClient) -> None:
    topic(empty, "a")
    change(empty, "/v1/topics/a", note="one")
    change(empty, "/v1/topics/a", note="two")
    delete(empty, "/v1/topics/a")
    seen = []
    for one in feed(empty):
        answer = empty.get(one["address"])
        if one["action"] == "delete":
            problem(answer, "gone")
        else:
            seen.append(answer.json()["note"])
            assert answer.json()["revision"] == one["revision"]
            assert answer.headers["Data-Version"] == one["version"]
    assert seen == [None, "one", "two"]


def test_pages_cut_within_a_version_lose_nothing(seeded: TestClient) -> None:
    whole = [one["id"] for one in feed(seeded, limit=500)]
    assert whole == [f"1.{number}" for number in range(len(whole))]
    assert [one["id"] for one in feed(seeded, limit=77)] == whole
    link = seeded.get("/v1/changes?limit=2&kind=topic").headers["Link"]
    assert link == f'<?limit=2&kind=topic&since={page(seeded, limit=2, kind="topic")["next"]}>; rel="next"'


@pytest.mark.parametrize("limit", [1, 7, 500])
def test_a_narrowed_feed_has_the_same_ids_as_the_whole(seeded: TestClient, limit: int) -> None:
    whole = {one["id"]: one for one in feed(seeded, limit=500)}
    for narrow in ({"kind": "topic,state"}, {"record": "org:ned"}, {"kind": ["document"]}):
        found = feed(seeded, limit=limit, **narrow)
        assert found
        assert found == [whole[one["id"]] for one in found]
        kinds = {one["kind"] for one in found}
        assert kinds <= {"topic", "state", "document", "organization"}
        assert len(found) == sum(one["kind"] in kinds for one in whole.values()) or narrow == {"record": "org:ned"}


def test_since_is_exclusive_and_takes_a_version_or_a_change(empty: TestClient) -> None:
    for name in "abc":
        topic(empty, name)
    assert told(feed(empty, since="v0")) == told(feed(empty))
    assert [one["id"] for one in feed(empty, since="v1")] == ["2.0", "3.0"]
    assert [one["id"] for one in feed(empty, since="2.0")] == ["3.0"]
    assert feed(empty, since="v3") == []
    assert page(empty, since="v3")["data_version"] == "v3"
    assert [one["id"] for one in feed(empty, since="1.0", as_of="v2")] == ["2.0"]


@pytest.mark.parametrize("since", ["v9", "r1", "9.0", "1.9", "1.", "x", "", "0.0", "v1.0", "9" * 30])
def test_an_unknown_place_is_a_problem(empty: TestClient, since: str) -> None:
    topic(empty, "a")
    body = problem(empty.get("/v1/changes", params={"since": since}), "bad-parameter")
    assert [error["parameter"] for error in body["errors"]] == ["since"]


def test_a_record_that_is_not_there_has_no_changes(empty: TestClient) -> None:
    topic(empty, "a")
    assert feed(empty, record="topic:b") == feed(empty, record="nothing:b") == []


def test_only_an_administrator_is_told_who_it_was(empty: TestClient) -> None:
    topic(empty, "a")
    admin = as_caller(empty, "admin")
    assert feed(empty)[0]["actor"] is None
    assert feed(admin)[0]["actor"].startswith("tjd_")
    one, other = empty.get("/v1/changes"), admin.get("/v1/changes")
    assert one.headers["ETag"] != other.headers["ETag"]
    assert other.headers["Cache-Control"] == "private, no-cache"
    assert empty.get("/v1/changes", headers={"If-None-Match": one.headers["ETag"]}).status_code == 304


# The two classes of reader


def test_the_public_is_told_of_nothing_hidden_and_sees_no_gap(
    empty: TestClient,
) -> None:
    keeper = as_caller(empty, "write", "restricted")
    topic(empty, "a")
    kept = topic(keeper, None, visibility="restricted")["id"]
    topic(empty, "b")
    database: Database = empty.app.state.database  # type: ignore[attr-defined]
    with database.write(cause="cli") as writer:
        for number in range(6):
            hidden = {"visibility": "restricted"} if number % 2 else {"id": f"t{number}"}
            body = {"label_en": f"t{number}", "label_es": f"t{number}"} | hidden
            records.create(writer, TOPIC, CREATE["topic"].model_validate(body))
    assert told(feed(empty)) == [
        ("1.0", "create", "a"),
        ("2.0", "create", "b"),
        ("3.0", "create", "t0"),
        ("3.1", "create", "t2"),
        ("3.2", "create", "t4"),
    ]
    assert [one["id"] for one in feed(empty, limit=1)] == [one["id"] for one in feed(empty)]
    assert [one["id"] for one in feed(empty, record="topic:t4")] == ["3.2"]
    assert [one["id"] for one in feed(empty, kind="topic", since="3.0")] == ["3.1", "3.2"]
    whole = feed(keeper)
    assert [one["id"] for one in whole] == ["1.0", "2.0", "3.0", *(f"4.{number}" for number in range(6))]
    assert [one["version"] for one in whole[:3]] == ["r1", "r2", "r3"]
    assert whole[1]["record_id"] == kept
    assert feed(empty, record=f"topic:{kept}") == []
    problem(keeper.get("/v1/changes?since=v1"), "bad-parameter")
    for one in feed(empty):
        assert empty.get(one["address"]).json()["revision"] == one["revision"]
    for one in whole:
        assert keeper.get(one["address"]).json()["revision"] == one["revision"]


def test_what_is_restricted_later_vanishes_from_the_feed_and_an_amendment_tells_it(empty: TestClient) -> None:
    keeper = as_caller(empty, "write", "restricted")
    topic(empty, "a")
    topic(empty, "b")
    change(empty, "/v1/topics/b", note="x")
    before = page(empty)
    change(keeper, "/v1/topics/b", visibility="restricted")
    assert told(feed(empty)) == [("1.0", "create", "a")]
    amendment = {"version": "v4", "first": "v2", "last": "v3"}
    assert page(empty)["amendments"] == [amendment]
    # A mirror that goes on from where it was is told, whichever cursor it kept.
    for since in (before["data_version"], before["items"][-1]["id"], before["items"][1]["id"]):
        assert page(empty, since=since)["amendments"] == [amendment]
    assert page(empty, since="v4")["amendments"] == []
    assert empty.get("/v1/versions/v2").json()["amended"] is True
    assert empty.get("/v1/versions/v1").json()["amended"] is False
    assert page(keeper)["amendments"] == []
    assert len(feed(keeper)) == 4
    change(keeper, f"/v1/topics/{feed(keeper)[-1]['record_id']}", visibility="public")
    assert told(feed(empty, since="v4")) == [("5.0", "create", "b")]


# JSON Lines


def lines(client: TestClient, **query: Any) -> list[Json]:
    answer = client.get("/v1/changes", params=query, headers={"Accept": "application/x-ndjson"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def test_json_lines_are_all_changes_at_once(seeded: TestClient) -> None:
    whole = feed(seeded, limit=500)
    assert lines(seeded) == whole
    assert lines(seeded, since="1.99", kind="topic") == feed(seeded, since="1.99", kind="topic")
    named = seeded.get("/v1/changes?format=jsonl&since=v1")
    assert (named.content, named.headers["content-type"]) == (b"", "application/x-ndjson")
    assert "accept" in named.headers["vary"].lower()


def test_json_lines_read_a_part_at_a_time(seeded: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = feed(seeded, limit=500)
    monkeypatch.setattr("app.store.changes.CHUNK", 13)
    assert lines(seeded) == whole
    assert lines(seeded, kind="citation", since="1.40") == [
        one for one in whole if one["kind"] == "citation" and int(one["id"][2:]) > 40
    ]


def test_json_lines_tell_of_amendments(empty: TestClient) -> None:
    keeper = as_caller(empty, "write", "restricted")
    topic(empty, "a")
    topic(empty, "b")
    change(keeper, "/v1/topics/a", visibility="restricted")
    found = lines(empty)
    assert [one for one in found if "amendment" in one] == [
        {"amendment": {"version": "v3", "first": "v1", "last": "v2"}}
    ]
    assert [one["id"] for one in found if "id" in one] == ["2.0"]


def test_a_form_that_does_not_exist_is_not_acceptable(seeded: TestClient) -> None:
    problem(seeded.get("/v1/changes", headers={"Accept": "text/csv"}), "not-acceptable")
    problem(seeded.get("/v1/changes?format=csv"), "bad-parameter")
    problem(seeded.get("/v1/changes?format=events&as_of=v1"), "bad-parameter")


# Writers at work


def test_readers_skip_nothing_and_get_nothing_twice_while_others_write(empty: TestClient) -> None:
    database: Database = empty.app.state.database  # type: ignore[attr-defined]
    writers, writes = 4, 12
    done = threading.Event()

    def write(name: int) -> None:
        for number in range(writes):
            with database.write(cause="api") as writer:
                for part in range(3):
                    public_id = f"w{name}-{number}-{part}"
                    body = {"id": public_id, "label_en": public_id, "label_es": public_id}
                    records.create(writer, TOPIC, CREATE["topic"].model_validate(body))

    seen: list[Json] = []

    def follow() -> None:
        since = "v0"
        while True:
            last = done.is_set()
            while True:
                one = page(empty, since=since, limit=2)
                seen.extend(one["items"])
                since = one["next"] or one["data_version"]
                if one["next"] is None:
                    break
            if last:
                return

    threads = [threading.Thread(target=write, args=(name,)) for name in range(writers)]
    follower = threading.Thread(target=follow)
    for thread in (*threads, follower):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    follower.join()
    expected = [f"{version}.{index}" for version in range(1, writers * writes + 1) for index in range(3)]
    assert [one["id"] for one in seen] == expected
    assert len({one["record_id"] for one in seen}) == writers * writes * 3


# Versions


def test_a_version_is_found_by_its_name_and_by_a_time(empty: TestClient) -> None:
    topic(empty, "a", citations=[])
    first = empty.get("/v1/versions/v1").json()
    assert {name: first[name] for name in first if name != "at"} == {
        "version": "v1",
        "cause": "api",
        "changes": 1,
        "amended": False,
        "import_run": None,
        "definitions_release": first["definitions_release"],
        "actor": None,
    }
    time.sleep(0.01)
    topic(empty, "b")
    second = empty.get("/v1/versions/v2").json()
    assert second["at"] > first["at"]
    assert empty.get(f"/v1/versions/{first['at']}").json()["version"] == "v1"
    assert empty.get(f"/v1/versions/{second['at']}").json()["version"] == "v2"
    none = empty.get("/v1/versions/v0").json()
    assert (none["at"], none["cause"], none["changes"]) == (None, None, 0)
    for wrong in ("v9", "r1", "nothing", "2999-01-01T00:00:00Z"):
        body = problem(empty.get(f"/v1/versions/{wrong}"), "bad-parameter")
        assert body["errors"][0]["parameter"] == "version"
    assert as_caller(empty, "admin").get("/v1/versions/v2").json()["actor"].startswith("tjd_")


def test_the_public_version_tells_of_what_the_public_saw_alone(empty: TestClient) -> None:
    keeper = as_caller(empty, "write", "restricted")
    topic(empty, "a")
    for _ in range(3):
        topic(keeper, None, visibility="restricted")
    topic(empty, "b")
    seen = empty.get("/v1/versions/v1").json()
    assert seen["changes"] == 1
    assert seen["at"] == keeper.get("/v1/versions/r1").json()["at"]
    assert empty.get("/v1/versions/v2").json()["at"] == keeper.get("/v1/versions/r5").json()["at"]
    problem(empty.get("/v1/versions/v3"), "bad-parameter")


# Events, from a real server


@contextmanager
def server(url: str, **settings: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A service of its own on a free port."""
    port = free_port()
    env = {**os.environ, "TEJIDO_DATABASE_URL": url, "TEJIDO_SEED": "false"}
    env |= {f"TEJIDO_{name.upper()}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    log = tempfile.TemporaryFile()  # noqa: SIM115 - closed below
    process = subprocess.Popen(command, env=env, stderr=log, stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 90
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, "the service ended"
            assert time.monotonic() < end, "the service does not begin"
            time.sleep(0.05)
        yield port, process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        with log:
            log.seek(0)
            # Answers that do not end by themselves are ended after eight seconds, with these words.
            assert b"timeout graceful shutdown exceeded" not in log.read()


class Events:
    """A client of the stream, as a browser has it."""

    def __init__(self, port: int, query: str = "", **headers: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request("GET", f"/v1/changes{query}", headers={"Accept": "text/event-stream", **named})
        self.answer = self.connection.getresponse()
        self.last_id: str | None = None

    def block(self) -> dict[str, str]:
        """The next block: its fields, with `:` for a comment; empty where the stream has ended."""
        fields: dict[str, str] = {}
        while True:
            line = self.answer.readline().decode()
            if not line:
                return {}
            if line == "\n":
                self.last_id = fields.get("id", self.last_id)
                return fields
            name, _, value = line.rstrip("\n").partition(":")
            fields[name or ":"] = value.strip()

    def event(self) -> Json:
        """The next event that carries something."""
        while True:
            fields = self.block()
            assert fields, "the stream has ended"
            if "data" in fields:
                return {"event": fields.get("event"), "id": fields.get("id"), "data": json.loads(fields["data"])}

    def is_open(self) -> bool:
        """Whether it is one that was let in."""
        return self.answer.status == 200

    def close(self) -> None:
        """Leave."""
        self.answer.close()
        self.connection.close()


@pytest.fixture
def listen() -> Iterator[Callable[..., Events]]:
    """Opens streams, and closes them at the end of the test."""
    opened: list[Events] = []

    def one(port: int, query: str = "", **headers: str) -> Events:
        opened.append(Events(port, query, **headers))
        return opened[-1]

    yield one
    for events in opened:
        events.close()


def send(port: int, key: str, public_id: str) -> None:
    """Create a topic by HTTP."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    body = json.dumps({"id": public_id, "label_en": public_id, "label_es": public_id})
    connection.request("POST", "/v1/topics", body, {"Content-Type": "application/json", **bearer(key)})
    answer = connection.getresponse()
    assert answer.status == 201, answer.read()
    connection.close()


def add(url: str, *public_ids: str | None, **fields: Any) -> None:
    """Create topics in one version, by another process than the service: this one."""
    database = Database(url)
    with database.write(cause="cli") as writer:
        for public_id in public_ids:
            body = {"id": public_id, "label_en": "a topic", "label_es": "un tema"} | fields
            records.create(writer, TOPIC, CREATE["topic"].model_validate(body))
    database.close()


def test_a_stream_tells_what_any_process_writes_within_a_second_and_is_taken_up_after_a_restart(
    empty_url: str, listen: Callable[..., Events]
) -> None:
    # On a machine that is not too busy to look when it wants to.
    assert watching._TICK < 0.5
    key = key_for(empty_url, "write")
    with server(empty_url) as (port, _):
        send(port, key, "before")
        events = listen(port, Accept_Encoding="identity")
        assert events.answer.status == 200
        assert events.answer.headers["Content-Type"].startswith("text/event-stream")
        assert events.answer.headers["Cache-Control"] == "no-store"
        assert "retry" in events.block()
        assert events.block() == {"id": "v1"}
        send(port, key, "here")
        event = events.event()
        assert (event["id"], event["data"]["record_id"], event["event"]) == ("2.0", "here", None)
        for version in (3, 4, 5):
            add(empty_url, f"elsewhere-{version}", f"in-one-version-{version}")
            assert [events.event()["id"] for _ in range(2)] == [f"{version}.0", f"{version}.1"]
        last = events.last_id
        assert last == "5.1"
    add(empty_url, "meanwhile")
    with server(empty_url) as (port, _):
        for since in (last, "v5"):
            events = listen(port, "?since=v0", Last_Event_ID=since)
            assert events.event()["data"]["record_id"] == "meanwhile"
            events.close()
        events = listen(port, "?since=v0&kind=topic")
        assert [events.event()["id"] for _ in range(5)] == ["1.0", "2.0", "3.0", "3.1", "4.0"]
        assert [events.event()["id"] for _ in range(4)] == ["4.1", "5.0", "5.1", "6.0"]
        events.close()
        assert listen(port, "?since=v99").answer.status == 400
        assert listen(port, Last_Event_ID="garbage").answer.status == 400


def test_each_class_of_reader_has_its_own_stream_and_amendments_are_events(
    empty_url: str, listen: Callable[..., Events]
) -> None:
    key = key_for(empty_url, "restricted", "write")
    with server(empty_url) as (port, _):
        public, keeper = listen(port, "?since=v0"), listen(port, "?since=r0", **bearer(key))
        add(empty_url, None, visibility="restricted")
        add(empty_url, "open")
        assert [keeper.event()["id"] for _ in range(2)] == ["1.0", "2.0"]
        assert public.event()["id"] == "1.0"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        headers = {"Content-Type": "application/json", "If-Match": '"r1"', **bearer(key)}
        connection.request("PATCH", "/v1/topics/open", json.dumps({"visibility": "restricted"}), headers)
        assert connection.getresponse().status == 200
        connection.close()
        amendment = public.event()
        assert (amendment["event"], amendment["data"]) == ("amendment", {"version": "v2", "first": "v1", "last": "v1"})
        assert keeper.event()["data"]["action"] == "restrict"
        database = Database(empty_url)
        with database.write_service() as service:
            revoke_key(service, key[:14], actor="test")
        database.close()
        add(empty_url, "after-the-key")
        assert public.event()["data"]["record_id"] == "after-the-key"
        blocks = [keeper.block(), keeper.block()]
        assert [one.get("data") for one in blocks] == [None, None]
        assert blocks[-1] == {}


def descriptors(process: subprocess.Popen[bytes]) -> int:
    return len(list(Path(f"/proc/{process.pid}/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="descriptors are counted in /proc")
def test_streams_are_bounded_end_with_their_clients_and_stop_with_the_service(
    empty_url: str, listen: Callable[..., Events]
) -> None:
    add(empty_url, "a")
    with server(empty_url, event_streams="3") as (port, process):
        counts = []
        for _ in range(6):
            streams = let_in(listen, port, 3)
            counts.append(descriptors(process))
            for one in streams:
                one.block()
            refused = listen(port)
            body = json.loads(refused.answer.read())
            assert (refused.answer.status, body["type"].rpartition("/")[2]) == (503, "busy")
            assert refused.answer.headers["Retry-After"] == "5"
            for one in (*streams, refused):
                one.close()
        # A pool may have grown by some connections; streams that stayed would have left fifteen. The last ones may be
        # on their way out.
        streams = let_in(listen, port, 3)
        end = time.monotonic() + PATIENCE
        while descriptors(process) > counts[0] + 5:
            assert time.monotonic() < end, counts
            time.sleep(0.05)
        head = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        streams.pop().close()
        while True:
            head.request("HEAD", "/v1/changes", headers={"Accept": "text/event-stream"})
            answer = head.getresponse()
            body = answer.read()
            if answer.status == 200:
                break
            assert time.monotonic() < end
        assert body == b""
        head.close()
        process.send_signal(signal.SIGTERM)
        while streams[0].block():
            pass
        process.wait(PATIENCE)


def let_in(listen: Callable[..., Events], port: int, many: int) -> list[Events]:
    """So many streams, as soon as there is room: those who have left may be on their way out."""
    found: list[Events] = []
    end = time.monotonic() + PATIENCE
    while len(found) < many:
        assert time.monotonic() < end
        one = listen(port)
        if one.is_open():
            found.append(one)
        else:
            one.close()
            time.sleep(0.05)
    return found


def test_a_stream_is_not_held_back_by_compression(empty_url: str, listen: Callable[..., Events]) -> None:
    import zlib

    key = key_for(empty_url, "write")
    with server(empty_url) as (port, _):
        events = listen(port, Accept_Encoding="gzip")
        assert events.answer.headers["Content-Encoding"] == "gzip"
        unpack = zlib.decompressobj(31)
        text = ""

        def until(words: str) -> None:
            nonlocal text
            while words not in text:
                text += unpack.decompress(events.answer.read1(1000)).decode()

        until("id: v0\n")
        send(port, key, "a")
        until('"topic:a"')
        events.close()


def test_a_stream_in_which_nothing_happens_says_that_it_lives_and_ends_with_the_application(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    monkeypatch.setattr("app.routers.changes.HEARTBEAT", 0.05)
    with client_of(empty_url) as client:
        sent: list[bytes] = []
        ended = threading.Event()

        async def listen() -> None:
            async def receive() -> Any:
                await asyncio.sleep(10 * PATIENCE)

            first = {"type": "http.request", "body": b"", "more_body": False}
            waiting = [first]

            async def receive_first() -> Any:
                return waiting.pop() if waiting else await receive()

            async def send_on(message: Any) -> None:
                sent.append(message.get("body", b""))

            scope = {
                "type": "http",
                "asgi": {"version": "3.0", "spec_version": "2.3"},
                "http_version": "1.1",
                "method": "GET",
                "scheme": "http",
                "path": "/v1/changes",
                "raw_path": b"/v1/changes",
                "query_string": b"",
                "headers": [(b"accept", b"text/event-stream")],
                "client": ("127.0.0.1", 1),
                "server": ("127.0.0.1", 80),
            }
            await client.app(scope, receive_first, send_on)
            ended.set()

        thread = threading.Thread(target=asyncio.run, args=(listen(),))
        thread.start()
        end = time.monotonic() + PATIENCE
        while b"".join(sent).count(b": \n\n") < 3 and time.monotonic() < end:
            time.sleep(0.02)
        assert b"".join(sent).count(b": \n\n") >= 3
        assert client.app.state.watch.waiting == 1  # type: ignore[attr-defined]
        client.app.state.watch.close()  # type: ignore[attr-defined]
        assert ended.wait(PATIENCE)
        thread.join()
        assert client.app.state.watch.waiting == 0  # type: ignore[attr-defined]


def test_a_made_record_of_every_kind_is_in_the_feed(client: TestClient) -> None:
    since = page(client, limit=1)["data_version"]
    kinds = ("organization", "project", "funding", "document", "collaboration")
    made = [create(client, kind) for kind in kinds]
    assert [(one["kind"], one["record_id"]) for one in feed(client, since=since)] == [
        (kind, one["id"]) for kind, one in zip(kinds, made, strict=True)
    ]


def test_a_service_that_is_started_again_has_streams_again(url: str) -> None:
    app = create_app(Settings(database_url=url))
    for _ in range(2):
        with TestClient(app) as client:
            head = client.head("/v1/changes?format=events")
            assert (head.status_code, head.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
