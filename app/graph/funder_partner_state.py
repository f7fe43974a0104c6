"""The tripartite network: funders, their partners, and the states in which these work."""

from collections.abc import Sequence

from app.graph.definitions import RELATIONS
from app.graph.facts import COUNTRY, Facts, FundingFact
from app.graph.network import Attributes, Edge, Gathered, finish, money
from app.graph.selection import Selection, actor, partners_of, select, weakest

INCLUDES = ("projects", "unnamed", "supports")


def gather(facts: Facts, selection: Selection, include: Sequence[str]) -> tuple[Gathered, dict[str, list[FundingFact]]]:
    """The network's nodes and edges, and the funding rows behind each edge that carries money."""
    gathered = Gathered(facts, selection, select(facts, selection))
    rows_of: dict[str, list[FundingFact]] = {}
    for project, certainty in gathered.selected.projects.items():
        _add_funds(gathered, project, certainty, include, rows_of)
        _add_works_in(gathered, project, include)
        if "supports" in include:
            _add_supports(gathered, project, certainty, include)
        if facts.effective_funding(project)[0] is None:
            gathered.leave_out("projects_without_known_funder", project)
    return gathered, rows_of


def funder_partner_state(
    facts: Facts,
    selection: Selection,
    *,
    include: Sequence[str],
    query: Attributes,
    min_weight: int,
    max_edges: int | None,
    most_edges: int,
) -> Attributes:
    """The network as node-link data; `include` takes projects, unnamed, supports."""
    gathered, rows_of = gather(facts, selection, include)
    for row in facts.funding:
        if row.project is None:
            gathered.leave_out("funding_without_project", row.id)
    for edge_id, rows in rows_of.items():
        edge = gathered.edges[edge_id]
        edge.extra["money"] = money(rows, selection)
        edge.extra["regranted"] = sorted(row.id for row in rows if row.through_project is not None)
        edge.extra["self_loop"] = edge.source == edge.target
    counted = {row.id: row for rows in rows_of.values() for row in rows}
    return finish(
        gathered,
        network="funder-partner-state",
        directed=True,
        definitions=RELATIONS,
        query=query,
        min_weight=min_weight,
        max_edges=max_edges,
        most_edges=most_edges,
        block={"money": money([counted[one] for one in sorted(counted)], selection)},
    )


def _shown(ref: str, include: Sequence[str]) -> bool:
    return ref.startswith("org:") or "unnamed" in include


def _add_funds(
    gathered: Gathered, project: str, certainty: str, include: Sequence[str], rows_of: dict[str, list[FundingFact]]
) -> None:
    for row in gathered.facts.funding_of.get(project, []):
        if not gathered.selection.takes(row.basis):
            gathered.leave_out("facts_of_other_basis", f"funding:{row.id}")
            continue
        funder = actor(row.funder, row.funder_party) if row.funder or row.funder_party else None
        recipient = actor(row.recipient, row.recipient_party) if row.recipient or row.recipient_party else None
        for end, missing in ((funder, "funding_from_unknown_funder"), (recipient, "funding_to_unknown_recipient")):
            if end is None:
                gathered.leave_out(missing, row.id)
            elif not _shown(end, include):
                gathered.leave_out("unnamed_parties", end)
        if funder and _shown(funder, include):
            gathered.node(funder, "funder")
            if "projects" in include:
                gathered.node(f"project:{project}")
                edge = gathered.edge(funder, f"project:{project}", "funds_project")
                edge.add(project, certainty, [f"funding:{row.id}"], [row.basis])
                rows_of.setdefault(edge.id, []).append(row)
            if recipient and _shown(recipient, include):
                gathered.node(recipient, "partner")
                edge = gathered.edge(funder, recipient, "funds")
                edge.add(project, certainty, [f"funding:{row.id}"], [row.basis])
                rows_of.setdefault(edge.id, []).append(row)


def _places(gathered: Gathered, project: str) -> list[tuple[str, str, str, str]]:
    """Where a project works: (place, certainty, the row behind it, its basis)."""
    facts, found = gathered.facts, []
    for row in facts.states_of.get(project, []):
        if row.role != "target" or row.membership == "excluded":
            continue
        if not gathered.selection.takes(row.basis):
            gathered.leave_out("facts_of_other_basis", f"project_state:{row.id}")
            continue
        state = facts.state_of(row)
        if state is not None:
            found.append((f"state:{state}", "certain", f"project_state:{row.id}", row.basis))
        elif row.place == COUNTRY:
            found.append((f"country:{COUNTRY}", "nationwide", f"project_state:{row.id}", row.basis))
        else:
            gathered.leave_out("places_above_the_states", f"project_state:{row.id}")
    for group in facts.groups_of.get(project, []):
        if group.role == "target" and facts.unnamed_count(group) != 0:
            if gathered.selection.takes(group.basis):
                found.append((f"state_group:{group.id}", "possible", f"state_group:{group.id}", group.basis))
            else:
                gathered.leave_out("facts_of_other_basis", f"state_group:{group.id}")
    return found


