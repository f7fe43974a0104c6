"""Who works together: five ties, each by its own definition."""

from collections.abc import Iterable
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.graph.facts import Facts
from app.graph.network import TooLargeError, UnknownNodeError
from app.graph.selection import Selection
from tests.graph import twins
from tests.graph.asking import MANY, SOME, TIES, Answer, edges_of, ids, nodes_of, together
from tests.graph.rows import at, body, group, members, paid, part, project, world
from tests.graph.strategies import ORGANIZATIONS, selections, some, worlds


@MANY
@given(worlds(), selections(), some(list(TIES), 5), st.booleans())
def test_every_tie_is_the_twins(facts: Facts, selection: Selection, ties: list[str], unnamed: bool) -> None:
    answer = together(facts, selection, ties or TIES, ["unnamed"] if unnamed else [])
    assert edges_of(answer) == twins.coalition_edges(facts, selection, set(ties or TIES), unnamed=unnamed)
    assert all(edge["source"] < edge["target"] for edge in answer["edges"])
    assert unnamed or set(nodes_of(answer)) == set(nodes_of(answer, "organization"))
    left_out = answer["graph"]["left_out"]
    without = {one.id for one in facts.collaborations.values() if one.project is None}
    if twins.filters_projects(selection) and not (selection.collaboration_kind or selection.collaboration_status):
        if "collaboration" in (ties or TIES):
            assert set(left_out.get("collaborations_without_project", {"ids": []})["ids"]) == without
    else:
        assert set(left_out.get("collaborations_without_project", {"ids": []})["ids"]) <= without


@SOME
@given(worlds(), selections())
def test_each_tie_stands_alone_and_weights_add_them_only_when_asked(facts: Facts, selection: Selection) -> None:
    """Asking for all ties is asking for each; `combined` is the stated sum and has every reason of its parts."""
    whole = together(facts, selection, include=["unnamed"])
    one_by_one: dict[str, Any] = {}
    for tie in TIES:
        one_by_one |= edges_of(together(facts, selection, [tie], ["unnamed"]))
    assert edges_of(whole) == one_by_one
    weights = {"collaboration": 2.0, "project": 0.5, "state": 1.0}
    added = edges_of(together(facts, selection, include=["unnamed"], weights=weights))
    assert {name: edge for name, edge in added.items() if edge["relation"] != "combined"} == one_by_one
    for edge in added.values():
        if edge["relation"] == "combined":
            found = [one_by_one.get(f"{edge['source']}~{tie}~{edge['target']}") for tie in weights]
            parts = {part["relation"]: part for part in found if part}
            assert edge["parts"] == {tie: part["weight"] for tie, part in parts.items()}
            assert edge["weight"] == sum(weights[tie] * part["weight"] for tie, part in parts.items())
            assert edge["declared"] == (set(parts) == {"collaboration"})
            for name in ("records", "basis", "documents"):
                assert edge[name] == sorted({one for part in parts.values() for one in part[name]})
            for one in facts.projects:
                classes = {
                    word for part in parts.values() for word in part["projects"] if one in part["projects"][word]
                }
                held = {word for word in edge["projects"] if one in edge["projects"][word]}
                assert held == ({twins.strongest(classes)} if classes else set())
    pairs = {(edge["source"], edge["target"]) for edge in one_by_one.values() if edge["relation"] in weights}
    assert sum(edge["relation"] == "combined" for edge in added.values()) == len(pairs)


@SOME
@given(worlds(), selections())
def test_what_is_inferred_never_says_it_is_declared(facts: Facts, selection: Selection) -> None:
    answer = together(facts, selection, include=["unnamed"])
    assert all(edge["declared"] == (edge["relation"] == "collaboration") for edge in answer["edges"])
    fewer = together(facts, Selection(**{**selection.__dict__, "basis": ids("stated")}), include=["unnamed"])
    before = edges_of(together(facts, Selection(**{**selection.__dict__, "basis": frozenset()}), include=["unnamed"]))
    for name, edge in edges_of(fewer).items():
        assert edge["basis"] == ["stated"]
        assert edge["weight"] <= before[name]["weight"]


