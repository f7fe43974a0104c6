"""The OpenAPI document: FastAPI's, with what it writes out again and again said once under `components`."""

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

Document = dict[str, Any]

_TAGS = {
    "networks": "Who funds whom, where, and who works together: every edge with the ids behind it.",
    "evidence": "Why an edge or a record is there: documents, headings, paragraphs.",
    "search": "Finding records by name.",
    "service": "What the service holds, and whether it lives.",
}


def openapi_document(app: FastAPI, *, error: type[BaseModel], tags: dict[str, str]) -> Document:
    """The document of an app. `error` is the schema that every documented problem refers to; `tags` describes tags."""
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
    operations = [one for path in document["paths"].values() for one in path.values()]
    for operation in operations:
        if "parameters" in operation:
            operation["parameters"] = [
                _share(components, "parameters", one["name"], one) for one in operation["parameters"]
            ]
        for status, response in operation["responses"].items():
            if status >= "400":
                operation["responses"][status] = _share(components, "responses", f"Problem{status}", response)
    return document


def _share(components: Document, section: str, name: str, one: Document) -> Document:
    """A reference to the component that says the same; the first of a name keeps it, others get a number."""
    number = 1
    while True:
        key = name if number == 1 else f"{name}{number}"
        kept = components[section].setdefault(key, one)
        if json.dumps(kept, sort_keys=True) == json.dumps(one, sort_keys=True):
            return {"$ref": f"#/components/{section}/{key}"}
        number += 1
