"""Races over HTTP against a real server: exactly one wins, nothing is lost, nothing is done twice."""

import contextlib
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import func, select

from app.history.tables import HISTORY
from app.models.nouns import NOUNS
from app.store.database import Database
from tests.history.test_every_path import check
from tests.routers.asking import fresh
from tests.support.keys import bearer, key_for
from tests.support.sockets import serving

CLIENTS = 50
TOPIC = {"label_en": "Race", "label_es": "Carrera"}

Request = Callable[[httpx.Client, int], httpx.Response]


class Race:
    """Many clients of one service."""

    def __init__(self, address: str, key: str) -> None:
        self._address = address
        self._headers = bearer(key)

    def client(self) -> httpx.Client:
        """A client with a connection of its own. It speaks no TLS, for which each would read all certificates."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return httpx.Client(base_url=self._address, headers=self._headers, timeout=60, verify=context)

    def __call__(self, request: Request) -> list[httpx.Response]:
        """Send one request from each client, all at the same moment."""
        start = threading.Barrier(CLIENTS)

        def ask(number: int) -> httpx.Response:
            with self.client() as client:
                # The connection is there before the start.
                client.get("/healthz").raise_for_status()
                start.wait(60)
                return patiently(lambda: request(client, number))

        with ThreadPoolExecutor(CLIENTS) as threads:
            return list(threads.map(ask, range(CLIENTS)))


def patiently(request: Callable[[], httpx.Response]) -> httpx.Response:
    """Ask again where the service says that it is busy, which it does on a slow machine: then nothing was done."""
    deadline = time.monotonic() + 60
    while (response := request()).status_code == 503 and time.monotonic() < deadline:
        time.sleep(0.1)
    return response


@pytest.fixture
def race(empty_url: str) -> Iterator[Race]:
    """A race on an empty database; afterwards its history must be whole."""
    with serving(empty_url) as port:
        yield Race(f"http://127.0.0.1:{port}", key_for(empty_url, "write"))
    with contextlib.closing(Database(empty_url)) as database, database.read() as connection:
        check(connection)


def once(race: Race, request: Callable[[httpx.Client], httpx.Response]) -> httpx.Response:
    """What one client is answered."""
    with race.client() as client:
        return request(client)


def statuses(responses: list[httpx.Response]) -> Counter[int]:
    return Counter(response.status_code for response in responses)


def revisions(url: str) -> int:
    """How many revisions of topics the history has."""
    with contextlib.closing(Database(url)) as database, database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(HISTORY["topic"])).scalar_one())


def test_of_many_changes_of_one_revision_exactly_one_is_made(race: Race, empty_url: str) -> None:
    once(race, lambda client: client.post("/v1/topics", json=TOPIC | {"id": "a"})).raise_for_status()

    def change(client: httpx.Client, number: int) -> httpx.Response:
        return client.patch("/v1/topics/a", json={"note": f"by {number}"}, headers={"If-Match": '"r1"'})

    responses = race(change)
    assert statuses(responses) == {200: 1, 412: CLIENTS - 1}
    (winner,) = [number for number, response in enumerate(responses) if response.status_code == 200]
    now = once(race, lambda client: client.get("/v1/topics/a"))
    assert (now.json()["note"], now.json()["revision"], now.headers["data-version"]) == (f"by {winner}", 2, "v2")
    assert revisions(empty_url) == 2


def test_changes_that_are_tried_again_are_all_made(race: Race, empty_url: str) -> None:
    once(race, lambda client: client.post("/v1/topics", json=TOPIC | {"id": "a"})).raise_for_status()

    def add_a_letter(client: httpx.Client, number: int) -> httpx.Response:
        if number >= 12:
            return client.get("/v1/topics/a")
        while True:
            read = client.get("/v1/topics/a")
            note = (read.json()["note"] or "") + chr(65 + number)
            own = {"If-Match": read.headers["etag"]}
            response = client.patch("/v1/topics/a", json={"note": note}, headers=own)
            if response.status_code not in (412, 503):
                return response

    assert statuses(race(add_a_letter)) == {200: CLIENTS}
    now = once(race, lambda client: client.get("/v1/topics/a")).json()
    assert (sorted(now["note"]), now["revision"]) == (list("ABCDEFGHIJKL"), 13)
    assert revisions(empty_url) == 13


def test_of_many_deletions_exactly_one_is_made(race: Race, empty_url: str) -> None:
    once(race, lambda client: client.post("/v1/topics", json=TOPIC | {"id": "a"})).raise_for_status()
    responses = race(lambda client, _: client.delete("/v1/topics/a", headers={"If-Match": '"r1"'}))
    assert statuses(responses) == {204: 1, 410: CLIENTS - 1}
    assert revisions(empty_url) == 1


def test_of_many_creations_with_one_id_exactly_one_is_made(race: Race, empty_url: str) -> None:
    responses = race(lambda client, number: client.post("/v1/topics", json=TOPIC | {"id": "a", "note": str(number)}))
    assert statuses(responses) == {201: 1, 409: CLIENTS - 1}
    assert revisions(empty_url) == 1


def test_many_creations_without_an_id_are_all_made(race: Race, empty_url: str) -> None:
    responses = race(lambda client, _: client.post("/v1/topics", json=TOPIC))
    assert statuses(responses) == {201: CLIENTS}
    assert len({response.headers["location"] for response in responses}) == CLIENTS
    assert {response.headers["data-version"] for response in responses} == {f"v{n + 1}" for n in range(CLIENTS)}
    assert revisions(empty_url) == CLIENTS


def test_one_request_that_is_sent_many_times_with_its_key_is_carried_out_once(race: Race, empty_url: str) -> None:
    responses = race(lambda client, _: client.post("/v1/topics", json=TOPIC, headers={"Idempotency-Key": "same"}))
    assert statuses(responses) == {201: CLIENTS}
    assert len({response.content for response in responses}) == 1
    for name in ("location", "etag", "data-version"):
        assert len({response.headers[name] for response in responses}) == 1
    assert Counter(response.headers.get("idempotent-replayed") for response in responses) == {
        None: 1,
        "true": CLIENTS - 1,
    }
    assert revisions(empty_url) == 1


def test_of_different_requests_with_one_key_one_is_carried_out(race: Race, empty_url: str) -> None:
    def post(client: httpx.Client, number: int) -> httpx.Response:
        return client.post("/v1/topics", json=TOPIC | {"note": str(number)}, headers={"Idempotency-Key": "same"})

    assert statuses(race(post)) == {201: 1, 422: CLIENTS - 1}
    assert revisions(empty_url) == 1


def test_bulks_and_single_changes_of_the_same_records_do_not_mix(race: Race, empty_url: str) -> None:
    names = [f"t{number}" for number in range(10)]
    made = [{"action": "create", "kind": "topic", "body": TOPIC | {"id": name}} for name in names]
    once(race, lambda client: client.post("/v1/bulk", json={"items": made})).raise_for_status()

    def write(client: httpx.Client, number: int) -> httpx.Response:
        if number % 2:
            change = {"note": f"alone {number}"}
            return client.patch(f"/v1/topics/{names[number % 10]}", json=change, headers={"If-Match": '"r1"'})
        items = [
            {"action": "update", "kind": "topic", "id": name, "if_match": '"r1"', "body": {"note": f"bulk {number}"}}
            for name in names
        ]
        return client.post("/v1/bulk", json={"items": items})

    responses = race(write)
    bulks, alone = responses[::2], responses[1::2]
    assert statuses(bulks).keys() <= {200, 409}
    assert statuses(alone).keys() <= {200, 412}
    done = [number for number, response in enumerate(responses) if response.status_code == 200]
    found = once(race, lambda client: client.get("/v1/topics?limit=100")).json()["items"]
    notes = {item["id"]: item["note"] for item in found}
    if any(number % 2 == 0 for number in done):
        # A bulk came first: it has changed all, and nothing else could.
        assert done == [number for number in done if number % 2 == 0]
        assert (len(done), set(notes.values())) == (1, {f"bulk {done[0]}"})
    else:
        assert {notes[names[number % 10]] for number in done} == {f"alone {number}" for number in done}
        assert len(done) == len({number % 10 for number in done}) >= 1
    assert revisions(empty_url) == len(names) + (10 if len(done) == 1 and not done[0] % 2 else len(done))


def test_one_bulk_that_is_sent_many_times_with_its_key_is_carried_out_once(race: Race, empty_url: str) -> None:
    items = [{"action": "create", "kind": "topic", "body": TOPIC} for _ in range(5)]
    responses = race(lambda client, _: client.post("/v1/bulk", json={"items": items}, headers={"Idempotency-Key": "b"}))
    assert statuses(responses) == {200: CLIENTS}
    assert len({response.content for response in responses}) == 1
    assert revisions(empty_url) == 5


def test_one_organization_is_not_deleted_under_what_refers_to_it(race: Race, empty_url: str) -> None:
    organization = {"id": "o", "name": "Of the race", "kind": "ngo", "basis": "stated"}
    once(race, lambda client: client.post("/v1/organizations", json=organization)).raise_for_status()

    def write(client: httpx.Client, number: int) -> httpx.Response:
        if number == CLIENTS // 2:
            return client.delete("/v1/organizations/o", headers={"If-Match": '"r1"'})
        return client.post("/v1/tools", json=tool | {"id": f"tool-{number}", "owner": "o", "owner_party": None})

    tool = fresh(next(noun for noun in NOUNS if noun.kind == "tool"))
    responses = race(write)
    deleted = responses.pop(CLIENTS // 2)
    if deleted.status_code == 204:
        # What came after the deletion found nothing to refer to.
        assert statuses(responses) == {409: CLIENTS - 1}
    else:
        assert deleted.status_code == 409
        assert statuses(responses) == {201: CLIENTS - 1}
