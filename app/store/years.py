"""Funding by the year of its date."""

from sqlalchemy import ColumnElement, select

from app.history.view import View
from app.models.noun import Noun
from app.models.projects import Funding
from app.models.tables import sql_table

_FUNDING = sql_table(Funding)


def dated_within(view: View, year_from: int | None, year_to: int | None) -> set[int]:
    """Keys of the funding rows whose date lies in the years; dates are ISO 8601, so text order is time order."""
    funding = view[_FUNDING]
    query = select(funding.c.pk).where(funding.c.date.is_not(None))
    if year_from is not None:
        query = query.where(funding.c.date >= f"{year_from:04}")
    if year_to is not None:
        query = query.where(funding.c.date < f"{year_to + 1:04}")
    return set(view.connection.execute(query).scalars())


def keys_where(view: View, noun: Noun, condition: ColumnElement[bool]) -> list[int]:
    """Keys of the records under a condition."""
    return list(view.connection.execute(select(view[noun.sql].c.pk).where(condition)).scalars())
