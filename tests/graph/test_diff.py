"""What came, went and changed between two networks."""

from typing import Any

from hypothesis import given

from app.graph.diff import diff
from app.graph.facts import Facts
from app.graph.selection import Selection
from tests.graph.asking import MANY, Answer, together, tripartite
from tests.graph.rows import body, members, paid, project, world
from tests.graph.strategies import selections, worlds


def ask(facts: Facts, before: Answer, after: Answer) -> dict[str, Any]:
    """The answer."""
    return diff(facts, before, after, queries={"before": {}, "after": {}}, query={}, most=10**9)


def edge_ids(edges: list[dict[str, Any]]) -> set[str]:
    """Ids of the edges."""
    return {edge["id"] for edge in edges}


def compare_by_hand(before: Answer, after: Answer) -> tuple[set[str], set[str], set[str]]:
    """Keys of the edges added, removed, and changed in weight, certainty or ids."""
    keys = [
        {(edge["source"], edge["target"], edge["relation"]): edge for edge in answer["edges"]}
        for answer in (before, after)
    ]
    were, are = keys
    changed = set()
    for key in were:
        if key in are:
            for name in (
                "weight",
                "certainty",
                "projects",
                "records",
                "collaborations",
                "planned_collaborations",
                "shared",
            ):
                if were[key].get(name) != are[key].get(name):
                    changed.add(key)
    join = "{0[0]}~{0[2]}~{0[1]}".format
    return (
        {join(key) for key in are if key not in were},
        {join(key) for key in were if key not in are},
        {join(key) for key in changed},
    )


@MANY
@given(worlds(), worlds(), selections(), selections())
def test_added_removed_and_changed_are_what_the_definition_says(
    was: Facts, now: Facts, one: Selection, other: Selection
) -> None:
    for before, after in (
        (tripartite(was, one), tripartite(was, other)),
        (tripartite(was, one, ["unnamed"]), tripartite(now, one, ["unnamed"])),
        (together(was, one), together(was, other)),
    ):
        answer = ask(now, before, after)
        found = tuple(edge_ids(answer[f"edges_{word}"]) for word in ("added", "removed", "changed"))
        assert found == compare_by_hand(before, after)
        counts = answer["counts"]["edges"]
        assert [counts["added"], counts["removed"], counts["changed"]] == [len(part) for part in found]
        assert counts["unchanged"] == len(before["edges"]) - counts["removed"] - counts["changed"]
        assert sorted([*found[0], *edge_ids(before["edges"])]) == sorted([*found[1], *edge_ids(after["edges"])])


@MANY
@given(worlds(), selections())
def test_a_network_does_not_differ_from_itself(facts: Facts, selection: Selection) -> None:
    answer = ask(facts, tripartite(facts, selection), tripartite(facts, selection))
    assert answer["edges_added"] == answer["edges_removed"] == answer["edges_changed"] == []
    assert answer["nodes_added"] == answer["nodes_removed"] == []


def test_a_second_grant_changes_an_edge_and_a_new_recipient_adds_one() -> None:
    first = [project("p"), project("q"), paid("f1", "ned", "x", "p"), paid("f3", "ned", "z", "q")]
    was, now = world(*first), world(*first[:3], paid("f2", "ned", "x", "q"), paid("f4", "ned", "y", "q"))
    answer = ask(now, tripartite(was), tripartite(now))
    assert edge_ids(answer["edges_added"]) == {"org:ned~funds~org:y"}
    assert edge_ids(answer["edges_removed"]) == {"org:ned~funds~org:z"}
    (changed,) = answer["edges_changed"]
    assert changed["differs"] == ["weight", "projects", "records"]
    assert (changed["before"]["weight"], changed["after"]["weight"]) == (1, 2)
    assert changed["after"]["projects"]["certain"] == ["p", "q"]
    assert [node["id"] for node in answer["nodes_added"]] == ["org:y"]
    assert [node["id"] for node in answer["nodes_removed"]] == ["org:z"]


def test_a_plan_that_becomes_real_changes_its_tie() -> None:
    def of(status: str) -> Answer:
        return together(world(body("c", status=status, project=None), *members("c", x="lead", y="member")))

    (changed,) = ask(world(), of("planned"), of("active"))["edges_changed"]
    assert changed["differs"] == ["weight", "collaborations", "planned_collaborations"]
    assert (changed["before"]["planned_collaborations"], changed["after"]["collaborations"]) == (["c"], ["c"])
