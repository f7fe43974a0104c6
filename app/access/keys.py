"""API keys: made, found, listed, revoked.

A key is `tjd_` with ten random characters, an underline, and a secret of 256 random bits. Its beginning, the prefix, is
no secret: it names the key in lists, in the history and in the log. Of the whole only a SHA-256 digest is stored. A
slow, salted hash protects what people think up and what can be guessed; 256 random bits cannot be, and a slow hash
would let anybody who sends wrong keys keep the service busy.
"""

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import StringConstraints
from sqlalchemy import Connection, Engine, func, insert, or_, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from app.access.actions import as_utc, note_action
from app.access.callers import Caller
from app.access.scopes import Scope, in_order, scopes_of
from app.models.service import ApiKey
from app.models.tables import sql_table
from app.models.types import Line
from app.problems import Problem

Label = Annotated[Line, StringConstraints(max_length=100)]
"""What a key is for."""
Status = Literal["active", "expired", "revoked"]

LAST_EXPIRY = datetime(2200, 1, 1, tzinfo=UTC)
"""Keys end before this, if they end."""

_KEY = sql_table(ApiKey)
_LETTERS = string.ascii_lowercase + string.digits
PREFIX = re.compile(r"tjd_[a-z0-9]{10}")
"""What the beginning of a key looks like."""
_FORM = re.compile(rf"(?P<prefix>{PREFIX.pattern})_[A-Za-z0-9_-]{{43}}")
_NO_DIGEST = "0" * 64
"""What a key is compared with where there is none of its prefix."""
_USE_NOTED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key; the key itself is not."""

    prefix: str
    label: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    def status(self, now: datetime) -> Status:
        """Whether it opens anything."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "active"


def create_key(
    connection: Connection,
    *,
    label: str,
    scopes: Iterable[str],
    expires_at: datetime | None,
    actor: str,
) -> tuple[str, Key]:
    """A new key, which nobody can read again, and what stays known of it. `label` is a `Label`."""
    prefix = "tjd_" + "".join(secrets.choice(_LETTERS) for _ in range(10))
    whole = f"{prefix}_{secrets.token_urlsafe(32)}"
    values = {
        "prefix": prefix,
        "digest": _digest(whole),
        "label": label,
        "scopes": " ".join(in_order(scopes_of(scopes))),
        "created_at": datetime.now(UTC),
        "expires_at": expires_at,
    }
    connection.execute(insert(_KEY).values(values))
    note_action(connection, actor=actor, action="create key", subject=prefix)
    return whole, read_key(connection, prefix)


def read_key(connection: Connection, prefix: str) -> Key:
    """What is known of a key."""
    row = None
    if PREFIX.fullmatch(prefix):
        row = connection.execute(select(_KEY).where(_KEY.c.prefix == prefix)).one_or_none()
    if row is None:
        raise Problem("not-found", "No key has this prefix.")
    return _key(row)


def list_keys(connection: Connection, *, after: str | None = None, limit: int | None = None) -> list[Key]:
    """Keys by prefix, revoked ones too; with `after`, those that follow it."""
    statement = select(_KEY).order_by(_KEY.c.prefix).limit(limit)
    if after is not None:
        statement = statement.where(_KEY.c.prefix > after)
    return [_key(row) for row in connection.execute(statement)]


def count_keys(connection: Connection) -> int:
    """How many keys were ever made."""
    return int(connection.execute(select(func.count()).select_from(_KEY)).scalar_one())


def revoke_key(connection: Connection, prefix: str, *, actor: str) -> None:
    """End a key for good. One that is revoked already stays as it is."""
    read_key(connection, prefix)
    ended = connection.execute(
        update(_KEY).where(_KEY.c.prefix == prefix, _KEY.c.revoked_at.is_(None)).values(revoked_at=datetime.now(UTC))
    )
    if ended.rowcount:
        note_action(connection, actor=actor, action="revoke key", subject=prefix)


def find_caller(engine: Engine, whole: str, *, now: datetime) -> Caller | None:
    """Who holds this key; None where it is malformed, unknown, expired or revoked."""
    form = _FORM.fullmatch(whole)
    if form is None:
        return None
    with engine.connect() as connection:
        row = connection.execute(select(_KEY).where(_KEY.c.prefix == form["prefix"])).one_or_none()
        connection.rollback()
        # The same steps for a prefix that nobody has: how long it takes tells nothing of the digest.
        right = hmac.compare_digest(_digest(whole), _NO_DIGEST if row is None else row.digest)
        if row is None or not right:
            return None
        key = _key(row)
        if key.status(now) != "active":
            return None
        if key.last_used_at is None or key.last_used_at + _USE_NOTED <= now:
            _note_use(connection, key.prefix, now)
    return Caller(name=key.prefix, scopes=key.scopes)


def _note_use(connection: Connection, prefix: str, now: datetime) -> None:
    """Note that a key is used, unless that means to wait: it is worth no delay, and fails no request."""
    since = or_(_KEY.c.last_used_at.is_(None), _KEY.c.last_used_at <= now - _USE_NOTED)
    statement = update(_KEY).where(_KEY.c.prefix == prefix, since).values(last_used_at=now)
    is_file = connection.dialect.name == "sqlite"
    try:
        if is_file:
            # Set on the driver's connection: SQLAlchemy would begin a transaction first.
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA busy_timeout = 0")
            driver.execute("PRAGMA synchronous = NORMAL")
        with connection.execution_options(tejido_writes=True).begin():
            if not is_file:
                connection.execute(text("SET LOCAL lock_timeout = '20ms'"))
                connection.execute(text("SET LOCAL synchronous_commit = off"))
            connection.execute(statement)
    except SQLAlchemyError:
        # Somebody else writes. The next request tries again.
        return
    finally:
        if is_file:
            # Nobody else gets a connection that waits for nothing and is careless.
            connection.invalidate()


def _digest(whole: str) -> str:
    return hashlib.sha256(whole.encode()).hexdigest()


def _key(row: Any) -> Key:
    return Key(
        prefix=row.prefix,
        label=row.label,
        scopes=scopes_of(row.scopes.split()),
        created_at=as_utc(row.created_at),
        expires_at=_maybe_utc(row.expires_at),
        last_used_at=_maybe_utc(row.last_used_at),
        revoked_at=_maybe_utc(row.revoked_at),
    )


def _maybe_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else as_utc(moment)
