"""Every route and every role: the table of needs is the application's, and the answers over HTTP are the table's."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient

from app.access.keys import revoke_key
from app.access.routes import NEEDS, Need
from app.main import create_app
from app.settings import Settings
from app.store.database import Database
from tests.conftest import Backend
from tests.routers.asking import problem
from tests.support.keys import bearer, client_of, make_key

pytestmark = pytest.mark.long_on_postgresql

SCOPES: dict[str, tuple[str, ...]] = {
    "read": ("read",),
    "write": ("write",),
    "restricted": ("restricted",),
    "metrics": ("metrics",),
    "admin": ("admin",),
    "everything": ("write", "restricted", "metrics", "admin"),
}
OPENS_NOTHING = ("expired", "revoked", "wrong", "malformed")
ROLES = ("anonymous", *SCOPES, *OPENS_NOTHING)

PASSES: dict[Need, set[str]] = {
    Need.nothing: {"anonymous", *SCOPES},
    Need.reading: {"anonymous", *SCOPES},
    Need.key: {*SCOPES},
    Need.write: {"write", "everything"},
    Need.metrics: {"metrics", "everything"},
    Need.admin: {"admin", "everything"},
}
"""Who is let through where reading is public, written out."""


@pytest.fixture(scope="module")
def url(backend: Backend) -> Iterator[str]:
    """A database with tables and nothing in them, for this module."""
    made = backend.copy("migrated")
    yield made
    backend.drop(made)


@pytest.fixture(scope="module")
def headers(url: str) -> dict[str, dict[str, str]]:
    """What each role sends."""
    database = Database(url)
    made = {role: bearer(make_key(database, *scopes)) for role, scopes in SCOPES.items()}
    ended = datetime.now(UTC) - timedelta(seconds=1)
    made["expired"] = bearer(make_key(database, "write", "restricted", "admin", expires_at=ended))
    revoked = make_key(database, "write", "restricted", "admin")
    with database.write_service() as connection:
        revoke_key(connection, revoked[:14], actor="test")
    database.close()
    wrong = {"anonymous": {}, "revoked": bearer(revoked), "malformed": {"Authorization": "Basic dGVqaWRv"}}
    return made | wrong | {"wrong": bearer(f"{revoked[:14]}_{'a' * 43}")}


@pytest.fixture(scope="module")
def service(url: str) -> Iterator[TestClient]:
    """The service as it is by default."""
    with client_of(url, rate_limit_failed_keys="") as client:
        yield client


@pytest.fixture(scope="module")
def closed(url: str) -> Iterator[TestClient]:
    """The service with reading closed to those without a key."""
    with client_of(url, public_reads=False, rate_limit_failed_keys="") as client:
        yield client


def routes(app: FastAPI) -> dict[tuple[str, str], Any]:
    """The real routes of an application."""
    found = {}
    for context in iter_route_contexts(app.router.routes):
        for method in (context.methods or {"GET"}) - {"HEAD"}:
            address = (method, str(context.path_format))
            assert address not in found, "two routes for one address"
            found[address] = context.original_route
    return found


def ask(client: TestClient, method: str, path: str, headers: dict[str, str]) -> Any:
    """A request to a route: with the id of nothing, and a body that creates nothing."""
    address = re.sub(r"\{[^}]+\}", "nothing", path)
    if address == "/v1/imports" and method == "POST":
        return client.post(address, headers=headers, files={"file": ("nothing", b"nothing")})
    body: Any = {} if method in ("POST", "PUT", "PATCH") else None
    return client.request(method, address, headers=headers, follow_redirects=False, json=body)


def expected(role: str, need: Need, passes: Callable[[Need], set[str]]) -> str | None:
    """The problem with which a role is refused."""
    if role in OPENS_NOTHING:
        return "invalid-key"
    if role in passes(need):
        return None
    return "key-required" if role == "anonymous" else "missing-scope"


def refusals(client: TestClient, role: str, headers: dict[str, str], passes: Callable[[Need], set[str]]) -> int:
    """Ask every route as a role, and check each answer; how many were refused."""
    refused = 0
    for (method, path), need in NEEDS.items():
        kind = expected(role, need, passes)
        answer = ask(client, method, path, headers)
        if kind is None:
            assert answer.status_code not in (401, 403, 429), f"{role} {method} {path}"
            assert answer.status_code < 500, f"{role} {method} {path}"
            continue
        refused += 1
        body = problem(answer, kind)
        if kind == "missing-scope":
            assert body["scope"] == need.value
            assert need.value in body["detail"]
            assert "www-authenticate" not in answer.headers
        else:
            assert answer.headers["www-authenticate"].startswith("Bearer"), f"{role} {method} {path}"
    return refused


def test_the_table_and_the_routes_of_the_application_are_the_same() -> None:
    found = routes(create_app(Settings(database_url="sqlite://")))
    assert sorted(NEEDS) == sorted(found)


def test_what_no_dependency_guards_is_open_to_all() -> None:
    found = routes(create_app(Settings(database_url="sqlite://")))
    unguarded = {address for address, route in found.items() if not isinstance(route, APIRoute)}
    assert unguarded
    assert {NEEDS[address] for address in unguarded} == {Need.nothing}
    guarded = {path for (_, path), need in NEEDS.items() if need is Need.nothing and ("GET", path) not in unguarded}
    assert guarded == {"/healthz", "/readyz"}


def test_every_change_of_data_needs_a_scope() -> None:
    for (method, path), need in NEEDS.items():
        # A batch of queries is too long for an address; nothing is written by it.
        if method != "GET" and path != "/reconcile":
            assert need.scope is not None, f"{method} {path}"


@pytest.mark.parametrize("role", ROLES)
def test_every_route_answers_every_role_as_the_table_says(
    service: TestClient, headers: dict[str, dict[str, str]], role: str
) -> None:
    refused = refusals(service, role, headers[role], PASSES.__getitem__)
    assert (refused == len(NEEDS)) == (role in OPENS_NOTHING)
    assert (refused == 0) == (role == "everything")


@pytest.mark.parametrize("role", ROLES)
def test_where_reading_is_closed_every_route_of_data_needs_a_key(
    closed: TestClient, headers: dict[str, dict[str, str]], role: str
) -> None:
    passes = PASSES | {Need.reading: {*SCOPES}}
    refusals(closed, role, headers[role], passes.__getitem__)


def test_head_is_answered_as_get_is_and_options_to_all(closed: TestClient, headers: dict[str, dict[str, str]]) -> None:
    for path in ("/v1/organizations", "/v1/keys"):
        answer = closed.head(path)
        assert (answer.status_code, answer.content) == (401, b"")
        assert closed.head(path, headers=headers["admin"]).status_code == 200
        assert closed.options(path).status_code == 204
    assert closed.head("/v1/keys", headers=headers["write"]).status_code == 403


def test_a_route_that_is_not_in_the_table_is_closed_to_all(url: str, headers: dict[str, dict[str, str]]) -> None:
    with client_of(url) as client:
        client.app.add_api_route("/forgotten", lambda: {"found": True}, methods=["GET"])  # type: ignore[attr-defined]
        for role in ("anonymous", "everything"):
            problem(client.get("/forgotten", headers=headers[role]), "internal-error")


def test_the_document_says_of_every_operation_what_key_it_takes() -> None:
    document = create_app(Settings(database_url="sqlite://")).openapi()
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    assert document["security"] == [{}, {"key": []}]
    takes: dict[Need, Any] = {
        Need.nothing: [],
        Need.reading: None,
        Need.key: [{"key": []}],
        Need.write: [{"key": ["write"]}],
        Need.metrics: [{"key": ["metrics"]}],
        Need.admin: [{"key": ["admin"]}],
    }
    seen = set()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            need = NEEDS[method.upper(), path]
            seen.add(need)
            assert operation.get("security") == takes[need], path
            said = {
                status: document["components"]["responses"][one["$ref"].rpartition("/")[2]]["description"]
                for status, one in operation["responses"].items()
                if "$ref" in one
            }
            assert "`invalid-key`" in said["401"]
            assert "`too-many-failed-keys`" in said["429"]
            assert ("`key-required`" in said["401"]) == (need is not Need.nothing)
            assert ("403" in said) == (need.scope is not None)
    assert seen == set(Need)
