"""360Giving in JSON: what becomes of each field."""

import json
from decimal import Decimal
from typing import Any

import pytest

from app.exchange.drafts import FileRefused
from app.exchange.iati_codes import UNPLACED
from app.exchange.threesixtygiving_places import UNPLACEABLE
from tests.exchange.threesixtygiving import FUNDER, RECIPIENT, Records, grant, taken

KEY = "360G-telar-1"
WHOLE = grant(
    amountAppliedFor=300000,
    amountDisbursed=125000.50,
    url="https://telar.example/1",
    plannedDates=[{"startDate": "2020-06", "endDate": "2021-05-31", "duration": 12}],
    actualDates=[{"startDate": "2020-07-01"}],
    recipientOrganization=[
        RECIPIENT
        | {
            "alternateName": "Las Tejedoras",
            "addressRegion": "Oaxaca",
            "addressCountry": "Mexico",
            "addressLocality": "Juchitán",
            "organisationType": "Community Group",
            "url": "https://tejedoras.example",
            "contactName": "a private person",
        }
    ],
    beneficiaryLocation=[
        {"name": "Juchitán, Oaxaca", "countryCode": "MX"},
        {"name": "Guadalajara", "countryCode": "MX", "latitude": "20.67", "longitude": "-103.35"},
        {"name": "Leeds", "geoCode": "E08000035", "geoCodeType": "MD"},
    ],
    classifications=[
        {"vocabulary": "OECD DAC", "code": "15160", "title": "Human rights"},
        {"vocabulary": "Temas de Telar", "code": "T4", "title": "Defensa del territorio"},
        {"title": "Mujeres"},
    ],
    grantProgramme=[{"code": "P1", "title": "Fondo de defensa", "description": "Para colectivas."}],
    fundingType=[{"vocabulary": "FundingType", "code": "FT03"}],
    relatedDocument=[{"title": "Informe"}],
    relatedActivity=["360G-telar-0"],
    regrantType="FRG010",
    locationScope="GLS020",
    fromOpenCall="Yes",
    dataSource="https://telar.example",
    dateModified="2021-01-01T00:00:00Z",
    ourOwn="value",
)


