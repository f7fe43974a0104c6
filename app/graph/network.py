"""A network: nodes, edges with the ids behind them, and the block that says what it is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from app.graph.definitions import RELEASE
from app.graph.facts import Facts, FundingFact
from app.graph.selection import CERTAINTIES, Selected, Selection

Attributes = dict[str, Any]

MOST_IDS = 100
"""Ids that one reason under `left_out` lists; its count is always whole."""


class TooLargeError(Exception):
    """The answer would hold more, or look at more, than one answer may."""

    def __init__(self, count: int, most: int, what: str = "edges") -> None:
        """How many there are of what, and how many there may be."""
        super().__init__(count, most, what)
        self.count = count
        self.most = most
        self.what = what


class UnknownNodeError(Exception):
    """There is no such node."""


@dataclass
class Edge:
    """One edge while it is gathered: the projects behind it by certainty, and the rows that make it."""

    source: str
    target: str
    relation: str
    projects: dict[str, set[str]] = field(default_factory=lambda: {word: set() for word in CERTAINTIES})
    records: set[str] = field(default_factory=set)
    """Prefixed ids of the rows behind the edge."""
    bases: set[str] = field(default_factory=set)
    extra: Attributes = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The edge's id in its network, and its address under /v1/evidence."""
        return f"{self.source}~{self.relation}~{self.target}"

    @property
    def place(self) -> tuple[str, str, str]:
        """By what edges are ordered."""
        return self.source, self.relation, self.target

    def add(self, project: str, certainty: str, records: Iterable[str], bases: Iterable[str]) -> None:
        """Let one project stand behind the edge; of several certainties it keeps the strongest."""
        held = next((word for word in CERTAINTIES if project in self.projects[word]), None)
        if held is None or CERTAINTIES.index(certainty) < CERTAINTIES.index(held):
            if held is not None:
                self.projects[held].discard(project)
            self.projects[certainty].add(project)
        self.records.update(records)
        self.bases.update(bases)

    @property
    def certainty(self) -> str:
        """The strongest certainty of the projects behind the edge."""
        return next((word for word in CERTAINTIES if self.projects[word]), "certain")

    @property
    def weight(self) -> int | float:
        """Number of certain projects, unless the relation says otherwise."""
        weight: int | float = self.extra.get("weight", len(self.projects["certain"]))
        return weight


@dataclass
class Gathered:
    """Nodes and edges while a network is built."""

    facts: Facts
    selection: Selection
    selected: Selected
    nodes: dict[str, Attributes] = field(default_factory=dict)
    edges: dict[str, Edge] = field(default_factory=dict)
    left_out: dict[str, set[str]] = field(default_factory=dict)
    """Reason -> ids of what the network does not show."""

    def node(self, ref: str, role: str | None = None) -> None:
        """Have the node, in this role."""
        attributes = self.nodes.get(ref)
        if attributes is None:
            attributes = self.nodes[ref] = describe(self.facts, ref)
        if role is not None and role not in attributes.setdefault("roles", []):
            attributes["roles"] = sorted([*attributes["roles"], role])

    def edge(self, source: str, target: str, relation: str) -> Edge:
        """Have the edge."""
        made = Edge(source, target, relation)
        return self.edges.setdefault(made.id, made)

    def leave_out(self, reason: str, what: str) -> None:
        """Note something that the network does not show."""
        self.left_out.setdefault(reason, set()).add(what)


def describe(facts: Facts, ref: str) -> Attributes:
    """A node's own attributes."""
    prefix, _, public_id = ref.partition(":")
    return _DESCRIBED[prefix](facts, public_id)


def _organization(facts: Facts, public_id: str) -> Attributes:
    organization = facts.organizations[public_id]
    return {
        "kind": "organization",
        "label": organization.name,
        "acronym": organization.acronym,
        "organization_kind": organization.kind,
        "country": organization.country,
    }


