"""Query parameters parsed into a `Selection`."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any

from fastapi import Request
from pydantic import Field, StringConstraints
from sqlalchemy import Connection

from app.graph.facts import Facts
from app.graph.network import TooLargeError
from app.graph.selection import Selection
from app.history.view import View
from app.models.collaborations import CollaborationKind, CollaborationStatus
from app.models.organizations import OrganizationKind
from app.models.projects import ProjectKind, ProjectStatus
from app.models.types import Basis, Line, PublicId
from app.problems import Problem
from app.routers.common import AS_OF, AsOf, Parameters, QueryYear, Words, view_of
from app.store.search import states_of
from app.store.snapshot import Snapshots

Ids = Annotated[list[PublicId], Words]
StateForms = Annotated[list[Annotated[Line, StringConstraints(max_length=60)]], Words]


def _ids(what: str) -> Any:
    return Field(default=None, max_length=200, description=f"{what} Repeat for alternatives.")


def _choice(what: str) -> Any:
    return Field(default=None, description=f"{what} Repeat for alternatives.")


STATE = _ids("Works in this state: ISO 3166-2 code, INEGI number, or any form of its name.")
CERTAINTY = Field(
    default=None,
    description=(
        "How surely a project must match `state` and the years: certain (default), possible (a counted group of states "
        "may hold it; the dates leave it open), nationwide. Repeat for several. The answer always counts all three."
    ),
)
YEAR_FROM = Field(default=None, description="First year of the window.")
YEAR_TO = Field(default=None, description="Last year of the window.")
Certainties = Annotated[list[Annotated[str, StringConstraints(pattern=r"^(certain|possible|nationwide)$")]], Words]


class SelectionParameters(Parameters):
    """The selection that every network takes."""

    funder: Ids | None = _ids("Effective funder: its own, else that of the nearest ancestor that has one.")
    partner: Ids | None = _ids("A partner of the project.")
    organization: Ids | None = _ids("Pays, receives, takes part, or is in a collaboration of the project.")
    state: StateForms | None = STATE
    topic: Ids | None = _ids("Topic of the project.")
    funder_kind: Annotated[list[OrganizationKind], Words] | None = _choice("Kind of an effective funder.")
    partner_kind: Annotated[list[OrganizationKind], Words] | None = _choice("Kind of a partner.")
    project: Ids | None = _ids("The project itself.")
    project_kind: Annotated[list[ProjectKind], Words] | None = _choice("Kind of project.")
    project_status: Annotated[list[ProjectStatus], Words] | None = _choice("Status of the project.")
    collaboration_kind: Annotated[list[CollaborationKind], Words] | None = _choice("Kind of a collaboration of it.")
    collaboration_status: Annotated[list[CollaborationStatus], Words] | None = _choice(
        "Status of a collaboration of it."
    )
    document: Ids | None = _ids("A document that is cited for the project.")
    basis: Annotated[list[Basis], Words] | None = _choice("Basis of the facts behind the edges; projects stay.")
    year_from: QueryYear | None = YEAR_FROM
    year_to: QueryYear | None = YEAR_TO
    currency: Annotated[list[Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]], Words] | None = _choice(
        "Currencies whose sums are shown; unknown amounts are always counted."
    )
    certainty: Certainties | None = CERTAINTY
    as_of: AsOf | None = AS_OF


_KNOWN: Mapping[str, str] = {
    "funder": "organizations",
    "partner": "organizations",
    "organization": "organizations",
    "topic": "topics",
    "project": "projects",
    "document": "document_ids",
}


def snapshots(request: Request) -> Snapshots:
    """The application's snapshots."""
    return request.app.state.snapshots  # type: ignore[no-any-return]


def facts_of(request: Request, connection: Connection, as_of: str | None) -> tuple[View, Facts]:
    """The data at a version, as the caller may see it, and its facts."""
    view = view_of(request, connection, as_of)
    view.at  # noqa: B018 - looked up as long as the connection is open
    return view, snapshots(request).get(view)


def selection_of(view: View, facts: Facts, parameters: SelectionParameters, *, also: Sequence[Facts] = ()) -> Selection:
    """The selection that the parameters ask for; problems for ids and states that do not exist.

    An id exists if `facts`, or some of the other facts, know it.
    """
    names = [
        name for name in SelectionParameters.model_fields if name not in ("as_of", "year_from", "year_to", "state")
    ]
    values = {name: frozenset(getattr(parameters, name)) for name in names if getattr(parameters, name)}
    for name, where in _KNOWN.items():
        known: list[Collection[str]] = [getattr(one, where) for one in (facts, *also)]
        if not all(any(value in ids for ids in known) for value in values.get(name, ())):
            raise Problem("unknown-id", "No such record.", errors=[{"parameter": name, "detail": "unknown id"}])
    window = (parameters.year_from, parameters.year_to)
    check_window(*window)
    return Selection(
        state=states_of(view, "state", parameters.state or ()),
        year_from=window[0],
        year_to=window[1],
        **values,
    )


_SENTENCES: Mapping[str, str] = {
    "projects": "The selection has {count} projects, one answer may look at {most}.",
    "edges": "The network has {count} edges, an answer {most} at most.",
    "pairs": "The network has {count} pairs that share something, {most} at most.",
    "nodes": "The network has {count} nodes and more, an answer {most} edges at most.",
    "entries": "The answer has {count} entries, {most} at most.",
    "ids": "The answer lists {count} ids, {most} at most.",
}
"""What there is too much of -> how that is told."""
_NARROWING = ("state", "topic", "funder", "organization", "partner", "project_kind", "year_from", "year_to")


def too_large(error: TooLargeError, parameters: SelectionParameters, *own: str) -> Problem:
    """The problem for an answer that would hold, or look at, more than it may.

    It names what would help: the filters that are not given yet, and the question's `own` parameters.
    """
    filters = [name for name in _NARROWING if getattr(parameters, name) is None and name not in own]
    return Problem(
        "too-large-network",
        _SENTENCES[error.what].format(count=error.count, most=error.most),
        errors=[{"parameter": name, "detail": "would narrow it"} for name in (*own, *filters)],
    )


def too_many_projects(error: TooLargeError, about: str) -> Problem:
    """The problem for a page about something with more projects than one answer may look at: it takes no filters."""
    detail = f"narrow /v1/projects?{about}= or a network with {about}= by further filters"
    return Problem(
        "too-large-network",
        f"There are {error.count} projects, one answer may look at {error.most}.",
        errors=[{"parameter": "id", "detail": detail}],
    )


def check_window(year_from: int | None, year_to: int | None) -> None:
    """A problem where the window ends before it begins."""
    if year_from is not None and year_to is not None and year_from > year_to:
        detail = "year_to lies before year_from"
        raise Problem("bad-parameter", "The window is empty.", errors=[{"parameter": "year_to", "detail": detail}])
