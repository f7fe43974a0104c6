"""Lists as tables, the archive and the template over HTTP: the same records, filters, versions and headers as JSON."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import openpyxl
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from fastapi.testclient import TestClient

from app.exchange import paging
from app.exchange.archive import ARCHIVE_FORMATS
from app.exchange.tables_writing import FORMATS
from app.models.nouns import NOUNS
from tests.routers.asking import problem

pytestmark = pytest.mark.long_on_postgresql

each_format = pytest.mark.parametrize("form", FORMATS)
Answer = Any


def ids(response: Answer) -> list[str]:
    """The ids of a table, in its order, whatever its format."""
    assert response.status_code == 200, response.text
    kind, content = response.headers["content-type"].split(";")[0], response.content
    if kind == "text/csv":
        return [row["id"] for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))]
    if kind == "application/x-ndjson":
        return [json.loads(line)["id"] for line in content.splitlines()]
    if kind == "application/vnd.apache.parquet":
        found: list[str] = pq.read_table(io.BytesIO(content))["id"].to_pylist()
        return found
    (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    return [str(row[0]) for row in sheet.iter_rows(min_row=2, values_only=True)]


def listed(client: TestClient, address: str) -> list[str]:
    """The ids of the JSON list, all pages of it."""
    found: list[str] = []
    separator = "&" if "?" in address else "?"
    cursor = ""
    while True:
        page = client.get(f"{address}{separator}limit=500{cursor}").json()
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


@each_format
@pytest.mark.parametrize(
    "address",
    [
        "/v1/organizations",
        "/v1/organizations?kind=ngo&sort=-name",
        "/v1/organizations?works_in=Jalisco",
        "/v1/projects?state=MX-NLE&certainty=certain,possible",
        "/v1/funding?missing=amount&sort=-date",
        "/v1/collaborations?q=laboratorio",
        "/v1/topics?has=parent",
    ],
)
def test_a_table_holds_what_the_json_list_holds_in_its_order(seeded: TestClient, form: str, address: str) -> None:
    expected = listed(seeded, address)
    assert ids(seeded.get(address, params=None, headers={"Accept": FORMATS[form].media_type})) == expected
    assert ids(seeded.get(f"{address}{'&' if '?' in address else '?'}format={form}")) == expected


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.kind)
def test_every_list_can_be_had_as_every_table(seeded: TestClient, noun: Any) -> None:
    expected = listed(seeded, f"/v1/{noun.path}")
    for form in FORMATS:
        assert ids(seeded.get(f"/v1/{noun.path}?format={form}")) == expected


@each_format
def test_a_table_goes_over_all_pages_of_the_list(
    seeded: TestClient, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "_AT_ONCE", 7)
    monkeypatch.setattr(paging, "_CITED_AT_ONCE", 3)
    for address in ("/v1/organizations?sort=-country", "/v1/organizations?include=citations"):
        assert ids(seeded.get(f"{address}&format={form}")) == listed(seeded, address)


def test_a_page_that_brings_too_much_along_is_made_smaller(seeded: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.store.records.MOST_INCLUDED", 5)
    problem(seeded.get("/v1/organizations?include=citations&limit=500"), "too-many-included")
    assert ids(seeded.get("/v1/organizations?include=citations&format=csv")) == listed(seeded, "/v1/organizations")


@each_format
def test_limit_and_cursor_ask_for_a_page_and_the_link_leads_on(seeded: TestClient, form: str) -> None:
    expected = listed(seeded, "/v1/organizations")
    found: list[str] = []
    address: str | None = f"/v1/organizations?format={form}&limit=20"
    while address:
        response = seeded.get(address)
        found += ids(response)
        link = response.headers.get("link")
        address = f"/v1/organizations{link.split('>')[0].removeprefix('<')}" if link else None
        assert len(found) <= len(expected)
    assert found == expected


@each_format
def test_headers_say_version_place_and_name(seeded: TestClient, form: str) -> None:
    response = seeded.get(f"/v1/topics?format={form}&sort=label_en")
    version = response.headers["data-version"]
    assert response.headers["content-location"] == f"/v1/topics?as_of={version}&format={form}&sort=label_en"
    name = f"tejido-topics-{version}.{FORMATS[form].extension}"
    assert response.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert {"Accept", "Authorization"} <= set(response.headers["vary"].split(", "))
    assert response.headers["cache-control"] == "no-cache"
    assert seeded.get(response.headers["content-location"]).content == response.content


@each_format
def test_what_is_known_is_not_sent_again_and_head_is_as_get(seeded: TestClient, form: str) -> None:
    address = f"/v1/organizations?format={form}"
    for encoding in ("identity", "gzip"):
        whole = seeded.get(address, headers={"Accept-Encoding": encoding})
        head = seeded.head(address, headers={"Accept-Encoding": encoding})
        assert (head.status_code, head.content) == (200, b"")
        own = {"x-request-id", "ratelimit", "content-length"}
        assert {name: value for name, value in head.headers.items() if name not in own} == {
            name: value for name, value in whole.headers.items() if name not in own
        }
        again = seeded.get(address, headers={"Accept-Encoding": encoding, "If-None-Match": whole.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    tags = {seeded.get(f"/v1/organizations?format={one}").headers["etag"] for one in (*FORMATS, "json")}
    assert len(tags) == len(FORMATS) + 1


def test_a_stream_that_nobody_reads_ends(seeded: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "_AT_ONCE", 1)
    read = 0
    one = paging.Version.page

    def counted(self: paging.Version, *args: Any, **named: Any) -> Any:
        nonlocal read
        read += 1
        return one(self, *args, **named)

    monkeypatch.setattr(paging.Version, "page", counted)
    tag = seeded.get("/v1/topics?format=jsonl&limit=1").headers["etag"]
    for method, headers in (("HEAD", {}), ("GET", {"If-None-Match": tag})):
        read = 0
        seeded.request(method, "/v1/topics?format=jsonl", headers=headers)
        assert read <= 3
    read = 0
    seeded.get("/v1/topics?format=jsonl")
    assert read > 40


@each_format
def test_a_past_version_stays_what_it_was(client: TestClient, form: str) -> None:
    before = client.get(f"/v1/topics?format={form}")
    client.post("/v1/topics", json={"label_en": "Later", "label_es": "Después"}).raise_for_status()
    assert client.get(f"/v1/topics?format={form}").content != before.content
    assert client.get(before.headers["content-location"]).content == before.content


@each_format
def test_what_is_restricted_is_in_no_table_of_the_public(
    client: TestClient, clients: Callable[..., TestClient], form: str
) -> None:
    insider = clients("write", "restricted")
    body = {"label_en": "Hidden", "label_es": "Oculto", "visibility": "restricted"}
    created = insider.post("/v1/topics", json=body).json()["id"]
    assert created not in ids(client.get(f"/v1/topics?format={form}"))
    seen = insider.get(f"/v1/topics?format={form}")
    assert created in ids(seen)
    assert seen.headers["cache-control"] == "private, no-cache"
    assert seen.headers["etag"].startswith('"r')


# --- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("format=ods", "bad-parameter"),
        ("format=csv&include=total", "bad-parameter"),
        ("format=xlsx&include=projects", "bad-parameter"),
        ("format=csv&include=citations,projects", "bad-parameter"),
        ("format=csv&state=nowhere", "unknown-id"),
        ("format=csv&cursor=x", "bad-cursor"),
        ("format=parquet&as_of=v999", "bad-parameter"),
        ("format=csv&colour=red", "unknown-parameter"),
    ],
)
def test_what_cannot_be_had_is_refused_before_anything_is_sent(seeded: TestClient, query: str, kind: str) -> None:
    problem(seeded.get(f"/v1/organizations?{query}"), kind)


def test_json_lines_hold_related_records_too(seeded: TestClient) -> None:
    lines = seeded.get("/v1/organizations?format=jsonl&include=citations,funding&limit=5").text.splitlines()
    items = seeded.get("/v1/organizations?include=citations,funding&limit=5").json()["items"]
    assert [json.loads(line) for line in lines] == items


def test_a_media_type_that_no_list_has_is_not_acceptable(seeded: TestClient) -> None:
    problem(seeded.get("/v1/organizations", headers={"Accept": "image/png"}), "not-acceptable")
    for accept in ("*/*", "application/*", "text/html, */*;q=0.1", "application/json, text/csv;q=0.9"):
        answer = seeded.get("/v1/organizations", headers={"Accept": accept})
        assert answer.headers["content-type"] == "application/json"


def test_a_list_that_no_sheet_holds_is_refused(seeded: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FORMATS, "xlsx", replace(FORMATS["xlsx"], most=10))
    body = problem(seeded.get("/v1/organizations?format=xlsx"), "bad-parameter")
    assert body["errors"] == [{"parameter": "format", "detail": "csv and parquet have no such limit"}]
    assert len(ids(seeded.get("/v1/organizations?format=xlsx&limit=10"))) == 10


def test_the_byte_order_mark_is_there_for_spreadsheets_and_can_be_left_out(seeded: TestClient) -> None:
    marked = seeded.get("/v1/topics?format=csv").content
    assert marked.startswith(b"\xef\xbb\xbf")
    assert seeded.get("/v1/topics?format=csv-plain").content == marked[3:]


# --- the archive and the template ----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ARCHIVE_FORMATS)
def test_the_archive_is_the_same_at_its_address(client: TestClient, form: str) -> None:
    before = client.get(f"/v1/export?format={form}")
    assert before.headers["content-type"] == "application/zip"
    assert before.headers["content-location"] == f"/v1/export?as_of=v1&format={form}"
    assert before.headers["content-disposition"].startswith('attachment; filename="tejido-v1')
    assert before.headers["etag"] == f'"v1-{form}"'
    client.post("/v1/topics", json={"label_en": "Later", "label_es": "Después"}).raise_for_status()
    assert client.get(before.headers["content-location"]).content == before.content
    with zipfile.ZipFile(io.BytesIO(client.get(f"/v1/export?format={form}").content)) as archive:
        assert archive.testzip() is None
        assert json.loads(archive.read("datapackage.json"))["version"] == "v2"
    assert client.get(f"/v1/export?format={form}", headers={"If-None-Match": '"v2-' + form + '"'}).status_code == 304


def test_the_archive_takes_no_other_format(seeded: TestClient) -> None:
    problem(seeded.get("/v1/export?format=xlsx"), "bad-parameter")
    problem(seeded.get("/v1/export?as_of=v99"), "bad-parameter")


def test_the_template_is_a_workbook_that_everybody_may_have(clients: Callable[..., TestClient]) -> None:
    response = clients().get("/v1/imports/template")
    assert response.status_code == 200
    assert "organizations" in openpyxl.load_workbook(io.BytesIO(response.content)).sheetnames
    known = {"If-None-Match": response.headers["etag"]}
    assert clients().get("/v1/imports/template", headers=known).status_code == 304


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl", "parquet", "360giving", "iati"])
def test_a_question_that_is_wrong_is_refused_before_the_answer_begins(seeded: TestClient, form: str) -> None:
    problem(seeded.get(f"/v1/projects?format={form}&funder=nobody"), "unknown-id")
    problem(seeded.get(f"/v1/projects?format={form}&cursor=x"), "bad-cursor")
