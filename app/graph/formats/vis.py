"""Nodes and edges for the DataSets of vis-network."""

from collections.abc import Mapping
from typing import Any

from app.graph.formats.files import json_bytes
from app.graph.formats.portable import portable

__all__ = ["write"]


def write(network: Mapping[str, Any]) -> bytes:
    """Items that vis-network draws as they are: grouped by kind, wide by weight, dashed where not certain."""
    form = portable(network)
    arrows = {"arrows": "to"} if form.directed else {}
    return json_bytes(
        {
            "metadata": {"directed": form.directed, **form.metadata},
            "nodes": [
                {
                    "id": node.id,
                    "group": node.attributes["kind"],
                    "title": f"{node.attributes['label']} ({node.attributes['kind']})",
                    **node.attributes,
                }
                for node in form.nodes
            ],
            "edges": [
                {
                    "id": edge.id,
                    "from": edge.source,
                    "to": edge.target,
                    "value": edge.attributes["weight"],
                    "title": f"{edge.attributes['relation']}: {edge.attributes['weight']}",
                    "dashes": edge.attributes.get("certainty", "certain") != "certain",
                    **arrows,
                    **edge.attributes,
                }
                for edge in form.edges
            ],
        }
    )
