"""Lists of grants by a mapping: what each part of a mapping does, and what is wrong with mappings and with rows."""

import io
import random
import tracemalloc
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.exchange.drafts import FileRefused, Report, Severity
from app.exchange.mapped import read
from app.exchange.mapping import parse_mapping
from tests.exchange.reading import Found, read_all

MAPPING = """
source = "fondo-ejemplo"
title = "Donativos 2022"
publisher = "Fondo Ejemplo"
language = "es"

[file]
dates = "day-month-year"
decimal = ","
empty = ["n/d"]

[columns]
id = "Folio"
title = "Proyecto"
recipient = "Organización"
recipient_id = "RFC"
amount = "Monto"
date = "Fecha"
state = "Estado"
country = "País"
topic = "Tema"
programme = "Programa"
status = "Situación"
description = ["Objetivo", "Resumen"]

[constants]
funder = "Fondo Ejemplo, A.C."
currency = "MXN"
recipient_id_scheme = "MX-RFC"

[words.status]
"Concluido" = "completed"

[words.state]
"Nacional" = "MX"

[separators]
state = ";"

[[natural_person_if]]
column = "Tipo"
is = ["Persona física"]

[[skip_if]]
column = "Folio"
is = ["Total"]
"""
HEADS = "Folio,Proyecto,Organización,RFC,Monto,Fecha,Estado,País,Tema,Programa,Situación,Objetivo,Resumen,Tipo".split(
    ","
)


def row(**cells: Any) -> list[Any]:
    """A row of the list, with what is given by heading."""
    given = {"Folio": "F-1", "Proyecto": "Agua limpia", "Organización": "Tejedoras del Norte, A.C."} | cells
    assert set(given) <= set(HEADS)
    return [given.get(head) for head in HEADS]


def listed(*rows: list[Any], encoding: str = "utf-8", before: str = "", heads: list[str] = HEADS) -> bytes:
    """The list as CSV with semicolons."""
    lines = [heads, *rows]
    cells = ([f'"{cell}"' if cell is not None else "" for cell in line] for line in lines)
    return (before + "".join(";".join(line) + "\r\n" for line in cells)).encode(encoding)


def found_in(content: bytes, mapping: str = MAPPING) -> Found:
    return read_all(read, content, {"mapping": mapping})


def one(mapping: str = MAPPING, **cells: Any) -> Found:
    return found_in(listed(row(**cells)), mapping)


# --- what a row becomes --------------------------------------------------------------------------------------------


def test_a_row_is_a_project_with_its_funding_as_a_grant_of_360giving_is() -> None:
    found = one(
        Monto="1.234,50", Fecha="04/12/2022", Estado="Nuevo León", Tema="Agua", Programa="Vida", RFC="TNO010203AB1",
        Situación="Concluido", Objetivo="Uno", Resumen="Dos",
    )  # fmt: skip
    assert found.problems == []
    assert found.values("project", "F-1") == {
        "title": "Agua limpia",
        "basis": "stated",
        "kind": "grant",
        "project_status": "completed",
        "status_note": "Concluido",
        "start_date": None,
        "end_date": None,
        "parent": "programme:vida",
        "topics": [{"topic": "sector:fondo-ejemplo/99:agua", "basis": "stated"}],
        "identifiers": [{"scheme": "fondo-ejemplo", "value": "F-1"}],
        "texts": [{"kind": "description", "language": "es", "text": "Uno\n\nDos"}],
    }
    assert found.values("funding", "F-1") == {
        "funder": "name:fondo ejemplo",
        "recipient": "MX-RFC-TNO010203AB1",
        "project": "F-1",
        "kind": "grant",
        "stage": "commitment",
        "amount": Decimal("1234.50"),
        "amount_qualifier": "exact",
        "currency": "MXN",
        "currency_presumed": False,
        "date": "2022-12-04",
        "reference": None,
        "basis": "stated",
    }
    assert found.values("organization", "MX-RFC-TNO010203AB1") == {
        "name": "Tejedoras del Norte, A.C.",
        "basis": "stated",
        "kind": "unknown",
        "identifiers": [{"scheme": "MX-RFC", "value": "TNO010203AB1"}],
    }
    assert found.values("project_state", "F-1#place:MX-NLE") == {
        "project": "F-1", "role": "target", "basis": "stated", "state": "MX-NLE", "as_written": "Nuevo León",
    }  # fmt: skip
    assert found.values("project", "programme:vida")["kind"] == "program"
    assert found.report.about == {
        "source": "fondo-ejemplo", "title": "Donativos 2022", "publisher": "Fondo Ejemplo", "language": "es",
    }  # fmt: skip
    assert {draft.place.words for draft in found.drafts} == {"line 2"}
    assert all(1 <= len(draft.cue.split()) <= 8 for draft in found.drafts)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1.234,50", "1234.50"),
        ("1234,5", "1234.50"),
        ("$ 1.234", "1234.00"),
        ("50.000", "50000.00"),
        (None, None),
        ("n/d", None),
    ],
)
def test_amounts_are_exact_and_an_absent_one_is_unknown(written: str | None, expected: str | None) -> None:
    found = one(Monto=written)
    amount = found.values("funding", "F-1")["amount"]
    assert (amount, found.problems) == (None if expected is None else Decimal(expected), [])


