"""The portable form of a network, from which every format is written.

Each attribute is one text, whole number, number or truth value, of one type under one name, and is missing where
nothing is known. The rules are in docs/formats.md; a change here changes what every reader sees.
"""

import json
import math
import re
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

__all__ = [
    "LARGEST",
    "LICENCE",
    "Edge",
    "Node",
    "Portable",
    "Scalar",
    "Type",
    "as_text",
    "clean",
    "edge_id",
    "encode",
    "join",
    "metadata",
    "portable",
    "safe_name",
    "unique_ids",
    "usual_id",
]

Scalar = str | int | float | bool
Type = Literal["string", "integer", "number", "boolean"]

LICENCE = "Every source document has its own licence: see documents under /v1/about."
"""What the metadata say where the network does not say more."""

LARGEST = 2**53 - 1
"""The largest whole number that every reader holds exactly, those in JavaScript too."""

_DROPPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_REPLACED = re.compile("[\ud800-\udfff\ufffe\uffff]")
_UNSAFE = re.compile(r"[^A-Za-z0-9_]")
_LONGEST_NAME = 64

# Names that mean something to a tool: to networkx, d3-force, sigma, vis-network, Cytoscape, Gephi or igraph.
_RESERVED = frozenset(
    "arrows attributes borderwidth chosen color dashes edges fixed font for from fx fy group hidden icon id image "
    "index key labelhighlightbold length level links margin mass name nodes opacity parent physics position scaling "
    "selected selectionwidth shadow shape size smooth source target title to type undirected value vx vy "
    "widthconstraint width x y z".split()
)

_Path = tuple[str, ...]
_Flat = dict[_Path, Scalar]


@dataclass(frozen=True, slots=True)
class Node:
    """A node; its attributes always have `label` and `kind`."""

    id: str
    attributes: dict[str, Scalar]


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge; its attributes always have `relation` and `weight`."""

    id: str
    source: str
    target: str
    attributes: dict[str, Scalar]


@dataclass(frozen=True, slots=True)
class Portable:
    """A network in the portable form."""

    directed: bool
    metadata: dict[str, Any]
    """What the network is, as JSON: query, data version, definitions, licence, counts, left_out."""
    node_types: dict[str, Type]
    edge_types: dict[str, Type]
    nodes: list[Node]
    edges: list[Edge]

    def summary(self) -> str:
        """One line that says what the network is, and as of when."""
        words = [str(self.metadata.get("network", "network"))]
        if "data_version" in self.metadata:
            words.append(f"data version {self.metadata['data_version']}")
        if "definitions_release" in self.metadata:
            words.append(f"definitions {self.metadata['definitions_release']}")
        return ", ".join(words) + f"; query: {self.query()}"

    def query(self) -> str:
        """The query in words, without the data version."""
        query = self.metadata.get("query")
        parts = [
            f"{name}={', '.join(map(str, value)) if isinstance(value, list) else as_text(value)}"
            for name, value in (query.items() if isinstance(query, dict) else ())
            if name != "as_of"
        ]
        return "; ".join(parts) or "everything"

    def flat_metadata(self) -> dict[str, str]:
        """The metadata as texts: what is no text is JSON."""
        names: dict[_Path, str] = {}
        return {_name((name,), names): as_text(value) for name, value in self.metadata.items()}


def clean(text: str) -> str:
    """Text that every format can hold.

    Line ends become newlines, control characters other than tab and newline are dropped, and each lone surrogate or
    noncharacter becomes U+FFFD.
    """
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _REPLACED.sub("\ufffd", _DROPPED.sub("", text))


def encode(value: Any) -> str:
    """Compact JSON in which letters stay letters."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def join(items: Sequence[Any]) -> str:
    r"""A list as one text: its items joined by `|`, in which `\` stands before an own `|` or `\`.

    A list that holds lists or mappings is JSON.
    """
    if all(isinstance(item, str) for item in items):
        text = "|".join(items)
        if "\\" not in text and text.count("|") < max(len(items), 1):
            return clean(text)
    elif any(isinstance(item, list | tuple | dict) for item in items):
        return encode(_tidy(items))
    return "|".join([as_text(item).replace("\\", "\\\\").replace("|", "\\|") for item in items])


def portable(network: Mapping[str, Any]) -> Portable:
    """The portable form of node-link data."""
    node_ids = unique_ids([str(node["id"]) for node in network["nodes"]])
    edge_ids = unique_ids([edge_id(edge) for edge in network["edges"]])
    flat_nodes = [
        _flatten({"label": node["id"], "kind": "node"} | _without(node, ("id",))) for node in network["nodes"]
    ]
    flat_edges = [
        _flatten({"relation": edge.get("key", "edge"), "weight": 1} | _without(edge, ("id", "source", "target", "key")))
        for edge in network["edges"]
    ]
    node_names, node_types = _columns(flat_nodes)
    edge_names, edge_types = _columns(flat_edges)
    return Portable(
        directed=bool(network["directed"]),
        metadata=metadata(network["graph"]),
        node_types=node_types,
        edge_types=edge_types,
        nodes=[
            Node(node_ids[node["id"]], _attributes(flat, node_names, node_types))
            for node, flat in zip(network["nodes"], flat_nodes, strict=True)
        ],
        edges=[
            Edge(
                edge_ids[edge_id(edge)],
                node_ids[edge["source"]],
                node_ids[edge["target"]],
                _attributes(flat, edge_names, edge_types),
            )
            for edge, flat in zip(network["edges"], flat_edges, strict=True)
        ],
    )


