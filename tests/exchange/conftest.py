"""What some libraries change for the whole process is for each test as Python has it."""

import csv

import pytest

_PYTHONS = 131_072


@pytest.fixture(autouse=True)
def _the_limit_of_a_field() -> None:
    """followthemoney lifts it when it is imported; the service does not import it."""
    csv.field_size_limit(_PYTHONS)
