"""FollowTheMoney: every entity holds before the library itself, and says no more than its record does."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from followthemoney import model
from followthemoney.types import registry
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.exchange.followthemoney import INCLUDED, KINDS, Entity, entity_id, write
from app.history.view import present_view
from app.models.documents import DocumentFields
from app.models.noun import Values
from app.models.nouns import BY_KIND
from app.models.organizations import OrganizationFields
from app.models.projects import ProjectFields
from app.models.tables import Reader
from app.models.types import Line, Prose
from app.problems import Problem
from app.store.database import Database
from app.store.records import PageQuery, list_page, read
from tests.conftest import Backend

BASE = "https://tejido.example"


@dataclass
class Export:
    """What was written: the entities by id, how many of each schema, and what was left out."""

    lines: list[dict[str, Any]]
    counts: Counter[str]
    left_out: Counter[str]

    @property
    def by_id(self) -> dict[str, dict[str, Any]]:
        return {line["id"]: line for line in self.lines}

    def of(self, schema: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["schema"] == schema]

    def properties(self, kind: str, record_id: str, part: str = "") -> dict[str, list[str]]:
        found: dict[str, list[str]] = self.by_id[entity_id(kind, record_id, part)]["properties"]
        return found


def exported(records: dict[str, list[Values]], **finds: dict[str, Values]) -> Export:
    out, left_out = BytesIO(), Counter[str]()
    counts = write(
        out,
        records,
        find=lambda kind, record_id: finds.get(kind, {}).get(record_id),
        base=BASE,
        version="v3",
        left_out=left_out,
    )
    return Export([json.loads(line) for line in out.getvalue().splitlines()], counts, left_out)


def check(export: Export) -> None:
    """The library takes every entity as it stands: its schema, its properties, and every value already clean."""
    ids = [line["id"] for line in export.lines]
    assert len(ids) == len(set(ids))
    for line in export.lines:
        assert set(line) == {"id", "schema", "properties"}
        assert registry.entity.clean(line["id"]) == line["id"]
        proxy = model.get_proxy(line)
        assert proxy.to_dict()["properties"].keys() == line["properties"].keys(), line
        proxy.schema.validate({"properties": line["properties"]})
        for name, values in line["properties"].items():
            prop = proxy.schema.get(name)
            assert prop is not None
            assert not prop.stub
            assert not prop.deprecated
            assert values
            for value in values:
                assert prop.type.clean(value, format=prop.format) == value, (line["id"], name)
                assert len(value) <= prop.max_length, (line["id"], name)
                if prop.range is not None:
                    other = model.get(export.by_id[value]["schema"])
                    assert other is not None
                    assert other.is_a(prop.range), (line["id"], name)
        assert all(line["properties"].get(name) for name in proxy.schema.required), line
        if proxy.schema.edge:
            assert len(list(proxy.edgepairs())) == 1, line
    assert export.counts == Counter(line["schema"] for line in export.lines)


@pytest.fixture(scope="module")
def seed(backend: Backend) -> Iterator[tuple[Export, dict[str, list[Values]]]]:
    """The export of the first data set, with the records that it was made of."""
    with closing(Database(backend.copy("seeded"))) as database, database.read() as connection:
        view = present_view(connection, Reader.public)

        def listed(kind: str) -> Iterator[Values]:
            cursor = None
            while True:
                page = list_page(
                    view, BY_KIND[kind], PageQuery(limit=40, cursor=cursor, include=INCLUDED.get(kind, ()))
                )
                yield from page.items
                cursor = page.next
                if cursor is None:
                    return

        def find(kind: str, record_id: str) -> Values | None:
            try:
                return read(view, BY_KIND[kind], record_id)
            except Problem:
                return None

        out, left_out = BytesIO(), Counter[str]()
        counts = write(
            out, {kind: listed(kind) for kind in KINDS}, find=find, base=BASE, version=view.version, left_out=left_out
        )
        lines = [json.loads(line) for line in out.getvalue().splitlines()]
        records = {kind: list(listed(kind)) for kind in KINDS}
        records["unnamed_party"] = list(listed("unnamed_party"))
        yield Export(lines, counts, left_out), records


def test_every_entity_of_the_first_data_set_is_valid(seed: tuple[Export, dict[str, list[Values]]]) -> None:
    export, records = seed
    check(export)
    assert export.left_out["links to what is not in the file"] == 0
    ends = ("funder", "recipient")
    assert export.left_out["funding with fewer than two named ends"] == sum(
        sum(row[end] is not None for end in ends) + bool(row["project"] or row["through_project"]) < 2
        for row in records["funding"]
    )


def test_each_record_is_found_again(seed: tuple[Export, dict[str, list[Values]]]) -> None:
    export, records = seed
    for kind in ("document", "state", "organization", "project", "collaboration"):
        for record in records[kind]:
            links = export.properties(kind, record["id"])["sourceUrl"]
            assert links[0].startswith(f"{BASE}/v1/{BY_KIND[kind].path}/{record['id']}?as_of=v"), kind
    for record in records["participation"]:
        there = entity_id("participation", record["id"]) in export.by_id
        assert there == (record["organization"] is not None)
    named = [row for row in records["collaboration_member"] if row["organization"]]
    assert sum(entity_id("collaboration_member", row["id"]) in export.by_id for row in named) == len(named)
    assert len(export.of("Address")) == 32


def test_only_what_is_paid_between_two_named_organizations_is_a_payment(
    seed: tuple[Export, dict[str, list[Values]]],
) -> None:
    export, records = seed
    expected = {
        entity_id("funding", row["id"]): f"{row['amount']:f}"
        for row in records["funding"]
        if row["amount"] is not None and row["funder"] and row["recipient"]
    }
    assert {line["id"]: line["properties"]["amount"][0] for line in export.of("Payment")} == expected
    supplement = export.properties("funding", "f-ned2020-14")
    assert supplement["payer"] == ["tejido-org-ned"]
    assert supplement["beneficiary"] == ["tejido-org-ficdcm"]
    assert supplement["project"] == ["tejido-project-ned2020-14"]
    assert Decimal(supplement["amount"][0]) == 55000
    assert supplement["currency"] == ["USD"]
    assert supplement["date"] == ["2020"]
    assert "supplement" in supplement["summary"][0]
    assert "basis: attributed" in supplement["description"]
    assert "the currency is presumed from a sign" in supplement["description"]
    assert supplement["proof"] == ["tejido-document-doc-ned-2020"]
    assert any("Supplement" in text for text in supplement["description"])
    without = next(row for row in records["funding"] if row["amount"] is None and row["funder"] and row["recipient"])
    assert export.properties("funding", without["id"], "funder")["role"] == ["funder"]
    assert export.properties("funding", without["id"], "recipient")["role"] == ["recipient"]
    assert export.properties("funding", without["id"])["role"] == ["funds"]


def test_a_party_without_a_name_is_no_entity(seed: tuple[Export, dict[str, list[Values]]]) -> None:
    export, records = seed
    named = [line for line in export.lines if not line["id"].startswith("tejido-collaboration-")]
    names = {name for line in named for name in line["properties"].get("name", ())}
    assert not names & {row["description"] for row in records["unnamed_party"]}
    assert not any(line["id"].startswith("tejido-party-") for line in export.lines)
    assert export.left_out["participations of unnamed parties"] == sum(
        row["organization"] is None for row in records["participation"]
    )


def test_a_plan_is_no_organization_and_a_source_of_data_no_participant(
    seed: tuple[Export, dict[str, list[Values]]],
) -> None:
    export, records = seed
    for row in records["collaboration"]:
        schema = export.by_id[entity_id("collaboration", row["id"])]["schema"]
        if row["collaboration_status"] == "planned" or row["plural"] or row["name"] is None:
            assert schema == "Project", row["id"]
    for row in records["participation"]:
        if row["role"] in ("data_source", "standard_setter") and row["organization"]:
            assert export.by_id[entity_id("participation", row["id"])]["schema"] == "UnknownLink"
    assert export.by_id["tejido-org-ofac"]["schema"] == "PublicBody"


def test_what_is_not_known_is_not_said(seed: tuple[Export, dict[str, list[Values]]]) -> None:
    export, records = seed
    for row in records["project"]:
        found = export.properties("project", row["id"])
        assert found.get("startDate", [None]) == [row["start_date"]]
        assert found.get("endDate", [None]) == [row["end_date"]]
        assert found.get("status", ["unknown"]) == [row["project_status"]]
        assert "amount" not in found
    for row in records["organization"]:
        found = export.properties("organization", row["id"])
        assert found.get("country", [None]) == [row["country"] and row["country"].lower()]


def test_places_are_those_where_a_project_works(seed: tuple[Export, dict[str, list[Values]]]) -> None:
    export, _ = seed
    detentions = export.properties("project", "ned2020-08")
    assert {"tejido-state-MX-JAL", "tejido-state-MX-VER", "tejido-state-MX-MEX"} <= set(detentions["addressEntity"])
    conjusticia = export.properties("project", "conjusticia")
    assert any("8 states, of which named" in note for note in conjusticia["notes"])


def test_evidence_of_a_thing_is_a_link_to_its_document(seed: tuple[Export, dict[str, list[Values]]]) -> None:
    export, records = seed
    things = ("organization", "project", "collaboration")
    cited = sum(len(row["included"]["citations"]) for kind in things for row in records[kind])
    publishers = sum(row["publisher_organization"] is not None for row in records["document"])
    assert len(export.of("Documentation")) == cited + publishers
    assert {link["properties"]["role"][0] for link in export.of("Documentation")} == {"source", "publisher"}


def test_the_same_records_give_the_same_bytes() -> None:
    first, second = (exported({"organization": [organization()], "project": [project()]}) for _ in range(2))
    assert first.lines == second.lines


# --- records made for one question ---------------------------------------------------------------------------------


def organization(record_id: str = "red", **values: Any) -> Values:
    """A record of an organization as the read schema has it, as far as the export looks."""
    fields = {"name": "Red de Agua", "kind": "ngo", "basis": "stated"} | values
    return {"id": record_id, **OrganizationFields.model_validate(fields).model_dump()}


def project(record_id: str = "pozos", **values: Any) -> Values:
    fields = {"title": "Pozos", "kind": "grant", "basis": "stated", "project_status": "unknown"} | values
    return {"id": record_id, **ProjectFields.model_validate(fields).model_dump()}


def funding(**values: Any) -> Values:
    empty = dict.fromkeys(
        "funder funder_party recipient recipient_party project through_project kind stage amount amount_qualifier "
        "currency share_percent share_qualifier date reference note".split()
    )
    return {"id": "f1", **empty, "currency_presumed": False, "basis": "stated"} | values


def both() -> list[Values]:
    return [organization(), organization("rio", name="Fundación del Río", kind="funder")]


def test_names_go_where_they_say_no_more_than_they_should() -> None:
    export = exported(
        {
            "organization": [
                organization(
                    name="  Red\u00a0de  Agua, A.C.",
                    acronym="RDA",
                    kind="cooperative",
                    subkind="water users",
                    country="MX",
                    website="https://red.example",
                    names=[
                        {"text": "Red de Agua, A.C.", "kind": "legal"},
                        {"text": "Water Network", "kind": "translation", "language": "en"},
                        {"text": "Red Vieja", "kind": "former"},
                        {"text": "the network", "kind": "as_written"},
                        {"text": "RDA", "kind": "acronym"},
                    ],
                    identifiers=[
                        {"scheme": "MX-RFC", "value": "RDA010203AB1"},
                        {"scheme": "XI-LEI", "value": "549300GKFG0RYRRQ1414"},
                        {"scheme": "XI-LEI", "value": "549300GKFG0RYRRQ1415"},
                        {"scheme": "other", "value": "x" * 70},
                    ],
                )
            ]
        }
    )
    check(export)
    found = export.properties("organization", "red")
    assert found["name"] == ["Red de Agua, A.C."]
    assert found["alias"] == ["Water Network"]
    assert found["previousName"] == ["Red Vieja"]
    assert found["weakAlias"] == ["the network", "RDA"]
    assert found["classification"] == ["cooperative", "water users"]
    assert found["website"] == ["https://red.example/"]
    assert found["taxNumber"] == ["RDA010203AB1"]
    assert found["leiCode"] == ["549300GKFG0RYRRQ1414"]
    assert found["registrationNumber"] == [
        "MX-RFC-RDA010203AB1",
        "XI-LEI-549300GKFG0RYRRQ1414",
        "XI-LEI-549300GKFG0RYRRQ1415",
    ]
    assert found["notes"] == [f"identifier: other-{'x' * 70}"]


@pytest.mark.parametrize(
    ("kind", "iati_type", "schema"),
    [
        ("government", None, "PublicBody"),
        ("funder", "10", "PublicBody"),
        ("company", None, "Company"),
        ("media", "70", "Company"),
        ("funder", "60", "Organization"),
        ("unknown", None, "Organization"),
        ("political_party", None, "Organization"),
    ],
)
def test_the_sort_of_body_chooses_the_schema(kind: str, iati_type: str | None, schema: str) -> None:
    export = exported({"organization": [organization(kind=kind, iati_type=iati_type)]})
    check(export)
    assert export.lines[0]["schema"] == schema
    assert ("pol.party" in export.lines[0]["properties"].get("topics", [])) == (kind == "political_party")


def test_an_exact_amount_stays_exact_and_half_a_date_half_a_date() -> None:
    amount = Decimal("123456789012.345")
    export = exported(
        {
            "organization": both(),
            "project": [project()],
            "funding": [
                funding(
                    funder="rio", recipient="red", project="pozos", through_project="fondo", amount=amount,
                    currency="KWD", date="2021-04", stage="commitment", kind="grant", amount_qualifier="at_least",
                    share_percent=Decimal("12.50"), reference="A/1",
                )
            ],
        },
        project={"pozos": project(), "fondo": project("fondo", title="Fondo")},
    )  # fmt: skip
    check(export)
    found = export.properties("funding", "f1")
    assert found["amount"] == ["123456789012.345"]
    assert found["date"] == ["2021-04"]
    assert found["programme"] == ["Fondo"]
    assert found["purpose"] == ["Pozos"]
    assert found["transactionNumber"] == ["A/1"]
    assert found["summary"] == ["grant, commitment"]
    assert {"amount: at least", "share of the project's money: 12.50 %"} <= set(found["description"])


def test_an_unnamed_side_is_told_in_words() -> None:
    party = {"description": "groups of the valley", "count_low": 80, "count_high": None, "count_qualifier": "nearly"}
    export = exported(
        {
            "organization": both(),
            "project": [project()],
            "funding": [
                funding(funder="rio", recipient_party="u1", project="pozos", amount=Decimal("5.00"), currency="MXN"),
                funding(id="f2", funder="rio", recipient="rio", project="pozos", amount=Decimal(7), currency="MXN"),
                funding(id="f3", project="pozos", amount=Decimal(9), currency="MXN"),
                funding(id="f4", funder="rio", recipient="red"),
            ],
        },
        unnamed_party={"u1": party},
    )
    check(export)
    found = export.properties("funding", "f1", "funder")
    assert "to an unnamed party: groups of the valley (nearly 80)" in found["description"]
    assert "amount: 5.00 MXN" in found["description"]
    assert "amount: 7 MXN" in export.properties("funding", "f2", "funder")["description"]
    assert export.of("Payment") == []
    assert export.properties("funding", "f4")["role"] == ["funds"]
    assert export.left_out == {"funding with fewer than two named ends": 1}


def test_a_link_to_what_is_not_in_the_file_is_left_out_and_counted() -> None:
    export = exported(
        {
            "organization": [organization()],
            "project": [project(parent="elsewhere")],
            "organization_relation": [
                {"id": "r1", "subject": "red", "subject_name": None, "kind": "part_of", "object": "rio",
                 "basis": "stated", "note": None},
            ],
            "funding": [funding(funder="rio", recipient="red", amount=Decimal(1), currency="MXN")],
        }
    )  # fmt: skip
    check(export)
    assert set(export.by_id) == {"tejido-org-red", "tejido-project-pozos"}
    assert export.left_out["links to what is not in the file"] == 3


def test_relations_between_organizations_are_no_ownership() -> None:
    relation = {"subject": "red", "subject_name": None, "object": "rio", "basis": "implied", "note": "as told"}
    export = exported(
        {
            "organization": both(),
            "organization_relation": [
                relation | {"id": "r1", "kind": "chapter_of"},
                relation | {"id": "r2", "kind": "successor_of"},
                relation | {"id": "r3", "kind": "program_of", "subject": None, "subject_name": "Brújula"},
            ],
        }
    )
    check(export)
    assert export.properties("organization_relation", "r1")["role"] == ["chapter of"]
    assert export.by_id["tejido-organization-relation-r1"]["schema"] == "UnknownLink"
    assert export.properties("organization_relation", "r2")["predecessor"] == ["tejido-org-rio"]
    assert export.properties("organization_relation", "r1")["description"] == ["basis: implied", "as told"]
    assert export.left_out == {"relations of something that is no organization of its own": 1}


def test_members_belong_to_bodies_and_helpers_do_not() -> None:
    coalition = {
        "id": "c1", "name": "Coalición", "kind": "coalition", "collaboration_status": "active", "status_note": None,
        "goal": "water", "project": "pozos", "plural": False, "states": [{"state": "MX-NLE", "place": None}],
        "basis": "stated", "note": None,
    }  # fmt: skip
    planned = coalition | {"id": "c2", "collaboration_status": "planned", "project": None}
    member = {"organization": "red", "party": None, "basis": "stated", "note": None}
    export = exported(
        {
            "state": [{"id": "MX-NLE", "name": "Nuevo León"}],
            "organization": both(),
            "project": [project()],
            "collaboration": [coalition, planned],
            "collaboration_member": [
                member | {"id": "m1", "collaboration": "c1", "role": "lead"},
                member | {"id": "m2", "collaboration": "c1", "role": "supporter", "organization": "rio"},
                member | {"id": "m3", "collaboration": "c2", "role": "member"},
                member | {"id": "m4", "collaboration": "c2", "role": "member", "organization": None, "party": "u1"},
            ],
        },
        collaboration={"c1": coalition, "c2": planned},
    )
    check(export)
    schemas = {line["id"].removeprefix("tejido-collaboration-"): line["schema"] for line in export.lines}
    assert (schemas["c1"], schemas["c2"], schemas["c1.project"]) == ("Organization", "Project", "UnknownLink")
    assert (schemas["member-m1"], schemas["member-m2"]) == ("Membership", "UnknownLink")
    assert schemas["member-m3"] == "ProjectParticipant"
    assert export.properties("collaboration", "c1")["addressEntity"] == ["tejido-state-MX-NLE"]
    assert export.left_out == {"unnamed parties in collaborations": 1}


def test_titles_descriptions_and_identifiers_of_publishers_are_kept() -> None:
    texts = [
        {"kind": "title", "language": "en", "text": "Wells"},
        {"kind": "title", "language": "es", "text": "Pozos"},
        {"kind": "description", "language": "es", "text": "Agua para todas."},
        {"kind": "target_groups", "language": None, "text": "villages"},
    ]
    identifiers = [{"scheme": "iati", "value": "XM-1"}, {"scheme": "360giving", "value": "360G-" + "y" * 80}]
    long = "Agua " * 90
    export = exported(
        {
            "project": [
                project(texts=texts, identifiers=identifiers, topics=[{"topic": "water"}], scope="regional"),
                project("long", title=long),
            ]
        },
        topic={"water": {"label_en": "Water", "label_es": "Agua"}},
    )
    check(export)
    found = export.properties("project", "pozos")
    assert found["alias"] == ["Wells"]
    assert found["description"] == ["Agua para todas."]
    assert found["notes"] == ["target groups: villages"]
    assert found["projectId"] == ["XM-1"]
    assert found["recordId"] == ["360G-" + "y" * 80]
    assert found["keywords"] == ["grant", "regional scope", "Water", "Agua"]
    assert export.properties("project", "long")["name"][0].endswith("…")
    assert export.properties("project", "long")["description"] == [long.strip()]


def test_an_entity_says_a_thing_once() -> None:
    entity = Entity("a", "Project")
    entity.add("name", "x", None, "", "x", "y")
    assert json.loads(entity.line()) == {"id": "a", "schema": "Project", "properties": {"name": ["x", "y"]}}


LINES = st.text(min_size=1, max_size=600)


def _may_be(kind: Any, text: str) -> bool:
    try:
        TypeAdapter(kind).validate_python(text)
    except ValidationError:
        return False
    return True


@given(
    LINES.filter(lambda text: _may_be(Line, text)),
    LINES.filter(lambda text: _may_be(Prose, text)),
    st.from_regex(r"https?://[\w.\[\]:%/?#@!-]{1,40}", fullmatch=True).filter(lambda text: _may_be(Line, text)),
    st.text(alphabet="\"' “”\u00a0\u200b\ufeff\u2028a.", min_size=1, max_size=9).filter(
        lambda text: _may_be(Line, text)
    ),
)
def test_no_text_that_a_record_may_hold_makes_an_entity_invalid(line: str, prose: str, url: str, odd: str) -> None:
    document = {"title": line, "basis": "stated", "language": "nah", "kind": odd, "publisher": line, "note": prose,
                "url": url, "file_name": odd, "licence": line, "year": 2020}  # fmt: skip
    export = exported(
        {
            "document": [{"id": "d", **DocumentFields.model_validate(document).model_dump()}],
            "organization": [
                organization(name=line, acronym=odd, subkind=line, website=url, summary=prose, note=prose),
                organization("odd", name=odd, names=[{"text": line, "kind": "as_written"}],
                             identifiers=[{"scheme": "other", "value": line}, {"scheme": "XI-LEI", "value": odd}]),
            ],
            "project": [
                project(title=odd, acronym=line, summary=prose, texts=[{"kind": "title", "text": prose}],
                        identifiers=[{"scheme": "other", "value": odd}])
            ],
        }
    )  # fmt: skip
    check(export)
