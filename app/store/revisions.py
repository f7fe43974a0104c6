"""What the registry of records knows of one by its id: whether it was ever used, and which revision it is at."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from app.history.writer import Writer
from app.models.noun import Noun
from app.store.reading import RECORD

_AT_ONCE = 500


def are_taken(writer: Writer, names: Iterable[tuple[str, str]]) -> bool:
    """Whether any record has or had one of these names: kind and id."""
    writer.flush()
    by_kind: dict[str, list[str]] = {}
    for kind, public_id in names:
        by_kind.setdefault(kind, []).append(public_id)
    queries = [
        select(RECORD.c.pk).where(RECORD.c.kind == kind, RECORD.c.id.in_(public_ids[start : start + _AT_ONCE])).limit(1)
        for kind, public_ids in by_kind.items()
        for start in range(0, len(public_ids), _AT_ONCE)
    ]
    return any(writer.connection.execute(query).first() is not None for query in queries)


def revision_now(writer: Writer, noun: Noun, public_id: str) -> int | None:
    """The revision that a record has been brought to; None where there never was one. A deletion makes one too."""
    writer.flush()
    named = (RECORD.c.kind == noun.kind, RECORD.c.id == public_id)
    found: int | None = writer.connection.execute(select(RECORD.c.revision).where(*named)).scalar()
    return found


def named_revision(writer: Writer, noun: Noun, public_id: str, revisions: Sequence[int]) -> int:
    """The one of some revisions that the record is at, if it is at one of them; else the first."""
    present = revision_now(writer, noun, public_id) if len(revisions) > 1 else None
    return revisions[0] if present is None or present not in revisions else present
