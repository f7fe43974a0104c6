"""Backups: the whole database at one moment, as one SQLite file, whatever the database is; and the way back.

A backup holds the rows of every table, and what they come to: how many there are in each table, and a hash of them. So
it can be checked by itself, when it is made and before it is restored. It is no copy of a running database's file: it
is marked as a backup by SQLite's application id, and nothing else is restored.
"""

import fcntl
import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, StaticPool, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from app import __version__
from app.migrations import config, downgrade, migrate
from app.store.copying import Counted, Layout, Tally, layouts, read, read_file, tally, write, write_file
from app.store.database import Database

__all__ = ["BackupError", "Contents", "Summary", "restore_backup", "write_backup"]

APPLICATION_ID = 0x54656A69
"""What the file's header says of it: `Teji`."""

_BESIDE = ("-journal", "-wal", "-shm")
_STEP = 1000
"""Pages that are copied at once."""


class BackupError(Exception):
    """A backup cannot be made, or cannot be restored; the text says why in a line."""


@dataclass(frozen=True)
class Contents:
    """What a backup holds."""

    made_at: str
    release: str
    """Release of the software that made it."""
    revision: str
    """Of the tables."""
    number: int
    """Internal data version."""
    public_number: int
    records: int
    """Citable records that are there at that version."""
    tables: dict[str, Tally]

    def dump(self) -> str:
        """As it is written into the file."""
        return json.dumps(asdict(self))

    @classmethod
    def parse(cls, written: str) -> "Contents":
        """As it is read from the file."""
        fields = json.loads(written)
        return cls(**{**fields, "tables": {name: Tally(**one) for name, one in fields["tables"].items()}})


@dataclass(frozen=True)
class Summary:
    """What was backed up or restored."""

    contents: Contents
    size: int
    """Bytes of the file."""
    sha256: str
    """Of the file."""

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(one.rows for one in self.contents.tables.values())


def write_backup(database: Database, path: Path, *, force: bool = False) -> Summary:
    """Write a backup of the database, which goes on serving and taking writes, and verify it by reading it back.

    The file appears under its name when it is whole and verified; an existing one is replaced only by `force`.
    """
    _refuse_place(database, path, force=force)
    with _part_of(path) as (part, descriptor):
        contents = _from_sqlite(database, part) if database.is_sqlite else _from_postgresql(database, part)
        with _verified(part) as (_, found):
            if found != contents:
                raise BackupError("The backup is not what the database held: something changed the file meanwhile.")
        os.fsync(descriptor)
        summary = _summary(part, contents)
        _refuse_place(database, path, force=force)
        part.replace(path)
        _sync_folder(path.parent)
    return summary


def restore_backup(database: Database, path: Path) -> Summary:
    """Fill an empty database from a backup, in one transaction, and verify it; one that is not empty is refused."""
    with _verified(path) as (source, contents):
        was_there = not database.is_sqlite or _file_of(database).exists()
        try:
            with database.write_schema() as connection:
                _restore(connection, database, source, contents)
        except BaseException as error:
            database.close()
            if not was_there:
                _clear(_file_of(database))
            # Rows are sent by the driver itself, whose errors nobody wraps.
            if isinstance(error, (sqlite3.Error, database.engine.dialect.loaded_dbapi.Error)):
                raise BackupError(f"Nothing was restored: {error}.") from error
            raise
        return _summary(path, contents)


# --- from a database into a file -----------------------------------------------------------------------------------


def _from_sqlite(database: Database, part: Path) -> Contents:
    with closing(database.engine.raw_connection()) as pooled, _writing(part) as target:
        source: Any = pooled.driver_connection
        # The snapshot of this transaction is what is copied, page by page, and counted. Writers append to the log
        # beside it and wait for nothing; without it, each of their commits would make the copy start again.
        source.execute("BEGIN")
        try:
            revision = _revision(lambda query: source.execute(query).fetchall())
            source.backup(target, pages=_STEP)
            target.execute("PRAGMA journal_mode = DELETE")
            tables = {one.name: tally(read_file(source, one)) for one in layouts(source)}
        finally:
            source.execute("ROLLBACK")
        return _sign(target, revision, tables)


def _from_postgresql(database: Database, part: Path) -> Contents:
    with database.read() as connection, _writing(part) as target:
        _take_time(connection)
        try:
            revision = _revision(lambda query: connection.execute(text(query)).all())
        except DBAPIError as error:
            raise BackupError("The database is not one of Tejido, or not migrated.") from error
        engine = create_engine("sqlite://", creator=lambda: target, poolclass=StaticPool)
        with engine.begin() as made:
            migrate(made, revision)
        tables = {}
        for layout in layouts(target):
            target.execute(f"DELETE FROM {layout.table}")  # noqa: S608
            rows = Counted(read(connection, layout))
            write_file(target, layout, rows)
            target.commit()
            tables[layout.name] = rows.tally
        return _sign(target, revision, tables)


