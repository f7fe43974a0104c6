"""Random small worlds, and random selections in them."""

from collections.abc import Iterable
from itertools import product
from typing import Any

from hypothesis import strategies as st

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
from app.graph.selection import Selection
from tests.graph.made import facts_of

ORGANIZATIONS = [f"o{number}" for number in range(6)]
PARTIES = [f"u{number}" for number in range(3)]
STATES = ["MX-AAA", "MX-BBB", "MX-CCC", "MX-DDD"]
PLACES = ["MX", "borough", "community", "hamlet", "region", "XX"]
TOPICS = ["t0", "t1", "t2"]
DOCUMENTS = ["d0", "d1", "d2"]
PROJECTS = [f"p{number}" for number in range(6)]
KINDS = ["ngo", "funder", "media"]
PROJECT_KINDS = ["grant", "program"]
PROJECT_STATUSES = ["planned", "ongoing"]
COLLABORATION_KINDS = ["coalition", "network", "dialogue", "interview", "convening"]
COLLABORATION_STATUSES = ["planned", "forming", "active", "ended", "unknown"]
BASES = ["stated", "implied", "attributed"]
ROLES = (
    "lead implementing extending accountable partner designer convener host "
    "contributor data_source target_institution counterpart standard_setter"
).split()
MEMBER_ROLES = ["lead", "member", "convener", "supporter"]
CURRENCIES = ["USD", "MXN"]
DATES = [None, "2019", "2020", "2020-08", "2021-02-28", "2023"]
TIES = ["collaboration", "project", "funder", "state", "topic"]
INCLUDES = ["projects", "unnamed", "supports"]


def some(values: list[str], most: int) -> st.SearchStrategy[list[str]]:
    """A few of the values, in order."""
    return st.lists(st.sampled_from(values), unique=True, max_size=most).map(sorted)


# A row is a few numbers for what it refers to (taken modulo how many there are) and one choice of all the rest:
# that needs few draws, and the same strategies serve every world.

_NUMBER = st.integers(0, 63)


