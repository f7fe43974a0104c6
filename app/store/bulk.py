"""One change out of many that are made in one transaction, each of them whole or not at all."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError

from app.history.writer import Writer
from app.models.noun import Noun, Values, references
from app.models.types import Schema
from app.problems import Problem
from app.store import records
from app.store.revisions import are_taken, named_revision, revision_now


@dataclass(frozen=True, slots=True)
class Create:
    """A record is to be created."""

    noun: Noun
    body: Schema


@dataclass(frozen=True, slots=True)
class Update:
    """A record that is at one of the revisions is to be changed."""

    noun: Noun
    public_id: str
    revisions: Sequence[int]
    changes: Values


@dataclass(frozen=True, slots=True)
class Delete:
    """A record that is at one of the revisions is to be deleted."""

    noun: Noun
    public_id: str
    revisions: Sequence[int]


Change = Create | Update | Delete
_MOST_TOGETHER = 1000
Refusal = Problem | ValidationError | IntegrityError


@dataclass(frozen=True, slots=True)
class Done:
    """What a change did."""

    public_id: str
    revision: int | None
    """The revision that it brought the record to; None where the record is deleted."""


def carry_out(writer: Writer, changes: Sequence[Change]) -> list[Done | Refusal]:
    """Make changes in their order, each of them whole or not at all; what each did, or what stands against it.

    A failure that is not a change's own is raised, and leaves the writer to be given up.
    """
    return [outcome for run in _runs(changes) for outcome in _carry_out(writer, run)]


def _runs(changes: Sequence[Change]) -> list[list[Change]]:
    """The changes in runs that can be made together: of one sort, and of no record twice."""
    runs: list[list[Change]] = []
    before: Any = None
    names: set[str] = set()
    for change in changes:
        sort = _sort(change)
        name = "" if isinstance(change, Create) else change.public_id
        if sort is None or sort != before or name in names or len(runs[-1]) == _MOST_TOGETHER:
            runs.append([])
            names = set()
        runs[-1].append(change)
        names |= {name} - {""}
        before = sort
    return runs


def _sort(change: Change) -> Any:
    """What changes have in common that can be made together; None for one that must be made by itself."""
    if isinstance(change, Create):
        return Create
    if isinstance(change, Update):
        above = {name for name, target in references(change.noun.sql).items() if target == change.noun.kind}
        if change.changes.keys() & (above | {"visibility"}):
            return None
    return type(change), change.noun.kind


def _carry_out(writer: Writer, run: Sequence[Change]) -> list[Done | Refusal]:
    """Make a run of changes together; where one stands in the way, each half by itself, until it is found."""
    try:
        with writer.savepoint():
            return [_one(writer, run[0])] if len(run) == 1 else _together(writer, run)
    except (Problem, ValidationError, IntegrityError) as refusal:
        if isinstance(refusal, Problem) and refusal.status >= 500:
            raise
        if len(run) == 1:
            return [refusal]
    middle = len(run) // 2
    return _carry_out(writer, run[:middle]) + _carry_out(writer, run[middle:])


def _one(writer: Writer, change: Change) -> Done:
    if isinstance(change, Create):
        return Done(records.create(writer, change.noun, change.body), 1)
    revision = named_revision(writer, change.noun, change.public_id, change.revisions)
    if isinstance(change, Delete):
        records.delete(writer, change.noun, change.public_id, revision)
        return Done(change.public_id, None)
    records.update(writer, change.noun, change.public_id, change.changes, revision)
    return Done(change.public_id, revision_now(writer, change.noun, change.public_id))


def _together(writer: Writer, run: Sequence[Change]) -> list[Done | Refusal]:
    """Make a run of changes with few statements. What stands in the way need not be told exactly."""
    noun = run[0].noun
    updates = {change.public_id: (change.changes, change.revisions) for change in run if isinstance(change, Update)}
    if updates:
        revisions = records.update_many(writer, noun, updates)
        return [Done(public_id, revisions[public_id]) for public_id in updates]
    deletions = {change.public_id: change.revisions for change in run if isinstance(change, Delete)}
    if deletions:
        records.delete_many(writer, noun, deletions)
        return [Done(public_id, None) for public_id in deletions]
    creations = [change for change in run if isinstance(change, Create)]
    given = Counter((change.noun.kind, public_id) for change in creations if (public_id := _id_of(change)))
    if max(given.values(), default=1) > 1 or are_taken(writer, given):
        raise Problem("id-taken", "One of them is or was in use.")
    return [Done(records.create(writer, change.noun, change.body, fresh=True), 1) for change in creations]


def _id_of(change: Create) -> str | None:
    public_id: str | None = change.body.model_dump(include={"id"})["id"]
    return public_id
