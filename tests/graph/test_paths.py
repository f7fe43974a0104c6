"""The shortest chains between two organizations or projects."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.graph.facts import Facts, RelationFact
from app.graph.network import TooLargeError
from app.graph.paths import Neighbours, paths, shortest_chains
from app.graph.selection import Selection
from tests.graph import twins_structure as twins
from tests.graph.asking import MANY, ids
from tests.graph.made import changed
from tests.graph.rows import at, body, group, members, paid, part, project, world
from tests.graph.strategies import selections


def ask(facts: Facts, start: str, end: str, k: int = 1, selection: Selection | None = None, **own: Any) -> Any:
    """The answer."""
    wanted: dict[str, Any] = {"through_projects": False, "query": {}, "most_projects": 10**9} | own
    return paths(facts, selection or Selection(), start=start, end=end, k=k, **wanted)


def chains(answer: Any) -> list[tuple[str, ...]]:
    """The ids of each chain, in order, without their prefixes."""
    return [tuple(node["id"].partition(":")[2] for node in chain["nodes"]) for chain in answer["chains"]]


@settings(MANY)
@given(twins.related_worlds(), selections(), st.booleans(), st.integers(1, 6), st.data())
def test_the_chains_are_the_twins(
    facts: Facts, selection: Selection, through_projects: bool, k: int, data: st.DataObject
) -> None:
    nodes = [f"org:{one}" for one in facts.organizations]
    nodes += [f"project:{one}" for one in facts.projects] if through_projects else []
    if not nodes:
        return
    start, end = data.draw(st.tuples(st.sampled_from(nodes), st.sampled_from(nodes)))
    answer = ask(facts, start, end, k, selection, through_projects=through_projects)
    hops = twins.hops(facts, selection, through_projects=through_projects)
    around = twins.neighbours(hops)
    every = sorted(twins.all_chains(around, (start,), end), key=lambda chain: (len(chain), chain))
    assert [tuple(node["id"] for node in chain["nodes"]) for chain in answer["chains"]] == every[:k]
    assert answer["more"] == (len(every) > k)
    assert answer["status"] == ("found" if every else "none")
    least = [chain for chain in every if len(chain) == len(every[0])]
    assert answer["shortest"] == {"length": len(every[0]) - 1 if every else None, "chains": len(least)}
    for word, one in (("from", start), ("to", end)):
        assert answer["components"][word]["size"] == len(twins.component_of(around, one))
    for chain in answer["chains"]:
        for step in chain["steps"]:
            ends = {step["source"], step["target"]}
            because = [hop for hop in hops if {hop.one, hop.other} == ends]
            assert {reason["relation"] for reason in step["reasons"]} == {hop.relation for hop in because}
            assert {one for reason in step["reasons"] for one in reason["records"]} == {
                one for hop in because for one in hop.records
            }
            assert step["certainty"] == twins.strongest_of(hop.certainty for hop in because)
        assert chain["certainty"] == twins.weakest_of(step["certainty"] for step in chain["steps"])


@settings(MANY)
@given(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=16), st.integers(1, 30))
def test_equal_lengths_come_by_id_and_no_chain_comes_twice(pairs: set[tuple[int, int]], k: int) -> None:
    around: dict[str, set[str]] = {}
    for one, other in pairs:
        if one != other:
            around.setdefault(str(one), set()).add(str(other))
            around.setdefault(str(other), set()).add(str(one))
    every = sorted(twins.all_chains(around, ("0",), "1"), key=lambda chain: (len(chain), chain))
    ends = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    found = shortest_chains(Neighbours(ends[:, 0], ends[:, 1], 7), 0, 1, k)
    assert [tuple(map(str, chain)) for chain in found] == every[:k]


def test_states_topics_and_unnamed_parties_lead_nowhere() -> None:
    facts = world(
        project("p"),
        project("q"),
        part("n1", "x", "lead", "p"),
        part("n2", "y", "lead", "q"),
        part("n3", "u-team", "partner", "p"),
        part("n4", "u-team", "partner", "q"),
        at("s1", "p", "MX-AAA"),
        at("s2", "q", "MX-AAA"),
        topics=(("p", "t0"), ("q", "t0")),
    )
    answer = ask(facts, "org:x", "org:y", through_projects=True)
    assert (answer["status"], answer["chains"]) == ("none", [])
    assert answer["open"]["unnamed_parties"]["both"] == {"count": 1, "ids": ["party:u-team"]}
    assert answer["components"]["from"] == {
        "size": 2,
        "organizations": {"count": 1, "ids": ["org:x"]},
        "projects": {"count": 1, "ids": ["project:p"]},
    }


def test_inherited_funding_makes_no_hop() -> None:
    facts = world(project("p"), project("q", parent="p"), paid("f", "ned", None, "p"), part("n", "x", "lead", "q"))
    assert ask(facts, "org:ned", "org:x")["status"] == "none"
    assert chains(ask(facts, "org:ned", "org:x", through_projects=True)) == [("ned", "p", "q", "x")]


def test_members_meet_through_their_lead_and_supporters_not_at_all() -> None:
    facts = world(project("p"), body("c"), *members("c", a="lead", b="member", c="member", d="supporter"))
    assert chains(ask(facts, "org:b", "org:c", 9)) == [("b", "a", "c")]
    assert ask(facts, "org:a", "org:d")["status"] == "none"


def test_a_step_of_planned_collaborations_says_so() -> None:
    facts = world(project("p"), body("c", status="planned"), *members("c", a="lead", b="member"))
    (chain,) = ask(facts, "org:a", "org:b")["chains"]
    assert chain["planned"]
    assert chain["steps"][0]["reasons"][0]["planned_collaborations"] == ["c"]
    facts = world(
        project("p"), body("c", status="planned"), *members("c", a="lead", b="member"), paid("f", "a", "b", "p")
    )
    assert not ask(facts, "org:a", "org:b")["chains"][0]["planned"]


def test_a_standing_relation_is_a_hop_unless_its_subject_is_only_a_name() -> None:
    facts = world(project("p"), part("n1", "a", "lead", "p"), part("n2", "b", "data_source", "p"))
    rows = (
        RelationFact("r1", "a", "chapter_of", "b", "implied"),
        RelationFact("r2", None, "program_of", "b", "stated"),
    )
    facts = changed(facts, relations=rows)
    (chain,) = ask(facts, "org:b", "org:a")["chains"]
    (reason,) = chain["steps"][0]["reasons"]
    assert (reason["source"], reason["target"], reason["relation_kinds"]) == ("org:a", "org:b", ["chapter_of"])
    stated = ask(facts, "org:b", "org:a", selection=Selection(basis=ids("stated")))
    assert stated["status"] == "none"
    assert stated["left_out"]["facts_of_other_basis"]["ids"] == ["organization_relation:r1"]


def test_projects_that_only_possibly_match_are_told_as_what_could_make_a_chain() -> None:
    facts = world(project("p"), group("g", "p", 2), paid("f", "a", "b", "p"), paid("g1", None, "b", None))
    answer = ask(facts, "org:a", "org:b", selection=Selection(state=ids("MX-AAA")))
    assert answer["status"] == "none"
    assert answer["open"]["projects_not_taken"] == {"count": 1, "ids": ["p"]}
    assert answer["open"]["length_with_them"] == 1
    assert answer["open"]["unknown_ends"]["to"]["ids"] == ["g1"]
    taken = ask(facts, "org:a", "org:b", selection=Selection(state=ids("MX-AAA"), certainty=ids("possible")))
    assert [chain["certainty"] for chain in taken["chains"]] == ["possible"]


def test_from_somebody_to_itself_there_is_one_chain_of_no_step() -> None:
    facts = world(project("p"), paid("f", "a", "b", "p"))
    answer = ask(facts, "org:a", "org:a", 5)
    assert (answer["shortest"], chains(answer), answer["more"]) == ({"length": 0, "chains": 1}, [("a",)], False)


def test_steps_with_too_many_projects_behind_them_are_refused() -> None:
    facts = world(*(project(f"p{n}") for n in range(5)), *(paid(f"f{n}", "ned", "x", f"p{n}") for n in range(5)))
    with pytest.raises(TooLargeError) as refused:
        ask(facts, "org:ned", "org:x", most_projects=4)
    assert (refused.value.count, refused.value.what) == (5, "projects")
    assert ask(facts, "org:ned", "org:x", most_projects=5)["status"] == "found"
