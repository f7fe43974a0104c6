"""Newman's projection of two bipartite graphs, beside NetworkX."""

from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np

from benchmarks import ours
from benchmarks.data import Size
from benchmarks.filters import opened
from benchmarks.generate import SIZES, database
from benchmarks.graphs import Edges
from benchmarks.measure import Outcome, Peer, at_least, compare, once

SIZE = SIZES["middle"]

_PAIRS = {
    "partners through projects": "SELECT recipient_pk, project_pk FROM funding WHERE recipient_pk IS NOT NULL"
    " UNION SELECT organization_pk, project_pk FROM participation WHERE organization_pk IS NOT NULL",
    "funders through partners": "SELECT DISTINCT funder_pk, recipient_pk FROM funding"
    " WHERE funder_pk IS NOT NULL AND recipient_pk IS NOT NULL",
}


def measure(size: Size) -> list[Outcome]:
    """One outcome for each bipartite graph."""
    path = database(size)
    return [outcome for name, query in _PAIRS.items() for outcome in _projected(path, size, name, query)]


def _projected(path: Path, size: Size, name: str, query: str) -> list[Outcome]:
    edges, chosen = _bipartite(path, query)
    graph, plain = once(lambda: ours.array_graph(edges, directed=False)), edges.plain(directed=False)
    project = nx.bipartite.collaboration_weighted_projected_graph
    return compare(
        f"Newman projection, {name}",
        f"{size}: {edges}",
        lambda: ours.newman(graph(), chosen),
        [Peer("networkx.bipartite", lambda: project(plain, chosen), at_least(100), runs=1)],
        same=_size,
    )


def _size(projected: Any) -> tuple[int, float]:
    return projected.number_of_edges(), round(projected.size(weight="weight"), 3)


def _bipartite(path: Path, query: str) -> tuple[Edges, list[str]]:
    """The graph of pairs, and the labels of its first side."""
    connection = opened(path)
    pairs = np.array(connection.execute(query).fetchall(), dtype=np.int64)
    connection.close()
    (left, sources), (right, targets) = (np.unique(side, return_inverse=True) for side in pairs.T)
    chosen = [f"one:{key}" for key in left.tolist()]
    labels = chosen + [f"other:{key}" for key in right.tolist()]
    return Edges(labels, sources, targets + len(left), np.ones(len(pairs), dtype=np.int64)), chosen
