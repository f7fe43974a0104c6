"""Keys and admin actions over HTTP."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.routers.asking import create, pointers, problem
from tests.support.keys import bearer

pytestmark = pytest.mark.long_on_postgresql

Clients = Callable[..., TestClient]


@pytest.fixture
def admin(clients: Clients) -> TestClient:
    """A client with a key for administration, and nothing else."""
    return clients("admin")


def prefix_of(client: TestClient) -> str:
    """The prefix of the key that a client sends."""
    return str(client.get("/v1/key").json()["prefix"])


def actions(admin: TestClient) -> list[tuple[str, str, str]]:
    """What was done last, newest first."""
    items = admin.get("/v1/admin-actions").json()["items"]
    return [(one["actor"], one["action"], one["subject"]) for one in items]


def test_a_key_is_made_shown_once_used_and_revoked(admin: TestClient, clients: Clients) -> None:
    body = {"label": "  nightly import ", "scopes": ["write"], "expires_at": "2190-01-31T12:00:00+02:00"}
    made = admin.post("/v1/keys", json=body)
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    key = made.json()
    whole = key.pop("key")
    assert made.headers["location"] == f"/v1/keys/{key['prefix']}"
    assert whole.startswith(f"{key['prefix']}_")
    assert (key["label"], key["scopes"], key["status"]) == ("nightly import", ["read", "write"], "active")
    assert datetime.fromisoformat(key["expires_at"]) == datetime(2190, 1, 31, 10, tzinfo=UTC)
    assert (key["last_used_at"], key["revoked_at"]) == (None, None)
    assert admin.get(made.headers["location"]).json() == key

    holder = TestClient(admin.app, headers=bearer(whole), raise_server_exceptions=False)
    own = holder.get("/v1/key")
    assert own.headers["cache-control"] == "no-store"
    assert own.json() == key | {"last_used_at": own.json()["last_used_at"]}
    assert datetime.now(UTC) - datetime.fromisoformat(own.json()["last_used_at"]) < timedelta(minutes=1)
    create(holder, "topic")
    problem(holder.get("/v1/keys"), "missing-scope")

    assert admin.delete(f"/v1/keys/{key['prefix']}").status_code == 204
    problem(holder.get("/v1/key"), "invalid-key")
    ended = admin.get(f"/v1/keys/{key['prefix']}").json()
    assert ended["status"] == "revoked"
    assert admin.delete(f"/v1/keys/{key['prefix']}").status_code == 204
    assert admin.get(f"/v1/keys/{key['prefix']}").json() == ended
    assert actions(admin)[:2] == [
        (prefix_of(admin), "revoke key", key["prefix"]),
        (prefix_of(admin), "create key", key["prefix"]),
    ]


def test_no_answer_holds_a_digest_or_another_key(admin: TestClient) -> None:
    made = [admin.post("/v1/keys", json={"label": f"number {number}"}).json() for number in range(3)]
    told = "".join(admin.get(path).text for path in ("/v1/keys", "/v1/admin-actions", f"/v1/keys/{made[0]['prefix']}"))
    for key in made:
        assert key["prefix"] in told
        assert key["key"][15:] not in told
    assert "digest" not in told


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"label": ""}, "/label"),
        ({"label": "x" * 101}, "/label"),
        ({"label": "a\u0007b"}, "/label"),
        ({"label": None}, "/label"),
        ({"scopes": ["everything"]}, "/scopes/0"),
        ({"scopes": ["write", "write"]}, "/scopes"),
        ({"scopes": "write"}, "/scopes"),
        ({"scopes": None}, "/scopes"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "/expires_at"),
        ({"expires_at": "2200-01-01T00:00:00Z"}, "/expires_at"),
        ({"expires_at": "9999-12-31T23:59:59-14:00"}, "/expires_at"),
        ({"expires_at": "2190-01-31"}, "/expires_at"),
        ({"expires_at": "2190-01-31T12:00:00"}, "/expires_at"),
        ({"expires_at": "2190-13-31T12:00:00Z"}, "/expires_at"),
        ({"expires_at": 6_000_000_000}, "/expires_at"),
        ({"expires_at": "6000000000"}, "/expires_at"),
        ({"expires_at": True}, "/expires_at"),
        ({"key": "tjd_mine"}, "/key"),
        ({"digest": "0"}, "/digest"),
    ],
)
def test_a_key_that_cannot_be_is_refused_and_not_made(admin: TestClient, change: dict[str, Any], pointer: str) -> None:
    before = len(admin.get("/v1/keys").json()["items"])
    assert pointers(admin.post("/v1/keys", json={"label": "wrong"} | change), "malformed-body") == [pointer]
    assert len(admin.get("/v1/keys").json()["items"]) == before


def test_a_key_that_nobody_has_is_not_found(admin: TestClient) -> None:
    for prefix in ("tjd_0000000000", "nothing", "%00", "tjd_"):
        wanted = "bad-request" if prefix == "%00" else "not-found"
        problem(admin.get(f"/v1/keys/{prefix}"), wanted)
        problem(admin.delete(f"/v1/keys/{prefix}"), wanted)


def pages(client: TestClient, path: str, limit: int) -> list[list[dict[str, Any]]]:
    """All pages of a list, by the addresses in its Link headers."""
    found, address = [], f"{path}?limit={limit}"
    while True:
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        found.append(answer.json()["items"])
        if answer.json()["next"] is None:
            assert "link" not in answer.headers
            return found
        address = path + answer.headers["link"].split(";")[0].strip("<>")


def test_keys_and_actions_come_in_pages(admin: TestClient) -> None:
    for number in range(7):
        admin.post("/v1/keys", json={"label": f"number {number}"})
    for path, name in (("/v1/keys", "prefix"), ("/v1/admin-actions", "number")):
        whole = admin.get(path).json()
        assert whole["next"] is None
        parts = pages(admin, path, 3)
        assert [len(part) for part in parts] == [3, 3, 3]
        assert [one[name] for part in parts for one in part] == [one[name] for one in whole["items"]]
        names = [one[name] for one in whole["items"]]
        assert names == sorted(set(names), reverse=name == "number")
        for cursor in ("x", "-1", "1e3", "tjd_", "9" * 19):
            problem(admin.get(path, params={"cursor": cursor}), "bad-cursor")
        problem(admin.get(path, params={"limit": 501}), "bad-parameter")
        problem(admin.get(path, params={"nope": 1}), "unknown-parameter")


def test_every_admin_action_is_told_to_the_log(admin: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="tejido")
    key = admin.post("/v1/keys", json={"label": "for the log"}).json()
    admin.delete(f"/v1/keys/{key['prefix']}")
    told = [record.getMessage() for record in caplog.records if record.name == "tejido"]
    by = prefix_of(admin)
    assert told == [f"admin action: {verb} key {key['prefix']}, by {by}" for verb in ("create", "revoke")]
    assert key["key"][15:] not in caplog.text


def test_a_refused_request_for_a_key_is_no_action(clients: Clients, admin: TestClient) -> None:
    callers = [clients(), clients("write", "restricted")]
    before = actions(admin)
    for caller in callers:
        assert caller.post("/v1/keys", json={"label": "mine", "scopes": ["admin"]}).status_code in (401, 403)
    assert actions(admin) == before
