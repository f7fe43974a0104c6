"""A real browser for the tests: the Chromium of the system, watched, and pictures of what it shows.

`TEJIDO_TEST_CHROMIUM` names another browser than the first that is found; `TEJIDO_TEST_PICTURES` a folder that keeps
the screenshots; with `TEJIDO_TEST_NEW_PICTURES=1` the references are made anew before they are compared.
"""

import io
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image, ImageFilter
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect, sync_playwright

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    # WebGL without a graphics card, as most machines that run tests are.
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--font-render-hinting=none",
    # Whatever a page asks for elsewhere fails at once, and is told of.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

_PATIENCE = 60_000
"""Milliseconds that a test waits for what a page should do."""
# What is expected of a page has a time of its own, of five seconds.
expect.set_options(timeout=_PATIENCE)

_DRIVER = re.compile(r"GL Driver Message|Automatic fallback to software WebGL")
"""What a browser says of a machine without a graphics card; it is not of the page."""

_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy: ${event.violatedDirective} forbids ${event.blockedURI || "inline"}`);
});
"""

_SMALL = 96
"""Pixels of the longer side of a reference."""


def chromium() -> str:
    """The browser's path; where there is none, the test is skipped."""
    found = os.environ.get("TEJIDO_TEST_CHROMIUM") or next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(_CHROMIUM)} is installed, and TEJIDO_TEST_CHROMIUM names none")
    return found


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """A browser. While it runs, nothing else in this thread can run an event loop."""
    path = chromium()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, headless=True, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


class Watched:
    """The pages that a test opens on one origin; at its end none may have complained, or have asked another origin."""

    def __init__(self, browser: Browser, origin: str) -> None:
        self.origin = origin
        self.complaints: list[str] = []
        self._browser = browser
        self._expected: list[re.Pattern[str]] = []
        self._contexts: list[BrowserContext] = []

    def page(self, **options: Any) -> Page:
        """A page in a context of its own; `options` are those of Playwright's `new_context`."""
        options = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", "reduced_motion": "reduce"} | options
        context = self._browser.new_context(base_url=self.origin, **options)
        context.set_default_timeout(_PATIENCE)
        context.add_init_script(_VIOLATIONS)
        context.on("console", self._hear)
        context.on("request", self._ask)
        context.on("weberror", lambda error: self.complaints.append(f"error: {error.error}"))
        self._contexts.append(context)
        return context.new_page()

    def expect(self, pattern: str) -> None:
        """What the test causes on purpose, as a regular expression."""
        self._expected.append(re.compile(pattern))

    def close(self) -> list[str]:
        """Close the pages; returns the complaints that nobody expected."""
        for context in self._contexts:
            context.close()
        return [one for one in self.complaints if not any(pattern.search(one) for pattern in self._expected)]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning", "assert"} and not _DRIVER.search(message.text):
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _ask(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.complaints.append(f"request to another origin: {request.url}")


class Pictures:
    """The screenshots of one test, kept in a folder, and compared with references for gross change."""

    def __init__(self, folder: Path, references: Path) -> None:
        self._folder = folder
        self._references = references

    def take(self, what: Page | Locator, name: str) -> Path:
        """Keep a screenshot as an artefact."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{name}.png"
        what.screenshot(path=path, animations="disabled")
        return path

    def compare(self, what: Page | Locator, name: str) -> None:
        """Keep it, and hold it against the reference of this name."""
        self.compare_bytes(self.take(what, name).read_bytes(), name)

    def compare_bytes(self, png: bytes, name: str) -> None:
        """The same for a picture that was made otherwise."""
        small = shrunk(png)
        path = self._references / f"{name}.png"
        if os.environ.get("TEJIDO_TEST_NEW_PICTURES"):
            path.parent.mkdir(parents=True, exist_ok=True)
            small.save(path, optimize=True)
        difference = unlikeness(small, Image.open(path))
        assert difference < 1, f"{name} is not like its reference ({difference:.2f}); the picture is in {self._folder}"


def shrunk(png: bytes) -> Image.Image:
    """A picture so small that fonts and smoothing no longer count."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.thumbnail((_SMALL, _SMALL), Image.Resampling.BOX)
    return picture


def unlikeness(one: Image.Image, other: Image.Image) -> float:
    """How far two small pictures are apart: 1 or more is another picture, not another font."""
    if max(abs(one.width - other.width), abs(one.height - other.height)) > 2:
        return float("inf")
    blur = ImageFilter.BoxBlur(2)
    first, second = (
        np.asarray(picture.convert("RGB").resize(one.size).filter(blur), dtype=np.int16) for picture in (one, other)
    )
    apart = np.abs(first - second).max(axis=2)
    # A few levels all over, or a piece of the picture that is something else.
    return max(float(apart.mean()) / 8, float((apart > 48).mean()) / 0.02)


def is_blank(png: bytes) -> bool:
    """Whether a picture shows one colour only."""
    return Image.open(io.BytesIO(png)).convert("RGB").getcolors(1) is not None
