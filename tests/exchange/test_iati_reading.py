"""Each field of IATI's activities, in version 2.03, 2.01 and 1.04, with exact counts and sums."""

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import pytest

from tests.exchange.iati import Taken, activities, activity, taken, transaction


def _sums(found: Taken) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in found.all("funding"):
        if row.get("amount") is not None:
            sums[row["stage"], row["currency"]] += row["amount"]
    return dict(sums)


def _rows(found: Taken, project: str) -> dict[str, dict[str, Any]]:
    """Places of a project: what it refers to -> its other fields that are filled."""
    return {
        row.get("state") or row["place"]: {
            name: value
            for name, value in row.items()
            if name not in {"project", "state", "place", "note"} and value is not None
        }
        for row in found.all("project_state")
        if row["project"] == project
    }


@pytest.fixture(scope="module")
def newest() -> Taken:
    return taken("iati-2.03.xml")


@pytest.fixture(scope="module")
def first_2() -> Taken:
    return taken("iati-2.01.xml")


@pytest.fixture(scope="module")
def old() -> Taken:
    return taken("iati-1.04.xml")


class TestVersion203:
    def test_everything_that_is_taken_is_counted(self, newest: Taken) -> None:
        assert newest.counts == {
            "project": 3,
            "funding": 8,
            "participation": 4,
            "organization": 5,
            "topic": 6,
            "place": 3,
            "project_state": 6,
            "state_group": 1,
        }
        assert newest.problems == []

    def test_everything_that_is_not_taken_is_counted(self, newest: Taken) -> None:
        assert newest.left_out == {
            "links to activities that are not in the file": 2,
            "natural persons": 1,
            "tags": 1,
            "policy markers": 1,
            "aid classification codes": 1,
            "budgets": 1,
            "translations of transactions' descriptions": 1,
            "pledges": 1,
            "loan repayments": 1,
            "links to documents": 1,
            "results": 1,
            "related activities that are neither parent nor child": 1,
            "other identifiers of publishers": 1,
            "locations outside Mexico": 1,
            "incoming transactions that the provider's activity reports too": 1,
        }

    def test_what_the_file_says_of_itself(self, newest: Taken) -> None:
        assert newest.about == {"publisher": "Fundación Alba", "language": "es", "year": "2024"}

    def test_money_is_exact_by_stage_and_currency(self, newest: Taken) -> None:
        assert _sums(newest) == {
            ("commitment", "MXN"): Decimal("1250000.50"),
            ("commitment", "USD"): Decimal("2500.00"),
            ("disbursement", "USD"): Decimal("800.01"),
            ("disbursement", "EUR"): Decimal("12.30"),
            ("disbursement", "JPY"): Decimal(5000),
            ("expenditure", "USD"): Decimal("0.00"),
        }

    def test_an_activity_is_a_project(self, newest: Taken) -> None:
        project = newest.one("project", "XX-FON-1-P1")
        assert {name: project[name] for name in project if name not in {"texts", "topics", "identifiers"}} == {
            "title": "Justicia abierta",
            "basis": "stated",
            "kind": "program",
            "project_status": "ongoing",
            "start_date": "2020-02-03",
            "end_date": "2025-12-31",
            "date_note": "planned start 2020-01-01; actual start 2020-02-03; planned end 2025-12-31",
        }

    def test_texts_are_kept_in_their_languages(self, newest: Taken) -> None:
        texts = newest.one("project", "XX-FON-1-P1")["texts"]
        assert [(text["kind"], text["language"], text["text"]) for text in texts] == [
            ("title", "es", "Justicia abierta"),
            ("title", "en", "Open justice"),
            ("description", "es", "Un programa para los tribunales."),
            ("objectives", "en", "Courts that publish."),
            ("target_groups", "es", "Periodistas y juezas."),
            ("description", "es", "Con otros fondos."),
        ]

    def test_identifiers_are_kept_with_whose_they_are(self, newest: Taken) -> None:
        assert newest.one("project", "XX-FON-1-P1")["identifiers"] == [
            {"scheme": "iati", "value": "XX-FON-1-P1"},
            {"scheme": "XX-FON-1 A1", "value": "ALBA-77"},
            {"scheme": "iati", "value": "XX-FON-1-OLD"},
        ]

    def test_sectors_are_topics_with_their_shares(self, newest: Taken) -> None:
        topics = newest.one("project", "XX-FON-1-P1")["topics"]
        assert {topic["topic"]: topic["share_percent"] for topic in topics} == {
            "crs:15130": Decimal(60),
            "crs:151": Decimal(40),
            "sector:7:16": Decimal(100),
            "sector:XX-FON-1/99:J-1": Decimal(100),
            "crs:15153": None,
        }

    def test_a_child_has_its_parent_whoever_says_so(self, newest: Taken) -> None:
        assert newest.one("project", "XX-FON-1-P2")["parent"] == "XX-FON-1-P1"
        assert "parent" not in newest.one("project", "XX-FON-1-P3")

    def test_participants_have_their_roles(self, newest: Taken) -> None:
        found = {(row["project"][-2:], row["organization"], row["role"]) for row in newest.all("participation")}
        assert found == {
            ("P1", "XX-FON-1", "accountable"),
            ("P1", "name:red alba", "implementing"),
            ("P2", "MX-RFC-ABC010101AB1", "implementing"),
            ("P3", "XX-FON-1", "extending"),
        }

    def test_an_activity_of_a_participant_is_told(self, newest: Taken) -> None:
        row = newest.one("participation", "XX-FON-1-P1#implementing:name:red alba")
        assert row["note"] == "Its own IATI activity: XX-RED-7-A"

    def test_a_funder_without_a_transaction_is_funding_of_unknown_amount(self, newest: Taken) -> None:
        assert newest.one("funding", "XX-FON-1-P1#funding:XM-DAC-999") == {
            "project": "XX-FON-1-P1",
            "funder": "XM-DAC-999",
            "basis": "stated",
        }
        assert not any("#funding:XX-FON-1" in draft.key for draft in newest.drafts)

    def test_a_transaction_is_funding(self, newest: Taken) -> None:
        assert newest.one("funding", "XX-FON-1-P1#T-1") == {
            "project": "XX-FON-1-P1",
            "funder": "XX-FON-1",
            "recipient": "name:red alba",
            "kind": "grant",
            "stage": "commitment",
            "amount": Decimal("1250000.50"),
            "amount_qualifier": "exact",
            "currency": "MXN",
            "currency_presumed": False,
            "date": "2020-01-15",
            "reference": "T-1",
            "note": "Compromiso total",
            "basis": "implied",
        }

    def test_money_for_another_activity_passes_through_this_one(self, newest: Taken) -> None:
        row = newest.one("funding", "XX-FON-1-P1#2")
        assert (row["project"], row["through_project"]) == ("XX-FON-1-P2", "XX-FON-1-P1")
        assert (row["funder"], row["recipient"], row["basis"]) == ("XX-FON-1", "MX-RFC-ABC010101AB1", "stated")
        row = newest.one("funding", "XX-FON-1-P2#in")
        assert (row["project"], row["through_project"]) == ("XX-FON-1-P2", "XX-FON-1-P1")
        assert (row["stage"], row["amount"]) == ("commitment", Decimal(2500))

    def test_money_that_both_sides_report_counts_once(self, newest: Taken) -> None:
        assert sum(row.get("amount") == Decimal("1000.01") for row in newest.all("funding")) == 1

    def test_a_reference_that_comes_again_is_told_apart(self, newest: Taken) -> None:
        keys = [draft.key for draft in newest.drafts if draft.kind == "funding" and "P2#" in draft.key]
        assert keys == ["XX-FON-1-P2#in", "XX-FON-1-P2#in~2"]

    def test_expenditure_and_zero_and_negative_amounts_stay_what_they_are(self, newest: Taken) -> None:
        spent = newest.one("funding", "XX-FON-1-P1#4")
        assert (spent["stage"], spent["amount"], "kind" in spent, "recipient" in spent) == (
            "expenditure",
            Decimal(0),
            False,
            False,
        )
        assert newest.one("funding", "XX-FON-1-P1#3")["amount"] == Decimal(-200)

    def test_a_secondary_reporter_is_not_taken_for_the_funder(self, newest: Taken) -> None:
        row = newest.one("funding", "XX-FON-1-P3#1")
        assert "funder" not in row
        assert (row["kind"], row["amount"], row["basis"]) == ("loan", Decimal(5000), "stated")

    def test_organizations_have_type_identifier_and_other_names(self, newest: Taken) -> None:
        found = newest.one("organization", "XM-DAC-999")
        assert found == {
            "name": "Agencia del Norte",
            "basis": "stated",
            "kind": "government",
            "iati_type": "10",
            "names": [{"text": "Northern Agency", "kind": "translation", "language": "en", "basis": "stated"}],
            "identifiers": [{"scheme": "XM-DAC", "value": "999"}],
        }
        again = [draft.values for draft in newest.drafts if draft.key == "name:red alba"]
        assert [one["name"] for one in again] == ["Red Alba, A.C.", "Red Alba AC"]
        assert [[name["text"] for name in one["names"]] for one in again] == [[], ["Red Alba AC"]]

    def test_an_organization_without_a_name_has_its_identifier(self, newest: Taken) -> None:
        found = newest.one("organization", "XX-OTH-5")
        assert (found["name"], found["basis"]) == ("XX-OTH-5", "implied")

    def test_places_have_their_shares(self, newest: Taken) -> None:
        assert _rows(newest, "XX-FON-1-P1") == {
            "MX": {"role": "context", "basis": "stated", "share_percent": Decimal("80.50")},
            "GT": {"role": "target", "basis": "stated", "share_percent": Decimal("9.50")},
            "region:489": {"role": "target", "basis": "stated", "share_percent": Decimal("10.00")},
            "MX-JAL": {"role": "target", "basis": "stated", "as_written": "Jalisco; Tlaquepaque y alrededores"},
        }
        assert newest.one("place", "region:489") == {
            "name": "South America, regional",
            "level": "region",
            "region_code": "489",
        }

    def test_only_the_national_scope_is_nationwide(self, newest: Taken) -> None:
        assert _rows(newest, "XX-FON-1-P2") == {"MX": {"role": "target", "basis": "stated"}}

    def test_mexico_without_a_state_makes_every_state_possible(self, newest: Taken) -> None:
        assert _rows(newest, "XX-FON-1-P3")["MX"]["role"] == "context"
        assert newest.one("state_group", "XX-FON-1-P3#states") == {
            "project": "XX-FON-1-P3",
            "label": "the one state in which it works, not named",
            "count": 1,
            "role": "target",
            "basis": "implied",
        }

    def test_each_draft_tells_its_place(self, newest: Taken) -> None:
        draft = next(draft for draft in newest.drafts if draft.key == "XX-FON-1-P1#T-1")
        assert (draft.place.number, draft.place.words) == (1, "activity 1, transaction 1, line 51")

    def test_progress_ends_with_the_size(self, newest: Taken) -> None:
        assert newest.progress == sorted(newest.progress)
        assert newest.progress[-1] > 7000


