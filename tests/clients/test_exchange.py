"""Files in and out; and two organizations made one."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from tejido_client import Changed, Problem, Tejido, Unavailable

from tests.clients.conftest import Service
from tests.support.keys import key_for


def grants(*amounts: object, prefix: str) -> dict[str, Any]:
    """A file of 360Giving with a grant of each of these amounts."""
    funder = {"id": f"XI-{prefix}-funder", "name": f"Fondo {prefix}"}
    return {
        "grants": [
            {
                "id": f"360G-{prefix}-{number}",
                "title": f"Grant {prefix} {number}",
                "description": "For rain gauges.",
                "currency": "MXN",
                "amountAwarded": amount,
                "awardDate": "2021-03-04",
                "recipientOrganization": [{"id": f"XI-{prefix}-{number}", "name": f"Pluviómetros {prefix} {number}"}],
                "fundingOrganization": [funder],
            }
            for number, amount in enumerate(amounts)
        ]
    }


def written(folder: Path, content: dict[str, Any]) -> Path:
    """It as a file."""
    file = folder / "grants.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def test_a_file_is_checked_brought_and_undone(service: Service, tmp_path: Path) -> None:
    file = written(tmp_path, grants(100, 250.5, prefix="whole"))
    with Tejido(service.address, key=key_for(service.url, "write", "admin")) as api:
        checked = api.imports.wait(api.imports.create(file, dry_run=True))
        assert (checked["status"], checked["import_run"], checked["file_name"]) == ("checked", None, "grants.json")
        brought = api.imports.wait(api.imports.create(file))
        assert (brought["status"], brought["format"]) == ("done", "360giving")
        assert brought["counts"]["project"]["created"] == 2
        (funder,) = api.organizations.list(q="Fondo whole")
        money = {one["amount"] for one in api.funding.list(funder=funder["id"])}
        assert money == {"100.00", "250.50"}
        again = api.imports.wait(api.imports.create(file)["id"])
        assert (again["status"], again["import_run"]) == ("done", None)
        assert next(iter(api.imports.list()))["id"] == again["id"]
        with pytest.raises(Problem) as raised:
            api.imports.cancel(again["id"])
        assert raised.value.kind == "import-over"
        assert brought["import_run"] is not None
        assert api.import_runs.undo(brought["import_run"])["undone_in"] is not None
        assert list(api.organizations.list(q="Fondo whole")) == []


def test_what_is_wrong_with_a_file_is_told_with_its_place(api: Tejido, tmp_path: Path) -> None:
    file = written(tmp_path, grants(100, "a lot", prefix="wrong"))
    refused = api.imports.wait(api.imports.create(file))
    assert (refused["status"], refused["problems"]["error"]) == ("refused", 1)
    (problem,) = [one for one in api.imports.problems(refused) if one["severity"] == "error"]
    assert problem["line"] == 2
    assert "amountAwarded" in (problem["field"] or "")
    with file.open("rb") as opened:
        skipped = api.imports.wait(api.imports.create(opened, name="other.json", on_error="skip"))
    assert (skipped["status"], skipped["file_name"]) == ("done", "other.json")
    assert skipped["counts"]["project"]["created"] == 1


def test_a_file_that_is_none_is_refused_at_once(api: Tejido) -> None:
    with pytest.raises(Problem) as raised:
        api.imports.create(io.BytesIO(b"nothing"), name="nothing.bin")
    assert raised.value.kind == "file-refused"


def test_a_file_is_whole_again_when_it_is_sent_again() -> None:
    seen: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.read())
        return httpx.Response(429 if len(seen) == 1 else 202, headers={"Retry-After": "0"}, json={"id": "i1"})

    with Tejido("http://tejido.example", transport=httpx.MockTransport(answer)) as api:
        api.imports.create(io.BytesIO(b"content"), name="a.json", mapping="x")
    bodies = [part.split(b"\r\n", 1)[1].rsplit(b"\r\n--", 1)[0] for part in seen]
    bodies = [body.replace(part.split(b"\r\n", 1)[0], b"") for body, part in zip(bodies, seen, strict=True)]
    assert bodies[0] == bodies[1]
    assert b"content" in bodies[0]


def test_a_file_that_may_have_arrived_is_not_sent_again() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(503, headers={"Retry-After": "1"})

    with (
        Tejido("http://tejido.example", transport=httpx.MockTransport(answer)) as api,
        pytest.raises(Unavailable) as raised,
    ):
        api.imports.create(io.BytesIO(b"x"), name="x.json")
    assert (len(seen), raised.value.retry_after) == (1, 1)


def test_lists_and_the_whole_are_saved(api: Tejido, tmp_path: Path) -> None:
    first = api.at("v1")
    chosen = first.organizations.list(kind="ngo", limit=3, sort="name")
    with chosen.save(tmp_path / "ngos.csv", format="csv-plain").open(encoding="utf-8-sig", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == [one["id"] for one in chosen]
    lines = chosen.save(tmp_path / "ngos.jsonl", format="jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [one["id"] for one in chosen]
    with zipfile.ZipFile(first.export(tmp_path / "all.zip", format="jsonl")) as archive:
        assert archive.testzip() is None
        assert "datapackage.json" in {name.rpartition("/")[2] for name in archive.namelist()}
    with zipfile.ZipFile(api.imports.template(tmp_path / "template.xlsx")) as workbook:
        assert "xl/workbook.xml" in workbook.namelist()


def test_two_organizations_become_one(api: Tejido) -> None:
    names = ("Red de Pluviómetros del Norte", "Red de Pluviometros del Norte, A.C.")
    one, other = (api.organizations.create({"name": name, "kind": "ngo", "basis": "stated"}) for name in names)
    (pair,) = [found for found in api.duplicates.list(organization=one["id"]) if not found["same"]]
    assert {pair["first"]["id"], pair["second"]["id"]} == {one["id"], other["id"]}
    said = api.duplicates.say_distinct(one["id"], other["id"])
    assert said["organizations"] == sorted([one["id"], other["id"]])
    assert said in list(api.duplicates.distinct())
    with pytest.raises(Problem) as raised:
        api.organizations.merge(other, one["id"])
    assert raised.value.kind == "merge-refused"
    api.duplicates.take_back(other["id"], one["id"])
    with pytest.raises(Changed):
        api.organizations.merge(other["id"], one["id"], revision=7)
    merged = api.organizations.merge(other, one["id"], name_as="former")
    assert (merged["organization"]["id"], merged["merged"]) == (one["id"], other["ref"])
    # The old id leads to the other one.
    assert api.organizations.get(other["id"], include="citations")["id"] == one["id"]
