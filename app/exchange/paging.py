"""Whole lists, a page at a time: all of one data version, while no connection is held between two pages.

A file may be fetched as slowly as its reader likes. So each page has a connection of its own, and the version that all
of them show is kept by the history, not by a transaction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.history.view import View, past_view, present_view
from app.models.noun import Noun, Values
from app.models.tables import Reader
from app.problems import Problem
from app.store.database import Database
from app.store.records import Page, PageQuery, list_page

_AT_ONCE = 1000
"""Records of a page, unless they bring others along."""
_CITED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Version:
    """A data version of a class of reader, to come back to."""

    database: Database
    reader: Reader
    ordinal: int

    @classmethod
    def of(cls, database: Database, view: View) -> "Version":
        """The version of a view."""
        return cls(database, view.reader, view.ordinal)

    def page(self, noun: Noun, query: PageQuery, *, count: bool = False) -> Page:
        """One page of a list."""
        with self.database.read() as connection:
            view = past_view(present_view(connection, self.reader), self.ordinal)
            return list_page(view, noun, query, count=count)


def sized(query: PageQuery) -> PageQuery:
    """The query of a first page that is as large as pages of whole lists are."""
    return replace(query, limit=_CITED_AT_ONCE if query.include else _AT_ONCE)


def whole_list(version: Version, noun: Noun, query: PageQuery, first: Page | None = None) -> Iterator[Sequence[Values]]:
    """All records of a list. `first` is its first page, where that has been read."""
    page = first
    while page is None or page.next is not None:
        if page is not None:
            yield page.items
            query = replace(query, cursor=page.next)
        page = fitting_page(version, noun, query)
    yield page.items


def fitting_page(version: Version, noun: Noun, query: PageQuery, *, count: bool = False) -> Page:
    """A page of a list; a smaller one where it would bring more along than an answer may hold."""
    while True:
        try:
            return version.page(noun, query, count=count)
        except Problem as problem:
            if problem.kind != "too-many-included" or query.limit == 1:
                raise
            query = replace(query, limit=max(1, query.limit // 10))
