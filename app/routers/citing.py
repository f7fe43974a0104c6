"""Answers that can be cited: where they stay, what they show, and how to tell that they are still the same."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlencode

from fastapi import Request, Response
from pydantic import Field

from app.graph.definitions import RELEASE
from app.history.view import View
from app.models.types import Schema
from app.routers.common import READ_HEADERS, tag
from app.routers.selecting import SelectionParameters

CITED_HEADERS: dict[str, Any] = READ_HEADERS | {
    "Content-Location": {
        "description": "The permalink: the address that gives the same bytes again.",
        "schema": {"type": "string"},
    },
    "Body-SHA256": {
        "description": "SHA-256 of the body before any compression, in hexadecimal digits.",
        "schema": {"type": "string"},
    },
}
"""The headers of an answer that can be cited."""


class QuestionParameters(SelectionParameters):
    """What every question about networks takes beside its selection."""

    format: Literal["json", "citation"] | None = Field(
        default=None, description="citation: how to cite the answer, instead of the answer."
    )


class Citing(Schema):
    """How to cite an answer."""

    title: str = Field(description="What it is, in words.")
    permalink: str = Field(description="The address that gives the same bytes again, under the same definitions.")
    data_version: str = Field(description="Version of the data.")
    data_version_at: str = Field(description="When that version was made (RFC 3339).")
    amended: bool = Field(description="Whether something was taken from this version since.")
    definitions_release: str = Field(description="Release of the definitions.")
    sha256: str = Field(description="SHA-256 of the body that the permalink gives, in hexadecimal digits.")
    bibtex: str = Field(description="A BibTeX entry.")
    csl: dict[str, Any] = Field(description="A CSL-JSON item.")


def permalink(request: Request, view: View, *, changed: Mapping[str, list[str]] | None = None) -> str:
    """The address of the answer at this version, relative to the service. `changed` replaces parameters."""
    given: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        given.setdefault(name, []).append(value)
    given |= changed or {"as_of": [view.version]}
    if given.get("format") == ["citation"]:
        del given["format"]
    pairs = sorted((name, value) for name, values in given.items() for value in values)
    return f"{request.url.path}?{urlencode(pairs)}"


def cited(
    request: Request,
    body: bytes,
    media_type: str,
    view: View,
    *,
    variant: str = "",
    changed: Mapping[str, list[str]] | None = None,
) -> Response:
    """An answer with its permalink, version and hash; or, where `format=citation` asks for it, the way to cite it."""
    digest, link = hashlib.sha256(body).hexdigest(), permalink(request, view, changed=changed)
    if request.query_params.get("format") == "citation":
        body, media_type, variant = _citing(request, view, link, digest), "application/json", "citation"
        response = Response(body, media_type=media_type)
    else:
        response = Response(body, media_type=media_type)
        response.headers["Content-Location"] = link
        response.headers["Body-SHA256"] = digest
    tag(response, view, variant=variant)
    return response


def _citing(request: Request, view: View, link: str, digest: str) -> bytes:
    base = request.app.state.settings.public_url or str(request.base_url)
    address = f"{base.rstrip('/')}{link}"
    network = request.url.path.removeprefix("/v1/networks/")
    asked = sorted({*request.query_params} - {"format", "as_of"})
    query = ", ".join(f"{name}={','.join(request.query_params.getlist(name))}" for name in asked)
    title = f"Tejido: {network}{f' ({query})' if query else ''}, data version {view.version}"
    key = f"tejido-{network.replace('/', '-').replace(':', '-')}-{view.version}-{digest[:8]}"
    note = f"definitions {RELEASE}; SHA-256 {digest}"
    bibtex = "\n".join(
        (
            f"@misc{{{key},",
            "  author = {{Tejido}},",
            f"  title = {{{{{_escaped(title)}}}}},",
            f"  year = {{{view.at.year}}},",
            f"  version = {{{view.version}}},",
            f"  url = {{{address}}},",
            f"  note = {{{note}}}",
            "}",
        )
    )
    csl = {
        "id": key,
        "type": "dataset",
        "title": title,
        "author": [{"literal": "Tejido"}],
        "issued": {"date-parts": [[view.at.year, view.at.month, view.at.day]]},
        "version": view.version,
        "URL": address,
        "note": note,
    }
    told = Citing(
        title=title,
        permalink=address,
        data_version=view.version,
        data_version_at=view.at.isoformat(),
        amended=bool(view.amended),
        definitions_release=RELEASE,
        sha256=digest,
        bibtex=bibtex,
        csl=csl,
    )
    return json.dumps(told.model_dump(), ensure_ascii=False, separators=(",", ":")).encode()


_TEX = str.maketrans(
    {char: f"\\{char}" for char in "&%$#_{}"} | {"\\": r"\textbackslash{}", "~": r"\~{}", "^": r"\^{}"}
)


def _escaped(text: str) -> str:
    """Text as TeX reads it."""
    return text.translate(_TEX)
