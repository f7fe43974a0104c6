"""What somebody who comes for the first time wants to know: by clicks, by keys alone, and in both languages."""

import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

Pages = Callable[..., Page]


@dataclass(frozen=True)
class Words:
    """What the stories look for on the page, in one language."""

    locale: str
    who: str
    certain: str
    possible: str
    nationwide: str
    leaves: str
    usaid_leaves: str
    left: str
    chains: str
    start: str
    end: str
    chain: str
    university: str
    funds: str
    stated: str
    download: str
    table: str


SPANISH = Words(
    "es-MX",
    "¿Quién trabaja en Nuevo León?",
    "proyectos seguros",
    "posibles",
    "de todo el país",
    "Si un financiador se va",
    "Si se va USAID",
    "Organizaciones sin otro financiador (1)",
    "Cadenas",
    "Desde",
    "Hasta",
    "De USAID a Universidad Intercultural de San Luis Potosí",
    "Universidad Intercultural de San Luis Potosí",
    "USAID financia a Documenta",
    "Dicho: el texto lo dice.",
    "Descargar",
    "Tabla",
)
ENGLISH = Words(
    "en-GB",
    "Who works in Nuevo León?",
    "certain projects",
    "possible",
    "of the whole country",
    "If a funder leaves",
    "If USAID leaves",
    "Organizations without another funder (1)",
    "Chains",
    "From",
    "To",
    "From USAID to Intercultural University (San Luis Potosí)",
    "Intercultural University (San Luis Potosí)",
    "USAID funds Documenta",
    "Stated: the text says it.",
    "Download",
    "Table",
)
LANGUAGES = pytest.mark.parametrize("words", [SPANISH, ENGLISH], ids=["es", "en"])


def opened(pages: Pages, words: Words, path: str = "/", **options: object) -> Page:
    page = pages(locale=words.locale, **options)
    page.goto(path)
    expect(page.locator("h1")).to_be_visible()
    return page


def nuevo_leon_is_told(page: Page, words: Words) -> None:
    expect(page.get_by_role("heading", name=words.who)).to_be_visible()
    numbers = page.locator(".sure")
    for place, (number, word) in enumerate(((4, words.certain), (8, words.possible), (12, words.nationwide))):
        expect(numbers.nth(place).locator(".sure-number")).to_have_text(str(number))
        expect(numbers.nth(place)).to_contain_text(word)
    certain = page.locator(".who.certain")
    expect(certain.get_by_role("link", name="International Republican Institute")).to_be_visible()
    expect(certain.get_by_role("link", name="Accountability Lab México", exact=True)).to_be_visible()


def usaid_is_missed(page: Page, words: Words) -> None:
    expect(page.locator("h1")).to_have_text(words.usaid_leaves)
    expect(page.get_by_role("heading", name=words.left)).to_be_visible()
    expect(page.locator("#withdrawal-lost").get_by_role("link", name="Documenta", exact=True)).to_be_visible()
    states = page.locator("#withdrawal-states")
    expect(states.get_by_role("link", name="San Luis Potosí")).to_be_visible()
    expect(states.get_by_role("link", name="Sonora")).to_be_visible()


def the_chain_is_told(page: Page, words: Words) -> None:
    expect(page.locator("h1")).to_have_text(words.chain)
    stops = page.locator(".stop")
    expect(stops).to_have_count(4)
    expect(stops.nth(1)).to_have_text("Documenta")
    expect(stops.nth(3)).to_have_text(words.university)
    first, *_, last = page.locator(".step").all()
    expect(first).to_contain_text(words.funds)
    # The evidence is there at once: the place in the document, and how the source carries it.
    expect(first).to_contain_text("funded through a ConJusticia grant")
    expect(first).to_contain_text(words.stated)
    expect(last).to_contain_text("LABMEX brought together")
    expect(last).to_contain_text("Support Innovation and Collaboration")


@LANGUAGES
def test_who_works_in_nuevo_leon_and_how_sure_that_is(pages: Pages, words: Words) -> None:
    page = opened(pages, words)
    page.locator("[data-state=MX-NLE]").first.click()
    nuevo_leon_is_told(page, words)


@LANGUAGES
def test_what_happens_if_usaid_leaves(pages: Pages, words: Words) -> None:
    page = opened(pages, words)
    page.get_by_role("navigation").get_by_role("link", name=words.leaves).click()
    page.get_by_role("link", name=re.compile("^USAID")).click()
    usaid_is_missed(page, words)


@LANGUAGES
def test_the_chain_from_usaid_to_the_intercultural_university_and_its_evidence(pages: Pages, words: Words) -> None:
    page = opened(pages, words)
    page.get_by_role("navigation").get_by_role("link", name=words.chains).click()
    page.get_by_role("combobox", name=words.start).fill("usaid")
    page.get_by_role("option").first.click()
    # Without accents, and by a part of the name.
    page.get_by_role("combobox", name=words.end).fill("universidad intercultural")
    page.get_by_role("option").first.click()
    the_chain_is_told(page, words)


@LANGUAGES
def test_the_picture_and_the_data_are_had(pages: Pages, words: Words, tmp_path: Path) -> None:
    page = opened(pages, words)
    expect(page.locator("[data-state=MX-NLE]").first).to_be_visible()
    page.get_by_role("button", name=words.download).click()
    dialog = page.get_by_role("dialog")

    def saved(what: Locator) -> Path:
        with page.expect_download() as coming:
            what.click()
        path = tmp_path / coming.value.suggested_filename
        coming.value.save_as(path)
        return path

    drawing = saved(dialog.get_by_role("button", name="SVG")).read_text(encoding="utf-8")
    assert "<svg" in drawing
    assert "Nuevo León" in drawing
    assert saved(dialog.get_by_role("button", name="PNG")).read_bytes().startswith(b"\x89PNG")
    with zipfile.ZipFile(saved(dialog.get_by_role("link", name=re.compile("CSV")))) as archive:
        assert "org:ned" in archive.read(next(name for name in archive.namelist() if "nodes" in name)).decode()
    network = json.loads(
        saved(dialog.get_by_role("link", name=re.compile("JSON"), exact=False).last).read_text("utf-8")
    )
    assert {node["id"] for node in network["nodes"]} >= {"org:ned", "state:MX-NLE"}


