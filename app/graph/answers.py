"""What the answers that are not networks share: their head, names, lists, and how much one of them may hold."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from app.graph.columns import NONE, Integers
from app.graph.definitions import QUESTIONS, RELEASE
from app.graph.facts import Facts
from app.graph.links import basis_bits, taken_bits
from app.graph.network import MOST_IDS, Attributes, TooLargeError
from app.graph.selection import CERTAINTIES, Selected, Selection, origins_of
from app.graph.spaces import LeftOut, nodes_of

EVERY_CERTAINTY = frozenset(CERTAINTIES)
IDS_PER_ENTRY = 5
"""Ids that an answer may list for each entry that it may hold."""


def label_of(facts: Facts, ref: str) -> str:
    """The name to show for a prefixed id."""
    prefix, _, public_id = ref.partition(":")
    if prefix == "org":
        return facts.organizations[public_id].name
    if prefix == "party":
        return facts.parties[public_id].description
    if prefix == "state":
        return facts.states[public_id].name
    if prefix == "topic":
        return facts.topics[public_id].label_en
    return facts.projects[public_id].title


def named(facts: Facts, ref: str) -> Attributes:
    """A prefixed id with its name."""
    return {"id": ref, "label": label_of(facts, ref)}


def make_ready(facts: Facts, refs: Iterable[str]) -> None:
    """Make the rows of prefixed ids at once, for `named`: one by one takes a hundred times as long."""
    tables = dict(nodes_of(facts.columns).tables)
    of: dict[str, list[str]] = {}
    for ref in refs:
        prefix, _, public_id = ref.partition(":")
        of.setdefault(tables.get(prefix, prefix), []).append(public_id)
    for table, ids in of.items():
        facts.make_ready(table, facts.codes(table, ids))


def by_certainty(projects: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Certainty -> ids of the projects (project, certainty) that have it."""
    found: dict[str, set[str]] = {word: set() for word in CERTAINTIES}
    for project, certainty in projects:
        found[certainty].add(project)
    return {word: sorted(ids) for word, ids in found.items()}


def leave_out_other_basis(left_out: LeftOut, facts: Facts, selected: Selected, selection: Selection) -> None:
    """Note the facts of the selected projects that the selection does not take for their basis."""
    if not selection.basis:
        return
    columns, mask = facts.columns, np.append(selected.mask, False)
    bits, origins = taken_bits(selection.basis), origins_of(columns)
    paying = np.zeros(len(mask), dtype=bool)
    paying[origins[selected.taken]] = True
    paying[-1] = False

    def note(table: str, of_selection: NDArray[np.bool_], prefix: str) -> None:
        beside = (basis_bits(columns[table].words("basis")) & bits) == 0
        left_out.add("facts_of_other_basis", table, np.flatnonzero(of_selection & beside), prefix=prefix)

    funding = columns["funding"]
    note("funding", mask[funding["project"]] | (paying[funding["project"]] & (funding["funder"] != NONE)), "funding")
    note("participation", mask[columns["participation"]["project"]], "participation")
    for table in ("project_state", "state_group"):
        rows = columns[table]
        note(table, mask[rows["project"]] & rows.words("role").isin({"target"}), table)
    note("project_topic", mask[columns["project_topic"]["project"]], "project")


def counts_of(selected: Selected) -> Attributes:
    """How many projects match, by certainty; how many are taken; how many have no date."""
    return {
        "projects": selected.counts,
        "selected_projects": len(selected.taken),
        "undated_projects": len(selected.undated),
    }


def told(left_out: Mapping[str, set[str]]) -> Attributes:
    """What was left out: each reason with its whole count and its first ids."""
    return {
        reason: {"count": len(ids), "ids": sorted(ids)[:MOST_IDS]} for reason, ids in sorted(left_out.items()) if ids
    }


def listed_nodes(facts: Facts, numbers: Integers) -> Attributes:
    """How many nodes (numbers, ascending), and the ids of the first."""
    return {"count": len(numbers), "ids": nodes_of(facts.columns).refs(facts, numbers[:MOST_IDS])}


def listed_rows(facts: Facts, table: str, codes: Integers) -> Attributes:
    """How many rows (codes, ascending), and the ids of the first."""
    return {"count": len(codes), "ids": facts.ids(table, codes[:MOST_IDS])}


def head(facts: Facts, *, question: str, query: Attributes, counts: Attributes, left_out: Attributes) -> Attributes:
    """What an answer is: query, versions, definitions, counts, what was left out and why."""
    return {
        "question": question,
        "query": query,
        "data_version": facts.version,
        "definitions_release": RELEASE,
        "definitions": QUESTIONS[question],
        "counts": counts,
        "left_out": left_out,
    }


def bound(entries: int, most: int) -> None:
    """Refuse an answer of more entries than it may hold."""
    if entries > most:
        raise TooLargeError(entries, most, "entries")


def bound_ids(count: int, most: int) -> None:
    """Refuse an answer that lists too many ids for what it may hold."""
    if count > most * IDS_PER_ENTRY:
        raise TooLargeError(count, most * IDS_PER_ENTRY, "ids")


def bound_projects(count: int, most: int) -> None:
    """Refuse to look at the rows of more projects than one answer may."""
    if count > most:
        raise TooLargeError(count, most, "projects")
