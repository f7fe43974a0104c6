"""The change log as each class of reader may see it: the feed, the history of one record, and what a version did.

What the public is told of a change is in `public_action`; the rest of the log does not exist for it. So that nothing
can be counted, changes are numbered within their version among those that the reader may see.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from app.history.tables import HISTORY, chunks
from app.history.view import View, past_view, present_view
from app.models.noun import Noun, Values
from app.models.nouns import BY_KIND, ref_of
from app.models.tables import Action, Amendment, Change, DataVersion, ImportRun, sql_table
from app.problems import Problem, not_found
from app.store.database import Database
from app.store.reading import RECORD
from app.store.records import read

CHANGE = sql_table(Change)
VERSION = sql_table(DataVersion)
_AMENDMENT = sql_table(Amendment)
_RUN = sql_table(ImportRun)
_OWN = VERSION.alias()
"""The version that an import run made, beside the one that undid it."""

UNDO = "undo"
"""The cause of the versions that undo an import run."""
CHUNK = 1000
"""Changes that are read at a time where all of them are wanted."""

_CURSOR = re.compile(r"([0-9]{1,15})\.([0-9]{1,15})")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the log: after a change, or after all of a version. The feed goes on behind it."""

    version: int
    """Internal."""
    position: int = 2**31 - 1
    index: int = -1
    """Number of the change among those of its version that the reader may see; -1 where there is none."""


@dataclass(frozen=True, slots=True)
class FeedChange:
    """One change, as a class of reader is told of it."""

    place: Place
    ordinal: int
    """The version as the class of reader counts it."""
    version: str
    at: datetime
    cause: str
    actor: str | None
    action: str
    kind: str
    record_id: str
    revision: int
    import_run: str | None

    @property
    def id(self) -> str:
        """Names the change among those that the class of reader may see: `12.3`."""
        return f"{self.ordinal}.{self.place.index}"

    @property
    def ref(self) -> str:
        """Prefixed id of the record."""
        return ref_of(self.kind, self.record_id)

    @property
    def address(self) -> str:
        """Where the record is, as the version left it."""
        return f"/v1/{BY_KIND[self.kind].path}/{self.record_id}?as_of={self.version}"


@dataclass(frozen=True, slots=True)
class Taken:
    """Past versions that lost something, and the version that took it away."""

    version: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class FeedPage:
    """A part of the feed."""

    changes: list[FeedChange]
    taken: list[Taken]
    is_last: bool
    place: Place
    """Where the next part begins."""


# --- what the reader may see ---------------------------------------------------------------------------------------


def told(view: View) -> ColumnElement[bool]:
    """The changes that the class of reader is told of."""
    return CHANGE.c.public_action.is_not(None) if view.is_public else CHANGE.c.action.is_not(None)


def action_of(view: View) -> ColumnElement[Any]:
    """What it is told."""
    return CHANGE.c.public_action if view.is_public else CHANGE.c.action


def ordinal_of(view: View) -> ColumnElement[Any]:
    """The number of a version in the class of reader."""
    return VERSION.c.public_number if view.is_public else VERSION.c.number


def label(view: View, ordinal: int) -> str:
    """The name of a version in the class of reader."""
    return f"{view.version[0]}{ordinal}"


