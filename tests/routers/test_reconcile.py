"""The Reconciliation API 0.2: its shapes, what it finds, and when it is sure."""

import json
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from app.exchange.reconciling import MOST_QUERIES, PROPERTIES
from tests.conftest import Backend
from tests.routers.asking import pointers, problem
from tests.routers.test_duplicates import organization
from tests.support.keys import as_caller, client_of

Json = dict[str, Any]

TEXT = {"type": "string"}
TYPE = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": TEXT, "name": TEXT, "broader": {"type": "array"}},
}
ID_OR_TYPE = {"oneOf": [{"type": "object", "required": ["id"], "properties": {"id": TEXT, "name": TEXT}}, TEXT]}
WITH_ID = {"type": "string", "pattern": r".*\{\{id\}\}.*"}
SERVICE = {
    "type": "object",
    "properties": {
        "service_url": TEXT,
        "service_path": TEXT,
        "flyout_service_url": TEXT,
        "flyout_service_path": {"type": "string", "pattern": r".*\$\{id\}.*"},
    },
}
MANIFEST = {
    "type": "object",
    "required": ["versions", "name", "identifierSpace", "schemaSpace"],
    "properties": {
        "versions": {"type": "array", "items": TEXT, "contains": {"enum": ["0.2"]}},
        "name": TEXT,
        "identifierSpace": TEXT,
        "schemaSpace": TEXT,
        "documentation": TEXT,
        "serviceVersion": TEXT,
        "logo": TEXT,
        "batchSize": {"type": "integer", "minimum": 1},
        "authentication": {
            "type": "object",
            "required": ["type", "name", "in"],
            "properties": {"type": {"enum": ["apiKey"]}, "in": {"enum": ["header", "query"]}, "name": TEXT},
        },
        "view": {"type": "object", "required": ["url"], "properties": {"url": WITH_ID}},
        "defaultTypes": {"type": "array", "items": TYPE, "uniqueItems": True},
        "suggest": {"type": "object", "properties": dict.fromkeys(("entity", "property", "type"), SERVICE)},
        "preview": {
            "type": "object",
            "required": ["url", "width", "height"],
            "properties": {"url": WITH_ID, "width": {"type": "integer"}, "height": {"type": "integer"}},
        },
        "extend": {
            "type": "object",
            "properties": {"propose_properties": SERVICE, "property_settings": {"type": "array"}},
        },
    },
}
CANDIDATE = {
    "type": "object",
    "required": ["id", "name", "score"],
    "properties": {
        "id": TEXT,
        "name": TEXT,
        "description": TEXT,
        "score": {"type": "number"},
        "match": {"type": "boolean"},
        "type": {"type": "array", "items": ID_OR_TYPE},
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"id": TEXT, "value": {"oneOf": [{"type": "boolean"}, {"type": "number"}]}},
            },
        },
    },
}
RESULTS = {
    "type": "object",
    "patternProperties": {
        "^.*$": {
            "type": "object",
            "required": ["result"],
            "properties": {"result": {"type": "array", "items": CANDIDATE}},
        }
    },
}
SUGGESTIONS = {
    "type": "object",
    "required": ["result"],
    "properties": {
        "result": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "name"],
                "properties": {
                    "id": TEXT,
                    "name": TEXT,
                    "description": TEXT,
                    "notable": {"type": "array", "items": ID_OR_TYPE},
                },
            },
        }
    },
}
CELL = {
    "oneOf": [
        {"type": "object", "additionalProperties": False, "required": [name], "properties": {name: {"type": type_}}}
        for name, type_ in (("str", "string"), ("float", "number"), ("int", "integer"))
    ]
    + [
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["id", "name"],
            "properties": {"id": TEXT, "name": TEXT, "description": TEXT},
        }
    ]
}
EXTENSION = {
    "type": "object",
    "required": ["rows", "meta"],
    "properties": {
        "meta": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "name"],
                "properties": {"id": TEXT, "name": TEXT, "type": {"type": "object", "required": ["id"]}},
            },
        },
        "rows": {
            "type": "object",
            "patternProperties": {
                ".*": {"type": "object", "patternProperties": {".*": {"type": "array", "items": CELL}}}
            },
        },
    },
}
"""The schemas of the specification, in our words."""


