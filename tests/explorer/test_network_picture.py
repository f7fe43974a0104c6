"""The picture of a network, on a page of its own."""

import base64
import io
import time
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.explorer.parts import made_up, ready
from tests.support.browser import Pictures, Watched, is_blank

CARD = """
const getContext = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, options) {
  return getContext.call(this, kind, { ...options, failIfMajorPerformanceCaveat: false });
};
const getParameter = WebGL2RenderingContext.prototype.getParameter;
WebGL2RenderingContext.prototype.getParameter = function (name) {
  return name === 0x9246 ? "A graphics card" : getParameter.call(this, name);
};
"""
"""A browser that says it has a graphics card: without one, the picture is drawn on a canvas."""

NO_WEBGL = """
const getContext = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, options) {
  return kind.startsWith("webgl") ? null : getContext.call(this, kind, options);
};
"""

SMALL: dict[str, Any] = {
    "options": {"type": "directed"},
    "nodes": [
        {"key": "org:payer", "attributes": {"label": "The Payer", "kind": "organization", "roles": "funder"}},
        {"key": "org:doer", "attributes": {"label": "The Doer & <Co>", "kind": "organization", "roles": "partner"}},
        {"key": "org:other", "attributes": {"label": "Another", "kind": "organization", "roles": "partner"}},
        {"key": "org:alone", "attributes": {"label": "Alone", "kind": "organization"}},
        {"key": "state:MX-NLE", "attributes": {"label": "Nuevo León", "kind": "state"}},
        {"key": "state_group:sg1", "attributes": {"label": "four states", "kind": "state_group"}},
        {"key": "country:MX", "attributes": {"label": "Mexico", "kind": "country"}},
        {"key": "party:two", "attributes": {"label": "two groups", "kind": "unnamed_party"}},
        {"key": "project:one", "attributes": {"label": "A project", "kind": "project"}},
        {"key": "tool:new", "attributes": {"label": "A kind of later", "kind": "tool"}},
    ],
    "edges": [
        {"key": f"{source}~{relation}~{target}", "source": source, "target": target, "attributes": attributes}
        for source, relation, target, attributes in [
            ("org:payer", "funds", "org:doer", {"relation": "funds", "weight": 3, "certainty": "certain"}),
            ("org:payer", "funds", "org:other", {"relation": "funds", "weight": 1, "certainty": "certain"}),
            ("org:payer", "funds", "org:payer", {"relation": "funds", "weight": 1, "certainty": "certain"}),
            ("org:doer", "works_in", "state:MX-NLE", {"relation": "works_in", "weight": 1, "certainty": "certain"}),
            ("org:doer", "works_in", "state_group:sg1", {"relation": "works_in", "weight": 0, "certainty": "possible"}),
            ("org:other", "works_in", "country:MX", {"relation": "works_in", "weight": 0, "certainty": "nationwide"}),
            ("party:two", "takes_part", "project:one", {"relation": "takes_part", "weight": 1, "certainty": "certain"}),
            ("tool:new", "of_later", "project:one", {"relation": "of_later"}),
        ]
    ],
}


SERVED = "harness"
"""The fixture with the address that pages here may ask."""


@pytest.fixture(params=["webgl", "canvas"])
def drawing(request: pytest.FixtureRequest) -> str:
    """Each way of drawing in turn."""
    return str(request.param)


@pytest.fixture
def shown(page: Page, drawing: str) -> Page:
    """The small network, drawn."""
    return with_network(page, SMALL, drawing)


def with_network(page: Page, network: Any, drawing: str = "canvas", **look: Any) -> Page:
    page.add_init_script(CARD if drawing == "webgl" else NO_WEBGL)
    ready(page)
    page.evaluate("([network, look]) => harness.network(network, look)", [network, look])
    settled(page)
    return page


