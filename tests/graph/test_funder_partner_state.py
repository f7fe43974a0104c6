"""Who funds whom, and where: edges, money, and what is left out."""

from typing import Any

from hypothesis import given

from app.graph.facts import Facts
from app.graph.selection import Selection
from tests.graph import twins
from tests.graph.asking import MANY, SOME, Answer, edges_of, ids, nodes_of, same_order, tripartite, without_counts
from tests.graph.rows import at, group, paid, part, project, world
from tests.graph.strategies import INCLUDES, selections, some, worlds


def comparable(edge: Answer) -> Answer:
    """An edge whose money is in the twin's order."""
    return edge | ({"money": same_order(edge["money"])} if "money" in edge else {})


@MANY
@given(worlds(), selections(), some(INCLUDES, 3))
def test_the_network_is_the_twins(facts: Facts, selection: Selection, include: list[str]) -> None:
    answer, twin = tripartite(facts, selection, include), twins.tripartite(facts, selection, set(include))
    assert {name: comparable(edge) for name, edge in edges_of(answer).items()} == twin["edges"]
    assert {ref: node.get("roles", []) for ref, node in nodes_of(answer).items()} == twin["nodes"]
    assert same_order(without_counts(answer["graph"]["money"])) == twin["money"]
    left_out = {reason: set(found["ids"]) for reason, found in answer["graph"]["left_out"].items()}
    assert left_out == twin["left_out"]
    assert all(found["count"] == len(found["ids"]) for found in answer["graph"]["left_out"].values())


@SOME
@given(worlds(), selections())
def test_more_is_only_added_by_include(facts: Facts, selection: Selection) -> None:
    """Project and party nodes and supports come on top; nothing that was there changes."""
    plain, full = tripartite(facts, selection), tripartite(facts, selection, INCLUDES)
    added = {name: edge for name, edge in edges_of(full).items() if name not in edges_of(plain)}
    assert {name: edge for name, edge in edges_of(full).items() if name not in added} == edges_of(plain)
    assert all(
        edge["relation"] in ("supports", "funds_project", "takes_part", "part_of", "located_in")
        or edge["source"].startswith("party:")
        or edge["target"].startswith("party:")
        for edge in added.values()
    )
    assert not any("money" in edge for edge in edges_of(full, "supports", "works_in", "takes_part").values())


@SOME
@given(worlds(), selections())
def test_no_filter_of_facts_ever_adds(facts: Facts, selection: Selection) -> None:
    """Basis drops edges and keeps projects; currency drops neither edges nor unknown amounts."""
    whole = tripartite(facts, Selection(**{**selection.__dict__, "basis": frozenset(), "currency": frozenset()}))
    by_basis = tripartite(facts, Selection(**{**selection.__dict__, "basis": ids("stated"), "currency": frozenset()}))
    assert set(edges_of(by_basis)) <= set(edges_of(whole))
    assert by_basis["graph"]["counts"]["projects"] == whole["graph"]["counts"]["projects"]
    assert all(edge["basis"] == ["stated"] for edge in by_basis["edges"])
    in_pesos = tripartite(facts, Selection(**{**selection.__dict__, "basis": frozenset(), "currency": ids("MXN")}))
    for name, edge in edges_of(in_pesos).items():
        before = edges_of(whole)[name]
        assert edge | {"money": None} == before | {"money": None}
        if "money" in edge:
            assert edge["money"]["unknown_amounts"] == before["money"]["unknown_amounts"]
            assert edge["money"]["sums"] == [one for one in before["money"]["sums"] if one["currency"] == "MXN"]
    assert edges_of(in_pesos).keys() == edges_of(whole).keys()


# Small cases by hand


def edge(facts: Facts, edge_id: str, selection: Selection | None = None, include: list[str] | None = None) -> Any:
    """One edge."""
    return edges_of(tripartite(facts, selection, include or []))[edge_id]


def test_funds_counts_projects_and_money_is_never_multiplied() -> None:
    """Two rows on one project and one on another: weight 2. The three partners and states add no money."""
    facts = world(
        project("p"),
        project("q"),
        paid("f1", "ned", "x", "p", amount_minor=100, currency="USD", stage="commitment"),
        paid("f2", "ned", "x", "p", amount_minor=50, currency="USD", stage="disbursement"),
        paid("f3", "ned", "x", "q", amount_minor=7, currency="MXN", amount_qualifier="more_than"),
        paid("f4", "ned", "y", "p"),
        part("n1", "z", "partner", "p"),
        at("s1", "p", "MX-AAA"),
        at("s2", "p", "MX-BBB"),
    )
    answer = tripartite(facts)
    assert {name: one["weight"] for name, one in edges_of(answer, "funds").items()} == {
        "org:ned~funds~org:x": 2,
        "org:ned~funds~org:y": 1,
    }
    money = edge(facts, "org:ned~funds~org:x")["money"]
    assert money["status"] == "known"
    assert [(one["currency"], one["stage"], one["amount_minor"], one["exact"]) for one in money["sums"]] == [
        ("MXN", None, 7, False),
        ("USD", "commitment", 100, True),
        ("USD", "disbursement", 50, True),
    ]
    assert edge(facts, "org:ned~funds~org:y")["money"]["status"] == "unknown"
    whole = answer["graph"]["money"]
    assert (whole["status"], whole["unknown_amounts"]) == ("lower_bound", ["f4"])
    assert [one["amount_minor"] for one in whole["sums"]] == [7, 100, 50]


