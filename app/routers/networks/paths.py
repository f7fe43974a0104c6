"""Chains between two organizations or projects."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, StringConstraints

from app.graph.facts import Facts
from app.graph.network import TooLargeError
from app.graph.paths import MOST_CHAINS, paths
from app.models.types import Schema
from app.problems import Problem
from app.routers.citing import CITED_HEADERS, Citing, QuestionParameters
from app.routers.common import DatabaseDep, SettingsDep, problems
from app.routers.networks.answers import AnswerHead, LeftOut, Named, ProjectCounts, query_of
from app.routers.networks.shared import ProjectsByCertainty, network_response
from app.routers.selecting import facts_of, selection_of, too_large

router = APIRouter()

End = Annotated[
    str, StringConstraints(pattern=r"^(?:(?:org|project):)?[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$", max_length=110)
]
"""An organization with or without the prefix `org:`, or a project with its prefix."""


class PathsParameters(QuestionParameters):
    """The selection, the two ends, and over whom a chain may go."""

    from_: End = Field(
        alias="from",
        description="One end: an organization (`org:` may be left out), or with through=projects a project.",
        examples=["org:usaid"],
    )
    to: End = Field(description="The other end.", examples=["org:slp-intercultural-university"])
    k: int = Field(default=1, ge=1, le=MOST_CHAINS, description="How many chains, shortest first.")
    through: Literal["organizations", "projects"] = Field(
        default="organizations",
        description="organizations: by funds, lead and member, and standing relations; projects: also over projects, "
        "by participation, their own funding rows and their parents.",
    )


class PathReason(Schema):
    """One recorded reason of a step, in the direction in which it is recorded."""

    relation: str = Field(description="A word of `definitions`.")
    source: str = Field(description="Prefixed id.")
    target: str = Field(description="Prefixed id.")
    certainty: str = Field(description="The strongest certainty of the projects behind it.")
    projects: ProjectsByCertainty
    collaborations: list[str] = Field(description="Ids of the collaborations behind it that are not merely planned.")
    planned_collaborations: list[str] = Field(description="Ids of the planned ones.")
    planned: bool = Field(description="Whether only planned collaborations are behind it.")
    participation_roles: list[str] = Field(description="Roles, where the reason is a participation.")
    relation_kinds: list[str] = Field(description="Kinds, where the reason is a standing relation.")
    records: list[str] = Field(description="Prefixed ids of the rows behind it.")
    basis: list[str] = Field(description="Bases of those rows.")
    documents: list[str] = Field(description="Documents cited for those rows and projects.")
    evidence: list[str] = Field(description="Address of the page behind each of the rows.")


class PathStep(Schema):
    """From one node of a chain to the next, with all reasons."""

    source: str = Field(description="Prefixed id.")
    target: str = Field(description="Prefixed id.")
    certainty: str = Field(description="The strongest of its reasons.")
    planned: bool = Field(description="Whether all its reasons are planned.")
    reasons: list[PathReason]


class Path(Schema):
    """A chain."""

    length: int = Field(description="Number of steps.")
    certainty: str = Field(description="The weakest of its steps.")
    planned: bool = Field(description="Whether some step rests on planned collaborations alone.")
    nodes: list[Named] = Field(description="From one end to the other.")
    steps: list[PathStep]


class Shortest(Schema):
    """The least length."""

    length: int | None = Field(description="Number of steps; null: there is no chain.")
    chains: int = Field(description="How many chains of this length there are, shown or not.")


class PathComponent(Schema):
    """Everybody who can be reached from one end, itself included."""

    size: int
    organizations: LeftOut
    projects: LeftOut


class PathComponents(Schema):
    """The components of both ends."""

    from_: PathComponent = Field(alias="from")
    to: PathComponent
    joined: bool = Field(description="Whether they are the same.")


class OpenEnds(Schema):
    """Ids that touch the components of the two ends."""

    from_: LeftOut = Field(alias="from")
    to: LeftOut


class OpenParties(OpenEnds):
    """Unnamed parties that touch the components of the two ends."""

    both: LeftOut = Field(description="Those that touch both; an unnamed party may stand for several bodies.")


class PathOpen(Schema):
    """What could still make a chain, or a shorter one."""

    unnamed_parties: OpenParties
    unknown_ends: OpenEnds = Field(description="Funding rows whose funder or recipient is unknown.")
    projects_not_taken: LeftOut = Field(description="Projects that match less certainly than `certainty` takes.")
    length_with_them: int | None = Field(
        description="Least length if projects of every certainty were taken; null: no chain even then."
    )


class Paths(AnswerHead):
    """The shortest chains between two ends; that there is none is an answer."""

    counts: ProjectCounts
    from_: Named = Field(alias="from")
    to: Named
    status: Literal["found", "none"] = Field(description="none: nothing recorded joins the two.")
    shortest: Shortest
    more: bool = Field(description="Whether there are further chains, not shown.")
    chains: list[Path] = Field(description="By length, then by ids from start to end.")
    components: PathComponents
    open: PathOpen


@router.get(
    "/paths",
    operation_id="get_paths",
    summary="The shortest chains between two organizations or projects",
    response_model=Paths | Citing,
    responses={200: {"headers": CITED_HEADERS}, **problems("unknown-id", "too-large-network")},
)
def get_paths(
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    parameters: Annotated[PathsParameters, Query()],
) -> Response:
    """Who leads to whom, step by step, with the rows behind every step.

    Never over states, topics, unnamed parties or inherited funding: a shared state is no acquaintance. Where nothing
    joins the two, the answer shows both components, and counts what could still join them.
    """
    with database.read() as connection:
        view, facts = facts_of(request, connection, parameters.as_of)
        selection = selection_of(view, facts, parameters)
    ends = {
        name: _ref(facts, name, value, parameters.through)
        for name, value in (("from", parameters.from_), ("to", parameters.to))
    }
    try:
        answer = paths(
            facts,
            selection,
            start=ends["from"],
            end=ends["to"],
            k=parameters.k,
            through_projects=parameters.through == "projects",
            query=query_of(selection, facts, **ends, k=parameters.k, through=parameters.through),
            most_projects=settings.max_projects,
        )
    except TooLargeError as error:
        raise too_large(error, parameters, *(("k",) if parameters.k > 1 else ())) from error
    return network_response(request, answer, view)


def _ref(facts: Facts, name: str, value: str, through: str) -> str:
    """The prefixed id of an end; problems where there is no such record, or chains do not go over its kind."""
    ref = value if ":" in value else f"org:{value}"
    prefix, _, public_id = ref.partition(":")
    if public_id not in (facts.organizations if prefix == "org" else facts.projects):
        raise Problem("unknown-id", "No such record.", errors=[{"parameter": name, "detail": "unknown id"}])
    if prefix == "project" and through == "organizations":
        detail = "a project can be an end with through=projects"
        raise Problem("bad-parameter", "Chains go over organizations.", errors=[{"parameter": name, "detail": detail}])
    return ref
