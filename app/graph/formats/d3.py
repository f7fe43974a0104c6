"""Nodes and links for d3-force: `d3.forceLink(links).id(node => node.id)`."""

from collections.abc import Mapping
from typing import Any

from app.graph.formats.files import json_bytes
from app.graph.formats.portable import portable

__all__ = ["write"]


def write(network: Mapping[str, Any]) -> bytes:
    """Flat objects: attributes stand beside `id`, `source` and `target`."""
    form = portable(network)
    return json_bytes(
        {
            "directed": form.directed,
            "metadata": form.metadata,
            "nodes": [{"id": node.id, **node.attributes} for node in form.nodes],
            "links": [
                {"id": edge.id, "source": edge.source, "target": edge.target, **edge.attributes} for edge in form.edges
            ],
        }
    )
