"""What the answers that are not networks share: their head, and the places and funders of one project."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from app.graph.definitions import QUESTIONS, RELEASE
from app.graph.facts import COUNTRY, Facts, StateGroupFact
from app.graph.network import MOST_IDS, Attributes, TooLargeError
from app.graph.selection import CERTAINTIES, Selected, Selection, actor

EVERY_CERTAINTY = frozenset(CERTAINTIES)

LeftOut = dict[str, set[str]]
"""Reason -> ids of what an answer does not show."""


class Places(NamedTuple):
    """Where a project works, by the facts that a selection takes."""

    certain: frozenset[str]
    """States that it certainly works in."""
    groups: tuple[StateGroupFact, ...]
    """Its counted groups of target states with unnamed members."""
    nationwide: bool
    """Whether it works in the whole country."""


def places_of(facts: Facts, project: str, selection: Selection) -> Places:
    """Where a project works; its facts of other bases are not looked at."""
    targets = [
        row
        for row in facts.states_of.get(project, [])
        if row.role == "target" and row.membership != "excluded" and selection.takes(row.basis)
    ]
    groups = (
        group
        for group in facts.groups_of.get(project, [])
        if group.role == "target" and facts.unnamed_count(group) != 0 and selection.takes(group.basis)
    )
    return Places(
        certain=frozenset(state for row in targets if (state := facts.state_of(row)) is not None),
        groups=tuple(groups),
        nationwide=any(row.place == COUNTRY for row in targets),
    )


def certainty_in(facts: Facts, places: Places, state: str) -> str:
    """How surely the places hold a state: certain, possible, nationwide or none."""
    if state in places.certain:
        return "certain"
    for group in places.groups:
        members = facts.members_of_group.get(group.id, {})
        if state not in members.get("named", ()) and state not in members.get("excluded", ()):
            return "possible"
    return "nationwide" if places.nationwide else "none"


def funders_of(facts: Facts, project: str, selection: Selection) -> set[str]:
    """Prefixed ids of a project's effective funders, named or not; their rows of other bases are not looked at."""
    _, rows = facts.effective_funding(project)
    return {actor(row.funder, row.funder_party) for row in rows if selection.takes(row.basis)}


def topics_of(facts: Facts, project: str, selection: Selection) -> set[str]:
    """A project's topics; those of other bases are not looked at."""
    return {row.topic for row in facts.topics_of.get(project, []) if selection.takes(row.basis)}


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


def by_certainty(projects: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Certainty -> ids of the projects (project, certainty) that have it."""
    found: dict[str, set[str]] = {word: set() for word in CERTAINTIES}
    for project, certainty in projects:
        found[certainty].add(project)
    return {word: sorted(ids) for word, ids in found.items()}


def note_other_basis(left_out: LeftOut, facts: Facts, project: str, selection: Selection) -> None:
    """Note the facts of a project that the selection does not take for their basis."""
    if not selection.basis:
        return
    ids = [f"funding:{row.id}" for row in facts.effective_funding(project)[1] if not selection.takes(row.basis)]
    ids += [f"funding:{row.id}" for row in facts.funding_of.get(project, []) if not selection.takes(row.basis)]
    ids += [
        f"participation:{row.id}" for row in facts.participations_of.get(project, []) if not selection.takes(row.basis)
    ]
    ids += [
        f"project_state:{row.id}"
        for row in facts.states_of.get(project, [])
        if row.role == "target" and not selection.takes(row.basis)
    ]
    ids += [
        f"state_group:{group.id}"
        for group in facts.groups_of.get(project, [])
        if group.role == "target" and not selection.takes(group.basis)
    ]
    ids += [
        f"project:{project} topic:{row.topic}"
        for row in facts.topics_of.get(project, [])
        if not selection.takes(row.basis)
    ]
    if ids:
        left_out.setdefault("facts_of_other_basis", set()).update(ids)


def counts_of(selected: Selected) -> Attributes:
    """How many projects match, by certainty; how many are taken; how many have no date."""
    return {
        "projects": selected.counts,
        "selected_projects": len(selected.projects),
        "undated_projects": len(selected.possible_by_window),
    }


def told(left_out: Mapping[str, set[str]]) -> Attributes:
    """What was left out: each reason with its whole count and its first ids."""
    return {
        reason: {"count": len(ids), "ids": sorted(ids)[:MOST_IDS]} for reason, ids in sorted(left_out.items()) if ids
    }


def head(
    facts: Facts, *, question: str, query: Attributes, counts: Attributes, left_out: Mapping[str, set[str]]
) -> Attributes:
    """What an answer is: query, versions, definitions, counts, what was left out and why."""
    return {
        "question": question,
        "query": query,
        "data_version": f"v{facts.version}",
        "definitions_release": RELEASE,
        "definitions": QUESTIONS[question],
        "counts": counts,
        "left_out": told(left_out),
    }


def bound(entries: int, most: int) -> None:
    """Refuse an answer of more entries than it may hold."""
    if entries > most:
        raise TooLargeError(entries, most)
