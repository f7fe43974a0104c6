"""The live stream of changes: read in parts of any size, and taken up again where it broke off."""

import threading
from collections.abc import Iterator
from itertools import islice

import httpx
import pytest
from tejido_client import NotReached, Problem, Retries, Tejido
from tejido_client.events import Event, EventParser

from tests.clients.conftest import Service

STREAM = (
    "retry: 1500\n\n"
    ": alive\n\n"
    'id: 2.0\ndata: {"ref": "topic:á"}\n\n'
    'event: amendment\ndata: {"version": "v3",\ndata:  "first": "v1", "last": "v2"}\n\n'
    "event: news\nid: 2.5\ndata: {}\n\n"
    'id:3.0\nevent: message\ndata:{"ref": "topic:\u2028b"}\n\n'
    "id: v3\n\n"
    'data: {"ref": "half'
)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_events_are_read_however_they_are_cut(size: int, end: str) -> None:
    text = STREAM.replace("\n", end)
    parser = EventParser("v1")
    found: list[Event] = []
    for start in range(0, len(text), size):
        found += parser.feed(text[start : start + size])
    assert [event.place for event in found] == ["2.0", "2.0", "3.0"]
    assert [event.change and event.change["ref"] for event in found] == ["topic:á", None, "topic:\u2028b"]
    assert found[1].amendment == {"version": "v3", "first": "v1", "last": "v2"}
    assert (parser.place, parser.pause) == ("v3", 1.5)


class Breaking(httpx.HTTPTransport):
    """Breaks each stream off after its first so many events."""

    def __init__(self, events: int) -> None:
        self.events = events
        self.taken_up: list[str | None] = []
        super().__init__()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it on, and cut what comes; not compressed, so that it can be."""
        request.headers["Accept-Encoding"] = "identity"
        response = super().handle_request(request)
        if response.headers["content-type"].startswith("text/event-stream"):
            self.taken_up.append(request.headers.get("last-event-id"))
            response.stream = Cut(response.stream, self.events)
        return response


class Cut(httpx.SyncByteStream):
    """The first so many events of a stream, and a failure."""

    def __init__(self, whole: object, events: int) -> None:
        assert isinstance(whole, httpx.SyncByteStream)
        self._whole = whole
        self._left = events

    def __iter__(self) -> Iterator[bytes]:
        """Its parts."""
        for part in self._whole:
            for block in part.split(b"\n\n"):
                yield block + b"\n\n"
                self._left -= b"data:" in block
                if self._left == 0:
                    msg = "cut"
                    raise httpx.ReadError(msg)

    def close(self) -> None:
        """Close the whole."""
        self._whole.close()


def test_a_stream_that_breaks_off_is_taken_up_where_it_was(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    transport = Breaking(2)
    with Tejido(service.address, key=service.key, transport=transport) as api:
        start = api.about()["data_version"]
        for number in range(5):
            name = f"streamed-{number}"
            api.topics.create({"id": name, "label_en": name, "label_es": name})
        monkeypatch.setattr("tejido_client._sync.changes.time.sleep", lambda _: None)
        events = api.changes.follow(since=start, kind="topic")
        found = list(islice(events, 5))
        assert [event.change and event.change["ref"] for event in found] == [
            f"topic:streamed-{number}" for number in range(5)
        ]
        assert transport.taken_up == [start, found[1].place, found[3].place]
        assert [event.change for event in found] == list(api.changes.list(since=start))
        # What a program has seen to the end it can go on from later.
        later = next(iter(api.changes.follow(since=found[2].place)))
        assert later == found[3]


def test_changes_come_as_they_happen(service: Service) -> None:
    with Tejido(service.address, key=service.key) as api:
        found: list[Event] = []
        is_listening = threading.Event()

        def listen() -> None:
            found.extend(islice(events, 2))

        events = api.changes.follow()
        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        # The service tells the place at once; what is written from then on comes.
        while events.place is None and listener.is_alive():
            is_listening.wait(0.02)
        place = events.place
        made = api.topics.create({"id": "live", "label_en": "Live", "label_es": "En vivo"})
        api.topics.delete(made)
        listener.join(30)
        assert not listener.is_alive()
    assert [event.change and event.change["action"] for event in found] == ["create", "delete"]
    with Tejido(service.address) as api:
        assert [event.change for event in found] == list(api.changes.list(since=place))


def test_a_stream_ends_where_the_service_stays_away() -> None:
    answered = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal answered
        answered += 1
        if answered == 1:
            return httpx.Response(200, text='retry: 0\n\nid: 7.0\ndata: {"ref": "topic:x"}\n\n')
        assert request.headers["last-event-id"] == "7.0"
        msg = "away"
        raise httpx.ConnectError(msg)

    with Tejido("http://tejido.example", transport=httpx.MockTransport(answer), retries=Retries(2, backoff=0)) as api:
        events = api.changes.follow()
        with pytest.raises(NotReached):
            list(events)
        assert (events.place, answered) == ("7.0", 1 + 3)


def test_a_stream_that_is_refused_is_a_problem(api: Tejido) -> None:
    with pytest.raises(Problem) as raised:
        next(iter(api.changes.follow(since="v99999")))
    assert raised.value.kind == "bad-parameter"
