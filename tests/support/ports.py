"""A port for what cannot choose one by itself, or comes back on the same."""

import os
import socket
from contextlib import suppress
from itertools import count
from pathlib import Path

_FIRST, _LAST = 10_000, 30_000
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_numbers = count()


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens.

    It is none of those from which the system lets connections come: one of them, of whomever, could have it before it
    is listened on, or while who has listened there is away.
    """
    last = min(_LAST, int(_RANGE.read_text(encoding="ascii").split()[0]) if _RANGE.exists() else _LAST)
    # Processes that test beside each other begin at different ones.
    first = os.getpid() * 97
    while True:
        port = _FIRST + (first + next(_numbers)) % (last - _FIRST)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
