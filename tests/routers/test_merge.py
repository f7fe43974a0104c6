"""Merging two organizations into one: nothing is lost, all of it is undone, and the old id leads to the new one."""

import contextlib
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from app.history.view import present_view
from app.models.noun import part_sql, references
from app.models.nouns import BY_KIND, NOUNS
from app.models.tables import Reader
from app.problems import Problem
from app.store.database import Database
from app.store.merging import merge, successor
from app.store.records import keys_of
from tests.conftest import Backend
from tests.history import picture
from tests.history.test_every_path import check
from tests.routers.asking import problem
from tests.routers.test_races import CLIENTS, Race, once, race, statuses
from tests.store.world import random_body
from tests.support.keys import as_caller
from tests.support.long import long
from tests.visibility.pair import Operation, Pair, pair
from tests.visibility.test_twin import addresses, compare

__all__ = ["race"]

Json = dict[str, Any]
CITED = {"document": "doc", "heading": "Grants", "paragraph": 3, "cue": "to the organization"}
ORGANIZATION = BY_KIND["organization"]


def make(client: TestClient, path: str, **body: Any) -> Json:
    """Create a record."""
    answer = client.post(f"/v1/{path}", json=body)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def organization(client: TestClient, public_id: str, **fields: Any) -> Json:
    body = {"id": public_id, "name": public_id, "kind": "ngo", "basis": "stated"} | fields
    return make(client, "organizations", **body)


def merged(client: TestClient, one: str, into: str, **body: Any) -> Any:
    """Merge one into the other, as it is now."""
    tag = client.get(f"/v1/organizations/{one}").headers["etag"]
    return client.post(f"/v1/organizations/{one}/merge", json={"into": into} | body, headers={"If-Match": tag})


def undo(client: TestClient, run: str, *scopes: str) -> Any:
    return as_caller(client, "admin", *scopes).post(f"/v1/import-runs/{run}/undo")


def words(client: TestClient) -> Any:
    """What the tables hold, in words."""
    with database_of(client).read() as connection:
        return picture.in_words(connection, picture.live(connection))


def database_of(client: TestClient) -> Database:
    found: Database = client.app.state.database  # type: ignore[attr-defined]
    return found


@pytest.fixture
def world(empty: TestClient) -> TestClient:
    """Two organizations that are one, with everything that can refer to an organization, and rows in common."""
    make(empty, "documents", id="doc", title="A list", kind="grant_list", basis="stated", language="en")
    make(empty, "states", id="MX-SON", name="Sonora", inegi="26")
    make(empty, "states", id="MX-NLE", name="Nuevo León", inegi="19")
    organization(
        empty,
        "one",
        name="Agua Clara AC",
        acronym="AC1",
        country="MX",
        country_basis="implied",
        kind="foundation",
        summary="Wells.",
        names=[
            {"text": "Clear Water", "kind": "translation", "language": "en"},
            {"text": "Agua Clara", "kind": "as_written"},
        ],
        identifiers=[{"scheme": "MX-RFC", "value": "AGC010203AB1"}, {"scheme": "US-EIN", "value": "94-1655673"}],
        citations=[CITED, CITED | {"paragraph": 4}],
    )
    organization(
        empty,
        "two",
        name="Agua Clara, A.C.",
        acronym="AC2",
        summary="Clean water.",
        names=[{"text": "Agua Clara", "kind": "as_written"}],
        identifiers=[{"scheme": "US-EIN", "value": "941655673"}],
        citations=[CITED],
    )
    organization(empty, "third")
    for number in (1, 2):
        make(
            empty,
            "projects",
            id=f"p{number}",
            title=f"Wells {number}",
            kind="grant",
            project_status="unknown",
            basis="stated",
        )
    stated = {"basis": "stated"}
    make(empty, "funding", id="f1", funder="third", recipient="one", project="p1", citations=[CITED], **stated)
    make(empty, "funding", id="f2", funder="one", recipient="two", project="p2", **stated)
    make(empty, "funding", id="f3", funder="two", recipient="third", project="p2", **stated)
    lead = {"role": "lead", "basis": "implied"}
    make(
        empty, "participations", id="pa", project="p1", organization="one", states=["MX-SON", "MX-NLE"],
        role_as_written="Lead", citations=[CITED, CITED | {"paragraph": 9}], **(lead | stated),
    )  # fmt: skip
    make(
        empty, "participations", id="pb", project="p1", organization="two", states=["MX-NLE"], citations=[CITED], **lead
    )
    make(empty, "participations", id="pc", project="p2", organization="one", **lead)
    make(empty, "collaborations", id="c", name="Net", kind="network", collaboration_status="active", basis="stated")
    make(empty, "collaboration-members", id="ma", collaboration="c", organization="one", role="lead", **stated)
    make(empty, "collaboration-members", id="mb", collaboration="c", organization="two", role="member", **stated)
    relation = {"kind": "part_of", "basis": "stated"}
    make(empty, "organization-relations", id="ra", subject="one", object="third", citations=[CITED], **relation)
    make(empty, "organization-relations", id="rb", subject="two", object="third", **relation)
    again = CITED | {"paragraph": 7}
    make(empty, "organization-relations", id="rc", subject="one", object="two", citations=[again], **relation)
    make(
        empty, "documents", id="own", title="Of its own", kind="report", basis="stated", publisher_organization="one",
        language="es",
    )  # fmt: skip
    make(empty, "tools", id="t", name="Map", kind="platform", tool_status="active", owner="one", basis="stated")
    return empty


