"""Generated graphs with heavy tails, as arrays: for the measures that need no database."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

__all__ = ["Edges", "generated"]

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Edges:
    """A graph as arrays: places of the ends in `labels`, each pair once, and the weight of each edge."""

    labels: list[str]
    sources: Integers
    targets: Integers
    weights: Integers

    def __str__(self) -> str:
        """In figures."""
        return f"{len(self.labels):,} nodes, {len(self.sources):,} edges"

    @cached_property
    def _named(self) -> tuple[list[str], list[str], list[int]]:
        names = np.array(self.labels, dtype=object)
        return names[self.sources].tolist(), names[self.targets].tolist(), self.weights.tolist()

    def plain(self, *, directed: bool) -> Any:
        """The graph as NetworkX itself keeps it."""
        made: Any = nx.DiGraph() if directed else nx.Graph()
        made.add_nodes_from(self.labels)
        made.add_weighted_edges_from(zip(*self._named, strict=True))
        return made


def generated(nodes: int, edges: int, exponents: tuple[float, float], seed: int = 1) -> Edges:
    """A graph of so many nodes and, before equal pairs fall together, so many edges.

    The ends of each edge are drawn apart; the node of rank r is drawn as often as r to the power of -exponent says, the
    ranks of sources and of targets being two shuffles of the nodes. What falls together adds up to the weight. Without
    loops; a pair stands in one direction.
    """
    rng = np.random.default_rng(seed)
    ends = []
    for exponent in exponents:
        share = np.cumsum(np.arange(1, nodes + 1) ** -exponent)
        ranks = np.searchsorted(share, rng.random(edges) * share[-1], side="right")
        ends.append(rng.permutation(nodes)[ranks])
    low, high = np.minimum(*ends), np.maximum(*ends)
    turned = ends[0] > ends[1]
    keys, first, counts = np.unique(low * nodes + high, return_index=True, return_counts=True)
    is_edge = keys // nodes != keys % nodes
    first, counts = first[is_edge], counts[is_edge]
    width = len(str(nodes))
    return Edges(
        labels=[f"org:generated-{place:0{width}}" for place in range(nodes)],
        sources=np.where(turned, high, low)[first],
        targets=np.where(turned, low, high)[first],
        weights=counts,
    )
