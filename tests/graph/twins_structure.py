"""Slow and obvious twins of paths, projection, measures and ego: every answer is found over plain rows."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any, NamedTuple

from hypothesis import strategies as st

from app.graph.facts import Facts, RelationFact
from app.graph.selection import Selection
from tests.graph.made import changed
from tests.graph.strategies import BASES, worlds
from tests.graph.twins import (
    STRENGTH,
    choose,
    claims_of_ties,
    claims_of_tripartite,
    effective_rows,
    funder_of,
    participant_of,
    partners,
    recipient_of,
    state_around,
    sums_of,
    weakest,
    who,
)

RELATION_KINDS = ["part_of", "chapter_of", "led_by"]


@st.composite
def related_worlds(draw: st.DrawFn) -> Facts:
    """A small world whose organizations also stand to one another in recorded relations."""
    facts = draw(worlds())
    names = sorted(facts.organizations)
    if len(names) < 2:
        return facts
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from([None, *names]),
                st.sampled_from(RELATION_KINDS),
                st.sampled_from(names),
                st.sampled_from(BASES),
            ),
            max_size=4,
            unique_by=lambda row: row[:3],
        )
    )
    kept = [row for row in rows if row[0] != row[2]]
    return changed(facts, relations=tuple(RelationFact(f"r{number}", *row) for number, row in enumerate(kept)))


def strongest_of(words: Iterable[str]) -> str:
    """The strongest of some certainties."""
    return max(words, key=lambda word: STRENGTH[word])


def weakest_of(words: Iterable[str]) -> str:
    """The weakest of some certainties; certain where there are none."""
    return min(words, key=lambda word: STRENGTH[word], default="certain")


# Hops


class Hop(NamedTuple):
    """One reason why two are one hop apart."""

    one: str
    other: str
    relation: str
    project: str | None
    certainty: str
    records: frozenset[str]


def taken_collaborations(facts: Facts, chosen: Selection) -> Iterator[tuple[str, str]]:
    """Each selected collaboration with its certainty."""
    selected = choose(facts, chosen)
    narrowed = set(chosen.query()) - {"collaboration_kind", "collaboration_status", "basis", "currency"}
    for one in facts.collaborations.values():
        fits = (not chosen.collaboration_kind or one.kind in chosen.collaboration_kind) and (
            not chosen.collaboration_status or one.collaboration_status in chosen.collaboration_status
        )
        if not fits or (chosen.basis and one.basis not in chosen.basis):
            continue
        if one.project is None and not narrowed:
            yield one.id, "certain"
        elif one.project in selected.taken:
            yield one.id, selected.taken[one.project]


def hops(facts: Facts, chosen: Selection, *, through_projects: bool) -> list[Hop]:
    """Every reason for a hop between two who are named."""
    selected = choose(facts, chosen)
    found: list[tuple[str | None, str | None, str, str | None, str, set[str]]] = []

    def takes(basis: str) -> bool:
        return not chosen.basis or basis in chosen.basis

    for row in facts.funding:
        if row.project in selected.taken and takes(row.basis):
            because = (row.project, selected.taken[row.project], {f"funding:{row.id}"})
            found.append((funder_of(row), recipient_of(row), "funds", *because))
            if through_projects:
                found.append((funder_of(row), f"project:{row.project}", "funds_project", *because))
                found.append((recipient_of(row), f"project:{row.project}", "receives_for", *because))
    for collaboration, certainty in taken_collaborations(facts, chosen):
        inside = [
            member
            for member in facts.members
            if member.collaboration == collaboration and takes(member.basis) and member.role != "supporter"
        ]
        for lead in inside:
            for member in inside:
                if lead.role == "lead" and lead != member:
                    ends = who(lead.organization, lead.party), who(member.organization, member.party)
                    rows = {f"collaboration_member:{one.id}" for one in (lead, member)}
                    rows |= {f"collaboration:{collaboration}"}
                    project = facts.collaborations[collaboration].project
                    found.append((*ends, "lead_member", project, certainty, rows))
    for relation in facts.relations:
        if relation.subject and takes(relation.basis):
            ends = f"org:{relation.subject}", f"org:{relation.object}"
            found.append((*ends, "organization_relation", None, "certain", {f"organization_relation:{relation.id}"}))
    if through_projects:
        for part in facts.participations:
            if part.project in selected.taken and takes(part.basis):
                because = (part.project, selected.taken[part.project], {f"participation:{part.id}"})
                found.append((participant_of(part), f"project:{part.project}", "participation", *because))
        for project, certainty in selected.taken.items():
            fact = facts.projects[project]
            if fact.parent in selected.taken and takes(fact.basis):
                sure = weakest(certainty, selected.taken[fact.parent])
                ends = f"project:{project}", f"project:{fact.parent}"
                found.append((*ends, "part_of", project, sure, {f"project:{project}"}))
    return [
        Hop(one, other, relation, project, certainty, frozenset(records))
        for one, other, relation, project, certainty, records in found
        if one and other and one != other and not one.startswith("party:") and not other.startswith("party:")
    ]


def neighbours(found: list[Hop]) -> dict[str, set[str]]:
    """Who is one hop from whom."""
    around: dict[str, set[str]] = {}
    for hop in found:
        around.setdefault(hop.one, set()).add(hop.other)
        around.setdefault(hop.other, set()).add(hop.one)
    return around


def all_chains(around: dict[str, set[str]], chain: tuple[str, ...], end: str) -> Iterator[tuple[str, ...]]:
    """Every chain that goes on from this one to the end and visits nobody twice."""
    if chain[-1] == end:
        yield chain
    else:
        for other in around.get(chain[-1], set()) - set(chain):
            yield from all_chains(around, (*chain, other), end)


def component_of(around: dict[str, set[str]], one: str) -> set[str]:
    """Everybody who can be reached."""
    found: set[str] = set()
    more = {one}
    while more:
        found |= more
        more = {other for node in more for other in around.get(node, set())} - found
    return found


# Projections


class Having(NamedTuple):
    """One reason why a node has a neighbour."""

    node: str
    shared: str
    project: str
    certainty: str
    records: frozenset[str]


def items(facts: Facts, chosen: Selection, project: str, kind: str) -> set[tuple[str, str, frozenset[str]]]:
    """The named nodes of one kind that a selected project has: prefixed id, certainty, records."""
    selected = choose(facts, chosen)
    sure, when = selected.taken[project], selected.time[project]

    def takes(basis: str) -> bool:
        return not chosen.basis or basis in chosen.basis

    if kind == "project":
        return {(f"project:{project}", sure, frozenset())}
    if kind == "topic":
        rows = [row for row in facts.project_topics if row.project == project and takes(row.basis)]
        return {(f"topic:{row.topic}", sure, frozenset()) for row in rows}
    if kind == "partner":
        found = partners(facts, project, chosen.basis).items()
        return {(ref, sure, behind.records) for ref, behind in found if ref.startswith("org:")}
    if kind == "funder":
        paying = [row for row in effective_rows(facts, project)[1] if row.funder and takes(row.basis)]
        return {(f"org:{row.funder}", sure, frozenset({f"funding:{row.id}"})) for row in paying}
    targets = [
        row
        for row in facts.project_states
        if row.project == project and row.role == "target" and row.membership != "excluded" and takes(row.basis)
    ]
    placed = [(row.state or state_around(facts, row.place), row.id) for row in targets]
    return {(f"state:{state}", when, frozenset({f"project_state:{one}"})) for state, one in placed if state}


def having(facts: Facts, chosen: Selection, of: str, through: str) -> list[Having]:
    """Every reason why a node of one kind has a neighbour of another."""
    if {of, through} in ({"funder", "partner"}, {"partner", "state"}):
        relation = "funds" if "funder" in (of, through) else "works_in"
        first = of == "funder" or through == "state"
        found = []
        for claim in claims_of_tripartite(facts, chosen, set()):
            is_state = claim.target.startswith("state:")
            if claim.relation == relation and claim.project and (relation == "funds" or is_state):
                node, shared = (claim.source, claim.target) if first else (claim.target, claim.source)
                found.append(Having(node, shared, claim.project, claim.certainty, claim.records))
        return found
    return [
        Having(node, shared, project, weakest(sure, other_sure), records | other_records)
        for project in choose(facts, chosen).taken
        for node, sure, records in items(facts, chosen, project, of)
        for shared, other_sure, other_records in items(facts, chosen, project, through)
    ]


def certain_neighbours(found: list[Having], node: str) -> set[str]:
    """Who is certainly had by a node."""
    return {one.shared for one in found if one.node == node and one.certainty == "certain"}


def weight_of(found: list[Having], weight: str, one: str, other: str) -> float:
    """The weight by its formula."""
    mine, theirs = certain_neighbours(found, one), certain_neighbours(found, other)
    if weight == "jaccard":
        return len(mine & theirs) / len(mine | theirs) if mine | theirs else 0
    if weight == "newman":
        nodes = {reason.node for reason in found}
        return sum(1 / (sum(ref in certain_neighbours(found, node) for node in nodes) - 1) for ref in mine & theirs)
    return len(mine & theirs)


def pairs_that_share(found: list[Having]) -> dict[tuple[str, str], set[str]]:
    """Two nodes -> everything that both have, certainly or not."""
    nodes = sorted({one.node for one in found})
    has = {node: {one.shared for one in found if one.node == node} for node in nodes}
    pairs = [(one, other) for one in nodes for other in nodes if one < other]
    return {pair: has[pair[0]] & has[pair[1]] for pair in pairs if has[pair[0]] & has[pair[1]]}


def best_pairs(found: list[Having], weight: str, most: int) -> set[tuple[str, str]]:
    """The pairs that are among the best so many of either end."""
    shown = pairs_that_share(found)
    kept = set()
    for node in {one.node for one in found}:
        mine = [pair for pair in shown if node in pair]
        mine.sort(key=lambda pair: (-round(weight_of(found, weight, *pair), 9), pair))
        kept |= set(mine[:most])
    return kept


def smaller_amounts(
    facts: Facts, chosen: Selection, of: str, one: str, other: str
) -> tuple[dict[tuple[str, str | None, bool], int], set[str]]:
    """For what both certainly share: the sum of the smaller amounts, and those whose amounts are not all known."""
    found = having(facts, chosen, of, "partner" if of == "funder" else "funder")
    total: dict[tuple[str, str | None, bool], int] = {}
    unknown = set()
    for shared in certain_neighbours(found, one) & certain_neighbours(found, other):
        sides = []
        for node in (one, other):
            ends = (node, shared) if of == "funder" else (shared, node)
            records = {
                record
                for claim in claims_of_tripartite(facts, chosen, set())
                if claim.relation == "funds" and (claim.source, claim.target) == ends
                for record in claim.records
            }
            told = sums_of([row for row in facts.funding if f"funding:{row.id}" in records], chosen)
            sides.append({(row["currency"], row["stage"], row["undated"]): row["amount_minor"] for row in told["sums"]})
            if told["status"] in ("unknown", "lower_bound"):
                unknown.add(shared)
        for key in set(sides[0]) & set(sides[1]):
            total[key] = total.get(key, 0) + min(sides[0][key], sides[1][key])
    return total, unknown


# Measures

Joined = dict[str, set[str]]
"""Node -> its neighbours, in a simple undirected graph that has every node."""


def simple(
    network: dict[str, Any], taken: Iterable[str], without: Iterable[str] = (), *, planned: bool = False
) -> Joined:
    """A node-link network as a simple graph: who has whom for a neighbour, over edges of these certainties."""
    around: Joined = {node["id"]: set() for node in network["nodes"] if node["id"] not in set(without)}
    for edge in network["edges"]:
        one, other = edge["source"], edge["target"]
        only_planned = edge.get("planned_collaborations") and not edge["collaborations"]
        is_there = one in around and other in around and one != other and edge["certainty"] in set(taken)
        if is_there and (planned or not only_planned):
            around[one].add(other)
            around[other].add(one)
    return around


def but_without(around: Joined, node: str) -> Joined:
    """The graph without a node."""
    return {one: others - {node} for one, others in around.items() if one != node}


def components(around: Joined) -> set[frozenset[str]]:
    """All components."""
    return {frozenset(component_of(around, one)) for one in around}


def joined_pairs(around: Joined) -> set[tuple[str, str]]:
    """The pairs of neighbours."""
    return {(one, other) for one, others in around.items() for other in others if one < other}


def bridges(around: Joined) -> set[tuple[str, str]]:
    """Pairs without which there are more components."""
    found = set()
    for one, other in joined_pairs(around):
        rest = {node: set(others) for node, others in around.items()}
        rest[one].discard(other)
        rest[other].discard(one)
        if len(components(rest)) > len(components(around)):
            found.add((one, other))
    return found


def betweenness(around: Joined) -> dict[str, float]:
    """Freeman's definition: over all pairs of others, the part of the shortest chains that visit the node."""
    found = dict.fromkeys(around, 0.0)
    for one, other in combinations(around, 2):
        every = list(all_chains(around, (one,), other))
        least = [chain for chain in every if len(chain) == min(map(len, every))]
        for chain in least:
            for node in chain[1:-1]:
                found[node] += 1 / len(least)
    pairs = (len(around) - 1) * (len(around) - 2) / 2
    return {node: value / pairs if pairs > 0 else 0.0 for node, value in found.items()}


