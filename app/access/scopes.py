"""What a key may do."""

from collections.abc import Iterable
from enum import StrEnum


class Scope(StrEnum):
    """What a key may do. Every key may read; each of the others is given by itself, and brings none of the rest."""

    read = "read"
    write = "write"
    restricted = "restricted"
    """Reads restricted records too; with `write` it may also change them."""
    metrics = "metrics"
    """Reads the metrics, which count what everybody does: those with a key, with restricted records too."""
    admin = "admin"


def scopes_of(given: Iterable[str]) -> frozenset[Scope]:
    """The scopes of a key for which these are asked, with `read`, which every key has."""
    return frozenset(map(Scope, given)) | {Scope.read}


def in_order(scopes: Iterable[Scope]) -> list[str]:
    """The scopes as they are told and stored: in the order in which they stand above."""
    return [scope.value for scope in Scope if scope in frozenset(scopes)]