# Small cases by hand


def pairs(answer: Answer, tie: str) -> dict[str, Any]:
    """`a b` -> weight."""
    return {
        f"{edge['source']} {edge['target']}".replace("org:", ""): edge["weight"]
        for edge in edges_of(answer, tie).values()
    }


def tied(*rows: Any, include: Iterable[str] = (), selection: Selection | None = None) -> dict[str, Any]:
    """Pairs that the collaborations among the rows tie."""
    return pairs(together(world(*rows), selection, ["collaboration"], include), "collaboration")


def test_a_coalition_ties_lead_with_members_and_members_with_each_other() -> None:
    rows = [project("p"), body("c1"), *members("c1", a="lead", b="member", c="member", d="member")]
    assert tied(*rows) == {"a b": 1, "a c": 1, "a d": 1, "b c": 1, "b d": 1, "c d": 1}


def test_plural_rows_and_talks_tie_only_the_lead_with_members() -> None:
    people = members("c1", a="lead", b="member", c="member")
    assert tied(project("p"), body("c1", plural=True), *people) == {"a b": 1, "a c": 1}
    for kind in ("dialogue", "interview", "convening"):
        assert tied(project("p"), body("c1", kind), *people) == {"a b": 1, "a c": 1}
        assert tied(project("p"), body("c1", kind), *people[1:]) == {}


def test_supporters_are_tied_to_nobody_and_stay_as_nodes() -> None:
    facts = world(project("p"), body("c1"), *members("c1", a="lead", b="supporter", c="member"))
    answer = together(facts, ties=["collaboration"])
    assert pairs(answer, "collaboration") == {"a c": 1}
    assert set(nodes_of(answer)) == {"org:a", "org:b", "org:c"}


def test_a_convener_is_a_member_and_no_lead() -> None:
    people = members("c1", a="convener", b="member")
    assert tied(project("p"), body("c1"), *people) == {"a b": 1}
    assert tied(project("p"), body("c1", "convening"), *people) == {}


def test_planned_collaborations_are_counted_apart() -> None:
    rows = [project("p"), body("c1", status="planned"), body("c2", status="forming"), body("c3", status="planned")]
    people = [one for name in ("c1", "c2") for one in members(name, a="lead", b="member")]
    answer = together(world(*rows, *people, *members("c3", a="lead", c="member")), ties=["collaboration"])
    assert pairs(answer, "collaboration") == {"a b": 1, "a c": 0}
    found = edges_of(answer)
    assert found["org:a~collaboration~org:b"]["planned_collaborations"] == ["c1"]
    assert found["org:a~collaboration~org:b"]["collaborations"] == ["c2"]
    assert found["org:a~collaboration~org:c"]["records"] == [
        "collaboration:c3",
        "collaboration_member:c3-a",
        "collaboration_member:c3-c",
    ]


def test_unnamed_members_are_left_out_and_named_when_asked_for() -> None:
    rows = [project("p"), body("c1"), *members("c1", a="lead", u1="member")]
    assert tied(*rows) == {}
    assert tied(*rows, include=["unnamed"]) == {"a party:u1": 1}
    assert together(world(*rows))["graph"]["left_out"]["unnamed_parties"]["ids"] == ["party:u1"]


def test_a_collaboration_without_project_is_taken_only_where_no_project_is_asked_for() -> None:
    rows = [project("p"), body("c1", project=None), *members("c1", a="lead", b="member")]
    assert tied(*rows) == {"a b": 1}
    assert tied(*rows, selection=Selection(collaboration_kind=ids("coalition"), basis=ids("stated"))) == {"a b": 1}
    assert tied(*rows, selection=Selection(project_kind=ids("grant"))) == {}
    left_out = together(world(*rows), Selection(topic=ids("t0")))["graph"]["left_out"]
    assert left_out["collaborations_without_project"] == {"count": 1, "ids": ["c1"]}


