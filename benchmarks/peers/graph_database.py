"""An embedded graph database, Ladybug, with organizations, grants, and who funds whom."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ladybug

from benchmarks.filters import opened

__all__ = ["SHARED_FUNDERS", "SHARED_PROJECTS", "GraphDatabase"]

_SCHEMA = (
    "CREATE NODE TABLE Organization(pk INT64, id STRING, PRIMARY KEY(pk))",
    "CREATE NODE TABLE Grant(pk INT64, PRIMARY KEY(pk))",
    "CREATE REL TABLE FUNDS(FROM Organization TO Organization)",
    "CREATE REL TABLE PARTNER_OF(FROM Organization TO Grant)",
)
_CONTENT = {
    "Organization": "SELECT pk, id FROM organization",
    "Grant": "SELECT pk FROM project",
    "FUNDS": "SELECT DISTINCT funder_pk, recipient_pk FROM funding WHERE funder_pk IS NOT NULL"
    " AND recipient_pk IS NOT NULL",
    "PARTNER_OF": "SELECT recipient_pk, project_pk FROM funding WHERE recipient_pk IS NOT NULL"
    " UNION SELECT organization_pk, project_pk FROM participation WHERE organization_pk IS NOT NULL AND role IN"
    " ('lead', 'implementing', 'extending', 'partner', 'designer', 'convener', 'host')",
}

SHARED_FUNDERS = """
    MATCH (:Organization {pk: $pk})<-[:FUNDS]-(shared:Organization)-[:FUNDS]->(other:Organization)
    WHERE other.pk <> $pk
    RETURN other.id, count(*) AS ties ORDER BY ties DESC, other.id LIMIT 50"""
"""The 50 organizations with most funders in common with one; a pair stands once in FUNDS, so paths are funders."""

SHARED_PROJECTS = """
    MATCH (:Organization {pk: $pk})-[:PARTNER_OF]->(shared:Grant)<-[:PARTNER_OF]-(other:Organization)
    WHERE other.pk <> $pk
    RETURN other.id, count(*) AS ties ORDER BY ties DESC, other.id LIMIT 50"""
"""The 50 organizations with most projects in common with one."""


class GraphDatabase:
    """The database in memory."""

    def __init__(self, path: Path) -> None:
        """Load what the SQLite file at `path` holds."""
        self._connection = ladybug.Connection(ladybug.Database(":memory:"))
        for statement in _SCHEMA:
            self._connection.execute(statement)
        source = opened(path)
        with TemporaryDirectory() as folder:
            for table, query in _CONTENT.items():
                file = Path(folder) / f"{table}.csv"
                _write(file, source.execute(query))
                self._connection.execute(f"COPY {table} FROM '{file.as_posix()}' (HEADER=false)")
        source.close()

    def top(self, query: str, pk: int) -> list[tuple[str, int]]:
        """Id and number of ties of those who share most with one organization."""
        answer: Any = self._connection.execute(query, {"pk": pk})
        found = [(str(row[0]), int(row[1])) for row in answer.get_all()]
        answer.close()
        return found


def _write(file: Path, rows: Iterable[tuple[Any, ...]]) -> None:
    with file.open("w", encoding="utf-8") as opened_file:
        opened_file.writelines(",".join(map(str, row)) + "\n" for row in rows)
