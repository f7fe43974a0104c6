"""What is left without when funders withdraw."""

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
    named,
    note_other_basis,
    places_of,
    topics_of,
)
from app.graph.facts import Facts, FundingFact
from app.graph.network import Attributes, money
from app.graph.selection import Selected, Selection, actor, select


def withdrawal(facts: Facts, selection: Selection, *, query: Attributes, most: int) -> Attributes:
    """Recipients, projects, states and topics that are left without when all of `selection.funder` withdraw together.

    P are the projects that match every other filter; F are the funders that withdraw.

    - *recipients of F*: named recipients of funding rows on P whose funder is in F; F itself is not among them.
      They fall into three: *kept*, with a funds edge from any other funder, named or not; else *unclear*, with a
      funding row of unknown funder on P, or a row without a project from anybody but F; else *lost*.
    - *states* and *topics*: *left* if some certain project of F is there and no certain one with another known
      effective funder; else *kept*.
    - *money*: sums over the funding rows of F on P, regrants apart; known amounts only, so lower bounds where
      others are unknown.
    """
    leaving = {f"org:{one}" for one in selection.funder}
    rest = replace(selection, funder=frozenset())
    selected = select(facts, rest)
    rows = [row for project in selected.projects for row in facts.funding_of.get(project, [])]
    rows = [row for row in rows if selection.takes(row.basis)]
    left_out: LeftOut = {}
    for project in selected.projects:
        note_other_basis(left_out, facts, project, selection)
    left_out["funding_to_unknown_recipient"] = {
        row.id for row in rows if _funder(row) in leaving and _recipient(row) is None
    }
    left_out["withdrawing_funders"] = {
        ref for row in rows if _funder(row) in leaving and (ref := _recipient(row) or "") in leaving
    }
    recipients = _recipients(facts, selection, selected, rows, leaving)
    everything = select(facts, replace(rest, certainty=EVERY_CERTAINTY))
    places = {project: places_of(facts, project, selection) for project in everything.projects}
    funders = {project: funders_of(facts, project, selection) for project in everything.projects}
    grounds = {
        "states": _states(facts, selection, selected, everything, places, funders, leaving),
        "topics": _topics(facts, selection, selected, everything, funders, leaving),
    }
    projects = _projects(facts, selected, funders, leaving)
    listed = [*recipients.values(), *projects.values(), *(part for one in grounds.values() for part in one.values())]
    bound(sum(map(len, listed)), most)
    gone = sorted((row for row in rows if _funder(row) in leaving), key=lambda row: row.id)
    mine = [project for project in selected.projects if funders[project] & leaving]
    return {
        **head(facts, question="withdrawal", query=query, counts=counts_of(selected), left_out=left_out),
        "funders": [named(facts, ref) for ref in sorted(leaving)],
        "recipients": recipients,
        "projects": projects,
        **grounds,
        "state_groups": sorted({group.id for project in mine for group in places[project].groups}),
        "nationwide_projects": sorted(project for project in mine if places[project].nationwide),
        "money": {
            "granted": money([row for row in gone if row.through_project is None], selection),
            "regranted": money([row for row in gone if row.through_project is not None], selection),
        },
    }


def _funder(row: FundingFact) -> str | None:
    return actor(row.funder, row.funder_party) if row.funder or row.funder_party else None


def _recipient(row: FundingFact) -> str | None:
    return actor(row.recipient, row.recipient_party) if row.recipient or row.recipient_party else None


