"""Tests that are repeated with other values: the first ones always, the others in the long tests."""

from collections.abc import Iterable
from typing import Any

import pytest


def long(values: Iterable[Any]) -> list[Any]:
    """Values of a parameter with which a test is a long one."""
    return [pytest.param(value, marks=pytest.mark.long) for value in values]
