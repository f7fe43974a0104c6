"""An import that is killed in the middle: `python -m tests.support.killed_import URL FILE STAGE MANY`."""

import os
import signal
import sys
from pathlib import Path

from app.exchange import importing
from app.exchange.importing import Request, Stage, import_file
from app.store.database import Database


def main(url: str, path: str, stage: str, many: int) -> None:
    """Kill this very process once it is so far in a stage."""
    importing._TICK = 0

    def told(now: Stage, done: int) -> None:
        if now == stage and done >= many:
            os.kill(os.getpid(), signal.SIGKILL)

    with Path(path).open("rb") as file:
        import_file(Database(url), Request(file=file, file_name="grants.json"), told)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