def test_without_a_decimal_mark_an_amount_with_two_readings_is_refused() -> None:
    mapping = MAPPING.replace('decimal = ","\n', "")
    assert one(mapping, Monto="1.234,50").values("funding", "F-1")["amount"] == Decimal("1234.50")
    found = one(mapping, Monto="1.234")
    assert (found.keys("funding"), found.codes, found.problems[0].field) == ([], ["bad-amount"], "Monto")


@pytest.mark.parametrize("written", ["NaN", "1e400", "-5", "mucho", "1,2345", "9" * 30])
def test_a_row_with_an_amount_that_is_none_is_not_taken(written: str) -> None:
    found = one(Monto=written)
    assert (found.drafts, found.codes) == ([], ["bad-amount"])
    assert found.problems[0].severity is Severity.error


def test_dates_follow_their_order_and_a_bad_one_is_left_out() -> None:
    assert one(Fecha="04/12/2022").values("funding", "F-1")["date"] == "2022-12-04"
    other = MAPPING.replace("day-month-year", "month-day-year")
    assert one(other, Fecha="04/12/2022").values("funding", "F-1")["date"] == "2022-04-12"
    found = one(Fecha="31/02/2022")
    assert (found.values("funding", "F-1")["date"], found.codes, found.problems[0].field) == (
        None,
        ["bad-date"],
        "Fecha",
    )


def test_states_are_split_and_the_country_is_nationwide_only_where_a_word_says_so() -> None:
    found = one(Estado="Jalisco; Nacional;N.L.")
    assert found.keys("project_state") == ["F-1#place:MX-JAL", "F-1#place:MX", "F-1#place:MX-NLE"]
    assert found.values("project_state", "F-1#place:MX")["place"] == "MX"
    assert found.values("project_state", "F-1#place:MX")["as_written"] == "Nacional"
    assert one(País="México").keys("project_state") == []


def test_outside_mexico_the_country_is_kept_and_no_state_is_made_up() -> None:
    found = one(Estado="Córdoba", País="Colombia")
    assert found.keys("project_state") == ["F-1#place:CO"]
    assert found.values("place", "CO") == {"name": "Colombia", "level": "country"}
    assert found.problems == []


def test_a_state_a_country_and_a_status_that_are_unknown_are_told_and_left_out() -> None:
    found = one(Estado="Narnia", País="Atlantis", Situación="En trámite")
    assert sorted(found.codes) == ["unknown-country", "unknown-state", "unknown-status"]
    assert {problem.severity for problem in found.problems} == {Severity.warning}
    project = found.values("project", "F-1")
    assert (project["project_status"], project["status_note"]) == ("unknown", "En trámite")


