"""Paths, projection, measures and ego over HTTP, on the first data set: the numbers of stories 8, 11, 16 and 17."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.routers.asking import problem


def get(client: TestClient, name: str, **query: Any) -> Any:
    """The body of an answer."""
    answer = client.get(f"/v1/networks/{name}", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["data-version"]
    return answer.json()


def refused(client: TestClient, name: str, kind: str, **query: Any) -> list[str]:
    """The parameters that a problem names."""
    answer = client.get(f"/v1/networks/{name}", params=query)
    return [error["parameter"] for error in problem(answer, kind)["errors"]]


def chains(answer: Any) -> list[list[str]]:
    """The ids along each chain."""
    return [[node["id"] for node in chain["nodes"]] for chain in answer["chains"]]


# Paths


def test_story_11_from_usaid_to_the_intercultural_university(seeded: TestClient) -> None:
    answer = get(seeded, "paths", **{"from": "usaid", "to": "org:slp-intercultural-university", "k": 5})
    assert chains(answer) == [["org:usaid", "org:documenta", "org:labmex", "org:slp-intercultural-university"]]
    assert (answer["shortest"], answer["more"]) == ({"length": 3, "chains": 1}, False)
    (chain,) = answer["chains"]
    assert [[reason["relation"] for reason in step["reasons"]] for step in chain["steps"]] == [
        ["funds"],
        ["lead_member", "organization_relation"],
        ["lead_member"],
    ]
    assert answer["query"] == {
        "as_of": answer["data_version"],
        "from": "org:usaid",
        "k": 5,
        "through": "organizations",
        "to": "org:slp-intercultural-university",
    }


def test_every_reason_of_a_step_leads_to_its_evidence(seeded: TestClient) -> None:
    answer = get(
        seeded, "paths", **{"from": "usaid", "to": "slp-intercultural-university", "through": "projects", "k": 9}
    )
    reasons = [reason for chain in answer["chains"] for step in chain["steps"] for reason in step["reasons"]]
    addresses = {address for reason in reasons for address in reason["evidence"]}
    assert {address.partition(":")[0].rpartition("=")[2] for address in addresses} >= {
        *("funding", "collaboration", "collaboration_member", "organization_relation", "participation", "project")
    }
    for address in addresses:
        assert seeded.get(address).json()["items"], address
    assert all(reason["documents"] and reason["basis"] for reason in reasons)


def test_chains_of_equal_length_come_by_id(seeded: TestClient) -> None:
    both = {"from": "codeando-mexico", "to": "la-sobremesa", "through": "projects"}
    answer = get(seeded, "paths", **both, k=2)
    assert chains(answer) == [
        ["org:codeando-mexico", "org:accountability-lab-mexico", "org:la-sobremesa"],
        ["org:codeando-mexico", "project:al-participatory-exploration", "org:la-sobremesa"],
    ]
    assert answer["shortest"] == {"length": 2, "chains": 2}
    first = get(seeded, "paths", **both)
    assert (chains(first), first["more"]) == (chains(answer)[:1], True)


@pytest.mark.parametrize(
    ("start", "end", "sizes"),
    [("documenta", "justicia-para-nuestras-hijas", (8, 19)), ("ned", "usaid", (19, 8))],
)
def test_no_chain_is_an_answer_with_both_components(
    seeded: TestClient, start: str, end: str, sizes: tuple[int, int]
) -> None:
    answer = get(seeded, "paths", **{"from": start, "to": end})
    assert (answer["status"], answer["shortest"], answer["chains"]) == ("none", {"length": None, "chains": 0}, [])
    assert (answer["components"]["from"]["size"], answer["components"]["to"]["size"]) == sizes
    assert not answer["components"]["joined"]
    assert answer["open"]["unnamed_parties"]["both"]["count"] == 0
    assert answer["open"]["length_with_them"] is None
    assert get(seeded, "paths", **{"from": start, "to": end, "through": "projects"})["status"] == "none"


def test_a_state_narrows_and_says_what_was_not_taken(seeded: TestClient) -> None:
    answer = get(seeded, "paths", **{"from": "usaid", "to": "labmex", "state": "Nuevo Leon"})
    assert (answer["status"], answer["open"]["length_with_them"]) == ("none", 2)
    assert "cj-labmex" in answer["open"]["projects_not_taken"]["ids"]


def test_ends_of_paths_that_cannot_be_are_refused(seeded: TestClient) -> None:
    assert refused(seeded, "paths", "unknown-id", **{"from": "nobody", "to": "ned"}) == ["from"]
    assert refused(seeded, "paths", "unknown-id", **{"from": "ned", "to": "project:ned", "through": "projects"}) == [
        "to"
    ]
    assert refused(seeded, "paths", "bad-parameter", **{"from": "project:conjusticia", "to": "ned"}) == ["from"]
    assert refused(seeded, "paths", "bad-parameter", **{"from": "state:MX-NLE", "to": "ned"}) == ["from"]
    assert refused(seeded, "paths", "bad-parameter", **{"from": "ned"}) == ["to"]
    assert refused(seeded, "paths", "bad-parameter", **{"from": "ned", "to": "iri", "k": 51}) == ["k"]
    assert refused(seeded, "paths", "unknown-parameter", **{"from": "ned", "to": "iri", "from_": "iri"}) == ["from_"]
    assert refused(seeded, "paths", "unknown-id", **{"from": "ned", "to": "iri", "topic": "nothing"}) == ["topic"]


def test_story_8_the_chain_of_the_money_is_a_chain_over_projects_too(seeded: TestClient) -> None:
    answer = get(seeded, "paths", **{"from": "usaid", "to": "slp-court", "through": "projects", "k": 3})
    assert ["org:usaid", "project:cj-labmex", "project:cj-mobile-community-service", "org:slp-court"] in chains(answer)
