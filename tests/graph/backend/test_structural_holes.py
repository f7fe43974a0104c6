"""Constraint and effective size on arrays are NetworkX's."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.graph.backend.arrays import from_networkx
from tests.graph.backend.graphs import AnyGraph, agree, compared, graphs, same

pytestmark = pytest.mark.filterwarnings("ignore:(invalid value|divide by zero):RuntimeWarning")


@compared
@given(graphs(least=1), st.sampled_from([None, "weight"]), st.booleans())
def test_structural_holes_are_those_of_networkx(graph: AnyGraph, weight: str | None, some: bool) -> None:
    nodes = [*graph][:3] if some else None
    agree(nx.constraint, graph, nodes, weight)
    agree(nx.effective_size, graph, nodes if nodes or weight is None else [*graph], weight)


def test_kernels_do_what_they_claim() -> None:
    for graph in (nx.karate_club_graph(), nx.gnm_random_graph(40, 200, seed=1, directed=True)):
        for weight in (None, "weight"):
            agree(nx.constraint, graph, None, weight, kernel=True)
    agree(nx.constraint, nx.karate_club_graph(), [0, 5], "weight", kernel=True)
    agree(nx.effective_size, nx.karate_club_graph(), [0, 5], kernel=True)


def test_effective_size_is_one_number_however_it_is_asked_for() -> None:
    graph = nx.karate_club_graph()
    agree(nx.effective_size, graph, kernel=True)
    agree(nx.effective_size, graph, [*graph], "weight", kernel=True)
    whole = nx.effective_size(from_networkx(graph), weight="weight")
    assert same(whole, nx.effective_size(graph, [*graph], "weight"))


def test_blocks_of_rows_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.graph.backend.structural_holes.CELLS", 50)
    agree(nx.constraint, nx.karate_club_graph(), kernel=True)
