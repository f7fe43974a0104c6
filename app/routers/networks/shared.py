"""What the networks share: parameters, the shape of an answer, its bytes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.graph.assembly import Shown
from app.graph.columns import Columns
from app.graph.facts import Facts
from app.graph.formats import DEFAULT, FORMATS, Format, accepted, file_name, write_answer
from app.graph.network import TooLargeError, UnknownNodeError
from app.graph.selection import Selection, select
from app.history.view import View
from app.problems import Problem
from app.routers.citing import CITED_HEADERS, cited
from app.routers.jobs import Jobs
from app.routers.selecting import SelectionParameters, facts_of, selection_of, snapshots, too_large
from app.settings import Settings
from app.store.database import Database
from app.workers import Resource

AT_ONCE = 5_000
"""Selected projects up to which an answer that goes project by project is made at once; of more it is a job."""

FormatName = Literal[
    "node-link",
    "columnar",
    "cytoscape",
    "graphology",
    "d3",
    "vis",
    "jgf",
    "gexf",
    "graphml",
    "pajek",
    "csv",
    "csv-edges",
    "csv-nodes",
    "neo4j",
    "geojson",
    "svg",
    "citation",
]
"""The names of app.graph.formats.FORMATS, written out for type checkers; and the way to cite the network."""

_OBJECT: dict[str, Any] = {"type": "object"}
_BYTES: dict[str, Any] = {"type": "string", "format": "binary"}

NETWORK_RESPONSE: dict[str, Any] = {
    "headers": CITED_HEADERS | {"Content-Disposition": {"description": "A file name.", "schema": {"type": "string"}}},
    "content": {
        form.media_type: {
            "schema": (_OBJECT if form.media_type.endswith("+json") else _BYTES) | {"description": form.description}
        }
        for form in FORMATS.values()
        if form is not DEFAULT
    },
}
"""The documented answer of a route that gives a network: node-link JSON, or another tool's format."""


class NetworkParameters(SelectionParameters):
    """What every network takes beside its selection."""

    min_weight: float = Field(
        default=0, ge=0, le=10**9, allow_inf_nan=False, description="Leave out edges of less weight."
    )
    max_edges: int | None = Field(
        default=None, ge=1, le=10**9, description="Keep so many edges, by weight, then by source, relation and target."
    )
    format: FormatName | None = Field(
        default=None, description="Format of the answer; without it the Accept header chooses, node-link by default."
    )


class NetworkNode(BaseModel):
    """A node. Organizations, unnamed parties, projects, states, state groups and the country have further fields."""

    model_config = ConfigDict(extra="allow")

    id: str = Field(description="Prefixed id, unique in the network.", examples=["org:ned"])
    kind: str = Field(description="organization, unnamed_party, project, state, state_group or country.")
    label: str = Field(description="Name to show.")


class ProjectsByCertainty(BaseModel):
    """Ids of the projects behind an edge, by how surely they are behind it."""

    certain: list[str]
    possible: list[str]
    nationwide: list[str]


class NetworkEdge(BaseModel):
    """An edge, with the reasons why it exists."""

    model_config = ConfigDict(extra="allow")

    source: str = Field(description="Id of a node.")
    target: str = Field(description="Id of a node.")
    key: str = Field(description="The relation: tells edges between the same nodes apart.")
    id: str = Field(description="The edge's id; `graph.evidence` says where the page behind it is.")
    relation: str = Field(description="What the edge means; `graph.definitions` has it in words.")
    weight: int | float = Field(description="By the relation's definition; counts what is certain.")
    certainty: str = Field(description="The strongest certainty of the projects behind it.")
    projects: ProjectsByCertainty = Field(description="The projects behind it.")
    records: list[str] = Field(description="Prefixed ids of the rows behind it.")
    basis: list[str] = Field(description="Bases of those rows.")
    documents: list[str] = Field(description="Documents cited for those rows.")


class NetworkBlock(BaseModel):
    """What the network is: query, versions, definitions, counts, what was left out and why."""

    model_config = ConfigDict(extra="allow")

    network: str = Field(description="Name of the network.")
    query: dict[str, Any] = Field(description="The normalised query; `as_of` always filled in.")
    data_version: str = Field(description="Version of the data.")
    definitions_release: str = Field(description="Release of the definitions: the same release gives the same numbers.")
    definitions: dict[str, str] = Field(description="The relations of this network, in words.")
    counts: dict[str, Any] = Field(description="Projects by certainty, taken or not; nodes by kind; edges by relation.")
    left_out: dict[str, Any] = Field(description="Reason -> how many, and which.")
    truncated: bool = Field(description="Whether max_edges cut anything.")
    evidence: str = Field(
        description="Address of the page behind an edge: put its id for {id}, or one of its records for {record}."
    )


