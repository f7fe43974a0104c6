"""Any list of grants, as CSV or XLSX, by a mapping that says what its columns are.

A row becomes a project of the kind grant and its funding, as a grant of 360Giving does. What cannot be read for certain
is a problem; nothing is made up.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from itertools import chain, islice
from typing import BinaryIO

from app.exchange import mapping as maps
from app.exchange import values as forms
from app.exchange.drafts import Draft, FileRefused, Place, Report
from app.exchange.grids import Cell, Encoding, Row, Workbook, csv_rows, encoding_of, is_zip
from app.exchange.identifiers import identifier_fields, is_personal, organization_key
from app.exchange.places import country_name, country_of, states_of
from app.exchange.sectors import topic_draft
from app.exchange.whole_csv import whole_rows
from app.models.folding import fold
from app.models.noun import Values
from app.models.projects import ProjectStatus
from app.models.types import STATE_PATTERN

MAPPING = "mapping"
"""The option that holds the mapping."""
PERSONS = "natural persons"
SKIPPED = "rows that the mapping skips"

_MEXICO = "MX"
_PROGRESS = 500
_LOOKED_AT = 20
_MOST_KEPT = 20_000
_DECIMAL = re.compile(r"-?\d+\.\d+", re.ASCII)
_GROUPS = {",": re.compile(r"(?<=\d)[.\s'](?=\d{3})"), ".": re.compile(r"(?<=\d)[,\s'](?=\d{3})")}
_DAY_FIRST = {maps.DateOrder.day_first: True, maps.DateOrder.month_first: False}
_STATUSES = frozenset(one.value for one in ProjectStatus)
_DELIMITERS = ",;\t|"
_ENCODINGS = {"utf-8": "utf-8-sig", "utf-16": "utf-16", "cp1252": "cp1252"}


def read(file: BinaryIO, report: Report, options: Mapping[str, str]) -> Iterator[Draft]:
    """The drafts of a list of grants. `options["mapping"]` is the text of the mapping."""
    if MAPPING not in options:
        raise FileRefused("no-mapping", "a list of grants needs a mapping of its columns")
    mapping = maps.parse_mapping(options[MAPPING])
    report.about |= mapping.about()
    if not is_zip(file):
        yield from _drafts(_csv(file, report, mapping), "line", file, report, mapping)
        return
    with closing(Workbook(file)) as book:
        sheet = mapping.file.sheet or book.sheets[0]
        if sheet not in book.sheets:
            listed = ", ".join(repr(name) for name in book.sheets[:20])
            raise FileRefused("no-such-sheet", f"the workbook has no sheet of that name; it has: {listed}")
        yield from _drafts(book.rows(sheet), "row", file, report, mapping)


def _csv(file: BinaryIO, report: Report, mapping: maps.Mapping) -> Iterator[Row]:
    form = mapping.file
    found = encoding_of(file)
    encoding = Encoding(_ENCODINGS[form.encoding]) if form.encoding else found
    if form.encoding is not None and form.encoding != "cp1252" and encoding != found:
        raise FileRefused("wrong-encoding", f"the file is not {form.encoding}, as the mapping says it is")
    if encoding.warning and form.encoding is None:
        report.warn("encoding", encoding.warning, None)
    return whole_rows(file, encoding, form.delimiter or _delimiter(file, encoding, mapping))


def _delimiter(file: BinaryIO, encoding: Encoding, mapping: maps.Mapping) -> str:
    """The delimiter by which the headings of the mapping are found, or else the one that makes most cells."""
    wanted = {_plain(one) for _, one in _named(mapping) if isinstance(one, str)}

    def fit(delimiter: str) -> tuple[int, int]:
        rows = (row for row in csv_rows(file, encoding, delimiter) if row.number > mapping.file.skip_rows)
        cells = [row.cells for row in islice(rows, _LOOKED_AT)]
        named = (len(wanted & {_plain(cell) for cell in one}) for one in cells)
        return max(named, default=0), max(map(len, cells), default=0)

    return max(_DELIMITERS, key=fit)


def _drafts(rows: Iterator[Row], unit: str, file: BinaryIO, report: Report, mapping: maps.Mapping) -> Iterator[Draft]:
    rows = (row for row in rows if row.number > mapping.file.skip_rows)
    if mapping.file.headings is not None:
        heads: Row | None = Row(mapping.file.skip_rows, mapping.file.headings)
    else:
        first = list(islice(rows, _LOOKED_AT))
        heads = first[0] if first else None
        rows = chain(first[1:], rows)
        if heads is not None:
            _check_heads(mapping, first, unit)
    if heads is None:
        raise FileRefused("empty", "the file holds nothing")
    grants = _Grants(mapping, report, _places_of(mapping, heads, unit))
    for count, row in enumerate(rows):
        if count % _PROGRESS == 0:
            report.progressed(file.tell())
        yield from grants.drafts(row, Place(row.number, f"{unit} {row.number}"))


# --- columns -------------------------------------------------------------------------------------------------------


def _plain(heading: object) -> str:
    return " ".join(str(heading).split()).casefold()


def _named(mapping: maps.Mapping) -> list[tuple[str, maps.Heading]]:
    """Every column that the mapping names, and where it does so."""
    found: list[tuple[str, maps.Heading]] = []
    for name in maps.Columns.model_fields:
        given = getattr(mapping.columns, name)
        listed = given if isinstance(given, list) else [] if given is None else [given]
        found += [(f"columns.{name}", one) for one in listed]
    found += [("natural_person_if", rule.column) for rule in mapping.natural_person_if]
    return found + [("skip_if", rule.column) for rule in mapping.skip_if]


def _check_heads(mapping: maps.Mapping, first: Sequence[Row], unit: str) -> None:
    """FileRefused where the headings stand further down than the mapping says."""
    wanted = {_plain(one) for _, one in _named(mapping) if isinstance(one, str)}
    if not wanted or wanted <= {_plain(cell) for cell in first[0].cells}:
        return
    for row in first[1:]:
        if wanted <= {_plain(cell) for cell in row.cells}:
            detail = f"the headings stand in {unit} {row.number}: write skip_rows = {row.number - 1} under [file]"
            raise FileRefused("missing-column", detail, Place(row.number, f"{unit} {row.number}"))


def _places_of(mapping: maps.Mapping, heads: Row, unit: str) -> dict[maps.Heading, int]:
    """Heading, as the mapping has it -> index of its column. FileRefused where one is missing or stands twice."""
    place = Place(heads.number, f"{unit} {heads.number}")
    known: dict[str, list[int]] = {}
    for index, cell in enumerate(heads.cells):
        if cell is not None:
            known.setdefault(_plain(cell), []).append(index)
    found: dict[maps.Heading, int] = {}
    missing = []
    for where, heading in _named(mapping):
        if isinstance(heading, int):
            found[heading] = heading - 1
            continue
        indexes = known.get(_plain(heading), [])
        if len(indexes) > 1:
            detail = f"{where}: two columns have the heading {heading!r}; name it by its number ({indexes[0] + 1})"
            raise FileRefused("duplicate-heading", detail, place)
        if not indexes:
            near = get_close_matches(_plain(heading), known, 1)
            missing.append(f"{heading!r} ({where}{f'; is it {near[0]!r}?' if near else ''})")
        found[heading] = indexes[0] if indexes else 0
    if missing:
        raise FileRefused("missing-column", f"there is no column {', '.join(missing[:20])}", place)
    return found


# --- rows ----------------------------------------------------------------------------------------------------------


class _Person(Exception):  # noqa: N818 - it says what was found
    """The row is about a natural person."""


class _NotTaken(Exception):  # noqa: N818 - the problem was told
    """The row is not taken."""


@dataclass(slots=True)
class _Grants:
    """Makes drafts of rows."""

    mapping: maps.Mapping
    report: Report
    columns: Mapping[maps.Heading, int]
    given: dict[tuple[str, str], Values] = field(default_factory=dict)
    """Organizations, topics, programmes that were handed on not long ago, so as not to hand each on with every row."""
    seen: Counter[bytes] = field(default_factory=Counter)
    """Digests of the rows without an id: of equal ones, how many there were."""
    words: Mapping[str, Mapping[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        """Have the words ready in the form in which they are looked up."""
        self.words = {
            name: {_plain(word): meant for word, meant in found.items()} for name, found in self.mapping.words.items()
        }

    def drafts(self, row: Row, place: Place) -> list[Draft]:
        """The drafts of one row; none, with a problem or a count, where it is not to be taken."""
        if any(self._holds(rule, row) for rule in self.mapping.skip_if):
            self.report.left_out[SKIPPED] += 1
            return []
        try:
            if any(self._holds(rule, row) for rule in self.mapping.natural_person_if):
                raise _Person
            return list(self._grant(row, place))
        except _Person:
            self.report.left_out[PERSONS] += 1
        except _NotTaken:
            pass
        return []

    # Cells

    def _cell(self, heading: maps.Heading | None, row: Row) -> Cell:
        index = self.columns[heading] if heading is not None else -1
        cell = row.cells[index] if 0 <= index < len(row.cells) else None
        if isinstance(cell, str) and cell.strip() in self.mapping.file.empty:
            return None
        return cell

    def _holds(self, rule: maps.Rule, row: Row) -> bool:
        text = _written(self._cell(rule.column, row))
        if rule.filled is not None:
            return bool(text) is rule.filled
        if rule.length is not None:
            return len(text) == rule.length
        folded = fold(text)
        if rule.equals is not None:
            return folded in {fold(one) for one in rule.equals} and bool(folded)
        return any(fold(one) in folded for one in rule.contains or ())

    def _text(self, name: str, row: Row) -> str:
        """What a row says of a field, or else the constant, with its words exchanged; empty where neither says any."""
        cell = self._cell(getattr(self.mapping.columns, name), row)
        text = _written(cell) or str(getattr(self.mapping.constants, name, None) or "")
        return self._meant(name, text)

    def _meant(self, name: str, text: str) -> str:
        """The word that the mapping has for a text, or the text."""
        words = self.words.get(name)
        return words.get(_plain(text), text) if words else text

    def _line(self, text: str, place: Place, column: str) -> str | None:
        text, was_wrong = forms.repaired(text)
        if was_wrong:
            self.report.warn("mojibake", "the text was in a wrong encoding; it was mended", place, column)
        line, was_cut = forms.line(text)
        if was_cut:
            self.report.warn("text-cut", f"the text is longer than {forms.LINE_LENGTH} characters", place, column)
        return line or None

    def _prose(self, text: str, place: Place, column: str) -> str | None:
        text, was_wrong = forms.repaired(text)
        if was_wrong:
            self.report.warn("mojibake", "the text was in a wrong encoding; it was mended", place, column)
        prose, was_cut = forms.prose(text)
        if was_cut:
            self.report.warn("text-cut", f"the text is longer than {forms.PROSE_LENGTH} characters", place, column)
        return prose or None

    def _head(self, name: str) -> str:
        """The column of a field, as the file calls it."""
        heading = getattr(self.mapping.columns, name)
        first = heading[0] if isinstance(heading, list) else heading
        return name if first is None else str(first)

    # The grant

    def _grant(self, row: Row, place: Place) -> Iterator[Draft]:
        funder = self._organization("funder", row, place)
        recipient = self._organization("recipient", row, place)
        title = self._line(self._text("title", row), place, self._head("title"))
        if title is None and recipient is None:
            self.report.error(
                "not-a-grant", "the row has neither a recipient nor a title", place, self._head("recipient")
            )
            raise _NotTaken
        key, identifiers = self._key(row, place)
        cue = " ".join((key if identifiers else title or recipient.values["name"]).split()[:8])  # type: ignore[union-attr]
        money = self._money(row, place)
        programme = self._programme(row, place)
        topics = self._topics(row, place)
        for draft in (funder, recipient, programme, *topics):
            if draft is not None:
                yield from self._once(draft)
        project: Values = {
            "title": title or f"Grant to {recipient.values['name']}"[: forms.LINE_LENGTH],  # type: ignore[union-attr]
            "basis": "stated" if title else "implied",
            "kind": "grant",
            **self._status(row, place),
            **self._interval(row, place),
            "parent": programme.key if programme else None,
            "topics": [{"topic": topic.key, "basis": "stated"} for topic in topics],
            "identifiers": identifiers,
            "texts": list(self._texts(row, place)),
        }
        yield Draft("project", key, project, place, cue)
        constants = self.mapping.constants
        funding: Values = {
            "funder": funder.key if funder else None,
            "recipient": recipient.key if recipient else None,
            "project": key,
            "kind": constants.kind,
            "stage": constants.stage,
            **money,
            "date": self._date("date", row, place) or constants.date,
            "reference": self._line(self._text("reference", row), place, self._head("reference")),
            "basis": "stated",
        }
        yield Draft("funding", key, funding, place, cue)
        yield from self._where(key, row, place, cue)

    def _key(self, row: Row, place: Place) -> tuple[str, list[Values]]:
        """Who the grant is: its id, or else what the row says; and its identifiers."""
        given = self._line(self._text("id", row), place, self._head("id"))
        if given is not None:
            return given, [{"scheme": self.mapping.source, "value": given}]
        said = sorted({where: _written(self._cell(one, row)) for where, one in _named(self.mapping)}.items())
        digest = hashlib.sha256(json.dumps(said, ensure_ascii=False).encode(errors="surrogatepass")).digest()[:12]
        self.seen[digest] += 1
        number = self.seen[digest]
        return f"row:{digest.hex()}" + (f"-{number}" if number > 1 else ""), []

    def _once(self, draft: Draft) -> Iterator[Draft]:
        """The draft, unless just the same was handed on not long ago."""
        who = (draft.kind, draft.key)
        if self.given.get(who) == draft.values:
            return
        if len(self.given) >= _MOST_KEPT:
            self.given.clear()
        self.given[who] = draft.values
        yield draft

    def _organization(self, role: str, row: Row, place: Place) -> Draft | None:
        constants = self.mapping.constants
        name = self._line(self._text(role, row), place, self._head(role))
        number = _written(self._cell(getattr(self.mapping.columns, f"{role}_id"), row))
        number = number or (getattr(constants, f"{role}_id", None) or "" if self._is_constant(role, row) else "")
        scheme = getattr(constants, f"{role}_id_scheme")
        if number and scheme and not number.upper().startswith(f"{scheme.upper()}-"):
            number = f"{scheme}-{number}"
        if number and is_personal(number):
            raise _Person
        key = organization_key(number or None, name)
        if name is None or key is None:
            if name is not None or number:
                detail = f"the {role} has no name that can be used; it is taken as unknown"
                self.report.warn("missing-name", detail, place, self._head(role))
            return None
        found = identifier_fields(number) if number else None
        values: Values = {"name": name, "basis": "stated", "kind": getattr(constants, f"{role}_kind")}
        if found is not None:
            values["identifiers"] = [found]
        return Draft("organization", key, values, place, " ".join(name.split()[:8]))

    def _is_constant(self, role: str, row: Row) -> bool:
        return not _written(self._cell(getattr(self.mapping.columns, role), row))

    def _money(self, row: Row, place: Place) -> Values:
        constants, columns = self.mapping.constants, self.mapping.columns
        cell = self._cell(columns.amount, row)
        named = _written(self._cell(columns.currency, row))
        code = self._text("currency", row)
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            return {"amount": None, "currency": None}
        try:
            currency = forms.currency(code)
        except ValueError as error:
            detail = str(error) if code else "the amount has no currency"
            self.report.error("unknown-currency", detail, place, self._head("currency"))
            raise _NotTaken from None
        try:
            amount = _amount(cell, currency, self.mapping.file.decimal)
        except ValueError as error:
            self.report.error("bad-amount", str(error), place, self._head("amount"))
            raise _NotTaken from None
        return {
            "amount": amount,
            "amount_qualifier": "exact",
            "currency": currency,
            "currency_presumed": constants.currency_presumed and named.upper() != currency,
        }

    def _date(self, name: str, row: Row, place: Place) -> str | None:
        cell = self._cell(getattr(self.mapping.columns, name), row)
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            return None
        order = self.mapping.file.dates
        try:
            return forms.partial_date(cell, day_first=_DAY_FIRST.get(maps.DateOrder(order)) if order else None)
        except ValueError as error:
            self.report.warn("bad-date", f"{error}; the date is left out", place, self._head(name))
            return None

    def _interval(self, row: Row, place: Place) -> Values:
        start, end = self._date("start_date", row, place), self._date("end_date", row, place)
        if start and end and start[: min(len(start), len(end))] > end[: min(len(start), len(end))]:
            detail = "it ends before it starts; the end is left out"
            self.report.warn("end-before-start", detail, place, self._head("end_date"))
            end = None
        return {"start_date": start, "end_date": end}

    def _status(self, row: Row, place: Place) -> Values:
        """The status, and what the file says where that is another word."""
        text = self._text("status", row)
        written = _written(self._cell(self.mapping.columns.status, row))
        note = self._prose(written, place, self._head("status")) if written != text or text not in _STATUSES else None
        if text in _STATUSES:
            return {"project_status": text, "status_note": note}
        if text:
            detail = f"{forms.shown(text)} is no status; say under [words.status] which one it is"
            self.report.warn("unknown-status", detail, place, self._head("status"))
        return {"project_status": ProjectStatus.unknown.value, "status_note": note}

    def _texts(self, row: Row, place: Place) -> Iterator[Values]:
        title = self._prose(_written(self._cell(self.mapping.columns.title, row)), place, self._head("title"))
        if title is not None and len(title) > forms.LINE_LENGTH:
            yield {"kind": "title", "language": self.mapping.language, "text": title}
        for kind in ("description", "objectives"):
            headings = getattr(self.mapping.columns, kind)
            listed = headings if isinstance(headings, list) else [headings]
            found = [text for one in listed if (text := _written(self._cell(one, row)))]
            prose = self._prose("\n\n".join(found), place, self._head(kind))
            if prose is not None:
                yield {"kind": kind, "language": self.mapping.language, "text": prose}

    def _programme(self, row: Row, place: Place) -> Draft | None:
        title = self._line(self._text("programme", row), place, self._head("programme"))
        if title is None or not fold(title):
            return None
        values: Values = {"title": title, "basis": "stated", "kind": "program", "project_status": "unknown"}
        return Draft("project", f"programme:{fold(title)}", values, place, " ".join(title.split()[:8]))

    def _several(self, name: str, row: Row) -> dict[str, str]:
        """The items of a cell that may hold several: the word that the mapping has for each -> what is written."""
        text = _written(self._cell(getattr(self.mapping.columns, name), row))
        text = text or str(getattr(self.mapping.constants, name, None) or "")
        separator = self.mapping.separators.get(name)  # type: ignore[call-overload] # other names have none
        items = [one.strip() for one in (text.split(separator) if separator else [text])]
        return {self._meant(name, one): one for one in items if one}

    def _topics(self, row: Row, place: Place) -> list[Draft]:
        found: dict[str, Draft] = {}
        vocabulary = self.mapping.constants.topic_vocabulary
        for text in self._several("topic", row):
            if vocabulary is None:
                label = self._line(text, place, self._head("topic"))
                code = fold(label or "")[:100].strip()
                draft = topic_draft(f"{self.mapping.source}/99", code, label, self.mapping.language, place, code)
            else:
                draft = topic_draft(vocabulary, text, None, None, place, text)
            if draft is None:
                detail = f"{forms.shown(text)} is no code of the list; the topic is left out"
                self.report.warn("unknown-topic", detail, place, self._head("topic"))
            else:
                found[draft.key] = draft
        return list(found.values())

    # Places

    def _where(self, project: str, row: Row, place: Place, cue: str) -> Iterator[Draft]:
        """States, or the country where that is another one; Mexico as a whole only where a word is mapped to it."""
        own = {"project": project, "role": "target", "basis": "stated"}
        written = self._text("country", row)
        country = country_of(written) if written else None
        if written and country is None:
            detail = f"{forms.shown(written)} is no country"
            self.report.warn("unknown-country", detail, place, self._head("country"))
        keys: dict[str, str] = {}
        for text, own_words in self._several("state", row).items():
            if text == _MEXICO:
                keys[_MEXICO] = own_words
                continue
            states = (text,) if re.fullmatch(STATE_PATTERN, text) else states_of(text, country=written, as_state=True)
            if not states and country in (None, _MEXICO):
                detail = f"{forms.shown(text)} is no state of Mexico that is known; no state is recorded"
                self.report.warn("unknown-state", detail, place, self._head("state"))
            keys |= dict.fromkeys(states, own_words)
        if not keys and country not in (None, _MEXICO):
            keys[str(country)] = _written(self._cell(self.mapping.columns.country, row)) or written
        for key, text in keys.items():
            values = own | {"state" if "-" in key else "place": key, "as_written": self._line(text, place, "state")}
            if "-" not in key:
                yield from self._once(
                    Draft("place", key, {"name": country_name(key) or key, "level": "country"}, place, cue)
                )
            yield Draft("project_state", f"{project}#place:{key}", values, place, cue)


def _written(cell: Cell) -> str:
    """A cell as text, empty where it is."""
    if cell is None or isinstance(cell, bool):
        return "" if cell is None else str(cell).lower()
    if isinstance(cell, float):
        return format(Decimal(f"{cell:.15g}"), "f")
    return cell.isoformat()[:10] if isinstance(cell, date) else str(cell).strip()


def _amount(cell: Cell, currency: str, decimal: str | None) -> Decimal:
    if isinstance(cell, date) or cell is None:
        raise ValueError("a date is no amount")
    if not isinstance(cell, str) or decimal is None:
        return forms.amount(cell, currency)
    text = _GROUPS[decimal].sub("", cell.strip())
    text = text.replace(",", ".") if decimal == "," else text
    # A number whose point is fixed has one reading.
    return forms.amount(Decimal(text) if _DECIMAL.fullmatch(text) else text, currency)
