"""Databases and clients for the tests. What needs a database runs on SQLite and on PostgreSQL."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings

from app.migrations import migrate
from app.store.database import Database
from app.store.seed import load_seed
from tests.support.keys import as_caller, client_of
from tests.support.postgres import PostgresServer

_numbers = count(1)

# All tests ask as one caller; those of the limits set their own.
os.environ |= {"TEJIDO_RATE_LIMIT_READS": "", "TEJIDO_RATE_LIMIT_WRITES": "", "TEJIDO_REQUESTS_AT_ONCE": "1000"}

# On a machine that is busy with other things an example takes as long as it takes; where `CI` is set that is so anyway.
settings.register_profile("patient", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is marked long_on_postgresql is long there."""
    for item in items:
        on = getattr(item, "callspec", None)
        if on and on.params.get("backend") == "postgresql" and item.get_closest_marker("long_on_postgresql"):
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """Each kind of database in turn."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        yield Backend("sqlite", folder, None)
    else:
        with PostgresServer() as server:
            yield Backend("postgresql", folder, server)


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[PostgresServer]:
    """A server of a module's own, which its tests may end and start: it keeps what it has acknowledged."""
    with PostgresServer({"synchronous_commit": "on"}) as server:
        yield server


@pytest.fixture(scope="session")
def seeded(backend: Backend) -> Iterator[TestClient]:
    """A client of the first data set, shared by the tests: only for reading."""
    with client_of(backend.copy("seeded"), "write") as made:
        yield made


@pytest.fixture
def url(backend: Backend) -> Iterator[str]:
    """An own database with the first data set."""
    made = backend.copy("seeded")
    yield made
    backend.drop(made)


@pytest.fixture
def client(url: str) -> Iterator[TestClient]:
    """A client of an own copy of the first data set: for writing. Its key may read and write what is public."""
    with client_of(url, "write") as made:
        yield made


@pytest.fixture
def clients(client: TestClient) -> Callable[..., TestClient]:
    """Makes other callers of the same service: `clients("restricted", "write")`; `clients()` sends no key."""
    return partial(as_caller, client)


@pytest.fixture
def empty_url(backend: Backend) -> Iterator[str]:
    """An own database with tables and nothing in them."""
    made = backend.copy("migrated")
    yield made
    backend.drop(made)


@pytest.fixture
def database(empty_url: str) -> Iterator[Database]:
    """An own database with tables and nothing in them, without a service."""
    made = Database(empty_url)
    yield made
    made.close()


@pytest.fixture
def seeded_database(url: str) -> Iterator[Database]:
    """An own database with the first data set, without a service."""
    made = Database(url)
    yield made
    made.close()


@pytest.fixture
def empty_database(backend: Backend) -> Iterator[Database]:
    """A database without any data, also beside another one."""
    url = backend.copy("migrated")
    made = Database(url)
    yield made
    made.close()
    backend.drop(url)


@pytest.fixture
def empty(empty_url: str) -> Iterator[TestClient]:
    """A client of an own empty database. Its key may read and write what is public."""
    with client_of(empty_url, "write") as made:
        yield made
