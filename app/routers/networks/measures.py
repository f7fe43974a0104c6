"""How a network hangs together."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.graph.coalitions import coalitions
from app.graph.columns import NONE
from app.graph.facts import Facts
from app.graph.funder_partner_state import funder_partner_state
from app.graph.measures import clusters, measures
from app.graph.network import Attributes, TooLargeError
from app.graph.projection import projection
from app.graph.selection import Selection
from app.graph.spaces import nodes_of
from app.models.types import RecordRef, Schema
from app.problems import Problem
from app.routers.citing import CITED_HEADERS, Citing, QuestionParameters
from app.routers.common import DatabaseDep, SettingsDep, Words, problems
from app.routers.jobs import JOB_PROBLEMS, JobsDep
from app.routers.networks.answers import AnswerHead, LeftOut, Named, ProjectCounts, query_of
from app.routers.networks.coalitions import TieName
from app.routers.networks.kinds import TIES
from app.routers.networks.projection import TOP_K, OfName, ThroughName, WeightName, through_of
from app.routers.networks.shared import network_response
from app.routers.selecting import facts_of, selection_of, too_large
from app.settings import Settings

router = APIRouter()

NetworkName = Literal["clusters", "funder-partner-state", "coalitions", "projection"]
_OWN: dict[str, tuple[NetworkName, ...]] = {
    "with_": ("clusters",),
    "include": ("funder-partner-state", "coalitions"),
    "tie": ("coalitions",),
    "of": ("projection",),
    "through": ("projection",),
    "weight": ("projection",),
    "top_k": ("projection",),
}
"""Parameter -> the networks that take it."""


class MeasuresParameters(QuestionParameters):
    """The selection, which network to make of it, and what to take out."""

    network: NetworkName = Field(
        default="clusters",
        description="clusters: organizations and projects joined by funds, participation, parenthood and membership.",
    )
    with_: Annotated[list[Literal["states"]], Words] | None = Field(
        default=None, alias="with", description="states: adds the states of certain work (network=clusters)."
    )
    include: Annotated[list[Literal["projects", "unnamed", "supports"]], Words] | None = Field(
        default=None, description="As in network=funder-partner-state; coalitions takes `unnamed` only."
    )
    tie: Annotated[list[TieName], Words] | None = Field(
        default=None, description="Ties to measure together; all five by default (network=coalitions)."
    )
    of: OfName | None = Field(default=None, description="Kind of the nodes, by default partner (network=projection).")
    through: ThroughName | None = Field(default=None, description="What they share (network=projection).")
    weight: WeightName | None = Field(default=None, description="Weight, for strength (network=projection).")
    top_k: int | None = TOP_K
    without: Annotated[list[RecordRef], Words] | None = Field(
        default=None,
        max_length=200,
        description="Prefixed ids of nodes to take out before measuring.",
        examples=[["org:labmex"]],
    )
    seed: int = Field(default=1, ge=0, le=2**32 - 1, description="Seed of Louvain and of sampled betweenness.")
    samples: int = Field(
        default=200, ge=10, le=2000, description="Sources of sampled betweenness, for networks of over 2,000 nodes."
    )


class MeasuresSettings(Schema):
    """Everything that the numbers depend on beside the network."""

    seed: int
    louvain_resolution: float
    pagerank_damping: float
    betweenness: Literal["exact", "sampled"]
    betweenness_samples: int = Field(description="Sources; all nodes where it is exact.")
    weights: str = Field(description="What weights are used for.")
    node_order: str
    library: str


class Collapsed(Schema):
    """How the network became a simple graph."""

    edges: int = Field(description="Edges measured.")
    pairs: int = Field(description="Pairs joined by them.")
    self_loops: int = Field(description="Edges from a node to itself: not counted.")
    parallel: int = Field(description="Edges beside another one between the same two.")


class MeasuresSummary(Schema):
    """A graph in numbers."""

    nodes: int
    edges: int = Field(description="Pairs that are joined.")
    density: float | None = Field(description="null: fewer than two nodes.")
    components: int
    component_sizes: list[int] = Field(description="Larger ones first.")
    isolated: int = Field(description="Nodes without an edge.")
    transitivity: float | None = Field(description="null: no node has two neighbours.")
    average_clustering: float | None = Field(description="null: no nodes.")
    degree_centralisation: float | None = Field(description="null: fewer than three nodes.")


class NodeGroup(Schema):
    """A component or community."""

    number: int = Field(description="From 0, larger ones first, then by the first id.")
    size: int
    kinds: dict[str, int] = Field(description="Kind of node -> how many.")
    members: list[str] = Field(description="Prefixed ids.")


class Bridge(Schema):
    """Two nodes that fall apart without the edges between them."""

    source: str = Field(description="Prefixed id.")
    target: str = Field(description="Prefixed id.")
    edges: list[str] = Field(description="Ids of the edges between the two.")


class ArticulationPoint(Named):
    """A node without which its component falls apart."""

    parts: int = Field(description="Into so many.")
    components_without: int = Field(description="Components of the network without it.")


class Broker(Named):
    """An organization that joins others of several kinds."""

    organization_kind: str = Field(description="Its own kind.")
    joins: int = Field(description="How many kinds it joins.")
    kinds: dict[str, LeftOut] = Field(
        description="Kind -> its neighbours of that kind, how many and the first hundred."
    )
    betweenness: float


class Met(Schema):
    """One of the components that meet."""

    component: int = Field(description="Number among the components without the states.")
    members: list[str] = Field(description="Prefixed ids of those that are in the state.")


class Meeting(Named):
    """A state in which components meet."""

    joins: list[Met]


class Meetings(Schema):
    """Where components meet that are apart without the states."""

    components_without_states: int
    states: list[Meeting]


class MeasuredNode(Named):
    """A node's place."""

    kind: str
    degree: int = Field(description="Distinct neighbours.")
    strength: dict[str, float] = Field(description="Relation -> sum of the weights of its edges.")
    betweenness: float = Field(description="Between 0 and 1.")
    pagerank: float = Field(description="All nodes together: 1.")
    core: int
    community: int = Field(description="Number of its community.")
    component: int = Field(description="Number of its component.")
    constraint: float | None = Field(description="null: it has no ties.")


