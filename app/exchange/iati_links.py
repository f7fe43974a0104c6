"""What the activities of an IATI file say of each other, which is needed before the first of them can be dealt with."""

import re
from collections import Counter
from collections.abc import Hashable, Mapping
from decimal import Decimal

from app.exchange import iati_codes as iati
from app.exchange.drafts import FileRefused, Report
from app.exchange.iati_xml import Listener, Node

MOST_KEPT = 128 << 20
"""Bytes of what has to be remembered of a whole file."""
_NODE = 600
"""Bytes of an element, roughly, beside its texts."""
_NUMBER = 100
"""Bytes of a number in a set, roughly."""
ELSEWHERE = "links to activities that are not in the file"
POINTED = re.compile(r"[-+]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})", re.ASCII)
"""A number as XML has it, in which a point is always the decimal point."""


def attribute(node: Node | None, name: str) -> str | None:
    """An attribute of an element that may be missing."""
    return None if node is None else node.get(name)


def identifier_in(text: str | None) -> str:
    """An identifier as it stands, in one line."""
    return " ".join((text or "").split())


def type_of(node: Node) -> str:
    code = (attribute(node.first("transaction-type"), "code") or "").upper()
    return iati.OLD_TRANSACTION_TYPES.get(code, code)


def other_activities(node: Node, code: str) -> tuple[str, str]:
    """The activity that the money comes from, and the one that it goes to, where another one is named."""
    provider, receiver = node.first("provider-org"), node.first("receiver-org")
    from_activity = identifier_in(attribute(provider, "provider-activity-id"))
    to_activity = identifier_in(attribute(receiver, "receiver-activity-id"))
    if code in iati.INCOMING:
        return from_activity, ""
    return (from_activity, to_activity) if code == "4" else ("", to_activity)


def mark_of(node: Node, code: str, currency: str | None) -> tuple[Hashable, ...]:
    """What is the same of a transaction in the activity of its provider and in that of its receiver."""
    value, when = node.first("value"), node.first("transaction-date")
    text = value.text if value is not None else ""
    amount = Decimal(text).normalize() if POINTED.fullmatch(text) else text
    return iati.STAGES[code], amount, attribute(value, "currency") or currency, attribute(when, "iso-date")


class Budget:
    """Counts the bytes that are kept, so that no file can fill the memory."""

    def __init__(self, most: int, what: str) -> None:
        """`what`: what is too large when there are more bytes than `most`."""
        self._most = most
        self._what = what
        self._taken = 0

    def take(self, size: int) -> None:
        """Room for something that is kept."""
        self._taken += size
        if self._taken > self._most:
            raise FileRefused("too-large", f"{self._what} would take more than {self._most:,} bytes of memory")

    def keep(self, node: Node) -> None:
        """Room for an element with all that it holds."""
        self.take(_NODE + sum(map(len, node.parts)) + sum(map(len, node.attributes.values())))
        for child in node.children:
            self.keep(child)


class Links(Listener):
    """What the activities of a file say of each other."""

    def __init__(self, *, with_money: bool) -> None:
        """`with_money`: whether transactions may name the activity that the money goes to."""
        self.wanted = frozenset({"iati-identifier", "related-activity"} | ({"transaction"} if with_money else set()))
        self.parents: dict[str, str] = {}
        """Activity -> its parent."""
        self.programs: set[str] = set()
        """Activities that are parents."""
        self.rings: set[str] = set()
        """Activities that stand above themselves."""
        self.torn: set[str] = set()
        """Activities with several parents; the first stands."""
        self._sent: Counter[int] = Counter()
        self._known: set[int] = set()
        self._children: dict[str, str] = {}
        self._budget = Budget(MOST_KEPT, "what the activities say of each other")
        self._begin(None)

    def _begin(self, currency: str | None) -> None:
        self._identifier = ""
        self._currency = currency
        self._related: list[tuple[str, str]] = []
        self._sending: list[tuple[str, tuple[Hashable, ...]]] = []

    def knows(self, identifier: str) -> bool:
        """Whether the activity is in the file."""
        return hash(identifier) in self._known

    def was_sent(self, source: str, target: str, mark: tuple[Hashable, ...]) -> bool:
        """Whether the activity that the money comes from reports it as well; true once for each time that it does."""
        sent = hash((source, target, *mark))
        if not self._sent[sent]:
            return False
        self._sent[sent] -= 1
        return True

    def begun(self, activity: Node) -> None:
        self._begin(activity.get("default-currency"))

    def found(self, node: Node) -> None:
        if node.tag == "iati-identifier":
            self._identifier = self._identifier or identifier_in(node.text)
        elif node.tag == "related-activity":
            if (kind := node.get("type")) in {"1", "2"} and (ref := identifier_in(node.get("ref"))):
                self._budget.take(_NODE + len(ref))
                self._related.append((str(kind), ref))
        elif (code := type_of(node)) in iati.OUTGOING:
            _, target = other_activities(node, code)
            if target:
                self._budget.take(_NODE + len(target))
                self._sending.append((target, mark_of(node, code, self._currency)))

    def ended(self) -> None:
        own = self._identifier
        if not own:
            return
        self._budget.take(_NUMBER)
        self._known.add(hash(own))
        for kind, ref in self._related:
            if kind == "2":
                self._children.setdefault(ref, own)
            elif self.parents.setdefault(own, ref) != ref:
                self.torn.add(own)
        self._sent.update(hash((own, target, *mark)) for target, mark in self._sending if target != own)

    def settle(self, report: Report) -> None:
        """After the last activity: parents by what both sides say, in the file, and without rings."""
        for child, parent in self._children.items():
            if self.parents.setdefault(child, parent) != parent:
                self.torn.add(child)
        self._children.clear()
        elsewhere = [child for child, parent in self.parents.items() if not (self.knows(parent) and self.knows(child))]
        for child in elsewhere:
            del self.parents[child]
        if elsewhere:
            report.left_out[ELSEWHERE] += len(elsewhere)
        self.rings = _rings(self.parents)
        for child in self.rings:
            del self.parents[child]
        self.programs = set(self.parents.values())


def _rings(parents: Mapping[str, str]) -> set[str]:
    """Those that are above themselves."""
    rings: set[str] = set()
    done: set[str] = set()
    for start in parents:
        path: dict[str, int] = {}
        here = start
        while here in parents and here not in done and here not in path:
            path[here] = len(path)
            here = parents[here]
        if here in path:
            rings.update(one for one, position in path.items() if position >= path[here])
        done.update(path)
    return rings
