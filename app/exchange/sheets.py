"""Workbooks (Office Open XML, XLSX), written as a stream: no more than a row is held, however many there are.

Texts are cells of type text in the number format `@`, so that no spreadsheet takes one for a formula, a number or a
date, also not when it is edited; one that begins like a formula has the mark `quotePrefix` besides.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from xml.sax.saxutils import escape, quoteattr

from app.exchange.zipping import Zip

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
LONGEST_CELL = 32_767
"""Rows and columns of a sheet, and characters of a cell, at most."""
_DIGITS = 15
"""A sheet's numbers have so many digits that are exact."""
_LONGEST_HINT = 255
_AT_ONCE = 500

FIRST_DAY = date(1900, 3, 1)
"""The first day whose number all programs agree on: the sheet's calendar has a 29 February 1900."""
_DAY_NOUGHT = date(1899, 12, 30)

_FORMULA = re.compile("^[=+\\-@\t\n＝＋－＠]")
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class CellError(Enum):
    """What stands in a cell instead of a value."""

    not_available = "#N/A"


Cell = str | int | Decimal | bool | date | CellError | None


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a sheet, and what helps to fill it in."""

    head: str
    width: int = 18
    choices: str | None = None
    """What may be chosen: words with commas between, 255 characters at most, or cells (`=topics!$A$2:$A$9`)."""
    is_strict: bool = False
    """Whether nothing else may be typed in."""
    prompt: str | None = None
    """Shown beside a cell that is selected."""
    is_text: bool = True
    """Whether empty cells take what is typed for text."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: headings, and rows below."""

    name: str
    columns: Sequence[SheetColumn]
    rows: Iterable[Sequence[Cell]]


# Numbers of the formats in `cellXfs` below.
_HEAD, _TEXT, _QUOTED, _DAY, _MONEY = 1, 2, 3, 4, 5

_STYLES = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="6"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def write_workbook(sheets: Sequence[Sheet]) -> Iterator[bytes]:
    """The bytes of a workbook. The rows of a sheet are asked for when it is its turn."""
    archive = Zip()
    for name, content in _frame(sheets).items():
        archive.add(name, (_DECLARED + content).encode())
    for number, sheet in enumerate(sheets, start=1):
        with archive.file(f"xl/worksheets/sheet{number}.xml") as entry:
            for text in _sheet_xml(sheet, is_first=number == 1):
                entry.write(text.encode())
                yield from archive.sink.pieces()
    archive.close()
    yield from archive.sink.pieces(least=1)


def column_letters(number: int) -> str:
    """The name of a column, from 0 on: `A`, `Z`, `AA`."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _frame(sheets: Sequence[Sheet]) -> dict[str, str]:
    """The files around the sheets."""
    numbers = range(1, len(sheets) + 1)
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_CONTENT}.worksheet+xml"/>'
        for number in numbers
    )
    types = (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_CONTENT}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_CONTENT}.styles+xml"/>{kinds}</Types>'
    )
    listed = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, sheet in zip(numbers, sheets, strict=True)
    )
    related = [("worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
    return {
        "[Content_Types].xml": types,
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations([*related, ("styles", "styles.xml")]),
        "xl/styles.xml": _STYLES,
    }


def _relations(found: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(found, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _sheet_xml(sheet: Sheet, *, is_first: bool) -> Iterator[str]:
    letters = [column_letters(number) for number in range(len(sheet.columns))]
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{column.width}" style="{_TEXT if column.is_text else 0}"'
        ' customWidth="1"/>'
        for number, column in enumerate(sheet.columns, start=1)
    )
    selected = ' tabSelected="1"' if is_first else ""
    yield (
        f'{_DECLARED}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"'
        f'{selected}><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft"'
        f' state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols>'
        "<sheetData>"
    )
    heads = (
        _text_cell(f"{letter}1", column.head, _HEAD) for letter, column in zip(letters, sheet.columns, strict=True)
    )
    yield f'<row r="1">{"".join(heads)}</row>'
    number, waiting = 1, []
    for row in sheet.rows:
        number += 1
        cells = "".join(
            [_cell(f"{letter}{number}", cell) for letter, cell in zip(letters, row, strict=False) if cell is not None]
        )
        waiting.append(f'<row r="{number}">{cells}</row>')
        if len(waiting) == _AT_ONCE:
            yield "".join(waiting)
            waiting = []
    yield f"{''.join(waiting)}</sheetData>"
    if number > 1:
        yield f'<autoFilter ref="A1:{letters[-1]}{number}"/>'
    helps = [_validation(letter, column) for letter, column in zip(letters, sheet.columns, strict=True)]
    helps = [one for one in helps if one]
    if helps:
        yield f'<dataValidations count="{len(helps)}">{"".join(helps)}</dataValidations>'
    yield "</worksheet>"


def _validation(letter: str, column: SheetColumn) -> str:
    if column.choices is None and column.prompt is None:
        return ""
    where = f' sqref="{letter}2:{letter}{MOST_ROWS}"'
    prompt, listed, formula = "", "", ""
    if column.prompt is not None:
        shown = (
            f"promptTitle={quoteattr(column.head[:32])} prompt={quoteattr(_shortened(column.prompt, _LONGEST_HINT))}"
        )
        prompt = f' showInputMessage="1" {shown}'
    if column.choices is not None:
        stop = (
            ' showErrorMessage="1" errorTitle="Another word" error="Choose one of the list."'
            if column.is_strict
            else ""
        )
        listed = f' type="list" allowBlank="1"{stop}'
        is_range = column.choices.startswith("=")
        inner = column.choices[1:] if is_range else f'"{column.choices}"'
        formula = f"<formula1>{escape(inner)}</formula1>"
    return f"<dataValidation{listed}{prompt}{where}>{formula}</dataValidation>"


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _cell(place: str, value: Cell) -> str:
    if isinstance(value, str):
        return _text_cell(place, value, _QUOTED if _FORMULA.match(value) else _TEXT)
    if isinstance(value, bool):
        return f'<c r="{place}" s="0" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, date):
        is_early, day = value < FIRST_DAY, Decimal((value - _DAY_NOUGHT).days)
        return _text_cell(place, value.isoformat(), _TEXT) if is_early else _number_cell(place, day, _DAY)
    if isinstance(value, int | Decimal):
        number = Decimal(value)
        if len(number.as_tuple().digits) > _DIGITS:
            return _text_cell(place, format(number, "f"), _TEXT)
        return _number_cell(place, number, _MONEY if number.as_tuple().exponent == -2 else 0)
    return f'<c r="{place}" t="e"><v>{CellError.not_available.value}</v></c>'


def _number_cell(place: str, number: Decimal, style: int) -> str:
    return f'<c r="{place}" s="{style}"><v>{number:f}</v></c>'


def _text_cell(place: str, text: str, style: int) -> str:
    shown = escape(_NOT_XML.sub("\ufffd", _ESCAPED.sub("_x005F_", text))).replace("\r", "_x000D_")
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'
