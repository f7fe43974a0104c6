"""Answers that made-up requests had found to be other than the OpenAPI document says."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from openapi_schema_validator import OAS31Validator

LISTS = ("tools", "projects", "organizations")


@pytest.mark.parametrize("path", LISTS)
def test_a_field_that_is_sorted_by_twice_counts_where_it_stands_first(seeded: TestClient, path: str) -> None:
    once = seeded.get(f"/v1/{path}?sort=-id&limit=3").json()
    twice = seeded.get(f"/v1/{path}?sort=-id,id,-id&limit=3")
    assert (twice.status_code, twice.json()["items"]) == (200, once["items"])
    following = seeded.get(f"/v1/{path}?sort=-id,id&limit=3&cursor={twice.json()['next']}")
    again = seeded.get(f"/v1/{path}?sort=-id&limit=3&cursor={once['next']}")
    assert following.json()["items"] == again.json()["items"]


def test_weights_of_ties_that_are_not_asked_for_combine_nothing(seeded: TestClient) -> None:
    plain = seeded.get("/v1/networks/coalitions?tie=topic").json()
    weighted = seeded.get("/v1/networks/coalitions?tie=topic&weights=project:2")
    assert weighted.status_code == 200
    assert (weighted.json()["nodes"], weighted.json()["edges"]) == (plain["nodes"], plain["edges"])


def test_the_document_tells_of_citations_and_of_json_for_other_tools(seeded: TestClient) -> None:
    document: dict[str, Any] = seeded.get("/openapi.json").json()
    content = document["paths"]["/v1/networks/coalitions"]["get"]["responses"]["200"]["content"]
    for format_ in ("node-link", "citation", "cytoscape", "geojson"):
        answer = seeded.get("/v1/networks/coalitions", params={"format": format_})
        schema = content[answer.headers["content-type"].partition(";")[0]]["schema"]
        validator = OAS31Validator({**schema, "components": document["components"]})
        assert list(validator.iter_errors(answer.json())) == [], format_
