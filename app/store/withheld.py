"""The list of withheld terms: terms put on it and taken off, and the records that contain one already."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, Table, delete, insert, select, tuple_

from app.access.actions import as_utc, note_action
from app.history.tables import HISTORY, OPEN
from app.history.withheld import (
    FEWEST_LETTERS,
    MOST_LETTERS,
    MOST_WORDS,
    Withheld,
    check_of,
    split_digest,
    words_of,
)
from app.models.noun import Noun, part_sql
from app.models.nouns import NOUNS, ref_of
from app.models.service import WithheldTerm
from app.models.tables import DataCounter, Record, sql_table
from app.problems import Problem

ID_DIGITS = 16
"""Hexadecimal digits of a digest by which a term is named."""
RULE = f"A term has one to {MOST_WORDS} words, with {FEWEST_LETTERS} letters or more and {MOST_LETTERS} at most."

_BATCH = 2000
_TERM = sql_table(WithheldTerm)
_COUNTER = sql_table(DataCounter)
_RECORD = sql_table(Record)


@dataclass(frozen=True, slots=True)
class Term:
    """What is known of a withheld term; the term itself is not."""

    id: str
    """Beginning of its digest."""
    words: int
    at: datetime
    """When it was put on the list."""
    check: str
    """What tells the secret, under which it was hashed, from others."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where terms stand."""

    present: dict[str, list[str]]
    """Prefixed id of a record -> JSON pointers into it."""
    past: int
    """Records of which a past revision contains one."""


def add_term(connection: Connection, term: str, *, secret: str | None, actor: str) -> Term:
    """Put a term on the list; a problem where there is no secret, or the term is none or is there already."""
    if secret is None:
        raise Problem("no-secret", "Set TEJIDO_SECRET first: withheld terms are hashed under it.")
    # Writes that have begun end first; those that come later wait, and see the term.
    connection.execute(select(_COUNTER.c.pk).with_for_update()).all()
    withheld = Withheld.load(connection, secret)
    words = words_of(term)
    letters = "".join(words)
    enough = sum(char.isalpha() for char in letters) >= FEWEST_LETTERS
    if not (1 <= len(words) <= MOST_WORDS and enough and len(letters) <= MOST_LETTERS):
        raise Problem("malformed-body", RULE, errors=[{"pointer": "/term", "detail": RULE}])
    digest = withheld.digest_of(letters).hex()
    if _with_id(connection, digest):
        raise Problem("duplicate", "The term is on the list already.")
    stored, now = check_of(secret) + digest, datetime.now(UTC)
    connection.execute(insert(_TERM).values(digest=stored, words=len(words), at=now))
    added = _term(stored, len(words), now)
    note_action(connection, actor=actor, action="withhold term", subject=added.id)
    return added


def list_terms(connection: Connection, *, after: str | None = None, limit: int | None = None) -> list[Term]:
    """What is known of the terms, by id; with `after`, of those that follow it."""
    terms = [_term(*row) for row in connection.execute(select(_TERM.c.digest, _TERM.c.words, _TERM.c.at))]
    terms.sort(key=lambda term: term.id)
    return [term for term in terms if after is None or term.id > after][:limit]


def remove_term(connection: Connection, beginning: str, *, actor: str) -> Term:
    """Take the term off the list whose digest begins so. It needs no secret."""
    found = _with_id(connection, beginning)
    if not found:
        raise Problem("not-found", "No withheld term has this digest.")
    if len(found) > 1:
        raise Problem("bad-parameter", "Several digests begin so: give more digits.")
    connection.execute(delete(_TERM).where(_TERM.c.digest == found[0]))
    removed = _term(found[0], 0, datetime.now(UTC))
    note_action(connection, actor=actor, action="release term", subject=removed.id)
    return removed


def id_of(connection: Connection, term: str, *, secret: str | None) -> str:
    """The digest of a term that is typed, as far as it names one."""
    withheld = Withheld.load(connection, secret)
    return withheld.digest_of("".join(words_of(term))).hex()


def scan(connection: Connection, withheld: Withheld) -> Found:
    """The records that contain a term, and how many did in a past revision."""
    present: dict[str, list[str]] = {}
    past: set[int] = set()
    for noun in NOUNS:
        for table, owner, name in _tables(noun):
            for row in _rows(connection, table, owner):
                for pointer in withheld.places(_texts(noun, name, table, row)):
                    present.setdefault(ref_of(noun.kind, row["record id"]), []).append(pointer)
            history = HISTORY[table.name]
            for row in _rows(connection, history, owner, history.c.valid_to != OPEN):
                if row[owner] not in past and withheld.places(_texts(noun, name, table, row)):
                    past.add(row[owner])
    return Found({ref: sorted(present[ref]) for ref in sorted(present)}, len(past))


def _tables(noun: Noun) -> Iterator[tuple[Table, str, str]]:
    """The tables of a noun: table, column with the record's key, name of the list in the record."""
    yield noun.sql, "pk", ""
    for part in noun.parts:
        yield part_sql(part), f"{noun.sql.name}_pk", part.name


def _texts(noun: Noun, name: str, table: Table, row: Any) -> Any:
    """The texts of a row where they stand in its record."""
    found = {column.name: row[column.name] for column in _columns(table)}
    if not name:
        return found
    scalar = next(part.scalar for part in noun.parts if part.name == name)
    return {name: {row["position"]: found.get(scalar) if scalar else found}}


def _columns(table: Table) -> list[ColumnElement[Any]]:
    return [column for column in table.columns if isinstance(column.type, String)]


def _rows(connection: Connection, table: Table, owner: str, *conditions: ColumnElement[bool]) -> Iterator[Any]:
    """The rows of a table with the ids of their records, some at a time: a table may be large."""
    key = list(table.primary_key)
    query = (
        select(table, _RECORD.c.id.label("record id"))
        .join(_RECORD, _RECORD.c.pk == table.c[owner])
        .where(*conditions)
        .order_by(*key)
        .limit(_BATCH)
    )
    after: Sequence[Any] | None = None
    while True:
        some = query if after is None else query.where(tuple_(*key) > tuple_(*after))
        rows = connection.execute(some).mappings().all()
        yield from rows
        if len(rows) < _BATCH:
            return
        after = [rows[-1][column.name] for column in key]


def _with_id(connection: Connection, beginning: str) -> list[str]:
    stored = connection.execute(select(_TERM.c.digest)).scalars()
    return [digest for digest in stored if split_digest(digest)[1].startswith(beginning)]


def _term(stored: str, words: int, at: datetime) -> Term:
    check, digest = split_digest(stored)
    return Term(id=digest[:ID_DIGITS], words=words, at=as_utc(at), check=check)