def as_utc(moment: datetime) -> datetime:
    """A stored moment with its zone, which SQLite does not keep."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _run_label(view: View, row: Any) -> str | None:
    return None if row.run is None else label(view, row.run)


# --- the feed ------------------------------------------------------------------------------------------------------


def place_of(view: View, since: str | None) -> Place:
    """The place that `since` names: a version of the class of reader, or the id of a change."""
    if since is None:
        return Place(0)
    found = _CURSOR.fullmatch(since)
    if found:
        return _place_of_change(view, int(found[1]), int(found[2]))
    letter = view.version[0]
    if re.fullmatch(rf"{letter}[0-9]{{1,15}}", since):
        if int(since[1:]) <= view.ordinal:
            return Place(past_view(view, int(since[1:])).number)
        detail = "There is no such version yet."
    else:
        detail = "Neither a version nor the id of a change."
    wrong = [{"parameter": "since", "detail": f"{letter} and a number, or the id of a change"}]
    raise Problem("bad-parameter", detail, errors=wrong)


def _place_of_change(view: View, ordinal: int, index: int) -> Place:
    # Of the versions with one public number the first is the one that the public was told of.
    number = view.connection.execute(select(func.min(VERSION.c.number)).where(ordinal_of(view) == ordinal)).scalar()
    if number is not None and ordinal <= view.ordinal:
        query = select(CHANGE.c.position).where(CHANGE.c.version == number, told(view)).order_by(CHANGE.c.position)
        position = view.connection.execute(query.offset(index).limit(1)).scalar()
        if position is not None:
            return Place(number, position, index)
        if _is_amended(view, number):
            # It was there, and is gone with what the amendment took: the reader is told to read that again anyway.
            return Place(number)
    wrong = [{"parameter": "since", "detail": "no such change"}]
    raise Problem("bad-parameter", "There is no such change.", errors=wrong)


def read_feed(
    view: View,
    after: Place,
    *,
    limit: int,
    kinds: Collection[str] = (),
    record: tuple[str, str] | None = None,
) -> FeedPage:
    """The changes behind a place, oldest first, up to the view's version; of some kinds or one record alone."""
    query = (
        select(
            CHANGE.c.version,
            CHANGE.c.position,
            CHANGE.c.revision,
            action_of(view).label("action"),
            ordinal_of(view).label("ordinal"),
            VERSION.c.at,
            VERSION.c.cause,
            VERSION.c.actor,
            RECORD.c.kind,
            RECORD.c.id,
            (_OWN.c.public_number if view.is_public else _OWN.c.number).label("run"),
        )
        .join(VERSION, VERSION.c.number == CHANGE.c.version)
        .join(RECORD, RECORD.c.pk == CHANGE.c.record_pk)
        .outerjoin(_OWN, and_(_OWN.c.import_run_pk == VERSION.c.import_run_pk, _OWN.c.cause != UNDO))
        .where(told(view), CHANGE.c.version <= view.number)
        .order_by(CHANGE.c.version, CHANGE.c.position)
    )
    if kinds:
        query = query.where(RECORD.c.kind.in_(kinds))
    if record is not None:
        key = select(RECORD.c.pk).where(RECORD.c.kind == record[0], RECORD.c.id == record[1]).scalar_subquery()
        query = query.where(CHANGE.c.record_pk == key)
    # Asked for together, the rest of a large version would be searched from its beginning.
    rest = query.where(CHANGE.c.version == after.version, CHANGE.c.position > after.position)
    rows = list(view.connection.execute(rest.limit(limit + 1)).all())
    if len(rows) <= limit:
        later = query.where(CHANGE.c.version > after.version)
        rows += view.connection.execute(later.limit(limit + 1 - len(rows))).all()
    is_last = len(rows) <= limit
    rows = rows[:limit]
    places = _places(view, after, rows, is_whole=not kinds and record is None)
    changes = [
        FeedChange(
            place=place,
            ordinal=row.ordinal,
            version=label(view, row.ordinal),
            at=as_utc(row.at),
            cause=row.cause,
            actor=row.actor,
            action=row.action,
            kind=row.kind,
            record_id=row.id,
            revision=row.revision,
            import_run=_run_label(view, row),
        )
        for place, row in zip(places, rows, strict=True)
    ]
    end = Place(view.number) if is_last else places[-1]
    return FeedPage(changes, _taken(view, after, end), is_last, end)


def _places(view: View, after: Place, rows: Sequence[Any], *, is_whole: bool) -> list[Place]:
    """The places of changes that stand behind another one, with their numbers within their versions."""
    if not is_whole:
        return _counted_places(view, after, rows)
    places, before = [], after
    for row in rows:
        index = before.index + 1 if row.version == before.version else 0
        before = Place(row.version, row.position, index)
        places.append(before)
    return places


def _counted_places(view: View, after: Place, rows: Sequence[Any]) -> list[Place]:
    """The same where the changes are not all that there are: the others between them are counted."""
    found: dict[tuple[int, int], int] = {}
    for version, positions in _by_version(rows):
        starts = after.position if version == after.version else -1
        between = (CHANGE.c.version == version, CHANGE.c.position > starts, CHANGE.c.position <= max(positions))
        number = func.row_number().over(order_by=CHANGE.c.position)
        counted = select(CHANGE.c.position, number.label("number")).where(*between, told(view)).subquery()
        base = after.index if version == after.version else -1
        for some in chunks(positions):
            query = select(counted).where(counted.c.position.in_(some))
            found |= {(version, position): base + place for position, place in view.connection.execute(query)}
    return [Place(row.version, row.position, found[row.version, row.position]) for row in rows]


