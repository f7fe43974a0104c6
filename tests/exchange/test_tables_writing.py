"""Tables as they are written: complete, typed, exact, safe to open, and read back as what they were."""

import csv
import io
import json
import re
import tracemalloc
import zipfile
from datetime import date
from decimal import Decimal
from itertools import repeat
from typing import Any

import openpyxl
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.dictionary import SEPARATOR, Type, joined, split, table_of
from app.exchange.sheets import LONGEST_CELL, Sheet, SheetColumn, column_letters, write_workbook
from app.exchange.tables_reading import read_tables
from app.exchange.tables_writing import FORMATS
from app.history.view import present_view
from app.models.noun import Noun, Values, may_be_empty
from app.models.nouns import BY_KIND, NOUNS
from app.store.records import PageQuery, list_page
from tests.exchange.reading import read_all

each_noun = pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.kind)
READ_BACK = ("csv", "csv-plain", "xlsx", "jsonl")
FORMULA = re.compile("[=+\\-@\t\n＝＋－＠]")


def records_of(client: TestClient, noun: Noun, *include: str) -> list[Values]:
    """All records of a noun, as answers have them."""
    with client.app.state.database.read() as connection:  # type: ignore[attr-defined]
        return list_page(present_view(connection), noun, PageQuery(limit=5000, include=include)).items


def written(name: str, noun: Noun, records: list[Values], *, cited: bool = False) -> bytes:
    """The bytes of a table."""
    return b"".join(FORMATS[name].write(table_of(noun, cited=cited), [records[:7], records[7:]]))


def organization(**values: Any) -> Values:
    """An organization as an answer has it."""
    noun = BY_KIND["organization"]
    fields = noun.fields.model_validate({"name": "Tejedoras", "basis": "stated", "kind": "ngo"} | values).model_dump()
    status = dict.fromkeys(may_be_empty(noun), "known")
    own = {"id": "tejedoras", "ref": "org:tejedoras", "revision": 1, "visibility": "public", "included": None}
    return fields | own | {"value_status": status}


def csv_rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@each_noun
@pytest.mark.parametrize("name", READ_BACK)
def test_what_is_written_is_read_again_value_by_value(seeded: TestClient, noun: Noun, name: str) -> None:
    records = records_of(seeded, noun)
    found = read_all(read_tables, written(name, noun, records))
    assert (found.refusal, found.problems) == (None, [])
    expected = [(one["id"], {field: one[field] for field in noun.fields.model_fields}) for one in records]
    assert [(draft.key, draft.values) for draft in found.drafts] == expected
    assert {draft.kind for draft in found.drafts} == {noun.kind}


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_records_give_the_same_bytes(seeded: TestClient, name: str) -> None:
    records = records_of(seeded, BY_KIND["project"])
    assert written(name, BY_KIND["project"], records) == written(name, BY_KIND["project"], records)


@each_noun
def test_json_lines_are_the_items_of_the_json_list(seeded: TestClient, noun: Noun) -> None:
    items = seeded.get(f"/v1/{noun.path}?limit=500").json()["items"]
    lines = seeded.get(f"/v1/{noun.path}?format=jsonl&limit=500").text.splitlines()
    assert [json.loads(line) | {"included": None} for line in lines] == items


@each_noun
def test_parquet_holds_every_value_in_its_type(seeded: TestClient, noun: Noun) -> None:
    records = records_of(seeded, noun)
    table = pq.read_table(io.BytesIO(written("parquet", noun, records)))
    assert table.num_rows == len(records)
    for row, record in zip(table.to_pylist(), records, strict=True):
        for item in table_of(noun).items:
            if item.name != "unknown_fields":
                assert row[item.name] == record[item.name], item.name
    for item in table_of(noun).items:
        if item.type is Type.decimal:
            kind = table.schema.field(item.name).type
            assert (str(kind), kind.scale) == (f"decimal128({kind.precision}, {item.places})", item.places)


def test_a_date_in_parquet_has_the_days_that_it_may_stand_for(seeded: TestClient) -> None:
    records = records_of(seeded, BY_KIND["project"])
    rows = pq.read_table(io.BytesIO(written("parquet", BY_KIND["project"], records))).to_pylist()
    days = {row["start_date"]: (row["start_date_earliest"], row["start_date_latest"]) for row in rows}
    assert days["2020"] == (date(2020, 1, 1), date(2020, 12, 31))
    assert days["2020-08"] == (date(2020, 8, 1), date(2020, 8, 31))
    assert days[None] == (None, None)


def test_a_list_is_one_column_for_each_member() -> None:
    names = [
        {"text": "Tejedoras, A.C.", "kind": "legal", "language": "es", "basis": "stated"},
        {"text": "A|B\\C", "kind": "short", "language": None, "basis": "implied"},
    ]
    (row,) = csv_rows(written("csv", BY_KIND["organization"], [organization(names=names)]))
    assert row["names.text"] == r"Tejedoras, A.C.|A\|B\\C"
    assert (row["names.kind"], row["names.language"], row["names.basis"]) == ("legal|short", "es|", "stated|implied")


def test_what_is_unknown_is_told_apart_from_what_is_not_recorded(seeded: TestClient) -> None:
    rows = csv_rows(seeded.get("/v1/funding?format=csv").content)
    items = seeded.get("/v1/funding?limit=500").json()["items"]
    for row, item in zip(rows, items, strict=True):
        unknown = [name for name, status in item["value_status"].items() if status == "unknown"]
        assert row["unknown_fields"] == SEPARATOR.join(unknown)
        assert all(row[name] == "" for name in unknown)


