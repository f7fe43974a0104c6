"""GraphML, which igraph, yEd, Cytoscape and most libraries read.

Written here and not by networkx, which writes truth values as `True`, which is no boolean in XML.
"""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from app.graph.formats.files import xml_bytes
from app.graph.formats.portable import Scalar, Type, portable

__all__ = ["write"]

_TYPES: dict[Type, str] = {"string": "string", "integer": "long", "number": "double", "boolean": "boolean"}


def write(network: Mapping[str, Any]) -> bytes:
    """The network with one typed key for each attribute; the metadata are the graph's data."""
    form = portable(network)
    metadata = form.flat_metadata()
    root = Element("graphml", {"xmlns": "http://graphml.graphdrawing.org/xmlns"})
    scopes: tuple[tuple[str, Mapping[str, Type]], ...] = (
        ("graph", dict.fromkeys(metadata, "string")),
        ("node", form.node_types),
        ("edge", form.edge_types),
    )
    for scope, types in scopes:
        for name, kind in types.items():
            SubElement(
                root,
                "key",
                {"id": f"{scope}_{name}", "for": scope, "attr.name": name, "attr.type": _TYPES[kind]},
            )
    graph = SubElement(root, "graph", {"id": "G", "edgedefault": "directed" if form.directed else "undirected"})
    _data(graph, "graph", metadata)
    for node in form.nodes:
        _data(SubElement(graph, "node", {"id": node.id}), "node", node.attributes)
    for edge in form.edges:
        ends = {"id": edge.id, "source": edge.source, "target": edge.target}
        _data(SubElement(graph, "edge", ends), "edge", edge.attributes)
    return xml_bytes(root)


def _data(element: Element, scope: str, attributes: Mapping[str, Scalar]) -> None:
    for name, value in attributes.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        SubElement(element, "data", {"key": f"{scope}_{name}"}).text = text
