"""What the tests of the API share: bodies that can be created, problems that have their one shape."""

import re
from collections.abc import Mapping
from functools import cache
from itertools import count
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import func, select
from sqlmodel import SQLModel

from app.models.noun import Noun, Values
from app.models.nouns import BY_KIND
from app.problems import BASE, TITLES
from app.store.seed import seed_rows

_numbers = count(1)

_MEMBERS = {"type", "title", "status", "detail", "errors", "request_id"}
GIVEN_UP = "MX-AGU"
"""The state number 01, which tests delete in order to create one: all 32 numbers are taken."""
_EXTRA = {
    "referred-to": {"referred_to_by", "referred_to_by_total"},
    "missing-scope": {"scope"},
    "undo-refused": {"reasons", "reasons_total"},
    "bulk-refused": {"refused"},
    "merge-refused": {"reasons", "reasons_total"},
}


def problem(response: Response, kind: str | None = None) -> dict[str, Any]:
    """The body of a problem, once it is sure that it has the one shape, and is of the kind expected."""
    assert response.headers["content-type"] == "application/problem+json", response.text[:300]
    body: dict[str, Any] = response.json()
    found = body["type"].removeprefix(BASE)
    assert kind is None or found == kind, body
    assert found in TITLES, found
    assert (body["status"], body["title"]) == TITLES[found]
    assert response.status_code == body["status"]
    assert set(body) == _MEMBERS | _EXTRA.get(found, set())
    assert body["detail"]
    for error in body["errors"]:
        assert set(error) in ({"pointer", "detail"}, {"parameter", "detail"})
        assert re.fullmatch(r"(/.*)?", error.get("pointer", ""), re.DOTALL)
        assert error["detail"]
    assert body["request_id"] == response.headers["x-request-id"]
    assert response.headers["cache-control"] == "no-store"
    assert "Traceback" not in response.text
    assert 'File "' not in response.text
    return body


def pointers(response: Response, kind: str) -> list[str]:
    """The JSON pointers that a problem names."""
    return [error["pointer"] for error in problem(response, kind)["errors"]]


def version(client: TestClient) -> int:
    """The data version."""
    return int(client.get("/v1/states?limit=1").headers["data-version"].removeprefix("v"))


def rows(client: TestClient) -> dict[str, int]:
    """Table -> number of rows, history and log with them."""
    database = client.app.state.database  # type: ignore[attr-defined]
    counts = [
        select(func.count()).select_from(table).scalar_subquery().label(table.name)
        for table in SQLModel.metadata.sorted_tables
    ]
    with database.read() as connection:
        return dict(connection.execute(select(*counts)).mappings().one())


@cache
def _free_pairs(kind: str, first: str, second: str) -> list[Values]:
    """Pairs of references that no record of the kind has in the first data set."""
    seed = list(seed_rows())
    columns = [[row["id"] for noun, row in seed if noun.kind == name] for name in (first, second)]
    taken = {(row.get(first), row.get(second)) for noun, row in seed if noun.kind == kind}
    return [
        {first: one, second: two}
        for two in columns[1]
        for one in columns[0]
        if (one, two) not in taken and two != GIVEN_UP
    ]


def _pair(kind: str, first: str, second: str, number: int) -> Values:
    pairs = _free_pairs(kind, first, second)
    return pairs[number % len(pairs)]


def fresh(noun: Noun, **changes: Any) -> Values:
    """A minimal body that can be created in the first data set: the noun's example, under a new id."""
    number = next(_numbers)
    body = {name: value for name, value in noun.example.items() if name != "citations"}
    body["id"] = f"new-{noun.kind.replace('_', '-')}-{number}"
    own: Mapping[str, Values] = {
        "state": {"id": f"MX-{_letters(number)}", "inegi": "01"},
        "organization_relation": {"subject": None, "subject_name": f"Program {number}"},
        "participation": _pair("participation", "project", "organization", number),
        "project_state": {"role": "context", **_pair("project_state", "project", "state", number)},
        "collaboration_member": _pair("collaboration_member", "collaboration", "organization", number),
        "citation": {"cue": f"new words {number}"},
        "place": {"inegi": None},
    }
    body |= own.get(noun.kind, {})
    return {name: value for name, value in (body | changes).items() if value is not None}


def _letters(number: int) -> str:
    """Three letters with which no state's code begins."""
    return "WX"[number // 26**2 % 2] + "".join(chr(65 + number // 26**place % 26) for place in (1, 0))


def create(client: TestClient, kind: str, **changes: Any) -> Values:
    """Create a record from `fresh`, and return it."""
    noun = BY_KIND[kind]
    response = client.post(f"/v1/{noun.path}", json=fresh(noun, **changes))
    assert response.status_code == 201, response.text
    made: Values = response.json()
    return made


def has(sent: Any, got: Any) -> bool:
    """Whether an answer has all that was sent; what was left out may stand there with its default."""
    if isinstance(sent, dict):
        return isinstance(got, dict) and all(name in got and has(value, got[name]) for name, value in sent.items())
    if isinstance(sent, list):
        return isinstance(got, list) and len(sent) == len(got) and all(map(has, sent, got))
    return bool(sent == got)
