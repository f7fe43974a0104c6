"""Sums of money over funding rows, many groups of them at once."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.graph.columns import MISSING, NONE, Columns, Integers, expand_by, in_order, pack_letters, unpack_letters
from app.graph.facts import Facts
from app.graph.selection import Selection

__all__ = ["STATUSES", "Sums", "sums_of"]

Flags = NDArray[np.bool_]
Listed = tuple[Integers, Integers]
"""(Places, rows of funding), ascending."""

STATUSES = ("known", "lower_bound", "unknown", "none_recorded")


@dataclass(frozen=True)
class Sums:
    """Money of groups of funding rows, which are numbered by their places from 0 on.

    One sum for each place, currency, stage and, with a window of years, for rows without a date; in this order.
    """

    columns: Columns
    place: Integers
    currency: Integers
    stage: NDArray[np.uint8]
    undated: Flags
    amount: NDArray[Any]
    """In minor units; Python's own numbers where 64 bits might not hold a sum."""
    presumed: Flags
    exact: Flags
    starts: Integers
    """Sum -> its first entry in `rows`, and the end."""
    rows: Integers
    unknown: Listed
    """Rows whose amounts are not known."""
    baseless: Listed
    """Supplements to a grant that is not among the rows."""
    outside: Listed
    """Rows of other years than the window's."""
    shares: Listed
    """Rows that say what part of their project's money they are."""
    status: Integers
    """Place -> number of its status in STATUSES."""

    def told(self, facts: Facts, most: int | None = None) -> list[dict[str, Any]]:
        """The money of each place in words. With `most` a list holds so many ids, and its count stands beside it."""
        found: list[dict[str, Any]] = [
            {
                "status": STATUSES[status],
                "sums": [],
                "unknown_amounts": [],
                "supplements_without_base": [],
                "outside_window": [],
                "shares": [],
            }
            for status in self.status.tolist()
        ]
        stages = self.columns["funding"].words("stage").words
        lengths = np.diff(self.starts)
        shown = lengths if most is None else np.minimum(lengths, most)
        _, rows = expand_by(self.starts[:-1], shown)
        ids = iter(facts.ids("funding", self.rows[rows]))
        for number, (place, currency, stage, undated, amount, presumed, exact) in enumerate(
            zip(
                self.place.tolist(),
                self.currency.tolist(),
                self.stage.tolist(),
                self.undated.tolist(),
                self.amount.tolist(),
                self.presumed.tolist(),
                self.exact.tolist(),
                strict=True,
            )
        ):
            funding = [next(ids) for _ in range(shown[number])]
            found[place]["sums"].append(
                {
                    "currency": unpack_letters(currency),
                    "stage": stages[stage],
                    "undated": undated,
                    "amount_minor": amount,
                    "funding": funding,
                    "presumed_currency": presumed,
                    "exact": exact,
                    **({} if most is None else {"funding_count": int(lengths[number])}),
                }
            )
        for name, listed in self.lists().items():
            places, rows = self._first(found, name, listed, most)
            for place, public_id in zip(places.tolist(), facts.ids("funding", rows), strict=True):
                found[place][name].append(public_id)
        funding_table = self.columns["funding"]
        places, rows = self._first(found, "shares", self.shares, most)
        for place, row, public_id in zip(places.tolist(), rows.tolist(), facts.ids("funding", rows), strict=True):
            share = {
                "funding": public_id,
                "percent": int(funding_table["share_hundredths"][row]) / 100,
                "qualifier": funding_table.words("share_qualifier")[row],
            }
            found[place]["shares"].append(share)
        return found

    def lists(self) -> dict[str, Listed]:
        """The lists of rows that say of a sum what it lacks, by their names."""
        return {
            "unknown_amounts": self.unknown,
            "supplements_without_base": self.baseless,
            "outside_window": self.outside,
        }

    @staticmethod
    def _first(found: list[dict[str, Any]], name: str, listed: Listed, most: int | None) -> Listed:
        """What of a list is told."""
        places, rows = listed
        if most is None:
            return listed
        counts = np.bincount(places, minlength=len(found))
        for money, count in zip(found, counts.tolist(), strict=True):
            money[f"{name}_count"] = count
        shown = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts) < most
        return places[shown], rows[shown]


