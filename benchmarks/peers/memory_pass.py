"""One pass through memory over the columns that an aggregation has to read."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.filters import opened

__all__ = ["one_pass"]

_COLUMNS = {
    "SELECT funder_pk, recipient_pk, project_pk, through_project_pk, date FROM funding": "iiiii",
    "SELECT amount_minor FROM funding": "q",
    "SELECT stage, currency, basis FROM funding": "bbb",
    "SELECT pk, parent_pk, start_date, end_date FROM project": "iiii",
    "SELECT project_pk, state_pk, place_pk, state_group_pk FROM project_state": "iiii",
    "SELECT role, membership, basis FROM project_state": "bbb",
    "SELECT project_pk, organization_pk FROM participation": "ii",
    "SELECT role, basis FROM participation": "bb",
}
"""Query -> the type of each column as an array would hold it: references and days in four bytes, money in eight, words
in one."""


def one_pass(path: Path) -> Callable[[], int]:
    """Reads every byte of the columns once, and adds them up eight at a time."""
    connection = opened(path)
    arrays: list[NDArray[np.int64]] = []
    for query, types in _COLUMNS.items():
        rows = connection.execute(query).fetchall()
        for place, code in enumerate(types):
            values = [row[place] for row in rows]
            numbers = np.array([value if isinstance(value, int) else hash(value) & 127 for value in values], dtype=code)
            padded = np.zeros(-(-numbers.nbytes // 8) * 8, dtype=np.uint8)
            padded[: numbers.nbytes] = numbers.view(np.uint8)
            arrays.append(padded.view(np.int64))
    connection.close()

    def call() -> int:
        return sum(int(array.sum()) for array in arrays)

    return call
