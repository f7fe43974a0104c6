"""The OpenAPI document: FastAPI's, with what it writes out again and again said once under `components`."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from app.access.routes import Need
from app.problems import TITLES

Document = dict[str, Any]

_TAGS = {
    "networks": "Who funds whom, where, and who works together: every edge with the ids behind it.",
    "evidence": "Why an edge or a record is there: documents, headings, paragraphs.",
    "search": "Finding records by name.",
    "bulk": "Many changes in one request.",
    "history": "What changed, when, and by which path; import runs, and undoing one.",
    "access": "Keys, and what administrators did.",
    "service": "What the service holds, and whether it lives.",
}


_KEY = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "tjd_<prefix>_<secret>",
    "description": "An API key. Reading public data needs none, unless the deployment closes it.",
}

_PROBLEMS: Mapping[Need, tuple[str, ...]] = {
    Need.nothing: (),
    Need.reading: ("key-required",),
    Need.key: ("key-required",),
    Need.write: ("key-required", "missing-scope"),
    Need.metrics: ("key-required", "missing-scope"),
    Need.admin: ("key-required", "missing-scope"),
}


def described(*kinds: str) -> dict[int | str, Document]:
    """Problems as documented responses, by status."""
    by_status: dict[int, list[str]] = {}
    for kind in kinds:
        by_status.setdefault(TITLES[kind][0], []).append(kind)
    return {
        status: {
            "description": "; ".join(f"`{kind}`: {TITLES[kind][1]}" for kind in dict.fromkeys(found)),
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
        }
        for status, found in sorted(by_status.items())
    }


def openapi_document(
    app: FastAPI, *, error: type[BaseModel], tags: dict[str, str], needs: Mapping[tuple[str, str], Need]
) -> Document:
    """The document of an app.

    `error` is the schema that every documented problem refers to; `tags` describes tags; `needs` says what each route
    needs of its caller.
    """
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        license_info=app.license_info,
        routes=app.routes,
        separate_input_output_schemas=False,
        tags=[{"name": name, "description": text} for name, text in (_TAGS | tags).items()],
    )
    components = document["components"]
    schema = error.model_json_schema(ref_template="#/components/schemas/{model}")
    components["schemas"] |= {**schema.pop("$defs"), error.__name__: schema}
    components["parameters"], components["responses"] = {}, {}
    # Public reads take a key and need none; what differs from that says so itself.
    components["securitySchemes"], document["security"] = {"key": _KEY}, [{}, {"key": []}]
    operations = {
        (method.upper(), path): one for path, item in document["paths"].items() for method, one in item.items()
    }
    for address, operation in operations.items():
        _secure(operation, needs[address], writes=address[0] != "GET" and needs[address] is not Need.reading)
        if "parameters" in operation:
            operation["parameters"] = [
                _share(components, "parameters", one["name"], one) for one in operation["parameters"]
            ]
        for status, response in operation["responses"].items():
            if status >= "400":
                operation["responses"][status] = _share(components, "responses", f"Problem{status}", response)
    return document


def _secure(operation: Document, need: Need, *, writes: bool) -> None:
    """Say which key an operation takes, how it refuses one, and what may become of a write."""
    if need is Need.nothing:
        operation["security"] = []
    elif need is not Need.reading:
        operation["security"] = [{"key": [need.scope.value] if need.scope else []}]
    after = ("too-many-failed-keys", "outcome-unknown") if writes else ("too-many-failed-keys",)
    refusals = described("invalid-key", *_PROBLEMS[need], *after)
    responses = operation["responses"]
    for status, refusal in ((str(status), one) for status, one in refusals.items()):
        said = [one["description"] for one in (responses.get(status), refusal) if one]
        responses[status] = refusal | {"description": "; ".join(said)}
    operation["responses"] = dict(sorted(responses.items()))


def _share(components: Document, section: str, name: str, one: Document) -> Document:
    """A reference to the component that says the same; the first of a name keeps it, others get a number."""
    number = 1
    while True:
        key = name if number == 1 else f"{name}{number}"
        kept = components[section].setdefault(key, one)
        if json.dumps(kept, sort_keys=True) == json.dumps(one, sort_keys=True):
            return {"$ref": f"#/components/{section}/{key}"}
        number += 1
