"""The selection: which projects a network speaks of, and how sure that is.

Three-valued geography: for a project and a state exactly one of certain, possible, nationwide, none holds.
Three-valued time: for a project and a window of years, certain, possible or none.
"""

from dataclasses import dataclass, field, fields
from typing import Any

from app.graph.facts import COUNTRY, Facts, FundingFact, ParticipationFact

CERTAINTIES = ("certain", "possible", "nationwide")
"""From the strongest to the weakest."""

PARTNER_ROLES = frozenset({"lead", "implementing", "extending", "partner", "designer", "convener", "host"})
"""Roles that make a participant a partner; a designer only where it is not the funder too."""


@dataclass(frozen=True)
class Selection:
    """Filters: values of one are alternatives, different ones narrow each other. Empty means no filter."""

    funder: frozenset[str] = frozenset()
    partner: frozenset[str] = frozenset()
    organization: frozenset[str] = frozenset()
    state: frozenset[str] = frozenset()
    topic: frozenset[str] = frozenset()
    funder_kind: frozenset[str] = frozenset()
    partner_kind: frozenset[str] = frozenset()
    project: frozenset[str] = frozenset()
    project_kind: frozenset[str] = frozenset()
    project_status: frozenset[str] = frozenset()
    collaboration_kind: frozenset[str] = frozenset()
    collaboration_status: frozenset[str] = frozenset()
    document: frozenset[str] = frozenset()
    basis: frozenset[str] = frozenset()
    year_from: int | None = None
    year_to: int | None = None
    currency: frozenset[str] = frozenset()
    certainty: frozenset[str] = frozenset({"certain"})

    def query(self) -> dict[str, Any]:
        """The selection as normalised query parameters, empty ones left out."""
        found: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, frozenset):
                if value and not (one.name == "certainty" and not self.is_graded):
                    found[one.name] = sorted(value)
            elif value is not None:
                found[one.name] = value
        return found

    @property
    def is_graded(self) -> bool:
        """Whether certainty plays a part: only a state or a window of years can be matched less than certainly."""
        return bool(self.state) or self.has_window

    @property
    def has_window(self) -> bool:
        """Whether the selection has a window of years."""
        return self.year_from is not None or self.year_to is not None

    def takes(self, basis: str) -> bool:
        """Whether facts of this basis are taken."""
        return not self.basis or basis in self.basis


@dataclass(frozen=True)
class Selected:
    """What a selection found."""

    projects: dict[str, str]
    """Selected project -> its certainty under the selection."""
    when: dict[str, str]
    """Selected project -> certainty of its time alone (`certain` where the selection has no window)."""
    matches: dict[str, str]
    """Every project that matches at some certainty, whether it is taken or not -> that certainty."""
    possible_by_window: list[str] = field(default_factory=list)
    """Projects without any date, which are possible in any window."""

    @property
    def counts(self) -> dict[str, int]:
        """Certainty -> number of projects that match so, whether they are taken or not."""
        found = list(self.matches.values())
        return {certainty: found.count(certainty) for certainty in CERTAINTIES}


def weakest(*certainties: str) -> str:
    """The weakest of the certainties; `none` is weaker than all."""
    order = (*CERTAINTIES, "none")
    return max(certainties, key=order.index)


def strongest(*certainties: str) -> str:
    """The strongest of the certainties."""
    order = (*CERTAINTIES, "none")
    return min(certainties, key=order.index)


def state_certainty(facts: Facts, project: str, states: frozenset[str]) -> str:
    """How surely a project works in at least one of the states: certain, possible, nationwide or none."""
    targets = [row for row in facts.states_of.get(project, []) if row.role == "target" and row.membership != "excluded"]
    if any(facts.state_of(row) in states for row in targets):
        return "certain"
    for group in facts.groups_of.get(project, []):
        if group.role == "target" and facts.unnamed_count(group) != 0:
            members = facts.members_of_group.get(group.id, {})
            if states - members.get("named", set()) - members.get("excluded", set()):
                return "possible"
    return "nationwide" if any(row.place == COUNTRY for row in targets) else "none"


def year_certainty(start: str | None, end: str | None, year_from: int | None, year_to: int | None) -> str:
    """How surely something that lasts from start to end falls into the window (both years included)."""
    first = int(start[:4]) if start else None
    last = int(end[:4]) if end else None
    low = -10000 if year_from is None else year_from
    high = 10000 if year_to is None else year_to
    if first is None and last is None:
        return "possible"
    if first is not None and last is not None:
        return "certain" if first <= high and last >= low else "none"
    if first is not None:
        return "certain" if low <= first <= high else "possible" if first < low else "none"
    known = last if last is not None else 0
    return "certain" if low <= known <= high else "possible" if known > high else "none"


