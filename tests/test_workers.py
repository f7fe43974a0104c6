"""The workers: right answers, an end for every job, and no process left behind."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any

import httpx
import numpy as np
import pytest
import uvicorn
from fastapi import Body, FastAPI
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient

from app.access.routes import Need
from app.main import create_app
from app.problems import Problem
from app.routers.jobs import JobsDep
from app.settings import Settings
from app.workers import AbandonedError, BusyError, DeadlineError, Resource, WorkerDiedError, Workers
from tests.support import jobs

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60
"""Seconds until a test gives up: far more than anything here takes."""

Pool = Callable[..., Workers]


@pytest.fixture
def pool() -> Iterator[Pool]:
    """Makes pools, and closes them."""
    with contextlib.ExitStack() as stack:

        def make(processes: int = 1, deadline: float = PATIENCE, **more: int) -> Workers:
            return stack.enter_context(contextlib.closing(Workers(processes, deadline, **more)))

        yield make


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether it comes true."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def is_gone(process: int) -> bool:
    """Whether a process runs no more (an orphan may wait for a parent that never asks for it)."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    return False


def told(path: Path) -> int:
    """The process id that a job has written into a file."""
    assert eventually(path.exists)
    return int(path.read_text(encoding="ascii"))


@contextlib.contextmanager
def deadline(workers: Workers, seconds: float) -> Iterator[None]:
    """So much time for each job that begins meanwhile. A process that is started for one may need more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workers, "_deadline", seconds)
        yield


def open_descriptors() -> int:
    """How many file descriptors this process has open."""
    return len(os.listdir("/dev/fd"))  # noqa: PTH208 - one descriptor is the listing's own, each time


# --- results and errors --------------------------------------------------------------------------------------------


def test_many_jobs_at_once_get_each_their_own_result_from_few_processes(pool: Pool) -> None:
    workers = pool(2, waiting=20)
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda number: workers.run(jobs.square, number), range(20)))
    assert [answer for answer, _ in answers] == [number**2 for number in range(20)]
    assert 1 <= len({process for _, process in answers}) <= 2


def test_one_job_after_the_other_is_done_by_one_process(pool: Pool) -> None:
    workers = pool(2)
    assert len({workers.run(jobs.process_id) for _ in range(5)}) == 1


def test_arguments_and_results_of_any_size_arrive_whole(pool: Pool) -> None:
    workers = pool()
    for value in (b"", b"x" * 7, random.Random(1).randbytes(20_000_000), {"a": [1, None, "é"]}):
        assert workers.run(jobs.echo, value) == value


def test_what_a_job_raises_is_raised_with_its_attributes(pool: Pool) -> None:
    workers = pool()
    with pytest.raises(jobs.OwnError, match="12 edges, 10 at most") as own:
        workers.run(jobs.fail, "own")
    assert (own.value.edges, own.value.most) == (12, 10)
    assert "in fail\n" in own.value.__notes__[0]
    with pytest.raises(Problem) as problem:
        workers.run(jobs.fail, "problem")
    assert (problem.value.kind, problem.value.status) == ("unknown-id", 400)
    assert problem.value.errors[0]["parameter"] == "state"
    with pytest.raises(FileNotFoundError) as missing:
        workers.run(jobs.fail, "file")
    assert (missing.value.errno, missing.value.filename) == (2, "columns")


def test_what_cannot_be_sent_is_told_in_words(pool: Pool) -> None:
    workers = pool()
    process = workers.run(jobs.process_id)
    with pytest.raises(RuntimeError, match="LocalError: told in words"):
        workers.run(jobs.fail, "local")
    with pytest.raises((AttributeError, TypeError), match=r"lambda|pickle"):
        workers.run(jobs.unsendable)
    assert workers.run(jobs.process_id) == process


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to the limit")
def test_a_job_that_needs_too_much_memory_fails_and_the_next_one_has_a_fresh_process(pool: Pool) -> None:
    workers = pool(memory=500_000_000)
    process = workers.run(jobs.process_id)
    assert workers.run(jobs.use_memory, 100_000_000) == 100_000_000
    with pytest.raises(MemoryError):
        workers.run(jobs.use_memory, 1_000_000_000)
    assert is_gone(process)
    assert workers.run(jobs.process_id) != process


def test_the_same_input_and_seed_give_the_same_communities_under_concurrent_jobs(pool: Pool) -> None:
    chance = random.Random(3)
    one, two = ([(chance.randrange(300), chance.randrange(300)) for _ in range(900)] for _ in range(2))
    workers = pool(2, waiting=20)
    with ThreadPoolExecutor(12) as threads:
        questions = [(one, 1), (two, 1), (one, 2)] * 4
        answers = list(threads.map(lambda question: workers.run(jobs.communities, *question), questions))
    for number in range(3):
        assert all(answer == answers[number] for answer in answers[number::3])
    assert {threads for _, threads in answers} == {1}
    assert len(answers[0][0]) > 1


# --- resources -----------------------------------------------------------------------------------------------------


def test_a_resource_is_opened_once_and_the_two_used_last_are_kept(pool: Pool, tmp_path: Path) -> None:
    workers = pool()

    def ask(name: str) -> int:
        resource = Resource(("numbers", name), jobs.open_numbers, tmp_path / name)
        return workers.run(jobs.total, 10, resource=resource)

    def opened(name: str) -> int:
        return len((tmp_path / name / "opened").read_text(encoding="ascii").splitlines())

    for number, name in enumerate("abc"):
        (tmp_path / name).mkdir()
        np.save(tmp_path / name / "numbers.npy", np.full(4, number))
    assert [ask(name) for name in "abaab"] == [0, 40, 0, 0, 40]
    assert [opened(name) for name in "ab"] == [1, 1]
    assert [ask(name) for name in "acab"] == [0, 80, 0, 40]
    assert [opened(name) for name in "abc"] == [1, 2, 1]


def test_a_resource_that_cannot_be_opened_fails_its_job_only(pool: Pool, tmp_path: Path) -> None:
    workers = pool()
    with pytest.raises(FileNotFoundError):
        workers.run(jobs.total, 1, resource=Resource("absent", jobs.open_numbers, tmp_path / "absent"))
    assert workers.run(jobs.echo, 1) == 1


# --- an end for every job ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("job", [jobs.sleep, jobs.hold])
def test_a_job_over_its_deadline_is_killed_and_the_next_one_is_done(pool: Pool, job: Callable[[], None]) -> None:
    workers = pool()
    process = workers.run(jobs.process_id)
    started = time.monotonic()
    with deadline(workers, 2), pytest.raises(DeadlineError, match="2 seconds"):
        workers.run(job)
    assert 2 <= time.monotonic() - started < PATIENCE
    assert is_gone(process)
    assert workers.run(jobs.echo, 1) == 1


def test_a_cancelled_job_is_killed_and_the_next_one_is_done(pool: Pool, tmp_path: Path) -> None:
    workers = pool()
    with pytest.raises(AbandonedError):
        workers.run(jobs.tell_and_sleep, tmp_path / "pid", cancelled=(tmp_path / "pid").exists)
    assert is_gone(told(tmp_path / "pid"))
    assert workers.run(jobs.echo, 1) == 1


def test_waiting_ends_with_the_deadline_and_with_cancellation_and_too_many_may_not(pool: Pool, tmp_path: Path) -> None:
    workers = pool(waiting=1)
    is_over = threading.Event()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(workers.run, jobs.tell_and_wait, tmp_path / "pid", tmp_path / "go")
        told(tmp_path / "pid")
        with pytest.raises(AbandonedError):
            workers.run(jobs.echo, 1, cancelled=lambda: True)
        second = threads.submit(workers.run, jobs.echo, 2)
        assert eventually(lambda: len(workers._line) == 1)
        with pytest.raises(BusyError):
            workers.run(jobs.echo, 3)
        (tmp_path / "go").touch()
        assert (first.result(), second.result()) == ("done", 2)
        slow = threads.submit(workers.run, jobs.sleep, cancelled=is_over.is_set)
        assert eventually(lambda: not workers._idle)
        with deadline(workers, 0.5), pytest.raises(DeadlineError):
            workers.run(jobs.echo, 1, cancelled=lambda: False)
        is_over.set()
        with pytest.raises(AbandonedError):
            slow.result()


@pytest.mark.parametrize(("job", "code"), [(jobs.crash, "-9"), (jobs.leave, "3")])
def test_a_worker_that_dies_gives_a_clear_error_and_the_next_job_is_done(
    pool: Pool, job: Callable[[], None], code: str
) -> None:
    workers = pool()
    with pytest.raises(WorkerDiedError, match=f"exit code {code}"):
        workers.run(job)
    assert workers.run(jobs.echo, 1) == 1


def test_a_worker_that_dies_between_two_jobs_is_replaced(pool: Pool) -> None:
    workers = pool()
    process = workers.run(jobs.process_id)
    os.kill(process, signal.SIGKILL)
    # Not ours to reap: the pool does, when it next looks.
    time.sleep(0.1)
    with contextlib.suppress(WorkerDiedError):
        assert workers.run(jobs.echo, 1) == 1
    assert workers.run(jobs.process_id) != process
    assert is_gone(process)


def test_interrupts_and_terminations_are_left_to_the_server(pool: Pool) -> None:
    workers = pool()
    process = workers.run(jobs.process_id)
    os.kill(process, signal.SIGINT)
    os.kill(process, signal.SIGTERM)
    assert [workers.run(jobs.process_id) for _ in range(3)] == [process] * 3


# --- nothing left behind -------------------------------------------------------------------------------------------


def test_closing_ends_what_runs_and_what_waits_and_leaves_no_descriptor_open(pool: Pool, tmp_path: Path) -> None:
    before = open_descriptors()
    workers = pool(2)
    with ThreadPoolExecutor(3) as threads:
        paths = [tmp_path / "one", tmp_path / "two"]
        found = [threads.submit(workers.run, jobs.tell_and_sleep, path) for path in paths]
        processes = [told(path) for path in paths]
        found.append(threads.submit(workers.run, jobs.echo, 1))
        workers.close()
        for job in found:
            with pytest.raises(BusyError):
                job.result()
    assert all(is_gone(process) for process in processes)
    with pytest.raises(BusyError):
        workers.run(jobs.echo, 1)
    workers.close()
    assert open_descriptors() <= before


OWNER = """
import sys, threading
from pathlib import Path
from app.workers import Workers
from tests.support import jobs

