"""The client itself."""

from collections.abc import Sequence
from datetime import datetime
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack

import httpx

from tejido_client import types as t
from tejido_client._async.changes import AsyncChanges
from tejido_client._async.duplicates import AsyncDuplicates
from tejido_client._async.imports import AsyncImportRuns, AsyncImports
from tejido_client._async.lists import AsyncListing
from tejido_client._async.networks import AsyncNetworks
from tejido_client._async.resources import (
    AsyncBeneficiaryGroups,
    AsyncCitations,
    AsyncCollaborationMembers,
    AsyncCollaborations,
    AsyncDocuments,
    AsyncFindings,
    AsyncFunding,
    AsyncIndicators,
    AsyncLegalInstruments,
    AsyncOrganizationRelations,
    AsyncOrganizations,
    AsyncParticipations,
    AsyncPlaces,
    AsyncProjects,
    AsyncProjectStates,
    AsyncStateGroups,
    AsyncStates,
    AsyncTools,
    AsyncTopics,
    AsyncUnnamedParties,
)
from tejido_client._async.wire import AsyncWire
from tejido_client.bulk import BulkItem
from tejido_client.calls import Retries, create, get, next_offset, path_of
from tejido_client.version import VERSION

__all__ = ["AsyncTejido"]


class AsyncTejido:
    """A Tejido service.

    Close it when you are done, or use it as a context manager:

        async with AsyncTejido("http://localhost:8000") as api:
            async for organization in api.organizations.list(kind="ngo"):
                print(organization["name"])
    """

    def __init__(
        self,
        address: str = "http://localhost:8000",
        *,
        key: str | None = None,
        timeout: float | httpx.Timeout = 60.0,
        retries: int | Retries = 4,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`key` is needed for writing; `retries` says how often to send again what may well succeed then."""
        headers = {"User-Agent": f"tejido-client/{VERSION}"} | ({"Authorization": f"Bearer {key}"} if key else {})
        http = httpx.AsyncClient(base_url=address, headers=headers, timeout=timeout, transport=transport)
        self._speak_by(AsyncWire(http, retries if isinstance(retries, Retries) else Retries(retries)))

    def _speak_by(self, wire: AsyncWire) -> None:
        self._wire = wire
        self.networks = AsyncNetworks(wire)
        self.changes = AsyncChanges(wire)
        self.duplicates = AsyncDuplicates(wire)
        self.imports = AsyncImports(wire)
        self.import_runs = AsyncImportRuns(wire)
        self.organizations = AsyncOrganizations(wire)
        self.states = AsyncStates(wire)
        self.projects = AsyncProjects(wire)
        self.funding = AsyncFunding(wire)
        self.collaborations = AsyncCollaborations(wire)
        self.places = AsyncPlaces(wire)
        self.topics = AsyncTopics(wire)
        self.organization_relations = AsyncOrganizationRelations(wire)
        self.unnamed_parties = AsyncUnnamedParties(wire)
        self.documents = AsyncDocuments(wire)
        self.participations = AsyncParticipations(wire)
        self.state_groups = AsyncStateGroups(wire)
        self.project_states = AsyncProjectStates(wire)
        self.collaboration_members = AsyncCollaborationMembers(wire)
        self.indicators = AsyncIndicators(wire)
        self.tools = AsyncTools(wire)
        self.legal_instruments = AsyncLegalInstruments(wire)
        self.findings = AsyncFindings(wire)
        self.beneficiary_groups = AsyncBeneficiaryGroups(wire)
        self.citations = AsyncCitations(wire)

    async def __aenter__(self) -> Self:
        """It is open from the beginning."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Close it."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close its connections."""
        await self._wire.http.aclose()

    def at(self, as_of: str | datetime) -> Self:
        """The same service as of a version (`v12`) or a time: all that is read is of that version. It cannot write.

        It shares the connections of this client, and is closed with it.
        """
        pinned = type(self).__new__(type(self))
        pinned._speak_by(self._wire.at(as_of if isinstance(as_of, str) else as_of.isoformat()))
        return pinned

    async def about(self) -> t.About:
        """What the service holds, its version of the data, the definitions by which it answers."""
        about: t.About = await self._wire.json(get(path_of("about")))
        return about

    def search(self, q: str, /, **filters: Unpack[t.Search]) -> AsyncListing[t.SearchResult, t.SearchResults]:
        """Records by name, best first."""
        return AsyncListing(self._wire, path_of("search"), {"q": q, **filters}, next_offset)

    async def evidence(self, **what: Unpack[t.GetEvidence]) -> t.Evidence:
        """Why an edge is there (`edge="org:ned~funds~org:ficdcm"`) or a record (`record="org:ned"`)."""
        evidence: t.Evidence = await self._wire.json(get(path_of("evidence"), what))
        return evidence

    async def bulk(
        self, items: Sequence[BulkItem], *, partial: bool = False, idempotency_key: str | None = None
    ) -> t.BulkAnswer:
        """Many changes in one transaction: all or none, or with `partial` as many as can be made."""
        body = {"items": items, "partial": partial}
        answer: t.BulkAnswer = await self._wire.json(create(path_of("bulk"), body, idempotency_key))
        return answer

    async def version(self, version: str) -> t.VersionRead:
        """When and how a version of the data was made, and whether it is amended; takes a time, too."""
        told: t.VersionRead = await self._wire.json(get(path_of("versions", version), is_timeless=True))
        return told

    async def visibility(self, record: str) -> t.VisibilityRead:
        """Who may see a record (`org:ned`), and why."""
        told: t.VisibilityRead = await self._wire.json(get(path_of("visibility"), {"record": record}, is_timeless=True))
        return told

    async def key(self) -> t.KeyRead:
        """What is known of the key that is sent."""
        key: t.KeyRead = await self._wire.json(get(path_of("key"), is_timeless=True))
        return key

    async def export(
        self,
        file: str | PathLike[str],
        *,
        format: str = "csv",  # noqa: A002 - the word of the API
    ) -> Path:
        """Write the whole data set as one archive (ZIP), with licence and data dictionary: csv, jsonl or parquet."""
        return await self._wire.save(get(path_of("export"), {"format": format}), file)

    async def get(self, address: str, **parameters: Any) -> Any:
        """The JSON at any address of the service, such as the `address` of a change."""
        return await self._wire.json(get(address, parameters))

    async def save(self, address: str, file: str | PathLike[str], **parameters: Any) -> Path:
        """Write what an address answers to a file: `save("/v1/networks/coalitions", "ties.gexf", format="gexf")`."""
        return await self._wire.save(get(address, parameters), file)
