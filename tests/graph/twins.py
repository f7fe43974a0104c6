"""Slow and obvious twins of app/graph, written from the definitions: every answer is found by going over all rows.

A network is first a list of claims, one for every reason that an edge has; an edge is what its claims say together.
"""

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, NamedTuple

from app.graph.facts import CollaborationFact, Facts, FundingFact, ParticipationFact
from app.graph.selection import Selection

STRENGTH = {"certain": 3, "possible": 2, "nationwide": 1, "none": 0}
EVERY_YEAR = range(1990, 2060)
"""All the years that the tests speak of, and more on both sides."""


def strongest(words: set[str]) -> str:
    """The strongest of some certainties."""
    return max(words or {"none"}, key=lambda word: STRENGTH[word])


def weakest(*words: str) -> str:
    """The weakest of some certainties."""
    return min(words, key=lambda word: STRENGTH[word])


def who(organization: str | None, party: str | None) -> str | None:
    """Prefixed id of whoever stands there; None: unknown."""
    return f"org:{organization}" if organization else f"party:{party}" if party else None


def funder_of(row: FundingFact) -> str | None:
    """Who pays."""
    return who(row.funder, row.funder_party)


def recipient_of(row: FundingFact) -> str | None:
    """Who receives."""
    return who(row.recipient, row.recipient_party)


def participant_of(row: ParticipationFact) -> str:
    """Who takes part."""
    found = who(row.organization, row.party)
    assert found is not None
    return found


# Where and when


def state_around(facts: Facts, place: str | None) -> str | None:
    """The state that a place lies in, through the places around it."""
    if place is None:
        return None
    return facts.places[place].within_state or state_around(facts, facts.places[place].within_place)


def unnamed_members(facts: Facts, group: str) -> int | None:
    """How many states of a group are not named; None: not known how many."""
    (counted,) = (one.states for one in facts.state_groups if one.id == group)
    named = {row.state for row in facts.project_states if row.state_group == group and row.membership == "named"}
    return None if counted is None else max(0, counted - len(named))


def class_of_state(facts: Facts, project: str, state: str) -> str:
    """Exactly one of certain, possible, nationwide, none."""
    targets = [
        row
        for row in facts.project_states
        if row.project == project and row.role == "target" and row.membership != "excluded"
    ]
    if any((row.state or state_around(facts, row.place)) == state for row in targets):
        return "certain"
    for group in facts.state_groups:
        spoken_of = {row.state for row in facts.project_states if row.state_group == group.id}
        is_open = group.project == project and group.role == "target" and unnamed_members(facts, group.id) != 0
        if is_open and state not in spoken_of:
            return "possible"
    if any(row.place == "MX" for row in targets):
        return "nationwide"
    return "none"


def class_of_years(start: str | None, end: str | None, first: int | None, last: int | None) -> str:
    """Certain if a year of the window is surely one of its years, possible if it may be one."""
    window = {year for year in EVERY_YEAR if (first is None or year >= first) and (last is None or year <= last)}
    begins, ends = (int(day[:4]) if day else None for day in (start, end))
    if begins is not None and ends is not None:
        sure = maybe = set(range(begins, ends + 1))
    elif begins is not None:
        sure, maybe = {begins}, {year for year in EVERY_YEAR if year >= begins}
    elif ends is not None:
        sure, maybe = {ends}, {year for year in EVERY_YEAR if year <= ends}
    else:
        return "possible"
    return "certain" if window & sure else "possible" if window & maybe else "none"


# Who


def effective_rows(facts: Facts, project: str | None) -> tuple[str | None, list[FundingFact]]:
    """The funding rows of the nearest self-or-ancestor with rows that name a funder."""
    if project is None:
        return None, []
    rows = [row for row in facts.funding if row.project == project and funder_of(row) is not None]
    return (project, rows) if rows else effective_rows(facts, facts.projects[project].parent)


def effective_funders(facts: Facts, project: str) -> set[str]:
    """Prefixed ids of the effective funders, named and unnamed."""
    return {found for row in effective_rows(facts, project)[1] if (found := funder_of(row)) is not None}


