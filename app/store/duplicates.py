"""Organizations that may be the same: what is compared of them, what comes of it, and who was said to be distinct."""

import hashlib
import os
import shutil
import tempfile
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import delete, insert, select

from app.exchange.identifiers import normalised_fields
from app.exchange.matching import (
    Form,
    Index,
    Pairs,
    Party,
    form_of,
    host_of,
    opened,
    pairs_of,
    save,
    states_named,
)
from app.history.tables import SEARCH_FORM, chunks
from app.history.view import View
from app.models.folding import fold
from app.models.nouns import BY_KIND
from app.models.organizations import OrganizationIdentifier, OrganizationRelation
from app.models.service import Distinct
from app.models.tables import Reader, sql_table
from app.problems import Problem, not_found
from app.store.changes import as_utc
from app.store.merging import refuse_merge, successor
from app.store.records import keys_of
from app.workers import Resource

_ORGANIZATION = BY_KIND["organization"]
_STATE = BY_KIND["state"].sql
_IDENTIFIER = sql_table(OrganizationIdentifier)
_RELATION = sql_table(OrganizationRelation)
_DISTINCT = sql_table(Distinct)
_NAMES = ("name", "names.text")
_FEWEST_LETTERS = 5
"""Shorter forms of a state's name are abbreviations, which stand for other things in names."""

Pair = tuple[str, str]
"""Ids of two organizations, the smaller one first."""
Found = tuple[list[tuple[float, str, str]], int]
"""Score and ids of all candidates, best first; and how many organizations were not compared by all of their words."""
PARTS = 8
"""In so many jobs the pairs of many organizations are sought: each is to be done in the time that a job may take."""
_AT_ONCE = 2_000
"""Organizations of which all pairs are sought at once; of more it is a job."""


def pair_of(one: str, other: str) -> Pair:
    """Two ids in order."""
    return (one, other) if one < other else (other, one)


# --- what is compared ----------------------------------------------------------------------------------------------


def state_names(view: View) -> dict[str, str]:
    """Folded name -> code of the one state that is called so; not of the country."""
    forms, states = view[SEARCH_FORM], view[_STATE]
    query = select(forms.c.text, states.c.id).join(states, states.c.pk == forms.c.record_pk)
    found: dict[str, set[str]] = {}
    for text, state in view.connection.execute(query.where(forms.c.field.in_(_NAMES))):
        found.setdefault(fold(text), set()).add(state)
    return {
        name: next(iter(states))
        for name, states in found.items()
        if len(states) == 1 and len(name) >= _FEWEST_LETTERS and name != "mexico"
    }


def parties_of(view: View) -> list[Party]:
    """What is compared of all organizations, by id."""
    connection, rows, forms, identifiers = (
        view.connection,
        view[_ORGANIZATION.sql],
        view[SEARCH_FORM],
        view[_IDENTIFIER],
    )
    names = state_names(view)
    states = view[_STATE]
    found: dict[int, dict[tuple[str, bool], Form]] = {}
    named: dict[int, set[str]] = {}
    texts = select(forms.c.record_pk, forms.c.field, forms.c.text).join(rows, rows.c.pk == forms.c.record_pk).distinct()
    for pk, field, text in connection.execute(texts.order_by(forms.c.record_pk, forms.c.field, forms.c.text)):
        forms_of_text = form_of(text, is_short=field == "acronym")
        found.setdefault(pk, {}).update({(form.text, form.is_short): form for form in forms_of_text})
        for form in forms_of_text[:1]:
            named.setdefault(pk, set()).update(states_named(form, names))
    numbers: dict[int, set[tuple[str, str]]] = {}
    query = select(identifiers.c.organization_pk, identifiers.c.scheme, identifiers.c.value)
    for pk, scheme, value in connection.execute(query):
        numbers.setdefault(pk, set()).add(normalised_fields(scheme, value))
    compared = (
        select(rows.c.pk, rows.c.id, rows.c.country, rows.c.website, states.c.id.label("state"))
        .outerjoin(states, states.c.pk == rows.c.state_pk)
        .order_by(rows.c.id)
    )
    return [
        Party(
            key=public_id,
            forms=tuple(found.get(pk, {}).values()),
            identifiers=frozenset(numbers.get(pk, ())),
            country=country,
            states=frozenset({state} if state else named.get(pk, ())),
            website=host_of(website),
        )
        for pk, public_id, country, website, state in connection.execute(compared)
    ]


def related_pairs(view: View) -> set[Pair]:
    """Organizations of which one is a part of the other, its chapter, led by it …: two bodies, however alike."""
    relations, one, other = view[_RELATION], view[_ORGANIZATION.sql], view[_ORGANIZATION.sql].alias("other")
    query = select(one.c.id, other.c.id.label("object")).select_from(relations)
    query = query.join(one, one.c.pk == relations.c.subject_pk).join(other, other.c.pk == relations.c.object_pk)
    return {pair_of(*row) for row in view.connection.execute(query)}


class _Kept:
    """What is kept of a version."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.index: Index | None = None
        self.parts: dict[int, Pairs] = {}
        self.found: Found | None = None
        self._folder: Path | None = None

    def folder(self, index: Index) -> Path:
        """A folder from which other processes open the index. It lasts as long as this."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="tejido-"))
            weakref.finalize(self, _remove, self._folder, os.getpid())
            save(index, self._folder)
        return self._folder


def _remove(folder: Path, process: int) -> None:
    # Not in a child that was forked: it inherits what is done at the end.
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


