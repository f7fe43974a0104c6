"""A million grants over HTTP: from the start of the process to its first answer, and networks of a filter."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from app.graph.facts import Facts
from benchmarks import ours
from benchmarks.data import Size
from benchmarks.filters import Filter, common_filter, opened
from benchmarks.generate import SIZES, database, folder
from benchmarks.measure import Outcome, at_most
from benchmarks.peers.serving import served
from benchmarks.wrk import LIMITLESS, fetched, wrk

SIZE = SIZES["large"]
_NETWORK = "/v1/networks/funder-partner-state?format=columnar&"
_PATIENCE = 300
_SECONDS = 20
_FILTERS = 30


def measure(size: Size) -> list[Outcome]:
    """Ours is what a client waits for; the peer is our own work without HTTP."""
    path = database(size)
    facts, load = _loaded(path)
    filters = _filters(path)
    kernels = [_quickest(partial(ours.filtered_network, facts, one)) for one in filters]
    del facts
    own = {"TEJIDO_DATABASE_URL": f"sqlite:///{path}", "TEJIDO_RATE_LIMIT_READS": LIMITLESS, "TEJIDO_CACHE_BYTES": "0"}
    asked = [f"{_NETWORK}{one}" for one in filters]
    began = time.perf_counter()
    with served("ours", own) as server, httpx.Client(base_url=server.address, timeout=_PATIENCE) as client:
        fetched(client, asked[0])
        cold = time.perf_counter() - began
        answers = [_quickest(partial(fetched, client, path)) for path in asked]
        with TemporaryDirectory(dir=folder()) as scratch:
            load_of = wrk(server.address, seconds=_SECONDS, connections=4, paths=asked, folder=Path(scratch))
    data = str(size)
    slowest = max(range(len(asked)), key=lambda place: answers[place] / kernels[place])
    several = f"{len(asked)} filters of a topic, a state and ten years, the one with the worst ratio"
    return [
        Outcome("start of the process to the first network", data, "the load of the columns", cold, load, at_most(3)),
        Outcome(
            "a network of a filter over HTTP, made anew, columnar", data, "its edges as arrays", answers[slowest],
            kernels[slowest], at_most(3), runs=(3, 3), note=several,
        ),
        Outcome(
            "99 of 100 such answers, asked for over 4 connections", data, "the median of the same", load_of.p99,
            load_of.median, at_most(5), note=f"{1 / load_of.seconds:.0f} answers a second",
        ),
    ]  # fmt: skip


def _loaded(path: Path) -> tuple[Facts, float]:
    began = time.perf_counter()
    facts = ours.facts_of(path)
    return facts, time.perf_counter() - began


def _filters(path: Path) -> Sequence[Filter]:
    """The commonest topic and state, and others of each."""
    first = common_filter(path)
    connection = opened(path)
    topics = connection.execute("SELECT id, pk FROM topic ORDER BY id LIMIT ?", [_FILTERS]).fetchall()
    states = connection.execute("SELECT id, pk FROM state ORDER BY id LIMIT ?", [_FILTERS]).fetchall()
    connection.close()
    others = [Filter(*topics[place % len(topics)], *states[place % len(states)]) for place in range(_FILTERS - 1)]
    return [first, *others]


def _quickest(call: Callable[[], object], runs: int = 3) -> float:
    best = float("inf")
    for _ in range(runs):
        began = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - began)
    return best
