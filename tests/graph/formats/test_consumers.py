"""The JavaScript libraries find what was written; tests/consumers has the script."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from app.graph.formats import FORMATS
from tests.graph.formats.networks import Network
from tests.graph.formats.reading import Read, meant, turned

FORMATS_READ = ("cytoscape", "graphology", "gexf", "graphml", "d3", "vis")


@pytest.mark.skipif(
    shutil.which("node") is None or shutil.which("npm") is None,
    reason="node and npm are not installed here: the JavaScript libraries were not asked",
)
def test_the_javascript_libraries_find_the_same_nodes_edges_labels_and_weights(
    networks: dict[str, Network], consumers: Path, tmp_path: Path
) -> None:
    for file in ("package.json", "package-lock.json", "check.mjs"):
        shutil.copy(consumers / file, tmp_path)
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    installed = subprocess.run(install, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False)
    assert installed.returncode == 0, installed.stderr
    files = tmp_path / "files"
    files.mkdir()
    for name, network in networks.items():
        for form in FORMATS_READ:
            (files / f"{name}.{form}").write_bytes(FORMATS[form].write(network))
    ran = subprocess.run(
        ["node", "check.mjs", "files"], cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=600, check=False
    )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    for name, network in networks.items():
        expected = turned(meant(network), network)
        for form in FORMATS_READ:
            seen = found[name][form]
            edges = sorted(
                (source, target, relation, float(weight)) for source, target, relation, weight in seen["edges"]
            )
            assert turned(Read(seen["nodes"], edges), network) == expected, (name, form)
