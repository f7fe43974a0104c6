"""Value types shared by every schema, and the column types behind them."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, StringConstraints
from sqlalchemy import String

TEXT = String().with_variant(String(collation="C"), "postgresql")
"""Text compared by code point on both databases, so that lists come in one order everywhere."""

SLUG_PATTERN = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
STATE_PATTERN = r"^MX-[A-Z]{3}$"
PLACE_PATTERN = r"^(?:[A-Z]{2}|[a-z0-9]+(?:-[a-z0-9]+)*)$"
PUBLIC_ID_PATTERN = r"^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$"


_CONTROL = "\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff"
"""The categories Cc and Cs."""
_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def _compose(text: object) -> object:
    """NFC before anything is measured: it can make a text longer."""
    return unicodedata.normalize("NFC", text) if isinstance(text, str) else text


def _clean(*, keep: str) -> Callable[[str], str]:
    unseen = re.compile(f"(?![{keep}])[{_CONTROL}]" if keep else f"[{_CONTROL}]")

    def clean(text: str) -> str:
        if unseen.search(text):
            raise ValueError("control characters and lone surrogates are not allowed")
        if all(unicodedata.category(char) in _INVISIBLE for char in text):
            raise ValueError("text must have something to see")
        return text

    return clean


def _partial_date(text: str) -> str:
    parts = [int(part) for part in text.split("-")]
    try:
        date(*([*parts, 1, 1])[:3])
    except ValueError:
        raise ValueError("there is no such date") from None
    return text


def _eight_words(text: str) -> str:
    if len(text.split()) > 8:
        raise ValueError("a cue has eight words at most")
    return text


Line = Annotated[
    str,
    BeforeValidator(_compose),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(_clean(keep="")),
]
Prose = Annotated[
    str,
    BeforeValidator(_compose),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=5000),
    AfterValidator(_clean(keep="\n\t")),
]
Cue = Annotated[Line, StringConstraints(max_length=120), AfterValidator(_eight_words)]
Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN, max_length=100)]
PublicId = Annotated[str, StringConstraints(pattern=PUBLIC_ID_PATTERN, max_length=100)]
RecordRef = Annotated[str, StringConstraints(pattern=r"^[a-z_]+:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$", max_length=140)]
"""A record of any kind, by its prefixed id: `org:ned`, `project:ned2020-01`, `funding:f-ned2020-01`."""
PartialDate = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?$"), AfterValidator(_partial_date)
]
"""ISO 8601 to the precision that is known: `2020`, `2020-08` or `2020-08-31`."""
Year = Annotated[int, Strict(), Field(ge=1800, le=2200)]
Count = Annotated[int, Strict(), Field(ge=0, le=10**12)]
Flag = Annotated[bool, Strict()]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
"""ISO 639 code."""
Url = Annotated[Line, StringConstraints(pattern=r"^https?://[^\s]+$")]
Money = Annotated[Decimal, Field(max_digits=18, decimal_places=3)]
Percent = Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)]
Figure = Annotated[Decimal, Field(max_digits=18, decimal_places=6)]


class Schema(BaseModel):
    """Base of every body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", use_enum_values=True, validate_default=False)


class Basis(StrEnum):
    """How the source carries the fact: written there, one safe step away, or known to the maintainers only."""

    stated = "stated"
    implied = "implied"
    attributed = "attributed"


class Qualifier(StrEnum):
    """The word that stands before a number in the source."""

    exact = "exact"
    more_than = "more_than"
    at_least = "at_least"
    about = "about"
    nearly = "nearly"
    range = "range"


class ValueStatus(StrEnum):
    """Whether a value is known, was looked for and not recorded, or is unknown."""

    known = "known"
    none_recorded = "none_recorded"
    unknown = "unknown"


def precision_of(partial_date: str | None) -> str:
    """`day`, `month`, `year` or `unknown`: how much of the date is known."""
    return {None: "unknown", 4: "year", 7: "month", 10: "day"}[len(partial_date) if partial_date else None]