def settled(page: Page) -> None:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def spot(page: Page, key: str) -> dict[str, float]:
    """Where a node is, on the page."""
    found: dict[str, float] = page.evaluate(
        """(key) => {
          const { surface, scene, stage } = harness.picture;
          const box = stage.getBoundingClientRect();
          const { x, y, size } = surface.spot(scene.byNode.get(key));
          return { x: x + box.left, y: y + box.top, size };
        }""",
        key,
    )
    return found


def places(page: Page) -> list[list[float]]:
    found: list[list[float]] = page.evaluate("harness.picture.scene.nodes.map(({ x, y }) => [x, y])")
    return found


def said(page: Page, many: int = 0) -> list[Any]:
    """What the picture told, as soon as it is so much."""
    assert eventually(page, lambda: page.evaluate("harness.said.length") >= many)
    found: list[Any] = page.evaluate("harness.said")
    return found


def eventually(page: Page, is_it: Callable[[], bool]) -> bool:
    """Whether it comes true: the picture is drawn when the browser comes to it."""
    end = time.monotonic() + 60
    while not is_it():
        if time.monotonic() > end:
            return False
        page.wait_for_timeout(50)
    return True


def test_each_way_of_drawing_is_the_one_asked_for(shown: Page, drawing: str) -> None:
    assert shown.evaluate("Boolean(harness.picture.surface.sigma)") is (drawing == "webgl")


