"""Chains between two organizations or projects, shortest first, with the reasons of every step."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from heapq import heappop, heappush
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array  # type: ignore[import-untyped]

from app.graph.answers import (
    EVERY_CERTAINTY,
    bound_projects,
    counts_of,
    head,
    listed_nodes,
    listed_rows,
    named,
)
from app.graph.around import Around, Steps
from app.graph.assembly import Network
from app.graph.columns import NONE, Integers, expand, unique
from app.graph.facts import Facts
from app.graph.hops import HOPS, edges_between, leave_out_hops, tell
from app.graph.links import Links
from app.graph.network import Attributes
from app.graph.part import part_of
from app.graph.selection import Selection, select, strongest, weakest
from app.graph.spaces import nodes_of, records_of

__all__ = ["MOST_CHAINS", "Neighbours", "paths", "shortest_chains"]

MOST_CHAINS = 50
"""Chains that one answer may hold."""

Chain = tuple[int, ...]
"""Numbers of nodes from one end to the other."""
_FAR = NONE
"""Distance of whoever cannot be reached."""
_RELATIONS = ("funds", "lead_member", "organization_relation")
_OVER_PROJECTS = ("funds_project", "part_of", "participation", "receives_for")


class Neighbours:
    """Who is one hop from whom: the neighbours of node n are `others[starts[n]:starts[n + 1]]`, ascending."""

    def __init__(self, one: Integers, other: Integers, size: int) -> None:
        """Of pairs of nodes below a size; a hop leads both ways."""
        apart = one != other
        ends = np.concatenate([one[apart], other[apart]]), np.concatenate([other[apart], one[apart]])
        rows = coo_array((np.ones(len(ends[0]), dtype=bool), ends), shape=(size, size)).tocsr()
        rows.sum_duplicates()
        self.starts: Integers = rows.indptr
        self.others: Integers = rows.indices

    def of(self, node: int) -> Integers:
        """The neighbours of a node."""
        return self.others[self.starts[node] : self.starts[node + 1]]

    def distances(self, start: int) -> Integers:
        """Hops from a node to every other; _FAR where there is no way."""
        found = np.full(len(self.starts) - 1, _FAR, dtype=np.int32)
        found[start] = 0
        front = np.array([start])
        for distance in range(1, len(found)):
            front = self.beyond(front, found, distance)
            if not len(front):
                break
        return found

    def beyond(self, front: Integers, distances: Integers, distance: int) -> Integers:
        """The nodes next to some that have no distance yet; they get this one."""
        _, others = expand(self.starts, front, self.others)
        others = others[distances[others] == _FAR]
        distances[others] = distance
        # To sort many takes longer than to look at all.
        return np.flatnonzero(distances == distance) if len(others) > len(distances) // 100 else unique(others)


def paths(
    facts: Facts,
    selection: Selection,
    *,
    start: str,
    end: str,
    k: int,
    through_projects: bool,
    query: Attributes,
    most_projects: int,
) -> Attributes:
    """The k shortest chains from `start` to `end` (prefixed ids), equal lengths ordered by id.

    P are the selected projects. Two named organizations are one hop apart by *funds* (a funding row on P), by
    *lead_member* (one leads a selected collaboration that the other is in, not as a supporter) or by
    *organization_relation*. With `through_projects` organizations and projects of P are one hop apart by
    *participation* in any role and by the project's own funding rows (*funds_project*, *receives_for*), and two
    projects of P by *part_of*. States, topics, unnamed parties and inherited funding make no hop.

    A chain visits nobody twice. Chains come by length, then by their ids from start to end, as Yen's algorithm [1]_
    with Lawler's partition [2]_ finds them. That there is none is an answer, and says what could still make one. The
    projects behind the steps shown are `most_projects` at most.

    References
    ----------
    .. [1] J. Y. Yen (1971). Finding the k shortest loopless paths in a network. Management Science 17(11), 712-716.
       https://doi.org/10.1287/mnsc.17.11.712
    .. [2] E. L. Lawler (1972). A procedure for computing the k best solutions to discrete optimization problems and
       its application to the shortest path problem. Management Science 18(7), 401-405.
       https://doi.org/10.1287/mnsc.18.7.401
    """
    hops = _Hops(facts, selection, through_projects=through_projects)
    ends = [nodes_of(facts.columns).number(facts, ref) for ref in (start, end)]
    found = shortest_chains(hops.around, ends[0], ends[1], k + 1)
    near, far = (hops.around.distances(one) for one in ends)
    length = int(near[ends[1]])
    hops.leave_out()
    return {
        **head(
            facts,
            question="paths",
            query=query,
            counts=counts_of(hops.network.selected),
            left_out=hops.network.told_left_out(),
        ),
        "from": named(facts, start),
        "to": named(facts, end),
        "status": "found" if found else "none",
        "shortest": {
            "length": None if length == _FAR else length,
            "chains": _count_shortest(hops.around, near, far, length),
        },
        "more": len(found) > k,
        "chains": _told(hops, found[:k], most_projects),
        "components": {"from": _component(facts, near), "to": _component(facts, far), "joined": length != _FAR},
        "open": _open(hops, ends, near, far),
    }


# What makes a hop


class _Hops:
    """The hops of a selection, between named ends; unnamed and unknown ends apart."""

    def __init__(self, facts: Facts, selection: Selection, *, through_projects: bool) -> None:
        self.facts = facts
        self.through_projects = through_projects
        self.network = Network(facts, selection, select(facts, selection), directed=True)
        self.steps = Around(self.network)
        self.nodes = nodes_of(facts.columns)
        self.lead_members: Links = HOPS["lead_member"](self.network)
        pairs = [(one.source, one.target) for one in self._rows()]
        pairs.append((self.lead_members.source, self.lead_members.target))
        one, other = (np.concatenate(ends).astype(np.int64) for ends in zip(*pairs, strict=True))
        first, last = (self.nodes.start(prefix) for prefix in ("party", "project"))
        unnamed = [(ends >= first) & (ends < last) for ends in (one, other)]
        apart = one != other
        self.parties = unique(np.concatenate([one[unnamed[0] & apart], other[unnamed[1] & apart]]))
        beside = [unnamed[0] & ~unnamed[1], unnamed[1] & ~unnamed[0]]
        self.unnamed = (
            np.concatenate([other[beside[0]], one[beside[1]]]),
            np.concatenate([one[beside[0]], other[beside[1]]]),
        )
        """(Named nodes, unnamed parties with a hop to them)."""
        kept = ~unnamed[0] & ~unnamed[1]
        self.around = Neighbours(one[kept], other[kept], len(self.nodes))

    def _rows(self) -> Iterable[Steps]:
        columns, steps = self.facts.columns, self.steps
        funding = steps.taken("funding", np.arange(len(columns["funding"])))
        yield steps.funds(funding)
        yield steps.relation(np.arange(len(columns["organization_relation"])))
        if self.through_projects:
            yield steps.funds_project(funding)
            yield steps.receives_for(funding)
            yield steps.participation(steps.taken("participation", np.arange(len(columns["participation"]))))
            yield steps.part_of(self.network.selected.taken)

    def leave_out(self) -> None:
        """Note what makes no hop."""
        leave_out_hops(self.network, through_projects=self.through_projects)
        parties = self.parties - self.nodes.start("party")
        self.network.leave_out("unnamed_parties", "unnamed_party", parties, prefix="party")

    def unknown(self) -> Integers:
        """The funding rows, of selected projects or of none, that do not say who stands at an end."""
        funding = self.facts.columns["funding"]
        rows = np.flatnonzero((funding["funder"] == NONE) | (funding["recipient"] == NONE))
        here = np.append(self.network.selected.mask, True)[funding["project"][rows]]
        return rows[here & self.steps.takes("funding", rows)]


# Chains


def shortest_chains(around: Neighbours, start: int, end: int, k: int) -> list[Chain]:
    """The k first loopless chains by (length, numbers).

    Each entry of the queue is the first chain of a part of all chains: those that begin with the same nodes as it up to
    a position, and go on from there to none of the neighbours that other parts go to. Taking an entry out divides the
    rest of its part again, so no chain is found twice.
    """
    first = _first_chain(around, start, end, (), frozenset())
    queue: list[tuple[int, Chain, int, frozenset[int]]] = []
    if first is not None:
        queue.append((len(first), first, 0, frozenset()))
    found: list[Chain] = []
    while queue and len(found) < k:
        _, chain, since, closed = heappop(queue)
        found.append(chain)
        for position in range(since, len(chain) - 1):
            away = (closed if position == since else frozenset()) | {chain[position + 1]}
            rest = _first_chain(around, chain[position], end, chain[:position], away)
            if rest is not None:
                longer = chain[:position] + rest
                heappush(queue, (len(longer), longer, position, away))
    return found


def _first_chain(around: Neighbours, start: int, end: int, closed: Chain, away: frozenset[int]) -> Chain | None:
    """The first chain by (length, numbers) that avoids `closed`, and goes from `start` to none of `away`."""
    if start == end:
        return (start,)
    doors = around.of(start)
    doors = doors[~np.isin(doors, [*closed, *away])]
    is_door = np.zeros(len(around.starts) - 1, dtype=bool)
    is_door[doors] = True
    left = np.full(len(is_door), _FAR, dtype=np.int32)
    # Nobody comes by those that are closed, nor back to the start: they count as had already, and never as a way.
    left[[*closed, start]] = len(left)
    left[end] = 0
    front = np.array([end])
    while len(front) and not is_door[front].any():
        front = around.beyond(front, left, int(left[front[0]]) + 1)
    if not len(front):
        return None
    chain = [start, int(front[is_door[front]][0])]
    while chain[-1] != end:
        others = around.of(chain[-1])
        chain.append(int(others[left[others] == left[chain[-1]] - 1][0]))
    return tuple(chain)


def _count_shortest(around: Neighbours, near: Integers, far: Integers, length: int) -> int:
    """How many chains of the least length there are, by the distances from the start and to the end."""
    if length == _FAR:
        return 0
    on_way = np.flatnonzero((near != _FAR) & (near + far == length))
    # Python's own numbers, because the ways multiply with every step.
    ways: NDArray[np.object_] = np.zeros(len(on_way), dtype=object)
    ways[far[on_way] == 0] = 1
    for distance in range(1, length + 1):
        here = np.flatnonzero(far[on_way] == distance)
        at, others = expand(around.starts, on_way[here], around.others)
        onward = far[others] == distance - 1
        np.add.at(ways, here[at[onward]], ways[np.searchsorted(on_way, others[onward])])
    return int(ways[near[on_way] == 0][0])


# The answer


def _told(hops: _Hops, chains: Sequence[Chain], most_projects: int) -> list[Attributes]:
    facts = hops.facts
    ends = unique(np.array([node for chain in chains for node in chain], dtype=np.int64))
    refs = dict(zip(ends.tolist(), hops.nodes.refs(facts, ends), strict=True))
    reasons: dict[frozenset[str], list[Attributes]] = {}
    for edge in _edges(hops, ends, most_projects):
        reasons.setdefault(frozenset((edge["source"], edge["target"])), []).append(edge)
    return [_chain(facts, [refs[node] for node in chain], reasons) for chain in chains]


def _edges(hops: _Hops, ends: Integers, most_projects: int) -> list[Attributes]:
    """The edges among some nodes, each with what is behind it."""
    columns, nodes, steps = hops.facts.columns, hops.nodes, hops.steps
    is_end = np.zeros(len(nodes), dtype=bool)
    is_end[ends] = True
    actors = ends[ends < nodes.start("project")] - nodes.start("org")
    projects = ends[ends >= nodes.start("project")] - nodes.start("project")
    paid = steps.funds(steps.taken("funding", columns.index("funding", "funder").rows(actors)[1]))
    relations = steps.relation(columns.index("organization_relation", "subject").rows(actors)[1])
    leads = hops.lead_members.where(is_end[hops.lead_members.source] & is_end[hops.lead_members.target])
    projects = unique(np.concatenate([projects, paid.project[is_end[paid.target]], leads.project]))
    projects = projects[projects != NONE]
    bound_projects(len(projects), most_projects)
    part = part_of(
        columns,
        projects=projects,
        collaborations=unique(leads.second) - records_of(columns).start("collaboration"),
        relations=relations.row[is_end[relations.target]],
        actors=actors,
    )
    network = Network(part.facts, hops.network.selection, part.selected(hops.network.selected), directed=True)
    for relation in (*_RELATIONS, *(_OVER_PROJECTS if hops.through_projects else ())):
        network.add(edges_between(network, relation, within=is_end[part.nodes]))
    shown = network.finish(
        name="paths",
        definitions={},
        query={},
        min_weight=0,
        max_edges=None,
        most_edges=sum(map(len, network.edges)),
    )
    return [edge | tell(part.facts, edge) for edge in shown.edge_list()]


def _chain(facts: Facts, refs: Sequence[str], reasons: dict[frozenset[str], list[Attributes]]) -> Attributes:
    steps = [_step(facts, one, other, reasons[frozenset((one, other))]) for one, other in pairwise(refs)]
    return {
        "length": len(steps),
        "certainty": weakest("certain", *(step["certainty"] for step in steps)),
        "planned": any(step["planned"] for step in steps),
        "nodes": [named(facts, ref) for ref in refs],
        "steps": steps,
    }


def _step(facts: Facts, source: str, target: str, edges: Iterable[Attributes]) -> Attributes:
    reasons = [_reason(facts, edge) for edge in sorted(edges, key=lambda edge: str(edge["id"]))]
    return {
        "source": source,
        "target": target,
        "certainty": strongest(*(reason["certainty"] for reason in reasons)),
        "planned": all(reason["planned"] for reason in reasons),
        "reasons": reasons,
    }


def _reason(facts: Facts, edge: Attributes) -> Attributes:
    collaborations, planned = edge.get("collaborations", []), edge.get("planned_collaborations", [])
    return {
        **{name: edge[name] for name in ("relation", "source", "target", "certainty", "projects")},
        "collaborations": collaborations,
        "planned_collaborations": planned,
        "planned": bool(planned) and not collaborations,
        "participation_roles": edge.get("participation_roles", []),
        "relation_kinds": edge.get("relation_kinds", []),
        **{name: edge[name] for name in ("records", "basis", "documents")},
        "evidence": [f"/v1/evidence?record={record}&as_of={facts.version}" for record in edge["records"]],
    }


def _component(facts: Facts, distances: Integers) -> Attributes:
    nodes, reached = nodes_of(facts.columns), np.flatnonzero(distances != _FAR)
    first = np.searchsorted(reached, nodes.start("project"))
    return {
        "size": len(reached),
        "organizations": listed_nodes(facts, reached[:first]),
        "projects": listed_nodes(facts, reached[first:]),
    }


def _open(hops: _Hops, ends: Sequence[int], near: Integers, far: Integers) -> Attributes:
    """What could still make a chain, or a shorter one: unnamed and unknown ends, and projects that were not taken."""
    facts, selected = hops.facts, hops.network.selected
    named_ends, unnamed = hops.unnamed
    parties = [unique(unnamed[distances[named_ends] != _FAR]) for distances in (near, far)]
    unknown = hops.unknown()
    touching = [unknown[_touches(hops, unknown, distances)] for distances in (near, far)]
    not_taken = selected.found[~selected.mask[selected.found]]
    length = int(near[ends[1]])
    if len(not_taken):
        everything = replace(hops.network.selection, certainty=EVERY_CERTAINTY)
        wider = _Hops(facts, everything, through_projects=hops.through_projects)
        length = int(wider.around.distances(ends[0])[ends[1]])
    return {
        "unnamed_parties": {
            "from": listed_nodes(facts, parties[0]),
            "to": listed_nodes(facts, parties[1]),
            "both": listed_nodes(facts, np.intersect1d(parties[0], parties[1])),
        },
        "unknown_ends": {
            "from": listed_rows(facts, "funding", touching[0]),
            "to": listed_rows(facts, "funding", touching[1]),
        },
        "projects_not_taken": listed_rows(facts, "project", not_taken),
        "length_with_them": None if length == _FAR else length,
    }


def _touches(hops: _Hops, rows: Integers, distances: Integers) -> NDArray[np.bool_]:
    """Which funding rows name somebody, or a project, that has a distance."""
    funding, nodes = hops.facts.columns["funding"], hops.nodes
    is_near = np.append(distances != _FAR, False)
    found = np.zeros(len(rows), dtype=bool)
    for column, prefix in (("funder", "org"), ("recipient", "org"), ("project", "project")):
        codes = funding[column][rows].astype(np.int64)
        found |= is_near[np.where(codes == NONE, len(distances), codes + nodes.start(prefix))]
    return found
