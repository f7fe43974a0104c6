"""Create, read, change and delete: every noun, by the same promises."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.models.noun import Noun, Values, part_sql, references
from app.models.nouns import BY_KIND, NOUNS
from tests.routers.asking import create, fresh, has, pointers, problem, rows, version

pytestmark = pytest.mark.long_on_postgresql

each_noun = pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.kind)
ANSWER_ONLY = {"id", "ref", "revision", "value_status", "included"}
CITATION = {"document": "doc-conjusticia", "paragraph": 3, "cue": "words to find it by"}


@pytest.fixture(autouse=True)
def _room_for_a_state(writable: TestClient) -> None:
    """All 32 states are there; without one of them, the number 01 is free."""
    found = writable.get("/v1/states", params={"inegi": "01"}).json()["items"]
    for state in found:
        address = f"/v1/states/{state['id']}"
        writable.delete(address, headers={"If-Match": writable.get(address).headers["etag"]}).raise_for_status()


def _made(client: TestClient, noun: Noun, **changes: Any) -> tuple[str, Values, str]:
    """Address, record and entity tag of a new record."""
    response = client.post(f"/v1/{noun.path}", json=fresh(noun, **changes))
    assert response.status_code == 201, response.text
    return response.headers["location"], response.json(), response.headers["etag"]


def _text_field(noun: Noun) -> str:
    return "note" if "note" in noun.fields.model_fields else "heading"


# --- create and read -----------------------------------------------------------------------------------------------


@each_noun
def test_a_created_record_is_as_it_was_sent_and_where_the_answer_says(writable: TestClient, noun: Noun) -> None:
    before = version(writable)
    sent = fresh(noun)
    response = writable.post(f"/v1/{noun.path}", json=sent)
    assert response.status_code == 201, response.text
    made = response.json()
    assert has(sent, made)
    assert made["ref"] == f"{noun.prefix}:{sent['id']}"
    assert made["revision"] == 1
    assert response.headers["location"] == f"/v1/{noun.path}/{sent['id']}"
    assert response.headers["data-version"] == f"v{before + 1}" == f"v{version(writable)}"

    read = writable.get(response.headers["location"])
    assert read.status_code == 200
    assert read.json() == made
    # What is large is packed, and then has a tag of its own.
    tags = [answer.headers["etag"].split("~")[0].rstrip('"') for answer in (read, response)]
    assert tags[0] == tags[1]

    listed = writable.get(f"/v1/{noun.path}?limit=500&sort=-id").json()["items"]
    assert [one for one in listed if one["id"] == sent["id"]] == [made]


@each_noun
def test_an_id_that_is_left_out_is_made(writable: TestClient, noun: Noun) -> None:
    if noun.kind == "state":
        pytest.skip("a state's id is its ISO code, which cannot be made up")
    body = fresh(noun)
    del body["id"]
    made = writable.post(f"/v1/{noun.path}", json=body)
    assert made.status_code == 201, made.text
    assert writable.get(f"/v1/{noun.path}/{made.json()['id']}").json() == made.json()


def test_a_state_needs_its_iso_code(writable: TestClient) -> None:
    response = writable.post("/v1/states", json={"inegi": "01", "name": "Somewhere"})
    assert pointers(response, "malformed-body") == ["/id"]


@each_noun
def test_the_documented_example_can_be_sent(writable: TestClient, noun: Noun) -> None:
    body = {name: value for name, value in noun.example.items() if name != "id"}
    response = writable.post(f"/v1/{noun.path}", json=body)
    # The first data set has the record of some examples already.
    assert response.status_code in (201, 409) or noun.kind == "state", response.text


@each_noun
def test_head_is_get_without_a_body(writable: TestClient, noun: Noun) -> None:
    address, _, _ = _made(writable, noun)
    for where in (address, f"/v1/{noun.path}", f"/v1/{noun.path}?limit=500&include=total"):
        for encoding in ("identity", "gzip", "zstd", "br"):
            own = {"Accept-Encoding": encoding, "X-Request-ID": "same"}
            get, head = writable.get(where, headers=own), writable.head(where, headers=own)
            assert head.content == b""
            assert (head.status_code, dict(head.headers)) == (get.status_code, dict(get.headers))
    missing = writable.head(f"{address}-nowhere")
    assert (missing.status_code, missing.content) == (404, b"")


@each_noun
def test_options_and_405_name_every_method(writable: TestClient, noun: Noun) -> None:
    address, _, _ = _made(writable, noun)
    complete = {f"/v1/{noun.path}": "GET, HEAD, OPTIONS, POST", address: "DELETE, GET, HEAD, OPTIONS, PATCH"}
    for where, methods in complete.items():
        options = writable.options(where)
        assert (options.status_code, options.content) == (204, b"")
        assert options.headers["allow"] == methods
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "LOCK"} - set(methods.split(", ")):
            refused = writable.request(method, where)
            problem(refused, "method-not-allowed")
            assert refused.headers["allow"] == methods


# --- change --------------------------------------------------------------------------------------------------------


@each_noun
def test_a_change_needs_the_present_revision_and_makes_the_next(writable: TestClient, noun: Noun) -> None:
    address, made, etag = _made(writable, noun)
    name = _text_field(noun)
    before = version(writable)

    problem(writable.patch(address, json={name: "other"}), "if-match-required")
    problem(writable.patch(address, json={name: "other"}, headers={"If-Match": '"r7"'}), "changed-meanwhile")
    assert version(writable) == before
    assert writable.get(address).json() == made

    changed = writable.patch(address, json={name: "other"}, headers={"If-Match": etag})
    assert changed.status_code == 200, changed.text
    assert changed.json()["revision"] == 2
    assert changed.json()[name] == "other"
    assert changed.headers["data-version"] == f"v{before + 1}" == f"v{version(writable)}"
    assert writable.get(address).json() == changed.json()

    problem(writable.patch(address, json={name: "third"}, headers={"If-Match": etag}), "changed-meanwhile")
    again = writable.patch(address, json={name: None}, headers={"If-Match": changed.headers["etag"]})
    assert again.json()[name] is None
    assert again.json()["value_status"][name] == "none_recorded"
    assert again.json()["revision"] == 3


@each_noun
def test_a_change_that_changes_nothing_makes_no_revision_and_no_version(writable: TestClient, noun: Noun) -> None:
    before, counted = version(writable), rows(writable)
    for record in writable.get(f"/v1/{noun.path}?limit=12").json()["items"]:
        address = f"/v1/{noun.path}/{record['id']}"
        own = {name: record[name] for name in noun.fields.model_fields}
        for body in ({}, own):
            response = writable.patch(address, json=body, headers={"If-Match": f'"r{record["revision"]}"'})
            assert response.status_code == 200, response.text
            assert response.json() == record
    assert version(writable) == before
    assert rows(writable) == counted


@each_noun
def test_null_empties_every_field_that_may_be_empty_and_no_other(writable: TestClient, noun: Noun) -> None:
    address, made, _ = _made(writable, noun)
    for name, info in noun.fields.model_fields.items():
        is_list = info.default_factory is list
        may_be_empty = is_list or (not info.is_required() and info.default is None)
        response = writable.patch(address, json={name: None}, headers={"If-Match": f'"r{made["revision"]}"'})
        if response.status_code == 200:
            assert may_be_empty, name
            made = response.json()
            assert made[name] == ([] if is_list else None)
        else:
            # Another field may need this one: an actor, a count and its qualifier.
            assert pointers(response, "malformed-body") == ([""] if may_be_empty else [f"/{name}"])
    assert writable.get(address).json() == made


@pytest.mark.parametrize(
    ("kind", "name", "first", "second"),
    [
        ("state", "names", [{"text": "A", "kind": "short"}], [{"text": "B", "kind": "former", "language": "es"}]),
        (
            "organization",
            "names",
            [{"text": "A", "kind": "legal"}, {"text": "B", "kind": "short"}],
            [{"text": "B", "kind": "short"}, {"text": "A", "kind": "legal"}],
        ),
        ("organization", "identifiers", [{"scheme": "X", "value": "list-1"}], [{"scheme": "X", "value": "list-2"}]),
        ("project", "topics", [{"topic": "access-to-justice"}], [{"topic": "civil-society", "basis": "stated"}]),
        ("participation", "states", ["MX-NLE", "MX-JAL"], ["MX-YUC"]),
        ("collaboration", "states", [{"state": "MX-NLE"}], [{"place": "MX"}]),
        ("tool", "projects", ["cj-labmex"], ["conjusticia", "cj-labmex"]),
        ("legal_instrument", "projects", ["iri-nsjp"], ["conjusticia"]),
    ],
)
def test_a_list_is_replaced_whole_and_keeps_its_order(
    writable: TestClient, kind: str, name: str, first: list[Any], second: list[Any]
) -> None:
    noun = BY_KIND[kind]
    if kind == "project":
        topics = [topic["id"] for topic in writable.get("/v1/topics?limit=2").json()["items"]]
        first, second = (
            [{**item, "topic": topic} for item in items] for items, topic in zip((first, second), topics, strict=True)
        )
    address, made, etag = _made(writable, noun, **{name: first})
    assert has(first, made[name])
    changed = writable.patch(address, json={name: second}, headers={"If-Match": etag})
    assert changed.status_code == 200, changed.text
    assert has(second, changed.json()[name])
    emptied = writable.patch(address, json={name: []}, headers={"If-Match": changed.headers["etag"]})
    assert emptied.json()[name] == []
    assert writable.get(address).json() == emptied.json()


@each_noun
def test_an_unknown_field_is_refused(writable: TestClient, noun: Noun) -> None:
    address, made, etag = _made(writable, noun)
    before = rows(writable)
    response = writable.post(f"/v1/{noun.path}", json={**fresh(noun), "nom~/bre": 1})
    assert pointers(response, "malformed-body") == ["/nom~0~1bre"]
    for name in ("nope", "id", "ref", "revision", "citations", "value_status"):
        response = writable.patch(address, json={name: made.get(name)}, headers={"If-Match": etag})
        assert pointers(response, "malformed-body") == [f"/{name}"]
    assert rows(writable) == before


# --- delete --------------------------------------------------------------------------------------------------------


@each_noun
def test_a_deleted_record_is_gone_and_its_id_is_never_used_again(writable: TestClient, noun: Noun) -> None:
    address, made, etag = _made(writable, noun)
    before = version(writable)
    problem(writable.delete(address), "if-match-required")
    problem(writable.delete(address, headers={"If-Match": '"r7"'}), "changed-meanwhile")
    assert version(writable) == before
    deleted = writable.delete(address, headers={"If-Match": etag})
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert version(writable) == before + 1
    problem(writable.get(address), "gone")
    problem(writable.patch(address, json={}, headers={"If-Match": etag}), "gone")
    problem(writable.delete(address, headers={"If-Match": etag}), "gone")
    again = writable.post(f"/v1/{noun.path}", json=fresh(noun, id=made["id"]))
    assert pointers(again, "id-taken") == ["/id"]
    assert made["id"] not in [one["id"] for one in writable.get(f"/v1/{noun.path}?limit=500").json()["items"]]
    assert version(writable) == before + 1


@pytest.mark.parametrize(
    ("kind", "referring", "field"),
    [
        ("state", "place", "within_state"),
        ("place", "place", "within_place"),
        ("topic", "topic", "parent"),
        ("organization", "funding", "funder"),
        ("unnamed_party", "participation", "party"),
        ("document", "finding", "document"),
        ("project", "state_group", "project"),
        ("collaboration", "collaboration_member", "collaboration"),
        ("state_group", "project_state", "state_group"),
        ("indicator", "indicator", "conflicts_with"),
    ],
)
def test_a_record_that_others_refer_to_is_deleted_only_after_them(
    writable: TestClient, kind: str, referring: str, field: str
) -> None:
    address, made, etag = _made(writable, BY_KIND[kind])
    others: dict[str, Values] = {
        "participation": {"organization": None},
        "project_state": {"membership": "named"},
        "place": {"within_state": None} if field == "within_place" else {},
    }
    other_address, other, other_tag = _made(
        writable, BY_KIND[referring], **{**others.get(referring, {}), field: made["id"]}
    )
    before = rows(writable)
    refused = problem(writable.delete(address, headers={"If-Match": etag}), "referred-to")
    assert refused["referred_to_by"] == [{"ref": other["ref"], "kind": referring, "field": field}]
    assert refused["referred_to_by_total"] == 1
    assert rows(writable) == before
    writable.delete(other_address, headers={"If-Match": other_tag}).raise_for_status()
    assert writable.delete(address, headers={"If-Match": writable.get(address).headers["etag"]}).status_code == 204


def test_a_record_that_a_list_refers_to_is_not_deleted(writable: TestClient) -> None:
    address, topic, etag = _made(writable, BY_KIND["topic"])
    project = create(writable, "project", topics=[{"topic": topic["id"]}])
    refused = problem(writable.delete(address, headers={"If-Match": etag}), "referred-to")
    assert [one["ref"] for one in refused["referred_to_by"]] == [project["ref"]]


# --- citations -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("noun", [noun for noun in NOUNS if noun.kind != "citation"], ids=lambda noun: noun.kind)
def test_citations_are_created_and_deleted_with_their_record(writable: TestClient, noun: Noun) -> None:
    before = version(writable)
    sent = [CITATION, {**CITATION, "paragraph": 4, "heading": "A heading"}]
    address, made, etag = _made(writable, noun, citations=sent)
    assert version(writable) == before + 1
    cited = writable.get(address, params={"include": "citations"}).json()["included"]["citations"]
    assert has(sent, cited)
    assert {one["record"] for one in cited} == {made["ref"]}
    listed = writable.get("/v1/citations", params={"record": made["ref"], "limit": 500}).json()["items"]
    assert {one["id"] for one in listed} == {one["id"] for one in cited}
    writable.delete(address, headers={"If-Match": etag}).raise_for_status()
    assert version(writable) == before + 2
    for one in cited:
        problem(writable.get(f"/v1/citations/{one['id']}"), "gone")


def test_a_record_with_a_bad_citation_is_not_created(writable: TestClient) -> None:
    noun = BY_KIND["topic"]
    before = rows(writable)
    bad: list[tuple[Values, str, str]] = [
        ({"document": "doc-nowhere"}, "reference-not-found", "/citations/1/document"),
        ({"cue": "one two three four five six seven eight nine"}, "malformed-body", "/citations/1/cue"),
        ({"paragraph": -1}, "malformed-body", "/citations/1/paragraph"),
        ({"record": "org:ned"}, "malformed-body", "/citations/1/record"),
    ]
    for change, kind, pointer in bad:
        body = fresh(noun, citations=[CITATION, {**CITATION, **change}])
        assert pointers(writable.post("/v1/topics", json=body), kind) == [pointer]
        problem(writable.get(f"/v1/topics/{body['id']}"), "not-found")
    problem(writable.post("/v1/topics", json=fresh(noun, citations=[CITATION, CITATION])), "duplicate")
    assert rows(writable) == before


# --- references, uniqueness, cycles, contradictions ----------------------------------------------------------------


def _itself(one: str) -> Any:
    return one


def _in_a_list(one: str, *, within: str | None) -> Any:
    return [one if within is None else {within: one}]


def _referring_fields() -> list[Any]:
    found = []
    for noun in NOUNS:
        found += [
            pytest.param(noun, name, f"/{name}", _itself, id=f"{noun.kind}.{name}") for name in references(noun.sql)
        ]
        for part in noun.parts:
            for name in references(part_sql(part)):
                if name == noun.sql.name:
                    continue
                pointer = f"/{part.name}/0" if part.scalar else f"/{part.name}/0/{name}"
                wrap = partial(_in_a_list, within=None if part.scalar else name)
                found.append(pytest.param(noun, part.name, pointer, wrap, id=f"{noun.kind}.{part.name}.{name}"))
    return found


@pytest.mark.parametrize(("noun", "name", "pointer", "wrap"), _referring_fields())
def test_a_reference_to_nothing_is_told_by_its_pointer(
    writable: TestClient, noun: Noun, name: str, pointer: str, wrap: Callable[[str], Any]
) -> None:
    before = rows(writable)
    missing = "topic:no-such-topic" if name == "record" else "no-such-record"
    instead: dict[str, Values] = {
        "within_place": {"within_state": None},
        "subject": {"subject_name": None},
        "party": {"organization": None},
        "organization": {"project": None} if noun.kind == "indicator" else {},
        "place": {"state": None} if noun.kind == "project_state" else {},
        "state_group": {"membership": "named"},
        "funder_party": {"funder": None},
        "recipient_party": {"recipient": None},
        "owner_party": {"owner": None},
    }
    body = fresh(noun, **{**instead.get(name, {}), name: wrap(missing)})
    assert pointers(writable.post(f"/v1/{noun.path}", json=body), "reference-not-found") == [pointer]
    assert rows(writable) == before


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        ("organization_relation", {"subject": "ned", "subject_name": None}),
        ("participation", {"project": "cj-labmex", "organization": "ned", "role": "designer"}),
        (
            "participation",
            {"project": "cj-labmex", "organization": None, "party": "u-mx-fiscal-control", "role": "designer"},
        ),
        ("collaboration_member", {"collaboration": "c01", "organization": None, "party": "u-lle-latam"}),
        ("collaboration_member", {"collaboration": "c01", "organization": "ned"}),
        ("project_state", {"project": "cj-labmex", "state": "MX-ZAC"}),
        ("project_state", {"project": "cj-labmex", "state": None, "place": "US"}),
        (
            "project_state",
            {"project": "conjusticia", "state": "MX-TLA", "state_group": "sg5", "membership": "excluded"},
        ),
        ("citation", {"cue": "the very same place"}),
        ("document", {"sha256": "ab" * 32}),
        ("organization", {"identifiers": [{"scheme": "US-EIN", "value": "taken-1"}]}),
        ("state", {"inegi": "02"}),
    ],
)
def test_the_same_record_twice_is_refused(writable: TestClient, kind: str, own: Values) -> None:
    noun = BY_KIND[kind]
    if kind != "state":
        create(writable, kind, **own)
    before, counted = version(writable), rows(writable)
    problem(writable.post(f"/v1/{noun.path}", json=fresh(noun, **own)), "duplicate")
    assert (version(writable), rows(writable)) == (before, counted)


@pytest.mark.parametrize(
    ("kind", "name", "item"),
    [
        ("organization", "names", {"text": "A", "kind": "legal"}),
        ("organization", "identifiers", {"scheme": "S", "value": "twice"}),
        ("participation", "states", "MX-JAL"),
        ("collaboration", "states", {"state": "MX-JAL"}),
        ("collaboration", "states", {"place": "MX"}),
        ("tool", "projects", "conjusticia"),
        ("legal_instrument", "projects", "conjusticia"),
    ],
)
def test_the_same_item_twice_in_a_list_is_refused(writable: TestClient, kind: str, name: str, item: Any) -> None:
    noun = BY_KIND[kind]
    before = rows(writable)
    problem(writable.post(f"/v1/{noun.path}", json=fresh(noun, **{name: [item, item]})), "duplicate")
    assert rows(writable) == before


@pytest.mark.parametrize(("kind", "name"), [("project", "parent"), ("topic", "parent"), ("place", "within_place")])
def test_nothing_stands_above_itself(writable: TestClient, kind: str, name: str) -> None:
    own: Values = {"within_state": None} if kind == "place" else {}
    first = create(writable, kind, **{**own, name: None})
    second = create(writable, kind, **{**own, name: first["id"]})
    third = create(writable, kind, **{**own, name: second["id"]})
    before = rows(writable)
    address = f"/v1/{BY_KIND[kind].path}/{first['id']}"
    for above in (first, second, third):
        response = writable.patch(address, json={name: above["id"]}, headers={"If-Match": '"r1"'})
        assert pointers(response, "cycle") == [f"/{name}"]
    assert rows(writable) == before
    assert writable.get(address).json()[name] is None


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        ("organization_relation", {"subject": "ned"}),
        ("organization_relation", {"subject_name": None}),
        ("unnamed_party", {"count_qualifier": None}),
        ("unnamed_party", {"count_low": None}),
        ("unnamed_party", {"count_low": 5, "count_high": 4}),
        ("project", {"start_date": "2021-02", "end_date": "2021-01"}),
        ("project", {"start_date": "2021", "end_date": "2020-12-31"}),
        ("funding", {"funder_party": "u-cipe-business"}),
        ("funding", {"recipient_party": "u-cipe-business"}),
        ("funding", {"funder": None, "recipient": None, "project": None}),
        ("funding", {"currency": None}),
        ("funding", {"currency": "XXQ"}),
        ("funding", {"amount": "1.001"}),
        ("funding", {"amount": "0.5", "currency": "JPY"}),
        ("participation", {"party": "u-cipe-business"}),
        ("participation", {"organization": None}),
        ("collaboration_member", {"party": "u-cipe-business"}),
        ("collaboration_member", {"organization": None}),
        ("project_state", {"place": "MX"}),
        ("project_state", {"state": None}),
        ("project_state", {"state_group": "sg5"}),
        ("project_state", {"membership": "named"}),
        ("project_state", {"state": None, "place": "MX", "state_group": "sg5", "membership": "named"}),
        ("indicator", {"organization": "ned"}),
        ("indicator", {"qualifier": None}),
        ("indicator", {"value_high": "600"}),
        ("indicator", {"value_high": "400", "qualifier": "range"}),
        ("indicator", {"kind": "context"}),
        ("tool", {"owner_party": "u-cipe-business"}),
        ("place", {"within_place": "MX"}),
        ("organization_relation", {"subject": "ned", "subject_name": None, "object": "ned"}),
    ],
)
def test_a_record_that_contradicts_itself_is_refused(writable: TestClient, kind: str, own: Values) -> None:
    noun = BY_KIND[kind]
    before = rows(writable)
    assert pointers(writable.post(f"/v1/{noun.path}", json=fresh(noun, **own)), "malformed-body") == [""]
    assert rows(writable) == before


def test_a_change_may_not_make_a_record_contradict_itself(writable: TestClient) -> None:
    address, _, etag = _made(writable, BY_KIND["participation"], role="contributor")
    response = writable.patch(address, json={"party": "u-cipe-business"}, headers={"If-Match": etag})
    assert pointers(response, "malformed-body") == [""]
    swapped = writable.patch(
        address, json={"organization": None, "party": "u-cipe-business"}, headers={"If-Match": etag}
    )
    assert swapped.status_code == 200
    assert (swapped.json()["organization"], swapped.json()["party"]) == (None, "u-cipe-business")


def test_an_id_of_a_wrong_form_is_refused(writable: TestClient) -> None:
    wrong = [
        "",
        "A-b",
        "a--b",
        "-a",
        "a-",
        "a b",
        "a/b",
        "a.b",
        "ñu",
        "😀",
        "العربية",
        "e\u0301",
        "a\n",
        "a" * 101,
        "../x",
    ]
    for one in wrong:
        response = writable.post("/v1/topics", json=fresh(BY_KIND["topic"], id=one))
        assert pointers(response, "malformed-body") == ["/id"], one
    longest = create(writable, "topic", id="a" * 100)
    assert writable.get(f"/v1/topics/{longest['id']}").status_code == 200


def test_text_is_kept_in_one_normal_form(writable: TestClient) -> None:
    made = create(writable, "topic", label_es="  Nuevo Leo\u0301n\u3000")
    assert made["label_es"] == "Nuevo León"


def test_money_comes_back_exactly(writable: TestClient) -> None:
    for amount, currency, shown, minor in (
        ("123456789012345.67", "USD", "123456789012345.67", 12345678901234567),
        (0.1, "MXN", "0.10", 10),
        (7, "JPY", "7", 7),
        ("-5.5", "USD", "-5.50", -550),
        ("1.234", "KWD", "1.234", 1234),
    ):
        made = create(writable, "funding", amount=amount, currency=currency)
        assert (made["amount"], made["amount_minor"]) == (shown, minor)
