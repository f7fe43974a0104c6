"""Lists that are longer than a part: they go on to their end, say what came, and leave nobody without the focus."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.conftest import Backend
from tests.explorer.test_page import DEADLINES, Held, at_rest
from tests.support.browser import Watched
from tests.support.keys import client_of
from tests.support.server import Server

Pages = Callable[..., Page]

SERVED = "crowd"
MANY = 120
TABLE = "El mapa como tabla"


def _creation(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"action": "create", "kind": kind, "body": body | {"basis": "stated"}}


def _changes(name: str) -> list[dict[str, Any]]:
    """An organization that gets an unknown amount from NED for a project without a date in Aguascalientes."""
    return [
        _creation("organization", {"id": name, "name": name.title(), "kind": "ngo"}),
        _creation(
            "project", {"id": f"p-{name}", "title": f"Project {name}", "kind": "grant", "project_status": "ongoing"}
        ),
        _creation("project_state", {"project": f"p-{name}", "state": "MX-AGU", "role": "target"}),
        _creation("participation", {"project": f"p-{name}", "organization": name, "role": "lead"}),
        _creation("funding", {"id": f"f-{name}", "funder": "ned", "recipient": name, "project": f"p-{name}"}),
    ]


@pytest.fixture(scope="module")
def crowd(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service with the first data set and many grants more, in a process of its own: only for reading.

    It asks for the browser so that nothing is started where there is none.
    """
    folder = tmp_path_factory.mktemp("crowd")
    url = Backend("sqlite", folder, None).copy("seeded")
    with client_of(url, "write") as client:
        items = [change for number in range(MANY) for change in _changes(f"many-{number:03}")]
        answer = client.post("/v1/bulk", json={"items": items})
        assert answer.status_code == 200, answer.text
    with Server(url, folder) as server:
        yield server.address


@pytest.fixture
def page(pages: Pages) -> Page:
    """A page on a desktop, in Spanish."""
    return pages(locale="es-MX")


def opened(page: Page, path: str) -> None:
    at_rest(page, path)
    if "view" not in path:
        page.locator("summary", has_text=TABLE).click()


def many_of(page: Page) -> Locator:
    """The count of Aguascalientes in the table below the map."""
    return page.locator(".below tbody tr", has_text="Aguascalientes").locator(".counted").first


LISTS: dict[str, tuple[str, Callable[[Page], Locator], int]] = {
    "projects of a state": ("/?", many_of, MANY),
    "of a filter": ("/?funder=ned", many_of, MANY),
    # The list of projects knows no kinds of funders, and another state would widen it.
    "of a kind of funder": ("/?funder_kind=funder", many_of, MANY),
    "of a chosen state": ("/?state=MX-AGU", many_of, MANY),
    "organizations of a state": ("/?measure=organizations", many_of, MANY),
    "recipients": (
        "/?view=table&table=organizations&sort=-recipients",
        lambda page: page.locator("main tbody tr").first.locator(".counted").nth(1),
        MANY + 18,
    ),
    "projects without a date": ("/?view=years", lambda page: page.locator("main .counted").last, MANY + 21),
}


@pytest.mark.parametrize(("path", "of", "count"), LISTS.values(), ids=LISTS.keys())
def test_a_long_list_goes_on_to_its_end(page: Page, path: str, of: Callable[[Page], Locator], count: int) -> None:
    opened(page, path)
    counted = of(page)
    counted.locator("summary").click()
    rows = counted.locator(":scope > div > ul > li")
    button = counted.get_by_role("button")
    expect(rows).to_have_count(50)
    expect(button).to_have_text(f"Mostrar 50 más (faltan {count - 50})")
    button.press("Enter")
    expect(rows).to_have_count(100)
    expect(page.locator("#told")).to_have_text(f"Llegaron 50 filas más; faltan {count - 100}.")
    expect(rows.nth(50).locator("a").first).to_be_focused()
    expect(button).to_have_text(f"Mostrar {count - 100} más (faltan {count - 100})")
    button.press("Enter")
    expect(rows).to_have_count(count)
    expect(rows.nth(100).locator("a").first).to_be_focused()
    expect(button).to_have_count(0)
    # Each of them once, and with its evidence.
    why = counted.locator("li .why").evaluate_all("links => links.map((link) => link.dataset.why)")
    assert len(set(why)) == count


