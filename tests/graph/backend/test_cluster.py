"""Triangles and clustering on arrays are NetworkX's."""

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from tests.graph.backend.graphs import AnyGraph, agree, compared, graphs


@compared
@given(graphs(least=1), st.sampled_from([None, "weight"]), st.sampled_from(["all", "some", "one"]))
def test_clustering_is_that_of_networkx(graph: AnyGraph, weight: str | None, which: str) -> None:
    nodes = {"all": None, "some": [*graph][:3], "one": next(iter(graph))}[which]
    agree(nx.clustering, graph, nodes, weight)
    agree(nx.average_clustering, graph, None if which == "one" else nodes, weight)
    agree(nx.average_clustering, graph, nodes, weight, False)
    agree(nx.triangles, graph, nodes)
    agree(nx.transitivity, graph)


def test_kernels_do_what_they_claim() -> None:
    for graph in (nx.gnm_random_graph(60, 400, seed=2), nx.gnm_random_graph(60, 700, seed=2, directed=True)):
        weighted = graph.__class__((u, v, {"weight": 1 + (u + v) % 4}) for u, v in graph.edges)
        agree(nx.clustering, graph, kernel=True)
        agree(nx.clustering, weighted, weight="weight", kernel=True)
        agree(nx.average_clustering, weighted, weight="weight", kernel=True)
        if not graph.is_directed():
            agree(nx.triangles, graph, kernel=True)
            agree(nx.transitivity, graph, kernel=True)


def test_the_empty_graph_is_answered_as_by_networkx() -> None:
    empty: list[AnyGraph] = [nx.Graph(), nx.DiGraph()]
    for graph in empty:
        for function in (nx.clustering, nx.average_clustering, nx.triangles, nx.transitivity):
            agree(function, graph)
