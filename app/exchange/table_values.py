"""What stands in a file as values of records, and records as drafts."""

import hashlib
import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

from app.exchange import values as forms
from app.exchange.dictionary import Item, Type
from app.exchange.drafts import Draft, Place, Report
from app.models.noun import Noun, Values
from app.models.tables import Visibility
from app.store.records import stem_of

RESTRICTED = "restricted records"
"""What of an export of a restricted reader is not read: a file must not make it public."""

_FLAGS = dict.fromkeys(("true", "1", "yes", "verdadero", "sí"), True) | dict.fromkeys(
    ("false", "0", "no", "falso"), False
)
_NUMBER = re.compile(r"[+-]?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
CODES = {
    Type.date: "bad-date",
    Type.integer: "bad-number",
    Type.decimal: "bad-number",
    Type.flag: "bad-flag",
}
"""The code of the problem, where a value is none of its type; `BAD_VALUE` for others."""
BAD_VALUE = "bad-value"


def value_of(item: Item, cell: Any) -> Any:
    """A cell as the value of an item. ValueError, fit for people, where it is none."""
    if item.type is Type.date:
        return forms.partial_date(cell if isinstance(cell, str | date | int | float) else str(cell))
    if item.type is Type.decimal:
        return _decimal(cell)
    if item.type is Type.integer:
        number = _decimal(cell)
        if number != number.to_integral_value():
            raise ValueError(f"{forms.shown(cell)} is no whole number")
        return int(number)
    if item.type is Type.flag:
        if isinstance(cell, bool):
            return cell
        word = str(cell).strip().lower().removesuffix(".0")
        if word not in _FLAGS:
            raise ValueError(f"{forms.shown(cell)} is neither true nor false")
        return _FLAGS[word]
    return _text(cell)


def _text(cell: Any) -> str:
    """A cell of a text column, whatever a spreadsheet made of it."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return format(Decimal(f"{cell:.15g}"), "f")
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    return str(cell)


def _decimal(cell: Any) -> Decimal:
    if isinstance(cell, bool | date):
        raise ValueError(f"{forms.shown(cell)} is no number")
    text = f"{cell:.15g}" if isinstance(cell, float) else str(cell).strip()
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{forms.shown(text)} is no number: write digits, with a point before decimals")
    return Decimal(text)


class Drafting:
    """Makes a draft of a record's fields, with an id where the file gives none.

    Such an id comes from what the record says, so that the same file makes the same again, in whatever order; records
    that say the same are numbered. A digest of each is kept, and nothing else.
    """

    def __init__(self) -> None:
        self._seen: dict[bytes, int] = {}

    def draft(
        self, noun: Noun, values: Values, place: Place, report: Report, *, revision: object = None
    ) -> Draft | None:
        """The draft; None, with a problem or a count, where the record is not to be taken.

        `revision`: what the file says of the revision that it was made from.
        """
        public_id = values.pop("id", None)
        if values.pop("visibility", None) == Visibility.restricted:
            report.left_out[RESTRICTED] += 1
            return None
        if public_id is None:
            if noun.kind == "state":
                report.error("missing-id", "the id of a state is its ISO 3166-2 code: MX-NLE", place, "id")
                return None
            public_id = self._made(noun, values)
        elif not isinstance(public_id, str) or len(public_id) > 100 or not re.fullmatch(noun.id_pattern, public_id):
            report.error("bad-id", f"{forms.shown(public_id)} is no id: small letters, digits, hyphens", place, "id")
            return None
        number = int(str(revision)) if str(revision).isdecimal() and len(str(revision)) < 10 else None
        return Draft(noun.kind, public_id, values, place, public_id, number)

    def _made(self, noun: Noun, values: Values) -> str:
        said = json.dumps([noun.kind, values], sort_keys=True, default=str, ensure_ascii=False)
        digest = hashlib.sha256(said.encode(errors="surrogatepass")).digest()
        number = self._seen[digest] = self._seen.get(digest, 0) + 1
        stem = stem_of(noun, values)[0]
        return f"{stem}-{digest.hex()[:10]}" + (f"-{number}" if number > 1 else "")
