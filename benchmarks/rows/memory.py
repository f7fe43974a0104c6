"""Memory of the snapshot, measured in a process of its own."""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from benchmarks import ours
from benchmarks.data import Size
from benchmarks.generate import SIZES, database
from benchmarks.measure import Outcome, at_most, of_this_process

SIZE = SIZES["large"]
_BYTES_A_GRANT = 200
_ROOT = Path(__file__).resolve().parents[2]
_WORK = "memory of the snapshot"


def measure(size: Size) -> list[Outcome]:
    """Bytes a grant that the arrays hold, and the peak of the process while it builds them."""
    try:
        of_this_process("VmRSS")
        ours.cold_columns(database(SIZES["small"]))
    except NotImplementedError as error:
        note = f"not measured: {error}"
        return [Outcome(f"{_WORK}, a grant", str(size), f"{_BYTES_A_GRANT} bytes", None, None, None, "B", note=note)]
    command = [sys.executable, "-m", "benchmarks.rows.memory", str(database(size)), str(database(SIZES["small"]))]
    done = subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, check=True, text=True)
    found = json.loads(done.stdout)
    resident = (found["after"] - found["before"]) / size.grants
    peak = (found["peak"] - found["before"]) / size.grants
    note = f"the peak is of the resident memory of a process, of which {resident:.0f} bytes a grant stay with it"
    kept, limit = found["columns"] / size.grants, f"{_BYTES_A_GRANT} bytes"
    return [
        Outcome(f"{_WORK}, a grant", str(size), limit, kept, _BYTES_A_GRANT, at_most(1), "B"),
        Outcome("peak while it is built, a grant", str(size), limit, peak, _BYTES_A_GRANT, at_most(2), "B", note=note),
    ]


def _load(path: Path, warm: Path) -> dict[str, int]:
    # The libraries are loaded, and the code has run, before anything is counted.
    ours.cold_columns(warm)
    # Forgets the peak of before, where that is allowed.
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = of_this_process("VmRSS")
    columns = ours.cold_columns(path)
    return {
        "before": before,
        "after": of_this_process("VmRSS"),
        "peak": of_this_process("VmHWM"),
        "columns": columns.nbytes,
    }


if __name__ == "__main__":
    print(json.dumps(_load(Path(sys.argv[1]), Path(sys.argv[2]))))
