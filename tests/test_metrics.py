"""Metrics: what is counted is what happened, in every process and after each of them; a key of their own opens them."""

import asyncio
import os
import platform
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from app import __version__
from app.caching import Cache
from app.limiting import Limiter
from app.metrics import _Processes
from app.traffic import Traffic
from app.workers import BusyError, DeadlineError
from tests.support.keys import as_caller, bearer, client_of, key_for
from tests.support.server import Server

PATIENCE = 60
READERS: dict[str, Callable[[str], Any]] = {
    "text/plain": read_text,
    "application/openmetrics-text; version=1.0.0": read_openmetrics,
}
"""What a scraper asks for -> a reader that is as strict as the format."""

Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]


def families(answer: Any, form: str = "text/plain") -> dict[str, Metric]:
    """What an answer tells, by name."""
    assert answer.status_code == 200, answer.text
    found = list(READERS[form](answer.text))
    assert len({one.name for one in found}) == len(found), "a name stands twice"
    return {one.name: one for one in found}


def numbers(answer: Any, form: str = "text/plain") -> Numbers:
    """Each number that an answer tells, by name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families(answer, form).values()
        for sample in family.samples
    }


def number(found: Numbers, name: str, **labels: str) -> float:
    """One of them; 0 where there is none yet."""
    return found.get((name, frozenset(labels.items())), 0)


def requests(found: Numbers, route: str, status: int | str, method: str = "GET") -> float:
    """How many requests of a route were answered so."""
    return number(found, "tejido_http_requests_total", method=method, route=route, status=str(status))


@pytest.fixture
def watching(url: str) -> Iterator[TestClient]:
    """A client that may read the metrics of an own service, whose other callers it counts."""
    with client_of(url, "metrics") as made:
        yield made


def test_the_metrics_need_a_key_of_their_own_and_are_not_kept(watching: TestClient) -> None:
    assert as_caller(watching).get("/metrics").status_code == 401
    for scopes in (("write", "restricted"), ("admin",)):
        assert as_caller(watching, *scopes).get("/metrics").status_code == 403
    answer = watching.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "ratelimit" not in answer.headers
    assert watching.head("/metrics").status_code == 200
    assert watching.get("/metrics?all=1").status_code == 400


@pytest.mark.parametrize("form", READERS)
def test_scrapers_read_what_they_ask_for(watching: TestClient, form: str) -> None:
    watching.get("/v1/states")
    answer = watching.get("/metrics", headers={"Accept": form})
    assert answer.headers["content-type"].startswith(form.partition(";")[0] + "; version=")
    found = numbers(answer, form)
    assert requests(found, "/v1/states", 200) == 1
    assert number(found, "tejido_http_request_duration_seconds_count", method="GET", route="/v1/states") == 1
    assert number(found, "tejido_public_data_version") == 1
    assert found["tejido_build_info", frozenset({("version", __version__), ("python", platform.python_version())})] == 1
    assert answer.text.endswith("# EOF\n") == form.startswith("application")
    # Whatever else is asked for, the plain one comes.
    for odd in ("*/*", "application/json", "text/plain;version=x;q=z", ""):
        assert families(watching.get("/metrics", headers={"Accept": odd}))


def test_requests_are_counted_by_route_never_by_address(watching: TestClient) -> None:
    anybody = as_caller(watching)
    for _ in range(3):
        anybody.get("/v1/states/MX-NLE")
    anybody.get("/v1/states/MX-SON")
    anybody.get("/v1/states/nothing")
    tag = anybody.get("/v1/states/MX-NLE").headers["etag"]
    assert anybody.get("/v1/states/MX-NLE", headers={"If-None-Match": tag}).status_code == 304
    assert anybody.get("/v1/topics", headers={"If-None-Match": "*"}).status_code == 304
    anybody.head("/v1/topics")
    anybody.get("/nothing/of/the/kind")
    anybody.get("/v1/states?no=such")
    anybody.post("/v1/topics", json={})
    anybody.request("BREW", "/v1/states")
    anybody.request("STEEP", "/v1/states")
    anybody.options("/v1/states")
    answer = watching.get("/metrics")
    found = numbers(answer)
    assert requests(found, "/v1/states/{id}", 200) == 5
    assert requests(found, "/v1/states/{id}", 404) == 1
    assert requests(found, "/v1/states/{id}", 304) == 1
    assert requests(found, "/v1/topics", 304) == 1
    assert requests(found, "/v1/topics", 200, "HEAD") == 1
    assert requests(found, "/v1/topics", 401, "POST") == 1
    assert requests(found, "/v1/states", 400) == 1
    assert requests(found, "none", 404) == 1
    assert requests(found, "none", 405, "other") == 2
    assert requests(found, "none", 204, "OPTIONS") == 1
    assert not re.search("MX-|kind|BREW|such", answer.text)
    # What was kept has no time of its own.
    assert number(found, "tejido_http_request_duration_seconds_count", method="GET", route="/v1/states/{id}") == 3
    assert number(found, "tejido_http_requests_in_flight") == 1


def test_the_cache_is_counted_as_its_header_says(watching: TestClient) -> None:
    anybody = as_caller(watching)
    told = [anybody.get("/v1/states?limit=3").headers["cache-status"] for _ in range(4)]
    told.append(anybody.get("/v1/topics").headers["cache-status"])
    found = numbers(watching.get("/metrics"))
    assert number(found, "tejido_cache_hits_total") == sum("hit" in one for one in told) == 3
    assert number(found, "tejido_cache_misses_total") == 2
    assert number(found, "tejido_cache_entries") == 2
    assert number(found, "tejido_cache_bytes") > 2000
    assert 0 < number(found, "tejido_cache_hit_seconds_total") < PATIENCE
    again = numbers(watching.get("/metrics"))
    assert number(again, "tejido_cache_hits_total") == 3, "what was read once is read once"


def test_a_service_that_keeps_no_answers_counts_its_requests_too(url: str) -> None:
    with client_of(url, "metrics", cache_bytes=0) as client:
        for _ in range(2):
            as_caller(client).get("/v1/states")
        found = numbers(client.get("/metrics"))
    assert requests(found, "/v1/states", 200) == 2
    assert number(found, "tejido_cache_hits_total") == number(found, "tejido_cache_entries") == 0


def test_what_is_refused_for_a_limit_is_counted(url: str) -> None:
    with client_of(url, "metrics", rate_limit_reads="2/minute", rate_limit_failed_keys="1/minute") as client:
        anybody = as_caller(client)
        codes = [anybody.get("/v1/states").status_code for _ in range(4)]
        wrong = [anybody.get("/v1/states", headers=bearer("tjd_wrong")).status_code for _ in range(3)]
        found = numbers(client.get("/metrics"))
    assert number(found, "tejido_http_limited_total", limit="reads") == codes.count(429) == 2
    assert number(found, "tejido_http_limited_total", limit="failed-keys") == wrong.count(429) == 2
    assert requests(found, "none", 429) == 4


def test_heavy_jobs_are_counted_by_how_they_end(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with client_of(url, "metrics", job_processes=1, job_seconds=PATIENCE, jobs_waiting=0) as client:
        workers = client.app.state.workers  # type: ignore[attr-defined]
        assert workers.run(abs, -3) == 3
        with pytest.raises(TypeError):
            workers.run(abs, "x")
        # Only now: to start its process took time too.
        monkeypatch.setattr(workers, "_deadline", 0.5)
        with pytest.raises(DeadlineError):
            workers.run(time.sleep, 600)
        workers.close()
        with pytest.raises(BusyError):
            workers.run(abs, -3)
        found = numbers(client.get("/metrics"))
    ended = {dict(labels)["outcome"]: value for (name, labels), value in found.items() if name == "tejido_jobs_total"}
    assert ended == {"done": 1, "failed": 1, "late": 1, "refused": 1}
    assert number(found, "tejido_jobs_running") == number(found, "tejido_jobs_waiting") == 0


def test_snapshots_connections_and_processes_are_told(watching: TestClient) -> None:
    anybody = as_caller(watching)
    assert anybody.get("/v1/networks/funder-partner-state").status_code == 200
    topic = {"id": "counted", "label_en": "Counted", "label_es": "Contado"}
    assert as_caller(watching, "write").post("/v1/topics", json=topic).status_code == 201
    assert anybody.get("/v1/networks/funder-partner-state").status_code == 200
    found = numbers(watching.get("/metrics"))
    for how in ("load", "refresh"):
        assert number(found, "tejido_snapshot_builds_total", how=how) == 1
        assert number(found, "tejido_snapshot_build_seconds_total", how=how) > 0
    assert number(found, "tejido_snapshot_bytes") > 10_000
    assert number(found, "tejido_public_data_version") == 2
    assert number(found, "tejido_database_connections", state="idle") > 0
    assert number(found, "tejido_processes") == 1
    (memory,) = [value for (name, _), value in found.items() if name == "process_resident_memory_bytes"]
    (descriptors,) = [value for (name, _), value in found.items() if name == "process_open_fds"]
    assert memory > 50_000_000
    assert descriptors > 3


def test_nothing_in_the_metrics_tells_of_restricted_records_to_those_who_may_not_read_them(
    watching: TestClient, url: str
) -> None:
    # Only what has a key of its own sees that somebody wrote; the version that all see stays.
    before = numbers(watching.get("/metrics"))
    writer = as_caller(watching, "write", "restricted")
    body = {"label_en": "Hidden", "label_es": "Oculto", "visibility": "restricted"}
    assert writer.post("/v1/topics", json=body).status_code == 201
    found = numbers(watching.get("/metrics"))
    assert number(found, "tejido_public_data_version") == number(before, "tejido_public_data_version")
    assert requests(found, "/v1/topics", 201, "POST") == 1
    assert as_caller(watching).get("/metrics").status_code == 401


def test_a_kept_answer_pays_little_for_being_counted() -> None:
    class Always:
        async def number(self) -> int:
            return 1

        def at_once(self, *, has_begun: bool = False) -> int:
            return 1

        def close(self) -> None:
            pass

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"data-version", b"v1"), (b"cache-control", b"no-cache")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"kept"})

    async def nothing(*_: Any) -> Any:
        pass

    scope = {
        "type": "http", "method": "GET", "path": "/v1/states", "query_string": b"", "scheme": "http", "headers": [],
    }  # fmt: skip
    traffic = Traffic()
    cache = Cache(app, present=Always(), most_bytes=10_000_000, limiter=Limiter(), reads="", traffic=traffic)
    many = 5000

    async def ask() -> float:
        await cache(dict(scope), nothing, nothing)
        began = time.thread_time()
        for _ in range(many):
            await cache(scope, nothing, nothing)
        return time.thread_time() - began

    def count() -> float:
        began = time.thread_time()
        for _ in range(many):
            traffic.keep("GET", "/v1/states", 200, 0.0)
        return time.thread_time() - began

    whole = min(asyncio.run(ask()) for _ in range(5))
    counting = min(count() for _ in range(5))
    assert counting < whole / 4


# --- several processes ---------------------------------------------------------------------------------------------


def scraped(client: httpx.Client, key: str) -> Numbers:
    return numbers(client.get("/metrics", headers=bearer(key)))


def pids(found: Numbers) -> set[int]:
    return {int(dict(labels)["pid"]) for (name, labels) in found if name == "process_resident_memory_bytes"}


def test_any_process_tells_what_all_of_them_counted_also_those_that_are_gone(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    key = key_for(url, "metrics")
    many = 40
    with Server(url, tmp_path, workers=2, rate_limit_reads="") as server:

        def settled(expected: float) -> None:
            """Every process tells so many requests, and what lives, as soon as the others have written it down."""
            end = time.monotonic() + PATIENCE
            told: list[tuple[float, float, set[int], float]] = []
            found: Numbers = {}
            living = set(server.workers())
            # Connections go to one process or the other.
            while told[-8:] != [(expected, expected, living, 2)] * 8:
                assert time.monotonic() < end, told[-8:]
                with httpx.Client(base_url=server.address, timeout=PATIENCE) as client:
                    found = scraped(client, key)
                hits, misses = number(found, "tejido_cache_hits_total"), number(found, "tejido_cache_misses_total")
                many = requests(found, "/v1/states", 200)
                told.append((many, hits + misses, pids(found), number(found, "tejido_processes")))
                time.sleep(0.05)
            assert number(found, "tejido_http_requests_in_flight") >= 1
            # One of each process that lives.
            assert number(found, "tejido_cache_entries") <= 2

        def ask() -> None:
            with ExitStack() as stack:
                for _ in range(many):
                    client = stack.enter_context(httpx.Client(base_url=server.address, timeout=PATIENCE))
                    assert client.get("/v1/states").status_code == 200

        ask()
        settled(many)
        server.restart_workers()
        settled(many)
        ask()
        settled(2 * many)
        first, _ = server.workers()
        with httpx.Client(base_url=server.address, timeout=PATIENCE) as client:
            assert scraped(client, key)
        server.kill_worker(first)
        settled(2 * many)
        assert "Traceback" not in server.log
        files = {path.name: path.stat().st_size for path in tmp_path.glob("tejido-serving-*/metrics/*.db")}
        gauges = {int(name.rpartition("_")[2].removesuffix(".db")) for name in files if name.startswith("gauge")}
        assert gauges == set(server.workers())
        gone = [size for name, size in files.items() if not name.endswith(tuple(f"_{one}.db" for one in gauges))]
        assert len(gone) == 6
        assert max(gone) < 100_000
        with httpx.Client(base_url=server.address, timeout=PATIENCE) as client:
            for form in READERS:
                answer = client.get("/metrics", headers={**bearer(key), "Accept": form})
                assert requests(numbers(answer, form), "/v1/states", 200) == 2 * many


def test_all_who_look_at_once_see_that_a_process_is_gone(tmp_path: Path) -> None:
    # No process has such an id.
    gone, looks = 2**23, 3
    processes = _Processes(tmp_path)
    with processes._held, ThreadPoolExecutor(looks) as pool:
        for _ in range(600):
            (tmp_path / f"{gone}.lives").touch()
            together = threading.Barrier(looks)

            def look(together: threading.Barrier = together) -> list[int]:
                together.wait(PATIENCE)
                return processes.living()

            assert {tuple(one.result()) for one in [pool.submit(look) for _ in range(looks)]} == {(os.getpid(),)}
