"""What is read from the database is not asked again whether it is of the documented type: it is, to the last byte."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from app.models.noun import Noun
from app.models.nouns import NOUNS
from app.store.records import include_names


@pytest.fixture
def documented(seeded: TestClient) -> Callable[[str], Any]:
    """The documented type of an operation's answer."""
    app = seeded.app
    assert isinstance(app, FastAPI)
    routes = {one.operation_id: one for one in iter_route_contexts(app.routes) if hasattr(one, "operation_id")}
    return lambda operation: routes[operation].response_model


def as_documented(documented: Any, text: str) -> str:
    """The answer as the documented type reads and writes it."""
    written: str = documented.model_validate_json(text).model_dump_json()
    return written


@pytest.mark.parametrize(
    "address",
    [
        "organizations?works_in=MX-NLE&certainty=certain,possible&q=a",
        "organizations?limit=3&sort=-name",
        "projects?state=MX-NLE&certainty=certain,possible&include=total,funding",
        "projects?nationwide=true",
        "funding?year_from=2015&year_to=2024&include=project",
        "collaborations?organization=usaid",
        "organizations?q=nothing+such",
        "organizations?as_of=v1&limit=7",
    ],
)
def test_lists_of_some_records_are_too(seeded: TestClient, documented: Callable[[str], Any], address: str) -> None:
    page = seeded.get(f"/v1/{address}")
    assert as_documented(documented(f"list_{address.partition('?')[0]}"), page.text) == page.text


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.kind)
@pytest.mark.parametrize("includes", [False, True])
def test_lists_and_records_are_what_the_documented_types_would_write(
    seeded: TestClient, documented: Callable[[str], Any], noun: Noun, includes: bool
) -> None:
    asked = {"include": ",".join(include_names(noun))} if includes else {}
    total = {"include": ",".join([*include_names(noun), "total"])} if includes else {}
    page = seeded.get(f"/v1/{noun.path}", params={"limit": 500, **total})
    assert page.status_code == 200, page.text
    of_lists, of_records = documented(f"list_{noun.path.replace('-', '_')}"), documented(f"get_{noun.kind}")
    assert as_documented(of_lists, page.text) == page.text
    assert page.json()["items"]
    for one in page.json()["items"][:10]:
        record = seeded.get(f"/v1/{noun.path}/{one['id']}", params=asked)
        assert as_documented(of_records, record.text) == record.text
