"""A folder of its own for generated databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.generate import SIZES, database


@pytest.fixture(scope="session", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the tests' databases are."""
    made = tmp_path_factory.mktemp("generated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_FOLDER", str(made))
        yield made


@pytest.fixture(scope="session")
def small(folder: Path) -> Path:
    """The generated database of the small size: only for reading."""
    return database(SIZES["small"])
