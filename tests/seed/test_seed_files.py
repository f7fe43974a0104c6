"""The seed files are well formed, and say what was read: no more, no less."""

import hashlib
import re
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from app.models.noun import Noun, create_schema, part_sql, references
from tests.seed.reading import (
    DOCUMENTS,
    FACTS,
    SEED,
    SEEDED,
    Row,
    facts,
    file_of,
    fold,
    ids,
    needs_documents,
    needs_facts,
    paragraphs,
    row,
    rows,
    where,
    words_of,
)

COUNTS = {
    "state": 32,
    "place": 9,
    "topic": 44,
    "organization": 43,
    "organization_relation": 3,
    "unnamed_party": 66,
    "document": 5,
    "project": 44,
    "funding": 24,
    "participation": 68,
    "state_group": 11,
    "project_state": 47,
    "collaboration": 38,
    "collaboration_member": 101,
    "indicator": 52,
    "tool": 18,
    "legal_instrument": 5,
    "finding": 36,
    "beneficiary_group": 30,
}

each_noun = pytest.mark.parametrize("noun", SEEDED, ids=lambda noun: noun.kind)


# Form


def test_each_table_has_one_file_and_each_file_one_table() -> None:
    assert {path.name for path in SEED.iterdir()} == {file_of(noun).name for noun in SEEDED} | {"README.md"}


def test_the_files_have_the_rows_that_were_counted() -> None:
    assert {noun.kind: len(rows(noun.kind)) for noun in SEEDED} == COUNTS


@each_noun
def test_every_row_is_a_body_that_the_service_takes(noun: Noun) -> None:
    schema = create_schema(noun)
    for each in rows(noun.kind):
        schema.model_validate(each)


@each_noun
def test_ids_are_unique(noun: Noun) -> None:
    assert [public_id for public_id, count in Counter(ids(rows(noun.kind))).items() if count > 1] == []


@each_noun
def test_keys_stand_in_the_order_of_the_schema(noun: Noun) -> None:
    order = ["id", *noun.fields.model_fields, "citations"]
    for each in rows(noun.kind):
        assert list(each) == [name for name in order if name in each], each["id"]


@each_noun
def test_what_is_not_known_is_left_out(noun: Noun) -> None:
    for each in rows(noun.kind):
        empty = [name for name, value in each.items() if value in ("", []) or value is False]
        assert empty == [], each["id"]


@each_noun
def test_the_file_reads_well_in_a_diff(noun: Noun) -> None:
    text = file_of(noun).read_text(encoding="utf-8")
    blocks = text.removesuffix("\n").split("\n\n")
    assert text.endswith("\n")
    assert len(blocks) == len(rows(noun.kind))
    for block in blocks:
        first, *lines = block.split("\n")
        assert first == f"[[{noun.kind}]]"
        for line in lines:
            assert re.fullmatch(r"[a-z_0-9]+ = .+|  \{ .+ \},|\]", line), line
            assert line == line.rstrip()
            assert line.count("{ document = ") <= 1


@each_noun
def test_rows_refer_to_rows_above_them_or_in_earlier_tables(noun: Noun) -> None:
    known = {earlier.kind: set(ids(rows(earlier.kind))) for earlier in SEEDED[: SEEDED.index(noun)]}
    known[noun.kind] = set()
    own = references(noun.sql)
    parts = {part.name: (part, references(part_sql(part))) for part in noun.parts}
    for each in rows(noun.kind):
        found = [(target, each[name]) for name, target in own.items() if name in each]
        for name, (part, targets) in parts.items():
            for inner in each.get(name, []):
                values = {part.scalar: inner} if part.scalar else inner
                found += [(target, values[field]) for field, target in targets.items() if field in values]
        for target, public_id in found:
            assert public_id in known[target], (each["id"], target, public_id)
        known[noun.kind].add(each["id"])


@each_noun
def test_every_fact_has_evidence_in_a_document_of_the_seed(noun: Noun) -> None:
    documents = set(ids(rows("document")))
    must = "basis" in noun.fields.model_fields or noun.kind == "place"
    for each in rows(noun.kind):
        citations = each.get("citations", [])
        assert citations or not must, each["id"]
        assert {citation["document"] for citation in citations} <= documents
        places = [(citation["document"], citation["paragraph"], citation["cue"]) for citation in citations]
        assert len(set(places)) == len(places), each["id"]