def test_topics_may_be_codes_of_a_list() -> None:
    mapping = MAPPING.replace('currency = "MXN"', 'currency = "MXN"\ntopic_vocabulary = "DAC"')
    found = one(mapping + '\n[words.topic]\n"Agua" = "14030"\n', Tema="agua")
    assert found.values("project", "F-1")["topics"] == [{"topic": "crs:14030", "basis": "stated"}]
    assert one(mapping, Tema="Agua").codes == ["unknown-topic"]


def test_a_presumed_currency_is_said_to_be_presumed_unless_the_row_names_it() -> None:
    mapping = MAPPING.replace('currency = "MXN"', 'currency = "MXN"\ncurrency_presumed = true')
    mapping = mapping.replace('state = "Estado"', 'state = "Estado"\ncurrency = "Tipo"')
    assert one(mapping, Monto="5", Tipo="USD").values("funding", "F-1")["currency"] == "USD"
    assert not one(mapping, Monto="5", Tipo="MXN").values("funding", "F-1")["currency_presumed"]
    assert one(mapping, Monto="5").values("funding", "F-1")["currency_presumed"]
    found = one(mapping, Monto="5", Tipo="pesos")
    assert (found.drafts, found.codes) == ([], ["unknown-currency"])


def test_a_grant_without_a_title_is_called_after_its_recipient_and_one_with_neither_is_none() -> None:
    project = one(Proyecto=None).values("project", "F-1")
    assert (project["title"], project["basis"]) == ("Grant to Tejedoras del Norte, A.C.", "implied")
    found = one(Proyecto=None, Organización=None)
    assert (found.drafts, found.codes) == ([], ["not-a-grant"])


def test_text_in_a_wrong_encoding_is_mended_and_long_text_is_cut_and_both_are_told() -> None:
    found = one(Proyecto="EducaciÃ³n", Objetivo="palabra " * 1000)
    assert found.values("project", "F-1")["title"] == "Educación"
    assert sorted(set(found.codes)) == ["mojibake", "text-cut"]


# --- persons, rows that are no grants ------------------------------------------------------------------------------


@pytest.mark.parametrize("cells", [{"Tipo": "PERSONA FISICA"}, {"RFC": "XEXX800101AB1"}, {"RFC": "abcd-800101-ab1"}])
def test_rows_about_natural_persons_are_dropped_and_counted(cells: dict[str, str]) -> None:
    found = one(**cells, Organización="a private person")
    assert (found.drafts, found.problems, dict(found.report.left_out)) == ([], [], {"natural persons": 1})


@pytest.mark.parametrize(
    ("rule", "value", "holds"),
    [
        ('contains = ["beca"]', "Becas a personas", True),
        ('contains = ["beca"]', "Obra", False),
        ("length = 13", "X" * 13, True),
        ("length = 13", "X" * 12, False),
        ("filled = true", "x", True),
        ("filled = false", "x", False),
        ('is = [" persona  física "]', "PERSONA FÍSICA", True),
    ],
)
def test_a_rule_looks_at_one_column(rule: str, value: str, holds: bool) -> None:
    mapping = MAPPING.replace('is = ["Persona física"]', rule)
    assert one(mapping, Tipo=value).report.left_out["natural persons"] == int(holds)


def test_rows_that_are_no_grants_are_skipped_and_counted() -> None:
    found = found_in(listed(row(), row(Folio="Total", Monto="99")))
    assert (found.keys("funding"), dict(found.report.left_out)) == (["F-1"], {"rows that the mapping skips": 1})


# --- who is who ----------------------------------------------------------------------------------------------------


