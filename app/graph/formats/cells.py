"""JSON arrays of many values, made from numpy arrays without a Python object for each value.

The numbers of an array have one width, with spaces before the shorter ones, which JSON readers skip: so each can be
looked up in a table of the texts of all numbers below 10,000, four digits at a time.
"""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.graph.columns import MISSING, Bytes, Integers, Texts, unique
from app.graph.formats.portable import clean

__all__ = ["Buffers", "Flags", "joined", "lists", "numbers", "plain_strings", "strings", "words"]

Buffers = list[Bytes | bytes]
"""What a file is made of, to be joined."""
Flags = NDArray[np.bool_]

_AT_ONCE = 8192
"""Values worked on at a time, so that what is made of them stays in the processor's cache."""
_COMMA, _END = b",]"
_GROUP = 10_000
_MARK = b"\x1f"
"""Stands between texts until the separator is put there."""
_NULL = "null"


def joined(buffers: Buffers) -> bytes:
    """All of it."""
    return b"".join(one if isinstance(one, bytes) else one.data for one in buffers)


# Numbers and words


def numbers(values: Integers) -> Buffers:
    """An array of whole numbers, null for those that are MISSING."""
    if not len(values):
        return [b"[]"]
    least, most = int(values.min()), int(values.max())
    missing = values == MISSING if least == MISSING else None
    if least >= 0 and most < _GROUP:
        cells = _rows(_whole(len(str(most))).take(values))
    elif missing is not None and most < _GROUP and not ((values < 0) & ~missing).any():
        cells = _rows(_whole(len(_NULL)).take(np.where(missing, _GROUP, values)))
    else:
        cells = _signed(values if missing is None else np.where(missing, 0, values))
        if missing is not None:
            cells[missing] = list(_cell(_NULL, cells.shape[1] - 1))
    cells[-1, -1] = _END
    return [b"[", cells]


def words(codes: Integers, vocabulary: Sequence[str]) -> Buffers:
    """An array of few bare words, such as true and false: of each value its number in the vocabulary."""
    if not len(codes):
        return [b"[]"]
    width = max(map(len, vocabulary))
    cells = _rows(np.array([_cell(word, width) for word in vocabulary]).take(codes))
    cells[-1, -1] = _END
    return [b"[", cells]


def _cell(text: str, width: int) -> bytes:
    return f"{text:>{width}},".encode()


def _rows(cells: NDArray[Any]) -> Bytes:
    found: Bytes = cells.view(np.uint8).reshape(len(cells), -1)
    return found


@cache
def _whole(width: int) -> NDArray[Any]:
    """Number -> its text and a comma; behind those of four digits null."""
    found = [_cell(str(number), width) for number in range(10**width)]
    return np.array([*found, _cell(_NULL, width)] if width == len(_NULL) else found)


def _signed(values: Integers) -> Bytes:
    """For each number a row: its digits at the right, and a comma."""
    least, most = int(values.min()), int(values.max())
    rows = _digits(np.abs(values), max(len(str(least)), len(str(most)), 5))
    if least < 0:
        for place in np.flatnonzero(values < 0).tolist():
            rows[place] = list(_cell(str(values[place]), rows.shape[1] - 1))
    return rows


