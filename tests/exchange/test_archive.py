"""The whole data set as an archive: complete, described, the same every time, and read back whole."""

import csv
import hashlib
import io
import json
import re
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from fastapi.testclient import TestClient

from app.exchange.archive import ARCHIVE_FORMATS, DEFAULT_LICENCE, About, archive_name, write_archive
from app.exchange.dictionary import table_name
from app.exchange.paging import Version
from app.exchange.tables_reading import read_tables
from app.history.view import past_view, present_view
from app.models.noun import Values
from app.models.nouns import BY_KIND, NOUNS
from app.models.tables import Reader
from app.store.database import Database
from app.store.records import CREATE, PageQuery, create, list_page
from tests.exchange.reading import read_all
from tests.support.commands import command

pytestmark = pytest.mark.long_on_postgresql

ROOT = Path(__file__).resolve().parents[2]
each_format = pytest.mark.parametrize("form", ARCHIVE_FORMATS)


def export(database: Database, form: str = "csv", reader: Reader = Reader.public, ordinal: int | None = None) -> bytes:
    """An archive of a database."""
    with database.read() as connection:
        present = present_view(connection, reader)
        view = present if ordinal is None else past_view(present, ordinal)
        about = About.of(view, licence=DEFAULT_LICENCE, contact="the maintainers", address="https://tejido.example")
        version = Version.of(database, view)
    return b"".join(write_archive(version, about, form))


