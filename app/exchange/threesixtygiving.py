"""360Giving: grants in JSON, CSV or XLSX, read.

docs/exchange/360giving.md has the table of what goes where, and what is left out.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, BinaryIO

from app.exchange import values as forms
from app.exchange.drafts import Draft, FileRefused, Place, Problem, Report
from app.exchange.grids import is_zip
from app.exchange.identifiers import identifier_fields, is_personal, normalised, organization_key
from app.exchange.json_streams import members
from app.exchange.places import country_of, state_of
from app.exchange.sectors import OF_PUBLISHER, topic_draft, vocabulary_of
from app.exchange.threesixtygiving_places import Locations
from app.exchange.threesixtygiving_tables import HERE, read_table
from app.models.folding import fold
from app.models.noun import Values

SCHEME = "360giving"
"""Scheme of a grant's identifier among those of a project."""
PROGRAMME = "programme:"
"""Begins the identifier of a grant programme: the funder's key, `/` and the programme's code or folded title follow."""
OWN = "360G-tejido-"
"""Begins the identifiers of grants and organizations (`360G-tejido-org-…`) that are only Tejido's own."""
REGRANT = "For regranting: "
"""Begins the note of a funding; the code of 360Giving's regrantType follows."""
PRECISION, PRESUMED = "awardDatePrecision", "currencyPresumed"
"""Fields of ours: how much of the award date is known (`year`, `month`), and that nobody wrote the currency."""
SCOPES = {"GLS010": "international", "GLS020": "regional"}
"""locationScope -> scope of a project."""
SUBKINDS = {"community group": "community"}
"""organisationType -> kind of an organization; other types say only the legal form."""

PERSONS = "natural persons"
GRANTS_TO_PERSONS = "grants to natural persons"
NOT_STANDARD = "fields that are not 360Giving's"

_MEXICO = "MX"
_MOST_KEPT = 20_000
_MOST_SAME = 2_000
_LONGEST_KEPT = 2_000
_MOST_STRANGERS = 1_000
_OF_PERSON = re.compile(r"360G-.+-IND-.+", re.IGNORECASE)
_NAMES_OF_PERSONS = frozenset(
    "individual|individual recipient|an individual|private individual|a private individual|private person"
    "|a private person|anonymous individual|individual grantee|persona fisica|particular|natural person".split("|")
)
_TYPES_OF_PERSONS = re.compile(r"(?:private )?individual|(?:natural|private) person|persona (?:fisica|natural)")
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_REGRANT_CODE = re.compile(r"FRG\d{3}")
_DAC_LISTS = frozenset("dac|oecd dac|oecd dac crs|dac crs|crs|oecd crs|oecd dac sector|dac 5|dac 3".split("|"))
_LEFT_OUT = {
    "amountAppliedFor": "amounts applied for",
    "applicationTransaction": "amounts applied for",
    "commitmentTransaction": "transactions of commitments",
    "url": "web addresses of grants",
    "fundingType": "funding types",
    "relatedDocument": "related documents",
    "relatedActivity": "related activities",
    "fromOpenCall": "notes on open calls",
}
_NOT_COUNTED = frozenset({"dateModified", "dataSource"})
_TAKEN = frozenset(
    "id title description currency amountAwarded amountDisbursed disbursementTransaction awardDate plannedDates"
    " actualDates recipientOrganization fundingOrganization recipientIndividual toIndividualsDetails"
    " beneficiaryLocation grantProgramme classifications regrantType locationScope".split()
) | {PRECISION, PRESUMED}
_OF_ORGANIZATION = {
    "department": "departments of organizations",
    "description": "descriptions of organizations",
    "streetAddress": "addresses of organizations",
    "postalCode": "addresses of organizations",
    "addressLocality": "addresses of organizations",
}
_OF_CONTACT = ("contactName", "telephone", "email")
_REGISTERS = {"charityNumber": ("GB-CHC", "GB-SC", "GB-NIC", "MX-CLUNI"), "companyNumber": ("GB-COH",)}
_META = ("title", "publisher", "license", "downloadURL", "accessURL", "issued")
# Files name the same organizations again and again.
_organization_key = lru_cache(maxsize=_MOST_KEPT)(organization_key)
_identifier_fields = lru_cache(maxsize=_MOST_KEPT)(identifier_fields)
_normalised = lru_cache(maxsize=_MOST_KEPT)(normalised)
_is_personal = lru_cache(maxsize=_MOST_KEPT)(is_personal)
_country_of = lru_cache(maxsize=_MOST_KEPT)(country_of)
_state_of = lru_cache(maxsize=_MOST_KEPT)(state_of)
_fold = lru_cache(maxsize=_MOST_KEPT)(fold)


