"""Loading `seed/`: what is absent is created, what was not edited since follows the files, edits are left alone."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, select

from app.history.tables import HISTORY
from app.history.writer import Writer
from app.models.noun import Noun, Values
from app.models.nouns import NOUNS, ref_of
from app.models.tables import Change, DataVersion, sql_table
from app.models.types import Schema
from app.store.database import Database
from app.store.reading import RECORD
from app.store.records import CITATION, CREATE, add_citations, create, update

SEED = Path(__file__).resolve().parents[2] / "seed"
"""The first data set, one TOML file a noun."""

_Known = dict[tuple[str, str], tuple[int, int, bool]]
_Place = tuple[int, str, int, str]

_CHANGE = sql_table(Change)
_VERSION = sql_table(DataVersion)


def seed_rows(folder: Path = SEED) -> Iterator[tuple[Noun, Values]]:
    """Every row of the files, in an order in which each stands after those that it refers to."""
    for noun in NOUNS:
        path = folder / f"{noun.path.replace('-', '_')}.toml"
        if path.exists():
            for row in tomllib.loads(path.read_text(encoding="utf-8")).get(noun.kind, []):
                yield noun, row


def load_seed(database: Database, folder: Path = SEED) -> Counter[str]:
    """Load the files in one transaction; returns how many records were created, updated, unchanged, left alone."""
    bodies = [(noun, CREATE[noun.kind].model_validate(row)) for noun, row in seed_rows(folder)]
    ids = Counter((noun.kind, body.model_dump()["id"]) for noun, body in bodies)
    twice = sorted(f"{kind} {public_id}" for (kind, public_id), times in ids.items() if times > 1)
    if twice:
        raise ValueError(f"the files give an id twice: {', '.join(twice)}")
    counts: Counter[str] = Counter()
    with database.write(cause="seed") as writer:
        writer.begin_import("seed")
        known = _known(writer.connection)
        for noun, body in bodies:
            counts[_load(writer, noun, body, known)] += 1
        # Citations come last: an early row may cite a document that stands after it.
        cited = _cited(writer.connection)
        for noun, body in bodies:
            _cite(writer, noun, body.model_dump(), known, cited)
    return counts


def is_empty(connection: Connection) -> bool:
    """Whether nothing was ever written."""
    return connection.execute(select(_VERSION.c.number).limit(1)).first() is None


def _load(writer: Writer, noun: Noun, body: Schema, known: _Known) -> str:
    public_id = str(body.model_dump()["id"])
    before = known.get((noun.kind, public_id))
    if before is None:
        create(writer, noun, body.model_copy(update={"citations": []}), fresh=True)
        return "created"
    pk, revision, is_deleted = before
    if is_deleted or not _is_from_seed(writer.connection, pk):
        return "left alone"
    changes = writer.changes
    update(writer, noun, public_id, body.model_dump(exclude={"id", "citations", "visibility"}), revision)
    return "updated" if writer.changes > changes else "unchanged"


def _cite(writer: Writer, noun: Noun, values: Values, known: _Known, cited: set[_Place]) -> None:
    before = known.get((noun.kind, values["id"]))
    if before is not None and before[2]:
        return
    pk = writer.keys[noun.kind, values["id"]] if before is None else before[0]
    wanted = values.get("citations", [])
    missing = [one for one in wanted if (pk, one["document"], one["paragraph"], one["cue"]) not in cited]
    add_citations(writer, ref_of(noun.kind, values["id"]), missing)


def _known(connection: Connection) -> _Known:
    query = select(RECORD.c.kind, RECORD.c.id, RECORD.c.pk, RECORD.c.revision, RECORD.c.deleted_in)
    return {(row.kind, row.id): (row.pk, row.revision, row.deleted_in is not None) for row in connection.execute(query)}


def _cited(connection: Connection) -> set[_Place]:
    # From the history: a citation that was deleted or corrected here does not come back.
    own = HISTORY[CITATION.sql.name]
    query = select(own.c.record_pk, RECORD.c.id, own.c.paragraph, own.c.cue)
    found = connection.execute(query.join(RECORD, RECORD.c.pk == own.c.document_pk))
    return {(row[0], row[1], row[2], row[3]) for row in found}


def _is_from_seed(connection: Connection, pk: int) -> bool:
    cause = connection.execute(
        select(_VERSION.c.cause)
        .join(_CHANGE, _CHANGE.c.version == _VERSION.c.number)
        .where(_CHANGE.c.record_pk == pk)
        .order_by(_CHANGE.c.version.desc())
        .limit(1)
    ).scalar()
    return cause == "seed"