def test_a_collaboration_of_other_basis_ties_nobody_whatever_its_members_are() -> None:
    rows = [project("p"), body("c1")._replace(basis="implied"), *members("c1", a="lead", b="member")]
    assert tied(*rows, selection=Selection(basis=ids("implied"))) == {}
    answer = together(world(*rows), Selection(basis=ids("stated")), ["collaboration"])
    assert answer["edges"] == []
    assert answer["graph"]["left_out"]["facts_of_other_basis"]["ids"] == ["collaboration:c1"]
    assert edges_of(together(world(*rows)))["org:a~collaboration~org:b"]["basis"] == ["implied", "stated"]


def test_partners_of_one_project_are_tied_but_not_through_its_parent() -> None:
    facts = world(
        project("p"),
        project("q", parent="p"),
        project("r"),
        part("n1", "a", "lead", "p"),
        part("n2", "b", "host", "p"),
        paid("f1", "ned", "c", "p"),
        part("n3", "d", "counterpart", "p"),
        part("n4", "e", "lead", "q"),
        part("n5", "a", "lead", "r"),
        part("n6", "b", "lead", "r"),
    )
    assert pairs(together(facts), "project") == {"a b": 2, "a c": 1, "b c": 1}


def test_receivers_of_one_funder_are_tied_by_distinct_funders() -> None:
    """ned pays a (twice), b and c; oak pays a and b; what oak pays for the parent reaches nobody below."""
    facts = world(
        project("p"),
        project("q", parent="p"),
        paid("f1", "ned", "a", "p"),
        paid("f2", "ned", "a", "q"),
        paid("f3", "ned", "b", "p"),
        paid("f4", "ned", "c", "p"),
        paid("f5", "oak", "a", "p"),
        paid("f6", "oak", "b", "p"),
        paid("f7", None, "d", "p"),
        part("n1", "e", "lead", "q"),
    )
    assert pairs(together(facts), "funder") == {"a b": 2, "a c": 1, "b c": 1}
    edge = edges_of(together(facts))["org:a~funder~org:b"]
    assert edge["shared"] == ["org:ned", "org:oak"]
    assert edge["records"] == ["funding:f1", "funding:f2", "funding:f3", "funding:f5", "funding:f6"]


def test_only_certain_states_tie() -> None:
    """a and b share a state of two projects; a group and the country tie nobody."""
    facts = world(
        project("p"),
        project("q"),
        project("r"),
        part("n1", "a", "lead", "p"),
        part("n2", "b", "lead", "q"),
        part("n3", "c", "lead", "r"),
        part("n4", "d", "lead", "r"),
        at("s1", "p", "MX-AAA"),
        at("s2", "q", "community"),
        at("s3", "q", "MX"),
        at("s4", "r", "MX"),
        group("g", "r", 5),
    )
    assert pairs(together(facts), "state") == {"a b": 1}
    assert edges_of(together(facts))["org:a~state~org:b"]["shared"] == ["state:MX-AAA"]


def test_shared_topics_are_counted_once_each() -> None:
    facts = world(
        project("p"),
        project("q"),
        project("r"),
        part("n1", "a", "lead", "p"),
        part("n2", "a", "lead", "q"),
        part("n3", "b", "lead", "r"),
        topics=(("p", "t0"), ("q", "t0"), ("q", "t1"), ("r", "t0"), ("r", "t1"), ("r", "t2")),
    )
    assert pairs(together(facts), "topic") == {"a b": 2}
    assert edges_of(together(facts))["org:a~topic~org:b"]["shared"] == ["topic:t0", "topic:t1"]


