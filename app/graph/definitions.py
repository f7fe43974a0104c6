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
        "project's (shared_project unless it is the project's only named partner). Weight: distinct projects that "
        "certainly work there. state_group: a counted group with unnamed states (possible); country:MX: nationwide."
    ),
    "funds_project": "Funder to project, from the project's own funding rows. Weight: 1.",
    "part_of": "Project to its parent project, where both are selected. Weight: 1.",
    "takes_part": "Partner to project. Weight: 1.",
    "located_in": (
        "Project to place: state (certain), state_group (possible), country:MX (nationwide). Weight: 1 if certain."
    ),
}

TIES = {
    "collaboration": (
        "Declared: lead with each member, and members with each other unless the collaboration stands for several "
        "bodies or is a dialogue, an interview or a convening. Weight: collaborations that are certain and not merely "
        "planned; planned ones are counted apart."
    ),
    "project": "Inferred: both are partners of one project (not through parents). Weight: distinct projects.",
    "funder": "Inferred: both receive from one funder directly. Weight: distinct shared direct funders.",
    "state": "Inferred: both certainly work in one state. Weight: distinct shared states.",
    "topic": "Inferred: both are partners of projects with one topic. Weight: distinct shared topics.",
}

FLOWS = {
    "grants": "Funder to recipient, from funding rows that name no project in between. Weight: distinct projects.",
    "passes_through": "Funder to the project through which a funding row's money passed. Carries no money itself.",
    "subgrants": "Project through which the money passed, to recipient. Its money is part of that project's money.",
    "pays_for": "Funder (or the project in between) to project, where the row names no recipient.",
    "receives_for": "Recipient to the project that the money is for. Carries no money itself.",
    "component": "Project to a project below it, both selected.",
    "led_by": "Project to a lead, implementing or extending partner that has no funding row of its own in it.",
    "joined_by": "Project to another partner (partner, designer, convener, host) without a funding row of its own.",
    "reaches": "Project to a target institution or counterpart.",
    "located_in": RELATIONS["located_in"],
}

