"""Snapshots for the networks: the columns of a few versions, kept until others push them out."""

import os
import shutil
import tempfile
import time
import weakref
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable
from pathlib import Path
from threading import Condition, Lock

from app.graph.columns import Columns
from app.graph.facts import Facts
from app.history.view import View
from app.models.tables import Reader
from app.store.loading import load, refresh
from app.store.shelf import Shelf

_Key = tuple[Reader, int, int]
"""Class of reader, its version, and how many amendments there were: an older copy may hold what was taken away."""


class Snapshots:
    """The columns of the versions asked for last, for each class of reader."""

    def __init__(self, *, most: int = 4, most_bytes: int = 2_000_000_000, shelf: Shelf | None = None) -> None:
        """Start with none. The one asked for last is kept even if it alone has more bytes.

        What is on the `shelf` is not loaded once more.
        """
        self._shelf = shelf
        self._most = most
        self._most_bytes = most_bytes
        self._kept: OrderedDict[_Key, Columns] = OrderedDict()
        self._building: set[_Key] = set()
        self._changed = Condition()
        self._saving = Lock()
        self.built: Counter[str] = Counter()
        """How columns were made (`refresh`, `load`, or from the `shelf`) -> how often."""
        self.seconds: defaultdict[str, float] = defaultdict(float)
        """The same -> how long it took, all together."""
        self.bytes = 0
        """Bytes of the columns that are kept."""

    def get(self, view: View) -> Facts:
        """The facts of a view."""
        return Facts.of(self.columns(view))

    def columns(self, view: View) -> Columns:
        """The columns of a view. Whoever asks for a version while another builds it waits for the result."""
        key = (view.reader, view.ordinal, view.amendments)
        with self._changed:
            while key in self._building:
                self._changed.wait()
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            self._building.add(key)
            older = max((one for one in self._kept if one[::2] == key[::2] and one[1] < key[1]), default=None)
            start = None if older is None else self._kept[older]
        built: Columns | None = None
        how, began = "refresh", time.monotonic()
        try:
            if start is not None:
                built = refresh(view, start)
            if built is None:
                how = "load" if self._shelf is None else "shelf"
                built = load(view) if self._shelf is None else self._shelf.columns(view)
            return built
        finally:
            with self._changed:
                self._building.remove(key)
                if built is not None:
                    self.built[how] += 1
                    self.seconds[how] += time.monotonic() - began
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

    def _keep(self, key: _Key, columns: Columns) -> None:
        for one in [one for one in self._kept if one[2] < key[2]]:
            del self._kept[one]
        self._kept[key] = columns
        while len(self._kept) > self._most or (len(self._kept) > 1 and _bytes(self._kept.values()) > self._most_bytes):
            self._kept.popitem(last=False)
        self.bytes = _bytes(self._kept.values())


_FOLDER = "folder"


def _remove(folder: Path, process: int) -> None:
    # Not in a child that was forked: it inherits what is done at the end.
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


def _bytes(snapshots: Iterable[Columns]) -> int:
    """Bytes held by all together: one that was made from another shares with it what did not change."""
    tables = (table for columns in snapshots for table in columns.tables.values())
    return sum({id(array): array.nbytes for table in tables for array in table.arrays()}.values())
