"""The one place where data is written.

A `Writer` is one transaction. It locks the counter first, so that versions are handed out in the order in which they
are committed; it keeps each table and its history in step; and it logs what it did to which record. Keys come from the
counter too: a new row's key is known before the row is sent, and rows are sent many at a time.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from app.history.tables import HISTORY, OPEN
from app.models.noun import Noun
from app.models.tables import Change, DataCounter, DataVersion, ImportRun, Record, sql_table

_RECORD = sql_table(Record)
_VERSION = sql_table(DataVersion)
_COUNTER = sql_table(DataCounter)
_CHANGE = sql_table(Change)
_RUN = sql_table(ImportRun)
_ORDER = {table: place for place, table in enumerate(_RECORD.metadata.sorted_tables)}
_MOST_PENDING = 20_000

Row = Mapping[str, Any]
PartRows = Mapping[Table, tuple[str, Sequence[Row]]]
"""Part table -> (its owner column, its rows in order)."""


class Writer:
    """One write transaction on an open connection. `close` sends what is pending; the caller commits."""

    def __init__(self, connection: Connection, *, cause: str, actor: str | None = None) -> None:
        """`cause` says by which path the write came: api, seed, import, cli."""
        self.connection = connection
        self.cause = cause
        self.actor = actor
        self.keys: dict[tuple[str, str], int] = {}
        """(Kind, public id) -> key, of records that this transaction made or looked up."""
        self.import_run_pk: int | None = None
        self._source: str | None = None
        self._changes = 0
        self._pending: dict[Table, list[dict[str, Any]]] = {}
        self._pending_rows = 0
        counter = connection.execute(select(_COUNTER).with_for_update()).one()
        self._before, self._public, self._next_pk = counter.number, counter.public_number, counter.next_pk
        self._has_version = False
        self._at = datetime.min.replace(tzinfo=UTC)

    def begin_import(self, source: str) -> None:
        """Say that what follows is one loading of data from outside; it is noted if it changes anything."""
        self._source = source

    @property
    def changes(self) -> int:
        """How many changes of records this transaction has made so far."""
        return self._changes

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

    def create(self, noun: Noun, public_id: str, row: Row, parts: PartRows) -> int:
        """Insert a record, its parts and their history; returns its key."""
        version, pk = self.version, self._new_key()
        self._insert(
            _RECORD,
            {
                "pk": pk,
                "kind": noun.kind,
                "id": public_id,
                "revision": 1,
                "visibility": "public",
                "import_run_pk": self.import_run_pk,
                "created_in": version,
            },
        )
        self._insert_versioned(noun.sql, {**row, "pk": pk, "id": public_id})
        for table, (owner, rows) in parts.items():
            self._insert_parts(table, owner, pk, rows)
        self._log(pk, "create", 1)
        self.keys[noun.kind, public_id] = pk
        return pk

    def update(self, noun: Noun, pk: int, row: Row, parts: PartRows) -> int:
        """Replace a record's row, and the parts named; returns its new revision."""
        self._flushed_version()
        table = noun.sql
        self.connection.execute(update(table).where(table.c.pk == pk).values(**row))
        self._close(table, [pk])
        present = self.connection.execute(select(table).where(table.c.pk == pk)).mappings().one()
        self._insert_history(table, dict(present))
        for part, (owner, rows) in parts.items():
            self._delete_parts(part, owner, pk)
            self._insert_parts(part, owner, pk, rows)
        revision = self._raise_revision(pk)
        self._log(pk, "update", revision)
        self.flush()
        return revision

    def delete(self, noun: Noun, pk: int, parts: Mapping[Table, str]) -> None:
        """Delete a record and its parts (table -> owner column). Its id and its history stay."""
        version = self._flushed_version()
        for part, owner in parts.items():
            self._delete_parts(part, owner, pk)
        table = noun.sql
        self._close(table, [pk])
        self.connection.execute(delete(table).where(table.c.pk == pk))
        self._log(pk, "delete", self._raise_revision(pk, deleted_in=version))
        self.flush()
        self.keys = {name: key for name, key in self.keys.items() if key != pk}

    def flush(self) -> None:
        """Send the rows that are pending, each table after those that it refers to."""
        for table in sorted(self._pending, key=_ORDER.__getitem__):
            statement = insert(table)
            if self.connection.dialect.name == "postgresql":
                # With RETURNING SQLAlchemy sends one statement for many rows; without, the driver sends one for each.
                statement = statement.returning(next(iter(table.primary_key)))
            self.connection.execute(statement, self._pending[table])
        self._pending = {}
        self._pending_rows = 0

    def close(self) -> None:
        """Send all that is pending, and the counter if anything changed."""
        self.flush()
        if self._has_version:
            # As near to the commit as can be: a time just before it should mean the version before.
            self.connection.execute(update(_VERSION).where(_VERSION.c.number == self.version).values(at=self._now()))
            self.connection.execute(
                update(_COUNTER).values(number=self.version, public_number=self._public + 1, next_pk=self._next_pk)
            )

    def _flushed_version(self) -> int:
        """This transaction's version, once its row and all pending ones are sent: what follows may refer to them."""
        version = self.version
        self.flush()
        return version

    def _now(self) -> datetime:
        """The time, which never goes back from one version to the next, even where the clock does."""
        self._at = max(datetime.now(UTC), self._at)
        return self._at

    def _new_key(self) -> int:
        self._next_pk += 1
        return int(self._next_pk - 1)

    def _insert(self, table: Table, row: Row) -> None:
        # One statement carries one set of columns for all of its rows.
        self._pending.setdefault(table, []).append({column.name: row.get(column.name) for column in table.columns})
        self._pending_rows += 1
        if self._pending_rows >= _MOST_PENDING:
            self.flush()

    def _insert_versioned(self, table: Table, row: Row) -> None:
        self._insert(table, row)
        self._insert_history(table, row)

    def _insert_history(self, table: Table, row: Row) -> None:
        self._insert(HISTORY[table.name], {**row, "valid_from": self.version, "valid_to": OPEN})

    def _insert_parts(self, table: Table, owner: str, pk: int, rows: Sequence[Row]) -> None:
        for position, row in enumerate(rows):
            self._insert_versioned(table, {**row, "pk": self._new_key(), owner: pk, "position": position})

    def _delete_parts(self, table: Table, owner: str, pk: int) -> None:
        keys = self.connection.execute(select(table.c.pk).where(table.c[owner] == pk)).scalars().all()
        if keys:
            self._close(table, keys)
            self.connection.execute(delete(table).where(table.c[owner] == pk))

    def _close(self, table: Table, keys: Sequence[int]) -> None:
        history = HISTORY[table.name]
        still_open = (history.c.pk.in_(keys), history.c.valid_to == OPEN)
        # What this transaction itself opened was never current at any version.
        self.connection.execute(delete(history).where(*still_open, history.c.valid_from == self.version))
        self.connection.execute(update(history).where(*still_open).values(valid_to=self.version))

    def _raise_revision(self, pk: int, **more: Any) -> int:
        raised = update(_RECORD).where(_RECORD.c.pk == pk).values(revision=_RECORD.c.revision + 1, **more)
        return int(self.connection.execute(raised.returning(_RECORD.c.revision)).scalar_one())

    def _log(self, pk: int, action: str, revision: int) -> None:
        row = {"version": self.version, "position": self._changes, "record_pk": pk, "action": action}
        self._insert(_CHANGE, {**row, "revision": revision})
        self._changes += 1
