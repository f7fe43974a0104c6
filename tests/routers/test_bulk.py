"""Bulk: many changes in one request, one transaction and one version, with a result for each."""

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import event

from app.models.noun import Noun, Values
from app.models.nouns import NOUNS
from app.problems import BASE
from tests.history.test_every_path import check
from tests.routers.asking import fresh, problem, version
from tests.support.keys import as_caller, client_of
from tests.support.long import long

each_noun = pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.kind)
JSON = {"Content-Type": "application/json"}


def topic(public_id: str | None, **fields: Any) -> Values:
    """A change that creates a topic."""
    body = {"id": public_id, "label_en": public_id or "Bulk", "label_es": "Montón"} | fields
    return {"action": "create", "kind": "topic", "body": body}


def update(kind: str, public_id: str, revision: int = 1, **body: Any) -> Values:
    """A change that changes a record."""
    return {"action": "update", "kind": kind, "id": public_id, "if_match": f'"r{revision}"', "body": body}


def delete(kind: str, public_id: str, revision: int = 1) -> Values:
    """A change that deletes a record."""
    return {"action": "delete", "kind": kind, "id": public_id, "if_match": f'"r{revision}"'}


def send(client: TestClient, *items: Any, partial: bool = False, key: str | None = None) -> Response:
    """A bulk."""
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/v1/bulk", json={"items": items, "partial": partial}, headers=headers)


def results(response: Response) -> list[tuple[int, str | None]]:
    """Status and reference, or type of problem, of each change."""
    assert response.status_code == 200, response.text
    items = response.json()["items"]
    assert [item["index"] for item in items] == list(range(len(items)))
    found = []
    for item in items:
        assert set(item) == {"index", "status", "ref", "revision", "etag", "problem"}
        if item["problem"] is None:
            found.append((item["status"], item["ref"]))
        else:
            assert (item["ref"], item["revision"], item["etag"]) == (None, None, None)
            assert item["problem"]["status"] == item["status"]
            found.append((item["status"], item["problem"]["type"].removeprefix(BASE)))
    return found


def whole(client: TestClient) -> None:
    """Tables, histories and log agree."""
    with client.app.state.database.read() as connection:  # type: ignore[attr-defined]
        check(connection)


# --- all or nothing ------------------------------------------------------------------------------------------------


def test_changes_are_made_in_their_order_in_one_version(client: TestClient) -> None:
    before = version(client)
    response = send(
        client,
        topic("a"),
        topic("b"),
        update("topic", "a", note="second"),
        update("topic", "a", 2, note="third"),
        delete("topic", "b"),
        topic("c"),
    )
    assert results(response) == [
        (201, "topic:a"),
        (201, "topic:b"),
        (200, "topic:a"),
        (200, "topic:a"),
        (204, "topic:b"),
        (201, "topic:c"),
    ]
    assert [item["revision"] for item in response.json()["items"]] == [1, 1, 2, 3, None, 1]
    assert [item["etag"] for item in response.json()["items"]] == ['"r1"', '"r1"', '"r2"', '"r3"', None, '"r1"']
    assert response.json()["data_version"] == response.headers["data-version"] == f"v{before + 1}"
    assert version(client) == before + 1
    found = client.get("/v1/topics/a")
    assert (found.json()["note"], found.headers["etag"]) == ("third", '"r3"')
    problem(client.get("/v1/topics/b"), "gone")
    whole(client)


def test_a_change_may_name_what_an_earlier_one_made(client: TestClient) -> None:
    citation = {"document": "paper", "paragraph": 2, "cue": "words to find it by"}
    document = next(noun for noun in NOUNS if noun.kind == "document").example | {"id": "paper"}
    body = {"label_en": "Made by a bulk", "label_es": "Montón", "citations": [citation]}
    response = send(
        client,
        {"action": "create", "kind": "document", "body": document},
        {"action": "create", "kind": "topic", "body": body},
        {"action": "create", "kind": "topic", "body": body | {"id": "child", "parent": "made-by-a-bulk"}},
    )
    assert results(response) == [(201, "document:paper"), (201, "topic:made-by-a-bulk"), (201, "topic:child")]
    child = client.get("/v1/topics/child?include=citations").json()
    assert (child["parent"], child["included"]["citations"][0]["document"]) == ("made-by-a-bulk", "paper")


