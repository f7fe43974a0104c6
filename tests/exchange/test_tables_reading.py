"""Reading Tejido's own tables: what people write by hand, and what is wrong with files."""

import io
import json
import struct
import tracemalloc
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.exchange.drafts import Draft, Report, Severity
from app.exchange.tables_reading import is_own, read_tables
from tests.exchange.reading import Found, read_all

HEADS = "id,label_en,label_es,note\n"
WATER = "water,Water,Agua,\n"


def table(text: str, encoding: str = "utf-8", **options: str) -> Found:
    """What a CSV file is read as."""
    return read_all(read_tables, text.encode(encoding), options)


def workbook(sheets: dict[str, list[list[Any]]]) -> bytes:
    """An XLSX file as spreadsheet programs write it."""
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type] # a new book has a sheet
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def archive(files: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return file.getvalue()


def drafts(found: Found) -> list[tuple[str, str]]:
    return [(draft.kind, draft.key) for draft in found.drafts]


# --- what people write ---------------------------------------------------------------------------------------------


def test_a_row_is_a_draft_with_its_place_and_its_id_as_key() -> None:
    found = table(HEADS + WATER)
    (draft,) = found.drafts
    assert isinstance(draft, Draft)
    assert (draft.kind, draft.key, draft.place.number, draft.place.words) == ("topic", "water", 2, "line 2")
    assert draft.values == {"label_en": "Water", "label_es": "Agua", "note": None}
    assert (draft.cue, found.problems) == ("water", [])


def test_a_column_that_is_absent_is_not_given_and_an_empty_cell_is_empty() -> None:
    assert table("id,label_en,label_es\nwater,Water,Agua\n").drafts[0].values == {
        "label_en": "Water",
        "label_es": "Agua",
    }


def test_an_empty_cell_of_what_cannot_be_empty_is_left_to_its_default() -> None:
    found = table(
        "id,name,basis,kind,context_only,names.text,names.kind,names.basis\no,N,stated,ngo,,A|B,short|short,\n"
    )
    assert found.problems == []
    assert found.drafts[0].values["names"] == [{"text": "A", "kind": "short"}, {"text": "B", "kind": "short"}]
    assert "context_only" not in found.drafts[0].values


def test_a_row_without_an_id_gets_one_from_what_it_says() -> None:
    rows = [",Water,Agua,x\n", ",Water,Agua,x\n", ",Air,Aire,\n"]
    keys = [draft.key for draft in table(HEADS + "".join(rows)).drafts]
    assert keys[0].startswith("water-")
    assert keys[1] == f"{keys[0]}-2"
    assert sorted(draft.key for draft in table(HEADS + "".join(reversed(rows))).drafts) == sorted(keys)


def test_the_id_of_a_state_is_not_made_up() -> None:
    found = table("id,inegi,name\n,19,Nuevo León\n", table="states")
    assert (drafts(found), found.codes, found.places) == ([], ["missing-id"], ["line 2"])


def test_numbers_dates_and_flags_are_read_as_spreadsheets_save_them() -> None:
    found = table(
        "id;project;amount;currency;currency_presumed;basis;date\n"
        "f1;p;1234,50;MXN;VERDADERO;stated;31/08/2020\nf2;p;1000;MXN;FALSE;stated;2020-08\n"
    )
    assert found.problems == []
    first, second = (draft.values for draft in found.drafts)
    assert (first["amount"], first["currency_presumed"], first["date"]) == (Decimal("1234.50"), True, "2020-08-31")
    assert (second["amount"], second["currency_presumed"], second["date"]) == (Decimal(1000), False, "2020-08")


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e400", "1.234,50", "twelve", "--1", "1" * 400])
def test_an_amount_that_is_none_is_one_problem_of_its_row(amount: str) -> None:
    found = table(f'id,project,amount,currency,basis\nf1,p,"{amount}",MXN,stated\nf2,p,5,MXN,stated\n', table="funding")
    assert (drafts(found), found.codes, found.places) == ([("funding", "f2")], ["bad-number"], ["line 2"])
    assert found.problems[0].field == "amount"
    assert found.problems[0].severity is Severity.error


def test_thousands_of_bad_rows_are_a_problem_each_and_reading_goes_on() -> None:
    found = table("id,project,amount,currency,basis\n" + "f,p,x,MXN,stated\n" * 5000 + "g,p,1,MXN,stated\n")
    assert (len(found.problems), drafts(found)) == (5000, [("funding", "g")])


def test_what_only_answers_have_is_left_alone_and_other_columns_are_told_once() -> None:
    found = table("id,label_en,label_es,revision,unknown_fields,lable_es\nwater,Water,Agua,9,note,x\n", table="topics")
    assert found.drafts[0].values == {"label_en": "Water", "label_es": "Agua"}
    assert (found.codes, found.problems[0].field) == (["unknown-column"], "lable_es")
    assert "did you mean 'label_es'" in found.problems[0].detail


def test_what_is_restricted_is_left_out_and_counted() -> None:
    found = table("id,label_en,label_es,visibility\na,A,A,restricted\nb,B,B,public\n")
    assert (drafts(found), dict(found.report.left_out)) == ([("topic", "b")], {"restricted records": 1})


@pytest.mark.parametrize("public_id", ["Water", "a b", "-a", "a--b", "x" * 101])
def test_an_id_that_cannot_be_one_is_refused(public_id: str) -> None:
    found = table(f"{HEADS}{public_id},Water,Agua,\n")
    assert (drafts(found), found.codes, found.problems[0].field) == ([], ["bad-id"], "id")


# --- files that are not what they should be ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"%PDF-1.7", "not-a-table"),
        (b"<html><table>", "not-a-table"),
        (b'[{"ref": "topic:a"}]', "not-a-table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "not-a-table"),
        (b"PAR1\x15\x04", "not-a-table"),
        (b"\x1f\x8b\x08\x00", "not-a-table"),
        (b"id\x00,label\x00", "not-text"),
        (b"foo,bar\n1,2\n", "not-a-table"),
        (b"PK\x03\x04 and no more", "truncated"),
        (f"{HEADS}{'c,' * 1_000_000}".encode(), "too-long"),
        (f"{HEADS[:-1]},label_en\n".encode(), "duplicate-heading"),
        (f'{HEADS}water,Water,"Agua,\n{WATER * 3}'.encode(), "quote-not-closed"),
        (f'{HEADS}water,Water,"Agua,\n{WATER * 50_000}'.encode(), "not-csv"),
        (f'{HEADS}{WATER}air,Air,Aire,"cut'.encode(), "quote-not-closed"),
        (f"{HEADS}{WATER}air,Ai".encode(), "truncated"),
    ],
)
def test_a_file_that_is_something_else_or_cut_off_is_refused(content: bytes, code: str) -> None:
    found = read_all(read_tables, content)
    assert found.refusal is not None
    assert (found.refusal.code, found.refusal.severity) == (code, Severity.error)