def core(around: Joined, node: str) -> int:
    """The greatest k for which the node is left after taking out, again and again, whoever has less than k."""
    for k in range(len(around), 0, -1):
        left = around
        while poor := [one for one, others in left.items() if len(others) < k]:
            left = but_without(left, poor[0])
        if node in left:
            return k
    return 0


def constraint(around: Joined, node: str) -> float | None:
    """Burt's formula with equal ties."""
    if not around[node]:
        return None

    def part(one: str, other: str) -> float:
        return 1 / len(around[one]) if other in around[one] else 0.0

    reached = around[node] | {two for one in around[node] for two in around[one]} - {node}
    near = [one for one in reached if one in around[node]]
    return sum(
        (part(node, one) + sum(part(node, via) * part(via, one) for via in around[node] - {one})) ** 2 for one in near
    )


def transitivity(around: Joined) -> float | None:
    """The part of connected triples whose ends are joined."""
    triples = [pair for others in around.values() for pair in combinations(sorted(others), 2)]
    return sum(two in around[one] for one, two in triples) / len(triples) if triples else None


def clustering(around: Joined) -> float | None:
    """The mean of the parts of pairs of neighbours that are joined."""
    parts = []
    for others in around.values():
        pairs = list(combinations(sorted(others), 2))
        parts.append(sum(two in around[one] for one, two in pairs) / len(pairs) if pairs else 0.0)
    return sum(parts) / len(parts) if parts else None


