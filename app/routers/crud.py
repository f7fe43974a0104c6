"""The five operations that every resource has, made from its noun."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from types import GenericAlias
from typing import Annotated, Any, Literal, get_args, get_origin

from fastapi import APIRouter, Body, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field, StringConstraints, ValidationError, create_model

from app.exchange.standards import OF_PROJECTS
from app.history.view import View, present_view
from app.history.writer import Writer
from app.models.noun import Noun, may_be_empty, part_sql, references, update_schema
from app.models.nouns import NOUNS, ref_of
from app.models.types import Line, PublicId, RecordRef, Schema
from app.problems import Problem
from app.routers.areas import AreaRouter
from app.routers.common import (
    READ_HEADERS,
    CallerDep,
    DatabaseDep,
    IfMatch,
    NoParametersDep,
    VersionParameters,
    Words,
    answer_of,
    in_turn,
    link_next,
    problems,
    revisions_of,
    tag,
    view_of,
)
from app.routers.exporting import (
    LIST_FORMAT,
    PROJECT_CONTENT,
    TABLE_CONTENT,
    TABLE_HEADERS,
    ListFormat,
    ProjectFormat,
    standard_response,
    table_format,
    table_response,
)
from app.routers.idempotency import IDEMPOTENCY_PROBLEMS, REPLAYED_HEADERS, IdempotentDep
from app.store import records
from app.store.derived import DERIVED
from app.store.merging import merged_into
from app.store.reading import READ
from app.store.records import CREATE, PageQuery, filter_parameter, include_names
from app.store.references import related, single_references
from app.store.revisions import named_revision

UPDATE: dict[str, Any] = {noun.kind: update_schema(noun) for noun in NOUNS}
"""Kind -> the body of a change."""


def _list_of(annotation: Any) -> Any:
    return GenericAlias(list, (annotation,))


def one(kind: str) -> Any:
    """The type of one record of a kind, for answers that hold it."""
    return READ[kind]


def many(kind: str) -> Any:
    """The type of a list of records of a kind."""
    return _list_of(READ[kind])


StateForm = Annotated[Line, StringConstraints(max_length=60)]
"""A state by its code or any form of its name."""

LARGEST_PAGE = 500
_SHOWN_ERRORS = 50
_WHOLE = Annotated[int, Field(ge=0, le=10**12)]

MERGED_RESPONSE: dict[str, Any] = {
    "description": "It was merged into another record, which is there. Nothing of that is kept in caches.",
    "headers": {
        "Location": {"description": "The other record, with the same query.", "schema": {"type": "string"}},
        "Link": {"description": "The history of this one.", "schema": {"type": "string"}},
    },
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["merged_into", "address"],
                "properties": {
                    "merged_into": {"type": "string", "description": "Prefixed id of the other record."},
                    "address": {"type": "string", "description": "Where it is."},
                },
            }
        }
    },
}
"""The documented answer for a record that was merged into another one."""

Choose = Callable[[Request, View, Any], tuple[set[int] | None, dict[str, Any]]]
"""Picks the keys that a list is limited to, and what its answer says beside the items."""


def _literal(names: Sequence[str]) -> Any:
    return Literal[tuple(names)]


def _many(annotation: Any) -> Any:
    # Free text may hold a comma, so it is repeated and never split.
    return _list_of(annotation) | None if annotation is Line else Annotated[_list_of(annotation), Words] | None


def _included_schema(noun: Noun) -> type[Schema]:
    fields: dict[str, Any] = {}
    for name in include_names(noun):
        if name in single_references(noun):
            fields[name] = (READ[single_references(noun)[name].kind] | None, ...)
        else:
            kind = "citation" if name == "citations" else related(noun)[name][0].noun.kind
            fields[name] = (many(kind) | None, ...)
    return create_model(
        f"{noun.title}Included",
        __base__=Schema,
        __doc__="Related records: null where `include` did not ask for them, [] where there are none.",
        **fields,
    )


def _field(annotation: Any, info: Any) -> Any:
    return annotation, info


DETAIL: dict[str, Any] = {
    noun.kind: create_model(
        f"{noun.title}Detail",
        __base__=READ[noun.kind],
        __doc__=noun.summary,
        included=_field(
            _included_schema(noun) | None,
            Field(description="What `include` asked for; null where it asked for nothing."),
        ),
    )
    for noun in NOUNS
}
"""Kind -> the answer for one record with what `include` brought."""


def detailed(kind: str) -> Any:
    """The type of one record with what `include` brought."""
    return DETAIL[kind]


def _filter_type(noun: Noun, name: str) -> Any:
    part_name, _, column = name.partition(".")
    if column:
        table = part_sql(next(part for part in noun.parts if part.name == part_name))
        return _reference_type(references(table).get(column))
    info = noun.fields.model_fields[name]
    if name in references(noun.sql):
        return _reference_type(references(noun.sql)[name])
    annotation = info.annotation
    if type(None) in get_args(annotation):
        annotation = next(one for one in get_args(annotation) if one is not type(None))
    # `Year` is strict, and a query is text.
    found = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    return _WHOLE if found is int else found if found is bool or _is_enum(found) else Line


def _reference_type(target: str | None) -> Any:
    """A state may be named in any form; anything else by its id."""
    return {"record": RecordRef, "state": StateForm, None: Line}.get(target, PublicId)


def _is_enum(annotation: Any) -> bool:
    return isinstance(annotation, type) and hasattr(annotation, "__members__")


def list_parameters(noun: Noun, extra: dict[str, Any]) -> type[VersionParameters]:
    """The query parameters of the noun's list."""
    fields: dict[str, Any] = {}
    for name in noun.filters:
        parameter = filter_parameter(name)
        text = f"Only records with this {parameter.replace('_', ' ')}; repeat for alternatives."
        fields[parameter] = (_many(_filter_type(noun, name)), Field(default=None, description=text, max_length=200))
    missing = may_be_empty(noun)
    fields["missing"] = (
        _many(_literal(missing)),
        Field(default=None, description="Only records in which this field is empty (unknown, or none recorded)."),
    )
    fields["has"] = (
        _many(_literal(missing)),
        Field(default=None, description="Only records in which this field holds something."),
    )
    if noun.searched:
        fields["q"] = (
            Annotated[Line, StringConstraints(max_length=200)] | None,
            Field(default=None, description="Words to find, blind to accents, case and punctuation."),
        )
    sorts = ["id", *noun.sorts]
    fields["sort"] = (
        _many(_literal([*sorts, *(f"-{name}" for name in sorts)])),
        Field(default=None, description="Order, first key first; `-` turns it round. Ties, and the default: by id."),
    )
    fields["include"] = (
        _many(_literal(["total", *include_names(noun)])),
        Field(default=None, description="Related records to bring along; `total` counts the whole list."),
    )
    fields["format"] = ((ProjectFormat if noun.kind == "project" else ListFormat) | None, LIST_FORMAT)
    fields["limit"] = (int, Field(default=50, ge=1, le=LARGEST_PAGE, description="Records a page."))
    fields["cursor"] = (
        Annotated[str, StringConstraints(max_length=2000)] | None,
        Field(default=None, description="`next` of the page before."),
    )
    return create_model(f"{noun.title}ListParameters", __base__=VersionParameters, **fields, **extra)


