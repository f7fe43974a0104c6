"""The closure of what is restricted: which rows exist only through rows that the public may not see.

A record is hidden from the public if it is restricted itself, if it refers to a hidden record (from its own row or
from one of its parts), or if it is cited and no citation of it was ever public. The third rule looks at the past too:
what once had public evidence was published, and losing it later hides nothing.

The same holds for past rows: each history row that refers to what is hidden is hidden for the versions in which it did.
A past row that was hidden once stays hidden, so that a past answer only ever loses something.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Table, and_, insert, not_, or_, select, update

from app.history.tables import HISTORY, OPEN, chunks
from app.models.noun import Noun, part_sql
from app.models.nouns import BY_KIND, NOUNS
from app.models.tables import Change, Record, Visibility, sql_table

_RECORD = sql_table(Record)
_CHANGE = sql_table(Change)
_CITATION = BY_KIND["citation"].sql


class _Reference(NamedTuple):
    """A column that refers to a record, and whose row it is in."""

    table: Table
    column: str
    owner: str
    kind: str

    @property
    def is_part(self) -> bool:
        """Whether the row is a part of the record that it belongs to."""
        return self.owner != "pk"


def owned(noun: Noun) -> dict[Table, str]:
    """The tables with the rows that go with a record, its own first: table -> column with the record's key."""
    tables = {noun.sql: "pk"} | {part_sql(part): f"{noun.sql.name}_pk" for part in noun.parts}
    return tables | ({noun.sql.metadata.tables["search_form"]: "record_pk"} if noun.searched else {})


def _references() -> Iterator[_Reference]:
    for noun in NOUNS:
        for table, owner in owned(noun).items():
            for column in table.columns:
                if column.foreign_keys and column.name not in ("pk", owner):
                    yield _Reference(table, column.name, owner, noun.kind)


_REFERENCES = tuple(_references())


def is_anything_hidden(connection: Connection) -> bool:
    """Whether any record is restricted, or hidden."""
    query = select(_RECORD.c.pk).where(or_(_RECORD.c.visibility != Visibility.public, _RECORD.c.hidden)).limit(1)
    return connection.execute(query).first() is not None


def hidden_before(connection: Connection) -> set[int]:
    """Keys of the records that are hidden by what was stored last."""
    query = select(_RECORD.c.pk).where(_RECORD.c.hidden, _RECORD.c.deleted_in.is_(None))
    return set(connection.execute(query).scalars())


def hidden_now(connection: Connection) -> set[int]:
    """Keys of the records that the closure hides, from the rows as they are."""
    restricted = select(_RECORD.c.pk).where(_RECORD.c.visibility != Visibility.public, _RECORD.c.deleted_in.is_(None))
    hidden = set(connection.execute(restricted).scalars())
    frontier = hidden
    while frontier:
        found: set[int] = set()
        for some in chunks(frontier):
            for one in _REFERENCES:
                query = select(one.table.c[one.owner]).where(one.table.c[one.column].in_(some))
                found.update(connection.execute(query).scalars())
        found -= hidden
        hidden |= found
        uncovered = _without_public_citation(connection, frontier | found, hidden)
        frontier = found | (uncovered - hidden)
        hidden |= frontier
    return hidden


def _without_public_citation(connection: Connection, citations: Collection[int], hidden: Collection[int]) -> set[int]:
    """Of the records that some of these citations are for, those that were never cited in public."""
    records: set[int] = set()
    for some in chunks(citations):
        records.update(connection.execute(select(_CITATION.c.record_pk).where(_CITATION.c.pk.in_(some))).scalars())
    past, public = HISTORY[_CITATION.name], set()
    for some in chunks(records):
        query = select(past.c.record_pk, past.c.pk, past.c.document_pk).where(
            past.c.record_pk.in_(some), or_(past.c.valid_to == OPEN, not_(past.c.hidden))
        )
        for record, citation, document in connection.execute(query):
            if citation not in hidden and document not in hidden:
                public.add(record)
    return records - public


# --- past rows -----------------------------------------------------------------------------------------------------


class Span(NamedTuple):
    """A record, from one version to another."""

    pk: int
    first: int
    last: int

    def overlaps(self, first: int, last: int) -> bool:
        """Whether some version lies in both."""
        return self.first < last and first < self.last


def hide_the_past(connection: Connection, records: Iterable[tuple[Noun, int]], version: int) -> list[tuple[int, int]]:
    """Hide every past row of some records, and every past row that exists only through those.

    Returns the ranges of versions before this one from which the public loses something.
    """
    lost: list[tuple[int, int]] = []
    going = {(noun.kind, pk, 0, version) for noun, pk in records}
    waiting: list[Span] = []
    while going or waiting:
        hidden = {one for one in going if one[0] == _CITATION.name}
        for kind, pk, first, last in sorted(going):
            ranges = _hide(connection, BY_KIND[kind], Span(pk, first, last))
            lost += ranges
            # Of a record that goes as a whole, hidden rows are followed too: what refers to them may not be hidden yet.
            is_whole = (first, last) == (0, version)
            waiting += [Span(pk, 0, version)] if is_whole else [Span(pk, *one) for one in ranges]
            if ranges:
                _forget_deleted(connection, BY_KIND[kind], pk)
        spans: dict[int, list[Span]] = {}
        for span in waiting:
            spans.setdefault(span.pk, []).append(span)
        waiting = []
        going = _past_referrers(connection, spans)
        going |= {(kind, pk, 0, version) for kind, pk in _uncited(connection, (pk for _, pk, *_ in hidden))}
    return lost


