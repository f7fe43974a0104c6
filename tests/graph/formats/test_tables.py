"""CSV that is safe to open, and can be undone; archives that are always the same."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.graph.formats import FORMATS
from app.graph.formats.files import csv_bytes, guard
from app.graph.formats.portable import portable
from tests.graph.formats.networks import HAND, NASTY, Network
from tests.graph.formats.reading import table, unguarded, unzipped

_MARKS = "=+-@\t\n＝＋－＠"


@given(st.text(alphabet=st.sampled_from("=+-@\t\n＝'\",;a1 ")))
def test_no_cell_can_be_taken_for_a_formula_and_the_text_can_be_had_back(text: str) -> None:
    safe = guard(text)
    assert unguarded(safe) == text
    for at, letter in enumerate(safe):
        begins = at == 0 or safe[at - 1] in ',;\t\n"'
        assert not (begins and letter in _MARKS)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_whatever_separates_cells_none_begins_like_a_formula(networks: dict[str, Network], separator: str) -> None:
    for name in ("csv-nodes", "csv-edges"):
        text = FORMATS[name].write(networks["nasty"]).decode("utf-8-sig")
        for line in text.splitlines():
            for cell in line.split(separator):
                assert cell.lstrip('"')[:1] not in set(_MARKS) or cell[:1].isdigit()


def test_numbers_stay_numbers_and_missing_values_are_empty() -> None:
    text = csv_bytes(["a", "b", "c", "d"], [[-1, 2.5, True, None], ["-1", "", 'x"y', None]]).decode("utf-8-sig")
    assert text == '"a","b","c","d"\r\n-1,2.5,true,\r\n"\'-1","","x""y",\r\n'


def test_the_first_columns_are_what_igraph_and_gephi_ask_for() -> None:
    edges = table(FORMATS["csv-edges"].write(HAND))
    assert list(edges[0])[:4] == ["source", "target", "type", "id"]
    assert {edge["type"] for edge in edges} == {"Directed"}
    assert list(table(FORMATS["csv-nodes"].write(HAND))[0])[:3] == ["id", "label", "kind"]


def test_the_archive_holds_both_tables_and_the_metadata() -> None:
    files = unzipped(FORMATS["csv"].write(HAND))
    assert files["nodes.csv"] == FORMATS["csv-nodes"].write(HAND)
    assert files["edges.csv"] == FORMATS["csv-edges"].write(HAND)
    assert json.loads(files["metadata.json"])["data_version"] == "v3"


def test_neo4j_headers_have_types_labels_and_ends(networks: dict[str, Network]) -> None:
    files = unzipped(FORMATS["neo4j"].write(HAND))
    nodes, edges = table(files["nodes.csv"]), table(files["relationships.csv"])
    assert [node[":LABEL"] for node in nodes] == ["Organization", "Organization", "State", "StateGroup", "Country"]
    assert {edge[":TYPE"] for edge in edges} == {"FUNDS", "WORKS_IN", "SUPPORTS"}
    assert {edge[":START_ID"] for edge in edges} | {edge[":END_ID"] for edge in edges} <= {n["id:ID"] for n in nodes}
    assert "weight:long" in edges[0]
    assert "score:double" in nodes[0]
    assert "self_loop:boolean" in edges[0]
    assert not files["nodes.csv"].startswith("\ufeff".encode())
    assert {
        unguarded(node["label:string"])
        for node in table(unzipped(FORMATS["neo4j"].write(networks["nasty"]))["nodes.csv"])
    } == {str(node.attributes["label"]) for node in portable(networks["nasty"]).nodes}
    assert len(networks["nasty"]["nodes"]) == len(NASTY)
