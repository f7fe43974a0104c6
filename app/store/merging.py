"""Merging two organizations into one: everything that refers to the one comes to refer to the other.

The merge is one version, and an import run: it is undone as a unit. A row that would say the same as another one (the
unique indexes decide) becomes one with it; the citations of both stay. What was merged keeps its id, which leads to
what it was merged into.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from sqlalchemy import Column, ColumnElement, Index, Table, and_, case, not_, or_, select, update

from app.exchange.identifiers import normalised_fields
from app.history.view import View, present_view
from app.history.writer import Row, Writer
from app.models.noun import Noun, Values, part_sql
from app.models.nouns import BY_KIND, NOUNS, ref_of
from app.models.organizations import NameKind
from app.models.tables import Reader
from app.models.types import Basis
from app.problems import Problem
from app.store import records
from app.store.changes import VERSION
from app.store.reading import RECORD, names_of

MERGE = "merge"
"""The cause of the versions that merge organizations."""
SOURCE = "merge of two organizations"
"""Of the import run. It names none: it is told to those too who may not see them later."""

_ORGANIZATION = BY_KIND["organization"]
_BASES = {Basis.stated: 0, Basis.implied: 1, Basis.attributed: 2}
_OWN = ("pk", "id", "revision", "hidden", "position")
_MOST_IN_A_LIST = 100


@dataclass(frozen=True, slots=True)
class Joined:
    """A row that became one with another, and what it said that the other one says otherwise."""

    ref: str
    into: str
    left: Values


@dataclass
class Merged:
    """What a merge did."""

    id: str
    into: str
    moved: dict[str, int] = field(default_factory=dict)
    """Kind -> records that referred to the one and refer to the other."""
    joined: list[Joined] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    """Relations between the two, which say nothing of one body."""
    self_funding: list[str] = field(default_factory=list)
    """Funding between the two, which is now from a body to itself."""
    left: Values = field(default_factory=dict)
    """What the one said that the other says otherwise: field -> value."""


@dataclass(frozen=True)
class _Referrers:
    """The columns of one table that can refer to an organization, or to a record of any kind."""

    noun: Noun
    columns: tuple[str, ...]

    def new(self, rows: Any, column: str, pk: int, into: int) -> ColumnElement[Any]:
        """What stands in a column once every mention of `pk` is one of `into`."""
        found: Column[Any] = rows.c[column]
        return case((found == pk, into), else_=found) if column in self.columns else found


def _referrers(*targets: str) -> tuple[_Referrers, ...]:
    found = []
    for noun in NOUNS:
        columns = [
            column.name
            for column in noun.sql.columns
            for foreign in column.foreign_keys
            if column.name != "pk" and foreign.target_fullname.split(".")[0] in targets
        ]
        if columns:
            found.append(_Referrers(noun, tuple(columns)))
    return tuple(found)


_OF_ORGANIZATIONS = _referrers("organization", "record")
_OF_RECORDS = _referrers("record")
"""What refers to a record of any kind: citations. Nothing else refers to a row that can become one with another."""


# --- the merge -----------------------------------------------------------------------------------------------------


def merge(
    writer: Writer, public_id: str, into: str, revisions: Sequence[int], *, name_as: NameKind = NameKind.as_written
) -> Merged:
    """Merge an organization that is at one of some revisions into another one.

    A writer who sees only what is public changes nothing else. What refers to the organization in secret does not exist
    to that writer: for the public the organization is merged, and for the others it is kept (`Writer.withdraw`).
    """
    writer.flush()
    view = writer.view
    loser = records.read(view, _ORGANIZATION, public_id)
    if loser["revision"] not in revisions:
        raise Problem("changed-meanwhile", f"The record is at revision {loser['revision']}.")
    keys = records.keys_of(view, _ORGANIZATION, [public_id, into])
    if into not in keys:
        errors = [{"pointer": "/into", "detail": "no such organization"}]
        raise Problem("reference-not-found", "The organization to merge into does not exist.", errors=errors)
    if into == public_id:
        errors = [{"pointer": "/into", "detail": "the organization itself"}]
        raise Problem("malformed-body", "An organization is not merged into itself.", errors=errors)
    is_rest = _refuse(writer, keys[public_id], keys[into], public_id)
    writer.begin_import(SOURCE)
    folding = _Folding(writer, Merged(public_id, into))
    folding.fold(_ORGANIZATION, keys[public_id], keys[into], _OF_ORGANIZATIONS)
    if not is_rest:
        winner = records.read(writer.view, _ORGANIZATION, into)
        changes, folding.merged.left = _changes(loser, winner, name_as)
        if changes:
            records.update(writer, _ORGANIZATION, into, changes, winner["revision"])
    return folding.merged


def _refuse(writer: Writer, pk: int, into: int, public_id: str) -> bool:
    """Refuse what must not be merged; whether the public knows the one as merged into the other already."""
    query = select(RECORD.c.pk, RECORD.c.hidden).where(RECORD.c.pk.in_([pk, into]))
    hidden = dict(writer.connection.execute(query).all())
    is_rest = hidden[pk] and successor(present_view(writer.connection), _ORGANIZATION, pk) == into
    if hidden[pk] and not hidden[into] and not is_rest:
        # Its names, and what refers to it, would come to light.
        refuse_merge(public_id, "would-publish", "it is restricted, and the other one is public: make them alike first")
    return is_rest


def refuse_merge(public_id: str, reason: str, detail: str) -> NoReturn:
    """Why an organization is not merged."""
    reasons = [{"ref": ref_of("organization", public_id), "reason": reason, "detail": detail}]
    raise Problem("merge-refused", "The two organizations cannot be merged.", reasons=reasons, reasons_total=1)


class _Folding:
    """One row after another becomes one with another row, and what refers to it moves on."""

    def __init__(self, writer: Writer, merged: Merged) -> None:
        """`merged` is told what is done."""
        self.writer = writer
        self.merged = merged

    def fold(self, noun: Noun, pk: int, into: int, referrers: Sequence[_Referrers]) -> None:
        """Let everything that the writer sees refer to `into` instead of `pk`, and delete that."""
        for one in referrers:
            self._move(one, pk, into)
        self.writer.flush()
        records.remove(self.writer, noun, pk)
        self.writer.connection.execute(update(RECORD).where(RECORD.c.pk == pk).values(merged_into_pk=into))

    def _move(self, one: _Referrers, pk: int, into: int) -> None:
        self.writer.flush()
        self._remove_self_relations(one, pk, into)
        for joining, other in list(self._colliding(one, pk, into)):
            self._join(one, joining, other)
        rows = self.writer.view[one.noun.sql]
        query = select(rows.c.pk, rows.c.id, *(rows.c[name] for name in one.columns)).where(_mentions(one, rows, pk))
        found = self.writer.connection.execute(query.order_by(rows.c.pk)).mappings().all()
        if not found:
            return
        changes: dict[int, tuple[Row, Any]] = {}
        for row in found:
            new: dict[str, Any] = {name: into if row[name] == pk else row[name] for name in one.columns}
            changes[row["pk"]] = ({name: value for name, value in new.items() if row[name] == pk}, {})
            if one.noun.kind == "funding" and new["funder_pk"] == new["recipient_pk"]:
                self.merged.self_funding.append(ref_of(one.noun.kind, row["id"]))
        self.writer.update_many(one.noun, changes)
        self.merged.moved[one.noun.kind] = self.merged.moved.get(one.noun.kind, 0) + len(changes)

    def _remove_self_relations(self, one: _Referrers, pk: int, into: int) -> None:
        """Take out relations between the two; what is cited for them is evidence of the one body that they are."""
        if one.noun.kind != "organization_relation":
            return
        rows = self.writer.view[one.noun.sql]
        ends = [rows.c.subject_pk, rows.c.object_pk]
        query = select(rows.c.pk, rows.c.id).where(*(end.in_([pk, into]) for end in ends)).order_by(rows.c.pk)
        for relation, public_id in self.writer.connection.execute(query).all():
            for other in _OF_RECORDS:
                self._move(other, relation, into)
            self.writer.flush()
            records.remove(self.writer, one.noun, relation)
            self.merged.removed.append(ref_of(one.noun.kind, public_id))

    def _colliding(self, one: _Referrers, pk: int, into: int) -> Iterator[tuple[int, int]]:
        """The rows that would say the same as another one, with that one."""
        rows = self.writer.view[one.noun.sql]
        other = rows.alias("other")
        # Nobody else sees a hidden row, so that it never says the same as one that all see.
        comes_to_be_hidden = or_(rows.c.hidden, select(RECORD.c.hidden).where(RECORD.c.pk == into).scalar_subquery())
        for index in _unique(one.noun.sql):
            names = [column.name for column in index.columns]
            if not set(names) & set(one.columns):
                continue
            same = [one.new(rows, name, pk, into) == other.c[name] for name in names]
            query = (
                select(rows.c.pk, other.c.pk.label("other"))
                .select_from(rows)
                .join(other, and_(*same, rows.c.pk != other.c.pk, comes_to_be_hidden == other.c.hidden))
                .where(_mentions(one, rows, pk), not_(_mentions(one, other, pk)))
                .order_by(rows.c.pk)
            )
            yield from ((row, found) for row, found in self.writer.connection.execute(query).all())

    def _join(self, one: _Referrers, pk: int, into: int) -> None:
        """Let a row become one with another that says the same: what that one leaves open is filled in."""
        noun = one.noun
        self.writer.flush()
        table = self.writer.view[noun.sql]
        query = select(table).where(table.c.pk.in_([pk, into]))
        rows = {row["pk"]: dict(row) for row in self.writer.connection.execute(query).mappings()}
        changes, left = _filled(one, rows[pk], rows[into])
        parts = {}
        for part in noun.parts:
            merged = self._both(part_sql(part), f"{noun.sql.name}_pk", pk, into)
            if merged is not None:
                parts[part_sql(part)] = (f"{noun.sql.name}_pk", merged)
        if changes or parts:
            self.writer.update(noun, into, changes, parts)
        names = self._readable(left)
        self.merged.joined.append(Joined(ref_of(noun.kind, rows[pk]["id"]), ref_of(noun.kind, rows[into]["id"]), names))
        self.fold(noun, pk, into, _OF_RECORDS)

    def _both(self, table: Table, owner: str, pk: int, into: int) -> list[Row] | None:
        """The rows of a part of both, each once; None where the one has nothing that the other has not."""
        rows = self.writer.view[table]
        found: dict[int, list[Row]] = {pk: [], into: []}
        own = [column.name for column in table.columns if column.name not in (*_OWN, owner)]
        query = select(rows).where(rows.c[owner].in_([pk, into])).order_by(rows.c.position)
        for row in self.writer.connection.execute(query).mappings():
            found[row[owner]].append({name: row[name] for name in own})
        new = [row for row in found[pk] if row not in found[into]]
        return [*found[into], *new] if new else None

    def _readable(self, left: Mapping[str, Any]) -> Values:
        """Fields by their names in the schemas, references by their ids."""
        keys = {name for name in left if name.endswith("_pk")}
        names = names_of(self.writer.connection, [left[name] for name in keys if left[name] is not None])
        return {
            name.removesuffix("_pk") if name in keys else name: names[value][1] if name in keys else value
            for name, value in left.items()
        }


def _mentions(one: _Referrers, rows: Any, pk: int) -> ColumnElement[bool]:
    return or_(*(rows.c[name] == pk for name in one.columns))


def _unique(table: Table) -> list[Index]:
    return sorted((index for index in table.indexes if index.unique), key=lambda index: str(index.name))


def _filled(one: _Referrers, row: Mapping[str, Any], into: Mapping[str, Any]) -> tuple[Values, Values]:
    """What a row has that another one leaves open, and what it has that the other one has otherwise."""
    changes: Values = {}
    left: Values = {}
    for name, value in row.items():
        if name in (*_OWN, "basis", *one.columns) or value is None or into[name] == value:
            continue
        (changes if into[name] is None else left)[name] = value
    if "basis" in row and _BASES[row["basis"]] < _BASES[into["basis"]]:
        changes["basis"] = row["basis"]
    return changes, left


def _changes(loser: Values, winner: Values, name_as: NameKind) -> tuple[Values, Values]:
    """What the merged organization has of the one that goes, and what it does not take over."""
    changes: Values = {}
    left: Values = {}
    for name in ("acronym", "subkind", "iati_type", "country", "country_basis", "state", "website", "summary", "note"):
        if loser[name] is None or loser[name] == winner[name]:
            continue
        if winner[name] is None and (name != "country_basis" or winner["country"] is None):
            changes[name] = loser[name]
        elif name not in ("acronym", "country_basis"):
            left[name] = loser[name]
    if loser["kind"] not in (winner["kind"], "unknown"):
        (changes if winner["kind"] == "unknown" else left)["kind"] = loser["kind"]
    if _BASES[loser["basis"]] < _BASES[winner["basis"]]:
        changes["basis"] = loser["basis"]
    if winner["context_only"] and not loser["context_only"]:
        changes["context_only"] = False
    names, identifiers = _names(loser, winner, name_as), _identifiers(loser, winner)
    for field_name, found in (("names", names), ("identifiers", identifiers)):
        if len(found) > _MOST_IN_A_LIST:
            refuse_merge(loser["id"], "too-many", f"together they have {len(found)} {field_name}, which is too many")
        if len(found) > len(winner[field_name]):
            changes[field_name] = found
    return changes, left


def _names(loser: Values, winner: Values, name_as: NameKind) -> list[Values]:
    own = {"text": loser["name"], "kind": name_as.value, "language": None, "basis": loser["basis"]}
    short = {"text": loser["acronym"], "kind": NameKind.acronym.value, "language": None, "basis": loser["basis"]}
    found = list(winner["names"])
    known = {winner["name"], winner["acronym"], *(name["text"] for name in found)}
    seen = {(name["text"], name["kind"]) for name in found}
    added = [own] + ([short] if loser["acronym"] is not None and winner["acronym"] is not None else [])
    for name in added:
        if name["text"] not in known:
            found.append(name)
            seen.add((name["text"], name["kind"]))
            known.add(name["text"])
    for name in loser["names"]:
        if (name["text"], name["kind"]) not in seen and name["text"] != winner["name"]:
            found.append(name)
            seen.add((name["text"], name["kind"]))
    return found


def _identifiers(loser: Values, winner: Values) -> list[Values]:
    found: list[Values] = list(winner["identifiers"])
    known = {normalised_fields(one["scheme"], one["value"]) for one in found}
    return found + [one for one in loser["identifiers"] if normalised_fields(one["scheme"], one["value"]) not in known]


# --- where a merged record went ------------------------------------------------------------------------------------


def merged_into(view: View, noun: Noun, public_id: str) -> str | None:
    """The id of what a record was merged into, through as many merges as there were; None where it was not.

    Asked of a record that is not there in the view. Nothing is told of what the reader may not see.
    """
    named = (RECORD.c.kind == noun.kind, RECORD.c.id == public_id)
    pk = view.connection.execute(select(RECORD.c.pk).where(*named)).scalar()
    found = None if pk is None else successor(view, noun, pk)
    if found is None:
        return None
    return str(view.connection.execute(select(RECORD.c.id).where(RECORD.c.pk == found)).scalar_one())


def successor(view: View, noun: Noun, pk: int) -> int | None:
    """The key of what stands for a record that was merged and is not there in the view; None where nothing does."""
    table = view[noun.sql]
    seen: set[int] = set()
    while pk not in seen:
        seen.add(pk)
        target = _target(view, pk)
        if target is None:
            return None
        if view.connection.execute(select(table.c.pk).where(table.c.pk == target)).first() is not None:
            return target
        pk = target
    return None


def _target(view: View, pk: int) -> int | None:
    """What a record was merged into, if it went by a merge and was gone in the view."""
    record = view.connection.execute(select(RECORD).where(RECORD.c.pk == pk)).one()
    deleted = record.public_deleted_in if view.reader is Reader.public else record.deleted_in
    if record.merged_into_pk is None or deleted is None or deleted > view.number:
        return None
    cause = view.connection.execute(select(VERSION.c.cause).where(VERSION.c.number == deleted)).scalar_one()
    return int(record.merged_into_pk) if cause == MERGE else None
