"""What the service counts, for Prometheus.

Most of it is counted in plain numbers by those whom it concerns: requests, the cache, the workers. Once a second, and
before they are told, they are read from there. So what counts does not pay for it: to count by the library takes one to
three microseconds, and a kept answer ten.

Where several processes answer for one service, each writes its numbers into files of a folder that they share, and any
of them tells those of all. A process holds a lock on a file of its own for as long as it lives; the kernel lets go of
it, however the process ends. What a process counted stays counted when it is gone; what it had at the moment does not.
"""

import fcntl
import os
import platform
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import anyio
from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from app import __version__
from app.caching import Cache
from app.exchange.jobs import Imports
from app.limiting import Limiter
from app.store.database import Database
from app.store.snapshot import Snapshots
from app.store.watching import Watch
from app.traffic import Traffic
from app.workers import Workers

__all__ = ["FOLDER", "OPENMETRICS", "TEXT", "Metrics"]

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The library's variable for the folder of several processes. It looks there when it is imported, and only then."""
TEXT = CONTENT_TYPE_PLAIN_0_0_4
OPENMETRICS = CONTENT_TYPE_LATEST
"""The two forms in which metrics are told."""

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Seconds."""

_ROOM = {"counter": 2**20, "histogram": 2**22, "gauge_livesum": 2**16}
"""Kind of metric -> bytes that the library's file of it has from the start.

