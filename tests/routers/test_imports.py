"""Imports over HTTP: a file is taken, told of, and written as one."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.support.imports import ended

GRANT = {
    "id": "360G-agua-1", "title": "Pozos para el valle", "description": "Agua limpia.", "currency": "MXN",
    "amountAwarded": 150000.5, "awardDate": "2022-03-04",
    "recipientOrganization": [{"id": "MX-RFC-RAL010203AB1", "name": "Red de Agua Limpia, A.C."}],
    "fundingOrganization": [{"id": "GB-CHC-1234567", "name": "Fundación del Río"}],
    "beneficiaryLocation": [{"name": "Nuevo León", "countryCode": "MX"}],
}  # fmt: skip


def bring(client: TestClient, content: bytes, name: str = "grants.json", **form: Any) -> dict[str, Any]:
    """Send a file and wait until it is over."""
    answer = client.post("/v1/imports", files={"file": (name, content)}, data=form)
    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"] == f"/v1/imports/{answer.json()['id']}"
    return ended(client, answer.headers["Location"])


def grants(*some: dict[str, Any]) -> bytes:
    return json.dumps({"grants": some}).encode()


def test_a_file_is_brought_in_and_found(client: TestClient) -> None:
    job = bring(client, grants(GRANT))
    assert (job["status"], job["problems"], job["format"]) == ("done", {}, "360giving"), job
    assert job["counts"]["project"] == {"created": 1}
    found = client.get("/v1/projects?identifier=360G-agua-1&include=funding").json()["items"]
    assert [one["title"] for one in found] == ["Pozos para el valle"]
    assert found[0]["included"]["funding"][0]["amount"] == "150000.50"
    run = client.get(f"/v1/import-runs/{job['import_run']}").json()
    created = sum(one.get("created", 0) for one in job["counts"].values())
    assert (run["created"], run["cause"]) == (created + 5, "import")


def test_the_same_file_changes_nothing(client: TestClient) -> None:
    bring(client, grants(GRANT))
    before = client.get("/v1/about").json()["data_version"]
    job = bring(client, grants(GRANT))
    assert (job["status"], job["import_run"]) == ("done", None)
    assert client.get("/v1/about").json()["data_version"] == before


def test_a_dry_run_writes_nothing(client: TestClient) -> None:
    before = client.get("/v1/about").json()["data_version"]
    job = bring(client, grants(GRANT), dry_run="true")
    assert (job["status"], job["counts"]["project"]) == ("checked", {"created": 1})
    assert client.get("/v1/about").json()["data_version"] == before


@pytest.mark.parametrize(("on_error", "status", "there"), [("refuse", "refused", 0), ("skip", "done", 1)])
def test_what_is_wrong_is_told_with_its_place(client: TestClient, on_error: str, status: str, there: int) -> None:
    bad = GRANT | {"id": "360G-agua-2", "amountAwarded": "a lot"}
    job = bring(client, grants(GRANT, bad), on_error=on_error)
    assert (job["status"], job["problems"]["error"]) == (status, 1), job
    (problem,) = client.get(f"/v1/imports/{job['id']}/problems").json()["items"]
    assert (problem["severity"], problem["line"]) == ("error", 2)
    assert "amountAwarded" in problem["field"]
    assert len(client.get("/v1/projects?identifier=360G-agua-1").json()["items"]) == there


def test_an_import_can_be_undone_and_done_again(client: TestClient, clients: Callable[..., TestClient]) -> None:
    job = bring(client, grants(GRANT))
    undone = clients("admin").post(f"/v1/import-runs/{job['import_run']}/undo")
    assert undone.status_code == 200, undone.text
    assert client.get("/v1/projects?identifier=360G-agua-1").json()["items"] == []
    again = bring(client, grants(GRANT))
    assert (again["status"], again["counts"]["project"]) == ("done", {"created": 1})
    assert [one["id"] for one in client.get("/v1/projects?identifier=360G-agua-1").json()["items"]] == [
        "pozos-para-el-valle"
    ]


def test_what_is_no_file_of_any_format_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/imports", files={"file": ("x.bin", b"\x00\x01\x02")})
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (422, "file-refused")


def test_a_file_needs_a_key_that_may_write(clients: Callable[..., TestClient]) -> None:
    for scopes, status in (((), 401), (("read",), 403)):
        answer = clients(*scopes).post("/v1/imports", files={"file": ("grants.json", grants(GRANT))})
        assert answer.status_code == status


def test_a_file_that_is_too_large_is_refused(client: TestClient) -> None:
    client.app.state.settings.max_import_bytes = 2000  # type: ignore[attr-defined]
    answer = client.post("/v1/imports", content=b"x", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


def test_an_import_that_is_over_cannot_be_cancelled(client: TestClient) -> None:
    job = bring(client, grants(GRANT))
    assert client.delete(f"/v1/imports/{job['id']}").status_code == 409
    assert client.delete("/v1/imports/i0000000000000000").status_code == 404


def test_imports_are_listed_newest_first(client: TestClient) -> None:
    ids = [bring(client, grants(GRANT | {"id": f"360G-agua-{n}"}))["id"] for n in range(3)]
    page = client.get("/v1/imports?limit=2").json()
    assert [one["id"] for one in page["items"]] == ids[:0:-1]
    assert [one["id"] for one in client.get(f"/v1/imports?cursor={page['next']}").json()["items"]] == ids[:1]


def events_of(client: TestClient, job: str) -> list[tuple[str, dict[str, Any]]]:
    """Name and data of every event until the stream ends."""
    found, name = [], ""
    with client.stream("GET", f"/v1/imports/{job}/events") as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                found.append((name, json.loads(line.removeprefix("data: "))))
    return found


def test_an_import_is_watched_until_it_is_over(client: TestClient) -> None:
    sent = client.post("/v1/imports", files={"file": ("grants.json", grants(GRANT))}).json()
    events = events_of(client, sent["id"])
    assert [name for name, _ in events] == ["progress"] * (len(events) - 1) + ["over"]
    assert events[-1][1] == client.get(f"/v1/imports/{sent['id']}").json()
    assert events[-1][1]["status"] == "done"
    assert events_of(client, sent["id"]) == events[-1:]


def test_what_is_not_there_cannot_be_watched(client: TestClient, clients: Callable[..., TestClient]) -> None:
    assert client.get("/v1/imports/i0000000000000000/events").status_code == 404
    hidden = clients("write", "restricted").post("/v1/imports", files={"file": ("grants.json", grants(GRANT))}).json()
    assert client.get(f"/v1/imports/{hidden['id']}/events").status_code == 404
    assert [name for name, _ in events_of(clients("write", "restricted"), hidden["id"])][-1] == "over"


def test_an_idempotency_key_is_not_taken(client: TestClient) -> None:
    files = {"file": ("grants.json", grants(GRANT))}
    answer = client.post("/v1/imports", files=files, headers={"Idempotency-Key": "once"})
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "idempotency-key")


def test_what_a_file_does_not_say_is_said_beside_it(client: TestClient) -> None:
    without = {name: value for name, value in GRANT.items() if name != "currency"}
    assert bring(client, grants(without))["status"] == "refused"
    job = bring(client, grants(without), option=["currency=MXN", "language=es"])
    assert job["status"] == "done", job
    (found,) = client.get("/v1/projects?identifier=360G-agua-1&include=funding").json()["items"]
    assert [(one["currency"], one["currency_presumed"]) for one in found["included"]["funding"]] == [("MXN", True)]


@pytest.mark.parametrize("option", ["colour=red", "table=topics", "currency"])
def test_an_option_that_the_format_has_not_is_refused(client: TestClient, option: str) -> None:
    answer = client.post("/v1/imports", files={"file": ("grants.json", grants(GRANT))}, data={"option": option})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/option")
