"""Single values as real files write them: amounts, dates, texts, languages. No value is guessed.

What cannot be read for certain is a ValueError whose sentence is fit for a problem's `detail`: it shows the value only
where that has no words in it, since a cell that slipped may hold anything, also a name.
"""

import math
import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

from ftfy import fix_encoding_and_explain

from app.models.currencies import DECIMAL_PLACES

LINE_LENGTH = 500
"""Characters in a `Line` of the models."""
PROSE_LENGTH = 5000
"""Characters in a `Prose` of the models."""
_WHOLE_DIGITS = 15
_YEARS = range(1800, 2201)
_SHOWN = 40

_LETTERS = re.compile(r"[^\W\d_]")
_GAPS = re.compile(r"[\s\u2009\u202f\u00a0]+")
_PLAIN_SPACES = re.compile(r"[^\S\n]+")
_MANY_LINES = re.compile(r"\n{3,}")
_ZERO_WIDTH = dict.fromkeys((0x200B, 0x2060, 0xFEFF))
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_HIDDEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u2060\ufeff]|[\ud800-\udfff]")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})
_LINE_ENDS = {0x2028: "\n", 0x2029: "\n\n", 0x85: "\n", 0x0B: "\n", 0x0C: "\n"}


def shown(value: object) -> str:
    """A value in a sentence: itself where it is short, with three letters at most, else `this text`."""
    text = str(value).strip()
    return f"“{text}”" if text and len(text) <= _SHOWN and len(_LETTERS.findall(text)) <= 3 else "this text"


# Amounts

_SIGNS = {
    "€": {"EUR"},
    "£": {"GBP", "EGP", "FKP", "GIP", "LBP", "SDG", "SHP", "SSP", "SYP"},
    "¥": {"JPY", "CNY"},
    "₹": {"INR"},
    "₡": {"CRC"},
    "₩": {"KRW", "KPW"},
    "₦": {"NGN"},
    "R$": {"BRL"},
    "Q": {"GTQ"},
    "S/": {"PEN"},
    "US$": {"USD"},
    "U$S": {"USD"},
    "MX$": {"MXN"},
    "MXN$": {"MXN"},
    "CA$": {"CAD"},
    "C$": {"CAD", "NIO"},
    "A$": {"AUD"},
    "AU$": {"AUD"},
    "M.N.": {"MXN"},
}
_DOLLARS = set(
    "ARS AUD BBD BMD BND BSD BZD CAD CLP COP CUP CVE DOP FJD GYD HKD JMD KYD LRD MOP MXN NAD NIO NZD PHP SBD SGD SRD "
    "TTD TWD USD UYU XCD XCG ZWG".split()
)
_AMOUNT = re.compile(
    r"(?P<open>\()?(?P<minus>[-+])?(?P<before>[^\d\s.,()+-][^\d\s,()+-]{0,4})?(?P<minus_2>[-+])?"
    r"(?P<number>\d(?:[\d.,']*\d)?)[.,]?(?P<minus_3>-)?(?P<after>[^\d\s.,()+-][^\d\s,()+-]{0,4})?(?P<close>\))?"
)
_NOT_FINITE = {"nan", "inf", "infinity", "-inf", "-infinity", "+inf", "+infinity"}
_EXPONENT = re.compile(r"[-+]?[\d.,]+[eE][-+]?\d+")


def currency(text: str) -> str:
    """An ISO 4217 code in its usual form. ValueError where it is not one that is in use."""
    code = text.strip().upper()
    if code not in DECIMAL_PLACES:
        raise ValueError(f"{shown(text)} is not a code of ISO 4217 that is in use")
    return code


