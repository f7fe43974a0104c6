"""The answer as others read it: networkx, cuts by weight and number, and the counts that go with it."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.graph.definitions import RELATIONS, TIES
from app.graph.facts import Facts
from app.graph.money import sums_of
from app.graph.network import MOST_IDS, TooLargeError
from app.graph.selection import CERTAINTIES, Selection
from tests.graph.asking import SOME, Answer, edges_of, ids, nodes_of, together, tripartite
from tests.graph.made import changed
from tests.graph.rows import paid, part, project, world
from tests.graph.strategies import INCLUDES, selections, worlds


def both(facts: Facts, selection: Selection, **own: Any) -> list[Answer]:
    """The two networks with everything in them."""
    return [
        tripartite(facts, selection, INCLUDES, **own),
        together(facts, selection, include=["unnamed"], weights={"project": 1.5, "topic": 2.0}, **own),
    ]


def known_records(facts: Facts) -> set[str]:
    """Every prefixed id that can stand behind an edge."""
    return (
        {f"project:{one}" for one in facts.projects}
        | {f"funding:{row.id}" for row in facts.funding}
        | {f"participation:{row.id}" for row in facts.participations}
        | {f"project_state:{row.id}" for row in facts.project_states}
        | {f"state_group:{row.id}" for row in facts.state_groups}
        | {f"collaboration:{one}" for one in facts.collaborations}
        | {f"collaboration_member:{row.id}" for row in facts.members}
    )


def known_nodes(facts: Facts) -> set[str]:
    """Every node that a network can have."""
    return (
        {f"org:{one}" for one in facts.organizations}
        | {f"party:{one}" for one in facts.parties}
        | {f"project:{one}" for one in facts.projects}
        | {f"state:{one}" for one in facts.states}
        | {f"state_group:{row.id}" for row in facts.state_groups}
        | {"country:MX"}
    )


@SOME
@given(worlds(), selections())
def test_networkx_reads_every_answer_as_it_is(facts: Facts, selection: Selection) -> None:
    """All nodes and edges with all attributes, directed and multigraph as stated, one key per pair and relation."""
    for answer, kind in zip(both(facts, selection), (nx.MultiDiGraph, nx.MultiGraph), strict=True):
        read = nx.node_link_graph(json.loads(json.dumps(answer, allow_nan=False)))
        assert type(read) is kind
        assert dict(read.nodes(data=True)) == {
            node["id"]: {name: value for name, value in node.items() if name != "id"} for node in answer["nodes"]
        }
        assert read.number_of_edges() == len(answer["edges"])
        for edge in answer["edges"]:
            kept = {name: value for name, value in edge.items() if name not in ("source", "target", "key")}
            assert read.edges[edge["source"], edge["target"], edge["key"]] == kept
        assert read.graph == answer["graph"]


@SOME
@given(worlds(), selections())
def test_every_answer_is_in_order_and_accounts_for_itself(facts: Facts, selection: Selection) -> None:
    for answer, definitions in zip(both(facts, selection), (RELATIONS, TIES), strict=True):
        nodes = [node["id"] for node in answer["nodes"]]
        edges = [(edge["source"], edge["relation"], edge["target"]) for edge in answer["edges"]]
        assert nodes == sorted(set(nodes))
        assert edges == sorted(set(edges))
        assert set(nodes) <= known_nodes(facts)
        graph = answer["graph"]
        relations = {edge["relation"] for edge in answer["edges"]}
        assert set(definitions) & relations <= set(graph["definitions"])
        for edge in answer["edges"]:
            assert edge["id"] == f"{edge['source']}~{edge['relation']}~{edge['target']}"
            assert {edge["source"], edge["target"]} <= set(nodes)
            assert set(edge["records"]) <= known_records(facts)
            assert edge["records"]
            assert edge["basis"]
            assert set(edge["documents"]) <= set(facts.document_ids)
            behind = [one for word in CERTAINTIES for one in edge["projects"][word]]
            assert len(behind) == len(set(behind))
            assert set(behind) <= set(facts.projects)
            surest = next((word for word in CERTAINTIES if edge["projects"][word]), "certain")
            assert edge["certainty"] == surest
            if edge["relation"] not in (*TIES, "combined") or edge["relation"] == "project":
                assert edge["weight"] == len(edge["projects"]["certain"])
        counted = Counter((edge["relation"], edge["certainty"]) for edge in answer["edges"])
        assert graph["counts"]["edges"] == {
            relation: {word: counted[relation, word] for word in CERTAINTIES} for relation in sorted(relations)
        }
        assert graph["counts"]["nodes"] == dict(sorted(Counter(node["kind"] for node in answer["nodes"]).items()))
        assert not graph["truncated"]


@SOME
@given(worlds(), selections(), st.integers(0, 3), st.none() | st.integers(1, 6))
def test_cuts_keep_the_heaviest_and_say_what_they_cut(
    facts: Facts, selection: Selection, min_weight: int, max_edges: int | None
) -> None:
    for whole, cut in zip(
        both(facts, selection), both(facts, selection, min_weight=min_weight, max_edges=max_edges), strict=True
    ):
        ranked = sorted(whole["edges"], key=lambda edge: (-edge["weight"], edge["id"]))
        heavy = [edge for edge in ranked if edge["weight"] >= min_weight]
        kept = heavy if max_edges is None else heavy[:max_edges]
        assert edges_of(cut) == {edge["id"]: edge for edge in kept}
        touched = {edge[end] for edge in whole["edges"] for end in ("source", "target")}
        ends = {edge[end] for edge in kept for end in ("source", "target")}
        assert nodes_of(cut) == {
            ref: node for ref, node in nodes_of(whole).items() if ref in ends or ref not in touched
        }
        left_out = cut["graph"]["left_out"]
        lost = {"below_min_weight": len(ranked) - len(heavy), "beyond_max_edges": len(heavy) - len(kept)}
        for reason, count in lost.items():
            assert left_out.get(reason, {"count": 0})["count"] == count
        assert cut["graph"]["truncated"] == (len(kept) < len(heavy))


@SOME
@given(worlds(), selections(), st.sampled_from(["project", "topic", "funder", "project_kind", "partner"]))
def test_a_smaller_selection_never_has_more(facts: Facts, selection: Selection, name: str) -> None:
    """Fewer projects: no edge more, no weight greater. Declared ties without a project go with any filter of them."""
    values = {
        "project": ids("p0", "p1"),
        "topic": ids("t0"),
        "funder": ids("o0", "o1"),
        "project_kind": ids("grant"),
        "partner": ids("o0", "o2"),
    }
    nothing: dict[str, Any] = {name: frozenset()}
    something: dict[str, Any] = {name: values[name]}
    larger, smaller = replace(selection, **nothing), replace(selection, **something)
    for whole, fewer in zip(both(facts, larger), both(facts, smaller), strict=True):
        for edge_id, edge in edges_of(fewer).items():
            assert edge["weight"] <= edges_of(whole)[edge_id]["weight"]


@SOME
@given(worlds(), selections())
def test_the_same_question_has_the_same_bytes(facts: Facts, selection: Selection) -> None:
    """Also where the rows come in another order."""
    turned = changed(
        facts,
        funding=facts.funding[::-1],
        participations=facts.participations[::-1],
        project_states=facts.project_states[::-1],
        state_groups=facts.state_groups[::-1],
        project_topics=facts.project_topics[::-1],
        members=facts.members[::-1],
    )
    first, second = both(facts, selection), both(facts, selection)
    assert [json.dumps(answer) for answer in first] == [json.dumps(answer) for answer in second]
    for answer, other in zip(first, both(turned, selection), strict=True):
        assert [edge["id"] for edge in answer["edges"]] == [edge["id"] for edge in other["edges"]]
        assert answer["nodes"] == other["nodes"]
        assert answer["graph"]["left_out"] == other["graph"]["left_out"]


# Small cases by hand


def star(count: int) -> Facts:
    """A funder with so many recipients of one project each; the last has two."""
    numbers = range(count)
    return world(
        *(project(f"p{n:03}") for n in (*numbers, count)),
        *(paid(f"f{n:03}", "ned", f"r{n:03}", f"p{n:03}") for n in numbers),
        paid(f"f{count:03}", "ned", f"r{count - 1:03}", f"p{count:03}"),
    )


def test_max_edges_keeps_by_weight_then_id() -> None:
    answer = tripartite(star(5), max_edges=3)
    assert list(edges_of(answer)) == [f"org:ned~funds~org:r{n:03}" for n in (0, 1, 4)]
    assert answer["graph"]["truncated"]
    beyond = answer["graph"]["left_out"]["beyond_max_edges"]
    assert beyond == {"count": 2, "ids": ["org:ned~funds~org:r002", "org:ned~funds~org:r003"]}
    assert set(nodes_of(answer)) == {"org:ned", "org:r000", "org:r001", "org:r004"}


def test_min_weight_leaves_out_lighter_edges_and_is_no_truncation() -> None:
    answer = tripartite(star(5), min_weight=2)
    assert list(edges_of(answer)) == ["org:ned~funds~org:r004"]
    assert answer["graph"]["left_out"]["below_min_weight"]["count"] == 4
    assert answer["graph"]["truncated"] is False


def test_too_many_edges_are_refused_unless_cut() -> None:
    with pytest.raises(TooLargeError) as refused:
        tripartite(star(5), most_edges=4)
    assert (refused.value.count, refused.value.most) == (5, 4)
    assert len(edges_of(tripartite(star(5), most_edges=4, max_edges=4))) == 4


def test_long_lists_of_what_is_left_out_are_cut_but_counted() -> None:
    facts = world(*(project(f"p{n:03}") for n in range(MOST_IDS + 5)))
    left_out = tripartite(facts)["graph"]["left_out"]["projects_without_known_partner"]
    assert (left_out["count"], len(left_out["ids"])) == (MOST_IDS + 5, MOST_IDS)


def test_nodes_say_what_they_are() -> None:
    facts = world(project("p", "2020"), paid("f", "u-donors", "x", "p"), part("n", "x", "lead", "p", "MX-AAA"))
    nodes = nodes_of(tripartite(facts, include=INCLUDES))
    assert nodes["org:x"] == {
        "id": "org:x",
        "kind": "organization",
        "label": "x",
        "acronym": None,
        "organization_kind": "ngo",
        "country": "MX",
        "roles": ["partner"],
    }
    assert nodes["party:u-donors"]["roles"] == ["funder"]
    assert nodes["state:MX-AAA"] == {"id": "state:MX-AAA", "kind": "state", "label": "MX-AAA"}
    assert (nodes["project:p"]["kind"], nodes["project:p"]["start_date"]) == ("project", "2020")


def test_money_of_nothing_is_none_recorded() -> None:
    columns = world(project("p"), paid("f", "ned", "x", "p", amount_minor=1, currency="USD")).columns
    for rows, selection in (([], Selection()), ([0], Selection(currency=ids("MXN")))):
        sums = sums_of(columns, selection, np.zeros(len(rows), dtype=np.int64), np.array(rows, dtype=np.int64), 1)
        assert sums.told(Facts(columns))[0]["status"] == "none_recorded"
