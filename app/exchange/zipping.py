"""ZIP archives as streams: written without seeking, and the same bytes for the same files."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

_PIECE = 64 * 1024


class Sink:
    """What was written and not taken yet. It cannot seek, so that what is taken can be sent off."""

    closed = False

    def __init__(self) -> None:
        """Begin at nought."""
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> int:
        """Keep the bytes."""
        self._parts.append(bytes(data))
        self._size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits anywhere."""

    def close(self) -> None:
        """Keep what was written, to be taken."""

    def pieces(self, *, least: int = _PIECE) -> Iterator[bytes]:
        """What was written since, in one piece; nothing where that is less than `least` bytes."""
        if self._size >= max(least, 1):
            taken, self._parts, self._size = b"".join(self._parts), [], 0
            yield taken


class Counted(Sink):
    """A sink that knows how many bytes were ever written."""

    def __init__(self) -> None:
        """Begin at nought."""
        super().__init__()
        self._told = 0

    def write(self, data: bytes) -> int:
        """Keep the bytes."""
        self._told += len(data)
        return super().write(data)

    def tell(self) -> int:
        """How many bytes were written."""
        return self._told


class Zip:
    """An archive that is written into a sink, one file after the other."""

    def __init__(self) -> None:
        """Begin an archive."""
        self.sink = Sink()
        self._archive = zipfile.ZipFile(self.sink, "w")

    @contextmanager
    def file(self, name: str, *, packed: bool = True, large: bool = False) -> Iterator[IO[bytes]]:
        """A file of the archive, to write to. `large`: it may have more than 2 GiB."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.create_system = 3
        info.external_attr = 0o644 << 16
        with self._archive.open(info, "w", force_zip64=large) as entry:
            yield entry

    def add(self, name: str, content: bytes) -> None:
        """A whole file."""
        with self.file(name) as entry:
            entry.write(content)

    def close(self) -> None:
        """Write the list of the files, with which an archive ends."""
        self._archive.close()
