"""NetworkX finds the kernels, and takes an array graph to every function that only reads it."""

import doctest
import importlib
import pkgutil
from typing import Any

import networkx as nx
import pytest
from networkx.utils import backends

import app.graph.backend
from app.graph.backend.arrays import ArrayGraph, from_networkx
from app.graph.backend.dispatch import KERNELS, backend
from app.graph.backend.info import CHEAP, FUNCTIONS, info
from tests.graph.backend.graphs import kernels_only, same

KARATE: Any = nx.karate_club_graph()
ARRAYS = from_networkx(KARATE)
REGISTERED: Any = vars(backends)["_registered_algorithms"]


def test_what_is_announced_is_what_is_there() -> None:
    assert sorted(KERNELS) == sorted(FUNCTIONS) == sorted(info()["functions"])
    assert set(FUNCTIONS) <= set(REGISTERED)
    assert set(FUNCTIONS) >= CHEAP
    assert all("tejido" in REGISTERED[name].backends for name in FUNCTIONS)


def test_kernels_have_the_parameters_of_networkx() -> None:
    for name, kernel in KERNELS.items():
        code = REGISTERED[name].orig_func.__code__
        names = code.co_varnames[: code.co_argcount]
        assert kernel.__code__.co_varnames[: kernel.__code__.co_argcount] == names, name
        assert kernel.__code__.co_kwonlyargcount == 0, name
        assert len(kernel.__defaults__ or ()) == len(REGISTERED[name].orig_func.__defaults__ or ()), name


@pytest.mark.parametrize("module", [name for _, name, _ in pkgutil.iter_modules(app.graph.backend.__path__)])
def test_examples_run(module: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(f"app.graph.backend.{module}"))
    assert failed == 0


def test_other_functions_answer_by_way_of_a_plain_graph() -> None:
    assert not nx.config.fallback_to_nx
    assert nx.diameter(ARRAYS) == nx.diameter(KARATE)
    assert same(nx.katz_centrality_numpy(ARRAYS), nx.katz_centrality_numpy(KARATE))
    assert type(nx.complement(ARRAYS)) is nx.Graph
    assert nx.is_isomorphic(ARRAYS, ARRAYS)
    assert len(nx.compose_all([ARRAYS, ARRAYS])) == 34
    with pytest.raises(AssertionError, match="diameter"), kernels_only():
        nx.diameter(ARRAYS)


def test_what_changes_a_graph_is_refused() -> None:
    with pytest.raises(NotImplementedError):
        nx.set_node_attributes(ARRAYS, {0: 1}, "number")
    with pytest.raises(nx.NetworkXError, match="does not change"):
        nx.add_path(ARRAYS, [1, 2, 3])


def test_what_a_kernel_does_not_do_networkx_does() -> None:
    assert nx.shortest_path_length(ARRAYS, 0, 33, weight=lambda u, v, held: 2) == 4
    assert nx.shortest_path_length(ARRAYS, 0, 33, weight="weight", method="bellman-ford") == nx.shortest_path_length(
        KARATE, 0, 33, weight="weight"
    )
    assert nx.community.louvain_communities(ARRAYS, seed=1, max_level=1) == nx.community.louvain_communities(
        KARATE, seed=1, max_level=1
    )


@pytest.mark.filterwarnings("ignore:Note. conversions to backend graphs:UserWarning")
def test_a_plain_graph_goes_to_the_kernels_when_asked() -> None:
    with kernels_only():
        assert same(nx.pagerank(KARATE, backend="tejido"), nx.pagerank(KARATE))
        assert isinstance(nx.k_core(KARATE, 2, backend="tejido"), ArrayGraph)
        priority: Any = nx.config.backend_priority
        with priority(algos=["tejido"]):
            assert len(nx.community.leiden_communities(KARATE, seed=1)) == 4
            assert nx.has_path(KARATE, 0, 33)
            assert list(nx.pagerank(nx.MultiGraph([(0, 1)])).values()) == [0.5, 0.5]
        with pytest.raises(NotImplementedError):
            nx.diameter(KARATE, backend="tejido")
        with pytest.raises(NotImplementedError):
            nx.path_graph(3, backend="tejido")


def test_why_not_is_said() -> None:
    def refused(name: str, *args: Any, **kwargs: Any) -> bool | str:
        return backend.can_run(name, args, kwargs)

    assert refused("pagerank", KARATE) is True
    assert refused("diameter", ARRAYS) is True
    assert refused("diameter", KARATE) == "there is no kernel for it"
    assert refused("pagerank", nx.MultiGraph()) == "multigraphs have no array graph"
    assert refused("shortest_path", KARATE, method="bellman-ford") == "only Dijkstra's method"
    assert refused("clustering", KARATE, weight=len) == "a weight must be the name of an edge attribute"
    assert refused("transitivity", nx.DiGraph()) == "only undirected graphs"
    assert refused("leiden_communities", KARATE, max_level=2) == "max_level is not supported"
    assert refused("louvain_communities", KARATE, threshold=0.1) == "threshold is not supported"
    assert backend.should_run("has_path", (KARATE, 0, 1), {}) == "converting the graph costs more"
    assert backend.should_run("pagerank", (KARATE,), {}) is True
    with pytest.raises(AttributeError):
        _ = backend.no_such_function


def test_fallback_by_networkx_itself_works_too() -> None:
    with nx.config(fallback_to_nx=True):
        assert nx.diameter(ARRAYS) == 5
        assert len(nx.compose(ARRAYS, nx.path_graph(3))) == 34