def partners_of(
    facts: Facts, project: str, selection: Selection
) -> dict[str, tuple[list[ParticipationFact], list[FundingFact]]]:
    """Prefixed id of each partner, named or not -> the participations and funding rows that make it one."""
    found: dict[str, tuple[list[ParticipationFact], list[FundingFact]]] = {}
    funders = {actor(row.funder, row.funder_party) for row in facts.effective_funding(project)[1]}
    for row in facts.participations_of.get(project, []):
        participant = actor(row.organization, row.party)
        is_partner = row.role in PARTNER_ROLES and not (row.role == "designer" and participant in funders)
        if is_partner and selection.takes(row.basis):
            found.setdefault(participant, ([], []))[0].append(row)
    for funding in facts.funding_of.get(project, []):
        if (funding.recipient or funding.recipient_party) and selection.takes(funding.basis):
            found.setdefault(actor(funding.recipient, funding.recipient_party), ([], []))[1].append(funding)
    return found


def actor(organization: str | None, party: str | None) -> str:
    """The prefixed id of an organization or unnamed party."""
    return f"org:{organization}" if organization is not None else f"party:{party}"


def select(facts: Facts, selection: Selection) -> Selected:
    """The projects that match every filter."""
    matches: dict[str, str] = {}
    projects: dict[str, str] = {}
    when: dict[str, str] = {}
    undated: list[str] = []
    for project in facts.projects.values():
        if not _matches(facts, project.id, selection):
            continue
        place = state_certainty(facts, project.id, selection.state) if selection.state else "certain"
        time = "certain"
        if selection.has_window:
            time = year_certainty(project.start_date, project.end_date, selection.year_from, selection.year_to)
        certainty = weakest(place, time)
        if certainty == "none":
            continue
        matches[project.id] = certainty
        if selection.has_window and not project.start_date and not project.end_date:
            undated.append(project.id)
        if not selection.is_graded or certainty in selection.certainty:
            projects[project.id] = certainty
            when[project.id] = time
    return Selected(projects, when, matches, undated)


def _matches(facts: Facts, project_id: str, selection: Selection) -> bool:
    project = facts.projects[project_id]
    if selection.project and project_id not in selection.project:
        return False
    if selection.project_kind and project.kind not in selection.project_kind:
        return False
    if selection.project_status and project.project_status not in selection.project_status:
        return False
    if selection.topic and not any(row.topic in selection.topic for row in facts.topics_of.get(project_id, [])):
        return False
    if selection.document and selection.document.isdisjoint(facts.documents.get(f"project:{project_id}", ())):
        return False
    return _matches_actors(facts, project_id, selection) and _matches_collaborations(facts, project_id, selection)


def _matches_actors(facts: Facts, project_id: str, selection: Selection) -> bool:
    if selection.funder or selection.funder_kind:
        funders = facts.effective_funders(project_id)
        if selection.funder and selection.funder.isdisjoint(funders):
            return False
        kinds = {facts.organizations[funder].kind for funder in funders}
        kinds |= {
            facts.parties[row.funder_party].kind for row in facts.effective_funding(project_id)[1] if row.funder_party
        }
        if selection.funder_kind and selection.funder_kind.isdisjoint(kinds):
            return False
    if selection.partner or selection.partner_kind:
        partners = partners_of(facts, project_id, Selection())
        named = {ref.removeprefix("org:") for ref in partners if ref.startswith("org:")}
        kinds = {facts.organizations[one].kind for one in named}
        kinds |= {facts.parties[ref.removeprefix("party:")].kind for ref in partners if ref.startswith("party:")}
        if selection.partner and selection.partner.isdisjoint(named):
            return False
        if selection.partner_kind and selection.partner_kind.isdisjoint(kinds):
            return False
    return not selection.organization or not selection.organization.isdisjoint(_involved(facts, project_id))


def _involved(facts: Facts, project_id: str) -> set[str | None]:
    """Organizations that pay for a project, receive for it, take part in it, or are in a collaboration of it."""
    found: set[str | None] = set()
    for row in facts.funding_of.get(project_id, []):
        found |= {row.funder, row.recipient}
    found |= {row.organization for row in facts.participations_of.get(project_id, [])}
    for collaboration in facts.collaborations_of.get(project_id, []):
        found |= {member.organization for member in facts.members_of.get(collaboration.id, [])}
    return found


def _matches_collaborations(facts: Facts, project_id: str, selection: Selection) -> bool:
    if not selection.collaboration_kind and not selection.collaboration_status:
        return True
    return any(
        (not selection.collaboration_kind or one.kind in selection.collaboration_kind)
        and (not selection.collaboration_status or one.collaboration_status in selection.collaboration_status)
        for one in facts.collaborations_of.get(project_id, [])
    )
