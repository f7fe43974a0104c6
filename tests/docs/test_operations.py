"""The pages for operators, proven: what they tell to configure is taken by what it is for, and does what they say."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import yaml  # type: ignore[import-untyped]
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from app.settings import Settings
from tests.docs.test_docs import DOCS, ROOT, blocks, table_rows
from tests.support.keys import as_caller, bearer, client_of, key_for
from tests.support.ports import free_port
from tests.support.server import Server

PATIENCE = 60
METRICS = DOCS / "metrics.md"
DEPLOYMENT = DOCS / "deployment.md"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
SYSTEMD = shutil.which("systemd-analyze")


def described_metrics() -> dict[str, tuple[str, set[str]]]:
    """The metrics of the table: kind and labels."""
    found = {}
    for cells in table_rows(METRICS):
        if re.fullmatch(r"`(?:tejido|process)_[a-z_]+`", cells[0]):
            found[cells[0].strip("`")] = (cells[1], set(re.findall(r"`([a-z]+)`", cells[2])))
    return found


def exported_metrics(client: TestClient) -> dict[str, tuple[str, set[str]]]:
    """Those that the service tells."""
    text = client.get("/metrics").text
    found = {}
    for family in text_string_to_metric_families(text):
        labels = {name for sample in family.samples for name in sample.labels} - {"le"}
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found[name] = (family.type, labels)
    return found


def test_every_metric_is_described_with_its_labels_and_no_other_is(url: str) -> None:
    with client_of(url, "metrics", rate_limit_writes="1/minute") as client:
        anybody = as_caller(client)
        for _ in range(2):
            anybody.post("/v1/topics", json={})
        assert anybody.get("/v1/networks/funder-partner-state").status_code == 200
        assert client.app.state.workers.run(abs, -1) == 1  # type: ignore[attr-defined]
        exported = exported_metrics(client)
    assert exported == described_metrics()


def test_every_metric_that_is_asked_for_exists() -> None:
    text = METRICS.read_text(encoding="utf-8")
    histograms = {name for name, (kind, _) in described_metrics().items() if kind == "histogram"}
    known = set(described_metrics()) | {f"{name}_{part}" for name in histograms for part in ("bucket", "sum", "count")}
    rows = [cells[1] for cells in table_rows(METRICS) if cells[0].endswith("?")]
    assert len(rows) == 4
    rules = [rule for block in blocks(METRICS, "yaml") if "groups" in block for rule in yaml.safe_load(block)["groups"]]
    asked = rows + [one["expr"] for group in rules for one in group["rules"]]
    assert len(asked) == 8
    named = {name for one in asked for name in re.findall(r"\b(?:tejido|process)_[a-z_]+", one)}
    assert named <= known
    # Whatever Prometheus asks has processes.
    assert [one for one in asked if re.search(r'\bprocess_[a-z_]+(?!\w|\{job="tejido"\})', one)] == []
    assert "`tejido_http_requests_total`" in text


def test_the_configuration_of_prometheus_asks_for_what_there_is() -> None:
    (page,) = [yaml.safe_load(block) for block in blocks(METRICS, "yaml") if "scrape_configs" in block]
    (job,) = page["scrape_configs"]
    # Prometheus asks at /metrics, and sends credentials as Bearer, unless it is told otherwise.
    assert set(job) == {"job_name", "scheme", "authorization", "static_configs"}
    assert set(job["authorization"]) == {"credentials_file"}


def test_the_unit_of_systemd_starts_what_there_is(tmp_path: Path) -> None:
    (unit,) = [block for block in blocks(DEPLOYMENT, "ini") if "[Service]" in block]
    (started,) = re.findall(r"^ExecStart=/srv/tejido/\.venv/bin/python -m app\.cli (.*)$", unit, flags=re.MULTILINE)
    command, *options = started.split()
    shown = subprocess.run(
        [sys.executable, "-m", "app.cli", command, "--help"],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
        env={"COLUMNS": "200", "PATH": "", "PYTHONPATH": str(ROOT)},
    ).stdout  # fmt: skip
    assert [one for one in options if one.startswith("--") and one not in shown] == []
    if SYSTEMD is not None:
        here = unit.replace("/srv/tejido/.venv/bin/python", sys.executable).replace("/srv/tejido", str(ROOT))
        path = tmp_path / "tejido.service"
        path.write_text(here, encoding="utf-8")
        done = subprocess.run([SYSTEMD, "verify", str(path)], capture_output=True, text=True, check=False, timeout=60)
        told = [line for line in done.stderr.splitlines() if "tejido.service" in line]
        assert (told, done.returncode) == ([], 0), done.stderr


def test_the_containers_get_settings_that_the_service_takes() -> None:
    (page,) = [yaml.safe_load(block) for block in blocks(DEPLOYMENT, "yaml") if "services:" in block]
    service, database = page["services"]["tejido"], page["services"]["postgres"]
    given = {name.removeprefix("TEJIDO_").lower(): value for name, value in service["environment"].items()}
    settings = Settings(**given)
    assert settings.database_url.startswith("postgresql+pg8000://tejido:")
    assert settings.database_url.endswith("@postgres/tejido")
    assert database["environment"]["POSTGRES_USER"] == "tejido"
    assert set(page["volumes"]) == {one.split(":")[0] for one in database["volumes"]}
    exposed = re.findall(r"^EXPOSE ([0-9]+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert service["ports"] == [f"127.0.0.1:8000:{exposed[0]}"]


# --- the proxy -----------------------------------------------------------------------------------------------------


@contextmanager
def proxied(server: Server, folder: Path) -> Iterator[str]:
    """The address of nginx in front of a service, as the page has it, but without TLS and on a free port."""
    assert NGINX is not None
    whole, under_a_path = blocks(DEPLOYMENT, "nginx")
    site = re.sub(r"^ *(?:ssl_certificate|ssl_certificate_key) .*\n", "", whole, flags=re.MULTILINE)
    site = site.replace("127.0.0.1:8000", server.address.removeprefix("http://"))
    site = site.replace("listen 443 ssl;", f"listen unix:{folder}/nginx.sock;\n    listen 127.0.0.1:PORT;")
    site = site.rstrip().removesuffix("}") + under_a_path + "}\n"
    # It starts as whoever runs the tests, and goes on as that.
    user = "user root;\n" if os.geteuid() == 0 else ""
    head = f"{user}error_log {folder}/error.log;\npid {folder}/nginx.pid;\ndaemon off;\nworker_processes 1;\n"
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    port = free_port()
    config.write_text(
        f"{head}events {{}}\nhttp {{\naccess_log off;\n{places}{site.replace('PORT', str(port))}}}\n", encoding="utf-8"
    )
    process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(config)], stderr=subprocess.PIPE)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            httpx.get(f"{address}/healthz", timeout=PATIENCE)
        except httpx.TransportError:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end
            time.sleep(0.05)
        else:
            return


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_nginx_in_front_passes_on_what_the_page_says(url: str, tmp_path: Path) -> None:
    writing, watching = bearer(key_for(url, "write")), bearer(key_for(url, "metrics"))
    elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
    with (
        Server(url, tmp_path, rate_limit_reads="30/minute", rate_limit_writes="") as server,
        proxied(server, tmp_path) as address,
        httpx.Client(base_url=address, timeout=PATIENCE) as client,
        httpx.Client(base_url=address, timeout=PATIENCE, transport=elsewhere) as other,
    ):
        # Entity tags and compression are the service's.
        whole = client.get("/v1/states", headers={"Accept-Encoding": "gzip"})
        assert (whole.status_code, whole.headers["content-encoding"]) == (200, "gzip")
        assert whole.headers["etag"].endswith('~gzip"')
        assert not whole.headers["etag"].startswith("W/")
        tag = {"If-None-Match": whole.headers["etag"], "Accept-Encoding": "gzip"}
        assert client.get("/v1/states", headers=tag).status_code == 304
        assert whole.headers["strict-transport-security"].startswith("max-age=")
        assert "server" in whole.headers

        # The metrics are for those nearby who have a key.
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers=watching).status_code == 200
        assert other.get("/metrics", headers=watching).status_code == 403

        # A stream comes as it is made.
        with client.stream("GET", "/v1/changes", headers={"Accept": "text/event-stream"}) as stream:
            lines = stream.iter_lines()
            body = {"label_en": "Seen", "label_es": "Visto"}
            made = other.post("/v1/topics", json={"id": "seen", **body}, headers=writing)
            assert made.status_code == 201
            assert made.headers["location"] == "/v1/topics/seen"
            found = next(line for line in lines if line.startswith("data:") and "topic:seen" in line)
            assert json.loads(found.removeprefix("data:"))

        # Under a path.
        under = client.post("/tejido/v1/topics", json={"id": "under", **body}, headers=writing)
        assert (under.status_code, under.headers["location"]) == (201, "/tejido/v1/topics/under")
        assert client.get(under.headers["location"]).json()["id"] == "under"
        assert client.get("/tejido/v1/topics?limit=1").headers["link"].startswith("<?")

        # Files are large, other bodies are not.
        large = b"x" * 12_000_000
        assert client.post("/v1/topics", content=large, headers=writing).status_code == 413
        answer = client.post("/v1/imports", files={"file": ("large.json", large)}, headers=writing)
        assert answer.headers["content-type"] == "application/problem+json" or answer.status_code == 202, answer.text

        # Each client is counted by itself, whatever it says of itself.
        codes = [client.get("/v1/states", headers={"X-Forwarded-For": f"10.0.0.{n}"}).status_code for n in range(70)]
        assert codes[-1] == 429
        assert other.get("/v1/states").status_code == 200
    assert "Traceback" not in server.log
