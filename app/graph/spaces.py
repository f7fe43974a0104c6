"""Numbers for things of several tables: nodes, and the records behind edges, in the order of their prefixed ids."""

from collections.abc import Iterator

import numpy as np

from app.graph.columns import NONE, Columns, Integers, Texts, unique
from app.graph.facts import Facts

__all__ = ["LeftOut", "Space", "nodes_of", "records_of"]

_NODES = (
    ("country", "place"),
    ("org", "organization"),
    ("party", "unnamed_party"),
    ("project", "project"),
    ("state", "state"),
    ("state_group", "state_group"),
    ("topic", "topic"),
)
_RECORDS = tuple(
    (table, table)
    for table in (
        "collaboration",
        "collaboration_member",
        "funding",
        "organization_relation",
        "participation",
        "project",
        "project_state",
        "state_group",
    )
)


class Space:
    """Tables one behind the other: the number of a row is its code and the sizes of the tables before its own."""

    def __init__(self, columns: Columns, tables: tuple[tuple[str, str], ...]) -> None:
        """`tables`: (prefix of the ids, table), in the order of the prefixes."""
        self.columns = columns
        self.tables = tables
        sizes = [len(columns[table]) for _, table in tables]
        self.starts = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        # Numbers of numpy's own: codes of 16 bits and one of these add up to 64 bits.
        self._start: dict[str, np.int64] = {
            prefix: start for (prefix, _), start in zip(tables, self.starts, strict=False)
        }

    def __len__(self) -> int:
        return int(self.starts[-1])

    def start(self, prefix: str) -> np.int64:
        """The number of the first row of a table."""
        return self._start[prefix]

    def number(self, facts: Facts, ref: str) -> int:
        """The number of a prefixed id, or NONE."""
        prefix, _, public_id = ref.partition(":")
        table = dict(self.tables).get(prefix)
        code = NONE if table is None else facts.code(table, public_id)
        return NONE if code == NONE else int(self._start[prefix]) + code

    def parts(self, numbers: Integers) -> Iterator[tuple[str, str, Integers, Integers]]:
        """For each table that occurs: its prefix, its name, the places of its numbers, their codes."""
        which = np.searchsorted(self.starts, numbers, side="right") - 1
        for place, (prefix, table) in enumerate(self.tables):
            here = np.flatnonzero(which == place)
            if len(here):
                yield prefix, table, here, numbers[here] - self.starts[place]

    def refs(self, facts: Facts, numbers: Integers) -> list[str]:
        """The prefixed ids of numbers."""
        found: list[str] = [""] * len(numbers)
        for prefix, table, places, codes in self.parts(numbers):
            for place, public_id in zip(places.tolist(), facts.ids(table, codes), strict=True):
                found[place] = f"{prefix}:{public_id}"
        return found

    def texts(self, numbers: Integers) -> Texts:
        """The prefixed ids of numbers, in one buffer."""
        lengths = np.zeros(len(numbers), dtype=np.int64)
        parts = []
        for prefix, table, places, codes in self.parts(numbers):
            texts = self.columns[table].ids.take(codes)
            lengths[places] = texts.lengths().astype(np.int64) + len(prefix) + 1
            parts.append((np.frombuffer(f"{prefix}:".encode(), dtype=np.uint8), places, texts))
        ends = np.concatenate(([0], np.cumsum(lengths)))
        data = np.empty(int(ends[-1]), dtype=np.uint8)
        for head, places, texts in parts:
            starts = ends[places]
            data[starts[:, None] + np.arange(len(head))] = head
            at = np.arange(len(texts.data), dtype=np.int64)
            at += np.repeat(starts + len(head) - texts.ends[:-1], texts.lengths())
            data[at] = texts.data
        return Texts(data, ends.astype(np.uint32))


def nodes_of(columns: Columns) -> Space:
    """The nodes that networks may have."""
    found: Space | None = columns.kept.get("nodes")
    if found is None:
        found = columns.kept["nodes"] = Space(columns, _NODES)
    return found


def records_of(columns: Columns) -> Space:
    """The records that may stand behind an edge."""
    found: Space | None = columns.kept.get("records")
    if found is None:
        found = columns.kept["records"] = Space(columns, _RECORDS)
    return found


class LeftOut:
    """What a network does not show: reason -> ids, as codes of tables."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._codes: dict[str, dict[tuple[str, str], list[Integers]]] = {}

    def add(self, reason: str, table: str, codes: Integers, *, prefix: str = "") -> None:
        """Note rows of a table. Their ids are told with the prefix, or bare."""
        if len(codes):
            self._codes.setdefault(reason, {}).setdefault((prefix, table), []).append(codes)

    def copy(self) -> "LeftOut":
        """The same, to be added to."""
        other = LeftOut()
        for reason in self._codes:
            other.add_all(self, reason)
        return other

    def add_all(self, other: "LeftOut", reason: str) -> None:
        """Note what another notes for a reason."""
        for (prefix, table), parts in other._codes.get(reason, {}).items():
            for codes in parts:
                self.add(reason, table, codes, prefix=prefix)

    def told(self, facts: Facts, most: int) -> dict[str, dict[str, object]]:
        """Each reason with its whole count and its first ids."""
        found: dict[str, dict[str, object]] = {}
        for reason, tables in sorted(self._codes.items()):
            count = 0
            ids: list[str] = []
            for (prefix, table), parts in sorted(tables.items()):
                codes = unique(np.concatenate(parts))
                count += len(codes)
                shown = _ids(facts, table, codes[: max(0, most - len(ids))])
                ids += [f"{prefix}:{public_id}" if prefix else public_id for public_id in shown]
            found[reason] = {"count": count, "ids": ids}
        return found

    def refs(self, facts: Facts) -> dict[str, set[str]]:
        """Each reason with all of its ids."""
        return {
            reason: {
                f"{prefix}:{public_id}" if prefix else public_id
                for (prefix, table), parts in tables.items()
                for public_id in _ids(facts, table, np.unique(np.concatenate(parts)))
            }
            for reason, tables in self._codes.items()
        }


def _ids(facts: Facts, table: str, codes: Integers) -> list[str]:
    if table != "project_topic":
        return facts.ids(table, codes)
    rows = facts.columns[table]
    projects, topics = (facts.ids(one, rows[one][codes]) for one in ("project", "topic"))
    return [f"{project} topic:{topic}" for project, topic in zip(projects, topics, strict=True)]