@pytest.mark.long_on_postgresql
@each_noun
def test_every_kind_is_created_changed_and_deleted_as_by_its_own_address(client: TestClient, noun: Noun) -> None:
    if noun.kind == "state":
        client.delete("/v1/states/MX-AGU", headers={"If-Match": client.get("/v1/states/MX-AGU").headers["etag"]})
    body = fresh(noun)
    field = "note" if "note" in noun.fields.model_fields else "heading"
    made = send(client, {"action": "create", "kind": noun.kind, "body": body})
    assert results(made) == [(201, f"{noun.prefix}:{body['id']}")]
    address = f"/v1/{noun.path}/{body['id']}"
    for number, text in ((1, "one"), (2, "two")):
        changed = client.post(
            "/v1/bulk",
            json={
                "items": [
                    {
                        "action": "update",
                        "kind": noun.kind,
                        "id": body["id"],
                        "if_match": client.get(address).headers["etag"],
                        "body": {field: text},
                    }
                ]
            },
        )
        assert results(changed) == [(200, f"{noun.prefix}:{body['id']}")]
        found = client.get(address)
        assert (found.json()[field], found.json()["revision"]) == (text, number + 1)
        assert found.headers["etag"].split("~")[0].rstrip('"') == changed.json()["items"][0]["etag"].rstrip('"')
    assert results(send(client, delete(noun.kind, body["id"], 3))) == [(204, f"{noun.prefix}:{body['id']}")]
    problem(client.get(address), "gone")
    whole(client)


REFUSALS: list[tuple[Any, str, list[str]]] = [
    ({"action": "create", "kind": "topic", "body": {"label_en": "x"}}, "malformed-body", ["/body/label_es"]),
    ({"action": "create", "kind": "topic", "body": {}, "id": "x"}, "malformed-body", None),  # type: ignore[list-item]
    ({"action": "create", "kind": "topic"}, "malformed-body", ["/body"]),
    ({"action": "merge", "kind": "topic"}, "malformed-body", ["/action"]),
    ({"action": ["create"], "kind": "topic"}, "malformed-body", ["/action"]),
    ({"action": "create", "kind": "person", "body": {}}, "malformed-body", ["/kind"]),
    ({"action": "create", "body": {}}, "malformed-body", ["/kind"]),
    ("create", "malformed-body", ["/action"]),
    (None, "malformed-body", ["/action"]),
    (topic("taken"), "id-taken", ["/body/id"]),
    (topic("x", visibility="restricted"), "missing-scope", [""]),
    (update("topic", "nowhere", note="x"), "not-found", ["/id"]),
    (update("topic", "taken", 7, note="x"), "changed-meanwhile", ["/if_match"]),
    (update("topic", "taken", note="x") | {"if_match": None}, "if-match-required", ["/if_match"]),
    (update("topic", "taken", note="x") | {"if_match": 'W/"r1"'}, "changed-meanwhile", ["/if_match"]),
    (update("topic", "taken", label_en=None), "malformed-body", ["/body/label_en"]),
    (update("topic", "taken", parent="nowhere"), "reference-not-found", ["/body/parent"]),
    (update("organization", "ned", colour="x"), "malformed-body", ["/body/colour"]),
    (delete("organization", "ned"), "referred-to", ["/id"]),
    (delete("topic", "nowhere"), "not-found", ["/id"]),
    (delete("topic", "taken") | {"if_match": "*"}, "if-match-required", ["/if_match"]),
    (delete("topic", "taken") | {"body": {}}, "malformed-body", ["/body"]),
]


