"""Calls of the networks with everything that a test does not care about filled in, and parts of their answers."""

from collections.abc import Iterable
from typing import Any

from hypothesis import Phase, settings

from app.graph.coalitions import coalitions
from app.graph.facts import Facts
from app.graph.funder_partner_state import funder_partner_state
from app.graph.selection import Selection

MANY = settings(max_examples=200, derandomize=True, deadline=None, phases=set(Phase) - {Phase.explain, Phase.reuse})
"""How random worlds are compared with the twins."""
SOME = settings(MANY, max_examples=100)
"""How answers about random worlds are compared with each other."""
TIES = ("collaboration", "project", "funder", "state", "topic")

Answer = dict[str, Any]


def tripartite(facts: Facts, selection: Selection | None = None, include: Iterable[str] = (), **own: Any) -> Answer:
    """The funder-partner-state network."""
    limits = {"min_weight": 0, "max_edges": None, "most_edges": 10**9, "query": {}} | own
    return funder_partner_state(facts, selection or Selection(), include=sorted(include), **limits)


def together(
    facts: Facts,
    selection: Selection | None = None,
    ties: Iterable[str] = TIES,
    include: Iterable[str] = (),
    **own: Any,
) -> Answer:
    """The coalitions network."""
    limits = {"min_weight": 0, "max_edges": None, "most_edges": 10**9, "query": {}, "weights": {}} | own
    return coalitions(facts, selection or Selection(), ties=sorted(ties), include=sorted(include), **limits)


def edges_of(answer: Answer, *relations: str) -> dict[str, Any]:
    """Edge id -> edge, of these relations or of all."""
    return {edge["id"]: edge for edge in answer["edges"] if not relations or edge["relation"] in relations}


def nodes_of(answer: Answer, kind: str | None = None) -> dict[str, Any]:
    """Node id -> node, of this kind or of all."""
    return {node["id"]: node for node in answer["nodes"] if kind is None or node["kind"] == kind}


def ids(*names: str) -> frozenset[str]:
    """A filter's values."""
    return frozenset(names)


def without_counts(money: Answer) -> Answer:
    """The money of a whole network without the counts that stand beside its lists."""
    sums = [{name: value for name, value in one.items() if name != "funding_count"} for one in money["sums"]]
    return {name: value for name, value in money.items() if not name.endswith("_count")} | {"sums": sums}


def same_order(money: Answer) -> Answer:
    """Money whose lists of rows are sorted by id."""
    sums = [one | {"funding": sorted(one["funding"])} for one in money["sums"]]
    return money | {"sums": sums, "shares": sorted(money["shares"], key=lambda one: str(one["funding"]))}
