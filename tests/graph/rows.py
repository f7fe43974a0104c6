"""Short ways to write rows by hand."""

from typing import Any

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
    StateFact,
    StateGroupFact,
    TopicFact,
)
from tests.graph.made import facts_of


def _actor(ref: str | None) -> tuple[str | None, str | None]:
    """`u…` is an unnamed party, anything else an organization."""
    return (None, ref) if ref is not None and ref.startswith("u") else (ref, None)


def project(public_id: str, start: str | None = None, end: str | None = None, parent: str | None = None) -> ProjectFact:
    """A project."""
    return ProjectFact(public_id, public_id.upper(), "grant", "ongoing", start, end, parent)


def paid(public_id: str, funder: str | None, recipient: str | None, project: str | None, **own: Any) -> FundingFact:
    """A funding row; `own` has whatever else is known."""
    known: dict[str, Any] = dict.fromkeys(FundingFact._fields)
    known |= {"currency_presumed": False, "basis": "stated"} | own
    known |= dict(zip(("funder", "funder_party"), _actor(funder), strict=True))
    known |= dict(zip(("recipient", "recipient_party"), _actor(recipient), strict=True))
    return FundingFact(**(known | {"id": public_id, "project": project}))


def part(public_id: str, actor: str, role: str, project: str, *states: str, basis: str = "stated") -> ParticipationFact:
    """A participation."""
    return ParticipationFact(public_id, project, *_actor(actor), role, basis, states)


def at(
    public_id: str,
    project: str,
    where: str,
    role: str = "target",
    group: str | None = None,
    membership: str | None = None,
    basis: str = "stated",
) -> ProjectStateFact:
    """A state (`MX-…`) or place of a project."""
    state, place = (where, None) if where.startswith("MX-") else (None, where)
    return ProjectStateFact(public_id, project, state, place, role, group, membership, basis)


def group(public_id: str, project: str, count: int | None, role: str = "target") -> StateGroupFact:
    """A counted group of states."""
    return StateGroupFact(public_id, project, public_id, count, role, "stated")


def body(
    public_id: str, kind: str = "coalition", status: str = "active", project: str | None = "p", *, plural: bool = False
) -> CollaborationFact:
    """A collaboration."""
    return CollaborationFact(public_id, None, kind, status, project, plural, "stated")


def members(collaboration: str, **roles: str) -> list[MemberFact]:
    """Members of a collaboration: actor=role."""
    return [
        MemberFact(f"{collaboration}-{actor}", collaboration, *_actor(actor), role, "stated")
        for actor, role in roles.items()
    ]


def world(*rows: Any, topics: tuple[tuple[str, str], ...] = ()) -> Facts:
    """Facts of these rows; organizations and parties are made as they are named, places and states are fixed."""

    def of(kind: type) -> list[Any]:
        return [row for row in rows if isinstance(row, kind)]

    named: set[str] = set()
    unnamed: set[str] = set()
    for row in (*of(FundingFact), *of(ParticipationFact), *of(MemberFact)):
        for column in ("funder", "recipient", "organization"):
            named |= {getattr(row, column, None) or ""}
        for column in ("funder_party", "recipient_party", "party"):
            unnamed |= {getattr(row, column, None) or ""}
    return facts_of(
        version="v1",
        organizations={one: OrganizationFact(one, one, None, "ngo", "MX") for one in sorted(named - {""})},
        parties={one: PartyFact(one, one, "ngo", None, None, None) for one in sorted(unnamed - {""})},
        states={one: StateFact(one, one) for one in ("MX-AAA", "MX-BBB", "MX-CCC", "MX-DDD")},
        places={
            "MX": PlaceFact("MX", "Mexico", "country", None, None),
            "borough": PlaceFact("borough", "Borough", "borough", "MX-AAA", None),
            "community": PlaceFact("community", "Community", "community", None, "borough"),
            "north": PlaceFact("north", "The north", "region", None, "MX"),
        },
        topics={one: TopicFact(one, one, one) for one in ("t0", "t1", "t2")},
        projects={row.id: row for row in of(ProjectFact)},
        funding=tuple(sorted(of(FundingFact), key=lambda row: str(row.id))),
        participations=tuple(sorted(of(ParticipationFact), key=lambda row: str(row.id))),
        project_states=tuple(sorted(of(ProjectStateFact), key=lambda row: str(row.id))),
        state_groups=tuple(sorted(of(StateGroupFact), key=lambda row: str(row.id))),
        project_topics=tuple(ProjectTopicFact(one, topic, "stated") for one, topic in topics),
        collaborations={row.id: row for row in of(CollaborationFact)},
        members=tuple(sorted(of(MemberFact), key=lambda row: str(row.id))),
    )
