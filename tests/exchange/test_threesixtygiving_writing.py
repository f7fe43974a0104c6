"""360Giving, written: what came in goes out again, and what the standard asks for is there."""

import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from app.exchange.iati_writing import Activity
from app.exchange.threesixtygiving_writing import Package, write_json
from app.models.noun import Values
from tests.exchange.test_threesixtygiving_reading import WHOLE
from tests.exchange.threesixtygiving import FUNDER, RECIPIENT, Taken, check_grants, grant, taken, written

OTHER: Values = {"id": "GB-CHC-202918", "name": "Fondo Urdimbre"}
GRANTS = [
    grant(1),
    WHOLE | {"id": "360G-telar-2"},
    grant(3, amountAwarded=0.1, amountDisbursed=0.05),
    grant(4, fundingOrganization=[FUNDER, OTHER]),
    grant(5, recipientOrganization=[RECIPIENT, OTHER]),
    grant(6, fundingOrganization=[FUNDER, OTHER], recipientOrganization=[RECIPIENT, {"id": "GB-CHC-1", "name": "x"}]),
    grant(7, awardDate="2020-05", awardDatePrecision="month", currencyPresumed=True),
    grant(8, awardDate="2020"),
    grant(9, disbursementTransaction=[{"id": "a", "transactionDate": "2020-06", "value": 1}, {"value": 2.5}]),
    grant(10, disbursementTransaction=[{"value": 1, "currency": "USD"}], currency="EUR"),
    grant(11, beneficiaryLocation=[{"countryCode": "MX"}], locationScope="GLS030"),
    grant(12, beneficiaryLocation=[{"countryCode": "MX"}]),
    grant(13, locationScope="GLS010", grantProgramme=[{"title": "Sin clave"}]),
    grant(14, actualDates=[{"startDate": "2020-01-01", "endDate": "2020-02", "duration": "1.5"}]),
    grant(15, recipientOrganization=[{"name": "Sin número"}], fundingOrganization=[{"id": "Telar/1", "name": "T"}]),
    grant(16, grantProgramme=[{"code": "A/1", "title": "Con barra"}], title="palabra " * 90),
    grant(17, classifications=[{"vocabulary": "COFOG", "code": "01.1"}, {"title": "¿Qué?"}], currency="KWD"),
    grant(18, recipientOrganization=[RECIPIENT | {"companyNumber": "1234567", "charityNumber": "202919"}]),
]


def _facts(found: Taken) -> dict[tuple[str, str], Values]:
    facts: dict[tuple[str, str], Values] = {}
    for draft in found.drafts:
        facts.setdefault((draft.kind, draft.key), {}).update(draft.values)
    return facts


@pytest.mark.parametrize("one", GRANTS, ids=lambda one: str(one["id"]).removeprefix("360G-telar-"))
def test_what_came_in_goes_out_and_comes_in_again(one: Values) -> None:
    before = taken([one])
    package, left_out = written(before)
    assert not left_out
    assert [item["id"] for item in package["grants"]] == [one["id"]]
    after = taken(json.dumps(package).encode())
    assert _facts(after) == _facts(before)
    again, _ = written(after)
    assert again == package


def test_what_is_written_is_what_the_standard_asks_for() -> None:
    package, left_out = written(taken(GRANTS))
    check_grants(_numbers(package["grants"]))
    assert package["version"] == "1.1"
    assert not left_out
    assert len({one["id"] for one in package["grants"]}) == len(GRANTS)


def _numbers(value: Any) -> Any:
    """What `parse_float=str` kept as text, as numbers again."""
    if isinstance(value, dict):
        money = {"amountAwarded", "amountDisbursed", "value"}
        return {name: float(one) if name in money else _numbers(one) for name, one in value.items()}
    return [_numbers(one) for one in value] if isinstance(value, list) else value


def test_amounts_are_written_with_every_digit() -> None:
    amounts = ["999999999999999.99", "0.10", "1234567890123.45", "1000.00"]
    text = ",".join(json.dumps(grant(n, amountAwarded="HERE")).replace('"HERE"', one) for n, one in enumerate(amounts))
    package, _ = written(taken(f"[{text}]".encode()))
    found = [one["amountAwarded"] for one in package["grants"]]
    assert [Decimal(one) for one in found] == [Decimal(one) for one in amounts]
    assert found[0] == "999999999999999.99"


def test_the_package_says_who_publishes_it() -> None:
    whole = Package(
        title="Tejido “dos”",
        description="Donativos",
        publisher="Tejido",
        publisher_identifier="XI-LEI-1",
        website="https://tejido.example",
        licence="https://creativecommons.org/licenses/by/4.0/",
        issued="2026-01-02",
        url="https://tejido.example/grants.json",
    )
    written_whole = json.loads(b"".join(write_json([], _Nobody(), whole, left_out=Counter())))
    assert written_whole == {
        "version": "1.1",
        "title": "Tejido “dos”",
        "description": "Donativos",
        "issued": "2026-01-02",
        "publisher": {"identifier": "XI-LEI-1", "name": "Tejido", "website": "https://tejido.example"},
        "downloadURL": "https://tejido.example/grants.json",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "grants": [],
    }
    assert json.loads(b"".join(write_json([], _Nobody(), Package(), left_out=Counter()))) == {
        "version": "1.1",
        "grants": [],
    }


class _Nobody:
    def find(self, kind: str, record_id: str, /) -> Values | None:
        if kind != "organization":
            return None
        return {"id": record_id, "name": record_id.upper(), "identifiers": [], "names": []} | dict.fromkeys(
            ("state", "country", "subkind", "website")
        )


