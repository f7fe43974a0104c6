"""The picture: everything in it, nothing over anything else, nothing that runs."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from app.graph.formats import FORMATS
from app.graph.formats.layout import circle_order, column_orders, settle
from tests.graph.formats.networks import HAND, Network

SPACE = "{http://www.w3.org/2000/svg}"


def _root(network: Network) -> ET.Element:
    return ET.fromstring(FORMATS["svg"].write(network))


def _words(network: Network) -> str:
    return " ".join(text.text or "" for text in _root(network).iter(f"{SPACE}text"))


def test_the_picture_says_what_it_is() -> None:
    words = _words(HAND)
    assert "Who funds whom, and where" in words
    assert "funder=ned; year_from=2019" in words
    assert "data version v3" in words
    assert "unnamed parties (2)" in words
    for entry in ("funds", "supports", "works in", "possible", "nationwide", "organization", "state group"):
        assert entry in words


def test_only_what_is_certain_is_drawn_unbroken() -> None:
    dashes = {
        path.attrib["data-id"]: path.attrib.get("stroke-dasharray")
        for path in _root(HAND).iter(f"{SPACE}path")
        if "data-id" in path.attrib
    }
    assert {edge["id"] for edge in HAND["edges"] if edge["certainty"] == "certain"} == {
        ref for ref, dash in dashes.items() if dash is None
    }
    assert len(set(dashes.values())) == 3


@pytest.mark.parametrize("name", ["hand", "empty", "nasty", "nasty-directed", "seed", "seed-coalitions"])
def test_nothing_in_the_picture_runs_or_is_fetched(networks: dict[str, Network], name: str) -> None:
    for element in _root(networks[name]).iter():
        assert element.tag.removeprefix(SPACE) in {
            *("svg", "title", "desc", "defs", "marker", "rect", "g", "path", "circle", "text")
        }
        for attribute, value in element.attrib.items():
            assert not attribute.startswith("on")
            assert "href" not in attribute
            assert "url(" not in value or re.fullmatch(r"url\(#[A-Za-z0-9-]+\)", value)


def test_no_box_lies_over_another(networks: dict[str, Network]) -> None:
    columns: dict[float, list[tuple[float, float]]] = {}
    for group in _root(networks["seed"]).iter(f"{SPACE}g"):
        if group.attrib.get("class") == "node":
            box = group.find(f"{SPACE}rect")
            assert box is not None
            top = float(box.attrib["y"])
            columns.setdefault(float(box.attrib["x"]), []).append((top, top + float(box.attrib["height"])))
    assert len(columns) == 4
    for boxes in columns.values():
        assert all(one[1] < other[0] for one, other in pairwise(sorted(boxes)))


def test_a_long_name_is_cut_in_the_picture_and_whole_in_its_title(networks: dict[str, Network]) -> None:
    root = _root(networks["nasty"])
    longest = max((text.text or "" for text in root.iter(f"{SPACE}text")), key=len)
    assert "x" * 10_000 in {title.text for title in root.iter(f"{SPACE}title")}
    assert len(longest) < 400


def test_everything_lies_on_the_paper(networks: dict[str, Network]) -> None:
    for network in networks.values():
        root = _root(network)
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        assert root.attrib["width"] == root.attrib["viewBox"].split()[2]
        for box in root.iter(f"{SPACE}rect"):
            assert float(box.attrib.get("x", 0)) + float(box.attrib["width"]) <= width
            assert float(box.attrib.get("y", 0)) + float(box.attrib["height"]) <= height


def test_columns_are_ordered_so_that_lines_cross_little() -> None:
    left, right = ["a", "b", "c"], ["x", "y", "z"]
    orders = column_orders([left, right], [("a", "z"), ("b", "y"), ("c", "x")])
    partner = {"a": "z", "b": "y", "c": "x"}
    assert [partner[one] for one in orders[0]] == orders[1]


def test_boxes_settle_where_they_want_to_be_without_overlap() -> None:
    assert settle([50.0], [10.0], 5.0, 100.0) == [50.0]
    assert settle([50.0, 50.0], [10.0, 10.0], 5.0, 100.0) == [42.5, 57.5]
    assert settle([-9.0, 200.0], [10.0, 10.0], 5.0, 100.0) == [5.0, 95.0]
    assert settle([], [], 5.0, 0.0) == []


def test_a_circle_keeps_together_what_is_tied() -> None:
    cliques = [[f"{group}{at}" for at in range(4)] for group in "abc"]
    weights = {(one, other): 1 for clique in cliques for one in clique for other in clique if one < other}
    mixed = [clique[at] for at in range(4) for clique in cliques]
    order = circle_order([*mixed, "alone"], weights)
    assert order[-1] == "alone"
    assert sorted(order) == sorted([*mixed, "alone"])
    changes = sum(one[0] != other[0] for one, other in pairwise(order[:-1]))
    assert changes == 2
