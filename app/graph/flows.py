"""Money down the chain: funder, programme, sub-grant, lead, whom and where it reaches; and who is new to a funder."""

from collections.abc import Iterable, Sequence

from app.graph.answers import bound, label_of, places_of
from app.graph.definitions import FLOWS
from app.graph.facts import COUNTRY, Facts, FundingFact, ParticipationFact
from app.graph.network import Attributes, Gathered, finish, money
from app.graph.selection import Selection, actor, partners_of, select, weakest

LEAD_ROLES = frozenset({"lead", "implementing", "extending"})
"""Partners that carry a project."""
REACHED_ROLES = frozenset({"target_institution", "counterpart"})
"""Participants that a project is for."""
_BELOW = {"leads": "led_by", "partners": "joined_by", "institutions": "reaches"}


def flows(
    facts: Facts,
    selection: Selection,
    *,
    include: Sequence[str],
    query: Attributes,
    min_weight: int,
    max_edges: int | None,
    most_edges: int,
) -> Attributes:
    """The network as node-link data, with the chain and the reach of every funding row.

    One funding row makes the edges of its chain: funder to recipient (`grants`), or, where the row names the project
    through which the money passed, funder to that project (`passes_through`) and that project to the recipient
    (`subgrants`); recipient to project (`receives_for`); funder to project (`pays_for`) where no recipient is known.
    Below it a project leads to its components, leads, other partners, institutions and places.

    Money stands on `grants`, `subgrants` and `pays_for` only, each row on one edge; a sub-grant is part of the money of
    the project that it passed through, so sums of granted and regranted money are apart and must not be added.
    `level` is the least number of steps from a funder; null: no known funder leads there.
    """
    gathered = Gathered(facts, selection, select(facts, selection))
    rows_of: dict[str, list[FundingFact]] = {}
    rows: list[FundingFact] = []
    for project, certainty in gathered.selected.projects.items():
        for row in facts.funding_of.get(project, []):
            if selection.takes(row.basis):
                rows.append(row)
                _add_chain(gathered, row, project, certainty, include, rows_of)
            else:
                gathered.leave_out("facts_of_other_basis", f"funding:{row.id}")
        _add_below(gathered, project, certainty, include)
    for row in facts.funding:
        if row.project is None:
            gathered.leave_out("funding_without_project", row.id)
    for edge_id, behind in rows_of.items():
        edge = gathered.edges[edge_id]
        edge.extra["money"] = money(behind, selection)
        edge.extra["regranted"] = sorted(row.id for row in behind if row.through_project is not None)
    _set_levels(gathered)
    rows.sort(key=lambda row: row.id)
    return finish(
        gathered,
        network="flows",
        directed=True,
        definitions=FLOWS,
        query=query,
        min_weight=min_weight,
        max_edges=max_edges,
        most_edges=most_edges,
        block={
            # These edges are of no network that /v1/evidence knows by edge; it has the page of each row behind them.
            "evidence": f"/v1/evidence?record={{record}}&as_of=v{facts.version}",
            "money": {
                "granted": money([row for row in rows if row.through_project is None], selection),
                "regranted": money([row for row in rows if row.through_project is not None], selection),
            },
            "chains": _chains(gathered, rows, most_edges),
            "first_time": first_time(facts, selection, rows),
        },
    )


def _funder(row: FundingFact) -> str | None:
    return actor(row.funder, row.funder_party) if row.funder or row.funder_party else None


def _recipient(row: FundingFact) -> str | None:
    return actor(row.recipient, row.recipient_party) if row.recipient or row.recipient_party else None


def _shown(gathered: Gathered, ref: str | None, include: Sequence[str]) -> bool:
    if ref is not None and ref.startswith("party:") and "unnamed" not in include:
        gathered.leave_out("unnamed_parties", ref)
        return False
    return ref is not None


def _add_chain(
    gathered: Gathered,
    row: FundingFact,
    project: str,
    certainty: str,
    include: Sequence[str],
    rows_of: dict[str, list[FundingFact]],
) -> None:
    """The edges of one funding row."""
    funder, recipient = _funder(row), _recipient(row)
    through = None if row.through_project is None else f"project:{row.through_project}"
    if funder is None:
        gathered.leave_out("funding_from_unknown_funder", row.id)
    if recipient is None:
        gathered.leave_out("funding_to_unknown_recipient", row.id)
    shows_funder = _shown(gathered, funder, include)
    shows_recipient = _shown(gathered, recipient, include)

    def add(source: str, target: str, relation: str, *, paid: bool) -> None:
        gathered.node(source, "funder" if source == funder else None)
        gathered.node(target)
        edge = gathered.edge(source, target, relation)
        edge.add(project, certainty, [f"funding:{row.id}"], [row.basis])
        if paid:
            rows_of.setdefault(edge.id, []).append(row)

    here = f"project:{project}"
    if funder and through and shows_funder:
        add(funder, through, "passes_through", paid=False)
    if recipient and shows_recipient:
        if through:
            add(through, recipient, "subgrants", paid=True)
        elif funder and shows_funder:
            add(funder, recipient, "grants", paid=True)
        add(recipient, here, "receives_for", paid=False)
    elif recipient is None and through:
        add(through, here, "pays_for", paid=True)
    elif recipient is None and funder and shows_funder:
        add(funder, here, "pays_for", paid=True)


