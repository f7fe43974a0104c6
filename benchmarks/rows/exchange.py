"""A file of 360Giving brought in, and written again, beside the json module and bulk inserts of the same rows."""

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.exchange.importing import Request, Status, import_file
from app.exchange.paging import Version
from app.exchange.standards import STANDARDS, publication_of
from app.history.view import present_view
from app.models.tables import Reader
from app.settings import Settings
from app.store.database import Database
from app.store.records import PageQuery
from benchmarks.data import Size
from benchmarks.generate import SIZES, folder
from benchmarks.grants import empty_database, grants_file
from benchmarks.measure import Outcome, Peer, at_most, compare, of_this_process
from benchmarks.peers.core import insert_rows, tables_of, write_grants

SIZE = SIZES["middle"]
_ROOT = Path(__file__).resolve().parents[2]
_PEAK = 300_000_000
"""Bytes that an import may need, whatever the file."""


def measure(size: Size) -> list[Outcome]:
    """Import: time, and memory; export: time."""
    file = grants_file(size)
    with TemporaryDirectory(dir=folder()) as scratch:
        imported = empty_database(Path(scratch) / "imported.db")
        command = [sys.executable, "-m", "benchmarks.rows.exchange", str(file), str(imported)]
        found = json.loads(subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, check=True, text=True).stdout)
        return [*_import(size, file, imported, found), *_export(size, Path(scratch), imported)]


def _import(size: Size, file: Path, imported: Path, found: dict[str, Any]) -> list[Outcome]:
    began = time.perf_counter()
    with file.open(encoding="utf-8") as opened:
        json.load(opened)
    reading = time.perf_counter() - began
    work = "import of a 360Giving file"
    outcomes = []
    for everything, peer, bound in (
        (True, "json and a bulk insert of every row that it leaves", at_most(4)),
        (False, "the same of the data alone: no history, log, registry, search", None),
    ):
        target = empty_database(imported.with_name("floor.db"))
        seconds, many = insert_rows(imported, target, tables_of(everything=everything))
        note = f"{many:,} rows; ours took {size.grants / found['seconds']:,.0f} grants a second"
        theirs = reading + seconds
        outcomes.append(
            Outcome(work, str(size), peer, found["seconds"], theirs, bound, runs=(1, 1), note=note)
        )  # fmt: skip
    memory = Outcome(f"{work}: peak of the process", str(size), "300 MB", found["peak"], _PEAK, at_most(1), "B")
    return [*outcomes, memory]


def _export(size: Size, scratch: Path, imported: Path) -> list[Outcome]:
    database = Database(f"sqlite:///{imported}")
    with database.read() as connection:
        view = present_view(connection, Reader.public)
        version, publication = Version.of(database, view), publication_of(Settings(), view, "http://localhost")

    def ours() -> Path:
        path = scratch / "ours.json"
        with path.open("wb") as file:
            file.writelines(STANDARDS["360giving"].write(version, PageQuery(), publication, Counter()))
        return path

    def theirs() -> Path:
        path = scratch / "theirs.json"
        write_grants(imported, path)
        return path

    peer = Peer("SQLAlchemy Core and json.dump of the same grants, in memory", theirs, at_most(4))
    try:
        return compare("export of 360Giving", str(size), ours, [peer], runs=1, same=_grants)
    finally:
        database.close()


def _grants(path: Path) -> list[tuple[str, float, str, str, str]]:
    with path.open(encoding="utf-8") as file:
        return sorted(
            (
                one["id"],
                one["amountAwarded"],
                one["fundingOrganization"][0]["id"],
                one["recipientOrganization"][0]["id"],
                one["beneficiaryLocation"][0]["name"],
            )
            for one in json.load(file)["grants"]
        )


def _bring(file: Path, target: Path) -> dict[str, float]:
    database = Database(f"sqlite:///{target}")
    began = time.perf_counter()
    with file.open("rb") as opened:
        result = import_file(database, Request(file=opened, file_name=file.name))
    seconds = time.perf_counter() - began
    database.close()
    if result.status is not Status.done or result.problems:
        raise RuntimeError(f"{result.status}: {result.detail} {result.problems[:3]}")
    return {"seconds": seconds, "peak": of_this_process("VmHWM")}


if __name__ == "__main__":
    print(json.dumps(_bring(Path(sys.argv[1]), Path(sys.argv[2]))))
