"""Fields of answers that follow from other tables."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, not_, or_, select

from app.graph.facts import COUNTRY
from app.models.noun import Values
from app.models.organizations import Organization, UnnamedParty
from app.models.places import Place, State
from app.models.projects import Funding, Project, ProjectState, StateGroup
from app.models.results import Finding, Indicator
from app.models.tables import sql_table

_PROJECT = sql_table(Project)
_FUNDING = sql_table(Funding)
_PROJECT_STATE = sql_table(ProjectState)
_STATE_GROUP = sql_table(StateGroup)
_FINDING = sql_table(Finding)
_INDICATOR = sql_table(Indicator)
_STATE = sql_table(State)
_PLACE = sql_table(Place)
_ORGANIZATION = sql_table(Organization)
_PARTY = sql_table(UnnamedParty)


_NATIONWIDE = (
    select(_PROJECT_STATE.c.project_pk)
    .join(_PLACE, _PLACE.c.pk == _PROJECT_STATE.c.place_pk)
    .where(_PLACE.c.id == COUNTRY, _PROJECT_STATE.c.role == "target")
)
_PLACED = select(_PROJECT_STATE.c.project_pk).where(
    _PROJECT_STATE.c.role == "target",
    or_(_PROJECT_STATE.c.membership.is_(None), _PROJECT_STATE.c.membership == "named"),
)
_OUTCOMES = select(_FINDING.c.project_pk).where(_FINDING.c.kind == "outcome")
_RESULTS = select(_INDICATOR.c.project_pk).where(_INDICATOR.c.kind == "result", _INDICATOR.c.low_micro.is_not(None))


def nationwide_projects(connection: Connection, *, holds: bool) -> set[int]:
    """Keys of the projects that a source calls nationwide, or of the others."""
    inside = _PROJECT.c.pk.in_(_NATIONWIDE)
    return set(connection.execute(select(_PROJECT.c.pk).where(inside if holds else not_(inside))).scalars())


def placeless_projects(connection: Connection, *, holds: bool) -> set[int]:
    """Keys of the projects for which nothing says where they work, or of the others."""
    placed = or_(
        _PROJECT.c.pk.in_(select(_PROJECT_STATE.c.project_pk).where(_PROJECT_STATE.c.role != "context")),
        _PROJECT.c.pk.in_(select(_STATE_GROUP.c.project_pk)),
        _PROJECT.c.scope.is_not(None),
    )
    return set(connection.execute(select(_PROJECT.c.pk).where(not_(placed) if holds else placed)).scalars())


def _project(connection: Connection, records: Sequence[Values]) -> None:
    keys = [record["pk"] for record in records]
    nationwide = set(connection.execute(_NATIONWIDE.where(_PROJECT_STATE.c.project_pk.in_(keys))).scalars())
    funders = effective_funders(connection, keys)
    placed = set(connection.execute(_PLACED.where(_PROJECT_STATE.c.project_pk.in_(keys))).scalars())
    resulted = set(connection.execute(_OUTCOMES.where(_FINDING.c.project_pk.in_(keys))).scalars())
    resulted |= set(connection.execute(_RESULTS.where(_INDICATOR.c.project_pk.in_(keys))).scalars())
    for record in records:
        is_planned = record["project_status"] == "planned"
        record["place_status"] = "known" if record["pk"] in placed else "unknown"
        record["result_status"] = "known" if record["pk"] in resulted else "none_recorded" if is_planned else "unknown"
        record["nationwide"] = record["pk"] in nationwide
        record["effective_funder"] = funders[record["pk"]]


def effective_funders(connection: Connection, keys: Sequence[int]) -> dict[int, Values]:
    """Project key -> its effective funder: of the nearest self-or-ancestor with a funding row that names one."""
    found: dict[int, Values] = {}
    climbing = {pk: pk for pk in keys}
    ids: dict[int, str] = {}
    seen: dict[int, set[int]] = {pk: set() for pk in keys}
    while climbing:
        here = sorted(set(climbing.values()))
        named: dict[int, tuple[set[str], set[str]]] = {}
        for project, organization, party in connection.execute(
            select(_FUNDING.c.project_pk, _ORGANIZATION.c.id, _PARTY.c.id)
            .outerjoin(_ORGANIZATION, _ORGANIZATION.c.pk == _FUNDING.c.funder_pk)
            .outerjoin(_PARTY, _PARTY.c.pk == _FUNDING.c.funder_party_pk)
            .where(
                _FUNDING.c.project_pk.in_(here),
                or_(_FUNDING.c.funder_pk.is_not(None), _FUNDING.c.funder_party_pk.is_not(None)),
            )
        ):
            organizations, parties = named.setdefault(project, (set(), set()))
            if organization is not None:
                organizations.add(organization)
            if party is not None:
                parties.add(party)
        parents: dict[int, int | None] = {}
        for pk, public_id, parent in connection.execute(
            select(_PROJECT.c.pk, _PROJECT.c.id, _PROJECT.c.parent_pk).where(_PROJECT.c.pk.in_(here))
        ):
            ids[pk] = public_id
            parents[pk] = parent
        onward = {}
        for start, now in climbing.items():
            seen[start].add(now)
            parent = parents.get(now)
            if now in named:
                organizations, parties = named[now]
                found[start] = {
                    "status": "known",
                    "organizations": sorted(organizations),
                    "parties": sorted(parties),
                    "inherited_from": None if now == start else ids[now],
                }
            elif parent is None or parent in seen[start]:
                found[start] = {"status": "unknown", "organizations": [], "parties": [], "inherited_from": None}
            else:
                onward[start] = parent
        climbing = onward
    return found


def _state_group(connection: Connection, records: Sequence[Values]) -> None:
    members: dict[int, dict[str, list[str]]] = {}
    for group, state, membership in connection.execute(
        select(_PROJECT_STATE.c.state_group_pk, _STATE.c.id, _PROJECT_STATE.c.membership)
        .join(_STATE, _STATE.c.pk == _PROJECT_STATE.c.state_pk)
        .where(_PROJECT_STATE.c.state_group_pk.in_([record["pk"] for record in records]))
        .order_by(_STATE.c.id)
    ):
        members.setdefault(group, {}).setdefault(membership, []).append(state)
    for record in records:
        here = members.get(record["pk"], {})
        record["named"] = here.get("named", [])
        record["excluded"] = here.get("excluded", [])
        record["unnamed_count"] = None if record["count"] is None else max(0, record["count"] - len(record["named"]))


DERIVED: dict[str, Callable[[Connection, Sequence[Values]], None]] = {
    "project": _project,
    "state_group": _state_group,
}
"""Kind -> the function that adds its derived fields to records that still have their key."""
