"""Reads IATI files for the tests."""

import io
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from app.exchange.drafts import Draft, Problem, Report
from app.exchange.iati_reading import read_iati
from app.models.noun import Values
from app.models.nouns import BY_KIND

FILES = Path(__file__).parent / "files"


@dataclass
class Taken:
    """What came of a file."""

    drafts: list[Draft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    about: dict[str, str] = field(default_factory=dict)
    progress: list[int] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """Kind -> how many keys."""
        return dict(Counter(kind for kind, _ in {(draft.kind, draft.key) for draft in self.drafts}))

    @property
    def codes(self) -> list[str]:
        """The codes of the problems."""
        return [problem.code for problem in self.problems]

    def all(self, kind: str) -> list[Values]:
        """The values of the drafts of a kind."""
        return [draft.values for draft in self.drafts if draft.kind == kind]

    def one(self, kind: str, key: str) -> Values:
        """The values of the first draft with a key, those that are not null."""
        draft = next(draft for draft in self.drafts if (draft.kind, draft.key) == (kind, key))
        return {name: value for name, value in draft.values.items() if value not in (None, [])}


def taken(source: bytes | str, *, closed: bool = True, **options: str) -> Taken:
    """Read a file; every draft must be what its noun takes and, if `closed`, refer only to what is in the file."""
    given = (FILES / source).read_bytes() if isinstance(source, str) else source
    found = Taken()
    report = Report(found.problems.append, found.progress.append)
    found.drafts = list(read_iati(io.BytesIO(given), report, options))
    found.left_out, found.about = report.left_out, report.about
    keys = {(draft.kind, draft.key) for draft in found.drafts}
    for draft in found.drafts:
        check(draft, keys if closed else None)
    return found


_REFERENCES = {
    "project": "project",
    "parent": "project",
    "through_project": "project",
    "funder": "organization",
    "recipient": "organization",
    "organization": "organization",
    "place": "place",
    "party": "unnamed_party",
    "funder_party": "unnamed_party",
    "recipient_party": "unnamed_party",
}


def check(draft: Draft, keys: set[tuple[str, str]] | None) -> None:
    """The fields are those of the noun, and what they refer to is there."""
    values = dict(draft.values)
    for name, kind in _REFERENCES.items():
        if values.get(name) is not None:
            assert keys is None or (kind, values[name]) in keys, (draft.key, name, values[name])
            values[name] = "MX" if kind == "place" else "some-id"
    if draft.kind == "project":
        assert keys is None or all(("topic", topic["topic"]) in keys for topic in values["topics"])
        values["topics"] = [topic | {"topic": "some-id"} for topic in values["topics"]]
    BY_KIND[draft.kind].fields.model_validate(values)
    assert len(draft.cue) <= 120
    assert len(draft.cue.split()) <= 8


def activities(*inner: str, version: str = "2.03") -> bytes:
    """A file of activities."""
    return f'<iati-activities version="{version}">{"".join(inner)}</iati-activities>'.encode()


def activity(inner: str = "", *, identifier: str = "X-1", attributes: str = 'default-currency="USD"') -> str:
    """An activity with what each must have, and more."""
    return (
        f"<iati-activity {attributes}><iati-identifier>{identifier}</iati-identifier>"
        '<reporting-org ref="XX-R-1" type="22"><narrative>Red Uno</narrative></reporting-org>'
        f"<title><narrative>Title</narrative></title>{inner}</iati-activity>"
    )


def transaction(
    value: str = "10", *, code: str = "3", date: str = "2020-01-01", more: str = "", attributes: str = ""
) -> str:
    """A transaction."""
    return (
        f'<transaction><transaction-type code="{code}"/><transaction-date iso-date="{date}"/>'
        f"<value {attributes}>{value}</value>{more}</transaction>"
    )
