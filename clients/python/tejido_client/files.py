"""Files that are sent, and files that are written as they arrive."""

from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

__all__ = ["Download", "opened"]


@contextmanager
def opened(file: str | PathLike[str] | BinaryIO, name: str | None) -> Iterator[tuple[str, BinaryIO]]:
    """A file and its name; one that is open already is left open."""
    if isinstance(file, str | PathLike):
        path = Path(fspath(file))
        with path.open("rb") as own:
            yield name or path.name, own
    else:
        yield name or Path(str(getattr(file, "name", "file"))).name, file


class Download:
    """A file that appears under its name only when it is whole; what broke off is taken away."""

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)
        self._part = self.path.with_name(f"{self.path.name}.part")

    def __enter__(self) -> Self:
        """Begin beside the place where it will be."""
        self._file = self._part.open("wb")
        return self

    def write(self, part: bytes) -> None:
        """Add to it."""
        self._file.write(part)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Put it in its place, or take it away."""
        self._file.close()
        if kind is None:
            self._part.replace(self.path)
        else:
            self._part.unlink()
