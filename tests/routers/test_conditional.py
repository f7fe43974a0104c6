"""Entity tags, conditional requests, encodings, CORS, request ids, and what caches may keep."""

import re

import pytest
from fastapi.testclient import TestClient

from app.models.nouns import BY_KIND, NOUNS
from tests.routers.asking import create, problem, version
from tests.support.keys import as_caller

pytestmark = pytest.mark.long_on_postgresql

ENCODINGS = ("identity", "gzip", "zstd", "br")
READS = (
    "/v1/topics?limit=100",
    "/v1/networks/funder-partner-state",
    "/v1/networks/coalitions",
    "/v1/organizations/ned/profile",
    "/v1/states/MX-NLE/profile",
    "/v1/search?q=mexico",
    "/v1/evidence?record=org:ned",
    "/v1/about",
    "/v1/organizations/ned?include=citations,funding",
    "/v1/projects/conjusticia",
)


@pytest.mark.parametrize("address", READS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_reader_that_has_the_answer_gets_304_without_a_body(seeded: TestClient, address: str, encoding: str) -> None:
    whole = seeded.get(address, headers={"Accept-Encoding": encoding})
    assert whole.status_code == 200
    etag = whole.headers["etag"]
    assert re.fullmatch(r'"[rv][0-9]+(-v[0-9]+)?(~(gzip|zstd|br))?"', etag)
    for known in (etag, f"W/{etag}", f'"other", {etag}', f'{etag},"other"', "*"):
        own = {"Accept-Encoding": encoding, "If-None-Match": known}
        for method in ("GET", "HEAD"):
            same = seeded.request(method, address, headers=own)
            assert (same.status_code, same.content) == (304, b"")
            assert "content-length" not in same.headers
            for name in ("etag", "cache-control", "data-version", "vary"):
                assert same.headers[name] == whole.headers[name]
    for other in ('"other"', "garbage", "", '"', ",,,", etag.strip('"')):
        fresh = seeded.get(address, headers={"Accept-Encoding": encoding, "If-None-Match": other})
        assert fresh.status_code == 200
        assert fresh.content == whole.content


def test_two_if_none_match_lines_are_one_list(seeded: TestClient) -> None:
    etag = seeded.get("/v1/topics").headers["etag"]
    response = seeded.get("/v1/topics", headers=[("If-None-Match", '"other"'), ("If-None-Match", etag)])
    assert response.status_code == 304


@pytest.mark.parametrize("address", READS)
def test_each_encoding_has_its_own_tag_and_the_same_content(seeded: TestClient, address: str) -> None:
    answers = {name: seeded.get(address, headers={"Accept-Encoding": name}) for name in ENCODINGS}
    # The client undoes gzip by itself; the other two it does not know.
    assert answers["gzip"].content == answers["identity"].content
    if len(answers["identity"].content) >= 1000:
        assert len({answer.headers["etag"] for answer in answers.values()}) == len(ENCODINGS)
    for name, answer in answers.items():
        assert answer.headers.get("content-encoding", "identity") in (name, "identity")
        vary = [word.strip().lower() for word in answer.headers["vary"].split(",")]
        assert vary.count("accept-encoding") == 1
        for other, known in answers.items():
            if known.headers["etag"] != answer.headers["etag"]:
                own = {"Accept-Encoding": name, "If-None-Match": known.headers["etag"]}
                assert seeded.get(address, headers=own).status_code == 200, (name, other)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_tag_of_an_encoded_answer_serves_for_a_change(writable: TestClient, encoding: str) -> None:
    made = create(writable, "topic", note="long " * 400)
    address = f"/v1/topics/{made['id']}"
    etag = writable.get(address, headers={"Accept-Encoding": encoding}).headers["etag"]
    assert (encoding in etag) == (encoding != "identity")
    changed = writable.patch(address, json={"crs_code": None}, headers={"If-Match": etag})
    assert changed.status_code == 200
    problem(writable.delete(address, headers={"If-Match": etag}), "changed-meanwhile")
    etag = writable.get(address, headers={"Accept-Encoding": encoding}).headers["etag"]
    assert writable.delete(address, headers={"If-Match": etag}).status_code == 204


def test_the_tag_of_an_answer_with_related_records_serves_for_a_change(writable: TestClient) -> None:
    made = create(writable, "project")
    address = f"/v1/projects/{made['id']}"
    etag = writable.get(address, params={"include": "funding"}).headers["etag"]
    assert writable.patch(address, json={"note": "x"}, headers={"If-Match": etag}).status_code == 200


@pytest.mark.parametrize(
    ("if_match", "kind"),
    [
        ("*", "if-match-required"),
        ("", "changed-meanwhile"),
        ('""', "changed-meanwhile"),
        ("r1", "changed-meanwhile"),
        ('W/"r1"', "changed-meanwhile"),
        ('"r01x"', "changed-meanwhile"),
        ('"r0"', "changed-meanwhile"),
        ('"r-1"', "changed-meanwhile"),
        ('"v1"', "changed-meanwhile"),
        ('"r2", "r3"', "changed-meanwhile"),
        ('W/"r1", "r2"', "changed-meanwhile"),
        ('"r1~deflate"', "changed-meanwhile"),
        (", ,", "changed-meanwhile"),
        ('"r' + "9" * 15 + '"', "changed-meanwhile"),
        ('"r' + "9" * 100 + '"', "changed-meanwhile"),
        ('"r' + "9" * 5000 + '"', "bad-parameter"),
        ('"r\xb2"', "changed-meanwhile"),
        ("\xff\xfe", "changed-meanwhile"),
    ],
)
def test_an_if_match_that_names_no_present_revision_changes_nothing(
    writable: TestClient, if_match: str, kind: str
) -> None:
    made = create(writable, "topic")
    address, before = f"/v1/topics/{made['id']}", version(writable)
    own = {b"If-Match": if_match.encode("latin-1")}
    problem(writable.patch(address, json={"note": "x"}, headers=own), kind)
    problem(writable.delete(address, headers=own), kind)
    assert version(writable) == before
    assert writable.get(address).json() == made


@pytest.mark.parametrize(
    "lines",
    [
        ('"r7", "r1"',),
        ('"r1" ,"r7", W/"r2"',),
        ('"r7"', '"r1"'),
        ('"r1~gzip"', "other"),
        ('"r1-v3"',),
        ('"r1-r3.2~zstd", "r9"',),
    ],
)
def test_any_of_several_tags_serves_for_a_change(writable: TestClient, lines: tuple[str, ...]) -> None:
    made = create(writable, "topic")
    own = [("If-Match", line) for line in lines]
    assert writable.patch(f"/v1/topics/{made['id']}", json={"note": "x"}, headers=own).json()["revision"] == 2
    problem(writable.delete(f"/v1/topics/{made['id']}", headers=own), "changed-meanwhile")


@pytest.mark.parametrize("address", ["/v1/projects/conjusticia", "/v1/topics/access-to-justice"])
def test_a_restricted_reader_changes_what_it_has_read(writable: TestClient, address: str) -> None:
    keeper = as_caller(writable, "restricted", "write")
    read = keeper.get(address)
    changed = keeper.patch(address, json={"note": "seen"}, headers={"If-Match": read.headers["etag"]})
    assert changed.json()["revision"] == read.json()["revision"] + 1, changed.text
    problem(keeper.delete(address, headers={"If-Match": read.headers["etag"]}), "changed-meanwhile")


def test_lists_and_networks_change_their_tag_with_any_write_and_records_with_their_own(writable: TestClient) -> None:
    lists = [f"/v1/{noun.path}?limit=1" for noun in NOUNS] + list(READS[1:3])
    before = [writable.get(address).headers["etag"] for address in lists]
    ned = writable.get("/v1/organizations/ned").headers["etag"]
    create(writable, "topic")
    after = [writable.get(address).headers["etag"] for address in lists]
    assert all(one != other for one, other in zip(before, after, strict=True))
    assert writable.get("/v1/organizations/ned").headers["etag"] == ned


def test_a_record_with_derived_fields_changes_its_tag_when_they_change(writable: TestClient) -> None:
    project = create(writable, "project", parent=None)
    address = f"/v1/projects/{project['id']}"
    read = writable.get(address)
    create(writable, "project_state", project=project["id"], state=None, place="MX", role="target")
    again = writable.get(address, headers={"If-None-Match": read.headers["etag"]})
    assert again.status_code == 200
    assert (read.json()["nationwide"], again.json()["nationwide"]) == (False, True)


@pytest.mark.parametrize("address", READS)
def test_every_read_tells_its_data_version_and_must_be_revalidated(seeded: TestClient, address: str) -> None:
    response = seeded.get(address)
    assert response.headers["data-version"] == f"v{version(seeded)}"
    assert response.headers["cache-control"] == "no-cache"


def test_health_and_problems_are_never_kept(seeded: TestClient) -> None:
    for address in ("/healthz", "/readyz", "/v1/topics/nowhere", "/nowhere", "/v1/topics?nope=1"):
        assert seeded.get(address).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "address", ["/v1/topics", "/v1/topics/nowhere", "/nowhere", "/healthz", "/openapi.json", "/docs", "/v1/topics?x=1"]
)
def test_pages_of_any_origin_may_read_answers_and_problems(seeded: TestClient, address: str) -> None:
    response = seeded.get(address, headers={"Origin": "https://reader.example"})
    assert response.headers["access-control-allow-origin"] == "*"
    exposed = response.headers["access-control-expose-headers"].lower().split(", ")
    assert {"etag", "link", "data-version", "x-request-id"} <= set(exposed)
    assert "access-control-allow-credentials" not in response.headers


