"""Reading records: rows of the tables turned into the fields of the schemas."""

import json
from collections.abc import Collection, Iterable, Sequence
from functools import cache, lru_cache
from typing import Any, get_args

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Result,
    Select,
    String,
    Table,
    bindparam,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.history.tables import chunks
from app.history.view import View
from app.models.noun import Noun, Values, may_be_empty, part_sql, read_schema, references
from app.models.nouns import BY_KIND, NOUNS, ref_of
from app.models.tables import Record, Visibility, sql_table
from app.store.derived import DERIVED

RECORD = sql_table(Record)
READ: dict[str, Any] = {noun.kind: read_schema(noun) for noun in NOUNS}
"""Kind -> the answer for one record."""
_NAMES = select(RECORD.c.pk, RECORD.c.kind, RECORD.c.id).where(RECORD.c.pk.in_(bindparam("values", expanding=True)))


def as_values(result: Result[Any]) -> list[Values]:
    """Rows as column -> value."""
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@lru_cache(maxsize=256)
def rows_with(rows: FromClause, column: str) -> Select[Any]:
    """The rows in which a column is one of `values`, those of a part in its order.

    Kept, for it takes longer to make than to run. Of past versions, whose rows are others each time, only the last.
    """
    found = select(rows).where(rows.c[column].in_(bindparam("values", expanding=True)))
    return found.order_by(rows.c[column], rows.c.position) if "position" in rows.c else found


def within(connection: Connection, column: ColumnElement[Any], keys: Collection[int]) -> ColumnElement[bool]:
    """The column holds one of the keys, however many there are: they travel as one parameter."""
    listed = json.dumps(sorted(keys))
    if connection.dialect.name == "sqlite":
        return column.in_(select(func.json_each(listed).table_valued("value").c.value))
    value = func.jsonb_array_elements_text(cast(literal(listed, String), JSONB)).column_valued("value")
    return column.in_(select(cast(value, BigInteger)))


def names_of(connection: Connection, keys: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Key -> (kind, public id)."""
    found: dict[int, tuple[str, str]] = {}
    for some in chunks(keys):
        for pk, kind, public_id in connection.execute(_NAMES, {"values": some}):
            found[pk] = (kind, public_id)
    return found


def to_records(view: View, noun: Noun, rows: Sequence[Values]) -> list[Values]:
    """Rows of the noun's table as the fields of its answers, in their order."""
    parts: dict[str, dict[int, list[Values]]] = {}
    keys = [row["pk"] for row in rows]
    wanted: set[Any] = set()
    for part in noun.parts:
        owner = f"{noun.sql.name}_pk"
        query = rows_with(view[part_sql(part)], owner)
        pointers = [f"{field}_pk" for field in references(part_sql(part))]
        grouped: dict[int, list[Values]] = {}
        for some in chunks(keys):
            for row in as_values(view.connection.execute(query, {"values": some})):
                grouped.setdefault(row[owner], []).append(row)
                wanted.update(row[pointer] for pointer in pointers)
        parts[part.name] = grouped
    for field in references(noun.sql):
        wanted.update(row[f"{field}_pk"] for row in rows)
    names = names_of(view.connection, wanted - {None})

    order = _order(noun.kind)
    records = []
    for present in rows:
        record = noun.from_row(_named(dict(present), noun.sql, names))
        record["ref"] = ref_of(noun.kind, record["id"])
        record["visibility"] = (Visibility.restricted if record.pop("hidden") else Visibility.public).value
        for part in noun.parts:
            items = [_named(item, part_sql(part), names) for item in parts[part.name].get(present["pk"], [])]
            if part.scalar is not None:
                record[part.name] = [item[part.scalar] for item in items]
            else:
                fields = order[part.name]
                record[part.name] = [{name: item[name] for name in fields} for item in map(part.from_row, items)]
        records.append(record)
    if noun.kind in DERIVED:
        DERIVED[noun.kind](view, records)
    for record in records:
        record["value_status"] = value_status(noun, record)
    return [{name: record[name] for name in order[""]} for record in records]


@cache
def _order(kind: str) -> dict[str, tuple[str, ...]]:
    """The fields of an answer, and under the name of each part those of its items."""
    fields = READ[kind].model_fields
    order = {"": tuple(fields)}
    for part in BY_KIND[kind].parts:
        if part.scalar is None:
            (item,) = get_args(fields[part.name].annotation)
            order[part.name] = tuple(item.model_fields)
    return order


def value_status(noun: Noun, record: Values) -> dict[str, str]:
    """For each field that may be empty, whether it is known, none is recorded, or it is unknown."""
    status = {}
    for name in _with_status(noun.kind):
        if record[name] is not None and record[name] != []:
            status[name] = "known"
        else:
            # Where an unnamed party stands in, the organization is not unknown: there is none to name.
            stands_in = record.get(f"{name}_party") is not None
            status[name] = "unknown" if name in noun.unknown_when_null and not stands_in else "none_recorded"
    return status


@cache
def _with_status(kind: str) -> tuple[str, ...]:
    noun = BY_KIND[kind]
    return (*may_be_empty(noun), *(name for name in noun.row_fields if name in noun.unknown_when_null))


def _named(row: Values, table: Table, names: dict[int, tuple[str, str]]) -> Values:
    for field, target in references(table).items():
        pk = row.pop(f"{field}_pk")
        if pk is None:
            row[field] = None
        else:
            kind, public_id = names[pk]
            row[field] = ref_of(kind, public_id) if target not in BY_KIND else public_id
    return row