def _recipients(
    facts: Facts, selection: Selection, selected: Selected, rows: Iterable[FundingFact], leaving: set[str]
) -> Attributes:
    received: dict[str, list[FundingFact]] = {}
    unplaced: dict[str, list[FundingFact]] = {}
    for row in rows:
        received.setdefault(_recipient(row) or "", []).append(row)
    for row in facts.funding:
        if row.project is None and selection.takes(row.basis) and _funder(row) not in leaving:
            unplaced.setdefault(_recipient(row) or "", []).append(row)
    found: Attributes = {"lost": [], "unclear": [], "kept": [], "unnamed": []}
    for ref in sorted(received):
        mine = [row for row in received[ref] if _funder(row) in leaving]
        if not mine or ref in leaving or not ref:
            continue
        others: dict[str, list[FundingFact]] = {}
        unclear = [row.id for row in unplaced.get(ref, [])]
        for row in received[ref]:
            funder = _funder(row)
            if funder is None:
                unclear.append(row.id)
            elif funder not in leaving:
                others.setdefault(funder, []).append(row)
        entry = {
            **named(facts, ref),
            **_behind(selected, mine),
            "other_funders": [{**named(facts, other), **_behind(selected, others[other])} for other in sorted(others)],
            "unclear_funding": sorted(unclear),
        }
        part = "unnamed" if ref.startswith("party:") else "kept" if others else "unclear" if unclear else "lost"
        found[part].append(entry)
    return found


def _behind(selected: Selected, rows: Iterable[FundingFact]) -> Attributes:
    return {
        "funding": sorted(row.id for row in rows),
        "projects": by_certainty((row.project, selected.projects[row.project]) for row in rows if row.project),
    }


def _projects(facts: Facts, selected: Selected, funders: dict[str, set[str]], leaving: set[str]) -> Attributes:
    found: Attributes = {"left": [], "kept": [], "unknown_funder": []}
    for project, certainty in sorted(selected.projects.items()):
        paying = funders[project]
        if paying & leaving or not paying:
            part = "unknown_funder" if not paying else "kept" if paying - leaving else "left"
            line = {
                "id": project,
                "label": facts.projects[project].title,
                "certainty": certainty,
                "other_funders": sorted(paying - leaving),
            }
            found[part].append(line)
    return found


def _states(
    facts: Facts,
    selection: Selection,
    selected: Selected,
    everything: Selected,
    places: dict[str, Places],
    funders: dict[str, set[str]],
    leaving: set[str],
) -> Attributes:
    found: Attributes = {"left": [], "kept": []}
    for state in sorted(selection.state or facts.states):
        sure, weaker = [], []
        for project, time in everything.when.items():
            place = certainty_in(facts, places[project], state)
            if place == "certain" and time == "certain" and project in selected.projects:
                sure.append(project)
            elif place in ("certain", "possible"):
                weaker.append(project)
        _judge(facts, found, f"state:{state}", sure, weaker, funders, leaving)
    return found


def _topics(
    facts: Facts,
    selection: Selection,
    selected: Selected,
    everything: Selected,
    funders: dict[str, set[str]],
    leaving: set[str],
) -> Attributes:
    about: dict[str, tuple[list[str], list[str]]] = {}
    for project in everything.projects:
        for topic in topics_of(facts, project, selection):
            is_sure = selected.projects.get(project) == "certain"
            if not selection.topic or topic in selection.topic:
                about.setdefault(topic, ([], []))[0 if is_sure else 1].append(project)
    found: Attributes = {"left": [], "kept": []}
    for topic, (sure, weaker) in sorted(about.items()):
        _judge(facts, found, f"topic:{topic}", sure, weaker, funders, leaving)
    return found


def _judge(
    facts: Facts,
    found: Attributes,
    ref: str,
    sure: list[str],
    weaker: list[str],
    funders: dict[str, set[str]],
    leaving: set[str],
) -> None:
    mine = sorted(project for project in sure if funders[project] & leaving)
    if not mine:
        return
    others = sorted(project for project in sure if funders[project] - leaving)
    entry = {
        **named(facts, ref),
        "projects": mine,
        "projects_of_others": others,
        "projects_possibly_of_others": sorted(project for project in weaker if funders[project] - leaving),
        "projects_with_unknown_funder": sorted(project for project in sure if not funders[project]),
    }
    found["kept" if others else "left"].append(entry)