idle, sleeping, holding = (Workers(1, 600.0) for _ in range(3))
# What never lets go of the interpreter lock ends by its processor time, not by its owner.
holding._idle[0]._bounds = ("2000000000", "1.0")
folder = Path(sys.argv[1])
(folder / "idle.part").write_text(str(idle.run(jobs.process_id)))
(folder / "idle.part").rename(folder / "idle")
for pool, word in ((sleeping, "sleep"), (holding, "hold")):
    job = getattr(jobs, f"tell_and_{word}")
    threading.Thread(target=pool.run, args=(job, folder / word), daemon=True).start()
threading.Event().wait()
"""


def test_the_workers_end_with_a_server_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "owner.py"
    script.write_text(OWNER, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, str(script), str(tmp_path)], env=environment) as owner:
        try:
            processes = [told(tmp_path / word) for word in ("idle", "sleep", "hold")]
        finally:
            owner.kill()
    for process in processes:
        assert eventually(lambda process=process: is_gone(process)), process  # type: ignore[misc]


def test_a_service_without_heavy_work_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr("app.workers.subprocess.Popen", refused)
    with TestClient(create_app(Settings(database_url="sqlite://"))) as client:
        assert client.get("/healthz").status_code == 200


# --- in the service ------------------------------------------------------------------------------------------------


def app_with_jobs(**settings: Any) -> FastAPI:
    """The application, and some routes with jobs."""
    app = create_app(Settings(database_url="sqlite://", **{"job_seconds": PATIENCE, **settings}))

    @app.get("/square/{number}")
    def get_square(number: int, work: JobsDep) -> int:
        return work.run(jobs.square, number)[0]

    @app.get("/pid")
    def get_pid(work: JobsDep) -> int:
        return work.run(jobs.process_id)

    @app.get("/sleep")
    def get_sleep(work: JobsDep) -> None:
        work.run(jobs.sleep, narrowing=("state", "tie"))

    @app.get("/tell")
    def get_tell(path: Path, work: JobsDep) -> None:
        work.run(jobs.tell_and_sleep, path)

    @app.get("/memory")
    def get_memory(work: JobsDep) -> int:
        return work.run(jobs.use_memory, 10**13)

    @app.get("/fail")
    def get_fail(kind: str, work: JobsDep) -> None:
        work.run(jobs.fail, kind)

    @app.post("/echo")
    def post_echo(value: Annotated[dict[str, Any], Body()], work: JobsDep) -> Any:
        return work.run(jobs.echo, value)

    @app.get("/stream")
    def get_stream(work: JobsDep) -> StreamingResponse:
        result = work.run(jobs.echo, "piece ")

        async def pieces() -> AsyncIterator[str]:
            for _ in range(1000):
                yield result

        return StreamingResponse(pieces(), media_type="text/plain")

    for path in ("/square/{number}", "/pid", "/sleep", "/tell", "/memory", "/fail", "/stream"):
        app.state.needs["GET", path] = Need.nothing
    app.state.needs["POST", "/echo"] = Need.nothing
    return app


@contextlib.contextmanager
def serving(app: FastAPI) -> Iterator[httpx.Client]:
    """A client of a real server on a free port of this machine."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            assert eventually(lambda: server.started)
            address = f"http://127.0.0.1:{listening.getsockname()[1]}"
            with httpx.Client(base_url=address, timeout=PATIENCE, trust_env=False) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
    assert not thread.is_alive()


