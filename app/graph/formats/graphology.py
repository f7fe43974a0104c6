"""The serialization of graphology, the graph library of sigma.js."""

from collections.abc import Mapping
from typing import Any

from app.graph.formats.files import json_bytes
from app.graph.formats.portable import portable

__all__ = ["write"]


def write(network: Mapping[str, Any]) -> bytes:
    """The argument of `Graph.from()`: a multigraph, with the metadata as the graph's attributes."""
    form = portable(network)
    direction = {} if form.directed else {"undirected": True}
    return json_bytes(
        {
            "options": {
                "type": "directed" if form.directed else "undirected",
                "multi": True,
                "allowSelfLoops": True,
            },
            "attributes": form.metadata,
            "nodes": [{"key": node.id, "attributes": node.attributes} for node in form.nodes],
            "edges": [
                {
                    "key": edge.id,
                    "source": edge.source,
                    "target": edge.target,
                    "attributes": edge.attributes,
                    **direction,
                }
                for edge in form.edges
            ],
        }
    )
