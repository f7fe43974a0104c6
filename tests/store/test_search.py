"""Search finds what people mean by what they type, the best first, on both databases alike."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from app.main import create_app
from app.migrations import migrate
from app.models.folding import fold, fold_name
from app.settings import Settings
from app.store.database import Database
from app.store.search import SEARCHED
from app.store.seed import load_seed, seed_rows
from tests.conftest import Backend

Item = dict[str, Any]


def found(client: TestClient, q: str, **parameters: Any) -> list[Item]:
    asked: dict[str, Any] = {"q": q, "limit": 100} | parameters
    answer = client.get("/v1/search", params=asked)
    assert answer.status_code == 200, answer.text
    items: list[Item] = answer.json()["items"]
    return items


def refs(client: TestClient, q: str, **parameters: Any) -> list[str]:
    return [item["ref"] for item in found(client, q, **parameters)]


# What people type

FIRST = {
    "Mexico Evalua": "org:mexico-evalua",
    "mexico evalua ac": "org:mexico-evalua",
    "México Evalúa, A.C.": "org:mexico-evalua",
    "MEXICO  EVALUA": "org:mexico-evalua",
    "  méxico\u00a0evalúa ": "org:mexico-evalua",
    "Me\u0301xico Evalu\u0301a": "org:mexico-evalua",
    "ＭＥＸＩＣＯ evalua": "org:mexico-evalua",
    "evalua mexico": "org:mexico-evalua",
    "evalúa": "org:mexico-evalua",
    "new leon": "state:MX-NLE",
    "nuevo leon": "state:MX-NLE",
    "Nuevo León": "state:MX-NLE",
    "N.L.": "state:MX-NLE",
    "N. L.": "state:MX-NLE",
    "NL": "state:MX-NLE",
    "North Baja California": "state:MX-BCN",
    "CDMX": "state:MX-CMX",
    "distrito federal": "state:MX-CMX",
    "D.F.": "state:MX-CMX",
    "Mexico City": "state:MX-CMX",
    "Estado de Mexico": "state:MX-MEX",
    "edomex": "state:MX-MEX",
    "chihuahua": "state:MX-CHH",
    "usaid": "org:usaid",
    "U.S.A.I.D.": "org:usaid",
    "CASEDE": "org:casede",
    "docsmx": "org:ficdcm",
    "Quinto Elemento": "org:quinto-elemento",
    "diálogo y movimiento a. c.": "org:dialogo-y-movimiento",
    "dialogo & movimiento": "org:dialogo-y-movimiento",
    "Diálogo, Movimiento": "org:dialogo-y-movimiento",
    "ned": "org:ned",
    "national endowment": "org:ned",
    "Documenta": "org:documenta",
    "Fiscalía General del Estado de San Luis Potosí": "org:slp-ago",
    "poder judicial del estado de san luis potosi": "org:slp-court",
    "Instituto de las Mujeres del Estado de San Luis Potosí": "org:slp-womens-institute",
    "Centro de Justicia para las Mujeres": "org:slp-womens-justice-center",
    "universidad intercultural": "org:slp-intercultural-university",
    "womens institute": "org:slp-womens-institute",
    "Women's Institute": "org:slp-womens-institute",
    "Women’s Institute": "org:slp-womens-institute",
}


@pytest.mark.parametrize(("q", "first"), FIRST.items())
def test_what_people_type_finds_what_they_mean_first(seeded: TestClient, q: str, first: str) -> None:
    assert refs(seeded, q)[:1] == [first]


@pytest.mark.parametrize(
    ("q", "wanted"),
    [
        ("IMM", {"project:cj-imm", "tool:t-imm"}),
        ("labmex", {"org:labmex", "project:cj-labmex", "tool:t-labmex"}),
        ("san luis potosi", {"state:MX-SLP", "org:slp-court", "org:slp-ago", "org:slp-womens-institute"}),
        ("nuevo leon", {"state:MX-NLE", "org:gov-nuevo-leon"}),
    ],
)
def test_a_name_that_several_records_have_finds_them_all(seeded: TestClient, q: str, wanted: set[str]) -> None:
    assert wanted <= set(refs(seeded, q))


def test_an_exact_name_comes_before_names_that_hold_it(seeded: TestClient) -> None:
    for q in ("san luis potosi", "baja california", "nuevo leon", "access to justice", "mexico evalua"):
        matches = [item["match"] for item in found(seeded, q)]
        assert matches[0] == "exact"
        order = ["exact", "words", "start", "partial", "description"]
        assert [order.index(one) for one in matches] == sorted(order.index(one) for one in matches)


def test_every_topic_is_found_by_its_label_in_both_languages(seeded: TestClient) -> None:
    topics = [row for noun, row in seed_rows() if noun.kind == "topic"]
    assert len(topics) > 40
    for topic in topics:
        for label in (topic["label_en"], topic["label_es"], topic["label_es"].upper(), fold(topic["label_es"])):
            assert refs(seeded, label, kind="topic")[0] == f"topic:{topic['id']}", label


def test_every_state_is_found_first_by_each_form_that_is_its_own(seeded: TestClient) -> None:
    states = [row for noun, row in seed_rows() if noun.kind == "state"]
    assert len(states) == 32
    for state in states:
        for form in (state["name"], *(name["text"] for name in state.get("names", []))):
            same = [item["ref"] for item in found(seeded, form, kind="state") if item["match"] == "exact"]
            assert f"state:{state['id']}" in same, form


def test_every_organization_is_found_by_each_of_its_names(seeded: TestClient) -> None:
    for noun, row in seed_rows():
        if noun.kind == "organization":
            for name in (row["name"], row.get("acronym"), *(one["text"] for one in row.get("names", []))):
                if name and fold(name):
                    exact = [item["ref"] for item in found(seeded, name[:200]) if item["match"] == "exact"]
                    assert f"org:{row['id']}" in exact or len(name) > 200, name


# Ranks


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("MX-NLE", "state:MX-NLE"),
        ("mx-nle", "state:MX-NLE"),
        ("19", "state:MX-NLE"),
        ("NED2020-01", "project:ned2020-01"),
    ],
)
def test_a_code_finds_the_record_that_has_it(seeded: TestClient, q: str, first: str) -> None:
    assert refs(seeded, q)[0] == first


def test_documenta_comes_before_every_documenting(seeded: TestClient) -> None:
    items = found(seeded, "Documenta")
    assert [items[0]["ref"], items[0]["match"]] == ["org:documenta", "exact"]
    # Only what begins with the whole text typed may follow: "documentary", and no "documenting".
    assert all("documenta" in fold(item["matched"]) for item in items)
    assert all(item["match"] != "exact" for item in items[1:])


def test_typing_on_narrows_down(seeded: TestClient) -> None:
    for name, wanted in (("documenta", "org:documenta"), ("chihuahua", "state:MX-CHH"), ("mexiro", "org:mexiro")):
        before: set[str] | None = None
        for end in range(3, len(name) + 1):
            typed = refs(seeded, name[:end])
            assert wanted in typed, name[:end]
            assert before is None or set(typed) <= before, name[:end]
            before = set(typed)


def test_partial_typing_ranks_short_names_that_begin_so_first(seeded: TestClient) -> None:
    assert refs(seeded, "docum")[0] == "org:documenta"
    assert refs(seeded, "chih")[0] == "state:MX-CHH"
    assert refs(seeded, "quinto")[0] == "org:quinto-elemento"
    assert refs(seeded, "quint")[:2] == ["state:MX-ROO", "org:quinto-elemento"]


def test_a_description_ranks_after_every_name(seeded: TestClient) -> None:
    items = found(seeded, "access to justice")
    assert {item["match"] for item in items} >= {"exact", "words", "description"}
    assert [item["match"] == "description" for item in items] == sorted(
        item["match"] == "description" for item in items
    )


def test_each_result_says_by_which_text_it_was_found(seeded: TestClient) -> None:
    [state] = found(seeded, "new leon")
    assert (state["label"], fold(state["matched"])) == ("Nuevo León", "new leon")
    for item in found(seeded, "justicia"):
        assert any(word.startswith("justicia") for word in fold(item["matched"]).split()), item


def test_only_the_kinds_that_are_asked_for_are_found(seeded: TestClient) -> None:
    every = found(seeded, "a")
    assert {item["kind"] for item in every} == set(SEARCHED)
    for kind in SEARCHED:
        assert refs(seeded, "a", kind=kind) == [item["ref"] for item in every if item["kind"] == kind]
    two = refs(seeded, "a", kind="state,organization")
    assert two == [item["ref"] for item in every if item["kind"] in ("state", "organization")]
    assert seeded.get("/v1/search", params={"q": "a", "kind": "person"}).status_code == 400


# Nothing, and nonsense


@pytest.mark.parametrize("q", ["zzzqqq", "mexico zzzqqq", "qwertyuiop", "Xochimilco de Arriba", "0000"])
def test_nonsense_finds_nothing(seeded: TestClient, q: str) -> None:
    assert found(seeded, q) == []


@pytest.mark.parametrize(
    "q", ["%", "_", "\\", "*", '"', "'", "%%", "___", "!!!", "...", "-", "&", "()", "¿?", "…", "—"]
)
def test_punctuation_alone_finds_nothing(seeded: TestClient, q: str) -> None:
    assert found(seeded, q) == []


@pytest.mark.parametrize(
    ("q", "plain"),
    [
        ("mexico%", "mexico"),
        ("mexico*", "mexico"),
        ('"mexico evalua"', "mexico evalua"),
        ("'mexico evalua'", "mexico evalua"),
        ("mexico_evalua", "mexico evalua"),
        ("mexico\\evalua", "mexico evalua"),
        ("mexico OR zzzqqq", "mexico or zzzqqq"),
        ("NOT mexico", "not mexico"),
        ("mexico -evalua", "mexico evalua"),
        ("name:mexico", "name mexico"),
        ("mexico; DROP TABLE topic", "mexico drop table topic"),
        ("%exico", "exico"),
        ("_exico", "exico"),
        ("(mexico)", "mexico"),
        ("mexico AND", "mexico and"),
        ("^mexico$", "mexico"),
    ],
)
def test_signs_that_mean_something_elsewhere_are_plain_text(seeded: TestClient, q: str, plain: str) -> None:
    assert refs(seeded, q) == refs(seeded, plain)


def test_a_wildcard_matches_no_letters(seeded: TestClient) -> None:
    assert refs(seeded, "exico") == []
    assert refs(seeded, "m%xico") == refs(seeded, "m xico")
    assert "org:mexico-evalua" not in refs(seeded, "m%xico")
    assert "org:mexico-evalua" not in refs(seeded, "m_xico")


@pytest.mark.parametrize(
    "q",
    [
        "😀",
        "👩‍👩‍👧",
        "x" * 200,
        "é" * 200,
        "ﷺ" * 200,
        "1 " * 99 + "1",
        "a " * 99 + "a",
        "\u202eabc",
        "\u200b",
        "\ufeff",
        "İ",
        "ß",
        "日本語",
        "العربية",
        "e" + "\u0301" * 199,
        "%" * 200,
        "\\" * 200,
        "'" * 200,
    ],
    ids=ascii,
)
def test_strange_text_is_answered(seeded: TestClient, q: str) -> None:
    answer = seeded.get("/v1/search", params={"q": q})
    assert answer.status_code in (200, 400), answer.text


@pytest.mark.parametrize("q", ["", " ", "x" * 201, "a\0b", "a\nb", "a\x1bb"], ids=ascii)
def test_text_that_is_empty_too_long_or_holds_control_characters_is_a_problem(seeded: TestClient, q: str) -> None:
    answer = seeded.get("/v1/search", params={"q": q})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_search_without_text_is_a_problem(seeded: TestClient) -> None:
    assert seeded.get("/v1/search").status_code == 400


# Order and pages


@pytest.mark.parametrize("q", ["mexico", "a", "de", "justicia", "the"])
def test_pages_laid_together_are_the_whole_answer(seeded: TestClient, q: str) -> None:
    whole = seeded.get("/v1/search", params={"q": q, "limit": 100}).json()
    assert len(whole["items"]) == min(100, whole["total"])
    paged: list[Item] = []
    for offset in range(0, whole["total"], 7):
        answer = seeded.get("/v1/search", params={"q": q, "limit": 7, "offset": offset}).json()
        assert answer["total"] == whole["total"]
        paged += answer["items"]
    assert paged[:100] == whole["items"]
    assert len({item["ref"] for item in paged}) == len(paged) == whole["total"]


def test_a_page_beyond_the_last_is_empty_and_still_tells_the_total(seeded: TestClient) -> None:
    answer = seeded.get("/v1/search", params={"q": "mexico", "offset": 10_000}).json()
    assert answer["items"] == []
    assert answer["total"] > 5


def test_the_order_of_words_and_their_repetition_do_not_matter_to_what_is_found(seeded: TestClient) -> None:
    assert (
        set(refs(seeded, "evalua mexico"))
        == set(refs(seeded, "mexico evalua"))
        == set(refs(seeded, "mexico evalua mexico"))
    )


QUERIES = (
    *FIRST,
    "mexico",
    "a",
    "de",
    "justicia",
    "the",
    "docum",
    "chih",
    "labmex",
    "IMM",
    "ñ",
    "n",
    "observ",
    "1",
    "y",
)


@pytest.fixture(scope="module")
def on_sqlite(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The first data set in SQLite, whatever the backend is."""
    path: Path = tmp_path_factory.mktemp("search") / "seeded.db"
    database = Database(f"sqlite:///{path}")
    with database.write_schema() as connection:
        migrate(connection)
    load_seed(database)
    database.close()
    with TestClient(create_app(Settings(database_url=f"sqlite:///{path}"))) as client:
        yield client


