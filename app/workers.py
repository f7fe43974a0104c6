"""Worker processes for heavy work: one job each, killed when it takes too long or when nobody waits for it any more.

A kernel of scipy or NetworKit cannot be interrupted, computes reproducibly only in one thread, and slows every other
request while it holds the interpreter lock. A process of its own can be killed at any moment, is told by its
environment to compute in one thread, and has a bound on its memory. None is started before the first job asks for one.

Not multiprocessing: its children import the server's main module and with it the whole application, get no environment
of their own, and come with a process that tracks resources; its pools cannot kill one worker. Not fork: the server has
threads. So a worker is a fresh interpreter at the other end of a socket, and imports only what its jobs refer to.
"""

import faulthandler
import functools
import logging
import os
import pickle
import resource as limits
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar, cast

__all__ = ["AbandonedError", "BusyError", "DeadlineError", "Resource", "WorkerDiedError", "Workers"]

T = TypeVar("T")
Check = Callable[[], None]

log = logging.getLogger("tejido")

_TICK = 0.05
"""Seconds between two looks at the clock while nothing comes from a worker."""
_LENGTH = 8
"""Bytes in front of every message that say how long it is."""
_KEPT = 2
"""How many resources a worker keeps open: the present data, and one that is asked for beside it."""
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "VECLIB_MAXIMUM_THREADS": "1"}
_PROGRAM = """\
import sys
descriptor, memory, seconds, *sys.path = sys.argv[1:]
from app.workers import serve
serve(int(descriptor), int(memory), float(seconds))
"""


class DeadlineError(Exception):
    """The job was not done in time; it was killed, or never began."""


class AbandonedError(Exception):
    """Nobody waits for the job any more; it was killed, or never began."""


class BusyError(Exception):
    """As many jobs wait as may, or the pool is closed."""


class WorkerDiedError(Exception):
    """The worker process ended in the middle of the job, or could not be started."""


@dataclass(frozen=True)
class Resource:
    """Something that many jobs read and that is too large to send with each: a worker opens it once and keeps it.

    Two resources with the same `key` are the same. `opener` is a callable that a worker can import; it gets `folder`.
    """

    key: Hashable
    opener: Callable[[Path], Any]
    folder: Path


_OUTCOMES: dict[type[Exception], str] = {
    BusyError: "refused",
    DeadlineError: "late",
    AbandonedError: "abandoned",
    WorkerDiedError: "died",
    MemoryError: "memory",
}
"""What a job is counted as that raised this; any other is `failed`."""


def _never() -> bool:
    return False


