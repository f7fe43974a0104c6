"""Limits on requests: how many, how many at once, how large, how slow."""

import gzip
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import httpx
import pytest
from fastapi.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import limiting
from app.access.routes import Need
from app.limiting import Limiter, RateLimits
from app.main import create_app
from app.middleware import LARGEST_HEADERS, MOST_HEADERS
from app.settings import Settings
from tests.limits.fields import limit_of
from tests.routers.asking import problem
from tests.support.keys import as_caller, bearer, key_for
from tests.support.redis import redis_server

JSON = {"Content-Type": "application/json"}
PATIENCE = 60


class Moment:
    """A time that passes only when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@contextmanager
def limited(url: str, moment: Moment, **settings: Any) -> Iterator[TestClient]:
    chosen = {"rate_limit_reads": "5/minute", "rate_limit_writes": "2/minute"} | settings
    app = create_app(Settings(database_url=url, **chosen), clock=moment)
    with TestClient(app, raise_server_exceptions=False, client=("203.0.113.5", 4000)) as client:
        yield client


# --- how many ------------------------------------------------------------------------------------------------------


def test_reads_are_counted_told_and_refused_until_the_time_told(url: str) -> None:
    moment = Moment()
    with limited(url, moment) as client:
        for left in (4, 3, 2, 1, 0):
            response = client.get("/v1/topics")
            assert response.status_code == 200
            assert limit_of(response.headers) == ("reads", 5, 60, left, 60)
            assert "retry-after" not in response.headers
        refused = client.get("/v1/topics")
        body = problem(refused, "too-many-requests")
        assert body["status"] == refused.status_code == 429
        policy, _, _, left, seconds = limit_of(refused.headers)
        assert (policy, left) == ("reads", 0)
        assert seconds == int(refused.headers["retry-after"]) == 61
        assert refused.headers["cache-control"] == "no-store"
        assert refused.headers["x-request-id"] == body["request_id"]
        moment.now += timedelta(seconds=seconds - 2)
        assert client.get("/v1/topics").status_code == 429
        moment.now += timedelta(seconds=2)
        assert client.get("/v1/topics").status_code == 200


def test_every_kind_of_answer_tells_the_limit(url: str) -> None:
    with limited(url, Moment(), rate_limit_reads="100/minute", rate_limit_writes="100/minute") as client:
        first = client.get("/v1/topics", headers={"Origin": "https://page.example"})
        exposed = first.headers["access-control-expose-headers"].lower().split(", ")
        assert {"ratelimit", "ratelimit-policy", "retry-after"} <= set(exposed)
        answers = {
            200: first,
            304: client.get("/v1/topics", headers={"If-None-Match": first.headers["etag"]}),
            404: client.get("/v1/topics/no-such"),
            400: client.get("/v1/topics?colour=red"),
            405: client.post("/docs"),
            401: client.post("/v1/topics", json={}),
            413: client.post("/v1/topics", content=b" " * 2_000_000),
            415: client.post("/v1/topics", content=b"x"),
            204: client.options("/v1/topics"),
        }
        assert {status: answer.status_code for status, answer in answers.items()} == {key: key for key in answers}
        seen = [limit_of(answer.headers)[0] for answer in answers.values()]
        assert seen == ["reads", "reads", "reads", "reads", "writes", "writes", "writes", "writes", "reads"]
        assert limit_of(client.head("/v1/topics").headers)[:2] == ("reads", 100)


def test_health_and_assets_are_not_counted_and_a_preflight_is_not_either(url: str) -> None:
    asks = {"Origin": "https://page.example", "Access-Control-Request-Method": "GET"}
    with limited(url, Moment(), rate_limit_reads="1/minute") as client:
        for _ in range(5):
            for address in ("/healthz", "/readyz", "/assets/docs/swagger-start.js"):
                response = client.get(address)
                assert response.status_code == 200
                assert "ratelimit" not in response.headers
            assert client.options("/v1/topics", headers=asks).status_code == 200
        assert [client.get("/v1/topics").status_code for _ in range(2)] == [200, 429]
        assert client.get("/healthz").status_code == 200


def test_reads_and_writes_addresses_and_keys_are_counted_apart(url: str) -> None:
    key, other = key_for(url, "write"), key_for(url, "write")
    with limited(url, Moment()) as client:
        assert [client.get("/v1/topics").status_code for _ in range(6)] == [200] * 5 + [429]
        assert [client.post("/v1/topics", json={}).status_code for _ in range(3)] == [401, 401, 429]
        elsewhere = TestClient(client.app, client=("203.0.113.6", 4000))
        assert elsewhere.get("/v1/topics").status_code == 200
        assert limit_of(elsewhere.get("/v1/topics", headers=bearer(key)).headers)[3] == 4
        # A key is counted wherever it is used, and its owner is not refused for what others at the address did.
        assert limit_of(client.get("/v1/topics", headers=bearer(key)).headers)[3] == 3
        assert limit_of(client.get("/v1/topics", headers=bearer(other)).headers)[3] == 4
        assert [client.post("/v1/topics", json={}, headers=bearer(key)).status_code for _ in range(3)] == [
            422,
            422,
            429,
        ]


def test_a_household_of_ipv6_addresses_is_one_caller(url: str) -> None:
    with limited(url, Moment(), rate_limit_reads="3/minute") as client:
        codes = []
        for number in range(5):
            one = TestClient(client.app, client=(f"2001:db8:1:2::{number:x}", 4000))
            codes.append(one.get("/v1/topics").status_code)
        assert codes == [200, 200, 200, 429, 429]
        assert TestClient(client.app, client=("2001:db8:1:3::1", 4000)).get("/v1/topics").status_code == 200


def test_an_empty_limit_is_none(url: str) -> None:
    with limited(url, Moment(), rate_limit_reads="", rate_limit_writes="") as client:
        for _ in range(20):
            response = client.get("/v1/topics")
            assert response.status_code == 200
            assert not [name for name in response.headers if name.startswith("ratelimit")]
            assert client.post("/v1/topics", json={}).status_code == 401


def test_keys_that_open_nothing_are_limited_by_their_own_setting(url: str) -> None:
    wrong = bearer("tjd_aaaaaaaaaa_" + "x" * 43)
    with limited(url, Moment(), rate_limit_failed_keys="2/minute") as client:
        answers = [client.get("/v1/topics", headers=wrong) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [401, 401, 429]
        assert int(answers[-1].headers["retry-after"]) == 61
    with limited(url, Moment(), rate_limit_failed_keys="") as client:
        assert {client.get("/v1/topics", headers=wrong).status_code for _ in range(30)} == {401}


def test_two_services_with_one_clock_answer_alike(url: str) -> None:
    moment = Moment()
    own = {"X-Request-ID": "same"}
    with limited(url, moment) as one, limited(url, moment) as other:
        for _ in range(7):
            first, second = one.get("/v1/topics", headers=own), other.get("/v1/topics", headers=own)
            assert (first.status_code, first.content) == (second.status_code, second.content)
            assert first.headers.raw == second.headers.raw
            moment.now += timedelta(seconds=3.7)


def test_two_services_count_together_in_redis_and_go_on_without_it(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_PATIENCE", "_DEADLINE"):
        monkeypatch.setattr(limiting, name, float(PATIENCE))
    with redis_server() as storage:
        shared = {"rate_limit_storage": storage, "rate_limit_reads": "4/minute"}
        with limited(url, Moment(), **shared) as one, limited(url, Moment(), **shared) as other:
            codes = [service.get("/v1/topics").status_code for service in (one, other, one, other, one, other)]
            assert codes == [200, 200, 200, 200, 429, 429]
    with limited(url, Moment(), **shared) as alone:
        for _ in range(6):
            response = alone.get("/v1/topics")
            assert response.status_code == 200
            assert response.headers["ratelimit-policy"] == '"reads";q=4;w=60'
            assert "ratelimit" not in response.headers


# --- how many at once ----------------------------------------------------------------------------------------------


def _asgi(at_once: int, release: anyio.Event) -> tuple[ASGIApp, list[str]]:
    began: list[str] = []

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        began.append(scope["client"][0])
        await release.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return RateLimits(slow, limiter=Limiter(), reads="", writes="", at_once=at_once), began


def test_one_caller_holds_only_so_many_requests_open_and_others_are_not_kept_waiting() -> None:
    async def check() -> None:
        release = anyio.Event()
        app, began = _asgi(3, release)
        codes: dict[str, list[int]] = {"a": [], "b": []}

        async def ask(name: str, address: str) -> None:
            async def send(message: Message) -> None:
                if message["type"] == "http.response.start":
                    codes[name].append(message["status"])

            async def receive() -> Message:
                return {"type": "http.request"}

            client = (address, 1)
            scope = {"type": "http", "method": "GET", "path": "/v1/x", "headers": [], "client": client, "state": {}}
            await app(scope, receive, send)

        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(ask, "a", "203.0.113.5")
            for _ in range(2):
                group.start_soon(ask, "b", "203.0.113.6")
            await anyio.wait_all_tasks_blocked()
            assert len(began) == 5
            assert codes == {"a": [429, 429], "b": []}
            release.set()
        assert codes == {"a": [429, 429, 200, 200, 200], "b": [200, 200]}
        await ask("a", "203.0.113.5")
        assert codes["a"][-1] == 200
        assert not app.present  # type: ignore[attr-defined]

    anyio.run(check)


def test_a_request_that_fails_is_not_counted_as_open_for_ever() -> None:
    async def fails(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError

    app = RateLimits(fails, limiter=Limiter(), reads="", writes="", at_once=2)

    async def check() -> None:
        for _ in range(5):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                with pytest.raises(RuntimeError):
                    await client.get("/v1/x")

    anyio.run(check)
    assert not app.present


def test_requests_at_once_are_a_setting(url: str) -> None:
    app = create_app(Settings(database_url=url, rate_limit_reads="", requests_at_once=1))
    began, may_end = threading.Event(), threading.Event()

    def wait() -> None:
        began.set()
        assert may_end.wait(PATIENCE)

    app.add_api_route("/v1/waits", wait)
    app.state.needs["GET", "/v1/waits"] = Need.nothing
    with TestClient(app, raise_server_exceptions=False) as client:
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(client.get, "/v1/waits")
            try:
                assert began.wait(PATIENCE)
                for year in range(2000, 2004):
                    refused = client.get("/v1/networks/funder-partner-state", params={"year_from": year})
                    problem(refused, "too-many-requests")
                    assert refused.headers["retry-after"] == "1"
            finally:
                may_end.set()
        assert first.result().status_code == 200
        assert client.get("/v1/topics").status_code == 200


# --- how large -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate", "gzip, identity", "x"])
def test_a_compressed_body_is_refused_and_not_unpacked(client: TestClient, coding: str) -> None:
    body = gzip.compress(b" " * 10_000_000 + b"{}")
    refused = client.post("/v1/topics", content=body, headers=JSON | {"Content-Encoding": coding})
    problem(refused, "unsupported-media-type")
    assert refused.headers["accept-encoding"] == "identity"
    plain = client.post("/v1/topics", content=b"{}", headers=JSON | {"Content-Encoding": "identity"})
    problem(plain, "malformed-body")


def test_headers_are_bounded_in_number_and_size(client: TestClient) -> None:
    # Some are sent by the client itself.
    many = {f"X-Own-{number}": "x" for number in range(MOST_HEADERS - 20)}
    assert client.get("/v1/topics", headers=many).status_code == 200
    more = {f"X-Own-{number}": "x" for number in range(MOST_HEADERS + 1)}
    problem(client.get("/v1/topics", headers=more), "headers-too-large")
    assert client.get("/v1/topics", headers={"X-Own": "x" * (LARGEST_HEADERS - 2000)}).status_code == 200
    problem(client.get("/v1/topics", headers={"X-Own": "x" * LARGEST_HEADERS}), "headers-too-large")
    for name in ("If-None-Match", "If-Match", "Accept", "Accept-Encoding", "Origin", "X-Request-ID", "Authorization"):
        answer = client.get("/v1/topics", headers={name: '"a",' * 5000})
        assert answer.status_code in (200, 401, 406), name
        assert len(answer.headers["x-request-id"]) <= 64
    tags = client.get("/v1/topics", headers={"If-None-Match": ",".join(['"x"'] * 7000)})
    assert tags.status_code == 200


def test_an_address_may_have_many_parameters_and_is_refused_for_their_length_alone(client: TestClient) -> None:
    problem(client.get("/v1/topics?" + "a&" * 3900), "unknown-parameter")
    problem(client.get("/v1/topics?" + "&".join(f"p{number}=1" for number in range(900))), "unknown-parameter")
    assert client.get("/v1/topics?" + "limit=1&" * 900).status_code == 200
    assert client.get("/v1/networks/coalitions?" + "state=MX-NLE&" * 200).status_code == 200
    problem(client.get("/v1/networks/coalitions?" + "state=MX-NLE&" * 500), "bad-parameter")
    problem(client.get("/v1/topics?" + "a&" * 4000), "uri-too-long")


def test_a_body_is_bounded_in_size_and_depth(client: TestClient) -> None:
    problem(client.post("/v1/topics", content=b"[" * 100_000, headers=JSON), "malformed-json")
    problem(client.post("/v1/topics", content=b"[" * 300 + b"]" * 300, headers=JSON), "malformed-json")
    deep = {"label": json.loads("[" * 150 + "]" * 150)}
    problem(client.post("/v1/topics", json=deep), "malformed-body")
    problem(client.post("/v1/topics", content=b" " * 1_000_001, headers=JSON), "body-too-large")


def test_callers_are_told_apart_behind_a_proxy_only(url: str) -> None:
    forwarded = {"X-Forwarded-For": "198.51.100.7"}
    with limited(url, Moment(), rate_limit_reads="2/minute") as client:
        # The application itself believes nothing that a header says of the address.
        assert [client.get("/v1/topics", headers=forwarded).status_code for _ in range(3)] == [200, 200, 429]
        assert as_caller(client).get("/v1/topics").status_code == 200