@each_noun
def test_every_fact_says_how_the_source_carries_it(noun: Noun) -> None:
    if "basis" in noun.fields.model_fields:
        assert [each["id"] for each in rows(noun.kind) if "basis" not in each] == []


def test_cues_are_short() -> None:
    cues = [citation["cue"] for noun in SEEDED for each in rows(noun.kind) for citation in each.get("citations", [])]
    assert [cue for cue in cues if len(cue.split()) > 8 or len(cue) > 120] == []


def test_texts_have_no_hidden_characters() -> None:
    for noun in SEEDED:
        for each in rows(noun.kind):
            for text in words_of(each):
                assert text == fold(text), (each["id"], text)


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("participation", ("project", "organization", "party", "role")),
        ("collaboration_member", ("collaboration", "organization", "party")),
        ("project_state", ("project", "state", "place", "role", "state_group")),
        ("organization_relation", ("subject", "subject_name", "kind", "object")),
        ("document", ("sha256",)),
        ("state", ("inegi",)),
    ],
)
def test_no_two_rows_say_the_same(kind: str, keys: tuple[str, ...]) -> None:
    found = Counter(tuple(each.get(key) for key in keys) for each in rows(kind))
    assert [values for values, count in found.items() if count > 1] == []


@pytest.mark.parametrize("kind", ["state", "organization"])
def test_no_record_has_a_name_twice(kind: str) -> None:
    for each in rows(kind):
        texts = [name["text"] for name in each.get("names", [])]
        assert len({*texts, each["name"]}) == len(texts) + 1, each["id"]


def test_a_form_of_a_state_belongs_to_one_state() -> None:
    forms = Counter(form for each in rows("state") for form in {each["name"], *(n["text"] for n in each["names"])})
    assert [form for form, count in forms.items() if count > 1] == []


# The documents


@needs_documents
@pytest.mark.parametrize("document", rows("document"), ids=lambda document: document["id"])
def test_the_documents_are_the_ones_that_were_read(document: Row) -> None:
    content = (DOCUMENTS / document["file_name"]).read_bytes()
    assert document["sha256"] == hashlib.sha256(content).hexdigest()
    assert document["paragraphs"] == len(paragraphs(document["file_name"]))


@needs_documents
@each_noun
def test_each_cue_stands_in_its_paragraph_and_each_heading_above_it(noun: Noun) -> None:
    for each in rows(noun.kind):
        for citation in each.get("citations", []):
            text = paragraphs(row("document", citation["document"])["file_name"])
            assert fold(citation["cue"]) in text[citation["paragraph"]], (each["id"], citation)
            above = list(text[: citation["paragraph"] + 1])
            for heading in citation["heading"].split(" > ") if "heading" in citation else []:
                assert fold(heading) in above, (each["id"], citation)
                above = above[above.index(fold(heading)) :]


@needs_documents
def test_names_as_written_are_written() -> None:
    text = "\n".join(paragraph for each in rows("document") for paragraph in paragraphs(each["file_name"]))
    forms = [
        name["text"]
        for kind in ("organization", "state")
        for each in rows(kind)
        for name in each.get("names", [])
        if name["kind"] == "as_written"
    ]
    forms += [
        each["as_written"]
        for kind in ("project_state", "legal_instrument")
        for each in rows(kind)
        if "as_written" in each
    ]
    assert len(forms) > 20
    assert [form for form in forms if form not in text] == []


# The facts: what was read, compared value by value. The tables below are by id, so that a rule that went wrong in
# the making of the files cannot repeat itself here.

QUALIFIER = {"eq": "exact", "gt": "more_than", "approx_lt": "nearly", "range": "range"}
FACTS_OF = {
    "document": ("documents",),
    "organization": ("organizations",),
    "organization_relation": ("organization_relations",),
    "unnamed_party": ("unnamed_actors",),
    "place": ("other_places",),
    "project": ("projects",),
    "funding": ("funding",),
    "participation": ("participation",),
    "state_group": ("state_groups",),
    "project_state": ("project_places",),
    "collaboration": ("collaborations",),
    "indicator": ("indicators",),
    "tool": ("tools",),
    "legal_instrument": ("legal_instruments",),
    "finding": ("outcomes", "lessons"),
    "beneficiary_group": ("beneficiaries",),
}
BEYOND_THE_FACTS = {
    "unnamed_party": r"u-c\d\d-[a-z-]+|u-t-[a-z-]+",
    "participation": r"pt-lead-[a-z-]+",
}
OWN_CUES = {
    ("o02", 4): "gender procurement of justice with a gender lens",
    ("o02", 106): "Voice2Rep pilot project",
    ("pt38", 109): "decided to open an area specialized in defense",
    ("u-nl-defenders-office", 109): "decided to open an area specialized in defense",
}
"""Cues that replace those of the reading, which point at persons."""


