"""Work on imports, one after the other, in a thread of the service."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from app.exchange.importing import Cancelled, Request, Result, Stage, Status, import_file
from app.problems import Problem
from app.store import import_jobs
from app.store.database import Database
from app.store.failures import is_busy

__all__ = ["Imports"]

log = logging.getLogger("tejido")

_BUSY = "The database was away, or others were writing all the time; nothing was written. Send it again."
_FAILED = "Something failed inside the service; nothing was written."
_BEAT = 5.0
"""Seconds between two words that an import is not forgotten; `import_jobs` takes silent ones for lost."""
_PAUSE = 0.5
"""Seconds between two attempts to note something."""
_PATIENCE = 120.0
"""Seconds for which what became of an import is tried to be noted."""

Noted = TypeVar("Noted")


class Imports:
    """The imports that this process was given, whose files it closes; and those that a process left behind."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime], most: int) -> None:
        """At most so many may wait."""
        self._database = database
        self._clock = clock
        self._waiting: queue.Queue[tuple[str, Request] | None] = queue.Queue(most)
        self._own: set[str] = set()
        self._ends = threading.Event()
        self._threads: dict[Callable[[], None], threading.Thread] = {}
        self._lock = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many wait for the one before them."""
        return self._waiting.qsize()

    @property
    def running(self) -> int:
        """How many are worked on: one or none."""
        return max(0, len(self._own) - self._waiting.qsize())

    def start(self) -> None:
        """Begin, also again after `close`; see to imports that were not over when their process ended."""
        self._ends.clear()
        try:
            with self._database.read_service() as connection:
                if not import_jobs.is_any_unfinished(connection):
                    return
        except Exception as error:
            log.warning("imports that were left are not seen to: the database does not answer", exc_info=error)
            return
        self._start(self._see_to)

    def submit(self, job: str, request: Request) -> bool:
        """Work on an import that was noted, once those before it are done; False where too many wait."""
        if self._ends.is_set():
            return False
        with self._lock:
            self._own.add(job)
        try:
            self._waiting.put_nowait((job, request))
        except queue.Full:
            self._own.discard(job)
            return False
        self._start(self._work)
        self._start(self._see_to)
        return True

    def close(self) -> None:
        """Give up what is being read or waits, let what is being written come to its end, and end."""
        self._ends.set()
        with suppress(queue.Full):
            self._waiting.put_nowait(None)
        for thread in list(self._threads.values()):
            thread.join(5)
        with self._lock:
            self._threads.clear()
        with suppress(queue.Empty):
            while True:
                if (left := self._waiting.get_nowait()) is not None:
                    left[1].file.close()

    def _start(self, work: Callable[[], None]) -> None:
        with self._lock:
            if work not in self._threads and not self._ends.is_set():
                self._threads[work] = threading.Thread(target=work, name="imports", daemon=True)
                self._threads[work].start()

    # --- the imports, one after the other --------------------------------------------------------------------------

    def _work(self) -> None:
        # One that was still busy when the others were told to end is not told again.
        while not self._ends.is_set() and (found := self._waiting.get()) is not None:
            job, request = found
            try:
                if not self._ends.is_set():
                    self._run(job, request)
            except Exception:
                log.exception("import %s failed", job)
            finally:
                self._own.discard(job)
                request.file.close()

    def _run(self, job: str, request: Request) -> None:
        if not self._noted(lambda connection: import_jobs.begin(connection, job, self._clock())):
            return
        try:
            result = import_file(self._database, request, lambda stage, done: self._told(job, stage, done))
        except Exception as error:
            is_passing = isinstance(error, SQLAlchemyError) and is_busy(error)
            log.log(logging.WARNING if is_passing else logging.ERROR, "import %s failed", job, exc_info=error)
            result = Result(status=Status.failed, detail=_BUSY if is_passing else _FAILED)
        self._noted(lambda connection: import_jobs.finish(connection, job, result, self._clock()))

    def _noted(self, note: Callable[[Connection], Noted]) -> Noted:
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                with self._database.write_service() as connection:
                    return note(connection)
            except SQLAlchemyError as error:
                if not is_busy(error) or time.monotonic() > end or self._ends.is_set():
                    raise
                self._ends.wait(_PAUSE)
            except Problem:
                # Whether it was noted nobody knows; to note it again does no harm.
                if time.monotonic() > end or self._ends.is_set():
                    raise

    def _told(self, job: str, stage: Stage, done: int) -> None:
        if self._ends.is_set():
            raise Cancelled
        if stage is not Stage.reading:
            # The database of a file has one writer at a time, and that is the import itself.
            return
        with suppress(SQLAlchemyError, Problem), self._database.write_service() as connection:
            if import_jobs.tell(connection, job, done, self._clock()):
                return
            raise Cancelled

    # --- beside them -----------------------------------------------------------------------------------------------

    def _see_to(self) -> None:
        """Say again and again that the own imports live, and note of others that they do not."""
        while not self._ends.is_set():
            # Where it cannot be written, for the import itself writes, it is the next time.
            with suppress(SQLAlchemyError, Problem), self._database.write_service() as connection:
                with self._lock:
                    own = list(self._own)
                import_jobs.live(connection, own, self._clock())
                import_jobs.give_up(connection, self._clock())
                with self._lock:
                    if not self._own and not import_jobs.is_any_unfinished(connection):
                        del self._threads[self._see_to]
                        return
            self._ends.wait(_BEAT)