@pytest.fixture(scope="module")
def with_taken(writable: TestClient) -> TestClient:
    """A client of a database that has a topic `taken`."""
    send(writable, topic("taken")).raise_for_status()
    return writable


@pytest.mark.parametrize(("item", "kind", "places"), REFUSALS)
def test_what_is_refused_says_where_and_undoes_the_rest(
    with_taken: TestClient, item: Any, kind: str, places: list[str] | None
) -> None:
    before = version(with_taken)
    items = [topic("first"), update("topic", "first", note="x"), item, topic("last")]
    body = problem(send(with_taken, *items), "bulk-refused")
    (refused,) = body["refused"]
    assert (refused["index"], refused["problem"]["type"]) == (2, f"{BASE}{kind}")
    assert set(refused["problem"]) >= {"type", "title", "status", "detail", "errors"}
    pointers = [error["pointer"] for error in refused["problem"]["errors"]]
    assert places is None or pointers == [f"/items/2{place}" for place in places]
    assert pointers
    assert body["errors"] == refused["problem"]["errors"]
    assert version(with_taken) == before
    problem(with_taken.get("/v1/topics/first"), "not-found")
    if kind == "referred-to":
        assert refused["problem"]["referred_to_by_total"] > 0


@pytest.mark.parametrize(("item", "kind", "places"), REFUSALS)
def test_where_partial_says_so_what_is_refused_is_left_out(
    with_taken: TestClient, item: Any, kind: str, places: list[str] | None
) -> None:
    before = version(with_taken)
    name = f"around-{time.monotonic_ns()}"
    items = [topic(f"{name}-1"), item, topic(f"{name}-2"), item, update("topic", f"{name}-2", note="x")]
    response = send(with_taken, *items, partial=True)
    statuses = [(201, f"topic:{name}-1"), kind, (201, f"topic:{name}-2"), kind, (200, f"topic:{name}-2")]
    assert [
        one if isinstance(two, tuple) else one[1] for one, two in zip(results(response), statuses, strict=True)
    ] == (statuses)
    assert places is None or response.json()["items"][3]["problem"]["errors"][0]["pointer"] == f"/items/3{places[0]}"
    assert version(with_taken) == before + 1


def test_no_version_is_made_where_everything_is_refused(client: TestClient) -> None:
    before = version(client)
    response = send(client, topic("x", label_es=None), delete("topic", "nowhere"), topic("a", colour=1), partial=True)
    assert [status for status, _ in results(response)] == [422, 404, 422]
    assert response.json()["data_version"] == response.headers["data-version"] == f"v{before}"
    assert version(client) == before
    whole(client)


def test_what_refers_to_something_refused_is_refused_too(client: TestClient) -> None:
    items = [topic("above", label_es=None), topic("below", parent="above"), topic("beside")]
    body = problem(send(client, *items), "bulk-refused")
    assert [one["index"] for one in body["refused"]] == [0, 1]
    assert [status for status, _ in results(send(client, *items, partial=True))] == [422, 409, 201]


def test_of_two_equals_the_second_is_refused_wherever_it_stands(client: TestClient) -> None:
    pair = fresh(next(noun for noun in NOUNS if noun.kind == "collaboration_member"))
    twins = [{"action": "create", "kind": "collaboration_member", "body": pair | {"id": f"twin-{n}"}} for n in range(2)]
    items = [
        *(topic(f"t{n}") for n in range(20)),
        twins[0],
        *(topic(f"u{n}") for n in range(20)),
        twins[1],
        topic("t3"),
    ]
    found = results(send(client, *items, partial=True))
    assert [(index, one) for index, one in enumerate(found) if one[0] != 201] == [
        (41, (409, "duplicate")),
        (42, (409, "id-taken")),
    ]
    whole(client)


