"""Shortest paths on arrays are NetworkX's, or as short."""

from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.graph.backend.arrays import from_networkx
from tests.graph.backend.graphs import AnyGraph, agree, answer, compared, graphs, kernels_only, same

WHOLE = ("none", "whole", "real", "with zero")


@compared
@given(graphs(least=1), st.data())
def test_paths_by_hops_are_those_of_networkx(graph: AnyGraph, data: st.DataObject) -> None:
    nodes = st.sampled_from([*graph, "nowhere"])
    source, target = data.draw(nodes), data.draw(nodes)
    cutoff: Any = data.draw(st.sampled_from([None, 0, 1, 2, 1.5]))
    agree(nx.shortest_path, graph, source, kernel=True)
    agree(nx.shortest_path, graph, target=target, kernel=graph.is_directed())
    agree(nx.shortest_path_length, graph, source, target, kernel=True)
    agree(nx.shortest_path_length, graph, source, kernel=True)
    agree(nx.shortest_path_length, graph, target=target, kernel=True)
    agree(nx.single_source_shortest_path, graph, source, cutoff, kernel=True)
    agree(nx.single_source_shortest_path_length, graph, source, cutoff, kernel=True)
    agree(nx.single_target_shortest_path_length, graph, target, cutoff, kernel=True)
    agree(nx.has_path, graph, source, target, kernel=True)
    agree(nx.all_shortest_paths, graph, source, target, kernel=True)
    agree(lambda one: dict(nx.all_pairs_shortest_path_length(one, cutoff)), graph, kernel=True)
    agree(lambda one: dict(nx.shortest_path(one)), graph, kernel=True)
    agree(lambda one: dict(nx.shortest_path_length(one)), graph, kernel=True)
    agree(nx.average_shortest_path_length, graph, kernel=True)
    if not graph.is_directed():
        agree(nx.shortest_path, graph, source, target, kernel=True)
        agree(nx.bidirectional_shortest_path, graph, source, target, kernel=True)


@compared
@given(graphs(least=2, directed=True), st.data())
def test_a_directed_path_has_the_fewest_hops(graph: AnyGraph, data: st.DataObject) -> None:
    source, target = data.draw(st.sampled_from([*graph])), data.draw(st.sampled_from([*graph]))
    found = answer(nx.shortest_path, from_networkx(graph), source, target)
    expected = answer(nx.shortest_path, graph, source, target)
    if isinstance(expected, list):
        assert len(found) == len(expected)
        assert nx.is_path(graph, found)
        assert (found[0], found[-1]) == (source, target)
    else:
        assert found == expected


def check(graph: AnyGraph, path: Any, length: Any, source: Any, target: Any) -> None:
    """The path leads from source to target and is as long as it should be."""
    assert (path[0], path[-1]) == (source, target)
    assert same(nx.path_weight(nx.Graph(graph) if not graph.is_directed() else graph, path, "w"), length)


@compared
@given(graphs(least=1, weights=WHOLE), st.data())
def test_paths_by_weight_are_as_short_as_those_of_networkx(graph: AnyGraph, data: st.DataObject) -> None:
    nodes = st.sampled_from([*graph, "nowhere"])
    source, target = data.draw(nodes), data.draw(nodes)
    cutoff = data.draw(st.sampled_from([None, 0, 1, 2.5]))
    weight = data.draw(st.sampled_from(["weight", None]))
    for _, _, held in graph.edges(data=True):
        held["w"] = 1 if weight is None else held.get("weight", 1)
    arrays = from_networkx(graph)
    agree(nx.dijkstra_path_length, graph, source, target, weight, kernel=True)
    agree(nx.shortest_path_length, graph, source, target, weight, kernel=True)
    agree(nx.shortest_path_length, graph, source, weight=weight, kernel=True)
    agree(nx.shortest_path_length, graph, target=target, weight=weight, kernel=True)
    agree(nx.single_source_dijkstra_path_length, graph, source, cutoff, weight, kernel=True)
    agree(nx.average_shortest_path_length, graph, weight, kernel=True)
    with kernels_only():
        one = answer(nx.single_source_dijkstra, arrays, source, target, cutoff, weight)
        expected = answer(nx.single_source_dijkstra, graph, source, target, cutoff, weight)
        if not isinstance(expected, tuple):
            assert one == expected
        else:
            assert same(one[0], expected[0])
            check(graph, one[1], one[0], source, target)
        both = answer(nx.bidirectional_dijkstra, arrays, source, target, weight)
        assert (
            same(both, expected)
            or isinstance(both, type)
            or same(both[0], nx.dijkstra_path_length(graph, source, target, weight))
        )
        assert isinstance(both, type) is isinstance(
            answer(nx.bidirectional_dijkstra, graph, source, target, weight), type
        )
        if source not in graph:
            return
        lengths = nx.single_source_dijkstra_path_length(graph, source, cutoff, weight)
        paths = nx.single_source_dijkstra_path(arrays, source, cutoff, weight)
        assert set(paths) == set(lengths)
        for end, path in paths.items():
            check(graph, path, lengths[end], source, end)


@compared
@given(graphs(least=1), st.data())
def test_all_shortest_paths_are_those_of_networkx(graph: AnyGraph, data: st.DataObject) -> None:
    nodes = st.sampled_from([*graph, "nowhere"])
    source, target = data.draw(nodes), data.draw(nodes)
    found, expected = (
        answer(lambda g: sorted(nx.all_shortest_paths(g, source, target, "weight")), one)
        for one in (from_networkx(graph), graph)
    )
    assert found == expected


@compared
@given(graphs(least=1), st.sampled_from(["dijkstra", "bellman-ford", "guess"]))
def test_other_methods_are_left_to_networkx(graph: AnyGraph, method: str) -> None:
    source = next(iter(graph))
    agree(nx.shortest_path_length, graph, source, weight="weight", method=method)
    agree(nx.dijkstra_path_length, graph, source, source, lambda u, v, held: 2)


@pytest.mark.parametrize("directed", [False, True])
def test_a_wide_search_meets_nodes_in_networkx_order(directed: bool) -> None:
    graph = nx.gnm_random_graph(400, 1200, seed=1, directed=directed)
    plain, arrays = nx.single_source_shortest_path(graph, 0), nx.single_source_shortest_path(from_networkx(graph), 0)
    assert list(plain.items()) == list(arrays.items())
