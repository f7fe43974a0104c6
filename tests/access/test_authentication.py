"""How a request brings its key, and what becomes of one that opens nothing."""

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from app.settings import Settings
from tests.conftest import Backend
from tests.routers.asking import problem
from tests.support.keys import as_caller, bearer, client_of, key_for, make_key

pytestmark = pytest.mark.long_on_postgresql

Clients = Callable[..., TestClient]
MOST = int(Settings().rate_limit_failed_keys.split("/")[0])
WRONG = bearer(f"tjd_{'0' * 10}_{'a' * 43}")


@pytest.fixture
def anonymous(client: TestClient) -> TestClient:
    """A client of an own service that sends no key."""
    return as_caller(client)


def key_of(client: TestClient, *scopes: str) -> str:
    """A new key for the service of a client."""
    return make_key(client.app.state.database, *scopes)  # type: ignore[attr-defined]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer "])
def test_the_scheme_may_be_written_in_any_case(anonymous: TestClient, scheme: str) -> None:
    answer = anonymous.get("/v1/key", headers={"Authorization": f"{scheme} {key_of(anonymous)}"})
    assert answer.status_code == 200


def test_anything_else_in_the_header_is_an_invalid_key_and_is_not_repeated(anonymous: TestClient) -> None:
    whole = key_of(anonymous, "admin")
    for given in ("", "Bearer", "Bearer ", whole, f"Basic {whole}", f"Token {whole}", f"Bearer {whole} {whole}", "é"):
        answer = anonymous.get("/v1/topics", headers=[(b"Authorization", given.encode())])
        problem(answer, "invalid-key")
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
        assert whole[15:] not in answer.text


def test_two_keys_in_one_request_are_refused(anonymous: TestClient) -> None:
    one, other = key_of(anonymous, "write"), key_of(anonymous, "write")
    both = [("Authorization", f"Bearer {one}"), ("Authorization", f"Bearer {other}")]
    problem(anonymous.get("/v1/key", headers=both), "invalid-key")


def test_nobody_learns_why_a_key_opens_nothing(clients: Clients) -> None:
    anonymous, admin = clients(), clients("admin")
    whole = key_of(anonymous, "write")
    assert admin.delete(f"/v1/keys/{whole[:14]}").status_code == 204
    bodies = []
    for key in (whole, f"{whole[:14]}_{'a' * 43}", f"tjd_{'0' * 10}_{'a' * 43}", "garbage"):
        answer = anonymous.get("/v1/topics", headers=bearer(key) | {"X-Request-ID": "same"})
        bodies.append((answer.status_code, answer.text, answer.headers["www-authenticate"]))
    assert len(set(bodies)) == 1


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/healthz", "/nowhere", "/assets/vendor/nothing"])
def test_a_wrong_key_is_refused_at_every_address(anonymous: TestClient, path: str) -> None:
    assert anonymous.get(path, follow_redirects=False).status_code != 401
    answer = anonymous.get(path, headers=WRONG | {"Origin": "https://map.example"}, follow_redirects=False)
    problem(answer, "invalid-key")
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_wrong_key_is_refused_before_the_body_is_looked_at(anonymous: TestClient) -> None:
    body = {"content": b"{" * 2_000_000, "headers": WRONG | {"Content-Type": "application/json"}}
    problem(anonymous.post("/v1/topics", **body), "invalid-key")  # type: ignore[arg-type]


def test_a_page_of_another_origin_may_read_with_a_key_and_not_write(anonymous: TestClient) -> None:
    def preflight(method: str) -> int:
        asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization"}
        answer = anonymous.options("/v1/topics", headers={"Origin": "https://map.example", **asked})
        if answer.status_code == 200:
            assert "authorization" in answer.headers["access-control-allow-headers"].lower()
            assert answer.headers["access-control-allow-origin"] == "*"
            assert method in answer.headers["access-control-allow-methods"]
        return answer.status_code

    assert (preflight("GET"), preflight("HEAD")) == (200, 200)
    assert (preflight("POST"), preflight("PATCH"), preflight("DELETE")) == (400, 400, 400)
    own = bearer(key_of(anonymous)) | {"Origin": "https://map.example"}
    assert anonymous.get("/v1/topics", headers=own).headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["/v1/topics", "/v1/networks/coalitions", "/v1/about", "/v1/organizations/ned"])
def test_answers_to_restricted_readers_are_private_and_all_data_varies_by_the_key(clients: Clients, path: str) -> None:
    for scopes, said in (
        ((), "no-cache"),
        (("read",), "no-cache"),
        (("write", "admin"), "no-cache"),
        (("restricted",), "private, no-cache"),
    ):
        answer = clients(*scopes).get(path)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == said
        assert [one.strip() for one in answer.headers["vary"].split(",")].count("Authorization") == 1
        again = clients(*scopes).get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.headers["cache-control"]) == (304, said)


def test_too_many_keys_that_open_nothing_from_one_address_are_refused_for_a_while(client: TestClient) -> None:
    def at(address: str, **headers: str) -> TestClient:
        return TestClient(client.app, client=(address, 1), headers=headers, raise_server_exceptions=False)

    attacker = at("192.0.2.1", **WRONG)
    for _ in range(MOST):
        problem(attacker.get("/v1/topics"), "invalid-key")
    for path in ("/v1/topics", "/healthz"):
        answer = attacker.get(path)
        problem(answer, "too-many-failed-keys")
        assert 1 <= int(answer.headers["retry-after"]) <= 60
    problem(at("192.0.2.2", **WRONG).get("/v1/topics"), "invalid-key")
    neighbour = at("2001:db8::1", **WRONG)
    for _ in range(MOST):
        problem(neighbour.get("/v1/topics"), "invalid-key")
    problem(at("2001:db8::2", **WRONG).get("/v1/topics"), "too-many-failed-keys")
    # Behind one address there may be many callers.
    assert at("192.0.2.1").get("/v1/topics").status_code == 200
    assert at("192.0.2.1", **bearer(key_of(client))).get("/v1/key").status_code == 200


def test_a_good_key_is_never_counted(client: TestClient) -> None:
    for _ in range(MOST + 5):
        assert client.get("/v1/key").status_code == 200


@pytest.fixture
def bare(backend: Backend) -> Iterator[TestClient]:
    """A service whose database is not migrated."""
    url = backend.copy("bare")
    with client_of(url) as client:
        yield client
    backend.drop(url)


def test_a_database_that_cannot_be_asked_is_busy_and_the_key_is_not_called_wrong(
    bare: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = bare.get("/v1/topics", headers=WRONG)
    problem(answer, "busy")
    assert int(answer.headers["retry-after"]) > 0
    assert "a key could not be looked up" in caplog.text
    assert "a" * 43 not in caplog.text
    assert bare.get("/healthz").status_code == 200


def test_a_key_revoked_by_another_process_opens_nothing_at_once(client: TestClient, url: str) -> None:
    whole = key_for(url, "write")
    with client_of(url, "admin") as other:
        assert client.get("/v1/key", headers=bearer(whole)).status_code == 200
        assert other.delete(f"/v1/keys/{whole[:14]}").status_code == 204
        problem(client.get("/v1/key", headers=bearer(whole)), "invalid-key")
