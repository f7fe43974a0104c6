"""Writing FollowTheMoney entities: one a line, as JSON, for Aleph, OpenAleph and everything else that reads them.

An entity says no more than its record. Where FollowTheMoney has a word that would say more (a payment where none is
recorded, a member where there is a helper, an organization where there is a plan), a weaker one is taken, and what has
no word at all is written in the entity's texts or counted as left out. docs/exchange/followthemoney.md tells of each.
The library itself is not used: the tests hold every entity against it.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import BinaryIO, TypeAlias
from urllib.parse import urlparse

from app.models.noun import Values
from app.models.nouns import BY_KIND, ref_of

MEDIA_TYPE = "application/json+ftm"
KINDS = (
    "document",
    "state",
    "organization",
    "project",
    "collaboration",
    "organization_relation",
    "funding",
    "participation",
    "collaboration_member",
)
"""The kinds of records that are written, in this order: what is referred to comes first, but for parent projects."""
INCLUDED = {"project": ("citations", "project_states", "state_groups")} | {
    kind: ("citations",) for kind in KINDS if kind not in ("document", "state", "project")
}
"""What each kind's records should bring along under `included`, as by `include=`; without it that is left out."""

Find: TypeAlias = Callable[[str, str], Values | None]
"""Kind and id -> the record, as its read schema has it; None where there is none that may be seen."""

_NAME, _WORD, _IDENTIFIER = 384, 1024, 64
"""How long FollowTheMoney's names, labels and identifiers may be."""
_PUBLIC = frozenset({"10", "11", "15"})
_PRIVATE = frozenset({"70", "71", "72", "73"})
_NAMES = {
    "legal": "alias",
    "short": "alias",
    "translation": "alias",
    "former": "previousName",
    "acronym": "weakAlias",
    "as_written": "weakAlias",
}
_TAX = frozenset({"MX-RFC", "US-EIN", "AR-CUIT", "CL-RUT"})
_LEI = "XI-LEI"
_BODIES = frozenset({"coalition", "network", "peer_network", "association", "committee"})
"""Collaborations that are bodies, once they exist; all others are something that is done together."""
_BESIDE = frozenset({"data_source", "target_institution", "standard_setter"})
"""Roles in a project of those who take no part in it."""
_IN = frozenset({"lead", "member"})
_LANGUAGES = dict(
    pair.split(":")
    for pair in (
        "af:afr am:amh ar:ara az:aze be:bel bg:bul bn:ben bs:bos ca:cat cs:ces da:dan de:deu el:ell en:eng es:spa "
        "et:est fa:fas fi:fin fr:fra ga:gle he:heb hi:hin hr:hrv hu:hun hy:hye id:ind is:isl it:ita ja:jpn ka:kat "
        "kk:kaz km:khm kn:kan ko:kor ky:kir lb:ltz lo:lao lt:lit lv:lav mk:mkd mn:mon ms:msa mt:mlt my:mya ne:nep "
        "nl:nld no:nor pl:pol ps:pus pt:por ro:ron ru:rus si:sin sk:slk sl:slv sq:sqi sr:srp sv:swe sw:swa ta:tam "
        "te:tel tg:tgk th:tha tk:tuk tl:tgl tr:tur uk:ukr ur:urd uz:uzb vi:vie zh:zho"
    ).split()
)
"""The languages that FollowTheMoney knows: ISO 639-1 -> 639-3."""
_HOST = re.compile(r"(?:(?=[\w-]*[^\W_])[\w-]{1,63}\.)*(?=[\w-]*[^\W_])[\w-]{1,63}\.?|\[?[0-9a-f:.]+\]?")
_UNSEEN = dict.fromkeys(
    [0xAD, 0x61C, 0xFEFF, *range(0x200B, 0x2010), *range(0x2060, 0x2065), 0x7F, *range(0x80, 0xA0)]
) | dict.fromkeys([0xA00, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000], " ")
"""Characters without a shape, which FollowTheMoney drops, and spaces, which it makes plain."""