def _add_project(gathered: Gathered, project: str, places: Sequence[tuple[str, str, str, str]]) -> None:
    ref, one = f"project:{project}", gathered.facts.projects[project]
    gathered.node(ref)
    if one.parent in gathered.selected.projects and not gathered.selection.takes(one.basis):
        gathered.leave_out("facts_of_other_basis", ref)
    elif one.parent in gathered.selected.projects:
        certainty = weakest(gathered.selected.projects[project], gathered.selected.projects[one.parent])
        gathered.node(f"project:{one.parent}")
        gathered.edge(ref, f"project:{one.parent}", "part_of").add(project, certainty, [ref], [one.basis])
    for place, certainty, record, basis in places:
        gathered.node(place)
        edge = gathered.edge(ref, place, "located_in")
        edge.add(project, weakest(certainty, gathered.selected.when[project]), [record], [basis])


def _add_works_in(gathered: Gathered, project: str, include: Sequence[str]) -> None:
    facts = gathered.facts
    time = gathered.selected.when[project]
    partners = partners_of(facts, project, gathered.selection)
    of_any_basis = partners_of(facts, project, Selection())
    for rows, _ in of_any_basis.values():
        for row in rows:
            if not gathered.selection.takes(row.basis):
                gathered.leave_out("facts_of_other_basis", f"participation:{row.id}")
    named = [ref for ref in of_any_basis if ref.startswith("org:")]
    if not named and "projects" not in include:
        gathered.leave_out("projects_without_known_partner", project)
    places = _places(gathered, project)
    if "projects" in include:
        _add_project(gathered, project, places)
    for partner, (participations, funding) in partners.items():
        if not _shown(partner, include):
            gathered.leave_out("unnamed_parties", partner)
            continue
        gathered.node(partner, "partner")
        records = [f"participation:{row.id}" for row in participations] + [f"funding:{row.id}" for row in funding]
        bases = [row.basis for row in participations] + [row.basis for row in funding]
        if "projects" in include:
            edge = gathered.edge(partner, f"project:{project}", "takes_part")
            edge.add(project, gathered.selected.projects[project], records, bases)
            edge.extra["participation_roles"] = sorted({row.role for row in participations})
        own = [(state, row) for row in participations for state in row.states]
        for state, row in own:
            gathered.node(f"state:{state}")
            edge = gathered.edge(partner, f"state:{state}", "works_in")
            edge.add(project, weakest("certain", time), [f"participation:{row.id}"], [row.basis])
            edge.extra.setdefault("shared_project", [])
        if any(row.states for row in of_any_basis[partner][0]):
            continue
        for place, certainty, record, basis in places:
            gathered.node(place)
            edge = gathered.edge(partner, place, "works_in")
            edge.add(project, weakest(certainty, time), [record, *records], [basis, *bases])
            _share(edge, project, shared=named != [partner])


def _share(edge: Edge, project: str, *, shared: bool) -> None:
    listed = edge.extra.setdefault("shared_project", [])
    if shared and project not in listed:
        edge.extra["shared_project"] = sorted([*listed, project])


def _add_supports(gathered: Gathered, project: str, certainty: str, include: Sequence[str]) -> None:
    facts, selection = gathered.facts, gathered.selection
    origin, rows = facts.effective_funding(project)
    paid = {actor(row.recipient, row.recipient_party) for row in facts.funding_of.get(project, [])}
    for participation in facts.participations_of.get(project, []):
        participant = actor(participation.organization, participation.party)
        funding = [row for row in rows if actor(row.funder, row.funder_party) != participant]
        if participant in paid or not funding:
            continue
        if not selection.takes(participation.basis):
            gathered.leave_out("facts_of_other_basis", f"participation:{participation.id}")
            continue
        if not _shown(participant, include):
            gathered.leave_out("unnamed_parties", participant)
        for row in funding:
            funder = actor(row.funder, row.funder_party)
            if not selection.takes(row.basis):
                gathered.leave_out("facts_of_other_basis", f"funding:{row.id}")
                continue
            if not _shown(funder, include):
                gathered.leave_out("unnamed_parties", funder)
            if not _shown(funder, include) or not _shown(participant, include):
                continue
            gathered.node(funder, "funder")
            gathered.node(participant)
            edge = gathered.edge(funder, participant, "supports")
            records = [f"participation:{participation.id}", f"funding:{row.id}"]
            edge.add(project, certainty, records, [participation.basis, row.basis])
            how = edge.extra.setdefault("inherited_projects", [])
            if origin != project and project not in how:
                edge.extra["inherited_projects"] = sorted([*how, project])
