"""Answers about networks: the JSON as it came, and other ways to hold it."""

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import httpx

from tejido_client.tables import Row, rows

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["AnswerBase", "Body", "NetworkBase", "Tables"]

Body = TypeVar("Body")


class Tables(NamedTuple):
    """A network as two tables, ready for `pandas.DataFrame`."""

    nodes: list[Row]
    edges: list[Row]


class AnswerBase(Generic[Body]):
    """What was asked about networks, with what it takes to ask it again and to cite it."""

    def __init__(self, body: Body, response: httpx.Response) -> None:
        self.json = body
        """The answer as it came."""
        self.data_version: str = response.headers["data-version"]
        """Version of the data that it shows."""
        self.permalink: str = response.headers["content-location"]
        """The address, within the service, that gives the same bytes again."""
        self.sha256: str = response.headers["body-sha256"]
        """SHA-256 of these bytes."""

    def __repr__(self) -> str:
        """Its permalink."""
        return f"<{type(self).__name__} {self.permalink}>"

    def rows(self, path: str) -> list[Row]:
        """The rows of one list of it, flat, by its dotted path: `candidates`, `rows.cells`, `edges.money.sums` …"""
        body: Any = self.json
        return rows(body, path)


class NetworkBase(AnswerBase[Body]):
    """A network: nodes, and the edges between them."""

    def records(self) -> Tables:
        """Its nodes and its edges, each as flat rows: `nodes, edges = network.records()`."""
        return Tables(self.rows("nodes"), self.rows("edges"))

    def to_networkx(self) -> "nx.Graph[str]":
        """The same as a graph of NetworkX: directed or not, with parallel edges or not, as the network is.

        Needs the package networkx: `pip install tejido-client[networks]`.
        """
        import networkx as nx  # noqa: PLC0415 - what most callers do not need

        body: Any = self.json
        graph: nx.Graph[str] = nx.node_link_graph(body, edges="edges")
        return graph