Seek = Callable[[Resource, int], Pairs]
"""Seeks a part of the pairs of an index that a worker opens."""


class Candidates:
    """The indexes and the pairs of the versions asked for last."""

    def __init__(self, *, most: int = 2) -> None:
        """Start with none."""
        self._most = most
        self._kept: OrderedDict[tuple[Reader, int, int], _Kept] = OrderedDict()
        self._lock = Lock()

    def index(self, view: View) -> Index:
        """The organizations of a view by the words of their names."""
        kept = self._of(view)
        with kept.lock:
            if kept.index is None:
                kept.index = Index(parties_of(view))
            return kept.index

    def pairs(self, view: View, seek: Seek) -> Found:
        """All candidates of a view. Whoever asks while they are sought waits for the result.

        Of many organizations `seek` seeks them, part by part; what was found is kept if a later part fails.
        """
        index = self.index(view)
        kept = self._of(view)
        with kept.lock:
            if kept.found is None:
                if len(index.parties) <= _AT_ONCE:
                    kept.parts = {0: pairs_of(index)}
                else:
                    resource = Resource(str(kept.folder(index)), opened, kept.folder(index))
                    for part in range(PARTS):
                        if part not in kept.parts:
                            kept.parts[part] = seek(resource, part)
                kept.found = _together(kept.parts.values())
                kept.parts = {}
            return kept.found

    def _of(self, view: View) -> _Kept:
        key = (view.reader, view.ordinal, view.amendments)
        with self._lock:
            for old in [old for old in self._kept if old[2] < key[2]]:
                del self._kept[old]
            found = self._kept.setdefault(key, _Kept())
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return found


def _together(parts: Iterable[Pairs]) -> Found:
    pairs: dict[Pair, float] = {}
    crowded: set[str] = set()
    for found, too_many in parts:
        pairs.update(found)
        crowded |= too_many
    return sorted(((score, *pair) for pair, score in pairs.items()), key=lambda one: (-one[0], one[1:])), len(crowded)


# --- what was said -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """That two organizations are not the same."""

    pair: Pair
    at: datetime


def said_distinct(view: View) -> list[Said]:
    """What was said of organizations that the reader sees; of merged ones it holds for what they became."""
    said: dict[Pair, Said] = {}
    for row, pair in _rows(view):
        said.setdefault(pair, Said(pair, as_utc(row.at)))
    return [said[pair] for pair in sorted(said)]


def _rows(view: View) -> list[tuple[Any, Pair]]:
    """What was said, each with the ids of the two."""
    table = view[_ORGANIZATION.sql]
    rows = view.connection.execute(select(_DISTINCT).order_by(_DISTINCT.c.at)).all()
    keys = {key for row in rows for key in (row.first_pk, row.second_pk)}
    there = {key: key for some in chunks(keys) for key in _among(view, some)}
    became = there | {key: successor(view, _ORGANIZATION, key) for key in keys - there.keys()}
    names: dict[int, str] = {}
    for some in chunks(key for key in became.values() if key is not None):
        names.update(view.connection.execute(select(table.c.pk, table.c.id).where(table.c.pk.in_(some))).all())
    ids = {key: names[later] for key, later in became.items() if later is not None}
    both = [row for row in rows if row.first_pk in ids and row.second_pk in ids]
    return [(row, pair_of(ids[row.first_pk], ids[row.second_pk])) for row in both]


def _among(view: View, keys: Sequence[int]) -> Sequence[int]:
    table = view[_ORGANIZATION.sql]
    return view.connection.execute(select(table.c.pk).where(table.c.pk.in_(keys))).scalars().all()


def digest_of(said: Iterable[Said]) -> str:
    """What an entity tag says of them: they change without a new version of the data."""
    text = "\n".join(" ".join(one.pair) for one in said)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def refuse_distinct(view: View, one: str, other: str) -> None:
    """A problem where somebody said that two organizations are not the same."""
    if any(said.pair == pair_of(one, other) for said in said_distinct(view)):
        refuse_merge(one, "said-distinct", f"somebody said that it is not {other}: take that back first")


def say_distinct(view: View, one: str, other: str, *, at: datetime, actor: str | None) -> Said:
    """Note that two organizations are not the same; a problem where one of them is not there, or it was said before."""
    keys = keys_of(view, _ORGANIZATION, [one, other])
    errors = [
        {"pointer": f"/organizations/{place}", "detail": "no such organization"}
        for place, public_id in enumerate((one, other))
        if public_id not in keys
    ]
    if errors:
        raise Problem("reference-not-found", "The two organizations must exist.", errors=errors)
    if any(said.pair == pair_of(one, other) for said in said_distinct(view)):
        raise Problem("duplicate", "That was said before.")
    first, second = sorted((keys[one], keys[other]))
    row = {"first_pk": first, "second_pk": second, "at": at, "actor": actor}
    view.connection.execute(insert(_DISTINCT).values(**row))
    return Said(pair_of(one, other), at)


def take_back_distinct(view: View, one: str, other: str) -> None:
    """Forget that two organizations are not the same; a problem where nobody said so."""
    found = [row for row, pair in _rows(view) if pair == pair_of(one, other)]
    if not found:
        raise not_found("statement")
    for row in found:
        own = (_DISTINCT.c.first_pk == row.first_pk, _DISTINCT.c.second_pk == row.second_pk)
        view.connection.execute(delete(_DISTINCT).where(*own))
