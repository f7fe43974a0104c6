"""Withdrawal, coverage, suggestions, compare, flows, diff and timeline over HTTP, with hand-checked numbers."""

from itertools import pairwise
from typing import Any

import networkx as nx
import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel

from app.routers.networks.compare import Compare
from app.routers.networks.coverage import Coverage
from app.routers.networks.diff import Diff
from app.routers.networks.flows import FlowsNetwork
from app.routers.networks.suggestions import Suggestions
from app.routers.networks.timeline import Timeline
from app.routers.networks.withdrawal import Withdrawal
from tests.routers.asking import create, problem, version

QUESTIONS: dict[str, tuple[str, type[BaseModel]]] = {
    "withdrawal": ("funder=ned", Withdrawal),
    "coverage": ("by=funder", Coverage),
    "suggestions": ("organization=documenta", Suggestions),
    "compare": ("a=funder:ned&b=funder:usaid", Compare),
    "flows": ("include=unnamed", FlowsNetwork),
    "diff": ("before=year_to:2019&after=year_from:2020", Diff),
    "timeline": ("network=coalitions", Timeline),
}
SELECTIONS = (
    "",
    "state=San Luis Potosí&certainty=certain,possible",
    "year_from=2021&certainty=certain,possible,nationwide",
    "basis=stated",
    "topic=access-to-justice",
)
STATES_WITH_A_CERTAIN_PROJECT = "BCN CAM CHH CMX COA GUA JAL MEX NLE QUE SLP SON VER".split()


def ask(client: TestClient, question: str, query: str = "") -> Any:
    """The answer."""
    response = client.get(f"/v1/networks/{question}?{query}")
    assert response.status_code == 200, response.text
    return response.json()


def refs(entries: list[dict[str, Any]]) -> list[str]:
    """Ids without their prefixes."""
    return [entry["id"].partition(":")[2] for entry in entries]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("selection", SELECTIONS)
def test_every_answer_has_the_documented_shape(seeded: TestClient, question: str, selection: str) -> None:
    own, model = QUESTIONS[question]
    if question == "diff" and "year" in selection:
        own = "before=funder:ned&after=funder:usaid"
    answer = ask(seeded, question, f"{own}&{selection}")
    model.model_validate(answer)
    block = answer["graph"] if question == "flows" else answer
    assert block["data_version"] == block["query"]["as_of"] == f"v{version(seeded)}"
    assert block["definitions_release"]
    assert block["definitions"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_normalised_query_gives_the_same_bytes(seeded: TestClient, question: str) -> None:
    path = f"/v1/networks/{question}"
    first = seeded.get(f"{path}?{QUESTIONS[question][0]}&basis=stated,attributed&basis=implied&year_from=2020")
    if question == "diff":
        first = seeded.get(f"{path}?{QUESTIONS[question][0]}&basis=stated,attributed&basis=implied")
    answer = first.json()
    again = seeded.get(path, params=(answer["graph"] if question == "flows" else answer)["query"])
    assert again.status_code == 200, again.text
    assert again.content == first.content
    assert first.headers["etag"] == again.headers["etag"]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    ("query", "kind", "parameter"),
    [
        ("partner=nobody", "unknown-id", "partner"),
        ("state=Atlantis", "unknown-id", "state"),
        ("year_from=2021&year_to=2020", "bad-parameter", "year_to"),
        ("as_of=v999999", "bad-parameter", "as_of"),
        ("certainty=perhaps", "bad-parameter", "certainty"),
        ("bananas=1", "unknown-parameter", "bananas"),
    ],
)
def test_bad_parameters_are_refused(seeded: TestClient, question: str, query: str, kind: str, parameter: str) -> None:
    own = "before=funder:ned" if question == "diff" else QUESTIONS[question][0]
    body = problem(seeded.get(f"/v1/networks/{question}?{own}&{query}"), kind)
    assert parameter in {error["parameter"] for error in body["errors"]}


