"""Who works together: declared collaborations, and ties inferred from shared projects, funders, states and topics."""

from collections.abc import Mapping, Sequence
from itertools import combinations

from app.graph.definitions import TIES
from app.graph.facts import CollaborationFact, Facts, MemberFact
from app.graph.funder_partner_state import gather
from app.graph.network import Attributes, Edge, Gathered, TooLargeError, finish
from app.graph.selection import Selection, actor, partners_of, select

DECLARED = frozenset({"collaboration"})
_TALKS = frozenset({"dialogue", "interview", "convening"})
"""Kinds of collaboration whose members are not thereby tied to each other."""


def coalitions(
    facts: Facts,
    selection: Selection,
    *,
    ties: Sequence[str],
    weights: Mapping[str, float],
    include: Sequence[str],
    query: Attributes,
    min_weight: int,
    max_edges: int | None,
    most_edges: int,
) -> Attributes:
    """The network as node-link data: one edge per pair and tie.

    `weights` (tie -> number) asks for one more edge per pair, the weighted sum of its ties.
    """
    gathered = Gathered(facts, selection, select(facts, selection))
    if "collaboration" in ties:
        _add_collaborations(gathered, include)
    if "project" in ties:
        _add_projects(gathered, include)
    if {"funder", "state"} & set(ties):
        _add_hubs(gathered, ties, include, most_edges)
    if "topic" in ties:
        _add_topics(gathered, include, most_edges)
    for edge in gathered.edges.values():
        edge.extra["declared"] = edge.relation in DECLARED
    if weights:
        _add_combined(gathered, weights)
    return finish(
        gathered,
        network="coalitions",
        directed=False,
        definitions=TIES,
        query=query,
        min_weight=min_weight,
        max_edges=max_edges,
        most_edges=most_edges,
        block={"ties": sorted(ties)} | ({"weights": dict(sorted(weights.items()))} if weights else {}),
    )


def _pair(gathered: Gathered, one: str, other: str, tie: str) -> Edge:
    source, target = sorted((one, other))
    gathered.node(source)
    gathered.node(target)
    return gathered.edge(source, target, tie)


def _shown(gathered: Gathered, ref: str, include: Sequence[str]) -> bool:
    if ref.startswith("org:") or "unnamed" in include:
        return True
    gathered.leave_out("unnamed_parties", ref)
    return False


def _add_collaborations(gathered: Gathered, include: Sequence[str]) -> None:
    for collaboration in gathered.facts.collaborations.values():
        certainty = collaboration_certainty(gathered, collaboration)
        if certainty is None:
            continue
        if not gathered.selection.takes(collaboration.basis):
            gathered.leave_out("facts_of_other_basis", f"collaboration:{collaboration.id}")
            continue
        members = []
        for member in gathered.facts.members_of.get(collaboration.id, []):
            if not gathered.selection.takes(member.basis):
                gathered.leave_out("facts_of_other_basis", f"collaboration_member:{member.id}")
            elif _shown(gathered, actor(member.organization, member.party), include):
                members.append(member)
        for member in members:
            gathered.node(actor(member.organization, member.party))
        for one, other in combinations(members, 2):
            if _tied(collaboration, one, other):
                _declare(gathered, collaboration, certainty, one, other)
    for edge in gathered.edges.values():
        if edge.relation == "collaboration":
            edge.extra["weight"] = len(edge.extra.pop("sure"))


def collaboration_certainty(gathered: Gathered, collaboration: CollaborationFact) -> str | None:
    """The certainty with which a collaboration is selected: its project's; None where it is not."""
    selection = gathered.selection
    if selection.collaboration_kind and collaboration.kind not in selection.collaboration_kind:
        return None
    if selection.collaboration_status and collaboration.collaboration_status not in selection.collaboration_status:
        return None
    if collaboration.project is not None:
        return gathered.selected.projects.get(collaboration.project)
    of_projects = set(selection.query()) - {"collaboration_kind", "collaboration_status", "basis", "currency"}
    if of_projects:
        gathered.leave_out("collaborations_without_project", collaboration.id)
        return None
    return "certain"


def _tied(collaboration: CollaborationFact, one: MemberFact, other: MemberFact) -> bool:
    """Lead with member; member with member unless the row is plural or a talk. A supporter is not in it."""
    roles = {one.role, other.role}
    if "supporter" in roles:
        return False
    return "lead" in roles or not (collaboration.plural or collaboration.kind in _TALKS)


