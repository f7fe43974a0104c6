"""Betweenness on arrays is NetworkX's, from all sources and from the same sampled ones."""

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from app.graph.backend.arrays import from_networkx
from tests.graph.backend.graphs import AnyGraph, agree, compared, graphs


@compared
@given(graphs(), st.booleans(), st.sampled_from([None, "weight"]), st.booleans())
def test_betweenness_is_that_of_networkx(
    graph: AnyGraph, normalized: bool, weight: str | None, endpoints: bool
) -> None:
    agree(nx.betweenness_centrality, graph, normalized=normalized, weight=weight, endpoints=endpoints)


@compared
@given(graphs(least=2), st.integers(1, 9), st.booleans(), st.sampled_from([None, "weight"]), st.booleans())
def test_the_same_seed_samples_the_same_sources(
    graph: AnyGraph, k: int, normalized: bool, weight: str | None, endpoints: bool
) -> None:
    k = min(k, len(graph))
    agree(nx.betweenness_centrality, graph, k, normalized, weight, endpoints, 7)
    agree(nx.edge_betweenness_centrality, graph, k, normalized, weight, 7)


@compared
@given(graphs(), st.booleans(), st.sampled_from([None, "weight"]))
def test_edge_betweenness_is_that_of_networkx(graph: AnyGraph, normalized: bool, weight: str | None) -> None:
    agree(nx.edge_betweenness_centrality, graph, normalized=normalized, weight=weight)


def test_kernels_do_what_they_claim() -> None:
    plain = nx.gnm_random_graph(200, 500, seed=3)
    weighted = nx.Graph((u, v, {"weight": 1 + (u * v) % 5}) for u, v in plain.edges)
    agree(nx.betweenness_centrality, plain, kernel=True)
    agree(nx.betweenness_centrality, plain, k=90, seed=5, kernel=True)
    agree(nx.edge_betweenness_centrality, plain, kernel=True)
    agree(nx.betweenness_centrality, weighted, weight="weight", kernel=True)
    agree(nx.edge_betweenness_centrality, weighted, weight="weight", k=20, seed=1, kernel=True)


def test_a_deep_graph_is_searched_all_the_same() -> None:
    for deep in (nx.path_graph(120), nx.cycle_graph(101, create_using=nx.DiGraph), nx.ladder_graph(60)):
        agree(nx.betweenness_centrality, deep, kernel=True)
        agree(nx.edge_betweenness_centrality, deep, kernel=True)


def test_a_seed_gives_the_same_numbers_again() -> None:
    graph = from_networkx(nx.gnm_random_graph(300, 900, seed=1))
    assert nx.betweenness_centrality(graph, k=30, seed=4) == nx.betweenness_centrality(graph, k=30, seed=4)
    assert nx.betweenness_centrality(graph, k=30, seed=4) != nx.betweenness_centrality(graph, k=30, seed=5)
