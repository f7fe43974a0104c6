"""Whom an organization could work with: unlinked organizations, scored by the topics and states that both have."""

from dataclasses import replace
from math import fsum, log

from app.graph.answers import (
    LeftOut,
    Places,
    bound,
    certainty_in,
    counts_of,
    head,
    named,
    note_other_basis,
    places_of,
    topics_of,
)
from app.graph.coalitions import coalitions
from app.graph.facts import Facts
from app.graph.network import Attributes
from app.graph.selection import Selection, partners_of, select

_DIGITS = 9
"""Digits after the point that a score keeps: the same on every machine."""

Grounds = dict[str, dict[str, set[str]]]
"""Partner -> topic or state -> projects through which it certainly has it."""


def suggestions(
    facts: Facts, selection: Selection, *, organization: str, limit: int, query: Attributes, most: int
) -> Attributes:
    """Named partners of the selected projects that have no link with the organization, best first.

    The score is that of Adamic and Adar [1]_ over *grounds*, the topics and the states that both certainly have:
    the sum over shared grounds k of 1 / ln(n_k), n_k >= 2 the number of named partners that have k. So a rare ground
    counts for more than a common one. Over the certainly selected projects in which it is a partner, an organization
    has their topics, and the states in which it certainly works by the definition of `works_in`.

    A state that one certainly has and the other possibly (through a counted group with unnamed states) adds nothing:
    it is listed as possible. Linked is who has with the organization a collaboration tie, a project tie, a standing
    relation, or a funding row between the two, anywhere in the data; such organizations are no candidates.

    References
    ----------
    .. [1] L. A. Adamic and E. Adar (2003). Friends and neighbors on the Web. Social Networks 25(3), 211-230.
       https://doi.org/10.1016/S0378-8733(03)00009-1
    """
    me = f"org:{organization}"
    rest = replace(selection, organization=frozenset())
    selected = select(facts, rest)
    left_out: LeftOut = {}
    grounds: Grounds = {}
    open_places: dict[str, dict[str, Places]] = {}
    for project, certainty in selected.projects.items():
        note_other_basis(left_out, facts, project, selection)
        if certainty == "certain":
            _add_grounds(facts, selection, project, grounds, open_places)
        else:
            left_out.setdefault("projects_not_certain", set()).add(project)
    having: dict[str, set[str]] = {}
    for ref, found in grounds.items():
        for ground in found:
            having.setdefault(ground, set()).add(ref)
    linked = _links(facts, organization)
    scored: list[Attributes] = []
    possible: list[Attributes] = []
    for ref in sorted(grounds.keys() - linked.keys() - {me}):
        shared = _shared(facts, grounds.get(me, {}), grounds[ref], having)
        maybe = _maybe(facts, me, ref, grounds, open_places)
        if shared or maybe:
            organization_kind = facts.organizations[ref.removeprefix("org:")].kind
            entry = {
                **named(facts, ref),
                "organization_kind": organization_kind,
                "same_kind": organization_kind == facts.organizations[organization].kind,
                "score": round(fsum(reason["contribution"] for reason in shared), _DIGITS),
                "reasons": shared,
                "possible": maybe,
            }
            (scored if shared else possible).append(entry)
    scored.sort(key=lambda entry: (-entry["score"], entry["id"]))
    possible.sort(key=lambda entry: (-len(entry["possible"]), entry["id"]))
    for reason, entries in (("candidates_beyond_limit", scored), ("possible_beyond_limit", possible)):
        left_out[reason] = {entry["id"] for entry in entries[limit:]}
    bound(sum(len(entry["reasons"]) + len(entry["possible"]) for entry in [*scored[:limit], *possible[:limit]]), most)
    mine = grounds.get(me, {})
    return {
        **head(facts, question="suggestions", query=query, counts=counts_of(selected), left_out=left_out),
        "organization": {
            **named(facts, me),
            "status": "known" if mine else "none_recorded",
            "grounds": [{**named(facts, ground), "projects": sorted(mine[ground])} for ground in sorted(mine)],
        },
        "candidates": scored[:limit],
        "possible_candidates": possible[:limit],
        "linked": [{**named(facts, ref), "links": links} for ref, links in sorted(linked.items())],
    }


