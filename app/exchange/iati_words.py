"""An IATI activity while it is read, and the texts, dates and marks of its elements; what is wrong with one is told."""

import re
from collections import Counter
from dataclasses import dataclass, field

from app.exchange import iati_codes as iati
from app.exchange import values
from app.exchange.drafts import Place, Report
from app.exchange.iati_links import Budget, attribute
from app.exchange.iati_xml import LANG, Node
from app.models.types import Basis

Texts = list[tuple[str | None, str]]
"""Language and text, each as the file has it."""

_BASES = frozenset(Basis)
_ZONED = re.compile(r"(\d{4}-\d{2}-\d{2})(?:Z|[-+]\d{2}:\d{2})", re.ASCII)
_PRECISIONS = {"year": 4, "month": 7}


@dataclass
class Activity:
    """What has been read of the activity that is being read."""

    number: int
    node: Node
    budget: Budget
    """For what is kept until its end."""
    identifier: str = ""
    reporting: Node | None = None
    nodes: dict[str, list[Node]] = field(default_factory=dict)
    """What is dealt with at its end."""
    waiting: list[tuple[int, Node]] = field(default_factory=list)
    """Transactions that stand before the identifier or the reporting organization, and their numbers."""
    transactions: int = 0
    refs: Counter[int] = field(default_factory=Counter)
    """How often each reference of a transaction was there."""
    payers: set[str] = field(default_factory=set)
    """Keys of the funders of its transactions."""
    sectors: dict[object, Node] = field(default_factory=dict)
    """Of its transactions, like the countries and regions."""
    countries: dict[object, Node] = field(default_factory=dict)
    regions: dict[object, Node] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Its language and its place stay."""
        given = self.node.attributes.get(LANG)
        self.language = values.language(given) if given else None
        """Of texts that do not tell theirs."""
        self.place = Place(self.number, f"activity {self.number}, line {self.node.line}")

    @property
    def cue(self) -> str:
        """By which it is found again in the file."""
        return " ".join(self.identifier.split()[:8])[:120].strip()

    @property
    def is_usable(self) -> bool:
        """Whether it has an identifier."""
        return 0 < len(self.identifier) <= values.LINE_LENGTH

    @property
    def is_ready(self) -> bool:
        """Whether its transactions can be dealt with."""
        return self.is_usable and self.reporting is not None

    def all(self, tag: str) -> list[Node]:
        """The elements of that name."""
        return self.nodes.get(tag, [])

    def first(self, tag: str) -> Node | None:
        """The first element of that name."""
        found = self.nodes.get(tag)
        return found[0] if found else None

    def code(self, tag: str) -> str | None:
        """The code of the first element of that name."""
        return attribute(self.first(tag), "code")


class Words:
    """Reads elements of the activity that is being read."""

    def __init__(self, report: Report, activity: Activity) -> None:
        """`activity`: the one that is being read; it is exchanged when the next begins."""
        self.report = report
        self.now = activity

    def own(self, texts: Texts) -> tuple[str | None, str] | None:
        """The text in the language of the activity, else the first."""
        return next((one for one in texts if one[0] == self.now.language), texts[0] if texts else None)

    def line_of(self, node: Node | None, field: str) -> str | None:
        """The text of an element in the language of the activity, else in the first that it has, as a line."""
        own = self.own(self.narratives(node))
        return self.line(own[1], self.now.place, field) if own else None

    def narratives(self, node: Node | None, *, own: bool = True) -> Texts:
        """Language and text of an element's narratives, or of its own text as in 1.0x.

        Without `own` those are left out that Tejido wrote only because there must be one.
        """
        if node is None:
            return []
        given = [node, *node.all("narrative")]
        texts: Texts = []
        for one in given:
            if (text := one.text) and (own or not one.ours(iati.PRESUMED)):
                language = one.attributes.get(LANG, node.attributes.get(LANG))
                texts.append((self.now.language if language is None else values.language(language), text))
        return texts

    def _mended(self, text: str, place: Place, field: str) -> str:
        mended, changed = values.repaired(text)
        if changed:
            self.report.warn("mojibake", "the text was in a wrong encoding; it was mended", place, field)
        return mended

    def line(self, text: str, place: Place, field: str) -> str | None:
        """A text as one line; None where there is nothing to see."""
        line, cut = values.line(self._mended(text, place, field))
        if cut:
            self.report.warn("text-cut", f"the text is longer than {values.LINE_LENGTH} characters", place, field)
        return line or None

    def prose(self, text: str, place: Place, field: str) -> str | None:
        """A text with its paragraphs; None where there is nothing to see."""
        prose, cut = values.prose(self._mended(text, place, field))
        if cut:
            self.report.warn("text-cut", f"the text is longer than {values.PROSE_LENGTH} characters", place, field)
        return prose or None

    def date(self, node: Node | None, place: Place, field: str) -> str | None:
        """A date from the attribute, else from the text; at the precision that Tejido wrote beside it."""
        text = node and (node.get("iso-date") or node.get("value-date") or (node.text if node.tag != "value" else None))
        if not text or node is None:
            return None
        zoned = _ZONED.fullmatch(text)
        try:
            found = values.partial_date(zoned[1] if zoned else text)
        except ValueError as error:
            self.report.warn("bad-date", f"{error}; the date is left out", place, field)
            return None
        return found[: _PRECISIONS.get(node.ours("precision") or "", 10)]

    def basis(self, node: Node | None, default: str = "stated") -> str:
        """The basis that Tejido wrote beside it."""
        given = None if node is None else node.ours("basis")
        return given if given in _BASES else default
