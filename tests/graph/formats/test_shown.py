"""Networks of arrays give the same bytes as their node-link data."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.graph.assembly import Shown
from app.graph.coalitions import together
from app.graph.facts import Facts
from app.graph.formats import FORMATS
from app.graph.funder_partner_state import INCLUDES, tripartite
from app.graph.projection import project
from app.graph.selection import Selection
from tests.graph.asking import SOME, TIES
from tests.graph.formats.networks import NASTY
from tests.graph.made import changed
from tests.graph.rows import paid, part, world
from tests.graph.rows import project as project_row
from tests.graph.seeds import seed_facts
from tests.graph.strategies import selections, worlds

FAST = [form.name for form in FORMATS.values() if form.write_shown]
LIMITS: dict[str, Any] = {"min_weight": 0, "max_edges": None, "most_edges": 10**9, "query": {"as_of": "v1"}}


def _networks(facts: Facts, selection: Selection, include: list[str], **limits: Any) -> list[Shown]:
    limits = LIMITS | limits
    unnamed = [word for word in include if word == "unnamed"]
    ties: dict[str, Any] = {"ties": sorted(TIES), "include": unnamed}
    return [
        tripartite(facts, selection, include=include, **limits),
        together(facts, selection, weights={}, **ties, **limits),
        together(facts, selection, weights={"project": 2.5, "state": 1}, **ties, **limits),
        project(facts, selection, of="partner", through="funder", weight="newman", top_k=None, **limits),
    ]


def _agree(shown: Shown) -> None:
    for name in FAST:
        form = FORMATS[name]
        assert form.written(shown) == form.write(shown.node_link()), name


def test_node_link_and_columnar_are_written_from_arrays() -> None:
    assert FAST == ["node-link", "columnar"]
    shown = tripartite(seed_facts(), Selection(), include=[], **LIMITS)
    assert FORMATS["csv"].written(shown) == FORMATS["csv"].write(shown.node_link())


@SOME
@given(
    facts=worlds(),
    selection=selections(),
    include=st.lists(st.sampled_from(INCLUDES), unique=True).map(sorted),
    max_edges=st.sampled_from([None, None, 3]),
)
def test_random_networks_agree(facts: Facts, selection: Selection, include: list[str], max_edges: int | None) -> None:
    for shown in _networks(facts, selection, include, max_edges=max_edges):
        _agree(shown)


@pytest.mark.parametrize("include", [[], ["unnamed"], sorted(INCLUDES)])
def test_the_seed_agrees(include: list[str]) -> None:
    for shown in _networks(seed_facts(), Selection(), include):
        _agree(shown)


# What the database takes: no lone surrogates, no NUL.
_HELD = [name for name in NASTY if not re.search("[\ud800-\udfff\0]", name)]


@pytest.mark.parametrize("missing", [False, True])
def test_hostile_names_agree(missing: bool) -> None:
    names = [name for name in _HELD if name or missing]
    many = world(
        *(project_row(f"p{at}", "2020") for at, _ in enumerate(names)),
        *(paid(f"f{at}", f"o{at}", f"o{at + 1}", f"p{at}") for at, _ in enumerate(names)),
        *(part(f"n{at}", f"u{at}", "partner", f"p{at}") for at, _ in enumerate(names)),
    )

    def renamed(rows: Mapping[str, Any], *columns: str) -> dict[str, Any]:
        return dict(rows) | {
            one: row._replace(**dict.fromkeys(columns, name))
            for name, (one, row) in zip(names, rows.items(), strict=False)
        }

    facts = changed(
        many,
        organizations=renamed(many.organizations, "name", "acronym"),
        projects=renamed(many.projects, "title"),
        parties=renamed(many.parties, "description"),
    )
    for shown in _networks(facts, Selection(), sorted(INCLUDES), query={"q": _HELD}):
        _agree(shown)


def test_hostile_ids_agree() -> None:
    facts = world(
        project_row("p"),
        *(paid(f"f{at}{name}", f"o{name}", f"p{name}", "p") for at, name in enumerate(_HELD)),
    )
    for shown in _networks(facts, Selection(), []):
        _agree(shown)


@pytest.mark.parametrize("amounts", [[2**53 - 1, 2**53, 2**62, -5, 0], [-5, 0, 7], [2**53 - 1] * 600])
def test_large_amounts_agree(amounts: list[int]) -> None:
    rows = [
        paid(f"f{at}", "a", f"b{at}", "p", amount_minor=amount, currency="USD", stage="commitment")
        for at, amount in enumerate(amounts)
    ]
    _agree(tripartite(world(project_row("p"), *rows), Selection(), include=[], **LIMITS))
