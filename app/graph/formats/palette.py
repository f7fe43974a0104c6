"""Colours of kinds and relations, told apart by colour-blind readers too (Okabe and Ito, 2008)."""

__all__ = ["KIND_COLOURS", "OTHER", "RELATION_COLOURS"]

OTHER = "#5f6770"

KIND_COLOURS = {
    "organization": "#0072b2",
    "unnamed_party": "#7a8ea3",
    "project": "#d55e00",
    "state": "#009e73",
    "state_group": "#56b4e9",
    "country": "#5f6770",
}

RELATION_COLOURS = {
    "funds": "#0072b2",
    "supports": "#cc79a7",
    "works_in": "#009e73",
    "funds_project": "#56b4e9",
    "takes_part": "#d55e00",
    "located_in": "#8a9a2b",
    "part_of": "#5f6770",
    "grants": "#0072b2",
    "passes_through": "#3d4f9f",
    "subgrants": "#56b4e9",
    "pays_for": "#0072b2",
    "receives_for": "#e69f00",
    "component": "#5f6770",
    "led_by": "#d55e00",
    "joined_by": "#e0906a",
    "reaches": "#cc79a7",
    "collaboration": "#b3261e",
    "project": "#0072b2",
    "funder": "#e69f00",
    "state": "#009e73",
    "topic": "#cc79a7",
    "combined": "#5f6770",
}
