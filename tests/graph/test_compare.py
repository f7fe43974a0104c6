"""Two selections side by side."""

from typing import Any

import pytest
from hypothesis import given

from app.graph.compare import compare
from app.graph.facts import Facts
from app.graph.network import TooLargeError
from app.graph.selection import Selection
from tests.graph import twins_questions as twins
from tests.graph.asking import MANY, ids
from tests.graph.rows import at, group, paid, part, project, world
from tests.graph.strategies import selections, worlds


def ask(facts: Facts, a: Selection, b: Selection) -> dict[str, Any]:
    """The answer."""
    return compare(facts, {"a": a, "b": b}, queries={"a": {}, "b": {}}, query={}, most=10**9)


def refs(entries: list[dict[str, Any]]) -> set[str]:
    """Ids of the entries."""
    return {entry["id"] for entry in entries}


@MANY
@given(worlds(), selections(), selections())
def test_shared_and_own_are_the_twins(facts: Facts, a: Selection, b: Selection) -> None:
    answer = ask(facts, a, b)
    one, other = twins.side(facts, a), twins.side(facts, b)
    for name in ("projects", "partners", "funders", "topics", "states"):
        assert refs(answer[name]["shared"]) == one[name] & other[name], name
        assert refs(answer[name]["only_a"]) == one[name] - other[name], name
        assert refs(answer[name]["only_b"]) == other[name] - one[name], name
    possibly = (one["states"] & other["possible_states"]) | (other["states"] & one["possible_states"])
    assert refs(answer["states"]["possibly_shared"]) == possibly - (one["states"] & other["states"])
    assert set(answer["funding_in_both"]) == one["funding"] & other["funding"]


@MANY
@given(worlds(), selections())
def test_a_selection_shares_everything_with_itself(facts: Facts, selection: Selection) -> None:
    answer = ask(facts, selection, selection)
    for name in ("projects", "partners", "funders", "topics", "states"):
        assert answer[name]["only_a"] == answer[name]["only_b"] == []
    assert answer["a"] == answer["b"]


@MANY
@given(worlds(), selections(), selections())
def test_the_sides_can_be_swapped(facts: Facts, a: Selection, b: Selection) -> None:
    one, other = ask(facts, a, b), ask(facts, b, a)
    assert (one["a"], one["b"]) == (other["b"], other["a"])
    assert one["states"]["status"] == other["states"]["status"]
    for name in ("projects", "partners", "funders", "topics", "states"):
        assert one[name]["only_a"] == other[name]["only_b"]


def test_no_shared_state_is_unknown_as_long_as_one_may_be() -> None:
    facts = world(
        project("p"),
        project("q"),
        project("r"),
        at("s1", "p", "MX-AAA"),
        at("s2", "q", "MX-BBB"),
        at("s3", "r", "MX-CCC"),
        group("g", "r", 2),
    )
    by_name = {one: Selection(project=ids(one)) for one in "pqr"}
    assert ask(facts, by_name["p"], by_name["q"])["states"]["status"] == "none_recorded"
    answer = ask(facts, by_name["p"], by_name["r"])["states"]
    assert answer["status"] == "unknown"
    assert [(one["id"], one["certain_on"], one["possible_projects"]) for one in answer["possibly_shared"]] == [
        ("state:MX-AAA", "a", ["r"])
    ]
    assert answer["state_groups_b"] == ["g"]
    assert ask(facts, by_name["p"], by_name["p"])["states"]["status"] == "known"


def test_money_is_summed_for_each_side_and_funder_by_itself() -> None:
    facts = world(
        project("p"),
        paid("f1", "ned", "x", "p", amount_minor=100, currency="USD"),
        paid("f2", "iri", "x", "p", amount_minor=7, currency="MXN"),
        paid("f3", None, "y", "p"),
        part("n", "u-groups", "partner", "p"),
    )
    answer = ask(facts, Selection(funder=ids("ned")), Selection(funder=ids("iri")))
    assert answer["funding_in_both"] == ["f1", "f2", "f3"]
    sums = {
        one["funder"]: [(total["currency"], total["amount_minor"]) for total in one["money"]["sums"]]
        for one in answer["a"]["money_by_funder"]
    }
    assert sums == {None: [], "org:iri": [("MXN", 7)], "org:ned": [("USD", 100)]}
    assert refs(answer["a"]["unnamed_partners"]) == {"party:u-groups"}


def test_a_state_of_a_project_that_only_may_fall_into_the_window_is_possible() -> None:
    facts = world(project("p", "2019"), project("q", "2020"), at("s1", "p", "MX-AAA"), at("s2", "q", "MX-AAA"))
    window = Selection(year_from=2020, year_to=2020, certainty=ids("certain", "possible"))
    states = ask(facts, twins.but(window, project=ids("p")), twins.but(window, project=ids("q")))["states"]
    assert states["shared"] == []
    assert states["status"] == "unknown"
    assert [(one["id"], one["certain_on"]) for one in states["possibly_shared"]] == [("state:MX-AAA", "b")]


def test_more_ids_than_an_answer_may_list_are_refused() -> None:
    facts = world(project("p"), paid("f", "ned", "x", "p"), at("s", "p", "MX-AAA"), topics=(("p", "t0"),))
    sides = {"a": Selection(), "b": Selection()}
    with pytest.raises(TooLargeError) as refused:
        compare(facts, sides, queries={"a": {}, "b": {}}, query={}, most=1)
    assert (refused.value.count, refused.value.most, refused.value.what) == (10, 5, "ids")
    assert compare(facts, sides, queries={"a": {}, "b": {}}, query={}, most=2)["projects"]["shared"]
