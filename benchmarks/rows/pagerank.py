"""PageRank called through NetworkX on an array graph, beside kernels called directly and plain NetworkX."""

from typing import Any

import networkx as nx

from benchmarks import ours
from benchmarks.data import Size
from benchmarks.generate import SIZES
from benchmarks.graphs import generated
from benchmarks.measure import Outcome, Peer, at_least, at_most, compare, once
from benchmarks.peers.kernels import networkit_pagerank, scipy_pagerank

SIZE = SIZES["large"]


def measure(size: Size) -> list[Outcome]:
    """A directed graph with a node for each organization, and as many edges as grants."""
    edges = generated(size.organizations, size.grants, (0.7, 0.8))
    graph, plain = once(lambda: ours.array_graph(edges, directed=True)), edges.plain(directed=True)
    direct, networkit = scipy_pagerank(edges), networkit_pagerank(edges)
    by_node = "the kernel's ranks are handed out by node, as NetworkX's are; the graph is in its matrix before"
    return compare(
        "PageRank through nx. on an array graph",
        str(edges),
        lambda: ours.pagerank(graph()),
        [
            Peer(
                "SciPy's product called directly",
                lambda: dict(zip(edges.labels, direct().tolist(), strict=True)),
                at_most(1.2),
                note=by_node,
            ),
            Peer("SciPy's product called directly, ranks left in the array", direct, None),
            Peer("NetworKit's PageRank called directly", networkit, None, note="on as many threads as there are cores"),
            Peer("plain NetworkX", lambda: nx.pagerank(plain), at_least(15), runs=1),
        ],
        runs=7,
        same=_highest,
        note="tolerance as NetworkX has it",
    )


def _highest(ranks: Any) -> list[float]:
    values = sorted(ranks.values() if isinstance(ranks, dict) else ranks, reverse=True)
    return [round(float(rank), 9) for rank in values[:10]]
