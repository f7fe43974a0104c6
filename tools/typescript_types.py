"""Write clients/typescript/tejido.d.ts from openapi.json, with openapi-typescript. Needs node, npm and the network.

    .venv/bin/python tools/typescript_types.py

With `--check` nothing is written; the exit code says whether the file is what would be written.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "clients" / "typescript"
FILE = FOLDER / "tejido.d.ts"
DOCUMENT = ROOT / "openapi.json"

NOTICE = """\
// Types of what Tejido takes and answers: `make clients`. A test holds that they belong to the present document.
// openapi.json: SHA-256 {digest}
"""

INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
GENERATE = ("--root-types", "--root-types-no-schema-prefix", "--root-types-keep-casing")


def generated() -> str:
    """The file: with names for all schemas at its top level, such as `Organization`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in (FOLDER / "package.json", FOLDER / "package-lock.json", DOCUMENT):
            shutil.copy(path, folder)
        run(folder, *INSTALL)
        run(folder, "npx", "--no-install", "openapi-typescript", DOCUMENT.name, "--output", FILE.name, *GENERATE)
        digest = hashlib.sha256((folder / DOCUMENT.name).read_bytes()).hexdigest()
        return NOTICE.format(digest=digest) + (folder / FILE.name).read_text(encoding="utf-8")


def run(folder: Path, *command: str) -> None:
    """Run a command; say what it said where it fails."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def main(*, check: bool) -> None:
    """Write the file, or exit with a message where it is not what would be written."""
    if shutil.which("npm") is None:
        sys.exit("The TypeScript types are made by openapi-typescript: install node and npm, then run make clients.")
    made = generated()
    if not check:
        FILE.write_text(made, encoding="utf-8")
    elif FILE.read_text(encoding="utf-8") != made:
        sys.exit(f"{FILE.relative_to(ROOT)} is out of date: run make clients, and look at what changes for clients.")


if __name__ == "__main__":
    main(check="--check" in sys.argv[1:])