def amount(value: str | int | float | Decimal, currency: str, *, negative: bool = False) -> Decimal:
    """An amount in the main unit of an ISO 4217 currency, exact, with the currency's decimal places.

    Texts may have thousands separators (`1,234.50`, `1 234.50`, `1'234.50`), decimal commas where no other reading is
    possible (`1.234,50`, `12,5`), the currency's sign or code, a sign before or after, or parentheses for a negative
    amount. `1.234` and, where the currency has thousandths, `1,234` have two readings and are refused. Formats in which
    the point is fixed (JSON, XML) pass numbers, not texts. A float is read to the 15 digits that a spreadsheet has.

    `negative`: whether there are negative amounts, as among IATI's transactions. ValueError for all else.
    """
    if currency not in DECIMAL_PLACES:
        raise ValueError(f"{shown(currency)} is not a code of ISO 4217 that is in use")
    number = _written(value, currency) if isinstance(value, str) else _number(value)
    places = DECIMAL_PLACES[currency]
    if number and number.adjusted() >= _WHOLE_DIGITS:
        raise ValueError(f"the amount has more than {_WHOLE_DIGITS} digits before the point")
    if number and number.adjusted() < -places:
        raise ValueError(_places(currency))
    number = number or Decimal()
    exact = number.quantize(Decimal(1).scaleb(-places)) if len(number.as_tuple().digits) <= 28 else None
    if exact is None or exact != number:
        raise ValueError(_places(currency))
    if exact < 0 and not negative:
        raise ValueError("the amount is negative")
    return exact


def _places(currency: str) -> str:
    places = DECIMAL_PLACES[currency]
    return f"the amount has more decimal places than {currency} has ({places})"


def _number(value: int | float | Decimal) -> Decimal:
    if isinstance(value, bool):
        raise ValueError("true and false are no amounts")
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("the amount is not a finite number")
        if abs(value) >= 10**_WHOLE_DIGITS:
            raise ValueError(f"the amount has more than {_WHOLE_DIGITS} digits before the point")
        return Decimal(f"{value:.15g}")
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("the amount is not a finite number")
        return value
    if abs(value) >= 10**_WHOLE_DIGITS:
        raise ValueError(f"the amount has more than {_WHOLE_DIGITS} digits before the point")
    return Decimal(value)


def _written(text: str, currency: str) -> Decimal:
    packed = _GAPS.sub("", text.replace("−", "-").replace("–", "-").replace("’", "'"))
    if packed.lower() in _NOT_FINITE:
        raise ValueError("the amount is not a finite number")
    if _EXPONENT.fullmatch(packed):
        raise ValueError(f"{shown(text)} is in scientific notation, which does not hold every digit")
    match = _AMOUNT.fullmatch(packed) if len(packed) <= _SHOWN else None
    if match is None or bool(match["open"]) != bool(match["close"]):
        raise ValueError(f"{shown(text)} is not an amount")
    for sign in (match["before"], match["after"]):
        if sign:
            _check_sign(sign.upper(), currency, text)
    minus = [sign for sign in (match["open"], match["minus"], match["minus_2"], match["minus_3"]) if sign]
    if len(minus) > 1:
        raise ValueError(f"{shown(text)} has more than one sign")
    if not match["before"] and not match["after"] and text.strip()[-1] in ".,":
        raise ValueError(f"{shown(text)} is not an amount")
    number = Decimal(_pointed(match["number"], currency, text))
    return -number if minus and minus[0] != "+" else number


def _check_sign(sign: str, currency: str, text: str) -> None:
    if sign == currency or (sign == "$" and currency in _DOLLARS):
        return
    if sign not in _SIGNS and sign != "$" and sign not in DECIMAL_PLACES:
        raise ValueError(f"{shown(text)} is not an amount")
    if currency not in _SIGNS.get(sign, ()):
        raise ValueError(f"{shown(text)} is in another currency than {currency}")