def test_money_counts_in_its_own_year() -> None:
    """The project lasts from 2019 to 2022. Asked for 2020: 10 dated, 3 undated, one of 2021 apart, one unknown."""
    facts = world(
        project("p", "2019", "2022"),
        paid("f1", "ned", "x", "p", amount_minor=10, currency="USD", date="2020-05"),
        paid("f2", "ned", "x", "p", amount_minor=3, currency="USD"),
        paid("f3", "ned", "x", "p", amount_minor=900, currency="USD", date="2021"),
        paid("f4", "ned", "x", "p", date="2020"),
        paid("f5", "ned", "x", "p", date="2021"),
    )
    money = edge(facts, "org:ned~funds~org:x", Selection(year_from=2020, year_to=2020))["money"]
    assert [(one["undated"], one["amount_minor"]) for one in money["sums"]] == [(False, 10), (True, 3)]
    assert (money["unknown_amounts"], money["outside_window"]) == (["f4"], ["f3", "f5"])
    assert [one["amount_minor"] for one in edge(facts, "org:ned~funds~org:x")["money"]["sums"]] == [913]


def test_shares_presumed_currencies_regrants_and_self_loops_are_flagged() -> None:
    facts = world(
        project("p"),
        project("q"),
        paid("f1", "ned", "ned", "p", share_hundredths=3050, share_qualifier="nearly"),
        paid("f2", "ned", "x", "p", amount_minor=1, currency="USD", currency_presumed=True, through_project="q"),
    )
    loop, other = edge(facts, "org:ned~funds~org:ned"), edge(facts, "org:ned~funds~org:x")
    assert (loop["self_loop"], other["self_loop"]) == (True, False)
    assert loop["money"]["shares"] == [{"funding": "f1", "percent": 30.5, "qualifier": "nearly"}]
    assert other["regranted"] == ["f2"]
    assert other["money"]["sums"][0]["presumed_currency"] is True


def test_funding_passes_down_to_no_edge() -> None:
    """`funder` finds the child through its parent; `funds` has only the parent's own row."""
    facts = world(project("a"), project("b", parent="a"), paid("f", "ned", "x", "a"), part("n", "y", "lead", "b"))
    answer = tripartite(facts, Selection(funder=ids("ned")))
    assert answer["graph"]["counts"]["selected_projects"] == 2
    assert list(edges_of(answer)) == ["org:ned~funds~org:x"]


def test_works_in_own_states_then_the_projects_then_shared() -> None:
    """p: a has states of its own, b and c share the project's two. q: d is alone."""
    facts = world(
        project("p"),
        project("q"),
        part("n1", "a", "lead", "p", "MX-CCC"),
        part("n2", "b", "partner", "p"),
        paid("f", "ned", "c", "p"),
        part("n3", "d", "lead", "q"),
        part("n4", "ned", "data_source", "q"),
        at("s1", "p", "MX-AAA"),
        at("s2", "p", "MX-BBB"),
        at("s3", "q", "MX-BBB"),
    )
    found = {
        name.replace("~works_in~", " "): one["shared_project"]
        for name, one in edges_of(tripartite(facts), "works_in").items()
    }
    assert found == {
        "org:a state:MX-CCC": [],
        "org:b state:MX-AAA": ["p"],
        "org:b state:MX-BBB": ["p"],
        "org:c state:MX-AAA": ["p"],
        "org:c state:MX-BBB": ["p"],
        "org:d state:MX-BBB": [],
    }


def test_an_unnamed_party_is_never_the_only_named_partner() -> None:
    facts = world(project("p"), part("n1", "u-groups", "partner", "p"), at("s1", "p", "MX-AAA"))
    one = edge(facts, "party:u-groups~works_in~state:MX-AAA", include=["unnamed"])
    assert one["shared_project"] == ["p"]
    with_named = world(
        *facts.projects.values(), *facts.participations, *facts.project_states, part("n2", "x", "lead", "p")
    )
    found = edges_of(tripartite(with_named, include=["unnamed"]), "works_in")
    assert [one["shared_project"] for one in found.values()] == [[], ["p"]]


