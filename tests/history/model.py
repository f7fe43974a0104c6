"""A plain model of the store: dictionaries that are copied at every version, and what each operation should do."""

from copy import deepcopy
from functools import cache
from random import Random
from typing import Any

from app.history.writer import Writer
from app.models.noun import Noun, part_sql, references
from app.models.nouns import BY_KIND, ref_of
from app.problems import Problem
from app.store import records
from app.store.records import CREATE
from tests.history.picture import citation_key

Row = dict[str, Any]
KINDS = (
    "state",
    "topic",
    "organization",
    "document",
    "project",
    "funding",
    "participation",
    "tool",
    "topic",
    "project",
)
"""What is written: nouns with and without parts, with references to themselves and to others. Some more often."""

REFERENCES = cache(references)
"""Of a table, which do not change."""

WORDS = ("Justicia", "Tejido social", "México Evalúa, A.C.", "Niñas y niños", "NED", "Agua", "Red", "A. C.")


class Model:
    """The records that should be there, the ids that were used, and what was done in the open transaction."""

    def __init__(self, seed: int) -> None:
        """Start empty; the seed decides everything that follows."""
        self.random = Random(seed)
        self.records: dict[str, dict[str, Row]] = {}
        self.revisions: dict[tuple[str, str], int] = {}
        self.used: set[tuple[str, str]] = set()
        self.log: list[tuple[str, str, str, int]] = []
        """(action, kind, id, revision) of the open transaction; citations go by what they say."""
        self._number = 0

    def copy(self) -> "Model":
        """The model as it is now; the random numbers go on in common."""
        made = Model(0)
        made.random = self.random
        made.records, made.revisions = deepcopy(self.records), dict(self.revisions)
        made.used, made.log, made._number = set(self.used), list(self.log), self._number
        return made

    def words(self) -> dict[str, dict[str, Row]]:
        """The records by kind, without the kinds that have none."""
        return {kind: found for kind, found in self.records.items() if found}

    # What to do

    def step(self, writer: Writer) -> str:
        """One random operation on the store and on the model; returns what it was. A `Problem` must be as foretold."""
        kind = self.random.choice(KINDS)
        there = sorted(self.records.get(kind, {}))
        choice = self.random.random()
        if choice < 0.45 or not there:
            return self._create(writer, BY_KIND[kind])
        if choice < 0.8:
            return self._update(writer, BY_KIND[kind], self.random.choice(there))
        return self._delete(writer, BY_KIND[kind], self.random.choice(there))

    def _create(self, writer: Writer, noun: Noun) -> str:
        # Few numbers, so that ids of deleted records are asked for again.
        number = self.random.randrange(60)
        public_id = f"MX-{chr(65 + number // 26)}{chr(65 + number % 26)}X" if noun.kind == "state" else f"r{number}"
        body = self._body(noun) | {"id": public_id, "citations": self._citations(public_id)}
        values = CREATE[noun.kind].model_validate(body).model_dump()
        citations = values.pop("citations")
        del values["visibility"]
        values.pop("id")
        if (noun.kind, public_id) in self.used:
            expected = "id-taken"
        elif self._dangles(noun, values):
            expected = "reference-not-found"
        else:
            expected = ""
        self._do(expected, lambda: records.create(writer, noun, CREATE[noun.kind].model_validate(body)))
        if not expected:
            self._put(noun.kind, public_id, values, "create", 1)
            for citation in citations:
                fields = citation | {"record": ref_of(noun.kind, public_id)}
                self._put("citation", citation_key(fields), fields, "create", 1)
        return f"create {noun.kind} {public_id}: {expected or 'done'}"

    def _update(self, writer: Writer, noun: Noun, public_id: str) -> str:
        before = self.records[noun.kind][public_id]
        body = self._body(noun)
        names = self.random.sample(sorted(body), self.random.randint(1, len(body)))
        changes = {name: body[name] for name in names} if self.random.random() < 0.85 else {}
        if noun.kind == "funding" and {"amount", "currency"} & set(changes):
            changes |= {"amount": body["amount"], "currency": body["currency"]}
        if noun.kind == "participation":
            changes = {"note": body["note"], "states": body["states"]}
        values = noun.fields.model_validate(before | changes).model_dump()
        revision = self.revisions[noun.kind, public_id]
        if self.random.random() < 0.1:
            expected, revision = "changed-meanwhile", revision + self.random.choice((-1, 1))
        elif values == before:
            expected = ""
        elif self._dangles(noun, values):
            expected = "reference-not-found"
        elif self._is_own_parent(noun, public_id, values):
            expected = "cycle"
        else:
            expected = ""
        self._do(expected, lambda: records.update(writer, noun, public_id, changes, revision))
        if not expected and values != before:
            self._put(noun.kind, public_id, values, "update", revision + 1)
        return f"update {noun.kind} {public_id} {sorted(changes)}: {expected or 'done'}"

    def _delete(self, writer: Writer, noun: Noun, public_id: str) -> str:
        revision = self.revisions[noun.kind, public_id]
        if self.random.random() < 0.1:
            expected, revision = "changed-meanwhile", revision + 1
        elif self._is_referred_to(noun, public_id):
            expected = "referred-to"
        else:
            expected = ""
        self._do(expected, lambda: records.delete(writer, noun, public_id, revision))
        if not expected:
            ref = ref_of(noun.kind, public_id)
            for key in [key for key, one in self.records.get("citation", {}).items() if one["record"] == ref]:
                self._drop("citation", key)
            self._drop(noun.kind, public_id)
        return f"delete {noun.kind} {public_id}: {expected or 'done'}"

    def _do(self, expected: str, operation: Any) -> None:
        try:
            operation()
        except Problem as problem:
            if problem.kind != expected:
                raise AssertionError(f"{problem.kind}: {problem.detail}, not {expected or 'done'}") from problem
            raise
        assert not expected, f"done, not {expected}"

    def _put(self, kind: str, public_id: str, values: Row, action: str, revision: int) -> None:
        self.records.setdefault(kind, {})[public_id] = values
        self.revisions[kind, public_id] = revision
        self.used.add((kind, public_id))
        self.log.append((action, kind, public_id, revision))

    def _drop(self, kind: str, public_id: str) -> None:
        del self.records[kind][public_id]
        self.log.append(("delete", kind, public_id, self.revisions.pop((kind, public_id)) + 1))

    # What would be wrong

    def _targets(self, noun: Noun, values: Row) -> list[tuple[str, str]]:
        found = [(target, values[name]) for name, target in REFERENCES(noun.sql).items() if values.get(name)]
        for part in noun.parts:
            for item in values[part.name]:
                fields = {part.scalar: item} if part.scalar else item
                pointing = REFERENCES(part_sql(part)).items()
                found += [(target, fields[name]) for name, target in pointing if fields.get(name)]
        return found

    def _dangles(self, noun: Noun, values: Row) -> bool:
        return any(one not in self.records.get(target, {}) for target, one in self._targets(noun, values))

    def _is_own_parent(self, noun: Noun, public_id: str, values: Row) -> bool:
        above = values.get("parent")
        while above is not None and above != public_id:
            above = self.records[noun.kind][above]["parent"]
        return above is not None

    def _is_referred_to(self, noun: Noun, public_id: str) -> bool:
        return any(
            (noun.kind, public_id) in self._targets(BY_KIND[kind], values)
            for kind, found in self.records.items()
            for values in found.values()
        )

    # What to write

    def _some(self, kind: str) -> str:
        """The id of a record of the kind, or rarely one that is not there."""
        there = sorted(self.records.get(kind, {}))
        if not there or self.random.random() < 0.03:
            return "MX-ZZZ" if kind == "state" else "nowhere"
        return self.random.choice(there)

    def _few(self, kind: str) -> list[str]:
        there = sorted(self.records.get(kind, {}))
        return self.random.sample(there, min(len(there), self.random.randrange(4)))

    def _maybe(self, value: Any) -> Any:
        return value if self.random.random() < 0.5 else None

    def _text(self) -> str:
        return f"{self.random.choice(WORDS)} {self.random.randrange(5)}"

    def _fresh(self) -> int:
        self._number += 1
        return self._number

    def _citations(self, public_id: str) -> list[Row]:
        there = sorted(self.records.get("document", {}))
        if not there or self.random.random() < 0.6:
            return []
        one = {"document": self.random.choice(there), "heading": self._maybe("Heading")}
        return [one | {"paragraph": n, "cue": f"cue {public_id}"} for n in range(self.random.randint(1, 3))]

    def _body(self, noun: Noun) -> Row:
        made: dict[str, Row] = {
            "state": {
                "inegi": f"{self.random.randint(1, 32):02}",
                "name": self._text(),
                "names": [{"text": self._text() + str(n), "kind": "short"} for n in range(self.random.randrange(3))],
            },
            "topic": {
                "label_en": self._text(),
                "label_es": self._text(),
                "crs_code": self._maybe("15130"),
                "parent": self._maybe(self._some("topic")),
            },
            "organization": {
                "name": self._text(),
                "basis": "stated",
                "kind": self.random.choice(("ngo", "funder")),
                "context_only": self.random.random() < 0.5,
                "names": [
                    {"text": self._text() + str(n), "kind": "short", "language": self._maybe("es"), "basis": "stated"}
                    for n in range(self.random.randrange(3))
                ],
                "identifiers": [
                    {"scheme": "MX-RFC", "value": str(self._fresh())} for _ in range(self.random.randrange(2))
                ],
            },
            "document": {"title": self._text(), "basis": "stated", "language": "es", "kind": "report"},
            "project": {
                "title": self._text(),
                "basis": self.random.choice(("stated", "implied")),
                "kind": "grant",
                "project_status": "ongoing",
                "start_date": self._maybe("2020-08"),
                "parent": self._maybe(self._some("project")),
                "topics": [{"topic": one, "basis": "stated"} for one in self._few("topic")],
            },
            "funding": {
                "funder": self._maybe(self._some("organization")),
                "project": self._some("project"),
                "amount": (amount := self._maybe(f"{self.random.randrange(10**6)}.50")),
                "currency": "USD" if amount else self._maybe("MXN"),
                "share_percent": self._maybe("33.30"),
                "basis": "stated",
            },
            "participation": {
                "project": self._some("project"),
                "organization": self._some("organization"),
                "role": "partner",
                "role_as_written": self._maybe(self._text()),
                "states": self._few("state"),
                "basis": "stated",
                "note": self._text(),
            },
            "tool": {
                "name": self._text(),
                "kind": "platform",
                "tool_status": "active",
                "owner": self._maybe(self._some("organization")),
                "projects": self._few("project"),
            },
        }
        return made[noun.kind]