def test_every_field_of_a_grant_goes_where_the_table_says() -> None:
    found = taken({"grants": [WHOLE]})
    assert found.problems == []
    assert found.one("project", KEY) == {
        "title": "Escuela de defensoras",
        "basis": "stated",
        "kind": "grant",
        "project_status": "unknown",
        "identifiers": [{"scheme": "360giving", "value": KEY}],
        "texts": [{"kind": "description", "language": None, "text": "Formación de defensoras comunitarias."}],
        "start_date": "2020-07-01",
        "end_date": "2021-05-31",
        "date_note": "planned start 2020-06; planned end 2021-05-31; planned duration 12 months;"
        " actual start 2020-07-01",
        "scope": "regional",
        "parent": "programme:GB-CHC-1164883/P1",
        "topics": [
            {"topic": "crs:15160", "basis": "stated"},
            {"topic": "sector:Temas de Telar:T4", "basis": "stated"},
            {"topic": "sector:GB-CHC-1164883/99:mujeres", "basis": "stated"},
        ],
    }
    assert found.one("project", "programme:GB-CHC-1164883/P1") == {
        "title": "Fondo de defensa",
        "basis": "stated",
        "kind": "program",
        "project_status": "unknown",
        "identifiers": [{"scheme": "360giving", "value": "programme:GB-CHC-1164883/P1"}],
        "texts": [{"kind": "description", "language": None, "text": "Para colectivas."}],
    }
    award = {
        "project": KEY,
        "funder": "GB-CHC-1164883",
        "recipient": "MX-RFC-TEJ010203AB1",
        "kind": "grant",
        "stage": "commitment",
        "amount": Decimal("250000.00"),
        "amount_qualifier": "exact",
        "currency": "MXN",
        "currency_presumed": False,
        "date": "2020-05-06",
        "reference": KEY,
        "basis": "stated",
        "note": "For regranting: FRG010",
    }
    assert found.one("funding", KEY) == award
    paid = award | {"stage": "disbursement", "amount": Decimal("125000.50")}
    assert found.one("funding", f"{KEY}#disbursed") == {
        name: value for name, value in paid.items() if name not in {"date", "reference", "note"}
    }
    assert found.one("organization", "MX-RFC-TEJ010203AB1") == {
        "name": "Tejedoras del Sur, A.C.",
        "basis": "stated",
        "kind": "community",
        "subkind": "Community Group",
        "country": "MX",
        "country_basis": "stated",
        "state": "MX-OAX",
        "website": "https://tejedoras.example",
        "identifiers": [{"scheme": "MX-RFC", "value": "TEJ010203AB1"}],
        "names": [{"text": "Las Tejedoras", "kind": "as_written", "basis": "stated"}],
    }
    assert found.one("organization", "GB-CHC-1164883") == {
        "name": "Fundación Telar",
        "basis": "stated",
        "kind": "funder",
        "identifiers": [{"scheme": "GB-CHC", "value": "1164883"}],
    }
    assert [one.values for one in found.drafts if one.kind == "project_state"] == [
        {"project": KEY, "role": "target", "state": "MX-OAX", "basis": "stated", "as_written": "Juchitán, Oaxaca"},
        {"project": KEY, "role": "target", "state": "MX-JAL", "basis": "implied", "as_written": "Guadalajara"},
        {"project": KEY, "role": "target", "place": "GB", "basis": "implied", "as_written": "Leeds"},
    ]
    assert found.one("place", "GB") == {"name": "United Kingdom", "level": "country"}
    assert found.one("topic", "crs:15160")["crs_code"] == "15160"
    assert found.one("topic", "sector:Temas de Telar:T4")["label_en"] == "Defensa del territorio"
    assert found.left_out == {
        "amounts applied for": 1,
        "web addresses of grants": 1,
        "addresses of organizations": 1,
        "contact data of organizations": 1,
        "funding types": 1,
        "related documents": 1,
        "related activities": 1,
        "notes on open calls": 1,
        "fields that are not 360Giving's": 1,
    }
    assert {(draft.place.number, draft.place.words) for draft in found.drafts} == {(1, "grant 1")}
    assert all(0 < len(draft.cue.split()) <= 8 and len(draft.cue) <= 120 for draft in found.drafts)
    Records(found.drafts)


def test_the_file_says_who_published_it_in_whichever_order() -> None:
    about = {
        "title": "Donativos de Telar",
        "publisher": {"name": "Fundación Telar", "identifier": "GB-CHC-1164883"},
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "downloadURL": "https://telar.example/grants.json",
        "issued": "2021-04-30",
        "ours": [[{"deep": 1}]],
    }
    expected = {
        "title": "Donativos de Telar",
        "publisher": "Fundación Telar",
        "licence": "https://creativecommons.org/licenses/by/4.0/",
        "url": "https://telar.example/grants.json",
        "year": "2021",
    }
    assert taken({"grants": [grant()]} | about).about == expected
    assert taken(about | {"grants": [grant()]}).about == expected
    assert taken({"grants": [grant()], "title": 5, "publisher": "x", "downloadURL": "ftp://x"}).about == {}


def test_a_list_alone_is_read_too() -> None:
    assert taken([grant(1), grant(2)]).keys("funding") == ["360G-telar-1", "360G-telar-2"]


def test_organizations_topics_and_programmes_are_told_once() -> None:
    found = taken([WHOLE, WHOLE | {"id": "360G-telar-2"}])
    for kind, count in (("organization", 2), ("topic", 3), ("place", 1), ("project", 3), ("funding", 4)):
        assert len(found.keys(kind)) == count, kind


