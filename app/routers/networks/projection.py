"""One kind of node, tied by what its nodes share."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.graph.projection import has_amounts, project
from app.models.types import Schema
from app.problems import Problem
from app.routers.citing import Citing
from app.routers.common import DatabaseDep, SettingsDep, problems
from app.routers.networks.shared import (
    NETWORK_RESPONSE,
    NetworkBlock,
    NetworkParameters,
    NodeLinkNetwork,
    answer,
)

router = APIRouter()

OfName = Literal["funder", "partner", "state", "topic"]
ThroughName = Literal["funder", "partner", "state", "topic", "project"]
WeightName = Literal["count", "newman", "jaccard", "amount"]
USUAL_THROUGH: dict[OfName, ThroughName] = {
    "funder": "partner",
    "partner": "funder",
    "state": "partner",
    "topic": "partner",
}
OF: Any = Field(default="partner", description="Kind of the nodes.")
THROUGH: Any = Field(
    default=None,
    description="What they share: by default partners; for of=partner, funders. Not the kind of the nodes.",
)
WEIGHT: Any = Field(
    default="count",
    description="count: shared neighbours; newman: those that few have count for more; jaccard: their part of all; "
    "amount: with funders and partners, also the smaller amounts for each currency.",
)
TOP_K: Any = Field(
    default=None,
    ge=1,
    le=1000,
    description="Keep so many edges of each node, by weight, then id; an edge stays if either end keeps it. Networks "
    "with too many pairs are answered only so.",
)


class ProjectionParameters(NetworkParameters):
    """Parameters of a projection."""

    of: OfName = OF
    through: ThroughName | None = THROUGH
    weight: WeightName = WEIGHT
    top_k: int | None = TOP_K


class ProjectionTold(Schema):
    """How the projection was made."""

    of: OfName
    through: ThroughName
    weight: WeightName
    top_k: int | None = Field(description="null: every pair.")
    pairs: int = Field(description="Pairs that share something, shown or not.")
    pairs_beyond_top_k: int = Field(description="Pairs that top_k left out.")


class ProjectionBlock(NetworkBlock):
    """What the network is, and how it was projected."""

    projection: ProjectionTold


class ProjectionNetwork(NodeLinkNetwork):
    """Node-link data; each edge has `shared`, `shared_sizes` and `possibly_shared`, each node `neighbours`."""

    graph: ProjectionBlock


def through_of(of: OfName, through: ThroughName | None, weight: WeightName) -> ThroughName:
    """What is shared; problems for what cannot be, and for amounts where no money stands."""
    chosen = through or USUAL_THROUGH[of]
    if chosen == of:
        detail = "another kind than that of the nodes"
        raise Problem("bad-parameter", "Nodes share others.", errors=[{"parameter": "through", "detail": detail}])
    if weight == "amount" and not has_amounts(of, chosen):
        detail = "amount: only with of=partner&through=funder or of=funder&through=partner"
        raise Problem("bad-parameter", "No money stands there.", errors=[{"parameter": "weight", "detail": detail}])
    return chosen


@router.get(
    "/projection",
    operation_id="get_projection",
    summary="Funders, partners, states or topics, tied by what they share",
    response_model=ProjectionNetwork | Citing,
    responses={200: NETWORK_RESPONSE, **problems("not-acceptable", "unknown-id", "too-large-network")},
)
def get_projection(
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    parameters: Annotated[ProjectionParameters, Query()],
) -> Response:
    """Funders that pay the same partners, partners in the same states, topics of the same projects, and so on.

    To share something is no tie that anybody declared. Amounts are never added across currencies or stages.
    """
    through = through_of(parameters.of, parameters.through, parameters.weight)
    own: dict[str, Any] = {
        "of": parameters.of,
        "through": through,
        "weight": parameters.weight,
        "top_k": parameters.top_k,
    }
    return answer(request, database, settings, parameters, "projection", project, asked=own, **own)
