"""Tables for `neo4j-admin database import`."""

import re
from collections.abc import Mapping
from typing import Any

from app.graph.formats.files import csv_bytes, json_bytes, zip_bytes
from app.graph.formats.portable import Type, portable

__all__ = ["write"]

_TYPES: dict[Type, str] = {"string": "string", "integer": "long", "number": "double", "boolean": "boolean"}

_README = """\
Import into an empty database:

  neo4j-admin database import full --nodes=nodes.csv --relationships=relationships.csv --multiline-fields=true neo4j

Labels are kinds (Organization, State, ...), types are relations (FUNDS, WORKS_IN, ...).
Relationships of an undirected network have a direction all the same: match them without an arrow.
Lists are texts joined by "|": split(n.roles, "|").
metadata.json says what the network is, and as of when.
"""


def write(network: Mapping[str, Any]) -> bytes:
    """nodes.csv and relationships.csv with typed headers, a README and metadata.json."""
    form = portable(network)
    return zip_bytes(
        {
            "nodes.csv": csv_bytes(
                ["id:ID", ":LABEL", *_headers(form.node_types)],
                (
                    [node.id, _label(node.attributes["kind"]), *map(node.attributes.get, form.node_types)]
                    for node in form.nodes
                ),
                bom=False,
            ),
            "relationships.csv": csv_bytes(
                [":START_ID", ":END_ID", ":TYPE", "id:string", *_headers(form.edge_types)],
                (
                    [
                        edge.source,
                        edge.target,
                        _word(edge.attributes["relation"]).upper(),
                        edge.id,
                        *map(edge.attributes.get, form.edge_types),
                    ]
                    for edge in form.edges
                ),
                bom=False,
            ),
            "README.txt": _README.encode(),
            "metadata.json": json_bytes({"directed": form.directed, **form.metadata}),
        }
    )


def _headers(types: Mapping[str, Type]) -> list[str]:
    return [f"{name}:{_TYPES[kind]}" for name, kind in types.items()]


def _word(value: Any) -> str:
    word = re.sub(r"[^A-Za-z0-9_]", "_", str(value))
    return word if word[:1].isalpha() else f"x_{word}"


def _label(kind: Any) -> str:
    return "".join(part[:1].upper() + part[1:] for part in _word(kind).split("_"))
