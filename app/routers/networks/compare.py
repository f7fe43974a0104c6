"""Two selections side by side."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.graph.compare import SIDES, compare
from app.graph.formats import DEFAULT
from app.graph.network import TooLargeError
from app.models.types import Schema
from app.routers.citing import CITED_HEADERS, Citing, QuestionParameters
from app.routers.common import DatabaseDep, SettingsDep, Words, problems
from app.routers.funding import Money
from app.routers.jobs import JOB_PROBLEMS, JobsDep
from app.routers.networks.answers import (
    AnswerHead,
    LeftOut,
    Named,
    NamedWithProjects,
    ProjectCounts,
    SidePart,
    query_of,
    side_parameters,
    side_queries,
    side_selection,
)
from app.routers.networks.shared import ProjectsByCertainty, json_response, written
from app.routers.selecting import facts_of, selection_of, too_large

router = APIRouter()


def _side(example: str) -> Any:
    return Field(
        min_length=1,
        max_length=50,
        description="One side, as `filter:value`: any filter of the selection but as_of. Repeat: values of one filter "
        "are alternatives, different filters narrow. A filter stands here or in the shared selection, not in both.",
        examples=[[example]],
    )


class CompareParameters(QuestionParameters):
    """What both sides share, and what makes each of them."""

    a: Annotated[list[SidePart], Words] = _side("funder:ned")
    b: Annotated[list[SidePart], Words] = _side("funder:usaid")


class SharedItem(Named):
    """What both sides have."""

    projects_a: ProjectsByCertainty
    projects_b: ProjectsByCertainty


class Split(Schema):
    """What both have, and what one has alone."""

    shared: list[SharedItem]
    only_a: list[NamedWithProjects]
    only_b: list[NamedWithProjects]


class PossiblyShared(Named):
    """A state that one side certainly has and the other possibly."""

    certain_on: Literal["a", "b"] = Field(description="The side that certainly has it.")
    certain_projects: list[str]
    possible_projects: list[str] = Field(description="Ids of the other side's projects.")


class StatesSplit(Split):
    """States in which projects certainly work; what is not named or dated apart."""

    status: Literal["known", "unknown", "none_recorded"] = Field(
        description="known: some are shared; unknown: unnamed, nationwide or undated places may be; none_recorded."
    )
    possibly_shared: list[PossiblyShared]
    state_groups_a: list[str] = Field(description="Counted groups of states with unnamed members.")
    state_groups_b: list[str] = Field(description="Counted groups of states with unnamed members.")
    nationwide_a: list[str] = Field(description="Ids of projects for the whole country.")
    nationwide_b: list[str] = Field(description="Ids of projects for the whole country.")


class MoneyOfFunder(Schema):
    """The money of one funder on a side's projects."""

    funder: str | None = Field(description="Prefixed id; null: the rows name no funder.")
    label: str
    money: Money


class Side(Schema):
    """What belongs to one side alone."""

    query: dict[str, Any] = Field(description="The side's selection, the shared one within it.")
    left_out: dict[str, LeftOut] = Field(description="Reason -> how many, and which.")
    unnamed_partners: list[NamedWithProjects] = Field(description="Unnamed partners; never merged with others.")
    money: Money = Field(description="Of all funding rows on the side's projects.")
    money_by_funder: list[MoneyOfFunder]


class SideCounts(Schema):
    """Numbers of projects of both sides."""

    a: ProjectCounts
    b: ProjectCounts


class Compare(AnswerHead):
    """Two selections side by side."""

    counts: SideCounts
    a: Side
    b: Side
    projects: Split
    partners: Split = Field(description="Named partners.")
    funders: Split = Field(description="Effective funders.")
    topics: Split
    states: StatesSplit
    funding_in_both: list[str] = Field(description="Ids of funding rows on both sides: their sums must not be added.")


@router.get(
    "/compare",
    operation_id="get_compare",
    summary="Two selections side by side",
    response_model=Compare | Citing,
    responses={200: {"headers": CITED_HEADERS}, **problems("unknown-id", "too-large-network", *JOB_PROBLEMS)},
)
def get_compare(
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    jobs: JobsDep,
    parameters: Annotated[CompareParameters, Query()],
) -> Response:
    """Shared and own projects, partners, funders, topics and states of two selections, and the money of each.

    `a=funder:ned&b=funder:usaid` compares two funders; `a=year_from:2020&a=year_to:2020&b=...` two periods; the
    ordinary filters narrow both sides.
    """
    with database.read() as connection:
        view, facts = facts_of(request, connection, parameters.as_of)
        shared = selection_of(view, facts, parameters)
        sides = {
            name: side_selection(view, facts, side_parameters(parameters, getattr(parameters, name), name), name)
            for name in SIDES
        }
    try:
        body = written(
            request,
            jobs,
            DEFAULT,
            facts,
            list(sides.values()),
            compare,
            sides,
            queries=side_queries(sides),
            query=query_of(shared, facts, a=sorted(set(parameters.a)), b=sorted(set(parameters.b))),
            most=settings.max_edges,
        )
    except TooLargeError as error:
        raise too_large(error, parameters, "a", "b") from error
    return json_response(request, body, view)
