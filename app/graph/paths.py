"""Chains between two organizations or projects, shortest first, with the reasons of every step."""

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import pairwise

from app.graph.answers import EVERY_CERTAINTY, bound, counts_of, head, named, told
from app.graph.coalitions import collaboration_certainty
from app.graph.facts import Facts, FundingFact, MemberFact
from app.graph.network import Attributes, Edge, Gathered
from app.graph.selection import Selection, actor, select, strongest, weakest

__all__ = ["MOST_CHAINS", "Hops", "add_hops", "hops_of", "paths", "shortest_chains"]

MOST_CHAINS = 50
"""Chains that one answer may hold."""

Chain = tuple[str, ...]
"""Prefixed ids from one end to the other."""
Around = Mapping[str, Mapping[str, Collection[Edge]]]
"""Node -> neighbour -> the edges between the two."""


@dataclass(frozen=True)
class Hops:
    """Who is one hop from whom."""

    around: dict[str, dict[str, list[Edge]]] = field(default_factory=dict)
    """Named node -> named neighbour -> the edges between the two."""
    unnamed: dict[str, set[str]] = field(default_factory=dict)
    """Named node -> unnamed parties with a hop to it."""
    unknown: dict[str, set[str]] = field(default_factory=dict)
    """Named node -> funding rows that name it, and not who stands at the other end."""


