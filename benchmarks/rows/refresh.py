"""The snapshot brought up to date after one write, beside a new one."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.history.writer import Writer
from app.models.nouns import BY_KIND
from app.store.database import Database
from app.store.records import CREATE, create, update
from benchmarks import ours
from benchmarks.data import Size
from benchmarks.filters import opened
from benchmarks.generate import SIZES, database, folder
from benchmarks.measure import Outcome, Peer, at_least, compare

SIZE = SIZES["large"]


def measure(size: Size) -> list[Outcome]:
    """One outcome for a changed amount, one for a new organization, which moves all that come after it."""
    outcomes: list[Outcome] = []
    with TemporaryDirectory(dir=folder()) as scratch:
        path = Path(scratch) / "copy.db"
        shutil.copyfile(database(size), path)
        for name, write in (("an amount is changed", _change_amount), ("an organization is added", _add_organization)):
            before = _columns(path)
            _write(path, write)
            outcomes += compare(
                f"refresh after one write: {name}",
                str(size),
                partial(_refreshed, path, before),
                [Peer("reading everything again", lambda: ours.cold_columns(path), at_least(50), runs=1)],
                runs=5,
                same=lambda columns: columns.nbytes,
            )
    return outcomes


def _columns(path: Path) -> Callable[[], Any]:
    """The columns of now; what is missing for that is said when they are asked for."""
    try:
        columns = ours.cold_columns(path)
    except NotImplementedError as error:
        missing = error

        def refuse() -> Any:
            raise missing

        return refuse
    return lambda: columns


def _refreshed(path: Path, before: Callable[[], Any]) -> Any:
    return ours.refreshed(path, before())


def _write(path: Path, write: Callable[[Writer, str], None]) -> None:
    connection = opened(path)
    funding = connection.execute("SELECT id FROM funding WHERE amount_minor IS NOT NULL ORDER BY id LIMIT 1").fetchone()
    connection.close()
    made = Database(f"sqlite:///{path}")
    with made.write(cause="bench") as writer:
        write(writer, funding[0])
    made.close()


def _change_amount(writer: Writer, funding: str) -> None:
    update(writer, BY_KIND["funding"], funding, {"amount": 1234567}, 1)


def _add_organization(writer: Writer, _funding: str) -> None:
    values = {"id": "added-by-benchmark", "name": "Added", "kind": "ngo", "basis": "stated"}
    create(writer, BY_KIND["organization"], CREATE["organization"].model_validate(values))
