"""Core numbers and k-cores on arrays are NetworkX's."""

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from app.graph.backend.arrays import ArrayGraph, from_networkx
from tests.graph.backend.graphs import AnyGraph, agree, compared, graphs


@compared
@given(graphs(), st.sampled_from([None, 0, 1, 2, 3]))
def test_cores_are_those_of_networkx(graph: AnyGraph, k: int | None) -> None:
    agree(nx.core_number, graph)
    agree(nx.k_core, graph, k)


def test_a_core_is_an_array_graph() -> None:
    graph = from_networkx(nx.karate_club_graph())
    agree(nx.core_number, nx.karate_club_graph(), kernel=True)
    assert isinstance(nx.k_core(graph, 3), ArrayGraph)
