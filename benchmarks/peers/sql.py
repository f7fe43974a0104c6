"""The edges `funds` by SQL: of the generated SQLite file itself, and of DuckDB on its own copy in memory."""

import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from benchmarks.filters import Filter, opened

__all__ = ["FILTERED", "TABLES", "Funds", "duckdb_copy", "duckdb_funds", "sqlite_funds"]

Funds = list[tuple[Any, ...]]
"""Funder, recipient, currency, stage, distinct projects, sum in minor units, rows without an amount."""

TABLES = {
    "funding": "pk funder_pk recipient_pk project_pk currency stage amount_minor date",
    "project": "pk start_date end_date",
    "project_state": "project_pk state_pk place_pk role membership",
    "project_topic": "project_pk topic_pk",
    "place": "pk within_state_pk within_place_pk",
}
"""What DuckDB gets a copy of."""

_WINDOW = """
    CASE WHEN start_date IS NOT NULL AND end_date IS NOT NULL THEN start_date < :after AND end_date >= :first
         WHEN start_date IS NOT NULL THEN start_date >= :first AND start_date < :after
         WHEN end_date IS NOT NULL THEN end_date >= :first AND end_date < :after
         ELSE FALSE END"""
"""Projects that certainly fall into the years."""

_IN_STATE = """
    SELECT project_pk FROM project_state
    WHERE state_pk = :state AND +role = 'target' AND (membership IS NULL OR +membership = 'named')
    UNION ALL
    SELECT project_pk FROM project_state
    WHERE +role = 'target' AND place_pk IN (
        SELECT pk FROM place WHERE within_state_pk = :state
           OR within_place_pk IN (SELECT pk FROM place WHERE within_state_pk = :state))"""
"""Projects that certainly work in the state. The pluses keep SQLite from the indexes of few words, which it would take
before that of states: so it needs half the time."""

FILTERED = f"""
    SELECT funder_pk, recipient_pk, currency, stage,
           count(DISTINCT project_pk), sum(amount_minor), count(*) - count(amount_minor)
    FROM funding
    WHERE funder_pk IS NOT NULL AND recipient_pk IS NOT NULL AND project_pk IN (
        SELECT pk FROM project WHERE {_WINDOW}
           AND pk IN (SELECT project_pk FROM project_topic WHERE topic_pk = :topic)
           AND pk IN ({_IN_STATE}))
    GROUP BY funder_pk, recipient_pk, currency, stage"""
"""The edges of the projects that certainly match the filter."""


def _parameters(wanted: Filter) -> dict[str, Any]:
    return {
        "topic": wanted.topic_pk,
        "state": wanted.state_pk,
        "first": str(wanted.year_from),
        "after": str(wanted.year_to + 1),
    }


def sqlite_funds(connection: sqlite3.Connection, wanted: Filter) -> Funds:
    """The edges of the filter, by SQLite."""
    return connection.execute(FILTERED, _parameters(wanted)).fetchall()


def duckdb_copy(path: Path) -> duckdb.DuckDBPyConnection:
    """The tables in DuckDB's own columns, in memory."""
    source, target = opened(path), duckdb.connect()
    for table, columns in TABLES.items():
        names = columns.split()
        rows = source.execute(f"SELECT {', '.join(names)} FROM {table}").fetchall()
        given = {name: _column([row[place] for row in rows]) for place, name in enumerate(names)}
        target.register("given", given)
        target.execute(f"CREATE TABLE {table} AS SELECT * FROM given")
        target.unregister("given")
    source.close()
    return target


def _column(values: list[Any]) -> Any:
    if any(isinstance(value, str) for value in values):
        return np.array(values, dtype=object)
    missing = [value is None for value in values]
    return np.ma.masked_array([value or 0 for value in values], mask=missing, dtype=np.int64)


def duckdb_funds(connection: duckdb.DuckDBPyConnection, wanted: Filter) -> Funds:
    """The edges of the filter, by DuckDB."""
    statement = FILTERED.replace("+", "")
    for name in _parameters(wanted):
        statement = statement.replace(f":{name}", f"${name}")
    return connection.execute(statement, _parameters(wanted)).fetchall()
