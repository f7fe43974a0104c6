"""Ties between nodes that share a hub: a project, a funder, a state, a topic, a collaboration."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.graph.columns import Integers, expand, expand_by
from app.graph.links import Bits, Edges, distinct
from app.graph.network import Attributes, TooLargeError
from app.graph.selection import Grades

__all__ = ["Incidence", "Ties", "incidence_of"]

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Incidence:
    """Which node has which hub, and the edge between the two. In the order of hub and node."""

    edges: Edges
    edge: Integers
    """Numbers in `edges`."""
    node: Integers
    hub: Integers
    is_certain: Flags
    """Whether the node has the hub certainly."""
    certainty: Grades

    def __len__(self) -> int:
        return len(self.edge)

    @cached_property
    def starts(self) -> Integers:
        """Where each hub's entries begin, and the end."""
        changes = np.flatnonzero(self.hub[1:] != self.hub[:-1]) + 1
        return np.concatenate(([0], changes, [len(self)])) if len(self) else np.zeros(1, dtype=np.int64)

    @cached_property
    def sizes(self) -> Integers:
        """For each entry how many nodes have its hub certainly."""
        if not len(self):
            return np.empty(0, dtype=np.int64)
        counts = np.add.reduceat(self.is_certain.astype(np.int64), self.starts[:-1])
        found: Integers = np.repeat(counts, np.diff(self.starts))
        return found


def incidence_of(
    edges: Edges, *, node: str, chosen: Integers | None = None, is_certain: Flags | None = None
) -> Incidence:
    """The incidence of (some) edges, whose `node` end (source or target) has the other end for a hub."""
    numbers = edges.numbers if chosen is None else chosen
    ends = (edges.source[numbers], edges.target[numbers])
    nodes, hubs = ends if node == "source" else ends[::-1]
    certain = edges.weight[numbers] > 0 if is_certain is None else is_certain[numbers]
    order = np.lexsort((nodes, hubs))
    return Incidence(
        edges,
        numbers[order],
        nodes[order].astype(np.int64),
        hubs[order].astype(np.int64),
        certain[order],
        edges.certainty[numbers][order],
    )


