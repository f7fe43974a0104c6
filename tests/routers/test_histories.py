"""The history of a record, and the way back to an earlier version, over HTTP."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.models.noun import Noun
from app.models.nouns import BY_KIND, NOUNS
from app.store.derived import DERIVED
from tests.routers.asking import create, pointers, problem
from tests.support.keys import as_caller

pytestmark = pytest.mark.long_on_postgresql

Json = dict[str, Any]


def history(client: TestClient, path: str, **query: Any) -> list[Json]:
    """All revisions, page by page."""
    found: list[Json] = []
    while True:
        answer = client.get(f"{path}/history", params=query)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        if answer.json()["next"] is None:
            return found
        query["cursor"] = answer.json()["next"]


def restore(client: TestClient, path: str, version: str, revision: int) -> Any:
    return client.post(f"{path}/restore", json={"version": version}, headers={"If-Match": f'"r{revision}"'})


def remove(client: TestClient, path: str) -> None:
    answer = client.delete(path, headers={"If-Match": client.get(path).headers["ETag"]})
    assert answer.status_code == 204, answer.text


def change(client: TestClient, path: str, **fields: Any) -> Any:
    answer = client.patch(path, json=fields, headers={"If-Match": client.get(path).headers["ETag"]})
    assert answer.status_code == 200, answer.text
    return answer


def plain(record: Json) -> Json:
    """A record without what only a single answer has."""
    return {name: value for name, value in record.items() if name != "included"}


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.kind)
def test_every_kind_has_a_history_and_comes_back(client: TestClient, noun: Noun) -> None:
    if noun.kind == "state":
        remove(client, "/v1/states/MX-AGU")
    made = create(client, noun.kind)
    path = f"/v1/{noun.path}/{made['id']}"
    first = client.get(path)
    field = "note" if "note" in noun.fields.model_fields else "heading"
    second = change(client, path, **{field: "another word"})
    remove(client, path)
    problem(client.get(path), "gone")
    entries = history(client, path)
    assert [(one["action"], one["revision"]) for one in entries] == [("delete", 3), ("update", 2), ("create", 1)]
    assert [one["changed"] for one in entries] == [[], [field], []]
    assert entries[0]["record"] is None
    assert entries[1]["record"] == plain(second.json())
    assert entries[2]["record"] == plain(first.json())
    for one in entries[1:]:
        assert plain(client.get(path, params={"as_of": one["version"]}).json()) == one["record"]
    back = restore(client, path, entries[2]["version"], 3)
    assert back.status_code == 200, back.text
    assert back.json() == {**first.json(), "revision": 4}
    now = client.get(path)
    assert now.content == back.content
    assert now.headers["ETag"] == back.headers["ETag"]
    assert back.headers["ETag"].startswith('"r4')
    newest = history(client, path)[0]
    assert (newest["action"], newest["changed"], newest["revision"]) == ("restore", [field], 4)
    problem(client.get(path, params={"as_of": entries[0]["version"]}), "gone")


def test_a_history_comes_in_pages_that_fit_together(client: TestClient) -> None:
    path = f"/v1/topics/{create(client, 'topic')['id']}"
    for number in range(6):
        change(client, path, note=f"note {number}")
    remove(client, path)
    whole = history(client, path)
    assert [one["revision"] for one in whole] == [8, 7, 6, 5, 4, 3, 2, 1]
    for limit in (1, 3):
        assert history(client, path, limit=limit) == whole
    third = whole[3]["version"]
    assert history(client, path, as_of=third) == whole[3:]
    problem(client.get(f"{path}/history?cursor=x"), "bad-cursor")
    answer = client.get(f"{path}/history")
    same = client.get(f"{path}/history", headers={"If-None-Match": answer.headers["ETag"]})
    assert same.status_code == 304


def test_what_never_was_has_no_history(client: TestClient) -> None:
    problem(client.get("/v1/topics/never/history"), "not-found")
    problem(restore(client, "/v1/topics/never", "v1", 1), "not-found")
    made = create(client, "topic")
    problem(client.get(f"/v1/topics/{made['id']}/history?as_of=v1"), "not-found")


def test_several_changes_of_one_version_are_one_revision(client: TestClient) -> None:
    from app.store import records

    made = create(client, "topic", note="first")
    database = client.app.state.database  # type: ignore[attr-defined]
    with database.write(cause="cli") as writer:
        records.update(writer, BY_KIND["topic"], made["id"], {"note": "second"}, 1)
        records.update(writer, BY_KIND["topic"], made["id"], {"note": "third"}, 2)
    entries = history(client, f"/v1/topics/{made['id']}")
    assert [(one["revision"], one["record"]["note"]) for one in entries] == [(3, "third"), (1, "first")]
    assert entries[0]["cause"] == "cli"


def test_a_restore_brings_lists_references_and_citations_back(client: TestClient) -> None:
    cited = [{"document": "doc-conjusticia", "paragraph": 3, "cue": "a cue"}]
    names = [{"text": "Uno", "kind": "short", "language": None, "basis": "stated"}]
    made = create(client, "organization", names=names, citations=cited, state="MX-NLE")
    path = f"/v1/organizations/{made['id']}"
    citations = f"/v1/citations?record=org:{made['id']}"
    before = client.get(citations).json()["items"]
    assert len(before) == 1
    version = client.get(path).headers["Data-Version"]
    change(client, path, names=[], state=None)
    remove(client, path)
    problem(client.get(f"/v1/citations/{before[0]['id']}"), "gone")
    back = restore(client, path, version, 3)
    assert back.status_code == 200, back.text
    assert (back.json()["names"], back.json()["state"]) == (made["names"], "MX-NLE")
    after = client.get(citations).json()["items"]
    assert [{**one, "revision": 3} for one in before] == after
    # The search finds it again.
    assert client.get("/v1/organizations?q=uno").json()["items"][0]["id"] == made["id"]


def test_a_citation_does_not_come_back_without_its_document(client: TestClient) -> None:
    document = create(client, "document", sha256=None)
    cited = [{"document": document["id"], "paragraph": 3, "cue": "a cue"}]
    made = create(client, "topic", citations=cited)
    path = f"/v1/topics/{made['id']}"
    version = client.get(path).headers["Data-Version"]
    remove(client, path)
    remove(client, f"/v1/documents/{document['id']}")
    assert restore(client, path, version, 2).status_code == 200
    assert client.get(f"/v1/citations?record=topic:{made['id']}").json()["items"] == []


def test_a_citation_that_was_deleted_before_stays_deleted(client: TestClient) -> None:
    cited = [{"document": "doc-conjusticia", "paragraph": number, "cue": "a cue"} for number in (1, 2)]
    made = create(client, "topic", citations=cited)
    path = f"/v1/topics/{made['id']}"
    version = client.get(path).headers["Data-Version"]
    first, second = client.get(f"/v1/citations?record=topic:{made['id']}").json()["items"]
    remove(client, f"/v1/citations/{first['id']}")
    remove(client, path)
    assert restore(client, path, version, 2).status_code == 200
    found = client.get(f"/v1/citations?record=topic:{made['id']}").json()["items"]
    assert [one["id"] for one in found] == [second["id"]]


def test_a_restore_says_which_reference_is_gone(client: TestClient) -> None:
    parent = create(client, "topic")
    made = create(client, "topic", parent=parent["id"])
    path = f"/v1/topics/{made['id']}"
    version = client.get(path).headers["Data-Version"]
    change(client, path, parent=None)
    remove(client, f"/v1/topics/{parent['id']}")
    assert pointers(restore(client, path, version, 2), "reference-not-found") == ["/parent"]
    assert client.get(path).json()["revision"] == 2


def test_a_restore_takes_nothing_that_another_has_taken(client: TestClient) -> None:
    number = {"scheme": "MX-RFC", "value": "XXX010101XX1"}
    made = create(client, "organization", identifiers=[number])
    path = f"/v1/organizations/{made['id']}"
    version = client.get(path).headers["Data-Version"]
    remove(client, path)
    create(client, "organization", identifiers=[number])
    problem(restore(client, path, version, 2), "duplicate")
    problem(client.get(path), "gone")


def test_a_restore_needs_the_revision_that_the_record_is_at(client: TestClient) -> None:
    path = f"/v1/topics/{create(client, 'topic')['id']}"
    version = client.get(path).headers["Data-Version"]
    remove(client, path)
    problem(client.post(f"{path}/restore", json={"version": version}), "if-match-required")
    problem(restore(client, path, version, 1), "changed-meanwhile")
    assert restore(client, path, version, 2).status_code == 200
    problem(restore(client, path, version, 2), "changed-meanwhile")
    # To what it is already it does not change.
    assert restore(client, path, version, 3).json()["revision"] == 3


def test_a_restore_needs_a_version_in_which_the_record_was(client: TestClient) -> None:
    path = f"/v1/topics/{create(client, 'topic')['id']}"
    for version in ("v1", "v999", "r1", "2020", ""):
        assert pointers(restore(client, path, version, 1), "malformed-body") == ["/version"]
    remove(client, path)
    gone = history(client, path)[0]["version"]
    assert pointers(restore(client, path, gone, 2), "malformed-body") == ["/version"]


# The two classes of reader


def referrer(keeper: TestClient, path: str, topic: str) -> Json:
    """A restricted topic below a public one."""
    body = {"label_en": "kept back", "label_es": "reservado", "parent": topic, "visibility": "restricted"}
    made = keeper.post("/v1/topics", json=body)
    assert made.status_code == 201, made.text
    return dict(made.json())


def test_what_the_public_deleted_comes_back_for_it_as_if_nothing_had_held_it(client: TestClient) -> None:
    keeper = as_caller(client, "write", "restricted")
    made = create(client, "topic", note="open", citations=[{"document": "doc-conjusticia", "paragraph": 1, "cue": "c"}])
    path = f"/v1/topics/{made['id']}"
    version = client.get(path).headers["Data-Version"]
    below = referrer(keeper, path, made["id"])
    first = client.get(path)
    remove(client, path)
    problem(client.get(path), "gone")
    kept = keeper.get(path)
    assert (kept.status_code, kept.json()["visibility"]) == (200, "restricted")
    assert [one["action"] for one in history(client, path)] == ["delete", "create"]
    back = restore(client, path, version, 2)
    assert back.status_code == 200, back.text
    assert back.json()["note"] == "open"
    assert back.json()["visibility"] == "public"
    assert client.get(path).json() == back.json()
    assert [one["action"] for one in history(client, path)] == ["restore", "delete", "create"]
    assert len(client.get(f"/v1/citations?record=topic:{made['id']}").json()["items"]) == 1
    assert client.get(f"/v1/topics?q={made['label_en']}").json()["items"]
    assert client.get("/v1/changes?since=" + version).json()["items"][-2]["action"] == "restore"
    # What was restricted by itself still is.
    problem(client.get(f"/v1/topics/{below['id']}"), "not-found")
    assert keeper.get(f"/v1/topics/{below['id']}").json()["parent"] == made["id"]
    problem(client.get(path, params={"as_of": history(client, path)[1]["version"]}), "gone")
    assert client.get(path, params={"as_of": version}).json() == first.json()


def test_what_the_public_deleted_and_others_too_comes_back_for_the_public(client: TestClient) -> None:
    keeper = as_caller(client, "write", "restricted")
    made = create(client, "topic")
    path = f"/v1/topics/{made['id']}"
    version = client.get(path).headers["Data-Version"]
    below = referrer(keeper, path, made["id"])
    remove(client, path)
    remove(keeper, f"/v1/topics/{below['id']}")
    remove(keeper, path)
    problem(client.get(path), "gone")
    problem(keeper.get(path), "gone")
    revision = history(client, path)[0]["revision"]
    back = restore(client, path, version, revision)
    assert back.status_code == 200, back.text
    assert client.get(path).json()["visibility"] == "public"
    assert keeper.get(path).status_code == 200


def test_what_others_bring_back_of_what_the_public_deleted_stays_deleted_for_it(client: TestClient) -> None:
    keeper = as_caller(client, "write", "restricted")
    made = create(client, "topic")
    path = f"/v1/topics/{made['id']}"
    below = referrer(keeper, path, made["id"])
    version = keeper.get(path).headers["Data-Version"]
    remove(client, path)
    remove(keeper, f"/v1/topics/{below['id']}")
    remove(keeper, path)
    revision = history(keeper, path)[0]["revision"]
    assert restore(keeper, path, version, revision).status_code == 200
    problem(client.get(path), "gone")
    assert keeper.get(path).json()["visibility"] == "restricted"


def test_what_was_hidden_only_for_referring_to_it_comes_to_light_with_it(client: TestClient) -> None:
    keeper = as_caller(client, "write", "restricted")
    made = create(client, "topic")
    path = f"/v1/topics/{made['id']}"
    version = client.get(path).headers["Data-Version"]
    referrer(keeper, path, made["id"])
    remove(client, path)
    body = {"label_en": "follows", "label_es": "sigue", "parent": made["id"]}
    follows = keeper.post("/v1/topics", json=body).json()
    problem(client.get(f"/v1/topics/{follows['id']}"), "not-found")
    assert restore(client, path, version, 2).status_code == 200
    assert client.get(f"/v1/topics/{follows['id']}").json()["parent"] == made["id"]
    newest = client.get("/v1/changes?limit=500&since=" + version).json()["items"][-1]
    assert (newest["action"], newest["record_id"]) == ("create", follows["id"])


def test_hidden_revisions_are_absent_for_the_public(client: TestClient) -> None:
    keeper = as_caller(client, "write", "restricted")
    made = create(client, "topic", note="one")
    path = f"/v1/topics/{made['id']}"
    change(keeper, path, visibility="restricted")
    problem(client.get(f"{path}/history"), "not-found")
    change(keeper, path, note="secret")
    change(keeper, path, note="two", visibility="public")
    entries = history(client, path)
    assert [(one["action"], one["record"]["note"], one["changed"]) for one in entries] == [("create", "two", [])]
    whole = history(keeper, path)
    assert [one["record"]["note"] for one in whole] == ["two", "secret", "one", "one"]
    assert [one["changed"] for one in whole] == [["note"], ["note"], [], []]
    problem(restore(client, path, "v1", entries[0]["revision"]), "malformed-body")
    back = restore(keeper, path, whole[1]["version"], whole[0]["revision"])
    assert (back.json()["note"], back.json()["visibility"]) == ("secret", "public")


def test_restricted_callers_name_versions_as_they_count_them(client: TestClient) -> None:
    keeper = as_caller(client, "write", "restricted")
    made = create(client, "project")
    path = f"/v1/projects/{made['id']}"
    version = keeper.get(path).headers["Data-Version"]
    assert version.startswith("r")
    tag = change(keeper, path, note="changed").headers["ETag"]
    assert "project" in DERIVED
    answer = keeper.post(f"{path}/restore", json={"version": version}, headers={"If-Match": tag})
    assert answer.json()["note"] == made["note"]
    assert pointers(restore(keeper, path, "v1", answer.json()["revision"]), "malformed-body") == ["/version"]


def test_the_actor_is_told_to_administrators_alone(client: TestClient) -> None:
    made = create(client, "topic")
    path = f"/v1/topics/{made['id']}"
    admin = as_caller(client, "admin")
    assert history(client, path)[0]["actor"] is None
    assert history(admin, path)[0]["actor"].startswith("tjd_")
