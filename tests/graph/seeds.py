"""The seed files as facts, read without the database."""

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from app.graph.facts import (
    CollaborationFact,
    Facts,
    FundingFact,
    MemberFact,
    OrganizationFact,
    ParticipationFact,
    PartyFact,
    PlaceFact,
    ProjectFact,
    ProjectStateFact,
    ProjectTopicFact,
    RelationFact,
    StateFact,
    StateGroupFact,
    TopicFact,
)
from tests.graph.made import facts_of

SEED = Path(__file__).parents[2] / "seed"
PREFIXES = {"organization": "org", "unnamed_party": "party"}
"""Prefix of a kind's ids where it is not the kind itself."""

_Fact = TypeVar("_Fact", bound=NamedTuple)


def _rows(name: str) -> list[dict[str, Any]]:
    ((_, rows),) = tomllib.loads((SEED / f"{name}.toml").read_text(encoding="utf-8")).items()
    return sorted(rows, key=lambda row: str(row["id"]))


def _facts(name: str, made: type[_Fact], **renamed: str) -> tuple[_Fact, ...]:
    defaults = {"currency_presumed": False, "plural": False, "basis": "stated"}
    return tuple(
        made(*(row.get(renamed.get(column, column), defaults.get(column)) for column in made._fields))
        for row in _rows(name)
    )


def _funding() -> tuple[FundingFact, ...]:
    found = []
    for row, fact in zip(_rows("funding"), _facts("funding", FundingFact), strict=True):
        amount, share = row.get("amount"), row.get("share_percent")
        found.append(
            fact._replace(
                amount_minor=None if amount is None else int(Decimal(amount) * 100),
                share_hundredths=None if share is None else int(share * 100),
            )
        )
    return tuple(found)


def _documents() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(SEED.glob("*.toml")):
        for kind, rows in tomllib.loads(path.read_text(encoding="utf-8")).items():
            for row in rows:
                cited = {citation["document"] for citation in row.get("citations", ())}
                if cited:
                    found[f"{PREFIXES.get(kind, kind)}:{row['id']}"] = tuple(sorted(cited))
    return found


@cache
def seed_facts() -> Facts:
    """Everything in the seed files that networks are made from."""
    return facts_of(
        version="v1",
        organizations={one.id: one for one in _facts("organizations", OrganizationFact)},
        parties={one.id: one for one in _facts("unnamed_parties", PartyFact)},
        states={one.id: one for one in _facts("states", StateFact)},
        places={one.id: one for one in _facts("places", PlaceFact)},
        topics={one.id: one for one in _facts("topics", TopicFact)},
        projects={one.id: one for one in _facts("projects", ProjectFact)},
        funding=_funding(),
        participations=tuple(
            one._replace(states=tuple(one.states or ())) for one in _facts("participations", ParticipationFact)
        ),
        project_states=_facts("project_states", ProjectStateFact),
        state_groups=_facts("state_groups", StateGroupFact, states="count"),
        project_topics=tuple(
            ProjectTopicFact(row["id"], topic["topic"], topic["basis"])
            for row in _rows("projects")
            for topic in row.get("topics", ())
        ),
        collaborations={one.id: one for one in _facts("collaborations", CollaborationFact)},
        members=_facts("collaboration_members", MemberFact),
        relations=_facts("organization_relations", RelationFact),
        documents=_documents(),
        document_ids=frozenset(row["id"] for row in _rows("documents")),
    )
