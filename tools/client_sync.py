"""Write clients/python/tejido_client/_sync from _async beside it: the same code without asyncio.

    .venv/bin/python tools/client_sync.py

With `--check` nothing is written; the exit code says whether the files are what would be written.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "clients" / "python" / "tejido_client"

NOTICE = "# Written by tools/client_sync.py from _async: `make clients`.\n"

WORDS = (
    (r"\bThe client for asyncio; tools/client_sync\.py writes the other one from it\.", "The client that waits."),
    (r"(?:async )?for (\w+) in ([^\n]+):\n +yield \1\n", r"yield from \2\n"),
    (r"\basync (?=def|for|with)", ""),
    (r"\bawait ", ""),
    (r"\basyncio\b", "time"),
    (r"\b_async\b", "_sync"),
    (r"\bAsync(?=[A-Z])", ""),
    (r"\b__a(?=enter__|exit__|iter__)", "__"),
    (r"\ba(?=close\b|read\b|iter_)", ""),
)
"""What is written instead of what; the rest is the same."""


def written(text: str) -> str:
    """A module of the one client as that of the other."""
    for pattern, instead in WORDS:
        text = re.sub(pattern, instead, text)
    return NOTICE + re.sub(r"(?<=^from collections\.abc import ).*", in_order, text, flags=re.MULTILINE)


def in_order(names: re.Match[str]) -> str:
    """Imported names, which have lost their beginning, in their order again."""
    return ", ".join(sorted(names.group().split(", ")))


def main(*, check: bool) -> None:
    """Write the files, or exit with a message where they are not what would be written."""
    made = {path.name: written(path.read_text(encoding="utf-8")) for path in (PACKAGE / "_async").glob("*.py")}
    folder = PACKAGE / "_sync"
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    if check:
        if there != made:
            sys.exit(f"{folder.relative_to(ROOT)} is out of date: run make clients.")
        return
    folder.mkdir(exist_ok=True)
    for name in there.keys() - made.keys():
        (folder / name).unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(check="--check" in sys.argv[1:])
