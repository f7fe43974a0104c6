"""The states as GeoJSON: valid shapes, and figures that are certain for a state, possible, or nationwide."""

import csv
import json
from itertools import pairwise
from typing import Any

import pytest

from app.graph.formats import FORMATS
from app.graph.formats.geojson import STATES, states
from tests.graph.formats.networks import HAND, Network, empty


def _rings(geometry: dict[str, Any]) -> list[tuple[bool, list[list[float]]]]:
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [(at == 0, ring) for polygon in polygons for at, ring in enumerate(polygon)]


def _area(ring: list[list[float]]) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) / 2


def test_there_are_the_32_states_with_their_codes() -> None:
    found = states()
    assert len(found) == 32
    assert sorted(feature["properties"]["inegi"] for feature in found) == [f"{at:02}" for at in range(1, 33)]
    assert [feature["id"] for feature in found] == sorted(feature["id"] for feature in found)
    assert STATES.stat().st_size < 150_000


def test_names_and_codes_are_those_of_the_data(networks: dict[str, Network]) -> None:
    names = {f"state:{feature['id']}": feature["properties"]["name"] for feature in states()}
    for node in networks["seed"]["nodes"]:
        if node["kind"] == "state":
            assert names[node["id"]] == node["label"]


@pytest.mark.parametrize("feature", states(), ids=lambda feature: str(feature["id"]))
def test_every_shape_is_valid(feature: dict[str, Any]) -> None:
    assert feature["type"] == "Feature"
    assert feature["geometry"]["type"] in {"Polygon", "MultiPolygon"}
    for outer, ring in _rings(feature["geometry"]):
        assert ring[0] == ring[-1]
        assert len(ring) >= 4
        assert (_area(ring) > 0) == outer
        assert all(one != other for one, other in pairwise(ring))
        for longitude, latitude in ring:
            assert -118.5 < longitude < -86.6
            assert 14.4 < latitude < 32.8


# Within each: the capital, by the census bureau's coordinates in degrees, rounded.
_INSIDE = {
    "MX-CMX": (-99.13, 19.43),
    "MX-NLE": (-100.31, 25.67),
    "MX-MEX": (-99.66, 19.29),
    "MX-BCN": (-115.47, 32.62),
    "MX-BCS": (-110.31, 24.14),
    "MX-CHP": (-93.12, 16.75),
    "MX-CHH": (-106.07, 28.63),
    "MX-COA": (-101.0, 25.42),
    "MX-COL": (-103.72, 19.24),
    "MX-MIC": (-101.19, 19.7),
    "MX-MOR": (-99.23, 18.92),
    "MX-QUE": (-100.39, 20.59),
    "MX-ROO": (-88.31, 18.52),
    "MX-VER": (-96.92, 19.53),
    "MX-YUC": (-89.62, 20.97),
    "MX-SLP": (-100.98, 22.15),
    "MX-SON": (-110.97, 29.08),
    "MX-GUA": (-101.26, 21.02),
    "MX-GRO": (-99.5, 17.55),
}


def _holds(ring: list[list[float]], x: float, y: float) -> bool:
    inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
    return inside


@pytest.mark.parametrize("state", _INSIDE)
def test_a_capital_lies_in_its_own_state_and_in_no_other(state: str) -> None:
    x, y = _INSIDE[state]
    found = [one["id"] for one in states() for outer, ring in _rings(one["geometry"]) if outer and _holds(ring, x, y)]
    assert found == [state]


def test_what_is_possible_or_nationwide_is_at_no_state() -> None:
    data = json.loads(FORMATS["geojson"].write(HAND))
    by_id = {feature["id"]: feature["properties"] for feature in data["features"]}
    assert by_id["MX-NLE"] == {
        "id": "MX-NLE",
        "name": "Nuevo León",
        "inegi": "19",
        "status": "known",
        "partners_certain": 1,
        "partners_possible": 0,
        "partner_ids": "org:tejedoras",
        "projects_certain": 1,
        "projects_possible": 0,
        "project_ids": "p1",
        "tied_organizations": 0,
        "tied_organization_ids": "",
    }
    assert {one["status"] for ref, one in by_id.items() if ref != "MX-NLE"} == {"none_recorded"}
    assert sum(one["partners_certain"] + one["partners_possible"] for one in by_id.values()) == 1
    assert [(one["id"], one["unnamed_count"], one["partners"]) for one in data["possible"]] == [
        ("state_group:sg1", 7, 1)
    ]
    assert data["nationwide"] == {"partners": 1, "partner_ids": "org:tejedoras", "projects": 1, "project_ids": "p1"}


def test_figures_are_those_of_the_edges(networks: dict[str, Network]) -> None:
    data = json.loads(FORMATS["geojson"].write(networks["seed"]))
    for feature in data["features"]:
        into = [edge for edge in networks["seed"]["edges"] if edge["target"] == f"state:{feature['id']}"]
        partners = {edge["source"] for edge in into if edge["relation"] == "works_in"}
        projects = {one for edge in into for one in edge["projects"]["certain"]}
        assert feature["properties"]["partners_certain"] == len(partners)
        assert feature["properties"]["projects_certain"] == len(projects)
        assert feature["properties"]["status"] == ("known" if into else "none_recorded")
    assert data["nationwide"]["partners"] > 0


def test_a_coalitions_network_says_who_is_tied_by_a_state(networks: dict[str, Network]) -> None:
    data = json.loads(FORMATS["geojson"].write(networks["seed-coalitions"]))
    tied = {feature["id"]: feature["properties"]["tied_organizations"] for feature in data["features"]}
    assert tied["MX-SLP"] > 1
    assert next(iter(csv.reader([data["features"][0]["properties"]["tied_organization_ids"]])), []) == []


def test_a_network_without_places_knows_nothing_of_the_states() -> None:
    data = json.loads(FORMATS["geojson"].write(empty()))
    assert {feature["properties"]["status"] for feature in data["features"]} == {"unknown"}
