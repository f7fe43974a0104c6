"""Networks to write: a small one made by hand, an empty one, and hostile ones made by Hypothesis."""

from typing import Any

from hypothesis import strategies as st

Network = dict[str, Any]

NASTY = [
    '=HYPERLINK("http://x")',
    "+1+1",
    "-5",
    "@SUM(A1)",
    "\t=1",
    "'=1",
    "a;=1",
    'b",=1',
    "]]>",
    "</script><script>alert(1)</script>",
    "<!-- & -->",
    "“quotes” \"double\" 'single' `back`",
    "back\\slash\\",
    "emoji 🧵👩🏽‍🌾",
    "عربى \u202e right to left",
    "two\nlines\r\nand\rmore",
    "line\u2028separator\u2029",
    "x" * 10_000,
    "nul\x00bell\x07escape\x1bnext\x85",
    "lone \ud800 surrogate \udfff",
    "noncharacter \ufffe \uffff",
    "* 1 2 % ' \"",
    "pipe|pipe\\|",
    " spaces ",
    "NaN",
    "",
    "{{7*7}}${7*7}",
    "__proto__",
]
"""Names that break writers and readers."""

HAND: Network = {
    "directed": True,
    "multigraph": True,
    "graph": {
        "network": "funder-partner-state",
        "query": {"funder": ["ned"], "year_from": 2019, "as_of": "v3"},
        "data_version": "v3",
        "definitions_release": "1",
        "definitions": {"funds": "Funder to recipient.", "works_in": "Partner to place."},
        "counts": {"nodes": {"organization": 2, "state": 1}, "edges": {}},
        "left_out": {"unnamed_parties": {"count": 2, "ids": ["party:a", "party:b"]}},
        "truncated": False,
        "nothing": None,
    },
    "nodes": [
        {"id": "org:ned", "kind": "organization", "label": "National Endowment", "acronym": "NED", "roles": ["funder"]},
        {
            "id": "org:tejedoras",
            "kind": "organization",
            "label": "Tejedoras de Ciudadanía, A.C.",
            "acronym": None,
            "country": "MX",
            "roles": ["funder", "partner"],
            "score": 1,
        },
        {"id": "state:MX-NLE", "kind": "state", "label": "Nuevo León", "score": 0.5},
        {
            "id": "state_group:sg1",
            "kind": "state_group",
            "label": "eight partner states",
            "count": 8,
            "unnamed_count": 7,
            "named": ["state:MX-NLE"],
            "excluded": [],
        },
        {"id": "country:MX", "kind": "country", "label": "Mexico"},
    ],
    "edges": [
        {
            "source": "org:ned",
            "target": "org:tejedoras",
            "key": "funds",
            "id": "org:ned~funds~org:tejedoras",
            "relation": "funds",
            "weight": 2,
            "certainty": "certain",
            "projects": {"certain": ["p1", "p2"], "possible": ["p3"], "nationwide": []},
            "records": ["funding:f1", "funding:f2"],
            "basis": ["stated"],
            "documents": ["doc-1"],
            "money": {
                "status": "lower_bound",
                "sums": [
                    {
                        "currency": "USD",
                        "stage": None,
                        "undated": False,
                        "amount_minor": 5_500_000,
                        "funding": ["f1"],
                        "presumed_currency": True,
                        "exact": True,
                    },
                    {
                        "currency": "MXN",
                        "stage": "commitment",
                        "undated": True,
                        "amount_minor": 120,
                        "funding": ["f3", "f4"],
                        "presumed_currency": False,
                        "exact": False,
                    },
                ],
                "unknown_amounts": ["f2"],
                "outside_window": [],
                "shares": [{"funding": "f2", "percent": 30.0, "qualifier": "nearly"}],
            },
            "regranted": [],
            "self_loop": False,
        },
        *(
            {
                "source": "org:tejedoras",
                "target": target,
                "key": "works_in",
                "id": f"org:tejedoras~works_in~{target}",
                "relation": "works_in",
                "weight": int(certainty == "certain"),
                "certainty": certainty,
                "projects": {
                    word: ["p1"] if word == certainty else [] for word in ("certain", "possible", "nationwide")
                },
                "records": ["participation:t1"],
                "basis": ["stated", "implied"],
                "documents": ["doc-1", "doc-2"],
                "shared_project": [],
            }
            for target, certainty in (
                ("state:MX-NLE", "certain"),
                ("state_group:sg1", "possible"),
                ("country:MX", "nationwide"),
            )
        ),
        {
            "source": "org:ned",
            "target": "org:tejedoras",
            "key": "supports",
            "id": "org:ned~supports~org:tejedoras",
            "relation": "supports",
            "weight": 1,
            "certainty": "certain",
            "projects": {"certain": ["p4"], "possible": [], "nationwide": []},
            "records": [],
            "basis": [],
            "documents": [],
        },
        {
            "source": "org:tejedoras",
            "target": "org:tejedoras",
            "key": "funds",
            "id": "org:tejedoras~funds~org:tejedoras",
            "relation": "funds",
            "weight": 1,
            "certainty": "certain",
            "projects": {"certain": ["p5"], "possible": [], "nationwide": []},
            "records": ["funding:f9"],
            "basis": ["stated"],
            "documents": [],
            "self_loop": True,
        },
    ],
}


