"""Communities found on arrays are sound, stable and about as good as NetworkX's; modularity is NetworkX's."""

from collections.abc import Callable
from statistics import fmean
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networkx.algorithms.community import is_partition

from app.graph.backend.arrays import from_networkx
from tests.graph.backend.graphs import AnyGraph, agree, compared, graphs, kernels_only

LOUVAIN, LEIDEN = nx.community.louvain_communities, nx.community.leiden_communities

TOLERANCE = 0.03
"""Share of its value by which the modularity, mean of five seeds, may be below that of NetworkX's Louvain."""


@compared
@given(graphs(directed=False, weights=("none", "whole", "real")), st.integers(0, 3))
def test_communities_are_a_partition(graph: AnyGraph, seed: int) -> None:
    arrays = from_networkx(graph)
    with kernels_only():
        for detect in (LOUVAIN, LEIDEN):
            assert is_partition(graph, detect(arrays, seed=seed))


@compared
@given(graphs(), st.integers(0, 3))
def test_any_graph_has_louvain_communities(graph: AnyGraph, seed: int) -> None:
    try:
        nx.community.louvain_communities(graph, seed=seed)
    except ArithmeticError:
        return
    assert is_partition(graph, LOUVAIN(from_networkx(graph), seed=seed))


BENCHMARKS: dict[str, Callable[[], AnyGraph]] = {
    "karate": nx.karate_club_graph,
    "davis": nx.davis_southern_women_graph,
    "caves": lambda: nx.connected_caveman_graph(12, 8),
    "planted": lambda: nx.planted_partition_graph(6, 40, 0.25, 0.01, seed=1),
    "random": lambda: nx.gnm_random_graph(500, 2000, seed=1),
    "hubs": lambda: nx.barabasi_albert_graph(500, 3, seed=1),
}


@pytest.mark.parametrize("detect", [LOUVAIN, LEIDEN])
@pytest.mark.parametrize("name", sorted(BENCHMARKS))
def test_modularity_is_not_worse_than_that_of_networkx(name: str, detect: Callable[..., Any]) -> None:
    graph = BENCHMARKS[name]()
    arrays = from_networkx(graph)
    found, theirs = (
        fmean(nx.community.modularity(graph, run(one, seed=seed)) for seed in range(5))
        for run, one in ((detect, arrays), (LOUVAIN, graph))
    )
    assert found >= theirs * (1 - TOLERANCE), (found, theirs)


@pytest.mark.parametrize("detect", [LOUVAIN, LEIDEN])
def test_the_same_seed_finds_the_same_communities(detect: Callable[..., Any]) -> None:
    graph = nx.gnm_random_graph(400, 1600, seed=2)
    first = detect(from_networkx(graph), seed=11)
    LOUVAIN(from_networkx(nx.karate_club_graph()), seed=1)
    assert detect(from_networkx(graph), seed=11) == first


@compared
@given(graphs(), st.sampled_from(["weight", None]), st.sampled_from([1, 0.5, 2]), st.data())
def test_modularity_is_that_of_networkx(
    graph: AnyGraph, weight: str | None, resolution: float, data: st.DataObject
) -> None:
    kept: dict[int, set[Any]] = {}
    for node in graph:
        kept.setdefault(data.draw(st.integers(0, 2)), set()).add(node)
    agree(nx.community.modularity, graph, list(kept.values()), weight, resolution)
    agree(nx.community.modularity, graph, [*kept.values(), {"nowhere"}])
    agree(nx.community.modularity, graph, [*kept.values(), *kept.values()])
    agree(nx.community.modularity, graph, list(kept.values())[1:])


def test_leiden_says_what_it_does_not_do() -> None:
    graph = from_networkx(nx.karate_club_graph())
    with pytest.raises(NotImplementedError):
        LEIDEN(graph, max_level=1)
