"""How a network hangs together, and each node's place in it."""

import pickle
import subprocess
import sys
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.graph import measures as module
from app.graph.facts import Facts
from app.graph.measures import clusters, measures
from app.graph.network import TooLargeError
from app.graph.selection import Selection
from tests.graph import twins_structure as twins
from tests.graph.asking import MANY, ids, together, tripartite
from tests.graph.made import changed
from tests.graph.rows import at, body, group, members, paid, part, project, world
from tests.graph.strategies import selections, worlds


def ask(facts: Facts, network: Any, selection: Selection | None = None, name: str = "coalitions", **own: Any) -> Any:
    """The measures."""
    wanted: dict[str, Any] = {"without": (), "seed": 1, "samples": 10, "query": {}, "most": 10**9} | own
    return measures(facts, selection or Selection(), network, name=name, **wanted)


def joined(facts: Facts, selection: Selection | None = None, *, states: bool = False) -> Any:
    """The network of clusters."""
    return clusters(facts, selection or Selection(), with_states=states, most_edges=10**9, most_projects=10**9)


def node_link(*pairs: str, alone: str = "", directed: bool = False) -> Any:
    """A network of pairs of letters, as node-link data."""
    names = sorted({letter for pair in pairs for letter in pair} | set(alone))
    edges = [
        {
            "source": f"org:{one}",
            "target": f"org:{two}",
            "id": f"org:{one}~tie~org:{two}",
            "relation": "tie",
            "weight": 1,
            "certainty": "certain",
        }
        for one, two in map(tuple, pairs)
    ]
    nodes = [{"id": f"org:{one}", "kind": "organization", "label": one, "organization_kind": one} for one in names]
    counts = {"projects": {}, "selected_projects": 0, "undated_projects": 0}
    return {"directed": directed, "nodes": nodes, "edges": edges, "graph": {"counts": counts, "left_out": {}}}


def of_letters(*pairs: str, **own: Any) -> Any:
    """The measures of a network of pairs of letters."""
    alone, directed = own.pop("alone", ""), own.pop("directed", False)
    return ask(world(project("p")), node_link(*pairs, alone=alone, directed=directed), **own)


def by_node(answer: Any, measure: str) -> dict[str, Any]:
    """Node, without its prefix -> one of its measures."""
    return {node["id"].partition(":")[2]: node[measure] for node in answer["nodes"]}


@settings(MANY, max_examples=120)
@given(worlds(), selections(), st.sampled_from(["clusters", "funder-partner-state", "coalitions"]), st.data())
def test_every_measure_is_the_twins(facts: Facts, selection: Selection, name: str, data: st.DataObject) -> None:
    if name == "clusters":
        network = joined(facts, selection, states=True)
    elif name == "coalitions":
        network = together(facts, selection, ties=["collaboration", "project"])
    else:
        network = tripartite(facts, selection)
    names = [node["id"] for node in network["nodes"]]
    without = data.draw(st.lists(st.sampled_from(names), max_size=2)) if names else []
    answer = ask(facts, network, selection, name, without=without)
    taken = selection.certainty if selection.is_graded else {"certain"}
    around = twins.simple(network, taken, without, planned=name == "clusters")
    count, pairs = len(around), twins.joined_pairs(around)

    parts = twins.components(around)
    assert {frozenset(one["members"]) for one in answer["components"]} == parts
    assert answer["summary"]["components"] == len(parts)
    assert (answer["summary"]["nodes"], answer["summary"]["edges"]) == (count, len(pairs))
    assert answer["whole"]["edges"] == len(twins.joined_pairs(twins.simple(network, taken, planned=name == "clusters")))
    assert answer["summary"]["density"] == (pytest.approx(2 * len(pairs) / count / (count - 1)) if count > 1 else None)
    assert answer["summary"]["transitivity"] == pytest.approx(twins.transitivity(around))
    assert answer["summary"]["average_clustering"] == pytest.approx(twins.clustering(around))
    degrees = [len(others) for others in around.values()]
    centralisation = sum(max(degrees) - one for one in degrees) / (count - 1) / (count - 2) if count > 2 else None
    assert answer["summary"]["degree_centralisation"] == pytest.approx(centralisation)
    assert {(one["source"], one["target"]) for one in answer["bridges"]} == twins.bridges(around)
    parts_without = {node: len(twins.components(twins.but_without(around, node))) for node in around}
    assert {one["id"]: one["components_without"] for one in answer["articulation_points"]} == {
        node: number for node, number in parts_without.items() if number > len(parts)
    }
    between = twins.betweenness(around) if count < 10 else None
    for node in answer["nodes"]:
        ref = node["id"]
        assert node["degree"] == len(around[ref])
        assert node["core"] == twins.core(around, ref)
        assert node["constraint"] == pytest.approx(twins.constraint(around, ref))
        assert ref in answer["components"][node["component"]]["members"]
        assert ref in answer["communities"][node["community"]]["members"]
        if between is not None:
            assert node["betweenness"] == pytest.approx(between[ref], abs=1e-8)
    groups = [one["members"] for one in answer["communities"]]
    assert sorted(ref for group_of in groups for ref in group_of) == sorted(around)
    assert answer["modularity"] == pytest.approx(twins.modularity(around, groups), abs=1e-8)


