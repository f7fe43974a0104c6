"""What the public is answered is, byte for byte, what it would be answered if nothing restricted had ever been written.

Every address that can be read is asked of a database with secrets and of its twin without any, with a clock in common.
"""

from collections.abc import Iterator
from random import Random
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.access.routes import NEEDS, Need
from app.models.noun import may_be_empty
from app.models.nouns import BY_KIND, NOUNS, ref_of
from app.store.database import Database
from app.store.records import include_names
from tests.conftest import Backend
from tests.support.long import long, some_of
from tests.visibility.pair import RECORD, Pair, pair

NETWORKS = (
    "/v1/networks/funder-partner-state?include=projects,unnamed,supports",
    "/v1/networks/funder-partner-state?format=svg",
    "/v1/networks/funder-partner-state?format=citation",
    "/v1/networks/coalitions",
    "/v1/networks/coverage?by=topic",
    "/v1/networks/flows",
    "/v1/networks/diff?before=year_to:2020&after=year_from:2021",
    "/v1/networks/timeline?year_from=1999&year_to=2022",
    "/v1/networks/projection?of=partner",
    "/v1/networks/projection?of=funder&weight=newman",
    "/v1/networks/measures?network=coalitions",
)
OTHERS = (
    "/v1/about",
    "/v1/changes",
    "/v1/changes?format=jsonl",
    "/v1/import-runs",
    "/v1/search?q=agua",
    "/v1/search?q=red",
    "/v1/export",
    "/v1/export?format=jsonl",
    "/v1/imports/template",
    "/v1/duplicates",
    "/v1/duplicates/distinct",
    "/v1/export?format=360giving",
    "/v1/export?format=iati",
    "/v1/export?format=followthemoney",
    "/reconcile/properties?type=Organization",
    "/reconcile?queries=%7B%22a%22%3A%7B%22query%22%3A%22Agua%22%7D%2C%22b%22%3A%7B%22query%22%3A%22Red%22%7D%7D",
)
OF_ORGANIZATIONS = (
    "/v1/networks/withdrawal?funder={0}",
    "/v1/networks/suggestions?organization={0}",
    "/v1/networks/compare?left=funder:{0}&right=funder:{1}",
    "/v1/networks/paths?from={0}&to={1}",
    "/v1/networks/ego/org:{0}",
    "/v1/organizations/{0}/profile",
)
IGNORED = {"/v1/evidence"} | {path for (method, path) in NEEDS if "{" in path}
"""Asked for each record, below."""


def addresses(with_secrets: Database, twin: Database, random: Random) -> Iterator[str]:
    """What to ask: lists, records (those too that only one of the two has), networks, the past."""
    found: dict[str, list[str]] = {}
    for database in (with_secrets, twin):
        with database.read() as connection:
            for kind, public_id in connection.execute(select(RECORD.c.kind, RECORD.c.id).order_by(RECORD.c.id)):
                found.setdefault(kind, []).append(public_id)
    yield from OTHERS
    yield from NETWORKS
    for noun in NOUNS:
        yield f"/v1/{noun.path}?include=total"
        yield f"/v1/{noun.path}?format=csv{'' if noun.kind == 'citation' else '&include=citations'}"
        yield f"/v1/{noun.path}?format=xlsx&limit=2"
        yield f"/v1/{noun.path}?limit=2&include={','.join(include_names(noun))}"
        yield from (f"/v1/{noun.path}?missing={name}&limit=500" for name in may_be_empty(noun)[:2])
        for public_id in dict.fromkeys(found.get(noun.kind, ())):
            yield f"/v1/{noun.path}/{public_id}?include={','.join(include_names(noun))}"
            yield f"/v1/{noun.path}/{public_id}/history"
            yield f"/v1/evidence?record={ref_of(noun.kind, public_id)}"
            yield f"/v1/visibility?record={ref_of(noun.kind, public_id)}"
            if noun.kind != "citation":
                yield f"/v1/citations?record={ref_of(noun.kind, public_id)}"
    ones = dict.fromkeys(found.get("organization", ()))
    for one in ones:
        other = random.choice([*ones])
        yield from (template.format(one, other) for template in OF_ORGANIZATIONS)
        yield f"/v1/projects?funder={one}&include=total"
        yield f"/v1/search?q={quote(one)}"
    yield from (f"/v1/states/{one}/profile" for one in dict.fromkeys(found.get("state", ())))


def compare(both: Pair, address: str) -> int:
    """The two answer the same, headers included; returns the status."""
    answers = [
        client.get(address, headers={"X-Request-ID": "the-same", "Accept-Encoding": "identity"})
        for client in (both.client, both.twin_client)
    ]
    one, other = ((answer.status_code, sorted(answer.headers.multi_items()), answer.content) for answer in answers)
    assert one[:2] == other[:2], (address, one[:2], other[:2])
    place = next((at for at, pair in enumerate(zip(one[2], other[2], strict=False)) if pair[0] != pair[1]), -1)
    assert one[2] == other[2], (address, one[2][place - 200 : place + 200], other[2][place - 200 : place + 200])
    return int(one[0])


def ask_everything(both: Pair) -> None:
    statuses: dict[int, int] = {}
    asked = [*addresses(both.with_secrets, both.twin, both.random)]
    version = int(both.twin_client.get("/v1/about").json()["data_version"][1:])
    both.client.get("/v1/about")
    past = [f"v{both.random.randint(0, version)}" for _ in range(2)] + [both.clock.at.isoformat().replace("+", "%2B")]
    for address in asked:
        status = compare(both, address)
        assert (status == 401) == (address == "/v1/import-runs"), (address, status)
        statuses[status] = statuses.get(status, 0) + 1
        if not address.startswith(("/v1/changes", "/v1/import-runs", "/v1/visibility")) and "/history" not in address:
            join = "&" if "?" in address else "?"
            compare(both, f"{address}{join}as_of={both.random.choice(past)}")
    assert statuses[200] > 60, statuses
    assert set(statuses) <= {200, 400, 401, 404, 410}, statuses


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("seed", [0, *long([1, 2])])
def test_the_public_cannot_tell_that_there_are_secrets(backend: Backend, seed: int) -> None:
    with pair(backend, seed) as both:
        for _ in range(120):
            both.write()
        assert both.secrets > 12
        ask_everything(both)


@pytest.mark.long
@pytest.mark.parametrize("seed", some_of(range(100, 103)))
def test_the_public_cannot_tell_that_there_are_secrets_at_length(backend: Backend, seed: int) -> None:
    with pair(backend, seed) as both:
        for _ in range(250):
            both.write()
        ask_everything(both)


def test_every_address_of_data_is_asked() -> None:
    listed = {one.partition("?")[0].partition("{")[0] for one in (*NETWORKS, *OTHERS, *OF_ORGANIZATIONS)}
    listed |= {f"/v1/{noun.path}" for noun in BY_KIND.values()} | {"/v1/visibility"}
    reading = {path for (method, path), need in NEEDS.items() if method == "GET" and need is Need.reading}
    missing = {path for path in reading - IGNORED if path not in listed}
    assert not missing


def test_the_twin_is_one(backend: Backend, seeded: TestClient) -> None:
    """Planted: a difference of one byte is seen."""
    with pair(backend, 1) as both:
        both.write_publicly()
        compare(both, "/v1/states")
        both.twin_client.app.state.settings.contact = "another"  # type: ignore[attr-defined]
        with pytest.raises(AssertionError):
            compare(both, "/v1/about")
