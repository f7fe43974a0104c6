"""Search by name: blind to accents, case, punctuation and legal form; whole words first."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import case, func, literal, or_, select, union_all

from app.history.tables import SEARCH_FORM
from app.history.view import View
from app.models.folding import fold, fold_name
from app.models.nouns import BY_KIND, ref_of
from app.problems import Problem
from app.store.reading import RECORD

SEARCHED = ("organization", "project", "collaboration", "tool", "state", "topic", "place")
"""Kinds that the search looks through."""

_NAMES = ("name", "inegi", "acronym", "names.text", "title", "label_en", "label_es")
"""Fields that name a record; the others describe it and rank last."""

_STEP = 100_000
"""More than any folded form is long, so that length decides only within a rank."""


def search(
    view: View, q: str, *, kinds: Collection[str], limit: int, offset: int = 0
) -> tuple[list[dict[str, Any]], int]:
    """The records that match every word of `q`, or whose id it is, best first, and how many there are.

    Rank: the whole name, then all words whole in a name, then the start of a name, then words that only begin so;
    names before descriptions; shorter names first; then by kind and id.
    """
    wanted, bare = fold(q), fold_name(q)
    words = bare.split()
    if not words:
        return [], 0
    forms = view[SEARCH_FORM]
    form = forms.c.form
    padded = " " + form + " "
    begins = [padded.contains(f" {word}", autoescape=True) for word in words]
    whole = [padded.contains(f" {word} ", autoescape=True) for word in words]
    named = forms.c.field.in_(_NAMES)
    rank = case(
        (named & form.in_([wanted, bare]), 0),
        (named & _all(whole), 1),
        (named & form.startswith(bare, autoescape=True), 2),
        (named, 3),
        (_all(whole), 4),
        else_=5,
    )
    named_rows = [view[BY_KIND[kind].sql] for kind in dict.fromkeys(kinds)]
    spelled = [q.strip(), q.strip().lower(), q.strip().upper()]
    matches = union_all(
        select(forms.c.record_pk.label("pk"), (rank * _STEP + func.length(form)).label("rank")).where(_all(begins)),
        *(select(rows.c.pk, literal(0)).where(rows.c.id.in_(spelled)) for rows in named_rows),
    ).subquery()
    best = select(matches.c.pk, func.min(matches.c.rank).label("rank")).group_by(matches.c.pk).subquery()
    found = (
        select(RECORD.c.pk, RECORD.c.kind, RECORD.c.id, best.c.rank)
        .join(best, best.c.pk == RECORD.c.pk)
        .where(RECORD.c.kind.in_(kinds))
    )
    connection = view.connection
    total = connection.execute(select(func.count()).select_from(found.subquery())).scalar_one()
    rows = connection.execute(found.order_by(best.c.rank, RECORD.c.kind, RECORD.c.id).limit(limit).offset(offset)).all()
    labels = _labels(view, [(row.kind, row.pk) for row in rows])
    matched = _matched(view, [row.pk for row in rows], words)
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


def _labels(view: View, rows: Sequence[tuple[str, int]]) -> dict[int, str | None]:
    labels: dict[int, str | None] = {}
    for kind in {kind for kind, _ in rows}:
        noun = BY_KIND[kind]
        table = view[noun.sql]
        keys = [pk for one, pk in rows if one == kind]
        query = select(table.c.pk, table.c[noun.label]).where(table.c.pk.in_(keys))
        labels.update(view.connection.execute(query).all())
    return labels


def _matched(view: View, keys: Sequence[int], words: Sequence[str]) -> dict[int, str]:
    """For each record, the shortest of its texts that matches: the reason why it was found."""
    forms = view[SEARCH_FORM]
    begins = [(" " + forms.c.form).contains(f" {word}", autoescape=True) for word in words]
    query = (
        select(forms.c.record_pk, forms.c.text)
        .where(forms.c.record_pk.in_(keys), _all(begins))
        .order_by(func.length(forms.c.form).desc(), forms.c.text)
    )
    return dict(view.connection.execute(query).all())


def states_called(view: View, text: str) -> list[str]:
    """The states that are called exactly so in any form: code, INEGI number, name, abbreviation, translation.

    What a past version called a state still finds it there.
    """
    state, form = view[BY_KIND["state"].sql], view[SEARCH_FORM]
    forms = select(form.c.record_pk).where(form.c.form == fold(text))
    query = select(state.c.id).where(or_(state.c.id == text.upper(), state.c.inegi == text, state.c.pk.in_(forms)))
    return sorted(view.connection.execute(query).scalars())


def states_of(view: View, parameter: str, forms: Collection[str]) -> frozenset[str]:
    """The states that the forms in a parameter name; problems where one names none, or several."""
    found: set[str] = set()
    for form in forms:
        called = states_called(view, form)
        if len(called) != 1:
            detail = "names no state" if not called else f"names several states: {', '.join(called)}"
            errors = [{"parameter": parameter, "detail": detail}]
            raise Problem("unknown-id", "Give a state by its ISO 3166-2 code.", errors=errors)
        found.update(called)
    return frozenset(found)