def _by_version(rows: Sequence[Any]) -> Iterator[tuple[int, list[int]]]:
    versions: dict[int, list[int]] = {}
    for row in rows:
        versions.setdefault(row.version, []).append(row.position)
    yield from versions.items()


def changes_of(
    database: Database,
    view: View,
    after: Place,
    *,
    kinds: Collection[str] = (),
    record: tuple[str, str] | None = None,
) -> Iterator[FeedPage]:
    """All changes behind a place up to the version of a view, a part at a time, each read by itself.

    The view may be closed by then: no transaction lasts for as long as somebody takes to read.
    """
    place, reader, ordinal = after, view.reader, view.ordinal
    while True:
        with database.read() as connection:
            page = read_feed(
                past_view(present_view(connection, reader), ordinal), place, limit=CHUNK, kinds=kinds, record=record
            )
        yield page
        if page.is_last:
            return
        place = page.place


# --- amendments ----------------------------------------------------------------------------------------------------


def _taken_from(view: View) -> ColumnElement[bool]:
    """The amendments that concern the class of reader."""
    return _AMENDMENT.c.is_public if view.is_public else _AMENDMENT.c.reason == "expunged"


def _is_amended(view: View, number: int) -> bool:
    """Whether something was taken from an internal version, or from what it told of the one before."""
    concerned = (_AMENDMENT.c.first <= number, _AMENDMENT.c.last >= number, _taken_from(view))
    return view.connection.execute(select(_AMENDMENT.c.number).where(*concerned).limit(1)).first() is not None


def _taken(view: View, after: Place, end: Place) -> list[Taken]:
    """What the versions of a part of the feed took away. It stands before all other changes of its version."""
    query = (
        select(_AMENDMENT.c.version, _AMENDMENT.c.first, _AMENDMENT.c.last)
        .where(_AMENDMENT.c.version > after.version, _AMENDMENT.c.version <= end.version, _taken_from(view))
        .order_by(_AMENDMENT.c.number)
    )
    rows = view.connection.execute(query).all()
    numbers = {number for row in rows for number in (row.version, row.first, row.last - 1)}
    names: dict[int, str] = {}
    for some in chunks(numbers):
        own = select(VERSION.c.number, ordinal_of(view)).where(VERSION.c.number.in_(some))
        names |= {number: label(view, ordinal) for number, ordinal in view.connection.execute(own)}
    return [Taken(names[row.version], names[row.first], names[row.last - 1]) for row in rows]


# --- the history of one record -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Revision:
    """What one version made of a record."""

    number: int
    """Internal version."""
    revision: int
    version: str
    at: datetime
    cause: str
    actor: str | None
    action: str
    import_run: str | None
    record: Values | None
    """The record as it was then; None where it was deleted."""
    changed: list[str]
    """Fields that differ from the revision before."""


def key_of_known(view: View, noun: Noun, public_id: str) -> int:
    """The key of a record that the reader knows of, though it may be deleted; a problem where there is none."""
    named = (RECORD.c.kind == noun.kind, RECORD.c.id == public_id)
    query = select(RECORD.c.pk).join(CHANGE, CHANGE.c.record_pk == RECORD.c.pk)
    query = query.where(*named, told(view), CHANGE.c.version <= view.number)
    pk = view.connection.execute(query.limit(1)).scalar()
    if pk is None:
        raise not_found(noun.kind)
    return int(pk)


def revision_now(view: View, pk: int) -> int:
    """The revision of the last change of a record that the reader is told of."""
    query = select(func.max(CHANGE.c.revision)).where(CHANGE.c.record_pk == pk, told(view))
    return int(view.connection.execute(query).scalar_one())