class Behind(NamedTuple):
    """The rows that make someone a partner."""

    participations: tuple[ParticipationFact, ...]
    funding: tuple[FundingFact, ...]

    @property
    def records(self) -> frozenset[str]:
        """Their prefixed ids."""
        ids = [f"participation:{row.id}" for row in self.participations] + [f"funding:{row.id}" for row in self.funding]
        return frozenset(ids)

    @property
    def bases(self) -> frozenset[str]:
        """Their bases."""
        return frozenset([*(row.basis for row in self.participations), *(row.basis for row in self.funding)])


def partners(facts: Facts, project: str, basis: frozenset[str] = frozenset()) -> dict[str, Behind]:
    """Partners, named or not, by the rows of these bases (none given: all)."""
    found = {}
    involved = {participant_of(row) for row in facts.participations if row.project == project}
    involved |= {actor for row in facts.funding if row.project == project if (actor := recipient_of(row)) is not None}
    funders = effective_funders(facts, project)
    for actor in involved:
        roles = {"lead", "implementing", "extending", "partner", "convener", "host"}
        if actor not in funders:
            roles |= {"designer"}
        taking_part = tuple(
            row
            for row in facts.participations
            if row.project == project
            and participant_of(row) == actor
            and row.role in roles
            and (not basis or row.basis in basis)
        )
        receiving = tuple(
            row
            for row in facts.funding
            if row.project == project and recipient_of(row) == actor and (not basis or row.basis in basis)
        )
        if taking_part or receiving:
            found[actor] = Behind(taking_part, receiving)
    return found


def kind_of(facts: Facts, actor: str) -> str:
    """The kind of an organization or unnamed party."""
    prefix, _, name = actor.partition(":")
    return facts.organizations[name].kind if prefix == "org" else facts.parties[name].kind


# The selection


@dataclass
class Chosen:
    """What the twin of a selection found."""

    taken: dict[str, str] = field(default_factory=dict)
    time: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: {"certain": 0, "possible": 0, "nationwide": 0})
    undated: set[str] = field(default_factory=set)


def passes(facts: Facts, project: str, chosen: Selection) -> bool:
    """Whether a project matches every filter but place and time."""
    fact = facts.projects[project]
    funders = effective_funders(facts, project)
    its_partners = set(partners(facts, project))
    topics = {row.topic for row in facts.project_topics if row.project == project}
    collaborations = [one for one in facts.collaborations.values() if one.project == project]
    involved = {
        actor for row in facts.funding if row.project == project for actor in (funder_of(row), recipient_of(row))
    }
    involved |= {participant_of(row) for row in facts.participations if row.project == project}
    involved |= {
        who(row.organization, row.party)
        for row in facts.members
        if row.collaboration in {one.id for one in collaborations}
    }

    def named(ids: frozenset[str]) -> set[str]:
        return {f"org:{one}" for one in ids}

    wanted = [
        (chosen.project, project in chosen.project),
        (chosen.project_kind, fact.kind in chosen.project_kind),
        (chosen.project_status, fact.project_status in chosen.project_status),
        (chosen.topic, topics & chosen.topic),
        (chosen.document, set(facts.documents.get(f"project:{project}", ())) & chosen.document),
        (chosen.funder, funders & named(chosen.funder)),
        (chosen.funder_kind, {kind_of(facts, one) for one in funders} & chosen.funder_kind),
        (chosen.partner, its_partners & named(chosen.partner)),
        (chosen.partner_kind, {kind_of(facts, one) for one in its_partners} & chosen.partner_kind),
        (chosen.organization, involved & named(chosen.organization)),
        (
            chosen.collaboration_kind or chosen.collaboration_status,
            any(
                (one.kind in chosen.collaboration_kind or not chosen.collaboration_kind)
                and (one.collaboration_status in chosen.collaboration_status or not chosen.collaboration_status)
                for one in collaborations
            ),
        ),
    ]
    return all(matches for asked, matches in wanted if asked)


