"""What the tests of readers share: a file read to its end, with all that was said of it."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.exchange.drafts import Draft, FileRefused, Problem, Reader, Report
from app.models.noun import Values


@dataclass
class Found:
    """What a reader made of a file."""

    drafts: list[Draft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    refusal: Problem | None = None
    report: Report = field(init=False)

    def __post_init__(self) -> None:
        """Note the problems here."""
        self.report = Report(self.problems.append)

    @property
    def codes(self) -> list[str]:
        """The codes of the problems, in order."""
        return [problem.code for problem in self.problems]

    @property
    def places(self) -> list[str]:
        """Where the problems are, in words."""
        return [problem.place.words if problem.place else "" for problem in self.problems]

    def values(self, kind: str, key: str) -> Values:
        """The values of the one draft of a kind and key."""
        (found,) = [draft.values for draft in self.drafts if (draft.kind, draft.key) == (kind, key)]
        return found

    def keys(self, kind: str) -> list[str]:
        """The keys of the drafts of a kind."""
        return [draft.key for draft in self.drafts if draft.kind == kind]


def read_all(reader: Reader, content: bytes, options: Mapping[str, str] | None = None) -> Found:
    """Read a file to its end, or to where it is refused."""
    found = Found()
    try:
        for draft in reader(io.BytesIO(content), found.report, options or {}):
            found.drafts.append(draft)
    except FileRefused as refusal:
        found.refusal = refusal.problem
    return found