def _pointed(number: str, currency: str, text: str) -> str:
    """The digits with a point for decimals and without separators."""
    last = max(number.rfind("."), number.rfind(","))
    if last < 0:
        return _grouped(number, "'", text)
    mark, other = number[last], "," if number[last] == "." else "."
    whole, fraction = number[:last], number[last + 1 :]
    if "'" in fraction:
        raise ValueError(f"{shown(text)} is not an amount")
    if mark in whole:
        if other in number or "'" in number:
            raise ValueError(f"{shown(text)} is not an amount")
        return _grouped(number, mark, text)
    separated = other in whole or "'" in whole
    if not separated and len(fraction) == 3 and len(whole) <= 3 and whole[0] != "0":
        if mark == "." or DECIMAL_PLACES[currency] == 3:
            raise ValueError(f"{shown(text)} may be thousands or decimals: write it without a separator")
        return whole + fraction
    if mark == "," and not separated and len(fraction) >= 3 and whole != "0":
        raise ValueError(f"{shown(text)} is not an amount")
    return f"{_grouped(whole, other if other in whole else chr(39), text)}.{fraction}"


def _grouped(number: str, separator: str, text: str) -> str:
    """Digits without separators, which stand before every third (or, as in India, every second and the last three)."""
    first, *groups = number.split(separator)
    widths = [len(group) for group in groups]
    western = all(width == 3 for width in widths) and (not groups or 1 <= len(first) <= 3)
    indian = separator == "," and widths[-1:] == [3] and set(widths[:-1]) == {2} and 1 <= len(first) <= 2
    digits = "".join([first, *groups])
    if not (western or indian) or not (digits.isascii() and digits.isdigit()) or (groups and first[0] == "0"):
        raise ValueError(f"{shown(text)} is not an amount")
    return digits


# Dates

_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "january jan enero ene",
            "february feb febrero",
            "march mar marzo",
            "april apr abril abr",
            "may mayo",
            "june jun junio",
            "july jul julio",
            "august aug agosto ago",
            "september sep sept septiembre setiembre set",
            "october oct octubre",
            "november nov noviembre",
            "december dec diciembre dic",
        ),
        1,
    )
    for word in words.split()
}
_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun "
    "lunes martes miércoles miercoles jueves viernes sábado sabado domingo"
).split()
_CLOCK = r"\d{1,2}(?::\d{2}){1,2}(?:[.,]\d+)?\s*(?:[AaPp]\.?\s?[Mm]\.?)?"
_TIME = rf"(?:[T ]\s*{_CLOCK}\s*(?:Z|UTC|GMT|[+-]\d{{2}}(?::?\d{{2}})?)?)?"
_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})" + _TIME + r"(?:Z|[+-]\d{2}:\d{2})?)?)?", re.ASCII)
_ISO_OTHERWISE = re.compile(r"(\d{4})([/.])(\d{1,2})\2(\d{1,2})" + _TIME, re.ASCII)
_BASIC = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T\d{4,6}Z?)?", re.ASCII)
_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})" + _TIME, re.ASCII)
_MONTH_YEAR = re.compile(r"(\d{1,2})[/.-](\d{4})", re.ASCII)
_TWO_DIGITS = re.compile(r"\d{1,2}([/.-])\d{1,2}\1\d{2}(?:\D.*)?", re.ASCII)
_TIME_AT_END = re.compile(r"(?<=\d)" + _TIME.removesuffix("?") + "$", re.ASCII)
_DATE_WORDS = re.compile(r"[^\W\d_]+|\d+(?:st|nd|rd|th|er|º|°|ª)?", re.IGNORECASE)


