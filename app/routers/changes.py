"""The change feed, in pages, as JSON Lines, and as a live stream of events; versions, and what made them."""

import json
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import Field, StringConstraints

from app.access.callers import Caller
from app.access.scopes import Scope as KeyScope
from app.graph.definitions import RELEASE
from app.graph.formats import preferred
from app.history.view import View, present_view
from app.models.nouns import BY_PREFIX, NOUNS
from app.models.tables import Action
from app.models.types import RecordRef, Schema
from app.problems import Problem
from app.routers.areas import AreaRouter
from app.routers.common import (
    READ_HEADERS,
    CallerDep,
    DatabaseDep,
    NoParametersDep,
    VersionParameters,
    Words,
    problems,
    tag,
    view_of,
)
from app.routers.streaming import EVENTS, HEARTBEAT, EventStream
from app.store.changes import FeedChange, FeedPage, Place, Taken, changes_of, describe_version, place_of, read_feed
from app.store.watching import Waiting

router = AreaRouter(prefix="/v1", tags=["history"])

_EVENTS_AT_A_TIME = 200

JSON, JSON_LINES = "application/json", "application/x-ndjson"

Kinds: Any = Literal[tuple(noun.kind for noun in NOUNS)]


class ChangeRead(Schema):
    """What one version did to one record."""

    id: str = Field(description="Number of the version, and of the change within it, from 0.", examples=["12.3"])
    version: str = Field(description="The version that made the change.", examples=["v12"])
    at: datetime = Field(description="When the version was made.")
    cause: str = Field(description="By which path it was written: api, bulk, seed, import, expunge, undo.")
    action: Action = Field(description="What was done.")
    kind: str = Field(description="Kind of the record.")
    record_id: str = Field(description="Id of the record.")
    ref: str = Field(description="Prefixed id of the record.")
    revision: int = Field(description="The record's revision since.")
    address: str = Field(description="The record as the version left it.", examples=["/v1/topics/water?as_of=v12"])
    import_run: str | None = Field(description="The import run that did it, or that was undone; null for others.")
    actor: str | None = Field(description="Prefix of the key with which it was done; told to administrators alone.")


class AmendmentRead(Schema):
    """Past versions that lost something. What it was is not told: read again whatever you keep of them."""

    version: str = Field(description="The version that took it away.")
    first: str = Field(description="The first version that had held it.")
    last: str = Field(description="The last version that had held it.")


class ChangePage(Schema):
    """A part of the feed."""

    items: list[ChangeRead] = Field(description="The changes, oldest first.")
    amendments: list[AmendmentRead] = Field(description="What the versions of this part took away from earlier ones.")
    next: str | None = Field(description="`since` of the next page; null on the last.")
    data_version: str = Field(description="Version of the data; `since` for what comes after the last page.")


class ChangeParameters(VersionParameters):
    """Which changes, in which form."""

    since: Annotated[str, StringConstraints(max_length=40)] | None = Field(
        default=None,
        description="Only what came after this version (`v12`) or change (`12.3`). Without it from the beginning on; "
        "a stream of events from now on.",
        examples=["v1"],
    )
    kind: Annotated[list[Kinds], Words] | None = Field(
        default=None,
        max_length=len(NOUNS),
        description="Only changes of records of this kind; repeat for alternatives.",
    )
    record: RecordRef | None = Field(default=None, description="Only changes of this record.", examples=["org:ned"])
    limit: int = Field(default=50, ge=1, le=500, description="Changes a page.")
    format: Literal["json", "jsonl", "events"] | None = Field(
        default=None,
        description="json: a page; jsonl: all changes, one a line; events: what is new, as it happens. "
        "Without it the Accept header chooses.",
    )


_MEDIA = {"json": JSON, "jsonl": JSON_LINES, "events": EVENTS}
LAST_EVENT_ID = Header(
    description="What a stream that was interrupted sent last; goes before `since`.", examples=["1.0"], max_length=40
)