def empty(*, directed: bool = True) -> Network:
    """A network without nodes."""
    block = {"network": "coalitions", "query": {"as_of": "v1"}, "data_version": "v1", "definitions_release": "1"}
    return {"directed": directed, "multigraph": True, "graph": block, "nodes": [], "edges": []}


def nasty(*, directed: bool = False) -> Network:
    """Every nasty name as a node's label and as a part of the query, tied in a chain of two relations."""
    nodes = [{"id": f"org:n{at}", "kind": "organization", "label": name} for at, name in enumerate(NASTY)]
    edges: list[dict[str, Any]] = [
        {
            "source": f"org:n{at}",
            "target": f"org:n{at + 1}",
            "key": relation,
            "id": f"org:n{at}~{relation}~org:n{at + 1}",
            "relation": relation,
            "weight": at + 0.5,
            "certainty": "possible",
            "projects": {"certain": [], "possible": [], "nationwide": []},
            "note": NASTY[at],
            "shared": [NASTY[at], "plain"],
            "declared": at % 2 == 0,
        }
        for at in range(len(NASTY) - 1)
        for relation in ("collaboration", "topic")
    ]
    block = {"network": "coalitions", "query": {"q": NASTY}, "data_version": "v1", "left_out": {}, NASTY[9]: NASTY[0]}
    return {"directed": directed, "multigraph": True, "graph": block, "nodes": nodes, "edges": edges}


_texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=20), st.characters().map(lambda one: f"a{one}b"))
# What a network of ours holds: JSON, with lists of scalars or of mappings, and mappings of these.
_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**60), 2**60), st.floats(allow_nan=False, allow_infinity=False), _texts
)
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=6,
)
_names = st.one_of(st.sampled_from(["type", "parent", "x", "Label", "money_", "a b", "1st", "a.b"]), _texts)


@st.composite
def hostile(draw: st.DrawFn) -> Network:
    """A network of few nodes whose texts, values and attribute names are as bad as can be."""
    count = draw(st.integers(1, 6))
    ids = [f"org:{at}{draw(_texts)}" for at in range(count)]
    nodes: list[dict[str, Any]] = [
        {**draw(st.dictionaries(_names, _values, max_size=3)), "id": ref, "kind": "organization", "label": draw(_texts)}
        for ref in ids
    ]
    pairs = draw(st.lists(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), max_size=6, unique=True))
    directed = draw(st.booleans())
    edges: list[dict[str, Any]] = []
    for source, target in pairs:
        for relation in draw(st.lists(st.sampled_from(["funds", "topic", "combined"]), min_size=1, unique=True)):
            if not directed and source > target:
                continue
            certainty = draw(st.sampled_from(["certain", "possible", "nationwide"]))
            edges.append(
                {
                    **draw(st.dictionaries(_names, _values, max_size=2)),
                    "source": source,
                    "target": target,
                    "key": relation,
                    "id": f"{source}~{relation}~{target}",
                    "relation": relation,
                    "weight": draw(st.integers(0, 10**6) | st.floats(0, 10**6, allow_subnormal=False)),
                    "certainty": certainty,
                    "projects": {"certain": ["p"], "possible": [], "nationwide": []},
                }
            )
    block = {"network": draw(_texts), "query": draw(st.dictionaries(_texts, _values, max_size=2)), "data_version": "v1"}
    return {"directed": directed, "multigraph": True, "graph": block, "nodes": nodes, "edges": edges}
