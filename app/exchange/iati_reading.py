"""Reading IATI activities, versions 1.01 to 2.03.

The file is read twice. The first time only for what one activity says of others (who is whose parent, which money is
reported by both sides); the second time activity by activity, transaction by transaction.
"""

import os
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import BinaryIO

from app.exchange import iati_codes as iati
from app.exchange import iati_places, values
from app.exchange.drafts import Draft, FileRefused, Place, Report
from app.exchange.iati_links import ELSEWHERE, MOST_KEPT, Budget, Links, attribute, identifier_in
from app.exchange.iati_money import Transactions
from app.exchange.iati_organizations import Actor, Organizations
from app.exchange.iati_words import Activity, Words
from app.exchange.iati_xml import VERSIONS, Listener, Node, parse
from app.exchange.sectors import topic_draft, vocabulary_of
from app.models.noun import Values
from app.models.projects import ParticipationRole, ProjectKind

MOST_HELD = 64 << 20
"""Bytes of what has to be remembered of one activity until it ends."""
_MOST_PARTS = 100
"""Topics, texts and identifiers that a project may have."""
_NUMBER = 100
"""Bytes of a number in a set, roughly."""

_PASSED = {
    "contact-info": "natural persons",
    "activity-website": "links to pages",
    "budget": "budgets",
    "planned-disbursement": "planned disbursements",
    "capital-spend": "shares of capital spending",
    "country-budget-items": "lines of national budgets",
    "result": "results",
    "tag": "tags",
    "policy-marker": "policy markers",
    "humanitarian-scope": "humanitarian emergencies and appeals",
    "document-link": "links to documents",
    "conditions": "conditions",
    "legacy-data": "legacy data",
    "crs-add": "additional data for the OECD's systems",
    "fss": "additional data for the OECD's systems",
    "collaboration-type": "aid classification codes",
    "default-flow-type": "aid classification codes",
    "default-aid-type": "aid classification codes",
    "default-tied-status": "aid classification codes",
}
_ROLES, _PROJECT_KINDS = frozenset(ParticipationRole), frozenset(ProjectKind)


