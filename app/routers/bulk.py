"""Many changes in one request: one transaction, one data version, a result for each of them."""

from typing import Annotated, Any, Literal, Union

from fastapi import Body, Response
from pydantic import ConfigDict, Field, GetCoreSchemaHandler, StringConstraints, ValidationError, create_model
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_wrap_validator_function
from sqlalchemy.exc import IntegrityError

from app.history.view import View, present_view
from app.history.writer import Writer
from app.models.nouns import BY_KIND, NOUNS, ref_of
from app.models.types import Schema
from app.problems import Problem
from app.routers.areas import AreaRouter
from app.routers.common import (
    CallerDep,
    DatabaseDep,
    NoParametersDep,
    SettingsDep,
    problems,
    record_tag,
    revisions_of,
)
from app.routers.crud import UPDATE, validation_problem
from app.routers.handlers import integrity_problem
from app.routers.idempotency import IDEMPOTENCY_PROBLEMS, REPLAYED_HEADERS, IdempotentDep
from app.store.bulk import Change, Create, Delete, Done, Refusal, Update, carry_out
from app.store.derived import DERIVED
from app.store.records import CREATE

PATH = "/v1/bulk"
"""Where bulks are sent; their bodies may be larger than others."""
router = AreaRouter(prefix=PATH, tags=["bulk"])

_SHOWN_ERRORS = 50
_STATUS = {Create: 201, Update: 200, Delete: 204}
_PLACES = {
    "changed-meanwhile": "/if_match",
    "if-match-required": "/if_match",
    "not-found": "/id",
    "gone": "/id",
    "referred-to": "/id",
}
"""Type of problem -> where in a change it stands, if it does not say so itself."""

_Id = Annotated[str, StringConstraints(max_length=100)]
_IfMatch = Annotated[str, StringConstraints(max_length=200)] | None


def _change_models() -> dict[tuple[str, str], type[Schema]]:
    """(Action, kind) -> the form of such a change."""
    named: dict[str, Any] = {
        "id": (_Id, Field(description="Id of the record.")),
        "if_match": (
            _IfMatch,
            Field(default=None, description="As the header If-Match: needed, and refused where it is not present."),
        ),
    }
    kinds: Any = Literal[tuple(noun.kind for noun in NOUNS)]
    deleted = _model("BulkDelete", "A record is to be deleted.", "delete", kinds, **named)
    models = {("delete", noun.kind): deleted for noun in NOUNS}
    for noun in NOUNS:
        name, kind = noun.kind.replace("_", " "), Literal[noun.kind]
        body = (CREATE[noun.kind], Field(description=f"As POST /v1/{noun.path} takes it."))
        text = f"A record of the kind {name} is to be created."
        models["create", noun.kind] = _model(f"BulkCreate{noun.title}", text, "create", kind, body=body)
        body = (UPDATE[noun.kind], Field(description=f"As PATCH /v1/{noun.path}/{{id}} takes it."))
        text = f"A record of the kind {name} is to be changed."
        models["update", noun.kind] = _model(f"BulkUpdate{noun.title}", text, "update", kind, **named, body=body)
    return models


def _model(name: str, text: str, action: str, kind: Any, **fields: Any) -> type[Schema]:
    said: dict[str, Any] = {
        "action": (Literal[action], Field(description="What is to be done.")),
        "kind": (kind, Field(description="Kind of the record.")),
    }
    return create_model(name, __base__=Schema, __doc__=text, **said, **fields)


_MODELS = _change_models()
_ACTIONS = tuple(dict.fromkeys(action for action, _ in _MODELS))


class _AnyChange:
    """A change in any of the forms, told by `action` and `kind`.

    That is how it is documented; it is taken as it was sent, and read by itself, so that it can be refused by itself.
    OpenAPI's discriminator knows one field only, so the forms are plain alternatives.
    """

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """For Pydantic."""
        forms = handler.generate_schema(Union[tuple(dict.fromkeys(_MODELS.values()))])  # noqa: UP007
        return no_info_wrap_validator_function(lambda value, _: value, forms)


class Bulk(Schema):
    """Many changes."""

    items: list[Annotated[Any, _AnyChange]] = Field(
        min_length=1, description="The changes, in the order in which they are made."
    )
    partial: bool = Field(
        default=False, description="true: what is refused is left out, the rest is done. false: all or nothing."
    )


class BulkError(Schema):
    """One thing that is wrong with a change, and where."""

    pointer: str = Field(description="JSON Pointer into the body of the bulk.")
    detail: str = Field(description="What would be right.")