@settings(MANY)
@given(worlds(), selections())
def test_the_network_of_clusters_is_the_twins(facts: Facts, selection: Selection) -> None:
    network = joined(facts, selection)
    nodes, pairs = twins.cluster_pairs(facts, selection)
    assert {node["id"] for node in network["nodes"]} == nodes
    assert {frozenset((edge["source"], edge["target"])) for edge in network["edges"]} == set(map(frozenset, pairs))


@settings(MANY, max_examples=60)
@given(st.sets(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=12), st.booleans())
def test_pagerank_walks_the_arrows(pairs: set[tuple[str, str]], directed: bool) -> None:
    words = sorted(one + two for one, two in pairs)
    found = by_node(of_letters(*words, alone="abcdef", directed=directed), "pagerank")
    arrows: dict[str, set[str]] = {letter: set() for letter in "abcdef"}
    for one, two in map(tuple, words):
        if one != two:
            arrows[one].add(two)
            if not directed:
                arrows[two].add(one)
    assert found == pytest.approx(twins.pagerank(arrows), abs=1e-8)
    assert sum(found.values()) == pytest.approx(1)


def test_a_star_by_hand() -> None:
    """Freeman 1979: a star is wholly centralised, and every chain between its points goes over the centre."""
    answer = of_letters("ca", "cb", "cd", "ce")
    assert answer["summary"]["degree_centralisation"] == 1
    assert by_node(answer, "betweenness") == {"a": 0, "b": 0, "c": 1, "d": 0, "e": 0}
    assert by_node(answer, "constraint") == {"a": 1, "b": 1, "c": 0.25, "d": 1, "e": 1}
    assert [(one["id"], one["parts"], one["components_without"]) for one in answer["articulation_points"]] == [
        ("org:c", 4, 4)
    ]
    assert len(answer["bridges"]) == 4
    assert answer["summary"]["transitivity"] == 0


def test_a_triangle_with_a_tail_by_hand() -> None:
    answer = of_letters("ab", "bc", "ca", "cd", alone="e")
    assert answer["summary"]["density"] == 0.4
    assert answer["summary"]["transitivity"] == 0.6
    assert answer["summary"]["average_clustering"] == pytest.approx((1 + 1 + 1 / 3) / 5)
    assert by_node(answer, "core") == {"a": 2, "b": 2, "c": 2, "d": 1, "e": 0}
    assert by_node(answer, "constraint")["e"] is None
    assert (answer["summary"]["component_sizes"], answer["summary"]["isolated"]) == ([4, 1], 1)
    assert [one["edges"] for one in answer["bridges"]] == [["org:c~tie~org:d"]]


def test_two_cliques_are_two_communities_and_their_link_a_bridge() -> None:
    answer = of_letters("ab", "ac", "bc", "de", "df", "ef", "cd")
    assert [one["members"] for one in answer["communities"]] == [
        ["org:a", "org:b", "org:c"],
        ["org:d", "org:e", "org:f"],
    ]
    assert answer["modularity"] == pytest.approx(6 / 7 - 2 * (7 / 14) ** 2)
    apart = of_letters("ab", "ac", "bc", "de", "df", "ef", "cd", without=["org:c"])
    assert (apart["whole"]["components"], apart["summary"]["components"]) == (1, 2)
    assert apart["removed"] == ["org:c"]


def test_an_empty_network_has_no_measures_and_fails_nothing() -> None:
    answer = of_letters()
    assert answer["summary"] == {
        "nodes": 0,
        "edges": 0,
        "density": None,
        "components": 0,
        "component_sizes": [],
        "isolated": 0,
        "transitivity": None,
        "average_clustering": None,
        "degree_centralisation": None,
    }
    assert (answer["modularity"], answer["nodes"], answer["brokers"]) == (None, [], [])


def test_parallel_edges_and_loops_are_counted_once_and_told() -> None:
    network = node_link("ab", "ba", "aa")
    answer = ask(world(project("p")), network)
    assert answer["collapsed"] == {"edges": 3, "pairs": 1, "self_loops": 1, "parallel": 1}
    assert by_node(answer, "strength") == {"a": {"tie": 2}, "b": {"tie": 2}}


