"""Bringing records back to what they were: one record to a version, and everything that an import run did."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from typing import NoReturn

from sqlalchemy import Table, func, select
from sqlalchemy.exc import IntegrityError

from app.history.tables import chunks
from app.history.view import View, past_view, view_at
from app.history.visibility import owned
from app.history.writer import Writer
from app.models.noun import Noun, Values, references
from app.models.nouns import BY_KIND, NOUNS, ref_of
from app.models.tables import Action
from app.problems import Problem
from app.store.changes import CHANGE, UNDO, VERSION, RunSummary, action_of, key_of_known, label, ordinal_of, told
from app.store.changes import revision_now as last_revision
from app.store.reading import RECORD
from app.store.records import CITATION, put_back, read, remove

_SHOWN_REASONS = 50
_NO_VERSION = "The record cannot be brought back to that version."


# --- one record ----------------------------------------------------------------------------------------------------


def restore(writer: Writer, noun: Noun, public_id: str, version: str, revisions: Collection[int]) -> None:
    """Give a record that is at one of the revisions named the fields that it had at a version.

    If it was deleted, the citations that went with it come back too, where their documents are still there.
    """
    view = writer.view
    pk = key_of_known(view, noun, public_id)
    table = view[noun.sql]
    present = writer.connection.execute(select(table.c.revision).where(table.c.pk == pk)).scalar()
    now = last_revision(view, pk) if present is None else present
    if now not in revisions:
        raise Problem("changed-meanwhile", f"The record is at revision {now}.")
    try:
        then = read(view_at(writer.connection, version, writer.reader), noun, public_id)
    except Problem as problem:
        wrong = {
            "bad-parameter": "there is no such version yet",
            "not-found": "the record was not there at that version",
            "gone": "the record was not there at that version",
        }[problem.kind]
        errors = [{"pointer": "/version", "detail": wrong}]
        raise Problem("malformed-body", _NO_VERSION, errors=errors) from None
    citations = [] if present is not None else _citations_deleted_with(view, pk)
    put_back(writer, noun, pk, _fields(noun, then))
    _bring_back_citations(writer, view, citations)


def _fields(noun: Noun, record: Values) -> Values:
    return {name: record[name] for name in noun.fields.model_fields}


def _citations_deleted_with(view: View, pk: int) -> list[tuple[int, Values]]:
    """The citations that were deleted in the same version as their record, as they were: key, fields."""
    deleted = RECORD.c.public_deleted_in if view.is_public else RECORD.c.deleted_in
    number = view.connection.execute(select(deleted).where(RECORD.c.pk == pk)).scalar()
    if number is None:
        return []
    before = _before(view, number)
    own = before[CITATION.sql]
    query = (
        select(own.c.pk, own.c.id)
        .join(RECORD, RECORD.c.pk == own.c.pk)
        .where(own.c.record_pk == pk, deleted == number)
        .order_by(own.c.id)
    )
    found = view.connection.execute(query).all()
    return [(citation, _fields(CITATION, read(before, CITATION, public_id))) for citation, public_id in found]


def _bring_back_citations(writer: Writer, view: View, citations: Iterable[tuple[int, Values]]) -> None:
    documents = view[BY_KIND["document"].sql]
    for pk, fields in citations:
        query = select(documents.c.pk).where(documents.c.id == fields["document"])
        if view.connection.execute(query).first() is not None:
            put_back(writer, CITATION, pk, fields)


def _before(view: View, number: int) -> View:
    """The data as the class of reader saw them before an internal version that it was told of."""
    query = select(ordinal_of(view)).where(VERSION.c.number == number)
    return past_view(view, view.connection.execute(query).scalar_one() - 1)


# --- an import run -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Effect:
    """What a run made of the records that it touched: keys by kind."""

    created: dict[str, list[int]]
    updated: dict[str, list[int]]
    deleted: dict[str, list[int]]

    def keys(self, *which: dict[str, list[int]]) -> set[int]:
        """The keys, of some or of all."""
        return {
            pk
            for kinds in which or (self.created, self.updated, self.deleted)
            for keys in kinds.values()
            for pk in keys
        }


def undo(writer: Writer, run: RunSummary) -> None:
    """Undo what an import run did: what it created is deleted, what it changed or deleted is as it was before.

    A problem with the reasons where later changes build on what it did. The writer's version is that of the undoing,
    and undoes nothing else.
    """
    view, before = writer.view, _before(writer.view, run.number)
    touched = _touched(view, run)
    if not touched:
        raise Problem("undo-refused", "Nothing of this run is left to undo.", reasons=[], reasons_total=0)
    effect = _effect(view, before, touched)
    reasons = [
        *_changed_later(view, run, touched),
        *_taken_away(view, run, effect),
        *_referred_to_later(view, effect),
        *_gone(view, before, effect),
    ]
    if reasons:
        _refuse(reasons)
    writer.import_run_pk = run.pk
    pending = _delete_created(writer, effect, effect.keys(effect.updated))
    # What went takes back what others were given of it, such as identifiers: these others go first.
    deleted = effect.keys(effect.deleted)
    late = {pk for pk, target in _references_of(before, effect.keys(effect.updated)) if target in deleted}
    early = {kind: [pk for pk in keys if pk not in late] for kind, keys in effect.updated.items()}
    _all_as_before(writer, before, early)
    _bring_back_withdrawn(writer, run, effect)
    _all_as_before(writer, before, effect.deleted)
    _all_as_before(writer, before, {kind: late.intersection(keys) for kind, keys in effect.updated.items()})
    _delete_created(writer, _Effect(pending, {}, {}), set())


def _bring_back_withdrawn(writer: Writer, run: RunSummary, effect: _Effect) -> None:
    """Give back to the public what a public writer's run took from it, where the undoing sees that it was kept."""
    if writer.view.is_public:
        return
    for kind, keys in effect.updated.items():
        for some in chunks(keys):
            own = (RECORD.c.pk.in_(some), RECORD.c.hidden, RECORD.c.public_deleted_in == run.number)
            for pk in writer.connection.execute(select(RECORD.c.pk).where(*own)).scalars().all():
                writer.bring_back_withdrawn(BY_KIND[kind], pk)


