"""A network of arrays as the tables of columnar JSON, without node-link data in between."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.graph.assembly import FLAGGED, Shown
from app.graph.columns import SPEC, Columns, Integers, Texts, Words, unpack_day, unpack_letters
from app.graph.formats.frames import Category, Column, Frame, Number, String, Table, Truth, reals, wholes
from app.graph.links import BASES, Edges
from app.graph.money import STATUSES, Sums
from app.graph.network import describe
from app.graph.selection import CERTAINTIES
from app.graph.spaces import nodes_of, records_of

__all__ = ["are_plain", "ids_of", "record_ids", "tables_of"]

_LABELS = {"organization": "name", "project": "title"}
"""Tables with nodes by the thousand, named like the kind of these -> the column of the label."""
_ATTRIBUTES = {
    "organization": {"acronym": "acronym", "organization_kind": "kind", "country": "country"},
    "project": {name: name for name in ("project_status", "start_date", "end_date")} | {"project_kind": "kind"},
}
"""Their other attributes: name -> column."""


def are_plain(columns: Columns) -> bool:
    """Whether ids need no cleaning and no label is missing, so that arrays say all that node-link data say."""
    found: bool | None = columns.kept.get("plain")
    if found is None:
        ids = [columns[table].ids.data for table, spec in SPEC.items() if "id" in spec]
        names = [columns[table].texts(name) for table, name in _LABELS.items()]
        found = all(bool(((one > ord('"')) & (one < 0x7F) & (one != ord("\\"))).all()) for one in ids)
        found = columns.kept["plain"] = found and all(bool(one.lengths().all()) for one in names)
    return found


def tables_of(shown: Shown) -> dict[str, Table]:
    """The tables of nodes and edges, and those of their lists."""
    return _nodes(shown) | _edges(shown)


def ids_of(columns: Columns, table: str) -> tuple[str, Texts]:
    """The ids of a table, and what stands before each."""
    return "", columns[table].ids


def record_ids(columns: Columns) -> list[tuple[str, Texts]]:
    """The ids of the tables over which records are numbered, and what stands before each."""
    return [(f"{prefix}:", columns[table].ids) for prefix, table in records_of(columns).tables]


# Nodes


def _nodes(shown: Shown) -> dict[str, Table]:
    facts, columns, space = shown.facts, shown.columns, nodes_of(shown.columns)
    frame = Frame(len(shown.nodes))
    kinds: list[str] = []
    labels: list[Texts] = []
    numbers = np.zeros(frame.count, dtype=np.uint8)
    for _, table, places, codes in space.parts(shown.nodes):
        numbers[places] = len(kinds)
        if table in _LABELS:
            kinds.append(table)
            labels.append(columns[table].texts(_LABELS[table]).take(codes))
            for name, column in _ATTRIBUTES[table].items():
                there, values = _known(columns, table, column, codes)
                frame.put((name,), values, places[there])
        else:
            facts.make_ready(table, codes)
            refs = space.refs(facts, shown.nodes[places])
            told = [describe(facts, ref) for ref in refs]
            kinds.append(str(told[0]["kind"]))
            labels.append(Texts.of(one["label"] or ref for one, ref in zip(told, refs, strict=True)))
            for place, one in zip(places.tolist(), told, strict=True):
                frame.tell(place, (), {name: value for name, value in one.items() if name not in {"kind", "label"}})
    frame.put(("kind",), Category.of_words(numbers, kinds))
    roles = dict(shown.network.roles(shown.nodes))
    if roles:
        places, words = np.nonzero(np.column_stack(list(roles.values())))
        frame.put_list(("roles",), np.unique(places), places, Category.of_words(words, list(roles)))
    for name, array in shown.network.values.items():
        frame.put((name,), _numbers(array[shown.nodes]))
    return frame.tables("nodes", {"id": String(space.texts(shown.nodes)), "label": String(Texts.joined(labels))})


def _known(columns: Columns, table: str, name: str, codes: Integers) -> tuple[Integers, Column]:
    """What is known of rows: the places of their codes, and the values."""
    kind, column = SPEC[table][name], columns[table].columns[name]
    if isinstance(column, Words):
        there = np.flatnonzero(column.codes[codes])
        return there, Category.of_words(column.codes[codes[there]], column.words)
    if isinstance(column, Texts):
        there = np.flatnonzero(column.lengths()[codes])
        return there, Category.of(column.list(codes[there]))
    there = np.flatnonzero(column[codes])
    return there, _few(column[codes[there]], unpack_day if kind.name == "day" else unpack_letters)


def _few(numbers: Integers, word_of: Callable[[int], str | None]) -> Category:
    """A column of few words, each packed into a number."""
    used, codes = np.unique(numbers, return_inverse=True)
    return Category.of_words(codes, [word_of(number) for number in used.tolist()])


def _numbers(values: NDArray[Any]) -> Column:
    return wholes(values) if values.dtype.kind == "i" else reals(values.tolist())


# Edges


def _edges(shown: Shown) -> dict[str, Table]:
    position = np.empty(len(nodes_of(shown.columns)), dtype=np.int32)
    position[shown.nodes] = np.arange(len(shown.nodes))
    frame = Frame(len(shown))
    frame.put(("relation",), Category.of_words(shown.relation, shown.relations))
    frame.put(("weight",), _numbers(shown.weight))
    frame.put(("certainty",), Category.of_words(shown.certainty, CERTAINTIES))
    records = shown.records()
    _put_reasons(frame, shown, records)
    _put_money(frame, shown, records)
    _put_told(frame, shown)
    return frame.tables("edges", {"source": Number(position[shown.source]), "target": Number(position[shown.target])})


def _put_reasons(frame: Frame, shown: Shown, records: tuple[Integers, Integers]) -> None:
    """The projects, records, bases and documents behind edges."""
    every, columns, projects = np.arange(frame.count), shown.columns, shown.projects()
    for grade, word in enumerate(CERTAINTIES):
        here = projects[2] == grade
        projects_of = Category.of_ids(projects[1][here], ids_of(columns, "project"))
        frame.put_list(("projects", word), every, projects[0][here], projects_of)
    frame.put_list(("records",), every, records[0], Category.of_ids(records[1], *record_ids(columns)))
    bits = np.unpackbits(shown.bases()[:, None], axis=1, count=len(BASES), bitorder="little")
    places, words = np.divmod(np.flatnonzero(bits), len(BASES))
    frame.put_list(("basis",), every, places, Category.of_words(words, BASES))
    places, documents = shown.documents(projects, records)
    frame.put_list(("documents",), every, places, Category.of_ids(documents, ids_of(columns, "document")))
    for relation, name in FLAGGED.items():
        places, flagged = shown.flagged(relation)
        frame.put_list((name,), shown.places(relation), places, Category.of_ids(flagged, ids_of(columns, "project")))
    places, roles = shown.participation_roles(records)
    names = columns["participation"].words("role").words
    frame.put_list(("participation_roles",), shown.places("takes_part"), places, Category.of_words(roles, names))


def _put_money(frame: Frame, shown: Shown, records: tuple[Integers, Integers]) -> None:
    found, columns = shown.money(), shown.columns
    if found is None:
        return
    rows, sums = found
    frame.put(("money", "status"), Category.of_words(sums.status, STATUSES), rows)
    frame.put_list(("money", "sums"), rows, rows[sums.place], _sums(sums))
    for name, (places, funding) in sums.lists().items():
        frame.put_list(("money", name), rows, rows[places], Category.of_ids(funding, ids_of(columns, "funding")))
    places, funding = sums.shares
    shares = Frame(len(places))
    shares.put(("funding",), Category.of_ids(funding, ids_of(columns, "funding")))
    shares.put(("percent",), reals((columns["funding"]["share_hundredths"][funding] / 100).tolist()))
    there, qualifiers = _known(columns, "funding", "share_qualifier", funding)
    shares.put(("qualifier",), qualifiers, there)
    frame.put_list(("money", "shares"), rows, rows[places], shares)
    places, funding = shown.regranted(records)
    frame.put_list(("regranted",), rows, places, Category.of_ids(funding, ids_of(columns, "funding")))
    frame.put(("self_loop",), Truth((shown.source == shown.target)[rows].astype(np.uint8)), rows)


def _sums(sums: Sums) -> Frame:
    frame = Frame(len(sums.place))
    frame.put(("currency",), _few(sums.currency, unpack_letters))
    frame.put(("stage",), Category.of_words(sums.stage, sums.columns["funding"].words("stage").words))
    frame.put(("undated",), Truth(sums.undated.astype(np.uint8)))
    frame.put(("amount_minor",), wholes(sums.amount))
    frame.put(("presumed_currency",), Truth(sums.presumed.astype(np.uint8)))
    frame.put(("exact",), Truth(sums.exact.astype(np.uint8)))
    every = np.arange(frame.count)
    places = np.repeat(every, np.diff(sums.starts))
    frame.put_list(("funding",), every, places, Category.of_ids(sums.rows, ids_of(sums.columns, "funding")))
    return frame


def _put_told(frame: Frame, shown: Shown) -> None:
    """What single ties say besides."""
    told = [
        (place, one)
        for edges, places, numbers in shown.parts
        if not isinstance(edges, Edges)
        for place, one in zip(places.tolist(), edges.told(shown, numbers), strict=True)
    ]
    for place, one in sorted(told, key=lambda pair: pair[0]):
        frame.tell(place, (), one)