def test_a_column_that_is_needed_must_be_there() -> None:
    found = table("id,label_en\nwater,Water\n", table="topics")
    assert found.refusal is not None
    assert (found.refusal.code, "label_es" in found.refusal.detail) == ("missing-column", True)


def test_a_row_with_more_cells_than_headings_is_not_taken() -> None:
    found = table(f"{HEADS}water,Water,Agua,,stray\n{WATER.replace('water', 'w')}")
    assert (drafts(found), found.codes) == ([("topic", "w")], ["too-many-cells"])


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_another_encoding_is_found_out_and_told(encoding: str) -> None:
    found = table(f"{HEADS}water,Water,Agüita,\n", encoding)
    assert (found.drafts[0].values["label_es"], found.codes) == ("Agüita", ["encoding"])


def test_a_table_that_no_heading_tells_is_named() -> None:
    assert table(HEADS, table="tables").refusal is not None
    assert drafts(table(f"{HEADS}{WATER}", table="topics")) == [("topic", "water")]


# --- workbooks and archives ----------------------------------------------------------------------------------------


def test_each_sheet_with_the_name_of_a_table_is_read_and_others_are_told() -> None:
    heads = HEADS.strip().split(",")
    found = read_all(
        read_tables,
        workbook({"Topics": [heads, ["water", "Water", "Agua"]], "dictionary": [["x"]], "mine": [["x"]]}),
    )
    assert drafts(found) == [("topic", "water")]
    assert (found.codes, found.drafts[0].place.words) == (["unknown-sheet"], "row 2 of sheet Topics")


