"""Traces of requests by OpenTelemetry, where the environment names somebody who wants them.

FastAPI makes a span of each request that it answers, and sends them to `OTEL_EXPORTER_OTLP_ENDPOINT`; where there is no
such variable, nothing of this is even imported. Here is what it leaves to do: the answers that were kept, which pass
nothing of FastAPI; the ids by which a trace and the lines of the log find each other; and to keep what was asked for
out of what is sent away.
"""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode
from weakref import WeakSet

from fastapi.telemetry import TelemetryConfig
from opentelemetry import propagate, trace
from starlette.types import Scope

from app import __version__, logs

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import Span as RecordedSpan

__all__ = ["OF_FASTAPI", "Traces", "note_answer", "note_request"]

_UNTOLD = ("/healthz", "/readyz", "/metrics")
"""What is asked every few seconds and says nothing."""
_QUERY = "url.query"
_VERSION = "tejido.data_version"
_REQUEST = "tejido.request_id"
_SDK = "opentelemetry.sdk.trace"


def _is_untold(scope: Mapping[str, Any]) -> bool:
    return scope.get("path") in _UNTOLD


OF_FASTAPI: TelemetryConfig = {
    "auto_configure": True,
    "exclude": _is_untold,
    # /metrics has them, and those of kept answers too.
    "metrics": False,
    # A message may hold what a statement wrote.
    "logs": False,
}
"""What FastAPI does of it."""


class Traces:
    """Spans of the answers that were kept."""

    def __init__(self) -> None:
        """Make none yet."""
        self._tracer: trace.Tracer | None = None

    @property
    def are_on(self) -> bool:
        """Whether anybody wants them."""
        return self._tracer is not None

    def start(self) -> None:
        """Begin, if FastAPI has found in the environment that somebody wants them."""
        provider: Any = trace.get_tracer_provider()
        sdk = sys.modules.get(_SDK)
        if sdk is None or not isinstance(provider, sdk.TracerProvider):
            return
        if provider not in _discreet:
            _discreet.add(provider)
            provider.add_span_processor(_discretion())
        self._tracer = provider.get_tracer("tejido", __version__)

    def begin(self, scope: Scope, *, route: str, request_id: str, version: str) -> trace.Span | None:
        """A span of a request to which there is a kept answer; `end` ends it. The log gets the id of its trace."""
        if self._tracer is None:
            return None
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        span = self._tracer.start_span(
            f"{scope['method']} {route}",
            context=propagate.extract(headers),
            kind=trace.SpanKind.SERVER,
            attributes={
                "http.request.method": scope["method"],
                "http.route": route,
                "url.scheme": scope["scheme"],
                "url.path": scope["path"],
                _QUERY: scope["query_string"].decode("latin-1"),
                "tejido.cache": "hit",
                _VERSION: version,
                _REQUEST: request_id,
            },
        )
        logs.trace_id.set(trace.format_trace_id(span.get_span_context().trace_id))
        return span

    @staticmethod
    def end(span: trace.Span, status: int) -> None:
        """The answer is sent."""
        span.set_attribute("http.response.status_code", status)
        span.end()


def note_request(request_id: str) -> None:
    """Let the span of a request, if it has one, and the log know of each other."""
    span = trace.get_current_span()
    context = span.get_span_context()
    if context.is_valid:
        logs.trace_id.set(trace.format_trace_id(context.trace_id))
        span.set_attribute(_REQUEST, request_id)
    else:
        logs.trace_id.set("")


def note_answer(version: str | None) -> None:
    """Tell the span of a request of which data version the answer is."""
    span = trace.get_current_span()
    if version is not None and span.is_recording():
        span.set_attribute(_VERSION, version)


_discreet: WeakSet[Any] = WeakSet()
"""Providers of which no span tells what was asked for."""


def _discretion() -> Any:
    """What leaves of a query the names of its parameters alone, in every span."""
    from opentelemetry.sdk.trace import SpanProcessor  # noqa: PLC0415 - an extra, and here only where it is wanted

    class Discretion(SpanProcessor):
        def on_start(self, span: "RecordedSpan", parent_context: Any = None) -> None:  # noqa: ARG002
            query = (span.attributes or {}).get(_QUERY)
            if isinstance(query, str):
                names = [(name, "REDACTED") for name, _ in parse_qsl(query, keep_blank_values=True)]
                span.set_attribute(_QUERY, urlencode(names))

    return Discretion()