# --- persons ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"recipientIndividual": {"id": "360G-telar-IND-1", "name": "a private person"}, "recipientOrganization": None},
        {"recipientIndividual": {"id": "360G-telar-IND-1", "name": "a private person"}},
        {"recipientOrganization": None, "toIndividualsDetails": {"grantPurpose": ["GTIP020"]}},
        {"recipientOrganization": [{"id": "360G-telar-IND-7", "name": "x"}]},
        {"recipientOrganization": [RECIPIENT | {"organisationType": "Individual"}]},
        {"recipientOrganization": [RECIPIENT | {"name": "Individual Recipient"}]},
        {"recipientOrganization": [RECIPIENT | {"organisationType": "Persona física"}]},
        {"recipientOrganization": [{"id": "MX-RFC-XXXX800101AB1", "name": "x"}]},
    ],
)
def test_a_grant_to_a_natural_person_is_dropped_and_counted(values: dict[str, Any]) -> None:
    found = taken([grant(1, **values), grant(2)])
    assert found.keys("funding") == ["360G-telar-2"]
    assert found.keys("organization") == ["MX-RFC-TEJ010203AB1", "GB-CHC-1164883"]
    assert found.left_out == {"natural persons": 1, "grants to natural persons": 1}
    assert found.problems == []


def test_empty_fields_for_persons_are_no_persons() -> None:
    found = taken([grant(recipientIndividual={"id": "", "name": None}, toIndividualsDetails={})])
    assert found.keys("funding") == [KEY]
    assert not found.left_out


def test_a_donor_who_is_a_natural_person_is_left_out_of_the_grant() -> None:
    found = taken([grant(fundingOrganization=[{"id": "360G-x-IND-1", "name": "a private person"}])])
    assert "funder" not in found.one("funding")
    assert found.left_out == {"natural persons": 1}
    assert found.codes == ["missing-funder"]
    assert "private" not in repr(found.drafts)


def test_nothing_of_the_contacts_is_kept() -> None:
    contact = {"contactName": "Nombre de contacto", "email": "contacto@tejedoras.example", "telephone": "5550001111"}
    found = taken([grant(recipientOrganization=[RECIPIENT | contact])])
    assert not any(value in repr((found.drafts, found.problems)) for value in contact.values())
    assert found.left_out == {"contact data of organizations": 1}


# --- money -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ('"1.234"', "bad-amount"),
        ('"NaN"', "bad-amount"),
        ("NaN", "bad-amount"),
        ("-Infinity", "bad-amount"),
        ("1e400", "bad-amount"),
        ("-5", "bad-amount"),
        ("10.005", "bad-amount"),
        ("1" + "0" * 15, "bad-amount"),
        ('"mucho"', "bad-amount"),
        ("[1]", "bad-amount"),
        ("true", "bad-amount"),
        ("{}", "bad-amount"),
    ],
)
def test_an_amount_that_is_none_is_one_problem_and_reading_goes_on(amount: str, code: str) -> None:
    text = json.dumps([grant(1, title=None, amountAwarded="HERE"), grant(2)]).replace('"HERE"', amount)
    found = taken(text.encode())
    assert found.told == [("error", code, "amountAwarded")]
    assert found.problems[0].place is not None
    assert found.problems[0].place.words == "grant 1"
    assert found.keys("funding") == ["360G-telar-2"]


def test_amounts_keep_every_digit() -> None:
    written = ["0.1", "1234567890123.45", "999999999999999.99", "1e3", "0", '"1,234.50"', "5.10"]
    text = ",".join(json.dumps(grant(n, amountAwarded="HERE")).replace('"HERE"', one) for n, one in enumerate(written))
    found = taken(f"[{text}]".encode())
    assert [str(one["amount"]) for one in found.all("funding")] == [
        "0.10",
        "1234567890123.45",
        "999999999999999.99",
        "1000.00",
        "0.00",
        "1234.50",
        "5.10",
    ]


def test_a_currency_is_never_presumed_unless_the_caller_says_so() -> None:
    assert taken([grant(currency=None)]).told == [("error", "missing-currency", "currency")]
    assert taken([grant(currency="pesos")]).told == [("error", "unknown-currency", "currency")]
    row = taken([grant(currency=None)], currency="mxn").one("funding")
    assert (row["currency"], row["currency_presumed"]) == ("MXN", True)
    row = taken([grant(currency="gbp")], currency="MXN").one("funding")
    assert (row["currency"], row["currency_presumed"]) == ("GBP", False)


