"""What the facts say of one organization or one state, taken from the networks around it."""

from typing import Any

from app.graph.coalitions import coalitions
from app.graph.facts import Facts
from app.graph.funder_partner_state import funder_partner_state
from app.graph.network import Attributes
from app.graph.selection import CERTAINTIES, Selection, partners_of, select

_WHOLE: dict[str, Any] = {"query": {}, "min_weight": 0, "max_edges": None, "most_edges": 10**9}


def organization_networks(facts: Facts, organization: str) -> Attributes:
    """The edges around one organization: who funds it, whom it funds, where it works, with whom it works."""
    ref = f"org:{organization}"
    mine = Selection(organization=frozenset({organization}))
    money = funder_partner_state(facts, mine, include=["unnamed", "supports"], **_WHOLE)["edges"]
    mine_edges = [edge for edge in money if edge["source"] == ref]
    ties = coalitions(facts, mine, ties=["collaboration", "project"], weights={}, include=["unnamed"], **_WHOLE)[
        "edges"
    ]
    funders = [edge for edge in money if edge["target"] == ref and edge["relation"] == "funds"]
    supporters = [edge for edge in money if edge["target"] == ref and edge["relation"] == "supports"]
    projects = sorted(
        {row.project for row in facts.participations if row.organization == organization}
        | {row.project for row in facts.funding if row.recipient == organization and row.project}
    )
    unfunded = [project for project in projects if facts.effective_funding(project)[0] is None]
    placeless = [project for project in projects if not _has_place(facts, project)]
    unknown_rows = [
        row.id for row in facts.funding if row.recipient == organization and not (row.funder or row.funder_party)
    ]
    return {
        "funders": {
            "status": "known" if funders else "unknown" if unknown_rows or unfunded or supporters else "none_recorded",
            "direct": funders,
            "inherited": supporters,
            "funding_from_unknown_funder": unknown_rows,
            "projects_without_known_funder": unfunded,
        },
        "funds": _section([edge for edge in mine_edges if edge["relation"] == "funds"]),
        "works_in": _works_in(mine_edges, projects, placeless),
        "works_with": _section([edge for edge in ties if ref in (edge["source"], edge["target"])]),
        "topics": _section(sorted({row.topic for project in projects for row in facts.topics_of.get(project, [])})),
    }


def partners_of_selection(facts: Facts, selection: Selection) -> set[str]:
    """The organizations that are partners of a selected project."""
    partners = {ref for project in select(facts, selection).projects for ref in partners_of(facts, project, selection)}
    return {ref.removeprefix("org:") for ref in partners if ref.startswith("org:")}


def _has_place(facts: Facts, project: str) -> bool:
    return any(row.role == "target" for row in facts.states_of.get(project, [])) or any(
        group.role == "target" for group in facts.groups_of.get(project, [])
    )


def _works_in(edges: list[Attributes], projects: list[str], placeless: list[str]) -> Attributes:
    placed = [edge for edge in edges if edge["relation"] == "works_in"]
    return {
        "status": "known" if placed else "unknown" if projects else "none_recorded",
        "projects_without_place": placeless,
        **{certainty: [edge for edge in placed if edge["certainty"] == certainty] for certainty in CERTAINTIES},
    }


def _section(items: list[Any]) -> Attributes:
    return {"status": "known" if items else "none_recorded", "items": items}


def state_projects(facts: Facts, state: str) -> Attributes:
    """The projects of one state by certainty, each with partners, effective funders and topics."""
    found: Attributes = {}
    for certainty in CERTAINTIES:
        selection = Selection(state=frozenset({state}), certainty=frozenset({certainty}))
        projects = sorted(select(facts, selection).projects)
        cards = [_card(facts, project) for project in projects]
        found[certainty] = {
            "count": len(cards),
            "projects": cards,
            "partners": sorted({partner for card in cards for partner in card["partners"]}),
            "funders": sorted({funder for card in cards for funder in card["funders"]}),
        }
    certain, others = found["certain"]["count"], found["possible"]["count"] + found["nationwide"]["count"]
    return {"status": "known" if certain else "unknown" if others else "none_recorded", **found}


def _card(facts: Facts, project: str) -> Attributes:
    origin, _ = facts.effective_funding(project)
    one = facts.projects[project]
    return {
        "id": project,
        "title": one.title,
        "kind": one.kind,
        "project_status": one.project_status,
        "partners": sorted(partners_of(facts, project, Selection())),
        "funder_status": "unknown" if origin is None else "known",
        "funders": sorted(f"org:{funder}" for funder in facts.effective_funders(project)),
        "topics": sorted(row.topic for row in facts.topics_of.get(project, [])),
        "state_groups": sorted(
            group.id
            for group in facts.groups_of.get(project, [])
            if group.role == "target" and facts.unnamed_count(group) != 0
        ),
        "evidence": f"/v1/evidence?record=project:{project}",
    }
