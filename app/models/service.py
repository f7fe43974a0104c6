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
