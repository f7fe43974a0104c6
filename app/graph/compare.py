"""Two selections side by side: what they share, and what each has alone."""

from collections.abc import Iterable, Mapping

from app.graph.answers import (
    LeftOut,
    bound,
    by_certainty,
    certainty_in,
    counts_of,
    funders_of,
    head,
    named,
    note_other_basis,
    places_of,
    told,
    topics_of,
)
from app.graph.facts import Facts, FundingFact
from app.graph.network import Attributes, money
from app.graph.selection import Selection, actor, partners_of, select, weakest

SIDES = ("a", "b")

Has = dict[str, list[tuple[str, str]]]
"""Something of a side -> the projects (project, certainty) through which the side has it."""


class _Side:
    """What one selection has."""

    def __init__(self, facts: Facts, selection: Selection) -> None:
        self.selection = selection
        self.selected = select(facts, selection)
        self.left_out: LeftOut = {}
        self.projects: Has = {}
        self.partners: Has = {}
        self.funders: Has = {}
        self.topics: Has = {}
        self.states: Has = {}
        self.places = {project: places_of(facts, project, selection) for project in self.selected.projects}
        self.rows: list[FundingFact] = []
        for project, certainty in self.selected.projects.items():
            self._add(facts, project, certainty)
        self.rows.sort(key=lambda row: row.id)

    def _add(self, facts: Facts, project: str, certainty: str) -> None:
        selection = self.selection
        note_other_basis(self.left_out, facts, project, selection)
        self.projects[f"project:{project}"] = [(project, certainty)]
        for ref in partners_of(facts, project, selection):
            self.partners.setdefault(ref, []).append((project, certainty))
        for ref in funders_of(facts, project, selection):
            self.funders.setdefault(ref, []).append((project, certainty))
        for topic in topics_of(facts, project, selection):
            self.topics.setdefault(f"topic:{topic}", []).append((project, certainty))
        for state in self.places[project].certain:
            found = (project, weakest("certain", self.selected.when[project]))
            self.states.setdefault(f"state:{state}", []).append(found)
        self.rows += [row for row in facts.funding_of.get(project, []) if selection.takes(row.basis)]

    @property
    def groups(self) -> list[str]:
        """Counted groups of states with unnamed members."""
        return sorted({group.id for places in self.places.values() for group in places.groups})

    @property
    def nationwide(self) -> list[str]:
        """Projects that work in the whole country."""
        return sorted(project for project, places in self.places.items() if places.nationwide)


def compare(
    facts: Facts, sides: Mapping[str, Selection], *, queries: Mapping[str, Attributes], query: Attributes, most: int
) -> Attributes:
    """Projects, partners, effective funders, topics, states and money of the selections `a` and `b`.

    *shared* is what both have, *only_a* and *only_b* what one has and the other has not. A state counts as had if a
    selected project certainly works there in the window; those that only one certainly has and the other possibly are
    listed as *possibly_shared* too. Money is summed for each side by itself, over the funding rows on its projects;
    rows on both sides are named, because the two sums must not be added.
    """
    one, other = (_Side(facts, sides[name]) for name in SIDES)
    dimensions = {
        "projects": (one.projects, other.projects),
        "partners": (_of(one.partners, "org:"), _of(other.partners, "org:")),
        "funders": (one.funders, other.funders),
        "topics": (one.topics, other.topics),
    }
    bound(sum(len(found) for pair in dimensions.values() for side in pair for found in side.values()), most)
    in_both = {row.id for row in one.rows} & {row.id for row in other.rows}
    return {
        **head(
            facts,
            question="compare",
            query=query,
            counts={name: counts_of(side.selected) for name, side in zip(SIDES, (one, other), strict=True)},
            left_out={},
        ),
        **{
            name: {
                "query": queries[name],
                "left_out": told(side.left_out),
                "unnamed_partners": [
                    _entry(facts, ref, side.partners[ref]) for ref in sorted(side.partners) if ref.startswith("party:")
                ],
                "money": money(side.rows, side.selection),
                "money_by_funder": _by_funder(facts, side),
            }
            for name, side in zip(SIDES, (one, other), strict=True)
        },
        **{name: _split(facts, *pair) for name, pair in dimensions.items()},
        "states": _states(facts, one, other),
        "funding_in_both": sorted(in_both),
    }


