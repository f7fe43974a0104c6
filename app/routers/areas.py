"""Routers that know at a glance which requests are not for them."""

from typing import Any

from fastapi import APIRouter
from fastapi.routing import iter_route_contexts
from starlette.routing import Match
from starlette.types import Scope

__all__ = ["AreaRouter"]


class AreaRouter(APIRouter):
    """A router of addresses that begin alike: `/v1/organizations`, `/v1/organizations/{id}` ...

    FastAPI compares an address with the pattern of one route after the other, all 194 of them for the last one. Here
    a router of which no route begins as the address does looks at none of its own.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        """As FastAPI's."""
        super().__init__(*args, **named)
        self._beginnings: frozenset[str] | None = None

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether one of the routes takes the request."""
        if self._beginnings is None:
            self._beginnings = frozenset(_beginning(str(one.path_format)) for one in iter_route_contexts(self.routes))
        if _beginning(scope["path"].removeprefix(scope.get("root_path", ""))) in self._beginnings:
            return super().matches(scope)
        return Match.NONE, {}


def _beginning(path: str) -> str:
    """The first two segments of a path."""
    second = path.find("/", path.find("/", 1) + 1)
    return path if second < 1 else path[:second]
