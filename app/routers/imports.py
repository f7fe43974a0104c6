"""Imports: a file is brought, checked, and written as one; what is wrong with it is told line by line."""

import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import PurePath
from typing import Annotated, Any, Literal

import anyio
from fastapi import File, Form, Path, Query, Request, Response, UploadFile
from fastapi.sse import format_sse_event
from pydantic import Field, StringConstraints

from app.exchange import importing
from app.exchange.drafts import FileRefused
from app.exchange.formats import FORMATS, Format, check_options, format_of, options_of
from app.exchange.importing import OnError, Status, sha256_of
from app.models.types import Schema
from app.problems import Problem, not_found
from app.routers.areas import AreaRouter
from app.routers.common import (
    DatabaseDep,
    NoParametersDep,
    Parameters,
    caller_of,
    link_next,
    problems,
)
from app.routers.idempotency import unrepeatable
from app.routers.streaming import EVENTS, HEARTBEAT, EventStream
from app.store import import_jobs
from app.store.import_jobs import Job
from app.store.watching import Waiting

PATH = "/v1/imports"
"""Where files are sent; they may be larger than other bodies."""
router = AreaRouter(prefix=PATH, tags=["imports"])

_LOOK = 0.5
"""Seconds between two looks at an import that somebody watches."""


def _plain_options(one: Format) -> list[str]:
    return [name for name in one.options if name != "mapping"]


Formats: Any = Literal[tuple(FORMATS)]
_EXAMPLE = {
    "check": {
        "summary": "Say what a file of 360Giving would do",
        "value": {"file": '{"grants": [ … ]}', "option": ["currency=GBP"], "dry_run": True, "on_error": "skip"},
    }
}
JobId = Annotated[str, Path(description="Id of the import.", pattern="^i[0-9a-f]{16}$")]


class ImportRead(Schema):
    """A file that was brought, as far as it is."""

    id: str = Field(description="Id of the import.")
    at: datetime = Field(description="When it was brought.")
    format: str = Field(description="The format it is read in.")
    file_name: str = Field(description="Name of the file.")
    sha256: str = Field(description="SHA-256 of the file.")
    size: int = Field(description="Size of the file in bytes.")
    dry_run: bool = Field(description="Whether it is only checked.")
    on_error: OnError = Field(description="refuse: one error and nothing is taken; skip: the good records are taken.")
    status: Status = Field(
        description="waiting, running; done, checked (a dry run that went well), refused (something is wrong with the "
        "file), failed (something went wrong here), cancelled. Only of `done` is there anything in the data."
    )
    detail: str | None = Field(description="Why it is not done, in words.")
    read: int = Field(description="Bytes of the file that were read so far.")
    counts: dict[str, dict[str, int]] = Field(
        description="For each kind of record how many were created, updated, unchanged, matched (there already, by an "
        "identifier, and left as they are), left alone (edited, deleted or merged here), refused; `read`, where "
        "nothing was written."
    )
    problems: dict[str, int] = Field(description="How many errors, warnings and notes there are.")
    left_out: dict[str, int] = Field(description="What is not taken on purpose, with how often: natural persons …")
    import_run: str | None = Field(description="The version that it made, which can be undone; null: none.")
    ended_at: datetime | None = Field(description="When it was over; null: it is not.")


class ImportPage(Schema):
    """One page of imports."""

    items: list[ImportRead] = Field(description="The imports, newest first.")
    next: str | None = Field(description="Cursor of the next page; null on the last.")


class ImportProblemRead(Schema):
    """Something about a file that its owner should know."""

    severity: Literal["error", "warning", "note"] = Field(
        description="error: the record is not taken; warning: not all of it, or not as it stands; note: good to know."
    )
    code: str = Field(description="What it is, for machines.")
    detail: str = Field(description="What it is, for people.")
    line: int | None = Field(description="Number of the row, grant or activity in the file, from 1; null: the file.")
    place: str | None = Field(description="The same in words.")
    field: str | None = Field(description="The field, as the file calls it.")


class ImportProblemPage(Schema):
    """One page of problems."""

    items: list[ImportProblemRead] = Field(description="The problems, in the order in which they were found.")
    next: str | None = Field(description="Cursor of the next page; null on the last.")


class ImportListParameters(Parameters):
    """Which page."""

    limit: int = Field(default=50, ge=1, le=500, description="Imports a page.")
    cursor: Annotated[str, StringConstraints(max_length=40)] | None = Field(
        default=None, description="`next` of the page before."
    )


class ImportProblemParameters(Parameters):
    """Which page."""

    limit: int = Field(default=100, ge=1, le=1000, description="Problems a page.")
    cursor: Annotated[str, StringConstraints(pattern="^[0-9]{1,9}$")] | None = Field(
        default=None, description="`next` of the page before."
    )


