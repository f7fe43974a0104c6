"""Organizations that may be the same, saying that two are not, and merging two that are."""

import base64
import binascii
import json
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import Body, Path, Query, Request, Response
from pydantic import Field, StringConstraints
from sqlalchemy import select

from app.exchange.matching import FEWEST, Found, Index, Pairs, pairs_of
from app.history.view import View, present_view
from app.models.nouns import BY_KIND
from app.models.organizations import NameKind, OrganizationKind
from app.models.types import PublicId, Schema
from app.problems import Problem
from app.routers.areas import AreaRouter
from app.routers.common import (
    READ_HEADERS,
    CallerDep,
    DatabaseDep,
    IfMatch,
    NoParametersDep,
    Parameters,
    VersionParameters,
    Words,
    link_next,
    problems,
    revisions_of,
    tag,
    view_of,
)
from app.routers.crud import one, written_record
from app.routers.idempotency import IDEMPOTENCY_PROBLEMS, REPLAYED_HEADERS, IdempotentDep
from app.routers.jobs import JOB_PROBLEMS, Jobs, JobsDep
from app.store import duplicates
from app.store.duplicates import PARTS, Candidates, Said, pair_of
from app.store.merging import MERGE, Merged, merge
from app.store.reading import READ
from app.workers import Resource

router = AreaRouter(prefix="/v1", tags=["organizations"])

ORGANIZATION = BY_KIND["organization"]


class Alike(Schema):
    """One of two organizations that may be the same."""

    id: str = Field(description="Public id.", examples=["mexico-evalua"])
    ref: str = Field(description="Prefixed id.")
    name: str = Field(description="Its name.")
    kind: OrganizationKind = Field(description="What sort of body it is.")
    country: str | None = Field(description="Country, where it is known.")
    address: str = Field(description="Where it is read.")


class DuplicateReason(Schema):
    """Why two may be the same, or may not."""

    by: Literal[
        "identifier",
        "name",
        "words",
        "within",
        "similar",
        "acronym",
        "website",
        "other-country",
        "other-number",
    ] = Field(
        description="identifier: one number in a register. name: the same but for accents, case, legal form. words: "
        "the same words in another order or language. within: the one name stands in the other. similar: most of the "
        "words. acronym, website. Against it: other-country, other-number (in one register)."
    )
    first: str = Field(description="What of the first one: the form of its name, its number …")
    second: str = Field(description="What of the second one.")


class Duplicate(Schema):
    """Two organizations that may be the same."""

    first: Alike = Field(description="One of the two, by id.")
    second: Alike = Field(description="The other one.")
    score: float = Field(description="From 0 to 1: how surely they are the same.")
    same: bool = Field(description="A register gave both one number. Nothing else decides.")
    reasons: list[DuplicateReason] = Field(description="Why.")


class DuplicatePage(Schema):
    """One page of candidates."""

    items: list[Duplicate] = Field(description="The candidates, best first.")
    next: str | None = Field(description="Cursor of the next page; null on the last.")
    total: int = Field(description="Length of the whole list.")
    crowded: int = Field(
        description="Organizations that share some words with so many others that they were not compared with all of "
        "them by those; `organization` compares one with all."
    )
    data_version: str = Field(description="Version of the data.")


class DuplicateParameters(VersionParameters):
    """Which candidates."""

    organization: PublicId | None = Field(default=None, description="Only what may be the same as this one.")
    kind: Annotated[list[OrganizationKind], Words] | None = Field(
        default=None, description="Only where both are of this kind. Repeat for alternatives."
    )
    min_score: float = Field(default=FEWEST, ge=FEWEST, le=1, description="Only from this score on.")
    limit: int = Field(default=50, ge=1, le=200, description="Candidates a page.")
    cursor: Annotated[str, StringConstraints(max_length=1000)] | None = Field(
        default=None, description="`next` of the page before."
    )


