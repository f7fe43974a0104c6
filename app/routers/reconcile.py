"""The Reconciliation API 0.2 (W3C Entity Reconciliation Community Group), which OpenRefine and others speak."""

import json
from collections.abc import Mapping
from html import escape
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

from fastapi import Depends, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from app import __version__
from app.exchange import reconciling
from app.exchange.reconciling import MOST_CANDIDATES, MOST_QUERIES, PROPERTIES, TYPES, Extension
from app.exchange.reconciling import Query as ReconcileQuery
from app.middleware import FORM, check_json
from app.models.nouns import BY_KIND, ref_of
from app.problems import Problem
from app.routers.areas import AreaRouter
from app.routers.common import DatabaseDep, NoParametersDep, Parameters, SettingsDep, problems, tag, view_of
from app.routers.crud import body_problem
from app.store.duplicates import Candidates

PATH = "/reconcile"
router = AreaRouter(prefix=PATH, tags=["search"])

_WIDTH, _HEIGHT = 430, 300
_FIELDS = ("queries", "extend")
_SHORT = Annotated[str, StringConstraints(max_length=200)]

# A page that others put into a frame, with nothing in it that is loaded or run.
_PREVIEW_POLICY = "default-src 'none'; frame-ancestors *; sandbox allow-popups allow-popups-to-escape-sandbox"


class _Open(BaseModel):
    model_config = ConfigDict(extra="allow")


class ReconcileType(_Open):
    """A type of entities."""

    id: str
    name: str


class Manifest(_Open):
    """What the service can do, and where."""

    versions: list[str]
    name: str
    identifierSpace: str  # noqa: N815 - names of the specification, here and below
    schemaSpace: str  # noqa: N815
    defaultTypes: list[ReconcileType]  # noqa: N815
    batchSize: int  # noqa: N815


class ReconcileCandidate(_Open):
    """A record that may be meant."""

    id: str = Field(description="Prefixed id.", examples=["org:mexico-evalua"])
    name: str
    type: list[ReconcileType]
    score: float = Field(description="From 0 to 100.")
    match: bool = Field(description="It is the one: by its number in a register, its id, or its name without rival.")


class ReconcileResult(BaseModel):
    """What may be meant by one query, best first."""

    result: list[ReconcileCandidate]


class Extended(BaseModel):
    """Values of properties."""

    meta: list[dict[str, Any]]
    rows: dict[str, dict[str, list[dict[str, Any]]]]


_ANSWER: dict[str, Any] = {
    "model": Manifest | Extended | dict[str, ReconcileResult],
    "description": "The manifest, candidates by the key of their query, or values of properties.",
}


class ReconcileParameters(Parameters):
    """Nothing, for the manifest; or what a form sends too."""

    queries: str | None = Field(
        default=None, description="A batch of queries, as JSON.", examples=['{"q0": {"query": "Mexico Evalua"}}']
    )
    extend: str | None = Field(default=None, description="Which properties of which entities, as JSON.")


@router.get(
    "",
    operation_id="reconcile",
    summary="Reconciliation service: the manifest, or candidates for a batch of queries",
    response_model=None,
    responses={200: _ANSWER, **problems("bad-parameter", "malformed-body", "body-too-large", "malformed-json")},
)
def get_reconcile(
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    parameters: Annotated[ReconcileParameters, Query()],
) -> Response:
    """Speaks the Reconciliation Service API 0.2. JSONP is not spoken: CORS does the same without running our answer."""
    sent = {name: getattr(parameters, name) for name in _FIELDS if getattr(parameters, name) is not None}
    if not sent:
        return _not_kept(JSONResponse(_manifest(request, open_to_all=settings.public_reads)))
    return _answer(request, database, {name: _json(name, text) for name, text in sent.items()})


async def _sent(request: Request) -> dict[str, Any]:
    """What was sent, as a form of JSON texts or as JSON."""
    body = await request.body()
    if not FORM.fullmatch(request.headers.get("content-type", "")):
        found = json.loads(body) if body else None
        if not isinstance(found, dict):
            raise _malformed("", "an object with `queries` or with `extend`")
        return found
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=10
        )
    except ValueError:
        raise _malformed("", "a form with `queries` or with `extend`, in UTF-8") from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise _malformed("", "each field once")
    return {name: _json(name, text) if name in _FIELDS else text for name, text in fields.items()}


