"""The page behind an edge or a row: what each row says, and where a document says it."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select

from app.history.tables import chunks
from app.history.view import View
from app.models.nouns import BY_KIND, BY_PREFIX, ref_of
from app.problems import Problem
from app.store.reading import RECORD

BASIS_WORDS = {
    "stated": "stated: the text says it",
    "implied": "implied: it follows from the text by one safe step",
    "attributed": "attributed: the text does not name it; the maintainers know it",
}


def evidence_of(view: View, refs: Collection[str]) -> list[dict[str, Any]]:
    """Rows by prefixed id, each with its citations; unknown refs are left out."""
    keys = _keys(view, refs)
    cited = _citations(view, keys.values())
    items = []
    for ref in sorted(refs):
        pk = keys.get(ref)
        if pk is None:
            continue
        noun = BY_PREFIX[ref.partition(":")[0]]
        table = view[noun.sql]
        row = view.connection.execute(select(table).where(table.c.pk == pk)).mappings().first()
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


def documents_of(view: View, items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The documents that the items' citations name, by id."""
    ids = sorted({citation["document"] for item in items for citation in item["citations"]})
    table = view[BY_KIND["document"].sql]
    query = select(table).where(table.c.id.in_(ids)).order_by(table.c.id)
    names = ("id", "title", "basis", "publisher", "publisher_basis", "year", "kind", "file_name", "licence", "url")
    return [{name: row[name] for name in names} for row in view.connection.execute(query).mappings()]


def _keys(view: View, refs: Collection[str]) -> dict[str, int]:
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
            found.update({ref_of(kind, public_id): pk for public_id, pk in view.connection.execute(query)})
    return found


def _citations(view: View, keys: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    table = view[BY_KIND["citation"].sql]
    found: dict[int, list[dict[str, Any]]] = {}
    for some in chunks(keys):
        query = (
            select(table, RECORD.c.id.label("document_id"))
            .join(RECORD, RECORD.c.pk == table.c.document_pk)
            .where(table.c.record_pk.in_(some))
            .order_by(RECORD.c.id, table.c.paragraph, table.c.id)
        )
        for row in view.connection.execute(query).mappings():
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


def one_record(view: View, ref: str) -> dict[str, Any]:
    """One row with its citations; a problem where there is none."""
    items = evidence_of(view, [ref])
    if not items:
        raise Problem("not-found", "There was no such record at this version.")
    return items[0]
