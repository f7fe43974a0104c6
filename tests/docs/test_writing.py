"""The page on writing, proven: its commands are typed in their order, and answered as it says."""

import json
import shlex
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from tests.docs.test_docs import DOCS, HERE, blocks

PAGE = DOCS / "writing.md"


def typed(client: TestClient, command: str) -> Response:
    """What a command of curl is answered; the key is that of the client."""
    words = iter(shlex.split(command.replace("\\\n", " "), comments=False))
    assert next(words) == "curl"
    method, headers, content, address = None, {}, None, ""
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "--json":
            content, method = next(words), method or "POST"
            headers["Content-Type"] = "application/json"
        else:
            address = word
    assert headers.pop("Authorization") == "Bearer $KEY"
    return client.request(method or "GET", address.removeprefix(HERE), headers=headers, content=content)


def commands() -> list[str]:
    return [block.strip() for block in blocks(PAGE, "sh")]


def test_the_commands_work_one_after_the_other(client: TestClient) -> None:
    answers = [typed(client, command) for command in commands()]
    assert [answer.status_code for answer in answers] == [201, 200, 204, 201, 200]
    created, changed, _, once, bulk = answers
    assert (created.headers["etag"], created.headers["location"]) == ('"r1"', "/v1/topics/river-water")
    assert changed.json()["note"] == "Checked against the source."
    again = typed(client, commands()[3])
    assert (again.content, again.headers["idempotent-replayed"]) == (once.content, "true")
    shown: Any = json.loads(blocks_within_lists()[0])
    assert bulk.json()["items"][2] == shown
    assert [item["status"] for item in bulk.json()["items"]] == [201, 201, 200, 204]


def blocks_within_lists() -> list[str]:
    """The results that the page shows, which stand indented below a line of a list."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.startswith('  {"index"')]
