"""The one place where data is written.

A `Writer` is one transaction. It locks the counter first, so that versions are handed out in the order in which they
are committed; it keeps each table and its history in step; and it logs what it did to which record.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from app.history.tables import HISTORY, OPEN
from app.models.noun import Noun
from app.models.tables import Change, DataCounter, DataVersion, ImportRun, Record

_RECORD: Table = Record.__table__  # type: ignore[attr-defined]
_VERSION: Table = DataVersion.__table__  # type: ignore[attr-defined]
_COUNTER: Table = DataCounter.__table__  # type: ignore[attr-defined]
_CHANGE: Table = Change.__table__  # type: ignore[attr-defined]
_RUN: Table = ImportRun.__table__  # type: ignore[attr-defined]

Row = Mapping[str, Any]
PartRows = Mapping[Table, tuple[str, Sequence[Row]]]
"""Part table -> (its owner column, its rows in order)."""


class Writer:
    """One write transaction on an open connection; the caller commits it or rolls it back."""

    def __init__(self, connection: Connection, *, cause: str, actor: str | None = None) -> None:
        """`cause` says by which path the write came: api, seed, import, cli."""
        self.connection = connection
        self.cause = cause
        self.actor = actor
        self._source: str | None = None
        self.import_run_pk: int | None = None
        self._version: int | None = None
        self._changes = 0
        connection.execute(select(_COUNTER.c.number).with_for_update()).one()

    def begin_import(self, source: str) -> None:
        """Say that what follows is one loading of data from outside; it is noted if it changes anything."""
        self._source = source

    @property
    def changes(self) -> int:
        """How many records this transaction has changed so far."""
        return self._changes

    @property
    def version(self) -> int:
        """The internal data version that this transaction makes; counted up at its first change."""
        if self._version is None:
            number, public = self.connection.execute(
                update(_COUNTER)
                .values(number=_COUNTER.c.number + 1, public_number=_COUNTER.c.public_number + 1)
                .returning(_COUNTER.c.number, _COUNTER.c.public_number)
            ).one()
            if self._source is not None:
                run = insert(_RUN).values(source=self._source, at=datetime.now(UTC))
                self.import_run_pk = _inserted(self.connection.execute(run))
            latest = self.connection.execute(select(func.max(_VERSION.c.at))).scalar()
            now = datetime.now(UTC)
            if latest is not None:
                now = max(now, latest if latest.tzinfo else latest.replace(tzinfo=UTC))
            self.connection.execute(
                insert(_VERSION).values(
                    number=number,
                    public_number=public,
                    at=now,
                    cause=self.cause,
                    actor=self.actor,
                    import_run_pk=self.import_run_pk,
                )
            )
            self._version = int(number)
        return self._version

    def create(self, noun: Noun, public_id: str, row: Row, parts: PartRows) -> int:
        """Insert a record, its parts and their history; returns its key."""
        version = self.version
        result = self.connection.execute(
            insert(_RECORD).values(
                kind=noun.kind,
                id=public_id,
                revision=1,
                visibility="public",
                import_run_pk=self.import_run_pk,
                created_in=version,
            )
        )
        pk = _inserted(result)
        self._insert(noun.sql, [{**row, "pk": pk, "id": public_id}])
        for table, (owner, rows) in parts.items():
            self._insert_parts(table, owner, pk, rows)
        self._log(pk, "create", 1)
        return pk

    def update(self, noun: Noun, pk: int, row: Row, parts: PartRows) -> int:
        """Replace a record's row, and the parts named; returns its new revision."""
        table = noun.sql
        self.connection.execute(update(table).where(table.c.pk == pk).values(**row))
        self._close(table, table.c.pk.name, [pk])
        present = self.connection.execute(select(table).where(table.c.pk == pk)).mappings().one()
        self._insert_history(table, [dict(present)])
        for part, (owner, rows) in parts.items():
            self._delete_parts(part, owner, pk)
            self._insert_parts(part, owner, pk, rows)
        revision = self.connection.execute(
            update(_RECORD)
            .where(_RECORD.c.pk == pk)
            .values(revision=_RECORD.c.revision + 1)
            .returning(_RECORD.c.revision)
        ).scalar_one()
        self._log(pk, "update", revision)
        return int(revision)

    def delete(self, noun: Noun, pk: int, parts: Mapping[Table, str]) -> None:
        """Delete a record and its parts (table -> owner column). Its id and its history stay."""
        for part, owner in parts.items():
            self._delete_parts(part, owner, pk)
        table = noun.sql
        self._close(table, "pk", [pk])
        self.connection.execute(delete(table).where(table.c.pk == pk))
        revision = self.connection.execute(
            update(_RECORD)
            .where(_RECORD.c.pk == pk)
            .values(deleted_in=self.version, revision=_RECORD.c.revision + 1)
            .returning(_RECORD.c.revision)
        ).scalar_one()
        self._log(pk, "delete", revision)

    def _insert(self, table: Table, rows: Sequence[Row]) -> None:
        self.connection.execute(insert(table), [dict(row) for row in rows])
        self._insert_history(table, rows)

    def _insert_history(self, table: Table, rows: Sequence[Row]) -> None:
        span = {"valid_from": self.version, "valid_to": OPEN}
        self.connection.execute(insert(HISTORY[table.name]), [{**row, **span} for row in rows])

    def _insert_parts(self, table: Table, owner: str, pk: int, rows: Sequence[Row]) -> None:
        for position, row in enumerate(rows):
            whole = {**row, owner: pk, "position": position}
            part_pk = _inserted(self.connection.execute(insert(table).values(**whole)))
            self._insert_history(table, [{**whole, "pk": part_pk}])

    def _delete_parts(self, table: Table, owner: str, pk: int) -> None:
        keys = self.connection.execute(select(table.c.pk).where(table.c[owner] == pk)).scalars().all()
        if keys:
            self._close(table, "pk", keys)
            self.connection.execute(delete(table).where(table.c[owner] == pk))

    def _close(self, table: Table, column: str, keys: Sequence[int]) -> None:
        history = HISTORY[table.name]
        still_open = (history.c[column].in_(keys), history.c.valid_to == OPEN)
        self.connection.execute(delete(history).where(*still_open, history.c.valid_from == self.version))
        self.connection.execute(update(history).where(*still_open).values(valid_to=self.version))

    def _log(self, pk: int, action: str, revision: int) -> None:
        self.connection.execute(
            insert(_CHANGE).values(
                version=self.version, position=self._changes, record_pk=pk, action=action, revision=revision
            )
        )
        self._changes += 1


def _inserted(result: Any) -> int:
    return int(result.inserted_primary_key[0])
