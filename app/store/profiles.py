"""The records behind a profile."""

from collections.abc import Callable
from typing import Any

from app.history.view import View
from app.models.nouns import BY_KIND
from app.store.evidence import documents_of, evidence_of
from app.store.records import MOST_INCLUDED, include_names, read, read_many

ORGANIZATION, PROJECT, COLLABORATION = (BY_KIND[kind] for kind in ("organization", "project", "collaboration"))
STATE = BY_KIND["state"]


def organization_profile(view: View, public_id: str, networks: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The record with everything that refers to it, its projects and collaborations, the edges, and the evidence.

    `networks` is called once the organization is known to exist.
    """
    record = read(view, ORGANIZATION, public_id, include_names(ORGANIZATION))
    included = record["included"]
    edges = networks()
    project_ids = {row["project"] for row in included["participations"]} | {
        row["project"] for row in included["funding"] if row["recipient"] == public_id and row["project"]
    }
    collaboration_ids = {row["collaboration"] for row in included["collaboration_members"]}
    projects = read_many(view, PROJECT, project_ids, most=MOST_INCLUDED)
    collaborations = read_many(view, COLLABORATION, collaboration_ids, most=MOST_INCLUDED)
    refs = {record["ref"]} | {row["ref"] for row in [*projects, *collaborations]}
    for rows in included.values():
        if isinstance(rows, list):
            refs |= {row["ref"] for row in rows if not row["ref"].startswith("citation:")}
    for edge in [*edges["funders"]["direct"], *edges["funders"]["inherited"], *edges["works_with"]["items"]]:
        refs |= set(edge["records"])
    for certainty in ("certain", "possible", "nationwide"):
        refs |= {ref for edge in edges["works_in"][certainty] for ref in edge["records"]}
    items = evidence_of(view, refs)
    return {
        "organization": record,
        "projects": {"status": "known" if projects else "none_recorded", "items": projects},
        "collaborations": collaborations,
        **edges,
        "evidence": items,
        "documents": documents_of(view, items),
    }


def state_profile(view: View, public_id: str) -> dict[str, Any]:
    """The record, what belongs to the state, and the rows that place projects in it, with their evidence."""
    names = ["places", "organizations", "unnamed_parties", "project_states", "collaborations"]
    record = read(view, STATE, public_id, names)
    included = record.pop("included")
    items = evidence_of(view, {row["ref"] for rows in included.values() for row in rows or []})
    return {
        "state": record,
        "institutions": included["organizations"],
        "unnamed_parties": included["unnamed_parties"],
        "places": included["places"],
        "collaborations": included["collaborations"],
        "evidence": items,
        "documents": documents_of(view, items),
    }
