"""Biconnected components, articulation points and bridges on arrays are NetworkX's."""

import networkx as nx
from hypothesis import given

from app.graph.backend.arrays import from_networkx
from tests.graph.backend.graphs import AnyGraph, agree, compared, graphs, kernels_only, parts


@compared
@given(graphs(directed=False))
def test_biconnectivity_is_that_of_networkx(graph: AnyGraph) -> None:
    arrays = from_networkx(graph)
    with kernels_only():
        assert parts(nx.biconnected_components(arrays)) == parts(nx.biconnected_components(graph))
        assert sorted(nx.articulation_points(arrays)) == sorted(nx.articulation_points(graph))
        assert parts(map(sorted, nx.bridges(arrays))) == parts(map(sorted, nx.bridges(graph)))
        for root in graph:
            assert parts(nx.bridges(arrays, root)) == parts(nx.bridges(graph, root))
            agree(nx.has_bridges, graph, root)
        found, expected = (
            sorted(
                sorted({tuple(sorted(edge)) for edge in part if edge[0] != edge[1]})
                for part in nx.biconnected_component_edges(one)
            )
            for one in (arrays, graph)
        )
        assert found == [part for part in expected if part]
    agree(nx.is_biconnected, graph, kernel=True)
    agree(nx.has_bridges, graph, kernel=True)
    agree(nx.has_bridges, graph, "nowhere")
