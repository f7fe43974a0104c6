"""Elements of cytoscape.js, which Cytoscape reads as .cyjs too."""

from collections.abc import Mapping
from typing import Any

from app.graph.formats.files import json_bytes
from app.graph.formats.portable import portable

__all__ = ["EDGE_PREFIX", "write"]

EDGE_PREFIX = "edge:"
"""Stands before every edge's id: nodes and edges share their ids, and an edge with a node's id is not drawn."""


def write(network: Mapping[str, Any]) -> bytes:
    """The argument of `cytoscape()`: elements, and the metadata as the graph's data."""
    form = portable(network)
    return json_bytes(
        {
            "data": {"directed": form.directed, **form.metadata},
            "elements": {
                "nodes": [
                    {"data": {"id": node.id, "name": node.attributes["label"], **node.attributes}}
                    for node in form.nodes
                ],
                "edges": [
                    {
                        "data": {
                            "id": f"{EDGE_PREFIX}{edge.id}",
                            "source": edge.source,
                            "target": edge.target,
                            "interaction": edge.attributes["relation"],
                            **edge.attributes,
                        }
                    }
                    for edge in form.edges
                ],
            },
        }
    )