def read(kind: str) -> list[Row]:
    """What was read of one kind; nothing where the reading is not at hand."""
    return [fact for name in FACTS_OF[kind] for fact in facts()[name]] if FACTS.is_file() else []


def each_fact(kind: str) -> pytest.MarkDecorator:
    """Run the test for every fact of one kind."""
    found = [pytest.param(fact, id=fact["id"]) for fact in read(kind)]
    return pytest.mark.parametrize("fact", found or [pytest.param({}, id="none", marks=needs_facts)])


def ned(number: int) -> str:
    return f"ned2020-{number:02}"


def numbered(prefix: str, *numbers: int) -> set[str]:
    return {f"{prefix}{number:02}" for number in numbers}


def span(prefix: str, first: int, last: int) -> set[str]:
    return numbered(prefix, *range(first, last + 1))


def one_key(table: dict[str, set[str]], public_id: str) -> str:
    (found,) = (key for key, members in table.items() if public_id in members)
    return found


@needs_facts
@pytest.mark.parametrize(("kind", "names"), FACTS_OF.items())
def test_the_rows_are_those_that_were_read_in_their_order(kind: str, names: tuple[str, ...]) -> None:
    read = [fact["id"].lower() if kind == "finding" else fact["id"] for name in names for fact in facts()[name]]
    found = ids(rows(kind))
    assert (sorted if kind == "place" else list)(found[: len(read)]) == (sorted if kind == "place" else list)(read)
    assert [more for more in found[len(read) :] if not re.fullmatch(BEYOND_THE_FACTS.get(kind, ""), more)] == []


@needs_facts
@pytest.mark.parametrize("kind", FACTS_OF)
def test_the_evidence_is_that_of_the_reading(kind: str) -> None:
    document_of = {each["file_name"]: each["id"] for each in rows("document")}
    for fact in read(kind):
        public_id = fact["id"].lower() if kind == "finding" else fact["id"]
        expected = {
            (
                document_of[evidence["doc"]],
                evidence["heading"],
                evidence["para"],
                OWN_CUES.get((public_id, evidence["para"]), evidence["cue"].removeprefix("• ")),
            )
            for evidence in fact["evidence"]
        }
        citations = row(kind, public_id)["citations"]
        assert {(c["document"], c.get("heading"), c["paragraph"], c["cue"]) for c in citations} == expected


