"""Documents and citations: where everything is known from."""

from pydantic import Field, field_validator
from sqlalchemy import CheckConstraint

from app.models.noun import CitationFields, Noun
from app.models.tables import (
    FactRow,
    RecordRow,
    maybe,
    maybe_number,
    maybe_string,
    number,
    one_of,
    reference,
    string,
    unique_where,
)
from app.models.types import SLUG_PATTERN, Basis, Count, Language, Line, Prose, PublicId, RecordRef, Schema, Url, Year


class Document(FactRow, table=True):
    """A text that facts were read from."""

    __tablename__ = "document"
    __table_args__ = (
        one_of("basis", Basis),
        one_of("publisher_basis", Basis),
        unique_where("uq_document_sha256", "sha256"),
    )

    title: str = string()
    publisher: str | None = maybe_string()
    publisher_organization_pk: int | None = maybe("organization")
    publisher_basis: str | None = maybe_string()
    year: int | None = maybe_number(index=True)
    year_note: str | None = maybe_string()
    language: str = string(index=True)
    kind: str = string(index=True)
    file_name: str | None = maybe_string(index=True)
    paragraphs: int | None = maybe_number()
    sha256: str | None = maybe_string()
    url: str | None = maybe_string()
    licence: str | None = maybe_string()


class DocumentFields(Schema):
    """Fields of a document."""

    title: Line = Field(description="Title; where the text has none, the maintainers' (basis attributed).")
    basis: Basis = Field(description="Whether the title is the text's own.")
    publisher: Line | None = Field(default=None, description="Publisher, as far as known.")
    publisher_organization: PublicId | None = Field(default=None, description="The publisher among the organizations.")
    publisher_basis: Basis | None = Field(default=None, description="Whether the text names its publisher.")
    year: Year | None = Field(default=None, description="Year that the title or text gives.")
    year_note: Prose | None = Field(default=None, description="What kind of year it is, and how sure.")
    language: Language = Field(description="Language of the text (ISO 639).")
    kind: Line = Field(description="Kind of text: grant listing, annual report, project page, article …")
    file_name: Line | None = Field(default=None, description="Name of the file that was read.")
    paragraphs: Count | None = Field(default=None, description="Number of non-empty lines.")
    sha256: Line | None = Field(default=None, pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the file.")
    url: Url | None = Field(default=None, description="Where it was published.")
    licence: Line | None = Field(default=None, description="Licence of the text; null where it states none.")
    note: Prose | None = Field(default=None, description="What a reader should know.")


DOCUMENT = Noun(
    kind="document",
    path="documents",
    prefix="document",
    table=Document,
    fields=DocumentFields,
    summary="A text that facts were read from.",
    id_pattern=SLUG_PATTERN,
    id_from="title",
    label="title",
    filters=("publisher_organization", "year", "language", "kind", "file_name", "basis"),
    sorts=("title", "year"),
    unknown_when_null=frozenset({"publisher", "year", "url", "licence", "publisher_organization", "publisher_basis"}),
    searched=("title", "publisher"),
    example={
        "id": "doc-conjusticia",
        "title": "Lessons Learned as Local Partners Take the Lead in Mexico",
        "basis": "stated",
        "language": "en",
        "kind": "article",
        "file_name": "004_a4220f95ee593440.txt",
        "paragraphs": 34,
    },
)


class Citation(RecordRow, table=True):
    """The place in a document that supports a record."""

    __tablename__ = "citation"
    __table_args__ = (
        CheckConstraint("paragraph >= 0", name="paragraph"),
        CheckConstraint("length(cue) BETWEEN 1 AND 120", name="cue"),
        unique_where("uq_citation_place", "record_pk", "document_pk", "paragraph", "cue"),
    )

    document_pk: int = reference("document")
    record_pk: int = reference("record")
    heading: str | None = maybe_string()
    paragraph: int = number(index=True)
    cue: str = string()


class CitationRecordFields(CitationFields):
    """Fields of a citation."""

    record: RecordRef = Field(description="The record that this place supports, by prefixed id.")

    @field_validator("record")
    @classmethod
    def _not_a_citation(cls, record: str) -> str:
        if record.startswith("citation:"):
            raise ValueError("a citation is not cited")
        return record


CITATION = Noun(
    kind="citation",
    path="citations",
    prefix="citation",
    table=Citation,
    fields=CitationRecordFields,
    summary="The place in a document that supports a record.",
    id_pattern=SLUG_PATTERN,
    filters=("document", "record", "paragraph"),
    sorts=("document", "paragraph"),
    label="cue",
    searched=("cue", "heading"),
    example={
        "document": "doc-conjusticia",
        "record": "organization_relation:or3",
        "heading": "Support Innovation and Collaboration",
        "paragraph": 28,
        "cue": "Led by local partner Documenta",
    },
)
