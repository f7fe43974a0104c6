"""Everything around one node."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from app.graph.columns import NONE
from app.graph.ego import MOST_HOPS, ego
from app.graph.facts import COUNTRY, Facts
from app.graph.network import TooLargeError
from app.graph.spaces import nodes_of
from app.models.types import RecordRef, Schema
from app.problems import not_found
from app.routers.citing import Citing
from app.routers.common import DatabaseDep, SettingsDep, Words, problems
from app.routers.networks.shared import (
    NETWORK_RESPONSE,
    NetworkBlock,
    NetworkParameters,
    NodeLinkNetwork,
    form_of,
    normalised,
    response_of,
)
from app.routers.selecting import facts_of, selection_of, too_large

router = APIRouter()


class EgoParameters(NetworkParameters):
    """How far to go, and over what."""

    depth: int = Field(default=1, ge=1, le=MOST_HOPS, description="How many hops.")
    cross: Annotated[list[Literal["states", "topics", "country"]], Words] | None = Field(
        default=None,
        description="Go on from states (and state groups), topics, or the country; without it they are reached only.",
    )


class EgoTold(Schema):
    """How the neighbourhood was found."""

    node: str = Field(description="Prefixed id.")
    status: Literal["known", "none_recorded"] = Field(
        description="none_recorded: nothing is recorded of it in the selection."
    )
    depth: int
    nodes_by_hops: list[int] = Field(description="How many nodes are 0, 1, 2 … hops away.")
    nodes_one_hop_further: int = Field(description="How many would come with depth one greater.")
    not_crossed: list[str] = Field(description="Nodes that were reached and not crossed.")


class EgoBlock(NetworkBlock):
    """What the network is, and how it was found."""

    ego: EgoTold


class EgoNetwork(NodeLinkNetwork):
    """Node-link data; each node has `hops`."""

    graph: EgoBlock


@router.get(
    "/ego/{node}",
    operation_id="get_ego",
    summary="Everything within some hops of a node",
    response_model=EgoNetwork | Citing,
    responses={200: NETWORK_RESPONSE, **problems("not-acceptable", "not-found", "unknown-id", "too-large-network")},
)
def get_ego(
    request: Request,
    node: Annotated[
        RecordRef,
        Path(
            description="An id with `org:`, `party:`, `project:`, `state:`, `state_group:`, `topic:`, or `country:MX`.",
            examples=["org:labmex"],
        ),
    ],
    database: DatabaseDep,
    settings: SettingsDep,
    parameters: Annotated[EgoParameters, Query()],
) -> Response:
    """Money, projects, collaborations, places and topics around a node, and every edge among what is shown."""
    cross = sorted(set(parameters.cross or ()))
    form = form_of(request, parameters)
    with database.read() as connection:
        view, facts = facts_of(request, connection, parameters.as_of)
        selection = selection_of(view, facts, parameters)
    _check_known(facts, node)
    try:
        network = ego(
            facts,
            selection,
            node=node,
            depth=parameters.depth,
            cross=cross,
            query=normalised(selection, facts, parameters, node=node, depth=parameters.depth, cross=cross),
            min_weight=parameters.min_weight,
            max_edges=parameters.max_edges,
            most_edges=settings.max_edges,
            most_projects=settings.max_projects,
        )
    except TooLargeError as error:
        own = [name for name, given in (("depth", parameters.depth > 1), ("cross", cross)) if given]
        raise too_large(error, parameters, *own, *(() if error.what == "projects" else ("max_edges",))) from error
    return response_of(request, form.written(network), form, "ego", view)


def _check_known(facts: Facts, node: str) -> None:
    """A problem where no network can have the node."""
    prefix, _, public_id = node.partition(":")
    is_country = prefix != "country" or public_id == COUNTRY
    if nodes_of(facts.columns).number(facts, node) == NONE or not is_country:
        raise not_found("node")
