"""The fifty strongest ties of one organization, beside an embedded graph database."""

from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks import ours
from benchmarks.data import Size
from benchmarks.filters import middling_recipient
from benchmarks.generate import SIZES, database
from benchmarks.measure import Outcome, Peer, at_most, compare, once
from benchmarks.peers.graph_database import SHARED_FUNDERS, SHARED_PROJECTS, GraphDatabase

SIZE = SIZES["large"]
_MOST = 50


def measure(size: Size) -> list[Outcome]:
    """One outcome for shared funders, one for shared projects."""
    path = database(size)
    public_id, pk = middling_recipient(path)
    facts, peer = once(lambda: ours.facts_of(path)), GraphDatabase(path)
    outcomes: list[Outcome] = []
    for tie, query in (("funder", SHARED_FUNDERS), ("project", SHARED_PROJECTS)):
        outcomes += compare(
            f"the {_MOST} organizations that share most {tie}s with one",
            str(size),
            partial(_top, facts, public_id, tie),
            [Peer("Ladybug, in memory", partial(peer.top, query, pk), at_most(2))],
            runs=10,
            same=list,
            note="the organization stands at the hundredth part of the recipients, ranked by their funders",
        )
    return outcomes


def _top(facts: Callable[[], Any], organization: str, tie: str) -> list[tuple[str, int]]:
    return ours.top_ties(facts(), organization, tie, _MOST)
