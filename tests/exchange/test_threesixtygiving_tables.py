"""360Giving in CSV and XLSX, beside the same grants in JSON, and beside what flattentool makes of the tables."""

import csv
import io
import json
import warnings
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import flattentool  # type: ignore[import-untyped] # it comes without types
import pytest
from openpyxl import Workbook

from app.exchange.threesixtygiving_tables import path_of
from tests.exchange.threesixtygiving import SCHEMA, Taken, taken

HEADINGS = (
    "Identifier,Title,Description,Currency,Amount Awarded,Amount Disbursed,Award Date,Planned Dates:Start Date,"
    "Planned Dates:End Date,Planned Dates:Duration (months),Recipient Org:Identifier,Recipient Org:Name,"
    "Recipient Org:Country,Recipient Org:Web Address,Funding Org:Identifier,Funding Org:Name,Grant Programme:Code,"
    "Grant Programme:Title,Beneficiary Location:0:Name,Beneficiary Location:0:Country Code,"
    "Beneficiary Location:1:Name,Beneficiary Location:1:Country Code,For Regrant Type,Location Scope,"
    "Classifications:Vocabulary,Classifications:Code,Classifications:Title,Last modified"
).split(",")
ROW = {
    "Identifier": "360G-telar-1",
    "Title": "Escuela de defensoras",
    "Description": "Formación, en náhuatl y español",
    "Currency": "MXN",
    "Amount Awarded": "250000.50",
    "Amount Disbursed": "1000",
    "Award Date": "2020-05-06",
    "Planned Dates:Start Date": "2020-06",
    "Planned Dates:Duration (months)": "12",
    "Recipient Org:Identifier": "MX-RFC-TEJ010203AB1",
    "Recipient Org:Name": "Tejedoras del Sur, A.C.",
    "Recipient Org:Country": "Mexico",
    "Recipient Org:Web Address": "https://tejedoras.example",
    "Funding Org:Identifier": "GB-CHC-1164883",
    "Funding Org:Name": "Fundación Telar",
    "Grant Programme:Code": "P1",
    "Grant Programme:Title": "Fondo de defensa",
    "Beneficiary Location:0:Name": "Oaxaca",
    "Beneficiary Location:0:Country Code": "MX",
    "Beneficiary Location:1:Name": "Bogotá",
    "Beneficiary Location:1:Country Code": "CO",
    "For Regrant Type": "FRG010",
    "Classifications:Vocabulary": "OECD DAC",
    "Classifications:Code": "15160",
    "Classifications:Title": "Human rights",
}


