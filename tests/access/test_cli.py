"""Keys at the command line."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.access.actions import Action, list_actions
from app.access.keys import Key, find_caller, list_keys
from app.store.database import Database
from tests.support.commands import command
from tests.test_cli import said_plainly


def url_of(folder: Path) -> str:
    """The database of a test."""
    return f"sqlite:///{folder}/own.db"


def stored(folder: Path) -> tuple[list[Key], list[Action]]:
    """What the database knows of keys, and of what was done."""
    database = Database(url_of(folder))
    with database.read() as connection:
        found = list_keys(connection), list_actions(connection)
    database.close()
    return found


def test_a_key_is_made_listed_used_and_revoked(tmp_path: Path) -> None:
    url = url_of(tmp_path)
    made = command(
        url, tmp_path, "keys", "create", "--label", "nightly [import]", "--scope", "write", "--scope", "restricted"
    )
    assert made.returncode == 0, made.stderr
    # The key alone, to be taken by a program.
    assert re.fullmatch(r"tjd_[a-z0-9]{10}_[A-Za-z0-9_-]{43}\n", made.stdout)
    whole = made.stdout.strip()
    assert whole[15:] not in made.stderr
    assert "read, write, restricted" in made.stderr

    listed = command(url, tmp_path, "keys", "list")
    for word in (whole[:14], "nightly [import]", "read write restricted", "active"):
        assert word in listed.stdout
    assert whole[15:] not in listed.stdout
    # Without the whole prefix it could not be revoked.
    assert whole[:14] in command(url, tmp_path, "keys", "list", columns=80).stdout

    database = Database(url)
    assert find_caller(database.engine, whole, now=datetime.now(UTC)) is not None
    assert command(url, tmp_path, "keys", "revoke", whole[:14]).returncode == 0
    assert find_caller(database.engine, whole, now=datetime.now(UTC)) is None
    database.close()
    assert "revoked" in command(url, tmp_path, "keys", "list").stdout
    _, actions = stored(tmp_path)
    assert [(one.actor, one.action, one.subject) for one in actions] == [
        ("cli", "revoke key", whole[:14]),
        ("cli", "create key", whole[:14]),
    ]


@pytest.mark.parametrize(("given", "days"), [("90", 90), ("2190-01-31", None)])
def test_a_key_ends_after_so_many_days_or_on_a_day(tmp_path: Path, given: str, days: int | None) -> None:
    assert command(url_of(tmp_path), tmp_path, "keys", "create", "--label", "x", "--expires", given).returncode == 0
    ([key], _) = stored(tmp_path)
    assert key.expires_at is not None
    meant = datetime(2190, 1, 31, tzinfo=UTC) if days is None else datetime.now(UTC) + timedelta(days=days)
    assert abs(key.expires_at - meant) < timedelta(minutes=5)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--label", " "),
        ("--label", "x" * 101),
        ("--label", "a\nb"),
        ("--label", "x", "--scope", "everything"),
        ("--label", "x", "--expires", "0"),
        ("--label", "x", "--expires", "2001-01-01"),
        ("--label", "x", "--expires", "tomorrow"),
        ("--label", "x", "--expires", "9" * 30),
        (),
    ],
)
def test_a_key_that_cannot_be_is_said_plainly_and_not_made(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    said_plainly(command(url_of(tmp_path), tmp_path, "keys", "create", *arguments), "--")
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_nobody_has_is_said_plainly(tmp_path: Path) -> None:
    said_plainly(command(url_of(tmp_path), tmp_path, "keys", "revoke", "tjd_0000000000"), "No key has this prefix.")
    assert stored(tmp_path) == ([], [])


def test_the_password_of_the_database_is_not_told(tmp_path: Path) -> None:
    said = command("postgresql://somebody:geheim@127.0.0.1:1/db", tmp_path, "keys", "create", "--label", "x")
    said_plainly(said, "127.0.0.1")
    assert "geheim" not in said.stdout + said.stderr
