"""Node-link data, the default JSON: `networkx.node_link_graph` reads it as it is."""

from collections.abc import Mapping
from typing import Any

from app.graph.formats.files import json_bytes

__all__ = ["write"]


def write(network: Mapping[str, Any]) -> bytes:
    """The network as it is, with everything it holds."""
    return json_bytes(network)
