"""What becomes restricted, what becomes public again, and what that does to everything that exists only through it."""

from collections.abc import Callable
from random import Random

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError
from sqlalchemy import Connection, not_, select
from sqlalchemy.exc import DBAPIError

from app.history.tables import HISTORY, current_at
from app.history.view import past_view, present_view
from app.history.visibility import hidden_now, owned
from app.models.noun import references
from app.models.nouns import BY_KIND, NOUNS
from app.models.tables import Record, sql_table
from app.problems import Problem
from app.store import records
from app.store.database import Database
from app.store.records import CREATE
from tests.store import world
from tests.support.long import long
from tests.visibility.pair import random_operation

Clients = Callable[..., TestClient]
RECORD = sql_table(Record)
ORG = "/v1/organizations/mexico-evalua"
FUNDING = "/v1/funding?recipient=mexico-evalua"


@pytest.fixture
def keeper(clients: Clients) -> TestClient:
    """Who may see and write everything."""
    return clients("restricted", "write")


@pytest.fixture
def writer(clients: Clients) -> TestClient:
    """Who may write what is public."""
    return clients("write")


@pytest.fixture
def public(clients: Clients) -> TestClient:
    """Anybody."""
    return clients()


def patch(client: TestClient, address: str, **body: object) -> int:
    """Change a record at the revision that it has."""
    etag = client.get(address).headers["ETag"]
    return int(client.patch(address, json=body, headers={"If-Match": etag}).status_code)


def restrict(client: TestClient, address: str) -> None:
    assert patch(client, address, visibility="restricted") == 200


def test_what_is_restricted_goes_with_all_that_exists_only_through_it(keeper: TestClient, public: TestClient) -> None:
    funding = [one["id"] for one in public.get(FUNDING).json()["items"]]
    assert funding
    assert "org:mexico-evalua" in public.get("/v1/networks/funder-partner-state").text
    before = public.get("/v1/topics?as_of=v1").headers["ETag"]
    restrict(keeper, ORG)
    for address in (ORG, f"{ORG}?as_of=v1", f"{ORG}/profile", "/v1/evidence?record=org:mexico-evalua"):
        assert public.get(address).status_code == 404, address
    for one in funding:
        assert public.get(f"/v1/funding/{one}").status_code == 404
        assert public.get(f"/v1/funding/{one}?as_of=v1").status_code == 404
        assert keeper.get(f"/v1/funding/{one}").json()["visibility"] == "restricted"
    assert public.get(FUNDING).status_code == 400
    for address in ("/v1/networks/funder-partner-state", "/v1/networks/coalitions", "/v1/search?q=mexico-evalua"):
        for as_of in ("", "as_of=v1"):
            found = public.get(f"{address}{'&' if '?' in address else '?'}{as_of}")
            assert found.status_code == 200
            assert "mexico-evalua" not in found.text.replace("q=mexico-evalua", ""), address
    past = public.get("/v1/topics?as_of=v1")
    assert past.headers["Data-Version-Amended"] == "true"
    assert past.headers["ETag"] != before
    assert keeper.get(f"{ORG}?as_of=r1").status_code == 200
    assert keeper.get("/v1/topics?as_of=r1").headers["Data-Version-Amended"] == "true"
    why = keeper.get(f"/v1/visibility?record=funding:{funding[0]}").json()
    assert (why["own"], why["visibility"], why["because"]) == ("public", "restricted", ["org:mexico-evalua"])
    assert f"funding:{funding[0]}" in keeper.get("/v1/visibility?record=org:mexico-evalua").json()["hides"]


def test_what_is_public_again_is_so_from_then_on(keeper: TestClient, public: TestClient) -> None:
    count = public.get("/v1/organizations?include=total").json()["total"]
    restrict(keeper, ORG)
    assert public.get("/v1/organizations?include=total").json()["total"] == count - 1
    assert patch(keeper, ORG, visibility="public") == 200
    assert public.get(ORG).json()["visibility"] == "public"
    assert public.get("/v1/organizations?include=total").json()["total"] == count
    assert [one["id"] for one in public.get(FUNDING).json()["items"]]
    assert public.get(f"{ORG}?as_of=v1").status_code == 404
    assert public.get(f"{ORG}?as_of=v2").status_code == 404
    assert public.get(f"{ORG}?as_of=v3").status_code == 200


