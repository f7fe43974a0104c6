"""docs/networkx-backend.md says what is so."""

import re
from pathlib import Path

from app.graph.backend.info import FUNCTIONS

PAGE = (Path(__file__).parents[3] / "docs" / "networkx-backend.md").read_text(encoding="utf-8")


def test_the_table_names_every_claimed_function_and_no_other() -> None:
    _, _, rest = PAGE.partition("## What is computed on the arrays")
    rows = [line for line in rest.splitlines() if line.startswith("| ") and not line.startswith(("| family", "| ---"))]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row.split(" | ", 1)[1])}
    assert named == set(FUNCTIONS)
