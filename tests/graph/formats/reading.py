"""Readers: what the tool that a format is for gets out of a file."""

import csv
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import igraph  # type: ignore[import-untyped]
import networkx as nx

from app.graph.formats.portable import clean
from tests.graph.formats.networks import Network


@dataclass
class Read:
    """Nodes and edges as a reader sees them."""

    nodes: dict[str, str] = field(default_factory=dict)
    """Id -> label."""
    edges: list[tuple[str, str, str, float]] = field(default_factory=list)
    """Source, target, relation, weight; sorted."""


def meant(network: Network) -> Read:
    """What every reader should find."""
    return Read(
        {clean(node["id"]): clean(node["label"]) for node in network["nodes"]},
        sorted(
            (clean(edge["source"]), clean(edge["target"]), edge["relation"], float(edge["weight"]))
            for edge in network["edges"]
        ),
    )


def unguarded(text: str) -> str:
    """The text of a CSV cell before the apostrophes against formulas were put in, as docs/formats.md says it."""
    return re.sub("((?:^|(?<=[,;\t\n\"]))'*)'(?=[=+\\-@\t\n＝＋－＠])", r"\1", text)


def _graph(content: "nx.Graph[str]") -> Read:
    edges = content.edges(data=True)
    return Read(
        {str(node): str(data["label"]) for node, data in content.nodes(data=True)},
        sorted((str(s), str(t), str(data["relation"]), float(data["weight"])) for s, t, data in edges),
    )


def turned(read: Read, network: Network) -> Read:
    """The edges of an undirected network with the smaller id first: readers turn their ends as they like."""
    if not network["directed"]:
        read.edges = sorted((min(edge[:2]), max(edge[:2]), *edge[2:]) for edge in read.edges)
    return read


def node_link(content: bytes) -> Read:
    """networkx.node_link_graph."""
    return _graph(nx.node_link_graph(json.loads(content), edges="edges"))


def frame(table: dict[str, Any]) -> dict[str, list[Any]]:
    """The columns of a table of columnar JSON, texts in place of their places in a vocabulary."""
    return {
        name: [table["categories"][name][code] for code in values] if name in table["categories"] else values
        for name, values in table["columns"].items()
    }


def columnar(content: bytes) -> Read:
    """Arrays, as a data frame would take them."""
    data = json.loads(content)
    tables = {"nodes": data["nodes"], "edges": data["edges"], **data["lists"]}
    above = set()
    for name, table in tables.items():
        assert set(table["types"]) == set(table["columns"])
        assert all(len(column) == table["count"] for column in table["columns"].values())
        for column, kind in table["types"].items():
            values = table["columns"][column]
            if kind == "list":
                assert sum(value or 0 for value in values) == tables[f"{name}.{column}"]["count"]
                above.add(f"{name}.{column}")
            elif kind == "category":
                vocabulary = table["categories"][column]
                assert sorted(set(values)) == list(range(len(vocabulary)))
                assert vocabulary == sorted({word for word in vocabulary if word is not None}) + [None] * (
                    None in vocabulary
                )
            else:
                python = {"string": str, "integer": int, "number": float, "boolean": bool}[kind]
                assert {type(value) for value in values} <= {python, type(None)}
    assert above == set(data["lists"])
    nodes, edges = frame(data["nodes"]), frame(data["edges"])
    ids = nodes["id"]
    return Read(
        dict(zip(ids, nodes["label"], strict=True)),
        sorted(
            (ids[source], ids[target], relation, float(weight))
            for source, target, relation, weight in zip(
                edges["source"], edges["target"], edges.get("relation", []), edges.get("weight", []), strict=True
            )
        ),
    )


def _items(
    nodes: list[dict[str, Any]], edges: list[dict[str, Any]], source: str = "source", target: str = "target"
) -> Read:
    return Read(
        {node["id"]: node["label"] for node in nodes},
        sorted((edge[source], edge[target], edge["relation"], float(edge["weight"])) for edge in edges),
    )


def cytoscape(content: bytes) -> Read:
    """networkx.cytoscape_graph; cytoscape.js itself is asked by tests/consumers."""
    elements = json.loads(content)["elements"]
    ids = [element["data"]["id"] for kind in ("nodes", "edges") for element in elements[kind]]
    assert len(ids) == len(set(ids))
    return _items([one["data"] for one in elements["nodes"]], [one["data"] for one in elements["edges"]])


def graphology(content: bytes) -> Read:
    """The fields that graphology's import asks for."""
    data = json.loads(content)
    return Read(
        {node["key"]: node["attributes"]["label"] for node in data["nodes"]},
        sorted(
            (
                edge["source"],
                edge["target"],
                edge["attributes"]["relation"],
                float(edge["attributes"]["weight"]),
            )
            for edge in data["edges"]
        ),
    )


def d3(content: bytes) -> Read:
    """Nodes and links."""
    data = json.loads(content)
    return _items(data["nodes"], data["links"])


def vis(content: bytes) -> Read:
    """Nodes and edges with from and to."""
    data = json.loads(content)
    return _items(data["nodes"], data["edges"], "from", "to")


