"""The repository: one set of functions that creates, reads, lists, changes and deletes records of every kind."""

import base64
import binascii
import hashlib
import json
import re
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Table, and_, false, func, not_, or_, select

from app.history.tables import SEARCH_FORM, chunks
from app.history.view import View, present_view
from app.history.withheld import refuse_withheld
from app.history.writer import PartRows, Writer
from app.models.folding import fold, fold_name
from app.models.noun import PEER, Noun, Values, create_schema, part_sql, references
from app.models.nouns import BY_KIND, BY_PREFIX, NOUNS, ref_of
from app.models.rows import Rows, rows_of
from app.models.tables import Action, Change, Reader, Visibility, sql_table
from app.models.types import STATE_PATTERN, Schema
from app.problems import Problem, not_found
from app.store.reading import RECORD, as_values, rows_with, to_records, within
from app.store.references import REFERRERS, Referrer, related, single_references
from app.store.search import states_of

CITATION = BY_KIND["citation"]
_CHANGE = sql_table(Change)
MOST_INCLUDED = 2000
"""Related records that one answer may carry under each name of `include`."""
_SHOWN_REFERRERS = 50
_OPAQUE = re.compile(r"x[0-9a-f]{16}")

CREATE = {noun.kind: create_schema(noun) for noun in NOUNS}
"""Kind -> the body that creates one."""


@dataclass(frozen=True)
class PageQuery:
    """What a list is asked for. Values of one filter are alternatives; filters narrow each other."""

    filters: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    missing: Sequence[str] = ()
    has: Sequence[str] = ()
    q: str | None = None
    only: Collection[int] | None = None
    """Keys that the list is limited to, where something else has chosen them."""
    sort: Sequence[str] = ()
    cursor: str | None = None
    limit: int = 50
    include: Sequence[str] = ()


@dataclass(frozen=True)
class Page:
    """One page of a list."""

    items: list[Values]
    next: str | None
    total: int | None


# --- reading -------------------------------------------------------------------------------------------------------


def read(view: View, noun: Noun, public_id: str, include: Sequence[str] = ()) -> Values:
    """One record; a problem where there is none."""
    rows = as_values(view.connection.execute(rows_with(view[noun.sql], "id"), {"values": [public_id]}))
    if not rows:
        raise _absent(view, noun, public_id)
    return _with_included(view, noun, rows, include)[0]


def _absent(view: View, noun: Noun, public_id: str) -> Problem:
    """Why there is no such record: it never was, was deleted, or was not there yet. Of hidden ones nothing is told."""
    # From the log: what was deleted may have come back after the version that is looked at.
    told = _CHANGE.c.public_action if view.is_public else _CHANGE.c.action
    query = select(told).join(RECORD, RECORD.c.pk == _CHANGE.c.record_pk)
    query = query.where(RECORD.c.kind == noun.kind, RECORD.c.id == public_id, _CHANGE.c.version <= view.number)
    query = query.where(told.is_not(None)).order_by(_CHANGE.c.version.desc(), _CHANGE.c.position.desc()).limit(1)
    if view.connection.execute(query).scalar() == Action.delete:
        return Problem("gone", "The record was deleted; its history is kept.")
    return not_found(noun.kind)


def read_many(view: View, noun: Noun, public_ids: Collection[str], *, most: int) -> list[Values]:
    """Records by their ids, in the order of ids; a problem where there are more than `most`."""
    if len(public_ids) > most:
        raise Problem("too-many-included", f"More than {most} related records: ask for /v1/{noun.path} with a filter.")
    found = _read_keys(view, noun, keys_of(view, noun, public_ids).values())
    return sorted(found.values(), key=lambda record: str(record["id"]))


def keys_of(view: View, noun: Noun, public_ids: Collection[str]) -> dict[str, int]:
    """Public id -> key, for those that exist."""
    table = view[noun.sql]
    found: dict[str, int] = {}
    ordered = sorted(set(public_ids))
    for start in range(0, len(ordered), 500):
        query = select(table.c.id, table.c.pk).where(table.c.id.in_(ordered[start : start + 500]))
        found.update(view.connection.execute(query).all())
    return found


