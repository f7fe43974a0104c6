"""Which table refers to which: read once from the foreign keys."""

from dataclasses import dataclass

from sqlalchemy import Table

from app.models.noun import Noun, Part, part_sql, references
from app.models.nouns import BY_KIND, NOUNS


@dataclass(frozen=True)
class Referrer:
    """A column, in a noun's table or in one of its parts, that points at another table."""

    noun: Noun
    part: Part | None
    field: str
    target: str

    @property
    def table(self) -> Table:
        """The table that holds the column."""
        return part_sql(self.part) if self.part else self.noun.sql

    @property
    def column(self) -> str:
        """The column's name."""
        return f"{self.field}_pk"

    @property
    def owner(self) -> str:
        """The column that holds the key of the noun's row."""
        return f"{self.noun.sql.name}_pk" if self.part else "pk"


def _referrers() -> dict[str, tuple[Referrer, ...]]:
    found: dict[str, list[Referrer]] = {noun.kind: [] for noun in NOUNS}
    for noun in NOUNS:
        for field, target in references(noun.sql).items():
            if target in found:
                found[target].append(Referrer(noun, None, field, target))
        for part in noun.parts:
            for field, target in references(part_sql(part)).items():
                if target in found and target != noun.kind:
                    found[target].append(Referrer(noun, part, field, target))
    return {kind: tuple(referrers) for kind, referrers in found.items()}


REFERRERS: dict[str, tuple[Referrer, ...]] = _referrers()
"""Kind -> every column that points at it (citations, which point at records of any kind, apart)."""


def related(noun: Noun) -> dict[str, tuple[Referrer, ...]]:
    """What `include=` can bring with a record: the lists of records that refer to it, by name."""
    lists: dict[str, list[Referrer]] = {}
    for referrer in REFERRERS[noun.kind]:
        if referrer.noun.kind == "citation":
            continue
        lists.setdefault(referrer.noun.path.replace("-", "_"), []).append(referrer)
    return {name: tuple(referrers) for name, referrers in lists.items()}


def single_references(noun: Noun) -> dict[str, Noun]:
    """What `include=` can bring with a record: the one record that a field names, by field."""
    return {field: BY_KIND[target] for field, target in references(noun.sql).items() if target in BY_KIND}
