"""Networks as graphs, tables, files and citations: the numbers are those that the service gives by itself."""

import csv
import hashlib
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import networkx as nx
import pytest
from tejido_client import NotReached, Tejido

from tests.clients.conftest import Service


@pytest.fixture
def first(api: Tejido) -> Tejido:
    """A client of the first version of the data."""
    return api.at("v1")


NETWORKS: dict[str, Callable[[Tejido], Any]] = {
    "funder-partner-state": lambda api: api.networks.funder_partner_state(),
    "coalitions": lambda api: api.networks.coalitions(tie=["collaboration", "project"]),
    "flows": lambda api: api.networks.flows(),
    "projection": lambda api: api.networks.projection(of="partner", through="state"),
    "ego": lambda api: api.networks.ego("org:mexico-evalua", depth=2),
}

QUESTIONS: dict[str, tuple[Callable[[Tejido], Any], str]] = {
    "paths": (lambda api: api.networks.paths(from_="documenta", to="usaid"), "chains.steps"),
    "measures": (lambda api: api.networks.measures(), "nodes"),
    "withdrawal": (lambda api: api.networks.withdrawal(funder="ned"), "recipients.lost"),
    "coverage": (lambda api: api.networks.coverage(), "rows.cells"),
    "suggestions": (lambda api: api.networks.suggestions(organization="mexico-evalua"), "candidates.reasons"),
    "compare": (lambda api: api.networks.compare(a="funder:ned", b="funder:usaid"), "partners.only_a"),
    "diff": (lambda api: api.networks.diff(before="funder:ned", after="funder:usaid"), "edges_added"),
    "timeline": (lambda api: api.networks.timeline(year_from=2020, year_to=2021), "years"),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_the_graph_that_it_says_it_is(first: Tejido, name: str) -> None:
    network = NETWORKS[name](first)
    assert network.json["graph"]["network"] == name
    graph = network.to_networkx()
    body = network.json
    assert (graph.is_directed(), graph.is_multigraph()) == (body["directed"], body["multigraph"])
    assert graph.number_of_nodes() == len(body["nodes"]) > 0
    assert graph.number_of_edges() == len(body["edges"]) > 0
    assert graph.graph == body["graph"]
    kinds = Counter(kind for _, kind in graph.nodes(data="kind"))
    assert kinds == body["graph"]["counts"]["nodes"]
    weights = {data["id"]: data["weight"] for _, _, data in graph.edges(data=True)}
    assert weights == {edge["id"]: edge["weight"] for edge in body["edges"]}


def test_measures_of_the_graph_are_those_of_the_service(first: Tejido) -> None:
    # The service measures the certain edges, without direction.
    network = first.networks.funder_partner_state().to_networkx()
    told = first.networks.measures(network="funder-partner-state").json
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(network)
    graph.add_edges_from((a, b) for a, b, data in network.edges(data=True) if data["certainty"] == "certain")
    assert graph.number_of_nodes() == told["whole"]["nodes"]
    assert graph.number_of_edges() == told["whole"]["edges"]
    assert nx.density(graph) == pytest.approx(told["whole"]["density"], abs=1e-9)
    assert nx.number_connected_components(graph) == told["whole"]["components"]
    assert nx.transitivity(graph) == pytest.approx(told["whole"]["transitivity"], abs=1e-9)
    between = nx.betweenness_centrality(graph)
    assert {node["id"]: node["degree"] for node in told["nodes"]} == dict(graph.degree())
    for node in told["nodes"]:
        assert between[node["id"]] == pytest.approx(node["betweenness"], abs=1e-8), node["id"]


def test_records_are_the_rows_that_the_service_writes_as_csv(first: Tejido, tmp_path: Path) -> None:
    network = first.networks.funder_partner_state()
    tables = network.records()
    with zipfile.ZipFile(network.save(tmp_path / "network.zip", format="csv")) as archive:
        for name, rows in (("nodes", tables.nodes), ("edges", tables.edges)):
            text = archive.read(f"{name}.csv").decode("utf-8-sig")
            written = list(csv.DictReader(io.StringIO(text, newline="")))
            assert len(written) == len(rows)
            shared = [column for column in written[0] if column in rows[0] and not isinstance(rows[0][column], list)]
            assert set(shared) >= ({"id", "kind", "label"} if name == "nodes" else {"source", "target", "weight"})
            for ours, theirs in zip(rows, written, strict=True):
                for column in shared:
                    assert "" if ours[column] is None else str(ours[column]) == theirs[column], column
    assert {row["certainty"] for row in tables.edges} == {"certain", "possible", "nationwide"}
    assert not [value for row in tables.edges for value in row.values() if isinstance(value, dict)]


def test_rows_of_nested_lists_bring_along_whose_they_are(first: Tejido) -> None:
    network = first.networks.funder_partner_state(partner="ficdcm")
    (money,) = network.rows("edges.money.sums")
    assert (money["edges_source"], money["edges_target"]) == ("org:ned", "org:ficdcm")
    assert (money["currency"], money["amount_minor"], money["edges_money_status"]) == ("USD", 5_500_000, "lower_bound")
    assert [row["value"] for row in network.rows("edges.projects.certain")] == ["ned2020-14"]
    with pytest.raises(KeyError, match="the answer has no 'edge'"):
        network.rows("edge")
    with pytest.raises(TypeError, match="is no list"):
        network.rows("directed")


@pytest.mark.parametrize("name", QUESTIONS)
def test_each_question_is_answered_and_has_rows(first: Tejido, name: str) -> None:
    ask, path = QUESTIONS[name]
    answer = ask(first)
    assert answer.json["question"] == name
    rows = answer.rows(path)
    assert rows
    assert not [value for row in rows for value in row.values() if isinstance(value, dict)]


def test_rows_of_cells_name_the_state(first: Tejido) -> None:
    coverage = first.networks.coverage()
    cells = coverage.rows("rows.cells")
    assert len(cells) == sum(len(row["cells"]) for row in coverage.json["rows"])
    assert cells[0]["rows_id"] == "state:MX-AGU"
    assert cells[0]["column"].startswith("topic:")


@pytest.mark.parametrize("name", [*NETWORKS, *QUESTIONS])
def test_every_answer_can_be_cited_and_checked(service: Service, first: Tejido, name: str) -> None:
    answer = NETWORKS[name](first) if name in NETWORKS else QUESTIONS[name][0](first)
    assert answer.data_version == "v1"
    again = httpx.get(service.address + answer.permalink, timeout=60)
    assert again.json() == answer.json
    assert hashlib.sha256(again.content).hexdigest() == answer.sha256
    assert name in repr(answer)
    told = answer.citation()
    assert (told["sha256"], told["data_version"]) == (answer.sha256, "v1")
    assert told["permalink"].endswith(answer.permalink)
    assert answer.citation("bibtex") == told["bibtex"]
    assert answer.citation("bibtex").startswith("@misc{")
    assert answer.citation("csl")["URL"] == told["permalink"]


def test_a_network_is_saved_for_another_tool(first: Tejido, tmp_path: Path) -> None:
    network = first.networks.funder_partner_state(state="MX-NLE")
    file = network.save(tmp_path / "network.gexf", format="gexf")
    assert file == tmp_path / "network.gexf"
    graph = nx.read_gexf(file, version="1.3")
    assert set(graph) == {node["id"] for node in network.json["nodes"]}
    first.save("/v1/networks/funder-partner-state", tmp_path / "same.gexf", format="gexf", state="MX-NLE")
    assert (tmp_path / "same.gexf").read_bytes() == file.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["network.gexf", "same.gexf"]


def test_a_file_that_breaks_off_is_not_there(tmp_path: Path) -> None:
    def half() -> Iterator[bytes]:
        yield b"half"
        msg = "broken"
        raise httpx.ReadError(msg)

    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=half()))
    with Tejido("http://tejido.example", transport=transport) as api, pytest.raises(NotReached, match="broke off"):
        api.save("/v1/about", tmp_path / "about.json")
    assert list(tmp_path.iterdir()) == []


def test_why_an_edge_is_there(first: Tejido) -> None:
    edge = first.networks.funder_partner_state(partner="ficdcm").json["edges"][-1]
    assert edge["id"] == "org:ned~funds~org:ficdcm"
    evidence = first.evidence(edge=edge["id"])
    assert evidence["edge"] is not None
    assert {item["ref"] for item in evidence["items"]} >= set(edge["records"])
    assert evidence["documents"][0]["id"] == "doc-ned-2020"


def test_profiles(first: Tejido) -> None:
    assert first.states.profile("MX-NLE")["certain"]["count"] == 4
    assert first.organizations.profile("ned")["organization"]["id"] == "ned"
