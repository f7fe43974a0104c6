"""Keep the pip requirement files equal to uv.lock.

pip cannot read uv.lock, and `make run` must work where uv is not installed; so the lock is exported, with hashes,
to one file per set of tools. Without arguments both are brought up to date with pyproject.toml, and with `--upgrade`
to the newest releases it allows (both need the network); with `--check` they are only compared (needs none).
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INDEX = "https://pypi.org/simple"
LOCK_HOSTS = {"files.pythonhosted.org", "pypi.org"}
GROUPS: dict[str, list[str]] = {
    "build": ["--only-group=build"],
    "run": [],
    "redis": ["--extra=redis"],
    "telemetry": ["--extra=telemetry"],
    "test": ["--group=test"],
    "bench": ["--group=bench"],
    "lint": ["--group=test", "--group=bench", "--group=lint"],
}
"""File -> the options of `uv export` that choose what is in it, beside or instead of what the project itself needs."""


def uv(*arguments: str) -> str:
    """Run uv and return what it prints; settings of this machine are shut out, so that no mirror gets into a lock."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
    command = [sys.executable, "-m", "uv", "--no-config", "--no-cache", "--no-progress", "--quiet", *arguments]
    environment["UV_PYTHON_DOWNLOADS"] = "never"
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"uv {arguments[0]} failed; if pyproject.toml has changed, run: make lock")
    return done.stdout


def export(chosen: list[str]) -> str:
    """Return the locked packages that these options choose as a requirement file."""
    return uv("export", "--frozen", "--no-default-groups", "--no-emit-project", "--no-header", "--no-annotate", *chosen)


def foreign_places(text: str) -> set[str]:
    """Return every place named in a lock that is not the public index."""
    hosts = set(re.findall(r"https?://([^/\"]+)", text)) - LOCK_HOSTS
    return hosts | set(re.findall(r"file:[^\"\s]+|\bpath = \"[^\"]+", text))


def main(*, check: bool, upgrade: bool) -> None:
    """Write or check uv.lock and its exports; exit with a message when they differ."""
    python = f"--python={sys.executable}"
    if check:
        uv("lock", "--check", "--offline", python)
    else:
        uv("lock", f"--default-index={INDEX}", python, *(["--upgrade"] if upgrade else []))
    foreign = foreign_places((ROOT / "uv.lock").read_text())
    if foreign:
        sys.exit(f"uv.lock names places other than the public index: {', '.join(sorted(foreign))}")
    for name, chosen in GROUPS.items():
        path = ROOT / "requirements" / f"{name}.txt"
        text = export(chosen)
        if not check:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            sys.exit(f"requirements/{name}.txt is not what uv.lock says; run: make lock")


if __name__ == "__main__":
    main(check="--check" in sys.argv[1:], upgrade="--upgrade" in sys.argv[1:])