def _digits(values: Integers, width: int) -> Bytes:
    """The same for numbers from 0 on; `width`: how many digits there may be, five at least."""
    rows = np.empty((len(values), width + 1), dtype=np.uint8)
    count = -(-width // 4)
    offsets = [0, *range(width - 4 * (count - 1), width, 4)]
    for begin in range(0, len(values), _AT_ONCE):
        some = rows[begin : begin + _AT_ONCE]
        rest: NDArray[Any] = values[begin : begin + _AT_ONCE].astype(np.uint32 if width < 10 else np.uint64)
        group, groups = rest.dtype.type(_GROUP), []
        for _ in offsets:
            above = rest // group
            four = rest - above * group
            np.add(four, group, out=four, where=above == 0)
            groups.append(four)
            rest = above
        # A first group of fewer than four digits also fills bytes of the second, which is written after it.
        for offset, four in zip(offsets, reversed(groups), strict=True):
            shown = 4 if offset else width - 4 * (count - 1)
            cells = np.ndarray(len(some), np.uint32, some.data, offset, some.strides[:1])
            cells[:] = _part(shown, offset == offsets[-1]).take(four)
    rows[:, -1] = _COMMA
    return rows


@cache
def _part(width: int, is_last: bool) -> NDArray[np.uint32]:
    """Four digits of a number -> their text; from 10,000 on the same without noughts at its beginning."""
    inner = [f"{four:04}" for four in range(_GROUP)]
    first = [f"{four or '':>{width}}"[:4].ljust(4) for four in range(_GROUP)]
    if is_last:
        first[0] = "   0"
    return np.frombuffer("".join(inner + first).encode(), dtype=np.uint32)


# Texts


def strings(texts: Texts) -> Buffers:
    """The texts as JSON texts, cleaned, with commas between."""
    every = np.arange(len(texts))
    found: Buffers = []
    for begin in range(0, len(texts), _AT_ONCE):
        data, ends = _spaced(texts, every[begin : begin + _AT_ONCE])
        found += [b'","', *_cleaned(data, ends)]
    return [b'"', *found[1:], b'"'] if found else []


def plain_strings(texts: Texts, places: Integers, prefix: str) -> Buffers:
    """The texts at these places, which are plain, as JSON texts with commas between; the prefix goes before each."""
    separator, found = f'","{prefix}'.encode(), []
    for begin in range(0, len(places), _AT_ONCE):
        data, ends = _spaced(texts, places[begin : begin + _AT_ONCE])
        data[ends - 1] = _MARK[0]
        found.append(data.tobytes().replace(_MARK, separator))
    return [separator[2:], *found[:-1], found[-1][: -len(separator)], b'"'] if found else []


def lists(count: int, places: Integers, codes: Integers, *tables: tuple[str, Texts]) -> list[str]:
    """JSON arrays of the texts that each of so many rows has; the texts come in the order of the rows, and are plain.

    `places`: the row of each text. `codes`: its number in the tables, one behind the other, each with a prefix.
    """
    if not len(codes):
        return ["[]"] * count
    texts = tables[0][1] if len(tables) == 1 else Texts.joined([texts for _, texts in tables])
    starts = np.cumsum([len(texts) for _, texts in tables])
    # After each text stands a mark that says of which table the next one is, and whether it begins another array.
    table = np.searchsorted(starts, codes, side="right")
    marks = np.append(2 * table[1:] + (places[1:] != places[:-1]), 0).astype(np.uint8)
    found = []
    for begin in range(0, len(codes), _AT_ONCE):
        data, ends = _spaced(texts, codes[begin : begin + _AT_ONCE])
        data[ends - 1] = marks[begin : begin + _AT_ONCE]
        found.append(data.tobytes())
    content = b"".join(found)[:-1]
    for number, (prefix, _) in enumerate(tables):
        for mark, between in enumerate(('","', f'"]{_MARK.decode()}["'), 2 * number):
            content = content.replace(bytes([mark]), f"{between}{prefix}".encode())
    arrays = f'["{tables[table[0]][0]}{content.decode()}"]'.split(_MARK.decode())
    rows = places[np.append(True, places[1:] != places[:-1])]
    if len(rows) == count:
        return arrays
    every = ["[]"] * count
    for row, array in zip(rows.tolist(), arrays, strict=True):
        every[row] = array
    return every


def _cleaned(data: Bytes, ends: Integers) -> Buffers:
    """Texts with a space after each, cleaned, and separated instead."""
    odd = unique(np.searchsorted(ends, np.flatnonzero(_are_odd(data)), side="right"))
    data[ends - 1] = _MARK[0]

    def between(begin: int, end: int) -> bytes:
        return data[begin:end].tobytes().replace(_MARK, b'","')

    found: Buffers = []
    done = 0
    for start, end in zip((ends[odd - 1] * (odd > 0)).tolist(), (ends[odd] - 1).tolist(), strict=True):
        text = clean(data[start:end].tobytes().decode())
        found += [between(done, start), json.dumps(text, ensure_ascii=False)[1:-1].encode()]
        done = end
    return [*found, between(done, len(data) - 1)]


def _are_odd(data: Bytes) -> Flags:
    """Bytes for whose sake a text must be looked at: it may have to be escaped, or to be cleaned."""
    found: Flags = data < 0x20
    for one in b'"\\\x7f\xc2\xef':
        found |= data == one
    return found


def _spaced(texts: Texts, places: Integers) -> tuple[Bytes, Integers]:
    """The texts at these places, a space after each, and where each ends after its space."""
    # Files mapped into memory are arrays of a slow kind of their own.
    every, content = np.asarray(texts.ends), np.asarray(texts.data)
    starts = every[places].astype(np.int64)
    lengths = every[places + 1].astype(np.int64) - starts + 1
    ends = np.cumsum(lengths)
    if not len(content):
        return np.full(len(places), ord(" "), dtype=np.uint8), ends
    source = np.arange(int(ends[-1]), dtype=np.int64)
    source += np.repeat(starts - (ends - lengths), lengths)
    data: Bytes = content.take(source, mode="clip")
    data[ends - 1] = ord(" ")
    return data, ends