def _sign(target: sqlite3.Connection, revision: str, tables: dict[str, Tally]) -> Contents:
    """Mark the file as a backup, and write down what it holds."""
    number, public_number = target.execute("SELECT number, public_number FROM data_counter").fetchone()
    (records,) = target.execute("SELECT count(*) FROM record WHERE deleted_in IS NULL").fetchone()
    contents = Contents(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        release=__version__,
        revision=revision,
        number=number,
        public_number=public_number,
        records=records,
        tables=tables,
    )
    # A database that was made by putting a backup in its place has these from then.
    target.execute("DROP TABLE IF EXISTS tejido_backup")
    target.execute("CREATE TABLE tejido_backup (contents VARCHAR NOT NULL)")
    target.execute("INSERT INTO tejido_backup VALUES (?)", (contents.dump(),))
    target.commit()
    target.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    target.commit()
    return contents


# --- from a file into a database -----------------------------------------------------------------------------------


def _restore(connection: Connection, database: Database, source: sqlite3.Connection, contents: Contents) -> None:
    if not database.is_sqlite:
        _take_time(connection)
    present = _revision_of_empty(connection, database)
    if present not in (None, contents.revision):
        downgrade(connection, "base")
    migrate(connection, contents.revision)
    tables = layouts(source)
    _refuse_other_tables(connection, tables)
    if database.is_sqlite:
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    for layout in tables:
        connection.execute(text(f"DELETE FROM {layout.table}"))  # noqa: S608
        with closing(read_file(source, layout)) as rows:
            write(connection, layout, rows)
    for layout in tables:
        if tally(read(connection, layout)) != contents.tables[layout.name]:
            raise BackupError(f"The table {layout.name} does not read as it was written: nothing was restored.")
        if not database.is_sqlite:
            _set_sequences(connection, layout)
    if database.is_sqlite and connection.execute(text("PRAGMA foreign_key_check")).first():
        raise BackupError("The restored rows refer to rows that are not there: nothing was restored.")
    migrate(connection)


def _revision_of_empty(connection: Connection, database: Database) -> str | None:
    """The revision of the tables of an empty database, or None where there are no tables; others are refused."""
    names = inspect(connection).get_table_names()
    if not names:
        return None
    refusal = f"The database is not empty, and a restore overwrites nothing. {_advice(database)}"
    if "alembic_version" not in names:
        raise BackupError(refusal)
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if revision is not None and revision not in _known_revisions():
        raise BackupError(f"A newer release made the tables of the database. {_advice(database)}")
    if not database.is_sqlite and "data_counter" in names:
        # Every write locks the one row of this table first.
        connection.execute(text("LOCK TABLE data_counter IN ACCESS EXCLUSIVE MODE"))
    for name in sorted({*names} - {"alembic_version", "data_counter"}):
        if connection.execute(text(f'SELECT 1 FROM "{name}" LIMIT 1')).first():  # noqa: S608
            raise BackupError(refusal)
    return revision


def _refuse_other_tables(connection: Connection, tables: list[Layout]) -> None:
    inspector = inspect(connection)
    expected = {
        name: {column["name"] for column in inspector.get_columns(name)}
        for name in inspector.get_table_names()
        if name != "alembic_version"
    }
    if {layout.name: set(layout.columns) for layout in tables} != expected:
        raise BackupError("The file does not hold the tables of a backup of Tejido.")


def _set_sequences(connection: Connection, layout: Layout) -> None:
    """Let the next number that PostgreSQL gives follow the greatest that there is."""
    for column in layout.key:
        names = {"name": layout.table, "column": column}
        sequence = connection.execute(text("SELECT pg_get_serial_sequence(:name, :column)"), names).scalar()
        greatest = f'SELECT max("{column}") FROM {layout.table}'  # noqa: S608
        if sequence is not None and connection.execute(text(greatest)).scalar() is not None:
            connection.execute(text(f"SELECT setval(:sequence, ({greatest}))"), {"sequence": sequence})


def _advice(database: Database) -> str:
    if database.is_sqlite:
        name = _file_of(database).name
        return f"Stop the service, and move {name}, {name}-wal and {name}-shm aside first."
    return "Make an empty database, and name it in TEJIDO_DATABASE_URL."


# --- the file ------------------------------------------------------------------------------------------------------


