# Written by tools/client_sync.py from _async: `make clients`.
"""Networks, and what is asked of them."""

from os import PathLike
from pathlib import Path
from typing import Any, Literal, Unpack, overload

import httpx

from tejido_client import types as t
from tejido_client._sync.wire import Wire, read
from tejido_client.answers import AnswerBase, Body, NetworkBase
from tejido_client.calls import Parameters, get, path_of

__all__ = ["Answer", "Network", "Networks"]


class Answer(AnswerBase[Body]):
    """An answer about networks."""

    def __init__(self, body: Body, response: httpx.Response, wire: Wire) -> None:
        super().__init__(body, response)
        self._wire = wire

    @overload
    def citation(self) -> t.Citing: ...
    @overload
    def citation(self, form: Literal["bibtex"]) -> str: ...
    @overload
    def citation(self, form: Literal["csl"]) -> dict[str, Any]: ...
    def citation(self, form: Literal["bibtex", "csl"] | None = None) -> t.Citing | str | dict[str, Any]:
        """How to cite exactly this answer: as an entry for BibTeX, as an item of CSL-JSON, or all that is told."""
        told: t.Citing = self._wire.json(get(self.permalink, {"format": "citation"}))
        return told if form is None else told[form]


class Network(Answer[Body], NetworkBase[Body]):
    """A network: nodes, and the edges between them."""

    def save(
        self,
        file: str | PathLike[str],
        *,
        format: str,  # noqa: A002 - the word of the API
    ) -> Path:
        """Write the same network to a file for another tool: gexf, graphml, csv, svg … (docs/formats.md)."""
        return self._wire.save(get(self.permalink, {"format": format}), file)


class Networks:
    """The networks, and what is asked of them; all take the same selection of projects."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def funder_partner_state(
        self,
        **selection: Unpack[t.GetFunderPartnerState],
    ) -> Network[t.NodeLinkNetwork]:
        """Who funds whom, and where the partners work."""
        return self._network("funder-partner-state", selection)

    def coalitions(self, **selection: Unpack[t.GetCoalitions]) -> Network[t.NodeLinkNetwork]:
        """Who works together: declared, and inferred from shared projects, funders, states and topics."""
        return self._network("coalitions", selection)

    def flows(self, **selection: Unpack[t.GetFlows]) -> Network[t.FlowsNetwork]:
        """Money down the chain, and who is new to a funder."""
        return self._network("flows", selection)

    def projection(self, **selection: Unpack[t.GetProjection]) -> Network[t.ProjectionNetwork]:
        """Funders, partners, states or topics, tied by what they share."""
        return self._network("projection", selection)

    def ego(self, node: str, **selection: Unpack[t.GetEgo]) -> Network[t.EgoNetwork]:
        """Everything within some hops of a node."""
        return self._network("ego", selection, node)

    def paths(self, **selection: Unpack[t.GetPaths]) -> Answer[t.Paths]:
        """The shortest chains between two: `paths(from_="org:ned", to="org:usaid")`."""
        return self._answer("paths", selection)

    def measures(self, **selection: Unpack[t.GetMeasures]) -> Answer[t.Measures]:
        """How a network hangs together, and each node's place in it."""
        return self._answer("measures", selection)

    def withdrawal(self, **selection: Unpack[t.GetWithdrawal]) -> Answer[t.Withdrawal]:
        """Who and what is left without when a funder withdraws."""
        return self._answer("withdrawal", selection)

    def coverage(self, **selection: Unpack[t.GetCoverage]) -> Answer[t.Coverage]:
        """Where there are projects, and where none is recorded."""
        return self._answer("coverage", selection)

    def suggestions(self, **selection: Unpack[t.GetSuggestions]) -> Answer[t.Suggestions]:
        """Whom an organization could work with."""
        return self._answer("suggestions", selection)

    def compare(self, **selection: Unpack[t.GetCompare]) -> Answer[t.Compare]:
        """Two selections side by side."""
        return self._answer("compare", selection)

    def diff(self, **selection: Unpack[t.GetDiff]) -> Answer[t.Diff]:
        """What came, went and changed between two selections or versions."""
        return self._answer("diff", selection)

    def timeline(self, **selection: Unpack[t.GetTimeline]) -> Answer[t.Timeline]:
        """A network year by year."""
        return self._answer("timeline", selection)

    def _network(self, name: str, selection: Parameters, *node: str) -> Network[Any]:
        response = self._wire.send(get(path_of("networks", name, *node), selection))
        return Network(read(response), response, self._wire)

    def _answer(self, name: str, selection: Parameters) -> Answer[Any]:
        response = self._wire.send(get(path_of("networks", name), selection))
        return Answer(read(response), response, self._wire)