def key_of_ref(view: View, ref: str) -> tuple[Noun, int] | None:
    """The noun and key of a prefixed id, if there is such a record."""
    prefix, _, public_id = ref.partition(":")
    noun = BY_PREFIX.get(prefix)
    if noun is None:
        return None
    pk = keys_of(view, noun, [public_id]).get(public_id)
    return None if pk is None else (noun, pk)


def list_page(view: View, noun: Noun, query: PageQuery, *, count: bool = False) -> Page:
    """One page of a list, in a stable order that ends with the id."""
    table = view[noun.sql]
    condition = conditions(view, noun, query)
    order = _order(noun, table, query.sort)
    statement = select(table, *(term.column.label(term.label) for term in order)).where(condition)
    if query.cursor is not None:
        statement = statement.where(_after(order, _open_cursor(query, order)))
    statement = statement.order_by(*(term for column in order for term in column.terms())).limit(query.limit + 1)
    rows = as_values(view.connection.execute(statement))
    more = len(rows) > query.limit
    rows = rows[: query.limit]
    next_cursor = _close_cursor(query, order, rows[-1]) if more else None
    for row in rows:
        for term in order:
            del row[term.label]
    total = None
    if count:
        total = view.connection.execute(select(func.count()).select_from(table).where(condition)).scalar_one()
    return Page(_with_included(view, noun, rows, query.include), next_cursor, total)


def conditions(view: View, noun: Noun, query: PageQuery) -> ColumnElement[bool]:
    """The condition that a list's filters make together."""
    pk = view[noun.sql].c.pk
    terms: list[ColumnElement[bool]] = [pk == pk]  # noqa: PLR0124 - a condition in SQL that always holds
    for name in noun.filters:
        values = query.filters.get(filter_parameter(name))
        if values:
            terms.append(_filter(view, noun, name, values))
    terms += [_missing(view, noun, name) for name in query.missing]
    terms += [not_(_missing(view, noun, name)) for name in query.has]
    if query.q is not None:
        terms.append(pk.in_(_text_matches(view, noun, query.q)))
    if query.only is not None:
        terms.append(within(view.connection, pk, query.only))
    return and_(*terms)


def filter_parameter(name: str) -> str:
    """The query parameter of a filter: `topics.topic` is `topic`, `identifiers.value` is `identifier`."""
    part, _, column = name.partition(".")
    return (part.removesuffix("s") if column == "value" else column) if column else part


def _filter(view: View, noun: Noun, name: str, values: Sequence[Any]) -> ColumnElement[bool]:
    part_name, _, part_column = name.partition(".")
    if part_column:
        part = next(part for part in noun.parts if part.name == part_name)
        table, column = part_sql(part), part_column
    else:
        table, column = noun.sql, name
    targets, rows = references(table), view[table]
    if column in targets:
        wanted = _filter_keys(view, filter_parameter(name), targets[column], values)
        matched = rows.c[f"{column}_pk"].in_(wanted)
    else:
        matched = rows.c[column].in_(values)
    if part_column:
        return view[noun.sql].c.pk.in_(select(rows.c[f"{noun.sql.name}_pk"]).where(matched))
    return matched


def _filter_keys(view: View, parameter: str, target: str, values: Sequence[str]) -> list[int]:
    if target == "state":
        values = sorted(states_of(view, parameter, values))
    if target in BY_KIND:
        found = keys_of(view, BY_KIND[target], values)
        keys = [found.get(value) for value in values]
    else:
        located = [key_of_ref(view, value) for value in values]
        keys = [None if place is None else place[1] for place in located]
    if None in keys:
        raise Problem("unknown-id", "No such record.", errors=[{"parameter": parameter, "detail": "unknown id"}])
    return [key for key in keys if key is not None]


def _missing(view: View, noun: Noun, name: str) -> ColumnElement[bool]:
    table = view[noun.sql]
    for part in noun.parts:
        if part.name == name:
            return table.c.pk.not_in(select(view[part_sql(part)].c[f"{noun.sql.name}_pk"]))
    columns = {
        "amount": "amount_minor",
        "share_percent": "share_hundredths",
        "value": "low_micro",
        "value_high": "high_micro",
    }
    column = columns.get(name, name)
    return table.c[column if column in table.c else f"{column}_pk"].is_(None)


