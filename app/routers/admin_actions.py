"""What administrators did."""

import re
from datetime import datetime
from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import Field, StringConstraints

from app.access.actions import list_actions
from app.models.types import Schema
from app.problems import Problem
from app.routers.areas import AreaRouter
from app.routers.common import DatabaseDep, Parameters, link_next, problems

router = AreaRouter(prefix="/v1/admin-actions", tags=["access"])


class AdminActionRead(Schema):
    """What an administrator did."""

    number: int = Field(description="Grows with each action.")
    at: datetime
    actor: str = Field(description="Prefix of the key with which it was done, or `cli`.")
    action: str = Field(description="What was done.", examples=["create key"])
    subject: str | None = Field(description="To what it was done: the prefix of a key, the id of a record.")


class AdminActionPage(Schema):
    """One page of admin actions."""

    items: list[AdminActionRead] = Field(description="The actions, newest first.")
    next: str | None = Field(description="Cursor of the next page; null on the last.")


class AdminActionListParameters(Parameters):
    """Which page."""

    limit: int = Field(default=50, ge=1, le=500, description="Actions a page.")
    cursor: Annotated[str, StringConstraints(max_length=100)] | None = Field(
        default=None, description="`next` of the page before."
    )


@router.get(
    "",
    operation_id="list_admin_actions",
    summary="List what administrators did",
    responses=problems("bad-cursor"),
)
def get_admin_actions(
    request: Request,
    response: Response,
    database: DatabaseDep,
    parameters: Annotated[AdminActionListParameters, Query()],
) -> AdminActionPage:
    """Keys made and revoked, and whatever else needs the scope `admin`, by whom and when; newest first."""
    response.headers["Cache-Control"] = "no-store"
    if parameters.cursor is not None and not re.fullmatch("[0-9]{1,18}", parameters.cursor):
        raise Problem("bad-cursor", "Take the cursor from `next` of the page before.")
    before = None if parameters.cursor is None else int(parameters.cursor)
    with database.read_service() as connection:
        found = list_actions(connection, before=before, limit=parameters.limit + 1)
    page = found[: parameters.limit]
    following = str(page[-1].number) if len(found) > len(page) else None
    if following is not None:
        response.headers["Link"] = link_next(request, following)
    items = [
        AdminActionRead(number=one.number, at=one.at, actor=one.actor, action=one.action, subject=one.subject)
        for one in page
    ]
    return AdminActionPage(items=items, next=following)
