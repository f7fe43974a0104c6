"""Keys: only a digest is stored, they end, and a wrong one is found out in constant time."""

import hmac
import logging
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import SQLModel

from app.access import keys
from app.access.actions import list_actions
from app.access.callers import ANONYMOUS, Caller
from app.access.keys import Key, create_key, list_keys, read_key, revoke_key
from app.access.scopes import Scope, in_order, scopes_of
from app.models.tables import Reader
from app.problems import Problem
from app.store.database import Database
from tests.support.keys import make_key


def known(database: Database, whole: str) -> Key:
    """What the database knows of a key."""
    with database.read() as connection:
        return read_key(connection, whole[:14])


def found(database: Database, whole: str, *, now: datetime | None = None) -> Caller | None:
    """Whose key it is, by now."""
    return keys.find_caller(database.engine, whole, now=now or datetime.now(UTC))


def everything_in(database: Database) -> str:
    """All that the database holds, as text: every value of every table, and on SQLite the files themselves."""
    held = []
    with database.read() as connection:
        for table in SQLModel.metadata.sorted_tables:
            held += [repr(tuple(row)) for row in connection.execute(select(table))]
    if database.is_sqlite:
        path = Path(database.url.database or "")
        files = list(path.parent.glob(f"{path.name}*"))
        assert files
        held += [one.read_bytes().decode("latin-1") for one in files]
    return "\n".join(held)


def test_a_key_has_a_prefix_to_name_it_and_256_random_bits(database: Database) -> None:
    made = [make_key(database) for _ in range(50)]
    for whole in made:
        assert re.fullmatch(r"tjd_[a-z0-9]{10}_[A-Za-z0-9_-]{43}", whole)
    assert len({whole[:14] for whole in made}) == len({whole[15:] for whole in made}) == 50


