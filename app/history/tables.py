"""Beside each table its history: every row that was ever current, with the versions for which it was.

A row is current at version v when `valid_from <= v < valid_to`. The present row stands in the history too, with
`valid_to = OPEN`, so that a past version is read from one table by one condition.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Index, PrimaryKeyConstraint, Table, and_

from app.models.noun import part_sql
from app.models.nouns import NOUNS
from app.models.search import SearchForm
from app.models.tables import sql_table

OPEN = 2**62
"""`valid_to` of rows that are current now."""

SEARCH_FORM = sql_table(SearchForm)

_VERSIONED = [noun.sql for noun in NOUNS] + [part_sql(part) for noun in NOUNS for part in noun.parts] + [SEARCH_FORM]


_CHUNK = 500
_SORTS = {noun.sql.name: noun.sorts for noun in NOUNS}


def _refers(column: Column[Any]) -> bool:
    return bool(column.foreign_keys) and column.name != "pk"


def _make(table: Table) -> Table:
    columns = [
        Column(column.name, column.type, nullable=column.nullable, server_default=column.server_default)
        for column in table.columns
    ]
    # As the table itself is: a past list is to cost what a present one does.
    ordered = {"id", *_SORTS.get(table.name, ())}
    looked_up = [
        column.name
        for column in table.columns
        if _refers(column) or column.name == "id" or (column.index and column.name in ordered)
    ]
    name = f"{table.name}_history"
    return Table(
        name,
        table.metadata,
        *columns,
        Column("valid_from", BigInteger, nullable=False),
        Column("valid_to", BigInteger, nullable=False),
        PrimaryKeyConstraint("pk", "valid_from"),
        *(Index(f"ix_{name}_{column}", column, "valid_from") for column in looked_up),
    )


HISTORY: dict[str, Table] = {table.name: _make(table) for table in _VERSIONED}
"""Table name -> its history."""


def chunks(keys: Iterable[int]) -> Iterator[list[int]]:
    """Keys in lists short enough for one IN."""
    ordered = sorted(set(keys))
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]


def current_at(history: Table, version: int) -> ColumnElement[bool]:
    """The rows of a history that were current at an internal data version."""
    return and_(history.c.valid_from <= version, history.c.valid_to > version)
