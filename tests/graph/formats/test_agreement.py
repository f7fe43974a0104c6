"""Every format holds the same nodes, edges, labels and weights, and the tool it is for reads them."""

import pytest
from hypothesis import HealthCheck, example, given, settings

from app.graph.formats import FORMATS
from tests.graph.formats.networks import NASTY, Network, empty, hostile, nasty
from tests.graph.formats.reading import READERS, meant, pajek, pajek_igraph, turned

NAMES = ("hand", "empty", "empty-undirected", "nasty", "nasty-directed", "seed", "seed-coalitions", "seed-flows")


def _sendable(text: str) -> str:
    """Node-link data keep control characters: only lone surrogates cannot be sent."""
    return "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in text)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", NAMES)
def test_every_reader_finds_the_same_nodes_edges_labels_and_weights(
    networks: dict[str, Network], name: str, reader: str
) -> None:
    network = networks[name]
    form, read = READERS[reader]
    expected = turned(meant(network), network)
    if form == "node-link":
        expected.nodes = {_sendable(node["id"]): _sendable(node["label"]) for node in network["nodes"]}
    assert turned(read(FORMATS[form].write(network)), network) == expected


@pytest.mark.parametrize("name", NAMES)
def test_pajek_holds_the_same_but_for_the_marks_it_cannot_write(networks: dict[str, Network], name: str) -> None:
    network = networks[name]
    marks = str.maketrans({'"': "'", "\\": "/", "\n": " ", "\t": " ", "\u2028": " ", "\u2029": " "})
    expected = meant(network)
    expected.nodes = {ref: label.translate(marks) for ref, label in expected.nodes.items()}
    expected = turned(expected, network)
    content = FORMATS["pajek"].write(network)
    assert turned(pajek(content), network) == expected
    assert turned(pajek_igraph(content), network) == expected


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(network=hostile())
@example(network=nasty())
@example(network=empty())
def test_no_name_value_or_attribute_breaks_a_format(network: Network) -> None:
    expected = turned(meant(network), network)
    for form, read in READERS.values():
        found = turned(read(FORMATS[form].write(network)), network)
        if form != "node-link":
            assert sorted(found.nodes.values()) == sorted(expected.nodes.values()), form
            assert sorted(edge[2:] for edge in found.edges) == sorted(edge[2:] for edge in expected.edges), form
        assert len(found.nodes) == len(network["nodes"]), form
        assert len(found.edges) == len(network["edges"]), form
    content = FORMATS["pajek"].write(network)
    for found in (pajek(content), pajek_igraph(content)):
        assert (len(found.nodes), len(found.edges)) == (len(network["nodes"]), len(network["edges"]))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(network=hostile())
def test_the_same_network_gives_the_same_bytes(network: Network) -> None:
    for form in FORMATS.values():
        assert form.write(network) == form.write(network)


def test_the_nasty_names_are_all_tried(networks: dict[str, Network]) -> None:
    assert {node["label"] for node in networks["nasty"]["nodes"]} == set(NASTY)
