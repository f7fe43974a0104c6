"""The page behind one edge or one row."""

from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import Field, StringConstraints

from app.graph.evidence import edge_named
from app.models.types import RecordRef, Schema
from app.problems import Problem
from app.routers.areas import AreaRouter
from app.routers.common import READ_HEADERS, DatabaseDep, problems, tag
from app.routers.networks.projection import OfName, WeightName
from app.routers.networks.shared import NetworkEdge
from app.routers.selecting import SelectionParameters, facts_of, selection_of
from app.store.evidence import documents_of, evidence_of, one_record

router = AreaRouter(prefix="/v1/evidence", tags=["evidence"])


class EvidenceParameters(SelectionParameters):
    """An edge under a selection, or a record."""

    edge: Annotated[str, StringConstraints(pattern=r"^[^~]+~[a-z_]+~[^~]+$", max_length=400)] | None = Field(
        default=None,
        description="`id` of an edge, with the selection of the network that has it.",
        examples=["org:ned~funds~org:ficdcm"],
    )
    of: OfName = Field(default="partner", description="For an edge of a projection: of what kind its nodes are.")
    weight: WeightName = Field(default="count", description="For an edge of a projection: its weight.")
    record: RecordRef | None = Field(
        default=None, description="Prefixed id of a record.", examples=["funding:f-ned2020-14"]
    )


class CitedPlace(Schema):
    """A place in a document."""

    id: str = Field(description="Id of the citation.")
    document: str = Field(description="Id of the document.")
    heading: str | None = Field(description="Nearest heading above.")
    paragraph: int = Field(description="0-based index among the non-empty lines.")
    cue: str = Field(description="At most eight words of the paragraph.")


class EvidenceItem(Schema):
    """One row, and where a document says it."""

    ref: str = Field(description="Prefixed id of the row.")
    kind: str = Field(description="What sort of row it is.")
    label: str | None = Field(description="Name to show.")
    address: str = Field(description="Where the row itself is.")
    basis: str | None = Field(description="stated, implied or attributed; null for kinds that are not read from texts.")
    basis_in_words: str | None = Field(description="The basis in words.")
    note: str | None = Field(description="What a reader should know.")
    status: str = Field(description="known, or none_recorded where no place is cited.")
    citations: list[CitedPlace] = Field(description="The places.")


class CitedDocument(Schema):
    """A document that is cited."""

    id: str
    title: str
    basis: str
    publisher: str | None
    publisher_basis: str | None
    year: int | None
    kind: str
    file_name: str | None
    licence: str | None
    url: str | None


class Evidence(Schema):
    """Everything behind one edge or row."""

    edge: NetworkEdge | None = Field(description="The edge, where an edge was asked for.")
    definition: str | None = Field(description="What the edge's relation means.")
    record: str | None = Field(description="The record, where a record was asked for.")
    status: str = Field(description="known, or none_recorded where nothing behind it is cited.")
    items: list[EvidenceItem] = Field(description="The rows behind it, each with its places.")
    documents: list[CitedDocument] = Field(description="The documents of those places.")
    data_version: str = Field(description="Version of the data.")


@router.get(
    "",
    operation_id="get_evidence",
    summary="Why an edge or a record is there",
    response_model=Evidence,
    responses={200: {"headers": READ_HEADERS}, **problems("unknown-id", "not-found")},
)
def get_evidence(
    request: Request,
    response: Response,
    database: DatabaseDep,
    parameters: Annotated[EvidenceParameters, Query()],
) -> dict[str, Any]:
    """Rows, documents, headings and paragraphs behind one edge (`edge=`) or one record (`record=`)."""
    if (parameters.edge is None) == (parameters.record is None):
        detail = "give either edge or record"
        raise Problem("bad-parameter", "One thing at a time.", errors=[{"parameter": "edge", "detail": detail}])
    edge = definition = None
    with database.read() as connection:
        view, facts = facts_of(request, connection, parameters.as_of)
        if parameters.edge is not None:
            selection = selection_of(view, facts, parameters)
            found = edge_named(facts, selection, parameters.edge, of=parameters.of, weight=parameters.weight)
            if found is None:
                raise Problem("not-found", "There is no such edge in the network of this selection.")
            edge, definition = found
            refs = set(edge["records"]) | {f"project:{one}" for ids in edge["projects"].values() for one in ids}
            items = evidence_of(view, refs)
        else:
            items = [one_record(view, parameters.record or "")]
        documents = documents_of(view, items)
    tag(response, view)
    return {
        "edge": edge,
        "definition": definition,
        "record": parameters.record,
        "status": "known" if any(item["citations"] for item in items) else "none_recorded",
        "items": items,
        "documents": documents,
        "data_version": facts.version,
    }