def _text_matches(view: View, noun: Noun, q: str) -> Select[Any]:
    words, forms = fold(q).split(), view[SEARCH_FORM]
    if not words:
        return select(forms.c.record_pk).where(false())
    form = forms.c.form
    return (
        select(forms.c.record_pk)
        .join(RECORD, RECORD.c.pk == forms.c.record_pk)
        .where(RECORD.c.kind == noun.kind, *((" " + form).contains(" " + word, autoescape=True) for word in words))
    )


# --- order and cursor ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Order:
    column: ColumnElement[Any]
    name: str
    descending: bool
    may_be_empty: bool = True

    @property
    def label(self) -> str:
        """The name of its value in a row."""
        return f"order by {self.name}"

    def terms(self) -> list[ColumnElement[Any]]:
        """Empty values come last in either direction; where there are none, an index gives the order."""
        directed = self.column.desc() if self.descending else self.column.asc()
        return [self.column.is_(None), directed] if self.may_be_empty else [directed]


def _order(noun: Noun, table: FromClause, sort: Sequence[str]) -> list[_Order]:
    order = []
    for word in sort:
        name = word.removeprefix("-")
        if name in references(noun.sql):
            # By the public id: the order of keys tells nothing, and is not the same in two deployments.
            target = RECORD.alias()
            key = table.c[f"{name}_pk"]
            column: ColumnElement[Any] = select(target.c.id).where(target.c.pk == key).scalar_subquery()
            is_empty = noun.sql.c[f"{name}_pk"].nullable
        else:
            column = table.c[name]
            is_empty = noun.sql.c[name].nullable
        order.append(_Order(column, name, word.startswith("-"), bool(is_empty)))
    if any(term.name == "id" for term in order):
        return order
    return [*order, _Order(table.c.id, "id", False, False)]


def _after(order: Sequence[_Order], values: Sequence[Any]) -> ColumnElement[bool]:
    alternatives: list[ColumnElement[bool]] = []
    same: list[ColumnElement[bool]] = []
    for term, value in zip(order, values, strict=True):
        if value is None:
            further: ColumnElement[bool] = false()
            equal = term.column.is_(None)
        else:
            beyond = term.column < value if term.descending else term.column > value
            further = or_(beyond, term.column.is_(None)) if term.may_be_empty else beyond
            equal = term.column == value
        alternatives.append(and_(*same, further))
        same.append(equal)
    return or_(*alternatives)


def _close_cursor(query: PageQuery, order: Sequence[_Order], row: Values) -> str:
    content = json.dumps([list(query.sort), [row[term.label] for term in order]], ensure_ascii=False)
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def _open_cursor(query: PageQuery, order: Sequence[_Order]) -> list[Any]:
    text = query.cursor or ""
    try:
        sort, values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        whole = sort == list(query.sort) and isinstance(values, list) and len(values) == len(order)
        if whole and all(map(_fits, order, values)):
            return list(values)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        pass
    raise Problem("bad-cursor", "Take the cursor from `next` of the page before, with the same `sort`.")


def _fits(term: _Order, value: Any) -> bool:
    if value is None:
        return term.name != "id"
    if isinstance(value, str):
        value.encode()  # A lone surrogate is a UnicodeEncodeError, which is a ValueError.
        return term.column.type.python_type is str and "\0" not in value
    return type(value) is term.column.type.python_type is int and abs(value) < 2**62


# --- related records -----------------------------------------------------------------------------------------------


def include_names(noun: Noun) -> list[str]:
    """What `include=` may name for a noun."""
    names = [*related(noun), *single_references(noun)]
    return names if noun.kind == "citation" else ["citations", *names]


