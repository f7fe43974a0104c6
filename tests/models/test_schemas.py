"""What the schemas take, what they refuse, and that what they take comes back as it was."""

import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.models.currencies import DECIMAL_PLACES, from_minor, to_minor
from app.models.documents import CITATION
from app.models.noun import Noun, create_schema, part_sql, read_schema, references, update_schema
from app.models.nouns import BY_KIND, BY_PATH, BY_PREFIX, NOUNS, ref_of
from app.models.projects import FUNDING, PROJECT, STATE_GROUP
from app.models.results import INDICATOR, plain
from app.models.types import (
    Count,
    Country,
    Cue,
    Figure,
    Flag,
    Language,
    Line,
    Money,
    PartialDate,
    Percent,
    Prose,
    PublicId,
    RecordRef,
    Slug,
    Url,
    Year,
    precision_of,
)

each_noun = pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.kind)


def takes(annotation: Any, value: Any) -> Any:
    """What the type makes of the value."""
    return TypeAdapter(annotation).validate_python(value)


def refuses(annotation: Any, value: Any) -> None:
    with pytest.raises(ValidationError):
        takes(annotation, value)


# Partial dates


@given(st.dates())
def test_every_date_is_taken_to_each_precision_and_its_precision_is_told(day: date) -> None:
    text = day.isoformat()
    for length, precision in ((10, "day"), (7, "month"), (4, "year")):
        assert takes(PartialDate, text[:length]) == text[:length]
        assert precision_of(text[:length]) == precision


@given(st.integers(0, 9999), st.integers(0, 99), st.integers(0, 99))
def test_a_partial_date_is_taken_exactly_when_the_calendar_has_it(year: int, month: int, day: int) -> None:
    text = f"{year:04}-{month:02}-{day:02}"
    try:
        date(year, month, day)
    except ValueError:
        refuses(PartialDate, text)
    else:
        assert takes(PartialDate, text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20",
        "0000",
        "2020-",
        "2020-1",
        "2020-13",
        "2020-00",
        "2020-02-30",
        "2021-02-29",
        "2020-08-31T00:00:00",
        " 2020",
        "2020 ",
        "2020\n",
        "-2020",
        "2020/08",
        "２０２０",
        "٢٠٢٠",
        "unknown",
        2020,
    ],
)
def test_what_is_not_a_partial_date_is_refused(text: Any) -> None:
    refuses(PartialDate, text)


def test_a_date_that_is_not_there_has_an_unknown_precision() -> None:
    assert precision_of(None) == "unknown"


# Text

printable = st.text(st.characters(categories=("L", "M", "N", "P", "S", "Z")), min_size=1, max_size=200)


@given(printable)
def test_a_line_is_stored_composed_and_stripped(text: str) -> None:
    if not text.strip():
        refuses(Line, text)
        return
    taken = takes(Line, text)
    assert unicodedata.is_normalized("NFC", taken)
    assert taken == unicodedata.normalize("NFC", text.strip())


@given(printable)
def test_a_line_that_was_taken_is_taken_again_as_it_is(text: str) -> None:
    if text.strip():
        taken = takes(Line, text)
        assert takes(Line, taken) == taken


@pytest.mark.parametrize(
    ("annotation", "longest"), [(Line, 500), (Prose, 5000), (Cue, 120)], ids=["line", "prose", "cue"]
)
def test_text_is_not_longer_than_allowed_once_it_is_composed(annotation: Any, longest: int) -> None:
    """Some characters become several in NFC: what is stored must be text that would be taken again."""
    text = "\u0958" * longest
    assert len(unicodedata.normalize("NFC", text)) == 2 * longest
    refuses(annotation, text)


def test_the_same_name_typed_in_two_ways_is_one_text() -> None:
    assert takes(Line, "Me\u0301xico Evalu\u0301a") == "México Evalúa" == takes(Line, "México Evalúa")


@pytest.mark.parametrize("code", [*range(0x20), *range(0x7F, 0xA0)])
def test_control_characters_are_refused_inside_a_line(code: int) -> None:
    refuses(Line, f"a{chr(code)}b")
    if chr(code) not in "\n\t":
        refuses(Prose, f"a{chr(code)}b")


