"""Tests that are repeated with other values: the first ones always, the others in the long tests."""

import os
from collections.abc import Iterable, Sequence
from typing import Any

import pytest


def sized(whole: int) -> int:
    """How often a long test repeats what it does: a quarter of it, unless `make test-long FULL=1` wants the whole."""
    return whole if os.environ.get("TEJIDO_TEST_FULL") else max(1, whole // 4)


def some_of(values: Sequence[Any], first: int = 0) -> Sequence[Any]:
    """A quarter of the values, beginning with another one for another number; or all, as `sized` says."""
    step = len(values) // sized(len(values))
    return values[first % step :: step]


def long(values: Iterable[Any]) -> list[Any]:
    """Values of a parameter with which a test is a long one."""
    return [pytest.param(value, marks=pytest.mark.long) for value in values]