@needs_facts
def test_states_are_the_official_ones() -> None:
    found = {each["id"]: (each["inegi"], each["name"]) for each in rows("state")}
    table = (DOCUMENTS.parent / "facts" / "mx_states.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert found == {iso: (inegi, name) for inegi, iso, name in (line.split(",") for line in table)}
    named = {each["iso"] for each in facts()["states_reference"] if each["named_in_seeds"]}
    assert {each["id"] for each in rows("state") if "citations" in each} == named
    assert len(named) == 13


@needs_facts
def test_forms_of_states_in_the_documents_resolve() -> None:
    for fact in facts()["states_reference"]:
        if fact["name_in_text"] and fact["iso"] != "MX-MEX":
            each = row("state", fact["iso"])
            assert fact["name_in_text"] in {each["name"], *(name["text"] for name in each["names"])}


@each_fact("place")
def test_places_are_as_read(fact: Row) -> None:
    found = row("place", fact["id"])
    assert found["name"].casefold() == fact["name"].casefold()
    assert fact["level"].startswith(found["level"])
    assert (found.get("within_state") or found.get("within_place")) == fact.get("within")
    assert found.get("inegi") == fact.get("inegi")
    assert found.get("note", "").startswith("Context only") == fact.get("context_only", False)


@needs_facts
def test_topics_are_as_read_and_their_codes_exist() -> None:
    assert ids(rows("topic")) == facts()["topics"]
    codes = (DOCUMENTS.parent / "facts" / "iati_codes.json").read_text(encoding="utf-8")
    assert [each["id"] for each in rows("topic") if f'"{each.get("crs_code", "15130")}"' not in codes] == []


@each_fact("document")
def test_documents_are_as_read(fact: Row) -> None:
    found = row("document", fact["id"])
    assert found["title"] == (fact["title"] or fact["title_attributed"])
    assert found["basis"] == ("stated" if fact["title"] else "attributed")
    assert found.get("year") == fact["year"]
    for ours, theirs in (("file_name", "file"), ("paragraphs", "paragraphs"), ("language", "language")):
        assert found[ours] == fact[theirs]
    assert fact["kind"].startswith(found["kind"])
    basis = {"doc-ned-2020": "attributed", "doc-alab-2023": "stated", "doc-iri-mexico": "implied"}.get(fact["id"])
    assert found.get("publisher_basis") == basis
    assert ("publisher" in found) == ("publisher_organization" in found) == (basis is not None)
    assert "licence" not in found


@each_fact("organization")
def test_organizations_are_as_read(fact: Row) -> None:
    found = row("organization", fact["id"])
    assert found["name"] == fact["canonical_name"]
    assert (found["kind"], found["basis"]) == (fact["type"], fact["basis"])
    assert found.get("state") == fact.get("state")
    assert found.get("context_only", False) == fact.get("context_only", False)
    assert found.get("country") == fact["country"]
    assert found.get("country_basis") == {"safe": "attributed"}.get(
        fact["country_basis"], fact["country_basis"] if fact["country"] else None
    )
    assert (
        (fact.get("subtype") or "").replace("'", "’").replace("organis", "organiz").startswith(found.get("subkind", ""))
    )
    assert ("subkind" in found) == bool(fact.get("subtype"))
    names = {(name["kind"], name["text"], name["basis"]) for name in found.get("names", [])}
    if fact["acronym"] and (fact["acronym_in_text"] or fact["id"] == "ned"):
        assert found["acronym"] == fact["acronym"]
    else:
        assert "acronym" not in found
        assert (("acronym", fact["acronym"], "attributed") in names) == bool(fact["acronym"])
    written = (fact["name_in_text"] or "").split("; ")
    as_written = {text for kind, text, basis in names if kind == "as_written" and basis == "stated"}
    assert {text.replace(" and San Luis Potosí’s", " …") for text in as_written} == {
        text for text in written if text and text != found["name"]
    }
    spanish = fact.get("likely_spanish_name")
    assert spanish is None or ("translation", spanish, "attributed") in names
    assert {basis for kind, _, basis in names if kind != "as_written"} <= {"attributed"}


@needs_facts
def test_relations_of_organizations_are_as_read() -> None:
    found = {
        r["id"]: (r.get("subject"), r.get("subject_name"), r["kind"], r["object"], r["basis"])
        for r in rows("organization_relation")
    }
    assert found == {
        "or1": ("accountability-lab-mexico", None, "chapter_of", "accountability-lab", "implied"),
        "or2": (None, "Civic Compass", "program_of", "civic-house", "stated"),
        "or3": ("labmex", None, "led_by", "documenta", "stated"),
    }
    assert {r["id"]: (r["object"], r["basis"]) for r in facts()["organization_relations"]} == {
        public_id: (values[3], values[4]) for public_id, values in found.items()
    }


def same_count(found: Row, count: Any, qualifier: str | None) -> None:
    """The count of a party or group is the one that was read."""
    low, high = count if isinstance(count, list) else (count, None)
    assert (found.get("count_low"), found.get("count_high")) == (low, high)
    assert found.get("count_qualifier") == (QUALIFIER[qualifier] if qualifier else None)


@each_fact("unnamed_party")
def test_unnamed_parties_are_as_read(fact: Row) -> None:
    found = row("unnamed_party", fact["id"])
    assert found["kind"] == fact["type"].replace(" ", "_")
    assert (fact.get("place") or "").casefold() == found.get("place", "")
    assert found.get("state") == fact.get("state")
    assert fact["description"].startswith(found["description"].split(" that ")[0][:40])
    if fact["id"] == "u-cj-gender-units":
        assert "count_low" not in found
        assert "23 states" in found["note"]
    else:
        same_count(found, fact["count"], fact["count_qualifier"])


@needs_facts
def test_members_and_owners_without_a_name_are_parties_of_their_own() -> None:
    free = [
        (c["id"], member) for c in facts()["collaborations"] for member in c["unnamed_members"] if member[:2] != "u-"
    ]
    more = ids(rows("unnamed_party"))[len(facts()["unnamed_actors"]) :]
    assert Counter(public_id.split("-")[1] for public_id in more) == Counter([c for c, _ in free]) + Counter(t=2)
    assert len(more) == 28
    for collaboration, member in free:
        texts = [
            row("unnamed_party", public_id)["description"] for public_id in more if f"u-{collaboration}-" in public_id
        ]
        assert member.removesuffix(" (not named)") in texts


ENDED = {"al-v2r-workshop", "al-civacts-needs", "iri-nsjp", "iri-lawful", "cj-proposal-workshops"}
PROJECT_STATUS = {
    "planned": {*map(ned, range(1, 19)), "al-v2r-stage2", "al-civacts"},
    "completed": {*ENDED, "cj-mobile-community-service"},
    "unknown": {"al-hackcorruption", "al-hackcorruption-land", "al-hackcorruption-sanctions", "red-dh"},
}
DESCRIPTIVE = {"iri-ogp", "iri-nsjp", "iri-lawful", "al-integrity-icon-youth-2024"}
SCOPE = {
    "al-participatory-exploration": "regional",
    "al-hackcorruption": "regional",
    "al-hackcorruption-sanctions": "international",
}


@each_fact("project")
def test_projects_are_as_read(fact: Row) -> None:
    found = row("project", fact["id"])
    assert (found["title"], found["summary"]) == (fact["title"], fact["purpose"])
    assert found["kind"] == ("call" if fact["id"] == "cj-annual-program-statement" else fact["type"])
    assert found.get("parent") == fact["parent"]
    assert found.get("acronym") == fact.get("acronym")
    assert [topic["topic"] for topic in found["topics"]] == fact["topics"]
    assert {topic["basis"] for topic in found["topics"]} == {"implied"}
    assert found.get("start_date") == (str(fact["year"]) if fact["year"] else fact["start"])
    assert found.get("end_date") == fact["end"]
    assert ("date_note" in found) == bool(fact["year_kind"] or fact["start"])
    status = [key for key, members in PROJECT_STATUS.items() if fact["id"] in members]
    assert found["project_status"] == (status[0] if status else "ongoing")
    assert found["basis"] == ("implied" if fact["id"] in DESCRIPTIVE else "stated")
    assert (fact["id"] in DESCRIPTIVE) == ("title_basis" in fact)
    assert found.get("scope") == SCOPE.get(fact["id"])
    note = found.get("note", "")
    for tag in fact.get("page_tags", []):
        assert tag in note
    for name in ("lead_note", "amount_note", "funding_note"):
        assert fact.get(name, "").removesuffix(".").replace("organisation", "organization")[1:] in note
    assert ("2021" in note) == ("related_event" in fact)


@each_fact("funding")
def test_funding_is_as_read(fact: Row) -> None:
    found = row("funding", fact["id"])
    assert found.get("funder") == fact["funder"]
    assert (found.get("recipient") or found.get("recipient_party")) == fact["recipient"]
    assert found.get("recipient_party", "u-").startswith("u-")
    assert found.get("project") == fact["project"]
    assert found["basis"] == fact["basis"]
    assert (Decimal(found["amount"]) if "amount" in found else None) == fact["amount"]
    assert found.get("currency") == fact["currency"]
    assert found.get("currency_presumed", False) == ("presumed" in fact.get("currency_basis", ""))
    assert found.get("date") == (str(fact["year"]) if fact["year"] else None)
    assert found.get("share_percent") == fact.get("share_percent")
    assert found.get("share_qualifier") == ("nearly" if fact.get("share_percent") else None)
    assert "stage" not in found
    kind = {"f-ned2020-14": "supplement", "f-conjusticia-documenta": "grant"}
    assert found.get("kind") == kind.get(fact["id"], "grant" if fact["funder"] == "ned" else None)
    through = {"f-conjusticia-documenta", "f-conjusticia-first-time"}
    assert found.get("through_project") == ("conjusticia" if fact["id"] in through else None)


@needs_facts
def test_projects_without_a_known_funder_are_as_read() -> None:
    funded = {each.get("project") for each in rows("funding")}
    parents = {each["id"]: each.get("parent") for each in rows("project")}

    def known(project: str | None) -> bool:
        return project is not None and (project in funded or known(parents[project]))

    assert [each for each in parents if not known(each)] == facts()["projects_without_known_funder"]


PARTICIPATION_ROLE = {
    "implementing": span("pt", 1, 28) | numbered("pt", 39, 40, 41, 49),
    "partner": numbered("pt", 29, 30, 31, 45, 46, 59, 60),
    "contributor": span("pt", 32, 35),
    "data_source": numbered("pt", 36, 37),
    "counterpart": numbered("pt", 38, 47),
    "target_institution": numbered("pt", 42, 43),
    "standard_setter": numbered("pt", 44),
    "designer": numbered("pt", 48) | span("pt", 52, 56),
    "lead": numbered("pt", 50),
    "convener": numbered("pt", 51),
    "host": numbered("pt", 57, 58),
}


@each_fact("participation")
def test_participations_are_as_read(fact: Row) -> None:
    found = row("participation", fact["id"])
    assert found.get("organization", found.get("party")) == fact["actor"]
    assert ("party" in found) == fact["actor"].startswith("u-")
    assert (found["project"], found["basis"]) == (fact["project"], fact["basis"])
    assert found["role"] == one_key(PARTICIPATION_ROLE, fact["id"])
    if fact["id"] != "pt38":
        assert found["role_as_written"] == fact["role"].replace("organisation", "organization")
    states = [each.get("states") for each in facts()["unnamed_actors"] if each["id"] == fact["actor"]]
    # A state court works in its own state, even where the project works in several.
    own = {"slp-court": ["MX-SLP"], "sonora-court": ["MX-SON"]}.get(str(found.get("organization")))
    expected = own if found["role"] == "host" else states[0] if states else None
    assert found.get("states") == expected


@needs_facts
def test_a_lead_without_another_part_in_the_project_is_a_participation_of_its_own() -> None:
    taking_part = {(fact["project"], fact["actor"]) for fact in facts()["participation"]}
    expected = {
        f"pt-lead-{project['id']}": (project["id"], project["lead"], "lead", "implied")
        for project in facts()["projects"]
        if project["lead"] and (project["id"], project["lead"]) not in taking_part
    }
    found = {
        each["id"]: (each["project"], each["party"], each["role"], each["basis"])
        for each in rows("participation")
        if each["id"].startswith("pt-lead-")
    }
    assert found == expected
    assert len(found) == 8


@each_fact("state_group")
def test_state_groups_are_as_read(fact: Row) -> None:
    found = row("state_group", fact["id"])
    assert [found["project"], found["label"], found.get("count")] == [fact["project"], fact["label"], fact["count"]]
    assert found["role"] == ("dissemination" if fact["count"] == 23 else "target")
    named = where("project_state", state_group=fact["id"], membership="named")
    assert {each["state"] for each in named} == set(fact["named_states"])
    assert {each["project"] for each in named} <= {fact["project"]}
    assert fact["unnamed"] == (found["count"] - len(named) if "count" in found else None)


@each_fact("project_state")
def test_states_of_projects_are_as_read(fact: Row) -> None:
    found = row("project_state", fact["id"])
    assert found.get("state" if fact["level"] == "state" else "place") == fact["place"]
    assert ("state" in found) != ("place" in found)
    for name in ("project", "role", "basis"):
        assert found[name] == fact[name]
    assert found.get("as_written") == fact.get("name_in_text")
    assert fact.get("note", "")[1:] in found.get("note", "")


COLLABORATION_KIND = {
    "partnership": {"c01", "c17", "c21", "c36"},
    "mentoring": {"c02", "c15", "c38"},
    "convening": {"c03"},
    "network": {"c04", "c07", "c18", "c19", "c23", "c24"},
    "peer_network": {"c05"},
    "dialogue": {"c06", "c26", "c31"},
    "technical_assistance": {"c08"},
    "media_partnership": {"c09"},
    "engagement": {"c10"},
    "method_transfer": {"c11"},
    "coalition": {"c12", "c14", "c16", "c25", "c27"},
    "co_creation": {"c13"},
    "community_engagement": {"c20"},
    "interview": {"c22"},
    "coordination": {"c28"},
    "association": {"c29"},
    "co_design": {"c30", "c34"},
    "committee": {"c32", "c33", "c35"},
    "exchange": {"c37"},
}
COLLABORATION_STATUS = {
    "planned": span("c", 1, 18) | {"c28", "c38"},
    "forming": {"c25"},
    "active": {"c19", "c20", "c22", "c23", "c24", "c29", "c30", "c32", "c35", "c36"},
    "ended": {"c26", "c27", "c31", "c34"},
    "unknown": {"c21", "c33", "c37"},
}
PLURAL = numbered("c", 12, 16, 25, 26, 27, 28, 32, 33, 35, 36)


@each_fact("collaboration")
def test_collaborations_are_as_read(fact: Row) -> None:
    found = row("collaboration", fact["id"])
    assert found["kind"] == one_key(COLLABORATION_KIND, fact["id"])
    assert found["collaboration_status"] == one_key(COLLABORATION_STATUS, fact["id"])
    assert found.get("name", "unnamed") == fact["name"]
    assert (found["goal"], found["project"]) == (fact["goal"], fact["project"])
    assert found.get("plural", False) == (fact["id"] in PLURAL)
    assert found["basis"] == "stated"
    states = [(each.get("state") or each.get("place"), each["basis"]) for each in found.get("states", [])]
    basis = "implied" if fact["project"].startswith("iri") else "stated"
    assert states == [(state, basis) for state in fact.get("state_scope", [])]


@each_fact("collaboration")
def test_members_of_collaborations_are_as_read(fact: Row) -> None:
    collaboration = fact["id"]
    members = where("collaboration_member", collaboration=collaboration)
    named = {*fact["named_members"], fact["lead"] or ""} - {""}
    assert {each["organization"] for each in members if "organization" in each} == {
        actor for actor in named if not actor.startswith("u-")
    }
    parties = {each["party"] for each in members if "party" in each}
    lead_party = {fact["lead"]} if (fact["lead"] or "").startswith("u-") else set()
    assert len(parties) == len(fact["unnamed_members"]) + len(lead_party)
    assert parties >= {member for member in fact["unnamed_members"] if member.startswith("u-")} | lead_party
    leads = {each.get("organization", each.get("party")): each["role"] for each in members if each["role"] != "member"}
    role = "supporter" if collaboration in {"c04", "c12"} else "lead"
    assert leads == ({fact["lead"]: role} if fact["lead"] else {})
    implied = {
        "c19": {"u-nl-defenders-office"},
        "c22": {"codeando-mexico", "abrimos-info", "la-sobremesa", "civic-house", "u-c22-an-independent-expert"},
    }
    for each in members:
        actor = each.get("organization", each.get("party"))
        assert each["id"] == f"{collaboration}-{actor}"
        assert each["basis"] == ("implied" if actor in implied.get(collaboration, set()) else "stated")
        assert each["citations"] == row("collaboration", collaboration)["citations"]


INDICATOR_KIND = {
    "target": span("i", 1, 8),
    "resource": {"i09"} | span("i", 18, 22),
    "result output": span("i", 10, 17) | span("i", 23, 25) | {"i29"} | span("i", 39, 49) | {"i52"},
    "result outcome": {"i26", "i27", "i51"},
    "context": {"i28"} | span("i", 30, 35),
    "coverage": span("i", 36, 38) | {"i50"},
}


@each_fact("indicator")
def test_indicators_are_as_read(fact: Row) -> None:
    found = row("indicator", fact["id"])
    low, high = fact["value"] if isinstance(fact["value"], list) else (fact["value"], None)
    assert (found.get("value"), found.get("value_high")) == (low, high)
    assert found.get("qualifier") == (QUALIFIER[fact["qualifier"]] if fact["qualifier"] else None)
    assert ("value" in found) == (fact["status"] == "known")
    assert (found["label"], found["unit"]) == (fact["label"], fact["unit"])
    assert (found.get("project"), found.get("organization")) == (fact["project"], fact["organisation"])
    assert " ".join([found["kind"], *filter(None, [found.get("level")])]) == one_key(INDICATOR_KIND, fact["id"])
    assert found.get("year") == fact.get("year")
    assert found.get("as_shown") == fact.get("raw")
    assert found["basis"] == ("implied" if "derived" in fact else "stated")
    assert found.get("conflicts_with") == ("i20" if fact["id"] == "i22" else None)


TOOL_STATUS = {
    "planned": {"t-mexiro-online", "t-cipe-survey", "t-eyc-data", "t-lle-website", "t-editors-programme"},
    "in_development": {"t-borde-platform", "t-transparency-layer", "t-manuals"},
    "active": {"t-mexiro-observatory", "t-land-tracking", "t-imm", "t-labmex", "t-checklist", "t-aps"},
    "transferred": {"t-gender-tool"},
    "published": {"t-volver", "t-gender-protocol"},
    "abandoned": {"t-open-data-portal"},
}


@each_fact("tool")
def test_tools_are_as_read(fact: Row) -> None:
    found = row("tool", fact["id"])
    assert (found["name"], found["purpose"]) == (fact["name"], fact["purpose"])
    assert fact["type"].replace(" ", "_").replace("-", "_").startswith(found["kind"])
    assert found.get("projects", []) == ([fact["project"]] if fact["project"] else [])
    assert found["tool_status"] == one_key(TOOL_STATUS, fact["id"])
    free = {
        "(federal government, not named)": "u-t-open-data-portal-federal-government",
        "state court committees": "u-t-checklist-state-court-committees",
    }
    assert (found.get("owner") or found.get("owner_party")) == free.get(fact["owner"], fact["owner"])
    assert found.get("owner_party", "u-").startswith("u-")
    assert "u-" not in found.get("owner", "")[:2]


@needs_facts
def test_legal_instruments_are_as_read() -> None:
    for fact in facts()["legal_instruments"]:
        found = row("legal_instrument", fact["id"])
        assert (found["name"], found["kind"], found["projects"]) == (fact["name"], fact["kind"], fact["projects"])
        assert found.get("as_written") == fact.get("name_in_text")


@needs_facts
def test_outcomes_are_as_read() -> None:
    assert len(where("finding", kind="outcome")) == len(facts()["outcomes"]) == 15
    for fact in facts()["outcomes"]:
        found = row("finding", fact["id"])
        assert (found["kind"], found["viewpoint"], found["project"]) == ("outcome", "document", fact["project"])
        assert found.get("collaboration") == fact.get("collaboration")
        assert found.get("sensitive", False) == fact.get("sensitive", False)
        assert ("causality" in found) == ("causality" in fact)
        assert (found["summary"] == fact["outcome"]) != found.get("sensitive", False)


@needs_facts
def test_lessons_are_as_read() -> None:
    assert len(where("finding", kind="lesson")) == len(facts()["lessons"]) == 21
    for fact in facts()["lessons"]:
        found = row("finding", fact["id"].lower())
        assert found["summary"] == fact["lesson"].replace("Organised", "Organized")
        assert [found["theme"], found["document"]] == [fact["theme"], fact["document"]]
        assert fact["source"].startswith(found["viewpoint"])


@each_fact("beneficiary_group")
def test_beneficiary_groups_are_as_read(fact: Row) -> None:
    found = row("beneficiary_group", fact["id"])
    assert (found["project"], found["description"]) == (fact["project"], fact["group"])
    assert found.get("sensitive", False) == fact["sensitive"]
    same_count(found, fact["count"], fact["qualifier"])


@pytest.mark.parametrize(
    ("kind", "implied"),
    {
        "unnamed_party": ["u-cj-states", "u-c22-an-independent-expert", "u-t-open-data-portal-federal-government"],
        "state_group": [],
        "tool": [],
        "legal_instrument": [],
        "finding": [],
        "beneficiary_group": [],
    }.items(),
)
def test_what_the_reading_gives_no_basis_for_is_stated_but_for_a_few(kind: str, implied: list[str]) -> None:
    assert ids(where(kind, basis="implied")) == implied
    assert len(where(kind, basis="stated")) == len(rows(kind)) - len(implied)


def test_iati_types_are_given_only_where_they_are_safe() -> None:
    types = Counter((each["kind"], each["iati_type"]) for each in rows("organization") if "iati_type" in each)
    assert types == {
        ("ngo", "24"): 12,
        ("ngo", "21"): 1,
        ("international", "21"): 3,
        ("international", "40"): 1,
        ("foundation", "60"): 1,
        ("funder", "10"): 1,
        ("government", "10"): 2,
        ("government", "11"): 2,
        ("academia", "80"): 1,
    }


@needs_facts
def test_every_fact_of_the_reading_has_its_row() -> None:
    tables = {name for names in FACTS_OF.values() for name in names}
    elsewhere = {"meta", "topics", "states_reference", "projects_without_known_funder"}
    assert set(facts()) - tables - elsewhere == {"person_roles"}


def test_the_note_beside_the_files_names_every_document() -> None:
    readme = (SEED / "README.md").read_text(encoding="utf-8")
    for each in rows("document"):
        assert f"| `{each['id']}` |" in readme
        assert f"| {each['paragraphs']} |" in readme
