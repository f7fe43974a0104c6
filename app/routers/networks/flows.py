"""Money down the chain."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.graph.flows import flows
from app.models.types import Schema
from app.routers.citing import Citing
from app.routers.common import DatabaseDep, SettingsDep, Words, problems
from app.routers.funding import Money
from app.routers.jobs import JOB_PROBLEMS, JobsDep
from app.routers.networks.answers import Named
from app.routers.networks.shared import (
    NETWORK_RESPONSE,
    NetworkBlock,
    NetworkParameters,
    NodeLinkNetwork,
    answer,
)

router = APIRouter()


class FlowsParameters(NetworkParameters):
    """Parameters of the flows network."""

    include: Annotated[list[Literal["unnamed"]], Words] | None = Field(
        default=None, description="unnamed: unnamed parties as nodes. The chains name them in any case."
    )


class FlowsMoney(Schema):
    """The money of the selected projects, each funding row once."""

    granted: Money = Field(description="Of rows that name no project in between.")
    regranted: Money = Field(description="Of rows that passed through a project: part of that project's money.")


class Reach(Schema):
    """Prefixed ids of what a project and its components at every depth reach."""

    components: list[str] = Field(description="Selected projects below it.")
    leads: list[str] = Field(description="Lead, implementing and extending partners.")
    partners: list[str] = Field(description="Other partners.")
    institutions: list[str] = Field(description="Target institutions and counterparts.")
    states: list[str] = Field(description="States of certain work.")
    possible_states: list[str] = Field(description="States named for projects that only possibly fall into the years.")
    state_groups: list[str] = Field(description="Counted groups of states with unnamed members.")
    nationwide: list[str] = Field(description="Projects for the whole country.")


class Chain(Schema):
    """The way of one funding row's money."""

    funding: str = Field(description="Id of the funding row.")
    kind: str | None = Field(description="Kind of funding; null: the source does not say.")
    basis: str = Field(description="Basis of the row.")
    certainty: str = Field(description="How surely its project matches the selection.")
    funder_status: Literal["known", "unknown"]
    recipient_status: Literal["known", "unknown"]
    regranted: bool = Field(description="Whether the money passed through a project.")
    steps: list[Named] = Field(
        description="Funder, project in between, recipient, project; unknown ones are not there."
    )
    reached: Reach


class FirstTime(Schema):
    """When a recipient first got money of a funder, by all recorded rows of the two."""

    funder: Named
    recipient: Named
    unnamed: bool = Field(description="Whether the recipient is an unnamed party, which may stand for several.")
    count_low: int | None = Field(description="How many it stands for, at least; null: a named one, or unknown.")
    count_high: int | None = Field(description="How many it stands for, at most; null: a named one, or as count_low.")
    count_qualifier: str | None = Field(description="Qualifier of the count; null: a named one, or unknown.")
    status: Literal["known", "unknown"] = Field(description="unknown: some row has no date.")
    first_recorded_year: int | None = Field(description="Year of the earliest row; null where the status is unknown.")
    first_in_window: Literal["yes", "no", "unknown", "not_asked"] = Field(
        description="Whether that year lies within year_from and year_to."
    )
    funding: list[str] = Field(description="Ids of all rows of the two.")
    undated_funding: list[str] = Field(description="Ids of those without a date.")


class FlowsBlock(NetworkBlock):
    """What the network is, with the chain of each funding row and who is new to a funder."""

    evidence: str = Field(description="Address of the page behind an edge; put one of the edge's records for {record}.")
    money: FlowsMoney
    chains: list[Chain] = Field(description="One for each funding row of the selected projects, by its id.")
    first_time: list[FirstTime] = Field(description="One for each funder and recipient.")


class FlowsNetwork(NodeLinkNetwork):
    """Node-link data; each node has its `level`, the least number of steps from a funder."""

    graph: FlowsBlock


@router.get(
    "/flows",
    operation_id="get_flows",
    summary="Money down the chain, and who is new to a funder",
    response_model=FlowsNetwork | Citing,
    responses={200: NETWORK_RESPONSE, **problems("not-acceptable", "unknown-id", "too-large-network", *JOB_PROBLEMS)},
)
def get_flows(
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    jobs: JobsDep,
    parameters: Annotated[FlowsParameters, Query()],
) -> Response:
    """Funder, programme, sub-grant, lead, institutions and states reached, with the row behind every step.

    Money stands once, on the edge of its own funding row, and is never added along a chain.
    """
    include = sorted(set(parameters.include or ()))
    asked = {"include": include}
    own = {"include": include, "most_projects": settings.max_projects}
    return answer(request, database, settings, parameters, "flows", flows, asked=asked, jobs=jobs, **own)
