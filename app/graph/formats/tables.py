"""Nodes and edges as tables: CSV for spreadsheets, R and Gephi."""

from collections.abc import Mapping
from typing import Any

from app.graph.formats.files import csv_bytes, json_bytes, zip_bytes
from app.graph.formats.portable import Portable, portable

__all__ = ["write_edges", "write_nodes", "write_zip"]


def write_nodes(network: Mapping[str, Any]) -> bytes:
    """One line a node; `id` comes first."""
    return _nodes(portable(network))


def write_edges(network: Mapping[str, Any]) -> bytes:
    """One line an edge; `source` and `target` come first, as igraph wants them, and `type` is for Gephi."""
    return _edges(portable(network))


def write_zip(network: Mapping[str, Any]) -> bytes:
    """Both tables, and metadata.json."""
    form = portable(network)
    return zip_bytes(
        {
            "nodes.csv": _nodes(form),
            "edges.csv": _edges(form),
            "metadata.json": json_bytes({"directed": form.directed, **form.metadata}),
        }
    )


def _nodes(form: Portable) -> bytes:
    return csv_bytes(
        ["id", *form.node_types],
        ([node.id, *(node.attributes.get(name) for name in form.node_types)] for node in form.nodes),
    )


def _edges(form: Portable) -> bytes:
    direction = "Directed" if form.directed else "Undirected"
    return csv_bytes(
        ["source", "target", "type", "id", *form.edge_types],
        (
            [edge.source, edge.target, direction, edge.id, *(edge.attributes.get(name) for name in form.edge_types)]
            for edge in form.edges
        ),
    )