def test_what_an_answer_does_not_name_is_said(page: Page, crowd: str) -> None:
    network = page.request.get(f"{crowd}/v1/networks/funder-partner-state?include=projects").json()
    unnamed = network["graph"]["money"]["unknown_amounts_count"] - 100
    assert unnamed > 0
    opened(page, "/?measure=money-USD")
    counted = page.locator(".below > .counted").first
    counted.locator("summary").click()
    counted.get_by_role("button").press("Enter")
    # Answers name the first hundred of what they do not know.
    expect(counted.locator("li")).to_have_count(100)
    expect(counted).to_contain_text(f"{unnamed} más, que la respuesta cuenta sin nombrar")
    expect(counted.get_by_role("button")).to_have_count(0)


def test_a_part_that_does_not_come_is_told_and_asked_for_again(page: Page, watched: Watched) -> None:
    watched.expect("ERR_FAILED")
    opened(page, "/?")
    counted = many_of(page)
    counted.locator("summary").click()
    rows = counted.locator("li")
    expect(rows).to_have_count(50)
    page.route("**/v1/projects?*cursor*", lambda route: route.abort())
    for _ in range(2):
        counted.get_by_role("button").press("Enter")
        expect(counted.get_by_role("alert")).to_contain_text("No hay conexión con el servicio")
        expect(counted.get_by_role("button", name="Intentar de nuevo")).to_be_focused()
        expect(rows).to_have_count(50)
    page.unroute("**/v1/projects?*cursor*")
    counted.get_by_role("button").press("Enter")
    expect(rows).to_have_count(100)
    expect(counted.get_by_role("alert")).to_have_count(0)
    expect(rows.nth(50).locator("a").first).to_be_focused()


def test_a_part_is_not_waited_for_for_ever_and_asked_for_once(page: Page) -> None:
    page.add_init_script(DEADLINES)
    page.clock.install()
    page.goto("/")
    page.locator("summary", has_text=TABLE).click()
    counted = many_of(page)
    counted.locator("summary").click()
    button = counted.get_by_role("button")
    expect(button).to_be_visible()
    held = Held()
    page.route("**/v1/projects?*cursor*", held)
    for _ in range(3):
        button.press("Enter")
    expect(button).to_have_text("Cargando…")
    expect(button).to_be_focused()
    page.clock.run_for(25_000)
    expect(counted.get_by_role("alert")).to_contain_text("La respuesta tarda demasiado")
    assert len(held.routes) == 1
    for route in held.routes:
        route.abort()


def test_what_comes_late_takes_the_focus_from_nobody(page: Page) -> None:
    opened(page, "/?")
    counted = many_of(page)
    counted.locator("summary").click()
    held = Held()
    page.route("**/v1/projects?*cursor*", held)
    counted.get_by_role("button").press("Enter")
    expect(counted.get_by_role("button")).to_have_text("Cargando…")
    search = page.get_by_role("search").get_by_role("combobox")
    search.focus()
    for route in held.routes:
        route.continue_()
    expect(counted.locator("li")).to_have_count(100)
    expect(search).to_be_focused()


def test_links_of_a_node_go_on(page: Page) -> None:
    opened(page, "/?view=network&open=org:ned")
    panel = page.get_by_role("complementary")
    links = panel.locator("ul.plain").first.locator("li")
    expect(links).to_have_count(50)
    panel.get_by_role("button", name=re.compile("Mostrar 50 más")).press("Enter")
    expect(links).to_have_count(100)
    expect(links.nth(50).locator("a").first).to_be_focused()


def test_the_list_of_a_network_goes_on(page: Page) -> None:
    opened(page, "/?view=network")
    rows = page.locator(".node-list tbody tr")
    expect(rows).to_have_count(50)
    button = page.locator(".node-list button")
    while button.count():
        before = rows.count()
        button.press("Enter")
        expect(rows.nth(before).locator("a").first).to_be_focused()
    expect(button).to_have_count(0)
    assert rows.count() > MANY
