"""Columns that one process of a service loaded, in files that the other processes map into their memory.

At a million grants the first load takes seconds and hundreds of megabytes, which each process would spend for itself.
So one process loads at a time, and leaves the files for the others; those share the pages with it, and each brings what
it has up to date by itself, which takes milliseconds. The folder belongs to one run of one service: when that ends,
nothing of it is left.
"""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from app.graph.columns import Columns
from app.history.view import View
from app.models.tables import Reader
from app.store.loading import load, refresh

__all__ = ["Shelf"]


class _Shelved(NamedTuple):
    """A folder with columns: how many amendments there were, and the internal version."""

    amendments: int
    number: int
    folder: Path


class Shelf:
    """The newest columns of each class of reader that any process of a service loaded."""

    def __init__(self, folder: Path) -> None:
        """`folder` is there, and other processes have shelves in it."""
        self._folder = folder

    def columns(self, view: View) -> Columns:
        """The columns of a view, loaded unless they can be made from what is here.

        Whoever comes while another process loads waits for it.
        """
        with self._locked(view.reader):
            shelved = self._shelved(view)
            if shelved is not None and (made := self._made(view, shelved)) is not None:
                return made
            columns = load(view)
            if shelved is None or shelved.number < columns.number:
                return self._put(view, columns)
            return columns

    def _made(self, view: View, shelved: _Shelved) -> Columns | None:
        columns = Columns.open(shelved.folder)
        return columns if columns.version == view.version else refresh(view, columns)

    def _put(self, view: View, columns: Columns) -> Columns:
        """Write columns down, and open what was written: it takes the place of all that was here of the reader."""
        older = list(self._of(view.reader))
        folder = self._folder / f"{view.reader}-{view.amendments}-{columns.number}"
        part = folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        columns.save(part)
        part.rename(folder)
        for one in older:
            # Who has mapped the files keeps them.
            shutil.rmtree(one.folder)
        return Columns.open(folder)

    def _shelved(self, view: View) -> _Shelved | None:
        found = None
        for one in list(self._of(view.reader)):
            if one.amendments < view.amendments:
                # It may hold what was taken away since.
                shutil.rmtree(one.folder)
            elif one.amendments == view.amendments:
                found = one
        return found

    def _of(self, reader: Reader) -> Iterator[_Shelved]:
        for folder in self._folder.glob(f"{reader}-*-*"):
            if not folder.suffix:
                _, amendments, number = folder.name.split("-")
                yield _Shelved(int(amendments), int(number), folder)

    @contextmanager
    def _locked(self, reader: Reader) -> Iterator[None]:
        """One process, and one thread of it, at a time; a process that ends lets go."""
        with (self._folder / f"{reader}.lock").open("w", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
