"""Requests a second over HTTP, one server process and one client process that asks over 16 connections all the time."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from app.migrations import migrate
from app.store.database import Database
from app.store.seed import load_seed
from benchmarks.data import Size
from benchmarks.generate import SIZES, folder
from benchmarks.measure import Bound, Outcome, at_least, at_most
from benchmarks.peers.serving import served

SIZE = SIZES["middle"]
_ASKED = {
    "a record": "/v1/organizations/usaid",
    "a list of 50": "/v1/organizations?limit=50",
    "a network": "/v1/networks/funder-partner-state?state=MX-NLE",
}
_LIMITLESS = "1000000000/hour"
"""A limit that nobody reaches: each request is counted all the same."""
_RATE = re.compile(r"Requests/sec:\s+([0-9.]+)")
_WRONG = re.compile(r"Non-2xx or 3xx responses|Socket errors")
_TURNS = 4
_SECONDS = 3


def measure(size: Size) -> list[Outcome]:
    """What is kept, what the client has, and what is made anew, beside what sends the same bytes or says hello."""
    turns = _TURNS if size == SIZE else 1
    with TemporaryDirectory(dir=folder()) as scratch, ExitStack() as stack:
        database = _first_data_set(Path(scratch) / "served.db")
        own = {"TEJIDO_DATABASE_URL": database, "TEJIDO_RATE_LIMIT_READS": _LIMITLESS}
        kept = stack.enter_context(served("ours", **own))
        anew = stack.enter_context(served("ours", **own, TEJIDO_CACHE_BYTES="0"))
        hello = stack.enter_context(served("hello"))
        outcomes = []
        for name, path in _ASKED.items():
            answer = httpx.get(f"{kept}{path}", headers={"Accept-Encoding": "identity"})
            body = Path(scratch) / "body"
            body.write_bytes(answer.raise_for_status().content)
            known = f"If-None-Match: {answer.headers['ETag']}"
            with served("constant", BENCH_BODY=str(body)) as constant:
                first, again = f"{kept}{path}", f"{anew}{path}"
                times = _in_turn(turns, [(first,), (constant,), (hello,), (first, known), (again,)])
            note = f"{name} has {len(answer.content):,} bytes"
            outcomes += _outcomes(name, times, note)
    return outcomes


def _outcomes(name: str, times: Sequence[float], note: str) -> list[Outcome]:
    kept, constant, hello, known, anew = times

    def outcome(work: str, peer: str, ours: float, theirs: float, bound: Bound | None) -> Outcome:
        return Outcome(
            work, "the first data set; wrk, 16 connections", peer, ours, theirs, bound, runs=(_TURNS, _TURNS), note=note
        )

    constant_peer = "a constant of the same bytes, plain ASGI"
    return [
        outcome(f"{name}, kept", constant_peer, kept, constant, at_most(1 / 0.8)),
        outcome(f"{name}, kept", "a FastAPI route that says hello", kept, hello, at_least(2.5)),
        outcome(f"{name}, which the client has: 304", "the same, kept", known, kept, at_least(1)),
        outcome(f"{name}, made anew", constant_peer, anew, constant, None),
    ]


def _first_data_set(path: Path) -> str:
    url = f"sqlite:///{path}"
    database = Database(url)
    with database.write_schema() as connection:
        migrate(connection)
    load_seed(database)
    database.close()
    return url


def _in_turn(turns: int, asked: Sequence[Sequence[str]]) -> list[float]:
    """The best seconds a request of each, all in turn."""
    best = [float("inf")] * len(asked)
    for _ in range(turns):
        for place, (address, *headers) in enumerate(asked):
            best[place] = min(best[place], _wrk(address, headers, _SECONDS if turns > 1 else 1))
    return best


def _wrk(address: str, headers: Sequence[str], seconds: int) -> float:
    """Seconds that a request takes, as wrk counts them."""
    program = shutil.which("wrk")
    if program is None:
        raise RuntimeError("wrk is not installed (Debian: apt-get install wrk)")
    command = [program, "--threads=1", "--connections=16", f"--duration={seconds}s"]
    command += [f"--header={one}" for one in ("Accept-Encoding: identity", *headers)]
    told = subprocess.run([*command, address], stdout=subprocess.PIPE, text=True, check=True).stdout
    rate = _RATE.search(told)
    if rate is None or _WRONG.search(told):
        raise RuntimeError(told)
    return 1 / float(rate[1])
