"""From the tables to a `networkx.MultiDiGraph` as one would write it: a session, the models, a loop."""

from collections.abc import Iterator
from typing import Any

import networkx as nx
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, select

from app.models.organizations import Organization
from app.models.places import Place, State
from app.models.projects import Funding, Participation, ParticipationState, Project, ProjectState, StateGroup

__all__ = ["multigraph"]

_AT_A_TIME = 10_000
_PARTNERS = frozenset({"lead", "implementing", "extending", "partner", "designer", "convener", "host"})

Behind = dict[int, list[str]]
"""Organization -> the ids of the rows that make it a partner of one project."""


def multigraph(engine: Engine) -> Any:
    """The edges `funds` and `works_in` of everything, each with the ids of the projects and rows behind it."""
    graph: Any = nx.MultiDiGraph()
    with Session(engine) as session:
        organizations = {row.pk: row.id for row in _all(session, Organization, graph, "org", "name")}
        states = {row.pk: row.id for row in _all(session, State, graph, "state", "name")}
        places = {row.pk: row for row in _all(session, Place)}
        projects = {row.pk: row.id for row in _all(session, Project)}
        partners: dict[int, Behind] = {}
        for row in _all(session, Funding):
            if row.recipient_pk is not None and row.project_pk is not None:
                partners.setdefault(row.project_pk, {}).setdefault(row.recipient_pk, []).append(f"funding:{row.id}")
                if row.funder_pk is not None:
                    ends = f"org:{organizations[row.funder_pk]}", f"org:{organizations[row.recipient_pk]}"
                    _edge(graph, *ends, "funds", projects[row.project_pk], [f"funding:{row.id}"])
        own: dict[int, list[int]] = {}
        for row in _all(session, ParticipationState):
            own.setdefault(row.participation_pk, []).append(row.state_pk)
        placed: set[tuple[int, int]] = set()
        for row in _all(session, Participation):
            if row.organization_pk is None or row.role not in _PARTNERS:
                continue
            record = f"participation:{row.id}"
            partners.setdefault(row.project_pk, {}).setdefault(row.organization_pk, []).append(record)
            for state in own.get(row.pk, ()):
                placed.add((row.project_pk, row.organization_pk))
                ends = f"org:{organizations[row.organization_pk]}", f"state:{states[state]}"
                _edge(graph, *ends, "works_in", projects[row.project_pk], [record])
        for project, place, record in _places(session, states, places):
            for organization, records in partners.get(project, {}).items():
                if (project, organization) not in placed:
                    ends = f"org:{organizations[organization]}", place
                    _edge(graph, *ends, "works_in", projects[project], [record, *records])
    return graph


def _all(
    session: Session, model: type[SQLModel], graph: Any = None, prefix: str = "", label: str = ""
) -> Iterator[Any]:
    """Every row of a table as an object of its model; where a graph is given, a node for each."""
    for row in session.exec(select(model).execution_options(yield_per=_AT_A_TIME)):
        if graph is not None:
            graph.add_node(f"{prefix}:{row.id}", label=getattr(row, label))  # type: ignore[attr-defined]
        yield row


def _places(session: Session, states: dict[int, str], places: dict[int, Any]) -> Iterator[tuple[int, str, str]]:
    """Project, place as a node, the row that says so."""
    for row in _all(session, ProjectState):
        if row.role != "target" or row.membership == "excluded":
            continue
        state, place = row.state_pk, places.get(row.place_pk)
        while state is None and place is not None:
            state, place = place.within_state_pk, places.get(place.within_place_pk)
        if state is not None:
            yield row.project_pk, f"state:{states[state]}", f"project_state:{row.id}"
        elif places[row.place_pk].id == "MX":
            yield row.project_pk, "country:MX", f"project_state:{row.id}"
    for row in _all(session, StateGroup):
        if row.role == "target":
            yield row.project_pk, f"state_group:{row.id}", f"state_group:{row.id}"


def _edge(graph: Any, source: str, target: str, relation: str, project: str, records: list[str]) -> None:
    if graph.has_edge(source, target, relation):
        edge = graph[source][target][relation]
        edge["projects"].append(project)
        edge["records"] += records
    else:
        graph.add_edge(source, target, relation, projects=[project], records=list(records))
