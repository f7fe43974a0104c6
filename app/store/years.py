"""Funding by the year of its date."""

from sqlalchemy import ColumnElement, Connection, select

from app.models.noun import Noun
from app.models.projects import Funding
from app.models.tables import sql_table

_FUNDING = sql_table(Funding)


def dated_within(connection: Connection, year_from: int | None, year_to: int | None) -> set[int]:
    """Keys of the funding rows whose date lies in the years; dates are ISO 8601, so text order is time order."""
    query = select(_FUNDING.c.pk).where(_FUNDING.c.date.is_not(None))
    if year_from is not None:
        query = query.where(_FUNDING.c.date >= f"{year_from:04}")
    if year_to is not None:
        query = query.where(_FUNDING.c.date < f"{year_to + 1:04}")
    return set(connection.execute(query).scalars())


def keys_where(connection: Connection, noun: Noun, condition: ColumnElement[bool]) -> list[int]:
    """Keys of the records under a condition."""
    return list(connection.execute(select(noun.sql.c.pk).where(condition)).scalars())
