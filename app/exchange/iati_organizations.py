"""The organizations of an IATI file, which names them wherever it needs them."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from app.exchange import iati_codes as iati
from app.exchange import values
from app.exchange.drafts import Draft, Place
from app.exchange.iati_links import Budget
from app.exchange.iati_words import Texts, Words
from app.exchange.iati_xml import Node
from app.exchange.identifiers import identifier_fields, is_personal, organization_key
from app.models.noun import Values
from app.models.organizations import OrganizationKind

_KINDS = frozenset(OrganizationKind)
_CACHED = 20_000
_LONGEST_CACHED = 2_000
_NUMBER = 100
"""Bytes of a number in a set, roughly."""
_DRAFT = 3_000
"""Bytes of a draft of an organization, at most."""


@dataclass(frozen=True, slots=True)
class Actor:
    """An organization or an unnamed party, by the key of its draft."""

    key: str
    party: bool = False

    def fill(self, name: str) -> Values:
        """The field of a funding or a participation that refers to it."""
        return {(f"{name}_party" if name != "organization" else "party") if self.party else name: self.key}


class Organizations:
    """Makes a draft of whoever is named, where the words are new."""

    def __init__(self, words: Words, budget: Budget, take: Callable[[Draft], None]) -> None:
        """`take` is given each draft."""
        self._words = words
        self._budget = budget
        self._take = take
        self._seen: dict[Hashable, Actor | None] = {}
        self._names: dict[int, int] = {}
        self._nameless: dict[str, Draft] = {}

    def rest(self) -> list[Draft]:
        """At the end: those that the file names by their identifiers only."""
        return [draft for key, draft in self._nameless.items() if hash(key) not in self._names]

    def actor(self, node: Node, place: Place, field: str) -> Actor | None:
        """Whom an element names; the draft is made when it is new."""
        texts = self._words.narratives(node)
        ref, party = node.get("ref"), node.ours("unnamed")
        kind = node.ours("kind") if party else node.get("type")
        seen = (ref, kind, party, self._words.now.language, *texts)
        if seen in self._seen:
            return self._seen[seen]
        if len(self._seen) >= _CACHED:
            self._seen.clear()
        actor = self._party(party, kind, texts, place) if party else self._organization(ref, kind, texts, place, field)
        if sum(len(text) for _, text in texts) <= _LONGEST_CACHED:
            self._seen[seen] = actor
        return actor

    def reporter(self) -> Actor | None:
        """Who reports, where it takes part in what it reports."""
        now = self._words.now
        if now.reporting is None or now.reporting.get("secondary-reporter") in {"1", "true"}:
            return None
        return self.actor(now.reporting, now.place, "reporting-org")

    def _party(self, key: str, kind: str | None, texts: Texts, place: Place) -> Actor | None:
        """An unnamed party that Tejido wrote."""
        description = values.line(texts[0][1])[0] if texts else None
        if not description:
            return None
        fields = {"description": description, "kind": kind if kind in _KINDS else "unknown"}
        self._take(Draft("unnamed_party", key, fields, place, self._words.now.cue))
        return Actor(key, party=True)

    def _organization(self, ref: str | None, kind: str | None, texts: Texts, place: Place, field: str) -> Actor | None:
        ref = values.line(ref)[0] if ref else None
        if ref and is_personal(ref):
            self._words.report.left_out["natural persons"] += 1
            return None
        lines: Texts = [(language, line) for language, text in texts if (line := self._words.line(text, place, field))]
        main = self._words.own(lines)
        name = main[1] if main else None
        key = organization_key(ref, name)
        if key is None or len(key) > values.LINE_LENGTH:
            if ref or texts:
                detail = "neither its name nor its identifier tells it from others"
                self._words.report.warn("unknown-organization", detail, place, field)
            return None
        identifier = identifier_fields(ref) if ref else None
        fields: Values = {
            "name": name or key,
            "basis": "stated" if name else "implied",
            "kind": iati.KINDS.get(kind or "", "unknown"),
            "names": [
                {"text": text, "kind": "translation", "language": language, "basis": "stated"}
                for language, text in lines
                if text != name
            ],
            "identifiers": [identifier] if identifier else [],
        }
        if kind in iati.KINDS:
            fields["iati_type"] = kind
        elif kind:
            detail = f"{values.shown(kind)} is no type of organization; it is left out"
            self._words.report.warn("unknown-code", detail, place, f"{field}/@type")
        draft = Draft("organization", key, fields, place, self._words.now.cue)
        if name is None:
            if key not in self._nameless:
                self._budget.take(_DRAFT)
                self._nameless[key] = draft
            return Actor(key)
        first = self._names.get(hash(key))
        if first is None:
            self._budget.take(_NUMBER)
            self._names[hash(key)] = hash(name)
        elif first != hash(name):
            fields["names"].insert(0, {"text": name, "kind": "as_written", "language": None, "basis": "stated"})
        self._take(draft)
        return Actor(key)