def test_only_who_sees_what_is_restricted_can_restrict(writer: TestClient, public: TestClient) -> None:
    etag = writer.get(ORG).headers["ETag"]
    refused = writer.patch(ORG, json={"visibility": "restricted"}, headers={"If-Match": etag})
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (403, "missing-scope")
    body = {"label_en": "A", "label_es": "A", "visibility": "restricted"}
    assert writer.post("/v1/topics", json=body).status_code == 403
    assert writer.get("/v1/topics").headers["Data-Version"] == "v1"


def test_a_restricted_record_has_an_id_that_tells_nothing(keeper: TestClient, writer: TestClient) -> None:
    body = {"name": "Red de Prueba", "kind": "ngo", "basis": "stated"}
    secret = keeper.post("/v1/organizations", json=body | {"visibility": "restricted"})
    assert secret.status_code == 201
    assert secret.json()["id"].startswith("x")
    assert "prueba" not in secret.json()["id"]
    told = keeper.post("/v1/organizations", json=body | {"visibility": "restricted", "id": "red-secreta"})
    assert told.status_code == 422
    assert writer.post("/v1/organizations", json=body).json()["id"] == "red-de-prueba"
    # What refers to it is kept back too, and so is its name.
    funding = {"recipient": secret.json()["id"], "basis": "stated"}
    assert keeper.post("/v1/funding", json=funding | {"id": "to-the-secret"}).status_code == 422
    made = keeper.post("/v1/funding", json=funding)
    assert (made.status_code, made.json()["visibility"]) == (201, "restricted")
    assert writer.post("/v1/funding", json=funding).status_code == 409


def test_nothing_hidden_stands_in_the_way_of_what_is_public(keeper: TestClient, writer: TestClient) -> None:
    identifier = {"identifiers": [{"scheme": "MX-RFC", "value": "ABC010101AB1"}]}
    body = {"name": "Una", "kind": "ngo", "basis": "stated", **identifier}
    assert keeper.post("/v1/organizations", json=body | {"visibility": "restricted"}).status_code == 201
    made = writer.post("/v1/organizations", json=body)
    assert made.status_code == 201, made.text
    again = writer.post("/v1/organizations", json=body | {"name": "Otra"})
    assert (again.status_code, again.json()["type"].rpartition("/")[2]) == (409, "duplicate")


def test_what_a_secret_refers_to_can_be_deleted_in_public(
    keeper: TestClient, writer: TestClient, public: TestClient
) -> None:
    made = writer.post("/v1/organizations", json={"name": "Una", "kind": "ngo", "basis": "stated"}).json()["id"]
    address = f"/v1/organizations/{made}"
    body = {"recipient": made, "basis": "stated", "visibility": "restricted"}
    secret = keeper.post("/v1/funding", json=body).json()["id"]
    version = public.get("/v1/about").json()["data_version"]
    gone = writer.delete(address, headers={"If-Match": writer.get(address).headers["ETag"]})
    assert gone.status_code == 204
    assert public.get(address).status_code == 410
    assert public.get(f"{address}?as_of={version}").status_code == 200
    assert "Data-Version-Amended" not in public.get(f"{address}?as_of={version}").headers
    assert keeper.get(address).json()["visibility"] == "restricted"
    assert keeper.get(f"/v1/funding/{secret}").json()["recipient"] == made
    assert (
        writer.post("/v1/organizations", json={"id": made, "name": "B", "kind": "ngo", "basis": "stated"}).status_code
        == 409
    )