def test_everything_that_refers_to_the_one_refers_to_the_other(world: TestClient) -> None:
    answer = merged(world, "one", "two")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["merged"] == "org:one"
    assert body["organization"]["id"] == "two"
    assert answer.headers["etag"].startswith('"r2')

    funding = {row["id"]: (row["funder"], row["recipient"]) for row in world.get("/v1/funding").json()["items"]}
    assert funding == {"f1": ("third", "two"), "f2": ("two", "two"), "f3": ("two", "third")}
    assert body["self_funding"] == ["funding:f2"]
    parts = {row["id"]: row for row in world.get("/v1/participations?include=citations").json()["items"]}
    assert set(parts) == {"pb", "pc"}
    assert (parts["pb"]["organization"], parts["pc"]["organization"]) == ("two", "two")
    assert set(parts["pb"]["states"]) == {"MX-NLE", "MX-SON"}
    assert (parts["pb"]["role_as_written"], parts["pb"]["basis"]) == ("Lead", "stated")
    assert [one["paragraph"] for one in parts["pb"]["included"]["citations"]] == [3, 9]
    [member] = world.get("/v1/collaboration-members").json()["items"]
    assert (member["id"], member["organization"], member["role"]) == ("mb", "two", "member")
    [relation] = world.get("/v1/organization-relations?include=citations").json()["items"]
    assert (relation["id"], [one["paragraph"] for one in relation["included"]["citations"]]) == ("rb", [3])
    assert world.get("/v1/documents/own").json()["publisher_organization"] == "two"
    assert world.get("/v1/tools/t").json()["owner"] == "two"
    assert body["removed"] == ["organization_relation:rc"]
    assert {(one["ref"], one["into"]) for one in body["joined"]} >= {
        ("participation:pa", "participation:pb"),
        ("collaboration_member:ma", "collaboration_member:mb"),
        ("organization_relation:ra", "organization_relation:rb"),
    }
    left = {one["ref"]: one["left"] for one in body["joined"]}
    assert left["collaboration_member:ma"] == {"role": "lead"}
    # What was cited for the one, and for their relation, is evidence of the other; an equal place is cited once.
    of_two = world.get("/v1/citations?record=org:two").json()["items"]
    assert sorted(one["paragraph"] for one in of_two) == [3, 4, 7]


def test_names_and_identifiers_of_both_are_kept_and_what_one_leaves_open_is_filled_in(world: TestClient) -> None:
    body = merged(world, "one", "two").json()
    two = body["organization"]
    assert (two["name"], two["acronym"], two["country"], two["country_basis"]) == (
        "Agua Clara, A.C.",
        "AC2",
        "MX",
        "implied",
    )
    assert [(name["text"], name["kind"]) for name in two["names"]] == [
        ("Agua Clara", "as_written"),
        ("Agua Clara AC", "as_written"),
        ("AC1", "acronym"),
        ("Clear Water", "translation"),
    ]
    assert [(one["scheme"], one["value"]) for one in two["identifiers"]] == [
        ("US-EIN", "941655673"),
        ("MX-RFC", "AGC010203AB1"),
    ]
    assert body["left"] == {"kind": "foundation", "summary": "Wells."}
    found = world.get("/v1/search?q=clear water").json()["items"]
    assert [one["id"] for one in found] == ["two"]


