"""What this deployment holds, and by which definitions it answers."""

from typing import Any

from fastapi import Request, Response
from pydantic import Field, create_model
from sqlalchemy import func, select

from app import __version__
from app.graph.definitions import RELATIONS, RELEASE, TIES
from app.models.nouns import BY_KIND, NOUNS
from app.models.types import Schema
from app.routers.areas import AreaRouter
from app.routers.common import READ_HEADERS, DatabaseDep, SettingsDep, VersionParametersDep, problems, tag, view_of
from app.routers.crud import many
from app.store.evidence import BASIS_WORDS
from app.store.records import PageQuery, list_page

router = AreaRouter(prefix="/v1/about", tags=["service"])


class AboutBase(Schema):
    """What this deployment holds, and by which definitions it answers."""

    service: str
    release: str = Field(description="Release of the software.")
    data_version: str = Field(description="Version of the data.")
    records: dict[str, int] = Field(description="Kind -> number of records.")
    definitions_release: str = Field(description="Release of the definitions.")
    definitions: dict[str, str] = Field(description="Relations and ties, in words.")
    basis: dict[str, str] = Field(description="What the bases mean.")
    certainty: dict[str, str] = Field(description="What the certainties mean.")
    contact: str = Field(description="Whom to write to about corrections.")


About = create_model(
    "About",
    __base__=AboutBase,
    __doc__=AboutBase.__doc__,
    documents=(many("document"), Field(description="What was read, with the licence of each text.")),
)


@router.get(
    "",
    operation_id="get_about",
    summary="What was read, and what the words mean",
    response_model=About,
    responses={200: {"headers": READ_HEADERS}, **problems()},
)
def get_about(
    request: Request,
    response: Response,
    database: DatabaseDep,
    settings: SettingsDep,
    parameters: VersionParametersDep,
) -> dict[str, Any]:
    """The documents, the number of records, the definitions, and the contact for corrections."""
    with database.read() as connection:
        view = view_of(request, connection, parameters.as_of)
        counts = {
            noun.kind: connection.execute(select(func.count()).select_from(view[noun.sql])).scalar_one()
            for noun in NOUNS
        }
        documents = list_page(view, BY_KIND["document"], PageQuery(limit=500)).items
    tag(response, view)
    for document in documents:
        document.pop("included")
    return {
        "service": "Tejido",
        "release": __version__,
        "data_version": view.version,
        "documents": documents,
        "records": counts,
        "definitions_release": RELEASE,
        "definitions": RELATIONS | TIES,
        "basis": BASIS_WORDS,
        "certainty": {
            "certain": "a source names the state, or dates the project into the window",
            "possible": "a counted group of states may hold it, or the dates leave it open",
            "nationwide": "a source says the whole country; that is never read as 32 states",
        },
        "contact": settings.contact,
    }