def partial_date(text: str | date | int | float, *, day_first: bool | None = None) -> str:
    """A date as `2020-08-31`, `2020-08` or `2020`, to the precision that is written.

    ISO 8601 dates and date-times (the day is the one that is written, in its own zone), `2020/08/31`, `20200831`,
    `2020-08`, `08/2020`, `2020`, English and Spanish words (`4 December 2014`, `December 4, 2014`, `dic 2014`,
    `4 de diciembre de 2014`), the dates of spreadsheets, years as numbers, and `04/12/2014`: this is 4 December, for
    360Giving's and Mexican files write the day first, unless only the other order gives a date. `day_first` says that
    the day is always first, or never.

    ValueError for what is no date, years of two digits, `2011/12` (a month or a financial year), years before 1800 or
    after 2200, which are fillers.
    """
    if isinstance(text, datetime | date):
        return _day(text.year, text.month, text.day, text)
    if isinstance(text, bool) or not isinstance(text, str):
        if isinstance(text, bool) or text != text or not 1000 <= text <= 9999 or text != int(text):  # noqa: PLR0124
            raise ValueError("this number is no date")
        return _day(int(text), None, None, text)
    packed = " ".join(text.split())
    if len(packed) > 80:
        raise ValueError("this text is no date")
    found = _in_numbers(packed, day_first) or _in_words(packed)
    if found is None:
        if _TWO_DIGITS.fullmatch(packed):
            raise ValueError(f"the year of {shown(text)} has two digits: write four")
        raise ValueError(f"{shown(text)} is no date")
    return _day(*found, text)


_Found = tuple[int, int | None, int | None]


def _in_numbers(text: str, day_first: bool | None) -> _Found | None:
    if match := _ISO.fullmatch(text):
        year, month, day = (int(part) if part else None for part in match.groups())
        return (year, month, day) if year is not None else None
    if match := _ISO_OTHERWISE.fullmatch(text):
        return int(match[1]), int(match[3]), int(match[4])
    if match := _BASIC.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _MONTH_YEAR.fullmatch(text):
        return int(match[2]), int(match[1]), None
    if match := _NUMBERS.fullmatch(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        if day_first is None:
            day_first = second <= 12
        return (year, second, first) if day_first else (year, first, second)
    return None


def _in_words(text: str) -> _Found | None:
    text = _TIME_AT_END.sub("", text)
    words = [word.lower() for word in _DATE_WORDS.findall(text)]
    if _DATE_WORDS.sub("", text).strip(" ,./-"):
        return None
    words = [word for word in words if word not in {"de", "del", "of", "the", *_WEEKDAYS}]
    months = [_MONTHS[word] for word in words if word in _MONTHS]
    numbers = [word for word in words if word not in _MONTHS]
    if len(months) != 1 or not 1 <= len(numbers) <= 2 or words[-1] in _MONTHS or len(numbers[-1]) != 4:
        return None
    figures = [re.sub(r"\D+$", "", number) for number in numbers]
    if not all(figure.isascii() and figure.isdigit() for figure in figures) or not numbers[-1].isdigit():
        return None
    if len(numbers) == 1:
        return int(figures[0]), months[0], None
    return (int(figures[1]), months[0], int(figures[0])) if len(figures[0]) <= 2 else None


def _day(year: int, month: int | None, day: int | None, source: object) -> str:
    if year not in _YEARS:
        raise ValueError(f"the year of {shown(source)} is not between {_YEARS[0]} and {_YEARS[-1]}")
    try:
        date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        raise ValueError(f"there is no such date as {shown(source)}") from None
    return f"{year:04}" + ("" if month is None else f"-{month:02}") + ("" if day is None else f"-{day:02}")


# Texts

_PAIR = re.compile(r"[^\x00-\x7f]{2}")
"""What UTF-8 of a letter beyond ASCII becomes in any encoding of single bytes."""


def repaired(text: str) -> tuple[str, bool]:
    """The text with mojibake mended (`EducaciÃ³n`), and whether anything was.

    Only where it is certain: the whole text, written in one single-byte encoding, is valid UTF-8, and ftfy finds that
    it is no text as it stands. What was cut or mixed is left as it is.
    """
    if text.isascii() or not _PAIR.search(text):
        return text, False
    mended, steps = fix_encoding_and_explain(text)
    if mended == text or not steps:
        return text, False
    back = text
    try:
        for step in steps:
            back = _step(back, step.action, step.parameter)
    except (UnicodeError, LookupError):
        return text, False
    return (mended, True) if back == mended and "�" not in mended else (text, False)


def _step(text: str, action: str, encoding: str) -> str:
    """One of the two steps that lose nothing, to and fro; LookupError for the others that ftfy has."""
    if action == "encode":
        written = text.encode(encoding)
        if written.decode(encoding) != text:
            raise LookupError(encoding)
        return written.decode("latin-1")
    if action == "decode" and encoding == "utf-8":
        return text.encode("latin-1").decode("utf-8")
    raise LookupError(action)


def line(text: str) -> tuple[str, bool]:
    """The text as a `Line` of the models takes it, and whether it was cut. Empty where there is nothing to see.

    One line in NFC, one space between words whatever stood there (U+00A0, tabs, line ends), no control characters; what
    is longer than 500 characters ends with `…`, after a word where one ends near.
    """
    if text.isascii() and text.isprintable() and "  " not in text and len(text) <= LINE_LENGTH:
        return text.strip(), False
    return _cut(" ".join(_visible(text).split()), LINE_LENGTH)


def prose(text: str) -> tuple[str, bool]:
    """The text as a `Prose` of the models takes it, and whether it was cut. Empty where there is nothing to see.

    As `line`, but with its line ends (at most one empty line between paragraphs) and up to 5000 characters.
    """
    if text.isascii() and text.isprintable() and "  " not in text and len(text) <= PROSE_LENGTH:
        return text.strip(), False
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_LINE_ENDS)
    rows = (_PLAIN_SPACES.sub(" ", row).strip() for row in _visible(text).split("\n"))
    return _cut(_MANY_LINES.sub("\n\n", "\n".join(rows)).strip(), PROSE_LENGTH)


