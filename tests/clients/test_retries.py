"""What is sent again, after how long, and what is not: with a service that fails as it is told to."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest
from tejido_client import (
    AsyncTejido,
    NotReached,
    Problem,
    Retries,
    Tejido,
    TejidoError,
    TooManyRequests,
    Unavailable,
)

from tests.support.server import Server

ABOUT = httpx.Response(200, json={"service": "tejido"})
RECORD = httpx.Response(201, json={"id": "x", "revision": 1})

Outcome = httpx.Response | httpx.TransportError


class Flaky(httpx.MockTransport):
    """Answers each request with the next of these outcomes, and keeps the requests; the last one is for all others."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.seen: list[httpx.Request] = []
        self._outcomes = outcomes
        super().__init__(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        outcome = self._outcomes[min(len(self.seen), len(self._outcomes)) - 1]
        if isinstance(outcome, httpx.Response):
            return httpx.Response(outcome.status_code, headers=outcome.headers, content=outcome.content)
        raise outcome


def problem(status: int, kind: str, **headers: str) -> httpx.Response:
    """A problem as the service tells it."""
    body = {"type": f"https://tejido.example/problems/{kind}", "title": kind, "detail": "", "errors": []}
    headers = {"Content-Type": "application/problem+json"} | {
        key.replace("_", "-"): text for key, text in headers.items()
    }
    return httpx.Response(status, json=body, headers=headers)


BUSY = problem(503, "busy", Retry_After="1")
LIMITED = problem(429, "too-many-requests", Retry_After="3")


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the client waited each time; the test does not."""
    waited: list[float] = []

    async def note(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(time, "sleep", waited.append)
    monkeypatch.setattr(asyncio, "sleep", note)
    return waited


def read(api: Tejido) -> object:
    return api.about()


def create(api: Tejido) -> object:
    return api.topics.create({"label_en": "x", "label_es": "x"})


def update(api: Tejido) -> object:
    return api.topics.update("x", {"note": "x"}, revision=1)


LOST = httpx.ReadError("lost")
REFUSED = httpx.ConnectError("refused")
GATEWAY = httpx.Response(502, text="<html>")


@pytest.mark.parametrize(
    ("ask", "outcome", "is_repeated"),
    [
        (read, LOST, True),
        (read, REFUSED, True),
        (read, httpx.ReadTimeout("slow"), True),
        (read, httpx.UnsupportedProtocol("ftp"), False),
        (read, BUSY, True),
        (read, problem(503, "busy"), True),
        (read, httpx.Response(503, text="nginx"), True),
        (read, GATEWAY, True),
        (read, LIMITED, True),
        (read, problem(503, "deadline-exceeded"), False),
        (read, problem(503, "no-secret"), False),
        (read, problem(429, "too-many-failed-keys", Retry_After="1"), False),
        (read, problem(500, "internal-error"), False),
        (read, problem(404, "not-found"), False),
        # It has a key of its own, so nothing is created twice.
        (create, LOST, True),
        (create, BUSY, True),
        (create, problem(503, "outcome-unknown"), True),
        (create, GATEWAY, True),
        (create, LIMITED, True),
        (create, problem(409, "duplicate"), False),
        # It may have been carried out, unless it was never sent or not let in.
        (update, LOST, False),
        (update, BUSY, False),
        (update, problem(503, "outcome-unknown"), False),
        (update, REFUSED, True),
        (update, LIMITED, True),
    ],
)
def test_what_may_pass_and_does_no_harm_is_sent_again(
    ask: Callable[[Tejido], object], outcome: Outcome, is_repeated: bool, pauses: list[float]
) -> None:
    transport = Flaky(outcome, RECORD)
    with Tejido("http://tejido.example", transport=transport) as api:
        if is_repeated:
            assert ask(api) == {"id": "x", "revision": 1}
        else:
            with pytest.raises(TejidoError):
                ask(api)
    assert (len(transport.seen), len(pauses)) == ((2, 1) if is_repeated else (1, 0))
    keys = {request.headers.get("Idempotency-Key") for request in transport.seen}
    assert len(keys) == 1
    assert (keys != {None}) == (ask is create)


def test_each_creation_has_its_own_key_unless_it_is_given() -> None:
    transport = Flaky(RECORD)
    with Tejido("http://tejido.example", transport=transport) as api:
        create(api)
        create(api)
        api.bulk([])
        api.topics.create({"label_en": "x", "label_es": "x"}, idempotency_key="mine")
    keys = [request.headers["Idempotency-Key"] for request in transport.seen]
    assert len(set(keys)) == 4
    assert keys[3] == "mine"


def test_pauses_grow_and_are_never_shorter_than_the_service_asks(pauses: list[float]) -> None:
    with Tejido("http://tejido.example", transport=Flaky(GATEWAY), retries=6) as api, pytest.raises(Problem) as raised:
        api.about()
    assert (raised.value.status, raised.value.kind) == (502, "about:blank")
    assert len(pauses) == 6
    for number, pause in enumerate(pauses):
        assert 0.25 * 2**number <= pause <= 0.5 * 2**number
    del pauses[:]
    with (
        Tejido("http://tejido.example", transport=Flaky(LIMITED), retries=2) as api,
        pytest.raises(TooManyRequests) as refused,
    ):
        api.about()
    assert refused.value.retry_after == 3
    assert pauses == [3, 3]


def test_retry_after_may_be_a_moment(pauses: list[float]) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    transport = Flaky(httpx.Response(503, headers={"Retry-After": moment}), ABOUT)
    with Tejido("http://tejido.example", transport=transport) as api:
        api.about()
    assert 20 < pauses[0] <= 30


def test_who_is_asked_to_wait_for_too_long_is_told_at_once(pauses: list[float]) -> None:
    transport = Flaky(problem(503, "busy", Retry_After="3600"))
    with (
        Tejido("http://tejido.example", transport=transport, retries=Retries(longest=10)) as api,
        pytest.raises(Unavailable) as raised,
    ):
        api.about()
    assert (raised.value.retry_after, len(transport.seen), pauses) == (3600, 1, [])


def test_a_service_that_is_not_there_is_not_reached(pauses: list[float]) -> None:
    with Tejido("http://127.0.0.1:1") as api, pytest.raises(NotReached, match=r"127\.0\.0\.1 did not answer") as raised:
        api.about()
    assert isinstance(raised.value.__cause__, httpx.ConnectError)
    assert len(pauses) == 4


def test_the_client_for_asyncio_does_the_same(pauses: list[float]) -> None:
    transport = Flaky(LOST, LIMITED, ABOUT)

    async def ask() -> object:
        async with AsyncTejido("http://tejido.example", transport=transport) as api:
            return await api.about()

    assert asyncio.run(ask()) == {"service": "tejido"}
    assert len(transport.seen) == 3
    assert pauses[1] == 3


def test_what_is_not_json_is_told_as_such() -> None:
    with (
        Tejido("http://tejido.example", transport=Flaky(httpx.Response(200, text="<html>"))) as api,
        pytest.raises(TejidoError, match="is it a Tejido service"),
    ):
        api.about()


def test_an_empty_list_of_alternatives_is_no_filter() -> None:
    transport = Flaky(ABOUT)
    with Tejido("http://tejido.example", transport=transport) as api:
        with pytest.raises(ValueError, match="state: there is nothing"):
            list(api.projects.list(state=[]))
        with pytest.raises(ValueError, match="state: there is nothing"):
            api.networks.coalitions(state=())
    assert transport.seen == []


def test_an_id_is_one_part_of_an_address() -> None:
    transport = Flaky(RECORD)
    with Tejido("http://tejido.example", transport=transport) as api:
        for missing in ("", ".", ".."):
            with pytest.raises(ValueError, match="an id is missing"):
                api.topics.get(missing)
        api.topics.get("a/b?c#d")
    assert [str(request.url) for request in transport.seen] == ["http://tejido.example/v1/topics/a%2Fb%3Fc%23d"]


def test_a_service_may_stand_below_another_address() -> None:
    transport = Flaky(ABOUT)
    with Tejido("http://example.org/tejido/", transport=transport) as api:
        api.get("/v1/topics/x?as_of=v3", include="citations")
    assert str(transport.seen[0].url) == "http://example.org/tejido/v1/topics/x?as_of=v3&include=citations"


def test_limits_of_the_service_only_slow_the_client_down(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'tejido.db'}"
    with Server(url, tmp_path, seed="true", rate_limit_reads="3/second") as server, Tejido(server.address) as api:
        # On a slow machine a second passes before the fourth.
        for _ in range(1000):
            assert api.states.get("MX-NLE")["id"] == "MX-NLE"
            if " 429" in server.log:
                return
        raise AssertionError("never limited")
