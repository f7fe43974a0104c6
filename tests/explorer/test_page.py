"""The page as such: addresses, errors, slow answers, widths, light and dark, paper, and those who do not see it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, Route, expect

from tests.support.browser import Pictures, Watched

Pages = Callable[..., Page]

VIEWS = {
    "map": "/",
    "map of one state": "/?place=MX-NLE",
    "network": "/?view=network",
    "coalitions": "/?view=network&network=coalitions&open=org:labmex",
    "funders": "/?view=withdrawal",
    "withdrawal": "/?view=withdrawal&leaving=usaid",
    "chain": "/?view=paths&from=usaid&to=slp-intercultural-university",
    "no chain": "/?view=paths&from=usaid&to=ned",
    "table": "/?view=table",
    "funding": "/?view=table&table=funding&open=org:ned~funds~org:ficdcm",
    "years": "/?view=years",
    "organization": "/?record=org:labmex",
    "project": "/?record=project:cj-mobile-community-service",
    "state": "/?record=state:MX-SLP",
    "collaboration": "/?record=collaboration:c30",
    "tool": "/?record=tool:t-labmex",
}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


DEADLINES = """
AbortSignal.timeout = (time) => {
  const one = new AbortController();
  setTimeout(() => one.abort(new DOMException("late", "TimeoutError")), time);
  return one.signal;
};
"""
"""Deadlines that go by the clock of the page, which a test may set."""


class Held:
    """Requests that are not answered for now."""

    def __init__(self) -> None:
        self.routes: list[Route] = []

    def __call__(self, route: Route) -> None:
        self.routes.append(route)


def at_rest(page: Page, path: str) -> Page:
    """The page when everything that it asked for has come."""
    page.goto(path)
    expect(page.locator("h1").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.locator("main")).not_to_have_attribute("aria-busy", "true")
    return page


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", VIEWS.values(), ids=VIEWS.keys())
def test_no_barrier_is_found(pages: Pages, path: str, scheme: str) -> None:
    page = at_rest(pages(locale="es-MX", color_scheme=scheme), path)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.long
@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("path", VIEWS.values(), ids=VIEWS.keys())
def test_nothing_is_wider_than_a_phone(pages: Pages, path: str, width: int) -> None:
    page = at_rest(pages(locale="es-MX", **(PHONE | {"viewport": {"width": width, "height": 844}})), path)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("locale", ["es-MX", "en-GB"])
def test_a_phone_shows_all_views_that_there_are(pages: Pages, locale: str, width: int) -> None:
    page = at_rest(pages(locale=locale, **(PHONE | {"viewport": {"width": width, "height": 844}})), "/")
    links = page.locator("#views a")
    expect(links).to_have_count(6)
    for link in links.all():
        box = link.bounding_box()
        assert box is not None
        assert 0 <= box["x"] < box["x"] + box["width"] <= width
        assert box["height"] >= 44


def test_what_is_not_there_to_download_yet_is_said(pages: Pages) -> None:
    page = at_rest(pages(locale="es-MX"), "/?view=paths")
    for button in ("Descargar", "Llamada a la API"):
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("dialog")).to_contain_text("Todavía nada: elige primero qué ha de mostrar esta vista.")
        page.keyboard.press("Escape")


@pytest.mark.parametrize("locale", ["es-MX", "en-GB", "fr-FR"])
def test_the_language_is_that_of_the_browser(pages: Pages, locale: str) -> None:
    page = at_rest(pages(locale=locale), "/")
    expect(page.locator("html")).to_have_attribute("lang", "en" if locale.startswith("en") else "es")


def test_the_language_is_switched_and_stays_in_the_address(pages: Pages) -> None:
    page = at_rest(pages(locale="es-MX"), "/?view=years")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("What happened each year?")
    assert parse_qs(urlsplit(page.url).query) == {"view": ["years"], "lang": ["en"]}
    page.reload()
    expect(page.locator("h1")).to_have_text("What happened each year?")
    page.get_by_role("link", name="Español").click()
    expect(page.locator("h1")).to_have_text("¿Qué pasó cada año?")


def test_every_view_is_an_address_and_back_leads_back(pages: Pages) -> None:
    page = at_rest(pages(locale="es-MX"), "/")
    page.locator("[data-state=MX-SON]").first.click()
    expect(page.get_by_role("heading", name="¿Quién trabaja en Sonora?")).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Tabla").click()
    expect(page.locator("h1")).to_have_text("¿Qué hay, fila por fila?")
    address = page.url
    page.go_back()
    expect(page.get_by_role("heading", name="¿Quién trabaja en Sonora?")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Estados con algo registrado")).to_be_visible()
    page.go_forward()
    page.go_forward()
    expect(page.locator("h1")).to_have_text("¿Qué hay, fila por fila?")
    assert page.url == address


def test_the_address_holds_the_whole_selection(pages: Pages) -> None:
    filters = "state=MX-NLE&state=MX-SLP&topic=access-to-justice&certainty=certain&certainty=possible&year_to=2030"
    path = f"/?view=table&{filters}&as_of=v1"
    page = at_rest(pages(locale="es-MX"), path)
    chips = page.locator("#chips")
    for word in ("Nuevo León", "San Luis Potosí", "Acceso a la justicia", "con certeza", "posible", "2030", "v1"):
        expect(chips).to_contain_text(word)
    page.get_by_role("link", name="Quitar Estado: Nuevo León").click()
    expect(chips).not_to_contain_text("Nuevo León")
    assert parse_qs(urlsplit(page.url).query)["state"] == ["MX-SLP"]
    page.get_by_role("link", name="Borrar todo").click()
    expect(chips).to_contain_text("Se muestra todo lo registrado.")
    assert parse_qs(urlsplit(page.url).query) == {"view": ["table"]}


def test_filters_narrow_what_is_shown(pages: Pages) -> None:
    page = at_rest(pages(locale="es-MX"), "/?view=table")
    expect(page.locator("#pager")).to_contain_text("44 filas")
    page.get_by_role("button", name="Filtros").click()
    drawer = page.locator("#drawer")
    drawer.locator("summary", has_text=re.compile("^Financiador")).click()
    drawer.get_by_role("checkbox", name=re.compile("National Endowment")).check()
    expect(page.locator("#pager")).to_contain_text("18 filas")
    drawer.get_by_label("Encontrar en Estado").fill("yucatan")
    drawer.get_by_role("checkbox", name="Yucatán").check()
    expect(page.locator("main")).to_contain_text("Con estos filtros no hay nada registrado.")


KINDS = ("funder_kind=funder", "partner_kind=academia", "collaboration_kind=coalition")


@pytest.mark.parametrize("chosen", KINDS)
@pytest.mark.parametrize("view", ["/?", "/?view=table&table=organizations&", "/?view=network&", "/?view=years&"])
def test_kinds_of_funders_partners_and_collaborations_narrow_as_in_the_api(
    pages: Pages, view: str, chosen: str
) -> None:
    page = pages(locale="en-GB")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    at_rest(page, f"{view}{chosen}")
    networks = [url for url in asked if "/v1/networks/" in url]
    assert networks
    assert all(chosen in url for url in networks)
    expect(page.locator(".idle-note")).to_have_count(0)


def test_a_kind_is_chosen_among_those_of_the_api(pages: Pages) -> None:
    page = at_rest(pages(locale="es-MX"), "/?view=table&table=organizations")
    page.get_by_role("button", name="Filtros").click()
    drawer = page.locator("#drawer")
    for name, kind in (
        ("Tipo de financiador", "internacional"),
        ("Tipo de organización socia", "academia"),
        ("Tipo de colaboración", "coalición"),
    ):
        drawer.locator("summary", has_text=name).click()
        drawer.locator("details", has_text=name).get_by_role("checkbox", name=kind, exact=True).check()
        expect(page.get_by_role("link", name=f"Quitar {name}: {kind}")).to_be_visible()
    assert parse_qs(urlsplit(page.url).query) == {
        "view": ["table"],
        "table": ["organizations"],
        "funder_kind": ["international"],
        "partner_kind": ["academia"],
        "collaboration_kind": ["coalition"],
    }


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (
            "/?view=table&funder_kind=funder&partner_kind=academia",
            "no se puede reducir por: Tipo de financiador y Tipo",
        ),
        ("/?record=org:ned&topic=access-to-justice", "Los filtros no reducen esta ficha"),
        ("/?place=MX-NLE&topic=access-to-justice", "Los filtros reducen el mapa."),
        ("/?view=withdrawal&leaving=usaid&funder=ned", "Aquí no se usa: Financiador."),
    ],
)
def test_what_a_view_cannot_take_is_said(pages: Pages, path: str, said: str) -> None:
    page = at_rest(pages(locale="es-MX"), path)
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator("#chips")).to_contain_text(said)


def test_a_table_is_sorted_by_its_heads(pages: Pages) -> None:
    page = at_rest(pages(locale="es-MX"), "/?view=table&table=organizations")
    head = page.get_by_role("columnheader", name=re.compile("receptores"))
    head.get_by_role("link").click()
    head.get_by_role("link").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(page.get_by_role("row").nth(1)).to_contain_text("National Endowment for Democracy")


@pytest.mark.parametrize("measure", ["projects", "organizations"])
def test_the_numbers_of_the_map_are_those_of_each_state(pages: Pages, service: str, measure: str) -> None:
    page = at_rest(pages(locale="es-MX"), f"/?measure={measure}")
    page.locator("summary", has_text="El mapa como tabla").click()
    shown = {}
    for row in page.locator(".below tbody tr").all():
        address = row.locator("a").get_attribute("href") or ""
        # What is counted is said after the number, for those who hear the page.
        certain, possible = (text.partition(":")[0].strip() for text in row.locator("td").all_inner_texts())
        shown[parse_qs(urlsplit(address).query)["place"][0]] = (
            0 if certain == "se desconoce" else int(certain),
            int(possible),
        )
    assert len(shown) == 32
    for state, numbers in shown.items():
        profile = page.request.get(f"{service}/v1/states/{state}/profile").json()
        if measure == "projects":
            assert numbers == (profile["certain"]["count"], profile["possible"]["count"])
            continue
        network = page.request.get(f"{service}/v1/networks/funder-partner-state?state={state}").json()
        works = [
            edge for edge in network["edges"] if edge["target"] == f"state:{state}" and edge["relation"] == "works_in"
        ]
        here = {edge["source"] for edge in works if edge["certainty"] == "certain"}
        perhaps = {ref for ref in profile["possible"]["partners"] if ref.startswith("org:")} - here
        assert numbers == (len(here), len(perhaps)), state


def test_an_organization_may_be_named_as_networks_name_it(pages: Pages) -> None:
    page = at_rest(pages(), "/?view=withdrawal&leaving=org:usaid&lang=en")
    expect(page.get_by_role("heading", name="If USAID leaves")).to_be_visible()


def test_what_an_address_cannot_mean_is_left_out(pages: Pages) -> None:
    page = at_rest(pages(locale="es-MX"), "/?view=nothing&measure=x&place=%3Cscript%3E&sort=%22&page=-1&colour=red")
    expect(page.locator("h1")).to_have_text("¿Quién trabaja en cada estado?")


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/?record=org:nobody", "Eso no existe aquí"),
        ("/?record=nonsense", "Eso no existe aquí"),
        ("/?topic=no-such-topic", "Un filtro nombra algo que no existe"),
        ("/?as_of=v99", "El enlace pide algo que no puede ser"),
    ],
)
def test_a_wrong_address_is_explained(pages: Pages, watched: Watched, path: str, title: str) -> None:
    watched.expect("status of 40")
    page = pages(locale="es-MX")
    page.goto(path)
    expect(page.get_by_role("alert").get_by_role("heading", name=title)).to_be_visible()


@pytest.mark.parametrize(
    ("ends", "wrong", "title"),
    [
        ("from=usaid&to=nobody-here", ["Hasta"], "Esa organización no existe aquí"),
        ("from=nobody-here&to=usaid", ["Desde"], "Esa organización no existe aquí"),
        ("from=nobody-here", ["Desde"], "Esa organización no existe aquí"),
        ("from=nobody-here&to=nor-there", ["Desde", "Hasta"], "Esa organización no existe aquí"),
        ("from=state:MX-NLE&to=usaid", ["Desde"], "De ahí no puede salir una cadena, ni llegar"),
        ("from=usaid&to=%3Cb%3E", ["Hasta"], "Esa organización no existe aquí"),
    ],
)
def test_an_end_that_cannot_be_is_said_and_another_one_is_chosen(
    pages: Pages, watched: Watched, ends: str, wrong: list[str], title: str
) -> None:
    watched.expect("status of 40")
    page = at_rest(pages(locale="es-MX"), f"/?view=paths&{ends}")
    alert = page.get_by_role("alert")
    expect(alert.get_by_role("heading")).to_have_text(title)
    for name in ("Desde", "Hasta"):
        field = page.get_by_role("combobox", name=name)
        if name in wrong:
            expect(field).to_have_attribute("aria-invalid", "true")
            expect(field).to_have_attribute("aria-describedby", alert.get_attribute("id") or "")
            expect(alert).to_contain_text(f"{name}: ")
        else:
            expect(field).not_to_have_attribute("aria-invalid", "true")
            known = "United States Agency for International Development" if "usaid" in ends else ""
            expect(field).to_have_value(known)
    for name in wrong:
        page.get_by_role("combobox", name=name).fill("intercultural" if name == "Hasta" else "documenta")
        page.get_by_role("option").first.click()
    if len(wrong) == 2 or "usaid" in ends:
        expect(page.locator(".stop").first).to_be_visible()
    expect(page.locator("[aria-invalid]")).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_failed_request_is_told_and_tried_again(pages: Pages, watched: Watched) -> None:
    watched.expect("status of 503|ERR_FAILED")
    page = pages(locale="es-MX")
    body = (
        '{"type": "https://tejido.example/problems/busy", "title": "Busy", "detail": "Try later.", "request_id": "abc"}'
    )

    def fail(route: Route) -> None:
        route.fulfill(status=503, content_type="application/problem+json", body=body)

    page.route("**/v1/networks/coverage*", fail)
    page.goto("/")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("El servicio está ocupado")
    expect(alert).to_contain_text("abc")
    page.unroute("**/v1/networks/coverage*")
    page.route("**/v1/networks/coverage*", lambda route: route.abort())
    alert.get_by_role("button").click()
    expect(alert).to_contain_text("No hay conexión con el servicio")
    page.unroute("**/v1/networks/coverage*")
    alert.get_by_role("button").click()
    expect(page.locator("[data-state=MX-NLE]").first).to_be_visible()
    expect(alert).to_have_count(0)


@pytest.mark.parametrize(
    "path", ["/", "/?view=network", "/?view=withdrawal&leaving=ned", "/?view=table", "/?view=years", "/?record=org:ned"]
)
def test_no_view_waits_for_ever(pages: Pages, watched: Watched, path: str) -> None:
    watched.expect("ERR_FAILED")
    page = pages(locale="es-MX")
    page.clock.install()
    page.goto("/?view=paths")
    expect(page.locator("h1")).to_be_visible()
    page.add_init_script(DEADLINES)
    held = Held()
    page.route("**/v1/**", held)
    page.goto(path)
    expect(page.locator("#views li").first).to_be_visible()
    page.clock.run_for(1_000)
    expect(page.locator("main")).to_have_attribute("aria-busy", "true")
    page.clock.run_for(25_000)
    expect(page.get_by_role("alert")).to_contain_text("La respuesta tarda demasiado")
    expect(page.locator("main")).not_to_have_attribute("aria-busy", "true")
    for route in held.routes:
        route.abort()


def test_an_answer_that_was_given_up_does_not_come_back(pages: Pages) -> None:
    page = at_rest(pages(locale="es-MX"), "/?view=table")
    held = Held()
    page.route("**/v1/projects?funder=ned*", held)
    page.get_by_role("button", name="Filtros").click()
    drawer = page.locator("#drawer")
    drawer.locator("summary", has_text=re.compile("^Financiador")).click()
    drawer.get_by_role("checkbox", name=re.compile("National Endowment")).check()
    page.wait_for_url(re.compile("funder=ned"))
    drawer.get_by_role("checkbox", name=re.compile("National Endowment")).uncheck()
    drawer.get_by_role("checkbox", name=re.compile("United States Agency")).check()
    expect(page.locator("#pager")).to_contain_text("10 filas")
    for route in held.routes:
        route.continue_()
    page.wait_for_timeout(300)
    expect(page.locator("#pager")).to_contain_text("10 filas")


def test_dark_follows_the_system_and_may_be_switched(pages: Pages) -> None:
    page = at_rest(pages(locale="es-MX", color_scheme="dark"), "/")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Claro").click()
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    page.get_by_role("button", name="Oscuro").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_paper_has_what_is_said_and_no_buttons(pages: Pages) -> None:
    page = at_rest(pages(locale="es-MX"), "/?place=MX-NLE")
    page.emulate_media(media="print")
    for gone in ("#tools", "#views", "#find", ".why", ".close"):
        expect(page.locator(gone).first).to_be_hidden()
    expect(page.get_by_role("heading", name="¿Quién trabaja en Nuevo León?")).to_be_visible()


def test_the_page_works_below_a_path_that_a_proxy_adds(pages: Pages, service: str) -> None:
    page = pages(locale="es-MX")
    asked: list[str] = []

    def forward(route: Route) -> None:
        asked.append(urlsplit(route.request.url).path)
        route.fulfill(response=route.fetch(url=route.request.url.replace("/below/", "/", 1)))

    page.route("**/below/**", forward)
    page.goto("/below/")
    page.locator("[data-state=MX-NLE]").first.click()
    expect(page.get_by_role("heading", name="¿Quién trabaja en Nuevo León?")).to_be_visible()
    assert len(asked) > 10
    assert urlsplit(page.url).path == "/below/"


@pytest.mark.long
def test_the_first_view_may_be_used_within_a_second(pages: Pages) -> None:
    times: list[float] = []
    while not times or (min(times) >= 1_000 and len(times) < 20):
        page = pages(locale="es-MX")
        page.goto("/")
        page.wait_for_selector("[data-state=MX-NLE]")
        times.append(page.evaluate("performance.now()"))
        page.close()
    # The best of them: what else the machine does is not of the page.
    assert min(times) < 1_000, times


PICTURES: dict[str, tuple[str, dict[str, Any]]] = {
    "map": ("/?place=MX-NLE", {}),
    "map-dark": ("/", {"color_scheme": "dark"}),
    # Its title has one line in English, whatever the fonts of the machine.
    "map-phone": ("/?place=MX-NLE&lang=en", PHONE),
    "withdrawal": ("/?view=withdrawal&leaving=usaid", {}),
    "chain": ("/?view=paths&from=usaid&to=slp-intercultural-university", {}),
    "table": ("/?view=table&table=funding", {}),
    "years": ("/?view=years", {}),
    "organization": ("/?record=org:labmex", {}),
}


@pytest.mark.long
@pytest.mark.parametrize("name", PICTURES)
def test_the_views_look_as_they_did(pages: Pages, pictures: Pictures, name: str) -> None:
    path, options = PICTURES[name]
    page = at_rest(pages(locale="es-MX", **options), path)
    page.wait_for_timeout(500)
    pictures.compare(page, f"page-{name}")


def test_the_references_are_small() -> None:
    folder = Path(__file__).parent / "references"
    assert all(path.stat().st_size < 20_000 for path in folder.glob("page-*.png"))
