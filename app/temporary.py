"""The temporary folder of a service: all that it and its processes put aside, so that nothing of it stays behind.

Each process holds a lock on the folder for as long as it lives. A service that was killed could not remove its folder;
the next one that starts finds it without a lock, and does. The lock is on the folder itself, because that is what
systemd-tmpfiles looks for: it takes away what was not used for ten days, but nothing of a folder that is locked.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["hold", "temporary_folder"]

_PREFIX = "tejido-serving-"
_VARIABLE = "TMPDIR"


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder into which everything temporary goes, that of processes started meanwhile too. It goes in the end."""
    place = Path(tempfile.gettempdir())
    _sweep(place)
    folder = Path(tempfile.mkdtemp(prefix="tejido-", dir=place))
    held = hold(folder)
    # Under this name only now, so that nobody finds it without the lock.
    folder = folder.rename(place / f"{_PREFIX}{folder.name.removeprefix('tejido-')}")
    before = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = tempfile.tempdir = str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = str(place)
        if before is None:
            del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = before
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def hold(folder: Path) -> int:
    """Keep the folder of a service until the descriptor that this gives is closed, or this process ends."""
    descriptor = _opened(folder)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def _sweep(place: Path) -> None:
    """Remove the folders of services that were killed."""
    for folder in place.glob(f"{_PREFIX}*"):
        # That of another user cannot be opened, and one that is held not be locked.
        with suppress(OSError):
            descriptor = _opened(folder)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(descriptor)


def _opened(folder: Path) -> int:
    # Anybody may have put something there under such a name: only a folder is opened, and no link is followed.
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
