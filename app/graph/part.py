"""A part of the columns: some projects with all their rows, so that a question about little touches little."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.graph.columns import NONE, SPACES, SPEC, Columns, Integers, Table, expand_by, narrow, taken, unique
from app.graph.facts import Facts, documents_of
from app.graph.selection import NOT, Selected
from app.graph.spaces import nodes_of

__all__ = ["Part", "part_of"]

_WHOLE = frozenset({"state", "place", "topic", "document"})
"""Small tables, which a part shares with the whole."""
_OF_PROJECTS = ("funding", "participation", "state_group", "project_state", "project_topic", "collaboration")
_EMPTY = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Part:
    """Some rows of the whole as columns of their own; ids, order and version are those of the whole."""

    whole: Columns
    columns: Columns
    rows: Mapping[str, Integers]
    """Table -> the codes, in the whole, of the part's rows. The part shares all other tables with the whole."""
    projects: Integers
    """Codes, in the whole, of the projects that were asked for."""

    @cached_property
    def facts(self) -> Facts:
        """The part as plain rows."""
        return Facts(self.columns)

    @cached_property
    def nodes(self) -> Integers:
        """For each node of the part its number in the whole."""
        whole = nodes_of(self.whole)
        return np.concatenate(
            [
                self.rows.get(table, np.arange(len(self.whole[table]))) + whole.start(prefix)
                for prefix, table in whole.tables
            ]
        )

    def selected(self, whole: Selected) -> Selected:
        """What is selected in the whole, of the projects that were asked for."""
        rows = self.rows["project"]
        found = np.isin(rows, self.projects) & (whole.grades[rows] != NOT)
        taken = np.flatnonzero(found & whole.mask[rows])
        return Selected(self.facts, whole.grades[rows], whole.times[rows], np.flatnonzero(found), taken)


def part_of(
    columns: Columns,
    *,
    projects: Integers = _EMPTY,
    collaborations: Integers = _EMPTY,
    relations: Integers = _EMPTY,
    actors: Integers = _EMPTY,
) -> Part:
    """The part with these rows (codes), and with all that they name.

    Of the projects, and of all above them, the part has every row, with the citations. Projects and collaborations that
    are only named by these rows have no rows of their own in it: select the projects asked for.
    """
    rows = _rows(columns, _with_those_above(columns, projects), collaborations)
    rows["organization_relation"] = unique(relations)
    rows |= _actors(columns, rows, actors)
    made: dict[str, Table] = {}
    for name, spec in SPEC.items():
        table = columns[name]
        if name in _WHOLE:
            made[name] = table
        elif name == "citation":
            made[name] = _citations(columns, rows)
        else:
            here = rows[name]
            new = {column: taken(table.columns[column], here) for column in spec}
            for column, kind in spec.items():
                if kind.name == "ref" and not set(SPACES.get(kind.target, (kind.target,))) <= _WHOLE:
                    new[column] = _renumbered(columns, rows, kind.target, table[column][here])
            made[name] = Table(name, new, table.pk[here])
    return Part(columns, Columns(columns.version, columns.number, made), rows, unique(projects))


def _with_those_above(columns: Columns, projects: Integers) -> Integers:
    found, parents = unique(projects), columns["project"]["parent"]
    here = found
    while len(here):
        above = unique(parents[here])
        here = np.setdiff1d(above[above != NONE], found)
        found = np.union1d(found, here)
    return found


def _rows(columns: Columns, projects: Integers, collaborations: Integers) -> dict[str, Integers]:
    """Table -> the rows of the part, ascending."""
    rows = {table: np.sort(columns.index(table, "project").rows(projects)[1]) for table in _OF_PROJECTS}
    rows["collaboration"] = np.union1d(rows["collaboration"], collaborations)
    for table, column in (("collaboration_member", "collaboration"), ("participation_state", "participation")):
        rows[table] = np.sort(columns.index(table, column).rows(rows[column])[1])
    # A group has its members, and a member its group, whichever project they are said of.
    rows["state_group"] = _with(rows["state_group"], columns["project_state"]["state_group"][rows["project_state"]])
    members = columns.index("project_state", "state_group").rows(rows["state_group"])[1]
    rows["project_state"] = np.union1d(rows["project_state"], members)
    rows["project"] = projects
    for table, column in (
        ("funding", "through_project"),
        ("collaboration", "project"),
        ("state_group", "project"),
        ("project_state", "project"),
    ):
        rows["project"] = _with(rows["project"], columns[table][column][rows[table]])
    rows["project"] = _with_those_above(columns, rows["project"])
    return rows


def _with(codes: Integers, more: Integers) -> Integers:
    return np.union1d(codes, more[more != NONE])


def _actors(columns: Columns, rows: Mapping[str, Integers], actors: Integers) -> dict[str, Integers]:
    """The organizations and unnamed parties that the rows name, and some more."""
    named = [actors]
    for table, spec in SPEC.items():
        for column, kind in spec.items():
            if kind.target in ("actor", "organization"):
                named.append(columns[table][column][rows[table]])
    found = unique(np.concatenate([codes.astype(np.int64) for codes in named]))
    count = columns.organizations
    return {"organization": found[(found != NONE) & (found < count)], "unnamed_party": found[found >= count] - count}


def _renumbered(columns: Columns, rows: Mapping[str, Integers], target: str, codes: Integers) -> Integers:
    """Codes of the whole as codes of the part."""
    first, *others = SPACES.get(target, (target,))
    known = rows[first]
    for other in others:
        known = np.concatenate([known, rows[other] + len(columns[first])])
    found = _sought(known, codes)
    return np.where(codes == NONE, NONE, found).astype(narrow(len(known)))


def _sought(known: Integers, codes: Integers) -> Integers:
    """Where codes stand among ascending ones."""
    # With codes of another type, all that are known would be copied first.
    found: Integers = np.searchsorted(known, codes.astype(known.dtype))
    return found


def _citations(columns: Columns, rows: Mapping[str, Integers]) -> Table:
    cited = columns["citation"]
    kinds = cited.words("kind").words
    places: list[Integers] = [_EMPTY]
    codes: list[Integers] = [_EMPTY]
    for table in kinds:
        if table is not None:
            # The citations of a table lie together, in the order of the rows that they are for.
            found = documents_of(columns, table)
            wanted = rows.get(table, np.arange(len(columns[table])))
            first = _sought(found.rows, wanted)
            which, at = expand_by(first, _sought(found.rows, wanted + 1) - first)
            places.append(at + int(np.searchsorted(cited["kind"], np.uint8(kinds.index(table)))))
            codes.append(which if table in rows else wanted[which])
    here = np.concatenate(places)
    new = {column: taken(cited.columns[column], here) for column in SPEC["citation"]}
    new["row"] = np.concatenate(codes).astype(np.int32)
    return Table("citation", new, cited.pk[here])