def test_numbers_that_a_spreadsheet_made_of_texts_are_texts_again() -> None:
    rows: list[list[Any]] = [["id", "name", "level", "inegi"], ["yuguelito", "Yuguelito", "community", 9007]]
    assert read_all(read_tables, workbook({"places": rows})).drafts[0].values["inegi"] == "9007"


def test_a_workbook_without_a_table_and_one_that_is_cut_off_are_refused() -> None:
    whole = workbook({"a": [["x"]], "b": [["y"]]})
    assert read_all(read_tables, whole).refusal is not None
    cut = read_all(read_tables, whole[: len(whole) // 2]).refusal
    assert cut is not None
    assert cut.code == "truncated"


def test_an_archive_is_read_table_by_table_and_its_lists_are_not_read_twice() -> None:
    found = read_all(
        read_tables,
        archive({"topics.csv": HEADS + WATER, "lists/organization_names.csv": "x\n", "datapackage.json": "{}"}),
    )
    assert (drafts(found), found.problems) == ([("topic", "water")], [])
    assert found.drafts[0].place.words == "line 2 of topics.csv"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (archive({"readme.txt": "nothing"}), "no-table"),
        (archive({"topics.parquet": "PAR1"}), "no-table"),
        (archive({"topics.csv": HEADS + WATER * 7_000_000}), "zip-bomb"),
        (archive({"topics.csv": HEADS + WATER})[:60], "truncated"),
    ],
    ids=["nothing", "parquet", "bomb", "cut"],
)
def test_an_archive_that_is_none_is_refused(content: bytes, code: str) -> None:
    refusal = read_all(read_tables, content).refusal
    assert refusal is not None
    assert refusal.code == code


def test_an_archive_with_damaged_content_is_refused() -> None:
    content = bytearray(archive({"topics.csv": HEADS + WATER}))
    start = 30 + struct.unpack("<H", content[26:28])[0]
    content[start : start + 8] = b"\xff" * 8
    refusal = read_all(read_tables, bytes(content)).refusal
    assert refusal is not None
    assert refusal.code == "truncated"


# --- JSON Lines ----------------------------------------------------------------------------------------------------


def lines(*records: dict[str, Any] | str) -> Found:
    texts = [one if isinstance(one, str) else json.dumps(one) for one in records]
    return read_all(read_tables, "".join(f"{text}\n" for text in texts).encode())