def _with_included(view: View, noun: Noun, rows: Sequence[Values], include: Sequence[str]) -> list[Values]:
    records = to_records(view, noun, rows)
    if not include:
        return [record | {"included": None} for record in records]
    included: list[Values] = [dict.fromkeys(include_names(noun)) for _ in rows]
    for name in dict.fromkeys(include):
        found = _included(view, noun, name, rows)
        for row, bag in zip(rows, included, strict=True):
            bag[name] = found.get(row["pk"]) if name in single_references(noun) else found.get(row["pk"], [])
    for record, bag in zip(records, included, strict=True):
        record["included"] = bag
    return records


def _included(view: View, noun: Noun, name: str, rows: Sequence[Values]) -> dict[int, Any]:
    keys = [row["pk"] for row in rows]
    singles = single_references(noun)
    if name in singles:
        target = singles[name]
        wanted = {row["pk"]: row[f"{name}_pk"] for row in rows if row[f"{name}_pk"] is not None}
        by_key = _read_keys(view, target, wanted.values())
        return {pk: by_key[target_pk] for pk, target_pk in wanted.items()}
    if name == "citations":
        referrers: Sequence[Referrer] = (Referrer(CITATION, None, "record", noun.kind),)
    else:
        referrers = related(noun)[name]
    pairs: set[tuple[int, int]] = set()
    for referrer in referrers:
        table = view[referrer.table]
        for some in chunks(keys):
            query = select(table.c[referrer.column], table.c[referrer.owner]).where(table.c[referrer.column].in_(some))
            pairs.update((one, other) for one, other in view.connection.execute(query.limit(MOST_INCLUDED + 1)))
    if len(pairs) > MOST_INCLUDED:
        raise Problem(
            "too-many-included",
            f"More than {MOST_INCLUDED} related records: ask for fewer at a time, or for /v1/{referrers[0].noun.path}.",
            errors=[{"parameter": "include", "detail": name}],
        )
    by_key = _read_keys(view, referrers[0].noun, [other for _, other in pairs])
    found: dict[int, list[Values]] = {}
    for one, other in pairs:
        found.setdefault(one, []).append(by_key[other])
    # Citations come in the order of reading, everything else by id.
    order = ("document", "paragraph", "id") if name == "citations" else ("id",)
    return {one: sorted(records, key=lambda record: [record[key] for key in order]) for one, records in found.items()}


def _read_keys(view: View, noun: Noun, keys: Collection[int]) -> dict[int, Values]:
    found: dict[int, Values] = {}
    query = rows_with(view[noun.sql], "pk")
    for some in chunks(keys):
        rows = as_values(view.connection.execute(query, {"values": some}))
        found.update(zip((row["pk"] for row in rows), to_records(view, noun, rows), strict=True))
    return found


# --- writing -------------------------------------------------------------------------------------------------------


def create(writer: Writer, noun: Noun, body: Schema, *, fresh: bool = False) -> str:
    """Create a record, with the citations in its body; returns its id. `fresh`: its id is known to be unused."""
    values = body.model_dump()
    refuse_withheld(writer.withheld, values)
    if not fresh:
        writer.flush()
    visibility = Visibility(values.pop("visibility"))
    given, citations = values.pop("id"), values.pop("citations", [])
    row, parts = _to_tables(writer, noun, values)
    is_kept_back = visibility is Visibility.restricted or _refers_to_hidden(writer, noun, row, parts)
    if is_kept_back:
        _refuse_public_writer(writer)
        _refuse_telling(given)
    public_id = given or (_opaque_id() if is_kept_back else _new_id(writer, noun, values))
    if not fresh:
        _refuse_taken(writer.view, noun, public_id)
    writer.create(noun, public_id, row, parts, visibility)
    add_citations(writer, ref_of(noun.kind, public_id), citations)
    return public_id


def create_as(writer: Writer, noun: Noun, public_id: str, values: Values, rows: Rows | None = None) -> int:
    """Create a record under an id that was never used, from checked fields; returns its key.

    `rows` are those of the fields, where they have been made before. What refers to something restricted is restricted
    too, and gets another id: one that tells nothing.
    """
    refuse_withheld(writer.withheld, values)
    row, parts = _with_references(writer, noun, rows or rows_of(noun, values))
    if not _refers_to_hidden(writer, noun, row, parts):
        return writer.create(noun, public_id, row, parts)
    return writer.create(noun, _opaque_id(), row, parts, Visibility.restricted)


