"""A network answered as FastAPI's tutorial does it: plain rows, dictionaries, a response model."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from fastapi import FastAPI

from app.graph.definitions import RELEASE
from app.routers.networks.shared import NodeLinkNetwork
from benchmarks.filters import opened

__all__ = ["Paid", "Placed", "Plain", "ResponseModel", "network", "plain_rows"]


class Paid(NamedTuple):
    """A funding row that names funder and recipient."""

    id: str
    funder: str
    recipient: str
    project: str
    amount_minor: int | None
    currency: str | None
    stage: str | None
    basis: str
    document: str | None


class Placed(NamedTuple):
    """A place where a partner of a project works, and the rows that say so."""

    partner: str
    place: str
    certainty: str
    project: str
    record: str
    other_record: str | None
    basis: str
    document: str | None


class Plain(NamedTuple):
    """The rows in memory, and the names of nodes."""

    paid: Sequence[Paid]
    placed: Sequence[Placed]
    labels: dict[str, str]


_DOCUMENT = (
    "(SELECT document.id FROM citation JOIN document ON document.pk = document_pk"
    " WHERE citation.record_pk = project.pk LIMIT 1)"
)
_PAID = f"""
    SELECT funding.id, 'org:' || funder.id, 'org:' || recipient.id, project.id, amount_minor, currency, stage,
           funding.basis, {_DOCUMENT}
    FROM funding JOIN project ON project.pk = funding.project_pk JOIN organization AS funder ON funder.pk = funder_pk
    JOIN organization AS recipient ON recipient.pk = recipient_pk"""
_PLACED = f"""
    WITH partner (project_pk, organization_pk, record, participation_pk) AS (
        SELECT project_pk, recipient_pk, 'funding:' || id, NULL FROM funding WHERE recipient_pk IS NOT NULL
        UNION ALL
        SELECT project_pk, organization_pk, 'participation:' || id, pk FROM participation
        WHERE organization_pk IS NOT NULL
          AND role IN ('lead', 'implementing', 'extending', 'partner', 'designer', 'convener', 'host')
    ), site (project_pk, ref, certainty, record, basis) AS (
        SELECT project_pk, 'state:' || state.id, 'certain', 'project_state:' || project_state.id, basis
        FROM project_state JOIN state ON state.pk = state_pk WHERE role = 'target' AND membership IS NOT 'excluded'
        UNION ALL
        SELECT project_pk, coalesce('state:' || state.id, 'country:' || place.id),
               CASE WHEN state.id IS NULL THEN 'nationwide' ELSE 'certain' END,
               'project_state:' || project_state.id, basis
        FROM project_state JOIN place ON place.pk = place_pk
        LEFT JOIN place AS above ON above.pk = place.within_place_pk
        LEFT JOIN state ON state.pk = coalesce(place.within_state_pk, above.within_state_pk)
        WHERE role = 'target' AND (state.id IS NOT NULL OR place.id = 'MX')
        UNION ALL
        SELECT project_pk, 'state_group:' || id, 'possible', 'state_group:' || id, basis
        FROM state_group WHERE role = 'target' AND (count IS NULL OR count > (
            SELECT count(*) FROM project_state WHERE state_group_pk = state_group.pk AND membership = 'named'))
    ), own (project_pk, organization_pk, ref, record) AS (
        SELECT project_pk, organization_pk, 'state:' || state.id, record
        FROM partner JOIN participation_state USING (participation_pk) JOIN state ON state.pk = state_pk
    )
    SELECT 'org:' || organization.id, site.ref, certainty, project.id, site.record, partner.record, site.basis,
           {_DOCUMENT}
    FROM site JOIN partner USING (project_pk) JOIN project ON project.pk = site.project_pk
    JOIN organization ON organization.pk = organization_pk
    WHERE (project.pk, organization_pk) NOT IN (SELECT project_pk, organization_pk FROM own)
    UNION ALL
    SELECT 'org:' || organization.id, own.ref, 'certain', project.id, own.record, NULL, project.basis, {_DOCUMENT}
    FROM own JOIN project ON project.pk = project_pk JOIN organization ON organization.pk = organization_pk"""
_KINDS = {"org": "organization", "state": "state", "country": "country", "state_group": "state_group"}
_LABELS = """
    SELECT 'org:' || id, name FROM organization
    UNION ALL SELECT 'state:' || id, name FROM state
    UNION ALL SELECT 'country:' || id, name FROM place
    UNION ALL SELECT 'state_group:' || id, label FROM state_group"""


def plain_rows(path: Path) -> Plain:
    """What a route would have read from the database."""
    connection = opened(path)
    paid = [Paid(*row) for row in connection.execute(_PAID)]
    placed = [Placed(*row) for row in connection.execute(_PLACED)]
    labels = dict(connection.execute(_LABELS))
    connection.close()
    return Plain(paid, placed, labels)


def network(rows: Plain, most: int) -> dict[str, Any]:
    """Node-link data of the edges of most weight, in the shape of Tejido's own answer."""
    edges: dict[str, dict[str, Any]] = {}
    for paid in rows.paid:
        edge = _edge(edges, paid.funder, "funds", paid.recipient)
        _add(edge, paid.project, "certain", [f"funding:{paid.id}"], paid.basis, paid.document)
        _pay(edge, paid)
    for placed in rows.placed:
        edge = _edge(edges, placed.partner, "works_in", placed.place)
        records = [placed.record] if placed.other_record is None else [placed.record, placed.other_record]
        _add(edge, placed.project, placed.certainty, records, placed.basis, placed.document)
    kept = sorted(edges.values(), key=lambda edge: (-edge["weight"], edge["id"]))[:most]
    kept.sort(key=lambda edge: str(edge["id"]))
    for edge in kept:
        edge["certainty"] = next(word for word, projects in edge["projects"].items() if projects)
    refs = sorted({end for edge in kept for end in (edge["source"], edge["target"])})
    return {
        "directed": True,
        "multigraph": True,
        "graph": {
            "network": "funder-partner-state",
            "query": {"max_edges": most},
            "data_version": "v2",
            "definitions_release": RELEASE,
            "definitions": {},
            "counts": {},
            "left_out": {},
            "truncated": len(edges) > most,
            "evidence": "/v1/evidence?edge={id}",
        },
        "nodes": [{"id": ref, "kind": _KINDS[ref.partition(":")[0]], "label": rows.labels[ref]} for ref in refs],
        "edges": kept,
    }


