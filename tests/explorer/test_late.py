"""What comes late, or not at all, while somebody goes on: nothing old is written over what is newer."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.explorer.test_page import Held, at_rest
from tests.support.browser import Watched

Pages = Callable[..., Page]

EDGE = "org:ned~funds~org:ficdcm"


def visit(page: Page, address: str) -> None:
    """As back and forward do: another address, at once."""
    page.evaluate(
        "address => { history.pushState(null, '', address); dispatchEvent(new PopStateEvent('popstate')); }", address
    )


def test_a_map_that_does_not_come_is_told_and_tried_again(page: Page, watched: Watched) -> None:
    watched.expect("ERR_FAILED|Failed to fetch")
    page.route("**/states.json", lambda route: route.abort())
    page.goto("/")
    alert = page.get_by_role("alert")
    expect(alert).to_be_visible()
    expect(page).to_have_title(re.compile("Something went wrong"))
    page.unroute("**/states.json")
    alert.get_by_role("button").click()
    expect(page.locator("[data-state=MX-NLE]").first).to_be_visible()
    expect(alert).to_have_count(0)


def test_what_was_chosen_keeps_the_focus_when_the_view_is_drawn_anew(page: Page) -> None:
    at_rest(page, "/")
    page.get_by_role("link", name="Organizations", exact=True).press("Enter")
    expect(page.locator(".choices [aria-current]")).to_have_text("Organizations")
    expect(page.locator(".choices [aria-current]")).to_be_focused()
    at_rest(page, "/?view=network")
    page.get_by_label("Colour").focus()
    page.get_by_label("Colour").select_option("community")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_label("Colour")).to_be_focused()


def test_the_evidence_that_is_open_is_that_of_the_selection(page: Page, watched: Watched) -> None:
    # No text states that edge; what the network does not have is looked for in all data.
    watched.expect("status of 404")
    at_rest(page, f"/?view=network&basis=attributed&open={EDGE}")
    with page.expect_request(lambda request: "/v1/evidence" in request.url and "funder_kind=funder" in request.url):
        visit(page, f"/?view=network&funder_kind=funder&open={EDGE}")
    with page.expect_request(lambda request: "/v1/evidence" in request.url and "basis=stated" in request.url):
        visit(page, f"/?view=network&basis=stated&open={EDGE}")


def test_the_language_is_that_of_the_address_however_late_its_words_come(pages: Pages) -> None:
    page = at_rest(pages(locale="es-MX"), "/?view=years")
    held = Held()
    page.route("**/words/en.json", held)
    page.get_by_role("link", name="English").click()
    page.wait_for_url(re.compile("lang=en"))
    page.go_back()
    expect(page.locator("h1")).to_have_text("¿Qué pasó cada año?")
    for route in held.routes:
        route.continue_()
    page.wait_for_timeout(500)
    expect(page.locator("h1")).to_have_text("¿Qué pasó cada año?")
    expect(page.locator("html")).to_have_attribute("lang", "es")


def test_words_that_do_not_come_are_told(pages: Pages, watched: Watched) -> None:
    watched.expect("ERR_FAILED|Failed to fetch")
    page = at_rest(pages(locale="es-MX"), "/?view=years")
    page.route("**/words/en.json", lambda route: route.abort())
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.go_back()
    expect(page.locator("h1")).to_have_text("¿Qué pasó cada año?")


def test_names_of_another_version_do_not_come_into_this_one(page: Page) -> None:
    held = Held()
    page.route(re.compile(r"/v1/states\?limit=500$"), held)
    page.goto("/")
    expect(page.locator("#views li").first).to_be_visible()
    visit(page, "/?as_of=v1")
    choice = page.get_by_role("link", name="Organizations", exact=True)
    expect(choice).to_be_visible()
    for route in held.routes:
        answer = route.fetch().json()
        for row in answer["items"]:
            row |= {"name": "Old", "names": []}
        route.fulfill(content_type="application/json", body=json.dumps(answer))
    page.wait_for_timeout(300)
    choice.click()
    expect(page.locator(".choices [aria-current]")).to_have_text("Organizations")
    expect(page.locator(".start")).to_contain_text("Nuevo León")


def test_the_filters_shown_are_those_chosen_last(page: Page) -> None:
    at_rest(page, "/?view=table")
    page.get_by_role("button", name="Filters").click()
    drawer = page.locator("#drawer")
    expect(drawer.get_by_role("checkbox", name="Sonora")).to_be_visible()
    held: list[Route] = []

    def first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/v1/networks/coverage?by=funder*", first)
    drawer.get_by_role("checkbox", name="Sonora").check()
    page.wait_for_url(re.compile("MX-SON"))
    drawer.get_by_role("checkbox", name="Campeche").check()
    page.wait_for_url(re.compile("MX-CAM"))
    page.wait_for_timeout(500)
    held[0].continue_()
    page.wait_for_timeout(500)
    expect(drawer.get_by_role("checkbox", name="Campeche")).to_be_checked()


def test_escape_in_a_list_closes_the_list_only(page: Page) -> None:
    at_rest(page, f"/?view=network&open={EDGE}")
    search = page.get_by_role("search").get_by_role("combobox")
    search.fill("nuevo")
    expect(page.get_by_role("option").first).to_be_visible()
    search.press("Escape")
    expect(page.get_by_role("option").first).to_be_hidden()
    expect(page.locator("#panel")).to_be_visible()


def test_what_is_being_typed_is_not_written_over(page: Page) -> None:
    at_rest(page, "/?view=paths&from=usaid&to=documenta")
    held = Held()
    page.route("**/v1/networks/paths*", held)
    page.get_by_role("link", name="organizations and projects").click()
    page.wait_for_url(re.compile("through=projects"))
    page.get_by_role("combobox", name="To").fill("intercult")
    for route in held.routes:
        route.continue_()
    expect(page.locator(".choices [aria-current]")).to_have_text("organizations and projects")
    expect(page.get_by_role("combobox", name="To")).to_have_value("intercult")


@pytest.mark.parametrize("path", ["/?record=org:nobody", "/?topic=no-such-topic"])
def test_the_title_is_that_of_what_is_seen(page: Page, watched: Watched, path: str) -> None:
    watched.expect("status of 40")
    at_rest(page, "/?view=years")
    visit(page, path)
    alert = page.get_by_role("alert")
    expect(alert).to_be_visible()
    expect(page).to_have_title(f"{alert.get_by_role('heading').inner_text()} · Tejido")
