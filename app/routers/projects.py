"""Projects: their list also takes a selection of the networks' kind, with its three certainties."""

from typing import Any

import numpy as np
from fastapi import Request
from pydantic import Field

from app.graph.selection import CERTAINTIES, Selected, select
from app.history.view import View
from app.models.nouns import BY_KIND
from app.routers.common import QueryYear
from app.routers.crud import crud_router, page_query
from app.routers.selecting import (
    CERTAINTY,
    STATE,
    YEAR_FROM,
    YEAR_TO,
    Certainties,
    Ids,
    SelectionParameters,
    StateForms,
    selection_of,
    snapshots,
)
from app.store.derived import nationwide_projects, placeless_projects
from app.store.records import conditions
from app.store.years import keys_where

PROJECT = BY_KIND["project"]

_SELECTING = ("funder", "partner", "organization", "state", "document", "certainty", "year_from", "year_to")
_PARAMETERS: dict[str, Any] = {
    "funder": (Ids | None, Field(default=None, description="Effective funder of the project.")),
    "partner": (Ids | None, Field(default=None, description="A partner of the project.")),
    "organization": (Ids | None, Field(default=None, description="Pays, receives, or takes part in any way.")),
    "document": (Ids | None, Field(default=None, description="A document that is cited for the project.")),
    "state": (StateForms | None, STATE),
    "certainty": (Certainties | None, CERTAINTY),
    "year_from": (QueryYear | None, YEAR_FROM),
    "year_to": (QueryYear | None, YEAR_TO),
    "nationwide": (bool | None, Field(default=None, description="Whether a source says: the whole country.")),
    "placeless": (
        bool | None,
        Field(default=None, description="Whether no source gives it any place: no state, group, region or country."),
    ),
}


def _choose(request: Request, view: View, parameters: Any) -> tuple[set[int] | None, dict[str, Any]]:
    only: set[int] | None = None
    selected: Selected | None = None
    chosen = {name: getattr(parameters, name) for name in _SELECTING if getattr(parameters, name) is not None}
    if chosen:
        facts = snapshots(request).get(view)
        selected = select(facts, selection_of(view, facts, SelectionParameters.model_construct(**chosen)))
        only = set(facts.columns["project"].pk[selected.taken].tolist())
    others: set[int] | None = None
    for wanted, find in ((parameters.nationwide, nationwide_projects), (parameters.placeless, placeless_projects)):
        if wanted is not None:
            found = find(view, holds=wanted)
            others = found if others is None else others & found
            only = found if only is None else only & found
    if selected is None or not (parameters.state or parameters.year_from or parameters.year_to):
        return only, {"by_certainty": None}
    query = page_query(PROJECT, parameters, only=others)
    if not (query.filters or query.missing or query.has or query.q or query.only is not None):
        return only, {"by_certainty": selected.counts}
    # The counts answer for the whole list: what its other filters leave of each certainty.
    left = keys_where(view, PROJECT, conditions(view, PROJECT, query))
    grades = selected.grades[selected.found]
    held = grades[np.isin(selected.facts.columns["project"].pk[selected.found], left)]
    return only, {"by_certainty": {word: int((held == place).sum()) for place, word in enumerate(CERTAINTIES)}}


router = crud_router(
    PROJECT,
    extra_parameters=_PARAMETERS,
    extra_answer={
        "by_certainty": (
            dict[str, int] | None,
            Field(
                description="With `state` or years: how many match all filters of the list at each certainty "
                f"({', '.join(CERTAINTIES)}), taken or not; null without."
            ),
        )
    },
    choose=_choose,
)
