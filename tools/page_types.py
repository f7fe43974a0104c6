"""Check the types of the explorer's modules, with the TypeScript that clients/typescript names. Needs node and npm.

    .venv/bin/python tools/page_types.py

The modules are plain JavaScript and say their types in comments; what a browser runs is what is written.
"""

import shutil
import sys
from pathlib import Path

from npm import installed, run

ROOT = Path(__file__).resolve().parent.parent
COMPILER = ROOT / "clients" / "typescript"
PROJECT = ROOT / "app" / "explorer" / "jsconfig.json"


def main() -> None:
    """Say what is wrong, and exit so."""
    if shutil.which("npm") is None:
        sys.exit("The types of the explorer's modules are checked by TypeScript: install node and npm.")
    with installed(COMPILER / "package.json", COMPILER / "package-lock.json") as folder:
        run(folder, "npx", "--no-install", "tsc", "--project", str(PROJECT))


if __name__ == "__main__":
    main()
