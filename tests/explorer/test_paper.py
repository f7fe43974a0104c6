"""On paper: what was open is open, what is folded says so, all may be opened first, and nothing is printed by night."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.explorer.test_page import at_rest

Pages = Callable[..., Page]

RECORDING = """
addEventListener("beforeprint", () => {
  const paint = (found) => found && getComputedStyle(found).fill;
  window.printed = {
    theme: document.documentElement.dataset.theme ?? "",
    ink: paint(document.querySelector(".map svg text")),
    drawings: document.querySelectorAll(".network-paper > svg").length,
    names: paint(document.querySelector(".network-paper > svg")),
  };
});
"""
"""Notes what is seen after all others have made the page ready for paper."""


def said_after(summary: Locator) -> str:
    content: str = summary.evaluate("element => getComputedStyle(element, '::after').content")
    return content


def test_what_is_folded_says_so_on_paper_and_what_is_open_is_printed_open(pages: Pages) -> None:
    page = at_rest(pages(locale="es-MX"), "/?place=MX-NLE")
    assert said_after(page.locator("#place-possible > summary")) == "none"
    page.emulate_media(media="print")
    assert "plegado" in said_after(page.locator("#place-possible > summary"))
    assert said_after(page.locator("#place-certain > summary")) == "none"
    expect(page.locator("#place-certain .who-list")).to_be_visible()
    # A number is no heading of what is left out: it stands for itself.
    assert said_after(page.locator("main .counted > summary").first) == "none"


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("/?place=MX-NLE", "#place-possible .who-list"),
        ("/?view=paths&from=usaid&to=slp-intercultural-university&through=projects", ".chain:last-of-type .quote"),
        ("/?record=org:labmex", ".sources .quote"),
    ],
)
def test_all_may_be_opened_and_printed(pages: Pages, path: str, there: str) -> None:
    page = at_rest(pages(locale="en-GB"), path)
    # What is asked for only now is on the paper too. A function that is the value of what is evaluated would be called.
    page.evaluate(
        """window.print = () => {
          const many = (what) => document.querySelectorAll(what).length;
          const shut = many("main .fold:not(.counted, [open])");
          const late = many("main details[open] > div > .wait");
          document.documentElement.dataset.printed = [shut, late, many("dialog[open]")].join(" ");
        }; null"""
    )
    page.get_by_role("button", name="Download").click()
    page.get_by_role("button", name="Open all and print").click()
    expect(page.locator("html")).to_have_attribute("data-printed", "0 0 0")
    expect(page.locator(there).first).to_be_visible()


@pytest.mark.parametrize("switched", [False, True])
def test_paper_is_of_the_day(pages: Pages, switched: bool) -> None:
    page = at_rest(pages(locale="es-MX", color_scheme="light" if switched else "dark"), "/?place=MX-NLE")
    if switched:
        page.get_by_role("button", name="Oscuro").click()
    night = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.evaluate(RECORDING)
    page.pdf()
    printed = page.evaluate("window.printed")
    assert printed["theme"] == "light"
    assert sum(map(int, printed["ink"].removeprefix("rgb(").removesuffix(")").split(","))) < 300, printed
    # And the screen is as it was.
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == night
    page.emulate_media(media="print", color_scheme="dark")
    number = page.locator(".sure-number").first.evaluate("element => getComputedStyle(element).color")
    assert sum(map(int, number.removeprefix("rgb(").removesuffix(")").split(","))) < 300, number


def test_a_network_is_on_paper_as_a_whole_and_in_lines(pages: Pages) -> None:
    page = at_rest(pages(locale="es-MX", color_scheme="dark"), "/?view=network")
    expect(page.locator(".network canvas").first).to_be_visible()
    expect(page.locator(".network-paper")).to_be_hidden()
    page.evaluate(RECORDING)
    page.pdf()
    printed = page.evaluate("window.printed")
    assert printed["drawings"] == 1
    assert sum(map(int, printed["names"].removeprefix("rgb(").removesuffix(")").split(","))) < 300, printed
    expect(page.locator(".network-paper > svg")).to_have_count(0)
