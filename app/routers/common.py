"""What the routes share: typed dependencies, documented problems, entity tags."""

import re
from collections.abc import Callable, Coroutine
from functools import partial, wraps
from typing import Annotated, Any

import anyio.to_thread
from fastapi import Depends, Header, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import to_json
from sqlalchemy import Connection

from app.access.callers import ANONYMOUS, Caller
from app.history.view import View, view_at
from app.openapi import described
from app.problems import Problem
from app.settings import Settings
from app.store.database import Database


async def _database(request: Request) -> Database:
    return request.app.state.database  # type: ignore[no-any-return]


async def _settings(request: Request) -> Settings:
    return request.app.state.settings  # type: ignore[no-any-return]


def caller_of(request: Request) -> Caller:
    """Who sends the request."""
    caller: Caller = getattr(request.state, "caller", ANONYMOUS)
    return caller


async def _caller(request: Request) -> Caller:
    return caller_of(request)


DatabaseDep = Annotated[Database, Depends(_database)]
SettingsDep = Annotated[Settings, Depends(_settings)]
CallerDep = Annotated[Caller, Depends(_caller)]
"""Who sends the request."""


class Parameters(BaseModel):
    """Base of every set of query parameters: unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", use_enum_values=True)


QueryYear = Annotated[int, Field(ge=1800, le=2200)]
"""A year in a query, where every value arrives as text."""


class NoParameters(Parameters):
    """An operation without query parameters."""


NoParametersDep = Annotated[NoParameters, Query()]


def _split(value: Any) -> Any:
    if isinstance(value, list):
        return [word for item in value for word in (item.split(",") if isinstance(item, str) else [item])]
    return value


Words = BeforeValidator(_split)
"""A list that may be repeated (`a=1&a=2`) or written in one (`a=1,2`)."""


_TURN_SECONDS = 0.25
"""Time for which a request waits for its turn."""


class ProblemError(BaseModel):
    """One thing that is wrong, and where."""

    pointer: str | None = Field(default=None, description="JSON Pointer into the body.")
    parameter: str | None = Field(default=None, description="Name of the parameter.")
    detail: str = Field(description="What would be right.")


class ProblemBody(BaseModel):
    """RFC 9457: the only shape in which anything goes wrong."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Stable address of the kind of problem.")
    title: str = Field(description="The kind of problem in words.")
    status: int = Field(description="HTTP status.")
    detail: str = Field(description="What is wrong in this case.")
    errors: list[ProblemError] = Field(description="Each thing that is wrong, and where.")
    request_id: str = Field(description="Id of the request, to quote in a report.")


_EVERYWHERE = (
    "bad-request", "unknown-parameter", "bad-parameter", "request-timeout", "uri-too-long", "too-many-requests",
    "headers-too-large", "busy", "deadline-exceeded", "internal-error",
)  # fmt: skip


def problems(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """The documented problems of an operation, for `responses=`; those of access follow from the table of needs."""
    found = described(*kinds, *_EVERYWHERE)
    return found if 422 in found else dict(sorted((found | described("malformed-json")).items()))


READ_HEADERS: dict[str, Any] = {
    "ETag": {"description": "Entity tag, for If-None-Match and If-Match.", "schema": {"type": "string"}},
    "Data-Version": {"description": "Version of the data that the answer shows.", "schema": {"type": "string"}},
    "Data-Version-Amended": {
        "description": "true: something that this version had held was taken away since.",
        "schema": {"type": "string"},
    },
}


def view_of(request: Request, connection: Connection, as_of: str | None = None) -> View:
    """The data at a version, as the caller may see it."""
    return view_at(connection, as_of, caller_of(request).reader)


def tag(response: Response, view: View, *, revision: int | None = None, pure: bool = False, variant: str = "") -> None:
    """Set entity tag and data version. `pure`: the answer depends on the record's own revision alone."""
    if revision is None:
        response.headers["ETag"] = f'"{view.tag}-{variant}"' if variant else f'"{view.tag}"'
    else:
        response.headers["ETag"] = record_tag(view, revision, pure=pure)
    response.headers["Data-Version"] = view.version
    if view.amended:
        response.headers["Data-Version-Amended"] = "true"
    response.headers["Cache-Control"] = "no-cache" if view.is_public else "private, no-cache"
    response.headers.add_vary_header("Authorization")


def answer_of(values: Any) -> Response:
    """An answer of what stands in the database, in the order of its fields. It was checked when it was written.

    The documented type is not asked again: for a list that takes longer than to read it.
    """
    return Response(to_json(values), media_type="application/json")


def in_turn(endpoint: Callable[..., Response]) -> Callable[..., Coroutine[Any, Any, Response]]:
    """An endpoint that reads a little: one after the other, so that they are not in each other's way.

    At each row that SQLite gives another thread takes the interpreter. Of sixteen that read at once each waits for all
    others at each row, and all take twice as long. Who has waited for a while goes all the same: one that takes long
    does not hold up the others.
    """

    @wraps(endpoint)
    async def waiting(request: Request, **named: Any) -> Response:
        turns: anyio.CapacityLimiter = request.app.state.turns
        has_turn = False
        with anyio.move_on_after(_TURN_SECONDS):
            await turns.acquire()
            has_turn = True
        try:
            return await anyio.to_thread.run_sync(partial(endpoint, request=request, **named))
        finally:
            if has_turn:
                turns.release()

    return waiting


def record_tag(view: View, revision: int, *, pure: bool) -> str:
    """The entity tag of one record. `pure`: its answer depends on its own revision alone."""
    return f'"r{revision}"' if pure else f'"r{revision}-{view.tag}"'


AsOf = Annotated[str, StringConstraints(max_length=40)]
AS_OF = Field(
    default=None, description="Data version (`v12`) or time (RFC 3339, not in the future) that the answer shows."
)


class VersionParameters(Parameters):
    """An operation that can show a past version of the data."""

    as_of: AsOf | None = AS_OF


VersionParametersDep = Annotated[VersionParameters, Query()]


IfMatch = Annotated[
    str | None,
    Header(
        description="Entity tag of the revision that you mean to change, or several.", examples=['"r1"'], max_length=200
    ),
]


_TAG = re.compile(r'"r([0-9]{1,15})(?:-[vr][0-9.]{1,30})?(?:~(?:gzip|zstd|br))?"')


def revisions_of(if_match: str | None) -> list[int]:
    """The revisions that If-Match names, by one entity tag or several; problems where there are none of ours.

    A weak tag names none: RFC 9110 has If-Match compare strongly.
    """
    if if_match is None:
        raise Problem("if-match-required", "Send If-Match with the entity tag that you read.")
    if if_match.strip() == "*":
        raise Problem("if-match-required", "If-Match: * names no revision; send the entity tag that you read.")
    found = [_TAG.fullmatch(tag.strip()) for tag in if_match.split(",")]
    revisions = [int(tag.group(1)) for tag in found if tag]
    if not revisions:
        raise Problem("changed-meanwhile", "If-Match is not an entity tag of this record.")
    return revisions


def link_next(request: Request, cursor: str) -> str:
    """A Link header to the next page, relative to this one."""
    query = request.url.include_query_params(cursor=cursor).query
    return f'<?{query}>; rel="next"'
