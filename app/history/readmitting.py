"""Deleted records brought back, those too that were deleted for the public alone."""

from sqlalchemy import select, update

from app.history.writer import PartRows, Row, Writer
from app.models.noun import Noun
from app.models.tables import Action, Reader, Record, Visibility, sql_table

_RECORD = sql_table(Record)


def bring_back(writer: Writer, noun: Noun, pk: int, row: Row, parts: PartRows) -> None:
    """Bring back a record that is not there for the writer.

    What the public deleted and others kept, or deleted later, is public again when a writer brings it back who sees
    only what is public: to that writer it was deleted like any other.
    """
    connection = writer.connection
    own = _RECORD.c.pk == pk
    record = connection.execute(select(_RECORD).where(own)).one()
    if writer.reader is Reader.restricted or not record.hidden:
        writer.restore(noun, pk, row, parts)
        if record.hidden:
            # For the public it was deleted before, and still is.
            connection.execute(update(_RECORD).where(own).values(public_deleted_in=record.public_deleted_in))
        return
    # What was hidden only for referring to it comes to light with it, which is worked out for those who see all.
    writer.reader = Reader.restricted
    public = {"visibility": Visibility.public, "public_deleted_in": None}
    if record.deleted_in is not None:
        connection.execute(update(_RECORD).where(own).values(**public, hidden=False))
        writer.restore(noun, pk, row, parts)
    else:
        writer.update(noun, pk, row, parts, Action.restore)
        connection.execute(update(_RECORD).where(own).values(**public))
        writer._flip(noun, pk, hidden=False, public_action=Action.restore)
        writer.keys[noun.kind, record.id] = pk
    writer.reader = Reader.public
