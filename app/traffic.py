"""Requests, counted and timed, in plain numbers that `app.metrics` reads: a kept answer takes microseconds."""

from collections import defaultdict
from collections.abc import Callable
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["NO_ROUTE", "NO_STATUS", "Measured", "Traffic"]

NO_ROUTE = "none"
"""The route of a request that came to none: an unknown address, or one that was refused before."""
NO_STATUS = "none"
"""The status of a request that was not answered: the client went away."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS", "PUT"})
_OTHER = "other"
"""Whatever else a client may write there: it must not make a row of its own each time."""


def _untold(method: str, route: str, seconds: float) -> None:
    """Nobody wants to know."""


class Traffic:
    """The requests of one process."""

    def __init__(self) -> None:
        """Begin with none."""
        self.answered: defaultdict[tuple[str, str, object], int] = defaultdict(int)
        """Method, route and status -> how many there were."""
        self.in_flight = 0
        """Requests that the application is answering now."""
        self.kept_seconds = 0.0
        """Time that the kept answers took, all together."""
        self.timed: Callable[[str, str, float], None] = _untold
        """Told of the method, the route and the time of each answer that had to be made."""

    def keep(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer that was kept."""
        self.answered[method, route, status] += 1
        self.kept_seconds += seconds


class Measured:
    """Counts and times each request that it lets through. Stands inside of the cache, which counts what it answers."""

    def __init__(self, app: ASGIApp, traffic: Traffic) -> None:
        """Wrap an application."""
        self.app = app
        self.traffic = traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        is_stream = False

        async def send_on(message: Message) -> None:
            nonlocal is_stream
            if message["type"] == "http.response.start":
                state["status"] = message["status"]
                is_stream = any(
                    name == b"content-type" and value.startswith(b"text/event-stream")
                    for name, value in message["headers"]
                )
            await send(message)

        self.traffic.in_flight += 1
        started = perf_counter()
        try:
            await self.app(scope, receive, send_on)
        finally:
            self.traffic.in_flight -= 1
            method = scope["method"] if scope["method"] in _METHODS else _OTHER
            route = state.get("route", NO_ROUTE)
            self.traffic.answered[method, route, state.get("status", NO_STATUS)] += 1
            # A stream of events takes as long as somebody listens.
            if not is_stream:
                self.traffic.timed(method, route, perf_counter() - started)
