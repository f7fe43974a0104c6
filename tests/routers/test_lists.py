"""Lists: pages, order, filters and related records, each against plain Python over the whole list."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urljoin

import pytest
from fastapi.testclient import TestClient

from app.models.noun import Noun, Values, may_be_empty, part_sql, references
from app.models.nouns import BY_KIND, NOUNS
from app.store.records import filter_parameter, include_names
from app.store.references import related, single_references
from tests.routers.asking import problem

pytestmark = pytest.mark.long_on_postgresql

each_noun = pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.kind)
COLUMNS = {"low_micro": "value"}
"""Sorts by a name that answers do not have -> the field that tells the same."""

Whole = Callable[[Noun], list[Values]]


@pytest.fixture(scope="module")
def whole(seeded: TestClient) -> Whole:
    """All records of a noun, by id, read once."""
    kept: dict[str, list[Values]] = {}

    def read(noun: Noun) -> list[Values]:
        if noun.kind not in kept:
            kept[noun.kind] = [item for page in _walk(seeded, f"/v1/{noun.path}?limit=500") for item in page["items"]]
        return kept[noun.kind]

    return read


def _walk(client: TestClient, address: str) -> Iterator[Values]:
    """The pages of a list, each by the link of the one before."""
    following: str | None = address
    while following is not None:
        response = client.get(following)
        assert response.status_code == 200, response.text
        page: Values = response.json()
        yield page
        link = response.headers.get("link")
        assert (link is None) == (page["next"] is None)
        if link is not None:
            target, _, relation = link.partition(">; ")
            assert relation == 'rel="next"'
            assert target.startswith("<?"), "a link relative to the list works below any prefix"
            following = urljoin(following, target.removeprefix("<"))
        else:
            following = None


def _ids(client: TestClient, noun: Noun, parameters: Any) -> list[str]:
    response = client.get(f"/v1/{noun.path}", params=[("limit", "500"), ("include", "total"), *parameters])
    assert response.status_code == 200, response.text
    found = [item["id"] for item in response.json()["items"]]
    assert response.json()["total"] >= len(found)
    if response.json()["next"] is None:
        assert response.json()["total"] == len(found)
    return found


def _ordered(records: list[Values], sort: str) -> list[str]:
    """Ids in the order of a sort: empty values last in either direction, ties by id."""
    name = COLUMNS.get(sort.removeprefix("-"), sort.removeprefix("-"))
    by_id = sorted(records, key=lambda record: str(record["id"]))

    def value(record: Values) -> Any:
        return float(record[name]) if name == "value" else record[name]

    full = [record for record in by_id if record[name] is not None]
    full.sort(key=value, reverse=sort.startswith("-"))
    if sort.startswith("-"):
        # Python turns ties round with the rest.
        full.sort(key=lambda record: str(record["id"]))
        full.sort(key=value, reverse=True)
    return [str(record["id"]) for record in [*full, *(record for record in by_id if record[name] is None)]]


# --- pages and order -----------------------------------------------------------------------------------------------


@each_noun
@pytest.mark.parametrize("limit", [1, 7, 500])
def test_the_pages_of_every_sort_are_the_whole_list_in_its_order(
    seeded: TestClient, whole: Whole, noun: Noun, limit: int
) -> None:
    sorts = [f"{sign}{name}" for name in ("id", *noun.sorts) for sign in ("", "-")]
    if limit == 1:
        # One record a page is one request a record: two orders are enough.
        sorts = sorts[-1:]
    records = whole(noun)
    if limit == 7 and len(records) > 80:
        sorts = sorts[-2:]
    narrowed = ""
    if limit == 1 and len(records) > 200:
        narrowed = "&document=doc-conjusticia&paragraph=28&paragraph=10"
        records = [one for one in records if one["document"] == "doc-conjusticia" and one["paragraph"] in (28, 10)]
        assert len(records) > 10
    for sort in sorts:
        pages = list(_walk(seeded, f"/v1/{noun.path}?limit={limit}&sort={sort}{narrowed}"))
        assert [item["id"] for page in pages for item in page["items"]] == _ordered(records, sort), sort
        assert all(len(page["items"]) == limit for page in pages[:-1])
        assert len(pages) == max(1, -(-len(records) // limit)), "no empty page at the end"


@each_noun
def test_a_list_without_a_sort_is_by_id(whole: Whole, noun: Noun) -> None:
    ids = [record["id"] for record in whole(noun)]
    assert ids == sorted(set(ids))


def test_several_keys_sort_within_each_other(seeded: TestClient, whole: Whole) -> None:
    noun = BY_KIND["project"]
    wanted = sorted(whole(noun), key=lambda one: one["id"])
    wanted.sort(key=lambda one: one["title"], reverse=True)
    wanted.sort(key=lambda one: (one["start_date"] is None, one["start_date"] or ""))
    wanted.sort(key=lambda one: one["kind"], reverse=True)
    for sort in (["-kind,start_date,-title"], ["-kind", "start_date", "-title"]):
        query = "&".join(f"sort={word}" for word in sort)
        pages = _walk(seeded, f"/v1/projects?limit=7&{query}")
        assert [item["id"] for page in pages for item in page["items"]] == [one["id"] for one in wanted]


def test_a_walk_misses_nothing_and_repeats_nothing_while_others_write(client: TestClient) -> None:
    pages = _walk(client, "/v1/topics?limit=7")
    seen = [item["id"] for item in next(pages)["items"]]
    for public_id in ("00-before", "zz-after"):
        body = {"id": public_id, "label_en": "x", "label_es": "x"}
        client.post("/v1/topics", json=body).raise_for_status()
    seen += [item["id"] for page in pages for item in page["items"]]
    assert seen == sorted(set(seen))
    assert len(seen) == 45
    assert "zz-after" in seen


def test_a_walk_goes_on_past_text_that_does_not_print(client: TestClient) -> None:
    for number, label in enumerate(("a\u00a0b", "a\u200bb", "a\u202eb", "\ufeffab", "a😀b", "a\\b", 'a"b')):
        body = {"id": f"odd-{number}", "label_en": label, "label_es": "x"}
        client.post("/v1/topics", json=body).raise_for_status()
    found = [item["id"] for page in _walk(client, "/v1/topics?sort=label_en&limit=1") for item in page["items"]]
    assert len(found) == len(set(found)) == 44 + 7


@each_noun
def test_a_cursor_of_another_sort_is_refused(seeded: TestClient, noun: Noun) -> None:
    sorts = [f"{sign}{name}" for name in ("id", *noun.sorts) for sign in ("", "-")]
    address = f"/v1/{noun.path}"
    cursors = {sort: seeded.get(address, params={"limit": 1, "sort": sort}).json()["next"] for sort in sorts}
    cursors |= {"": seeded.get(address, params={"limit": 1}).json()["next"]}
    for made_for, cursor in cursors.items():
        for sort in ("", "id", sorts[-1], made_for):
            parameters = {"cursor": cursor} | ({"sort": sort} if sort else {})
            response = seeded.get(address, params=parameters)
            if sort == made_for:
                assert response.status_code == 200
            else:
                problem(response, "bad-cursor")


def _cursor(content: Any) -> str:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


_RAW = ["", "a", "====", "é", "ñ" * 900, _cursor(b"\xff\xfe"), _cursor(b"[" * 1400), _cursor(b"[[], [NaN]]")]
_OF_NO_SORT: list[Any] = [
    None, 5, "x", {}, [], [[]], [[], []], [[], {"a": 1}], [[], "a"], [[], [1]], [[], [None]], [[], [True]],
    [[], [["a"]]], [[], ["a", "b"]], [[], ["\ud800"]], [[], ["\0"]], [["title"], ["a", "b"]],
]  # fmt: skip
_OF_A_YEAR: list[Any] = ["x", "", "2020", 1.5, True, 2**63, -(2**70), {}, [], "\ud800"]
_OF_A_TITLE: list[Any] = [1, True, 1.5, {}, []]
GARBAGE = [
    *(("", cursor) for cursor in _RAW),
    *(("", _cursor(content)) for content in _OF_NO_SORT),
    *(("year", _cursor([["year"], [value, "a"]])) for value in _OF_A_YEAR),
    *(("title", _cursor([["title"], [value, "a"]])) for value in _OF_A_TITLE),
]


@pytest.mark.parametrize(("sort", "cursor"), GARBAGE)
def test_a_cursor_of_garbage_is_refused(seeded: TestClient, sort: str, cursor: str) -> None:
    response = seeded.get("/v1/documents", params={"cursor": cursor} | ({"sort": sort} if sort else {}))
    assert response.status_code == 400
    problem(response, "bad-cursor")


def test_a_cursor_is_no_longer_than_it_can_be(seeded: TestClient) -> None:
    problem(seeded.get("/v1/documents", params={"cursor": "a" * 2001}), "bad-parameter")


@each_noun
def test_a_limit_outside_its_bounds_is_refused(seeded: TestClient, noun: Noun) -> None:
    for limit in ("0", "501", "-1", "abc", "1.5", "", "1e2", "9" * 30, "1,2", "٣x", "null"):
        found = problem(seeded.get(f"/v1/{noun.path}", params={"limit": limit}), "bad-parameter")
        assert [error["parameter"] for error in found["errors"]] == ["limit"]
    for limit in ("1", "500"):
        assert seeded.get(f"/v1/{noun.path}", params={"limit": limit}).status_code == 200


@each_noun
def test_an_unknown_parameter_or_word_is_refused(seeded: TestClient, noun: Noun) -> None:
    for name in ("nope", "Limit", "offset", "q "):
        found = problem(seeded.get(f"/v1/{noun.path}", params={name: "x"}), "unknown-parameter")
        assert [error["parameter"] for error in found["errors"]] == [name]
    for name in ("sort", "include", "missing"):
        found = problem(seeded.get(f"/v1/{noun.path}", params={name: "nope"}), "bad-parameter")
        assert found["errors"][0]["parameter"] == name
    one = seeded.get(f"/v1/{noun.path}?limit=1").json()["items"][0]["id"]
    problem(seeded.get(f"/v1/{noun.path}/{one}", params={"nope": "x"}), "unknown-parameter")
    problem(seeded.get(f"/v1/{noun.path}/{one}", params={"include": "total"}), "bad-parameter")


# --- filters -------------------------------------------------------------------------------------------------------


def _values(noun: Noun, name: str, record: Values) -> list[Any]:
    part_name, _, column = name.partition(".")
    if not column:
        return [] if record[name] is None else [record[name]]
    part = next(part for part in noun.parts if part.name == part_name)
    items = record[part_name]
    found = items if part.scalar else [item[column] for item in items]
    return [one for one in found if one is not None]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _target(noun: Noun, name: str) -> str | None:
    """The table that a filter's values name records of."""
    part_name, _, column = name.partition(".")
    table = part_sql(next(part for part in noun.parts if part.name == part_name)) if column else noun.sql
    return references(table).get(column or name)


