"""Requests become traces where the environment names a collector, and tell it nothing that is not its business."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.support.collector import Collector, Span
from tests.support.keys import bearer, key_for
from tests.support.server import Server

pytestmark = pytest.mark.long_on_postgresql

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SECRET_WORDS = "dientes-de-sable"


def is_request(span: Span) -> bool:
    """Whether it is a whole request, no step of one."""
    return "http.request.method" in span.attributes


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Collector:
    """A collector that the environment names."""
    made = Collector()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", made.address)
    monkeypatch.setenv("OTEL_SERVICE_NAME", "tejido-of-a-test")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
    return made


@pytest.mark.parametrize("workers", [1, 2])
def test_made_and_kept_answers_are_traced_with_route_and_data_version(
    url: str, tmp_path: Path, collector: Collector, workers: int
) -> None:
    key = key_for(url, "write")
    many = 12
    with collector, Server(url, tmp_path, workers=workers, log_form="json") as server:
        address = f"{server.address}/v1/states?name={SECRET_WORDS}"
        with httpx.Client(timeout=60) as client:
            client.get(f"{server.address}/healthz")
            ids, version = [], ""
            for _ in range(many):
                answer = client.get(f"{server.address}/v1/search?q={SECRET_WORDS}", headers={"traceparent": PARENT})
                assert answer.status_code == 200
                ids.append((answer.headers["X-Request-ID"], answer.headers["Cache-Status"]))
                version = answer.headers["Data-Version"]
            refused = client.get(address, headers=bearer(key))
            assert refused.status_code == 400
            assert client.get(f"{server.address}/v1/topics/nothing", headers=bearer(key)).status_code == 404
        spans = collector.wait_for(is_request, many + 2)
        assert server.stop() == 0
    assert len(spans) == many + 2
    found = {span.attributes["tejido.request_id"]: span for span in spans}
    for request, cached in ids:
        span = found[request]
        assert span.name == "GET /v1/search"
        assert span.trace_id == PARENT.split("-")[1]
        assert span.parent == PARENT.split("-")[2]
        assert span.attributes["http.route"] == "/v1/search"
        assert span.attributes["http.response.status_code"] == 200
        assert span.attributes["tejido.data_version"] == version
        assert span.attributes["url.query"] == "q=REDACTED"
        assert span.attributes.get("tejido.cache") == ("hit" if "hit" in cached else None)
        assert span.resource["service.name"] == "tejido-of-a-test"
        assert 0 < span.seconds < 30
    assert sum("hit" in cached for _, cached in ids) >= many - workers
    assert found[refused.headers["X-Request-ID"]].attributes["http.response.status_code"] == 400
    told = json.dumps([span.attributes for span in collector.spans])
    assert SECRET_WORDS not in told
    assert key not in told
    # The log has the trace of every request, and the trace its request.
    lines = [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]
    by_request = {line["request_id"]: line for line in lines if line["logger"] == "uvicorn.access"}
    for request, span in found.items():
        assert by_request[request]["trace_id"] == span.trace_id
    (health,) = [line for line in by_request.values() if line["path"] == "/healthz"]
    assert "trace_id" not in health
    assert "Traceback" not in server.log


def test_a_collector_that_is_away_fails_no_request(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, collector: Collector
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    with collector:
        pass
    with Server(url, tmp_path) as server:
        for _ in range(3):
            assert httpx.get(f"{server.address}/v1/states", timeout=60).status_code == 200
        server.stop()


PROGRAM = """
import sys
from fastapi.testclient import TestClient
from app.main import create_app
with TestClient(create_app()) as client:
    for _ in range(2):
        assert client.get("/v1/states").status_code == 200
print(sorted(name for name in sys.modules if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter"))))
"""


def test_where_nobody_wants_traces_nothing_of_it_is_imported(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEJIDO_DATABASE_URL", url)
    done = subprocess.run([sys.executable, "-W", "error", "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