def problem(response: httpx.Response, kind: str) -> dict[str, Any]:
    """The problem document of an answer."""
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["type"].endswith(f"/{kind}"), body
    assert body["request_id"] == response.headers["x-request-id"]
    return body


def test_a_request_over_the_deadline_gets_a_problem_while_others_are_served() -> None:
    app = app_with_jobs(job_processes=1)
    with serving(app) as client, ThreadPoolExecutor(1) as threads:
        process = client.get("/pid").json()
        with deadline(app.state.workers, 2):
            slow = threads.submit(client.get, "/sleep")
            while not slow.done():
                assert client.get("/healthz").status_code == 200
                time.sleep(0.05)
        body = problem(slow.result(), "deadline-exceeded")
        assert body["status"] == 503
        assert [error["parameter"] for error in body["errors"]] == ["state", "tie"]
        assert "retry-after" not in slow.result().headers
        assert is_gone(process)
        assert client.get("/square/9").json() == 81


def test_a_client_that_goes_away_ends_its_job(tmp_path: Path) -> None:
    with serving(app_with_jobs(job_seconds=3000, job_processes=1)) as client:
        for number in range(2):
            path = tmp_path / f"pid{number}"
            with socket.create_connection((client.base_url.host, client.base_url.port or 0)) as connection:
                connection.sendall(f"GET /tell?path={path} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
                process = told(path)
                assert not is_gone(process)
            assert eventually(lambda process=process: is_gone(process))  # type: ignore[misc]
            assert client.get("/square/9").json() == 81


def test_many_requests_at_once_are_all_answered_and_no_worker_outlives_the_server() -> None:
    with serving(app_with_jobs(jobs_waiting=20)) as client, ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda number: client.get(f"/square/{number}"), range(20)))
        assert [answer.json() for answer in answers] == [number**2 for number in range(20)]
        processes = {answer.json() for answer in threads.map(client.get, ["/pid"] * 20)}
    assert 1 <= len(processes) <= 2
    assert all(is_gone(process) for process in processes)