@dataclass(slots=True)
class Entity:
    """One entity: who it is, what it is, and what is said of it."""

    id: str
    schema: str
    properties: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, *given: str | None) -> None:
        """Say something, once; nothing is said by None."""
        for value in map(_seen, given):
            if value and value not in self.properties.get(name, ()):
                self.properties.setdefault(name, []).append(value)

    def line(self) -> bytes:
        """The entity as a line of JSON."""
        content = {"id": self.id, "schema": self.schema, "properties": self.properties}
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def write(
    out: BinaryIO,
    records: Mapping[str, Iterable[Values]],
    *,
    find: Find,
    base: str,
    version: str,
    left_out: Counter[str],
) -> Counter[str]:
    """Write the entities; schema -> how many.

    `records`: kind -> its records, as the read schemas have them, with what `INCLUDED` names; each is gone through
    once. `base` and `version`: the address of the service and the data version (`v12`), for permalinks. `left_out`
    counts, in words, what could not be written.
    """
    written: Counter[str] = Counter()
    for entity in entities(records, find=find, base=base, version=version, left_out=left_out):
        out.write(entity.line())
        written[entity.schema] += 1
    return written


def entities(
    records: Mapping[str, Iterable[Values]], *, find: Find, base: str, version: str, left_out: Counter[str]
) -> Iterator[Entity]:
    """The entities of the records, as `write` writes them."""
    writing = _Writing(find, base.rstrip("/"), version, left_out)
    for kind in KINDS:
        for record in records.get(kind, ()):
            yield from writing.entities_of(kind, record)
    # A parent may come after its children.
    for link in writing.waiting:
        yield from writing.linked(link)


def entity_id(kind: str, record_id: str, part: str = "") -> str:
    """The id of a record's entity; the same in every export. `part`: of one of the several that a record may make."""
    return f"tejido-{BY_KIND[kind].prefix.replace('_', '-')}-{record_id}{f'.{part}' if part else ''}"


# --- values --------------------------------------------------------------------------------------------------------


def _seen(text: str | None) -> str:
    """The text without what nobody sees, composed anew."""
    if not text or text.isascii():
        return (text or "").strip()
    return unicodedata.normalize("NFC", text.translate(_UNSEEN)).strip()