def _forget_deleted(connection: Connection, noun: Noun, pk: int) -> None:
    """Do not even say of a deleted record that it was deleted, once nothing of its past is public."""
    past = HISTORY[noun.sql.name]
    if connection.execute(select(past.c.pk).where(past.c.pk == pk, not_(past.c.hidden)).limit(1)).first() is None:
        gone = update(_RECORD).where(_RECORD.c.pk == pk, _RECORD.c.deleted_in.is_not(None))
        connection.execute(gone.values(hidden=True, public_deleted_in=None))


def _past_referrers(connection: Connection, spans: Mapping[int, Sequence[Span]]) -> set[tuple[str, int, int, int]]:
    """What still shows that it refers to records while they are hidden: (kind, key of the record, first, last)."""
    found: set[tuple[str, int, int, int]] = set()
    for one in _REFERENCES:
        past = HISTORY[one.table.name]
        for some in chunks(spans):
            query = select(past.c[one.column], past.c[one.owner], past.c.valid_from, past.c.valid_to).where(
                past.c[one.column].in_(some), not_(past.c.hidden)
            )
            for target, owner, first, last in connection.execute(query).all():
                for span in spans[target]:
                    if span.overlaps(first, last):
                        found.add((one.kind, owner, max(first, span.first), min(last, span.last)))
    return found


def _uncited(connection: Connection, citations: Iterable[int]) -> set[tuple[str, int]]:
    """Deleted records of which some of these citations are the only evidence, now that they are hidden."""
    past = HISTORY[_CITATION.name]
    records: set[int] = set()
    found: set[tuple[str, int]] = set()
    for some in chunks(citations):
        records.update(connection.execute(select(past.c.record_pk).where(past.c.pk.in_(some))).scalars())
    for some in chunks(records):
        left = select(past.c.record_pk).where(past.c.record_pk.in_(some), not_(past.c.hidden))
        uncited = set(some) - set(connection.execute(left).scalars())
        gone = select(_RECORD.c.kind, _RECORD.c.pk).where(
            _RECORD.c.pk.in_(uncited), _RECORD.c.deleted_in.is_not(None), not_(_RECORD.c.hidden)
        )
        found.update((kind, pk) for kind, pk in connection.execute(gone))
    return found


def _hide(connection: Connection, noun: Noun, span: Span) -> list[tuple[int, int]]:
    """Hide a record in the versions of a span; returns from when to when the public saw it in those."""
    past = HISTORY[noun.sql.name]
    seen = select(past.c.valid_from, past.c.valid_to).where(
        past.c.pk == span.pk, not_(past.c.hidden), past.c.valid_from < span.last, past.c.valid_to > span.first
    )
    rows_seen = connection.execute(seen).all()
    ranges = [(max(first, span.first), min(last, span.last)) for first, last in rows_seen]
    for rows, owner, first, last in pieces(connection, noun, span.pk, ranges):
        within = and_(rows.c[owner] == span.pk, rows.c.valid_from >= first, rows.c.valid_to <= last)
        connection.execute(update(rows).where(within).values(hidden=True))
    for first, last in ranges:
        still = select(past.c.pk).where(past.c.pk == span.pk, past.c.valid_from == last, not_(past.c.hidden))
        told = [first] if connection.execute(still).first() else [first, last]
        silent = update(_CHANGE).where(_CHANGE.c.record_pk == span.pk, _CHANGE.c.version.in_(told))
        connection.execute(silent.values(public_action=None))
    return ranges


def pieces(
    connection: Connection, noun: Noun, pk: int, ranges: Iterable[tuple[int, int]]
) -> Iterator[tuple[Table, str, int, int]]:
    """The histories of a record, each with its column of the record's key, for each range of versions.

    A part may have stayed the same while its record changed: its row is cut at the ends of the range first, so that
    every row lies in the range or outside of it.
    """
    for first, last in ranges:
        for table, owner in owned(noun).items():
            rows = HISTORY[table.name]
            for cut in (first, last):
                crossing = and_(rows.c[owner] == pk, rows.c.valid_from < cut, rows.c.valid_to > cut)
                found = [dict(row) for row in connection.execute(select(rows).where(crossing)).mappings()]
                if found:
                    connection.execute(update(rows).where(crossing).values(valid_to=cut))
                    connection.execute(insert(rows), [row | {"valid_from": cut} for row in found])
            yield rows, owner, first, last


def merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same versions in as few ranges as can be."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found
