"""The drawing parts on a page of their own, under the rules of the explorer's page."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Page

EXPLORER = Path(__file__).resolve().parents[2] / "app" / "explorer"
HARNESS = Path(__file__).parent / "harness"
SHAPES = json.loads((EXPLORER / "page" / "parts" / "states.json").read_text(encoding="utf-8"))

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "worker-src 'self'; font-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class _Files(SimpleHTTPRequestHandler):
    """The harness at /, and beside it what the explorer serves."""

    def translate_path(self, path: str) -> str:
        name = path.partition("?")[0].strip("/")
        served = name.startswith(("page/", "vendor/"))
        return str((EXPLORER if served else HARNESS) / (name or "index.html"))

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: a test that fails says what it missed."""


@contextmanager
def served_harness() -> Iterator[str]:
    """The address of the page."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Files) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def made_up(count: int) -> dict[str, Any]:
    """A network of this many nodes, as the service gives it with format=graphology: the same each time.

    A twentieth are funders, some give to very many; each organization works in one to three states.
    """
    chance = random.Random(count)
    funders = [f"org:funder-{number}" for number in range(max(count // 20, 1))]
    partners = [f"org:partner-{number}" for number in range(count - len(funders) - len(SHAPES["states"]))]
    nodes = [
        *(
            {"key": key, "attributes": {"label": key[4:], "kind": "organization", "roles": key[4:].partition("-")[0]}}
            for key in [*funders, *partners]
        ),
        *({"key": f"state:{code}", "attributes": {"label": code, "kind": "state"}} for code in SHAPES["states"]),
    ]
    edges = []
    for partner in partners:
        if chance.random() < 0.02:
            continue
        # Squared, so that the first have most.
        gives = {funders[int(chance.random() ** 2 * len(funders))] for _ in range(chance.choice([1, 1, 2]))}
        works = {chance.choice(list(SHAPES["states"])) for _ in range(chance.choice([0, 1, 1, 2]))}
        for source, relation, target in [
            *((funder, "funds", partner) for funder in sorted(gives)),
            *((partner, "works_in", f"state:{code}") for code in sorted(works)),
        ]:
            certainty = chance.choices(["certain", "possible", "nationwide"], [18, 1, 1])[0]
            attributes = {"relation": relation, "weight": chance.randint(1, 5), "certainty": certainty}
            edge = {"key": f"{source}~{relation}~{target}", "source": source, "target": target}
            edges.append({**edge, "attributes": attributes})
    return {"options": {"type": "directed"}, "attributes": {}, "nodes": nodes, "edges": edges}


def ready(page: Page, query: str = "") -> None:
    """Open the page, and return when the parts are loaded."""
    page.goto(f"/{query}")
    page.locator("body[data-ready]").wait_for(state="attached")
