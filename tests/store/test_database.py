"""Connections to a database, many at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from app.store.database import Database


def test_many_open_a_new_file_at_once(tmp_path: Path) -> None:
    many = 8

    def write(path: Path, barrier: Barrier) -> None:
        database = Database(f"sqlite:///{path}")
        barrier.wait()
        with database.write_schema() as connection:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS place (name)")
        with database.read() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        database.close()

    with ThreadPoolExecutor(many) as pool:
        for number in range(100):
            barrier = Barrier(many)
            for done in [pool.submit(write, tmp_path / f"{number}.db", barrier) for _ in range(many)]:
                done.result()