def _add_below(gathered: Gathered, project: str, certainty: str, include: Sequence[str]) -> None:
    """Where a project's money goes on to: the project's parent leads to it, it leads to participants and places."""
    facts, selection = gathered.facts, gathered.selection
    here = f"project:{project}"
    gathered.node(here)
    one = facts.projects[project]
    if one.parent in gathered.selected.projects and selection.takes(one.basis):
        sure = weakest(certainty, gathered.selected.projects[one.parent])
        gathered.node(f"project:{one.parent}")
        gathered.edge(f"project:{one.parent}", here, "component").add(project, sure, [here], [one.basis])
    elif one.parent in gathered.selected.projects:
        gathered.leave_out("facts_of_other_basis", here)
    if facts.effective_funding(project)[0] is None:
        gathered.leave_out("projects_without_known_funder", project)
    receiving = {_recipient(row) for row in facts.funding_of.get(project, []) if selection.takes(row.basis)}
    for row, group in _participants(facts, project):
        if not selection.takes(row.basis):
            gathered.leave_out("facts_of_other_basis", f"participation:{row.id}")
            continue
        ref = actor(row.organization, row.party)
        if _shown(gathered, ref, include):
            gathered.node(ref)
            # Who receives for the project stands above it already: its roles are told on that edge.
            edge = (
                gathered.edge(ref, here, "receives_for")
                if ref in receiving
                else gathered.edge(here, ref, _BELOW[group])
            )
            edge.add(project, certainty, [f"participation:{row.id}"], [row.basis])
            edge.extra["participation_roles"] = sorted({*edge.extra.get("participation_roles", ()), row.role})
    _add_places(gathered, project)


def _participants(facts: Facts, project: str) -> Iterable[tuple[ParticipationFact, str]]:
    """The participations on the money's way, each as leads, partners or institutions; of any basis."""
    partners = partners_of(facts, project, Selection())
    for row in facts.participations_of.get(project, []):
        behind, _ = partners.get(actor(row.organization, row.party), ([], []))
        if row in behind:
            yield row, "leads" if row.role in LEAD_ROLES else "partners"
        elif row.role in REACHED_ROLES:
            yield row, "institutions"


def _add_places(gathered: Gathered, project: str) -> None:
    facts, selection = gathered.facts, gathered.selection
    here, time = f"project:{project}", gathered.selected.when[project]
    for row in facts.states_of.get(project, []):
        if row.role != "target" or row.membership == "excluded":
            continue
        state = facts.state_of(row)
        if not selection.takes(row.basis):
            gathered.leave_out("facts_of_other_basis", f"project_state:{row.id}")
        elif state is None and row.place != COUNTRY:
            gathered.leave_out("places_above_the_states", f"project_state:{row.id}")
        else:
            place, certainty = (f"country:{COUNTRY}", "nationwide") if state is None else (f"state:{state}", "certain")
            gathered.node(place)
            edge = gathered.edge(here, place, "located_in")
            edge.add(project, weakest(certainty, time), [f"project_state:{row.id}"], [row.basis])
    for group in places_of(facts, project, Selection()).groups:
        if selection.takes(group.basis):
            gathered.node(f"state_group:{group.id}")
            edge = gathered.edge(here, f"state_group:{group.id}", "located_in")
            edge.add(project, weakest("possible", time), [f"state_group:{group.id}"], [group.basis])
        else:
            gathered.leave_out("facts_of_other_basis", f"state_group:{group.id}")


def _set_levels(gathered: Gathered) -> None:
    """Give every node the least number of steps from a funder."""
    after: dict[str, set[str]] = {}
    for edge in gathered.edges.values():
        after.setdefault(edge.source, set()).add(edge.target)
    levels = {ref: 0 for ref, attributes in gathered.nodes.items() if "funder" in attributes.get("roles", ())}
    here = list(levels)
    while here:
        found = {target for ref in here for target in after.get(ref, ())} - levels.keys()
        levels |= dict.fromkeys(found, 1 + levels[here[0]])
        here = sorted(found)
    for ref, attributes in gathered.nodes.items():
        attributes["level"] = levels.get(ref)


