"""Node-link data, the default JSON: `networkx.node_link_graph` reads it as it is."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from app.graph.assembly import FLAGGED, Shown
from app.graph.columns import Integers, unpack_letters
from app.graph.formats.arrays import are_plain, ids_of, record_ids
from app.graph.formats.cells import lists
from app.graph.formats.files import json_bytes
from app.graph.formats.portable import encode
from app.graph.links import BASES, Edges
from app.graph.money import STATUSES, Sums
from app.graph.selection import CERTAINTIES
from app.graph.spaces import nodes_of

__all__ = ["write", "write_shown"]

_TRUTHS = ("false", "true")


def write(network: Mapping[str, Any]) -> bytes:
    """The network as it is, with everything it holds."""
    return json_bytes(network)


def write_shown(shown: Shown) -> bytes:
    """A network of arrays: the same bytes as those of its node-link data, without a mapping for each edge."""
    if not are_plain(shown.columns):
        return write(shown.node_link())
    head = {"directed": shown.directed, "multigraph": True, "graph": shown.graph(), "nodes": shown.node_list()}
    return b"".join([json_bytes(head)[:-1], b',"edges":[', ",".join(_edges(shown)).encode(), b"]}"])


def _edges(shown: Shown) -> Iterable[str]:
    columns, count = shown.columns, len(shown)
    if not count:
        return
    refs = nodes_of(columns).refs(shown.facts, shown.nodes)
    ref = dict(zip(shown.nodes.tolist(), refs, strict=True))
    projects, records = shown.projects(), shown.records()
    by_certainty = []
    for grade in range(len(CERTAINTIES)):
        here = projects[2] == grade
        by_certainty.append(lists(count, projects[0][here], projects[1][here], ids_of(columns, "project")))
    places, documents = shown.documents(projects, records)
    bases = [encode([word for at, word in enumerate(BASES) if bits >> at & 1]) for bits in range(1 << len(BASES))]
    for source, which, target, weight, certainty, certain, possible, nationwide, behind, bits, cited, more in zip(
        shown.source.tolist(),
        shown.relation.tolist(),
        shown.target.tolist(),
        encode(shown.weight.tolist())[1:-1].split(","),
        shown.certainty.tolist(),
        *by_certainty,
        lists(count, *records, *record_ids(columns)),
        shown.bases().tolist(),
        lists(count, places, documents, ids_of(columns, "document")),
        _more(shown, records),
        strict=True,
    ):
        one, relation, other = ref[source], shown.relations[which], ref[target]
        yield (
            f'{{"source":"{one}","target":"{other}","key":"{relation}","id":"{one}~{relation}~{other}",'
            f'"relation":"{relation}","weight":{weight},"certainty":"{CERTAINTIES[certainty]}",'
            f'"projects":{{"certain":{certain},"possible":{possible},"nationwide":{nationwide}}},'
            f'"records":{behind},"basis":{bases[bits]},"documents":{cited}{more}}}'
        )


def _arrays(items: list[str], places: Integers, count: int) -> list[str]:
    """For each of so many rows the array of its items, which come in the order of the rows."""
    counts = np.bincount(places, minlength=count)
    rows = np.flatnonzero(counts)
    stops = np.cumsum(counts[rows])
    found = ["[]"] * count
    for row, start, stop in zip(rows.tolist(), (stops - counts[rows]).tolist(), stops.tolist(), strict=True):
        found[row] = f"[{','.join(items[start:stop])}]"
    return found


# What single relations say besides


def _more(shown: Shown, records: tuple[Integers, Integers]) -> list[str]:
    """For each edge its further members, a comma before each."""
    columns, count = shown.columns, len(shown)
    found = [""] * count
    for place, text in _money(shown, records):
        found[place] = text
    for relation, name in FLAGGED.items():
        arrays = lists(count, *shown.flagged(relation), ids_of(columns, "project"))
        for place in shown.places(relation).tolist():
            found[place] = f',"{name}":{arrays[place]}'
    places, roles = shown.participation_roles(records)
    words = columns["participation"].words("role").words
    arrays = _arrays([encode(words[role]) for role in roles.tolist()], places, count)
    for place in shown.places("takes_part").tolist():
        found[place] = f',"participation_roles":{arrays[place]}'
    for edges, places, numbers in shown.parts:
        if not isinstance(edges, Edges):
            for place, told in zip(places.tolist(), edges.told(shown, numbers), strict=True):
                found[place] = f",{encode(told)[1:-1]}" if told else ""
    return found


def _money(shown: Shown, records: tuple[Integers, Integers]) -> Iterable[tuple[int, str]]:
    """The places of the edges that carry money, and what is said of it."""
    found, columns = shown.money(), shown.columns
    if found is None:
        return
    rows, sums = found
    lacking = [lists(len(rows), *found, ids_of(columns, "funding")) for found in sums.lists().values()]
    names = list(sums.lists())
    regranted = lists(len(shown), *shown.regranted(records), ids_of(columns, "funding"))
    loops = (shown.source == shown.target).tolist()
    for place, status, total, one, two, three, shares in zip(
        rows.tolist(), sums.status.tolist(), _sums(sums, len(rows)), *lacking, _shares(sums, len(rows)), strict=True
    ):
        yield (
            place,
            (
                f',"money":{{"status":"{STATUSES[status]}","sums":{total},'
                f'"{names[0]}":{one},"{names[1]}":{two},"{names[2]}":{three},"shares":{shares}}},'
                f'"regranted":{regranted[place]},"self_loop":{_TRUTHS[loops[place]]}'
            ),
        )


def _sums(sums: Sums, count: int) -> list[str]:
    stages = [encode(word) for word in sums.columns["funding"].words("stage").words]
    currencies = {code: encode(unpack_letters(code)) for code in set(sums.currency.tolist())}
    groups = np.repeat(np.arange(len(sums.place)), np.diff(sums.starts))
    items = [
        f'{{"currency":{currencies[currency]},"stage":{stages[stage]},"undated":{_TRUTHS[undated]},'
        f'"amount_minor":{amount},"funding":{funding},'
        f'"presumed_currency":{_TRUTHS[presumed]},"exact":{_TRUTHS[exact]}}}'
        for currency, stage, undated, amount, funding, presumed, exact in zip(
            sums.currency.tolist(),
            sums.stage.tolist(),
            sums.undated.tolist(),
            sums.amount.tolist(),
            lists(len(sums.place), groups, sums.rows, ids_of(sums.columns, "funding")),
            sums.presumed.tolist(),
            sums.exact.tolist(),
            strict=True,
        )
    ]
    return _arrays(items, sums.place, count)


def _shares(sums: Sums, count: int) -> list[str]:
    (places, rows), funding = sums.shares, sums.columns["funding"]
    qualifiers = funding.words("share_qualifier")
    items = [
        encode(
            {
                "funding": funding.ids[row],
                "percent": int(funding["share_hundredths"][row]) / 100,
                "qualifier": qualifiers[row],
            }
        )
        for row in rows.tolist()
    ]
    return _arrays(items, places, count)
