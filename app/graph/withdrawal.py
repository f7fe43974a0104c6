"""What is left without when funders withdraw."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.graph.answers import (
    EVERY_CERTAINTY,
    bound,
    bound_ids,
    by_certainty,
    counts_of,
    head,
    leave_out_other_basis,
    make_ready,
    named,
)
from app.graph.columns import NONE, Integers, unique
from app.graph.facts import Facts
from app.graph.having import Whereabouts
from app.graph.links import basis_bits, taken_bits
from app.graph.money import sums_of
from app.graph.network import MOST_IDS, Attributes
from app.graph.selection import CERTAIN, CERTAINTIES, POSSIBLE, Selection, origins_of, select
from app.graph.spaces import LeftOut, nodes_of

MOST_LISTED = 1000
"""Projects of others that a state or topic lists; those beyond are told under `left_out`."""

Flags = NDArray[np.bool_]


def withdrawal(facts: Facts, selection: Selection, *, query: Attributes, most: int) -> Attributes:
    """Recipients, projects, states and topics that are left without when all of `selection.funder` withdraw together.

    P are the projects that match every other filter; F are the funders that withdraw.

    - *recipients of F*: named recipients of funding rows on P whose funder is in F; F itself is not among them.
      They fall into three: *kept*, with a funds edge from any other funder, named or not; else *unclear*, with a
      funding row of unknown funder on P, or a row without a project from anybody but F; else *lost*.
    - *states* and *topics*: *left* if some certain project of F is there and no certain one with another known
      effective funder; else *kept*.
    - *money*: sums over the funding rows of F on P, regrants apart; known amounts only, so lower bounds where
      others are unknown.
    """
    leaving = _Leaving(facts, selection, most)
    recipients = leaving.recipients()
    projects = leaving.projects()
    grounds = {"states": leaving.states(), "topics": leaving.topics()}
    listed = [*recipients.values(), *projects.values(), *(part for one in grounds.values() for part in one.values())]
    bound(sum(map(len, listed)), most)
    leave_out_other_basis(leaving.left_out, facts, leaving.selected, selection)
    leaving.left_out.add("projects_beyond_list", "project", leaving.beyond())
    groups, nationwide = leaving.unnamed_places()
    return {
        **head(
            facts,
            question="withdrawal",
            query=query,
            counts=counts_of(leaving.selected),
            left_out=dict(leaving.left_out.told(facts, MOST_IDS)),
        ),
        "funders": [named(facts, f"org:{one}") for one in sorted(selection.funder)],
        "recipients": recipients,
        "projects": projects,
        **grounds,
        "state_groups": groups,
        "nationwide_projects": nationwide,
        "money": leaving.money(),
    }


class _Leaving:
    """The funders that withdraw, and what is theirs among the selected projects."""

    def __init__(self, facts: Facts, selection: Selection, most: int) -> None:
        self.facts = facts
        self.columns = facts.columns
        self.selection = selection
        self.left_out = LeftOut()
        self._listed = 0
        self._most = most
        rest = replace(selection, funder=frozenset())
        self.selected = select(facts, rest)
        self.everything = self.selected
        if selection.is_graded:
            self.everything = select(facts, replace(rest, certainty=EVERY_CERTAINTY))
        self.bits = taken_bits(selection.basis)
        self.funders = facts.codes("organization", selection.funder)
        rows = np.sort(self.columns.index("funding", "funder").rows(self.funders)[1])
        self.paying = rows[self._takes("funding", rows)]
        """Rows of theirs, on whatever project."""
        projects = self.columns["funding"]["project"][self.paying]
        self.rows = self.paying[(projects != NONE) & self.selected.mask[projects]]
        """Those on selected projects."""
        self.where = Whereabouts(facts, selection)
        self._beyond = np.zeros(len(self.selected.mask), dtype=bool)

    def _list(self, ids: int) -> None:
        """Count what the answer lists, and refuse it once that is too much."""
        self._listed += ids
        bound_ids(self._listed, self._most)

    def _takes(self, table: str, rows: Integers | None = None) -> Flags:
        taken: Flags = (basis_bits(self.columns[table].words("basis"), rows) & self.bits) != 0
        return taken

    @cached_property
    def _paid(self) -> tuple[Flags, Flags]:
        """For each project whether those who leave are among its effective funders, and whether anybody else is."""
        funding, origins = self.columns["funding"], origins_of(self.columns)
        of_others = np.flatnonzero(self._takes("funding") & (funding["funder"] != NONE) & (funding["project"] != NONE))
        of_others = of_others[~self._is_leaving[funding["funder"][of_others]]]
        found = []
        for rows in (self.paying, of_others):
            has = np.zeros(len(origins) + 1, dtype=bool)
            has[funding["project"][rows]] = True
            # A project without a known funder has no origin, and a row without a project pays for none.
            has[-1] = False
            found.append(has[origins])
        return found[0], found[1]

    @cached_property
    def _is_leaving(self) -> Flags:
        found = np.zeros(self.columns.size("actor") + 1, dtype=bool)
        found[self.funders] = True
        return found

    # Who

    def recipients(self) -> Attributes:
        """The recipients in four parts."""
        funding = self.columns["funding"]
        to = funding["recipient"][self.rows]
        self.left_out.add("funding_to_unknown_recipient", "funding", self.rows[to == NONE])
        to = unique(to[to != NONE])
        is_leaving = self._is_leaving[to]
        self.left_out.add("withdrawing_funders", "organization", to[is_leaving], prefix="org")
        to = to[~is_leaving].astype(np.int64)
        at, rows = self.columns.index("funding", "recipient").rows(to)
        project, funder = funding["project"][rows].astype(np.int64), funding["funder"][rows].astype(np.int64)
        mine = self._is_leaving[funder]
        placed = (project != NONE) & self.selected.mask[project]
        shown = self._takes("funding", rows) & (placed | ((project == NONE) & ~mine))
        at, rows, project, funder, placed = (some[shown] for some in (at, rows, project, funder, placed))
        self._list(len(rows) + int(placed.sum()))
        entries = [_Recipient() for _ in to]
        certainties = self.selected.grades[project].tolist()
        ids = zip(
            at.tolist(), funder.tolist(), self.facts.ids("funding", rows), self._ids(project, placed), strict=True
        )
        for (place, who, row, of_project), certainty in zip(ids, certainties, strict=True):
            if who == NONE or of_project is None:
                entries[place].unclear.append(row)
            else:
                behind = (row, of_project, CERTAINTIES[certainty])
                entries[place].paid.setdefault(who, []).append(behind)
        return self._told(to, entries)

    def _ids(self, projects: Integers, there: Flags) -> list[str | None]:
        ids = iter(self.facts.ids("project", projects[there]))
        return [next(ids) if known else None for known in there.tolist()]

    def _told(self, to: Integers, entries: "list[_Recipient]") -> Attributes:
        start = nodes_of(self.columns).start("org")
        actors = unique(np.array([*to.tolist(), *(one for entry in entries for one in entry.paid)], dtype=np.int64))
        refs = nodes_of(self.columns).refs(self.facts, actors + start)
        ref_of = dict(zip(actors.tolist(), refs, strict=True))
        make_ready(self.facts, refs)
        leaving = set(self.funders.tolist())
        found: Attributes = {"lost": [], "unclear": [], "kept": [], "unnamed": []}
        for code, entry in zip(to.tolist(), entries, strict=True):
            ref = ref_of[code]
            others = sorted(entry.paid.keys() - leaving)
            told = {
                **named(self.facts, ref),
                **_behind(row for one in entry.paid.keys() & leaving for row in entry.paid[one]),
                "other_funders": [{**named(self.facts, ref_of[one]), **_behind(entry.paid[one])} for one in others],
                "unclear_funding": sorted(entry.unclear),
            }
            is_named = ref.startswith("org:")
            part = "unnamed" if not is_named else "kept" if others else "unclear" if entry.unclear else "lost"
            found[part].append(told)
        return found

    # What

    def projects(self) -> Attributes:
        """The selected projects that they pay for, or that nobody is known to pay for."""
        mine, others = self._paid
        taken = self.selected.taken[mine[self.selected.taken] | ~others[self.selected.taken]]
        funders = self._other_funders(taken)
        titles = self.columns["project"].texts("title").list(taken)
        found: Attributes = {"left": [], "kept": [], "unknown_funder": []}
        for code, project, title, certainty in zip(
            taken.tolist(), self.facts.ids("project", taken), titles, self.selected.grades[taken].tolist(), strict=True
        ):
            part = "unknown_funder" if not mine[code] else "kept" if others[code] else "left"
            line = {
                "id": project,
                "label": title,
                "certainty": CERTAINTIES[certainty],
                "other_funders": funders.get(code, []),
            }
            found[part].append(line)
        return found

    def _other_funders(self, projects: Integers) -> dict[int, list[str]]:
        """Project -> prefixed ids of its effective funders that stay."""
        origins = origins_of(self.columns)[projects]
        projects, origins = projects[origins != NONE], origins[origins != NONE]
        at, rows = self.columns.index("funding", "project").rows(origins)
        funder = self.columns["funding"]["funder"][rows].astype(np.int64)
        kept = (funder != NONE) & ~self._is_leaving[funder] & self._takes("funding", rows)
        found: dict[int, list[str]] = {}
        refs = nodes_of(self.columns).refs(self.facts, funder[kept] + nodes_of(self.columns).start("org"))
        for code, ref in zip(projects[at[kept]].tolist(), refs, strict=True):
            found.setdefault(code, []).append(ref)
        return {code: sorted(set(refs)) for code, refs in found.items()}

    def states(self) -> Attributes:
        """The states in which they certainly have projects."""
        found: Attributes = {"left": [], "kept": []}
        selected, everything = self.selected, self.everything
        is_sure = selected.mask & (everything.times == CERTAIN)
        for state in sorted(self.selection.state or self.facts.states):
            grades = self.where.grades(self.facts.code("state", state))
            sure = np.flatnonzero((grades == CERTAIN) & is_sure)
            weaker = np.flatnonzero((grades <= POSSIBLE) & everything.mask & ~((grades == CERTAIN) & is_sure))
            self._judge(found, f"state:{state}", sure, weaker)
        return found

    def topics(self) -> Attributes:
        """The topics of which they certainly have projects."""
        found: Attributes = {"left": [], "kept": []}
        table, index = self.columns["project_topic"], self.columns.index("project_topic", "topic")
        is_sure = self.selected.mask & (self.selected.grades == CERTAIN)
        for topic in sorted(self.selection.topic or self.facts.topics):
            rows = index[self.facts.code("topic", topic)]
            about = unique(table["project"][rows[self._takes("project_topic", rows)]])
            about = about[self.everything.mask[about]]
            self._judge(found, f"topic:{topic}", about[is_sure[about]], about[~is_sure[about]])
        return found

    def _judge(self, found: Attributes, ref: str, sure: Integers, weaker: Integers) -> None:
        mine, others = self._paid
        own = sure[mine[sure]]
        if not len(own):
            return
        of_others = sure[others[sure]]
        self._list(len(own))
        entry = {
            **named(self.facts, ref),
            "projects": self.facts.ids("project", own),
            "projects_of_others": self._first(of_others),
            "projects_possibly_of_others": self._first(weaker[others[weaker]]),
            "projects_with_unknown_funder": self._first(sure[~mine[sure] & ~others[sure]]),
        }
        found["kept" if len(of_others) else "left"].append(entry)

    def _first(self, projects: Integers) -> list[str]:
        """The first of the projects; those beyond are noted."""
        self._beyond[projects[MOST_LISTED:]] = True
        return self.facts.ids("project", projects[:MOST_LISTED])

    def beyond(self) -> Integers:
        """The projects that some state or topic does not list."""
        return np.flatnonzero(self._beyond)

    def unnamed_places(self) -> tuple[list[str], list[str]]:
        """Counted groups of states of their projects, and their projects for the whole country."""
        mine = self.selected.mask & self._paid[0]
        groups = self.where.groups[mine[self.where.group_project]]
        nationwide = self.where.nationwide[mine[self.where.nationwide]]
        return self.facts.ids("state_group", groups), self.facts.ids("project", nationwide)

    def money(self) -> Attributes:
        """What they gave on the selected projects."""
        through = self.columns["funding"]["through_project"][self.rows] != NONE
        return {
            word: sums_of(self.columns, self.selection, np.zeros(len(rows), dtype=np.int64), rows, 1).told(self.facts)[
                0
            ]
            for word, rows in (("granted", self.rows[~through]), ("regranted", self.rows[through]))
        }


class _Recipient:
    """What one recipient received."""

    def __init__(self) -> None:
        self.paid: dict[int, list[tuple[str, str, str]]] = {}
        """Funder -> funding rows, each with its project and how surely that is selected."""
        self.unclear: list[str] = []
        """Funding rows that may be from anybody."""


def _behind(rows: Iterable[tuple[str, str, str]]) -> Attributes:
    rows = list(rows)
    return {
        "funding": sorted(row for row, _, _ in rows),
        "projects": by_certainty((project, certainty) for _, project, certainty in rows),
    }
