"""Which formats there are, and which one an Accept header asks for."""

from pathlib import Path

import pytest

from app.graph.formats import DEFAULT, FORMATS, accepted, file_name


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (None, "node-link"),
        ("", "node-link"),
        ("*/*", "node-link"),
        ("application/json", "node-link"),
        ("application/*", "node-link"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", "node-link"),
        ("application/gexf+xml", "gexf"),
        ("APPLICATION/GraphML+XML", "graphml"),
        ("text/csv", "csv-edges"),
        ("image/*", "svg"),
        ("image/svg+xml, application/json;q=0.5", "svg"),
        ("application/json, image/svg+xml", "node-link"),
        ("application/json;q=0.2, image/svg+xml ; q=0.3", "svg"),
        ("application/json;q=0, */*", "columnar"),
        ("application/geo+json; charset=utf-8", "geojson"),
        ("application/zip", "csv"),
    ],
)
def test_an_accept_header_names_a_format(header: str | None, name: str) -> None:
    found = accepted(header)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("header", ["text/html", "application/json;q=0", "application/json;q=nan", "a/b, c/d;q=1"])
def test_an_accept_header_that_takes_none_of_ours_gets_none(header: str) -> None:
    assert accepted(header) is None


def test_names_and_media_types_are_unique() -> None:
    assert len({one.media_type for one in FORMATS.values()}) == len(FORMATS)
    assert all(name == one.name for name, one in FORMATS.items())
    assert next(iter(FORMATS.values())) is DEFAULT
    assert FORMATS["csv-edges"].content_type == "text/csv; charset=utf-8"
    assert FORMATS["svg"].content_type == "image/svg+xml"


def test_every_file_has_a_name_of_its_own() -> None:
    names = {file_name("funder-partner-state", "v3", one) for one in FORMATS.values()}
    assert len(names) == len(FORMATS)
    assert "tejido-funder-partner-state-v3.gexf" in names
    assert "tejido-funder-partner-state-v3-csv-edges.csv" in names
    assert file_name("../\r\nx", "", DEFAULT) == "tejido-x.json"


def test_the_docs_name_every_format_and_no_other() -> None:
    text = (Path(__file__).parents[3] / "docs" / "formats.md").read_text("utf-8")
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| `")][1:]
    told = {row[1].strip(" `"): row[2].strip(" `") for row in rows}
    assert told == {one.name: one.media_type for one in FORMATS.values()}
