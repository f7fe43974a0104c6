"""What administrators did. Each action is noted in the transaction that does it, and told to the log."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from app.models.service import AdminAction
from app.models.tables import sql_table

log = logging.getLogger("tejido")

CLI = "cli"
"""The actor where somebody works at the command line."""

_ACTION = sql_table(AdminAction)


@dataclass(frozen=True, slots=True)
class Action:
    """What an administrator did."""

    number: int
    """Grows with each action."""
    at: datetime
    actor: str
    """Prefix of the key with which it was done, or `cli`."""
    action: str
    subject: str | None
    """To what it was done: the prefix of a key, the id of a record."""


def note_action(connection: Connection, *, actor: str, action: str, subject: str | None = None) -> None:
    """Note an action in the transaction that does it. Neither part may hold a secret."""
    values = {"at": datetime.now(UTC), "actor": actor, "action": action, "subject": subject}
    connection.execute(insert(_ACTION).values(values))
    # A warning, so that it reaches the log of a service that was told nothing about logging.
    log.warning("admin action: %s %s, by %s", action, subject or "", actor)


def list_actions(connection: Connection, *, before: int | None = None, limit: int | None = None) -> list[Action]:
    """The latest actions, newest first; with `before`, those of smaller numbers."""
    statement = select(_ACTION).order_by(_ACTION.c.pk.desc()).limit(limit)
    if before is not None:
        statement = statement.where(_ACTION.c.pk < before)
    return [
        Action(number=row.pk, at=as_utc(row.at), actor=row.actor, action=row.action, subject=row.subject)
        for row in connection.execute(statement)
    ]


def as_utc(moment: datetime) -> datetime:
    """A stored moment with its zone, which SQLite does not keep."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
