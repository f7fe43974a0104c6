"""Tables as Parquet, typed from the schemas. Loading Arrow takes a while, so that this module is loaded when needed."""

import calendar
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from app.exchange.dictionary import Item, Table, Type, complete
from app.exchange.zipping import Counted
from app.models.noun import Values

_TYPES = {Type.integer: pa.int64(), Type.flag: pa.bool_()}
_DIGITS = {2: 5, 3: 18, 6: 18}
"""Decimal places -> digits in all, as the schemas have them."""


def write(table: Table, groups: Iterable[Sequence[Values]]) -> Iterator[bytes]:
    """The bytes of a file; each group of records is a row group."""
    schema = pa.schema([field for item in table.items for field in _fields(item)])
    sink = Counted()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for group in groups:
            records = [complete(table, record) for record in group]
            arrays = [array for item in table.items for array in _arrays(item, [one[item.name] for one in records])]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            yield from sink.pieces()
    yield from sink.pieces(least=1)


def _type(item: Item) -> Any:
    if item.type is Type.group:
        found = pa.struct([pa.field(one.name, _type(one)) for one in item.items])
    elif item.type is Type.decimal:
        found = pa.decimal128(_DIGITS[item.places], item.places)
    else:
        found = _TYPES.get(item.type, pa.string())
    return pa.list_(found) if item.is_list else found


def _fields(item: Item) -> Iterator[Any]:
    """The column of an item; of a date three, since what may be a year or a month is a text."""
    nullable = item.may_be_empty and not item.is_list
    yield pa.field(item.name, _type(item), nullable=nullable, metadata={"description": item.description})
    if item.type is Type.date:
        for end, words in (("earliest", "The first day"), ("latest", "The last day")):
            told = {"description": f"{words} that {item.name} may stand for."}
            yield pa.field(f"{item.name}_{end}", pa.date32(), metadata=told)


def _arrays(item: Item, values: list[Any]) -> Iterator[Any]:
    yield pa.array(values, type=_type(item))
    if item.type is Type.date:
        yield pa.array([None if value is None else _ends(value)[0] for value in values], type=pa.date32())
        yield pa.array([None if value is None else _ends(value)[1] for value in values], type=pa.date32())


def _ends(partial: str) -> tuple[date, date]:
    """The first and the last day of a year, a month or a day."""
    year, month, day = ([int(part) for part in partial.split("-")] + [0, 0])[:3]
    last_month = month or 12
    last_day = day or calendar.monthrange(year, last_month)[1]
    return date(year, month or 1, day or 1), date(year, last_month, last_day)
