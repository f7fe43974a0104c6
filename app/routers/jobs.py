"""Heavy work of a route: done in a worker process, until its deadline or until the client goes away."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from starlette.types import Receive

from app.problems import Problem
from app.workers import AbandonedError, BusyError, DeadlineError, Resource, WorkerDiedError, Workers

T = TypeVar("T")

JOB_PROBLEMS = ("deadline-exceeded", "memory-exceeded", "worker-died")
"""What an operation with a job can answer beside its own problems."""

NARROWING = ("state", "topic", "funder", "organization", "year_from")
"""Filters that make a network smaller."""


class Jobs:
    """The workers, for one request."""

    def __init__(self, workers: Workers, gone: threading.Event) -> None:
        """`gone` is set when the client goes away."""
        self._workers = workers
        self._gone = gone

    def run(
        self,
        function: Callable[..., T],
        /,
        *args: Any,
        resource: Resource | None = None,
        narrowing: Sequence[str] = NARROWING,
    ) -> T:
        """`Workers.run`, with problems for what goes wrong; `narrowing` are the parameters that would help."""
        try:
            return self._workers.run(function, *args, resource=resource, cancelled=self._gone.is_set)
        except (BusyError, AbandonedError) as error:
            # Who has gone away reads no answer: any will do.
            raise Problem("busy", "Try again in a moment.", headers={"Retry-After": "5"}) from error
        except DeadlineError as error:
            detail = "The answer was not computed in time. Ask for less, or again when there is less to do."
            raise Problem("deadline-exceeded", detail, errors=_would_help(narrowing)) from error
        except MemoryError as error:
            detail = "The answer cannot be computed in the memory that there is for one. Ask for less."
            raise Problem("memory-exceeded", detail, errors=_would_help(narrowing)) from error
        except WorkerDiedError as error:
            raise Problem("worker-died", "Try again. If it happens again, please report it.") from error


def _would_help(narrowing: Sequence[str]) -> list[dict[str, str]]:
    return [{"parameter": name, "detail": "would narrow it"} for name in narrowing]


async def _jobs(request: Request) -> AsyncIterator[Jobs]:
    gone = threading.Event()
    watch = asyncio.create_task(_watch(request.receive, gone))
    try:
        yield Jobs(request.app.state.workers, gone)
    finally:
        watch.cancel()
        await asyncio.wait([watch])


async def _watch(receive: Receive, gone: threading.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()


JobsDep = Annotated[Jobs, Depends(_jobs, scope="function")]
"""The workers, for one request. Ends before the answer is sent, which may have its own ear for the client."""
