"""Tables as people save them, CSV and XLSX, as rows of cells: read safely, without holding them in memory.

Text comes in the encoding that it is in (found out, not assumed). A workbook is looked through before openpyxl opens
it, so that it cannot unpack to more than a spreadsheet program would make of it.
"""

import codecs
import csv
import io
import itertools
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any, BinaryIO

from openpyxl import load_workbook

from app.exchange.drafts import FileRefused

Cell = str | int | float | bool | date | None
"""What a cell holds. A date-time is a date too."""

LONGEST_VALUE = 1_000_000
"""Characters in one value, and bytes of one line or element, at most."""
_PIECE = 1 << 18

# Text

_MIXED = "tejido-single-bytes"
"""Name of the error handler below."""
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROLS = bytes(set(range(32)) - {9, 10, 12, 13, 26, 27})
_MULTI_BYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_ASCII = bytes(range(128))


def _single_bytes(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are not of the encoding, as cp1252, or where that has none as latin-1."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in wrong), error.end


codecs.register_error(_MIXED, _single_bytes)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the text of a file is encoded."""

    name: str
    """For `codecs`: utf-8-sig (with or without the mark), utf-16, utf-16-le, utf-16-be or cp1252."""
    is_mixed: bool = False
    """UTF-8 with some bytes that are not: these are read as cp1252."""

    @property
    def errors(self) -> str:
        """For `codecs` and `open`."""
        return _MIXED if self.is_mixed or self.name == "cp1252" else "strict"

    @property
    def warning(self) -> str | None:
        """What the owner of a file should know of it; None where it is UTF-8."""
        if self.is_mixed:
            return "the file is UTF-8 but for some bytes, which were read as Windows-1252: check names with accents"
        if self.name == "utf-8-sig":
            return None
        name = "Windows-1252" if self.name == "cp1252" else "UTF-16"
        return f"the file is not UTF-8 but {name}, and was read as that"


def encoding_of(file: BinaryIO) -> Encoding:
    """The encoding of a text file, found by reading it through. FileRefused where it is no text."""
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    if name := next((name for mark, name in _MARKS if head.startswith(mark)), None) or _without_mark(head):
        return Encoding(name)
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    for piece in _pieces(file):
        controls = len(piece) - len(piece.translate(None, _CONTROLS))
        if b"\0" in piece or controls > max(32, len(piece) // 100):
            raise FileRefused("not-text", "the file is not text: it holds bytes that no text has")
        if is_utf8:
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                is_utf8 = False
    return Encoding("utf-8-sig") if is_utf8 else _single_or_mixed(file)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece
    file.seek(0)


def _single_or_mixed(file: BinaryIO) -> Encoding:
    """By what there is more of: characters of UTF-8, or bytes that belong to none."""
    characters = strays = 0
    for piece in _pieces(file):
        if not piece.isascii():
            found = _MULTI_BYTE.findall(piece)
            characters += len(found)
            strays += len(piece.translate(None, _ASCII)) - sum(map(len, found))
    return Encoding("utf-8-sig", is_mixed=True) if characters > strays else Encoding("cp1252")


def _without_mark(head: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of what is mostly ASCII is nought."""
    even, odd = head[0::2], head[1::2]
    if odd and odd.count(0) > len(odd) * 0.4 and not even.count(0):
        return "utf-16-le"
    return "utf-16-be" if even and even.count(0) > len(even) * 0.4 and not odd.count(0) else None


# CSV


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty."""

    number: int
    """As the spreadsheet program counts it, from 1."""
    cells: Sequence[Cell]


def csv_rows(file: BinaryIO, encoding: Encoding, delimiter: str) -> Iterator[Row]:
    """The rows of a CSV file, numbered by their first line. FileRefused where a quote is never closed."""
    file.seek(0)
    text = io.TextIOWrapper(
        io.BufferedReader(_Raw(file), _PIECE), encoding=encoding.name, errors=encoding.errors, newline=""
    )
    try:
        reader = csv.reader(_lines(text), delimiter=delimiter)
        before = 0
        for cells in reader:
            number, before = before + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                yield Row(number, [cell if cell.strip() else None for cell in cells])
    except csv.Error as error:
        detail = "a value is too long to be one: a quote is opened and never closed, or the file is no table"
        raise FileRefused("not-csv", detail) from error
    except UnicodeDecodeError as error:
        raise FileRefused("truncated", "the file ends in the middle of a character") from error


class _Raw(io.RawIOBase):
    """A file as TextIOWrapper wants it; closing it leaves the file open."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer)
        piece = self._file.read(len(view))
        view[: len(piece)] = piece
        return len(piece)


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(LONGEST_VALUE):
        if len(line) == LONGEST_VALUE:
            raise FileRefused("too-long", f"a line has more than {LONGEST_VALUE:,} characters")
        yield line


def delimiters_of(file: BinaryIO, encoding: Encoding) -> list[tuple[str, Row]]:
    """The delimiters by which the first row falls into cells, with that row, most cells first."""
    found = []
    for delimiter in ",;\t|":
        row = next(csv_rows(file, encoding, delimiter), None)
        if row is not None:
            found.append((delimiter, row))
    return sorted(found, key=lambda one: -len(one[1].cells))


# XLSX

_MOST_UNPACKED = 1 << 30
_MOST_STRINGS = 128 << 20
_MOST_OTHER = 16 << 20
_MOST_MEMBERS = 10_000
_RATIO = 200
_FREE_OF_RATIO = 32 << 20
_MOST_STRING_TAGS = 4_000_000
_MOST_TAGS_OF_A_ROW = 200_000
_MOST_ROWS = 1_048_576
_MOST_CELLS = 200_000_000
_AT_ONCE = 200
_MALFORMED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What zipfile, the XML parser and openpyxl raise where a file is not what it says."""
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"})


def is_zip(file: BinaryIO) -> bool:
    """Whether a file begins like a ZIP archive."""
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    return head == b"PK\x03\x04"


class Workbook:
    """A workbook (XLSX) that is open for reading."""

    def __init__(self, file: BinaryIO) -> None:
        """FileRefused where it is not one, is broken, or unpacks to more than it may."""
        try:
            with zipfile.ZipFile(file) as archive:
                _look_through(archive)
            with warnings.catch_warnings(action="ignore"):
                self._book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except FileRefused:
            raise
        except _MALFORMED as error:
            raise FileRefused("not-xlsx", "the file is no workbook (XLSX) that can be read, or is cut off") from error

    @property
    def sheets(self) -> list[str]:
        """The names of its sheets."""
        return [sheet.title for sheet in self._book.worksheets]

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of a sheet. Cells with an error of a formula are empty."""
        sheet = self._book[name]
        sheet.reset_dimensions()
        found = sheet.iter_rows(max_row=_MOST_ROWS, values_only=True)
        number = width = 0
        while some := self._some(found, name, number):
            for values in some:
                number += 1
                width += len(values)
                if width > _MOST_CELLS:
                    raise FileRefused("zip-bomb", f"sheet {name!r} has more than {_MOST_CELLS:,} cells")
                cells = [_cell(value) for value in values]
                while cells and cells[-1] is None:
                    del cells[-1]
                if cells:
                    yield Row(number, cells)

    @staticmethod
    def _some(found: Iterator[tuple[object, ...]], name: str, number: int) -> list[tuple[object, ...]]:
        try:
            with warnings.catch_warnings(action="ignore"):
                return list(itertools.islice(found, _AT_ONCE))
        except _MALFORMED as error:
            raise FileRefused("not-xlsx", f"sheet {name!r} is broken after row {number}") from error

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return value if value.strip() and value not in _ERRORS else None
    if isinstance(value, bool | int | float | date) or value is None:
        return value
    return str(value) if isinstance(value, time | timedelta) else None


def _look_through(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    names = {member.filename for member in members}
    if "xl/workbook.xml" not in {name.lower() for name in names} and "[Content_Types].xml" not in names:
        kind = "an OpenDocument file" if "content.xml" in names else "a ZIP archive, but not of a workbook"
        raise FileRefused("not-xlsx", f"the file is {kind}: save it as .xlsx or .csv")
    if len(members) > _MOST_MEMBERS:
        raise FileRefused("zip-bomb", f"the workbook has more than {_MOST_MEMBERS:,} parts")
    whole = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if whole > _MOST_UNPACKED or (whole > _FREE_OF_RATIO and whole > packed * _RATIO):
        raise FileRefused("zip-bomb", "the workbook would unpack to far more than its size")
    for member in members:
        if member.filename.lower().endswith((".xml", ".rels")):
            _look_at(archive, member)


def _look_at(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """FileRefused for a part with entities, a value or a row without end, or too large to be held."""
    name = member.filename.lower()
    is_sheet = "/worksheets/" in name
    is_strings = name.endswith("sharedstrings.xml")
    most = _MOST_UNPACKED if is_sheet else _MOST_STRINGS if is_strings else _MOST_OTHER
    most_tags = _MOST_STRING_TAGS if is_strings else _MOST_TAGS_OF_A_ROW
    size, gap, tags, last = 0, 0, 0, b""
    with archive.open(member) as part:
        while piece := part.read(_PIECE):
            size += len(piece)
            first = piece.find(b"<")
            longest = gap + (first if first >= 0 else len(piece))
            gap = len(piece) - piece.rfind(b"<") if first >= 0 else longest
            tags = tags + piece.count(b"<")
            if is_sheet and (row := piece.rfind(b"<row")) >= 0:
                tags = piece.count(b"<", row)
            seam = last[-16:] + piece
            if b"<!DOCTYPE" in seam or b"<!ENTITY" in seam or b"\0" in piece:
                raise FileRefused("xml-entities", "the workbook holds declarations that workbooks do not have")
            if size > most or tags > most_tags or longest > LONGEST_VALUE:
                raise FileRefused("zip-bomb", "the workbook holds a value, a row or a part that is too large")
            last = piece
