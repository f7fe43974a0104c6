"""One array for each attribute: small, and read into a data frame or typed arrays without a loop."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.graph.formats.files import json_bytes
from app.graph.formats.portable import Edge, Node, Type, portable

__all__ = ["write"]


def write(network: Mapping[str, Any]) -> bytes:
    """The network as columns; `source` and `target` are positions in the arrays of nodes, null is a missing value."""
    form = portable(network)
    position = {node.id: at for at, node in enumerate(form.nodes)}
    return json_bytes(
        {
            "directed": form.directed,
            "metadata": form.metadata,
            "nodes": _table(form.nodes, form.node_types, {}),
            "edges": _table(
                form.edges,
                form.edge_types,
                {
                    "source": [position[edge.source] for edge in form.edges],
                    "target": [position[edge.target] for edge in form.edges],
                },
            ),
        }
    )


def _table(
    items: Sequence[Node] | Sequence[Edge], types: Mapping[str, Type], ends: Mapping[str, list[int]]
) -> dict[str, Any]:
    return {
        "count": len(items),
        "types": {"id": "string", **dict.fromkeys(ends, "integer"), **types},
        "columns": {
            "id": [item.id for item in items],
            **ends,
            **{name: [item.attributes.get(name) for item in items] for name in types},
        },
    }
