"""The changes that a bulk can make."""

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict

__all__ = ["BulkCreate", "BulkDelete", "BulkItem", "BulkUpdate"]


class BulkCreate(TypedDict):
    """Create a record."""

    action: Literal["create"]
    kind: str
    body: Mapping[str, Any]


class BulkUpdate(TypedDict):
    """Change a record."""

    action: Literal["update"]
    kind: str
    id: str
    if_match: NotRequired[str]
    """Entity tag of the revision that is meant, `"r3"` with its quotes: the `etag` of an earlier result."""
    body: Mapping[str, Any]


class BulkDelete(TypedDict):
    """Delete a record."""

    action: Literal["delete"]
    kind: str
    id: str
    if_match: NotRequired[str]


BulkItem = BulkCreate | BulkUpdate | BulkDelete
"""One change of a bulk; docs/writing.md tells of them."""
