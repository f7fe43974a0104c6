"""Networks, and what is asked of them."""

from os import PathLike
from pathlib import Path
from typing import Any, Literal, Unpack, overload

import httpx

from tejido_client import types as t
from tejido_client._async.wire import AsyncWire, read
from tejido_client.answers import AnswerBase, Body, NetworkBase
from tejido_client.calls import Parameters, get, path_of

__all__ = ["AsyncAnswer", "AsyncNetwork", "AsyncNetworks"]


class AsyncAnswer(AnswerBase[Body]):
    """An answer about networks."""

    def __init__(self, body: Body, response: httpx.Response, wire: AsyncWire) -> None:
        super().__init__(body, response)
        self._wire = wire

    @overload
    async def citation(self) -> t.Citing: ...
    @overload
    async def citation(self, form: Literal["bibtex"]) -> str: ...
    @overload
    async def citation(self, form: Literal["csl"]) -> dict[str, Any]: ...
    async def citation(self, form: Literal["bibtex", "csl"] | None = None) -> t.Citing | str | dict[str, Any]:
        """How to cite exactly this answer: as an entry for BibTeX, as an item of CSL-JSON, or all that is told."""
        told: t.Citing = await self._wire.json(get(self.permalink, {"format": "citation"}))
        return told if form is None else told[form]


class AsyncNetwork(AsyncAnswer[Body], NetworkBase[Body]):
    """A network: nodes, and the edges between them."""

    async def save(
        self,
        file: str | PathLike[str],
        *,
        format: str,  # noqa: A002 - the word of the API
    ) -> Path:
        """Write the same network to a file for another tool: gexf, graphml, csv, svg … (docs/formats.md)."""
        return await self._wire.save(get(self.permalink, {"format": format}), file)


class AsyncNetworks:
    """The networks, and what is asked of them; all take the same selection of projects."""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def funder_partner_state(
        self,
        **selection: Unpack[t.GetFunderPartnerState],
    ) -> AsyncNetwork[t.NodeLinkNetwork]:
        """Who funds whom, and where the partners work."""
        return await self._network("funder-partner-state", selection)

    async def coalitions(self, **selection: Unpack[t.GetCoalitions]) -> AsyncNetwork[t.NodeLinkNetwork]:
        """Who works together: declared, and inferred from shared projects, funders, states and topics."""
        return await self._network("coalitions", selection)

    async def flows(self, **selection: Unpack[t.GetFlows]) -> AsyncNetwork[t.FlowsNetwork]:
        """Money down the chain, and who is new to a funder."""
        return await self._network("flows", selection)

    async def projection(self, **selection: Unpack[t.GetProjection]) -> AsyncNetwork[t.ProjectionNetwork]:
        """Funders, partners, states or topics, tied by what they share."""
        return await self._network("projection", selection)

    async def ego(self, node: str, **selection: Unpack[t.GetEgo]) -> AsyncNetwork[t.EgoNetwork]:
        """Everything within some hops of a node."""
        return await self._network("ego", selection, node)

    async def paths(self, **selection: Unpack[t.GetPaths]) -> AsyncAnswer[t.Paths]:
        """The shortest chains between two: `paths(from_="org:ned", to="org:usaid")`."""
        return await self._answer("paths", selection)

    async def measures(self, **selection: Unpack[t.GetMeasures]) -> AsyncAnswer[t.Measures]:
        """How a network hangs together, and each node's place in it."""
        return await self._answer("measures", selection)

    async def withdrawal(self, **selection: Unpack[t.GetWithdrawal]) -> AsyncAnswer[t.Withdrawal]:
        """Who and what is left without when a funder withdraws."""
        return await self._answer("withdrawal", selection)

    async def coverage(self, **selection: Unpack[t.GetCoverage]) -> AsyncAnswer[t.Coverage]:
        """Where there are projects, and where none is recorded."""
        return await self._answer("coverage", selection)

    async def suggestions(self, **selection: Unpack[t.GetSuggestions]) -> AsyncAnswer[t.Suggestions]:
        """Whom an organization could work with."""
        return await self._answer("suggestions", selection)

    async def compare(self, **selection: Unpack[t.GetCompare]) -> AsyncAnswer[t.Compare]:
        """Two selections side by side."""
        return await self._answer("compare", selection)

    async def diff(self, **selection: Unpack[t.GetDiff]) -> AsyncAnswer[t.Diff]:
        """What came, went and changed between two selections or versions."""
        return await self._answer("diff", selection)

    async def timeline(self, **selection: Unpack[t.GetTimeline]) -> AsyncAnswer[t.Timeline]:
        """A network year by year."""
        return await self._answer("timeline", selection)

    async def _network(self, name: str, selection: Parameters, *node: str) -> AsyncNetwork[Any]:
        response = await self._wire.send(get(path_of("networks", name, *node), selection))
        return AsyncNetwork(read(response), response, self._wire)

    async def _answer(self, name: str, selection: Parameters) -> AsyncAnswer[Any]:
        response = await self._wire.send(get(path_of("networks", name), selection))
        return AsyncAnswer(read(response), response, self._wire)
