"""The template: what spreadsheet programs make of it, and that what is filled in is read."""

import io
from functools import cache
from typing import Any

import openpyxl

from app.exchange.dictionary import table_name
from app.exchange.tables_reading import read_tables
from app.exchange.template import write_template
from app.models.nouns import NOUNS
from tests.exchange.reading import read_all


@cache
def content() -> bytes:
    return b"".join(write_template())


def book() -> Any:
    return openpyxl.load_workbook(io.BytesIO(content()))


def test_it_is_always_the_same() -> None:
    assert b"".join(write_template()) == content()


def test_it_has_a_sheet_for_each_table_and_what_explains_them() -> None:
    assert book().sheetnames == ["README", *(table_name(noun) for noun in NOUNS), "dictionary"]


def test_each_table_has_its_fields_for_headings() -> None:
    for noun in NOUNS:
        heads = [cell.value for cell in book()[table_name(noun)][1]]
        assert list(dict.fromkeys(head.partition(".")[0] for head in heads)) == ["id", *noun.fields.model_fields]


def test_every_column_is_explained() -> None:
    rows = list(book()["dictionary"].iter_rows(min_row=2, values_only=True))
    named = [(row[0], row[1]) for row in rows]
    assert named == [(table_name(noun), cell.value) for noun in NOUNS for cell in book()[table_name(noun)][1]]
    assert all(row[6] for row in rows)


def test_words_are_chosen_from_their_list_and_references_from_the_other_sheet() -> None:
    whole = book()
    choices = {}
    for sheet in whole.worksheets:
        for one in sheet.data_validations.dataValidation:
            letter = str(one.sqref).split(":")[0].rstrip("0123456789")
            choices[sheet.title, sheet[f"{letter}1"].value] = one
    kind = choices["organizations", "kind"]
    assert kind.formula1.strip('"').split(",")[:2] == ["funder", "ngo"]
    assert kind.showErrorMessage
    assert all(len(one.formula1 or "") <= 257 for one in choices.values()), "Excel has 255 characters and the quotes"
    assert choices["funding", "project"].formula1 == "projects!$A$2:$A$10000"
    assert not choices["funding", "project"].showErrorMessage


def test_cells_to_be_filled_in_take_what_is_typed_for_text() -> None:
    sheet = book()["projects"]
    letters = {cell.value: cell.column_letter for cell in sheet[1]}
    assert sheet.column_dimensions[letters["start_date"]].number_format == "@"
    assert book()["funding"].column_dimensions["J"].number_format == "General"


def test_what_is_filled_in_is_read_and_an_empty_template_holds_nothing() -> None:
    empty = read_all(read_tables, content())
    assert (empty.drafts, empty.problems, empty.refusal) == ([], [], None)
    filled = book()
    filled["organizations"].append(["tejedoras", "Tejedoras del Norte, A.C.", "stated", None, "ngo"])
    filled["projects"].append(["agua", "Agua", "stated", None, "grant", "ongoing", None, "2020-08", 2021])
    file = io.BytesIO()
    filled.save(file)
    found = read_all(read_tables, file.getvalue())
    assert found.problems == []
    assert [(draft.kind, draft.key) for draft in found.drafts] == [("organization", "tejedoras"), ("project", "agua")]
    project = found.values("project", "agua")
    assert (project["start_date"], project["end_date"]) == ("2020-08", "2021")
