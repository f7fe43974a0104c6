"""Withheld terms: what no record may contain. A term is taken and never given back."""

import re
from datetime import datetime
from typing import Annotated

from fastapi import Body, Path, Query, Request, Response
from pydantic import Field, StringConstraints

from app.models.types import Line, Schema
from app.problems import Problem
from app.routers.areas import AreaRouter
from app.routers.common import CallerDep, DatabaseDep, NoParametersDep, Parameters, link_next, problems
from app.routers.idempotency import IDEMPOTENCY_PROBLEMS, REPLAYED_HEADERS, IdempotentDep
from app.store import withheld
from app.store.withheld import ID_DIGITS, RULE, Term

router = AreaRouter(prefix="/v1/withheld-terms", tags=["access"])

_ID = re.compile(f"[0-9a-f]{{{ID_DIGITS}}}")


class WithheldTermCreate(Schema):
    """A term that no record may contain from now on."""

    term: Annotated[Line, StringConstraints(max_length=200)] = Field(description=RULE)


class WithheldTermRead(Schema):
    """What is known of a withheld term."""

    id: str = Field(description="Beginning of its digest, by which it is named.", examples=["0f3c5a9d1b7e2468"])
    words: int = Field(description="How many words it has.")
    at: datetime = Field(description="When it was put on the list.")


class WithheldTermPage(Schema):
    """One page of withheld terms."""

    items: list[WithheldTermRead] = Field(description="What is known of them, by id.")
    next: str | None = Field(description="Cursor of the next page; null on the last.")


class WithheldTermListParameters(Parameters):
    """Which page."""

    limit: int = Field(default=50, ge=1, le=500, description="Terms a page.")
    cursor: Annotated[str, StringConstraints(max_length=100)] | None = Field(
        default=None, description="`next` of the page before."
    )


TermId = Annotated[str, Path(description="Beginning of the digest, as the list shows it.", max_length=100)]

_EXAMPLE = {"example": {"summary": "A name of three words.", "value": {"term": "Nombre Apellido Apellido"}}}


@router.get("", operation_id="list_withheld_terms", summary="List withheld terms", responses=problems("bad-cursor"))
def list_withheld_terms(
    request: Request,
    response: Response,
    database: DatabaseDep,
    parameters: Annotated[WithheldTermListParameters, Query()],
) -> WithheldTermPage:
    """How many words each has, and since when it is withheld. The terms themselves are stored nowhere."""
    response.headers["Cache-Control"] = "no-store"
    if parameters.cursor is not None and not _ID.fullmatch(parameters.cursor):
        raise Problem("bad-cursor", "Take the cursor from `next` of the page before.")
    with database.read_service() as connection:
        found = withheld.list_terms(connection, after=parameters.cursor, limit=parameters.limit + 1)
    page = found[: parameters.limit]
    following = page[-1].id if len(found) > len(page) else None
    if following is not None:
        response.headers["Link"] = link_next(request, following)
    return WithheldTermPage(items=[_read(term) for term in page], next=following)


@router.post(
    "",
    status_code=201,
    operation_id="create_withheld_term",
    summary="Withhold a term",
    response_description="What is known of the term from now on.",
    response_model=WithheldTermRead,
    responses={
        201: {"headers": REPLAYED_HEADERS},
        **problems(
            "duplicate",
            "body-too-large",
            "unsupported-media-type",
            "malformed-json",
            "malformed-body",
            "no-secret",
            *IDEMPOTENCY_PROBLEMS,
        ),
    },
)
def create_withheld_term(
    body: Annotated[WithheldTermCreate, Body(openapi_examples=_EXAMPLE)],
    database: DatabaseDep,
    caller: CallerDep,
    once: IdempotentDep,
    _: NoParametersDep,
) -> Response:
    """From now on no record may contain it. Records that do already are found by `tejido withhold scan`."""

    def make(response: Response) -> WithheldTermRead:
        response.headers["Cache-Control"] = "no-store"
        return _read(withheld.add_term(connection, body.term, secret=database.secret, actor=caller.name))

    with database.write_service() as connection:
        return once.answer(connection, make)


@router.delete(
    "/{id}",
    status_code=204,
    operation_id="delete_withheld_term",
    summary="Release a withheld term",
    responses=problems("not-found"),
)
def delete_withheld_term(id: TermId, database: DatabaseDep, caller: CallerDep, _: NoParametersDep) -> None:  # noqa: A002
    """Records may contain it again."""
    if not _ID.fullmatch(id):
        raise Problem("not-found", "No withheld term has this id.")
    with database.write_service() as connection:
        withheld.remove_term(connection, id, actor=caller.name)


def _read(term: Term) -> WithheldTermRead:
    return WithheldTermRead(id=term.id, words=term.words, at=term.at)
