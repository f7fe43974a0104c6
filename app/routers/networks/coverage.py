"""Where there are projects and where none is recorded: state by topic or by funder."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import ConfigDict, Field

from app.graph.coverage import coverage
from app.graph.formats import DEFAULT
from app.graph.network import TooLargeError
from app.models.types import Schema
from app.routers.citing import CITED_HEADERS, Citing, QuestionParameters
from app.routers.common import DatabaseDep, SettingsDep, problems
from app.routers.jobs import JOB_PROBLEMS, JobsDep
from app.routers.networks.answers import AnswerHead, Named, ProjectCounts, query_of
from app.routers.networks.shared import ProjectsByCertainty, json_response, written
from app.routers.selecting import facts_of, selection_of, too_large

router = APIRouter()

StateStatusName = Literal["known", "unknown", "none_recorded", "not_selected"]


class CoverageParameters(QuestionParameters):
    """The selection, and what the columns are."""

    by: Literal["topic", "funder"] = Field(default="topic", description="What the columns are.")
    max_ids: int | None = Field(
        default=None,
        ge=1,
        le=10**9,
        description="List so many projects at most in each place; beside each list stands, as `certain_count` and so "
        "on, how many there are.",
    )


class CoverageProjects(ProjectsByCertainty):
    """Projects by certainty; with `max_ids` also `certain_count` and so on, the numbers of all."""

    model_config = ConfigDict(extra="allow")


class CoverageCell(CoverageProjects):
    """The projects of one column in one state."""

    column: str = Field(description="Id of the column.")
    certainty: Literal["certain", "possible", "nationwide"] = Field(description="The strongest of its projects.")


class CoverageRow(Named):
    """A state."""

    status: StateStatusName = Field(
        description="known: some project is certainly there; unknown: only possible or nationwide ones; none_recorded: "
        "no record speaks of it; not_selected: `state` leaves it out."
    )
    unknown_because: list[Literal["unnamed_states", "nationwide", "open_dates"]] = Field(
        description="Why projects are less than certain there."
    )
    total: CoverageProjects = Field(description="Distinct projects in the state.")
    cells: list[CoverageCell] = Field(description="The columns with some project in the state.")
    none: list[str] = Field(description="The columns for which nothing is recorded in the state.")


class CoverageTotal(CoverageProjects):
    """Distinct projects, by the strongest certainty that they have in any selected state."""

    no_place: list[str] = Field(
        description="Projects that no record places in a state, an open group of states, or the whole country."
    )


class CoverageColumn(CoverageTotal):
    """A topic or funder, with all its projects."""

    id: str = Field(description="Prefixed id; no_topic or unknown_funder for projects that have none.")
    label: str = Field(description="Name to show.")


class CoverageStatus(Schema):
    """Prefixed ids of the states by their status."""

    known: list[str]
    unknown: list[str]
    none_recorded: list[str]
    not_selected: list[str]


class Coverage(AnswerHead):
    """A row for each of the states, a column for each topic or funder."""

    counts: ProjectCounts
    by: Literal["topic", "funder"] = Field(description="What the columns are.")
    columns: list[CoverageColumn]
    rows: list[CoverageRow] = Field(description="All states, by id.")
    total: CoverageTotal
    status: CoverageStatus = Field(description="Which states are covered, and of which that is unknown.")


@router.get(
    "/coverage",
    operation_id="get_coverage",
    summary="Where there are projects, and where none is recorded",
    response_model=Coverage | Citing,
    responses={200: {"headers": CITED_HEADERS}, **problems("unknown-id", "too-large-network", *JOB_PROBLEMS)},
)
def get_coverage(
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    jobs: JobsDep,
    parameters: Annotated[CoverageParameters, Query()],
) -> Response:
    """State by topic, or state by effective funder, with margins; certain, possible and nationwide always apart.

    `certainty` chooses nothing here: all three are shown. A column that a row names under `none` has no record there.
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
            coverage,
            selection,
            by=parameters.by,
            max_ids=parameters.max_ids,
            query=query_of(selection, facts, by=parameters.by, max_ids=parameters.max_ids),
            most=settings.max_edges,
        )
    except TooLargeError as error:
        raise too_large(error, parameters, "max_ids") from error
    return json_response(request, body, view)
