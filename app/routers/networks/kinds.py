"""The networks that can be asked for twice or year by year."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field

from app.graph.assembly import Shown
from app.graph.coalitions import together
from app.graph.facts import Facts
from app.graph.funder_partner_state import tripartite
from app.graph.selection import Selection
from app.routers.citing import QuestionParameters
from app.routers.common import Words
from app.routers.networks.coalitions import TieName

TIES: tuple[TieName, ...] = ("collaboration", "project", "funder", "state", "topic")


class KindParameters(QuestionParameters):
    """The selection, and which network to make of it."""

    network: Literal["funder-partner-state", "coalitions"] = Field(
        default="funder-partner-state", description="Which network."
    )
    tie: Annotated[list[TieName], Words] | None = Field(
        default=None, description="Ties of the coalitions network; all five by default."
    )
    include: Annotated[list[Literal["unnamed"]], Words] | None = Field(
        default=None, description="unnamed: unnamed parties as nodes."
    )

    def own(self) -> dict[str, Any]:
        """The parameters beside the selection, normalised."""
        ties = sorted(set(self.tie or TIES)) if self.network == "coalitions" else None
        return {"network": self.network, "tie": ties, "include": sorted(set(self.include or ()))}


def network_of(parameters: KindParameters, most: int) -> Callable[[Facts, Selection], Shown]:
    """A function that makes the network of a selection."""
    include: Sequence[str] = sorted(set(parameters.include or ()))
    shared: dict[str, Any] = {"query": {}, "min_weight": 0, "max_edges": None, "most_edges": most}
    if parameters.network == "coalitions":
        return partial(together, ties=sorted(set(parameters.tie or TIES)), weights={}, include=include, **shared)
    return partial(tripartite, include=include, **shared)