def _rest(*columns: Iterable[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from(list(product(*columns)))


_MONEY: list[tuple[int | None, str | None, str | None, bool]] = [
    (None, None, None, False),
    (None, None, "USD", False),
    (100, "exact", "USD", True),
    (250, None, "USD", False),
    (7, "more_than", "MXN", False),
]
_FUNDING = st.tuples(
    _NUMBER,
    _NUMBER,
    _NUMBER,
    _rest([None, "grant", "subgrant", "supplement"], [None, "commitment", "disbursement"], _MONEY),
    _rest([(None, None), (3000, "nearly")], DATES, BASES, [True, False, False]),
)
_OWN_STATES = [(), (), (), ("MX-AAA",), ("MX-BBB", "MX-CCC")]
_PARTICIPATION = st.tuples(_NUMBER, _NUMBER, _rest([*ROLES, "lead", "partner", "designer"], BASES, _OWN_STATES))
_GROUP = st.tuples(_NUMBER, _rest([None, 1, 2, 3], ["target", "target", "planned", "dissemination", "context"], BASES))
_WHERE = [*((state, None) for state in STATES), *((None, place) for place in PLACES)]
_PROJECT_STATE = st.tuples(_NUMBER, _rest(_WHERE, ["target", "target", "target", "planned", "context"], BASES))
_GROUP_STATE = st.tuples(_NUMBER, _rest(STATES, ["target", "target", "planned"], ["named", "named", "excluded"], BASES))
_TOPIC = st.tuples(_NUMBER, _rest(TOPICS, BASES))
_COLLABORATION = st.tuples(_NUMBER, _rest(COLLABORATION_KINDS, COLLABORATION_STATUSES, [False, False, True], BASES))
_MEMBER = st.tuples(_NUMBER, _NUMBER, _rest([*MEMBER_ROLES, "member", "member"], BASES))
_SPAN = [*((day, None) for day in DATES), (None, "2021"), ("2020-08", "2022-08")]
_PROJECT = st.tuples(_NUMBER, _rest(PROJECT_KINDS, PROJECT_STATUSES, BASES), st.sampled_from(_SPAN))
_CITED = st.tuples(_NUMBER, st.sampled_from(DOCUMENTS))


def _lists(row: st.SearchStrategy[Any], most: int) -> tuple[st.SearchStrategy[list[Any]], st.SearchStrategy[list[Any]]]:
    return st.lists(row, max_size=most), st.lists(row, min_size=most // 2, max_size=most)


_ROWS = {
    "project": _lists(_PROJECT, 6),
    "funding": _lists(_FUNDING, 8),
    "participation": _lists(_PARTICIPATION, 9),
    "group": _lists(_GROUP, 3),
    "project_state": _lists(_PROJECT_STATE, 7),
    "group_state": _lists(_GROUP_STATE, 4),
    "topic": _lists(_TOPIC, 6),
    "collaboration": _lists(_COLLABORATION, 4),
    "member": _lists(_MEMBER, 12),
    "cited": _lists(_CITED, 8),
}
_SIZES = st.tuples(
    st.sampled_from([0, 1, 3, 4, 4, 5, 5, 6, 6]),
    st.integers(0, 3),
    st.sampled_from([*STATES, None]),
    st.lists(st.sampled_from(KINDS), min_size=9, max_size=9),
    st.booleans(),
)


def _unique(rows: Iterable[Any], width: int) -> list[Any]:
    """The first row of each key, which is the first so many columns."""
    return list({row[:width]: row for row in reversed(list(rows))}.values())[::-1]


@st.composite
def rows_of_worlds(draw: st.DrawFn) -> dict[str, Any]:
    """Rows as they could stand in the tables: every reference exists, every check and unique key holds."""
    full = draw(st.sampled_from([0, 1, 1, 1]))
    count_organizations, count_parties, within, kinds, chained = draw(_SIZES)
    organizations, parties = ORGANIZATIONS[:count_organizations], PARTIES[:count_parties]
    actors: list[tuple[str | None, str | None]] = [*((one, None) for one in organizations)]
    actors += [(None, one) for one in parties]
    ends: list[tuple[str | None, str | None]] = [(None, None), *actors]

    def rows(kind: str) -> list[Any]:
        return draw(_ROWS[kind][full])

    projects: dict[str, ProjectFact] = {}
    for number, (above, (kind, status, basis), (start, end)) in enumerate(rows("project")):
        parents = [None] if number == 0 else [f"p{number - 1}"] if chained else [None, *projects]
        one = f"p{number}"
        projects[one] = ProjectFact(one, one.upper(), kind, status, start, end, parents[above % len(parents)], basis)
    names = list(projects)
    places = [None, *names, *names]
    funding: list[FundingFact] = []
    for funder, recipient, project, (kind, stage, money), (share, date, basis, regranted) in rows("funding"):
        paid, got = ends[funder % len(ends)], ends[recipient % len(ends)]
        spent = places[project % len(places)]
        if paid != (None, None) or got != (None, None) or spent is not None:
            through = names[(project // 2) % len(names)] if regranted and names else None
            row = (*paid, *got, spent, through, kind, stage, *money, *share, date, basis)
            funding.append(FundingFact(f"f{len(funding)}", *row))

    def of_projects(kind: str) -> list[Any]:
        return [(names[row[0] % len(names)], *row[1:]) for row in rows(kind)] if names else []

    taking_part = _unique(
        ((project, actors[who % len(actors)], *rest) for project, who, rest in of_projects("participation") if actors),
        3,
    )
    groups = [
        StateGroupFact(f"g{number}", project, f"group {number}", *rest)
        for number, (project, rest) in enumerate(of_projects("group"))
    ]
    standing = _unique((((project, *rest)) for project, rest in of_projects("project_state")), 3)
    grouped = _unique(((groups[which % len(groups)], *rest) for which, rest in rows("group_state") if groups), 2)
    collaborations = {
        f"c{number}": CollaborationFact(f"c{number}", None, kind, status, places[which % len(places)], plural, basis)
        for number, (which, (kind, status, plural, basis)) in enumerate(rows("collaboration"))
    }
    bodies = list(collaborations)
    joined = _unique(
        (
            (bodies[which % len(bodies)], actors[who % len(actors)], *rest)
            for which, who, rest in rows("member")
            if bodies and actors
        ),
        2,
    )
    citable = [f"project:{one}" for one in names] + [f"funding:{row.id}" for row in funding]
    citable += [f"participation:n{number}" for number in range(len(taking_part))]
    documents: dict[str, set[str]] = {}
    for which, document in rows("cited"):
        if citable:
            documents.setdefault(citable[which % len(citable)], set()).add(document)
    return {
        "version": 1,
        "organizations": {
            one: OrganizationFact(one, one.upper(), None, kind, "MX")
            for one, kind in zip(organizations, kinds[:6], strict=False)
        },
        "parties": {
            one: PartyFact(one, f"some of {one}", kind, 2, 5, None)
            for one, kind in zip(parties, kinds[6:], strict=False)
        },
        "states": {one: StateFact(one, one) for one in STATES},
        "places": {
            "MX": PlaceFact("MX", "Mexico", "country", None, None),
            "borough": PlaceFact("borough", "Borough", "borough", within, None),
            "community": PlaceFact("community", "Community", "community", None, "borough"),
            "hamlet": PlaceFact("hamlet", "Hamlet", "community", None, "community"),
            "region": PlaceFact("region", "Region", "region", None, "MX"),
            "XX": PlaceFact("XX", "Elsewhere", "country", None, None),
        },
        "topics": {one: TopicFact(one, one, one) for one in TOPICS},
        "projects": projects,
        "funding": tuple(funding),
        "participations": tuple(
            ParticipationFact(f"n{number}", project, who, party, role, basis, states)
            for number, (project, (who, party), role, basis, states) in enumerate(taking_part)
        ),
        "project_states": tuple(
            [
                ProjectStateFact(f"s{number}", project, state, place, role, None, None, basis)
                for number, (project, (state, place), role, basis) in enumerate(standing)
            ]
            + [
                ProjectStateFact(f"sg{number}", group.project, state, None, role, group.id, membership, basis)
                for number, (group, state, role, membership, basis) in enumerate(grouped)
            ]
        ),
        "state_groups": tuple(groups),
        "project_topics": tuple(
            ProjectTopicFact(*row) for row in _unique(((project, *rest) for project, rest in of_projects("topic")), 2)
        ),
        "collaborations": collaborations,
        "members": tuple(
            MemberFact(f"m{number:02}", collaboration, who, party, role, basis)
            for number, (collaboration, (who, party), role, basis) in enumerate(joined)
        ),
        "documents": {ref: tuple(sorted(found)) for ref, found in documents.items()},
        "document_ids": frozenset(DOCUMENTS),
    }


def worlds() -> st.SearchStrategy[Facts]:
    """Facts of such rows."""
    return rows_of_worlds().map(lambda rows: facts_of(**rows))


_VALUES = {
    "funder": ORGANIZATIONS[:3],
    "partner": ORGANIZATIONS[:3],
    "organization": ORGANIZATIONS[:3],
    "state": STATES,
    "topic": TOPICS,
    "funder_kind": KINDS,
    "partner_kind": KINDS,
    "project": PROJECTS[:3],
    "project_kind": PROJECT_KINDS,
    "project_status": PROJECT_STATUSES,
    "collaboration_kind": COLLABORATION_KINDS,
    "collaboration_status": COLLABORATION_STATUSES,
    "document": DOCUMENTS,
    "basis": BASES,
    "currency": CURRENCIES,
}
_OTHER_FILTERS = [*(set(_VALUES) - {"state", "basis", "currency"})]
_GRADES = [
    ["certain"],
    ["certain", "possible", "nationwide"],
    ["certain", "possible", "nationwide"],
    ["certain", "possible", "nationwide"],
    ["certain", "possible"],
    ["possible"],
    ["nationwide", "possible"],
]


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    """Place and time in every combination, windows open at either side, and at most two of the other filters."""
    placed, timed, by_basis, by_currency = draw(
        _rest([False, False, True], [False, True], [False, False, False, True], [False, False, True])
    )
    names = [name for name, asked in (("state", placed), ("basis", by_basis), ("currency", by_currency)) if asked]
    names += draw(st.sampled_from([*[[]] * 24, *([one] for one in sorted(_OTHER_FILTERS)), ["funder", "partner"]]))
    values: dict[str, Any] = {
        name: frozenset(draw(st.lists(st.sampled_from(_VALUES[name]), min_size=1, max_size=2))) for name in names
    }
    if timed:
        first, last = draw(st.tuples(st.integers(2018, 2024), st.integers(0, 4)))
        values["year_from"], values["year_to"] = draw(
            st.sampled_from([(first, first + last), (first, None), (None, first)])
        )
    return Selection(**values, certainty=frozenset(draw(st.sampled_from(_GRADES))))
