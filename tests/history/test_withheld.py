"""Withheld terms: found in whatever way they are written, told to nobody, stored nowhere."""

import hmac
import json
import logging
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlmodel import SQLModel
from typer.testing import CliRunner, Result

from app.cli import app
from app.history.withheld import MOST_WORDS, Withheld, check_of, refuse_withheld, words_of
from app.models.service import AdminAction, WithheldTerm
from app.models.tables import sql_table
from app.problems import Problem
from app.store import withheld as lists
from app.store.database import Database
from tests.support.keys import as_caller, client_of

SECRET = "a secret of a deployment, long enough"
OTHER = "another secret of it, no less long enough"


def withheld(*terms: str, secret: str = SECRET) -> Withheld:
    """The terms, as a deployment knows them."""
    bare = Withheld(secret, {})
    digests: dict[int, set[str]] = {}
    for term in terms:
        words = words_of(term)
        digests.setdefault(len(words), set()).add(bare.digest_of("".join(words)).hex())
    return Withheld(secret, {count: frozenset(found) for count, found in digests.items()})


# How a term may be written

WORD = st.text(alphabet="abcdefghilmnopqrstuvz", min_size=2, max_size=9)
TERM = st.lists(WORD, min_size=1, max_size=MOST_WORDS).filter(lambda words: 4 <= len("".join(words)) <= 60)
INVISIBLE = ("\u200b", "\u00ad", "\u2060", "\ufeff", "\u200d", "\u034f", "\ufe0f")


def accented(text: str) -> str:
    return unicodedata.normalize("NFC", "".join(f"{char}\u0301" if char in "aeiou" else char for char in text))


