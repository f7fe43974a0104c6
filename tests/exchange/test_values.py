"""Amounts, dates, texts and languages as real files write them."""

import math
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from app.exchange.values import amount, currency, language, line, partial_date, prose, repaired
from app.models.currencies import DECIMAL_PLACES, to_minor
from app.models.types import Line, Money, PartialDate, Prose

LINE, PROSE, MONEY, PARTIAL = TypeAdapter(Line), TypeAdapter(Prose), TypeAdapter(Money), TypeAdapter(PartialDate)


@pytest.mark.parametrize(
    ("written", "code", "exact"),
    [
        ("1234.50", "USD", "1234.50"),
        ("1,234.50", "USD", "1234.50"),
        ("$1,000", "USD", "1000.00"),
        ("$ 500.00 M.N.", "MXN", "500.00"),
        ("1.234,50", "EUR", "1234.50"),
        ("1.234.567", "EUR", "1234567.00"),
        ("1 234,50", "EUR", "1234.50"),
        ("1\u00a0234.50", "EUR", "1234.50"),
        ("1\u202f234,5", "EUR", "1234.50"),
        ("1'234.50", "CHF", "1234.50"),
        ("12,34,567.00", "INR", "1234567.00"),
        ("12,5", "USD", "12.50"),
        ("0.500", "USD", "0.50"),
        ("1000.000", "USD", "1000.00"),
        ("+5", "USD", "5.00"),
        ("-0", "USD", "0.00"),
        ("USD 1,000", "USD", "1000.00"),
        ("1,000 usd", "USD", "1000.00"),
        ("£7", "GBP", "7.00"),
        ("Q500", "GTQ", "500.00"),
        ("1234.567", "KWD", "1234.567"),
        ("5", "JPY", "5"),
        (1000, "USD", "1000.00"),
        (0.1, "USD", "0.10"),
        (1234.56, "USD", "1234.56"),
        (Decimal("1E+5"), "USD", "100000.00"),
        (Decimal("10.000"), "USD", "10.00"),
        (10**15 - 1, "USD", "999999999999999.00"),
    ],
)
def test_amounts_are_exact_in_the_forms_that_files_have(written: str | Decimal, code: str, exact: str) -> None:
    found = amount(written, code)
    assert (found, str(found)) == (Decimal(exact), exact)
    assert MONEY.validate_python(found) == found
    assert to_minor(found, code) == found.scaleb(DECIMAL_PLACES[code])