def test_without_webgl_its_library_is_not_even_fetched(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with_network(page, SMALL, "canvas")
    assert [url for url in asked if "vendor/network/network.js" in url] == []
    assert [url for url in asked if url.endswith("vendor/network/layout.js")] != []


def test_without_a_graphics_card_a_canvas_is_taken(page: Page) -> None:
    ready(page)
    page.evaluate("(network) => harness.network(network)", SMALL)
    assert page.evaluate("Boolean(harness.picture.surface.sigma)") is False


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_picture_looks_as_it_did(watched: Watched, pictures: Pictures, drawing: str, scheme: Any) -> None:
    page = with_network(watched.page(color_scheme=scheme), SMALL, drawing, marked={"org:doer": "lost"})
    pictures.compare(page, f"network-{drawing}-{scheme}")


def test_a_phone_shows_it_upright(watched: Watched, pictures: Pictures) -> None:
    page = with_network(watched.page(viewport={"width": 375, "height": 700}, has_touch=True, is_mobile=True), SMALL)
    pictures.compare(page, "network-phone")
    spots = [spot(page, node["key"]) for node in SMALL["nodes"]]
    assert all(0 < one["x"] < 375 and 0 < one["y"] < 700 for one in spots)


def test_a_click_on_a_node_opens_it_and_one_beside_clears(shown: Page) -> None:
    at = spot(shown, "org:doer")
    shown.mouse.move(at["x"], at["y"])
    shown.mouse.click(at["x"], at["y"])
    shown.wait_for_timeout(400)
    assert said(shown, 1) == [{"select": {"node": "org:doer"}}]
    assert "The Doer & <Co>" in (shown.locator("[aria-live]").text_content() or "")
    shown.mouse.move(5, 5)
    shown.mouse.click(5, 5)
    shown.wait_for_timeout(400)
    assert said(shown, 2)[1:] == [{"clear": None}]


def test_a_click_on_a_tie_opens_it(shown: Page) -> None:
    one, other = spot(shown, "org:payer"), spot(shown, "org:doer")
    shown.mouse.move((one["x"] + other["x"]) / 2, (one["y"] + other["y"]) / 2, steps=3)
    shown.wait_for_timeout(100)
    expect(shown.locator(".tejido-tip")).to_have_text("The Payer – funds – The Doer & <Co>")
    shown.mouse.click((one["x"] + other["x"]) / 2, (one["y"] + other["y"]) / 2)
    shown.wait_for_timeout(400)
    assert said(shown, 1) == [{"select": {"edge": "org:payer~funds~org:doer"}}]


def test_a_tie_of_a_node_with_itself_is_a_ring_that_opens(shown: Page) -> None:
    at = spot(shown, "org:payer")
    shown.mouse.move(at["x"] + 2 * at["size"], at["y"] - at["size"], steps=3)
    shown.mouse.click(at["x"] + 2 * at["size"], at["y"] - at["size"])
    shown.wait_for_timeout(400)
    assert said(shown, 1) == [{"select": {"edge": "org:payer~funds~org:payer"}}]


def test_the_pointer_brings_out_the_neighbours(shown: Page) -> None:
    at = spot(shown, "org:doer")
    shown.mouse.move(at["x"], at["y"], steps=3)
    expect(shown.locator(".tejido-tip")).to_be_visible()
    around = shown.evaluate(
        "[...harness.picture.around().nodes].map((index) => harness.picture.scene.nodes[index].id).sort()"
    )
    assert around == ["org:doer", "org:payer", "state:MX-NLE", "state_group:sg1"]
    shown.keyboard.press("Tab")
    shown.keyboard.press("Escape")
    expect(shown.locator(".tejido-tip")).to_be_hidden()


def test_keys_alone_go_through_the_network(shown: Page) -> None:
    live = shown.locator("[aria-live]")
    shown.keyboard.press("Tab")
    expect(shown.get_by_role("application", name="Network of 10 nodes and 8 ties")).to_be_focused()
    shown.keyboard.press("ArrowRight")
    expect(live).to_have_text("The Payer (Funder), 3 ties")
    heard = set()
    for _ in range(2):
        shown.keyboard.press("ArrowRight")
        heard.add(live.text_content())
    before = clockwise("org:doer", shown) < clockwise("org:other", shown)
    doer = "The Payer – funds – The Doer & <Co>. The Doer & <Co> (Organization), 3 ties"
    other = "The Payer – funds – Another. Another (Organization), 2 ties"
    assert heard == {f"Neighbour {2 - before} of 2: {doer}", f"Neighbour {1 + before} of 2: {other}"}
    assert said(shown) == []
    reached = shown.evaluate("harness.picture.scene.nodes[harness.picture.reached].id")
    shown.keyboard.press("Shift+Enter")
    assert said(shown) == [{"select": {"edge": f"org:payer~funds~{reached}"}}]
    shown.keyboard.press("ArrowLeft")
    shown.keyboard.press("Enter")
    assert list(said(shown)[1]["select"]) == ["node"]
    shown.keyboard.press("Escape")
    assert said(shown)[2:] == [{"clear": None}]
    expect(live).to_have_text("")
    shown.keyboard.press("Tab")
    expect(shown.get_by_role("application")).not_to_be_focused()


def clockwise(key: str, page: Page) -> float:
    """The angle at which a neighbour of the payer stands, from the top."""
    found: float = page.evaluate(
        """(key) => {
          const { byNode } = harness.picture.scene;
          const [from, to] = [byNode.get("org:payer"), byNode.get(key)];
          return (Math.atan2(to.x - from.x, from.y - to.y) + 2 * Math.PI) % (2 * Math.PI);
        }""",
        key,
    )
    return found


def test_a_tie_reached_by_keys_is_told_with_its_certainty(shown: Page) -> None:
    assert (
        shown.evaluate("harness.picture.described('org:doer~works_in~state_group:sg1')")
        == "The Doer & <Co> – works in – four states. Only possible"
    )


def test_zooming_changes_the_view_and_0_shows_the_whole_again(shown: Page) -> None:
    def apart() -> float:
        shown.wait_for_timeout(300)
        one, other = spot(shown, "org:payer"), spot(shown, "org:doer")
        return float(((one["x"] - other["x"]) ** 2 + (one["y"] - other["y"]) ** 2) ** 0.5)

    before = apart()
    shown.locator(".tejido-stage").focus()
    shown.keyboard.press("+")
    assert eventually(shown, lambda: apart() == pytest.approx(before * 1.5, rel=0.01))
    shown.keyboard.press("-")
    assert eventually(shown, lambda: apart() == pytest.approx(before, rel=0.01))
    shown.mouse.move(400, 300)
    shown.mouse.wheel(0, -200)
    assert eventually(shown, lambda: apart() > before * 1.2)
    shown.keyboard.press("0")
    assert eventually(shown, lambda: apart() == pytest.approx(before, rel=0.01))
    shown.evaluate("harness.picture.focus('state:MX-NLE')")
    box = shown.locator(".tejido-stage").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def is_in_the_middle() -> bool:
        at = spot(shown, "state:MX-NLE")
        return bool((at["x"], at["y"]) == pytest.approx(middle, abs=2))

    assert eventually(shown, is_in_the_middle)


def test_a_drag_moves_the_view(shown: Page) -> None:
    before = spot(shown, "org:payer")
    shown.mouse.move(20, 20)
    shown.mouse.down()
    shown.mouse.move(120, 60, steps=4)
    shown.mouse.up()

    def is_moved() -> bool:
        after = spot(shown, "org:payer")
        return bool((after["x"] - before["x"], after["y"] - before["y"]) == pytest.approx((100, 40), abs=3))

    assert eventually(shown, is_moved)
    assert said(shown) == []


def test_a_new_size_of_the_window_fits_it_again(shown: Page) -> None:
    shown.set_viewport_size({"width": 600, "height": 500})

    def is_inside() -> bool:
        spots = [spot(shown, node["key"]) for node in SMALL["nodes"]]
        return all(0 < one["x"] < 600 and 0 < one["y"] < 500 for one in spots)

    assert eventually(shown, is_inside)


def test_the_same_network_is_laid_out_the_same(watched: Watched) -> None:
    network = made_up(300)
    first, again = (places(with_network(watched.page(), network)) for _ in range(2))
    assert first == again
    assert len({tuple(place) for place in first}) == 300
    larger = watched.page(viewport={"width": 1600, "height": 1000})
    assert places(with_network(larger, network)) == first


def test_no_node_hides_another(page: Page) -> None:
    with_network(page, made_up(300))
    overlaps = page.evaluate(
        """() => {
          const { nodes } = harness.picture.scene;
          const touch = (a, b) => Math.hypot(a.x - b.x, a.y - b.y) < (a.size + b.size) * 0.98;
          return nodes.flatMap((a, at) => nodes.slice(at + 1).filter((b) => touch(a, b)).map((b) => [a.id, b.id]));
        }"""
    )
    assert overlaps == []


def test_states_may_stand_where_they_are_on_a_map(page: Page) -> None:
    with_network(page, made_up(150), places="map")
    at = {key: spot(page, f"state:MX-{key}") for key in ("BCN", "ROO", "CHP", "NLE")}
    assert at["BCN"]["x"] < at["NLE"]["x"] < at["CHP"]["x"] < at["ROO"]["x"]
    assert at["BCN"]["y"] < at["NLE"]["y"] < at["ROO"]["y"] < at["CHP"]["y"]


def test_two_thousand_nodes_come_soon_and_move_smoothly(page: Page) -> None:
    with_network(page, made_up(2000))
    assert len(places(page)) == 2000
    frames = page.evaluate(
        """async () => {
          const frames = [];
          let before = performance.now();
          for (let turn = 0; turn < 20; turn += 1) {
            harness.picture.zoom(turn % 2 ? 1.02 : 1 / 1.02);
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
            frames.push(performance.now() - before);
            before = performance.now();
          }
          return frames.sort((a, b) => a - b);
        }"""
    )
    # The best of them: what else the machine does is not of the picture.
    assert frames[0] < 150


def test_sizes_and_colours_follow_what_is_asked_for(page: Page) -> None:
    with_network(page, SMALL, sizeBy="betweenness", values={"org:other": 8, "org:doer": 2})
    sizes = page.evaluate("Object.fromEntries(harness.picture.scene.nodes.map(({ id, size }) => [id, size]))")
    assert sizes["org:other"] > sizes["org:doer"] > sizes["org:payer"]
    before = places(page)
    communities = {node["key"]: number % 2 for number, node in enumerate(SMALL["nodes"])}
    page.evaluate("(communities) => harness.restyle({ colourBy: 'community', communities })", communities)
    assert places(page) == before
    assert page.evaluate("new Set(harness.picture.scene.nodes.map(({ colour }) => colour)).size") == 2
    expect(page.locator(".tejido-legend")).to_contain_text("Community 1 (5)")


def test_the_key_names_what_is_in_the_picture_and_nothing_else(page: Page) -> None:
    with_network(page, SMALL, marked={"org:doer": "lost", "org:other": "unclear"})
    assert page.locator(".tejido-legend li").all_text_contents() == [
        *("Funder (1)", "Organization (3)", "State (1)", "Project (1)", "Party without a name (1)"),
        *("Group of states not named (1)", "The whole country (1)", "tool (1)"),
        *("funds", "works in", "takes part in", "of later", "Only possible", "Nationwide"),
        *("Lost", "Not clear", "Size: number of ties"),
    ]


@pytest.mark.parametrize("language", ["en", "es"])
def test_an_exported_svg_has_every_node_tie_and_entry_of_the_key(page: Page, language: str) -> None:
    page.add_init_script(NO_WEBGL)
    ready(page, f"?lang={language}")
    look = {"title": "Who <funds> whom", "caption": "Tejido & others, data version v1", "marked": {"org:doer": "lost"}}
    page.evaluate("([network, look]) => harness.network(network, look)", [SMALL, look])
    root = ET.fromstring(page.evaluate("harness.picture.svg()"))
    names = {"svg": "http://www.w3.org/2000/svg"}
    kept = [element.get("data-id") for element in root.iterfind(".//svg:g[@data-id]", names)]
    assert sorted(kept, key=str) == sorted([one["key"] for one in [*SMALL["nodes"], *SMALL["edges"]]])
    texts = ["".join(element.itertext()) for element in root.iterfind(".//svg:text", names)]
    assert {"Who <funds> whom", "Tejido & others, data version v1"} <= set(texts)
    assert set(page.locator(".tejido-legend li").all_text_contents()) <= set(texts)
    assert root.findtext("svg:title", namespaces=names) == "Who <funds> whom"
    text = ET.tostring(root, encoding="unicode")
    assert "NaN" not in text
    assert "undefined" not in text


def test_an_exported_png_is_the_same_picture(page: Page, pictures: Pictures) -> None:
    with_network(page, SMALL, title="Who funds whom", caption="Tejido, data version v1")
    png = base64.b64decode(page.evaluate("harness.picture.png().then(harness.base64)"))
    root = ET.fromstring(page.evaluate("harness.picture.svg()"))
    size = (2 * int(root.attrib["width"]), 2 * int(root.attrib["height"]))
    assert Image.open(io.BytesIO(png)).size == size
    assert not is_blank(png)
    pictures.compare_bytes(png, "network-png")


def test_names_do_not_cover_one_another(page: Page) -> None:
    with_network(page, made_up(120))
    boxes = page.evaluate(
        """async () => {
          const { labelsOf } = await import("/page/parts/network-labels.js");
          const { widthOf } = await import("/page/parts/drawing.js");
          const { ranked, surface, ground } = harness.picture;
          const frame = { width: ground.clientWidth, height: ground.clientHeight };
          return labelsOf(ranked, (node) => surface.spot(node), frame).map(({ node, text, x, y, size, weight }) =>
            ({ id: node.id, left: x, right: x + widthOf(text, size, weight), top: y - size * 0.75, bottom: y }));
        }"""
    )
    assert len(boxes) > 30
    assert boxes[0]["id"] == page.evaluate("harness.picture.ranked[0].id")
    for at, one in enumerate(boxes):
        assert 0 <= one["left"] < one["right"] <= 1280
        for other in boxes[at + 1 :]:
            across = min(one["right"], other["right"]) - max(one["left"], other["left"])
            down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
            assert one["id"] == other["id"] or across <= 0.5 or down <= 0.5, (one, other)


@pytest.mark.parametrize("network", [{"nodes": [], "edges": []}, {"nodes": SMALL["nodes"][:1], "edges": []}])
def test_little_or_nothing_is_drawn_too(page: Page, drawing: str, network: Any) -> None:
    with_network(page, network, drawing)
    page.locator(".tejido-stage").focus()
    for key in ("ArrowRight", "Enter", "+", "Escape"):
        page.keyboard.press(key)
    ET.fromstring(page.evaluate("harness.picture.svg()"))


def test_a_tie_without_its_node_is_left_out(page: Page) -> None:
    edge = {"key": "a~funds~b", "source": "a", "target": "b", "attributes": {"relation": "funds"}}
    with_network(page, {**SMALL, "edges": [*SMALL["edges"], edge]})
    assert page.evaluate("harness.picture.scene.edges.length") == len(SMALL["edges"])


def test_the_last_of_several_networks_is_shown(page: Page, drawing: str) -> None:
    with_network(page, SMALL, drawing)
    page.evaluate(
        """async ([first, last]) => {
          const early = harness.picture.show(first, {});
          await Promise.all([early, harness.picture.show(last, {})]);
        }""",
        [made_up(900), SMALL],
    )
    assert page.evaluate("harness.picture.scene.nodes.length") == len(SMALL["nodes"])


def test_a_layout_that_is_given_up_ends_at_once(page: Page) -> None:
    with_network(page, SMALL)
    page.evaluate(
        """async ([slow, last]) => {
          const given = harness.picture.show(slow, {});
          while (!harness.picture.stop) await new Promise((done) => setTimeout(done));
          await harness.picture.show(last, {});
          await given;
        }""",
        [made_up(2000), SMALL],
    )
    assert page.evaluate("harness.picture.scene.nodes.length") == len(SMALL["nodes"])


def test_another_look_in_the_middle_of_a_layout_loses_no_place(page: Page) -> None:
    with_network(page, SMALL)
    page.evaluate(
        """async (network) => {
          const given = harness.picture.show(network, {});
          while (!harness.picture.stop) await new Promise((done) => setTimeout(done));
          await harness.picture.restyle({ sizeBy: "strength" });
          await given;
        }""",
        made_up(300),
    )
    assert page.evaluate("harness.picture.look.sizeBy") == "strength"
    assert len({tuple(place) for place in places(page)}) == 300


def test_a_graphics_card_that_goes_away_leaves_a_canvas(watched: Watched) -> None:
    page = with_network(watched.page(), SMALL, "webgl")
    before = places(page)
    page.evaluate(
        """() => {
          const contexts = [...document.querySelectorAll("canvas")].map((canvas) => canvas.getContext("webgl2"));
          contexts.find(Boolean).getExtension("WEBGL_lose_context").loseContext();
        }"""
    )
    assert eventually(page, lambda: not page.evaluate("Boolean(harness.picture.surface.sigma)"))
    assert places(page) == before
    at = spot(page, "org:doer")
    page.mouse.click(at["x"], at["y"])
    assert said(page, 1) == [{"select": {"node": "org:doer"}}]


def test_nothing_is_left_behind(shown: Page) -> None:
    shown.evaluate("harness.picture.destroy()")
    assert shown.evaluate("document.getElementById('network').outerHTML") == '<div id="network" class=""></div>'


def test_the_page_may_turn_dark(page: Page) -> None:
    with_network(page, SMALL)
    before = page.evaluate("harness.picture.scene.colour.text")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert eventually(page, lambda: page.evaluate("harness.picture.scene.colour.text") != before)
