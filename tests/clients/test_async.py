"""The client for asyncio answers what the other one does."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tejido_client import AsyncTejido, Changed, Tejido

from tests.clients.conftest import Service


async def read_working(service: Service, folder: Path) -> dict[str, Any]:
    """What the client for asyncio reads."""
    async with AsyncTejido(service.address, key=service.key) as present:
        api = present.at("v1")
        network = await api.networks.funder_partner_state(state="MX-NLE")
        paths = await api.networks.paths(from_="documenta", to="usaid")
        file = await network.save(folder / "working.csv", format="csv-edges")
        return {
            "list": [one async for one in api.organizations.list(limit=9, kind="ngo", include="documents")],
            "pages": [one async for one in api.funding.list(limit=9, include="total").pages()],
            "page": await api.projects.list(limit=3).page(),
            "records": await api.projects.list(limit=9).records(),
            "get": await api.states.get("MX-NLE", include="citations"),
            "profile": await api.organizations.profile("ned"),
            "history": [one async for one in api.topics.history("accountability")],
            "search": [one async for one in api.search("mexico", limit=3)],
            "changes": [one async for one in api.changes.list(limit=100, kind="topic")],
            "evidence": await api.evidence(record="org:ned"),
            "about": await api.about(),
            "raw": await api.get("/v1/documents", limit=2),
            "network": (network.json, network.permalink, network.sha256, network.records(), paths.rows("chains.steps")),
            "graph": sorted(network.to_networkx().edges()),
            "citation": (await network.citation(), await paths.citation("bibtex")),
            "file": file.read_bytes(),
        }


def read_waiting(service: Service, folder: Path) -> dict[str, Any]:
    """What the client that waits reads."""
    with Tejido(service.address, key=service.key) as present:
        api = present.at("v1")
        network = api.networks.funder_partner_state(state="MX-NLE")
        paths = api.networks.paths(from_="documenta", to="usaid")
        file = network.save(folder / "waiting.csv", format="csv-edges")
        return {
            "list": list(api.organizations.list(limit=9, kind="ngo", include="documents")),
            "pages": list(api.funding.list(limit=9, include="total").pages()),
            "page": api.projects.list(limit=3).page(),
            "records": api.projects.list(limit=9).records(),
            "get": api.states.get("MX-NLE", include="citations"),
            "profile": api.organizations.profile("ned"),
            "history": list(api.topics.history("accountability")),
            "search": list(api.search("mexico", limit=3)),
            "changes": list(api.changes.list(limit=100, kind="topic")),
            "evidence": api.evidence(record="org:ned"),
            "about": api.about(),
            "raw": api.get("/v1/documents", limit=2),
            "network": (network.json, network.permalink, network.sha256, network.records(), paths.rows("chains.steps")),
            "graph": sorted(network.to_networkx().edges()),
            "citation": (network.citation(), paths.citation("bibtex")),
            "file": file.read_bytes(),
        }


def test_both_clients_read_the_same(service: Service, tmp_path: Path) -> None:
    working = asyncio.run(read_working(service, tmp_path))
    waiting = read_waiting(service, tmp_path)
    assert [name for name, found in waiting.items() if not found] == []
    assert [name for name in waiting if working[name] != waiting[name]] == []


def test_both_clients_write_the_same(service: Service) -> None:
    async def write() -> None:
        async with AsyncTejido(service.address, key=service.key) as api:
            made = await api.topics.create({"id": "by-asyncio", "label_en": "By asyncio", "label_es": "Por asyncio"})
            await api.topics.update(made, {"note": "First."})
            with pytest.raises(Changed):
                await api.topics.update(made, {"note": "Second."})
            events = api.changes.follow(since=f"v{int((await api.about())['data_version'][1:]) - 1}")
            async for event in events:
                assert event.change is not None
                assert (event.change["ref"], event.change["action"]) == ("topic:by-asyncio", "update")
                break
            await api.topics.delete("by-asyncio", revision=2)
            answer = await api.bulk(
                [{"action": "create", "kind": "topic", "body": {"id": "x-1", "label_en": "X", "label_es": "X"}}]
            )
            assert answer["items"][0]["status"] == 201

    asyncio.run(write())


def test_many_requests_run_side_by_side(service: Service) -> None:
    async def read() -> list[str]:
        async with AsyncTejido(service.address) as api:
            states = [one["id"] async for one in api.states.list()]
            profiles = await asyncio.gather(*(api.states.profile(state) for state in states))
            return [profile["state"]["id"] for profile in profiles]

    assert len(set(asyncio.run(read()))) == 32
