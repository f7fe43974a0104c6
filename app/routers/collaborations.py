"""Collaborations: their list can also be asked by member and by what their project is about."""

from typing import Any

import numpy as np
from fastapi import Request
from pydantic import Field

from app.graph.selection import select
from app.history.view import View
from app.models.nouns import BY_KIND
from app.routers.crud import crud_router
from app.routers.selecting import Ids, SelectionParameters, selection_of, snapshots

COLLABORATION = BY_KIND["collaboration"]

_PARAMETERS: dict[str, Any] = {
    "organization": (Ids | None, Field(default=None, description="A member, lead, convener or supporter.")),
    "topic": (Ids | None, Field(default=None, description="Topic of its project.")),
    "funder": (Ids | None, Field(default=None, description="Effective funder of its project.")),
}


def _choose(request: Request, view: View, parameters: Any) -> tuple[set[int] | None, dict[str, Any]]:
    chosen = {name: getattr(parameters, name) for name in _PARAMETERS if getattr(parameters, name) is not None}
    if not chosen:
        return None, {}
    facts = snapshots(request).get(view)
    selection = selection_of(view, facts, SelectionParameters.model_construct(**chosen))
    rows, members = facts.columns["collaboration"], facts.columns["collaboration_member"]
    found = np.ones(len(rows), dtype=bool)
    if selection.organization:
        wanted = facts.codes("organization", selection.organization)
        _, joined = facts.columns.index("collaboration_member", "actor").rows(wanted)
        found[:] = False
        found[members["collaboration"][joined]] = True
    if selection.topic or selection.funder:
        of_project = SelectionParameters.model_construct(topic=parameters.topic, funder=parameters.funder)
        selected = select(facts, selection_of(view, facts, of_project))
        found &= np.append(selected.mask, False)[rows["project"]]
    return set(rows.pk[found].tolist()), {}


router = crud_router(COLLABORATION, extra_parameters=_PARAMETERS, choose=_choose)
