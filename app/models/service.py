"""Tables of the service itself. They are not data: no data version counts what is written to them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Integer, LargeBinary
from sqlmodel import Field, SQLModel

from app.models.tables import maybe_string, string
from app.models.types import TEXT


def _moment() -> Any:
    return Field(sa_type=DateTime(timezone=True))


def _maybe_moment() -> Any:
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=True)


class ApiKey(SQLModel, table=True):
    """A key that callers send. Of the key itself only its digest is stored."""

    __tablename__ = "api_key"

    prefix: str = Field(primary_key=True, sa_type=TEXT)
    digest: str = string()
    label: str = string()
    scopes: str = string()
    created_at: datetime = _moment()
    expires_at: datetime | None = _maybe_moment()
    last_used_at: datetime | None = _maybe_moment()
    revoked_at: datetime | None = _maybe_moment()


class AdminAction(SQLModel, table=True):
    """What an administrator did: with keys, withheld terms, expunged records."""

    __tablename__ = "admin_action"

    pk: int | None = Field(
        default=None,
        primary_key=True,
        sa_type=BigInteger().with_variant(Integer(), "sqlite"),
    )
    at: datetime = Field(sa_type=DateTime(timezone=True), index=True)
    actor: str = string()
    action: str = string()
    subject: str | None = maybe_string()


class IdempotentAnswer(SQLModel, table=True):
    """What a POST with an Idempotency-Key was answered, so that the same request is answered the same again."""

    __tablename__ = "idempotent_answer"

    caller: str = Field(primary_key=True, sa_type=TEXT)
    key: str = Field(primary_key=True, sa_type=TEXT)
    digest: str = string()
    status: int
    headers: str = string()
    body: bytes = Field(sa_type=LargeBinary)
    at: datetime = Field(sa_type=DateTime(timezone=True), index=True)


class WithheldTerm(SQLModel, table=True):
    """A term that no record may contain, as a keyed hash of its folded form. The term itself is nowhere."""

    __tablename__ = "withheld_term"
    __table_args__ = (CheckConstraint("words >= 1", name="words"),)

    digest: str = Field(primary_key=True, sa_type=TEXT)
    words: int
    at: datetime = _moment()


class ImportJob(SQLModel, table=True):
    """A file that somebody brought: what was wrong with it, what was found in it, what became of it."""

    __tablename__ = "import_job"

    id: str = Field(primary_key=True, sa_type=TEXT)
    at: datetime = Field(sa_type=DateTime(timezone=True), index=True)
    actor: str | None = maybe_string()
    reader: str = string()
    """The class of reader that it writes as."""
    format: str = string()
    file_name: str = string()
    sha256: str = string()
    size: int = Field(sa_type=BigInteger)
    options: str = string()
    """JSON."""
    status: str = Field(sa_type=TEXT, index=True)
    detail: str | None = maybe_string()
    """Why it failed, in words."""
    read: int = Field(default=0, sa_type=BigInteger)
    """Bytes read so far."""
    counts: str = string()
    """JSON: kind -> outcome -> how many."""
    version: int | None = Field(default=None, nullable=True)
    """The internal data version that it made."""
    seen_at: datetime = Field(sa_type=DateTime(timezone=True))
    """When whoever works on it last said so."""
    ended_at: datetime | None = _maybe_moment()


class ImportProblem(SQLModel, table=True):
    """Something about a file that its owner should know."""

    __tablename__ = "import_problem"

    job: str = Field(primary_key=True, sa_type=TEXT, foreign_key="import_job.id", ondelete="CASCADE")
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    severity: str = string()
    code: str = string()
    detail: str = string()
    number: int | None = Field(default=None, sa_type=BigInteger, nullable=True)
    place: str | None = maybe_string()
    field: str | None = maybe_string()


class SourceRecord(SQLModel, table=True):
    """Which record a key in a source stands for, so that a file that comes again finds what it made."""

    __tablename__ = "source_record"

    source: str = Field(primary_key=True, sa_type=TEXT)
    kind: str = Field(primary_key=True, sa_type=TEXT)
    key: str = Field(primary_key=True, sa_type=TEXT)
    record_pk: int = Field(foreign_key="record.pk", index=True)
    digest: str = string()
    """Of the fields that the source gave it last."""
    revision: int
    """The revision that the import left the record at: a later one was edited here."""


class Distinct(SQLModel, table=True):
    """Two organizations of which somebody said that they are not the same."""

    __tablename__ = "distinct_pair"
    __table_args__ = (CheckConstraint("first_pk < second_pk", name="ordered"),)

    first_pk: int = Field(primary_key=True, foreign_key="record.pk", sa_column_kwargs={"autoincrement": False})
    second_pk: int = Field(
        primary_key=True, foreign_key="record.pk", index=True, sa_column_kwargs={"autoincrement": False}
    )
    at: datetime = _moment()
    actor: str | None = maybe_string()