def _of(found: Has, prefix: str) -> Has:
    return {ref: projects for ref, projects in found.items() if ref.startswith(prefix)}


def _entry(facts: Facts, ref: str, projects: Iterable[tuple[str, str]]) -> Attributes:
    return {**named(facts, ref), "projects": by_certainty(projects)}


def _split(facts: Facts, a: Has, b: Has) -> Attributes:
    """Shared and own, each with the projects behind it."""
    return {
        "shared": [
            {**named(facts, ref), "projects_a": by_certainty(a[ref]), "projects_b": by_certainty(b[ref])}
            for ref in sorted(a.keys() & b.keys())
        ],
        "only_a": [_entry(facts, ref, a[ref]) for ref in sorted(a.keys() - b.keys())],
        "only_b": [_entry(facts, ref, b[ref]) for ref in sorted(b.keys() - a.keys())],
    }


def _sure(found: Has) -> Has:
    """What a side certainly has."""
    return {
        ref: sure
        for ref, projects in found.items()
        if (sure := [(project, certainty) for project, certainty in projects if certainty == "certain"])
    }


def _states(facts: Facts, one: _Side, other: _Side) -> Attributes:
    sure = (_sure(one.states), _sure(other.states))
    possibly: list[Attributes] = []
    for ref in sorted(sure[0].keys() ^ sure[1].keys()):
        certain_on = 0 if ref in sure[0] else 1
        unsure = (other, one)[certain_on]
        open_projects = [
            project for project in unsure.places if _may_be_in(facts, unsure, project, ref.removeprefix("state:"))
        ]
        if open_projects:
            certain_projects = sorted(project for project, _ in sure[certain_on][ref])
            possibly.append(
                {
                    **named(facts, ref),
                    "certain_on": SIDES[certain_on],
                    "certain_projects": certain_projects,
                    "possible_projects": sorted(open_projects),
                }
            )
    split = _split(facts, *sure)
    return {
        "status": "known" if split["shared"] else "unknown" if _may_share(one, other) else "none_recorded",
        **split,
        "possibly_shared": possibly,
        "state_groups_a": one.groups,
        "state_groups_b": other.groups,
        "nationwide_a": one.nationwide,
        "nationwide_b": other.nationwide,
    }


def _may_share(one: _Side, other: _Side) -> bool:
    """Whether the two may have a state in common: one has places that are not named, or not dated, the other any."""

    def is_open(side: _Side) -> bool:
        unsure = any(certainty != "certain" for found in side.states.values() for _, certainty in found)
        return bool(side.groups or side.nationwide or unsure)

    def is_placed(side: _Side) -> bool:
        return bool(side.groups or side.nationwide or side.states)

    return (is_open(one) and is_placed(other)) or (is_open(other) and is_placed(one))


def _may_be_in(facts: Facts, side: _Side, project: str, state: str) -> bool:
    place = certainty_in(facts, side.places[project], state)
    return weakest(place, side.selected.when[project]) == "possible"


def _by_funder(facts: Facts, side: _Side) -> list[Attributes]:
    paid: dict[str, list[FundingFact]] = {}
    for row in side.rows:
        known = row.funder or row.funder_party
        paid.setdefault(actor(row.funder, row.funder_party) if known else "", []).append(row)
    return [
        {
            "funder": ref or None,
            "label": named(facts, ref)["label"] if ref else "Unknown funder",
            "money": money(paid[ref], side.selection),
        }
        for ref in sorted(paid)
    ]