def read(file: BinaryIO, report: Report, options: Mapping[str, str]) -> Iterator[Draft]:
    """The drafts of a 360Giving file, in whichever of its formats.

    Options: `currency`, of amounts that have none (it is marked as presumed); `language`, of titles and descriptions;
    `day_first` (`true` or `false`), how dates such as 04/12/2014 are written.
    """
    file.seek(0)
    head = file.read(1024)
    file.seek(0)
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t")[:1]
    if not is_zip(file) and start in {b"{", b"["}:
        yield from read_json(file, report, options)
    else:
        yield from read_tables(file, report, options)


def read_json(file: BinaryIO, report: Report, options: Mapping[str, str]) -> Iterator[Draft]:
    """The drafts of a 360Giving file in JSON: an object with `grants`, or their list alone."""
    grants = _Grants(report, options)
    number = strangers = 0
    has_list = False
    for name, value in members(file, {"grants"}, _META, report):
        if name not in {"grants", None}:
            _tell_of(report, {str(name): value})
            continue
        has_list, number = True, number + 1
        place = Place(number, f"grant {number}")
        if isinstance(value, dict):
            yield from grants.drafts(value, place, str)
            continue
        strangers += 1
        if strangers == number or strangers > _MOST_STRANGERS:
            raise FileRefused("not-360giving", "the list does not hold grants", place)
        report.error("not-a-grant", "it is not an object", place)
    if not has_list and number == 0:
        raise FileRefused("not-360giving", "the file has no list of grants, or it is empty")


def read_tables(file: BinaryIO, report: Report, options: Mapping[str, str]) -> Iterator[Draft]:
    """The drafts of a 360Giving file in CSV or XLSX."""
    grants = _Grants(report, options)
    for grant, place, name in read_table(file, report, lambda meta: _tell_of(report, meta)):
        yield from grants.drafts(grant, place, name)


def _tell_of(report: Report, meta: Mapping[str, Any]) -> None:
    """What the file says of itself."""
    publisher = meta.get("publisher")
    year = str(meta.get("issued") or "")[:4]
    found = {
        "title": meta.get("title"),
        "publisher": publisher.get("name") if isinstance(publisher, dict) else None,
        "licence": meta.get("license"),
        "url": next((meta[name] for name in ("downloadURL", "accessURL") if meta.get(name)), report.about.get("url")),
        "year": year if year.isdigit() else None,
    }
    for name, value in found.items():
        text = forms.line(forms.repaired(value)[0])[0] if isinstance(value, str) else ""
        if text and (name != "url" or _URL.fullmatch(text)):
            report.about[name] = text


