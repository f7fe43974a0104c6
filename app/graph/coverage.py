"""Where there are projects, on what or whose, and where none is recorded: state by topic, or state by funder."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.graph.answers import (
    EVERY_CERTAINTY,
    bound_ids,
    counts_of,
    head,
    label_of,
    leave_out_other_basis,
    make_ready,
    named,
)
from app.graph.columns import Integers, expand, unique
from app.graph.facts import Facts
from app.graph.having import HAVING, Whereabouts, listed_by
from app.graph.network import MOST_IDS, Attributes
from app.graph.selection import CERTAIN, CERTAINTIES, NATIONWIDE, NOT, POSSIBLE, Grades, Selection, select
from app.graph.spaces import LeftOut, nodes_of

WITHOUT = {"topic": "no_topic", "funder": "unknown_funder"}
"""The column of projects that have no topic, or no known funder."""
_LABELS = {"no_topic": "No topic is recorded", "unknown_funder": "No funder is known"}
_WORDS = (*CERTAINTIES, "no_place")
"""What a project is in a margin, by the number of its certainty; NOT is without a place."""


def coverage(
    facts: Facts, selection: Selection, *, by: str, max_ids: int | None, query: Attributes, most: int
) -> Attributes:
    """The table: a row for each state, a column for each topic or effective funder of the selected projects.

    A cell holds the projects of its column that are certain, possible and nationwide in its state, by the weaker of
    place and time; `certainty` chooses nothing here, for all three are shown. With `state=` the other states' rows
    are empty and say that they were not selected; with `topic=` or `funder=` only those columns are shown.

    With `max_ids` every list of projects holds so many, and beside it stands `…_count`, the number of all.
    """
    table = _Table(facts, selection, by, max_ids)
    states = sorted(facts.states)
    if max_ids is None:
        bound_ids(table.entries(states), most)
    rows = [table.row(state) for state in states]
    columns = table.columns()
    bound_ids(table.listed, most)
    left_out = LeftOut()
    leave_out_other_basis(left_out, facts, table.graded, selection)
    left_out.add("projects_of_other_columns", "project", table.taken[table.widths[table.taken] == 0])
    return {
        **head(
            facts,
            question="coverage",
            query=query,
            counts=counts_of(select(facts, selection)),
            left_out=dict(left_out.told(facts, MOST_IDS)),
        ),
        "by": by,
        "columns": columns,
        "rows": rows,
        "total": table.total(),
        "status": {
            word: [row["id"] for row in rows if row["status"] == word]
            for word in ("known", "unknown", "none_recorded", "not_selected")
        },
    }


class _Table:
    """The projects of a selection by the columns and states in which they stand."""

    def __init__(self, facts: Facts, selection: Selection, by: str, max_ids: int | None) -> None:
        self.facts = facts
        self.selection = selection
        self.max_ids = max_ids
        self.listed = 0
        """How many ids the cells list."""
        self.graded = select(facts, replace(selection, certainty=EVERY_CERTAINTY))
        self.taken = self.graded.taken
        """Every project that matches at some certainty."""
        self._by = by
        self._without = len(nodes_of(facts.columns))
        """The column of those that have none of the others."""
        projects, columns = self._pairs()
        order = np.lexsort((columns, projects))
        self._column = columns[order]
        self.widths = np.bincount(projects, minlength=len(self.graded.mask))
        """For each project the number of its columns."""
        self._starts = np.concatenate(([0], np.cumsum(self.widths)))
        shown = unique(np.append(columns, self._without))
        refs = nodes_of(facts.columns).refs(facts, shown[:-1])
        self._ids = dict(zip(shown.tolist(), [*refs, WITHOUT[by]], strict=True))
        make_ready(facts, refs)
        self._where = Whereabouts(facts, selection)
        self._anywhere = np.full(len(self.widths), NOT, dtype=np.uint8)
        """The strongest certainty of place that a project has in any selected state."""

    def _pairs(self) -> tuple[Integers, Integers]:
        """(Projects, numbers of the columns that they stand in), each pair once."""
        facts, mask, nodes = self.facts, self.graded.mask, nodes_of(self.facts.columns)
        projects, found = HAVING[f"{self._by}s"](facts, self.selection, mask)
        if self._by == "topic":
            wanted = facts.codes("topic", self.selection.topic) + nodes.start("topic")
        else:
            wanted = facts.codes("organization", self.selection.funder) + nodes.start("org")
        if self.selection.topic if self._by == "topic" else self.selection.funder:
            kept = np.isin(found, wanted)
            return projects[kept], found[kept]
        has_any = np.zeros(len(mask), dtype=bool)
        has_any[projects] = True
        others = np.flatnonzero(mask & ~has_any)
        return np.concatenate([projects, others]), np.concatenate([found, np.full(len(others), self._without)])

    def _is_selected(self, state: str) -> bool:
        return not self.selection.state or state in self.selection.state

    def _here(self, state: str) -> tuple[Integers, Grades]:
        """(Projects with a column that may work in a state, how surely by place)."""
        grades = self._where.grades(self.facts.code("state", state))
        here = np.flatnonzero((grades != NOT) & self.graded.mask & (self.widths > 0))
        return here, grades[here]

    def entries(self, states: list[str]) -> int:
        """How many ids there are for all cells together."""
        return sum(int(self.widths[self._here(state)[0]].sum()) for state in states if self._is_selected(state))

    def row(self, state: str) -> Attributes:
        """The row of a state."""
        if not self._is_selected(state):
            empty = self._lists(self.taken[:0], self.taken[:0], 1)[0]
            return self._row(state, "not_selected", [], empty, [], [])
        here, places = self._here(state)
        self._anywhere[here] = np.minimum(self._anywhere[here], places)
        certainty = np.maximum(places, self.graded.times[here])
        reasons = {
            "nationwide": (places == NATIONWIDE).any(),
            "open_dates": ((places == CERTAIN) & (certainty == POSSIBLE)).any(),
            "unnamed_states": (places == POSSIBLE).any(),
        }
        at, column = expand(self._starts, here, self._column)
        shown = unique(column)
        lists = self._lists(np.searchsorted(shown, column) * len(CERTAINTIES) + certainty[at], here[at], len(shown))
        self.listed += sum(len(found[word]) for found in lists for word in CERTAINTIES)
        strongest = np.full(len(shown), NOT)
        np.minimum.at(strongest, np.searchsorted(shown, column), certainty[at])
        cells = [
            {"column": self._ids[number], "certainty": CERTAINTIES[best], **found}
            for number, best, found in zip(shown.tolist(), strongest.tolist(), lists, strict=True)
        ]
        status = "known" if (certainty == CERTAIN).any() else "unknown" if len(here) else "none_recorded"
        (total,) = self._lists(certainty, here, 1)
        none = sorted(self._ids.keys() - set(shown.tolist()), key=self._ids.__getitem__)
        return self._row(
            state,
            status,
            [word for word, holds in reasons.items() if holds],
            total,
            cells,
            [self._ids[one] for one in none],
        )

    def _row(
        self,
        state: str,
        status: str,
        reasons: list[str],
        total: Attributes,
        cells: list[Attributes],
        none: list[str],
    ) -> Attributes:
        return {
            **named(self.facts, f"state:{state}"),
            "status": status,
            "unknown_because": reasons,
            "total": total,
            "cells": sorted(cells, key=lambda cell: str(cell["column"])),
            "none": none,
        }

    # Margins, over the states whose rows were made

    def _margins(self, projects: Integers) -> Grades:
        """For each of the projects its place in _WORDS."""
        place = self._anywhere[projects]
        found: Grades = np.where(place == NOT, NOT, np.maximum(place, self.graded.times[projects]))
        return found

    def columns(self) -> list[Attributes]:
        """The columns with their margins, by id."""
        numbers = np.array(list(self._ids))
        projects = np.repeat(np.arange(len(self.widths)), self.widths)
        group = np.searchsorted(numbers, self._column) * len(_WORDS) + self._margins(projects)
        lists = self._lists(group, projects, len(numbers), words=_WORDS)
        found = [
            {"id": ref, "label": _LABELS.get(ref) or label_of(self.facts, ref), **margin}
            for ref, margin in zip(self._ids.values(), lists, strict=True)
        ]
        return sorted(found, key=lambda column: str(column["id"]))

    def total(self) -> Attributes:
        """The margin of all columns together."""
        projects = self.taken[self.widths[self.taken] > 0]
        return self._lists(self._margins(projects), projects, 1, words=_WORDS)[0]

    def _lists(
        self, group: Integers, projects: Integers, size: int, *, words: Sequence[str] = CERTAINTIES
    ) -> list[Attributes]:
        return listed_by(self.facts, group, projects, size, words=words, max_ids=self.max_ids)
