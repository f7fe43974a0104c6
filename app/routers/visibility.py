"""Who may see a record, and why."""

from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import Field

from app.models.tables import Visibility
from app.models.types import RecordRef, Schema
from app.routers.areas import AreaRouter
from app.routers.common import READ_HEADERS, DatabaseDep, Parameters, problems, tag, view_of
from app.store.visibility import visibility_of

router = AreaRouter(prefix="/v1/visibility", tags=["access"])


class VisibilityParameters(Parameters):
    """Which record."""

    record: RecordRef = Field(description="Prefixed id of the record.", examples=["org:ned"])


class VisibilityRead(Schema):
    """Who may see a record, and why."""

    record: str = Field(description="Prefixed id of the record.")
    own: Visibility = Field(description="What was said of the record itself.")
    visibility: Visibility = Field(description="What holds: restricted if it, or anything that it needs, is.")
    because: list[str] = Field(description="Restricted records that it refers to, or that all its evidence is in.")
    hides: list[str] = Field(description="Restricted records that refer to it, the first hundred by id.")
    data_version: str = Field(description="Version of the data.")


@router.get(
    "",
    operation_id="get_visibility",
    summary="Who may see a record, and why",
    response_model=VisibilityRead,
    responses={200: {"headers": READ_HEADERS}, **problems("not-found")},
)
def get_visibility(
    request: Request,
    response: Response,
    database: DatabaseDep,
    parameters: Annotated[VisibilityParameters, Query()],
) -> dict[str, Any]:
    """A record is public if it and everything that it refers to are; what is cited needs one public document.

    To a caller who sees only what is public, every record that there is is public.
    """
    with database.read() as connection:
        view = view_of(request, connection)
        found = visibility_of(view, parameters.record)
    tag(response, view)
    return {"record": parameters.record, **found, "data_version": view.version}
