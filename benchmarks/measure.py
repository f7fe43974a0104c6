"""Times of ours and of its peers, taken in turn in one process, and what becomes of them in a row of the table."""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, Literal

__all__ = ["Bound", "Outcome", "Peer", "Unit", "at_least", "at_most", "compare", "of_this_process", "once", "times"]

_STATUS = Path("/proc/self/status")

Call = Callable[[], Any]
Unit = Literal["s", "B", "count"]


@dataclass(frozen=True)
class Bound:
    """What a ratio must reach."""

    least: bool
    """Whether the peer's number is at least `ratio` times ours; else ours is at most `ratio` times the peer's."""
    ratio: float

    def of(self, ours: float, peer: float) -> float:
        """The ratio that is bound: how many times better, or how many times as much."""
        return peer / ours if self.least else ours / peer

    def met(self, ours: float, peer: float) -> bool:
        """Whether the ratio reaches the bound."""
        ratio = self.of(ours, peer)
        return ratio >= self.ratio if self.least else ratio <= self.ratio

    def __str__(self) -> str:
        """As the issue writes it."""
        return f"{'≥' if self.least else '≤'} {self.ratio:g} ×"


def at_least(ratio: float) -> Bound:
    """The peer needs so many times what ours needs, or more."""
    return Bound(least=True, ratio=ratio)


def at_most(ratio: float) -> Bound:
    """Ours needs so many times what the peer needs, or less."""
    return Bound(least=False, ratio=ratio)


@dataclass(frozen=True)
class Peer:
    """Something that does the same work."""

    name: str
    call: Call
    bound: Bound | None
    """None: measured for the reader's sake."""
    runs: int | None = None
    """How often; None: as often as ours. One run has no run before it to warm up."""
    scale: float = 1
    """What its time is multiplied by, where it does only a part of the work; `note` says so."""
    note: str = ""


@dataclass(frozen=True)
class Outcome:
    """One row of the table: best times (or bytes) of ours and of a peer; None where there is nothing to measure yet."""

    work: str
    data: str
    peer: str
    ours: float | None
    theirs: float | None
    bound: Bound | None
    unit: Unit = "s"
    ours_median: float | None = None
    theirs_median: float | None = None
    runs: tuple[int, int] = (0, 0)
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The ratio that the bound speaks of, or how many times better ours is."""
        if self.ours is None or self.theirs is None:
            return None
        return (self.bound or at_least(1)).of(self.ours, self.theirs)

    @property
    def met(self) -> bool | None:
        """Whether the bound is met; None where there is none, or nothing was measured."""
        if self.bound is None or self.ours is None or self.theirs is None:
            return None
        return self.bound.met(self.ours, self.theirs)

    def plain(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Outcome":
        """From what `plain` gave."""
        bound = None if plain["bound"] is None else Bound(**plain["bound"])
        return cls(**{**plain, "bound": bound, "runs": tuple(plain["runs"])})


def compare(
    work: str,
    data: str,
    ours: Call,
    peers: Sequence[Peer],
    *,
    runs: int = 5,
    same: Callable[[Any], Any] | None = None,
    note: str = "",
) -> list[Outcome]:
    """Measure ours and its peers in turn; one outcome a peer.

    `same` makes of an answer what must be equal in all. Where ours raises NotImplementedError, only the peers are
    measured, and the outcome says what is missing.
    """
    missing = ""
    try:
        ours()
    except NotImplementedError as error:
        missing = f"not measured: {error}"
    mine = [] if missing else [(ours, runs)]
    taken, answers = times([*mine, *((peer.call, peer.runs or runs) for peer in peers)], same or _nothing)
    if any(answer != answers[0] for answer in answers):
        raise AssertionError(f"{work}: the answers differ: {answers}")
    mine_taken = [] if missing else taken.pop(0)
    outcomes = []
    for peer, found in zip(peers, taken, strict=True):
        scaled = [one * peer.scale for one in found]
        outcomes.append(
            Outcome(
                work=work,
                data=data,
                peer=peer.name,
                ours=min(mine_taken, default=None),
                theirs=min(scaled),
                bound=peer.bound,
                ours_median=median(mine_taken) if mine_taken else None,
                theirs_median=median(scaled),
                runs=(len(mine_taken), len(scaled)),
                note="; ".join(one for one in (missing, peer.note and f"{peer.name}: {peer.note}", note) if one),
            )
        )
    return outcomes


def times(calls: Sequence[tuple[Call, int]], key: Callable[[Any], Any]) -> tuple[list[list[float]], list[Any]]:
    """Seconds of each run of each call, the calls in turn, and what `key` makes of the answer of each call's first run.

    Collection of garbage waits between runs. A call that runs more than once runs once before, untimed.
    """
    found: list[list[float]] = [[] for _ in calls]
    answers: list[Any] = [None] * len(calls)
    gc.collect()
    # What is there before a run need not be looked at again after it.
    gc.freeze()
    try:
        for turn in range(-1, max(runs for _, runs in calls)):
            for place, (call, runs) in enumerate(calls):
                if turn >= runs or (turn < 0 and runs == 1):
                    continue
                seconds, answer = _timed(call)
                if turn >= 0:
                    found[place].append(seconds)
                if turn == 0:
                    answers[place] = key(answer)
                del answer
    finally:
        gc.unfreeze()
    return found, answers


def _timed(call: Call) -> tuple[float, Any]:
    gc.collect()
    gc.disable()
    try:
        began = time.perf_counter()
        answer = call()
        return time.perf_counter() - began, answer
    finally:
        gc.enable()


def _nothing(_answer: Any) -> None:
    """No answer is compared with another."""


def of_this_process(field: str) -> int:
    """A field of `/proc/self/status` in bytes: `VmRSS`, `VmHWM`. NotImplementedError where there is no such file."""
    if not _STATUS.exists():
        raise NotImplementedError("the system does not tell it where Linux does")
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise KeyError(field)


def once(make: Call) -> Call:
    """A call that makes something the first time and gives the same afterwards."""
    made: list[Any] = []

    def call() -> Any:
        if not made:
            made.append(make())
        return made[0]

    return call
