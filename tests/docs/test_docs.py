"""The documentation, proven: what it names exists, what exists is named, and what it tells to type works."""

import contextlib
import hashlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import SQLModel

from app.access.routes import NEEDS, Need
from app.access.scopes import Scope
from app.graph.definitions import FLOWS, QUESTIONS, RELATIONS, TIES
from app.history.tables import HISTORY
from app.main import create_app
from app.models.nouns import NOUNS
from app.problems import TITLES
from app.settings import Settings

pytestmark = pytest.mark.long_on_postgresql

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
VENDOR = ROOT / "app" / "explorer" / "vendor"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), ROOT / "seed" / "README.md", VENDOR / "README.md"])
HERE = "http://localhost:8000"


def text_of(path: Path) -> str:
    """A page."""
    return path.read_text(encoding="utf-8")


def headings(path: Path) -> list[tuple[int, str]]:
    """The headings of a page: level and text, without those in code."""
    outside = re.sub(r"^```.*?^```", "", text_of(path), flags=re.DOTALL | re.MULTILINE)
    return [(len(marks), text.strip()) for marks, text in re.findall(r"^(#+) (.+)$", outside, flags=re.MULTILINE)]


def blocks(path: Path, language: str) -> list[str]:
    """The code blocks of a page in a language."""
    # All blocks are found first: else what ends one of another language begins one, and what stands between is code.
    found = re.findall(r"^```(\S*)\n(.*?)^```$", text_of(path), flags=re.DOTALL | re.MULTILINE)
    return [block for named, block in found if re.fullmatch(language, named)]


def table_rows(path: Path) -> Iterator[list[str]]:
    """The rows of the tables of a page, as cells."""
    for line in text_of(path).splitlines():
        if line.startswith("|"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def curls() -> list[str]:
    """The addresses that the README tells to fetch."""
    found = []
    for block in blocks(ROOT / "README.md", "sh"):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] == ["curl"] and len(words) == 2:
                found.append(words[1])
    return found


def written_curls() -> list[list[str]]:
    """The words of the commands by which the README writes."""
    lines = [line for block in blocks(ROOT / "README.md", "sh") for line in block.splitlines()]
    commands = [shlex.split(line, comments=True) for line in lines]
    return [words[1:] for words in commands if words[:1] == ["curl"] and len(words) > 2]


# --- settings and problems -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["README.md", "docs/configuration.md"])
def test_every_setting_is_described_with_its_default_and_no_other_is(page: str) -> None:
    described = {}
    for cells in table_rows(ROOT / page):
        if cells[0].startswith("`TEJIDO_"):
            described[cells[0].strip("`")] = cells[1].strip("`")
    expected = {
        f"TEJIDO_{name.upper()}": field.default if isinstance(field.default, str) else json.dumps(field.default)
        for name, field in Settings.model_fields.items()
    }
    assert described == expected


def test_no_page_names_a_setting_that_does_not_exist() -> None:
    named = {name for page in PAGES for name in re.findall(r"TEJIDO_[A-Z_]*[A-Z]", text_of(page))}
    assert named == {f"TEJIDO_{name.upper()}" for name in Settings.model_fields}


def test_every_problem_is_described_under_its_status_and_no_other_is() -> None:
    described: dict[str, int] = {}
    status = 0
    for level, text in headings(DOCS / "problems.md"):
        if level == 2:
            status = int(text)
        elif level == 3:
            described[text] = status
    assert described == {kind: found for kind, (found, _) in TITLES.items()}


# --- addresses -----------------------------------------------------------------------------------------------------


@cache
def served_paths() -> frozenset[str]:
    """The addresses of the OpenAPI document."""
    return frozenset(create_app(Settings(database_url="sqlite://")).openapi()["paths"])


def test_every_address_is_told_of_in_the_page_on_the_api() -> None:
    text = text_of(DOCS / "api.md")
    shared = ("", "/{id}", "/{id}/history", "/{id}/restore")
    assert [path for path in shared if f"/v1/{{resource}}{path}`" not in text] == []
    families = {f"/v1/{noun.path}{path}" for noun in NOUNS for path in shared}
    assert [noun.path for noun in NOUNS if f"`{noun.path}`" not in text] == []
    assert [path for path in sorted(served_paths() - families) if f"`{path}`" not in text] == []


