"""What every importer makes of a file: drafts of records, and problems that name their place.

A reader is a generator: it takes an open file and a `Report`, holds no more of the file than the part that it is
reading, and yields each record as a `Draft` once it has been read. It knows no database. Drafts refer to each other by
their keys in the source; what a key stands for is found out later, in one place for all formats.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import BinaryIO, Protocol

from app.models.noun import Values


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the file: the number of its line, row, grant or activity (from 1), and in words."""

    number: int
    words: str
    """As the person who looks for it finds it: `row 7 of sheet grants`, `grant 12`, `activity 3, transaction 2`."""


class Severity(StrEnum):
    """error: the record is not taken. warning: it is taken, but not all of it, or changed. note: good to know."""

    error = "error"
    warning = "warning"
    note = "note"


@dataclass(frozen=True, slots=True)
class Draft:
    """A record as a file has it.

    `values` are fields of the noun's body of a POST, as plain Python values, without `id`, `citations`, `visibility`.
    A reference holds the `key` of a draft of the kind referred to, whichever comes first in the file; a state is
    referred to by its ISO 3166-2 code. The same kind and key again is the same record: equal values are taken once,
    others are a problem (the first stands), but for organizations, topics and places, which files describe wherever
    they name them: there the first value of each field stands, and lists add up.
    """

    kind: str
    key: str
    """Who it is in the source, among its kind. An organization: `US-EIN-941655673` (normalised, see
    `app.exchange.identifiers`), or `name:` and its folded name where the source has nothing better."""
    values: Values
    place: Place
    cue: str
    """At most eight words by which the place in the file is found again: an identifier, a title's beginning."""
    revision: int | None = None
    """The revision of the record that the file was made from, where it tells that (Tejido's own tables)."""


@dataclass(slots=True)
class Problem:
    """Something about a file that its owner should know."""

    severity: Severity
    code: str
    """What it is, for machines: `bad-date`, `unknown-currency`, `missing-recipient` …"""
    detail: str
    """What it is, for people, without personal data."""
    place: Place | None = None
    field: str | None = None
    """The field, as the file calls it: `recipientOrganization/0/name`, `Amount Awarded`, `transaction/value`."""


class FileRefused(Exception):  # noqa: N818 - it says what happened, not that something is wrong with us
    """The file cannot be read as what it should be, from here on; nothing of it is taken."""

    def __init__(self, code: str, detail: str, place: Place | None = None) -> None:
        """`code` and `detail` as those of a `Problem`."""
        super().__init__(detail)
        self.problem = Problem(Severity.error, code, detail, place)


@dataclass
class Report:
    """What an importer tells while it reads."""

    note_problem: Callable[[Problem], None]
    progressed: Callable[[int], None] = lambda _done: None
    """Told the number of bytes of the file that were read so far (of the packed file, where it is packed)."""
    left_out: Counter[str] = field(default_factory=Counter)
    """What was not taken on purpose, in words, with how often: `natural persons`, `budgets` …"""
    about: dict[str, str] = field(default_factory=dict)
    """What the file says of itself, for its document: `title`, `publisher`, `licence`, `language`, `url`, `year`."""

    def error(self, code: str, detail: str, place: Place | None, field: str | None = None) -> None:
        """A record is not taken."""
        self.note_problem(Problem(Severity.error, code, detail, place, field))

    def warn(self, code: str, detail: str, place: Place | None, field: str | None = None) -> None:
        """A record is taken, but not all of it or not as it stands."""
        self.note_problem(Problem(Severity.warning, code, detail, place, field))


class Reader(Protocol):
    """The reader of one format."""

    def __call__(self, file: BinaryIO, report: Report, options: Mapping[str, str], /) -> Iterator[Draft]:
        """The drafts of a file. `FileRefused` where it is in another format, is cut off, or would take much memory."""