@router.get(
    "/changes",
    operation_id="list_changes",
    summary="What changed",
    response_model=ChangePage,
    responses={
        200: {
            "headers": READ_HEADERS | {"Link": {"description": "The next page.", "schema": {"type": "string"}}},
            "content": {
                media: {"schema": kind | {"description": text}}
                for media, kind, text in (
                    (
                        JSON_LINES,
                        {"type": "string", "format": "binary"},
                        "All changes: a Change a line; a line with the one member `amendment` tells of one.",
                    ),
                    # No type: readers of the document differ in whether it is that of the stream or of an event.
                    (
                        EVENTS,
                        {},
                        "Events: `data` is a Change, `id` takes up the stream; `event: amendment` tells of one.",
                    ),
                )
            },
        },
        **problems("not-acceptable", "busy"),
    },
)
def list_changes(
    request: Request,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    parameters: Annotated[ChangeParameters, Query()],
    last_event_id: Annotated[str | None, LAST_EVENT_ID] = None,
) -> Any:
    """Every change that the caller may see, oldest first: in pages, all at once, or as they happen."""
    media = (
        _MEDIA[parameters.format] if parameters.format else preferred(request.headers.get("accept"), _MEDIA.values())
    )
    if media is None:
        raise Problem("not-acceptable", f"The feed is {JSON}, {JSON_LINES} or {EVENTS}; `format` names them too.")
    record = _record(parameters.record)
    asked: dict[str, Any] = {"kinds": parameters.kind or (), "record": record}
    with database.read() as connection:
        view = view_of(request, connection, parameters.as_of)
        if media == EVENTS:
            if parameters.as_of is not None:
                wrong = [{"parameter": "as_of", "detail": "a stream tells what is new"}]
                raise Problem("bad-parameter", "A stream of events has no end.", errors=wrong)
            since = last_event_id or parameters.since
            place = Place(view.number) if since is None else place_of(view, since)
            return ChangeStream(request, place, asked)
        place = place_of(view, parameters.since)
        answer = Response() if media == JSON_LINES else response
        _tag(answer, view, caller, "jsonl" if media == JSON_LINES else "")
        if media == JSON_LINES:
            lines = _lines(changes_of(database, view, place, **asked), caller)
            return StreamingResponse(lines, headers=_headers(answer), media_type=JSON_LINES)
        page = read_feed(view, place, limit=parameters.limit, **asked)
    following = None if page.is_last else page.changes[-1].id
    if following is not None:
        query = request.url.include_query_params(since=following).query
        response.headers["Link"] = f'<?{query}>; rel="next"'
    return {
        "items": [_read(change, caller) for change in page.changes],
        "amendments": [_read_taken(one) for one in page.taken],
        "next": following,
        "data_version": view.version,
    }


def _tag(response: Response, view: View, caller: Caller, form: str) -> None:
    """Tag an answer; those who are told more than their class of reader have another tag."""
    actors = "actors" if KeyScope.admin in caller.scopes else ""
    tag(response, view, variant="-".join(filter(None, (form, actors))))
    response.headers.add_vary_header("Accept")
    if actors:
        response.headers["Cache-Control"] = "private, no-cache"


def _headers(response: Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name != "content-length"}


def _record(ref: str | None) -> tuple[str, str] | None:
    if ref is None:
        return None
    prefix, _, public_id = ref.partition(":")
    # A record that does not exist has no changes; of a hidden one that is all that may be told.
    return (BY_PREFIX[prefix].kind if prefix in BY_PREFIX else "", public_id)


def _read(change: FeedChange, caller: Caller) -> dict[str, Any]:
    return {
        "id": change.id,
        "version": change.version,
        "at": change.at,
        "cause": change.cause,
        "action": change.action,
        "kind": change.kind,
        "record_id": change.record_id,
        "ref": change.ref,
        "revision": change.revision,
        "address": change.address,
        "import_run": change.import_run,
        "actor": change.actor if KeyScope.admin in caller.scopes else None,
    }


