# Written by tools/client_sync.py from _async: `make clients`.
"""The client itself."""

from collections.abc import Sequence
from datetime import datetime
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack

import httpx

from tejido_client import types as t
from tejido_client._sync.changes import Changes
from tejido_client._sync.duplicates import Duplicates
from tejido_client._sync.imports import ImportRuns, Imports
from tejido_client._sync.lists import Listing
from tejido_client._sync.networks import Networks
from tejido_client._sync.resources import (
    BeneficiaryGroups,
    Citations,
    CollaborationMembers,
    Collaborations,
    Documents,
    Findings,
    Funding,
    Indicators,
    LegalInstruments,
    OrganizationRelations,
    Organizations,
    Participations,
    Places,
    Projects,
    ProjectStates,
    StateGroups,
    States,
    Tools,
    Topics,
    UnnamedParties,
)
from tejido_client._sync.wire import Wire
from tejido_client.bulk import BulkItem
from tejido_client.calls import Retries, create, get, next_offset, path_of
from tejido_client.version import VERSION

__all__ = ["Tejido"]


class Tejido:
    """A Tejido service.

    Close it when you are done, or use it as a context manager:

        with Tejido("http://localhost:8000") as api:
            for organization in api.organizations.list(kind="ngo"):
                print(organization["name"])
    """

    def __init__(
        self,
        address: str = "http://localhost:8000",
        *,
        key: str | None = None,
        timeout: float | httpx.Timeout = 60.0,
        retries: int | Retries = 4,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`key` is needed for writing; `retries` says how often to send again what may well succeed then."""
        headers = {"User-Agent": f"tejido-client/{VERSION}"} | ({"Authorization": f"Bearer {key}"} if key else {})
        http = httpx.Client(base_url=address, headers=headers, timeout=timeout, transport=transport)
        self._speak_by(Wire(http, retries if isinstance(retries, Retries) else Retries(retries)))

    def _speak_by(self, wire: Wire) -> None:
        self._wire = wire
        self.networks = Networks(wire)
        self.changes = Changes(wire)
        self.duplicates = Duplicates(wire)
        self.imports = Imports(wire)
        self.import_runs = ImportRuns(wire)
        self.organizations = Organizations(wire)
        self.states = States(wire)
        self.projects = Projects(wire)
        self.funding = Funding(wire)
        self.collaborations = Collaborations(wire)
        self.places = Places(wire)
        self.topics = Topics(wire)
        self.organization_relations = OrganizationRelations(wire)
        self.unnamed_parties = UnnamedParties(wire)
        self.documents = Documents(wire)
        self.participations = Participations(wire)
        self.state_groups = StateGroups(wire)
        self.project_states = ProjectStates(wire)
        self.collaboration_members = CollaborationMembers(wire)
        self.indicators = Indicators(wire)
        self.tools = Tools(wire)
        self.legal_instruments = LegalInstruments(wire)
        self.findings = Findings(wire)
        self.beneficiary_groups = BeneficiaryGroups(wire)
        self.citations = Citations(wire)

    def __enter__(self) -> Self:
        """It is open from the beginning."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._wire.http.close()

    def at(self, as_of: str | datetime) -> Self:
        """The same service as of a version (`v12`) or a time: all that is read is of that version. It cannot write.

        It shares the connections of this client, and is closed with it.
        """
        pinned = type(self).__new__(type(self))
        pinned._speak_by(self._wire.at(as_of if isinstance(as_of, str) else as_of.isoformat()))
        return pinned

    def about(self) -> t.About:
        """What the service holds, its version of the data, the definitions by which it answers."""
        about: t.About = self._wire.json(get(path_of("about")))
        return about

    def search(self, q: str, /, **filters: Unpack[t.Search]) -> Listing[t.SearchResult, t.SearchResults]:
        """Records by name, best first."""
        return Listing(self._wire, path_of("search"), {"q": q, **filters}, next_offset)

    def evidence(self, **what: Unpack[t.GetEvidence]) -> t.Evidence:
        """Why an edge is there (`edge="org:ned~funds~org:ficdcm"`) or a record (`record="org:ned"`)."""
        evidence: t.Evidence = self._wire.json(get(path_of("evidence"), what))
        return evidence

    def bulk(
        self, items: Sequence[BulkItem], *, partial: bool = False, idempotency_key: str | None = None
    ) -> t.BulkAnswer:
        """Many changes in one transaction: all or none, or with `partial` as many as can be made."""
        body = {"items": items, "partial": partial}
        answer: t.BulkAnswer = self._wire.json(create(path_of("bulk"), body, idempotency_key))
        return answer

    def version(self, version: str) -> t.VersionRead:
        """When and how a version of the data was made, and whether it is amended; takes a time, too."""
        told: t.VersionRead = self._wire.json(get(path_of("versions", version), is_timeless=True))
        return told

    def visibility(self, record: str) -> t.VisibilityRead:
        """Who may see a record (`org:ned`), and why."""
        told: t.VisibilityRead = self._wire.json(get(path_of("visibility"), {"record": record}, is_timeless=True))
        return told

    def key(self) -> t.KeyRead:
        """What is known of the key that is sent."""
        key: t.KeyRead = self._wire.json(get(path_of("key"), is_timeless=True))
        return key

    def export(
        self,
        file: str | PathLike[str],
        *,
        format: str = "csv",  # noqa: A002 - the word of the API
    ) -> Path:
        """Write the whole data set as one archive (ZIP), with licence and data dictionary: csv, jsonl or parquet."""
        return self._wire.save(get(path_of("export"), {"format": format}), file)

    def get(self, address: str, **parameters: Any) -> Any:
        """The JSON at any address of the service, such as the `address` of a change."""
        return self._wire.json(get(address, parameters))

    def save(self, address: str, file: str | PathLike[str], **parameters: Any) -> Path:
        """Write what an address answers to a file: `save("/v1/networks/coalitions", "ties.gexf", format="gexf")`."""
        return self._wire.save(get(address, parameters), file)