def history_of(
    view: View, noun: Noun, public_id: str, *, before: str | None = None, limit: int
) -> tuple[list[Revision], str | None]:
    """The revisions of a record, newest first, and the cursor of the next page.

    Several changes of one version are told as one: what was in between was never to be seen.
    """
    pk = key_of_known(view, noun, public_id)
    versions = _versions_of(view, pk, before=before, limit=limit + 1)
    shown = versions[:limit]
    entries = [_revision(view, noun, public_id, changes) for changes in shown]
    older = _last_state(view, noun, public_id, pk, entries[-1].number) if entries else None
    for place in range(len(entries) - 1, -1, -1):
        entry = entries[place]
        if entry.record is not None:
            entries[place] = Revision(**{**_members(entry), "changed": _changed(noun, older, entry.record)})
            older = entry.record
    following = entries[-1].version if len(versions) > limit else None
    return entries, following


def _versions_of(view: View, pk: int, *, before: str | None, limit: int) -> list[list[Any]]:
    """The changes of a record by version, newest version first, each in order."""
    query = (
        select(
            CHANGE.c.version,
            CHANGE.c.revision,
            action_of(view).label("action"),
            ordinal_of(view).label("ordinal"),
            VERSION.c.at,
            VERSION.c.cause,
            VERSION.c.actor,
            (_OWN.c.public_number if view.is_public else _OWN.c.number).label("run"),
        )
        .join(VERSION, VERSION.c.number == CHANGE.c.version)
        .outerjoin(_OWN, and_(_OWN.c.import_run_pk == VERSION.c.import_run_pk, _OWN.c.cause != UNDO))
    )
    own = (CHANGE.c.record_pk == pk, told(view), CHANGE.c.version <= view.number)
    newest = select(CHANGE.c.version).join(VERSION, VERSION.c.number == CHANGE.c.version).where(*own).distinct()
    if before is not None:
        if not re.fullmatch(rf"{view.version[0]}[0-9]{{1,15}}", before):
            raise Problem("bad-cursor", "Take the cursor from `next` of the page before.")
        newest = newest.where(ordinal_of(view) < int(before[1:]))
    newest = newest.order_by(CHANGE.c.version.desc()).limit(limit)
    query = query.where(*own, CHANGE.c.version.in_(newest.scalar_subquery()))
    found: dict[int, list[Any]] = {}
    for row in view.connection.execute(query.order_by(CHANGE.c.version.desc(), CHANGE.c.position)):
        found.setdefault(row.version, []).append(row)
    return list(found.values())


def _revision(view: View, noun: Noun, public_id: str, changes: Sequence[Any]) -> Revision:
    last = changes[-1]
    is_deleted = last.action == Action.delete
    # A record that one version made and changed was created by it.
    action = Action.create.value if changes[0].action == Action.create and not is_deleted else last.action
    then = past_view(view, last.ordinal)
    return Revision(
        number=last.version,
        revision=last.revision,
        version=label(view, last.ordinal),
        at=as_utc(last.at),
        cause=last.cause,
        actor=last.actor,
        action=action,
        import_run=_run_label(view, last),
        record=None if is_deleted else read(then, noun, public_id),
        changed=[],
    )


def _last_state(view: View, noun: Noun, public_id: str, pk: int, number: int) -> Values | None:
    """The record as it was last before an internal version."""
    past = HISTORY[noun.sql.name]
    query = select(func.max(past.c.valid_from)).where(past.c.pk == pk, past.c.valid_from < number)
    if view.is_public:
        query = query.where(~past.c.hidden)
    since = view.connection.execute(query).scalar()
    if since is None:
        return None
    ordinal = view.connection.execute(select(ordinal_of(view)).where(VERSION.c.number == since)).scalar_one()
    return read(past_view(view, ordinal), noun, public_id)


def _changed(noun: Noun, before: Values | None, after: Values) -> list[str]:
    if before is None:
        return []
    # Not the visibility: what is restricted once is so in all of its past, and `action` tells of it.
    return [name for name in noun.fields.model_fields if before[name] != after[name]]


def _members(entry: Revision) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in Revision.__slots__}