def _filters(*, references_only: bool = False) -> list[Any]:
    return [
        pytest.param(noun, name, id=f"{noun.kind}.{name}")
        for noun in NOUNS
        for name in noun.filters
        if not references_only or _target(noun, name) is not None
    ]


@pytest.mark.parametrize(("noun", "name"), _filters())
def test_a_filter_is_a_plain_filter_over_the_whole_list(
    seeded: TestClient, whole: Whole, noun: Noun, name: str
) -> None:
    parameter = filter_parameter(name)
    records = whole(noun)
    values = list(dict.fromkeys(value for record in records for value in _values(noun, name, record)))
    for value in values[:8]:
        wanted = [record["id"] for record in records if value in _values(noun, name, record)]
        assert _ids(seeded, noun, [(parameter, _text(value))]) == wanted[:500], value
    if len(values) > 1:
        two = values[:2]
        wanted = [one["id"] for one in records if set(two) & set(_values(noun, name, one))]
        assert _ids(seeded, noun, [(parameter, _text(value)) for value in two]) == wanted[:500]
        if not any("," in _text(value) for value in two) and not _is_free_text(noun, name):
            assert _ids(seeded, noun, [(parameter, ",".join(map(_text, two)))]) == wanted[:500]


def _is_free_text(noun: Noun, name: str) -> bool:
    """Whether the values are words of people, in which a comma is a comma."""
    return (noun.kind, name) in {
        ("organization", "acronym"),
        ("organization", "identifiers.value"),
        ("organization", "country"),
        ("project", "acronym"),
        ("funding", "currency"),
        ("document", "language"),
        ("document", "kind"),
        ("document", "file_name"),
        ("indicator", "unit"),
        ("legal_instrument", "kind"),
        ("finding", "theme"),
        ("place", "inegi"),
        ("state", "inegi"),
        ("topic", "crs_code"),
    }


