"""What the facts say of one organization or one state, taken from the networks around them."""

from typing import Any

import numpy as np

from app.graph.answers import bound_projects
from app.graph.coalitions import coalitions
from app.graph.columns import NONE, Integers, unique
from app.graph.facts import Facts
from app.graph.funder_partner_state import funder_partner_state
from app.graph.links import basis_bits, taken_bits
from app.graph.network import Attributes
from app.graph.part import part_of
from app.graph.selection import (
    CERTAINTIES,
    Selection,
    origins_of,
    partners_in,
    partners_of,
    select,
)

_WHOLE: dict[str, Any] = {"query": {}, "min_weight": 0, "max_edges": None, "most_edges": 10**9}


def organization_networks(facts: Facts, organization: str, *, most_projects: int) -> Attributes:
    """The edges around one organization: who funds it, whom it funds, where it works, with whom it works.

    Its projects are `most_projects` at most.
    """
    ref, columns = f"org:{organization}", facts.columns
    code = facts.code("organization", organization)
    mine = Selection(organization=frozenset({organization}))
    taken = select(facts, mine).taken
    bound_projects(len(taken), most_projects)
    here = part_of(columns, projects=taken, actors=np.array([code])).facts
    money = funder_partner_state(here, mine, include=["unnamed", "supports"], **_WHOLE)["edges"]
    mine_edges = [edge for edge in money if edge["source"] == ref]
    ties = coalitions(
        here, mine, ties=["collaboration", "project"], weights={}, include=["unnamed"], around=ref, **_WHOLE
    )
    funders = [edge for edge in money if edge["target"] == ref and edge["relation"] == "funds"]
    supporters = [edge for edge in money if edge["target"] == ref and edge["relation"] == "supports"]
    funding = columns["funding"]
    received = columns.index("funding", "recipient")[code]
    taking_part = columns.index("participation", "actor")[code]
    projects = unique(np.concatenate([columns["participation"]["project"][taking_part], funding["project"][received]]))
    projects = projects[projects != NONE]
    unfunded = facts.ids("project", projects[origins_of(columns)[projects] == NONE])
    unknown_rows = facts.ids("funding", np.sort(received[funding["funder"][received] == NONE]))
    _, topics = columns.index("project_topic", "project").rows(projects)
    return {
        "funders": {
            "status": "known" if funders else "unknown" if unknown_rows or unfunded or supporters else "none_recorded",
            "direct": funders,
            "inherited": supporters,
            "funding_from_unknown_funder": unknown_rows,
            "projects_without_known_funder": unfunded,
        },
        "funds": _section([edge for edge in mine_edges if edge["relation"] == "funds"]),
        "works_in": _works_in(mine_edges, projects, facts.ids("project", _without_place(facts, projects))),
        "works_with": _section(ties["edges"]),
        "topics": _section(facts.ids("topic", unique(columns["project_topic"]["topic"][topics]))),
    }


def partners_of_selection(facts: Facts, selection: Selection) -> Integers:
    """The organizations (codes) that are partners of a selected project."""
    columns, partners = facts.columns, partners_in(facts.columns)
    bases = [basis_bits(columns[table].words("basis")) for table in ("participation", "funding")]
    taken = (np.concatenate(bases)[partners.record] & taken_bits(selection.basis)) != 0
    taken &= select(facts, selection).mask[partners.project] & (partners.actor < columns.organizations)
    return unique(partners.actor[taken])


def _without_place(facts: Facts, projects: Integers) -> Integers:
    """The projects for which no source gives a place to work in, not even one that is excluded."""
    placed = [projects[:0]]
    for table in ("project_state", "state_group"):
        at, rows = facts.columns.index(table, "project").rows(projects)
        placed.append(projects[at[facts.columns[table].words("role").isin({"target"}, rows)]])
    return projects[~np.isin(projects, np.concatenate(placed))]


def _works_in(edges: list[Attributes], projects: Integers, placeless: list[str]) -> Attributes:
    placed = [edge for edge in edges if edge["relation"] == "works_in"]
    return {
        "status": "known" if placed else "unknown" if len(projects) else "none_recorded",
        "projects_without_place": placeless,
        **{certainty: [edge for edge in placed if edge["certainty"] == certainty] for certainty in CERTAINTIES},
    }


def _section(items: list[Any]) -> Attributes:
    return {"status": "known" if items else "none_recorded", "items": items}


def state_projects(facts: Facts, state: str, *, most_projects: int) -> Attributes:
    """The projects of one state by certainty, each with partners, effective funders and topics.

    They are `most_projects` at most, all certainties together.
    """
    wanted = frozenset({state})
    selected = {
        certainty: select(facts, Selection(state=wanted, certainty=frozenset({certainty}))) for certainty in CERTAINTIES
    }
    bound_projects(sum(len(one.taken) for one in selected.values()), most_projects)
    found: Attributes = {}
    for certainty, one in selected.items():
        cards = [_card(facts, project) for project in sorted(one.projects)]
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