def test_a_grant_without_an_amount_is_taken_and_told() -> None:
    found = taken([grant(amountAwarded=None, currency=None)])
    assert found.told == [("warning", "missing-amount", "amountAwarded")]
    assert not {"amount", "currency"} & found.one("funding").keys()


def test_payments_stand_for_their_sum() -> None:
    payments = [
        {"id": "a", "transactionDate": "2020-06-01", "value": 100.25, "currency": "USD"},
        {"value": 50, "transactionDate": "2020-07-01T00:00:00Z"},
        {"transactionDate": "2020-08-01"},
    ]
    found = taken([grant(amountDisbursed=150, disbursementTransaction=payments)])
    rows = {key: found.one("funding", key) for key in found.keys("funding")[1:]}
    assert [(key, one["amount"], one["currency"], one["date"], one.get("reference")) for key, one in rows.items()] == [
        (f"{KEY}#disbursement-1", Decimal("100.25"), "USD", "2020-06-01", "a"),
        (f"{KEY}#disbursement-2", Decimal("50.00"), "MXN", "2020-07-01", None),
    ]
    assert taken([grant(amountDisbursed=0)]).left_out == {"disbursed amounts of 0": 1}


def test_of_several_who_give_or_get_one_amount_none_is_said_to_have_all_of_it() -> None:
    other = {"id": "GB-CHC-202918", "name": "Fondo Urdimbre"}
    found = taken([grant(fundingOrganization=[FUNDER, other])])
    assert "funder" not in found.one("funding", KEY)
    assert found.one("funding", KEY)["recipient"] == "MX-RFC-TEJ010203AB1"
    rows = [row for row in found.all("funding") if row.get("funder")]
    assert [(row["funder"], row["recipient"]) for row in rows] == [
        ("GB-CHC-1164883", "MX-RFC-TEJ010203AB1"),
        ("GB-CHC-202918", "MX-RFC-TEJ010203AB1"),
    ]
    assert all("amount" not in row for row in rows)


# --- organizations ---------------------------------------------------------------------------------------------------


def test_identifiers_are_normalised_and_british_numbers_are_of_their_registers() -> None:
    organization = {
        "id": "us-ein-94-1655673",
        "name": "Loom",
        "charityNumber": "SC012345",
        "companyNumber": "1234567",
        "addressCountry": "GB",
    }
    values = taken([grant(recipientOrganization=[organization])]).one("organization", "US-EIN-941655673")
    assert values["identifiers"] == [
        {"scheme": "US-EIN", "value": "941655673"},
        {"scheme": "GB-SC", "value": "SC012345"},
        {"scheme": "GB-COH", "value": "01234567"},
    ]
    elsewhere = organization | {"addressCountry": "MX", "charityNumber": "202918"}
    values = taken([grant(recipientOrganization=[elsewhere])]).one("organization", "US-EIN-941655673")
    assert values["identifiers"] == [{"scheme": "US-EIN", "value": "941655673"}]


def test_an_organization_of_which_only_the_name_is_told_has_the_name_for_a_key() -> None:
    found = taken([grant(recipientOrganization=[{"name": "Tejedoras del Sur, A.C."}])])
    assert found.one("funding")["recipient"] == "name:tejedoras del sur"
    assert "identifiers" not in found.one("organization", "name:tejedoras del sur")


def test_missing_organizations_are_told() -> None:
    found = taken(
        [
            grant(1, recipientOrganization=None),
            grant(2, recipientOrganization=[{"id": "", "name": " "}]),
            grant(3, fundingOrganization=None),
            grant(4, recipientOrganization=[{"id": "360G-telar-org-4"}]),
            grant(5, recipientOrganization={"id": "GB-CHC-202918", "name": "Alone"}),
            grant(6, recipientOrganization=["Tejedoras"]),
        ]
    )
    assert found.told == [
        ("error", "missing-recipient", "recipientOrganization"),
        ("error", "missing-recipient", "recipientOrganization"),
        ("warning", "missing-funder", "fundingOrganization"),
        ("warning", "missing-name", "recipientOrganization/0/name"),
        ("error", "missing-recipient", "recipientOrganization"),
    ]
    assert found.keys("funding") == ["360G-telar-3", "360G-telar-4", "360G-telar-5"]
    assert found.one("organization", "360G-telar-org-4")["basis"] == "implied"


