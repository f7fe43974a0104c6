"""A network made of arrays: what is shown of it, and that in words."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.graph.columns import Integers, in_order
from app.graph.definitions import RELEASE
from app.graph.facts import Facts
from app.graph.links import BASES, Edges, distinct, documents_behind
from app.graph.money import Sums, sums_of
from app.graph.network import MOST_IDS, Attributes, TooLargeError, describe, evidence_address
from app.graph.selection import CERTAINTIES, Grades, Selected, Selection
from app.graph.spaces import LeftOut, nodes_of, records_of
from app.graph.ties import Combined, Ties

__all__ = ["FLAGGED", "AnyEdges", "Network", "Shown"]

AnyEdges = Edges | Ties | Combined
"""Edges of one relation, however they come about."""

_WITH_MONEY = frozenset({"funds", "funds_project"})
FLAGGED = {"supports": "inherited_projects", "works_in": "shared_project"}
"""Relation -> what the projects of its flagged links are called."""
_ROLES = ("funder", "partner")


class Network:
    """Edges of several relations, the nodes that are there without one, and what is left out."""

    def __init__(self, facts: Facts, selection: Selection, selected: Selected, *, directed: bool) -> None:
        """A network of the selected projects, without edges yet."""
        self.facts = facts
        self.columns = facts.columns
        self.selection = selection
        self.selected = selected
        self.directed = directed
        self.edges: list[AnyEdges] = []
        self.truncated = False
        self.block: Attributes = {}
        self.values: dict[str, Integers] = {}
        """What else is told of nodes: name -> a value for each number of a node."""
        self._nodes: dict[str, NDArray[np.bool_]] = {}
        """Role, or nothing -> for each number of a node whether it is there in that role."""
        self._left_out = LeftOut()

    @property
    def is_whole(self) -> bool:
        """Whether it is of all projects, by facts of any basis, each certain."""
        return self.selected.is_whole and not self.selection.basis and not self.selection.is_graded

    def add(self, edges: "AnyEdges") -> None:
        """Have the edges of one relation."""
        self.edges.append(edges)

    def has(self, relation: str) -> bool:
        """Whether edges of a relation were added."""
        return any(edges.relation == relation for edges in self.edges)

    def plain(self, relation: str) -> Edges:
        """The edges of a relation of links."""
        return next(edges for edges in self.edges if edges.relation == relation and isinstance(edges, Edges))

    def have(self, nodes: Integers, role: str | None = None) -> None:
        """Have nodes (numbers), in a role."""
        for name in ("", role):
            if name is not None:
                if name not in self._nodes:
                    self._nodes[name] = np.zeros(len(nodes_of(self.columns)), dtype=bool)
                self._nodes[name][nodes] = True

    def leave_out(self, reason: str, table: str, codes: Integers, prefix: str = "") -> None:
        """Note rows that the network does not show, to be told by their ids, with the prefix or bare."""
        self._left_out.add(reason, table, codes, prefix=prefix)

    def leave_out_too(self, other: "Network", reason: str) -> None:
        """Note what another network notes for a reason."""
        self._left_out.add_all(other._left_out, reason)

    def left_out(self) -> dict[str, set[str]]:
        """What the network does not show: reason -> ids."""
        return self._left_out.refs(self.facts)

    def total_money(self, *relations: str) -> None:
        """Sum the money of all rows behind the edges of some relations."""
        start = records_of(self.columns).start("funding")
        there = np.zeros(len(self.columns["funding"]), dtype=bool)
        for edges in [self.plain(relation) for relation in relations if self.has(relation)]:
            there[edges.links.first[edges.all_rows()] - start] = True
        rows = np.flatnonzero(there)
        sums = sums_of(self.columns, self.selection, np.zeros(len(rows), dtype=np.int64), rows, 1)
        self.block["money"] = sums.told(self.facts, MOST_IDS)[0]

    def finish(
        self,
        *,
        name: str,
        definitions: Mapping[str, str],
        query: Attributes,
        min_weight: float,
        max_edges: int | None,
        most_edges: int,
    ) -> "Shown":
        """What is shown: edges of at least `min_weight`, at most `max_edges` of them (by weight, then source, relation
        and target); no more than `most_edges`."""
        edges = sorted(self.edges, key=lambda one: one.relation)
        every = _Every(edges)
        heavy = every.weight >= min_weight
        chosen, below = np.flatnonzero(heavy), np.flatnonzero(~heavy)
        beyond = chosen[:0]
        cut: dict[str, Attributes] = {}
        if max_edges is not None and len(chosen) > max_edges:
            best = every.best(chosen, max_edges + MOST_IDS)
            is_best = np.zeros(len(heavy), dtype=bool)
            is_best[best[:max_edges]] = True
            cut["beyond_max_edges"] = {"count": len(chosen) - max_edges, "ids": self._ids(every, best[max_edges:])}
            chosen, beyond = np.flatnonzero(is_best), chosen[~is_best[chosen]]
        if len(below):
            cut["below_min_weight"] = {"count": len(below), "ids": self._ids(every, every.best(below, MOST_IDS))}
        if len(chosen) > most_edges:
            raise TooLargeError(len(chosen), most_edges)
        chosen = every.in_order(chosen)
        nodes = np.zeros(len(nodes_of(self.columns)), dtype=bool)
        nodes |= self._nodes.get("", nodes)
        for some in (below, beyond):
            nodes[every.source[some]] = nodes[every.target[some]] = False
        nodes[every.source[chosen]] = nodes[every.target[chosen]] = True
        return Shown(
            self,
            edges,
            every.relation[chosen],
            every.number[chosen],
            np.flatnonzero(nodes),
            name=name,
            definitions=definitions,
            query=query,
            cut=cut,
        )

    def find(self, relation: str, source: str, target: str) -> "Shown | None":
        """The one edge between two nodes (prefixed ids), if it is there."""
        one, other = (nodes_of(self.columns).number(self.facts, ref) for ref in (source, target))
        for edges in self.edges:
            if edges.relation == relation:
                found = np.flatnonzero((edges.source == one) & (edges.target == other))
                if len(found):
                    nodes = np.unique([one, other])
                    which = np.zeros(1, dtype=np.int64)
                    return Shown(self, [edges], which, found, nodes, name="", definitions={}, query={}, cut={})
        return None

    def roles(self, nodes: Integers) -> Iterable[tuple[str, NDArray[np.bool_]]]:
        """Each role, and which of the nodes have it."""
        for role in _ROLES:
            if role in self._nodes:
                yield role, self._nodes[role][nodes]

    def told_left_out(self) -> Attributes:
        """What the network does not show: each reason with its whole count and its first ids."""
        return dict(self._left_out.told(self.facts, MOST_IDS))

    def rest_to(self, other: "Network") -> None:
        """Let another network have the nodes of this one, and what it leaves out."""
        other._nodes = {role: there.copy() for role, there in self._nodes.items()}
        other._left_out = self._left_out.copy()

    def _ids(self, every: "_Every", edges: Integers) -> list[str]:
        nodes = nodes_of(self.columns)
        ends = nodes.refs(self.facts, np.concatenate([every.source[edges], every.target[edges]]))
        return [
            f"{one}~{every.relations[which]}~{other}"
            for one, which, other in zip(
                ends[: len(edges)], every.relation[edges].tolist(), ends[len(edges) :], strict=True
            )
        ]


def _joined(arrays: Sequence[Integers]) -> Integers:
    return np.concatenate(arrays) if arrays else np.empty(0, dtype=np.int64)


class _Every:
    """All edges of some relations, one relation behind the other."""

    def __init__(self, edges: Sequence[AnyEdges]) -> None:
        self.relations = [one.relation for one in edges]
        self.relation = np.repeat(np.arange(len(edges)), [len(one) for one in edges])
        self.number = _joined([one.numbers for one in edges])
        self.source, self.target = _joined([one.source for one in edges]), _joined([one.target for one in edges])
        self.weight = _joined([one.weight for one in edges])

    # Edges of one relation lie in order of source and target: their numbers stand for the target here.

    def in_order(self, some: Integers) -> Integers:
        """Some edges, given in the order of their numbers, by source, relation and target."""
        return in_order(self.source[some], self.relation[some], some)[-1]

    def best(self, some: Integers, most: int) -> Integers:
        """The first of some edges by weight, then source, relation and target."""
        ranks = self._ranks[some]
        if len(some) > most:
            last = np.searchsorted(np.cumsum(np.bincount(ranks)), most)
            level = some[ranks == last]
            # So only the first of each relation can be among the first of all.
            first = [level[self.relation[level] == which][:most] for which in range(len(self.relations))]
            some = np.concatenate([some[ranks < last], *first])
        return in_order(self._ranks[some], self.source[some], self.relation[some], some)[-1][:most]

    @cached_property
    def _ranks(self) -> Integers:
        """For each edge a number that is the less, the more it weighs."""
        if self.weight.dtype.kind == "i":
            ranks: Integers = self.weight.max(initial=0) - self.weight
            return ranks
        return np.unique(-self.weight, return_inverse=True)[1]


class Shown:
    """The edges and nodes of a network that an answer shows."""

    def __init__(
        self,
        network: Network,
        edges: "Sequence[AnyEdges]",
        relation: Integers,
        number: Integers,
        nodes: Integers,
        *,
        name: str,
        definitions: Mapping[str, str],
        query: Attributes,
        cut: Mapping[str, Attributes],
    ) -> None:
        """`relation` and `number`: for each edge its place in `edges`, and among those of its relation."""
        self.network = network
        self.facts = network.facts
        self.columns = network.columns
        self.directed = network.directed
        self.nodes = nodes
        """Numbers of the nodes, ascending."""
        self.relations = [one.relation for one in edges]
        self.relation = relation
        """For each edge the place of its relation in `relations`."""
        size = len(relation)
        self.source, self.target = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        """Numbers of nodes."""
        self.weight = np.zeros(size, dtype=np.result_type(np.int64, *(one.weight.dtype for one in edges)))
        self.certainty: Grades = np.zeros(size, dtype=np.uint8)
        self.parts: list[tuple[AnyEdges, Integers, Integers]] = []
        """For each relation its edges, the places of those shown, and their numbers."""
        for which, one in enumerate(edges):
            places = np.flatnonzero(relation == which)
            numbers = number[places]
            self.parts.append((one, places, numbers))
            self.source[places], self.target[places] = one.source[numbers], one.target[numbers]
            self.weight[places], self.certainty[places] = one.weight[numbers], one.certainty[numbers]
        self.name = name
        self._definitions, self._query, self._cut = definitions, query, cut

    def __len__(self) -> int:
        return len(self.relation)

    def _plain_parts(self) -> list[tuple[Edges, Integers, Integers]]:
        return [(one, places, numbers) for one, places, numbers in self.parts if isinstance(one, Edges)]

    def places(self, relation: str) -> Integers:
        """The places of the edges of a relation."""
        return _joined([places for one, places, _ in self.parts if one.relation == relation])

    # What stands behind the edges: (places of the edges, what), in order

    def projects(self) -> tuple[Integers, Integers, Grades]:
        """The projects behind edges: (places, codes, certainties), by certainty and project."""
        parts = [(places, *one.pairs(numbers)) for one, places, numbers in self.parts]
        place = _joined([places[at] for places, at, _, _ in parts])
        project, certainty = _joined([two for _, _, two, _ in parts]), _joined([three for _, _, _, three in parts])
        place, grade, project = in_order(place, certainty, project)
        return place, project, grade.astype(np.uint8)

    def records(self) -> tuple[Integers, Integers]:
        """The records behind edges: (places, numbers)."""
        parts = [(places, *one.records(numbers)) for one, places, numbers in self.parts]
        place, record = _joined([places[at] for places, at, _ in parts]), _joined([two for _, _, two in parts])
        place, record = in_order(place, record)
        return place, record

    def bases(self) -> NDArray[np.uint8]:
        """The bases of the records behind edges, one bit each."""
        found = np.zeros(len(self), dtype=np.uint8)
        for one, places, numbers in self.parts:
            found[places] = one.bases(numbers)
        return found

    def documents(
        self, projects: tuple[Integers, Integers, Grades], records: tuple[Integers, Integers]
    ) -> tuple[Integers, Integers]:
        """The documents cited for the records and projects behind edges: (places, codes)."""
        of_projects = projects[1] + records_of(self.columns).start("project")
        places, numbers = np.concatenate([records[0], projects[0]]), np.concatenate([records[1], of_projects])
        return documents_behind(self.columns, places, numbers)

    def money(self) -> tuple[Integers, Sums] | None:
        """(Places of the edges that carry money, ascending; their sums)."""
        places, rows = [], []
        carrying = [part for part in self._plain_parts() if part[0].relation in _WITH_MONEY]
        if not carrying:
            return None
        for one, at, numbers in carrying:
            which, links = one.rows(numbers)
            places.append(at[which])
            rows.append(one.links.first[links] - records_of(self.columns).start("funding"))
        edge, row = in_order(np.concatenate(places), np.concatenate(rows))
        with_money = np.sort(np.concatenate([at for _, at, _ in carrying]))
        number = np.zeros(len(self), dtype=np.int64)
        number[with_money] = np.arange(len(with_money))
        return with_money, sums_of(self.columns, self.network.selection, number[edge], row, len(with_money))

    def flagged(self, relation: str) -> tuple[Integers, Integers]:
        """The projects of a relation's flagged links: (places, codes), each once."""
        for one, places, numbers in self._plain_parts():
            if one.relation == relation:
                at, links = one.rows(numbers)
                flags = one.links.flag[links]
                return distinct(places[at[flags]], one.links.project[links[flags]])
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)

    # In words

    def graph(self) -> Attributes:
        """The block that says what the network is."""
        network = self.network
        by_relation: dict[str, dict[str, int]] = {}
        for which, relation in enumerate(self.relations):
            found = np.bincount(self.certainty[self.relation == which], minlength=len(CERTAINTIES))
            if found.any():
                by_relation[relation] = {word: int(found[place]) for place, word in enumerate(CERTAINTIES)}
        kinds = {table: len(places) for _, table, places, _ in nodes_of(self.columns).parts(self.nodes)}
        if "place" in kinds:
            kinds["country"] = kinds.pop("place")
        block = network.block
        return {
            "network": self.name,
            "query": self._query,
            "data_version": self.facts.version,
            "definitions_release": RELEASE,
            "definitions": {
                name: text
                for name, text in self._definitions.items()
                if name in by_relation or name in block.get("ties", ())
            },
            "counts": {
                "projects": network.selected.counts,
                "selected_projects": len(network.selected.taken),
                "undated_projects": len(network.selected.undated),
                "nodes": dict(sorted(kinds.items())),
                "edges": dict(sorted(by_relation.items())),
            },
            "left_out": network.told_left_out() | dict(self._cut),
            "truncated": network.truncated or "beyond_max_edges" in self._cut,
            "evidence": evidence_address(self._query),
            **block,
        }

    def node_list(self) -> list[Attributes]:
        """The nodes with their attributes."""
        nodes = nodes_of(self.columns)
        for _, table, _, codes in nodes.parts(self.nodes):
            self.facts.make_ready(table, codes)
        found = [{"id": ref, **describe(self.facts, ref)} for ref in nodes.refs(self.facts, self.nodes)]
        for role, have in self.network.roles(self.nodes):
            for place in np.flatnonzero(have).tolist():
                found[place].setdefault("roles", []).append(role)
        for name, values in self.network.values.items():
            for node, value in zip(found, values[self.nodes].tolist(), strict=True):
                node[name] = value
        return found

    def edge_list(self) -> list[Attributes]:
        """The edges with their attributes and the ids behind them."""
        facts, nodes = self.facts, nodes_of(self.columns)
        refs = dict(zip(self.nodes.tolist(), nodes.refs(facts, self.nodes), strict=True))
        found: list[Attributes] = []
        for source, which, target, weight, certainty, bases in zip(
            self.source.tolist(),
            self.relation.tolist(),
            self.target.tolist(),
            self.weight.tolist(),
            self.certainty.tolist(),
            self.bases().tolist(),
            strict=True,
        ):
            relation = self.relations[which]
            found.append(
                {
                    "source": refs[source],
                    "target": refs[target],
                    "key": relation,
                    "id": f"{refs[source]}~{relation}~{refs[target]}",
                    "relation": relation,
                    "weight": weight,
                    "certainty": CERTAINTIES[certainty],
                    "projects": {word: [] for word in CERTAINTIES},
                    "records": [],
                    "basis": [word for place, word in enumerate(BASES) if bases >> place & 1],
                    "documents": [],
                }
            )
        projects, records = self.projects(), self.records()
        for place, project, certainty in zip(
            projects[0].tolist(), facts.ids("project", projects[1]), projects[2].tolist(), strict=True
        ):
            found[place]["projects"][CERTAINTIES[certainty]].append(project)
        for place, record in zip(records[0].tolist(), records_of(self.columns).refs(facts, records[1]), strict=True):
            found[place]["records"].append(record)
        places, documents = self.documents(projects, records)
        for place, document in zip(places.tolist(), facts.ids("document", documents), strict=True):
            found[place]["documents"].append(document)
        self._add_more(found, records)
        for one, at, numbers in self.parts:
            if not isinstance(one, Edges):
                for place, told in zip(at.tolist(), one.told(self, numbers), strict=True):
                    found[place] |= told
        return found

    def _add_more(self, found: list[Attributes], records: tuple[Integers, Integers]) -> None:
        """What single relations say besides."""
        facts, columns = self.facts, self.columns
        money = self.money()
        if money is not None:
            places, sums = money
            for place, told in zip(places.tolist(), sums.told(facts), strict=True):
                edge = found[place]
                edge |= {"money": told, "regranted": [], "self_loop": edge["source"] == edge["target"]}
            for place, row in zip(*(some.tolist() for some in self.regranted(records)), strict=True):
                found[place]["regranted"].append(columns["funding"].ids[row])
        for relation, name in FLAGGED.items():
            for place in self.places(relation).tolist():
                found[place][name] = []
            places, projects = self.flagged(relation)
            for place, project in zip(places.tolist(), facts.ids("project", projects), strict=True):
                found[place][name].append(project)
        for place in self.places("takes_part").tolist():
            found[place]["participation_roles"] = []
        words = columns["participation"].words("role").words
        for place, role in zip(*(some.tolist() for some in self.participation_roles(records)), strict=True):
            found[place]["participation_roles"].append(words[role])

    def regranted(self, records: tuple[Integers, Integers]) -> tuple[Integers, Integers]:
        """The funding rows behind edges of money whose money passed through a project: (places, rows)."""
        carrying = np.isin(self.relation, [at for at, one in enumerate(self.relations) if one in _WITH_MONEY])
        start, funding = records_of(self.columns).start("funding"), self.columns["funding"]
        places, rows = records[0], records[1] - start
        here = carrying[places] & (rows >= 0) & (rows < len(funding))
        places, rows = places[here], rows[here]
        through = funding["through_project"][rows] >= 0
        return places[through], rows[through]

    def participation_roles(self, records: tuple[Integers, Integers]) -> tuple[Integers, Integers]:
        """The roles of partners in projects, each once: (places of the edges, numbers of the words), by word."""
        taking_part = np.zeros(len(self), dtype=bool)
        taking_part[self.places("takes_part")] = True
        if not taking_part.any():
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        start, parts = records_of(self.columns).start("participation"), self.columns["participation"]
        places, rows = records[0], records[1] - start
        here = taking_part[places] & (rows >= 0) & (rows < len(parts))
        roles = parts.words("role")
        order = sorted(range(len(roles.words)), key=lambda number: roles.words[number] or "")
        places, ranks = distinct(places[here], np.argsort(order)[roles.codes[rows[here]]])
        return places, np.array(order)[ranks]

    def node_link(self) -> Attributes:
        """The network as node-link data (`networkx.node_link_graph` reads it as it is)."""
        return {
            "directed": self.directed,
            "multigraph": True,
            "graph": self.graph(),
            "nodes": self.node_list(),
            "edges": self.edge_list(),
        }
