"""A client that many tests write with, each to records of its own."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.conftest import Backend


@pytest.fixture(scope="module")
def writable(backend: Backend) -> Iterator[TestClient]:
    """A copy of the first data set for the tests of one module: they write to it, each its own records."""
    url = backend.copy("seeded")
    with TestClient(create_app(Settings(database_url=url)), raise_server_exceptions=False) as client:
        yield client
    backend.drop(url)