def choose(facts: Facts, chosen: Selection) -> Chosen:
    """The selected projects."""
    found = Chosen()
    windowed = not (chosen.year_from is None and chosen.year_to is None)
    for project, fact in facts.projects.items():
        if not passes(facts, project, chosen):
            continue
        place, time = "certain", "certain"
        if chosen.state:
            place = strongest({class_of_state(facts, project, state) for state in chosen.state})
        if windowed:
            time = class_of_years(fact.start_date, fact.end_date, chosen.year_from, chosen.year_to)
        certainty = weakest(place, time)
        if certainty == "none":
            continue
        found.counts[certainty] += 1
        if windowed and fact.start_date is None and fact.end_date is None:
            found.undated.add(project)
        if certainty in chosen.certainty or not (chosen.state or windowed):
            found.taken[project] = certainty
            found.time[project] = time
    return found


# Edges


class Claim(NamedTuple):
    """One reason for an edge."""

    source: str
    relation: str
    target: str
    project: str | None
    certainty: str
    records: frozenset[str]
    bases: frozenset[str]
    extra: tuple[tuple[str, str], ...] = ()


def claims_of_tripartite(facts: Facts, chosen: Selection, include: set[str]) -> list[Claim]:
    """Every reason for an edge of the funder-partner-state network."""
    selected = choose(facts, chosen)
    claims: list[Claim] = []

    def takes(basis: str) -> bool:
        return not chosen.basis or basis in chosen.basis

    def shown(actor: str | None) -> bool:
        return actor is not None and (actor.startswith("org:") or "unnamed" in include)

    for project, certainty in selected.taken.items():
        node = f"project:{project}"
        own_funding = [row for row in facts.funding if row.project == project]
        for row in own_funding:
            funder, recipient = funder_of(row), recipient_of(row)
            because = (project, certainty, frozenset({f"funding:{row.id}"}), frozenset({row.basis}))
            if funder is not None and shown(funder) and takes(row.basis):
                if recipient is not None and shown(recipient):
                    claims.append(Claim(funder, "funds", recipient, *because))
                if "projects" in include:
                    claims.append(Claim(funder, "funds_project", node, *because))

        places: list[tuple[str, str, frozenset[str], frozenset[str]]] = []
        for target in facts.project_states:
            if target.project == project and target.role == "target" and target.membership != "excluded":
                state = target.state or state_around(facts, target.place)
                where = f"state:{state}" if state else "country:MX" if target.place == "MX" else None
                if where and takes(target.basis):
                    sure = "certain" if state else "nationwide"
                    places.append((where, sure, frozenset({f"project_state:{target.id}"}), frozenset({target.basis})))
        for group in facts.state_groups:
            is_open = group.project == project and group.role == "target" and unnamed_members(facts, group.id) != 0
            if is_open and takes(group.basis):
                ref = f"state_group:{group.id}"
                places.append((ref, "possible", frozenset({ref}), frozenset({group.basis})))

        time = selected.time[project]
        its_partners = partners(facts, project, chosen.basis)
        of_any_basis = partners(facts, project)
        named = {actor for actor in of_any_basis if actor.startswith("org:")}
        for partner, behind in its_partners.items():
            if not shown(partner):
                continue
            if "projects" in include:
                roles = tuple(("role", row.role) for row in behind.participations)
                claims.append(
                    Claim(partner, "takes_part", node, project, certainty, behind.records, behind.bases, roles)
                )
            own = [(state, row) for row in behind.participations for state in row.states]
            for state, part in own:
                records, bases = frozenset({f"participation:{part.id}"}), frozenset({part.basis})
                claims.append(Claim(partner, "works_in", f"state:{state}", project, time, records, bases))
            if not any(row.states for row in of_any_basis[partner].participations):
                shared = () if named == {partner} else (("shared", project),)
                for where, sure, records, bases in places:
                    rows, their_bases = records | behind.records, bases | behind.bases
                    claims.append(
                        Claim(partner, "works_in", where, project, weakest(sure, time), rows, their_bases, shared)
                    )
        parent = facts.projects[project].parent
        if "projects" in include and parent in selected.taken and takes(facts.projects[project].basis):
            sure, basis = weakest(certainty, selected.taken[parent]), facts.projects[project].basis
            above = f"project:{parent}"
            claims.append(Claim(node, "part_of", above, project, sure, frozenset({node}), frozenset({basis})))
        if "projects" in include:
            for where, sure, records, bases in places:
                claims.append(Claim(node, "located_in", where, project, weakest(sure, time), records, bases))
        if "supports" in include:
            origin, rows_of_funder = effective_rows(facts, project)
            paid = {recipient_of(row) for row in own_funding}
            for part in facts.participations:
                participant = participant_of(part)
                if part.project != project or participant in paid or not takes(part.basis) or not shown(participant):
                    continue
                for row in rows_of_funder:
                    funder = funder_of(row)
                    if funder is not None and shown(funder) and takes(row.basis) and funder != participant:
                        how = (("inherited", project),) if origin != project else ()
                        records = frozenset({f"participation:{part.id}", f"funding:{row.id}"})
                        bases = frozenset({part.basis, row.basis})
                        claims.append(Claim(funder, "supports", participant, project, certainty, records, bases, how))
    return claims


