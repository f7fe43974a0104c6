"""Organizations that may be the same."""

from typing import Unpack

from tejido_client import types as t
from tejido_client._async.lists import AsyncListing
from tejido_client._async.wire import AsyncWire
from tejido_client.calls import change, create, path_of

__all__ = ["AsyncDuplicates"]


class AsyncDuplicates:
    """Candidates, and what was said of them; `api.organizations.merge` makes two of them one."""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    def list(self, **filters: Unpack[t.ListDuplicates]) -> AsyncListing[t.Duplicate, t.DuplicatePage]:
        """Pairs that may be the same, best first, with the reasons."""
        return AsyncListing(self._wire, path_of("duplicates"), filters)

    def distinct(self, **filters: Unpack[t.ListDistinct]) -> AsyncListing[t.DistinctRead, t.DistinctPage]:
        """Pairs of which somebody said that they are not the same."""
        return AsyncListing(self._wire, path_of("duplicates", "distinct"), filters, is_timeless=True)

    async def say_distinct(self, first: str, second: str, *, idempotency_key: str | None = None) -> t.DistinctRead:
        """Say that two organizations are not the same."""
        call = create(path_of("duplicates", "distinct"), {"organizations": [first, second]}, idempotency_key)
        told: t.DistinctRead = await self._wire.json(call)
        return told

    async def take_back(self, first: str, second: str) -> None:
        """Take back that they are not."""
        await self._wire.send(change("DELETE", path_of("duplicates", "distinct", first, second)))
