"""Two databases: one with secrets, and its twin, in which nothing secret was ever written."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from fastapi.testclient import TestClient
from pydantic import ValidationError
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from app.history.view import present_view
from app.history.writer import Writer
from app.main import create_app
from app.models.noun import Noun
from app.models.nouns import BY_KIND
from app.models.tables import Reader, Record, sql_table
from app.problems import Problem
from app.settings import Settings
from app.store import records
from app.store.database import Database
from app.store.records import CREATE
from tests.conftest import Backend
from tests.store.world import KINDS, random_body

RECORD = sql_table(Record)
_SECRET_KINDS = tuple(kind for kind in KINDS if kind not in ("state", "place"))


class _Undone(Exception):  # noqa: N818 - not an error: the write would have shown something
    pass


@dataclass
class Clock:
    """A time that goes on only when it is told to."""

    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The time."""
        return self.at


@dataclass(frozen=True)
class Operation:
    """A write: with a body it creates or, with an id too, changes; with an id alone it deletes."""

    noun: Noun
    public_id: str | None
    body: dict[str, Any] | None

    def apply(self, writer: Writer) -> None:
        """Do it."""
        if self.public_id is None:
            records.create(writer, self.noun, CREATE[self.noun.kind].model_validate(self.body))
            return
        revision = records.read(writer.view, self.noun, self.public_id)["revision"]
        if self.body is None:
            records.delete(writer, self.noun, self.public_id, revision)
        else:
            records.update(writer, self.noun, self.public_id, self.body, revision)


@dataclass
class Pair:
    """The two databases, their clients, and one clock for both."""

    random: Random
    clock: Clock
    with_secrets: Database
    twin: Database
    client: TestClient
    twin_client: TestClient
    told: list[str] = field(default_factory=list)
    secrets: int = 0

    def write(self) -> None:
        """One random write: in public to both, or in secret to the one."""
        if self.random.random() < 0.5:
            self.write_secretly()
        else:
            self.write_publicly()

    def write_publicly(self) -> None:
        """The same write, by somebody who sees what is public, has the same outcome in both."""
        self.clock.at += timedelta(seconds=1)
        with self.twin.read() as connection:
            operation = random_operation(connection, self.random, KINDS, lambda rows: True)
        outcomes = [_outcome(database, operation) for database in (self.with_secrets, self.twin)]
        self.told.append(f"{operation}: {outcomes[1]}")
        assert outcomes[0] == outcomes[1], self.told

    def write_secretly(self) -> None:
        """A write by somebody who sees everything, of which the public is to see nothing."""
        with self.with_secrets.read() as connection:
            operation = random_operation(connection, self.random, _SECRET_KINDS, lambda row: bool(row.hidden))
            if operation.public_id is None and operation.body is not None:
                own = "restricted" if self.random.random() < 0.7 else "public"
                operation.body.update(id=None, visibility=own)
        try:
            with self.with_secrets.write(cause="api") as writer:
                before = present_view(writer.connection).ordinal
                operation.apply(writer)
                writer.close()
                after = present_view(writer.connection).ordinal
                if not writer.changes or after != before:
                    raise _Undone
        except (_Undone, Problem, ValidationError, DBAPIError):
            return
        self.secrets += 1
        self.told.append(f"in secret {operation}")


def random_operation(
    connection: Connection, random: Random, kinds: tuple[str, ...], may_change: Callable[[Any], bool]
) -> Operation:
    """A write that a connection's rows suggest; records may be changed or deleted if `may_change` says so of them."""
    noun = BY_KIND[random.choice(kinds)]
    query = select(RECORD.c.id, RECORD.c.hidden).where(RECORD.c.kind == noun.kind, RECORD.c.deleted_in.is_(None))
    there = sorted(row.id for row in connection.execute(query) if may_change(row))
    choice = random.random()
    body = random_body(connection, random, noun)
    if choice < 0.65 or not there:
        return Operation(noun, None, body)
    public_id = random.choice(there)
    if choice >= 0.85:
        return Operation(noun, public_id, None)
    return Operation(noun, public_id, {k: v for k, v in body.items() if k not in ("id", "citations")})


def _outcome(database: Database, operation: Operation) -> str:
    try:
        with database.write(cause="api", reader=Reader.public) as writer:
            operation.apply(writer)
    except Problem as problem:
        return str(problem.body(""))
    except ValidationError as error:
        return str(error)
    except DBAPIError as error:
        # The order in which SQLite checks, and PostgreSQL names the row, is not part of the answer.
        return type(error).__name__
    return "done"


@contextmanager
def pair(backend: Backend, seed: int) -> Iterator[Pair]:
    """Two empty databases."""
    urls = [backend.copy("migrated") for _ in range(2)]
    clock = Clock()
    with ExitStack() as stack:
        for url in urls:
            stack.callback(backend.drop, url)
        clients = [
            stack.enter_context(
                TestClient(create_app(Settings(database_url=url), clock=clock), raise_server_exceptions=False)
            )
            for url in urls
        ]
        databases = [Database(url, clock=clock) for url in urls]
        for database in databases:
            stack.callback(database.close)
        yield Pair(Random(seed), clock, databases[0], databases[1], clients[0], clients[1])
