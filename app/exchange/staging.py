"""Drafts on the way into the database: checked one by one, kept in a temporary file, handed on in an order that holds.

What can be made of a draft without the database is made here: the transaction that follows keeps other writers waiting.

A file may be larger than memory, may name a record before it describes it, and may fail on its last line. So nothing is
written while it is read: the drafts lie in a SQLite file of their own until the whole file has been seen.
"""

import hashlib
import pickle
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Any, Self

from pydantic import ValidationError

from app.exchange.drafts import Draft, Place, Problem, Severity
from app.models.noun import PEER, Noun, Part, Values, part_sql, references
from app.models.nouns import BY_KIND, BY_PREFIX, NOUNS
from app.models.rows import Rows, rows_of

__all__ = ["GATHERED", "MOST_PROBLEMS", "THE_FILE", "Staged", "Staging", "placeholder"]

MOST_PROBLEMS = 10_000
"""Problems that are kept word by word; further ones are only counted."""
GATHERED = frozenset({"organization", "topic", "place"})
"""Kinds that files describe bit by bit, wherever they name one."""
_AT_ONCE = 500
_MOST_ITEMS = 100
"""Items that a list inside a record may have."""
_DISPENSABLE = frozenset({"parent", "through_project"})
"""References to what other files may hold: a record stands without them, and a warning says so."""

