"""The rows of an import, and the grants of an export, by SQLAlchemy Core and the json module alone."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, func, insert, select
from sqlmodel import SQLModel

from app.history.tables import HISTORY, SEARCH_FORM

__all__ = ["insert_rows", "tables_of", "write_grants"]

_AT_ONCE = 10_000
_TABLES = SQLModel.metadata.tables


def tables_of(*, everything: bool) -> list[Table]:
    """The tables that an import writes: all, or only those of the data, without registry, histories, log and search."""
    data = [table for table in SQLModel.metadata.sorted_tables if table.name in HISTORY]
    beside = ("record", "change", "source_record", "import_run", "data_version")
    return [*data, *HISTORY.values(), SEARCH_FORM, *(_TABLES[name] for name in beside)] if everything else data


def insert_rows(source: Path, target: Path, tables: list[Table]) -> tuple[float, int]:
    """Insert the rows that the target has not, in one transaction. Returns the seconds that it took, and how many.

    To read them from the other file is not counted.
    """
    seconds, many = 0.0, 0
    with _connected(source) as rows, _connected(target) as connection:
        for table in tables:
            columns = [column for column in table.columns if column.computed is None]
            first = next(iter(table.primary_key.columns))
            query = select(*columns)
            if first.type.python_type is int:
                highest = connection.execute(select(func.max(first))).scalar()
                query = query.where(first > (highest or 0))
            for some in rows.execution_options(yield_per=_AT_ONCE).execute(query).mappings().partitions():
                values = [dict(row) for row in some]
                began = time.perf_counter()
                connection.execute(insert(table), values)
                seconds += time.perf_counter() - began
                many += len(values)
        began = time.perf_counter()
        connection.commit()
        seconds += time.perf_counter() - began
    return seconds, many


@contextmanager
def _connected(path: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def write_grants(source: Path, target: Path) -> int:
    """Write the grants of a database as JSON of 360Giving; returns how many."""
    project, funding, organization = (_TABLES[name] for name in ("project", "funding", "organization"))
    with _connected(source) as connection:
        states = dict(connection.execute(select(_TABLES["state"].c.pk, _TABLES["state"].c.name)).all())
        places: dict[int, list[str]] = {}
        for owner, state in connection.execute(
            select(_TABLES["project_state"].c.project_pk, _TABLES["project_state"].c.state_pk)
        ):
            places.setdefault(owner, []).append(states[state])
        organizations = {row.pk: row for row in connection.execute(select(organization.c.pk, organization.c.name))}
        parts = _TABLES["organization_identifier"]
        identifiers: dict[int, str] = {
            row.organization_pk: f"{row.scheme}-{row.value}" for row in connection.execute(select(parts))
        }
        own = _TABLES["project_identifier"]
        query = select(
            own.c.value, project.c.title, project.c.summary, funding.c.amount_minor, funding.c.currency,
            funding.c.date, funding.c.funder_pk, funding.c.recipient_pk, funding.c.project_pk,
        ).select_from(funding).join(project, project.c.pk == funding.c.project_pk).join(
            own, own.c.project_pk == project.c.pk
        ).order_by(project.c.id)  # fmt: skip
        grants: list[dict[str, Any]] = []
        for row in connection.execute(query):
            both = {
                f"{role}Organization": [{"id": identifiers[pk], "name": organizations[pk].name}]
                for role, pk in (("funding", row.funder_pk), ("recipient", row.recipient_pk))
            }
            grants.append({
                "id": row.value, "title": row.title, "description": row.summary,
                "amountAwarded": row.amount_minor / 100,
                "currency": row.currency, "awardDate": row.date, **both,
                "beneficiaryLocation": [{"name": name, "countryCode": "MX"} for name in places.get(row.project_pk, ())],
            })  # fmt: skip
        with target.open("w", encoding="utf-8") as file:
            json.dump({"grants": grants}, file, ensure_ascii=False)
    return len(grants)
