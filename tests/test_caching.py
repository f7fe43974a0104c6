"""Kept answers: the same as new ones, never older than what a client knows, never of another class of reader."""

import asyncio
from contextlib import closing
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from app.caching import Cache
from app.limiting import Limiter
from app.models.nouns import NOUNS
from app.store.database import Database
from app.store.expunging import expunge, to_expunge
from tests.routers.asking import create, fresh
from tests.support.keys import as_caller, client_of
from tests.visibility.test_twin import NETWORKS, OTHERS

HIT, MISS = "tejido; hit", "tejido; fwd=miss"
ADDRESS = "/v1/organizations?limit=5"
OWN = {"x-request-id", "ratelimit", "ratelimit-policy", "cache-status"}


def anybody(client: TestClient) -> TestClient:
    """A client without a key."""
    return as_caller(client)


def told(answer: Any) -> tuple[int, list[tuple[str, str]], bytes]:
    """What an answer says, but for what is said of itself alone."""
    return (
        answer.status_code,
        sorted((name, value) for name, value in answer.headers.multi_items() if name not in OWN),
        answer.content,
    )


def test_the_second_gets_the_bytes_of_the_first(client: TestClient) -> None:
    reader = anybody(client)
    first, second = reader.get(ADDRESS), reader.get(ADDRESS)
    assert (first.headers["cache-status"], second.headers["cache-status"]) == (MISS, HIT)
    assert told(first) == told(second)
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert reader.get(ADDRESS, headers={"X-Request-ID": "mine"}).headers["x-request-id"] == "mine"


@pytest.mark.parametrize("encoding", ["gzip", "zstd", "br", "identity"])
def test_each_encoding_is_kept_by_itself(client: TestClient, encoding: str) -> None:
    reader = anybody(client)
    answers = [reader.get(ADDRESS, headers={"Accept-Encoding": encoding}) for _ in range(2)]
    assert answers[1].headers["cache-status"] == HIT
    assert told(answers[0]) == told(answers[1])
    assert answers[1].headers.get("content-encoding", "identity") == encoding


def test_every_answer_is_that_of_a_service_that_keeps_none(client: TestClient, url: str) -> None:
    reader = anybody(client)
    asked = [*NETWORKS, *OTHERS, *(f"/v1/{noun.path}?include=total" for noun in NOUNS)]
    hits, same = 0, {"X-Request-ID": "the-same"}
    with client_of(url, cache_bytes=0) as plain:
        for address in asked:
            wanted = plain.get(address, headers=same)
            assert "cache-status" not in wanted.headers
            first, second = (reader.get(address, headers=same) for _ in range(2))
            assert told(first) == told(second), address
            # What was sent piece by piece has a length now.
            assert [one for one in told(first)[1] if one[0] != "content-length"] == [
                one for one in told(wanted)[1] if one[0] != "content-length"
            ], address
            assert (first.status_code, first.content) == (wanted.status_code, wanted.content), address
            hits += second.headers.get("cache-status") == HIT
    assert hits > 40


def test_a_client_sees_its_own_write_and_that_of_another_service(client: TestClient, url: str) -> None:
    reader = anybody(client)
    topics = "/v1/topics?include=total"
    with client_of(url, "write") as other:
        for writer in (client, other, client, other):
            before = reader.get(topics).json()["total"]
            assert reader.get(topics).headers["cache-status"] == HIT
            create(writer, "topic")
            answer = reader.get(topics)
            assert (answer.headers["cache-status"], answer.json()["total"]) == (MISS, before + 1)


def test_what_the_client_has_is_not_sent_again(client: TestClient) -> None:
    reader = anybody(client)
    new = reader.get(ADDRESS)
    for tags in (new.headers["etag"], f"W/{new.headers['etag']}", f'"other", {new.headers["etag"]}', "*"):
        known = reader.get(ADDRESS, headers={"If-None-Match": tags})
        assert (known.status_code, known.content, known.headers["cache-status"]) == (304, b"", HIT)
        assert known.headers["etag"] == new.headers["etag"]
    assert reader.get(ADDRESS, headers={"If-None-Match": '"other"'}).status_code == 200
    # The first to ask may have it too; what is kept is the whole answer.
    address = f"{ADDRESS}&sort=name"
    tag = as_caller(client, "read").get(address).headers["etag"]
    first = reader.get(address, headers={"If-None-Match": tag})
    assert (first.status_code, first.headers["cache-status"]) == (304, MISS)
    assert reader.get(address).json()["items"]


