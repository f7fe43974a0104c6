"""Ten minutes of reading and writing: whether the process grows."""

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import httpx

from benchmarks.data import Size
from benchmarks.filters import common_filter
from benchmarks.generate import SIZES, database, folder
from benchmarks.measure import Outcome, Unit, at_most
from benchmarks.peers.serving import served
from benchmarks.rows.writing import key_for
from benchmarks.wrk import LIMITLESS, fetched, wrk

SIZE = SIZES["middle"]
_MINUTES = 10
_SMALL_MINUTES = 0.2
_NAMES = ("memory", "open files", "threads")
_PAUSE = 0.5
"""Seconds between two writes."""
_WARM = 0.3
"""The part of the time that is for warming up."""


class _State(NamedTuple):
    """What a process has."""

    memory: int
    open_files: int
    threads: int


def measure(size: Size) -> list[Outcome]:
    """The most that was seen in the last tenth beside the most in the tenth after warming up."""
    seconds = 60 * (_MINUTES if size == SIZE else _SMALL_MINUTES)
    with TemporaryDirectory(dir=folder()) as scratch:
        file = Path(scratch) / "soaked.db"
        shutil.copyfile(database(size), file)
        key, wanted = key_for(file), common_filter(file)
        paths = [
            "/v1/organizations?limit=50",
            f"/v1/projects?topic={wanted.topic}&limit=20",
            f"/v1/projects?state={wanted.state}&format=csv&limit=100",
            f"/v1/states/{wanted.state}",
            "/v1/search?q=fondo",
            "/v1/changes?limit=20",
            f"/v1/networks/funder-partner-state?{wanted}",
            f"/v1/networks/coalitions?tie=topic&{wanted}&max_edges=500",
            f"/v1/networks/coverage?by=topic&{wanted}",
        ]
        limits = {"TEJIDO_RATE_LIMIT_READS": LIMITLESS, "TEJIDO_RATE_LIMIT_WRITES": LIMITLESS}
        own = {"TEJIDO_DATABASE_URL": f"sqlite:///{file}", **limits, "TEJIDO_REQUESTS_AT_ONCE": "1000"}
        with served("ours", own) as server:
            headers = {"Authorization": f"Bearer {key}"}
            with httpx.Client(base_url=server.address, headers=headers, timeout=60) as client:
                for path in paths:
                    fetched(client, path)
                with ThreadPoolExecutor(1) as pool:
                    reading = pool.submit(
                        wrk, server.address, seconds=seconds, connections=8, paths=paths, folder=Path(scratch)
                    )
                    states = _watched(client, server.process, seconds - 1)
                    reading.result()
    tenth = len(states) // 10
    warm = int(len(states) * _WARM)
    first, last = states[warm : warm + tenth], states[-tenth:]
    data = f"{size}; {seconds / 60:g} minutes, 8 readers of nine kinds, a write each half second"
    note = "the first three tenths are for warming up"

    def outcome(place: int, unit: Unit, most: float) -> Outcome:
        work = f"{_NAMES[place]} of the process at the end"
        before, after = (max(state[place] for state in part) for part in (first, last))
        return Outcome(work, data, "the same after warming up", after, before, at_most(most), unit=unit, note=note)

    return [outcome(0, "B", 1.05), outcome(1, "count", 1.05), outcome(2, "count", 1.05)]


def _watched(client: httpx.Client, process: int, seconds: float) -> list[_State]:
    """What the process has, every half second, with a write each time."""
    found: list[_State] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        body = {"label_en": f"soaked {len(found)}", "label_es": f"soaked {len(found)}"}
        client.post("/v1/topics", json=body).raise_for_status()
        found.append(_state(Path(f"/proc/{process}")))
        time.sleep(_PAUSE)
    return found


def _state(process: Path) -> _State:
    told = dict(line.split(":", 1) for line in (process / "status").read_text(encoding="ascii").splitlines())
    memory = int(told["VmRSS"].split()[0]) * 1024
    return _State(memory, sum(1 for _ in (process / "fd").iterdir()), int(told["Threads"]))