def test_citations_stand_beside_the_record_that_they_are_of(seeded: TestClient) -> None:
    noun = BY_KIND["project"]
    records = records_of(seeded, noun, "citations")
    rows = csv_rows(written("csv", noun, records, cited=True))
    for row, record in zip(rows, records, strict=True):
        cited = record["included"]["citations"]
        assert row["citations.document"] == SEPARATOR.join(one["document"] for one in cited)
        assert row["citations.paragraph"] == SEPARATOR.join(str(one["paragraph"]) for one in cited)


# --- safe to open --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "a,=1", 'a"-1', "a\n@b", "'=1", "''+1"])
def test_no_cell_of_a_csv_starts_a_formula(text: str) -> None:
    names = [{"text": "=A1", "kind": "short", "language": None, "basis": "stated"}]
    record = organization(summary=text, names=names)
    content = written("csv", BY_KIND["organization"], [record])
    (row,) = csv_rows(content)
    assert not any(FORMULA.match(cell) for cell in row.values())
    assert not any(FORMULA.match(part) for cell in row.values() for part in re.split('[,;\t\n"]', cell))
    (draft,) = read_all(read_tables, content).drafts
    assert (draft.values["summary"], draft.values["names"]) == (text, names)


def test_a_text_like_a_formula_is_a_text_in_a_sheet_and_stays_one_when_it_is_edited() -> None:
    content = written("xlsx", BY_KIND["organization"], [organization(summary='=HYPERLINK("x")', note="plain")])
    sheet = openpyxl.load_workbook(io.BytesIO(content))["organizations"]
    cells = dict(zip([cell.value for cell in sheet[1]], sheet[2], strict=True))
    summary, note = cells["summary"], cells["note"]
    assert (summary.value, summary.data_type, summary.number_format) == ('=HYPERLINK("x")', "s", "@")
    assert summary.quotePrefix
    assert not note.quotePrefix
    assert note.number_format == "@"


@given(st.lists(st.one_of(st.none(), st.text(min_size=1)), max_size=6))
def test_a_list_in_a_cell_can_be_taken_apart_again(values: list[str | None]) -> None:
    cell = joined(values, lambda text: text)
    again = [text or None for text in split(cell)] if cell else []
    assert again == values or (cell is None and values in ([], [None]))


# --- size ----------------------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize("name", FORMATS)
def test_a_hundred_thousand_records_take_no_more_memory_than_twenty_thousand(name: str) -> None:
    peaks = []
    table = table_of(BY_KIND["organization"])
    page = [organization() | {"id": f"o{number}", "ref": f"org:o{number}"} for number in range(1000)]
    for count in (20_000, 100_000):
        pages = repeat(page, count // 1000)
        tracemalloc.start()
        assert sum(len(piece) for piece in FORMATS[name].write(table, pages)) > 0
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 5_000_000


# --- sheets --------------------------------------------------------------------------------------------------------


def sheet_of(cells: list[Any]) -> list[Any]:
    """A row of cells as openpyxl reads it back."""
    columns = [SheetColumn(f"c{number}") for number in range(len(cells))]
    content = b"".join(write_workbook([Sheet("one", columns, [cells])]))
    return [cell.value for cell in openpyxl.load_workbook(io.BytesIO(content))["one"][2]]


def test_a_sheet_has_numbers_dates_and_truth_values() -> None:
    day = date(2020, 8, 31)
    number, whole, flag, moment, *others = sheet_of([Decimal("1234.50"), 7, True, day, "2020-08", None, "ñ"])
    assert (number, whole, flag, moment.date(), others) == (1234.5, 7, True, day, ["2020-08", None, "ñ"])


def test_what_a_sheet_cannot_hold_exactly_is_a_text() -> None:
    assert sheet_of([Decimal("123456789012345.67"), date(1850, 1, 1)]) == ["123456789012345.67", "1850-01-01"]


def test_a_text_that_no_cell_holds_is_said_to_be_missing_and_is_not_cut(seeded: TestClient) -> None:
    names = [{"text": "x" * 500, "kind": "short", "language": None, "basis": "stated"}] * 80
    content = written("xlsx", BY_KIND["organization"], [organization(names=names)])
    sheet = openpyxl.load_workbook(io.BytesIO(content))["organizations"]
    cells = dict(zip([cell.value for cell in sheet[1]], [cell.value for cell in sheet[2]], strict=True))
    assert len("x" * 500) * 80 > LONGEST_CELL
    assert cells["names.text"] == "#N/A"


def test_a_text_that_looks_like_the_number_of_a_character_comes_back() -> None:
    content = written("xlsx", BY_KIND["organization"], [organization(summary="a_x0041_b _x005F_")])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"a_x005F_x0041_b _x005F_x005F_" in archive.read("xl/worksheets/sheet1.xml")
    assert read_all(read_tables, content).drafts[0].values["summary"] == "a_x0041_b _x005F_"


@pytest.mark.parametrize("text", ["tab\tand\nline", "\x07\ufffe", " spaces ", "]]>&<\"'"])
def test_a_text_comes_through_a_sheet(text: str) -> None:
    assert sheet_of([text]) == [text.replace("\x07", "\ufffd").replace("\ufffe", "\ufffd")]


def test_columns_are_named_as_spreadsheets_do() -> None:
    assert [column_letters(number) for number in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_workbook_carries_no_time_and_no_machine() -> None:
    content = written("xlsx", BY_KIND["topic"], [])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not any("docProps" in member.filename for member in archive.infolist())
