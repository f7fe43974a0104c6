"""Facts made from plain rows, and changed."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.graph.columns import Columns
from app.graph.facts import Facts

_TABLES = {
    "organizations": "organization",
    "parties": "unnamed_party",
    "states": "state",
    "places": "place",
    "topics": "topic",
    "projects": "project",
    "funding": "funding",
    "participations": "participation",
    "project_states": "project_state",
    "state_groups": "state_group",
    "project_topics": "project_topic",
    "collaborations": "collaboration",
    "members": "collaboration_member",
    "relations": "organization_relation",
}
"""Attribute of facts -> table of the columns."""
_KINDS = {"org": "organization", "party": "unnamed_party"}


def _one_of(row: Mapping[str, Any], **fields: str) -> str | None:
    """The prefixed id in the field that is filled."""
    return next((f"{prefix}:{row[field]}" for prefix, field in fields.items() if row.get(field) is not None), None)


def _row(row: Any) -> dict[str, Any]:
    given: dict[str, Any] = row._asdict()
    return given | {
        "funder": _one_of(given, org="funder", party="funder_party"),
        "recipient": _one_of(given, org="recipient", party="recipient_party"),
        "actor": _one_of(given, org="organization", party="party"),
        "site": _one_of(given, state="state", place="place"),
    }


def facts_of(
    *,
    version: str = "v1",
    documents: Mapping[str, Iterable[str]] | None = None,
    document_ids: Iterable[str] = (),
    **rows: Any,
) -> Facts:
    """Facts of plain rows: mappings by id or sequences, by the names of the attributes of `Facts`."""
    tables: dict[str, list[Mapping[str, Any]]] = {}
    for name, given in rows.items():
        tables[_TABLES[name]] = [_row(row) for row in (given.values() if isinstance(given, Mapping) else given)]
    tables["participation_state"] = [
        {"participation": row["id"], "state": state}
        for row in tables.get("participation", ())
        for state in row["states"]
    ]
    cited = documents or {}
    tables["document"] = [
        {"id": one} for one in sorted({*document_ids, *(one for found in cited.values() for one in found)})
    ]
    tables["citation"] = [
        {"kind": _KINDS.get(prefix, prefix), "row": public_id, "document": document}
        for ref, found in cited.items()
        for prefix, _, public_id in [ref.partition(":")]
        if _KINDS.get(prefix, prefix) in _TABLES.values() and prefix != "project_topic"
        for document in found
    ]
    return Facts(Columns.from_rows(tables, version=version))


def changed(facts: Facts, **rows: Any) -> Facts:
    """The same facts with some of their rows replaced."""
    kept = {name: getattr(facts, name) for name in _TABLES}
    refs = [
        (kind, row)
        for kind, row in zip(
            [facts.columns["citation"].words("kind")[at] for at in range(len(facts.columns["citation"]))],
            facts.columns["citation"]["row"].tolist(),
            strict=True,
        )
    ]
    prefixes = {table: prefix for prefix, table in _KINDS.items()}
    documents = {
        ref: facts.documents.get(ref)
        for kind, row in refs
        if kind is not None
        for ref in [f"{prefixes.get(kind, kind)}:{facts.columns[kind].ids[row]}"]
    }
    given: dict[str, Any] = {
        "version": facts.version,
        "documents": documents,
        "document_ids": facts.columns["document"].ids.list(),
    }
    return facts_of(**(given | kept | rows))
