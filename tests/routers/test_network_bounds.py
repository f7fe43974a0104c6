"""What one answer may hold and look at: beyond it a problem says how much there is, and which filters would help."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.conftest import Backend
from tests.routers.asking import problem


def client_of(backend: Backend, **limits: Any) -> Iterator[TestClient]:
    """The first data set behind a service with these limits."""
    url = backend.copy("seeded")
    with TestClient(create_app(Settings(database_url=url, **limits)), raise_server_exceptions=False) as client:
        yield client
    backend.drop(url)


@pytest.fixture(scope="module")
def one_project(backend: Backend) -> Iterator[TestClient]:
    """A service that looks at one project for one answer."""
    yield from client_of(backend, max_projects=1)


@pytest.fixture(scope="module")
def one_edge(backend: Backend) -> Iterator[TestClient]:
    """A service whose answers hold one edge, or next to nothing."""
    yield from client_of(backend, max_edges=1)


def helping(body: dict[str, Any]) -> list[str]:
    """The parameters that a problem names."""
    return [error["parameter"] for error in body["errors"]]


@pytest.mark.parametrize(
    "path",
    [
        "flows",
        "ego/org:documenta",
        "measures",
        "timeline",
        "timeline?network=coalitions",
        "suggestions?organization=accountability-lab-mexico",
        "paths?from=usaid&to=slp-intercultural-university&through=projects",
    ],
)
def test_a_question_about_too_many_projects_names_the_filters_that_are_not_given(
    one_project: TestClient, path: str
) -> None:
    body = problem(one_project.get(f"/v1/networks/{path}"), "too-large-network")
    assert "projects, one answer may look at 1." in body["detail"]
    assert {"state", "topic", "year_from"} <= set(helping(body))
    since = f"{path}{'&' if '?' in path else '?'}year_from=1990&certainty=certain,possible"
    assert "year_from" not in helping(problem(one_project.get(f"/v1/networks/{since}"), "too-large-network"))


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("coverage", "max_ids"),
        ("compare?a=funder:ned&b=funder:usaid", "a"),
        ("withdrawal?funder=ned", "state"),
        ("suggestions?organization=dialogo-y-movimiento", "limit"),
        ("diff?before=year_to:2019&after=year_from:2020", "before"),
        ("ego/org:ned?depth=2", "depth"),
    ],
)
def test_an_answer_that_would_be_too_long_names_what_would_shorten_it(
    one_edge: TestClient, path: str, parameter: str
) -> None:
    body = problem(one_edge.get(f"/v1/networks/{path}"), "too-large-network")
    assert helping(body)[0] == parameter
    assert " 1 " in body["detail"] or " 5 " in body["detail"]


@pytest.mark.parametrize("path", ["organizations/accountability-lab-mexico", "states/MX-NLE"])
def test_a_page_about_something_with_too_many_projects_says_where_to_go_on(one_project: TestClient, path: str) -> None:
    body = problem(one_project.get(f"/v1/{path}/profile"), "too-large-network")
    assert "one answer may look at 1." in body["detail"]
    assert "/v1/projects?" in body["errors"][0]["detail"]


def test_the_money_of_too_many_rows_is_refused(one_edge: TestClient) -> None:
    problem(one_edge.get("/v1/funding?include=total"), "too-many-included")
    assert one_edge.get("/v1/funding?include=total&funder=iri").status_code == 200


def test_a_coverage_of_counts_holds_whatever_there_is(seeded: TestClient) -> None:
    whole = seeded.get("/v1/networks/coverage").json()
    cut = seeded.get("/v1/networks/coverage?max_ids=1").json()
    assert cut["query"]["max_ids"] == 1
    assert cut["status"] == whole["status"]
    for one, other in zip(whole["rows"], cut["rows"], strict=True):
        assert other["total"]["certain_count"] == len(one["total"]["certain"])
        assert other["total"]["certain"] == one["total"]["certain"][:1]
