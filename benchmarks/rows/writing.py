"""Writes while others read all the time: how long they take, and that no reader is told of an error."""

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from app.access.keys import create_key
from app.access.scopes import Scope
from app.store.database import Database
from benchmarks.data import Size
from benchmarks.filters import common_filter
from benchmarks.generate import SIZES, database, folder
from benchmarks.measure import Bound, Outcome, at_most
from benchmarks.peers.serving import served
from benchmarks.wrk import LIMITLESS, fetched, wrk

SIZE = SIZES["middle"]
_READERS = 16
_SECONDS = 30
_PAUSE = 0.05
"""Seconds between two writes."""
_BOUND = 0.05
"""Seconds that a write may take."""


def measure(size: Size) -> list[Outcome]:
    """The 99th of 100 writes beside its bound, and beside the same without readers."""
    with TemporaryDirectory(dir=folder()) as scratch:
        file = Path(scratch) / "written.db"
        shutil.copyfile(database(size), file)
        url, key = f"sqlite:///{file}", key_for(file)
        wanted = common_filter(file)
        paths = [
            "/v1/organizations?limit=50",
            f"/v1/projects?topic={wanted.topic}&limit=20",
            f"/v1/states/{wanted.state}",
            "/v1/search?q=fondo",
            f"/v1/networks/funder-partner-state?format=columnar&{wanted}",
        ]
        limits = {"TEJIDO_RATE_LIMIT_READS": LIMITLESS, "TEJIDO_RATE_LIMIT_WRITES": LIMITLESS}
        own = {"TEJIDO_DATABASE_URL": url, **limits, "TEJIDO_REQUESTS_AT_ONCE": "1000"}
        with served("ours", own) as server:
            headers = {"Authorization": f"Bearer {key}"}
            with httpx.Client(base_url=server.address, headers=headers, timeout=60) as client:
                for path in paths:
                    fetched(client, path)
                alone = _written(client, "alone", _SECONDS / 3)
                with ThreadPoolExecutor(1) as pool:
                    reading = pool.submit(
                        wrk, server.address, seconds=_SECONDS, connections=_READERS, paths=paths, folder=Path(scratch)
                    )
                    beside = _written(client, "beside", _SECONDS - 2)
                    read = reading.result()
    note = f"{len(beside)} writes; {_READERS} readers had {1 / read.seconds:.0f} answers a second, and no error"
    data = f"{size}; lists, records, a search and a network are read"

    def outcome(what: str, peer: str, place: int, theirs: float, bound: Bound | None) -> Outcome:
        work = f"a write while {_READERS} read, {what}"
        return Outcome(work, data, peer, _of_hundred(beside, place), theirs, bound, note=note)

    return [
        outcome("99 of 100", "50 ms", 99, _BOUND, at_most(1)),
        outcome("the median", "the same without readers", 50, _of_hundred(alone, 50), None),
    ]


def key_for(file: Path) -> str:
    """A key that may write."""
    opened = Database(f"sqlite:///{file}")
    with opened.write_service() as connection:
        whole, _ = create_key(connection, label="bench", scopes=[Scope.write], expires_at=None, actor="bench")
    opened.close()
    return whole


def _written(client: httpx.Client, name: str, seconds: float) -> list[float]:
    """Seconds of each write, one after the other."""
    taken: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        body = {"label_en": f"{name} {len(taken)}", "label_es": f"{name} {len(taken)}"}
        began = time.perf_counter()
        client.post("/v1/topics", json=body).raise_for_status()
        taken.append(time.perf_counter() - began)
        time.sleep(_PAUSE)
    return sorted(taken)


def _of_hundred(taken: list[float], place: int) -> float:
    """What so many of a hundred are below."""
    return taken[min(len(taken) - 1, len(taken) * place // 100)]
