"""Money down the chain, and who is new to a funder."""

from itertools import pairwise
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.graph.facts import Facts
from app.graph.flows import flows
from app.graph.network import TooLargeError
from app.graph.selection import Selection
from tests.graph import twins_questions as twins
from tests.graph.asking import MANY, edges_of, ids, nodes_of
from tests.graph.rows import at, paid, part, project, world
from tests.graph.strategies import selections, worlds
from tests.graph.twins import funder_of, strongest


def ask(facts: Facts, selection: Selection | None = None, *, unnamed: bool = False) -> dict[str, Any]:
    """The whole network."""
    include = ["unnamed"] if unnamed else []
    limits: dict[str, Any] = {
        "query": {},
        "min_weight": 0,
        "max_edges": None,
        "most_edges": 10**9,
        "most_projects": 10**9,
    }
    return flows(facts, selection or Selection(), include=include, **limits)


@MANY
@given(worlds(), selections(), st.booleans())
def test_edges_are_the_twins(facts: Facts, selection: Selection, unnamed: bool) -> None:
    answer = ask(facts, selection, unnamed=unnamed)
    found: dict[tuple[str, str, str, str], set[str]] = {}
    for source, relation, target, one, certainty in twins.flows(facts, selection, unnamed=unnamed):
        found.setdefault((source, relation, target, one), set()).add(certainty)
    assert {
        (edge["source"], edge["relation"], edge["target"], one, word)
        for edge in answer["edges"]
        for word, projects in edge["projects"].items()
        for one in projects
    } == {(*key, strongest(words)) for key, words in found.items()}


@MANY
@given(worlds(), selections(), st.booleans())
def test_levels_are_steps_from_a_funder(facts: Facts, selection: Selection, unnamed: bool) -> None:
    answer = ask(facts, selection, unnamed=unnamed)
    graph = nx.node_link_graph(answer, edges="edges")
    funders = {str(funder_of(row)) for row in twins.rows_on(facts, selection)} & set(graph)
    pays = {edge["source"] for edge in answer["edges"] if edge["relation"] in ("grants", "pays_for", "passes_through")}
    for ref, node in nodes_of(answer).items():
        starts = [one for one in funders & pays if nx.has_path(graph, one, ref)]
        steps = [nx.shortest_path_length(graph, one, ref) for one in starts]
        assert node["level"] == (min(steps) if steps else None)


@MANY
@given(worlds(), selections())
def test_every_row_of_money_stands_on_one_edge_and_in_one_sum(facts: Facts, selection: Selection) -> None:
    answer = ask(facts, selection, unnamed=True)
    on_edges = [one for edge in answer["edges"] if "money" in edge for one in edge["records"]]
    assert len(on_edges) == len(set(on_edges))
    chains = answer["graph"]["chains"]
    assert {chain["funding"] for chain in chains} == {row.id for row in twins.rows_on(facts, selection)}
    for name, regranted in (("granted", False), ("regranted", True)):
        money = answer["graph"]["money"][name]
        found = {one for total in money["sums"] for one in total["funding"]}
        assert found <= {chain["funding"] for chain in chains if chain["regranted"] is regranted}


@MANY
@given(worlds(), selections())
def test_first_years_are_the_twins(facts: Facts, selection: Selection) -> None:
    found = ask(facts, selection)["graph"]["first_time"]
    assert {
        (one["funder"]["id"], one["recipient"]["id"]): one["first_recorded_year"] for one in found
    } == twins.first_years(facts, selection)
    for one in found:
        assert (one["status"] == "unknown") is bool(one["undated_funding"])
        assert (one["first_in_window"] == "not_asked") is not selection.has_window
        assert one["unnamed"] is one["recipient"]["id"].startswith("party:")


def chain() -> Facts:
    """USAID pays a programme; of it a grant goes to a group that leads a part, whose part works in a state."""
    return world(
        project("programme"),
        project("lab", parent="programme"),
        project("pilot", parent="lab"),
        paid("f1", "aid", None, "programme", amount_minor=1000, currency="USD"),
        paid("f2", "aid", "group", "lab", amount_minor=300, currency="USD", through_project="programme"),
        part("n1", "group", "lead", "lab"),
        part("n2", "court", "target_institution", "pilot"),
        part("n3", "bureau", "data_source", "pilot"),
        at("s", "pilot", "MX-AAA"),
    )


