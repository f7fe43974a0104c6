"""One organization, one state: what the networks around them say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.graph.facts import Facts
from app.graph.network import TooLargeError
from app.graph.profiles import organization_networks, state_projects
from app.graph.selection import CERTAINTIES, Selection
from tests.graph import twins
from tests.graph.asking import MANY, SOME, ids
from tests.graph.rows import at, body, group, members, paid, part, project, world
from tests.graph.seeds import seed_facts
from tests.graph.strategies import ORGANIZATIONS, STATES, worlds


def around_organization(facts: Facts, organization: str, most_projects: int = 10**9) -> Any:
    """The answer for an organization."""
    return organization_networks(facts, organization, most_projects=most_projects)


def within_state(facts: Facts, state: str, most_projects: int = 10**9) -> Any:
    """The answer for a state."""
    return state_projects(facts, state, most_projects=most_projects)


@MANY
@given(worlds(), st.sampled_from(STATES))
def test_projects_of_a_state_are_the_twins(facts: Facts, state: str) -> None:
    found = within_state(facts, state)
    for word in CERTAINTIES:
        projects = [one for one in sorted(facts.projects) if twins.class_of_state(facts, one, state) == word]
        assert [card["id"] for card in found[word]["projects"]] == projects
        assert found[word]["count"] == len(projects)
        partners = {partner for one in projects for partner in twins.partners(facts, one)}
        assert set(found[word]["partners"]) == partners
        funders = {funder for one in projects for funder in twins.effective_funders(facts, one)}
        assert set(found[word]["funders"]) == {funder for funder in funders if funder.startswith("org:")}
    unsure = found["possible"]["count"] + found["nationwide"]["count"]
    status = "known" if found["certain"]["count"] else "unknown" if unsure else "none_recorded"
    assert found["status"] == status


@SOME
@given(worlds(), st.sampled_from(ORGANIZATIONS))
def test_edges_of_an_organization_are_those_of_the_whole_network(facts: Facts, organization: str) -> None:
    """The profile looks at the organization's own projects only, and misses nothing by it."""
    if organization not in facts.organizations:
        return
    ref, found = f"org:{organization}", around_organization(facts, organization)
    whole = twins.tripartite(facts, Selection(), {"unnamed", "supports"})["edges"].values()
    funds = {edge["id"] for edge in whole if edge["relation"] == "funds"}
    assert {edge["id"] for edge in found["funders"]["direct"]} == {
        one for one in funds if one.endswith(f"~funds~{ref}")
    }
    assert {edge["id"] for edge in found["funds"]["items"]} == {one for one in funds if one.startswith(f"{ref}~")}
    places = {
        edge["id"]: edge["certainty"] for edge in whole if edge["relation"] == "works_in" and edge["source"] == ref
    }
    assert {edge["id"]: word for word in CERTAINTIES for edge in found["works_in"][word]} == places
    supports = {edge["id"] for edge in whole if edge["relation"] == "supports" and edge["target"] == ref}
    assert {edge["id"] for edge in found["funders"]["inherited"]} == supports
    assert (found["funders"]["status"] == "known") == bool(found["funders"]["direct"])


# Small cases by hand


def test_a_funder_is_known_unknown_or_not_recorded() -> None:
    facts = world(
        project("p"),
        project("q"),
        paid("f1", "ned", "a", "p"),
        paid("f2", None, "b", None),
        part("n1", "c", "lead", "q"),
        part("n2", "d", "lead", "p"),
        body("c1", project="p"),
        *members("c1", e="lead", a="member"),
    )
    status = {one: around_organization(facts, one)["funders"]["status"] for one in facts.organizations}
    assert status == {
        "a": "known",
        "b": "unknown",
        "c": "unknown",
        "d": "unknown",
        "e": "none_recorded",
        "ned": "none_recorded",
    }
    assert around_organization(facts, "b")["funders"]["funding_from_unknown_funder"] == ["f2"]
    assert around_organization(facts, "c")["funders"]["projects_without_known_funder"] == ["q"]


def test_a_state_shows_the_groups_that_may_hold_it() -> None:
    facts = world(project("p"), group("g", "p", 2), at("s", "p", "MX-AAA", group="g", membership="named"))
    assert within_state(facts, "MX-AAA")["status"] == "known"
    unsure = within_state(facts, "MX-BBB")
    assert (unsure["status"], unsure["possible"]["projects"][0]["state_groups"]) == ("unknown", ["g"])


def test_profiles_of_the_seed() -> None:
    lab = around_organization(seed_facts(), "accountability-lab-mexico")
    assert lab["funders"]["status"] == "unknown"
    assert lab["funders"]["funding_from_unknown_funder"] == ["f-unknown-alab"]
    assert [edge["target"] for edge in lab["works_in"]["certain"]] == ["state:MX-CMX", "state:MX-NLE"]
    assert [edge["target"] for edge in lab["works_in"]["nationwide"]] == ["country:MX"]
    assert len(around_organization(seed_facts(), "ned")["funds"]["items"]) == 18
    leon = within_state(seed_facts(), "MX-NLE")
    assert [card["id"] for card in leon["certain"]["projects"]] == [
        "al-integrity-icon",
        "al-voice2rep",
        "iri-lawful",
        "iri-ogp",
    ]
    assert leon["certain"]["funders"] == []
    assert ids(*leon["certain"]["partners"]) == ids(
        "org:accountability-lab-mexico", "org:iri", "party:u-iri-cso-partners", "party:u-iri-ogp-network"
    )


def test_more_projects_than_an_answer_may_look_at_are_refused() -> None:
    facts = seed_facts()
    for answer, name in ((around_organization, "ned"), (within_state, "MX-NLE")):
        with pytest.raises(TooLargeError) as refused:
            answer(facts, name, 3)
        assert (refused.value.most, refused.value.what) == (3, "projects")
