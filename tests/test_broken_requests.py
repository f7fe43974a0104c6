"""Broken requests of every kind: each gets its own problem, none fails the service, none writes anything."""

import asyncio
import contextlib
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.access.routes import NEEDS, Need
from app.models.noun import Noun
from app.models.nouns import BY_KIND, NOUNS
from app.problems import BASE
from app.store.records import CREATE
from tests.routers.asking import fresh, problem, rows
from tests.routers.conftest import writable
from tests.support.long import long, some_of
from tests.support.sockets import connect, parts, rest, serving

pytestmark = pytest.mark.long_on_postgresql

__all__ = ["writable"]

each_noun = pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.kind)
JSON = {"Content-Type": "application/json"}
SECRET = "s3cret-value-of-the-caller"
HOSTILE: list[Any] = [
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**30, 0.5, -0.0, 1e308, 5e-324,
    "", " ", SECRET, "\u202eabc", "e\u0301", "\u0000", "a\u0007b", "\u0085", "\ufeff", "\uffff", "😀", "ا", "x" * 6000,
    "2020-13-45", "0000", "9999-99", "NaN", "Infinity", "-Infinity", "1e400", "0E+999999", "1E-999999", "0x10", "1_000",
    "１２", "true", "null", "MX-NLE", "org:ned", "ned",
    [], [None], [[]], [{}], [1], [SECRET], [[SECRET]], ["MX-NLE"] * 200,
    {}, {"a": 1}, {"topic": None}, {"text": SECRET}, {"": ""}, [{"topic": SECRET, "nope": 1}],
    [{"state": "MX-NLE", "place": "MX"}],
]  # fmt: skip


BASIC: list[Any] = [None, True, 2**63, 0.5, SECRET, "a\u0000", [SECRET], {"a": SECRET}]
sweep = pytest.mark.parametrize("values", [BASIC, *long([some_of(HOSTILE)])], ids=["basic", "all"])


@pytest.fixture
def untouched(writable: TestClient) -> Iterator[TestClient]:
    """A client whose data must be the same after the test as before."""
    before = rows(writable)
    yield writable
    assert rows(writable) == before


# --- bodies --------------------------------------------------------------------------------------------------------


@sweep
@each_noun
def test_a_value_of_any_wrong_type_in_any_field_is_never_a_failure(
    writable: TestClient, noun: Noun, values: list[Any]
) -> None:
    for name in CREATE[noun.kind].model_fields:
        body = fresh(noun)
        for value in values:
            before = rows(writable) if value == SECRET else {}
            response = writable.post(f"/v1/{noun.path}", json={**body, name: value})
            assert response.status_code in (201, 409, 422), (name, value, response.text)
            if response.status_code == 201:
                address = response.headers["location"]
                assert writable.get(address).json() == response.json()
                etag = {"If-Match": response.headers["etag"]}
                assert writable.delete(address, headers=etag).status_code == 204
                body = fresh(noun)
                continue
            found = problem(response)
            assert all(error["pointer"] == "" or error["pointer"][0] == "/" for error in found["errors"])
            assert SECRET not in response.text
            if found["type"] == f"{BASE}malformed-body":
                assert found["errors"], (name, value)
            if before:
                assert rows(writable) == before


@sweep
@each_noun
def test_a_change_of_any_field_to_any_wrong_type_is_never_a_failure(
    writable: TestClient, noun: Noun, values: list[Any]
) -> None:
    made = next(iter(writable.get(f"/v1/{noun.path}?limit=1").json()["items"]))
    address, revision = f"/v1/{noun.path}/{made['id']}", made["revision"]
    for name in noun.fields.model_fields:
        for value in values:
            response = writable.patch(address, json={name: value}, headers={"If-Match": f'"r{revision}"'})
            assert response.status_code in (200, 409, 422), (name, value, response.text)
            if response.status_code == 200:
                revision = response.json()["revision"]
                assert writable.get(address).json() == response.json()
            else:
                problem(response)
                assert SECRET not in response.text