def test_only_a_digest_of_a_key_is_in_the_database(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    whole = make_key(database, "write")
    assert found(database, whole) is not None
    assert found(database, whole[:-1] + ("a" if whole[-1] != "a" else "b")) is None
    dump = everything_in(database)
    assert whole[:14] in dump
    assert keys._digest(whole) in dump
    for hidden in (whole, whole[15:], whole[15:47], whole[-32:]):
        assert hidden not in dump
        assert hidden not in caplog.text


@pytest.mark.parametrize(
    ("given", "held"),
    [
        ((), {"read"}),
        (("read",), {"read"}),
        (("write",), {"read", "write"}),
        (("restricted",), {"read", "restricted"}),
        (("admin",), {"read", "admin"}),
        (("admin", "write", "restricted"), {"read", "write", "restricted", "admin"}),
    ],
)
def test_every_key_may_read_and_no_scope_brings_another(database: Database, given: tuple[str, ...], held: Any) -> None:
    whole = make_key(database, *given)
    caller = found(database, whole)
    assert caller == Caller(name=whole[:14], scopes=frozenset(map(Scope, held)))
    assert caller.reader is (Reader.restricted if "restricted" in held else Reader.public)
    assert (caller.actor, caller.is_anonymous) == (whole[:14], False)
    assert in_order(known(database, whole).scopes) == [scope.value for scope in Scope if scope.value in held]


def test_a_caller_without_a_key_is_a_public_reader_and_nobody() -> None:
    assert (ANONYMOUS.reader, ANONYMOUS.actor, ANONYMOUS.is_anonymous) == (Reader.public, None, True)
    with pytest.raises(ValueError, match="everything"):
        scopes_of(["everything"])


def test_a_key_opens_nothing_from_the_moment_on_at_which_it_ends(database: Database) -> None:
    ends = datetime.now(UTC) + timedelta(days=1)
    whole = make_key(database, expires_at=ends)
    assert found(database, whole) is not None
    assert found(database, whole, now=ends - timedelta(microseconds=1)) is not None
    assert found(database, whole, now=ends) is None
    assert found(database, whole, now=ends + timedelta(days=9)) is None
    key = known(database, whole)
    assert key.expires_at == ends
    assert (key.status(ends - timedelta(microseconds=1)), key.status(ends)) == ("active", "expired")


def test_a_revoked_key_opens_nothing_and_stays_listed(database: Database) -> None:
    whole, other = make_key(database, "write"), make_key(database)
    with database.write_service() as connection:
        revoke_key(connection, whole[:14], actor="test")
    revoked = known(database, whole)
    assert revoked.status(datetime.now(UTC)) == "revoked"
    with database.write_service() as connection:
        revoke_key(connection, whole[:14], actor="test")
    assert known(database, whole) == revoked
    assert found(database, whole) is None
    assert found(database, other) is not None
    with database.read() as connection:
        assert {key.prefix for key in list_keys(connection)} == {whole[:14], other[:14]}
        actions = [(one.action, one.subject) for one in list_actions(connection)]
    assert actions == [("revoke key", whole[:14]), ("create key", other[:14]), ("create key", whole[:14])]


def test_what_is_not_a_key_of_ours_opens_nothing(database: Database) -> None:
    whole = make_key(database, "admin")
    prefix, secret = whole[:14], whole[15:]
    for wrong in (
        "",
        prefix,
        secret,
        whole[:-1],
        f"{whole}x",
        f" {whole}",
        f"{whole}\n",
        whole.upper(),
        f"{prefix}-{secret}",
        f"{prefix}_{secret[::-1]}",
        f"tjd_{'0' * 10}_{secret}",
        f"{prefix}_{keys._digest(whole)[:43]}",
        f"{prefix}_{'ñ' * 43}",
        "tjd_%_" + "a" * 43,
    ):
        assert found(database, wrong) is None, wrong
    with database.read() as connection:
        for wrong in ("", "tjd_", whole, "\0", "\ud800"):
            with pytest.raises(Problem, match="No key"):
                read_key(connection, wrong)


def test_an_unknown_prefix_takes_the_same_steps_as_a_wrong_secret(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = make_key(database)
    compared: list[tuple[int, int]] = []
    real = hmac.compare_digest

    def compare(one: str, other: str) -> bool:
        compared.append((len(one), len(other)))
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    for wrong in (f"{whole[:14]}_{'a' * 43}", f"tjd_{'0' * 10}_{'a' * 43}"):
        assert found(database, wrong) is None
    assert found(database, whole) is not None
    assert compared == [(64, 64)] * 3


def test_the_last_use_is_noted_once_a_minute(database: Database) -> None:
    whole = make_key(database)
    assert known(database, whole).last_used_at is None
    first = datetime.now(UTC)
    for after, noted in ((0, 0), (1, 0), (59, 0), (60, 60), (61, 60), (200, 200)):
        assert found(database, whole, now=first + timedelta(seconds=after)) is not None
        assert known(database, whole).last_used_at == first + timedelta(seconds=noted)


def test_a_wrong_key_is_no_use_of_the_right_one(database: Database) -> None:
    whole = make_key(database)
    assert found(database, f"{whole[:14]}_{'a' * 43}") is None
    assert known(database, whole).last_used_at is None


def test_a_long_write_holds_up_no_key(database: Database) -> None:
    whole = make_key(database, "write")
    with database.write_service() as connection:
        connection.execute(text("UPDATE api_key SET label = 'another'"))
        started = time.monotonic()
        caller = found(database, whole)
        took = time.monotonic() - started
    assert caller is not None
    assert Scope.write in caller.scopes
    assert took < 8, "a lock that is held for ever would have been waited for"
    assert known(database, whole).last_used_at is None
    assert found(database, whole) is not None
    assert known(database, whole).last_used_at is not None


def test_keys_and_their_use_make_no_version_of_the_data(database: Database) -> None:
    def versions() -> Any:
        with database.read() as connection:
            return connection.execute(text("SELECT number, public_number FROM data_counter")).one()

    before = versions()
    whole = make_key(database, "admin")
    assert found(database, whole) is not None
    assert versions() == before


class UndoneError(Exception):
    """What undoes a transaction here."""


def test_a_key_that_was_not_made_is_not_in_the_log_of_actions_either(database: Database) -> None:
    def fail() -> None:
        with database.write_service() as connection:
            create_key(connection, label="never", scopes=["admin"], expires_at=None, actor="test")
            raise UndoneError

    with pytest.raises(UndoneError):
        fail()
    with database.read() as connection:
        assert (list_keys(connection), list_actions(connection)) == ([], [])
