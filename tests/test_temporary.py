"""What a service puts aside goes with it, however it ends, and so do its processes."""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx
import pytest

from app.server import _Ending
from app.temporary import hold, temporary_folder
from tests.support.server import Server

pytestmark = pytest.mark.long_on_postgresql

PATIENCE = 60
NETWORK = "/v1/networks/funder-partner-state"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for temporary files, in which there is nothing else."""
    made = tmp_path / "temporary"
    made.mkdir()
    monkeypatch.setenv("TMPDIR", str(made))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return made


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_all_that_is_temporary_goes_into_the_folder_and_with_it(place: Path) -> None:
    with temporary_folder() as folder:
        assert folder.parent == place
        inside = Path(tempfile.mkdtemp())
        assert inside.parent == folder
        told = subprocess.run(
            [sys.executable, "-c", "import tempfile; print(tempfile.gettempdir())"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert told.stdout.strip() == str(folder)
    assert list(place.iterdir()) == []
    assert (tempfile.gettempdir(), os.environ["TMPDIR"]) == (str(place), str(place))


def test_the_folder_of_a_service_that_lives_stays_and_of_one_that_does_not_goes(place: Path) -> None:
    with temporary_folder() as folder:
        name = folder.name.rpartition("-")[0]
    left, held, linked = (place / f"{name}-{end}" for end in ("left", "held", "linked"))
    other, elsewhere = place / "tejido-other", place / "elsewhere"
    for made in (left, held, other, elsewhere):
        made.mkdir()
        (made / "file").touch()
    linked.symlink_to(elsewhere)
    held_open = hold(held)
    with temporary_folder() as own:
        assert set(place.iterdir()) == {held, linked, other, elsewhere, own}
        assert (elsewhere / "file").exists()
    os.close(held_open)
    with temporary_folder() as own:
        assert set(place.iterdir()) == {linked, other, elsewhere, own}


def test_what_anybody_has_put_there_does_not_keep_a_service_from_starting(place: Path) -> None:
    with temporary_folder() as folder:
        name = folder.name.rpartition("-")[0]
    # To open a pipe waits for whoever writes into it.
    foreign = place / f"{name}-foreign"
    foreign.mkdir()
    os.mkfifo(foreign / "lock")
    os.mkfifo(place / f"{name}-pipe")
    started = threading.Event()

    def start() -> None:
        with temporary_folder():
            started.set()

    starting = threading.Thread(target=start, daemon=True)
    starting.start()
    assert started.wait(PATIENCE)
    starting.join()


def test_what_cleans_up_old_files_leaves_the_folder_of_a_service_that_lives(place: Path) -> None:
    # systemd-tmpfiles does so to all that was not used for ten days, but for folders on which somebody has a lock.
    with temporary_folder() as folder:
        cleaner = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(cleaner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert list(folder.iterdir()) == []
    fcntl.flock(cleaner, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(cleaner)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_service_that_ends_leaves_nothing_and_what_a_killed_one_left_goes_with_the_next(
    url: str, tmp_path: Path, place: Path, workers: int
) -> None:
    with Server(url, tmp_path, workers=workers) as server:
        for address in (NETWORK, "/v1/networks/measures?network=coalitions"):
            assert httpx.get(server.address + address, timeout=PATIENCE).status_code == 200
        (first,) = place.iterdir()
        server.kill()
        assert list(place.iterdir()) == [first]
        server.start()
        (second,) = place.iterdir()
        assert second != first
        assert httpx.get(server.address + NETWORK, timeout=PATIENCE).status_code == 200
        assert server.stop() == 0
    assert list(place.iterdir()) == []


def test_one_process_alone_ends_in_order_when_it_is_to_be_replaced(url: str, tmp_path: Path, place: Path) -> None:
    with Server(url, tmp_path) as server:
        os.kill(server.parent, signal.SIGHUP)
        assert server.wait() == 0
        assert "Application shutdown complete" in server.log
    assert list(place.iterdir()) == []


def test_processes_whose_parent_was_killed_end_and_free_the_address(url: str, tmp_path: Path, place: Path) -> None:
    with Server(url, tmp_path, workers=2) as server:
        processes = server.workers()
        os.kill(server.parent, signal.SIGKILL)
        end = time.monotonic() + PATIENCE
        while any(is_alive(one) for one in processes):
            assert time.monotonic() < end
            time.sleep(0.05)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{server.address}/healthz")
        server.kill()
        server.start()
        assert len(list(place.iterdir())) == 1


def test_a_signal_to_stop_is_noticed_while_processes_are_being_replaced(url: str, tmp_path: Path) -> None:
    with Server(url, tmp_path, workers=2) as server:
        os.kill(server.parent, signal.SIGHUP)
        end = time.monotonic() + PATIENCE
        while "Received SIGHUP" not in server.log:
            assert time.monotonic() < end
            time.sleep(0.02)
        assert server.stop() == 0
        # At most one of the two was brought up; without a look in between it would be both.
        assert server.log.count("Started server process") < 4
        assert "was not ready in time" not in server.log


def test_the_end_has_come_from_the_moment_of_the_signal() -> None:
    waiting: list[int] = []
    ending = _Ending(waiting)
    assert not ending.is_set()
    waiting.append(signal.SIGHUP)
    assert not ending.is_set()
    assert not ending.wait(0.01)
    waiting.append(signal.SIGTERM)
    assert ending.is_set()
