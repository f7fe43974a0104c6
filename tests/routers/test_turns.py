"""Reads that take turns: one at a time, but for one that takes long."""

import asyncio
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import anyio
import pytest
from fastapi import Request, Response

from app.problems import Problem
from app.routers import common
from app.routers.common import in_turn


def request_of(turns: float = 1) -> Request:
    """A request of a service in which so many read at a time."""
    state = SimpleNamespace(turns=anyio.CapacityLimiter(turns))
    return cast("Request", SimpleNamespace(app=SimpleNamespace(state=state)))


class Readers:
    """Counts how many read at a time."""

    def __init__(self, work: Callable[[str], None]) -> None:
        self.most = self.present = 0
        self._lock = threading.Lock()
        self._work = work

    def read(self, request: Request, name: str) -> Response:
        """Do the work."""
        with self._lock:
            self.present += 1
            self.most = max(self.most, self.present)
        try:
            self._work(name)
        finally:
            with self._lock:
                self.present -= 1
        return Response(name)


async def all_of(endpoint: Callable[..., Any], request: Request, names: list[str]) -> list[Any]:
    return await asyncio.gather(*(endpoint(request=request, name=name) for name in names), return_exceptions=True)


@pytest.mark.parametrize(("turns", "most"), [(1, 1), (float("inf"), 8)])
def test_so_many_read_at_a_time(turns: float, most: int) -> None:
    async def run() -> list[Any]:
        return await all_of(in_turn(readers.read), request_of(turns), list("abcdefgh"))

    def work(_: str) -> None:
        gate.wait()

    gate = threading.Barrier(most, timeout=30)
    readers = Readers(work)
    assert [one.body for one in asyncio.run(run())] == [one.encode() for one in "abcdefgh"]
    assert readers.most == most


def test_who_has_waited_for_a_while_reads_beside_one_that_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "_TURN_SECONDS", 0.01)
    others_are_done = threading.Event()

    def work(name: str) -> None:
        if name == "long":
            assert others_are_done.wait(30)

    async def run() -> None:
        request, endpoint = request_of(), in_turn(Readers(work).read)
        long = asyncio.create_task(endpoint(request=request, name="long"))
        await asyncio.sleep(0)
        assert [one.body for one in await all_of(endpoint, request, ["a", "b"])] == [b"a", b"b"]
        others_are_done.set()
        assert (await long).body == b"long"
        assert request.app.state.turns.borrowed_tokens == 0

    asyncio.run(run())


def test_a_turn_ends_with_a_problem_and_with_a_client_that_goes_away() -> None:
    may_end = threading.Event()

    def work(name: str) -> None:
        if name == "wrong":
            raise Problem("not-found", "It is not there.")
        assert may_end.wait(30)

    async def run() -> None:
        request, endpoint = request_of(), in_turn(Readers(work).read)
        assert isinstance((await all_of(endpoint, request, ["wrong"]))[0], Problem)
        asked = [asyncio.create_task(endpoint(request=request, name="gone")) for _ in range(2)]
        await asyncio.sleep(0.001)
        for one in asked:
            one.cancel()
        # Before that none of them can be done.
        may_end.set()
        assert all(
            isinstance(one, asyncio.CancelledError) for one in await asyncio.gather(*asked, return_exceptions=True)
        )
        assert request.app.state.turns.borrowed_tokens == 0
        assert (await endpoint(request=request, name="after")).body == b"after"

    asyncio.run(run())
