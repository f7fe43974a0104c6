"""What each relation and weight means. The release changes whenever a number could."""

RELEASE = "1"

RELATIONS = {
    "funds": (
        "Funder to named recipient, over the funding rows of the selected projects. Weight: distinct projects. "
        "Money per currency and stage, from those rows only."
    ),
    "supports": (
        "Effective funder to participant without a funding row of its own in the project; direct, or inherited from an "
        "ancestor project. Weight: distinct projects. Never money."
    ),
    "works_in": (
        "Partner to place, over the selected projects in which it is a partner: its own states if recorded, else the "
        "project's (shared_project where the project has several named partners). Weight: distinct projects that "
        "certainly work there. state_group: a counted group with unnamed states (possible); country:MX: nationwide."
    ),
    "funds_project": "Funder to project, from the project's own funding rows. Weight: 1.",
    "takes_part": "Partner to project. Weight: 1.",
    "located_in": (
        "Project to place: state (certain), state_group (possible), country:MX (nationwide). Weight: 1 if certain."
    ),
}

TIES = {
    "collaboration": (
        "Declared: lead with each member, and members with each other unless the collaboration stands for several "
        "bodies or is a dialogue, an interview or a convening. Weight: collaborations that are not merely "
        "planned; planned ones are counted apart."
    ),
    "project": "Inferred: both are partners of one project (not through parents). Weight: distinct projects.",
    "funder": "Inferred: both receive from one funder directly. Weight: distinct shared direct funders.",
    "state": "Inferred: both certainly work in one state. Weight: distinct shared states.",
    "topic": "Inferred: both are partners of projects with one topic. Weight: distinct shared topics.",
}
