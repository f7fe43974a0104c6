"""Loading the first data set: what is absent is created, what nobody edited follows the files, edits are left alone."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.history.view import present_view
from app.models.noun import Noun, part_sql
from app.models.nouns import BY_KIND, NOUNS
from app.problems import Problem
from app.store import records
from app.store.database import Database
from app.store.records import PageQuery
from app.store.seed import is_empty, load_seed, seed_rows
from tests.history import picture

Values = dict[str, Any]
ROWS: list[tuple[Noun, Values]] = list(seed_rows())
each_noun = pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.kind)


SMALL = {
    "topics.toml": """
[[topic]]
id = "water"
label_en = "Water"
label_es = "Agua"

[[topic]]
id = "rivers"
label_en = "Rivers"
label_es = "Ríos"
parent = "water"
citations = [{ document = "report", paragraph = 1, cue = "rivers" }]
""",
    "documents.toml": """
[[document]]
id = "report"
title = "A report"
basis = "stated"
language = "en"
kind = "report"
""",
    "organizations.toml": """
[[organization]]
id = "payer"
name = "Payer"
basis = "stated"
acronym = "PAY"
kind = "funder"
citations = [
  { document = "report", heading = "Money", paragraph = 3, cue = "the payer pays" },
]
""",
    "projects.toml": """
[[project]]
id = "wells"
title = "Wells"
basis = "stated"
kind = "grant"
project_status = "ongoing"
topics = [{ topic = "water" }, { topic = "rivers" }]
""",
    "funding.toml": """
[[funding]]
id = "f1"
funder = "payer"
project = "wells"
amount = "10.50"
currency = "USD"
basis = "stated"
""",
}
"""A first data set of six rows and two citations."""
ALL = 6


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of files, to change."""
    made = tmp_path / "seed"
    made.mkdir()
    for name, text in SMALL.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


@pytest.fixture
def filled(database: Database, folder: Path) -> Database:
    """A database into which the folder was loaded."""
    assert load_seed(database, folder) == {"created": ALL}
    return database


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def state_of(database: Database) -> Any:
    with database.read() as connection:
        version = picture.present(connection)
        return picture.versions(connection), picture.live(connection), picture.past(connection, version)


def record(database: Database, kind: str, public_id: str) -> Values:
    with database.read() as connection:
        return records.read(present_view(connection), BY_KIND[kind], public_id, ("citations",))


def edit(database: Database, kind: str, public_id: str, changes: Values) -> None:
    with database.write(cause="api") as writer:
        revision = records.read(writer.view, BY_KIND[kind], public_id)["revision"]
        records.update(writer, BY_KIND[kind], public_id, changes, revision)


def remove(database: Database, kind: str, public_id: str) -> None:
    with database.write(cause="api") as writer:
        revision = records.read(writer.view, BY_KIND[kind], public_id)["revision"]
        records.delete(writer, BY_KIND[kind], public_id, revision)


# What is loaded


@each_noun
def test_each_table_has_as_many_rows_as_its_file(shared: Database, noun: Noun) -> None:
    if noun.kind == "citation":
        wanted = sum(len(row.get("citations", ())) for _, row in ROWS)
    else:
        wanted = sum(1 for one, _ in ROWS if one is noun)
    with shared.read() as connection:
        assert connection.execute(select(func.count()).select_from(noun.sql)).scalar_one() == wanted > 0
        for part in noun.parts:
            rows = connection.execute(select(func.count()).select_from(part_sql(part))).scalar_one()
            assert rows == sum(len(row.get(part.name, ())) for one, row in ROWS if one is noun)


