"""What the answers that are not networks share: their models, two selections in one query, problems."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationError

from app.graph.facts import Facts
from app.graph.selection import Selection
from app.history.view import View
from app.models.types import Schema
from app.problems import Problem
from app.routers.networks.shared import ProjectsByCertainty
from app.routers.selecting import SelectionParameters, selection_of


class LeftOut(Schema):
    """What an answer does not show for one reason."""

    count: int
    ids: list[str] = Field(description="The first hundred.")


class ProjectCount(Schema):
    """Numbers of projects by certainty."""

    certain: int
    possible: int
    nationwide: int


class ProjectCounts(Schema):
    """How many projects a selection matches."""

    projects: ProjectCount = Field(description="Projects that match so surely, whether they are taken or not.")
    selected_projects: int = Field(description="Projects taken.")
    undated_projects: int = Field(description="Matching projects without any date: possible in any window.")


class AnswerHead(Schema):
    """What an answer is: query, versions, definitions, what was left out and why."""

    question: str = Field(description="Name of the question.")
    query: dict[str, Any] = Field(description="The normalised query; `as_of` always filled in.")
    data_version: str = Field(description="Version of the data.")
    definitions_release: str = Field(description="Release of the definitions: the same release gives the same numbers.")
    definitions: dict[str, str] = Field(description="The words of this answer.")
    left_out: dict[str, LeftOut] = Field(description="Reason -> how many, and which.")


class Named(Schema):
    """A prefixed id with its name."""

    id: str = Field(description="Prefixed id.", examples=["org:ned"])
    label: str = Field(description="Name to show.")


class NamedWithProjects(Named):
    """Something with the projects behind it."""

    projects: ProjectsByCertainty


_SIDE_NAMES = tuple(name for name in SelectionParameters.model_fields if name != "as_of")
_SINGLE = ("year_from", "year_to", "as_of")
SidePart = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,30}:.{1,100}$")]
"""`filter:value`: one filter of one of two selections."""


def query_of(selection: Selection, facts: Facts, **own: Any) -> dict[str, Any]:
    """The query as it was understood: filters, the question's own parameters, and the version."""
    query = selection.query() | {name: value for name, value in own.items() if value}
    return dict(sorted(query.items())) | {"as_of": facts.version}


def side_parameters(
    shared: SelectionParameters, parts: Sequence[str], name: str, *, with_version: bool = False
) -> SelectionParameters:
    """The shared selection narrowed by the `filter:value` parts of the parameter `name`."""
    values: dict[str, Any] = {}
    common = {one: getattr(shared, one) for one in SelectionParameters.model_fields}
    for part in parts:
        filter_name, _, value = part.partition(":")
        if filter_name not in _SIDE_NAMES and not (with_version and filter_name == "as_of"):
            raise _wrong(name, "there is no such filter")
        if common[filter_name] is not None:
            raise _wrong(name, f"{filter_name} stands in the shared selection too")
        if filter_name not in _SINGLE:
            values.setdefault(filter_name, []).append(value)
        elif values.setdefault(filter_name, value) != value:
            raise _wrong(name, f"{filter_name} has one value")
    try:
        return SelectionParameters.model_validate(common | values)
    except ValidationError as error:
        details = [f"{one['loc'][0]}: {one['msg']}" for one in error.errors(include_input=False)]
        raise _wrong(name, *details) from error


def side_selection(
    view: View, facts: Facts, parameters: SelectionParameters, name: str, *, also: Sequence[Facts] = ()
) -> Selection:
    """The selection of one side; its problems name the parameter `name`."""
    try:
        return selection_of(view, facts, parameters, also=also)
    except Problem as problem:
        errors = [{"parameter": name, "detail": f"{one['parameter']}: {one['detail']}"} for one in problem.errors]
        raise Problem(problem.kind, problem.detail, errors=errors) from problem


def side_queries(sides: Mapping[str, Selection]) -> dict[str, dict[str, Any]]:
    """The normalised query of each side."""
    return {name: dict(sorted(selection.query().items())) for name, selection in sides.items()}


def _wrong(name: str, *details: str) -> Problem:
    return Problem(
        "bad-parameter",
        "Write each filter of a side as filter:value.",
        errors=[{"parameter": name, "detail": detail} for detail in details],
    )