@router.get(
    "/duplicates",
    operation_id="list_duplicates",
    summary="Organizations that may be the same",
    response_model=DuplicatePage,
    responses={200: {"headers": READ_HEADERS}, **problems("unknown-id", "bad-cursor", *JOB_PROBLEMS)},
)
def list_duplicates(
    request: Request,
    response: Response,
    database: DatabaseDep,
    jobs: JobsDep,
    parameters: Annotated[DuplicateParameters, Query()],
) -> dict[str, Any]:
    """Pairs with a score and its reasons, for a person to look at: a name alone never makes two organizations one.

    Left out are pairs of which somebody said that they are not the same, and those with a relation to each other.
    """
    candidates: Candidates = request.app.state.candidates
    with database.read_service() as connection:
        view = view_of(request, connection, parameters.as_of)
        said = duplicates.said_distinct(view)
        index = candidates.index(view)
        if parameters.organization is not None:
            found, crowded = _of_one(index, parameters.organization), 0
        else:
            found, crowded = candidates.pairs(view, partial(_seek, jobs))
        apart = {one.pair for one in said}
        related = duplicates.related_pairs(view)
        of_kind = None if parameters.kind is None else _of_kinds(view, parameters.kind)
        chosen = [
            (score, first, second)
            for score, first, second in found
            if score >= parameters.min_score
            and (first, second) not in apart
            and (score == 1 or (first, second) not in related)
            and (of_kind is None or {first, second} <= of_kind)
        ]
        start = 0 if parameters.cursor is None else _place(chosen, parameters.cursor)
        page = chosen[start : start + parameters.limit]
        rows = _organizations(view, {public_id for _, *pair in page for public_id in pair})
    following = _cursor(page[-1]) if start + len(page) < len(chosen) else None
    tag(response, view, variant=duplicates.digest_of(said))
    if following:
        response.headers["Link"] = link_next(request, following)
    items = [
        {
            "first": rows[first],
            "second": rows[second],
            **_reasons(index.compare(index.parties[index.place[first]], index.parties[index.place[second]])),
        }
        for _, first, second in page
    ]
    return {
        "items": items,
        "next": following,
        "total": len(chosen),
        "crowded": crowded,
        "data_version": view.version,
    }


def _seek(jobs: Jobs, resource: Resource, part: int) -> Pairs:
    return jobs.run(pairs_of, part, PARTS, resource=resource, narrowing=("organization",))


def _of_one(index: Index, public_id: str) -> list[tuple[float, str, str]]:
    if public_id not in index.place:
        errors = [{"parameter": "organization", "detail": "unknown id"}]
        raise Problem("unknown-id", "No such record.", errors=errors)
    found = index.candidates(index.parties[index.place[public_id]])
    pairs = [(one.score, *pair_of(public_id, party.key)) for one, party in found if one.score >= FEWEST]
    return sorted(pairs, key=_order)


def _order(pair: tuple[float, str, str]) -> tuple[float, str, str]:
    return -pair[0], pair[1], pair[2]


def _place(pairs: Sequence[tuple[float, str, str]], cursor: str) -> int:
    """Where the page after the one with this last pair begins."""
    try:
        score, first, second = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        after = _order((float(score), str(first), str(second)))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise Problem("bad-cursor", "Take the cursor from `next` of the page before.") from None
    return next((place for place, pair in enumerate(pairs) if _order(pair) > after), len(pairs))


