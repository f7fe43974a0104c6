"""Who works together."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, StringConstraints

from app.graph.coalitions import together
from app.models.types import PublicId
from app.routers.citing import Citing
from app.routers.common import DatabaseDep, SettingsDep, Words, problems
from app.routers.networks.shared import (
    NETWORK_RESPONSE,
    NetworkParameters,
    NodeLinkNetwork,
    answer,
)

router = APIRouter()

TieName = Literal["collaboration", "project", "funder", "state", "topic"]


class CoalitionsParameters(NetworkParameters):
    """Parameters of the coalitions network."""

    tie: Annotated[list[TieName], Words] | None = Field(
        default=None, description="Ties to show; all five by default. Only `collaboration` is declared."
    )
    include: Annotated[list[Literal["unnamed"]], Words] | None = Field(
        default=None, description="unnamed: unnamed parties as nodes."
    )
    weights: (
        Annotated[
            list[
                Annotated[
                    str,
                    StringConstraints(
                        pattern=r"^(collaboration|project|funder|state|topic):[0-9]{1,4}(\.[0-9]{1,4})?$"
                    ),
                ]
            ],
            Words,
        ]
        | None
    ) = Field(
        default=None,
        description="`tie:number`, repeated: adds one `combined` edge a pair, the weighted sum of its ties.",
        examples=[["collaboration:2", "project:1"]],
    )
    around: PublicId | None = Field(
        default=None, description="Keep the ties of this organization alone.", examples=["labmex"]
    )
    top_k: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="Of each tie keep so many of each node, by weight, then id; an edge stays if either end keeps it.",
    )


@router.get(
    "/coalitions",
    operation_id="get_coalitions",
    summary="Who works together",
    response_model=NodeLinkNetwork | Citing,
    responses={200: NETWORK_RESPONSE, **problems("not-acceptable", "unknown-id", "too-large-network")},
)
def get_coalitions(
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    parameters: Annotated[CoalitionsParameters, Query()],
) -> Response:
    """One edge per pair and tie: `collaboration` is declared; the others are inferred, and say from what.

    Ties are never added into one number unless `weights` says how.
    """
    ties = sorted(set(parameters.tie or ("collaboration", "project", "funder", "state", "topic")))
    include = sorted(set(parameters.include or ()))
    weights = {word.partition(":")[0]: float(word.partition(":")[2]) for word in parameters.weights or ()}
    asked = {"include": include, "tie": ties, "weights": sorted(set(parameters.weights or ()))}
    asked |= {"around": parameters.around, "top_k": parameters.top_k}
    own: dict[str, Any] = {"ties": ties, "weights": weights, "include": include, "top_k": parameters.top_k}
    own["around"] = None if parameters.around is None else f"org:{parameters.around}"
    return answer(request, database, settings, parameters, "coalitions", together, asked=asked, **own)
