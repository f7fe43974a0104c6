"""One network year by year."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.graph.formats import DEFAULT
from app.graph.network import TooLargeError
from app.graph.timeline import MOST_YEARS, TooManyYearsError, timeline
from app.models.types import Schema
from app.problems import Problem
from app.routers.citing import Citing
from app.routers.common import READ_HEADERS, DatabaseDep, SettingsDep, problems
from app.routers.jobs import JOB_PROBLEMS, JobsDep
from app.routers.networks.answers import (
    AnswerHead,
    Named,
    ProjectCount,
    ProjectCounts,
    query_of,
)
from app.routers.networks.kinds import KindParameters, network_of
from app.routers.networks.shared import json_response, written
from app.routers.selecting import facts_of, selection_of, too_large

router = APIRouter()


class CertainAndPossible(Schema):
    """Numbers by how surely something belongs to the year."""

    certain: int
    possible: int


class Cast(Schema):
    """Funders and partners; in the coalitions network everybody with a tie is a partner."""

    funders: list[Named]
    partners: list[Named]


class TimelineYear(Schema):
    """The network of one year, in numbers, and who came and went."""

    year: int
    projects: CertainAndPossible = Field(description="Dated projects of the year.")
    nodes: dict[str, CertainAndPossible] = Field(description="Kind -> nodes; possible: only with possible projects.")
    edges: dict[str, ProjectCount] = Field(description="Relation (or tie) -> edges by their own certainty.")
    newcomers: Cast = Field(description="Certain this year, absent the year before.")
    possible_newcomers: Cast = Field(description="Certain this year, possible the year before.")
    leavers: Cast = Field(description="Certain the year before, absent this year.")
    possible_leavers: Cast = Field(description="Certain the year before, possible this year.")


class Timeline(AnswerHead):
    """The network year by year."""

    network: Literal["funder-partner-state", "coalitions"]
    counts: ProjectCounts
    years: list[TimelineYear] = Field(description="Every year of the range; empty where no selected project is dated.")


@router.get(
    "/timeline",
    operation_id="get_timeline",
    summary="One network year by year, with newcomers and leavers",
    response_model=Timeline | Citing,
    responses={200: {"headers": READ_HEADERS}, **problems("unknown-id", "too-large-network", *JOB_PROBLEMS)},
)
def get_timeline(
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    jobs: JobsDep,
    parameters: Annotated[KindParameters, Query()],
) -> Response:
    """Counts of nodes and edges for each year, and the funders and partners who came and went; 200 years at most.

    Without `year_from` or `year_to` the range ends where the dates of the projects end. Projects without any date are
    in no year, and are counted apart.
    """
    with database.read() as connection:
        view, facts = facts_of(request, connection, parameters.as_of)
        selection = selection_of(view, facts, parameters)
    try:
        body = written(
            request,
            jobs,
            DEFAULT,
            facts,
            [selection],
            timeline,
            selection,
            network=network_of(parameters, settings.max_edges),
            name=parameters.network,
            query=query_of(selection, facts, **parameters.own()),
            most=settings.max_edges,
            most_projects=settings.max_projects,
        )
    except TooManyYearsError as error:
        raise Problem(
            "too-large-network",
            f"The range holds {error.years} years, an answer {MOST_YEARS} at most.",
            errors=[{"parameter": name, "detail": "would narrow it"} for name in ("year_from", "year_to")],
        ) from error
    except TooLargeError as error:
        raise too_large(error, parameters) from error
    return json_response(request, body, view)
