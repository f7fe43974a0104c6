"""Funding: the list also takes years, and sums its money without mixing currencies or hiding what is unknown."""

from typing import Any

import numpy as np
from fastapi import Request
from pydantic import Field

from app.graph.answers import IDS_PER_ENTRY
from app.graph.money import sums_of
from app.graph.selection import Selection
from app.history.view import View
from app.models.nouns import BY_KIND
from app.models.types import Schema
from app.problems import Problem
from app.routers.common import QueryYear
from app.routers.crud import crud_router, page_query
from app.routers.selecting import check_window, snapshots
from app.store.records import conditions
from app.store.years import dated_within, keys_where

FUNDING = BY_KIND["funding"]


class MoneySum(Schema):
    """Money of one currency and stage."""

    currency: str = Field(description="ISO 4217 code.")
    stage: str | None = Field(description="commitment, disbursement, expenditure; null: the source does not say.")
    undated: bool = Field(description="With a window of years: the sum of rows without a date.")
    amount_minor: int = Field(description="Sum in minor units (cents).")
    funding: list[str] = Field(description="Ids of the rows that it adds.")
    presumed_currency: bool = Field(description="For some row the text shows only a sign.")
    exact: bool = Field(description="No row's amount is qualified (more than, nearly …).")


class MoneyShare(Schema):
    """A published share of a project's money."""

    funding: str
    percent: float
    qualifier: str | None


class Money(Schema):
    """Sums that are never mixed, and what they do not hold."""

    status: str = Field(
        description="known; lower_bound: amounts are missing; unknown: all are; none_recorded: no rows."
    )
    sums: list[MoneySum]
    unknown_amounts: list[str] = Field(description="Ids of rows whose amount is unknown.")
    supplements_without_base: list[str] = Field(description="Supplements to a grant that is not recorded.")
    outside_window: list[str] = Field(description="Ids of rows dated outside the years asked for.")
    shares: list[MoneyShare]


_PARAMETERS: dict[str, Any] = {
    "year_from": (QueryYear | None, Field(default=None, description="First year; rows without a date are left out.")),
    "year_to": (QueryYear | None, Field(default=None, description="Last year; rows without a date are left out.")),
}


def _choose(request: Request, view: View, parameters: Any) -> tuple[set[int] | None, dict[str, Any]]:
    only = None
    if parameters.year_from is not None or parameters.year_to is not None:
        check_window(parameters.year_from, parameters.year_to)
        only = dated_within(view, parameters.year_from, parameters.year_to)
    summed = None
    if "total" in (parameters.include or ()):
        listed = conditions(view, FUNDING, page_query(FUNDING, parameters, only=only))
        facts = snapshots(request).get(view)
        keys = np.array(keys_where(view, FUNDING, listed), dtype=np.int64)
        rows = np.flatnonzero(np.isin(facts.columns["funding"].pk, keys))
        most = request.app.state.settings.max_edges * IDS_PER_ENTRY
        if len(rows) > most:
            raise Problem(
                "too-many-included",
                f"The sums are of {len(rows)} rows, {most} at most: narrow the list, or ask without include=total.",
            )
        summed = sums_of(facts.columns, Selection(), np.zeros(len(rows), dtype=np.int64), rows, 1).told(facts)[0]
    return only, {"money": summed}


router = crud_router(
    FUNDING,
    extra_parameters=_PARAMETERS,
    extra_answer={
        "money": (Money | None, Field(description="With `include=total`: the whole list's money; otherwise null."))
    },
    choose=_choose,
)
