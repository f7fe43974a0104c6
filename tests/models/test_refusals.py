"""What a table would refuse is refused in the same words on both databases, and never as a failure of the service."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

ORGANIZATION = {"name": "A body", "kind": "ngo", "basis": "stated"}
TAG = {"If-Match": '"r1"'}


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, str(answer.json().get("type", "")).rsplit("/", 1)[-1]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("organization-relations", {"subject": "ned", "object": "ned", "kind": "part_of", "basis": "stated"}),
        (
            "organizations",
            ORGANIZATION | {"names": [{"text": "Twice", "kind": "short"}, {"text": "Twice", "kind": "short"}]},
        ),
        (
            "collaborations",
            {
                "kind": "coalition",
                "collaboration_status": "active",
                "basis": "stated",
                "states": [{"state": "MX-NLE"}, {"state": "MX-NLE"}],
            },
        ),
        (
            "tools",
            {"name": "A tool", "kind": "platform", "tool_status": "active", "projects": ["cj-labmex", "cj-labmex"]},
        ),
        ("states", {"id": "MX-QQQ", "inegi": "19", "name": "A second state with that number"}),
    ],
    ids=["itself", "name twice", "state twice", "project twice", "inegi twice"],
)
def test_a_body_that_only_the_table_refuses_is_answered_with_a_problem(
    client: TestClient, path: str, body: dict[str, Any]
) -> None:
    answer = client.post(f"/v1/{path}", json=body)
    assert answer.status_code in (409, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_relation_to_itself_is_not_called_a_duplicate(client: TestClient) -> None:
    body = {"subject": "ned", "object": "ned", "kind": "part_of", "basis": "stated"}
    assert problem(client.post("/v1/organization-relations", json=body)) in ((422, "malformed-body"), (409, "cycle"))


@pytest.mark.parametrize(("path", "field"), [("projects/cj-labmex", "parent"), ("topics/access-to-justice", "parent")])
def test_a_record_cannot_be_its_own_parent(client: TestClient, path: str, field: str) -> None:
    answer = client.patch(f"/v1/{path}", json={field: path.partition("/")[2]}, headers=TAG)
    assert problem(answer) == (409, "cycle")


def test_the_same_fact_twice_is_a_duplicate(client: TestClient) -> None:
    body = {"project": "cj-labmex", "organization": "ned", "role": "host", "basis": "stated"}
    assert client.post("/v1/participations", json=body).status_code == 201
    assert problem(client.post("/v1/participations", json=body)) == (409, "duplicate")


def test_a_refused_body_leaves_no_trace(client: TestClient) -> None:
    before = client.get("/v1/changes").json() if client.get("/v1/changes").status_code == 200 else None
    version = client.get("/v1/about").json()["data_version"]
    body = ORGANIZATION | {
        "id": "half",
        "names": [{"text": "Twice", "kind": "short"}, {"text": "Twice", "kind": "short"}],
    }
    client.post("/v1/organizations", json=body)
    assert client.get("/v1/about").json()["data_version"] == version
    assert client.get("/v1/organizations/half").status_code == 404
    assert before is None or client.get("/v1/changes").json() == before
    body["names"] = []
    assert client.post("/v1/organizations", json=body).status_code == 201


@pytest.mark.parametrize("character", ["\u0958", "\ufb2c"])
def test_a_record_that_was_taken_can_be_changed_again(client: TestClient, character: str) -> None:
    """Composed text may be longer than what was sent; the rest of the record must stay editable."""
    made = client.post("/v1/organizations", json=ORGANIZATION | {"id": "long", "name": character * 500})
    if made.status_code == 201:
        changed = client.patch("/v1/organizations/long", json={"note": "A note."}, headers=TAG)
        assert changed.status_code == 200, changed.text


@pytest.mark.parametrize("paragraph", [0, 2**31 - 1, 2**31, 10**12])
def test_every_count_that_a_body_may_hold_can_be_stored(client: TestClient, paragraph: int) -> None:
    body = {"document": "doc-conjusticia", "record": "org:ned", "paragraph": paragraph, "cue": "far down"}
    made = client.post("/v1/citations", json=body)
    assert made.status_code == 201, made.text
    assert made.json()["paragraph"] == paragraph


@pytest.mark.parametrize("start", ["2020", "2020-08", "2020-08-31"])
@pytest.mark.parametrize("end", ["2020", "2020-08", "2020-08-31"])
def test_dates_of_any_two_precisions_are_stored_as_they_are(client: TestClient, start: str, end: str) -> None:
    body = {"title": "A project", "basis": "stated", "kind": "grant", "project_status": "ongoing"}
    made = client.post("/v1/projects", json=body | {"start_date": start, "end_date": end})
    assert made.status_code == 201, made.text
    assert (made.json()["start_date"], made.json()["end_date"]) == (start, end)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("999999999999999", "KWD", "999999999999999.000"),
        ("999999999999999.999", "KWD", "999999999999999.999"),
        ("0.01", "USD", "0.01"),
        ("12", "JPY", "12"),
        ("-5", "USD", "-5.00"),
    ],
)
def test_amounts_of_any_size_come_back_exact(client: TestClient, amount: str, currency: str, shown: str) -> None:
    body = {"project": "cj-labmex", "basis": "stated", "amount": amount, "currency": currency}
    made = client.post("/v1/funding", json=body)
    assert made.status_code == 201, made.text
    assert made.json()["amount"] == shown
    assert client.get(f"/v1/funding/{made.json()['id']}").json()["amount"] == shown


@pytest.mark.parametrize(
    ("value", "shown"), [("999999999999.999999", None), ("0.000001", None), ("-3.50", "-3.5"), ("1e3", "1000")]
)
def test_figures_of_any_size_come_back_exact(client: TestClient, value: str, shown: str | None) -> None:
    body = {"label": "a", "unit": "b", "kind": "result", "value": value, "qualifier": "exact"}
    made = client.post("/v1/indicators", json=body)
    assert made.status_code == 201, made.text
    assert made.json()["value"] == (shown or value)