def package(content: bytes) -> dict[str, Any]:
    """The data package of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found: dict[str, Any] = json.loads(archive.read("datapackage.json"))
    return found


@pytest.fixture(scope="module")
def database(seeded: TestClient) -> Database:
    """The first data set: only for reading."""
    found: Database = seeded.app.state.database  # type: ignore[attr-defined]
    return found


@pytest.fixture
def own(url: str) -> Iterator[Database]:
    """An own copy of the first data set."""
    with closing(Database(url)) as found:
        yield found


def every_record(database: Database, reader: Reader = Reader.public) -> dict[tuple[str, str], Values]:
    """(kind, id) -> the fields of each record."""
    found = {}
    with database.read() as connection:
        view = present_view(connection, reader)
        for noun in NOUNS:
            for record in list_page(view, noun, PageQuery(limit=5000)).items:
                found[noun.kind, record["id"]] = {name: record[name] for name in noun.fields.model_fields}
    return found


def add_topic(database: Database, name: str, **more: Any) -> None:
    body = CREATE["topic"].model_validate({"label_en": name, "label_es": name, **more})
    with database.write(cause="test") as writer:
        create(writer, BY_KIND["topic"], body)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_archive_is_read_back_record_by_record(database: Database, form: str) -> None:
    found = read_all(read_tables, export(database, form))
    assert (found.refusal, found.problems, dict(found.report.left_out)) == (None, [], {})
    assert {(draft.kind, draft.key): draft.values for draft in found.drafts} == every_record(database)
    assert len(found.drafts) == len(every_record(database))


@each_format
def test_the_same_version_gives_the_same_bytes_now_and_later(own: Database, form: str) -> None:
    before = export(own, form)
    assert export(own, form) == before
    add_topic(own, "Later")
    assert export(own, form) != before
    assert export(own, form, ordinal=1) == before


@each_format
def test_every_table_is_there_and_is_what_the_package_says(database: Database, form: str) -> None:
    content = export(database, form)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        resources = package(content)["resources"]
        assert {"README.md", "LICENCE.txt", "datapackage.json", *(one["path"] for one in resources)} == set(names)
        assert [one["name"] for one in resources if "/" not in one["path"]] == [table_name(noun) for noun in NOUNS]
        for one in resources:
            whole = archive.read(one["path"])
            assert (one["bytes"], one["hash"]) == (len(whole), f"sha256:{hashlib.sha256(whole).hexdigest()}")
            fields = [field["name"] for field in one["schema"]["fields"]]
            assert all(field["description"] for field in one["schema"]["fields"])
            if form == "csv":
                rows = list(csv.reader(io.StringIO(whole.decode(), newline="")))
                assert (rows[0], len(rows) - 1) == (fields, one["rows"])
            elif form == "jsonl":
                lines = [json.loads(line) for line in whole.splitlines()]
                assert len(lines) == one["rows"]
                assert all(set(line) == set(fields) for line in lines)
            else:
                table = pq.read_table(io.BytesIO(whole))
                assert (table.column_names, table.num_rows) == (fields, one["rows"])


def test_values_are_of_the_types_that_the_package_says_and_references_lead_somewhere(database: Database) -> None:
    content = export(database)
    resources = package(content)["resources"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        tables = {
            one["name"]: list(csv.DictReader(io.StringIO(archive.read(one["path"]).decode(), newline="")))
            for one in resources
        }
    checks = {"integer": r"-?\d+", "number": r"-?\d+(\.\d+)?", "boolean": "true|false", "string": "(?s).+"}
    referred = 0
    for one in resources:
        rows, schema = tables[one["name"]], one["schema"]
        keys = [tuple(row[name] for name in schema["primaryKey"]) for row in rows]
        assert len(set(keys)) == len(keys)
        for field in schema["fields"]:
            constraints = field.get("constraints", {})
            for value in (row[field["name"]] for row in rows):
                assert value or not constraints.get("required"), (one["name"], field["name"])
                assert not value or re.fullmatch(checks[field["type"]], value)
                assert not value or value in constraints.get("enum", [value])
                assert not value or re.fullmatch(constraints.get("pattern", "(?s).*"), value)
        for key in schema["foreignKeys"]:
            (name,), reference = key["fields"], key["reference"]
            known = {row["id"] for row in tables[reference["resource"]]}
            values = {row[name] for row in rows} - {""}
            assert values <= known, (one["name"], name)
            referred += len(values)
    assert referred > 500


def test_the_package_says_version_licence_and_sources(database: Database) -> None:
    found = package(export(database))
    assert found["version"] == "v1"
    assert found["licenses"] == [
        {
            "name": "CC-BY-4.0",
            "title": "Creative Commons Attribution 4.0",
            "path": "https://creativecommons.org/licenses/by/4.0/",
        }
    ]
    assert len(found["sources"]) == 5
    assert found["homepage"] == "https://tejido.example"
    with zipfile.ZipFile(io.BytesIO(export(database))) as archive:
        readme, licence = archive.read("README.md").decode(), archive.read("LICENCE.txt").decode()
    assert "data version v1" in readme
    assert "CC-BY-4.0" in licence


def test_lists_are_tables_of_their_own_too(database: Database) -> None:
    content = export(database)
    records = every_record(database)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = list(csv.DictReader(io.StringIO(archive.read("lists/organization_names.csv").decode(), newline="")))
        states = list(csv.DictReader(io.StringIO(archive.read("lists/participation_states.csv").decode(), newline="")))
    expected = [
        (public_id, str(place), name["text"])
        for (kind, public_id), fields in records.items()
        if kind == "organization"
        for place, name in enumerate(fields["names"])
    ]
    assert [(row["organization"], row["position"], row["text"].removeprefix("'")) for row in names] == expected
    held = {
        (public_id, state)
        for (kind, public_id), one in records.items()
        if kind == "participation"
        for state in one["states"]
    }
    assert {(row["participation"], row["state"]) for row in states} == held


def test_each_class_of_reader_gets_its_own(own: Database) -> None:
    add_topic(own, "Secret", visibility="restricted")
    public, restricted = export(own), export(own, reader=Reader.restricted)
    assert b"Secret" not in b"".join(zipfile.ZipFile(io.BytesIO(public)).read(name) for name in _names(public))
    with zipfile.ZipFile(io.BytesIO(restricted)) as archive:
        assert b"Secret" in archive.read("topics.csv")
        assert b"do not pass it on" in archive.read("README.md")
    found = read_all(read_tables, restricted)
    assert dict(found.report.left_out) == {"restricted records": 1}
    assert len(found.drafts) == len(every_record(own))


def _names(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.namelist()


def test_what_is_written_meanwhile_is_not_in_it(own: Database) -> None:
    before = export(own)
    with own.read() as connection:
        view = present_view(connection)
        about = About.of(view, licence=DEFAULT_LICENCE, contact="the maintainers", address="https://tejido.example")
        version = Version.of(own, view)
    pieces = write_archive(version, about, "csv")
    first = next(pieces)
    writing = threading.Thread(target=add_topic, args=(own, "Meanwhile"))
    writing.start()
    writing.join(60)
    assert not writing.is_alive(), "a reader that is slow keeps nobody from writing"
    assert first + b"".join(pieces) == before


def test_the_command_writes_the_archive_and_the_template_and_replaces_nothing_unasked(url: str, tmp_path: Path) -> None:
    done = command(url, tmp_path, "export", "all.zip", "--format", "jsonl", "--as-of", "v1")
    assert done.returncode == 0, done.stderr
    assert len(read_all(read_tables, (tmp_path / "all.zip").read_bytes()).drafts) > 1000
    again = command(url, tmp_path, "export", "all.zip")
    assert (again.returncode, "--force" in again.stderr) == (1, True)
    assert command(url, tmp_path, "export", "all.zip", "--force", "--restricted").returncode == 0
    with zipfile.ZipFile(tmp_path / "all.zip") as found:
        assert json.loads(found.read("datapackage.json"))["version"] == "r1"
    assert command(url, tmp_path, "export", "other.zip", "--as-of", "v99").returncode == 1
    assert command(url, tmp_path, "export", "nowhere/other.zip").returncode == 1
    assert command(url, tmp_path, "template", "template.xlsx").returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.zip", "template.xlsx"]


def test_a_file_is_named_by_its_version_and_format(database: Database) -> None:
    with database.read() as connection:
        about = About.of(present_view(connection), licence="CC0-1.0", contact="us", address="")
    assert (archive_name(about, "csv"), archive_name(about, "jsonl")) == ("tejido-v1.zip", "tejido-v1-jsonl.zip")
