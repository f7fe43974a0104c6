"""The workbook in which people who have no file yet write down what they know: a sheet a table, headings, choices."""

from collections.abc import Iterator

from app.exchange.dictionary import ANY_KIND, SEPARATOR, Column, Type, table_name, writable
from app.exchange.sheets import Sheet, SheetColumn, write_workbook
from app.models.noun import Noun
from app.models.nouns import BY_KIND, NOUNS

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILE_NAME = "tejido-template.xlsx"

_LEFT_OUT = ("visibility",)
_WIDE, _NARROW = 40, 16
_SHOWN_ROWS = 10_000
"""Rows of another sheet whose ids are offered as choices."""

_README = f"""\
Each sheet is a table of Tejido, each row below the headings a record. Leave sheets and columns that you do not need
empty.

id: your own short name of the record, in small letters, digits and hyphens (tejedoras-del-norte); unique in its sheet.
Other sheets refer to the record by it. Where you leave it empty, one is made from what the row says; so a row that is
changed later is a new record.

Where a cell is empty, the value is unknown, or there is none. Write nothing that your source does not say, and never 0
for unknown.

Columns with a point in their heading (names.text, names.kind) are lists: several values in one cell, with {SEPARATOR}
between them, in the same order in all columns of the list.

Dates are as exact as you know them: 2020, 2020-08 or 2020-08-31.

amount is a plain number in the currency's main unit, with a point before decimals; currency is its ISO 4217 code (MXN).

citations: where a document says it. document is an id of the sheet documents; record is the prefixed id of the record
(org:tejedoras-del-norte, project:…, funding:…); paragraph counts the lines that are not empty, from 0.

Never write names or data of natural persons into any cell.

The sheet dictionary explains every column.
"""


def write_template() -> Iterator[bytes]:
    """The bytes of the workbook. They are always the same."""
    yield from write_workbook(
        [
            Sheet(
                "README",
                [SheetColumn("How to fill in this workbook", 140)],
                [[" ".join(one.split())] for one in _README.split("\n\n")],
            ),
            *(Sheet(table_name(noun), _columns(noun), ()) for noun in NOUNS),
            _dictionary(),
        ]
    )


def _filled_in(noun: Noun) -> list[Column]:
    return [column for column in writable(noun.kind) if column.name not in _LEFT_OUT]


def _columns(noun: Noun) -> list[SheetColumn]:
    return [
        SheetColumn(
            column.name,
            _WIDE if column.item.type is Type.text else _NARROW,
            _choices(column),
            is_strict=bool(column.item.words) or column.item.type is Type.flag,
            prompt=column.description,
            is_text=column.item.type not in (Type.integer, Type.decimal, Type.flag) or column.is_list,
        )
        for column in _filled_in(noun)
    ]


def _choices(column: Column) -> str | None:
    if column.is_list:
        return None
    item = column.item
    if item.words:
        return ",".join(item.words)
    if item.type is Type.flag:
        return "TRUE,FALSE"
    if item.target is not None and item.target != ANY_KIND:
        # The ids that stand on the other sheet; others may be typed in.
        return f"={table_name(BY_KIND[item.target])}!$A$2:$A${_SHOWN_ROWS}"
    return None


def _dictionary() -> Sheet:
    heads = ("table", "column", "what it holds", "needed", "choices", "refers to", "meaning")
    rows = [
        [
            table_name(noun),
            column.name,
            f"list of {column.item.type.value}" if column.is_list else column.item.type.value,
            "yes" if _is_needed(noun, column) else None,
            ", ".join(column.item.words) or None,
            _target(column),
            column.description,
        ]
        for noun in NOUNS
        for column in _filled_in(noun)
    ]
    widths = (24, 24, 16, 8, 40, 20, 80)
    return Sheet("dictionary", [SheetColumn(*one) for one in zip(heads, widths, strict=True)], rows)


def _is_needed(noun: Noun, column: Column) -> bool:
    info = noun.fields.model_fields.get(column.name)
    return info is not None and info.is_required()


def _target(column: Column) -> str | None:
    target = column.item.target
    if target is None:
        return None
    return "any table, by prefixed id" if target == ANY_KIND else table_name(BY_KIND[target])
