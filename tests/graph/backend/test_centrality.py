"""Degree, closeness and eigenvector centrality on arrays are NetworkX's."""

from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.graph.backend.graphs import AnyGraph, agree, compared, graphs


@compared
@given(graphs())
def test_degree_centrality_is_that_of_networkx(graph: AnyGraph) -> None:
    agree(nx.degree_centrality, graph, kernel=True)
    if graph.is_directed():
        agree(nx.in_degree_centrality, graph, kernel=True)
        agree(nx.out_degree_centrality, graph, kernel=True)


@compared
@given(graphs(), st.sampled_from([None, "weight"]), st.booleans(), st.booleans())
def test_closeness_is_that_of_networkx(graph: AnyGraph, distance: str | None, improved: bool, one: bool) -> None:
    node = next(iter(graph), None) if one else None
    agree(nx.closeness_centrality, graph, node, distance, improved)


def test_closeness_of_a_deep_graph_is_that_of_networkx() -> None:
    agree(nx.closeness_centrality, nx.path_graph(100), kernel=True)
    agree(nx.closeness_centrality, nx.path_graph(100, create_using=nx.DiGraph), kernel=True)


@compared
@given(graphs(weights=("none", "whole", "real", "with zero")), st.sampled_from([None, "weight"]))
def test_eigenvector_centrality_is_that_of_networkx(graph: AnyGraph, weight: str | None) -> None:
    agree(nx.eigenvector_centrality, graph, 500, 1e-6, None, weight, kernel=True)
    if graph:
        agree(nx.eigenvector_centrality, graph, 500, nstart={node: place for place, node in enumerate(graph)})


@pytest.mark.filterwarnings("ignore:k >= N - 1:RuntimeWarning")
def test_the_eigenvector_by_arpack_is_that_of_networkx() -> None:
    def rounded(graph: AnyGraph, weight: str | None) -> dict[Any, float]:
        return {node: round(value, 9) for node, value in nx.eigenvector_centrality_numpy(graph, weight).items()}

    agree(rounded, nx.karate_club_graph(), None, kernel=True)
    agree(rounded, nx.karate_club_graph(), "weight", kernel=True)
    without: list[AnyGraph] = [nx.Graph(), nx.path_graph(2), nx.empty_graph(3), nx.DiGraph([(1, 2), (2, 3)])]
    for poor in without:
        agree(nx.eigenvector_centrality_numpy, poor)
