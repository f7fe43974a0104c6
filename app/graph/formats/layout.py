"""Places for the nodes of a picture: columns for funders, partners and places, a circle for everything else.

Nothing here is random, and sums are of whole numbers where they decide an order, so that every machine draws the same.
"""

from collections.abc import Mapping, Sequence

import numpy as np

__all__ = ["circle_order", "column_orders", "settle"]

_SWEEPS = 24
_MOST_TO_REFINE = 300
"""Nodes up to which a circle is improved by swaps, which take cubic time."""


def column_orders(columns: Sequence[Sequence[str]], edges: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Each column in an order with few crossings: sweeps of the barycentre method (Sugiyama et al., 1981)."""
    orders = [list(column) for column in columns]
    column_of = {node: at for at, column in enumerate(orders) for node in column}
    around: dict[str, list[str]] = {node: [] for node in column_of}
    for one, other in edges:
        if column_of[one] != column_of[other]:
            around[one].append(other)
            around[other].append(one)
    height = max((len(order) for order in orders), default=1)
    place = _places(orders, height)
    for sweep in range(_SWEEPS):
        columns_in_turn = range(len(orders)) if sweep % 2 == 0 else range(len(orders) - 1, -1, -1)
        for at in columns_in_turn:
            wanted = {
                node: sum(place[one] for one in around[node]) / len(around[node]) if around[node] else float(height)
                for node in orders[at]
            }
            orders[at].sort(key=lambda node: (round(wanted[node], 6), place[node]))
            place |= _places([orders[at]], height)
    return orders


def _places(orders: Sequence[Sequence[str]], height: int) -> dict[str, float]:
    return {node: (at + 0.5) * height / len(order) for order in orders for at, node in enumerate(order)}


def settle(wanted: Sequence[float], sizes: Sequence[float], gap: float, height: float) -> list[float]:
    """Middles of boxes in this order, as near as may be to where they want to be, without overlap, in [0, height].

    Least squares under order constraints, by pooling adjacent violators (Barlow et al., 1972).
    """
    starts = np.concatenate([[0.0], np.cumsum([size + gap for size in sizes])])[: len(sizes)]
    offsets = [float(start) + size / 2 for start, size in zip(starts, sizes, strict=True)]
    room = height - (offsets[-1] + sizes[-1] / 2) if offsets else 0.0
    pools: list[list[float]] = []
    for want, offset in zip(wanted, offsets, strict=True):
        pools.append([want - offset, 1.0])
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            value, count = pools.pop()
            pools[-1] = [
                (pools[-1][0] * pools[-1][1] + value * count) / (pools[-1][1] + count),
                pools[-1][1] + count,
            ]
    shifts = [min(max(value, 0.0), max(room, 0.0)) for value, count in pools for _ in range(int(count))]
    return [shift + offset for shift, offset in zip(shifts, offsets, strict=True)]


def circle_order(nodes: Sequence[str], weights: Mapping[tuple[str, str], int]) -> list[str]:
    """The nodes in an order around a circle that keeps what is tied together; nodes without ties come last."""
    tied = {end for pair in weights for end in pair}
    loose = [node for node in nodes if node not in tied]
    order = _chain([node for node in nodes if node in tied], weights)
    if 3 < len(order) <= _MOST_TO_REFINE:
        order = _swap(order, weights)
    return [*order, *loose]


def _chain(nodes: Sequence[str], weights: Mapping[tuple[str, str], int]) -> list[str]:
    """A first order: always the node most tied to those placed and least to the others."""
    around: dict[str, dict[str, int]] = {node: {} for node in nodes}
    for (one, other), weight in weights.items():
        if one != other:
            around[one][other] = around[one].get(other, 0) + weight
            around[other][one] = around[other].get(one, 0) + weight
    left = {node: at for at, node in enumerate(nodes)}
    pull = {node: -sum(around[node].values()) for node in nodes}
    order: list[str] = []
    frontier: set[str] = set()
    while left:
        among = frontier or left.keys()
        best = max(among, key=lambda node: (pull[node], -left[node]))
        order.append(best)
        del left[best]
        frontier.discard(best)
        for other, weight in around[best].items():
            if other in left:
                pull[other] += 2 * weight
                frontier.add(other)
    return order


def _swap(order: list[str], weights: Mapping[tuple[str, str], int]) -> list[str]:
    """Swap the two nodes that shorten the ties most, until no swap does."""
    count = len(order)
    number = {node: at for at, node in enumerate(order)}
    ties = np.zeros((count, count))
    for (one, other), weight in weights.items():
        if one != other:
            ties[number[one], number[other]] += weight
            ties[number[other], number[one]] += weight
    apart = np.abs(np.subtract.outer(np.arange(count), np.arange(count)))
    apart = np.minimum(apart, count - apart).astype(float)
    at = np.arange(count)
    for _ in range(4 * count):
        cost = ties @ apart[at]
        now = cost[np.arange(count), at]
        gain = cost[:, at] - now[:, None]
        change = gain + gain.T + 2 * ties * apart[np.ix_(at, at)]
        best = int(np.argmin(change))
        first, second = divmod(best, count)
        if change[first, second] >= 0:
            break
        at[[first, second]] = at[[second, first]]
    return [order[node] for node in np.argsort(at)]
