"""Pajek's .net format, which Pajek, igraph, VOSviewer and networkx read."""

from collections.abc import Mapping
from typing import Any

from app.graph.formats.portable import portable

__all__ = ["write"]

_REPLACED = str.maketrans({'"': "'", "\\": "/", "\n": " ", "\t": " ", "\u2028": " ", "\u2029": " "})


def write(network: Mapping[str, Any]) -> bytes:
    """Vertices as `Name [id]`, lines with weight and relation, dotted where not certain.

    The format has no way to write a quotation mark, a backslash or a line end in a text: they become an apostrophe,
    a slash and a space. The byte order mark is for Pajek, which takes UTF-8 for something else without it; the
    comments before the vertices keep it out of the way of other readers.
    """
    form = portable(network)
    number = {node.id: at for at, node in enumerate(form.nodes, 1)}
    lines = [f"% {name}: {_text(text)}" for name, text in form.flat_metadata().items()]
    lines.append(f"*Vertices {len(form.nodes)}")
    lines += [f'{number[node.id]} "{_text(node.attributes["label"])} [{_text(node.id)}]"' for node in form.nodes]
    lines.append("*Arcs" if form.directed else "*Edges")
    for edge in form.edges:
        pattern = "Solid" if edge.attributes.get("certainty", "certain") == "certain" else "Dots"
        ends = f"{number[edge.source]} {number[edge.target]} {edge.attributes['weight']}"
        lines.append(f'{ends} l "{_text(edge.attributes["relation"])}" p {pattern}')
    return ("\ufeff" + "".join(f"{line}\n" for line in lines)).encode()


def _text(value: Any) -> str:
    return str(value).translate(_REPLACED)
