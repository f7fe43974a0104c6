"""Search by name."""

from typing import Annotated, Any, Literal

from fastapi import Query, Request, Response
from pydantic import Field, StringConstraints

from app.models.types import Line, Schema
from app.routers.areas import AreaRouter
from app.routers.common import READ_HEADERS, DatabaseDep, VersionParameters, Words, problems, tag, view_of
from app.store.search import SEARCHED, search

router = AreaRouter(prefix="/v1/search", tags=["search"])


class SearchParameters(VersionParameters):
    """What to look for."""

    q: Annotated[Line, StringConstraints(max_length=200)] = Field(
        description="Words of a name, an acronym, another language's form, or as a source writes it.",
        examples=["Mexico Evalua"],
    )
    kind: Annotated[list[Literal[SEARCHED]], Words] | None = Field(  # type: ignore[valid-type]
        default=None, description="Only records of this kind. Repeat for several."
    )
    limit: int = Field(default=20, ge=1, le=100, description="Results a page.")
    offset: int = Field(default=0, ge=0, le=10_000, description="Results to skip.")


class SearchResult(Schema):
    """One record that was found."""

    ref: str = Field(description="Prefixed id.")
    kind: str = Field(description="What sort of record it is.")
    id: str = Field(description="Public id in its kind.")
    label: str = Field(description="Name to show.")
    matched: str = Field(description="The form by which it was found.")
    match: str = Field(description="exact, words (all whole, in a name), start, partial, or description.")


class SearchResults(Schema):
    """What was found, best first."""

    items: list[SearchResult]
    total: int = Field(description="How many there are in all.")
    data_version: str = Field(description="Version of the data.")


@router.get(
    "",
    operation_id="search",
    summary="Find organizations, projects, collaborations, tools, states, topics, places",
    response_model=SearchResults,
    responses={200: {"headers": READ_HEADERS}, **problems()},
)
def get_search(
    request: Request, response: Response, database: DatabaseDep, parameters: Annotated[SearchParameters, Query()]
) -> dict[str, Any]:
    """Blind to accents, case, punctuation and legal suffixes. Exact names rank first, then whole words."""
    with database.read() as connection:
        view = view_of(request, connection, parameters.as_of)
        items, total = search(
            view,
            parameters.q,
            kinds=parameters.kind or SEARCHED,
            limit=parameters.limit,
            offset=parameters.offset,
        )
    tag(response, view)
    return {"items": items, "total": total, "data_version": view.version}
