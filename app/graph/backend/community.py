"""Communities, and how good a partition is.

References
----------
V. D. Blondel et al., *Fast unfolding of communities in large networks*, J. Stat. Mech. P10008 (2008).
V. A. Traag, L. Waltman and N. J. van Eck, *From Louvain to Leiden*, Scientific Reports 9 (2019).
A. Clauset, M. E. J. Newman and C. Moore, *Finding community structure in very large networks*, Phys. Rev. E 70 (2004).
"""

# ruff: noqa: N803  # NetworkX calls a graph G, also as a keyword

from collections.abc import Callable, Iterable
from typing import Any, cast

import numpy as np
from networkit.community import PLM, ParallelLeiden  # type: ignore[import-untyped]
from networkx.algorithms.community.quality import NotAPartition

from app.graph.backend.arrays import Arrays
from app.graph.backend.components import groups
from app.graph.backend.networkit_graphs import in_networkit

__all__ = ["leiden_communities", "louvain_communities", "modularity"]


def _partition(G: Arrays, weight: str | None, seed: Any, detect: Callable[[Any], Any]) -> list[set[Any]]:
    """The communities that a NetworKit algorithm finds, in the order of their first nodes."""
    if not len(G.rows.indices):
        return [{label} for label in G.labels]
    weights = G.weights(weight)
    if G.directed or (weights is not None and (weights <= 0).any()):
        msg = "directed, or weights that are not positive"
        raise NotImplementedError(msg)
    number = seed.getrandbits(31) if hasattr(seed, "getrandbits") else seed.randint(0, 2**31 - 1)
    with in_networkit(G, None if weights is None else weight, number) as graph:
        membership = detect(graph).run().getPartition().getVector()
    return groups(G, np.array(membership, dtype=np.int64))


def louvain_communities(
    G: Arrays,
    weight: str | None = "weight",
    resolution: float = 1,
    threshold: float = 1e-7,
    max_level: int | None = None,
    seed: Any = None,
) -> list[set[Any]]:
    """Communities by Louvain's method with refinement, of an undirected graph."""
    if max_level is not None or threshold != 1e-7:
        msg = "max_level and threshold"
        raise NotImplementedError(msg)
    return _partition(G, weight, seed, lambda graph: PLM(graph, refine=True, gamma=resolution, par="none"))


def leiden_communities(
    G: Arrays, weight: str | None = "weight", resolution: float = 1, max_level: int | None = None, seed: Any = None
) -> list[set[Any]]:
    """Communities by the Leiden method, of an undirected graph."""
    if max_level is not None:
        msg = "max_level"
        raise NotImplementedError(msg)
    return _partition(G, weight, seed, lambda graph: ParallelLeiden(graph, iterations=10, gamma=resolution))


def modularity(
    G: Arrays, communities: Iterable[Iterable[Any]], weight: str | None = "weight", resolution: float = 1
) -> float:
    """Share of edges within communities, less what chance would give.

    Examples
    --------
    >>> from app.graph.backend.arrays import from_edges
    >>> modularity(from_edges([0, 2], [1, 3], "abcd"), [{"a", "b"}, {"c", "d"}])
    0.5
    """
    parts = [list(part) for part in communities]
    n = len(G.labels)
    membership = np.full(n, -1)
    size = 0
    for number, part in enumerate(parts):
        codes = [G.codes[label] for label in part if label in G.codes]
        membership[codes] = number
        size += len(codes)
    if size != n or (membership < 0).any() or sum(map(len, map(set, parts))) != n:
        raise NotAPartition(cast("Any", G), parts)
    values = G.weights(weight)
    values = np.ones(len(G.rows.indices)) if values is None else values.astype(float)
    origins, ends = membership[G.rows.origins], membership[G.rows.indices]
    out, into = G.degrees(weight, "out" if G.directed else "both"), G.degrees(weight, "in" if G.directed else "both")
    total = float(out.sum())
    if total == 0:
        msg = "no weight to share"
        raise NotImplementedError(msg)
    loops = G.rows.origins == G.rows.indices
    inside = origins == ends
    # An undirected edge stands twice among the entries, a self-loop once: counted twice it weighs as in degrees.
    twice = values * np.where(loops & (not G.directed), 2, 1)
    within = np.bincount(origins[inside], weights=twice[inside], minlength=len(parts)).sum() / total
    by_chance = (
        np.bincount(membership, weights=out, minlength=len(parts))
        * np.bincount(membership, weights=into, minlength=len(parts))
    ).sum() / total**2
    return float(within - resolution * by_chance)
