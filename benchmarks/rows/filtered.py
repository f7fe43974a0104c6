"""The edges of one topic, one state and ten years with their money, beside GROUP BY in two databases."""

from typing import Any

from benchmarks import ours
from benchmarks.data import Size
from benchmarks.filters import common_filter, opened
from benchmarks.generate import SIZES, database
from benchmarks.measure import Outcome, Peer, at_least, compare, once
from benchmarks.peers.sql import duckdb_copy, duckdb_funds, sqlite_funds

SIZE = SIZES["large"]


def measure(size: Size) -> list[Outcome]:
    """Ours makes the edges of all relations; the databases only `funds`."""
    path = database(size)
    wanted = common_filter(path)
    facts = once(lambda: ours.facts_of(path))
    sqlite, duckdb = opened(path), duckdb_copy(path)
    sqlite.execute("PRAGMA cache_size = -1000000")
    found = compare(
        "the same with a filter",
        f"{size}; `{wanted}`",
        lambda: ours.filtered_funds(facts(), wanted),
        [
            Peer(
                "SQLite, GROUP BY on the tables and their indexes", lambda: sqlite_funds(sqlite, wanted), at_least(50)
            ),
            Peer("DuckDB, GROUP BY on its own copy in memory", lambda: duckdb_funds(duckdb, wanted), at_least(4)),
        ],
        runs=10,
        same=_counted,
        note="the databases make the `funds` edges only",
    )
    sqlite.close()
    duckdb.close()
    return found


def _counted(answer: Any) -> tuple[int, int]:
    """How many edges, and their weights together."""
    if isinstance(answer, tuple):
        return answer[0], answer[1]
    return len({row[:2] for row in answer}), sum(row[4] for row in answer)
