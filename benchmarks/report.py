"""The table of outcomes: on the screen, and as docs/benchmarks.md."""

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import distributions
from pathlib import Path

from rich.table import Table

from benchmarks.generate import folder
from benchmarks.measure import Outcome
from benchmarks.rows import ROWS

__all__ = ["keep", "kept", "markdown", "notes", "screen", "write"]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
_LIBRARIES = ("numpy", "scipy", "networkx", "networkit", "duckdb", "ladybug", "fastapi", "pydantic", "sqlmodel")

_HEAD = """\
# Benchmarks

What Tejido needs for its main kinds of work, beside what others need for the same. Each row is measured in one
process: ours and the peer in turn, with the collection of garbage put off, the best of some runs. Each ratio is of one
run on one machine, so it moves less than the times do. It is the peer's number divided by ours; where the bound is an
upper one, ours divided by the peer's.

```sh
make bench                             # all rows: an hour the first time, and 8 GB of disk
make bench ARGS="pagerank newman"      # some rows
make bench ARGS="--size small"         # all rows on little data: whether they run, not how fast; writes nothing
```

The first run generates the data and keeps it in a folder `tejido-bench` among the system's temporary files, or in the
folder that the environment variable `BENCH_FOLDER` names. Later runs use it again.

## Results

"""

_TAIL = """
## Where a row falls short

- *Aggregation*: the pass reads 28 MB of four columns and does nothing else. Ours reads them too, and then looks twice
  at the groups that have several members (a third of its time), and writes the weights and certainties of 1.5 million
  edges. A pass over all columns of the snapshot takes about 45 ms on the same machine, three times as long as the
  whole.
- *Filter, SQLite*: the database finds the same rows by its indexes. Of ours, half goes into choosing the projects
  (the rows of a topic and of a state, crossed as masks over a million), a third into taking the links of those from
  columns that lie in another order, the rest into sums. The wider a filter is, the further SQLite falls behind.
- *Cold load*: four fifths of the time SQLite steps through six million rows, texts among them; two connections share
  that. The peer leaves out names, titles, dates and amounts.
- *PageRank*: the kernel takes a tenth of the time; the rest makes the dictionary that NetworkX answers with, which
  the direct call here has to make as well. The row moves with whatever else the machine does: 0.95 to 1.3 when it is
  idle.
- *Export of 360Giving*: every grant is read as an answer of the API reads it: its project with all parts, who funds it
  by way of which ancestor, its places, identifiers and documents, page by page in bounded memory. The peer reads five
  columns of four tables into memory at once.
- *Serving*: a kept answer is written at once, and a request whose bytes came before is not read again
  ([0016](decisions/0016-answers-kept-in-front.md)): that is how it passes the constant, which reads each. `wrk` always
  sends the same bytes, as clients mostly do. One that sends others each time is read first: then a kept answer takes
  1.2 to 1.5 times as long as the constant. A 304 saves the body, which of a small record is less than its own tag in
  the request. No server writes a log of each request. `wrk` has to be installed.
- *Made anew, beside Datasette*: Datasette sends the columns of one table as they are. Ours sends what belongs to a
  record from six tables, each field with whether it is known, after it has found the version that it reads. By a
  profile of a record, a third of the time is its five statements, a sixth what FastAPI makes of the parameters, a
  quarter the layers around it (limits, entity tags, headers), the rest putting it together. Of a list, half is putting
  fifty records together. Reads of records take turns: sixteen threads at once would wait for each other at each row.
- *A network of a filter at a million grants*: the kernel has its edges; the answer tells with each the projects behind
  it, certainty and money, describes each node, and counts what was left out and why. Half of the time is that, a
  quarter the bytes, of which the slowest filter has 3.7 million.
- *Writes while others read*: the threads of a process share one interpreter. After each write every answer that is
  asked for is made anew, five at a time here, and a write that makes some forty statements waits for its turn after
  each. Alone it takes 8 ms. Of 61 ms beside readers (the median), 20 are the statements, 9 the key, 8 the commit, the
  rest ways from thread to thread. Letting writes go first was tried (new reads wait, those that had begun pause at
  their next statement, shorter turns meanwhile): the median was 47 ms, and 99 of 100 took 164 to 257 ms where they had
  taken 217 to 228. That was not worth its code. Shorter turns at all times cost answers that are made anew up to a
  third of their speed.
- *Memory*: 85 of the bytes are projects (ids and titles 60), 63 are funding, 36 states, 17 topics, 14 organizations,
  11 citations. Database keys (4 bytes a row, for the refresh) and four columns that are mostly empty hold 35 of them.

At a million grants every kind of network was asked for over HTTP: for everything, for a topic in a state, for a small
and the largest funder, for a middling and the largest recipient. Nothing took longer than the deadline of 20 seconds,
on a machine that was busy with other work. What would have is refused at once, with the filters that help.

## The data

Generated from a seed, the same every time (`benchmarks/data.py`); tables, histories and search forms are as the
application itself would leave them. One funding row a grant. Funders, recipients, topics and states have heavy tails:
the largest of 2,000 funders gives one grant in eight. 80 % of the projects have states, 5 % a counted group of states
that are not all named, 8 % the whole country. One amount in ten is unknown, one recipient in a hundred unnamed; dates
are known to the year, the month or the day. Graphs for measures are drawn in the same way (`benchmarks/graphs.py`).

## Change it

A row is a module of `benchmarks/rows`, and its name in `ROWS`. What is measured of Tejido is called in
`benchmarks/ours.py` and nowhere else; a peer is a module of `benchmarks/peers`, and is as good as it can be in earnest:
it has its indexes, its own copy in memory, all cores. Where ours and a peer answer the same question, their answers are
compared before anything is told.
"""


