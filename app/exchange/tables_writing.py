"""Records as files: CSV, JSON Lines, XLSX, Parquet. Every writer takes the records a page at a time and gives bytes.

The same records give the same bytes: no file carries a date, or anything of this machine.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Any

from app.exchange.dictionary import TABLE_ONLY, Column, Table, Type, complete, joined
from app.exchange.sheets import LONGEST_CELL, MOST_ROWS, Cell, CellError, Sheet, SheetColumn, write_workbook
from app.graph.formats.files import guard
from app.models.noun import Values

Pages = Iterable[Sequence[Values]]
"""Records of one noun, as answers have them, some at a time."""

_ROW_GROUP = 10_000
"""Records in a row group of Parquet: it is what a reader, and this writer, holds at once."""
_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class TableFormat:
    """A format of tables."""

    name: str
    """The value of `format=`."""
    media_type: str
    extension: str
    description: str
    write: Callable[[Table, Pages], Iterator[bytes]]
    may_nest: bool = False
    """Whether a file holds all that the JSON has, related records included."""
    most: int | None = None
    """Records that a file may have."""


def write_csv(table: Table, pages: Pages, *, mark: bool = False) -> Iterator[bytes]:
    """CSV as in RFC 4180, safe from formulas. `mark`: with the byte order mark by which Excel knows UTF-8."""
    heads = ",".join(f'"{column.name}"' for column in table.columns)
    yield f"{_MARK if mark else ''}{heads}\r\n".encode()
    for page in pages:
        lines = [",".join([_csv_cell(one) for one in _cells(table, record, guard)]) for record in page]
        if lines:
            yield "".join([f"{line}\r\n" for line in lines]).encode()


def csv_line(values: Iterable[Any]) -> bytes:
    """A line of single values, safe from formulas."""
    cells = (_csv_cell(guard(value) if isinstance(value, str) else value) for value in values)
    return f"{','.join(cells)}\r\n".encode()


def write_json_lines(table: Table, pages: Pages) -> Iterator[bytes]:
    """One record a line, as the JSON list has it: `ref` says of which kind it is, and which one."""
    names = ["ref", *(item.name for item in table.items if item.name not in ("ref", *TABLE_ONLY)), "value_status"]
    for page in pages:
        if page:
            yield "".join([f"{_json(names, record)}\n" for record in page]).encode()


def write_xlsx(table: Table, pages: Pages) -> Iterator[bytes]:
    """A workbook of one sheet, named as the table."""
    rows = (_sheet_row(table, record) for page in pages for record in page)
    yield from write_workbook([Sheet(table.name, [SheetColumn(column.name) for column in table.columns], rows)])


def write_parquet(table: Table, pages: Pages) -> Iterator[bytes]:
    """Parquet with typed columns: decimals are exact, lists are nested."""
    # Only here: half a second and 50 MB, which a service that nobody asks for Parquet should not spend.
    columnar = import_module("app.exchange.columnar")
    yield from columnar.write(table, _grouped(pages))


FORMATS: dict[str, TableFormat] = {
    one.name: one
    for one in (
        TableFormat(
            "csv",
            "text/csv",
            "csv",
            "Comma-separated values, for spreadsheets: with a byte order mark, which Excel needs.",
            lambda table, pages: write_csv(table, pages, mark=True),
        ),
        TableFormat("csv-plain", "text/csv", "csv", "The same without the byte order mark, for programs.", write_csv),
        TableFormat(
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "xlsx",
            "A workbook with typed numbers and dates.",
            write_xlsx,
            most=MOST_ROWS - 1,
        ),
        TableFormat(
            "jsonl",
            "application/x-ndjson",
            "jsonl",
            "One record a line, as the JSON list has it.",
            write_json_lines,
            may_nest=True,
        ),
        TableFormat(
            "parquet",
            "application/vnd.apache.parquet",
            "parquet",
            "Typed columns, lists nested, for data frames and databases.",
            write_parquet,
        ),
    )
}
"""The formats of tables, by name."""


# --- records as cells ----------------------------------------------------------------------------------------------


def plain_number(number: Decimal) -> str:
    """A decimal without an exponent."""
    return format(number, "f")


def _cells(table: Table, record: Values, clean: Callable[[str], str]) -> Iterator[Any]:
    """The value of each column: a text that was cleaned, a number, a truth value, or None."""
    record = complete(table, record)
    for column in table.columns:
        value = column.value(record)
        if column.is_list:
            yield joined(value or (), lambda one: _text(one, clean))
        else:
            yield clean(value) if isinstance(value, str) else value


def _text(value: Any, clean: Callable[[str], str]) -> str:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return plain_number(value) if isinstance(value, Decimal) else str(value)


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return _text(value, str)


def _json(names: Sequence[str], record: Values) -> str:
    """The record as the JSON list has it, `included` only where something was asked for."""
    shown = {name: record[name] for name in names}
    if record["included"] is not None:
        shown["included"] = record["included"]
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_json_value)


def _json_value(value: Any) -> str:
    if isinstance(value, Decimal):
        return plain_number(value)
    raise TypeError(f"{type(value).__name__} is not in any record")


# --- sheets --------------------------------------------------------------------------------------------------------


def _sheet_row(table: Table, record: Values) -> list[Cell]:
    """A record's cells. A text that is longer than a cell may be is not cut: its cell says that it is not there."""
    cells = []
    for column, value in zip(table.columns, _cells(table, record, str), strict=True):
        if isinstance(value, str):
            cells.append(_typed(column, value) if len(value) <= LONGEST_CELL else CellError.not_available)
        else:
            cells.append(value)
    return cells


def _typed(column: Column, text: str) -> Cell:
    """A whole day as a date; a month or a year stays a text, since a sheet has none that are no days."""
    if column.item.type is Type.date and len(text) == 10 and not column.is_list:
        return date.fromisoformat(text)
    return text


# --- what a group of records is in Parquet -------------------------------------------------------------------------


def _grouped(pages: Pages) -> Iterator[list[Values]]:
    group: list[Values] = []
    for page in pages:
        group.extend(page)
        while len(group) >= _ROW_GROUP:
            yield group[:_ROW_GROUP]
            group = group[_ROW_GROUP:]
    if group:
        yield group
