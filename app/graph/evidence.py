"""The one edge that an id names, with everything behind it, whichever network it is of."""

from collections.abc import Mapping

from app.graph.assembly import Network
from app.graph.coalitions import gather_ties
from app.graph.definitions import QUESTIONS, RELATIONS, TIES
from app.graph.facts import Facts
from app.graph.funder_partner_state import INCLUDES, edges_over
from app.graph.hops import HOPS, edges_between, tell
from app.graph.network import Attributes
from app.graph.projection import THROUGH, gather_shared
from app.graph.selection import Selection, select

__all__ = ["edge_named"]

_SHARED: Mapping[str, str] = {f"shared_{through}": through for through in THROUGH}
"""Relation of a projection -> what is shared."""


def edge_named(
    facts: Facts, selection: Selection, edge_id: str, *, of: str, weight: str
) -> tuple[Attributes, str] | None:
    """The edge and the definition of its relation; None where the selection has no such edge.

    Knows the relations of funder-partner-state, coalitions, projection (`of` and `weight` say of which), ego and paths.
    """
    source, relation, target = edge_id.split("~")
    network, definition = _network(facts, selection, relation, source, target, of, weight)
    shown = None if network is None else network.find(relation, source, target)
    if shown is None:
        return None
    (edge,) = shown.edge_list()
    return edge | tell(facts, edge), definition


def _network(
    facts: Facts, selection: Selection, relation: str, source: str, target: str, of: str, weight: str
) -> tuple[Network | None, str]:
    """A network that has the edge if there is one, and what its relation means."""
    if relation in _SHARED:
        words = QUESTIONS["projection"]
        if of == _SHARED[relation]:
            return None, ""
        return gather_shared(
            facts, selection, of=of, through=_SHARED[relation], weight=weight, ends=(source, target)
        ), " ".join((words["shared"], words[weight]))
    if relation in TIES or relation == "combined":
        ties = [relation] if relation in TIES else list(TIES)
        weights = {} if relation in TIES else dict.fromkeys(TIES, 1.0)
        network = gather_ties(facts, selection, ties=ties, weights=weights, include=["unnamed"], ends=(source, target))
        return network, TIES.get(relation, "The sum of the pair's ties, each weighted by 1.")
    network = Network(facts, selection, select(facts, selection), directed=True)
    if relation in RELATIONS:
        network.add(edges_over(network, relation, INCLUDES))
        return network, RELATIONS[relation]
    if relation in HOPS:
        network.add(edges_between(network, relation))
        return network, (QUESTIONS["paths"] | QUESTIONS["ego"]).get(relation, "")
    return None, ""
