"""What can be taken away: lists as tables, the whole data set as one archive, and the template to fill in."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import Annotated, Any, Literal

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from app.exchange import template
from app.exchange.archive import MEDIA_TYPE, About, archive_name, write_archive
from app.exchange.dictionary import CITATIONS, table_of
from app.exchange.paging import Version, fitting_page, sized, whole_list
from app.exchange.standards import OF_PROJECTS, STANDARDS, publication_of
from app.exchange.tables_writing import FORMATS, TableFormat
from app.graph.formats import preferred
from app.history.view import View
from app.models.noun import Noun
from app.models.nouns import BY_KIND
from app.problems import Problem
from app.routers.areas import AreaRouter
from app.routers.citing import permalink
from app.routers.common import (
    READ_HEADERS,
    DatabaseDep,
    NoParametersDep,
    SettingsDep,
    VersionParameters,
    link_next,
    problems,
    tag,
    view_of,
)
from app.store.database import Database
from app.store.records import PageQuery, list_page

router = AreaRouter(prefix="/v1", tags=["service"])

JSON = "application/json"
ListFormat = Literal["json", "csv", "csv-plain", "xlsx", "jsonl", "parquet"]
ProjectFormat = Literal["json", "csv", "csv-plain", "xlsx", "jsonl", "parquet", "360giving", "iati"]
"""json, and the names of app.exchange.tables_writing.FORMATS, written out for type checkers."""
_BY_MEDIA = {one.media_type: one for one in reversed(FORMATS.values())}

_BYTES: dict[str, Any] = {"type": "string", "format": "binary"}
TABLE_HEADERS: dict[str, Any] = {
    "Content-Location": {
        "description": "Of a table: the address that gives the same bytes again.",
        "schema": {"type": "string"},
    },
    "Content-Disposition": {"description": "Of a table: a file name.", "schema": {"type": "string"}},
}
TABLE_CONTENT: dict[str, Any] = {
    one.media_type: {"schema": _BYTES | {"description": one.description}} for one in _BY_MEDIA.values()
}
"""The documented answers of a list beside JSON."""
STANDARD_CONTENT: dict[str, Any] = {
    media: {"schema": ({"type": "object"} if media.endswith("+json") else _BYTES) | {"description": one.description}}
    for media, one in ((one.media_type, one) for one in STANDARDS.values())
}
"""The documented answers in other standards."""
PROJECT_CONTENT = {STANDARDS[name].media_type: STANDARD_CONTENT[STANDARDS[name].media_type] for name in OF_PROJECTS}
"""The documented answers of the list of projects beside JSON and tables."""
LIST_FORMAT = Field(
    default=None,
    description="Format of the answer; without it the Accept header chooses, JSON by default. A table is the whole "
    "list, unless `limit` or `cursor` ask for a page.",
)


# --- lists ---------------------------------------------------------------------------------------------------------


def table_format(request: Request, parameters: Any) -> TableFormat | None:
    """The format of tables that `format=` or the Accept header asks a list for; None: JSON."""
    if parameters.format is None:
        media = preferred(request.headers.get("accept"), [JSON, *_BY_MEDIA])
        if media is None:
            raise Problem("not-acceptable", "A list has the media types that /docs lists; `format` names them too.")
        form = _BY_MEDIA.get(media)
    else:
        form = FORMATS.get(parameters.format)
    if form is not None:
        _check_included(form, parameters.include or ())
    return form


def _check_included(form: TableFormat, include: Iterable[str]) -> None:
    wrong = [name for name in include if name == "total" or (name != CITATIONS and not form.may_nest)]
    if wrong:
        detail = "a table has no place for it" if wrong == ["total"] else "a table takes citations alone; see jsonl"
        raise Problem(
            "bad-parameter",
            "A table holds records of one kind.",
            errors=[{"parameter": "include", "detail": detail}],
        )


def table_response(
    request: Request,
    database: Database,
    view: View,
    noun: Noun,
    form: TableFormat,
    query: PageQuery,
    *,
    is_page: bool,
) -> Response:
    """A list as a table: the whole of it, a page at a time; or the one page that was asked for."""
    version, count = Version.of(database, view), form.most is not None
    if is_page:
        first = version.page(noun, query, count=count)
    else:
        query = sized(query)
        first = fitting_page(version, noun, query, count=count)
    if form.most is not None and (first.total or 0) > form.most and not is_page:
        raise Problem(
            "bad-parameter",
            f"A sheet has {form.most} records at most, and the list has more: narrow it, or ask for another format.",
            errors=[{"parameter": "format", "detail": "csv and parquet have no such limit"}],
        )
    pages = [first.items] if is_page else whole_list(version, noun, query, first)
    table = table_of(noun, cited=CITATIONS in query.include)
    response = _streamed(request, form.write(table, pages), form.media_type)
    tag(response, view, variant=form.name)
    _take_away(request, response, view, form.name, f"tejido-{noun.path}-{view.version}.{form.extension}")
    if is_page and first.next:
        response.headers["Link"] = link_next(request, first.next)
    return response


def _take_away(request: Request, response: Response, view: View, form: str, name: str) -> None:
    """Say where the file stays, and what to call it."""
    changed = {"as_of": [view.version], "format": [form]}
    response.headers["Content-Location"] = permalink(request, view, changed=changed)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers.add_vary_header("Accept")


def _streamed(request: Request, pieces: Iterator[bytes], media_type: str) -> StreamingResponse:
    """A stream that ends early where nobody reads it: the middleware keeps the body of HEAD and 304 back."""
    if getattr(request.state, "is_head", False):
        # The first piece is made all the same: what compresses the answer looks at whether there is a body.
        pieces = islice(pieces, 1)
    return StreamingResponse(_while_read(request, pieces), media_type=media_type)


def _while_read(request: Request, pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield piece
        if getattr(request.state, "is_known", False):
            return


# --- other people's standards --------------------------------------------------------------------------------------


def standard_response(request: Request, database: Database, view: View, name: str, query: PageQuery) -> Response:
    """The projects of a list, or with FollowTheMoney the whole data set, in another standard."""
    # What is wrong with the question has to be said before the answer begins.
    list_page(view, BY_KIND["project"], replace(query, limit=1, include=()))
    standard, settings = STANDARDS[name], request.app.state.settings
    publication = publication_of(settings, view, settings.public_url or str(request.base_url))
    pieces = standard.write(Version.of(database, view), query, publication, Counter())
    response = _streamed(request, pieces, standard.media_type)
    tag(response, view, variant=name)
    _take_away(request, response, view, name, f"tejido-{name}-{view.version}.{standard.extension}")
    return response


# --- the whole data set --------------------------------------------------------------------------------------------


class ExportParameters(VersionParameters):
    """Of which version, in which form."""

    format: Literal["csv", "jsonl", "parquet", "360giving", "iati", "followthemoney"] = Field(
        default="csv",
        description="csv, jsonl or parquet: an archive with tables in that format; 360giving, iati, followthemoney: "
        "one file in that standard.",
    )


@router.get(
    "/export",
    operation_id="export_data",
    summary="The whole data set in one archive",
    response_class=StreamingResponse,
    responses={
        200: {
            "headers": READ_HEADERS | TABLE_HEADERS,
            "content": {MEDIA_TYPE: {"schema": _BYTES | {"description": "A ZIP archive."}}} | STANDARD_CONTENT,
        },
        **problems(),
    },
)
def export_data(
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    parameters: Annotated[ExportParameters, Query()],
) -> Response:
    """Every table that the caller may see, with a README, the licence and a data dictionary (datapackage.json)."""
    with database.read() as connection:
        view = view_of(request, connection, parameters.as_of)
        if parameters.format in STANDARDS:
            return standard_response(request, database, view, parameters.format, PageQuery())
        about = About.of(view, licence=settings.data_licence, contact=settings.contact, address=settings.public_url)
    form = parameters.format
    response = _streamed(request, write_archive(Version.of(database, view), about, form), MEDIA_TYPE)
    tag(response, view, variant=form)
    _take_away(request, response, view, form, archive_name(about, form))
    return response


# --- the template --------------------------------------------------------------------------------------------------


@cache
def _template() -> tuple[bytes, str]:
    """The workbook and its entity tag: it is the same for as long as this release runs."""
    body = b"".join(template.write_template())
    return body, f'"{hashlib.sha256(body).hexdigest()[:16]}"'


@router.get(
    "/imports/template",
    operation_id="get_import_template",
    summary="A workbook to fill in",
    response_class=Response,
    responses={
        200: {
            "headers": {name: READ_HEADERS[name] for name in ("ETag",)} | TABLE_HEADERS,
            "content": {template.MEDIA_TYPE: {"schema": _BYTES | {"description": "A workbook (XLSX)."}}},
        },
        **problems(),
    },
)
def get_import_template(_: NoParametersDep) -> Response:
    """A sheet for each table, with headings, choices, and a dictionary of all columns. It is imported as it is."""
    body, entity_tag = _template()
    response = Response(body, media_type=template.MEDIA_TYPE)
    response.headers["ETag"] = entity_tag
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Disposition"] = f'attachment; filename="{template.FILE_NAME}"'
    return response
