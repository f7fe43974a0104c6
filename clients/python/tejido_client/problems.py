"""What can go wrong, as exceptions: every one is a `TejidoError`, and what the service refused is a `Problem`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from tejido_client.types import ProblemError

__all__ = [
    "Changed",
    "Conflict",
    "Forbidden",
    "Gone",
    "KeyRefused",
    "NotFound",
    "NotReached",
    "Problem",
    "TejidoError",
    "TooManyRequests",
    "Unavailable",
    "problem_of",
    "retry_after",
]


class TejidoError(Exception):
    """Anything that this package raises while it speaks with a service."""


class NotReached(TejidoError):  # noqa: N818 - says what happened
    """No answer came: the service is away, or the connection to it broke or timed out. `__cause__` says how."""


class Problem(TejidoError):  # noqa: N818 - the word of RFC 9457
    """What the service answered instead of what was asked for (RFC 9457); docs/problems.md tells of every kind."""

    def __init__(self, response: httpx.Response, told: Mapping[str, Any]) -> None:
        self.status: int = response.status_code
        """Status of HTTP."""
        self.type: str = str(told.get("type", "about:blank"))
        """Stable name of the kind of problem, as an address that does not answer."""
        self.kind: str = self.type.rpartition("/")[2]
        """Its last part: `unknown-parameter`, `changed-meanwhile` …"""
        self.title: str = str(told.get("title", response.reason_phrase))
        """The kind of problem in words."""
        self.detail: str = str(told.get("detail", ""))
        """What it is in this case."""
        self.errors: list[ProblemError] = list(told.get("errors", ()))
        """Each thing that is wrong: a `pointer` into the body or the name of a `parameter`, and a `detail`."""
        self.request_id: str = str(told.get("request_id", response.headers.get("x-request-id", "")))
        """What leads to the line in the service's log."""
        self.retry_after: float | None = retry_after(response)
        """Seconds after which the service says to try again."""
        self.members: dict[str, Any] = dict(told)
        """All that the service told; some kinds tell more than others."""
        super().__init__(self.status, self.type)

    def __str__(self) -> str:
        """Everything that helps, in one line."""
        places = [f"{one.get('pointer') or one.get('parameter') or '?'}: {one['detail']}" for one in self.errors]
        told = f"{self.status} {self.kind}: {self.title}. {self.detail}".strip()
        return f"{told} [{'; '.join(places)}]" if places else told


class KeyRefused(Problem):
    """401: a key is needed, or the one that was sent opens nothing."""


class Forbidden(Problem):
    """403: the key may not do this."""


class NotFound(Problem):
    """404: there is no such record, edge or address."""


class Gone(NotFound):
    """410: the record was deleted."""


class Conflict(Problem):
    """409: what is there already stands against it."""


class Changed(Problem):
    """412: somebody was faster. Read the record again, look at what is new, and send the change with its revision."""


class TooManyRequests(Problem):
    """429: still so after all repetitions."""


class Unavailable(Problem):
    """503: busy, away, or too slow; still so after all repetitions."""


_BY_STATUS: dict[int, type[Problem]] = {
    401: KeyRefused,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    412: Changed,
    429: TooManyRequests,
    503: Unavailable,
}


def problem_of(response: httpx.Response) -> Problem:
    """The exception for an answer that is not the one asked for; its body has been read."""
    told: Any = None
    if response.headers.get("content-type", "").partition(";")[0] == "application/problem+json":
        try:
            told = response.json()
        except ValueError:
            told = None
    return _BY_STATUS.get(response.status_code, Problem)(response, told if isinstance(told, dict) else {})


def retry_after(response: httpx.Response) -> float | None:
    """Seconds that `Retry-After` names, if it does; Tejido counts them, a proxy in front may name a moment."""
    text = response.headers.get("retry-after", "")
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