@each_noun
def test_different_filters_narrow_each_other(seeded: TestClient, whole: Whole, noun: Noun) -> None:
    records = whole(noun)
    for first in noun.filters:
        for second in noun.filters:
            if first >= second:
                continue
            both = [one for one in records if _values(noun, first, one) and _values(noun, second, one)]
            if not both:
                continue
            one, two = _values(noun, first, both[0])[0], _values(noun, second, both[-1])[0]
            wanted = [
                record["id"]
                for record in records
                if one in _values(noun, first, record) and two in _values(noun, second, record)
            ]
            asked = [(filter_parameter(first), _text(one)), (filter_parameter(second), _text(two))]
            assert _ids(seeded, noun, asked) == wanted[:500]


@pytest.mark.parametrize(("noun", "name"), _filters(references_only=True))
def test_a_filter_by_a_record_that_does_not_exist_says_so(seeded: TestClient, noun: Noun, name: str) -> None:
    target, parameter = _target(noun, name), filter_parameter(name)
    for value in ("topic:nowhere", "party:x", "nope:x") if target == "record" else ("nowhere", "No-Where"):
        response = seeded.get(f"/v1/{noun.path}", params={parameter: value})
        assert problem(response, "unknown-id")["errors"][0]["parameter"] == parameter
    wrong = ("no-prefix", "topic:", ":x", "") if target == "record" else ("a b", "-", "a/b", "é", "", "a:b")
    for value in wrong:
        response = seeded.get(f"/v1/{noun.path}", params={parameter: value})
        # A state may be named in any form.
        problem(response, "unknown-id" if target == "state" and value else "bad-parameter")


