"""Rate limits: how often one caller may ask, counted in this process or in a Redis that several share.

The window slides and is two counters: the present window's, and the one's before, weighted by how much of it still
lies within the last so many seconds. A fixed window would let twice the limit through at its edge; a list of every
request's time would grow with the limit, which is what an attacker fills. Two numbers a caller are bounded.
"""

import ipaddress
import logging
import math
import threading
import time
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, NamedTuple, Protocol, cast

import anyio
from limits import RateLimitItem, parse_many
from limits.errors import StorageError
from limits.storage import RedisStorage, storage_from_string
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.middleware import problem_response
from app.problems import Problem

__all__ = ["Hit", "Limiter", "RateLimits", "address_group", "check_limit", "check_storage"]

Clock = Callable[[], float]

log = logging.getLogger("tejido")

_LIMITLESS = ("/healthz", "/readyz", "/metrics", "/assets/")
"""Beginnings of addresses that are not counted: a supervisor asks often, and assets cost nothing."""
_LARGEST = 1_000_000_000
"""Largest number of requests in a limit."""
_LONGEST = 366 * 86400
"""Longest window in seconds."""
_READS = ("GET", "HEAD", "OPTIONS")
_MOST_IDENTITIES = 50_000
"""Callers counted at a time, for each length of window: some 20 MB."""
_PATIENCE = 0.25
"""Seconds that a storage has for one step."""
_DEADLINE = 1.0
"""Seconds that a storage has for all of one hit, name resolution included."""
_REST = 5.0
"""Seconds for which a storage that failed is not asked again."""
_QUIET = 60.0
"""Seconds between two lines of the log about a storage that is away."""
_THREADS = 8
"""Requests that may wait for the storage at a time; threads of their own, so that computations cannot hold them up."""


class Hit(NamedTuple):
    """What one request left of a limit."""

    allowed: bool
    limit: int
    window: int
    """Length of the window in seconds."""
    remaining: int
    reset: float
    """Seconds until the window ends; where the request is refused, until another one is allowed."""
    counted: bool = True
    """False where the storage is away, so that nothing is known and everything allowed."""

    @property
    def retry_after(self) -> int:
        """Whole seconds after which another request is allowed."""
        return math.floor(self.reset) + 1

    def fields(self, policy: str) -> dict[str, str]:
        """The header fields of draft-ietf-httpapi-ratelimit-headers, for a policy of that name."""
        told = {"ratelimit-policy": f'"{policy}";q={self.limit};w={self.window}'}
        if self.counted:
            seconds = math.ceil(self.reset) if self.allowed else self.retry_after
            told["ratelimit"] = f'"{policy}";r={self.remaining};t={seconds}'
        return told


class _Limit(NamedTuple):
    """A limit such as `300/minute`."""

    amount: int
    window: int
    item: RateLimitItem


class _Counts(NamedTuple):
    """The two counters of a caller after a request."""

    allowed: bool
    before: int
    before_left: float
    """Seconds until the one before is forgotten."""
    present: int
    present_left: float
    """Seconds until the present one is: it is kept for one window more, in which it is the one before."""


class _Counters(Protocol):
    """Where requests are counted."""

    def count(self, limit: _Limit, identity: tuple[str, ...]) -> _Counts:
        """Count a request, if it is allowed."""
        ...

    def close(self) -> None:
        """Close the connections, if there are any."""
        ...


