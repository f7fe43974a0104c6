"""Everything around one node: the neighbourhood of an organization, party, project, state, topic or the country."""

from collections.abc import Collection

from app.graph.coalitions import coalitions
from app.graph.definitions import QUESTIONS, RELATIONS, TIES
from app.graph.facts import Facts
from app.graph.funder_partner_state import funder_partner_state
from app.graph.network import Attributes, Edge, Gathered, TooLargeError, finish
from app.graph.paths import add_hops
from app.graph.selection import Selection, select

__all__ = ["CROSSINGS", "MOST_HOPS", "ego"]

MOST_HOPS = 4
"""Greatest depth that may be asked for."""
CROSSINGS = {"states": ("state", "state_group"), "topics": ("topic",), "country": ("country",)}
"""What may be asked to be crossed -> the prefixes of its nodes."""
_OWN_FIELDS = frozenset("source target key id relation certainty projects records basis documents".split())
_FROM_HOPS = frozenset({"participation", "receives_for", "organization_relation"})


def ego(
    facts: Facts,
    selection: Selection,
    *,
    node: str,
    depth: int,
    cross: Collection[str],
    query: Attributes,
    min_weight: int,
    max_edges: int | None,
    most_edges: int,
) -> Attributes:
    """The nodes within `depth` hops of `node` (a prefixed id), and all edges among them, as node-link data.

    Edges are those of the funder-partner-state network with projects and unnamed parties (`funds`, `works_in`,
    `funds_project`, `part_of`, `located_in`), `participation`, `receives_for` and `organization_relation` of paths,
    the declared tie `collaboration`, and `about` from project to topic. Directions play no part in hops. States, state
    groups, topics and the country are reached and not crossed, unless `cross` names them or the node is one itself:
    everybody is two hops from everybody over the whole country.
    """
    gathered = Gathered(facts, selection, select(facts, selection))
    _add_everything(gathered)
    around: dict[str, set[str]] = {}
    for edge in gathered.edges.values():
        around.setdefault(edge.source, set()).add(edge.target)
        around.setdefault(edge.target, set()).add(edge.source)
    barred = {prefix for word, prefixes in CROSSINGS.items() if word not in cross for prefix in prefixes}
    hops = {node: 0}
    front = [node]
    counts = [1]
    beyond: set[str] = set()
    for distance in range(1, depth + 2):
        crossed = [one for one in front if one == node or one.partition(":")[0] not in barred]
        beyond = {other for one in crossed for other in around.get(one, ())} - hops.keys()
        if distance <= depth:
            hops |= dict.fromkeys(beyond, distance)
            front = sorted(beyond)
            counts.append(len(front))
    _restrict(gathered, hops)
    if len(gathered.edges) > most_edges and max_edges is None:
        raise TooLargeError(len(gathered.edges), most_edges)
    return finish(
        gathered,
        network="ego",
        directed=True,
        definitions=RELATIONS | TIES | QUESTIONS["paths"] | QUESTIONS["ego"],
        query=query,
        min_weight=min_weight,
        max_edges=max_edges,
        most_edges=most_edges,
        block={
            "ego": {
                "node": node,
                "status": "known" if node in around else "none_recorded",
                "depth": depth,
                "nodes_by_hops": counts,
                "nodes_one_hop_further": len(beyond),
                "not_crossed": sorted(one for one in hops if one != node and one.partition(":")[0] in barred),
            },
            "evidence": f"/v1/evidence?record={{record}}&as_of=v{facts.version}",
        },
    )


def _add_everything(gathered: Gathered) -> None:
    facts, selection = gathered.facts, gathered.selection
    # What is bounded is the neighbourhood, not the network around it.
    unbounded = len(facts.members) ** 2 + 99 * sum(
        map(len, (facts.projects, facts.funding, facts.participations, facts.project_states, facts.state_groups))
    )
    limits: Attributes = {"query": {}, "min_weight": 0, "max_edges": None, "most_edges": unbounded**2}
    base = funder_partner_state(facts, selection, include=["projects", "unnamed"], **limits)
    ties = coalitions(facts, selection, ties=["collaboration"], weights={}, include=["unnamed"], **limits)
    for edge in [*base["edges"], *ties["edges"]]:
        # Whoever takes part in a project does so by participation, by a role, or because it receives money for it.
        if edge["relation"] != "takes_part":
            _copy(gathered, edge)
    hops = Gathered(facts, selection, gathered.selected)
    add_hops(hops, through_projects=True)
    for made in hops.edges.values():
        if made.relation in _FROM_HOPS:
            gathered.edges[made.id] = made
    gathered.left_out |= {reason: ids for reason, ids in hops.left_out.items() if reason != "unnamed_parties"}
    for project, certainty in gathered.selected.projects.items():
        for row in facts.topics_of.get(project, []):
            if selection.takes(row.basis):
                about = gathered.edge(f"project:{project}", f"topic:{row.topic}", "about")
                about.add(project, certainty, (), [row.basis])


def _copy(gathered: Gathered, edge: Attributes) -> None:
    made = Edge(edge["source"], edge["target"], edge["relation"])
    made.projects = {word: set(ids) for word, ids in edge["projects"].items()}
    made.records.update(edge["records"])
    made.bases.update(edge["basis"])
    made.extra = {name: value for name, value in edge.items() if name not in _OWN_FIELDS}
    gathered.edges[made.id] = made


def _restrict(gathered: Gathered, hops: dict[str, int]) -> None:
    """Keep the nodes reached, with their distance, and the edges among them."""
    gathered.edges = {
        name: edge for name, edge in gathered.edges.items() if edge.source in hops and edge.target in hops
    }
    for ref, distance in hops.items():
        if ref.startswith("topic:"):
            topic = gathered.facts.topics[ref.removeprefix("topic:")]
            gathered.nodes[ref] = {"kind": "topic", "label": topic.label_en, "label_es": topic.label_es}
        else:
            gathered.node(ref)
        gathered.nodes[ref]["hops"] = distance
