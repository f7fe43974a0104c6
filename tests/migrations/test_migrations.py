"""A database can be made, taken down and made again; what the migrations make is what the models say."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, Inspector, UniqueConstraint, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from app.history.tables import HISTORY
from app.migrations import config, downgrade, head, migrate
from app.store.database import Database
from app.store.seed import is_empty, load_seed
from tests.conftest import Backend

METADATA = SQLModel.metadata
ROOT = Path(__file__).resolve().parents[2]

Contents = dict[str, list[dict[str, Any]]]


@pytest.fixture
def bare(backend: Backend) -> Iterator[Database]:
    """A database with nothing in it."""
    url = backend.copy("bare")
    database = Database(url)
    yield database
    database.close()
    backend.drop(url)


def up(database: Database, *, fail: bool = False) -> None:
    with database.write_schema() as connection:
        migrate(connection)
        if fail:
            raise RuntimeError("on purpose")


def down(database: Database, *, fail: bool = False) -> None:
    with database.write_schema() as connection:
        downgrade(connection, "base")
        if fail:
            raise RuntimeError("on purpose")


def look(database: Database, at: Callable[[Inspector], Any]) -> Any:
    with database.read() as connection:
        return at(inspect(connection))


def table_names(database: Database) -> set[str]:
    return set(look(database, lambda inspector: inspector.get_table_names())) - {"alembic_version"}


def revision_of(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def contents(database: Database) -> Contents:
    """Every row of every table, apart from the times of day."""
    found = {}
    with database.read() as connection:
        for table in METADATA.sorted_tables:
            columns = [column for column in table.columns if column.name != "at"]
            query = select(*columns).order_by(*table.primary_key.columns)
            found[table.name] = [dict(row) for row in connection.execute(query).mappings()]
    return found


# Up and down


def test_nothing_becomes_a_database_at_the_head_with_every_table_and_no_data(bare: Database) -> None:
    up(bare)
    assert table_names(bare) == set(METADATA.tables)
    with bare.read() as connection:
        assert revision_of(connection) == head()
        assert is_empty(connection)
    filled = {name: rows for name, rows in contents(bare).items() if rows}
    assert list(filled) == ["data_counter"]
    [counter] = filled["data_counter"]
    assert (counter["number"], counter["public_number"]) == (0, 0)


def test_the_migrations_are_one_line_without_branches() -> None:
    scripts = ScriptDirectory.from_config(config())
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1
    assert scripts.get_current_head() == head() != ""


def test_migrating_again_changes_nothing(seeded_database: Database) -> None:
    before = contents(seeded_database)
    up(seeded_database)
    assert contents(seeded_database) == before


def test_up_down_and_up_again_makes_the_same_schema(bare: Database) -> None:
    up(bare)
    first = {name: described(bare, name) for name in METADATA.tables}
    down(bare)
    assert table_names(bare) == set()
    with bare.read() as connection:
        assert revision_of(connection) is None
    up(bare)
    assert {name: described(bare, name) for name in METADATA.tables} == first


def test_going_down_drops_the_data_and_coming_up_with_the_seed_gives_the_same_rows(seeded_database: Database) -> None:
    before = contents(seeded_database)
    assert len(before["organization"]) > 40
    down(seeded_database)
    assert table_names(seeded_database) == set()
    up(seeded_database)
    with seeded_database.read() as connection:
        assert is_empty(connection)
    load_seed(seeded_database)
    after = contents(seeded_database)
    for name, rows in before.items():
        assert after[name] == rows, name


def test_a_migration_that_fails_leaves_nothing_behind(bare: Database) -> None:
    with pytest.raises(RuntimeError, match="on purpose"):
        up(bare, fail=True)
    assert look(bare, lambda inspector: inspector.get_table_names()) == []
    up(bare)
    assert table_names(bare) == set(METADATA.tables)


def test_a_downgrade_that_fails_leaves_everything_as_it_was(seeded_database: Database) -> None:
    before = contents(seeded_database)
    with pytest.raises(RuntimeError, match="on purpose"):
        down(seeded_database, fail=True)
    assert contents(seeded_database) == before


# Several at once

AT_ONCE = """
import sys
from app.migrations import migrate
from app.store.database import Database
from app.store.seed import load_seed
database = Database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
with database.write_schema() as connection:
    migrate(connection)
if sys.argv[2] == "seed":
    load_seed(database)
database.close()
"""


def run_at_once(url: str, what: str, processes: int) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", AT_ONCE, url, what],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(processes)
    ]
    try:
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n", process.communicate()[1]
        for process in started:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        for process in started:
            _, errors = process.communicate(timeout=300)
            assert process.returncode == 0, errors
    finally:
        for process in started:
            process.kill()
            process.wait()


def test_processes_that_migrate_at_once_all_succeed(bare: Database) -> None:
    run_at_once(bare.url.render_as_string(hide_password=False), "migrate", 4)
    assert table_names(bare) == set(METADATA.tables)
    with bare.read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [head()]


@pytest.mark.long
def test_processes_that_migrate_and_seed_at_once_load_the_data_once(bare: Database, seeded_database: Database) -> None:
    run_at_once(bare.url.render_as_string(hide_password=False), "seed", 3)
    assert contents(bare) == contents(seeded_database)


# The schema


def described(database: Database, table: str) -> dict[str, Any]:
    """What the database itself says of a table, in a form that does not depend on any order."""

    def at(inspector: Inspector) -> dict[str, Any]:
        return {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"]) for column in inspector.get_columns(table)
            },
            "key": inspector.get_pk_constraint(table)["constrained_columns"],
            "foreign": sorted(
                (
                    foreign["constrained_columns"],
                    foreign["referred_table"],
                    foreign["referred_columns"],
                    foreign["options"].get("ondelete"),
                )
                for foreign in inspector.get_foreign_keys(table)
            ),
            "unique": sorted(unique["column_names"] for unique in inspector.get_unique_constraints(table)),
            "checks": sorted(
                (str(check["name"]), check["sqltext"]) for check in inspector.get_check_constraints(table)
            ),
            "indexes": sorted(
                (str(index["name"]), index["column_names"], bool(index["unique"]), where_of(index))
                for index in inspector.get_indexes(table)
            ),
        }

    found: dict[str, Any] = look(database, at)
    return found


def where_of(index: Any) -> str:
    """The condition of a partial index, without the database's own brackets and spaces."""
    options = index.get("dialect_options", {})
    where = options.get("sqlite_where", options.get("postgresql_where", ""))
    return "".join(str(where).replace("::text", "").replace("(", "").replace(")", "").split()).lower()