def read_iati(file: BinaryIO, report: Report, options: Mapping[str, str], /) -> Iterator[Draft]:
    """The drafts of a file of IATI activities.

    `options`: `currency`, an ISO 4217 code that is presumed where neither the transaction nor its activity has one.
    """
    try:
        presumed = values.currency(options["currency"]) if options.get("currency") else None
    except ValueError as error:
        raise FileRefused("bad-option", f"currency: {error}") from None
    size = file.seek(0, os.SEEK_END)
    links = Links(with_money=_mentions(file, b"receiver-activity-id"))
    for _ in parse(file, links, lambda done: report.progressed(done // 2)):
        pass
    links.settle(report)
    activities = _Activities(report, links, presumed)
    for _ in parse(file, activities, lambda done: report.progressed((size + done) // 2)):
        yield from activities.taken()
    yield from activities.rest()


def _mentions(file: BinaryIO, words: bytes) -> bool:
    """Whether the words are in a file whose characters are bytes, or may be in one of another encoding."""
    file.seek(0)
    before = file.read(4)
    if b"\x00" in before or before.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    while chunk := file.read(1 << 20):
        if words in before + chunk:
            return True
        before = chunk[-len(words) :]
    return False


class _Activities(Listener):
    """The drafts of the activities of a file, in its order."""

    wanted = frozenset(
        {
            "iati-identifier",
            "reporting-org",
            "title",
            "description",
            "participating-org",
            "other-identifier",
            "activity-status",
            "activity-date",
            "activity-scope",
            "recipient-country",
            "recipient-region",
            "location",
            "sector",
            "default-finance-type",
            "transaction",
            "related-activity",
        }
    )

    def __init__(self, report: Report, links: Links, presumed: str | None) -> None:
        self._report = report
        self._links = links
        self._drafts: list[Draft] = []
        self._identifiers: dict[int, int] = {}
        self._publisher: str | None = None
        self._budget = Budget(MOST_KEPT, "the organizations and identifiers of the file")
        self._now = Activity(0, Node("iati-activity", {}, 0), self._budget)
        self._words = Words(report, self._now)
        self._organizations = Organizations(self._words, self._budget, self._add)
        self._transactions = Transactions(self._words, self._organizations, links, self._add, presumed)

    def _add(self, draft: Draft) -> None:
        self._drafts.append(draft)

    def taken(self) -> list[Draft]:
        """The drafts that were made since the last time."""
        drafts, self._drafts = self._drafts, []
        return drafts

    def rest(self) -> list[Draft]:
        """At the end: the organizations that the file names by their identifiers only."""
        return self.taken() + self._organizations.rest()

    # --- the listener ------------------------------------------------------------------------------------------------

    def opened(self, attributes: Mapping[str, str]) -> None:
        version = (attributes.get("version") or "").strip()
        if version and version not in VERSIONS:
            detail = f"version {values.shown(version)} of the standard is not known here; it is read as 2.03"
            self._report.warn("unknown-version", detail, None, "iati-activities/@version")
        year = (attributes.get("generated-datetime") or "")[:4]
        if re.fullmatch(r"20\d\d", year, re.ASCII):
            self._report.about["year"] = year

    def begun(self, activity: Node) -> None:
        self._now = Activity(self._now.number + 1, activity, Budget(MOST_HELD, "an activity"))
        self._words.now = self._now
        if (language := self._now.language) is not None:
            self._report.about.setdefault("language", language)

    def passed(self, tag: str) -> None:
        self._report.left_out[_PASSED.get(tag, "elements that the standard does not have")] += 1

    def found(self, node: Node) -> None:
        now = self._now
        if node.tag == "transaction":
            now.transactions += 1
            if now.is_ready:
                self._transactions.take(now.transactions, node)
                return
            now.budget.keep(node)
            now.waiting.append((now.transactions, node))
            return
        if node.tag == "iati-identifier":
            now.identifier = now.identifier or identifier_in(node.text)
        elif node.tag == "reporting-org":
            now.reporting = now.reporting or node
        else:
            now.budget.keep(node)
            now.nodes.setdefault(node.tag, []).append(node)

    def ended(self) -> None:
        now = self._now
        if not now.is_usable:
            self._report.error(
                "missing-identifier", "the activity has no usable identifier", now.place, "iati-identifier"
            )
            return
        if now.reporting is None and now.waiting:
            now.reporting = Node("reporting-org", {}, now.node.line)
        for number, node in now.waiting:
            self._transactions.take(number, node)
        self._publish()
        self._project()
        self._participants()
        self._drafts += iati_places.drafts_of(
            now.identifier,
            countries=self._countries(),
            regions=[*now.all("recipient-region"), *now.regions.values()],
            locations=now.all("location"),
            scope=now.code("activity-scope"),
            where=now.place,
            cue=now.cue,
            report=self._report,
            line=self._words.line_of,
        )

    def _publish(self) -> None:
        """The publisher of the file, where it has one."""
        name = self._words.line_of(self._now.reporting, "reporting-org")
        if name is None or name == self._publisher:
            return
        if self._publisher is None:
            self._report.about["publisher"] = name
        else:
            self._report.about.pop("publisher", None)
        self._publisher = name

    # --- the activity itself -----------------------------------------------------------------------------------------

    def _project(self) -> None:
        now = self._now
        ours = now.node.ours("kind")
        kind = "program" if now.identifier in self._links.programs else "activity"
        status, status_note = self._status()
        texts = self._texts()
        title, basis = self._title(texts)
        topics = self._topics()
        scope = iati.SCOPES.get(now.code("activity-scope") or "")
        if now.identifier in self._links.rings:
            detail = "the activity is above itself, by way of its parents; it is taken without a parent"
            self._report.warn("cycle", detail, now.place, "related-activity")
        if now.identifier in self._links.torn:
            detail = "the activity has several parents; the first is taken"
            self._report.warn("several-parents", detail, now.place, "related-activity")
        related = [one for one in now.all("related-activity") if one.get("type") not in {"1", "2"}]
        if related:
            self._report.left_out["related activities that are neither parent nor child"] += len(related)
        fields: Values = {
            "title": title,
            "basis": basis,
            "kind": ours if ours in _PROJECT_KINDS else kind,
            "project_status": status,
            "status_note": status_note,
            **self._dates(),
            "scope": scope,
            "parent": self._links.parents.get(now.identifier),
            "topics": topics,
            "identifiers": self._project_identifiers(),
            "texts": texts,
        }
        self._drafts.append(Draft("project", now.identifier, fields, now.place, now.cue))

    def _status(self) -> tuple[str, str | None]:
        node = self._now.first("activity-status")
        if node is None or node.ours(iati.PRESUMED):
            return "unknown", None
        code = node.get("code") or ""
        if code not in iati.STATUSES:
            self._report.warn("unknown-code", "the activity has no known status", self._now.place, "activity-status")
        return iati.STATUSES.get(code, ("unknown", None))

    def _texts(self) -> list[Values]:
        """Titles and descriptions in every language."""
        now = self._now
        given = [("title", node) for node in now.all("title")]
        given += [
            (iati.TEXTS.get(node.get("type") or "1", "description"), node)
            for node in now.all("description")
            if not node.ours(iati.PRESUMED)
        ]
        texts: list[Values] = []
        for kind, node in given:
            for language, text in self._words.narratives(node, own=False):
                if prose := self._words.prose(text, now.place, node.tag):
                    texts.append({"kind": kind, "language": language, "text": prose})
        return self._at_most(texts, "texts")

    def _at_most(self, parts: list[Values], name: str) -> list[Values]:
        if len(parts) > _MOST_PARTS:
            detail = f"the activity has {len(parts)} {name}; the first {_MOST_PARTS} are taken"
            self._report.warn("too-many", detail, self._now.place)
        return parts[:_MOST_PARTS]

    def _title(self, texts: list[Values]) -> tuple[str, str]:
        """The title in the language of the activity, else the first; an activity without one has its identifier."""
        now = self._now
        node = now.first("title")
        basis = self._words.basis(node)
        given = [] if node is None else node.all("narrative")
        written = [one for one in given if one.ours(iati.PRESUMED)]
        if written and (line := self._words.line(written[0].text, now.place, "title")):
            return line, basis
        titles = [one for one in texts if one["kind"] == "title"]
        own = next((one for one in titles if one["language"] == now.language), titles[0] if titles else None)
        if own is None:
            self._report.warn(
                "missing-title", "the activity has no title; its identifier stands for it", now.place, "title"
            )
            return now.identifier, "implied"
        title, cut = values.line(own["text"])
        if cut:
            detail = f"the title is longer than {values.LINE_LENGTH} characters; the whole of it is among the texts"
            self._report.warn("text-cut", detail, now.place, "title")
        return title, basis

    def _dates(self) -> Values:
        """Actual dates where there are any, else planned ones; all of them in the note."""
        now = self._now
        found: dict[str, str] = {}
        for node in now.all("activity-date"):
            given = (node.get("type") or "").lower()
            kind = iati.OLD_DATE_TYPES.get(given, given)
            if kind not in iati.DATE_TYPES:
                self._report.warn("unknown-code", "the date has no known type", now.place, "activity-date/@type")
            elif node.ours(iati.PRESUMED) is None and (date := self._words.date(node, now.place, "activity-date")):
                found.setdefault(kind, date)
        start, end = found.get("2") or found.get("1"), found.get("4") or found.get("3")
        if start and end and start[: len(end)] > end[: len(start)]:
            self._report.warn(
                "end-before-start", "it ends before it starts; the end is left out", now.place, "activity-date"
            )
            end = None
        return {"start_date": start, "end_date": end, "date_note": iati.date_note(found)}

    def _topics(self) -> list[Values]:
        now = self._now
        found: dict[str, Values] = {}
        for own, node in [
            *((True, node) for node in now.all("sector")),
            *((False, node) for node in now.sectors.values()),
        ]:
            draft = self._topic(node)
            if draft is None:
                continue
            share = iati_places.share(node, now.place, self._report) if own else None
            if draft.key not in found:
                self._drafts.append(draft)
                found[draft.key] = {"topic": draft.key, "basis": self._words.basis(node), "share_percent": share}
            elif own and (share is None or found[draft.key]["share_percent"] is None):
                self._report.warn(
                    "sector-again", "the sector stands there before; the first stands", now.place, "sector"
                )
            elif own and share is not None:
                found[draft.key]["share_percent"] = min(Decimal(100), found[draft.key]["share_percent"] + share)
        return self._at_most(list(found.values()), "sectors")

    def _topic(self, node: Node) -> Draft | None:
        now = self._now
        uri = node.get("vocabulary-uri") or ""
        given = uri.removeprefix(iati.PUBLISHERS) if uri.startswith(iati.PUBLISHERS) else None
        publisher = attribute(now.reporting, "ref")
        vocabulary = given or vocabulary_of(node.get("vocabulary"), uri=uri, publisher=publisher)
        texts = self._words.narratives(node)
        name = self._words.line_of(node, "sector")
        own = self._words.own(texts)
        code = node.get("code")
        draft = topic_draft(vocabulary, code, name, own and own[0], now.place, now.cue) if vocabulary and code else None
        if draft is None:
            detail = "the sector has no code that its list can have"
            self._report.warn("unknown-code", detail, now.place, "sector")
            return None
        if uri == iati.TOPICS:
            labels = {f"label_{one}": values.line(text)[0] for one, text in texts if one in {"en", "es"}}
            return Draft("topic", draft.key, draft.values | labels, draft.place, draft.cue)
        return draft

    def _project_identifiers(self) -> list[Values]:
        now = self._now
        found: list[Values] = [{"scheme": iati.SCHEME, "value": now.identifier}]
        for node in now.all("other-identifier"):
            value = identifier_in(node.get("ref") or node.text)
            kind = node.get("type") or "A9"
            if kind.startswith("B"):
                self._report.left_out["other identifiers of publishers"] += 1
                continue
            scheme = self._scheme(kind, node)
            one = {"scheme": scheme, "value": value}
            if not value or not scheme or max(len(value), len(scheme)) > values.LINE_LENGTH or one in found:
                continue
            whose = self._identifiers.setdefault(hash((scheme, value)), hash(now.identifier))
            if whose != hash(now.identifier) or (scheme == iati.SCHEME and self._links.knows(value)):
                detail = "another activity has this identifier, too; it is left out here"
                self._report.warn("shared-identifier", detail, now.place, "other-identifier")
                continue
            self._budget.take(2 * _NUMBER)
            found.append(one)
        return self._at_most(found, "identifiers")

    def _scheme(self, kind: str, node: Node) -> str | None:
        """Whose identifier it is: IATI's own, the OECD's, or the publisher's."""
        if kind == "A3":
            return iati.SCHEME
        if kind == "A2":
            return "crs"
        owner = node.first("owner-org")
        ref = owner.get("ref") if owner is not None else node.get("owner-ref")
        name = self._words.line_of(owner, "other-identifier") if owner is not None else node.get("owner-name")
        whose = ref or name or attribute(self._now.reporting, "ref")
        return f"{whose} A1" if whose and kind == "A1" else whose

    def _participants(self) -> None:
        """Participations by role; funders that no transaction names are funding whose amount is unknown."""
        now = self._now
        rows: dict[str, Draft] = {}
        tied: dict[str, Values] = {}
        for node in now.all("participating-org"):
            given = (node.get("role") or "").lower()
            role = iati.OLD_ROLES.get(given, given)
            place = Place(now.number, f"activity {now.number}, participant, line {node.line}")
            if node.ours(iati.PRESUMED):
                continue
            if role != iati.FUNDING_ROLE and role not in iati.ROLES:
                self._report.warn("unknown-code", "the participant has no known role", place, "participating-org/@role")
                continue
            actor = self._organizations.actor(node, place, "participating-org")
            if actor is None:
                continue
            own = identifier_in(node.get("activity-id"))
            if tie := node.ours("funding"):
                funding = tied.setdefault(tie, {"basis": self._words.basis(node)})
                funding |= actor.fill("funder" if role == iati.FUNDING_ROLE else "recipient")
                if own and self._links.knows(own):
                    funding["through_project"] = own
            elif role == iati.FUNDING_ROLE:
                if actor.key not in now.payers:
                    key = f"{now.identifier}#funding:{actor.key}"
                    rows.setdefault(key, self._funder(key, actor, own, node, place))
            else:
                ours = node.ours("role")
                name = ours if ours in _ROLES else iati.ROLES[role]
                fields = {"project": now.identifier, "role": name, "basis": self._words.basis(node)}
                fields |= actor.fill("organization")
                if own and own != now.identifier:
                    fields["note"] = values.prose(iati.OWN_ACTIVITY + own)[0]
                key = f"{now.identifier}#{name}:{actor.key}"
                rows.setdefault(key, Draft("participation", key, fields, place, now.cue))
        for tie, fields in tied.items():
            key = f"{now.identifier}#{tie}"
            rows[key] = Draft("funding", key, fields | {"project": now.identifier}, now.place, now.cue)
        self._drafts += rows.values()

    def _funder(self, key: str, actor: Actor, own: str, node: Node, place: Place) -> Draft:
        fields: Values = {"project": self._now.identifier, "basis": self._words.basis(node)} | actor.fill("funder")
        if own and own != self._now.identifier:
            if self._links.knows(own):
                fields["through_project"] = own
            else:
                self._report.left_out[ELSEWHERE] += 1
        return Draft("funding", key, fields, place, self._now.cue)

    def _countries(self) -> Iterator[tuple[str, Node]]:
        """Recipient countries of the activity, else of its transactions."""
        own = self._now.all("recipient-country")
        yield from (((node.get("code") or "").upper(), node) for node in own)
        yield from (((node.get("code") or "").upper(), node) for node in self._now.countries.values())
