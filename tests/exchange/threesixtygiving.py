"""Reads and writes files of 360Giving for the tests."""

import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from jsonschema import Draft4Validator  # type: ignore[import-untyped]

from app.exchange.drafts import Draft, Place, Problem, Report
from app.exchange.iati_writing import Activity
from app.exchange.places import state_of
from app.exchange.staging import Staging, placeholder
from app.exchange.threesixtygiving import read
from app.exchange.threesixtygiving_writing import Package, write_json
from app.models.noun import Values
from app.models.nouns import BY_KIND

FILES = Path(__file__).parent / "files"
SCHEMA = FILES / "360giving-grant.schema.json"

FUNDER: Values = {"id": "GB-CHC-1164883", "name": "Fundación Telar"}
RECIPIENT: Values = {"id": "MX-RFC-TEJ010203AB1", "name": "Tejedoras del Sur, A.C."}


def grant(number: int | str = 1, /, **values: Any) -> Values:
    """A grant with the fields that 360Giving asks for, and others; None takes one away."""
    given = {
        "id": f"360G-telar-{number}",
        "title": "Escuela de defensoras",
        "description": "Formación de defensoras comunitarias.",
        "currency": "MXN",
        "amountAwarded": 250000,
        "awardDate": "2020-05-06",
        "recipientOrganization": [RECIPIENT],
        "fundingOrganization": [FUNDER],
    }
    return {name: value for name, value in (given | values).items() if value is not None}


@dataclass
class Taken:
    """What came of a file."""

    drafts: list[Draft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    about: dict[str, str] = field(default_factory=dict)
    progress: list[int] = field(default_factory=list)

    @property
    def codes(self) -> list[str]:
        """The codes of the problems."""
        return [problem.code for problem in self.problems]

    @property
    def told(self) -> list[tuple[str, str, str | None]]:
        """Severity, code, field of each problem."""
        return [(problem.severity.value, problem.code, problem.field) for problem in self.problems]

    def keys(self, kind: str) -> list[str]:
        """The keys of the drafts of a kind."""
        return [draft.key for draft in self.drafts if draft.kind == kind]

    def all(self, kind: str) -> list[Values]:
        """The values of the drafts of a kind."""
        return [draft.values for draft in self.drafts if draft.kind == kind]

    def one(self, kind: str, key: str | None = None) -> Values:
        """The values of the only draft of a kind, or of the one with a key."""
        (found,) = [draft.values for draft in self.drafts if draft.kind == kind and key in {None, draft.key}]
        return found

    def places(self) -> dict[str, str]:
        """State or place -> basis."""
        return {row.get("state") or row["place"]: row["basis"] for row in self.all("project_state")}


def taken(source: bytes | BinaryIO | Values | Sequence[Any], /, **options: str) -> Taken:
    """Read a file, or the JSON of an object or a list."""
    given = json.dumps(source).encode() if isinstance(source, dict | list) else source
    found = Taken()
    report = Report(found.problems.append, found.progress.append)
    file = io.BytesIO(given) if isinstance(given, bytes) else given
    try:
        found.drafts.extend(read(file, report, options))  # type: ignore[arg-type] # a file, by now
    finally:
        found.left_out, found.about = report.left_out, report.about
    return found


class Records:
    """Records as the read schemas have them, from drafts that all passed the models' own checks."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        """In whichever order."""
        self.of: dict[str, dict[str, Values]] = {kind: {} for kind in BY_KIND}
        self._ids: dict[str, str] = {}
        with Staging() as staging:
            for draft in drafts:
                staging.add(draft)
            problems = list(staging.found_problems())
            assert not problems, problems
            for kind in BY_KIND:
                for some in staging.some(kind):
                    for one in some:
                        record_id = placeholder(kind, one.key)
                        self.of[kind][record_id] = one.values | {"id": record_id}
        for draft in drafts:
            for kind, key in (("place", draft.values.get("place")), ("state", draft.values.get("state"))):
                if key is not None:
                    self._ids[placeholder(kind, key)] = key

    def find(self, kind: str, record_id: str, /) -> Values | None:
        """As the writer asks for it; countries and states have their codes for ids."""
        if kind == "state":
            code = self._ids[record_id]
            assert state_of(code=code) == code
            return {"id": code, "name": code}
        found = self.of[kind].get(record_id)
        return found and found | {"id": self._ids.get(record_id, record_id)}

    def activities(self) -> list[Activity]:
        """The projects with what refers to them."""
        return [
            Activity(
                project,
                funding=self._with("funding", record_id),
                states=[self._coded(row) for row in self._with("project_state", record_id)],
                state_groups=self._with("state_group", record_id),
            )
            for record_id, project in self.of["project"].items()
        ]

    def _with(self, kind: str, project: str) -> list[Values]:
        return [row for row in self.of[kind].values() if row["project"] == project]

    def _coded(self, row: Values) -> Values:
        codes = {name: row[name] and self._ids[row[name]] for name in ("state", "place")}
        return row | codes


class Coded:
    """Finds states and places by their codes, all else as `Records` does."""

    def __init__(self, records: Records) -> None:
        """Of these records."""
        self._records = records

    def find(self, kind: str, record_id: str, /) -> Values | None:
        """A record."""
        in_code = kind in {"state", "place"} and not record_id.startswith("draft-")
        return self._records.find(kind, placeholder(kind, record_id) if in_code else record_id)


def written(found: Taken, package: Package | None = None) -> tuple[Values, Counter[str]]:
    """What the writer makes of drafts, as JSON, and what it left out."""
    records, left_out = Records(found.drafts), Counter[str]()
    pieces = write_json(records.activities(), Coded(records), package or Package(), left_out=left_out)
    return json.loads(b"".join(pieces), parse_float=str), left_out


@cache
def _validator() -> Draft4Validator:
    return Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def check_grants(grants: Sequence[Mapping[str, Any]]) -> None:
    """Each is what 360Giving asks for."""
    for one in grants:
        errors = [f"{'/'.join(map(str, error.path))}: {error.message}" for error in _validator().iter_errors(one)]
        assert not errors, errors


def row(number: int, words: str | None = None) -> Place:
    """The place of a row."""
    return Place(number, words or f"row {number}")
