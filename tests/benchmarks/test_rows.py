"""Every row of the table can be measured: on little data, where its ratio means nothing."""

import sqlite3
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import networkx as nx
import numpy as np
import pytest
from typer.testing import CliRunner

from app.store.database import Database
from benchmarks.__main__ import main
from benchmarks.generate import SIZES
from benchmarks.graphs import generated
from benchmarks.peers.orm import multigraph
from benchmarks.rows import ROWS, measured

NEEDED = {"filtered": "duckdb", "coalition": "ladybug", "serving": "datasette"}
"""Row -> the library of the group `bench` that it needs."""

ASKED_BY_WRK = ("serving", "served-large", "writing", "soak")


@pytest.mark.parametrize("name", ROWS)
def test_a_row_measures_its_peers(small: Path, name: str) -> None:
    if name in NEEDED and find_spec(NEEDED[name]) is None:
        pytest.skip(f"{NEEDED[name]} is not installed; make bench installs it")
    if name in ASKED_BY_WRK and which("wrk") is None:
        pytest.skip("wrk is not installed; it is a package of Debian")
    outcomes = measured(name, SIZES["small"])
    assert outcomes
    for outcome in outcomes:
        assert outcome.theirs is not None or outcome.ours is None
        assert outcome.ours is not None or "not measured" in outcome.note
        assert (outcome.met is None) == (outcome.bound is None or outcome.ours is None)


def test_the_graph_of_the_orm_has_every_pair_of_the_tables(small: Path) -> None:
    made = Database(f"sqlite:///{small}")
    graph = multigraph(made.engine)
    made.close()
    with closing(sqlite3.connect(small)) as opened:
        (pairs,) = opened.execute(
            "SELECT count(*) FROM (SELECT DISTINCT funder_pk, recipient_pk FROM funding"
            " WHERE funder_pk IS NOT NULL AND recipient_pk IS NOT NULL)"
        ).fetchone()
    assert sum(key == "funds" for _, _, key in graph.edges(keys=True)) == pairs


def test_a_generated_graph_is_simple_and_has_heavy_tails() -> None:
    edges = generated(2_000, 10_000, (0.7, 0.8))
    graph = edges.plain(directed=True)
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (2_000, len(edges.sources))
    assert nx.number_of_selfloops(graph) == 0
    assert not any(graph.has_edge(v, u) for u, v in graph.edges)
    degrees = np.sort([degree for _, degree in graph.in_degree()])[::-1]
    assert degrees[0] > 20 * float(np.median(degrees))
    assert sum(weight for *_, weight in graph.edges(data="weight")) > 0.9 * 10_000


def test_rows_are_named_where_one_is_asked_for_that_is_not_there() -> None:
    import typer

    app = typer.Typer()
    app.command()(main)
    answer = CliRunner().invoke(app, ["unheard-of"])
    assert answer.exit_code == 2
    assert "pagerank" in answer.output
