"""An array graph reads like the plain graph that it was made from, and does not change."""

import pickle
from copy import copy, deepcopy
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networkx.utils import graphs_equal

from app.graph.backend.arrays import (
    MISSING,
    ArrayDiGraph,
    ArrayGraph,
    from_edges,
    from_networkx,
    from_node_link,
    to_networkx,
)
from tests.graph.backend.graphs import AnyGraph, compared, graphs, same


@compared
@given(graphs())
def test_it_reads_like_the_graph_it_was_made_from(graph: AnyGraph) -> None:
    arrays = from_networkx(graph)
    assert isinstance(arrays, nx.DiGraph if graph.is_directed() else nx.Graph)
    assert isinstance(arrays, ArrayDiGraph if graph.is_directed() else ArrayGraph)
    assert graphs_equal(arrays, graph)
    assert graphs_equal(to_networkx(arrays), graph)
    assert (list(arrays), len(arrays), arrays.order(), arrays.number_of_nodes()) == (list(graph), *[len(graph)] * 3)
    assert (arrays.number_of_edges(), arrays.size()) == (graph.number_of_edges(), graph.size())
    assert same(arrays.size("weight"), graph.size("weight"))
    assert list(arrays.edges(data=True)) == list(graph.edges(data=True))
    assert (nx.density(arrays), nx.number_of_selfloops(arrays)) == (nx.density(graph), nx.number_of_selfloops(graph))
    assert same(dict(arrays.degree), dict(graph.degree))
    assert same(dict(arrays.degree(weight="weight")), dict(graph.degree(weight="weight")))
    assert dict(arrays.degree([*graph][:2])) == dict(graph.degree([*graph][:2]))
    for u in [*graph, "nowhere"]:
        assert (u in arrays, arrays.has_node(u)) == (u in graph, u in graph)
        for v in [*graph, "nowhere"]:
            assert arrays.has_edge(u, v) == graph.has_edge(u, v)
            assert arrays.get_edge_data(u, v) == graph.get_edge_data(u, v)
    for u in graph:
        assert list(arrays.neighbors(u)) == list(graph.neighbors(u)) == list(arrays[u])
        assert (arrays.degree[u], len(arrays[u])) == (graph.degree[u], len(graph[u]))
        assert dict(arrays[u]) == dict(graph[u])
        assert arrays.number_of_edges(u, u) == graph.number_of_edges(u, u)


@compared
@given(graphs(directed=True))
def test_directions_are_read_both_ways(graph: AnyGraph) -> None:
    arrays = from_networkx(graph)
    plain: Any = graph
    assert same(dict(arrays.in_degree(weight="weight")), dict(plain.in_degree(weight="weight")))
    assert same(dict(arrays.out_degree()), dict(plain.out_degree()))
    for u in graph:
        assert sorted(arrays.predecessors(u)) == sorted(plain.predecessors(u))
        assert all(arrays.has_predecessor(u, v) and arrays.has_successor(v, u) for v in plain.predecessors(u))
    assert graphs_equal(arrays.reverse(), plain.reverse())
    assert graphs_equal(arrays.reverse().reverse(), plain)
    assert graphs_equal(arrays.to_undirected(), graph.to_undirected())
    assert set(map(frozenset, arrays.to_undirected(reciprocal=True).edges)) == set(
        map(frozenset, plain.to_undirected(reciprocal=True).edges)
    )
    assert graphs_equal(arrays.to_directed(), graph)
    assert sorted(arrays.in_edges) == sorted(plain.in_edges)


@compared
@given(graphs(), st.data())
def test_parts_and_views_are_those_of_networkx(graph: AnyGraph, data: st.DataObject) -> None:
    arrays = from_networkx(graph)
    some = data.draw(st.sets(st.sampled_from([*graph, "nowhere"])))
    assert graphs_equal(arrays.subgraph(some), graph.subgraph(some))
    assert isinstance(arrays.subgraph(some), type(arrays))
    assert graphs_equal(nx.subgraph_view(arrays, filter_node=lambda node: node in some), graph.subgraph(some))
    assert graphs_equal(arrays.edge_subgraph([*graph.edges][:3]), graph.edge_subgraph([*graph.edges][:3]))
    assert graphs_equal(arrays.to_directed(), graph.to_directed())
    if not graph.is_directed():
        assert arrays.to_undirected() is arrays


@compared
@given(graphs())
def test_copies_are_plain_and_pickles_are_not(graph: AnyGraph) -> None:
    graph.graph["name"] = "some"
    graph.add_node("last", kind="odd")
    arrays = from_networkx(graph)
    for one in (copy(arrays), deepcopy(arrays), pickle.loads(pickle.dumps(arrays))):
        assert isinstance(one, type(arrays))
        assert graphs_equal(one, graph)
    for plain in (arrays.copy(), graph.__class__(arrays)):
        assert type(plain) is type(graph)
        assert graphs_equal(plain, graph)
    assert arrays.copy(as_view=True) is arrays
    assert type(arrays.__class__()) is type(graph)


CHANGES: dict[str, tuple[Any, ...]] = {
    "add_node": ("x",),
    "add_nodes_from": (["x"],),
    "add_edge": ("a", "c"),
    "add_edges_from": ([("a", "c")],),
    "add_weighted_edges_from": ([("a", "c", 1)],),
    "remove_node": ("a",),
    "remove_nodes_from": (["a"],),
    "remove_edge": ("a", "b"),
    "remove_edges_from": ([("a", "b")],),
    "update": ([("a", "c")],),
    "clear": (),
    "clear_edges": (),
}