def _touched(view: View, run: RunSummary) -> dict[int, str]:
    """The records that the run changed and that no undoing has put back: key -> kind."""
    query = select(CHANGE.c.record_pk, RECORD.c.kind).join(RECORD, RECORD.c.pk == CHANGE.c.record_pk)
    found = dict(view.connection.execute(query.where(CHANGE.c.version == run.number, told(view)).distinct()).all())
    undone = (
        select(CHANGE.c.record_pk)
        .join(VERSION, VERSION.c.number == CHANGE.c.version)
        .where(VERSION.c.import_run_pk == run.pk, VERSION.c.cause == UNDO, told(view))
    )
    for pk in view.connection.execute(undone).scalars():
        found.pop(pk, None)
    return found


def _effect(view: View, before: View, touched: dict[int, str]) -> _Effect:
    effect = _Effect({}, {}, {})
    for noun in NOUNS:
        keys = [pk for pk, kind in touched.items() if kind == noun.kind]
        was, is_there = _there(before, noun, keys), _there(view, noun, keys)
        for found, chosen in (
            (effect.created, is_there - was),
            (effect.updated, is_there & was),
            (effect.deleted, was - is_there),
        ):
            if chosen:
                found[noun.kind] = sorted(chosen)
    return effect


def _there(view: View, noun: Noun, keys: Collection[int]) -> set[int]:
    table = view[noun.sql]
    found: set[int] = set()
    for some in chunks(keys):
        found.update(view.connection.execute(select(table.c.pk).where(table.c.pk.in_(some))).scalars())
    return found


def _changed_later(view: View, run: RunSummary, touched: dict[int, str]) -> Iterator[Values]:
    for some in chunks(touched):
        latest = (
            select(CHANGE.c.record_pk, func.max(CHANGE.c.version).label("number"))
            .where(CHANGE.c.record_pk.in_(some), told(view))
            .group_by(CHANGE.c.record_pk)
            .subquery()
        )
        query = (
            select(RECORD.c.kind, RECORD.c.id, ordinal_of(view))
            .join(latest, latest.c.record_pk == RECORD.c.pk)
            .join(VERSION, VERSION.c.number == latest.c.number)
            .where(latest.c.number > run.number)
        )
        for kind, public_id, ordinal in view.connection.execute(query):
            yield {
                "ref": ref_of(kind, public_id),
                "reason": "changed-later",
                "detail": f"changed in {label(view, ordinal)}",
            }


