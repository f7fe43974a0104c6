"""Networks, as node-link data with the ids behind every edge."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.graph.coalitions import coalitions
from app.graph.facts import Facts
from app.graph.funder_partner_state import funder_partner_state
from app.graph.network import TooLargeError
from app.graph.selection import Selection
from app.problems import Problem
from app.routers.common import READ_HEADERS, DatabaseDep, SettingsDep, Words, problems, tag
from app.routers.selecting import SelectionParameters, selection_of, snapshots

router = APIRouter(prefix="/v1/networks", tags=["networks"])

TieName = Literal["collaboration", "project", "funder", "state", "topic"]


class NetworkParameters(SelectionParameters):
    """What every network takes beside its selection."""

    min_weight: int = Field(default=0, ge=0, le=10**9, description="Leave out edges of less weight.")
    max_edges: int | None = Field(default=None, ge=1, le=10**9, description="Keep so many edges, by weight, then id.")
    format: Literal["node-link"] = Field(default="node-link", description="Shape of the answer.")


class FunderPartnerStateParameters(NetworkParameters):
    """Parameters of the funder-partner-state network."""

    include: Annotated[list[Literal["projects", "unnamed", "supports"]], Words] | None = Field(
        default=None,
        description="projects: project nodes, and what has no known partner; unnamed: unnamed parties; "
        "supports: participants without a funding row of their own.",
    )


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


class NetworkNode(BaseModel):
    """A node. Organizations, unnamed parties, projects, states, state groups and the country have further fields."""

    model_config = ConfigDict(extra="allow")

    id: str = Field(description="Prefixed id, unique in the network.", examples=["org:ned"])
    kind: str = Field(description="organization, unnamed_party, project, state, state_group or country.")
    label: str = Field(description="Name to show.")


class ProjectsByCertainty(BaseModel):
    """Ids of the projects behind an edge, by how surely they are behind it."""

    certain: list[str]
    possible: list[str]
    nationwide: list[str]


class NetworkEdge(BaseModel):
    """An edge, with the reasons why it exists."""

    model_config = ConfigDict(extra="allow")

    source: str = Field(description="Id of a node.")
    target: str = Field(description="Id of a node.")
    key: str = Field(description="The relation: tells edges between the same nodes apart.")
    id: str = Field(description="The edge's id: `/v1/evidence?edge=` takes it.")
    relation: str = Field(description="What the edge means; `graph.definitions` has it in words.")
    weight: int | float = Field(description="By the relation's definition; counts what is certain.")
    certainty: str = Field(description="The strongest certainty of the projects behind it.")
    projects: ProjectsByCertainty = Field(description="The projects behind it.")
    records: list[str] = Field(description="Prefixed ids of the rows behind it.")
    basis: list[str] = Field(description="Bases of those rows.")
    documents: list[str] = Field(description="Documents cited for those rows.")


class NetworkBlock(BaseModel):
    """What the network is: query, versions, definitions, counts, what was left out and why."""

    model_config = ConfigDict(extra="allow")

    network: str = Field(description="Name of the network.")
    query: dict[str, Any] = Field(description="The normalised query; `as_of` always filled in.")
    data_version: str = Field(description="Version of the data.")
    definitions_release: str = Field(description="Release of the definitions: the same release gives the same numbers.")
    definitions: dict[str, str] = Field(description="The relations of this network, in words.")
    counts: dict[str, Any] = Field(description="Projects by certainty, taken or not; nodes by kind; edges by relation.")
    left_out: dict[str, Any] = Field(description="Reason -> how many, and which.")
    truncated: bool = Field(description="Whether max_edges cut anything.")


class NodeLinkNetwork(BaseModel):
    """Node-link data: `networkx.node_link_graph` reads it as it is."""

    directed: bool
    multigraph: bool
    graph: NetworkBlock
    nodes: list[NetworkNode]
    edges: list[NetworkEdge]


def normalised(selection: Selection, facts: Facts, parameters: NetworkParameters, **own: Any) -> dict[str, Any]:
    """The query as it was understood: filters, the network's own parameters, and the version."""
    query = selection.query() | {name: value for name, value in own.items() if value}
    if parameters.min_weight:
        query["min_weight"] = parameters.min_weight
    if parameters.max_edges is not None:
        query["max_edges"] = parameters.max_edges
    return dict(sorted(query.items())) | {"as_of": f"v{facts.version}"}


def too_large(error: TooLargeError) -> Problem:
    """The problem for a network that is larger than an answer may be."""
    return Problem(
        "too-large-network",
        f"The network has {error.edges} edges, an answer {error.most} at most.",
        errors=[
            {"parameter": name, "detail": "would narrow it"}
            for name in ("state", "topic", "funder", "organization", "year_from", "tie", "max_edges")
        ],
    )


def network_response(network: dict[str, Any], facts: Facts) -> Response:
    """The bytes of a network: the same for the same query, version and definitions."""
    response = Response(
        json.dumps(network, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode(),
        media_type="application/json",
    )
    tag(response, version=facts.version)
    return response


@router.get(
    "/funder-partner-state",
    operation_id="get_funder_partner_state",
    summary="Who funds whom, and where",
    response_model=NodeLinkNetwork,
    responses={200: {"headers": READ_HEADERS}, **problems("unknown-id", "too-large-network")},
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
    with database.read() as connection:
        facts = snapshots(request).get(connection, parameters.as_of)
        selection = selection_of(connection, facts, parameters)
    try:
        network = funder_partner_state(
            facts,
            selection,
            include=include,
            query=normalised(selection, facts, parameters, include=include),
            min_weight=parameters.min_weight,
            max_edges=parameters.max_edges,
            most_edges=settings.max_edges,
        )
    except TooLargeError as error:
        raise too_large(error) from error
    return network_response(network, facts)


@router.get(
    "/coalitions",
    operation_id="get_coalitions",
    summary="Who works together",
    response_model=NodeLinkNetwork,
    responses={200: {"headers": READ_HEADERS}, **problems("unknown-id", "too-large-network")},
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
    with database.read() as connection:
        facts = snapshots(request).get(connection, parameters.as_of)
        selection = selection_of(connection, facts, parameters)
    try:
        network = coalitions(
            facts,
            selection,
            ties=ties,
            weights=weights,
            include=include,
            query=normalised(
                selection, facts, parameters, include=include, tie=ties, weights=sorted(set(parameters.weights or ()))
            ),
            min_weight=parameters.min_weight,
            max_edges=parameters.max_edges,
            most_edges=settings.max_edges,
        )
    except TooLargeError as error:
        raise too_large(error) from error
    return network_response(network, facts)
