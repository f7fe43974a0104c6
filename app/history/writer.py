"""The one place where data is written.

A `Writer` is one transaction. It locks the counter first, so that versions are handed out in the order in which they
are committed; it keeps each table and its history in step; it logs what it did to which record; and at the end it works
out what the public may see of it. Keys come from the counter too: a new row's key is known before the row is sent, and
rows are sent many at a time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any

from sqlalchemy import Connection, DateTime, Table, delete, func, insert, not_, select, update
from sqlalchemy.dialects import sqlite

from app.history.tables import HISTORY, OPEN, chunks
from app.history.view import View, present_view
from app.history.visibility import hidden_before, hidden_now, hide_the_past, is_anything_hidden, merged, owned
from app.history.withheld import Withheld
from app.models.noun import Noun
from app.models.nouns import BY_KIND
from app.models.tables import (
    Action,
    Amendment,
    Change,
    DataCounter,
    DataVersion,
    ImportRun,
    Reader,
    Record,
    Visibility,
    sql_table,
)

_RECORD = sql_table(Record)
_VERSION = sql_table(DataVersion)
_COUNTER = sql_table(DataCounter)
_CHANGE = sql_table(Change)
_RUN = sql_table(ImportRun)
_AMENDMENT = sql_table(Amendment)
_ORDER = {table: place for place, table in enumerate(_RECORD.metadata.sorted_tables)}
_MOST_PENDING = 20_000
_THERE: Mapping[str, Any] = {"deleted_in": None, "public_deleted_in": None, "merged_into_pk": None}
"""What the registry says of a record that is neither deleted nor merged."""

Row = Mapping[str, Any]
PartRows = Mapping[Table, tuple[str, Sequence[Row]]]
"""Part table -> (its owner column, its rows in order)."""


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class Writer:
    """One write transaction on an open connection. `close` sends what is pending; the caller commits."""

    def __init__(
        self,
        connection: Connection,
        *,
        cause: str,
        actor: str | None = None,
        reader: Reader = Reader.restricted,
        clock: Callable[[], datetime] = now,
        secret: str | None = None,
    ) -> None:
        """`cause` says by which path the write came: api, seed, import, cli. `reader` is what the writer may see.

        Whoever sees only what is public changes nothing else: no record becomes hidden or public by such a write.
        """
        self.connection = connection
        self.cause = cause
        self.actor = actor
        self.reader = reader
        self.keys: dict[tuple[str, str], int] = {}
        """(Kind, public id) -> key, of records that this transaction made or looked up."""
        self.import_run_pk: int | None = None
        self._clock = clock
        self._secret = secret
        self._source: str | None = None
        self._changes = 0
        self._pending: dict[Table, list[tuple[Any, ...]]] = {}
        """Table -> rows, each in the order of the columns."""
        self._pending_rows = 0
        counter = connection.execute(select(_COUNTER).with_for_update()).one()
        self._before, self._public, self._next_pk = counter.number, counter.public_number, counter.next_pk
        self._amendments = counter.amendments
        self._has_version = False
        self._is_public = False
        self._takes_from_public = False
        self._is_settled = True
        self._hides: bool | None = None
        self._hidden: dict[int, bool] = {}
        """Key -> whether the record is hidden, of some."""
        self._at = datetime.min.replace(tzinfo=UTC)
        self.view: View = present_view(connection, reader)
        """What the writer sees: the rows as they are, with its own changes once they are sent."""

    def begin_import(self, source: str) -> None:
        """Say that what follows is one loading of data from outside; it is noted if it changes anything."""
        self._source = source

    @property
    def changes(self) -> int:
        """How many changes of records this transaction has made so far."""
        return self._changes

    @cached_property
    def withheld(self) -> Withheld:
        """The terms that no record may contain."""
        return Withheld.load(self.connection, self._secret)

    @property
    def is_anything_hidden(self) -> bool:
        """Whether there is any record that the public may not see."""
        if self._hides is None:
            self._hides = is_anything_hidden(self.connection)
        return self._hides

    def is_any_hidden(self, keys: Iterable[int]) -> bool:
        """Whether the public may not see one of these records."""
        if not self.is_anything_hidden:
            return False
        asked = set(keys)
        for some in chunks(asked - self._hidden.keys()):
            self.flush()
            query = select(_RECORD.c.pk, _RECORD.c.hidden).where(_RECORD.c.pk.in_(some))
            self._hidden.update(self.connection.execute(query).all())
        return any(self._hidden.get(pk) for pk in asked)

    @property
    def next_public(self) -> int:
        """The public data version that this transaction makes, if the public sees anything of it."""
        return int(self._public + 1)

    @property
    def version(self) -> int:
        """The internal data version that this transaction makes; it exists from its first change on."""
        if not self._has_version:
            self._has_version = True
            latest = self.connection.execute(select(func.max(_VERSION.c.at))).scalar()
            if latest is not None:
                self._at = latest if latest.tzinfo else latest.replace(tzinfo=UTC)
            now = self._now()
            if self._source is not None:
                self.import_run_pk = self._new_key()
                self._insert(_RUN, {"pk": self.import_run_pk, "source": self._source, "at": now})
            row = {"number": self._before + 1, "public_number": self._public + 1, "at": now}
            self._insert(
                _VERSION, {**row, "cause": self.cause, "actor": self.actor, "import_run_pk": self.import_run_pk}
            )
        return int(self._before + 1)

    def create(
        self, noun: Noun, public_id: str, row: Row, parts: PartRows, visibility: Visibility = Visibility.public
    ) -> int:
        """Insert a record, its parts and their history; returns its key."""
        version, pk, hidden = self.version, self._new_key(), visibility is not Visibility.public
        if hidden:
            self._hides = True
        self._hidden[pk] = hidden
        self._insert(
            _RECORD,
            {
                "pk": pk,
                "kind": noun.kind,
                "id": public_id,
                "revision": 1,
                "visibility": visibility,
                "hidden": hidden,
                "import_run_pk": self.import_run_pk,
                "created_in": version,
            },
        )
        self._insert_versioned(noun.sql, {**row, "pk": pk, "id": public_id, "revision": 1, "hidden": hidden})
        for table, (owner, rows) in parts.items():
            self._insert_parts(table, owner, pk, rows, hidden)
        self._log(pk, Action.create, 1, hidden)
        self.keys[noun.kind, public_id] = pk
        return pk

    def update(self, noun: Noun, pk: int, row: Row, parts: PartRows, action: Action = Action.update) -> int:
        """Replace a record's row, and the parts named; returns its new revision."""
        return self.update_many(noun, {pk: (row, parts)}, action)[pk]

    def update_many(
        self, noun: Noun, changes: Mapping[int, tuple[Row, PartRows]], action: Action = Action.update
    ) -> dict[int, int]:
        """The same for many records of a kind: key -> row and parts; returns key -> new revision."""
        self._flushed_version()
        table, raised = noun.sql, self._raise_revisions(changes)
        for pk, (row, _) in changes.items():
            revised = update(table).where(table.c.pk == pk)
            self.connection.execute(revised.values(**row, revision=raised[pk][0]))
        self._close(table, list(changes))
        for some in chunks(changes):
            for present in self.connection.execute(select(table).where(table.c.pk.in_(some))).mappings().all():
                self._insert_history(table, dict(present))
        owners = {part: owner for _, parts in changes.values() for part, (owner, _) in parts.items()}
        for part, owner in owners.items():
            replaced = {pk: parts[part][1] for pk, (_, parts) in changes.items() if part in parts}
            self._delete_parts(part, owner, replaced)
            for pk, rows in replaced.items():
                self._insert_parts(part, owner, pk, rows, raised[pk][1])
        for pk in changes:
            self._log(pk, action, *raised[pk])
        self.flush()
        return {pk: revision for pk, (revision, _) in raised.items()}

    def delete(self, noun: Noun, *keys: int) -> None:
        """Delete records and their parts. Their ids and their history stay."""
        version, raised = self._flushed_version(), self._raise_revisions(keys)
        gone = {"deleted_in": version}
        for some in chunks(keys):
            self.connection.execute(update(_RECORD).where(_RECORD.c.pk.in_(some)).values(gone))
            told = update(_RECORD).where(_RECORD.c.pk.in_(some), not_(_RECORD.c.hidden))
            self.connection.execute(told.values(public_deleted_in=version))
        for table, owner in reversed(owned(noun).items()):
            self._delete_parts(table, owner, keys)
        for pk in keys:
            self._log(pk, Action.delete, *raised[pk])
        self.flush()
        gone_keys = set(keys)
        self.keys = {name: key for name, key in self.keys.items() if key not in gone_keys}

    def restore(self, noun: Noun, pk: int, row: Row, parts: PartRows) -> int:
        """Bring back a deleted record, with a row and parts; returns its new revision."""
        self._flushed_version()
        revision, hidden = self._raise_revision(pk)
        self.connection.execute(update(_RECORD).where(_RECORD.c.pk == pk).values(**_THERE))
        public_id = self.connection.execute(select(_RECORD.c.id).where(_RECORD.c.pk == pk)).scalar_one()
        self._insert_versioned(noun.sql, {**row, "pk": pk, "id": public_id, "revision": revision, "hidden": hidden})
        for table, (owner, rows) in parts.items():
            self._insert_parts(table, owner, pk, rows, hidden)
        self._log(pk, Action.restore, revision, hidden)
        self.flush()
        self.keys[noun.kind, public_id] = pk
        return revision

    def withdraw(self, noun: Noun, pk: int) -> None:
        """Delete a record for the public, and keep it for those who may see what refers to it."""
        self._flip(noun, pk, hidden=True, public_action=Action.delete)
        values = {"visibility": Visibility.restricted, "public_deleted_in": self.version}
        self.connection.execute(update(_RECORD).where(_RECORD.c.pk == pk).values(**values))

    def bring_back(self, noun: Noun, pk: int, row: Row, parts: PartRows) -> None:
        """Bring back a record that is not there for the writer.

        What the public deleted and others kept (`withdraw`), or deleted later, is public again when a writer brings it
        back who sees only what is public: to that writer it was deleted like any other.
        """
        own = _RECORD.c.pk == pk
        record = self.connection.execute(select(_RECORD).where(own)).one()
        if self.reader is Reader.restricted or not record.hidden:
            self.restore(noun, pk, row, parts)
            if record.hidden:
                # For the public it was deleted before, and still is.
                told = {"public_deleted_in": record.public_deleted_in, "merged_into_pk": record.merged_into_pk}
                self.connection.execute(update(_RECORD).where(own).values(told))
            return
        if record.deleted_in is not None:
            self.connection.execute(update(_RECORD).where(own).values(visibility=Visibility.public, hidden=False))
            self._hidden.clear()
            self.restore(noun, pk, row, parts)
        else:
            self.update(noun, pk, row, parts, Action.restore)
            self.bring_back_withdrawn(noun, pk)
            self.keys[noun.kind, record.id] = pk
        # What was hidden only for referring to it comes to light with it.
        self._is_settled = False

    def bring_back_withdrawn(self, noun: Noun, pk: int) -> None:
        """Give a record back to the public, from whom it was withdrawn; it is as those see it who kept it."""
        public = {"visibility": Visibility.public, "public_deleted_in": None, "merged_into_pk": None}
        self.connection.execute(update(_RECORD).where(_RECORD.c.pk == pk).values(**public))
        self._flip(noun, pk, hidden=False, public_action=Action.restore)
        self._is_settled = False

    def set_visibility(self, noun: Noun, pk: int, visibility: Visibility) -> int:
        """Say of a record itself who may see it; what follows for others is worked out at the end. Its new revision."""
        self._flushed_version()
        self._hides = True
        self.connection.execute(update(_RECORD).where(_RECORD.c.pk == pk).values(visibility=visibility))
        action = Action.publish if visibility is Visibility.public else Action.restrict
        return self.update(noun, pk, {}, {}, action)

    def expunged(self, ranges: Iterable[tuple[int, int, bool]]) -> None:
        """Note that past versions (first, last + 1, whether the public saw it) lost something for good."""
        self._flushed_version()
        found = list(ranges)
        for is_public in (True, False):
            spans = merged((first, last) for first, last, seen in found if seen is is_public)
            self._amend(spans, is_public=is_public, reason="expunged")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of the transaction that any exception undoes, as if it had not been begun; what came before stays."""
        # What is pending may be sent within, and is then undone with it: it has to be sent again.
        pending = {table: list(rows) for table, rows in self._pending.items()}
        before = vars(self) | {"keys": dict(self.keys), "_pending": pending}
        try:
            with self.connection.begin_nested():
                yield
                self.flush()
        except BaseException:
            vars(self).update(before)
            self._hidden.clear()
            raise

    def flush(self) -> None:
        """Send the rows that are pending, each table after those that it refers to."""
        for table in sorted(self._pending, key=_ORDER.__getitem__):
            _send(self.connection, table, self._pending[table])
        self._pending = {}
        self._pending_rows = 0

    def close(self) -> None:
        """Send all that is pending, work out what the public sees of it, and send the counter if anything changed."""
        self.flush()
        if not self._has_version:
            return
        if not self._is_settled:
            self._settle()
            self.flush()
        public = self._public + self._is_public
        # As near to the commit as can be: a time just before it should mean the version before.
        self.connection.execute(
            update(_VERSION).where(_VERSION.c.number == self.version).values(at=self._now(), public_number=public)
        )
        self.connection.execute(
            update(_COUNTER).values(
                number=self.version, public_number=public, next_pk=self._next_pk, amendments=self._amendments
            )
        )

    # --- what the public may see -----------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Hide what has come to exist only through hidden rows, and show what no longer does."""
        if not self.is_anything_hidden:
            self._is_settled = True
            return
        before, after = hidden_before(self.connection), hidden_now(self.connection)
        while newly := self._nouns(after - before):
            for pk, noun in newly.items():
                self._flip(noun, pk, hidden=True)
            # What they were before it hides too, and all that existed only through them.
            lost = hide_the_past(self.connection, [(noun, pk) for pk, noun in newly.items()], self.version)
            self._amend(merged(lost), is_public=True, reason="restricted")
            before |= after
            if lost:
                # Evidence that was public once may be hidden with the past, so that more is without any.
                after = hidden_now(self.connection)
        for pk, noun in self._nouns(before - after).items():
            self._flip(noun, pk, hidden=False, public_action=Action.create)
        self.flush()
        told = select(_CHANGE.c.position).where(_CHANGE.c.version == self.version, _CHANGE.c.public_action.is_not(None))
        self._is_public = self._takes_from_public or self.connection.execute(told.limit(1)).first() is not None
        self._is_settled = True

    def _nouns(self, keys: Iterable[int]) -> dict[int, Noun]:
        query = select(_RECORD.c.pk, _RECORD.c.kind).order_by(_RECORD.c.pk)
        return {
            pk: BY_KIND[kind]
            for some in chunks(keys)
            for pk, kind in self.connection.execute(query.where(_RECORD.c.pk.in_(some)))
        }

    def _flip(self, noun: Noun, pk: int, *, hidden: bool, public_action: Action | None = None) -> None:
        """Hide a record from now on, or show it. A record that this transaction has changed already is told once."""
        version = self._flushed_version()
        mine = (_CHANGE.c.record_pk == pk, _CHANGE.c.version == version)
        is_told = self.connection.execute(select(_CHANGE.c.record_pk).where(*mine).limit(1)).first() is not None
        record = update(_RECORD).where(_RECORD.c.pk == pk).values(hidden=hidden)
        self._hidden.clear()
        if is_told:
            self.connection.execute(record)
            latest = select(func.max(_CHANGE.c.position)).where(*mine).scalar_subquery()
            self.connection.execute(update(_CHANGE).where(*mine).values(public_action=None))
            told = update(_CHANGE).where(*mine, _CHANGE.c.position == latest)
            self.connection.execute(told.values(public_action=public_action))
            raised = {}
        else:
            revision, _ = self._raise_revision(pk)
            self.connection.execute(record)
            raised = {"revision": revision}
            self._log(pk, Action.restrict if hidden else Action.publish, revision, public_action=public_action)
        if public_action is not None:
            self._is_public = True
        for table, owner in owned(noun).items():
            keys = self._keys_of(table, owner, [pk])
            own = raised if table is noun.sql else {}
            self.connection.execute(update(table).where(table.c[owner] == pk).values(hidden=hidden, **own))
            self._close(table, keys)
            for row in self.connection.execute(select(table).where(table.c[owner] == pk)).mappings().all():
                self._insert_history(table, dict(row))
        self.flush()

    def _amend(self, ranges: Iterable[tuple[int, int]], *, is_public: bool, reason: str) -> None:
        for first, last in ranges:
            self._amendments += 1
            row = {"number": self._amendments, "version": self.version, "first": first, "last": last}
            self._insert(_AMENDMENT, {**row, "is_public": is_public, "reason": reason})
            self._takes_from_public = self._takes_from_public or is_public
            self._is_public = self._is_public or is_public

    # --- rows ------------------------------------------------------------------------------------------------------

    def _flushed_version(self) -> int:
        """This transaction's version, once its row and all pending ones are sent: what follows may refer to them."""
        version = self.version
        self.flush()
        return version

    def _now(self) -> datetime:
        """The time, which never goes back from one version to the next, even where the clock does."""
        self._at = max(self._clock(), self._at)
        return self._at

    def _new_key(self) -> int:
        self._next_pk += 1
        return int(self._next_pk - 1)

    def _insert(self, table: Table, row: Row) -> None:
        # One statement carries one set of columns for all of its rows.
        self._pending.setdefault(table, []).append(tuple(map(row.get, _names(table))))
        self._pending_rows += 1
        if self._pending_rows >= _MOST_PENDING:
            self.flush()

    def _insert_versioned(self, table: Table, row: Row) -> None:
        self._insert(table, row)
        self._insert_history(table, row)

    def _insert_history(self, table: Table, row: Row) -> None:
        self._insert(HISTORY[table.name], {**row, "valid_from": self.version, "valid_to": OPEN})

    def _insert_parts(self, table: Table, owner: str, pk: int, rows: Sequence[Row], hidden: bool) -> None:
        for position, row in enumerate(rows):
            own = {"pk": self._new_key(), owner: pk, "position": position, "hidden": hidden}
            self._insert_versioned(table, {**row, **own})

    def _delete_parts(self, table: Table, owner: str, owners: Iterable[int]) -> None:
        for some in chunks(owners):
            keys = self._keys_of(table, owner, some)
            if keys:
                self._close(table, keys)
                self.connection.execute(delete(table).where(table.c[owner].in_(some)))

    def _keys_of(self, table: Table, owner: str, owners: Sequence[int]) -> Sequence[int]:
        if owner == "pk":
            return owners
        return self.connection.execute(select(table.c.pk).where(table.c[owner].in_(owners))).scalars().all()

    def _close(self, table: Table, keys: Iterable[int]) -> None:
        history = HISTORY[table.name]
        for some in chunks(keys):
            still_open = (history.c.pk.in_(some), history.c.valid_to == OPEN)
            # What this transaction itself opened was never current at any version.
            self.connection.execute(delete(history).where(*still_open, history.c.valid_from == self.version))
            self.connection.execute(update(history).where(*still_open).values(valid_to=self.version))

    def _raise_revision(self, pk: int) -> tuple[int, bool]:
        return self._raise_revisions([pk])[pk]

    def _raise_revisions(self, keys: Iterable[int]) -> dict[int, tuple[int, bool]]:
        """Key -> the next revision of the record, and whether it is hidden."""
        raised = update(_RECORD).values(revision=_RECORD.c.revision + 1)
        told = raised.returning(_RECORD.c.pk, _RECORD.c.revision, _RECORD.c.hidden)
        found = [row for some in chunks(keys) for row in self.connection.execute(told.where(_RECORD.c.pk.in_(some)))]
        return {row.pk: (int(row.revision), bool(row.hidden)) for row in found}

    def _log(
        self, pk: int, action: Action, revision: int, hidden: bool = True, *, public_action: Action | None = None
    ) -> None:
        told = public_action if hidden else action
        row = {"version": self.version, "position": self._changes, "record_pk": pk, "action": action}
        self._insert(_CHANGE, {**row, "public_action": told, "revision": revision})
        self._changes += 1
        self._is_public = self._is_public or told is not None
        if self.reader is Reader.restricted:
            self._is_settled = False


def _send(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    if connection.dialect.name == "sqlite" and _is_plain(table):
        # To look at each value, as SQLAlchemy does, takes longer than to insert it.
        connection.exec_driver_sql(_insertion(table), rows)
        return
    statement = insert(table)
    if connection.dialect.name == "postgresql":
        # With RETURNING SQLAlchemy sends one statement for many rows; without, the driver sends one for each.
        statement = statement.returning(next(iter(table.primary_key)))
    connection.execute(statement, [dict(zip(_names(table), row, strict=True)) for row in rows])


@cache
def _is_plain(table: Table) -> bool:
    """Whether SQLite takes every value as it is."""
    return not any(isinstance(column.type, DateTime) for column in table.columns)


@cache
def _insertion(table: Table) -> str:
    return str(insert(table).compile(dialect=sqlite.dialect(), column_keys=_names(table)))


@cache
def _names(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)
