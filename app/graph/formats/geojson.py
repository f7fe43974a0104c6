"""The 32 states as GeoJSON (RFC 7946), each with the network's figures.

What is certain for a state stands at the state. A counted group of states that are not named, and the whole country,
are figures of the collection: neither is ever spread over the states.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from app.graph.formats.files import json_bytes
from app.graph.formats.portable import join, portable

__all__ = ["STATES", "states", "write"]

STATES = Path(__file__).with_name("states.geojson")
"""Shapes of the 32 states; states.md beside it says where they come from."""

_PLACES = ("works_in", "located_in")


@cache
def states() -> list[dict[str, Any]]:
    """The features without figures, in the order of their ids (`MX-AGU` first)."""
    features: list[dict[str, Any]] = json.loads(STATES.read_text("utf-8"))["features"]
    return features


def write(network: Mapping[str, Any]) -> bytes:
    """A feature for each state; possible groups and nationwide figures are members of the collection."""
    form = portable(network)
    at: dict[str, list[Mapping[str, Any]]] = {}
    ties: dict[str, list[Mapping[str, Any]]] = {}
    for edge in network["edges"]:
        if edge.get("key") in _PLACES:
            at.setdefault(edge["target"], []).append(edge)
        elif edge.get("key") == "state":
            for state in edge.get("shared", ()):
                ties.setdefault(state, []).append(edge)
    shown = {node["id"] for node in network["nodes"]} | set(at) | set(ties)
    silent = not (at or ties or form.metadata.get("network") == "funder-partner-state")
    return json_bytes(
        {
            "type": "FeatureCollection",
            "metadata": {"directed": form.directed, **form.metadata},
            "possible": [
                {"id": node.id, **node.attributes, **_behind(at.get(raw["id"], ()))}
                for raw, node in zip(network["nodes"], form.nodes, strict=True)
                if node.attributes["kind"] == "state_group"
            ],
            "nationwide": _behind(edge for ref, edges in at.items() if ref.startswith("country:") for edge in edges),
            "features": [
                {
                    **feature,
                    "properties": {
                        "id": feature["id"],
                        **feature["properties"],
                        "status": "known" if ref in shown else "unknown" if silent else "none_recorded",
                        **_figures(at.get(ref, ())),
                        **_tied(ties.get(ref, ())),
                    },
                }
                for feature in states()
                for ref in (f"state:{feature['id']}",)
            ],
        }
    )


def _behind(edges: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Distinct partners and projects behind edges to places that are no single state."""
    partners: set[str] = set()
    projects: set[str] = set()
    for edge in edges:
        if edge["key"] == "works_in":
            partners.add(edge["source"])
        projects.update(one for ids in edge["projects"].values() for one in ids)
    return {
        "partners": len(partners),
        "partner_ids": join(sorted(partners)),
        "projects": len(projects),
        "project_ids": join(sorted(projects)),
    }


def _figures(edges: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Partners and projects of one state: the certain ones, and apart from them those possible in the years."""
    certain = [edge for edge in edges if edge["certainty"] == "certain"]
    surely = _behind([{**edge, "projects": {"certain": edge["projects"]["certain"]}} for edge in certain])
    either = _behind(edges)
    return {
        "partners_certain": surely["partners"],
        "partners_possible": either["partners"] - surely["partners"],
        "partner_ids": either["partner_ids"],
        "projects_certain": surely["projects"],
        "projects_possible": either["projects"] - surely["projects"],
        "project_ids": either["project_ids"],
    }


def _tied(edges: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Organizations tied because both certainly work in the state; only a coalitions network has such ties."""
    tied = {end for edge in edges for end in (edge["source"], edge["target"])}
    return {"tied_organizations": len(tied), "tied_organization_ids": join(sorted(tied))}
