"""States, and one page of who works in one and how sure that is."""

from typing import Annotated, Any

from fastapi import Path, Request, Response
from pydantic import Field, create_model

from app.graph.network import TooLargeError
from app.graph.profiles import state_projects
from app.models.nouns import BY_KIND
from app.models.types import Schema
from app.routers.common import READ_HEADERS, DatabaseDep, SettingsDep, VersionParametersDep, problems, tag
from app.routers.crud import crud_router, many, one
from app.routers.evidence import CitedDocument, EvidenceItem
from app.routers.selecting import facts_of, too_many_projects
from app.store.profiles import state_profile

router = crud_router(BY_KIND["state"])


class ProjectCard(Schema):
    """A project in few words."""

    id: str
    title: str
    kind: str
    project_status: str
    partners: list[str] = Field(description="Prefixed ids of its partners, unnamed ones too.")
    funder_status: str = Field(description="known or unknown.")
    funders: list[str] = Field(description="Prefixed ids of its effective funders.")
    topics: list[str]
    state_groups: list[str] = Field(description="Its counted groups of states with unnamed members.")
    evidence: str = Field(description="Where its evidence is.")


class StateProjects(Schema):
    """The projects of one certainty."""

    count: int
    projects: list[ProjectCard]
    partners: list[str] = Field(description="Prefixed ids of all their partners.")
    funders: list[str] = Field(description="Prefixed ids of all their effective funders.")


class StateProjectsByCertainty(Schema):
    """Projects by how surely they work in the state."""

    certain: StateProjects = Field(description="A source names the state.")
    possible: StateProjects = Field(description="A counted group of states with unnamed members may hold it.")
    nationwide: StateProjects = Field(description="A source says the whole country.")


class StateStatus(StateProjectsByCertainty):
    """Whether anybody works there."""

    status: str = Field(
        description="known: some project certainly works there; unknown: only possibly, or as part of the whole "
        "country; none_recorded: no record speaks of it."
    )
    evidence: list[EvidenceItem] = Field(description="The rows that place projects in the state, with their sources.")
    documents: list[CitedDocument]
    data_version: str = Field(description="Version of the data.")


StateProfile = create_model(
    "StateProfile",
    __base__=StateStatus,
    __doc__="Who works in a state, and how sure that is.",
    state=(one("state"), Field(description="The record.")),
    institutions=(many("organization"), Field(description="Organizations that belong to the state.")),
    unnamed_parties=(many("unnamed_party"), Field(description="Unnamed parties that belong to the state.")),
    places=(many("place"), Field(description="Recorded places within the state.")),
    collaborations=(many("collaboration"), Field(description="Collaborations whose own record names the state.")),
)


@router.get(
    "/{id}/profile",
    operation_id="get_state_profile",
    summary="Who works in a state, and how sure that is",
    response_model=StateProfile,
    responses={
        200: {"headers": READ_HEADERS},
        **problems("not-found", "gone", "too-many-included", "too-large-network"),
    },
)
def get_state_profile(
    id: Annotated[str, Path(description="ISO 3166-2 code of the state.", max_length=100)],  # noqa: A002
    request: Request,
    response: Response,
    database: DatabaseDep,
    settings: SettingsDep,
    parameters: VersionParametersDep,
) -> dict[str, Any]:
    """Projects, partners and funders: certain, possible, nationwide, never mixed."""
    with database.read() as connection:
        view, facts = facts_of(request, connection, parameters.as_of)
        profile = state_profile(view, id)
    try:
        projects = state_projects(facts, id, most_projects=settings.max_projects)
    except TooLargeError as error:
        raise too_many_projects(error, "state") from error
    tag(response, view)
    return {**profile, **projects, "data_version": facts.version}