@each_noun
def test_each_row_reads_back_as_the_file_has_it(shared: Database, noun: Noun) -> None:
    with shared.read() as connection:
        found = {}
        cursor = None
        while True:
            include = () if noun.kind == "citation" else ("citations",)
            page = records.list_page(
                present_view(connection), noun, PageQuery(limit=500, cursor=cursor, include=include)
            )
            found.update({item["id"]: item for item in page.items})
            cursor = page.next
            if cursor is None:
                break
    for one, row in ROWS:
        if one is not noun:
            continue
        values = records.CREATE[noun.kind].model_validate(row).model_dump()
        citations = values.pop("citations")
        item = found[values["id"]]
        assert {name: item[name] for name in values} == values
        cited = item["included"]["citations"]
        key = ("document", "paragraph", "cue", "heading")
        assert Counter(tuple(one[name] for name in key) for one in cited) == Counter(
            tuple(one[name] for name in key) for one in citations
        )
        assert {one["record"] for one in cited} <= {item["ref"]}


@pytest.fixture(scope="module")
def shared(seeded_url: str) -> Iterator[Database]:
    """The first data set, only for reading."""
    made = Database(seeded_url)
    yield made
    made.close()


@pytest.fixture(scope="module")
def seeded_url(backend: Any) -> Iterator[str]:
    """A database with the first data set, for this module."""
    made = backend.copy("seeded")
    yield made
    backend.drop(made)


def test_the_first_loading_is_one_version_and_one_import(shared: Database) -> None:
    with shared.read() as connection:
        [version] = picture.versions(connection)
        [run] = connection.execute(select(picture.TABLES["import_run"])).all()
        assert (version["number"], version["cause"], version["import_run_pk"], run.source) == (
            1,
            "seed",
            run.pk,
            "seed",
        )
        runs = connection.execute(select(picture.RECORD.c.import_run_pk).distinct()).scalars().all()
        assert list(runs) == [run.pk]
        live = picture.live(connection)
        assert picture.past(connection, 1) == live
        changes = connection.execute(select(func.count()).select_from(picture.CHANGE)).scalar_one()
        assert changes == connection.execute(select(func.count()).select_from(picture.RECORD)).scalar_one()


def test_the_whole_data_set_loaded_again_changes_nothing(url: str) -> None:
    database = Database(url)
    before = state_of(database)
    assert load_seed(database) == {"unchanged": len(ROWS)}
    assert state_of(database) == before
    database.close()


# Loading again


def test_a_database_is_empty_until_something_was_loaded(database: Database, folder: Path) -> None:
    with database.read() as connection:
        assert is_empty(connection)
    load_seed(database, folder)
    with database.read() as connection:
        assert not is_empty(connection)


def test_a_second_loading_changes_nothing_and_makes_no_version(filled: Database, folder: Path) -> None:
    before = state_of(filled)
    assert load_seed(filled, folder) == {"unchanged": ALL}
    assert state_of(filled) == before


def test_an_edited_row_is_left_alone(filled: Database, folder: Path) -> None:
    edit(filled, "organization", "payer", {"summary": "An edit."})
    before = state_of(filled)
    assert load_seed(filled, folder) == {"unchanged": ALL - 1, "left alone": 1}
    assert state_of(filled) == before


def test_an_edited_row_is_left_alone_though_its_file_changes(filled: Database, folder: Path) -> None:
    edit(filled, "organization", "payer", {"summary": "An edit."})
    change(folder, "organizations.toml", '"PAY"', '"P.A.Y."')
    assert load_seed(filled, folder)["left alone"] == 1
    assert record(filled, "organization", "payer")["acronym"] == "PAY"


def test_a_deleted_row_is_not_brought_back(filled: Database, folder: Path) -> None:
    remove(filled, "funding", "f1")
    before = state_of(filled)
    assert load_seed(filled, folder) == {"unchanged": ALL - 1, "left alone": 1}
    assert state_of(filled) == before
    with filled.read() as connection, pytest.raises(Problem, match="deleted"):
        records.read(present_view(connection), BY_KIND["funding"], "f1")


