"""Components on arrays are NetworkX's."""

import networkx as nx
from hypothesis import given

from app.graph.backend.arrays import from_networkx
from tests.graph.backend.graphs import AnyGraph, agree, answer, compared, graphs, kernels_only, parts


@compared
@given(graphs(directed=False))
def test_connected_components_are_those_of_networkx(graph: AnyGraph) -> None:
    agree(nx.connected_components, graph, kernel=True)
    agree(nx.number_connected_components, graph, kernel=True)
    agree(nx.is_connected, graph, kernel=True)
    for node in [*graph, "nowhere"]:
        agree(nx.node_connected_component, graph, node, kernel=True)


@compared
@given(graphs(directed=True))
def test_directed_components_are_those_of_networkx(graph: AnyGraph) -> None:
    agree(nx.weakly_connected_components, graph, kernel=True)
    agree(nx.number_weakly_connected_components, graph, kernel=True)
    agree(nx.is_weakly_connected, graph, kernel=True)
    agree(nx.number_strongly_connected_components, graph, kernel=True)
    agree(nx.is_strongly_connected, graph, kernel=True)
    with kernels_only():
        found = answer(nx.strongly_connected_components, from_networkx(graph))
    place = {node: number for number, part in enumerate(found) for node in part}
    assert all(place[u] >= place[v] for u, v in graph.edges)
    assert parts(found) == parts(answer(nx.strongly_connected_components, graph))


@compared
@given(graphs())
def test_wrong_kind_of_graph_is_refused_as_by_networkx(graph: AnyGraph) -> None:
    agree(nx.is_connected, graph)
    agree(nx.is_weakly_connected, graph)
