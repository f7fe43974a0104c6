"""Alembic migrations, and the function that brings a database up to date."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration; with a connection, migrations run on it."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.attributes["connection"] = connection
    return made


@cache
def head() -> str:
    """The revision that this code needs."""
    return ScriptDirectory.from_config(config()).get_current_head() or ""


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring the database up to a revision."""
    command.upgrade(config(connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Bring the database down to a revision."""
    command.downgrade(config(connection), revision)
