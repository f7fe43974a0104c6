"""The tables refuse bad rows by themselves, however they are written: raw SQL against each constraint.

Each case starts from a copy of a row of the first data set, which the table takes, and makes one thing wrong.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Connection, Table, UniqueConstraint, func, insert, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from app.store.database import Database
from tests.conftest import Backend

TABLES = {name: table for name, table in SQLModel.metadata.tables.items() if not name.endswith("_history")}
RECORD = TABLES["record"]
_numbers = count(1)

Row = dict[str, Any]


_AT = datetime(2026, 1, 1, tzinfo=UTC)
EMPTY: dict[str, Row] = {
    "amendment": {"number": 1, "version": 1, "first": 1, "last": 2, "is_public": True, "reason": "expunged"},
    "api_key": {"prefix": "tjd_x", "digest": "x", "label": "x", "scopes": "read", "created_at": _AT},
    "admin_action": {"pk": 1, "at": _AT, "actor": "cli", "action": "x"},
    "idempotent_answer": {
        "caller": "x",
        "key": "x",
        "digest": "x",
        "status": 201,
        "headers": "{}",
        "body": b"",
        "at": _AT,
    },
    "withheld_term": {"digest": "x", "words": 1, "at": _AT},
    "import_job": {
        "id": "x",
        "at": _AT,
        "reader": "public",
        "format": "iati",
        "file_name": "x",
        "sha256": "x",
        "size": 1,
        "options": "{}",
        "status": "done",
        "read": 1,
        "counts": "{}",
        "seen_at": _AT,
    },
    "import_problem": {"job": "x", "position": 0, "severity": "error", "code": "x", "detail": "x"},
    "source_record": {
        "source": "x",
        "kind": "x",
        "key": "x",
        "record_pk": "@organization",
        "digest": "x",
        "revision": 1,
    },
    "distinct_pair": {"first_pk": "@organization", "second_pk": "@project", "at": _AT},
}
"""A row of each table that holds no data."""


@pytest.fixture(scope="module")
def database(backend: Backend) -> Iterator[Database]:
    """The first data set; every test undoes what it writes."""
    url = backend.copy("seeded")
    made = Database(url)
    with made.write_schema() as connection:
        # The tables that the first data set leaves empty.
        organization = some_key(connection, "organization")
        row = {"pk": 1, "organization_pk": organization, "position": 0, "scheme": "US-EIN", "value": "1"}
        connection.execute(insert(TABLES["organization_identifier"]).values(**row))
        project = {"pk": 1, "project_pk": some_key(connection, "project"), "position": 0}
        connection.execute(insert(TABLES["project_identifier"]).values(**project, scheme="iati", value="1"))
        connection.execute(insert(TABLES["project_text"]).values(**project, kind="title", text="x"))
        for name, values in EMPTY.items():
            connection.execute(insert(TABLES[name]).values(**filled(connection, values, {})))
    yield made
    made.close()
    backend.drop(url)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """An open write transaction that is rolled back at the end."""
    with database.engine.execution_options(tejido_writes=True).connect() as opened:
        transaction = opened.begin()
        yield opened
        transaction.rollback()


def is_record(table: Table) -> bool:
    return "pk" in table.c and any(foreign.target_fullname == "record.pk" for foreign in table.c.pk.foreign_keys)


def model_row(connection: Connection, table: Table, **where: Any) -> Row:
    """A row of the first data set: `None` and `...` in `where` ask for a column that is null, or is not."""
    query = select(table)
    for name, value in where.items():
        column = table.c[name]
        query = query.where(
            column.is_(None) if value is None else column.is_not(None) if value is ... else column == value
        )
    found = connection.execute(query.order_by(*table.primary_key.columns).limit(1)).mappings().first()
    assert found is not None, f"no row of {table.name} with {where}"
    return dict(found)


def some_key(connection: Connection, table: str, number: int = 0) -> int:
    return int(
        connection.execute(select(TABLES[table].c.pk).order_by(TABLES[table].c.pk).offset(number)).scalars().first()
        or 0
    )


def fresh(connection: Connection, table: Table, row: Row) -> Row:
    """The row under a new key, and a new id where it has one."""
    number = next(_numbers)
    made = dict(row)
    if table is RECORD:
        made |= {"pk": next_key(connection, RECORD), "id": f"copy-{number}"}
    elif is_record(table):
        kind = table.name
        made["id"] = (
            f"MX-{chr(65 + number // 26 % 26)}{chr(65 + number % 26)}Q" if kind == "state" else f"copy-{number}"
        )
        made["pk"] = next_key(connection, RECORD)
        connection.execute(
            insert(RECORD).values(
                pk=made["pk"], kind=kind, id=made["id"], revision=1, visibility="public", created_in=1
            )
        )
    elif "pk" in table.c:
        made["pk"] = next_key(connection, table)
    elif table.name == "amendment":
        made["number"] = 1000 + number
    elif table.name == "withheld_term":
        made["digest"] = f"copy-{number}"
    elif table.name == "import_problem":
        made["position"] = 1000 + number
    elif table.name == "source_record":
        made["key"] = f"copy-{number}"
    elif table.name == "distinct_pair":
        made["second_pk"] = fresh(connection, TABLES["topic"], {})["pk"]
    return made


def next_key(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.max(table.c.pk))).scalar_one() or 0) + 1


def new(connection: Connection, name: str) -> int:
    """The key of a new row, which nothing refers to."""
    row = copy_of(connection, TABLES[name])
    connection.execute(insert(TABLES[name]).values(**row))
    return int(row["pk"])


OUT_OF_THE_WAY: dict[str, Row] = {
    "state": {"inegi": "99"},
    "document": {"sha256": None},
    "organization_relation": {"kind": "successor_of"},
    "citation": {"paragraph": 100_000},
    "participation": {"project_pk": "@+project"},
    "project_state": {"project_pk": "@+project"},
    "collaboration_member": {"collaboration_pk": "@+collaboration"},
    "collaboration_state": {"collaboration_pk": "@+collaboration"},
    "participation_state": {"participation_pk": "@+participation"},
    "project_topic": {"project_pk": "@+project"},
    "tool_project": {"project_pk": "@+project"},
    "legal_instrument_project": {"project_pk": "@+project"},
    "organization_name": {"text": "a text that no other row has"},
    "state_name": {"text": "a text that no other row has"},
    "organization_identifier": {"value": "a value that no other row has"},
    "project_identifier": {"value": "a value that no other row has"},
    "change": {"position": 1_000_000},
}
"""What makes a copy different from the row it was taken from wherever the table asks for uniqueness."""


def filled(connection: Connection, changes: Row, row: Row) -> Row:
    """The changes, with `@table` as some key of that table, `@+table` as a new one, `@@column` as another column."""
    found = {}
    for name, value in changes.items():
        word = value if isinstance(value, str) else ""
        if word.startswith("@@"):
            found[name] = row[word[2:]]
        elif word.startswith("@+"):
            found[name] = new(connection, word[2:])
        elif word.startswith("@"):
            found[name] = some_key(connection, word[1:])
        else:
            found[name] = value
    return found


def copy_of(connection: Connection, table: Table, **where: Any) -> Row:
    """A copy of a row of the first data set that the table takes beside the row itself."""
    row = fresh(connection, table, model_row(connection, table, **where))
    row |= filled(connection, OUT_OF_THE_WAY.get(table.name, {}), row)
    if row.get("state_group_pk") is not None:
        row["state_group_pk"] = new(connection, "state_group")
    return row


def refused(connection: Connection, table: Table, row: Row) -> str:
    """What the database says when it refuses the row; the test fails when it takes it."""
    with pytest.raises(DBAPIError) as caught, connection.begin_nested():
        connection.execute(insert(table).values(**row))
    return str(caught.value.orig)


def taken(connection: Connection, table: Table, row: Row) -> None:
    """The database takes the row; it is undone at once."""
    with connection.begin_nested() as nested:
        connection.execute(insert(table).values(**row))
        nested.rollback()


# CHECK constraints


@dataclass(frozen=True)
class Case:
    """A row that one CHECK refuses. A word that starts with `@` is a key of that table."""

    table: str
    constraint: str
    wrong: Row
    like: Row = field(default_factory=dict)
    """Which row of the first data set to start from."""


NEEDED: dict[tuple[str, str], Row] = {
    ("indicator", "level"): {"kind": "result"},
    ("project_state", "membership"): {"state_group_pk": ...},
}
"""Column with a list of words -> the row in which any word of it is allowed by the other constraints."""


def _word_cases() -> list[Case]:
    found = []
    for table in TABLES.values():
        # Constraints are a set: without an order of their own, test processes would collect them differently.
        for one in sorted(table.constraints, key=lambda one: str(one.name)):
            if isinstance(one, CheckConstraint) and " IN (" in str(one.sqltext):
                column = str(one.sqltext).split(" ")[0]
                like = NEEDED.get((table.name, column), {})
                found.append(Case(table.name, str(one.name), {column: "no-such-word"}, like))
    return found


WORD_CASES = _word_cases()

CASES = [
    Case("amendment", "range", {"last": 1}),
    Case("withheld_term", "words", {"words": 0}),
    # Exactly one: none, and both.
    Case(
        "participation",
        "exactly_one_organization_pk_party_pk",
        {"organization_pk": None},
        {"party_pk": None},
    ),
    Case(
        "participation",
        "exactly_one_organization_pk_party_pk",
        {"party_pk": "@unnamed_party"},
        {"party_pk": None},
    ),
    Case("collaboration_member", "exactly_one_organization_pk_party_pk", {"organization_pk": None}, {"party_pk": None}),
    Case(
        "collaboration_member",
        "exactly_one_organization_pk_party_pk",
        {"party_pk": "@unnamed_party"},
        {"party_pk": None},
    ),
    Case(
        "project_state",
        "exactly_one_state_pk_place_pk",
        {"state_pk": None},
        {"place_pk": None, "state_group_pk": None},
    ),
    Case(
        "project_state",
        "exactly_one_state_pk_place_pk",
        {"place_pk": "@place"},
        {"place_pk": None, "state_group_pk": None},
    ),
    Case(
        "collaboration_state",
        "exactly_one_state_pk_place_pk",
        {"state_pk": None},
        {"place_pk": None},
    ),
    Case(
        "collaboration_state",
        "exactly_one_state_pk_place_pk",
        {"place_pk": "@place"},
        {"place_pk": None},
    ),
    Case(
        "organization_relation",
        "exactly_one_subject_pk_subject_name",
        {"subject_pk": None},
        {"subject_name": None},
    ),
    Case(
        "organization_relation",
        "exactly_one_subject_pk_subject_name",
        {"subject_name": "A program"},
        {"subject_name": None},
    ),
    # At most one.
    Case("funding", "at_most_one_funder_pk_funder_party_pk", {"funder_party_pk": "@unnamed_party"}, {"funder_pk": ...}),
    Case(
        "funding",
        "at_most_one_recipient_pk_recipient_party_pk",
        {"recipient_party_pk": "@unnamed_party"},
        {"recipient_pk": ...},
    ),
    Case(
        "indicator", "at_most_one_project_pk_organization_pk", {"organization_pk": "@organization"}, {"project_pk": ...}
    ),
    Case("tool", "at_most_one_owner_pk_owner_party_pk", {"owner_party_pk": "@unnamed_party"}, {"owner_pk": ...}),
    Case(
        "place", "at_most_one_within_state_pk_within_place_pk", {"within_place_pk": "@place"}, {"within_state_pk": ...}
    ),
    # Something at all.
    Case(
        "funding",
        "says_something",
        {
            "funder_pk": None,
            "funder_party_pk": None,
            "recipient_pk": None,
            "recipient_party_pk": None,
            "project_pk": None,
        },
    ),
    # Numbers.
    Case("funding", "amount_has_currency", {"currency": None}, {"amount_minor": ...}),
    Case("funding", "share", {"share_hundredths": 10_001}),
    Case("funding", "share", {"share_hundredths": -1}),
    Case("project_topic", "share", {"share_hundredths": 10_001}),
    Case("project_topic", "share", {"share_hundredths": -1}),
    Case("project_state", "share", {"share_hundredths": 10_001}),
    Case("project_state", "share", {"share_hundredths": -1}),
    Case("state_group", "count", {"count": 0}),
    Case("state_group", "count", {"count": 33}),
    Case("unnamed_party", "count_range", {"count_low": 9, "count_high": 8}),
    Case("unnamed_party", "count_range", {"count_low": None, "count_high": 8}),
    Case("unnamed_party", "count_range", {"count_low": -1}),
    Case("beneficiary_group", "count_range", {"count_low": 9, "count_high": 8}),
    Case("beneficiary_group", "count_range", {"count_low": None, "count_high": 8}),
    Case("beneficiary_group", "count_range", {"count_low": -1}),
    Case("indicator", "value_range", {"low_micro": 9, "high_micro": 8}),
    Case("citation", "paragraph", {"paragraph": -1}),
    # Text.
    Case("citation", "cue", {"cue": ""}),
    Case("citation", "cue", {"cue": "x" * 121}),
    Case("state", "inegi", {"inegi": "7"}, {}),
    Case("state", "inegi", {"inegi": "007"}, {}),
    Case("state", "iso_3166_2", {"id": "MX-NL"}, {}),
    Case("state", "iso_3166_2", {"id": "US-TEX"}, {}),
    Case("state", "iso_3166_2", {"id": "nuevo-leon"}, {}),
    # Dates.
    Case("project", "interval", {"start_date": "2020", "end_date": "2019"}),
    Case("project", "interval", {"start_date": "2020-08", "end_date": "2020-07"}),
    Case("project", "interval", {"start_date": "2020-08-31", "end_date": "2020-08-30"}),
    Case("project", "interval", {"start_date": "2020-08-31", "end_date": "2020-07"}),
    Case("project", "interval", {"start_date": "2020-01", "end_date": "2019"}),
    # Things that only go together.
    Case("topic", "sector", {"sector_vocabulary": "7"}),
    Case("topic", "sector", {"sector_code": "1"}),
    Case("indicator", "level_of_results", {"level": "output"}, {"kind": "context"}),
    Case(
        "project_state",
        "group_and_membership",
        {"membership": "named"},
        {"state_group_pk": None, "state_pk": ...},
    ),
    Case(
        "project_state",
        "groups_hold_states",
        {"state_pk": None, "place_pk": "@place"},
        {"state_group_pk": ...},
    ),
    # Not itself.
    Case("project", "not_itself", {"parent_pk": "@@pk"}),
    Case("topic", "not_itself", {"parent_pk": "@@pk"}),
    Case(
        "organization_relation",
        "not_itself",
        {"subject_pk": "@@object_pk"},
        {"subject_pk": ...},
    ),
    # The service's own tables.
    Case("record", "revision", {"revision": 0}, {}),
    Case("data_counter", "one_row", {"pk": 2}),
    Case("distinct_pair", "ordered", {"first_pk": 9, "second_pk": 8}),
]


def _name(case: Case) -> str:
    changed = "-".join(f"{name}={value!s:.12}" for name, value in case.wrong.items())
    return f"{case.table}-{case.constraint.removeprefix(f'ck_{case.table}_')}-{changed}"


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_a_check_refuses_what_it_names_and_takes_the_row_without_it(connection: Connection, case: Case) -> None:
    table = TABLES[case.table]
    if case.table == "data_counter":
        row = model_row(connection, table)
    else:
        row = copy_of(connection, table, **case.like)
        taken(connection, table, row)
    assert f"ck_{case.table}_{case.constraint}" in refused(connection, table, row | filled(connection, case.wrong, row))


@pytest.mark.parametrize("case", WORD_CASES, ids=lambda case: case.constraint.removeprefix("ck_"))
def test_a_word_that_is_not_in_the_list_is_refused(connection: Connection, case: Case) -> None:
    table = TABLES[case.table]
    row = copy_of(connection, table, **case.like)
    taken(connection, table, row)
    [(column, word)] = case.wrong.items()
    for wrong in (word, "", str(row[column] or "stated").upper(), f"{row[column] or 'stated'} "):
        assert case.constraint in refused(connection, table, row | {column: wrong})


def test_every_check_of_the_models_has_a_case_here() -> None:
    checks = {
        str(one.name) for table in TABLES.values() for one in table.constraints if isinstance(one, CheckConstraint)
    }
    tried = {case.constraint for case in WORD_CASES} | {f"ck_{case.table}_{case.constraint}" for case in CASES}
    assert checks == tried


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2020", "2020"),
        ("2020-08", "2020"),
        ("2020-08-31", "2020"),
        ("2020-08-31", "2020-08"),
        ("2020", "2020-01"),
        ("2020", "2021"),
        ("2020-12-31", "2021"),
        ("2020", None),
        (None, "2020"),
    ],
)
def test_an_interval_may_begin_and_end_within_the_same_known_span(
    connection: Connection, start: str | None, end: str | None
) -> None:
    table = TABLES["project"]
    row = fresh(connection, table, model_row(connection, table))
    taken(connection, table, row | {"start_date": start, "end_date": end})


@pytest.mark.parametrize("count_of_states", [1, 32, None])
def test_a_state_group_counts_from_one_to_all_states_or_not_at_all(
    connection: Connection, count_of_states: int | None
) -> None:
    table = TABLES["state_group"]
    taken(connection, table, fresh(connection, table, model_row(connection, table)) | {"count": count_of_states})


# References


def _references() -> list[tuple[str, str]]:
    return [
        (table.name, column.name)
        for table in TABLES.values()
        for column in table.columns
        if column.foreign_keys and table.name not in ("record", "data_version", "change")
    ]


def is_dangling(error: str) -> bool:
    return "FOREIGN KEY constraint failed" in error or "23503" in error


BESIDE = {"funder_party_pk": "funder_pk", "recipient_party_pk": "recipient_pk", "owner_party_pk": "owner_pk"} | {
    "organization_pk": "project_pk"
}
"""Reference -> the one that may not be filled beside it."""


@pytest.mark.parametrize(("name", "column"), _references(), ids=str)
def test_a_reference_to_a_row_that_is_not_there_is_refused(connection: Connection, name: str, column: str) -> None:
    table = TABLES[name]
    used = connection.execute(select(table.c[column]).where(table.c[column].is_not(None)).limit(1)).first()
    row = copy_of(connection, table, **({column: ...} if used else {}))
    if not used and BESIDE.get(column) in row:
        row[BESIDE[column]] = None
    nowhere = -1 if column == "first_pk" else 10**6  # The first of a pair is the smaller one.
    assert is_dangling(refused(connection, table, row | {column: nowhere}))


@pytest.mark.parametrize("name", sorted(name for name, table in TABLES.items() if is_record(table)))
def test_a_row_that_is_referred_to_cannot_be_deleted(connection: Connection, name: str) -> None:
    """The registry's row cannot go before the record's own, nor a record before those that point at it."""
    pk = some_key(connection, name)
    with pytest.raises(DBAPIError) as caught, connection.begin_nested():
        connection.execute(RECORD.delete().where(RECORD.c.pk == pk))
    assert is_dangling(str(caught.value.orig))


def test_parts_go_with_the_row_that_they_belong_to(connection: Connection) -> None:
    tools, parts = TABLES["tool"], TABLES["tool_project"]
    owner = connection.execute(select(parts.c.tool_pk).limit(1)).scalar_one()
    connection.execute(tools.delete().where(tools.c.pk == owner))
    assert connection.execute(select(parts.c.pk).where(parts.c.tool_pk == owner)).first() is None


# Uniqueness


def is_duplicate(error: str) -> bool:
    return "UNIQUE constraint failed" in error or "23505" in error


def _unique_constraints() -> list[tuple[str, tuple[str, ...]]]:
    return sorted(
        (table.name, tuple(column.name for column in one.columns))
        for table in TABLES.values()
        for one in table.constraints
        if isinstance(one, UniqueConstraint)
    )


def _unique_indexes() -> list[tuple[str, str]]:
    return sorted((table.name, str(index.name)) for table in TABLES.values() for index in table.indexes if index.unique)


@pytest.mark.parametrize(
    ("name", "columns"),
    _unique_constraints(),
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_what_is_unique_cannot_be_there_twice(connection: Connection, name: str, columns: tuple[str, ...]) -> None:
    table = TABLES[name]
    row = model_row(connection, table, **dict.fromkeys(columns, ...))
    copy = copy_of(connection, table, **dict.fromkeys(columns, ...)) | {column: row[column] for column in columns}
    error = refused(connection, table, copy)
    assert is_duplicate(error)
    assert all(column in error for column in columns)


@pytest.mark.parametrize(("name", "index"), _unique_indexes(), ids=str)
def test_a_unique_index_refuses_the_same_fact_twice(connection: Connection, name: str, index: str) -> None:
    table = TABLES[name]
    columns = next([column.name for column in one.columns] for one in table.indexes if one.name == index)
    like: Row = dict.fromkeys(columns, ...)
    if index == "uq_project_state_alone":
        like["state_group_pk"] = None
    row = model_row(connection, table, **like)
    error = refused(connection, table, fresh(connection, table, row))
    assert is_duplicate(error)
    assert index in error or all(f"{name}.{column}" in error for column in columns)


def test_a_state_may_stand_alone_and_in_a_group_of_the_same_project(connection: Connection) -> None:
    table = TABLES["project_state"]
    row = model_row(connection, table, state_group_pk=None, state_pk=..., role="target")
    groups = TABLES["state_group"]
    group = fresh(connection, groups, model_row(connection, groups)) | {"project_pk": row["project_pk"]}
    connection.execute(insert(groups).values(**group))
    beside = fresh(connection, table, row) | {"state_group_pk": group["pk"], "membership": "named"}
    connection.execute(insert(table).values(**beside))
    assert is_duplicate(refused(connection, table, fresh(connection, table, beside) | {"membership": "excluded"}))


def test_an_organization_may_have_two_roles_in_a_project_but_each_only_once(connection: Connection) -> None:
    table = TABLES["participation"]
    row = model_row(connection, table, party_pk=None) | {"project_pk": new(connection, "project"), "role": "host"}
    connection.execute(insert(table).values(**fresh(connection, table, row)))
    taken(connection, table, fresh(connection, table, row) | {"role": "convener"})
    assert is_duplicate(refused(connection, table, fresh(connection, table, row)))


def test_a_member_is_in_a_collaboration_once_whatever_its_role(connection: Connection) -> None:
    table = TABLES["collaboration_member"]
    for row in (model_row(connection, table, party_pk=None), model_row(connection, table, party_pk=...)):
        role = "convener" if row["role"] != "convener" else "supporter"
        assert is_duplicate(refused(connection, table, fresh(connection, table, row) | {"role": role}))


def test_two_unnamed_parties_may_be_described_in_the_same_words(connection: Connection) -> None:
    table = TABLES["unnamed_party"]
    taken(connection, table, fresh(connection, table, model_row(connection, table)))


def test_an_id_is_unique_in_its_kind_and_free_in_another(connection: Connection) -> None:
    row = model_row(connection, RECORD, kind="organization")
    row["pk"] = int(connection.execute(select(func.max(RECORD.c.pk))).scalar_one()) + 1
    assert is_duplicate(refused(connection, RECORD, row))
    taken(connection, RECORD, row | {"kind": "topic"})


def test_the_id_of_a_deleted_record_stays_taken_in_the_registry(connection: Connection) -> None:
    topics = TABLES["topic"]
    row = fresh(connection, topics, model_row(connection, topics))
    connection.execute(insert(topics).values(**row))
    connection.execute(topics.delete().where(topics.c.pk == row["pk"]))
    connection.execute(RECORD.update().where(RECORD.c.pk == row["pk"]).values(deleted_in=1))
    again = {
        "pk": row["pk"] + 1,
        "kind": "topic",
        "id": row["id"],
        "revision": 1,
        "visibility": "public",
        "created_in": 1,
    }
    assert is_duplicate(refused(connection, RECORD, again))


# What must be there


def _required() -> list[tuple[str, str]]:
    return [
        (table.name, column.name)
        for table in TABLES.values()
        for column in table.columns
        if not column.nullable and not column.primary_key
    ]


@pytest.mark.parametrize(("name", "column"), _required(), ids=str)
def test_what_must_be_there_cannot_be_left_empty(connection: Connection, name: str, column: str) -> None:
    table = TABLES[name]
    row = model_row(connection, table) | {column: None}
    error = refused(connection, table, row)
    assert re.search(rf"NOT NULL constraint failed: {name}\.{column}|23502", error)
