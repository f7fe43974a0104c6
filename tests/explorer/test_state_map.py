"""The map of the states, on a page of its own."""

import base64
import gzip
import io
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.explorer.parts import EXPLORER, SHAPES, ready
from tests.support.browser import Pictures, Watched, is_blank

PARTS = EXPLORER / "page" / "parts"
CODES = sorted(SHAPES["states"])
NAMES = {code: f"Name of {code[3:]}" for code in CODES} | {"MX-NLE": "Nuevo León", "MX-CMX": "Ciudad de México"}
VALUES: dict[str, Any] = {
    code: {"certain": number % 5, "possible": int(number % 7 == 3)} for number, code in enumerate(CODES)
} | {
    "MX-NLE": {"certain": 3, "possible": 1},
    "MX-CMX": {"certain": 0, "possible": 0},
    "MX-TLA": {"certain": None, "possible": 0},
    "MX-SON": {"certain": 0, "possible": 2},
}
SHOWN: dict[str, Any] = {
    "values": VALUES,
    "nationwide": 15,
    "title": "Projects in each state",
    "unit": "Projects, certain",
    "selected": ["MX-NLE", "MX-MOR"],
    "names": NAMES,
    "caption": "Tejido & others, data version v1",
}


SERVED = "harness"
"""The fixture with the address that pages here may ask."""


def with_map(page: Page, query: str = "", **otherwise: Any) -> Page:
    ready(page, query)
    page.evaluate("(shown) => harness.map(shown)", SHOWN | otherwise)
    return page


def state(page: Page, code: str) -> Locator:
    return page.locator(f'[role=button][data-state="{code}"]')


def fill(page: Page, code: str) -> str | None:
    return state(page, code).locator("path").first.get_attribute("fill")


def test_the_shapes_are_what_the_geometry_makes_of_them() -> None:
    command = [sys.executable, "-m", "tools.state_shapes", "--check"]
    subprocess.run(command, cwd=EXPLORER.parents[1], check=True, timeout=300)
    assert len(CODES) == 32
    assert len(gzip.compress((PARTS / "states.json").read_bytes())) < 30_000


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("desktop-light", {}),
        ("desktop-dark", {"color_scheme": "dark"}),
        ("phone", {"viewport": {"width": 375, "height": 900}, "is_mobile": True}),
    ],
)
def test_the_map_looks_as_it_did(watched: Watched, pictures: Pictures, name: str, options: Any) -> None:
    pictures.compare(with_map(watched.page(**options)).locator("#map"), f"map-{name}")


def test_every_state_is_a_button_that_says_all_it_shows(page: Page) -> None:
    with_map(page)
    buttons = page.get_by_role("button")
    expect(buttons).to_have_count(32)
    for code, says in [
        ("MX-NLE", "Nuevo León: 3 certain, 1 possible"),
        ("MX-CMX", "Ciudad de México: none recorded"),
        ("MX-TLA", "Name of TLA: unknown"),
        ("MX-SON", "Name of SON: none certain, 2 possible"),
    ]:
        expect(state(page, code)).to_have_accessible_name(says)
    assert [one.get_attribute("data-state") for one in page.get_by_role("button", pressed=True).all()] == [
        "MX-NLE",
        "MX-MOR",
    ]
    expect(page.get_by_role("group")).to_have_accessible_name(
        re.compile(r"Projects in each state\. The whole country: 15\.")
    )


def test_zero_and_unknown_and_each_number_look_different(page: Page) -> None:
    with_map(page)
    shades = [fill(page, code) for code in ("MX-CMX", "MX-TLA", "MX-NLE")]
    assert len(set(shades)) == 3
    alike = [code for code in CODES if VALUES[code]["certain"] == 3]
    assert {fill(page, code) for code in alike} == {shades[2]}
    hatched = [code for code in CODES if state(page, code).locator('path[fill^="url"]').count()]
    assert hatched == [code for code in CODES if VALUES[code]["possible"]]


def test_a_state_that_is_not_told_of_is_unknown(page: Page) -> None:
    with_map(page, values={"MX-NLE": {"certain": 1, "possible": 0}})
    expect(state(page, "MX-OAX")).to_have_accessible_name("Name of OAX: unknown")
    expect(page.get_by_text("Unknown")).to_be_visible()


def test_the_legend_counts_the_states_of_each_shade(page: Page) -> None:
    with_map(page)
    legend = page.locator("#map svg > g").last
    expect(legend.locator("text").first).to_have_text("Projects, certain")
    counts = [int(text.split()[0]) for text in legend.locator("tspan").all_text_contents()]
    assert sum(counts[:-1]) == 32
    assert counts[-1] == sum(1 for value in VALUES.values() if value["possible"])