_TABLES = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
CREATE TABLE draft (
    number INTEGER PRIMARY KEY, kind TEXT, key TEXT, place INTEGER, words TEXT, cue TEXT, revision INTEGER,
    evidence BLOB, fields BLOB, made BLOB, digest TEXT, parent TEXT, depth INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, key)
);
CREATE INDEX draft_in_order ON draft (kind, depth, number);
CREATE TABLE reference (number INTEGER, kind TEXT, key TEXT, PRIMARY KEY (number, kind, key)) WITHOUT ROWID;
CREATE TABLE problem (
    number INTEGER PRIMARY KEY, severity TEXT, code TEXT, detail TEXT, place INTEGER, words TEXT, field TEXT
);
"""


def placeholder(kind: str, key: str) -> str:
    """Something of the form of a public id that stands for a key of a source, and is no id."""
    return f"draft-{hashlib.blake2b(f'{kind} {key}'.encode(), digest_size=16).hexdigest()}"


THE_FILE = placeholder("document", "the file itself")
"""What stands for the document that the file is, which is cited."""
_CITATION = BY_KIND["citation"]


@dataclass(frozen=True, slots=True)
class Staged:
    """A draft that passed. References in `values` are stand-ins."""

    kind: str
    key: str
    values: Values
    rows: Rows
    digest: str
    place: Place
    cue: str
    evidence: Rows | None
    """The rows of the citation that says where in the file it stands."""
    revision: int | None


class Staging:
    """The drafts of one file, and the problems that were found."""

    def __init__(self) -> None:
        """Begin with none."""
        self.has_ids = False
        """Whether keys are public ids, and stand for themselves."""
        # The database without a name: a temporary file that has none either, and goes even when the process is killed.
        self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._connection.executescript(_TABLES)
        self._connection.execute("BEGIN")
        self._numbers = count(1)
        self._problem_numbers = count(1)
        self.problems: Counter[Severity] = Counter()
        self.drafts: Counter[str] = Counter()
        """Kind -> how many."""

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *error: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Close the file."""
        self._connection.close()

    def stand_in(self, kind: str, key: str) -> str:
        """What stands for a draft where another refers to it."""
        return key if self.has_ids else placeholder(kind, key)

    # --- in ----------------------------------------------------------------------------------------------------------

    def note(self, problem: Problem) -> None:
        """Keep a problem; beyond so many only its severity."""
        self.problems[problem.severity] += 1
        number = next(self._problem_numbers)
        if number <= MOST_PROBLEMS:
            place = problem.place or Place(0, "")
            row = (number, problem.severity, problem.code, problem.detail, place.number, place.words, problem.field)
            self._connection.execute("INSERT INTO problem VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def add(self, draft: Draft) -> None:
        """Check a draft and keep it; what is wrong with it becomes a problem."""
        noun = BY_KIND[draft.kind]
        known = self._connection.execute(
            "SELECT number, fields FROM draft WHERE kind = ? AND key = ?", (draft.kind, draft.key)
        ).fetchone()
        values = dict(draft.values)
        if known is not None:
            before = pickle.loads(known[1])  # noqa: S301 - this process wrote it
            if before == values:
                return
            if draft.kind not in GATHERED:
                detail = "the same identifier stands for something else before; the first stands"
                self.note(Problem(Severity.error, "duplicate-id", detail, draft.place))
                return
            values = _gathered(before, values)
            if values == before:
                return
        try:
            checked = self._validated(noun, values)
            evidence = None if known is not None else self._evidence(noun, draft)
        except ValidationError as error:
            self._note_invalid(noun, draft, error)
            return
        if known is not None:
            self._change(known[0], noun, values, checked)
            return
        number, place = next(self._numbers), draft.place
        self._connection.execute(
            "INSERT INTO draft"
            " (number, kind, key, place, words, cue, revision, evidence, fields, made, digest, parent)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(number, draft.kind, draft.key, place.number, place.words, draft.cue, draft.revision),
                pickle.dumps(evidence),
                *_made(noun, values, checked),
            ),
        )
        self._refer(number, noun, values)
        self.drafts[draft.kind] += 1

    def _change(self, number: int, noun: Noun, values: Values, checked: Values) -> None:
        """Let a draft say something else."""
        self._connection.execute(
            "UPDATE draft SET fields = ?, made = ?, digest = ?, parent = ? WHERE number = ?",
            (*_made(noun, values, checked), number),
        )
        self._refer(number, noun, values)

    def _evidence(self, noun: Noun, draft: Draft) -> Rows | None:
        if noun.kind in ("document", "citation"):
            return None
        fields = {
            "record": f"{noun.prefix}:{self.stand_in(noun.kind, draft.key)}",
            "document": THE_FILE,
            "heading": draft.place.words[:500] or None,
            "paragraph": max(draft.place.number - 1, 0),
            "cue": draft.cue,
        }
        return rows_of(_CITATION, _CITATION.fields.model_validate(fields).model_dump())

    def _note_invalid(self, noun: Noun, draft: Draft, error: ValidationError) -> None:
        for one in error.errors(include_url=False, include_context=False, include_input=False):
            field = "/".join(map(str, one["loc"])) or None
            detail = f"{noun.kind.replace('_', ' ')}: {one['msg'].removeprefix('Value error, ')}"
            self.note(Problem(Severity.error, "not-valid", detail, draft.place, field))

    def _refer(self, number: int, noun: Noun, values: Values) -> None:
        rows = {(number, kind, key) for kind, key in _referred(noun, values)}
        self._connection.executemany("INSERT OR IGNORE INTO reference VALUES (?, ?, ?)", rows)

    def _validated(self, noun: Noun, values: Values) -> Values:
        """The fields as the noun has them, all of them, with stand-ins for what is referred to."""
        given = dict(values)
        for name, target in references(noun.sql).items():
            if given.get(name) is not None:
                given[name] = self._referred_to(target, given[name])
        for part in noun.parts:
            for name, target in references(part_sql(part)).items():
                if part.name in given and target != noun.kind:
                    given[part.name] = [self._item(part, name, target, item) for item in given[part.name] or ()]
        return noun.fields.model_validate(given).model_dump()

    def _item(self, part: Part, name: str, target: str, item: Any) -> Any:
        if part.scalar:
            return self._referred_to(target, item)
        return item if item.get(name) is None else item | {name: self._referred_to(target, item[name])}

    def _referred_to(self, target: str, key: str) -> str:
        kind, own = _named(target, key)
        stands = self.stand_in(kind, own)
        return f"{BY_KIND[kind].prefix}:{stands}" if target == "record" and kind != target else stands

    # --- out ---------------------------------------------------------------------------------------------------------

    def settle(self, known: Mapping[str, Iterable[str]]) -> None:
        """Leave out drafts that refer to what is neither here nor known (kind -> keys), and order those that nest."""
        run = self._connection.execute
        run("CREATE TEMP TABLE known (kind TEXT, key TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID")
        pairs = ((kind, key) for kind, keys in known.items() for key in keys)
        self._connection.executemany("INSERT OR IGNORE INTO known VALUES (?, ?)", pairs)
        self._without_optional()
        while True:
            dangling = run(
                "SELECT r.number, r.kind, r.key, d.place, d.words FROM reference r JOIN draft d ON d.number = r.number"
                " LEFT JOIN draft t ON t.kind = r.kind AND t.key = r.key"
                " LEFT JOIN known k ON k.kind = r.kind AND k.key = r.key"
                " WHERE t.number IS NULL AND k.key IS NULL ORDER BY r.number"
            ).fetchall()
            if not dangling:
                break
            for _, kind, key, place, words in dangling:
                detail = f"refers to the {kind.replace('_', ' ')} {key!r}, which is neither in the file nor known"
                self.note(Problem(Severity.error, "reference-not-found", detail, Place(place, words)))
            self._drop({number for number, *_ in dangling})
        self._nest()

    def _without_optional(self) -> None:
        """Take out references that a record can do without, where they lead nowhere."""
        run = self._connection.execute
        rows = run(
            "SELECT DISTINCT d.number, d.kind, d.place, d.words, d.fields FROM reference r"
            " JOIN draft d ON d.number = r.number"
            " LEFT JOIN draft t ON t.kind = r.kind AND t.key = r.key"
            " LEFT JOIN known k ON k.kind = r.kind AND k.key = r.key WHERE t.number IS NULL AND k.key IS NULL"
        ).fetchall()
        for number, kind, place, words, blob in rows:
            noun, values = BY_KIND[kind], pickle.loads(blob)  # noqa: S301 - this process wrote it
            for name in _DISPENSABLE & values.keys():
                target = references(noun.sql)[name]
                if values[name] is None or self._is_there(target, values[name]):
                    continue
                detail = f"{name} {values[name]!r} is neither in the file nor known, and was left out"
                self.note(Problem(Severity.warning, "reference-left-out", detail, Place(place, words), name))
                values[name] = None
            run("DELETE FROM reference WHERE number = ?", (number,))
            self._change(number, noun, values, self._validated(noun, values))

    def _is_there(self, kind: str, key: str) -> bool:
        query = "SELECT 1 FROM {} WHERE kind = ? AND key = ?"
        found = (self._connection.execute(query.format(table), (kind, key)).fetchone() for table in ("draft", "known"))
        return any(found)

    def _nest(self) -> None:
        """Give each draft its depth below what stands above it; a ring of them is left out."""
        run = self._connection.execute
        above = {
            (kind, key): (number, parent)
            for number, kind, key, parent in run("SELECT number, kind, key, parent FROM draft WHERE parent IS NOT NULL")
        }
        depths: dict[tuple[str, str], int] = {}
        rings: set[int] = set()
        for start in above:
            path: list[tuple[str, str]] = []
            here = start
            while here in above and here not in depths and here not in path:
                path.append(here)
                here = (here[0], above[here][1])
            if here in path:
                ring = path[path.index(here) :]
                rings |= {above[one][0] for one in ring}
            depth = depths.get(here, 0)
            for one in reversed(path):
                depth += 1
                depths[one] = depth
        numbers = sorted(rings)
        for number in numbers:
            place, words = run("SELECT place, words FROM draft WHERE number = ?", (number,)).fetchone()
            detail = "stands above itself, by way of what stands above it"
            self.note(Problem(Severity.error, "cycle", detail, Place(place, words)))
        self._connection.executemany(
            "UPDATE draft SET depth = ? WHERE kind = ? AND key = ?", ((depth, *one) for one, depth in depths.items())
        )
        if rings:
            self._drop(rings)
            self.settle_again()

    def settle_again(self) -> None:
        """After something was left out: what referred to it goes too."""
        run = self._connection.execute
        known: dict[str, list[str]] = {}
        for kind, key in run("SELECT kind, key FROM known").fetchall():
            known.setdefault(kind, []).append(key)
        run("DROP TABLE known")
        self.settle(known)

    def _drop(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            (kind,) = self._connection.execute("SELECT kind FROM draft WHERE number = ?", (number,)).fetchone()
            self.drafts[kind] -= 1
            self._connection.execute("DELETE FROM draft WHERE number = ?", (number,))
            self._connection.execute("DELETE FROM reference WHERE number = ?", (number,))

    def referred(self) -> Iterator[tuple[str, list[str]]]:
        """What drafts refer to and no draft is, kind by kind, some keys at a time."""
        query = (
            "SELECT DISTINCT r.kind, r.key FROM reference r LEFT JOIN draft t ON t.kind = r.kind AND t.key = r.key"
            " WHERE t.number IS NULL ORDER BY r.kind, r.key"
        )
        found: dict[str, list[str]] = {}
        for kind, key in self._connection.execute(query).fetchall():
            found.setdefault(kind, []).append(key)
        for kind, keys in found.items():
            for start in range(0, len(keys), _AT_ONCE):
                yield kind, keys[start : start + _AT_ONCE]

    def some(self, kind: str) -> Iterator[list[Staged]]:
        """The drafts of a kind, some at a time, each after what stands above it."""
        last = (-1, 0)
        while True:
            rows = self._connection.execute(
                "SELECT depth, number, key, digest, place, words, cue, revision, made, evidence FROM draft"
                " WHERE kind = ? AND (depth, number) > (?, ?) ORDER BY depth, number LIMIT ?",
                (kind, *last, _AT_ONCE),
            ).fetchall()
            if not rows:
                return
            last = rows[-1][:2]
            yield [_staged(kind, *row[2:]) for row in rows]

    def found_problems(self) -> Iterator[Problem]:
        """The problems that were kept, in the order in which they were found."""
        rows = self._connection.execute(
            "SELECT severity, code, detail, place, words, field FROM problem ORDER BY number"
        )
        for severity, code, detail, number, words, field in rows:
            place = Place(number, words) if words else None
            yield Problem(Severity(severity), code, detail, place, field)


def _made(noun: Noun, values: Values, checked: Values) -> tuple[bytes, bytes, str, str | None]:
    """What a draft says, what is made of it, its digest, and what stands above it."""
    made = (checked, rows_of(noun, checked))
    return pickle.dumps(values), pickle.dumps(made), _digest(values), values.get(_above(noun) or "")


def _staged(
    kind: str,
    key: str,
    digest: str,
    place: int,
    words: str,
    cue: str,
    revision: int | None,
    made: bytes,
    evidence: bytes,
) -> Staged:
    values, rows = pickle.loads(made)  # noqa: S301 - this process wrote it
    cited = pickle.loads(evidence)  # noqa: S301
    return Staged(kind, key, values, rows, digest, Place(place, words), cue, cited, revision)


def _above(noun: Noun) -> str | None:
    """The field by which records of a kind stand below others of their kind; two indicators may name each other."""
    ladders = (name for name, target in references(noun.sql).items() if target == noun.kind)
    return next((name for name in ladders if name != PEER), None)


def _referred(noun: Noun, values: Values) -> Iterator[tuple[str, str]]:
    """What a draft refers to: kind, key."""
    for name, target in references(noun.sql).items():
        if values.get(name) is not None:
            yield _named(target, values[name])
    for part in noun.parts:
        for name, target in references(part_sql(part)).items():
            for item in values.get(part.name) or ():
                key = item if part.scalar else item.get(name)
                if key is not None and target != noun.kind:
                    yield target, key


def _named(target: str, key: str) -> tuple[str, str]:
    """Kind and key of what is referred to; where it may be of any kind, by its prefix."""
    prefix, separator, rest = key.partition(":")
    return (BY_PREFIX[prefix].kind, rest) if target == "record" and separator and prefix in BY_PREFIX else (target, key)


def _digest(values: Values) -> str:
    return hashlib.blake2b(repr(sorted(values.items())).encode(), digest_size=16).hexdigest()


def _gathered(before: Values, values: Values) -> Values:
    """What two descriptions of one thing say together: the first value of each field stands, lists add up."""
    result = dict(before)
    for name, value in values.items():
        if isinstance(value, list):
            known = result.get(name) or []
            seen = [_told(item) for item in known]
            result[name] = (known + [item for item in value if _told(item) not in seen])[:_MOST_ITEMS]
        elif result.get(name) in (None, "unknown"):
            result[name] = value
    return result


def _told(item: Any) -> Any:
    """What makes an item of a list another one: a name is the same in whichever language it is said to be."""
    return {name: value for name, value in item.items() if name != "language"} if isinstance(item, dict) else item


ORDER = tuple(noun.kind for noun in NOUNS)
"""Kinds, each after those that it refers to."""
