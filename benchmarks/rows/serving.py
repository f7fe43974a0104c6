"""Requests a second over HTTP, one server process and one client process that asks over 16 connections all the time."""

import sqlite3
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import httpx

from app.migrations import migrate
from app.store.database import Database
from app.store.seed import load_seed
from benchmarks.data import Size
from benchmarks.generate import SIZES, folder
from benchmarks.measure import Bound, Outcome, at_least, at_most
from benchmarks.peers.serving import CONSTANT_FILE, DATASETTE_FILE, served
from benchmarks.wrk import LIMITLESS, wrk

SIZE = SIZES["middle"]
_ASKED = {
    "a record": "/v1/organizations/usaid",
    "a list of 50": "/v1/organizations?limit=50",
    "a network": "/v1/networks/funder-partner-state?state=MX-NLE",
}
_TURNS = 4
_SECONDS = 3


def measure(size: Size) -> list[Outcome]:
    """What is kept, what the client has, and what is made anew, beside what sends the same bytes or says hello."""
    turns = _TURNS if size == SIZE else 1
    with TemporaryDirectory(dir=folder()) as scratch, ExitStack() as stack:
        file = Path(scratch) / "served.db"
        own = {"TEJIDO_DATABASE_URL": _first_data_set(file), "TEJIDO_RATE_LIMIT_READS": LIMITLESS}
        none_kept = own | {"TEJIDO_CACHE_BYTES": "0"}
        kept = stack.enter_context(served("ours", own)).address
        anew = stack.enter_context(served("ours", none_kept)).address
        hello = stack.enter_context(served("hello")).address
        outcomes = []
        for name, path in _ASKED.items():
            answer = httpx.get(f"{kept}{path}", headers={"Accept-Encoding": "identity"})
            body = Path(scratch) / "body"
            body.write_bytes(answer.raise_for_status().content)
            known = f"If-None-Match: {answer.headers['ETag']}"
            with served("constant", {CONSTANT_FILE: str(body)}) as constant:
                first, again = f"{kept}{path}", f"{anew}{path}"
                times = _in_turn(turns, [(first,), (constant.address,), (hello,), (first, known), (again,)])
            note = f"{name} has {len(answer.content):,} bytes"
            outcomes += _outcomes(name, times, note)
        datasette = stack.enter_context(served("datasette", {DATASETTE_FILE: str(file)})).address
        outcomes += _beside_datasette(file, anew, datasette, turns)
        two = stack.enter_context(served("ours", none_kept, workers=2)).address
        path = _ASKED["a list of 50"]
        ours, theirs = _in_turn(turns, [(f"{two}{path}",), (f"{anew}{path}",)])
        note = "wrk has to share the two cores with the two processes"
        outcomes.append(_outcome("a list of 50, made anew by two processes", "one process", ours, theirs, None, note))
    return outcomes


def _beside_datasette(file: Path, anew: str, datasette: str, turns: int) -> list[Outcome]:
    """A row by its key, and fifty rows by a statement, of the same file: both servers make each answer anew."""
    with closing(sqlite3.connect(file)) as connection:
        (pk,) = connection.execute("SELECT pk FROM organization WHERE id = 'usaid'").fetchone()
    statement = urlencode({"sql": "SELECT * FROM organization ORDER BY id LIMIT 50", "_shape": "array"})
    asked = {
        "a record": f"/{file.stem}/organization/{pk}.json",
        "a list of 50": f"/{file.stem}.json?{statement}",
    }
    outcomes = []
    for name, path in asked.items():
        address = f"{datasette}{path}"
        found = len(httpx.get(address).raise_for_status().content)
        ours, theirs = _in_turn(turns, [(f"{anew}{_ASKED[name]}",), (address,)])
        note = (
            f"{name} of Datasette has {found:,} bytes: the columns of one table, without names, identifiers and states"
        )
        outcomes.append(_outcome(f"{name}, made anew", "Datasette 0.65", ours, theirs, at_least(3), note))
    return outcomes


def _outcomes(name: str, times: Sequence[float], note: str) -> list[Outcome]:
    kept, constant, hello, known, anew = times
    constant_peer = "a constant of the same bytes, plain ASGI"
    return [
        _outcome(f"{name}, kept", constant_peer, kept, constant, at_most(1 / 0.8), note),
        _outcome(f"{name}, kept", "a FastAPI route that says hello", kept, hello, at_least(2.5), note),
        _outcome(f"{name}, which the client has: 304", "the same, kept", known, kept, at_least(1), note),
        _outcome(f"{name}, made anew", constant_peer, anew, constant, None, note),
    ]


def _outcome(work: str, peer: str, ours: float, theirs: float, bound: Bound | None, note: str) -> Outcome:
    return Outcome(
        work, "the first data set; wrk, 16 connections", peer, ours, theirs, bound, runs=(_TURNS, _TURNS), note=note
    )


def _first_data_set(path: Path) -> str:
    url = f"sqlite:///{path}"
    database = Database(url)
    with database.write_schema() as connection:
        migrate(connection)
    load_seed(database)
    database.gather_statistics()
    database.close()
    return url


def _in_turn(turns: int, asked: Sequence[Sequence[str]]) -> list[float]:
    """The best seconds a request of each, all in turn."""
    best = [float("inf")] * len(asked)
    for _ in range(turns):
        for place, (address, *headers) in enumerate(asked):
            seconds = _SECONDS if turns > 1 else 1
            best[place] = min(best[place], wrk(address, headers, seconds=seconds).seconds)
    return best
