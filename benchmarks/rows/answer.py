"""A large network from the snapshot to bytes, beside dictionaries and a FastAPI response model."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks import ours
from benchmarks.data import Size
from benchmarks.generate import SIZES, database
from benchmarks.measure import Outcome, Peer, at_least, compare, once, times
from benchmarks.peers.response_model import ResponseModel, network, plain_rows

SIZE = SIZES["middle"]
_MOST = 100_000


def measure(size: Size) -> list[Outcome]:
    """One outcome for columnar JSON, one for node-link."""
    path = database(size)
    facts, rows = once(lambda: ours.facts_of(path)), plain_rows(path)
    peer = ResponseModel(rows, _MOST)
    (taken,), (count,) = times([(lambda: network(rows, _MOST), 2)], lambda made: len(made["edges"]))
    note = f"it has the rows in memory, and makes dictionaries of them in {min(taken):.2g} s"
    outcomes: list[Outcome] = []
    for name, write, bound in (("columnar", ours.columnar_bytes, 50), ("node-link", ours.node_link_bytes, 5)):
        outcomes += compare(
            f"{count:,} edges from the snapshot to bytes, {name} JSON",
            str(size),
            partial(_written, write, facts),
            [Peer("FastAPI with a response model", peer.body, at_least(bound), runs=2, note=note)],
            runs=5,
            same=_edges,
        )
    return outcomes


def _written(write: Callable[[Any, int], bytes], facts: Callable[[], Any]) -> bytes:
    return write(facts(), _MOST)


def _edges(body: bytes) -> int:
    edges = json.loads(body)["edges"]
    return int(edges["count"]) if isinstance(edges, dict) else len(edges)
