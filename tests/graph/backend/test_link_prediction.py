"""Link prediction on arrays is NetworkX's."""

from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.graph.backend.arrays import from_networkx
from tests.graph.backend.graphs import AnyGraph, agree, compared, graphs, kernels_only, same

FUNCTIONS: list[Callable[..., Any]] = [
    nx.jaccard_coefficient,
    nx.adamic_adar_index,
    nx.resource_allocation_index,
    nx.preferential_attachment,
]


@pytest.mark.parametrize("function", FUNCTIONS)
@compared
@given(graph=graphs(least=1, directed=False), data=st.data())
def test_scores_are_those_of_networkx(function: Callable[..., Any], graph: AnyGraph, data: st.DataObject) -> None:
    nodes = st.sampled_from([*graph])
    pairs = data.draw(st.lists(st.tuples(nodes, nodes), max_size=6))
    agree(function, graph, pairs)
    agree(function, graph, [pair for pair in pairs if pair[0] != pair[1]], kernel=True)
    found, expected = (
        {frozenset((u, v)): score for u, v, score in function(one)} for one in (from_networkx(graph), graph)
    )
    assert same(found, expected)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_node_that_is_none_is_named(function: Callable[..., Any]) -> None:
    with kernels_only(), pytest.raises(nx.NodeNotFound, match="Node z not in G"):
        list(function(from_networkx(nx.Graph([("a", "b")])), [("a", "z")]))


@compared
@given(graphs(least=2, directed=False))
def test_common_neighbours_are_read_from_the_arrays(graph: AnyGraph) -> None:
    u, v = [*graph][:2]
    agree(nx.common_neighbors, graph, u, v)
