"""API keys: for administrators, and for a caller to see its own."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import Body, Path, Query, Request, Response
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints

from app.access import keys
from app.access.keys import LAST_EXPIRY, PREFIX, Key, Label
from app.access.scopes import Scope, in_order
from app.models.types import Schema
from app.problems import Problem
from app.routers.areas import AreaRouter
from app.routers.common import CallerDep, DatabaseDep, NoParametersDep, Parameters, link_next, problems
from app.routers.idempotency import unrepeatable

router = AreaRouter(prefix="/v1", tags=["access"])

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)


def _written(value: Any) -> Any:
    # Pydantic would also take a number, as seconds since 1970.
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("write it by RFC 3339, as in 2027-01-31T00:00:00Z")
    return value


def _to_come(moment: datetime) -> datetime:
    if not datetime.now(UTC) < moment < LAST_EXPIRY:
        raise ValueError(f"lies in the future, and before {LAST_EXPIRY.year}")
    return moment.astimezone(UTC)


def _distinct(scopes: list[Scope]) -> list[Scope]:
    if len(set(scopes)) != len(scopes):
        raise ValueError("a scope stands twice")
    return scopes


class KeyCreate(Schema):
    """A new key."""

    label: Label = Field(description="What the key is for: a system or an office, not a person.")
    scopes: Annotated[list[Scope], AfterValidator(_distinct)] = Field(
        default=[],
        max_length=len(Scope),
        json_schema_extra={"uniqueItems": True},
        description="What it may do beside reading: write, restricted, admin. None brings another.",
    )
    expires_at: Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_to_come)] | None = Field(
        default=None, description="When it ends; null: it does not end by itself."
    )


class KeyRead(Schema):
    """What is known of a key."""

    prefix: str = Field(description="Beginning of the key, by which it is named.", examples=["tjd_4m0s8x2kqz"])
    label: str = Field(description="What the key is for.")
    scopes: list[str] = Field(description="What it may do.")
    status: Literal["active", "expired", "revoked"] = Field(description="Whether it opens anything.")
    created_at: datetime
    expires_at: datetime | None = Field(description="When it ends.")
    last_used_at: datetime | None = Field(description="When it was last used, to the minute.")
    revoked_at: datetime | None = Field(description="When it was revoked.")


class KeyMade(KeyRead):
    """A new key, shown this once."""

    key: str = Field(description="The key itself. It is stored nowhere: keep it now.")


class KeyPage(Schema):
    """One page of keys."""

    items: list[KeyRead] = Field(description="Keys by prefix, those that ended too.")
    next: str | None = Field(description="Cursor of the next page; null on the last.")


class KeyListParameters(Parameters):
    """Which page."""

    limit: int = Field(default=50, ge=1, le=500, description="Keys a page.")
    cursor: Annotated[str, StringConstraints(max_length=100)] | None = Field(
        default=None, description="`next` of the page before."
    )


Prefix = Annotated[str, Path(description="Beginning of the key, `tjd_` and ten characters.", max_length=100)]

_EXAMPLE = {
    "example": {
        "summary": "A key that may write.",
        "value": {"label": "nightly import", "scopes": ["write"], "expires_at": "2199-12-31T00:00:00Z"},
    }
}


@router.get(
    "/key",
    operation_id="get_own_key",
    summary="What is known of the key that you send",
    responses=problems(),
)
def get_own_key(response: Response, database: DatabaseDep, caller: CallerDep, _: NoParametersDep) -> KeyRead:
    """Its prefix, what it may do, and when it ends."""
    response.headers["Cache-Control"] = "no-store"
    with database.read_service() as connection:
        return _read(keys.read_key(connection, caller.name), database.clock())


@router.get(
    "/keys",
    operation_id="list_keys",
    summary="List keys",
    responses=problems("bad-cursor"),
)
def list_keys(
    request: Request, response: Response, database: DatabaseDep, parameters: Annotated[KeyListParameters, Query()]
) -> KeyPage:
    """Every key that was ever made, with what is known of it. The keys themselves are stored nowhere."""
    response.headers["Cache-Control"] = "no-store"
    if parameters.cursor is not None and not PREFIX.fullmatch(parameters.cursor):
        raise Problem("bad-cursor", "Take the cursor from `next` of the page before.")
    with database.read_service() as connection:
        found = keys.list_keys(connection, after=parameters.cursor, limit=parameters.limit + 1)
    page = found[: parameters.limit]
    following = page[-1].prefix if len(found) > len(page) else None
    if following is not None:
        response.headers["Link"] = link_next(request, following)
    return KeyPage(items=[_read(key, database.clock()) for key in page], next=following)


@router.post(
    "/keys",
    status_code=201,
    operation_id="create_key",
    summary="Create a key",
    response_description="The new key, shown this once.",
    dependencies=[unrepeatable("the answer holds a secret, and is kept nowhere")],
    responses=problems("body-too-large", "unsupported-media-type", "malformed-json", "malformed-body"),
)
def create_key(
    body: Annotated[KeyCreate, Body(openapi_examples=_EXAMPLE)],
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    _: NoParametersDep,
) -> KeyMade:
    """Every key may read. The answer shows the key for the only time: a digest of it is all that is stored.

    It takes no `Idempotency-Key`, as the answer would have to be kept.
    """
    with database.write_service() as connection:
        whole, key = keys.create_key(
            connection, label=body.label, scopes=body.scopes, expires_at=body.expires_at, actor=caller.name
        )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Location"] = f"/v1/keys/{key.prefix}"
    return KeyMade(key=whole, **_read(key, database.clock()).model_dump())


@router.get(
    "/keys/{prefix}",
    operation_id="get_key",
    summary="Read what is known of a key",
    responses=problems("not-found"),
)
def get_key(prefix: Prefix, response: Response, database: DatabaseDep, _: NoParametersDep) -> KeyRead:
    """Label, scopes, when it was made and last used, when it ends."""
    response.headers["Cache-Control"] = "no-store"
    with database.read_service() as connection:
        return _read(keys.read_key(connection, prefix), database.clock())


@router.delete(
    "/keys/{prefix}",
    status_code=204,
    operation_id="revoke_key",
    summary="Revoke a key",
    responses=problems("not-found"),
)
def revoke_key(prefix: Prefix, database: DatabaseDep, caller: CallerDep, _: NoParametersDep) -> None:
    """It opens nothing from now on, and cannot be given back. It stays in the list as revoked."""
    with database.write_service() as connection:
        keys.revoke_key(connection, prefix, actor=caller.name)


def _read(key: Key, now: datetime) -> KeyRead:
    return KeyRead(
        prefix=key.prefix,
        label=key.label,
        scopes=in_order(key.scopes),
        status=key.status(now),
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
    )
