"""The API documentation pages, served without any request to another origin.

FastAPI's own pages load Swagger UI and ReDoc from a CDN and start them with an inline script. A deployment without
internet access would show a blank page, and a policy that forbids foreign and inline scripts would break it.
"""

import base64
import hashlib
import json
from html import escape
from pathlib import Path
from string import Template

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse
from starlette.staticfiles import StaticFiles

_HERE = Path(__file__).parent

_REDOC_STYLE = "body { margin: 0; }"

# The style elements of the ReDoc page: its own; an empty one, which ReDoc fills by script, not by markup; and the one
# that the vendored ReDoc brings for its scroll bars. Another release of ReDoc may need another digest: a browser's
# console names it.
_REDOC_STYLES = (
    base64.b64encode(hashlib.sha256(_REDOC_STYLE.encode()).digest()).decode(),
    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc=",
)


def _headers(*more: str) -> dict[str, str]:
    policy = (
        "default-src 'self'",
        # Both tools have icons as data: images.
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        *more,
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


_SWAGGER_HEADERS = _headers()
_REDOC_HEADERS = _headers(
    " ".join(("style-src 'self'", *(f"'sha256-{digest}'" for digest in _REDOC_STYLES))),
    # Its search index runs in a worker made from a blob.
    "worker-src blob:",
)

# Addresses are relative, so that the pages also work below a path prefix that a reverse proxy adds.
_SWAGGER_PAGE = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tejido API</title>
<link rel="icon" type="image/png" href="assets/vendor/swagger-ui/favicon-32x32.png">
<link rel="stylesheet" href="assets/vendor/swagger-ui/swagger-ui.css">
</head>
<body>
<noscript>This page needs JavaScript. The <a href="$openapi">machine-readable description</a> does not.</noscript>
<main id="swagger-ui" data-openapi="$openapi"></main>
<script src="assets/vendor/swagger-ui/swagger-ui-bundle.js"></script>
<script src="assets/docs/swagger-start.js"></script>
</body>
</html>
""")

_REDOC_PAGE = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tejido API</title>
<link rel="icon" type="image/png" href="assets/vendor/swagger-ui/favicon-32x32.png">
<style>$style</style>
</head>
<body>
<noscript>This page needs JavaScript. The <a href="$openapi">machine-readable description</a> does not.</noscript>
<redoc spec-url="$openapi" theme="$theme"></redoc>
<script src="assets/vendor/redoc/redoc.standalone.js"></script>
</body>
</html>
""")

# ReDoc's theme names web fonts that its own pages fetch from Google; the reader's system has good ones.
_REDOC_THEME = {
    "typography": {
        "fontFamily": "system-ui, sans-serif",
        "headings": {"fontFamily": "system-ui, sans-serif"},
        "code": {"fontFamily": "ui-monospace, monospace"},
    }
}


def mount_docs(app: FastAPI) -> None:
    """Adds Swagger UI at /docs and ReDoc at /redoc to an app made with docs_url=None and redoc_url=None."""
    if app.openapi_url is None:
        raise ValueError("the documentation pages need an app with an openapi_url")
    openapi = escape(app.openapi_url.lstrip("/"))
    swagger_page = _SWAGGER_PAGE.substitute(openapi=openapi)
    redoc_page = _REDOC_PAGE.substitute(openapi=openapi, style=_REDOC_STYLE, theme=escape(json.dumps(_REDOC_THEME)))

    async def swagger(_: Request) -> HTMLResponse:
        return HTMLResponse(swagger_page, headers=_SWAGGER_HEADERS)

    async def redoc(_: Request) -> HTMLResponse:
        return HTMLResponse(redoc_page, headers=_REDOC_HEADERS)

    async def swagger_start(_: Request) -> FileResponse:
        return FileResponse(_HERE / "swagger-start.js", media_type="text/javascript")

    # Plain routes, as FastAPI's own pages are: dependencies of the whole app, like an access check, do not apply.
    app.add_route("/docs", swagger, include_in_schema=False)
    app.add_route("/redoc", redoc, include_in_schema=False)
    app.add_route("/assets/docs/swagger-start.js", swagger_start, include_in_schema=False)
    app.mount("/assets/vendor", StaticFiles(directory=_HERE / "vendor"), name="vendor-assets")
