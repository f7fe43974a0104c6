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


# Projection


def test_grantees_of_one_funder_share_it_with_seventeen_others(seeded: TestClient) -> None:
    network = get(seeded, "projection", of="partner", weight="newman")
    edges = {edge["id"]: edge for edge in network["edges"]}
    assert len(edges) == 153
    edge = edges["org:casede~shared_funder~org:mexico-evalua"]
    assert (edge["weight"], edge["shared"], edge["shared_sizes"]) == (round(1 / 17, 9), ["org:ned"], [18])
    assert edge["projects"]["certain"] == ["ned2020-01", "ned2020-02"]
    assert network["graph"]["query"] == {
        "as_of": network["graph"]["data_version"],
        "of": "partner",
        "through": "funder",
        "weight": "newman",
    }


def test_ned_and_usaid_share_nine_of_36_topics(seeded: TestClient) -> None:
    count, jaccard = (
        get(seeded, "projection", of="funder", through="topic", weight=weight)["edges"]
        for weight in ("count", "jaccard")
    )
    assert [(edge["id"], edge["weight"]) for edge in count] == [("org:ned~shared_topic~org:usaid", 9)]
    assert jaccard[0]["weight"] == 0.25
    assert len(count[0]["shared"]) == 9


def test_iri_and_accountability_lab_share_nuevo_leon_alone(seeded: TestClient) -> None:
    network = get(seeded, "projection", of="partner", through="state", weight="newman")
    edges = {edge["id"]: edge for edge in network["edges"]}
    edge = edges["org:accountability-lab-mexico~shared_state~org:iri"]
    assert (edge["weight"], edge["shared"]) == (1.0, ["state:MX-NLE"])
    assert network["graph"]["left_out"]["nationwide_projects"]["count"] == 17


def test_amounts_are_unknown_where_a_row_has_none(seeded: TestClient) -> None:
    network = get(seeded, "projection", of="partner", weight="amount", currency="USD")
    assert {edge["amounts"]["status"] for edge in network["edges"]} == {"unknown"}
    assert all(
        edge["amounts"] == {"status": "unknown", "sums": [], "unknown": ["org:ned"]} for edge in network["edges"]
    )


def test_top_k_keeps_the_best_of_each_node_and_says_so(seeded: TestClient) -> None:
    network = get(seeded, "projection", of="topic", through="project", top_k=1)
    told = network["graph"]["projection"]
    assert told["pairs"] == 109
    assert len(network["edges"]) == 109 - told["pairs_beyond_top_k"] < 50
    assert network["graph"]["truncated"]


def test_projections_that_cannot_be_are_refused(seeded: TestClient) -> None:
    assert refused(seeded, "projection", "bad-parameter", of="state", through="state") == ["through"]
    assert refused(seeded, "projection", "bad-parameter", of="state", weight="amount") == ["weight"]
    assert refused(seeded, "projection", "bad-parameter", of="project") == ["of"]
    assert refused(seeded, "projection", "bad-parameter", top_k=0) == ["top_k"]
    assert refused(seeded, "projection", "unknown-parameter", tie="state") == ["tie"]


# Measures


def test_story_16_four_clusters_meet_only_in_nuevo_leon(seeded: TestClient) -> None:
    apart = get(seeded, "measures")
    assert (apart["summary"]["components"], apart["summary"]["component_sizes"]) == (4, [37, 20, 19, 7])
    heads = ["org:ned", "org:usaid", "org:accountability-lab-mexico", "org:iri"]
    assert [next(one for one in heads if one in part["members"]) for part in apart["components"]] == heads
    assert apart["organizations_outside"]["ids"] == [
        *("org:accountability-lab", "org:change-org-argentina", "org:scjn", "org:un")
    ]
    met = get(seeded, "measures", **{"with": "states"})
    assert (met["summary"]["components"], met["meetings"]["components_without_states"]) == (3, 4)
    assert [(state["id"], [one["members"] for one in state["joins"]]) for state in met["meetings"]["states"]] == [
        ("state:MX-NLE", [["org:accountability-lab-mexico"], ["org:iri"]])
    ]
    without = get(seeded, "measures", **{"with": "states", "without": "state:MX-NLE"})
    assert (without["whole"]["components"], without["summary"]["components"]) == (3, 4)
    assert without["removed"] == ["state:MX-NLE"]