# --- places ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "places"),
    [
        ({"name": "Nuevo León", "countryCode": "MX"}, {"MX-NLE": "stated"}),
        ({"name": "Nuevo León"}, {"MX-NLE": "stated"}),
        ({"geoCode": "MX-NLE"}, {"MX-NLE": "stated"}),
        ({"geoCode": "19", "countryCode": "MX"}, {"MX-NLE": "stated"}),
        ({"latitude": "25.67", "longitude": "-100.31"}, {"MX-NLE": "implied"}),
        ({"latitude": 25.67, "longitude": -100.31, "countryCode": "MX"}, {"MX-NLE": "implied"}),
        ({"name": "Bogotá", "countryCode": "CO"}, {"CO": "stated"}),
        ({"name": "Colombia"}, {"CO": "stated"}),
        ({"name": "Guerrero", "countryCode": "US"}, {"US": "stated"}),
        ({"name": "Durango", "countryCode": "ES", "latitude": "24.0", "longitude": "-104.6"}, {"ES": "stated"}),
        ({"name": "Camden", "geoCode": "E09000007"}, {"GB": "implied"}),
        ({"name": "A nivel nacional", "countryCode": "MX"}, {"MX": "stated"}),
        ({"name": "the coast"}, {}),
        ({"countryCode": "XX", "name": "Somewhere"}, {}),
        ({"latitude": "95", "longitude": "0"}, {}),
        ({"latitude": "0", "longitude": "0"}, {}),
        ({"latitude": "north", "longitude": "west"}, {}),
        ({"name": "Jalisco", "countryCode": "MX", "latitude": "25.67", "longitude": "-100.31"}, {}),
    ],
)
def test_a_location_is_a_state_a_country_or_nothing(location: dict[str, Any], places: dict[str, str]) -> None:
    assert taken([grant(beneficiaryLocation=[location])]).places() == places


def test_work_in_mexico_of_which_no_state_is_told_is_not_nationwide() -> None:
    for location in (
        {"countryCode": "MX"},
        {"name": "México"},
        {"name": "La Lagunilla de Arriba", "countryCode": "MX"},
    ):
        found = taken([grant(beneficiaryLocation=[location])])
        assert found.places() == {}
        assert found.one("state_group")["label"] == UNPLACED
    national = taken([grant(beneficiaryLocation=[{"countryCode": "MX"}], locationScope="GLS030")])
    assert national.places() == {"MX": "stated"}
    assert national.keys("state_group") == []
    both = taken([grant(beneficiaryLocation=[{"countryCode": "MX"}, {"name": "Oaxaca", "countryCode": "MX"}])])
    assert both.places() == {"MX-OAX": "stated"}
    assert both.keys("state_group") == []


def test_what_cannot_be_placed_is_told_or_counted() -> None:
    conflict = {"name": "Jalisco", "countryCode": "MX", "latitude": "25.67", "longitude": "-100.31"}
    found = taken([grant(beneficiaryLocation=[conflict])])
    assert ("warning", "location-not-placed", "beneficiaryLocation/0") in found.told
    found = taken([grant(beneficiaryLocation=[{"name": "the coast"}, {"countryCode": "XX"}])])
    assert found.left_out == {UNPLACEABLE: 1}
    assert found.told == [("warning", "unknown-country", "beneficiaryLocation/1/countryCode")]


def test_two_places_in_one_state_are_one_row() -> None:
    places = [{"name": "Monterrey, Nuevo León"}, {"name": "Nuevo León"}, {"name": "Nuevo León"}]
    row = taken([grant(beneficiaryLocation=places)]).one("project_state")
    assert row["as_written"] == "Monterrey, Nuevo León; Nuevo León"