def _all_pairs(starts: Integers, most: int) -> tuple[Integers, Integers]:
    """All pairs of neighbours in each group: (one, other), the first before the second."""
    sizes = np.diff(starts)
    total = int((sizes * (sizes - 1) // 2).sum())
    if total > most:
        raise TooLargeError(total, most, "pairs")
    entries = np.arange(int(starts[-1]))
    after = np.repeat(starts[1:], sizes) - entries - 1
    return expand_by(entries + 1, after)


def _pairs_between(incidence: Incidence, node: int, other: int) -> tuple[Integers, Integers]:
    """The pairs of two nodes' entries at the hubs that they share."""
    mine, theirs = (np.flatnonzero(incidence.node == one) for one in (node, other))
    mine = mine[np.isin(incidence.hub[mine], incidence.hub[theirs])]
    theirs = theirs[np.isin(incidence.hub[theirs], incidence.hub[mine])]
    return np.minimum(mine, theirs), np.maximum(mine, theirs)


def _pairs_around(incidence: Incidence, node: int, most: int) -> tuple[Integers, Integers]:
    """All pairs of a node's entries with the others of their hubs."""
    mine = np.flatnonzero(incidence.node == node)
    hubs = np.searchsorted(incidence.starts, mine, side="right") - 1
    total = int((incidence.starts[hubs + 1] - incidence.starts[hubs] - 1).sum())
    if total > most:
        raise TooLargeError(total, most, "pairs")
    places, others = expand(incidence.starts, hubs)
    here = mine[places]
    apart = others != here
    here, others = here[apart], others[apart]
    return np.minimum(here, others), np.maximum(here, others)


class Ties:
    """Edges between nodes that share hubs. Everything behind an edge is looked up when it is asked for."""

    def __init__(
        self,
        relation: str,
        incidence: Incidence,
        *,
        most: int,
        around: int | None = None,
        to: int | None = None,
        allowed: Callable[[Integers, Integers], Flags] | None = None,
        counted: Flags | None = None,
        weaken: bool = False,
        tell: "Callable[[Ties, Any, Integers], list[Attributes]]",
    ) -> None:
        """Ties of all pairs of nodes with a hub in common; of one node alone with `around`, to one other with `to`.

        `most` pairs may be looked at, else TooLargeError. `allowed` says of pairs of entries which make a tie;
        `counted` of entries which add to the weight. With `weaken` a project is behind a tie no more surely than both
        nodes have the hub. `tell` says what else is told of edges.
        """
        self.relation = relation
        self.incidence = incidence
        self.weaken = weaken
        self.tell = tell
        if around is None:
            one, other = _all_pairs(incidence.starts, most)
        elif to is None:
            one, other = _pairs_around(incidence, around, most)
        else:
            one, other = _pairs_between(incidence, around, to)
        if allowed is not None:
            kept = allowed(one, other)
            one, other = one[kept], other[kept]
        span = int(incidence.node.max(initial=0)) + 1
        keys = incidence.node[one] * span + incidence.node[other]
        order = np.argsort(keys, kind="stable")
        self.one, self.other, keys = one[order], other[order], keys[order]
        """Entries of the incidence that share a hub, in the order of the edges and then of the hubs."""
        heads = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))[: len(keys)])
        self.starts = np.append(heads, len(keys))
        """Edge -> its first pair of entries."""
        self.source, self.target = keys[heads] // span, keys[heads] % span
        self.both = incidence.is_certain[self.one] & incidence.is_certain[self.other]
        """Whether both nodes certainly have the hub."""
        counts = self.both if counted is None else self.both & counted[self.one]
        sums = np.concatenate(([0], np.cumsum(counts)))
        self.weight: NDArray[Any] = sums[self.starts[1:]] - sums[self.starts[:-1]]
        """Number of hubs that both certainly have, unless somebody weighs otherwise."""
        combine = np.maximum if weaken else np.minimum
        sure = combine(incidence.certainty[self.one], incidence.certainty[self.other])
        self.certainty: Grades = np.minimum.reduceat(sure, heads) if len(heads) else sure

    def __len__(self) -> int:
        return len(self.source)

    @property
    def numbers(self) -> Integers:
        """All edges."""
        return np.arange(len(self))

    def told(self, shown: Any, edges: Integers) -> list[Attributes]:
        """What else is told of edges."""
        return self.tell(self, shown, edges)

    def entries(self, edges: Integers) -> tuple[Integers, Integers, Integers]:
        """The pairs of entries behind edges: (places in `edges`, one, other)."""
        places, pairs = expand(self.starts, edges)
        return places, self.one[pairs], self.other[pairs]

    def hubs(self, edges: Integers) -> tuple[Integers, Integers, Flags]:
        """What the ends of edges share: (places in `edges`, hubs, whether both have it certainly)."""
        places, pairs = expand(self.starts, edges)
        return places, self.incidence.hub[self.one[pairs]], self.both[pairs]

    def _behind(self, edges: Integers) -> tuple[Integers, Integers, Grades]:
        """Edges of the incidence behind edges, each once: (places, numbers, the least certainty that holds)."""
        places, one, other = self.entries(edges)
        certainty = self.incidence.certainty
        least = np.maximum(certainty[one], certainty[other]) if self.weaken else np.zeros(len(one), dtype=np.uint8)
        both = np.concatenate([one, other])
        return np.concatenate([places, places]), self.incidence.edge[both], np.concatenate([least, least])

    def pairs(self, edges: Integers) -> tuple[Integers, Integers, Grades]:
        """The projects behind edges: (places in `edges`, projects, certainties), by certainty and project."""
        places, numbers, least = self._behind(edges)
        at, projects, certainty = self.incidence.edges.pairs(numbers)
        if not len(projects):
            return at, projects, certainty
        certainty = np.maximum(certainty, least[at])
        places = places[at]
        # Of several certainties a project keeps the strongest.
        order = np.lexsort((certainty, projects, places))
        places, projects, certainty = places[order], projects[order], certainty[order]
        first = np.concatenate(([True], (places[1:] != places[:-1]) | (projects[1:] != projects[:-1])))
        places, projects, certainty = places[first], projects[first], certainty[first]
        order = np.lexsort((projects, certainty, places))
        return places[order], projects[order], certainty[order]

    def records(self, edges: Integers) -> tuple[Integers, Integers]:
        """The records behind edges, each once: (places in `edges`, records), ascending."""
        places, numbers, _ = self._behind(edges)
        at, records = self.incidence.edges.records(numbers)
        return distinct(places[at], records)

    def bases(self, edges: Integers) -> Bits:
        """The bases of what is behind edges."""
        places, numbers, _ = self._behind(edges)
        found = np.zeros(len(edges), dtype=np.uint8)
        np.bitwise_or.at(found, places, self.incidence.edges.bases(numbers))
        return found

    def keep(self, edges: Integers) -> None:
        """Let only these edges, ascending, be there."""
        _, pairs = expand(self.starts, edges)
        counts = (self.starts[1:] - self.starts[:-1])[edges]
        self.one, self.other, self.both = self.one[pairs], self.other[pairs], self.both[pairs]
        self.starts = np.concatenate(([0], np.cumsum(counts)))
        self.source, self.target = self.source[edges], self.target[edges]
        self.weight, self.certainty = self.weight[edges], self.certainty[edges]

    def keep_best(self, k: int) -> int:
        """Keep of each node its k edges of the greatest weight, then by the other's id; says how many went.

        An edge stays if it is among the best of either end.
        """
        count = len(self)
        ends = np.concatenate([self.source, self.target])
        others = np.concatenate([self.target, self.source])
        edges = np.concatenate([self.numbers, self.numbers])
        order = np.lexsort((others, -np.concatenate([self.weight, self.weight]), ends))
        ends = ends[order]
        heads = np.flatnonzero(np.concatenate(([True], ends[1:] != ends[:-1]))[: len(ends)])
        rank = np.arange(len(ends)) - np.repeat(heads, np.diff(np.append(heads, len(ends))))
        self.keep(np.unique(edges[order][rank < k]))
        return count - len(self)