NOT_JSON = {
    "truncated": b'{"label_en": "a',
    "trailing": b'{"label_en": "a", "label_es": "b"} x',
    "two": b'{"label_en": "a", "label_es": "b"}{}',
    "comma": b'{"label_en": "a", "label_es": "b",}',
    "comment": b'{"label_en": "a", /* */ "label_es": "b"}',
    "single quotes": b"{'label_en': 'a', 'label_es': 'b'}",
    "no quotes": b"{label_en: 1}",
    "form": b"label_en=a&label_es=b",
    "blank": b"   ",
    "NaN": b'{"label_en": NaN, "label_es": "b"}',
    "Infinity": b'{"label_en": Infinity, "label_es": "b"}',
    "minus Infinity": b'{"label_en": -Infinity, "label_es": "b"}',
    "escaped lone surrogate": b'{"label_en": "\\ud800", "label_es": "b"}',
    "reversed surrogates": b'{"label_en": "\\udc00\\ud800", "label_es": "b"}',
    "raw lone surrogate": b'{"label_en": "\xed\xa0\x80", "label_es": "b"}',
    "surrogate in a key": b'{"\\ud800": "a", "label_es": "b"}',
    "raw NUL": b'{"label_en": "a\0", "label_es": "b"}',
    "raw newline": b'{"label_en": "a\n", "label_es": "b"}',
    "Latin-1": '{"label_en": "año", "label_es": "b"}'.encode("latin-1"),
    "UTF-16": '{"label_en": "a", "label_es": "b"}'.encode("utf-16"),
    "UTF-32": '{"label_en": "a", "label_es": "b"}'.encode("utf-32"),
    "overlong": b'{"label_en": "\xc0\x80", "label_es": "b"}',
    "byte order mark": b'\xef\xbb\xbf{"label_en": "a", "label_es": "b"}',
    "the same key twice": b'{"label_en": "a", "label_es": "b", "label_en": "c"}',
    "the same key twice, once escaped": b'{"label_en": "a", "label_es": "b", "label\\u005fen": "c"}',
    "the same key twice within": b'{"label_en": "a", "label_es": "b", "citations": [{"cue": 1, "cue": 2}]}',
    "deep arrays": b"[" * 100_000,
    "deep closed arrays": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "deep closed objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep field": b'{"label_es": "b", "label_en": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "6,000 digits": b'{"label_en": ' + b"9" * 6000 + b', "label_es": "b"}',
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_what_is_not_json_is_refused(untouched: TestClient, body: bytes) -> None:
    for method, address in (("POST", "/v1/topics"), ("PATCH", "/v1/organizations/ned")):
        response = untouched.request(method, address, content=body, headers={**JSON, "If-Match": '"r1"'})
        assert problem(response, "malformed-json")["status"] == 422


NOT_THE_FORM = {
    "null": b"null",
    "array": b"[]",
    "string": b'"x"',
    "number": b"1",
    "true": b"true",
    "empty object": b"{}",
    "empty": b"",
    "200 levels": b'{"label_en": ' + b"[" * 150 + b"]" * 150 + b', "label_es": "b"}',
    "1e400": b'{"label_en": 1e400, "label_es": "b"}',
    "escaped NUL": b'{"label_en": "a\\u0000b", "label_es": "b"}',
    "escaped bell": b'{"label_en": "a\\u0007b", "label_es": "b"}',
    "newline in a line": b'{"label_en": "a\\nb", "label_es": "b"}',
    "delete character": b'{"label_en": "a\x7fb", "label_es": "b"}',
    "C1 character": b'{"label_en": "a\xc2\x85b", "label_es": "b"}',
    "null in a text": b'{"label_en": null, "label_es": "b"}',
}


@pytest.mark.parametrize("body", NOT_THE_FORM.values(), ids=NOT_THE_FORM.keys())
def test_json_of_another_form_is_refused_with_pointers(untouched: TestClient, body: bytes) -> None:
    found = problem(untouched.post("/v1/topics", content=body, headers=JSON), "malformed-body")
    assert {error["pointer"] for error in found["errors"]} <= {"", "/label_en", "/label_es"}
    assert found["errors"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", "1E+99999999"),
        ("amount", "1E-99999999"),
        ("amount", "9" * 5000),
        ("amount", "NaN"),
        ("amount", "sNaN"),
        ("amount", "-Infinity"),
        ("amount", 10**17),
        ("amount", True),
        ("amount", {"value": 1}),
        ("share_percent", "100.01"),
        ("share_percent", "-0.01"),
        ("share_percent", "33.333"),
    ],
)
def test_numbers_beyond_their_bounds_are_refused(untouched: TestClient, name: str, value: Any) -> None:
    response = untouched.post("/v1/funding", json=fresh(BY_KIND["funding"], **{name: value}))
    assert problem(response, "malformed-body")["errors"][0]["pointer"] == f"/{name}"