def test_a_line_says_by_its_ref_which_record_it_is() -> None:
    found = lines(
        {"ref": "topic:water", "label_en": "Water", "label_es": "Agua"},
        {"ref": "funding:f1", "project": "p", "amount": "1234.50", "currency": "MXN", "basis": "stated"},
        {"ref": "citation:c1", "document": "d", "record": "funding:f1", "paragraph": 3, "cue": "a cue"},
    )
    assert (drafts(found), found.problems) == ([("topic", "water"), ("funding", "f1"), ("citation", "c1")], [])
    assert found.values("funding", "f1")["amount"] == Decimal("1234.50")
    assert found.values("citation", "c1")["record"] == "funding:f1"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"label_en": "no ref"}', "missing-ref"),
        ('{"ref": "nothing:a"}', "bad-ref"),
        ('{"ref": "topic:a", "id": "b"}', "bad-ref"),
        ('{"ref": "topic:A b"}', "bad-id"),
        ('{"ref": "topic:a", "label_en": NaN}', "not-json"),
        ('{"ref": "topic:a", "ref": "topic:b"}', "not-json"),
        ("[1, 2]", "not-json"),
        ('{"ref":' + "[" * 100_000, "not-json"),
        ('{"ref": "funding:f", "amount": 1e400, "currency": "MXN"}', "bad-number"),
        ('{"ref": "funding:f", "amount": {"a": 1}, "currency": "MXN"}', "bad-number"),
        ('{"ref": "org:o", "names": "one"}', "bad-value"),
        ('{"ref": "org:o", "names": ["one"]}', "bad-value"),
        ('{"ref": "project:p", "start_date": "31/02/2020"}', "bad-date"),
    ],
)
def test_a_bad_line_is_one_problem_and_reading_goes_on(line: str, code: str) -> None:
    found = lines('{"ref": "topic:first"}', line, '{"ref": "topic:last"}')
    assert [draft.key for draft in found.drafts] == ["first", "last"]
    assert (found.codes, found.places) == ([code], ["line 2"])


def test_null_empties_a_list_as_it_does_everything_else() -> None:
    found = lines({"ref": "org:o", "names": None, "note": None})
    assert (found.drafts[0].values, found.problems) == ({"names": [], "note": None}, [])


def test_unknown_names_are_told_once_and_citations_belong_on_their_own_lines() -> None:
    found = lines({"ref": "topic:a", "colour": 1, "citations": []}, {"ref": "topic:b", "colour": 2, "value_status": {}})
    assert (found.codes, [problem.field for problem in found.problems]) == (
        ["unknown-field"] * 2,
        ["colour", "citations"],
    )
    assert len(found.drafts) == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"ref": "topic:a"}\n{"ref": "topic:b", "label', "truncated"),
        (b'{"ref": "topic:a", "note": "' + b"x" * 1_000_001 + b'"}\n', "too-long"),
        ('{"ref": "topic:a"}\n'.encode("utf-16-le"), "not-text"),
    ],
)
def test_json_lines_that_are_cut_off_or_no_text_are_refused(content: bytes, code: str) -> None:
    refusal = read_all(read_tables, content).refusal
    assert refusal is not None
    assert refusal.code == code


# --- size ----------------------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_hundred_thousand_rows_take_no_more_memory_than_ten_thousand(ending: str, tmp_path: Path) -> None:
    peaks = []
    for count in (10_000, 100_000):
        path = tmp_path / f"{count}.{ending}"
        with path.open("w", encoding="utf-8") as file:
            if ending == "csv":
                file.write(HEADS)
                file.writelines(f"topic-{number},Topic {number},Tema {number},\n" for number in range(count))
            else:
                file.writelines(
                    f'{{"ref": "topic:t{number}", "label_en": "Topic {number}"}}\n' for number in range(count)
                )
        tracemalloc.start()
        with path.open("rb") as file:
            assert sum(1 for _ in read_tables(file, Report(lambda _: None), {})) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 2_000_000


# --- which format it is --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ((HEADS + WATER).encode(), True),
        (b'{"ref": "topic:a"}\n', True),
        (workbook({"funding": [["id"]]}), True),
        (archive({"topics.csv": HEADS}), True),
        (b"Identifier,Title,Amount Awarded\n", False),
        (b'{"grants": []}', False),
        (workbook({"grants": [["Identifier"]]}), False),
        (archive({"a.txt": ""}), False),
        (b"", False),
    ],
)
def test_a_file_of_ours_is_known_by_what_it_holds(content: bytes, expected: bool) -> None:
    assert is_own(io.BytesIO(content)) is expected
