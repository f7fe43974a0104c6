"""Nested answers as tables: lists of flat rows, as pandas.DataFrame and csv.DictWriter take them."""

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["flat", "rows"]

Row = dict[str, Any]


def flat(value: Mapping[str, Any], before: str = "") -> Row:
    """One row of a mapping: what is nested is spread out (`money.status` is `money_status`), lists stay as they are."""
    row: Row = {}
    for name, one in value.items():
        if isinstance(one, Mapping):
            row |= flat(one, f"{before}{name}_")
        else:
            row[before + name] = one
    return row


def rows(value: Mapping[str, Any], path: str) -> list[Row]:
    """The rows of a list within an answer, by its dotted path.

    Where the path leads through another list, the plain values of that one's rows come along, under its name: the rows
    of `edges.money.sums` have `edges_source`, `edges_target` and so on before their own `currency` and `amount_minor`.
    What has no such list there brings no rows. Items that are no mappings become rows with the one column `value`.
    """
    name = path.partition(".")[0]
    if name not in value:
        msg = f"the answer has no {name!r}; it has {', '.join(value)}"
        raise KeyError(msg)
    return list(_rows(value, path.split("."), {}))


def _rows(value: Mapping[str, Any], path: list[str], above: Row) -> Iterator[Row]:
    here = value.get(path[0])
    if isinstance(here, Mapping) and len(path) > 1:
        yield from _rows(here, path[1:], above)
    elif isinstance(here, list):
        for item in here:
            if len(path) == 1:
                yield above | (flat(item) if isinstance(item, Mapping) else {"value": item})
            else:
                plain = {name: one for name, one in flat(item, f"{path[0]}_").items() if not isinstance(one, list)}
                yield from _rows(item, path[1:], above | plain)
    elif here is not None:
        msg = f"{path[0]!r} is no list"
        raise TypeError(msg)
