"""What is had in turn, and that those who write to SQLite do so; PostgreSQL keeps the order of its writers itself."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.models.nouns import BY_KIND
from app.store import database as module
from app.store.database import Database
from app.store.records import CREATE, create
from app.store.turns import Turns

PATIENCE = 60
TOPIC = BY_KIND["topic"]


def wait_for(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_turns_come_in_the_order_of_those_who_wait() -> None:
    turns = Turns()
    order: list[int] = []

    def have(number: int) -> None:
        with turns.turn(PATIENCE) as has_turn:
            assert has_turn
            order.append(number)

    with ThreadPoolExecutor(20) as pool:
        with turns.turn(0):
            asked = []
            for number in range(20):
                asked.append(pool.submit(have, number))
                wait_for(lambda: len(turns._waiting) == len(asked))
        for one in asked:
            one.result()
    assert order == list(range(20))
    with turns.turn(0) as has_turn:
        assert has_turn


def test_who_waits_too_long_does_not_have_it_and_leaves_it_to_the_next() -> None:
    turns = Turns()
    with turns.turn(0), turns.turn(0.01) as too_late:
        assert not too_late
    with turns.turn(0) as has_turn:
        assert has_turn


def test_one_has_it_at_a_time_also_where_many_give_up() -> None:
    turns = Turns()
    having = 0
    most = 0
    many = [0] * 8

    def have(number: int) -> None:
        nonlocal having, most
        for _ in range(300):
            with turns.turn(0.0005) as has_turn:
                if has_turn:
                    having += 1
                    most = max(most, having)
                    many[number] += 1
                    time.sleep(0.0001)
                    having -= 1

    with ThreadPoolExecutor(8) as pool:
        for one in [pool.submit(have, number) for number in range(8)]:
            one.result()
    assert most == 1
    assert sum(many) > 0
    with turns.turn(0) as has_turn:
        assert has_turn


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_writers_are_let_in_as_they_came(database: Database) -> None:
    order: list[str] = []

    def write(name: str) -> None:
        with database.write(cause="api") as writer:
            create(writer, TOPIC, CREATE["topic"].model_validate({"id": name, "label_en": name, "label_es": name}))
            order.append(name)

    names = [f"t{number}" for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        with database.write(cause="api"):
            asked = []
            for name in names:
                asked.append(pool.submit(write, name))
                wait_for(lambda: len(database._turns._waiting) == len(asked))
        for one in asked:
            one.result()
    assert order == names


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_writer_that_waits_too_long_is_told_by_the_database_what_is_in_the_way(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_TURN", 0.05)

    def write() -> None:
        with database.write(cause="api") as writer:
            create(writer, TOPIC, CREATE["topic"].model_validate({"id": "late", "label_en": "L", "label_es": "T"}))

    with ThreadPoolExecutor(1) as pool:
        with database.write(cause="api"):
            waiting = pool.submit(write)
            # Its turn is over, and it waits for SQLite.
            wait_for(lambda: len(database._turns._waiting) == 1)
            wait_for(lambda: len(database._turns._waiting) == 0)
            assert not waiting.done()
        waiting.result()
