"""The whole funder-partner-state network as arrays, beside one pass through memory."""

from benchmarks import ours
from benchmarks.data import Size
from benchmarks.generate import SIZES, database
from benchmarks.measure import Outcome, Peer, at_most, compare, once
from benchmarks.peers.memory_pass import one_pass

SIZE = SIZES["large"]


def measure(size: Size) -> list[Outcome]:
    """Warm: the columns are there, and the network was asked for before."""
    path = database(size)
    facts = once(lambda: ours.facts_of(path))
    return compare(
        "the whole funder-partner-state aggregation, warm",
        str(size),
        lambda: ours.aggregated(facts()),
        [Peer("one pass through memory over the columns", one_pass(path), at_most(3))],
        runs=20,
        note="the pass reads every byte of the columns that the aggregation needs once, and adds up",
    )
