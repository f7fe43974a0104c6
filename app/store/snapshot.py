"""Facts for the networks: the tables at one data version, kept until they are pushed out by others."""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection, func, select

from app.graph import facts as graph
from app.graph.facts import Facts
from app.history.tables import HISTORY, current_at
from app.models.nouns import BY_KIND, ref_of
from app.models.tables import DataCounter, DataVersion, sql_table
from app.problems import Problem
from app.store.reading import RECORD

_COUNTER = sql_table(DataCounter)
_VERSION = sql_table(DataVersion)
_KEPT = 4

_Fact = TypeVar("_Fact")


class Snapshots:
    """The facts of the versions asked for last."""

    def __init__(self) -> None:
        """Start with none."""
        self._kept: OrderedDict[int, Facts] = OrderedDict()
        self._lock = Lock()

    def get(self, connection: Connection, as_of: str | None = None) -> Facts:
        """The facts at a version; the present one where none is named."""
        number, public = resolve_version(connection, as_of)
        with self._lock:
            found = self._kept.get(number)
            if found is not None:
                self._kept.move_to_end(number)
                return found
        loaded = load_facts(connection, number, public)
        with self._lock:
            self._kept[number] = loaded
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return loaded


def resolve_version(connection: Connection, as_of: str | None) -> tuple[int, int]:
    """The internal and public number of the version that `as_of` (`v12`, or an RFC 3339 time) names."""
    number, public = connection.execute(select(_COUNTER.c.number, _COUNTER.c.public_number)).one()
    if as_of is None:
        return number, public
    wrong = [{"parameter": "as_of", "detail": "v and a number, or a time with its zone, not in the future"}]
    if re.fullmatch(r"v[0-9]{1,15}", as_of):
        asked = int(as_of[1:])
        if asked > public:
            raise Problem("bad-parameter", "There is no such version yet.", errors=wrong)
        within = connection.execute(
            select(func.max(_VERSION.c.number)).where(_VERSION.c.public_number == asked)
        ).scalar()
        return within or 0, asked
    try:
        given = datetime.fromisoformat(as_of)
        # The first and last days of the calendar have no UTC form in every zone.
        moment = given.astimezone(UTC) if given.tzinfo else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment > datetime.now(UTC):
        raise Problem("bad-parameter", "Not a version and not a time.", errors=wrong)
    found = connection.execute(
        select(_VERSION.c.number, _VERSION.c.public_number)
        .where(_VERSION.c.at <= moment)
        .order_by(_VERSION.c.number.desc())
        .limit(1)
    ).first()
    return (0, 0) if found is None else (found.number, found.public_number)


def load_facts(connection: Connection, number: int, public: int) -> Facts:
    """Read the facts that were current at an internal version."""
    names = {
        pk: (kind, public_id)
        for pk, kind, public_id in connection.execute(select(RECORD.c.pk, RECORD.c.kind, RECORD.c.id))
    }

    def rows(kind: str, make: Callable[..., _Fact], *columns: str) -> list[_Fact]:
        return _rows(connection, BY_KIND[kind].sql.name, number, names, make, columns, order="id")

    def pairs(table: str, *columns: str) -> list[tuple[Any, ...]]:
        return _rows(connection, table, number, names, lambda *values: values, columns, order="pk")

    def keyed(found: Iterable[Any]) -> dict[str, Any]:
        return {one.id: one for one in found}

    def fact(kind: str, made: Any, **renamed: str) -> list[Any]:
        return rows(kind, made, *(renamed.get(name, name) for name in made._fields))

    own_states: dict[str, list[str]] = {}
    for participation, state in pairs("participation_state", "participation", "state"):
        own_states.setdefault(participation, []).append(state)
    participations = rows(
        "participation",
        lambda *values: graph.ParticipationFact._make((*values, tuple(own_states.get(values[0], ())))),
        *graph.ParticipationFact._fields[:-1],
    )
    documents: dict[str, set[str]] = {}
    for ref, document in pairs("citation", "record", "document"):
        documents.setdefault(ref, set()).add(document)
    return Facts(
        version=public,
        number=number,
        organizations=keyed(fact("organization", graph.OrganizationFact)),
        parties=keyed(fact("unnamed_party", graph.PartyFact)),
        states=keyed(fact("state", graph.StateFact)),
        places=keyed(fact("place", graph.PlaceFact)),
        topics=keyed(fact("topic", graph.TopicFact)),
        projects=keyed(fact("project", graph.ProjectFact)),
        funding=tuple(fact("funding", graph.FundingFact)),
        participations=tuple(participations),
        project_states=tuple(fact("project_state", graph.ProjectStateFact)),
        state_groups=tuple(fact("state_group", graph.StateGroupFact, states="count")),
        project_topics=tuple(
            graph.ProjectTopicFact(*row) for row in pairs("project_topic", "project", "topic", "basis")
        ),
        collaborations=keyed(fact("collaboration", graph.CollaborationFact)),
        members=tuple(fact("collaboration_member", graph.MemberFact)),
        relations=tuple(fact("organization_relation", graph.RelationFact)),
        documents={ref: tuple(sorted(found)) for ref, found in documents.items()},
        document_ids=frozenset(one for (one,) in pairs("document", "id")),
    )


def _rows(
    connection: Connection,
    table: str,
    number: int,
    names: dict[int, tuple[str, str]],
    make: Callable[..., _Fact],
    columns: Iterable[str],
    *,
    order: str,
) -> list[_Fact]:
    history = HISTORY[table]
    picked = [(name, history.c[name] if name in history.c else history.c[f"{name}_pk"]) for name in columns]
    query = select(*(column for _, column in picked)).where(current_at(history, number)).order_by(history.c[order])
    found = []
    for row in connection.execute(query):
        values = []
        for (name, column), value in zip(picked, row, strict=True):
            if column.name == name or value is None:
                values.append(value)
            else:
                kind, public_id = names[value]
                values.append(ref_of(kind, public_id) if name == "record" else public_id)
        found.append(make(*values))
    return found