class Keys:
    """Somebody who has a keyboard and nothing else."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, what: Locator) -> None:
        """Press the tab key until it has the focus."""
        for _ in range(120):
            if what.count() and what.first.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the tab key does not lead to {what}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def begin_again_with(self, view: str) -> None:
        """Load the page anew, and go to a view."""
        self.page.reload()
        expect(self.page.locator("h1")).to_be_visible()
        self.to(self.page.get_by_role("navigation").get_by_role("link", name=view))
        self.press("Enter")

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)


@LANGUAGES
def test_the_stories_by_keys_alone(pages: Pages, words: Words) -> None:
    page = opened(pages, words)
    keys = Keys(page)
    # The first stop of the tab key skips what is on every page.
    keys.press("Tab", "Enter")
    expect(page.locator("main")).to_be_focused()
    page.reload()
    expect(page.locator("h1")).to_be_visible()

    search = page.get_by_role("search").get_by_role("combobox")
    keys.to(search)
    keys.type("nuevo leon")
    expect(page.get_by_role("option").first).to_be_visible()
    keys.press("Enter")
    nuevo_leon_is_told(page, words)
    expect(page.get_by_role("heading", name=words.who)).to_be_focused()

    keys.to(page.locator(".who.certain .why").first)
    keys.press("Enter")
    expect(page.locator("#panel-title")).to_be_focused()
    keys.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.locator(".who.certain .why").first).to_be_focused()

    keys.begin_again_with(words.leaves)
    expect(page.locator("h1")).to_be_focused()
    keys.to(page.get_by_role("link", name=re.compile("^USAID")))
    keys.press("Enter")
    usaid_is_missed(page, words)

    keys.begin_again_with(words.chains)
    keys.to(page.get_by_role("combobox", name=words.start))
    keys.type("usaid")
    expect(page.get_by_role("option").first).to_be_visible()
    keys.press("ArrowDown", "ArrowUp", "Enter")
    keys.to(page.get_by_role("combobox", name=words.end))
    keys.type("intercultural")
    expect(page.get_by_role("option").first).to_be_visible()
    keys.press("Enter")
    the_chain_is_told(page, words)


def test_the_map_is_used_by_keys(pages: Pages) -> None:
    page = opened(pages, SPANISH)
    keys = Keys(page)
    keys.to(page.locator("[data-state][tabindex='0']"))
    keys.press("Enter")
    expect(page.locator(".sureness")).to_be_visible()


def test_a_number_and_an_edge_say_why(pages: Pages) -> None:
    page = opened(pages, SPANISH, "/?view=table&table=funding")
    page.get_by_role("row", name=re.compile("Festival Internacional")).locator(".why").click()
    panel = page.get_by_role("complementary")
    expect(panel).to_contain_text("Atribuido: el texto no lo nombra; lo saben quienes mantienen los datos.")
    expect(panel).to_contain_text("Al menos USD 55,000 (moneda supuesta)")
    expect(panel).to_contain_text("proyectos distintos con dinero entre los dos")
    expect(panel).to_contain_text("Mexico 2020")
    expect(panel).to_contain_text("párrafo 40")


def test_no_chain_is_explained(pages: Pages) -> None:
    page = opened(pages, SPANISH, "/?view=paths&from=usaid&to=ned")
    main = page.locator("main")
    expect(main).to_contain_text("No hay ninguna cadena registrada entre USAID y NED.")
    expect(main).to_contain_text("USAID llega a 7 organizaciones")
    expect(main).to_contain_text("NED llega a 18 organizaciones")
    expect(main).to_contain_text("2 filas de dinero tienen un extremo desconocido.")


def test_what_is_unknown_is_said_to_be_unknown(pages: Pages) -> None:
    page = opened(pages, SPANISH, "/?record=project:al-voice2rep")
    funded = page.locator("section", has=page.get_by_role("heading", name="¿Quién lo financia?"))
    expect(funded).to_contain_text("se desconoce")
    expect(funded).to_contain_text("Ninguna fuente dice quién lo paga.")


def test_a_view_is_cited_and_asked_for_elsewhere(pages: Pages, service: str) -> None:
    page = opened(pages, ENGLISH, "/?view=withdrawal&leaving=usaid")
    page.get_by_role("button", name="Cite").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(re.compile("[0-9a-f]{64}"))
    expect(dialog).to_contain_text(f"{service}/?view=withdrawal&as_of=v1&leaving=usaid")
    expect(dialog).to_contain_text(f"{service}/v1/networks/withdrawal?as_of=v1&funder=usaid")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="API call").click()
    expect(dialog).to_contain_text(f"curl '{service}/v1/networks/withdrawal?funder=usaid'")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Download").click()
    address = dialog.get_by_role("link", name="Gephi Lite").get_attribute("href")
    assert address is not None
    # Gephi Lite tells the format of a file by the end of its address.
    assert address.startswith("https://lite.gephi.org/?file=http%3A%2F%2F127.0.0.1")
    assert address.endswith("format%3Dgexf%23tejido.gexf")