_EXAMPLE = '{"q0": {"query": "Mexico Evalua", "type": "organization"}}'
_REQUEST_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "queries": {"type": "string", "description": "A batch of queries, as JSON."},
                        "extend": {"type": "string", "description": "Which properties of which entities, as JSON."},
                    },
                },
                "examples": {"example": {"summary": "One query.", "value": {"queries": _EXAMPLE}}},
            },
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {"queries": {"type": "object"}, "extend": {"type": "object"}},
                },
                "examples": {"example": {"summary": "One query.", "value": {"queries": json.loads(_EXAMPLE)}}},
            },
        },
    }
}


@router.post(
    "",
    operation_id="reconcile_batch",
    summary="Candidates for a batch of queries, or values of properties",
    response_model=None,
    openapi_extra=_REQUEST_BODY,
    responses={
        200: _ANSWER,
        **problems("malformed-body", "body-too-large", "unsupported-media-type", "malformed-json"),
    },
)
def post_reconcile(
    request: Request, database: DatabaseDep, sent: Annotated[dict[str, Any], Depends(_sent)], _: NoParametersDep
) -> Response:
    """Each query is answered by itself, with what may be meant, best first, and why.

    `match` is true of one candidate at most: the one that the register's number names, or the only one called exactly
    so. The properties country, state, kind, identifier and website tell namesakes apart.
    """
    return _answer(request, database, sent)


def _answer(request: Request, database: Any, sent: Mapping[str, Any]) -> Response:
    wrong = [name for name in sent if name not in _FIELDS]
    if wrong or len(sent) != 1:
        raise _malformed("", "one of `queries` and `extend`, and nothing else")
    [(name, value)] = sent.items()
    with database.read() as connection:
        view = view_of(request, connection)
        if name == "queries":
            queries = _queries(value)
            candidates: Candidates = request.app.state.candidates
            answer = reconciling.reconcile(view, candidates.index(view), queries)
        else:
            answer = reconciling.extend(view, _checked(Extension, value, "extend"))
    response = _not_kept(JSONResponse(answer))
    response.headers["Data-Version"] = view.version
    return response


def _queries(value: Any) -> dict[str, ReconcileQuery]:
    if not isinstance(value, dict):
        raise _malformed("/queries", "an object: key -> query")
    if len(value) > MOST_QUERIES:
        raise Problem("body-too-large", f"A batch has {MOST_QUERIES} queries at most.")
    return {key: _checked(ReconcileQuery, query, "queries", key) for key, query in value.items()}


def _checked(model: Any, value: Any, *steps: str) -> Any:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise body_problem([{**one, "loc": (*steps, *one["loc"])} for one in error.errors()]) from None


def _json(name: str, text: str) -> Any:
    """The value of a field, read as strictly as a body."""
    check_json(text.encode())
    return json.loads(text) if name in _FIELDS else text


def _malformed(pointer: str, detail: str) -> Problem:
    return Problem("malformed-body", "The body does not fit.", errors=[{"pointer": pointer, "detail": detail}])


def _not_kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _manifest(request: Request, *, open_to_all: bool) -> dict[str, Any]:
    base = (request.app.state.settings.public_url or str(request.base_url)).rstrip("/")
    manifest: dict[str, Any] = {
        "versions": ["0.2"],
        "name": "Tejido",
        "identifierSpace": f"{base}{PATH}/preview/",
        "schemaSpace": "https://schema.org/Thing",
        "defaultTypes": _types(),
        "documentation": f"{base}/docs",
        "serviceVersion": __version__,
        "batchSize": MOST_QUERIES,
        "view": {"url": f"{base}{PATH}/preview/{{{{id}}}}"},
        "preview": {"url": f"{base}{PATH}/preview/{{{{id}}}}", "width": _WIDTH, "height": _HEIGHT},
        "suggest": {
            what: {"service_url": base, "service_path": f"{PATH}/suggest/{what}"}
            for what in ("entity", "type", "property")
        },
        "extend": {
            "propose_properties": {"service_url": base, "service_path": f"{PATH}/properties"},
            "property_settings": [],
        },
    }
    if not open_to_all:
        manifest["authentication"] = {"type": "apiKey", "name": "Authorization", "in": "header"}
    return manifest