def jgf(content: bytes) -> Read:
    """The graph of a JSON Graph Format document."""
    graph = json.loads(content)["graph"]
    return Read(
        {ref: node["label"] for ref, node in graph["nodes"].items()},
        sorted(
            (edge["source"], edge["target"], edge["relation"], float(edge["metadata"]["weight"]))
            for edge in graph["edges"]
        ),
    )


def gexf(content: bytes) -> Read:
    """networkx.read_gexf."""
    return _graph(nx.read_gexf(io.BytesIO(content)))


def graphml(content: bytes) -> Read:
    """networkx.read_graphml; it leaves an empty text out."""
    graph = nx.read_graphml(io.BytesIO(content), force_multigraph=True)
    for _, data in graph.nodes(data=True):
        data.setdefault("label", "")
    return _graph(graph)


def _by_igraph(read: Callable[[str], igraph.Graph], content: bytes) -> igraph.Graph:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "network")
        path.write_bytes(content)
        return read(str(path))


def graphml_igraph(content: bytes) -> Read:
    """igraph's GraphML reader."""
    graph = _by_igraph(igraph.Graph.Read_GraphML, content)
    found = Read({vertex["id"]: vertex["label"] for vertex in graph.vs})
    ids = list(found.nodes)
    found.edges = sorted((ids[edge.source], ids[edge.target], edge["relation"], edge["weight"]) for edge in graph.es)
    return found


def _named(labels: list[str]) -> dict[str, str]:
    parts = [label.rpartition(" [") for label in labels]
    return {ref.removesuffix("]"): label for label, _, ref in parts}


def pajek(content: bytes) -> Read:
    """networkx.read_pajek."""
    graph = nx.read_pajek(io.BytesIO(content))
    named = _named([str(node) for node in graph.nodes])
    by_label = dict(zip(map(str, graph.nodes), named, strict=True))
    edges = [(by_label[s], by_label[t], data["l"], data["weight"]) for s, t, data in graph.edges(data=True)]
    return Read(named, sorted(edges))


def pajek_igraph(content: bytes) -> Read:
    """igraph's Pajek reader."""
    graph = _by_igraph(igraph.Graph.Read_Pajek, content)
    names = graph.vs["name"] if graph.vcount() else []
    ids = list(_named(names))
    edges = sorted((ids[edge.source], ids[edge.target], edge["label"], edge["weight"]) for edge in graph.es)
    return Read(_named(names), edges)


def table(content: bytes) -> list[dict[str, str]]:
    """The lines of a CSV file, by the names in its first one."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def _lines(nodes: bytes, edges: bytes, names: tuple[str, str, str, str, str, str]) -> Read:
    ref, label, source, target, relation, weight = names
    return Read(
        {unguarded(line[ref]): unguarded(line[label]) for line in table(nodes)},
        sorted(
            (unguarded(line[source]), unguarded(line[target]), unguarded(line[relation]), float(line[weight]))
            for line in table(edges)
        ),
    )


def unzipped(content: bytes) -> dict[str, bytes]:
    """The files of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def csv_zip(content: bytes) -> Read:
    """The csv module."""
    files = unzipped(content)
    return _lines(files["nodes.csv"], files["edges.csv"], ("id", "label", "source", "target", "relation", "weight"))


def neo4j(content: bytes) -> Read:
    """The csv module, with the headers of neo4j-admin."""
    files = unzipped(content)
    edges = files["relationships.csv"]
    weight = next(
        (name for name in edges.decode().splitlines()[0].replace('"', "").split(",") if name.startswith("weight:")), ""
    )
    names = ("id:ID", "label:string", ":START_ID", ":END_ID", "relation:string", weight)
    return _lines(files["nodes.csv"], edges, names)


def svg(content: bytes) -> Read:
    """An XML reader: full names are titles, the rest data attributes."""
    space = "{http://www.w3.org/2000/svg}"
    root = ET.fromstring(content)
    nodes = {
        one.attrib["data-id"]: one.findtext(f"{space}title") or ""
        for one in root.iter(f"{space}g")
        if "data-id" in one.attrib
    }
    edges = [
        (one["data-source"], one["data-target"], one["data-relation"], float(one["data-weight"]))
        for one in (path.attrib for path in root.iter(f"{space}path"))
        if "data-id" in one
    ]
    return Read(nodes, sorted(edges))


READERS: dict[str, tuple[str, Callable[[bytes], Read]]] = {
    "node-link": ("node-link", node_link),
    "columnar": ("columnar", columnar),
    "cytoscape": ("cytoscape", cytoscape),
    "graphology": ("graphology", graphology),
    "d3": ("d3", d3),
    "vis": ("vis", vis),
    "jgf": ("jgf", jgf),
    "gexf": ("gexf", gexf),
    "graphml": ("graphml", graphml),
    "graphml by igraph": ("graphml", graphml_igraph),
    "csv": ("csv", csv_zip),
    "neo4j": ("neo4j", neo4j),
    "svg": ("svg", svg),
}
"""Reader -> format and function, for formats that hold every text as it is."""
