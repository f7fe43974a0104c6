"""Whom an organization could work with."""

from math import isclose, log
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.graph.facts import Facts, ProjectTopicFact, RelationFact
from app.graph.network import TooLargeError
from app.graph.selection import Selection
from app.graph.suggestions import suggestions
from tests.graph import twins_questions as twins
from tests.graph.asking import MANY, ids
from tests.graph.made import changed
from tests.graph.rows import at, body, group, members, paid, part, project, world
from tests.graph.strategies import selections, worlds


def ask(
    facts: Facts, organization: str = "x", selection: Selection | None = None, limit: int = 500, **own: int
) -> dict[str, Any]:
    """The answer."""
    chosen = twins.but(selection or Selection(), organization=ids(organization))
    limits = {"most": 10**9, "most_projects": 10**9} | own
    return suggestions(facts, chosen, organization=organization, limit=limit, query={}, **limits)


@MANY
@given(worlds(), selections(), st.data())
def test_scores_and_links_are_the_twins(facts: Facts, selection: Selection, data: st.DataObject) -> None:
    if not facts.organizations:
        return
    organization = data.draw(st.sampled_from(sorted(facts.organizations)))
    answer = ask(facts, organization, selection)
    twin = twins.scores(facts, selection, organization)
    found = {entry["id"]: entry["score"] for entry in answer["candidates"]}
    assert found.keys() == twin.keys()
    for ref, score in found.items():
        assert isclose(score, twin[ref], abs_tol=1e-6)
    assert {entry["id"] for entry in answer["linked"]} == twins.linked(facts, organization)
    me = f"org:{organization}"
    grounds = {ground for ground, having in twins.grounds(facts, selection).items() if me in having}
    assert {ground["id"] for ground in answer["organization"]["grounds"]} == grounds


@MANY
@given(worlds(), selections(), st.data())
def test_every_candidate_says_why_and_is_unlinked(facts: Facts, selection: Selection, data: st.DataObject) -> None:
    if not facts.organizations:
        return
    organization = data.draw(st.sampled_from(sorted(facts.organizations)))
    answer = ask(facts, organization, selection)
    linked = {entry["id"] for entry in answer["linked"]}
    for entry in [*answer["candidates"], *answer["possible_candidates"]]:
        assert entry["id"] not in {*linked, f"org:{organization}"}
        assert bool(entry["reasons"]) is (entry in answer["candidates"])
        assert entry["reasons"] or entry["possible"]
        assert isclose(entry["score"], sum(reason["contribution"] for reason in entry["reasons"]), abs_tol=1e-8)
        for reason in entry["reasons"]:
            assert reason["projects"]
            assert reason["projects_of_candidate"]
    scores = [entry["score"] for entry in answer["candidates"]]
    assert scores == sorted(scores, reverse=True)


def test_a_rare_ground_counts_for_more() -> None:
    """x shares the common t0 with y and z, and the rare t1 with z alone."""
    facts = world(
        *(project(one) for one in "pqr"),
        part("n1", "x", "lead", "p"),
        part("n2", "y", "lead", "q"),
        part("n3", "z", "lead", "r"),
        topics=(("p", "t0"), ("p", "t1"), ("q", "t0"), ("r", "t0"), ("r", "t1")),
    )
    first, second = ask(facts)["candidates"]
    assert (first["id"], first["score"]) == ("org:z", round(1 / log(3) + 1 / log(2), 9))
    assert (second["id"], second["score"]) == ("org:y", round(1 / log(3), 9))
    assert [(reason["id"], reason["had_by"]) for reason in first["reasons"]] == [("topic:t1", 2), ("topic:t0", 3)]


def test_whoever_has_a_link_is_no_candidate_even_beyond_the_selection() -> None:
    """a is in a collaboration with x, b in a project, c pays x; all of it outside the topic that is asked for."""
    shared = [(one, "t0") for one in ("p", "a1", "b1", "c1", "d1")]
    facts = world(
        *(project(one) for one in ("p", "other", "a1", "b1", "c1", "d1")),
        part("n0", "x", "lead", "p"),
        *(part(f"m-{one}", one, "lead", f"{one}1") for one in "abcd"),
        body("c", project=None),
        *members("c", x="lead", a="member"),
        part("n1", "x", "partner", "other"),
        part("n2", "b", "partner", "other"),
        paid("f", "c", "x", None),
        topics=tuple(shared),
    )
    answer = ask(facts, selection=Selection(topic=ids("t0")))
    assert [entry["id"] for entry in answer["candidates"]] == ["org:d"]
    assert {entry["id"]: entry["links"][0]["kind"] for entry in answer["linked"]} == {
        "org:a": "collaboration",
        "org:b": "project",
        "org:c": "funding",
    }