def told(claims: list[Claim], key: str) -> list[str]:
    """What the claims say under one key."""
    return sorted({value for claim in claims for name, value in claim.extra if name == key})


def joined(claims: list[Claim]) -> dict[str, list[Claim]]:
    """Edge id -> its claims."""
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        found.setdefault(f"{claim.source}~{claim.relation}~{claim.target}", []).append(claim)
    return found


def edge_of(facts: Facts, claims: list[Claim]) -> dict[str, Any]:
    """What all claims of one edge say together."""
    source, relation, target = claims[0][:3]
    classes: dict[str, list[str]] = {"certain": [], "possible": [], "nationwide": []}
    for project in sorted({claim.project for claim in claims if claim.project is not None}):
        classes[strongest({claim.certainty for claim in claims if claim.project == project})].append(project)
    records = sorted(set().union(*(claim.records for claim in claims)))
    refs = {*records, *(f"project:{one}" for ids in classes.values() for one in ids)}
    edge: dict[str, Any] = {
        "source": source,
        "target": target,
        "key": relation,
        "id": f"{source}~{relation}~{target}",
        "relation": relation,
        "weight": len(classes["certain"]),
        "certainty": strongest({claim.certainty for claim in claims}),
        "projects": classes,
        "records": records,
        "basis": sorted(set().union(*(claim.bases for claim in claims))),
        "documents": sorted({document for ref in refs for document in facts.documents.get(ref, ())}),
    }
    return edge


def sums_of(rows: list[FundingFact], chosen: Selection) -> dict[str, Any]:
    """Money per currency and stage, dated and undated apart."""
    windowed = not (chosen.year_from is None and chosen.year_to is None)

    def is_outside(row: FundingFact) -> bool:
        if not windowed or row.date is None:
            return False
        year = int(row.date[:4])
        first = chosen.year_from if chosen.year_from is not None else year
        last = chosen.year_to if chosen.year_to is not None else year
        return not first <= year <= last

    counted = [row for row in rows if not is_outside(row)]
    unknown = sorted(row.id for row in counted if row.amount_minor is None)
    sums = []
    for currency in ("MXN", "USD"):
        for stage in (None, "commitment", "disbursement"):
            for undated in (False, True):
                its_rows = [
                    row
                    for row in counted
                    if (row.currency, row.stage, windowed and row.date is None) == (currency, stage, undated)
                    and row.amount_minor is not None
                    and (not chosen.currency or currency in chosen.currency)
                ]
                if its_rows:
                    sums.append(
                        {
                            "currency": currency,
                            "stage": stage,
                            "undated": undated,
                            "amount_minor": sum(row.amount_minor or 0 for row in its_rows),
                            "funding": sorted(row.id for row in its_rows),
                            "presumed_currency": any(row.currency_presumed for row in its_rows),
                            "exact": all(row.amount_qualifier in (None, "exact") for row in its_rows),
                        }
                    )
    given = [(funder_of(row), recipient_of(row), row.project) for row in rows if row.kind != "supplement"]
    baseless = sorted(
        row.id
        for row in counted
        if row.kind == "supplement" and (funder_of(row), recipient_of(row), row.project) not in given
    )
    words = {
        (True, True): "lower_bound",
        (True, False): "known",
        (False, True): "unknown",
        (False, False): "none_recorded",
    }
    return {
        "status": words[bool(sums), bool(unknown or (sums and baseless))],
        "sums": sums,
        "unknown_amounts": unknown,
        "supplements_without_base": baseless,
        "outside_window": sorted(row.id for row in rows if is_outside(row)),
        "shares": [
            {"funding": row.id, "percent": 30.0, "qualifier": "nearly"}
            for row in sorted(rows, key=lambda row: row.id)
            if row.share_hundredths == 3000
        ],
    }