def _types() -> list[dict[str, str]]:
    return [{"id": kind, "name": name} for kind, name in TYPES.items()]


# --- suggestions ---------------------------------------------------------------------------------------------------


class Suggestion(_Open):
    """Something whose id or name begins so."""

    id: str
    name: str


class ReconcileSuggestions(BaseModel):
    """What begins so."""

    result: list[Suggestion]


class SuggestParameters(Parameters):
    """What to suggest."""

    prefix: _SHORT = Field(default="", description="The beginning of a name or an id.", examples=["Mexico Ev"])
    type: _SHORT | None = Field(default=None, description="Only entities, or properties, of this type.")
    cursor: int = Field(default=0, ge=0, le=10_000, description="ReconcileSuggestions to skip.")
    limit: int = Field(default=10, ge=1, le=MOST_CANDIDATES, description="ReconcileSuggestions at most.")


@router.get(
    "/suggest/{what}",
    operation_id="reconcile_suggest",
    summary="Entities, types or properties that begin so",
    response_model=ReconcileSuggestions,
    responses=problems(),
)
def get_suggestions(
    what: Annotated[Literal["entity", "type", "property"], Path(description="What is suggested.")],
    request: Request,
    response: Response,
    database: DatabaseDep,
    parameters: Annotated[SuggestParameters, Query()],
) -> dict[str, Any]:
    """For completion while somebody types: entities by the search, types and properties by their names."""
    kinds = [kind for kind in TYPES if parameters.type in (None, kind)]
    page = {"skip": parameters.cursor, "limit": parameters.limit}
    if what == "type":
        found = reconciling.suggest_words(parameters.prefix, TYPES, **page)
    elif what == "property":
        found = reconciling.suggest_words(parameters.prefix, reconciling.properties_of(kinds), **page)
    else:
        with database.read() as connection:
            view = view_of(request, connection)
            found = reconciling.suggest_entities(view, parameters.prefix, kinds=kinds, **page)
        response.headers["Data-Version"] = view.version
    _not_kept(response)
    return {"result": found}


class ProposedProperties(BaseModel):
    """The properties of a type."""

    type: str = Field(description="The type that was asked for.")
    properties: list[Suggestion] = Field(description="Its properties.")


class PropertiesParameters(Parameters):
    """Of which type."""

    type: _SHORT = Field(default="organization", description="The type.")
    limit: int | None = Field(default=None, ge=1, le=100, description="Properties at most.")


@router.get(
    "/properties",
    operation_id="reconcile_properties",
    summary="The properties of a type",
    responses=problems(),
)
def get_properties(response: Response, parameters: Annotated[PropertiesParameters, Query()]) -> ProposedProperties:
    """Those whose values `extend` gives, and by which queries tell namesakes apart."""
    _not_kept(response)
    found = PROPERTIES.get(parameters.type, {})
    properties = [Suggestion(id=pid, name=name) for pid, name in found.items()][: parameters.limit]
    return ProposedProperties(type=parameters.type, properties=properties)


# --- previews ------------------------------------------------------------------------------------------------------


@router.get(
    "/preview/{id}",
    operation_id="reconcile_preview",
    summary="A small page about an entity",
    response_class=HTMLResponse,
    responses=problems("not-found"),
)
def get_preview(
    id: Annotated[str, Path(description="Prefixed id.", max_length=140, examples=["org:ned"])],  # noqa: A002
    request: Request,
    database: DatabaseDep,
    _: NoParametersDep,
) -> Response:
    """For a frame beside the data that is reconciled. It loads nothing and runs nothing."""
    with database.read() as connection:
        view = view_of(request, connection)
        kind, public_id = reconciling.place_of(view, id)
        name, told = reconciling.preview(view, kind, public_id)
    noun = BY_KIND[kind]
    address = f"/v1/{noun.path}/{public_id}"
    rows = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in told)
    page = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(name)}</title></head><body>'
        f"<h1>{escape(name)}</h1><p>{escape(TYPES[kind])}, <code>{escape(ref_of(kind, public_id))}</code></p>"
        f'<dl>{rows}</dl><p><a href="{escape(address)}" target="_blank" rel="noopener">The record</a></p></body></html>'
    )
    response = HTMLResponse(page, headers={"Content-Security-Policy": _PREVIEW_POLICY})
    tag(response, view, variant="preview")
    return response