def page_query(noun: Noun, parameters: Any, *, only: set[int] | None = None) -> PageQuery:
    """The list that the parameters ask for."""
    filters = {filter_parameter(name): getattr(parameters, filter_parameter(name)) for name in noun.filters}
    return PageQuery(
        filters={name: values for name, values in filters.items() if values},
        missing=parameters.missing or (),
        has=parameters.has or (),
        q=getattr(parameters, "q", None),
        only=only,
        sort=_first_of_each(parameters.sort or ()),
        cursor=parameters.cursor,
        limit=parameters.limit,
        include=tuple(name for name in parameters.include or () if name != "total"),
    )


def _first_of_each(words: Iterable[str]) -> tuple[str, ...]:
    """Sorting by a field a second time decides nothing, in either direction."""
    found: dict[str, str] = {}
    for word in words:
        found.setdefault(word.removeprefix("-"), word)
    return tuple(found.values())


def written_record(response: Response, writer: Writer, noun: Noun, public_id: str) -> Any:
    """What a write made of a record, read before any other write can change it."""
    writer.close()
    view = present_view(writer.connection, writer.reader)
    record = records.read(view, noun, public_id)
    tag(response, view, revision=record["revision"], pure=noun.kind not in DERIVED)
    return record


def crud_router(
    noun: Noun,
    *,
    extra_parameters: dict[str, Any] | None = None,
    extra_answer: dict[str, Any] | None = None,
    choose: Choose | None = None,
) -> APIRouter:
    """The routes of one resource. `choose` lets a resource add parameters that pick records, and say how."""
    router = AreaRouter(prefix=f"/v1/{noun.path}", tags=[noun.path])
    name = noun.kind.replace("_", " ")
    plural = noun.path.replace("-", " ")
    create_body, update_body, detail = CREATE[noun.kind], UPDATE[noun.kind], DETAIL[noun.kind]
    parameters_type = list_parameters(noun, extra_parameters or {})
    pure = noun.kind not in DERIVED
    page_type = create_model(
        f"{noun.title}Page",
        __base__=Schema,
        __doc__=f"One page of {plural}.",
        items=_field(_list_of(detail), Field(description="The records.")),
        next=(str | None, Field(description="Cursor of the next page; null on the last.")),
        total=(int | None, Field(description="Length of the whole list, if `include=total` asked for it.")),
        data_version=(str, Field(description="Version of the data that the list shows.")),
        **(extra_answer or {}),
    )
    one_type = create_model(
        f"{noun.title}Parameters",
        __base__=VersionParameters,
        include=_field(
            _many(_literal(include_names(noun))),
            Field(default=None, description="Related records to bring along."),
        ),
    )
    id_path = Annotated[str, Path(description=f"Id of the {name}.", max_length=100)]

    @in_turn
    def list_records(request: Request, database: DatabaseDep, parameters: Any) -> Response:
        form = None if parameters.format in OF_PROJECTS else table_format(request, parameters)
        with database.read() as connection:
            view = view_of(request, connection, parameters.as_of)
            only, beside = choose(request, view, parameters) if choose else (None, {})
            query = page_query(noun, parameters, only=only)
            if parameters.format in OF_PROJECTS:
                return standard_response(request, database, view, parameters.format, replace(query, include=()))
            if form is not None:
                is_page = not parameters.model_fields_set.isdisjoint(("limit", "cursor"))
                return table_response(request, database, view, noun, form, query, is_page=is_page)
            page = records.list_page(view, noun, query, count="total" in (parameters.include or ()))
        found = {"items": page.items, "next": page.next, "total": page.total, "data_version": view.version, **beside}
        response = answer_of(found)
        tag(response, view)
        response.headers.add_vary_header("Accept")
        if page.next:
            response.headers["Link"] = link_next(request, page.next)
        return response

    @in_turn
    def get_record(id: str, request: Request, database: DatabaseDep, parameters: Any) -> Response:  # noqa: A002
        include = tuple(parameters.include or ())
        with database.read() as connection:
            view = view_of(request, connection, parameters.as_of)
            try:
                record = records.read(view, noun, id, include)
            except Problem as problem:
                became = merged_into(view, noun, id) if problem.kind == "gone" else None
                if became is None:
                    raise
                return _merged(request, view, noun, id, became)
        response = answer_of(record)
        tag(response, view, revision=record["revision"], pure=pure and not include)
        return response

    def create_record(
        body: Any, database: DatabaseDep, caller: CallerDep, once: IdempotentDep, _: NoParametersDep
    ) -> Response:
        with database.write(cause="api", actor=caller.actor, reader=caller.reader) as writer:
            return once.answer(writer.connection, lambda response: _create(response, writer, body))

    def _create(response: Response, writer: Writer, body: Any) -> Any:
        public_id = records.create(writer, noun, body)
        response.headers["Location"] = f"/v1/{noun.path}/{public_id}"
        return written_record(response, writer, noun, public_id)

    def update_record(
        id: str,  # noqa: A002
        body: Any,
        response: Response,
        database: DatabaseDep,
        caller: CallerDep,
        _: NoParametersDep,
        if_match: IfMatch = None,
    ) -> Any:
        revisions = revisions_of(if_match)
        try:
            with database.write(cause="api", actor=caller.actor, reader=caller.reader) as writer:
                revision = named_revision(writer, noun, id, revisions)
                records.update(writer, noun, id, body.model_dump(exclude_unset=True), revision)
                return written_record(response, writer, noun, id)
        except ValidationError as error:
            raise validation_problem(error) from error

    def delete_record(
        id: str,  # noqa: A002
        database: DatabaseDep,
        caller: CallerDep,
        _: NoParametersDep,
        if_match: IfMatch = None,
    ) -> None:
        revisions = revisions_of(if_match)
        with database.write(cause="api", actor=caller.actor, reader=caller.reader) as writer:
            records.delete(writer, noun, id, named_revision(writer, noun, id, revisions))

    # FastAPI reads types from the signature; these are known only once the noun is.
    list_records.__annotations__["parameters"] = Annotated[parameters_type, Query()]
    get_record.__annotations__ |= {"parameters": Annotated[one_type, Query()], "id": id_path}
    create_record.__annotations__["body"] = Annotated[create_body, Body(openapi_examples=_examples(noun))]
    update_record.__annotations__ |= {
        "body": Annotated[update_body, Body(openapi_examples=_change(noun))],
        "id": id_path,
    }
    delete_record.__annotations__["id"] = id_path

    router.add_api_route(
        "",
        list_records,
        methods=["GET"],
        operation_id=f"list_{noun.path.replace('-', '_')}",
        summary=f"List {plural}",
        description=f"{noun.summary} Filters narrow each other; a repeated filter takes alternatives.",
        response_model=page_type,
        responses={
            200: {
                "headers": READ_HEADERS | TABLE_HEADERS,
                "content": TABLE_CONTENT | (PROJECT_CONTENT if noun.kind == "project" else {}),
            },
            **problems("unknown-id", "bad-cursor", "too-many-included", "not-acceptable"),
        },
    )
    router.add_api_route(
        "",
        create_record,
        methods=["POST"],
        status_code=201,
        operation_id=f"create_{noun.kind}",
        summary=f"Create {_article(name)}",
        description="References must exist. Citations in the body are created with the record.",
        response_model=detail,
        response_description=f"The new {name}.",
        responses={
            201: {"headers": READ_HEADERS | REPLAYED_HEADERS},
            **problems(
                "id-taken",
                "reference-not-found",
                "duplicate",
                "cycle",
                *IDEMPOTENCY_PROBLEMS,
                "body-too-large",
                "unsupported-media-type",
                "malformed-json",
                "malformed-body",
            ),
        },
    )
    router.add_api_route(
        "/{id}",
        get_record,
        methods=["GET"],
        operation_id=f"get_{noun.kind}",
        summary=f"Read {_article(name)}",
        description=noun.summary,
        response_model=detail,
        responses={
            200: {"headers": READ_HEADERS},
            308: MERGED_RESPONSE,
            **problems("not-found", "gone", "too-many-included"),
        },
    )
    router.add_api_route(
        "/{id}",
        update_record,
        methods=["PATCH"],
        operation_id=f"update_{noun.kind}",
        summary=f"Change {_article(name)}",
        description="What is left out stays; null empties; a list is replaced whole. Needs If-Match.",
        response_model=detail,
        responses={
            200: {"headers": READ_HEADERS},
            **problems(
                "not-found",
                "gone",
                "reference-not-found",
                "duplicate",
                "cycle",
                "changed-meanwhile",
                "if-match-required",
                "body-too-large",
                "unsupported-media-type",
                "malformed-json",
                "malformed-body",
            ),
        },
    )
    router.add_api_route(
        "/{id}",
        delete_record,
        methods=["DELETE"],
        status_code=204,
        operation_id=f"delete_{noun.kind}",
        summary=f"Delete {_article(name)}",
        description="Refused while other records refer to it; its citations go with it. Needs If-Match.",
        responses=problems("not-found", "gone", "referred-to", "changed-meanwhile", "if-match-required"),
    )
    return router


