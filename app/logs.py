"""Lines of the log: plain ones, or JSON for machines; each with the id of the request that it was written for.

Where there are traces (`app.telemetry`), also with that of the trace.
"""

import json
import logging
from contextvars import ContextVar
from copy import deepcopy
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from uvicorn.config import LOGGING_CONFIG
from uvicorn.logging import AccessFormatter, DefaultFormatter

__all__ = ["Form", "JsonLines", "PlainAccess", "PlainLines", "log_config", "request_id", "trace_id"]

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being answered; empty where there is none."""
trace_id: ContextVar[str] = ContextVar("trace_id", default="")
"""The id of its trace; empty where there is none."""


class Form(StrEnum):
    """How a line of the log is written."""

    plain = "plain"
    json = "json"


class PlainLines(DefaultFormatter):
    """uvicorn's lines, which end with the id of the request."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name of logging
        """The line without what follows it, such as a traceback."""
        return _told(super().formatMessage(record))


class PlainAccess(AccessFormatter):
    """uvicorn's lines for requests, which end with the id of the request."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """The line."""
        return _told(super().formatMessage(record))


def _told(line: str) -> str:
    found = " ".join(filter(None, (request_id.get(), trace_id.get())))
    return f"{line} [{found}]" if found else line


class JsonLines(logging.Formatter):
    """One object a line: `time`, `level`, `logger`, `message`; where they are, `request_id`, `trace_id`, `exception`.

    A line for a request has `client`, `method`, `path` and `status` beside its message.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line; whatever the message holds, it is one."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if found := request_id.get():
            line["request_id"] = found
        if found := trace_id.get():
            line["trace_id"] = found
        if record.name == "uvicorn.access" and isinstance(record.args, tuple) and len(record.args) == 5:
            line["client"], line["method"], line["path"], _, line["status"] = record.args
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def log_config(form: Form) -> dict[str, Any]:
    """The configuration of `logging`: that of uvicorn, with the service's own lines in it."""
    config = deepcopy(LOGGING_CONFIG)
    for name, plain in (("default", PlainLines), ("access", PlainAccess)):
        config["formatters"][name]["()"] = plain
        if form is Form.json:
            config["formatters"][name] = {"()": JsonLines}
    config["loggers"]["tejido"] = {"handlers": ["default"], "level": "INFO", "propagate": False}
    return config