def test_a_worker_killed_from_outside_gives_a_problem_and_the_next_request_is_answered(tmp_path: Path) -> None:
    with serving(app_with_jobs(job_seconds=600)) as client, ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(client.get, "/tell", params={"path": str(tmp_path / "pid")})
        os.kill(told(tmp_path / "pid"), signal.SIGKILL)
        assert problem(waiting.result(), "worker-died")["status"] == 500
        assert client.get("/square/9").json() == 81


def test_a_request_too_many_is_refused_at_once(tmp_path: Path) -> None:
    app = app_with_jobs(job_seconds=600, job_processes=1, jobs_waiting=0)
    with serving(app) as client:
        with ThreadPoolExecutor(1) as threads:
            waiting = threads.submit(client.get, "/tell", params={"path": str(tmp_path / "pid")})
            process = told(tmp_path / "pid")
            refused = client.get("/square/9")
            os.kill(process, signal.SIGKILL)
            problem(waiting.result(), "worker-died")
        assert problem(refused, "busy")["status"] == 503
        assert int(refused.headers["retry-after"]) > 0
        assert client.get("/square/9").json() == 81


def test_a_job_can_stand_behind_every_kind_of_request_and_answer() -> None:
    app = app_with_jobs(job_processes=1)
    with serving(app) as client:
        _check_every_kind(client)
    with TestClient(app_with_jobs(job_processes=1), raise_server_exceptions=False) as test_client:
        _check_every_kind(test_client)


def _check_every_kind(client: Any) -> None:
    process = client.get("/pid").json()
    assert client.head("/pid").status_code == 200
    value = {"text": "ñ" * 100_000}
    assert client.post("/echo", json=value).json() == value
    assert client.get("/stream").text == "piece " * 1000
    assert problem(client.get("/fail?kind=problem"), "unknown-id")["errors"][0]["parameter"] == "state"
    assert problem(client.get("/fail?kind=file"), "internal-error")["status"] == 500
    assert client.get("/pid").json() == process
    if sys.platform == "linux":
        assert problem(client.get("/memory"), "memory-exceeded")["status"] == 400
        assert client.get("/square/9").json() == 81