def paths(
    facts: Facts,
    selection: Selection,
    *,
    start: str,
    end: str,
    k: int,
    through_projects: bool,
    query: Attributes,
    most: int,
) -> Attributes:
    """The k shortest chains from `start` to `end` (prefixed ids), equal lengths ordered by id.

    P are the selected projects. Two named organizations are one hop apart by *funds* (a funding row on P), by
    *lead_member* (one leads a selected collaboration that the other is in, not as a supporter) or by
    *organization_relation*. With `through_projects` organizations and projects of P are one hop apart by
    *participation* in any role and by the project's own funding rows (*funds_project*, *receives_for*), and two
    projects of P by *part_of*. States, topics, unnamed parties and inherited funding make no hop.

    A chain visits nobody twice. Chains come by length, then by their ids from start to end, as Yen's algorithm [1]_
    with Lawler's partition [2]_ finds them. That there is none is an answer, and says what could still make one.

    References
    ----------
    .. [1] J. Y. Yen (1971). Finding the k shortest loopless paths in a network. Management Science 17(11), 712-716.
       https://doi.org/10.1287/mnsc.17.11.712
    .. [2] E. L. Lawler (1972). A procedure for computing the k best solutions to discrete optimization problems and
       its application to the shortest path problem. Management Science 18(7), 401-405.
       https://doi.org/10.1287/mnsc.18.7.401
    """
    gathered = Gathered(facts, selection, select(facts, selection))
    hops = hops_of(gathered, through_projects=through_projects)
    bound(sum(map(len, hops.around.values())) // 2, most)
    found = shortest_chains(hops.around, start, end, k + 1)
    near, far = distances(hops.around, start), distances(hops.around, end)
    return {
        **head(facts, question="paths", query=query, counts=counts_of(gathered.selected), left_out=gathered.left_out),
        "from": named(facts, start),
        "to": named(facts, end),
        "status": "found" if found else "none",
        "shortest": {"length": near.get(end), "chains": _count_shortest(hops.around, far, start)},
        "more": len(found) > k,
        "chains": [_chain(facts, hops, chain) for chain in found[:k]],
        "components": {"from": _component(near), "to": _component(far), "joined": end in near},
        "open": _open(gathered, hops, near, far, through_projects=through_projects),
    }


# What makes a hop


def hops_of(gathered: Gathered, *, through_projects: bool) -> Hops:
    """The hops of the selected projects, between named ends; unnamed and unknown ends apart."""
    add_hops(gathered, through_projects=through_projects)
    hops = Hops()
    for edge in gathered.edges.values():
        for one, other in ((edge.source, edge.target), (edge.target, edge.source)):
            if one.startswith("party:"):
                gathered.leave_out("unnamed_parties", one)
            elif other.startswith("party:"):
                hops.unnamed.setdefault(one, set()).add(other)
            else:
                hops.around.setdefault(one, {}).setdefault(other, []).append(edge)
    for row in gathered.facts.funding:
        of_selection = row.project is None or row.project in gathered.selected.projects
        if of_selection and gathered.selection.takes(row.basis):
            _note_unknown(hops, row)
    return hops


def add_hops(gathered: Gathered, *, through_projects: bool) -> None:
    """Add all edges that make hops, those of unnamed parties too."""
    for project, certainty in gathered.selected.projects.items():
        _add_funding(gathered, project, certainty, through_projects=through_projects)
        if through_projects:
            _add_project(gathered, project, certainty)
    for row in gathered.facts.funding:
        if row.project is None:
            gathered.leave_out("funding_without_project", row.id)
    _add_lead_members(gathered)
    for relation in gathered.facts.relations:
        if relation.subject is None:
            continue
        record = f"organization_relation:{relation.id}"
        if not gathered.selection.takes(relation.basis):
            gathered.leave_out("facts_of_other_basis", record)
            continue
        edge = _edge(gathered, f"org:{relation.subject}", f"org:{relation.object}", "organization_relation")
        edge.records.add(record)
        edge.bases.add(relation.basis)
        edge.extra["weight"] = 1
        edge.extra["relation_kinds"] = sorted({*edge.extra.get("relation_kinds", []), relation.kind})


def _edge(gathered: Gathered, source: str, target: str, relation: str) -> Edge:
    gathered.node(source)
    gathered.node(target)
    return gathered.edge(source, target, relation)


def _ends(row: FundingFact) -> tuple[str | None, str | None]:
    funder = actor(row.funder, row.funder_party) if row.funder or row.funder_party else None
    recipient = actor(row.recipient, row.recipient_party) if row.recipient or row.recipient_party else None
    return funder, recipient


def _note_unknown(hops: Hops, row: FundingFact) -> None:
    funder, recipient = _ends(row)
    if funder is None or recipient is None:
        for one in (funder, recipient, f"project:{row.project}" if row.project else None):
            if one is not None and not one.startswith("party:"):
                hops.unknown.setdefault(one, set()).add(row.id)


def _add_funding(gathered: Gathered, project: str, certainty: str, *, through_projects: bool) -> None:
    for row in gathered.facts.funding_of.get(project, []):
        if not gathered.selection.takes(row.basis):
            gathered.leave_out("facts_of_other_basis", f"funding:{row.id}")
            continue
        funder, recipient = _ends(row)
        if funder is None:
            gathered.leave_out("funding_from_unknown_funder", row.id)
        if recipient is None:
            gathered.leave_out("funding_to_unknown_recipient", row.id)
        pairs = [(funder, "funds", recipient)] if funder != recipient else []
        if through_projects:
            ref = f"project:{project}"
            pairs += [(funder, "funds_project", ref), (recipient, "receives_for", ref)]
        for source, relation, target in pairs:
            if source is not None and target is not None:
                edge = _edge(gathered, source, target, relation)
                edge.add(project, certainty, [f"funding:{row.id}"], [row.basis])


def _add_project(gathered: Gathered, project: str, certainty: str) -> None:
    facts, one, ref = gathered.facts, gathered.facts.projects[project], f"project:{project}"
    gathered.node(ref)
    for row in facts.participations_of.get(project, []):
        if not gathered.selection.takes(row.basis):
            gathered.leave_out("facts_of_other_basis", f"participation:{row.id}")
            continue
        edge = _edge(gathered, actor(row.organization, row.party), ref, "participation")
        edge.add(project, certainty, [f"participation:{row.id}"], [row.basis])
        edge.extra["participation_roles"] = sorted({*edge.extra.get("participation_roles", []), row.role})
    if one.parent in gathered.selected.projects and not gathered.selection.takes(one.basis):
        gathered.leave_out("facts_of_other_basis", ref)
    elif one.parent in gathered.selected.projects:
        sure = weakest(certainty, gathered.selected.projects[one.parent])
        _edge(gathered, ref, f"project:{one.parent}", "part_of").add(project, sure, [ref], [one.basis])


def _add_lead_members(gathered: Gathered) -> None:
    for collaboration in gathered.facts.collaborations.values():
        certainty = collaboration_certainty(gathered, collaboration)
        if certainty is None:
            continue
        record = f"collaboration:{collaboration.id}"
        if not gathered.selection.takes(collaboration.basis):
            gathered.leave_out("facts_of_other_basis", record)
            continue
        members: list[MemberFact] = []
        for member in gathered.facts.members_of.get(collaboration.id, []):
            if not gathered.selection.takes(member.basis):
                gathered.leave_out("facts_of_other_basis", f"collaboration_member:{member.id}")
            elif member.role != "supporter":
                members.append(member)
        planned = collaboration.collaboration_status == "planned"
        for lead in members:
            for member in members:
                # Of two leads each leads the other: one edge, from the one whose id comes first.
                if lead.role != "lead" or lead is member or (member.role == "lead" and _who(member) < _who(lead)):
                    continue
                edge = _edge(gathered, _who(lead), _who(member), "lead_member")
                edge.records |= {record, *(f"collaboration_member:{one.id}" for one in (lead, member))}
                edge.bases |= {collaboration.basis, lead.basis, member.basis}
                if collaboration.project is not None:
                    edge.add(collaboration.project, certainty, (), ())
                edge.extra.setdefault("collaborations", [])
                edge.extra.setdefault("planned_collaborations", [])
                listed = "planned_collaborations" if planned else "collaborations"
                edge.extra[listed] = sorted({*edge.extra[listed], collaboration.id})
                edge.extra["weight"] = len(edge.extra["collaborations"])


def _who(member: MemberFact) -> str:
    return actor(member.organization, member.party)


# Chains


def distances(around: Around, start: str) -> dict[str, int]:
    """Hops from `start` to everybody who can be reached, itself included."""
    found = {start: 0}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for other in around.get(here, ()):
            if other not in found:
                found[other] = found[here] + 1
                waiting.append(other)
    return found


def shortest_chains(around: Around, start: str, end: str, k: int) -> list[Chain]:
    """The k first loopless chains by (length, ids).

    Each entry of the queue is the first chain of a part of all chains: those that begin with the same ids as it up to a
    position, and go on from there to none of the neighbours that other parts go to. Taking an entry out divides the
    rest of its part again, so no chain is found twice.
    """
    first = _first_chain(around, start, end, frozenset(), frozenset())
    queue: list[tuple[int, Chain, int, frozenset[str]]] = []
    if first is not None:
        queue.append((len(first), first, 0, frozenset()))
    found: list[Chain] = []
    while queue and len(found) < k:
        _, chain, since, closed = heappop(queue)
        found.append(chain)
        for position in range(since, len(chain) - 1):
            away = (closed if position == since else frozenset()) | {chain[position + 1]}
            rest = _first_chain(around, chain[position], end, frozenset(chain[:position]), away)
            if rest is not None:
                longer = chain[:position] + rest
                heappush(queue, (len(longer), longer, position, away))
    return found


def _first_chain(around: Around, start: str, end: str, closed: frozenset[str], away: frozenset[str]) -> Chain | None:
    """The first chain by (length, ids) that avoids `closed`, and goes from `start` to none of `away`."""
    if start == end:
        return (start,)
    doors = {one for one in around.get(start, ()) if one not in closed and one not in away}
    left, front = {end: 0}, [end]
    while front and doors.isdisjoint(front):
        further: list[str] = []
        for one in front:
            for other in around.get(one, ()):
                if other not in left and other not in closed and other != start:
                    left[other] = left[one] + 1
                    further.append(other)
        front = further
    if not front:
        return None
    chain = [start, min(doors.intersection(front))]
    while chain[-1] != end:
        here = chain[-1]
        chain.append(min(one for one in around[here] if left.get(one) == left[here] - 1))
    return tuple(chain)


def _count_shortest(around: Around, far: Mapping[str, int], start: str) -> int:
    """How many chains of the least length there are from `start`, by the distances to the end."""
    ways = {one: 1 for one, distance in far.items() if distance == 0}
    for one in sorted(far, key=lambda node: far[node]):
        if far[one]:
            ways[one] = sum(ways[other] for other in around[one] if far[other] == far[one] - 1)
    return ways.get(start, 0)


# The answer


def _chain(facts: Facts, hops: Hops, chain: Chain) -> Attributes:
    steps = [_step(facts, one, other, hops.around[one][other]) for one, other in pairwise(chain)]
    return {
        "length": len(steps),
        "certainty": weakest("certain", *(step["certainty"] for step in steps)),
        "planned": any(step["planned"] for step in steps),
        "nodes": [named(facts, ref) for ref in chain],
        "steps": steps,
    }


def _step(facts: Facts, source: str, target: str, edges: Iterable[Edge]) -> Attributes:
    reasons = [_reason(facts, edge) for edge in sorted(edges, key=lambda edge: edge.id)]
    return {
        "source": source,
        "target": target,
        "certainty": strongest(*(reason["certainty"] for reason in reasons)),
        "planned": all(reason["planned"] for reason in reasons),
        "reasons": reasons,
    }


def _reason(facts: Facts, edge: Edge) -> Attributes:
    collaborations = edge.extra.get("collaborations", [])
    planned = edge.extra.get("planned_collaborations", [])
    refs = edge.records | {f"project:{one}" for ids in edge.projects.values() for one in ids}
    return {
        "relation": edge.relation,
        "source": edge.source,
        "target": edge.target,
        "certainty": edge.certainty,
        "projects": {word: sorted(ids) for word, ids in edge.projects.items()},
        "collaborations": collaborations,
        "planned_collaborations": planned,
        "planned": bool(planned) and not collaborations,
        "participation_roles": edge.extra.get("participation_roles", []),
        "relation_kinds": edge.extra.get("relation_kinds", []),
        "records": sorted(edge.records),
        "basis": sorted(edge.bases),
        "documents": sorted({document for ref in refs for document in facts.documents.get(ref, ())}),
        "evidence": [f"/v1/evidence?record={record}&as_of=v{facts.version}" for record in sorted(edge.records)],
    }


def _component(nodes: Collection[str]) -> Attributes:
    kinds = {
        word: {one for one in nodes if one.startswith(prefix)}
        for word, prefix in (("organizations", "org:"), ("projects", "project:"))
    }
    return {"size": len(nodes), **{word: _listed(refs) for word, refs in kinds.items()}}


def _listed(ids: set[str]) -> Attributes:
    found: Attributes = told({"ids": ids}).get("ids", {"count": 0, "ids": []})
    return found


def _open(
    gathered: Gathered, hops: Hops, near: Mapping[str, int], far: Mapping[str, int], *, through_projects: bool
) -> Attributes:
    """What could still make a chain, or a shorter one: unnamed and unknown ends, and projects that were not taken."""
    start, end = next(iter(near)), next(iter(far))
    parties = [{party for one in nodes for party in hops.unnamed.get(one, ())} for nodes in (near, far)]
    unknown = [{row for one in nodes for row in hops.unknown.get(one, ())} for nodes in (near, far)]
    not_taken = gathered.selected.matches.keys() - gathered.selected.projects.keys()
    length = near.get(end)
    if not_taken:
        everything = replace(gathered.selection, certainty=EVERY_CERTAINTY)
        wider = Gathered(gathered.facts, everything, select(gathered.facts, everything))
        length = distances(hops_of(wider, through_projects=through_projects).around, start).get(end)
    return {
        "unnamed_parties": {
            "from": _listed(parties[0]),
            "to": _listed(parties[1]),
            "both": _listed(parties[0] & parties[1]),
        },
        "unknown_ends": {"from": _listed(unknown[0]), "to": _listed(unknown[1])},
        "projects_not_taken": _listed(not_taken),
        "length_with_them": length,
    }