def _read_taken(taken: Taken) -> dict[str, str]:
    return {"version": taken.version, "first": taken.first, "last": taken.last}


def _written(change: FeedChange, caller: Caller) -> str:
    return ChangeRead.model_validate(_read(change, caller)).model_dump_json()


def _lines(pages: Iterable[FeedPage], caller: Caller) -> Iterator[bytes]:
    for page in pages:
        lines = [json.dumps({"amendment": _read_taken(one)}) for one in page.taken]
        lines += [_written(change, caller) for change in page.changes]
        if lines:
            yield ("\n".join(lines) + "\n").encode()


class ChangeStream(EventStream):
    """What is new, as events."""

    def __init__(self, request: Request, place: Place, asked: dict[str, Any]) -> None:
        """`place` is where the stream begins."""
        super().__init__(request)
        self._place = place
        self._asked = asked

    async def events(self, waiting: Waiting) -> AsyncIterator[bytes]:
        """Every change, and at the end of those there are, the version."""
        while not waiting.is_ending:
            found = await self.in_a_thread(self._read)
            if found is None:
                return
            ordinal, page = found
            self._place = page.place
            yield b"".join(self._blocks(page, label=ordinal))
            while page.is_last and not waiting.is_ending:
                if await waiting.newer_than(int(ordinal[1:]), HEARTBEAT):
                    break
                if not self.caller.is_anonymous and not await self.in_a_thread(self.may_listen):
                    return
                if not waiting.is_ending:
                    yield format_sse_event(comment="")

    def _blocks(self, page: FeedPage, *, label: str) -> Iterator[bytes]:
        for one in page.taken:
            yield format_sse_event(event="amendment", data_str=json.dumps(_read_taken(one)))
        for change in page.changes:
            yield format_sse_event(id=change.id, data_str=_written(change, self.caller))
        if page.is_last:
            # Whoever comes back begins here, also where there was nothing to tell.
            yield format_sse_event(id=label)

    def _read(self) -> tuple[str, FeedPage] | None:
        with self.database.read_service() as connection:
            if not self.may_listen(connection):
                return None
            view = present_view(connection, self.caller.reader)
            return view.version, read_feed(view, self._place, limit=_EVENTS_AT_A_TIME, **self._asked)


# --- versions ------------------------------------------------------------------------------------------------------


class VersionRead(Schema):
    """What is known of a version of the data."""

    version: str = Field(description="The version.", examples=["v12"])
    at: datetime | None = Field(description="When it was made; null for the empty version before all others.")
    cause: str | None = Field(description="By which path it was written; null for the empty version.")
    changes: int = Field(description="How many changes it made.")
    amended: bool = Field(description="Whether something that it had held was taken away since.")
    import_run: str | None = Field(description="The import run that made it, or that it undid.")
    definitions_release: str = Field(description="Release of the definitions that networks of it are made by now.")
    actor: str | None = Field(description="Prefix of the key with which it was made; told to administrators alone.")


@router.get(
    "/versions/{version}",
    operation_id="get_version",
    summary="What is known of a version",
    responses={200: {"headers": READ_HEADERS}, **problems("bad-parameter")},
)
def get_version(
    version: Annotated[
        str, Path(description="A version (`v12`), or the time (RFC 3339) at which it held.", max_length=40)
    ],
    request: Request,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    _: NoParametersDep,
) -> VersionRead:
    """When and how it was made, how many changes it brought, and whether it still holds all that it did."""
    with database.read() as connection:
        try:
            view = view_of(request, connection, version)
        except Problem as problem:
            errors = [{**error, "parameter": "version"} for error in problem.errors]
            raise Problem(problem.kind, problem.detail, errors=errors) from None
        found = describe_version(view)
    _tag(response, view, caller, "version")
    actor = found.actor if KeyScope.admin in caller.scopes else None
    return VersionRead(
        version=found.version,
        at=found.at,
        cause=found.cause,
        changes=found.changes,
        amended=found.is_amended,
        import_run=found.import_run,
        definitions_release=RELEASE,
        actor=actor,
    )
