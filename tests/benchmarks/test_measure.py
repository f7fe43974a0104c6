"""Times, bounds, and what becomes of them in the table."""

from typing import Any

import pytest

from benchmarks import report
from benchmarks.measure import Outcome, Peer, at_least, at_most, compare, once, times
from benchmarks.rows import ROWS


def outcome(**changed: Any) -> Outcome:
    """An outcome."""
    given: dict[str, Any] = {"work": "w", "data": "d", "peer": "p", "ours": 1.0, "theirs": 3.0, "bound": at_least(2)}
    return Outcome(**(given | changed))


def test_a_bound_is_of_the_side_that_it_names() -> None:
    assert (at_least(50).of(1, 60), at_least(50).met(1, 60), at_least(50).met(1, 40)) == (60, True, False)
    assert (at_most(3).of(2, 1), at_most(3).met(2, 1), at_most(3).met(4, 1)) == (2, True, False)
    assert (str(at_least(50)), str(at_most(1.2))) == ("≥ 50 ×", "≤ 1.2 ×")


def test_calls_are_made_in_turn_and_warmed_up() -> None:
    made: list[str] = []

    def call(name: str) -> str:
        made.append(name)
        return name

    found, answers = times([(lambda: call("a"), 2), (lambda: call("b"), 1)], str.upper)
    assert made == ["a", "a", "b", "a"]
    assert [len(one) for one in found] == [2, 1]
    assert answers == ["A", "B"]


def test_ours_and_peers_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 2))
    monkeypatch.setattr("benchmarks.measure.time.perf_counter", lambda: next(clock))
    peers = [Peer("half", lambda: 5, at_least(3), runs=1, scale=2, note="scaled"), Peer("other", lambda: 5, None)]
    first, second = compare("work", "data", lambda: 5, peers, runs=3, same=int, note="note")
    assert (first.ours, first.theirs, first.ratio, first.met) == (2, 4, 2, False)
    assert (first.runs, first.note) == ((3, 1), "half: scaled; note")
    assert (second.theirs, second.ratio, second.met) == (2, 1, None)


def test_what_is_not_there_yet_is_said_and_the_peers_are_measured() -> None:
    def missing() -> None:
        raise NotImplementedError("no columns")

    (found,) = compare("work", "data", missing, [Peer("peer", lambda: 5, at_least(1))], runs=1, same=int)
    assert (found.ours, found.ratio, found.met, found.note) == (None, None, None, "not measured: no columns")
    assert found.theirs is not None


def test_answers_that_differ_are_no_measurement() -> None:
    with pytest.raises(AssertionError, match="differ"):
        compare("work", "data", lambda: [1], [Peer("peer", lambda: [2], at_least(1))], runs=1, same=list)


def test_something_is_made_once() -> None:
    numbers = iter([1, 2])
    call = once(lambda: next(numbers))
    assert (call(), call()) == (1, 1)


def test_the_page_has_every_row_measured_or_not() -> None:
    page = report.markdown({"pagerank": [outcome(note="a note"), outcome(ours=None, bound=at_most(3))]})
    assert "| w | p | 1 s | 3 s | 3 × | ≥ 2 × | yes |" in page
    assert "| w | p | not measured | 3 s |  | ≤ 3 × |  |" in page
    assert "- `pagerank`: d; a note." in page
    assert [name for name in ROWS if f"| {name} | | not measured" not in page] == ["pagerank"]


def test_outcomes_are_kept_for_later_runs() -> None:
    rows = {"pagerank": [outcome(unit="B", runs=(1, 2))], "newman": [outcome(bound=None)]}
    report.keep(rows)
    assert report.kept() == rows
