"""NetworKit's graphs: made from arrays in canonical order, worked on by one thread at a time."""

# ruff: noqa: N803  # NetworkX calls a graph G, also as a keyword

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import networkit  # type: ignore[import-untyped]
import numpy as np

from app.graph.backend.arrays import Arrays

__all__ = ["in_networkit"]

_lock = Lock()


@contextmanager
def in_networkit(G: Arrays, weight: str | None = None, seed: int = 0) -> Iterator[Any]:
    """NetworKit's copy of an undirected graph without its self-loops' second ends, and NetworKit to ourselves.

    Its number of threads and its seed belong to the process, and with more than one thread its answers are not
    reproducible: so both are set here, and a lock is held until the kernel is done.
    """
    matrix = G.matrix(weight)
    origins = np.repeat(np.arange(matrix.shape[0], dtype=np.uint64), np.diff(matrix.indptr))
    once = origins <= matrix.indices
    ends = (origins[once], matrix.indices[once].astype(np.uint64))
    with _lock:
        networkit.setNumberOfThreads(1)
        networkit.setSeed(seed, False)
        yield networkit.GraphFromCoo((matrix.data[once], ends), n=matrix.shape[0], weighted=weight is not None)