def pagerank(arrows: dict[str, set[str]]) -> dict[str, float]:
    """The walk of Page et al.: follow an arrow, or with probability 0.15, or where there is none, go anywhere."""
    count = len(arrows)
    rank = dict.fromkeys(arrows, 1 / count)
    for _ in range(400):
        lost = sum(rank[one] for one, others in arrows.items() if not others)
        rank = {
            node: 0.15 / count
            + 0.85 * lost / count
            + 0.85 * sum(rank[one] / len(others) for one, others in arrows.items() if node in others)
            for node in arrows
        }
    return rank


def modularity(around: Joined, groups: list[list[str]]) -> float | None:
    """Newman and Girvan's: the part of edges inside groups, less what chance would give."""
    edges = joined_pairs(around)
    if not edges:
        return None
    return sum(
        sum(one in group and other in group for one, other in edges) / len(edges)
        - (sum(len(around[one]) for one in group) / (2 * len(edges))) ** 2
        for group in groups
    )


def cluster_pairs(facts: Facts, chosen: Selection) -> tuple[set[str], set[tuple[str, str]]]:
    """Nodes and pairs of organizations and projects joined by funds, participation, parenthood and membership."""
    selected = choose(facts, chosen)
    words = {"funds", "funds_project", "receives_for", "participation", "part_of"}
    pairs = {(hop.one, hop.other) for hop in hops(facts, chosen, through_projects=True) if hop.relation in words}
    nodes = {f"project:{one}" for one in selected.taken}
    for collaboration, _ in taken_collaborations(facts, chosen):
        body = facts.collaborations[collaboration]
        inside = [
            member
            for member in facts.members
            if member.collaboration == collaboration
            and member.organization
            and (not chosen.basis or member.basis in chosen.basis)
        ]
        for one, other in combinations(inside, 2):
            apart = body.plural or body.kind in ("dialogue", "interview", "convening")
            if "supporter" not in (one.role, other.role) and ("lead" in (one.role, other.role) or not apart):
                pairs.add((f"org:{one.organization}", f"org:{other.organization}"))
        if body.project:
            pairs |= {(f"org:{member.organization}", f"project:{body.project}") for member in inside}
    return nodes | {end for pair in pairs for end in pair}, pairs


