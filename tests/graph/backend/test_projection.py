"""Projections on arrays are NetworkX's."""

from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networkx.algorithms import bipartite

from app.graph.backend.arrays import ArrayGraph, from_networkx
from tests.graph.backend.graphs import AnyGraph, agree, compared, graphs

PROJECTIONS: dict[str, Callable[..., Any]] = {
    "joined": bipartite.projected_graph,
    "count": bipartite.weighted_projected_graph,
    "ratio": lambda graph, nodes: bipartite.weighted_projected_graph(graph, nodes, ratio=True),
    "newman": bipartite.collaboration_weighted_projected_graph,
    "jaccard": bipartite.overlap_weighted_projected_graph,
    "smaller": lambda graph, nodes: bipartite.overlap_weighted_projected_graph(graph, nodes, jaccard=False),
}


@st.composite
def sides(draw: st.DrawFn) -> tuple[AnyGraph, list[str]]:
    """A bipartite graph and one of its sides."""
    graph: AnyGraph = nx.DiGraph() if draw(st.booleans()) else nx.Graph()
    below = draw(st.permutations("abcdef"[: draw(st.integers(0, 6))]))
    above = "vwxyz"[: draw(st.integers(0, 5))]
    graph.add_nodes_from((node, {"place": place}) for place, node in enumerate(below))
    graph.add_nodes_from(above)
    if below and above:
        ends = st.tuples(st.sampled_from(below), st.sampled_from(above), st.booleans())
        for low, high, turned in draw(st.lists(ends, max_size=20)):
            graph.add_edge(*((high, low) if turned else (low, high)))
    return graph, list(below)


@compared
@given(sides(), st.sampled_from(sorted(PROJECTIONS)))
def test_projections_are_those_of_networkx(case: tuple[AnyGraph, list[str]], kind: str) -> None:
    agree(PROJECTIONS[kind], *case, kernel=True)


def test_a_weight_of_nothing_is_an_edge_all_the_same() -> None:
    path = nx.path_graph(4, create_using=nx.DiGraph)
    agree(bipartite.collaboration_weighted_projected_graph, path, [1, 3], kernel=True)


@compared
@given(graphs(least=2, most=7), st.sampled_from(sorted(PROJECTIONS)))
def test_what_is_no_bipartite_graph_is_left_to_networkx(graph: AnyGraph, kind: str) -> None:
    agree(PROJECTIONS[kind], graph, [*graph][: len(graph) // 2])


@pytest.mark.parametrize("kind", sorted(PROJECTIONS))
def test_a_projection_is_an_array_graph(kind: str) -> None:
    graph = from_networkx(nx.davis_southern_women_graph())
    women = graph.graph["top"]
    assert isinstance(PROJECTIONS[kind](graph, women), ArrayGraph)
    agree(PROJECTIONS[kind], nx.davis_southern_women_graph(), women, kernel=True)
