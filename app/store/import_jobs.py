"""Files that somebody brought: kept while they are worked on, with what was found in them and what became of them."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, or_, select, update

from app.access.actions import as_utc
from app.exchange.drafts import Place, Severity
from app.exchange.drafts import Problem as FileProblem
from app.exchange.importing import Request, Result, Status
from app.models.service import ImportJob, ImportProblem
from app.models.tables import DataVersion, Reader, sql_table

__all__ = [
    "Job",
    "begin",
    "cancel",
    "create",
    "find",
    "finish",
    "give_up",
    "is_any_unfinished",
    "list_jobs",
    "list_problems",
    "live",
    "tell",
]

_JOB = sql_table(ImportJob)
_PROBLEM = sql_table(ImportProblem)
_VERSION = sql_table(DataVersion)
_SILENT = timedelta(seconds=30)
"""Time after which whoever worked on an import is taken for gone."""
_UNFINISHED = (Status.waiting, Status.running)


@dataclass(frozen=True, slots=True)
class Job:
    """An import, as far as it is."""

    id: str
    at: datetime
    actor: str | None
    format: str
    file_name: str
    sha256: str
    size: int
    dry_run: bool
    on_error: str
    status: Status
    detail: str | None
    read: int
    """Bytes of the file read so far."""
    counts: Mapping[str, Mapping[str, int]]
    problem_counts: Mapping[str, int]
    left_out: Mapping[str, int]
    run: str | None
    """The version that it made, as its reader counts it."""
    ended_at: datetime | None


def create(connection: Connection, wanted: Request, *, sha256: str, size: int, at: datetime) -> str:
    """Note a file that is to be brought in; returns the id of the import."""
    job = f"i{secrets.token_hex(8)}"
    said = {"dry_run": wanted.dry_run, "on_error": wanted.on_error}
    values = {
        "id": job,
        "at": at,
        "actor": wanted.actor,
        "reader": wanted.reader,
        "format": wanted.format or "",
        "file_name": wanted.file_name,
        "sha256": sha256,
        "size": size,
        "options": json.dumps(said),
        "status": Status.waiting,
        "counts": "{}",
        "seen_at": at,
    }
    connection.execute(insert(_JOB).values(**values, read=0))
    return job


def begin(connection: Connection, job: str, at: datetime) -> bool:
    """Start to work on an import, again where nobody knows whether that was noted; whether it is still wanted."""
    own = (_JOB.c.id == job, _JOB.c.status.in_(_UNFINISHED))
    return connection.execute(update(_JOB).where(*own).values(status=Status.running, seen_at=at)).rowcount == 1


def tell(connection: Connection, job: str, read: int, at: datetime) -> bool:
    """Note how far the reading is; whether the import is still wanted."""
    own = (_JOB.c.id == job, _JOB.c.status == Status.running)
    return connection.execute(update(_JOB).where(*own).values(read=read, seen_at=at)).rowcount == 1


def finish(connection: Connection, job: str, result: Result, at: datetime) -> None:
    """Note what became of an import, and its problems; again where nobody knows whether that was noted."""
    counts = {
        "records": {kind: dict(words) for kind, words in result.counts.items()},
        "problems": {str(severity): many for severity, many in result.problem_counts.items()},
        "left_out": dict(result.left_out),
    }
    values = {"status": result.status, "detail": result.detail, "counts": json.dumps(counts), "ended_at": at}
    connection.execute(update(_JOB).where(_JOB.c.id == job).values(**values, version=result.version, seen_at=at))
    rows = [_problem_row(job, position, problem) for position, problem in enumerate(result.problems)]
    connection.execute(delete(_PROBLEM).where(_PROBLEM.c.job == job))
    statement = insert(_PROBLEM)
    if connection.dialect.name == "postgresql":
        # With RETURNING one statement carries many rows.
        statement = statement.returning(_PROBLEM.c.position)
    if rows:
        connection.execute(statement, rows)


def _problem_row(job: str, position: int, problem: FileProblem) -> dict[str, Any]:
    place = problem.place
    return {
        "job": job,
        "position": position,
        "severity": problem.severity,
        "code": problem.code,
        "detail": problem.detail,
        "number": None if place is None else place.number,
        "place": None if place is None else place.words,
        "field": problem.field,
    }


def cancel(connection: Connection, job: str, at: datetime) -> bool:
    """Say that an import is not wanted any more; whether it was not over yet."""
    own = (_JOB.c.id == job, _JOB.c.status.in_(_UNFINISHED))
    values = {"status": Status.cancelled, "detail": "It was cancelled; nothing was written.", "ended_at": at}
    return connection.execute(update(_JOB).where(*own).values(**values)).rowcount == 1


def live(connection: Connection, jobs: Sequence[str], at: datetime) -> None:
    """Note of imports that somebody works on them, or will."""
    if jobs:
        connection.execute(update(_JOB).where(_JOB.c.id.in_(jobs)).values(seen_at=at))


def is_any_unfinished(connection: Connection) -> bool:
    """Whether there are imports that are not over."""
    return connection.execute(select(_JOB.c.id).where(_JOB.c.status.in_(_UNFINISHED)).limit(1)).first() is not None


def give_up(connection: Connection, at: datetime) -> None:
    """Note of imports that nobody works on any more that they failed: the process ended, and wrote nothing."""
    own = (_JOB.c.status.in_(_UNFINISHED), _JOB.c.seen_at < at - _SILENT)
    values = {
        "status": Status.failed,
        "detail": "The service stopped in the middle; nothing was written. Send it again.",
    }
    connection.execute(update(_JOB).where(*own).values(**values, ended_at=at))


def find(connection: Connection, job: str, reader: Reader) -> Job | None:
    """An import, if the class of reader may know of it."""
    row = connection.execute(_query(reader).where(_JOB.c.id == job)).first()
    return None if row is None else _job(row, reader)


def list_jobs(connection: Connection, reader: Reader, *, after: str | None, limit: int) -> Sequence[Job] | None:
    """Imports, newest first, from after the one named on; None where there is no such one."""
    query = _query(reader)
    if after is not None:
        last = connection.execute(select(_JOB.c.at).where(_JOB.c.id == after)).scalar()
        if last is None:
            return None
        query = query.where(or_(_JOB.c.at < last, (_JOB.c.at == last) & (_JOB.c.id < after)))
    rows = connection.execute(query.order_by(_JOB.c.at.desc(), _JOB.c.id.desc()).limit(limit))
    return [_job(row, reader) for row in rows]


def list_problems(connection: Connection, job: str, *, after: int, limit: int) -> list[tuple[int, FileProblem]]:
    """Problems of an import in the order in which they were found: position, problem."""
    query = select(_PROBLEM).where(_PROBLEM.c.job == job, _PROBLEM.c.position > after)
    return [
        (
            row.position,
            FileProblem(
                Severity(row.severity),
                row.code,
                row.detail,
                None if row.place is None else Place(row.number, row.place),
                row.field,
            ),
        )
        for row in connection.execute(query.order_by(_PROBLEM.c.position).limit(limit))
    ]


def _query(reader: Reader) -> Select[Any]:
    query = select(_JOB, _VERSION.c.public_number).outerjoin(_VERSION, _VERSION.c.number == _JOB.c.version)
    # What a key with the scope `restricted` brought tells of what is restricted.
    return query.where(_JOB.c.reader == Reader.public) if reader is Reader.public else query


def _job(row: Row[Any], reader: Reader) -> Job:
    said, counts = json.loads(row.options), json.loads(row.counts)
    run = None
    if row.version is not None:
        run = f"v{row.public_number}" if reader is Reader.public else f"r{row.version}"
    return Job(
        id=row.id,
        at=as_utc(row.at),
        actor=row.actor,
        format=row.format,
        file_name=row.file_name,
        sha256=row.sha256,
        size=row.size,
        dry_run=said["dry_run"],
        on_error=said["on_error"],
        status=Status(row.status),
        detail=row.detail,
        read=row.read,
        counts=counts.get("records", {}),
        problem_counts=counts.get("problems", {}),
        left_out=counts.get("left_out", {}),
        run=run,
        ended_at=None if row.ended_at is None else as_utc(row.ended_at),
    )