def _declare(
    gathered: Gathered, collaboration: CollaborationFact, certainty: str, one: MemberFact, other: MemberFact
) -> None:
    ends = [actor(member.organization, member.party) for member in (one, other)]
    edge = _pair(gathered, ends[0], ends[1], "collaboration")
    records = [f"collaboration:{collaboration.id}", *(f"collaboration_member:{member.id}" for member in (one, other))]
    edge.records.update(records)
    edge.bases.update((collaboration.basis, one.basis, other.basis))
    if collaboration.project is not None:
        edge.add(collaboration.project, certainty, (), ())
    leads = {end for end, member in zip(ends, (one, other), strict=True) if member.role == "lead"}
    edge.extra["leads"] = sorted({*edge.extra.get("leads", []), *leads})
    edge.extra.setdefault("collaborations", [])
    edge.extra.setdefault("planned_collaborations", [])
    planned = collaboration.collaboration_status == "planned"
    listed = "planned_collaborations" if planned else "collaborations"
    edge.extra[listed] = sorted({*edge.extra[listed], collaboration.id})
    edge.extra.setdefault("sure", set()).update({collaboration.id} if certainty == "certain" and not planned else ())


def _add_projects(gathered: Gathered, include: Sequence[str]) -> None:
    for project, certainty in gathered.selected.projects.items():
        partners = partners_of(gathered.facts, project, gathered.selection)
        shown = sorted(ref for ref in partners if _shown(gathered, ref, include))
        for one, other in combinations(shown, 2):
            rows = [*partners[one][0], *partners[other][0]]
            paid = [*partners[one][1], *partners[other][1]]
            records = [f"participation:{row.id}" for row in rows] + [f"funding:{row.id}" for row in paid]
            bases = [row.basis for row in rows] + [row.basis for row in paid]
            _pair(gathered, one, other, "project").add(project, certainty, records, bases)


def _add_hubs(gathered: Gathered, ties: Sequence[str], include: Sequence[str], most_edges: int) -> None:
    """Ties over shared funders and states: neighbours in the funder-partner-state network of the same selection."""
    base, _ = gather(gathered.facts, gathered.selection, [word for word in include if word == "unnamed"])
    for reason in ("facts_of_other_basis", "unnamed_parties"):
        for what in base.left_out.get(reason, ()):
            gathered.leave_out(reason, what)
    around: dict[tuple[str, str], dict[str, Edge]] = {}
    for edge in base.edges.values():
        if edge.relation == "funds" and "funder" in ties:
            around.setdefault(("funder", edge.source), {})[edge.target] = edge
        elif edge.target.startswith("state:") and edge.projects["certain"] and "state" in ties:
            around.setdefault(("state", edge.target), {})[edge.source] = edge
    _tie_around(gathered, around, most_edges)


def _tie_around(gathered: Gathered, around: Mapping[tuple[str, str], Mapping[str, Edge]], most_edges: int) -> None:
    """Tie all neighbours of each hub; the weight of a tie is its number of hubs that both certainly share."""
    pairs = sum(len(neighbours) * (len(neighbours) - 1) // 2 for neighbours in around.values())
    if pairs > most_edges:
        raise TooLargeError(pairs, most_edges)
    for (tie, hub), neighbours in sorted(around.items()):
        for one, other in combinations(sorted(neighbours), 2):
            edge = _pair(gathered, one, other, tie)
            sides = (neighbours[one], neighbours[other])
            for behind in sides:
                for certainty, projects in behind.projects.items():
                    for project in projects:
                        edge.add(project, certainty, behind.records, behind.bases)
            edge.extra["shared"] = [*edge.extra.get("shared", []), hub]
            edge.extra["weight"] = edge.extra.get("weight", 0) + all(behind.projects["certain"] for behind in sides)


def _add_topics(gathered: Gathered, include: Sequence[str], most_edges: int) -> None:
    around: dict[tuple[str, str], dict[str, Edge]] = {}
    for project, certainty in gathered.selected.projects.items():
        topics = [row for row in gathered.facts.topics_of.get(project, []) if gathered.selection.takes(row.basis)]
        for partner, (rows, paid) in partners_of(gathered.facts, project, gathered.selection).items():
            if not _shown(gathered, partner, include):
                continue
            records = [f"participation:{row.id}" for row in rows] + [f"funding:{row.id}" for row in paid]
            bases = [row.basis for row in rows] + [row.basis for row in paid]
            for topic in topics:
                hub = f"topic:{topic.topic}"
                behind = around.setdefault(("topic", hub), {}).setdefault(partner, Edge(partner, hub, "topic"))
                behind.add(project, certainty, records, [topic.basis, *bases])
    _tie_around(gathered, around, most_edges)


def _add_combined(gathered: Gathered, weights: Mapping[str, float]) -> None:
    sums: dict[tuple[str, str], dict[str, int | float]] = {}
    for edge in list(gathered.edges.values()):
        if edge.relation in weights:
            sums.setdefault((edge.source, edge.target), {})[edge.relation] = edge.weight
    for (source, target), parts in sums.items():
        edge = gathered.edge(source, target, "combined")
        edge.extra["parts"] = dict(sorted(parts.items()))
        edge.extra["weight"] = float(sum(weights[tie] * weight for tie, weight in parts.items()))
        edge.extra["declared"] = set(parts) <= DECLARED
        for tie in parts:
            behind = gathered.edges[f"{source}~{tie}~{target}"]
            for certainty, projects in behind.projects.items():
                for project in projects:
                    edge.add(project, certainty, (), ())
            edge.records |= behind.records
            edge.bases |= behind.bases
