"""One network year by year, with those who come and those who go."""

from collections.abc import Callable
from dataclasses import replace

from app.graph.answers import EVERY_CERTAINTY, LeftOut, bound, counts_of, head, named, note_other_basis
from app.graph.facts import Facts
from app.graph.network import Attributes
from app.graph.selection import CERTAINTIES, Selection, select

MOST_YEARS = 200

Network = Callable[[Selection], Attributes]
"""The network of a selection, as node-link data."""
_Cast = dict[str, dict[str, set[str]]]
"""Certain or possible -> role -> refs."""


class TooManyYearsError(Exception):
    """The range holds more years than an answer may."""

    def __init__(self, years: int) -> None:
        """How many there are."""
        super().__init__(f"{years} years, {MOST_YEARS} at most")
        self.years = years


def timeline(
    facts: Facts, selection: Selection, *, network: Network, name: str, query: Attributes, most: int
) -> Attributes:
    """The network of each year of the window; open sides of the window end where the dates of the projects end.

    P are the projects that match every filter but the years. Year y has the network of those P that certainly fall
    into y; those that possibly do (end unknown) add what is counted as possible. Projects without any date are
    possible in every year, so they are in none and are counted apart.

    Somebody is *certain* in y if it is a node of the network of the certain projects, in that role; *possible* if it
    is only a node with the possible ones. *newcomers* of y are certain in y and were neither certain nor possible in
    the year before; *possible newcomers* are certain in y and were possible. *leavers* were certain in the year
    before and are neither in y; *possible leavers* were certain in the year before and are possible in y.
    """
    window = (selection.year_from, selection.year_to)
    timeless = replace(selection, year_from=None, year_to=None)
    selected = select(facts, timeless)
    dated = {one for one in selected.projects if facts.projects[one].start_date or facts.projects[one].end_date}
    left_out: LeftOut = {"undated_projects": set(selected.projects) - dated}
    if name == "coalitions":
        left_out["collaborations_without_project"] = {
            one.id for one in facts.collaborations.values() if one.project is None
        }
    for project in selected.projects:
        note_other_basis(left_out, facts, project, selection)
    years = _years(facts, dated, *window)
    yearly = replace(timeless, state=frozenset(), project=frozenset(dated), certainty=EVERY_CERTAINTY)
    known: dict[tuple[tuple[str, str], ...], tuple[Attributes, Attributes, _Cast]] = {}

    def of_year(year: int) -> tuple[Attributes, Attributes, _Cast]:
        # Where the same projects are selected as surely in another year, the network is the same but for its money.
        chosen = replace(yearly, year_from=year, year_to=year)
        key = tuple(sorted(select(facts, chosen).projects.items()))
        if key not in known:
            sure = network(replace(chosen, certainty=frozenset({"certain"})))
            everything = network(chosen)
            known[key] = (sure, everything, _cast(sure, everything))
        return known[key]

    found: list[Attributes] = []
    entries = 0
    was = of_year(years[0] - 1)[2] if years else {}
    for year in years:
        sure, everything, cast = of_year(year)
        entry = _entry(facts, year, sure, everything, was, cast)
        entries += sum(len(part) for word in _MOVES for part in entry[word].values())
        bound(entries, most)
        found.append(entry)
        was = cast
    counts = {**counts_of(selected), "undated_projects": len(left_out["undated_projects"])}
    return {
        **head(facts, question="timeline", query=query, counts=counts, left_out=left_out),
        "network": name,
        "years": found,
    }


_MOVES = ("newcomers", "possible_newcomers", "leavers", "possible_leavers")
_ROLES = {"funder": "funders", "partner": "partners"}


def _years(facts: Facts, dated: set[str], year_from: int | None, year_to: int | None) -> range:
    spoken_of = [
        int(day[:4])
        for one in dated
        for day in (facts.projects[one].start_date, facts.projects[one].end_date)
        if day is not None
    ]
    if not spoken_of:
        return range(0)
    first = min(spoken_of) if year_from is None else year_from
    last = max(spoken_of) if year_to is None else year_to
    if last - first + 1 > MOST_YEARS:
        raise TooManyYearsError(last - first + 1)
    return range(first, last + 1)


def _cast(sure: Attributes, everything: Attributes) -> _Cast:
    """Who is in a year's network, certainly or only possibly; in a network without roles everybody is a partner."""

    def of(network: Attributes) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {word: set() for word in _ROLES.values()}
        for node in network["nodes"]:
            if node["kind"] in ("organization", "unnamed_party"):
                for role in node.get("roles", ["partner"]):
                    found[_ROLES[role]].add(node["id"])
        return found

    certain, all_of_them = of(sure), of(everything)
    return {"certain": certain, "possible": {word: refs - certain[word] for word, refs in all_of_them.items()}}


def _entry(facts: Facts, year: int, sure: Attributes, everything: Attributes, was: _Cast, cast: _Cast) -> Attributes:
    moves: dict[str, dict[str, list[Attributes]]] = {word: {} for word in _MOVES}
    for role in _ROLES.values():
        before, now = was["certain"][role], cast["certain"][role]
        maybe_before, maybe_now = was["possible"][role], cast["possible"][role]
        for word, refs in (
            ("newcomers", now - before - maybe_before),
            ("possible_newcomers", now & maybe_before),
            ("leavers", before - now - maybe_now),
            ("possible_leavers", before & maybe_now),
        ):
            moves[word][role] = [named(facts, ref) for ref in sorted(refs)]
    certain_nodes = sure["graph"]["counts"]["nodes"]
    nodes = everything["graph"]["counts"]["nodes"]
    return {
        "year": year,
        "projects": {word: everything["graph"]["counts"]["projects"][word] for word in CERTAINTIES[:2]},
        "nodes": {
            kind: {"certain": certain_nodes.get(kind, 0), "possible": count - certain_nodes.get(kind, 0)}
            for kind, count in nodes.items()
        },
        "edges": everything["graph"]["counts"]["edges"],
        **moves,
    }
