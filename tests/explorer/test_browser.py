"""The watch over the pages sees what it should."""

import io
import time
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page

from tests.support.browser import Watched, is_blank, shrunk, unlikeness


def test_a_page_of_the_service_is_quiet(page: Page) -> None:
    answer = page.goto("/docs")
    assert answer is not None
    assert answer.status == 200


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("console.error('broken')", "error: broken"),
        ("console.warn('odd')", "warning: odd"),
        ("setTimeout(() => { throw new Error('thrown'); })", "error: thrown"),
        ("Promise.reject(new Error('unhandled'))", "error: unhandled"),
        ("new Image().src = 'http://127.0.0.2:9/x.png'", "request to another origin: http://127.0.0.2:9/x.png"),
        ("document.head.append(Object.assign(document.createElement('script'), {text: '1'}))", "policy: script-src"),
        ("fetch('no-such-page')", "404"),
    ],
)
def test_a_complaint_is_heard(browser: Browser, service: str, script: str, complaint: str) -> None:
    watch = Watched(browser, service)
    page = watch.page()
    page.goto("/docs")
    page.evaluate(f"() => {{ {script}; }}")
    end = time.monotonic() + 60
    while not any(complaint in one for one in watch.complaints) and time.monotonic() < end:
        page.wait_for_timeout(20)
    assert any(complaint in one for one in watch.close()), watch.complaints


def test_what_is_expected_is_no_complaint(page: Page, watched: Watched) -> None:
    watched.expect("on purpose")
    page.goto("/docs")
    page.evaluate("() => console.error('on purpose')")


def picture(draw: Callable[[ImageDraw.ImageDraw], None] | None = None) -> bytes:
    image = Image.new("RGB", (800, 600), "white")
    if draw is not None:
        draw(ImageDraw.Draw(image))
    buffer = io.BytesIO()
    image.save(buffer, "png")
    return buffer.getvalue()


def test_pictures_are_told_apart_by_what_they_show() -> None:
    words = picture(lambda on: on.text((50, 50), "Nuevo León", fill="black"))
    moved = picture(lambda on: on.text((53, 52), "Nuevo Leon", fill="black"))
    block = picture(lambda on: on.rectangle((50, 50, 300, 300), fill="black"))
    assert unlikeness(shrunk(words), shrunk(moved)) < 0.5
    assert unlikeness(shrunk(words), shrunk(block)) > 1
    assert unlikeness(shrunk(words), shrunk(picture())) < 1
    assert (is_blank(picture()), is_blank(words)) == (True, False)
