"""Somebody who wants traces: takes what an exporter of OpenTelemetry sends to it."""

import gzip
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

_PATIENCE = 60


class Span:
    """What a span says."""

    def __init__(self, sent: Any, resource: dict[str, Any]) -> None:
        self.name: str = sent.name
        self.trace_id: str = sent.trace_id.hex()
        self.parent: str = sent.parent_span_id.hex()
        self.seconds = (sent.end_time_unix_nano - sent.start_time_unix_nano) / 1e9
        self.attributes = _attributes(sent.attributes)
        self.resource = resource


def _attributes(sent: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in sent}


class Collector:
    """A collector of traces (OTLP over HTTP) on a free port of 127.0.0.1."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                if self.path == "/v1/traces":
                    collector.take(body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take(self, body: bytes) -> None:
        """Keep what was sent."""
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            resource = _attributes(group.resource.attributes)
            self.spans += [Span(one, resource) for scope in group.scope_spans for one in scope.spans]

    def wait_for(self, is_it: Callable[[Span], bool], many: int = 1) -> list[Span]:
        """The spans of which that is true, as soon as there are so many."""
        end = time.monotonic() + _PATIENCE
        while len(found := [one for one in self.spans if is_it(one)]) < many:
            assert time.monotonic() < end, [one.name for one in self.spans]
            time.sleep(0.02)
        return found
