"""What the JSON formats hold beyond nodes and edges."""

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import networkx as nx
import pytest

from app.graph.formats import FORMATS
from app.graph.formats.cytoscape import EDGE_PREFIX
from tests.graph.formats.networks import HAND, Network

# JSON Graph Format 2.0, written down from the text of its specification (MIT licence): a single graph, nodes by id,
# nothing beside the properties it names.
_METADATA = {"type": "object"}
_TEXT = {"type": "string"}
JGF: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["graph"],
    "additionalProperties": False,
    "properties": {
        "graph": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                **dict.fromkeys(["id", "label", "type"], _TEXT),
                "directed": {"type": "boolean"},
                "metadata": _METADATA,
                "nodes": {
                    "type": "object",
                    "additionalProperties": {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {"label": _TEXT, "metadata": _METADATA},
                    },
                },
                "edges": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["source", "target"],
                        "additionalProperties": False,
                        "properties": {
                            **dict.fromkeys(["id", "source", "target", "relation", "label"], _TEXT),
                            "directed": {"type": "boolean"},
                            "metadata": _METADATA,
                        },
                    },
                },
            },
        }
    },
}


def _json(name: str, network: Network) -> Any:
    return json.loads(FORMATS[name].write(network))


def test_node_link_is_the_network_as_it_is() -> None:
    assert _json("node-link", HAND) == HAND
    assert nx.node_link_graph(_json("node-link", HAND), edges="edges").number_of_edges() == len(HAND["edges"])


def test_jgf_keeps_to_its_schema(networks: dict[str, Network]) -> None:
    for network in networks.values():
        jsonschema.Draft7Validator(JGF).validate(_json("jgf", network))


@pytest.mark.parametrize("name", ["columnar", "cytoscape", "graphology", "d3", "vis", "jgf", "geojson"])
def test_every_json_format_holds_the_metadata(name: str) -> None:
    data = _json(name, HAND)
    place = {"cytoscape": ["data"], "graphology": ["attributes"], "jgf": ["graph", "metadata"]}.get(name, ["metadata"])
    for key in place:
        data = data[key]
    assert data["data_version"] == "v3"
    assert data["query"] == HAND["graph"]["query"]
    assert data["left_out"] == HAND["graph"]["left_out"]
    assert "licence" in data


def test_cytoscape_edges_have_ids_unlike_any_node() -> None:
    network = {**HAND, "nodes": [*HAND["nodes"], {"id": HAND["edges"][0]["id"], "kind": "organization", "label": "?"}]}
    elements = _json("cytoscape", network)["elements"]
    assert all(edge["data"]["id"].startswith(EDGE_PREFIX) for edge in elements["edges"])
    assert not {node["data"]["id"] for node in elements["nodes"]} & {edge["data"]["id"] for edge in elements["edges"]}


def test_vis_draws_dashes_where_not_certain() -> None:
    edges = _json("vis", HAND)["edges"]
    assert [edge["dashes"] for edge in edges] == [edge["certainty"] != "certain" for edge in HAND["edges"]]
    assert edges[0]["arrows"] == "to"


def test_columnar_is_smaller_than_node_link(networks: dict[str, Network]) -> None:
    for name in ("seed", "seed-coalitions"):
        assert len(FORMATS["columnar"].write(networks[name])) < 0.75 * len(FORMATS["node-link"].write(networks[name]))
