"""The transactions of an IATI activity as funding."""

from collections.abc import Callable
from decimal import Decimal

from app.exchange import iati_codes as iati
from app.exchange import values
from app.exchange.drafts import Draft, Place
from app.exchange.iati_links import (
    ELSEWHERE,
    POINTED,
    Links,
    attribute,
    mark_of,
    other_activities,
    type_of,
)
from app.exchange.iati_organizations import Organizations
from app.exchange.iati_words import Words
from app.exchange.iati_xml import Node
from app.models.noun import Values
from app.models.projects import FundingKind
from app.models.types import Qualifier

_KINDS, _QUALIFIERS = frozenset(FundingKind), frozenset(Qualifier)
_CLASSIFIED = frozenset({"disbursement-channel", "flow-type", "aid-type", "tied-status"})
_BOTH_SIDES = "incoming transactions that the provider's activity reports too"
_NUMBER = 100
"""Bytes of a number in a set, roughly."""


class Transactions:
    """Makes a draft of each transaction that is funding."""

    def __init__(
        self,
        words: Words,
        organizations: Organizations,
        links: Links,
        add: Callable[[Draft], None],
        presumed: str | None,
    ) -> None:
        """`add` is given each draft; `presumed`: the currency where none is told."""
        self._words = words
        self._organizations = organizations
        self._links = links
        self._add = add
        self._presumed = presumed

    def take(self, number: int, node: Node) -> None:
        """A transaction of the activity, by its number there."""
        now = self._words.now
        place = Place(now.number, f"activity {now.number}, transaction {number}, line {node.line}")
        code = type_of(node)
        if classified := sum(child.tag in _CLASSIFIED for child in node.children):
            self._words.report.left_out["aid classification codes"] += classified
        self._spread(node)
        if code in iati.NO_FUNDING:
            self._words.report.left_out[iati.NO_FUNDING[code]] += 1
            return
        if code not in iati.STAGES:
            self._words.report.error(
                "unknown-code", "the transaction has no known type", place, "transaction/transaction-type"
            )
            return
        source, target = other_activities(node, code)
        project, through = now.identifier, None
        for other in {source, target} - {"", now.identifier}:
            if not self._links.knows(other):
                self._words.report.left_out[ELSEWHERE] += 1
        if source and source != project and self._links.knows(source):
            through = source
            mark = mark_of(node, code, now.node.get("default-currency"))
            if code in iati.INCOMING and self._links.was_sent(source, project, mark):
                self._words.report.left_out[_BOTH_SIDES] += 1
                return
        elif target and target != project and self._links.knows(target):
            project, through = target, project
        money = self._money(node, place)
        if money is None:
            return
        when = node.first("transaction-date")
        date = self._words.date(when, place, "transaction/transaction-date")
        if date is None and (when is None or not when.get("iso-date")):
            date = self._words.date(node.first("value"), place, "transaction/value/@value-date")
        kind_node = node.first("transaction-type")
        stage = None if kind_node is not None and kind_node.ours(iati.PRESUMED) else iati.STAGES[code]
        fields: Values = {
            "project": project,
            "through_project": through,
            "kind": self._kind(node),
            "stage": stage,
            "date": date,
            "reference": (ref := node.get("ref")) and self._words.line(ref, place, "transaction/@ref"),
            "note": self._note(node, place),
            **money,
            **self._parties(node, code, place),
        }
        self._add(Draft("funding", self._key(fields["reference"] or str(number)), fields, place, now.cue))

    def _spread(self, node: Node) -> None:
        """Sectors and places of a transaction are those of its activity, too."""
        now = self._words.now
        for kept, tag, names in (
            (now.sectors, "sector", ("vocabulary", "vocabulary-uri", "code")),
            (now.countries, "recipient-country", ("code",)),
            (now.regions, "recipient-region", ("vocabulary", "code")),
        ):
            for one in node.all(tag):
                key = tuple(one.get(name) for name in names)
                if key not in kept:
                    now.budget.keep(one)
                    kept[key] = one

    def _key(self, name: str) -> str:
        """A key that is new in the activity; a reference that comes again is told apart by a number."""
        now = self._words.now
        if not now.refs[hash(name)]:
            now.budget.take(_NUMBER)
        now.refs[hash(name)] += 1
        again = now.refs[hash(name)]
        return f"{now.identifier}#{name}" + (f"~{again}" if again > 1 else "")

    def _money(self, node: Node, place: Place) -> Values | None:
        """Amount and currency; None where they cannot be read, which is told."""
        value = node.first("value")
        text = value.text if value is not None else ""
        if value is None or not text:
            self._words.report.error("missing-amount", "the transaction has no value", place, "transaction/value")
            return None
        code = value.get("currency") or self._words.now.node.get("default-currency")
        presumed = bool(value.ours(iati.PRESUMED)) or (code is None and self._presumed is not None)
        code = code or self._presumed
        if code is None:
            detail = "neither the transaction nor its activity has a currency"
            self._words.report.error("missing-currency", detail, place, "transaction/value/@currency")
            return None
        try:
            currency = values.currency(code)
        except ValueError as error:
            self._words.report.error("unknown-currency", str(error), place, "transaction/value/@currency")
            return None
        try:
            number = Decimal(text) if POINTED.fullmatch(text) else text
            amount = values.amount(number, currency, negative=True)
        except ValueError as error:
            self._words.report.error("bad-amount", str(error), place, "transaction/value")
            return None
        qualifier = value.ours("qualifier")
        return {
            "amount": amount,
            "amount_qualifier": qualifier if qualifier in _QUALIFIERS else "exact",
            "currency": currency,
            "currency_presumed": presumed,
        }

    def _parties(self, node: Node, code: str, place: Place) -> Values:
        """Who pays whom; where nobody is named the standard says that it is the reporting organization."""
        given = {"funder": node.first("provider-org"), "recipient": node.first("receiver-org")}
        found = {
            name: self._organizations.actor(one, place, f"transaction/{one.tag}")
            for name, one in given.items()
            if one is not None
        }
        basis = "stated"
        for name, codes in (("funder", iati.OUTGOING), ("recipient", iati.INCOMING)):
            if found.get(name) is None and code in codes and (reporter := self._organizations.reporter()):
                found[name] = reporter
                basis = "implied"
        fields: Values = {"basis": self._words.basis(node, basis)}
        for name, actor in found.items():
            if actor is not None:
                fields |= actor.fill(name)
        payers, payer = self._words.now.payers, found.get("funder")
        if payer is not None and payer.key not in payers:
            self._words.now.budget.take(2 * _NUMBER + len(payer.key))
            payers.add(payer.key)
        return fields

    def _kind(self, node: Node) -> str | None:
        ours = node.ours("kind")
        if ours in _KINDS:
            return ours
        code = attribute(node.first("finance-type"), "code")
        if code is None and type_of(node) != "4":
            code = self._words.now.code("default-finance-type")
        return iati.FINANCE_KINDS.get(code or "")

    def _note(self, node: Node, place: Place) -> str | None:
        texts = self._words.narratives(node.first("description"))
        if len(texts) > 1:
            self._words.report.left_out["translations of transactions' descriptions"] += len(texts) - 1
        own = self._words.own(texts)
        return self._words.prose(own[1], place, "transaction/description") if own else None
