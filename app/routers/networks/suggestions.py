"""Whom an organization could work with."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.graph.network import TooLargeError
from app.graph.suggestions import suggestions
from app.models.types import PublicId, Schema
from app.routers.citing import CITED_HEADERS, Citing, QuestionParameters
from app.routers.common import DatabaseDep, SettingsDep, problems
from app.routers.networks.answers import AnswerHead, Named, ProjectCounts, query_of
from app.routers.networks.shared import network_response
from app.routers.selecting import facts_of, selection_of, too_large

router = APIRouter()


class SuggestionsParameters(QuestionParameters):
    """The selection without its organization, and the organization that looks for partners."""

    organization: list[PublicId] = Field(
        min_length=1,
        max_length=1,
        description="The organization that looks for partners. It selects no projects.",
        examples=[["dialogo-y-movimiento"]],
    )
    limit: int = Field(default=20, ge=1, le=500, description="Keep so many candidates, by score, then id.")


class Ground(Named):
    """A topic or state that the organization certainly has."""

    projects: list[str] = Field(description="Ids of the projects through which.")


class SuggestionsOrganization(Named):
    """Who asks."""

    status: Literal["known", "none_recorded"] = Field(
        description="none_recorded: no certain topic or state of it is recorded, so nothing can be shared."
    )
    grounds: list[Ground] = Field(description="Its topics and states.")


class Reason(Named):
    """A shared topic or state, with what it adds to the score."""

    kind: Literal["topic", "state"]
    had_by: int = Field(description="How many named partners of the selected projects have it.")
    contribution: float = Field(description="1 / ln(had_by).")
    projects: list[str] = Field(description="Ids of the organization's projects.")
    projects_of_candidate: list[str] = Field(description="Ids of the candidate's projects.")


class PossibleReason(Named):
    """A state that one certainly has and the other possibly."""

    certain_for: str = Field(description="Prefixed id of the one who certainly has it.")
    projects: list[str] = Field(description="Ids of the organization's projects.")
    projects_of_candidate: list[str] = Field(description="Ids of the candidate's projects.")


class Candidate(Named):
    """An organization without a link."""

    organization_kind: str = Field(description="What it is.")
    same_kind: bool = Field(description="Whether both are of one kind; adds nothing to the score.")
    score: float = Field(description="Sum of the contributions of its reasons.")
    reasons: list[Reason]
    possible: list[PossibleReason] = Field(description="What may be shared; adds nothing to the score.")


class Link(Schema):
    """A link that there is already."""

    kind: Literal["collaboration", "project", "relation", "funding"]
    records: list[str] = Field(description="Prefixed ids of the rows behind it.")


class Linked(Named):
    """An organization that has a link already, and is therefore no candidate."""

    links: list[Link]


class Suggestions(AnswerHead):
    """Unlinked organizations, best first."""

    counts: ProjectCounts
    organization: SuggestionsOrganization
    candidates: list[Candidate] = Field(description="By score, then id.")
    possible_candidates: list[Candidate] = Field(description="Those that share nothing for certain.")
    linked: list[Linked]


@router.get(
    "/suggestions",
    operation_id="get_suggestions",
    summary="Whom an organization could work with",
    response_model=Suggestions | Citing,
    responses={200: {"headers": CITED_HEADERS}, **problems("unknown-id", "too-large-network")},
)
def get_suggestions(
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    parameters: Annotated[SuggestionsParameters, Query()],
) -> Response:
    """Organizations without a declared, project or money link, by the topics and states that both certainly have.

    The score is Adamic and Adar's: rare topics and states count for more. Every reason says what it adds, and from
    which projects. A suggestion is no claim that the two know each other.
    """
    (organization,) = parameters.organization
    with database.read() as connection:
        view, facts = facts_of(request, connection, parameters.as_of)
        selection = selection_of(view, facts, parameters)
    try:
        answer = suggestions(
            facts,
            selection,
            organization=organization,
            limit=parameters.limit,
            query=query_of(selection, facts, limit=parameters.limit),
            most=settings.max_edges,
            most_projects=settings.max_projects,
        )
    except TooLargeError as error:
        raise too_large(error, parameters, "limit") from error
    return network_response(request, answer, view)
