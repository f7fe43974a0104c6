"""Collaborations: their list can also be asked by member and by what their project is about."""

from typing import Any

from fastapi import Request
from pydantic import Field
from sqlalchemy import Connection

from app.graph.selection import select
from app.models.nouns import BY_KIND
from app.routers.crud import crud_router
from app.routers.selecting import Ids, SelectionParameters, selection_of, snapshots
from app.store.records import keys_of

COLLABORATION = BY_KIND["collaboration"]

_PARAMETERS: dict[str, Any] = {
    "organization": (Ids | None, Field(default=None, description="A member, lead, convener or supporter.")),
    "topic": (Ids | None, Field(default=None, description="Topic of its project.")),
    "funder": (Ids | None, Field(default=None, description="Effective funder of its project.")),
}


def _choose(request: Request, connection: Connection, parameters: Any) -> tuple[set[int] | None, dict[str, Any]]:
    chosen = {name: getattr(parameters, name) for name in _PARAMETERS if getattr(parameters, name) is not None}
    if not chosen:
        return None, {}
    facts = snapshots(request).get(connection)
    selection = selection_of(connection, facts, SelectionParameters.model_construct(**chosen))
    found = set(facts.collaborations)
    if selection.organization:
        found &= {member.collaboration for member in facts.members if member.organization in selection.organization}
    if selection.topic or selection.funder:
        of_project = SelectionParameters.model_construct(topic=parameters.topic, funder=parameters.funder)
        projects = select(facts, selection_of(connection, facts, of_project)).projects
        found &= {one.id for one in facts.collaborations.values() if one.project in projects}
    return set(keys_of(connection, COLLABORATION, found).values()), {}


router = crud_router(COLLABORATION, extra_parameters=_PARAMETERS, choose=_choose)