def screen(outcomes: Iterable[Outcome]) -> Table:
    """The outcomes for a terminal."""
    table = Table("work", "peer", "ours", "peer's", "ratio", "must reach", "met")
    for one in outcomes:
        table.add_row(*_cells(one))
    return table


def notes(outcomes: Iterable[Outcome]) -> list[str]:
    """What the outcomes were measured on, and what should be known of them: each said once."""
    found: dict[str, dict[str, None]] = {}
    for one in outcomes:
        found.setdefault(one.data, {}).update(dict.fromkeys(filter(None, one.note.split("; "))))
    return ["; ".join([data, *told]) for data, told in found.items()]


def markdown(rows: Mapping[str, Sequence[Outcome]]) -> str:
    """The page: the rows in their order, those never measured too."""
    lines = [
        "| work | peer | ours | peer's | ratio | must reach | met |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    told: list[str] = []
    for name in ROWS:
        found = rows.get(name, ())
        if not found:
            lines.append(f"| {name} | | not measured | | | | |")
        lines += ["| " + " | ".join(_cells(one)) + " |" for one in found]
        told += [f"- `{name}`: {note}." for note in notes(found)]
    return "\n".join([_HEAD.rstrip("\n"), "", *lines, "", *told, "", about(), _TAIL])


def write(rows: Mapping[str, Sequence[Outcome]]) -> None:
    """Write docs/benchmarks.md."""
    PAGE.write_text(markdown(rows), encoding="utf-8")


def about() -> str:
    """The machine and the libraries, in general words."""
    present = {one.metadata["Name"]: one.version for one in distributions()}
    libraries = ", ".join(f"{name} {present[name]}" for name in _LIBRARIES if name in present)
    return (
        f"Measured on {os.cpu_count()} cores ({platform.machine()}, {platform.system()}), "
        f"Python {platform.python_version()}, {libraries}."
    )


def kept() -> dict[str, list[Outcome]]:
    """The outcomes of earlier runs, by row."""
    path = folder() / "outcomes.json"
    if not path.exists():
        return {}
    plain = json.loads(path.read_text(encoding="utf-8"))
    return {name: [Outcome.from_plain(one) for one in found] for name, found in plain.items()}


def keep(rows: Mapping[str, Sequence[Outcome]]) -> None:
    """Keep outcomes for later runs."""
    plain = {name: [one.plain() for one in found] for name, found in rows.items()}
    (folder() / "outcomes.json").write_text(json.dumps(plain), encoding="utf-8")


def _cells(one: Outcome) -> list[str]:
    return [
        one.work,
        one.peer,
        "not measured" if one.ours is None else _amount(one.ours, one.unit),
        "" if one.theirs is None else _amount(one.theirs, one.unit),
        "" if one.ratio is None else f"{one.ratio:.3g} ×",
        "" if one.bound is None else str(one.bound),
        "" if one.met is None else "yes" if one.met else "no",
    ]


def _amount(value: float, unit: str) -> str:
    if unit != "s":
        return f"{value:,.0f} bytes" if unit == "B" else f"{value:,.0f}"
    return f"{value:.3g} s" if value >= 1 else f"{value * 1000:.3g} ms"
