"""`Idempotency-Key`: what is sent twice is done once, and answered twice with the same bytes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from app.main import create_app
from app.models.nouns import BY_KIND, NOUNS
from app.models.service import IdempotentAnswer
from app.models.tables import sql_table
from app.settings import Settings
from tests.routers.asking import fresh, problem, version
from tests.support.keys import as_caller, bearer, client_of, key_for

ANSWER = sql_table(IdempotentAnswer)
TOPIC = {"label_en": "Water", "label_es": "Agua"}
JSON = {"Content-Type": "application/json"}
ONCE = ("content-length", "x-request-id")
SECRET = "a secret of the tests, long enough"
each_noun = pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.kind)


def key(name: str) -> dict[str, str]:
    """The header."""
    return {"Idempotency-Key": name}


def kept(client: TestClient) -> list[Any]:
    """The answers that are kept."""
    with client.app.state.database.read() as connection:  # type: ignore[attr-defined]
        return list(connection.execute(select(ANSWER).order_by(ANSWER.c.at)).all())


def same(first: Response, again: Response) -> bool:
    """Whether an answer is the one before, replayed."""
    assert again.headers.pop("idempotent-replayed") == "true"
    assert "idempotent-replayed" not in first.headers
    headers = [{name: value for name, value in one.headers.items() if name not in ONCE} for one in (first, again)]
    return (first.status_code, first.content, headers[0]) == (again.status_code, again.content, headers[1])


@pytest.fixture(autouse=True)
def _room_for_a_state(writable: TestClient) -> None:
    """All 32 states are there; without one of them, the number 01 is free."""
    for state in writable.get("/v1/states", params={"inegi": "01"}).json()["items"]:
        address = f"/v1/states/{state['id']}"
        writable.delete(address, headers={"If-Match": writable.get(address).headers["etag"]}).raise_for_status()


@each_noun
def test_a_creation_that_is_sent_again_is_answered_again(writable: TestClient, noun: Any) -> None:
    body, own = fresh(noun), key(f"again {noun.kind}".replace(" ", "-"))
    first = writable.post(f"/v1/{noun.path}", json=body, headers=own)
    assert first.status_code == 201, first.text
    before = version(writable)
    assert same(first, writable.post(f"/v1/{noun.path}", json=body, headers=own))
    assert version(writable) == before
    assert {"location", "etag", "data-version", "cache-control", "vary"} <= set(first.headers)


def test_an_answer_with_a_key_has_the_bytes_of_one_without_and_of_a_read(writable: TestClient) -> None:
    body = {"label_en": "Aire «ñ»", "label_es": "Aire", "note": "a\nb"}
    with_key = writable.post("/v1/topics", json={"id": "air-1"} | body, headers=key("bytes"))
    without = writable.post("/v1/topics", json={"id": "air-2"} | body)
    assert with_key.content == without.content.replace(b"air-2", b"air-1")
    assert with_key.content == writable.get("/v1/topics/air-1").content
    assert set(with_key.headers) == set(without.headers)


def test_a_replay_tells_what_was_told_though_the_record_has_changed_and_gone(writable: TestClient) -> None:
    first = writable.post("/v1/topics", json=TOPIC, headers=key("changed"))
    address = first.headers["location"]
    changed = writable.patch(address, json={"note": "x"}, headers={"If-Match": first.headers["etag"]})
    assert same(first, writable.post("/v1/topics", json=TOPIC, headers=key("changed")))
    writable.delete(address, headers={"If-Match": changed.headers["etag"]}).raise_for_status()
    again = writable.post("/v1/topics", json=TOPIC, headers=key("changed"))
    assert again.json()["revision"] == 1
    problem(writable.get(address), "gone")


@pytest.mark.parametrize("encoding", ["identity", "gzip", "zstd", "br"])
def test_a_replay_is_encoded_as_its_own_request_accepts(writable: TestClient, encoding: str) -> None:
    body = TOPIC | {"note": "long " * 400}
    own = key(f"encoded-{encoding}")
    first = writable.post("/v1/topics", json=body, headers=own | {"Accept-Encoding": "identity"})
    again = writable.post("/v1/topics", json=body, headers=own | {"Accept-Encoding": encoding})
    assert again.headers.get("content-encoding", "identity") == encoding
    assert again.headers["location"] == first.headers["location"]
    assert encoding == "zstd" or again.json() == first.json()


def test_a_key_is_for_one_request(writable: TestClient) -> None:
    first = writable.post("/v1/topics", json=TOPIC, headers=key("one"))
    before = version(writable)
    other = {**TOPIC, "note": "other"}
    problem(writable.post("/v1/topics", json=other, headers=key("one")), "idempotency-key-reused")
    problem(writable.post("/v1/tools", json=fresh(BY_KIND["tool"]), headers=key("one")), "idempotency-key-reused")
    spaced = writable.post("/v1/topics", content=json.dumps(TOPIC, indent=1), headers=key("one") | JSON)
    problem(spaced, "idempotency-key-reused")
    assert version(writable) == before
    assert same(first, writable.post("/v1/topics", json=TOPIC, headers=key("one")))


def test_every_caller_has_keys_of_its_own(writable: TestClient) -> None:
    first = writable.post("/v1/topics", json=TOPIC, headers=key("own"))
    other = as_caller(writable, "write").post("/v1/topics", json=TOPIC, headers=key("own"))
    assert "idempotent-replayed" not in other.headers
    assert other.headers["location"] != first.headers["location"]


@pytest.mark.parametrize(
    ("path", "wrong", "kind"),
    [
        ("topics", {"label_en": "Water"}, "malformed-body"),
        ("topics", TOPIC | {"id": "access-to-justice"}, "id-taken"),
        ("citations", {"record": "org:nobody", "document": "doc-ned-2020", "paragraph": 1, "cue": "x"}, None),
    ],
)
def test_a_refusal_is_not_kept(writable: TestClient, path: str, wrong: Any, kind: str | None) -> None:
    own = key(f"mended-{path}-{kind}")
    for _ in range(2):
        refused = writable.post(f"/v1/{path}", json=wrong, headers=own)
        problem(refused, kind)
        assert "idempotent-replayed" not in refused.headers
    mended = {"record": "org:ned"} if path == "citations" else {"label_es": "Agua", "id": None}
    assert writable.post(f"/v1/{path}", json=wrong | mended, headers=own).status_code == 201


@pytest.mark.parametrize("wrong", ["", "with space", "ñ", "tab\tbed", "x" * 256])
def test_a_key_is_visible_ascii(writable: TestClient, wrong: str) -> None:
    before = version(writable)
    own = {b"Idempotency-Key": wrong.encode("latin-1")}
    body = problem(writable.post("/v1/topics", json=TOPIC, headers=own), "bad-parameter")
    assert [error["parameter"].lower() for error in body["errors"]] == ["idempotency-key"]
    assert version(writable) == before


def test_keys_of_any_visible_sign_and_length_are_taken(writable: TestClient) -> None:
    for name in ('"8e03978e-40d5-43dd-bc93-6894a57f9324"', "!~", "x" * 255):
        first = writable.post("/v1/topics", json=TOPIC, headers=key(name))
        assert same(first, writable.post("/v1/topics", json=TOPIC, headers=key(name)))


def test_two_keys_are_refused(writable: TestClient) -> None:
    own = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    problem(writable.post("/v1/topics", json=TOPIC, headers=own), "bad-parameter")


def test_a_key_for_a_route_that_makes_a_secret_is_refused(writable: TestClient) -> None:
    admin = as_caller(writable, "admin")
    refused = admin.post("/v1/keys", json={"label": "x"}, headers=key("secret"))
    assert problem(refused, "unknown-parameter")["errors"][0]["parameter"] == "idempotency-key"
    assert admin.post("/v1/keys", json={"label": "x"}).status_code == 201
    assert not any(b"tjd_" in row.body for row in kept(writable))


def test_who_may_not_write_is_told_nothing_of_keys(writable: TestClient) -> None:
    writable.post("/v1/topics", json=TOPIC, headers=key("guarded"))
    anonymous = as_caller(writable)
    problem(anonymous.post("/v1/topics", json=TOPIC, headers=key("guarded")), "key-required")


def test_a_withheld_term_is_kept_neither_in_the_answer_nor_in_a_digest_that_can_be_guessed(url: str) -> None:
    body = {"term": "Nombre Apellido Apellido"}
    digests = set()
    for secret in (SECRET, f"another {SECRET}"):
        with client_of(url, "admin", secret=secret) as client:
            first = client.post("/v1/withheld-terms", json=body, headers=key("term"))
            assert first.status_code == 201, first.text
            assert same(first, client.post("/v1/withheld-terms", json=body, headers=key("term")))
            problem(client.post("/v1/withheld-terms", json=body, headers=key("other")), "duplicate")
            rows = kept(client)
            assert b"Apellido" not in b"".join(row.body for row in rows)
            digests.add(rows[-1].digest)
            client.delete(f"/v1/withheld-terms/{first.json()['id']}").raise_for_status()
    assert len(digests) == 2


class Moment:
    """A time that passes only when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@contextmanager