def test_zero_is_zero_however_it_is_written(writable: TestClient) -> None:
    for zero in ("0E+999999999", "0E-5", "-0", 0.0, "0000"):
        made = writable.post("/v1/funding", json=fresh(BY_KIND["funding"], share_percent=zero))
        assert (made.status_code, made.json()["share_percent"]) == (201, "0.00"), made.text


def test_a_body_of_garbage_gets_no_longer_answer_than_it_is_worth(untouched: TestClient) -> None:
    body = {f"unknown-{number}": SECRET for number in range(20_000)}
    response = untouched.post("/v1/topics", json=body)
    found = problem(response, "malformed-body")
    assert len(found["errors"]) == 50
    assert "20002" in found["detail"]
    assert SECRET not in response.text


@pytest.mark.parametrize(
    "content_type",
    [
        None, "", "text/plain", "text/json", "application/xml", "multipart/form-data; boundary=x", "application/jsonx",
        "application/x-www-form-urlencoded", "json", "*/*", "application/problem+json", "application/json, text/plain",
        "application/json\xa0", "application/json x",
    ],
)  # fmt: skip
def test_a_body_of_another_type_is_refused(untouched: TestClient, content_type: str | None) -> None:
    own = {} if content_type is None else {b"Content-Type": content_type.encode("latin-1")}
    body = json.dumps(fresh(BY_KIND["topic"])).encode()
    response = untouched.post("/v1/topics", content=body, headers=own)
    problem(response, "unsupported-media-type")
    assert response.headers["accept"] == "application/json"


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "APPLICATION/JSON", "application/json; charset=utf-8", "application/json ;charset=UTF-8"],
)
def test_the_type_of_json_may_be_written_in_its_forms(writable: TestClient, content_type: str) -> None:
    body = json.dumps(fresh(BY_KIND["topic"])).encode()
    response = writable.post("/v1/topics", content=body, headers={"Content-Type": content_type})
    assert response.status_code == 201


def test_a_body_on_a_request_that_takes_none_changes_nothing(untouched: TestClient) -> None:
    assert untouched.request("GET", "/v1/topics", content=b"{}", headers=JSON).status_code == 200
    problem(untouched.request("GET", "/v1/topics", content=b"x", headers=JSON), "malformed-json")
    problem(untouched.request("GET", "/v1/topics", content=b"x"), "unsupported-media-type")
    problem(untouched.request("GET", "/v1/topics", content=b"[" * 2_000_000, headers=JSON), "body-too-large")


def test_a_body_of_fifty_megabytes_is_refused(untouched: TestClient) -> None:
    for method, address in (("POST", "/v1/topics"), ("PATCH", "/v1/topics/x"), ("GET", "/v1/topics")):
        response = untouched.request(method, address, content=b" " * 50_000_000, headers=JSON)
        problem(response, "body-too-large")
    sent = 0

    def stream() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(50):
            sent += 1
            yield b" " * 1_000_000

    problem(untouched.post("/v1/topics", content=stream(), headers=JSON), "body-too-large")


@pytest.mark.parametrize(
    ("length", "kind"),
    [
        *((length, "bad-request") for length in ("-1", "abc", "1.5", "", "+2", "0x2", "²", "1,1")),
        *((length, "body-too-large") for length in ("1000001", "9" * 30, "9" * 6000)),
    ],
)
def test_a_content_length_that_is_none_is_refused(untouched: TestClient, length: str, kind: str) -> None:
    own = {b"Content-Type": b"application/json", b"Content-Length": length.encode("latin-1")}
    problem(untouched.post("/v1/topics", content=b"{}", headers=own), kind)