@contextmanager
def _verified(path: Path) -> Iterator[tuple[sqlite3.Connection, Contents]]:
    """A backup, opened for reading, once it is known to be whole and to hold what it says."""
    if not path.is_file():
        raise BackupError(f"There is no file {path}.")
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as source:
        try:
            (application,) = source.execute("PRAGMA application_id").fetchone()
            if application != APPLICATION_ID:
                raise BackupError(f"{path} is not a backup that `tejido backup` made.")
            contents = _contents(source, path)
        except sqlite3.Error as error:
            raise BackupError(f"{path} is not a backup, or is damaged: {error}.") from error
        yield source, contents


def _contents(source: sqlite3.Connection, path: Path) -> Contents:
    faults = source.execute("PRAGMA integrity_check(1)").fetchall()
    if faults != [("ok",)] or source.execute("PRAGMA foreign_key_check").fetchone():
        raise BackupError(f"{path} is damaged.")
    try:
        contents = Contents.parse(source.execute("SELECT contents FROM tejido_backup").fetchone()[0])
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise BackupError(f"{path} is damaged: it does not say what it holds.") from error
    revision = _revision(lambda query: source.execute(query).fetchall())
    if revision != contents.revision:
        raise BackupError(f"{path} is damaged: its tables are not of the revision that it says.")
    found = {one.name: tally(read_file(source, one)) for one in layouts(source)}
    wrong = [name for name in {**contents.tables, **found} if contents.tables.get(name) != found.get(name)]
    if wrong:
        raise BackupError(f"{path} is damaged: {wrong[0]} does not hold what was backed up.")
    return contents


@contextmanager
def _part_of(path: Path) -> Iterator[tuple[Path, int]]:
    """The file beside the backup that is written, with its descriptor: nobody else writes it, or may read it."""
    part = path.with_name(f"{path.name}.part")
    try:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            _take(part, descriptor)
            try:
                yield part, descriptor
            finally:
                _clear(part)
        finally:
            # Closed last: on closing any descriptor of a file, SQLite's own locks on it would end.
            os.close(descriptor)
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise BackupError(f"The backup cannot be written to {path}: {reason}.") from error


def _take(part: Path, descriptor: int) -> None:
    """Make the file ours, and empty. What a killed backup left stops nobody: a lock ends with its process."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever held the lock until now may have given the file its name.
        is_ours = part.stat().st_ino == os.fstat(descriptor).st_ino
    except (BlockingIOError, FileNotFoundError):
        is_ours = False
    if not is_ours:
        raise BackupError(f"Another backup is being written to {part.with_suffix('')}.")
    os.fchmod(descriptor, 0o600)
    os.ftruncate(descriptor, 0)
    for suffix in _BESIDE:
        Path(f"{part}{suffix}").unlink(missing_ok=True)


def _clear(part: Path) -> None:
    for suffix in ("", *_BESIDE):
        Path(f"{part}{suffix}").unlink(missing_ok=True)


@contextmanager
def _writing(part: Path) -> Iterator[sqlite3.Connection]:
    """The file, opened for writing. It is of no use before it is whole: no step needs to be undone, or kept safe."""
    with closing(sqlite3.connect(part)) as target:
        target.execute("PRAGMA journal_mode = OFF")
        target.execute("PRAGMA synchronous = OFF")
        yield target


def _refuse_place(database: Database, path: Path, *, force: bool) -> None:
    if database.is_sqlite:
        own = _file_of(database)
        if not own.exists():
            raise BackupError(f"There is no database {own.name}.")
        if path.exists() and path.samefile(own):
            raise BackupError(f"{path} is the database itself.")
    if path.is_dir():
        raise BackupError(f"{path} is a folder.")
    if path.exists() and not force:
        raise BackupError(f"{path} exists; --force replaces it.")


def _file_of(database: Database) -> Path:
    name = database.url.database
    if name in (None, "", ":memory:"):
        raise BackupError("A database in memory has no file.")
    return Path(str(name))


def _revision(query: Callable[[str], Any]) -> str:
    try:
        rows = query("SELECT version_num FROM alembic_version")
    except sqlite3.OperationalError as error:
        raise BackupError("The database is not one of Tejido, or not migrated.") from error
    if len(rows) != 1:
        raise BackupError("The database is not one of Tejido, or not migrated.")
    revision = str(rows[0][0])
    if revision not in _known_revisions():
        raise BackupError("Its tables are of a newer release than this one.")
    return revision


def _known_revisions() -> frozenset[str]:
    return frozenset(one.revision for one in ScriptDirectory.from_config(config()).walk_revisions())


def _take_time(connection: Connection) -> None:
    for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(text(f"SET LOCAL {setting} = 0"))


def _summary(path: Path, contents: Contents) -> Summary:
    with path.open("rb") as file:
        return Summary(contents, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
