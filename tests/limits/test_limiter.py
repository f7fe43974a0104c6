"""Counting: exact, bounded, and never a reason to fail."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import takewhile
from socket import create_server
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app import limiting
from app.limiting import Hit, Limiter, address_group
from app.settings import Settings
from tests.support.ports import free_port
from tests.support.redis import redis_server

PATIENCE = 60


class Clock:
    """A time that passes only when it is told to."""

    def __init__(self, now: float = 1_000_000_020.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def test_a_window_lets_through_what_it_says_and_tells_what_is_left() -> None:
    clock = Clock()
    limiter = Limiter(clock=clock)
    first = [limiter.hit("3/minute", "reads", "a") for _ in range(4)]
    assert [hit.allowed for hit in first] == [True, True, True, False]
    assert [hit.remaining for hit in first] == [2, 1, 0, 0]
    assert [(hit.limit, hit.window, hit.reset, hit.counted) for hit in first] == [
        (3, 60, 60 - 1_000_000_020 % 60, True)
    ] * 4
    assert limiter.hit("3/minute", "reads", "b").remaining == 2
    assert limiter.hit("3/minute", "writes", "a").remaining == 2
    clock.now += first[-1].retry_after - 1
    assert not limiter.hit("3/minute", "reads", "a").allowed
    clock.now += 1
    assert limiter.hit("3/minute", "reads", "a").allowed


def test_the_window_slides_so_that_its_edge_does_not_let_twice_as_much_through() -> None:
    clock = Clock(60 * 1000 - 1)
    limiter = Limiter(clock=clock)
    assert sum(limiter.hit("100/minute", "a").allowed for _ in range(200)) == 100
    clock.now += 2
    assert sum(limiter.hit("100/minute", "a").allowed for _ in range(200)) == 2
    clock.now += 29
    assert sum(limiter.hit("100/minute", "a").allowed for _ in range(200)) == 48


steps = st.lists(st.floats(0, 130, allow_nan=False), min_size=1, max_size=40)


@settings(max_examples=200, deadline=None)
@given(limit=st.integers(1, 8), seconds=st.sampled_from([1, 7, 60]), waits=steps, start=st.floats(0, 1e9))
def test_who_waits_as_long_as_told_is_let_through_and_not_before(
    limit: int, seconds: int, waits: list[float], start: float
) -> None:
    clock, text = Clock(start), f"{limit}/{seconds} seconds"
    limiter = Limiter(clock=clock)
    for wait in waits:
        clock.now += wait * seconds / 60
        hit = limiter.hit(text, "a")
        assert 0 <= hit.remaining < limit
        assert 0 <= hit.reset <= 2 * seconds
        if not hit.allowed:
            told = clock.now
            clock.now = told + hit.reset - 0.01 * seconds
            assert hit.reset < 0.01 * seconds or not limiter.hit(text, "a").allowed
            clock.now = told + hit.retry_after
            assert limiter.hit(text, "a").allowed


def test_two_limiters_with_one_clock_say_the_same() -> None:
    clock = Clock()
    one, other = Limiter(clock=clock), Limiter(clock=clock)
    for _ in range(20):
        clock.now += 7.3
        assert one.hit("5/minute", "a").fields("reads") == other.hit("5/minute", "a").fields("reads")


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    clock = Clock()
    limiter = Limiter(clock=clock)
    assert [limiter.hit("1/minute", "a").allowed for _ in range(2)] == [True, False]
    clock.now -= 86400
    assert limiter.hit("1/minute", "a").allowed


def test_callers_who_are_gone_are_forgotten_and_their_number_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    limiter = Limiter(clock=clock)
    callers = limiter._counters._rows  # type: ignore[attr-defined]
    for number in range(500):
        limiter.hit("5/minute", str(number))
    assert len(callers[5, 60]) == 500
    clock.now += 121
    limiter.hit("5/minute", "0")
    assert len(callers[5, 60]) == 1
    monkeypatch.setattr(limiting, "_MOST_IDENTITIES", 100)
    for number in range(500):
        limiter.hit("5/minute", str(number))
    assert len(callers[5, 60]) == 100
    assert limiter.hit("5/minute", "499").remaining == 3


def test_threads_at_once_do_not_get_more_than_there_is() -> None:
    limiter = Limiter(clock=Clock())
    with ThreadPoolExecutor(8) as pool:
        hits = list(pool.map(lambda _: limiter.hit("100/minute", "a"), range(1000)))
    assert sum(hit.allowed for hit in hits) == 100


@pytest.mark.parametrize(
    "limit", ["", "x", "0/minute", "5/fortnight", "1/minute;5/hour", "-1/minute", "9" * 12 + "/day", "1/9 years"]
)
def test_a_limit_that_is_none_stops_the_service_at_the_start(limit: str) -> None:
    if not limit:
        assert Settings(rate_limit_reads=limit).rate_limit_reads == ""
        return
    with pytest.raises(ValidationError, match="300/minute"):
        Settings(rate_limit_reads=limit)


@pytest.mark.parametrize("url", ["", "memory", "mongodb://x", "redis", "redis://host:port/0", "async+redis://x"])
def test_a_storage_that_cannot_be_stops_the_service_at_the_start(url: str) -> None:
    with pytest.raises(ValidationError, match="Redis"):
        Settings(rate_limit_storage=url)


def test_addresses_of_one_household_are_one() -> None:
    assert address_group("203.0.113.5") == "203.0.113.5"
    assert address_group("::ffff:203.0.113.5") == "203.0.113.5"
    assert address_group("2001:db8:1:2:3::4") == address_group("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert address_group("2001:db8:1:3::1") != address_group("2001:db8:1:2::1")
    assert address_group("fe80::1%eth0") == "fe80::/64"
    assert {address_group(other) for other in (None, "", "testclient", "1.2.3", "x" * 10_000)} == {"unknown"}


# --- a storage across the network ----------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A storage that answers has more time for it than it needs on a machine that is busy with other things."""
    for name in ("_PATIENCE", "_DEADLINE"):
        monkeypatch.setattr(limiting, name, float(PATIENCE))