@pytest.mark.parametrize(
    ("address", "value"),
    [
        ("/v1/documents?year=", "abc"),
        ("/v1/documents?year=", "9" * 40),
        ("/v1/documents?year=", "1.5"),
        ("/v1/documents?year=", "-1"),
        ("/v1/citations?paragraph=", "9" * 19),
        ("/v1/citations?paragraph=", "9" * 5000),
        ("/v1/citations?paragraph=", "-1"),
        ("/v1/indicators?year=", "x"),
        ("/v1/organizations?kind=", "NGO"),
        ("/v1/organizations?context_only=", "maybe"),
        ("/v1/findings?sensitive=", ""),
        ("/v1/projects?year_from=", "99999"),
        ("/v1/projects?state=", "Atlantis"),
    ],
)
def test_a_filter_with_a_value_that_it_cannot_have_says_so(seeded: TestClient, address: str, value: str) -> None:
    response = seeded.get(address + value)
    assert response.status_code == 400
    problem(response)


@each_noun
def test_missing_finds_the_records_in_which_a_field_is_empty(seeded: TestClient, whole: Whole, noun: Noun) -> None:
    records = whole(noun)
    names = may_be_empty(noun)
    for name in names:
        wanted = [record["id"] for record in records if record[name] in (None, [])]
        assert _ids(seeded, noun, [("missing", name)]) == wanted[:500], name
        others = [record["id"] for record in records if record[name] not in (None, [])]
        assert _ids(seeded, noun, [("has", name)]) == others[:500], name
    if len(names) > 1:
        wanted = [one["id"] for one in records if one[names[0]] in (None, []) and one[names[-1]] in (None, [])]
        assert _ids(seeded, noun, [("missing", names[0]), ("missing", names[-1])]) == wanted[:500]
        assert _ids(seeded, noun, [("missing", f"{names[0]},{names[-1]}")]) == wanted[:500]