class TestVersion201:
    def test_counts_and_sums(self, first_2: Taken) -> None:
        assert first_2.counts == {
            "project": 1,
            "funding": 2,
            "participation": 1,
            "organization": 2,
            "topic": 1,
            "place": 1,
            "project_state": 2,
        }
        assert _sums(first_2) == {
            ("disbursement", "GBP"): Decimal(75000),
            ("commitment", "MXN"): Decimal("1234567.89"),
        }
        assert first_2.problems == []
        assert not first_2.left_out

    def test_latin_1_and_a_title_in_two_languages_of_which_none_is_the_default(self, first_2: Taken) -> None:
        project = first_2.one("project", "GB-CHC-123456-M1")
        assert project["title"] == "Eau pour la Sonora"
        assert [text["language"] for text in project["texts"]] == ["fr", "es", "es"]
        assert project["texts"][2]["text"] == "Agua y género en el río Yaqui."
        assert {"scheme": "XX-OWN", "value": "OR-9"} in project["identifiers"]

    def test_dates_with_a_zone_and_with_slashes(self, first_2: Taken) -> None:
        project = first_2.one("project", "GB-CHC-123456-M1")
        assert (project["start_date"], project["end_date"]) == ("2014-12-04", "2016-12-04")
        assert (project["project_status"], project["status_note"]) == ("completed", "Finalisation")

    def test_the_state_is_known_by_its_code(self, first_2: Taken) -> None:
        rows = _rows(first_2, "GB-CHC-123456-M1")
        assert rows["MX-SON"] == {"role": "target", "basis": "stated", "as_written": "Hermosillo"}

    def test_the_name_may_come_after_the_identifier(self, first_2: Taken) -> None:
        assert first_2.one("organization", "GB-CHC-123456")["name"] == "Open Rivers"


