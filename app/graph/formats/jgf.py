"""JSON Graph Format 2.0."""

from collections.abc import Mapping
from typing import Any

from app.graph.formats.files import json_bytes
from app.graph.formats.portable import portable

__all__ = ["write"]


def write(network: Mapping[str, Any]) -> bytes:
    """One graph; what the format has no word for is `metadata`."""
    form = portable(network)
    return json_bytes(
        {
            "graph": {
                "label": form.summary(),
                "type": str(form.metadata.get("network", "network")),
                "directed": form.directed,
                "metadata": form.metadata,
                "nodes": {
                    node.id: {"label": str(node.attributes["label"]), "metadata": _others(node.attributes, "label")}
                    for node in form.nodes
                },
                "edges": [
                    {
                        "id": edge.id,
                        "source": edge.source,
                        "target": edge.target,
                        "relation": str(edge.attributes["relation"]),
                        "directed": form.directed,
                        "metadata": _others(edge.attributes, "relation"),
                    }
                    for edge in form.edges
                ],
            }
        }
    )


def _others(attributes: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {one: value for one, value in attributes.items() if one != name}