class _Bad(Exception):  # noqa: N818 - it says what is wrong with the grant
    """A grant is not taken."""

    def __init__(self, code: str, detail: str, field: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.field = field


class _Grants:
    """Makes drafts of grants; what was told before is not told again, as far as that is remembered."""

    def __init__(self, report: Report, options: Mapping[str, str]) -> None:
        self.report = report
        self.presumed: str | None = _option(options, "currency", forms.currency)
        self.language: str | None = _option(options, "language", _language)
        self.day_first: bool | None = _option(options, "day_first", _flag)
        self._told: dict[tuple[str, str], Values] = {}
        self._same: dict[tuple[str, str], Draft] = {}
        """Organizations as they were written, about which there was nothing to tell."""
        self._month_first = False
        self._place = Place(0, "")
        self._name: Callable[[str], str] = str
        self._cue = ""
        self._made: list[Draft] = []
        self._warnings: list[Problem] = []
        self._found = Report(self._warnings.append)
        """What is told of the present grant, if it is taken."""

    def drafts(self, grant: dict[str, Any], place: Place, name: Callable[[str], str]) -> list[Draft]:
        """The drafts of a grant; none, and a problem, where it cannot be taken. `name`: what the file calls a path."""
        self._place, self._name, self._made, self._cue = place, name, [], ""
        self._warnings.clear()
        self._found.left_out.clear()
        try:
            self._take(grant)
        except _Bad as problem:
            self.report.error(problem.code, str(problem), place, problem.field and name(problem.field))
            return []
        for warning in self._warnings:
            self.report.note_problem(warning)
        self.report.left_out.update(self._found.left_out)
        return [draft for draft in self._made if self._is_new(draft)]

    def _is_new(self, draft: Draft) -> bool:
        """Whether it has to be told: organizations, topics, places and programmes come again with every grant."""
        if draft.kind in {"funding", "project_state", "state_group"} or draft.values.get("kind") == "grant":
            return True
        known = self._told.get((draft.kind, draft.key))
        if known == draft.values or (known is not None and draft.kind == "project"):
            return False
        if len(self._told) >= _MOST_KEPT:
            self._told.clear()
        # Of a programme only that it was told: its description is long, and its first one stands.
        self._told[draft.kind, draft.key] = {} if draft.kind == "project" else draft.values
        return True

    # --- a grant -----------------------------------------------------------------------------------------------------

    def _take(self, grant: dict[str, Any]) -> None:
        key = self._text(grant.get("id"), "id")
        if key is None:
            raise _Bad("missing-id", "the grant has no identifier", "id")
        if self._is_for_person(grant):
            self._found.left_out[PERSONS] += 1
            self._found.left_out[GRANTS_TO_PERSONS] += 1
            return
        title = self._text(grant.get("title"), "title")
        self._cue = _cue(f"{key} {title or ''}")
        values: Values = {
            "title": title or key,
            "basis": "stated" if title else "implied",
            "kind": "grant",
            "project_status": "unknown",
            "identifiers": [{"scheme": SCHEME, "value": key}],
        }
        if title is None:
            self._warn("missing-title", "the grant has no title; its identifier stands for it", "title")
        values["texts"] = self._texts(grant)
        values |= self._dates(grant)
        recipients = self._organizations(grant, "recipientOrganization", "unknown")
        funders = self._organizations(grant, "fundingOrganization", "funder")
        if not recipients:
            raise _Bad(
                "missing-recipient", "the grant has no recipient with a name or an identifier", "recipientOrganization"
            )
        if not funders:
            self._warn("missing-funder", "the grant names no funder; it is taken as unknown", "fundingOrganization")
        funder = funders[0] if funders else None
        values["topics"] = self._topics(grant, funder)
        values["parent"] = self._programme(grant, funder)
        scope = self._code(grant.get("locationScope"))
        values["scope"] = SCOPES.get(scope)
        self._draft("project", key, {name: value for name, value in values.items() if value not in (None, [])})
        self._money(grant, key, funders, recipients)
        locations = Locations(key, self._found.left_out, text=self._text, warn=self._warn, draft=self._draft)
        locations.take(self._list(grant, "beneficiaryLocation"), scope)
        self._count_rest(grant)

    def _draft(self, kind: str, key: str, values: Values, cue: str | None = None, place: Place | None = None) -> None:
        self._made.append(Draft(kind, key, values, place or self._place, cue or self._cue))

    def _where(self, part: Mapping[str, Any]) -> Place:
        """The place of a part that stands in another row than its grant."""
        place = part.get(HERE)
        return place if isinstance(place, Place) else self._place

    def _warn(self, code: str, detail: str, field: str, place: Place | None = None) -> None:
        self._found.warn(code, detail, place or self._place, self._name(field))

    def _count_rest(self, grant: Mapping[str, Any]) -> None:
        for name, value in grant.items():
            if name in _TAKEN or name in _NOT_COUNTED or value in (None, "", [], {}):
                continue
            self._found.left_out[_LEFT_OUT.get(name, NOT_STANDARD)] += 1

    # --- values ------------------------------------------------------------------------------------------------------

    def _raw(self, value: Any, field: str) -> str:
        """A value as text, mended where it was certainly garbled; empty where there is none."""
        if value is None or value == "":
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
            self._warn("not-text", "it is no text; it is left out", field)
            return ""
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        text, is_mended = forms.repaired(str(value))
        if is_mended:
            self._warn("mojibake", "the text was encoded twice, and was mended", field)
        return text

    def _text(self, value: Any, field: str) -> str | None:
        text, is_cut = forms.line(self._raw(value, field))
        if is_cut:
            self._warn("cut", f"the text was cut to {forms.LINE_LENGTH} characters", field)
        return text or None

    def _prose(self, value: Any, field: str) -> str | None:
        text, is_cut = forms.prose(self._raw(value, field))
        if is_cut:
            self._warn("cut", f"the text was cut to {forms.PROSE_LENGTH:,} characters", field)
        return text or None

    def _list(self, holder: Mapping[str, Any], name: str, path: str = "") -> list[tuple[str, dict[str, Any]]]:
        """The objects of a list, with their paths; one object that stands alone is such a list too."""
        value = holder.get(name)
        if value in (None, "", [], {}):
            return []
        items = value if isinstance(value, list) else [value]
        found = [
            (f"{path}{name}/{number}", item) for number, item in enumerate(items) if isinstance(item, dict) and item
        ]
        if len(found) < sum(item not in (None, "", {}) for item in items):
            self._warn("not-an-object", "it is no object; it is left out", f"{path}{name}")
        return found

    def _code(self, value: Any) -> str:
        return value.strip().upper() if isinstance(value, str) else ""

    def _date(self, value: Any, field: str) -> str | None:
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if not isinstance(value, str | int | float | Decimal) or isinstance(value, bool):
            self._warn("bad-date", "it is no date; it is left out", field)
            return None
        given = value if isinstance(value, str) else int(value) if value == value.__trunc__() else float(value)
        try:
            if self.day_first is not None:
                return forms.partial_date(given, day_first=self.day_first)
            found = forms.partial_date(given)
        except (ValueError, OverflowError) as error:
            self._warn("bad-date", f"{error}; it is left out", field)
            return None
        if isinstance(given, str) and not self._month_first and len(found) == 10 and not given[:4].isdecimal():
            self._look_at_order(given, found, field)
        return found

    def _look_at_order(self, given: str, found: str, field: str) -> None:
        """Once in a file: a date that can only be month first casts doubt on those that could be either."""
        try:
            self._month_first = forms.partial_date(given, day_first=True) != found
        except ValueError:
            self._month_first = True
        if self._month_first:
            detail = "a date has its month first, though others were read day first: say `day_first` if all have"
            self._warn("date-order", detail, field)

    # --- parts -------------------------------------------------------------------------------------------------------

    def _texts(self, grant: Mapping[str, Any]) -> list[Values]:
        description = self._prose(grant.get("description"), "description")
        found = [("description", description)]
        raw = grant.get("title")
        if isinstance(raw, str) and len(raw) > forms.LINE_LENGTH:
            found.append(("title", self._prose(raw, "title")))
        return [{"kind": kind, "language": self.language, "text": text} for kind, text in found if text]

    def _dates(self, grant: Mapping[str, Any]) -> Values:
        """Start and end, actual before planned, and in words which they are and how long it was to be."""
        told: dict[str, str] = {}
        for name, word in (("plannedDates", "planned"), ("actualDates", "actual")):
            for path, event in self._list(grant, name):
                for field, end in (("startDate", "start"), ("endDate", "end")):
                    found = self._date(event.get(field), f"{path}/{field}")
                    before = told.get(f"{word} {end}")
                    if found and (before is None or (found < before if end == "start" else found > before)):
                        told[f"{word} {end}"] = found
                duration = self._text(event.get("duration"), f"{path}/duration")
                if duration and re.fullmatch(r"\d{1,4}(?:\.\d{1,2})?", duration):
                    told[f"{word} duration"] = f"{duration} months"
        start: str | None = told.get("actual start") or told.get("planned start")
        end_date: str | None = told.get("actual end") or told.get("planned end")
        if start and end_date and _is_before(end_date, start):
            self._warn("end-before-start", "it ends before it starts; the end is left out", "plannedDates/0/endDate")
            end_date = None
        order = [f"{word} {one}" for word in ("planned", "actual") for one in ("start", "end", "duration")]
        note = "; ".join(f"{one} {told[one]}" for one in order if one in told)
        return {"start_date": start, "end_date": end_date, "date_note": note or None}

    def _topics(self, grant: Mapping[str, Any], funder: str | None) -> list[Values]:
        found: dict[str, Values] = {}
        for path, one in self._list(grant, "classifications"):
            label = self._text(one.get("title"), f"{path}/title")
            code = self._text(one.get("code"), f"{path}/code")
            listed = self._text(one.get("vocabulary"), f"{path}/vocabulary")
            draft = self._topic(label, code, listed, funder, self._where(one))
            if draft is None:
                if label or code or listed:
                    self._warn("bad-classification", "the classification has no code or title that can be used", path)
                continue
            self._made.append(draft)
            found[draft.key] = {"topic": draft.key, "basis": "stated"}
        return list(found.values())

    def _topic(
        self, label: str | None, code: str | None, listed: str | None, funder: str | None, place: Place
    ) -> Draft | None:
        publisher = funder or SCHEME
        if code is not None:
            name = "1" if _fold(listed or "") in _DAC_LISTS else listed or "99"
            vocabulary = vocabulary_of(name, publisher=publisher) if name in OF_PUBLISHER else name
            return topic_draft(vocabulary, code, label, self.language, place, self._cue)
        key = _fold(label or "")[:100].strip()
        return topic_draft(f"{publisher}/99", key, label, self.language, place, self._cue) if key else None

    def _programme(self, grant: Mapping[str, Any], funder: str | None) -> str | None:
        """The grant's programme, a project above it. Of several the first."""
        programmes = self._list(grant, "grantProgramme")
        if len(programmes) > 1:
            self._found.left_out["further grant programmes of one grant"] += len(programmes) - 1
        if not programmes:
            return None
        path, one = programmes[0]
        title, code = self._text(one.get("title"), f"{path}/title"), self._text(one.get("code"), f"{path}/code")
        name = code or _fold(title or "")
        if not name:
            return None
        key = f"{PROGRAMME}{funder or 'unknown'}/{name}"[: forms.LINE_LENGTH]
        values: Values = {
            "title": title or name,
            "basis": "stated",
            "kind": "program",
            "project_status": "unknown",
            "identifiers": [{"scheme": SCHEME, "value": key}],
        }
        description = self._prose(one.get("description"), f"{path}/description")
        if description:
            values["texts"] = [{"kind": "description", "language": self.language, "text": description}]
        self._draft("project", key, values, _cue(values["title"]))
        return key

    # --- organizations -----------------------------------------------------------------------------------------------

    def _is_for_person(self, grant: Mapping[str, Any]) -> bool:
        if any(_is_given(grant.get(name)) for name in ("recipientIndividual", "toIndividualsDetails")):
            return True
        given = grant.get("recipientOrganization")
        items = given if isinstance(given, list) else [given]
        return any(_is_person(item) for item in items if isinstance(item, dict))

    def _organizations(self, grant: Mapping[str, Any], name: str, kind: str) -> list[str]:
        """The keys of the organizations in a list."""
        found: dict[str, None] = {}
        for path, given in self._list(grant, name):
            if _is_person(given):
                self._found.left_out[PERSONS] += 1
                continue
            known = self._same.get((kind, text := repr(given)))
            if known is not None:
                self._draft("organization", known.key, known.values, known.cue, self._where(given))
                found[known.key] = None
                continue
            before = len(self._warnings), self._found.left_out.total()
            key = self._organization(path, given, kind)
            if key is None:
                continue
            found[key] = None
            if len(text) < _LONGEST_KEPT and before == (len(self._warnings), self._found.left_out.total()):
                if len(self._same) >= _MOST_SAME:
                    self._same.clear()
                self._same[kind, text] = self._made[-1]
        return list(found)

    def _organization(self, path: str, given: dict[str, Any], kind: str) -> str | None:
        identifier = self._text(given.get("id"), f"{path}/id")
        if identifier is not None and identifier.startswith(f"{OWN}org-"):
            identifier = None
        name = self._text(given.get("name"), f"{path}/name")
        key = _organization_key(identifier, name)
        if key is None:
            return None
        country = self._country(given, path)
        sort = self._text(given.get("organisationType"), f"{path}/organisationType")
        values: Values = {
            "name": name or identifier,
            "basis": "stated" if name else "implied",
            "kind": SUBKINDS.get(_fold(sort or ""), kind),
            "subkind": sort,
            "country": country,
            "country_basis": "stated" if country else None,
            "state": self._home(given, country),
            "website": self._website(given, path),
            "identifiers": _identifiers(identifier, given, country),
            "names": [],
        }
        other = self._text(given.get("alternateName"), f"{path}/alternateName")
        if other and other != name:
            values["names"] = [{"text": other, "kind": "as_written", "basis": "stated"}]
        if not name:
            self._warn("missing-name", "the organization has no name; its identifier stands for it", f"{path}/name")
        for field, words in _OF_ORGANIZATION.items():
            self._found.left_out.update({words: 1} if given.get(field) else ())
        if any(given.get(field) for field in _OF_CONTACT):
            self._found.left_out["contact data of organizations"] += 1
        kept = {field: value for field, value in values.items() if value not in (None, [])}
        self._draft("organization", key, kept, _cue(values["name"]), self._where(given))
        return key

    def _country(self, given: Mapping[str, Any], path: str) -> str | None:
        written = [given.get("addressCountry")]
        written += [one.get("countryCode") for _, one in self._list(given, "location", f"{path}/")]
        found = [_country_of(text) for one in written if (text := _short(one))]
        return next((one for one in found if one), None)

    def _home(self, given: Mapping[str, Any], country: str | None) -> str | None:
        """The Mexican state that the organization is in; of others nothing is made of their regions."""
        region = _short(given.get("addressRegion"))
        if country != _MEXICO or not region:
            return None
        return _state_of(name=region, country=country, as_state=True)

    def _website(self, given: Mapping[str, Any], path: str) -> str | None:
        url = self._text(given.get("url"), f"{path}/url")
        if url is None or _URL.fullmatch(url):
            return url
        self._found.left_out["web addresses without http://"] += 1
        return None

    # --- money -------------------------------------------------------------------------------------------------------

    def _money(self, grant: Mapping[str, Any], key: str, funders: Sequence[str], recipients: Sequence[str]) -> None:
        currency = self._currency(grant)
        awarded = self._amount(grant.get("amountAwarded"), currency, "amountAwarded")
        if awarded is None:
            self._warn("missing-amount", "the grant has no amount; it is taken as unknown", "amountAwarded")
        row: Values = {"project": key, "kind": "grant", "stage": "commitment", "basis": "stated", "reference": key}
        code = self._text(grant.get("regrantType"), "regrantType")
        if code and _REGRANT_CODE.fullmatch(code.upper()):
            row["note"] = f"{REGRANT}{code.upper()}"
        row |= self._paid(awarded, currency, grant)
        row |= self._dated(grant, "awardDate")
        if not grant.get("awardDate"):
            self._warn("missing-date", "the grant has no award date; it is taken as unknown", "awardDate")
        parties: Values = {}
        if len(funders) == 1:
            parties["funder"] = funders[0]
        if len(recipients) == 1:
            parties["recipient"] = recipients[0]
        self._draft("funding", key, row | parties)
        self._shared(key, row | parties, funders, recipients)
        self._disbursed(grant, key, currency, parties)

    def _shared(self, key: str, row: Values, funders: Sequence[str], recipients: Sequence[str]) -> None:
        """Where several give or get one amount: a row for each without an amount, for none is told of them."""
        plain = {name: row[name] for name in ("project", "kind", "stage", "basis", "date") if name in row}
        for role, parties, other in (("funder", funders, "recipient"), ("recipient", recipients, "funder")):
            if len(parties) > 1:
                for party in parties:
                    values = plain | {role: party} | ({other: row[other]} if other in row else {})
                    self._draft("funding", f"{key}#{role}:{party}", values)

    def _paid(self, amount: Decimal | None, currency: str | None, grant: Mapping[str, Any]) -> Values:
        if amount is None:
            return {}
        presumed = not grant.get("currency") or str(grant.get(PRESUMED)).lower() == "true"
        return {"amount": amount, "amount_qualifier": "exact", "currency": currency, "currency_presumed": presumed}

    def _dated(self, holder: Mapping[str, Any], field: str, path: str = "") -> Values:
        """The date, to the precision that a file of ours says is known."""
        date = self._date(holder.get(field), f"{path}{field}")
        return {"date": date[: {"year": 4, "month": 7}.get(str(holder.get(PRECISION)), 10)]} if date else {}

    def _currency(self, grant: Mapping[str, Any]) -> str | None:
        given = self._text(grant.get("currency"), "currency")
        if given is None:
            return self.presumed
        try:
            return forms.currency(given)
        except ValueError as error:
            raise _Bad("unknown-currency", str(error), "currency") from None

    def _amount(self, value: Any, currency: str | None, field: str) -> Decimal | None:
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if not isinstance(value, str | int | float | Decimal):
            raise _Bad("bad-amount", "the amount is not a number", field)
        if currency is None:
            raise _Bad("missing-currency", "the amount has no currency", "currency")
        try:
            return forms.amount(value, currency)
        except ValueError as error:
            raise _Bad("bad-amount", str(error), field) from None

    def _disbursed(self, grant: Mapping[str, Any], key: str, currency: str | None, parties: Values) -> None:
        """What was paid out: the payments, where they are told one by one, else their sum."""
        row = {"project": key, "kind": "grant", "stage": "disbursement", "basis": "stated"} | parties
        whole = self._amount(grant.get("amountDisbursed"), currency, "amountDisbursed")
        payments = self._list(grant, "disbursementTransaction")
        for number, (path, one) in enumerate(payments, 1):
            of = self._currency({"currency": one.get("currency") or currency})
            amount = self._amount(one.get("value"), of, f"{path}/value")
            if amount is None:
                continue
            values = row | self._paid(amount, of, one if one.get("currency") else grant)
            values |= self._dated(one, "transactionDate", f"{path}/")
            if reference := self._text(one.get("id"), f"{path}/id"):
                values["reference"] = reference
            self._draft("funding", f"{key}#disbursement-{number}", values)
        if whole is not None and not payments:
            if whole:
                self._draft("funding", f"{key}#disbursed", row | self._paid(whole, currency, grant))
            else:
                self._found.left_out["disbursed amounts of 0"] += 1


def _is_before(one: str, other: str) -> bool:
    """Whether a date lies before another for certain, to the precision that both have."""
    shared = min(len(one), len(other))
    return one[:shared] < other[:shared]


def _cue(text: str) -> str:
    """At most eight words and 120 characters."""
    return " ".join(" ".join(text.split()[:8])[:120].split())


def _is_given(value: Any) -> bool:
    """Whether anything stands in a field or below it."""
    if isinstance(value, dict):
        return any(_is_given(item) for name, item in value.items() if name != HERE)
    if isinstance(value, list):
        return any(_is_given(item) for item in value)
    return value not in (None, "", False)


def _is_person(organization: Mapping[str, Any]) -> bool:
    """Whether what stands in an organization's place is marked as a natural person."""
    identifier, name, sort = (_short(organization.get(field)) for field in ("id", "name", "organisationType"))
    return bool(
        _OF_PERSON.fullmatch(identifier)
        or _is_personal(identifier)
        or _TYPES_OF_PERSONS.match(_fold(sort))
        or _fold(name) in _NAMES_OF_PERSONS
    )


def _short(value: Any) -> str:
    """A text of a line's length; others are nothing that anybody would recognise, nor should be remembered."""
    return value.strip() if isinstance(value, str) and len(value) <= forms.LINE_LENGTH else ""


def _identifiers(identifier: str | None, given: Mapping[str, Any], country: str | None) -> list[Values]:
    """The identifier and the numbers of British registers; a charity number may also be Mexico's CLUNI."""
    found: list[Values] = []
    if identifier and (own := _identifier_fields(identifier)):
        found.append(dict(own))
    for field, registers in _REGISTERS.items():
        number = _number(given.get(field))
        for register in registers:
            pair = _normalised(f"{register}-{number}") if number and country in {None, register[:2]} else None
            if pair is not None:
                one = {"scheme": pair[0], "value": pair[1]}
                found += [] if one in found else [one]
                break
    return found


def _number(value: Any) -> str:
    """A number of a register, which a spreadsheet may have taken for a figure."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else _short(str(value or ""))


def _option(options: Mapping[str, str], name: str, read: Callable[[str], Any]) -> Any:
    given = options.get(name, "").strip()
    if not given:
        return None
    try:
        return read(given)
    except ValueError as error:
        raise FileRefused("bad-option", f"option {name}: {error}") from error


def _language(text: str) -> str:
    code = forms.language(text)
    if code is None:
        raise ValueError(f"{forms.shown(text)} is no language")
    return code


def _flag(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError("say true or false")
    return text.lower() == "true"