def _party(facts: Facts, public_id: str) -> Attributes:
    party = facts.parties[public_id]
    return {
        "kind": "unnamed_party",
        "label": party.description,
        "organization_kind": party.kind,
        "count_low": party.count_low,
        "count_high": party.count_high,
        "count_qualifier": party.count_qualifier,
    }


def _project(facts: Facts, public_id: str) -> Attributes:
    project = facts.projects[public_id]
    return {
        "kind": "project",
        "label": project.title,
        "project_kind": project.kind,
        "project_status": project.project_status,
        "start_date": project.start_date,
        "end_date": project.end_date,
    }


def _state_group(facts: Facts, public_id: str) -> Attributes:
    group = facts.groups[public_id]
    members = facts.members_of_group(public_id)
    return {
        "kind": "state_group",
        "label": group.label,
        "project": f"project:{group.project}",
        "count": group.states,
        "unnamed_count": facts.unnamed_count(group),
        "named": [f"state:{state}" for state in sorted(members.get("named", ()))],
        "excluded": [f"state:{state}" for state in sorted(members.get("excluded", ()))],
    }


def _topic(facts: Facts, public_id: str) -> Attributes:
    topic = facts.topics[public_id]
    return {"kind": "topic", "label": topic.label_en, "label_es": topic.label_es}


_DESCRIBED: Mapping[str, Callable[[Facts, str], Attributes]] = {
    "country": lambda facts, public_id: {"kind": "country", "label": facts.places[public_id].name},
    "org": _organization,
    "party": _party,
    "project": _project,
    "state": lambda facts, public_id: {"kind": "state", "label": facts.states[public_id].name},
    "state_group": _state_group,
    "topic": _topic,
}
"""Prefix of a node's id -> its attributes."""


def money(rows: Sequence[FundingFact], selection: Selection) -> Attributes:
    """Sums per currency and stage over funding rows, in minor units; never across currencies or stages.

    With a window of years, a row counts in its date's year: rows of other years are counted apart, and rows without
    a date have sums of their own. Unknown amounts, and supplements to a grant that is not recorded, make every sum a
    lower bound.
    """
    sums: dict[tuple[str, str, bool], Attributes] = {}
    unknown: list[str] = []
    outside: list[str] = []
    for row in rows:
        year = int(row.date[:4]) if row.date else None
        if selection.has_window and year is not None:
            after = selection.year_from is None or year >= selection.year_from
            before = selection.year_to is None or year <= selection.year_to
            if not (after and before):
                outside.append(row.id)
                continue
        if row.amount_minor is None or row.currency is None:
            unknown.append(row.id)
            continue
        if selection.currency and row.currency not in selection.currency:
            continue
        undated = selection.has_window and year is None
        total = sums.setdefault(
            (row.currency, row.stage or "", undated),
            {
                "currency": row.currency,
                "stage": row.stage,
                "undated": undated,
                "amount_minor": 0,
                "funding": [],
                "presumed_currency": False,
                "exact": True,
            },
        )
        total["amount_minor"] += row.amount_minor
        total["funding"].append(row.id)
        total["presumed_currency"] |= row.currency_presumed
        total["exact"] &= row.amount_qualifier in (None, "exact")
    # A supplement adds to a grant: where that grant's own row is not among these, the sum is less than what was given.
    whole = {_grant(row) for row in rows if row.kind != "supplement"}
    baseless = [
        row.id for row in rows if row.kind == "supplement" and _grant(row) not in whole and row.id not in outside
    ]
    shares = [
        {"funding": row.id, "percent": row.share_hundredths / 100, "qualifier": row.share_qualifier}
        for row in rows
        if row.share_hundredths is not None
    ]
    status = (
        "known"
        if sums and not unknown and not baseless
        else "lower_bound"
        if sums
        else "unknown"
        if unknown
        else "none_recorded"
    )
    return {
        "status": status,
        "sums": [sums[key] for key in sorted(sums)],
        "unknown_amounts": sorted(unknown),
        "supplements_without_base": sorted(baseless),
        "outside_window": sorted(outside),
        "shares": shares,
    }


