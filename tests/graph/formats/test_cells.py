"""Arrays of JSON made without a Python object for each value say what json would."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.graph.columns import MISSING, Texts
from app.graph.formats.cells import Buffers, joined, lists, numbers, plain_strings, strings, words
from app.graph.formats.portable import clean

_NUMBERS = st.integers(MISSING + 1, -MISSING - 1) | st.integers(-10, 20_000) | st.integers(0, 10**9)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
_PLAIN = st.text("abcñ-é漢", max_size=5)


def _array(content: Buffers) -> list[object]:
    text = joined(content)
    found: list[object] = json.loads(text if text.startswith(b"[") else b"[" + text + b"]")
    return found


@given(st.lists(st.none() | _NUMBERS))
def test_numbers_are_whole(values: list[int | None]) -> None:
    array = np.array([MISSING if value is None else value for value in values], dtype=np.int64)
    assert _array(numbers(array)) == values


@pytest.mark.parametrize("digits", range(1, 19))
def test_numbers_of_every_length_are_aligned(digits: int) -> None:
    values = [0, 1, 10**digits - 1, 10 ** (digits - 1), *range(9_990, 10_010)]
    values = [value for value in values if value < 10**digits]
    text = joined(numbers(np.array(values)))
    assert json.loads(text) == values
    assert {len(cell) for cell in text[1:-1].split(b",")} == {digits}


def test_many_numbers_and_texts_are_not_worked_on_at_once() -> None:
    values = np.arange(30_000) * 7
    assert _array(numbers(values)) == values.tolist()
    texts = [f"text {value}" for value in values.tolist()]
    texts[8192] = 'a "quoted" one'
    assert _array(strings(Texts.of(texts))) == texts
    plain = [text for text in texts if '"' not in text]
    every = np.arange(len(plain))
    assert _array(plain_strings(Texts.of(plain), every[::-1], "x:")) == [f"x:{one}" for one in plain[::-1]]
    assert lists(1, every * 0, every, ("", Texts.of(plain))) == [json.dumps(plain, separators=(",", ":"))]


@given(st.lists(st.sampled_from([0, 1, 2])))
def test_words_are_bare(codes: list[int]) -> None:
    assert _array(words(np.array(codes, dtype=np.uint8), ("false", "true", "null"))) == [
        (False, True, None)[code] for code in codes
    ]


@given(st.lists(_TEXTS))
def test_texts_are_clean(texts: list[str]) -> None:
    assert _array(strings(Texts.of(texts))) == [clean(text) for text in texts]


@given(st.lists(st.lists(st.tuples(st.integers(0, 2), _PLAIN))))
def test_lists_hold_the_texts_of_their_rows(rows: list[list[tuple[int, str]]]) -> None:
    tables = [sorted({text for row in rows for number, text in row if number == table}) for table in range(3)]
    first = [0, len(tables[0]), len(tables[0]) + len(tables[1])]
    places = [place for place, row in enumerate(rows) for _ in row]
    codes = [first[table] + tables[table].index(text) for row in rows for table, text in row]
    found = lists(
        len(rows),
        np.array(places, dtype=np.int64),
        np.array(codes, dtype=np.int64),
        *((f"{table}:", Texts.of(texts)) for table, texts in enumerate(tables)),
    )
    assert [json.loads(array) for array in found] == [[f"{table}:{text}" for table, text in row] for row in rows]
