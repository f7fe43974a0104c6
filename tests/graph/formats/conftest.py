"""The networks that every format is tried on."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.migrations import migrate
from app.settings import Settings
from app.store.database import Database
from app.store.seed import load_seed
from tests.graph.formats.networks import HAND, Network, empty, nasty

_PATHS = {
    "seed": "/v1/networks/funder-partner-state?include=projects,unnamed,supports",
    "seed-coalitions": "/v1/networks/coalitions",
    "seed-flows": "/v1/networks/flows",
}


@pytest.fixture(scope="session")
def networks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Network]:
    """Networks by name; the formats do not depend on the kind of database, so one kind is enough."""
    url = f"sqlite:///{tmp_path_factory.mktemp('formats')}/seed.db"
    database = Database(url)
    with database.write_schema() as connection:
        migrate(connection)
    load_seed(database)
    database.close()
    with TestClient(create_app(Settings(database_url=url))) as client:
        seeds = {name: client.get(path).json() for name, path in _PATHS.items()}
    return {
        "hand": HAND,
        "empty": empty(),
        "empty-undirected": empty(directed=False),
        "nasty": nasty(),
        "nasty-directed": nasty(directed=True),
        **seeds,
    }


@pytest.fixture(scope="session")
def consumers() -> Path:
    """The folder of the Node script that reads the formats with the libraries they are for."""
    return Path(__file__).parents[2] / "consumers"
