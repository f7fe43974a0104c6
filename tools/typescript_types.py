"""Write clients/typescript/tejido.d.ts from openapi.json, with openapi-typescript. Needs node, npm and the network.

    .venv/bin/python tools/typescript_types.py

With `--check` nothing is written; the exit code says whether the file is what would be written.
"""

import hashlib
import shutil
import sys
from pathlib import Path

from npm import installed, run

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "clients" / "typescript"
FILE = FOLDER / "tejido.d.ts"
DOCUMENT = ROOT / "openapi.json"

NOTICE = """\
// Types of what Tejido takes and answers: `make clients`. A test holds that they belong to the present document.
// openapi.json: SHA-256 {digest}
"""

GENERATE = ("--root-types", "--root-types-no-schema-prefix", "--root-types-keep-casing")


def generated() -> str:
    """The file: with names for all schemas at its top level, such as `Organization`."""
    with installed(FOLDER / "package.json", FOLDER / "package-lock.json", DOCUMENT) as folder:
        run(folder, "npx", "--no-install", "openapi-typescript", DOCUMENT.name, "--output", FILE.name, *GENERATE)
        digest = hashlib.sha256((folder / DOCUMENT.name).read_bytes()).hexdigest()
        return NOTICE.format(digest=digest) + (folder / FILE.name).read_text(encoding="utf-8")


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
