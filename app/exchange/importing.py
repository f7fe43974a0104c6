"""A file brought in whole: read, staged, written in one transaction, or not at all."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import BinaryIO

from app.exchange.drafts import FileRefused, Report, Severity
from app.exchange.drafts import Problem as FileProblem
from app.exchange.formats import FORMATS, check_options, format_of
from app.exchange.staging import Staging
from app.history.view import present_view
from app.models.tables import Reader
from app.problems import Problem
from app.store.database import Database
from app.store.importing import OWN, Origin, Outcome, bring_in, known_keys

__all__ = ["Cancelled", "OnError", "Request", "Result", "Stage", "Status", "import_file", "sha256_of"]

_TICK = 0.5
"""Seconds between two words of progress."""


class OnError(StrEnum):
    """What becomes of a file in which something is wrong."""

    refuse = "refuse"
    skip = "skip"


class Stage(StrEnum):
    """How far an import is."""

    reading = "reading"
    matching = "matching"
    writing = "writing"


class Status(StrEnum):
    """What became of an import. `waiting` and `running` will change; the others are for good."""

    waiting = "waiting"
    running = "running"
    done = "done"
    checked = "checked"
    refused = "refused"
    failed = "failed"
    cancelled = "cancelled"


class Cancelled(Exception):  # noqa: N818 - a wish, not an error
    """Nobody wants the import any more."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be brought in, and how."""

    file: BinaryIO
    """It stays open; nobody else moves in it."""
    file_name: str
    format: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
    on_error: OnError = OnError.refuse
    actor: str | None = None
    reader: Reader = Reader.restricted


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of it."""

    status: Status
    detail: str | None = None
    counts: Mapping[str, Counter[str]] = field(default_factory=dict)
    """Kind -> created, updated, unchanged, matched, left alone, refused -> how many."""
    problems: list[FileProblem] = field(default_factory=list)
    problem_counts: Counter[Severity] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    version: int | None = None
    """The internal data version that it made; None where nothing changed."""


Progress = Callable[[Stage, int], None]
"""Told the stage and the bytes read (reading), or the records looked at (matching, writing). May raise `Cancelled`."""


class _DryRun(Exception):  # noqa: N818 - it undoes a transaction that went well
    """Everything worked; nothing is to stay."""


class _Refused(Exception):  # noqa: N818 - it undoes a transaction
    """Something was wrong that only the database knew."""


def sha256_of(file: BinaryIO) -> str:
    """The digest of a file, which is then at its beginning again."""
    digest = hashlib.sha256()
    while some := file.read(1 << 20):
        digest.update(some)
    file.seek(0)
    return digest.hexdigest()


def import_file(database: Database, request: Request, progress: Progress = lambda _stage, _done: None) -> Result:
    """Bring a file in. Nothing is written before all of it was read, and nothing stays of what cannot be finished."""
    with Staging() as staging:
        report = Report(note_problem=staging.note)
        try:
            return _import(database, request, staging, report, progress)
        except FileRefused as refusal:
            staging.note(refusal.problem)
            return _result(Status.refused, staging, report, detail=str(refusal))
        except Cancelled:
            return _result(Status.cancelled, staging, report, detail="It was cancelled; nothing was written.")
        except Problem as problem:
            return _result(Status.failed, staging, report, detail=problem.detail)


def _import(database: Database, request: Request, staging: Staging, report: Report, progress: Progress) -> Result:
    file = request.file
    name = request.format or format_of(file, request.file_name, has_mapping="mapping" in request.options)
    chosen = FORMATS[name]
    check_options(name, request.options)
    staging.has_ids = chosen.source == OWN
    tick = _ticking(progress)
    report.progressed = lambda done: tick(Stage.reading, done)
    sha256 = sha256_of(file)
    for number, draft in enumerate(chosen.reader(file, report, request.options)):
        staging.add(draft)
        if number % 100 == 0:
            tick(Stage.reading, file.tell())
    origin = Origin(
        source=chosen.source or report.about.get("source") or request.file_name,
        sha256=sha256,
        file_name=request.file_name,
        about=report.about,
    )
    _settle(database, request, staging, origin)
    if staging.problems[Severity.error] and request.on_error is OnError.refuse:
        return _result(Status.refused, staging, report, detail=_refusal(staging))
    before, outcome, version = staging.problems[Severity.error], Outcome(), None
    try:
        with database.write(cause="import", actor=request.actor, reader=request.reader) as writer:
            done = 0

            def count(many: int) -> None:
                nonlocal done
                done += many
                tick(Stage.writing, done)

            outcome = bring_in(writer, staging, origin, tick=count)
            if staging.problems[Severity.error] > before and request.on_error is OnError.refuse:
                raise _Refused
            if request.dry_run:
                raise _DryRun
            version = writer.version if writer.changes else None
    except _Refused:
        return _result(Status.refused, staging, report, outcome=outcome, detail=_refusal(staging))
    except _DryRun:
        detail = "Checked; nothing was written."
        return _result(Status.checked, staging, report, outcome=outcome, detail=detail)
    return _result(Status.done, staging, report, outcome=outcome, version=version)


def _settle(database: Database, request: Request, staging: Staging, origin: Origin) -> None:
    known: dict[str, list[str]] = {}
    with database.read_service() as connection:
        view = present_view(connection, request.reader)
        for kind, keys in staging.referred():
            known.setdefault(kind, []).extend(known_keys(view, origin.source, kind, keys))
    staging.settle(known)


def _ticking(progress: Progress) -> Progress:
    last = 0.0

    def tick(stage: Stage, done: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _TICK:
            last = now
            progress(stage, done)

    return tick


def _refusal(staging: Staging) -> str:
    many = staging.problems[Severity.error]
    return f"{many} {'problem' if many == 1 else 'problems'}; nothing was written. on_error=skip takes what is good."


def _result(
    status: Status,
    staging: Staging,
    report: Report,
    *,
    outcome: Outcome | None = None,
    detail: str | None = None,
    version: int | None = None,
) -> Result:
    return Result(
        status=status,
        detail=detail,
        counts=outcome.counts if outcome else {kind: Counter(read=many) for kind, many in staging.drafts.items()},
        problems=list(staging.found_problems()),
        problem_counts=staging.problems,
        left_out=report.left_out,
        version=version,
    )