class Limiter:
    """Counts requests against limits such as `300/minute`; may be called from any thread.

    A storage that is away fails no request: for a few seconds everything is allowed, then it is asked again.
    """

    def __init__(self, storage_url: str = "memory://", clock: Clock = time.monotonic) -> None:
        """`clock` gives seconds; a shared storage counts by its own clock."""
        self.is_remote = storage_url != "memory://"
        """Whether it takes a while to count, because the storage is across a network."""
        self._counters: _Counters = _Shared(storage_url) if self.is_remote else _Own(clock)
        self._asked_again = -math.inf
        self._logged = -math.inf
        self._threads: anyio.CapacityLimiter | None = None
        self.refused: Counter[str] = Counter()
        """What was limited -> how many requests were refused for it."""

    def hit(self, limit: str, *identity: str) -> Hit:
        """Count a request of that identity; blocks for as long as the storage takes, which has a bound."""
        parsed = _parsed(limit)
        if self.is_remote and time.monotonic() < self._asked_again:
            return _uncounted(parsed)
        try:
            counts = self._counters.count(parsed, identity)
        except (StorageError, OSError, ValueError) as error:
            self._rest(error)
            return _uncounted(parsed)
        return _hit(parsed, counts)

    async def hit_soon(self, limit: str, *identity: str) -> Hit:
        """The same, for an event loop: it is not held up by a storage across the network."""
        if not self.is_remote:
            return self.hit(limit, *identity)
        self._threads = self._threads or anyio.CapacityLimiter(_THREADS)
        with anyio.move_on_after(_DEADLINE):
            return await anyio.to_thread.run_sync(
                self.hit, limit, *identity, limiter=self._threads, abandon_on_cancel=True
            )
        self._rest(TimeoutError())
        return _uncounted(_parsed(limit))

    def close(self) -> None:
        """Close the connections to the storage, if it has any."""
        self._counters.close()

    def _rest(self, error: Exception) -> None:
        now = time.monotonic()
        self._asked_again = now + _REST
        if now >= self._logged + _QUIET:
            self._logged = now
            # Not the message, nor where the storage is: its URL may hold a password.
            log.warning("the rate limits' storage is away (%s): nothing is limited", type(error).__name__)