class BulkProblem(Schema):
    """Why a change was refused: a problem by RFC 9457, with the members that its type has beside these."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Stable address of the kind of problem.")
    title: str = Field(description="The kind of problem in words.")
    status: int = Field(description="HTTP status that the change would have been answered with by itself.")
    detail: str = Field(description="What is wrong in this case.")
    errors: list[BulkError] = Field(description="Each thing that is wrong, and where.")


class BulkResult(Schema):
    """What became of a change."""

    index: int = Field(description="Its place among the changes, from 0.")
    status: int = Field(description="HTTP status that it would have been answered with by itself.")
    ref: str | None = Field(description="Prefixed id of the record; null where the change was refused.")
    revision: int | None = Field(description="Revision that it brought the record to; null where there is none.")
    etag: str | None = Field(description="Entity tag of that revision, for If-Match.")
    problem: BulkProblem | None = Field(description="Why it was refused; null where it was not.")


class BulkAnswer(Schema):
    """What became of the changes."""

    items: list[BulkResult] = Field(description="A result for each change, in their order.")
    data_version: str = Field(description="Version of the data that the changes made, or found if none was made.")


_EXAMPLE = {
    "example": {
        "summary": "A topic, and a change of it.",
        "value": {
            "items": [
                {
                    "action": "create",
                    "kind": "topic",
                    "body": {"id": "water-rights", "label_en": "Water rights", "label_es": "Derecho al agua"},
                },
                {
                    "action": "update",
                    "kind": "topic",
                    "id": "water-rights",
                    "if_match": '"r1"',
                    "body": {"note": "Checked against the source."},
                },
            ],
            "partial": False,
        },
    }
}


@router.post(
    "",
    operation_id="change_many",
    summary="Change many records at once",
    response_model=BulkAnswer,
    responses={
        200: {
            "headers": {
                "Data-Version": {"description": "Version of the data after it.", "schema": {"type": "string"}},
                **REPLAYED_HEADERS,
            }
        },
        **problems(
            "bulk-refused",
            "body-too-large",
            "unsupported-media-type",
            "malformed-json",
            "malformed-body",
            *IDEMPOTENCY_PROBLEMS,
        ),
    },
)
def change_many(
    body: Annotated[Bulk, Body(openapi_examples=_EXAMPLE)],
    database: DatabaseDep,
    settings: SettingsDep,
    caller: CallerDep,
    once: IdempotentDep,
    _: NoParametersDep,
) -> Response:
    """All in one transaction and one version of the data, in their order: a change may name what an earlier one made.

    All or nothing, unless `partial` says otherwise.
    """
    if len(body.items) > settings.max_bulk_items:
        detail = f"at most {settings.max_bulk_items} changes"
        raise Problem("malformed-body", "The bulk is too long.", errors=[{"pointer": "/items", "detail": detail}])
    with database.write(cause="bulk", actor=caller.actor, reader=caller.reader) as writer:
        return once.answer(writer.connection, lambda response: _carry_out(response, writer, body))


def _carry_out(response: Response, writer: Writer, bulk: Bulk) -> Any:
    read = [_read(item) for item in bulk.items]
    changes = [change for change in read if not isinstance(change, Problem)]
    outcomes = iter(zip(changes, carry_out(writer, changes), strict=True))
    made = [_outcome(*next(outcomes)) if not isinstance(change, Problem) else change for change in read]
    refused = {index: _told(one, index) for index, one in enumerate(made) if isinstance(one, Problem)}
    if refused and not bulk.partial:
        errors = [error for problem in refused.values() for error in problem["errors"]][:_SHOWN_ERRORS]
        told = [{"index": index, "problem": problem} for index, problem in refused.items()]
        detail = f"{len(refused)} of {len(made)} changes were refused, so none was made."
        raise Problem("bulk-refused", detail, errors=errors, refused=told)
    writer.close()
    view = present_view(writer.connection, writer.reader)
    response.headers["Data-Version"] = view.version
    response.headers["Cache-Control"] = "no-store"
    items = [_result(view, index, outcome) for index, outcome in enumerate(made)]
    return {"items": items, "data_version": view.version}


def _outcome(change: Change, outcome: Done | Refusal) -> tuple[Change, Done] | Problem:
    """What a change did; where it was refused, a problem with pointers into it."""
    if isinstance(outcome, Done):
        return change, outcome
    if isinstance(outcome, IntegrityError):
        return integrity_problem(outcome)
    problem = outcome if isinstance(outcome, Problem) else validation_problem(outcome)
    inside = [(error.get("pointer", ""), error["detail"]) for error in problem.errors]
    problem.errors = [{"pointer": f"/body{pointer}", "detail": detail} for pointer, detail in inside]
    return problem


def _read(item: Any) -> Change | Problem:
    """A change, in the form of its action and kind; a problem with pointers into it where it has not that form."""
    try:
        return _change(item)
    except ValidationError as error:
        return validation_problem(error)
    except Problem as problem:
        return problem


def _change(item: Any) -> Change:
    said = item if isinstance(item, dict) else {}
    action, kind = str(said.get("action")), str(said.get("kind"))
    if action not in _ACTIONS:
        raise _malformed("/action", f"one of {', '.join(_ACTIONS)}")
    if kind not in BY_KIND:
        raise _malformed("/kind", "a kind of record")
    read: Any = _MODELS[action, kind].model_validate(item)
    noun = BY_KIND[kind]
    if action == "create":
        return Create(noun, read.body)
    revisions = revisions_of(read.if_match)
    if action == "delete":
        return Delete(noun, read.id, revisions)
    return Update(noun, read.id, revisions, read.body.model_dump(exclude_unset=True))


def _malformed(pointer: str, detail: str) -> Problem:
    return Problem("malformed-body", "The change does not fit.", errors=[{"pointer": pointer, "detail": detail}])


def _told(problem: Problem, index: int) -> dict[str, Any]:
    """A problem with a change as it stands in the answer, with pointers into the bulk."""
    inside = problem.errors or [{"pointer": _PLACES.get(problem.kind, ""), "detail": problem.detail}]
    errors = [{"pointer": f"/items/{index}{error['pointer']}", "detail": error["detail"]} for error in inside]
    # The request has an id, and no change has one of its own.
    return {name: value for name, value in problem.body("").items() if name != "request_id"} | {"errors": errors}


def _result(view: View, index: int, outcome: tuple[Change, Done] | Problem) -> dict[str, Any]:
    if isinstance(outcome, Problem):
        nothing = dict.fromkeys(("ref", "revision", "etag"))
        return {"index": index, "status": outcome.status, **nothing, "problem": _told(outcome, index)}
    change, done = outcome
    noun, revision = change.noun, done.revision
    return {
        "index": index,
        "status": _STATUS[type(change)],
        "ref": ref_of(noun.kind, done.public_id),
        "revision": revision,
        "etag": None if revision is None else record_tag(view, revision, pure=noun.kind not in DERIVED),
        "problem": None,
    }