QUESTIONS = {
    "withdrawal": {
        "recipients": (
            "Named recipients of the withdrawing funders F on the projects that match every other filter. kept: has a "
            "funds edge from another funder; else unclear: has a funding row of unknown funder, or one without a "
            "project from anybody but F; else lost."
        ),
        "projects": "left: all known effective funders are in F; kept: some are; unknown_funder: none is known.",
        "states": (
            "left: a certain project of F is there and no certain one with another known effective funder; kept: both. "
            "Projects that are only possibly there and those with unknown funder are listed apart."
        ),
        "topics": "As states.",
        "money": "Sums over the funding rows of F, regrants apart because they are part of what was granted.",
    },
    "coverage": {
        "cell": (
            "Projects of the column (topic, or effective funder) that are certain, possible or nationwide in the "
            "state: by the weaker of place and time."
        ),
        "status": (
            "Of a state: known (a certain project), unknown (only possible or nationwide ones), none_recorded (no "
            "project), not_selected (left out by state=)."
        ),
        "total": "Distinct projects by the strongest certainty that they have in any state; no_place: those with none.",
    },
    "suggestions": {
        "score": (
            "Adamic-Adar: the sum over the topics and states k that both certainly have of 1 / ln(n_k), n_k the number "
            "of named partners of the certainly selected projects that have k (Adamic & Adar 2003)."
        ),
        "linked": (
            "Has with the organization a collaboration tie, a project tie, a standing relation, or a funding row, "
            "anywhere in the data."
        ),
        "possible": "A state that one of the two certainly has and the other possibly; adds nothing to the score.",
    },
    "compare": {
        "shared": "What both sides have through their selected projects; only_a and only_b: what one of them has.",
        "states": (
            "Of projects that certainly work there. possibly_shared: certain on one side, possible on the other. "
            "status: known (some are shared), unknown (unnamed, nationwide or undated places may be shared), "
            "none_recorded."
        ),
        "money": "Sums over the funding rows on a side's projects; the sides must not be added (funding_in_both).",
    },
    "diff": {
        "edge": "Keyed by source, target and relation (for coalitions: tie).",
        "changed": (
            "Weight, certainty, or ids (projects by certainty, records, collaborations, shared hubs) are not the same."
        ),
    },
    "timeline": {
        "certain": "Of projects that certainly fall into the year; possible: of those that may (end unknown).",
        "newcomers": (
            "Certain in the year, neither certain nor possible in the year before; possible_newcomers: possible in the "
            "year before."
        ),
        "leavers": (
            "Certain in the year before, neither certain nor possible in the year; possible_leavers: possible in the "
            "year."
        ),
    },
    "paths": {
        "chain": (
            "Hops between the two, nobody visited twice; by length, then by ids from start to end (Yen 1971). Never "
            "over states, topics, unnamed parties or inherited funding."
        ),
        "funds": "Funder and named recipient of a funding row of a selected project.",
        "lead_member": "One leads a collaboration that the other is in, not as a supporter. planned: no other.",
        "organization_relation": "A standing relation of two organizations (part of, chapter of, led by).",
        "participation": "Organization and selected project in which it takes part in any role (through=projects).",
        "funds_project": "Organization and selected project, by the project's own funding rows (through=projects).",
        "receives_for": "Recipient and selected project, by the project's own funding rows (through=projects).",
        "part_of": "Project and its parent, both selected (through=projects).",
        "component": "Everybody who can be reached from one end.",
        "open": (
            "What could still make a chain, or a shorter one: unnamed parties and funding rows with an unknown end "
            "that touch a component, and matching projects whose certainty was not taken; length_with_them takes these."
        ),
    },
    "projection": {
        "shared": (
            "Both have a neighbour in common within the selected projects; `shared` has the certain ones, "
            "`shared_sizes` how many nodes certainly have each; `possibly_shared`: one has it less certainly."
        ),
        "neighbours": (
            "Funder and partner: by funds. Partner and state: by works_in, named states. Otherwise partner, effective "
            "funder, state, topic and project: by a selected project that has both."
        ),
        "count": "Number of shared neighbours.",
        "newman": "Sum over the shared neighbours k of 1 / (n_k - 1), n_k nodes having k (Newman 2001).",
        "jaccard": "Number of shared neighbours, divided by the number of neighbours of either.",
        "amount": (
            "amounts: the sum over the shared neighbours of the smaller amount, for each currency and stage; unknown "
            "ones are listed. Weight: number of shared neighbours."
        ),
    },
    "measures": {
        "collapsed": (
            "Measured is a simple undirected graph: parallel edges are one, directions and self-loops go; only edges "
            "of a certainty that the selection takes, no ties that are merely planned. Only strength uses weights."
        ),
        "clusters": (
            "Selected projects and named organizations, joined by funds, participation, parenthood and membership; "
            "with=states adds works_in to states of certain work."
        ),
        "density": "Pairs that are joined, divided by all pairs.",
        "transitivity": "Three times the triangles, divided by the connected triples.",
        "average_clustering": "Mean over all nodes of the part of their pairs of neighbours that are joined.",
        "degree_centralisation": "Sum of (greatest degree - degree), divided by (n - 1)(n - 2) (Freeman 1979).",
        "strength": "For each relation, the sum of the weights of a node's edges.",
        "betweenness": "Part of the shortest paths between two others that go over the node (Brandes 2001).",
        "pagerank": "On the directed graph, damping 0.85 (Page et al. 1999); edges without direction point both ways.",
        "core": "The greatest k such that the node is in a subgraph whose nodes all have degree k and more.",
        "community": "Louvain, resolution 1, with the seed stated (Blondel et al. 2008).",
        "constraint": "How far a node's ties lead to one another (Burt 1992); null: no ties.",
        "bridge": "Two nodes that fall apart without the edges between them.",
        "articulation_point": "A node without which its component falls into `parts`.",
        "broker": "An organization that joins organizations of two kinds and more, directly or over one project.",
        "meeting": "A state that joins components which are apart without the states.",
    },
    "ego": {
        "hops": (
            "Least number of edges from the node, whatever their direction; states, state groups, topics and the "
            "country are reached and not crossed, unless cross= names them or the node is one."
        ),
        "about": "Project to its topic.",
    },
}
"""What the answers that are not networks mean: question -> word -> definition."""
