"""One after the other, in the order in which they came.

Of those who wait for the lock of SQLite, whoever tries first when it is free gets it. That is mostly who has just had
it, and another one may wait until its time is over.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Turns"]


class Turns:
    """Lets the threads of a process have something in turn."""

    def __init__(self) -> None:
        """Nobody has it."""
        self._lock = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Lock] = deque()

    @contextmanager
    def turn(self, seconds: float) -> Iterator[bool]:
        """Have it for the length of the block. False: so many seconds were over before, and it is not had."""
        has_turn = self._take(seconds)
        try:
            yield has_turn
        finally:
            if has_turn:
                self._give()

    def _take(self, seconds: float) -> bool:
        mine = threading.Lock()
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return True
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=seconds):
            return True
        with self._lock:
            if mine not in self._waiting:
                # It was given a moment ago.
                return True
            self._waiting.remove(mine)
            return False

    def _give(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False
