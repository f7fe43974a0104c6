"""A part of the columns says of its projects what the whole says of them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.graph.facts import Facts
from app.graph.part import part_of
from tests.graph.asking import MANY
from tests.graph.rows import body, members, paid, part, project, world
from tests.graph.twins_structure import related_worlds

_OF_PROJECTS = ("funding_of", "participations_of", "states_of", "groups_of", "topics_of", "collaborations_of")


@MANY
@given(related_worlds(), st.data())
def test_a_part_says_of_its_projects_what_the_whole_says(facts: Facts, data: st.DataObject) -> None:
    some = data.draw(st.sets(st.sampled_from(sorted(facts.projects)))) if facts.projects else set()
    found = part_of(facts.columns, projects=facts.codes("project", some)).facts
    for one in some:
        assert found.projects[one] == facts.projects[one]
        for name in _OF_PROJECTS:
            assert getattr(found, name).get(one) == getattr(facts, name).get(one)
        assert found.effective_funding(one) == facts.effective_funding(one)
        for group in found.groups_of.get(one):
            assert found.members_of_group(group.id) == facts.members_of_group(group.id)
        for collaboration in found.collaborations_of.get(one):
            assert found.members_of.get(collaboration.id) == facts.members_of.get(collaboration.id)
    refs = [f"project:{one}" for one in some]
    refs += [f"funding:{row.id}" for one in some for row in facts.funding_of.get(one)]
    refs += [f"org:{one}" for one in found.organizations]
    for ref in refs:
        assert found.documents.get(ref) == facts.documents.get(ref)
    for one in found.organizations:
        assert found.organizations[one] == facts.organizations[one]


@MANY
@given(related_worlds())
def test_the_part_that_is_everything_is_the_whole(facts: Facts) -> None:
    columns = facts.columns
    every = {name: np.arange(len(columns[name])) for name in ("project", "collaboration", "organization")}
    found = part_of(
        columns,
        projects=every["project"],
        collaborations=every["collaboration"],
        actors=every["organization"],
        relations=np.arange(len(columns["organization_relation"])),
    ).facts
    for name in ("participations", "project_states", "state_groups", "project_topics", "members", "relations"):
        assert getattr(found, name) == getattr(facts, name)
    assert found.funding == tuple(row for row in facts.funding if row.project is not None)
    assert dict(found.organizations) == dict(facts.organizations)
    assert dict(found.collaborations) == dict(facts.collaborations)
    assert dict(found.projects) == dict(facts.projects)


def test_a_part_has_only_what_its_rows_name() -> None:
    facts = world(
        project("p", parent="above"),
        project("above"),
        project("through"),
        project("elsewhere"),
        paid("f1", "ned", "x", "p", through_project="through"),
        paid("f2", "iri", None, "above"),
        paid("f3", "iri", "z", "elsewhere"),
        paid("f4", "iri", "z", "through"),
        part("n1", "y", "lead", "p"),
        body("c", project=None),
        *members("c", v="lead", w="member"),
    )
    found = part_of(facts.columns, projects=facts.codes("project", {"p"})).facts
    assert set(found.projects) == {"p", "above", "through"}
    assert {row.id for row in found.funding} == {"f1", "f2"}
    assert set(found.organizations) == {"ned", "iri", "x", "y"}
    assert not found.collaborations
    assert (found.version, found.number) == (facts.version, facts.number)
    found = part_of(facts.columns, collaborations=facts.codes("collaboration", {"c"})).facts
    assert set(found.organizations) == {"v", "w"}
