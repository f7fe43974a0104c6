"""The rows of the table: one module each, with the size it is measured at and a function that measures."""

from importlib import import_module
from typing import Protocol, cast

from benchmarks.data import Size
from benchmarks.measure import Outcome

__all__ = ["ROWS", "Row", "measured", "row"]

ROWS = (
    "aggregation",
    "filtered",
    "cold-load",
    "newman",
    "pagerank",
    "betweenness",
    "answer",
    "coalition",
    "refresh",
    "memory",
    "exchange",
    "serving",
    "served-large",
    "writing",
    "soak",
)
"""In the order of the table."""


class Row(Protocol):
    """What a module of a row has."""

    SIZE: Size

    def measure(self, size: Size) -> list[Outcome]:
        """The outcomes at a size."""
        ...


def measured(name: str, size: Size | None) -> list[Outcome]:
    """The outcomes of a row, at its own size where no other is given."""
    module = row(name)
    return module.measure(size or module.SIZE)


def row(name: str) -> Row:
    """A row's module, imported when it is measured: each brings its peers' libraries."""
    return cast("Row", import_module(f"benchmarks.rows.{name.replace('-', '_')}"))
