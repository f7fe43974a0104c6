"""Tejido's own tables, as it exports them and as people fill in its template: CSV, XLSX, JSON Lines, and the archive.

The key of a draft is the public id of its record, and references are public ids. What only answers have (revisions,
derived fields) is left alone, so that every file that Tejido writes, but for Parquet, can be read again as it is.
"""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from typing import Any, BinaryIO

from app.exchange import values as forms
from app.exchange.dictionary import BY_TABLE, Column, Item, Type, split, table_name, table_of, writable
from app.exchange.drafts import Draft, FileRefused, Place, Report
from app.exchange.grids import Cell, Row, Workbook, delimiters_of, encoding_of, is_zip
from app.exchange.json_lines import read_json_lines
from app.exchange.table_values import BAD_VALUE, CODES, Drafting, value_of
from app.exchange.whole_csv import whole_rows
from app.models.noun import Noun, Values
from app.models.nouns import NOUNS

TABLE = "table"
"""The option that says which table a CSV file is, where its headings do not: `table=topics`."""

_PROGRESS = 500
_MOST_UNPACKED = 4 << 30
_RATIO = 200
_FREE_OF_RATIO = 64 << 20
_MOST_FILES = 1000
_NOT_TABLES = frozenset({"readme", "dictionary"})
_GUARD = re.compile("((?:^|(?<=[,;\t\n\"]))'*)'(?=[=+\\-@\t\n＝＋－＠])")
_ESCAPE = re.compile("_x005F_(?=x[0-9A-Fa-f]{4}_)")
"""How a sheet writes the `_` of what would otherwise be a character by its number; openpyxl leaves it in some cells."""
_COMMA = re.compile(r"-?\d+,\d+")
_SIGNATURES = {
    b"%PDF": "a PDF file",
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls): save it as .xlsx",
    b"\x1f\x8b": "a packed file (gzip): unpack it first",
    b"PAR1": "a Parquet file: export CSV, XLSX or JSON Lines to bring it back",
    b"<": "a page or an XML file, not a table",
    b"[": "a JSON array: write one record a line, without brackets and commas around",
}
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What reading a broken, encrypted or strangely packed archive raises."""


def read_tables(file: BinaryIO, report: Report, options: Mapping[str, str]) -> Iterator[Draft]:
    """The drafts of Tejido's own tables, in whichever of their formats."""
    if is_zip(file):
        if _is_workbook(file):
            yield from _read_workbook(file, report, options)
        else:
            yield from _read_archive(file, report)
        return
    head = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    file.seek(0)
    if not head:
        raise FileRefused("empty", "the file is empty")
    found = next((words for signature, words in _SIGNATURES.items() if head.startswith(signature)), None)
    if found is not None:
        raise FileRefused("not-a-table", f"the file is {found}")
    if head.startswith(b"{"):
        yield from _read_json_lines(file, report, _Source("", partial(_told, report, file)), _named_table(options))
    else:
        yield from _read_csv(file, report, _Source("", partial(_told, report, file)), _named_table(options))


def is_own(file: BinaryIO) -> bool:
    """Whether a file looks like one of Tejido's own tables, whatever else may be wrong with it."""
    try:
        if is_zip(file):
            if not _is_workbook(file):
                with zipfile.ZipFile(file) as archive:
                    return bool(_tables_of(archive))
            with closing(Workbook(file)) as book:
                return any(_plain(name) in BY_TABLE for name in book.sheets)
        head = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
        if head.startswith(b"{"):
            return re.match(rb'\{\s*"ref"\s*:', head) is not None
        found = delimiters_of(file, encoding_of(file))
        return bool(found) and bool(_tables_with([_heading(cell) for cell in found[0][1].cells]))
    except FileRefused:
        return False
    finally:
        file.seek(0)


def _told(report: Report, file: BinaryIO) -> None:
    report.progressed(file.tell())


def _named_table(options: Mapping[str, str]) -> Noun | None:
    name = options.get(TABLE)
    if name is None:
        return None
    if name not in BY_TABLE:
        raise FileRefused("no-such-table", f"there is no table of that name; there are: {', '.join(BY_TABLE)}")
    return BY_TABLE[name]


@dataclass(frozen=True, slots=True)
class _Source:
    """A table of a file: its name in places, and what to call now and then."""

    name: str
    told: Callable[[], None]
    unit: str = "line"

    def place(self, number: int) -> Place:
        """The place of a row."""
        return Place(number, f"{self.unit} {number}{f' of {self.name}' if self.name else ''}")


# --- the files of a format -----------------------------------------------------------------------------------------


def _is_workbook(file: BinaryIO) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            return any(name.lower() == "xl/workbook.xml" for name in archive.namelist())
    except _BROKEN as error:
        raise FileRefused("truncated", "the archive is cut off or broken") from error