@router.post(
    "",
    operation_id="create_import",
    summary="Bring a file",
    status_code=202,
    dependencies=[unrepeatable("the same file twice changes nothing")],
    openapi_extra={"requestBody": {"content": {"multipart/form-data": {"examples": _EXAMPLE}}}},
    responses={
        202: {"headers": {"Location": {"description": "Where to ask how far it is.", "schema": {"type": "string"}}}},
        **problems("body-too-large", "unsupported-media-type", "malformed-body", "file-refused"),
    },
)
async def create_import(
    request: Request,
    response: Response,
    _: NoParametersDep,
    file: Annotated[UploadFile, File(description="The file. It is never fetched from an address.")],
    format: Annotated[  # noqa: A002
        Formats | None, Form(description="The format; found out from the file where it is plain.")
    ] = None,
    mapping: Annotated[
        str | None,
        Form(max_length=100_000, description="What the columns of a list of grants mean: TOML or JSON; see the docs."),
    ] = None,
    option: Annotated[
        list[Annotated[str, StringConstraints(max_length=200)]],
        Form(
            max_length=10,
            description="What is to be known of the file beside it, as `name=value`: "
            + "; ".join(f"{one.name}: {', '.join(own)}" for one in FORMATS.values() if (own := _plain_options(one)))
            + ".",
        ),
    ] = [],  # noqa: B006 - FastAPI copies it
    dry_run: Annotated[bool, Form(description="Only say what would be done.")] = False,
    on_error: Annotated[OnError, Form(description="What becomes of a file in which something is wrong.")] = (
        OnError.refuse
    ),
) -> ImportRead:
    """Take a file of 360Giving, IATI, Tejido's own tables or, with a mapping, any list of grants.

    It is read first, then written in one transaction: nothing is ever half imported. The same file again changes
    nothing, a newer one changes what is new in it. The answer comes at once; ask at its `Location` how far it is.
    """
    job = await anyio.to_thread.run_sync(
        lambda: _take(request, file, format, mapping, option, dry_run=dry_run, on_error=on_error)
    )
    response.headers["Location"] = f"{PATH}/{job.id}"
    response.headers["Cache-Control"] = "no-store"
    return _read(job)


def _take(
    request: Request,
    file: UploadFile,
    name: str | None,
    mapping: str | None,
    pairs: Sequence[str],
    *,
    dry_run: bool,
    on_error: OnError,
) -> Job:
    caller, database = caller_of(request), request.app.state.database
    file_name = PurePath(file.filename or "file").name[:200]
    with ExitStack() as stack:
        # A file without a name: it goes with whoever has it open.
        copy = stack.enter_context(tempfile.TemporaryFile())
        shutil.copyfileobj(file.file, copy, 1 << 20)
        size = copy.tell()
        copy.seek(0)
        pointer = "/option"
        try:
            options = options_of(pairs)
            pointer = "/format"
            name = name or format_of(copy, file_name, has_mapping=mapping is not None)
            pointer = "/option"
            check_options(name, options)
        except FileRefused as refusal:
            errors = [{"pointer": pointer, "detail": str(refusal)}]
            raise Problem("file-refused", "The file cannot be read.", errors=errors) from None
        if (name == "mapped") != (mapping is not None):
            errors = [{"pointer": "/mapping", "detail": "needed for a list of grants, and for nothing else"}]
            raise Problem("malformed-body", "See /docs for the form.", errors=errors)
        wanted = importing.Request(
            file=copy,
            file_name=file_name,
            format=name,
            options=options if mapping is None else options | {"mapping": mapping},
            dry_run=dry_run,
            on_error=on_error,
            actor=caller.actor,
            reader=caller.reader,
        )
        sha256, now = sha256_of(copy), database.clock()
        with database.write_service() as connection:
            job = import_jobs.create(connection, wanted, sha256=sha256, size=size, at=now)
            found = import_jobs.find(connection, job, caller.reader)
        if not request.app.state.imports.submit(job, wanted):
            with database.write_service() as connection:
                import_jobs.cancel(connection, job, now)
            raise Problem("busy", "Too many imports wait already.", headers={"Retry-After": "30"})
        stack.pop_all()
    if found is None:
        raise RuntimeError("an import that was just noted is not there")
    return found


@router.get("", operation_id="list_imports", summary="List imports", responses=problems("bad-cursor"))
def get_imports(
    request: Request,
    response: Response,
    database: DatabaseDep,
    parameters: Annotated[ImportListParameters, Query()],
) -> ImportPage:
    """The files that were brought, newest first."""
    response.headers["Cache-Control"] = "no-store"
    with database.read_service() as connection:
        found = import_jobs.list_jobs(
            connection, caller_of(request).reader, after=parameters.cursor, limit=parameters.limit + 1
        )
    if found is None:
        raise Problem("bad-cursor", "Take the cursor from `next` of the page before.")
    page = found[: parameters.limit]
    following = page[-1].id if len(found) > len(page) else None
    if following is not None:
        response.headers["Link"] = link_next(request, following)
    return ImportPage(items=[_read(job) for job in page], next=following)