@pytest.mark.parametrize("text", ["\U00018d09", "\U0002ebf0"])
def test_letters_of_a_newer_unicode_are_text_on_every_python(text: str) -> None:
    """What one release of Python takes must not be refused by another, which knows fewer letters."""
    assert takes(Line, text) == text


def test_prose_keeps_its_lines_and_tabs() -> None:
    assert takes(Prose, "one\n\ttwo") == "one\n\ttwo"


@pytest.mark.parametrize("code", [0xD800, 0xDBFF, 0xDC00, 0xDFFF])
@pytest.mark.parametrize("annotation", [Line, Prose, Cue, Url], ids=["line", "prose", "cue", "url"])
def test_lone_surrogates_are_refused(annotation: Any, code: int) -> None:
    refuses(annotation, f"https://a.example/{chr(code)}")


@pytest.mark.parametrize("text", ["", " ", "\t \n", "\u00a0", "\u2003", "\u200b", "\ufeff\u200e"])
def test_text_with_nothing_to_see_is_no_text(text: str) -> None:
    refuses(Line, text)
    refuses(Prose, text)


def test_text_has_a_length_that_it_may_not_pass() -> None:
    for annotation, longest in ((Line, 500), (Prose, 5000)):
        assert len(takes(annotation, "x" * longest)) == longest
        refuses(annotation, "x" * (longest + 1))


@pytest.mark.parametrize("value", [1, 1.5, True, ["list"], {"a": 1}])
def test_text_is_made_of_nothing_but_text(value: Any) -> None:
    refuses(Line, value)


@given(st.lists(st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8), min_size=1, max_size=12))
def test_a_cue_has_eight_words_at_most(words: list[str]) -> None:
    text = " ".join(words)
    if len(words) > 8 or len(text) > 120:
        refuses(Cue, text)
    else:
        assert takes(Cue, text) == unicodedata.normalize("NFC", text)


def test_a_cue_counts_words_apart_by_any_space() -> None:
    refuses(Cue, "1 2 3 4 5 6 7 8\u00a09")
    refuses(Cue, "1 2 3 4 5 6 7 8\u20039")


def test_a_cue_has_120_characters_at_most() -> None:
    assert takes(Cue, "x" * 120)
    refuses(Cue, "x" * 121)


# Codes, ids and addresses


@pytest.mark.parametrize("value", ["a", "mexico-evalua", "ned2020-01", "1", "a" * 100])
def test_a_slug_is_taken(value: str) -> None:
    assert takes(Slug, value) == takes(PublicId, value) == value


@pytest.mark.parametrize(
    "value", ["", "-a", "a-", "a--b", "a b", "a_b", "a/b", "a.b", "á", "a\n", "a\0", "a" * 101, "org:a", "a%", "ａ"]
)
def test_what_is_not_an_id_is_refused(value: str) -> None:
    refuses(Slug, value)
    refuses(PublicId, value)


@pytest.mark.parametrize("value", ["A", "MX-NLE", "Mexico"])
def test_capitals_are_for_codes_and_not_for_slugs(value: str) -> None:
    refuses(Slug, value)
    assert takes(PublicId, value) == value


@pytest.mark.parametrize("value", ["org:ned", "state:MX-NLE", "state_group:sg5", "funding:f-ned2020-01"])
def test_a_prefixed_id_is_taken(value: str) -> None:
    assert takes(RecordRef, value) == value


@pytest.mark.parametrize("value", ["ned", "org:", ":ned", "org:ned:x", "Org:ned", "org :ned", "org: ned", "org:ned\n"])
def test_what_is_not_a_prefixed_id_is_refused(value: str) -> None:
    refuses(RecordRef, value)


def test_codes_of_countries_and_languages_have_their_form() -> None:
    assert [takes(Country, "MX"), takes(Language, "es"), takes(Language, "nah")] == ["MX", "es", "nah"]
    for value in ("", "mx", "MEX", "M1", "MX\n"):
        refuses(Country, value)
    for value in ("", "ES", "e", "espa", "es-MX"):
        refuses(Language, value)


