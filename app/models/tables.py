"""What every table is made of: keys, references, checks, and the registry of citable rows."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, Table, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from app.models.types import TEXT

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def sql_table(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table of a model; SQLModel does not declare the attribute."""
    return model.__table__  # type: ignore[attr-defined,no-any-return]


def key() -> Any:
    """The key of a citable row: the same number as its row in `record`."""
    return Field(primary_key=True, foreign_key="record.pk", sa_column_kwargs={"autoincrement": False})


def part_key() -> Any:
    """The key of a row that belongs to another and is not cited by itself."""
    return Field(primary_key=True, sa_column_kwargs={"autoincrement": False})


def reference(table: str) -> Any:
    """A row of another table that must be there."""
    return Field(foreign_key=f"{table}.pk", index=True)


def maybe(table: str) -> Any:
    """A row of another table, or none."""
    return Field(default=None, foreign_key=f"{table}.pk", index=True, nullable=True)


def owner(table: str) -> Any:
    """The row that a part belongs to and goes with."""
    return Field(foreign_key=f"{table}.pk", index=True, ondelete="CASCADE")


def string(*, index: bool = False) -> Any:
    """Text that must be there."""
    return Field(sa_type=TEXT, index=index)


def maybe_string(*, index: bool = False) -> Any:
    """Text, or none."""
    return Field(default=None, sa_type=TEXT, nullable=True, index=index)


def number(*, index: bool = False) -> Any:
    """A whole number that must be there."""
    return Field(sa_type=BigInteger, index=index)


def flag() -> Any:
    """Yes or no; no unless said."""
    return Field(default=False, index=True)