def test_a_row_that_others_refer_to_may_be_deleted_with_them_and_the_rest_still_loads(
    filled: Database, folder: Path
) -> None:
    remove(filled, "funding", "f1")
    remove(filled, "project", "wells")
    remove(filled, "organization", "payer")
    change(folder, "topics.toml", '"Water"', '"Waters"')
    assert load_seed(filled, folder) == {"updated": 1, "unchanged": ALL - 4, "left alone": 3}


def test_a_deleted_citation_is_not_brought_back(filled: Database, folder: Path) -> None:
    [citation] = record(filled, "organization", "payer")["included"]["citations"]
    remove(filled, "citation", citation["id"])
    before = state_of(filled)
    load_seed(filled, folder)
    assert state_of(filled) == before


def test_a_citation_that_was_corrected_is_not_added_again_as_it_was(filled: Database, folder: Path) -> None:
    [citation] = record(filled, "organization", "payer")["included"]["citations"]
    edit(filled, "citation", citation["id"], {"paragraph": 7})
    before = state_of(filled)
    load_seed(filled, folder)
    assert state_of(filled) == before


def test_a_document_that_was_deleted_with_its_citations_does_not_stop_later_loadings(
    filled: Database, folder: Path
) -> None:
    for kind, public_id in (("organization", "payer"), ("topic", "rivers")):
        for citation in record(filled, kind, public_id)["included"]["citations"]:
            remove(filled, "citation", citation["id"])
    remove(filled, "document", "report")
    before = state_of(filled)
    assert load_seed(filled, folder) == {"unchanged": ALL - 1, "left alone": 1}
    assert state_of(filled) == before


def test_a_file_that_changed_updates_a_row_that_nobody_edited(filled: Database, folder: Path) -> None:
    change(folder, "organizations.toml", '"PAY"', '"P.A.Y."')
    assert load_seed(filled, folder) == {"updated": 1, "unchanged": ALL - 1}
    now = record(filled, "organization", "payer")
    assert (now["acronym"], now["revision"]) == ("P.A.Y.", 2)
    with filled.read() as connection:
        assert present_view(connection).ordinal == 2
        assert picture.past(connection, 2) == picture.live(connection)
        [first] = picture.past(connection, 1)["organization"]
        assert first["acronym"] == "PAY"
        assert [row["cause"] for row in picture.versions(connection)] == ["seed", "seed"]
    # What the loading itself changed is not an edit.
    change(folder, "organizations.toml", '"P.A.Y."', '"PAYER"')
    assert load_seed(filled, folder) == {"updated": 1, "unchanged": ALL - 1}
    assert record(filled, "organization", "payer")["acronym"] == "PAYER"


def test_a_new_citation_in_the_file_is_added_once(filled: Database, folder: Path) -> None:
    new = '"the payer pays" },\n  { document = "report", paragraph = 1, cue = "a new cue" },'
    change(folder, "organizations.toml", '"the payer pays" },', new)
    assert load_seed(filled, folder) == {"unchanged": ALL}
    cited = record(filled, "organization", "payer")["included"]["citations"]
    assert sorted(one["cue"] for one in cited) == ["a new cue", "the payer pays"]
    assert len({one["id"] for one in cited}) == 2
    before = state_of(filled)
    load_seed(filled, folder)
    assert state_of(filled) == before


def test_a_changed_row_and_its_new_citation_come_in_one_version(filled: Database, folder: Path) -> None:
    new = '"the payer pays" },\n  { document = "report", paragraph = 1, cue = "a new cue" },'
    change(folder, "organizations.toml", '"the payer pays" },', new)
    change(folder, "organizations.toml", '"PAY"', '"P.A.Y."')
    assert load_seed(filled, folder) == {"updated": 1, "unchanged": ALL - 1}
    now = record(filled, "organization", "payer")
    assert (now["acronym"], len(now["included"]["citations"])) == ("P.A.Y.", 2)
    with filled.read() as connection:
        assert present_view(connection).ordinal == 2


