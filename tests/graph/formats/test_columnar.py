"""Columnar JSON: its tables and their rules."""

import json
import re
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings

from app.graph.formats import FORMATS
from app.graph.formats.portable import clean
from tests.graph.formats.networks import HAND, Network, hostile
from tests.graph.formats.reading import frame


def _read(network: Network) -> Any:
    return json.loads(FORMATS["columnar"].write(network))


def _nodes(**attributes: Any) -> Any:
    """The columnar form of two nodes, of which the first has attributes."""
    nodes = [{"id": "org:a", "kind": "organization", "label": "A", **attributes}, {"id": "org:b", "label": None}]
    return _read({"directed": True, "multigraph": True, "graph": {}, "nodes": nodes, "edges": []})


def _told(data: Any, name: str, row: int) -> dict[str, Any]:
    """A row with its lists as lists, by the names of the columns."""
    tables = {"nodes": data["nodes"], "edges": data["edges"], **data["lists"]}
    found = {}
    for column, values in frame(tables[name]).items():
        if tables[name]["types"][column] != "list":
            found[column] = values[row]
        elif values[row] is not None:
            first = sum(count or 0 for count in values[:row])
            items = [_told(data, f"{name}.{column}", first + item) for item in range(values[row])]
            found[column] = [item["value"] if set(item) == {"value"} else item for item in items]
    return {column: value for column, value in found.items() if value is not None}


def test_an_edge_is_told_with_everything_behind_it() -> None:
    data = _read(HAND)
    assert _told(data, "edges", 0) == {
        "source": 0,
        "target": 1,
        "relation": "funds",
        "weight": 2,
        "certainty": "certain",
        "projects_certain": ["p1", "p2"],
        "projects_possible": ["p3"],
        "projects_nationwide": [],
        "records": ["funding:f1", "funding:f2"],
        "basis": ["stated"],
        "documents": ["doc-1"],
        "money_status": "lower_bound",
        "money_sums": [
            {
                "currency": "USD",
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
        "money_unknown_amounts": ["f2"],
        "money_outside_window": [],
        "money_shares": [{"funding": "f2", "percent": 30.0, "qualifier": "nearly"}],
        "regranted": [],
        "self_loop": False,
    }


def test_the_arrays_are_short() -> None:
    edges = _read(HAND)["edges"]
    assert edges["count"] == 6
    assert edges["columns"]["source"] == [0, 1, 1, 1, 0, 1]
    assert edges["columns"]["relation"] == [0, 2, 2, 2, 1, 0]
    assert edges["categories"]["relation"] == ["funds", "supports", "works_in"]
    assert edges["columns"]["money_status"] == [0, 1, 1, 1, 1, 1]
    assert edges["categories"]["money_status"] == ["lower_bound", None]
    assert edges["columns"]["records"] == [2, 1, 1, 1, 0, 1]
    assert edges["columns"]["regranted"] == [0, None, None, None, None, None]


def test_an_edge_has_its_own_id_only_if_it_is_an_unusual_one() -> None:
    assert "id" not in _read(HAND)["edges"]["types"]
    edges = [HAND["edges"][0] | {"id": "e1"}, *HAND["edges"][1:]]
    ids = _read(HAND | {"edges": edges})["edges"]["columns"]["id"]
    assert ids == [edge["id"] for edge in edges]


def test_a_list_that_is_missing_is_not_an_empty_one() -> None:
    data = _nodes(roles=[], flags=[True, None])
    assert data["nodes"]["types"]["roles"] == "list"
    assert data["nodes"]["columns"]["roles"] == [0, None]
    assert data["lists"]["nodes.roles"] == {"count": 0, "types": {}, "categories": {}, "columns": {}}
    assert data["lists"]["nodes.flags"]["columns"] == {"value": [True, None]}


def test_lists_of_lists_and_of_mappings_have_tables_too() -> None:
    data = _nodes(deep=[[1, 2], [], {"value": 5, "own": ["a"]}])
    assert data["lists"]["nodes.deep"]["types"] == {"items": "list", "own": "list", "value_": "integer"}
    assert data["lists"]["nodes.deep"]["columns"] == {
        "items": [2, 0, None],
        "own": [None, None, 1],
        "value_": [None, None, 5],
    }
    assert data["lists"]["nodes.deep.items"]["columns"] == {"value": [1, 2]}


def test_a_column_has_one_type() -> None:
    nodes = _nodes(mixed=[1, "one", True], numbers=[1, 0.5], far=2**53, near=2**53 - 1)
    mixed = nodes["lists"]["nodes.mixed"]
    assert frame(mixed) == {"value": ["1", "one", "true"]}
    assert nodes["lists"]["nodes.numbers"]["columns"]["value"] == [1.0, 0.5]
    assert nodes["lists"]["nodes.numbers"]["types"]["value"] == "number"
    assert frame(nodes["nodes"])["far"] == [str(2**53), None]
    assert nodes["nodes"]["columns"]["near"] == [2**53 - 1, None]
    assert nodes["nodes"]["columns"]["label"] == ["A", "org:b"]


def test_a_list_beside_a_text_has_a_name_of_its_own() -> None:
    one, other, *_ = HAND["nodes"]
    network = {**HAND, "nodes": [one | {"note": "one"}, other | {"note": ["two"]}], "edges": []}
    types = _read(network)["nodes"]["types"]
    assert (types["note"], types["note_2"]) == ("category", "list")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(network=hostile())
def test_every_text_of_a_network_is_in_its_columns(network: Network) -> None:
    data = _read(network)

    def texts(value: Any) -> set[str]:
        if isinstance(value, dict):
            return {text for item in value.values() for text in texts(item)}
        if isinstance(value, list):
            return {text for item in value for text in texts(item)}
        return {clean(value)} if isinstance(value, str) else set()

    tables = [data["nodes"], data["edges"], *data["lists"].values()]
    found = {value for table in tables for values in frame(table).values() for value in values}
    for node in network["nodes"]:
        assert texts({name: value for name, value in node.items() if name != "id"}) <= found
    own = {"id", "source", "target", "key"}
    for edge in network["edges"]:
        assert texts({name: value for name, value in edge.items() if name not in own}) <= found


def test_the_program_in_the_docs_reads_it(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "formats.md").read_text("utf-8")
    (program,) = (code for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "def frame" in code)
    (tmp_path / "network.json").write_bytes(FORMATS["columnar"].write(HAND))
    names: dict[str, Any] = {}
    exec(program.replace("network.json", str(tmp_path / "network.json")), names)
    records, rows = names["frame"]("edges.records"), names["rows"]("edges.records")
    edges = [edge["records"] for edge in HAND["edges"]]
    assert records == {"value": [record for found in edges for record in found]}
    assert rows == [row for row, found in enumerate(edges) for _ in found]
    assert names["frame"]("edges")["relation"] == [edge["relation"] for edge in HAND["edges"]]
