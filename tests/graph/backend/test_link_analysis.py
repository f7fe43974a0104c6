"""PageRank on arrays is NetworkX's."""

from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.graph.backend.arrays import from_networkx
from tests.graph.backend.graphs import AnyGraph, agree, compared, graphs

SOME = st.dictionaries(st.sampled_from("abcdefghi"), st.sampled_from([0, 0.5, 1, 2]), max_size=4)


@compared
@given(graphs(weights=("none", "whole", "real", "with zero")), st.sampled_from(["weight", None, "none"]))
def test_pagerank_is_that_of_networkx(graph: AnyGraph, weight: str | None) -> None:
    agree(nx.pagerank, graph, weight=weight, kernel=True)


@compared
@given(graphs(least=2, weights=("whole",)), SOME, SOME, SOME)
def test_pagerank_takes_start_teleport_and_dangling(
    graph: AnyGraph, start: dict[Any, float], teleport: dict[Any, float], dangling: dict[Any, float]
) -> None:
    def sound(values: dict[Any, float]) -> dict[Any, float] | None:
        return values if sum(value for label, value in values.items() if label in graph) else None

    agree(nx.pagerank, graph, 0.7, sound(teleport), nstart=sound(start), dangling=sound(dangling))


def test_pagerank_says_when_it_does_not_converge() -> None:
    with pytest.raises(nx.PowerIterationFailedConvergence):
        nx.pagerank(from_networkx(nx.path_graph(5)), max_iter=1, tol=1e-12)