def test_an_address_is_http_or_https_and_nothing_that_runs() -> None:
    assert takes(Url, "https://example.org/a?b=c#d") == "https://example.org/a?b=c#d"
    for value in (
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://a.example",
        "example.org",
        "https://",
        "https://a b",
    ):
        refuses(Url, value)


# Numbers


@pytest.mark.parametrize(
    ("annotation", "least", "most"), [(Count, 0, 10**12), (Year, 1800, 2200)], ids=["count", "year"]
)
def test_whole_numbers_stay_in_their_range_and_are_not_read_from_text(annotation: Any, least: int, most: int) -> None:
    assert [takes(annotation, least), takes(annotation, most)] == [least, most]
    for value in (least - 1, most + 1, str(least), float(least), True, None):
        refuses(annotation, value)


@pytest.mark.parametrize("value", [0, 1, "true", "yes", None])
def test_a_flag_is_true_or_false_and_nothing_like_it(value: Any) -> None:
    refuses(Flag, value)


@pytest.mark.parametrize("annotation", [Money, Percent, Figure], ids=["money", "percent", "figure"])
@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "sNaN", "1,5", "", " ", "abc", None])
def test_a_figure_is_a_number(annotation: Any, value: Any) -> None:
    refuses(annotation, value)


def test_a_share_is_between_nothing_and_all_to_the_hundredth() -> None:
    for good in ("0", "0.01", "33.33", "100", "100.00"):
        assert takes(Percent, good) == Decimal(good)
    for bad in ("-0.01", "100.01", "33.333"):
        refuses(Percent, bad)


def test_a_figure_from_json_is_exact() -> None:
    adapter = TypeAdapter[Any](Money)
    assert adapter.validate_json("0.1") == Decimal("0.1")
    assert adapter.validate_json('"0.10"') == Decimal("0.10")
    assert adapter.validate_json("999999999999999") == Decimal(999999999999999)
    assert adapter.dump_json(Decimal("55000.00")) == b'"55000.00"'


# Money

currencies = st.sampled_from(sorted(DECIMAL_PLACES))
LARGEST = 10**18 - 1
"""Whole minor units of the largest amount that a body can hold."""


@given(st.integers(-LARGEST, LARGEST), currencies)
def test_money_comes_back_as_it_was_in_every_currency(minor: int, currency: str) -> None:
    amount = from_minor(minor, currency)
    assert to_minor(amount, currency) == minor
    assert -amount.as_tuple().exponent == DECIMAL_PLACES[currency]  # type: ignore[operator]
    assert from_minor(to_minor(amount, currency), currency) == amount


@pytest.mark.parametrize("currency", sorted(DECIMAL_PLACES))
def test_every_currency_has_its_own_smallest_coin(currency: str) -> None:
    smallest = Decimal(1).scaleb(-DECIMAL_PLACES[currency])
    assert to_minor(smallest, currency) == 1
    assert to_minor(Decimal(1), currency) == 10 ** DECIMAL_PLACES[currency]
    with pytest.raises(ValueError, match=f"{currency} has {DECIMAL_PLACES[currency]} decimal places"):
        to_minor(smallest / 10, currency)


def test_the_currencies_are_those_of_iso_4217_with_their_decimal_places() -> None:
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in DECIMAL_PLACES)
    assert {code: DECIMAL_PLACES[code] for code in ("USD", "MXN", "EUR", "JPY", "CLP", "KWD", "BHD")} == {
        "USD": 2,
        "MXN": 2,
        "EUR": 2,
        "JPY": 0,
        "CLP": 0,
        "KWD": 3,
        "BHD": 3,
    }
    assert not {"XXX", "XTS", "XAU", "DEM", "usd", ""} & set(DECIMAL_PLACES)


def funding_row(**changes: Any) -> dict[str, Any]:
    body = {"project": "p", "basis": "stated"} | changes
    return FUNDING.to_row(FUNDING.fields.model_validate(body).model_dump())


def funding_again(row: dict[str, Any]) -> dict[str, Any]:
    return FUNDING.from_row(dict(row))


