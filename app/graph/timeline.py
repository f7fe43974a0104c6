"""One network year by year, with those who come and those who go."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from app.graph.answers import (
    EVERY_CERTAINTY,
    bound,
    bound_projects,
    counts_of,
    head,
    leave_out_other_basis,
    make_ready,
    named,
)
from app.graph.assembly import Shown
from app.graph.columns import NONE, Integers
from app.graph.facts import Facts
from app.graph.network import MOST_IDS, Attributes
from app.graph.part import part_of
from app.graph.selection import CERTAINTIES, Selection, select
from app.graph.spaces import LeftOut, nodes_of

MOST_YEARS = 200

Network = Callable[[Facts, Selection], Shown]
"""The network of a selection."""
_Cast = dict[str, dict[str, set[int]]]
"""Certain or possible -> role -> numbers of nodes."""


class TooManyYearsError(Exception):
    """The range holds more years than an answer may."""

    def __init__(self, years: int) -> None:
        """How many there are."""
        super().__init__(f"{years} years, {MOST_YEARS} at most")
        self.years = years


def timeline(
    facts: Facts,
    selection: Selection,
    *,
    network: Network,
    name: str,
    query: Attributes,
    most: int,
    most_projects: int,
) -> Attributes:
    """The network of each year of the window; open sides of the window end where the dates of the projects end.

    P are the projects that match every filter but the years, `most_projects` dated ones at most. Year y has the network
    of those P that certainly fall into y; those that possibly do (end unknown) add what is counted as possible.
    Projects without any date are possible in every year, so they are in none and are counted apart.

    Somebody is *certain* in y if it is a node of the network of the certain projects, in that role; *possible* if it
    is only a node with the possible ones. *newcomers* of y are certain in y and were neither certain nor possible in
    the year before; *possible newcomers* are certain in y and were possible. *leavers* were certain in the year
    before and are neither in y; *possible leavers* were certain in the year before and are possible in y.
    """
    timeless = replace(selection, year_from=None, year_to=None)
    selected = select(facts, timeless)
    spoken_of = np.stack([facts.columns["project"][name][selected.taken] for name in ("start_date", "end_date")])
    is_dated = spoken_of.any(axis=0)
    dated, undated = selected.taken[is_dated], selected.taken[~is_dated]
    years = _years(spoken_of[spoken_of > 0] // 10000, selection.year_from, selection.year_to)
    left_out = LeftOut()
    left_out.add("undated_projects", "project", undated)
    if name == "coalitions":
        alone = np.flatnonzero(facts.columns["collaboration"]["project"] == NONE)
        left_out.add("collaborations_without_project", "collaboration", alone)
    leave_out_other_basis(left_out, facts, selected, selection)
    bound_projects(len(dated), most_projects)
    here = part_of(facts.columns, projects=dated).facts
    yearly = replace(
        timeless, state=frozenset(), project=frozenset(facts.ids("project", dated)), certainty=EVERY_CERTAINTY
    )
    known: dict[tuple[bytes, bytes], tuple[Shown, Shown, _Cast]] = {}

    def of_year(year: int) -> tuple[Shown, Shown, _Cast]:
        # Where the same projects are selected as surely in another year, the network is the same but for its money.
        chosen = replace(yearly, year_from=year, year_to=year)
        found = select(here, chosen)
        key = (found.taken.tobytes(), found.grades[found.taken].tobytes())
        if key not in known:
            sure = network(here, replace(chosen, certainty=frozenset({"certain"})))
            everything = network(here, chosen)
            known[key] = (sure, everything, _cast(sure, everything))
        return known[key]

    entries = 0
    told: list[Attributes] = []
    was = of_year(years[0] - 1)[2] if years else {}
    for year in years:
        sure, everything, cast = of_year(year)
        entry = _entry(here, year, sure, everything, was, cast)
        entries += sum(len(part) for word in _MOVES for part in entry[word].values())
        bound(entries, most)
        told.append(entry)
        was = cast
    counts = {**counts_of(selected), "undated_projects": len(undated)}
    return {
        **head(facts, question="timeline", query=query, counts=counts, left_out=dict(left_out.told(facts, MOST_IDS))),
        "network": name,
        "years": told,
    }


_MOVES = ("newcomers", "possible_newcomers", "leavers", "possible_leavers")
_ROLES = {"funder": "funders", "partner": "partners"}


def _years(spoken_of: Integers, year_from: int | None, year_to: int | None) -> range:
    if not len(spoken_of):
        return range(0)
    first = int(spoken_of.min()) if year_from is None else year_from
    last = int(spoken_of.max()) if year_to is None else year_to
    if last - first + 1 > MOST_YEARS:
        raise TooManyYearsError(last - first + 1)
    return range(first, last + 1)


def _cast(sure: Shown, everything: Shown) -> _Cast:
    """Who is in a year's network, certainly or only possibly; in a network without roles everybody is a partner."""

    def of(shown: Shown) -> dict[str, set[int]]:
        nodes = nodes_of(shown.columns)
        actors = shown.nodes[(shown.nodes >= nodes.start("org")) & (shown.nodes < nodes.start("project"))]
        found = {_ROLES[role]: set(actors[have].tolist()) for role, have in shown.network.roles(actors)}
        without = set(actors.tolist()).difference(*found.values())
        return {
            "funders": found.get("funders", set()),
            "partners": found.get("partners", set()) | without,
        }

    certain, all_of_them = of(sure), of(everything)
    return {"certain": certain, "possible": {word: nodes - certain[word] for word, nodes in all_of_them.items()}}


def _entry(facts: Facts, year: int, sure: Shown, everything: Shown, was: _Cast, cast: _Cast) -> Attributes:
    moves: dict[str, dict[str, list[Attributes]]] = {word: {} for word in _MOVES}
    for role in _ROLES.values():
        before, now = was["certain"][role], cast["certain"][role]
        maybe_before, maybe_now = was["possible"][role], cast["possible"][role]
        for word, nodes in (
            ("newcomers", now - before - maybe_before),
            ("possible_newcomers", now & maybe_before),
            ("leavers", before - now - maybe_now),
            ("possible_leavers", before & maybe_now),
        ):
            refs = nodes_of(facts.columns).refs(facts, np.array(sorted(nodes), dtype=np.int64))
            make_ready(facts, refs)
            moves[word][role] = [named(facts, ref) for ref in refs]
    certain_nodes = sure.graph()["counts"]["nodes"]
    counts = everything.graph()["counts"]
    return {
        "year": year,
        "projects": {word: counts["projects"][word] for word in CERTAINTIES[:2]},
        "nodes": {
            kind: {"certain": certain_nodes.get(kind, 0), "possible": count - certain_nodes.get(kind, 0)}
            for kind, count in counts["nodes"].items()
        },
        "edges": counts["edges"],
        **moves,
    }
