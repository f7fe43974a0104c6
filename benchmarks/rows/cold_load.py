"""From the SQLite file to the snapshot, beside the ORM and NetworkX."""

from app.store.database import Database
from benchmarks import ours
from benchmarks.data import Size
from benchmarks.generate import SIZES, database
from benchmarks.measure import Outcome, Peer, at_least, compare
from benchmarks.peers.orm import multigraph

SIZE = SIZES["large"]


def measure(size: Size) -> list[Outcome]:
    """Cold means that nothing is in the process; the file is in the system's cache for both."""
    path = database(size)
    peer = Database(f"sqlite:///{path}")
    found = compare(
        "cold: from SQLite to arrays",
        str(size),
        lambda: ours.cold_columns(path),
        [Peer("SQLModel to networkx.MultiDiGraph", lambda: multigraph(peer.engine), at_least(50), runs=1)],
        runs=3,
        note="the peer builds the edges `funds` and `works_in` with the ids behind them; ours reads every table of the "
        "networks",
    )
    peer.close()
    return found