def valid(schema: Json, answer: Any) -> Any:
    """The body of an answer, once it fits the schema."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    Draft7Validator(schema).validate(answer.json())
    return answer.json()


def ask(client: TestClient, **queries: Json) -> dict[str, list[Json]]:
    answer = client.post("/reconcile", data={"queries": json.dumps(queries)})
    return {key: found["result"] for key, found in valid(RESULTS, answer).items()}


def matched(candidates: list[Json]) -> list[str]:
    return [one["id"] for one in candidates if one["match"]]


@pytest.fixture(scope="module")
def world(backend: Backend) -> Any:
    """Organizations with namesakes, a state, a project; a secret one."""
    with client_of(backend.copy("migrated"), "write") as client:
        client.post("/v1/states", json={"id": "MX-NLE", "name": "Nuevo León", "inegi": "19"}).raise_for_status()
        number = {"scheme": "US-EIN", "value": "941655673"}
        organization(
            client, "clara", "Fundación Agua Clara, A.C.", country="MX", country_basis="stated", state="MX-NLE",
            identifiers=[number], names=[{"text": "Clear Water", "kind": "translation", "language": "en"}],
            website="https://agua.example/", acronym="FAC",
        )  # fmt: skip
        organization(client, "twin-mx", "Casa de Luz", country="MX", country_basis="stated")
        organization(client, "twin-co", "Casa de Luz", country="CO", country_basis="stated", kind="company")
        organization(client, "luna", "Luna Nueva", kind="funder")
        organization(client, "luna-alta", "Luna Nueva Alta y Grande de Muchas Palabras")
        body = {
            "id": "wells",
            "title": "Wells of Light",
            "kind": "grant",
            "project_status": "unknown",
            "basis": "stated",
        }
        client.post("/v1/projects", json=body | {"start_date": "2020"}).raise_for_status()
        for name in ("f1", "f2"):
            row = {"id": name, "funder": "luna", "recipient": "clara", "project": "wells", "basis": "stated"}
            client.post("/v1/funding", json=row).raise_for_status()
        keeper = as_caller(client, "write", "restricted")
        organization(keeper, None, "Refugio Escondido", visibility="restricted")
        yield client


def test_the_manifest_tells_what_there_is(world: TestClient) -> None:
    manifest = valid(MANIFEST, world.get("/reconcile"))
    assert manifest["versions"] == ["0.2"]
    assert manifest["batchSize"] == MOST_QUERIES
    assert [one["id"] for one in manifest["defaultTypes"]] == ["organization", "project", "state"]
    for what in ("entity", "type", "property"):
        service = manifest["suggest"][what]
        address = service["service_url"] + service["service_path"]
        valid(SUGGESTIONS, world.get(address, params={"prefix": "n"}))
    proposing = manifest["extend"]["propose_properties"]
    address = proposing["service_url"] + proposing["service_path"]
    assert world.get(address, params={"type": "organization", "limit": 2}).json()["properties"] == [
        {"id": "name", "name": "Name"},
        {"id": "acronym", "name": "Acronym"},
    ]
    for template in (manifest["preview"]["url"], manifest["view"]["url"]):
        assert world.get(template.replace("{{id}}", "org%3Aclara")).status_code == 200
    assert "authentication" not in manifest
    assert (
        world.get("/reconcile", headers={"Origin": "https://x.example"}).headers["access-control-allow-origin"] == "*"
    )


def test_a_closed_service_says_how_to_get_in(backend: Backend) -> None:
    with client_of(backend.copy("migrated"), "read", public_reads=False, public_url="https://tejido.example") as client:
        manifest = valid(MANIFEST, client.get("/reconcile"))
        assert manifest["authentication"] == {"type": "apiKey", "name": "Authorization", "in": "header"}
        assert manifest["preview"]["url"] == "https://tejido.example/reconcile/preview/{{id}}"
        problem(as_caller(client).get("/reconcile"), "key-required")
        problem(as_caller(client).post("/reconcile", data={"queries": "{}"}), "key-required")


def test_an_exact_name_without_rival_is_the_one(world: TestClient) -> None:
    found = ask(
        world,
        a={"query": "Fundación Agua Clara, A.C."},
        b={"query": "FUNDACION AGUA CLARA"},
        c={"query": "clear water", "type": "organization"},
        d={"query": "Luna Nueva"},
    )
    assert [matched(found[key]) for key in "abc"] == [["org:clara"]] * 3
    assert matched(found["d"]) == ["org:luna"]
    first = found["a"][0]
    assert (first["name"], first["type"]) == (
        "Fundación Agua Clara, A.C.",
        [{"id": "organization", "name": "Organization"}],
    )
    assert first["features"] == [{"id": "name", "value": True}]
    assert "MX" in first["description"]
    assert all(one["score"] <= 100 for candidates in found.values() for one in candidates)
    for candidates in found.values():
        assert [one["score"] for one in candidates] == sorted((one["score"] for one in candidates), reverse=True)


def test_what_is_only_like_it_is_for_a_person_to_choose(world: TestClient) -> None:
    found = ask(
        world,
        order={"query": "Clara Agua Fundación"},
        language={"query": "Agua Clara Foundation"},
        form={"query": "Fundación Agua Clara, S.A. de C.V."},
        namesakes={"query": "Casa de Luz"},
        acronym={"query": "FAC"},
        id={"query": "clara"},
        nothing={"query": "Zzz"},
    )
    assert {key: matched(candidates) for key, candidates in found.items()} == {key: [] for key in found}
    for key in ("order", "language", "form", "acronym", "id"):
        assert found[key][0]["id"] == "org:clara", key
    assert {one["id"] for one in found["namesakes"]} == {"org:twin-mx", "org:twin-co"}
    assert found["nothing"] == []


def test_an_identifier_decides(world: TestClient) -> None:
    found = ask(
        world,
        property={"query": "Something else", "properties": [{"pid": "identifier", "v": "US-EIN-94-1655673"}]},
        alone={"properties": [{"pid": "identifier", "v": ["N/A", "US-EIN-941655673"]}]},
        text={"query": "US-EIN-94-1655673"},
        ref={"query": "org:luna"},
        other={"query": "Fundación Agua Clara", "properties": [{"pid": "identifier", "v": "US-EIN-12-3456789"}]},
    )
    assert [matched(found[key]) for key in ("property", "alone", "text")] == [["org:clara"]] * 3
    assert matched(found["ref"]) == ["org:luna"]
    assert matched(found["other"]) == []
    assert {"id": "other-number", "value": True} in found["other"][0]["features"]


def test_properties_tell_namesakes_apart(world: TestClient) -> None:
    def of(pid: str, value: Any) -> Json:
        return {"query": "Casa de Luz", "type": ["organization"], "properties": [{"pid": pid, "v": value}]}

    found = ask(
        world, country=of("country", "MX"), kind=of("kind", "company"), state=of("state", {"id": "state:MX-NLE"})
    )
    assert found["country"][0]["id"] == "org:twin-mx"
    assert found["country"][0]["score"] > found["country"][1]["score"]
    assert matched(found["country"]) == ["org:twin-mx"]
    assert found["kind"][0]["id"] == "org:twin-co"
    assert len(found["state"]) == 2


def test_states_and_projects_are_found_too(world: TestClient) -> None:
    found = ask(
        world,
        state={"query": "nuevo leon", "type": "state"},
        code={"query": "MX-NLE", "type": "state"},
        any={"query": "Nuevo León"},
        project={"query": "Wells of Light", "type": "project"},
        part={"query": "Wells", "type": "project"},
        unasked={"query": "Wells of Light"},
        unknown={"query": "Wells of Light", "type": "person"},
    )
    assert [matched(found[key]) for key in ("state", "code", "any")] == [["state:MX-NLE"]] * 3
    assert matched(found["project"]) == ["project:wells"]
    assert ([one["id"] for one in found["part"]], matched(found["part"])) == (["project:wells"], [])
    assert found["unasked"] == found["unknown"] == []


def test_a_batch_is_taken_as_a_form_as_json_and_in_the_address(world: TestClient) -> None:
    queries = {"q0": {"query": "Luna Nueva", "limit": 1}, "q1": {"query": "Casa"}}
    answers = [
        world.post("/reconcile", data={"queries": json.dumps(queries)}),
        world.post("/reconcile", json={"queries": queries}),
        world.get("/reconcile", params={"queries": json.dumps(queries)}),
    ]
    assert len({answer.content for answer in answers}) == 1
    assert valid(RESULTS, answers[0]).keys() == queries.keys()
    assert len(answers[0].json()["q0"]["result"]) == 1
    assert valid(RESULTS, world.post("/reconcile", json={"queries": {}})) == {}


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("queries", "pointer"),
    [
        ({"a": {}}, "/queries/a"),
        ({"a": {"query": " "}}, "/queries/a"),
        ({"a": {"query": "x", "limit": 0}}, "/queries/a/limit"),
        ({"a": {"query": "x", "limit": "many"}}, "/queries/a/limit"),
        ({"a": {"query": "x", "extra": 1}}, "/queries/a/extra"),
        ({"a": {"query": "x", "properties": [{"pid": "country"}]}}, "/queries/a/properties/0/v"),
        ({"a": {"query": "x" * 501}}, "/queries/a/query"),
        ({"a": "x"}, "/queries/a"),
        (["x"], "/queries"),
    ],
)
def test_a_wrong_query_is_refused_with_its_place(world: TestClient, queries: Any, pointer: str) -> None:
    assert pointer in pointers(world.post("/reconcile", data={"queries": json.dumps(queries)}), "malformed-body")
    assert pointer in pointers(world.post("/reconcile", json={"queries": queries}), "malformed-body")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"queries=", "malformed-json"),
        (b"queries={", "malformed-json"),
        (b"queries=NaN", "malformed-json"),
        (b"queries=" + b"[" * 5000, "malformed-json"),
        (b'queries={"a":{"query":"%00"}}', "malformed-json"),
        (b'queries={"a":{"query":"%ED%A0%80"}}', "malformed-body"),
        (b"queries={}&queries={}", "malformed-body"),
        (b"queries={}&extend={}", "malformed-body"),
        (b"queries={}&callback=x", "malformed-body"),
        (b"other={}", "malformed-body"),
        (b"queries", "malformed-body"),
        (b"", "malformed-body"),
        (b"queries=" + b"x" * 1_100_000, "body-too-large"),
    ],
)
def test_a_wrong_form_is_refused(world: TestClient, body: bytes, kind: str) -> None:
    problem(world.post("/reconcile", content=body, headers=FORM), kind)


def test_there_are_bounds(world: TestClient) -> None:
    many = {f"q{number}": {"query": "x"} for number in range(MOST_QUERIES + 1)}
    problem(world.post("/reconcile", json={"queries": many}), "body-too-large")
    many.popitem()
    assert world.post("/reconcile", json={"queries": many}).status_code == 200
    problem(world.post("/reconcile", content=b"<x/>", headers={"Content-Type": "text/xml"}), "unsupported-media-type")
    problem(world.post("/v1/organizations", content=b"a=b", headers=FORM), "unsupported-media-type")
    # JSONP would let a page run what is not its own.
    problem(world.get("/reconcile?callback=x"), "unknown-parameter")
    problem(world.get("/reconcile", params={"queries": "{"}), "malformed-json")


def test_values_of_properties_are_given(world: TestClient) -> None:
    wanted = [{"id": pid} for pid in PROPERTIES["organization"]]
    asked = {"ids": ["org:clara", "org:luna", "state:MX-NLE", "org:nobody", "x"], "properties": wanted}
    answers = [
        world.post("/reconcile", data={"extend": json.dumps(asked)}),
        world.post("/reconcile", json={"extend": asked}),
        world.get("/reconcile", params={"extend": json.dumps(asked)}),
    ]
    assert len({answer.content for answer in answers}) == 1
    body = valid(EXTENSION, answers[0])
    assert [one["id"] for one in body["meta"]] == list(PROPERTIES["organization"])
    clara = body["rows"]["org:clara"]
    assert clara["name"] == [{"str": "Fundación Agua Clara, A.C."}]
    assert clara["names"] == [{"str": "Clear Water"}]
    assert clara["state"] == [{"id": "state:MX-NLE", "name": "Nuevo León"}]
    assert clara["identifier"] == [{"str": "US-EIN-941655673"}]
    assert (clara["projects_funded"], clara["projects_received"]) == ([{"int": 0}], [{"int": 1}])
    assert body["rows"]["org:luna"]["projects_funded"] == [{"int": 1}]
    assert body["rows"]["org:luna"]["website"] == []
    assert body["rows"]["state:MX-NLE"]["name"] == [{"str": "Nuevo León"}]
    assert body["rows"]["state:MX-NLE"]["country"] == []
    nothing: Json = {pid: [] for pid in PROPERTIES["organization"]}
    assert body["rows"]["org:nobody"] == body["rows"]["x"] == nothing
    wrong = {"ids": ["org:clara"], "properties": [{"id": "name"}, {"id": "age"}]}
    assert pointers(world.post("/reconcile", json={"extend": wrong}), "malformed-body") == ["/extend/properties/1/id"]
    many = {"ids": ["org:clara"] * 501, "properties": []}
    assert pointers(world.post("/reconcile", json={"extend": many}), "malformed-body") == ["/extend/ids"]


def test_suggestions_are_what_begins_so(world: TestClient) -> None:
    def suggest(what: str, **parameters: Any) -> list[str]:
        answer = valid(SUGGESTIONS, world.get(f"/reconcile/suggest/{what}?{urlencode(parameters)}"))
        return [one["id"] for one in answer["result"]]

    assert suggest("entity", prefix="lun") == ["org:luna", "org:luna-alta"]
    assert suggest("entity", prefix="lun", cursor=1) == ["org:luna-alta"]
    assert suggest("entity", prefix="org:luna")[0] == "org:luna"
    assert suggest("entity", prefix="wells", type="organization") == []
    assert suggest("entity", prefix="wells") == ["project:wells"]
    assert suggest("entity", prefix="") == []
    assert suggest("type", prefix="ORG") == ["organization"]
    assert suggest("type") == ["organization", "project", "state"]
    assert "country" in suggest("property", prefix="count")
    assert suggest("property", prefix="ineg", type="organization") == []
    problem(world.get("/reconcile/suggest/person"), "bad-parameter")
    assert world.get("/reconcile/properties?type=person").json() == {"type": "person", "properties": []}


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_preview_is_a_page_that_loads_and_runs_nothing(client: TestClient) -> None:
    name = '<script>alert(1)</script> & "Agua"'
    organization(client, "odd", name)
    answer = client.get("/reconcile/preview/org:odd")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; frame-ancestors *; sandbox")
    page = _Tags()
    page.feed(answer.text)
    assert name in page.text
    assert set(page.tags) <= {"html", "head", "meta", "title", "body", "h1", "p", "code", "dl", "dt", "dd", "a"}
    problem(client.get("/reconcile/preview/org:nobody"), "not-found")
    problem(client.get("/reconcile/preview/topic:x"), "not-found")


def test_a_merged_organization_is_what_it_became(client: TestClient) -> None:
    organization(client, "one", "Casa Uno")
    organization(client, "two", "Casa Dos")
    client.post("/v1/organizations/one/merge", json={"into": "two"}, headers={"If-Match": '"r1"'}).raise_for_status()
    rows = client.post("/reconcile", json={"extend": {"ids": ["org:one"], "properties": [{"id": "name"}]}}).json()[
        "rows"
    ]
    assert rows == {"org:one": {"name": [{"str": "Casa Dos"}]}}
    assert "Casa Dos" in client.get("/reconcile/preview/org:one").text
    assert matched(ask(client, a={"query": "Casa Uno"})["a"]) == ["org:two"]


def test_nothing_is_told_of_what_is_restricted(world: TestClient) -> None:
    asked = {"a": {"query": "Refugio Escondido"}}
    assert ask(world, **asked)["a"] == []
    [found] = ask(as_caller(world, "restricted"), **asked)["a"]
    assert found["match"]
    assert world.get("/reconcile/suggest/entity?prefix=refugio").json()["result"] == []
    problem(world.get(f"/reconcile/preview/{found['id']}"), "not-found")
    rows = world.post("/reconcile", json={"extend": {"ids": [found["id"]], "properties": [{"id": "name"}]}}).json()[
        "rows"
    ]
    assert rows == {found["id"]: {"name": []}}


def test_the_names_of_the_first_data_set_are_found(seeded: TestClient) -> None:
    items = seeded.get("/v1/organizations?limit=500").json()["items"]
    for start in range(0, len(items), MOST_QUERIES):
        some = items[start : start + MOST_QUERIES]
        found = ask(seeded, **{one["id"]: {"query": one["name"], "type": "organization"} for one in some})
        for one in some:
            assert found[one["id"]][0]["id"] == one["ref"], one["name"]