class Workers:
    """A pool of worker processes. Its methods may be called from any thread, but block: not from an event loop."""

    def __init__(self, processes: int, deadline: float, *, waiting: int = 16, memory: int = 2_000_000_000) -> None:
        """`deadline` is in seconds for each job, `waiting` how many may wait, `memory` in bytes for each process."""
        self._deadline = deadline
        self._waiting = waiting
        self._size = processes
        # Taken from the end, so that a process which runs is used before another is started.
        self._idle = [_Worker(memory, deadline) for _ in range(processes)]
        self._line: deque[object] = deque()
        self._closed = False
        self._changed = threading.Condition()
        self.outcomes: Counter[str] = Counter()
        """`done`, `failed`, `refused`, `late`, `abandoned`, `died` or `memory` -> how many jobs ended so."""

    @property
    def running(self) -> int:
        """How many jobs are in a worker process."""
        return self._size - len(self._idle)

    @property
    def waiting(self) -> int:
        """How many jobs wait for one."""
        return len(self._line)

    def run(
        self,
        function: Callable[..., T],
        /,
        *args: Any,
        resource: Resource | None = None,
        cancelled: Callable[[], bool] = _never,
    ) -> T:
        """The result of `function(*args)`, or of `function(opened resource, *args)`, from a worker process.

        `function` is one that a worker can import (or a `functools.partial` of one); arguments and result are pickled.
        Waiting for a free worker counts towards the deadline. `cancelled` is asked every 50 ms.

        Raises
        ------
        BusyError, DeadlineError, AbandonedError, WorkerDiedError
            As they say.
        Exception
            What the function raised, with its attributes, and the worker's traceback as a note. After a `MemoryError`
            (the worker needed more than it may have) the next job gets a fresh process.
        """
        end = time.monotonic() + self._deadline

        def check() -> None:
            if self._closed:
                raise BusyError("the pool is closed")
            if cancelled():
                raise AbandonedError("nobody waits for the result")
            if time.monotonic() >= end:
                raise DeadlineError(f"not done after {self._deadline:g} seconds")

        job = pickle.dumps((function, args, resource), protocol=5)
        with self._counted():
            return cast("T", self._asked(_name(function), job, check))

    def _asked(self, name: str, job: bytes, check: Check) -> Any:
        """What a worker answers to a job."""
        worker = self._take(check)
        healthy = False
        try:
            succeeded, result = pickle.loads(worker.ask(job, check))  # noqa: S301 - from our own child
            failure = None if succeeded else _rebuilt(*result)
            healthy = not isinstance(failure, MemoryError)
        except (DeadlineError, AbandonedError) as error:
            log.warning("killed %s: %s", name, error)
            raise
        except (EOFError, OSError) as error:
            code = worker.exit_code()
            log.error("the worker of %s died: exit code %s, %r", name, code, error)
            raise WorkerDiedError(f"the worker process ended with exit code {code}") from error
        finally:
            if not healthy:
                worker.end()
            self._give_back(worker)
        if failure is not None:
            raise failure
        return result

    @contextmanager
    def _counted(self) -> Iterator[None]:
        outcome = "done"
        try:
            yield
        except Exception as error:
            outcome = next((word for kind, word in _OUTCOMES.items() if isinstance(error, kind)), "failed")
            raise
        finally:
            with self._changed:
                self.outcomes[outcome] += 1

    def close(self) -> None:
        """End every process, whatever it does; jobs that run or wait, and later ones, get a BusyError."""
        with self._changed:
            self._closed = True
            while len(self._idle) < self._size:
                self._changed.wait()
            for worker in self._idle:
                worker.end()

    def _take(self, check: Check) -> "_Worker":
        """A free worker, first come first served."""
        place = object()
        with self._changed:
            if not self._idle and len(self._line) >= self._waiting:
                raise BusyError(f"{len(self._line)} jobs wait already")
            self._line.append(place)
            try:
                check()
                while not self._idle or self._line[0] is not place:
                    self._changed.wait(_TICK)
                    check()
                return self._idle.pop()
            finally:
                self._line.remove(place)
                self._changed.notify_all()

    def _give_back(self, worker: "_Worker") -> None:
        with self._changed:
            self._idle.append(worker)
            self._changed.notify_all()