def add_citations(writer: Writer, ref: str, citations: Sequence[Values]) -> None:
    """Create citations of one record."""
    for index, citation in enumerate(citations):
        fields = {**citation, "record": ref}
        try:
            create(writer, CITATION, CREATE["citation"].model_validate(fields), fresh=True)
        except Problem as problem:
            inside = [{**error, "pointer": f"/citations/{index}{error['pointer']}"} for error in problem.errors]
            raise Problem(problem.kind, problem.detail, errors=inside) from problem


def update(writer: Writer, noun: Noun, public_id: str, changes: Values, revision: int) -> None:
    """Change fields of a record that is at the revision named."""
    writer.flush()
    present = read(writer.view, noun, public_id)
    _refuse_stale(present, revision)
    pk = keys_of(writer.view, noun, [public_id])[public_id]
    changes = dict(changes)
    wanted = changes.pop("visibility", None)
    planned = _planned(writer, noun, present, changes)
    if planned:
        _refuse_cycle(writer.view, noun, pk, planned[0])
        writer.update(noun, pk, *planned)
    if wanted is not None and wanted != own_visibility(writer.view, pk):
        _refuse_public_writer(writer)
        writer.set_visibility(noun, pk, Visibility(wanted))


def update_many(writer: Writer, noun: Noun, changes: Mapping[str, tuple[Values, Collection[int]]]) -> dict[str, int]:
    """Change fields of many records at once: id -> changes, and the revisions of which the record is at one.

    Neither the visibility of a record nor what stands above it changes so. Returns id -> revision. A problem where
    anything stands in the way; it does not tell at which record.
    """
    writer.flush()
    keys = keys_of(writer.view, noun, changes)
    if len(keys) < len(changes):
        raise not_found(noun.kind)
    present = _read_keys(writer.view, noun, keys.values())
    _look_up(writer, noun, [present[keys[public_id]] | some for public_id, (some, _) in changes.items()])
    planned = {}
    for public_id, (some, revisions) in changes.items():
        record = present[keys[public_id]]
        if record["revision"] not in revisions:
            _refuse_stale(record, -1)
        found = _planned(writer, noun, record, some)
        if found:
            planned[keys[public_id]] = found
    raised = writer.update_many(noun, planned) if planned else {}
    return {public_id: raised.get(pk) or int(present[pk]["revision"]) for public_id, pk in keys.items()}


def _planned(writer: Writer, noun: Noun, present: Values, changes: Values) -> tuple[Values, PartRows] | None:
    """The row and the parts that the changes make of a record; None where they change nothing."""
    emptied: Values = {part.name: [] for part in noun.parts if changes.get(part.name, ...) is None}
    fields = {name: present[name] for name in noun.fields.model_fields} | changes | emptied
    values = noun.fields.model_validate(fields).model_dump()
    if values == noun.fields.model_validate({name: present[name] for name in noun.fields.model_fields}).model_dump():
        return None
    refuse_withheld(writer.withheld, changes)
    row, parts = _to_tables(writer, noun, values)
    if _refers_to_hidden(writer, noun, row, parts):
        _refuse_public_writer(writer)
    return row, _changed_parts(noun, parts, changes)


def _look_up(writer: Writer, noun: Noun, records: Sequence[Values]) -> None:
    """Look up at once what the records refer to."""
    rows: list[tuple[Table, Sequence[Values]]] = [(noun.sql, records)]
    for part in noun.parts:
        items = [item for record in records for item in record[part.name] or ()]
        rows.append((part_sql(part), [{part.scalar: item} if part.scalar else item for item in items]))
    for table, some in rows:
        for name, target in references(table).items():
            _resolve(writer, target, [row[name] for row in some if row.get(name) is not None])


