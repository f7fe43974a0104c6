"""Fields of answers that follow from other tables."""

from collections.abc import Callable, Sequence

from sqlalchemy import Select, not_, or_, select

from app.graph.facts import COUNTRY
from app.history.view import View
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


def _nationwide(view: View) -> Select[int]:
    placed, place = view[_PROJECT_STATE], view[_PLACE]
    query = select(placed.c.project_pk).join(place, place.c.pk == placed.c.place_pk)
    return query.where(place.c.id == COUNTRY, placed.c.role == "target")


def _placed(view: View) -> Select[int]:
    placed = view[_PROJECT_STATE]
    named = or_(placed.c.membership.is_(None), placed.c.membership == "named")
    return select(placed.c.project_pk).where(placed.c.role == "target", named)


def _resulted(view: View, keys: Sequence[int]) -> set[int]:
    finding, indicator = view[_FINDING], view[_INDICATOR]
    outcomes = select(finding.c.project_pk).where(finding.c.kind == "outcome", finding.c.project_pk.in_(keys))
    results = select(indicator.c.project_pk).where(
        indicator.c.kind == "result", indicator.c.low_micro.is_not(None), indicator.c.project_pk.in_(keys)
    )
    return set(view.connection.execute(outcomes).scalars()) | set(view.connection.execute(results).scalars())


def nationwide_projects(view: View, *, holds: bool) -> set[int]:
    """Keys of the projects that a source calls nationwide, or of the others."""
    project = view[_PROJECT]
    inside = project.c.pk.in_(_nationwide(view))
    return set(view.connection.execute(select(project.c.pk).where(inside if holds else not_(inside))).scalars())


def placeless_projects(view: View, *, holds: bool) -> set[int]:
    """Keys of the projects for which nothing says where they work, or of the others."""
    project, states, groups = view[_PROJECT], view[_PROJECT_STATE], view[_STATE_GROUP]
    placed = or_(
        project.c.pk.in_(select(states.c.project_pk).where(states.c.role != "context")),
        project.c.pk.in_(select(groups.c.project_pk)),
        project.c.scope.is_not(None),
    )
    return set(view.connection.execute(select(project.c.pk).where(not_(placed) if holds else placed)).scalars())


def _project(view: View, records: Sequence[Values]) -> None:
    keys = [record["pk"] for record in records]
    own = view[_PROJECT_STATE].c.project_pk.in_(keys)
    nationwide = set(view.connection.execute(_nationwide(view).where(own)).scalars())
    funders = effective_funders(view, keys)
    placed = set(view.connection.execute(_placed(view).where(own)).scalars())
    resulted = _resulted(view, keys)
    for record in records:
        is_planned = record["project_status"] == "planned"
        record["place_status"] = "known" if record["pk"] in placed else "unknown"
        record["result_status"] = "known" if record["pk"] in resulted else "none_recorded" if is_planned else "unknown"
        record["nationwide"] = record["pk"] in nationwide
        record["effective_funder"] = funders[record["pk"]]


def effective_funders(view: View, keys: Sequence[int]) -> dict[int, Values]:
    """Project key -> its effective funder: of the nearest self-or-ancestor with a funding row that names one."""
    connection, projects, funding = view.connection, view[_PROJECT], view[_FUNDING]
    organization_rows, party_rows = view[_ORGANIZATION], view[_PARTY]
    found: dict[int, Values] = {}
    climbing = {pk: pk for pk in keys}
    ids: dict[int, str] = {}
    seen: dict[int, set[int]] = {pk: set() for pk in keys}
    while climbing:
        here = sorted(set(climbing.values()))
        named: dict[int, tuple[set[str], set[str]]] = {}
        for project, organization, party in connection.execute(
            select(funding.c.project_pk, organization_rows.c.id, party_rows.c.id)
            .outerjoin(organization_rows, organization_rows.c.pk == funding.c.funder_pk)
            .outerjoin(party_rows, party_rows.c.pk == funding.c.funder_party_pk)
            .where(
                funding.c.project_pk.in_(here),
                or_(funding.c.funder_pk.is_not(None), funding.c.funder_party_pk.is_not(None)),
            )
        ):
            organizations, parties = named.setdefault(project, (set(), set()))
            if organization is not None:
                organizations.add(organization)
            if party is not None:
                parties.add(party)
        parents: dict[int, int | None] = {}
        for pk, public_id, parent in connection.execute(
            select(projects.c.pk, projects.c.id, projects.c.parent_pk).where(projects.c.pk.in_(here))
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


def _state_group(view: View, records: Sequence[Values]) -> None:
    members_of, states = view[_PROJECT_STATE], view[_STATE]
    members: dict[int, dict[str, list[str]]] = {}
    for group, state, membership in view.connection.execute(
        select(members_of.c.state_group_pk, states.c.id, members_of.c.membership)
        .join(states, states.c.pk == members_of.c.state_pk)
        .where(members_of.c.state_group_pk.in_([record["pk"] for record in records]))
        .order_by(states.c.id)
    ):
        members.setdefault(group, {}).setdefault(membership, []).append(state)
    for record in records:
        here = members.get(record["pk"], {})
        record["named"] = here.get("named", [])
        record["excluded"] = here.get("excluded", [])
        record["unnamed_count"] = None if record["count"] is None else max(0, record["count"] - len(record["named"]))


DERIVED: dict[str, Callable[[View, Sequence[Values]], None]] = {
    "project": _project,
    "state_group": _state_group,
}
"""Kind -> the function that adds its derived fields to records that still have their key."""