def test_a_new_row_in_the_file_is_created_with_its_citations(filled: Database, folder: Path) -> None:
    cited = '[{ document = "report", paragraph = 1, cue = "new" }]'
    _append("topics.toml", f'\n[[topic]]\nid = "new"\nlabel_en = "New"\nlabel_es = "Nuevo"\ncitations = {cited}\n')(
        folder
    )
    assert load_seed(filled, folder) == {"created": 1, "unchanged": ALL}
    assert [one["cue"] for one in record(filled, "topic", "new")["included"]["citations"]] == ["new"]


def test_a_row_that_left_the_file_stays(filled: Database, folder: Path) -> None:
    (folder / "funding.toml").unlink()
    before = state_of(filled)
    assert load_seed(filled, folder) == {"unchanged": ALL - 1}
    assert state_of(filled) == before


def test_a_list_inside_a_row_follows_the_file(filled: Database, folder: Path) -> None:
    change(folder, "projects.toml", '{ topic = "water" }, { topic = "rivers" }', '{ topic = "rivers" }')
    assert load_seed(filled, folder) == {"updated": 1, "unchanged": ALL - 1}
    assert record(filled, "project", "wells")["topics"] == [
        {"topic": "rivers", "basis": "implied", "share_percent": None}
    ]


def test_an_amount_written_in_another_way_is_the_same_amount(filled: Database, folder: Path) -> None:
    change(folder, "funding.toml", '"10.50"', '"10.5"')
    assert load_seed(filled, folder) == {"unchanged": ALL}


# Files that cannot be loaded


def _append(file: str, text: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        with (folder / file).open("a", encoding="utf-8") as opened:
            opened.write(text)

    return spoil


def _overwrite(file: str, content: bytes) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        (folder / file).write_bytes(content)

    return spoil


def _topic(rest: str) -> Callable[[Path], None]:
    return _append("topics.toml", f'\n[[topic]]\nid = "x"\nlabel_en = "x"\n{rest}\n')


BROKEN: dict[str, Callable[[Path], None]] = {
    "not TOML": _append("topics.toml", "\n[[topic\n"),
    "a wrong encoding": _overwrite("topics.toml", b'[[topic]]\nid = "\xff"\n'),
    "an unknown field": _topic('label_es = "x"\nlabel_fr = "x"'),
    "a missing field": _topic(""),
    "a code of no form": _topic('label_es = "x"\ncrs_code = "1"'),
    "a reference to nothing": _topic('label_es = "x"\nparent = "nowhere"'),
    "a citation of nothing": _topic('label_es = "x"\ncitations = [{ document = "no", paragraph = 1, cue = "x" }]'),
    "an id twice": _append("topics.toml", '\n[[topic]]\nid = "water"\nlabel_en = "x"\nlabel_es = "x"\n'),
    "a topic twice": _append("projects.toml", '\n[[project.topics]]\ntopic = "water"\n'),
}


@pytest.mark.parametrize("spoil", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_loads_nothing_at_all(database: Database, folder: Path, spoil: Callable[[Path], None]) -> None:
    before = state_of(database)
    spoil(folder)
    with pytest.raises(Exception):  # noqa: B017, PT011 - each file is broken in its own way
        load_seed(database, folder)
    assert state_of(database) == before
    with database.read() as connection:
        assert is_empty(connection)


@pytest.mark.parametrize("spoil", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_changes_nothing_in_a_filled_database(
    filled: Database, folder: Path, spoil: Callable[[Path], None]
) -> None:
    change(folder, "organizations.toml", '"PAY"', '"P.A.Y."')
    spoil(folder)
    before = state_of(filled)
    with pytest.raises(Exception):  # noqa: B017, PT011 - each file is broken in its own way
        load_seed(filled, folder)
    assert state_of(filled) == before


def test_a_folder_without_files_loads_nothing(database: Database, tmp_path: Path) -> None:
    assert load_seed(database, tmp_path) == {}
    with database.read() as connection:
        assert is_empty(connection)
