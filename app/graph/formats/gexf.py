"""GEXF 1.3, the format of Gephi and Gephi Lite.

Written here and not by networkx, whose writer puts today's date into the file and leaves the metadata out.
"""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from app.graph.formats.files import xml_bytes
from app.graph.formats.palette import KIND_COLOURS, OTHER, RELATION_COLOURS
from app.graph.formats.portable import Scalar, Type, portable

__all__ = ["write"]

_TYPES: dict[Type, str] = {"string": "string", "integer": "long", "number": "double", "boolean": "boolean"}

_PLACED = {"node": "label", "edge": "weight"}
"""Attributes that GEXF has a place of its own for."""


def write(network: Mapping[str, Any]) -> bytes:
    """The network with typed attributes and a colour for each kind and relation."""
    form = portable(network)
    root = Element("gexf", {"xmlns": "http://gexf.net/1.3", "xmlns:viz": "http://gexf.net/1.3/viz", "version": "1.3"})
    meta = SubElement(root, "meta")
    SubElement(meta, "creator").text = "Tejido"
    SubElement(meta, "description").text = "\n".join(
        [form.summary(), *(f"{name}: {text}" for name, text in form.flat_metadata().items())]
    )
    graph = SubElement(
        root,
        "graph",
        {"defaultedgetype": "directed" if form.directed else "undirected", "mode": "static", "name": form.summary()},
    )
    for scope, types in (("node", form.node_types), ("edge", form.edge_types)):
        declared = SubElement(graph, "attributes", {"class": scope, "mode": "static"})
        for name in types:
            if name == _PLACED[scope]:
                continue
            SubElement(declared, "attribute", {"id": name, "title": name, "type": _TYPES[types[name]]})
    nodes = SubElement(graph, "nodes")
    for node in form.nodes:
        element = SubElement(nodes, "node", {"id": node.id, "label": str(node.attributes["label"])})
        _values(element, node.attributes, _PLACED["node"])
        _colour(element, KIND_COLOURS.get(str(node.attributes["kind"]), OTHER))
    edges = SubElement(graph, "edges")
    for edge in form.edges:
        relation = str(edge.attributes["relation"])
        element = SubElement(
            edges,
            "edge",
            {
                "id": edge.id,
                "source": edge.source,
                "target": edge.target,
                "kind": relation,
                "weight": str(edge.attributes["weight"]),
            },
        )
        _values(element, edge.attributes, _PLACED["edge"])
        _colour(element, RELATION_COLOURS.get(relation, OTHER))
        if edge.attributes.get("certainty", "certain") != "certain":
            SubElement(element, "viz:shape", {"value": "dashed"})
    return xml_bytes(root)


def _values(element: Element, attributes: Mapping[str, Scalar], placed: str) -> None:
    values = SubElement(element, "attvalues")
    for name, value in attributes.items():
        if name == placed:
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        SubElement(values, "attvalue", {"for": name, "value": text})


def _colour(element: Element, colour: str) -> None:
    red, green, blue = (str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    SubElement(element, "viz:color", {"r": red, "g": green, "b": blue})
