"""What is expunged is nowhere any more, and the versions that held it say so."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import MetaData, select
from typer.testing import CliRunner

from app.cli import app as cli
from app.history.view import present_view
from app.models.nouns import BY_KIND
from app.problems import Problem
from app.store import records
from app.store.database import Database
from app.store.expunging import expunge, scrub, to_expunge
from app.store.loading import load_columns
from app.store.records import CREATE
from tests.store.columns import assert_same

ORGANIZATION, FUNDING = BY_KIND["organization"], BY_KIND["funding"]
NAME = "Zarzamora Azulada"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """The first data set, and an organization that a funding row once referred to."""
    made = Database(url)
    body = {"name": NAME, "kind": "ngo", "basis": "stated", "id": "zarzamora-azulada"}
    cited = {"citations": [{"document": "doc-conjusticia", "paragraph": 1, "cue": "zarzamora dice"}]}
    with made.write(cause="api") as writer:
        records.create(writer, ORGANIZATION, CREATE["organization"].model_validate(body | cited))
    with made.write(cause="api") as writer:
        row = {"id": "f-x", "recipient": "zarzamora-azulada", "basis": "stated", "note": "first"}
        records.create(writer, FUNDING, CREATE["funding"].model_validate(row))
    with made.write(cause="api") as writer:
        records.update(writer, FUNDING, "f-x", {"recipient": "ned", "note": "second"}, 1)
    yield made
    made.close()


def take_out(database: Database, ref: str, *, with_referrers: bool = False) -> list[str]:
    with database.write(cause="expunge", actor="cli") as writer:
        done = expunge(writer, to_expunge(writer.connection, ref, with_referrers=with_referrers))
    scrub(database)
    return list(done.refs)


def everything(database: Database) -> str:
    """Every value of every table."""
    tables = MetaData()
    tables.reflect(database.engine)
    with database.read() as connection:
        return "\n".join(str(row) for table in tables.sorted_tables for row in connection.execute(select(table)).all())


def test_it_is_in_no_table_and_no_page_of_the_file(database: Database, client: TestClient) -> None:
    assert "arzamora" in everything(database)
    refs = take_out(database, "org:zarzamora-azulada")
    assert refs[-1] == "org:zarzamora-azulada"
    assert [ref.partition(":")[0] for ref in refs] == ["citation", "org"]
    assert "arzamora" not in everything(database)
    if database.is_sqlite:
        file = Path(database.url.database or "")
        for one in (file, file.with_name(f"{file.name}-wal")):
            assert not one.exists() or b"arzamora" not in one.read_bytes()


def test_past_versions_lose_it_and_say_so(database: Database, client: TestClient) -> None:
    held = client.get("/v1/organizations?as_of=v2&limit=500")
    network = client.get("/v1/networks/funder-partner-state?as_of=v3&include=projects")
    assert "zarzamora-azulada" in held.text
    before, untouched = held.headers["ETag"], client.get("/v1/organizations?as_of=v1&limit=500")
    take_out(database, "org:zarzamora-azulada")
    after = client.get("/v1/organizations?as_of=v2&limit=500")
    assert "zarzamora" not in after.text
    assert after.headers["Data-Version-Amended"] == "true"
    assert after.headers["ETag"] != before
    again = client.get("/v1/networks/funder-partner-state?as_of=v3&include=projects")
    assert "zarzamora" not in again.text
    assert again.headers["ETag"] != network.headers["ETag"]
    assert client.get("/v1/networks/funder-partner-state?as_of=v3&format=citation").json()["amended"] is True
    assert client.get("/v1/organizations/zarzamora-azulada").status_code == 404
    # The revision of the funding row that named it is gone, the one that does not is there.
    assert client.get("/v1/funding/f-x?as_of=v3").status_code == 404
    assert client.get("/v1/funding/f-x?as_of=v4").json()["note"] == "second"
    assert client.get("/v1/funding/f-x").json()["note"] == "second"
    same = client.get("/v1/organizations?as_of=v1&limit=500")
    assert (same.content, same.headers["ETag"]) == (untouched.content, untouched.headers["ETag"])
    assert "Data-Version-Amended" not in same.headers
    assert "zarzamora" not in client.get("/v1/changes?limit=500").text
    with database.read() as connection:
        assert present_view(connection).ordinal == 5


def test_the_columns_are_those_that_are_read_anew(database: Database, client: TestClient) -> None:
    client.get("/v1/networks/coalitions?as_of=v2")
    client.get("/v1/networks/coalitions")
    take_out(database, "org:zarzamora-azulada")
    client.get("/v1/networks/coalitions")
    with database.read() as connection:
        view = present_view(connection)
        found = client.app.state.snapshots.columns(view)  # type: ignore[attr-defined]
    assert_same(found, load_columns(database))


def test_what_refers_to_it_is_named_or_goes_too(database: Database) -> None:
    with pytest.raises(Problem, match="refer to it") as refused:
        take_out(database, "org:ned")
    assert refused.value.kind == "referred-to"
    refs = take_out(database, "org:ned", with_referrers=True)
    assert {"org:ned", "funding:f-x"} <= set(refs)
    with database.read() as connection, pytest.raises(Problem, match="No organization"):
        records.read(present_view(connection), ORGANIZATION, "ned")


def test_a_deleted_record_can_be_expunged(database: Database) -> None:
    with database.write(cause="api") as writer:
        records.delete(writer, ORGANIZATION, "zarzamora-azulada", 1)
    take_out(database, "org:zarzamora-azulada")
    assert "arzamora" not in everything(database)


def test_what_it_hid_stays_hidden(database: Database) -> None:
    with database.write(cause="api") as writer:
        records.update(writer, ORGANIZATION, "zarzamora-azulada", {"visibility": "restricted"}, 1)
        body = {"title": "A", "basis": "stated", "language": "es", "kind": "report", "visibility": "restricted"}
        document = records.create(writer, BY_KIND["document"], CREATE["document"].model_validate(body))
    with database.write(cause="api") as writer:
        topic = {"id": "secret", "label_en": "A", "label_es": "A"}
        topic_id = records.create(writer, BY_KIND["topic"], CREATE["topic"].model_validate(topic))
        place = {"record": f"topic:{topic_id}", "document": document, "paragraph": 1, "cue": "a"}
        records.create(writer, BY_KIND["citation"], CREATE["citation"].model_validate(place))
    with database.read() as connection, pytest.raises(Problem):
        records.read(present_view(connection), BY_KIND["topic"], "secret")
    take_out(database, f"document:{document}")
    with database.read() as connection, pytest.raises(Problem):
        records.read(present_view(connection), BY_KIND["topic"], "secret")


def test_the_command_asks_first_and_tells_what_went(
    database: Database, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEJIDO_DATABASE_URL", url)
    runner = CliRunner()
    refused = runner.invoke(cli, ["expunge", "org:zarzamora-azulada"], input="n\n")
    assert refused.exit_code == 1
    assert "arzamora" in everything(database)
    unknown = runner.invoke(cli, ["expunge", "org:nobody", "--yes"])
    assert unknown.exit_code == 1
    done = runner.invoke(cli, ["expunge", "org:zarzamora-azulada", "--yes"])
    assert done.exit_code == 0, done.output
    assert "1 past revisions" in done.output
    assert "arzamora" not in everything(database)