def test_places_of_a_project_are_states_groups_or_the_country() -> None:
    """A community is its state; a group with one unnamed member is possible; the region is left out."""
    facts = world(
        project("p"),
        part("n", "x", "lead", "p"),
        group("g", "p", 2),
        group("h", "p", 1),
        group("reach", "p", 23, "dissemination"),
        at("s1", "p", "community"),
        at("s2", "p", "MX-BBB", group="g", membership="named"),
        at("s3", "p", "MX-BBB", group="h", membership="named"),
        at("s4", "p", "MX"),
        at("s5", "p", "north"),
        at("s6", "p", "MX-CCC", "planned"),
        at("s7", "p", "MX-DDD", "context"),
    )
    answer = tripartite(facts)
    found = {one["target"]: (one["certainty"], one["weight"]) for one in answer["edges"]}
    assert found == {
        "state:MX-AAA": ("certain", 1),
        "state:MX-BBB": ("certain", 1),
        "state_group:g": ("possible", 0),
        "country:MX": ("nationwide", 0),
    }
    assert answer["graph"]["left_out"]["places_above_the_states"] == {"count": 1, "ids": ["project_state:s5"]}
    assert nodes_of(answer, "state_group")["state_group:g"] == {
        "id": "state_group:g",
        "kind": "state_group",
        "label": "g",
        "project": "project:p",
        "count": 2,
        "unnamed_count": 1,
        "named": ["state:MX-BBB"],
        "excluded": [],
    }


def test_an_edge_is_as_sure_as_its_surest_project_and_weighs_the_certain_ones() -> None:
    """In 2021: p of 2021 certainly, q since 2020 and r without dates possibly."""
    facts = world(
        *(project(one, start) for one, start in (("p", "2021"), ("q", "2020"), ("r", None))),
        *(paid(f"f-{one}", "ned", "x", one) for one in "pqr"),
        at("s1", "q", "MX-AAA"),
        at("s2", "r", "MX"),
    )
    chosen = Selection(year_from=2021, year_to=2021, certainty=ids("certain", "possible"))
    one = edge(facts, "org:ned~funds~org:x", chosen)
    assert one["projects"] == {"certain": ["p"], "possible": ["q", "r"], "nationwide": []}
    assert (one["certainty"], one["weight"]) == ("certain", 1)
    assert edge(facts, "org:x~works_in~state:MX-AAA", chosen)["certainty"] == "possible"
    assert edge(facts, "org:x~works_in~country:MX", chosen)["certainty"] == "nationwide"
    counts = tripartite(facts, chosen)["graph"]["counts"]
    assert (counts["projects"]["possible"], counts["undated_projects"]) == (2, 1)


def test_works_in_is_as_sure_as_the_place_itself_whatever_state_was_asked_for() -> None:
    facts = world(
        project("p"),
        part("n", "x", "lead", "p"),
        group("g", "p", 2),
        at("s", "p", "MX-AAA", group="g", membership="named"),
    )
    answer = tripartite(facts, Selection(state=ids("MX-BBB"), certainty=ids("possible")))
    assert answer["graph"]["counts"]["projects"] == {"certain": 0, "possible": 1, "nationwide": 0}
    assert {one["target"]: one["certainty"] for one in answer["edges"]} == {
        "state:MX-AAA": "certain",
        "state_group:g": "possible",
    }


def test_supports_are_direct_or_inherited_and_never_money() -> None:
    """x is paid in p; y is not. z takes part in the child; the funder itself supports nobody by taking part."""
    facts = world(
        project("p"),
        project("q", parent="p"),
        paid("f1", "ned", "x", "p"),
        part("n1", "x", "lead", "p"),
        part("n2", "y", "contributor", "p"),
        part("n3", "ned", "designer", "p"),
        part("n4", "z", "lead", "q"),
        part("n5", "y", "lead", "q"),
        part("n6", "u-groups", "partner", "q"),
    )
    answer = tripartite(facts, include=["supports"])
    assert {
        one["target"]: (one["weight"], one["inherited_projects"]) for one in edges_of(answer, "supports").values()
    } == {
        "org:y": (2, ["q"]),
        "org:z": (1, ["q"]),
    }
    assert not any("money" in one for one in edges_of(answer, "supports").values())
    assert "roles" in nodes_of(answer)["org:y"]
    assert answer["graph"]["left_out"]["unnamed_parties"]["ids"] == ["party:u-groups"]