PROJECT: Values = {
    "id": "ned2020-01",
    "title": "A project",
    "summary": None,
    "kind": "grant",
    "project_status": "completed",
    "start_date": "2020",
    "end_date": None,
    "date_note": None,
    "scope": None,
    "parent": None,
    "topics": [],
    "identifiers": [],
    "texts": [],
}
FUNDING: Values = {
    "id": "f-1",
    "funder": "ned",
    "recipient": "tejedoras",
    "project": "ned2020-01",
    "kind": "grant",
    "stage": None,
    "amount": "55000.00",
    "amount_qualifier": "exact",
    "currency": "USD",
    "currency_presumed": False,
    "date": "2020",
    "reference": None,
    "note": None,
}


def _out(*rows: Values, project: Values = PROJECT) -> tuple[list[Values], dict[str, int]]:
    left_out = Counter[str]()
    activity = Activity(project, funding=rows)
    package = json.loads(b"".join(write_json([activity], _Nobody(), Package(), left_out=left_out)))
    check_grants(package["grants"])
    return package["grants"], dict(left_out)


def test_a_record_that_never_was_360giving_gets_identifiers_of_ours() -> None:
    grants, left_out = _out(FUNDING)
    assert left_out == {}
    assert grants == [
        {
            "id": "360G-tejido-f-1",
            "title": "A project",
            "description": "A project",
            "currency": "USD",
            "amountAwarded": 55000,
            "awardDate": "2020-01-01",
            "awardDatePrecision": "year",
            "actualDates": [{"startDate": "2020"}],
            "recipientOrganization": [{"id": "360G-tejido-org-tejedoras", "name": "TEJEDORAS"}],
            "fundingOrganization": [{"id": "360G-tejido-org-ned", "name": "NED"}],
        }
    ]
    read_again = taken([grants[0]])
    assert read_again.one("funding")["date"] == "2020"
    assert read_again.problems == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"amount": None, "currency": None}, "awards of an unknown amount"),
        ({"amount_qualifier": "about"}, "awards whose amount is not exact"),
        ({"funder": None}, "awards whose funder is unknown or unnamed"),
        ({"recipient": None}, "awards whose recipient is unknown or unnamed"),
        ({"date": None}, "awards without a date"),
        ({"kind": "loan"}, "money that is no grant: loans, contracts, own funds"),
        ({"kind": "own_funds"}, "money that is no grant: loans, contracts, own funds"),
        ({"stage": "expenditure"}, "expenditure"),
        ({"stage": "disbursement"}, "payments without an award of the same parties"),
    ],
)
def test_what_cannot_be_a_grant_is_left_out_and_counted(values: Values, words: str) -> None:
    assert _out(FUNDING | values) == ([], {words: 1})


def test_money_of_another_project_that_passed_through_is_not_written_twice() -> None:
    assert _out(FUNDING | {"project": "another", "through_project": "ned2020-01"}) == ([], {})


def test_two_awards_of_one_project_are_two_grants() -> None:
    project = PROJECT | {"identifiers": [{"scheme": "360giving", "value": "360G-telar-1"}]}
    grants, _ = _out(FUNDING | {"reference": "360G-telar-1"}, FUNDING | {"id": "f-2"}, project=project)
    assert [one["id"] for one in grants] == ["360G-telar-1", "360G-tejido-f-2"]
    grants, _ = _out(FUNDING, project=project)
    assert [one["id"] for one in grants] == ["360G-telar-1"]


def test_states_that_are_excluded_or_only_context_are_no_places_of_work() -> None:
    book = _Places()
    rows: list[Values] = [
        {"state": "MX-OAX", "place": None, "role": "target", "membership": None, "basis": "stated", "as_written": None},
        {
            "state": "MX-PUE",
            "place": None,
            "role": "context",
            "membership": None,
            "basis": "stated",
            "as_written": None,
        },
        {
            "state": "MX-VER",
            "place": None,
            "role": "target",
            "membership": "excluded",
            "basis": "stated",
            "as_written": None,
        },
        {
            "state": None,
            "place": "juchitan",
            "role": "planned",
            "membership": None,
            "basis": "stated",
            "as_written": "Juchi",
        },
    ]
    activity = Activity(PROJECT, funding=[FUNDING], states=rows)
    package = json.loads(b"".join(write_json([activity], book, Package(), left_out=Counter())))
    assert package["grants"][0]["beneficiaryLocation"] == [
        {"name": "Oaxaca", "countryCode": "MX", "geoCode": "MX-OAX", "namePresumed": True},
        {"name": "Juchi", "countryCode": "MX", "geoCode": "MX-OAX"},
    ]


class _Places(_Nobody):
    def find(self, kind: str, record_id: str, /) -> Values | None:
        if kind == "state":
            return {"id": record_id, "name": "Oaxaca"}
        if kind == "place":
            return {"id": record_id, "name": "Juchitán", "within_state": "MX-OAX", "within_place": None}
        return super().find(kind, record_id)


def test_the_file_is_written_as_it_is_asked_for() -> None:
    asked: list[int] = []

    def activities() -> Any:
        for number in range(1000):
            asked.append(number)
            yield Activity(PROJECT, funding=[FUNDING | {"id": f"f-{number}"}])

    pieces = write_json(activities(), _Nobody(), Package(), left_out=Counter())
    next(pieces)
    assert asked == []
    next(pieces)
    assert len(asked) == 1
