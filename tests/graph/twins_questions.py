"""Slow and obvious twins of the answers that are not networks, and of flows, written from the definitions."""

from math import log
from typing import Any

from app.graph.facts import Facts, FundingFact
from app.graph.selection import Selection
from tests.graph.twins import (
    choose,
    claims_of_ties,
    claims_of_tripartite,
    class_of_years,
    effective_rows,
    funder_of,
    participant_of,
    partners,
    recipient_of,
    state_around,
    strongest,
    unnamed_members,
    weakest,
)

EVERY = frozenset({"certain", "possible", "nationwide"})


def but(chosen: Selection, **changes: Any) -> Selection:
    """The selection with other filters."""
    return Selection(**{**chosen.__dict__, **changes})


def takes(chosen: Selection, basis: str) -> bool:
    """Whether the selection looks at facts of this basis."""
    return not chosen.basis or basis in chosen.basis


def open_groups(facts: Facts, chosen: Selection, project: str) -> set[str]:
    """Its counted groups of target states with members that are not named."""
    return {
        group.id
        for group in facts.state_groups
        if group.project == project and group.role == "target" and takes(chosen, group.basis)
        if unnamed_members(facts, group.id) != 0
    }


def class_here(facts: Facts, chosen: Selection, project: str, state: str) -> str:
    """How surely the project works in the state, by the facts of the bases asked for."""
    targets = [
        row
        for row in facts.project_states
        if row.project == project and row.role == "target" and row.membership != "excluded" and takes(chosen, row.basis)
    ]
    if state in {row.state or state_around(facts, row.place) for row in targets}:
        return "certain"
    for group in open_groups(facts, chosen, project):
        if state not in {row.state for row in facts.project_states if row.state_group == group}:
            return "possible"
    return "nationwide" if "MX" in {row.place for row in targets} else "none"


def is_nationwide(facts: Facts, chosen: Selection, project: str) -> bool:
    """Whether a target row places it in the whole country."""
    return any(
        row.project == project and row.place == "MX" and row.role == "target" and takes(chosen, row.basis)
        for row in facts.project_states
        if row.membership != "excluded"
    )


def funders(facts: Facts, chosen: Selection, project: str) -> set[str]:
    """Effective funders, by rows of the bases asked for."""
    _, rows = effective_rows(facts, project)
    return {found for row in rows if takes(chosen, row.basis) if (found := funder_of(row)) is not None}


def topics(facts: Facts, chosen: Selection, project: str) -> set[str]:
    """Topics, of the bases asked for."""
    return {row.topic for row in facts.project_topics if row.project == project and takes(chosen, row.basis)}


def rows_on(facts: Facts, chosen: Selection) -> list[FundingFact]:
    """The funding rows on the selected projects."""
    taken = choose(facts, chosen).taken
    return [row for row in facts.funding if row.project in taken and takes(chosen, row.basis)]


# Withdrawal


def withdrawal(facts: Facts, chosen: Selection) -> dict[str, Any]:
    """Part -> ids: who and what is left without."""
    leaving = {f"org:{one}" for one in chosen.funder}
    rest = but(chosen, funder=frozenset())
    rows = rows_on(facts, rest)
    found: dict[str, Any] = {"lost": set(), "unclear": set(), "kept": set(), "unnamed": set()}
    for recipient in {recipient_of(row) for row in rows if funder_of(row) in leaving} - leaving - {None}:
        its_rows = [row for row in rows if recipient_of(row) == recipient]
        has_other = any(funder_of(row) is not None and funder_of(row) not in leaving for row in its_rows)
        without_project = any(
            recipient_of(row) == recipient and row.project is None and funder_of(row) not in leaving
            for row in facts.funding
            if takes(chosen, row.basis)
        )
        is_unclear = without_project or any(funder_of(row) is None for row in its_rows)
        is_unnamed = str(recipient).startswith("party:")
        found["unnamed" if is_unnamed else "kept" if has_other else "unclear" if is_unclear else "lost"].add(recipient)
    taken, time = choose(facts, rest).taken, choose(facts, rest).time
    for kind in ("states", "topics"):
        for part in ("left", "kept"):
            found[f"{kind}_{part}"] = set()
    for state in chosen.state or set(facts.states):
        here = {one for one in taken if class_here(facts, chosen, one, state) == "certain" and time[one] == "certain"}
        _judge(facts, chosen, found, "states", f"state:{state}", here)
    for topic in chosen.topic or set(facts.topics):
        here = {one for one, sure in taken.items() if sure == "certain" and topic in topics(facts, chosen, one)}
        _judge(facts, chosen, found, "topics", f"topic:{topic}", here)
    found["projects_left"] = {
        one for one in taken if funders(facts, chosen, one) and funders(facts, chosen, one) <= leaving
    }
    found["projects_kept"] = {
        one for one in taken if funders(facts, chosen, one) & leaving and funders(facts, chosen, one) - leaving
    }
    found["projects_unknown"] = {one for one in taken if not funders(facts, chosen, one)}
    gone = [row for row in rows if funder_of(row) in leaving]
    found["granted"] = {row.id for row in gone if row.through_project is None}
    found["regranted"] = {row.id for row in gone if row.through_project is not None}
    return found