def test_what_is_only_possible_or_planned_is_left_out_and_told() -> None:
    facts = world(
        project("p"),
        part("n", "x", "lead", "p"),
        group("g", "p", 2),
        at("s", "p", "MX-AAA"),
        body("c", status="planned"),
    )
    answer = ask(facts, tripartite(facts), name="funder-partner-state")
    assert answer["left_out"]["edges_not_certain"]["ids"] == ["org:x~works_in~state_group:g"]
    assert (answer["summary"]["edges"], answer["summary"]["isolated"]) == (1, 1)
    facts = world(project("p"), body("c", status="planned"), *members("c", a="lead", b="member"))
    answer = ask(facts, together(facts, ties=["collaboration"]))
    assert answer["left_out"]["planned_ties"]["ids"] == ["org:a~collaboration~org:b"]
    assert answer["summary"]["components"] == 2
    chosen = Selection(state=ids("MX-AAA"), certainty=ids("possible"))
    facts = world(project("p"), paid("f", "a", "b", "p"), group("g", "p", 2))
    assert ask(facts, tripartite(facts, chosen), chosen, "funder-partner-state")["summary"]["edges"] == 2


def test_brokers_join_kinds_directly_and_over_projects() -> None:
    kinds = {"x": "ngo", "y": "academia", "z": "private", "w": "ngo"}
    facts = world(
        *(project(one) for one in "pq"),
        part("n1", "x", "lead", "p"),
        part("n2", "y", "host", "p"),
        part("n3", "w", "host", "p"),
        paid("f", "z", "x", "q"),
    )
    named = {one: fact._replace(kind=kinds[one]) for one, fact in facts.organizations.items()}
    facts = changed(facts, organizations=named)
    (first, *_) = ask(facts, joined(facts), name="clusters")["brokers"]
    assert first["id"] == "org:x"
    assert {kind: one["ids"] for kind, one in first["kinds"].items()} == {
        "academia": ["org:y"],
        "ngo": ["org:w"],
        "private": ["org:z"],
    }


def test_states_in_which_components_meet() -> None:
    facts = world(
        project("p"),
        project("q"),
        part("n1", "x", "lead", "p"),
        part("n2", "y", "lead", "q"),
        at("s1", "p", "MX-AAA"),
        at("s2", "q", "MX-AAA"),
        at("s3", "q", "MX-BBB"),
    )
    answer = ask(facts, joined(facts, states=True), name="clusters")
    assert (answer["meetings"]["components_without_states"], answer["summary"]["components"]) == (2, 1)
    assert [(one["id"], [met["members"] for met in one["joins"]]) for one in answer["meetings"]["states"]] == [
        ("state:MX-AAA", [["org:x"], ["org:y"]])
    ]


def test_betweenness_of_large_networks_is_sampled_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EXACT_UP_TO", 3)
    pairs = ("ab", "bc", "cd", "de", "ef")
    answer = of_letters(*pairs, samples=4, seed=7)
    assert (answer["parameters"]["betweenness"], answer["parameters"]["betweenness_samples"]) == ("sampled", 4)
    graph: nx.Graph[int] = nx.path_graph(6)
    assert list(by_node(answer, "betweenness").values()) == pytest.approx(
        list(nx.betweenness_centrality(graph, k=4, seed=7).values())
    )


def test_communities_do_not_depend_on_the_hash_seed_of_the_process() -> None:
    code = (
        "import random, networkx as nx\n"
        "from tests.graph.test_measures import of_letters\n"
        "pairs = [''.join(sorted(random.Random(n).sample('abcdefghijklmnopqrst', 2))) for n in range(60)]\n"
        "answer = of_letters(*sorted(set(pairs)))\n"
        "print([one['members'] for one in answer['communities']], answer['nodes'])\n"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_a_network_that_is_too_large_is_refused() -> None:
    with pytest.raises(TooLargeError):
        of_letters("ab", "bc", most=4)
    assert of_letters("ab", "bc", most=5)["summary"]["edges"] == 2


def test_a_large_network_is_measured_by_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done elsewhere gets and gives what can be sent there, and says the same."""
    jobs = []

    def run(function: Any, *args: Any) -> Any:
        jobs.append(function.__name__)
        there, given = pickle.loads(pickle.dumps((function, args)))
        return pickle.loads(pickle.dumps(there(*given)))

    letters = ("ab", "bc", "cd", "da", "ce")
    at_once = of_letters(*letters, without=["org:c"], run=run)
    assert jobs == []
    monkeypatch.setattr(module, "AT_ONCE", 0)
    assert of_letters(*letters, without=["org:c"], run=run) == at_once
    assert jobs == ["compute", "summarise"]


def test_money_to_oneself_joins_nobody() -> None:
    network = joined(world(project("p"), paid("f", "ned", "ned", "p")))
    assert {edge["relation"] for edge in network["edges"]} == {"funds_project", "receives_for"}


def test_clusters_of_more_projects_than_an_answer_may_look_at_are_refused() -> None:
    facts = world(project("p"), project("q"))
    with pytest.raises(TooLargeError) as refused:
        clusters(facts, Selection(), with_states=False, most_edges=10**9, most_projects=1)
    assert (refused.value.count, refused.value.most, refused.value.what) == (2, 1, "projects")