def _edge(edges: dict[str, dict[str, Any]], source: str, relation: str, target: str) -> dict[str, Any]:
    edge_id = f"{source}~{relation}~{target}"
    edge = edges.get(edge_id)
    if edge is None:
        edge = edges[edge_id] = {
            "source": source,
            "target": target,
            "key": relation,
            "id": edge_id,
            "relation": relation,
            "weight": 0,
            "certainty": "none",
            "projects": {"certain": [], "possible": [], "nationwide": []},
            "records": [],
            "basis": [],
            "documents": [],
        }
    return edge


def _add(
    edge: dict[str, Any], project: str, certainty: str, records: list[str], basis: str, document: str | None
) -> None:
    listed = edge["projects"][certainty]
    if project not in listed:
        listed.append(project)
        edge["weight"] += certainty == "certain"
    edge["records"] += [record for record in records if record not in edge["records"]]
    if basis not in edge["basis"]:
        edge["basis"].append(basis)
    if document is not None and document not in edge["documents"]:
        edge["documents"].append(document)


def _pay(edge: dict[str, Any], paid: Paid) -> None:
    money = edge.setdefault("money", {"status": "known", "sums": [], "unknown_amounts": []})
    if paid.amount_minor is None:
        money["unknown_amounts"].append(paid.id)
        money["status"] = "lower_bound"
        return
    for total in money["sums"]:
        if (total["currency"], total["stage"]) == (paid.currency, paid.stage):
            total["amount_minor"] += paid.amount_minor
            total["funding"].append(paid.id)
            return
    total = {"currency": paid.currency, "stage": paid.stage, "amount_minor": paid.amount_minor, "funding": [paid.id]}
    money["sums"].append(total)


class ResponseModel:
    """A service of one route whose response model is the documented form of a network."""

    def __init__(self, rows: Plain, most: int) -> None:
        """The route answers with the network of these rows."""
        self._app = FastAPI()

        @self._app.get("/network", response_model=NodeLinkNetwork)
        async def answer() -> Any:
            return network(rows, most)

    def body(self) -> bytes:
        """The bytes of one answer, asked for without a client or a server in between."""
        return asyncio.run(self._asked())

    async def _asked(self) -> bytes:
        parts: list[bytes] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            parts.append(message.get("body", b""))

        scope: Any = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/network",
            "raw_path": b"/network",
            "query_string": b"",
            "headers": [],
            "server": ("localhost", 80),
            "client": ("localhost", 1),
        }
        await self._app(scope, receive, send)
        return b"".join(parts)
