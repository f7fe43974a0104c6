"""`Idempotency-Key`: a POST that is sent again, because its answer got lost, does not create twice.

A route that creates takes `IdempotentDep`, and answers with `once.answer(connection, make)` inside its transaction.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.exceptions import ResponseValidationError
from fastapi.routing import APIRoute
from sqlalchemy import Connection

from app.problems import Problem
from app.routers.common import CallerDep, DatabaseDep, SettingsDep
from app.store.idempotency import Answer, Sent, digest_of, find_answer, keep_answer

IDEMPOTENCY_PROBLEMS = ("idempotency-key-reused",)
"""The problems that a route with `IdempotentDep` has beside its own."""
REPLAYED_HEADERS: dict[str, Any] = {
    "Idempotent-Replayed": {
        "description": "true: the answer that the same request with the same Idempotency-Key was given before.",
        "schema": {"type": "string"},
    }
}
"""What a route with `IdempotentDep` has in the headers of its answer beside its own."""

IdempotencyKey = Annotated[
    str | None,
    Header(
        description="A key of your own for this request, a random one: sent again with it, the request is answered "
        "as before and creates nothing again.",
        examples=["2c1f6a52-6a0c-4d0e-9a53-6f0d7f3c9b1e"],
        # \Z would be right, but JSON Schema has the $ of JavaScript, which is the same for a single line.
        pattern="^[!-~]{1,255}$",
    ),
]


class Once:
    """A request that creates something, and its key, if it has one."""

    def __init__(self, request: Request, sent: Sent | None, *, hours: float) -> None:
        """`hours`: for how long answers are kept."""
        self._route: APIRoute = request.scope["route"]
        self._clock = request.app.state.database.clock
        self._sent = sent
        self._kept = timedelta(hours=hours)

    def answer(self, connection: Connection, make: Callable[[Response], Any]) -> Response:
        """What the request was answered before, or what `make` returns, in the type and with the status of the route.

        `make` sets headers as a route does. The connection is that of the write, whose transaction the answer joins. A
        problem is not kept: the request may be mended and sent again with its key.
        """
        now = self._clock()
        found = find_answer(connection, self._sent, after=now - self._kept) if self._sent else None
        if found:
            return _response(found, {"Idempotent-Replayed": "true"})
        response = Response()
        body = self._json(make(response))
        headers = [(name, value) for name, value in response.headers.items() if name != "content-length"]
        made = Answer(self._route.status_code or 200, [*headers, ("content-type", "application/json")], body)
        if self._sent:
            keep_answer(connection, self._sent, made, at=now, after=now - self._kept)
        return _response(made, {})

    def _json(self, value: Any) -> bytes:
        """The bytes that FastAPI would make of what the route returns, before the transaction ends and not after."""
        field = self._route.response_field
        if field is None:
            raise TypeError("a route that answers once has a response_model")
        checked, errors = field.validate(value, {}, loc=("response",))
        if errors:
            raise ResponseValidationError(errors=errors)
        return field.serialize_json(checked)


async def _once(
    request: Request,
    caller: CallerDep,
    database: DatabaseDep,
    settings: SettingsDep,
    idempotency_key: IdempotencyKey = None,
) -> Once:
    sent = None
    if idempotency_key is not None:
        if len(request.headers.getlist("idempotency-key")) > 1:
            raise _wrong("bad-parameter", "one key for a request")
        address = [request.url.path.encode(), request.scope["query_string"]]
        digest = digest_of(database.secret, request.method.encode(), *address, await request.body())
        sent = Sent(caller.name, idempotency_key, digest)
    return Once(request, sent, hours=settings.idempotency_hours)


def unrepeatable(why: str) -> Any:
    """For a route whose answer is not kept: refuses an `Idempotency-Key`, so that nobody relies on it."""

    async def never(request: Request) -> None:
        if "idempotency-key" in request.headers:
            raise _wrong("unknown-parameter", f"not taken here: {why}")

    return Depends(never)


def _wrong(kind: str, detail: str) -> Problem:
    errors = [{"parameter": "idempotency-key", "detail": detail}]
    return Problem(kind, "See /docs for the parameters of this operation.", errors=errors)


def _response(answer: Answer, extra: dict[str, str]) -> Response:
    response = Response(answer.body, status_code=answer.status, headers=extra)
    for name, value in answer.headers:
        response.headers.append(name, value)
    return response


IdempotentDep = Annotated[Once, Depends(_once)]
"""For a route that creates: what came before with the same `Idempotency-Key`."""