def _add_grounds(
    facts: Facts, selection: Selection, project: str, grounds: Grounds, open_places: dict[str, dict[str, Places]]
) -> None:
    """Add the project's topics and states to each of its named partners."""
    places = places_of(facts, project, selection)
    about = {f"topic:{topic}" for topic in topics_of(facts, project, selection)}
    of_any_basis = partners_of(facts, project, Selection())
    for ref, (participations, _) in partners_of(facts, project, selection).items():
        if not ref.startswith("org:"):
            continue
        has_own = any(row.states for row in of_any_basis[ref][0])
        states = {state for row in participations for state in row.states} if has_own else places.certain
        mine = grounds.setdefault(ref, {})
        for ground in about | {f"state:{state}" for state in states}:
            mine.setdefault(ground, set()).add(project)
        if places.groups and not has_own:
            open_places.setdefault(ref, {})[project] = places


def _shared(
    facts: Facts, mine: dict[str, set[str]], theirs: dict[str, set[str]], having: dict[str, set[str]]
) -> list[Attributes]:
    """The grounds that both have, each with what it adds to the score."""
    reasons = [
        {
            **named(facts, ground),
            "kind": ground.partition(":")[0],
            "had_by": len(having[ground]),
            "contribution": round(1 / log(len(having[ground])), _DIGITS),
            "projects": sorted(mine[ground]),
            "projects_of_candidate": sorted(theirs[ground]),
        }
        for ground in mine.keys() & theirs.keys()
    ]
    return sorted(reasons, key=lambda reason: (-reason["contribution"], reason["id"]))


def _maybe(
    facts: Facts, me: str, other: str, grounds: Grounds, open_places: dict[str, dict[str, Places]]
) -> list[Attributes]:
    """The states that one of the two certainly has, and the other possibly."""
    found: dict[str, Attributes] = {}
    for sure, unsure in ((me, other), (other, me)):
        for ground, projects in grounds.get(sure, {}).items():
            if ground.startswith("state:") and ground not in grounds.get(unsure, {}):
                state = ground.removeprefix("state:")
                open_projects = sorted(
                    project
                    for project, places in open_places.get(unsure, {}).items()
                    if certainty_in(facts, places, state) == "possible"
                )
                if open_projects:
                    ours, theirs = sorted(projects), open_projects
                    if sure != me:
                        ours, theirs = theirs, ours
                    found[ground] = {
                        **named(facts, ground),
                        "certain_for": sure,
                        "projects": ours,
                        "projects_of_candidate": theirs,
                    }
    return [found[ground] for ground in sorted(found)]


def _links(facts: Facts, organization: str) -> dict[str, list[Attributes]]:
    """Named organizations that have a link with this one, by work, relation or money -> what the links are."""
    me = f"org:{organization}"
    mine = {row.collaboration for row in facts.members if row.organization == organization}
    projects = {row.project for row in facts.participations if row.organization == organization}
    projects |= {row.project for row in facts.funding if row.recipient == organization and row.project is not None}
    around = replace(
        facts,
        projects={
            one: fact
            for one, fact in facts.projects.items()
            if one in projects or any(row.id in mine for row in facts.collaborations_of.get(one, []))
        },
        collaborations={one: fact for one, fact in facts.collaborations.items() if one in mine},
    )
    ties = coalitions(
        around,
        Selection(),
        ties=["collaboration", "project"],
        weights={},
        include=[],
        query={},
        min_weight=0,
        max_edges=None,
        most_edges=len(facts.members) ** 2 + len(facts.participations) ** 2 + len(facts.funding) ** 2,
    )
    found: dict[str, list[Attributes]] = {}
    for edge in ties["edges"]:
        if me in (edge["source"], edge["target"]):
            other = edge["target"] if edge["source"] == me else edge["source"]
            found.setdefault(other, []).append({"kind": edge["relation"], "records": edge["records"]})
    others: dict[tuple[str, str], set[str]] = {}
    for relation in facts.relations:
        if organization in (relation.subject, relation.object) and relation.subject not in (None, relation.object):
            other = relation.object if relation.subject == organization else relation.subject
            others.setdefault((f"org:{other}", "relation"), set()).add(f"organization_relation:{relation.id}")
    for row in facts.funding:
        if organization in (row.funder, row.recipient) and row.funder and row.recipient and row.funder != row.recipient:
            other = row.recipient if row.funder == organization else row.funder
            others.setdefault((f"org:{other}", "funding"), set()).add(f"funding:{row.id}")
    for (other, kind), records in sorted(others.items()):
        found.setdefault(other, []).append({"kind": kind, "records": sorted(records)})
    return found
