"""A browser, a service with the first data set, and pages that are watched."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.conftest import Backend
from tests.explorer.parts import served_harness
from tests.support.browser import Pictures, Watched, running_chromium
from tests.support.server import Server

REFERENCES = Path(__file__).parent / "references"


# One for all tests here; not for the session, because other tests run event loops of their own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    with running_chromium() as made:
        yield made


@pytest.fixture(scope="package")
def service(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service with the first data set, in a process of its own: only for reading.

    It asks for the browser so that nothing is started where there is none.
    """
    folder = tmp_path_factory.mktemp("explorer")
    url = Backend("sqlite", folder, None).copy("seeded")
    with Server(url, folder) as server:
        yield server.address


@pytest.fixture(scope="package")
def harness() -> Iterator[str]:
    """The address of a page with the drawing parts alone."""
    with served_harness() as address:
        yield address


@pytest.fixture
def origin(request: pytest.FixtureRequest) -> str:
    """The only address that a page may ask: the service, or what a module calls `SERVED`."""
    address: str = request.getfixturevalue(getattr(request.module, "SERVED", "service"))
    return address


@pytest.fixture
def watched(browser: Browser, origin: str) -> Iterator[Watched]:
    """Opens pages; a complaint in a console, or a request that leaves the origin, fails the test."""
    made = Watched(browser, origin)
    yield made
    assert made.close() == []


@pytest.fixture
def page(watched: Watched) -> Page:
    """A page on a desktop, in English, by day."""
    return watched.page()


@pytest.fixture
def pages(watched: Watched) -> Callable[..., Page]:
    """Opens pages otherwise: `pages(locale="es-MX", color_scheme="dark", viewport={...}, is_mobile=True)`."""
    return watched.page


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    """Keeps screenshots."""
    return Pictures(Path(os.environ.get("TEJIDO_TEST_PICTURES") or tmp_path), REFERENCES)
