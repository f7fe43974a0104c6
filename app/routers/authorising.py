"""The one place where a request is let through to a route, or refused: by the table of `app.access.routes`."""

import logging

from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

from app.access.callers import Caller
from app.access.routes import Need
from app.problems import Problem, unexpected
from app.routers.common import CallerDep

log = logging.getLogger("tejido")


async def authorise(request: Request, caller: CallerDep) -> None:
    """A dependency of every route. One that is not in the table is closed to all: that is a mistake of ours."""
    address = (request.method, _path_of(request.app, request.scope["route"]))
    request.state.route = address[1]
    need = request.app.state.needs.get(address)
    if need is None:
        log.error("the table of access does not list %s %s", *address)
        raise unexpected()
    check(need, caller, public_reads=request.app.state.settings.public_reads)


def check(need: Need, caller: Caller, *, public_reads: bool) -> None:
    """A problem where the caller lacks what a route needs."""
    if need is Need.nothing or (need is Need.reading and public_reads):
        return
    if caller.is_anonymous:
        raise Problem(
            "key-required", "Send a key: Authorization: Bearer tjd_...", headers={"WWW-Authenticate": "Bearer"}
        )
    if need.scope is not None and need.scope not in caller.scopes:
        raise Problem("missing-scope", f"The key does not have the scope {need.scope.value}.", scope=need.scope.value)


def _path_of(app: FastAPI, route: BaseRoute) -> str:
    """The whole path of a route: the one of an included router knows only its own part."""
    paths: dict[int, str] = app.state.paths
    if id(route) not in paths:
        contexts = iter_route_contexts(app.router.routes)
        paths.update({id(context.original_route): str(context.path_format) for context in contexts})
    return paths.get(id(route), "")