# Neighbourhoods


def everything(facts: Facts, chosen: Selection) -> set[tuple[str, str, str]]:
    """Every edge around anybody: source, relation, target."""
    selected = choose(facts, chosen)

    def takes(basis: str) -> bool:
        return not chosen.basis or basis in chosen.basis

    found = {
        (claim.source, claim.relation, claim.target)
        for claim in [
            *claims_of_tripartite(facts, chosen, {"projects", "unnamed"}),
            *claims_of_ties(facts, chosen, "collaboration", unnamed=True),
        ]
        if claim.relation != "takes_part"
    }
    for part in facts.participations:
        if part.project in selected.taken and takes(part.basis):
            found.add((participant_of(part), "participation", f"project:{part.project}"))
    for row in facts.funding:
        recipient = recipient_of(row)
        if row.project in selected.taken and takes(row.basis) and recipient:
            found.add((recipient, "receives_for", f"project:{row.project}"))
    for topic in facts.project_topics:
        if topic.project in selected.taken and takes(topic.basis):
            found.add((f"project:{topic.project}", "about", f"topic:{topic.topic}"))
    for relation in facts.relations:
        if relation.subject and takes(relation.basis):
            found.add((f"org:{relation.subject}", "organization_relation", f"org:{relation.object}"))
    return found


def within(edges: set[tuple[str, str, str]], start: str, depth: int, closed: set[str]) -> dict[str, int]:
    """Nodes within so many hops, each with its distance; nodes of the closed kinds are not gone on from."""
    found = {start: 0}
    for distance in range(1, depth + 1):
        for one, _, other in sorted(edges) + sorted((other, word, one) for one, word, other in edges):
            goes_on = one == start or one.partition(":")[0] not in closed
            if found.get(one) == distance - 1 and goes_on:
                found.setdefault(other, distance)
    return found