def test_every_address_that_a_page_names_exists() -> None:
    patterns = [re.sub(r"\{[^}]+\}", "[^/]+", path) for path in served_paths()]
    wrong = []
    for page in PAGES:
        for path in re.findall(r"(?<![\w.])/(?:v1/|healthz|readyz|metrics)[\w{}/-]*", text_of(page)):
            shown = path.replace("{resource}", "projects")
            if not any(re.fullmatch(pattern, shown) for pattern in patterns):
                wrong.append(f"{page.name}: {path}")
    assert wrong == []


# --- definitions and the data model --------------------------------------------------------------------------------


def test_every_relation_and_tie_is_defined_and_no_other_is() -> None:
    page = DOCS / "definitions.md"
    assert {text for level, text in headings(page) if level == 3} == set(RELATIONS) | set(TIES)
    assert {text for level, text in headings(page) if level == 4} == {"flows", *QUESTIONS}
    assert [relation for relation in FLOWS if f"`{relation}`" not in text_of(page)] == []


@pytest.mark.parametrize(
    "query",
    [
        "funder-partner-state",
        "funder-partner-state?basis=stated&min_weight=1",
        "funder-partner-state?max_edges=3",
        "coalitions?state=MX-SLP",
        "flows",
        "timeline",
        "coverage?basis=stated",
        "suggestions?organization=ned&year_from=2020&certainty=possible",
    ],
)
def test_every_reason_for_leaving_out_is_described(seeded: TestClient, query: str) -> None:
    answer = seeded.get(f"/v1/networks/{query}")
    assert answer.status_code == 200
    reasons = answer.json().get("graph", answer.json())["left_out"]
    assert reasons
    assert [reason for reason in reasons if f"`{reason}`" not in text_of(DOCS / "definitions.md")] == []


def test_the_numbers_of_the_worked_examples_are_real(seeded: TestClient) -> None:
    def network(name: str, **query: Any) -> Any:
        answer = seeded.get(f"/v1/networks/{name}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def edges(name: str, **query: Any) -> dict[str, Any]:
        return {edge["id"]: edge for edge in network(name, **query)["edges"]}

    counts = network("funder-partner-state", state="MX-NLE")["graph"]["counts"]["projects"]
    assert counts == {"certain": 4, "possible": 8, "nationwide": 12}
    counts = network("funder-partner-state", year_from=2020, year_to=2020)["graph"]["counts"]
    assert (counts["projects"]["certain"], counts["projects"]["possible"], counts["undated_projects"]) == (20, 21, 21)
    group = seeded.get("/v1/state-groups/sg5").json()
    assert (group["count"], group["named"]) == (8, ["MX-SLP", "MX-SON"])
    stated = network("funder-partner-state", basis="stated")
    assert "org:ficdcm" in {node["id"] for node in stated["nodes"]}
    assert "org:ned~funds~org:ficdcm" not in {edge["id"] for edge in stated["edges"]}

    found = edges("funder-partner-state", include="supports,projects")
    funds = [edge for edge in found.values() if edge["source"] == "org:ned" and edge["relation"] == "funds"]
    assert [edge["weight"] for edge in funds] == [1] * 18
    assert found["org:usaid~funds~org:documenta"]["regranted"] == ["f-conjusticia-documenta"]
    assert len(network("funder-partner-state")["graph"]["left_out"]["funding_to_unknown_recipient"]["ids"]) == 2
    supported = found["org:usaid~supports~org:slp-court"]
    assert (supported["weight"], len(supported["inherited_projects"])) == (2, 2)
    for state in ("JAL", "MEX", "VER"):
        assert found[f"org:educacion-y-ciudadania~works_in~state:MX-{state}"]["weight"] == 1
    group_edge = found["org:casede~works_in~state_group:sg1"]
    assert (group_edge["weight"], group_edge["certainty"]) == (0, "possible")
    assert found["org:labmex~works_in~state:MX-SLP"]["shared_project"] == ["cj-mobile-community-service"]
    courts = {name for name in found if "-court~works_in~" in name}
    assert courts == {"org:slp-court~works_in~state:MX-SLP", "org:sonora-court~works_in~state:MX-SON"}
    assert "org:usaid~funds_project~project:red-dh" in found

    lost = network("withdrawal", funder="ned")
    assert (len(lost["recipients"]["lost"]), len(lost["states"]["left"])) == (18, 6)
    status = network("coverage")["status"]
    assert (len(status["known"]), len(status["unknown"])) == (13, 19)
    best = network("suggestions", organization="dialogo-y-movimiento")["candidates"][0]
    assert (best["id"], round(best["score"], 2)) == ("org:slp-court", 1.57)
    both = network("compare", a="funder:ned", b="funder:usaid")
    assert (len(both["topics"]["shared"]), both["partners"]["shared"]) == (9, [])
    assert (both["states"]["status"], len(both["states"]["possibly_shared"])) == ("unknown", 8)
    years = network("timeline", year_from=2020, year_to=2021)["years"]
    assert [year["projects"] for year in years] == [{"certain": 20, "possible": 0}, {"certain": 1, "possible": 19}]

    found = edges("coalitions", weights="collaboration:2,topic:0.5")
    assert sum("c30" in edge.get("collaborations", []) for edge in found.values()) == 15
    assert sum(edge["relation"] == "funder" for edge in found.values()) == 153
    assert found["org:abrimos-info~collaboration~org:accountability-lab-mexico"]["weight"] == 2
    assert found["org:abrimos-info~combined~org:accountability-lab-mexico"]["weight"] == 5


def test_every_table_is_in_the_picture_and_in_words() -> None:
    picture = text_of(DOCS / "data-model.svg")
    words = text_of(DOCS / "data.md")
    tables = set(SQLModel.metadata.tables) - {history.name for history in HISTORY.values()}
    assert [name for name in sorted(tables) if f">{name}<" not in picture] == []
    assert [name for name in sorted(tables) if f"`{name}`" not in words] == []


def test_the_picture_is_what_its_script_draws() -> None:
    drawn = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "data_model.py")], capture_output=True, text=True, check=True, timeout=300
    )
    assert text_of(DOCS / "data-model.svg") == drawn.stdout


