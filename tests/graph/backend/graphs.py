"""Random graphs, and the comparison of what NetworkX says of one and of its arrays."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from math import isclose, isnan
from typing import Any, TypeAlias
from unittest.mock import patch

import networkx as nx
import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from app.graph.backend import dispatch
from app.graph.backend.arrays import Arrays, from_networkx

AnyGraph: TypeAlias = "nx.Graph[Any, Any, Any]"

compared = settings(
    derandomize=True,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""How often and how the comparisons are made."""

WEIGHTS: dict[str, st.SearchStrategy[Any]] = {
    "whole": st.integers(1, 4),
    "real": st.sampled_from([0.5, 1.0, 1.5, 2.25, 3.0]),
    "with zero": st.sampled_from([0, 0, 1, 2]),
    "negative": st.sampled_from([-1, 1, 2]),
}


@st.composite
def graphs(
    draw: st.DrawFn,
    *,
    directed: bool | None = None,
    loops: bool | None = None,
    weights: Iterable[str] = ("none", "whole", "real", "with zero", "negative"),
    least: int = 0,
    most: int = 9,
) -> AnyGraph:
    """A graph of a few nodes, whose order of nodes and of neighbours is not that of the labels."""
    n = draw(st.integers(least, most))
    labels = draw(st.permutations("abcdefghijklmnop"[:n]))
    graph: AnyGraph = nx.DiGraph() if (draw(st.booleans()) if directed is None else directed) else nx.Graph()
    graph.add_nodes_from(labels)
    if n == 0:
        return graph
    looped = draw(st.booleans()) if loops is None else loops
    ends = st.tuples(st.sampled_from(labels), st.sampled_from(labels))
    pairs = [pair for pair in draw(st.lists(ends, max_size=3 * n)) if looped or pair[0] != pair[1]]
    kind = draw(st.sampled_from(list(weights)))
    for u, v in pairs:
        graph.add_edge(u, v, **({} if kind == "none" else {"weight": draw(WEIGHTS[kind])}))
    return graph


def same(one: Any, other: Any) -> bool:
    """Whether two answers are equal up to rounding, and up to order where there is none."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return set(one) == set(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, float | int) and isinstance(other, float | int):
        if isnan(one) or isnan(other):
            return isnan(one) and isnan(other)
        return isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def answer(function: Callable[..., Any], graph: Any, *args: Any, **kwargs: Any) -> Any:
    """What the function gives, iterators as lists, or the class of its error."""
    try:
        found = function(graph, *args, **kwargs)
        if isinstance(found, nx.Graph):
            return dict(found.nodes(data=True)), {u: dict(found[u]) for u in found}, found.graph
        return list(found) if isinstance(found, Iterator) else found
    except (nx.NetworkXException, ArithmeticError, LookupError, ValueError, TypeError, AttributeError) as error:
        return type(error)


@contextmanager
def kernels_only() -> Iterator[None]:
    """Fail where NetworkX's own code would step in."""

    def stepped_in(name: str, *_: Any) -> Any:
        raise AssertionError(name)

    with patch.object(dispatch, "_in_networkx", stepped_in):
        yield


def agree(function: Callable[..., Any], graph: AnyGraph, *args: Any, kernel: bool = False, **kwargs: Any) -> None:
    """NetworkX gives the same for a plain graph and for its arrays; by a kernel, if that is said."""
    arrays = from_networkx(graph)
    assert isinstance(arrays, Arrays)
    expected = answer(function, graph, *args, **kwargs)
    with np.errstate(all="ignore"):
        if kernel:
            with kernels_only():
                found = answer(function, arrays, *args, **kwargs)
        else:
            found = answer(function, arrays, *args, **kwargs)
    assert same(found, expected), (found, expected)


def parts(found: Iterable[Iterable[Any]]) -> list[list[Any]]:
    """Sets of nodes in an order of their own."""
    return sorted(sorted(part) for part in found)