def _visible(text: str) -> str:
    """NFC without zero-width spaces; control characters become spaces, lone surrogates U+FFFD; empty if unseen."""
    text = unicodedata.normalize("NFC", text)
    if _HIDDEN.search(text):
        text = _CONTROL.sub(" ", _SURROGATE.sub("\ufffd", text.translate(_ZERO_WIDTH)))
    if _LETTER_OR_DIGIT.search(text) or any(unicodedata.category(char) not in _UNSEEN for char in text):
        return text
    return ""


def _cut(text: str, length: int) -> tuple[str, bool]:
    if len(text) <= length:
        return text, False
    head = text[: length - 1]
    space = max(head.rfind(" "), head.rfind("\n"))
    if space > length - 60 and not text[length - 1].isspace():
        head = head[:space]
    return head.rstrip() + "…", True


# Languages

_TWO_LETTERS = set(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el "
    "en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu "
    "ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na "
    "nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so "
    "sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo "
    "za zh zu".split()
)
_LANGUAGES = {
    "eng": "en",
    "english": "en",
    "inglés": "en",
    "ingles": "en",
    "spa": "es",
    "spanish": "es",
    "español": "es",
    "espanol": "es",
    "castellano": "es",
    "fra": "fr",
    "fre": "fr",
    "french": "fr",
    "français": "fr",
    "por": "pt",
    "portuguese": "pt",
    "português": "pt",
    "deu": "de",
    "ger": "de",
    "german": "de",
    "cym": "cy",
    "wel": "cy",
    "ita": "it",
    "nld": "nl",
    "dut": "nl",
}
_NO_LANGUAGE = {"und", "mul", "mis", "zxx"}
_THREE_LETTERS = re.compile(r"[a-z]{3}")


def language(code: str) -> str | None:
    """An ISO 639 code from `en`, `EN-gb`, `es_MX`, `spa`, `Spanish`; None where none is told (`und`) or it is none."""
    whole = unicodedata.normalize("NFC", code.strip().lower())
    first = re.split(r"[-_]", whole)[0]
    found = _LANGUAGES.get(whole) or _LANGUAGES.get(first)
    if found or first in _TWO_LETTERS:
        return found or first
    return first if _THREE_LETTERS.fullmatch(first) and first not in _NO_LANGUAGE else None
