"""360Giving in tables: headings, rows, and sheets that say more of the same grants, put together as in JSON.

Rows with one identifier are one grant, wherever they stand, as long as they do not contradict each other. So the rows
lie in a temporary database until the last of them is read; of natural persons only the fact goes there.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Any, BinaryIO

from app.exchange import values as forms
from app.exchange.drafts import FileRefused, Place, Report
from app.exchange.grids import Cell, Row, Workbook, delimiters_of, encoding_of, is_zip
from app.exchange.whole_csv import whole_rows

HERE = "\0here"
"""Key under which a part of a grant has the place of its row, where that is not the grant's own."""

Path = tuple[str | int, ...]
Name = Callable[[str], str]

_LOOKED_AT = 10
_MOST_ROWS = 2_000
_PROGRESS = 500
_MOST_SHOWN = 60
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
_STANDARD = "fields that are not 360Giving's"


def _plain(text: str) -> str:
    """A part of a heading, blind to case, spaces and signs."""
    return _NOT_LETTERS.sub("", text.lower())


def _names(text: str) -> dict[str, str]:
    """`field: heading, heading; …` as plain heading -> field; the field's own name is a heading too."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        field, _, headings = part.strip().partition(":")
        found |= {_plain(one): field for one in (field, *headings.split(",")) if one.strip()}
    return found


_TOP = _names(
    "id: identifier; title; description; currency; amountAppliedFor; amountAwarded; amountDisbursed; awardDate; url;"
    " plannedDates; actualDates; recipientOrganization: Recipient Org, Recipient Organisation; recipientIndividual:"
    " Recipient Ind; toIndividualsDetails: Recipient Individual Details, Recipient Ind Details; fundingOrganization:"
    " Funding Org, Funding Organisation; grantProgramme: Grant Program; fromOpenCall: From an open call;"
    " relatedActivity; relatedDocument; classifications: classification; fundingType; beneficiaryLocation:"
    " Beneficiary Locations; regrantType: For Regrant Type; locationScope: Location Scope Code; dateModified: Last"
    " modified; dataSource; commitmentTransaction; disbursementTransaction; applicationTransaction; awardDatePrecision;"
    " currencyPresumed"
)
_PERSON = {"recipientindividualid": "id", "recipientindividualname": "name"}
"""Headings of GrantNav."""
_ORGANIZATION = _names(
    "id: identifier; name; department; contactName; charityNumber; companyNumber; streetAddress; addressLocality: city;"
    " addressRegion: county; addressCountry: country; postalCode; telephone: phone number; alternateName; email;"
    " description; organisationType: organization type; url: web address; location; dateModified: last modified"
)
_LOCATION = _names(
    "id: identifier; name; countryCode; latitude; longitude; description; geoCode: geographic code; geoCodeType:"
    " geographic code type; dateModified: last modified"
)
_EVENT = _names("title; startDate; endDate; duration: duration months; description; dateModified: last modified")
_CLASSIFICATION = _names("vocabulary; code; title; description; url; dateModified: last modified")
_DOCUMENT = _names("id: identifier; title; url: web address; description; documentType; dateModified: last modified")
_TRANSACTION = _names("id; transactionDate; currency; value; valueDate; description; provider; recipient; dateModified")
_LISTS = {
    "plannedDates": _EVENT,
    "actualDates": _EVENT,
    "recipientOrganization": _ORGANIZATION,
    "fundingOrganization": _ORGANIZATION,
    "beneficiaryLocation": _LOCATION,
    "location": _LOCATION,
    "grantProgramme": _CLASSIFICATION,
    "fundingType": _CLASSIFICATION,
    "classifications": _CLASSIFICATION,
    "relatedDocument": _DOCUMENT,
    "commitmentTransaction": _TRANSACTION,
    "disbursementTransaction": _TRANSACTION,
    "applicationTransaction": _TRANSACTION,
}
"""Field that is a list of objects -> plain heading -> field of such an object."""
_OF_PERSONS = frozenset({"recipientIndividual", "toIndividualsDetails", "contactName", "telephone", "email"})
"""Fields of which only is kept that they are filled in."""
_META = {
    "title": ("title",),
    "publishername": ("publisher", "name"),
    "license": ("license",),
    "licence": ("license",),
    "downloadurl": ("downloadURL",),
    "accessurl": ("accessURL",),
    "issued": ("issued",),
}


def path_of(heading: str) -> Path | None:
    """The path of a column by its heading, a title (`Recipient Org:Name`) or a path of JSON; None: no field of it."""
    first, *parts = [part.strip() for part in re.split(r"[:/]", heading)]
    if _plain(first) in _PERSON:
        return ("recipientIndividual", _PERSON[_plain(first)])
    field = _TOP.get(_plain(first))
    if field is None:
        return None
    if field in {"recipientIndividual", "toIndividualsDetails"}:
        return (field, _plain("".join(parts)))
    return _path_below((field,), parts)


def _path_below(path: tuple[str | int, ...], parts: list[str]) -> Path | None:
    fields = _LISTS.get(str(path[-1]))
    if fields is None:
        # `relatedActivity/0` is a plain list.
        return path if not parts or (len(parts) == 1 and parts[0].isdecimal()) else None
    number = 0
    if parts and parts[0].isascii() and parts[0].isdecimal():
        number = int(parts[0][:4])
        parts = parts[1:]
    field = fields.get(_plain(parts[0])) if parts else None
    return None if field is None else _path_below((*path, number, field), parts[1:])


@dataclass(frozen=True, slots=True)
class Headings:
    """The columns of one table."""

    row: int
    paths: Mapping[int, Path]
    """Column, from 0 -> path."""
    written: Mapping[str, str]
    """Path as in a problem -> heading as the file has it."""
    width: int
    strangers: int

    def of(self, path: str) -> str:
        """What the file calls a path of JSON."""
        found = self.written.get(path) or self.written.get(re.sub(r"/\d+", "/0", path))
        below = (heading for one, heading in self.written.items() if one.startswith(f"{path}/"))
        return found or next(below, path)


def headings_of(rows: Iterable[Row]) -> Headings | None:
    """The headings among the first rows; None where none has an identifier and another column of the standard."""
    for row in rows:
        paths: dict[int, Path] = {}
        written: dict[str, str] = {}
        for number, cell in enumerate(row.cells):
            path = path_of(cell) if isinstance(cell, str) else None
            name = "/".join(map(str, path or ()))
            if path is not None and name not in written:
                paths[number] = path
                written[name] = " ".join(str(cell).split())[:_MOST_SHOWN]
        if len(paths) > 1 and ("id",) in paths.values():
            strangers = sum(cell is not None for cell in row.cells) - len(paths)
            return Headings(row.number, paths, written, len(row.cells), strangers)
    return None


def read_table(
    file: BinaryIO, report: Report, tell: Callable[[Mapping[str, Any]], None]
) -> Iterator[tuple[dict[str, Any], Place, Name]]:
    """The grants of a table as in JSON, their places, what the file calls a path; `tell` is told of a Meta sheet."""
    with closing(_Spool()) as spool:
        if is_zip(file):
            _spool_workbook(file, spool, report, tell)
        else:
            _spool_csv(file, spool, report)
        if not any(("amountAwarded",) in one.paths.values() for one in spool.tables):
            detail = "no row of headings has `Identifier` and `Amount Awarded`, or `id` and `amountAwarded`"
            raise FileRefused("not-360giving", detail)
        yield from spool.grants(report)


def is_workbook(file: BinaryIO) -> bool:
    """Whether a file is an Excel file in which a sheet has columns of the standard for whom, and how much."""
    file.seek(0)
    try:
        if not is_zip(file):
            return False
        with closing(Workbook(file)) as book:
            found = [headings_of(islice(book.rows(name), _LOOKED_AT)) for name in book.sheets]
    except FileRefused:
        return False
    finally:
        file.seek(0)
    return any(one is not None and ("amountAwarded",) in one.paths.values() for one in found)


def _spool_csv(file: BinaryIO, spool: "_Spool", report: Report) -> None:
    file.seek(0)
    if file.read(8).startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"{", b"[", b"<")):
        detail = "the file is no table: an old Excel file (.xls), a PDF, JSON or a page; save it as .xlsx or .csv"
        raise FileRefused("not-csv", detail)
    encoding = encoding_of(file)
    best: tuple[int, str] = (0, ",")
    for delimiter, _ in delimiters_of(file, encoding):
        found = headings_of(islice(whole_rows(file, encoding, delimiter), _LOOKED_AT))
        best = max(best, (len(found.paths) if found else 0, delimiter))
    if best[0] == 0:
        return
    if encoding.warning:
        report.warn("encoding", encoding.warning, None)
    spool.add("", whole_rows(file, encoding, best[1]), report, file)


def _spool_workbook(file: BinaryIO, spool: "_Spool", report: Report, tell: Callable[[Mapping[str, Any]], None]) -> None:
    with closing(Workbook(file)) as book:
        sheets = []
        for name in book.sheets:
            if _plain(name) == "meta":
                tell(_meta(book.rows(name)))
                continue
            found = headings_of(islice(book.rows(name), _LOOKED_AT))
            if found is not None:
                sheets.append((("amountAwarded",) not in found.paths.values(), name))
        # The sheet of the grants comes first, so that a grant's place is there.
        for _, name in sorted(sheets, key=itemgetter(0)):
            spool.add(name, book.rows(name), report, file)


def _meta(rows: Iterable[Row]) -> dict[str, Any]:
    """What the Meta sheet says: names in its first column, values in its second."""
    found: dict[str, Any] = {}
    for row in islice(rows, 100):
        name, value = (*row.cells, None, None)[:2]
        path = _META.get(_plain(str(name)))
        if path is None or value is None:
            continue
        below = found
        for part in path[:-1]:
            below = below.setdefault(part, {})
        below[path[-1]] = value if isinstance(value, str) else str(value)
    return found


class _Spool:
    """Rows on the way to being grants, in a temporary file that goes with the connection."""

    def __init__(self) -> None:
        self.tables: list[Headings] = []
        self._sheets: list[str] = []
        self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8192;"
            "CREATE TABLE line (number INTEGER PRIMARY KEY, id TEXT, sheet INTEGER, row INTEGER, cells TEXT);"
        )

    def close(self) -> None:
        """Remove the file."""
        self._connection.close()

    def add(self, sheet: str, rows: Iterator[Row], report: Report, file: BinaryIO) -> None:
        """Keep the rows of a sheet (of a CSV file: no name)."""
        first = list(islice(rows, _LOOKED_AT))
        headings = headings_of(first)
        if headings is None:
            return
        number = len(self.tables)
        self.tables.append(headings)
        self._sheets.append(sheet)
        if headings.strangers:
            report.left_out[_STANDARD] += headings.strangers
        rows = chain((row for row in first if row.number > headings.row), rows)
        kept = (
            (line[0], number, row.number, line[1])
            for count, row in enumerate(rows)
            if (line := self._line(row, headings, number, report)) and not _tick(count, report, file)
        )
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT INTO line (id, sheet, row, cells) VALUES (?, ?, ?, ?)", kept)
        self._connection.execute("COMMIT")

    def _line(self, row: Row, headings: Headings, sheet: int, report: Report) -> tuple[str, str] | None:
        place = self._place(sheet, row.number)
        if len(row.cells) > headings.width and any(cell is not None for cell in row.cells[headings.width :]):
            report.error("too-many-cells", "the row has more cells than there are headings", place)
            return None
        cells = [
            [number, _kept(path, row.cells[number])]
            for number, path in headings.paths.items()
            if number < len(row.cells) and row.cells[number] is not None
        ]
        if not cells:
            return None
        own = next((value for number, value in cells if headings.paths[int(number)] == ("id",)), None)
        key = forms.line(_text(own))[0] if own is not None else ""
        if not key:
            report.error("missing-id", "the row has no identifier", place, headings.of("id"))
            return None
        return key, json.dumps(cells, ensure_ascii=True)

    def _place(self, sheet: int, row: int) -> Place:
        name = self._sheets[sheet]
        return Place(row, f"row {row} of sheet {name}" if name else f"row {row}")

    def grants(self, report: Report) -> Iterator[tuple[dict[str, Any], Place, Name]]:
        """The grants, in the order of their first rows."""
        self._connection.execute("CREATE INDEX by_id ON line (id, number)")
        rows = self._connection.execute(
            "SELECT f.first, l.id, l.sheet, l.row, l.cells FROM line l"
            " JOIN (SELECT id, min(number) AS first FROM line GROUP BY id) f ON f.id = l.id ORDER BY f.first, l.number"
        )
        for _, same in groupby(rows, key=itemgetter(0)):
            found: list[tuple[dict[str, Any], Place, int]] = []
            for count, (_, key, sheet, row, cells) in enumerate(same):
                place = self._place(sheet, row)
                if count >= _MOST_ROWS:
                    report.error("too-many-rows", f"more than {_MOST_ROWS:,} rows have this identifier", place)
                    break
                grant = _grant(json.loads(cells), self.tables[sheet].paths) | {"id": key}
                into = next((one for one, *_ in found if _agrees(one, grant)), None)
                if into is None:
                    found.append((grant, place, sheet))
                else:
                    _merge(into, grant, place)
            for grant, place, sheet in found:
                yield grant, place, self._name(sheet)

    def _name(self, sheet: int) -> Name:
        own, others = self.tables[sheet], self.tables

        def name(path: str) -> str:
            heading = own.of(path)
            return (
                next((other.of(path) for other in others if other.of(path) != path), path)
                if heading == path
                else heading
            )

        return name


def _tick(count: int, report: Report, file: BinaryIO) -> bool:
    if count % _PROGRESS == 0:
        report.progressed(file.tell())
    return False


def _kept(path: Path, cell: Cell) -> Any:
    if any(part in _OF_PERSONS for part in path):
        return True
    return f"{cell:%Y-%m-%d}" if isinstance(cell, date) else cell


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _grant(cells: Sequence[tuple[int, Any]], paths: Mapping[int, Path]) -> dict[str, Any]:
    """The cells of a row as the object that they stand for."""
    root: dict[str | int, Any] = {}
    for number, value in cells:
        *above, last = paths[number]
        here = root
        for part in above:
            here = here.setdefault(part, {})
        here[last] = value
    return {str(name): _listed(value) for name, value in root.items()}


def _listed(value: Any) -> Any:
    """Objects whose names are numbers as lists."""
    if not isinstance(value, dict):
        return value
    if any(isinstance(name, int) for name in value):
        return [_listed(value[number]) for number in sorted(value)]
    return {name: _listed(one) for name, one in value.items()}


def _agrees(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two objects can be one: what both say is the same."""
    for name, value in other.items():
        known = one.get(name)
        if known is None or name == HERE:
            continue
        if isinstance(known, list) and isinstance(value, list):
            if not all(_agrees(match, item) for item in value if (match := _match(known, item)) is not None):
                return False
        elif known != value and _text(known) != _text(value):
            return False
    return True


def _match(known: Sequence[dict[str, Any]], item: Mapping[str, Any]) -> dict[str, Any] | None:
    """The one among known objects that another says more of: with its identifier, or the first if it has no name."""
    if "id" in item:
        return next((one for one in known if one.get("id") == item["id"]), None)
    if "name" not in item and known and "id" in known[0]:
        return known[0]
    return None


def _merge(one: dict[str, Any], other: Mapping[str, Any], place: Place) -> None:
    for name, value in other.items():
        known = one.get(name)
        if not isinstance(known, list) or not isinstance(value, list):
            one.setdefault(name, value)
            continue
        for item in value:
            match = _match(known, item)
            if match is not None:
                _merge(match, item, place)
            elif item not in [{part: of for part, of in had.items() if part != HERE} for had in known]:
                known.append(item | {HERE: place})
