"""Alembic's entry: the connection comes from the application, or from TEJIDO_DATABASE_URL on the command line."""

from alembic import context
from sqlalchemy import Connection

import app.models.service  # noqa: F401 - its tables belong to the same metadata
from app.history.tables import HISTORY
from app.settings import Settings
from app.store.database import Database


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=next(iter(HISTORY.values())).metadata,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    database = Database(Settings().database_url)
    with database.engine.begin() as opened:
        _run(opened)
    database.close()
