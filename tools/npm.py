"""Programs that come from npm, run in a folder of their own with just what a lock names."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")


@contextmanager
def installed(*files: Path) -> Iterator[Path]:
    """A folder for the length of a block: copies of the files, and the packages of the package-lock.json among them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in files:
            shutil.copy(file, folder)
        run(folder, *_INSTALL)
        yield folder


def run(folder: Path, *command: str) -> None:
    """Run a command there; exit with what it said where it fails."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