def _taken_away(view: View, run: RunSummary, effect: _Effect) -> Iterator[Values]:
    """Records whose state before the run was expunged: they only look as if the run had created them."""
    for some in chunks(effect.keys(effect.created)):
        brought = (Action.create, Action.restore)
        query = select(CHANGE.c.record_pk).where(CHANGE.c.version == run.number, action_of(view).in_(brought))
        missing = set(some) - set(view.connection.execute(query.where(CHANGE.c.record_pk.in_(some))).scalars())
        for ref in sorted(_refs(view, missing).values()):
            yield {"ref": ref, "reason": "past-expunged", "detail": "what it was before was expunged"}


def _referring_columns() -> Iterator[tuple[Noun, Table, str, str, str]]:
    """Every column that refers to a record: whose, its table, the column with the owner's key, the column, to what."""
    for noun in NOUNS:
        for table, owner in owned(noun).items():
            for field, kind in references(table).items():
                if f"{field}_pk" != owner:
                    yield noun, table, owner, f"{field}_pk", kind


def _referrers(view: View, keys: Mapping[str, Collection[int]]) -> Iterator[tuple[int, int]]:
    """What refers to records (kind -> keys): its key, the key of the record."""
    for _, table, owner, column, kind in _referring_columns():
        rows = view[table]
        for some in chunks(keys.get(kind, ()) if kind in BY_KIND else chain(*keys.values())):
            query = select(rows.c[owner], rows.c[column]).where(rows.c[column].in_(some))
            yield from ((referrer, target) for referrer, target in view.connection.execute(query))


def _referred_to_later(view: View, effect: _Effect) -> Iterator[Values]:
    own = effect.keys()
    # What the run itself created goes too, and what it updated becomes as it was when those were not there.
    found = [(pk, target) for pk, target in _referrers(view, effect.created) if pk not in own]
    names = _refs(view, {pk for pair in found for pk in pair})
    for referrer, target in sorted((names[pk], names[target]) for pk, target in set(found)):
        yield {"ref": referrer, "reason": "refers-to", "detail": f"refers to {target}, which the run created"}


def _gone(view: View, before: View, effect: _Effect) -> Iterator[Values]:
    """What the records referred to before the run, and is not there any more."""
    coming = effect.keys(effect.deleted)
    pairs = list(_references_of(before, effect.keys(effect.updated, effect.deleted)))
    targets = _refs(view, {target for _, target in pairs} - coming, deleted=True)
    names = _refs(view, {pk for pk, target in pairs if target in targets})
    for pk, target in pairs:
        if target in targets:
            detail = f"referred to {targets[target]}, which was deleted since"
            yield {"ref": names[pk], "reason": "reference-gone", "detail": detail}


def _references_of(view: View, keys: Collection[int]) -> Iterator[tuple[int, int]]:
    """What records refer to: the key of the record, the key of the other one."""
    for _, table, owner, column, _ in _referring_columns():
        rows = view[table]
        for some in chunks(keys):
            query = select(rows.c[owner], rows.c[column]).where(rows.c[owner].in_(some), rows.c[column].is_not(None))
            yield from ((pk, target) for pk, target in view.connection.execute(query))


def _refs(view: View, keys: Collection[int], *, deleted: bool = False) -> dict[int, str]:
    """Prefixed ids of records; with `deleted`, of those that are not there for the reader."""
    found: dict[int, str] = {}
    gone = RECORD.c.public_deleted_in if view.is_public else RECORD.c.deleted_in
    for some in chunks(keys):
        query = select(RECORD.c.pk, RECORD.c.kind, RECORD.c.id).where(RECORD.c.pk.in_(some))
        if deleted:
            query = query.where(gone.is_not(None))
        found |= {pk: ref_of(kind, public_id) for pk, kind, public_id in view.connection.execute(query)}
    return found