def test_a_long_answer_that_the_client_has_is_not_written_to_its_end(client: TestClient) -> None:
    reader = anybody(client)
    address = "/v1/changes?format=jsonl"
    tag = as_caller(client, "read").get(address).headers["etag"]
    first = reader.get(address, headers={"If-None-Match": tag})
    assert (first.status_code, first.content, first.headers["etag"]) == (304, b"", tag)
    assert "x-request-id" in first.headers
    assert len(reader.get(address).content) > 100_000


def test_what_is_not_kept_is_not_sent_again_either(client: TestClient) -> None:
    reader = anybody(client)
    new = reader.get("/v1/imports/template")
    known = reader.get("/v1/imports/template", headers={"If-None-Match": new.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert "x-request-id" in known.headers
    assert "cache-status" not in {*new.headers, *known.headers}


def test_head_is_get_without_a_body(client: TestClient) -> None:
    reader = anybody(client)
    assert "cache-status" not in reader.head(ADDRESS).headers
    got = reader.get(ADDRESS)
    head = reader.head(ADDRESS)
    assert (head.content, head.headers["cache-status"]) == (b"", HIT)
    assert told(head)[:2] == told(got)[:2]


def test_who_sends_a_key_is_answered_anew_and_nothing_is_kept_of_it(client: TestClient) -> None:
    reader, keeper = anybody(client), as_caller(client, "read", "restricted", "write")
    made = keeper.post(
        "/v1/topics",
        json=fresh(next(noun for noun in NOUNS if noun.kind == "topic")) | {"visibility": "restricted", "id": None},
    )
    assert made.status_code == 201, made.text
    address = "/v1/topics?limit=500"
    for _ in range(2):
        secret = keeper.get(address)
        assert "cache-status" not in secret.headers
        assert made.json()["id"] in secret.text
        assert made.json()["id"] not in reader.get(address).text
        assert reader.get(f"/v1/topics/{made.json()['id']}").status_code == 404


@pytest.mark.parametrize(
    "path", ["/v1/duplicates", "/v1/duplicates/distinct", "/v1/topics/zzz", "/v1/topics?zzz=1", "/healthz"]
)
def test_what_is_no_answer_about_data_alone_is_not_kept(client: TestClient, path: str) -> None:
    reader = anybody(client)
    for _ in range(2):
        assert "cache-status" not in reader.get(path).headers


def test_the_rate_limit_holds_for_kept_answers(url: str) -> None:
    with client_of(url, rate_limit_reads="3/minute") as reader:
        answers = [reader.get(ADDRESS) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert [one.headers.get("cache-status") for one in answers] == [MISS, HIT, HIT, None]
    assert [one.headers["ratelimit"].split(";")[1] for one in answers] == ["r=2", "r=1", "r=0", "r=0"]


# --- on an application of four lines ---------------------------------------------------------------------------------


class Told:
    """A version that a test sets."""

    def __init__(self) -> None:
        self.version: int | None = 1

    async def number(self) -> int | None:
        """The version."""
        return self.version

    def at_once(self, *, has_begun: bool = False) -> int | None:
        """The version."""
        return self.version

    def close(self) -> None:
        """Nothing."""


class Service:
    """Answers with the version, after a while; counts how often."""

    def __init__(self, told: Told, size: int = 10) -> None:
        self.told, self.size, self.calls = told, size, 0
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer."""
        self.calls += 1
        version = self.told.version
        await self.may_end.wait()
        headers = [(b"data-version", b"v1"), (b"cache-control", b"no-cache"), (b"etag", b'"v%d"' % (version or 0))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": str(version).encode(), "more_body": True})
        await send({"type": "http.response.body", "body": b"." * self.size})


async def ask(cache: Cache, path: str = "/v1/a", method: str = "GET") -> tuple[dict[bytes, bytes], bytes]:
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"", "headers": [],
        "scheme": "http", "client": ("192.0.2.1", 1),
    }  # fmt: skip
    await cache(scope, receive, send)
    body = b"".join(message["body"] for message in messages[1:])
    return dict(messages[0]["headers"]), body


def cache_of(told: Told, service: Service, most: int = 100_000) -> Cache:
    return Cache(service, present=told, most_bytes=most, limiter=Limiter(), reads="")


async def many_ask(cache: Cache, service: Service, many: int) -> list[tuple[dict[bytes, bytes], bytes]]:
    service.may_end.clear()
    asked = [asyncio.create_task(ask(cache)) for _ in range(many)]
    await asyncio.sleep(0.01)
    service.may_end.set()
    return await asyncio.gather(*asked)


def test_many_who_ask_the_same_at_once_are_answered_by_one_computation() -> None:
    async def run() -> None:
        told = Told()
        service = Service(told)
        answers = await many_ask(cache_of(told, service), service, 50)
        assert service.calls == 1
        assert {body for _, body in answers} == {b"1.........."}

    asyncio.run(run())


def test_an_answer_that_a_write_overtook_is_not_kept_and_not_shared() -> None:
    async def run() -> None:
        told = Told()
        service = Service(told)
        cache = cache_of(told, service)
        service.may_end.clear()
        first = asyncio.create_task(ask(cache))
        await asyncio.sleep(0.01)
        told.version = 2
        # Its client has seen version 2; the answer that is being made may show version 1.
        second = asyncio.create_task(ask(cache))
        await asyncio.sleep(0.01)
        service.may_end.set()
        assert (await first)[1].startswith(b"1")
        assert (await second)[1].startswith(b"2")
        assert (await ask(cache))[1].startswith(b"2")
        assert service.calls == 2

    asyncio.run(run())


def test_what_is_kept_has_a_bound() -> None:
    async def run() -> None:
        told = Told()
        service = Service(told, size=3000)
        cache = cache_of(told, service, most=50_000)
        for number in range(100):
            await ask(cache, f"/v1/{number}")
        assert 40_000 < cache.size <= 50_000
        # Those asked for last are there.
        assert (await ask(cache, "/v1/99"))[0][b"cache-status"] == HIT.encode()
        assert (await ask(cache, "/v1/0"))[0][b"cache-status"] == MISS.encode()
        service.size = 10_000
        before = service.calls
        for _ in range(2):
            _, body = await ask(cache, "/v1/long")
            assert len(body) == 10_001
        assert service.calls == before + 2
        told.version = 2
        await ask(cache)
        assert cache.size < 20_000

    asyncio.run(run())


def test_where_the_version_is_not_known_nothing_is_kept() -> None:
    async def run() -> None:
        told = Told()
        told.version = None
        service = Service(told)
        cache = cache_of(told, service)
        assert [b"cache-status" in (await ask(cache))[0] for _ in range(2)] == [False, False]
        assert (service.calls, cache.size) == (2, 0)

    asyncio.run(run())


def test_who_goes_away_leaves_the_others_their_answer() -> None:
    async def run() -> None:
        told = Told()
        service = Service(told)
        cache = cache_of(told, service)
        service.may_end.clear()
        first, second = asyncio.create_task(ask(cache)), asyncio.create_task(ask(cache))
        await asyncio.sleep(0.01)
        first.cancel()
        await asyncio.sleep(0.01)
        service.may_end.set()
        assert (await second)[1].startswith(b"1")

    asyncio.run(run())


def test_what_was_expunged_is_not_kept(url: str, client: TestClient) -> None:
    reader = anybody(client)
    body = {"id": "mistake", "label_en": "Mistake", "label_es": "Error"}
    made = client.post("/v1/topics", json=body)
    past = f"/v1/topics/mistake?as_of={made.headers['Data-Version']}"
    assert client.delete("/v1/topics/mistake", headers={"If-Match": made.headers["ETag"]}).status_code == 204
    assert reader.get(past).json()["label_en"] == "Mistake"
    assert reader.get(past).headers["cache-status"] == HIT
    with closing(Database(url)) as database, database.write(cause="expunge") as writer:
        expunge(writer, to_expunge(writer.connection, "topic:mistake", with_referrers=False))
    gone = reader.get(past)
    assert gone.status_code == 404
    assert "Mistake" not in gone.text