def tripartite(facts: Facts, chosen: Selection, include: set[str]) -> dict[str, Any]:
    """The whole funder-partner-state network: nodes with their roles, edges, money, what was left out."""
    rows = {row.id: row for row in facts.funding}
    edges = {}
    for edge_id, claims in joined(claims_of_tripartite(facts, chosen, include)).items():
        edge = edges[edge_id] = edge_of(facts, claims)
        if edge["relation"] in ("funds", "funds_project"):
            behind = [rows[ref.removeprefix("funding:")] for ref in edge["records"]]
            edge["money"] = sums_of(behind, chosen)
            edge["regranted"] = sorted(row.id for row in behind if row.through_project is not None)
            edge["self_loop"] = edge["source"] == edge["target"]
        elif edge["relation"] == "works_in":
            edge["shared_project"] = told(claims, "shared")
        elif edge["relation"] == "supports":
            edge["inherited_projects"] = told(claims, "inherited")
        elif edge["relation"] == "takes_part":
            edge["participation_roles"] = told(claims, "role")
    money_rows = {ref for edge in edges.values() if "money" in edge for ref in edge["records"]}
    return {
        "nodes": nodes_of_tripartite(facts, chosen, include, edges),
        "edges": edges,
        "money": sums_of([rows[ref.removeprefix("funding:")] for ref in sorted(money_rows)], chosen),
        "left_out": left_out_of_tripartite(facts, chosen, include),
    }


def nodes_of_tripartite(
    facts: Facts, chosen: Selection, include: set[str], edges: dict[str, dict[str, Any]]
) -> dict[str, list[str]]:
    """Node -> its roles: the ends of the edges, and partners and funders that no edge joins to anything."""
    nodes: dict[str, set[str]] = {edge[end]: set() for edge in edges.values() for end in ("source", "target")}
    for project in choose(facts, chosen).taken:
        if "projects" in include:
            nodes.setdefault(f"project:{project}", set())
        pays = {funder_of(row) for row in facts.funding if row.project == project and _taken(row.basis, chosen)}
        for role, actors in (("partner", set(partners(facts, project, chosen.basis))), ("funder", pays)):
            for actor in actors:
                if actor is not None and (actor.startswith("org:") or "unnamed" in include):
                    nodes.setdefault(actor, set()).add(role)
    for edge in edges.values():
        if edge["relation"] == "supports":
            nodes[edge["source"]].add("funder")
    return {ref: sorted(roles) for ref, roles in nodes.items()}


def _taken(basis: str, chosen: Selection) -> bool:
    return not chosen.basis or basis in chosen.basis


