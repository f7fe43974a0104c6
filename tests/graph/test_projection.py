"""Funders, partners, states and topics, tied by what they share."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.graph.coalitions import PAIRS_PER_EDGE
from app.graph.facts import Facts
from app.graph.network import TooLargeError
from app.graph.projection import KINDS, THROUGH, projection
from app.graph.selection import Selection
from tests.graph import twins_structure as twins
from tests.graph.asking import MANY, ids
from tests.graph.rows import at, group, paid, part, project, world
from tests.graph.strategies import selections, worlds

PAIRS = [(of, through) for of in KINDS for through in THROUGH if of != through]


def ask(facts: Facts, of: str, through: str, selection: Selection | None = None, **own: Any) -> Any:
    """The network."""
    wanted: dict[str, Any] = {"weight": "count", "top_k": None, "min_weight": 0, "max_edges": None, "query": {}}
    wanted |= {"most_edges": 10**9} | own
    return projection(facts, selection or Selection(), of=of, through=through, **wanted)


def edges(answer: Any) -> dict[tuple[str, str], Any]:
    """Two ids without their prefixes -> edge."""
    return {(edge["source"].partition(":")[2], edge["target"].partition(":")[2]): edge for edge in answer["edges"]}


def weights(answer: Any) -> dict[tuple[str, str], float]:
    """Two ids without their prefixes -> weight."""
    return {pair: edge["weight"] for pair, edge in edges(answer).items()}


@settings(MANY)
@given(
    worlds(),
    selections(),
    st.sampled_from(PAIRS),
    st.sampled_from(["count", "newman", "jaccard"]),
    st.sampled_from([None, None, 1, 2]),
)
def test_the_network_is_the_twins(
    facts: Facts, selection: Selection, kinds: tuple[str, str], weight: str, top_k: int | None
) -> None:
    answer = ask(facts, *kinds, selection, weight=weight, top_k=top_k)
    found = twins.having(facts, selection, *kinds)
    shared = twins.pairs_that_share(found)
    kept = set(shared) if top_k is None else twins.best_pairs(found, weight, top_k)
    assert {(edge["source"], edge["target"]) for edge in answer["edges"]} == kept
    assert {node["id"]: node["neighbours"] for node in answer["nodes"]} == {
        one.node: len(twins.certain_neighbours(found, one.node)) for one in found
    }
    for edge in answer["edges"]:
        pair = edge["source"], edge["target"]
        certain = twins.certain_neighbours(found, pair[0]) & twins.certain_neighbours(found, pair[1])
        assert edge["weight"] == pytest.approx(twins.weight_of(found, weight, *pair))
        assert set(edge["shared"]) == certain
        assert set(edge["possibly_shared"]) == shared[pair] - certain
        behind = [one for one in found if one.node in pair and one.shared in shared[pair]]
        assert set(edge["records"]) == {record for one in behind for record in one.records}
        assert {one for of_class in edge["projects"].values() for one in of_class} == {one.project for one in behind}
        assert (edge["certainty"] == "certain") == bool(certain)
    told = answer["graph"]["projection"]
    assert (told["pairs"], told["pairs_beyond_top_k"]) == (len(shared), len(shared) - len(kept))
    assert answer["graph"]["truncated"] == (len(shared) > len(kept))


@settings(MANY, max_examples=100)
@given(worlds(), selections(), st.sampled_from(["funder", "partner"]))
def test_amounts_are_the_twins(facts: Facts, selection: Selection, of: str) -> None:
    through = "partner" if of == "funder" else "funder"
    for edge in ask(facts, of, through, selection, weight="amount")["edges"]:
        total, unknown = twins.smaller_amounts(facts, selection, of, edge["source"], edge["target"])
        amounts = edge["amounts"]
        assert {
            (one["currency"], one["stage"], one["undated"]): one["amount_minor"] for one in amounts["sums"]
        } == total
        assert set(amounts["unknown"]) == unknown
        assert edge["weight"] == len(edge["shared"])


def _three_funders() -> Facts:
    """f pays x and y and z, g pays x and y, h pays z; p holds all."""
    given_to = {"f": "xyz", "g": "xy", "h": "z"}
    rows = [paid(f"{one}{other}", one, other, "p") for one, others in given_to.items() for other in others]
    return world(project("p"), *rows)


def test_the_weights_by_hand() -> None:
    facts = _three_funders()
    assert weights(ask(facts, "partner", "funder")) == {("x", "y"): 2, ("x", "z"): 1, ("y", "z"): 1}
    newman = weights(ask(facts, "partner", "funder", weight="newman"))
    assert newman == {("x", "y"): 1.5, ("x", "z"): 0.5, ("y", "z"): 0.5}
    jaccard = weights(ask(facts, "partner", "funder", weight="jaccard"))
    assert jaccard == {("x", "y"): 1.0, ("x", "z"): pytest.approx(1 / 3), ("y", "z"): pytest.approx(1 / 3)}
    (edge,) = [edge for pair, edge in edges(ask(facts, "partner", "funder")).items() if pair == ("x", "y")]
    assert (edge["shared"], edge["shared_sizes"]) == (["org:f", "org:g"], [3, 2])
    assert weights(ask(facts, "funder", "partner")) == {("f", "g"): 2, ("f", "h"): 1}


def test_newmans_strengths_sum_to_the_number_of_groups_with_others() -> None:
    """Newman 2001: the strength of a node is the number of its groups in which it is not alone."""
    facts = _three_funders()
    strength: dict[str, float] = {}
    for pair, weight in weights(ask(facts, "partner", "funder", weight="newman")).items():
        for one in pair:
            strength[one] = strength.get(one, 0) + weight
    assert strength == {"x": 2.0, "y": 2.0, "z": 1.0}


def test_the_smaller_amount_counts_for_each_currency_and_stage_and_never_as_one_number() -> None:
    facts = world(
        project("p"),
        paid("f1", "f", "x", "p", amount_minor=100, currency="USD", stage="commitment"),
        paid("f2", "f", "x", "p", amount_minor=30, currency="MXN", stage="commitment"),
        paid("f3", "f", "y", "p", amount_minor=70, currency="USD", stage="commitment"),
        paid("f4", "f", "y", "p", amount_minor=5, currency="MXN", stage="disbursement"),
        paid("g1", "g", "x", "p", amount_minor=10, currency="USD", stage="commitment"),
        paid("g2", "g", "y", "p"),
    )
    (edge,) = ask(facts, "partner", "funder", weight="amount")["edges"]
    assert edge["weight"] == 2
    assert edge["amounts"] == {
        "status": "lower_bound",
        "sums": [{"currency": "USD", "stage": "commitment", "undated": False, "amount_minor": 70}],
        "unknown": ["org:g"],
    }


def test_what_one_has_less_certainly_weighs_nothing_and_is_shown() -> None:
    facts = world(
        project("p", "2020"),
        project("q"),
        part("n1", "x", "lead", "p"),
        part("n2", "y", "lead", "q"),
        at("s1", "p", "MX-AAA"),
        at("s2", "q", "MX-AAA"),
        group("g", "q", 3),
        at("s3", "p", "MX"),
    )
    chosen = Selection(year_from=2020, year_to=2020, certainty=ids("certain", "possible"))
    answer = ask(facts, "partner", "state", chosen)
    (edge,) = answer["edges"]
    assert (edge["weight"], edge["certainty"], edge["possibly_shared"]) == (0, "possible", ["state:MX-AAA"])
    assert edge["projects"] == {"certain": [], "possible": ["p", "q"], "nationwide": []}
    assert answer["graph"]["left_out"]["state_groups"]["ids"] == ["g"]
    assert answer["graph"]["left_out"]["nationwide_projects"]["ids"] == ["p"]


def test_hubs_are_expanded_only_as_far_as_an_answer_may_go_or_as_top_k_says() -> None:
    facts = world(project("p"), *(paid(f"f{n}", "ned", f"x{n:02}", "p") for n in range(20)))
    with pytest.raises(TooLargeError) as refused:
        ask(facts, "partner", "funder", most_edges=100)
    assert (refused.value.count, refused.value.most) == (190, 100)
    answer = ask(facts, "partner", "funder", most_edges=100, top_k=2)
    told = answer["graph"]["projection"]
    assert (len(answer["edges"]), told["pairs"], told["pairs_beyond_top_k"]) == (37, 190, 153)
    assert answer["graph"]["truncated"]
    with pytest.raises(TooLargeError):
        ask(facts, "partner", "funder", most_edges=190 // PAIRS_PER_EDGE, top_k=1)


def test_the_order_of_the_rows_changes_nothing() -> None:
    rows = [paid("f1", "f", "x", "p"), paid("f2", "f", "y", "p"), paid("f3", "g", "y", "p")]
    answers = [ask(world(project("p"), *order), "partner", "funder") for order in permutations(rows)]
    assert all(answer == answers[0] for answer in answers)
