"""What is written of a request can be found by its id, in plain lines and in JSON."""

import json
import logging
import logging.config
import threading
from collections.abc import Iterator
from copy import deepcopy
from io import StringIO
from pathlib import Path

import httpx
import pytest
from fastapi import Request
from fastapi.testclient import TestClient

from app.access.routes import NEEDS, Need
from app.logs import Form, log_config, request_id
from app.main import create_app
from app.settings import Settings
from tests.support.server import Server

ID = "the-caller.s-own_1"
LOGGERS = ("tejido", "uvicorn", "uvicorn.error", "uvicorn.access")


@pytest.fixture(params=list(Form))
def form(request: pytest.FixtureRequest) -> Iterator[Form]:
    """A form of lines, in which what is logged is written to `logging`'s handlers for the length of the test."""
    loggers = [logging.getLogger(name) for name in LOGGERS]
    before = [(one.handlers[:], one.level, one.propagate) for one in loggers]
    yield request.param
    for one, (handlers, level, propagate) in zip(loggers, before, strict=True):
        one.handlers, one.propagate = handlers, propagate
        one.setLevel(level)


def written(form: Form) -> StringIO:
    """Where the lines go from now on."""
    stream = StringIO()
    config = deepcopy(log_config(form))
    for handler in config["handlers"].values():
        handler["stream"] = stream
    logging.config.dictConfig(config)
    return stream


def test_what_goes_wrong_in_a_request_is_logged_under_its_id(url: str, form: Form) -> None:
    app = create_app(Settings(database_url=url))

    def fail(request: Request) -> None:
        # In a thread of its own, as most routes are.
        assert threading.current_thread() is not threading.main_thread()
        raise RuntimeError(f"what is wrong with {request.url.path}")

    app.add_api_route("/fails", fail)
    app.state.needs["GET", "/fails"] = Need.nothing
    with TestClient(app, raise_server_exceptions=False) as client:
        stream = written(form)
        assert client.get("/fails", headers={"X-Request-ID": ID}).json()["request_id"] == ID
        made = client.get("/fails").json()["request_id"]
        assert client.get("/healthz").status_code == 200
    text = stream.getvalue()
    if form is Form.json:
        first, second = map(json.loads, text.splitlines())
        assert (first["request_id"], second["request_id"]) == (ID, made)
        assert (first["level"], first["logger"]) == ("error", "tejido")
        assert "RuntimeError: what is wrong with /fails" in first["exception"]
    else:
        assert text.count(f"ERROR:    unexpected error [{ID}]\nTraceback") == 1
        assert text.count(f"unexpected error [{made}]\n") == 1
    assert ("GET", "/fails") not in NEEDS


def test_whatever_is_logged_is_one_line_of_json(form: Form) -> None:
    stream = written(form)
    logging.getLogger("tejido").warning('two\nlines, "quotes" and %s', "Ñandú \x07")
    logging.getLogger("tejido").debug("too small")
    assert request_id.get() == ""
    if form is Form.json:
        (line,) = map(json.loads, stream.getvalue().splitlines())
        assert line["message"] == 'two\nlines, "quotes" and Ñandú \x07'
        assert set(line) == {"time", "level", "logger", "message"}
    else:
        assert stream.getvalue() == 'WARNING:  two\nlines, "quotes" and Ñandú \x07\n'


@pytest.mark.parametrize("written_as", list(Form))
def test_the_line_of_a_request_has_its_id_kept_answers_too(url: str, tmp_path: Path, written_as: Form) -> None:
    with Server(url, tmp_path, log_form=written_as) as server:
        for number in range(3):
            headers = {"X-Request-ID": f"{ID}-{number}"}
            answer = httpx.get(f"{server.address}/v1/states?limit=2", headers=headers, timeout=60)
            assert answer.headers["Cache-Status"] == ("tejido; hit" if number else "tejido; fwd=miss")
        server.stop()
    text = server.log
    for number in range(3):
        (line,) = (one for one in text.splitlines() if f"{ID}-{number}" in one)
        if written_as is Form.json:
            told = json.loads(line)
            assert (told["request_id"], told["status"], told["method"]) == (f"{ID}-{number}", 200, "GET")
            assert told["path"] == "/v1/states?limit=2"
            assert told["client"].startswith("127.0.0.1:")
        else:
            assert line.endswith(f'"GET /v1/states?limit=2 HTTP/1.1" 200 OK [{ID}-{number}]')