def test_a_former_name_is_one_where_that_is_said(world: TestClient) -> None:
    names = merged(world, "one", "two", name_as="former").json()["organization"]["names"]
    assert ("Agua Clara AC", "former") in [(name["text"], name["kind"]) for name in names]


def test_a_merge_is_undone_as_a_unit(world: TestClient) -> None:
    before = words(world)
    body = merged(world, "one", "two").json()
    assert words(world) != before
    answer = undo(world, body["import_run"])
    assert answer.status_code == 200, answer.text
    assert words(world) == before
    assert world.get("/v1/organizations/one").status_code == 200
    with database_of(world).read() as connection:
        check(connection)
        query = select(func.count()).where(picture.RECORD.c.merged_into_pk.is_not(None))
        assert connection.execute(query).scalar_one() == 0
    # What is deleted later was merged into nothing.
    for path in ("documents/own", "tools/t", "funding/f1", "funding/f2", "participations/pa", "participations/pc",
                 "collaboration-members/ma", "organization-relations/ra", "organization-relations/rc",
                 "organizations/one"):  # fmt: skip
        tag = world.get(f"/v1/{path}").headers["etag"]
        assert world.delete(f"/v1/{path}", headers={"If-Match": tag}).status_code == 204, path
    problem(world.get("/v1/organizations/one", follow_redirects=False), "gone")


def test_a_merge_on_which_later_changes_build_is_not_undone(world: TestClient) -> None:
    run = merged(world, "one", "two").json()["import_run"]
    tag = world.get("/v1/organizations/two").headers["etag"]
    world.patch("/v1/organizations/two", json={"note": "later"}, headers={"If-Match": tag}).raise_for_status()
    body = problem(undo(world, run), "undo-refused")
    assert [(one["ref"], one["reason"]) for one in body["reasons"]] == [("org:two", "changed-later")]
    assert world.get("/v1/organizations/one", follow_redirects=False).status_code == 308