def test_rows_without_an_id_are_known_by_what_they_say_in_whatever_order() -> None:
    rows = [row(Folio=None, Proyecto=f"P{number % 7}", Monto=str(number % 3)) for number in range(30)]
    keys = found_in(listed(*rows)).keys("funding")
    assert len(set(keys)) == 30
    shuffled = random.Random(7).sample(rows, 30)
    assert sorted(found_in(listed(*shuffled)).keys("funding")) == sorted(keys)
    project = found_in(listed(rows[0])).values("project", keys[0])
    assert project["identifiers"] == []


def test_a_column_that_the_mapping_does_not_take_does_not_make_another_grant() -> None:
    (before,) = one(Folio=None).keys("funding")
    extended = listed([*row(Folio=None), "new"], heads=[*HEADS, "Nota interna"])
    assert found_in(extended).keys("funding") == [before]


def test_an_organization_is_handed_on_once_while_nothing_else_is_said_of_it() -> None:
    rows = [row(Folio=f"F-{number}") for number in range(50)]
    assert len(found_in(listed(*rows)).keys("organization")) == 2


# --- files ---------------------------------------------------------------------------------------------------------


def test_a_workbook_is_read_from_the_sheet_that_the_mapping_names() -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Donativos")
    sheet.append(["Fondo Ejemplo"])
    sheet.append([])
    sheet.append(HEADS)
    sheet.append(row(Monto=1234.5, Fecha=date(2022, 12, 4), Folio=17))
    file = io.BytesIO()
    book.save(file)
    mapping = MAPPING.replace("[file]", '[file]\nsheet = "Donativos"\nskip_rows = 2')
    found = found_in(file.getvalue(), mapping)
    assert found.problems == []
    funding = found.values("funding", "17")
    assert (funding["amount"], funding["date"]) == (Decimal("1234.50"), "2022-12-04")
    assert found.drafts[-1].place.words == "row 4"
    refusal = found_in(
        file.getvalue(), mapping.replace('"Donativos"', '"Otra"', 1).replace('sheet = "Donativos"', 'sheet = "Otra"')
    ).refusal
    assert refusal is not None
    assert refusal.code == "no-such-sheet"


def test_headings_further_down_are_found_and_told() -> None:
    content = listed(row(), before="Donativos del año\r\n\r\n")
    refusal = found_in(content).refusal
    assert refusal is not None
    assert (refusal.code, "skip_rows = 2" in refusal.detail) == ("missing-column", True)
    assert found_in(content, MAPPING.replace("[file]", "[file]\nskip_rows = 2")).keys("funding") == ["F-1"]


def test_a_file_without_headings_has_them_in_its_mapping_or_columns_by_number() -> None:
    lines = listed(row()).split(b"\r\n", 1)[1]
    headings = ", ".join(f'"{head}"' for head in HEADS)
    found = found_in(lines, MAPPING.replace("[file]", f"[file]\nheadings = [{headings}]"))
    assert (found.keys("funding"), found.drafts[0].place.words) == (["F-1"], "line 1")
    numbered = 'source = "x"\n[file]\nheadings = ["a"]\n[columns]\nid = 1\nrecipient = 3\n'
    assert found_in(lines, numbered).keys("funding") == ["F-1"]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_another_encoding_is_told_unless_the_mapping_says_it(encoding: str) -> None:
    content = listed(row(), encoding=encoding)
    assert found_in(content).codes == ["encoding"]
    told = found_in(content, MAPPING.replace("[file]", f'[file]\nencoding = "{encoding}"'))
    assert (told.codes, told.keys("funding")) == ([], ["F-1"])
    wrong = found_in(content, MAPPING.replace("[file]", '[file]\nencoding = "utf-8"')).refusal
    assert wrong is not None
    assert wrong.code == "wrong-encoding"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (listed(heads=[*HEADS, "Monto"]), "duplicate-heading"),
        (listed(heads=HEADS[1:]), "missing-column"),
        (listed(row()) + b'"F-2";"never closed', "quote-not-closed"),
        (b"Folio;Proyecto\x00;Monto", "not-text"),
        (b"PK\x03\x04 broken", "not-xlsx"),
        (";".join(f"c{number}" for number in range(1_000_000)).encode(), "too-long"),
    ],
)
def test_a_file_that_the_mapping_does_not_fit_is_refused(content: bytes, code: str) -> None:
    refusal = found_in(content).refusal
    assert refusal is not None
    assert refusal.code == code


