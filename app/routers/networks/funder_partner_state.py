"""Who funds whom, and where."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.graph.funder_partner_state import tripartite
from app.routers.citing import Citing
from app.routers.common import DatabaseDep, SettingsDep, Words, problems
from app.routers.networks.shared import (
    NETWORK_RESPONSE,
    NetworkParameters,
    NodeLinkNetwork,
    answer,
)

router = APIRouter()


class FunderPartnerStateParameters(NetworkParameters):
    """Parameters of the funder-partner-state network."""

    include: Annotated[list[Literal["projects", "unnamed", "supports"]], Words] | None = Field(
        default=None,
        description="projects: project nodes, and what has no known partner; unnamed: unnamed parties; "
        "supports: participants without a funding row of their own.",
    )


@router.get(
    "/funder-partner-state",
    operation_id="get_funder_partner_state",
    summary="Who funds whom, and where",
    response_model=NodeLinkNetwork | Citing,
    responses={200: NETWORK_RESPONSE, **problems("not-acceptable", "unknown-id", "too-large-network")},
)
def get_funder_partner_state(
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    parameters: Annotated[FunderPartnerStateParameters, Query()],
) -> Response:
    """Tripartite: `funds` from funders to partners, `works_in` from partners to states.

    A partner whose states are counted but not named points at a `state_group:` node, a nationwide one at `country:MX`.
    """
    include = sorted(set(parameters.include or ()))
    return answer(
        request,
        database,
        settings,
        parameters,
        "funder-partner-state",
        tripartite,
        asked={"include": include},
        include=include,
    )