def _cursor(pair: tuple[float, str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(pair).encode()).decode().rstrip("=")


def _of_kinds(view: View, kinds: Sequence[str]) -> set[str]:
    table = view[ORGANIZATION.sql]
    return set(view.connection.execute(select(table.c.id).where(table.c.kind.in_(kinds))).scalars())


def _organizations(view: View, public_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    table = view[ORGANIZATION.sql]
    query = select(table.c.id, table.c.name, table.c.kind, table.c.country).where(table.c.id.in_(public_ids))
    return {
        row.id: {
            "id": row.id,
            "ref": f"{ORGANIZATION.prefix}:{row.id}",
            "name": row.name,
            "kind": row.kind,
            "country": row.country,
            "address": f"/v1/{ORGANIZATION.path}/{row.id}",
        }
        for row in view.connection.execute(query)
    }


def _reasons(found: Found) -> dict[str, Any]:
    reasons = [{"by": one.by, "first": one.first, "second": one.second} for one in found.reasons]
    return {"score": found.score, "same": found.is_same, "reasons": reasons}


# --- saying that two are not the same ------------------------------------------------------------------------------


class DistinctCreate(Schema):
    """Two organizations that are not the same."""

    organizations: list[PublicId] = Field(min_length=2, max_length=2, description="The ids of the two.")


class DistinctRead(Schema):
    """Two organizations of which somebody said that they are not the same."""

    organizations: list[str] = Field(description="The ids of the two, in order.")
    at: datetime = Field(description="When that was said.")


class DistinctPage(Schema):
    """One page of such pairs."""

    items: list[DistinctRead] = Field(description="The pairs, by id.")
    next: str | None = Field(description="Cursor of the next page; null on the last.")


class DistinctParameters(Parameters):
    """Which page."""

    limit: int = Field(default=50, ge=1, le=500, description="Pairs a page.")
    cursor: Annotated[str, StringConstraints(max_length=300)] | None = Field(
        default=None, description="`next` of the page before."
    )


_DISTINCT = {"example": {"summary": "Two that are not the same.", "value": {"organizations": ["documenta", "labmex"]}}}


@router.get(
    "/duplicates/distinct",
    operation_id="list_distinct",
    summary="Organizations that somebody said are not the same",
    responses=problems("bad-cursor"),
)
def list_distinct(
    request: Request,
    response: Response,
    database: DatabaseDep,
    parameters: Annotated[DistinctParameters, Query()],
) -> DistinctPage:
    """What was said stands until it is taken back. Of an organization that was merged it holds for what it became."""
    response.headers["Cache-Control"] = "no-store"
    with database.read_service() as connection:
        found = duplicates.said_distinct(view_of(request, connection))
    if parameters.cursor is not None:
        first, separator, second = parameters.cursor.partition("~")
        if not separator:
            raise Problem("bad-cursor", "Take the cursor from `next` of the page before.")
        found = [said for said in found if said.pair > (first, second)]
    page = found[: parameters.limit]
    following = "~".join(page[-1].pair) if len(found) > len(page) else None
    if following is not None:
        response.headers["Link"] = link_next(request, following)
    return DistinctPage(items=[_said(said) for said in page], next=following)


@router.post(
    "/duplicates/distinct",
    status_code=201,
    operation_id="create_distinct",
    summary="Say that two organizations are not the same",
    response_model=DistinctRead,
    response_description="What was said.",
    responses={
        201: {"headers": REPLAYED_HEADERS},
        **problems(
            "reference-not-found",
            "duplicate",
            *IDEMPOTENCY_PROBLEMS,
            "body-too-large",
            "unsupported-media-type",
            "malformed-json",
            "malformed-body",
        ),
    },
)
def create_distinct(
    body: Annotated[DistinctCreate, Body(openapi_examples=_DISTINCT)],
    database: DatabaseDep,
    caller: CallerDep,
    once: IdempotentDep,
    _: NoParametersDep,
) -> Response:
    """They are no candidates any more, and cannot be merged, until that is taken back."""
    one, other = body.organizations
    if one == other:
        errors = [{"pointer": "/organizations/1", "detail": "the same one again"}]
        raise Problem("malformed-body", "Name two organizations.", errors=errors)

    def make(response: Response) -> DistinctRead:
        response.headers["Cache-Control"] = "no-store"
        view = present_view(connection, caller.reader)
        return _said(duplicates.say_distinct(view, one, other, at=database.clock(), actor=caller.actor))

    with database.write_service() as connection:
        return once.answer(connection, make)


OrganizationPath = Annotated[str, Path(description="Id of the organization.", max_length=100)]


@router.delete(
    "/duplicates/distinct/{first}/{second}",
    status_code=204,
    operation_id="delete_distinct",
    summary="Take back that two organizations are not the same",
    responses=problems("not-found"),
)
def delete_distinct(
    first: OrganizationPath, second: OrganizationPath, database: DatabaseDep, caller: CallerDep, _: NoParametersDep
) -> None:
    """They may be candidates again. The order of the two does not matter."""
    with database.write_service() as connection:
        duplicates.take_back_distinct(present_view(connection, caller.reader), first, second)


def _said(said: Said) -> DistinctRead:
    return DistinctRead(organizations=list(said.pair), at=said.at)


# --- merging two that are ------------------------------------------------------------------------------------------


class MergeBody(Schema):
    """Into which organization."""

    into: PublicId = Field(description="Id of the organization that stays.")
    name_as: Literal["as_written", "former"] = Field(
        default="as_written", description="As what the name of the one that goes stands among the names of the other."
    )


class JoinedRead(Schema):
    """A row that would have said the same as another one and became one with it."""

    ref: str = Field(description="The row that went.")
    into: str = Field(description="The row that stays, with the citations of both.")
    left: dict[str, Any] = Field(description="Fields of the one that the other one has otherwise, and keeps.")


class MergeRead(Schema):
    """What a merge did."""

    organization: one("organization") = Field(description="The organization that stays.")  # type: ignore[valid-type]
    merged: str = Field(description="Prefixed id of the one that went; it leads to the other from now on.")
    moved: dict[str, int] = Field(description="Kind -> records that referred to the one and refer to the other.")
    joined: list[JoinedRead] = Field(description="Rows that became one with another row.")
    removed: list[str] = Field(description="Relations between the two, which say nothing of one body.")
    self_funding: list[str] = Field(description="Funding between the two, now from a body to itself.")
    left: dict[str, Any] = Field(description="Fields of the one that the other one has otherwise, and keeps.")
    import_run: str = Field(description="The import run that it is: POST /v1/import-runs/{id}/undo undoes it.")


_MERGE = {"example": {"summary": "One organization stays.", "value": {"into": "mexico-evalua"}}}


@router.post(
    "/organizations/{id}/merge",
    operation_id="merge_organization",
    summary="Merge an organization into another one",
    response_model=MergeRead,
    response_description="What was done.",
    responses={
        200: {"headers": READ_HEADERS},
        **problems(
            "not-found",
            "gone",
            "reference-not-found",
            "merge-refused",
            "duplicate",
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
def merge_organization(
    id: OrganizationPath,  # noqa: A002
    body: Annotated[MergeBody, Body(openapi_examples=_MERGE)],
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    _: NoParametersDep,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """Everything that refers to it refers to the other one from then on, which has its names and identifiers too.

    Rows that would say the same become one; no citation is lost. Its id leads to the other one (308). It is an import
    run, so that it is undone as a unit. Needs If-Match with the revision of the one that goes.
    """
    revisions = revisions_of(if_match)
    with database.write(cause=MERGE, actor=caller.actor, reader=caller.reader) as writer:
        duplicates.refuse_distinct(writer.view, id, body.into)
        merged = merge(writer, id, body.into, revisions, name_as=NameKind(body.name_as))
        record = written_record(response, writer, ORGANIZATION, merged.into)
        run = present_view(writer.connection, caller.reader).version
    kept = {name: record[name] for name in READ[ORGANIZATION.kind].model_fields}
    return _merged(merged) | {"organization": kept, "import_run": run}


def _merged(merged: Merged) -> dict[str, Any]:
    return {
        "merged": f"{ORGANIZATION.prefix}:{merged.id}",
        "moved": merged.moved,
        "joined": [{"ref": one.ref, "into": one.into, "left": one.left} for one in merged.joined],
        "removed": merged.removed,
        "self_funding": merged.self_funding,
        "left": merged.left,
    }