def _chains(gathered: Gathered, rows: Iterable[FundingFact], most: int) -> list[Attributes]:
    """For each funding row: the steps of its money, and whom and where the project and its components reach."""
    facts = gathered.facts
    children: dict[str, list[str]] = {}
    for project in sorted(gathered.selected.projects):
        one = facts.projects[project]
        if one.parent is not None and gathered.selection.takes(one.basis):
            children.setdefault(one.parent, []).append(project)
    reaches: dict[str, Attributes] = {}
    found: list[Attributes] = []
    entries = 0
    for row in rows:
        project = row.project or ""
        if project not in reaches:
            reaches[project] = _reach(gathered, project, children)
        through = None if row.through_project is None else f"project:{row.through_project}"
        steps = [_funder(row), through, _recipient(row), f"project:{project}"]
        found.append(
            {
                "funding": row.id,
                "kind": row.kind,
                "basis": row.basis,
                "certainty": gathered.selected.projects[project],
                "funder_status": "known" if _funder(row) else "unknown",
                "recipient_status": "known" if _recipient(row) else "unknown",
                "regranted": through is not None,
                "steps": [{"id": ref, "label": label_of(facts, ref)} for ref in steps if ref is not None],
                "reached": reaches[project],
            }
        )
        entries += sum(len(part) for part in reaches[project].values())
        bound(entries, most)
    return found


def _reach(gathered: Gathered, project: str, children: dict[str, list[str]]) -> Attributes:
    """The components of a project at every depth, and the participants and places of them all."""
    facts, selection = gathered.facts, gathered.selection
    below, waiting = {project}, [project]
    while waiting:
        found = [one for one in children.get(waiting.pop(), []) if one not in below]
        below.update(found)
        waiting += found
    reach: dict[str, set[str]] = {
        word: set()
        for word in ("leads", "partners", "institutions", "states", "possible_states", "state_groups", "nationwide")
    }
    for one in below:
        for row, group in _participants(facts, one):
            if selection.takes(row.basis):
                reach[group].add(actor(row.organization, row.party))
        places = places_of(facts, one, selection)
        is_sure = gathered.selected.when[one] == "certain"
        reach["states" if is_sure else "possible_states"] |= {f"state:{state}" for state in places.certain}
        reach["state_groups"] |= {f"state_group:{group.id}" for group in places.groups}
        reach["nationwide"] |= {f"project:{one}"} if places.nationwide else set()
    reach["components"] = {f"project:{one}" for one in below - {project}}
    reach["possible_states"] -= reach["states"]
    return {word: sorted(refs) for word, refs in sorted(reach.items())}


def first_time(facts: Facts, selection: Selection, rows: Iterable[FundingFact]) -> list[Attributes]:
    """For each funder and recipient of the rows: the first recorded year, by all rows of the pair in the data.

    The year is unknown as soon as one row of the pair has no date. `first_in_window` says whether that first year
    lies within the window of years: yes, no (some row is dated before it, or all are dated outside), unknown, or
    not_asked where there is no window. A first recorded year is not a first year: the records begin somewhere.
    """
    pairs = {(_funder(row), _recipient(row)) for row in rows}
    of_pair: dict[tuple[str | None, str | None], list[FundingFact]] = {}
    for row in facts.funding:
        pair = (_funder(row), _recipient(row))
        if pair in pairs:
            of_pair.setdefault(pair, []).append(row)
    found = []
    for funder, recipient in sorted((str(one), str(other)) for one, other in pairs if one and other):
        behind = of_pair[funder, recipient]
        years = [int(row.date[:4]) for row in behind if row.date is not None]
        undated = [row.id for row in behind if row.date is None]
        party = facts.parties.get(recipient.removeprefix("party:")) if recipient.startswith("party:") else None
        found.append(
            {
                "funder": {"id": funder, "label": label_of(facts, funder)},
                "recipient": {"id": recipient, "label": label_of(facts, recipient)},
                "unnamed": party is not None,
                "count_low": party.count_low if party else None,
                "count_high": party.count_high if party else None,
                "count_qualifier": party.count_qualifier if party else None,
                "status": "unknown" if undated else "known",
                "first_recorded_year": None if undated else min(years),
                "first_in_window": _in_window(selection, years, is_open=bool(undated)),
                "funding": sorted(row.id for row in behind),
                "undated_funding": sorted(undated),
            }
        )
    return found


def _in_window(selection: Selection, years: Sequence[int], *, is_open: bool) -> str:
    if not selection.has_window:
        return "not_asked"
    if selection.year_from is not None and any(year < selection.year_from for year in years):
        return "no"
    if is_open:
        return "unknown"
    return "yes" if selection.year_to is None or min(years) <= selection.year_to else "no"
