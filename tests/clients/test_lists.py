"""Lists are read page by page, as far as they are wanted, and of the version that is wanted."""

import itertools
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest
from tejido_client import NotFound, Problem, Tejido

from tests.clients.conftest import Service


class Noted(httpx.HTTPTransport):
    """Keeps what was asked for."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        super().__init__()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Note it, and send it on."""
        self.asked.append(dict(request.url.params))
        return super().handle_request(request)


@pytest.fixture
def noted() -> Noted:
    """Keeps what the client asks for."""
    return Noted()


@pytest.fixture
def first(service: Service, noted: Noted) -> Iterator[Tejido]:
    """A client of the first version of the data."""
    with Tejido(service.address, transport=noted) as api:
        yield api.at("v1")


def test_a_list_is_the_same_in_pages_of_any_size(first: Tejido, noted: Noted) -> None:
    whole = list(first.organizations.list(limit=500))
    assert (len(whole), len(noted.asked)) == (43, 1)
    assert list(first.organizations.list(limit=7)) == whole
    assert len(noted.asked) == 1 + 7
    assert list(first.organizations.list()) == whole
    pages = list(first.organizations.list(limit=20).pages())
    assert [len(page["items"]) for page in pages] == [20, 20, 3]
    assert [record for page in pages for record in page["items"]] == whole


def test_a_page_is_fetched_when_it_is_needed(first: Tejido, noted: Noted) -> None:
    organizations = first.organizations.list(limit=5)
    assert noted.asked == []
    assert len(list(itertools.islice(organizations, 5))) == 5
    assert len(noted.asked) == 1
    assert len(list(itertools.islice(organizations, 6))) == 6
    assert len(noted.asked) == 3


def test_filters_sorting_and_related_records_are_those_of_the_service(first: Tejido) -> None:
    ngos = list(first.organizations.list(kind="ngo", include=["citations"], sort="-name", limit=10))
    assert len(ngos) > 10
    assert {one["kind"] for one in ngos} == {"ngo"}
    assert all(one["included"] is not None and one["included"]["citations"] for one in ngos)
    names = {one["id"] for one in first.organizations.list(kind=["ngo", "media"])}
    assert names > {one["id"] for one in ngos}
    assert [one["id"] for one in first.projects.list(nationwide=True, kind="grant")][:2] == ["ned2020-01", "ned2020-02"]


def test_the_first_page_tells_of_the_whole_list(first: Tejido) -> None:
    page = first.funding.list(funder="ned", include="total", limit=1).page()
    assert (page["total"], len(page["items"])) == (18, 1)
    assert page["money"] is not None
    assert page["money"]["sums"][0]["amount_minor"] == 5_500_000


def test_records_are_flat(first: Tejido) -> None:
    rows = first.organizations.list(kind="funder").records()
    assert [row["id"] for row in rows] == [one["id"] for one in first.organizations.list(kind="funder")]
    assert not [value for row in rows for value in row.values() if isinstance(value, dict)]
    assert rows[0]["value_status_names"] in {"known", "none_recorded", "unknown"}


def test_search_goes_on_through_its_pages(first: Tejido, noted: Noted) -> None:
    found = [one["ref"] for one in first.search("mexico", limit=100)]
    assert len(found) > 5
    del noted.asked[:]
    assert [one["ref"] for one in first.search("mexico", limit=2)] == found
    assert len(noted.asked) == -(-len(found) // 2)
    assert next(iter(first.search("mexico evalua", kind="organization")))["ref"] == "org:mexico-evalua"


def test_changes_go_on_through_their_pages(api: Tejido) -> None:
    start = api.about()["data_version"]
    for number in range(5):
        api.topics.create({"id": f"paged-{number}", "label_en": f"Paged {number}", "label_es": f"Por hojas {number}"})
    changes = list(api.changes.list(since=start, limit=2))
    assert [change["ref"] for change in changes] == [f"topic:paged-{number}" for number in range(5)]
    assert list(api.changes.list(since=changes[2]["id"])) == changes[3:]
    assert list(api.changes.list(since=start, record="topic:paged-3")) == changes[3:4]
    *_, run = api.import_runs.list(limit=1)
    assert (run["cause"], api.import_runs.get(run["id"])) == ("seed", run)


def test_a_client_at_a_version_reads_nothing_else(api: Tejido) -> None:
    before = api.about()["data_version"]
    moment = datetime.fromisoformat(api.version(before)["at"] or "")
    api.topics.create({"id": "later", "label_en": "Later", "label_es": "Después"})
    after = api.about()["data_version"]
    for pinned in (api.at(before), api.at(moment), api.at(moment.isoformat())):
        assert "later" not in {topic["id"] for topic in pinned.topics.list()}
        assert pinned.about()["data_version"] == before
        assert "topic:later" not in {one["ref"] for one in pinned.search("later")}
        with pytest.raises(NotFound):
            pinned.topics.get("later")
        assert pinned.networks.coalitions().data_version == before
        assert list(pinned.changes.list(since=before)) == []
        # These speak of no version of the data.
        assert pinned.version(after)["cause"] == "api"
        assert pinned.key()["scopes"] == ["read", "write"]
        with pytest.raises(ValueError, match="can only read"):
            pinned.topics.create({"label_en": "No", "label_es": "No"})
    assert "later" in {topic["id"] for topic in api.topics.list()}
    # What names a version by itself keeps it.
    assert api.at(before).get(f"/v1/topics/later?as_of={after}")["id"] == "later"
    assert api.at(before).get("/v1/topics/later", as_of=after)["id"] == "later"


def test_a_filter_that_does_not_exist_is_a_problem(api: Tejido) -> None:
    wrong: Any = {"colour": "red"}
    with pytest.raises(Problem) as raised:
        list(api.organizations.list(**wrong))
    assert (raised.value.status, raised.value.kind) == (400, "unknown-parameter")
    assert raised.value.type == "https://tejido.example/problems/unknown-parameter"
    assert raised.value.errors == [{"parameter": "colour", "detail": "unknown parameter"}]
    assert raised.value.request_id
    assert "unknown-parameter" in str(raised.value)
    assert "colour: unknown parameter" in str(raised.value)
