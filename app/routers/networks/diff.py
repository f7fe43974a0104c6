"""What came, went and changed between two selections or two data versions."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.graph.diff import diff
from app.graph.network import TooLargeError
from app.models.types import Schema
from app.problems import Problem
from app.routers.citing import CITED_HEADERS, Citing
from app.routers.common import DatabaseDep, SettingsDep, Words, problems
from app.routers.networks.answers import (
    AnswerHead,
    LeftOut,
    SidePart,
    query_of,
    side_parameters,
    side_queries,
    side_selection,
)
from app.routers.networks.kinds import KindParameters, network_of
from app.routers.networks.shared import NetworkEdge, NetworkNode, ProjectsByCertainty, network_response
from app.routers.selecting import facts_of, selection_of, too_large

router = APIRouter()


def _side(which: str) -> Any:
    return Field(
        default=None,
        max_length=50,
        description=f"What the selection {which} has beside the shared one, as `filter:value`; any filter, as_of too. "
        "Repeat: values of one filter are alternatives, different filters narrow. A filter stands here or in the "
        "shared selection, not in both.",
        examples=[["year_from:2020", "year_to:2020"]],
    )


class DiffParameters(KindParameters):
    """What both networks share, and what makes each of them."""

    before: Annotated[list[SidePart], Words] | None = _side("before")
    after: Annotated[list[SidePart], Words] | None = _side("after")


class EdgeState(Schema):
    """What is compared of an edge; null where edges of this relation have no such ids."""

    weight: int | float
    certainty: str
    projects: ProjectsByCertainty
    records: list[str]
    collaborations: list[str] | None
    planned_collaborations: list[str] | None
    shared: list[str] | None


class ChangedEdge(Schema):
    """An edge that is in both, and not the same."""

    id: str = Field(description="The edge's id.")
    source: str
    target: str
    relation: str
    differs: list[str] = Field(description="What is not the same.")
    before: EdgeState
    after: EdgeState


class DiffSide(Schema):
    """One of the two networks."""

    query: dict[str, Any] = Field(description="Its selection, the shared one within it, and its version.")
    data_version: str = Field(description="Version of its data.")
    counts: dict[str, Any] = Field(description="Projects by certainty; nodes by kind; edges by relation.")
    left_out: dict[str, LeftOut] = Field(description="Reason -> how many, and which.")


class EdgeCounts(Schema):
    """Numbers of edges."""

    added: int
    removed: int
    changed: int
    unchanged: int


class DiffCounts(Schema):
    """What the answer counts."""

    edges: EdgeCounts


class Diff(AnswerHead):
    """Edges and nodes that came, went and changed."""

    network: Literal["funder-partner-state", "coalitions"]
    counts: DiffCounts
    before: DiffSide
    after: DiffSide
    nodes_added: list[NetworkNode]
    nodes_removed: list[NetworkNode]
    edges_added: list[NetworkEdge]
    edges_removed: list[NetworkEdge]
    edges_changed: list[ChangedEdge]


@router.get(
    "/diff",
    operation_id="get_diff",
    summary="What came, went and changed between two selections or versions",
    response_model=Diff | Citing,
    responses={200: {"headers": CITED_HEADERS}, **problems("unknown-id", "too-large-network")},
)
def get_diff(
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    parameters: Annotated[DiffParameters, Query()],
) -> Response:
    """The edges of a network that are added, removed or changed from `before` to `after`.

    Two periods: `before=year_to:2019&after=year_from:2020`; two data versions: `before=as_of:v1&after=as_of:v2`.
    """
    parts = {"before": parameters.before or [], "after": parameters.after or []}
    if not any(parts.values()):
        raise Problem(
            "bad-parameter",
            "Say in what the two differ.",
            errors=[{"parameter": name, "detail": "give at least one filter to one side"} for name in parts],
        )
    sides = {name: side_parameters(parameters, found, name, with_version=True) for name, found in parts.items()}
    with database.read() as connection:
        seen = {name: facts_of(request, connection, side.as_of) for name, side in sides.items()}
        facts = {name: found for name, (_, found) in seen.items()}
        view, latest = max(seen.values(), key=lambda one: one[0].ordinal)
        # What is not there yet in one of the versions, or no more, selects nothing in it.
        either = tuple(facts.values())
        shared = selection_of(view, latest, parameters, also=either)
        selections = {name: side_selection(view, latest, side, name, also=either) for name, side in sides.items()}
    queries = {name: query | {"as_of": facts[name].version} for name, query in side_queries(selections).items()}
    make = network_of(parameters, settings.max_edges)
    try:
        answer = diff(
            latest,
            *(make(facts[name], selections[name]).node_link() for name in sides),
            queries=queries,
            query=query_of(
                shared, latest, **parameters.own(), **{name: sorted(set(found)) for name, found in parts.items()}
            ),
            most=settings.max_edges,
        )
    except TooLargeError as error:
        raise too_large(error, parameters, "before", "after") from error
    kept = {
        name: found if sides[name].as_of else [*found, f"as_of:{facts[name].version}"] for name, found in parts.items()
    }
    changed = {} if parameters.as_of else {name: found for name, found in kept.items() if found}
    return network_response(request, answer, view, **changed)
