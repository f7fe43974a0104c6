"""Search by name: blind to accents, case, punctuation and legal form; whole words first."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, case, func, literal, or_, select, union_all

from app.history.tables import HISTORY, SEARCH_FORM, current_at
from app.models.nouns import BY_KIND, ref_of
from app.problems import Problem
from app.store.folding import fold, fold_name
from app.store.reading import RECORD

SEARCHED = ("organization", "project", "collaboration", "tool", "state", "topic", "place")
"""Kinds that the search looks through."""

_NAMES = ("name", "inegi", "acronym", "names.text", "title", "label_en", "label_es")
"""Fields that name a record; the others describe it and rank last."""

_STEP = 100_000
"""More than any folded form is long, so that length decides only within a rank."""


def search(
    connection: Connection, q: str, *, kinds: Collection[str], limit: int, offset: int = 0
) -> tuple[list[dict[str, Any]], int]:
    """The records that match every word of `q`, or whose id it is, best first, and how many there are.

    Rank: the whole name, then all words whole in a name, then the start of a name, then words that only begin so;
    names before descriptions; shorter names first; then by kind and id.
    """
    wanted, bare = fold(q), fold_name(q)
    words = bare.split()
    if not words:
        return [], 0
    form = SEARCH_FORM.c.form
    padded = " " + form + " "
    begins = [padded.contains(f" {word}", autoescape=True) for word in words]
    whole = [padded.contains(f" {word} ", autoescape=True) for word in words]
    named = SEARCH_FORM.c.field.in_(_NAMES)
    rank = case(
        (named & form.in_([wanted, bare]), 0),
        (named & _all(whole), 1),
        (named & form.startswith(bare, autoescape=True), 2),
        (named, 3),
        (_all(whole), 4),
        else_=5,
    )
    spelled = [q.strip(), q.strip().lower(), q.strip().upper()]
    matches = union_all(
        select(SEARCH_FORM.c.record_pk.label("pk"), (rank * _STEP + func.length(form)).label("rank")).where(
            _all(begins)
        ),
        select(RECORD.c.pk, literal(0)).where(
            RECORD.c.kind.in_(kinds), RECORD.c.id.in_(spelled), RECORD.c.deleted_in.is_(None)
        ),
    ).subquery()
    best = select(matches.c.pk, func.min(matches.c.rank).label("rank")).group_by(matches.c.pk).subquery()
    found = (
        select(RECORD.c.pk, RECORD.c.kind, RECORD.c.id, best.c.rank)
        .join(best, best.c.pk == RECORD.c.pk)
        .where(RECORD.c.kind.in_(kinds))
    )
    total = connection.execute(select(func.count()).select_from(found.subquery())).scalar_one()
    rows = connection.execute(found.order_by(best.c.rank, RECORD.c.kind, RECORD.c.id).limit(limit).offset(offset)).all()
    labels = _labels(connection, [(row.kind, row.pk) for row in rows])
    matched = _matched(connection, [row.pk for row in rows], words)
    return [
        {
            "ref": ref_of(row.kind, row.id),
            "kind": row.kind,
            "id": row.id,
            "label": labels.get(row.pk) or row.id,
            "matched": matched.get(row.pk, row.id),
            "match": ("exact", "words", "start", "partial", "description", "description")[int(row.rank) // _STEP],
        }
        for row in rows
    ], total


def _all(terms: Sequence[Any]) -> Any:
    joined = terms[0]
    for term in terms[1:]:
        joined = joined & term
    return joined


def _labels(connection: Connection, rows: Sequence[tuple[str, int]]) -> dict[int, str | None]:
    labels: dict[int, str | None] = {}
    for kind in {kind for kind, _ in rows}:
        noun = BY_KIND[kind]
        keys = [pk for one, pk in rows if one == kind]
        query = select(noun.sql.c.pk, noun.sql.c[noun.label]).where(noun.sql.c.pk.in_(keys))
        labels.update(connection.execute(query).all())
    return labels


def _matched(connection: Connection, keys: Sequence[int], words: Sequence[str]) -> dict[int, str]:
    """For each record, the shortest of its texts that matches: the reason why it was found."""
    begins = [(" " + SEARCH_FORM.c.form).contains(f" {word}", autoescape=True) for word in words]
    query = (
        select(SEARCH_FORM.c.record_pk, SEARCH_FORM.c.text)
        .where(SEARCH_FORM.c.record_pk.in_(keys), _all(begins))
        .order_by(func.length(SEARCH_FORM.c.form).desc(), SEARCH_FORM.c.text)
    )
    return dict(connection.execute(query).all())


def states_called(connection: Connection, text: str, version: int | None = None) -> list[str]:
    """The states that are called exactly so in any form: code, INEGI number, name, abbreviation, translation.

    At an internal version, or now: what a past version called a state still finds it there.
    """
    state, form = BY_KIND["state"].sql, SEARCH_FORM
    if version is not None:
        state, form = HISTORY[state.name], HISTORY[form.name]
    forms = select(form.c.record_pk).where(form.c.form == fold(text))
    if version is not None:
        forms = forms.where(current_at(form, version))
    query = select(state.c.id).where(or_(state.c.id == text.upper(), state.c.inegi == text, state.c.pk.in_(forms)))
    if version is not None:
        query = query.where(current_at(state, version))
    return sorted(connection.execute(query).scalars())


def states_of(
    connection: Connection, parameter: str, forms: Collection[str], version: int | None = None
) -> frozenset[str]:
    """The states that the forms in a parameter name; problems where one names none, or several."""
    found: set[str] = set()
    for form in forms:
        called = states_called(connection, form, version)
        if len(called) != 1:
            detail = "names no state" if not called else f"names several states: {', '.join(called)}"
            errors = [{"parameter": parameter, "detail": detail}]
            raise Problem("unknown-id", "Give a state by its ISO 3166-2 code.", errors=errors)
        found.update(called)
    return frozenset(found)
