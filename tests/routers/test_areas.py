"""A router looks at its own routes alone, and what it takes is what FastAPI's takes."""

from collections import Counter

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient
from starlette.routing import Match
from starlette.types import Scope

from app.main import _routes
from app.routers.areas import AreaRouter

ODD = ("/", "/v1", "/v1/", "/v1/absent", "/healthz/", "//", "/v1/states/", "/v1//states")
PATHS = sorted({str(one.path_format) for one in iter_route_contexts(_routes())})


def filled(path: str) -> str:
    return path.replace("{", "").replace("}", "")


def test_every_router_of_the_service_is_one() -> None:
    assert {type(route.original_router) for route in _routes()} == {AreaRouter}  # type: ignore[attr-defined]


def test_no_route_begins_with_what_a_caller_chooses() -> None:
    assert [path for path in PATHS if "{" in "/".join(path.split("/")[:3])] == []


@pytest.mark.parametrize("root", ["", "/data"])
def test_it_takes_what_fastapi_takes(monkeypatch: pytest.MonkeyPatch, root: str) -> None:
    def taken() -> dict[tuple[str, str], list[Match]]:
        found = {}
        for path in (*map(filled, PATHS), *ODD):
            for method in ("GET", "POST", "DELETE"):
                scope: Scope = {"type": "http", "method": method, "path": root + path, "root_path": root, "headers": []}
                found[method, path] = [route.matches(dict(scope))[0] for route in _routes()]
        return found

    ours = taken()
    assert Match.FULL in {match for matches in ours.values() for match in matches}
    monkeypatch.setattr(AreaRouter, "matches", APIRouter.matches)
    assert ours == taken()


def test_it_looks_at_few(url: str, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: Counter[str] = Counter()
    original = APIRoute.matches

    def count(self: APIRoute, scope: Scope) -> tuple[Match, Scope]:
        looked[scope["path"]] += 1
        return original(self, scope)

    monkeypatch.setattr(APIRoute, "matches", count)
    assert client.get("/healthz").status_code == 200
    assert looked["/healthz"] <= 4