def test_both_databases_give_the_same_answers_in_the_same_order(seeded: TestClient, on_sqlite: TestClient) -> None:
    for q in QUERIES:
        assert found(seeded, q) == found(on_sqlite, q), q


def test_lists_narrowed_by_words_are_the_same_on_both_databases(seeded: TestClient, on_sqlite: TestClient) -> None:
    for path in ("organizations", "projects", "states", "topics", "unnamed-parties", "tools", "findings"):
        for q in ("mexico", "justicia", "de la", "observ", "%", "a_b"):
            url = f"/v1/{path}?limit=500&include=total"
            one, other = (client.get(url, params={"q": q, "limit": 500}) for client in (seeded, on_sqlite))
            assert one.status_code == other.status_code
            assert one.json() == other.json(), (path, q)


# After a change


def test_a_new_name_is_found_and_an_old_one_is_not(client: TestClient) -> None:
    body = {"id": "abc", "name": "Zzyzx Norte, A.C.", "kind": "ngo", "basis": "stated"}
    assert client.post("/v1/organizations", json=body).status_code == 201
    assert refs(client, "zzyzx norte ac") == ["org:abc"]
    names = [{"text": "Xylófono", "kind": "short"}]
    changed = client.patch("/v1/organizations/abc", json={"name": "Qwzk", "names": names}, headers={"If-Match": '"r1"'})
    assert changed.status_code == 200
    assert refs(client, "zzyzx") == []
    assert refs(client, "xylofono") == refs(client, "QWZK") == ["org:abc"]
    changed = client.patch("/v1/organizations/abc", json={"acronym": "QQZ"}, headers={"If-Match": '"r2"'})
    assert changed.status_code == 200
    assert refs(client, "xylofono") == refs(client, "qqz") == ["org:abc"]
    assert client.delete("/v1/organizations/abc", headers={"If-Match": '"r3"'}).status_code == 204
    assert refs(client, "xylofono") == refs(client, "qwzk") == []


# Folding


@given(st.text(max_size=60))
def test_folding_folds_once_and_for_all(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert folded == " ".join(folded.split())


@given(st.text(max_size=60))
def test_leaving_off_the_legal_form_leaves_something(text: str) -> None:
    assert bool(fold_name(text)) == bool(fold(text))
    assert fold(text).startswith(fold_name(text))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("𝐀𝐁", "ab"),
        ("México Evalúa, A.C.", "mexico evalua"),
        ("Diálogo y Movimiento A. C.", "dialogo y movimiento"),
        ("Algo, S.A. de C.V.", "algo"),
        ("Algo S. de R.L. de C.V.", "algo"),
        ("Algo, Asociación Civil", "algo"),
        ("A.C.", "ac"),
        ("Acme Inc.", "acme"),
        ("Casa de la Mujer, I.A.P.", "casa de la mujer"),
        ("Centro de", "centro de"),
    ],
)
def test_a_legal_form_at_the_end_is_left_off(text: str, folded: str) -> None:
    assert fold_name(text) == folded
