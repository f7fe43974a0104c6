"""What a view can be saved as: pictures where there is one, data in each view, and paper."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

Pages = Callable[..., Page]

CHAIN = "/?view=paths&from=usaid&to=slp-intercultural-university"
PICTURED = {
    "map": "/?place=MX-NLE",
    "network": "/?view=network",
    "withdrawal": "/?view=withdrawal&leaving=usaid",
    "chains": CHAIN,
    "years": "/?view=years",
}
TOLD = {
    "no chain": ("/?view=paths&from=usaid&to=ned", {"json"}),
    "projects": ("/?view=table&table=projects", {"csv", "xlsx", "jsonl"}),
    "organizations": ("/?view=table&table=organizations", {"csv", "json", "gexf"}),
    "funding": ("/?view=table&table=funding", {"csv", "json", "gexf"}),
    "organization": ("/?record=org:labmex&as_of=v1", {"json", "zip", "gexf"}),
    "project": ("/?record=project:cj-mobile-community-service", {"json", "csv"}),
    "state": ("/?record=state:MX-SLP", {"json", "csv"}),
    "collaboration": ("/?record=collaboration:c30", {"json", "csv"}),
    "tool": ("/?record=tool:t-labmex", {"json"}),
}


def downloads(page: Page, path: str, title: str = "Download") -> Locator:
    page.goto(path)
    page.get_by_role("button", name=title, exact=True).click()
    return page.get_by_role("dialog")


def saved(page: Page, what: Locator) -> bytes:
    with page.expect_download() as coming:
        what.click()
    return Path(coming.value.path()).read_bytes()


@pytest.mark.parametrize("path", PICTURED.values(), ids=PICTURED.keys())
def test_every_view_that_draws_gives_its_picture(page: Page, path: str) -> None:
    dialog = downloads(page, path)
    drawing = saved(page, dialog.get_by_role("button", name="SVG")).decode()
    assert "<svg" in drawing
    assert "var(--" not in drawing
    assert saved(page, dialog.get_by_role("button", name="PNG")).startswith(b"\x89PNG")


@pytest.mark.parametrize(("locale", "title"), [("es-MX", "Descargar"), ("en-GB", "Download")])
def test_chains_are_drawn_with_the_reason_of_every_step(pages: Pages, locale: str, title: str) -> None:
    page = pages(locale=locale)
    dialog = downloads(page, CHAIN, title)
    drawing = saved(page, dialog.get_by_role("button", name="SVG")).decode()
    # Long sentences stand in several lines.
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", drawing))
    es = locale == "es-MX"
    for said in (
        "De USAID a Universidad Intercultural" if es else "From USAID to Intercultural University",
        "Documenta",
        "USAID financia a Documenta" if es else "USAID funds Documenta",
        "con certeza" if es else "certain",
        "Tejido",
        "v1",
    ):
        assert said in text


@pytest.mark.parametrize(("path", "forms"), TOLD.values(), ids=TOLD.keys())
def test_what_has_no_picture_gives_its_data_and_is_printed(page: Page, path: str, forms: set[str]) -> None:
    dialog = downloads(page, path)
    expect(dialog).to_contain_text("This view has no picture.")
    found = set()
    for link in dialog.locator("a[download]").all():
        answer = page.request.get(link.evaluate("link => link.href"))
        assert answer.status == 200, link.get_attribute("href")
        kind = answer.headers["content-type"].partition(";")[0]
        found.add({"text/csv": "csv", "application/zip": "zip"}.get(kind) or re.split(r"[/+.]", kind)[-1])
        if kind == "application/json":
            json.loads(answer.body())
    names = {"sheet": "xlsx", "x-ndjson": "jsonl", "xml": "gexf"}
    assert {names.get(one, one) for one in found} == forms
    page.evaluate("window.print = () => (document.title = 'printed'); null")
    assert page.title() != "printed"
    dialog.get_by_role("button", name="Print", exact=True).click()
    expect(page).to_have_title("printed")
    expect(dialog).to_be_hidden()