@pytest.mark.parametrize("written", ["-5", "5-", "(5)", "-$5", "$-5", "−5", "(1,000.00)", -5, -5.0, Decimal(-5)])
def test_negative_amounts_are_told_by_their_sign_where_there_are_such(written: str | float | Decimal) -> None:
    with pytest.raises(ValueError, match="negative"):
        amount(written, "USD")
    assert amount(written, "USD", negative=True) < 0


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("NaN", "not a finite number"),
        ("-Infinity", "not a finite number"),
        (math.nan, "not a finite number"),
        (math.inf, "not a finite number"),
        (Decimal("NaN"), "not a finite number"),
        ("1e400", "scientific notation"),
        ("1.5E+3", "scientific notation"),
        (Decimal("1e400"), "15 digits"),
        (1e300, "15 digits"),
        (10**15, "15 digits"),
        ("1" * 16, "15 digits"),
        ("12.345,678", "decimal places"),
        (Decimal("0.005"), "decimal places"),
        (Decimal("1." + "0" * 60 + "1"), "decimal places"),
        ("1.234", "thousands or decimals"),
        ("100.000", "thousands or decimals"),
        ("£5", "another currency"),
        ("5 MXN", "another currency"),
        ("1,2,3", "not an amount"),
        ("1234,567", "not an amount"),
        ("--5", "more than one sign"),
        ("-(5)", "not an amount"),
        ("(5", "not an amount"),
        ("5.", "not an amount"),
        ("٣", "not an amount"),
        ("", "not an amount"),
        ("a private person", "this text is not an amount"),
        (True, "no amounts"),
    ],
)
def test_what_is_no_exact_amount_is_refused_in_a_sentence(written: str | float | Decimal, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        amount(written, "USD")


def test_a_comma_before_three_digits_is_ambiguous_where_money_has_thousandths() -> None:
    with pytest.raises(ValueError, match="thousands or decimals"):
        amount("1,234", "KWD")
    assert amount("1,234", "USD") == 1234


def test_a_word_in_place_of_a_value_is_not_repeated() -> None:
    with pytest.raises(ValueError, match=r"^this text is not an amount$"):
        amount("Ejemplo de nombre", "USD")
    with pytest.raises(ValueError, match=r"^this text is no date$"):
        partial_date("Ejemplo de nombre")


@given(st.decimals(0, 10**12, places=2), st.sampled_from([",", "", " ", "\u00a0", "'"]))
def test_every_amount_is_read_back_from_its_written_form(value: Decimal, separator: str) -> None:
    assert amount(f"{value:,.2f}".replace(",", separator), "USD") == value
    assert amount(value, "USD") == value


def _said(read: Callable[[], object]) -> str:
    try:
        return str(read())
    except ValueError as error:
        return str(error)


@given(st.text())
def test_any_text_is_an_amount_and_a_date_or_a_short_sentence(text: str) -> None:
    assert 0 < len(_said(lambda: amount(text, "MXN"))) < 200
    assert 0 < len(_said(lambda: partial_date(text))) < 200


def test_codes_of_currencies_are_brought_into_their_form() -> None:
    assert currency(" mxn ") == "MXN"
    for wrong in ("peso", "XXX", "BTC", ""):
        with pytest.raises(ValueError, match="ISO 4217"):
            currency(wrong)
    with pytest.raises(ValueError, match="ISO 4217"):
        amount(1, "XXX")


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("2020-08-31", "2020-08-31"),
        ("2020-08-31T23:30:00-06:00", "2020-08-31"),
        ("2020-08-31T00:00:00.000Z", "2020-08-31"),
        ("2020-08-31 10:00", "2020-08-31"),
        ("2020-08-31Z", "2020-08-31"),
        ("2020-8-3", "2020-08-03"),
        ("2020/08/31", "2020-08-31"),
        ("20200831", "2020-08-31"),
        ("2020-08", "2020-08"),
        ("08/2020", "2020-08"),
        ("2020", "2020"),
        ("04/12/2014", "2014-12-04"),
        ("4.12.2014", "2014-12-04"),
        ("04-12-2014 00:00", "2014-12-04"),
        ("12/25/2014", "2014-12-25"),
        ("4 December 2014", "2014-12-04"),
        ("Thursday, 4th Dec. 2014", "2014-12-04"),
        ("December 4, 2014", "2014-12-04"),
        ("4 de diciembre de 2014", "2014-12-04"),
        ("1º de enero del 2020", "2020-01-01"),
        ("jueves 4 de diciembre de 2014", "2014-12-04"),
        ("dic. 2014", "2014-12"),
        ("4-Dec-2014", "2014-12-04"),
        ("29/02/2020", "2020-02-29"),
        (2020, "2020"),
        (2020.0, "2020"),
        (date(2020, 1, 2), "2020-01-02"),
        (datetime(2020, 1, 2, 3, 4), "2020-01-02"),  # noqa: DTZ001 - as spreadsheets have it
    ],
)
def test_dates_are_read_to_the_precision_that_is_written(written: str | float | date, found: str) -> None:
    assert partial_date(written) == found
    assert PARTIAL.validate_python(found) == found


@pytest.mark.parametrize(
    "written",
    [
        "4/12/14",
        "2011/12",
        "2019-20",
        "2019/2020",
        "0000-00-00",
        "9999-12-31",
        "0001-01-01",
        "2020-02-30",
        "31/04/2020",
        "13/13/2020",
        "43831",
        43831,
        2020.5,
        math.nan,
        True,
        "5 May",
        "May",
        "4 December",
        "4 4 December 2014",
        "yesterday",
        "",
        " ",
        "٢٠٢٠",
        "2020-08-31Tmorning",
        "1" * 500,
    ],
)
def test_what_is_no_date_or_no_certain_one_is_refused(written: str | float) -> None:
    with pytest.raises(ValueError, match=r"date|year"):
        partial_date(written)