class NodeLinkNetwork(BaseModel):
    """Node-link data: `networkx.node_link_graph` reads it as it is."""

    directed: bool
    multigraph: bool
    graph: NetworkBlock
    nodes: list[NetworkNode]
    edges: list[NetworkEdge]


def normalised(selection: Selection, facts: Facts, parameters: NetworkParameters, **own: Any) -> dict[str, Any]:
    """The query as it was understood: filters, the network's own parameters, and the version."""
    query = selection.query() | {name: value for name, value in own.items() if value}
    if parameters.min_weight:
        query["min_weight"] = plain(parameters.min_weight)
    if parameters.max_edges is not None:
        query["max_edges"] = parameters.max_edges
    return dict(sorted(query.items())) | {"as_of": facts.version}


def plain(number: float) -> int | float:
    """A number without a point where it has no fraction."""
    return int(number) if number == int(number) else number


def form_of(request: Request, parameters: NetworkParameters) -> Format:
    """The format that `format=` or the Accept header asks for."""
    if parameters.format == "citation":
        return DEFAULT
    form = FORMATS[parameters.format] if parameters.format else accepted(request.headers.get("accept"))
    if form is None:
        raise Problem("not-acceptable", "A network has the media types that /docs lists; `format` names them too.")
    return form


def written(
    request: Request,
    jobs: Jobs,
    form: Format,
    facts: Facts,
    selections: Sequence[Selection],
    function: Callable[..., Mapping[str, Any] | Shown],
    *args: Any,
    **named: Any,
) -> bytes:
    """The bytes of what a function answers to the facts. Where the selections have many projects, a worker makes them.

    That is for functions that go project by project: they hold the interpreter, and know no deadline.
    """
    if sum(len(select(facts, selection).taken) for selection in selections) <= AT_ONCE:
        return form.written(function(facts, *args, **named))
    folder = snapshots(request).folder(facts.columns)
    resource = Resource(("columns", str(folder)), Columns.open, folder)
    return jobs.run(write_answer, form.name, function, args, named, resource=resource)


def response_of(request: Request, body: bytes, form: Format, name: str, view: View) -> Response:
    """The response with the bytes of a network of this name."""
    response = cited(request, body, form.content_type, view, variant="" if form is DEFAULT else form.name)
    if form is not DEFAULT:
        response.headers["Content-Disposition"] = f'inline; filename="{file_name(name, view.version, form)}"'
    response.headers.add_vary_header("Accept")
    return response


def answer(
    request: Request,
    database: Database,
    settings: Settings,
    parameters: NetworkParameters,
    name: str,
    build: Callable[..., Mapping[str, Any] | Shown],
    *,
    asked: Mapping[str, Any],
    jobs: Jobs | None = None,
    **own: Any,
) -> Response:
    """A network from parameters to bytes. `own` goes to `build`; `asked` says it in the query of the answer.

    With `jobs` a worker builds it where there are many projects.
    """
    form = form_of(request, parameters)
    with database.read() as connection:
        view, facts = facts_of(request, connection, parameters.as_of)
        selection = selection_of(view, facts, parameters)
    own |= {
        "query": normalised(selection, facts, parameters, **asked),
        "min_weight": parameters.min_weight,
        "max_edges": parameters.max_edges,
        "most_edges": settings.max_edges,
    }
    try:
        if jobs is None:
            body = form.written(build(facts, selection, **own))
        else:
            body = written(request, jobs, form, facts, [selection], build, selection, **own)
    except UnknownNodeError as error:
        detail = [{"parameter": "around", "detail": "unknown id"}]
        raise Problem("unknown-id", "No such record.", errors=detail) from error
    except TooLargeError as error:
        cutting = ("tie", "top_k", "max_edges") if error.what != "projects" else ()
        known = [one for one in cutting if one in type(parameters).model_fields]
        raise too_large(error, parameters, *known) from error
    return response_of(request, body, form, name, view)


def json_response(request: Request, body: bytes, view: View, **changed: list[str]) -> Response:
    """The response with the bytes of an answer that is no network."""
    return cited(request, body, DEFAULT.content_type, view, changed=changed)


def network_response(request: Request, network: dict[str, Any], view: View, **changed: list[str]) -> Response:
    """The bytes of a network: the same for the same query, version and definitions."""
    return json_response(request, DEFAULT.write(network), view, **changed)