def test_the_migrated_schema_is_that_of_the_models(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def test_the_columns_may_be_null_where_the_models_say_so_and_nowhere_else(database: Database) -> None:
    for table in METADATA.tables.values():
        found = {name: nullable for name, (_, nullable) in described(database, table.name)["columns"].items()}
        assert found == {column.name: bool(column.nullable) for column in table.columns}, table.name


def test_the_check_constraints_are_those_of_the_models(database: Database) -> None:
    seen = 0
    for table in METADATA.tables.values():
        wanted = {str(one.name) for one in table.constraints if isinstance(one, CheckConstraint)}
        assert {name for name, _ in described(database, table.name)["checks"]} == wanted, table.name
        seen += len(wanted)
    assert seen > 60


def test_the_words_that_a_check_lists_are_those_of_the_models(database: Database) -> None:
    for table in METADATA.tables.values():
        found = dict(described(database, table.name)["checks"])
        for one in table.constraints:
            if isinstance(one, CheckConstraint) and " IN (" in str(one.sqltext):
                assert words_in(found[str(one.name)]) == words_in(str(one.sqltext)), f"{table.name}: {one.name}"


def words_in(condition: str) -> list[str]:
    return sorted(condition.split("'")[1::2])


def test_the_unique_constraints_are_those_of_the_models(database: Database) -> None:
    for table in METADATA.tables.values():
        wanted = sorted(
            [column.name for column in one.columns] for one in table.constraints if isinstance(one, UniqueConstraint)
        )
        assert described(database, table.name)["unique"] == wanted, table.name


def test_the_indexes_are_those_of_the_models_the_partial_ones_with_their_conditions(database: Database) -> None:
    partial = 0
    for table in METADATA.tables.values():
        wanted = {}
        for index in table.indexes:
            options = index.dialect_options["sqlite" if database.is_sqlite else "postgresql"]
            condition = options["where"]
            where = "" if condition is None else where_of({"dialect_options": {"sqlite_where": condition}})
            wanted[str(index.name)] = ([column.name for column in index.columns], bool(index.unique), where)
            partial += condition is not None
        found = {
            name: (columns, unique, where)
            for name, columns, unique, where in described(database, table.name)["indexes"]
            # PostgreSQL lists the index behind each unique constraint too.
            if not name.startswith("uq_") or name in wanted
        }
        assert found == wanted, table.name
    assert partial == 15


def test_the_foreign_keys_are_those_of_the_models_and_parts_go_with_their_owners(database: Database) -> None:
    for table in METADATA.tables.values():
        wanted = sorted(
            (
                [column.name for column in foreign.columns],
                foreign.referred_table.name,
                [element.column.name for element in foreign.elements],
                foreign.ondelete,
            )
            for foreign in table.foreign_key_constraints
        )
        assert described(database, table.name)["foreign"] == wanted, table.name


def test_every_foreign_key_column_has_an_index(database: Database) -> None:
    seen = 0
    for name in METADATA.tables:
        found = described(database, name)
        leading = {found["key"][0], *(columns[0] for _, columns, _, _ in found["indexes"])}
        for columns, *_ in found["foreign"]:
            assert columns[0] in leading, f"{name}.{columns[0]}"
            seen += 1
    assert seen > 60


def test_every_history_can_be_looked_up_by_each_reference_and_its_own_key(database: Database) -> None:
    for name, history in HISTORY.items():
        found = described(database, history.name)
        assert found["key"] == ["pk", "valid_from"]
        assert found["foreign"] == []
        leading = {columns[0] for _, columns, _, _ in found["indexes"]}
        references = {column.name for column in METADATA.tables[name].columns if column.foreign_keys} - {"pk"}
        assert references <= leading, name


def test_foreign_keys_are_enforced_on_every_connection(database: Database) -> None:
    for _ in range(3):
        with pytest.raises(DBAPIError, match=r"FOREIGN KEY|23503"), database.write_service() as connection:
            connection.execute(text("INSERT INTO topic (pk, id, label_en, label_es) VALUES (99, 'x', 'x', 'x')"))
    if database.is_sqlite:
        with database.read() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_no_reference_dangles_in_the_first_data_set(seeded_database: Database) -> None:
    with seeded_database.read() as connection:
        for table in METADATA.tables.values():
            for foreign in table.foreign_key_constraints:
                column, other = next(iter(foreign.columns)), foreign.elements[0].column
                orphans = select(column).where(column.is_not(None), column.not_in(select(other)))
                assert connection.execute(orphans).first() is None, f"{table.name}.{column.name}"
