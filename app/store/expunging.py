"""Taking a record out for good: out of the tables, the histories, the log, and every past version."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, or_, select, update

from app.history.tables import HISTORY, OPEN, chunks
from app.history.visibility import hidden_before, hidden_now, owned, pieces
from app.history.writer import Writer
from app.models.noun import Noun
from app.models.nouns import BY_KIND, BY_PREFIX, ref_of
from app.models.service import Distinct, IdempotentAnswer, ImportProblem, SourceRecord
from app.models.tables import Change, Record, Visibility, sql_table
from app.problems import Problem, not_found
from app.store.database import Database
from app.store.references import REFERRERS

_RECORD = sql_table(Record)
_CHANGE = sql_table(Change)
_ANSWER = sql_table(IdempotentAnswer)
_DISTINCT = sql_table(Distinct)
_PROBLEM = sql_table(ImportProblem)
_SOURCE = sql_table(SourceRecord)
_CITATION = BY_KIND["citation"]


@dataclass(frozen=True)
class Expunged:
    """What was taken out."""

    refs: Sequence[str]
    """Prefixed ids of the records."""
    past_rows: int
    """Past revisions of other records, taken out because they referred to these."""


def to_expunge(connection: Connection, ref: str, *, with_referrers: bool) -> list[tuple[Noun, int, str]]:
    """The records that go: the one named, its citations, and with them what refers to any of them now.

    A problem where something else refers to it, and that is not to go too.
    """
    prefix, _, public_id = ref.partition(":")
    noun = BY_PREFIX.get(prefix)
    if noun is None:
        raise Problem("not-found", "No kind of record has this prefix.")
    query = select(_RECORD.c.pk).where(_RECORD.c.kind == noun.kind, _RECORD.c.id == public_id)
    pk = connection.execute(query).scalar()
    if pk is None:
        raise not_found(noun.kind)
    found = {pk: (noun, public_id)}
    others: list[str] = []
    waiting = deque([(noun, pk)])
    while waiting:
        one, key = waiting.popleft()
        for other, other_pk, other_id in _referring(connection, one, key):
            if other_pk in found:
                continue
            if other is not _CITATION and not with_referrers:
                others.append(ref_of(other.kind, other_id))
                continue
            found[other_pk] = (other, other_id)
            waiting.append((other, other_pk))
    if others:
        raise Problem(
            "referred-to",
            f"{len(others)} records refer to it, {', '.join(sorted(others)[:5])} among them: change or delete them "
            "first, or expunge them too.",
        )
    return [(one, key, name) for key, (one, name) in found.items()]


def expunge(writer: Writer, records: Sequence[tuple[Noun, int, str]]) -> Expunged:
    """Take records out for good. What they hid stays hidden."""
    writer.flush()
    connection = writer.connection
    hidden = hidden_before(connection)
    keys = {pk for _, pk, _ in records}
    version = writer.version
    lost: list[tuple[int, int, bool]] = []
    past_rows = 0
    for noun, pk, _ in records:
        spans, count = _forget_past_referrers(connection, noun, pk, keys)
        lost += spans
        past_rows += count
        lost += [(first, min(last, version), seen) for first, last, seen in _spans(connection, noun, pk)]
    # What refers to others goes before them.
    for noun, pk, _ in sorted(records, key=lambda one: _PLACE[one[0].kind], reverse=True):
        for table, owner in reversed(owned(noun).items()):
            connection.execute(delete(table).where(table.c[owner] == pk))
            past = HISTORY[table.name]
            connection.execute(delete(past).where(past.c[owner] == pk))
    for some in chunks(keys):
        connection.execute(delete(_CHANGE).where(_CHANGE.c.record_pk.in_(some)))
    for some in chunks(keys):
        connection.execute(delete(_SOURCE).where(_SOURCE.c.record_pk.in_(some)))
        connection.execute(
            delete(_DISTINCT).where(or_(_DISTINCT.c.first_pk.in_(some), _DISTINCT.c.second_pk.in_(some)))
        )
        connection.execute(update(_RECORD).where(_RECORD.c.merged_into_pk.in_(some)).values(merged_into_pk=None))
    for some in chunks(keys):
        connection.execute(delete(_RECORD).where(_RECORD.c.pk.in_(some)))
    # They may hold what was answered, and words of the files that it came in.
    connection.execute(delete(_ANSWER))
    connection.execute(delete(_PROBLEM))
    for some in chunks(hidden - hidden_now(connection) - keys):
        connection.execute(update(_RECORD).where(_RECORD.c.pk.in_(some)).values(visibility=Visibility.restricted))
    writer.keys = {name: key for name, key in writer.keys.items() if key not in keys}
    writer.expunged([one for one in lost if one[0] < one[1]])
    return Expunged(sorted(ref_of(noun.kind, name) for noun, _, name in records), past_rows)


_PLACE = {kind: place for place, kind in enumerate(BY_KIND)}


def _referring(connection: Connection, noun: Noun, pk: int) -> Iterator[tuple[Noun, int, str]]:
    """The records that refer to one now, whoever may see them; of citations the past ones too."""
    cited = HISTORY[_CITATION.sql.name]
    columns = [cited.c.record_pk == pk] + ([cited.c.document_pk == pk] if noun.kind == "document" else [])
    query = select(cited.c.pk, cited.c.id).where(or_(*columns)).distinct()
    for key, name in connection.execute(query).all():
        yield _CITATION, key, name
    for referrer in REFERRERS[noun.kind]:
        if referrer.noun is _CITATION:
            continue
        table, owner = referrer.table, referrer.noun.sql
        found = select(owner.c.pk, owner.c.id).where(table.c[referrer.column] == pk)
        if referrer.part:
            found = found.join(table, table.c[referrer.owner] == owner.c.pk)
        for key, name in connection.execute(found).all():
            yield referrer.noun, key, name


def _spans(connection: Connection, noun: Noun, pk: int) -> list[tuple[int, int, bool]]:
    past = HISTORY[noun.sql.name]
    query = select(past.c.valid_from, past.c.valid_to, past.c.hidden).where(past.c.pk == pk)
    return [(row.valid_from, row.valid_to, not row.hidden) for row in connection.execute(query)]


def _forget_past_referrers(
    connection: Connection, noun: Noun, pk: int, going: Iterable[int]
) -> tuple[list[tuple[int, int, bool]], int]:
    """Take out past revisions of other records that referred to one; (first, last, public) of each, and how many."""
    spans: list[tuple[int, int, bool]] = []
    kept = set(going)
    for referrer in REFERRERS[noun.kind]:
        rows = HISTORY[referrer.table.name]
        query = select(rows.c[referrer.owner], rows.c.valid_from, rows.c.valid_to).where(
            rows.c[referrer.column] == pk, rows.c.valid_to < OPEN
        )
        for owner, first, last in connection.execute(query).all():
            if owner not in kept:
                spans += _forget(connection, referrer.noun, owner, first, last)
    return spans, len(spans)


def _forget(connection: Connection, noun: Noun, pk: int, first: int, last: int) -> list[tuple[int, int, bool]]:
    """Take out the closed revisions of a record that overlap with a span."""
    past = HISTORY[noun.sql.name]
    overlapping = and_(past.c.pk == pk, past.c.valid_to < OPEN, past.c.valid_from < last, past.c.valid_to > first)
    query = select(past.c.valid_from, past.c.valid_to, past.c.hidden).where(overlapping)
    spans = [(row.valid_from, row.valid_to, not row.hidden) for row in connection.execute(query)]
    for rows, owner, start, end in pieces(connection, noun, pk, [(start, end) for start, end, _ in spans]):
        within = (rows.c[owner] == pk, rows.c.valid_from >= start, rows.c.valid_to <= end)
        connection.execute(delete(rows).where(*within))
    for start, _, _ in spans:
        connection.execute(delete(_CHANGE).where(_CHANGE.c.record_pk == pk, _CHANGE.c.version == start))
    return spans


def scrub(database: Database) -> None:
    """Write the database anew, so that what was taken out is in none of its free pages either."""
    # Not in a transaction, which is what a connection of the engine begins with.
    with closing(database.engine.raw_connection()) as pooled:
        connection = pooled.driver_connection
        if connection is None:
            raise RuntimeError("the connection is closed")
        cursor = connection.cursor()
        for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)") if database.is_sqlite else ("VACUUM FULL",):
            cursor.execute(statement)
        cursor.close()
        pooled.invalidate()