def _grant(row: FundingFact) -> tuple[str | None, ...]:
    return row.funder, row.funder_party, row.recipient, row.recipient_party, row.project


def finish(
    gathered: Gathered,
    *,
    network: str,
    directed: bool,
    definitions: Mapping[str, str],
    query: Attributes,
    min_weight: float,
    max_edges: int | None,
    most_edges: int,
    block: Attributes,
) -> Attributes:
    """The network as node-link data (`networkx.node_link_graph` reads it as it is)."""
    edges = sorted(gathered.edges.values(), key=lambda edge: (-edge.weight, edge.place))
    below = [edge for edge in edges if edge.weight < min_weight]
    edges = [edge for edge in edges if edge.weight >= min_weight]
    beyond = [] if max_edges is None else edges[max_edges:]
    edges = edges if max_edges is None else edges[:max_edges]
    if len(edges) > most_edges:
        raise TooLargeError(len(edges), most_edges)
    kept = {end for edge in edges for end in (edge.source, edge.target)}
    once = {end for edge in [*below, *beyond] for end in (edge.source, edge.target)}
    nodes = {ref: attributes for ref, attributes in gathered.nodes.items() if ref in kept or ref not in once}
    edges.sort(key=lambda edge: edge.place)

    left_out: Attributes = {
        reason: {"count": len(ids), "ids": sorted(ids)[:MOST_IDS]} for reason, ids in sorted(gathered.left_out.items())
    }
    for reason, cut in (("below_min_weight", below), ("beyond_max_edges", beyond)):
        if cut:
            left_out[reason] = {"count": len(cut), "ids": [edge.id for edge in cut[:MOST_IDS]]}
    by_relation: dict[str, dict[str, int]] = {}
    for edge in edges:
        by_relation.setdefault(edge.relation, dict.fromkeys(CERTAINTIES, 0))[edge.certainty] += 1
    by_kind: dict[str, int] = {}
    for attributes in nodes.values():
        by_kind[attributes["kind"]] = by_kind.get(attributes["kind"], 0) + 1
    return {
        "directed": directed,
        "multigraph": True,
        "graph": {
            "network": network,
            "query": query,
            "data_version": f"v{gathered.facts.version}",
            "definitions_release": RELEASE,
            "definitions": {
                name: text for name, text in definitions.items() if name in by_relation or name in block.get("ties", ())
            },
            "counts": {
                "projects": gathered.selected.counts,
                "selected_projects": len(gathered.selected.taken),
                "undated_projects": len(gathered.selected.undated),
                "nodes": dict(sorted(by_kind.items())),
                "edges": dict(sorted(by_relation.items())),
            },
            "left_out": left_out,
            "truncated": bool(beyond),
            "evidence": evidence_address(query),
            **block,
        },
        "nodes": [{"id": ref, **nodes[ref]} for ref in sorted(nodes)],
        "edges": [_edge(gathered.facts, edge) for edge in edges],
    }


def evidence_address(query: Attributes) -> str:
    """The address of the page behind an edge, with the edge's id to be put in."""
    own = ("include", "tie", "weights", "min_weight", "max_edges", "around", "top_k", "through")
    selection = urlencode([(name, one) for name, one in query.items() if name not in own], doseq=True)
    return f"/v1/evidence?edge={{id}}&{selection}"


def _edge(facts: Facts, edge: Edge) -> Attributes:
    refs = edge.records | {f"project:{one}" for ids in edge.projects.values() for one in ids}
    documents = {document for ref in refs for document in facts.documents.get(ref, ())}
    return {
        "source": edge.source,
        "target": edge.target,
        "key": edge.relation,
        "id": edge.id,
        "relation": edge.relation,
        "weight": edge.weight,
        "certainty": edge.certainty,
        "projects": {word: sorted(ids) for word, ids in edge.projects.items()},
        "records": sorted(edge.records),
        "basis": sorted(edge.bases),
        "documents": sorted(documents),
        **{name: value for name, value in edge.extra.items() if name != "weight"},
    }
