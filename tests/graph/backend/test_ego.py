"""Ego networks on arrays are NetworkX's."""

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from tests.graph.backend.graphs import AnyGraph, agree, compared, graphs


@compared
@given(
    graphs(least=1), st.sampled_from([0, 1, 2, 1.5]), st.booleans(), st.booleans(), st.sampled_from([None, "weight"])
)
def test_ego_graphs_are_those_of_networkx(
    graph: AnyGraph, radius: float, center: bool, undirected: bool, distance: str | None
) -> None:
    agree(nx.ego_graph, graph, next(iter(graph)), radius, center, undirected, distance)
    agree(nx.ego_graph, graph, "nowhere")