def _judge(facts: Facts, chosen: Selection, found: dict[str, Any], kind: str, ref: str, here: set[str]) -> None:
    leaving = {f"org:{one}" for one in chosen.funder}
    if any(funders(facts, chosen, one) & leaving for one in here):
        others = any(funders(facts, chosen, one) - leaving for one in here)
        found[f"{kind}_kept" if others else f"{kind}_left"].add(ref)


# Coverage


def columns(facts: Facts, chosen: Selection, by: str, project: str) -> set[str]:
    """The columns that a project stands in."""
    if by == "topic":
        all_of_them = {f"topic:{one}" for one in topics(facts, chosen, project)} or {"no_topic"}
        wanted = {f"topic:{one}" for one in chosen.topic}
    else:
        all_of_them = funders(facts, chosen, project) or {"unknown_funder"}
        wanted = {f"org:{one}" for one in chosen.funder}
    return all_of_them & wanted if wanted else all_of_them


def coverage(facts: Facts, chosen: Selection, by: str) -> tuple[dict[tuple[str, str, str], set[str]], dict[str, str]]:
    """(State, column, certainty) -> projects, where there are any; state -> status."""
    everything = choose(facts, but(chosen, certainty=EVERY))
    cells: dict[tuple[str, str, str], set[str]] = {}
    status = {}
    for state in facts.states:
        if chosen.state and state not in chosen.state:
            status[f"state:{state}"] = "not_selected"
            continue
        classes = set()
        for project in everything.taken:
            certainty = weakest(class_here(facts, chosen, project, state), everything.time[project])
            for column in columns(facts, chosen, by, project):
                if certainty != "none":
                    classes.add(certainty)
                    cells.setdefault((f"state:{state}", column, certainty), set()).add(project)
        status[f"state:{state}"] = "known" if "certain" in classes else "unknown" if classes else "none_recorded"
    return cells, status


def margin(facts: Facts, chosen: Selection, by: str, column: str | None) -> dict[str, set[str]]:
    """Certainty, or no_place -> projects of a column, or of all of them."""
    everything = choose(facts, but(chosen, certainty=EVERY))
    found: dict[str, set[str]] = {"certain": set(), "possible": set(), "nationwide": set(), "no_place": set()}
    for project in everything.taken:
        its_columns = columns(facts, chosen, by, project)
        if column in its_columns or (column is None and its_columns):
            place = strongest({class_here(facts, chosen, project, state) for state in chosen.state or facts.states})
            found[weakest(place, everything.time[project]) if place != "none" else "no_place"].add(project)
    return found


# Suggestions


def grounds(facts: Facts, chosen: Selection) -> dict[str, set[str]]:
    """Topic or state -> named partners that certainly have it."""
    rest = but(chosen, organization=frozenset())
    sure = {project for project, certainty in choose(facts, rest).taken.items() if certainty == "certain"}
    found: dict[str, set[str]] = {}
    for project in sure:
        for actor in partners(facts, project, chosen.basis):
            for topic in topics(facts, chosen, project):
                if actor.startswith("org:"):
                    found.setdefault(f"topic:{topic}", set()).add(actor)
    for claim in claims_of_tripartite(facts, rest, set()):
        if claim.relation == "works_in" and claim.project in sure and claim.target.startswith("state:"):
            found.setdefault(claim.target, set()).add(claim.source)
    return found


def linked(facts: Facts, organization: str) -> set[str]:
    """Who has a declared, project or money link with the organization, or a standing relation."""
    me = f"org:{organization}"
    ties = claims_of_ties(facts, Selection(), "collaboration", unnamed=False)
    ties += claims_of_ties(facts, Selection(), "project", unnamed=False)
    pairs = [(claim.source, claim.target) for claim in ties]
    pairs += [(str(funder_of(row)), str(recipient_of(row))) for row in facts.funding]
    pairs += [(f"org:{row.subject}", f"org:{row.object}") for row in facts.relations if row.subject]
    found = {other for pair in pairs if me in pair for other in pair if other.startswith("org:")}
    return found - {me}


def scores(facts: Facts, chosen: Selection, organization: str) -> dict[str, float]:
    """Unlinked organization -> score, where it is not zero."""
    me = f"org:{organization}"
    found: dict[str, float] = {}
    for having in grounds(facts, chosen).values():
        for other in having - {me} - linked(facts, organization):
            if me in having:
                found[other] = found.get(other, 0) + 1 / log(len(having))
    return found


# Compare