@pytest.mark.parametrize(
    ("numbers", "ends"),
    [
        ([], []),
        ([4], [4]),
        ([1, 2, 3, 5, 8, 9], [1, 2, 3, 5, 8, 9]),
        ([1, 2, 3, 4, 5, 6, 7], [2, 4, 7]),
        ([1, 4, 9, 16, 25, 36, 50, 61], [20, 40, 61]),
        ([1, 3, 30, 300, 3000, 30_000, 300_000, 3_000_000], None),
    ],
)
def test_steps_are_few_and_round(page: Page, numbers: list[int], ends: list[int] | None) -> None:
    ready(page)
    found = page.evaluate(
        "async (numbers) => (await import('/page/parts/state-map.js')).stepEnds(numbers)",
        numbers,
    )
    assert ends is None or found == ends
    assert len(found) <= 6
    assert found == sorted(set(found))
    assert not numbers or found[-1] == numbers[-1]
    # No step is empty.
    for low, high in zip([0, *found], found, strict=False):
        assert any(low < number <= high for number in numbers)


def test_keys_alone_go_over_the_map(page: Page) -> None:
    with_map(page)
    page.keyboard.press("Tab")
    expect(state(page, "MX-NLE")).to_be_focused()
    expect(page.locator(".tejido-tip")).to_have_text("Nuevo León: 3 certain, 1 possible")
    for key, code in [("ArrowLeft", "MX-COA"), ("ArrowLeft", "MX-CHH"), ("ArrowLeft", "MX-SON"), ("End", "MX-CHP")]:
        page.keyboard.press(key)
        expect(state(page, code)).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    assert page.evaluate("harness.said") == [{"state": "MX-CHP"}, {"state": "MX-BCN"}]
    expect(page.locator(".tejido-tip")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".tejido-tip")).to_be_hidden()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#map')") is None


def test_arrow_keys_reach_every_state(page: Page) -> None:
    with_map(page)
    reached = page.evaluate(
        """() => {
          const found = new Set(["MX-NLE"]);
          for (const code of found) {
            for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) found.add(harness.states.beside(code, dx, dy));
          }
          return [...found].sort();
        }"""
    )
    assert reached == CODES


def test_a_choice_keeps_the_focus_where_it_is(page: Page) -> None:
    with_map(page)
    state(page, "MX-OAX").focus()
    page.evaluate("(shown) => harness.map(shown)", SHOWN | {"selected": ["MX-OAX"]})
    expect(state(page, "MX-OAX")).to_be_focused()
    expect(state(page, "MX-OAX")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("width", [375, 1280])
def test_the_small_states_are_large_enough_to_touch(pages: Callable[..., Page], width: int) -> None:
    page = with_map(pages(viewport={"width": width, "height": 900}))
    for code in ("MX-CMX", "MX-MEX", "MX-MOR", "MX-TLA"):
        box = page.locator(f'[aria-hidden][data-state="{code}"]').bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
    page.locator('[aria-hidden][data-state="MX-CMX"]').click()
    assert page.evaluate("harness.said") == [{"state": "MX-CMX"}]


@pytest.mark.parametrize("width", [320, 640, 700, 1280])
@pytest.mark.parametrize("query", ["", "?lang=es"])
def test_no_words_are_cut_off(pages: Callable[..., Page], width: int, query: str) -> None:
    page = with_map(pages(viewport={"width": width, "height": 900}), query)
    cut = page.evaluate(
        """(width) => [...document.querySelectorAll("#map svg > text, #map svg > g:nth-last-of-type(-n + 2) text")]
          .filter((one) => one.getBoundingClientRect().right > width).map((one) => one.textContent)""",
        width,
    )
    assert cut == []


def test_nothing_is_wider_than_a_phone(pages: Callable[..., Page]) -> None:
    page = with_map(pages(viewport={"width": 320, "height": 900}))
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("query", ["", "?lang=es"])
def test_an_exported_svg_has_every_state_and_its_legend(page: Page, query: str) -> None:
    with_map(page, query)
    root = ET.fromstring(page.evaluate("harness.states.svg()"))
    names = {"svg": "http://www.w3.org/2000/svg"}
    assert {one.get("data-state") for one in root.iterfind(".//svg:g[@data-state]", names)} == set(CODES)
    texts = ["".join(one.itertext()) for one in root.iterfind(".//svg:text", names)]
    assert {"Projects in each state", "Projects, certain", "15", "Tejido & others, data version v1"} <= set(texts)
    assert "Nuevo León" in (root.findtext("svg:desc", namespaces=names) or "")
    text = ET.tostring(root, encoding="unicode")
    assert not re.search("NaN|undefined|tabindex|class=", text)
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= {one.get("id") for one in root.iter()}


def test_an_exported_png_is_the_same_picture(page: Page, pictures: Pictures) -> None:
    with_map(page)
    root = ET.fromstring(page.evaluate("harness.states.svg()"))
    png = base64.b64decode(page.evaluate("harness.states.png().then(harness.base64)"))
    assert Image.open(io.BytesIO(png)).size == (2 * int(root.attrib["width"]), 2 * int(root.attrib["height"]))
    assert not is_blank(png)
    pictures.compare_bytes(png, "map-png")


def test_nothing_is_left_behind(page: Page) -> None:
    with_map(page)
    page.evaluate("harness.states.destroy()")
    assert page.evaluate("document.getElementById('map').outerHTML") == '<div id="map" class=""></div>'
