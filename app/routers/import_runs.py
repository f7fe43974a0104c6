"""Import runs: what each did, and to undo one as a unit."""

import re
from datetime import datetime
from typing import Annotated

from fastapi import Path, Query, Request, Response
from pydantic import Field, StringConstraints

from app.access.actions import note_action
from app.history.view import present_view
from app.models.types import Schema
from app.problems import Problem
from app.routers.areas import AreaRouter
from app.routers.common import CallerDep, DatabaseDep, NoParametersDep, Parameters, caller_of, link_next, problems
from app.store.changes import UNDO, RunSummary, find_run, list_runs
from app.store.restoring import undo

router = AreaRouter(prefix="/v1/import-runs", tags=["history"])


class ImportRunRead(Schema):
    """One loading of data from outside."""

    id: str = Field(description="The version that it made.", examples=["v1"])
    source: str = Field(description="Where the data came from.")
    at: datetime = Field(description="When it was done.")
    cause: str = Field(description="By which path: seed or import.")
    created: int = Field(description="Records that it created.")
    updated: int = Field(description="Records that it changed.")
    deleted: int = Field(description="Records that it deleted.")
    undone_in: str | None = Field(description="The version that undid it; null where none did.")


class ImportRunPage(Schema):
    """One page of import runs."""

    items: list[ImportRunRead] = Field(description="The runs, newest first.")
    next: str | None = Field(description="Cursor of the next page; null on the last.")


class ImportRunListParameters(Parameters):
    """Which page."""

    limit: int = Field(default=50, ge=1, le=500, description="Runs a page.")
    cursor: Annotated[str, StringConstraints(max_length=40)] | None = Field(
        default=None, description="`next` of the page before."
    )


RunId = Annotated[str, Path(description="The version that the run made.", max_length=40)]


@router.get("", operation_id="list_import_runs", summary="List import runs", responses=problems("bad-cursor"))
def get_import_runs(
    request: Request,
    response: Response,
    database: DatabaseDep,
    parameters: Annotated[ImportRunListParameters, Query()],
) -> ImportRunPage:
    """What was loaded from outside, newest first: the first data set, files."""
    response.headers["Cache-Control"] = "no-store"
    with database.read() as connection:
        view = present_view(connection, caller_of(request).reader)
        if parameters.cursor is not None and not re.fullmatch(rf"{view.version[0]}[0-9]{{1,15}}", parameters.cursor):
            raise Problem("bad-cursor", "Take the cursor from `next` of the page before.")
        before = None if parameters.cursor is None else int(parameters.cursor[1:])
        found = list_runs(view, before=before, limit=parameters.limit + 1)
    page = found[: parameters.limit]
    following = page[-1].id if len(found) > len(page) else None
    if following is not None:
        response.headers["Link"] = link_next(request, following)
    return ImportRunPage(items=[_read(run) for run in page], next=following)


@router.get("/{id}", operation_id="get_import_run", summary="What an import run did", responses=problems("not-found"))
def get_import_run(
    id: RunId,  # noqa: A002
    request: Request,
    response: Response,
    database: DatabaseDep,
    _: NoParametersDep,
) -> ImportRunRead:
    """How many records it created, changed and deleted; `/v1/changes` tells which."""
    response.headers["Cache-Control"] = "no-store"
    with database.read() as connection:
        return _read(find_run(present_view(connection, caller_of(request).reader), id))


@router.post(
    "/{id}/undo",
    operation_id="undo_import_run",
    summary="Undo an import run",
    response_description="The run, undone.",
    responses=problems("not-found", "undo-refused"),
)
def undo_import_run(
    id: RunId,  # noqa: A002
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    _: NoParametersDep,
) -> ImportRunRead:
    """What it created is deleted, what it changed or deleted is as it was before; all of it, or nothing.

    Refused, with the reasons, where later changes build on what it did.
    """
    response.headers["Cache-Control"] = "no-store"
    with database.write(cause=UNDO, actor=caller.actor, reader=caller.reader) as writer:
        undo(writer, find_run(writer.view, id))
        note_action(writer.connection, actor=caller.name, action="undo import run", subject=id)
        writer.close()
        return _read(find_run(present_view(writer.connection, caller.reader), id))


def _read(run: RunSummary) -> ImportRunRead:
    return ImportRunRead(
        id=run.id,
        source=run.source,
        at=run.at,
        cause=run.cause,
        created=run.created,
        updated=run.updated,
        deleted=run.deleted,
        undone_in=run.undone_in,
    )