def test_names_that_make_the_same_id_make_different_ones(client: TestClient) -> None:
    found = results(send(client, *(topic(None, label_en="Same words") for _ in range(5))))
    assert found[0] == (201, "topic:same-words")
    assert len({ref for _, ref in found}) == 5


def test_a_restricted_writer_makes_restricted_records_and_the_public_sees_nothing_of_them(client: TestClient) -> None:
    keeper = as_caller(client, "restricted", "write")
    before = version(client)
    organization = {"name": "Kept", "kind": "ngo", "basis": "stated"}
    response = send(
        keeper,
        {"action": "create", "kind": "organization", "body": organization | {"visibility": "restricted"}},
        {
            "action": "create",
            "kind": "organization",
            "body": organization | {"id": "named", "visibility": "restricted"},
        },
        update("organization", "ned", visibility="public", note="kept"),
        partial=True,
    )
    assert [status for status, _ in results(response)] == [201, 422, 200]
    public_id = response.json()["items"][0]["ref"].removeprefix("org:")
    assert keeper.get(f"/v1/organizations/{public_id}").json()["visibility"] == "restricted"
    problem(client.get(f"/v1/organizations/{public_id}"), "not-found")
    assert version(client) == before + 1
    assert results(send(client, delete("organization", public_id), partial=True)) == [(404, "not-found")]
    whole(client)


def test_a_bulk_is_answered_once_and_again(client: TestClient) -> None:
    items = [topic(None, label_en="Once"), topic("x", colour="red")]
    first = send(client, *items, partial=True, key="bulk")
    before = version(client)
    again = send(client, *items, partial=True, key="bulk")
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    assert again.headers["data-version"] == first.headers["data-version"]
    assert version(client) == before
    problem(send(client, *items, key="bulk"), "idempotency-key-reused")
    problem(send(client, *items, key="mended"), "bulk-refused")
    assert send(client, items[0], key="mended").status_code == 200


# --- as one by one -------------------------------------------------------------------------------------------------


def _random_changes(random_: random.Random, count: int) -> list[Values]:
    """Changes of few topics in short runs of one sort, many of which cannot be made."""
    names = [f"t{number}" for number in range(8)]

    def change(sort: str) -> Values:
        name, revision = random_.choice(names), random_.choice([1, 1, 1, 2, 3])
        above, note = random_.choice([None, None, *names]), random_.choice(["x", "y", None])
        if sort == "create":
            return topic(name, label_en=random_.choice(["One", "Two"]), parent=above)
        if sort == "delete":
            return delete("topic", name, revision)
        return update("topic", name, revision, **({"parent": above} if sort == "move" else {"note": note}))

    made: list[Values] = []
    while len(made) < count:
        sort = random_.choices(["create", "note", "move", "delete"], [4, 3, 1, 2])[0]
        run = [change(sort) for _ in range(random_.randint(1, 8))]
        if random_.random() < 0.5:
            # Of no record twice: these can be made together.
            run = list({str(one.get("id")): one for one in run}.values()) if sort != "create" else run
        made += run
    return made


def _topics(client: TestClient, letter: str) -> dict[str, Any]:
    items = client.get("/v1/topics?limit=500").json()["items"]
    named = {item["id"]: (item["revision"], item["note"], item["label_en"], item["parent"]) for item in items}
    return {public_id: rest for public_id, rest in named.items() if public_id in {f"{letter}{n}" for n in range(8)}}


@pytest.mark.parametrize("seed", [0, 1, *long(range(2, 6))])
def test_a_partial_bulk_does_what_its_changes_do_one_by_one(client: TestClient, seed: int) -> None:
    changes = _random_changes(random.Random(seed), 80)
    one_by_one = [results(send(client, change, partial=True))[0][0] for change in changes]
    assert len(set(one_by_one)) >= 4
    made = _topics(client, "t")
    renamed = json.loads(json.dumps(changes).replace('"t', '"u').replace('"uopic"', '"topic"'))
    together = [status for status, _ in results(send(client, *renamed, partial=True))]
    # What the bulk itself has deleted is missing from no version yet.
    assert together == [404 if status == 410 else status for status in one_by_one]
    assert json.loads(json.dumps(_topics(client, "u")).replace('"u', '"t')) == json.loads(json.dumps(made))
    whole(client)


