"""The whole OpenAPI document against the service: no request, by whomever, gets an answer that is not documented."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import anyio
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    negative_data_rejection,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.errors import FailureGroup
from schemathesis.python.asgi import ASGIClient, get_client, shutdown_lifespans
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.access.routes import NEEDS
from app.main import create_app
from app.models.nouns import NOUNS
from app.settings import Settings
from tests.conftest import Backend
from tests.support.keys import bearer, key_for
from tests.support.long import sized

CALLERS: dict[str, tuple[str, ...]] = {
    "anonymous": (),
    "read": ("read",),
    "write": ("write",),
    "write and restricted": ("write", "restricted"),
    "admin": ("admin", "metrics"),
}
SENDERS = max(2, sized(len(CALLERS)))
"""Callers that send each of many requests: others from one to the next."""
# Left out, because what they ask depends on the data and not on the document alone: that valid data is accepted (an id
# may be unknown, a reference broken), and what follows a deletion. What needs Schemathesis's phase of coverage (methods
# that are not there, headers that are missing) is in tests/routers and tests/limits, and that keys are
# asked for in tests/access/test_table.py.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
]
ASKED = ("/v1/", "/reconcile", "/healthz", "/readyz", "/metrics")
OPERATIONS = sorted(f"{method} {path}" for method, path in NEEDS if path.startswith(ASKED))
_REFUSALS = ["4xx", "503"]

FEW = settings(
    max_examples=3, deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck],
    phases=[Phase.generate],
)  # fmt: skip
SOME = settings(FEW, max_examples=10)
MANY = settings(FEW, max_examples=sized(100))

each_operation = pytest.mark.parametrize("label", OPERATIONS)


class PassingReaders:
    """The application, asked by clients that leave a stream of events once they were told what is new."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` is the application itself."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; a stream of events ends after its second part."""
        left = anyio.Event()
        parts: list[bytes] | None = None
        is_read = is_complete = False

        async def receive_or_leave() -> Message:
            nonlocal is_read
            if is_read:
                await left.wait()
                return {"type": "http.disconnect"}
            message = await receive()
            is_read = message["type"] != "http.request" or not message.get("more_body")
            return message

        async def send_and_watch(message: Message) -> None:
            nonlocal parts, is_complete
            if message["type"] == "http.response.start":
                media = dict(message["headers"]).get(b"content-type", b"")
                parts = [] if media.startswith(b"text/event-stream") else None
            elif message["type"] == "http.response.body":
                is_complete = not message.get("more_body")
                if parts is not None:
                    parts.append(message["body"])
                if is_complete or (parts and len(parts) == 2):
                    left.set()
            await send(message)

        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive_or_leave, send_and_watch)
        if not is_complete:
            await send({"type": "http.response.body", "body": b""})


@dataclass(frozen=True)
class Service:
    """The application on an own copy of the first data set, with a key for each caller."""

    client: ASGIClient
    schema: Any
    headers: dict[str, dict[str, str]]
    known: dict[str, list[str]]


def known_values(client: ASGIClient) -> dict[str, list[str]]:
    """Values with which something is found, by the end of the address that takes them."""
    records = {noun.path: client.get(f"/v1/{noun.path}?limit=20").json()["items"] for noun in NOUNS}
    found = {f"/v1/{path}/{{id}}": [one["id"] for one in items] for path, items in records.items()}
    refs = [one["ref"] for path in ("organizations", "states", "projects", "topics") for one in records[path]]
    versions = ["v0", "v1", "r1"]
    return found | {"/ego/{node}": refs, "/versions/{version}": versions, "/import-runs/{id}": versions}


@pytest.fixture(scope="module")
def service(backend: Backend) -> Iterator[Service]:
    """The service; all tests of this module write to it."""
    url = backend.copy("seeded")
    app = create_app(
        Settings(
            database_url=url,
            secret="0123456789abcdef0123456789abcdef",  # type: ignore[arg-type]
            rate_limit_failed_keys="",
            # Many are sent at once; the answer that too many wait has a test of its own.
            imports_waiting=1000,
        )
    )
    config = schemathesis.Config.from_dict(
        {
            "generation": {"with-security-parameters": False},
            "checks": {"negative_data_rejection": {"expected-statuses": _REFUSALS}},
        }
    )
    keys = {name: key_for(url, *scopes) for name, scopes in CALLERS.items() if scopes}
    asgi: Any = PassingReaders(app)
    with get_client(asgi) as client:
        yield Service(
            client=client,
            schema=schemathesis.openapi.from_dict(app.openapi(), config=config),
            headers={name: bearer(keys[name]) if name in keys else {} for name in CALLERS},
            known=known_values(client),
        )
    shutdown_lifespans()
    backend.drop(url)


def test_every_operation_of_the_document_is_asked(service: Service) -> None:
    assert sorted(one.ok().label for one in service.schema.get_all_operations()) == OPERATIONS


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@each_operation
def test_every_answer_is_documented(service: Service, label: str) -> None:
    ask(service, label, FEW)


@pytest.mark.long
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@each_operation
def test_every_answer_to_many_requests_is_documented(service: Service, label: str) -> None:
    ask(service, label, MANY, senders=SENDERS)


@pytest.mark.long
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@each_operation
def test_every_answer_is_documented_on_postgresql_too(service: Service, label: str) -> None:
    ask(service, label, SOME)


def ask(service: Service, label: str, wanted: settings, *, senders: int = len(CALLERS)) -> None:
    """Send requests of an operation, each by so many callers, and fail with all that is wrong with the answers."""
    operation = service.schema.find_operation_by_label(label)
    known = next((values for path, values in service.known.items() if f"{path}/" in f"{label}/"), [])
    wrong: dict[str, str] = {}
    without_negative = [one for one in CHECKS if one is not negative_data_rejection]

    @wanted
    @given(
        case=st.one_of(
            *(operation.as_strategy(generation_mode=mode) for mode in GenerationMode),
            *operation.get_strategies_from_examples(),
        ),
        value=st.sampled_from([None, *known]),
        tag=st.sampled_from([None, '"r1"', '"r2"']),
        version=st.sampled_from([None, "v0", "v1"]),
        callers=st.permutations(list(CALLERS)),
    )
    def send(case: Case[Any], value: str | None, tag: str | None, version: str | None, callers: list[str]) -> None:
        # What is made up alone finds no record, and no revision of one.
        if value is not None:
            case.path_parameters = dict.fromkeys(case.path_parameters, value)
        if tag is not None and "If-Match" in {one.name for one in operation.headers}:
            case.headers["If-Match"] = tag
        if version is not None and "as_of" in case.query:
            case.query["as_of"] = version
        # Forms and addresses are texts, so that what is of a wrong type before it is sent may be right then.
        has_truth = any(str(value).lower() in ("true", "false") for value in (case.query or {}).values())
        checks = without_negative if has_truth or label == "POST /v1/imports" else CHECKS
        for caller in callers[:senders]:
            headers = service.headers[caller]
            response = case.call(session=service.client, headers=headers)
            try:
                case.validate_response(response, checks=checks, headers=headers)
            except FailureGroup as group:
                for failure in group.exceptions:
                    wrong.setdefault(f"{caller}: {type(failure).__name__}", str(group))

    send()
    if wrong:
        pytest.fail("\n".join(f"{title}\n{request}" for title, request in wrong.items()), pytrace=False)
