"""Every count leads to the rows that it counts, and each of them to its evidence."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import Watched

Pages = Callable[..., Page]

COUNTING = {
    "projects on the map": ("/?", 5),
    "organizations on the map": ("/?measure=organizations", 5),
    "money on the map": ("/?measure=money-USD", 1),
    "a narrowed map": ("/?topic=access-to-justice&certainty=certain", 3),
    "organizations": ("/?view=table&table=organizations", 20),
    "withdrawal": ("/?view=withdrawal&leaving=usaid", 10),
    "no chain": ("/?view=paths&from=usaid&to=ned", 4),
    "years": ("/?view=years", 6),
    "years of a topic": ("/?view=years&topic=access-to-justice", 1),
    "network": ("/?view=network", 3),
}


def opened(page: Page, path: str) -> Page:
    page.goto(path)
    expect(page.locator("#tools button").first).to_be_visible()
    for summary in page.locator("main .fold:not(.counted) > summary").all():
        if summary.locator("..").get_attribute("open") is None:
            summary.click()
    return page


def rows_are_those(count: Locator) -> None:
    count.locator("summary").first.click()
    items = count.locator(":scope > div > ul > li")
    expect(items.first).to_be_visible()
    said = re.search(r"\d+", re.sub(r"USD\s\S+", "", count.locator("summary").inner_text()))
    assert said is not None
    more = re.search(r"(\d+) more", count.inner_text())
    assert items.count() + (int(more[1]) if more else 0) == int(said[0]), count.inner_text()
    assert count.locator(":scope > div > ul > li .why").count() == items.count()


@pytest.mark.parametrize(("path", "least"), COUNTING.values(), ids=COUNTING.keys())
def test_a_count_opens_as_many_rows_as_it_says(page: Page, path: str, least: int) -> None:
    opened(page, path)
    counts = page.locator("main .counted").all()
    assert len(counts) >= least
    # All of a long table say the same of the page.
    for count in counts[:: max(1, len(counts) // 12)]:
        rows_are_those(count)


def test_a_row_of_a_count_has_its_evidence(page: Page) -> None:
    opened(page, "/?view=table&table=organizations")
    count = page.locator("tr", has_text="National Endowment").locator(".counted").nth(1)
    rows_are_those(count)
    count.locator(".why").first.click()
    expect(page.locator("#panel")).to_contain_text("Mexico 2020")
    # What is open beside a count does not close it.
    expect(count.locator(".why").first).to_be_visible()


@pytest.mark.parametrize(
    ("path", "name", "shown"),
    [
        ("/?view=table&table=funding", r"^1 ?: National Endowment for Democracy – Borde Político", "Certain projects"),
        ("/?view=network", r"^18 ?: National Endowment for Democracy", "Its links in this network (18)"),
    ],
)
def test_a_number_is_a_link_to_its_evidence(page: Page, path: str, name: str, shown: str) -> None:
    opened(page, path)
    page.get_by_role("link", name=re.compile(name)).click()
    expect(page.locator("#panel")).to_contain_text(shown)


def test_the_projects_of_a_year_and_of_a_funder_are_a_table(page: Page) -> None:
    opened(page, "/?view=years")
    page.get_by_role("link", name=re.compile(r"^20 certain projects ?\(2020\)")).click()
    expect(page.locator("#pager")).to_contain_text("20 rows")
    opened(page, "/?view=withdrawal")
    page.get_by_role("link", name=re.compile(r"^pays for 10 projects ?: USAID")).click()
    expect(page.locator("#pager")).to_contain_text("10 rows")


def test_the_bars_of_the_years_lead_to_their_rows(page: Page) -> None:
    opened(page, "/?view=years")
    bars = page.locator(".timeline a")
    bars.nth(8).click()
    # What has no date may fall into any year, and is counted apart: the number and its rows leave it out.
    possible = page.locator("#years-possible-2024")
    expect(possible.locator("summary")).to_contain_text("20 possible")
    expect(possible.locator("li .why")).to_have_count(20)
    bars.nth(7).click()
    expect(page.locator("#pager")).to_contain_text("3 rows")
    expect(page.locator("#chips")).to_contain_text("2024")


def test_a_file_of_the_years_leads_nowhere(page: Page) -> None:
    opened(page, "/?view=years")
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as coming:
        page.get_by_role("dialog").get_by_role("button", name="SVG").click()
    text = coming.value.path().read_text(encoding="utf-8")
    assert "3 + 20" in re.sub(r"<[^>]*>", "", text)
    assert "<a " not in text


def test_rows_are_shown_where_their_names_do_not_come(page: Page, watched: Watched) -> None:
    watched.expect("status of 503")
    opened(page, "/?view=years")
    page.route("**/v1/projects/*", lambda route: route.fulfill(status=503, body="{}"))
    count = page.locator(".counted").first
    count.locator("summary").click()
    expect(count.locator("li .why").first).to_be_visible()


@pytest.mark.parametrize(
    ("path", "asked"), [("/?", "**/v1/projects?*"), ("/?funder_kind=funder", "**/v1/networks/coverage?*")]
)
def test_a_count_whose_rows_do_not_come_says_so_and_tries_again(
    page: Page, watched: Watched, path: str, asked: str
) -> None:
    watched.expect("ERR_FAILED")
    opened(page, path)
    page.route(asked, lambda route: route.abort())
    count = page.locator("main .counted").first
    summary = count.locator("summary")
    summary.click()
    expect(count.get_by_role("alert")).to_contain_text("No connection to the service")
    again = count.get_by_role("button", name="Try again")
    again.press("Enter")
    # What had the focus goes away; what takes its place has it.
    expect(again).to_be_focused()
    page.unroute(asked)
    again.press("Enter")
    expect(count.locator("li .why").first).to_be_visible()
    assert summary.inner_text().strip().startswith(str(count.locator("li .why").count()))
    expect(summary).to_be_focused()
