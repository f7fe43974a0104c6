"""The history of each record, and the way back: made from its noun, like the five operations."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request, Response
from pydantic import Field, StringConstraints, ValidationError, create_model

from app.access.scopes import Scope
from app.models.noun import Noun
from app.models.tables import Action
from app.models.types import Schema
from app.routers.areas import AreaRouter
from app.routers.common import (
    READ_HEADERS,
    CallerDep,
    DatabaseDep,
    IfMatch,
    NoParametersDep,
    VersionParameters,
    link_next,
    problems,
    revisions_of,
    tag,
    view_of,
)
from app.routers.crud import DETAIL, validation_problem, written_record
from app.store.changes import history_of
from app.store.reading import READ
from app.store.restoring import restore


class HistoryParameters(VersionParameters):
    """Which page of a history."""

    limit: int = Field(default=20, ge=1, le=100, description="Revisions a page.")
    cursor: Annotated[str, StringConstraints(max_length=40)] | None = Field(
        default=None, description="`next` of the page before."
    )


class RestoreBody(Schema):
    """Which version a record goes back to."""

    version: Annotated[str, StringConstraints(pattern=r"^[vr][0-9]{1,15}$")] = Field(
        description="The version whose fields the record gets.", examples=["v1"]
    )


_EXAMPLE = {"example": {"summary": "As it was in the first version.", "value": {"version": "v1"}}}


def _field(annotation: Any, text: str) -> Any:
    return annotation, Field(description=text)


def history_router(noun: Noun) -> APIRouter:
    """The routes of one kind: every revision of a record, and to bring one back."""
    router = AreaRouter(prefix=f"/v1/{noun.path}", tags=[noun.path])
    name = noun.kind.replace("_", " ")
    detail = DETAIL[noun.kind]
    entry_type = create_model(
        f"{noun.title}Revision",
        __base__=Schema,
        __doc__=f"What one version made of {_article(name)}.",
        revision=_field(int, "Number of the revision. Of a deleted record the latest one goes into If-Match."),
        version=_field(str, "The version that made it."),
        at=_field(datetime, "When the version was made."),
        cause=_field(str, "By which path it was written: api, bulk, seed, import, expunge, undo."),
        action=_field(Action, "What was done."),
        import_run=_field(str | None, "The import run that did it, or that was undone; null for others."),
        actor=_field(str | None, "Prefix of the key with which it was done; told to administrators alone."),
        changed=_field(list[str], "Fields that differ from the revision before."),
        record=_field(READ[noun.kind] | None, "The record as it was then; null where it was deleted."),
    )
    page_type = create_model(
        f"{noun.title}History",
        __base__=Schema,
        __doc__=f"One page of the history of {_article(name)}.",
        items=_field(list[entry_type], "The revisions, newest first."),
        next=_field(str | None, "Cursor of the next page; null on the last."),
        data_version=_field(str, "Version of the data."),
    )
    id_path = Annotated[str, Path(description=f"Id of the {name}.", max_length=100)]

    def get_history(
        id: str,  # noqa: A002
        request: Request,
        response: Response,
        database: DatabaseDep,
        caller: CallerDep,
        parameters: Annotated[HistoryParameters, Query()],
    ) -> Any:
        with database.read() as connection:
            view = view_of(request, connection, parameters.as_of)
            found, following = history_of(view, noun, id, before=parameters.cursor, limit=parameters.limit)
        shows_actor = Scope.admin in caller.scopes
        tag(response, view, variant="actors" if shows_actor else "history")
        if shows_actor:
            response.headers["Cache-Control"] = "private, no-cache"
        if following:
            response.headers["Link"] = link_next(request, following)
        items = [
            {
                "revision": one.revision,
                "version": one.version,
                "at": one.at,
                "cause": one.cause,
                "action": one.action,
                "import_run": one.import_run,
                "actor": one.actor if shows_actor else None,
                "changed": one.changed,
                "record": one.record and {field: one.record[field] for field in READ[noun.kind].model_fields},
            }
            for one in found
        ]
        return {"items": items, "next": following, "data_version": view.version}

    def restore_record(
        id: str,  # noqa: A002
        body: Annotated[RestoreBody, Body(openapi_examples=_EXAMPLE)],
        response: Response,
        database: DatabaseDep,
        caller: CallerDep,
        _: NoParametersDep,
        if_match: IfMatch = None,
    ) -> Any:
        revisions = revisions_of(if_match)
        try:
            with database.write(cause="api", actor=caller.actor, reader=caller.reader) as writer:
                restore(writer, noun, id, body.version, revisions)
                return written_record(response, writer, noun, id)
        except ValidationError as error:
            raise validation_problem(error) from error

    # FastAPI reads types from the signature; these are known only once the noun is.
    get_history.__annotations__["id"] = id_path
    restore_record.__annotations__["id"] = id_path
    router.add_api_route(
        "/{id}/history",
        get_history,
        methods=["GET"],
        operation_id=f"get_{noun.kind}_history",
        summary=f"Every revision of {_article(name)}",
        description="Newest first, each with the record as it was. Works for deleted records too.",
        response_model=page_type,
        responses={200: {"headers": READ_HEADERS}, **problems("not-found", "bad-cursor")},
    )
    router.add_api_route(
        "/{id}/restore",
        restore_record,
        methods=["POST"],
        operation_id=f"restore_{noun.kind}",
        summary=f"Restore {_article(name)}",
        description=(
            "Gives the record the fields that it had at a version. A deleted record comes back under its id, with the "
            "citations that went with it. Needs If-Match with the revision that it is at; of a deleted record its "
            "history tells it."
        ),
        response_model=detail,
        response_description=f"The {name}.",
        responses={
            200: {"headers": READ_HEADERS},
            **problems(
                "not-found",
                "reference-not-found",
                "duplicate",
                "cycle",
                "withheld-term",
                "changed-meanwhile",
                "if-match-required",
                "body-too-large",
                "unsupported-media-type",
                "malformed-json",
                "malformed-body",
            ),
        },
    )
    return router


def _article(name: str) -> str:
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