@pytest.mark.parametrize("name", sorted(CHANGES))
@pytest.mark.parametrize("directed", [False, True])
def test_every_change_is_refused(name: str, directed: bool) -> None:
    graph = from_edges([0, 1], [1, 2], "abc", directed=directed, columns={"weight": [1, 2]})
    with pytest.raises(nx.NetworkXError, match="does not change"):
        getattr(graph, name)(*CHANGES[name])
    assert nx.is_frozen(graph)


def test_attributes_and_arrays_are_closed() -> None:
    graph = from_edges([0], [1], "ab", columns={"weight": [1]}, node_attributes=[{"kind": "x"}, {}])
    with pytest.raises(TypeError):
        graph["a"]["b"]["weight"] = 3
    with pytest.raises(TypeError):
        graph.nodes["a"]["kind"] = "y"
    with pytest.raises(ValueError, match="read-only"):
        graph.rows.indices[0] = 0


def test_edges_in_any_order_make_the_same_graph() -> None:
    one = from_edges([0, 2, 1], [1, 0, 3], "abcd", columns={"weight": [1, 2, 3]})
    other = from_edges(np.array([3, 1, 0]), np.array([1, 0, 2]), "abcd", columns={"weight": np.array([3, 1, 2])})
    assert pickle.dumps(one.rows.indices) == pickle.dumps(other.rows.indices)
    assert list(one.edges(data=True)) == list(other.edges(data=True))


def test_what_does_not_fit_is_refused() -> None:
    for sources, targets, labels in (([0], [2], "ab"), ([-1], [0], "ab"), ([0, 1], [1], "ab"), ([0], [1], "aa")):
        with pytest.raises(nx.NetworkXError):
            from_edges(sources, targets, labels)
    with pytest.raises(nx.NetworkXError, match="parallel"):
        from_edges([0, 1], [1, 0], "ab")
    with pytest.raises(nx.NetworkXError, match="not a number"):
        from_edges([0, 1], [1, 0], "ab", columns={"weight": ["x", "y"]}, collapse="weight")
    assert from_edges([0, 1], [1, 0], "ab", directed=True).number_of_edges() == 2


def test_parallel_edges_collapse_into_the_sum_of_their_weights() -> None:
    graph = from_edges(
        [0, 1, 1], [1, 0, 2], "abc", columns={"weight": [1, MISSING, 2.5], "kind": "xyz"}, collapse="weight"
    )
    assert list(graph.edges(data=True)) == [("a", "b", {"weight": 2}), ("b", "c", {"weight": 2.5})]
    counted = from_edges([0, 0, 0], [1, 1, 0], "ab", collapse="number")
    assert list(counted.edges(data="number")) == [("a", "a", 1), ("a", "b", 2)]
    assert from_edges([], [], "ab", collapse="weight").number_of_edges() == 0


@compared
@given(graphs())
def test_node_link_data_comes_back(graph: AnyGraph) -> None:
    graph.graph["query"] = "all"
    for place, node in enumerate(graph):
        graph.nodes[node]["place"] = place
    arrays = from_node_link(nx.node_link_data(graph))
    assert graphs_equal(arrays, graph)
    assert nx.node_link_data(arrays)["nodes"] == nx.node_link_data(graph)["nodes"]


def test_a_network_of_several_relations_is_collapsed_when_asked() -> None:
    network = {
        "directed": True,
        "multigraph": True,
        "graph": {"data_version": 3},
        "nodes": [{"id": "f", "kind": "funder"}, {"id": "o"}],
        "edges": [
            {"source": "f", "target": "o", "key": "funds", "relation": "funds", "weight": 2},
            {"source": "f", "target": "o", "key": "supports", "relation": "supports", "weight": 1},
        ],
    }
    with pytest.raises(nx.NetworkXError, match="parallel"):
        from_node_link(network)
    graph = from_node_link(network, collapse="weight", directed=False)
    assert list(graph.edges(data=True)) == [("f", "o", {"weight": 3})]
    assert graph.graph == {"data_version": 3}
    with pytest.raises(nx.NetworkXError, match="'x', which is no node"):
        from_node_link({"nodes": [], "edges": [{"source": "x", "target": "x"}]})


def test_a_multigraph_is_refused() -> None:
    with pytest.raises(nx.NetworkXNotImplemented, match="sums its edges"):
        from_networkx(nx.MultiGraph([(1, 2), (1, 2)]))


def test_columns_keep_their_kinds() -> None:
    plain: AnyGraph = nx.Graph()
    plain.add_edge(1, 2, number=3, share=0.5, word="x", flag=True, large=2**70)
    plain.add_edge(2, 3, number=4)
    arrays = from_networkx(plain)
    assert graphs_equal(arrays, plain)
    assert {name: column.dtype.kind for name, column in arrays.rows.columns.items()} == {
        "number": "i",
        "share": "O",
        "word": "O",
        "flag": "O",
        "large": "O",
    }
    assert nx.shortest_path_length(arrays, 1, 3, "number") == 7
    assert nx.shortest_path_length(arrays, 1, 3, "share") == 1.5
