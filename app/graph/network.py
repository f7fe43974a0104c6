"""What every network shares: what a node says of itself, where the page behind an edge is, what is refused."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from app.graph.facts import Facts

Attributes = dict[str, Any]

MOST_IDS = 100
"""Ids that one reason under `left_out` lists; its count is always whole."""


class TooLargeError(Exception):
    """The answer would hold more, or look at more, than one answer may."""

    def __init__(self, count: int, most: int, what: str = "edges") -> None:
        """How many there are of what, and how many there may be."""
        super().__init__(count, most, what)
        self.count = count
        self.most = most
        self.what = what


class UnknownNodeError(Exception):
    """There is no such node."""


def describe(facts: Facts, ref: str) -> Attributes:
    """A node's own attributes."""
    prefix, _, public_id = ref.partition(":")
    return _DESCRIBED[prefix](facts, public_id)


def _organization(facts: Facts, public_id: str) -> Attributes:
    organization = facts.organizations[public_id]
    return {
        "kind": "organization",
        "label": organization.name,
        "acronym": organization.acronym,
        "organization_kind": organization.kind,
        "country": organization.country,
    }


def _party(facts: Facts, public_id: str) -> Attributes:
    party = facts.parties[public_id]
    return {
        "kind": "unnamed_party",
        "label": party.description,
        "organization_kind": party.kind,
        "count_low": party.count_low,
        "count_high": party.count_high,
        "count_qualifier": party.count_qualifier,
    }


def _project(facts: Facts, public_id: str) -> Attributes:
    project = facts.projects[public_id]
    return {
        "kind": "project",
        "label": project.title,
        "project_kind": project.kind,
        "project_status": project.project_status,
        "start_date": project.start_date,
        "end_date": project.end_date,
    }


def _state_group(facts: Facts, public_id: str) -> Attributes:
    group = facts.groups[public_id]
    members = facts.members_of_group(public_id)
    return {
        "kind": "state_group",
        "label": group.label,
        "project": f"project:{group.project}",
        "count": group.states,
        "unnamed_count": facts.unnamed_count(group),
        "named": [f"state:{state}" for state in sorted(members.get("named", ()))],
        "excluded": [f"state:{state}" for state in sorted(members.get("excluded", ()))],
    }


def _topic(facts: Facts, public_id: str) -> Attributes:
    topic = facts.topics[public_id]
    return {"kind": "topic", "label": topic.label_en, "label_es": topic.label_es}


_DESCRIBED: Mapping[str, Callable[[Facts, str], Attributes]] = {
    "country": lambda facts, public_id: {"kind": "country", "label": facts.places[public_id].name},
    "org": _organization,
    "party": _party,
    "project": _project,
    "state": lambda facts, public_id: {"kind": "state", "label": facts.states[public_id].name},
    "state_group": _state_group,
    "topic": _topic,
}
"""Prefix of a node's id -> its attributes."""


def evidence_address(query: Attributes) -> str:
    """The address of the page behind an edge, with the edge's id to be put in."""
    own = "include tie weights min_weight max_edges around top_k through node depth cross".split()
    selection = urlencode([(name, one) for name, one in query.items() if name not in own], doseq=True)
    return f"/v1/evidence?edge={{id}}&{selection}"