def _refuse(reasons: Sequence[Values]) -> NoReturn:
    raise Problem(
        "undo-refused",
        f"Later changes build on what the run did, in {len(reasons)} places.",
        reasons=reasons[:_SHOWN_REASONS],
        reasons_total=len(reasons),
    )


def _all_as_before(writer: Writer, before: View, some: Mapping[str, Collection[int]]) -> None:
    for noun in NOUNS:
        # What stood above goes first: turned round by the run, two records would each stand above the other meanwhile.
        for pk in _in_order(_above(before, noun, some.get(noun.kind, ()))):
            _as_before(writer, noun, pk, before)


def _as_before(writer: Writer, noun: Noun, pk: int, before: View) -> None:
    table = before[noun.sql]
    public_id = writer.connection.execute(select(table.c.id).where(table.c.pk == pk)).scalar_one()
    try:
        put_back(writer, noun, pk, _fields(noun, read(before, noun, public_id)))
    except IntegrityError as error:
        detail = "another record has taken its place since"
        raise _refusal(ref_of(noun.kind, public_id), "duplicate", detail) from error
    except Problem as problem:
        raise _refusal(ref_of(noun.kind, public_id), problem.kind, problem.detail) from problem


def _refusal(ref: str, reason: str, detail: str) -> Problem:
    reasons = [{"ref": ref, "reason": reason, "detail": detail}]
    return Problem("undo-refused", "A record cannot be as it was.", reasons=reasons, reasons_total=1)


def _delete_created(writer: Writer, effect: _Effect, still: Collection[int]) -> dict[str, list[int]]:
    """Delete what the run created, each before what it refers to; returns those to which others still refer."""
    view = writer.view
    writer.flush()
    kept: dict[str, list[int]] = {}
    held = {target for pk, target in _referrers(view, effect.created) if pk in still} if still else set()
    for noun in reversed(NOUNS):
        above = _above(view, noun, effect.created.get(noun.kind, ()))
        below: dict[int, set[int]] = {}
        for pk, targets in above.items():
            for target in targets:
                below.setdefault(target, set()).add(pk)
        levels: dict[int, int] = {}
        for pk in reversed(_in_order(above)):
            if pk in held:
                kept.setdefault(noun.kind, []).append(pk)
                held |= _targets(view, noun, pk)
                continue
            lower = below.get(pk, set())
            for other in lower - levels.keys():
                # They refer to each other, so that neither could go first.
                writer.update(noun, other, dict.fromkeys(_ladders(noun)), {})
            levels[pk] = max((levels[other] + 1 for other in lower & levels.keys()), default=0)
        for _, some in groupby(sorted(levels, key=levels.__getitem__), levels.__getitem__):
            remove(writer, noun, *some)
    return kept


def _targets(view: View, noun: Noun, pk: int) -> set[int]:
    """What a record refers to."""
    found: set[int] = set()
    for owner_noun, table, owner, column, _ in _referring_columns():
        if owner_noun is noun:
            rows = view[table]
            query = select(rows.c[column]).where(rows.c[owner] == pk, rows.c[column].is_not(None))
            found.update(view.connection.execute(query).scalars())
    return found


def _ladders(noun: Noun) -> list[str]:
    """The columns by which a record refers to another of its kind."""
    return [f"{field}_pk" for field, target in references(noun.sql).items() if target == noun.kind]


def _above(view: View, noun: Noun, keys: Collection[int]) -> dict[int, set[int]]:
    """To which of them records of one kind refer."""
    found: dict[int, set[int]] = {pk: set() for pk in sorted(keys)}
    rows = view[noun.sql]
    for column in _ladders(noun):
        for some in chunks(keys):
            query = select(rows.c.pk, rows.c[column]).where(rows.c.pk.in_(some), rows.c[column].is_not(None))
            for pk, target in view.connection.execute(query):
                if target in found:
                    found[pk].add(target)
    return found


def _in_order(above: Mapping[int, set[int]]) -> list[int]:
    """Records after those that they refer to, as far as they do not refer to each other."""
    ordered: dict[int, None] = {}
    waiting = list(above)
    while waiting:
        free = [pk for pk in waiting if above[pk] <= ordered.keys()] or waiting[:1]
        ordered |= dict.fromkeys(free)
        waiting = [pk for pk in waiting if pk not in ordered]
    return list(ordered)
