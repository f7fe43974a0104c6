"""GEXF and GraphML: types, metadata, colours."""

import io
from xml.etree import ElementTree as ET

import networkx as nx
import pytest

from app.graph.formats import FORMATS
from app.graph.formats.portable import portable
from tests.graph.formats.networks import HAND, Network, nasty


def test_gexf_attributes_come_back_with_their_types() -> None:
    graph = nx.read_gexf(io.BytesIO(FORMATS["gexf"].write(HAND)))
    edge = graph.get_edge_data("org:ned", "org:tejedoras")["org:ned~funds~org:tejedoras"]
    assert edge["money_USD_no_stage_minor"] == 5_500_000
    assert edge["self_loop"] is False
    assert edge["weight"] == 2
    assert graph.nodes["org:tejedoras"]["score"] == 1.0
    assert graph.nodes["org:ned"]["viz"]["color"] == {"r": 0, "g": 114, "b": 178, "a": 1.0}


def test_gexf_says_what_it_is_and_carries_no_date() -> None:
    root = ET.fromstring(FORMATS["gexf"].write(HAND))
    space = "{http://gexf.net/1.3}"
    assert (root.tag, root.attrib["version"]) == (f"{space}gexf", "1.3")
    meta = root.find(f"{space}meta")
    assert meta is not None
    assert "lastmodifieddate" not in meta.attrib
    assert "data_version: v3" in (meta.findtext(f"{space}description") or "")


def test_graphml_attributes_come_back_with_their_types() -> None:
    graph = nx.read_graphml(io.BytesIO(FORMATS["graphml"].write(HAND)))
    assert graph.graph["data_version"] == "v3"
    edge = graph.get_edge_data("org:ned", "org:tejedoras")["org:ned~funds~org:tejedoras"]
    assert edge["money_USD_no_stage_presumed_currency"] is True
    assert edge["projects_certain"] == "p1|p2"
    assert graph.nodes["org:tejedoras"]["score"] == 1.0


@pytest.mark.parametrize("network", [HAND, nasty()], ids=["hand", "nasty"])
def test_graphml_declares_each_name_once_with_a_type(network: Network) -> None:
    root = ET.fromstring(FORMATS["graphml"].write(network))
    keys = [key.attrib for key in root.iter("{http://graphml.graphdrawing.org/xmlns}key")]
    names = [(key["for"], key["attr.name"]) for key in keys]
    assert len(names) == len(set(names))
    assert len({key["id"] for key in keys}) == len(keys)
    assert {key["attr.type"] for key in keys} <= {"string", "long", "double", "boolean"}
    form = portable(network)
    assert {name for scope, name in names if scope == "edge"} == set(form.edge_types)