def sums_of(columns: Columns, selection: Selection, places: Integers, rows: Integers, count: int) -> Sums:
    """The money of `count` groups: row i is of the group at `places[i]`. Places ascend; a row is in a group once.

    With a window of years, a row counts in its date's year: rows of other years are apart, and rows without a date have
    sums of their own. Unknown amounts, and supplements to a grant that is not recorded, make every sum a lower bound.
    """
    funding = columns["funding"]
    years, amounts = funding["date"][rows] // 10000, funding["amount_minor"][rows]
    currencies = funding["currency"][rows]
    outside = np.zeros(len(rows), dtype=bool)
    undated = np.zeros(len(rows), dtype=bool)
    if selection.has_window:
        undated = years == 0
        if selection.year_from is not None:
            outside |= ~undated & (years < selection.year_from)
        if selection.year_to is not None:
            outside |= ~undated & (years > selection.year_to)
    unknown = ~outside & ((amounts == MISSING) | (currencies == 0))
    summed = ~outside & ~unknown
    if selection.currency:
        summed &= np.isin(currencies, [pack_letters(one) for one in selection.currency])
    here = np.flatnonzero(summed)
    stages = funding["stage"][rows[here]]
    *keys, of_sums = in_order(places[here], currencies[here], stages, undated[here], rows[here])
    changes = np.zeros(max(len(of_sums) - 1, 0), dtype=bool)
    for key in keys:
        changes |= key[1:] != key[:-1]
    heads = np.flatnonzero(np.concatenate(([True], changes))[: len(of_sums)])
    values: NDArray[Any] = funding["amount_minor"][of_sums]
    if np.abs(values.astype(np.float64)).sum() > 2.0**62:
        values = values.astype(object)
    is_exact = np.isin(funding["amount_qualifier"][of_sums], _exact(columns))
    baseless = _baseless(columns, places, rows, outside)
    held = [np.bincount(places[one], minlength=count) > 0 for one in (here, unknown, baseless)]
    has_sums, has_unknown, is_less = held
    return Sums(
        columns=columns,
        place=keys[0][heads],
        currency=keys[1][heads],
        stage=keys[2][heads].astype(np.uint8),
        undated=keys[3][heads].astype(bool),
        amount=np.add.reduceat(values, heads) if len(heads) else values,
        presumed=np.logical_or.reduceat(funding["currency_presumed"][of_sums], heads) if len(heads) else is_exact,
        exact=np.logical_and.reduceat(is_exact, heads) if len(heads) else is_exact,
        starts=np.append(heads, len(of_sums)),
        rows=of_sums,
        unknown=_listed(places, rows, unknown),
        baseless=_listed(places, rows, baseless),
        outside=_listed(places, rows, outside),
        shares=_listed(places, rows, funding["share_hundredths"][rows] != NONE),
        status=np.where(has_sums, np.where(has_unknown | is_less, 1, 0), np.where(has_unknown, 2, 3)),
    )


def _listed(places: Integers, rows: Integers, which: Flags) -> Listed:
    places, rows = in_order(places[which], rows[which])
    return places, rows


def _exact(columns: Columns) -> list[int]:
    """Numbers of the qualifiers that leave an amount exact."""
    return [
        number
        for number, word in enumerate(columns["funding"].words("amount_qualifier").words)
        if word in (None, "exact")
    ]


def _baseless(columns: Columns, places: Integers, rows: Integers, outside: Flags) -> Flags:
    """Supplements whose grant (funder, recipient, project) has no row of its own in their group."""
    funding = columns["funding"]
    is_supplement = funding.words("kind").isin({"supplement"}, rows)
    found = np.zeros(len(rows), dtype=bool)
    if not is_supplement.any():
        return found
    # Only rows of a project that a supplement is for can be its grant.
    projects = np.zeros(len(columns["project"]) + 1, dtype=bool)
    projects[funding["project"][rows[is_supplement]]] = True
    near = np.flatnonzero(projects[funding["project"][rows]])
    keys = [places[near], *(funding[name][rows[near]] for name in ("funder", "recipient", "project"))]
    order = np.lexsort(keys)
    changes = np.zeros(max(len(order) - 1, 0), dtype=bool)
    for key in keys:
        changes |= key[order][1:] != key[order][:-1]
    heads = np.flatnonzero(np.concatenate(([True], changes)))
    has_grant = np.logical_or.reduceat(~is_supplement[near[order]], heads)
    granted = np.repeat(has_grant, np.diff(np.append(heads, len(order))))
    found[near[order]] = ~granted
    return found & is_supplement & ~outside