@pytest.mark.parametrize("noun", [noun for noun in NOUNS if noun.searched], ids=lambda noun: noun.kind)
def test_q_finds_a_record_by_its_words_without_their_accents(seeded: TestClient, whole: Whole, noun: Noun) -> None:
    name = next(name for name in noun.searched if "." not in name)
    for record in [one for one in whole(noun) if one[name]][:5]:
        words = record[name].split()
        for q in (record[name][:200], record[name][:200].upper(), " ".join(reversed(words))[:150].rsplit(" ", 1)[0]):
            assert record["id"] in _ids(seeded, noun, [("q", q)]), q
    assert _ids(seeded, noun, [("q", "zzyzx quux")]) == []


def test_q_without_a_word_finds_nothing_as_in_the_search(seeded: TestClient) -> None:
    for q in ("%", "¿?", "--", "'"):
        assert _ids(seeded, BY_KIND["topic"], [("q", q)]) == []
        assert seeded.get("/v1/search", params={"q": q}).json()["total"] == 0


def test_q_is_blind_to_accents_and_takes_no_wildcards(seeded: TestClient) -> None:
    states = BY_KIND["state"]
    assert _ids(seeded, states, [("q", "nuevo leon")]) == _ids(seeded, states, [("q", "NUEVO LEÓN")]) == ["MX-NLE"]
    assert _ids(seeded, states, [("q", "nuevo l%")]) == _ids(seeded, states, [("q", "nuevo l")])
    assert _ids(seeded, states, [("q", "nue_o")]) == []


@each_noun
def test_total_counts_the_whole_list_whatever_the_page(seeded: TestClient, whole: Whole, noun: Noun) -> None:
    address = f"/v1/{noun.path}"
    first = seeded.get(address, params={"limit": 1, "include": "total"}).json()
    assert first["total"] == len(whole(noun))
    if first["next"]:
        second = seeded.get(address, params={"limit": 1, "include": "total", "cursor": first["next"]}).json()
        assert second["total"] == first["total"]
    assert seeded.get(address, params={"limit": 1}).json()["total"] is None


# --- related records -----------------------------------------------------------------------------------------------


def _includes() -> list[Any]:
    return [pytest.param(noun, name, id=f"{noun.kind}.{name}") for noun in NOUNS for name in include_names(noun)]


@pytest.mark.parametrize(("noun", "name"), _includes())
def test_include_brings_the_records_that_belong(seeded: TestClient, whole: Whole, noun: Noun, name: str) -> None:
    def wanted(record: Values) -> Any:
        singles = single_references(noun)
        if name in singles:
            found = [one for one in whole(singles[name]) if one["id"] == record[name]]
            return bare(found[0]) if found else None
        if name == "citations":
            cited = [bare(one) for one in whole(BY_KIND["citation"]) if one["record"] == record["ref"]]
            return sorted(cited, key=lambda one: [one["document"], one["paragraph"], one["id"]])
        found = []
        for referrer in related(noun)[name]:
            for one in whole(referrer.noun):
                if referrer.part is None:
                    held = [one[referrer.field]]
                else:
                    items = one[referrer.part.name]
                    held = items if referrer.part.scalar else [item[referrer.field] for item in items]
                if record["id"] in held and bare(one) not in found:
                    found.append(bare(one))
        return sorted(found, key=lambda one: str(one["id"]))

    def bare(record: Values) -> Values:
        return {key: value for key, value in record.items() if key != "included"}

    listed = seeded.get(f"/v1/{noun.path}", params={"include": name, "limit": 60}).json()["items"]
    full = [record for record in listed if record["included"][name]][:5]
    for record in [*full, *listed[:3]]:
        assert record["included"][name] == wanted(record)
        others = {key: value for key, value in record["included"].items() if key != name}
        assert set(others.values()) <= {None}
        item = seeded.get(f"/v1/{noun.path}/{record['id']}", params={"include": name})
        assert item.json() == record


def test_too_many_related_records_are_refused_with_the_list_that_has_them(seeded: TestClient) -> None:
    everything = seeded.get("/v1/documents", params={"include": "citations", "limit": 500})
    assert everything.status_code == 200
    both = seeded.get("/v1/organizations/ned", params=[("include", "funding"), ("include", "citations,funding")])
    assert both.status_code == 200
    assert both.json()["included"]["funding"]
    assert both.json()["included"]["citations"] is not None