def _words(text: str | None, most: int = _WORD) -> str:
    """A line of text: single spaces, cut where it is longer than FollowTheMoney allows."""
    line = " ".join(_seen(text).split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def _name(text: str | None) -> str:
    """A name; FollowTheMoney takes away quotation marks around the whole of one."""
    line = _words(text, _NAME)
    while len(line) > 1 and line[0] in "'\"" and line[-1] in "'\"":
        line = line[1:-1].strip()
    return line


def _identifier(text: str) -> str | None:
    return _words(text) if len(text) <= _IDENTIFIER else None


def _url(text: str | None) -> str | None:
    """A web address with a path, as FollowTheMoney writes it; None where it would take it for none."""
    try:
        parsed = urlparse(_seen(text))
        _ = parsed.port
    except ValueError:
        return None
    host = parsed.hostname or ""
    end = host.rstrip(".").split(".")
    is_number = host.replace(".", "").isdigit()
    if not _HOST.fullmatch(host) or (len(end) > 1 and not is_number and (len(end[-1]) < 2 or end[-1].isdigit())):
        return None
    return parsed._replace(path=parsed.path.strip() or "/").geturl()


def _is_lei(code: str) -> bool:
    """Whether the two check digits fit (ISO 7064, 97-10)."""
    return len(code) == 20 and int("".join(str(int(char, 36)) for char in code)) % 97 == 1


def _spoken(word: str | None) -> str | None:
    return word and word.replace("_", " ")


def _places(record: Values) -> Iterator[Values]:
    return (one for one in _included(record, "project_states") if one["role"] == "target")


def _included(record: Values, name: str) -> Iterable[Values]:
    return (record.get("included") or {}).get(name) or ()


def _is_body(collaboration: Values) -> bool:
    """Whether the collaboration is one body that exists and has a name."""
    exists = collaboration["collaboration_status"] not in ("planned", "forming")
    named = bool(_name(collaboration["name"]))
    return exists and named and collaboration["kind"] in _BODIES and not collaboration["plural"]


def _quantity(low: object, high: object, qualifier: str | None) -> str:
    """`at least 80`, `6 to 8`."""
    if high is not None:
        return f"{low} to {high}"
    return f"{low}" if qualifier in (None, "exact") else f"{_spoken(qualifier)} {low}"


def _plain(number: Decimal | str) -> str:
    return f"{Decimal(number):f}"


# --- records -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Writing:
    find: Find
    base: str
    version: str
    left_out: Counter[str]
    things: set[str] = field(default_factory=set)
    """The ids of what links may lead to."""
    waiting: list[Entity] = field(default_factory=list)

    def entities_of(self, kind: str, record: Values) -> Iterator[Entity]:
        """The entities that one record makes."""
        yield from getattr(self, f"_of_{kind}")(record)

    def permalink(self, kind: str, record_id: str) -> str:
        """The address that gives the record as it is in this version."""
        return f"{self.base}/v1/{BY_KIND[kind].path}/{record_id}?as_of={self.version}"

    def thing(self, kind: str, record: Values, schema: str) -> Entity:
        """An entity of its own."""
        made = Entity(entity_id(kind, record["id"]), schema)
        made.add("sourceUrl", self.permalink(kind, record["id"]))
        self.things.add(made.id)
        return made

    def edge(self, kind: str, record: Values, schema: str, part: str = "") -> Entity:
        """An entity that links others: with its basis, its note and its evidence."""
        made = Entity(entity_id(kind, record["id"], part), schema)
        made.add("sourceUrl", self.permalink(kind, record["id"]))
        made.add("recordId", ref_of(kind, record["id"]))
        made.add("description", f"basis: {record['basis']}", record["note"])
        for citation in _included(record, "citations"):
            made.add("proof", self._document(citation))
            made.add("description", f"evidence: {citation['document']}, {self._spot(citation)}")
        return made

    def linked(self, edge: Entity) -> Iterator[Entity]:
        """The edge, where both of its ends are in the file."""
        ends = [value for name in _ENDS[edge.schema] for value in edge.properties.get(name, [""])]
        if any(end not in self.things for end in ends):
            self.left_out["links to what is not in the file"] += 1
        elif len(set(ends)) < len(ends):
            self.left_out["links of something to itself"] += 1
        else:
            yield edge

    def evidence(self, kind: str, record: Values) -> Iterator[Entity]:
        """Where documents speak of a thing."""
        for citation in _included(record, "citations"):
            made = Entity(entity_id("citation", citation["id"]), "Documentation")
            made.add("document", entity_id("document", citation["document"]))
            made.add("entity", entity_id(kind, record["id"]))
            made.add("role", "source")
            made.add("summary", self._spot(citation))
            made.add("recordId", ref_of("citation", citation["id"]))
            made.add("sourceUrl", self.permalink("citation", citation["id"]))
            yield from self.linked(made)

    def _document(self, citation: Values) -> str | None:
        document = entity_id("document", citation["document"])
        return document if document in self.things else None

    @staticmethod
    def _spot(citation: Values) -> str:
        heading = f"{citation['heading']}, " if citation["heading"] else ""
        return f"{heading}paragraph {citation['paragraph']}: “{citation['cue']}”"

    def _party(self, party: str | None) -> str | None:
        """An unnamed party in words; it is no entity, since nobody knows who it is."""
        record = self.find("unnamed_party", party) if party else None
        if record is None:
            return "an unnamed party" if party else None
        count = record["count_low"]
        how_many = "" if count is None else f" ({_quantity(count, record['count_high'], record['count_qualifier'])})"
        return f"an unnamed party: {record['description']}{how_many}"

    # --- things

    def _of_document(self, record: Values) -> Iterator[Entity]:
        made = self.thing("document", record, "Document" if record["file_name"] else "Article")
        made.add("sourceUrl", _url(record["url"]))
        made.add("title", _words(record["title"]))
        made.add("fileName", _words(record["file_name"]))
        made.add("publisher", _words(record["publisher"]))
        made.add("date", str(record["year"]) if record["year"] is not None else None)
        made.add("language", _LANGUAGES.get(record["language"]))
        made.add("keywords", _words(record["kind"]))
        made.add("notes", record["year_note"], record["note"])
        made.add("notes", f"licence: {record['licence']}" if record["licence"] else None)
        made.add("notes", f"SHA-256: {record['sha256']}" if record["sha256"] else None)
        made.add("notes", "the title is not the document's own" if record["basis"] != "stated" else None)
        yield made
        publisher = record["publisher_organization"]
        if publisher:
            link = Entity(entity_id("document", record["id"], "publisher"), "Documentation")
            link.add("document", made.id)
            link.add("entity", entity_id("organization", publisher))
            link.add("role", "publisher")
            link.add("description", f"basis: {record['publisher_basis']}" if record["publisher_basis"] else None)
            link.add("sourceUrl", self.permalink("document", record["id"]))
            self.waiting.append(link)

    def _of_state(self, record: Values) -> Iterator[Entity]:
        made = self.thing("state", record, "Address")
        made.add("full", f"{record['name']}, México")
        made.add("state", record["name"])
        made.add("country", "mx")
        yield made

    def _of_organization(self, record: Values) -> Iterator[Entity]:
        name = _name(record["name"])
        if not name:
            self.left_out["organizations whose name is only quotation marks"] += 1
            return
        is_public = record["kind"] == "government" or record["iati_type"] in _PUBLIC
        is_private = record["kind"] == "company" or record["iati_type"] in _PRIVATE
        made = self.thing(
            "organization", record, "PublicBody" if is_public else "Company" if is_private else "Organization"
        )
        made.add("name", name)
        for other in [*record["names"], {"text": record["acronym"], "kind": "acronym"}]:
            text = _name(other["text"])
            if not any(text in made.properties.get(one, ()) for one in ("name", *_NAMES.values())):
                made.add(_NAMES[other["kind"]], text)
        made.add("country", (record["country"] or "").lower())
        made.add("website", _url(record["website"]))
        if record["website"] and "website" not in made.properties:
            self.left_out["websites that are no web addresses"] += 1
        made.add("classification", _spoken(record["kind"]) if record["kind"] != "unknown" else None)
        made.add("classification", _words(record["subkind"]))
        made.add("classification", f"IATI organisation type {record['iati_type']}" if record["iati_type"] else None)
        made.add("topics", "pol.party" if record["kind"] == "political_party" else None)
        made.add("keywords", "context only" if record["context_only"] else None)
        made.add("summary", record["summary"])
        made.add("notes", record["note"], None if record["basis"] == "stated" else f"basis: {record['basis']}")
        for identifier in record["identifiers"]:
            self._identify(made, identifier["scheme"], identifier["value"])
        state = self.find("state", record["state"]) if record["state"] else None
        made.add("notes", f"state: {state['name']} ({state['id']})" if state else None)
        yield made
        yield from self.evidence("organization", record)

    def _identify(self, made: Entity, scheme: str, value: str) -> None:
        whole = _identifier(value if scheme == "other" else f"{scheme}-{value}")
        if whole is None:
            made.add("notes", f"identifier: {scheme}-{value}")
            return
        made.add("registrationNumber", whole)
        if scheme == _LEI and _is_lei(value):
            made.add("leiCode", value)
        elif scheme in _TAX:
            made.add("taxNumber", value)

    def _of_project(self, record: Values) -> Iterator[Entity]:
        made = self.thing("project", record, "Project")
        made.add("name", _name(record["title"]))
        if len(record["title"]) > _NAME:
            made.add("description", record["title"])
        made.add("weakAlias", _name(record["acronym"]))
        for text in record["texts"]:
            if text["kind"] == "title":
                other = _name(text["text"])
                made.add("alias", None if other in made.properties.get("name", ()) else other)
            elif text["kind"] == "target_groups":
                made.add("notes", f"target groups: {text['text']}")
            else:
                made.add("description", text["text"])
        for identifier in record["identifiers"]:
            made.add("projectId", _identifier(identifier["value"]))
            made.add("recordId", _words(identifier["value"]) if len(identifier["value"]) > _IDENTIFIER else None)
        made.add("status", record["project_status"] if record["project_status"] != "unknown" else None)
        made.add("startDate", record["start_date"])
        made.add("endDate", record["end_date"])
        made.add("summary", record["summary"])
        made.add("notes", record["status_note"], record["date_note"], record["note"])
        made.add("notes", None if record["basis"] == "stated" else f"basis of the title: {record['basis']}")
        made.add("keywords", record["kind"], f"{record['scope']} scope" if record["scope"] else None)
        for tag in record["topics"]:
            topic = self.find("topic", tag["topic"])
            if topic:
                made.add("keywords", _words(topic["label_en"]), _words(topic["label_es"]))
        self._place(made, record)
        yield made
        yield from self.evidence("project", record)
        if record["parent"]:
            link = Entity(entity_id("project", record["id"], "parent"), "UnknownLink")
            link.add("subject", made.id)
            link.add("object", entity_id("project", record["parent"]))
            link.add("role", "part of")
            link.add("sourceUrl", self.permalink("project", record["id"]))
            self.waiting.append(link)

    def _place(self, made: Entity, record: Values) -> None:
        """Where the project works; what is planned or context is not that."""
        for place in _places(record):
            if place["state"]:
                state = entity_id("state", place["state"])
                made.add("country", "mx")
                made.add("addressEntity", state if state in self.things else None)
            elif len(place["place"]) == 2:
                made.add("country", place["place"].lower())
                made.add("keywords", "nationwide" if place["place"] == "MX" else None)
            else:
                found = self.find("place", place["place"])
                made.add("notes", f"place: {found['name']}" if found else None)
        for group in _included(record, "state_groups"):
            count = "an unknown number of states" if group["count"] is None else f"{group['count']} states"
            named = ", ".join(group["named"]) or "none of them"
            made.add("notes", f"{group['label']} ({group['role']}): {count}, of which named: {named}")

    def _of_collaboration(self, record: Values) -> Iterator[Entity]:
        is_body = _is_body(record)
        made = self.thing("collaboration", record, "Organization" if is_body else "Project")
        made.add("name", _name(record["name"]))
        status = record["collaboration_status"]
        made.add("status", status if status != "unknown" else None)
        made.add("classification" if is_body else "keywords", _spoken(record["kind"]))
        made.add("summary", record["goal"])
        made.add("notes", record["status_note"], record["note"], f"basis: {record['basis']}")
        made.add("notes", "stands for several separate bodies" if record["plural"] else None)
        for place in record["states"]:
            code = place["state"] or place["place"]
            made.add("country", "mx" if place["state"] else code.lower() if len(code) == 2 else None)
            state = entity_id("state", place["state"] or "")
            made.add("addressEntity", state if state in self.things else None)
        yield made
        yield from self.evidence("collaboration", record)
        if record["project"]:
            link = Entity(entity_id("collaboration", record["id"], "project"), "UnknownLink")
            link.add("subject", made.id)
            link.add("object", entity_id("project", record["project"]))
            link.add("role", "collaboration of the project")
            link.add("sourceUrl", self.permalink("collaboration", record["id"]))
            yield from self.linked(link)

    # --- links

    def _of_organization_relation(self, record: Values) -> Iterator[Entity]:
        if record["subject"] is None:
            self.left_out["relations of something that is no organization of its own"] += 1
            return
        subject, other = entity_id("organization", record["subject"]), entity_id("organization", record["object"])
        if record["kind"] == "successor_of":
            made = self.edge("organization_relation", record, "Succession")
            made.add("successor", subject)
            made.add("predecessor", other)
        else:
            made = self.edge("organization_relation", record, "UnknownLink")
            made.add("subject", subject)
            made.add("object", other)
        made.add("role", _spoken(record["kind"]))
        yield from self.linked(made)

    def _of_funding(self, record: Values) -> Iterator[Entity]:
        ends = {
            role: entity_id("organization", record[role]) if record[role] else None for role in ("funder", "recipient")
        }
        apart = ends["funder"] is not None and ends["recipient"] is not None and ends["funder"] != ends["recipient"]
        project = record["project"] or record["through_project"]
        if apart and record["amount"] is not None:
            made = self._told(self.edge("funding", record, "Payment"), record)
            made.add("payer", ends["funder"])
            made.add("beneficiary", ends["recipient"])
            made.add("amount", _plain(record["amount"]))
            made.add("currency", record["currency"])
            made.add("date", record["date"])
            made.add("transactionNumber", _words(record["reference"]))
            link = entity_id("project", record["project"] or "")
            made.add("project", link if link in self.things else None)
            made.add("purpose", self._title(record["project"]))
            made.add("programme", _words(self._title(record["through_project"])))
            yield from self.linked(made)
            return
        written = 0
        for role, end in ends.items():
            if end and project and not (role == "recipient" and end == ends["funder"]):
                made = self._told(self.edge("funding", record, "ProjectParticipant", role), record)
                made.add("participant", end)
                made.add("project", entity_id("project", project))
                made.add("role", role)
                made.add("date", record["date"])
                made.add("description", self._counterpart(record, role))
                made.add("description", self._amount(record))
                for edge in self.linked(made):
                    written += 1
                    yield edge
        if apart:
            made = self._told(self.edge("funding", record, "UnknownLink"), record)
            made.add("subject", ends["funder"])
            made.add("object", ends["recipient"])
            made.add("role", "funds")
            made.add("date", record["date"])
            for edge in self.linked(made):
                written += 1
                yield edge
        if not written:
            self.left_out["funding with fewer than two named ends"] += 1

    def _told(self, made: Entity, record: Values) -> Entity:
        """What sort of money it is, and how sure the figure is."""
        made.add("summary", ", ".join(filter(None, (_spoken(record["kind"]), record["stage"]))))
        if record["amount_qualifier"] not in (None, "exact"):
            made.add("description", f"amount: {_spoken(record['amount_qualifier'])}")
        made.add("description", "the currency is presumed from a sign" if record["currency_presumed"] else None)
        if record["share_percent"] is not None:
            share = _quantity(_plain(record["share_percent"]), None, record["share_qualifier"])
            made.add("description", f"share of the project's money: {share} %")
        return made

    @staticmethod
    def _amount(record: Values) -> str | None:
        return None if record["amount"] is None else f"amount: {_plain(record['amount'])} {record['currency']}"

    def _counterpart(self, record: Values, role: str) -> str | None:
        """The unnamed other side."""
        if role == "funder":
            party = self._party(record["recipient_party"])
            return f"to {party}" if party else None
        party = self._party(record["funder_party"])
        return f"from {party}" if party else None

    def _title(self, project: str | None) -> str | None:
        record = self.find("project", project) if project else None
        return str(record["title"]) if record else None

    def _of_participation(self, record: Values) -> Iterator[Entity]:
        if record["organization"] is None:
            self.left_out["participations of unnamed parties"] += 1
            return
        organization, project = (entity_id(kind, record[kind]) for kind in ("organization", "project"))
        if record["role"] in _BESIDE:
            made = self.edge("participation", record, "UnknownLink")
            made.add("subject", organization)
            made.add("object", project)
        else:
            made = self.edge("participation", record, "ProjectParticipant")
            made.add("participant", organization)
            made.add("project", project)
        made.add("role", _spoken(record["role"]), _words(record["role_as_written"]))
        made.add("description", f"states: {', '.join(record['states'])}" if record["states"] else None)
        yield from self.linked(made)

    def _of_collaboration_member(self, record: Values) -> Iterator[Entity]:
        if record["organization"] is None:
            self.left_out["unnamed parties in collaborations"] += 1
            return
        organization = entity_id("organization", record["organization"])
        collaboration = self.find("collaboration", record["collaboration"])
        if collaboration is not None and not _is_body(collaboration):
            names = ("ProjectParticipant", "participant", "project")
        elif record["role"] in _IN:
            names = ("Membership", "member", "organization")
        else:
            names = ("UnknownLink", "subject", "object")
        schema, one, other = names
        made = self.edge("collaboration_member", record, schema)
        made.add(one, organization)
        made.add(other, entity_id("collaboration", record["collaboration"]))
        made.add("role", record["role"])
        yield from self.linked(made)


_ENDS = {
    "Documentation": ("document", "entity"),
    "Membership": ("member", "organization"),
    "Payment": ("payer", "beneficiary"),
    "ProjectParticipant": ("participant", "project"),
    "Succession": ("predecessor", "successor"),
    "UnknownLink": ("subject", "object"),
}
"""The properties by which each link is held at both ends."""