def maybe_number(*, index: bool = False) -> Any:
    """A whole number, or none."""
    return Field(default=None, sa_type=BigInteger, nullable=True, index=index)


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """The column holds one of the words (or nothing, where it may be null)."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def exactly_one(*columns: str) -> CheckConstraint:
    """One of the columns is filled, the others are null."""
    filled = " + ".join(f"(CASE WHEN {column} IS NULL THEN 0 ELSE 1 END)" for column in columns)
    return CheckConstraint(f"{filled} = 1", name="exactly_one_" + "_".join(columns))


def at_most_one(*columns: str) -> CheckConstraint:
    """At most one of the columns is filled."""
    filled = " + ".join(f"(CASE WHEN {column} IS NULL THEN 0 ELSE 1 END)" for column in columns)
    return CheckConstraint(f"{filled} <= 1", name="at_most_one_" + "_".join(columns))


def hidden() -> Any:
    """Whether the row is kept from public readers: the result of the closure in `app.history.visibility`."""
    return Field(default=False, sa_column_kwargs={"server_default": false()})


def unique_where(name: str, *columns: str, filled: str | None = None, empty: str | None = None) -> Index:
    """Uniqueness among the public rows in which one column is filled (and another one is not).

    A refusal must not tell of rows that the writer may not see, so hidden ones do not take part.
    """
    terms = [f"{filled} IS NOT NULL"] if filled else []
    terms += [f"{empty} IS NULL"] if empty else []
    where = text(" AND ".join([*terms, "NOT hidden"]))
    return Index(name, *columns, unique=True, sqlite_where=where, postgresql_where=where)


def _rare(table: str, column: str, where: str) -> Index:
    """An index of the few rows that meet a condition."""
    return Index(f"ix_{table}_{column}", column, sqlite_where=text(where), postgresql_where=text(where))


class Visibility(StrEnum):
    """Who may see a record."""

    public = "public"
    restricted = "restricted"


class Reader(StrEnum):
    """The two classes of reader. What may be seen depends on nothing else."""

    public = "public"
    restricted = "restricted"


class ImportRun(SQLModel, table=True):
    """One loading of data from outside: the seed, or a file."""

    __tablename__ = "import_run"

    pk: int = part_key()
    source: str = string()
    at: datetime = Field(sa_type=DateTime(timezone=True))


class Record(SQLModel, table=True):
    """The registry of citable rows. A row stays after its record is deleted, so that no id is used twice."""

    __tablename__ = "record"
    __table_args__ = (
        UniqueConstraint("kind", "id"),
        one_of("visibility", Visibility),
        CheckConstraint("revision >= 1", name="revision"),
        _rare("record", "visibility", "visibility <> 'public'"),
        _rare("record", "hidden", "hidden"),
    )

    pk: int = part_key()
    kind: str = string()
    id: str = string()
    revision: int
    """Number of the last change of the record, its deletion included."""
    visibility: str = Field(default=Visibility.public, sa_type=TEXT)
    """What was said of this record itself."""
    hidden: bool = hidden()
    import_run_pk: int | None = maybe("import_run")
    created_in: int = Field(foreign_key="data_version.number", index=True)
    deleted_in: int | None = Field(default=None, foreign_key="data_version.number", index=True, nullable=True)
    public_deleted_in: int | None = Field(default=None, foreign_key="data_version.number", index=True, nullable=True)
    """The version from which on the public knows that it was deleted. It may still be there for others."""
    merged_into_pk: int | None = maybe("record")
    """The record that it was merged into, where it was."""


class DataVersion(SQLModel, table=True):
    """One committed write: the internal version it made and the public version that holds since."""

    __tablename__ = "data_version"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    public_number: int = Field(index=True)
    at: datetime = Field(sa_type=DateTime(timezone=True), index=True)
    cause: str = string()
    actor: str | None = maybe_string()
    import_run_pk: int | None = maybe("import_run")


class DataCounter(SQLModel, table=True):
    """The one row that every write locks first; readers take the present version from it."""

    __tablename__ = "data_counter"
    __table_args__ = (CheckConstraint("pk = 1", name="one_row"),)

    pk: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int
    public_number: int
    next_pk: int
    """Key of the next new row of any table."""
    amendments: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    """How many amendments there are: what was kept of past versions before the last one may hold too much."""


class Action(StrEnum):
    """What was done to a record."""

    create = "create"
    update = "update"
    delete = "delete"
    restore = "restore"
    restrict = "restrict"
    publish = "publish"


class Change(SQLModel, table=True):
    """What one version did to one record; the row itself, before and after, is in the table's history."""

    __tablename__ = "change"
    __table_args__ = (one_of("action", Action), one_of("public_action", Action))

    version: int = Field(primary_key=True, foreign_key="data_version.number")
    position: int = Field(primary_key=True)
    record_pk: int = reference("record")
    action: str = string()
    public_action: str | None = maybe_string()
    """What the public is told; nothing of what it may not see."""
    revision: int


class Amendment(SQLModel, table=True):
    """Past versions from which something was taken away later: restricted, or expunged."""

    __tablename__ = "amendment"
    __table_args__ = (
        CheckConstraint("reason IN ('restricted', 'expunged')", name="reason"),
        CheckConstraint("first < last", name="range"),
    )

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    version: int = Field(foreign_key="data_version.number", index=True)
    """The internal version that took it away."""
    first: int = Field(sa_type=BigInteger)
    """First internal version that had held it."""
    last: int = Field(sa_type=BigInteger)
    """The internal version after the last one that had held it."""
    is_public: bool
    """Whether public readers had seen it."""
    reason: str = string()


class RecordRow(SQLModel):
    """Base of every table of citable rows."""

    pk: int = key()
    id: str = Field(sa_type=TEXT, unique=True)
    revision: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
    """Number of the change that made the row what it is."""
    hidden: bool = hidden()


class PartRow(SQLModel):
    """Base of the tables whose rows belong to a row of another one and go with it."""

    pk: int = part_key()
    position: int
    hidden: bool = hidden()


class FactRow(RecordRow):
    """Base of the tables whose rows are read from a source."""

    basis: str = string(index=True)
    note: str | None = maybe_string()