def delete(writer: Writer, noun: Noun, public_id: str, revision: int) -> None:
    """Delete a record that is at the revision named and that nothing refers to; its citations go with it.

    To a writer who sees only what is public, what refers to it in secret does not exist: for the public the record is
    deleted, and for the others it is kept.
    """
    writer.flush()
    view = writer.view
    present = read(view, noun, public_id)
    _refuse_stale(present, revision)
    pk = keys_of(view, noun, [public_id])[public_id]
    refuse_referred_to(view, noun, pk)
    for citation in _citations_of(view, pk):
        remove(writer, CITATION, citation)
    remove(writer, noun, pk)


def delete_many(writer: Writer, noun: Noun, wanted: Mapping[str, Collection[int]]) -> None:
    """Delete many records at once: id -> the revisions of which the record is at one. Their citations go with them.

    A problem where anything stands in the way, and be it one of them that refers to another; it does not tell at which.
    """
    writer.flush()
    view, table = writer.view, writer.view[noun.sql]
    whole = present_view(writer.connection, Reader.restricted)
    keys = keys_of(view, noun, wanted)
    if len(keys) < len(wanted):
        raise not_found(noun.kind)
    citations: list[int] = []
    for some in chunks(keys.values()):
        for public_id, revision in view.connection.execute(
            select(table.c.id, table.c.revision).where(table.c.pk.in_(some))
        ):
            if revision not in wanted[public_id]:
                _refuse_stale({"revision": revision}, -1)
        for referrer in REFERRERS[noun.kind]:
            rows = whole[referrer.table]
            if view.connection.execute(select(rows.c.pk).where(rows.c[referrer.column].in_(some)).limit(1)).first():
                raise Problem("referred-to", "Other records refer to one of them.")
        own = whole[CITATION.sql]
        citations += view.connection.execute(
            select(own.c.pk).where(own.c.record_pk.in_(some)).order_by(own.c.pk)
        ).scalars()
    for some in chunks(citations):
        seen, own = view[CITATION.sql], whole[CITATION.sql]
        found = view.connection.execute(select(func.count()).select_from(seen).where(seen.c.pk.in_(some))).scalar_one()
        cited = view.connection.execute(select(own.c.pk).where(own.c.record_pk.in_(some)).limit(1)).first()
        if found < len(some) or cited:
            raise Problem("referred-to", "Other records refer to one of them.")
    if citations:
        writer.delete(CITATION, *citations)
    writer.delete(noun, *(keys[public_id] for public_id in wanted))


def remove(writer: Writer, noun: Noun, *keys: int) -> None:
    """Delete records to which nothing refers that the writer may see."""
    kept: set[int] = set()
    if writer.reader is Reader.public and writer.is_anything_hidden:
        whole = present_view(writer.connection, Reader.restricted)
        kept = {pk for pk in keys if any(_referring(whole, noun, pk)) or _citations_of(whole, pk)}
        for pk in kept:
            writer.withdraw(noun, pk)
    writer.delete(noun, *(pk for pk in keys if pk not in kept))


def own_visibility(view: View, pk: int) -> str:
    """What was said of a record itself."""
    return str(view.connection.execute(select(RECORD.c.visibility).where(RECORD.c.pk == pk)).scalar_one())


def _citations_of(view: View, pk: int) -> Sequence[int]:
    own = view[CITATION.sql]
    return view.connection.execute(select(own.c.pk).where(own.c.record_pk == pk).order_by(own.c.id)).scalars().all()


def _referring(view: View, noun: Noun, pk: int) -> Iterator[tuple[str, str, str]]:
    """The records that refer to one, citations apart: prefixed id, kind, field."""
    for referrer in REFERRERS[noun.kind]:
        table, owner = view[referrer.table], view[referrer.noun.sql]
        query = select(owner.c.id).where(table.c[referrer.column] == pk)
        if referrer.part:
            query = query.join(table, table.c[referrer.owner] == owner.c.pk)
        for one in view.connection.execute(query).scalars():
            yield ref_of(referrer.noun.kind, one), referrer.noun.kind, referrer.field


def refuse_referred_to(view: View, noun: Noun, pk: int) -> None:
    """A problem with the list of what refers to the record, if anything does."""
    found = sorted(_referring(view, noun, pk))
    if found:
        raise Problem(
            "referred-to",
            f"{len(found)} records refer to this one; change or delete them first.",
            referred_to_by=[{"ref": ref, "kind": kind, "field": name} for ref, kind, name in found[:_SHOWN_REFERRERS]],
            referred_to_by_total=len(found),
        )


