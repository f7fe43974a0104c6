"""Commands of the command line, in this process: another one would spend seconds on its imports."""

import os
from contextlib import chdir
from pathlib import Path
from subprocess import CompletedProcess
from unittest.mock import patch

from typer.testing import CliRunner

from app.cli import app


def command(url: str, folder: Path, *arguments: str, columns: int = 200) -> CompletedProcess[str]:
    """Run a command in a folder, on a database, in a terminal of so many columns."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TEJIDO_")}
    own = {"TEJIDO_DATABASE_URL": url, "NO_COLOR": "1", "COLUMNS": str(columns)}
    with chdir(folder), patch.dict(os.environ, kept | own, clear=True):
        done = CliRunner().invoke(app, arguments)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)
