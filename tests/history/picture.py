"""What the tables and their histories hold, read with plain SQL, and the same in the words of the schemas."""

from collections import Counter
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlmodel import SQLModel

from app.history.tables import HISTORY, OPEN, current_at
from app.models.noun import part_sql, references
from app.models.nouns import BY_KIND, NOUNS, ref_of

TABLES = SQLModel.metadata.tables
RECORD = TABLES["record"]
VERSION = TABLES["data_version"]
CHANGE = TABLES["change"]
COUNTER = TABLES["data_counter"]

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Words = dict[str, dict[str, Row]]


def live(connection: Connection) -> Rows:
    """Every row of every versioned table."""
    return {name: _rows(connection, TABLES[name]) for name in HISTORY}


def past(connection: Connection, version: int) -> Rows:
    """Every row that the histories hold for a version."""
    found = {}
    for name, history in HISTORY.items():
        columns = [column for column in history.columns if column.name not in ("valid_from", "valid_to")]
        query = select(*columns).where(current_at(history, version)).order_by(history.c.pk)
        found[name] = [dict(row) for row in connection.execute(query).mappings()]
    return found


def changes(connection: Connection, name: str) -> dict[int, dict[int, tuple[Row | None, Row | None]]]:
    """Version -> key -> the row of a table before and after, for those that the version changed."""
    history = HISTORY[name]
    found: dict[int, dict[int, tuple[Row | None, Row | None]]] = {}
    query = select(history).order_by(history.c.pk, history.c.valid_from)
    last_pk, last_to = -1, 0
    for given in connection.execute(query).mappings():
        row = dict(given)
        first, last = row.pop("valid_from"), row.pop("valid_to")
        assert first < last, (name, row)
        assert row["pk"] != last_pk or first >= last_to, (name, row, "two rows at one version")
        last_pk, last_to = row["pk"], last
        before, _ = found.setdefault(first, {}).get(row["pk"], (None, None))
        found[first][row["pk"]] = (before, row)
        if last != OPEN:
            found.setdefault(last, {})[row["pk"]] = (row, None)
    return {
        version: {pk: (old, new) for pk, (old, new) in rows.items() if old != new} for version, rows in found.items()
    }


def present(connection: Connection) -> int:
    """The internal version now."""
    return int(connection.execute(select(COUNTER.c.number)).scalar_one())


def versions(connection: Connection) -> list[Row]:
    """Every version, in order."""
    return [dict(row) for row in connection.execute(select(VERSION).order_by(VERSION.c.number)).mappings()]


def _rows(connection: Connection, table: Table) -> list[Row]:
    return [dict(row) for row in connection.execute(select(table).order_by(table.c.pk)).mappings()]


def in_words(connection: Connection, rows: Rows) -> Words:
    """Kind -> id -> fields, with ids in place of keys and parts as lists. Citations go by what they say."""
    names = {
        pk: (kind, public_id)
        for pk, kind, public_id in connection.execute(select(RECORD.c.pk, RECORD.c.kind, RECORD.c.id))
    }
    found: Words = {}
    parts: dict[str, dict[int, list[Row]]] = {}
    for noun in NOUNS:
        for part in noun.parts:
            name = part_sql(part).name
            for item in sorted(rows[name], key=lambda item: int(item["position"])):
                parts.setdefault(name, {}).setdefault(item[f"{noun.sql.name}_pk"], []).append(item)
        for row in rows[noun.sql.name]:
            fields = noun.from_row(_named(row, noun.sql, names))
            for part in noun.parts:
                table = part_sql(part)
                own = parts.get(table.name, {}).get(row["pk"], [])
                assert [item["position"] for item in own] == list(range(len(own)))
                dropped = ("pk", "position", "hidden", noun.kind)
                items = []
                for item in own:
                    words = part.from_row(_named(item, table, names))
                    items.append(
                        words[part.scalar]
                        if part.scalar
                        else {name: value for name, value in words.items() if name not in dropped}
                    )
                fields[part.name] = items
            kept = {name: fields[name] for name in noun.fields.model_fields}
            public_id = citation_key(kept) if noun.kind == "citation" else row["id"]
            assert names[row["pk"]] == (noun.kind, row["id"])
            found.setdefault(noun.kind, {})[public_id] = kept
    return found


def forms(rows: Rows) -> Counter[tuple[int, str, str, str]]:
    """The search forms: (record, field, text, form)."""
    return Counter((row["record_pk"], row["field"], row["text"], row["form"]) for row in rows["search_form"])


def citation_key(fields: Row) -> str:
    """What a citation says, as one text."""
    return " | ".join(str(fields[name]) for name in ("record", "document", "paragraph", "cue"))


def _named(row: Row, table: Table, names: dict[int, tuple[str, str]]) -> Row:
    words = dict(row)
    for field, target in references(table).items():
        pk = words.pop(f"{field}_pk")
        if pk is None:
            words[field] = None
        else:
            kind, public_id = names[pk]
            words[field] = public_id if target in BY_KIND else ref_of(kind, public_id)
    return words
