"""What is left without when funders withdraw."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.graph.formats import DEFAULT
from app.graph.network import TooLargeError
from app.graph.withdrawal import withdrawal
from app.models.types import Schema
from app.routers.citing import CITED_HEADERS, Citing, QuestionParameters
from app.routers.common import DatabaseDep, SettingsDep, problems
from app.routers.funding import Money
from app.routers.jobs import JOB_PROBLEMS, JobsDep
from app.routers.networks.answers import AnswerHead, Named, NamedWithProjects, ProjectCounts, query_of
from app.routers.networks.shared import json_response, written
from app.routers.selecting import Ids, facts_of, selection_of, too_large

router = APIRouter()


class WithdrawalParameters(QuestionParameters):
    """The selection without its funder, and the funders that withdraw."""

    funder: Ids = Field(
        min_length=1,
        max_length=200,
        description="The funder that withdraws; several withdraw together. It selects no projects.",
        examples=[["ned"]],
    )


class OtherFunder(NamedWithProjects):
    """Another funder of a recipient."""

    funding: list[str] = Field(description="Ids of its funding rows.")


class WithdrawalRecipient(NamedWithProjects):
    """A recipient of the funders that withdraw."""

    funding: list[str] = Field(description="Ids of the funding rows that would end.")
    other_funders: list[OtherFunder] = Field(description="Who else is known to fund it.")
    unclear_funding: list[str] = Field(
        description="Ids of rows that may be from somebody else: of unknown funder, or without a project."
    )


class WithdrawalRecipients(Schema):
    """Named recipients in three parts, and unnamed ones, whose other funders cannot be known."""

    lost: list[WithdrawalRecipient] = Field(description="No other funder is recorded.")
    unclear: list[WithdrawalRecipient] = Field(description="No other funder is known, but some money may be another's.")
    kept: list[WithdrawalRecipient] = Field(description="Another funder is known.")
    unnamed: list[WithdrawalRecipient] = Field(description="Unnamed recipients.")


class WithdrawalProject(Schema):
    """A project."""

    id: str = Field(description="Id of the project.")
    label: str = Field(description="Title.")
    certainty: str = Field(description="How surely it matches the selection.")
    other_funders: list[str] = Field(description="Prefixed ids of its other effective funders.")


class WithdrawalProjects(Schema):
    """Projects in three parts."""

    left: list[WithdrawalProject] = Field(description="All their known effective funders withdraw.")
    kept: list[WithdrawalProject] = Field(description="Another effective funder is known.")
    unknown_funder: list[WithdrawalProject] = Field(description="No effective funder is known: whose they are is open.")


class WithdrawalGround(Named):
    """A state or topic in which the funders certainly have projects."""

    projects: list[str] = Field(description="Their certain projects there.")
    projects_of_others: list[str] = Field(description="Certain projects there with another known effective funder.")
    projects_possibly_of_others: list[str] = Field(description="Such projects that are only possibly there.")
    projects_with_unknown_funder: list[str] = Field(description="Certain projects there without a known funder.")


class WithdrawalGrounds(Schema):
    """States or topics in two parts."""

    left: list[WithdrawalGround] = Field(description="No certain project with another known effective funder.")
    kept: list[WithdrawalGround] = Field(description="Some certain project with another known effective funder.")


class WithdrawalMoney(Schema):
    """The money of the funders that withdraw."""

    granted: Money = Field(description="Of rows that name no project in between.")
    regranted: Money = Field(description="Of rows that passed through a project: part of that project's money.")


class Withdrawal(AnswerHead):
    """Who and what is left without."""

    counts: ProjectCounts
    funders: list[Named] = Field(description="Who withdraws.")
    recipients: WithdrawalRecipients
    projects: WithdrawalProjects
    states: WithdrawalGrounds
    topics: WithdrawalGrounds
    state_groups: list[str] = Field(
        description="Counted groups of states of their projects: unnamed states may be left."
    )
    nationwide_projects: list[str] = Field(description="Their projects for the whole country.")
    money: WithdrawalMoney = Field(description="Known to be gone; a lower bound where amounts are unknown.")


@router.get(
    "/withdrawal",
    operation_id="get_withdrawal",
    summary="What is left without when funders withdraw",
    response_model=Withdrawal | Citing,
    responses={200: {"headers": CITED_HEADERS}, **problems("unknown-id", "too-large-network", *JOB_PROBLEMS)},
)
def get_withdrawal(
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    jobs: JobsDep,
    parameters: Annotated[WithdrawalParameters, Query()],
) -> Response:
    """Recipients, projects, states and topics that no other known funder holds, and the money known to be gone.

    The other filters say of which projects to speak; `funder` says who withdraws.
    """
    with database.read() as connection:
        view, facts = facts_of(request, connection, parameters.as_of)
        selection = selection_of(view, facts, parameters)
    try:
        query = query_of(selection, facts)
        body = written(
            request, jobs, DEFAULT, facts, [selection], withdrawal, selection, query=query, most=settings.max_edges
        )
    except TooLargeError as error:
        raise too_large(error, parameters) from error
    return json_response(request, body, view)
