"""A service in a process of its own, which a test may kill in the middle of whatever it does."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

_PATIENCE = 180
"""Seconds to begin or to end. Processes are replaced one after the other, and each has much to import."""
_STARTED = "Started server process [{}]"
_READY = re.compile(r"running on (http://127\.0\.0\.1:[0-9]+)")


class Server:
    """`serve` on one database and a free port of 127.0.0.1, in an own process group; started as often as one likes."""

    def __init__(self, url: str, folder: Path, *, workers: int = 1, **settings: str) -> None:
        """`folder` takes what the service writes. `settings` go to it as TEJIDO_ and their name."""
        self.address = ""
        self._workers = workers
        self._folder = folder
        self._environment = {**os.environ, "NO_COLOR": "1", "TEJIDO_DATABASE_URL": url, "TEJIDO_SEED": "false"}
        self._environment |= {f"TEJIDO_{name.upper()}": value for name, value in settings.items()}
        self._process: subprocess.Popen[bytes] | None = None
        self._logs: list[Path] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def log(self) -> str:
        """What it wrote, from its first start on."""
        return "".join(path.read_text(encoding="utf-8") for path in self._logs)

    def start(self) -> None:
        """Start it, and return when it answers at `address`; what does not come up is ended."""
        try:
            self._start()
        except BaseException:
            self.kill()
            raise

    def _start(self) -> None:
        log = self._folder / f"server-{len(self._logs)}.log"
        self._logs.append(log)
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                # Port 0: the system chooses one that nobody can take in between.
                [sys.executable, "-m", "app.cli", "serve", "--port", "0", "--workers", str(self._workers)],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        end = time.monotonic() + _PATIENCE
        while (found := _READY.search(log.read_text(encoding="utf-8"))) is None:
            assert self._process.poll() is None, self.log
            assert time.monotonic() < end, self.log
            time.sleep(0.02)
        self.address = found.group(1)
        while not self._listens() or len(self.workers()) < self._workers:
            assert self._process.poll() is None, self.log
            assert time.monotonic() < end, self.log
            time.sleep(0.02)

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.address.rpartition(":")[2])

    def workers(self) -> list[int]:
        """The processes that answer, by id."""
        assert self._process is not None
        own = self._process.pid
        if self._workers == 1:
            return [own]
        children = Path(f"/proc/{own}/task/{own}/children").read_text(encoding="ascii").split()
        return [int(one) for one in children if _STARTED.format(one) in self.log]

    def restart_workers(self) -> None:
        """Have every process that answers replaced by a new one, and return when they all are."""
        assert self._process is not None
        before = set(self.workers())
        self._process.send_signal(signal.SIGHUP)
        end = time.monotonic() + _PATIENCE
        while len(set(self.workers()) - before) < self._workers or set(self.workers()) & before:
            assert time.monotonic() < end, self.log
            time.sleep(0.02)

    def kill_worker(self, process: int) -> None:
        """End one process that answers with SIGKILL, and return when another one has taken its place."""
        os.kill(process, signal.SIGKILL)
        end = time.monotonic() + _PATIENCE
        while process in (now := self.workers()) or len(now) < self._workers:
            assert time.monotonic() < end, self.log
            time.sleep(0.02)

    @property
    def parent(self) -> int:
        """The process that was started first."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End it with SIGKILL, where it runs: it gets no chance to finish anything."""
        process, self._process = self._process, None
        if process is not None:
            self._kill_group(process)

    def stop(self) -> int:
        """End it as an operator does; returns its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self.wait()

    def wait(self) -> int:
        """Wait until it has ended by itself; returns its exit code."""
        process, self._process = self._process, None
        assert process is not None
        try:
            return process.wait(_PATIENCE)
        finally:
            self._kill_group(process)

    @staticmethod
    def _kill_group(process: "subprocess.Popen[bytes]") -> None:
        # Until somebody has waited for the first process its id is that of the group, also of what it left behind.
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(_PATIENCE)
