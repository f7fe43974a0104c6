"""Columns made the slow way, from plain rows; and what it means that columns are the same."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from app.graph.columns import SPEC, Column, Columns, Integers, Table, Texts, Words
from app.history.tables import HISTORY, current_at
from app.models.tables import DataVersion, sql_table
from app.store.packing import vocabulary
from app.store.reading import RECORD

VERSION = sql_table(DataVersion)
SPACES = {
    "funder": (("funder_pk", "org"), ("funder_party_pk", "party")),
    "recipient": (("recipient_pk", "org"), ("recipient_party_pk", "party")),
    "actor": (("organization_pk", "org"), ("party_pk", "party")),
    "site": (("state_pk", "state"), ("place_pk", "place")),
}


def columns_of_rows(connection: Connection, number: int) -> Columns:
    """The columns of an internal version: row by row, from the histories."""
    names = {
        pk: (kind, public_id)
        for pk, kind, public_id in connection.execute(select(RECORD.c.pk, RECORD.c.kind, RECORD.c.id))
    }

    def value(row: Any, column: str) -> Any:
        if column in SPACES and any(name in row for name, _ in SPACES[column]):
            found = [f"{prefix}:{names[row[name]][1]}" for name, prefix in SPACES[column] if row.get(name) is not None]
            return found[0] if found else None
        if f"{column}_pk" in row:
            pk = row[f"{column}_pk"]
            return None if pk is None else names[pk][1]
        return row["count" if column == "states" else column]

    rows: dict[str, list[dict[str, Any]]] = {}
    for name, spec in SPEC.items():
        history = HISTORY[name]
        order = history.c.id if "id" in spec else history.c.pk
        found = connection.execute(select(history).where(current_at(history, number)).order_by(order)).mappings().all()
        if name == "citation":
            said = [dict(zip(("kind", "row"), names[row["record_pk"]], strict=True)) for row in found]
            rows[name] = [
                {**one, "document": names[row["document_pk"]][1], "pk": row["pk"]}
                for row, one in zip(found, said, strict=True)
                if "id" in SPEC.get(one["kind"], ())
            ]
        else:
            rows[name] = [{column: value(row, column) for column in spec} | {"pk": row["pk"]} for row in found]
    public = connection.execute(select(VERSION.c.public_number).where(VERSION.c.number == number)).scalar()
    made = Columns.from_rows(rows, version=f"v{public or 0}", number=number)
    return Columns(
        made.version, made.number, {name: _as_loaded(table, rows[name]) for name, table in made.tables.items()}
    )


def _as_loaded(table: Table, rows: list[dict[str, Any]]) -> Table:
    """The table with the keys of the database and with whole vocabularies."""
    columns: dict[str, Column] = {}
    for column, found in table.columns.items():
        if isinstance(found, Words):
            columns[column] = Words.of([found[place] for place in range(len(found))], vocabulary(table.name, column))
        else:
            columns[column] = found
    # Rows were numbered as they were given: records by id, parts by key.
    keys = np.array([row["pk"] for row in rows], dtype=np.int32)
    return Table(table.name, columns, keys[table.pk])


def arrays(columns: Columns) -> Iterator[tuple[str, Integers | tuple[str | None, ...]]]:
    """Everything that columns hold, by name."""
    for name, table in columns.tables.items():
        yield f"{name}.pk", table.pk
        for column, found in table.columns.items():
            if isinstance(found, Texts):
                yield f"{name}.{column}.data", found.data
                yield f"{name}.{column}.ends", found.ends
            elif isinstance(found, Words):
                yield f"{name}.{column}", found.codes
                yield f"{name}.{column}.words", found.words
            else:
                yield f"{name}.{column}", found


def assert_same(found: Columns, wanted: Columns) -> None:
    """Every array, its type, and every vocabulary is the same."""
    assert (found.version, found.number) == (wanted.version, wanted.number)
    assert [*found.tables] == [*wanted.tables]
    for (name, one), (other_name, other) in zip(arrays(found), arrays(wanted), strict=True):
        assert name == other_name
        if isinstance(one, tuple) or isinstance(other, tuple):
            assert one == other, name
        else:
            assert one.dtype == other.dtype, name
            np.testing.assert_array_equal(one, other, err_msg=name)