def full_width(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def broken(text: str, mark: str) -> str:
    """A word broken in two, as at the end of a line."""
    return f"{text[: len(text) // 2]}{mark}{text[len(text) // 2 :]}"


DISGUISES: dict[str, Callable[[list[str]], str]] = {
    "as it is": " ".join,
    "capitals": lambda words: " ".join(words).upper(),
    "title": lambda words: " ".join(words).title(),
    "accents": lambda words: accented(" ".join(words)),
    "loose accents": lambda words: unicodedata.normalize("NFD", accented(" ".join(words))),
    "full width": lambda words: full_width(" ".join(words)),
    "ideographic space": "\u3000".join,
    "no-break space": "\u00a0".join,
    "tabs": "\t ".join,
    "line ends": "\r\n".join,
    "commas": lambda words: ", ".join(words) + ".",
    "quotes": lambda words: f"«{' '.join(words)}»",
    "slug": "-".join,
    "underlines": "_".join,
    "dots": ".".join,
    "in one": "".join,
    "camels": lambda words: "".join(word.capitalize() for word in words),
    "invisible within": lambda words: " ".join(INVISIBLE[len(word) % len(INVISIBLE)].join(word) for word in words),
    "invisible between": " \u200b".join,
    "apostrophes": lambda words: " ".join(broken(word, "’") for word in words),
    "hyphenated at a line's end": lambda words: " ".join([broken(words[0], "-\n"), *words[1:]]),
    "every word hyphenated": lambda words: " ".join(broken(word, "\u2010\n  ") for word in words),
    "broken by a line's end": lambda words: " ".join([*words[:-1], broken(words[-1], "\n")]),
    "spelled": lambda words: " ".join(" ".join(word) for word in words),
    "spelled with dots": lambda words: "".join(f"{char}." for char in "".join(words)),
    "address": lambda words: f"https://example.org/{'-'.join(words)}/page?q=1#top",
    "query": lambda words: f"https://example.org/?name={'+'.join(words)}&x=1",
    "percent": lambda words: f"https://example.org/{quote(accented(' '.join(words)))}",
}


@pytest.mark.parametrize("disguise", DISGUISES)
@given(
    words=TERM,
    before=st.sampled_from(["", "Señor ", "«", "1) ", "x - "]),
    after=st.sampled_from(["", ",", " y otros", "\n"]),
)
def test_a_term_is_found_however_it_is_written(disguise: str, words: list[str], before: str, after: str) -> None:
    written = before + DISGUISES[disguise](words) + after
    # Of at most six words and sixty letters; a term that is spelled out has as many pieces as letters.
    assume(disguise not in ("spelled", "spelled with dots") or len("".join(words)) <= 25)
    assert withheld(" ".join(words)).contains(written), written


@given(words=TERM, disguise=st.sampled_from(["accents", "capitals", "slug", "commas", "full width"]))
def test_a_term_may_be_put_on_the_list_in_any_of_its_forms(words: list[str], disguise: str) -> None:
    assert withheld(DISGUISES[disguise](words)).contains(" ".join(words))


@given(words=TERM, before=st.text("jkwxy", max_size=3), after=st.text("jkwxy", max_size=3))
def test_a_term_within_longer_words_is_not_found(words: list[str], before: str, after: str) -> None:
    assume(before or after)
    term = " ".join(words)
    assert not withheld(term).contains(before + term + after)


@given(words=TERM)
def test_the_order_of_words_matters_and_nothing_stands_between_them(words: list[str]) -> None:
    assume("".join(reversed(words)) != "".join(words))
    assert not withheld(" ".join(words)).contains(" ".join(reversed(words)))
    assert not withheld(" ".join(words)).contains(" otherwise ".join(words))


@given(
    text=st.lists(st.sampled_from(["ana", "mar", "ia", "maria", "sol", "de", "luz", "perez"]), max_size=30),
    term=st.lists(st.sampled_from(["ana", "mar", "ia", "maria", "sol", "de", "luz", "perez"]), min_size=2, max_size=4),
)
def test_a_text_holds_a_term_exactly_where_a_run_of_its_words_has_the_letters(text: list[str], term: list[str]) -> None:
    runs = {
        "".join(text[first:last])
        for first in range(len(text))
        for last in range(first + 1, min(first + len(term), len(text)) + 1)
    }
    assert withheld(" ".join(term)).contains(" ".join(text)) == ("".join(term) in runs)


def test_letters_with_a_stroke_are_those_without() -> None:
    found = withheld("Łodka Østers", "Đavođ Ægir")
    assert found.contains("Lodka Osters")
    assert found.contains("DAVOD AEGIR")
    assert withheld("Lodka Osters").contains("łodka østers")


def test_letters_are_compared_under_the_secret_alone() -> None:
    key = SECRET.encode()
    for secret in (SECRET, "s" * 64, "s" * 65, "ñ" * 40):
        for letters in ("", "turquesaluna", "ñandú"):
            assert Withheld(secret, {}).digest_of(letters) == hmac.digest(secret.encode(), letters.encode(), "sha256")
    assert check_of(SECRET) not in key.hex()
    assert check_of(SECRET) != check_of(OTHER)
    (known,) = withheld("lava turquesa")._known
    assert not Withheld(OTHER, {2: frozenset({known.hex()})}).contains("lava turquesa")
    assert Withheld(SECRET, {2: frozenset({known.hex()})}).contains("lava turquesa")


def test_the_places_are_pointers_into_the_body() -> None:
    body = {
        "id": "proyecto-lava-turquesa",
        "name": "Justicia para LAVA  TURQUESA",
        "website": "https://example.org/Lava%20Turquesa",
        "kind": "grant",
        "count": 3,
        "parent": None,
        "names": [{"text": "otra"}, {"text": "Lava\nTurquesa", "language": "es"}],
        "list": ["a", "b", "«Lava-Turquesa»"],
        "a/b~c": "lava turquesa",
        "lava turquesa": "a name of a field is no text",
        "near": "Lava Muy Turquesa; Turquesa, Lava; lavaturquesas",
    }
    found = ["/id", "/name", "/website", "/names/1/text", "/list/2", "/a~1b~0c"]
    assert withheld("lava turquesa").places(body) == found
    with pytest.raises(Problem) as refused:
        refuse_withheld(withheld("lava turquesa"), body)
    told = refused.value
    assert (told.kind, told.status) == ("withheld-term", 409)
    assert [error["pointer"] for error in told.errors] == found
    refuse_withheld(withheld("lava turquesa"), {"name": body["near"]})


class Untouched(Mapping[str, Any]):
    """A body that must not be looked at."""

    def __getitem__(self, name: str) -> Any:
        raise AssertionError(name)

    def __iter__(self) -> Iterator[str]:
        raise AssertionError

    def __len__(self) -> int:
        raise AssertionError


def test_without_terms_nothing_is_looked_at() -> None:
    assert Withheld(None, {}).places(Untouched()) == []
    with pytest.raises(AssertionError):
        withheld("lava turquesa").places(Untouched())


def test_a_text_costs_no_more_digests_than_its_words_times_those_of_a_term(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    digest_of = Withheld.digest_of

    def counted(self: Withheld, letters: str) -> bytes:
        asked.append(letters)
        return digest_of(self, letters)

    found = withheld(*(f"primera{number} segunda tercera" for number in range(1000)))
    monkeypatch.setattr(Withheld, "digest_of", counted)
    prose = "La palabra siguiente no está en ninguna lista " * 105
    assert len(prose) <= 5000
    assert not found.contains(prose)
    assert len(asked) <= 3 * len(prose.split())
    asked.clear()
    # Every second word may belong to the next: at most as many pieces are tried as a spelled term may have.
    assert not found.contains("a " * 2500)
    assert len(asked) <= 30 * 2500


# What is stored


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """The first data set."""
    made = Database(url, secret=SECRET)
    yield made
    made.close()


def add(database: Database, *terms: str) -> list[str]:
    ids = []
    for term in terms:
        with database.write_service() as connection:
            ids.append(lists.add_term(connection, term, secret=database.secret, actor="test").id)
    return ids


def dump(database: Database) -> str:
    """Everything that the database holds, as text; of SQLite the very bytes of its files."""
    if database.is_sqlite:
        path = Path(str(database.url.database))
        files = [path, path.with_name(f"{path.name}-wal")]
        return "".join(file.read_bytes().decode("latin-1") for file in files if file.exists())
    with database.read() as connection:
        rows = [
            connection.execute(text(f'SELECT t::text FROM "{name}" t')).scalars() for name in SQLModel.metadata.tables
        ]
        return "\n".join(row for some in rows for row in some)


def test_a_list_is_kept_and_shows_no_term(database: Database) -> None:
    first, second = add(database, "Lava Turquesa", "Señor Ñandú Ejemplo")
    with database.read() as connection:
        stored = lists.list_terms(connection)
        rows = connection.execute(select(sql_table(WithheldTerm))).mappings().all()
    assert sorted(term.id for term in stored) == sorted([first, second])
    assert {term.id: term.words for term in stored} == {first: 2, second: 3}
    assert {row["digest"][:8] for row in rows} == {check_of(SECRET)}
    assert {len(row["digest"]) for row in rows} == {72}
    everything = dump(database).lower()
    for word in ("turquesa", "ñandú", "nandu", SECRET):
        assert word not in everything, word
    with database.write_service() as connection:
        removed = lists.remove_term(connection, first[:6], actor="test")
        assert removed.id == first
    with database.read() as connection:
        assert [term.id for term in lists.list_terms(connection)] == [second]
        action = sql_table(AdminAction)
        noted = connection.execute(select(action.c.action, action.c.subject).order_by(action.c.pk)).all()
    assert [tuple(row) for row in noted][-3:] == [
        ("withhold term", first),
        ("withhold term", second),
        ("release term", first),
    ]


@pytest.mark.parametrize(
    "term",
    ["", " ", "abc", "a b c", "¡!", "12345678", "uno dos tres cuatro cinco seis siete", "larga" * 13, "\u200b" * 9],
)
def test_what_is_no_term_is_refused(database: Database, term: str) -> None:
    with pytest.raises(Problem) as refused:
        add(database, term)
    assert (refused.value.kind, refused.value.errors[0]["pointer"]) == ("malformed-body", "/term")


def test_a_term_is_on_the_list_once_in_whatever_form(database: Database) -> None:
    add(database, "Lava Turquesa")
    for again in ("lava turquesa", "LAVA-TURQUESA", "Láva Túrquésa", "lavaturquesa"):
        with pytest.raises(Problem) as refused:
            add(database, again)
        assert refused.value.kind == "duplicate"


def test_digests_that_begin_alike_are_told_apart_by_more_digits(database: Database) -> None:
    ids = add(database, *(f"termino numero {number}x" for number in range(17)))
    first = next(one for one in ids if sum(other[0] == one[0] for other in ids) > 1)
    with database.write_service() as connection, pytest.raises(Problem) as refused:
        lists.remove_term(connection, first[0], actor="test")
    assert refused.value.kind == "bad-parameter"
    with database.write_service() as connection, pytest.raises(Problem) as refused:
        lists.remove_term(connection, "0" * 64, actor="test")
    assert refused.value.kind == "not-found"


def test_a_list_that_cannot_be_used_is_told_and_never_passed_over(database: Database) -> None:
    with database.read() as connection:
        assert not Withheld.load(connection, None).contains("lava turquesa")
    add(database, "Lava Turquesa")
    with database.read() as connection:
        assert Withheld.load(connection, SECRET).contains("lava turquesa")
        for secret in (None, OTHER):
            with pytest.raises(Problem) as refused:
                Withheld.load(connection, secret)
            assert (refused.value.kind, refused.value.status) == ("no-secret", 503)
            assert "TEJIDO_SECRET" in refused.value.detail
            assert OTHER not in refused.value.detail
    for secret in (None, OTHER):
        with database.write_service() as connection, pytest.raises(Problem) as refused:
            lists.add_term(connection, "otra persona", secret=secret, actor="test")
        assert refused.value.kind == "no-secret"


def test_a_scan_tells_where_terms_stand_now_and_counts_the_past(database: Database, client: TestClient) -> None:
    def change(body: dict[str, Any]) -> None:
        etag = client.get("/v1/organizations/ned").headers["ETag"]
        answer = client.patch("/v1/organizations/ned", json=body, headers={"If-Match": etag})
        assert answer.status_code == 200, answer.text

    names = client.get("/v1/organizations/ned").json()["names"]
    one = (
        {**names[0], "text": "lava-turquesa"} if names else {"text": "lava-turquesa", "kind": "short", "language": None}
    )
    change({"website": "https://example.org/Lava-Turquesa"})
    change({"website": None, "names": [*names, one]})
    project = {"id": "x-lava-turquesa", "title": "Lava Turquesa", "kind": "grant", "project_status": "ongoing"}
    assert client.post("/v1/projects", json=project | {"basis": "stated"}).status_code == 201
    add(database, "Lava Turquesa")
    with database.read() as connection:
        found = lists.scan(connection, Withheld.load(connection, SECRET))
    assert found.present == {
        "org:ned": [f"/names/{len(names)}/text"],
        "project:x-lava-turquesa": ["/id", "/title"],
    }
    assert found.past == 1


def test_a_scan_reads_every_row_of_a_long_table(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    class Every(Withheld):
        """Finds something in every text."""

        def places(self, values: Any, pointer: str = "") -> list[str]:
            return ["/"]

    monkeypatch.setattr(lists, "_BATCH", 7)
    with database.read() as connection:
        query = text("SELECT count(*) FROM record WHERE deleted_in IS NULL")
        records = connection.execute(query).scalar_one()
        found = lists.scan(connection, Every(SECRET, {}))
    assert len(found.present) == records


# By the API


@pytest.fixture
def admin(url: str) -> Iterator[TestClient]:
    """An administrator of a deployment that has a secret."""
    with client_of(url, "admin", secret=SECRET) as made:
        yield made


def test_a_term_is_withheld_and_released_by_the_api(admin: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        made = admin.post("/v1/withheld-terms", json={"term": "Lava Turquesa"})
        assert made.status_code == 201, made.text
        term = made.json()
        assert sorted(term) == ["at", "id", "words"]
        listed = admin.get("/v1/withheld-terms")
        assert listed.json() == {"items": [term], "next": None}
        assert listed.headers["Cache-Control"] == made.headers["Cache-Control"] == "no-store"
        again = admin.post("/v1/withheld-terms", json={"term": "lava  turquesa"})
        assert (again.status_code, again.json()["type"].rpartition("/")[2]) == (409, "duplicate")
        for wrong in ({"term": "Turquesa" * 30}, {"term": "Qui"}, {"term": ["Lava Turquesa"]}, {"Turquesa": 1}, {}):
            refused = admin.post("/v1/withheld-terms", json=wrong)
            assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (422, "malformed-body")
            assert "lava" not in json.dumps([error["detail"] for error in refused.json()["errors"]]).lower()
        actions = admin.get("/v1/admin-actions").json()["items"]
        assert (actions[0]["action"], actions[0]["subject"]) == ("withhold term", term["id"])
        assert admin.delete(f"/v1/withheld-terms/{term['id']}").status_code == 204
        assert admin.delete(f"/v1/withheld-terms/{term['id']}").status_code == 404
        assert admin.delete("/v1/withheld-terms/Lava-Turquesa").status_code == 404
        assert admin.get("/v1/withheld-terms").json()["items"] == []
    told = " ".join([made.text, listed.text, again.text, *(str(record.getMessage()) for record in caplog.records)])
    assert "turquesa" not in told.replace("/v1/withheld-terms/Lava-Turquesa", "").lower()
    assert SECRET not in told


def test_the_list_is_paged(admin: TestClient) -> None:
    for number in range(5):
        assert admin.post("/v1/withheld-terms", json={"term": f"termino {number}abc"}).status_code == 201
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = admin.get("/v1/withheld-terms", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += [term["id"] for term in page["items"]]
        cursor = page["next"]
    assert len(seen) == 5
    assert seen == sorted(set(seen))
    assert admin.get("/v1/withheld-terms?cursor=x").json()["type"].endswith("/bad-cursor")


def test_without_a_secret_nothing_is_withheld_and_it_is_said(url: str) -> None:
    with client_of(url, "admin") as admin:
        refused = admin.post("/v1/withheld-terms", json={"term": "Lava Turquesa"})
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (503, "no-secret")


def test_a_write_that_contains_a_term_is_refused_wherever_it_stands(admin: TestClient) -> None:
    writer = as_caller(admin, "write")
    assert admin.post("/v1/withheld-terms", json={"term": "Lava Turquesa"}).status_code == 201
    version = writer.get("/v1/about").json()["data_version"]
    body = {"name": "AAA", "kind": "funder", "basis": "stated"}
    cited = {"citations": [{"document": "doc-conjusticia", "paragraph": 1, "cue": "la red Lava Turquesa dice"}]}
    for more, pointer in (
        ({"name": "Fundación Láva TURQUESA, A.C."}, "/name"),
        ({"id": "lava-turquesa"}, "/id"),
        ({"website": "https://example.org/lava-turquesa"}, "/website"),
        ({"note": "una larga nota.\nLava Tur-\nquesa"}, "/note"),
        ({"names": [{"text": "L A V A turquesa", "kind": "short"}]}, "/names/0/text"),
        (cited, "/citations/0/cue"),
    ):
        refused = writer.post("/v1/organizations", json=body | more)
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "withheld-term"), refused.text
        assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
        assert "turquesa" not in refused.text.lower()
    etag = writer.get("/v1/organizations/ned").headers["ETag"]
    refused = writer.patch("/v1/organizations/ned", json={"note": "Lava Turquesa"}, headers={"If-Match": etag})
    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (409, ["/note"])
    assert writer.get("/v1/about").json()["data_version"] == version
    assert writer.post("/v1/organizations", json=body | {"name": "Lava Muy Turquesa"}).status_code == 201


def test_nothing_is_written_while_the_list_cannot_be_used(url: str) -> None:
    body = {"name": "AAA", "kind": "funder", "basis": "stated"}
    with client_of(url, "write", secret=SECRET) as before:
        assert as_caller(before, "admin").post("/v1/withheld-terms", json={"term": "Lava Turquesa"}).status_code == 201
    for settings in ({}, {"secret": OTHER}):
        with client_of(url, "write", **settings) as after:
            refused = after.post("/v1/organizations", json=body)
            assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (503, "no-secret")
            assert after.get("/v1/organizations/ned").status_code == 200


# At the command line


def run(folder: Path, typed: str | bytes, *arguments: str, secret: str | None = None) -> Result:
    """A command, in this process: it takes its settings from the environment, as always."""
    settings = {"TEJIDO_DATABASE_URL": f"sqlite:///{folder}/own.db", "TEJIDO_SECRET": secret, "COLUMNS": "200"}
    return CliRunner().invoke(app, arguments, input=typed, env=settings)


def test_terms_come_from_standard_input_and_never_from_the_command(tmp_path: Path) -> None:
    assert run(tmp_path, "", "seed").exit_code == 0
    refused = run(tmp_path, "", "withhold", "add", "Lava Turquesa", secret=SECRET)
    assert refused.exit_code == 2
    refused = run(tmp_path, "Lava Turquesa\n", "withhold", "add")
    assert (refused.exit_code, "TEJIDO_SECRET" in refused.stderr) == (1, True)
    for typed in ("", "\n \n", "Lava Turquesa".encode("utf-16")):
        refused = run(tmp_path, typed, "withhold", "add", secret=SECRET)
        assert (refused.exit_code, type(refused.exception)) == (1, SystemExit)
    added = run(tmp_path, "Lava Turquesa\nabc\nlava-turquesa\n\nMéxico Evalúa\n", "withhold", "add", secret=SECRET)
    assert added.exit_code == 0, added.output
    told = added.output
    assert (told.count("is withheld from now on"), "Line 2:" in told, "Line 3:" in told) == (2, True, True)
    listed = run(tmp_path, "", "withhold", "list", secret=SECRET)
    assert "2 withheld terms." in listed.stderr
    assert listed.stdout.count("the one set") == 2
    assert run(tmp_path, "", "withhold", "list", secret=OTHER).stdout.count("another one") == 2
    scanned = run(tmp_path, "", "withhold", "scan", secret=SECRET)
    assert "org:mexico-evalua\t" in scanned.stdout
    assert "evalúa" not in scanned.output.lower()
    with closing(sqlite3.connect(tmp_path / "own.db")) as connection:
        (digest,) = connection.execute("SELECT digest FROM withheld_term ORDER BY at LIMIT 1").fetchone()
    assert run(tmp_path, "", "withhold", "remove", "--digest", "Lava", secret=SECRET).exit_code == 2
    removed = run(tmp_path, "", "withhold", "remove", "--digest", digest[8:16])
    assert removed.exit_code == 0, removed.output
    last = run(tmp_path, "mexico evalua\n", "withhold", "remove", secret=SECRET)
    assert last.exit_code == 0, last.output
    assert "0 withheld terms." in run(tmp_path, "", "withhold", "list").stderr
    for answer in (refused, added, listed, scanned, removed, last):
        assert "turquesa" not in answer.output.lower()
    assert "turquesa" not in dump(Database(f"sqlite:///{tmp_path}/own.db")).lower()


def test_the_service_does_not_start_unprotected(tmp_path: Path) -> None:
    assert run(tmp_path, "", "migrate").exit_code == 0
    assert run(tmp_path, "Lava Turquesa\n", "withhold", "add", secret=SECRET).exit_code == 0
    for secret in (None, OTHER):
        refused = run(tmp_path, "", "serve", "--port", "1", secret=secret)
        assert (refused.exit_code, type(refused.exception)) == (1, SystemExit)
        assert "TEJIDO_SECRET" in refused.stderr


def test_a_short_secret_is_refused_without_being_shown(tmp_path: Path) -> None:
    refused = run(tmp_path, "", "withhold", "list", secret="kurz-und-geheim")
    assert refused.exit_code == 1
    assert "TEJIDO_SECRET: must have at least 32 characters" in refused.stderr
    assert "geheim" not in refused.output