class RateLimits:
    """Keeps one caller from taking the service from the others: so many requests a time, and so many at once.

    A caller is a key, or for requests without one the client's address. Stands inside of what finds the caller.
    """

    def __init__(self, app: ASGIApp, *, limiter: Limiter, reads: str, writes: str, at_once: int) -> None:
        """Wrap an application; an empty limit is none."""
        self.app = app
        self.limiter = limiter
        self.limits = {"reads": reads, "writes": writes}
        self.at_once = at_once
        self.present: Counter[tuple[str, str]] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"].startswith(_LIMITLESS):
            await self.app(scope, receive, send)
            return
        identity = _identity(scope)
        fields: dict[str, str] = {}
        policy = "reads" if scope["method"] in _READS else "writes"
        if limit := self.limits[policy]:
            hit = await self.limiter.hit_soon(limit, policy, *identity)
            fields = hit.fields(policy)
            if not hit.allowed:
                self.limiter.refused[policy] += 1
                await _refuse(f"The limit is {limit} for {policy}.", hit.retry_after, fields)(scope, receive, send)
                return
        if self.present[identity] >= self.at_once:
            self.limiter.refused["at-once"] += 1
            await _refuse(f"{self.at_once} of your requests are being answered.", 1, fields)(scope, receive, send)
            return

        async def send_with_fields(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(fields)
            await send(message)

        self.present[identity] += 1
        try:
            await self.app(scope, receive, send_with_fields if fields else send)
        finally:
            self.present[identity] -= 1
            if not self.present[identity]:
                del self.present[identity]


def _identity(scope: Scope) -> tuple[str, str]:
    """Whom a request is counted for."""
    caller = scope.get("state", {}).get("caller")
    if caller is not None and caller.name != "anonymous":
        return "key", caller.name
    return "address", address_group(scope["client"][0] if scope.get("client") else None)


def _refuse(detail: str, seconds: int, fields: dict[str, str]) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        problem = Problem("too-many-requests", detail, headers={"Retry-After": str(seconds), **fields})
        await problem_response(problem, scope)(scope, receive, send)

    return answer


@lru_cache(maxsize=64)
def _parsed(limit: str) -> _Limit:
    """A limit such as `300/minute` or `5 per 2 hours`; ValueError where it is none."""
    items = parse_many(limit)
    if len(items) != 1 or not 1 <= items[0].amount <= _LARGEST or not 1 <= items[0].get_expiry() <= _LONGEST:
        raise ValueError("more than one limit, or one that is out of bounds")
    return _Limit(items[0].amount, items[0].get_expiry(), items[0])


def check_limit(limit: str) -> str:
    """The limit, if it is one or empty; ValueError if not."""
    if limit:
        try:
            _parsed(limit)
        except ValueError:
            raise ValueError("write a number of requests and a time, as in 300/minute, or nothing") from None
    return limit


def check_storage(url: str) -> str:
    """The storage's URL, if there can be such a storage; ValueError if not."""
    if url == "memory://":
        return url
    if not url.startswith(("redis://", "rediss://", "redis+unix://")):
        raise ValueError("write memory://, or the URL of a Redis: redis://, rediss:// or redis+unix://")
    if find_spec("redis") is None:
        raise ValueError("Redis needs a package more; install requirements/redis.txt, or tejido[redis]")
    try:
        _Shared(url)
    except ValueError:
        raise ValueError("not the URL of a Redis") from None
    return url


@lru_cache(maxsize=4096)
def address_group(address: str | None) -> str:
    """Whom an address stands for: itself, or the /64 of an IPv6 address, of which one household has 2^64."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), 64), strict=False))


class _Own:
    """The two counters of each caller, in this process.

    The library's own memory storage starts a thread that looks through every caller at almost every hit, forgets no
    caller of a moving window, and has neither a bound nor a clock that can be set.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        # Amount and window -> caller -> [number of the window, count before, present count], longest unused first.
        self._rows: defaultdict[tuple[int, int], OrderedDict[tuple[str, ...], list[int]]] = defaultdict(OrderedDict)

    def count(self, limit: _Limit, identity: tuple[str, ...]) -> _Counts:
        """Count a request, if it is allowed."""
        amount, window, _ = limit
        number, passed = divmod(self._clock(), window)
        left = window - passed
        with self._lock:
            rows = self._rows[amount, window]
            row = rows.get(identity)
            if row is None or row[0] != number:
                row = self._row(rows, identity, int(number))
            else:
                rows.move_to_end(identity)
            _, before, present = row
            allowed = before * left / window + present < amount
            if allowed:
                row[2] = present = present + 1
        return _Counts(allowed, before, left, present, left + window)

    def close(self) -> None:
        """There is nothing to close."""

    @staticmethod
    def _row(rows: OrderedDict[tuple[str, ...], list[int]], identity: tuple[str, ...], number: int) -> list[int]:
        """A caller's counters, brought up to the present window."""
        earlier = rows.pop(identity, None)
        before = earlier[2] if earlier is not None and earlier[0] == number - 1 else 0
        rows[identity] = row = [number, before, 0]
        while len(rows) > 1:
            oldest = next(iter(rows))
            if len(rows) <= _MOST_IDENTITIES and rows[oldest][0] >= number - 1:
                break
            del rows[oldest]
        return row


class _Shared:
    """The two counters of each caller, in a Redis."""

    def __init__(self, url: str) -> None:
        # Imported here: it is an extra that only those install who share limits among processes.
        from redis.backoff import NoBackoff  # noqa: PLC0415
        from redis.retry import Retry  # noqa: PLC0415

        options: dict[str, Any] = {
            "key_prefix": "tejido",
            "wrap_exceptions": True,
            "socket_timeout": _PATIENCE,
            "socket_connect_timeout": _PATIENCE,
            # It would try three times, with seconds between.
            "retry": Retry(NoBackoff(), 0),
        }
        self._storage = cast("RedisStorage", storage_from_string(url, **options))

    def count(self, limit: _Limit, identity: tuple[str, ...]) -> _Counts:
        """Count a request, if it is allowed."""
        key = limit.item.key_for(*identity)
        allowed = self._storage.acquire_sliding_window_entry(key, limit.amount, limit.window)
        return _Counts(allowed, *self._storage.get_sliding_window(key, limit.window))

    def close(self) -> None:
        """Close the connections."""
        self._storage.storage.close()


def _hit(limit: _Limit, counts: _Counts) -> Hit:
    """The arithmetic of the two counters: how much is left, and until when."""
    amount, window, _ = limit
    allowed, before, before_left, present, present_left = counts
    ends = present_left - window if present else before_left if before else float(window)
    remaining = max(0, amount - math.floor(before * before_left / window + present))
    reset = max(0.0, ends)
    if not allowed:
        remaining = 0
        if present < amount and before:
            # before * (before_left - t) / window + present < amount, solved for t
            reset = max(0.0, before_left - (amount - present) * window / before)
    return Hit(allowed, amount, window, remaining, reset)


def _uncounted(limit: _Limit) -> Hit:
    amount, window, _ = limit
    return Hit(allowed=True, limit=amount, window=window, remaining=amount, reset=float(window), counted=False)