class Combined:
    """One edge for each pair of nodes with ties: the weighted sum of these."""

    relation = "combined"

    def __init__(
        self,
        ties: "list[Ties]",
        weights: "dict[str, float]",
        tell: "Callable[[Combined, Any, Integers], list[Attributes]]",
    ) -> None:
        """`weights`: relation -> by what its weight is multiplied."""
        self.ties = ties
        self.tell = tell
        which = np.repeat(np.arange(len(ties)), [len(one) for one in ties])
        number = np.concatenate([one.numbers for one in ties])
        source, target = np.concatenate([one.source for one in ties]), np.concatenate([one.target for one in ties])
        order = np.lexsort((which, target, source))
        self.which, self.number = which[order], number[order]
        source, target = source[order], target[order]
        changes = (source[1:] != source[:-1]) | (target[1:] != target[:-1])
        heads = np.flatnonzero(np.concatenate(([True], changes))[: len(order)])
        self.starts = np.append(heads, len(order))
        self.source, self.target = source[heads], target[heads]
        factors = np.array([weights[one.relation] for one in ties])
        own = np.concatenate([one.weight for one in ties])[order]
        certainty = np.concatenate([one.certainty for one in ties])[order]
        self.weight = np.add.reduceat(own * factors[self.which], heads) if len(heads) else own.astype(np.float64)
        self.certainty: Grades = np.minimum.reduceat(certainty, heads) if len(heads) else certainty

    def __len__(self) -> int:
        return len(self.source)

    @property
    def numbers(self) -> Integers:
        """All edges."""
        return np.arange(len(self))

    def told(self, shown: Any, edges: Integers) -> list[Attributes]:
        """What else is told of edges."""
        return self.tell(self, shown, edges)

    def parts(self, edges: Integers) -> "list[tuple[Ties, Integers, Integers]]":
        """For each tie: itself, (places in `edges`, its own edges)."""
        places, at = expand(self.starts, edges)
        found = []
        for which, one in enumerate(self.ties):
            here = self.which[at] == which
            found.append((one, places[here], self.number[at[here]]))
        return found

    def pairs(self, edges: Integers) -> tuple[Integers, Integers, Grades]:
        """The projects behind edges: (places in `edges`, projects, certainties), by certainty and project."""
        found = [
            (places[at], projects, certainty)
            for one, places, own in self.parts(edges)
            for at, projects, certainty in [one.pairs(own)]
        ]
        places, projects, certainty = (np.concatenate([part[place] for part in found]) for place in range(3))
        order = np.lexsort((certainty, projects, places))
        places, projects, certainty = places[order], projects[order], certainty[order]
        first = np.concatenate(([True], (places[1:] != places[:-1]) | (projects[1:] != projects[:-1])))[: len(places)]
        places, projects, certainty = places[first], projects[first], certainty[first]
        order = np.lexsort((projects, certainty, places))
        return places[order], projects[order], certainty[order]

    def records(self, edges: Integers) -> tuple[Integers, Integers]:
        """The records behind edges, each once: (places in `edges`, records), ascending."""
        found = [(places[at], records) for one, places, own in self.parts(edges) for at, records in [one.records(own)]]
        return distinct(*(np.concatenate([part[place] for part in found]) for place in range(2)))

    def bases(self, edges: Integers) -> Bits:
        """The bases of what is behind edges."""
        found = np.zeros(len(edges), dtype=np.uint8)
        for one, places, own in self.parts(edges):
            np.bitwise_or.at(found, places, one.bases(own))
        return found
