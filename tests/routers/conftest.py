"""A client that many tests write with, each to records of its own."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Backend
from tests.support.keys import client_of


@pytest.fixture(scope="module")
def writable(backend: Backend) -> Iterator[TestClient]:
    """A copy of the first data set for the tests of one module: they write to it, each its own records."""
    url = backend.copy("seeded")
    with client_of(url, "write") as client:
        yield client
    backend.drop(url)
