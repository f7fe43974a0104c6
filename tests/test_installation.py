"""Tejido is installed where it runs: its command and its backend are found from any folder."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "networkx-backend.md"

LISTED = """
import sys
import networkx as nx

(found,) = (one for name, one in nx.utils.backends.backends.items() if name == "tejido")
print(found.value, list(nx.config.backends), "pagerank" in nx.utils.backends.backend_info["tejido"]["functions"])
print(sorted(name for name in sys.modules if name.split(".")[0] in {"app", "numpy", "networkit"}))
print(nx.pagerank(nx.path_graph(3), backend="tejido"))
"""

CALLED = """
import networkx as nx
from app.graph.backend.arrays import from_edges
from app.graph.backend.dispatch import KERNELS

called = []
kernel = KERNELS["pagerank"]
KERNELS["pagerank"] = lambda *args, **kwargs: called.append(args[0]) or kernel(*args, **kwargs)
G = from_edges([0, 0, 1], [1, 2, 2], ["ana", "bea", "caro"])
print(nx.pagerank(G), len(called) == 1 and called[0] is G)
"""

NOT_INSTALLED = """
from importlib import metadata

entry_points = metadata.entry_points
metadata.entry_points = lambda **asked: [one for one in entry_points(**asked) if one.name != "tejido"]
import app.graph.backend.arrays
"""


def python(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run this code in a folder, as anybody would who has activated the environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("NETWORKX_", "PYTHON"))}
    options = ["-W", "error", "-W", "ignore:Note. conversions to backend graphs:UserWarning"]
    return subprocess.run(
        [sys.executable, *options, "-c", code],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_networkx_lists_the_backend_and_calls_it_before_anything_of_ours_is_imported(tmp_path: Path) -> None:
    run = python(tmp_path, LISTED)
    assert run.returncode == 0, run.stderr
    listed, imported, ranks = run.stdout.splitlines()
    assert listed == "app.graph.backend.dispatch:backend ['tejido'] True"
    assert imported == "['app', 'app.graph', 'app.graph.backend', 'app.graph.backend.info']"
    assert ranks.startswith("{0: 0.25")


def test_an_array_graph_goes_to_its_kernel_unconverted(tmp_path: Path) -> None:
    run = python(tmp_path, CALLED)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("{'ana': 0.33")
    assert run.stdout.endswith("} True\n")


def test_the_first_example_of_the_page_on_the_backend_works_as_it_is_written(tmp_path: Path) -> None:
    _, _, rest = PAGE.read_text(encoding="utf-8").partition("```python\n")
    run = python(tmp_path, rest.partition("```")[0])
    assert run.returncode == 0, run.stderr
    assert "'ana': 0.37" in run.stdout


def test_where_it_is_not_installed_the_graphs_say_so(tmp_path: Path) -> None:
    run = python(tmp_path, NOT_INSTALLED)
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].startswith("ImportError: ")
    assert "pip install" in run.stderr.splitlines()[-1]


def test_a_wheel_holds_every_file_of_the_service_and_of_the_first_data_set(tmp_path: Path) -> None:
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(ROOT)], check=True, timeout=300)
    (wheel,) = tmp_path.glob("tejido-*.whl")
    with zipfile.ZipFile(wheel) as opened:
        held = {name for name in opened.namelist() if ".dist-info/" not in name}
    files = (path for folder in ("app", "seed") for path in (ROOT / folder).rglob("*") if path.is_file())
    assert held == {path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts}
