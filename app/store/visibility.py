"""Who may see a record, and through which other records that follows."""

from typing import Any

from sqlalchemy import select

from app.history.view import View
from app.models.noun import Noun, part_sql, references
from app.models.nouns import BY_KIND, ref_of
from app.models.tables import Visibility
from app.problems import not_found
from app.store.reading import RECORD, names_of
from app.store.records import key_of_ref, own_visibility
from app.store.references import REFERRERS, Referrer

_CITATION = BY_KIND["citation"]
MOST_HIDDEN = 100
"""Records that an answer lists as hidden through another one."""


def visibility_of(view: View, ref: str) -> dict[str, Any]:
    """What was said of a record, what holds, because of which records, and which ones it hides with it."""
    found = key_of_ref(view, ref)
    if found is None:
        raise not_found("record")
    noun, pk = found
    keys: set[int] = set()
    tables = {noun.sql: "pk"} | {part_sql(part): f"{noun.sql.name}_pk" for part in noun.parts}
    for table, owner in tables.items():
        rows = view[table]
        columns = [rows.c[f"{name}_pk"] for name in references(table) if f"{name}_pk" != owner]
        if columns:
            for row in view.connection.execute(select(*columns).where(rows.c[owner] == pk)):
                keys.update(key for key in row if key is not None)
    citations, documents = view[_CITATION.sql], RECORD.alias()
    query = select(citations.c.document_pk).where(citations.c.record_pk == pk)
    cited = set(view.connection.execute(query).scalars())
    hidden = set(
        view.connection.execute(select(documents.c.pk).where(documents.c.pk.in_(keys | cited), documents.c.hidden))
        .scalars()
        .all()
    )
    of_record = view.connection.execute(select(RECORD.c.hidden).where(RECORD.c.pk == pk)).scalar_one()
    because = {key for key in hidden if key in keys}
    if of_record and cited and cited <= hidden:
        because |= cited
    names = names_of(view.connection, because)
    hides = _hidden_through(view, noun, pk) if of_record else []
    return {
        "own": own_visibility(view, pk),
        "visibility": Visibility.restricted if of_record else Visibility.public,
        "because": sorted(ref_of(kind, public_id) for kind, public_id in names.values()),
        "hides": hides,
    }


def _hidden_through(view: View, noun: Noun, pk: int) -> list[str]:
    """The first of the hidden records that refer to a hidden one."""
    found: set[str] = set()
    for referrer in (*REFERRERS[noun.kind], Referrer(_CITATION, None, "record", noun.kind)):
        table = view[referrer.table]
        query = select(RECORD.c.kind, RECORD.c.id).join(table, table.c[referrer.owner] == RECORD.c.pk)
        query = query.where(table.c[referrer.column] == pk, RECORD.c.hidden).order_by(RECORD.c.id).limit(MOST_HIDDEN)
        found.update(ref_of(kind, public_id) for kind, public_id in view.connection.execute(query))
    return sorted(found)[:MOST_HIDDEN]
