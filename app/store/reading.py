"""Reading records: rows of the tables turned into the fields of the schemas."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Table, select

from app.models.noun import Noun, Values, part_sql, references
from app.models.nouns import BY_KIND, ref_of
from app.models.tables import Record
from app.store.derived import DERIVED

RECORD: Table = Record.__table__  # type: ignore[attr-defined]
_CHUNK = 500


def chunks(keys: Iterable[int]) -> Iterable[list[int]]:
    """Keys in lists short enough for one IN."""
    ordered = sorted(set(keys))
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]


def names_of(connection: Connection, keys: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Key -> (kind, public id)."""
    found: dict[int, tuple[str, str]] = {}
    for some in chunks(keys):
        for pk, kind, public_id in connection.execute(
            select(RECORD.c.pk, RECORD.c.kind, RECORD.c.id).where(RECORD.c.pk.in_(some))
        ):
            found[pk] = (kind, public_id)
    return found


def to_records(connection: Connection, noun: Noun, rows: Sequence[Values]) -> list[Values]:
    """Rows of the noun's table (with `revision`) as the fields of its answers."""
    parts: dict[str, dict[int, list[Values]]] = {}
    keys = [row["pk"] for row in rows]
    wanted: set[int] = set()
    for part in noun.parts:
        table = part_sql(part)
        owner = table.c[f"{noun.sql.name}_pk"]
        grouped: dict[int, list[Values]] = {}
        for some in chunks(keys):
            query = select(table).where(owner.in_(some)).order_by(owner, table.c.position)
            for row in connection.execute(query).mappings():
                grouped.setdefault(row[owner.name], []).append(dict(row))
                wanted.update(row[f"{field}_pk"] or 0 for field in references(table))
        parts[part.name] = grouped
    for field in references(noun.sql):
        wanted.update(row[f"{field}_pk"] or 0 for row in rows)
    names = names_of(connection, wanted)

    records = []
    for present in rows:
        record = noun.from_row(_named(dict(present), noun.sql, names))
        record["ref"] = ref_of(noun.kind, record["id"])
        for part in noun.parts:
            table = part_sql(part)
            items = []
            for found in parts[part.name].get(present["pk"], []):
                item = _named(found, table, names)
                for column in ("pk", "position", noun.sql.name):
                    item.pop(column, None)
                items.append(item[part.scalar] if part.scalar else item)
            record[part.name] = items
        records.append(record)
    if noun.kind in DERIVED:
        DERIVED[noun.kind](connection, records)
    for record in records:
        record.pop("pk")
        record["value_status"] = value_status(noun, record)
    return records


def value_status(noun: Noun, record: Values) -> dict[str, str]:
    """For each field that may be empty, whether it is known, none is recorded, or it is unknown."""
    status = {}
    for name, info in noun.fields.model_fields.items():
        value = record[name]
        if value is None or value == []:
            stands_in = record.get(f"{name}_party") is not None
            unknown = name in noun.unknown_when_null and not stands_in
            status[name] = "unknown" if unknown else "none_recorded"
        elif not info.is_required():
            status[name] = "known"
    return status


def _named(row: Values, table: Table, names: dict[int, tuple[str, str]]) -> Values:
    for field, target in references(table).items():
        pk = row.pop(f"{field}_pk")
        if pk is None:
            row[field] = None
        else:
            kind, public_id = names[pk]
            row[field] = ref_of(kind, public_id) if target not in BY_KIND else public_id
    return row