It maps the file into memory and lets it grow with holes. To write into one on a full disk ends the process.
"""

Numbers = Mapping[tuple[str, ...], float]
"""Values of the labels -> a number. Without labels there is one, under ()."""

# That each counter began at some time is told by the process metrics, and would be half of all lines.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """The metrics of one application; of all processes, where the environment names their folder."""

    def __init__(
        self,
        *,
        traffic: Traffic,
        cache: Cache | None,
        limiter: Limiter,
        workers: Workers,
        watch: Watch,
        imports: Imports,
        snapshots: Snapshots,
        database: Database,
    ) -> None:
        """Read what these count."""
        self.threads = anyio.CapacityLimiter(1)
        """Limits how many pages are written at a time."""
        self._registry = CollectorRegistry()
        self._reads: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        folder = os.environ.get(FOLDER)
        self._processes = None if folder is None else _Processes(Path(folder))

        self._counts(
            "tejido_http_requests",
            "Requests that were answered, by route; `none` came to no route.",
            lambda: {tuple(map(str, key)): many for key, many in traffic.answered.copy().items()},
            "method", "route", "status",
        )  # fmt: skip
        self._gauge(
            "tejido_http_requests_in_flight", "Requests that are being answered.", lambda: {(): traffic.in_flight}
        )
        traffic.timed = _timed(
            Histogram(
                "tejido_http_request_duration_seconds",
                "Time to the end of an answer that had to be made; of kept ones see tejido_cache_hit_seconds.",
                ("method", "route"),
                buckets=_BUCKETS,
                registry=self._registry,
            )
        )
        self._counts(
            "tejido_http_limited",
            "Requests that were refused for a limit.",
            lambda: _by_word(limiter.refused),
            "limit",
        )
        self._counts(
            "tejido_cache_hits", "Requests to which an answer was kept.", lambda: {(): cache.hits if cache else 0}
        )
        self._counts("tejido_cache_misses", "Requests to which none was.", lambda: {(): cache.misses if cache else 0})
        self._counts(
            "tejido_cache_hit_seconds",
            "Time that the answers that were kept took, all together.",
            lambda: {(): traffic.kept_seconds},
        )
        self._gauge("tejido_cache_bytes", "Bytes of the kept answers.", lambda: {(): cache.size if cache else 0})
        self._gauge("tejido_cache_entries", "Kept answers.", lambda: {(): cache.entries if cache else 0})
        self._counts(
            "tejido_jobs",
            "Heavy computations that ended, by how: done, failed, refused, late, abandoned, memory, died.",
            lambda: _by_word(workers.outcomes),
            "outcome",
        )
        self._gauge("tejido_jobs_running", "Heavy computations in a worker process.", lambda: {(): workers.running})
        self._gauge("tejido_jobs_waiting", "Heavy computations that wait for one.", lambda: {(): workers.waiting})
        self._gauge("tejido_event_streams", "Live streams of changes that are open.", lambda: {(): watch.waiting})
        self._gauge("tejido_imports_running", "Imports that are worked on.", lambda: {(): imports.running})
        self._gauge("tejido_imports_waiting", "Imports that wait for the one before.", lambda: {(): imports.waiting})
        self._gauge(
            "tejido_database_connections",
            "Connections to the database and its replica that are open, by state: used, idle.",
            lambda: _connections(database),
            "state",
        )
        self._counts(
            "tejido_snapshot_builds",
            "Columns of a data version that were made, by how: refresh, load, shelf.",
            lambda: _by_word(snapshots.built),
            "how",
        )
        self._counts(
            "tejido_snapshot_build_seconds",
            "Time that this took.",
            lambda: _by_word(snapshots.seconds),
            "how",
        )
        self._gauge(
            "tejido_snapshot_bytes", "Bytes of the columns that are kept; processes may share them.",
            lambda: {(): snapshots.bytes},
        )  # fmt: skip

    @property
    def is_shared(self) -> bool:
        """Whether other processes tell the numbers of this one."""
        return self._processes is not None

    def read(self) -> None:
        """Take over what was counted since the last time."""
        with self._lock:
            for one in self._reads:
                one()

    def page(self, *, media_type: str, public_version: int | None) -> bytes:
        """All metrics, in one of the two forms."""
        self.read()
        registry = self._registry
        if self._processes is not None:
            registry = CollectorRegistry()
            MultiProcessCollector(registry, str(self._processes.folder))  # type: ignore[no-untyped-call]
        whole = CollectorRegistry()
        processes = [os.getpid()] if self._processes is None else self._processes.living()
        whole.register(_Now(registry, public_version, processes))
        if media_type == OPENMETRICS:
            return generate_openmetrics(whole)  # type: ignore[no-untyped-call,no-any-return]
        return generate_latest(whole)

    def close(self) -> None:
        """Take over the last numbers."""
        self.read()

    def _counts(self, name: str, text: str, read: Callable[[], Numbers], *labels: str) -> None:
        """A number that only grows, and to which the library adds `_total`."""
        metric = Counter(name, text, labels, registry=self._registry)
        told: dict[tuple[str, ...], float] = {}

        def take() -> None:
            for values, number in read().items():
                grown = number - told.get(values, 0)
                if grown > 0:
                    (metric.labels(*values) if values else metric).inc(grown)
                    told[values] = number

        self._reads.append(take)

    def _gauge(self, name: str, text: str, read: Callable[[], Numbers], *labels: str) -> None:
        """A number of the moment. That of the service is the sum over the processes that live."""
        metric = Gauge(name, text, labels, registry=self._registry, multiprocess_mode="livesum")

        def take() -> None:
            for values, number in read().items():
                (metric.labels(*values) if values else metric).set(number)

        self._reads.append(take)


def _by_word(counted: Mapping[str, float]) -> Numbers:
    return {(word,): number for word, number in list(counted.items())}


def _connections(database: Database) -> Numbers:
    pools: list[Any] = [engine.pool for engine in database.engines]
    return {("used",): sum(pool.checkedout() for pool in pools), ("idle",): sum(pool.checkedin() for pool in pools)}


def _timed(histogram: Histogram) -> Callable[[str, str, float], None]:
    def observe(method: str, route: str, seconds: float) -> None:
        histogram.labels(method, route).observe(seconds)

    return observe


class _Now(Collector):
    """What was counted, and what is looked up when somebody asks."""

    def __init__(self, counted: CollectorRegistry, public_version: int | None, processes: Iterable[int]) -> None:
        self._counted = counted
        self._public_version = public_version
        self._processes = sorted(processes)

    def collect(self) -> Iterator[Metric]:
        yield from sorted(self._counted.collect(), key=lambda family: family.name)
        build = GaugeMetricFamily("tejido_build_info", "1, with the release that runs.", labels=["version", "python"])
        build.add_metric([__version__, platform.python_version()], 1)
        yield build
        version = GaugeMetricFamily(
            "tejido_public_data_version", "The data version that the public sees; absent while the database is away."
        )
        if self._public_version is not None:
            version.add_metric([], self._public_version)
        yield version
        yield GaugeMetricFamily("tejido_processes", "Processes that answer.", value=len(self._processes))
        yield from self._of_processes()

    def _of_processes(self) -> Iterable[Metric]:
        """CPU, memory and file descriptors of each process, where the system tells."""
        families: dict[str, Metric] = {}
        for process in self._processes:
            for family in ProcessCollector(pid=lambda process=process: process, registry=None).collect():  # type: ignore[misc]
                whole = families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                for sample in family.samples:
                    whole.add_sample(sample.name, {**sample.labels, "pid": str(process)}, sample.value)
        return families.values()


class _Processes:
    """The processes that share a folder, told by the locks that they hold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        descriptor, name = tempfile.mkstemp(dir=folder)
        self._held: IO[bytes] = os.fdopen(descriptor, "wb")
        fcntl.flock(self._held, fcntl.LOCK_EX)
        # Under its name only now, so that nobody finds it there without the lock.
        Path(name).rename(folder / f"{os.getpid()}.lives")
        for kind, size in _ROOM.items():
            _allocate(folder / f"{kind}_{os.getpid()}.db", size)

    def living(self) -> list[int]:
        """The ids of the processes. What those that are gone had at the moment goes too."""
        found = []
        for path in self.folder.glob("*.lives"):
            process = int(path.stem)
            with suppress(FileNotFoundError):
                if _is_held(path):
                    found.append(process)
                else:
                    self._forget(process)
                    path.unlink()
        return found

    def _forget(self, process: int) -> None:
        mark_process_dead(process, str(self.folder))  # type: ignore[no-untyped-call]
        for kind in _ROOM:
            path = self.folder / f"{kind}_{process}.db"
            if path.exists():
                with path.open("rb") as file:
                    used = int.from_bytes(file.read(4), sys.byteorder)
                os.truncate(path, used)


def _allocate(path: Path, size: int) -> None:
    """Give a file its place on the disk."""
    # Not everywhere; and what has it already keeps what it holds.
    if hasattr(os, "posix_fallocate"):
        with path.open("ab") as file:
            os.posix_fallocate(file.fileno(), 0, size)


def _is_held(path: Path) -> bool:
    """Whether a process holds the lock on a file. Many may look at a time: none is taken for the process."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
