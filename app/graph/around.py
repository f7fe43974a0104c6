"""Who is next to whom: the steps from and to some nodes, found by indexes and never by going over the whole data."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.graph.assembly import Network
from app.graph.coalitions import TALKS, selected_collaborations
from app.graph.columns import NONE, Columns, Index, Integers, unique
from app.graph.links import basis_bits, taken_bits
from app.graph.selection import country_site, is_target, open_groups, partners_by_actor, partners_in, site_states
from app.graph.spaces import nodes_of

__all__ = ["Around", "Steps", "have_own_states"]

Flags = NDArray[np.bool_]


class Steps(NamedTuple):
    """Rows that make a step of one relation from one node to another."""

    relation: str
    source: Integers
    """Numbers of nodes."""
    target: Integers
    project: Integers
    """Codes; NONE where the step is no project's."""
    row: Integers
    """Codes of the funding row, participation, collaboration or standing relation; NONE where it is none of these."""

    def where(self, kept: Flags) -> "Steps":
        """Some of the steps."""
        return Steps(self.relation, *(column[kept] for column in self[1:]))


class Around:
    """The steps of a selection.

    They are the edges of the funder-partner-state network with projects and unnamed parties but for `takes_part`, and
    `participation`, `receives_for`, `about`, `organization_relation` and `collaboration`. A step of a collaboration
    stands in both directions.
    """

    def __init__(self, network: Network) -> None:
        """The steps of the network's selection; what is left out for its collaborations is noted in the network."""
        self.columns = network.columns
        self.mask = network.selected.mask
        self.nodes = nodes_of(network.columns)
        self._bits = taken_bits(network.selection.basis)
        self._all_bases = not network.selection.basis
        taken, _ = selected_collaborations(network)
        self._collaborations = np.zeros(len(self.columns["collaboration"]), dtype=bool)
        self._collaborations[taken[self.takes("collaboration", taken)]] = True

    # What the selection takes

    def takes(self, table: str, rows: Integers) -> Flags:
        """Which rows are of a basis that the selection takes."""
        if self._all_bases:
            return np.ones(len(rows), dtype=bool)
        words = self.columns[table].words("basis")
        taken: Flags = (basis_bits(words)[rows] & self._bits) != 0
        return taken

    def taken(self, table: str, rows: Integers) -> Integers:
        """Those of the rows that are a selected project's and of a basis that is taken."""
        projects = self.columns[table]["project"][rows]
        rows = rows[self._are_selected(projects)]
        return rows[self.takes(table, rows)]

    def _are_selected(self, projects: Integers) -> Flags:
        found: Flags = (projects != NONE) & np.append(self.mask, False)[projects]
        return found

    def _indexed(self, table: str, column: str, codes: Integers) -> Integers:
        return self.columns.index(table, column).rows(codes)[1]

    def _codes(self, numbers: Integers, first: str, after: str) -> Integers:
        start, end = self.nodes.start(first), self.nodes.start(after)
        return numbers[(numbers >= start) & (numbers < end)] - start

    def _steps(
        self, relation: str, source: Integers, target: Integers, project: Integers, row: Integers | None = None
    ) -> Steps:
        rows = np.full(len(source), NONE) if row is None else row
        return Steps(relation, source.astype(np.int64), target.astype(np.int64), project.astype(np.int64), rows)

    # From and to nodes

    def leaving(self, numbers: Integers) -> Iterator[Steps]:
        """The steps that begin at one of the nodes."""
        actors = self._codes(numbers, "org", "project")
        if len(actors):
            rows = self.taken("funding", self._indexed("funding", "funder", actors))
            yield self.funds(rows)
            yield self.funds_project(rows)
            yield self.receives_for(self.taken("funding", self._indexed("funding", "recipient", actors)))
            yield self.participation(self.taken("participation", self._indexed("participation", "actor", actors)))
            organizations = actors[actors < self.columns.organizations]
            yield self.relation(self._indexed("organization_relation", "subject", organizations))
            yield self._works_in(partners_by_actor(self.columns).rows(actors)[1])
            yield self._collaboration(actors)
        projects = self._codes(numbers, "project", "state")
        projects = projects[self.mask[projects]]
        if len(projects):
            yield self.part_of(projects)
            yield from self._located_in(
                self._indexed("project_state", "project", projects), self._indexed("state_group", "project", projects)
            )
            yield self._about(self._indexed("project_topic", "project", projects))

    def arriving(self, numbers: Integers) -> Iterator[Steps]:
        """The steps that end at one of the nodes; those of collaborations leave them as well."""
        actors = self._codes(numbers, "org", "project")
        if len(actors):
            yield self.funds(self.taken("funding", self._indexed("funding", "recipient", actors)))
            organizations = actors[actors < self.columns.organizations]
            yield self.relation(self._indexed("organization_relation", "object", organizations))
        projects = self._codes(numbers, "project", "state")
        projects = projects[self.mask[projects]]
        if len(projects):
            rows = self.taken("funding", self._indexed("funding", "project", projects))
            yield self.funds_project(rows)
            yield self.receives_for(rows)
            yield self.participation(self.taken("participation", self._indexed("participation", "project", projects)))
            yield self.part_of(self._indexed("project", "parent", projects))
        yield from self._arriving_at_places(numbers)
        topics = numbers[numbers >= self.nodes.start("topic")] - self.nodes.start("topic")
        if len(topics):
            yield self._about(self._indexed("project_topic", "topic", topics))

    def _arriving_at_places(self, numbers: Integers) -> Iterator[Steps]:
        sites = self._sites(numbers)
        groups = self._codes(numbers, "state_group", "topic")
        if not len(sites) and not len(groups):
            return
        found = list(self._located_in(self._indexed("project_state", "site", sites), groups))
        yield from found
        projects = unique(np.concatenate([steps.project for steps in found]))
        partners = partners_in(self.columns)
        first, last = (np.searchsorted(partners.project, projects, side=side) for side in ("left", "right"))
        rows = np.concatenate([np.arange(one, other) for one, other in zip(first, last, strict=True)] or [first])
        states = self._codes(numbers, "state", "state_group")
        own = np.isin(self.columns["participation_state"]["state"], states)
        owners = unique(self.columns["participation_state"]["participation"][own])
        rows = np.union1d(rows, np.flatnonzero(np.isin(partners.record, owners)) if len(owners) else rows)
        steps = self._works_in(rows)
        yield steps.where(np.isin(steps.target, numbers))

    def _sites(self, numbers: Integers) -> Integers:
        """The sites that are the places among the nodes, or lie in them."""
        states = self._codes(numbers, "state", "state_group")
        found = np.flatnonzero(np.isin(site_states(self.columns), states))
        country = country_site(self.columns)
        place = self.nodes.start("country") + country - self.columns.states
        return np.append(found, country) if country >= 0 and (numbers == place).any() else found

    # Of some rows

    def funds(self, rows: Integers) -> Steps:
        """From funders to recipients."""
        funding, start = self.columns["funding"], self.nodes.start("org")
        rows = rows[(funding["funder"][rows] != NONE) & (funding["recipient"][rows] != NONE)]
        funder, recipient = (funding[name][rows].astype(np.int64) + start for name in ("funder", "recipient"))
        return self._steps("funds", funder, recipient, funding["project"][rows], rows)

    def funds_project(self, rows: Integers) -> Steps:
        """From funders to projects."""
        return self._to_project("funds_project", "funding", "funder", rows)

    def receives_for(self, rows: Integers) -> Steps:
        """From recipients to projects."""
        return self._to_project("receives_for", "funding", "recipient", rows)

    def participation(self, rows: Integers) -> Steps:
        """From whoever takes part to projects."""
        return self._to_project("participation", "participation", "actor", rows)

    def _to_project(self, relation: str, table: str, column: str, rows: Integers) -> Steps:
        rows = rows[self.columns[table][column][rows] != NONE]
        project = self.columns[table]["project"][rows].astype(np.int64)
        actor = self.columns[table][column][rows].astype(np.int64)
        return self._steps(
            relation, actor + self.nodes.start("org"), project + self.nodes.start("project"), project, rows
        )

    def part_of(self, children: Integers) -> Steps:
        """From projects to those above them, where both are selected."""
        parents, start = self.columns["project"]["parent"].astype(np.int64), self.nodes.start("project")
        children = children[self.mask[children] & self._are_selected(parents[children])]
        children = children[self.takes("project", children)].astype(np.int64)
        return self._steps("part_of", children + start, parents[children] + start, children)

    def relation(self, rows: Integers) -> Steps:
        """From an organization to another one, by a standing relation."""
        table, start = self.columns["organization_relation"], self.nodes.start("org")
        rows = rows[(table["subject"][rows] != NONE) & self.takes("organization_relation", rows)]
        subject, other = (table[name][rows].astype(np.int64) + start for name in ("subject", "object"))
        return self._steps("organization_relation", subject, other, np.full(len(rows), NONE), rows)

    def _about(self, rows: Integers) -> Steps:
        table, rows = self.columns["project_topic"], self.taken("project_topic", rows)
        project = table["project"][rows].astype(np.int64)
        topic = table["topic"][rows].astype(np.int64)
        return self._steps("about", project + self.nodes.start("project"), topic + self.nodes.start("topic"), project)

    def _located_in(self, rows: Integers, groups: Integers) -> Iterator[Steps]:
        start = self.nodes.start("project")
        for project, place in (self._placed(rows), self._grouped(groups)):
            yield self._steps("located_in", project + start, place, project)

    def _placed(self, rows: Integers) -> tuple[Integers, Integers]:
        """(Projects, nodes of the places) of rows of project_state, of those that say where a project works."""
        table = self.columns["project_state"]
        rows = self.taken("project_state", rows[is_target(self.columns)[rows]])
        sites = table["site"][rows].astype(np.int64)
        states = site_states(self.columns)[sites].astype(np.int64)
        in_country = sites == country_site(self.columns)
        country = self.nodes.start("country") + sites - self.columns.states
        place = np.where(in_country, country, self.nodes.start("state") + states)
        known = in_country | (states != NONE)
        return table["project"][rows[known]].astype(np.int64), place[known]

    def _grouped(self, groups: Integers) -> tuple[Integers, Integers]:
        """(Projects, nodes of the groups) of those groups of states that have unnamed members."""
        is_open = np.zeros(len(self.columns["state_group"]), dtype=bool)
        is_open[open_groups(self.columns).code] = True
        groups = self.taken("state_group", groups[is_open[groups]]).astype(np.int64)
        return self.columns["state_group"]["project"][groups].astype(np.int64), groups + self.nodes.start("state_group")

    def _works_in(self, rows: Integers) -> Steps:
        """From partners (rows of `partners_in`) to places: their own, else those of the project."""
        columns, partners = self.columns, partners_in(self.columns)
        rows = rows[self.mask[partners.project[rows]]]
        if not self._all_bases:
            bases = [basis_bits(columns[table].words("basis")) for table in ("participation", "funding")]
            rows = rows[(np.concatenate(bases)[partners.record[rows]] & self._bits) != 0]
        parts = len(columns["participation"])
        taking_part = rows[partners.record[rows] < parts]
        index = columns.index("participation_state", "participation")
        at, own = index.rows(partners.record[taking_part])
        with_own = taking_part[at]
        states = columns["participation_state"]["state"][own].astype(np.int64) + self.nodes.start("state")
        others = rows[~have_own_states(columns)[rows]]
        projects, which = np.unique(partners.project[others], return_inverse=True)
        found = [
            self._placed(self._indexed("project_state", "project", projects)),
            self._grouped(self._indexed("state_group", "project", projects)),
        ]
        of_place = np.searchsorted(projects, np.concatenate([project for project, _ in found]))
        places = np.concatenate([place for _, place in found])
        at, place = Index(of_place, len(projects)).rows(which)
        here = np.concatenate([with_own, others[at]])
        return self._steps(
            "works_in",
            partners.actor[here] + self.nodes.start("org"),
            np.concatenate([states, places[place]]),
            partners.project[here],
        )

    def _collaboration(self, actors: Integers) -> Steps:
        """From members of collaborations to those tied to them by these."""
        columns, members = self.columns, self.columns["collaboration_member"]
        mine = self._members(self._indexed("collaboration_member", "actor", actors))
        at, other = columns.index("collaboration_member", "collaboration").rows(members["collaboration"][mine])
        kept = np.isin(other, self._members(unique(other))) & (other != mine[at])
        one, other = mine[at[kept]], other[kept]
        collaboration = members["collaboration"][one]
        rows = columns["collaboration"]
        is_lead = members.words("role").isin({"lead"})
        is_talk = rows["plural"] | rows.words("kind").isin(TALKS)
        tied = is_lead[one] | is_lead[other] | ~is_talk[collaboration]
        one, other, collaboration = one[tied], other[tied], collaboration[tied]
        start = self.nodes.start("org")
        return self._steps(
            "collaboration",
            members["actor"][one].astype(np.int64) + start,
            members["actor"][other].astype(np.int64) + start,
            rows["project"][collaboration],
            collaboration.astype(np.int64),
        )

    def _members(self, rows: Integers) -> Integers:
        """Those of the members whose collaboration is taken, and who are in it."""
        members = self.columns["collaboration_member"]
        kept = self._collaborations[members["collaboration"][rows]] & self.takes("collaboration_member", rows)
        rows = rows[kept]
        return rows[~members.words("role").isin({"supporter"})[rows]]


# What the columns say of partners, kept beside them


def have_own_states(columns: Columns) -> Flags:
    """For each row of `partners_in` whether its actor has states of its own in the project, by rows of any basis."""
    found: Flags | None = columns.kept.get("have_own_states")
    if found is None:
        partners, parts = partners_in(columns), columns["participation"]
        has_own = np.append(np.diff(columns.index("participation_state", "participation").starts) > 0, False)
        own = has_own[np.minimum(partners.record, len(parts))]
        key = partners.project.astype(np.int64) * columns.size("actor") + partners.actor
        found = columns.kept["have_own_states"] = np.isin(key, key[own])
    return found
