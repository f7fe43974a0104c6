"""Splicing does to columns what it would do to lists."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.graph.columns import NONE, Texts, Words
from app.store.splicing import Shift, Span, spliced

WORDS = ("a", "b")


@st.composite
def changes(draw: st.DrawFn) -> tuple[int, list[Span]]:
    """So many rows, and spans that lie behind each other."""
    size = draw(st.integers(0, 40))
    spans, at, new = [], 0, 0
    while at <= size and draw(st.integers(0, 9)):
        start = draw(st.integers(at, min(size, at + 6)))
        stop = draw(st.integers(start, min(size, start + 2)))
        count = draw(st.integers(0, 2))
        spans.append(Span(start, stop, new, new + count))
        at, new = max(stop, start + (start == stop and not count)), new + count
        if at >= size:
            break
    return size, spans


def in_list(old: list[str], spans: list[Span], new: list[str]) -> list[str]:
    made = list(old)
    for start, stop, first, last in reversed(spans):
        made[start:stop] = new[first:last]
    return made


@given(changes(), st.data())
def test_a_column_is_spliced_like_a_list(change: tuple[int, list[Span]], data: st.DataObject) -> None:
    size, spans = change
    texts = st.sampled_from(["", "a", "b", "ñandú"])
    old = data.draw(st.lists(texts, min_size=size, max_size=size))
    count = spans[-1].last if spans else 0
    new = data.draw(st.lists(texts, min_size=count, max_size=count))
    wanted = in_list(old, spans, new)
    before, after = Texts.of(old), Texts.of(new)
    found = spliced(before, spans, after)
    assert isinstance(found, Texts)
    assert found.list() == wanted
    assert (found is before) == all(old[one.start : one.stop] == new[one.first : one.last] for one in spans)
    lengths = [np.array([len(one) for one in some], dtype=np.int32) for some in (old, new)]
    numbers = spliced(lengths[0], spans, lengths[1])
    assert isinstance(numbers, np.ndarray)
    assert numbers.tolist() == [len(one) for one in wanted]
    kept = [one if one in WORDS else None for one in old], [one if one in WORDS else None for one in new]
    words = spliced(Words.of(kept[0], WORDS), spans, Words.of(kept[1], WORDS))
    assert isinstance(words, Words)
    assert [words[place] for place in range(len(words))] == [one if one in WORDS else None for one in wanted]
    assert words.words == (None, *WORDS)


@given(changes(), changes())
def test_codes_move_with_their_rows(first: tuple[int, list[Span]], second: tuple[int, list[Span]]) -> None:
    """In one table, and in two that follow each other."""
    parts = [[f"{name}{place}" for place in range(size)] for name, (size, _) in zip("ab", (first, second), strict=True)]
    now = [in_list(part, spans, ["new"] * 99) for part, (_, spans) in zip(parts, (first, second), strict=True)]
    shift = Shift.of(*first).then(Shift.of(*second))
    old, new = [*parts[0], *parts[1]], [*now[0], *now[1]]
    assert (shift.size, shift.new_size) == (len(old), len(new))
    codes = [NONE, *(code for code, one in enumerate(old) if one in new)]
    wanted = [NONE, *(new.index(old[code]) for code in codes[1:])]
    assert shift.moved(np.array(codes, dtype=np.int32)).tolist() == wanted
