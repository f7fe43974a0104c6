"""Every way in which a request can fail ends here, in one shape."""

import logging
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from app.middleware import problem_response
from app.problems import Problem, unexpected
from app.routers.crud import body_problem
from app.store.failures import is_busy, is_late

log = logging.getLogger("tejido")


def install_handlers(app: FastAPI) -> None:
    """Answer every exception with a problem."""
    # A redirect would have no problem's shape, and would name whatever host the request names.
    app.router.redirect_slashes = False

    @app.exception_handler(Problem)
    async def _problem(request: Request, problem: Problem) -> Response:
        return problem_response(problem, request.scope)

    @app.exception_handler(RequestValidationError)
    async def _validation(request: Request, error: RequestValidationError) -> Response:
        return problem_response(_of_validation(error.errors()), request.scope)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        kinds = {
            404: ("no-route", "See /docs for the addresses that exist; none ends with a slash."),
            405: ("method-not-allowed", "Allow names the methods that this address takes."),
        }
        return problem_response(
            Problem(*kinds.get(error.status_code, ("bad-request", "The request cannot be read."))), request.scope
        )

    @app.exception_handler(IntegrityError)
    async def _integrity(request: Request, error: IntegrityError) -> Response:
        return problem_response(integrity_problem(error), request.scope)

    @app.exception_handler(DBAPIError)
    async def _database(request: Request, error: DBAPIError) -> Response:
        if is_late(error):
            log.warning("a statement took too long: %s", error.statement)
            late = Problem("deadline-exceeded", "The database took too long. Narrow the request.")
            return problem_response(late, request.scope)
        log.error("database error", exc_info=error)
        return problem_response(_busy() if is_busy(error) else unexpected(), request.scope)

    @app.exception_handler(PoolTimeoutError)
    async def _no_connection(request: Request, error: PoolTimeoutError) -> Response:
        log.error("no database connection is free", exc_info=error)
        return problem_response(_busy(), request.scope)

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> Response:
        log.error("unexpected error", exc_info=error)
        return problem_response(unexpected(), request.scope)


def integrity_problem(error: IntegrityError) -> Problem:
    """What the database refused to store, as a problem that does not repeat it."""
    text = str(error.orig)
    if "UNIQUE" in text or "23505" in text:
        return Problem("duplicate", "A record with the same defining fields exists already.")
    log.error("integrity error", exc_info=error)
    return Problem("malformed-body", "The record contradicts itself.")


def _busy() -> Problem:
    return Problem("busy", "Try again in a moment.", headers={"Retry-After": "1"})


def _of_validation(errors: Sequence[Any]) -> Problem:
    places = {error["loc"][0] for error in errors}
    if "body" in places:
        inside = [{**error, "loc": error["loc"][1:]} for error in errors if error["loc"][0] == "body"]
        return body_problem(inside)
    unknown = any(error["type"] == "extra_forbidden" for error in errors)
    return Problem(
        "unknown-parameter" if unknown else "bad-parameter",
        "See /docs for the parameters of this operation.",
        errors=[
            {
                "parameter": str(error["loc"][1]) if len(error["loc"]) > 1 else str(error["loc"][0]),
                "detail": "unknown parameter" if error["type"] == "extra_forbidden" else error["msg"],
            }
            for error in errors
        ],
    )
