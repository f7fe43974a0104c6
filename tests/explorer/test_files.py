"""The files of the page: what they may do, how much they weigh, and that no old one is shown for a new one."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.explorer.pages import first_modules, version

ROOT = Path(__file__).parents[2] / "app" / "explorer"
BASE = f"/assets/explorer/{version()}"
LARGEST = 200_000
"""Bytes that the first view may take, compressed."""
FIRST = ("/v1/states?limit=500", "/v1/topics?limit=500", "/v1/networks/coverage?by=topic&max_ids=1")


def _policy(value: str) -> dict[str, list[str]]:
    return {name: sources for name, *sources in (part.split() for part in value.split(";"))}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_page_runs_only_what_it_brings(seeded: TestClient, method: str) -> None:
    answer = seeded.request(method, "/")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    policy = _policy(answer.headers["content-security-policy"])
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == policy["font-src"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["worker-src"] == ["'self'"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_page_names_only_files_that_are_there_and_brings_no_code_itself(seeded: TestClient) -> None:
    text = seeded.get("/").text
    addresses = re.findall(r'(?:src|href)="([^"#]+)"', text)
    assert len(addresses) > 10
    for address in addresses:
        # Relative, so that a path before the page does not matter.
        assert not re.match(r"/|[a-z]+:", address), address
        assert seeded.get(f"/{address.removeprefix('./')}").status_code == 200, address
    assert not re.findall(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon[a-z]+=|javascript:", text)


def test_files_are_kept_for_good_and_the_page_is_asked_for_each_time(seeded: TestClient) -> None:
    page = seeded.get("/")
    assert page.headers["cache-control"] == "no-cache"
    assert seeded.get("/", headers={"If-None-Match": page.headers["etag"]}).status_code == 304
    module = seeded.get(f"{BASE}/page/main.js")
    assert module.status_code == 200
    assert module.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert re.match(r"(?:text|application)/javascript", module.headers["content-type"])


@pytest.mark.parametrize(
    "path",
    [
        "/assets/explorer/0123456789abcdef/page/main.js",
        f"{BASE}/page",
        f"{BASE}/page/nothing.js",
        f"{BASE}/pages.py",
        f"{BASE}/page/../pages.py",
        f"{BASE}/page/%2e%2e/pages.py",
        f"{BASE}/vendor/redoc/LICENSE",
        BASE,
        "/assets/explorer/",
    ],
)
def test_nothing_else_is_served(seeded: TestClient, path: str) -> None:
    assert seeded.get(path).status_code == 404


def test_another_file_makes_another_address(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Path.read_bytes

    def changed(path: Path) -> bytes:
        return plain(path) + (b"/* new */" if path.name == "style.css" else b"")

    monkeypatch.setattr(Path, "read_bytes", changed)
    assert version.__wrapped__() != version()


def test_the_first_view_is_light(seeded: TestClient) -> None:
    files = [
        *(f"{BASE}/{name}" for name in first_modules()),
        *(f"{BASE}/page/{name}" for name in ("style.css", "dark.css", "logo.svg", "words/es.json", "parts/words.json")),
        *(f"{BASE}/page/parts/{name}" for name in ("parts.css", "states.json")),
    ]
    sizes = {name: len(gzip.compress(seeded.get(name).content)) for name in ("/", *files, *FIRST)}
    assert sum(sizes.values()) < LARGEST, sizes
    # What draws a network is heavy, and none of it.
    assert not any("network" in name for name in first_modules())


def test_no_module_asks_another_origin() -> None:
    allowed = {"https://lite.gephi.org/?file=", "http://www.w3.org/2000/svg"}
    for path in (ROOT / "page").rglob("*.*"):
        if path.suffix in {".js", ".css", ".html"}:
            found = set(re.findall(r"https?://[^\s\"'`)<]+", path.read_text(encoding="utf-8")))
            assert found <= allowed, path


def test_the_version_is_that_of_what_is_served() -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", version())
    assert hashlib.sha256(b"").hexdigest()[:16] != version()
