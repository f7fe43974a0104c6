"""Work on imports, one after the other, in a thread of the service."""

import logging
import queue
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from app.exchange.importing import Cancelled, Request, Result, Stage, Status, import_file
from app.store import import_jobs
from app.store.database import Database

__all__ = ["Imports"]

log = logging.getLogger("tejido")

_BUSY = "Others were writing all the time; nothing was written. Send it again."
_FAILED = "Something failed inside the service; nothing was written."


class Imports:
    """The imports that this process was given. Each is in a folder of its own, which goes when the import is over."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime], most: int) -> None:
        """At most so many may wait."""
        self._database = database
        self._clock = clock
        self._waiting: queue.Queue[tuple[str, Request] | None] = queue.Queue(most)
        self._ends = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def submit(self, job: str, request: Request) -> bool:
        """Work on an import that was noted, once those before it are done; False where too many wait."""
        with self._lock:
            if self._ends.is_set():
                return False
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="imports", daemon=True)
                self._thread.start()
        try:
            self._waiting.put_nowait((job, request))
        except queue.Full:
            return False
        return True

    def close(self) -> None:
        """Give up what is being read or waits, let what is being written come to its end, and end."""
        self._ends.set()
        with suppress(queue.Full):
            self._waiting.put_nowait(None)
        if self._thread is not None:
            self._thread.join(5)

    def _work(self) -> None:
        while (found := self._waiting.get()) is not None:
            job, request = found
            try:
                if not self._ends.is_set():
                    self._run(job, request)
            except Exception:
                log.exception("import %s failed", job)
            finally:
                shutil.rmtree(request.path.parent, ignore_errors=True)

    def _run(self, job: str, request: Request) -> None:
        with self._database.write_service() as connection:
            if not import_jobs.begin(connection, job, self._clock()):
                return
        try:
            result = import_file(self._database, request, lambda stage, done: self._told(job, stage, done))
        except OperationalError:
            log.warning("import %s: the database was busy", job)
            result = Result(status=Status.failed, detail=_BUSY)
        except Exception:
            log.exception("import %s failed", job)
            result = Result(status=Status.failed, detail=_FAILED)
        with self._database.write_service() as connection:
            import_jobs.finish(connection, job, result, self._clock())

    def _told(self, job: str, stage: Stage, done: int) -> None:
        if self._ends.is_set():
            raise Cancelled
        if stage is not Stage.reading:
            # The database of a file has one writer at a time, and that is the import itself.
            return
        with suppress(SQLAlchemyError), self._database.write_service() as connection:
            if import_jobs.tell(connection, job, done, self._clock()):
                return
            raise Cancelled