# --- addresses -----------------------------------------------------------------------------------------------------


def _ask(client: TestClient, path: str, query: str = "", method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """One request below any client library, which would mend a broken address."""
    messages: list[Any] = []
    raw = path.encode("latin-1")
    scope: dict[str, Any] = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": unquote(path), "raw_path": raw, "query_string": query.encode("latin-1"),
        "headers": [(b"host", b"test")], "client": ("test", 1), "server": ("test", 80), "root_path": "",
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    asyncio.run(client.app(scope, receive, send))  # type: ignore[arg-type]
    headers = {name.decode(): value.decode("latin-1") for name, value in messages[0]["headers"]}
    return messages[0]["status"], headers, b"".join(message.get("body", b"") for message in messages[1:])


BROKEN_ADDRESSES = {
    "NUL in the path": ("/v1/topics/a%00b", "", "bad-request"),
    "NUL in the query": ("/v1/topics", "q=a%00b", "bad-request"),
    "NUL in a name": ("/v1/topics", "q%00=a", "bad-request"),
    "raw NUL": ("/v1/topics", "q=a\0b", "bad-request"),
    "invalid UTF-8 in the path": ("/v1/topics/%ff", "", "bad-request"),
    "invalid UTF-8 in the query": ("/v1/topics", "q=%c3%28", "bad-request"),
    "raw Latin-1 in the query": ("/v1/topics", "q=a\xf1o", "bad-request"),
    "surrogate in the path": ("/v1/topics/%ed%a0%80", "", "bad-request"),
    "surrogate in the query": ("/v1/topics", "q=%ed%a0%80", "bad-request"),
    "overlong slash": ("/v1/topics/%c0%af", "", "bad-request"),
    "half an escape in the path": ("/v1/topics/a%", "", "bad-request"),
    "half an escape in the query": ("/v1/topics", "q=%2", "bad-request"),
    "no escape": ("/v1/topics", "q=%zz", "bad-request"),
    "an old escape": ("/v1/topics", "q=%u00e9", "bad-request"),
    "a long path": ("/v1/topics/" + "a" * 10_000, "", "uri-too-long"),
    "a long query": ("/v1/topics", "q=" + "a" * 10_000, "uri-too-long"),
    "a long query of many": ("/v1/topics", "q=a&" * 3_000, "uri-too-long"),
    "a line break in the query": ("/v1/topics", "q=a%0d%0aSet-Cookie:x", "bad-parameter"),
    "an id with a slash": ("/v1/topics/a%2Fb", "", "no-route"),
    "an id of dots": ("/v1/topics/..", "", "not-found"),
    "an escaped climb": ("/v1/topics/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "", "no-route"),
    "an id with a space": ("/v1/topics/a%20b", "", "not-found"),
    "an id in upper case": ("/v1/organizations/NED", "", "not-found"),
    "a state in lower case": ("/v1/states/mx-nle", "", "not-found"),
    "an id of an emoji": ("/v1/topics/%F0%9F%98%80", "", "not-found"),
    "an id written from the right": ("/v1/topics/%D8%A7%D9%84", "", "not-found"),
    "an id with a combining mark": ("/v1/topics/e%CC%81", "", "not-found"),
    "an id with control characters": ("/v1/topics/a%0Ab%1B", "", "not-found"),
    "an id of 101 letters": ("/v1/topics/" + "a" * 101, "", "bad-parameter"),
    "an id with a prefix": ("/v1/organizations/org:ned", "", "not-found"),
    "a climb out of the assets": ("/assets/vendor/..%2f..%2f..%2fmain.py", "", "no-route"),
    "a folder of assets": ("/assets/vendor/redoc", "", "no-route"),
    "a NUL in an asset": ("/assets/vendor/a%00", "", "bad-request"),
    "an asset with a long name": ("/assets/vendor/" + "a" * 5000, "", "no-route"),
}


@pytest.mark.parametrize(("path", "query", "kind"), BROKEN_ADDRESSES.values(), ids=BROKEN_ADDRESSES.keys())
def test_a_broken_address_has_its_own_problem(untouched: TestClient, path: str, query: str, kind: str) -> None:
    for method in ("GET", "HEAD"):
        status, headers, body = _ask(untouched, path, query, method)
        assert headers["content-type"] == "application/problem+json", (status, body)
        assert 400 <= status < 500
        if method == "HEAD":
            assert body == b""
        else:
            assert json.loads(body)["type"] == BASE + kind
            assert headers["x-request-id"] == json.loads(body)["request_id"]


PROBES = [
    "", "0", "-1", "9" * 30, "1e400", "NaN", "null", "true", " ", "\u202eabc", "é", "e\u0301", "😀", ",", "a,b,,",
    "a/b", "..", "'; DROP TABLE topic; --", '"', "\\", "A" * 150, "x" * 600, "-", "_", "%", "MX-NLE", "org:ned",
    "project:nope", ":", "a:b:c", "~", "a~b~c", "org:ned~funds~org:x", "2020-13-45", "v0", "v-1", "v" + "9" * 20, "v1",
    "2020-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+14:00", "\t", "\x7f", "\u0085", "\ufeff",
    "１", "²", "٣", "project:1", "project:1.00001",
]  # fmt: skip


@pytest.mark.long
def test_no_value_of_any_parameter_of_any_operation_is_a_failure(seeded: TestClient) -> None:
    document = seeded.get("/openapi.json").json()
    shared = document["components"]["parameters"]
    for path, operations in document["paths"].items():
        expected = {200, 400, 404}
        # Of these one takes JSON, and some are for administrators.
        expected |= {422} if path == "/reconcile" else {403} if NEEDS.get(("GET", path)) is Need.admin else set()
        for number, listed in enumerate(operations.get("get", {}).get("parameters", [])):
            parameter = shared[listed["$ref"].rsplit("/", 1)[1]] if "$ref" in listed else listed
            for value in some_of(PROBES, number):
                quoted = quote(value, safe="")
                if parameter["in"] == "path":
                    address = path.replace(f"{{{parameter['name']}}}", quoted)
                else:
                    address = f"{path.replace('{id}', 'ned')}?{parameter['name']}={quoted}"
                response = seeded.get(address)
                assert response.status_code in expected, (address, response.text)
                if response.status_code != 200:
                    problem(response)


def test_every_operation_refuses_a_parameter_that_it_does_not_take(untouched: TestClient) -> None:
    for path, operations in untouched.get("/openapi.json").json()["paths"].items():
        for method in operations:
            address = path.replace("{id}", "ned")
            own: dict[str, Any] = {} if method in ("get", "delete") else {"json": {}}
            response = untouched.request(method, f"{address}?{SECRET}=1", headers={"If-Match": '"r1"'}, **own)
            assert 400 <= response.status_code < 500, (method, path)
            problem(response)


# --- a fuzz of bodies ----------------------------------------------------------------------------------------------

_text = st.one_of(
    st.text(max_size=30),
    st.sampled_from([value for value in HOSTILE if isinstance(value, str) and len(value) < 100]),
    st.sampled_from(["ned", "conjusticia", "doc-conjusticia", "stated", "ngo", "grant", "target", "lead", "2020-05"]),
)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_text, inner, max_size=4),
    max_leaves=10,
)