# --- bounds --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [[], {}, {"items": []}, {"items": {}}, {"items": [], "all": True}, {"items": None}])
def test_a_bulk_of_another_form_is_refused(with_taken: TestClient, body: Any) -> None:
    problem(with_taken.post("/v1/bulk", json=body), "malformed-body")


def test_a_bulk_has_a_bound_on_its_changes(empty_url: str) -> None:
    with client_of(empty_url, "write", max_bulk_items=3) as client:
        assert len(results(send(client, *(topic(f"t{n}") for n in range(3))))) == 3
        body = problem(send(client, *(topic(f"u{n}") for n in range(4))), "malformed-body")
        assert body["errors"] == [{"pointer": "/items", "detail": "at most 3 changes"}]


def test_the_body_of_a_bulk_may_be_larger_than_others_if_it_comes_with_a_key(empty_url: str) -> None:
    with client_of(empty_url, "write", max_body_bytes=2000, max_bulk_bytes=20_000) as client:
        items = [topic(f"t{n}", note="x" * 500) for n in range(10)]
        assert len(results(send(client, *items))) == 10
        problem(as_caller(client).post("/v1/bulk", json={"items": items}), "body-too-large")
        problem(client.post("/v1/topics", json=items[0]["body"] | {"note": "x" * 3000}), "body-too-large")
        problem(send(client, *items, *items, *items, *items), "body-too-large")
        # What is large is looked at as strictly as what is small.
        twice = json.dumps({"items": items}).encode()[:-1] + b', "partial": true, "partial": false}'
        problem(client.post("/v1/bulk", content=twice, headers=JSON), "malformed-json")


def test_a_bulk_of_nothing_but_mistakes_is_told_shortly(empty_url: str) -> None:
    with client_of(empty_url, "write") as client:
        response = send(client, *({"action": "create", "kind": "topic", "body": {str(n): n}} for n in range(1000)))
        body = problem(response, "bulk-refused")
        assert (len(body["refused"]), len(body["errors"])) == (1000, 50)


@contextmanager
def statements(client: TestClient) -> Iterator[list[str]]:
    """The statements that the service sends to its database meanwhile."""
    sent: list[str] = []
    engine = client.app.state.database.engine  # type: ignore[attr-defined]

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_thousand_changes_of_each_sort_take_few_statements(client: TestClient) -> None:
    names = [f"many-{number}" for number in range(1000)]
    sorts: list[tuple[int, Callable[[str], Values]]] = [
        (201, topic),
        (200, lambda name: update("topic", name, note="x")),
        (204, lambda name: delete("topic", name, 2)),
    ]
    for status, change in sorts:
        with statements(client) as sent:
            found = results(send(client, *map(change, names)))
        # A changed row takes one of its own; what surrounds it is written many at a time.
        assert len(sent) < 1500, (status, len(sent))
        assert [one for one, _ in found] == [status] * 1000
    whole(client)


def test_of_many_changes_those_in_the_way_are_found(client: TestClient) -> None:
    names = [f"many-{number}" for number in range(200)]
    send(client, *map(topic, names)).raise_for_status()
    wrong = {3: "nowhere", 50: "nowhere", 51: "nowhere", 199: "nowhere"}
    for status, change in ((200, update), (204, delete)):
        items = [change("topic", wrong.get(n, name), 1 if status == 200 else 2) for n, name in enumerate(names)]
        items = [one | {"body": {"note": "x"}} if status == 200 else one for one in items]
        found = [one for one, _ in results(send(client, *items, partial=True))]
        assert found == [404 if n in wrong else status for n in range(200)]
    whole(client)
