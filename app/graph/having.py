"""What projects have: topics, effective funders, partners, states (pairs of a project and a node); where they work."""

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.graph.columns import NONE, Integers, unique
from app.graph.facts import Facts
from app.graph.links import basis_bits, taken_bits
from app.graph.network import Attributes
from app.graph.selection import (
    CERTAIN,
    CERTAINTIES,
    NATIONWIDE,
    NOT,
    POSSIBLE,
    Grades,
    Groups,
    Selection,
    country_site,
    open_groups,
    origins_of,
    partners_in,
    site_states,
    target_rows,
)
from app.graph.spaces import nodes_of

__all__ = ["HAVING", "Pairs", "Whereabouts", "listed_by"]

Flags = NDArray[np.bool_]


class Pairs(NamedTuple):
    """Codes of projects and numbers of the nodes that these have, each pair once, by project and node."""

    project: Integers
    node: Integers


def _pairs(facts: Facts, projects: Integers, nodes: Integers) -> Pairs:
    size = len(nodes_of(facts.columns))
    keys = unique(projects.astype(np.int64) * size + nodes)
    return Pairs(keys // size, keys % size)


def _takes(facts: Facts, selection: Selection, table: str, rows: Integers) -> Flags:
    if not selection.basis:
        return np.ones(len(rows), dtype=bool)
    bits = basis_bits(facts.columns[table].words("basis"), rows)
    taken: Flags = (bits & taken_bits(selection.basis)) != 0
    return taken


def _topics(facts: Facts, selection: Selection, mask: Flags) -> Pairs:
    table = facts.columns["project_topic"]
    rows = np.flatnonzero(mask[table["project"]])
    rows = rows[_takes(facts, selection, "project_topic", rows)]
    topics = table["topic"][rows].astype(np.int64) + nodes_of(facts.columns).start("topic")
    return _pairs(facts, table["project"][rows], topics)


def _funders(facts: Facts, selection: Selection, mask: Flags) -> Pairs:
    columns, projects = facts.columns, np.flatnonzero(mask)
    origins = origins_of(columns)[projects]
    projects, origins = projects[origins != NONE], origins[origins != NONE]
    at, rows = columns.index("funding", "project").rows(origins)
    funders = columns["funding"]["funder"][rows].astype(np.int64)
    kept = (funders != NONE) & _takes(facts, selection, "funding", rows)
    return _pairs(facts, projects[at[kept]], funders[kept] + nodes_of(columns).start("org"))


def _partners(facts: Facts, selection: Selection, mask: Flags) -> Pairs:
    columns, partners = facts.columns, partners_in(facts.columns)
    rows = np.flatnonzero(mask[partners.project])
    record, parts = partners.record[rows], len(columns["participation"])
    is_part = record < parts
    taken = np.zeros(len(rows), dtype=bool)
    taken[is_part] = _takes(facts, selection, "participation", record[is_part])
    taken[~is_part] = _takes(facts, selection, "funding", record[~is_part] - parts)
    rows = rows[taken]
    return _pairs(facts, partners.project[rows], partners.actor[rows] + nodes_of(columns).start("org"))


def _states(facts: Facts, selection: Selection, mask: Flags) -> Pairs:
    columns, table, rows = facts.columns, facts.columns["project_state"], target_rows(facts.columns)
    rows = rows[mask[table["project"][rows]]]
    rows = rows[_takes(facts, selection, "project_state", rows)]
    states = site_states(columns)[table["site"][rows]].astype(np.int64)
    rows, states = rows[states != NONE], states[states != NONE]
    return _pairs(facts, table["project"][rows], states + nodes_of(columns).start("state"))


HAVING: Mapping[str, Callable[[Facts, Selection, Flags], Pairs]] = {
    "funders": _funders,
    "partners": _partners,
    "states": _states,
    "topics": _topics,
}
"""What -> who of the projects (a mask) has it, by the facts of the bases that a selection takes.

Funders are the effective ones, named or not; states are those of certain work."""


class Whereabouts:
    """Where projects work, by the facts of the bases that a selection takes."""

    def __init__(self, facts: Facts, selection: Selection) -> None:
        """Of all projects, whether they are selected or not."""
        columns, bits = facts.columns, taken_bits(selection.basis)
        rows, targets, groups = columns["project_state"], target_rows(columns), open_groups(columns)
        self._size = len(columns["project"])
        if selection.basis:
            targets = targets[(basis_bits(rows.words("basis"), targets) & bits) != 0]
            taken = np.flatnonzero(basis_bits(columns["state_group"].words("basis"), groups.code) & bits)
            groups = Groups(groups.code[taken], groups.project[taken], groups.known[taken])
        sites = rows["site"][targets]
        self._projects = rows["project"][targets]
        self._states = site_states(columns)[sites]
        self.nationwide = unique(self._projects[sites == country_site(columns)])
        """Projects that work in the whole country."""
        self.groups = groups.code
        """Their counted groups of target states with unnamed members."""
        self.group_project = groups.project
        self._known = groups.known

    def grades(self, state: int) -> Grades:
        """For each project how surely it works in a state (code)."""
        found = np.full(self._size, NOT, dtype=np.uint8)
        found[self.nationwide] = NATIONWIDE
        found[self.group_project[~self._known[:, state]]] = POSSIBLE
        found[self._projects[self._states == state]] = CERTAIN
        return found


def listed_by(
    facts: Facts,
    group: Integers,
    projects: Integers,
    size: int,
    *,
    words: Sequence[str] = CERTAINTIES,
    max_ids: int | None = None,
) -> list[Attributes]:
    """So many mappings from words to ids of projects, ascending.

    `group` says for each of the projects which mapping it is in, times the words, plus which of these. With `max_ids` a
    list holds so many at most, and beside it stands the number of all.
    """
    counts = np.bincount(group, minlength=size * len(words))
    order = np.lexsort((projects, group))
    if max_ids is not None:
        rank = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
        order = order[rank < max_ids]
    kept = np.bincount(group[order], minlength=len(counts))
    ids = facts.ids("project", projects[order])
    last = np.cumsum(kept)
    slices = zip((last - kept).tolist(), last.tolist(), counts.tolist(), strict=True)
    found: list[Attributes] = []
    for _ in range(size):
        one: Attributes = {}
        for word, (first, end, count) in zip(words, islice(slices, len(words)), strict=True):
            one[word] = ids[first:end]
            if max_ids is not None:
                one[f"{word}_count"] = count
        found.append(one)
    return found