@given(st.data(), currencies)
def test_an_amount_in_a_body_comes_back_to_the_last_digit(data: st.DataObject, currency: str) -> None:
    places = DECIMAL_PLACES[currency]
    amount = data.draw(st.decimals(min_value=0, max_value=10**15 - 1, places=places, allow_nan=False))
    row = funding_row(amount=str(amount), currency=currency)
    assert isinstance(row["amount_minor"], int)
    assert row["amount_minor"] < 2**63
    assert funding_again(row)["amount"] == amount


@given(st.decimals(min_value=0, max_value=100, places=2))
def test_a_share_comes_back_to_the_last_digit(share: Decimal) -> None:
    row = funding_row(share_percent=str(share))
    assert 0 <= row["share_hundredths"] <= 10_000
    assert funding_again(row)["share_percent"] == share


def test_an_amount_of_nothing_is_not_an_unknown_amount() -> None:
    assert funding_row(amount="0", currency="USD")["amount_minor"] == 0
    assert funding_again(funding_row(amount="0", currency="USD"))["amount"] == Decimal("0.00")
    assert funding_row()["amount_minor"] is None
    assert funding_again(funding_row())["amount"] is None


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": "10"},
        {"amount": "10.001", "currency": "USD"},
        {"amount": "0.5", "currency": "JPY"},
        {"amount": "10", "currency": "usd"},
        {"amount": "10", "currency": "XXX"},
        {"amount": "10", "currency": ""},
        {"currency": "QQQ"},
        {"amount": "1000000000000000", "currency": "USD"},
        {"amount": "1e30", "currency": "USD"},
        {"amount": "0.0001", "currency": "KWD"},
        {"share_percent": "101"},
        {"funder": "a", "funder_party": "b"},
        {"recipient": "a", "recipient_party": "b"},
        {"project": None},
    ],
    ids=str,
)
def test_money_that_says_nothing_or_two_things_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        funding_row(**changes)


# Figures


def indicator(**changes: Any) -> dict[str, Any]:
    body = {"label": "people", "unit": "people", "kind": "result"} | changes
    return INDICATOR.fields.model_validate(body).model_dump()


@given(st.decimals(min_value=-(10**12) + 1, max_value=10**12 - 1, places=6))
def test_a_figure_comes_back_as_it_was_without_needless_zeros(figure: Decimal) -> None:
    row = INDICATOR.to_row(indicator(value=str(figure), qualifier="exact"))
    assert abs(row["low_micro"]) < 2**63
    back = INDICATOR.from_row(dict(row))["value"]
    assert back == figure
    assert "E" not in str(back)
    assert "." not in str(back) or not str(back).endswith("0")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_a_figure_is_written_plainly(figure: Decimal) -> None:
    assert plain(figure) == figure
    assert "E" not in str(plain(figure))


@pytest.mark.parametrize(
    "changes",
    [
        {"value": "5"},
        {"qualifier": "exact"},
        {"value": "5", "qualifier": "exact", "value_high": "6"},
        {"value": "5", "qualifier": "range"},
        {"value": "6", "qualifier": "range", "value_high": "5"},
        {"value_high": "5", "qualifier": "range"},
        {"kind": "target", "level": "output"},
        {"project": "a", "organization": "b"},
        {"value": "0.0000001", "qualifier": "exact"},
        {"value": "1000000000000", "qualifier": "exact"},
        {"year": 1799},
        {"year": "2020"},
    ],
    ids=str,
)
def test_figures_that_contradict_themselves_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        indicator(**changes)


def test_a_lost_figure_is_unknown_and_not_zero() -> None:
    row = INDICATOR.to_row(indicator())
    assert (row["low_micro"], row["high_micro"]) == (None, None)
    assert INDICATOR.from_row(dict(row))["value"] is None
    assert INDICATOR.to_row(indicator(value="0", qualifier="exact"))["low_micro"] == 0


# Counts, intervals and pairs of which one is given


