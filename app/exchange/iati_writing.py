"""Writing IATI activities, version 2.03: one activity a project, one after the other.

The standard asks for values that may be unknown (a status, a date, a participant) and has no word for others (half a
date, an unnamed party, a basis). What is written only because it is asked for has the attribute `presumed`, and what
has no place the attributes of its own, both in a namespace of Tejido's, which the schema allows and others pass over.
"""

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from xml.sax.saxutils import escape, quoteattr

from app.exchange import iati_codes as iati
from app.exchange import values
from app.exchange.iati_xml import TEJIDO
from app.exchange.identifiers import OTHER
from app.exchange.sectors import DAC_3, DAC_5, OF_PUBLISHER
from app.models.noun import Values

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DATED = re.compile(r"((?:planned|actual) (?:start|end)) (\d{4}(?:-\d\d){0,2})", re.ASCII)
_TYPE_OF_DATE = {words: code for code, words in iati.DATE_TYPES.items()}
_CODE_OF_ROLE = {role: code for code, role in iati.ROLES.items()} | dict.fromkeys(
    ("lead", "partner", "designer", "convener", "host"), "4"
)
_STATUS = {"planned": "1", "ongoing": "2", "completed": "4", "cancelled": "5"}
_SCOPE = {"regional": "2", "international": "3"}
_FINANCE = dict.fromkeys(("grant", "supplement", "subgrant"), iati.GRANT) | {"loan": iati.LOAN}
_TYPES = {"commitment": ("2", "11"), "disbursement": ("3", "1"), "expenditure": ("4", "4"), None: ("2", "11")}
"""Stage -> type of a transaction that goes out of the activity, and of one that comes from another."""
_WHOLE = {4: "year", 7: "month"}
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who publishes the file."""

    ref: str
    """Its identifier: `MX-RFC-…`, `XI-IATI-…`."""
    name: str
    kind: str = "90"
    """OrganisationType."""


@dataclass(frozen=True, slots=True)
class Activity:
    """A project with what refers to it. All records are as the read schemas of their nouns have them."""

    project: Values
    participations: Sequence[Values] = ()
    funding: Sequence[Values] = ()
    """Those whose `project` it is, and those without a project whose `through_project` it is."""
    states: Sequence[Values] = ()
    """Records of project_state."""
    state_groups: Sequence[Values] = ()


class Book(Protocol):
    """Finds the records that are referred to; None where there is none, or none that may be seen."""

    def find(self, kind: str, record_id: str, /) -> Values | None:
        """A record (as the read schema has it) of an organization, unnamed_party, state, place, topic or project."""


def write_iati(
    activities: Iterable[Activity], book: Book, *, reporter: Reporter, generated: str, left_out: Counter[str]
) -> Iterator[bytes]:
    """The bytes of the file, an activity at a time. `generated`: an xsd:dateTime.

    `left_out` counts, in words, what could not be written: docs/exchange/iati.md tells of each.
    """
    root = {"version": "2.03", "generated-datetime": generated, "xmlns:tejido": TEJIDO}
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<iati-activities{_attributes(root)}>\n'.encode()
    for activity in activities:
        writing = _Writing(activity, book, reporter, generated[:10], left_out)
        if writing.can_be_written():
            yield "".join(writing.pieces()).encode()
    yield b"</iati-activities>\n"


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _attributes(given: Mapping[str, str | None]) -> str:
    return "".join(f" {name}={quoteattr(_clean(value))}" for name, value in given.items() if value is not None)


@dataclass(slots=True)
class _Element:
    tag: str
    attributes: Mapping[str, str | None] = field(default_factory=dict)
    children: "Sequence[_Element]" = ()
    text: str | None = None

    def __str__(self) -> str:
        inside = escape(_clean(self.text)).replace("\r", "&#13;") if self.text is not None else ""
        inside += "".join(map(str, self.children))
        start = f"<{self.tag}{_attributes(self.attributes)}"
        return f"{start}>{inside}</{self.tag}>" if inside else f"{start}/>"


def _code(tag: str, code: str, attributes: Mapping[str, str | None] | None = None) -> _Element:
    return _Element(tag, {"code": code, **(attributes or {})})


def _basis(record: Values) -> dict[str, str | None]:
    basis = record.get("basis")
    return {"tejido:basis": None if basis == "stated" else basis}


def _percentage(share: object) -> str | None:
    return None if share is None else str(share)


def _day(date: str, *, end: bool = False) -> dict[str, str | None]:
    """The attributes of a date. The standard has whole days only: the first, or the last, that it may be."""
    year, month = int(date[:4]), int(date[5:7] or (12 if end else 1))
    day = int(date[8:] or (monthrange(year, month)[1] if end else 1))
    return {"iso-date": f"{year:04}-{month:02}-{day:02}", "tejido:precision": _WHOLE.get(len(date))}


class _Writing:
    """One activity on its way out."""

    def __init__(self, activity: Activity, book: Book, reporter: Reporter, today: str, left_out: Counter[str]) -> None:
        self._activity = activity
        self._project = activity.project
        self._find = book.find
        self._reporter = reporter
        self._today = today
        self._left_out = left_out
        titles = [text for text in self._project["texts"] if text["kind"] == "title"]
        own = [text for text in titles if values.line(text["text"])[0] == self._project["title"]]
        self._own_title = own[0] if own else None
        self._language: str | None = own[0]["language"] if own else None

    def can_be_written(self) -> bool:
        """Whether there is a date and a participant, which the standard asks for; what lacks one is counted."""
        project, activity = self._project, self._activity
        dated = project["start_date"] or project["end_date"] or any(row["date"] for row in activity.funding)
        named = any(self._actor(row, name) for row in activity.funding for name in ("funder", "recipient")) or any(
            self._actor(row, "organization") for row in activity.participations if row["role"] in _CODE_OF_ROLE
        )
        if not dated:
            self._left_out["projects without a date"] += 1
        elif not named:
            self._left_out["projects without a participant"] += 1
        return bool(dated) and named

    def pieces(self) -> Iterator[str]:
        """The activity as text, bit by bit, in the order that the schema asks for."""
        project = self._project
        kind = None if project["kind"] in {"activity", "program"} else project["kind"]
        attributes = {"xml:lang": self._language, "tejido:kind": kind}
        yield f"<iati-activity{_attributes(attributes)}>\n"
        yield f"{_Element('iati-identifier', text=self._identifier(project))}\n"
        reporter = self._reporter
        publisher = {"ref": reporter.ref, "type": reporter.kind, "secondary-reporter": "1"}
        yield f"{_Element('reporting-org', publisher, [_Element('narrative', text=reporter.name)])}\n"
        paid, unknown = self._money()
        for element in (
            *self._titles(),
            *self._descriptions(),
            *self._participants(paid, unknown),
            *self._other_identifiers(),
            self._status(),
            *self._dates(),
            *self._places(),
            *self._sectors(),
        ):
            yield f"{element}\n"
        for row in paid:
            yield f"{self._transaction(row)}\n"
        if project["parent"] and (parent := self._find("project", project["parent"])):
            yield f"{_Element('related-activity', {'type': '1', 'ref': self._identifier(parent)})}\n"
        self._count_losses()
        yield "</iati-activity>\n"

    def _identifier(self, project: Values) -> str:
        """The identifier of an activity that came from IATI, else one of the publisher's."""
        for one in project["identifiers"]:
            if one["scheme"] == iati.SCHEME:
                return str(one["value"])
        return f"{self._reporter.ref}-{project['id']}"

    def _narrative(self, text: str, language: str | None, **more: str | None) -> _Element:
        """A text in its language; one of no known language must not take that of the activity."""
        lang = None if language == self._language else language or ""
        return _Element(
            "narrative", {"xml:lang": lang, **{f"tejido:{name}": one for name, one in more.items()}}, text=text
        )

    # --- texts -------------------------------------------------------------------------------------------------------

    def _titles(self) -> Iterator[_Element]:
        texts = [text for text in self._project["texts"] if text["kind"] == "title"]
        first = [self._own_title] if self._own_title else []
        ordered = first + [text for text in texts if text is not self._own_title]
        narratives = [self._narrative(text["text"], text["language"]) for text in ordered]
        if not first:
            narratives.insert(0, self._narrative(self._project["title"], self._language, presumed="true"))
        yield _Element("title", _basis(self._project), narratives)

    def _descriptions(self) -> Iterator[_Element]:
        kinds = {kind: code for code, kind in iati.TEXTS.items() if code != "4"}
        found = False
        for kind, code in kinds.items():
            texts = [text for text in self._project["texts"] if text["kind"] == kind]
            if texts:
                narratives = [self._narrative(text["text"], text["language"]) for text in texts]
                yield _Element("description", {"type": code}, narratives)
                found = True
        if not found:
            text = self._project["summary"] or self._project["title"]
            language = None if self._project["summary"] else self._language
            yield _Element("description", {"type": "1", "tejido:presumed": "true"}, [self._narrative(text, language)])

    # --- who ---------------------------------------------------------------------------------------------------------

    def _actor(self, record: Values, name: str) -> tuple[dict[str, str | None], list[_Element]] | None:
        """Attributes and names of whoever a field refers to; `name` is the field of an organization."""
        party_field = "party" if name == "organization" else f"{name}_party"
        if record.get(name) and (found := self._find("organization", record[name])):
            ref = _ref(found)
            names = [self._narrative(found["name"], self._language)] if found["name"] != ref else []
            names += [
                self._narrative(one["text"], one["language"])
                for one in found["names"]
                if one["kind"] == "translation" and one["language"]
            ]
            return {"ref": ref, "type": found["iati_type"]}, names
        if record.get(party_field) and (found := self._find("unnamed_party", record[party_field])):
            return {"tejido:unnamed": found["id"], "tejido:kind": found["kind"]}, [
                self._narrative(found["description"], self._language)
            ]
        return None

    def _money(self) -> tuple[list[Values], list[Values]]:
        """Funding that can be a transaction, and funding that tells only who gives to whom."""
        paid, unknown = [], []
        for row in self._activity.funding:
            if row["amount"] is not None and row["date"] is not None:
                paid.append(row)
                continue
            unknown.append(row)
            if row["amount"] is not None:
                self._left_out["amounts without a date"] += 1
            elif any(row[name] for name in ("date", "stage", "kind", "reference", "share_percent")):
                self._left_out["dates, stages, kinds and references of funding whose amount is unknown"] += 1
        return paid, unknown

    def _participants(self, paid: list[Values], unknown: list[Values]) -> Iterator[_Element]:
        seen: set[str] = set()
        some = False
        for row in paid:
            found = self._actor(row, "funder")
            if found and (key := str(found)) not in seen:
                seen.add(key)
                some = True
                yield _Element("participating-org", {**found[0], "role": "1"}, found[1])
        for row in unknown:
            through = row["through_project"] and self._find("project", row["through_project"])
            more = {
                "activity-id": self._identifier(through) if through else None,
                "tejido:funding": row["id"],
                **_basis(row),
            }
            for name, role in (("funder", "1"), ("recipient", "4")):
                if found := self._actor(row, name):
                    some = True
                    yield _Element("participating-org", {**found[0], "role": role, **more}, found[1])
        for row in self._activity.participations:
            code, found = _CODE_OF_ROLE.get(row["role"]), self._actor(row, "organization")
            if code is None or found is None:
                self._left_out["participants whose role the standard does not have"] += 1
                continue
            some = True
            note = row["note"] or ""
            own = note.removeprefix(iati.OWN_ACTIVITY) if note.startswith(iati.OWN_ACTIVITY) else None
            closer = None if iati.ROLES[code] == row["role"] else row["role"]
            more = {"role": code, "activity-id": own, "tejido:role": closer, **_basis(row)}
            yield _Element("participating-org", {**found[0], **more}, found[1])
        if not some:
            yield self._stand_in(paid)

    def _stand_in(self, paid: list[Values]) -> _Element:
        """The participant that the standard asks for, where only the receivers of transactions are known."""
        found = next(found for row in paid if (found := self._actor(row, "recipient")))
        return _Element("participating-org", {**found[0], "role": "4", "tejido:presumed": "true"}, found[1])

    # --- what the standard asks for ----------------------------------------------------------------------------------

    def _other_identifiers(self) -> Iterator[_Element]:
        own = self._identifier(self._project)
        for one in self._project["identifiers"]:
            scheme, value = one["scheme"], one["value"]
            if scheme == iati.SCHEME:
                if value != own:
                    yield _Element("other-identifier", {"ref": value, "type": "A3"})
            elif scheme == "crs":
                yield _Element("other-identifier", {"ref": value, "type": "A2"})
            else:
                owner = _Element("owner-org", {"ref": scheme.removesuffix(" A1")})
                kind = "A1" if scheme.endswith(" A1") else "A9"
                yield _Element("other-identifier", {"ref": value, "type": kind}, [owner])

    def _status(self) -> _Element:
        status, note = self._project["project_status"], self._project["status_note"]
        for code, known in iati.STATUSES.items():
            if known == (status, note):
                return _code("activity-status", code)
        if status in _STATUS:
            return _code("activity-status", _STATUS[status])
        self._left_out["statuses that are unknown, for which the dates stand"] += 1
        start, end = self._project["start_date"], self._project["end_date"]
        code = (
            "4"
            if end and end < self._today[: len(end)]
            else "1"
            if start and start > self._today[: len(start)]
            else "2"
        )
        return _code("activity-status", code, {"tejido:presumed": "true"})

    def _dates(self) -> Iterator[_Element]:
        project = self._project
        told = project["date_note"] or ""
        pieces = [_DATED.fullmatch(piece) for piece in told.split("; ")]
        noted = {_TYPE_OF_DATE[piece[1]]: piece[2] for piece in pieces if piece} if all(pieces) else {}
        started = project["project_status"] in {"ongoing", "completed"}
        ended = project["project_status"] == "completed"
        found: dict[str, str] = {}
        for name, types, actual in (("start_date", ("1", "2"), started), ("end_date", ("3", "4"), ended)):
            date = project[name]
            of_note = {code: noted[code] for code in types if code in noted}
            if of_note and (date is None or date == of_note.get(types[1], of_note.get(types[0]))):
                found |= of_note
            elif date is not None:
                found[types[actual]] = date
        for code, date in sorted(found.items()):
            yield _Element("activity-date", {"type": code, **_day(date, end=code in {"3", "4"})})
        if not found:
            self._left_out["dates that are unknown, for which that of the first funding stands"] += 1
            first = min(row["date"] for row in self._activity.funding if row["date"])
            yield _Element("activity-date", {"type": "1", **_day(first), "tejido:presumed": "true"})

    # --- where and what about ----------------------------------------------------------------------------------------

    def _places(self) -> Iterator[_Element]:
        countries: dict[str, _Element] = {}
        regions: list[_Element] = []
        locations: list[_Element] = []
        nationwide = False
        for row in self._activity.states:
            if row["state"] is not None:
                locations += self._location(row, row["state"])
                continue
            place = self._find("place", row["place"])
            if place is None or (row["role"] == "context" and place["id"] != "MX"):
                self._left_out["places that are context only"] += 1
            elif place["level"] == "country" and _COUNTRY.fullmatch(place["id"]):
                nationwide = nationwide or (place["id"] == "MX" and row["role"] == "target")
                role = row["role"] if place["id"] == "MX" or row["role"] != "target" else None
                more = {"percentage": _percentage(row["share_percent"]), "tejido:role": role, **_basis(row)}
                countries[place["id"]] = _code("recipient-country", place["id"], more)
            elif place["level"] in {"country", "region"}:
                regions.append(self._region(row, place))
            elif place["within_state"]:
                locations += self._location(row, place["within_state"], place["name"])
            else:
                self._left_out["places below the country that are in no known state"] += 1
        groups = [group for group in self._activity.state_groups if group["role"] == "target"]
        if (locations or groups) and "MX" not in countries:
            countries["MX"] = _code("recipient-country", "MX", {"tejido:presumed": "true"})
        yield from self._scope(groups, nationwide=nationwide)
        yield from countries.values()
        yield from regions
        yield from locations

    def _scope(self, groups: list[Values], *, nationwide: bool) -> Iterator[_Element]:
        scope = _SCOPE.get(self._project["scope"] or "")
        if scope is None and nationwide:
            scope = iati.NATIONAL
        if scope is None and [group["count"] for group in groups] == [1]:
            scope = "6"
        if scope is not None:
            yield _code("activity-scope", scope)

    def _location(self, row: Values, state_id: str, name: str | None = None) -> Iterator[_Element]:
        state = self._find("state", state_id)
        if row["role"] == "context" or row["membership"] == "excluded" or state is None:
            self._left_out["states that are context only, or excluded"] += 1
            return
        role = None if row["role"] == "target" else row["role"]
        own = {
            "ref": state_id,
            "tejido:role": role,
            "tejido:percentage": _percentage(row["share_percent"]),
            **_basis(row),
        }
        as_written = name or row["as_written"]
        own["tejido:presumed"] = None if as_written else "true"
        narrative = self._narrative(as_written or state["name"], self._language)
        yield _Element("location", own, [_Element("name", children=[narrative])])

    def _region(self, row: Values, place: Values) -> _Element:
        role = None if row["role"] == "target" else row["role"]
        more = {"percentage": _percentage(row["share_percent"]), "tejido:role": role, **_basis(row)}
        code, vocabulary = place["region_code"], "1"
        if code is None:
            code, vocabulary = place["id"], "99"
        name = self._narrative(place["name"], self._language)
        return _Element("recipient-region", {"code": code, "vocabulary": vocabulary, **more}, [name])

    def _sectors(self) -> Iterator[_Element]:
        for row in self._project["topics"]:
            topic = self._find("topic", row["topic"])
            if topic is None:
                continue
            uri = None
            if topic["crs_code"]:
                code, vocabulary = topic["crs_code"], DAC_5 if len(topic["crs_code"]) == 5 else DAC_3
            elif topic["sector_vocabulary"]:
                code, vocabulary = topic["sector_code"], topic["sector_vocabulary"]
                publisher, _, whose = vocabulary.rpartition("/")
                if publisher and whose in OF_PUBLISHER and ":" not in publisher:
                    vocabulary, uri = whose, iati.PUBLISHERS + topic["sector_vocabulary"]
                elif ":" in vocabulary:
                    vocabulary, uri = "99", vocabulary
            else:
                code, vocabulary, uri = topic["id"], "99", iati.TOPICS
            labels = [self._narrative(topic["label_en"], "en")]
            if topic["label_es"] != topic["label_en"]:
                labels.append(self._narrative(topic["label_es"], "es"))
            own = {"vocabulary": vocabulary, "vocabulary-uri": uri, "code": code}
            yield _Element("sector", {**own, "percentage": _percentage(row["share_percent"]), **_basis(row)}, labels)

    # --- money -------------------------------------------------------------------------------------------------------

    def _transaction(self, row: Values) -> _Element:
        project = self._project["id"]
        through = row["through_project"] if row["project"] == project else None
        source = self._find("project", through) if through else None
        out, incoming = _TYPES[row["stage"]]
        presumed = "true" if row["stage"] is None else None
        date = _day(row["date"])
        money = {"currency": row["currency"], "value-date": date["iso-date"]}
        money["tejido:presumed"] = "true" if row["currency_presumed"] else None
        qualifier = row["amount_qualifier"]
        money["tejido:qualifier"] = None if qualifier == "exact" else qualifier
        parts = [
            _code("transaction-type", incoming if source else out, {"tejido:presumed": presumed}),
            _Element("transaction-date", date),
            _Element("value", money, text=f"{row['amount']:f}"),
        ]
        if row["note"]:
            parts.append(_Element("description", children=[self._narrative(row["note"], self._language)]))
        if funder := self._actor(row, "funder"):
            own = {"provider-activity-id": self._identifier(source) if source else None}
            parts.append(_Element("provider-org", {**funder[0], **own}, funder[1]))
        elif source:
            parts.append(_Element("provider-org", {"provider-activity-id": self._identifier(source)}))
        if recipient := self._actor(row, "recipient"):
            parts.append(_Element("receiver-org", *recipient))
        if row["kind"] in _FINANCE:
            parts.append(_code("finance-type", _FINANCE[row["kind"]]))
        kind = None if row["kind"] in {"grant", "loan"} else row["kind"]
        return _Element("transaction", {"ref": row["reference"], "tejido:kind": kind, **_basis(row)}, parts)

    def _count_losses(self) -> None:
        """What has no place in the standard, nor in an attribute."""
        activity = self._activity
        labels = {iati.UNPLACED, iati.UNPLACED_ONE}
        losses = {
            "acronyms": bool(self._project["acronym"]),
            "summaries and notes": bool(self._project["note"] or self._project["summary"]),
            "groups of states": sum(group["label"] not in labels for group in activity.state_groups),
            "states of single participants": sum(bool(row["states"]) for row in activity.participations),
            "shares of funding": sum(row["share_percent"] is not None for row in activity.funding),
        }
        for words, count in losses.items():
            if count:
                self._left_out[words] += count


def _ref(organization: Values) -> str | None:
    """One identifier of an organization: of a register, if it has one."""
    ordered = sorted(organization["identifiers"], key=lambda one: one["scheme"] == OTHER)
    if not ordered:
        return None
    one = ordered[0]
    return str(one["value"]) if one["scheme"] == OTHER else f"{one['scheme']}-{one['value']}"
