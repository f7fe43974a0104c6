"""Loading `seed/`: what is absent is created, what was not edited since follows the files, edits are left alone."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Row, Table, select

from app.history.writer import Writer
from app.models.noun import Noun, Values
from app.models.nouns import BY_KIND, NOUNS, ref_of
from app.models.tables import Change, DataVersion
from app.models.types import Schema
from app.store.database import Database
from app.store.reading import RECORD
from app.store.records import CITATION, CREATE, add_citations, create, update

SEED = Path(__file__).resolve().parents[2] / "seed"
"""The first data set, one TOML file a noun."""

DOCUMENT = BY_KIND["document"]

_CHANGE: Table = Change.__table__  # type: ignore[attr-defined]
_VERSION: Table = DataVersion.__table__  # type: ignore[attr-defined]


def seed_rows(folder: Path = SEED) -> Iterator[tuple[Noun, Values]]:
    """Every row of the files, in an order in which each stands after those that it refers to."""
    for noun in NOUNS:
        path = folder / f"{noun.path.replace('-', '_')}.toml"
        if path.exists():
            for row in tomllib.loads(path.read_text(encoding="utf-8")).get(noun.kind, []):
                yield noun, row


def load_seed(database: Database, folder: Path = SEED) -> Counter[str]:
    """Load the files in one transaction; returns how many records were created, updated, unchanged, left alone."""
    counts: Counter[str] = Counter()
    with database.write(cause="seed") as writer:
        writer.begin_import("seed")
        bodies = [(noun, CREATE[noun.kind].model_validate(row)) for noun, row in seed_rows(folder)]
        # Citations come last: an early row may cite a document that stands after it.
        for noun, body in bodies:
            counts[_load(writer, noun, body)] += 1
        for noun, body in bodies:
            _cite(writer, noun, body)
    return counts


def is_empty(connection: Connection) -> bool:
    """Whether nothing was ever written."""
    return connection.execute(select(_VERSION.c.number).limit(1)).first() is None


def _load(writer: Writer, noun: Noun, body: Schema) -> str:
    connection = writer.connection
    public_id = str(body.model_dump()["id"])
    known = _known(connection, noun, public_id)
    if known is None:
        create(writer, noun, body.model_copy(update={"citations": []}))
        return "created"
    if known.deleted_in is not None or not _is_from_seed(connection, known.pk):
        return "left alone"
    before = writer.changes
    values = body.model_dump(exclude={"id", "citations"})
    update(writer, noun, public_id, values, known.revision)
    return "updated" if writer.changes > before else "unchanged"


def _cite(writer: Writer, noun: Noun, body: Schema) -> None:
    values = body.model_dump()
    known = _known(writer.connection, noun, values["id"])
    if known is None or known.deleted_in is not None:
        return
    own = CITATION.sql
    cited = set(
        writer.connection.execute(
            select(DOCUMENT.sql.c.id, own.c.paragraph, own.c.cue)
            .join(DOCUMENT.sql, DOCUMENT.sql.c.pk == own.c.document_pk)
            .where(own.c.record_pk == known.pk)
        ).all()
    )
    wanted = values.get("citations", [])
    missing = [one for one in wanted if (one["document"], one["paragraph"], one["cue"]) not in cited]
    add_citations(writer, ref_of(noun.kind, values["id"]), missing)


def _known(connection: Connection, noun: Noun, public_id: str) -> Row[int, int, int | None] | None:
    query = select(RECORD.c.pk, RECORD.c.revision, RECORD.c.deleted_in)
    return connection.execute(query.where(RECORD.c.kind == noun.kind, RECORD.c.id == public_id)).first()


def _is_from_seed(connection: Connection, pk: int) -> bool:
    cause = connection.execute(
        select(_VERSION.c.cause)
        .join(_CHANGE, _CHANGE.c.version == _VERSION.c.number)
        .where(_CHANGE.c.record_pk == pk)
        .order_by(_CHANGE.c.version.desc())
        .limit(1)
    ).scalar()
    return cause == "seed"