@pytest.mark.parametrize(
    "changes",
    [
        {"count_low": 5},
        {"count_qualifier": "exact"},
        {"count_high": 5},
        {"count_low": 6, "count_high": 5, "count_qualifier": "range"},
        {"count_low": -1, "count_qualifier": "exact"},
        {"count_low": 10**12 + 1, "count_qualifier": "exact"},
        {"count_low": 1.5, "count_qualifier": "exact"},
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["unnamed_party", "beneficiary_group"])
def test_counts_that_contradict_themselves_are_refused(kind: str, changes: dict[str, Any]) -> None:
    body: dict[str, Any] = (
        {"description": "some", "kind": "ngo"} if kind == "unnamed_party" else {"description": "some", "project": "p"}
    )
    BY_KIND[kind].fields.model_validate(body)
    with pytest.raises(ValidationError):
        BY_KIND[kind].fields.model_validate(body | changes)


@pytest.mark.parametrize("count", [0, 33, -1, "8", 1.0])
def test_a_group_of_states_counts_from_1_to_32(count: Any) -> None:
    body = {"project": "p", "label": "states", "role": "target"}
    STATE_GROUP.fields.model_validate(body | {"count": None})
    STATE_GROUP.fields.model_validate(body | {"count": 32})
    with pytest.raises(ValidationError):
        STATE_GROUP.fields.model_validate(body | {"count": count})


def project(start: str | None, end: str | None) -> Any:
    body = {"title": "t", "basis": "stated", "kind": "grant", "project_status": "ongoing"}
    return PROJECT.fields.model_validate(body | {"start_date": start, "end_date": end})


@given(st.dates(), st.dates(), st.sampled_from([4, 7, 10]), st.sampled_from([4, 7, 10]))
def test_an_end_before_its_start_is_refused_at_the_precision_that_both_have(
    first: date, second: date, start_length: int, end_length: int
) -> None:
    start, end = first.isoformat()[:start_length], second.isoformat()[:end_length]
    shared = min(start_length, end_length)
    if start[:shared] > end[:shared]:
        with pytest.raises(ValidationError):
            project(start, end)
    else:
        project(start, end)


@given(st.dates(), st.dates(), st.sampled_from([4, 7, 10]), st.sampled_from([4, 7, 10]))
def test_the_schema_and_the_table_agree_on_intervals(
    first: date, second: date, start_length: int, end_length: int
) -> None:
    """The CHECK is `start <= end OR start LIKE end || '%'`: what the schema takes, the table takes too."""
    start, end = first.isoformat()[:start_length], second.isoformat()[:end_length]
    shared = min(start_length, end_length)
    assert (start[:shared] <= end[:shared]) == (start <= end or start.startswith(end))


@pytest.mark.parametrize(
    ("kind", "body", "one", "other"),
    [
        ("participation", {"project": "p", "role": "lead", "basis": "stated"}, "organization", "party"),
        ("collaboration_member", {"collaboration": "c", "role": "lead", "basis": "stated"}, "organization", "party"),
        ("project_state", {"project": "p", "role": "target", "basis": "stated"}, "state", "place"),
        ("organization_relation", {"object": "o", "kind": "part_of", "basis": "stated"}, "subject", "subject_name"),
    ],
)
def test_exactly_one_of_two_is_given(kind: str, body: dict[str, Any], one: str, other: str) -> None:
    schema = BY_KIND[kind].fields
    schema.model_validate(body | {one: "a"})
    schema.model_validate(body | {other: "a"})
    for wrong in ({}, {one: None, other: None}, {one: "a", other: "a"}):
        with pytest.raises(ValidationError):
            schema.model_validate(body | wrong)


def test_a_state_and_its_group_go_together() -> None:
    body = {"project": "p", "role": "target", "basis": "stated"}
    schema = BY_KIND["project_state"].fields
    schema.model_validate(body | {"state": "MX-NLE", "state_group": "g", "membership": "named"})
    for wrong in (
        {"state": "MX-NLE", "state_group": "g"},
        {"state": "MX-NLE", "membership": "named"},
        {"place": "MX", "state_group": "g", "membership": "named"},
    ):
        with pytest.raises(ValidationError):
            schema.model_validate(body | wrong)


# All nouns


@each_noun
def test_the_example_of_a_noun_is_a_body_that_creates_one(noun: Noun) -> None:
    create_schema(noun).model_validate(noun.example)


@each_noun
def test_every_schema_refuses_what_it_does_not_know(noun: Noun) -> None:
    for schema in (create_schema(noun), update_schema(noun)):
        with pytest.raises(ValidationError, match="Extra inputs"):
            schema.model_validate({**noun.example, "no_such_field": 1})


@each_noun
def test_a_change_may_leave_out_everything(noun: Noun) -> None:
    assert update_schema(noun).model_validate({}).model_dump(exclude_unset=True) == {}


@each_noun
def test_an_answer_has_every_field_of_the_body_and_asks_for_all_of_them(noun: Noun) -> None:
    answer = read_schema(noun)
    assert set(noun.fields.model_fields) | {"id", "ref", "revision", "value_status"} <= set(answer.model_fields)
    assert all(info.is_required() for info in answer.model_fields.values())


@each_noun
def test_every_field_of_a_noun_has_its_column(noun: Noun) -> None:
    lists = {part.name for part in noun.parts}
    refers = references(noun.sql)
    row = set(noun.to_row(dict.fromkeys(noun.fields.model_fields)))
    for name in row - lists:
        assert f"{name}_pk" in noun.sql.c if name in refers else name in noun.sql.c, f"{noun.kind}.{name}"
    for part in noun.parts:
        assert f"{noun.sql.name}_pk" in part_sql(part).c


@each_noun
def test_what_a_noun_lists_about_itself_is_there(noun: Noun) -> None:
    fields = set(noun.fields.model_fields)
    assert noun.label in fields | {"id"}
    assert noun.id_from is None or noun.id_from in fields
    assert {name.partition(".")[0] for name in (*noun.searched, *noun.filters)} <= fields
    assert noun.unknown_when_null <= fields | set(noun.row_fields)
    assert all(name in fields or name in noun.sql.c for name in noun.sorts)


def test_kinds_paths_and_prefixes_are_unique() -> None:
    assert len(BY_KIND) == len(BY_PATH) == len(BY_PREFIX) == len(NOUNS)


def test_a_noun_stands_after_those_that_it_refers_to() -> None:
    seen: set[str] = set()
    for noun in NOUNS:
        seen.add(noun.kind)
        assert {target for target in references(noun.sql).values() if target != "record"} <= seen, noun.kind
        for part in noun.parts:
            assert set(references(part_sql(part)).values()) <= seen, part.name


def test_ids_carry_the_prefixes_of_the_networks() -> None:
    assert ref_of("organization", "ned") == "org:ned"
    assert ref_of("unnamed_party", "u1") == "party:u1"
    assert [ref_of(kind, "x") for kind in ("state", "project", "topic", "collaboration", "state_group", "tool")] == [
        "state:x",
        "project:x",
        "topic:x",
        "collaboration:x",
        "state_group:x",
        "tool:x",
    ]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("state", ["MX-NLE"], ["mx-nle", "MX-NL", "US-TEX", "nuevo-leon", "MX-NLE\n"]),
        ("place", ["MX", "iztapalapa", "los-altos"], ["mX", "MEX", "Iztapalapa", "a_b", "MX\n"]),
        ("organization", ["ned", "labmex-2"], ["NED", "ned_", "ned-", "né", "ned\n", "x" * 101]),
    ],
)
def test_a_new_record_may_choose_an_id_of_its_kinds_form(kind: str, good: list[str], bad: list[str]) -> None:
    schema = create_schema(BY_KIND[kind])
    for value in good:
        schema.model_validate({**BY_KIND[kind].example, "id": value})
    for value in bad:
        with pytest.raises(ValidationError):
            schema.model_validate({**BY_KIND[kind].example, "id": value})


def test_a_citation_counts_paragraphs_from_zero_and_carries_a_short_cue() -> None:
    schema = create_schema(CITATION)
    schema.model_validate(CITATION.example | {"paragraph": 0})
    for wrong in ({"paragraph": -1}, {"paragraph": "3"}, {"cue": ""}, {"cue": "x" * 121}, {"record": "or3"}):
        with pytest.raises(ValidationError):
            schema.model_validate(CITATION.example | wrong)