def left_out_of_tripartite(facts: Facts, chosen: Selection, include: set[str]) -> dict[str, set[str]]:
    """Reason -> ids of what the funder-partner-state network does not show."""
    found: dict[str, set[str]] = {"funding_without_project": {row.id for row in facts.funding if row.project is None}}

    def note(reason: str, what: str) -> None:
        found.setdefault(reason, set()).add(what)

    def note_hidden(actor: str | None) -> None:
        if actor is not None and actor.startswith("party:") and "unnamed" not in include:
            note("unnamed_parties", actor)

    taken = choose(facts, chosen).taken
    for project in taken:
        if not effective_funders(facts, project):
            note("projects_without_known_funder", project)
        its_partners = partners(facts, project, chosen.basis)
        if not any(actor.startswith("org:") for actor in partners(facts, project)) and "projects" not in include:
            note("projects_without_known_partner", project)
        for actor in its_partners:
            note_hidden(actor)
        for row in facts.funding:
            if row.project == project and _taken(row.basis, chosen):
                note_hidden(funder_of(row))
                if funder_of(row) is None:
                    note("funding_from_unknown_funder", row.id)
                if recipient_of(row) is None:
                    note("funding_to_unknown_recipient", row.id)
            elif row.project == project:
                note("facts_of_other_basis", f"funding:{row.id}")
        for behind in partners(facts, project).values():
            for part in behind.participations:
                if not _taken(part.basis, chosen):
                    note("facts_of_other_basis", f"participation:{part.id}")
        if "supports" in include:
            paid = {recipient_of(row) for row in facts.funding if row.project == project}
            for part in facts.participations:
                could = effective_funders(facts, project) - {participant_of(part)}
                if part.project == project and participant_of(part) not in paid and could:
                    if not _taken(part.basis, chosen):
                        note("facts_of_other_basis", f"participation:{part.id}")
                    else:
                        note_hidden(participant_of(part))
                        for row in effective_rows(facts, project)[1]:
                            if funder_of(row) in could and not _taken(row.basis, chosen):
                                note("facts_of_other_basis", f"funding:{row.id}")
                            elif funder_of(row) in could:
                                note_hidden(funder_of(row))
        parent = facts.projects[project].parent
        is_shown = "projects" in include and parent in taken
        if is_shown and not _taken(facts.projects[project].basis, chosen):
            note("facts_of_other_basis", f"project:{project}")
        for target in facts.project_states:
            if target.project == project and target.role == "target" and target.membership != "excluded":
                if not _taken(target.basis, chosen):
                    note("facts_of_other_basis", f"project_state:{target.id}")
                elif target.state is None and target.place != "MX" and state_around(facts, target.place) is None:
                    note("places_above_the_states", f"project_state:{target.id}")
        for group in facts.state_groups:
            is_open = group.project == project and group.role == "target" and unnamed_members(facts, group.id) != 0
            if is_open and not _taken(group.basis, chosen):
                note("facts_of_other_basis", f"state_group:{group.id}")
    return {reason: ids for reason, ids in found.items() if ids}


# Who works together


def class_of_collaboration(chosen: Selection, selected: Chosen, collaboration: CollaborationFact) -> str | None:
    """The certainty with which a collaboration is selected; None: it is not."""
    if chosen.collaboration_kind and collaboration.kind not in chosen.collaboration_kind:
        return None
    if chosen.collaboration_status and collaboration.collaboration_status not in chosen.collaboration_status:
        return None
    if collaboration.project is not None:
        return selected.taken.get(collaboration.project)
    return None if filters_projects(chosen) else "certain"


def filters_projects(chosen: Selection) -> bool:
    """Whether the selection says anything of projects themselves."""
    return bool(
        chosen.funder
        or chosen.partner
        or chosen.organization
        or chosen.state
        or chosen.topic
        or chosen.funder_kind
        or chosen.partner_kind
        or chosen.project
        or chosen.project_kind
        or chosen.project_status
        or chosen.document
        or chosen.year_from is not None
        or chosen.year_to is not None
    )


def tied_pairs(members: list[tuple[str, str]], *, plural: bool, kind: str) -> set[tuple[str, str]]:
    """Pairs of (actor, role) that a collaboration ties."""
    leads = [actor for actor, role in members if role == "lead"]
    others = [actor for actor, role in members if role in ("member", "convener")]
    pairs = {(lead, other) for lead in leads for other in others}
    pairs |= set(combinations(leads, 2))
    if not plural and kind not in ("dialogue", "interview", "convening"):
        pairs |= set(combinations(others, 2))
    return {(min(pair), max(pair)) for pair in pairs}