def test_a_combined_edge_is_no_surer_than_its_parts() -> None:
    facts = world(project("p", "2020"), body("c1"), *members("c1", a="lead", b="member"))
    chosen = Selection(year_from=2021, certainty=ids("possible"))
    edge = edges_of(together(facts, chosen, weights={"collaboration": 2.0}))["org:a~combined~org:b"]
    assert (edge["certainty"], edge["projects"]["possible"], edge["weight"]) == ("possible", ["p"], 0.0)
    assert (edge["parts"], edge["declared"], edge["basis"]) == ({"collaboration": 0}, True, ["stated"])


def test_a_combined_edge_keeps_the_surest_of_its_parts() -> None:
    """B is only possible, so the shared project is; that both work in A is certain."""
    facts = world(
        project("p"),
        part("n1", "a", "lead", "p"),
        part("n2", "b", "lead", "p"),
        group("g", "p", 2),
        at("s", "p", "MX-AAA", group="g", membership="named"),
    )
    chosen = Selection(state=ids("MX-BBB"), certainty=ids("possible"))
    found = edges_of(together(facts, chosen, ["project", "state"], weights={"project": 1.0, "state": 1.0}))
    assert {edge["relation"]: (edge["certainty"], edge["weight"]) for edge in found.values()} == {
        "project": ("possible", 0),
        "state": ("certain", 1),
        "combined": ("certain", 1.0),
    }
    assert found["org:a~combined~org:b"]["projects"] == {"certain": ["p"], "possible": [], "nationwide": []}


def test_a_hub_with_too_many_pairs_is_refused_before_they_are_made() -> None:
    """40 receivers are 780 pairs."""
    facts = world(project("p"), *(paid(f"f{n:02}", "ned", f"r{n:02}", "p") for n in range(40)))
    assert len(edges_of(together(facts, ties=["funder"], most_edges=780))) == len(list(combinations(range(40), 2)))
    with pytest.raises(TooLargeError) as refused:
        together(facts, ties=["funder"], most_edges=779)
    assert (refused.value.count, refused.value.most) == (780, 779)


# Few of many


@SOME
@given(worlds(), selections(), st.sampled_from(ORGANIZATIONS), st.booleans())
def test_around_a_node_are_its_own_ties(facts: Facts, selection: Selection, who: str, unnamed: bool) -> None:
    """The same edges as in the whole network, and those alone; the node itself is there even without any."""
    if who not in facts.organizations:
        return
    include, ref = ["unnamed"] if unnamed else [], f"org:{who}"
    whole = together(facts, selection, TIES, include)
    answer = together(facts, selection, TIES, include, around=ref)
    mine = {name: edge for name, edge in edges_of(whole).items() if ref in (edge["source"], edge["target"])}
    assert edges_of(answer) == mine
    assert ref in nodes_of(answer)


@SOME
@given(worlds(), selections(), st.integers(1, 3))
def test_top_k_keeps_the_best_of_each_node(facts: Facts, selection: Selection, k: int) -> None:
    whole = together(facts, selection, include=["unnamed"])
    answer = together(facts, selection, include=["unnamed"], top_k=k)
    best: set[str] = set()
    for tie in TIES:
        of_tie = edges_of(whole, tie).values()
        for node in nodes_of(whole):
            ends = [(edge, {edge["source"], edge["target"]}) for edge in of_tie]
            mine = [(-edge["weight"], *(both - {node}), edge["id"]) for edge, both in ends if node in both]
            best |= {edge_id for *_, edge_id in sorted(mine)[:k]}
    assert set(edges_of(answer)) == best
    beyond = answer["graph"]["edges_beyond_top_k"]
    assert sum(beyond.values()) == len(edges_of(whole)) - len(best)
    assert answer["graph"]["truncated"] == (len(best) < len(edges_of(whole)))


def test_who_is_not_there_has_no_ties_to_ask_for() -> None:
    with pytest.raises(UnknownNodeError):
        together(world(project("p")), around="org:nobody")
