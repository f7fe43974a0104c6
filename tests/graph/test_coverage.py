"""Where there are projects, and where none is recorded."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.graph.coverage import coverage
from app.graph.facts import Facts
from app.graph.network import TooLargeError
from app.graph.selection import Selection
from tests.graph import twins_questions as twins
from tests.graph.asking import MANY, ids
from tests.graph.rows import at, group, paid, project, world
from tests.graph.strategies import selections, worlds

BY = st.sampled_from(["topic", "funder"])
CLASSES = ("certain", "possible", "nationwide")


def ask(
    facts: Facts, selection: Selection | None = None, by: str = "topic", max_ids: int | None = None, most: int = 10**9
) -> dict[str, Any]:
    """The answer."""
    return coverage(facts, selection or Selection(), by=by, max_ids=max_ids, query={}, most=most)


def row_of(answer: dict[str, Any], state: str) -> dict[str, Any]:
    """One row."""
    (row,) = [row for row in answer["rows"] if row["id"] == f"state:{state}"]
    return dict(row)


@MANY
@given(worlds(), selections(), BY)
def test_cells_and_states_are_the_twins(facts: Facts, selection: Selection, by: str) -> None:
    answer = ask(facts, selection, by)
    cells, status = twins.coverage(facts, selection, by)
    assert {
        (row["id"], cell["column"], word): set(cell[word])
        for row in answer["rows"]
        for cell in row["cells"]
        for word in CLASSES
        if cell[word]
    } == cells
    assert {row["id"]: row["status"] for row in answer["rows"]} == status


@MANY
@given(worlds(), selections(), BY)
def test_margins_are_the_twins(facts: Facts, selection: Selection, by: str) -> None:
    answer = ask(facts, selection, by)
    for column in answer["columns"]:
        twin = twins.margin(facts, selection, by, column["id"])
        assert {word: set(column[word]) for word in twin} == twin
    twin = twins.margin(facts, selection, by, None)
    assert {word: set(answer["total"][word]) for word in twin} == twin


@MANY
@given(worlds(), selections(), BY)
def test_every_column_of_a_selected_state_is_a_cell_or_none(facts: Facts, selection: Selection, by: str) -> None:
    answer = ask(facts, selection, by)
    columns = {column["id"] for column in answer["columns"]}
    assert {row["id"] for row in answer["rows"]} == {f"state:{state}" for state in facts.states}
    for row in answer["rows"]:
        shown = [cell["column"] for cell in row["cells"]]
        if row["status"] == "not_selected":
            assert (shown, row["none"]) == ([], [])
        else:
            assert sorted([*shown, *row["none"]]) == sorted(columns)
        union = {word: {one for cell in row["cells"] for one in cell[word]} for word in CLASSES}
        assert {word: set(row["total"][word]) for word in CLASSES} == union


@MANY
@given(worlds(), selections(), BY, st.sampled_from(CLASSES))
def test_certainty_chooses_nothing(facts: Facts, selection: Selection, by: str, word: str) -> None:
    one, other = ask(facts, selection, by), ask(facts, twins.but(selection, certainty=ids(word)), by)
    for name in ("columns", "rows", "total", "status"):
        assert one[name] == other[name]


def test_none_recorded_is_not_unknown() -> None:
    """p is in A and counts one state more; nobody speaks of a state that p's group excludes."""
    rows = [project("p"), at("s1", "p", "MX-AAA", group="g", membership="named"), group("g", "p", 2)]
    excluded = at("s2", "p", "MX-BBB", group="g", membership="excluded")
    answer = ask(world(*rows, excluded))
    assert answer["status"] == {
        "known": ["state:MX-AAA"],
        "unknown": ["state:MX-CCC", "state:MX-DDD"],
        "none_recorded": ["state:MX-BBB"],
        "not_selected": [],
    }
    assert row_of(answer, "MX-CCC")["unknown_because"] == ["unnamed_states"]


def test_a_year_that_is_left_open_makes_a_state_unknown() -> None:
    facts = world(project("p", "2020"), at("s1", "p", "MX-AAA"))
    answer = ask(facts, Selection(year_from=2021))
    row = row_of(answer, "MX-AAA")
    assert (row["status"], row["unknown_because"]) == ("unknown", ["open_dates"])
    assert row["cells"][0]["possible"] == ["p"]
    assert answer["counts"]["projects"] == {"certain": 0, "possible": 1, "nationwide": 0}


def test_projects_without_a_known_funder_have_a_column_of_their_own() -> None:
    facts = world(
        project("p"), project("q"), paid("f", "ned", "x", "p"), at("s1", "p", "MX-AAA"), at("s2", "q", "MX-AAA")
    )
    cells = {cell["column"]: cell["certain"] for cell in row_of(ask(facts, by="funder"), "MX-AAA")["cells"]}
    assert cells == {"org:ned": ["p"], "unknown_funder": ["q"]}


def test_a_state_that_was_not_asked_for_is_not_called_empty() -> None:
    facts = world(project("p"), at("s1", "p", "MX-AAA"), at("s2", "p", "MX-BBB"))
    answer = ask(facts, Selection(state=ids("MX-AAA")))
    assert answer["status"]["known"] == ["state:MX-AAA"]
    assert answer["status"]["not_selected"] == ["state:MX-BBB", "state:MX-CCC", "state:MX-DDD"]


def test_a_table_that_is_too_large_is_refused() -> None:
    facts = world(project("p"), at("s1", "p", "MX"), topics=(("p", "t0"), ("p", "t1")))
    with pytest.raises(TooLargeError) as refused:
        ask(facts, most=1)
    assert (refused.value.count, refused.value.most, refused.value.what) == (8, 5, "ids")
    assert ask(facts, most=2)
    assert ask(facts, max_ids=0, most=0)


@MANY
@given(worlds(), selections(), BY, st.integers(0, 3))
def test_with_max_ids_the_lists_are_cut_and_their_counts_are_whole(
    facts: Facts, selection: Selection, by: str, max_ids: int
) -> None:
    def places(answer: dict[str, Any]) -> list[dict[str, Any]]:
        cells = [one for row in answer["rows"] for one in (row["total"], *row["cells"])]
        return [*cells, *answer["columns"], answer["total"]]

    whole, cut = ask(facts, selection, by), ask(facts, selection, by, max_ids)
    for one, other in zip(places(whole), places(cut), strict=True):
        for word in (*CLASSES, "no_place"):
            if word in one:
                assert other[word] == one[word][:max_ids]
                assert other[f"{word}_count"] == len(one[word])
    assert [row["none"] for row in whole["rows"]] == [row["none"] for row in cut["rows"]]