def test_the_old_id_leads_to_the_new_one_and_past_versions_still_have_it(world: TestClient) -> None:
    before = world.get("/v1/about").json()["data_version"]
    merged(world, "one", "two").raise_for_status()
    answer = world.get("/v1/organizations/one?include=citations", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (308, "/v1/organizations/two?include=citations")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["link"] == '</v1/organizations/one/history>; rel="version-history"'
    assert "etag" not in answer.headers
    assert answer.json() == {"merged_into": "org:two", "address": "/v1/organizations/two"}
    assert world.get("/v1/organizations/one").json()["id"] == "two"
    assert world.head("/v1/organizations/one", follow_redirects=False).status_code == 308
    past = world.get(f"/v1/organizations/one?as_of={before}", follow_redirects=False)
    assert (past.status_code, past.json()["name"]) == (200, "Agua Clara AC")
    actions = [one["action"] for one in world.get("/v1/organizations/one/history").json()["items"]]
    assert actions == ["delete", "create"]
    # Rows that became one lead on too; and nothing is written to an id by way of another.
    assert world.get("/v1/participations/pa", follow_redirects=False).headers["location"] == "/v1/participations/pb"
    problem(world.patch("/v1/organizations/one", json={"note": "x"}, headers={"If-Match": '"r1"'}), "gone")
    problem(merged_again(world), "gone")
    problem(world.post("/v1/organizations", json={"id": "one", "name": "x", "kind": "ngo", "basis": "stated"}))


def merged_again(client: TestClient) -> Any:
    return client.post("/v1/organizations/one/merge", json={"into": "two"}, headers={"If-Match": '"r1"'})


def test_after_many_merges_an_id_leads_to_the_last_one(world: TestClient) -> None:
    merged(world, "one", "two").raise_for_status()
    middle = world.get("/v1/about").json()["data_version"]
    merged(world, "two", "third").raise_for_status()
    assert world.get("/v1/organizations/one", follow_redirects=False).headers["location"] == "/v1/organizations/third"
    past = world.get(f"/v1/organizations/one?as_of={middle}", follow_redirects=False)
    assert past.headers["location"] == f"/v1/organizations/two?as_of={middle}"
    with database_of(world).read() as connection:
        view = present_view(connection)
        third = keys_of(view, ORGANIZATION, ["third"])["third"]
        key = connection.execute(select(picture.RECORD.c.pk).where(picture.RECORD.c.id == "one")).scalar_one()
        assert successor(view, ORGANIZATION, key) == third


def test_the_feed_tells_of_a_merge(world: TestClient) -> None:
    since = world.get("/v1/about").json()["data_version"]
    run = merged(world, "one", "two").json()["import_run"]
    items = world.get(f"/v1/changes?since={since}&limit=500").json()["items"]
    assert {one["cause"] for one in items} == {"merge"}
    assert {one["version"] for one in items} == {run}
    told = {(one["action"], one["ref"]) for one in items}
    assert {("delete", "org:one"), ("update", "org:two"), ("update", "funding:f1")} <= told
    [found] = [one for one in world.get("/v1/import-runs").json()["items"] if one["id"] == run]
    assert (found["cause"], found["source"]) == ("merge", "merge of two organizations")


@pytest.mark.parametrize(
    ("into", "headers", "kind"),
    [
        ("two", {}, "if-match-required"),
        ("two", {"If-Match": '"r9"'}, "changed-meanwhile"),
        ("nobody", {"If-Match": '"r1"'}, "reference-not-found"),
        ("one", {"If-Match": '"r1"'}, "malformed-body"),
    ],
)
def test_what_cannot_be_merged_is_refused(world: TestClient, into: str, headers: dict[str, str], kind: str) -> None:
    before = words(world)
    problem(world.post("/v1/organizations/one/merge", json={"into": into}, headers=headers), kind)
    assert words(world) == before
    problem(world.post("/v1/organizations/nobody/merge", json={"into": "two"}, headers={"If-Match": '"r1"'}))


def test_two_that_were_said_to_be_distinct_are_not_merged(world: TestClient) -> None:
    world.post("/v1/duplicates/distinct", json={"organizations": ["two", "one"]}).raise_for_status()
    body = problem(merged(world, "one", "two"), "merge-refused")
    assert [one["reason"] for one in body["reasons"]] == ["said-distinct"]
    assert world.delete("/v1/duplicates/distinct/one/two").status_code == 204
    assert merged(world, "one", "two").status_code == 200


def test_more_names_than_a_record_holds_are_refused(world: TestClient) -> None:
    names = [{"text": f"Agua {number}", "kind": "short"} for number in range(99)]
    tag = world.get("/v1/organizations/two").headers["etag"]
    world.patch("/v1/organizations/two", json={"names": names}, headers={"If-Match": tag}).raise_for_status()
    before = words(world)
    body = problem(merged(world, "one", "two"), "merge-refused")
    assert [one["reason"] for one in body["reasons"]] == ["too-many"]
    assert words(world) == before


def test_the_model_has_nothing_that_merging_forgets() -> None:
    # Parts with organizations in them, or records that refer to rows which can become one, would have to be moved too.
    parts = {part_sql(part): noun.sql.name for noun in NOUNS for part in noun.parts}
    for table, owner in parts.items():
        targets = [target for name, target in references(table).items() if name != owner]
        assert not {"organization", "record"} & set(targets), table.name
    joinable = {"participation", "collaboration_member", "organization_relation", "citation"}
    for noun in NOUNS:
        if "organization" in references(noun.sql).values():
            unique = [[column.name for column in index.columns] for index in noun.sql.indexes if index.unique]
            named = {f"{name}_pk" for name, target in references(noun.sql).items() if target == "organization"}
            assert (noun.kind in joinable) == any(named & set(columns) for columns in unique), noun.kind
        assert not joinable & set(references(noun.sql).values())


# --- what is restricted --------------------------------------------------------------------------------------------


def secret(client: TestClient, path: str, **body: Any) -> Json:
    body = {"visibility": "restricted"} | body
    return make(as_caller(client, "write", "restricted"), path, **body)


def test_the_public_merges_and_what_it_does_not_see_is_kept(world: TestClient) -> None:
    keeper = as_caller(world, "write", "restricted")
    hidden = secret(world, "funding", funder="one", recipient="third", basis="stated")["id"]
    body = merged(world, "one", "two").json()
    assert body["moved"]["funding"] == 2
    assert world.get("/v1/organizations/one", follow_redirects=False).status_code == 308
    kept = keeper.get("/v1/organizations/one", follow_redirects=False)
    assert (kept.status_code, kept.json()["visibility"]) == (200, "restricted")
    assert keeper.get(f"/v1/funding/{hidden}").json()["funder"] == "one"
    # A keeper merges the rest, and nothing of it comes to light.
    rest = merged(keeper, "one", "two")
    assert rest.status_code == 200, rest.text
    assert rest.json()["moved"] == {"funding": 1}
    assert keeper.get(f"/v1/funding/{hidden}").json()["funder"] == "two"
    assert keeper.get("/v1/organizations/one", follow_redirects=False).status_code == 308
    problem(world.get(f"/v1/funding/{hidden}"), "not-found")
    with database_of(world).read() as connection:
        check(connection)


def test_the_rest_follows_where_the_public_merged_on(world: TestClient) -> None:
    keeper = as_caller(world, "write", "restricted")
    hidden = secret(world, "funding", funder="one", recipient="third", basis="stated")["id"]
    merged(world, "one", "two").raise_for_status()
    merged(world, "two", "third").raise_for_status()
    problem(merged(keeper, "one", "two"), "reference-not-found")
    assert merged(keeper, "one", "third").status_code == 200
    assert keeper.get(f"/v1/funding/{hidden}").json()["funder"] == "third"
    assert keeper.get("/v1/organizations/third").json()["visibility"] == "public"


def test_what_the_public_merged_the_public_undoes(world: TestClient) -> None:
    hidden = secret(world, "funding", funder="one", recipient="third", basis="stated")["id"]
    before = words(world)
    run = merged(world, "one", "two").json()["import_run"]
    assert undo(world, run).status_code == 200
    assert words(world) == before
    assert world.get("/v1/organizations/one").status_code == 200
    keeper = as_caller(world, "write", "restricted")
    assert keeper.get(f"/v1/funding/{hidden}").json()["funder"] == "one"


def test_what_the_public_merged_a_keeper_undoes(world: TestClient) -> None:
    secret(world, "funding", funder="one", recipient="third", basis="stated")
    before = words(world)
    version = merged(world, "one", "two").json()["import_run"]
    keeper = as_caller(world, "write", "admin", "restricted")
    [run] = [one["id"] for one in keeper.get("/v1/import-runs").json()["items"] if one["cause"] == "merge"]
    assert version != run
    answer = keeper.post(f"/v1/import-runs/{run}/undo")
    assert answer.status_code == 200, answer.text
    assert words(world) == before
    assert world.get("/v1/organizations/one", follow_redirects=False).status_code == 200
    assert world.get("/v1/funding/f1").json()["recipient"] == "one"


def test_what_is_restricted_is_not_published_by_a_merge(world: TestClient) -> None:
    keeper = as_caller(world, "write", "restricted")
    name = secret(world, "organizations", name="Refugio", kind="ngo", basis="stated")["id"]
    body = problem(merged(keeper, name, "two"), "merge-refused")
    assert [one["reason"] for one in body["reasons"]] == ["would-publish"]
    answer = world.post("/v1/organizations/one/merge", json={"into": name}, headers={"If-Match": '"r1"'})
    problem(answer, "reference-not-found")


def test_a_public_reader_learns_nothing_of_a_hidden_target(world: TestClient) -> None:
    keeper = as_caller(world, "write", "restricted")
    name = secret(world, "organizations", name="Refugio", kind="ngo", basis="stated")["id"]
    assert merged(keeper, "one", name).status_code == 200
    # Its evidence is hidden with the other one, so that not even its deletion is told.
    answer = world.get("/v1/organizations/one", follow_redirects=False)
    problem(answer, "not-found")
    assert name not in str(answer.headers)
    assert keeper.get("/v1/organizations/one", follow_redirects=False).status_code == 308
    problem(world.get("/v1/funding/f1"))
    with database_of(world).read() as connection:
        check(connection)


def test_a_target_that_is_restricted_later_is_not_told(world: TestClient) -> None:
    merged(world, "one", "two").raise_for_status()
    keeper = as_caller(world, "write", "restricted")
    tag = keeper.get("/v1/organizations/two").headers["etag"]
    keeper.patch(
        "/v1/organizations/two", json={"visibility": "restricted"}, headers={"If-Match": tag}
    ).raise_for_status()
    problem(world.get("/v1/organizations/one", follow_redirects=False), "gone")


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("seed", [0, *long([1])])
def test_merges_tell_the_public_nothing_of_secrets(backend: Backend, seed: int) -> None:
    with pair(backend, 1000 + seed) as both:
        for number in range(140):
            both.write()
            if number % 20 == 19:
                merge_publicly(both)
        assert both.secrets > 8
        asked = [one for one in addresses(both.with_secrets, both.twin, both.random) if "networks" not in one]
        for address in (*asked, "/v1/duplicates", "/v1/duplicates?min_score=0.9", "/v1/duplicates/distinct"):
            compare(both, address)


def merge_publicly(both: Pair) -> None:
    """The same merge, by somebody who sees what is public, has the same outcome in both."""
    both.clock.at += timedelta(seconds=1)
    rows: list[Any] = []
    while len(rows) < 2:
        with both.twin.read() as connection:
            table = present_view(connection)[ORGANIZATION.sql]
            rows = list(connection.execute(select(table.c.id, table.c.revision).order_by(table.c.id)).all())
            body = random_body(connection, both.random, ORGANIZATION)
        if len(rows) < 2:
            for database in (both.with_secrets, both.twin):
                with (
                    contextlib.suppress(Problem, DBAPIError),
                    database.write(cause="api", reader=Reader.public) as made,
                ):
                    Operation(ORGANIZATION, None, body).apply(made)
    one, other = both.random.sample([tuple(row) for row in rows], 2)
    outcomes = []
    for database in (both.with_secrets, both.twin):
        with database.write(cause="merge", reader=Reader.public) as writer:
            found = merge(writer, one[0], other[0], [one[1]])
            outcomes.append((found.moved, found.joined, found.removed, found.self_funding, found.left))
    assert outcomes[0] == outcomes[1]


# --- races ---------------------------------------------------------------------------------------------------------


def prepared(race: Race, count: int) -> None:
    """Organizations, each with a project that it takes part in."""

    def post(client: httpx.Client, path: str, body: Json) -> None:
        client.post(path, json=body).raise_for_status()

    with race.client() as client:
        for number in range(count):
            name = f"o{number}"
            post(client, "/v1/organizations", {"id": name, "name": name, "kind": "ngo", "basis": "stated"})
            post(
                client,
                "/v1/projects",
                {"id": f"p{number}", "title": name, "kind": "grant", "project_status": "unknown", "basis": "stated"},
            )
            body = {"project": f"p{number}", "organization": name, "role": "lead", "basis": "stated"}
            post(client, "/v1/participations", body)


def test_of_many_merges_of_one_exactly_one_is_made(race: Race, empty_url: str) -> None:
    prepared(race, 6)

    def ask(client: httpx.Client, number: int) -> httpx.Response:
        body = {"into": f"o{1 + number % 5}"}
        return client.post("/v1/organizations/o0/merge", json=body, headers={"If-Match": '"r1"'})

    found = statuses(race(ask))
    assert (found[200], found[410]) == (1, CLIENTS - 1)
    assert len(participants(race)) == 6


def test_merges_of_many_into_each_other_lose_nothing(race: Race, empty_url: str) -> None:
    prepared(race, 8)

    def ask(client: httpx.Client, number: int) -> httpx.Response:
        one, other = number % 8, (number * 3 + 1) % 8
        while True:
            read = client.get(f"/v1/organizations/o{one}", follow_redirects=False)
            if read.status_code != 200:
                return read
            headers = {"If-Match": read.headers["etag"]}
            answer = client.post(f"/v1/organizations/o{one}/merge", json={"into": f"o{other}"}, headers=headers)
            if answer.status_code not in (412, 503):
                return answer

    assert set(statuses(race(ask))) <= {200, 308, 409, 410, 422}
    there = {one["id"] for one in once(race, lambda client: client.get("/v1/organizations")).json()["items"]}
    assert 0 < len(there) < 8
    assert len(participants(race)) == 8
    assert set(participants(race).values()) <= there
    for number in range(8):
        answer = once(race, lambda client, number=number: client.get(f"/v1/organizations/o{number}"))  # type: ignore[misc]
        assert answer.status_code in (200, 308)


def participants(race: Race) -> dict[str, str]:
    items = once(race, lambda client: client.get("/v1/participations?limit=100")).json()["items"]
    return {one["project"]: one["organization"] for one in items}
