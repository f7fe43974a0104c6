"""What the routes share: typed dependencies, documented problems, entity tags."""

import re
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.problems import TITLES, Problem
from app.settings import Settings
from app.store.database import Database


def _database(request: Request) -> Database:
    return request.app.state.database  # type: ignore[no-any-return]


def _settings(request: Request) -> Settings:
    return request.app.state.settings  # type: ignore[no-any-return]


DatabaseDep = Annotated[Database, Depends(_database)]
SettingsDep = Annotated[Settings, Depends(_settings)]


class Parameters(BaseModel):
    """Base of every set of query parameters: unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", use_enum_values=True)


QueryYear = Annotated[int, Field(ge=1800, le=2200)]
"""A year in a query, where every value arrives as text."""


class NoParameters(Parameters):
    """An operation without query parameters."""


NoParametersDep = Annotated[NoParameters, Query()]


def _split(value: Any) -> Any:
    if isinstance(value, list):
        return [word for item in value for word in (item.split(",") if isinstance(item, str) else [item])]
    return value


Words = BeforeValidator(_split)
"""A list that may be repeated (`a=1&a=2`) or written in one (`a=1,2`)."""


class ProblemError(BaseModel):
    """One thing that is wrong, and where."""

    pointer: str | None = Field(default=None, description="JSON Pointer into the body.")
    parameter: str | None = Field(default=None, description="Name of the parameter.")
    detail: str = Field(description="What would be right.")


class ProblemBody(BaseModel):
    """RFC 9457: the only shape in which anything goes wrong."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Stable address of the kind of problem.")
    title: str = Field(description="The kind of problem in words.")
    status: int = Field(description="HTTP status.")
    detail: str = Field(description="What is wrong in this case.")
    errors: list[ProblemError] = Field(description="Each thing that is wrong, and where.")
    request_id: str = Field(description="Id of the request, to quote in a report.")


def problems(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """The documented problems of an operation, for `responses=`."""
    by_status: dict[int, list[str]] = {}
    for kind in (*kinds, "bad-request", "unknown-parameter", "bad-parameter", "uri-too-long", "busy", "internal-error"):
        by_status.setdefault(TITLES[kind][0], []).append(kind)
    if 422 not in by_status:
        by_status[422] = ["malformed-json"]
    return {
        status: {
            "description": "; ".join(f"`{kind}`: {TITLES[kind][1]}" for kind in dict.fromkeys(found)),
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
        }
        for status, found in sorted(by_status.items())
    }


READ_HEADERS: dict[str, Any] = {
    "ETag": {"description": "Entity tag, for If-None-Match and If-Match.", "schema": {"type": "string"}},
    "Data-Version": {"description": "Version of the data that the answer shows.", "schema": {"type": "string"}},
}


def tag(
    response: Response, *, version: int, revision: int | None = None, pure: bool = False, variant: str = ""
) -> None:
    """Set entity tag and data version. `pure`: the answer depends on the record's own revision alone."""
    if revision is None:
        response.headers["ETag"] = f'"v{version}-{variant}"' if variant else f'"v{version}"'
    else:
        response.headers["ETag"] = f'"r{revision}"' if pure else f'"r{revision}-v{version}"'
    response.headers["Data-Version"] = f"v{version}"
    response.headers["Cache-Control"] = "no-cache"


IfMatch = Annotated[
    str | None,
    Header(description="Entity tag of the revision that you mean to change.", examples=['"r1"'], max_length=200),
]


def revision_of(if_match: str | None) -> int:
    """The revision that an If-Match header names; problems where it is missing or is no tag of ours."""
    if if_match is None:
        raise Problem("if-match-required", "Send If-Match with the entity tag that you read.")
    if if_match.strip() == "*":
        raise Problem("if-match-required", "If-Match: * names no revision; send the entity tag that you read.")
    found = re.fullmatch(r'\s*"r([0-9]{1,15})(?:-v[0-9]{1,15})?"\s*', if_match)
    if found is None:
        raise Problem("changed-meanwhile", "If-Match is not an entity tag of this record.")
    return int(found.group(1))


def link_next(request: Request, cursor: str) -> str:
    """A Link header to the next page, relative to this one."""
    query = request.url.include_query_params(cursor=cursor).query
    return f'<?{query}>; rel="next"'
