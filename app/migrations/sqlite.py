"""Changing tables of SQLite in ways for which it has no ALTER TABLE."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op


def is_sqlite() -> bool:
    """Whether the migration runs on SQLite."""
    return op.get_bind().dialect.name == "sqlite"


def rebuild(table: str, change: Callable[[str], str]) -> None:
    """Make a table of SQLite anew, by a changed statement, with the same columns, rows and indexes."""
    bind = op.get_bind()
    made = sa.text("SELECT sql FROM sqlite_master WHERE type = :type AND tbl_name = :table AND sql IS NOT NULL")
    (sql,) = bind.execute(made, {"type": "table", "table": table}).scalars()
    indexes = bind.execute(made, {"type": "index", "table": table}).scalars().all()
    changed = change(sql)
    if changed == sql:
        raise RuntimeError(f"the statement that made {table} is not the one that was expected")
    columns = ", ".join(f'"{column["name"]}"' for column in sa.inspect(bind).get_columns(table))
    rest = changed.partition("(")[2]
    op.execute(sa.text(f"CREATE TABLE _new_{table} ({rest}".replace(":", r"\:")))
    op.execute(f"INSERT INTO _new_{table} ({columns}) SELECT {columns} FROM {table}")
    op.execute(f"DROP TABLE {table}")
    op.execute(f"ALTER TABLE _new_{table} RENAME TO {table}")
    for index in indexes:
        op.execute(sa.text(index.replace(":", r"\:")))


def replaced(old: str, new: str) -> Callable[[str], str]:
    """A change of a statement."""
    return lambda sql: sql.replace(old, new)