def test_story_16_what_a_node_holds_together_is_seen_without_it(seeded: TestClient) -> None:
    answer = get(seeded, "measures")
    points = {point["id"]: point for point in answer["articulation_points"]}
    assert (points["org:ned"]["parts"], points["org:ned"]["components_without"]) == (18, 21)
    without = get(seeded, "measures", without="org:ned,org:scjn")
    assert (without["removed"], without["summary"]["components"]) == (["org:ned"], 21)
    for point in list(points)[:4]:
        taken_out = get(seeded, "measures", without=point)["summary"]["components"]
        assert points[point]["components_without"] == taken_out, point


def test_story_17_labmex_joins_most_kinds_among_those_who_declare_to_work_together(seeded: TestClient) -> None:
    answer = get(seeded, "measures", network="coalitions", tie="collaboration")
    first = answer["brokers"][0]
    assert (first["id"], list(first["kinds"])) == ("org:labmex", ["academia", "government", "ngo"])
    assert first["kinds"]["ngo"] == {"count": 1, "ids": ["org:documenta"]}
    assert first["betweenness"] == max(broker["betweenness"] for broker in answer["brokers"][:6])


@pytest.mark.parametrize(
    "path",
    [
        "flows",
        "flows?format=gexf",
        "compare?a=funder:ned&b=funder:usaid",
        "timeline",
        "coverage?by=topic",
        "withdrawal?funder=usaid",
        "timeline?year_from=1800&year_to=2200",
        "compare?a=funder:ned&b=funder:usaid&as_of=v0",
    ],
)
def test_answers_about_many_projects_come_from_a_worker(
    seeded: TestClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """The same bytes, and the same problems."""
    at_once = seeded.get(f"/v1/networks/{path}")
    monkeypatch.setattr("app.routers.networks.shared.AT_ONCE", -1)
    by_worker = seeded.get(f"/v1/networks/{path}")
    assert by_worker.status_code == at_once.status_code
    if at_once.status_code == 200:
        assert by_worker.content == at_once.content
        assert by_worker.headers["ETag"] == at_once.headers["ETag"]
    else:
        same = {name: value for name, value in at_once.json().items() if name != "request_id"}
        assert same.items() <= by_worker.json().items()


@pytest.mark.parametrize(
    "path",
    [
        "ego/org:labmex?depth=2",
        "ego/state:MX-NLE",
        "projection?of=partner&through=state&weight=newman",
        "projection?of=funder&through=topic&weight=jaccard",
        "projection?of=topic&through=project&max_edges=5",
        "coalitions?around=labmex&top_k=2",
        "funder-partner-state?include=projects,unnamed,supports&topic=transparency",
    ],
)
def test_every_edge_leads_to_its_own_evidence(seeded: TestClient, path: str) -> None:
    """The page has the same edge: weight, projects, records and all."""
    network = seeded.get(f"/v1/networks/{path}").json()
    assert network["edges"]
    for edge in network["edges"][:12] + network["edges"][-12:]:
        page = seeded.get(network["graph"]["evidence"].replace("{id}", edge["id"]))
        assert page.status_code == 200, (edge["id"], page.text)
        assert page.json()["edge"] == edge
        assert page.json()["definition"]


def test_measures_of_large_networks_come_from_a_worker(seeded: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = get(seeded, "measures", seed="7")
    monkeypatch.setattr("app.graph.measures.AT_ONCE", 0)
    assert get(seeded, "measures", seed="7") == at_once


def test_the_measures_say_with_what_they_were_made_and_come_out_the_same_again(seeded: TestClient) -> None:
    query: dict[str, Any] = {"network": "projection", "of": "topic", "through": "project", "seed": 0}
    answer = get(seeded, "measures", **query)
    assert answer["parameters"]["seed"] == 0
    version = answer["data_version"]
    assert answer["query"] == query | {"samples": 200, "weight": "count", "as_of": version}
    assert (
        seeded.get("/v1/networks/measures", params=query).content
        == seeded.get("/v1/networks/measures", params=query | {"as_of": version}).content
    )
    assert len(answer["nodes"]) == 44
    assert sum(node["pagerank"] for node in answer["nodes"]) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    "query",
    [
        {"network": "funder-partner-state", "include": "projects,unnamed,supports"},
        {"network": "coalitions", "include": "unnamed"},
        {"network": "projection", "of": "state", "weight": "jaccard", "top_k": 2},
        {"state": "MX-NLE", "certainty": "certain,possible,nationwide", "with": "states"},
        {"project_kind": "call", "funder": "ned"},
        {"basis": "stated", "year_from": 2020},
    ],
)
def test_every_network_can_be_measured(seeded: TestClient, query: dict[str, Any]) -> None:
    answer = get(seeded, "measures", **query)
    assert answer["summary"]["nodes"] == len(answer["nodes"]) == sum(part["size"] for part in answer["components"])


def test_measures_that_cannot_be_are_refused(seeded: TestClient) -> None:
    assert refused(seeded, "measures", "bad-parameter", tie="state") == ["tie"]
    assert refused(seeded, "measures", "bad-parameter", network="coalitions", include="projects") == ["include"]
    assert refused(seeded, "measures", "bad-parameter", network="coalitions", **{"with": "states"}) == ["with"]
    assert refused(seeded, "measures", "bad-parameter", network="projection", of="topic", through="topic") == [
        "through"
    ]
    assert refused(seeded, "measures", "unknown-id", without="org:nobody") == ["without"]
    assert refused(seeded, "measures", "unknown-id", without="funding:f-ned2020-01") == ["without"]
    assert refused(seeded, "measures", "bad-parameter", without="ned") == ["without"]
    assert refused(seeded, "measures", "bad-parameter", seed=-1) == ["seed"]


# Ego


def test_around_labmex_is_the_pilot_with_its_project_state_and_lead(seeded: TestClient) -> None:
    network = get(seeded, "ego/org:labmex")
    assert {node["id"] for node in network["nodes"] if node["hops"] == 1} == {
        *("org:documenta", "org:slp-ago", "org:slp-court", "org:slp-intercultural-university"),
        *(
            "org:slp-womens-institute",
            "org:slp-womens-justice-center",
            "party:u-c29-local-partners-across-target-states",
        ),
        *("project:cj-mobile-community-service", "state:MX-SLP"),
    }
    assert network["graph"]["ego"]["nodes_by_hops"] == [1, 9]
    assert network["graph"]["query"]["node"] == "org:labmex"


def test_story_8_four_hops_lead_from_usaid_to_whom_its_money_reaches(seeded: TestClient) -> None:
    network = get(seeded, "ego/org:usaid", depth=4)
    hops = {node["id"]: node["hops"] for node in network["nodes"]}
    assert (hops["project:conjusticia"], hops["project:cj-labmex"], hops["org:documenta"]) == (1, 1, 1)
    assert (hops["org:labmex"], hops["org:slp-court"], hops["state:MX-SLP"]) == (2, 3, 2)
    assert "org:ned" not in hops
    crossed = get(seeded, "ego/org:usaid", depth=4, cross="country")
    assert "org:ned" in {node["id"] for node in crossed["nodes"]}


def test_a_node_that_is_not_there_is_not_found(seeded: TestClient) -> None:
    for node in ("org:nobody", "funding:f-ned2020-01", "country:AR", "state:MX-XXX"):
        problem(seeded.get(f"/v1/networks/ego/{node}"), "not-found")
    for node in ("ned", "org:", "org:a~b"):
        problem(seeded.get(f"/v1/networks/ego/{node}"), "bad-parameter")
    assert refused(seeded, "ego/org:ned", "bad-parameter", depth=5) == ["depth"]
    assert refused(seeded, "ego/org:ned", "bad-parameter", cross="parties") == ["cross"]
    assert refused(seeded, "ego/org:ned", "unknown-id", topic="nothing") == ["topic"]


@pytest.mark.parametrize("path", ["ego/org:ned?depth=2", "projection?of=topic&through=project&weight=newman"])
def test_the_networks_come_in_every_format(seeded: TestClient, path: str) -> None:
    for name in ("columnar", "cytoscape", "graphology", "d3", "vis", "jgf", "gexf", "graphml", "pajek", "csv", "neo4j"):
        answer = seeded.get(f"/v1/networks/{path}&format={name}")
        assert answer.status_code == 200, (name, answer.text[:300])
        assert answer.content