class Measures(AnswerHead):
    """The measures of a network."""

    counts: ProjectCounts
    network: NetworkName
    parameters: MeasuresSettings
    collapsed: Collapsed
    removed: list[str] = Field(description="Nodes taken out; those of `without` that are no nodes here are not listed.")
    whole: MeasuresSummary = Field(description="Before taking them out.")
    summary: MeasuresSummary = Field(description="After. Everything below is after, too.")
    components: list[NodeGroup]
    communities: list[NodeGroup]
    modularity: float | None = Field(description="Of the communities; null: no edges.")
    bridges: list[Bridge]
    articulation_points: list[ArticulationPoint]
    brokers: list[Broker] = Field(description="By kinds joined, then betweenness, then id.")
    meetings: Meetings
    organizations_outside: LeftOut = Field(description="Recorded organizations that are no nodes of the network.")
    nodes: list[MeasuredNode]


@router.get(
    "/measures",
    operation_id="get_measures",
    summary="How a network hangs together, and each node's place in it",
    response_model=Measures | Citing,
    responses={200: {"headers": CITED_HEADERS}, **problems("unknown-id", "too-large-network", *JOB_PROBLEMS)},
)
def get_measures(
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    jobs: JobsDep,
    parameters: Annotated[MeasuresParameters, Query()],
) -> Response:
    """Components, density, communities, bridges, brokers; `without=` shows the network without some of its nodes.

    Same query, same version: same numbers. The answer states every parameter and seed.
    """
    own = _own(parameters)
    with database.read() as connection:
        view, facts = facts_of(request, connection, parameters.as_of)
        selection = selection_of(view, facts, parameters)
    without = sorted(set(parameters.without or ()))
    _check_known(facts, without)
    query = query_of(selection, facts, **own, network=parameters.network, without=without, samples=parameters.samples)
    # A seed of 0 is a value like any other.
    query = {"seed": parameters.seed, **query}
    try:
        answer = measures(
            facts,
            selection,
            _network(facts, selection, parameters.network, own, settings),
            name=parameters.network,
            without=without,
            seed=parameters.seed,
            samples=parameters.samples,
            query=query,
            most=settings.max_edges,
            run=jobs.run,
        )
    except TooLargeError as error:
        raise too_large(error, parameters, *_narrowing(parameters.network)) from error
    return network_response(request, answer, view)


def _own(parameters: MeasuresParameters) -> dict[str, Any]:
    """The parameters of the network chosen, with their defaults; problems for those of another one."""
    for name, networks in _OWN.items():
        if getattr(parameters, name) is not None and parameters.network not in networks:
            detail = f"only with network={' or '.join(networks)}"
            errors = [{"parameter": name.rstrip("_"), "detail": detail}]
            raise Problem("bad-parameter", "The network does not take this parameter.", errors=errors)
    include = sorted(set(parameters.include or ()))
    if parameters.network == "coalitions":
        if set(include) - {"unnamed"}:
            errors = [{"parameter": "include", "detail": "coalitions takes unnamed only"}]
            raise Problem("bad-parameter", "The network does not take this value.", errors=errors)
        return {"tie": sorted(set(parameters.tie or TIES)), "include": include}
    if parameters.network == "projection":
        of: OfName = parameters.of or "partner"
        weight: WeightName = parameters.weight or "count"
        through = through_of(of, parameters.through, weight)
        return {"of": of, "through": through, "weight": weight, "top_k": parameters.top_k}
    return {"include": include} if parameters.network == "funder-partner-state" else {"with": parameters.with_ or []}


def _network(
    facts: Facts, selection: Selection, name: NetworkName, own: dict[str, Any], settings: Settings
) -> Attributes:
    most = settings.max_edges
    shared: dict[str, Any] = {"query": {}, "min_weight": 0, "max_edges": None, "most_edges": most}
    if name == "clusters":
        with_states = "states" in own["with"]
        most_projects = settings.max_projects
        return clusters(facts, selection, with_states=with_states, most_edges=most, most_projects=most_projects)
    if name == "coalitions":
        return coalitions(facts, selection, ties=own["tie"], include=own["include"], weights={}, **shared)
    if name == "projection":
        return projection(facts, selection, **own, **shared)
    return funder_partner_state(facts, selection, include=own["include"], **shared)


def _narrowing(network: NetworkName) -> tuple[str, ...]:
    """The parameters of a network's own that make it smaller."""
    return {"coalitions": ("tie",), "projection": ("top_k",)}.get(network, ())


def _check_known(facts: Facts, refs: list[str]) -> None:
    for ref in refs:
        if nodes_of(facts.columns).number(facts, ref) == NONE:
            raise Problem("unknown-id", "No such node.", errors=[{"parameter": "without", "detail": "unknown id"}])
