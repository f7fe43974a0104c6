"""The rules of the portable form."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.graph.formats.portable import LICENCE, clean, join, portable
from tests.graph.formats.networks import HAND, Network, hostile


def _network(**attributes: Any) -> Network:
    return {
        "directed": True,
        "multigraph": True,
        "graph": {},
        "nodes": [{"id": "org:a", "kind": "organization", "label": "A", **attributes}, {"id": "org:b", "label": None}],
        "edges": [],
    }


def test_lists_are_joined_by_a_bar_and_counts_stand_beside_the_projects() -> None:
    edge = portable(HAND).edges[0]
    assert edge.attributes["projects_certain"] == "p1|p2"
    assert edge.attributes["projects_certain_count"] == 2
    assert edge.attributes["projects_nationwide"] == ""
    assert edge.attributes["projects_nationwide_count"] == 0
    assert join(["a|b", "c\\d"]) == r"a\|b|c\\d"
    assert join([{"a": None}, 1]) == "[{},1]"


def test_money_has_a_column_for_each_currency_and_stage() -> None:
    attributes = portable(HAND).edges[0].attributes
    money = {name: value for name, value in attributes.items() if name.startswith("money")}
    assert money == {
        "money_status": "lower_bound",
        "money_unknown_amounts": "f2",
        "money_outside_window": "",
        "money_shares": '[{"funding":"f2","percent":30.0,"qualifier":"nearly"}]',
        "money_USD_no_stage_minor": 5_500_000,
        "money_USD_no_stage_funding": "f1",
        "money_USD_no_stage_presumed_currency": True,
        "money_USD_no_stage_exact": True,
        "money_MXN_commitment_undated_minor": 120,
        "money_MXN_commitment_undated_funding": "f3|f4",
        "money_MXN_commitment_undated_presumed_currency": False,
        "money_MXN_commitment_undated_exact": False,
    }


def test_one_name_has_one_type() -> None:
    form = portable(HAND)
    assert form.node_types["score"] == "number"
    assert [node.attributes["score"] for node in form.nodes if "score" in node.attributes] == [1.0, 0.5]
    assert form.edge_types["self_loop"] == "boolean"
    network = _network(mixed=1, flags=[True, None])
    network["nodes"][1]["mixed"] = "one"
    form = portable(network)
    assert form.node_types["mixed"] == "string"
    assert [node.attributes["mixed"] for node in form.nodes] == ["1", "one"]
    assert form.nodes[0].attributes["flags"] == "true|null"


def test_a_whole_number_that_javascript_cannot_hold_is_text() -> None:
    assert portable(_network(amount=2**53 - 1)).nodes[0].attributes["amount"] == 2**53 - 1
    assert portable(_network(amount=2**53)).nodes[0].attributes["amount"] == str(2**53)


def test_what_is_not_known_is_missing() -> None:
    form = portable(_network(acronym=None))
    assert "acronym" not in form.node_types
    assert form.nodes[1].attributes == {"label": "org:b", "kind": "node"}


def test_names_are_safe_in_every_tool() -> None:
    form = portable(_network(**{"type": 1, "a b": 2, "A_b": 3, "1st": 4, "Label": 5, "x" * 100: 6, "": 7}))
    assert list(form.node_types) == ["label", "kind", "type_", "a_b", "A_b_2", "a_1st", "Label_2", "x" * 64, "a_"]


def test_ids_that_cleaning_makes_alike_stay_apart() -> None:
    network = _network()
    network["nodes"].append({"id": "org:a\x00", "kind": "organization", "label": "other"})
    network["edges"].append({"source": "org:a\x00", "target": "org:b", "key": "funds", "weight": 1})
    form = portable(network)
    assert [node.id for node in form.nodes] == ["org:a", "org:b", "org:a~2"]
    assert form.edges[0].source == "org:a~2"
    assert form.edges[0].attributes["relation"] == "funds"


def test_the_metadata_say_what_the_network_is() -> None:
    form = portable(HAND)
    assert form.metadata["licence"] == LICENCE
    assert {"query", "data_version", "definitions", "counts", "left_out", "generator"} <= set(form.metadata)
    assert "nothing" not in form.metadata
    assert form.summary() == ("funder-partner-state, data version v3, definitions 1; query: funder=ned; year_from=2019")
    flat = form.flat_metadata()
    assert json.loads(flat["left_out"])["unnamed_parties"]["count"] == 2
    assert flat["truncated"] == "false"


@given(st.text())
def test_cleaning_is_done_once_and_for_all(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert once.encode().decode() == once


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(network=hostile())
def test_every_value_has_the_type_of_its_name(network: Network) -> None:
    types = {"string": str, "integer": int, "number": float, "boolean": bool}
    form = portable(network)
    for declared, items in ((form.node_types, form.nodes), (form.edge_types, form.edges)):
        assert len({name.lower() for name in declared}) == len(declared)
        for item in items:
            for name, value in item.attributes.items():
                assert type(value) is types[declared[name]]
    json.dumps(form.metadata, allow_nan=False).encode()
