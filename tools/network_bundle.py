"""Make the bundle that draws networks, in app/explorer/vendor/network, with esbuild. Needs node, npm and the network.

    .venv/bin/python tools/network_bundle.py

With `--check` nothing is written; the exit code says whether the files are what would be written.
"""

import hashlib
import shutil
import sys
from pathlib import Path

from npm import installed, run

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "app" / "explorer" / "vendor"
FOLDER = VENDOR / "network"
SUMS = VENDOR / "SHA256SUMS"

BUNDLES = ("network", "layout")
SOURCES = ("package.json", "package-lock.json", *(f"{name}.entry.js" for name in BUNDLES))
INSIDE = ("events", "graphology", "graphology-layout-forceatlas2", "graphology-utils", "sigma")
"""The packages whose code is in the bundles."""
BUILD = ("npx", "--no-install", "esbuild", "--bundle", "--format=esm", "--minify", "--target=es2020", "--charset=utf8")


def built() -> dict[str, bytes]:
    """The files that are made, by name: the bundles, and the licences of what is in them."""
    with installed(*(FOLDER / source for source in SOURCES)) as folder:
        made = {}
        for bundle in BUNDLES:
            run(folder, *BUILD, "--legal-comments=none", f"--outfile={bundle}.js", f"{bundle}.entry.js")
            made[f"{bundle}.js"] = (folder / f"{bundle}.js").read_bytes()
        for package in INSIDE:
            found = next((folder / "node_modules" / package).glob("LICENSE*"))
            made[f"licences/{package}.txt"] = found.read_bytes()
        return made


def sums() -> str:
    """The checksum of every vendored file, by path."""
    files = sorted(path for path in VENDOR.rglob("*") if path.is_file() and path.parent != VENDOR)
    named = {path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(named.items()))


def main(*, check: bool) -> None:
    """Write the files, or exit with a message where they are not what would be written."""
    if shutil.which("npm") is None:
        sys.exit("The bundle is made by esbuild: install node and npm.")
    for name, content in built().items():
        path = FOLDER / name
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        elif not path.exists() or path.read_bytes() != content:
            sys.exit(f"{path.relative_to(ROOT)} is not what its sources make: run tools/network_bundle.py.")
    if not check:
        SUMS.write_text(sums(), encoding="utf-8")


if __name__ == "__main__":
    main(check="--check" in sys.argv[1:])