def test_what_only_a_restricted_document_says_is_restricted(keeper: TestClient, public: TestClient) -> None:
    document = keeper.post(
        "/v1/documents",
        json={"title": "A", "kind": "report", "language": "es", "basis": "stated", "visibility": "restricted"},
    ).json()["id"]
    topic = keeper.post("/v1/topics", json={"label_en": "A", "label_es": "A"}).json()["id"]
    assert public.get(f"/v1/topics/{topic}").status_code == 200
    place = {"document": document, "paragraph": 1, "cue": "a"}
    cited = keeper.post("/v1/citations", json={"record": f"topic:{topic}", **place}).json()["id"]
    assert public.get(f"/v1/topics/{topic}").status_code == 404
    why = keeper.get(f"/v1/visibility?record=topic:{topic}").json()
    assert why["because"] == [f"document:{document}"]
    # A second, public place makes it public again; what was once public evidence stays so when it goes.
    known = keeper.post("/v1/citations", json={"record": f"topic:{topic}", **place, "document": "doc-conjusticia"})
    assert public.get(f"/v1/topics/{topic}").status_code == 200
    address = f"/v1/citations/{known.json()['id']}"
    assert keeper.delete(address, headers={"If-Match": known.headers["ETag"]}).status_code == 204
    assert public.get(f"/v1/topics/{topic}").status_code == 200
    assert public.get(f"/v1/citations/{cited}").status_code == 404


def test_the_past_that_referred_to_it_is_restricted_too(keeper: TestClient, public: TestClient) -> None:
    one = keeper.post("/v1/organizations", json={"name": "Una", "kind": "ngo", "basis": "stated"}).json()["id"]
    made = keeper.post("/v1/funding", json={"id": "f-x", "recipient": one, "basis": "stated"})
    version = public.get("/v1/about").json()["data_version"]
    assert patch(keeper, "/v1/funding/f-x", recipient="mexico-evalua") == 200
    then = public.get("/v1/about").json()["data_version"]
    assert made.status_code == 201
    restrict(keeper, f"/v1/organizations/{one}")
    assert public.get("/v1/funding/f-x").status_code == 200
    assert public.get(f"/v1/funding/f-x?as_of={version}").status_code == 404
    assert public.get(f"/v1/funding/f-x?as_of={then}").status_code == 200
    assert one not in public.get("/v1/networks/funder-partner-state", params={"as_of": version}).text
    assert one not in public.get("/v1/changes?limit=500").text


@pytest.mark.parametrize("seed", [0, *long(range(1, 4))])
def test_stored_and_computed_closure_agree_and_no_version_shows_half_of_something(empty_url: str, seed: int) -> None:
    database, random = Database(empty_url), Random(seed)
    for _ in range(150):
        with database.read() as connection:
            operation = random_operation(connection, random, world.KINDS, lambda row: True)
        if operation.public_id and operation.body is not None and random.random() < 0.5:
            operation.body.clear()
            operation.body["visibility"] = random.choice(("public", "restricted"))
        elif operation.body is not None and operation.public_id is None and random.random() < 0.2:
            operation.body.update(id=None, visibility="restricted")
        try:
            with database.write(cause="api") as writer:
                operation.apply(writer)
        except (Problem, ValidationError, DBAPIError):
            continue
    with database.read() as connection:
        stored = select(RECORD.c.pk).where(RECORD.c.hidden, RECORD.c.deleted_in.is_(None))
        assert set(connection.execute(stored).scalars()) == hidden_now(connection)
        check_rows_and_registry(connection)
        present = present_view(connection)
        assert present.ordinal > 20
        for ordinal in range(present.ordinal + 1):
            check_whole(connection, past_view(present, ordinal).number)
    database.close()


def check_rows_and_registry(connection: Connection) -> None:
    """A record and its parts say the same of who may see them."""
    hidden = dict(connection.execute(select(RECORD.c.pk, RECORD.c.hidden).where(RECORD.c.deleted_in.is_(None))).all())
    for noun in NOUNS:
        for table, owner in owned(noun).items():
            for pk, is_hidden in connection.execute(select(table.c[owner], table.c.hidden)):
                if table.name != "search_form" or pk in hidden:
                    assert hidden[pk] == is_hidden, (table.name, pk)


def check_whole(connection: Connection, number: int) -> None:
    """At a version, what the public sees refers to nothing that it does not see, and parts go with their records."""
    seen: set[int] = set()
    for noun in NOUNS:
        rows = HISTORY[noun.sql.name]
        seen.update(
            connection.execute(select(rows.c.pk).where(current_at(rows, number), not_(rows.c.hidden))).scalars()
        )
    for noun in NOUNS:
        for table, owner in owned(noun).items():
            rows = HISTORY[table.name]
            columns = [rows.c[owner], *(rows.c[f"{name}_pk"] for name in references(table))]
            pointing = select(*columns).where(current_at(rows, number), not_(rows.c.hidden))
            for row in connection.execute(pointing).all():
                assert all(pk is None or pk in seen for pk in row), (number, table.name, row)