# --- versions and import runs --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VersionSummary:
    """What is known of a version."""

    version: str
    at: datetime | None
    cause: str | None
    actor: str | None
    changes: int
    is_amended: bool
    import_run: str | None


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What is known of an import run."""

    pk: int
    number: int
    """Internal version."""
    id: str
    source: str
    at: datetime
    cause: str
    actor: str | None
    created: int
    updated: int
    deleted: int
    undone_in: str | None


def describe_version(view: View) -> VersionSummary:
    """The version of a view."""
    # Of the versions with one public number the first is the one that the public was told of.
    first = select(func.min(VERSION.c.number)).where(ordinal_of(view) == view.ordinal).scalar_subquery()
    own = _OWN.c.public_number if view.is_public else _OWN.c.number
    query = select(VERSION, own.label("run")).where(VERSION.c.number == first)
    query = query.outerjoin(_OWN, and_(_OWN.c.import_run_pk == VERSION.c.import_run_pk, _OWN.c.cause != UNDO))
    row = view.connection.execute(query).first() if view.ordinal else None
    if row is None:
        return VersionSummary(view.version, None, None, None, 0, bool(view.amended), None)
    changes = select(func.count()).where(CHANGE.c.version == row.number, told(view))
    return VersionSummary(
        version=view.version,
        at=as_utc(row.at),
        cause=row.cause,
        actor=row.actor,
        changes=view.connection.execute(changes).scalar_one(),
        is_amended=bool(view.amended),
        import_run=_run_label(view, row),
    )


def list_runs(view: View, *, before: int | None = None, limit: int) -> list[RunSummary]:
    """The import runs that the reader may know of, newest first; with `before`, those of smaller ordinals."""
    query = _runs(view).order_by(VERSION.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(ordinal_of(view) < before)
    return _summaries(view, view.connection.execute(query).all())


def find_run(view: View, run: str) -> RunSummary:
    """An import run by its id; a problem where there is none."""
    if re.fullmatch(rf"{view.version[0]}[0-9]{{1,15}}", run):
        found = view.connection.execute(_runs(view).where(ordinal_of(view) == int(run[1:]))).all()
        if found:
            return _summaries(view, found)[0]
    raise not_found("import run")


def _runs(view: View) -> Select[Any]:
    before = VERSION.alias()
    query = (
        select(VERSION, ordinal_of(view).label("ordinal"), _RUN.c.source)
        .join(_RUN, _RUN.c.pk == VERSION.c.import_run_pk)
        .where(VERSION.c.cause != UNDO)
    )
    if view.is_public:
        # Only what made a public version: one with a public number that the version before does not have.
        query = query.outerjoin(before, before.c.number == VERSION.c.number - 1)
        query = query.where(VERSION.c.public_number > func.coalesce(before.c.public_number, 0))
    return query


def _summaries(view: View, rows: Sequence[Any]) -> list[RunSummary]:
    counts: dict[int, dict[str, int]] = {}
    undone: dict[int, int] = {}
    for some in chunks(row.number for row in rows):
        query = select(CHANGE.c.version, action_of(view), func.count()).where(CHANGE.c.version.in_(some), told(view))
        for number, action, count in view.connection.execute(query.group_by(CHANGE.c.version, action_of(view))):
            counts.setdefault(number, {})[action] = count
    for some in chunks(row.import_run_pk for row in rows):
        undoing = select(VERSION.c.import_run_pk, func.max(ordinal_of(view)))
        # What the public is not told of was not undone for it.
        seen = select(CHANGE.c.version).where(CHANGE.c.version == VERSION.c.number, told(view)).exists()
        undoing = undoing.where(VERSION.c.import_run_pk.in_(some), VERSION.c.cause == UNDO, seen)
        undone |= dict(view.connection.execute(undoing.group_by(VERSION.c.import_run_pk)).all())
    return [
        RunSummary(
            pk=row.import_run_pk,
            number=row.number,
            id=label(view, row.ordinal),
            source=row.source,
            at=as_utc(row.at),
            cause=row.cause,
            actor=row.actor,
            created=counts.get(row.number, {}).get(Action.create, 0),
            updated=counts.get(row.number, {}).get(Action.update, 0),
            deleted=counts.get(row.number, {}).get(Action.delete, 0),
            undone_in=label(view, undone[row.import_run_pk]) if row.import_run_pk in undone else None,
        )
        for row in rows
    ]


def run_for(view: View, run: RunSummary) -> RunSummary:
    """An import run as the class of reader of a view knows it, where that of another one named it."""
    ordinal = view.connection.execute(select(ordinal_of(view)).where(VERSION.c.number == run.number)).scalar_one()
    return find_run(view, label(view, ordinal))