def test_a_standing_relation_is_a_link() -> None:
    facts = changed(
        world(project("p"), project("q"), part("n1", "x", "lead", "p"), part("n2", "y", "lead", "q")),
        project_topics=(ProjectTopicFact("p", "t0", "stated"), ProjectTopicFact("q", "t0", "stated")),
    )
    assert [entry["id"] for entry in ask(facts)["candidates"]] == ["org:y"]
    led = changed(facts, relations=(RelationFact("r", "y", "led_by", "x", "stated"),))
    assert ask(led)["candidates"] == []
    assert ask(led)["linked"][0]["links"] == [{"kind": "relation", "records": ["organization_relation:r"]}]


def test_a_state_that_may_be_shared_adds_nothing_and_is_told() -> None:
    facts = world(
        project("p"),
        project("q"),
        part("n1", "x", "lead", "p"),
        part("n2", "y", "lead", "q"),
        at("s", "p", "MX-AAA"),
        group("g", "q", 3),
    )
    answer = ask(facts)
    assert answer["candidates"] == []
    (entry,) = answer["possible_candidates"]
    assert (entry["id"], entry["score"], entry["reasons"]) == ("org:y", 0, [])
    (state,) = entry["possible"]
    assert (state["id"], state["certain_for"], state["projects_of_candidate"]) == ("state:MX-AAA", "org:x", ["q"])


def test_what_stands_beyond_the_limit_is_counted() -> None:
    parts = [part(f"n{one}", one, "lead", one) for one in "xabc"]
    facts = world(*(project(one) for one in "xabc"), *parts, topics=tuple((one, "t0") for one in "xabc"))
    answer = ask(facts, limit=1)
    assert [entry["id"] for entry in answer["candidates"]] == ["org:a"]
    assert answer["left_out"]["candidates_beyond_limit"] == {"count": 2, "ids": ["org:b", "org:c"]}


def test_an_organization_without_any_topic_or_state_is_told_so() -> None:
    facts = world(
        project("p"), part("n1", "x", "contributor", "p"), part("n2", "y", "lead", "p"), topics=(("p", "t0"),)
    )
    answer = ask(facts)
    assert answer["organization"]["status"] == "none_recorded"
    assert answer["candidates"] == []


def test_only_certainly_selected_projects_give_grounds() -> None:
    facts = world(
        project("p", "2020"),
        project("q", "2019"),
        part("n1", "x", "lead", "p"),
        part("n2", "y", "lead", "q"),
        topics=(("p", "t0"), ("q", "t0")),
    )
    answer = ask(facts, selection=Selection(year_from=2020, certainty=ids("certain", "possible")))
    assert answer["candidates"] == []
    assert answer["left_out"]["projects_not_certain"]["ids"] == ["q"]


def test_own_states_of_another_basis_do_not_give_way_to_those_of_the_project() -> None:
    facts = world(
        project("p"),
        project("q"),
        part("n1", "x", "lead", "p", "MX-BBB", basis="implied"),
        part("n2", "x", "host", "p"),
        part("n3", "y", "lead", "q"),
        at("s1", "p", "MX-AAA"),
        at("s2", "q", "MX-AAA"),
    )
    assert ask(facts, selection=Selection(basis=ids("stated")))["candidates"] == []


def test_what_is_more_than_an_answer_may_hold_or_look_at_is_refused() -> None:
    facts = world(
        *(project(one) for one in "pqr"),
        part("n1", "x", "lead", "p"),
        part("n2", "x", "lead", "q"),
        part("n3", "y", "lead", "r"),
        topics=tuple((one, topic) for one in "pqr" for topic in ("t0", "t1")),
    )
    with pytest.raises(TooLargeError) as refused:
        ask(facts, most_projects=1)
    assert (refused.value.count, refused.value.most, refused.value.what) == (2, 1, "projects")
    with pytest.raises(TooLargeError) as refused:
        ask(facts, most=1)
    assert (refused.value.count, refused.value.most, refused.value.what) == (2, 1, "entries")
    assert ask(facts, most=2, most_projects=2)["candidates"]
