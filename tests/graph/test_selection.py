"""Which projects a selection takes, and how surely."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.graph.facts import Facts
from app.graph.selection import (
    CERTAINTIES,
    Selection,
    partners_of,
    select,
    state_grades,
    strongest,
    weakest,
    year_grades,
)
from tests.graph import twins
from tests.graph.asking import MANY, SOME, ids
from tests.graph.rows import at, body, group, members, paid, part, project, world
from tests.graph.strategies import STATES, selections, worlds


def state_certainty(facts: Facts, project: str, states: frozenset[str]) -> str:
    """The certainty of one project in the states, in words."""
    return (*CERTAINTIES, "none")[state_grades(facts, states)[facts.code("project", project)]]


def year_certainty(start: str | None, end: str | None, year_from: int | None, year_to: int | None) -> str:
    """The certainty of a project of these dates, in words."""
    facts = world(project("p", start, end))
    return (*CERTAINTIES, "none")[year_grades(facts.columns, year_from, year_to, np.arange(1))[0]]


@MANY
@given(worlds(), selections())
def test_selections_take_what_the_twin_takes(facts: Facts, selection: Selection) -> None:
    selected, twin = select(facts, selection), twins.choose(facts, selection)
    assert selected.projects == twin.taken
    assert selected.when == twin.time
    assert selected.counts == twin.counts
    assert set(facts.ids("project", selected.undated)) == twin.undated
    for one in facts.projects:
        for state in STATES:
            assert state_certainty(facts, one, ids(state)) == twins.class_of_state(facts, one, state)
        several = {twins.class_of_state(facts, one, state) for state in STATES[:2]}
        assert state_certainty(facts, one, ids(*STATES[:2])) == twins.strongest(several)
        found = partners_of(facts, one, Selection())
        behind = twins.partners(facts, one)
        assert {actor: (set(rows), set(paid)) for actor, (rows, paid) in found.items()} == {
            actor: (set(its.participations), set(its.funding)) for actor, its in behind.items()
        }
        origin, rows = facts.effective_funding(one)
        assert (origin, set(rows)) == (twins.effective_rows(facts, one)[0], set(twins.effective_rows(facts, one)[1]))
        named = {ref.removeprefix("org:") for ref in twins.effective_funders(facts, one) if ref.startswith("org:")}
        assert facts.effective_funders(one) == named


_days = st.sampled_from([None, "2019", "2020", "2020-08", "2021-12-31", "2023"])
_years = st.none() | st.integers(2017, 2025)


@MANY
@given(_days, _days, _years, _years)
def test_years_of_projects_fall_into_the_twins_classes(
    start: str | None, end: str | None, first: int | None, last: int | None
) -> None:
    if start and end and start > end:
        start, end = end, start
    if first is not None and last is not None and first > last:
        first, last = last, first
    assert year_certainty(start, end, first, last) == twins.class_of_years(start, end, first, last)


@SOME
@given(worlds(), selections(), selections(), st.sampled_from(STATES))
def test_filters_only_narrow_and_classes_never_overlap(
    facts: Facts, one: Selection, other: Selection, state: str
) -> None:
    before = select(facts, one)
    for name in ("funder", "partner", "organization", "topic", "project_kind", "document", "partner_kind"):
        if not getattr(one, name):
            narrower = replace(one, **{name: getattr(other, name)})
            assert set(select(facts, narrower).projects) <= set(before.projects), name
    by_class = {word: set(select(facts, replace(one, certainty=ids(word))).projects) for word in CERTAINTIES}
    graded = bool(one.state) or one.year_from is not None or one.year_to is not None
    if graded:
        assert {word: len(found) for word, found in by_class.items()} == before.counts
        assert len(set().union(*by_class.values())) == sum(before.counts.values())
    else:
        assert list(by_class.values()) == [set(before.projects)] * 3
        assert "certainty" not in one.query()
    facts_only = replace(one, basis=other.basis or ids("implied"), currency=ids("MXN"))
    again = select(facts, facts_only)
    assert (again.projects, again.when, again.matches) == (before.projects, before.when, before.matches)


# Small cases by hand


def test_a_state_is_certain_then_possible_then_nationwide() -> None:
    """Three of four states are counted; A is named, B excluded; the rest may be the two others."""
    facts = world(
        project("p"),
        group("g", "p", 3),
        at("s1", "p", "MX-AAA", group="g", membership="named"),
        at("s2", "p", "MX-BBB", group="g", membership="excluded"),
        at("s3", "p", "MX"),
    )
    classes = [state_certainty(facts, "p", ids(state)) for state in ("MX-AAA", "MX-BBB", "MX-CCC", "MX-DDD")]
    assert classes == ["certain", "nationwide", "possible", "possible"]
    assert facts.unnamed_count(facts.state_groups[0]) == 2


def test_a_wholly_named_group_leaves_nothing_possible_and_an_uncounted_one_everything() -> None:
    named = [at("s1", "p", "MX-AAA", group="g", membership="named")]
    assert state_certainty(world(project("p"), group("g", "p", 1), *named), "p", ids("MX-CCC")) == "none"
    assert state_certainty(world(project("p"), group("g", "p", 2), *named), "p", ids("MX-CCC")) == "possible"
    assert state_certainty(world(project("p"), group("g", "p", None), *named), "p", ids("MX-CCC")) == "possible"


def test_groups_and_rows_that_are_no_target_say_nothing_of_where_a_project_works() -> None:
    for role in ("planned", "dissemination", "context"):
        assert state_certainty(world(project("p"), group("g", "p", 23, role)), "p", ids("MX-AAA")) == "none"
    for role in ("planned", "context"):
        rows = [at("s1", "p", "MX-AAA", role), at("s2", "p", "MX", role)]
        assert state_certainty(world(project("p"), *rows), "p", ids("MX-AAA")) == "none"


def test_a_place_counts_as_the_state_around_it_and_a_region_as_none() -> None:
    facts = world(project("p"), at("s1", "p", "community"), at("s2", "p", "north"))
    assert state_certainty(facts, "p", ids("MX-AAA")) == "certain"
    assert state_certainty(facts, "p", ids("MX-BBB")) == "none"


def test_of_several_states_the_strongest_counts() -> None:
    facts = world(project("p"), at("s1", "p", "MX-AAA"), at("s2", "p", "MX"))
    assert state_certainty(facts, "p", ids("MX-AAA", "MX-BBB")) == "certain"


def test_states_do_not_pass_between_a_project_and_its_parent() -> None:
    facts = world(project("a"), project("b", parent="a"), at("s1", "a", "MX-AAA"), at("s2", "b", "MX-BBB"))
    assert select(facts, Selection(state=ids("MX-AAA"))).projects == {"a": "certain"}
    assert select(facts, Selection(state=ids("MX-BBB"))).projects == {"b": "certain"}


def test_years_by_hand() -> None:
    assert year_certainty("2020", None, 2020, 2020) == "certain"
    assert year_certainty("2020", None, 2021, 2021) == "possible"
    assert year_certainty("2020", None, 2019, 2019) == "none"
    assert year_certainty("2020-08", "2025-08", 2022, 2022) == "certain"
    assert year_certainty("2020-08", "2025-08", 2026, None) == "none"
    assert year_certainty(None, None, 1999, 1999) == "possible"
    assert year_certainty(None, "2021", 2021, 2021) == "certain"
    assert year_certainty(None, "2021", None, 2019) == "possible"
    assert year_certainty(None, "2021", 2022, None) == "none"


def test_place_and_time_together_are_as_sure_as_the_weaker() -> None:
    facts = world(
        project("p", "2020"), project("q", "2020"), at("s1", "p", "MX-AAA"), at("s2", "q", "MX"), project("r", "2022")
    )
    both = Selection(state=ids("MX-AAA"), year_from=2021, year_to=2021, certainty=frozenset(CERTAINTIES))
    assert select(facts, both).projects == {"p": "possible", "q": "nationwide"}
    assert select(facts, both).when == {"p": "possible", "q": "possible"}
    assert weakest("possible", "nationwide") == "nationwide"
    assert strongest("possible", "nationwide", "none") == "possible"


def test_undated_projects_are_counted_only_where_the_rest_matches() -> None:
    facts = world(project("p"), project("q"), project("r", "2020"), at("s1", "p", "MX-AAA"), at("s2", "r", "MX-AAA"))
    selected = select(facts, Selection(state=ids("MX-AAA"), year_from=2020))
    assert selected.counts == {"certain": 1, "possible": 1, "nationwide": 0}
    assert facts.ids("project", selected.undated) == ["p"]


def test_the_funder_of_the_nearest_ancestor_is_the_effective_one() -> None:
    """The grandchild has a row that names no funder; its parent has two funders; the top has a third."""
    facts = world(
        project("a"),
        project("b", parent="a"),
        project("c", parent="b"),
        paid("f1", "top", "x", "a"),
        paid("f2", "near", "x", "b"),
        paid("f3", "also", "y", "b"),
        paid("f4", None, "z", "c"),
    )
    assert facts.effective_funders("c") == {"near", "also"}
    assert select(facts, Selection(funder=ids("top"))).projects == {"a": "certain"}
    assert set(select(facts, Selection(funder=ids("near"))).projects) == {"b", "c"}


def test_a_very_deep_chain_and_a_ring_of_parents_come_to_an_end() -> None:
    chain = [project("p0000"), *(project(f"p{n:04}", parent=f"p{n - 1:04}") for n in range(1, 3000))]
    facts = world(*chain, paid("f", "ned", "x", "p0000"))
    assert facts.effective_funders("p2999") == {"ned"}
    ring = world(project("a", parent="b"), project("b", parent="a"))
    assert ring.effective_funding("a") == (None, [])


def test_a_designer_is_a_partner_unless_it_pays() -> None:
    facts = world(
        project("p"),
        project("q", parent="p"),
        paid("f1", "ned", None, "p"),
        paid("f2", "u-donors", None, "p"),
        part("n1", "ned", "designer", "q"),
        part("n2", "u-donors", "designer", "q"),
        part("n3", "x", "designer", "q"),
        part("n4", "ned", "host", "p"),
    )
    assert set(partners_of(facts, "q", Selection())) == {"org:x"}
    assert set(partners_of(facts, "p", Selection())) == {"org:ned"}


def test_roles_that_make_partners() -> None:
    every = {
        "lead": True,
        "implementing": True,
        "extending": True,
        "partner": True,
        "designer": True,
        "convener": True,
        "host": True,
        "accountable": False,
        "contributor": False,
        "data_source": False,
        "target_institution": False,
        "counterpart": False,
        "standard_setter": False,
    }
    for role, is_partner in every.items():
        assert bool(partners_of(world(project("p"), part("n", "x", role, "p")), "p", Selection())) is is_partner, role


def test_kinds_of_unnamed_funders_and_partners_count() -> None:
    facts = world(project("p"), paid("f", "u-donors", "u-groups", "p"))
    assert select(facts, Selection(funder_kind=ids("ngo"))).projects == {"p": "certain"}
    assert select(facts, Selection(partner_kind=ids("ngo"))).projects == {"p": "certain"}
    assert select(facts, Selection(funder_kind=ids("media"))).projects == {}


def test_an_organization_is_involved_by_money_by_work_and_by_collaboration() -> None:
    facts = world(
        project("a"),
        project("b"),
        project("c"),
        project("d"),
        paid("f", "x", None, "a"),
        part("n", "x", "contributor", "b"),
        body("c1", project="c"),
        *members("c1", x="supporter"),
        part("m", "y", "lead", "d"),
    )
    assert set(select(facts, Selection(organization=ids("x"))).projects) == {"a", "b", "c"}


def test_kind_and_status_are_asked_of_one_and_the_same_collaboration() -> None:
    facts = world(project("p"), body("c1", "network", "planned"), body("c2", "coalition", "active"))
    match = Selection(collaboration_kind=ids("network"), collaboration_status=ids("planned"))
    cross = Selection(collaboration_kind=ids("network"), collaboration_status=ids("active"))
    assert (len(select(facts, match).projects), len(select(facts, cross).projects)) == (1, 0)


def test_the_normalised_query_has_only_what_was_asked() -> None:
    assert Selection().query() == {}
    assert Selection(certainty=ids("possible")).query() == {}
    asked = Selection(state=ids("MX-BBB", "MX-AAA"), year_to=2020, certainty=ids("possible", "certain"))
    assert asked.query() == {"state": ["MX-AAA", "MX-BBB"], "certainty": ["certain", "possible"], "year_to": 2020}