def _to_tables(writer: Writer, noun: Noun, values: Values) -> tuple[Values, PartRows]:
    return _with_references(writer, noun, rows_of(noun, values))


def _with_references(writer: Writer, noun: Noun, rows: Rows) -> tuple[Values, PartRows]:
    """The rows with the keys of what they refer to; a problem where there is no such record."""
    errors: list[dict[str, str]] = []
    row = _with_keys(writer, noun.sql, [rows.row], [""], errors)[0]
    parts: dict[Table, tuple[str, Sequence[Values]]] = {}
    for part in noun.parts:
        items = rows.parts[part.name]
        pointers = [f"/{part.name}/{index}" for index in range(len(items))]
        keyed = _with_keys(writer, part_sql(part), items, pointers, errors, scalar=part.scalar)
        parts[part_sql(part)] = (f"{noun.sql.name}_pk", keyed)
    if errors:
        raise Problem("reference-not-found", "The record refers to others that do not exist.", errors=errors)
    if noun.searched:
        parts[SEARCH_FORM] = ("record_pk", rows.forms)
    return row, parts


def _with_keys(
    writer: Writer,
    table: Table,
    rows: Sequence[Values],
    pointers: Sequence[str],
    errors: list[dict[str, str]],
    *,
    scalar: str | None = None,
) -> list[Values]:
    result = [dict(row) for row in rows]
    for name, target in references(table).items():
        wanted = [row[name] for row in rows if row.get(name) is not None]
        keys = _resolve(writer, target, wanted)
        for row, pointer in zip(result, pointers, strict=True):
            if name not in row:
                continue
            value = row.pop(name)
            pk = None if value is None else keys.get(value)
            if value is not None and pk is None:
                place = pointer if scalar else f"{pointer}/{name}"
                errors.append({"pointer": place, "detail": f"no such {target.replace('_', ' ')}"})
            row[f"{name}_pk"] = pk
    return result


def _resolve(writer: Writer, target: str, wanted: Sequence[str]) -> dict[str, int]:
    """Public id (prefixed, where the target may be of any kind) -> key, for those that exist."""
    asked: dict[tuple[str, str], str] = {}
    for value in wanted:
        prefix, _, public_id = value.partition(":") if target not in BY_KIND else ("", "", value)
        kind = target if target in BY_KIND else BY_PREFIX[prefix].kind if prefix in BY_PREFIX else ""
        asked[kind, public_id] = value
    for kind in {kind for kind, _ in asked if kind}:
        unknown = [public_id for one, public_id in asked if one == kind and (kind, public_id) not in writer.keys]
        if unknown:
            found = keys_of(writer.view, BY_KIND[kind], unknown)
            writer.keys.update({(kind, public_id): pk for public_id, pk in found.items()})
    return {value: writer.keys[name] for name, value in asked.items() if name in writer.keys}


def _changed_parts(noun: Noun, parts: PartRows, changed: Collection[str]) -> PartRows:
    """The parts that are written anew where some fields changed; the search forms always are."""
    return {table: rows for table, rows in parts.items() if table is SEARCH_FORM or _part_name(noun, table) in changed}


def _part_name(noun: Noun, table: Table) -> str:
    return next(part.name for part in noun.parts if part_sql(part) is table)


def stem_of(noun: Noun, values: Values) -> tuple[str, bool]:
    """What the id of a new record begins with, and whether that tells which record it is."""
    text = values.get(noun.id_from) if noun.id_from else None
    stem = re.sub(r"[^a-z0-9]+", "-", fold_name(text)).strip("-")[:60].strip("-") if text else ""
    return stem or noun.kind.replace("_", "-"), bool(text)


