# Written by tools/client_sync.py from _async: `make clients`.
"""Organizations that may be the same."""

from typing import Unpack

from tejido_client import types as t
from tejido_client._sync.lists import Listing
from tejido_client._sync.wire import Wire
from tejido_client.calls import change, create, path_of

__all__ = ["Duplicates"]


class Duplicates:
    """Candidates, and what was said of them; `api.organizations.merge` makes two of them one."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list(self, **filters: Unpack[t.ListDuplicates]) -> Listing[t.Duplicate, t.DuplicatePage]:
        """Pairs that may be the same, best first, with the reasons."""
        return Listing(self._wire, path_of("duplicates"), filters)

    def distinct(self, **filters: Unpack[t.ListDistinct]) -> Listing[t.DistinctRead, t.DistinctPage]:
        """Pairs of which somebody said that they are not the same."""
        return Listing(self._wire, path_of("duplicates", "distinct"), filters, is_timeless=True)

    def say_distinct(self, first: str, second: str, *, idempotency_key: str | None = None) -> t.DistinctRead:
        """Say that two organizations are not the same."""
        call = create(path_of("duplicates", "distinct"), {"organizations": [first, second]}, idempotency_key)
        told: t.DistinctRead = self._wire.json(call)
        return told

    def take_back(self, first: str, second: str) -> None:
        """Take back that they are not."""
        self._wire.send(change("DELETE", path_of("duplicates", "distinct", first, second)))