def test_a_preflight_allows_reading_and_not_writing(seeded: TestClient) -> None:
    def ask(method: str) -> int:
        own = {
            "Origin": "https://reader.example",
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "if-none-match, x-request-id",
        }
        response = seeded.options("/v1/topics", headers=own)
        assert "x-request-id" in response.headers
        if response.status_code == 200:
            assert response.headers["access-control-allow-origin"] == "*"
            assert "if-none-match" in response.headers["access-control-allow-headers"].lower()
        else:
            assert response.headers["content-type"] == "application/problem+json"
            assert response.json()["type"].endswith("/bad-request")
        return response.status_code

    assert [ask(method) for method in ("GET", "HEAD", "POST", "PATCH", "DELETE")] == [200, 200, 400, 400, 400]


def test_a_request_keeps_its_own_plain_id_and_gets_one_otherwise(seeded: TestClient) -> None:
    for address in ("/v1/topics", "/nowhere", "/healthz"):
        for plain in ("a", "A-b_c.9", "x" * 64):
            assert seeded.get(address, headers={"X-Request-ID": plain}).headers["x-request-id"] == plain
        for other in ("", " ", "a b", "x" * 65, "a\tb", "<script>", "é", "a,b"):
            made = seeded.get(address, headers={b"X-Request-ID": other.encode("latin-1")}).headers["x-request-id"]
            assert re.fullmatch(r"[0-9a-f]{32}", made)
    assert problem(seeded.get("/nowhere", headers={"X-Request-ID": "mine"}))["request_id"] == "mine"


