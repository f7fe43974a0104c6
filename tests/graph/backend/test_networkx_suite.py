"""NetworkX's own tests pass on array graphs.

NetworkX ships them, and a switch that converts every graph of a test to a backend's and calls the backend: what a
kernel is not for falls back to NetworkX. What fails is listed here with its reason, so that a new failure and a new
success both show.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ALGORITHMS = "networkx.algorithms."

MODULES = [
    *(
        ALGORITHMS + name
        for name in (
            "bipartite.tests.test_project",
            "centrality.tests.test_betweenness_centrality",
            "centrality.tests.test_closeness_centrality",
            "centrality.tests.test_degree_centrality",
            "centrality.tests.test_eigenvector_centrality",
            "community.tests.test_leiden",
            "community.tests.test_louvain",
            "community.tests.test_quality",
            "components",
            "link_analysis.tests.test_pagerank",
            "shortest_paths",
            "tests.test_bridges",
            "tests.test_cluster",
            "tests.test_core",
            "tests.test_distance_measures",
            "tests.test_link_prediction",
            "tests.test_structuralholes",
        )
    ),
    "networkx.generators.tests.test_ego",
    "networkx.utils.tests.test_backends",
]
"""The tests of the claimed functions, and of dispatching itself."""

PARTITION = "compares with the one partition that NetworkX's Louvain finds for the seed; ours is as good, not the same"

FAILING = {
    "test_karate_club_partition": PARTITION,
    "test_undirected_selfloops": PARTITION,
    "test_none_weight_param": PARTITION,
    "test_multigraph": PARTITION,
}

LEFT_OUT = {
    "test_none_weight_param": "Leiden, where weights are words: NetworkX has no Leiden to fall back on",
    "test_quality": "Leiden with max_level, which the kernel has not",
    "test_not_implemented_by_nx": "a function that only NetworkX's own test backend has",
}


OPTIONS = ["-c", os.devnull, *"-p no:cacheprovider -p no:xdist -q -rfEx -W ignore".split()]


@pytest.mark.long
def test_networkx_s_own_tests_pass_on_array_graphs(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS, f"--rootdir={tmp_path}", "--pyargs", *MODULES],
        cwd=tmp_path,
        env={
            **os.environ,
            "NETWORKX_TEST_BACKEND": "tejido",
            "NETWORKX_FALLBACK_TO_NX": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode in {0, 1}, run.stdout[-4000:] + run.stderr[-4000:]
    outcomes: dict[str, set[str]] = {"FAILED": set(), "ERROR": set(), "XFAIL": set()}
    for outcome, test in re.findall(
        r"^(FAILED|ERROR|XFAIL) \S*?(test_\w+)(?:\[\S*\])?(?: - .*)?$", run.stdout, re.MULTILINE
    ):
        outcomes[outcome].add(test)
    passed = re.search(r"(\d+) passed", run.stdout)
    assert passed is not None
    assert int(passed[1]) > 1000
    assert outcomes == {"FAILED": set(FAILING), "ERROR": set(), "XFAIL": set(LEFT_OUT)}, run.stdout[-8000:]
