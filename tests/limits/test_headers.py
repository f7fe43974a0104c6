"""What an answer tells a browser: the same on every kind of answer, and nothing twice."""

import base64
import hashlib
import re
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from app.main import create_app
from app.settings import Settings

API = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
PREFLIGHT = {"Origin": "https://page.example", "Access-Control-Request-Method": "GET"}
VENDOR = "/assets/vendor/swagger-ui/swagger-ui.css"
REQUESTS = [
    ("GET", "/v1/topics", {}, 200),
    ("GET", "/v1/topics", {"If-None-Match": "*"}, 304),
    ("GET", "/v1/topics?colour=red", {}, 400),
    ("GET", "/v1/topics/%ff", {}, 400),
    ("GET", "/v1/topics", {"Authorization": "Bearer x"}, 401),
    ("GET", "/v1/topics/no-such", {}, 404),
    ("GET", "/nowhere", {}, 404),
    ("DELETE", "/v1/about", {}, 405),
    ("POST", "/v1/topics", {"Content-Length": "9999999"}, 413),
    ("GET", "/v1/topics?q=" + "x" * 9000, {}, 414),
    ("POST", "/v1/topics", {"Content-Type": "text/plain"}, 415),
    ("POST", "/v1/topics", {"Content-Type": "application/json"}, 422),
    ("GET", "/v1/topics", {"X-Own": "x" * 40_000}, 431),
    ("GET", "/v1/networks/funder-partner-state?format=svg", {}, 200),
    ("GET", "/v1/networks/funder-partner-state?format=csv", {}, 200),
    ("GET", "/openapi.json", {}, 200),
    ("GET", "/healthz", {}, 200),
    ("GET", "/readyz", {}, 200),
    ("GET", "/assets/docs/swagger-start.js", {}, 200),
    ("GET", VENDOR, {}, 200),
    ("GET", VENDOR, {"Range": "bytes=0-9"}, 206),
    ("HEAD", VENDOR, {}, 200),
    ("GET", "/assets/vendor/nothing", {}, 404),
    ("GET", "/assets/explorer/nothing", {}, 404),
    ("HEAD", "/v1/topics", {}, 200),
    ("HEAD", "/nowhere", {}, 404),
    ("OPTIONS", "/v1/topics", {}, 204),
    ("OPTIONS", "/v1/topics", PREFLIGHT, 200),
    ("OPTIONS", "/v1/topics", PREFLIGHT | {"Access-Control-Request-Method": "PURGE"}, 400),
]


@pytest.mark.parametrize(
    ("method", "address", "headers", "status"), REQUESTS, ids=[f"{m} {a[:40]} {s}" for m, a, _, s in REQUESTS]
)
def test_every_kind_of_answer_has_them_once(
    seeded: TestClient, method: str, address: str, headers: dict[str, str], status: int
) -> None:
    content = b"x" if method == "POST" else None
    response = seeded.request(method, address, headers=headers, content=content, follow_redirects=False)
    assert response.status_code == status
    assert {name: response.headers.get_list(name) for name in API} == {name: [value] for name, value in API.items()}


def test_the_answer_to_what_failed_or_came_too_often_has_them_too(url: str) -> None:
    chosen = Settings(database_url=url, rate_limit_reads="1/minute")
    app = create_app(chosen, clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))

    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    event.listen(app.state.database.engine, "before_cursor_execute", fail)
    with TestClient(app, raise_server_exceptions=False) as client:
        answers = [client.get("/v1/topics") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [500, 429]
    for answer in answers:
        assert {name: answer.headers.get_list(name) for name in API} == {name: [value] for name, value in API.items()}


def _policy(value: str) -> dict[str, list[str]]:
    pairs = [part.split() for part in value.split(";")]
    assert len({name for name, *_ in pairs}) == len(pairs)
    return {name: sources for name, *sources in pairs}


@pytest.mark.parametrize("address", ["/docs", "/redoc"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_page_runs_only_what_it_brings(seeded: TestClient, method: str, address: str) -> None:
    response = seeded.request(method, address)
    found = {name: response.headers.get_list(name) for name in API}
    own = {"content-security-policy", "cross-origin-resource-policy"}
    assert all(found[name] == [value] for name, value in API.items() if name not in own)
    assert found["cross-origin-resource-policy"] == ["same-origin"]
    assert response.headers.get_list("cross-origin-opener-policy") == ["same-origin"]
    [value] = found["content-security-policy"]
    assert "unsafe" not in value
    policy = _policy(value)
    assert policy["default-src"] == ["'self'"]
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert "script-src" not in policy
    page = seeded.get(address).text
    assert not re.findall(r"<script(?![^>]*\bsrc=\"assets/)", page)
    assert not re.findall(r"\bon[a-z]+=|javascript:| style=", page)
    for style in re.findall(r"<style>(.*?)</style>", page, flags=re.DOTALL):
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy["style-src"]


def test_a_network_as_a_picture_can_do_nothing_where_it_is_opened(seeded: TestClient) -> None:
    response = seeded.get("/v1/networks/funder-partner-state", params={"format": "svg"})
    assert response.headers["content-type"].startswith("image/svg+xml")
    policy = _policy(response.headers["content-security-policy"])
    assert policy == {"default-src": ["'none'"], "frame-ancestors": ["'none'"], "sandbox": []}
    # What the policy forbids is not there to begin with, so that the picture looks the same under it.
    assert not re.findall(r"<(?:script|style|foreignObject|image|use|a)\b|\bstyle=|\bhref=|\bon[a-z]+=", response.text)
