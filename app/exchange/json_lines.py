"""Records as JSON Lines: one a line, as the API answers them and as they are exported."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, BinaryIO

from app.exchange.dictionary import CITATIONS, Item, Type, table_name, table_of
from app.exchange.drafts import Draft, FileRefused, Place, Report
from app.exchange.grids import LONGEST_VALUE
from app.exchange.table_values import BAD_VALUE, CODES, Drafting, value_of
from app.models.noun import Noun, Values
from app.models.nouns import BY_PREFIX

_PROGRESS = 500
_MOST_NOTED = 1000


def read_json_lines(
    file: BinaryIO, report: Report, noun: Noun | None, place: Callable[[int], Place], told: Callable[[], None]
) -> Iterator[Draft]:
    """The drafts of a file. `noun`: of all lines; None where each line says it by its `ref`.

    `place` gives the place of a line, `told` is called now and then.
    """
    reader = _Lines(report, noun, place)
    for number, line in enumerate(iter(lambda: file.readline(LONGEST_VALUE + 1), b""), start=1):
        if number % _PROGRESS == 0:
            told()
        if len(line) > LONGEST_VALUE:
            raise FileRefused("too-long", f"a line has more than {LONGEST_VALUE:,} bytes", place(number))
        if b"\0" in line:
            raise FileRefused("not-text", "the file is not UTF-8 text", place(number))
        draft = reader.draft(number, line)
        if draft is not None:
            yield draft


@dataclass(slots=True)
class _Lines:
    """Records, one a line."""

    report: Report
    noun: Noun | None
    place: Callable[[int], Place]
    noted: set[str] = field(default_factory=set)
    drafting: Drafting = field(default_factory=Drafting)

    def draft(self, number: int, line: bytes) -> Draft | None:
        """The draft of a line; None, perhaps with a problem, where it has none."""
        place = self.place(number)
        if not line.strip():
            return None
        try:
            record = json.loads(
                line.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_distinct
            )
        except (ValueError, RecursionError) as error:
            if not line.endswith(b"\n"):
                raise FileRefused("truncated", "the last line is cut off, or is no JSON", place) from error
            detail = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "is no JSON object"
            self.report.error("not-json", f"the line {detail}", place)
            return None
        if not isinstance(record, dict):
            self.report.error("not-json", "the line is no JSON object", place)
            return None
        noun = self._noun(record, place)
        return None if noun is None else self._of(noun, record, place)

    def _noun(self, record: Values, place: Place) -> Noun | None:
        ref = record.pop("ref", None)
        if ref is None:
            if self.noun is None:
                detail = "the line has no ref: write the prefixed id of the record, as in org:tejedoras"
                self.report.error("missing-ref", detail, place, "ref")
            return self.noun
        prefix, _, public_id = str(ref).partition(":")
        noun = BY_PREFIX.get(prefix)
        if (
            noun is None
            or (self.noun is not None and noun is not self.noun)
            or record.get("id", public_id) != public_id
        ):
            self.report.error("bad-ref", "ref is no prefixed id of this record", place, "ref")
            return None
        record["id"] = public_id
        return noun

    def _of(self, noun: Noun, record: Values, place: Place) -> Draft | None:
        table = table_of(noun)
        items = {item.name: item for item in table.items}
        values: Values = {}
        for name, value in record.items():
            item = items.get(name)
            if item is None:
                self._note_unknown(noun, name, place)
            elif not item.is_derived:
                try:
                    values[name] = _nested(item, value)
                except ValueError as error:
                    self.report.error(CODES.get(item.type, BAD_VALUE), str(error), place, name)
                    return None
        return self.drafting.draft(noun, values, place, self.report, revision=record.get("revision"))

    def _note_unknown(self, noun: Noun, name: str, place: Place) -> None:
        if name in ("included", "value_status") or name in self.noted or len(self.noted) >= _MOST_NOTED:
            return
        self.noted.add(name)
        detail = f"{table_name(noun)} have no field of that name; it was left alone, here and in all other lines"
        if name == CITATIONS:
            detail = "citations are not read within a record: write each as a line of its own (citation:…)"
        self.report.warn("unknown-field", detail, place, name[:100])


def _nested(item: Item, value: Any) -> Any:
    """A value from JSON as that of an item; what is left to be found wrong is found by the schemas."""
    if value is None:
        return [] if item.is_list else None
    if item.is_list:
        if not isinstance(value, list):
            raise ValueError("is to be a list")
        return [_single(item, one) for one in value]
    return _single(item, value)


def _single(item: Item, value: Any) -> Any:
    if item.type is Type.group:
        if not isinstance(value, dict):
            raise ValueError("is to be a list of objects")
        # In the order of the schema, whatever that of the file: the same is to look the same.
        known = {leaf.name: _nested(leaf, value[leaf.name]) for leaf in item.items if leaf.name in value}
        return known | {name: one for name, one in value.items() if name not in known}
    if isinstance(value, list | dict):
        raise ValueError("is to be a single value")
    if value is not None and item.type in (Type.decimal, Type.integer, Type.date):
        return value_of(item, value)
    return value


def _refuse(_constant: str) -> None:
    raise ValueError("no number")


def _distinct(pairs: list[tuple[str, Any]]) -> Values:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found
