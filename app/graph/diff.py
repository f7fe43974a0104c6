"""Two networks of one kind side by side: which edges and nodes came, went and changed."""

from collections.abc import Mapping

from app.graph.answers import bound, head
from app.graph.facts import Facts
from app.graph.network import Attributes

_IDS = ("projects", "records", "collaborations", "planned_collaborations", "shared")
_COMPARED = ("weight", "certainty", *_IDS)


def diff(
    facts: Facts,
    before: Attributes,
    after: Attributes,
    *,
    queries: Mapping[str, Attributes],
    query: Attributes,
    most: int,
) -> Attributes:
    """Edges added, removed and changed from `before` to `after`, two answers of one network.

    An edge is the same if source, target and relation (for coalitions: tie) are. It is *changed* if its weight, its
    certainty, or the ids behind it (projects by certainty, records, collaborations, shared hubs) differ.
    `facts` are those that the answer's version is of: the later of the two.
    """
    were = {edge["id"]: edge for edge in before["edges"]}
    are = {edge["id"]: edge for edge in after["edges"]}
    added = [are[one] for one in sorted(are.keys() - were.keys())]
    removed = [were[one] for one in sorted(were.keys() - are.keys())]
    changed = [found for one in sorted(are.keys() & were.keys()) if (found := _change(were[one], are[one])) is not None]
    bound(len(added) + len(removed) + len(changed), most)
    nodes_before = {node["id"]: node for node in before["nodes"]}
    nodes_after = {node["id"]: node for node in after["nodes"]}
    kept = len(are.keys() & were.keys()) - len(changed)
    counts = {"added": len(added), "removed": len(removed), "changed": len(changed), "unchanged": kept}
    return {
        **head(facts, question="diff", query=query, counts={"edges": counts}, left_out={}),
        "network": after["graph"]["network"],
        **{
            name: {
                "query": queries[name],
                "data_version": answer["graph"]["data_version"],
                "counts": answer["graph"]["counts"],
                "left_out": answer["graph"]["left_out"],
            }
            for name, answer in (("before", before), ("after", after))
        },
        "nodes_added": [nodes_after[one] for one in sorted(nodes_after.keys() - nodes_before.keys())],
        "nodes_removed": [nodes_before[one] for one in sorted(nodes_before.keys() - nodes_after.keys())],
        "edges_added": added,
        "edges_removed": removed,
        "edges_changed": changed,
    }


def _change(was: Attributes, now: Attributes) -> Attributes | None:
    """What is not the same in an edge before and after; None: nothing."""
    differs = [name for name in _COMPARED if was.get(name) != now.get(name)]
    if not differs:
        return None
    return {
        **{name: now[name] for name in ("id", "source", "target", "relation")},
        "differs": differs,
        "before": {name: was.get(name) for name in _COMPARED},
        "after": {name: now.get(name) for name in _COMPARED},
    }