@pytest.mark.parametrize(
    ("path", "kind", "parameter"),
    [
        ("withdrawal", "bad-parameter", "funder"),
        ("withdrawal?funder=nobody", "unknown-id", "funder"),
        ("coverage?by=moon", "bad-parameter", "by"),
        ("suggestions", "bad-parameter", "organization"),
        ("suggestions?organization=ned&organization=usaid", "bad-parameter", "organization"),
        ("suggestions?organization=nobody", "unknown-id", "organization"),
        ("suggestions?organization=ned&limit=0", "bad-parameter", "limit"),
        ("compare?a=funder:ned", "bad-parameter", "b"),
        ("compare?a=funder:ned&b=funder:nobody", "unknown-id", "b"),
        ("compare?a=funder:ned&b=state:Atlantis", "unknown-id", "b"),
        ("compare?a=funder:ned&b=moon:full", "bad-parameter", "b"),
        ("compare?a=funder:ned&b=as_of:v0", "bad-parameter", "b"),
        ("compare?a=funder:ned&b=year_from:soon", "bad-parameter", "b"),
        ("compare?a=funder:ned&b=year_from:2021&b=year_from:2022", "bad-parameter", "b"),
        ("compare?a=funder:ned&b=year_from:2021&b=year_to:2020", "bad-parameter", "b"),
        ("compare?a=funder:ned&b=topic:elections&funder=ned", "bad-parameter", "a"),
        ("compare?a=ned&b=usaid", "bad-parameter", "a"),
        ("flows?format=gold", "bad-parameter", "format"),
        ("diff", "bad-parameter", "before"),
        ("diff?before=funder:nobody", "unknown-id", "before"),
        ("diff?before=as_of:v999999", "bad-parameter", "as_of"),
        ("diff?before=funder:ned&network=moon", "bad-parameter", "network"),
        ("timeline?year_from=1900&year_to=2150", "too-large-network", "year_from"),
    ],
)
def test_bad_parameters_of_one_question_are_refused(seeded: TestClient, path: str, kind: str, parameter: str) -> None:
    body = problem(seeded.get(f"/v1/networks/{path}"), kind)
    assert parameter in {error["parameter"] for error in body["errors"]}
    assert "nobody" not in str(body)


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_that_is_too_large_names_filters(
    seeded: TestClient, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    monkeypatch.setattr(seeded.app.state.settings, "max_edges", 3)  # type: ignore[attr-defined]
    own = "before=funder:ned&after=funder:usaid" if question == "diff" else QUESTIONS[question][0]
    body = problem(seeded.get(f"/v1/networks/{question}?{own}"), "too-large-network")
    assert {"state", "topic"} <= {error["parameter"] for error in body["errors"]}


# Story 4: who depends on one funder


def test_eighteen_grantees_are_left_if_ned_withdraws(seeded: TestClient) -> None:
    answer = ask(seeded, "withdrawal", "funder=ned")
    recipients = answer["recipients"]
    assert {word: len(found) for word, found in recipients.items()} == {
        "lost": 18,
        "unclear": 0,
        "kept": 0,
        "unnamed": 0,
    }
    assert refs(answer["states"]["left"]) == ["MX-BCN", "MX-CAM", "MX-CHH", "MX-JAL", "MX-MEX", "MX-VER"]
    assert (len(answer["topics"]["left"]), len(answer["topics"]["kept"])) == (21, 9)
    assert {word: len(found) for word, found in answer["projects"].items()} == {
        "left": 18,
        "kept": 0,
        "unknown_funder": 16,
    }
    (total,) = answer["money"]["granted"]["sums"]
    assert (total["currency"], total["amount_minor"], total["presumed_currency"]) == ("USD", 5_500_000, True)
    assert answer["money"]["granted"]["status"] == "lower_bound"
    assert len(answer["money"]["granted"]["unknown_amounts"]) == 17
    assert (answer["state_groups"], len(answer["nationwide_projects"])) == (["sg1", "sg3"], 12)


def test_documenta_is_left_if_usaid_withdraws(seeded: TestClient) -> None:
    answer = ask(seeded, "withdrawal", "funder=usaid")
    assert refs(answer["recipients"]["lost"]) == ["documenta"]
    assert answer["recipients"]["lost"][0]["funding"] == ["f-conjusticia-documenta"]
    assert refs(answer["recipients"]["unnamed"]) == ["u-cj-first-time", "u-cj-partners"]
    assert refs(answer["states"]["left"]) == ["MX-SLP", "MX-SON"]
    assert answer["money"]["granted"]["status"] == "unknown"
    assert answer["money"]["granted"]["shares"][0]["percent"] == 30.0
    assert answer["money"]["regranted"]["unknown_amounts"] == ["f-conjusticia-documenta", "f-conjusticia-first-time"]
    both = ask(seeded, "withdrawal", "funder=ned&funder=usaid")
    assert len(both["recipients"]["lost"]) == 19
    assert both["topics"]["kept"] == []


def test_with_stated_facts_alone_nobody_is_known_to_depend_on_ned(seeded: TestClient) -> None:
    answer = ask(seeded, "withdrawal", "funder=ned&basis=stated")
    assert answer["recipients"]["lost"] == []
    assert answer["left_out"]["facts_of_other_basis"]["count"] > 18


# Story 5: states and topics with no recorded project


def test_nineteen_states_have_no_certain_project_and_of_none_is_that_a_no(seeded: TestClient) -> None:
    answer = ask(seeded, "coverage")
    assert refs(answer["rows"]) == sorted(refs(answer["rows"]))
    assert len(answer["rows"]) == 32
    known = [f"state:MX-{code}" for code in STATES_WITH_A_CERTAIN_PROJECT]
    assert answer["status"]["known"] == known
    assert len(answer["status"]["unknown"]) == 19
    assert answer["status"]["none_recorded"] == []
    (yucatan,) = [row for row in answer["rows"] if row["id"] == "state:MX-YUC"]
    assert yucatan["unknown_because"] == ["nationwide", "unnamed_states"]
    assert {word: len(found) for word, found in yucatan["total"].items()} == {
        "certain": 0,
        "possible": 8,
        "nationwide": 13,
    }
    assert "topic:elections" not in yucatan["none"]
    assert "topic:youth" in yucatan["none"]


def test_one_project_leaves_states_of_which_nothing_is_recorded(seeded: TestClient) -> None:
    answer = ask(seeded, "coverage", "project=ned2020-11")
    assert answer["status"]["known"] == ["state:MX-CAM"]
    assert len(answer["status"]["none_recorded"]) == 31


def test_nuevo_leon_by_funder(seeded: TestClient) -> None:
    answer = ask(seeded, "coverage", "by=funder&state=Nuevo Leon")
    assert [column["id"] for column in answer["columns"]] == ["org:ned", "org:usaid", "unknown_funder"]
    (row,) = [row for row in answer["rows"] if row["status"] != "not_selected"]
    assert {cell["column"]: len(cell["certain"]) for cell in row["cells"]} == {
        "org:ned": 0,
        "org:usaid": 0,
        "unknown_funder": 4,
    }


# Story 6: two funders


def test_ned_and_usaid_share_nine_topics_and_no_named_state(seeded: TestClient) -> None:
    answer = ask(seeded, "compare", "a=funder:ned&b=funder:usaid")
    assert answer["partners"]["shared"] == answer["states"]["shared"] == answer["projects"]["shared"] == []
    assert (
        refs(answer["topics"]["shared"])
        == (
            "access-to-justice civil-society-strengthening coalition-building criminal-justice-reform gender-equality "
            "human-rights indigenous-rights prosecution-reform victims-rights"
        ).split()
    )
    assert (len(answer["partners"]["only_a"]), len(answer["partners"]["only_b"])) == (18, 8)
    assert answer["states"]["status"] == "unknown"
    assert answer["a"]["money"]["sums"][0]["amount_minor"] == 5_500_000
    assert answer["b"]["money"]["status"] == "unknown"
    assert answer["counts"]["a"]["selected_projects"] == 18


def test_iri_and_ned_share_no_named_state_and_that_is_no_no(seeded: TestClient) -> None:
    states = ask(seeded, "compare", "a=partner:iri&b=funder:ned")["states"]
    assert states["shared"] == []
    assert states["status"] == "unknown"
    assert refs(states["only_a"]) == ["MX-COA", "MX-GUA", "MX-NLE", "MX-QUE"]
    assert {one["id"]: one["possible_projects"] for one in states["possibly_shared"]} == {
        f"state:MX-{code}": ["ned2020-02", "ned2020-17"] for code in ("COA", "GUA", "NLE", "QUE")
    }
    assert states["state_groups_b"] == ["sg1", "sg3"]


# Stories 7 and 8: first-time recipients, money down the chain


def test_the_chain_from_usaid_to_san_luis_potosi(seeded: TestClient) -> None:
    answer = ask(seeded, "flows", "funder=usaid")
    graph = nx.node_link_graph(answer, edges="edges")
    steps = "org:usaid project:conjusticia org:documenta project:cj-labmex state:MX-SLP".split()
    assert all(graph.has_edge(one, other) for one, other in pairwise(steps))
    assert [graph.nodes[one]["level"] for one in steps] == [0, 1, 2, 2, 2]
    (chain,) = [one for one in answer["graph"]["chains"] if one["funding"] == "f-conjusticia-documenta"]
    assert refs(chain["steps"]) == ["usaid", "conjusticia", "documenta", "cj-labmex"]
    assert chain["regranted"] is True
    assert chain["reached"]["components"] == ["project:cj-mobile-community-service"]
    assert chain["reached"]["leads"] == ["org:documenta"]
    assert [ref.removeprefix("org:") for ref in chain["reached"]["partners"]] == [
        "labmex",
        "slp-ago",
        "slp-court",
        "slp-intercultural-university",
        "slp-womens-institute",
        "slp-womens-justice-center",
    ]
    assert chain["reached"]["states"] == ["state:MX-SLP"]
    assert chain["reached"]["state_groups"] == ["state_group:sg11"]
    money = answer["graph"]["money"]
    assert money["regranted"]["unknown_amounts"] == ["f-conjusticia-documenta", "f-conjusticia-first-time"]
    assert "f-conjusticia-documenta" not in money["granted"]["unknown_amounts"]


def test_every_edge_of_the_flows_has_its_evidence(seeded: TestClient) -> None:
    answer = ask(seeded, "flows", "funder=usaid")
    for edge in answer["edges"]:
        for record in edge["records"]:
            page = seeded.get(answer["graph"]["evidence"].replace("{record}", record))
            assert page.status_code == 200, page.text
            assert page.json()["items"][0]["ref"] == record


def test_the_five_first_time_recipients_stay_five_and_undated(seeded: TestClient) -> None:
    found = ask(seeded, "flows", "funder=usaid")["graph"]["first_time"]
    (five,) = [one for one in found if one["recipient"]["id"] == "party:u-cj-first-time"]
    assert (five["count_low"], five["count_qualifier"], five["unnamed"]) == (5, "exact", True)
    assert (five["status"], five["first_recorded_year"]) == ("unknown", None)
    grants = ask(seeded, "flows", "funder=ned&year_from=2020&year_to=2020")["graph"]["first_time"]
    assert {(one["first_recorded_year"], one["first_in_window"]) for one in grants} == {(2020, "yes")}
    assert len(grants) == 18


# Story 12: possible partners


def test_partners_for_dialogo_y_movimiento(seeded: TestClient) -> None:
    answer = ask(seeded, "suggestions", "organization=dialogo-y-movimiento")
    first = answer["candidates"][0]
    assert (first["id"], first["score"]) == ("org:slp-court", 1.569527759)
    assert [(one["id"], one["had_by"]) for one in first["reasons"]] == [
        ("topic:criminal-justice-reform", 5),
        ("topic:indigenous-rights", 7),
        ("topic:access-to-justice", 10),
    ]
    assert refs(answer["candidates"])[1:4] == ["laboratorio-litigio-estructural", "documenta", "labmex"]
    assert refs(answer["linked"]) == ["ned"]
    assert refs(answer["possible_candidates"]) == ["casede", "mexiro"]


def test_labmex_is_no_suggestion_for_documenta_because_it_leads_it(seeded: TestClient) -> None:
    answer = ask(seeded, "suggestions", "organization=documenta&limit=2")
    assert refs(answer["linked"]) == ["labmex", "usaid"]
    assert refs(answer["candidates"]) == ["slp-court", "slp-ago"]
    assert answer["left_out"]["candidates_beyond_limit"]["count"] == 11


# Periods and versions


def test_nothing_of_ned_is_certain_after_the_year_of_its_grants(seeded: TestClient) -> None:
    answer = ask(seeded, "diff", "funder=ned&before=year_from:2020&before=year_to:2020&after=year_from:2021")
    assert answer["counts"]["edges"] == {"added": 0, "removed": 38, "changed": 0, "unchanged": 0}
    assert answer["after"]["counts"]["projects"] == {"certain": 0, "possible": 18, "nationwide": 0}
    graded = ask(
        seeded,
        "diff",
        "funder=ned&before=year_to:2020&after=year_from:2021&certainty=certain,possible",
    )
    assert graded["counts"]["edges"]["removed"] == 0


def test_two_versions_differ_by_what_was_written_between(client: TestClient) -> None:
    before = version(client)
    create(client, "funding", funder="usaid", recipient="mexico-evalua", project="ned2020-01")
    after = version(client)
    answer = ask(client, "diff", f"before=as_of:v{before}&after=as_of:v{after}")
    assert [edge["id"] for edge in answer["edges_added"]] == ["org:usaid~funds~org:mexico-evalua"]
    assert answer["edges_removed"] == []
    assert answer["before"]["query"]["as_of"] == f"v{before}"
    assert answer["data_version"] == f"v{after}"
    new = create(client, "organization")["id"]
    latest = version(client)
    assert ask(client, "diff", f"organization={new}&before=as_of:v{before}&after=as_of:v{latest}")["edges_added"] == []
    assert ask(client, "withdrawal", "funder=ned")["recipients"]["kept"][0]["id"] == "org:mexico-evalua"
    was = ask(client, "withdrawal", f"funder=ned&as_of=v{before}")
    assert (was["recipients"]["kept"], was["data_version"]) == ([], f"v{before}")


def test_the_years_from_2020_to_2025(seeded: TestClient) -> None:
    answer = ask(seeded, "timeline")
    years = {entry["year"]: entry for entry in answer["years"]}
    assert list(years) == [2020, 2021, 2022, 2023, 2024, 2025]
    assert answer["counts"]["undated_projects"] == answer["left_out"]["undated_projects"]["count"] == 21
    assert [entry["projects"]["certain"] for entry in years.values()] == [20, 1, 1, 2, 3, 1]
    assert years[2020]["edges"]["funds"] == {"certain": 18, "possible": 0, "nationwide": 0}
    assert years[2021]["edges"]["funds"] == {"certain": 0, "possible": 18, "nationwide": 0}
    assert refs(years[2020]["newcomers"]["funders"]) == ["ned", "usaid"]
    assert len(years[2020]["newcomers"]["partners"]) == 18
    assert len(years[2021]["possible_leavers"]["partners"]) == 18
    assert refs(years[2024]["newcomers"]["partners"]) == ["accountability-lab-mexico"]
    assert all(entry["leavers"] == {"funders": [], "partners": []} for entry in years.values())