@pytest.fixture
def remote() -> Iterator[Callable[[str], Limiter]]:
    """Makes limiters on a storage across the network."""
    with ExitStack() as open_ones:

        def make(url: str) -> Limiter:
            limiter = Limiter(url)
            open_ones.callback(limiter.close)
            return limiter

        yield make


def test_two_processes_count_together_in_redis(remote: Callable[[str], Limiter]) -> None:
    with redis_server() as url:
        one, other = remote(url), remote(Settings(rate_limit_storage=url).rate_limit_storage)
        hits = [limiter.hit("5/minute", "a") for limiter in (one, other, one, other, one, other)]
        assert [hit.allowed for hit in hits] == [True] * 5 + [False]
        assert [hit.remaining for hit in hits] == [4, 3, 2, 1, 0, 0]
        assert all(0 < hit.reset <= 60 and hit.counted for hit in hits)
        # On a slow machine two seconds pass before the third.
        allowed = takewhile(lambda _: anyio.run(one.hit_soon, "2/2 seconds", "b").allowed, range(1000))
        assert 2 <= len(list(allowed)) < 1000
        time.sleep(one.hit("2/2 seconds", "b").retry_after)
        assert one.hit("2/2 seconds", "b").allowed


def away(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.name == "tejido"]


def test_a_storage_that_is_away_fails_nothing_and_is_told_once(
    remote: Callable[[str], Limiter], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with redis_server() as url:
        limiter = remote(url)
        assert limiter.hit("5/minute", "a").counted
    monkeypatch.setattr(limiting, "_REST", 0.0)
    with caplog.at_level(logging.WARNING):
        hits = [limiter.hit("5/minute", "a") for _ in range(20)]
    assert all(hit == Hit(allowed=True, limit=5, window=60, remaining=5, reset=60.0, counted=False) for hit in hits)
    assert hits[0].fields("reads") == {"ratelimit-policy": '"reads";q=5;w=60'}
    assert len(away(caplog)) == 1
    monkeypatch.setattr(limiting, "_QUIET", 0.0)
    with caplog.at_level(logging.WARNING):
        limiter.hit("5/minute", "a")
    assert len(away(caplog)) == 2
    assert "127.0.0.1" not in caplog.text


def test_a_storage_that_comes_back_is_used_again(
    remote: Callable[[str], Limiter], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiting, "_REST", 600.0)
    port = free_port()
    limiter = remote(f"redis://127.0.0.1:{port}/0")
    assert not limiter.hit("5/minute", "a").counted
    with redis_server(port):
        assert not limiter.hit("5/minute", "a").counted
        # As if the time had passed.
        monkeypatch.setattr(limiter, "_asked_again", time.monotonic())
        assert limiter.hit("5/minute", "a").counted


def test_a_storage_that_never_answers_holds_up_neither_a_request_nor_the_loop(
    remote: Callable[[str], Limiter], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiting, "_PATIENCE", 0.25)
    monkeypatch.setattr(limiting, "_REST", 600.0)
    with create_server(("127.0.0.1", 0)) as silent:
        limiter = remote(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        assert limiter.hit("5/minute", "a") == limiter.hit("5/minute", "a")

        def asked(*_: object) -> None:
            raise RuntimeError("it is asked again")

        monkeypatch.setattr(limiter._counters, "count", asked)
        hits = [limiter.hit("5/minute", "a") for _ in range(1000)]
        assert {(hit.allowed, hit.counted) for hit in hits} == {(True, False)}


def test_while_a_storage_is_asked_the_loop_goes_on(
    remote: Callable[[str], Limiter], monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter = remote("redis://127.0.0.1:1/0")
    answers = threading.Event()
    monkeypatch.setattr(limiter, "hit", lambda *_: answers.wait(PATIENCE))
    found: list[Any] = []

    async def ask() -> None:
        found.append(await limiter.hit_soon("5/minute", "a"))

    async def while_waiting() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            for _ in range(5):
                await anyio.sleep(0.01)
            assert found == []
            answers.set()

    anyio.run(while_waiting)
    assert found == [True]


def test_a_name_that_is_not_resolved_in_time_holds_nothing_up(
    remote: Callable[[str], Limiter], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiting, "_DEADLINE", 0.2)
    limiter = remote("redis://127.0.0.1:1/0")
    released = threading.Event()
    monkeypatch.setattr(limiter, "hit", lambda *_: released.wait(PATIENCE))
    assert not anyio.run(limiter.hit_soon, "5/minute", "a").counted
    assert not released.is_set()
    released.set()
