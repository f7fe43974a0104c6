"""Snapshots for the networks: the columns of a few versions, kept until others push them out."""

import os
import re
import shutil
import tempfile
import weakref
from collections import OrderedDict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from threading import Condition, Lock

from sqlalchemy import Connection, func, select

from app.graph.columns import Columns
from app.graph.facts import Facts
from app.models.tables import DataCounter, DataVersion, sql_table
from app.problems import Problem
from app.store.loading import load, refresh, source_at
from app.store.packing import Reader

_COUNTER = sql_table(DataCounter)
_VERSION = sql_table(DataVersion)


class Snapshots:
    """The columns of the versions asked for last, for each class of reader."""

    def __init__(self, *, most: int = 4, most_bytes: int = 2_000_000_000) -> None:
        """Start with none. The one asked for last is kept even if it alone has more bytes."""
        self._most = most
        self._most_bytes = most_bytes
        self._kept: OrderedDict[tuple[Reader, int], Columns] = OrderedDict()
        self._building: set[tuple[Reader, int]] = set()
        self._changed = Condition()
        self._saving = Lock()

    def get(self, connection: Connection, as_of: str | None = None, reader: Reader = Reader.public) -> Facts:
        """The facts at a version; at the present one where none is named."""
        return Facts.of(self.columns(connection, as_of, reader))

    def columns(self, connection: Connection, as_of: str | None = None, reader: Reader = Reader.public) -> Columns:
        """The columns of a version; of the present one where none is named.

        Whoever asks for a version while another builds it waits for the result.
        """
        number, _ = resolve_version(connection, as_of)
        key = (reader, number)
        with self._changed:
            while key in self._building:
                self._changed.wait()
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            self._building.add(key)
            older = max((one for one in self._kept if one[0].value == reader.value and one[1] < number), default=None)
            start = None if older is None else self._kept[older]
        built: Columns | None = None
        try:
            source = source_at(connection, number, reader)
            if start is not None:
                built = refresh(source, start)
            if built is None:
                built = load(source)
            return built
        finally:
            with self._changed:
                self._building.remove(key)
                if built is not None:
                    self._keep(key, built)
                self._changed.notify_all()

    def folder(self, columns: Columns) -> Path:
        """A folder with the columns in files, from which other processes open them. It lasts as long as the columns."""
        with self._saving:
            found: Path | None = columns.kept.get(_FOLDER)
            if found is None:
                found = Path(tempfile.mkdtemp(prefix="tejido-"))
                weakref.finalize(columns, _remove, found, os.getpid())
                columns.save(found)
                columns.kept[_FOLDER] = found
            return found

    def _keep(self, key: tuple[Reader, int], columns: Columns) -> None:
        self._kept[key] = columns
        while len(self._kept) > self._most or (len(self._kept) > 1 and _bytes(self._kept.values()) > self._most_bytes):
            self._kept.popitem(last=False)


_FOLDER = "folder"


def _remove(folder: Path, process: int) -> None:
    # Not in a child that was forked: it inherits what is done at the end.
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


def _bytes(snapshots: Iterable[Columns]) -> int:
    """Bytes held by all together: one that was made from another shares with it what did not change."""
    tables = (table for columns in snapshots for table in columns.tables.values())
    return sum({id(array): array.nbytes for table in tables for array in table.arrays()}.values())


def resolve_version(connection: Connection, as_of: str | None) -> tuple[int, int]:
    """The internal and public number of the version that `as_of` (`v12`, or an RFC 3339 time) names."""
    number, public = connection.execute(select(_COUNTER.c.number, _COUNTER.c.public_number)).one()
    if as_of is None:
        return number, public
    wrong = [{"parameter": "as_of", "detail": "v and a number, or a time with its zone, not in the future"}]
    if re.fullmatch(r"v[0-9]{1,15}", as_of):
        asked = int(as_of[1:])
        if asked > public:
            raise Problem("bad-parameter", "There is no such version yet.", errors=wrong)
        within = connection.execute(
            select(func.max(_VERSION.c.number)).where(_VERSION.c.public_number == asked)
        ).scalar()
        return within or 0, asked
    try:
        given = datetime.fromisoformat(as_of)
        # The first and last days of the calendar have no UTC form in every zone.
        moment = given.astimezone(UTC) if given.tzinfo else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment > datetime.now(UTC):
        raise Problem("bad-parameter", "Not a version and not a time.", errors=wrong)
    found = connection.execute(
        select(_VERSION.c.number, _VERSION.c.public_number)
        .where(_VERSION.c.at <= moment)
        .order_by(_VERSION.c.number.desc())
        .limit(1)
    ).first()
    return (0, 0) if found is None else (found.number, found.public_number)
