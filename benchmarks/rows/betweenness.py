"""Betweenness from 256 sources, beside plain NetworkX."""

import networkx as nx

from benchmarks import ours
from benchmarks.data import Size
from benchmarks.generate import SIZES
from benchmarks.graphs import generated
from benchmarks.measure import Outcome, Peer, at_least, compare, once

SIZE = SIZES["middle"]
_SOURCES, _OF_PEER = 256, 16


def measure(size: Size) -> list[Outcome]:
    """An undirected graph with a node for each organization, and as many edges as grants."""
    edges = generated(size.organizations, size.grants, (0.5, 0.6))
    graph, plain = once(lambda: ours.array_graph(edges, directed=False)), edges.plain(directed=False)
    sources = min(_SOURCES, size.organizations)
    few = min(_OF_PEER, sources)
    return compare(
        f"betweenness, k = {sources}",
        str(edges),
        lambda: ours.betweenness(graph(), sources, 1),
        [
            Peer(
                "plain NetworkX",
                lambda: nx.betweenness_centrality(plain, k=few, seed=1),
                at_least(40),
                runs=1,
                scale=sources / few,
                note=f"its time is that of {few} sources times {sources / few:g}",
            )
        ],
        runs=3,
    )