# --- dates and texts -------------------------------------------------------------------------------------------------


def test_dates_that_are_none_are_told_and_left_out() -> None:
    found = taken(
        [grant(awardDate="soon"), grant(2, awardDate=None), grant(3, awardDate=20.5), grant(4, awardDate=2020)]
    )
    assert found.told == [
        ("warning", "bad-date", "awardDate"),
        ("warning", "missing-date", "awardDate"),
        ("warning", "bad-date", "awardDate"),
    ]
    assert [row.get("date") for row in found.all("funding")] == [None, None, None, "2020"]


def test_a_grant_that_ends_before_it_starts_loses_its_end() -> None:
    found = taken([grant(plannedDates=[{"startDate": "2020-06", "endDate": "2019"}])])
    assert found.told == [("warning", "end-before-start", "plannedDates/0/endDate")]
    assert found.one("project")["start_date"] == "2020-06"
    assert "end_date" not in found.one("project")


def test_several_periods_span_from_the_first_to_the_last() -> None:
    events = [{"startDate": "2021-01", "endDate": "2021-12-31"}, {"startDate": "2020-06", "endDate": "2020-12"}]
    project = taken([grant(plannedDates=events)]).one("project")
    assert (project["start_date"], project["end_date"]) == ("2020-06", "2021-12-31")


def test_a_date_that_must_be_month_first_is_told_once() -> None:
    days = ["04/12/2014", "12/25/2014", "12/26/2014"]
    found = taken([grant(number, awardDate=day) for number, day in enumerate(days)])
    assert [row["date"] for row in found.all("funding")] == ["2014-12-04", "2014-12-25", "2014-12-26"]
    assert found.codes == ["date-order"]
    found = taken([grant(number, awardDate=day) for number, day in enumerate(days)], day_first="false")
    assert [row["date"] for row in found.all("funding")] == ["2014-04-12", "2014-12-25", "2014-12-26"]
    assert found.problems == []
    assert taken([grant(awardDate="12/25/2014")], day_first="true").codes == ["bad-date"]


def test_texts_are_mended_cut_and_told() -> None:
    found = taken([grant(title="EducaciÃ³n  popular", description="palabra " * 1000)], language="es")
    assert found.told == [("warning", "mojibake", "title"), ("warning", "cut", "description")]
    project = found.one("project")
    assert project["title"] == "Educación popular"
    assert project["texts"][0]["language"] == "es"
    long = taken([grant(title="palabra " * 100)])
    assert long.told == [("warning", "cut", "title")]
    assert {one["kind"] for one in long.one("project")["texts"]} == {"title", "description"}


def test_a_grant_without_a_title_has_its_identifier_for_one() -> None:
    found = taken([grant(title=" ")])
    assert found.told == [("warning", "missing-title", "title")]
    assert (found.one("project")["title"], found.one("project")["basis"]) == (KEY, "implied")


def test_a_grant_without_an_identifier_is_not_taken() -> None:
    found = taken([grant(id=None), grant(id={"a": 1}), grant(id=17)])
    assert [(severity, code) for severity, code, _ in found.told] == [("error", "missing-id")] * 2
    assert found.keys("funding") == ["17"]


def test_the_same_identifier_twice_comes_out_twice() -> None:
    found = taken([grant(amountAwarded=1), grant(amountAwarded=2)])
    assert [row["amount"] for row in found.all("funding")] == [1, 2]
    assert found.keys("funding") == [KEY, KEY]


@pytest.mark.parametrize(
    ("name", "value"), [("currency", "pesos"), ("language", "klingonian"), ("day_first", "perhaps")]
)
def test_an_option_that_means_nothing_is_refused(name: str, value: str) -> None:
    with pytest.raises(FileRefused, match=f"^option {name}: "):
        taken([grant()], **{name: value})


def test_progress_goes_up_to_the_size_of_the_file() -> None:
    data = json.dumps({"grants": [grant(number) for number in range(500)]}).encode()
    found = taken(data)
    assert found.progress == sorted(found.progress)
    assert found.progress[-1] == len(data)