def _read_workbook(file: BinaryIO, report: Report, options: Mapping[str, str]) -> Iterator[Draft]:
    with closing(Workbook(file)) as book:
        known = {name: BY_TABLE[_plain(name)] for name in book.sheets if _plain(name) in BY_TABLE}
        others = [name for name in book.sheets if name not in known and _plain(name) not in _NOT_TABLES]
        if not known and len(others) == 1:
            sheets: dict[str, Noun | None] = {others[0]: _named_table(options)}
        else:
            sheets = dict(known)
            for name in others:
                report.warn("unknown-sheet", f"the sheet {name!r} is no table, and was left alone", None)
        if not sheets:
            raise FileRefused("no-table", f"no sheet has the name of a table: {', '.join(BY_TABLE)}")
        for name, noun in sheets.items():
            source = _Source(f"sheet {name}", partial(_told, report, file), "row")
            yield from _Grid(source, report).drafts(book.rows(name), noun)


def _plain(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def _read_archive(file: BinaryIO, report: Report) -> Iterator[Draft]:
    try:
        with zipfile.ZipFile(file) as archive:
            for noun, member in _tables_of(archive):
                source = _Source(member.filename, partial(_told, report, file))
                read = _read_csv if member.filename.endswith(".csv") else _read_json_lines
                with archive.open(member) as entry:
                    yield from read(entry, report, source, noun)  # type: ignore[arg-type] # it reads and seeks
    except _BROKEN as error:
        raise FileRefused("truncated", "the archive is cut off, broken, or locked by a password") from error


def _tables_of(archive: zipfile.ZipFile) -> list[tuple[Noun, zipfile.ZipInfo]]:
    members = archive.infolist()
    whole, packed = sum(one.file_size for one in members), sum(one.compress_size for one in members)
    if len(members) > _MOST_FILES or whole > _MOST_UNPACKED or (whole > _FREE_OF_RATIO and whole > packed * _RATIO):
        raise FileRefused("zip-bomb", "the archive would unpack to far more than its size, or to very many files")
    by_name = {one.filename: one for one in members}
    found = [
        (noun, by_name[f"{table_name(noun)}.{ending}"])
        for noun in NOUNS
        for ending in ("csv", "jsonl")
        if f"{table_name(noun)}.{ending}" in by_name
    ]
    if not found:
        is_parquet = any(name.endswith(".parquet") for name in by_name)
        what = "holds Parquet, which is not read: export CSV or JSON Lines" if is_parquet else "holds no tables"
        raise FileRefused("no-table", f"the archive {what}")
    return found


def _read_json_lines(file: BinaryIO, report: Report, source: _Source, noun: Noun | None) -> Iterator[Draft]:
    yield from read_json_lines(file, report, noun, source.place, source.told)


def _read_csv(file: BinaryIO, report: Report, source: _Source, noun: Noun | None) -> Iterator[Draft]:
    encoding = encoding_of(file)
    if encoding.warning:
        report.warn("encoding", encoding.warning, None)
    found = delimiters_of(file, encoding)
    if not found:
        if noun is None:
            raise FileRefused("empty", "the file holds nothing")
        return
    delimiter = found[0][0]
    grid = _Grid(source, report, is_guarded=True, has_commas=delimiter == ";")
    yield from grid.drafts(whole_rows(file, encoding, delimiter), noun)
    if not source.name and grid.is_last_short and not _ends_with_line(file):
        raise FileRefused(
            "truncated",
            "the last line has too few cells and does not end: the file may be cut off. End it if it is whole",
            source.place(grid.last),
        )


def _ends_with_line(file: BinaryIO) -> bool:
    file.seek(0, 2)
    file.seek(max(file.tell() - 2, 0))
    return any(byte in b"\r\n" for byte in file.read(2))


# --- rows of cells -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Grid:
    """A table as rows of cells, the first of which has the headings."""

    source: _Source
    report: Report
    is_guarded: bool = False
    """Whether texts have apostrophes against formulas: in CSV, not in workbooks."""
    has_commas: bool = False
    """Whether numbers may have decimal commas: where cells are not separated by commas."""
    is_last_short: bool = False
    last: int = 0
    drafting: Drafting = field(default_factory=Drafting)
    revisions: int | None = None
    """The column that tells from which revision of a record its row was made."""

    def drafts(self, rows: Iterator[Row], noun: Noun | None) -> Iterator[Draft]:
        """The drafts of the rows."""
        heads = next(rows, None)
        if heads is None:
            return
        names = [_heading(cell) for cell in heads.cells]
        noun = noun or _table_with(names, self.source.place(heads.number))
        columns = self._columns(names, noun, heads.number)
        self.revisions = names.index("revision") if "revision" in names else None
        for count, row in enumerate(rows):
            if count % _PROGRESS == 0:
                self.source.told()
            self.is_last_short, self.last = len(row.cells) < len(names), row.number
            draft = self._draft(noun, columns, len(names), row)
            if draft is not None:
                yield draft

    def _columns(self, names: Sequence[str], noun: Noun, number: int) -> list[tuple[int, Column]]:
        place = self.source.place(number)
        known = {column.name: column for column in writable(noun.kind)}
        derived = {column.name for column in table_of(noun, cited=True).columns if column.is_derived}
        found: dict[str, tuple[int, Column]] = {}
        for index, name in enumerate(names):
            if name in found:
                raise FileRefused("duplicate-heading", f"two columns have the heading {name!r}", place)
            if name in known:
                found[name] = (index, known[name])
            elif name and name not in derived:
                near = get_close_matches(name, known, 1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                detail = f"the table {table_name(noun)} has no column {forms.shown(name)}; it was left alone{hint}"
                self.report.warn("unknown-column", detail, place, name[:100])
        missing = [
            name
            for name, column in known.items()
            if column.above is None and name != "id" and _must_be_given(noun, name) and name not in found
        ]
        if missing:
            raise FileRefused("missing-column", f"{table_name(noun)} needs these columns: {', '.join(missing)}", place)
        return list(found.values())

    def _draft(self, noun: Noun, columns: Sequence[tuple[int, Column]], width: int, row: Row) -> Draft | None:
        place = self.source.place(row.number)
        if any(cell is not None for cell in row.cells[width:]):
            self.report.error("too-many-cells", "the row has more cells than there are headings", place)
            return None
        values: Values = {}
        lists: dict[str, dict[Item, list[Any]]] = {}
        groups: dict[str, Item] = {}
        for index, column in columns:
            cell = row.cells[index] if index < len(row.cells) else None
            try:
                if column.above is not None:
                    groups[column.above.name] = column.above
                    lists.setdefault(column.above.name, {})[column.item] = self._several(column.item, cell)
                elif column.is_list:
                    values[column.name] = self._several(column.item, cell)
                elif cell is not None:
                    values[column.name] = self._one(column.item, cell)
                elif column.item.may_be_empty:
                    values[column.name] = None
            except ValueError as error:
                self.report.error(CODES.get(column.item.type, BAD_VALUE), str(error), place, column.name)
                return None
        for name, found in lists.items():
            values[name] = _zipped(found)
        at = self.revisions
        revision = row.cells[at] if at is not None and at < len(row.cells) else None
        return self.drafting.draft(noun, values, place, self.report, revision=revision)

    def _several(self, item: Item, cell: Cell) -> list[Any]:
        if cell is None:
            return []
        texts = split(cell) if isinstance(cell, str) else [cell]
        return [None if text in ("", None) else self._one(item, text) for text in texts]

    def _one(self, item: Item, cell: Cell) -> Any:
        if isinstance(cell, str):
            cell = _GUARD.sub(r"\1", cell) if self.is_guarded else _ESCAPE.sub("_", cell)
            if self.has_commas and item.type is Type.decimal and _COMMA.fullmatch(cell.strip()):
                cell = cell.replace(",", ".")
        return value_of(item, cell)


def _heading(cell: Cell) -> str:
    return str(cell).strip().lower() if cell is not None else ""


def _must_be_given(noun: Noun, name: str) -> bool:
    info = noun.fields.model_fields.get(name)
    return info is not None and info.is_required()


def _tables_with(names: Sequence[str]) -> list[Noun]:
    """The tables that have such headings, and no fewer than they need."""
    given = {name for name in names if name}
    fitting = []
    for noun in NOUNS:
        known = {column.name for column in table_of(noun, cited=True).columns}
        needed = {name for name in noun.fields.model_fields if _must_be_given(noun, name)}
        if needed <= given <= known:
            fitting.append(noun)
    return fitting


def _table_with(names: Sequence[str], place: Place) -> Noun:
    """The one table that has such headings."""
    fitting = _tables_with(names)
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        several = ", ".join(table_name(noun) for noun in fitting)
        raise FileRefused("which-table", f"the headings fit several tables; say which, by table=: {several}", place)
    tables = ", ".join(BY_TABLE)
    detail = (
        f"the headings are those of no table of Tejido; say which one it is by table=, or bring a mapping: {tables}"
    )
    raise FileRefused("not-a-table", detail, place)


def _zipped(found: Mapping[Item, Sequence[Any]]) -> list[Values]:
    """Lists of members as a list of items. An empty member that has a default is left to it."""
    length = max(map(len, found.values()))
    items: list[Values] = []
    for index in range(length):
        item = {}
        for leaf, members in found.items():
            value = members[index] if index < len(members) else None
            if value is not None or leaf.may_be_empty:
                item[leaf.name] = value
        items.append(item)
    return items