class TestVersion104:
    def test_counts_and_sums(self, old: Taken) -> None:
        assert old.counts == {
            "project": 1,
            "funding": 5,
            "participation": 3,
            "organization": 6,
            "topic": 3,
            "place": 1,
            "project_state": 3,
        }
        assert _sums(old) == {
            ("commitment", "USD"): Decimal("15000.50"),
            ("disbursement", "EUR"): Decimal("200.25"),
            ("disbursement", "USD"): Decimal(103),
            ("expenditure", "USD"): Decimal("1.10"),
        }
        assert old.problems == []
        assert old.left_out == {
            "natural persons": 1,
            "policy markers": 1,
            "links to pages": 1,
            "loan repayments": 1,
            "credit guarantees": 1,
            "links to activities that are not in the file": 1,
        }

    def test_texts_stand_in_the_elements(self, old: Taken) -> None:
        project = old.one("project", "XM-DAC-7-OLD1")
        assert project["title"] == "Rights in Oaxaca"
        assert [(text["kind"], text["language"], text["text"]) for text in project["texts"]] == [
            ("title", "en", "Rights in Oaxaca"),
            ("title", "es", "Derechos en Oaxaca"),
            ("description", "en", "A long text."),
            ("objectives", "es", "Objetivos."),
        ]
        assert {"scheme": "XM-DAC-7", "value": "OLD-1"} in project["identifiers"]

    def test_codes_are_words(self, old: Taken) -> None:
        project = old.one("project", "XM-DAC-7-OLD1")
        assert project["date_note"] == "planned start 2012-01-01; actual start 2012-12-04; planned end 2014"
        assert (project["start_date"], project["end_date"], project["project_status"]) == (
            "2012-12-04",
            "2014",
            "completed",
        )
        roles = {(row["organization"], row["role"]) for row in old.all("participation")}
        assert roles == {
            ("name:world of aid", "extending"),
            ("name:colectivo maguey", "implementing"),
            ("name:office of aid", "accountable"),
        }
        assert {topic["topic"] for topic in project["topics"]} == {"crs:15160", "crs:151", "sector:XM-DAC-7/99:R9"}

    def test_elements_come_in_any_order(self, old: Taken) -> None:
        row = old.one("funding", "XM-DAC-7-OLD1#1")
        assert (row["funder"], row["recipient"], row["stage"]) == ("XM-DAC-7", "name:colectivo maguey", "commitment")
        assert (row["amount"], row["date"], row["note"]) == (Decimal("15000.50"), "2012-01-01", "Whole grant")

    def test_the_date_of_the_value_stands_in_where_the_transaction_has_none(self, old: Taken) -> None:
        assert old.one("funding", "XM-DAC-7-OLD1#e1")["date"] == "2012-02-02"

    def test_incoming_funds_are_received_by_who_reports(self, old: Taken) -> None:
        row = old.one("funding", "XM-DAC-7-OLD1#4")
        assert (row["funder"], row["recipient"], row["basis"]) == ("XM-DAC-8", "XM-DAC-7", "implied")
        assert "through_project" not in row

    def test_states_by_name_and_by_code_with_their_shares(self, old: Taken) -> None:
        assert _rows(old, "XM-DAC-7-OLD1") == {
            "MX": {"role": "context", "basis": "stated", "share_percent": Decimal(100)},
            "MX-OAX": {"role": "target", "basis": "stated", "as_written": "Oaxaca", "share_percent": Decimal(75)},
            "MX-PUE": {
                "role": "target",
                "basis": "stated",
                "as_written": "Sierra Norte",
                "share_percent": Decimal(25),
            },
        }


