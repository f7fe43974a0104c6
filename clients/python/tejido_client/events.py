"""Server-sent events, as the live stream of changes brings them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tejido_client.types import AmendmentRead, ChangeRead

__all__ = ["Event", "EventParser"]

_LINE_END = re.compile(r"\r\n|\n|\r(?!\Z)")
"""A carriage return that is the last of a part may be half a line end."""


@dataclass(frozen=True)
class Event:
    """A change, or an amendment: past versions that lost something. Exactly one of the two is there."""

    place: str | None
    """Where to take the stream up again after it: `api.changes.follow(since=event.place)`."""
    change: ChangeRead | None = None
    amendment: AmendmentRead | None = None


class EventParser:
    """Takes the text of a stream in parts of any size, and keeps the place where the stream has got to."""

    def __init__(self, place: str | None) -> None:
        self.place = place
        """Id of what came last."""
        self.pause = 2.0
        """Seconds after which the service wants a client back that lost the stream."""
        self.begin()

    def begin(self) -> None:
        """Forget what is half told: a new connection begins."""
        self._rest = ""
        self._data: list[str] = []
        self._kind = ""
        self._id: str | None = None

    def feed(self, text: str) -> Iterator[Event]:
        """The events that this part completes."""
        *lines, self._rest = _LINE_END.split(self._rest + text)
        for line in lines:
            if line:
                self._take(line)
            elif (event := self._complete()) is not None:
                yield event

    def _take(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._kind = value
        elif name == "id":
            self._id = value
        elif name == "retry" and value.isdigit():
            self.pause = int(value) / 1000

    def _complete(self) -> Event | None:
        data, kind, self.place = "\n".join(self._data), self._kind, self.place if self._id is None else self._id
        self._data, self._kind, self._id = [], "", None
        if not data:
            return None
        told: Any = json.loads(data)
        if kind == "amendment":
            return Event(self.place, amendment=told)
        # Events of kinds that this release does not know are passed over.
        return Event(self.place, change=told) if kind in {"", "message"} else None
