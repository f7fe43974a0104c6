"""An import that is killed leaves nothing behind, and can be run again."""

import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import SQLModel

from app.exchange.importing import Request, Result, Status, import_file
from app.main import create_app
from app.models.tables import Reader
from app.settings import Settings
from app.store import import_jobs
from app.store.database import Database
from tests.support.imports import ended
from tests.support.keys import bearer, key_for
from tests.support.server import Server
from tests.test_crashes import await_sessions, check_books

REPOSITORY = Path(__file__).parent.parent.parent
GRANTS = 120


def grants(many: int = GRANTS) -> bytes:
    return json.dumps({
        "grants": [
            {
                "id": f"360G-kill-{number}", "title": f"Grant {number}", "description": "Water.", "currency": "MXN",
                "amountAwarded": number + 0.25, "awardDate": "2022-03-04",
                "recipientOrganization": [{"id": f"MX-RFC-RAL010203{number:03}", "name": f"Red {number}"}],
                "fundingOrganization": [{"id": "GB-CHC-1234567", "name": "Fundación del Río"}],
                "beneficiaryLocation": [{"name": "Nuevo León", "countryCode": "MX"}],
            }
            for number in range(many)
        ]
    }).encode()  # fmt: skip


def tables(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with database.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in SQLModel.metadata.sorted_tables
        }


def bring(database: Database, content: bytes) -> Result:
    return import_file(database, Request(file=io.BytesIO(content), file_name="grants.json"))


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize(
    ("stage", "many"),
    [
        ("reading", 30_000),
        ("writing", 240),
        pytest.param("writing", 1, marks=pytest.mark.long),
        pytest.param("writing", 480, marks=pytest.mark.long),
    ],
)
def test_what_is_killed_leaves_nothing_and_can_be_run_again(url: str, tmp_path: Path, stage: str, many: int) -> None:
    path, scratch = tmp_path / "grants.json", tmp_path / "scratch"
    path.write_bytes(grants())
    scratch.mkdir()
    database = Database(url)
    before = tables(database)
    killed = subprocess.run(
        [sys.executable, "-m", "tests.support.killed_import", url, str(path), stage, str(many)],
        cwd=REPOSITORY,
        env={**os.environ, "TMPDIR": str(scratch), "SQLITE_TMPDIR": str(scratch)},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    await_sessions(database)
    assert tables(database) == before
    assert list(scratch.iterdir()) == []
    result = bring(database, grants())
    assert (result.status, result.counts["project"]) == (Status.done, {"created": GRANTS})
    with database.read() as connection:
        check_books(connection)
    assert bring(database, grants()).version is None
    database.close()


def test_the_service_is_killed_in_the_middle_and_says_so(url: str, tmp_path: Path) -> None:
    key = bearer(key_for(url, "write"))
    database = Database(url)
    with Server(url, tmp_path) as server:
        files = {"file": ("grants.json", grants(20_000))}
        sent = httpx.post(f"{server.address}/v1/imports", files=files, headers=key, timeout=60)
        assert sent.status_code == 202, sent.text
        address = f"/v1/imports/{sent.json()['id']}"
        end = time.monotonic() + 60
        while httpx.get(f"{server.address}{address}", headers=key, timeout=60).json()["status"] == "waiting":
            assert time.monotonic() < end
        server.kill()
    await_sessions(database)
    with database.read() as connection:
        assert import_jobs.is_any_unfinished(connection)
        assert check_books(connection) == 1
    later = datetime.now(UTC) + timedelta(minutes=1)
    app = create_app(Settings(database_url=url), clock=lambda: later)
    with TestClient(app, headers=key) as client:
        job = ended(client, address)
        assert (job["status"], job["import_run"]) == ("failed", None), job
        assert "Send it again" in job["detail"]
    database.close()


def test_what_waits_behind_another_is_not_taken_for_lost(url: str) -> None:
    database, now = Database(url), datetime(2026, 1, 1, tzinfo=UTC)
    wanted = Request(file=tempfile.TemporaryFile(), file_name="x", format="360giving")  # noqa: SIM115 - closed below
    with wanted.file, database.write_service() as connection:
        lost, kept = (import_jobs.create(connection, wanted, sha256="a", size=1, at=now) for _ in range(2))
        later = now + timedelta(minutes=1)
        import_jobs.live(connection, [kept], later)
        import_jobs.give_up(connection, later)
        jobs = import_jobs.list_jobs(connection, Reader.restricted, after=None, limit=9)
    found = {job.id: job.status for job in jobs or ()}
    assert found == {lost: Status.failed, kept: Status.waiting}
    database.close()