@router.get("/{id}", operation_id="get_import", summary="How far an import is", responses=problems("not-found"))
def get_import(
    id: JobId,  # noqa: A002
    request: Request,
    response: Response,
    database: DatabaseDep,
    _: NoParametersDep,
) -> ImportRead:
    """How far it is, what was found in the file, what became of it."""
    response.headers["Cache-Control"] = "no-store"
    return _read(_found(request, database, id))


@router.get(
    "/{id}/problems",
    operation_id="list_import_problems",
    summary="What is wrong with a file",
    responses=problems("not-found", "bad-cursor"),
)
def get_import_problems(
    id: JobId,  # noqa: A002
    request: Request,
    response: Response,
    database: DatabaseDep,
    parameters: Annotated[ImportProblemParameters, Query()],
) -> ImportProblemPage:
    """Every problem with its place in the file, once the import is over; the first 10,000 of them."""
    response.headers["Cache-Control"] = "no-store"
    _found(request, database, id)
    after = -1 if parameters.cursor is None else int(parameters.cursor)
    with database.read_service() as connection:
        found = import_jobs.list_problems(connection, id, after=after, limit=parameters.limit + 1)
    page = found[: parameters.limit]
    following = str(page[-1][0]) if len(found) > len(page) else None
    if following is not None:
        response.headers["Link"] = link_next(request, following)
    items = [
        ImportProblemRead(
            severity=problem.severity.value,
            code=problem.code,
            detail=problem.detail,
            line=None if problem.place is None else problem.place.number,
            place=None if problem.place is None else problem.place.words,
            field=problem.field,
        )
        for _, problem in page
    ]
    return ImportProblemPage(items=items, next=following)


@router.get(
    "/{id}/events",
    operation_id="watch_import",
    summary="Watch an import",
    response_class=Response,
    responses={
        200: {
            "description": "Events: `data` is an Import. `event: progress` while it goes on, `event: over` at its end.",
            # No type: readers of the document differ in whether it is that of the stream or of an event.
            "content": {EVENTS: {}},
        },
        **problems("not-found", "busy"),
    },
)
def watch_import(id: JobId, request: Request, database: DatabaseDep, _: NoParametersDep) -> Response:  # noqa: A002
    """How far it is, as it goes on; the stream ends with the import."""
    _found(request, database, id)
    return ImportStream(request, id)


class ImportStream(EventStream):
    """How far an import is, as events."""

    def __init__(self, request: Request, job: str) -> None:
        """Which import."""
        super().__init__(request)
        self._job = job

    async def events(self, waiting: Waiting) -> AsyncIterator[bytes]:
        """The import, whenever it is further than before."""
        told, last = None, time.monotonic()
        while not waiting.is_ending:
            job = await self.in_a_thread(self._read_job)
            if job is None:
                return
            if job != told:
                told, last = job, time.monotonic()
                word = "progress" if job.ended_at is None else "over"
                yield format_sse_event(event=word, data_str=_read(job).model_dump_json())
            if job.ended_at is not None:
                return
            if time.monotonic() - last >= HEARTBEAT:
                last = time.monotonic()
                yield format_sse_event(comment="")
            await waiting.rest(_LOOK)

    def _read_job(self) -> Job | None:
        with self.database.read_service() as connection:
            return import_jobs.find(connection, self._job, self.caller.reader) if self.may_listen(connection) else None


@router.delete(
    "/{id}",
    operation_id="cancel_import",
    summary="Cancel an import",
    status_code=204,
    responses=problems("not-found", "import-over"),
)
def cancel_import(id: JobId, request: Request, database: DatabaseDep, _: NoParametersDep) -> None:  # noqa: A002
    """Give up an import that is not over. If its records are being written already, it is finished all the same."""
    _found(request, database, id)
    with database.write_service() as connection:
        if not import_jobs.cancel(connection, id, database.clock()):
            raise Problem("import-over", "It is over. What it wrote can be undone: see /v1/import-runs.")


def _found(request: Request, database: Any, job: str) -> Job:
    with database.read_service() as connection:
        found = import_jobs.find(connection, job, caller_of(request).reader)
    if found is None:
        raise not_found("import")
    return found


def _read(job: Job) -> ImportRead:
    return ImportRead(
        id=job.id,
        at=job.at,
        format=job.format,
        file_name=job.file_name,
        sha256=job.sha256,
        size=job.size,
        dry_run=job.dry_run,
        on_error=OnError(job.on_error),
        status=job.status,
        detail=job.detail,
        read=job.read,
        counts={kind: dict(words) for kind, words in job.counts.items()},
        problems=dict(job.problem_counts),
        left_out=dict(job.left_out),
        import_run=job.run,
        ended_at=job.ended_at,
    )
