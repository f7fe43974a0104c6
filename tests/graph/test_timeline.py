"""One network year by year."""

from functools import partial
from typing import Any

import pytest
from hypothesis import given

from app.graph import coalitions, funder_partner_state
from app.graph.facts import Facts
from app.graph.network import TooLargeError
from app.graph.selection import CERTAINTIES, Selection
from app.graph.timeline import Network, TooManyYearsError, timeline
from tests.graph import twins_questions as twins
from tests.graph.asking import MANY, TIES, ids, tripartite
from tests.graph.rows import at, body, members, paid, project, world
from tests.graph.strategies import selections, worlds
from tests.graph.twins import choose


def ask(
    facts: Facts,
    selection: Selection | None = None,
    *,
    name: str = "funder-partner-state",
    most_projects: int = 10**9,
) -> dict[str, Any]:
    """The answer."""
    limits: dict[str, Any] = {"include": [], "query": {}, "min_weight": 0, "max_edges": None, "most_edges": 10**9}
    networks: dict[str, Network] = {
        "coalitions": partial(coalitions.together, ties=sorted(TIES), weights={}, **limits),
        "funder-partner-state": partial(funder_partner_state.tripartite, **limits),
    }
    limit = {"most": 10**9, "most_projects": most_projects}
    return timeline(facts, selection or Selection(), network=networks[name], name=name, query={}, **limit)


def refs(entries: list[dict[str, Any]]) -> set[str]:
    """Ids of the entries."""
    return {entry["id"] for entry in entries}


@MANY
@given(worlds(), selections())
def test_newcomers_and_leavers_are_the_twins(facts: Facts, selection: Selection) -> None:
    for entry in ask(facts, selection)["years"]:
        for role in ("funders", "partners"):
            now = twins.cast(facts, selection, entry["year"], role)
            was = twins.cast(facts, selection, entry["year"] - 1, role)
            absent_before = now["certain"] - was["certain"] - was["possible"]
            absent_now = was["certain"] - now["certain"] - now["possible"]
            assert refs(entry["newcomers"][role]) == absent_before
            assert refs(entry["possible_newcomers"][role]) == now["certain"] & was["possible"]
            assert refs(entry["leavers"][role]) == absent_now
            assert refs(entry["possible_leavers"][role]) == was["certain"] & now["possible"]


@MANY
@given(worlds(), selections())
def test_counts_of_a_year_are_those_of_its_network(facts: Facts, selection: Selection) -> None:
    plain = twins.but(selection, state=frozenset(), year_from=selection.year_from or 2018, year_to=2022)
    undated = set(ask(facts, plain)["left_out"].get("undated_projects", {"ids": []})["ids"])
    dated = frozenset(facts.projects.keys() - undated)
    dated = dated & plain.project if plain.project else dated
    for entry in ask(facts, plain)["years"]:
        year = entry["year"]
        chosen = twins.but(plain, project=dated, year_from=year, year_to=year, certainty=frozenset(CERTAINTIES))
        counts = tripartite(facts, chosen)["graph"]["counts"]
        assert entry["edges"] == counts["edges"]
        assert {word: counts["projects"][word] for word in entry["projects"]} == entry["projects"]
        whole = {kind: both["certain"] + both["possible"] for kind, both in entry["nodes"].items()}
        assert whole == counts["nodes"]


@MANY
@given(worlds(), selections())
def test_undated_projects_are_in_no_year_and_counted(facts: Facts, selection: Selection) -> None:
    answer = ask(facts, selection)
    taken = choose(facts, twins.but(selection, year_from=None, year_to=None)).taken
    undated = {one for one in taken if not (facts.projects[one].start_date or facts.projects[one].end_date)}
    assert answer["counts"]["undated_projects"] == len(undated)
    for entry in answer["years"]:
        assert sum(entry["projects"].values()) <= len(taken) - len(undated)


def test_an_open_end_leaves_it_open_who_left() -> None:
    """p ends in 2020 and q does not say; both began in 2019."""
    facts = world(
        project("p", "2019", "2020"),
        project("q", "2019"),
        project("r"),
        paid("f1", "ned", "x", "p"),
        paid("f2", "iri", "y", "q"),
        paid("f3", "iri", "z", "r"),
    )
    answer = ask(facts, Selection(year_to=2021))
    years = {entry["year"]: entry for entry in answer["years"]}
    assert list(years) == [2019, 2020, 2021]
    assert refs(years[2019]["newcomers"]["partners"]) == {"org:x", "org:y"}
    assert refs(years[2020]["possible_leavers"]["partners"]) == {"org:y"}
    assert refs(years[2021]["leavers"]["funders"]) == {"org:ned"}
    assert years[2020]["projects"] == {"certain": 1, "possible": 1}
    assert years[2020]["edges"]["funds"] == {"certain": 1, "possible": 1, "nationwide": 0}
    assert years[2020]["nodes"]["organization"] == {"certain": 2, "possible": 2}
    assert answer["left_out"]["undated_projects"] == {"count": 1, "ids": ["r"]}


def test_the_range_comes_from_the_dates_and_has_a_limit() -> None:
    facts = world(project("p", "1900"), project("q", None, "2150"), project("r"))
    assert [entry["year"] for entry in ask(facts, Selection(year_from=1999, year_to=2001))["years"]] == [
        1999,
        2000,
        2001,
    ]
    with pytest.raises(TooManyYearsError):
        ask(facts)
    assert ask(world(project("r")))["years"] == []


def test_a_state_filter_chooses_projects_not_edges() -> None:
    facts = world(project("p", "2020"), project("q", "2020"), at("s1", "p", "MX-AAA"), at("s2", "q", "MX"))
    (entry,) = ask(facts, Selection(state=ids("MX-AAA")))["years"]
    assert entry["projects"] == {"certain": 1, "possible": 0}


def test_coalitions_year_by_year_have_everybody_with_a_tie() -> None:
    facts = world(project("p", "2020", "2020"), body("c"), *members("c", x="lead", y="member"), body("d", project=None))
    answer = ask(facts, Selection(year_to=2021), name="coalitions")
    assert [refs(entry["newcomers"]["partners"]) for entry in answer["years"]] == [{"org:x", "org:y"}, set()]
    assert refs(answer["years"][1]["leavers"]["partners"]) == {"org:x", "org:y"}
    assert answer["left_out"]["collaborations_without_project"]["ids"] == ["d"]


def test_more_dated_projects_than_an_answer_may_look_at_are_refused() -> None:
    facts = world(project("p", "2020"), project("q", None, "2021"), project("r"))
    with pytest.raises(TooLargeError) as refused:
        ask(facts, most_projects=1)
    assert (refused.value.count, refused.value.most, refused.value.what) == (2, 1, "projects")
    assert ask(facts, most_projects=2)["years"]
