"""The explorer: one page at /, made of plain modules that ask nothing but the public API.

Its files stand below an address that has a digest of all of them in it. So a browser may keep them for good, and never
puts an old file beside a new one: after an upgrade the page itself, which is asked for each time, names new addresses.
"""

import hashlib
import re
from functools import cache
from pathlib import Path
from string import Template

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_HERE = Path(__file__).parent
_FOLDERS = ("page", "vendor/network")
"""What is served of this folder: relative imports between the two hold on the disk as they do in a browser."""
_MAIN = "page/main.js"

_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    # Pictures that the page itself draws, to be saved.
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "worker-src 'self'",
    "font-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
_HEADERS = {
    "Content-Security-Policy": "; ".join(_POLICY),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
_FOR_GOOD = "public, max-age=31536000, immutable"

_IMPORT = re.compile(r'^(?:import|export)\b[^;"]*?"(\.[^"]+)";', re.MULTILINE)
"""A module that another one names as it begins; what is asked for later, by `import(…)`, is none of the first view."""


def mount_explorer(app: FastAPI) -> None:
    """Adds the explorer at / and its files below /assets/explorer."""
    page = (_HERE / "page" / "index.html").read_text(encoding="utf-8")
    base = f"assets/explorer/{version()}"
    modules = "\n".join(f'<link rel="modulepreload" href="{base}/{path}">' for path in first_modules())
    page = Template(page).substitute(base=f"{base}/page", modules=modules)
    headers = _HEADERS | {"ETag": f'"{hashlib.sha256(page.encode()).hexdigest()[:16]}"'}

    async def explorer(_: Request) -> HTMLResponse:
        return HTMLResponse(page, headers=headers)

    # Plain routes, as the documentation pages are: whoever may not read the data is told so by the API.
    app.add_route("/", explorer, include_in_schema=False)
    app.mount("/assets/explorer", _Files(directory=_HERE), name="explorer-assets")


@cache
def version() -> str:
    """A digest of all files that are served."""
    digest = hashlib.sha256()
    for folder in _FOLDERS:
        for path in sorted((_HERE / folder).rglob("*")):
            if path.is_file():
                digest.update(f"{path.relative_to(_HERE).as_posix()}\n".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


@cache
def first_modules() -> tuple[str, ...]:
    """The modules that the first view takes, so that a browser asks for all of them at once."""
    found: dict[str, None] = {}
    waiting = [_MAIN]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            path = _HERE.resolve() / name
            named = (path.parent / other for other in _IMPORT.findall(path.read_text(encoding="utf-8")))
            waiting.extend(other.resolve().relative_to(_HERE.resolve()).as_posix() for other in named)
    return tuple(sorted(found))


class _Files(StaticFiles):
    """The files of the present version; those of another one are not here, and neither is the code beside them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        found, _, name = path.replace("\\", "/").partition("/")
        if found != version() or not name.startswith(tuple(f"{folder}/" for folder in _FOLDERS)):
            raise HTTPException(status_code=404)
        response = await super().get_response(name, scope)
        if response.status_code in (200, 206, 304):
            response.headers["Cache-Control"] = _FOR_GOOD
        return response
