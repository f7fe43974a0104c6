"""Where there are projects, on what or whose, and where none is recorded: state by topic, or state by funder."""

from collections.abc import Iterable
from dataclasses import replace

from app.graph.answers import (
    EVERY_CERTAINTY,
    LeftOut,
    Places,
    bound,
    by_certainty,
    certainty_in,
    counts_of,
    funders_of,
    head,
    label_of,
    named,
    note_other_basis,
    places_of,
    topics_of,
)
from app.graph.facts import Facts
from app.graph.network import Attributes
from app.graph.selection import Selected, Selection, select, strongest, weakest

WITHOUT = {"topic": "no_topic", "funder": "unknown_funder"}
"""The column of projects that have no topic, or no known funder."""
_LABELS = {"no_topic": "No topic is recorded", "unknown_funder": "No funder is known"}


def coverage(facts: Facts, selection: Selection, *, by: str, query: Attributes, most: int) -> Attributes:
    """The table: a row for each state, a column for each topic or effective funder of the selected projects.

    A cell holds the projects of its column that are certain, possible and nationwide in its state, by the weaker of
    place and time; `certainty` chooses nothing here, for all three are shown. With `state=` the other states' rows
    are empty and say that they were not selected; with `topic=` or `funder=` only those columns are shown.
    """
    selected = select(facts, selection)
    graded = select(facts, replace(selection, certainty=EVERY_CERTAINTY))
    left_out: LeftOut = {}
    columns: dict[str, set[str]] = {}
    places: dict[str, Places] = {}
    for project in graded.projects:
        note_other_basis(left_out, facts, project, selection)
        places[project] = places_of(facts, project, selection)
        columns[project] = _columns(facts, project, selection, by)
        if not columns[project]:
            left_out.setdefault("projects_of_other_columns", set()).add(project)
    bound(_entries(facts, selection, places, columns), most)
    shown = {column for found in columns.values() for column in found} | {WITHOUT[by]}
    rows = [_row(facts, selection, state, graded, places, columns, shown) for state in sorted(facts.states)]
    of_column = {column: [one for one, found in columns.items() if column in found] for column in shown}
    placed = {one: _anywhere(facts, selection, where, graded.when[one]) for one, where in places.items()}
    return {
        **head(facts, question="coverage", query=query, counts=counts_of(selected), left_out=left_out),
        "by": by,
        "columns": [
            {
                "id": column,
                "label": _LABELS.get(column) or label_of(facts, column),
                **_margin(placed, of_column[column]),
            }
            for column in sorted(shown)
        ],
        "rows": rows,
        "total": _margin(placed, [one for one in graded.projects if columns[one]]),
        "status": {
            word: [row["id"] for row in rows if row["status"] == word]
            for word in ("known", "unknown", "none_recorded", "not_selected")
        },
    }


def _columns(facts: Facts, project: str, selection: Selection, by: str) -> set[str]:
    """The columns that a project stands in."""
    if by == "funder":
        wanted = {f"org:{one}" for one in selection.funder}
        found = funders_of(facts, project, selection)
    else:
        wanted = {f"topic:{one}" for one in selection.topic}
        found = {f"topic:{one}" for one in topics_of(facts, project, selection)}
    return found & wanted if wanted else found or {WITHOUT[by]}


def _entries(facts: Facts, selection: Selection, places: dict[str, Places], columns: dict[str, set[str]]) -> int:
    """At most so many project ids stand in the cells."""
    states = len(selection.state or facts.states)
    return sum(
        len(columns[project]) * (states if where.groups or where.nationwide else len(where.certain))
        for project, where in places.items()
    )


def _row(
    facts: Facts,
    selection: Selection,
    state: str,
    graded: Selected,
    places: dict[str, Places],
    columns: dict[str, set[str]],
    shown: set[str],
) -> Attributes:
    is_selected = not selection.state or state in selection.state
    cells: dict[str, list[tuple[str, str]]] = {}
    reasons: set[str] = set()
    total: list[tuple[str, str]] = []
    for project in graded.projects if is_selected else ():
        place = certainty_in(facts, places[project], state)
        if place == "none" or not columns[project]:
            continue
        certainty = weakest(place, graded.when[project])
        total.append((project, certainty))
        if place == "possible":
            reasons.add("unnamed_states")
        elif place == "nationwide":
            reasons.add("nationwide")
        elif certainty == "possible":
            reasons.add("open_dates")
        for column in columns[project]:
            cells.setdefault(column, []).append((project, certainty))
    sums = by_certainty(total)
    status = "known" if sums["certain"] else "unknown" if total else "none_recorded"
    return {
        **named(facts, f"state:{state}"),
        "status": status if is_selected else "not_selected",
        "unknown_because": sorted(reasons),
        "total": sums,
        "cells": [
            {"column": column, "certainty": _strongest(cells[column]), **by_certainty(cells[column])}
            for column in sorted(cells)
        ],
        "none": sorted(shown - set(cells)) if is_selected else [],
    }


def _strongest(projects: Iterable[tuple[str, str]]) -> str:
    return strongest(*(certainty for _, certainty in projects))


def _anywhere(facts: Facts, selection: Selection, where: Places, time: str) -> str:
    """The strongest certainty that a project has in any selected state."""
    states = selection.state or facts.states
    place = strongest("none", *(certainty_in(facts, where, state) for state in states))
    return "none" if place == "none" else weakest(place, time)


def _margin(placed: dict[str, str], projects: Iterable[str]) -> Attributes:
    """Projects by the strongest certainty that they have in any selected state; those without a place apart."""
    found = [(project, placed[project]) for project in projects]
    return {
        **by_certainty((project, certainty) for project, certainty in found if certainty != "none"),
        "no_place": sorted(project for project, certainty in found if certainty == "none"),
    }
