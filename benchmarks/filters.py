"""What the measured questions ask for: chosen from the data by its numbers, the same for the same data."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Filter", "common_filter", "middling_recipient", "opened"]


@dataclass(frozen=True)
class Filter:
    """One topic, one state and a window of years; keys are the database's own, ids the public ones."""

    topic: str
    topic_pk: int
    state: str
    state_pk: int
    year_from: int = 2010
    year_to: int = 2019

    def __str__(self) -> str:
        """As a query."""
        return f"topic={self.topic}&state={self.state}&year_from={self.year_from}&year_to={self.year_to}"


def opened(path: Path) -> sqlite3.Connection:
    """A connection that cannot write."""
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, check_same_thread=False)


def common_filter(path: Path) -> Filter:
    """The topic and the state that most projects have."""
    connection = opened(path)
    topic = connection.execute(
        "SELECT id, pk FROM topic WHERE pk = (SELECT topic_pk FROM project_topic GROUP BY topic_pk"
        " ORDER BY count(*) DESC, topic_pk LIMIT 1)"
    ).fetchone()
    state = connection.execute(
        "SELECT id, pk FROM state WHERE pk = (SELECT state_pk FROM project_state WHERE state_pk IS NOT NULL"
        " GROUP BY state_pk ORDER BY count(*) DESC, state_pk LIMIT 1)"
    ).fetchone()
    connection.close()
    return Filter(*topic, *state)


def middling_recipient(path: Path) -> tuple[str, int]:
    """Id and key of the organization at the hundredth part of the ranking of recipients, by number of funders."""
    connection = opened(path)
    found = connection.execute(
        "SELECT organization.id, recipient_pk, count(DISTINCT funder_pk) AS funders FROM funding"
        " JOIN organization ON organization.pk = recipient_pk GROUP BY recipient_pk ORDER BY funders DESC, recipient_pk"
    ).fetchall()
    connection.close()
    public_id, pk, _ = found[len(found) // 100]
    return public_id, pk