def claims_of_ties(facts: Facts, chosen: Selection, tie: str, *, unnamed: bool) -> list[Claim]:
    """Every reason for an edge of one tie; what two actors share stands under `shared` or `collaborations`."""
    selected = choose(facts, chosen)
    claims = []

    def shown(actor: str) -> bool:
        return unnamed or actor.startswith("org:")

    if tie == "collaboration":
        for collaboration in facts.collaborations.values():
            certainty = class_of_collaboration(chosen, selected, collaboration)
            if certainty is None or not _taken(collaboration.basis, chosen):
                continue
            rows = {
                actor: row
                for row in facts.members
                if row.collaboration == collaboration.id and _taken(row.basis, chosen)
                if (actor := who(row.organization, row.party)) is not None and shown(actor)
            }
            roles = [(actor, row.role) for actor, row in rows.items()]
            for one, other in tied_pairs(roles, plural=collaboration.plural, kind=collaboration.kind):
                planned = collaboration.collaboration_status == "planned"
                what = "planned_collaborations" if planned else "collaborations"
                its_members = [f"collaboration_member:{rows[actor].id}" for actor in (one, other)]
                records = frozenset([f"collaboration:{collaboration.id}", *its_members])
                bases = frozenset({collaboration.basis, rows[one].basis, rows[other].basis})
                leads = [("lead", actor) for actor in (one, other) if rows[actor].role == "lead"]
                extra = ((what, collaboration.id), *leads)
                claims.append(Claim(one, tie, other, collaboration.project, certainty, records, bases, extra))
    elif tie == "project":
        for project, certainty in selected.taken.items():
            found = partners(facts, project, chosen.basis)
            for one, other in combinations(sorted(filter(shown, found)), 2):
                records, bases = found[one].records | found[other].records, found[one].bases | found[other].bases
                claims.append(Claim(one, tie, other, project, certainty, records, bases))
    else:
        claims += _claims_of_hubs(facts, chosen, tie, unnamed=unnamed)
    return claims


def _claims_of_hubs(facts: Facts, chosen: Selection, tie: str, *, unnamed: bool) -> list[Claim]:
    """Both know one funder, state or topic: for each such hub, the reasons of both."""
    spokes: list[tuple[str, str, Claim]] = []
    if tie == "topic":
        for project, certainty in choose(facts, chosen).taken.items():
            for partner, behind in partners(facts, project, chosen.basis).items():
                for row in facts.project_topics:
                    if row.project == project and _taken(row.basis, chosen) and (unnamed or partner.startswith("org:")):
                        hub, bases = f"topic:{row.topic}", behind.bases | {row.basis}
                        spokes.append(
                            (hub, partner, Claim(partner, "", hub, project, certainty, behind.records, bases))
                        )
    else:
        for claims in joined(claims_of_tripartite(facts, chosen, {"unnamed"} if unnamed else set())).values():
            source, relation, target = claims[0][:3]
            sure = any(claim.certainty == "certain" for claim in claims)
            if (tie, relation) == ("funder", "funds"):
                spokes += [(source, target, claim) for claim in claims]
            elif (tie, relation) == ("state", "works_in") and target.startswith("state:") and sure:
                spokes += [(target, source, claim) for claim in claims]
    found = []
    for hub in {hub for hub, _, _ in spokes}:
        for one, other in combinations(sorted({actor for at, actor, _ in spokes if at == hub}), 2):
            surely = {actor for at, actor, claim in spokes if at == hub and claim.certainty == "certain"}
            both = (("surely", hub),) if {one, other} <= surely else ()
            for at, actor, claim in spokes:
                if at == hub and actor in (one, other):
                    found.append(Claim(one, tie, other, *claim[3:7], extra=(("shared", hub), *both)))
    return found


def coalition_edges(facts: Facts, chosen: Selection, ties: set[str], *, unnamed: bool) -> dict[str, dict[str, Any]]:
    """All edges of the coalitions network."""
    edges = {}
    for tie in ties:
        for edge_id, claims in joined(claims_of_ties(facts, chosen, tie, unnamed=unnamed)).items():
            edge = edges[edge_id] = edge_of(facts, claims)
            edge["declared"] = tie == "collaboration"
            if tie == "collaboration":
                edge["collaborations"] = told(claims, "collaborations")
                edge["leads"] = told(claims, "lead")
                edge["planned_collaborations"] = told(claims, "planned_collaborations")
                edge["weight"] = len(told([one for one in claims if one.certainty == "certain"], "collaborations"))
            elif tie != "project":
                edge["shared"] = told(claims, "shared")
                edge["weight"] = len(told(claims, "surely"))
    return edges