def test_a_chain_leads_from_the_funder_to_the_state() -> None:
    answer = ask(chain())
    steps = ["org:aid", "project:programme", "org:group", "project:lab", "project:pilot", "state:MX-AAA"]
    graph = nx.node_link_graph(answer, edges="edges")
    relations = [next(iter(graph[one][other])) for one, other in pairwise(steps)]
    assert relations[1:] == ["subgrants", "receives_for", "component", "located_in"]
    assert set(graph["org:aid"]["project:programme"]) == {"passes_through", "pays_for"}
    assert "org:bureau" not in graph
    assert edges_of(answer)["org:group~receives_for~project:lab"]["participation_roles"] == ["lead"]
    (sub,) = [one for one in answer["graph"]["chains"] if one["regranted"]]
    assert [step["id"] for step in sub["steps"]] == steps[:4]
    assert sub["reached"] == {
        "components": ["project:pilot"],
        "institutions": ["org:court"],
        "leads": ["org:group"],
        "nationwide": [],
        "partners": [],
        "possible_states": [],
        "state_groups": [],
        "states": ["state:MX-AAA"],
    }


def test_a_regrant_is_not_added_to_what_was_granted() -> None:
    answer = ask(chain())
    sums = {name: [one["amount_minor"] for one in money["sums"]] for name, money in answer["graph"]["money"].items()}
    assert sums == {"granted": [1000], "regranted": [300]}
    edges = edges_of(answer)
    assert edges["project:programme~subgrants~org:group"]["regranted"] == ["f2"]
    assert "money" not in edges["org:aid~passes_through~project:programme"]


def test_first_time_in_a_window_by_hand() -> None:
    """New in 2020; known before; without a date; dated before and undated."""
    facts = world(
        project("p", "2020"),
        project("old", "2018"),
        paid("f1", "ned", "new", "p", date="2020"),
        paid("f2", "ned", "known", "p", date="2020"),
        paid("f3", "ned", "known", "old", date="2018-05"),
        paid("f4", "ned", "undated", "p"),
        paid("f5", "ned", "both", "p"),
        paid("f6", "ned", "both", "old", date="2018"),
        paid("f7", "ned", "later", "p", date="2021"),
    )
    found = ask(facts, Selection(year_from=2020, year_to=2020))["graph"]["first_time"]
    assert {one["recipient"]["id"]: (one["first_recorded_year"], one["first_in_window"]) for one in found} == {
        "org:new": (2020, "yes"),
        "org:known": (2018, "no"),
        "party:undated": (None, "unknown"),
        "org:both": (None, "no"),
        "org:later": (2021, "no"),
    }


def test_money_of_an_unknown_funder_still_reaches_its_recipient() -> None:
    answer = ask(world(project("p"), paid("f", None, "x", "p")))
    assert list(edges_of(answer)) == ["org:x~receives_for~project:p"]
    assert answer["graph"]["left_out"]["funding_from_unknown_funder"]["ids"] == ["f"]
    assert {node["level"] for node in answer["nodes"]} == {None}


def test_components_that_stand_in_a_ring_come_to_an_end() -> None:
    facts = world(project("a", parent="b"), project("b", parent="a"), paid("f", "ned", "x", "a"))
    (found,) = ask(facts, Selection(funder=ids("ned")))["graph"]["chains"]
    assert found["reached"]["components"] == ["project:b"]


def test_more_projects_than_an_answer_may_look_at_are_refused() -> None:
    limits: dict[str, Any] = {"query": {}, "min_weight": 0, "max_edges": None, "most_edges": 10**9, "include": []}
    with pytest.raises(TooLargeError) as refused:
        flows(chain(), Selection(), most_projects=2, **limits)
    assert (refused.value.count, refused.value.most, refused.value.what) == (3, 2, "projects")
    assert flows(chain(), Selection(), most_projects=3, **limits)["edges"]
