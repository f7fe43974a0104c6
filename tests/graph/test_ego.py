"""Everything within some hops of a node."""

from collections.abc import Iterable
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.graph.ego import CROSSINGS, ego
from app.graph.facts import Facts
from app.graph.network import TooLargeError
from app.graph.selection import Selection
from tests.graph import twins_structure as twins
from tests.graph.asking import MANY, nodes_of
from tests.graph.rows import at, body, members, paid, part, project, world
from tests.graph.strategies import selections


def ask(facts: Facts, node: str, depth: int = 1, *cross: str, selection: Selection | None = None, **own: Any) -> Any:
    """The network."""
    wanted: dict[str, Any] = {
        "query": {},
        "min_weight": 0,
        "max_edges": None,
        "most_edges": 10**9,
        "most_projects": 10**9,
    } | own
    return ego(facts, selection or Selection(), node=node, depth=depth, cross=cross, **wanted)


@settings(MANY)
@given(
    twins.related_worlds(),
    selections(),
    st.integers(1, 4),
    st.sets(st.sampled_from(sorted(CROSSINGS))),
    st.data(),
)
def test_the_network_is_the_twins(
    facts: Facts, selection: Selection, depth: int, cross: set[str], data: st.DataObject
) -> None:
    kinds: dict[str, Iterable[str]] = {
        "org": facts.organizations,
        "party": facts.parties,
        "project": facts.projects,
        "state": facts.states,
        "topic": facts.topics,
        "country": ["MX"],
    }
    start = data.draw(st.sampled_from([f"{kind}:{one}" for kind, ids in kinds.items() for one in ids]))
    answer = ask(facts, start, depth, *cross, selection=selection)
    edges = twins.everything(facts, selection)
    closed = {prefix for word, prefixes in CROSSINGS.items() if word not in cross for prefix in prefixes}
    found = twins.within(edges, start, depth, closed)
    assert {ref: node["hops"] for ref, node in nodes_of(answer).items()} == found
    assert {(edge["source"], edge["relation"], edge["target"]) for edge in answer["edges"]} == {
        edge for edge in edges if edge[0] in found and edge[2] in found
    }
    told = answer["graph"]["ego"]
    assert told["nodes_by_hops"] == [list(found.values()).count(distance) for distance in range(depth + 1)]
    assert told["nodes_one_hop_further"] == len(twins.within(edges, start, depth + 1, closed)) - len(found)
    assert set(told["not_crossed"]) == {ref for ref in found if ref != start and ref.partition(":")[0] in closed}
    assert {edge["relation"] for edge in answer["edges"]} == set(answer["graph"]["definitions"])


def _world() -> Facts:
    """x leads p, y leads q; both projects are in one state and in the whole country, about one topic."""
    return world(
        project("p"),
        project("q"),
        part("n1", "x", "lead", "p"),
        part("n2", "y", "lead", "q"),
        at("s1", "p", "MX-AAA"),
        at("s2", "q", "MX-AAA"),
        at("s3", "p", "MX"),
        at("s4", "q", "MX"),
        topics=(("p", "t0"), ("q", "t0")),
    )


def test_states_topics_and_the_country_are_reached_and_crossed_only_if_asked() -> None:
    facts = _world()
    assert set(nodes_of(ask(facts, "org:x", 4))) == {"org:x", "project:p", "state:MX-AAA", "country:MX", "topic:t0"}
    for word in CROSSINGS:
        assert nodes_of(ask(facts, "org:x", 4, word))["project:q"]["hops"] == (3 if word == "topics" else 2)
    assert set(nodes_of(ask(facts, "state:MX-AAA"))) == {"state:MX-AAA", "org:x", "org:y", "project:p", "project:q"}


def test_edges_among_the_nodes_shown_are_all_there_with_their_money() -> None:
    facts = world(
        project("p"),
        paid("f1", "a", "x", "p", amount_minor=5, currency="USD"),
        paid("f2", "a", "y", "p"),
        body("c"),
        *members("c", x="member", y="member"),
    )
    answer = ask(facts, "org:a")
    found = {edge["id"]: edge for edge in answer["edges"]}
    assert "org:x~collaboration~org:y" in found
    assert found["org:a~funds~org:x"]["money"]["sums"][0]["amount_minor"] == 5
    assert nx.node_link_graph(answer, edges="edges").number_of_edges() == len(found)


def test_a_node_of_which_nothing_is_recorded_is_alone() -> None:
    answer = ask(world(project("p"), paid("f", "a", "b", None)), "org:a", 2)
    assert answer["graph"]["ego"]["status"] == "none_recorded"
    assert (list(nodes_of(answer)), answer["edges"]) == (["org:a"], [])


def test_a_neighbourhood_that_is_too_large_is_refused_and_not_the_network_around_it() -> None:
    facts = world(project("p"), project("q"), *(paid(f"f{n}", "ned", f"x{n}", "p") for n in range(5)))
    with pytest.raises(TooLargeError):
        ask(facts, "org:ned", most_edges=10)
    assert len(ask(facts, "org:x1", most_edges=4)["edges"]) == 3
    cut = ask(facts, "org:ned", most_edges=10, max_edges=3)
    assert (len(cut["edges"]), cut["graph"]["truncated"]) == (3, True)


def test_a_project_is_part_of_another_where_nothing_else_joins_the_two() -> None:
    answer = ask(world(project("p"), project("q", parent="p")), "project:q")
    assert [edge["id"] for edge in answer["edges"]] == ["project:q~part_of~project:p"]
    assert answer["graph"]["ego"]["status"] == "known"


def test_more_projects_behind_the_edges_than_an_answer_may_look_at_are_refused() -> None:
    facts = world(*(project(one) for one in "pqr"), *(paid(f"f{one}", "ned", "x", one) for one in "pqr"))
    with pytest.raises(TooLargeError) as refused:
        ask(facts, "org:x", most_projects=2)
    assert (refused.value.count, refused.value.most, refused.value.what) == (3, 2, "projects")
    assert ask(facts, "org:x", most_projects=3)["edges"]


def test_more_nodes_than_edges_may_join_are_refused_before_these_are_counted() -> None:
    facts = world(project("p"), *(paid(f"f{one}", "ned", f"x{one}", "p") for one in range(9)))
    with pytest.raises(TooLargeError) as refused:
        ask(facts, "org:ned", most_edges=5)
    assert (refused.value.count, refused.value.what) == (11, "nodes")
