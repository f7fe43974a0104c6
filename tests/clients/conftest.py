"""A running service for the clients, on each kind of database, and clients of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tejido_client import Tejido

from tests.conftest import Backend
from tests.support.keys import key_for
from tests.support.server import Server


@dataclass(frozen=True)
class Service:
    """A service in a process of its own, with the first data set, and a key that may read and write."""

    address: str
    key: str
    url: str


@pytest.fixture(scope="session")
def service(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Shared by the tests: what one of them writes has ids of its own, and what it counts is counted `at` a version."""
    url = backend.copy("seeded")
    key = key_for(url, "write")
    with Server(url, tmp_path_factory.mktemp("service")) as server:
        yield Service(server.address, key, url)
    backend.drop(url)


@pytest.fixture
def api(service: Service) -> Iterator[Tejido]:
    """A client that may write."""
    with Tejido(service.address, key=service.key) as made:
        yield made


@pytest.fixture
def own(url: str, tmp_path: Path) -> Iterator[Service]:
    """A service of one test, to be counted on."""
    key = key_for(url, "write")
    with Server(url, tmp_path) as server:
        yield Service(server.address, key, url)
