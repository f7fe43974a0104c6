"""A network can be cited: asked again with `as_of`, it is the same to the last byte, whatever was written since."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings

NETWORKS = (
    "/v1/networks/funder-partner-state",
    "/v1/networks/funder-partner-state?include=projects,unnamed,supports",
    "/v1/networks/funder-partner-state?funder=ned&state=MX-NLE&certainty=certain,possible,nationwide",
    "/v1/networks/funder-partner-state?year_from=2020&year_to=2021&basis=stated,attributed",
    "/v1/networks/funder-partner-state?topic=access-to-justice&include=projects",
    "/v1/networks/coalitions",
    "/v1/networks/coalitions?include=unnamed&tie=collaboration,project",
    "/v1/networks/coalitions?state=MX-SLP&weights=collaboration:2,topic:0.5",
    "/v1/networks/coalitions?document=doc-conjusticia",
)


def ask(client: TestClient, url: str, as_of: str | None = None) -> Any:
    answer = client.get(url if as_of is None else with_(url, as_of))
    assert answer.status_code == 200, answer.text
    return answer


def with_(url: str, as_of: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}as_of={as_of.replace('+', '%2B')}"


def version_of(client: TestClient) -> str:
    return str(client.get("/v1/about").json()["data_version"])


def write_things(client: TestClient) -> None:
    """Make, change and delete records of every kind that a network is made from."""

    def post(path: str, body: dict[str, Any]) -> Any:
        made = client.post(f"/v1/{path}", json=body)
        assert made.status_code == 201, made.text
        return made.json()

    def patch(path: str, body: dict[str, Any]) -> None:
        tag = client.get(f"/v1/{path}").headers["ETag"]
        changed = client.patch(f"/v1/{path}", json=body, headers={"If-Match": tag})
        assert changed.status_code == 200, changed.text

    def delete(path: str) -> None:
        tag = client.get(f"/v1/{path}").headers["ETag"]
        gone = client.delete(f"/v1/{path}", headers={"If-Match": tag})
        assert gone.status_code == 204, gone.text

    cited = {"citations": [{"document": "doc-conjusticia", "paragraph": 1, "cue": "a cue"}]}
    post("organizations", {"id": "aaa-new", "name": "AAA", "kind": "funder", "basis": "stated"})
    post("topics", {"id": "aaa-topic", "label_en": "AAA", "label_es": "AAA"})
    project = {"id": "aaa", "title": "AAA", "kind": "grant", "project_status": "ongoing", "basis": "stated"}
    post("projects", project | {"start_date": "2020", "topics": [{"topic": "access-to-justice"}]} | cited)
    money = {"funder": "aaa-new", "recipient": "documenta", "project": "aaa", "amount": "5", "currency": "USD"}
    post("funding", money | {"basis": "stated"} | cited)
    post("participations", {"project": "aaa", "organization": "ned", "role": "partner", "basis": "stated"})
    post("project-states", {"project": "aaa", "state": "MX-NLE", "role": "target", "basis": "stated"} | cited)
    post("state-groups", {"project": "aaa", "label": "some states", "role": "target"})
    body = {"kind": "coalition", "collaboration_status": "active", "basis": "stated", "project": "aaa"}
    post("collaborations", body | {"id": "aaa", "states": [{"state": "MX-SLP"}]} | cited)
    for one in ("documenta", "ned"):
        post(
            "collaboration-members", {"collaboration": "aaa", "organization": one, "role": "member", "basis": "stated"}
        )
    patch("organizations/ned", {"name": "Another name", "kind": "foundation"})
    patch("organizations/documenta", {"acronym": "DOC", "country": "US"})
    patch("states/MX-NLE", {"name": "Nuevo Reino de León", "names": []})
    patch("projects/cj-labmex", {"topics": [], "project_status": "completed", "parent": None})
    patch("funding/f-ned2020-14", {"amount": "1.00", "funder": "aaa-new"})
    patch("collaborations/c30", {"kind": "network", "plural": True, "states": []})
    for path in ("participations", "project-states", "collaboration-members", "funding", "citations"):
        for item in client.get(f"/v1/{path}?limit=40").json()["items"][::7]:
            delete(f"{path}/{item['id']}")


@pytest.fixture
def other(url: str) -> Iterator[TestClient]:
    """A second process on the same database, with nothing remembered."""
    with TestClient(create_app(Settings(database_url=url)), raise_server_exceptions=False) as made:
        yield made


def test_a_network_of_a_past_version_is_the_same_to_the_last_byte(client: TestClient, other: TestClient) -> None:
    version = version_of(client)
    before = {url: ask(client, url) for url in NETWORKS}
    for url, answer in before.items():
        assert ask(client, url, version).content == answer.content, url
    write_things(client)
    assert version_of(client) != version
    for url, answer in before.items():
        for asked in (client, other):
            again = ask(asked, url, version)
            assert again.content == answer.content, url
            assert again.headers["ETag"] == answer.headers["ETag"], url
            assert again.headers["Data-Version"] == version
    changed = [url for url in NETWORKS if ask(client, url).content != before[url].content]
    assert len(changed) == len(NETWORKS)


def test_every_version_on_the_way_can_be_asked_for_again(client: TestClient, other: TestClient) -> None:
    url = NETWORKS[1]
    seen = {}
    for number in range(8):
        seen[version_of(client)] = ask(client, url).content
        money = {"funder": "ned", "recipient": "documenta", "basis": "stated", "project": "cj-labmex"}
        made = client.post("/v1/funding", json=money | {"amount": str(number), "currency": "USD"})
        assert made.status_code == 201, made.text
    assert len(set(seen.values())) == 8
    for version, content in seen.items():
        assert ask(client, url, version).content == ask(other, url, version).content == content


def test_a_network_at_a_time_is_that_of_the_version_that_held_then(client: TestClient, other: TestClient) -> None:
    before = {url: ask(client, url) for url in (NETWORKS[1], NETWORKS[6])}
    time.sleep(0.05)
    moment = datetime.now(UTC)
    time.sleep(0.05)
    write_things(client)
    zoned = moment.astimezone(ZoneInfo("America/Mexico_City"))
    for form in (moment.isoformat(), moment.isoformat().replace("+00:00", "Z"), zoned.isoformat()):
        for url, answer in before.items():
            assert ask(other, url, form).content == answer.content, (url, form)


def test_the_bytes_say_which_version_they_are_of_however_it_was_asked_for(client: TestClient) -> None:
    version = version_of(client)
    now = datetime.now(UTC).isoformat()
    for as_of in (None, version, now):
        block = ask(client, NETWORKS[0], as_of).json()["graph"]
        assert block["query"]["as_of"] == block["data_version"] == version


def test_before_anything_was_written_there_is_nothing(client: TestClient) -> None:
    for as_of in ("v0", "2001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"):
        found = ask(client, NETWORKS[0], as_of).json()
        assert (found["nodes"], found["edges"], found["graph"]["data_version"]) == ([], [], "v0")


def test_a_state_is_named_as_it_was_called_in_that_version(client: TestClient) -> None:
    url = "/v1/networks/funder-partner-state?state=nuevo%20leon"
    version, before = version_of(client), ask(client, url).content
    tag = client.get("/v1/states/MX-NLE").headers["ETag"]
    changed = {"name": "Reino", "names": []}
    assert client.patch("/v1/states/MX-NLE", json=changed, headers={"If-Match": tag}).status_code == 200
    assert client.get(url).status_code == 400
    again = client.get(with_(url, version))
    assert (again.status_code, again.content) == (200, before)


def test_a_filter_knows_the_records_of_the_version_asked_for(client: TestClient) -> None:
    version = version_of(client)
    body = {"id": "later", "name": "Later", "kind": "funder", "basis": "stated"}
    assert client.post("/v1/organizations", json=body).status_code == 201
    url = "/v1/networks/funder-partner-state?funder=later"
    assert client.get(url).status_code == 200
    answer = client.get(with_(url, version))
    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"parameter": "funder", "detail": "unknown id"}]


MALFORMED = (
    "",
    "1",
    "v",
    "v-1",
    "v1.0",
    "V1",
    "v1 ",
    " v1",
    "v１",
    "v999999",
    "v999999999999999",
    "v9999999999999999999999",
    "now",
    "yesterday",
    "2020",
    "2020-01-01",
    "2020-01-01T00:00:00",
    "2020-13-01T00:00:00Z",
    "2020-01-01T00:00:00Z; DROP TABLE topic",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00",
    "v1,v2",
    "'",
    "x" * 100,
)


@pytest.mark.parametrize("as_of", MALFORMED)
@pytest.mark.parametrize("network", ["funder-partner-state", "coalitions"])
def test_a_version_that_cannot_be_is_a_problem_that_names_the_parameter(
    seeded: TestClient, network: str, as_of: str
) -> None:
    answer = seeded.get(f"/v1/networks/{network}", params={"as_of": as_of})
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].endswith("/bad-parameter")
    assert [error["parameter"] for error in answer.json()["errors"]] == ["as_of"]


@pytest.mark.parametrize("as_of", ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+00:01"])
def test_a_time_before_all_time_is_no_failure_of_the_service(seeded: TestClient, as_of: str) -> None:
    answer = seeded.get("/v1/networks/coalitions", params={"as_of": as_of})
    assert answer.status_code in (200, 400), answer.text


def test_a_time_in_the_future_is_a_problem_even_by_a_minute(seeded: TestClient) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=1)
    for form in (soon, soon.astimezone(ZoneInfo("Pacific/Kiritimati"))):
        answer = seeded.get("/v1/networks/coalitions", params={"as_of": form.isoformat()})
        assert answer.status_code == 400, answer.text
