"""What an error of the database means for whoever asked for something."""

from typing import Any

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

__all__ = ["is_away", "is_busy", "is_late"]

_AWAY = frozenset({"57P01", "57P02", "57P03", "57P05", "25P03", "25006", "53300", "08000", "08003", "08006"})
"""The server hangs up, starts or stops; it has become a replica; it takes no more connections."""
_IN_THE_WAY = frozenset({"55P03", "40001", "40P01"})
"""No lock within its time; a transaction that others, or the server that a replica follows, got in the way of."""
_OF_THE_NETWORK = ("network error", "communication error", "connection is closed")


def is_late(error: SQLAlchemyError) -> bool:
    """Whether a statement took longer than it may, and was ended."""
    code, text = _told(error)
    return code == "57014" or text == "interrupted"


def is_away(error: SQLAlchemyError) -> bool:
    """Whether the server cannot be reached, or has hung up. What was not committed before is not done."""
    code, text = _told(error)
    return code in _AWAY or any(words in text for words in _OF_THE_NETWORK)


def is_busy(error: SQLAlchemyError) -> bool:
    """Whether the same may succeed in a moment: others are in the way, or the server is away."""
    code, text = _told(error)
    in_the_way = code in _IN_THE_WAY or "database is locked" in text or isinstance(error, PoolTimeoutError)
    return in_the_way or is_away(error)


def _told(error: SQLAlchemyError) -> tuple[str, str]:
    """PostgreSQL's code of an error, or what the driver says where the server said nothing."""
    if not isinstance(error, DBAPIError) or error.orig is None:
        return "", ""
    given: Any = error.orig.args[0] if error.orig.args else ""
    return (str(given.get("C")), "") if isinstance(given, dict) else ("", str(given))