@each_noun
def test_no_body_that_can_be_made_up_is_a_failure(writable: TestClient, noun: Noun) -> None:
    names = list(CREATE[noun.kind].model_fields)

    @settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(st.sampled_from(names), _json, max_size=4), st.booleans())
    def check(fields: dict[str, Any], from_example: bool) -> None:
        body = {**(fresh(noun) if from_example else {}), **fields}
        sent = json.dumps(body).encode("utf-8", "replace")
        response = writable.post(f"/v1/{noun.path}", content=sent, headers=JSON)
        assert response.status_code in (201, 409, 422), response.text
        if response.status_code == 201:
            assert writable.get(response.headers["location"]).json() == response.json()
        else:
            problem(response)

    check()


# --- a real server -------------------------------------------------------------------------------------------------


def _speak(port: int, *pieces: bytes, hang_up: bool = False) -> bytes:
    """Send bytes as they are; what comes back until the server has no more to say."""
    with connect(port) as connection:
        # The server may hang up on what it refuses.
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                connection.sendall(piece)
            if hang_up:
                connection.shutdown(socket.SHUT_WR)
        return rest(connection)


def test_a_real_server_refuses_what_no_client_library_would_send(client: TestClient, url: str) -> None:
    before = rows(client)
    with serving(url) as port:
        end = b" HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"
        status, headers, body = parts(_speak(port, b"GET /v1/topics?limit=2" + end + b"\r\n"))
        assert (status, int(headers["content-length"])) == (200, len(body))
        head_status, head_headers, head_body = parts(_speak(port, b"HEAD /v1/topics?limit=2" + end + b"\r\n"))
        assert (head_status, head_body, head_headers["content-length"]) == (200, b"", str(len(body)))
        gzip = b"Accept-Encoding: gzip\r\n\r\n"
        _, headers, body = parts(_speak(port, b"GET /v1/topics" + end + gzip))
        _, head_headers, head_body = parts(_speak(port, b"HEAD /v1/topics" + end + gzip))
        assert (head_body, head_headers["content-length"]) == (b"", str(len(body)))
        assert (headers["content-encoding"], head_headers["etag"]) == ("gzip", headers["etag"])

        def refused(answer: bytes, kind: str) -> None:
            status, headers, body = parts(answer)
            assert headers["content-type"] == "application/problem+json", answer[:300]
            assert json.loads(body)["type"] == BASE + kind
            assert json.loads(body)["status"] == status

        refused(_speak(port, b"GET /v1/topics?q=" + b"a" * 20_000 + end + b"\r\n"), "uri-too-long")
        refused(_speak(port, b"GET /v1/topics/%ff" + end + b"\r\n"), "bad-request")
        refused(_speak(port, b"GET /v1/topics?q=%zz" + end + b"\r\n"), "bad-request")
        refused(_speak(port, b"GET /v1/topics/a%00b" + end + b"\r\n"), "bad-request")
        refused(_speak(port, b"GET /v1/topics/../../etc/passwd" + end + b"\r\n"), "no-route")
        refused(_speak(port, b"PURGE /v1/topics" + end + b"\r\n"), "method-not-allowed")

        own = b"Content-Type: application/json\r\n"
        long = end + own + b"Content-Length: 50000000\r\n\r\n"
        refused(_speak(port, b"POST /v1/topics" + long, b" " * 1000), "body-too-large")
        chunked = end + own + b"Transfer-Encoding: chunked\r\n\r\n"
        piece = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
        answer = _speak(port, b"POST /v1/topics" + chunked, *[piece] * 50, b"0\r\n\r\n")
        if answer:  # A client that goes on sending may be cut off before it can read.
            refused(answer, "body-too-large")

        # What the server cannot read never reaches the application; it answers 400 by itself and goes on.
        for line in (
            b"GET /v1/topics?q=\xff\xfe" + end + b"\r\n",
            b"GET /v1/topics HTTP/9.9\r\n\r\n",
            b"\x16\x03\x01\x00\xa5\x01\x00",
            b"POST /v1/topics" + end + own + b"Content-Length: -1\r\n\r\n{}",
            b"POST /v1/topics" + end + own + b"Content-Length: abc\r\n\r\n{}",
            b"POST /v1/topics" + end + own + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
        ):
            answer = _speak(port, line)
            assert b" 400 " in answer.split(b"\r\n")[0], answer[:200]
        # A body that ends before its announced length is not taken for a whole one.
        whole = json.dumps(fresh(BY_KIND["topic"])).encode()
        _speak(port, b"POST /v1/topics" + end + own + b"Content-Length: 5000\r\n\r\n" + whole, hang_up=True)
        assert parts(_speak(port, b"GET /healthz" + end + b"\r\n"))[0] == 200
    assert rows(client) == before
