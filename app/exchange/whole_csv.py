"""CSV that is whole: a quote that is opened is closed before the file ends."""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

from app.exchange.drafts import FileRefused, Place
from app.exchange.grids import Encoding, Row, csv_rows

_PIECE = 1 << 18


def whole_rows(file: BinaryIO, encoding: Encoding, delimiter: str) -> Iterator[Row]:
    """The rows of a file. FileRefused at its end where the last one swallowed the rest: its quote was never closed."""
    last = None
    for row in csv_rows(file, encoding, delimiter):
        last = row.number
        yield row
    if last is not None and _is_open(file, encoding, delimiter, last):
        detail = "a quote is opened and never closed: the file is cut off, or a quote in it is too many"
        raise FileRefused("quote-not-closed", detail, Place(last, f"line {last}"))


def _is_open(file: BinaryIO, encoding: Encoding, delimiter: str, number: int) -> bool:
    """Whether the row that begins in a line ends within a quote. Only a strict reader tells; others close it."""
    file.seek(0)
    text = io.TextIOWrapper(
        io.BufferedReader(_Kept(file), _PIECE), encoding=encoding.name, errors=encoding.errors, newline=""
    )
    try:
        for _ in csv.reader(islice(text, number - 1, None), delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


class _Kept(io.RawIOBase):
    """A file that stays open whatever is done with what reads it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer)
        piece = self._file.read(len(view))
        view[: len(piece)] = piece
        return len(piece)
