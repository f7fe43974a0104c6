"""Check the types of the explorer's modules, with the TypeScript that clients/typescript names. Needs node and npm.

    .venv/bin/python tools/page_types.py

The modules are plain JavaScript and say their types in comments; what a browser runs is what is written.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILER = ROOT / "clients" / "typescript"
PROJECT = ROOT / "app" / "explorer" / "jsconfig.json"

INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")


def main() -> None:
    """Say what is wrong, and exit so."""
    if shutil.which("npm") is None:
        sys.exit("The types of the explorer's modules are checked by TypeScript: install node and npm.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in (COMPILER / "package.json", COMPILER / "package-lock.json"):
            shutil.copy(path, folder)
        for command in (INSTALL, ("npx", "--no-install", "tsc", "--project", str(PROJECT))):
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(f"{' '.join(command[:2])} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