def side(facts: Facts, chosen: Selection) -> dict[str, set[str]]:
    """What a selection has."""
    selected = choose(facts, chosen)
    return {
        "projects": {f"project:{one}" for one in selected.taken},
        "partners": {
            actor for one in selected.taken for actor in partners(facts, one, chosen.basis) if actor.startswith("org:")
        },
        "funders": {actor for one in selected.taken for actor in funders(facts, chosen, one)},
        "topics": {f"topic:{topic}" for one in selected.taken for topic in topics(facts, chosen, one)},
        "states": {
            f"state:{state}"
            for one in selected.taken
            for state in facts.states
            if class_here(facts, chosen, one, state) == "certain" and selected.time[one] == "certain"
        },
        "possible_states": {
            f"state:{state}"
            for one in selected.taken
            for state in facts.states
            if weakest(class_here(facts, chosen, one, state), selected.time[one]) == "possible"
        },
        "funding": {row.id for row in rows_on(facts, chosen)},
    }


# Flows


def flows(facts: Facts, chosen: Selection, *, unnamed: bool) -> set[tuple[str, str, str, str, str]]:
    """Every reason for an edge: source, relation, target, project, certainty."""
    selected = choose(facts, chosen)
    found = set()

    def add(source: str | None, relation: str, target: str | None, project: str, certainty: str) -> None:
        ends = (source, target)
        if None not in ends and (unnamed or not any(str(end).startswith("party:") for end in ends)):
            found.add((str(source), relation, str(target), project, certainty))

    for project, certainty in selected.taken.items():
        here = f"project:{project}"
        receiving = set()
        for row in facts.funding:
            if row.project != project or not takes(chosen, row.basis):
                continue
            funder, recipient = funder_of(row), recipient_of(row)
            receiving.add(recipient)
            between = f"project:{row.through_project}" if row.through_project else None
            add(funder, "passes_through", between, project, certainty)
            add(recipient, "receives_for", here, project, certainty)
            if between:
                add(between, "subgrants", recipient, project, certainty)
            else:
                add(funder, "grants", recipient, project, certainty)
            if recipient is None:
                add(between or funder, "pays_for", here, project, certainty)
        fact = facts.projects[project]
        if fact.parent in selected.taken and takes(chosen, fact.basis):
            sure = weakest(certainty, selected.taken[fact.parent])
            add(f"project:{fact.parent}", "component", here, project, sure)
        its_partners = partners(facts, project)
        for part in facts.participations:
            if part.project != project or not takes(chosen, part.basis):
                continue
            actor = participant_of(part)
            relation = None
            if actor in its_partners and part in its_partners[actor].participations:
                relation = "led_by" if part.role in ("lead", "implementing", "extending") else "joined_by"
            elif part.role in ("target_institution", "counterpart"):
                relation = "reaches"
            if relation and actor in receiving:
                add(actor, "receives_for", here, project, certainty)
            elif relation:
                add(here, relation, actor, project, certainty)
        time = selected.time[project]
        for state in facts.states:
            if class_here(facts, chosen, project, state) == "certain":
                add(here, "located_in", f"state:{state}", project, time)
        for group in open_groups(facts, chosen, project):
            add(here, "located_in", f"state_group:{group}", project, weakest("possible", time))
        if is_nationwide(facts, chosen, project):
            add(here, "located_in", "country:MX", project, "nationwide")
    return found


def first_years(facts: Facts, chosen: Selection) -> dict[tuple[str, str], int | None]:
    """(Funder, recipient) of the selected rows -> the first year of all their rows; None where one has no date."""
    found: dict[tuple[str, str], int | None] = {}
    for row in rows_on(facts, chosen):
        funder, recipient = funder_of(row), recipient_of(row)
        if funder and recipient:
            dates = [one.date for one in facts.funding if (funder_of(one), recipient_of(one)) == (funder, recipient)]
            years = [int(date[:4]) for date in dates if date]
            found[funder, recipient] = min(years) if len(years) == len(dates) else None
    return found


# Timeline


def cast(facts: Facts, chosen: Selection, year: int, role: str) -> dict[str, set[str]]:
    """Certain or possible -> named funders or partners of the dated projects of a year."""
    found: dict[str, set[str]] = {"certain": set(), "possible": set()}
    for project in choose(facts, but(chosen, year_from=None, year_to=None)).taken:
        fact = facts.projects[project]
        when = class_of_years(fact.start_date, fact.end_date, year, year)
        if (fact.start_date or fact.end_date) and when != "none":
            if role == "partners":
                actors = set(partners(facts, project, chosen.basis))
            else:
                actors = {
                    str(funder_of(row))
                    for row in facts.funding
                    if row.project == project and takes(chosen, row.basis) and funder_of(row)
                }
            found[when] |= {actor for actor in actors if actor.startswith("org:")}
    found["possible"] -= found["certain"]
    return found
