"""What some libraries change for the whole process is as it was after each test."""

import csv
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _the_limit_of_a_field() -> Iterator[None]:
    """flattentool lifts it, and nobody else reads such a table afterwards."""
    limit = csv.field_size_limit()
    yield
    csv.field_size_limit(limit)
