"""Requests all the time over some connections, by wrk: what it counted."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import httpx

__all__ = ["LIMITLESS", "Load", "fetched", "wrk"]

LIMITLESS = "1000000000/hour"
"""A rate limit that nobody reaches: each request is counted all the same."""

_SCRIPT = """
local paths = {}
for path in io.lines("%s") do paths[#paths + 1] = path end
local place = 0
request = function()
  place = place %% #paths + 1
  return wrk.format("GET", paths[place])
end
done = function(summary, latency)
  io.write(string.format("median %%f p99 %%f\\n", latency:percentile(50) / 1e6, latency:percentile(99) / 1e6))
end
"""
_RATE = re.compile(r"Requests/sec:\s+([0-9.]+)")
_LATENCY = re.compile(r"median ([0-9.]+) p99 ([0-9.]+)")
_WRONG = re.compile(r"Non-2xx or 3xx responses|Socket errors")


class Load(NamedTuple):
    """What came of it."""

    seconds: float
    """Seconds a request, over all connections."""
    median: float
    p99: float
    """Seconds in which the answers came: half of them, and 99 of 100."""


def wrk(
    address: str,
    headers: Sequence[str] = (),
    *,
    seconds: float,
    connections: int = 16,
    paths: Sequence[str] = (),
    folder: Path | None = None,
) -> Load:
    """Ask one address, or several paths of it in turn, which are written into a folder first.

    RuntimeError where a request failed.
    """
    program = shutil.which("wrk")
    if program is None:
        raise RuntimeError("wrk is not installed (Debian: apt-get install wrk)")
    command = [program, "--threads=1", f"--connections={connections}", f"--duration={seconds:g}s", "--timeout=30s"]
    command += [f"--header={one}" for one in ("Accept-Encoding: identity", *headers)]
    if folder is not None:
        listed, script = folder / "paths", folder / "paths.lua"
        listed.write_text("\n".join(paths), encoding="utf-8")
        script.write_text(_SCRIPT % listed, encoding="utf-8")
        command += ["--script", str(script)]
    told = subprocess.run([*command, address], stdout=subprocess.PIPE, text=True, check=True).stdout
    rate, latency = _RATE.search(told), _LATENCY.search(told)
    if rate is None or _WRONG.search(told):
        raise RuntimeError(told)
    median, p99 = (float(latency[1]), float(latency[2])) if latency else (float("nan"), float("nan"))
    return Load(1 / float(rate[1]) if float(rate[1]) else float("inf"), median, p99)


def fetched(client: httpx.Client, path: str) -> bytes:
    """One answer; RuntimeError where it is an error, which can be told to another process."""
    answer = client.get(path)
    if not answer.is_success:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.text}")
    return answer.content
