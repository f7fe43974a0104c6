"""One kind of node, tied by what its nodes share: funders by partners, partners by states, states by topics."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations
from math import fsum

from app.graph.answers import places_of
from app.graph.definitions import QUESTIONS
from app.graph.facts import Facts
from app.graph.funder_partner_state import funder_partner_state
from app.graph.network import Attributes, Edge, Gathered, TooLargeError, finish
from app.graph.selection import Selection, actor, partners_of, select, weakest

__all__ = ["KINDS", "PAIRS_PER_EDGE", "THROUGH", "WEIGHTS", "has_amounts", "projection"]

KINDS = ("funder", "partner", "state", "topic")
"""What can be projected."""
THROUGH = (*KINDS, "project")
"""What can be shared."""
WEIGHTS = ("count", "newman", "jaccard", "amount")
PAIRS_PER_EDGE = 20
"""With `top_k`, pairs that may be looked at for each edge that an answer may hold."""

_DIGITS = 9
"""Digits after the point that a weight keeps: the same on every machine."""
_FUNDS = {"funder", "partner"}
_WORKS_IN = {"partner", "state"}

Links = dict[str, dict[str, Edge]]
"""Shared neighbour k -> node -> the edge between the two."""
Weigh = Callable[[str, str, Iterable[str]], int | float]
"""Two nodes and what they share -> the weight of their edge."""


def has_amounts(of: str, through: str) -> bool:
    """Whether money stands between the two kinds: only between funders and those whom they pay."""
    return {of, through} == _FUNDS


def projection(
    facts: Facts,
    selection: Selection,
    *,
    of: str,
    through: str,
    weight: str,
    top_k: int | None,
    query: Attributes,
    min_weight: int,
    max_edges: int | None,
    most_edges: int,
) -> Attributes:
    """The network of the nodes of one kind, as node-link data: an edge for every pair that shares a neighbour.

    P are the selected projects; A and B are the sets of distinct neighbours, of the kind `through`, of two nodes of the
    kind `of`. Neighbours are: funder and partner by `funds`; partner and state by `works_in` (states that are named);
    partner, effective funder, state and topic by a project of P that has both. Only certain neighbours count towards a
    weight; those that one of the two has less certainly are `possibly_shared`.

    - *count* = \\|A ∩ B\\|
    - *newman* = the sum over shared k of 1 / (n_k - 1), n_k the number of named nodes that have k [1]_
    - *jaccard* = \\|A ∩ B\\| / \\|A ∪ B\\|
    - *amount* = the sum over shared k of the smaller amount, for each currency and stage: never one number. The weight
      of the edge is the count; `amounts` has the sums, and the k that make them lower bounds.

    More pairs than an answer may hold are refused, unless `top_k` asks for the best so many of each node, by weight,
    then id: an edge stays if it is among the best of either end.

    References
    ----------
    .. [1] M. E. J. Newman (2001). Scientific collaboration networks. II. Shortest paths, weighted networks, and
       centrality. Physical Review E 64, 016132. https://doi.org/10.1103/PhysRevE.64.016132
    """
    gathered = Gathered(facts, selection, select(facts, selection))
    links = _links(gathered, of, through, most_edges)
    for nodes in links.values():
        for ref in nodes:
            if ref.startswith("topic:"):
                topic = facts.topics[ref.removeprefix("topic:")]
                gathered.nodes[ref] = {"kind": "topic", "label": topic.label_en, "label_es": topic.label_es}
            else:
                gathered.node(ref)
    sets: dict[str, set[str]] = {ref: set() for ref in gathered.nodes}
    for shared, nodes in links.items():
        for ref, link in nodes.items():
            if _is_certain(link):
                sets[ref].add(shared)
    for ref, having in sets.items():
        gathered.nodes[ref]["neighbours"] = len(having)
    sizes = {shared: sum(map(_is_certain, nodes.values())) for shared, nodes in links.items()}

    def weigh(one: str, other: str, shared: Iterable[str]) -> int | float:
        both = [ref for ref in shared if ref in sets[one] and ref in sets[other]]
        if weight == "newman":
            return round(fsum(1 / (sizes[ref] - 1) for ref in both), _DIGITS)
        if weight == "jaccard":
            return round(len(both) / (len(sets[one] | sets[other]) or 1), _DIGITS)
        return len(both)

    pairs, cut = _pairs(links, weigh, top_k, most_edges)
    relation = f"shared_{through}"
    for (one, other), common in pairs.items():
        edge = gathered.edge(one, other, relation)
        _fill(edge, common, links, sizes)
        edge.extra["weight"] = weigh(one, other, common)
        if weight == "amount":
            edge.extra["amounts"] = _amounts(
                (links[ref][one].extra["money"], links[ref][other].extra["money"], ref) for ref in edge.extra["shared"]
            )
    words = QUESTIONS["projection"]
    network = finish(
        gathered,
        network="projection",
        directed=False,
        definitions={},
        query=query,
        min_weight=min_weight,
        max_edges=max_edges,
        most_edges=most_edges,
        block={
            "definitions": {relation: words["shared"], "neighbours": words["neighbours"], weight: words[weight]},
            "projection": {
                "of": of,
                "through": through,
                "weight": weight,
                "top_k": top_k,
                "pairs": len(pairs) + cut,
                "pairs_beyond_top_k": cut,
            },
            "evidence": f"/v1/evidence?record={{record}}&as_of=v{facts.version}",
        },
    )
    network["graph"]["truncated"] |= cut > 0
    return network


def _is_certain(link: Edge) -> bool:
    return bool(link.projects["certain"])


# Who has what


def _links(gathered: Gathered, of: str, through: str, most_edges: int) -> Links:
    links: Links = {}
    if "state" in (of, through):
        for project in gathered.selected.projects:
            places = places_of(gathered.facts, project, gathered.selection)
            for group in places.groups:
                gathered.leave_out("state_groups", group.id)
            if places.nationwide:
                gathered.leave_out("nationwide_projects", project)
    if {of, through} in (_FUNDS, _WORKS_IN):
        ends = ("source", "target") if of == "funder" or through == "state" else ("target", "source")
        for found in _tripartite(gathered, most_edges, "funds" if {of, through} == _FUNDS else "works_in"):
            node, shared = (found[end] for end in ends)
            link = links.setdefault(shared, {}).setdefault(node, Edge(node, shared, found["relation"]))
            for certainty, projects in found["projects"].items():
                for project in projects:
                    link.add(project, certainty, found["records"], found["basis"])
            link.extra["money"] = found.get("money")
        return links
    for project in gathered.selected.projects:
        items = {kind: list(_items(gathered, project, kind)) for kind in (of, through)}
        for node, certainty, records, bases in items[of]:
            for shared, other_certainty, other_records, other_bases in items[through]:
                link = links.setdefault(shared, {}).setdefault(node, Edge(node, shared, "has"))
                sure = weakest(certainty, other_certainty)
                link.add(project, sure, [*records, *other_records], [*bases, *other_bases])
    return links


def _tripartite(gathered: Gathered, most_edges: int, relation: str) -> Iterator[Attributes]:
    """The edges of one relation of the funder-partner-state network of the same selection, those of states only."""
    base = funder_partner_state(
        gathered.facts,
        gathered.selection,
        include=[],
        query={},
        min_weight=0,
        max_edges=None,
        most_edges=most_edges,
    )
    for reason in ("unnamed_parties", "facts_of_other_basis"):
        for ref in base["graph"]["left_out"].get(reason, {"ids": []})["ids"]:
            gathered.leave_out(reason, ref)
    for edge in base["edges"]:
        if edge["relation"] == relation and (relation == "funds" or edge["target"].startswith("state:")):
            yield edge


Item = tuple[str, str, list[str], list[str]]
"""A node of a project: prefixed id, certainty, records, bases."""


def _items(gathered: Gathered, project: str, kind: str) -> Iterator[Item]:
    """The nodes of one kind that a selected project has."""
    certainty = gathered.selected.projects[project]
    if kind == "project":
        yield f"project:{project}", certainty, [], []
    elif kind == "topic":
        for topic in gathered.facts.topics_of.get(project, []):
            if gathered.selection.takes(topic.basis):
                yield f"topic:{topic.topic}", certainty, [], [topic.basis]
    elif kind == "partner":
        for ref, (rows, paid) in partners_of(gathered.facts, project, gathered.selection).items():
            if ref.startswith("party:"):
                gathered.leave_out("unnamed_parties", ref)
                continue
            records = [f"participation:{row.id}" for row in rows] + [f"funding:{row.id}" for row in paid]
            yield ref, certainty, records, [row.basis for row in rows] + [row.basis for row in paid]
    else:
        yield from (_funders if kind == "funder" else _states)(gathered, project)


def _funders(gathered: Gathered, project: str) -> Iterator[Item]:
    for row in gathered.facts.effective_funding(project)[1]:
        if not gathered.selection.takes(row.basis):
            gathered.leave_out("facts_of_other_basis", f"funding:{row.id}")
        elif row.funder is None:
            gathered.leave_out("unnamed_parties", actor(None, row.funder_party))
        else:
            yield f"org:{row.funder}", gathered.selected.projects[project], [f"funding:{row.id}"], [row.basis]


def _states(gathered: Gathered, project: str) -> Iterator[Item]:
    when = weakest("certain", gathered.selected.when[project])
    for place in gathered.facts.states_of.get(project, []):
        state = gathered.facts.state_of(place)
        if place.role != "target" or place.membership == "excluded" or state is None:
            continue
        if gathered.selection.takes(place.basis):
            yield f"state:{state}", when, [f"project_state:{place.id}"], [place.basis]
        else:
            gathered.leave_out("facts_of_other_basis", f"project_state:{place.id}")


# Pairs


Pairs = dict[tuple[str, str], list[str]]
"""Two nodes, by id -> what they share, certainly or not."""


def _pairs(links: Links, weigh: Weigh, top_k: int | None, most_edges: int) -> tuple[Pairs, int]:
    """The pairs to show, and how many others there are."""
    count = sum(len(nodes) * (len(nodes) - 1) // 2 for nodes in links.values())
    most = most_edges if top_k is None else most_edges * PAIRS_PER_EDGE
    if count > most:
        raise TooLargeError(count, most)
    found: Pairs = {}
    if top_k is None:
        for shared, nodes in sorted(links.items()):
            for pair in combinations(sorted(nodes), 2):
                found.setdefault(pair, []).append(shared)
        return found, 0
    having: dict[str, list[str]] = {}
    for shared, nodes in sorted(links.items()):
        for node in nodes:
            having.setdefault(node, []).append(shared)
    ends = 0
    for node in sorted(having):
        others: dict[str, list[str]] = {}
        for shared in having[node]:
            for other in links[shared]:
                if other != node:
                    others.setdefault(other, []).append(shared)
        ends += len(others)
        ranked = sorted(others, key=lambda other: (-weigh(node, other, others[other]), other))
        for other in ranked[:top_k]:
            found[min(node, other), max(node, other)] = others[other]
    return found, ends // 2 - len(found)


def _fill(edge: Edge, shared: Iterable[str], links: Links, sizes: Mapping[str, int]) -> None:
    """Give an edge what its ends share, and the projects and records behind that."""
    certain: list[str] = []
    possible: list[str] = []
    for ref in shared:
        behind = (links[ref][edge.source], links[ref][edge.target])
        sure = weakest(*(link.certainty for link in behind))
        (certain if sure == "certain" else possible).append(ref)
        for link in behind:
            for certainty, projects in link.projects.items():
                for project in projects:
                    edge.add(project, weakest(certainty, sure), link.records, link.bases)
    edge.extra["shared"] = certain
    edge.extra["shared_sizes"] = [sizes[ref] for ref in certain]
    edge.extra["possibly_shared"] = possible


def _amounts(shared: Iterable[tuple[Attributes, Attributes, str]]) -> Attributes:
    """For each currency and stage the sum of the smaller amounts; the neighbours whose amounts are not all known."""
    sums: dict[tuple[str, str, bool], int] = {}
    stages: dict[str, str | None] = {}
    unknown: list[str] = []
    for one, other, ref in shared:
        if {one["status"], other["status"]} & {"unknown", "lower_bound"}:
            unknown.append(ref)
        amounts = [
            {(row["currency"], row["stage"] or "", row["undated"]): row for row in side["sums"]}
            for side in (one, other)
        ]
        for key in amounts[0].keys() & amounts[1].keys():
            stages[key[1]] = amounts[0][key]["stage"]
            sums[key] = sums.get(key, 0) + min(side[key]["amount_minor"] for side in amounts)
    status = "lower_bound" if sums and unknown else "unknown" if unknown else "known" if sums else "none_recorded"
    return {
        "status": status,
        "sums": [
            {"currency": key[0], "stage": stages[key[1]], "undated": key[2], "amount_minor": sums[key]}
            for key in sorted(sums)
        ],
        "unknown": unknown,
    }
