"""Networks in the formats of other tools: the registry, and which one an Accept header asks for."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.graph.assembly import Shown
from app.graph.columns import Columns
from app.graph.facts import Facts
from app.graph.formats import (
    columnar,
    cytoscape,
    d3,
    geojson,
    gexf,
    graphml,
    graphology,
    jgf,
    neo4j,
    node_link,
    pajek,
    svg,
    tables,
    vis,
)

__all__ = ["DEFAULT", "FORMATS", "Format", "accepted", "file_name", "preferred", "write_answer"]

_QUALITY = re.compile(r"[01]|0\.[0-9]{0,3}|1\.0{0,3}")

Network = Mapping[str, Any]
"""A network as node-link data."""


@dataclass(frozen=True, slots=True)
class Format:
    """One format: what it is called, what it is for, and how it is written."""

    name: str
    """The value of `format=`."""
    media_type: str
    """The media type of the answer; an Accept header that names it asks for this format."""
    extension: str
    description: str
    write: Callable[[Network], bytes]
    """Node-link data in, bytes out; the same network gives the same bytes."""
    write_shown: Callable[[Shown], bytes] | None = None
    """The same bytes from arrays, where that is faster."""

    def written(self, network: Network | Shown) -> bytes:
        """The bytes of a network."""
        if not isinstance(network, Shown):
            return self.write(network)
        return self.write_shown(network) if self.write_shown else self.write(network.node_link())

    @property
    def content_type(self) -> str:
        """The media type, with the charset where it is plain text."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


DEFAULT = Format(
    "node-link",
    "application/json",
    "json",
    "Node-link data for networkx and D3.",
    node_link.write,
    node_link.write_shown,
)

FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        DEFAULT,
        Format(
            "columnar",
            "application/vnd.tejido.columnar+json",
            "json",
            "One array for each attribute, for data frames and typed arrays.",
            columnar.write,
            columnar.write_shown,
        ),
        Format(
            "cytoscape",
            "application/vnd.tejido.cytoscape+json",
            "cyjs",
            "Elements of cytoscape.js and Cytoscape.",
            cytoscape.write,
        ),
        Format(
            "graphology",
            "application/vnd.tejido.graphology+json",
            "json",
            "Serialized graph of graphology and sigma.js.",
            graphology.write,
        ),
        Format("d3", "application/vnd.tejido.d3+json", "json", "Nodes and links for d3-force.", d3.write),
        Format("vis", "application/vnd.tejido.vis+json", "json", "Nodes and edges for vis-network.", vis.write),
        Format("jgf", "application/vnd.jgf+json", "jgf.json", "JSON Graph Format 2.0.", jgf.write),
        Format("gexf", "application/gexf+xml", "gexf", "GEXF 1.3 for Gephi and Gephi Lite.", gexf.write),
        Format("graphml", "application/graphml+xml", "graphml", "GraphML for igraph, yEd, Cytoscape.", graphml.write),
        Format("pajek", "application/vnd.tejido.pajek", "net", "Pajek .net for Pajek and VOSviewer.", pajek.write),
        Format("csv", "application/zip", "zip", "Nodes and edges as CSV, and the metadata, zipped.", tables.write_zip),
        Format("csv-edges", "text/csv", "csv", "Edges as CSV.", tables.write_edges),
        Format("csv-nodes", "application/vnd.tejido.nodes+csv", "csv", "Nodes as CSV.", tables.write_nodes),
        Format(
            "neo4j",
            "application/vnd.tejido.neo4j+zip",
            "zip",
            "Tables for neo4j-admin database import, zipped.",
            neo4j.write,
        ),
        Format(
            "geojson",
            "application/geo+json",
            "geojson",
            "The 32 states with the network's figures for each.",
            geojson.write,
        ),
        Format("svg", "image/svg+xml", "svg", "A picture of the network.", svg.write),
    )
}


def accepted(header: str | None) -> Format | None:
    """The format that an Accept header asks for; None where it takes none of ours."""
    by_media = {one.media_type: one for one in FORMATS.values()}
    found = preferred(header, by_media)
    return None if found is None else by_media[found]


def preferred(header: str | None, media_types: Iterable[str]) -> str | None:
    """The media type that an Accept header asks for (RFC 9110, 12.5.1); None where it takes none of them.

    Among equals the one listed first wins, so that a browser, which takes everything, gets the default.
    """
    ranges = [_range(part) for part in (header or "*/*").split(",") if part.strip()] or [("*/*", 1.0)]
    best: tuple[float, int] = (0.0, 0)
    found = None
    for order, one in enumerate(media_types):
        quality = _quality(one, ranges)
        if quality and (quality, -order) > best:
            best, found = (quality, -order), one
    return found


def _range(part: str) -> tuple[str, float]:
    media, *parameters = (word.strip().lower() for word in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            quality = float(value) if _QUALITY.fullmatch(value.strip()) else 0.0
    return media, quality


def _quality(media_type: str, ranges: list[tuple[str, float]]) -> float:
    """The quality of the most specific range that holds the media type."""
    main = media_type.partition("/")[0]
    for wanted in (media_type, f"{main}/*", "*/*"):
        matching = [quality for media, quality in ranges if media == wanted]
        if matching:
            return max(matching)
    return 0.0


def file_name(network: str, version: str, form: Format) -> str:
    """A name for the downloaded file: what it is, its data version, the format where the extension does not say it."""
    words = ["tejido", network, version]
    if form.extension in {"json", "csv", "zip"} and form is not DEFAULT:
        words.append(form.name)
    name = "-".join(re.sub(r"[^A-Za-z0-9]+", "-", word).strip("-") for word in words if word)
    return f"{name}.{form.extension}"


def write_answer(
    columns: Columns, form: str, function: Callable[..., Network | Shown], args: Sequence[Any], named: Mapping[str, Any]
) -> bytes:
    """The bytes of what a function answers to facts of the columns: a job, for a process that has opened these."""
    return FORMATS[form].written(function(Facts(columns), *args, **named))
