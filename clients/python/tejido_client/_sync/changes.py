# Written by tools/client_sync.py from _async: `make clients`.
"""What changed, and what changes as it happens."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Unpack

import httpx

from tejido_client import types as t
from tejido_client._sync.lists import Listing
from tejido_client._sync.wire import Wire
from tejido_client.calls import LOST, Call, get, next_since, path_of
from tejido_client.events import Event, EventParser

__all__ = ["Changes", "Events"]

_SILENCE = 45.0
"""Seconds without a sign of life, which the service gives every 15, after which a stream is taken for lost."""


class Events:
    """Changes as they happen, without end. A connection that is lost is taken up where it broke off.

    It ends with `NotReached` or a `Problem` where the service stays away for longer than the client is patient; `place`
    then says where to follow on.
    """

    def __init__(self, wire: Wire, call: Call, since: str | None) -> None:
        self._wire = wire
        self._call = call
        self._parser = EventParser(since)

    @property
    def place(self) -> str | None:
        """Where the stream has got to: `api.changes.follow(since=events.place)` goes on from there."""
        return self._parser.place

    def __iter__(self) -> Iterator[Event]:
        """Each event, as it comes."""
        while True:
            self._parser.begin()
            headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": self.place} if self.place else {})
            patience = httpx.Timeout(self._wire.http.timeout.connect, read=_SILENCE)
            response = self._wire.send(replace(self._call, headers=headers), is_streamed=True, patience=patience)
            try:
                for text in response.iter_text():
                    yield from self._parser.feed(text)
            except LOST:
                pass  # What follows is the same as after an orderly end.
            finally:
                response.close()
            time.sleep(self._parser.pause)


class Changes:
    """The change feed."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list(self, **filters: Unpack[t.ListChanges]) -> Listing[t.ChangeRead, t.ChangePage]:
        """What changed, oldest first; its pages also tell of amendments."""
        return Listing(self._wire, path_of("changes"), filters, next_since)

    def follow(
        self, since: str | None = None, *, kind: str | Sequence[str] | None = None, record: str | None = None
    ) -> Events:
        """What changes from now on, or what has changed since a version or place and then on."""
        call = get(path_of("changes"), {"format": "events", "kind": kind, "record": record}, is_timeless=True)
        return Events(self._wire, call, since)