def at(moment: Moment, url: str, **settings: Any) -> Iterator[TestClient]:
    """A client of the service at a time of the test's own."""
    app = create_app(Settings(database_url=url, **settings), clock=moment)
    with TestClient(app, headers=bearer(key_for(url, "write")), raise_server_exceptions=False) as client:
        yield client


def test_an_answer_is_kept_for_as_long_as_the_setting_says(empty_url: str) -> None:
    moment = Moment()
    with at(moment, empty_url, idempotency_hours=2) as client:
        first = client.post("/v1/topics", json=TOPIC, headers=key("late"))
        moment.now += timedelta(hours=2, seconds=-1)
        assert same(first, client.post("/v1/topics", json=TOPIC, headers=key("late")))
        moment.now += timedelta(seconds=1)
        later = client.post("/v1/topics", json=TOPIC | {"note": "other"}, headers=key("late"))
        assert (later.status_code, "idempotent-replayed" in later.headers) == (201, False)
        assert len(kept(client)) == 1


def test_old_answers_are_removed_in_passing_some_at_a_time(empty_url: str) -> None:
    moment = Moment()
    with at(moment, empty_url) as client:
        old = {"caller": "x", "digest": "", "status": 201, "headers": "[]", "body": b"", "at": moment.now}
        with client.app.state.database.write_service() as connection:  # type: ignore[attr-defined]
            connection.execute(ANSWER.insert(), [old | {"key": str(number)} for number in range(250)])
        moment.now += timedelta(hours=24)
        left = []
        for number in range(4):
            client.post("/v1/topics", json=TOPIC, headers=key(f"new-{number}")).raise_for_status()
            left.append(len(kept(client)))
        assert left == [151, 52, 3, 4]
