"""Databases and clients for the tests. What needs a database runs on SQLite and on PostgreSQL."""

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.migrations import migrate
from app.settings import Settings
from app.store.database import Database
from app.store.seed import load_seed
from tests.support.postgres import PostgresServer

_numbers = count(1)


class Backend:
    """One kind of database: makes empty and seeded copies quickly, from templates."""

    def __init__(self, name: str, folder: Path, server: PostgresServer | None) -> None:
        self.name = name
        self._folder = folder
        self._server = server
        for template in ("migrated", "seeded"):
            url = self._create(f"template_{template}", None)
            database = Database(url)
            with database.write_schema() as connection:
                migrate(connection)
            if template == "seeded":
                load_seed(database)
            database.close()

    def copy(self, template: str) -> str:
        """The URL of a new database: `migrated` (tables only), `seeded` (the first data set), or `bare` (nothing)."""
        name = f"test_{next(_numbers)}"
        return self._create(name, None if template == "bare" else f"template_{template}")

    def drop(self, url: str) -> None:
        """Remove a database."""
        if self._server is not None:
            self._server.drop_database(url.rsplit("/", 1)[1])

    def _create(self, name: str, template: str | None) -> str:
        if self._server is not None:
            self._server.create_database(name, template)
            return self._server.url(name)
        path = self._folder / f"{name}.db"
        if template is not None:
            shutil.copyfile(self._folder / f"{template}.db", path)
        return f"sqlite:///{path}"


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """Each kind of database in turn."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        yield Backend("sqlite", folder, None)
    else:
        with PostgresServer() as server:
            yield Backend("postgresql", folder, server)


def _client(url: str) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=url)), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def seeded(backend: Backend) -> Iterator[TestClient]:
    """A client of the first data set, shared by the tests: only for reading."""
    yield from _client(backend.copy("seeded"))


@pytest.fixture
def url(backend: Backend) -> Iterator[str]:
    """An own database with the first data set."""
    made = backend.copy("seeded")
    yield made
    backend.drop(made)


@pytest.fixture
def client(url: str) -> Iterator[TestClient]:
    """A client of an own copy of the first data set: for writing."""
    yield from _client(url)


@pytest.fixture
def empty_url(backend: Backend) -> Iterator[str]:
    """An own database with tables and nothing in them."""
    made = backend.copy("migrated")
    yield made
    backend.drop(made)


@pytest.fixture
def empty(empty_url: str) -> Iterator[TestClient]:
    """A client of an own empty database."""
    yield from _client(empty_url)