def _new_id(writer: Writer, noun: Noun, values: Values) -> str:
    if noun is CITATION:
        return _citation_id(writer, values)
    if noun.id_pattern == STATE_PATTERN:
        detail = "the ISO 3166-2 code must be given"
        raise Problem("malformed-body", "A state's id is not made up.", errors=[{"pointer": "/id", "detail": detail}])
    stem, is_telling = stem_of(noun, values)
    if is_telling:
        taken = set(
            writer.connection.execute(
                select(RECORD.c.id).where(RECORD.c.kind == noun.kind, RECORD.c.id.startswith(stem, autoescape=True))
            ).scalars()
        )
        if stem not in taken:
            return stem
    return f"{stem}-{secrets.token_hex(4)}"


def _citation_id(writer: Writer, values: Values) -> str:
    """The same for the same place and version, so that the first data set has the same ids everywhere."""
    place = [values["record"], values["document"], values["paragraph"], values["cue"], writer.next_public]
    return f"citation-{hashlib.sha256(json.dumps(place).encode()).hexdigest()[:16]}"


def _opaque_id() -> str:
    """An id that tells nothing."""
    return f"x{secrets.token_hex(8)}"


def _refuse_telling(given: str | None) -> None:
    """What the public may not see must not be named so that others could run into the name."""
    if given is not None and not _OPAQUE.fullmatch(given):
        detail = "leave it out: the service makes one that tells nothing"
        errors = [{"pointer": "/id", "detail": detail}]
        raise Problem("malformed-body", "A restricted record has no telling id.", errors=errors)


def _refuse_public_writer(writer: Writer) -> None:
    if writer.reader is Reader.public:
        raise Problem("missing-scope", "This needs a key with the scope restricted.", scope="restricted")


def _refers_to_hidden(writer: Writer, noun: Noun, row: Values, parts: PartRows) -> bool:
    """Whether a record refers to another one that the public may not see."""
    if writer.reader is Reader.public or not writer.is_anything_hidden:
        return False
    rows = [(noun.sql, row), *((table, one) for table, (_, found) in parts.items() for one in found)]
    keys = {one[f"{name}_pk"] for table, one in rows for name in references(table) if one.get(f"{name}_pk") is not None}
    return writer.is_any_hidden(keys)


def _refuse_taken(view: View, noun: Noun, public_id: str) -> None:
    if view.connection.execute(select(RECORD.c.pk).where(RECORD.c.kind == noun.kind, RECORD.c.id == public_id)).first():
        raise Problem(
            "id-taken", "Ids are never used twice.", errors=[{"pointer": "/id", "detail": "is or was in use"}]
        )


def _refuse_stale(present: Values, revision: int) -> None:
    if present["revision"] != revision:
        raise Problem("changed-meanwhile", f"The record is at revision {present['revision']}.")


def _refuse_cycle(view: View, noun: Noun, pk: int, row: Values) -> None:
    table = view[noun.sql]
    for name, target in references(noun.sql).items():
        if target != noun.kind:
            continue
        column = table.c[f"{name}_pk"]
        above = row[f"{name}_pk"]
        while above is not None:
            if above == pk:
                raise Problem(
                    "cycle", "A record cannot stand above itself.", errors=[{"pointer": f"/{name}", "detail": "cycle"}]
                )
            # Two indicators may conflict with each other; only what stands above must not come round.
            is_ladder = name != PEER
            above = view.connection.execute(select(column).where(table.c.pk == above)).scalar() if is_ladder else None


def put_back(writer: Writer, noun: Noun, pk: int, fields: Values) -> None:
    """Give a record the fields that it had, whether it has others now, was deleted, or was withdrawn.

    A record that the public deleted and that was kept for others (`Writer.withdraw`) becomes public again.
    """
    writer.flush()
    table = writer.view[noun.sql]
    present = writer.connection.execute(select(table.c.id).where(table.c.pk == pk)).scalar()
    values = noun.fields.model_validate(fields).model_dump()
    refuse_withheld(writer.withheld, values)
    row, parts = _to_tables(writer, noun, values)
    _refuse_cycle(writer.view, noun, pk, row)
    if present is None:
        writer.bring_back(noun, pk, row, parts)
        return
    before = read(writer.view, noun, present)
    changed = {name for name, value in fields.items() if before[name] != value}
    if changed:
        writer.update(noun, pk, row, _changed_parts(noun, parts, changed), Action.restore)