def test_the_order_of_day_and_month_can_be_told() -> None:
    assert partial_date("04/12/2014", day_first=True) == "2014-12-04"
    assert partial_date("04/12/2014", day_first=False) == "2014-04-12"
    for wrong, order in (("12/25/2014", True), ("25/12/2014", False)):
        with pytest.raises(ValueError, match="no such date"):
            partial_date(wrong, day_first=order)


@given(st.dates(date(1800, 1, 1), date(2200, 12, 31)))
def test_every_day_is_read_back_from_its_usual_forms(day: date) -> None:
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d %B %Y", "%B %d, %Y", "%Y%m%d"):
        # %Y has no leading noughts everywhere; these years have four digits.
        assert partial_date(day.strftime(form)) == day.isoformat()


@pytest.mark.parametrize(
    ("garbled", "mended"),
    [
        ("EducaciÃ³n", "Educación"),
        ("MÃ©xico", "México"),
        ("MÃ\x83Â©xico", "México"),
        ("Â£1000", "£1000"),
        ("â€œTejidosâ€\x9d", "“Tejidos”"),
        ("ESPAÃ‘A", "ESPAÑA"),
    ],
)
def test_text_that_was_encoded_twice_is_mended(garbled: str, mended: str) -> None:
    assert repaired(garbled) == (mended, True)


@pytest.mark.parametrize(
    "text",
    [
        "Education",
        "Educación",
        "São Paulo",
        "L’été",
        "EducaciÃ³n y educación",
        "Ã poca",
        "Ã",
        "EducaciÃ³n �",
        "Ñandú ¿«Óyeme»?",
        "",
    ],
)
def test_text_that_is_right_or_not_certainly_garbled_stays(text: str) -> None:
    assert repaired(text) == (text, False)


@given(st.text(st.characters(codec="latin-1", categories=["L", "N", "P", "Zs"])))
def test_what_is_mended_was_that_text_read_in_the_wrong_encoding(text: str) -> None:
    mended, changed = repaired(text)
    assert changed == (mended != text)
    if changed:
        assert len(mended) < len(text)


def test_a_line_is_one_line_in_one_form() -> None:
    assert line("  a\u00a0\tb\x00c\r\n d\u200b\ufeff ") == ("a b c d", False)
    assert line("cafe\u0301") == ("café", False)
    assert line("\ud800a") == ("�a", False)
    assert line("\u200b\u00ad \u00a0") == ("", False)
    assert line("a" * 500) == ("a" * 500, False)
    text, is_cut = line("palabra " * 100)
    assert is_cut
    assert text.endswith(" palabra…")
    assert len(text) <= 500
    assert line("x" * 501) == ("x" * 499 + "…", True)


def test_prose_keeps_its_lines() -> None:
    assert prose("a\r\n\r\n\r\n\r\nb  c\x07 \u2028d\t") == ("a\n\nb c\nd", False)
    assert prose(" \n\u00a0") == ("", False)
    text, is_cut = prose("palabra\n" * 1000)
    assert is_cut
    assert text.endswith("palabra…")
    assert len(text) <= 5000


@given(st.text(st.characters(exclude_categories=[]), max_size=700))
def test_what_comes_of_any_text_is_taken_by_the_models(text: str) -> None:
    for clean, takes in ((line, LINE), (prose, PROSE)):
        found, _ = clean(text)
        if found:
            assert takes.validate_python(found) == found
            assert clean(found) == (found, False)


@pytest.mark.parametrize(
    ("given_code", "found"),
    [
        ("en", "en"),
        ("EN-gb", "en"),
        ("es_MX", "es"),
        ("spa", "es"),
        ("Spanish", "es"),
        ("Espan\u0303ol", "es"),
        ("nah", "nah"),
        ("und", None),
        ("mul", None),
        ("xx", None),
        ("", None),
        ("nahuatl", None),
    ],
)
def test_languages_are_codes_of_iso_639(given_code: str, found: str | None) -> None:
    assert language(given_code) == found
