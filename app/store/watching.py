"""Word of new versions, whichever process made them, for all who wait for one in this process.

One thread looks at the counter while anybody waits. SQLite has nothing that tells other processes of a commit, and
PostgreSQL's LISTEN would hold a connection for each process; to read one row twice a second costs less than either.
"""

import asyncio
import logging
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import anyio
from sqlalchemy.exc import SQLAlchemyError

from app.models.tables import Reader
from app.store.database import Database

log = logging.getLogger("tejido")

_TICK = 0.4
"""Seconds between two looks at the counter."""
_THREADS = 4
"""Threads that read what is new for all who wait, so that the others are left to the requests."""
_QUIET = 60.0
"""Seconds between two lines of the log about a database that is away."""


class Waiting:
    """One who waits for versions of one class of reader, in an event loop."""

    def __init__(self, watch: "Watch", reader: Reader) -> None:
        """Made by `Watch.wait_for`."""
        self._watch = watch
        self._reader = reader
        self._loop = asyncio.get_running_loop()
        self._told = asyncio.Event()

    async def newer_than(self, ordinal: int, seconds: float) -> bool:
        """Wait for a version after this one, or for so many seconds; whether there is one."""
        self._told.clear()
        if not self._is_newer(ordinal):
            await self._rest(seconds)
        return self._is_newer(ordinal)

    async def rest(self, seconds: float) -> None:
        """Wait for so many seconds, less where a version comes or the service stops."""
        self._told.clear()
        await self._rest(seconds)

    async def _rest(self, seconds: float) -> None:
        if not self._watch.is_ending:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), seconds)

    @property
    def is_ending(self) -> bool:
        """Whether the service stops: nobody should wait any longer."""
        return self._watch.is_ending

    def _is_newer(self, ordinal: int) -> bool:
        return self._watch.ordinals.get(self._reader, -1) > ordinal

    def tell(self) -> None:
        """Say that there is something to look at; from any thread."""
        with suppress(RuntimeError):  # The loop may be closed by now.
            self._loop.call_soon_threadsafe(self._told.set)


class Watch:
    """Looks for new versions while anybody waits for one."""

    def __init__(self, database: Database, *, most: int, tick: float = _TICK) -> None:
        """At most so many may wait at a time."""
        self.ordinals: dict[Reader, int] = {}
        """The last version of each class of reader, as far as is known."""
        self.is_ending = False
        self.threads = anyio.CapacityLimiter(_THREADS)
        """Limits how many of those who wait read at a time."""
        self._database = database
        self._most = most
        self._tick = tick
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._waiting: set[Waiting] = set()
        self._thread: threading.Thread | None = None
        self._logged = 0.0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @contextmanager
    def wait_for(self, reader: Reader) -> Iterator[Waiting | None]:
        """Somebody who waits, for the length of the block; None where no more may."""
        one = Waiting(self, reader)
        with self._lock:
            is_free = len(self._waiting) < self._most and not self.is_ending
            if is_free:
                self._waiting.add(one)
                if self._thread is None:
                    self._thread = threading.Thread(target=self._look, name="tejido-changes", daemon=True)
                    self._thread.start()
        try:
            yield one if is_free else None
        finally:
            with self._lock:
                self._waiting.discard(one)

    def open(self) -> None:
        """Let others wait again, after `close`."""
        self.is_ending = False
        self._wake.clear()

    def close(self) -> None:
        """End all waiting."""
        with self._lock:
            self.is_ending = True
            thread = self._thread
        self._tell()
        self._wake.set()
        if thread is not None:
            thread.join(timeout=5)

    def _look(self) -> None:
        while True:
            with self._lock:
                if not self._waiting or self.is_ending:
                    self._thread = None
                    return
            if server_stops():
                self.is_ending = True
                self._tell()
                continue
            if self._read():
                self._tell()
            self._wake.wait(self._tick)

    def _tell(self) -> None:
        with self._lock:
            waiting = list(self._waiting)
        for one in waiting:
            one.tell()

    def _read(self) -> bool:
        """Read the counter; whether it has moved."""
        try:
            row = self._database.counter()
        except SQLAlchemyError as error:
            if time.monotonic() >= self._logged + _QUIET:
                self._logged = time.monotonic()
                log.warning("the database does not say whether anything is new", exc_info=error)
            return False
        found = {Reader.restricted: row.number, Reader.public: row.public_number}
        moved, self.ordinals = found != self.ordinals, found
        return moved


def server_stops() -> bool:
    """Whether uvicorn is about to stop. It waits for all answers first, and tells the application only afterwards."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return bool(getattr(server, "should_exit", False))