def test_what_is_unknown_is_left_out_and_said() -> None:
    facts = world(
        project("p"),
        project("q"),
        paid("f1", None, "x", "p"),
        paid("f2", "ned", None, "q"),
        paid("f3", "ned", "u-groups", "q"),
        paid("f4", None, "x", None),
    )
    answer = tripartite(facts)
    assert answer["edges"] == []
    assert set(nodes_of(answer)) == {"org:ned", "org:x"}
    assert {reason: found["ids"] for reason, found in answer["graph"]["left_out"].items()} == {
        "funding_from_unknown_funder": ["f1"],
        "funding_to_unknown_recipient": ["f2"],
        "funding_without_project": ["f4"],
        "projects_without_known_funder": ["p"],
        "projects_without_known_partner": ["q"],
        "unnamed_parties": ["party:u-groups"],
    }


def test_projects_are_kept_as_nodes_though_nobody_is_known_in_them() -> None:
    facts = world(project("p"), project("q"), paid("f", "ned", None, "p"), at("s1", "p", "MX-AAA"))
    assert set(nodes_of(tripartite(facts))) == {"org:ned"}
    answer = tripartite(facts, include=["projects"])
    assert set(nodes_of(answer)) == {"org:ned", "project:p", "project:q", "state:MX-AAA"}
    assert set(edges_of(answer)) == {"org:ned~funds_project~project:p", "project:p~located_in~state:MX-AAA"}
    assert "projects_without_known_partner" not in answer["graph"]["left_out"]


def test_basis_drops_facts_and_says_which() -> None:
    facts = world(
        project("p"),
        paid("f", "ned", "x", "p", basis="attributed"),
        part("n1", "x", "implementing", "p"),
        part("n2", "y", "partner", "p", basis="implied"),
        at("s1", "p", "MX-AAA"),
        at("s2", "p", "MX-BBB", basis="implied"),
    )
    answer = tripartite(facts, Selection(basis=ids("stated")))
    assert list(edges_of(answer)) == ["org:x~works_in~state:MX-AAA"]
    assert answer["graph"]["left_out"]["facts_of_other_basis"]["ids"] == [
        "funding:f",
        "participation:n2",
        "project_state:s2",
    ]


def test_basis_never_makes_a_claim_that_the_whole_would_not_make() -> None:
    """a is recorded in A only, and b shares the project with it, whatever basis those rows have."""
    facts = world(
        project("p"),
        part("n1", "a", "lead", "p"),
        part("n2", "a", "partner", "p", "MX-AAA", basis="implied"),
        part("n3", "b", "partner", "p"),
        part("n4", "c", "partner", "p", basis="implied"),
        at("s1", "p", "MX-AAA"),
        at("s2", "p", "MX-BBB"),
    )
    answer = tripartite(facts, Selection(basis=ids("stated")))
    assert {name: one["shared_project"] for name, one in edges_of(answer).items()} == {
        "org:b~works_in~state:MX-AAA": ["p"],
        "org:b~works_in~state:MX-BBB": ["p"],
    }


def test_a_component_points_at_its_parent_where_both_are_selected() -> None:
    facts = world(project("a"), project("b", parent="a")._replace(basis="implied"), project("c", parent="b"))
    found = edges_of(tripartite(facts, include=["projects"]))
    assert list(found) == ["project:b~part_of~project:a", "project:c~part_of~project:b"]
    few = tripartite(facts, Selection(project=ids("a", "c")), ["projects"])
    assert edges_of(few) == {}
    stated = tripartite(facts, Selection(basis=ids("stated")), ["projects"])
    assert list(edges_of(stated)) == ["project:c~part_of~project:b"]
    assert stated["graph"]["left_out"]["facts_of_other_basis"]["ids"] == ["project:b"]


def test_a_supplement_without_its_grant_is_a_lower_bound() -> None:
    """One party's grant is no base for another's supplement, and what lies outside the window bounds nothing."""
    extra = paid("f1", "ned", "x", "p", kind="supplement", amount_minor=5, currency="USD", date="2020")
    assert edge(world(project("p", "2020", "2021"), extra), "org:ned~funds~org:x")["money"]["status"] == "lower_bound"
    grant = paid("f2", "ned", "x", "p", kind="grant", amount_minor=7, currency="USD", date="2021")
    facts = world(project("p", "2020", "2021"), extra, grant)
    assert edge(facts, "org:ned~funds~org:x")["money"]["status"] == "known"
    assert edge(facts, "org:ned~funds~org:x", Selection(year_to=2020))["money"]["status"] == "known"
    parties = world(
        project("p"),
        extra._replace(recipient=None, recipient_party="u1"),
        grant._replace(recipient=None, recipient_party="u2"),
    )
    money = tripartite(parties, include=["unnamed"])["graph"]["money"]
    assert (money["status"], money["supplements_without_base"]) == ("lower_bound", ["f1"])
    later = world(project("p", "2020", "2021"), extra, grant._replace(recipient="y"))
    money = tripartite(later, Selection(year_from=2021))["graph"]["money"]
    assert (money["status"], money["outside_window"]) == ("known", ["f1"])
