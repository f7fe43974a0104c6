"""The command line: serve, seed, migrate, openapi."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
import uvicorn
from alembic.util import CommandError
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from app.main import create_app
from app.migrations import migrate as migrate_database
from app.settings import Settings
from app.store.database import Database
from app.store.seed import is_empty, load_seed

app = typer.Typer(help="Tejido: who funds whom, where, and who works together.", no_args_is_help=True)
_console = Console(stderr=True)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", help="Port to listen on.", min=0, max=65535)] = 8000,
) -> None:
    """Bring the database up to date, load the first data set into an empty one, and serve."""
    with _told_plainly():
        settings = Settings()
        _prepare(settings)
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0") else host  # noqa: S104
    _console.print(f"Tejido answers at http://{shown}:{port}/v1/about and is described at http://{shown}:{port}/docs")
    uvicorn.run(create_app(settings), host=host, port=port, log_level="info")


@app.command()
def seed() -> None:
    """Load the first data set: create what is absent, follow the files where nobody has edited."""
    with _told_plainly():
        database = _migrated(Settings())
        counts = load_seed(database)
        database.close()
    table = Table("records", "count")
    for word, count in sorted(counts.items()):
        table.add_row(word, str(count))
    _console.print(table)


@app.command()
def migrate() -> None:
    """Bring the database up to date."""
    with _told_plainly():
        _migrated(Settings()).close()


@app.command()
def openapi() -> None:
    """Write the OpenAPI document to standard output."""
    json.dump(create_app(Settings(database_url="sqlite://")).openapi(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


@contextmanager
def _told_plainly() -> Iterator[None]:
    """A wrong setting or an absent database is told in a line, without what was set: it may hold a password."""
    try:
        yield
    except ValidationError as error:
        for one in error.errors():
            _console.print(
                f"TEJIDO_{'_'.join(map(str, one['loc'])).upper()}: {one['msg'].removeprefix('Value error, ')}",
                markup=False,
            )
        raise typer.Exit(1) from None
    except (SQLAlchemyError, CommandError, ModuleNotFoundError) as error:
        cause = getattr(error, "orig", None) or error
        _console.print(f"TEJIDO_DATABASE_URL: {str(cause).splitlines()[0]}", markup=False)
        raise typer.Exit(1) from None


def _migrated(settings: Settings) -> Database:
    database = Database(settings.database_url)
    with database.write_schema() as connection:
        migrate_database(connection)
    return database


def _prepare(settings: Settings) -> None:
    database = _migrated(settings)
    with database.read() as connection:
        empty = is_empty(connection)
    if empty and settings.seed:
        counts = load_seed(database)
        _console.print(f"Loaded the first data set: {counts['created']} records.")
    database.close()


if __name__ == "__main__":
    app()