def test_a_missing_column_is_named_with_what_may_be_meant() -> None:
    heads = ["Montos" if head == "Monto" else head for head in HEADS]
    refusal = found_in(listed(row(), heads=heads)).refusal
    assert refusal is not None
    assert "'Monto' (columns.amount; is it 'montos'?)" in refusal.detail


def test_thousands_of_bad_rows_are_a_problem_each() -> None:
    found = found_in(listed(*[row(Folio=f"F-{number}", Monto="x") for number in range(3000)], row(Folio="good")))
    assert (len(found.problems), found.keys("funding")) == (3000, ["good"])


# --- mappings ------------------------------------------------------------------------------------------------------


def test_a_mapping_may_be_json() -> None:
    mapping = '{"source": "x", "columns": {"id": "Folio", "recipient": "Organización"}}'
    assert found_in(listed(row()), mapping).keys("funding") == ["F-1"]


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("", "source: Field required"),
        ("source = ", "not TOML"),
        ('{"source": ', "not JSON"),
        ('source = "Fondo Ejemplo"\n[columns]\ntitle = "t"', "source: String should match"),
        ('source = "x"\n[columns]\n', "the recipient, or the title"),
        ('source = "x"\n[columns]\ntitle = "t"\namount = "a"', "an amount needs its currency"),
        ('source = "x"\n[columns]\ntitle = "t"\nammount = "a"', "columns.ammount is not known; did you mean 'amount'?"),
        ('source = "x"\ncolums = 1\n[columns]\ntitle = "t"', "colums is not known; did you mean 'columns'?"),
        ('source = "x"\n[columns]\ntitle = "t"\n[constants]\ncurrency = "XXX"', "not an ISO 4217 code"),
        ('source = "x"\n[columns]\ntitle = "t"\n[words.status]\n"a" = "done"', "words.status leads to one of"),
        ('source = "x"\n[columns]\ntitle = "t"\n[words.colour]\n"a" = "b"', "words.colour"),
        ('source = "x"\n[columns]\ntitle = "t"\n[[skip_if]]\ncolumn = "a"', "give one of is, contains, length, filled"),
        ('source = "x"\n[columns]\ntitle = ["t"]', "columns.title"),
        ("a = " + "[" * 5000, "not TOML"),
        ("#" * 200_001, "more than 200,000 characters"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_told(mapping: str, said: str) -> None:
    with pytest.raises(FileRefused, match="mapping") as refusal:
        parse_mapping(mapping)
    assert (refusal.value.problem.code, said in refusal.value.problem.detail) == ("bad-mapping", True), refusal.value


def test_a_list_needs_a_mapping() -> None:
    refusal = read_all(read, listed(row())).refusal
    assert refusal is not None
    assert refusal.code == "no-mapping"


# --- size ----------------------------------------------------------------------------------------------------------


def _many(count: int) -> Iterator[bytes]:
    yield listed()
    for number in range(count):
        cells = row(Folio=f"F-{number}", Organización=f"Red {number % 9000}", Monto=f"{number},50", Estado="Jalisco")
        yield listed(cells, heads=cells).split(b"\r\n", 1)[1]


@pytest.mark.long
def test_a_hundred_thousand_rows_take_no_more_memory_than_ten_thousand(tmp_path: Path) -> None:
    peaks = []
    for count in (10_000, 100_000):
        path = tmp_path / f"{count}.csv"
        path.write_bytes(b"".join(_many(count)))
        tracemalloc.start()
        with path.open("rb") as file:
            drafts = sum(draft.kind == "funding" for draft in read(file, Report(lambda _: None), {"mapping": MAPPING}))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert drafts == count
    assert peaks[1] < peaks[0] + 5_000_000
