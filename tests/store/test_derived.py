"""What follows from other rows: who pays in the end, and which states a counted group leaves unnamed."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from app.history.view import present_view
from app.models.nouns import BY_KIND
from app.store.database import Database
from app.store.derived import effective_funders

Body = dict[str, Any]


def post(client: TestClient, path: str, body: Body) -> Body:
    made = client.post(f"/v1/{path}", json=body)
    assert made.status_code == 201, made.text
    answer: Body = made.json()
    return answer


@pytest.fixture
def family(empty: TestClient) -> TestClient:
    """Three generations of projects, two funders, and an unnamed party."""
    for one in ("f1", "f2", "r"):
        post(empty, "organizations", {"id": one, "name": one, "kind": "ngo", "basis": "stated"})
    post(empty, "unnamed-parties", {"id": "u", "description": "a donor", "kind": "funder"})
    body = {"kind": "program", "project_status": "ongoing", "basis": "stated"}
    for one, parent in (("top", None), ("middle", "top"), ("leaf", "middle"), ("other", None)):
        post(empty, "projects", body | {"id": one, "title": one, "parent": parent})
    return empty


def pay(client: TestClient, project: str, **fields: Any) -> None:
    post(client, "funding", {"project": project, "basis": "stated"} | fields)


def funder(client: TestClient, project: str) -> tuple[str, list[str], list[str], str | None]:
    found = client.get(f"/v1/projects/{project}").json()["effective_funder"]
    return found["status"], found["organizations"], found["parties"], found["inherited_from"]


def test_without_any_funding_the_funder_is_unknown(family: TestClient) -> None:
    assert funder(family, "leaf") == ("unknown", [], [], None)


def test_a_projects_own_funder_is_its_effective_funder(family: TestClient) -> None:
    pay(family, "leaf", funder="f1")
    assert funder(family, "leaf") == ("known", ["f1"], [], None)
    assert funder(family, "middle") == ("unknown", [], [], None)


def test_a_funder_is_inherited_from_the_nearest_ancestor_that_has_one(family: TestClient) -> None:
    pay(family, "top", funder="f1")
    assert funder(family, "leaf") == ("known", ["f1"], [], "top")
    pay(family, "middle", funder="f2")
    assert funder(family, "leaf") == ("known", ["f2"], [], "middle")
    assert funder(family, "middle") == ("known", ["f2"], [], None)
    assert funder(family, "top") == ("known", ["f1"], [], None)
    assert funder(family, "other") == ("unknown", [], [], None)


def test_a_funding_row_that_names_no_funder_is_passed_over(family: TestClient) -> None:
    pay(family, "leaf", recipient="r", amount="5", currency="USD")
    assert funder(family, "leaf") == ("unknown", [], [], None)
    pay(family, "top", funder="f1")
    assert funder(family, "leaf") == ("known", ["f1"], [], "top")


def test_an_unnamed_funder_counts_as_a_funder(family: TestClient) -> None:
    pay(family, "top", funder="f1")
    pay(family, "middle", funder_party="u")
    assert funder(family, "leaf") == ("known", [], ["u"], "middle")


def test_several_funders_are_all_named_once_and_in_order(family: TestClient) -> None:
    for one in ("f2", "f1", "f2"):
        pay(family, "leaf", funder=one)
    pay(family, "leaf", funder_party="u")
    assert funder(family, "leaf") == ("known", ["f1", "f2"], ["u"], None)


def test_money_that_only_passed_through_a_project_does_not_fund_it(family: TestClient) -> None:
    post(family, "funding", {"project": "other", "through_project": "leaf", "funder": "f1", "basis": "stated"})
    assert funder(family, "leaf") == ("unknown", [], [], None)


def test_lists_say_the_same_as_single_records(family: TestClient) -> None:
    pay(family, "top", funder="f1")
    pay(family, "other", funder_party="u")
    for item in family.get("/v1/projects").json()["items"]:
        assert item["effective_funder"] == family.get(f"/v1/projects/{item['id']}").json()["effective_funder"]


def test_a_ring_of_parents_does_not_hang_the_service(empty_url: str, family: TestClient) -> None:
    """The API refuses rings; should one get in, looking upwards still ends."""
    database = Database(empty_url)
    table = BY_KIND["project"].sql
    keys = {row["id"]: row["pk"] for row in _rows(database, table)}
    with database.write_schema() as connection:
        connection.execute(update(table).where(table.c.id == "top").values(parent_pk=keys["leaf"]))
    with database.read() as connection:
        found = effective_funders(present_view(connection), list(keys.values()))
    database.close()
    assert {one["status"] for one in found.values()} == {"unknown"}


def _rows(database: Database, table: Any) -> list[Any]:
    with database.read() as connection:
        return list(connection.execute(table.select()).mappings())


def test_the_18_grants_of_the_first_data_set_have_their_funder(seeded: TestClient) -> None:
    projects = seeded.get("/v1/projects?limit=500").json()["items"]
    grants = [one for one in projects if one["id"].startswith("ned2020-")]
    assert len(grants) == 18
    assert {tuple(one["effective_funder"]["organizations"]) for one in grants} == {("ned",)}
    assert all(one["effective_funder"]["status"] in ("known", "unknown") for one in projects)
    for one in projects:
        inherited = one["effective_funder"]["inherited_from"]
        assert inherited is None or inherited in {other["id"] for other in projects}


def test_a_state_group_says_how_many_states_it_leaves_unnamed(family: TestClient) -> None:
    for public_id, inegi in (("MX-NLE", "19"), ("MX-SON", "26"), ("MX-JAL", "14")):
        post(family, "states", {"id": public_id, "inegi": inegi, "name": public_id})
    group = {"project": "leaf", "label": "partner states", "role": "target"}
    post(family, "state-groups", group | {"id": "g", "count": 2})
    post(family, "state-groups", group | {"id": "h"})

    def counted(one: str) -> tuple[list[str], list[str], int | None]:
        found = family.get(f"/v1/state-groups/{one}").json()
        return found["named"], found["excluded"], found["unnamed_count"]

    assert counted("g") == ([], [], 2)
    assert counted("h") == ([], [], None)
    row = {"project": "leaf", "role": "target", "state_group": "g", "basis": "stated"}
    post(family, "project-states", row | {"state": "MX-SON", "membership": "named"})
    post(family, "project-states", row | {"state": "MX-JAL", "membership": "excluded"})
    assert counted("g") == (["MX-SON"], ["MX-JAL"], 1)
    post(family, "project-states", row | {"state": "MX-NLE", "membership": "named"})
    assert counted("g") == (["MX-NLE", "MX-SON"], ["MX-JAL"], 0)
