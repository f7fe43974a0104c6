"""Organizations that may be the same: scores, reasons, pages, and what somebody said."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.exchange.matching import FEWEST
from tests.routers.asking import pointers, problem
from tests.support.keys import as_caller

Json = dict[str, Any]


def organization(client: TestClient, public_id: str | None, name: str, **fields: Any) -> Json:
    body = {"id": public_id, "name": name, "kind": "ngo", "basis": "stated"} | fields
    answer = client.post("/v1/organizations", json={key: value for key, value in body.items() if value is not None})
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def found(client: TestClient, query: str = "") -> list[tuple[str, str]]:
    answer = client.get(f"/v1/duplicates{query}")
    assert answer.status_code == 200, answer.text
    return [(one["first"]["id"], one["second"]["id"]) for one in answer.json()["items"]]


@pytest.fixture
def world(empty: TestClient) -> TestClient:
    """Bodies that may be the same, and others that only look so."""
    client = empty
    for code, name, inegi in (("MX-SON", "Sonora", "26"), ("MX-SLP", "San Luis Potosí", "24")):
        client.post("/v1/states", json={"id": code, "name": name, "inegi": inegi}).raise_for_status()
    organization(client, "agua", "Fundación Agua Tepehuán, A.C.", identifiers=[{"scheme": "US-EIN", "value": "1"}])
    organization(client, "water", "Tepehuan Water Foundation", country="MX", country_basis="implied")
    organization(client, "semillas", "Fondo Semillas Claras", kind="funder")
    organization(client, "semilas", "Fondo Semilas Claras", kind="funder")
    organization(client, "same1", "Uno", identifiers=[{"scheme": "US-EIN", "value": "94-1655673"}])
    organization(client, "same2", "Dos", identifiers=[{"scheme": "US-EIN", "value": "941655673"}])
    organization(client, "lab", "Lab")
    organization(client, "labmex", "LABMEX")
    organization(client, "litigio", "Laboratorio de Litigio Estructural")
    organization(client, "son", "Comité externo de Sonora")
    organization(client, "slp", "Comité externo de San Luis Potosí")
    organization(client, "chapter", "Red Chinampa México")
    organization(client, "whole", "Red Chinampa")
    body = {"subject": "chapter", "object": "whole", "kind": "chapter_of", "basis": "stated"}
    client.post("/v1/organization-relations", json=body).raise_for_status()
    return client


def test_candidates_come_with_scores_and_reasons(world: TestClient) -> None:
    answer = world.get("/v1/duplicates").json()
    items = {(one["first"]["id"], one["second"]["id"]): one for one in answer["items"]}
    assert list(items) == [("same1", "same2"), ("agua", "water"), ("semilas", "semillas")]
    assert (answer["total"], answer["next"], answer["crowded"]) == (3, None, 0)
    same = items["same1", "same2"]
    assert (same["score"], same["same"]) == (1.0, True)
    assert same["reasons"] == [{"by": "identifier", "first": "US-EIN-941655673", "second": "US-EIN-941655673"}]
    water = items["agua", "water"]
    assert not water["same"]
    assert FEWEST <= water["score"] < 1
    assert water["reasons"] == [
        {"by": "words", "first": "Fundación Agua Tepehuán, A.C.", "second": "Tepehuan Water Foundation"}
    ]
    assert water["second"] == {
        "id": "water",
        "ref": "org:water",
        "name": "Tepehuan Water Foundation",
        "kind": "ngo",
        "country": "MX",
        "address": "/v1/organizations/water",
    }


def test_they_are_filtered_and_paged(world: TestClient) -> None:
    assert found(world, "?kind=funder") == [("semilas", "semillas")]
    assert found(world, "?kind=company") == []
    assert found(world, "?min_score=0.95") == [("same1", "same2")]
    assert found(world, "?organization=water") == [("agua", "water")]
    assert found(world, "?organization=lab") == []
    pages: list[tuple[str, str]] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = world.get(f"/v1/duplicates?limit=1{cursor and f'&cursor={cursor}'}").json()
        pages += [(one["first"]["id"], one["second"]["id"]) for one in answer["items"]]
        assert answer["total"] == 3
        cursor = answer["next"]
    assert pages == found(world)
    problem(world.get("/v1/duplicates?cursor=x"), "bad-cursor")
    problem(world.get("/v1/duplicates?min_score=0.1"), "bad-parameter")
    problem(world.get("/v1/duplicates?organization=nobody"), "unknown-id")
    problem(world.get("/v1/duplicates?callback=x"), "unknown-parameter")


def test_of_many_organizations_a_job_seeks_the_pairs(world: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = world.get("/v1/duplicates").json()
    organization(world, "more", "Más")
    monkeypatch.setattr("app.store.duplicates._AT_ONCE", 1)
    assert world.get("/v1/duplicates").json()["items"] == at_once["items"]


def test_a_past_version_has_its_own(world: TestClient) -> None:
    before = world.get("/v1/about").json()["data_version"]
    answer = world.get("/v1/duplicates")
    tag = world.get("/v1/organizations/water").headers["etag"]
    world.patch("/v1/organizations/water", json={"name": "Else"}, headers={"If-Match": tag}).raise_for_status()
    assert ("agua", "water") not in found(world)
    past = world.get(f"/v1/duplicates?as_of={before}")
    assert past.content == answer.content
    assert past.headers["etag"] == answer.headers["etag"]


def test_two_that_were_said_to_be_distinct_are_no_candidates_until_that_is_taken_back(world: TestClient) -> None:
    before = world.get("/v1/duplicates")
    answer = world.post("/v1/duplicates/distinct", json={"organizations": ["water", "agua"]})
    assert answer.status_code == 201, answer.text
    assert answer.json()["organizations"] == ["agua", "water"]
    after = world.get("/v1/duplicates", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert ("agua", "water") not in found(world)
    assert found(world, "?organization=agua") == []
    [said] = world.get("/v1/duplicates/distinct").json()["items"]
    assert said == answer.json()
    # The data are the same.
    assert after.headers["data-version"] == before.headers["data-version"]
    problem(world.post("/v1/duplicates/distinct", json={"organizations": ["agua", "water"]}), "duplicate")
    assert world.delete("/v1/duplicates/distinct/water/agua").status_code == 204
    problem(world.delete("/v1/duplicates/distinct/water/agua"), "not-found")
    again = world.get("/v1/duplicates")
    assert (again.content, again.headers["etag"]) == (before.content, before.headers["etag"])


def test_what_was_said_of_a_merged_organization_holds_for_what_it_became(world: TestClient) -> None:
    organization(world, "third", "Tepehuán Agua")
    world.post("/v1/duplicates/distinct", json={"organizations": ["third", "water"]}).raise_for_status()
    tag = world.get("/v1/organizations/water").headers["etag"]
    body = {"into": "agua"}
    run = world.post("/v1/organizations/water/merge", json=body, headers={"If-Match": tag}).json()["import_run"]
    assert [one["organizations"] for one in world.get("/v1/duplicates/distinct").json()["items"]] == [["agua", "third"]]
    assert ("agua", "third") not in found(world)
    undone = as_caller(world, "admin").post(f"/v1/import-runs/{run}/undo")
    assert undone.status_code == 200, undone.text
    assert [one["organizations"] for one in world.get("/v1/duplicates/distinct").json()["items"]] == [
        ["third", "water"]
    ]
    assert ("agua", "third") in found(world)
    assert world.delete("/v1/duplicates/distinct/third/water").status_code == 204


def test_distinct_ones_are_listed_in_pages(world: TestClient) -> None:
    for pair in (["son", "slp"], ["lab", "labmex"], ["lab", "litigio"]):
        world.post("/v1/duplicates/distinct", json={"organizations": pair}).raise_for_status()
    first = world.get("/v1/duplicates/distinct?limit=2").json()
    second = world.get(f"/v1/duplicates/distinct?limit=2&cursor={first['next']}").json()
    pairs = [one["organizations"] for one in (*first["items"], *second["items"])]
    assert pairs == [["lab", "labmex"], ["lab", "litigio"], ["slp", "son"]]
    assert second["next"] is None
    problem(world.get("/v1/duplicates/distinct?cursor=x"), "bad-cursor")


def test_what_cannot_be_said_is_refused(world: TestClient) -> None:
    post = "/v1/duplicates/distinct"
    assert pointers(world.post(post, json={"organizations": ["lab", "nobody"]}), "reference-not-found") == [
        "/organizations/1"
    ]
    assert pointers(world.post(post, json={"organizations": ["lab", "lab"]}), "malformed-body") == ["/organizations/1"]
    assert pointers(world.post(post, json={"organizations": ["lab"]}), "malformed-body") == ["/organizations"]
    once = {"Idempotency-Key": "a"}
    sent = [world.post(post, json={"organizations": ["lab", "labmex"]}, headers=once) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [201, 201]
    assert sent[0].content == sent[1].content


def test_nothing_is_told_of_what_is_restricted(world: TestClient) -> None:
    keeper = as_caller(world, "write", "restricted")
    before = world.get("/v1/duplicates")
    own = organization(keeper, None, "Tepehuán Agua", visibility="restricted")["id"]
    after = world.get("/v1/duplicates")
    assert (after.content, after.headers["etag"]) == (before.content, before.headers["etag"])
    assert len(found(keeper)) > len(found(world))
    keeper.post("/v1/duplicates/distinct", json={"organizations": ["agua", own]}).raise_for_status()
    assert world.get("/v1/duplicates").headers["etag"] == before.headers["etag"]
    assert world.get("/v1/duplicates/distinct").json()["items"] == []
    post = "/v1/duplicates/distinct"
    problem(world.post(post, json={"organizations": ["agua", own]}), "reference-not-found")
    problem(world.get(f"/v1/duplicates?organization={own}"), "unknown-id")


def test_the_first_data_set_has_no_two_that_are_one(seeded: TestClient) -> None:
    assert [one for one in seeded.get("/v1/duplicates").json()["items"] if one["score"] >= 0.9] == []