@pytest.mark.parametrize("version", ["1.01", "1.02", "1.03", "1.04", "1.05", "2.01", "2.02", "2.03"])
def test_each_version_is_read(version: str) -> None:
    found = taken(activities(activity(transaction()), version=version))
    assert (found.counts["project"], found.counts["funding"], found.problems) == (1, 1, [])


def test_a_version_to_come_is_read_and_told() -> None:
    assert taken(activities(activity(), version="2.04")).codes == ["unknown-version"]


class TestPlaces:
    @staticmethod
    def _place(inner: str, country: str = '<recipient-country code="MX"/>') -> tuple[dict[str, Any], Taken]:
        found = taken(activities(activity(country + inner)))
        return _rows(found, "X-1"), found

    def test_a_point_tells_the_state_by_implication(self) -> None:
        rows, found = self._place("<location><point><pos>20.65 -103.35</pos></point></location>", "")
        assert rows == {"MX-JAL": {"role": "target", "basis": "implied"}}
        assert found.problems == []

    def test_a_point_of_the_country_or_its_capital_tells_no_state(self) -> None:
        for precision in "6789":
            inner = f'<location><coordinates latitude="19.43" longitude="-99.13" precision="{precision}"/></location>'
            rows, found = self._place(inner)
            assert set(rows) == {"MX"}
            assert rows["MX"]["role"] == "context"
            assert found.counts["state_group"] == 1

    def test_a_location_in_another_country_keeps_the_country_and_invents_no_state(self) -> None:
        inner = (
            '<location><location-id vocabulary="A4" code="PH"/><name><narrative>Guerrero</narrative></name></location>'
        )
        rows, found = self._place(inner)
        assert set(rows) == {"MX", "PH"}
        assert found.left_out["locations outside Mexico"] == 1

    def test_a_name_alone_is_no_state_where_the_country_is_open(self) -> None:
        inner = "<location><name><narrative>Hidalgo</narrative></name></location>"
        rows, found = self._place(inner, '<recipient-country code="MX"/><recipient-country code="US"/>')
        assert set(rows) == {"MX", "US"}
        assert found.left_out["locations whose country is not told"] == 1

    def test_a_point_that_contradicts_the_name_tells_nothing(self) -> None:
        inner = "<location><name><narrative>Sonora</narrative></name><point><pos>20.65 -103.35</pos></point></location>"
        rows, found = self._place(inner)
        assert set(rows) == {"MX"}
        assert found.codes == ["location-not-placed"]

    @pytest.mark.parametrize("position", ["0 0", "91 0", "somewhere", "20.65", "20.65 -103.35 5"])
    def test_a_point_that_is_none_is_told(self, position: str) -> None:
        _, found = self._place(f"<location><point><pos>{position}</pos></point></location>", "")
        assert found.codes == ["bad-point"]

    def test_a_name_that_is_no_state_is_told(self) -> None:
        rows, found = self._place("<location><name><narrative>La Frontera</narrative></name></location>")
        assert set(rows) == {"MX"}
        assert found.codes == ["location-not-placed"]
        assert found.counts["state_group"] == 1

    @pytest.mark.parametrize(("scope", "kept"), [("1", "international"), ("2", "regional"), ("3", "international")])
    def test_a_reach_beyond_the_country_is_kept(self, scope: str, kept: str) -> None:
        found = taken(activities(activity(f'<activity-scope code="{scope}"/>')))
        assert found.one("project", "X-1")["scope"] == kept

    def test_national_scope_with_two_countries_is_not_nationwide_in_mexico(self) -> None:
        country = '<recipient-country code="MX"/><recipient-country code="US"/><activity-scope code="4"/>'
        rows, _ = self._place("", country)
        assert rows["MX"]["role"] == "context"

    def test_places_and_sectors_of_transactions_are_those_of_the_activity(self) -> None:
        more = '<sector code="15160"/><recipient-country code="mx"/>'
        found = taken(activities(activity(transaction(more=more) + transaction(more=more))))
        assert _rows(found, "X-1")["MX"]["role"] == "context"
        assert [topic["topic"] for topic in found.one("project", "X-1")["topics"]] == ["crs:15160"]

    def test_codes_that_are_none_are_told(self) -> None:
        inner = '<recipient-country code="QQ"/><recipient-region vocabulary="1"/><sector code="0"/>'
        assert Counter(taken(activities(activity(inner))).codes) == {"unknown-code": 3}

    @pytest.mark.parametrize("percentage", ["101", "-1", "x", "NaN", "1e400", "9" * 100])
    def test_a_percentage_that_cannot_be_is_told(self, percentage: str) -> None:
        inner = f'<sector code="15160" percentage="{percentage}"/>'
        found = taken(activities(activity(inner)))
        assert found.codes == ["bad-percentage"]
        assert found.one("project", "X-1")["topics"][0]["share_percent"] is None

    def test_percentages_are_kept_to_the_hundredth(self) -> None:
        found = taken(activities(activity('<sector code="15160" percentage="33.3333"/>')))
        assert found.one("project", "X-1")["topics"][0]["share_percent"] == Decimal("33.33")