def table(*rows: dict[str, Any], headings: list[str] | None = None, delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    headings = headings or HEADINGS
    writer.writerow(headings)
    writer.writerows([row.get(heading, "") for heading in headings] for row in rows)
    return out.getvalue()


def book(sheets: dict[str, list[list[Any]]]) -> bytes:
    made, out = Workbook(write_only=True), io.BytesIO()
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for one in rows:
            sheet.append(one)
    made.save(out)
    return out.getvalue()


def said(found: Taken) -> list[tuple[str, str, Any]]:
    """The drafts without their places."""
    return [(draft.kind, draft.key, draft.values) for draft in found.drafts]


SECOND = ROW | {
    "Identifier": "360G-telar-2",
    "Beneficiary Location:1:Name": "",
    "Beneficiary Location:1:Country Code": "",
}
PLAIN = taken(table(ROW, SECOND).encode())


def test_a_table_says_what_the_same_grants_say_in_json() -> None:
    def grant(number: int, *locations: dict[str, str]) -> dict[str, Any]:
        return {
            "id": f"360G-telar-{number}",
            "title": "Escuela de defensoras",
            "description": "Formación, en náhuatl y español",
            "currency": "MXN",
            "amountAwarded": 250000.5,
            "amountDisbursed": 1000,
            "awardDate": "2020-05-06",
            "plannedDates": [{"startDate": "2020-06", "duration": "12"}],
            "recipientOrganization": [
                {
                    "id": "MX-RFC-TEJ010203AB1",
                    "name": "Tejedoras del Sur, A.C.",
                    "addressCountry": "Mexico",
                    "url": "https://tejedoras.example",
                }
            ],
            "fundingOrganization": [{"id": "GB-CHC-1164883", "name": "Fundación Telar"}],
            "grantProgramme": [{"code": "P1", "title": "Fondo de defensa"}],
            "beneficiaryLocation": list(locations),
            "regrantType": "FRG010",
            "classifications": [{"vocabulary": "OECD DAC", "code": "15160", "title": "Human rights"}],
        }

    oaxaca, bogota = {"name": "Oaxaca", "countryCode": "MX"}, {"name": "Bogotá", "countryCode": "CO"}
    assert said(PLAIN) == said(taken([grant(1, oaxaca, bogota), grant(2, oaxaca)]))
    assert PLAIN.problems == []
    assert not PLAIN.left_out
    assert {draft.place.words for draft in PLAIN.drafts} == {"row 2", "row 3"}


def test_flattentool_makes_the_same_of_the_table(tmp_path: Path) -> None:
    """The standard's own tool is the judge of how headings, numbers and rows are put together."""
    more = {
        "Identifier": "360G-telar-1",
        "Beneficiary Location:0:Name": "Puebla",
        "Beneficiary Location:0:Country Code": "MX",
    }
    text = table(ROW, SECOND, more)
    source, target = tmp_path / "csv", tmp_path / "grants.json"
    source.mkdir()
    (source / "grants.csv").write_text(text, encoding="utf-8")
    with warnings.catch_warnings():
        # It warns of its own ways, not of the table's.
        warnings.simplefilter("ignore")
        flattentool.unflatten(
            str(source),
            input_format="csv",
            output_name=str(target),
            root_list_path="grants",
            root_id="",
            schema=str(SCHEMA),
            convert_titles=True,
            encoding="utf-8",
            metatab_name=None,
        )
    theirs = taken(json.loads(target.read_text(encoding="utf-8")))
    assert len(theirs.keys("funding")) == 4

    def order(one: tuple[str, str, Any]) -> tuple[str, str]:
        return one[0], one[1]

    assert sorted(said(taken(text.encode())), key=order) == sorted(said(theirs), key=order)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_and_delimiters_are_found_out_and_told(encoding: str, delimiter: str) -> None:
    found = taken(table(ROW, SECOND, delimiter=delimiter).encode(encoding))
    assert said(found) == said(PLAIN)
    assert found.codes == ([] if encoding.startswith("utf-8") else ["encoding"])


def test_some_bytes_that_are_not_utf_8_are_read_and_told() -> None:
    data = table(ROW, SECOND).encode().replace("náhuatl".encode(), "náhuatl".encode("cp1252"))
    found = taken(data)
    assert said(found) == said(PLAIN)
    assert found.codes == ["encoding"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_systems_are_read(newline: str) -> None:
    assert said(taken(table(ROW, SECOND).replace("\r\n", newline).encode())) == said(PLAIN)


def test_headings_are_read_blind_to_case_and_spaces_and_as_paths() -> None:
    loose = {heading: f" {heading.upper().replace(':', ' : ')} " for heading in HEADINGS}
    rows = [{loose[heading]: value for heading, value in one.items()} for one in (ROW, SECOND)]
    assert said(taken(table(*rows, headings=list(loose.values())).encode())) == said(PLAIN)
    paths = {heading: "/".join(map(str, path_of(heading) or ())) for heading in HEADINGS}
    assert paths["Beneficiary Location:1:Country Code"] == "beneficiaryLocation/1/countryCode"
    rows = [{paths[heading]: value for heading, value in one.items()} for one in (ROW, SECOND)]
    assert said(taken(table(*rows, headings=list(paths.values())).encode())) == said(PLAIN)


@pytest.mark.parametrize(
    ("heading", "path"),
    [
        ("Identifier", "id"),
        ("From an open call?", "fromOpenCall"),
        ("Recipient Org:Location:2:Geographic Code", "recipientOrganization/0/location/2/geoCode"),
        ("recipientOrganization/1/id", "recipientOrganization/1/id"),
        ("Funding Org:0:Department", "fundingOrganization/0/department"),
        ("Recipient Ind:Name", "recipientIndividual/name"),
        ("Recipient Individual Id", "recipientIndividual/id"),
        ("To Individuals Details:Grant Purpose", "toIndividualsDetails/grantpurpose"),
        ("relatedActivity/0", "relatedActivity"),
        ("commitmentTransaction/0/value", "commitmentTransaction/0/value"),
        ("Title:Subtitle", None),
        ("Recipient Org", None),
        ("Notes", None),
        ("", None),
    ],
)
def test_headings_stand_for_paths(heading: str, path: str | None) -> None:
    found = path_of(heading)
    assert (None if found is None else "/".join(map(str, found))) == path


def test_problems_name_the_row_and_the_heading() -> None:
    bad = ROW | {"Amount Awarded": "a lot"}
    dated = SECOND | {"Award Date": "soon"}
    found = taken(table(bad, dated, {"Title": "x"}).encode())
    assert [(one.code, one.field, one.place and one.place.words) for one in found.problems] == [
        ("missing-id", "Identifier", "row 4"),
        ("bad-amount", "Amount Awarded", "row 2"),
        ("bad-date", "Award Date", "row 3"),
    ]
    assert found.keys("funding") == ["360G-telar-2", "360G-telar-2#disbursed"]


def test_a_row_with_more_cells_than_headings_is_not_taken() -> None:
    found = taken((table(SECOND) + ",".join([*ROW.values(), "", "", "", "", "over"]) + "\n").encode())
    assert found.told == [("error", "too-many-cells", None)]
    assert found.keys("funding") == ["360G-telar-2", "360G-telar-2#disbursed"]


def test_rows_that_add_to_a_grant_are_one_grant_with_it_wherever_they_stand() -> None:
    more = {
        "Identifier": "360G-telar-1",
        "Beneficiary Location:0:Name": "Puebla",
        "Beneficiary Location:0:Country Code": "MX",
    }
    found = taken(table(ROW, SECOND, more, more).encode())
    assert found.problems == []
    assert set(found.keys("project_state")) >= {"360G-telar-1#place:MX-PUE", "360G-telar-1#place:MX-OAX"}
    assert len(found.keys("funding")) == len(PLAIN.keys("funding"))


def test_rows_that_contradict_each_other_come_out_as_two_grants() -> None:
    found = taken(table(ROW, ROW | {"Amount Awarded": "1"}).encode())
    assert [row["amount"] for row in found.all("funding")] == [
        Decimal("250000.50"),
        Decimal("1000.00"),
        Decimal("1.00"),
        Decimal("1000.00"),
    ]
    assert [draft.place.words for draft in found.drafts if draft.kind == "project"][-1] == "row 3"


def test_too_many_rows_of_one_grant_are_told() -> None:
    more = {"Identifier": "360G-telar-1", "Beneficiary Location:0:Name": "Puebla"}
    found = taken(table(ROW, *[more] * 2100).encode())
    assert found.codes == ["too-many-rows"]
    assert "360G-telar-1" in found.keys("funding")


def test_persons_are_dropped_from_tables_too() -> None:
    headings = [*HEADINGS, "Recipient Ind:Identifier", "Recipient Ind:Name", "Recipient Org:Contact Name"]
    person = ROW | {"Identifier": "360G-telar-9", "Recipient Ind:Name": "Nombre de alguien", "Recipient Org:Name": ""}
    contact = SECOND | {"Recipient Org:Contact Name": "Nombre de contacto"}
    found = taken(table(ROW, person, contact, headings=headings).encode())
    assert found.keys("funding") == PLAIN.keys("funding")
    assert found.left_out == {
        "natural persons": 1,
        "grants to natural persons": 1,
        "contact data of organizations": 1,
    }
    assert "Nombre de" not in repr((found.drafts, found.problems, found.about))


def test_columns_of_no_standard_are_counted() -> None:
    found = taken(table(ROW | {"Ours": "x"}, headings=[*HEADINGS, "Ours", "Theirs"]).encode())
    assert found.left_out == {"fields that are not 360Giving's": 2}


# --- workbooks -------------------------------------------------------------------------------------------------------


def cells(row: dict[str, Any]) -> list[Any]:
    return [row.get(heading) for heading in HEADINGS]


def test_a_workbook_with_real_dates_and_numbers_says_the_same() -> None:
    typed = {
        "Amount Awarded": 250000.5,
        "Amount Disbursed": 1000,
        "Award Date": datetime(2020, 5, 6),  # noqa: DTZ001 - as spreadsheets have it
        "Planned Dates:Duration (months)": 12,
    }
    found = taken(book({"grants": [list(HEADINGS), cells(ROW | typed), [], cells(SECOND | typed)]}))
    assert said(found) == said(PLAIN)
    assert {draft.place.words for draft in found.drafts} == {"row 2 of sheet grants", "row 4 of sheet grants"}
    assert found.problems == []


def test_further_sheets_say_more_of_the_grants_and_the_organizations() -> None:
    found = taken(
        book(
            {
                "Meta": [
                    ["Version", "1.1"],
                    ["Title", "Donativos de Telar"],
                    ["Publisher:Name", "Fundación Telar"],
                    ["License", "https://creativecommons.org/licenses/by/4.0/"],
                    ["Issued", date(2021, 4, 30)],
                ],
                "Beneficiary Location": [
                    ["Identifier", "Beneficiary Location:Name", "Beneficiary Location:Country Code"],
                    ["360G-telar-1", "Puebla", "MX"],
                    ["360G-telar-2", "Puebla", "MX"],
                ],
                "notes": [["About this file"], ["nothing"]],
                "grants": [list(HEADINGS), cells(ROW), cells(SECOND)],
                "Recipient Org": [
                    ["Identifier", "Recipient Org:Identifier", "Recipient Org:Alternate Name"],
                    ["360G-telar-1", "MX-RFC-TEJ010203AB1", "Las Tejedoras"],
                ],
                "Actual Dates": [
                    ["Identifier", "Actual Dates:Start Date", "Actual Dates:End Date"],
                    ["360G-telar-1", date(2020, 7, 1), "2021-06"],
                ],
            }
        )
    )
    assert found.problems == []
    assert found.about == {
        "title": "Donativos de Telar",
        "publisher": "Fundación Telar",
        "licence": "https://creativecommons.org/licenses/by/4.0/",
        "year": "2021",
    }
    assert {key for key in found.keys("project_state") if key.endswith("MX-PUE")} == {
        "360G-telar-1#place:MX-PUE",
        "360G-telar-2#place:MX-PUE",
    }
    first = next(draft for draft in found.drafts if draft.key == "MX-RFC-TEJ010203AB1")
    assert first.values["names"] == [{"text": "Las Tejedoras", "kind": "as_written", "basis": "stated"}]
    project = found.one("project", "360G-telar-1")
    assert (project["start_date"], project["end_date"]) == ("2020-07-01", "2021-06")
    place = next(draft.place for draft in found.drafts if draft.kind == "funding")
    assert place.words == "row 2 of sheet grants"


def test_errors_of_formulas_are_empty_cells() -> None:
    found = taken(book({"grants": [list(HEADINGS), cells(ROW | {"Award Date": "#N/A", "Title": "#REF!"})]}))
    assert sorted(found.codes) == ["missing-date", "missing-title"]


def test_numbers_of_registers_that_a_spreadsheet_took_for_figures_are_read() -> None:
    headings = [*HEADINGS, "Funding Org:Company Number"]
    row = [*cells(ROW | {"Identifier": 17.0}), 1234567.0]
    found = taken(book({"grants": [headings, row]}))
    assert found.keys("project")[-1] == "17"
    assert {"scheme": "GB-COH", "value": "01234567"} in found.one("organization", "GB-CHC-1164883")["identifiers"]
