"""Writing: with the revision that was read, once however often it is sent, and with exceptions for what is refused."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tejido_client import (
    Changed,
    Conflict,
    Forbidden,
    Gone,
    KeyRefused,
    NotFound,
    NotReached,
    Problem,
    Tejido,
)
from tejido_client.types import TopicCreate

from tests.clients.conftest import Service
from tests.support.keys import key_for


class Losing(httpx.HTTPTransport):
    """Sends every request, and loses the first so many answers."""

    def __init__(self, answers: int) -> None:
        self.left = answers
        self.sent = 0
        super().__init__()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it on."""
        response = super().handle_request(request)
        self.sent += 1
        if self.left:
            self.left -= 1
            response.read()
            response.close()
            msg = "the answer is lost"
            raise httpx.ReadError(msg)
        return response


def topic(name: str) -> TopicCreate:
    """A topic of a test."""
    return {"id": name, "label_en": f"Topic {name}", "label_es": f"Tema {name}"}


def test_a_record_is_created_changed_deleted_and_restored(api: Tejido) -> None:
    made = api.topics.create(topic("whole-life"))
    assert (made["ref"], made["revision"]) == ("topic:whole-life", 1)
    version = api.about()["data_version"]
    noted = api.topics.update(made, {"note": "Rare."})
    assert (noted["revision"], noted["note"]) == (2, "Rare.")
    emptied = api.topics.update("whole-life", {"note": None}, revision=2)
    assert (emptied["revision"], emptied["note"]) == (3, None)
    api.topics.delete(emptied)
    with pytest.raises(Gone) as raised:
        api.topics.get("whole-life")
    assert isinstance(raised.value, NotFound)
    revisions = list(api.topics.history("whole-life"))
    assert [(one["revision"], one["action"]) for one in revisions] == [
        (4, "delete"),
        (3, "update"),
        (2, "update"),
        (1, "create"),
    ]
    restored = api.topics.restore("whole-life", version, revision=4)
    assert (restored["revision"], restored["label_en"]) == (5, made["label_en"])
    assert api.topics.restore(restored, version)["revision"] == 5


def test_who_was_too_slow_is_told(api: Tejido) -> None:
    mine = api.topics.create(topic("two-hands"))
    api.topics.update(mine, {"note": "First."})
    for write in (
        lambda: api.topics.update(mine, {"note": "Second."}),
        lambda: api.topics.delete(mine),
        lambda: api.topics.restore(mine, "v1"),
    ):
        with pytest.raises(Changed) as raised:
            write()
        assert (raised.value.status, raised.value.kind) == (412, "changed-meanwhile")
    present = api.topics.get("two-hands")
    assert present["note"] == "First."
    assert api.topics.update(present, {"note": "Second."})["note"] == "Second."


def test_an_id_alone_does_not_say_which_revision_is_meant(api: Tejido) -> None:
    forgetful: Any = api.topics
    with pytest.raises(TypeError, match="which revision"):
        forgetful.update("two-hands", {"note": "x"})
    with pytest.raises(TypeError, match="which revision"):
        forgetful.delete("two-hands")


def test_what_is_created_is_created_once_though_the_answer_is_lost(service: Service) -> None:
    transport = Losing(2)
    with Tejido(service.address, key=service.key, transport=transport) as api:
        made = api.topics.create(topic("lost-answer"))
        assert (made["id"], made["revision"], transport.sent) == ("lost-answer", 1, 3)
        # Without its key it would be refused, because it is there.
        with pytest.raises(Conflict) as raised:
            api.topics.create(topic("lost-answer"))
        assert raised.value.kind == "id-taken"
        transport.left = 1
        answer = api.bulk([{"action": "create", "kind": "topic", "body": topic("lost-bulk")}])
        assert [item["status"] for item in answer["items"]] == [201]


def test_a_change_whose_answer_is_lost_is_not_sent_again(service: Service) -> None:
    transport = Losing(0)
    with Tejido(service.address, key=service.key, transport=transport) as api:
        made = api.topics.create(topic("lost-change"))
        transport.left, transport.sent = 1, 0
        with pytest.raises(NotReached):
            api.topics.update(made, {"note": "Was it made?"})
        assert transport.sent == 1
        assert api.topics.get("lost-change")["note"] == "Was it made?"


