"""Who and what is left without when funders withdraw."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.graph.facts import Facts
from app.graph.network import TooLargeError
from app.graph.selection import Selection
from app.graph.withdrawal import withdrawal
from tests.graph import twins_questions as twins
from tests.graph.asking import MANY, ids
from tests.graph.rows import at, group, paid, part, project, world
from tests.graph.strategies import ORGANIZATIONS, selections, worlds


def ask(facts: Facts, selection: Selection) -> dict[str, Any]:
    """The answer."""
    return withdrawal(facts, selection, query={}, most=10**9)


def refs(entries: list[dict[str, Any]]) -> set[str]:
    """Ids of the entries."""
    return {entry["id"] for entry in entries}


def rows_of(money: dict[str, Any]) -> set[str]:
    """Ids of all rows that money speaks of."""
    return {one for total in money["sums"] for one in total["funding"]} | {
        *money["unknown_amounts"],
        *money["outside_window"],
    }


@MANY
@given(worlds(), selections(), st.lists(st.sampled_from(ORGANIZATIONS), min_size=1, max_size=2))
def test_the_answer_is_the_twins(facts: Facts, selection: Selection, leaving: list[str]) -> None:
    chosen = twins.but(selection, funder=frozenset(leaving) & facts.organizations.keys(), currency=frozenset())
    answer, twin = ask(facts, chosen), twins.withdrawal(facts, chosen)
    for word in ("lost", "unclear", "kept", "unnamed"):
        assert refs(answer["recipients"][word]) == twin[word], word
    for word in ("states", "topics"):
        for part_of_it in ("left", "kept"):
            assert refs(answer[word][part_of_it]) == twin[f"{word}_{part_of_it}"], (word, part_of_it)
    assert refs(answer["projects"]["left"]) == twin["projects_left"]
    assert refs(answer["projects"]["kept"]) == twin["projects_kept"]
    assert refs(answer["projects"]["unknown_funder"]) == twin["projects_unknown"]
    for word in ("granted", "regranted"):
        assert rows_of(answer["money"][word]) == twin[word]


@MANY
@given(worlds(), selections())
def test_nobody_is_left_by_a_funder_that_gave_nothing(facts: Facts, selection: Selection) -> None:
    answer = ask(facts, twins.but(selection, funder=frozenset()))
    assert not any(answer["recipients"].values())
    assert not any(answer["states"].values())
    assert not any(answer["topics"].values())
    assert answer["projects"]["left"] == answer["projects"]["kept"] == []


def test_lost_unclear_and_kept_by_hand() -> None:
    """x has one funder; y also an unknown one; z another; v money without a project; w an unnamed funder."""
    facts = world(
        project("p"),
        paid("f1", "ned", "x", "p"),
        paid("f2", "ned", "y", "p"),
        paid("f3", None, "y", "p"),
        paid("f4", "ned", "z", "p"),
        paid("f5", "iri", "z", "p"),
        paid("f6", "ned", "v", "p"),
        paid("f7", "iri", "v", None),
        paid("f8", "ned", "w", "p"),
        paid("f9", "u-donors", "w", "p"),
        paid("g1", "ned", "u-groups", "p"),
    )
    recipients = ask(facts, Selection(funder=ids("ned")))["recipients"]
    assert {word: refs(entries) for word, entries in recipients.items()} == {
        "lost": {"org:x"},
        "unclear": {"org:v", "org:y"},
        "kept": {"org:w", "org:z"},
        "unnamed": {"party:u-groups"},
    }
    assert [entry["unclear_funding"] for entry in recipients["unclear"]] == [["f7"], ["f3"]]
    assert [entry["other_funders"][0]["id"] for entry in recipients["kept"]] == ["party:u-donors", "org:iri"]


def test_funders_withdraw_together_and_are_not_left_by_each_other() -> None:
    facts = world(project("p"), paid("f1", "a", "x", "p"), paid("f2", "b", "x", "p"), paid("f3", "a", "b", "p"))
    assert refs(ask(facts, Selection(funder=ids("a")))["recipients"]["lost"]) == {"org:b"}
    both = ask(facts, Selection(funder=ids("a", "b")))
    assert refs(both["recipients"]["lost"]) == {"org:x"}
    assert both["left_out"]["withdrawing_funders"] == {"count": 1, "ids": ["org:b"]}


def test_another_funder_that_is_only_possibly_there_keeps_no_state_and_is_told() -> None:
    facts = world(
        project("p"),
        project("q"),
        project("r"),
        paid("f1", "ned", "x", "p"),
        paid("f2", "iri", "x", "q"),
        part("n", "y", "lead", "r"),
        at("s1", "p", "MX-AAA"),
        at("s2", "r", "MX-AAA"),
        group("g", "q", 2),
        topics=(("p", "t0"), ("q", "t0"), ("p", "t1")),
    )
    answer = ask(facts, Selection(funder=ids("ned")))
    (state,) = answer["states"]["left"]
    assert state["projects"] == ["p"]
    assert state["projects_possibly_of_others"] == ["q"]
    assert state["projects_with_unknown_funder"] == ["r"]
    assert (refs(answer["topics"]["left"]), refs(answer["topics"]["kept"])) == ({"topic:t1"}, {"topic:t0"})
    assert refs(answer["projects"]["unknown_funder"]) == {"r"}


def test_regrants_are_no_second_money() -> None:
    facts = world(
        project("p"),
        project("q", parent="p"),
        paid("f1", "iri", "x", "p", amount_minor=1000, currency="USD"),
        paid("f2", "iri", "y", "q", amount_minor=400, currency="USD", through_project="p"),
    )
    money = ask(facts, Selection(funder=ids("iri")))["money"]
    assert [one["amount_minor"] for one in money["granted"]["sums"]] == [1000]
    assert [one["amount_minor"] for one in money["regranted"]["sums"]] == [400]


def test_an_answer_that_is_too_large_is_refused() -> None:
    facts = world(project("p"), *(paid(f"f{n}", "ned", f"x{n}", "p") for n in range(5)))
    with pytest.raises(TooLargeError):
        withdrawal(facts, Selection(funder=ids("ned")), query={}, most=5)
    assert len(withdrawal(facts, Selection(funder=ids("ned")), query={}, most=6)["recipients"]["lost"]) == 5


def test_money_without_a_project_is_unclear_only_from_somebody_else() -> None:
    facts = world(project("p"), paid("f1", "ned", "x", "p"), paid("f2", "ned", "x", None))
    assert refs(ask(facts, Selection(funder=ids("ned")))["recipients"]["lost"]) == {"org:x"}


def test_a_project_that_only_may_fall_into_the_window_holds_no_state() -> None:
    facts = world(project("p", "2019"), paid("f1", "ned", "x", "p"), at("s", "p", "MX-AAA"), topics=(("p", "t0"),))
    chosen = Selection(funder=ids("ned"), year_from=2020, year_to=2020, certainty=ids("certain", "possible"))
    answer = ask(facts, chosen)
    assert refs(answer["recipients"]["lost"]) == {"org:x"}
    assert answer["recipients"]["lost"][0]["projects"] == {"certain": [], "possible": ["p"], "nationwide": []}
    assert answer["states"] == answer["topics"] == {"left": [], "kept": []}


def test_the_projects_of_others_are_listed_up_to_a_number_and_the_rest_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.graph.withdrawal.MOST_LISTED", 2)
    others = "qrst"
    facts = world(
        *(project(one) for one in "pqrst"),
        paid("f", "ned", "x", "p"),
        *(paid(f"f{one}", "iri", "y", one) for one in others),
        *(at(f"s{one}", one, "MX-AAA") for one in "pqrst"),
    )
    answer = ask(facts, Selection(funder=ids("ned")))
    (state,) = answer["states"]["kept"]
    assert (state["projects"], state["projects_of_others"]) == (["p"], ["q", "r"])
    assert answer["left_out"]["projects_beyond_list"] == {"count": 2, "ids": ["s", "t"]}


def test_more_ids_than_an_answer_may_list_are_refused() -> None:
    rows = (paid(f"f{n}", "ned", "x", f"p{n}") for n in range(6))
    facts = world(*(project(f"p{n}") for n in range(6)), *rows)
    with pytest.raises(TooLargeError) as refused:
        withdrawal(facts, Selection(funder=ids("ned")), query={}, most=2)
    assert (refused.value.count, refused.value.most, refused.value.what) == (12, 10, "ids")
