"""Columns hold what the rows say."""

from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.graph.columns import (
    NONE,
    Columns,
    Index,
    Texts,
    in_order,
    pack_day,
    pack_letters,
    unpack_day,
    unpack_letters,
)
from app.graph.facts import Facts, OrganizationFact
from app.graph.selection import Selection
from tests.graph.asking import SOME, ids, together, tripartite
from tests.graph.made import changed, facts_of
from tests.graph.rows import at, paid, part, project, world
from tests.graph.seeds import seed_facts
from tests.graph.strategies import rows_of_worlds

TEXTS = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12), max_size=9)


@given(TEXTS, st.data())
def test_texts_are_a_list_of_texts(texts: list[str], data: st.DataObject) -> None:
    """They can be counted, picked, searched and put in order as Python does it."""
    held = Texts.of(texts)
    assert len(held) == len(texts)
    assert held.list() == texts == [held[place] for place in range(len(held))]
    assert [texts[place] for place in held.order()] == sorted(texts)
    places = np.array(data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=9)) if texts else [], dtype=np.int64)
    assert held.list(places) == [texts[place] for place in places]
    assert Texts.joined([held, held.take(places)]).list() == texts + [texts[place] for place in places]
    ordered = Texts.of(sorted(set(texts)))
    for text in [*texts, "not there"]:
        place = ordered.find(text)
        assert ordered[place] == text if text in texts else place == NONE


@given(st.lists(st.integers(-1, 5), max_size=20))
def test_an_index_has_the_rows_of_each_code(codes: list[int]) -> None:
    index = Index(np.array(codes, dtype=np.int32), 6)
    for code in range(6):
        assert index[code].tolist() == [row for row, found in enumerate(codes) if found == code]
    places, rows = index.rows(np.array([4, 1], dtype=np.int64))
    assert list(zip(places.tolist(), rows.tolist(), strict=True)) == [
        (place, row) for place, code in enumerate((4, 1)) for row, found in enumerate(codes) if found == code
    ]


def test_dates_and_letters_come_back() -> None:
    for day in (None, "2020", "2020-08", "2020-08-31", "1999-12-01"):
        assert unpack_day(pack_day(day)) == day
    for letters in (None, "MX", "USD", "ZZZ"):
        assert unpack_letters(pack_letters(letters)) == letters
    assert pack_letters("ZZZ") < 2**15


@SOME
@given(rows_of_worlds())
def test_rows_come_back_from_columns(rows: dict[str, Any]) -> None:
    facts = facts_of(**rows)
    for name in ("organizations", "parties", "states", "places", "topics", "projects", "collaborations"):
        assert dict(getattr(facts, name).items()) == rows[name]
    for name in ("funding", "participations", "project_states", "state_groups", "members"):
        assert getattr(facts, name) == tuple(sorted(rows[name], key=lambda row: str(row.id)))
    assert facts.project_topics == tuple(sorted(rows["project_topics"]))
    for ref, documents in rows["documents"].items():
        assert facts.documents.get(ref) == documents
    assert facts.documents.get("funding:none") == ()
    assert set(facts.document_ids) == rows["document_ids"]


def test_columns_are_read_from_files(tmp_path: Path) -> None:
    facts = seed_facts()
    facts.columns.save(tmp_path)
    opened = Facts(Columns.open(tmp_path))
    assert _plain(opened) == _plain(facts)
    assert opened.version == facts.version


def _plain(facts: Facts) -> list[object]:
    return [
        dict(facts.organizations.items()),
        dict(facts.parties.items()),
        dict(facts.places.items()),
        dict(facts.projects.items()),
        dict(facts.collaborations.items()),
        facts.funding,
        facts.participations,
        facts.project_states,
        facts.state_groups,
        facts.project_topics,
        facts.members,
        facts.relations,
        [facts.documents.get(f"project:{one}") for one in facts.projects],
        [facts.documents.get(f"funding:{row.id}") for row in facts.funding],
    ]


def test_codes_of_large_tables_add_up() -> None:
    """Codes are as narrow as their table allows, and numbers of nodes and records are not."""
    rows = [paid("f1", "f", "x", "p"), paid("f2", "f", "y", "q"), part("n1", "z", "lead", "p", "MX-BBB")]
    small = world(project("p"), project("q"), at("s1", "p", "MX-AAA"), *rows)
    many = {f"n{number}": OrganizationFact(f"n{number}", "N", None, "ngo", "MX") for number in range(2**15)}
    none = {f"z{number}": project(f"z{number}") for number in range(2**15)}
    large = changed(
        small,
        organizations=dict(small.organizations.items()) | many,
        projects=dict(small.projects.items()) | none,
    )
    for include in ([], ["projects", "unnamed", "supports"]):
        chosen = Selection(project=ids("p", "q"))
        assert tripartite(large, chosen, include)["edges"] == tripartite(small, chosen, include)["edges"]
    assert together(large)["edges"] == together(small)["edges"]
    assert tripartite(large, max_edges=2)["edges"] == tripartite(small, max_edges=2)["edges"]


_SMALL, _LARGE = (st.tuples(st.integers(0, 3), *[st.integers(0, most)] * 2) for most in (5, 2**40))


@given(st.lists(_SMALL) | st.lists(_LARGE), st.booleans())
def test_rows_are_put_in_order(rows: list[tuple[int, ...]], once: bool) -> None:
    columns = [np.array([row[place] for row in rows], dtype=np.int64) for place in range(3)]
    found = in_order(*columns, once=once)
    assert list(zip(*(column.tolist() for column in found), strict=True)) == sorted(set(rows) if once else rows)
