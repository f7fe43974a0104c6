"""The page behind an edge or a row: what each row says, and where a document says it."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, select

from app.history.tables import HISTORY, current_at
from app.models.nouns import BY_PREFIX, ref_of
from app.problems import Problem
from app.store.reading import RECORD, chunks

BASIS_WORDS = {
    "stated": "stated: the text says it",
    "implied": "implied: it follows from the text by one safe step",
    "attributed": "attributed: the text does not name it; the maintainers know it",
}


def evidence_of(connection: Connection, number: int, refs: Collection[str]) -> list[dict[str, Any]]:
    """Rows by prefixed id, each with its citations, as they were at an internal version; unknown refs are left out."""
    keys = _keys(connection, refs)
    cited = _citations(connection, number, keys.values())
    items = []
    for ref in sorted(refs):
        pk = keys.get(ref)
        if pk is None:
            continue
        noun = BY_PREFIX[ref.partition(":")[0]]
        history = HISTORY[noun.sql.name]
        row = (
            connection.execute(select(history).where(history.c.pk == pk, current_at(history, number)))
            .mappings()
            .first()
        )
        if row is None:
            continue
        citations = cited.get(pk, [])
        basis = row.get("basis")
        items.append(
            {
                "ref": ref,
                "kind": noun.kind,
                "label": row[noun.label],
                "address": f"/v1/{noun.path}/{row['id']}",
                "basis": basis,
                "basis_in_words": BASIS_WORDS.get(basis or ""),
                "note": row.get("note"),
                "status": "known" if citations else "none_recorded",
                "citations": citations,
            }
        )
    return items


def documents_of(connection: Connection, number: int, items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The documents that the items' citations name, by id."""
    ids = sorted({citation["document"] for item in items for citation in item["citations"]})
    history = HISTORY["document"]
    query = select(history).where(history.c.id.in_(ids), current_at(history, number)).order_by(history.c.id)
    names = ("id", "title", "basis", "publisher", "publisher_basis", "year", "kind", "file_name", "licence", "url")
    return [{name: row[name] for name in names} for row in connection.execute(query).mappings()]


def _keys(connection: Connection, refs: Collection[str]) -> dict[str, int]:
    by_kind: dict[str, list[str]] = {}
    for ref in refs:
        prefix, _, public_id = ref.partition(":")
        if prefix in BY_PREFIX:
            by_kind.setdefault(BY_PREFIX[prefix].kind, []).append(public_id)
    found: dict[str, int] = {}
    for kind, ids in by_kind.items():
        for start in range(0, len(ids), 500):
            query = select(RECORD.c.id, RECORD.c.pk).where(
                RECORD.c.kind == kind, RECORD.c.id.in_(ids[start : start + 500])
            )
            found.update({ref_of(kind, public_id): pk for public_id, pk in connection.execute(query)})
    return found


def _citations(connection: Connection, number: int, keys: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    history = HISTORY["citation"]
    found: dict[int, list[dict[str, Any]]] = {}
    for some in chunks(keys):
        query = (
            select(history, RECORD.c.id.label("document_id"))
            .join(RECORD, RECORD.c.pk == history.c.document_pk)
            .where(history.c.record_pk.in_(some), current_at(history, number))
            .order_by(RECORD.c.id, history.c.paragraph, history.c.id)
        )
        for row in connection.execute(query).mappings():
            found.setdefault(row["record_pk"], []).append(
                {
                    "id": row["id"],
                    "document": row["document_id"],
                    "heading": row["heading"],
                    "paragraph": row["paragraph"],
                    "cue": row["cue"],
                }
            )
    return found


def one_record(connection: Connection, number: int, ref: str) -> dict[str, Any]:
    """One row with its citations; a problem where there is none."""
    items = evidence_of(connection, number, [ref])
    if not items:
        raise Problem("not-found", "There was no such record at this version.")
    return items[0]