# Ways through the past


def make(database: Database, kind: str, public_id: str, **fields: object) -> None:
    with database.write(cause="api") as writer:
        records.create(writer, BY_KIND[kind], CREATE[kind].model_validate({"id": public_id} | DEFAULTS[kind] | fields))


def change(database: Database, kind: str, public_id: str, **fields: object) -> None:
    with database.write(cause="api") as writer:
        revision = records.read(writer.view, BY_KIND[kind], public_id)["revision"]
        records.update(writer, BY_KIND[kind], public_id, dict(fields), revision)


def drop(database: Database, kind: str, public_id: str) -> None:
    with database.write(cause="api") as writer:
        revision = records.read(writer.view, BY_KIND[kind], public_id)["revision"]
        records.delete(writer, BY_KIND[kind], public_id, revision)


def seen(database: Database, kind: str, public_id: str, version: int) -> bool:
    """Whether the public sees a record at a version."""
    with database.read() as connection:
        view = past_view(present_view(connection), version)
        check_whole(connection, view.number)
        return public_id in records.keys_of(view, BY_KIND[kind], [public_id])


DEFAULTS: dict[str, dict[str, object]] = {
    "topic": {"label_en": "A", "label_es": "A"},
    "organization": {"name": "A", "basis": "stated", "kind": "ngo"},
    "document": {"title": "A", "basis": "stated", "language": "es", "kind": "report"},
    "project": {"title": "A", "basis": "stated", "kind": "grant", "project_status": "ongoing"},
    "funding": {"basis": "stated"},
    "citation": {"paragraph": 1, "cue": "a"},
}


def test_a_row_that_goes_on_is_cut_where_it_referred_to_what_is_hidden(database: Database) -> None:
    make(database, "topic", "t")
    make(database, "project", "p", topics=[{"topic": "t", "basis": "stated"}])
    make(database, "funding", "f", project="p")
    change(database, "project", "p", topics=[])
    change(database, "topic", "t", visibility="restricted")
    assert [seen(database, "project", "p", version) for version in range(1, 6)] == [False, False, False, True, True]
    assert [seen(database, "funding", "f", version) for version in range(3, 6)] == [False, True, True]


def test_evidence_that_went_to_a_public_document_keeps_what_it_was_for(database: Database) -> None:
    make(database, "topic", "t")
    for one in ("d1", "d2"):
        make(database, "document", one)
    make(database, "citation", "c", record="topic:t", document="d1")
    change(database, "citation", "c", document="d2")
    drop(database, "topic", "t")
    change(database, "document", "d1", visibility="restricted")
    assert [seen(database, "citation", "c", version) for version in (4, 5, 6)] == [False, True, False]
    assert [seen(database, "topic", "t", version) for version in (1, 4, 5, 6)] == [True, True, True, False]


def test_evidence_that_is_restricted_takes_with_it_what_it_was_for(database: Database) -> None:
    for one in ("t", "u"):
        make(database, "topic", one)
    make(database, "document", "d")
    make(database, "citation", "c", record="topic:t", document="d")
    change(database, "citation", "c", record="topic:u")
    drop(database, "topic", "t")
    change(database, "citation", "c", visibility="restricted")
    assert [seen(database, "citation", "c", version) for version in (4, 5, 6)] == [False, False, False]
    assert not any(seen(database, "topic", "t", version) for version in (1, 4, 5))


def test_evidence_that_only_the_past_hides_leaves_nothing_without_any(database: Database) -> None:
    make(database, "organization", "o")
    make(database, "topic", "t")
    make(database, "document", "d1", publisher_organization="o")
    make(database, "document", "d2")
    make(database, "citation", "c1", record="topic:t", document="d1")
    drop(database, "citation", "c1")
    change(database, "document", "d1", publisher_organization=None)
    make(database, "citation", "c2", record="topic:t", document="d2")
    change(database, "document", "d2", visibility="restricted")
    assert seen(database, "topic", "t", 9)
    # The one citation that was public ended while its document still referred to the organization.
    change(database, "organization", "o", visibility="restricted")
    assert not any(seen(database, "topic", "t", version) for version in range(11))
