"""The command line: what it does, and that it says in a sentence what went wrong."""

import json
import os
import shlex
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.migrations import head
from app.store.seed import seed_rows
from tests.support.ports import free_port

COMMAND = str(Path(sys.executable).with_name("tejido"))
PATIENCE = 60
RECORDS = sum(1 for _ in seed_rows())


def environment(url: str, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TEJIDO_") and name != "PORT"}
    return kept | {"TEJIDO_DATABASE_URL": url, "NO_COLOR": "1", "COLUMNS": "200"} | more


def run(folder: Path, url: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=folder,
        env=environment(url, **more),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@contextmanager
def serving(folder: Path, url: str, **more: str) -> Iterator[tuple[str, float, Path]]:
    """A running service: its address, the seconds until it was ready, and the file with what it wrote."""
    port, log = free_port(), folder / f"serve-{time.monotonic_ns()}.log"
    started = time.monotonic()
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve", "--port", str(port)],
            cwd=folder,
            env=environment(url, **more),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        while not is_ready(address):
            assert process.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() - started < PATIENCE, log.read_text(encoding="utf-8")
            time.sleep(0.02)
        yield address, time.monotonic() - started, log
    finally:
        process.terminate()
        process.wait(PATIENCE)
    assert process.returncode in (0, -15), log.read_text(encoding="utf-8")


def is_ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz", timeout=PATIENCE).status_code == 200
    except httpx.TransportError:
        return False


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def said_plainly(result: subprocess.CompletedProcess[str], *words: str) -> None:
    """The command failed, and says why in a few words instead of a traceback."""
    told = result.stdout + result.stderr
    assert result.returncode != 0, told
    for word in words:
        assert word in told
    assert "Traceback" not in told, told[-500:]
    assert len(told.splitlines()) < 20, told[-500:]


# What it does


def test_without_a_command_the_commands_are_listed(tmp_path: Path) -> None:
    told = run(tmp_path, "sqlite:///x.db")
    for command in ("serve", "seed", "migrate", "openapi"):
        assert command in told.stdout + told.stderr
    assert list(tmp_path.iterdir()) == []


def test_migrate_makes_the_tables_and_nothing_in_them_and_can_be_run_again(tmp_path: Path) -> None:
    path = tmp_path / "own.db"
    for _ in range(2):
        result = run(tmp_path, f"sqlite:///{path}", "migrate")
        assert result.returncode == 0, result.stderr
        assert rows(path, "SELECT version_num FROM alembic_version") == [(head(),)]
        assert rows(path, "SELECT count(*) FROM organization") == [(0,)]


def test_seed_loads_the_first_data_set_once(tmp_path: Path) -> None:
    path = tmp_path / "own.db"
    result = run(tmp_path, f"sqlite:///{path}", "seed")
    assert result.returncode == 0, result.stderr
    assert "created" in result.stderr
    assert str(RECORDS) in result.stderr
    assert rows(path, "SELECT count(*) FROM organization") > [(40,)]
    result = run(tmp_path, f"sqlite:///{path}", "seed")
    assert result.returncode == 0, result.stderr
    assert "unchanged" in result.stderr
    assert "created" not in result.stderr
    assert rows(path, "SELECT number, public_number FROM data_counter") == [(1, 1)]


def test_openapi_writes_the_document_and_nothing_else_to_standard_output(tmp_path: Path) -> None:
    result = run(tmp_path, f"sqlite:///{tmp_path}/never.db", "openapi")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["openapi"].startswith("3.")
    assert "/v1/organizations" in document["paths"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.long
def test_openapi_needs_no_database(tmp_path: Path) -> None:
    result = run(tmp_path, "postgresql://nobody@127.0.0.1:1/nothing", "openapi")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["info"]["title"] == "Tejido"


def test_serve_prepares_a_database_answers_and_does_not_load_the_data_a_second_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "own.db"
    with serving(tmp_path, f"sqlite:///{path}") as (address, first, log):
        assert httpx.get(f"{address}/healthz", timeout=PATIENCE).json() == {"status": "ok"}
        assert httpx.get(f"{address}/v1/about", timeout=PATIENCE).json()["data_version"] == "v1"
        assert httpx.get(f"{address}/v1/organizations/ned", timeout=PATIENCE).status_code == 200
        told = log.read_text(encoding="utf-8")
        assert f"Loaded the first data set: {RECORDS} records." in told
        assert f"{address.replace('127.0.0.1', 'localhost')}/docs" in told
        assert "Nobody can write yet" in told
        body = {"id": "own", "name": "Own", "kind": "ngo", "basis": "stated"}
        assert httpx.post(f"{address}/v1/organizations", json=body, timeout=PATIENCE).status_code == 401
        # The command is taken as it is told.
        (shown,) = [line for line in told.splitlines() if " keys create " in line]
        own = environment(f"sqlite:///{path}")
        made = subprocess.run(shlex.split(shown), cwd=tmp_path, env=own, capture_output=True, text=True, check=True)
        key = {"Authorization": f"Bearer {made.stdout.strip()}"}
        assert httpx.post(f"{address}/v1/organizations", json=body, headers=key, timeout=PATIENCE).status_code == 201
    with serving(tmp_path, f"sqlite:///{path}") as (address, second, log):
        assert httpx.get(f"{address}/v1/about", timeout=PATIENCE).json()["data_version"] == "v2"
        assert httpx.get(f"{address}/v1/organizations/own", timeout=PATIENCE).status_code == 200
        told = log.read_text(encoding="utf-8")
        assert "Loaded" not in told
        assert "Nobody can write yet" not in told
        assert "Traceback" not in told
    # The times are told, not judged: on a busy machine the second start may be no quicker.
    with capsys.disabled():
        print(f"\nserve was ready after {first:.2f} s on an empty folder, after {second:.2f} s the second time")  # noqa: T201


@pytest.mark.long
def test_serve_leaves_a_database_empty_when_it_is_told_to(tmp_path: Path) -> None:
    with serving(tmp_path, f"sqlite:///{tmp_path}/own.db", TEJIDO_SEED="false") as (address, _, log):
        assert httpx.get(f"{address}/v1/organizations", timeout=PATIENCE).json()["items"] == []
        assert "Loaded" not in log.read_text(encoding="utf-8")


@pytest.mark.long
def test_two_services_started_at_once_on_one_new_file_both_answer(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/own.db"
    port = free_port()
    other = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve", "--port", str(port)],
        cwd=tmp_path,
        env=environment(url),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with serving(tmp_path, url) as (address, _, _):
            started = time.monotonic()
            while not is_ready(f"http://127.0.0.1:{port}"):
                assert other.poll() is None
                assert time.monotonic() - started < PATIENCE
                time.sleep(0.05)
            for one in (address, f"http://127.0.0.1:{port}"):
                assert httpx.get(f"{one}/v1/about", timeout=PATIENCE).json()["data_version"] == "v1"
    finally:
        other.terminate()
        other.wait(PATIENCE)


# What can be wrong


@pytest.mark.parametrize("url", ["mysql://somebody:geheim@host/db", "postgresql+psycopg://h/db"])
def test_an_address_of_no_database_is_said_plainly(tmp_path: Path, url: str) -> None:
    result = run(tmp_path, url, "migrate")
    assert "geheim" not in result.stdout + result.stderr
    said_plainly(result, "TEJIDO_DATABASE_URL")


@pytest.mark.long
def test_another_setting_that_cannot_be_is_said_plainly(tmp_path: Path) -> None:
    said_plainly(run(tmp_path, "sqlite:///x.db", "migrate", TEJIDO_MAX_BODY_BYTES="many"), "TEJIDO_MAX_BODY_BYTES")


def test_a_folder_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    said_plainly(run(tmp_path, f"sqlite:///{tmp_path}/no/such/folder/own.db", "serve"), "unable to open database file")


@pytest.mark.long
def test_a_folder_that_cannot_be_written_to_is_said_plainly(tmp_path: Path) -> None:
    # Even the superuser cannot make a file there.
    said_plainly(run(tmp_path, "sqlite:////proc/own.db", "serve"), "unable to open database file")


def test_a_file_that_is_no_database_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "own.db").write_text("This is a letter, not a database. " * 100, encoding="utf-8")
    said_plainly(run(tmp_path, f"sqlite:///{tmp_path}/own.db", "migrate"), "not a database")


def test_a_postgresql_that_is_away_is_said_plainly_and_at_once(tmp_path: Path) -> None:
    started = time.monotonic()
    result = run(tmp_path, f"postgresql://somebody:geheim@127.0.0.1:{free_port()}/db", "serve")
    assert time.monotonic() - started < PATIENCE / 2
    assert "geheim" not in result.stdout + result.stderr
    said_plainly(result, "127.0.0.1")


def test_a_port_that_is_taken_is_said_plainly(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run(tmp_path, f"sqlite:///{tmp_path}/own.db", "serve", "--port", str(port), TEJIDO_SEED="false")
        said_plainly(result, "address already in use", str(port))


def test_a_port_that_cannot_be_is_said_plainly(tmp_path: Path) -> None:
    said_plainly(run(tmp_path, "sqlite:///x.db", "serve", "--port", "70000"), "70000")
    assert list(tmp_path.iterdir()) == []