# --- the README ----------------------------------------------------------------------------------------------------


def test_every_curl_of_the_readme_works(seeded: TestClient) -> None:
    addresses = curls()
    assert len(addresses) >= 5
    for address in addresses:
        assert address.startswith(f"{HERE}/"), address
        answer = seeded.get(address.removeprefix(HERE))
        assert answer.status_code == 200, f"{address}: {answer.text}"


def ran(arguments: list[str], url: str, folder: Path) -> str:
    """What a command that ends well prints, on a database and in a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=folder,
        env=os.environ | {"TEJIDO_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, f"{arguments}: {done.stderr}"
    return done.stdout.strip()


def test_the_files_of_the_readme_come_in_and_go_out(url: str, tmp_path: Path) -> None:
    commands = re.findall(
        r"^\.venv/bin/tejido ((?:import|export|template) .*)$", text_of(ROOT / "README.md"), re.MULTILINE
    )
    assert len(commands) == 5
    organization = {"id": "GB-CHC-1234567", "name": "Fundación del Río"}
    grant = {
        "id": "360G-readme-1", "title": "Pozos", "description": "Agua.", "currency": "MXN", "amountAwarded": 5,
        "awardDate": "2022-03-04", "fundingOrganization": [organization], "recipientOrganization": [organization],
    }  # fmt: skip
    (tmp_path / "grants.json").write_text(json.dumps({"grants": [grant]}), encoding="utf-8")
    for command in commands:
        ran(shlex.split(command, comments=True), url, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["grants.json", "fill-me-in.xlsx", "tejido.zip", "tejido.xml"]
    )
    assert "Pozos" in (tmp_path / "tejido.xml").read_text(encoding="utf-8")


def test_the_key_and_the_write_of_the_readme_work(client: TestClient, url: str) -> None:
    (made,) = re.findall(r"^KEY=\$\((.*)\)$", text_of(ROOT / "README.md"), flags=re.MULTILINE)
    command, *arguments = shlex.split(made)
    assert command == ".venv/bin/tejido"
    key = ran(arguments, url, ROOT)
    ((address, header, given, body_option, body),) = written_curls()
    assert (header, body_option) == ("-H", "--json")
    name, value = given.split(": ")
    headers = {name: value.replace("$KEY", key), "Content-Type": "application/json"}
    anybody = TestClient(client.app, raise_server_exceptions=False)
    assert anybody.post(address.removeprefix(HERE), content=body).status_code == 415
    assert anybody.post(address.removeprefix(HERE), json=json.loads(body)).status_code == 401
    answer = anybody.post(address.removeprefix(HERE), content=body, headers=headers)
    assert answer.status_code == 201, answer.text


def test_the_page_on_access_names_every_scope_and_every_address_that_needs_more_than_data_do() -> None:
    text = text_of(DOCS / "access.md")
    assert [scope for scope in Scope if f"| `{scope}` |" not in text] == []
    named = {path for (_, path), need in NEEDS.items() if need in (Need.key, Need.metrics, Need.admin)}
    assert [path for path in sorted(named) if not re.search(rf"`(?:GET )?{re.escape(path)}`", text)] == []


def test_the_answers_that_the_readme_shows_are_real(seeded: TestClient) -> None:
    asked = [address.removeprefix(HERE) for address in curls() if "format=" not in address]
    answers = {address: seeded.get(address).json() for address in asked}
    (shown,) = blocks(ROOT / "README.md", "jsonc")
    network = json.dumps(answers["/v1/networks/funder-partner-state?partner=ficdcm"], ensure_ascii=False)
    strings = set(re.findall(r'"[^"]*"', re.sub(r"//.*", "", shown)))
    assert sorted(string for string in strings if string not in network) == []

    nuevo_leon = answers["/v1/states/MX-NLE/profile"]
    assert [nuevo_leon[word]["count"] for word in ("certain", "possible", "nationwide")] == [4, 8, 12]
    funder = answers["/v1/projects/al-voice2rep"]["effective_funder"]
    assert (funder["status"], funder["organizations"]) == ("unknown", [])
    assert answers["/v1/evidence?edge=org:ned~funds~org:ficdcm"]["items"][0]["citations"]
    assert answers["/v1/search?q=mexico+evalua"]["items"][0]["ref"] == "org:mexico-evalua"
    granted = answers["/v1/funding?funder=ned&include=total"]
    assert (granted["total"], granted["money"]["status"]) == (18, "lower_bound")
    assert (granted["money"]["sums"][0]["amount_minor"], len(granted["money"]["unknown_amounts"])) == (5_500_000, 17)


def test_the_python_of_the_readme_prints_what_it_says(seeded: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    code = blocks(ROOT / "README.md", "python")[0]

    def fetch(address: str) -> io.BytesIO:
        return io.BytesIO(seeded.get(address.removeprefix(HERE)).content)

    monkeypatch.setattr(urllib.request, "urlopen", fetch)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})
    assert printed.getvalue().strip() == code.rpartition("# ")[2].strip()


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", text_of(ROOT / "Makefile"), flags=re.MULTILINE))
    for page in PAGES:
        code = "\n".join([*re.findall(r"`([^`\n]+)`", text_of(page)), *blocks(page, "(?:sh)?")])
        for target in re.findall(r"(?:^|\s)make ([a-z-]+)(?=\s|$)", code, flags=re.MULTILINE):
            assert target in targets, f"{page.name}: make {target}"


def test_every_command_that_a_page_names_exists() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "app.cli", "--help"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=300
    )
    named = {name for page in PAGES for name in re.findall(r"app\.cli ([a-z]+)", text_of(page))}
    assert {"serve", "seed"} <= named
    assert [name for name in sorted(named) if not re.search(rf"\b{name}\b", shown.stdout)] == []


# --- links ---------------------------------------------------------------------------------------------------------


def anchor_of(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        linked = (page.parent / name).resolve() if name else page
        assert linked.exists(), target
        if anchor:
            assert anchor in {anchor_of(text) for _, text in headings(linked)}, target


def test_the_list_of_decisions_is_complete() -> None:
    pages = sorted(path.name for path in (DOCS / "decisions").glob("0*.md"))
    assert re.findall(r"\]\((0[^)]+)\)", text_of(DOCS / "decisions" / "README.md")) == pages
    for name in pages:
        (_, title), *_rest = headings(DOCS / "decisions" / name)
        assert title.startswith(f"{name[:4]}: ")
        for word in ("Context", "Decision", "Consequences"):
            assert f"**{word}.**" in text_of(DOCS / "decisions" / name)


# --- the documentation pages of the API ----------------------------------------------------------------------------


def test_the_vendored_files_are_those_of_the_checksums() -> None:
    lines = [line.split("  ", 1) for line in text_of(VENDOR / "SHA256SUMS").splitlines()]
    sums = {name: checksum for checksum, name in lines}
    files = [path for path in VENDOR.rglob("*") if path.is_file() and path.parent != VENDOR]
    found = {path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert found == sums


class _Addresses(HTMLParser):
    """Everything that a page refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        self.found += [value for name, value in attrs if name in ("src", "href", "spec-url", "data-openapi")]


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_the_documentation_pages_refer_to_nothing_elsewhere(seeded: TestClient, page: str) -> None:
    answer = seeded.get(page)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    addresses = _Addresses()
    addresses.feed(answer.text)
    assert len(addresses.found) >= 3
    for address in addresses.found:
        assert not re.match(r"[a-z]+:|//", address), address
        assert seeded.get(f"/{address.lstrip('/')}").status_code == 200, address