def edge_id(edge: Mapping[str, Any]) -> str:
    """The id of an edge of node-link data."""
    return str(edge["id"]) if "id" in edge else usual_id(edge)


def usual_id(edge: Mapping[str, Any]) -> str:
    """The id that an edge of node-link data has unless it says otherwise."""
    return f"{edge['source']}~{edge.get('key', 'edge')}~{edge['target']}"


def _without(attributes: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if name not in names and value is not None}


def unique_ids(ids: Iterable[str]) -> dict[str, str]:
    """Each id as it is written: clean, and with a number where cleaning made two alike."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for one in ids:
        text = made = clean(one)
        number = 2
        while made in taken:
            made, number = f"{text}~{number}", number + 1
        taken.add(made)
        found[one] = made
    return found


def metadata(block: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata of a network, from its own block."""
    tidy: dict[str, Any] = _tidy(dict(block))
    return {"generator": "Tejido", "licence": LICENCE} | tidy


def _tidy(value: Any) -> Any:
    """JSON without nulls in mappings and without characters that a format forbids."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(name)): _tidy(item) for name, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_tidy(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def as_text(value: Any) -> str:
    """A value as a clean text: what is no text is JSON."""
    return clean(value) if isinstance(value, str) else encode(_tidy(value))


def _flatten(attributes: Mapping[str, Any]) -> _Flat:
    flat: _Flat = {}
    for name, value in attributes.items():
        if name == "money" and isinstance(value, dict):
            _spread_money(flat, value)
        else:
            _spread(flat, (name,), value)
        if name == "projects" and isinstance(value, dict):
            for certainty, ids in value.items():
                flat["projects", certainty, "count"] = len(ids)
    return flat


def _spread(flat: _Flat, path: _Path, value: Any) -> None:
    # The commonest kinds first: this runs for every value of a network.
    if isinstance(value, str):
        flat[path] = clean(value)
    elif isinstance(value, list | tuple):
        flat[path] = join(value)
    elif isinstance(value, dict):
        for name, item in value.items():
            _spread(flat, (*path, name), item)
    elif isinstance(value, float):
        if math.isfinite(value):
            # igraph takes a number that is too small for an error.
            flat[path] = value if abs(value) >= sys.float_info.min else 0.0
    elif value is not None:
        flat[path] = value


def _spread_money(flat: _Flat, money: Mapping[str, Any]) -> None:
    """Money with one column for each currency and stage: `money_USD_commitment_minor`, in minor units."""
    for name, value in money.items():
        if name != "sums":
            _spread(flat, ("money", name), value)
    for total in money.get("sums", ()):
        undated = ["undated"] if total["undated"] else []
        start = ("money", total["currency"], total["stage"] or "no_stage", *undated)
        flat[*start, "minor"] = total["amount_minor"]
        for name, value in total.items():
            if name not in {"currency", "stage", "undated", "amount_minor"}:
                _spread(flat, (*start, name), value)


def _columns(rows: Sequence[_Flat]) -> tuple[dict[_Path, str], dict[str, Type]]:
    """A safe name for each path, and its one type."""
    found: dict[_Path, set[type]] = {}
    for row in rows:
        for path, value in row.items():
            large = type(value) is int and abs(value) > LARGEST
            found.setdefault(path, set()).add(str if large else type(value))
    names: dict[_Path, str] = {}
    types: dict[str, Type] = {}
    for path, kinds in found.items():
        types[_name(path, names)] = (
            "boolean"
            if kinds == {bool}
            else "integer"
            if kinds == {int}
            else "number"
            if kinds <= {int, float}
            else "string"
        )
    return names, types


def _name(path: _Path, names: dict[_Path, str]) -> str:
    """The name for a path: letters, digits and `_`, starting with a letter, unlike any other in any case."""
    if path not in names:
        names[path] = safe_name("_".join(path), {one.lower() for one in names.values()})
    return names[path]


def safe_name(text: str, taken: Collection[str]) -> str:
    """A name that every tool takes, unlike those taken, which are in small letters."""
    name = _UNSAFE.sub("_", text)[:_LONGEST_NAME]
    if not name[:1].isalpha():
        name = f"a_{name}"
    if name.lower() in _RESERVED:
        name = f"{name}_"
    made, number = name, 2
    while made.lower() in taken:
        made, number = f"{name}_{number}", number + 1
    return made


def _attributes(flat: _Flat, names: Mapping[_Path, str], types: Mapping[str, Type]) -> dict[str, Scalar]:
    attributes: dict[str, Scalar] = {}
    for path, value in flat.items():
        name = names[path]
        kind = types[name]
        # Texts are clean already.
        attributes[name] = (
            value
            if isinstance(value, str)
            else (float(value) if kind == "number" else as_text(value) if kind == "string" else value)
        )
    return attributes
