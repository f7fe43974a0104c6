"""Changes of columns: rows taken out, put in and replaced, and codes that move with them. Touches no database."""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from app.graph.columns import NONE, Column, Integers, Texts, Words

__all__ = ["Shift", "Span", "spliced", "spliced_numbers", "spliced_texts"]

_FEW = 8
"""Steps up to which comparing all codes is quicker than looking each up."""


class Span(NamedTuple):
    """Rows from `start` to `stop` of a column; those from `first` to `last` of the new rows take their place."""

    start: int
    stop: int
    first: int
    last: int


class Shift(NamedTuple):
    """How codes move when rows go and come."""

    size: int
    """How many codes there were."""
    steps: tuple[tuple[int, int], ...] = ()
    """(Code, by how much it and all from there on move), ascending."""

    @classmethod
    def of(cls, size: int, spans: Sequence[Span]) -> "Shift":
        """The shift of the codes of so many rows, when spans of others take their places."""
        moved = ((span.stop, (span.last - span.first) - (span.stop - span.start)) for span in spans)
        return cls(size, tuple((at, by) for at, by in moved if by))

    def then(self, other: "Shift") -> "Shift":
        """The shift of the codes of two tables that follow each other."""
        return Shift(self.size + other.size, (*self.steps, *((self.size + at, by) for at, by in other.steps)))

    @property
    def new_size(self) -> int:
        """How many codes there are now."""
        return self.size + sum(by for _, by in self.steps)

    def moved(self, codes: Integers) -> Integers:
        """The codes (NONE among them) as they are now. Those of rows that went come to mean nothing."""
        if len(self.steps) <= _FEW:
            found = codes.copy()
            for at, by in self.steps:
                found += (codes >= at).view(np.int8) * np.int8(by)
            return found
        now = np.arange(self.size + 1, dtype=codes.dtype)
        ends = (*(at for at, _ in self.steps[1:]), self.size)
        for (at, _), end, by in zip(self.steps, ends, accumulate(by for _, by in self.steps), strict=True):
            now[at:end] += by
        now[NONE] = NONE
        return now[codes]


def spliced(old: Column, spans: Sequence[Span], new: Column) -> Column:
    """The column with the spans of new rows in it; the column itself, if that changes nothing."""
    if isinstance(old, Texts) and isinstance(new, Texts):
        return spliced_texts(old, spans, new)
    if isinstance(old, Words) and isinstance(new, Words):
        codes = spliced_numbers(old.codes, spans, new.codes)
        return old if codes is old.codes else Words(codes, [word for word in old.words if word is not None])
    if isinstance(old, np.ndarray) and isinstance(new, np.ndarray):
        return spliced_numbers(old, spans, new)
    raise TypeError(type(old))


def spliced_numbers(old: Integers, spans: Sequence[Span], new: Integers) -> Integers:
    """The numbers with the spans of new ones in them; themselves, if that changes nothing."""
    if all(np.array_equal(old[start:stop], new[first:last]) for start, stop, first, last in spans):
        return old
    pieces, at = [], 0
    for start, stop, first, last in spans:
        pieces += [old[at:start], new[first:last]]
        at = stop
    return np.concatenate([*pieces, old[at:]], dtype=old.dtype)


def spliced_texts(old: Texts, spans: Sequence[Span], new: Texts) -> Texts:
    """The texts with the spans of new ones in them; themselves, if that changes nothing."""
    if all(_is_same(old, span, new) for span in spans):
        return old
    data, ends, at, moved = [], [], 0, 0
    for start, stop, first, last in spans:
        begin = int(old.ends[start]) + moved
        data += [old.data[old.ends[at] : old.ends[start]], new.data[new.ends[first] : new.ends[last]]]
        ends += [_further(old.ends[at:start], moved), _further(new.ends[first:last], begin - int(new.ends[first]))]
        moved = begin + int(new.ends[last]) - int(new.ends[first]) - int(old.ends[stop])
        at = stop
    data.append(old.data[old.ends[at] :])
    ends.append(_further(old.ends[at:], moved))
    return Texts(np.concatenate(data), np.concatenate(ends))


def _is_same(old: Texts, span: Span, new: Texts) -> bool:
    start, stop, first, last = span
    return (
        np.array_equal(np.diff(old.ends[start : stop + 1]), np.diff(new.ends[first : last + 1]))
        and old.data[old.ends[start] : old.ends[stop]].tobytes() == new.data[new.ends[first] : new.ends[last]].tobytes()
    )


def _further(ends: Integers, by: int) -> Integers:
    """Offsets moved by a number of bytes, perhaps backwards."""
    found: Integers = ends + ends.dtype.type(by % 2**32)
    return found
