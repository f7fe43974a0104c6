# Written by tools/client_sync.py from _async: `make clients`.
"""Files that are brought, and what became of them."""

import time
from os import PathLike
from pathlib import Path
from typing import BinaryIO, Literal, Unpack

from tejido_client import types as t
from tejido_client._sync.lists import Listing
from tejido_client._sync.wire import Wire
from tejido_client.calls import change, get, path_of, upload
from tejido_client.files import opened

__all__ = ["ImportRuns", "Imports"]

_PAUSE = 2.0
"""Seconds between two questions, at most, while an import runs."""


class Imports:
    """Files of 360Giving, IATI, Tejido's own tables, or any list of grants."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def create(
        self,
        file: str | PathLike[str] | BinaryIO,
        *,
        name: str | None = None,
        format: str | None = None,  # noqa: A002 - the word of the API
        mapping: str | None = None,
        dry_run: bool = False,
        on_error: Literal["refuse", "skip"] = "refuse",
    ) -> t.ImportRead:
        """Send a file; the answer comes before it is read, so `wait` for what becomes of it.

        `name` is the file's, if it has another one; `format` is found out from it where that is plain; `mapping` says
        what the columns of a list of grants mean. With `dry_run` nothing is written; with `on_error="skip"` what is
        good is taken even where something else is wrong.
        """
        form = {"format": format, "mapping": mapping, "dry_run": dry_run, "on_error": on_error}
        with opened(file, name) as named:
            told: t.ImportRead = self._wire.json(upload(path_of("imports"), named, form))
        return told

    def wait(self, brought: t.ImportRead | str, /) -> t.ImportRead:
        """The import when it is over: done, checked, refused, failed or cancelled."""
        pause = _PAUSE / 16
        while True:
            told = self.get(brought if isinstance(brought, str) else brought["id"])
            if told["ended_at"] is not None:
                return told
            time.sleep(pause)
            pause = min(pause * 2, _PAUSE)

    def list(self, **filters: Unpack[t.ListImports]) -> Listing[t.ImportRead, t.ImportPage]:
        """The files that were brought, newest first."""
        return Listing(self._wire, path_of("imports"), filters, is_timeless=True)

    def get(self, brought: str, /) -> t.ImportRead:
        """How far an import is."""
        told: t.ImportRead = self._wire.json(get(path_of("imports", brought), is_timeless=True))
        return told

    def problems(self, brought: t.ImportRead | str, /) -> Listing[t.ImportProblemRead, t.ImportProblemPage]:
        """What is wrong with the file, with line and field."""
        name = brought if isinstance(brought, str) else brought["id"]
        return Listing(self._wire, path_of("imports", name, "problems"), {}, is_timeless=True)

    def cancel(self, brought: str, /) -> None:
        """Give up an import that is not over."""
        self._wire.send(change("DELETE", path_of("imports", brought)))

    def template(self, file: str | PathLike[str]) -> Path:
        """Write the workbook (XLSX) that can be filled in and brought."""
        return self._wire.save(get(path_of("imports", "template"), is_timeless=True), file)


class ImportRuns:
    """What imports and merges wrote: each can be undone as a unit."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list(self, **filters: Unpack[t.ListImportRuns]) -> Listing[t.ImportRunRead, t.ImportRunPage]:
        """All of them, newest first."""
        return Listing(self._wire, path_of("import-runs"), filters, is_timeless=True)

    def get(self, run: str, /) -> t.ImportRunRead:
        """One of them."""
        told: t.ImportRunRead = self._wire.json(get(path_of("import-runs", run), is_timeless=True))
        return told

    def undo(self, run: str, /) -> t.ImportRunRead:
        """Undo all of it in one transaction, or nothing where later changes build on it."""
        told: t.ImportRunRead = self._wire.json(change("POST", path_of("import-runs", run, "undo")))
        return told
