"""Jobs for the tests of the workers, in a module that a worker process imports quickly."""

import os
import re
import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from app.problems import Problem


class OwnError(Exception):
    """Takes other things than it hands on, as most errors with fields do."""

    def __init__(self, edges: int, *, most: int) -> None:
        super().__init__(f"{edges} edges, {most} at most")
        self.edges = edges
        self.most = most


def process_id() -> int:
    """Which worker this is."""
    return os.getpid()


def square(number: int) -> tuple[int, int]:
    """Something to check, and which worker did it."""
    time.sleep(0.02)
    return number * number, os.getpid()


def echo(value: Any) -> Any:
    """What it got."""
    return value


def sleep() -> None:
    """What gives the interpreter lock away, and does not end."""
    time.sleep(600)


def hold() -> None:
    """What never gives the interpreter lock away, and does not end."""
    re.match(r"(a*)*b", "a" * 60)


def tell_and_sleep(path: Path) -> None:
    """Write the process id into a file, and do not end."""
    _tell(path)
    time.sleep(600)


def tell_and_hold(path: Path) -> None:
    """Write the process id into a file, and do not end or let another thread run."""
    _tell(path)
    hold()


def tell_and_wait(path: Path, until: Path) -> str:
    """Write the process id into a file, and end when another file exists."""
    _tell(path)
    while not until.exists():
        time.sleep(0.02)
    return "done"


def _tell(path: Path) -> None:
    part = path.with_suffix(".part")
    part.write_text(str(os.getpid()), encoding="ascii")
    part.rename(path)


def use_memory(count: int) -> int:
    """Ask for so many bytes."""
    return len(bytearray(count))


def leave() -> NoReturn:
    """End the process in the middle of the job."""
    sys.exit(3)


def crash() -> None:
    """End the process as a failing library does, but quietly."""
    os.kill(os.getpid(), signal.SIGKILL)


def fail(kind: str) -> NoReturn:
    """Raise something of each sort."""
    if kind == "problem":
        raise Problem("unknown-id", "No such record.", errors=[{"parameter": "state", "detail": "unknown id"}])
    if kind == "own":
        raise OwnError(12, most=10)
    if kind == "file":
        raise FileNotFoundError(2, "No such file", "columns")

    class LocalError(Exception):
        """Can be named by nobody else."""

    raise LocalError("told in words")


def unsendable() -> Any:
    """A result that cannot be pickled."""
    return lambda: None


def open_numbers(folder: Path) -> Any:
    """Open an array in a file, and note that it was opened."""
    import numpy as np

    with (folder / "opened").open("a", encoding="ascii") as notes:
        notes.write(f"{os.getpid()}\n")
    return np.load(folder / "numbers.npy", mmap_mode="r")


def total(numbers: Any, times: int) -> int:
    """What the array adds up to, so many times."""
    return int(numbers.sum()) * times


def communities(edges: list[tuple[int, int]], seed: int) -> tuple[list[list[int]], int]:
    """Louvain communities, and how many threads NetworKit has."""
    import networkit  # type: ignore[import-untyped]
    import networkx as nx

    from app.graph.backend.arrays import from_networkx

    found = nx.community.louvain_communities(from_networkx(nx.Graph(edges)), seed=seed)
    return sorted(sorted(part) for part in found), networkit.getMaxNumberOfThreads()
