"""What a noun is: its table, its schemas, and how one maps to the other.

A reference is a column named `<field>_pk` in the table and `<field>` (a public id) in the schemas; a part is a list
in the schemas and rows of a table of its own. Everything else has one name in both.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import GenericAlias
from typing import Annotated, Any, get_args, get_origin

from pydantic import Field, create_model
from sqlalchemy import Table
from sqlmodel import SQLModel

from app.models.tables import Visibility, sql_table
from app.models.types import Count, Cue, Line, PublicId, Schema, ValueStatus

Values = dict[str, Any]

PEER = "conflicts_with"
"""The one reference by which two records of a kind may name each other; by any other to its kind one stands above."""


class CitationFields(Schema):
    """Where a document says it: the paragraph counts the non-empty lines from 0."""

    document: PublicId = Field(description="Document that is cited.")
    heading: Line | None = Field(default=None, description="Nearest heading above; null where the page has none.")
    paragraph: Count = Field(description="0-based index among the non-empty lines.")
    cue: Cue = Field(description="At most eight words of the paragraph, to find it by.")


@dataclass(frozen=True)
class Part:
    """A list inside a record: rows of a table that belong to one row and carry no citation of their own."""

    name: str
    table: type[SQLModel]
    scalar: str | None = None
    """The one field of a row, where the list is of plain values."""
    to_row: Callable[[Values], Values] = field(default=lambda values: values)
    from_row: Callable[[Values], Values] = field(default=lambda values: values)


@dataclass(frozen=True)
class Noun:
    """One kind of citable record."""

    kind: str
    path: str
    prefix: str
    table: type[SQLModel]
    fields: type[Schema]
    summary: str
    example: Values
    id_pattern: str
    id_from: str | None = None
    """The field that a new record's id is made from; without one the id is random."""
    parts: tuple[Part, ...] = ()
    filters: tuple[str, ...] = ()
    """Columns, references or `part.column` that lists can be filtered by; repeated values are alternatives."""
    sorts: tuple[str, ...] = ()
    label: str = "id"
    unknown_when_null: frozenset[str] = frozenset()
    """Fields that exist in the world: null means unknown. Any other null means that none is recorded."""
    searched: tuple[str, ...] = ()
    """Fields, or `part.field`, whose text `q` and search look through."""
    to_row: Callable[[Values], Values] = field(default=lambda values: values)
    from_row: Callable[[Values], Values] = field(default=lambda values: values)
    row_fields: Mapping[str, Any] = field(default_factory=dict)
    """Fields that only answers have: name -> type."""

    @property
    def sql(self) -> Table:
        """The SQLAlchemy table."""
        return sql_table(self.table)

    @property
    def title(self) -> str:
        """The name of the schemas: `ProjectState` for `project_state`."""
        return "".join(word.capitalize() for word in self.kind.split("_"))


def part_sql(part: Part) -> Table:
    """The SQLAlchemy table of a part."""
    return sql_table(part.table)


@cache
def references(table: Table) -> Mapping[str, str]:
    """The references of a table: field -> table that it points at (`record` for any kind)."""
    found = {}
    for column in table.columns:
        for foreign in column.foreign_keys:
            if column.name.endswith("_pk") and column.name != "pk":
                found[column.name.removesuffix("_pk")] = foreign.target_fullname.split(".")[0]
    return found


def may_be_empty(noun: Noun) -> tuple[str, ...]:
    """The fields that can be null or an empty list."""
    return _optional(noun.fields)


@cache
def _optional(schema: type[Schema]) -> tuple[str, ...]:
    return tuple(
        name
        for name, info in schema.model_fields.items()
        if get_origin(info.annotation) is list or type(None) in get_args(info.annotation)
    )


def _described(annotation: Any, info: Any) -> Any:
    return Annotated[annotation, Field(description=info.description, examples=info.examples)]


def _or_null(info: Any) -> Any:
    """The field's type; a list may also be emptied by null, like everything that may be empty."""
    annotation = info.rebuild_annotation()
    return annotation | None if get_origin(info.annotation) is list else annotation


def create_schema(noun: Noun) -> type[Schema]:
    """The body of a POST: the fields, an id if the caller wants to choose it, and the evidence."""
    pattern = Annotated[str, Field(pattern=noun.id_pattern, max_length=100)]
    extra: dict[str, Any] = {
        "id": (
            pattern | None,
            Field(default=None, description="Public id; made by the service where it is left out. Never used again."),
        )
    }
    extra["visibility"] = (
        Visibility,
        Field(default=Visibility.public, description="Who may see it; `restricted` needs a key with that scope."),
    )
    if noun.kind != "citation":
        extra["citations"] = (
            list[CitationFields],
            Field(default_factory=list, max_length=100, description="The evidence: where a document says it."),
        )
    return create_model(
        f"{noun.title}Create",
        __base__=noun.fields,
        __doc__=f"A new {noun.kind.replace('_', ' ')}.",
        **extra,
    )


def update_schema(noun: Noun) -> type[Schema]:
    """The body of a PATCH (RFC 7396): what is left out stays, null empties."""
    fields: dict[str, Any] = {
        name: (_described(_or_null(info), info), Field(default=None)) for name, info in noun.fields.model_fields.items()
    }
    visibility = Field(default=None, description="Who may see it. To say so needs a key with the scope `restricted`.")
    fields["visibility"] = (Visibility, visibility)
    return create_model(
        f"{noun.title}Update",
        __base__=Schema,
        __doc__=f"Changes to a {noun.kind.replace('_', ' ')}: what is left out stays as it is.",
        **fields,
    )


def _answer_list(annotation: Any) -> Any:
    """For a list of `StateNameFields`, a list of `StateName`: the same fields, none of them optional."""
    (item,) = get_args(annotation)
    fields: dict[str, Any] = {
        name: (_described(info.rebuild_annotation(), info), ...) for name, info in item.model_fields.items()
    }
    made = create_model(item.__name__.removesuffix("Fields"), __base__=Schema, __doc__=item.__doc__, **fields)
    return GenericAlias(list, (made,))


def read_schema(noun: Noun) -> type[Schema]:
    """The answer for one record. Every field is there, so that generated types are not optional."""
    fields: dict[str, Any] = {
        "id": (str, Field(description="Public id, unique in its kind, never used again.")),
        "ref": (str, Field(description="Prefixed id: the same record named among all kinds, and in networks.")),
        "revision": (int, Field(description="Number of the record's present revision, from 1.")),
        "visibility": (
            Visibility,
            Field(description="restricted: kept from the public, for itself or for what it refers to."),
        ),
    }
    lists = {part.name for part in noun.parts if part.scalar is None}
    for name, info in noun.fields.model_fields.items():
        annotation = _answer_list(info.annotation) if name in lists else info.rebuild_annotation()
        fields[name] = (_described(annotation, info), ...)
    for name, annotation in noun.row_fields.items():
        fields[name] = (annotation, ...)
    fields["value_status"] = (
        dict[str, ValueStatus],
        Field(description="For each field that may be empty: known, none_recorded, or unknown."),
    )
    return create_model(noun.title, __base__=Schema, __doc__=noun.summary, **fields)