def _merged(request: Request, view: View, noun: Noun, public_id: str, became: str) -> Response:
    """Where a record is found that was merged into another one. Not for good: a merge may be undone."""
    query = f"?{request.url.query}" if request.url.query else ""
    address = f"/v1/{noun.path}/{became}"
    response = JSONResponse({"merged_into": ref_of(noun.kind, became), "address": address}, status_code=308)
    tag(response, view)
    del response.headers["ETag"]
    response.headers["Location"] = address + query
    response.headers["Link"] = f'</v1/{noun.path}/{public_id}/history>; rel="version-history"'
    return response


def validation_problem(error: ValidationError) -> Problem:
    """What a body got wrong, as a problem that does not repeat it."""
    return body_problem(error.errors())


def body_problem(errors: Any) -> Problem:
    """Pydantic's errors as JSON pointers into the body; a body of garbage gets no longer answer than it is worth."""
    shown = errors[:_SHOWN_ERRORS]
    detail = "The body does not fit."
    if len(errors) > len(shown):
        detail = f"The body does not fit in {len(errors)} places; the first {len(shown)} are told."
    return Problem("malformed-body", detail, errors=_pointers(shown))


def _pointers(errors: Any) -> list[dict[str, str]]:
    return [
        {
            "pointer": "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in error["loc"]),
            "detail": error["msg"].removeprefix("Value error, "),
        }
        for error in errors
    ]


def _examples(noun: Noun) -> Any:
    return {"example": {"summary": noun.summary, "value": noun.example}}


def _change(noun: Noun) -> Any:
    field = "note" if "note" in noun.fields.model_fields else "heading"
    return {"example": {"summary": "One field; the rest stays.", "value": {field: "Checked against the source."}}}


def _article(name: str) -> str:
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