def test_even_an_unexpected_failure_has_its_request_id_and_may_be_read_by_pages(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("app.routers.crud.records.list_page", fail)
    own = {"Origin": "https://reader.example", "X-Request-ID": "mine"}
    response = client.get(f"/v1/{BY_KIND['topic'].path}", headers=own)
    assert problem(response, "internal-error")["request_id"] == "mine"
    assert response.headers["access-control-allow-origin"] == "*"
    assert "secret" not in response.text
    assert "secret detail" in caplog.text


@pytest.mark.parametrize("address", ["/docs", "/redoc", "/openapi.json", "/assets/docs/swagger-start.js"])
def test_pages_take_head_and_options(seeded: TestClient, address: str) -> None:
    own = {"X-Request-ID": "same"}
    get, head = seeded.get(address, headers=own), seeded.head(address, headers=own)
    assert (head.status_code, head.content, dict(head.headers)) == (200, b"", dict(get.headers))
    options = seeded.options(address)
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    refused = seeded.post(address)
    problem(refused, "method-not-allowed")
    assert refused.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
@pytest.mark.parametrize("address", ["/v1/topics/", "/v1/topics//", "/docs/", "//v1/topics", "/v1/", "/V1/topics"])
def test_an_address_is_only_what_is_documented_and_nothing_redirects(
    seeded: TestClient, method: str, address: str
) -> None:
    response = seeded.request(method, address, follow_redirects=False)
    assert response.status_code == 404
    if method != "HEAD":
        problem(response, "no-route")
