"""Columnar JSON: one array for each attribute, read into a data frame or typed arrays without a loop.

docs/formats.md describes it. A network of arrays is written from these; node-link data give the same bytes.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from app.graph.assembly import Shown
from app.graph.columns import Texts
from app.graph.formats.arrays import are_plain, tables_of
from app.graph.formats.cells import Buffers, joined
from app.graph.formats.files import json_bytes
from app.graph.formats.frames import Frame, Number, String, Table, json_object
from app.graph.formats.portable import as_text, edge_id, metadata, unique_ids, usual_id

__all__ = ["write", "write_shown"]


def write(network: Mapping[str, Any]) -> bytes:
    """Node-link data as columns."""
    ids = unique_ids([node["id"] for node in network["nodes"]])
    position = {one: place for place, one in enumerate(ids)}
    labels = []
    nodes = Frame(len(network["nodes"]))
    for row, node in enumerate(network["nodes"]):
        attributes = {"label": node["id"], "kind": "node"} | _known(node)
        labels.append(as_text(attributes["label"]))
        nodes.tell(row, (), {name: value for name, value in attributes.items() if name not in {"id", "label"}})
    edges = Frame(len(network["edges"]))
    for row, edge in enumerate(network["edges"]):
        attributes = {"relation": edge.get("key", "edge"), "weight": 1} | _known(edge)
        own = {"id", "source", "target", "key"}
        edges.tell(row, (), {name: value for name, value in attributes.items() if name not in own})
    first: dict[str, Number | String] = {
        end: Number(np.array([position[edge[end]] for edge in network["edges"]], dtype=np.int64))
        for end in ("source", "target")
    }
    own_ids = [edge_id(edge) for edge in network["edges"]]
    if own_ids != [usual_id(edge) for edge in network["edges"]]:
        made = unique_ids(own_ids)
        first = {"id": String(Texts.of([made[one] for one in own_ids])), **first}
    return _document(
        directed=bool(network["directed"]),
        block=network["graph"],
        tables=nodes.tables("nodes", {"id": String(Texts.of(ids.values())), "label": String(Texts.of(labels))})
        | edges.tables("edges", first),
    )


def write_shown(shown: Shown) -> bytes:
    """A network of arrays as columns: the same bytes as those of its node-link data."""
    if not are_plain(shown.columns):
        return write(shown.node_link())
    return _document(directed=shown.directed, block=shown.graph(), tables=tables_of(shown))


def _known(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}


def _document(*, directed: bool, block: Mapping[str, Any], tables: Mapping[str, Table]) -> bytes:
    """The file: `tables` has `nodes`, `edges`, and those of their lists; `block` says what the network is."""
    content: Buffers = json_object(
        {
            "directed": [json_bytes(directed)],
            "metadata": [json_bytes(metadata(block))],
            "nodes": tables["nodes"].cells(),
            "edges": tables["edges"].cells(),
            "lists": json_object(
                {name: table.cells() for name, table in tables.items() if name not in {"nodes", "edges"}}
            ),
        }
    )
    return joined(content)
