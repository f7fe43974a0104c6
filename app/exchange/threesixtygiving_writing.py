"""360Giving, written: JSON of version 1.1, one grant for each award whose amount, date, funder and recipient are known.

docs/exchange/360giving.md tells what is written, and what cannot be.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.exchange.iati_codes import TOPICS, UNPLACED, UNPLACED_ONE
from app.exchange.iati_writing import Activity, Book
from app.exchange.identifiers import OTHER
from app.exchange.threesixtygiving import OWN, PRECISION, PRESUMED, PROGRAMME, REGRANT, SCHEME, SCOPES
from app.exchange.threesixtygiving_places import BASIS, NATIONAL, PRESUMED_NAME
from app.models.folding import fold
from app.models.noun import Values

VERSION = "1.1"

_KINDS = frozenset({None, "grant", "supplement", "subgrant", "donation"})
_STAGES = {None: "award", "commitment": "award", "disbursement": "payment"}
_WHOLE = {4: ("year", "-01-01"), 7: ("month", "-01")}
_COUNTRY = re.compile(r"[A-Z]{2}")
_MEXICO = "MX"
_SCOPE = {scope: code for code, scope in SCOPES.items()}
_DATED = re.compile(r"(planned|actual) (start|end|duration) (\d{4}(?:-\d\d){0,2}|\d{1,4}(?:\.\d{1,2})?(?= months))")
_FIELDS = {"start": "startDate", "end": "endDate", "duration": "duration"}
_NUMBERS = {
    "GB-CHC": "charityNumber",
    "GB-SC": "charityNumber",
    "GB-NIC": "charityNumber",
    "MX-CLUNI": "charityNumber",
    "GB-COH": "companyNumber",
}


@dataclass(frozen=True, slots=True)
class Package:
    """What the file says of itself."""

    title: str | None = None
    description: str | None = None
    publisher: str | None = None
    publisher_identifier: str | None = None
    website: str | None = None
    """Of the publisher."""
    licence: str | None = None
    """Address of the licence."""
    issued: str | None = None
    """Date or date-time."""
    url: str | None = None
    """Where the file can be had again."""


def write_json(
    activities: Iterable[Activity], book: Book, package: Package, *, left_out: Counter[str]
) -> Iterator[bytes]:
    """The bytes of the file, a grant at a time; `left_out` counts, in words, what could not be written.

    The funding of an activity is that whose `project` it is. Amounts are numbers with all their digits.
    """
    yield b"{" + _package(package) + b'"grants":['
    is_first = True
    for activity in activities:
        for grant in _Writing(activity, book, left_out).grants():
            yield (b"\n" if is_first else b",\n") + _json(grant).encode()
            is_first = False
    yield b"\n]}\n"


def _package(package: Package) -> bytes:
    publisher = {"identifier": package.publisher_identifier, "name": package.publisher, "website": package.website}
    members = {
        "version": VERSION,
        "title": package.title,
        "description": package.description,
        "issued": package.issued,
        "publisher": _known(publisher) if package.publisher else None,
        "downloadURL": package.url,
        "license": package.licence,
    }
    return "".join(f"{_json(name)}:{_json(value)},\n" for name, value in _known(members).items()).encode()


def _json(value: Any) -> str:
    """JSON in which a Decimal is a number, digit for digit."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, dict):
        return "{" + ",".join(f"{_json(name)}:{_json(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _known(values: Values) -> Values:
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


class _Writing:
    """The grants of one project."""

    def __init__(self, activity: Activity, book: Book, left_out: Counter[str]) -> None:
        self._project = activity.project
        self._activity = activity
        self._book = book
        self._left_out = left_out

    def grants(self) -> Iterator[Values]:
        """One for each award."""
        rows = [row for row in self._activity.funding if row["project"] == self._project["id"]]
        of_grants = [row for row in rows if row["kind"] in _KINDS]
        self._count("money that is no grant: loans, contracts, own funds", len(rows) - len(of_grants))
        by_stage: dict[str, list[Values]] = {"award": [], "payment": []}
        for row in of_grants:
            if row["stage"] not in _STAGES:
                self._count("expenditure")
            else:
                by_stage[_STAGES[row["stage"]]].append(row)
        awards = [row for row in by_stage["award"] if row["amount"] is not None]
        plain = [row for row in by_stage["award"] if row["amount"] is None]
        payments = by_stage["payment"]
        for award in awards:
            shared = [row for row in plain if _may_share(row, award)]
            plain = [row for row in plain if row not in shared]
            paid = [row for row in payments if _same_parties(row, award)]
            payments = [row for row in payments if row not in paid]
            grant = self._grant(award, shared, paid, is_only=len(awards) == 1)
            if grant is not None:
                yield grant
        self._count("awards of an unknown amount", len(plain))
        self._count("payments without an award of the same parties", len(payments))

    def _count(self, words: str, many: int = 1) -> None:
        if many:
            self._left_out[words] += many

    def _grant(
        self, award: Values, shared: Sequence[Values], paid: Sequence[Values], *, is_only: bool
    ) -> Values | None:
        funders, recipients = self._parties("funder", award, shared), self._parties("recipient", award, shared)
        for words, is_missing in (
            ("awards whose amount is not exact", award["amount_qualifier"] not in {None, "exact"}),
            ("awards whose funder is unknown or unnamed", not funders),
            ("awards whose recipient is unknown or unnamed", not recipients),
            ("awards without a date", award["date"] is None),
        ):
            if is_missing:
                self._count(words)
                return None
        precision, rest = _WHOLE.get(len(award["date"]), (None, ""))
        title = self._text("title") or self._project["title"]
        grant = {
            "id": self._id(award, is_only=is_only),
            "title": title,
            "description": self._text("description") or self._project["summary"] or title,
            "currency": award["currency"],
            "amountAwarded": Decimal(award["amount"]),
            PRESUMED: award["currency_presumed"] or None,
            "awardDate": award["date"] + rest,
            PRECISION: precision,
            **self._paid(paid, award["currency"]),
            **self._dates(),
            "recipientOrganization": recipients,
            "fundingOrganization": funders,
            "beneficiaryLocation": self._locations(),
            "grantProgramme": self._programme(funders[0]["id"]),
            "classifications": [one for item in self._project["topics"] if (one := self._classification(item))],
            "locationScope": self._scope(),
            "regrantType": self._regrant(award["note"]),
        }
        return _known(grant)

    def _id(self, award: Values, *, is_only: bool) -> str:
        """The identifier that came in, else one of ours."""
        own = [one for one in _of_360giving(self._project) if not one.startswith(PROGRAMME)]
        reference = award["reference"]
        if reference and (reference in own or reference.startswith("360G-")):
            return str(reference)
        return str(own[0]) if own and is_only else f"{OWN}{award['id']}"

    def _text(self, kind: str) -> str | None:
        return next((one["text"] for one in self._project["texts"] if one["kind"] == kind), None)

    def _paid(self, paid: Sequence[Values], currency: str) -> Values:
        """The sum of the payments, and each of them where more is told than an amount."""
        known = [row for row in paid if row["amount"] is not None and row["amount_qualifier"] in {None, "exact"}]
        self._count("payments of an unknown amount", len(paid) - len(known))
        same = [Decimal(row["amount"]) for row in known if row["currency"] == currency]
        one_by_one = len(known) > 1 or any(row["date"] or row["reference"] for row in known)
        each = [
            _known(
                {
                    "id": row["reference"],
                    "transactionDate": row["date"] and row["date"] + _WHOLE.get(len(row["date"]), (None, ""))[1],
                    PRECISION: _WHOLE.get(len(row["date"] or ""), (None, ""))[0],
                    "currency": row["currency"],
                    "value": Decimal(row["amount"]),
                }
            )
            for row in known
        ]
        whole = sum(same, Decimal()) if same and len(same) == len(known) else None
        return {"amountDisbursed": whole, "disbursementTransaction": each if one_by_one or whole is None else None}

    def _dates(self) -> Values:
        """Planned and actual dates, as the note of the project has them; its own dates where that tells of none."""
        found: dict[str, Values] = {"planned": {}, "actual": {}}
        for word, end, value in _DATED.findall(self._project["date_note"] or ""):
            found[word][_FIELDS[end]] = value
        if not found["planned"] and not found["actual"]:
            word = "actual" if self._project["project_status"] == "completed" else "planned"
            found[word] = _known({"startDate": self._project["start_date"], "endDate": self._project["end_date"]})
        return {f"{word}Dates": [event] if event else None for word, event in found.items()}

    # --- organizations -----------------------------------------------------------------------------------------------

    def _parties(self, role: str, award: Values, shared: Sequence[Values]) -> list[Values]:
        ids = [award[role]] if award[role] else [row[role] for row in shared if row[role]]
        found = [self._book.find("organization", one) for one in dict.fromkeys(ids)]
        return [self._organization(one) for one in found if one is not None]

    def _organization(self, record: Values) -> Values:
        numbers = record["identifiers"]
        first = numbers[0] if numbers else None
        identifier = f"{OWN}org-{record['id']}"
        if first is not None:
            identifier = first["value"] if first["scheme"] == OTHER else f"{first['scheme']}-{first['value']}"
        values: Values = {"id": identifier, "name": record["name"]}
        other = next((one["text"] for one in record["names"] if one["kind"] == "as_written"), None)
        values["alternateName"] = other
        for one in numbers[1:]:
            field = _NUMBERS.get(one["scheme"])
            if field is not None:
                values.setdefault(field, one["value"])
        home = record["state"] and self._book.find("state", record["state"])
        values |= {
            "addressRegion": home and home["name"],
            "addressCountry": record["country"],
            "organisationType": record["subkind"],
            "url": record["website"],
        }
        return _known(values)

    # --- places, topics, programme -----------------------------------------------------------------------------------

    def _locations(self) -> list[Values]:
        found = []
        for row in self._activity.states:
            if row["role"] == "context" or row["membership"] == "excluded":
                continue
            location = self._state(row) if row["state"] else self._place(row)
            if location:
                found.append(location)
        labels = {group["label"] for group in self._activity.state_groups if group["role"] == "target"}
        if not found and labels & {UNPLACED, UNPLACED_ONE}:
            return [{"countryCode": _MEXICO}]
        return found

    def _state(self, row: Values) -> Values:
        state = self._book.find("state", row["state"])
        own = {"countryCode": _MEXICO, "geoCode": row["state"]}
        return self._named(row, state["name"] if state else None, own)

    def _place(self, row: Values) -> Values | None:
        place = self._book.find("place", row["place"])
        if place is None:
            return None
        if _COUNTRY.fullmatch(place["id"]):
            return self._named(row, place["name"], {"countryCode": place["id"]})
        within = place["within_place"]
        country = _MEXICO if place["within_state"] else within if within and _COUNTRY.fullmatch(within) else None
        return self._named(row, place["name"], {"countryCode": country, "geoCode": place["within_state"]})

    @staticmethod
    def _named(row: Values, name: str | None, own: Values) -> Values:
        """A location as the source calls it, else by its name, and how it is known."""
        presumed = None if row["as_written"] or not name else True
        basis = None if row["basis"] == "stated" else "implied"
        return _known({"name": row["as_written"] or name, **own, BASIS: basis, PRESUMED_NAME: presumed})

    def _scope(self) -> str | None:
        if any(row["place"] == _MEXICO and row["role"] == "target" for row in self._activity.states):
            return NATIONAL
        return _SCOPE.get(self._project["scope"])

    def _classification(self, item: Values) -> Values | None:
        topic = self._book.find("topic", item["topic"])
        if topic is None:
            return None
        listed, code = topic["sector_vocabulary"], topic["sector_code"]
        if topic["crs_code"]:
            listed, code = "OECD DAC", topic["crs_code"]
        elif code is None:
            listed, code = TOPICS, topic["id"]
        return {"vocabulary": listed, "code": code, "title": topic["label_en"]}

    def _programme(self, funder: str) -> list[Values]:
        """The programme that the project is part of; its code, where it came in with one."""
        parent = self._project["parent"] and self._book.find("project", self._project["parent"])
        if not parent or parent["kind"] != "program":
            return []
        number = next((one for one in _of_360giving(parent) if one.startswith(PROGRAMME)), "")
        whose = f"{PROGRAMME}{funder}/"
        code = number.removeprefix(whose) if number.startswith(whose) else number.partition("/")[2]
        text = next((one["text"] for one in parent["texts"] if one["kind"] == "description"), None)
        is_title = code == fold(parent["title"])
        return [_known({"code": None if is_title else code, "title": parent["title"], "description": text})]

    def _regrant(self, note: str | None) -> str | None:
        return note.removeprefix(REGRANT)[:6] if note and note.startswith(REGRANT) else None


def _of_360giving(project: Values) -> list[str]:
    return [one["value"] for one in project["identifiers"] if one["scheme"] == SCHEME]


def _same_parties(one: Values, other: Values) -> bool:
    return all(one[role] == other[role] for role in ("funder", "recipient"))


def _may_share(row: Values, award: Values) -> bool:
    """Whether a row without an amount names who gives or gets an award whose own row does not."""
    open_roles = [role for role in ("funder", "recipient") if award[role] is None]
    closed = [role for role in ("funder", "recipient") if award[role] is not None]
    return (
        bool(open_roles) and row["date"] == award["date"] and all(row[role] in {None, award[role]} for role in closed)
    )
