"""The OpenAPI document: committed as the code makes it, valid, complete, and good enough to generate a client from."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.main import create_app
from app.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
METHODS = ("get", "post", "patch", "put", "delete")

Json = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Json:
    """The document that the code makes."""
    made: Json = create_app(Settings(database_url="sqlite://")).openapi()
    return made


def meant(document: Json, one: Json) -> Json:
    """What a reference to a component stands for; anything else is itself."""
    if "$ref" not in one:
        return one
    _, section, name = one["$ref"].removeprefix("#/").split("/")
    return dict(document["components"][section][name])


def operations(document: Json) -> Iterator[tuple[str, Json]]:
    """Every operation, with a name to complain by."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                whole = dict(item[method])
                whole["parameters"] = [meant(document, one) for one in whole.get("parameters", [])]
                whole["responses"] = {status: meant(document, one) for status, one in whole["responses"].items()}
                yield f"{method.upper()} {path}", whole


def schemas_within(document: Json, part: Any) -> set[str]:
    """Names of the component schemas that a part of the document reaches."""
    found: set[str] = set()
    waiting = [part]
    while waiting:
        here = waiting.pop()
        if isinstance(here, list):
            waiting += here
        elif isinstance(here, dict):
            waiting += here.values()
            name = str(here.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found.add(name)
                waiting.append(document["components"]["schemas"][name])
    return found


def complaints(document: Json, schema: Json, value: Any) -> list[str]:
    """What a schema of the document has against a value."""
    whole = {**schema, "components": document["components"]}
    return [error.message for error in OAS31Validator(whole).iter_errors(value)]


def test_the_committed_document_is_what_the_code_makes(document: Json) -> None:
    committed = (ROOT / "openapi.json").read_text(encoding="utf-8")
    made = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if committed != made:
        pytest.fail("openapi.json is out of date: run `make openapi`, and look at what changes for clients.")


def test_the_document_is_valid(document: Json) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_operation_says_what_it_is(document: Json) -> None:
    for name, operation in operations(document):
        assert len(operation["tags"]) == 1, name
        for member in ("operationId", "summary", "description"):
            assert operation.get(member), f"{name} has no {member}"
    ids = [operation["operationId"] for _, operation in operations(document)]
    assert len(ids) == len(set(ids))


def test_every_parameter_has_a_description(document: Json) -> None:
    undescribed = [
        f"{name} {parameter['name']}"
        for name, operation in operations(document)
        for parameter in operation.get("parameters", [])
        if not parameter.get("description")
    ]
    assert undescribed == []


def test_examples_of_parameters_are_values_that_they_take(document: Json) -> None:
    wrong = [
        f"{name} {parameter['name']}: {complaint}"
        for name, operation in operations(document)
        for parameter in operation.get("parameters", [])
        for example in parameter["schema"].get("examples", [])
        for complaint in complaints(document, parameter["schema"], example)
    ]
    assert wrong == []


def test_every_request_body_has_an_example_that_fits(document: Json) -> None:
    for name, operation in operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert content.get("examples"), f"{name} has no example"
            for example in content["examples"].values():
                assert complaints(document, content["schema"], example["value"]) == [], name


def test_every_error_is_a_documented_problem(document: Json) -> None:
    for name, operation in operations(document):
        errors = {status: one for status, one in operation["responses"].items() if not status.startswith(("2", "3"))}
        assert {"400", "500"} <= errors.keys(), name
        for status, answer in errors.items():
            assert list(answer["content"]) == ["application/problem+json"], f"{name} {status}"
            schema = answer["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/ProblemBody"}, f"{name} {status}"
            assert answer["description"], f"{name} {status}"
    assert not {"HTTPValidationError", "ValidationError"} & document["components"]["schemas"].keys()


def test_every_field_of_an_answer_is_always_there(document: Json) -> None:
    optional = []
    answers = [
        answer
        for _, operation in operations(document)
        for status, answer in operation["responses"].items()
        if status.startswith("2")
    ]
    for name in sorted(schemas_within(document, answers)):
        schema = document["components"]["schemas"][name]
        missing = schema.get("properties", {}).keys() - set(schema.get("required", []))
        optional += [f"{name}.{field}" for field in sorted(missing)]
    assert optional == []


def test_a_generated_python_client_reads_an_organization(
    seeded: TestClient, tmp_path: Path, document: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
    # The hooks would format the code with a ruff from PATH; nobody reads it here.
    # Of files it knows octet streams only.
    files = ("application/zip", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    overrides = "".join(f"  {media}: application/octet-stream\n" for media in files)
    config = f"post_hooks: []\ncontent_type_overrides:\n{overrides}"
    (tmp_path / "config.yaml").write_text(config, encoding="utf-8")
    paths = ["--path", "openapi.json", "--config", "config.yaml", "--output-path", "generated_client"]
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning", "--meta", "none", *paths]
    generated = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert generated.returncode == 0, generated.stdout + generated.stderr
    assert "warning" not in (generated.stdout + generated.stderr).lower()

    monkeypatch.syspath_prepend(str(tmp_path))
    try:
        client = importlib.import_module("generated_client").Client(base_url=str(seeded.base_url))
        client.set_httpx_client(seeded)
        call = importlib.import_module("generated_client.api.organizations.get_organization")
        organization = call.sync("ned", client=client)
        assert organization.ref == "org:ned"
        assert organization.value_status["names"].value == "none_recorded"
        missing = call.sync("no-such-organization", client=client)
        assert missing.type_.endswith("not-found")
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == "generated_client"]:
            del sys.modules[name]
