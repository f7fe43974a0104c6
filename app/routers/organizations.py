"""Organizations, and one page of everything known about one."""

from typing import Annotated, Any

import numpy as np
from fastapi import Path, Request, Response
from pydantic import Field, create_model

from app.graph.columns import Integers
from app.graph.facts import documents_of
from app.graph.network import TooLargeError
from app.graph.profiles import organization_networks, partners_of_selection
from app.history.view import View
from app.models.nouns import BY_KIND
from app.models.types import Schema
from app.routers.common import READ_HEADERS, DatabaseDep, SettingsDep, VersionParametersDep, problems, tag
from app.routers.crud import crud_router, detailed, many
from app.routers.evidence import CitedDocument, EvidenceItem
from app.routers.networks.shared import NetworkEdge
from app.routers.selecting import (
    CERTAINTY,
    Certainties,
    Ids,
    SelectionParameters,
    StateForms,
    facts_of,
    selection_of,
    snapshots,
    too_many_projects,
)
from app.store.profiles import organization_profile

ORGANIZATION = BY_KIND["organization"]

_PARAMETERS: dict[str, Any] = {
    "topic": (Ids | None, Field(default=None, description="Partner of a project with this topic.")),
    "works_in": (StateForms | None, Field(default=None, description="Partner of a project in this state, any form.")),
    "certainty": (Certainties | None, CERTAINTY),
    "funded_by": (Ids | None, Field(default=None, description="Partner of a project with this effective funder.")),
    "document": (Ids | None, Field(default=None, description="A document that is cited for the organization itself.")),
}


def _choose(request: Request, view: View, parameters: Any) -> tuple[set[int] | None, dict[str, Any]]:
    asked = {"topic": parameters.topic, "state": parameters.works_in, "funder": parameters.funded_by}
    chosen = {name: values for name, values in asked.items() if values is not None}
    if not chosen and parameters.document is None:
        return None, {}
    facts = snapshots(request).get(view)
    found: Integers | None = None
    if chosen:
        if parameters.certainty is not None:
            chosen["certainty"] = parameters.certainty
        found = partners_of_selection(facts, selection_of(view, facts, SelectionParameters.model_construct(**chosen)))
    if parameters.document is not None:
        selection_of(view, facts, SelectionParameters.model_construct(document=parameters.document))
        cited = documents_of(facts.columns, "organization")
        wanted = facts.codes("document", parameters.document)
        citing = cited.rows[np.isin(cited.documents, wanted)]
        found = citing if found is None else np.intersect1d(found, citing)
    return None if found is None else set(facts.columns["organization"].pk[found].tolist()), {}


router = crud_router(ORGANIZATION, extra_parameters=_PARAMETERS, choose=_choose)


class EdgeSection(Schema):
    """Edges, or the word that none are recorded."""

    status: str = Field(description="known or none_recorded.")
    items: list[NetworkEdge]


class WordSection(Schema):
    """Ids, or the word that none are recorded."""

    status: str = Field(description="known or none_recorded.")
    items: list[str]


class FundersSection(Schema):
    """Who pays."""

    status: str = Field(description="known: some funder pays it directly; unknown; none_recorded.")
    direct: list[NetworkEdge] = Field(description="`funds` edges to it.")
    inherited: list[NetworkEdge] = Field(description="`supports` edges to it: participation, never money.")
    funding_from_unknown_funder: list[str] = Field(description="Funding rows to it that name no funder.")
    projects_without_known_funder: list[str] = Field(description="Its projects whose funder is unknown.")


class WorksIn(Schema):
    """Where it works, by certainty."""

    status: str = Field(description="known; unknown: it takes part in projects, none with a place; none_recorded.")
    projects_without_place: list[str] = Field(description="Its projects for which no source gives a place.")

    certain: list[NetworkEdge]
    possible: list[NetworkEdge]
    nationwide: list[NetworkEdge]


class OrganizationEdges(Schema):
    """The edges around one organization, and their evidence."""

    funders: FundersSection
    funds: EdgeSection = Field(description="Whom it funds.")
    works_in: WorksIn
    works_with: EdgeSection = Field(description="Declared collaborations and shared projects with others.")
    topics: WordSection = Field(description="Topics of its projects.")
    evidence: list[EvidenceItem] = Field(description="Every row of the profile, with the places that it is read from.")
    documents: list[CitedDocument] = Field(description="The documents of those places.")
    data_version: str = Field(description="Version of the data.")


OrganizationProjects = create_model(
    "OrganizationProjects",
    __base__=Schema,
    __doc__="Its projects, or the word that none are recorded.",
    status=(str, Field(description="known or none_recorded.")),
    items=(many("project"), Field(description="The projects.")),
)
OrganizationProfile = create_model(
    "OrganizationProfile",
    __base__=OrganizationEdges,
    __doc__="Everything known about one organization, with its evidence.",
    organization=(detailed("organization"), Field(description="The record, with all records that refer to it.")),
    projects=(OrganizationProjects, Field(description="Projects that it takes part in or receives money for.")),
    collaborations=(many("collaboration"), Field(description="Collaborations that it is in.")),
)


@router.get(
    "/{id}/profile",
    operation_id="get_organization_profile",
    summary="Everything known about an organization",
    response_model=OrganizationProfile,
    responses={
        200: {"headers": READ_HEADERS},
        **problems("not-found", "gone", "too-many-included", "too-large-network"),
    },
)
def get_organization_profile(
    id: Annotated[str, Path(description="Id of the organization.", max_length=100)],  # noqa: A002
    request: Request,
    response: Response,
    database: DatabaseDep,
    settings: SettingsDep,
    parameters: VersionParametersDep,
) -> dict[str, Any]:
    """Names, funders, projects, places, partners, tools and figures, each with documents, headings and paragraphs."""
    with database.read() as connection:
        view, facts = facts_of(request, connection, parameters.as_of)
        most = settings.max_projects
        try:
            profile = organization_profile(view, id, lambda: organization_networks(facts, id, most_projects=most))
        except TooLargeError as error:
            raise too_many_projects(error, "organization") from error
    tag(response, view)
    return {**profile, "data_version": facts.version}