def test_citations_are_records_too(api: Tejido) -> None:
    made = api.topics.create(
        {**topic("cited"), "citations": [{"document": "doc-ned-2020", "paragraph": 1, "cue": "rule of law"}]}
    )
    full = api.topics.get(made["id"], include="citations")
    assert full["included"] is not None
    (first,) = full["included"]["citations"] or []
    second = api.citations.create(
        {"record": "topic:cited", "document": "doc-ned-2020", "paragraph": 2, "cue": "freedom of information"}
    )
    assert {one["id"] for one in api.citations.list(record="topic:cited")} == {first["id"], second["id"]}
    assert api.citations.update(second, {"paragraph": 3})["paragraph"] == 3
    evidence = api.evidence(record="topic:cited")
    assert sorted(one["paragraph"] for one in evidence["items"][0]["citations"]) == [1, 3]
    assert api.visibility("topic:cited")["visibility"] == "public"


def test_a_bulk_is_all_or_nothing_unless_it_is_partial(api: Tejido) -> None:
    there = api.topics.create(topic("in-a-bulk"))
    with pytest.raises(Conflict) as raised:
        api.bulk(
            [
                {"action": "create", "kind": "topic", "body": topic("bulk-1")},
                {"action": "create", "kind": "topic", "body": topic("in-a-bulk")},
            ]
        )
    assert raised.value.kind == "bulk-refused"
    assert [one["index"] for one in raised.value.members["refused"]] == [1]
    answer = api.bulk(
        [
            {"action": "create", "kind": "topic", "body": topic("bulk-1")},
            {"action": "create", "kind": "topic", "body": topic("in-a-bulk")},
            {"action": "update", "kind": "topic", "id": there["id"], "if_match": '"r1"', "body": {"note": "x"}},
        ],
        partial=True,
    )
    assert [item["status"] for item in answer["items"]] == [201, 409, 200]
    problem = answer["items"][1]["problem"]
    assert problem is not None
    assert problem["type"].endswith("id-taken")


@pytest.mark.parametrize(
    ("ask", "problem", "status", "kind"),
    [
        (lambda api: api.topics.get("no-such-topic"), NotFound, 404, "not-found"),
        (lambda api: api.get("/v1/nowhere"), NotFound, 404, "no-route"),
        (lambda api: api.topics.create({"label_en": "x"}), Problem, 422, "malformed-body"),
        (lambda api: api.organizations.delete(api.organizations.get("ned")), Conflict, 409, "referred-to"),
        (lambda api: api.import_runs.undo("v1"), Forbidden, 403, "missing-scope"),
        (lambda api: api.networks.funder_partner_state(funder="nobody"), Problem, 400, "unknown-id"),
        (lambda api: api.networks.ego("org:nobody"), NotFound, 404, "not-found"),
    ],
)
def test_what_is_refused_has_an_exception(
    api: Tejido, ask: Callable[[Tejido], object], problem: type[Problem], status: int, kind: str
) -> None:
    with pytest.raises(Problem) as raised:
        ask(api)
    assert type(raised.value) is problem
    assert (raised.value.status, raised.value.kind) == (status, kind)
    assert raised.value.title


def test_what_is_malformed_is_pointed_at(api: Tejido) -> None:
    wrong: Any = {"label_en": "", "label_es": "x", "colour": "red"}
    with pytest.raises(Problem) as raised:
        api.topics.create(wrong)
    assert sorted(error.get("pointer") or "" for error in raised.value.errors) == ["/colour", "/label_en"]


def test_keys_are_needed_for_writing(service: Service) -> None:
    with Tejido(service.address) as anybody, pytest.raises(KeyRefused) as raised:
        anybody.topics.create(topic("no-key"))
    assert raised.value.kind == "key-required"
    with Tejido(service.address, key="tjd_nothing") as wrong, pytest.raises(KeyRefused) as refused:
        wrong.about()
    assert refused.value.kind == "invalid-key"
    with Tejido(service.address, key=key_for(service.url, "read")) as reader:
        assert reader.key()["scopes"] == ["read"]
        with pytest.raises(Forbidden):
            reader.topics.create(topic("no-scope"))