class _Worker:
    """One process and our end of the socket to it. Used by one thread at a time."""

    def __init__(self, memory: int, seconds: float) -> None:
        self._bounds = (str(memory), str(seconds))
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None

    def ask(self, job: bytes, check: Check) -> bytearray:
        """The answer to a job, from a process that is started if none runs. `check` is called often, and may raise."""
        channel = self._channel
        if channel is None or self._process is None or self._process.poll() is not None:
            self.end()
            channel = self._start()
        _send(channel, job, check)
        return _receive(channel, check)

    def exit_code(self) -> int | None:
        """How the process ended (negative: by that signal); None where it never began, or still runs."""
        if self._process is not None:
            # Its socket closes a moment before it is gone.
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
            return self._process.returncode
        return None

    def end(self) -> None:
        """Kill the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._channel is not None:
            self._channel.close()
        self._process = self._channel = None

    def _start(self) -> socket.socket:
        self._channel, theirs = socket.socketpair()
        self._channel.settimeout(_TICK)
        with theirs:
            descriptor = theirs.fileno()
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter, and arguments of our own
                [sys.executable, "-c", _PROGRAM, str(descriptor), *self._bounds, *sys.path],
                stdin=subprocess.DEVNULL,
                pass_fds=[descriptor],
                env=os.environ | _ONE_THREAD,
                # Not in the group that a terminal interrupts: the server decides when its workers end.
                start_new_session=True,
            )
        return self._channel


def _send(channel: socket.socket, message: bytes, check: Check) -> None:
    for part in (len(message).to_bytes(_LENGTH, "big"), message):
        rest = memoryview(part)
        while rest:
            check()
            with suppress(TimeoutError):
                rest = rest[channel.send(rest) :]


def _receive(channel: socket.socket, check: Check) -> bytearray:
    return _exactly(channel, int.from_bytes(_exactly(channel, _LENGTH, check), "big"), check)


def _exactly(channel: socket.socket, size: int, check: Check) -> bytearray:
    message = bytearray(size)
    rest = memoryview(message)
    while rest:
        check()
        with suppress(TimeoutError):
            count = channel.recv_into(rest)
            if not count:
                raise EOFError("the other end is closed")
            rest = rest[count:]
    return message


def _name(function: Callable[..., Any]) -> str:
    while isinstance(function, functools.partial):
        function = function.func
    return str(getattr(function, "__qualname__", function))


def _rebuilt(kind: type[Exception], args: tuple[Any, ...], state: dict[str, Any]) -> Exception:
    # Not by calling it, as pickle does: an __init__ of its own seldom takes what it has handed on.
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


# What runs in the worker process


def serve(descriptor: int, memory: int, seconds: float) -> None:
    """The life of a worker: answer one job after the other, and end with the server, however that ends."""
    for word in (signal.SIGINT, signal.SIGTERM):
        signal.signal(word, signal.SIG_IGN)
    if sys.stderr is not None:
        faulthandler.enable()
    _bound(limits.RLIMIT_CORE, 0)
    if sys.platform == "linux":
        # The memory of its own; RLIMIT_AS would count mapped files too. Other systems do not hold to either.
        _bound(limits.RLIMIT_DATA, memory)
        # If the machine runs out of memory before that, a worker should go, not the server or the database.
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")
    channel = socket.socket(fileno=descriptor)
    jobs: SimpleQueue[bytearray] = SimpleQueue()
    threading.Thread(target=_listen, args=(channel, jobs), daemon=True).start()
    opened: OrderedDict[Hashable, Any] = OrderedDict()
    while True:
        job = jobs.get()
        # In one thread no more processor time passes than time. The server kills first; but if it is gone, and the
        # job never gives the interpreter lock to the thread that would notice, this ends the worker.
        _bound(limits.RLIMIT_CPU, int(time.process_time() + seconds) + 1)
        _send(channel, _outcome(job, opened), _go_on)


def _bound(what: int, soft: int) -> None:
    _, hard = limits.getrlimit(what)
    limits.setrlimit(what, (soft if hard == limits.RLIM_INFINITY else min(soft, hard), hard))


def _go_on() -> None:
    """Nothing keeps a worker from sending and receiving."""


def _listen(channel: socket.socket, jobs: "SimpleQueue[bytearray]") -> None:
    """Take jobs as they come, and end the process when the server has closed its end, even in the middle of a job."""
    with suppress(OSError, EOFError):
        while True:
            jobs.put(_receive(channel, _go_on))
    os._exit(0)


def _outcome(job: bytearray, opened: OrderedDict[Hashable, Any]) -> bytes:
    try:
        function, args, resource = pickle.loads(job)  # noqa: S301 - from the server, which is our parent
        if resource is not None:
            args = (_open(resource, opened), *args)
        return pickle.dumps((True, function(*args)), protocol=5)
    except MemoryError:
        pass  # answered outside, where its traceback no longer holds what was too large
    except Exception as error:  # noqa: BLE001 - whatever it is, it goes to the one who asked
        return _failure(error)
    return pickle.dumps((False, (MemoryError, (), {})), protocol=5)


def _failure(error: Exception) -> bytes:
    error.add_note("In the worker process:\n" + "".join(traceback.format_exception(error)))
    with suppress(Exception):
        # Not `error.args`, in which an OSError's file is missing.
        return pickle.dumps((False, (type(error), error.__reduce__()[1], error.__dict__)), protocol=5)
    replacement = f"{type(error).__qualname__}: {error}"
    return pickle.dumps((False, (RuntimeError, (replacement,), {"__notes__": error.__notes__})), protocol=5)


def _open(resource: Resource, opened: OrderedDict[Hashable, Any]) -> Any:
    """The resource as its opener gave it, from those kept if it is among them."""
    if resource.key not in opened:
        # First make room, so that no more than so many ever stand in memory.
        while len(opened) >= _KEPT:
            opened.popitem(last=False)
        opened[resource.key] = resource.opener(resource.folder)
    opened.move_to_end(resource.key)
    return opened[resource.key]
